/// The runner: many runs over threads.
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

/// Work shared by the threads: which run is next, and which are finished and wait to be handed on.
typedef struct pool {
    const rill_experiment *experiment;
    const rill_run_options *options;
    pthread_mutex_t lock;
    pthread_cond_t changed; ///< something was finished, or handed on
    int64_t next_task, n_tasks;
    rill_run *finished; ///< (capacity) ring
    size_t first, count, capacity;
    int32_t working;    ///< threads still at it
    rill_status status; ///< first error of a thread
    rill_error error;
    atomic_bool stop;
    atomic_llong steps;
} pool;

/// The next task that is not done; -1 when there is none. Tasks go by run, then variant, so that an
/// interrupted experiment has as many runs of each.
static int64_t take_task(pool *p)
{
    const int32_t n_variants = p->experiment->n_variants;
    const uint8_t *is_done = p->options->is_done;
    while (p->next_task < p->n_tasks) {
        int64_t task = p->next_task++;
        int64_t position = task % n_variants * p->experiment->runs + task / n_variants;
        if (is_done == NULL || !is_done[position]) {
            return task;
        }
    }
    return -1;
}

static void *work(void *context)
{
    pool *p = context;
    pthread_mutex_lock(&p->lock);
    while (p->status == RILL_OK && !atomic_load(&p->stop)) {
        int64_t task = take_task(p);
        if (task < 0) {
            break;
        }
        pthread_mutex_unlock(&p->lock);
        rill_run run;
        rill_error error = {0};
        const int32_t n_variants = p->experiment->n_variants;
        rill_status status = run_one(p->experiment, (int32_t)(task % n_variants), task / n_variants,
                                     &p->stop, &p->steps, &run, &error);
        pthread_mutex_lock(&p->lock);
        while (status == RILL_OK && p->count == p->capacity) {
            pthread_cond_wait(&p->changed, &p->lock);
        }
        if (status == RILL_OK) {
            p->finished[(p->first + p->count++) % p->capacity] = run;
        } else {
            rill_run_clear(&run);
            if (p->status == RILL_OK) {
                p->status = status;
                p->error = error;
            }
        }
        pthread_cond_broadcast(&p->changed);
    }
    p->working--;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/// Waits for a finished run, or a tenth of a second. With the lock held.
static void wait_a_while(pool *p)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 100000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_cond_timedwait(&p->changed, &p->lock, &until);
}

/// Hands finished runs on, one after the other, until every thread has ended.
static rill_status hand_on(pool *p, rill_error *error)
{
    const rill_run_options *options = p->options;
    rill_status status = RILL_OK;
    int64_t n_finished = 0;
    double last_progress = 0.0;
    pthread_mutex_lock(&p->lock);
    while (p->working > 0 || p->count > 0) {
        if (p->count == 0) {
            wait_a_while(p);
        }
        if (options->should_stop != NULL && options->should_stop(options->context)) {
            atomic_store(&p->stop, true);
        }
        bool has_run = p->count > 0;
        rill_run run = {0};
        if (has_run) {
            run = p->finished[p->first];
            p->first = (p->first + 1) % p->capacity;
            p->count--;
            pthread_cond_broadcast(&p->changed);
        }
        pthread_mutex_unlock(&p->lock);
        if (has_run) {
            if (status == RILL_OK) {
                status = options->on_run(options->context, &run, error);
            } else {
                rill_run_clear(&run);
            }
            if (status != RILL_OK) {
                atomic_store(&p->stop, true);
            }
            n_finished++;
        }
        double now = run_seconds_now();
        if (options->on_progress != NULL && now - last_progress >= 0.1) {
            options->on_progress(options->context, atomic_load(&p->steps), n_finished);
            last_progress = now;
        }
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    if (options->on_progress != NULL) {
        options->on_progress(options->context, atomic_load(&p->steps), n_finished);
    }
    return status;
}

rill_status rill_experiment_run(const rill_experiment *experiment, const rill_run_options *options,
                                rill_error *error)
{
    pool p = {.experiment = experiment,
              .options = options,
              .n_tasks = experiment->runs * experiment->n_variants,
              .capacity = 4 * (size_t)options->threads};
    pthread_t *threads = calloc((size_t)options->threads, sizeof *threads);
    p.finished = calloc(p.capacity, sizeof *p.finished);
    if (threads == NULL || p.finished == NULL) {
        free(threads);
        free(p.finished);
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    pthread_mutex_init(&p.lock, NULL);
    pthread_cond_init(&p.changed, NULL);
    pthread_mutex_lock(&p.lock);
    int32_t n_started = 0;
    while (n_started < options->threads &&
           pthread_create(&threads[n_started], NULL, work, &p) == 0) {
        n_started++;
    }
    p.working = n_started;
    pthread_mutex_unlock(&p.lock);
    rill_status status = n_started == 0 ? rill_error_set(error, RILL_FAILED, "",
                                                         "the system gives no thread to work in")
                                        : hand_on(&p, error);
    for (int32_t i = 0; i < n_started; i++) {
        pthread_join(threads[i], NULL);
    }
    pthread_cond_destroy(&p.changed);
    pthread_mutex_destroy(&p.lock);
    free(threads);
    free(p.finished);
    if (status == RILL_OK && p.status != RILL_OK) {
        if (error != NULL) {
            *error = p.error;
        }
        return p.status;
    }
    if (status == RILL_OK && atomic_load(&p.stop) && take_task(&p) >= 0) {
        return rill_error_set(error, RILL_INTERRUPTED, "", "interrupted");
    }
    return status;
}
