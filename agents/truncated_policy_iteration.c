/// Truncated policy iteration: a number of sweeps of evaluation, then an improvement.
///
/// Zhao (2025), algorithm 4.3; Sutton & Barto (2018), section 4.6, generalised policy iteration;
/// Puterman and Shin (1978), Modified policy iteration algorithms for discounted Markov decision
/// problems.
///
/// A step is an iteration: `sweeps` sweeps from v_{k-1} to v_k, Q from v_k, the improvement. With one
/// sweep it is value iteration, that starts at v_1; with ever more it becomes policy iteration. td_error
/// is the greatest change from v_{k-1} to v_k.
#include "agents/dynamic_programming.h"

#include <string.h>

typedef struct truncated_params {
    dp_params dp;
    int64_t sweeps;
    rill_list initial_policy;
} truncated_params;

static const rill_param truncated_policy_iteration_param_table[] = {
    DP_PARAMS,
    RILL_INTEGER(truncated_params, sweeps, "5", 1, 1e9, "of an evaluation: j_truncate"),
    DP_INITIAL_POLICY(truncated_params),
    RILL_PARAM_END,
};

typedef struct truncated_policy_iteration {
    rill_agent base; ///< its `value` is Q, (n_states, n_actions)
    double *v;       ///< (n_states) v_k
    double *before;  ///< (n_states) v_{k-1}
    double *next;    ///< (n_states) the second array
    int32_t *policy; ///< (n_states)
} truncated_policy_iteration;

static void truncated_policy_iteration_layout(rill_agent *agent, rill_arena *arena)
{
    truncated_policy_iteration *iteration = (truncated_policy_iteration *)agent;
    const size_t n_states = (size_t)agent->model->n_states;
    iteration->v = rill_arena_take(arena, n_states, sizeof(double));
    iteration->before = rill_arena_take(arena, n_states, sizeof(double));
    iteration->next = rill_arena_take(arena, n_states, sizeof(double));
    iteration->policy = rill_arena_take(arena, n_states, sizeof(int32_t));
}

static rill_status truncated_policy_iteration_prepare(rill_agent *agent, rill_error *error)
{
    const truncated_params *params = agent->params;
    return dp_check_policy(agent, &params->initial_policy, error);
}

static void truncated_policy_iteration_begin(rill_agent *agent)
{
    const truncated_params *params = agent->params;
    truncated_policy_iteration *iteration = (truncated_policy_iteration *)agent;
    dp_begin_v(agent, iteration->v);
    dp_begin_q(agent);
    dp_begin_policy(agent, &params->initial_policy, iteration->policy);
}

/// sum_{s',r} p(s',r|s,pi(s)) [r + gamma V(s')]
static double expected_update(rill_agent *agent, int32_t state)
{
    const truncated_policy_iteration *iteration = (const truncated_policy_iteration *)agent;
    return rill_model_backup(agent->model, iteration->v, dp_params_of(agent)->gamma, state,
                             iteration->policy[state]);
}

static void iterate(rill_agent *agent)
{
    const truncated_params *params = agent->params;
    truncated_policy_iteration *iteration = (truncated_policy_iteration *)agent;
    memcpy(iteration->before, iteration->v, (size_t)agent->model->n_states * sizeof(double));
    // v^(j+1) = r_pi + gamma P_pi v^(j)
    for (int64_t j = 0; j < params->sweeps; j++) {
        dp_sweep(agent, DP_TWO_ARRAY, iteration->v, iteration->next, expected_update);
    }
    dp_compare(agent, iteration->v, iteration->before);
    for (int32_t s = 0; s < agent->model->n_states; s++) {
        dp_back_up(agent, iteration->v, s);
    }
    dp_improve(agent, iteration->policy);
}

static rill_action truncated_policy_iteration_step(rill_agent *agent, double reward,
                                                   rill_observation observation)
{
    (void)reward;
    iterate(agent);
    return dp_act(agent, observation);
}

static void truncated_policy_iteration_finish(rill_agent *agent, const rill_outcome *outcome,
                                              rill_observation observation)
{
    (void)outcome, (void)observation;
    iterate(agent);
}

extern const rill_agent_type rill_agent_truncated_policy_iteration;
const rill_agent_type rill_agent_truncated_policy_iteration = {
    .id = "truncated_policy_iteration",
    .summary = "dynamic programming: evaluates a policy for some sweeps and improves it",
    .source = "Zhao (2025), section 4.3; Sutton & Barto (2018), section 4.6",
    .params = truncated_policy_iteration_param_table,
    .params_size = sizeof(truncated_params),
    .agent_size = sizeof(truncated_policy_iteration),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "greedy",
    .learns_greedy = true,
    .needs_model = true,
    .layout = truncated_policy_iteration_layout,
    .prepare = truncated_policy_iteration_prepare,
    .begin = truncated_policy_iteration_begin,
    .start = dp_act,
    .step = truncated_policy_iteration_step,
    .finish = truncated_policy_iteration_finish,
};
