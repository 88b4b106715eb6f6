// Summaries and verdicts: means with their uncertainty, windows, and what passes.
#include "tests/runs.h"

#include <rill/summary.h>

static rill_error error;
static const double none = (double)NAN;

/// A run with one series "return" of n values.
static rill_run run_of(int32_t variant, int64_t number, rill_unit unit, int64_t every,
                       const double *values, size_t n)
{
    rill_run run = {.variant = variant, .run = number};
    run.series = calloc(1, sizeof *run.series);
    run.n_series = 1;
    run.series[0] = (rill_series){.metric = "return", .unit = unit, .every = every};
    for (size_t i = 0; i < n; i++) {
        ck_assert(rill_series_append(&run.series[0], values[i]));
    }
    return run;
}

#define RUN_OF(variant, number, ...)                                         \
    run_of(variant, number, RILL_EPISODES, 1, (const double[]){__VA_ARGS__}, \
           sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

static void clear(rill_run *runs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        rill_run_clear(&runs[i]);
    }
}

static const char *const labels[] = {"first", "second", "third", NULL};

START_TEST(test_windows)
{
    static const struct {
        size_t n;     ///< values 1, 2, ..., n
        int64_t last; ///< 0: a fifth
        int64_t every;
        int64_t from, to; ///< window, in units
        double mean;
    } cases[] = {
        {10, 0, 1, 9, 10, 9.5},     {11, 0, 1, 9, 11, 10.0},  {4, 0, 1, 4, 4, 4.0},
        {1, 0, 1, 1, 1, 1.0},       {10, 3, 1, 8, 10, 9.0},   {10, 10, 1, 1, 10, 5.5},
        {10, 99, 1, 1, 10, 5.5},    {10, 1, 1, 10, 10, 10.0}, {10, 0, 50, 450, 500, 9.5},
        {10, 3, 50, 400, 500, 9.0},
    };
    double values[11];
    for (size_t i = 0; i < 11; i++) {
        values[i] = (double)i + 1.0;
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_run run = run_of(0, 0, RILL_STEPS, cases[i].every, values, cases[i].n);
        rill_summary_row *rows = NULL;
        size_t n_rows = 0;
        rill_scores *scores = scores_of(&run, 1, cases[i].last);
        ASSERT_OK(rill_summarise(scores, labels, NULL, &rows, &n_rows, &error), &error);
        ck_assert_uint_eq(n_rows, 1);
        ck_assert_str_eq(rows[0].label, "first");
        ck_assert_str_eq(rows[0].metric, "return");
        ck_assert_int_eq(rows[0].unit, RILL_STEPS);
        ck_assert_int_eq(rows[0].first, cases[i].from);
        ck_assert_int_eq(rows[0].last, cases[i].to);
        ck_assert_double_eq(rows[0].estimate.mean, cases[i].mean);
        free(rows);
        rill_scores_destroy(scores);
        rill_run_clear(&run);
    }
}
END_TEST

START_TEST(test_rows)
{
    // the third agent comes before the first, runs in disorder; the second has none
    rill_run runs[] = {RUN_OF(2, 1, 0, 0, 0, 0, 8), RUN_OF(0, 1, 1, 2, 3, 4, 7),
                       RUN_OF(2, 0, 0, 0, 0, 0, 6), RUN_OF(0, 2, 5, 5, 5, 5, 50),
                       RUN_OF(0, 0, 1, 2, 3, 4, 5), RUN_OF(0, 3, 9, 9, none)};
    runs[5].status = RILL_RUN_DIVERGED; // counted, not averaged
    rill_summary_row *rows = NULL;
    size_t n_rows = 0;
    rill_scores *scores = scores_of(runs, 6, 1);
    ASSERT_OK(rill_summarise(scores, labels, NULL, &rows, &n_rows, &error), &error);
    ck_assert_uint_eq(n_rows, 2);
    ck_assert_str_eq(rows[0].label, "first");
    ck_assert_str_eq(rows[1].label, "third");
    rill_estimate first = rill_estimate_mean((const double[]){5, 7, 50}, 3);
    ck_assert_mem_eq(&rows[0].estimate, &first, sizeof first);
    ck_assert(rows[0].diverged == 1 && rows[1].diverged == 0);
    ck_assert(rows[1].estimate.n == 2 && rows[1].estimate.mean == 7.0);
    ck_assert(rows[0].first == 5 && rows[0].last == 5);
    free(rows);
    rill_scores_destroy(scores);
    // all diverged, or nothing recorded
    for (size_t i = 0; i < 6; i++) {
        runs[i].status = RILL_RUN_DIVERGED;
    }
    scores = scores_of(runs, 6, 1);
    ASSERT_OK(rill_summarise(scores, labels, NULL, &rows, &n_rows, &error), &error);
    ck_assert(rows[0].estimate.n == 0 && isnan(rows[0].estimate.mean) && rows[0].diverged == 4);
    free(rows);
    rill_scores_destroy(scores);
    clear(runs, 6);
    scores = scores_of(NULL, 0, 1);
    ASSERT_OK(rill_summarise(scores, labels, NULL, &rows, &n_rows, &error), &error);
    ck_assert_uint_eq(n_rows, 0);
    free(rows);
    rill_scores_destroy(scores);
    // runs of different length: the widest window
    rill_run uneven[] = {RUN_OF(0, 0, 1, 2, 3, 4, 5), RUN_OF(0, 1, 1, 2, 3), RUN_OF(0, 2, 1)};
    uneven[2].series[0].count = 0; // ended before its first point
    scores = scores_of(uneven, 3, 2);
    ASSERT_OK(rill_summarise(scores, labels, NULL, &rows, &n_rows, &error), &error);
    ck_assert(rows[0].first == 2 && rows[0].last == 5);
    ck_assert(rows[0].estimate.n == 2 && rows[0].estimate.mean == 3.5 && rows[0].missing == 1);
    free(rows);
    rill_scores_destroy(scores);
    clear(uneven, 3);
}
END_TEST

/// Sums depend on the order of their terms: the runs are taken by number, however they come.
START_TEST(test_order_does_not_matter)
{
    enum { N = 101 };
    rill_run runs[N];
    rill_rng rng;
    rill_rng_seed(&rng, 5);
    for (int i = 0; i < N; i++) {
        double value = rill_rng_standard_normal(&rng) * (i % 7 == 0 ? 1e9 : 1.0);
        runs[i] = RUN_OF(i % 2, i / 2, value);
    }
    rill_summary_row *before = NULL;
    size_t n_rows = 0;
    rill_scores *scores = scores_of(runs, N, 0);
    ASSERT_OK(rill_summarise(scores, labels, NULL, &before, &n_rows, &error), &error);
    rill_scores_destroy(scores);
    ck_assert_uint_eq(n_rows, 2);
    const rill_expect expect = {.variant = 0, .metric = (char[]){"return"}, .first = 1, .last = 1};
    rill_verdict verdict;
    ASSERT_OK(rill_expect_judge(NULL, &expect, runs, N, &verdict, &error), &error);
    for (int shuffle = 0; shuffle < 20; shuffle++) {
        for (int i = N - 1; i > 0; i--) {
            int64_t j = rill_rng_integers(&rng, i + 1);
            rill_run kept = runs[i];
            runs[i] = runs[j];
            runs[j] = kept;
        }
        rill_summary_row *after = NULL;
        scores = scores_of(runs, N, 0);
        ASSERT_OK(rill_summarise(scores, labels, NULL, &after, &n_rows, &error), &error);
        rill_scores_destroy(scores);
        for (size_t i = 0; i < 2; i++) {
            ck_assert_mem_eq(&before[i].estimate, &after[i].estimate, sizeof(rill_estimate));
        }
        free(after);
        rill_verdict again;
        ASSERT_OK(rill_expect_judge(NULL, &expect, runs, N, &again, &error), &error);
        ck_assert_mem_eq(&verdict.ours, &again.ours, sizeof verdict.ours);
    }
    free(before);
    clear(runs, N);
}
END_TEST

/// Estimates as the options say: of one task, the bootstrap's; few runs have no interval.
START_TEST(test_statistics_of_rows)
{
    rill_run runs[] = {RUN_OF(0, 0, 1), RUN_OF(0, 1, 2),    RUN_OF(0, 2, 30), RUN_OF(0, 3, 4),
                       RUN_OF(0, 4, 5), RUN_OF(0, 5, none), RUN_OF(1, 0, 7)};
    rill_scores *scores = scores_of(runs, 7, 0);
    rill_summary_options options = {.statistic = RILL_STATISTIC_IQM,
                                    .bootstrap = rill_bootstrap_default()};
    static const double five[] = {1, 2, 30, 4, 5};
    const rill_score_matrix matrix = {five, 5, 1};
    static const struct {
        rill_statistic statistic;
        double value;
    } cases[] = {{RILL_STATISTIC_MEAN, 8.4},
                 {RILL_STATISTIC_IQM, 11.0 / 3.0},
                 {RILL_STATISTIC_MEDIAN_SCORE, 4.0}};
    for (size_t i = 0; i < 3; i++) {
        rill_summary_row *rows = NULL;
        size_t n_rows = 0;
        rill_estimate expected;
        options.statistic = cases[i].statistic;
        options.is_bootstrap = true;
        ASSERT_OK(rill_summarise(scores, labels, &options, &rows, &n_rows, &error), &error);
        ASSERT_OK(rill_bootstrap_statistic(cases[i].statistic, 0, &matrix, NULL, &options.bootstrap,
                                           &expected, &error),
                  &error);
        ASSERT_NEAR(rows[0].estimate.mean, cases[i].value, 1e-12);
        ck_assert_mem_eq(&rows[0].estimate, &expected, sizeof expected);
        ck_assert(rows[0].missing == 1 && rows[1].missing == 0);
        ck_assert(rows[1].estimate.mean == 7.0 && isnan(rows[1].estimate.se) &&
                  isnan(rows[1].estimate.ci_low));
        free(rows);
    }
    rill_scores_destroy(scores);
    clear(runs, 7);
}
END_TEST

START_TEST(test_ranking)
{
    const rill_summary_row rows[] = {
        {.variant = 0, .estimate = {.mean = 9.0, .n = 2}, .diverged = 1},
        {.variant = 1, .estimate = {.mean = 1.0, .n = 3}},
        {.variant = 2, .estimate = {.mean = none}, .missing = 3},
        {.variant = 3, .estimate = {.mean = 5.0, .n = 3}},
        {.variant = 4, .estimate = {.mean = 7.0, .n = 2}, .missing = 1},
        {.variant = 5, .estimate = {.mean = 5.0, .n = 3}},
    };
    static const int32_t higher[] = {3, 5, 1, 4, 2, 0};
    static const int32_t lower[] = {1, 3, 5, 4, 2, 0};
    for (int turn = 0; turn < 12; turn++) {
        rill_summary_row ranked[6];
        for (int i = 0; i < 6; i++) {
            ranked[i] = rows[(turn * 5 + i) % 6];
            ranked[i].better = turn < 6 ? RILL_BETTER_HIGHER : RILL_BETTER_LOWER;
        }
        rill_summary_rank(ranked, 6);
        for (int i = 0; i < 6; i++) {
            ck_assert_int_eq(ranked[i].variant, turn < 6 ? higher[i] : lower[i]);
            ck_assert_int_eq(ranked[i].rank, i + 1);
        }
    }
    rill_summary_rank(NULL, 0);
}
END_TEST

static rill_verdict judge(const rill_run *runs, size_t n, int64_t first, int64_t last,
                          double published, double tolerance)
{
    const rill_expect expect = {.variant = 1,
                                .metric = (char[]){"return"},
                                .first = first,
                                .last = last,
                                .published = published,
                                .tolerance = tolerance};
    rill_verdict verdict;
    ASSERT_OK(rill_expect_judge(NULL, &expect, runs, n, &verdict, &error), &error);
    ck_assert(verdict.published == published && verdict.tolerance == tolerance);
    ck_assert(verdict.is_pass == (verdict.reason[0] == '\0'));
    return verdict;
}

/// ASSERT that the last verdict fails, and why.
static void assert_fails(const rill_verdict *verdict, const char *reason)
{
    ck_assert(!verdict->is_pass);
    ck_assert_str_eq(verdict->reason, reason);
}
#define ASSERT_FAILS(reason, ...)                        \
    do {                                                 \
        const rill_verdict failing = judge(__VA_ARGS__); \
        assert_fails(&failing, reason);                  \
    } while (0)

START_TEST(test_verdicts_on_what_was_learned)
{
    rill_run runs[] = {RUN_OF(1, 0, 0, 2, 4), RUN_OF(0, 0, 100, 100, 100), RUN_OF(1, 1, 0, 4, 6)};
    // episodes 2 to 3: 3 and 5, the mean is 4
    rill_verdict v = judge(runs, 3, 2, 3, 4.25, 0.25);
    ck_assert(v.is_pass && v.ours.mean == 4.0 && v.ours.n == 2 && v.ours.se == 1.0);
    ck_assert(judge(runs, 3, 2, 3, 3.75, 0.25).is_pass); // the boundary belongs to it
    ASSERT_FAILS("outside the tolerance", runs, 3, 2, 3, 4.25, 0.2499999999999999);
    ck_assert(!judge(runs, 3, 2, 3, 3.7499999999999996, 0.25).is_pass);
    ck_assert(judge(runs, 3, 2, 3, 4.0, 0.0).is_pass);
    ck_assert(judge(runs, 3, 3, 3, 5.0, 0.0).is_pass);
    ck_assert(judge(runs, 3, 1, 1, 0.0, 0.0).is_pass);
    ck_assert(!judge(runs, 3, 1, 1, 1e-300, 0.0).is_pass);
    // a window that no run has, or not every run
    ASSERT_FAILS("2 of 2 runs ended before the window", runs, 3, 3, 4, 5.0, 100.0);
    ASSERT_FAILS("2 of 2 runs ended before the window", runs, 3, 4, 9, 5.0, 100.0);
    runs[2].series[0].count = 2;
    ASSERT_FAILS("1 of 2 runs ended before the window", runs, 3, 2, 3, 4.0, 100.0);
    ck_assert(judge(runs, 3, 2, 2, 3.0, 0.0).is_pass);
    runs[2].series[0].count = 3;
    // a run that diverged, though what it recorded is fine
    runs[0].status = RILL_RUN_DIVERGED;
    ASSERT_FAILS("1 of 2 runs diverged", runs, 3, 2, 3, 4.0, 100.0);
    ASSERT_FAILS("1 of 2 runs diverged", runs, 3, 3, 4, 4.0, 100.0); // and ended before
    runs[0].status = RILL_RUN_DONE;
    // a value that is not a number
    runs[0].series[0].values[2] = (double)INFINITY;
    ASSERT_FAILS("missing at 1 point", runs, 3, 2, 3, 4.0, 1e300);
    runs[2].series[0].values[1] = runs[2].series[0].values[0] = none;
    ASSERT_FAILS("missing at 2 points", runs, 3, 2, 3, 4.0, 1e300);
    ASSERT_FAILS("missing at 3 points", runs, 3, 1, 3, 4.0, 1e300);
    runs[2].series[0].values[1] = 4.0;
    ck_assert(judge(runs, 3, 2, 2, 3.0, 0.0).is_pass);
    // no run of that agent, no such series
    ASSERT_FAILS("no such series", &runs[1], 1, 1, 1, 100.0, 1e300);
    snprintf(runs[0].series[0].metric, 8, "length");
    snprintf(runs[2].series[0].metric, 8, "length");
    ASSERT_FAILS("no such series", runs, 3, 2, 2, 3.0, 1e300);
    // a sum too large for a number
    snprintf(runs[2].series[0].metric, 8, "return");
    snprintf(runs[0].series[0].metric, 8, "return");
    runs[0].series[0].values[2] = 4.0;
    runs[2].series[0].values[1] = runs[2].series[0].values[2] = 1e308;
    ASSERT_FAILS("outside the tolerance", runs, 3, 2, 3, 0.0, 1e300);
    clear(runs, 3);
    // points at 2, 4, 6 of a run that is complete: windows need not end on a point
    rill_run sparse = run_of(1, 0, RILL_EPISODES, 2, (const double[]){1, 2, 3}, 3);
    ck_assert(judge(&sparse, 1, 3, 5, 2.0, 0.0).is_pass);
    ck_assert(judge(&sparse, 1, 1, 7, 2.0, 0.0).is_pass);
    ASSERT_FAILS("1 of 1 runs ended before the window", &sparse, 1, 1, 8, 2.0, 0.0); // no point 8
    ASSERT_FAILS("no point in the window", &sparse, 1, 5, 5, 2.0, 100.0);
    rill_run_clear(&sparse);
}
END_TEST

START_TEST(test_verdicts_on_medians)
{
    rill_run runs[] = {RUN_OF(0, 0, 1), RUN_OF(0, 1, 1e9), RUN_OF(0, 2, 3)};
    rill_expect expect = {.variant = 0,
                          .metric = (char[]){"return"},
                          .first = 1,
                          .last = 1,
                          .published = 3.5,
                          .tolerance = 0.5};
    rill_verdict verdict;
    ASSERT_OK(rill_expect_judge(NULL, &expect, runs, 3, &verdict, &error), &error);
    ck_assert(!verdict.is_pass);
    expect.is_median = true;
    ASSERT_OK(rill_expect_judge(NULL, &expect, runs, 3, &verdict, &error), &error);
    ck_assert(verdict.is_pass && verdict.ours.mean == 3.0 && verdict.state == -1);
    runs[0].status = RILL_RUN_DIVERGED;
    ASSERT_OK(rill_expect_judge(NULL, &expect, runs, 3, &verdict, &error), &error);
    ck_assert(!verdict.is_pass);
    clear(runs, 3);
}
END_TEST

static rill_run estimates_of(int32_t variant, int64_t number, const double *values, size_t n)
{
    rill_run run = {.variant = variant, .run = number, .n_values = n};
    run.values = malloc(n * sizeof *values);
    memcpy(run.values, values, n * sizeof *values);
    return run;
}

/// Three states, two actions; the mean over the runs of what is published, the worst entry counts.
START_TEST(test_verdicts_on_estimates)
{
    rill_run runs[] = {estimates_of(1, 1, (const double[]){1, 2, 3, 4, 9, 6}, 6),
                       estimates_of(0, 0, (const double[]){0, 0, 0}, 3),
                       estimates_of(1, 0, (const double[]){3, 0, 5, 0, 5, 6}, 6)};
    double values[] = {2.75, none, 7.25}; // ours 2.5 (max first, then mean), 4.5, 7.5
    double q_values[] = {2, 1, 4, none, 7, 5.5};
    rill_expect expect = {.kind = RILL_EXPECT_ESTIMATES,
                          .variant = 1,
                          .n_states = 3,
                          .n_actions = 2,
                          .values = values,
                          .tolerance = 0.25};
    rill_verdict v;
    ASSERT_OK(rill_expect_judge(NULL, &expect, runs, 3, &v, &error), &error);
    ck_assert(v.is_pass && v.ours.n == 2 && v.ours.mean == 2.5 && v.published == 2.75);
    ck_assert(v.state == 0 && v.action == -1);
    values[1] = 4.0;
    ASSERT_OK(rill_expect_judge(NULL, &expect, runs, 3, &v, &error), &error);
    ck_assert(!v.is_pass && v.state == 1 && v.published == 4.0 && v.ours.mean == 4.5);
    const rill_estimate ours = rill_estimate_mean((const double[]){5, 4}, 2);
    ck_assert(v.ours.se == ours.se);
    // action by action
    expect.values = NULL;
    expect.q_values = q_values;
    ASSERT_OK(rill_expect_judge(NULL, &expect, runs, 3, &v, &error), &error);
    ck_assert(!v.is_pass && v.state == 2 && v.action == 1);
    ck_assert(v.published == 5.5 && v.ours.mean == 6.0 && v.ours.se == 0.0);
    q_values[5] = 6.0;
    ASSERT_OK(rill_expect_judge(NULL, &expect, runs, 3, &v, &error), &error);
    ck_assert(v.is_pass);
    // of an agent that estimates v
    const double zeros[] = {0, 0, 0};
    expect = (rill_expect){.kind = RILL_EXPECT_ESTIMATES,
                           .n_states = 3,
                           .n_actions = 2,
                           .values = (double *)zeros,
                           .tolerance = 0.0};
    ASSERT_OK(rill_expect_judge(NULL, &expect, runs, 3, &v, &error), &error);
    ck_assert(v.is_pass && v.ours.n == 1);
    // runs that diverged or kept nothing, and none at all
    runs[1].status = RILL_RUN_DIVERGED;
    ASSERT_OK(rill_expect_judge(NULL, &expect, runs, 3, &v, &error), &error);
    assert_fails(&v, "1 of 1 runs diverged");
    ck_assert(isnan(v.ours.mean));
    runs[1].status = RILL_RUN_DONE;
    // an estimate that is no number, beside sound ones
    runs[1].values[1] = none;
    ASSERT_OK(rill_expect_judge(NULL, &expect, runs, 3, &v, &error), &error);
    assert_fails(&v, "outside the tolerance");
    ck_assert_int_eq(v.state, 1);
    runs[1].n_values = 0;
    ASSERT_OK(rill_expect_judge(NULL, &expect, runs, 3, &v, &error), &error);
    assert_fails(&v, "no estimates kept");
    expect.variant = 2;
    ASSERT_OK(rill_expect_judge(NULL, &expect, runs, 3, &v, &error), &error);
    assert_fails(&v, "no run of this agent");
    clear(runs, 3);
}
END_TEST

/// Of the softened uniform walk nothing changes; the best soft policy of 3 states with epsilon 1/2
/// goes right with 3/4: by the gambler's ruin v(i) = (1 - r^i) / (1 - r^4), r = 1/3.
START_TEST(test_verdicts_on_soft_and_action_values)
{
    rill_experiment *e =
        experiment_of("{'environment': {'id': 'random_walk', 'params': {'n_states': 3}}}");
    double values[] = {0, 0.25, 0.5, 0.75, 0};
    rill_expect expect = {.kind = RILL_EXPECT_EXACT,
                          .variant = -1,
                          .is_uniform = true,
                          .discount = 1.0,
                          .epsilon = 0.5,
                          .values = values,
                          .n_states = 5,
                          .n_actions = 2,
                          .tolerance = 1e-12};
    rill_verdict v;
    ASSERT_OK(rill_expect_judge(e, &expect, NULL, 0, &v, &error), &error);
    ck_assert(v.is_pass);
    double soft[5] = {0};
    for (int i = 1; i < 4; i++) {
        soft[i] = (1.0 - pow(1.0 / 3.0, i)) / (1.0 - pow(1.0 / 3.0, 4));
    }
    expect.is_uniform = false;
    expect.values = soft;
    ASSERT_OK(rill_expect_judge(e, &expect, NULL, 0, &v, &error), &error);
    ck_assert(v.is_pass);
    // going left from 1 for certain is the end; q of the others is v of the next
    double q[] = {none, none, 0, soft[2], soft[1], soft[3], soft[2], 1, none, none};
    expect.q_values = q;
    ASSERT_OK(rill_expect_judge(e, &expect, NULL, 0, &v, &error), &error);
    ck_assert(v.is_pass);
    q[6] += 0.5;
    ASSERT_OK(rill_expect_judge(e, &expect, NULL, 0, &v, &error), &error);
    ck_assert(!v.is_pass && v.state == 3 && v.action == 0 && v.published == q[6]);
    // a number for an action that is not available fails
    q[6] -= 0.5;
    q[0] = 0.0;
    ASSERT_OK(rill_expect_judge(e, &expect, NULL, 0, &v, &error), &error);
    ck_assert(!v.is_pass && v.state == 0 && v.action == 0);
    rill_experiment_destroy(e);
}
END_TEST

/// v of the uniform policy in a walk of 3 states: 1/4, 1/2, 3/4. v* for a discount of 1/2: 1/4, 1/2, 1.
START_TEST(test_verdicts_on_exact_values)
{
    rill_experiment *e =
        experiment_of("{'environment': {'id': 'random_walk', 'params': {'n_states': 3}}}");
    double uniform[] = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
    double values[] = {0, 0.25, 0.5, 0.75, 0};
    rill_expect expect = {.kind = RILL_EXPECT_EXACT,
                          .variant = -1,
                          .policy = uniform,
                          .discount = 1.0,
                          .values = values,
                          .n_states = 5,
                          .n_actions = 2,
                          .tolerance = 1e-12};
    rill_verdict v;
    ASSERT_OK(rill_expect_judge(e, &expect, NULL, 0, &v, &error), &error);
    ck_assert(v.is_pass && v.ours.n == 0);
    // one state off: that is the one shown, and it decides
    values[3] = 0.875;
    ASSERT_OK(rill_expect_judge(e, &expect, NULL, 0, &v, &error), &error);
    assert_fails(&v, "outside the tolerance");
    ck_assert(v.published == 0.875);
    ASSERT_NEAR(v.ours.mean, 0.75, 1e-12);
    expect.tolerance = 0.126;
    ASSERT_OK(rill_expect_judge(e, &expect, NULL, 0, &v, &error), &error);
    ck_assert(v.is_pass);
    expect.tolerance = 0.124;
    ASSERT_OK(rill_expect_judge(e, &expect, NULL, 0, &v, &error), &error);
    ck_assert(!v.is_pass);
    // where nothing is published nothing is compared; nothing at all is no pass
    values[3] = (double)NAN;
    expect.tolerance = 1e-12;
    ASSERT_OK(rill_expect_judge(e, &expect, NULL, 0, &v, &error), &error);
    ck_assert(v.is_pass);
    for (size_t i = 0; i < 5; i++) {
        values[i] = (double)NAN;
    }
    ASSERT_OK(rill_expect_judge(e, &expect, NULL, 0, &v, &error), &error);
    assert_fails(&v, "no published number");
    // the optimal policy
    memcpy(values, (const double[]){0, 0.25, 0.5, 1.0, 0}, sizeof values);
    expect.policy = NULL;
    expect.discount = 0.5;
    ASSERT_OK(rill_expect_judge(e, &expect, NULL, 0, &v, &error), &error);
    ck_assert(v.is_pass);
    expect.policy = uniform;
    ASSERT_OK(rill_expect_judge(e, &expect, NULL, 0, &v, &error), &error);
    ck_assert(!v.is_pass);
    rill_experiment_destroy(e);
    // a world without finite values
    e = experiment_of("{'environment': {'id': 'gridworld'}}");
    double many[25] = {0};
    expect = (rill_expect){
        .kind = RILL_EXPECT_EXACT, .discount = 1.0, .values = many, .n_states = 25, .n_actions = 5};
    ck_assert_int_eq(rill_expect_judge(e, &expect, NULL, 0, &v, &error), RILL_FAILED);
    rill_experiment_destroy(e);
}
END_TEST

TEST_MAIN(test_verdicts_on_medians, test_verdicts_on_estimates,
          test_verdicts_on_soft_and_action_values, test_windows, test_rows,
          test_order_does_not_matter, test_statistics_of_rows, test_ranking,
          test_verdicts_on_what_was_learned, test_verdicts_on_exact_values)
