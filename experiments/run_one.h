/// What the runner's threads do.
#ifndef RILL_EXPERIMENTS_RUN_ONE_H
#define RILL_EXPERIMENTS_RUN_ONE_H

#include <rill/experiment.h>
#include <stdatomic.h>

/// One run. `stop` and `steps_taken` may be NULL. A run that turns out to have diverged is repeated
/// watched, so that it ends at the very step and the others need not look at every one.
rill_status run_one(const rill_experiment *experiment, int32_t variant, int64_t number,
                    const atomic_bool *stop, atomic_llong *steps_taken, rill_run *run,
                    rill_error *error);

/// A clock that only goes forward.
double run_seconds_now(void);

#endif
