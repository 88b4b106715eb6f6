/// Peng's Q(lambda): Q-learning whose traces are not cut: each return is of the actions taken up to
/// its last estimate, which is a maximum.
///
/// Peng and Williams (1996), Incremental Multi-Step Q-Learning, Machine Learning 22, 283-290, figure 1;
/// Sutton & Barto, first edition (1998), section 7.6. lambda = 0 is Q-learning. With lambda above 0 the
/// estimates are between those of the policy that it follows and the optimal ones.
///
/// alpha is that of the pair just left, also for the pairs before it.
#include "agents/q_lambda.h"

static const rill_param peng_q_lambda_param_table[] = {Q_LAMBDA_PARAMS, RILL_PARAM_END};

/// e' <- R + gamma max_a Q(S',a) - Q(S,A)
/// e  <- R + gamma max_a Q(S',a) - max_a Q(S,a)
/// z <- gamma lambda z; Q <- Q + alpha e z; Q(S,A) <- Q(S,A) + alpha e'; z(S,A) rises
static inline void learn(rill_agent *agent, double reward, double greatest_next)
{
    const td_lambda_agent *self = (const td_lambda_agent *)agent;
    const rill_td_last last = *self->last;
    const double target = reward + rill_td_params_of(agent)->gamma * greatest_next;
    const double td_error = target - q_lambda_last(agent);
    const double greedy_error = target - rill_td_greatest(agent, last.state);
    rill_trace_decay(&self->trace, td_lambda_decay(agent));
    const double alpha = rill_td_alpha(agent, last.state, last.action);
    rill_trace_add(&self->trace, agent->value.weights, alpha * greedy_error);
    rill_td_add(agent, last.state, last.action, alpha * td_error);
    q_lambda_visit(agent, alpha);
    agent->memory->td_error = td_error;
    agent->memory->update++;
}

static rill_action peng_q_lambda_start(rill_agent *agent, rill_observation observation)
{
    rill_trace_clear(&((td_lambda_agent *)agent)->trace);
    return td_lambda_act(agent, rill_agent_perceive(agent, observation));
}

static rill_action peng_q_lambda_step(rill_agent *agent, double reward,
                                      rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, reward, rill_td_greatest(agent, state));
    return td_lambda_act(agent, state);
}

static void peng_q_lambda_finish(rill_agent *agent, const rill_outcome *outcome,
                                 rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, outcome->reward, outcome->terminated ? 0.0 : rill_td_greatest(agent, state));
}

extern const rill_agent_type rill_agent_peng_q_lambda;
const rill_agent_type rill_agent_peng_q_lambda = {
    .id = "peng_q_lambda",
    .summary = "Q-learning with eligibility traces that exploration does not cut",
    .source = "Peng and Williams (1996); Sutton & Barto (1998), section 7.6",
    .params = peng_q_lambda_param_table,
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
    .start = peng_q_lambda_start,
    .step = peng_q_lambda_step,
    .finish = peng_q_lambda_finish,
};
