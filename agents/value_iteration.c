/// Value iteration: the optimal values, by expected updates with the best action.
///
/// Sutton & Barto (2018), section 4.4: the box "Value Iteration, for estimating pi ~ pi*" is
/// `in_place`; section 4.5: `random` is asynchronous. Zhao (2025), algorithm 4.1, is `two_array`:
/// after k steps Q is its q_{k-1}, the greatest of a row its v_k, and the greedy policy its pi_k.
/// Bellman (1957).
#include "agents/dynamic_programming.h"

static const rill_param value_iteration_param_table[] = {DP_SWEEP_PARAMS, RILL_PARAM_END};

typedef struct value_iteration {
    rill_agent base; ///< its `value` is Q, (n_states, n_actions)
    double *v;       ///< (n_states) max_a Q(s,a)
    double *next;    ///< (n_states) the second array
} value_iteration;

static void value_iteration_layout(rill_agent *agent, rill_arena *arena)
{
    value_iteration *iteration = (value_iteration *)agent;
    const size_t n_states = (size_t)agent->model->n_states;
    iteration->v = rill_arena_take(arena, n_states, sizeof(double));
    iteration->next = rill_arena_take(arena, n_states, sizeof(double));
}

static void value_iteration_begin(rill_agent *agent)
{
    dp_begin_v(agent, ((value_iteration *)agent)->v);
    dp_begin_q(agent);
}

/// max_a sum_{s',r} p(s',r|s,a) [r + gamma V(s')]   (S&B eq. 4.10)
static double expected_update(rill_agent *agent, int32_t state)
{
    dp_back_up(agent, ((value_iteration *)agent)->v, state);
    return rill_td_greatest(agent, state);
}

static void iterate(rill_agent *agent)
{
    value_iteration *iteration = (value_iteration *)agent;
    dp_sweeps(agent, iteration->v, iteration->next, expected_update);
}

static rill_action value_iteration_step(rill_agent *agent, double reward,
                                        rill_observation observation)
{
    (void)reward;
    iterate(agent);
    return dp_act(agent, observation);
}

static void value_iteration_finish(rill_agent *agent, const rill_outcome *outcome,
                                   rill_observation observation)
{
    (void)outcome, (void)observation;
    iterate(agent);
}

extern const rill_agent_type rill_agent_value_iteration;
const rill_agent_type rill_agent_value_iteration = {
    .id = "value_iteration",
    .summary = "dynamic programming: the optimal values; a step is a sweep",
    .source = "Sutton & Barto (2018), section 4.4; Zhao (2025), section 4.1",
    .params = value_iteration_param_table,
    .params_size = sizeof(dp_sweep_params),
    .agent_size = sizeof(value_iteration),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "greedy",
    .learns_greedy = true,
    .needs_model = true,
    .layout = value_iteration_layout,
    .begin = value_iteration_begin,
    .start = dp_act,
    .step = value_iteration_step,
    .finish = value_iteration_finish,
};
