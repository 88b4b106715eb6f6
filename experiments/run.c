/// The runner: many runs over threads.
#include "experiments/pool.h"
#include "experiments/run_one.h"

#include <pthread.h>
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
    pool *pool;
} workplace;

static void *work(void *context)
{
    const workplace *place = context;
    pool_task task;
    while (pool_take(place->pool, &task)) {
        rill_run run;
        rill_error error = {0};
        rill_status status =
            run_one(place->experiment, task.variant, task.run, pool_stop(place->pool),
                    pool_steps(place->pool, task.variant), &run, &error);
        pool_give(place->pool, task, &run, status, &error);
    }
    return NULL;
}

rill_status rill_experiment_run(const rill_experiment *experiment, const rill_run_options *options,
                                rill_error *error)
{
    workplace place = {.experiment = experiment};
    pthread_t *threads = calloc((size_t)options->threads, sizeof *threads);
    if (threads == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    int32_t n_started = 0;
    rill_status status = pool_create(&place.pool, experiment, options, error);
    while (status == RILL_OK && n_started < options->threads &&
           pthread_create(&threads[n_started], NULL, work, &place) == 0) {
        n_started++;
    }
    if (status == RILL_OK && n_started == 0) {
        status = rill_error_set(error, RILL_FAILED, "", "the system gives no thread to work in");
    }
    while (n_started > 0 && pool_serve(place.pool, 0.1)) {
    }
    for (int32_t i = 0; i < n_started; i++) {
        pthread_join(threads[i], NULL);
    }
    status = status == RILL_OK ? pool_finish(place.pool, error) : status;
    pool_destroy(place.pool);
    free(threads);
    return status;
}
