/// The work of rank 0: tasks for the others, runs from them.
#include "experiments/pool.h"
#include "experiments/program/ranks_work.h"
#include "experiments/run.h"
#include "experiments/run_bytes.h"
#include "experiments/run_one.h"

#include <inttypes.h>
#include <rill/version.h>
#include <stdio.h>
#include <stdlib.h>

/// Another rank, as rank 0 sees it.
typedef struct follower {
    pool_task *tasks; ///< (n_tasks) that it has, in the order in which it got them
    size_t n_tasks, capacity;
    int32_t threads;
    double heard; ///< when
    bool is_told; ///< to stop
    bool is_over; ///< it has sent its last report
} follower;

typedef struct leader {
    ranks *all;
    const rill_experiment *experiment;
    double patience;
    follower *followers; ///< (count of ranks); none at 0
    int64_t n_tasks;     ///< that followers have
    int64_t n_threads;   ///< of all that were heard
    double heard;        ///< when there was a message from any
} leader;

static bool add_task(follower *f, pool_task task)
{
    if (f->n_tasks == f->capacity) {
        const size_t capacity = 2 * f->capacity + 16;
        pool_task *larger = realloc(f->tasks, capacity * sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        f->tasks = larger;
        f->capacity = capacity;
    }
    f->tasks[f->n_tasks++] = task;
    return true;
}

/// The position of a task in a follower's list; its length when it is not there.
static size_t find_task(const follower *f, pool_task task)
{
    size_t i = 0;
    while (i < f->n_tasks && (f->tasks[i].variant != task.variant || f->tasks[i].run != task.run)) {
        i++;
    }
    return i;
}

/// Takes a task from a follower's list; false when it is not there.
static bool remove_task(follower *f, pool_task task)
{
    size_t i = find_task(f, task);
    if (i == f->n_tasks) {
        return false;
    }
    f->n_tasks--;
    for (; i < f->n_tasks; i++) {
        f->tasks[i] = f->tasks[i + 1];
    }
    return true;
}

/// The tasks of one that will not finish them: for others, unless all is to stop.
static void take_back(leader *self, follower *f, pool *p)
{
    static const rill_error none = {0};
    for (size_t i = 0; i < f->n_tasks; i++) {
        if (atomic_load(pool_stop(p))) {
            pool_give(p, f->tasks[i], &(rill_run){0}, RILL_INTERRUPTED, &none);
        } else {
            pool_return(p, f->tasks[i]);
        }
    }
    self->n_tasks -= (int64_t)f->n_tasks;
    f->n_tasks = 0;
}

static void send_answer(leader *self, int32_t to, pool *p, bytes_writer *answer)
{
    rill_error error = {0};
    const rill_status status = ranks_send(self->all, to, answer, &error);
    if (status != RILL_OK && p != NULL) { // it will be missed when it stays silent
        take_back(self, &self->followers[to], p);
    }
}

/// Tasks for a follower: one for each idle thread, and of those that it wishes in store a part of what is
/// left, so that at the end no one has a store while others are idle.
static void give_tasks(leader *self, int32_t to, pool *p, int64_t n_idle, int64_t n_wished)
{
    follower *f = &self->followers[to];
    const int64_t fair = pool_left(p) * f->threads / (4 * self->n_threads);
    const int64_t n_wanted = n_idle + (n_wished < fair ? n_wished : fair);
    const size_t n_before = f->n_tasks;
    pool_task task;
    pool_open(p, true); // what they are given may come back
    while ((int64_t)(f->n_tasks - n_before) < n_wanted && pool_take_at_once(p, &task)) {
        if (!add_task(f, task)) {
            pool_return(p, task);
            break;
        }
    }
    bytes_writer answer = {0};
    bytes_put_number(&answer, false);
    bytes_put_number(&answer, f->n_tasks - n_before);
    for (size_t i = n_before; i < f->n_tasks; i++) {
        bytes_put_number(&answer, (uint64_t)f->tasks[i].variant);
        bytes_put_number(&answer, (uint64_t)f->tasks[i].run);
        rill_checkpoint checkpoint = {.size = 0};
        pool_checkpoint(p, f->tasks[i], &checkpoint);
        bytes_put_block(&answer, checkpoint.bytes, checkpoint.size);
    }
    self->n_tasks += (int64_t)(f->n_tasks - n_before);
    send_answer(self, to, p, &answer);
}

static void tell_to_stop(leader *self, int32_t to)
{
    follower *f = &self->followers[to];
    if (!f->is_told && !f->is_over && !self->all->is_lost[to]) {
        bytes_writer answer = {0};
        bytes_put_number(&answer, true);
        bytes_put_number(&answer, 0);
        f->is_told = true;
        send_answer(self, to, NULL, &answer);
    }
}

static void read_steps(const leader *self, pool *p, bytes_reader *report)
{
    const size_t n = bytes_get_count(report, 16);
    for (size_t i = 0; i < n; i++) {
        const int32_t variant =
            (int32_t)bytes_get_bounded(report, (uint64_t)self->experiment->n_variants - 1);
        const int64_t steps = (int64_t)bytes_get_bounded(report, INT64_MAX);
        if (report->status == RILL_OK) {
            atomic_fetch_add(pool_steps(p, variant), steps);
        }
    }
}

static void read_run(leader *self, follower *f, pool *p, bytes_reader *report)
{
    static const rill_error none = {0};
    rill_run run;
    run_bytes_get(report, &run);
    const pool_task task = {run.variant, run.run};
    if (report->status == RILL_OK && remove_task(f, task)) {
        self->n_tasks--;
        pool_give(p, task, &run, RILL_OK, &none);
    } else { // of one that was taken for lost: another has made it, or will
        rill_run_clear(&run);
    }
}

static void read_checkpoint(const follower *f, pool *p, bytes_reader *report)
{
    rill_checkpoint checkpoint = {.variant = (int32_t)bytes_get_bounded(report, INT32_MAX),
                                  .run = (int64_t)bytes_get_bounded(report, INT64_MAX)};
    checkpoint.bytes = bytes_get_block(report, &checkpoint.size);
    if (report->status == RILL_OK &&
        find_task(f, (pool_task){checkpoint.variant, checkpoint.run}) < f->n_tasks) {
        pool_save(p, &checkpoint);
    } else {
        free(checkpoint.bytes);
    }
}

static void read_items(leader *self, follower *f, pool *p, bytes_reader *report)
{
    const size_t n = bytes_get_count(report, 16);
    for (size_t i = 0; i < n && report->status == RILL_OK; i++) {
        char warning[1024];
        switch ((ranks_item)bytes_get_bounded(report, RANKS_WARNING)) {
        case RANKS_RUN:
            read_run(self, f, p, report);
            break;
        case RANKS_CHECKPOINT:
            read_checkpoint(f, p, report);
            break;
        case RANKS_WARNING:
            bytes_get_text(report, warning, sizeof warning);
            pool_warn(p, warning);
            break;
        }
    }
}

/// Reads a report and answers it. Without a pool, when all is over, it only notes who is.
static void read_report(leader *self, int32_t from, pool *p, const bytes_writer *message)
{
    follower *f = &self->followers[from];
    bytes_reader report = {message->data, message->size, RILL_OK};
    rill_error error = {0};
    f->heard = self->heard = run_seconds_now();
    self->all->is_lost[from] = false;
    f->is_over = bytes_get_bounded(&report, 1) != 0;
    self->n_threads -= f->threads;
    f->threads = (int32_t)bytes_get_bounded(&report, 1024);
    self->n_threads += f->threads;
    const int64_t n_idle = (int64_t)bytes_get_bounded(&report, 1024);
    const int64_t n_wished = (int64_t)bytes_get_bounded(&report, INT32_MAX);
    error.status = (rill_status) - (int)bytes_get_bounded(&report, 100);
    bytes_get_text(&report, error.path, sizeof error.path);
    bytes_get_text(&report, error.message, sizeof error.message);
    if (p == NULL) {
        return;
    }
    read_steps(self, p, &report);
    read_items(self, f, p, &report);
    if (report.status != RILL_OK) {
        rill_error_set(&error, RILL_FAILED, "", "a message of rank %d is damaged", (int)from);
    }
    if (error.status != RILL_OK) {
        pool_fail(p, error.status, &error);
    }
    if (f->is_over) {
        take_back(self, f, p);
    } else if (!f->is_told) {
        give_tasks(self, from, p, n_idle, n_wished);
    }
}

/// At most one of each: those that are answered have more to say, and what they brought is to be stored.
static void read_reports(leader *self, pool *p)
{
    int32_t from = 0;
    bytes_writer message;
    for (int32_t i = 1; i < self->all->count && ranks_receive(self->all, &from, &message); i++) {
        read_report(self, from, p, &message);
        free(message.data);
    }
}

/// Gives up those that have been silent for long.
static void look_for_lost(leader *self, pool *p)
{
    const double now = run_seconds_now();
    for (int32_t i = 1; i < self->all->count; i++) {
        follower *f = &self->followers[i];
        if (!f->is_over && !self->all->is_lost[i] && now - f->heard > self->patience) {
            fprintf(stderr,
                    "rill: rank %d has been silent for %.0f s; its %zu runs are given out again\n",
                    (int)i, now - f->heard, f->n_tasks);
            self->all->is_lost[i] = true;
            if (p != NULL) {
                take_back(self, f, p);
            }
        }
    }
}

static double serve(void *context, pool *p)
{
    leader *self = context;
    read_reports(self, p);
    look_for_lost(self, p);
    if (atomic_load(pool_stop(p))) {
        for (int32_t i = 1; i < self->all->count; i++) {
            tell_to_stop(self, i);
        }
    }
    pool_open(p, self->n_tasks > 0);
    return ranks_interval(run_seconds_now() - self->heard);
}

/// Waits for the last reports: for that of one that is silent somewhat longer, as the launcher would rather
/// end the job than let it run without one that had died.
static void gather(leader *self)
{
    int32_t n_there = 1;
    while (n_there > 0) {
        n_there = 0;
        read_reports(self, NULL);
        look_for_lost(self, NULL);
        for (int32_t i = 1; i < self->all->count; i++) {
            tell_to_stop(self, i);
            const double silence = run_seconds_now() - self->followers[i].heard;
            n_there += !self->followers[i].is_over && silence < 2.0 * self->patience;
        }
        if (n_there > 0) {
            ranks_pause(0.001);
        }
    }
}

static rill_status share_start(ranks *all, const char *text, int32_t threads,
                               double checkpoint_seconds, rill_error *error)
{
    bytes_writer start = {0};
    bytes_put_number(&start, text != NULL);
    if (text != NULL) {
        bytes_put_text(&start, RILL_VERSION);
        bytes_put_number(&start, (uint64_t)threads);
        bytes_put_real(&start, checkpoint_seconds);
        bytes_put_text(&start, text);
    }
    rill_status status =
        start.is_incomplete ? rill_error_no_memory(error) : ranks_share(all, &start, error);
    free(start.data);
    return status;
}

void ranks_dismiss(ranks *all)
{
    if (!all->is_started) {
        share_start(all, NULL, 0, 0.0, NULL);
    }
}

rill_status ranks_run(ranks *all, const rill_experiment *experiment,
                      const rill_run_options *options, const ranks_start *start, rill_error *error)
{
    if (all->count == 1) {
        return rill_experiment_run(experiment, options, error);
    }
    leader self = {.all = all,
                   .experiment = experiment,
                   .patience = start->patience,
                   .n_threads = options->threads};
    self.followers = calloc((size_t)all->count, sizeof *self.followers);
    if (self.followers == NULL) {
        return rill_error_no_memory(error);
    }
    rill_status status =
        share_start(all, experiment->resolved, start->threads, options->checkpoint_seconds, error);
    for (int32_t i = 0; i < all->count; i++) {
        self.followers[i].heard = run_seconds_now();
    }
    if (status == RILL_OK) {
        status = run_with_help(experiment, options, &(run_help){serve, &self}, error);
        gather(&self);
    }
    for (int32_t i = 0; i < all->count; i++) {
        free(self.followers[i].tasks);
    }
    free(self.followers);
    return status;
}
