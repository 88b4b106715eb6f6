/// On-policy Monte Carlo control.
///
/// Sutton & Barto (2018), section 5.4, box "On-policy first-visit MC control (for
/// epsilon-soft policies), estimates pi ~ pi*"; Zhao (2025), algorithm 5.3, MC epsilon-greedy, with
/// `visits` every.
#include "agents/monte_carlo.h"

static const rill_param mc_control_param_table[] = {MC_ALPHA, MC_PARAMS, MC_VISITS, RILL_PARAM_END};

/// A_t by the policy derived from Q, which is that of the episodes before.
static inline rill_action act(rill_agent *agent, rill_state state)
{
    const int32_t action = rill_td_choose(agent, state);
    rill_history_append(&((monte_carlo *)agent)->episode, state, action);
    return (rill_action){.index = action};
}

static rill_action mc_control_start(rill_agent *agent, rill_observation observation)
{
    mc_begin_episode((monte_carlo *)agent);
    return act(agent, rill_agent_perceive(agent, observation));
}

static rill_action mc_control_step(rill_agent *agent, double reward, rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    const monte_carlo *mc = (monte_carlo *)agent;
    if (mc_receive(mc, reward)) {
        mc_learn(agent, mc_expected(mc, state));
        mc_begin_episode(mc);
    }
    return act(agent, state);
}

static void mc_control_finish(rill_agent *agent, const rill_outcome *outcome,
                              rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    const monte_carlo *mc = (monte_carlo *)agent;
    mc_receive(mc, outcome->reward);
    mc_learn(agent, outcome->terminated ? 0.0 : mc_expected(mc, state));
}

extern const rill_agent_type rill_agent_mc_control;
const rill_agent_type rill_agent_mc_control = {
    .id = "mc_control",
    .summary = "on-policy Monte Carlo control: learns the action values of the policy it follows",
    .source = "Sutton & Barto (2018), section 5.4; Zhao (2025), section 5.4",
    .params = mc_control_param_table,
    .params_size = sizeof(mc_params),
    .agent_size = sizeof(monte_carlo),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .is_linear = true,
    .prepare = mc_prepare,
    .count_states = mc_count_states,
    .layout = mc_layout,
    .begin = rill_td_begin,
    .start = mc_control_start,
    .step = mc_control_step,
    .finish = mc_control_finish,
};
