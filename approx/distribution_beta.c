/// Beta distribution on the bounds of the actions: x_i = low_i + (high_i - low_i) b_i with
/// b_i ~ Beta(alpha_i, beta_i), alpha_i = 1 + softplus(eta_i), beta_i = 1 + softplus(eta_{m+i}), which
/// has no mass outside the bounds and one mode.
///
/// Chou, Maturana and Scherer (2017), "Improving stochastic policy gradients in continuous control with
/// deep reinforcement learning using the beta distribution". The noise is a uniform number e_i a
/// dimension, and b_i = F^-1(e_i), F the distribution function; so implicit reparameterisation
/// (Figurnov, Mohamed and Mnih (2018)) gives d b / d alpha = -(dF / d alpha) / p.
///
/// Inverting F takes microseconds where the Gaussians take some 50 ns: more than 1 for a sample, and 10
/// near shapes of 10^4.
///
/// An x on a bound, or within 2^-64 of the width of it, counts as that far inside, so that log p is
/// finite. Shapes beyond `max_shape` are kept there (and their derivative is 0).
#include "approx/bounds.h"
#include "core/special.h"

#include <rill/math.h>

typedef struct beta_params {
    double max_shape;
} beta_params;

static const rill_param param_table[] = {
    RILL_REAL(beta_params, max_shape, "10000", 2, 1e6, "greatest alpha and beta"),
    RILL_PARAM_END,
};

/// Of one dimension: the parameters, and the slopes of each by its number of eta.
typedef struct shapes {
    double alpha, beta;
    double alpha_slope, beta_slope;
} shapes;

/// 1 + softplus(eta), whose derivative is logistic(eta)
static double shape_of(double eta, double greatest, double *slope)
{
    const double shape = 1.0 + rill_softplus(eta);
    *slope = shape <= greatest ? rill_logistic(eta) : 0.0;
    return fmin(shape, greatest);
}

static shapes shapes_of(const rill_distribution *distribution, const double *eta, int32_t i)
{
    const double greatest = ((const beta_params *)distribution->params)->max_shape;
    shapes s;
    s.alpha = shape_of(eta[i], greatest, &s.alpha_slope);
    s.beta = shape_of(eta[distribution->size + i], greatest, &s.beta_slope);
    return s;
}

/// b and 1 - b of x, each from the bound next to it.
static void unit_of(const rill_distribution *distribution, int32_t i, double x, double *b,
                    double *rest)
{
    const double width = bounds_width(distribution, i);
    *b = fmax((x - distribution->space.low[i]) / width, 0x1p-64);
    *rest = fmax((distribution->space.high[i] - x) / width, 0x1p-64);
}

static rill_status prepare(rill_distribution *distribution, rill_error *error)
{
    distribution->n_parameters = 2 * distribution->size;
    distribution->n_noise = distribution->size;
    return bounds_check(distribution, error);
}

static void draw(const rill_distribution *distribution, rill_rng *rng, double *noise)
{
    for (int32_t i = 0; i < distribution->size; i++) {
        noise[i] = rill_rng_random_open(rng);
    }
}

static void sample(const rill_distribution *distribution, const double *eta, const double *noise,
                   double *x)
{
    for (int32_t i = 0; i < distribution->size; i++) {
        const shapes s = shapes_of(distribution, eta, i);
        const double low = distribution->space.low[i], high = distribution->space.high[i];
        double b, rest;
        rill_beta_quantile(noise[i], s.alpha, s.beta, &b, &rest);
        const double value = b < rest ? low + (high - low) * b : high - (high - low) * rest;
        x[i] = fmin(fmax(value, low), high);
    }
}

/// log p = sum_i (alpha - 1) log b + (beta - 1) log(1 - b) - log B(alpha, beta) - log(high - low)
static double log_probability(const rill_distribution *distribution, const double *eta,
                              const double *x)
{
    if (!bounds_contain(distribution, x)) {
        return (double)-INFINITY;
    }
    double sum = 0.0;
    for (int32_t i = 0; i < distribution->size; i++) {
        const shapes s = shapes_of(distribution, eta, i);
        double b, rest;
        unit_of(distribution, i, x[i], &b, &rest);
        sum += (s.alpha - 1.0) * rill_log(b) + (s.beta - 1.0) * rill_log(rest) -
               rill_log_beta(s.alpha, s.beta) - rill_log(bounds_width(distribution, i));
    }
    return sum;
}

/// d log p / d alpha = log b - psi(alpha) + psi(alpha + beta), d log p / d beta likewise with 1 - b
static void score(const rill_distribution *distribution, const double *eta, const double *x,
                  double *gradient)
{
    const int32_t m = distribution->size;
    for (int32_t i = 0; i < m; i++) {
        const shapes s = shapes_of(distribution, eta, i);
        const double psi = rill_digamma(s.alpha + s.beta);
        double b, rest;
        unit_of(distribution, i, x[i], &b, &rest);
        gradient[i] = s.alpha_slope * (rill_log(b) - rill_digamma(s.alpha) + psi);
        gradient[m + i] = s.beta_slope * (rill_log(rest) - rill_digamma(s.beta) + psi);
    }
}

/// H = sum_i log B(alpha, beta) - (alpha - 1) psi(alpha) - (beta - 1) psi(beta)
///           + (alpha + beta - 2) psi(alpha + beta) + log(high - low),
/// d H / d alpha = -(alpha - 1) psi'(alpha) + (alpha + beta - 2) psi'(alpha + beta)
static double entropy(const rill_distribution *distribution, const double *eta, double *gradient)
{
    const int32_t m = distribution->size;
    double sum = 0.0;
    for (int32_t i = 0; i < m; i++) {
        const shapes s = shapes_of(distribution, eta, i);
        const double a = s.alpha - 1.0, b = s.beta - 1.0, total = s.alpha + s.beta;
        sum += rill_log_beta(s.alpha, s.beta) - a * rill_digamma(s.alpha) -
               b * rill_digamma(s.beta) + (a + b) * rill_digamma(total) +
               rill_log(bounds_width(distribution, i));
        if (gradient != NULL) {
            const double common = (a + b) * rill_trigamma(total);
            gradient[i] = s.alpha_slope * (common - a * rill_trigamma(s.alpha));
            gradient[m + i] = s.beta_slope * (common - b * rill_trigamma(s.beta));
        }
    }
    return sum;
}

/// (high - low) sqrt(alpha beta / (alpha + beta + 1)) / (alpha + beta), mean over the numbers
static double deviation(const rill_distribution *distribution, const double *eta)
{
    double sum = 0.0;
    for (int32_t i = 0; i < distribution->size; i++) {
        const shapes s = shapes_of(distribution, eta, i);
        const double total = s.alpha + s.beta;
        sum += bounds_width(distribution, i) * sqrt(s.alpha * s.beta / (total + 1.0)) / total;
    }
    return sum / distribution->size;
}

/// KL = sum_i log B(q) - log B(p) + (alpha_p - alpha_q) psi(alpha_p) + (beta_p - beta_q) psi(beta_p)
///            + (alpha_q - alpha_p + beta_q - beta_p) psi(alpha_p + beta_p)
static double divergence(const rill_distribution *distribution, const double *eta,
                         const double *other)
{
    double sum = 0.0;
    for (int32_t i = 0; i < distribution->size; i++) {
        const shapes p = shapes_of(distribution, eta, i), q = shapes_of(distribution, other, i);
        const double a = p.alpha - q.alpha, b = p.beta - q.beta;
        const double psi = rill_digamma(p.alpha + p.beta);
        sum += rill_log_beta(q.alpha, q.beta) - rill_log_beta(p.alpha, p.beta) +
               a * (rill_digamma(p.alpha) - psi) + b * (rill_digamma(p.beta) - psi);
    }
    return sum;
}

/// d x / d eta = (high - low) d b / d alpha logistic(eta), and likewise for beta
static void pathwise(const rill_distribution *distribution, const double *eta, const double *noise,
                     const double *x, double *jacobian)
{
    const int32_t m = distribution->size;
    (void)x; // rounded, it may have lost what tells b from 0 or from 1
    for (int32_t i = 0; i < m; i++) {
        const shapes s = shapes_of(distribution, eta, i);
        const double width = bounds_width(distribution, i);
        double *row = jacobian + (ptrdiff_t)i * 2 * m;
        for (int32_t j = 0; j < 2 * m; j++) {
            row[j] = 0.0;
        }
        double b, rest, by_alpha, by_beta;
        rill_beta_quantile(noise[i], s.alpha, s.beta, &b, &rest);
        rill_beta_quantile_slopes(b, rest, s.alpha, s.beta, &by_alpha, &by_beta);
        row[i] = width * s.alpha_slope * by_alpha;
        row[m + i] = width * s.beta_slope * by_beta;
    }
}

/// The mean, alpha / (alpha + beta) of the width
static void centre(const rill_distribution *distribution, const double *eta, double *x)
{
    for (int32_t i = 0; i < distribution->size; i++) {
        const shapes s = shapes_of(distribution, eta, i);
        const double low = distribution->space.low[i], high = distribution->space.high[i];
        const double value = low + (high - low) * (s.alpha / (s.alpha + s.beta));
        x[i] = fmin(fmax(value, low), high);
    }
}

extern const rill_distribution_type rill_distribution_beta;
const rill_distribution_type rill_distribution_beta = {
    .id = "beta",
    .summary = "independent beta-distributed numbers on the bounds of the actions",
    .source = "Chou, Maturana and Scherer (2017); Figurnov, Mohamed and Mnih (2018)",
    .params = param_table,
    .params_size = sizeof(beta_params),
    .kind = RILL_SPACE_BOX,
    .prepare = prepare,
    .draw = draw,
    .sample = sample,
    .log_probability = log_probability,
    .score = score,
    .entropy = entropy,
    .deviation = deviation,
    .divergence = divergence,
    .pathwise = pathwise,
    .centre = centre,
};
