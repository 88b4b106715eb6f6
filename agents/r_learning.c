/// R-learning: the first TD control method for the average reward; off-policy.
///
/// Schwartz (1993), A Reinforcement Learning Method for Maximizing Undiscounted Rewards, as in
/// Sutton & Barto, 1st edition (1998), section 6.7, Figure 6.16. The average reward, rho, learns
/// only where the action is a greedy one after the update, since the others say nothing about the
/// greedy policy. A truncated run is cut off, so it bootstraps. The theory knows no termination;
/// where there is one the value after it is 0.
#include "agents/undiscounted.h"

typedef struct r_learning_params {
    undiscounted_params estimate;
    rill_schedule beta;
} r_learning_params;

static const rill_param r_learning_param_table[] = {
    UNDISCOUNTED_PARAMS("0.1"),
    RILL_RATE(r_learning_params, beta, "0.01", 0.0, 1e9, "step size of the average reward"),
    RILL_PARAM_END,
};

typedef struct r_learning {
    rill_agent base; ///< its `value` is Q, (n_features, n_actions)
    rill_td_last *last;
} r_learning;

static void r_learning_layout(rill_agent *agent, rill_arena *arena)
{
    ((r_learning *)agent)->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
}

/// Choose A from S using the policy derived from Q.
static inline rill_action choose(rill_agent *agent, rill_state state)
{
    rill_td_last last = {state, rill_td_choose(agent, state)};
    *((r_learning *)agent)->last = last;
    return (rill_action){.index = last.action};
}

/// max_a Q(S',a), with the present estimates; `next` is the state of S', -1 after termination
static inline double greatest(const rill_agent *agent, int32_t next)
{
    return next < 0 ? 0.0 : rill_td_greatest(agent, next);
}

/// Q(S,A) <- Q(S,A) + alpha [R - rho + max_a Q(S',a) - Q(S,A)]
/// If Q(S,A) = max_a Q(S,a), then:
///     rho <- rho + beta [R - rho + max_a Q(S',a) - max_a Q(S,a)]
static inline void learn(rill_agent *agent, double reward, int32_t next)
{
    const r_learning_params *params = agent->params;
    const rill_td_last last = *((r_learning *)agent)->last;
    rill_agent_memory *memory = agent->memory;
    const double beta = rill_schedule_at(&params->beta, memory->update, memory->episode);
    double *rho = &memory->average_reward;
    undiscounted_update(agent, last, reward - *rho + greatest(agent, next));
    const double best = rill_td_greatest(agent, last.state);
    if (rill_td_value(agent, last.state, last.action) == best) {
        *rho += beta * (reward - *rho + greatest(agent, next) - best);
    }
}

static rill_action r_learning_start(rill_agent *agent, rill_observation observation)
{
    return choose(agent, rill_agent_perceive(agent, observation));
}

static rill_action r_learning_step(rill_agent *agent, double reward, rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, reward, state);
    return choose(agent, state);
}

static void r_learning_finish(rill_agent *agent, const rill_outcome *outcome,
                              rill_observation observation)
{
    learn(agent, outcome->reward,
          outcome->terminated ? -1 : rill_agent_perceive(agent, observation));
}

extern const rill_agent_type rill_agent_r_learning;
const rill_agent_type rill_agent_r_learning = {
    .id = "r_learning",
    .summary = "R-learning: average reward from greedy actions only; continuing tasks",
    .source = "Schwartz (1993); Sutton & Barto (1998), section 6.7",
    .params = r_learning_param_table,
    .params_size = sizeof(r_learning_params),
    .agent_size = sizeof(r_learning),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .learns_greedy = true,
    .estimates_average_reward = true,
    .is_linear = true,
    .layout = r_learning_layout,
    .begin = undiscounted_begin,
    .start = r_learning_start,
    .step = r_learning_step,
    .finish = r_learning_finish,
};
