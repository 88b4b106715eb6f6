/// What tests of experiments share: making one from JSON, and collecting its runs.
#ifndef RILL_TESTS_RUNS_H
#define RILL_TESTS_RUNS_H

#include "tests/program.h"

#include <rill/experiment.h>
#include <rill/recorder.h>
#include <rill/scores.h>
#include <rill/store.h>

/// An experiment from JSON with ' for ".
static inline rill_experiment *experiment_of(const char *text)
{
    rill_error error = {0};
    rill_experiment *experiment = NULL;
    char *json = quoted(text);
    ASSERT_OK(rill_experiment_parse(&experiment, json, NULL, &error), &error);
    free(json);
    return experiment;
}

/// The scores of runs: means of the last points (0: the last fifth).
static inline rill_scores *scores_of(const rill_run *runs, size_t n_runs, int64_t last)
{
    rill_error error = {0};
    rill_scores *scores = NULL;
    ASSERT_OK(rill_scores_create(&scores, &(rill_reading){.last = last}, &error), &error);
    for (size_t i = 0; i < n_runs; i++) {
        ASSERT_OK(rill_scores_add(scores, &runs[i], &error), &error);
    }
    return scores;
}

/// Runs of an experiment as they finish.
typedef struct collection {
    rill_run *runs; ///< (count)
    size_t count;
    size_t stop_after; ///< asks to stop once there are so many; 0: never
    int64_t steps;     ///< as told by the last on_progress
    int64_t finished;
} collection;

static inline rill_status collect_runs(void *context, rill_run *runs, size_t n, rill_error *error)
{
    (void)error;
    collection *c = context;
    ck_assert_uint_gt(n, 0);
    c->runs = realloc(c->runs, (c->count + n) * sizeof *c->runs);
    memcpy(c->runs + c->count, runs, n * sizeof *runs);
    c->count += n;
    return RILL_OK;
}

static inline bool stop_collecting(void *context)
{
    const collection *c = context;
    return c->stop_after > 0 && c->count >= c->stop_after;
}

static inline void note_progress(void *context, const rill_progress *progress)
{
    collection *c = context;
    c->steps = progress->steps;
    c->finished = progress->finished;
}

static inline int compare_collected(const void *a, const void *b)
{
    const rill_run *x = a, *y = b;
    return x->variant != y->variant ? (x->variant < y->variant ? -1 : 1)
                                    : (x->run > y->run) - (x->run < y->run);
}

/// Runs what `is_done` (may be NULL) does not mark, and sorts it by variant and number.
static inline rill_status collect(const rill_experiment *experiment, int32_t threads,
                                  const uint8_t *is_done, collection *c, rill_error *error)
{
    const rill_run_options options = {.threads = threads,
                                      .is_done = is_done,
                                      .on_runs = collect_runs,
                                      .on_progress = note_progress,
                                      .should_stop = stop_collecting,
                                      .context = c};
    rill_status status = rill_experiment_run(experiment, &options, error);
    if (c->count > 0) {
        qsort(c->runs, c->count, sizeof *c->runs, compare_collected);
    }
    return status;
}

/// All runs of an experiment.
static inline collection collect_all(const rill_experiment *experiment, int32_t threads)
{
    rill_error error = {0};
    collection c = {0};
    ASSERT_OK(collect(experiment, threads, NULL, &c, &error), &error);
    ck_assert_uint_eq(c.count, (size_t)(experiment->runs * experiment->n_variants));
    return c;
}

static inline void release_runs(collection *c)
{
    for (size_t i = 0; i < c->count; i++) {
        rill_run_clear(&c->runs[i]);
    }
    free(c->runs);
    *c = (collection){0};
}

/// Two runs are the same in every bit that is recorded, and in the estimates kept.
static inline void assert_same_run(const rill_run *a, const rill_run *b)
{
    ck_assert_int_eq(a->variant, b->variant);
    ck_assert_int_eq(a->run, b->run);
    ck_assert_int_eq(a->status, b->status);
    ck_assert_uint_eq(a->hash, b->hash);
    ck_assert_int_eq(a->steps, b->steps);
    ck_assert_int_eq(a->episodes, b->episodes);
    ck_assert_uint_eq(a->n_series, b->n_series);
    for (size_t i = 0; i < a->n_series; i++) {
        const rill_series *x = &a->series[i], *y = &b->series[i];
        ck_assert_str_eq(x->metric, y->metric);
        ck_assert_int_eq(x->unit, y->unit);
        ck_assert_int_eq(x->every, y->every);
        ck_assert_uint_eq(x->count, y->count);
        ck_assert(x->count == 0 || memcmp(x->values, y->values, 8 * x->count) == 0);
    }
    ck_assert_uint_eq(a->n_values, b->n_values);
    ck_assert(a->n_values == 0 || memcmp(a->values, b->values, 8 * a->n_values) == 0);
}

/// All runs of a result directory, by variant and number.
static inline collection load_results(const char *directory)
{
    rill_error error = {0};
    collection c = {0};
    rill_store *store = NULL;
    ASSERT_OK(rill_store_open_results(&store, directory, &error), &error);
    ASSERT_OK(rill_store_load(store, &c.runs, &c.count, &error), &error);
    rill_store_close(store);
    return c;
}

/// A result directory holds these runs, and no others.
static inline void assert_results(const char *directory, const collection *expected)
{
    collection c = load_results(directory);
    ck_assert_uint_eq(c.count, expected->count);
    for (size_t i = 0; i < c.count; i++) {
        assert_same_run(&expected->runs[i], &c.runs[i]);
    }
    release_runs(&c);
}

#endif
