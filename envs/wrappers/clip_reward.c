/// Clip reward: rewards below `low` become `low`, those above `high` become `high`.
#include <rill/wrapper.h>

typedef struct clip_reward_params {
    double low, high;
} clip_reward_params;

static const rill_param clip_reward_param_table[] = {
    RILL_REAL(clip_reward_params, low, "-1", -1e300, 1e300, "least reward"),
    RILL_REAL(clip_reward_params, high, "1", -1e300, 1e300, "greatest reward"),
    RILL_PARAM_END,
};

static rill_status prepare(rill_wrapper *wrapper, rill_error *error)
{
    const clip_reward_params *params = wrapper->params;
    if (params->low <= params->high) {
        return RILL_OK;
    }
    return rill_error_set(error, RILL_INVALID, "low", "%.15g is above `high`, %.15g", params->low,
                          params->high);
}

static double reward(const void *block, const rill_outcome *outcome)
{
    const clip_reward_params *params = block;
    const double r = outcome->reward;
    return r < params->low ? params->low : r > params->high ? params->high : r;
}

extern const rill_wrapper_type rill_wrapper_clip_reward;
const rill_wrapper_type rill_wrapper_clip_reward = {
    .id = "clip_reward",
    .summary = "clips rewards to [low, high]",
    .source = "Mnih et al. (2015); Gymnasium ClipReward",
    .params = clip_reward_param_table,
    .params_size = sizeof(clip_reward_params),
    .keeps_mdp = true,
    .prepare = prepare,
    .reward = reward,
};
