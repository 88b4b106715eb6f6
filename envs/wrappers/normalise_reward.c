/// Normalise reward: divides rewards by the running standard deviation of their discounted sum,
///
///     G <- gamma (1 - terminated) G + r,    r / sqrt(variance of G + epsilon),
///
/// with the variance over all G so far, this one included. The statistics go on from episode to
/// episode. The rule is that of Gymnasium's NormalizeReward, with what is odd about it: G forgets
/// the past on the terminating step, before its reward is added, and not on truncation or reset.
#include "core/running_moments.h"

typedef struct normalise_reward_params {
    double gamma, epsilon;
    int64_t freeze_after;
} normalise_reward_params;

static const rill_param normalise_reward_param_table[] = {
    RILL_REAL(normalise_reward_params, gamma, "0.99", 0, 1, "discount of the sum"),
    RILL_REAL(normalise_reward_params, epsilon, "1e-8", 1e-300, 1e300, "added to the variance"),
    RILL_INTEGER(normalise_reward_params, freeze_after, "0", 0, 1e15,
                 "steps after which the statistics stay as they are; 0: never"),
    RILL_PARAM_END,
};

typedef struct normalise_reward_state {
    rill_running_moments moments; ///< of the discounted sum
    double discounted_sum;
} normalise_reward_state;

static rill_observation step(const rill_wrapped *self, rill_action action, rill_outcome *outcome)
{
    const normalise_reward_params *params = self->params;
    normalise_reward_state *state = self->state;
    rill_observation observation = rill_wrapped_step(self, action, outcome);
    const double past = outcome->terminated ? 0.0 : state->discounted_sum * params->gamma;
    state->discounted_sum = past + outcome->reward;
    rill_moments_begin(&state->moments);
    if (!self->is_frozen) {
        rill_moments_add(&state->moments, state->discounted_sum, params->freeze_after);
    }
    outcome->reward /= rill_moments_deviation(&state->moments, params->epsilon);
    return observation;
}

extern const rill_wrapper_type rill_wrapper_normalise_reward;
const rill_wrapper_type rill_wrapper_normalise_reward = {
    .id = "normalise_reward",
    .summary = "divides rewards by the standard deviation of their discounted sum",
    .source = "Gymnasium NormalizeReward",
    .params = normalise_reward_param_table,
    .params_size = sizeof(normalise_reward_params),
    .state_size = sizeof(normalise_reward_state),
    .has_statistics = true,
    .step = step,
};
