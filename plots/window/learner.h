/// A run on a thread of its own, and what is seen of it: whoever looks copies the environment's state and
/// the agent's memory now and then, and never touches those that learn. So looking changes no result.
#ifndef RILL_PLOTS_WINDOW_LEARNER_H
#define RILL_PLOTS_WINDOW_LEARNER_H

#include "experiments/run_one.h"

#include <pthread.h>
#include <rill/saved_agent.h>

enum { TRAIL_CELLS = 48 }; ///< that are remembered

/// The states that an episode has come along, where they are discrete: the last ones, in a ring.
typedef struct trail {
    int32_t cells[TRAIL_CELLS];
    int64_t n; ///< noted since the episode began
} trail;

/// Begins anew where the episode does. Does nothing where observations are a box.
void trail_note(trail *self, const rill_env *env, bool is_first);

/// How a run stands after one of its steps. Of environments side by side the first is seen.
typedef struct sight {
    int64_t steps, episodes;
    int64_t episode_length;
    trail way;
    double episode_return;
    double last_return;  ///< of the last whole episode; NaN: there is none yet
    int64_t last_length; ///< likewise; 0
    double *curve;       ///< (n_points) the first metric recorded so far
    size_t n_points, capacity;
} sight;

typedef struct learner {
    const rill_experiment *experiment;
    int32_t variant;
    int64_t number;

    // for looking, by the thread that opened it
    rill_env *env;     ///< in the state that was seen last
    rill_agent *agent; ///< what it had learned by then
    sight seen;

    // between the threads
    pthread_t thread;
    bool is_started;
    atomic_bool stop;             ///< asks the run to end
    atomic_bool is_wanted;        ///< asks for a copy
    atomic_bool is_over;          ///< the run is; `run`, `status` and `error` are there to be read
    atomic_llong steps, episodes; ///< taken and finished
    atomic_llong step_limit, episode_limit; ///< at which the run waits
    pthread_mutex_t mutex;                  ///< holds the copy
    unsigned char *env_bytes, *agent_bytes;
    sight copy;
    bool is_fresh; ///< the copy has not been looked at

    // of the learning thread
    double episode_return, last_return; ///< as in `sight`
    int64_t episode_length, last_length;
    trail way;
    rill_run run;
    rill_status status;
    rill_error error;
} learner;

/// Starts run `number` of a variant, which waits before its second step until limits are set. To be closed
/// also after an error. RILL_NO_MEMORY, RILL_FAILED (no thread).
rill_status learner_open(learner *self, const rill_experiment *experiment, int32_t variant,
                         int64_t number, rill_error *error);
/// In place of a run under way one that is over, with its agent; `run` holds what was recorded in it, or
/// nothing. To be closed also after an error. RILL_NO_MEMORY.
rill_status learner_open_saved(learner *self, const rill_saved_agent *saved, const rill_run *run,
                               rill_error *error);
/// Ends the run, wherever it is.
void learner_close(learner *self);

/// Lets the run go on until it has taken so many steps or finished so many episodes, whichever is first.
void learner_allow(learner *self, int64_t steps, int64_t episodes);
/// Asks for a copy, and takes the last one that has come; true where that was a new one.
bool learner_look(learner *self);
/// Waits until the run is at a limit or over, then looks at it as it is there.
void learner_catch_up(learner *self);

#endif
