/// True online TD(lambda): the value of a given policy, as the online lambda-return algorithm has it
/// after each step, from traces.
///
/// Sutton & Barto (2018), section 12.5, box "True online TD(lambda) for estimating w^T x ~ v_pi".
/// van Seijen, Mahmood, Pilarski, Machado and Sutton (2016), True Online Temporal-Difference Learning.
#include "agents/true_online.h"

static const rill_param true_online_td_lambda_param_table[] = {TD_LAMBDA_PARAMS, RILL_PARAM_END};

static rill_action true_online_td_lambda_start(rill_agent *agent, rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    true_online_start(agent, rill_td_value(agent, state, 0));
    return td_lambda_act(agent, state);
}

static rill_action true_online_td_lambda_step(rill_agent *agent, double reward,
                                              rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    true_online_learn(agent, 0, reward, rill_td_value(agent, state, 0));
    return td_lambda_act(agent, state);
}

static void true_online_td_lambda_finish(rill_agent *agent, const rill_outcome *outcome,
                                         rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    true_online_learn(agent, 0, outcome->reward,
                      outcome->terminated ? 0.0 : rill_td_value(agent, state, 0));
}

extern const rill_agent_type rill_agent_true_online_td_lambda;
const rill_agent_type rill_agent_true_online_td_lambda = {
    .id = "true_online_td_lambda",
    .summary = "true online TD(lambda) prediction: the online lambda-return algorithm, from traces",
    .source = "Sutton & Barto (2018), section 12.5; van Seijen et al. (2016)",
    .params = true_online_td_lambda_param_table,
    .params_size = sizeof(td_lambda_base),
    .agent_size = sizeof(true_online_agent),
    .measures = td_lambda_measures,
    .trace = td_lambda_trace,
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .default_policy = "uniform",
    .is_linear = true,
    .layout = true_online_layout,
    .begin = rill_td_begin,
    .start = true_online_td_lambda_start,
    .step = true_online_td_lambda_step,
    .finish = true_online_td_lambda_finish,
};
