/// Monte Carlo prediction: the value of a given policy, from the returns of its episodes.
///
/// Sutton & Barto (2018), section 5.1, box "First-visit MC prediction, for estimating V ~ v_pi",
/// and its every-visit form; with a constant alpha eq. 6.1. Zhao (2025), sections 5.1 and 6.1. On features,
/// every visit, section 9.3, box "Gradient Monte Carlo Algorithm for Estimating v-hat ~ v_pi".
#include "agents/monte_carlo.h"

static const rill_param mc_prediction_param_table[] = {MC_ALPHA, MC_PARAMS, MC_VISITS,
                                                       RILL_PARAM_END};

/// A_t by pi, which does not look at the values.
static inline rill_action act(rill_agent *agent, rill_state state)
{
    const int32_t action = rill_td_choose(agent, state);
    rill_history_append(&((monte_carlo *)agent)->episode, state, action);
    return (rill_action){.index = action};
}

/// V(s): what an episode that was cut in s is still worth.
static double value(const monte_carlo *mc, rill_state state)
{
    return rill_td_value(&mc->base, state, 0);
}

static rill_action mc_prediction_start(rill_agent *agent, rill_observation observation)
{
    mc_begin_episode((monte_carlo *)agent);
    return act(agent, rill_agent_perceive(agent, observation));
}

static rill_action mc_prediction_step(rill_agent *agent, double reward,
                                      rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    const monte_carlo *mc = (monte_carlo *)agent;
    if (mc_receive(mc, reward)) {
        mc_learn(agent, value(mc, state));
        mc_begin_episode(mc);
    }
    return act(agent, state);
}

static void mc_prediction_finish(rill_agent *agent, const rill_outcome *outcome,
                                 rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    const monte_carlo *mc = (monte_carlo *)agent;
    mc_receive(mc, outcome->reward);
    mc_learn(agent, outcome->terminated ? 0.0 : value(mc, state));
}

extern const rill_agent_type rill_agent_mc_prediction;
const rill_agent_type rill_agent_mc_prediction = {
    .id = "mc_prediction",
    .summary = "Monte Carlo prediction: the state values of a given policy are means of returns",
    .source = "Sutton & Barto (2018), sections 5.1 and 9.3; Zhao (2025), section 6.1",
    .params = mc_prediction_param_table,
    .params_size = sizeof(mc_params),
    .agent_size = sizeof(monte_carlo),
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .default_policy = "uniform",
    .is_linear = true,
    .prepare = mc_prepare,
    .count_states = mc_count_states,
    .layout = mc_layout,
    .begin = rill_td_begin,
    .start = mc_prediction_start,
    .step = mc_prediction_step,
    .finish = mc_prediction_finish,
};
