// The Gaussian against GSL, closed forms and quadrature.
#include "tests/distributions.h"
#include "tests/golden.h"

#include <gsl/gsl_randist.h>

enum { N_SAMPLES = 100000 };

static rill_space line(void)
{
    return distributions_space(RILL_SPACE_BOX, 1);
}

START_TEST(test_density_is_that_of_gsl)
{
    rill_distribution normal =
        distributions_create("gaussian", line(), "initial_std=0.5 min_log_std=-9 max_log_std=9");
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    for (int i = 0; i < 1000; i++) {
        double eta[2], noise, x;
        distributions_eta(eta, 2, 0.8, &rng);
        rill_distribution_sample(&normal, eta, &rng, &noise, &x);
        const double sigma = 0.5 * exp(eta[1]);
        ASSERT_NEAR(x, eta[0] + sigma * noise, 1e-14);
        const double expected = log(gsl_ran_gaussian_pdf(x - eta[0], sigma));
        ASSERT_NEAR(normal.type->log_probability(&normal, eta, &x), expected, 1e-12);
    }
    rill_distribution_destroy(&normal);
}
END_TEST

static double normal_cdf(double x, const void *context)
{
    const double *eta = context;
    return gsl_cdf_gaussian_P(x - eta[0], exp(eta[1]));
}

/// False alarm: 9.3e-7.
START_TEST(test_samples_are_normal)
{
    static const double eta[] = {0.3, -0.7};
    static double samples[N_SAMPLES];
    rill_distribution normal = distributions_create("gaussian", line(), "");
    rill_rng rng;
    rill_rng_seed(&rng, 2);
    for (int i = 0; i < N_SAMPLES; i++) {
        double noise;
        rill_distribution_sample(&normal, eta, &rng, &noise, &samples[i]);
    }
    ck_assert_double_lt(distributions_ks(samples, N_SAMPLES, normal_cdf, eta), 2.7);
    rill_distribution_destroy(&normal);
}
END_TEST

START_TEST(test_entropy_and_divergence_by_quadrature)
{
    rill_distribution normal = distributions_create("gaussian", line(), "");
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    for (int i = 0; i < 20; i++) {
        double p[2], q[2];
        distributions_eta(p, 2, 0.7, &rng);
        distributions_eta(q, 2, 0.7, &rng);
        const double far = 20.0 * exp(p[1]);
        distributions_mean f = {&normal, p, q, DISTRIBUTIONS_ONE};
        ASSERT_NEAR(distributions_integral(distributions_mean_at, &f, p[0] - far, p[0] + far), 1.0,
                    1e-9);
        f.of = DISTRIBUTIONS_SURPRISE;
        ASSERT_NEAR(distributions_integral(distributions_mean_at, &f, p[0] - far, p[0] + far),
                    normal.type->entropy(&normal, p, NULL), 1e-9);
        f.of = DISTRIBUTIONS_DIVERGENCE;
        const double divergence = normal.type->divergence(&normal, p, q);
        ASSERT_NEAR(distributions_integral(distributions_mean_at, &f, p[0] - far, p[0] + far),
                    divergence, 1e-9 * fmax(1.0, divergence));
    }
    rill_distribution_destroy(&normal);
}
END_TEST

/// Numbers of an independent derivation.
START_TEST(test_reference_numbers)
{
    rill_distribution normal = distributions_create("gaussian", line(), "");
    cJSON *json = golden_read("gradient_estimators.json");
    const cJSON *entry;
    int n = 0;
    cJSON_ArrayForEach (entry, golden_member(json, "gaussian_kl_entropy")) {
        const cJSON *p = golden_member(entry, "p"), *q = golden_member(entry, "q");
        const double eta[] = {p->child->valuedouble, log(p->child->next->valuedouble)};
        const double other[] = {q->child->valuedouble, log(q->child->next->valuedouble)};
        ASSERT_NEAR(normal.type->divergence(&normal, eta, other),
                    golden_member(entry, "kl")->valuedouble, 1e-14);
        ASSERT_NEAR(normal.type->entropy(&normal, eta, NULL),
                    golden_member(entry, "entropy_p")->valuedouble, 1e-14);
        n++;
    }
    ck_assert_int_eq(n, 2);
    cJSON_Delete(json);
    rill_distribution_destroy(&normal);
}
END_TEST

/// Beyond its bounds the standard deviation stays and has no derivative; on a bound it has one.
START_TEST(test_bounds_of_the_standard_deviation)
{
    rill_distribution normal =
        distributions_create("gaussian", line(), "initial_std=1 min_log_std=-2 max_log_std=1");
    static const double at[] = {-50.0, -2.0, 0.5, 1.0, 1.5}, kept[] = {-2.0, -2.0, 0.5, 1.0, 1.0};
    static const double slopes[] = {0.0, 1.0, 1.0, 1.0, 0.0};
    for (int i = 0; i < 5; i++) {
        const double eta[] = {0.0, at[i]}, noise = 2.0;
        double x, gradient[2], jacobian[2];
        normal.type->sample(&normal, eta, &noise, &x);
        ASSERT_NEAR(x, 2.0 * exp(kept[i]), 1e-14);
        normal.type->entropy(&normal, eta, gradient);
        ck_assert(gradient[0] == 0.0 && gradient[1] == slopes[i]);
        normal.type->score(&normal, eta, &x, gradient);
        ASSERT_NEAR(gradient[1], slopes[i] * 3.0, 1e-13); // z^2 - 1
        normal.type->pathwise(&normal, eta, &noise, &x, jacobian);
        ASSERT_NEAR(jacobian[1], slopes[i] * x, 1e-14);
    }
    rill_distribution_destroy(&normal);
}
END_TEST

START_TEST(test_parameters)
{
    rill_distribution normal;
    rill_error error = {0};
    const rill_space space = distributions_space(RILL_SPACE_BOX, 3);
    normal = distributions_create("gaussian", space, "std=free");
    ck_assert(normal.n_parameters == 6 && normal.n_noise == 3 && normal.n_free == 3);
    rill_distribution_destroy(&normal);
    normal = distributions_create("gaussian", space, "");
    ck_assert_int_eq(normal.n_free, 0);
    rill_distribution_destroy(&normal);
    ASSERT_REFUSED(distributions_try(&normal, "gaussian", space, "min_log_std=2", &error), &error,
                   "min_log_std", "2 is not below max_log_std, 2");
    ASSERT_REFUSED(distributions_try(&normal, "gaussian", space, "initial_std=10", &error), &error,
                   "initial_std", "outside min_log_std and max_log_std");
    // bounds of the actions do not matter
    const double low = -HUGE_VAL, high = HUGE_VAL;
    normal = distributions_create("gaussian", rill_space_box(1, &low, &high), "");
    rill_distribution_destroy(&normal);
}
END_TEST

TEST_MAIN(test_density_is_that_of_gsl, test_samples_are_normal,
          test_entropy_and_divergence_by_quadrature, test_reference_numbers,
          test_bounds_of_the_standard_deviation, test_parameters)
