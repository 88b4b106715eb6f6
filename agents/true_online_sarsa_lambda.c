/// True online Sarsa(lambda): Sarsa, as the online lambda-return algorithm for action values has it
/// after each step, from traces.
///
/// Sutton & Barto (2018), section 12.7, box "True online Sarsa(lambda) for estimating w^T x ~ q_pi or
/// q*". van Seijen, Mahmood, Pilarski, Machado and Sutton (2016), True Online Temporal-Difference
/// Learning.
#include "agents/true_online.h"

static const rill_param true_online_sarsa_lambda_param_table[] = {TD_LAMBDA_PARAMS, RILL_PARAM_END};

/// Learns about the pair just left.
static inline void learn(rill_agent *agent, double reward, double next)
{
    true_online_learn(agent, ((const td_lambda_agent *)agent)->last->action, reward, next);
}

/// Choose A from S using the policy derived from Q.
static rill_action true_online_sarsa_lambda_start(rill_agent *agent, rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    const rill_action action = td_lambda_act(agent, state);
    true_online_start(agent, rill_td_value(agent, state, action.index));
    return action;
}

/// Choose A' from S', learn, S <- S', A <- A'.
static rill_action true_online_sarsa_lambda_step(rill_agent *agent, double reward,
                                                 rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    const rill_td_last next = {state, rill_td_choose(agent, state)};
    learn(agent, reward, rill_td_value(agent, state, next.action));
    *((td_lambda_agent *)agent)->last = next;
    return (rill_action){.index = next.action};
}

static void true_online_sarsa_lambda_finish(rill_agent *agent, const rill_outcome *outcome,
                                            rill_observation observation)
{
    double next = 0.0;
    if (!outcome->terminated) {
        // cut off, not ended: A' is the action that the policy would have taken
        const rill_state state = rill_agent_perceive(agent, observation);
        next = rill_td_value(agent, state, rill_td_choose(agent, state));
    }
    learn(agent, outcome->reward, next);
}

extern const rill_agent_type rill_agent_true_online_sarsa_lambda;
const rill_agent_type rill_agent_true_online_sarsa_lambda = {
    .id = "true_online_sarsa_lambda",
    .summary = "on-policy TD control: the online lambda-return algorithm, from traces",
    .source = "Sutton & Barto (2018), section 12.7; van Seijen et al. (2016)",
    .params = true_online_sarsa_lambda_param_table,
    .params_size = sizeof(td_lambda_base),
    .agent_size = sizeof(true_online_agent),
    .measures = td_lambda_measures,
    .trace = td_lambda_trace,
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .is_linear = true,
    .layout = true_online_layout,
    .prepare = td_lambda_check_size,
    .begin = rill_td_begin,
    .start = true_online_sarsa_lambda_start,
    .step = true_online_sarsa_lambda_step,
    .finish = true_online_sarsa_lambda_finish,
};
