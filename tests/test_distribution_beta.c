// The beta distribution against GSL, quadrature and special cases.
#include "tests/distributions.h"

#include <float.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>

enum { N_SAMPLES = 50000 };

static rill_space dimension(int i)
{
    return rill_space_box(1, distributions_low + i, distributions_high + i);
}

/// 1 + log(1 + exp(eta))
static double shape(double eta)
{
    return 1.0 + log1p(exp(eta));
}

/// The density on the bounds, by GSL's on (0, 1).
START_TEST(test_density_is_that_of_gsl)
{
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    for (int i = 0; i < 4; i++) {
        rill_distribution beta = distributions_create("beta", dimension(i), "");
        const double low = distributions_low[i], width = distributions_high[i] - low;
        for (int k = 0; k < 500; k++) {
            double eta[2], x;
            distributions_eta(eta, 2, 3.0, &rng);
            x = low + width * rill_rng_uniform(&rng, 0.01, 0.99);
            const double p = gsl_ran_beta_pdf((x - low) / width, shape(eta[0]), shape(eta[1]));
            // x keeps its digits from 0, the density counts them from the bounds
            const double lost =
                100.0 * DBL_EPSILON * (1.0 + fabs(x) / width) * (shape(eta[0]) + shape(eta[1]));
            ASSERT_NEAR(beta.type->log_probability(&beta, eta, &x), log(p / width), 1e-12 + lost);
        }
        rill_distribution_destroy(&beta);
    }
}
END_TEST

START_TEST(test_entropy_and_divergence_by_quadrature)
{
    rill_rng rng;
    rill_rng_seed(&rng, 2);
    for (int i = 0; i < 40; i++) {
        rill_distribution beta = distributions_create("beta", dimension(i % 4), "");
        const double low = distributions_low[i % 4], high = distributions_high[i % 4];
        double p[2], q[2], centre;
        distributions_eta(p, 2, 2.0, &rng);
        distributions_eta(q, 2, 2.0, &rng);
        distributions_mean f = {&beta, p, q, DISTRIBUTIONS_ONE};
        ASSERT_NEAR(distributions_integral(distributions_mean_at, &f, low, high), 1.0, 1e-8);
        f.of = DISTRIBUTIONS_SURPRISE;
        ASSERT_NEAR(distributions_integral(distributions_mean_at, &f, low, high),
                    beta.type->entropy(&beta, p, NULL), 1e-7);
        f.of = DISTRIBUTIONS_DIVERGENCE;
        const double divergence = beta.type->divergence(&beta, p, q);
        ASSERT_NEAR(distributions_integral(distributions_mean_at, &f, low, high), divergence,
                    1e-7 * fmax(1.0, divergence));
        f.of = DISTRIBUTIONS_VALUE;
        beta.type->centre(&beta, p, &centre);
        ASSERT_NEAR(distributions_integral(distributions_mean_at, &f, low, high), centre,
                    1e-8 * fmax(fabs(low), fabs(high)));
        rill_distribution_destroy(&beta);
    }
}
END_TEST

static double beta_cdf(double x, const void *context)
{
    const double *eta = context, low = distributions_low[2];
    return gsl_cdf_beta_P((x - low) / (distributions_high[2] - low), shape(eta[0]), shape(eta[1]));
}

/// False alarm: 9.3e-7 each of three.
START_TEST(test_samples)
{
    static const double etas[][2] = {{0.5, -1.0}, {-8.0, -8.0}, {30.0, 4.0}};
    static double samples[N_SAMPLES];
    rill_distribution beta = distributions_create("beta", dimension(2), "");
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    for (int e = 0; e < 3; e++) {
        for (int i = 0; i < N_SAMPLES; i++) {
            double noise;
            rill_distribution_sample(&beta, etas[e], &rng, &noise, &samples[i]);
            ck_assert(noise > 0.0 && noise < 1.0);
            ck_assert(samples[i] >= distributions_low[2] && samples[i] <= distributions_high[2]);
            ASSERT_NEAR(beta_cdf(samples[i], etas[e]), noise, 1e-12);
        }
        ck_assert_double_lt(distributions_ks(samples, N_SAMPLES, beta_cdf, etas[e]), 2.7);
    }
    rill_distribution_destroy(&beta);
}
END_TEST

/// Of Beta(1, 1), which eta = -800 is to rounding, the sample is uniform and the mean in the middle.
START_TEST(test_uniform)
{
    static const double eta[] = {-800.0, -800.0};
    rill_distribution beta = distributions_create("beta", dimension(0), "");
    for (int i = 1; i < 20; i++) {
        const double noise = i / 20.0;
        double x;
        beta.type->sample(&beta, eta, &noise, &x);
        ASSERT_NEAR(x, 2.0 * noise - 1.0, 1e-14); // as log B is known
        ASSERT_NEAR(beta.type->log_probability(&beta, eta, &x), -log(2.0), 1e-13);
    }
    double centre;
    beta.type->centre(&beta, eta, &centre);
    ck_assert(centre == 0.0);
    ASSERT_NEAR(beta.type->entropy(&beta, eta, NULL), log(2.0), 1e-13);
    rill_distribution_destroy(&beta);
}
END_TEST

/// A bound counts as 2^-64 of the width inside it; beyond it p is 0. Least and greatest noise stay inside
/// and can be differentiated.
START_TEST(test_bounds)
{
    for (int i = 0; i < 4; i++) {
        rill_distribution beta = distributions_create("beta", dimension(i), "");
        const rill_distribution_type *type = beta.type;
        const double low = distributions_low[i], high = distributions_high[i];
        const double eta[] = {0.5, 1.5}, a = shape(0.5), b = shape(1.5);
        const double constant = -gsl_sf_lnbeta(a, b) - log(high - low);
        ASSERT_NEAR(type->log_probability(&beta, eta, &low),
                    (a - 1.0) * -64.0 * log(2.0) + constant, 1e-12);
        ASSERT_NEAR(type->log_probability(&beta, eta, &high),
                    (b - 1.0) * -64.0 * log(2.0) + constant, 1e-12);
        const double beyond[] = {nextafter(low, -HUGE_VAL), nextafter(high, HUGE_VAL), (double)NAN};
        for (int k = 0; k < 3; k++) {
            ck_assert(type->log_probability(&beta, eta, &beyond[k]) == -HUGE_VAL);
        }
        for (int k = -60; k <= 60; k++) {
            for (int e = 0; e < 2; e++) {
                const double far[] = {k, e == 0 ? -k : 0.3 * k};
                const double noise = e == 0 ? 0x1p-53 : 1.0 - 0x1p-53;
                double x, jacobian[2];
                type->sample(&beta, far, &noise, &x);
                ck_assert(x >= low && x <= high);
                ck_assert(isfinite(type->log_probability(&beta, far, &x)));
                type->pathwise(&beta, far, &noise, &x, jacobian);
                ck_assert(jacobian[0] >= 0.0 && jacobian[1] <= 0.0); // alpha pulls up, beta down
                ck_assert(isfinite(jacobian[0]) && isfinite(jacobian[1]));
            }
        }
        rill_distribution_destroy(&beta);
    }
}
END_TEST

/// Shapes stay at `max_shape`, and have no derivative there.
START_TEST(test_greatest_shape)
{
    rill_distribution beta = distributions_create("beta", dimension(0), "max_shape=50");
    static const double eta[] = {60.0, 1000.0}, at[] = {49.0, 49.0}, noise = 0.3;
    double x, same, jacobian[2], score[2];
    beta.type->sample(&beta, eta, &noise, &x);
    beta.type->sample(&beta, at, &noise, &same);
    ASSERT_NEAR(x, same, 1e-15);
    beta.type->pathwise(&beta, eta, &noise, &x, jacobian);
    beta.type->score(&beta, eta, &x, score);
    ck_assert(jacobian[0] == 0.0 && jacobian[1] == 0.0 && score[0] == 0.0 && score[1] == 0.0);
    beta.type->score(&beta, at, &x, score);
    ck_assert(score[0] != 0.0 && score[1] != 0.0);
    rill_distribution_destroy(&beta);
}
END_TEST

START_TEST(test_what_is_refused)
{
    rill_distribution beta;
    rill_error error = {0};
    const double low = 0.0, high = HUGE_VAL;
    ASSERT_REFUSED(distributions_try(&beta, "beta", rill_space_box(1, &low, &high), "", &error),
                   &error, "",
                   "beta needs actions with finite bounds, and those of dimension 0 are 0 and inf: "
                   "use gaussian");
}
END_TEST

TEST_MAIN(test_density_is_that_of_gsl, test_entropy_and_divergence_by_quadrature, test_samples,
          test_uniform, test_bounds, test_greatest_shape, test_what_is_refused)
