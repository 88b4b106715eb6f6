// Special functions against GSL, and against quadrature where GSL has none.
#include "core/special.h"
#include "tests/distributions.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_erf.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_psi.h>

enum { N_DRAWS = 20000 };

/// From 2^-20 to 2^20, every order of magnitude as often as another.
static double any_argument(rill_rng *rng)
{
    return exp2(rill_rng_uniform(rng, -20.0, 20.0));
}

/// A shape of the beta distribution: half of them up to 32, half up to 10^6.
static double any_shape(rill_rng *rng)
{
    return exp2(rill_rng_uniform(rng, 0.0, rill_rng_random(rng) < 0.5 ? 5.0 : 19.93));
}

/// A probability: in the middle, or of any smallness.
static double any_probability(rill_rng *rng)
{
    return rill_rng_random(rng) < 0.5 ? rill_rng_random_open(rng)
                                      : exp(rill_rng_uniform(rng, -36.0, 0.0));
}

static void assert_within(double at, double ours, double expected, double bound)
{
    ck_assert_msg(fabs(ours - expected) <= bound, "at %.17g: %.17g, not %.17g within %.2g", at,
                  ours, expected, bound);
}

START_TEST(test_gamma_and_its_derivatives)
{
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    for (int i = 0; i < N_DRAWS; i++) {
        const double x = i % 2 == 0 ? any_argument(&rng) : rill_rng_uniform(&rng, 0.5, 30.0);
        const double log_gamma = gsl_sf_lngamma(x), psi = gsl_sf_psi(x), psi_1 = gsl_sf_psi_1(x);
        assert_within(x, rill_log_gamma(x), log_gamma, 1e-14 * fmax(1.0, fabs(log_gamma)));
        assert_within(x, rill_digamma(x), psi, 2e-15 * fmax(1.0, fabs(psi)));
        assert_within(x, rill_trigamma(x), psi_1, 2e-15 * psi_1);
        const double y = any_argument(&rng), log_beta = gsl_sf_lnbeta(x, y);
        const double scale =
            fabs(log_gamma) + fabs(gsl_sf_lngamma(y)) + fabs(gsl_sf_lngamma(x + y));
        assert_within(x, rill_log_beta(x, y), log_beta, 1e-14 * fmax(3.0, scale));
    }
    // log Gamma(n) = log (n-1)!, psi(1) = -gamma, psi'(1) = pi^2 / 6
    ASSERT_NEAR(rill_log_gamma(1.0), 0.0, 1e-14);
    ASSERT_NEAR(rill_log_gamma(6.0), log(120.0), 1e-14);
    ASSERT_NEAR(rill_digamma(1.0), -0.57721566490153286061, 2e-15);
    ASSERT_NEAR(rill_trigamma(1.0), RILL_PI * RILL_PI / 6.0, 4e-15);
}
END_TEST

/// F at the quantile is u, by GSL and by ours, relatively; the exponent of F is known to rounding of
/// terms as large as a and b.
START_TEST(test_beta_quantile_and_cdf)
{
    rill_rng rng;
    rill_rng_seed(&rng, 2);
    for (int i = 0; i < N_DRAWS; i++) {
        const double a = any_shape(&rng), b = any_shape(&rng), u = any_probability(&rng);
        const double bound = 1e-13 + 4e-14 * (a + b);
        double x, y;
        rill_beta_quantile(u, a, b, &x, &y);
        ck_assert(x > 0.0 && y > 0.0);
        ASSERT_NEAR(x + y, 1.0, 4e-16);
        if (u < 0.5) {
            assert_within(u, rill_beta_cdf(x, y, a, b) / u, 1.0, bound);
            assert_within(u, gsl_cdf_beta_P(x, a, b) / u, 1.0, bound);
        } else { // 1 - x = y, whose digits count
            assert_within(u, rill_beta_cdf(y, x, b, a) / (1.0 - u), 1.0, bound);
            assert_within(u, gsl_cdf_beta_P(y, b, a) / (1.0 - u), 1.0, bound);
        }
    }
    // Beta(1, 1) is uniform; of Beta(a, 1) and Beta(1, b) the quantile is a power
    double x, y;
    rill_beta_quantile(0x1p-53, 1.0, 1.0, &x, &y);
    assert_within(x, x / 0x1p-53, 1.0, 1e-14);
    rill_beta_quantile(0.25, 2.0, 1.0, &x, &y);
    ASSERT_NEAR(x, 0.5, 1e-15);
    rill_beta_quantile(0.9, 1.0, 50.0, &x, &y);
    ASSERT_NEAR(y, pow(0.1, 0.02), 1e-14);
    ck_assert(rill_beta_cdf(0.0, 1.0, 2.0, 3.0) == 0.0 && rill_beta_cdf(1.0, 0.0, 2.0, 3.0) == 1.0);
}
END_TEST

/// Beta(a, b) up to x = 1 / (1 + exp(-s)), in s.
typedef struct incomplete {
    double a, b;
    bool is_by_b;
} incomplete;

/// d p(t) / d a dt / ds, t = 1 / (1 + exp(-s)): p (log t - psi(a) + psi(a + b)) t (1 - t)
static double slope_integrand(double s, void *context)
{
    const incomplete *f = context;
    const double t = 1.0 / (1.0 + exp(-s)), rest = 1.0 / (1.0 + exp(s));
    const double factor = f->is_by_b ? log(rest) - gsl_sf_psi(f->b) : log(t) - gsl_sf_psi(f->a);
    const double log_p =
        (f->a - 1.0) * log(t) + (f->b - 1.0) * log(rest) - gsl_sf_lnbeta(f->a, f->b);
    return exp(log_p) * (factor + gsl_sf_psi(f->a + f->b)) * t * rest;
}

/// dx/da = -(dF/da) / p, with dF/da by quadrature from the nearer end.
START_TEST(test_beta_quantile_slopes)
{
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    for (int i = 0; i < 2000; i++) {
        const double a = exp2(rill_rng_uniform(&rng, 0.0, 7.0));
        const double b = exp2(rill_rng_uniform(&rng, 0.0, 7.0)), u = rill_rng_random_open(&rng);
        double x, y, ours[2];
        rill_beta_quantile(u, a, b, &x, &y);
        rill_beta_quantile_slopes(x, y, a, b, &ours[0], &ours[1]);
        const double p = gsl_ran_beta_pdf(x, a, b), s = log(x / y);
        for (int k = 0; k < 2; k++) {
            incomplete f = {a, b, k == 1};
            // the integrand falls like a Gaussian, then like exp(a s) to the left, exp(-b s) to the right
            const double spread = 10.0 * sqrt(1.0 / a + 1.0 / b);
            const double integral =
                u < 0.5 ? distributions_integral(slope_integrand, &f, s - 45.0 / a - spread, s)
                        : -distributions_integral(slope_integrand, &f, s, s + 45.0 / b + spread);
            assert_within(u, ours[k], -integral / p, 1e-9 * fabs(integral / p) + 1e-11 / p);
        }
    }
    // far out they are small, not lost: of Beta(a, 1), x = u^(1/a) and dx/da = -x log(u) / a^2
    for (int i = 0; i < 50; i++) {
        const double a = 1.0 + i, u = exp2(-52.0), x = pow(u, 1.0 / a);
        double by_a, by_b;
        rill_beta_quantile_slopes(x, 1.0 - x, a, 1.0, &by_a, &by_b);
        assert_within(a, by_a / (-x * log(u) / (a * a)), 1.0, 1e-13);
        ck_assert(by_b < 0.0);
        // and of Beta(1, b) near 1, where only y tells
        rill_beta_quantile_slopes(1.0 - x, x, 1.0, a, &by_a, &by_b);
        assert_within(a, by_b / (x * log(u) / (a * a)), 1.0, 1e-13);
    }
    double by_a = 1.0, by_b = 1.0;
    rill_beta_quantile_slopes(0.0, 1.0, 2.0, 3.0, &by_a, &by_b);
    ck_assert(by_a == 0.0 && by_b == 0.0);
}
END_TEST

/// Large shapes: the slope is the difference of two quantiles.
START_TEST(test_beta_quantile_slopes_of_large_shapes)
{
    static const double shapes[][2] = {{1e4, 1e4}, {1e4, 3.0}, {1.5, 1e4}, {1e6, 2e5}};
    for (int i = 0; i < 4; i++) {
        for (int k = 1; k < 10; k++) {
            const double a = shapes[i][0], b = shapes[i][1], u = 0.1 * k;
            const double h[2] = {1e-3 * a, 1e-3 * b};
            double x, y, high[2], low[2], slopes[2], rest;
            rill_beta_quantile(u, a, b, &x, &y);
            rill_beta_quantile_slopes(x, y, a, b, &slopes[0], &slopes[1]);
            for (int j = 0; j < 2; j++) {
                const double da = j == 0 ? h[0] : 0.0, db = j == 1 ? h[1] : 0.0;
                rill_beta_quantile(u, a + da, b + db, &high[0], &high[1]);
                rill_beta_quantile(u, a - da, b - db, &low[0], &low[1]);
                const double wide = high[0] < 0.5 ? high[0] - low[0] : low[1] - high[1];
                rill_beta_quantile(u, a + da / 2, b + db / 2, &high[0], &rest);
                high[1] = rest;
                rill_beta_quantile(u, a - da / 2, b - db / 2, &low[0], &low[1]);
                const double narrow = high[0] < 0.5 ? high[0] - low[0] : low[1] - high[1];
                const double expected = (4.0 * narrow / h[j] - wide / (2.0 * h[j])) / 3.0;
                assert_within(u, slopes[j] / expected, 1.0, 1e-6);
            }
        }
    }
}
END_TEST

/// From what is certain to what has a probability of exp(-50000); hazards against GSL's too.
START_TEST(test_normal_tail)
{
    for (int k = -4000; k <= 30000; k++) {
        const double z = 0.01 * k + 1e-4;
        double hazard;
        const double ours = rill_log_normal_tail(z, &hazard);
        const double expected =
            z < -1.0 ? log1p(-gsl_cdf_ugaussian_P(z)) : gsl_sf_log_erfc(z / sqrt(2.0)) - log(2.0);
        assert_within(z, ours, expected, 1e-13 * (1.0 + fabs(expected)));
        if (z > -25.0) {
            const double h = gsl_sf_hazard(z);
            assert_within(z, hazard, h, 2e-13 * (1.0 + h));
        }
    }
}
END_TEST

TEST_MAIN(test_normal_tail, test_gamma_and_its_derivatives, test_beta_quantile_and_cdf,
          test_beta_quantile_slopes, test_beta_quantile_slopes_of_large_shapes)
