/// Runs with more than the threads of one process.
#ifndef RILL_EXPERIMENTS_RUN_H
#define RILL_EXPERIMENTS_RUN_H

#include "experiments/pool.h"

/// What brings tasks into the pool, or workers to it, besides the threads.
typedef struct run_help {
    /// Called from the calling thread in each of its rounds; answers how many seconds the next one may wait
    /// for a run to finish.
    double (*serve)(void *context, pool *p);
    void *context;
} run_help;

/// As `rill_experiment_run`. `help` may be NULL; with it the pool begins open, and `serve` is to close it.
rill_status run_with_help(const rill_experiment *experiment, const rill_run_options *options,
                          const run_help *help, rill_error *error);

#endif
