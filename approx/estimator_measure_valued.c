/// The measure-valued, or weak, derivative of a Gaussian: the derivative of a density is a difference of
/// two densities times a constant, d p / d eta_i = c_i (p+ - p-), so
///
///     d E[f] / d eta_i = c_i (E[f(x+)] - E[f(x-)])
///
/// (Pflug (1989); Mohamed et al. (2020), section 6 and Table 1). With x_i = mu_i + sigma_i z_i and the
/// other numbers of x as sampled:
///     mu_i          c = 1 / (sigma_i sqrt(2 pi)),  z+ = W, z- = -W,  W Weibull(2, sqrt 2), which is Rayleigh
///     log sigma_i   c = 1,  z+ = M double-sided Maxwell (density z^2 phi(z)),  z- = N standard normal
/// (for sigma itself c is 1 / sigma_i). f need not be differentiable, nor continuous, and the variance does
/// not grow with the dimension for an f that is a sum; the price is two evaluations of f for every number
/// of eta and sample.
///
/// Both pairs are coupled, which keeps f(x+) - f(x-) small: the same W, and N = M U with U uniform in
/// (0, 1) (Heidergott, Vázquez-Abad and Volk-Makarewicz (2008)). Both come from normal numbers: with z
/// normal in three dimensions |z| is Maxwell's, and z_1 / |z| uniform in (-1, 1) and independent of |z|.
#include "approx/estimator_memory.h"

#include <math.h>

extern const rill_distribution_type rill_distribution_gaussian;

static const double inverse_sqrt_2_pi = 0.39894228040143267794;

static const rill_param measure_param_table[] = {RILL_PARAM_END};

typedef struct measure_memory {
    double *noise, *x; // (m) each
    double *sigma;     // (m)
    double *at_zero;   // (2 m) eta with all means 0
    double *slope;     // (2 m) derivative of the entropy: that of log sigma by eta, 0 at its bounds
} measure_memory;

static measure_memory layout(const rill_estimator *estimator, rill_arena *arena)
{
    const int32_t m = estimator->distribution->size;
    return (measure_memory){
        .noise = estimator_take(arena, m),
        .x = estimator_take(arena, m),
        .sigma = estimator_take(arena, m),
        .at_zero = estimator_take(arena, 2 * m),
        .slope = estimator_take(arena, 2 * m),
    };
}

static rill_status measure_prepare(rill_estimator *estimator, rill_error *error)
{
    const rill_distribution *distribution = estimator->distribution;
    if (distribution->type != &rill_distribution_gaussian) {
        return rill_error_set(error, RILL_INVALID, "",
                              "measure_valued knows the derivative of a gaussian only, not of %s",
                              distribution->type->id);
    }
    estimator->values_per_sample = 4 * distribution->size;
    rill_arena arena = {0};
    layout(estimator, &arena);
    return estimator_set_memory(estimator, &arena, error);
}

/// The standard deviations, as the samples of noise 1 about 0, and what is 0 where they are at a bound.
static void find_sigma(const rill_distribution *distribution, const double *eta,
                       const measure_memory *memory)
{
    const int32_t m = distribution->size;
    for (int32_t i = 0; i < m; i++) {
        memory->noise[i] = 1.0;
        memory->at_zero[i] = 0.0;
        memory->at_zero[m + i] = eta[m + i];
    }
    distribution->type->sample(distribution, memory->at_zero, memory->noise, memory->sigma);
    distribution->type->entropy(distribution, eta, memory->slope);
}

/// f with mu + sigma z in place of x_i.
static double value_at(const rill_estimator *estimator, const measure_memory *memory,
                       const double *eta, int32_t i, double z)
{
    const double kept = memory->x[i];
    memory->x[i] = eta[i] + memory->sigma[i] * z;
    const double f = estimator->objective.value(estimator->objective.context, memory->x);
    memory->x[i] = kept;
    return f;
}

static void measure_estimate(const rill_estimator *estimator, void *block, const double *eta,
                             rill_rng *rng, double *gradient)
{
    const rill_distribution *distribution = estimator->distribution;
    const int32_t m = distribution->size;
    const measure_memory memory = layout(estimator, &(rill_arena){.base = block});
    find_sigma(distribution, eta, &memory);
    for (int32_t i = 0; i < 2 * m; i++) {
        gradient[i] = 0.0;
    }
    for (int32_t j = 0; j < estimator->n_samples; j++) {
        rill_distribution_sample(distribution, eta, rng, memory.noise, memory.x);
        for (int32_t i = 0; i < m; i++) {
            const double z1 = rill_rng_standard_normal(rng), z2 = rill_rng_standard_normal(rng);
            const double z3 = rill_rng_standard_normal(rng);
            const double w = sqrt(z2 * z2 + z3 * z3);
            const double maxwell = copysign(sqrt(z1 * z1 + w * w), z1);
            gradient[i] +=
                value_at(estimator, &memory, eta, i, w) - value_at(estimator, &memory, eta, i, -w);
            gradient[m + i] += value_at(estimator, &memory, eta, i, maxwell) -
                               value_at(estimator, &memory, eta, i, z1);
        }
    }
    for (int32_t i = 0; i < m; i++) {
        gradient[i] *= inverse_sqrt_2_pi / memory.sigma[i] / estimator->n_samples;
        gradient[m + i] *= memory.slope[m + i] / estimator->n_samples;
    }
}

extern const rill_estimator_type rill_estimator_measure_valued;
const rill_estimator_type rill_estimator_measure_valued = {
    .id = "measure_valued",
    .summary =
        "differences of f under the two measures that the derivative of a Gaussian splits into",
    .source = "Pflug (1989); Mohamed et al. (2020), section 6",
    .params = measure_param_table,
    .prepare = measure_prepare,
    .estimate = measure_estimate,
};
