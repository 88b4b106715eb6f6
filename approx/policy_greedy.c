/// Greedy: epsilon-greedy that never explores; ties at random (S&B section 2.2).
#include <rill/policy.h>

typedef struct greedy_params {
    char unused;
} greedy_params;

static const rill_param greedy_param_table[] = {RILL_PARAM_END};

static rill_status greedy_prepare(rill_policy *policy, rill_error *error)
{
    (void)error;
    policy->epsilon = rill_schedule_constant(0.0);
    return RILL_OK;
}

extern const rill_policy_type rill_policy_greedy;
const rill_policy_type rill_policy_greedy = {
    .id = "greedy",
    .summary = "an action of the greatest value; ties at random",
    .source = "Sutton & Barto (2018), section 2.2",
    .params = greedy_param_table,
    .params_size = sizeof(greedy_params),
    .prepare = greedy_prepare,
};
