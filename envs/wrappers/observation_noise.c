/// Observation noise: adds independent Gaussian noise to a box observation. The environment itself
/// goes on from its true state, and the noise of a step is drawn once: observing again shows the
/// same.
///
/// Draws one standard normal number for each dimension whose standard deviation is not 0, in order,
/// after the environment has drawn.
#include <rill/wrapper.h>

typedef struct observation_noise_params {
    rill_list standard_deviation;
} observation_noise_params;

static const rill_param observation_noise_param_table[] = {
    RILL_REALS(observation_noise_params, standard_deviation, "0.1", 0, 1e30,
               "of the noise: one number for all dimensions, or each its own"),
    RILL_PARAM_END,
};

static rill_status prepare(rill_wrapper *wrapper, rill_error *error)
{
    rill_space *space = &wrapper->observation_space;
    rill_status status = rill_wrapper_need_box(wrapper, space, "observations", error);
    if (status == RILL_OK) {
        status = rill_wrapper_expand(wrapper, "standard_deviation", space->size, NULL, error);
    }
    return status == RILL_OK ? rill_wrapper_unbound(wrapper, space, error) : status;
}

static rill_observation observe(const rill_wrapped *self, rill_observation inner, float *box)
{
    const rill_list *deviation =
        &((const observation_noise_params *)self->params)->standard_deviation;
    for (int32_t i = 0; i < deviation->count; i++) {
        double x = (double)inner.box[i];
        if (deviation->values[i] > 0.0) {
            x += deviation->values[i] * rill_rng_standard_normal(self->rng);
        }
        box[i] = (float)x;
    }
    return (rill_observation){.box = box};
}

extern const rill_wrapper_type rill_wrapper_observation_noise;
const rill_wrapper_type rill_wrapper_observation_noise = {
    .id = "observation_noise",
    .summary = "adds Gaussian noise to box observations",
    .source = "the usual model of a sensor",
    .params = observation_noise_param_table,
    .params_size = sizeof(observation_noise_params),
    .prepare = prepare,
    .observe = observe,
};
