// Scores: what of a series is read, and the table that does not depend on the order of runs.
#include "tests/runs.h"

static rill_error error;
static const double none = (double)NAN;

static rill_series series_of(const char *metric, int64_t every, const double *values, size_t n)
{
    rill_series series = {.unit = RILL_STEPS, .every = every};
    snprintf(series.metric, sizeof series.metric, "%s", metric);
    for (size_t i = 0; i < n; i++) {
        ck_assert(rill_series_append(&series, values[i]));
    }
    return series;
}

START_TEST(test_readings)
{
    // points at 10, 20, ..., 100
    static const double values[] = {0, 4, 2, 6, 4, 8, 6, 10, 8, 12};
    static const struct {
        rill_reading reading;
        double score;
    } cases[] = {
        {{0}, 10.0},
        {{.last = 1}, 12.0},
        {{.last = 3}, 10.0},
        {{.last = 99}, 6.0},
        {{.kind = RILL_READ_WINDOW, .from = 20, .to = 40}, 4.0},
        {{.kind = RILL_READ_WINDOW, .from = 11, .to = 29}, 4.0},
        {{.kind = RILL_READ_WINDOW, .from = 90, .to = 500}, 10.0},
        {{.kind = RILL_READ_AREA}, 6.0},
        {{.kind = RILL_READ_THRESHOLD, .threshold = 5, .width = 1}, 40.0},
        {{.kind = RILL_READ_THRESHOLD, .threshold = 5, .width = 2}, 50.0},
        {{.kind = RILL_READ_THRESHOLD, .threshold = 4}, 20.0}, // a twentieth of ten is one
        {{.kind = RILL_READ_THRESHOLD, .threshold = 13}, (double)INFINITY},
        {{.kind = RILL_READ_THRESHOLD, .threshold = 3, .width = 2, .better = RILL_BETTER_LOWER},
         20.0},
        {{.kind = RILL_READ_THRESHOLD, .threshold = 3, .width = 3, .better = RILL_BETTER_HIGHER},
         40.0},
    };
    rill_series series = series_of("return", 10, values, 10);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_double_eq(rill_reading_score(&cases[i].reading, &series), cases[i].score);
    }
    const rill_reading beyond = {.kind = RILL_READ_WINDOW, .from = 101, .to = 200};
    ck_assert(isnan(rill_reading_score(&beyond, &series)));
    series.values[9] = none;
    ck_assert(isnan(rill_reading_score(&(rill_reading){0}, &series)));
    series.count = 0;
    for (int kind = RILL_READ_LAST; kind <= RILL_READ_THRESHOLD; kind++) {
        const rill_reading reading = {.kind = (rill_reading_kind)kind, .from = 1, .to = 100};
        ck_assert(isnan(rill_reading_score(&reading, &series)));
    }
    free(series.values);
}
END_TEST

/// A run of one point in each of two metrics.
static rill_run run_of(int32_t variant, int64_t number, double value, double other)
{
    rill_run run = {.variant = variant, .run = number, .n_series = 2};
    run.series = calloc(2, sizeof *run.series);
    run.series[0] = series_of("return", 1, &value, 1);
    run.series[1] = series_of("rms_error", 1, &other, 1);
    return run;
}

START_TEST(test_table_does_not_depend_on_order)
{
    enum { N = 60 };
    rill_run runs[N];
    rill_rng rng;
    rill_rng_seed(&rng, 9);
    for (int i = 0; i < N; i++) {
        runs[i] = run_of(i % 3, i / 3, i, 100.0 + i);
        runs[i].status = i % 10 == 4 ? RILL_RUN_DIVERGED : RILL_RUN_DONE;
        runs[i].steps = 1000 - i;
    }
    for (int shuffle = 0; shuffle < 10; shuffle++) {
        rill_scores *scores = scores_of(runs, N, 0);
        ck_assert_uint_eq(scores->n_rows, 6);
        for (size_t r = 0; r < 6; r++) {
            const rill_score_row *row = &scores->rows[r];
            ck_assert(row->variant == (int32_t)r / 2 && row->position == r % 2);
            ck_assert_str_eq(row->metric, r % 2 == 0 ? "return" : "rms_error");
            ck_assert(row->n == 18 && row->diverged == 2);
            int64_t earliest = INT64_MAX;
            size_t at = 0;
            for (int i = row->variant; i < N; i += 3) {
                if (i % 10 == 4) {
                    earliest = 1000 - i;
                    continue;
                }
                ck_assert(row->runs[at] == i / 3);
                ck_assert(row->values[at++] == (r % 2 == 0 ? i : 100.0 + i));
            }
            ck_assert_int_eq(row->first_diverged, earliest);
            ck_assert_ptr_eq(rill_scores_find(scores, row->variant, row->metric), row);
        }
        ck_assert_ptr_null(rill_scores_find(scores, 3, "return"));
        ck_assert_ptr_null(rill_scores_find(scores, 0, "length"));
        rill_scores_destroy(scores);
        for (int i = N - 1; i > 0; i--) {
            const int64_t j = rill_rng_integers(&rng, i + 1);
            const rill_run kept = runs[i];
            runs[i] = runs[j];
            runs[j] = kept;
        }
    }
    for (int i = 0; i < N; i++) {
        rill_run_clear(&runs[i]);
    }
    rill_scores_destroy(NULL);
}
END_TEST

START_TEST(test_what_is_better)
{
    static const struct {
        const char *metric;
        rill_better better;
    } metrics[] = {
        {"return", RILL_BETTER_HIGHER},         {"evaluation_return", RILL_BETTER_HIGHER},
        {"reward", RILL_BETTER_HIGHER},         {"policy_value", RILL_BETTER_HIGHER},
        {"optimal_action", RILL_BETTER_HIGHER}, {"regret", RILL_BETTER_LOWER},
        {"rms_error", RILL_BETTER_LOWER},       {"q_rms_error_stationary", RILL_BETTER_LOWER},
        {"length", RILL_BETTER_NEITHER},        {"weight[3]", RILL_BETTER_NEITHER},
        {"unheard_of", RILL_BETTER_NEITHER},
    };
    static const double value[] = {5.0, 3.0};
    const rill_reading last = {0}, time = {.kind = RILL_READ_THRESHOLD, .threshold = 4, .width = 1},
                       forced = {.better = RILL_BETTER_LOWER};
    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
        rill_series series = series_of(metrics[i].metric, 1, value, 2);
        const rill_run run = {.series = &series, .n_series = 1};
        rill_scores *scores = NULL;
        ASSERT_OK(rill_scores_create(&scores, &last, &error), &error);
        ASSERT_OK(rill_scores_add(scores, &run, &error), &error);
        ck_assert_int_eq(rill_score_row_better(&scores->rows[0]), metrics[i].better);
        rill_scores_destroy(scores);
        ASSERT_OK(rill_scores_create(&scores, &forced, &error), &error);
        ASSERT_OK(rill_scores_add(scores, &run, &error), &error);
        ck_assert_int_eq(rill_score_row_better(&scores->rows[0]), RILL_BETTER_LOWER);
        rill_scores_destroy(scores);
        // a time to reach a threshold: less is better, and an error comes from above
        ASSERT_OK(rill_scores_create(&scores, &time, &error), &error);
        ASSERT_OK(rill_scores_add(scores, &run, &error), &error);
        const bool is_known = metrics[i].better != RILL_BETTER_NEITHER;
        ck_assert_int_eq(rill_score_row_better(&scores->rows[0]),
                         is_known ? RILL_BETTER_LOWER : RILL_BETTER_NEITHER);
        ck_assert_double_eq(scores->rows[0].values[0],
                            metrics[i].better == RILL_BETTER_LOWER ? 2.0 : 1.0);
        rill_scores_destroy(scores);
        free(series.values);
    }
}
END_TEST

TEST_MAIN_WITH_FILES(test_readings, test_table_does_not_depend_on_order, test_what_is_better)
