/// Gumbel-softmax, or Concrete: x = softmax((eta + g) / tau), g Gumbel noise, which lies inside the
/// simplex and is differentiable in eta; as tau falls to 0 it becomes the corner of the Gumbel-max trick,
/// a sample of the softmax of eta.
///
/// Maddison, Mnih and Teh (2017), "The Concrete distribution"; Jang, Gu and Poole (2017), "Categorical
/// reparameterization with Gumbel-softmax". The density is that of x_1 ... x_{n-1}. Numbers of x below
/// DBL_MIN count as DBL_MIN, so that log p is finite. Low temperatures bring many there: where
/// preferences lie more than some 700 tau apart, the score is not that of the sample and its mean not 0.
#include "approx/gumbel_softmax.h"
#include "core/special.h"

#include <float.h>

/// eta_a - tau log x_a
static double weight(const double *eta, const double *x, int32_t a, double temperature)
{
    return eta[a] - temperature * rill_log(fmax(x[a], DBL_MIN));
}

/// log sum_a exp(eta_a) x_a^-tau
static simplex_log_sum log_sum_of(int32_t n, const double *eta, const double *x, double temperature)
{
    double greatest = weight(eta, x, 0, temperature), sum = 0.0;
    for (int32_t a = 1; a < n; a++) {
        greatest = fmax(greatest, weight(eta, x, a, temperature));
    }
    for (int32_t a = 0; a < n; a++) {
        sum += rill_exp(weight(eta, x, a, temperature) - greatest);
    }
    return (simplex_log_sum){greatest, rill_log(sum)};
}

/// Maddison et al., eq. 10:
///     p(x) = (n-1)! tau^(n-1) prod_a (exp(eta_a) x_a^(-tau-1) / sum_b exp(eta_b) x_b^-tau)
static double log_probability(const rill_distribution *distribution, const double *eta,
                              const double *x)
{
    const int32_t n = distribution->size;
    if (!simplex_contains(n, x)) {
        return (double)-INFINITY;
    }
    const double temperature = gumbel_softmax_temperature(distribution);
    const simplex_log_sum log_sum = log_sum_of(n, eta, x, temperature);
    double sum = rill_log_gamma(n) + (n - 1) * rill_log(temperature);
    for (int32_t a = 0; a < n; a++) {
        sum +=
            simplex_log_p(weight(eta, x, a, temperature), log_sum) - rill_log(fmax(x[a], DBL_MIN));
    }
    return sum;
}

/// d log p / d eta_a = 1 - n exp(eta_a) x_a^-tau / sum_b exp(eta_b) x_b^-tau
static void score(const rill_distribution *distribution, const double *eta, const double *x,
                  double *gradient)
{
    const int32_t n = distribution->size;
    const double temperature = gumbel_softmax_temperature(distribution);
    const simplex_log_sum log_sum = log_sum_of(n, eta, x, temperature);
    for (int32_t a = 0; a < n; a++) {
        gradient[a] = 1.0 - n * rill_exp(simplex_log_p(weight(eta, x, a, temperature), log_sum));
    }
}

static void pathwise(const rill_distribution *distribution, const double *eta, const double *noise,
                     const double *x, double *jacobian)
{
    (void)eta, (void)noise;
    gumbel_softmax_jacobian(distribution, x, jacobian);
}

extern const rill_distribution_type rill_distribution_gumbel_softmax;
const rill_distribution_type rill_distribution_gumbel_softmax = {
    .id = "gumbel_softmax",
    .summary = "relaxed softmax: differentiable samples inside the simplex, by a temperature",
    .source = "Maddison, Mnih and Teh (2017), eq. 10; Jang, Gu and Poole (2017)",
    .params = gumbel_softmax_param_table,
    .params_size = sizeof(gumbel_softmax_params),
    .kind = RILL_SPACE_DISCRETE,
    .is_relaxed = true,
    .prepare = gumbel_softmax_prepare,
    .draw = simplex_draw_gumbel,
    .sample = gumbel_softmax_sample,
    .log_probability = log_probability,
    .score = score,
    .pathwise = pathwise,
    .centre = simplex_centre,
};
