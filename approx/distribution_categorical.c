/// Softmax over n discrete actions: p(a) = exp(eta_a) / sum_b exp(eta_b), eta the preferences h(s, .).
///
/// Sutton & Barto (2018), eq. 13.2 and 13.3. A sample is that of the Gumbel-max trick: the corner of the
/// greatest eta_a + g_a, with g_a = -log(-log u_a) Gumbel noise (Gumbel (1954); Maddison, Tarlow and
/// Minka (2014)); it can be replayed, but is not differentiable.
#include "approx/simplex.h"

static const rill_param categorical_param_table[] = {RILL_PARAM_END};

static rill_status categorical_prepare(rill_distribution *distribution, rill_error *error)
{
    (void)error;
    distribution->n_parameters = distribution->n_noise = distribution->size;
    return RILL_OK;
}

static void categorical_sample(const rill_distribution *distribution, const double *eta,
                               const double *noise, double *x)
{
    simplex_corner(distribution->size, simplex_argmax(distribution->size, eta, noise), x);
}

/// log p(a) = eta_a - log sum_b exp(eta_b)
static double categorical_log_probability(const rill_distribution *distribution, const double *eta,
                                          const double *x)
{
    const int32_t n = distribution->size;
    return eta[simplex_argmax(n, x, NULL)] - simplex_log_sum(n, eta);
}

/// d log p(a) / d eta_b = [a = b] - p(b)
static void categorical_score(const rill_distribution *distribution, const double *eta,
                              const double *x, double *gradient)
{
    const int32_t n = distribution->size;
    simplex_softmax(n, eta, gradient);
    for (int32_t a = 0; a < n; a++) {
        gradient[a] = x[a] - gradient[a];
    }
}

/// H = -sum_a p(a) log p(a),  d H / d eta_a = -p(a) (log p(a) + H)
static double categorical_entropy(const rill_distribution *distribution, const double *eta,
                                  double *gradient)
{
    const int32_t n = distribution->size;
    const double log_sum = simplex_log_sum(n, eta);
    double entropy = 0.0;
    for (int32_t a = 0; a < n; a++) {
        entropy -= rill_exp(eta[a] - log_sum) * (eta[a] - log_sum);
    }
    for (int32_t a = 0; gradient != NULL && a < n; a++) {
        gradient[a] = -rill_exp(eta[a] - log_sum) * (eta[a] - log_sum + entropy);
    }
    return entropy;
}

/// KL = sum_a p(a) (log p(a) - log q(a))
static double categorical_divergence(const rill_distribution *distribution, const double *eta,
                                     const double *other)
{
    const int32_t n = distribution->size;
    const double log_p = simplex_log_sum(n, eta), log_q = simplex_log_sum(n, other);
    double sum = 0.0;
    for (int32_t a = 0; a < n; a++) {
        sum += rill_exp(eta[a] - log_p) * (eta[a] - log_p - other[a] + log_q);
    }
    return sum;
}

static void categorical_centre(const rill_distribution *distribution, const double *eta, double *x)
{
    simplex_corner(distribution->size, simplex_argmax(distribution->size, eta, NULL), x);
}

extern const rill_distribution_type rill_distribution_categorical;
const rill_distribution_type rill_distribution_categorical = {
    .id = "categorical",
    .summary = "softmax over discrete actions, sampled by the Gumbel-max trick",
    .source = "Sutton & Barto (2018), eq. 13.2; Gumbel (1954)",
    .params = categorical_param_table,
    .kind = RILL_SPACE_DISCRETE,
    .prepare = categorical_prepare,
    .draw = simplex_draw_gumbel,
    .sample = categorical_sample,
    .log_probability = categorical_log_probability,
    .score = categorical_score,
    .entropy = categorical_entropy,
    .divergence = categorical_divergence,
    .centre = categorical_centre,
};
