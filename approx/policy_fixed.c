/// A given policy: one action per state, as the books print them, or with probability epsilon any
/// action. How it draws is as epsilon-greedy does (rill/policy.h), with that action as the greatest.
#include <rill/policy.h>

typedef struct fixed_params {
    rill_list actions;
    double epsilon;
} fixed_params;

static const rill_param fixed_param_table[] = {
    RILL_INTEGERS(fixed_params, actions, "0", 0, 2147483647,
                  "the action of each state; a single one stands for all states"),
    RILL_REAL(fixed_params, epsilon, "0", 0.0, 1.0, "probability of a uniformly random action"),
    RILL_PARAM_END,
};

static int32_t action_of(const rill_policy *policy, int32_t state)
{
    const fixed_params *params = policy->params;
    return (int32_t)params->actions.values[params->actions.count == 1 ? 0 : state];
}

static rill_status fixed_prepare(rill_policy *policy, rill_error *error)
{
    const fixed_params *params = policy->params;
    const int32_t count = params->actions.count;
    if (count != 1 && count != policy->n_states) {
        return rill_error_set(error, RILL_INVALID, "actions",
                              "%d actions for %d states; give one action, or one per state", count,
                              policy->n_states);
    }
    for (int32_t i = 0; i < count; i++) {
        if (params->actions.values[i] >= policy->n_actions) {
            return rill_error_set(error, RILL_INVALID, "actions",
                                  "action %.0f of state %d does not exist; there are 0 to %d",
                                  params->actions.values[i], i, policy->n_actions - 1);
        }
    }
    return RILL_OK;
}

static int32_t fixed_sample(const rill_policy *policy, int32_t state, const double *values,
                            int64_t step, int64_t episode, rill_rng *rng)
{
    (void)values, (void)step, (void)episode;
    const uint64_t u = rill_rng_next64(rng);
    if ((double)(u >> 32) < ((const fixed_params *)policy->params)->epsilon * 4294967296.0) {
        return rill_policy_one_of_available(policy, state, u & 0xffffffffu);
    }
    return action_of(policy, state);
}

static void fixed_probabilities(const rill_policy *policy, int32_t state, const double *values,
                                int64_t step, int64_t episode, double *probabilities)
{
    (void)values, (void)step, (void)episode;
    const double epsilon = ((const fixed_params *)policy->params)->epsilon;
    int32_t n_available = 0;
    for (int32_t a = 0; a < policy->n_actions; a++) {
        n_available += rill_policy_has(policy, state, a);
    }
    for (int32_t a = 0; a < policy->n_actions; a++) {
        const double explored = rill_policy_has(policy, state, a) ? epsilon / n_available : 0.0;
        probabilities[a] = explored + (a == action_of(policy, state) ? 1.0 - epsilon : 0.0);
    }
}

extern const rill_policy_type rill_policy_fixed;
const rill_policy_type rill_policy_fixed = {
    .id = "fixed",
    .summary = "a given action in each state, with probability epsilon any one",
    .source = "Zhao (2025), chapter 2; Sutton & Barto (2018), section 5.4",
    .params = fixed_param_table,
    .params_size = sizeof(fixed_params),
    .ignores_values = true,
    .likeliest = action_of,
    .prepare = fixed_prepare,
    .sample = fixed_sample,
    .probabilities = fixed_probabilities,
};
