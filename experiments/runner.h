/// A run under way: what the loops, the recording and the checkpoints of a run share.
#ifndef RILL_EXPERIMENTS_RUNNER_H
#define RILL_EXPERIMENTS_RUNNER_H

#include "experiments/run_one.h"

#include <math.h>

enum { MAX_EPISODES = 256 }; ///< that are recorded together

/// One of the environments that an agent learns from side by side, and how its episode stands.
typedef struct lane {
    rill_env *env;
    rill_observation observation;
    rill_outcome outcome; ///< of the last step
    double episode_return;
    int64_t episode_length; ///< 0: an episode is to begin
} lane;

/// What comes next.
typedef enum run_phase {
    RUN_STEPS,
    RUN_EPISODE_EVALUATION, ///< the greedy episodes that are due after an episode, then what follows it
    RUN_STEP_EVALUATION, ///< those that are due after a number of steps
} run_phase;

typedef struct runner {
    const rill_experiment *experiment;
    const rill_variant *variant;
    const run_conditions *conditions;
    lane *lanes; ///< (n_lanes)
    int32_t n_lanes;
    rill_env *env;            ///< of the lane at work
    rill_env *evaluation_env; ///< NULL without evaluation
    rill_agent *agent;
    rill_run *run;
    double *scratch;
    rill_tally *tallies; ///< (n_records) what metrics gather from steps
    bool is_watched;     ///< some metric does
    bool needs_optimum;  ///< and wants to know the optimal action values
    bool is_timed;       ///< some metric looks at the clock
    double began; ///< when the run did, by the clock; less the time of its part before a checkpoint
    double *action_values; ///< (n_actions) room for them
    bool is_out_of_memory;

    // where the run stands
    rill_action action; ///< with one lane: chosen, and to be done next
    int32_t next_lane;  ///< with several
    run_phase phase;
    bool is_over;
    bool is_cut;           ///< an evaluation was stopped half-way: `phase` says which
    void *evaluation_data; ///< that of `evaluation_env` as the present evaluation began
    float *boxes; ///< of observations and action that came from a checkpoint; NULL: none did

    // looking up from work
    int64_t look, look_length; ///< at which step next, and how many after the last
    double looked, saved;      ///< when last, by the clock, and when a checkpoint was left last
    double *returns;           ///< (MAX_EPISODES) of the episodes of a stretch
    int64_t *lengths;          ///< likewise
    int64_t reported;          ///< steps added to `conditions->steps_taken`
    uint64_t witness;          ///< of the first look, see `run_witness`; 0 before
} runner;

/// Sets up a run at its beginning. To be closed also after an error.
rill_status runner_open(runner *r, const rill_experiment *experiment, int32_t variant,
                        int64_t number, const run_conditions *conditions, rill_run *run,
                        rill_error *error);
void runner_close(runner *r);

/// With one lane: an episode begins.
void run_begin_episode(runner *r);
/// The step count at which the loop must look at what is due: the next point of a series by steps, the
/// end, or simply a while later.
int64_t run_next_event(const rill_experiment *experiment, int64_t steps);
/// After as many steps as something is due at; true when the run is over.
bool run_end_steps(runner *r);
/// Whether the run is, after an episode that has been recorded.
bool run_is_over_after_episode(const runner *r);
/// Runs to `r->look` or the end in the agent's stretches: for agents that have them, and where nobody looks at
/// each step. False, and nothing is done, where the agent as it is wired has none.
bool run_in_stretches(runner *r);

/// Records the metrics that are due after `count` steps or episodes.
void run_record(runner *r, rill_unit unit, int64_t count, double episode_return,
                int64_t episode_length);
/// Records the episodes that have ended in a stretch, and counts them and their steps: `run->steps` is that at the
/// beginning of the first.
void run_record_stretch(runner *r, const rill_stretch *stretch);
/// Greedy episodes on the evaluation environment, where they are due after `count` steps or episodes;
/// looks at the stop flag between them, and sets `is_cut`.
void run_evaluate(runner *r, rill_unit unit, int64_t count);
/// Keeps the estimates with the run, when they are few enough or wanted; one that is not finite means
/// that the run diverged, though it did so where nothing was recorded.
void run_keep_values(runner *r);

/// Keeps the agent with the run, whose hash is there, where the experiment wants it.
rill_status run_keep_agent(runner *r, rill_error *error);

/// What tells whether a run goes as it went when a checkpoint was made, by a program that may have been
/// another one: random streams, errors and what was recorded, in a hash.
uint64_t run_witness(const runner *r);
/// Writes a checkpoint into memory of its own. False when there is not enough.
bool run_save(runner *r, bool is_watched, rill_checkpoint *out);
/// Whether a checkpoint is of a run that is watched in any case.
bool run_checkpoint_is_watched(const rill_checkpoint *checkpoint);
/// Goes on from `conditions->checkpoint`, when it fits; NULL, or why it does not.
const char *run_load(runner *r);

static inline bool run_is_asked_to_stop(const runner *r)
{
    const atomic_bool *stop = r->conditions->stop;
    const double limit = r->conditions->seconds;
    return (stop != NULL && atomic_load_explicit(stop, memory_order_relaxed)) ||
           (limit > 0.0 && run_seconds_now() - r->began > limit);
}

/// Whether the estimates have stopped being finite, as the last TD error tells.
static inline bool run_diverges(const runner *r)
{
    if (isfinite(r->agent->memory->td_error)) {
        return false;
    }
    r->run->status = RILL_RUN_DIVERGED;
    return true;
}

#endif
