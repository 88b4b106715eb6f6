/// The work of the ranks that follow.
#include "experiments/pool.h"
#include "experiments/program/ranks_work.h"
#include "experiments/run.h"
#include "experiments/run_bytes.h"
#include "experiments/run_one.h"

#include <rill/version.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double ahead = 0.25;         // seconds of work to have in store
static const double between = 0.1;        // seconds between two reports of short runs
static const double patience = 600.0;     // seconds to wait for an answer
static const int64_t max_ahead = 1 << 14; // tasks

typedef struct follower {
    ranks *all;
    rill_experiment *experiment;
    int32_t threads;
    bytes_writer items; ///< to be reported
    int64_t n_items;
    double checkpoint_seconds;
    int64_t n_tasks;       ///< had and not finished
    double seconds_of_run; ///< of late; 0: not known
    int64_t *reported;     ///< (n_variants) steps
    double reported_at;
    bool is_answered; ///< the last report is
    bool is_in_vain;  ///< it brought no tasks
    bool is_stopped;
} follower;

static rill_status keep_runs(void *context, rill_run *runs, size_t n, rill_error *error)
{
    follower *self = context;
    for (size_t i = 0; i < n; i++) {
        bytes_put_number(&self->items, RANKS_RUN);
        run_bytes_put(&self->items, &runs[i]);
        self->seconds_of_run = self->seconds_of_run == 0.0
                                   ? runs[i].wall_seconds
                                   : 0.9 * self->seconds_of_run + 0.1 * runs[i].wall_seconds;
        rill_run_clear(&runs[i]);
    }
    self->n_items += (int64_t)n;
    self->n_tasks -= (int64_t)n;
    return self->items.is_incomplete ? rill_error_no_memory(error) : RILL_OK;
}

static rill_status keep_checkpoint(void *context, const rill_checkpoint *checkpoint,
                                   rill_error *error)
{
    follower *self = context;
    bytes_put_number(&self->items, RANKS_CHECKPOINT);
    bytes_put_number(&self->items, (uint64_t)checkpoint->variant);
    bytes_put_number(&self->items, (uint64_t)checkpoint->run);
    bytes_put_block(&self->items, checkpoint->bytes, checkpoint->size);
    self->n_items++;
    return self->items.is_incomplete ? rill_error_no_memory(error) : RILL_OK;
}

static void keep_warning(void *context, const char *message)
{
    follower *self = context;
    bytes_put_number(&self->items, RANKS_WARNING);
    bytes_put_text(&self->items, message);
    self->n_items++;
}

static bool is_stopped(void *context)
{
    return ((follower *)context)->is_stopped;
}

static int64_t count_idle(const follower *self)
{
    return self->n_tasks < self->threads ? self->threads - self->n_tasks : 0;
}

/// Tasks to have in store: enough to work on until the next answer, and none where a run takes longer.
static int64_t count_wished(const follower *self)
{
    if (self->seconds_of_run <= 0.0) {
        return 0;
    }
    const double in_store = self->threads * ahead / self->seconds_of_run;
    const int64_t n = in_store < (double)max_ahead ? (int64_t)in_store : max_ahead;
    const int64_t waiting = self->n_tasks > self->threads ? self->n_tasks - self->threads : 0;
    return n > waiting ? n - waiting : 0;
}

static void put_steps(follower *self, pool *p, bytes_writer *report)
{
    const int32_t n_variants = p == NULL ? 0 : self->experiment->n_variants;
    int32_t n = 0;
    for (int32_t i = 0; i < n_variants; i++) {
        n += atomic_load(pool_steps(p, i)) != self->reported[i];
    }
    bytes_put_number(report, (uint64_t)n);
    for (int32_t i = 0; i < n_variants && n > 0; i++) {
        const int64_t steps = atomic_load(pool_steps(p, i));
        if (steps != self->reported[i]) {
            bytes_put_number(report, (uint64_t)i);
            bytes_put_number(report, (uint64_t)(steps - self->reported[i]));
            self->reported[i] = steps;
            n--;
        }
    }
}

/// Sends a report; without a pool the last one.
static rill_status send_report(follower *self, pool *p, rill_status status,
                               const rill_error *trouble, rill_error *error)
{
    bytes_writer report = {0};
    bytes_put_number(&report, p == NULL);
    bytes_put_number(&report, (uint64_t)self->threads);
    bytes_put_number(&report, (uint64_t)count_idle(self));
    bytes_put_number(&report, (uint64_t)count_wished(self));
    bytes_put_number(&report, (uint64_t) - (int)status);
    bytes_put_text(&report, status == RILL_OK ? "" : trouble->path);
    bytes_put_text(&report, status == RILL_OK ? "" : trouble->message);
    put_steps(self, p, &report);
    bytes_put_number(&report, (uint64_t)self->n_items);
    bytes_put_bytes(&report, self->items.data, self->items.size);
    self->items.size = 0;
    self->n_items = 0;
    self->is_answered = false;
    self->reported_at = run_seconds_now();
    return ranks_send(self->all, 0, &report, error);
}

/// Does as an answer of rank 0 says.
static void heed(follower *self, pool *p, const bytes_writer *answer)
{
    bytes_reader reader = {answer->data, answer->size, RILL_OK};
    const bool is_to_stop = bytes_get_bounded(&reader, 1) != 0;
    const size_t n = bytes_get_count(&reader, 24);
    for (size_t i = 0; i < n; i++) {
        const pool_task task = {
            .variant =
                (int32_t)bytes_get_bounded(&reader, (uint64_t)self->experiment->n_variants - 1),
            .run = (int64_t)bytes_get_bounded(&reader, (uint64_t)self->experiment->runs - 1)};
        rill_checkpoint checkpoint = {.variant = task.variant, .run = task.run};
        checkpoint.bytes = bytes_get_block(&reader, &checkpoint.size);
        if (reader.status == RILL_OK) {
            pool_add(p, task, checkpoint.size == 0 ? NULL : &checkpoint);
            self->n_tasks++;
        }
    }
    if (is_to_stop || reader.status != RILL_OK) {
        self->is_stopped = true;
    } else {
        self->is_answered = true;
        self->is_in_vain = n == 0;
    }
}

/// A round of the calling thread: messages, and what to wait for next.
static double serve(void *context, pool *p)
{
    follower *self = context;
    bytes_writer answer;
    int32_t from = 0;
    while (!self->is_stopped && ranks_receive(self->all, &from, &answer)) {
        heed(self, p, &answer);
        free(answer.data);
    }
    const double since = run_seconds_now() - self->reported_at;
    const bool is_idle = count_idle(self) > 0;
    const bool is_due = (is_idle && !self->is_in_vain) || (self->n_items > 0 && is_idle) ||
                        (self->n_items > 0 && since >= between) ||
                        since >= ranks_heartbeat(self->all);
    rill_error error = {0};
    rill_status status = RILL_OK;
    if (self->is_answered && is_due && !self->is_stopped) {
        status = send_report(self, p, RILL_OK, NULL, &error);
    } else if (!self->is_answered && since > patience) {
        status =
            rill_error_set(&error, RILL_FAILED, "", "rank 0 has not answered for %.0f s", since);
    }
    if (status != RILL_OK) {
        pool_fail(p, status, &error);
    }
    return is_idle || !self->is_answered ? ranks_interval(since) : 0.005;
}

/// Reads what rank 0 has shared; whether there is work.
static bool read_start(follower *self, const bytes_writer *start, rill_status *status,
                       rill_error *error)
{
    char version[32];
    bytes_reader reader = {start->data, start->size, RILL_OK};
    if (bytes_get_bounded(&reader, 1) == 0) {
        return false;
    }
    bytes_get_text(&reader, version, sizeof version);
    self->threads = (int32_t)bytes_get_bounded(&reader, 1024);
    self->threads = self->threads == 0 ? ranks_threads(self->all) : self->threads;
    self->checkpoint_seconds = bytes_get_real(&reader);
    const size_t size = reader.left;
    char *text = malloc(size + 1);
    if (text == NULL) {
        *status = rill_error_no_memory(error);
        return true;
    }
    bytes_get_text(&reader, text, size + 1);
    if (reader.status != RILL_OK || strcmp(version, RILL_VERSION) != 0) {
        *status = rill_error_set(error, RILL_FAILED, "", "rank %d is another version of rill",
                                 (int)self->all->rank);
    } else {
        *status = rill_experiment_parse(&self->experiment, text, NULL, error);
    }
    if (*status == RILL_OK && strcmp(self->experiment->resolved, text) != 0) {
        *status =
            rill_error_set(error, RILL_FAILED, "",
                           "rank %d reads the experiment differently: it is another build of rill",
                           (int)self->all->rank);
    }
    free(text);
    return true;
}

/// Works until rank 0 says that it is over.
static rill_status work(follower *self, rill_error *error)
{
    const rill_experiment *experiment = self->experiment;
    const size_t n_variants = (size_t)experiment->n_variants;
    uint8_t *is_done = malloc(n_variants * (size_t)experiment->runs);
    self->reported = calloc(n_variants, sizeof *self->reported);
    if (is_done == NULL || self->reported == NULL) {
        free(is_done);
        return rill_error_no_memory(error);
    }
    memset(is_done, 1, n_variants * (size_t)experiment->runs); // no tasks but those of rank 0
    self->is_answered = true;
    const rill_run_options options = {.threads = self->threads,
                                      .is_done = is_done,
                                      .on_runs = keep_runs,
                                      .should_stop = is_stopped,
                                      .checkpoint_seconds = self->checkpoint_seconds,
                                      .on_checkpoint = keep_checkpoint,
                                      .on_warning = keep_warning,
                                      .context = self};
    rill_status status = run_with_help(experiment, &options, &(run_help){serve, self}, error);
    free(is_done);
    return status == RILL_INTERRUPTED ? RILL_OK : status;
}

int ranks_follow(ranks *all)
{
    // the launcher hands them to all: rank 0 is the one to heed them
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    rill_error error = {0};
    bytes_writer start = {0};
    follower self = {.all = all};
    rill_status status = ranks_share(all, &start, &error);
    if (status != RILL_OK || read_start(&self, &start, &status, &error)) {
        status = status == RILL_OK ? work(&self, &error) : status;
        send_report(&self, NULL, status, &error, NULL);
    }
    free(start.data);
    free(self.items.data);
    free(self.reported);
    rill_experiment_destroy(self.experiment);
    return ranks_end(all, 0);
}
