// The squashed Gaussian against the change of variables, quadrature and its closed distribution function.
#include "tests/distributions.h"
#include "tests/golden.h"

#include <gsl/gsl_sf_erf.h>
#include <float.h>
#include <gsl/gsl_randist.h>
#include <rill/math.h>

enum { N_SAMPLES = 100000 };

static const double greatest_u = 19.06154746539849600897; // 27.5 log 2: see the source

/// One of the dimensions of distributions_low and distributions_high.
static rill_space dimension(int i)
{
    return rill_space_box(1, distributions_low + i, distributions_high + i);
}

/// log p(x(u)) from u: log N(u) - log h - log(1 - tanh(u)^2), with 1 - tanh(u)^2 = 1 / cosh(u)^2.
static double expected_log_p(const double *eta, double u, double half_width)
{
    return log(gsl_ran_gaussian_pdf(u - eta[0], exp(eta[1]))) - log(half_width) +
           2.0 * log(cosh(u));
}

/// u is lost to the rounding of x by up to eps (|low| + |high|) / (width (1 - tanh(u)^2)), which the
/// slope of log p by u, up to |u - mu| / sigma^2 + 2, magnifies.
START_TEST(test_density_is_that_of_the_change_of_variables)
{
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    for (int i = 0; i < 4; i++) {
        rill_distribution squashed =
            distributions_create("squashed_gaussian", dimension(i), "min_log_std=-9 max_log_std=9");
        const double low = distributions_low[i], high = distributions_high[i], width = high - low;
        for (int k = 0; k < 1000; k++) {
            double eta[2], noise, x, score[2];
            distributions_eta(eta, 2, 0.8, &rng);
            rill_distribution_sample(&squashed, eta, &rng, &noise, &x);
            const double sigma = exp(eta[1]), u = eta[0] + sigma * noise;
            ASSERT_NEAR(x, low + 0.5 * width * (1.0 + tanh(u)), 4e-16 * (fabs(low) + fabs(high)));
            const double lost = DBL_EPSILON * (fabs(low) + fabs(high)) / width *
                                pow(cosh(fmin(fabs(u), greatest_u)), 2.0);
            if (lost > 1e-6) {
                continue;
            }
            const double slope = fabs(noise) / sigma + 2.0;
            ASSERT_NEAR(squashed.type->log_probability(&squashed, eta, &x),
                        expected_log_p(eta, u, 0.5 * width), 1e-13 + 2.0 * lost * slope);
            squashed.type->score(&squashed, eta, &x, score);
            ASSERT_NEAR(score[0], noise / sigma, 1e-12 + 2.0 * lost / (sigma * sigma));
            ASSERT_NEAR(score[1], noise * noise - 1.0, 1e-12 + 4.0 * lost * fabs(noise) / sigma);
        }
        rill_distribution_destroy(&squashed);
    }
}
END_TEST

/// Numbers of an independent derivation.
START_TEST(test_reference_numbers)
{
    rill_distribution squashed = distributions_create("squashed_gaussian", dimension(0), "");
    cJSON *json = golden_read("gradient_estimators.json");
    const cJSON *entry;
    int n = 0;
    cJSON_ArrayForEach (entry, golden_member(json, "tanh_gaussian_logprob")) {
        const double mu = golden_member(entry, "mu")->valuedouble;
        const double sigma = golden_member(entry, "sigma")->valuedouble;
        const double u = golden_member(entry, "pre_tanh_u")->valuedouble;
        const double eta[] = {mu, log(sigma)}, noise = (u - mu) / sigma;
        double x = golden_member(entry, "action")->valuedouble, ours;
        squashed.type->sample(&squashed, eta, &noise, &ours);
        ASSERT_NEAR(ours, x, 2e-16);
        // at u = -6 half a unit in the last place of x is 2e-12 of u
        ASSERT_NEAR(squashed.type->log_probability(&squashed, eta, &x),
                    golden_member(entry, "log_prob")->valuedouble, u < -5.0 ? 1e-10 : 1e-13);
        n++;
    }
    ck_assert_int_eq(n, 4);
    cJSON_Delete(json);
    rill_distribution_destroy(&squashed);
}
END_TEST

START_TEST(test_density_entropy_and_divergence_by_quadrature)
{
    rill_rng rng;
    rill_rng_seed(&rng, 2);
    for (int i = 0; i < 20; i++) {
        rill_distribution squashed =
            distributions_create("squashed_gaussian", dimension(i % 4), "");
        const double low = distributions_low[i % 4], high = distributions_high[i % 4];
        double p[2], q[2];
        distributions_eta(p, 2, 0.4, &rng);
        distributions_eta(q, 2, 0.4, &rng);
        distributions_mean f = {&squashed, p, q, DISTRIBUTIONS_ONE};
        ASSERT_NEAR(distributions_integral(distributions_mean_at, &f, low, high), 1.0, 1e-7);
        f.of = DISTRIBUTIONS_SURPRISE;
        ASSERT_NEAR(distributions_integral(distributions_mean_at, &f, low, high),
                    squashed.type->entropy(&squashed, p, NULL), 1e-7);
        f.of = DISTRIBUTIONS_DIVERGENCE;
        const double divergence = squashed.type->divergence(&squashed, p, q);
        ASSERT_NEAR(distributions_integral(distributions_mean_at, &f, low, high), divergence,
                    1e-7 * fmax(1.0, divergence));
        rill_distribution_destroy(&squashed);
    }
}
END_TEST

/// What the mean over e of u = mu + sigma e is taken of: |u|, log(1 - tanh(u)^2), tanh u, e tanh u.
enum { ABSOLUTE, LOG_SLOPE, TANH, E_TANH, N_MEANS };

typedef struct normal_mean {
    double mu, sigma;
    int of;
} normal_mean;

static double normal_mean_at(double e, void *context)
{
    const normal_mean *f = context;
    const double u = f->mu + f->sigma * e, size = fabs(u);
    const double of[N_MEANS] = {size, log(4.0) - 2.0 * size - 2.0 * log1p(exp(-2.0 * size)),
                                tanh(u), e * tanh(u)};
    return gsl_ran_ugaussian_pdf(e) * of[f->of];
}

/// Adaptive, between points at which the integrand turns: where u is -20, 0 and 20.
static double normal_mean_of(double mu, double sigma, int of)
{
    normal_mean f = {mu, sigma, of};
    const double ends[] = {-10.0, (-20.0 - mu) / sigma, -mu / sigma, (20.0 - mu) / sigma, 10.0};
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(1000);
    gsl_function function = {normal_mean_at, &f};
    double sum = 0.0, value, error;
    gsl_set_error_handler_off(); // where rounding stops it, the result is as good as it gets
    for (int i = 0; i < 4; i++) {
        const double low = fmin(fmax(ends[i], -10.0), 10.0);
        const double high = fmin(fmax(ends[i + 1], -10.0), 10.0);
        if (low < high) {
            gsl_integration_qag(&function, low, high, 0.0, 1e-13, 1000, GSL_INTEG_GAUSS61, space,
                                &value, &error);
            sum += value;
        }
    }
    gsl_integration_workspace_free(space);
    return sum;
}

/// From the least to the greatest sigma that the parameters allow, also where the source changes its
/// rule (0.4, 6); the derivative by log sigma in the form that the source does not use.
START_TEST(test_entropy_by_quadrature)
{
    static const double log_sigmas[] = {-20.0, -9.0, -5.0, -2.5, -1.5, -0.916,    -0.87,
                                        -0.4,  0.0,  0.5,  1.0,  1.5,  1.7917594, 1.7917595,
                                        2.0,   2.5,  4.0,  9.0,  20.0};
    static const double mus[] = {0.0, 0.01, 0.3, 1.0, 2.5, 7.0, 30.0, 1000.0};
    static const double ratios[] = {0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 11.99, 12.01};
    rill_distribution squashed =
        distributions_create("squashed_gaussian", dimension(2), "min_log_std=-20 max_log_std=20");
    const double log_half = log(0.5 * (distributions_high[2] - distributions_low[2]));
    for (size_t i = 0; i < sizeof log_sigmas / sizeof *log_sigmas; i++) {
        const double sigma = exp(log_sigmas[i]);
        for (int k = 0; k < 16; k++) {
            const double mu = k < 8 ? mus[k] : ratios[k - 8] * sigma;
            const double eta[] = {mu, log_sigmas[i]}, mirrored[] = {-mu, log_sigmas[i]};
            double gradient[2], other[2];
            const double entropy = squashed.type->entropy(&squashed, eta, gradient);
            const double scale = 1.0 + normal_mean_of(mu, sigma, ABSOLUTE);
            ASSERT_NEAR(entropy,
                        log_sigmas[i] + 0.5 * log(2.0 * RILL_PI) + 0.5 + log_half +
                            normal_mean_of(mu, sigma, LOG_SLOPE),
                        1e-14 * scale + 1e-14);
            ASSERT_NEAR(gradient[0], -2.0 * normal_mean_of(mu, sigma, TANH), 1e-14);
            ASSERT_NEAR(gradient[1], 1.0 - 2.0 * sigma * normal_mean_of(mu, sigma, E_TANH),
                        1e-14 * (1.0 + sigma));
            ASSERT_NEAR(squashed.type->entropy(&squashed, mirrored, other), entropy, 1e-14 * scale);
            ASSERT_NEAR(other[0], -gradient[0], 1e-14);
            ASSERT_NEAR(other[1], gradient[1], 1e-14 * (1.0 + sigma));
        }
    }
    // beyond the bounds of log sigma nothing changes with it; a mean that is not a number ends
    const double clamped[] = {0.3, 21.0}, bound[] = {0.3, 20.0}, lost[] = {(double)NAN, 3.0};
    double gradient[2];
    ck_assert(squashed.type->entropy(&squashed, clamped, gradient) ==
              squashed.type->entropy(&squashed, bound, NULL));
    ck_assert(gradient[1] == 0.0);
    ck_assert(isnan(squashed.type->entropy(&squashed, lost, gradient)) && isnan(gradient[0]));
    rill_distribution_destroy(&squashed);
}
END_TEST

/// Two dimensions: the integral over one of the integral over the other.
typedef struct plane {
    const rill_distribution *squashed;
    const double *eta;
    double x;
} plane;

static double inner(double y, void *context)
{
    const plane *f = context;
    const double point[] = {f->x, y};
    return exp(f->squashed->type->log_probability(f->squashed, f->eta, point));
}

static double outer(double x, void *context)
{
    plane f = *(plane *)context;
    f.x = x;
    return distributions_integral(inner, &f, distributions_low[1], distributions_high[1]);
}

START_TEST(test_density_in_two_dimensions)
{
    static const double eta[] = {0.3, -0.4, -0.5, -0.2};
    rill_distribution squashed =
        distributions_create("squashed_gaussian", distributions_space(RILL_SPACE_BOX, 2), "");
    plane f = {&squashed, eta, 0.0};
    ASSERT_NEAR(distributions_integral(outer, &f, distributions_low[0], distributions_high[0]), 1.0,
                1e-7);
    rill_distribution_destroy(&squashed);
}
END_TEST

/// P(X <= x) = Phi((atanh((x - centre) / half width) - mu) / sigma)
static double squashed_cdf(double x, const void *context)
{
    const double *eta = context;
    const double low = distributions_low[2], high = distributions_high[2];
    return gsl_cdf_gaussian_P(atanh((2.0 * x - low - high) / (high - low)) - eta[0], exp(eta[1]));
}

/// False alarm: 9.3e-7.
START_TEST(test_samples)
{
    static const double eta[] = {0.4, 0.3};
    static double samples[N_SAMPLES];
    rill_distribution squashed = distributions_create("squashed_gaussian", dimension(2), "");
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    for (int i = 0; i < N_SAMPLES; i++) {
        double noise;
        rill_distribution_sample(&squashed, eta, &rng, &noise, &samples[i]);
        ck_assert(samples[i] >= distributions_low[2] && samples[i] <= distributions_high[2]);
    }
    ck_assert_double_lt(distributions_ks(samples, N_SAMPLES, squashed_cdf, eta), 2.7);
    rill_distribution_destroy(&squashed);
}
END_TEST

/// The score of samples has mean 0 also where rounding leaves nothing of u: false alarm 6e-7 each, 16 means.
/// (1e-6 is for what happens too seldom to be drawn.)
START_TEST(test_score_of_the_saturated)
{
    static const double means[] = {11.0, 12.0, 18.0, -30.0}, log_stds[] = {-5.0, 0.0};
    enum { N = 20000 };
    rill_distribution squashed = distributions_create("squashed_gaussian", dimension(2), "");
    rill_rng rng;
    rill_rng_seed(&rng, 8);
    for (int k = 0; k < 8; k++) {
        const double eta[] = {means[k % 4], log_stds[k / 4]};
        double sums[2] = {0.0, 0.0}, squares[2] = {0.0, 0.0};
        for (int i = 0; i < N; i++) {
            double noise, x, score[2];
            rill_distribution_sample(&squashed, eta, &rng, &noise, &x);
            squashed.type->score(&squashed, eta, &x, score);
            for (int j = 0; j < 2; j++) {
                sums[j] += score[j];
                squares[j] += score[j] * score[j];
            }
        }
        for (int j = 0; j < 2; j++) {
            const double mean = sums[j] / N, se = sqrt(squares[j] / N / N);
            ck_assert_msg(fabs(mean) <= 5.0 * se + 1e-6,
                          "mu %g, log sigma %g: mean score %g, s.e. %g", eta[0], eta[1], mean, se);
        }
    }
    rill_distribution_destroy(&squashed);
}
END_TEST

/// At the ends: a bound counts as the cell beyond |u| = 12, with its mean density; log p is finite on the
/// bounds and -infinity beyond; samples of any u lie within them.
START_TEST(test_bounds)
{
    rill_rng rng;
    rill_rng_seed(&rng, 4);
    for (int i = 0; i < 4; i++) {
        rill_distribution squashed = distributions_create("squashed_gaussian", dimension(i), "");
        const rill_distribution_type *type = squashed.type;
        const double low = distributions_low[i], high = distributions_high[i];
        const double eta[] = {0.5, -0.25}, half = 0.5 * (high - low);
        const double log_width = log(half * (1.0 - tanh(12.0)));
        const double z = 11.5 * exp(0.25), z_low = 12.5 * exp(0.25);
        double score[2];
        ASSERT_NEAR(type->log_probability(&squashed, eta, &high),
                    gsl_sf_log_erfc(z / sqrt(2.0)) - log(2.0) - log_width, 1e-5);
        type->score(&squashed, eta, &high, score);
        ASSERT_NEAR(score[0], gsl_sf_hazard(z) * exp(0.25), 1e-11);
        ASSERT_NEAR(score[1], z * gsl_sf_hazard(z), 1e-10);
        ASSERT_NEAR(type->log_probability(&squashed, eta, &low),
                    gsl_sf_log_erfc(z_low / sqrt(2.0)) - log(2.0) - log_width, 1e-5);
        const double beyond[] = {nextafter(low, -HUGE_VAL), nextafter(high, HUGE_VAL), (double)NAN,
                                 -HUGE_VAL, HUGE_VAL};
        for (int k = 0; k < 5; k++) {
            ck_assert(type->log_probability(&squashed, eta, &beyond[k]) == -HUGE_VAL);
        }
        double x;
        for (int k = -400; k <= 400; k++) {
            const double moved[] = {0.1 * k, 0.0}, noise = 0.0;
            double jacobian[2], centre;
            type->sample(&squashed, moved, &noise, &x);
            ck_assert(x >= low && x <= high);
            type->centre(&squashed, moved, &centre);
            ck_assert(x == centre);
            ck_assert(isfinite(type->log_probability(&squashed, moved, &x)));
            type->pathwise(&squashed, moved, &noise, &x, jacobian);
            const double slope = half / pow(cosh(moved[0]), 2.0);
            ASSERT_NEAR(jacobian[0], slope, 1e-13 * slope);
            ck_assert(jacobian[1] == 0.0);
        }
        const double far[] = {40.0, 0.0}, noise = 0.0;
        type->sample(&squashed, far, &noise, &x);
        ck_assert(x == high);
        rill_distribution_destroy(&squashed);
    }
}
END_TEST

START_TEST(test_what_is_refused)
{
    rill_distribution squashed;
    rill_error error = {0};
    static const double bounds[][2] = {
        {-HUGE_VAL, 1.0}, {0.0, HUGE_VAL}, {1.0, 1.0}, {-DBL_MAX, DBL_MAX}};
    for (int i = 0; i < 4; i++) {
        const double low[] = {0.0, bounds[i][0]}, high[] = {1.0, bounds[i][1]};
        ASSERT_REFUSED(
            distributions_try(&squashed, "squashed_gaussian", rill_space_box(2, low, high), "",
                              &error),
            &error, "",
            "squashed_gaussian needs actions with finite bounds, and those of dimension 1");
    }
    const rill_space space = dimension(0);
    ASSERT_REFUSED(
        distributions_try(&squashed, "squashed_gaussian", space, "max_log_std=-6", &error), &error,
        "min_log_std", "-5 is not below max_log_std, -6");
    squashed = distributions_create("squashed_gaussian", space, "std=free");
    ck_assert_int_eq(squashed.n_free, 1);
    rill_distribution_destroy(&squashed);
}
END_TEST

TEST_MAIN(test_density_is_that_of_the_change_of_variables, test_reference_numbers,
          test_density_entropy_and_divergence_by_quadrature, test_entropy_by_quadrature,
          test_density_in_two_dimensions, test_samples, test_score_of_the_saturated, test_bounds,
          test_what_is_refused)
