/// The pathwise estimator, or reparameterisation: of a sample x = g(eta, noise),
///
///     grad E[f(x)] = E[(d x / d eta)' grad_x f(x)]
///
/// (Kingma and Welling (2014); Mohamed et al. (2020), section 5). One evaluation of grad f a sample and
/// none of f. Its variance is that of grad f, not of f: it does not grow with the dimension for an f that
/// is a sum, and is 0 for a linear f and a location.
///
/// Unbiased where f is continuous and the distribution's derivative is that of its sample. Two
/// distributions over actions answer for another one, and then the estimate is biased:
///     gumbel_softmax      x lies inside the simplex: the gradient of E[f] of the relaxed sample, which
///                         goes to that of the corners as the temperature goes to 0, while the variance
///                         grows without bound (Jang, Gu and Poole (2017); Maddison, Mnih and Teh (2017))
///     straight_through    x is a corner, its derivative that of the relaxed sample (Jang et al. (2017));
///                         the bias stays as the temperature goes to 0, unless f is linear: grad f at the
///                         corner is not the difference of f between corners
#include "approx/estimator_memory.h"

static const rill_param pathwise_param_table[] = {RILL_PARAM_END};

typedef struct pathwise_memory {
    double *noise, *x; // (n_noise), (size)
    double *slope;     // (size) grad_x f
    double *jacobian;  // (size, n_parameters) d x / d eta
} pathwise_memory;

static pathwise_memory layout(const rill_estimator *estimator, rill_arena *arena)
{
    const rill_distribution *distribution = estimator->distribution;
    return (pathwise_memory){
        .noise = estimator_take(arena, distribution->n_noise),
        .x = estimator_take(arena, distribution->size),
        .slope = estimator_take(arena, distribution->size),
        .jacobian = rill_arena_take(
            arena, (size_t)distribution->size * (size_t)distribution->n_parameters, sizeof(double)),
    };
}

static rill_status pathwise_prepare(rill_estimator *estimator, rill_error *error)
{
    if (estimator->distribution->type->pathwise == NULL) {
        return rill_error_set(error, RILL_INVALID, "",
                              "a sample of %s is not differentiable in its parameters",
                              estimator->distribution->type->id);
    }
    if (estimator->objective.gradient == NULL) {
        return rill_error_set(error, RILL_INVALID, "",
                              "pathwise needs the gradient of the objective, which has none");
    }
    estimator->gradients_per_sample = 1;
    rill_arena arena = {0};
    layout(estimator, &arena);
    return estimator_set_memory(estimator, &arena, error);
}

static void pathwise_estimate(const rill_estimator *estimator, void *block, const double *eta,
                              rill_rng *rng, double *gradient)
{
    const rill_distribution *distribution = estimator->distribution;
    const int32_t n = distribution->n_parameters;
    const pathwise_memory memory = layout(estimator, &(rill_arena){.base = block});
    for (int32_t i = 0; i < n; i++) {
        gradient[i] = 0.0;
    }
    for (int32_t j = 0; j < estimator->n_samples; j++) {
        rill_distribution_sample(distribution, eta, rng, memory.noise, memory.x);
        distribution->type->pathwise(distribution, eta, memory.noise, memory.x, memory.jacobian);
        estimator->objective.gradient(estimator->objective.context, memory.x, memory.slope);
        for (int32_t k = 0; k < distribution->size; k++) {
            const double *row = memory.jacobian + (ptrdiff_t)k * n;
            for (int32_t i = 0; i < n; i++) {
                gradient[i] += row[i] * memory.slope[k];
            }
        }
    }
    for (int32_t i = 0; i < n; i++) {
        gradient[i] /= estimator->n_samples;
    }
}

extern const rill_estimator_type rill_estimator_pathwise;
const rill_estimator_type rill_estimator_pathwise = {
    .id = "pathwise",
    .summary = "the gradient of f through the sample (reparameterisation)",
    .source = "Kingma and Welling (2014); Mohamed et al. (2020), section 5",
    .params = pathwise_param_table,
    .prepare = pathwise_prepare,
    .estimate = pathwise_estimate,
};
