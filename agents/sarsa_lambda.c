/// Sarsa(lambda): Sarsa with eligibility traces.
///
/// Sutton & Barto (2018), section 12.7, box "Sarsa(lambda) with binary features", on any features;
/// first edition (1998), section 7.5. Other traces: Singh and Sutton (1996), van Seijen and Sutton
/// (2014).
///
/// alpha is that of the pair just left, also for the pairs before it.
#include "agents/q_lambda.h"

static const rill_param sarsa_lambda_param_table[] = {Q_LAMBDA_PARAMS, RILL_PARAM_END};

/// z <- gamma lambda z
/// delta <- R + gamma Q(S',A') - Q(S,A); z(S,A) rises; Q <- Q + alpha delta z   (S&B eq. 12.5-12.7)
static inline void learn(rill_agent *agent, double reward, double next)
{
    rill_trace_decay(&((td_lambda_agent *)agent)->trace, td_lambda_decay(agent));
    q_lambda_learn(agent, reward + rill_td_params_of(agent)->gamma * next);
}

/// Choose A from S using the policy derived from Q.
static rill_action sarsa_lambda_start(rill_agent *agent, rill_observation observation)
{
    rill_trace_clear(&((td_lambda_agent *)agent)->trace);
    return td_lambda_act(agent, rill_agent_perceive(agent, observation));
}

/// Choose A' from S', learn, S <- S', A <- A'.
static rill_action sarsa_lambda_step(rill_agent *agent, double reward, rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    const double *values = rill_td_values(agent, state);
    rill_td_last next = {state, rill_agent_sample(agent, state, values)};
    learn(agent, reward, values[next.action]);
    *((td_lambda_agent *)agent)->last = next;
    return (rill_action){.index = next.action};
}

static void sarsa_lambda_finish(rill_agent *agent, const rill_outcome *outcome,
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

extern const rill_agent_type rill_agent_sarsa_lambda;
const rill_agent_type rill_agent_sarsa_lambda = {
    .id = "sarsa_lambda",
    .summary = "on-policy TD control with eligibility traces",
    .source = "Sutton & Barto (2018), section 12.7",
    .params = sarsa_lambda_param_table,
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
    .start = sarsa_lambda_start,
    .step = sarsa_lambda_step,
    .finish = sarsa_lambda_finish,
};
