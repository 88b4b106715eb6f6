#include "experiments/program/run_missing.h"

#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/// For which stored runs are repeated before others are added: short, as this is lost whenever the program is
/// killed.
static const double check_seconds = 0.3;

static atomic_bool stop_requested;

static void request_stop(int signal_number)
{
    // a second Ctrl-C ends at once
    struct sigaction fallback = {.sa_handler = SIG_DFL};
    sigaction(signal_number, &fallback, NULL);
    atomic_store(&stop_requested, true);
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = request_stop, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/// What the callbacks of a run need.
typedef struct session {
    rill_store *store;
    progress *progress;
} session;

static rill_status store_runs(void *context, rill_run *runs, size_t n, rill_error *error)
{
    const session *under_way = context;
    rill_status status = rill_store_put(under_way->store, runs, n, error);
    if (status == RILL_OK) {
        progress_note(under_way->progress, runs, n);
    }
    for (size_t i = 0; i < n; i++) {
        rill_run_clear(&runs[i]);
    }
    return status;
}

static rill_status store_checkpoint(void *context, const rill_checkpoint *checkpoint,
                                    rill_error *error)
{
    return rill_store_put_checkpoint(((session *)context)->store, checkpoint, error);
}

static void show_warning(void *context, const char *message)
{
    progress_warn(((session *)context)->progress, message);
}

static void show_progress(void *context, const rill_progress *all)
{
    progress_show(((session *)context)->progress, all);
}

static bool should_stop(void *context)
{
    (void)context;
    return atomic_load(&stop_requested);
}

/// Marks the runs of other shards, by 2. Counts this one's runs, and those of them that are done.
static void leave_to_others(const rill_experiment *experiment, rill_shard shard, uint8_t *is_done,
                            int64_t *n_tasks, int64_t *n_done)
{
    *n_tasks = 0;
    *n_done = 0;
    for (int32_t variant = 0; variant < experiment->n_variants; variant++) {
        for (int64_t run = 0; run < experiment->runs; run++) {
            uint8_t *mark = &is_done[variant * experiment->runs + run];
            if (rill_shard_has(shard, experiment->n_variants, variant, run)) {
                ++*n_tasks;
                *n_done += *mark;
            } else {
                *mark = 2;
            }
        }
    }
}

rill_status run_missing(const rill_experiment *experiment, rill_store *store, const effort *how,
                        int64_t *n_tasks, rill_error *error)
{
    catch_signals();
    int64_t n_done = 0;
    rill_checkpoint *checkpoints = NULL;
    size_t n_checkpoints = 0;
    uint8_t *is_done = calloc((size_t)(experiment->runs * experiment->n_variants), 1);
    if (is_done == NULL) {
        return rill_error_no_memory(error);
    }
    rill_status status = rill_store_done(store, experiment->runs, is_done, &n_done, error);
    if (status == RILL_OK && n_done > 0) {
        status = rill_store_check(store, experiment, check_seconds, error);
    }
    leave_to_others(experiment, how->shard, is_done, n_tasks, &n_done);
    if (status == RILL_OK) {
        status =
            rill_store_checkpoints(store, experiment->runs, &checkpoints, &n_checkpoints, error);
    }
    if (status == RILL_OK && n_done + (int64_t)n_checkpoints > 0 && !how->is_quiet) {
        printf("%" PRId64 " of %" PRId64 " runs are there already", n_done, *n_tasks);
        if (n_checkpoints > 0) {
            printf(", %zu more in part", n_checkpoints);
        }
        printf("\n\n");
        fflush(stdout);
    }
    if (status == RILL_OK && n_done < *n_tasks) {
        session under_way = {store, progress_begin(experiment, is_done, how->form)};
        progress_add_maps(under_way.progress, how->maps);
        rill_run_options options = {
            .threads = how->threads,
            .is_done = is_done,
            .on_runs = store_runs,
            .on_progress = show_progress,
            .should_stop = should_stop,
            .checkpoint_seconds = how->checkpoint_seconds,
            .checkpoints = checkpoints,
            .n_checkpoints = n_checkpoints,
            .on_checkpoint = store_checkpoint,
            .on_warning = show_warning,
            .context = &under_way,
            .onlookers = live_maps_onlookers(how->maps),
            .pace = how->pace,
        };
        status = ranks_run(how->all, experiment, &options, &how->start, error);
        progress_end(under_way.progress, status);
    }
    rill_checkpoints_destroy(checkpoints, n_checkpoints);
    free(is_done);
    return status;
}
