/// Scale action: actions are in [low, high], and are mapped linearly to the bounds of the
/// environment's action space, each dimension for itself. Computed in double, where Gymnasium's
/// RescaleAction computes in float.
#include <math.h>
#include <rill/wrapper.h>

typedef struct scale_action_params {
    rill_list low, high;
} scale_action_params;

static const rill_param scale_action_param_table[] = {
    RILL_REALS(scale_action_params, low, "-1", -1e30, 1e30,
               "least action: one for all dimensions, or each its own; empty: the bounds"),
    RILL_REALS(scale_action_params, high, "1", -1e30, 1e30, "greatest action, likewise"),
    RILL_PARAM_END,
};

static rill_status prepare(rill_wrapper *wrapper, rill_error *error)
{
    const scale_action_params *params = wrapper->params;
    const rill_space inner = wrapper->action_space;
    rill_status status = rill_wrapper_need_box(wrapper, &inner, "actions", error);
    for (int32_t i = 0; i < inner.size && status == RILL_OK; i++) {
        if (!isfinite(inner.low[i]) || !isfinite(inner.high[i])) {
            return rill_error_set(error, RILL_INVALID, "",
                                  "scale_action needs bounded actions; dimension %d of those of "
                                  "%s has no bound",
                                  i, wrapper->inner->type->id);
        }
    }
    if (status == RILL_OK) {
        status = rill_wrapper_expand(wrapper, "low", inner.size, inner.low, error);
    }
    if (status == RILL_OK) {
        status = rill_wrapper_expand(wrapper, "high", inner.size, inner.high, error);
    }
    for (int32_t i = 0; i < inner.size && status == RILL_OK; i++) {
        if (!(params->low.values[i] < params->high.values[i])) {
            status = rill_error_set(error, RILL_INVALID, "low",
                                    "%.15g is not below %.15g, the greatest action of dimension %d",
                                    params->low.values[i], params->high.values[i], i);
        }
    }
    wrapper->action_space = rill_space_box(inner.size, params->low.values, params->high.values);
    return status;
}

static rill_observation step(const rill_wrapped *self, rill_action action, rill_outcome *outcome)
{
    const scale_action_params *params = self->params;
    const rill_space *inner = &self->wrapper->inner->action_space;
    for (int32_t i = 0; i < inner->size; i++) {
        const double low = params->low.values[i], high = params->high.values[i];
        const double scale = (inner->high[i] - inner->low[i]) / (high - low);
        const double offset = inner->low[i] - scale * low;
        self->action_box[i] = (float)(scale * (double)action.box[i] + offset);
    }
    return rill_wrapped_step(self, (rill_action){.box = self->action_box}, outcome);
}

extern const rill_wrapper_type rill_wrapper_scale_action;
const rill_wrapper_type rill_wrapper_scale_action = {
    .id = "scale_action",
    .summary = "maps actions in [low, high] to the bounds of the action space",
    .source = "Gymnasium RescaleAction",
    .params = scale_action_param_table,
    .params_size = sizeof(scale_action_params),
    .prepare = prepare,
    .step = step,
};
