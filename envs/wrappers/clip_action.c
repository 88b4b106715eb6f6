/// Clip action: takes any box action, and clips it to the bounds of the environment's action space.
#include <rill/wrapper.h>

typedef struct clip_action_params {
    char unused;
} clip_action_params;

static const rill_param clip_action_param_table[] = {RILL_PARAM_END};

static rill_status prepare(rill_wrapper *wrapper, rill_error *error)
{
    rill_space *space = &wrapper->action_space;
    rill_status status = rill_wrapper_need_box(wrapper, space, "actions", error);
    return status == RILL_OK ? rill_wrapper_unbound(wrapper, space, error) : status;
}

static rill_observation step(const rill_wrapped *self, rill_action action, rill_outcome *outcome)
{
    const rill_space *space = &self->wrapper->inner->action_space;
    for (int32_t i = 0; i < space->size; i++) {
        const float low = (float)space->low[i], high = (float)space->high[i];
        const float x = action.box[i];
        self->action_box[i] = x < low ? low : x > high ? high : x;
    }
    return rill_wrapped_step(self, (rill_action){.box = self->action_box}, outcome);
}

extern const rill_wrapper_type rill_wrapper_clip_action;
const rill_wrapper_type rill_wrapper_clip_action = {
    .id = "clip_action",
    .summary = "clips actions to the bounds of the action space",
    .source = "Gymnasium ClipAction",
    .params = clip_action_param_table,
    .params_size = sizeof(clip_action_params),
    .prepare = prepare,
    .step = step,
};
