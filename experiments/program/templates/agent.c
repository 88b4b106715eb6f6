/// My agent: on-policy TD control, one step ahead.
///
/// As it stands it is Sarsa, Sutton & Barto (2018), section 6.4. What makes a method of its own is
/// the target in `learn`, and the value of the next state in `my_agent_step` and `my_agent_finish`.
#include <rill/agent_define.h>

static const rill_param my_agent_param_table[] = {RILL_TD_PARAMS, RILL_PARAM_END};

typedef struct my_agent {
    rill_agent base; ///< its `value` is Q, (n_features, n_actions)
    rill_td_last *last;
} my_agent;

/// Asks for what the agent keeps from step to step, here S and A; it is saved with the estimates.
static void my_agent_layout(rill_agent *agent, rill_arena *arena)
{
    ((my_agent *)agent)->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
}

/// Q(S,A) <- Q(S,A) + alpha [R + gamma v - Q(S,A)]   (S&B eq. 6.7 for v = Q(S',A'))
static inline void learn(rill_agent *agent, double reward, double next_value)
{
    const rill_td_last last = *((my_agent *)agent)->last;
    const double gamma = rill_td_params_of(agent)->gamma;
    rill_td_update(agent, last.state, last.action, reward + gamma * next_value);
}

/// Chooses A in S by the policy derived from Q.
static rill_td_last choose(rill_agent *agent, rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    return (rill_td_last){state, rill_td_choose(agent, state)};
}

static double value_of(const rill_agent *agent, rill_td_last pair)
{
    return rill_td_value(agent, pair.state, pair.action);
}

static rill_action my_agent_start(rill_agent *agent, rill_observation observation)
{
    const rill_td_last first = choose(agent, observation);
    *((my_agent *)agent)->last = first;
    return (rill_action){.index = first.action};
}

/// The action that is learned from is the one that is taken.
static rill_action my_agent_step(rill_agent *agent, double reward, rill_observation observation)
{
    const rill_td_last next = choose(agent, observation);
    learn(agent, reward, value_of(agent, next));
    *((my_agent *)agent)->last = next;
    return (rill_action){.index = next.action};
}

/// A terminal state is worth 0; where the episode is only cut off, its last state still counts.
static void my_agent_finish(rill_agent *agent, const rill_outcome *outcome,
                            rill_observation observation)
{
    const double next = outcome->terminated ? 0.0 : value_of(agent, choose(agent, observation));
    learn(agent, outcome->reward, next);
}

extern const rill_agent_type rill_agent_my_agent;
const rill_agent_type rill_agent_my_agent = {
    .id = "my_agent",
    .summary = "on-policy TD control, one step ahead",
    .source = "by its author",
    .params = my_agent_param_table,
    .params_size = sizeof(rill_td_params),
    .agent_size = sizeof(my_agent),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .layout = my_agent_layout,
    .begin = rill_td_begin,
    .start = my_agent_start,
    .step = my_agent_step,
    .finish = my_agent_finish,
};
