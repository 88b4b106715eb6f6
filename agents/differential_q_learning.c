/// Differential Q-learning: off-policy TD control for the reward per step of continuing tasks.
///
/// Wan, Naik and Sutton (2021), Learning and Planning in Average-Reward Markov Decision Processes,
/// "Differential Q-learning". The average reward is learned from the TD error too, which, unlike
/// the reward, is about the greedy policy however the agent behaves; so it converges to that of the
/// best policy. A truncated run is cut off, so it bootstraps. The theory knows no termination;
/// where there is one the value after it is 0.
#include "agents/undiscounted.h"

typedef struct differential_q_learning_params {
    undiscounted_params estimate;
    rill_schedule eta;
} differential_q_learning_params;

static const rill_param differential_q_learning_param_table[] = {
    UNDISCOUNTED_PARAMS("0.1"),
    RILL_RATE(differential_q_learning_params, eta, "1", 0.0, 1e9,
              "step size of the average reward, as a multiple of alpha"),
    RILL_PARAM_END,
};

typedef struct differential_q_learning {
    rill_agent base; ///< its `value` is Q, (n_features, n_actions)
    rill_td_last *last;
} differential_q_learning;

static void differential_q_learning_layout(rill_agent *agent, rill_arena *arena)
{
    ((differential_q_learning *)agent)->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
}

/// Choose A from S using the policy derived from Q.
static inline rill_action choose(rill_agent *agent, rill_state state)
{
    rill_td_last last = {state, rill_td_choose(agent, state)};
    *((differential_q_learning *)agent)->last = last;
    return (rill_action){.index = last.action};
}

/// delta <- R - average + max_a Q(S',a) - Q(S,A)
/// Q(S,A) <- Q(S,A) + alpha delta
/// average <- average + eta alpha delta
static inline void learn(rill_agent *agent, double reward, double greatest_next)
{
    const differential_q_learning_params *params = agent->params;
    rill_agent_memory *memory = agent->memory;
    const double eta = rill_schedule_at(&params->eta, memory->update, memory->episode);
    memory->average_reward +=
        eta * undiscounted_update(agent, *((differential_q_learning *)agent)->last,
                                  reward - memory->average_reward + greatest_next);
}

static rill_action differential_q_learning_start(rill_agent *agent, rill_observation observation)
{
    return choose(agent, rill_agent_perceive(agent, observation));
}

static rill_action differential_q_learning_step(rill_agent *agent, double reward,
                                                rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, reward, rill_td_greatest(agent, state));
    return choose(agent, state);
}

static void differential_q_learning_finish(rill_agent *agent, const rill_outcome *outcome,
                                           rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, outcome->reward, outcome->terminated ? 0.0 : rill_td_greatest(agent, state));
}

extern const rill_agent_type rill_agent_differential_q_learning;
const rill_agent_type rill_agent_differential_q_learning = {
    .id = "differential_q_learning",
    .summary = "off-policy TD control of the average reward: continuing tasks",
    .source = "Wan, Naik and Sutton (2021)",
    .params = differential_q_learning_param_table,
    .params_size = sizeof(differential_q_learning_params),
    .agent_size = sizeof(differential_q_learning),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .learns_greedy = true,
    .estimates_average_reward = true,
    .is_linear = true,
    .layout = differential_q_learning_layout,
    .begin = undiscounted_begin,
    .start = differential_q_learning_start,
    .step = differential_q_learning_step,
    .finish = differential_q_learning_finish,
};
