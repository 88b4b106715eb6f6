/// Differential Sarsa: on-policy TD control for the reward per step of continuing tasks.
///
/// Sutton & Barto (2018), section 10.3, box "Differential semi-gradient Sarsa for estimating q ~
/// q*". Values are differences from the average reward, which is learned
/// beside them. A truncated run is cut off, so it bootstraps. The theory knows no termination;
/// where there is one the value after it is 0.
#include "agents/undiscounted.h"

typedef struct differential_sarsa_params {
    undiscounted_params estimate;
    rill_schedule beta;
} differential_sarsa_params;

static const rill_param differential_sarsa_param_table[] = {
    UNDISCOUNTED_PARAMS("0.1"),
    RILL_RATE(differential_sarsa_params, beta, "0.01", 0.0, 1e9, "step size of the average reward"),
    RILL_PARAM_END,
};

typedef struct differential_sarsa {
    rill_agent base; ///< its `value` is Q, (n_features, n_actions)
    rill_td_last *last;
} differential_sarsa;

static void differential_sarsa_layout(rill_agent *agent, rill_arena *arena)
{
    ((differential_sarsa *)agent)->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
}

/// delta <- R - average + Q(S',A') - Q(S,A)   (S&B eq. 10.11)
/// average <- average + beta delta
/// Q(S,A) <- Q(S,A) + alpha delta
static inline void learn(rill_agent *agent, double reward, double next)
{
    const differential_sarsa_params *params = agent->params;
    rill_agent_memory *memory = agent->memory;
    const double beta = rill_schedule_at(&params->beta, memory->update, memory->episode);
    undiscounted_update(agent, *((differential_sarsa *)agent)->last,
                        reward - memory->average_reward + next);
    memory->average_reward += beta * memory->td_error;
}

/// Choose A from S using the policy derived from Q.
static rill_action differential_sarsa_start(rill_agent *agent, rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    rill_td_last last = {state, rill_td_choose(agent, state)};
    *((differential_sarsa *)agent)->last = last;
    return (rill_action){.index = last.action};
}

/// Choose A' from S', learn, S <- S', A <- A'.
static rill_action differential_sarsa_step(rill_agent *agent, double reward,
                                           rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    const double *values = rill_td_values(agent, state);
    rill_td_last next = {state, rill_agent_sample(agent, state, values)};
    learn(agent, reward, values[next.action]);
    *((differential_sarsa *)agent)->last = next;
    return (rill_action){.index = next.action};
}

static void differential_sarsa_finish(rill_agent *agent, const rill_outcome *outcome,
                                      rill_observation observation)
{
    double next = 0.0;
    if (!outcome->terminated) {
        // cut off, not ended: A' is the action that the policy would have taken
        rill_state state = rill_agent_perceive(agent, observation);
        next = rill_td_value(agent, state, rill_td_choose(agent, state));
    }
    learn(agent, outcome->reward, next);
}

extern const rill_agent_type rill_agent_differential_sarsa;
const rill_agent_type rill_agent_differential_sarsa = {
    .id = "differential_sarsa",
    .summary = "on-policy TD control of the average reward: continuing tasks",
    .source = "Sutton & Barto (2018), section 10.3",
    .params = differential_sarsa_param_table,
    .params_size = sizeof(differential_sarsa_params),
    .agent_size = sizeof(differential_sarsa),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .estimates_average_reward = true,
    .is_linear = true,
    .layout = differential_sarsa_layout,
    .begin = undiscounted_begin,
    .start = differential_sarsa_start,
    .step = differential_sarsa_step,
    .finish = differential_sarsa_finish,
};
