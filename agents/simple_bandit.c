/// Simple bandit: an estimate of each action's value, and a policy derived from them.
///
/// Sutton & Barto (2018), section 2.4, box "A simple bandit algorithm"; section 2.5 with a constant
/// step size, section 2.6 with optimistic initial values. Each observation has its own estimates;
/// which one comes next does not count.
#include "agents/undiscounted.h"

static const rill_param simple_bandit_param_table[] = {UNDISCOUNTED_PARAMS("1/n"), RILL_PARAM_END};

typedef struct simple_bandit {
    rill_agent base; ///< its `value` is Q, (n_features, n_actions)
    rill_td_last *last;
} simple_bandit;

static void simple_bandit_layout(rill_agent *agent, rill_arena *arena)
{
    ((simple_bandit *)agent)->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
}

/// A <- argmax_a Q(a), or with probability epsilon a random action
static inline rill_action choose(rill_agent *agent, rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    rill_td_last last = {state, rill_td_choose(agent, state)};
    *((simple_bandit *)agent)->last = last;
    return (rill_action){.index = last.action};
}

/// Q(A) <- Q(A) + alpha [R - Q(A)], with alpha = 1/N(A) for a sample average   (S&B eq. 2.3, 2.5)
static inline void learn(rill_agent *agent, double reward)
{
    undiscounted_update(agent, *((simple_bandit *)agent)->last, reward);
}

static rill_action simple_bandit_start(rill_agent *agent, rill_observation observation)
{
    return choose(agent, observation);
}

static rill_action simple_bandit_step(rill_agent *agent, double reward,
                                      rill_observation observation)
{
    learn(agent, reward);
    return choose(agent, observation);
}

static void simple_bandit_finish(rill_agent *agent, const rill_outcome *outcome,
                                 rill_observation observation)
{
    (void)observation;
    learn(agent, outcome->reward);
}

extern const rill_agent_type rill_agent_simple_bandit;
const rill_agent_type rill_agent_simple_bandit = {
    .id = "simple_bandit",
    .summary = "bandit: averages the rewards of each action",
    .source = "Sutton & Barto (2018), sections 2.4 to 2.6",
    .params = simple_bandit_param_table,
    .params_size = sizeof(undiscounted_params),
    .agent_size = sizeof(simple_bandit),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .layout = simple_bandit_layout,
    .begin = undiscounted_begin,
    .start = simple_bandit_start,
    .step = simple_bandit_step,
    .finish = simple_bandit_finish,
};
