/// Policy iteration: evaluates a policy, improves it, and so on.
///
/// Sutton & Barto (2018), section 4.3, box "Policy Iteration (using iterative policy evaluation) for
/// estimating pi ~ pi*"; Zhao (2025), algorithm 4.2. Howard (1960).
///
/// A step is an evaluation and an improvement: after it Q is that of the policy evaluated, and the
/// policy the greedy one. Evaluation starts from the values of the policy before. An undiscounted
/// policy that never ends has no values; after `sweeps` sweeps it is improved as it is, which lets
/// episodes end from ever more states. td_error is the greatest change of a value from one policy
/// to the next.
#include "agents/dynamic_programming.h"

#include <string.h>

typedef struct policy_iteration_params {
    dp_params dp;
    double theta;
    int64_t sweeps;
    rill_list initial_policy;
} policy_iteration_params;

static const rill_param policy_iteration_param_table[] = {
    DP_PARAMS,
    RILL_REAL(policy_iteration_params, theta, "1e-10", 0, 1e300,
              "an evaluation ends when a sweep changes no value by as much"),
    RILL_INTEGER(policy_iteration_params, sweeps, "10000", 1, 1e9, "most sweeps an evaluation"),
    DP_INITIAL_POLICY(policy_iteration_params),
    RILL_PARAM_END,
};

typedef struct policy_iteration {
    rill_agent base; ///< its `value` is Q, (n_states, n_actions)
    double *v;       ///< (n_states) of the policy evaluated last
    double *before;  ///< (n_states) of the one before
    int32_t *policy; ///< (n_states)
} policy_iteration;

static void policy_iteration_layout(rill_agent *agent, rill_arena *arena)
{
    policy_iteration *iteration = (policy_iteration *)agent;
    const size_t n_states = (size_t)agent->model->n_states;
    iteration->v = rill_arena_take(arena, n_states, sizeof(double));
    iteration->before = rill_arena_take(arena, n_states, sizeof(double));
    iteration->policy = rill_arena_take(arena, n_states, sizeof(int32_t));
}

static rill_status policy_iteration_prepare(rill_agent *agent, rill_error *error)
{
    const policy_iteration_params *params = agent->params;
    return dp_check_policy(agent, &params->initial_policy, error);
}

static void policy_iteration_begin(rill_agent *agent)
{
    const policy_iteration_params *params = agent->params;
    policy_iteration *iteration = (policy_iteration *)agent;
    dp_begin_v(agent, iteration->v);
    dp_begin_q(agent);
    dp_begin_policy(agent, &params->initial_policy, iteration->policy);
}

/// sum_{s',r} p(s',r|s,pi(s)) [r + gamma V(s')]
static double expected_update(rill_agent *agent, int32_t state)
{
    const policy_iteration *iteration = (const policy_iteration *)agent;
    return rill_model_backup(agent->model, iteration->v, dp_params_of(agent)->gamma, state,
                             iteration->policy[state]);
}

static void iterate(rill_agent *agent)
{
    const policy_iteration_params *params = agent->params;
    policy_iteration *iteration = (policy_iteration *)agent;
    const int32_t n_states = agent->model->n_states;
    memcpy(iteration->before, iteration->v, (size_t)n_states * sizeof *iteration->v);

    // policy evaluation, until Delta < theta
    bool is_small = false;
    for (int64_t i = 0; i < params->sweeps && !is_small; i++) {
        dp_sweep(agent, DP_IN_PLACE, iteration->v, NULL, expected_update);
        is_small = agent->memory->td_error < params->theta;
    }
    dp_compare(agent, iteration->v, iteration->before);

    // policy improvement
    for (int32_t s = 0; s < n_states; s++) {
        dp_back_up(agent, iteration->v, s);
    }
    dp_improve(agent, iteration->policy);
}

static rill_action policy_iteration_step(rill_agent *agent, double reward,
                                         rill_observation observation)
{
    (void)reward;
    iterate(agent);
    return dp_act(agent, observation);
}

static void policy_iteration_finish(rill_agent *agent, const rill_outcome *outcome,
                                    rill_observation observation)
{
    (void)outcome, (void)observation;
    iterate(agent);
}

extern const rill_agent_type rill_agent_policy_iteration;
const rill_agent_type rill_agent_policy_iteration = {
    .id = "policy_iteration",
    .summary = "dynamic programming: evaluates a policy and improves it; a step is both",
    .source = "Sutton & Barto (2018), section 4.3; Zhao (2025), section 4.2",
    .params = policy_iteration_param_table,
    .params_size = sizeof(policy_iteration_params),
    .agent_size = sizeof(policy_iteration),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "greedy",
    .learns_greedy = true,
    .needs_model = true,
    .layout = policy_iteration_layout,
    .prepare = policy_iteration_prepare,
    .begin = policy_iteration_begin,
    .start = dp_act,
    .step = policy_iteration_step,
    .finish = policy_iteration_finish,
};
