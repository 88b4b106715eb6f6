/// What the test programs share: a main, and assertions that name what they saw.
#ifndef RILL_TESTS_TEST_H
#define RILL_TESTS_TEST_H

#include <check.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <rill/rill.h>
#include <stdlib.h>
#include <string.h>

/// Runs tests; the exit status. To run none (a mistyped CK_RUN_CASE) is a failure.
static inline int test_run_all(const char *file, const TTest *const *tests, size_t n)
{
    Suite *suite = suite_create(file);
    for (size_t i = 0; i < n; i++) {
        TCase *test_case = tcase_create(tests[i]->name);
        tcase_set_timeout(test_case, 300);
        tcase_add_test(test_case, tests[i]);
        suite_add_tcase(suite, test_case);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int n_run = srunner_ntests_run(runner);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_run > 0 && n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/// main: runs the tests named, each defined by START_TEST.
#define TEST_MAIN(...)                                                        \
    int main(void)                                                            \
    {                                                                         \
        const TTest *const tests[] = {__VA_ARGS__};                           \
        return test_run_all(__FILE__, tests, sizeof tests / sizeof tests[0]); \
    }

/// The condition holds; `name` says for which of a row of subjects.
/// (Cheap where it holds, unlike check's own, which notes each place that it passes.)
#define ASSERT_FOR(name, condition)                   \
    do {                                              \
        if (!(condition)) {                           \
            ck_abort_msg("%s: %s", name, #condition); \
        }                                             \
    } while (0)

/// A set-up call succeeded; prints the error where it did not.
#define ASSERT_OK(call, error)                                                                  \
    do {                                                                                        \
        rill_status ok_status = (call);                                                         \
        ck_assert_msg(ok_status == RILL_OK, "%s: status %d, path \"%s\": %s", #call, ok_status, \
                      (error)->path, (error)->message);                                         \
    } while (0)

/// A set-up call was refused as RILL_INVALID, at this path, with a message that contains `part`.
#define ASSERT_REFUSED(call, error, where, part)                                                \
    do {                                                                                        \
        *(error) = (rill_error){0};                                                             \
        ck_assert_int_eq((call), RILL_INVALID);                                                 \
        ck_assert_int_eq((error)->status, RILL_INVALID);                                        \
        ck_assert_str_eq((error)->path, where);                                                 \
        ck_assert_msg(strstr((error)->message, part) != NULL, "\"%s\" does not contain \"%s\"", \
                      (error)->message, part);                                                  \
    } while (0)

/// |value - expected| <= tolerance
#define ASSERT_NEAR(value, expected, tolerance) \
    ck_assert_double_eq_tol((double)(value), (double)(expected), tolerance)

/// The probability of counts at least this far from their expectation, by Pearson's chi-square
/// test: a true hypothesis falls below p with probability about p. Cells that expect fewer than 10
/// are pooled. 0 when something happened that cannot.
static inline double test_chi_square(const double *probabilities, const int64_t *counts, size_t n)
{
    int64_t total = 0;
    for (size_t i = 0; i < n; i++) {
        total += counts[i];
    }
    double statistic = 0.0, pooled_expected = 0.0, pooled_count = 0.0;
    int cells = 0;
    for (size_t i = 0; i < n; i++) {
        double expected = probabilities[i] * (double)total;
        double count = (double)counts[i];
        if (probabilities[i] == 0.0 && count > 0.0) {
            return 0.0;
        }
        if (expected < 10.0) {
            pooled_expected += expected;
            pooled_count += count;
        } else {
            statistic += (count - expected) * (count - expected) / expected;
            cells++;
        }
    }
    if (pooled_expected >= 10.0) {
        statistic +=
            (pooled_count - pooled_expected) * (pooled_count - pooled_expected) / pooled_expected;
        cells++;
    }
    return cells < 2 ? 1.0 : gsl_cdf_chisq_Q(statistic, cells - 1);
}

#endif
