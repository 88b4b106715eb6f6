/// Double Sarsa: Sarsa with two tables, each of which learns from what the other makes of the next
/// action.
///
/// Ganger, Duryea and Hu (2016), Double Sarsa and Double Expected Sarsa with Shallow and Deep
/// Learning, Journal of Data Analysis and Information Processing 4, 159-176. The policy sees the mean
/// of the tables. An update draws one number, for the coin, after that of A'.
#include "agents/double_tables.h"

static const rill_param double_sarsa_param_table[] = {RILL_TD_PARAMS, RILL_PARAM_END};

/// With probability 1/2:
///     Q1(S,A) <- Q1(S,A) + alpha [R + gamma Q2(S',A') - Q1(S,A)]
/// else the same with Q1 and Q2 exchanged. `next` is (S', A'), NULL at the end.
static inline void learn(rill_agent *agent, double reward, const rill_td_last *next)
{
    const int i = double_tables_flip(agent);
    const rill_linear *other = &((const double_tables *)agent)->q[1 - i];
    const double q = next == NULL ? 0.0 : rill_linear_row(other, next->state)[next->action];
    double_tables_update(agent, i, reward + rill_td_params_of(agent)->gamma * q);
}

/// Choose A from S using the policy derived from (Q1 + Q2) / 2.
static inline rill_td_last choose(rill_agent *agent, rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    return (rill_td_last){state, rill_td_choose(agent, state)};
}

static rill_action double_sarsa_start(rill_agent *agent, rill_observation observation)
{
    rill_td_last last = choose(agent, observation);
    *((double_tables *)agent)->last = last;
    return (rill_action){.index = last.action};
}

/// Choose A' from S', learn, S <- S', A <- A'.
static rill_action double_sarsa_step(rill_agent *agent, double reward, rill_observation observation)
{
    rill_td_last next = choose(agent, observation);
    learn(agent, reward, &next);
    *((double_tables *)agent)->last = next;
    return (rill_action){.index = next.action};
}

static void double_sarsa_finish(rill_agent *agent, const rill_outcome *outcome,
                                rill_observation observation)
{
    if (outcome->terminated) {
        learn(agent, outcome->reward, NULL);
    } else {
        // cut off, not ended: A' is the action that the policy would have taken
        rill_td_last next = choose(agent, observation);
        learn(agent, outcome->reward, &next);
    }
}

extern const rill_agent_type rill_agent_double_sarsa;
const rill_agent_type rill_agent_double_sarsa = {
    .id = "double_sarsa",
    .summary = "Sarsa with two tables, each of which learns from the other",
    .source = "Ganger, Duryea and Hu (2016)",
    .params = double_sarsa_param_table,
    .params_size = sizeof(rill_td_params),
    .agent_size = sizeof(double_tables),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .layout = double_tables_layout,
    .begin = double_tables_begin,
    .start = double_sarsa_start,
    .step = double_sarsa_step,
    .finish = double_sarsa_finish,
};
