/// The calling thread's part of the pool: handing on, reporting, asking whether to stop.
#include "experiments/pool_state.h"

#include <stdlib.h>
#include <time.h>

/// Waits until a task comes back or the time is over. With the lock held.
static void wait_a_while(pool *p, double seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    const int64_t nanoseconds = until.tv_nsec + (int64_t)(seconds * 1e9);
    until.tv_sec += (time_t)(nanoseconds / 1000000000);
    until.tv_nsec = (long)(nanoseconds % 1000000000);
    pthread_cond_timedwait(&p->finished, &p->lock, &until);
}

/// Hands on checkpoints and warnings, and frees them.
static void hand_on_notes(pool *p, note_list *list)
{
    const rill_run_options *options = p->options;
    for (size_t i = 0; i < list->n; i++) {
        const note *n = &list->notes[i];
        if (n->checkpoint.bytes != NULL && p->hand_status == RILL_OK) {
            p->hand_status =
                options->on_checkpoint(options->context, &n->checkpoint, &p->hand_error);
        }
        if (n->warning != NULL && options->on_warning != NULL) {
            options->on_warning(options->context, n->warning);
        }
    }
    pool_clear_notes(list);
}

/// Hands on the batch, unless something failed.
static void hand_on(pool *p)
{
    run_list *batch = &p->batch;
    if (batch->n > 0 && p->hand_status == RILL_OK) {
        for (size_t i = 0; i < batch->n; i++) {
            p->progress[batch->runs[i].variant].finished++;
        }
        p->n_missing -= (int64_t)batch->n;
        p->hand_status =
            p->options->on_runs(p->options->context, batch->runs, batch->n, &p->hand_error);
        batch->n = 0; // they are the callee's
    }
    run_list_clear(batch);
}

/// Hands an onlooker the memory that a run has left for it, and asks for the next.
static void hand_on_memory(pool *p, int32_t variant)
{
    run_sight *sight = &p->sights[variant];
    if (atomic_load(&sight->memory_state) == RUN_MEMORY_THERE) {
        rill_agent_load(p->options->onlookers[variant], sight->memory);
        atomic_store(&sight->memory_state, RUN_MEMORY_WANTED);
    }
}

static void report(pool *p)
{
    if (p->options->on_progress == NULL) {
        return;
    }
    for (int32_t i = 0; i < p->experiment->n_variants; i++) {
        hand_on_memory(p, i);
    }
    rill_progress all = {.variants = p->progress};
    pthread_mutex_lock(&p->lock);
    for (int32_t i = 0; i < p->experiment->n_variants; i++) {
        p->progress[i].running = p->running[i];
        p->progress[i].steps = atomic_load(&p->steps[i]);
        p->progress[i].fraction = atomic_load(&p->sights[i].fraction);
        p->progress[i].value = atomic_load(&p->sights[i].value);
        all.steps += p->progress[i].steps;
        all.finished += p->progress[i].finished;
        all.running += p->progress[i].running;
    }
    pthread_mutex_unlock(&p->lock);
    p->options->on_progress(p->options->context, &all);
}

/// With the lock held.
static bool is_over(pool *p)
{
    const bool may_go_on = p->is_open && p->status == RILL_OK && !atomic_load(&p->stop);
    return p->n_out == 0 && p->waiting.n == 0 && p->notes.n == 0 && !pool_has_task(p) && !may_go_on;
}

bool pool_serve(pool *p, double seconds)
{
    const rill_run_options *options = p->options;
    pthread_mutex_lock(&p->lock);
    if (p->waiting.n == 0 && p->notes.n == 0 && !is_over(p)) {
        wait_a_while(p, seconds);
    }
    const run_list empty = p->batch;
    p->batch = p->waiting;
    p->waiting = empty;
    note_list notes = p->notes;
    p->notes = (note_list){0};
    pthread_cond_broadcast(&p->room);
    pthread_mutex_unlock(&p->lock);

    hand_on_notes(p, &notes);
    hand_on(p);
    if (p->hand_status != RILL_OK ||
        (options->should_stop != NULL && options->should_stop(options->context))) {
        atomic_store(&p->stop, true);
    }
    const double now = run_seconds_now();
    pthread_mutex_lock(&p->lock);
    if (atomic_load(&p->stop)) {
        pthread_cond_broadcast(&p->room);
    }
    const bool goes_on = !is_over(p);
    pthread_mutex_unlock(&p->lock);
    if (!goes_on || now - p->last_progress >= 0.1) {
        p->last_progress = now;
        report(p);
    }
    return goes_on;
}

rill_status pool_finish(pool *p, rill_error *error)
{
    rill_status status = p->hand_status != RILL_OK ? p->hand_status : p->status;
    if (status != RILL_OK) {
        if (error != NULL) {
            *error = p->hand_status != RILL_OK ? p->hand_error : p->error;
        }
        return status;
    }
    return p->n_missing == 0 ? RILL_OK : rill_error_set(error, RILL_INTERRUPTED, "", "interrupted");
}
