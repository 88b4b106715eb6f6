/// Running what is missing of an experiment into its store, with progress, signals and other ranks.
#ifndef RILL_PROGRAM_RUN_MISSING_H
#define RILL_PROGRAM_RUN_MISSING_H

#include "experiments/program/live_maps.h"
#include "experiments/program/progress.h"
#include "experiments/program/ranks_work.h"
#include "experiments/shard.h"

#include <rill/experiment.h>
#include <rill/store.h>

/// Who runs, and how.
typedef struct effort {
    ranks *all;
    ranks_start start; ///< for the other ranks
    rill_shard shard;
    int32_t threads;
    double checkpoint_seconds;
    progress_form form;
    live_maps *maps; ///< to show besides; NULL: none
    double pace;     ///< most steps a second of each run; 0: no limit
    bool is_quiet;
} effort;

/// Runs what is not stored yet of a shard, and counts its runs. Answers the status of the run:
/// RILL_INTERRUPTED after SIGINT or SIGTERM.
rill_status run_missing(const rill_experiment *experiment, rill_store *store, const effort *how,
                        int64_t *n_tasks, rill_error *error);

#endif
