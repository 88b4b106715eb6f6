/// How long runs will take, by trying one for a while.
#include "experiments/run_one.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/// A run that is tried in a thread of its own.
typedef struct trial {
    const rill_experiment *experiment;
    int32_t variant;
    atomic_bool stop;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool has_ended;
    double seconds;
    rill_run run;
    rill_status status;
    rill_error error;
} trial;

static void *run_trial(void *context)
{
    trial *t = context;
    const run_conditions conditions = {.stop = &t->stop};
    const double start = run_seconds_now();
    t->status = run_one(t->experiment, t->variant, 0, &conditions, &t->run, &t->error);
    t->seconds = run_seconds_now() - start;
    pthread_mutex_lock(&t->lock);
    t->has_ended = true;
    pthread_cond_signal(&t->ended);
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

/// Waits until the trial has ended, or asks it to once the time is over.
static void limit_trial(trial *t, double seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    const double nanoseconds = (double)until.tv_nsec + 1e9 * seconds;
    until.tv_sec += (time_t)(nanoseconds / 1e9);
    until.tv_nsec = (long)(nanoseconds - 1e9 * (double)(int64_t)(nanoseconds / 1e9));
    int code = 0;
    pthread_mutex_lock(&t->lock);
    while (!t->has_ended && code == 0) {
        code = pthread_cond_timedwait(&t->ended, &t->lock, &until);
    }
    pthread_mutex_unlock(&t->lock);
    atomic_store(&t->stop, true);
}

/// The part of a run that is done, by whichever limit comes first; at least a little.
static double share_done(const trial *t)
{
    const rill_experiment *experiment = t->experiment;
    double share = 1e-9;
    if (experiment->stop_episodes > 0) {
        const double done = (double)t->run.episodes / (double)experiment->stop_episodes;
        share = done > share ? done : share;
    }
    if (experiment->stop_steps > 0) {
        const double done = (double)t->run.steps / (double)experiment->stop_steps;
        share = done > share ? done : share;
    }
    return share;
}

rill_status rill_experiment_estimate(const rill_experiment *experiment, int32_t variant,
                                     double limit, double *seconds, bool *is_measured,
                                     rill_error *error)
{
    trial t = {.experiment = experiment, .variant = variant};
    pthread_t thread;
    pthread_mutex_init(&t.lock, NULL);
    pthread_cond_init(&t.ended, NULL);
    rill_status status = RILL_OK;
    if (pthread_create(&thread, NULL, run_trial, &t) != 0) {
        status = rill_error_set(error, RILL_FAILED, "", "the system gives no thread to work in");
    } else {
        limit_trial(&t, limit);
        pthread_join(thread, NULL);
        *is_measured = t.status == RILL_OK;
        *seconds = *is_measured ? t.seconds : t.seconds / share_done(&t);
        if (t.status != RILL_OK && t.status != RILL_INTERRUPTED) {
            status = rill_error_set(error, t.status, t.error.path, "%s", t.error.message);
        }
        rill_run_clear(&t.run);
    }
    pthread_cond_destroy(&t.ended);
    pthread_mutex_destroy(&t.lock);
    return status;
}
