/// Watkins's Q(lambda): Q-learning with eligibility traces, cut after each exploratory action.
///
/// Sutton & Barto (2018), section 12.10; box "Tabular version of Watkins's Q(lambda)" in the first
/// edition (1998), section 7.6. Watkins (1989), Learning from Delayed Rewards. An action of the
/// greatest estimate is greedy, also when others tie with it.
///
/// alpha is that of the pair just left, also for the pairs before it.
#include "agents/q_lambda.h"

static const rill_param watkins_q_lambda_param_table[] = {Q_LAMBDA_PARAMS, RILL_PARAM_END};

static rill_action watkins_q_lambda_start(rill_agent *agent, rill_observation observation)
{
    rill_trace_clear(&((td_lambda_agent *)agent)->trace);
    return td_lambda_act(agent, rill_agent_perceive(agent, observation));
}

/// Choose A' from S'
/// delta <- R + gamma max_a Q(S',a) - Q(S,A); z(S,A) rises; Q <- Q + alpha delta z
/// z <- gamma lambda z if A' is greedy, else 0
static rill_action watkins_q_lambda_step(rill_agent *agent, double reward,
                                         rill_observation observation)
{
    const td_lambda_agent *self = (const td_lambda_agent *)agent;
    rill_state state = rill_agent_perceive(agent, observation);
    rill_td_last next = {state, rill_td_choose(agent, state)};
    const double greatest = rill_td_greatest(agent, state);
    const bool is_greedy = rill_td_value(agent, state, next.action) >= greatest;
    q_lambda_learn(agent, reward + rill_td_params_of(agent)->gamma * greatest);
    if (is_greedy) {
        rill_trace_decay(&self->trace, td_lambda_decay(agent));
    } else {
        rill_trace_clear(&self->trace);
    }
    *self->last = next;
    return (rill_action){.index = next.action};
}

static void watkins_q_lambda_finish(rill_agent *agent, const rill_outcome *outcome,
                                    rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    const double greatest = outcome->terminated ? 0.0 : rill_td_greatest(agent, state);
    q_lambda_learn(agent, outcome->reward + rill_td_params_of(agent)->gamma * greatest);
}

extern const rill_agent_type rill_agent_watkins_q_lambda;
const rill_agent_type rill_agent_watkins_q_lambda = {
    .id = "watkins_q_lambda",
    .summary = "Q-learning with eligibility traces that end where exploration begins",
    .source = "Sutton & Barto (2018), section 12.10; Watkins (1989)",
    .params = watkins_q_lambda_param_table,
    .params_size = sizeof(q_lambda_params),
    .agent_size = sizeof(td_lambda_agent),
    .measures = td_lambda_measures,
    .trace = td_lambda_trace,
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .is_linear = true,
    .layout = td_lambda_layout,
    .prepare = q_lambda_prepare,
    .begin = rill_td_begin,
    .start = watkins_q_lambda_start,
    .step = watkins_q_lambda_step,
    .finish = watkins_q_lambda_finish,
};
