#include "experiments/pool_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    MAX_WAITING_RUNS = 4096, // a batch for the disk, however slow: thousands of millisecond runs
    MAX_WAITING_BYTES = 1 << 26,
};

/// Tasks go by run, then variant, so that an interrupted experiment has as many runs of each.
static pool_task task_at(const pool *p, int64_t position)
{
    const int32_t n_variants = p->experiment->n_variants;
    return (pool_task){(int32_t)(position % n_variants), position / n_variants};
}

static bool is_done(const pool *p, pool_task task)
{
    const uint8_t *is_done = p->options->is_done;
    return is_done != NULL && is_done[task.variant * p->experiment->runs + task.run];
}

rill_status pool_create(pool **out, const rill_experiment *experiment,
                        const rill_run_options *options, rill_error *error)
{
    const size_t n_variants = (size_t)experiment->n_variants;
    *out = NULL;
    pool *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return rill_error_no_memory(error);
    }
    p->experiment = experiment;
    p->options = options;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->finished, NULL);
    pthread_cond_init(&p->room, NULL);
    p->progress = calloc(n_variants + 1, sizeof *p->progress);
    p->steps = calloc(n_variants + 1, sizeof *p->steps);
    p->sights = calloc(n_variants + 1, sizeof *p->sights);
    p->running = calloc(n_variants + 1, sizeof *p->running);
    if (p->progress == NULL || p->running == NULL || p->steps == NULL || p->sights == NULL) {
        pool_destroy(p);
        return rill_error_no_memory(error);
    }
    for (size_t i = 0; i < n_variants; i++) {
        atomic_init(&p->sights[i].fraction, (double)NAN);
        atomic_init(&p->sights[i].value, (double)NAN);
        atomic_init(&p->sights[i].memory_state, RUN_MEMORY_UNWANTED);
    }
    for (size_t i = 0; i < n_variants && options->onlookers != NULL; i++) {
        if (options->onlookers[i] == NULL) {
            continue;
        }
        p->sights[i].memory = malloc(options->onlookers[i]->memory_size);
        if (p->sights[i].memory == NULL) {
            pool_destroy(p);
            return rill_error_no_memory(error);
        }
        atomic_store(&p->sights[i].memory_state, RUN_MEMORY_WANTED);
    }
    for (int64_t i = 0; i < experiment->runs * experiment->n_variants; i++) {
        p->n_missing += !is_done(p, task_at(p, i));
    }
    *out = p;
    return RILL_OK;
}

void pool_clear_notes(note_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        free(list->notes[i].checkpoint.bytes);
        free(list->notes[i].warning);
    }
    free(list->notes);
    *list = (note_list){0};
}

void pool_destroy(pool *p)
{
    if (p == NULL) {
        return;
    }
    pool_clear_notes(&p->notes);
    run_list_clear(&p->waiting);
    free(p->waiting.runs);
    free(p->batch.runs);
    free(p->returned);
    for (size_t i = 0; i < p->n_added; i++) {
        free(p->added[i].bytes);
    }
    free(p->added);
    for (int32_t i = 0; p->sights != NULL && i < p->experiment->n_variants; i++) {
        free(p->sights[i].memory);
    }
    free(p->progress);
    free(p->steps);
    free(p->sights);
    free(p->running);
    pthread_cond_destroy(&p->finished);
    pthread_cond_destroy(&p->room);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

bool pool_has_task(pool *p)
{
    const int64_t n = p->experiment->runs * p->experiment->n_variants;
    while (p->next < n && is_done(p, task_at(p, p->next))) {
        p->next++;
    }
    return p->status == RILL_OK && !atomic_load(&p->stop) && (p->n_returned > 0 || p->next < n);
}

/// With the lock held.
static bool take(pool *p, pool_task *task)
{
    if (!pool_has_task(p)) {
        return false;
    }
    *task = p->n_returned > 0 ? p->returned[--p->n_returned] : task_at(p, p->next++);
    p->n_out++;
    p->running[task->variant]++;
    return true;
}

static bool is_full(const pool *p)
{
    return p->waiting.n >= MAX_WAITING_RUNS || p->waiting.bytes >= MAX_WAITING_BYTES;
}

/// Whether a task is worth waiting for. With the lock held.
static bool is_to_wait(pool *p)
{
    return (is_full(p) || (p->is_open && !pool_has_task(p))) && p->status == RILL_OK &&
           !atomic_load(&p->stop);
}

bool pool_take(pool *p, pool_task *task)
{
    pthread_mutex_lock(&p->lock);
    while (is_to_wait(p)) {
        pthread_cond_wait(&p->room, &p->lock);
    }
    const bool is_taken = take(p, task);
    pthread_mutex_unlock(&p->lock);
    return is_taken;
}

bool pool_take_at_once(pool *p, pool_task *task)
{
    pthread_mutex_lock(&p->lock);
    const bool is_taken = take(p, task);
    pthread_mutex_unlock(&p->lock);
    return is_taken;
}

static void fail(pool *p, rill_status status, const rill_error *error)
{
    if (p->status == RILL_OK) {
        p->status = status;
        p->error = *error;
    }
}

/// A task is no longer out. With the lock held.
static void come_back(pool *p, pool_task task)
{
    p->n_out--;
    p->running[task.variant]--;
    pthread_cond_signal(&p->finished); // for the calling thread, the only one that waits for it
    if (p->status != RILL_OK) {
        pthread_cond_broadcast(&p->room);
    }
}

void pool_give(pool *p, pool_task task, rill_run *run, rill_status status, const rill_error *error)
{
    pthread_mutex_lock(&p->lock);
    rill_error own = {0};
    if (status == RILL_OK && !run_list_append(&p->waiting, run)) {
        status = rill_error_no_memory(&own);
        error = &own;
    }
    if (status != RILL_OK) {
        rill_run_clear(run);
    }
    if (status != RILL_OK && status != RILL_INTERRUPTED) {
        fail(p, status, error);
    }
    come_back(p, task);
    pthread_mutex_unlock(&p->lock);
}

/// With the lock held.
static void add(pool *p, pool_task task)
{
    pool_task *larger = realloc(p->returned, (p->n_returned + 1) * sizeof *larger);
    if (larger == NULL) {
        rill_error error = {0};
        fail(p, rill_error_no_memory(&error), &error);
    } else {
        p->returned = larger;
        p->returned[p->n_returned++] = task;
    }
    pthread_cond_broadcast(&p->room);
}

void pool_return(pool *p, pool_task task)
{
    pthread_mutex_lock(&p->lock);
    add(p, task);
    come_back(p, task);
    pthread_mutex_unlock(&p->lock);
}

/// With the lock held.
static void add_checkpoint(pool *p, const rill_checkpoint *checkpoint)
{
    rill_checkpoint *larger = realloc(p->added, (p->n_added + 1) * sizeof *larger);
    if (larger == NULL) { // the run begins anew
        free(checkpoint->bytes);
        return;
    }
    p->added = larger;
    p->added[p->n_added++] = *checkpoint;
}

void pool_add(pool *p, pool_task task, const rill_checkpoint *checkpoint)
{
    pthread_mutex_lock(&p->lock);
    add(p, task);
    if (checkpoint != NULL) {
        add_checkpoint(p, checkpoint);
    }
    p->n_missing++;
    pthread_mutex_unlock(&p->lock);
}

void pool_open(pool *p, bool is_open)
{
    pthread_mutex_lock(&p->lock);
    p->is_open = is_open;
    pthread_cond_broadcast(&p->room);
    pthread_mutex_unlock(&p->lock);
}

int64_t pool_left(pool *p)
{
    pthread_mutex_lock(&p->lock);
    const int64_t n = p->n_missing - p->n_out - (int64_t)p->waiting.n;
    pthread_mutex_unlock(&p->lock);
    return n;
}

void pool_fail(pool *p, rill_status status, const rill_error *error)
{
    pthread_mutex_lock(&p->lock);
    fail(p, status, error);
    pthread_cond_broadcast(&p->room);
    pthread_mutex_unlock(&p->lock);
}

static bool find_checkpoint(const rill_checkpoint *all, size_t n, pool_task task,
                            rill_checkpoint *found)
{
    for (size_t i = 0; i < n; i++) {
        if (all[i].variant == task.variant && all[i].run == task.run) {
            *found = all[i];
            return true;
        }
    }
    return false;
}

bool pool_checkpoint(pool *p, pool_task task, rill_checkpoint *found)
{
    pthread_mutex_lock(&p->lock);
    const bool is_there =
        find_checkpoint(p->options->checkpoints, p->options->n_checkpoints, task, found) ||
        find_checkpoint(p->added, p->n_added, task, found);
    pthread_mutex_unlock(&p->lock);
    return is_there;
}

/// With the lock held; what it holds is the pool's, or freed.
static void add_note(pool *p, note *added)
{
    note *larger = realloc(p->notes.notes, (p->notes.n + 1) * sizeof *larger);
    if (larger == NULL) {
        rill_error error = {0};
        fail(p, rill_error_no_memory(&error), &error);
        free(added->checkpoint.bytes);
        free(added->warning);
        return;
    }
    p->notes.notes = larger;
    p->notes.notes[p->notes.n++] = *added;
    pthread_cond_signal(&p->finished);
}

void pool_save(pool *p, rill_checkpoint *checkpoint)
{
    note added = {.checkpoint = *checkpoint};
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < p->notes.n; i++) {
        rill_checkpoint *earlier = &p->notes.notes[i].checkpoint;
        if (earlier->bytes != NULL && earlier->variant == checkpoint->variant &&
            earlier->run == checkpoint->run) { // the disk is slower than the run
            free(earlier->bytes);
            *earlier = (rill_checkpoint){0};
        }
    }
    add_note(p, &added);
    pthread_mutex_unlock(&p->lock);
}

void pool_warn(pool *p, const char *message)
{
    note added = {.warning = strdup(message)};
    pthread_mutex_lock(&p->lock);
    add_note(p, &added);
    pthread_mutex_unlock(&p->lock);
}

const atomic_bool *pool_stop(const pool *p)
{
    return &p->stop;
}

atomic_llong *pool_steps(pool *p, int32_t variant)
{
    return &p->steps[variant];
}

run_sight *pool_sight(pool *p, int32_t variant)
{
    return &p->sights[variant];
}
