/// The greedy policy of an agent, acting in an environment of its own, with a stream of its own.
#ifndef RILL_PLOTS_WINDOW_GREEDY_H
#define RILL_PLOTS_WINDOW_GREEDY_H

#include "plots/window/learner.h"

/// At which its episodes are cut: a policy that goes round for ever would show no other start.
enum { GREEDY_MAX_STEPS = 2000 };

typedef struct greedy {
    rill_env *env; ///< NULL until it is opened
    trail way;
    bool is_over;                   ///< the episode is: the next step begins another one
    double due;                     ///< steps, not yet taken
    int64_t steps, episodes, n_cut; ///< taken, ended and cut
    double episode_return;
    int64_t episode_length;
    double last_return;  ///< of the last episode that ended; NaN: none has
    int64_t last_length; ///< likewise; 0
} greedy;

/// Begins an episode in a clone of an environment, unless it is open. RILL_NO_MEMORY.
rill_status greedy_open(greedy *self, const rill_env *env, rill_error *error);
/// It may be opened again, and begins anew.
void greedy_close(greedy *self);
/// One step or, after an episode, the start of the next.
void greedy_step(greedy *self, const rill_agent *agent);
/// Goes on by steps and parts of steps.
void greedy_advance(greedy *self, const rill_agent *agent, double steps);
/// Begins an episode in a state. As `rill_env_set_state`.
rill_status greedy_place(greedy *self, const double *state, rill_error *error);

#endif
