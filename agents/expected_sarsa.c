/// Expected Sarsa: TD control towards the expectation over the next action.
///
/// Sutton & Barto (2018), section 6.6, eq. 6.9; Zhao (2025), section 7.2 (box "Expected Sarsa"). Van
/// Seijen, van Hasselt, Whiteson and Wiering (2009). The target policy pi is `policy`; with another
/// `behaviour` it learns off-policy, and is Q-learning when pi is greedy.
#include <rill/agent_define.h>

static const rill_param expected_sarsa_param_table[] = {RILL_TD_PARAMS, RILL_PARAM_END};

typedef struct expected_sarsa {
    rill_agent base; ///< its `value` is Q, (n_features, n_actions)
    rill_td_last *last;
    double *target; ///< (n_actions) pi(. | S')
} expected_sarsa;

static void expected_sarsa_layout(rill_agent *agent, rill_arena *arena)
{
    expected_sarsa *self = (expected_sarsa *)agent;
    self->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
    self->target = rill_arena_take(arena, (size_t)agent->value.n_outputs, sizeof(double));
}

/// Choose A from S using the behaviour policy.
static inline rill_action choose(rill_agent *agent, rill_state state)
{
    rill_td_last last = {state, rill_td_behave(agent, state)};
    *((expected_sarsa *)agent)->last = last;
    return (rill_action){.index = last.action};
}

/// sum_a pi(a|S') Q(S',a)
static inline double expectation(const rill_agent *agent, rill_state state)
{
    double *target = ((const expected_sarsa *)agent)->target;
    rill_td_target(agent, state, target);
    return rill_td_expected(agent, state, target);
}

/// Q(S,A) <- Q(S,A) + alpha [R + gamma sum_a pi(a|S') Q(S',a) - Q(S,A)]   (S&B eq. 6.9)
static inline void learn(rill_agent *agent, double reward, double next)
{
    rill_td_last last = *((expected_sarsa *)agent)->last;
    double gamma = rill_td_params_of(agent)->gamma;
    rill_td_update(agent, last.state, last.action, reward + gamma * next);
}

static rill_action expected_sarsa_start(rill_agent *agent, rill_observation observation)
{
    return choose(agent, rill_agent_perceive(agent, observation));
}

static rill_action expected_sarsa_step(rill_agent *agent, double reward,
                                       rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, reward, expectation(agent, state));
    return choose(agent, state);
}

static void expected_sarsa_finish(rill_agent *agent, const rill_outcome *outcome,
                                  rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, outcome->reward, outcome->terminated ? 0.0 : expectation(agent, state));
}

extern const rill_agent_type rill_agent_expected_sarsa;
const rill_agent_type rill_agent_expected_sarsa = {
    .id = "expected_sarsa",
    .summary = "TD control that learns from the expectation over the policy's next action",
    .source = "Sutton & Barto (2018), section 6.6; Zhao (2025), section 7.2",
    .params = expected_sarsa_param_table,
    .params_size = sizeof(rill_td_params),
    .agent_size = sizeof(expected_sarsa),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .has_behaviour = true,
    .is_linear = true,
    .layout = expected_sarsa_layout,
    .begin = rill_td_begin,
    .start = expected_sarsa_start,
    .step = expected_sarsa_step,
    .finish = expected_sarsa_finish,
};
