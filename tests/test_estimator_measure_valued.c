// The measure-valued estimator: its samples against their distributions, its variances against closed
// forms, its cost.
#include "tests/estimators.h"

/// What the estimator evaluates f at.
enum { MOST = 400000 };
static double seen[MOST];
static int n_seen;
static int32_t n_numbers;

static double record_value(const void *context, const double *x)
{
    (void)context;
    for (int32_t i = 0; i < n_numbers && n_seen < MOST; i++) {
        seen[n_seen++] = x[i];
    }
    return 0.0;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/// The Kolmogorov-Smirnov distance of every `stride`-th value seen, from `first`, to a distribution,
/// times sqrt(n): above 2.5 with probability 2 exp(-2 2.5^2) = 7e-6.
static double distance(int first, int stride, double mu, double sigma, double (*cdf)(double z))
{
    static double values[MOST];
    int n = 0;
    for (int i = first; i < n_seen; i += stride) {
        values[n++] = (seen[i] - mu) / sigma;
    }
    qsort(values, (size_t)n, sizeof *values, compare);
    double greatest = 0.0;
    for (int i = 0; i < n; i++) {
        const double p = cdf(values[i]);
        greatest = fmax(greatest, fmax(p - (double)i / n, (i + 1.0) / n - p));
    }
    return greatest * sqrt(n);
}

static double rayleigh(double w)
{
    return w > 0.0 ? 1.0 - exp(-0.5 * w * w) : 0.0;
}

static double negative_rayleigh(double w)
{
    return 1.0 - rayleigh(-w);
}

/// The integral of z^2 phi(z): Phi(z) - z phi(z).
static double double_sided_maxwell(double z)
{
    return gsl_cdf_ugaussian_P(z) - z * exp(-0.5 * z * z) / sqrt(2.0 * RILL_PI);
}

/// In order, for each dimension: Rayleigh up, Rayleigh down, Maxwell, normal; the other dimension as the
/// distribution has it. 8 checks at 7e-6. Pairs are coupled: the same w, and 0 < N / M < 1.
START_TEST(test_what_f_is_asked_at)
{
    enum { D = 2, SAMPLES = 20000, ROW = 4 * D * D };
    const double mu[] = {0.5, -2.0}, sigma[] = {1.5, 0.3};
    double (*const laws[])(double) = {rayleigh, negative_rayleigh, double_sided_maxwell,
                                      gsl_cdf_ugaussian_P};
    sampled s;
    sampled_gaussian(&s, D, mu, sigma);
    n_numbers = D;
    n_seen = 0;
    running r = running_create(&s, "measure_valued", "", (rill_objective){.value = record_value},
                               SAMPLES, 47);
    double gradient[NUMBERS];
    running_estimate(&r, gradient);
    ck_assert_int_eq(n_seen, ROW * SAMPLES);
    ck_assert_int_eq(r.estimator.values_per_sample * SAMPLES * D, n_seen);
    ck_assert_int_eq(r.estimator.gradients_per_sample, 0);
    for (int i = 0; i < D; i++) {
        const int other = 1 - i;
        for (int which = 0; which < 4; which++) {
            const int at = (4 * i + which) * D;
            ASSERT_FOR("the replaced number",
                       distance(at + i, ROW, mu[i], sigma[i], laws[which]) < 2.5);
            ASSERT_FOR("the other number", distance(at + other, ROW, mu[other], sigma[other],
                                                    gsl_cdf_ugaussian_P) < 2.5);
        }
    }
    for (int j = 0; j < SAMPLES; j++) {
        const double *z = seen + (ptrdiff_t)j * ROW;
        ASSERT_NEAR(z[0] + z[2], 2.0 * mu[0], 1e-14 * fabs(z[0]) + 1e-14);
        const double ratio = (z[6] - mu[0]) / (z[4] - mu[0]);
        ASSERT_FOR("coupled", ratio > 0.0 && ratio <= 1.0 + 1e-12);
        for (int k = 1; k < 4; k++) { // the other number is that of one sample throughout
            ASSERT_FOR("as sampled", z[1 + 2 * k] == z[1] && z[8 + 2 * k] == z[8]);
        }
        ASSERT_FOR("put back", z[8] != z[6]);
    }
    running_destroy(&r);
    rill_distribution_destroy(&s.distribution);
}
END_TEST

/// Variances at 5 standard errors, sqrt((m4 - v^2) / N) with the fourth moment given.
static void check(const char *id, double mu, double sigma, int32_t dimension, double by_mu,
                  double by_sigma, double fourth_mu, double fourth_sigma)
{
    enum { N = 200000 };
    const double all_mu[] = {mu, 0.3, -0.7}, all_sigma[] = {sigma, 1.1, 0.4};
    const test_objective f = {objective_type_find(id, NULL), 0.0, dimension};
    sampled s;
    sampled_gaussian(&s, dimension, all_mu, all_sigma);
    running r = running_create(&s, "measure_valued", "", objective_of(&f), 1, 53);
    const spread found = running_spread(&r, N);
    const double v = found.variance[dimension] / sigma / sigma;
    ASSERT_NEAR(found.variance[0], by_mu,
                5.0 * sqrt((fourth_mu - by_mu * by_mu) / N) + 25.0 * by_mu / N);
    ASSERT_NEAR(v, by_sigma,
                5.0 * sqrt((fourth_sigma - by_sigma * by_sigma) / N) + 25.0 * by_sigma / N);
    running_destroy(&r);
    rill_distribution_destroy(&s.distribution);
}

/// x^2, in one dimension and in three, for the others cancel. By mu: f(x+) - f(x-) = 4 mu sigma W, so the
/// variance is (8 / pi) mu^2 (2 - pi / 2); W has the fourth central moment 8 - 3 pi^2 / 4.
/// By sigma, with N = M U: 2 mu sigma M (1 - U) + sigma^2 M^2 (1 - U^2), of variance
/// sigma^2 (4 mu^2 + 4 sigma^2), over sigma^2. Its fourth central moment, of
/// 2 mu A + sigma (B - 2) with A = M (1 - U), B = M^2 (1 - U^2), comes from E[M^2k] = (2k + 1)!!.
START_TEST(test_variance_of_the_quadratic)
{
    const double mu = 0.8, sigma = 1.3;
    const double by_mu = 8.0 / RILL_PI * mu * mu * (2.0 - RILL_PI / 2.0);
    const double c = 4.0 * mu / sqrt(2.0 * RILL_PI);
    const double fourth_mu = c * c * c * c * (8.0 - 0.75 * RILL_PI * RILL_PI);
    // E[(2 mu A)^4] = 16 mu^4 15 / 5;  E[A^2 (B - 2)^2] by the midpoint rule over U
    double cross = 0.0, fourth_b = 0.0;
    enum { STEPS = 20000 };
    for (int i = 0; i < STEPS; i++) {
        const double u = (i + 0.5) / STEPS, a = (1.0 - u) * (1.0 - u), b = 1.0 - u * u;
        cross += a * (105.0 * b * b - 4.0 * 15.0 * b + 4.0 * 3.0) / STEPS;
        fourth_b += (945.0 * b * b * b * b - 8.0 * 105.0 * b * b * b + 24.0 * 15.0 * b * b -
                     32.0 * 3.0 * b + 16.0) /
                    STEPS;
    }
    const double fourth_sigma = 48.0 * mu * mu * mu * mu +
                                6.0 * 4.0 * mu * mu * sigma * sigma * cross +
                                sigma * sigma * sigma * sigma * fourth_b;
    const double by_sigma = 4.0 * mu * mu + 4.0 * sigma * sigma;
    check("quadratic", mu, sigma, 1, by_mu, by_sigma, fourth_mu, fourth_sigma);
    check("quadratic", mu, sigma, 3, by_mu, by_sigma, fourth_mu, fourth_sigma);
}
END_TEST

/// A step at 0, a = -mu / sigma: f(x+) - f(x-) is 1 with probability q = exp(-a^2 / 2) by mu, and +-1 with
/// |a| phi(a) by sigma, else 0. The fourth central moment of such a number times c is
/// c^4 q (1 - q) (1 - 3 q (1 - q)).
START_TEST(test_variance_of_a_step)
{
    const double mu = 0.8, sigma = 1.3, a = mu / sigma;
    const double q = exp(-0.5 * a * a), c = 1.0 / (sigma * sqrt(2.0 * RILL_PI));
    const double p = a * exp(-0.5 * a * a) / sqrt(2.0 * RILL_PI), d = 1.0 / sigma;
    check("step", mu, sigma, 1, c * c * q * (1.0 - q), d * d * p * (1.0 - p),
          c * c * c * c * q * (1.0 - q) * (1.0 - 3.0 * q * (1.0 - q)),
          d * d * d * d * p * (1.0 - p) * (1.0 - 3.0 * p * (1.0 - p)));
}
END_TEST

TEST_MAIN(test_what_f_is_asked_at, test_variance_of_the_quadratic, test_variance_of_a_step)
