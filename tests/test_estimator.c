// Every gradient estimator of the registry: unbiased, reproducible, without allocations; and what it
// refuses.
#include "experiments/gradient_moments.h"
#include "tests/allocations.h"
#include "tests/estimators.h"

#include <rill/estimator.h>

/// Every estimator, with every baseline.
static const struct {
    const char *id, *settings;
} all[] = {
    {"score_function", "baseline=none"},
    {"score_function", "baseline=constant constant=0.7"},
    {"score_function", "baseline=running_mean"},
    {"score_function", "baseline=running_mean rate=0.2"},
    {"score_function", "baseline=optimal"},
    {"score_function", "baseline=optimal rate=0.05"},
    {"score_function", "baseline=leave_one_out"},
    {"pathwise", ""},
    {"measure_valued", ""},
};
enum { ALL = sizeof all / sizeof all[0] };

START_TEST(test_registry_is_covered)
{
    for (const rill_estimator_type *const *type = rill_estimator_type_list(); *type != NULL;
         type++) {
        bool is_covered = false;
        for (int i = 0; i < ALL; i++) {
            is_covered = is_covered || strcmp(all[i].id, (*type)->id) == 0;
        }
        ASSERT_FOR((*type)->id, is_covered);
        ASSERT_FOR((*type)->id, (*type)->summary != NULL && (*type)->source != NULL);
        ck_assert_ptr_eq(rill_estimator_type_find((*type)->id, NULL), *type);
    }
    rill_error error = {0};
    ck_assert_ptr_null(rill_estimator_type_find("pathwize", &error));
    ck_assert(strstr(error.message, "did you mean \"pathwise\"") != NULL);
}
END_TEST

// ------------------------------------------------------------------------------------- unbiasedness

enum { BATCHES = 500, SAMPLES = 20 };

/// Holds the mean of many estimates against the exact gradient, at 5 standard errors. Where a
/// difference of f is nearly always the same none may be seen to vary: then `variance` (n_parameters)
/// is what one sample has; NULL: as seen.
static void check_unbiased(const sampled *s, int i, rill_objective objective, const double *exact,
                           const double *variance, const char *what, uint64_t seed, int *n_checked)
{
    running r = running_create(s, all[i].id, all[i].settings, objective, SAMPLES, seed);
    const spread found = running_spread(&r, BATCHES);
    for (int32_t p = 0; p < s->distribution.n_parameters; p++) {
        const double error = fabs(found.mean[p] - exact[p]);
        const double least = variance == NULL ? 0.0 : variance[p] / SAMPLES;
        const double standard_error = sqrt(fmax(found.variance[p], least) / found.n);
        ck_assert_msg(error <= 5.0 * standard_error + 1e-12,
                      "%s %s, %s, component %d: %.10g, exact %.10g, s.e. %.3g", all[i].id,
                      all[i].settings, what, p, found.mean[p], exact[p], standard_error);
        (*n_checked)++;
    }
    running_destroy(&r);
}

/// 12 Gaussians of 1 to 3 dimensions, none like another, and every objective with a random k: about 2000
/// comparisons at 5 standard errors (500 batches, t), so a correct estimator fails with probability 0.002.
START_TEST(test_unbiased_under_gaussians)
{
    rill_rng rng;
    rill_rng_seed(&rng, 5);
    int n_checked = 0;
    for (int trial = 0; trial < 12; trial++) {
        const int32_t d = 1 + trial % 3;
        double mu[3], sigma[3];
        for (int32_t i = 0; i < d; i++) {
            mu[i] = rill_rng_uniform(&rng, -2.0, 2.0);
            sigma[i] = rill_exp(rill_rng_uniform(&rng, -1.2, 0.7));
        }
        sampled s;
        sampled_gaussian(&s, d, mu, sigma);
        const objective_type *const *type = objective_type_list();
        for (; *type != NULL; type++) {
            if ((*type)->kind != RILL_SPACE_BOX) {
                continue;
            }
            const test_objective f = {*type, (*type)->k + rill_rng_uniform(&rng, 0.0, 0.5), d};
            double exact[6], variance[6];
            for (int32_t i = 0; i < d; i++) {
                (*type)->expectation(f.k, mu[i], sigma[i], &exact[i], &exact[d + i]);
                exact[d + i] *= sigma[i]; // eta is log sigma
                variance[i] = variance_measure_valued(&f, mu[i], sigma[i], BY_MU);
                variance[d + i] =
                    sigma[i] * sigma[i] * variance_measure_valued(&f, mu[i], sigma[i], BY_SIGMA);
            }
            for (int i = 0; i < ALL; i++) {
                if (strcmp(all[i].id, "pathwise") == 0 && (*type)->gradient == NULL) {
                    continue;
                }
                const bool is_measure_valued = strcmp(all[i].id, "measure_valued") == 0;
                check_unbiased(&s, i, objective_of(&f), exact, is_measure_valued ? variance : NULL,
                               (*type)->id, rill_rng_next64(&rng) >> 12, &n_checked);
            }
        }
        rill_distribution_destroy(&s.distribution);
    }
    ck_assert_int_gt(n_checked, 1900);
}
END_TEST

/// 15 softmax distributions with random values; the gradient is p_i (f_i - J). About 400 comparisons.
START_TEST(test_unbiased_under_softmax)
{
    rill_rng rng;
    rill_rng_seed(&rng, 6);
    int n_checked = 0;
    for (int trial = 0; trial < 15; trial++) {
        const int32_t n = 2 + trial % 4;
        double eta[5], values[5], p[5], exact[5], sum = 0.0, mean = 0.0;
        for (int32_t a = 0; a < n; a++) {
            eta[a] = rill_rng_uniform(&rng, -1.5, 1.5);
            values[a] = rill_rng_uniform(&rng, -3.0, 5.0);
            sum += p[a] = exp(eta[a]);
        }
        for (int32_t a = 0; a < n; a++) {
            p[a] /= sum;
            mean += p[a] * values[a];
        }
        for (int32_t a = 0; a < n; a++) {
            exact[a] = p[a] * (values[a] - mean);
        }
        sampled s;
        sampled_actions(&s, "categorical", NULL, n, eta);
        const table t = {n, values};
        for (int i = 0; i < ALL && strcmp(all[i].id, "score_function") == 0; i++) {
            check_unbiased(&s, i, table_objective(&t), exact, NULL, "a table of values",
                           rill_rng_next64(&rng) >> 12, &n_checked);
        }
        rill_distribution_destroy(&s.distribution);
    }
    ck_assert_int_gt(n_checked, 300);
}
END_TEST

/// Beyond the bounds of log sigma the distribution does not change, and the derivative is 0; that by mu
/// is as inside, here 2 mu of x^2.
START_TEST(test_bounds_of_sigma)
{
    const double mu[] = {0.5}, sigma[] = {1e4}; // greater than exp(max_log_std) = exp(2)
    sampled s;
    sampled_gaussian(&s, 1, mu, sigma);
    const test_objective f = {objective_type_find("quadratic", NULL), 0.0, 1};
    for (int i = 0; i < ALL; i++) {
        running r = running_create(&s, all[i].id, all[i].settings, objective_of(&f), 100, 1);
        const spread found = running_spread(&r, 400);
        ASSERT_FOR(all[i].settings, found.mean[1] == 0.0 && found.variance[1] == 0.0);
        // 9 estimators: a false alarm of 5e-6
        ASSERT_FOR(all[i].settings,
                   fabs(found.mean[0] - 1.0) < 5.0 * sqrt(found.variance[0] / found.n));
        ASSERT_FOR(all[i].settings, found.variance[0] > 0.0);
        running_destroy(&r);
    }
    rill_distribution_destroy(&s.distribution);
}
END_TEST

// --------------------------------------------------------------------------------- memory and streams

/// A fresh memory and the same seed give the same bits; a copy of memory and stream goes on alike.
START_TEST(test_same_seed_same_bits)
{
    const double mu[] = {0.3, -1.0}, sigma[] = {0.5, 1.5};
    sampled s;
    sampled_gaussian(&s, 2, mu, sigma);
    const test_objective f = {objective_type_find("cos", NULL), 1.3, 2};
    for (int i = 0; i < ALL; i++) {
        running a = running_create(&s, all[i].id, all[i].settings, objective_of(&f), 7, 3);
        running b = running_create(&s, all[i].id, all[i].settings, objective_of(&f), 7, 3);
        double of_a[4], of_b[4], later[4];
        for (int k = 0; k < 5; k++) {
            running_estimate(&a, of_a);
            running_estimate(&b, of_b);
            ASSERT_FOR(all[i].settings, memcmp(of_a, of_b, sizeof of_a) == 0);
        }
        running c = running_create(&s, all[i].id, all[i].settings, objective_of(&f), 7, 99);
        memcpy(c.memory, a.memory, a.estimator.memory_size);
        c.rng = a.rng;
        running_estimate(&a, of_a);
        running_estimate(&c, of_b);
        ASSERT_FOR(all[i].settings, memcmp(of_a, of_b, sizeof of_a) == 0);
        running_estimate(&a, later);
        ASSERT_FOR(all[i].settings, memcmp(of_a, later, sizeof of_a) != 0);
        running_destroy(&a);
        running_destroy(&b);
        running_destroy(&c);
    }
    rill_distribution_destroy(&s.distribution);
}
END_TEST

START_TEST(test_estimates_allocate_nothing)
{
    if (!are_allocations_counted("test_estimates_allocate_nothing")) {
        return;
    }
    const double mu[] = {0.3}, sigma[] = {0.5};
    sampled s;
    sampled_gaussian(&s, 1, mu, sigma);
    const test_objective f = {objective_type_find("exp", NULL), 1.3, 1};
    const long live = allocations_live;
    for (int i = 0; i < ALL; i++) {
        running r = running_create(&s, all[i].id, all[i].settings, objective_of(&f), 7, 3);
        double gradient[2];
        const long before = allocations_made;
        running_estimate(&r, gradient);
        running_estimate(&r, gradient);
        ASSERT_FOR(all[i].settings, allocations_made == before);
        running_destroy(&r);
        ASSERT_FOR(all[i].settings, allocations_live == live);

        const rill_estimator_type *type = rill_estimator_type_find(all[i].id, NULL);
        const rill_objective objective = objective_of(&f);
        rill_error error = {0};
        allocations_until_failure = 1;
        const rill_status status =
            rill_estimator_create(&r.estimator, type, NULL, &s.distribution, &objective, 7, &error);
        allocations_until_failure = 0;
        ASSERT_FOR(all[i].id, status == RILL_NO_MEMORY && error.status == RILL_NO_MEMORY);
        ASSERT_FOR(all[i].id, allocations_live == live && r.estimator.type == NULL);
    }
    rill_distribution_destroy(&s.distribution);
}
END_TEST

// ------------------------------------------------------------------------------------------ refusals

static void check_refused(const rill_distribution *distribution, const char *id,
                          const char *settings, const rill_objective *objective, int32_t n,
                          const char *path, const char *part)
{
    rill_error error = {0};
    rill_estimator estimator;
    const rill_estimator_type *type = rill_estimator_type_find(id, NULL);
    ASSERT_REFUSED(rill_estimator_create(&estimator, type, estimator_params(type, settings),
                                         distribution, objective, n, &error),
                   &error, path, part);
    ck_assert_ptr_null(estimator.type); // to destroy it again is fine
    rill_estimator_destroy(&estimator);
}

START_TEST(test_refusals)
{
    const double numbers[] = {0.0, 0.0}, sigma[] = {1.0};
    sampled gaussian, softmax;
    sampled_gaussian(&gaussian, 1, numbers, sigma);
    sampled_actions(&softmax, "categorical", NULL, 2, numbers);
    rill_distribution_type without_density = *gaussian.distribution.type;
    without_density.score = NULL;
    rill_distribution dark = gaussian.distribution;
    dark.type = &without_density;
    const test_objective smooth = {objective_type_find("quadratic", NULL), 0.0, 1};
    const test_objective step = {objective_type_find("step", NULL), 0.0, 1};
    const rill_objective f = objective_of(&smooth), jump = objective_of(&step);

    check_refused(&softmax.distribution, "pathwise", "", &f, 1, "", "categorical is not differ");
    check_refused(&softmax.distribution, "measure_valued", "", &f, 1, "", "not of categorical");
    check_refused(&dark, "score_function", "", &f, 1, "", "no density");
    check_refused(&gaussian.distribution, "pathwise", "", &jump, 1, "", "which has none");
    check_refused(&gaussian.distribution, "score_function", "baseline=leave_one_out", &f, 1,
                  "n_samples", "at least 2");
    for (int i = 0; i < ALL; i++) {
        check_refused(&gaussian.distribution, all[i].id, all[i].settings, &f, 0, "n_samples",
                      "0 samples");
    }
    rill_error error = {0};
    const rill_estimator_type *type = rill_estimator_type_find("score_function", NULL);
    void *params = estimator_params(type, "");
    ck_assert_int_eq(rill_params_assign(type->params, params, "baseline=optmal", &error),
                     RILL_INVALID);
    ck_assert(strstr(error.message, "optimal") != NULL);
    rill_params_destroy(type->params, params);
    rill_distribution_destroy(&gaussian.distribution);
    rill_distribution_destroy(&softmax.distribution);
}
END_TEST

TEST_MAIN(test_registry_is_covered, test_unbiased_under_gaussians, test_unbiased_under_softmax,
          test_bounds_of_sigma, test_same_seed_same_bits, test_estimates_allocate_nothing,
          test_refusals)
