/// Uniform: epsilon-greedy that always explores: the equiprobable random policy of S&B chapter 4.
#include <rill/policy.h>

typedef struct uniform_params {
    char unused;
} uniform_params;

static const rill_param uniform_param_table[] = {RILL_PARAM_END};

static rill_status uniform_prepare(rill_policy *policy, rill_error *error)
{
    (void)error;
    policy->epsilon = rill_schedule_constant(1.0);
    return RILL_OK;
}

extern const rill_policy_type rill_policy_uniform;
const rill_policy_type rill_policy_uniform = {
    .id = "uniform",
    .summary = "every action with the same probability",
    .source = "Sutton & Barto (2018), section 4.1",
    .params = uniform_param_table,
    .params_size = sizeof(uniform_params),
    .ignores_values = true,
    .prepare = uniform_prepare,
};
