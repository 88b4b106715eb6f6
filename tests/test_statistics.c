// Statistics: estimates of samples, tests of two, and the aggregate statistics of rliable.
#include "tests/golden.h"

#include <rill/statistics.h>

static rill_error error;
static const double none = (double)NAN;

/// Reference values by scipy 1.15.3: scipy.stats.sem(x), scipy.stats.t.interval(0.95, n - 1, mean,
/// sem); numpy 1.24.2 for the mean.
START_TEST(test_estimate_equals_scipy)
{
    static const struct {
        double values[7];
        size_t n;
        double mean, se, low, high;
    } cases[] = {
        {{1, 2, 3, 4}, 4, 2.5, 0.6454972243679028, 0.445739743239121, 4.5542602567608785},
        {{2.5, -1.0}, 2, 0.75, 1.75, -21.485858288756162, 22.985858288756162},
        {{-27.6, -31.2, -25.9, -28.4, -30.1, -26.6, -29.3},
         7,
         -28.442857142857143,
         0.7180851331864497,
         -30.199948165382082,
         -26.685766120332204},
        {{1e8 + 1, 1e8 + 2, 1e8 + 4},
         3,
         100000002.33333333,
         0.8819171036881969,
         99999998.53875029,
         100000006.12791637},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_estimate e = rill_estimate_mean(cases[i].values, cases[i].n);
        ck_assert_int_eq(e.n, (int64_t)cases[i].n);
        ASSERT_NEAR(e.mean, cases[i].mean, 1e-14 * fabs(cases[i].mean));
        ASSERT_NEAR(e.se, cases[i].se, 1e-9 * cases[i].se);
        const double width = cases[i].high - cases[i].low;
        ASSERT_NEAR(e.ci_low, cases[i].low, 1e-9 * width);
        ASSERT_NEAR(e.ci_high, cases[i].high, 1e-9 * width);
    }
}
END_TEST

START_TEST(test_estimate_of_few)
{
    rill_estimate e = rill_estimate_mean(NULL, 0);
    ck_assert(e.n == 0 && isnan(e.mean) && isnan(e.se) && isnan(e.ci_low) && isnan(e.ci_high));
    e = rill_estimate_mean((const double[]){4.5}, 1);
    ck_assert(e.n == 1 && e.mean == 4.5 && isnan(e.se) && isnan(e.ci_low) && isnan(e.ci_high));
    // what is not a number is left out
    e = rill_estimate_mean((const double[]){none, 1, 2, none, 3, 4}, 6);
    rill_estimate same = rill_estimate_mean((const double[]){1, 2, 3, 4}, 4);
    ck_assert_mem_eq(&e, &same, sizeof e);
    e = rill_estimate_mean((const double[]){none, none}, 2);
    ck_assert(e.n == 0 && isnan(e.mean));
    e = rill_estimate_mean((const double[]){3, 3, 3}, 3);
    ck_assert(e.mean == 3.0 && e.se == 0.0 && e.ci_low == 3.0 && e.ci_high == 3.0);
}
END_TEST

/// The interval lies between the order statistics of the textbook tables (Conover, Practical
/// Nonparametric Statistics, 3rd ed., table A3; Hahn and Meeker, Statistical Intervals, table A.15a).
START_TEST(test_median)
{
    static const struct {
        size_t n;
        double median, low, high; ///< of 1, 2, ..., n
    } cases[] = {{1, 1, 0, 0},      {2, 1.5, 0, 0},  {5, 3, 0, 0},       {6, 3.5, 1, 6},
                 {8, 4.5, 1, 8},    {9, 5, 2, 8},    {10, 5.5, 2, 9},    {15, 8, 4, 12},
                 {20, 10.5, 6, 15}, {25, 13, 8, 18}, {50, 25.5, 18, 33}, {100, 50.5, 40, 61}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double values[102];
        const size_t n = cases[i].n;
        for (size_t k = 0; k < n; k++) {
            values[k] = (double)(n - k);
        }
        values[n] = none;
        rill_estimate e = rill_estimate_median(values, n + 1);
        ck_assert(e.n == (int64_t)n && e.mean == cases[i].median && isnan(e.se));
        if (cases[i].low == 0) {
            ck_assert(isnan(e.ci_low) && isnan(e.ci_high));
        } else {
            ck_assert_double_eq(e.ci_low, cases[i].low);
            ck_assert_double_eq(e.ci_high, cases[i].high);
        }
    }
    rill_estimate e = rill_estimate_median(NULL, 0);
    ck_assert(e.n == 0 && isnan(e.mean) && isnan(e.ci_low));
}
END_TEST

/// Reference values by SciPy 1.17.1: ttest_ind(x, y, equal_var=False), ttest_rel, confidence_interval().
START_TEST(test_t_tests_equal_scipy)
{
    static const double a[] = {27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1,
                               21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4};
    static const double b[] = {27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0,
                               24.8, 20.2, 21.9, 22.1, 22.9, 30.5, 24.4};
    rill_difference d = rill_welch_test(a, 15, b, 15);
    ASSERT_NEAR(d.difference / d.se, -2.8529548701715215, 1e-12);
    ASSERT_NEAR(d.df, 27.88730398842012, 1e-10);
    ASSERT_NEAR(d.p, 0.008071938172194903, 1e-12);
    ASSERT_NEAR(d.ci_low, -4.868022741791966, 1e-10);
    ASSERT_NEAR(d.ci_high, -0.7986439248746979, 1e-10);
    d = rill_welch_test((const double[]){1, 2, none, 3, 4}, 5, (const double[]){2.5, -1.0}, 2);
    ASSERT_NEAR(d.df, 1.2827050147944867, 1e-10);
    ASSERT_NEAR(d.p, 0.49077911152103754, 1e-10);
    ASSERT_NEAR(d.ci_low, -12.563276922900444, 1e-8);
    d = rill_welch_test((const double[]){1, 2, 4}, 3, (const double[]){7, 7, 7}, 3);
    ASSERT_NEAR(d.df, 2.0, 1e-12);
    ASSERT_NEAR(d.p, 0.03390821692070409, 1e-12);
    d = rill_paired_test(a, b, 15);
    ck_assert_double_eq(d.df, 14.0);
    ASSERT_NEAR(d.p, 0.006179872550863293, 1e-12);
    ASSERT_NEAR(d.ci_low, -4.721031878044281, 1e-10);
    ASSERT_NEAR(d.ci_high, -0.9456347886223859, 1e-10);
    d = rill_paired_test((const double[]){1, none, 3}, (const double[]){0, 5, 1}, 3);
    ck_assert(d.difference == 1.5 && d.df == 1.0);
}
END_TEST

START_TEST(test_t_tests_without_variance)
{
    rill_difference d = rill_welch_test((const double[]){3, 3}, 2, (const double[]){2, 2, 2}, 3);
    ck_assert(d.difference == 1.0 && d.se == 0.0 && d.p == 0.0 && isnan(d.df));
    ck_assert(d.ci_low == 1.0 && d.ci_high == 1.0);
    d = rill_welch_test((const double[]){3, 3}, 2, (const double[]){3, 3, 3}, 3);
    ck_assert(d.difference == 0.0 && d.p == 1.0);
    d = rill_welch_test((const double[]){3}, 1, (const double[]){2, 2, 2}, 3);
    ck_assert(d.difference == 1.0 && isnan(d.se) && isnan(d.p) && isnan(d.ci_low));
    d = rill_welch_test(NULL, 0, (const double[]){2, 2, 2}, 3);
    ck_assert(isnan(d.difference) && isnan(d.p));
    d = rill_paired_test((const double[]){3}, (const double[]){1}, 1);
    ck_assert(d.difference == 2.0 && isnan(d.p));
}
END_TEST

/// Reference values by SciPy 1.17.1: mannwhitneyu, "exact" or "asymptotic".
START_TEST(test_mann_whitney_equals_scipy)
{
    static const double x[] = {0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    static const double y[] = {1.15, 0.88, none, 0.90, 0.74, 1.21};
    ASSERT_NEAR(rill_mann_whitney_test(x, 10, y, 6), 0.2544122544122544, 1e-14);
    ASSERT_NEAR(rill_mann_whitney_test(y, 6, x, 10), 0.2544122544122544, 1e-14);
    ASSERT_NEAR(
        rill_mann_whitney_test((const double[]){1, 2, 3}, 3, (const double[]){4, 5, 6, 7}, 4),
        0.05714285714285714, 1e-15);
    ck_assert_double_eq(rill_mann_whitney_test((const double[]){1}, 1, (const double[]){2}, 1),
                        1.0);
    ck_assert_double_eq(
        rill_mann_whitney_test((const double[]){1, 4}, 2, (const double[]){2, 3}, 2), 1.0);
    // ties
    ASSERT_NEAR(
        rill_mann_whitney_test((const double[]){1, 2, 2, 3, 5}, 5, (const double[]){2, 3, 3, 4}, 4),
        0.5261684777561433, 1e-13);
    ck_assert_double_eq(
        rill_mann_whitney_test((const double[]){2, 2}, 2, (const double[]){2, 2, 2}, 3), 1.0);
    // the greatest exact samples, 49 each, and the first that are not
    double odd[50], shifted[50];
    for (int i = 0; i < 49; i++) {
        odd[i] = 2.0 * i + 1.0;
        shifted[i] = 2.0 * i + 9.5;
    }
    ASSERT_NEAR(rill_mann_whitney_test(odd, 49, shifted, 49), 0.1361469211533751, 1e-12);
    for (int i = 0; i < 50; i++) {
        odd[i] = 2.0 * i;
        shifted[i] = 2.0 * i + 7.5;
    }
    ASSERT_NEAR(rill_mann_whitney_test(odd, 50, shifted, 50), 0.24539446725747516, 1e-12);
    ck_assert(isnan(rill_mann_whitney_test(NULL, 0, odd, 50)));
}
END_TEST

/// By hand: 0.005 * 7, 0.01 * 6, 0.03 * 5, then 0.03 * 4 and 0.04 * 3, which may not fall below it; as
/// statsmodels 0.15.0's multipletests and R's p.adjust say.
START_TEST(test_holm)
{
    double p[] = {0.04, 0.01, none, 0.005, 0.6, 0.03, 0.03, 1.0};
    static const double expected[] = {0.15, 0.06, none, 0.035, 1.0, 0.15, 0.15, 1.0};
    rill_holm_correct(p, 8);
    for (size_t i = 0; i < 8; i++) {
        if (isnan(expected[i])) {
            ck_assert(isnan(p[i]));
        } else {
            ASSERT_NEAR(p[i], expected[i], 1e-15);
        }
    }
    double one[] = {0.03};
    rill_holm_correct(one, 1);
    ck_assert_double_eq(one[0], 0.03);
    rill_holm_correct(NULL, 0);
}
END_TEST

/// statsmodels 0.15.0: ceil(TTestIndPower().solve_power(d, alpha=0.05, power=0.8)), by the noncentral t.
START_TEST(test_runs_needed)
{
    static const struct {
        double d, n;
    } cases[] = {{2.0, 6}, {1.25, 12}, {1.0, 17}, {0.8, 26}, {0.5, 64}, {0.2, 394}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_double_eq(rill_runs_needed(cases[i].d, 1.0, 1.0), cases[i].n);
        ck_assert_double_eq(rill_runs_needed(-3.0 * cases[i].d, 9.0, 9.0), cases[i].n);
    }
    // one sample without variance: the other's degrees of freedom alone (a paired or one-sample test)
    ck_assert_double_eq(rill_runs_needed(0.5, 1.0, 0.0), 34);
    ASSERT_NEAR(rill_runs_needed(1e-4, 1.0, 1.0), 2 * 784887973.0, 4);
    ck_assert(isinf(rill_runs_needed(0.0, 1.0, 1.0)));
    ck_assert_double_eq(rill_runs_needed(1.0, 0.0, 0.0), 2);
    ck_assert(isnan(rill_runs_needed(none, 1.0, 1.0)) && isnan(rill_runs_needed(1.0, none, 1.0)));
}
END_TEST

START_TEST(test_curves)
{
    static const double curve[] = {0, 4, 1, 3, none, 5, 6, 7, 2};
    ck_assert_double_eq(rill_curve_area(curve, 4), 2.0);
    ck_assert(isnan(rill_curve_area(curve, 5)) && isnan(rill_curve_area(curve, 0)));
    ck_assert_int_eq(rill_curve_reach(curve, 9, 1, 4.0, false), 1); // at the threshold is there
    ck_assert_int_eq(rill_curve_reach(curve, 9, 1, 4.5, false), 5);
    ck_assert_int_eq(rill_curve_reach(curve, 9, 2, 2.5, false), 2);
    ck_assert_int_eq(rill_curve_reach(curve, 9, 2, 5.0, false), 6); // not before the gap is past
    ck_assert_int_eq(rill_curve_reach(curve, 9, 3, 6.5, false), -1);
    ck_assert_int_eq(rill_curve_reach(curve, 9, 1, 0.0, true), 0);
    ck_assert_int_eq(rill_curve_reach(curve + 1, 3, 2, 2.0, true), 2);
    ck_assert_int_eq(rill_curve_reach(curve, 9, 10, 0.0, false), -1);
    // ten times 0.1 add up to less than 1
    static const double tenths[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    ck_assert_int_eq(rill_curve_reach(tenths, 10, 10, 0.1, false), 9);
    // as by means that are each summed anew, after points so great that their rounding would stay
    double noise[400];
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    for (size_t i = 0; i < 400; i++) {
        noise[i] = rill_rng_standard_normal(&rng) * (i < 50 ? 1e12 : 1.0) + (i < 50 ? -1e13 : 0.0);
    }
    for (size_t width = 1; width < 40; width++) {
        int64_t expected = -1;
        for (size_t i = width - 1; i < 400 && expected < 0; i++) {
            expected = rill_curve_area(noise + i + 1 - width, width) >= 0.7 ? (int64_t)i : -1;
        }
        ck_assert_int_eq(rill_curve_reach(noise, 400, width, 0.7, false), expected);
    }
}
END_TEST

// ---- runs on tasks ----

/// Rows of numbers as a matrix; null is no score. Free `scores`.
static rill_score_matrix matrix_of(const cJSON *rows)
{
    const size_t n_runs = (size_t)cJSON_GetArraySize(rows);
    const size_t n_tasks = (size_t)cJSON_GetArraySize(rows->child);
    double *scores = malloc(n_runs * n_tasks * sizeof *scores);
    size_t i = 0;
    const cJSON *row = NULL;
    const cJSON *score = NULL;
    cJSON_ArrayForEach (row, rows) {
        cJSON_ArrayForEach (score, row) {
            scores[i++] = score->valuedouble;
        }
    }
    ck_assert_uint_eq(i, n_runs * n_tasks);
    return (rill_score_matrix){scores, n_runs, n_tasks};
}

static double number(const cJSON *object, const char *name)
{
    return golden_member(object, name)->valuedouble;
}

static void check_aggregates(const rill_score_matrix *x, const cJSON *expected)
{
    ASSERT_NEAR(rill_score_statistic(RILL_STATISTIC_MEAN, 0, x, NULL), number(expected, "mean"),
                1e-12);
    ASSERT_NEAR(rill_score_statistic(RILL_STATISTIC_MEDIAN, 0, x, NULL), number(expected, "median"),
                1e-12);
    ASSERT_NEAR(rill_score_statistic(RILL_STATISTIC_IQM, 0, x, NULL), number(expected, "iqm"),
                1e-12);
    ASSERT_NEAR(rill_score_statistic(RILL_STATISTIC_OPTIMALITY_GAP, 1.0, x, NULL),
                number(expected, "optimality_gap_gamma1"), 1e-12);
    ASSERT_NEAR(rill_score_statistic(RILL_STATISTIC_OPTIMALITY_GAP, 0.5, x, NULL),
                number(expected, "optimality_gap_gamma0p5"), 1e-12);
}

static void check_profiles(const rill_score_matrix *x, const cJSON *expected)
{
    const cJSON *tau = golden_member(expected, "tau");
    for (int i = 0; i < cJSON_GetArraySize(tau); i++) {
        const double threshold = cJSON_GetArrayItem(tau, i)->valuedouble;
        ASSERT_NEAR(rill_score_statistic(RILL_STATISTIC_PROFILE, threshold, x, NULL),
                    cJSON_GetArrayItem(golden_member(expected, "run_scores"), i)->valuedouble,
                    1e-12);
        ASSERT_NEAR(rill_score_statistic(RILL_STATISTIC_TASK_PROFILE, threshold, x, NULL),
                    cJSON_GetArrayItem(golden_member(expected, "task_means"), i)->valuedouble,
                    1e-12);
    }
}

START_TEST(test_point_statistics_equal_rliable)
{
    cJSON *golden = golden_read("rliable.json");
    const cJSON *cases = golden_member(golden, "cases");
    ck_assert_int_eq(cJSON_GetArraySize(cases), 5);
    const cJSON *one = NULL;
    cJSON_ArrayForEach (one, cases) {
        const rill_score_matrix x = matrix_of(golden_member(one, "x"));
        const rill_score_matrix y = matrix_of(golden_member(one, "y"));
        check_aggregates(&x, golden_member(one, "x_metrics"));
        check_aggregates(&y, golden_member(one, "y_metrics"));
        check_profiles(&x, golden_member(one, "performance_profile"));
        const rill_statistic improvement = RILL_STATISTIC_IMPROVEMENT;
        ASSERT_NEAR(rill_score_statistic(improvement, 0, &x, &y),
                    number(one, "probability_of_improvement_x_over_y"), 1e-12);
        ASSERT_NEAR(rill_score_statistic(improvement, 0, &y, &x),
                    number(one, "probability_of_improvement_y_over_x"), 1e-12);
        ck_assert_double_eq(rill_score_statistic(improvement, 0, &x, &x), 0.5);
        free((void *)(uintptr_t)x.scores);
        free((void *)(uintptr_t)y.scores);
    }
    cJSON_Delete(golden);
}
END_TEST

/// An end of an interval against the mean of the reference's repeats. Ours has so many replicates that the
/// reference's error is what remains: t with repeats - 1 degrees of freedom, here at 1 in 10,000. Where its
/// repeats agree, the quantile lies inside a step of the distribution, and ours on the same step.
static void check_end(const char *name, double ours, double published, double sd, double repeats)
{
    const double t = gsl_cdf_tdist_Pinv(1.0 - 5e-5, repeats - 1.0);
    const double tolerance = t * sd / sqrt(repeats) + 1e-9;
    ck_assert_msg(fabs(ours - published) <= tolerance, "%s: %.10g, published %.10g +- %.3g", name,
                  ours, published, tolerance);
}

START_TEST(test_bootstrap_intervals_equal_rliable)
{
    static const struct {
        const char *name;
        rill_statistic statistic;
    } kinds[] = {{"iqm", RILL_STATISTIC_IQM},
                 {"mean", RILL_STATISTIC_MEAN},
                 {"median", RILL_STATISTIC_MEDIAN},
                 {"optimality_gap", RILL_STATISTIC_OPTIMALITY_GAP}};
    rill_bootstrap bootstrap = rill_bootstrap_default();
    bootstrap.replicates = 100000;
    rill_estimate e;
    cJSON *golden = golden_read("rliable.json");
    const cJSON *one = NULL;
    cJSON_ArrayForEach (one, golden_member(golden, "cases")) {
        const rill_score_matrix x = matrix_of(golden_member(one, "x"));
        const rill_score_matrix y = matrix_of(golden_member(one, "y"));
        const cJSON *intervals = golden_member(one, "bootstrap_percentile_95ci");
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
            const cJSON *expected = golden_member(intervals, kinds[i].name);
            ASSERT_OK(
                rill_bootstrap_statistic(kinds[i].statistic, 1.0, &x, NULL, &bootstrap, &e, &error),
                &error);
            check_end(kinds[i].name, e.ci_low, number(expected, "lower_mean_over_5_repeats"),
                      number(expected, "lower_sd"), 5);
            check_end(kinds[i].name, e.ci_high, number(expected, "upper_mean_over_5_repeats"),
                      number(expected, "upper_sd"), 5);
            ck_assert_int_eq(e.n, (int64_t)(x.n_runs * x.n_tasks));
        }
        const cJSON *expected = golden_member(one, "bootstrap_percentile_95ci_poi_x_over_y");
        ASSERT_OK(
            rill_bootstrap_statistic(RILL_STATISTIC_IMPROVEMENT, 0, &x, &y, &bootstrap, &e, &error),
            &error);
        check_end("improvement", e.ci_low, number(expected, "lower"), number(expected, "lower_sd"),
                  3);
        check_end("improvement", e.ci_high, number(expected, "upper"), number(expected, "upper_sd"),
                  3);
        free((void *)(uintptr_t)x.scores);
        free((void *)(uintptr_t)y.scores);
    }
    cJSON_Delete(golden);
}
END_TEST

/// The bootstrap's variance of a mean is known: of a task, the sum of squares about its mean over n^2;
/// and with tasks resampled, that of the tasks' means over T besides.
START_TEST(test_bootstrap_error_is_known)
{
    static const double scores[] = {1, 10, 2, 14, 4, 19, none, 11};
    const rill_score_matrix x = {scores, 4, 2};
    rill_bootstrap bootstrap = rill_bootstrap_default();
    bootstrap.replicates = 200000;
    rill_estimate e;
    ASSERT_OK(rill_bootstrap_statistic(RILL_STATISTIC_MEAN, 0, &x, NULL, &bootstrap, &e, &error),
              &error);
    const double a = 7.0 / 3.0, b = 13.5;
    const double of_a = ((1 - a) * (1 - a) + (2 - a) * (2 - a) + (4 - a) * (4 - a)) / 9.0;
    const double of_b = (3.5 * 3.5 + 0.5 * 0.5 + 5.5 * 5.5 + 2.5 * 2.5) / 16.0;
    ck_assert(e.n == 7);
    ASSERT_NEAR(e.mean, (a + b) / 2.0, 1e-14);
    const double plain = sqrt((of_a + of_b) / 4.0);
    ASSERT_NEAR(e.se, plain, 0.01 * plain);
    bootstrap.resamples_tasks = true;
    ASSERT_OK(rill_bootstrap_statistic(RILL_STATISTIC_MEAN, 0, &x, NULL, &bootstrap, &e, &error),
              &error);
    const double wide = sqrt(((of_a + of_b) / 2.0 + (b - a) * (b - a) / 4.0) / 2.0);
    ASSERT_NEAR(e.se, wide, 0.01 * wide);
    // the same tasks for x and y: x is 9 above y on both, and always improves
    static const double lower[] = {1 - 9, 10 - 9, 2 - 9, 14 - 9, 4 - 9, 19 - 9, none, 11 - 9};
    const rill_score_matrix y = {lower, 4, 2};
    ASSERT_OK(
        rill_bootstrap_statistic(RILL_STATISTIC_IMPROVEMENT, 0, &x, &y, &bootstrap, &e, &error),
        &error);
    ck_assert(e.ci_low > 0.8);
}
END_TEST

START_TEST(test_bootstrap_is_reproducible)
{
    static const double scores[] = {1, 10, 2, 14, 4, 19, 3, 11};
    const rill_score_matrix x = {scores, 4, 2};
    rill_bootstrap bootstrap = {.replicates = 50};
    rill_estimate e, again, other;
    ASSERT_OK(rill_bootstrap_statistic(RILL_STATISTIC_IQM, 0, &x, NULL, &bootstrap, &e, &error),
              &error);
    ASSERT_OK(rill_bootstrap_statistic(RILL_STATISTIC_IQM, 0, &x, NULL, &bootstrap, &again, &error),
              &error);
    ck_assert_mem_eq(&e, &again, sizeof e);
    bootstrap.seed = 1;
    ASSERT_OK(rill_bootstrap_statistic(RILL_STATISTIC_IQM, 0, &x, NULL, &bootstrap, &other, &error),
              &error);
    ck_assert(e.se != other.se && e.mean == other.mean);
}
END_TEST

static int compare_numbers(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/// The interquartile mean as it is defined, by sorting, of all sizes up to 60, with many ties and with few.
START_TEST(test_interquartile_mean)
{
    rill_rng rng;
    rill_rng_seed(&rng, 11);
    for (size_t n = 1; n <= 60; n++) {
        for (int64_t levels = 1; levels < 100000; levels *= 5) {
            double values[60], sorted[60];
            for (size_t i = 0; i < n; i++) {
                values[i] = sorted[i] = (double)rill_rng_integers(&rng, levels) / 7.0;
            }
            qsort(sorted, n, sizeof *sorted, compare_numbers);
            double sum = 0.0;
            for (size_t i = n / 4; i < n - n / 4; i++) {
                sum += sorted[i];
            }
            const double expected = sum / (double)(n - 2 * (n / 4));
            const rill_score_matrix x = {values, n, 1};
            ASSERT_NEAR(rill_score_statistic(RILL_STATISTIC_IQM, 0, &x, NULL), expected,
                        1e-15 + 1e-14 * expected);
        }
    }
}
END_TEST

/// Few runs, missing ones, and what has no answer.
START_TEST(test_edges_of_scores)
{
    const double values[] = {3, 1, 2, 5};
    const double iqms[] = {3, 2, 2, 2.5}; // of the first 1, 2, 3: the mean; of 4: of the middle two
    for (size_t n = 1; n <= 4; n++) {
        const rill_score_matrix x = {values, n, 1};
        ck_assert_double_eq(rill_score_statistic(RILL_STATISTIC_IQM, 0, &x, NULL), iqms[n - 1]);
    }
    const rill_score_matrix four = {values, 4, 1};
    ck_assert_double_eq(rill_score_statistic(RILL_STATISTIC_MEDIAN_SCORE, 0, &four, NULL), 2.5);
    ck_assert_double_eq(rill_score_statistic(RILL_STATISTIC_MEDIAN, 0, &four, NULL), 2.75);
    // a missing run changes what it would have been part of, alone
    static const double holes[] = {1, 5, none, 7, 3, none};
    const rill_score_matrix x = {holes, 3, 2};
    ck_assert_double_eq(rill_score_statistic(RILL_STATISTIC_MEAN, 0, &x, NULL), 4.0);
    ck_assert_double_eq(rill_score_statistic(RILL_STATISTIC_IQM, 0, &x, NULL), 4.0);
    ck_assert_double_eq(rill_score_statistic(RILL_STATISTIC_PROFILE, 3.0, &x, NULL), 0.5);
    static const double empty[] = {1, none, 2, none};
    const rill_score_matrix y = {empty, 2, 2};
    for (int i = 0; i < RILL_N_STATISTICS; i++) {
        ck_assert(isnan(rill_score_statistic((rill_statistic)i, 1.0, &y, &x)));
        ck_assert(isnan(rill_score_statistic((rill_statistic)i, 1.0, &(rill_score_matrix){0}, &x)));
    }
    ck_assert(isnan(rill_score_statistic(RILL_STATISTIC_IMPROVEMENT, 0, &x, &y)));
    ck_assert(isnan(rill_score_statistic(RILL_STATISTIC_IMPROVEMENT, 0, &x, NULL)));
    rill_bootstrap bootstrap = rill_bootstrap_default();
    rill_estimate e;
    ASSERT_OK(rill_bootstrap_statistic(RILL_STATISTIC_IQM, 0, &y, NULL, &bootstrap, &e, &error),
              &error);
    ck_assert(e.n == 2 && isnan(e.mean) && isnan(e.ci_low));
    ASSERT_REFUSED(
        rill_bootstrap_statistic(RILL_STATISTIC_IMPROVEMENT, 0, &x, &four, &bootstrap, &e, &error),
        &error, "", "x has 2 tasks, y 1");
    bootstrap.replicates = 0;
    ASSERT_REFUSED(
        rill_bootstrap_statistic(RILL_STATISTIC_IQM, 0, &x, NULL, &bootstrap, &e, &error), &error,
        "", "0 replicates");
}
END_TEST

TEST_MAIN(test_estimate_equals_scipy, test_estimate_of_few, test_median, test_t_tests_equal_scipy,
          test_t_tests_without_variance, test_mann_whitney_equals_scipy, test_holm,
          test_runs_needed, test_curves, test_point_statistics_equal_rliable,
          test_bootstrap_intervals_equal_rliable, test_bootstrap_error_is_known,
          test_bootstrap_is_reproducible, test_edges_of_scores, test_interquartile_mean)
