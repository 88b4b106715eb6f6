/// Action repeat: each action is taken several times in a row; the rewards add up, undiscounted, and
/// the last observation is the one that is seen. The end of an episode stops it.
#include <rill/wrapper.h>

typedef struct action_repeat_params {
    int64_t repeats;
} action_repeat_params;

static const rill_param action_repeat_param_table[] = {
    RILL_INTEGER(action_repeat_params, repeats, "4", 1, 1e9, "steps of one action"),
    RILL_PARAM_END,
};

static rill_observation step(const rill_wrapped *self, rill_action action, rill_outcome *outcome)
{
    const action_repeat_params *params = self->params;
    rill_observation observation = rill_wrapped_step(self, action, outcome);
    double reward = outcome->reward;
    for (int64_t i = 1; i < params->repeats && !rill_outcome_is_last(outcome); i++) {
        observation = rill_wrapped_step(self, action, outcome);
        reward += outcome->reward;
    }
    outcome->reward = reward;
    return observation;
}

extern const rill_wrapper_type rill_wrapper_action_repeat;
const rill_wrapper_type rill_wrapper_action_repeat = {
    .id = "action_repeat",
    .summary = "takes each action several times and adds up the rewards",
    .source = "Gymnasium RepeatAction",
    .params = action_repeat_param_table,
    .params_size = sizeof(action_repeat_params),
    .step = step,
};
