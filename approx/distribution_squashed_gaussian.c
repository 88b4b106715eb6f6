/// Gaussian squashed into the bounds of the actions: x_i = c_i + h_i tanh(u_i), with c_i the middle of
/// the bounds, h_i half their width and u the diagonal Gaussian of `gaussian`, eta its parameters.
///
/// Haarnoja, Zhou, Abbeel and Levine (2018), "Soft actor-critic", appendix C. u is known from x:
///     u_i = atanh((x_i - c_i) / h_i) = (log(x_i - low_i) - log(high_i - x_i)) / 2,
/// whose differences are exact near the bounds, though x itself is rounded there: what lies beyond
/// |u| = 12, 4e-11 of the width at either end, is one cell, whose density is its mean, P(|u| > 12) over
/// its width. So the score of a sample has mean 0 also where the policy is saturated: in a cell it is that
/// of the tail's probability, not of a u that rounding has made.
#include "approx/bounds.h"
#include "approx/gaussian.h"
#include "approx/gaussian_log_cosh.h"
#include "core/special.h"

static const double greatest_u = 12.0;

static rill_status prepare(rill_distribution *distribution, rill_error *error)
{
    const rill_status status = gaussian_prepare(distribution, error);
    return status == RILL_OK ? bounds_check(distribution, error) : status;
}

/// x_i = c_i + h_i tanh(u_i)
static double squash(const rill_distribution *distribution, int32_t i, double u)
{
    const double low = distribution->space.low[i], high = distribution->space.high[i];
    const double half = 0.5 * (high - low);
    return fmin(fmax(low + half + half * rill_tanh(u), low), high);
}

/// u_i of x_i; greatest_u of all in the cell at the end
static double unsquash(const rill_distribution *distribution, int32_t i, double x)
{
    const double low = distribution->space.low[i], high = distribution->space.high[i];
    const double above = x - low, below = high - x;
    if (!(above > 0.0 && below > 0.0)) {
        return above > 0.0 ? greatest_u : -greatest_u;
    }
    const double u = 0.5 * (rill_log(above) - rill_log(below));
    return fmin(fmax(u, -greatest_u), greatest_u);
}

/// log(1 - tanh(u)^2) = 2 (log 2 - u - log(1 + exp(-2 u)))
static double log_slope(double u)
{
    const double log_2 = 0.69314718055994530942;
    return 2.0 * (log_2 - u - rill_softplus(-2.0 * u));
}

static void sample(const rill_distribution *distribution, const double *eta, const double *noise,
                   double *x)
{
    gaussian_sample(distribution, eta, noise, x);
    for (int32_t i = 0; i < distribution->size; i++) {
        x[i] = squash(distribution, i, x[i]);
    }
}

/// log P of the cell that lies beyond u = greatest_u, or below -greatest_u, and its derivatives by mu and
/// log sigma: with z the distance of the edge from mu in standard deviations, outwards,
///     log P(Z > z),  d / d mu = +-hazard / sigma,  d / d log sigma = z hazard
static double log_cell(const rill_distribution *distribution, const double *eta, int32_t i,
                       bool is_upper, double *by_mu, double *by_log_std)
{
    double slope, hazard;
    const double inverse = rill_exp(-gaussian_log_std(distribution, eta, i, &slope));
    const double z = (is_upper ? greatest_u - eta[i] : greatest_u + eta[i]) * inverse;
    const double log_tail = rill_log_normal_tail(z, &hazard);
    *by_mu = is_upper ? hazard * inverse : -hazard * inverse;
    *by_log_std = slope > 0.0 ? z * hazard : 0.0;
    return log_tail;
}

/// log p(x) = sum_i log N(u_i; mu_i, sigma_i^2) - log |d x_i / d u_i|,  d x_i / d u_i = h_i (1 - tanh(u_i)^2);
/// in a cell its probability over its width, h_i (1 - tanh(greatest_u)) = h_i 2 / (exp(2 greatest_u) + 1)
static double log_probability(const rill_distribution *distribution, const double *eta,
                              const double *x)
{
    if (!bounds_contain(distribution, x)) {
        return (double)-INFINITY;
    }
    double sum = 0.0, by_mu, by_log_std;
    for (int32_t i = 0; i < distribution->size; i++) {
        const double u = unsquash(distribution, i, x[i]);
        const double log_half = rill_log(0.5 * bounds_width(distribution, i));
        sum += fabs(u) < greatest_u
                   ? gaussian_log_density(distribution, eta, i, u) - log_slope(u) - log_half
                   : log_cell(distribution, eta, i, u > 0.0, &by_mu, &by_log_std) -
                         rill_log(2.0 / (rill_exp(2.0 * greatest_u) + 1.0)) - log_half;
    }
    return sum;
}

/// That of the Gaussian at u: what x adds to log p does not depend on eta. In a cell, of its probability.
static void score(const rill_distribution *distribution, const double *eta, const double *x,
                  double *gradient)
{
    const int32_t m = distribution->size;
    for (int32_t i = 0; i < m; i++) {
        const double u = unsquash(distribution, i, x[i]);
        if (fabs(u) < greatest_u) {
            gaussian_score_of(distribution, eta, i, u, gradient);
        } else {
            log_cell(distribution, eta, i, u > 0.0, &gradient[i], &gradient[m + i]);
        }
    }
}

/// H = sum_i H(u_i) + E[log |d x_i / d u_i|]
///   = sum_i log sigma_i + log(2 pi e) / 2 + log h_i - 2 E[log cosh u_i],
///     d H / d mu_i = -2 E[tanh u_i],  d H / d log sigma_i = 1 - 2 sigma_i^2 E[1 - tanh(u_i)^2]
static double entropy(const rill_distribution *distribution, const double *eta, double *gradient)
{
    const int32_t m = distribution->size;
    double sum = 0.0, slope;
    for (int32_t i = 0; i < m; i++) {
        const double log_sigma = gaussian_log_std(distribution, eta, i, &slope);
        const double sigma = rill_exp(log_sigma);
        const log_cosh_means mean = gaussian_log_cosh(eta[i], sigma);
        sum += log_sigma + gaussian_half_log_2_pi + 0.5 +
               rill_log(0.5 * bounds_width(distribution, i)) - 2.0 * mean.log_cosh;
        if (gradient != NULL) {
            gradient[i] = -2.0 * mean.tanh;
            gradient[m + i] = slope * (1.0 - 2.0 * sigma * sigma * mean.sech_squared);
        }
    }
    return sum;
}

/// d x_i / d eta = h_i (1 - tanh(u_i)^2) d u_i / d eta
static void pathwise(const rill_distribution *distribution, const double *eta, const double *noise,
                     const double *x, double *jacobian)
{
    (void)x;
    const int32_t m = distribution->size;
    double slope;
    gaussian_jacobian(distribution, eta, noise, jacobian);
    for (int32_t i = 0; i < m; i++) {
        const double sigma = rill_exp(gaussian_log_std(distribution, eta, i, &slope));
        const double stretch =
            0.5 * bounds_width(distribution, i) * rill_exp(log_slope(eta[i] + sigma * noise[i]));
        double *row = jacobian + (ptrdiff_t)i * 2 * m;
        row[i] *= stretch;
        row[m + i] *= stretch;
    }
}

static void centre(const rill_distribution *distribution, const double *eta, double *x)
{
    for (int32_t i = 0; i < distribution->size; i++) {
        x[i] = squash(distribution, i, eta[i]);
    }
}

extern const rill_distribution_type rill_distribution_squashed_gaussian;
const rill_distribution_type rill_distribution_squashed_gaussian = {
    .id = "squashed_gaussian",
    .summary = "independent normal numbers, squashed into the bounds of the actions by tanh",
    .source = "Haarnoja, Zhou, Abbeel and Levine (2018), appendix C",
    .params = gaussian_param_table,
    .params_size = sizeof(gaussian_params),
    .kind = RILL_SPACE_BOX,
    .prepare = prepare,
    .draw = gaussian_draw,
    .sample = sample,
    .log_probability = log_probability,
    .score = score,
    .entropy = entropy,
    .deviation = gaussian_deviation,
    .divergence = gaussian_divergence, // a map that both go through does not change it
    .pathwise = pathwise,
    .centre = centre,
};
