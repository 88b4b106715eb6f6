/// Reward from flags: the reward r becomes
///
///     scale r + step + terminated [the step terminates] + truncated [the step truncates].
///
/// With scale 0 and step -1 it is the time to the end; with scale 0 and terminated 1 an episode pays
/// for reaching it alone. The exact model knows no time limit, and so nothing of `truncated`.
#include <rill/wrapper.h>

typedef struct reward_from_flags_params {
    double scale, step, terminated, truncated;
} reward_from_flags_params;

static const rill_param reward_from_flags_param_table[] = {
    RILL_REAL(reward_from_flags_params, scale, "1", -1e100, 1e100, "factor of the reward"),
    RILL_REAL(reward_from_flags_params, step, "0", -1e100, 1e100, "for each step"),
    RILL_REAL(reward_from_flags_params, terminated, "0", -1e100, 1e100,
              "for a step that terminates the episode"),
    RILL_REAL(reward_from_flags_params, truncated, "0", -1e100, 1e100,
              "for a step that truncates the episode"),
    RILL_PARAM_END,
};

static double reward(const void *block, const rill_outcome *outcome)
{
    const reward_from_flags_params *params = block;
    double r = params->scale * outcome->reward + params->step;
    r += outcome->terminated ? params->terminated : 0.0;
    r += outcome->truncated ? params->truncated : 0.0;
    return r;
}

extern const rill_wrapper_type rill_wrapper_reward_from_flags;
const rill_wrapper_type rill_wrapper_reward_from_flags = {
    .id = "reward_from_flags",
    .summary = "makes the reward of the environment's, the step, and the two flags",
    .source = "reward shaping by hand",
    .params = reward_from_flags_param_table,
    .params_size = sizeof(reward_from_flags_params),
    .keeps_mdp = true,
    .reward = reward,
};
