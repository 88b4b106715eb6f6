/// How long runs will take, by trying one for a while.
#include "experiments/run_one.h"

/// The part of a run that is done, by whichever limit comes first; at least a little.
static double share_done(const rill_experiment *experiment, const rill_run *run)
{
    double share = 1e-9;
    if (experiment->stop_episodes > 0) {
        const double done = (double)run->episodes / (double)experiment->stop_episodes;
        share = done > share ? done : share;
    }
    if (experiment->stop_steps > 0) {
        const double done = (double)run->steps / (double)experiment->stop_steps;
        share = done > share ? done : share;
    }
    return share;
}

rill_status rill_experiment_estimate(const rill_experiment *experiment, int32_t variant,
                                     double limit, double *seconds, bool *is_measured,
                                     rill_error *error)
{
    const run_conditions conditions = {.seconds = limit};
    rill_run run;
    const double start = run_seconds_now();
    rill_status status = run_one(experiment, variant, 0, &conditions, &run, error);
    *seconds = run_seconds_now() - start;
    *is_measured = status == RILL_OK;
    if (status == RILL_INTERRUPTED) {
        *seconds /= share_done(experiment, &run);
        status = RILL_OK;
    }
    rill_run_clear(&run);
    return status;
}
