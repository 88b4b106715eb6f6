/// The relaxed sample of Gumbel noise, which gumbel_softmax answers and straight_through
/// differentiates.
#ifndef RILL_APPROX_GUMBEL_SOFTMAX_H
#define RILL_APPROX_GUMBEL_SOFTMAX_H

#include "approx/simplex.h"

static const double gumbel_softmax_least_temperature = 1e-3;

typedef struct gumbel_softmax_params {
    rill_schedule temperature;
} gumbel_softmax_params;

static const rill_param gumbel_softmax_param_table[] = {
    RILL_RATE(gumbel_softmax_params, temperature, "1", 1e-3, 1e3,
              "tau: high is smooth and biased, low is near the corners with steep gradients"),
    RILL_PARAM_END,
};

static inline rill_status gumbel_softmax_prepare(rill_distribution *distribution, rill_error *error)
{
    const gumbel_softmax_params *params = distribution->params;
    distribution->n_parameters = distribution->n_noise = distribution->size;
    if (params->temperature.kind != RILL_SCHEDULE_CONSTANT &&
        params->temperature.per == RILL_PER_VISIT) {
        return rill_error_set(error, RILL_INVALID, "temperature",
                              "a distribution counts no visits: use a schedule per step or per "
                              "episode");
    }
    return RILL_OK;
}

/// tau at the distribution's time. A schedule may fall below the least allowed.
static inline double gumbel_softmax_temperature(const rill_distribution *distribution)
{
    const gumbel_softmax_params *params = distribution->params;
    return fmax(rill_schedule_at(&params->temperature, distribution->step, distribution->episode),
                gumbel_softmax_least_temperature);
}

/// x_a = exp((eta_a + g_a) / tau) / sum_b exp((eta_b + g_b) / tau), to `x` (n).
/// Maddison, Mnih and Teh (2017), eq. 9; Jang, Gu and Poole (2017), eq. 2.
static inline void gumbel_softmax_sample(const rill_distribution *distribution, const double *eta,
                                         const double *noise, double *x)
{
    const int32_t n = distribution->size;
    const double temperature = gumbel_softmax_temperature(distribution);
    const int32_t best = simplex_argmax(n, eta, noise);
    const double greatest = eta[best] + noise[best];
    double sum = 0.0;
    for (int32_t a = 0; a < n; a++) {
        x[a] = rill_exp((eta[a] + noise[a] - greatest) / temperature);
        sum += x[a];
    }
    for (int32_t a = 0; a < n; a++) {
        x[a] /= sum;
    }
}

/// d x_a / d eta_b = x_a ([a = b] - x_b) / tau of a relaxed sample x (n), to `jacobian` (n, n), whose
/// first row may be x.
static inline void gumbel_softmax_jacobian(const rill_distribution *distribution, const double *x,
                                           double *jacobian)
{
    const int32_t n = distribution->size;
    const double temperature = gumbel_softmax_temperature(distribution);
    for (int32_t a = n - 1; a >= 0; a--) { // the first row last
        double *row = jacobian + (ptrdiff_t)a * n;
        const double x_a = x[a];
        for (int32_t b = 0; b < n; b++) {
            row[b] = x_a * ((a == b ? 1.0 : 0.0) - x[b]) / temperature;
        }
    }
}

#endif
