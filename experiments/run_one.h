/// What the runner's threads do.
#ifndef RILL_EXPERIMENTS_RUN_ONE_H
#define RILL_EXPERIMENTS_RUN_ONE_H

#include <rill/experiment.h>
#include <stdatomic.h>

/// What can be seen of a run under way: written by its thread every now and then, read by any. Several runs
/// may share one.
typedef struct run_sight {
    _Atomic double fraction; ///< how much of the run is done, 0 to 1
    _Atomic double value;    ///< the last of the first metric recorded; NaN: there is none yet
    atomic_int memory_state; ///< a `run_memory_state`
    unsigned char
        *memory; ///< (memory_size of the agent) of whoever `memory_state` says; NULL: never wanted
} run_sight;

/// Whose a copy of an agent's memory is: who looks asks for one, a run writes it, who looks reads it.
typedef enum run_memory_state {
    RUN_MEMORY_UNWANTED,
    RUN_MEMORY_WANTED,
    RUN_MEMORY_IN_WORK,
    RUN_MEMORY_THERE,
} run_memory_state;

/// A run under way, right after a step and what was learned from it: for looking, until the call returns.
typedef struct run_moment {
    /// In the state after the step, also where that is the last of an episode; with several environments side by
    /// side always the first of them.
    const rill_env *env;
    int32_t lane; ///< the environment that made the step: outcome and episode are about that one
    rill_observation before; ///< the step; of a box its numbers may be those after it
    const rill_agent *agent;
    const rill_run *run;    ///< what is recorded so far
    rill_outcome outcome;   ///< of the step
    double episode_return;  ///< undiscounted sum of rewards of the episode so far
    int64_t episode_length; ///< its steps
} run_moment;

/// What accompanies a run. All zero: nothing does.
typedef struct run_conditions {
    const atomic_bool *stop;           ///< asks to stop; NULL: nobody does
    double seconds;                    ///< after which it stops as if it was asked to; 0: no limit
    atomic_llong *steps_taken;         ///< to add to; NULL: nobody counts
    run_sight *sight;                  ///< to keep up to date; NULL: nobody looks
    double checkpoint_seconds;         ///< of work between checkpoints; 0: none
    const rill_checkpoint *checkpoint; ///< to go on from; NULL: none
    /// Takes a checkpoint, with its bytes.
    void (*on_checkpoint)(void *context, rill_checkpoint *checkpoint);
    /// Hears why `checkpoint` does not fit: the run begins anew.
    void (*on_misfit)(void *context, const char *why);
    /// Sees the run after each step, and may keep it waiting; what it records is the same with and without.
    /// NULL: nobody does, and it costs nothing.
    void (*on_step)(void *context, const run_moment *moment);
    void *context; ///< handed to the functions above
} run_conditions;

/// One run. A run that turns out to have diverged is repeated watched, so that it ends at the very step
/// and the others need not look at every one. RILL_INTERRUPTED when it was stopped.
rill_status run_one(const rill_experiment *experiment, int32_t variant, int64_t number,
                    const run_conditions *conditions, rill_run *run, rill_error *error);

/// A clock that only goes forward.
double run_seconds_now(void);

#endif
