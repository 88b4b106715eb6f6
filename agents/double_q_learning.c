/// Double Q-learning: Q-learning in which one table says which action is best and another what it is
/// worth, so that noise does not make it look better than it is.
///
/// Sutton & Barto (2018), section 6.7, box "Double Q-learning, for estimating Q1 ~ Q2 ~ q*". Van
/// Hasselt (2010), Double Q-learning. The policy sees the mean of the tables. An update draws one
/// number for the coin and one for the argmax, whose ties are broken at random.
#include "agents/double_tables.h"

static const rill_param double_q_learning_param_table[] = {RILL_TD_PARAMS, RILL_PARAM_END};

/// Choose A from S using the policy derived from Q1 + Q2.
static inline rill_action choose(rill_agent *agent, rill_state state)
{
    rill_td_last last = {state, rill_td_choose(agent, state)};
    *((double_tables *)agent)->last = last;
    return (rill_action){.index = last.action};
}

/// Q_j(S', argmax_a Q_i(S',a)), where i is the table that learns and j the other
static inline double valued_by_other(rill_agent *agent, int i, rill_state state)
{
    const double_tables *self = (const double_tables *)agent;
    const double *row = rill_linear_row(&self->q[i], state);
    int32_t best = rill_epsilon_greedy(row, 0.0, &agent->memory->rng, agent->value.n_outputs);
    return rill_linear_row(&self->q[1 - i], state)[best];
}

/// With probability 1/2:
///     Q1(S,A) <- Q1(S,A) + alpha [R + gamma Q2(S', argmax_a Q1(S',a)) - Q1(S,A)]   (S&B eq. 6.10)
/// else the same with Q1 and Q2 exchanged
static inline void learn(rill_agent *agent, double reward, bool is_terminal, rill_state state)
{
    const int i = double_tables_flip(agent);
    const double next = is_terminal ? 0.0 : valued_by_other(agent, i, state);
    double_tables_update(agent, i, reward + rill_td_params_of(agent)->gamma * next);
}

static rill_action double_q_learning_start(rill_agent *agent, rill_observation observation)
{
    return choose(agent, rill_agent_perceive(agent, observation));
}

static rill_action double_q_learning_step(rill_agent *agent, double reward,
                                          rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, reward, false, state);
    return choose(agent, state);
}

static void double_q_learning_finish(rill_agent *agent, const rill_outcome *outcome,
                                     rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, outcome->reward, outcome->terminated, state);
}

extern const rill_agent_type rill_agent_double_q_learning;
const rill_agent_type rill_agent_double_q_learning = {
    .id = "double_q_learning",
    .summary = "Q-learning with two tables, free of the bias of a maximum over estimates",
    .source = "Sutton & Barto (2018), section 6.7; van Hasselt (2010)",
    .params = double_q_learning_param_table,
    .params_size = sizeof(rill_td_params),
    .agent_size = sizeof(double_tables),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .learns_greedy = true,
    .layout = double_tables_layout,
    .begin = double_tables_begin,
    .start = double_q_learning_start,
    .step = double_q_learning_step,
    .finish = double_q_learning_finish,
};
