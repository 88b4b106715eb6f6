/// Normalise observation: shifts and scales each dimension of a box observation by the running mean
/// and variance of all that were seen so far, this one included:
///
///     (x - mean) / sqrt(variance + epsilon)
///
/// The statistics go on from episode to episode. The rule is that of Gymnasium's
/// NormalizeObservation; they are kept in double, where Gymnasium keeps them in float.
#include "core/running_moments.h"

typedef struct normalise_observation_params {
    double epsilon;
    int64_t freeze_after;
} normalise_observation_params;

static const rill_param normalise_observation_param_table[] = {
    RILL_REAL(normalise_observation_params, epsilon, "1e-8", 1e-300, 1e300,
              "added to the variance"),
    RILL_INTEGER(normalise_observation_params, freeze_after, "0", 0, 1e15,
                 "observations after which the statistics stay as they are; 0: never"),
    RILL_PARAM_END,
};

static rill_status prepare(rill_wrapper *wrapper, rill_error *error)
{
    rill_space *space = &wrapper->observation_space;
    rill_status status = rill_wrapper_need_box(wrapper, space, "observations", error);
    wrapper->state_size = (size_t)space->size * sizeof(rill_running_moments);
    return status == RILL_OK ? rill_wrapper_unbound(wrapper, space, error) : status;
}

static rill_observation observe(const rill_wrapped *self, rill_observation inner, float *box)
{
    const normalise_observation_params *params = self->params;
    rill_running_moments *moments = self->state; // (size)
    for (int32_t i = 0; i < self->wrapper->observation_space.size; i++) {
        const double x = (double)inner.box[i];
        rill_moments_begin(&moments[i]);
        if (!self->is_frozen) {
            rill_moments_add(&moments[i], x, params->freeze_after);
        }
        box[i] =
            (float)((x - moments[i].mean) / rill_moments_deviation(&moments[i], params->epsilon));
    }
    return (rill_observation){.box = box};
}

extern const rill_wrapper_type rill_wrapper_normalise_observation;
const rill_wrapper_type rill_wrapper_normalise_observation = {
    .id = "normalise_observation",
    .summary = "brings box observations to mean 0 and variance 1",
    .source = "Gymnasium NormalizeObservation",
    .params = normalise_observation_param_table,
    .params_size = sizeof(normalise_observation_params),
    .has_statistics = true,
    .prepare = prepare,
    .observe = observe,
};
