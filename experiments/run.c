/// The runner: many runs over threads.
#include "experiments/run.h"
#include "experiments/run_one.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double run_seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/// What a thread works on.
typedef struct workplace {
    const rill_experiment *experiment;
    const rill_run_options *options;
    pool *pool;
} workplace;

/// The run that a thread is at, for what it leaves on the way.
typedef struct job {
    const workplace *place;
    pool_task task;
    double began;        ///< by the clock, for the pace
    int64_t steps_taken; ///< since then
} job;

/// After each step: waits until the pace allows the next, or all are to stop.
static void keep_pace(void *context, const run_moment *moment)
{
    (void)moment;
    job *j = context;
    const atomic_bool *stop = pool_stop(j->place->pool);
    const double due = j->began + (double)++j->steps_taken / j->place->options->pace;
    const struct timespec nap = {0, 2000000L};
    while (run_seconds_now() < due && !atomic_load(stop)) {
        nanosleep(&nap, NULL);
    }
}

static void leave_checkpoint(void *context, rill_checkpoint *checkpoint)
{
    pool_save(((const job *)context)->place->pool, checkpoint);
}

static void tell_misfit(void *context, const char *why)
{
    const job *j = context;
    char message[400];
    snprintf(message, sizeof message,
             "the checkpoint of run %" PRId64
             " of \"%.100s\" does not fit (%s): the run begins anew",
             j->task.run, j->place->experiment->variants[j->task.variant].label, why);
    pool_warn(j->place->pool, message);
}

static void *work(void *context)
{
    job j = {.place = context};
    const workplace *place = j.place;
    while (pool_take(place->pool, &j.task)) {
        rill_run run;
        rill_error error = {0};
        rill_checkpoint checkpoint;
        j.began = run_seconds_now();
        j.steps_taken = 0;
        const bool has_checkpoint = pool_checkpoint(place->pool, j.task, &checkpoint);
        const run_conditions conditions = {
            .stop = pool_stop(place->pool),
            .steps_taken = pool_steps(place->pool, j.task.variant),
            .sight = pool_sight(place->pool, j.task.variant),
            .checkpoint_seconds = place->options->checkpoint_seconds,
            .checkpoint = has_checkpoint ? &checkpoint : NULL,
            .on_checkpoint = leave_checkpoint,
            .on_misfit = tell_misfit,
            .on_step = place->options->pace > 0.0 ? keep_pace : NULL,
            .context = &j,
        };
        rill_status status =
            run_one(place->experiment, j.task.variant, j.task.run, &conditions, &run, &error);
        pool_give(place->pool, j.task, &run, status, &error);
    }
    return NULL;
}

/// A round of the calling thread.
static bool serve(pool *p, const run_help *help)
{
    return pool_serve(p, help == NULL ? 0.1 : help->serve(help->context, p));
}

rill_status run_with_help(const rill_experiment *experiment, const rill_run_options *options,
                          const run_help *help, rill_error *error)
{
    workplace place = {.experiment = experiment, .options = options};
    pthread_t *threads = calloc((size_t)options->threads, sizeof *threads);
    if (threads == NULL) {
        return rill_error_no_memory(error);
    }
    int32_t n_started = 0;
    rill_status status = pool_create(&place.pool, experiment, options, error);
    if (status == RILL_OK && help != NULL) {
        pool_open(place.pool, true); // before a thread finds nothing to do, and ends
    }
    while (status == RILL_OK && n_started < options->threads &&
           pthread_create(&threads[n_started], NULL, work, &place) == 0) {
        n_started++;
    }
    if (status == RILL_OK && n_started == 0) {
        status = rill_error_set(error, RILL_FAILED, "", "the system gives no thread to work in");
    }
    while (n_started > 0 && serve(place.pool, help)) {
    }
    for (int32_t i = 0; i < n_started; i++) {
        pthread_join(threads[i], NULL);
    }
    status = status == RILL_OK ? pool_finish(place.pool, error) : status;
    pool_destroy(place.pool);
    free(threads);
    return status;
}

rill_status rill_experiment_run(const rill_experiment *experiment, const rill_run_options *options,
                                rill_error *error)
{
    return run_with_help(experiment, options, NULL, error);
}
