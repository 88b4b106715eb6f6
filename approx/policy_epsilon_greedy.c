/// Epsilon-greedy: a random action with probability epsilon, else one of the greatest value
/// (S&B section 2.2). The sampling itself is in rill/policy.h.
#include <rill/policy.h>

typedef struct epsilon_greedy_params {
    rill_schedule epsilon;
} epsilon_greedy_params;

static const rill_param epsilon_greedy_param_table[] = {
    RILL_RATE(epsilon_greedy_params, epsilon, "0.1", 0.0, 1.0,
              "probability of a uniformly random action"),
    RILL_PARAM_END,
};

static rill_status epsilon_greedy_prepare(rill_policy *policy, rill_error *error)
{
    (void)error;
    policy->epsilon = ((const epsilon_greedy_params *)policy->params)->epsilon;
    return RILL_OK;
}

extern const rill_policy_type rill_policy_epsilon_greedy;
const rill_policy_type rill_policy_epsilon_greedy = {
    .id = "epsilon_greedy",
    .summary = "a random action with probability epsilon, else a greedy one; ties at random",
    .source = "Sutton & Barto (2018), section 2.2",
    .params = epsilon_greedy_param_table,
    .params_size = sizeof(epsilon_greedy_params),
    .prepare = epsilon_greedy_prepare,
};
