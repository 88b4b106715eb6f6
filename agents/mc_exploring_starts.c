/// Monte Carlo control with exploring starts.
///
/// Sutton & Barto (2018), section 5.3, box "Monte Carlo ES (Exploring Starts), for estimating
/// pi ~ pi*"; Zhao (2025), algorithm 5.2, with `visits` every.
///
/// The first action of an episode is any, each as likely; the others are those of the policy, which
/// is greedy. The first state is the environment's matter: it must start, or pass, everywhere.
#include "agents/monte_carlo.h"

static const rill_param mc_exploring_starts_param_table[] = {MC_ALPHA, MC_PARAMS, MC_VISITS,
                                                             RILL_PARAM_END};

static inline rill_action take(rill_agent *agent, rill_state state, int32_t action)
{
    rill_history_append(&((monte_carlo *)agent)->episode, state, action);
    return (rill_action){.index = action};
}

/// Choose A_0 such that all pairs have probability > 0.
static rill_action mc_exploring_starts_start(rill_agent *agent, rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    mc_begin_episode((monte_carlo *)agent);
    agent->memory->step++;
    return take(agent, state,
                rill_epsilon_greedy(rill_td_row(agent, state), 1.0, &agent->memory->rng,
                                    agent->action_space.size));
}

/// The others follow pi.
static rill_action mc_exploring_starts_step(rill_agent *agent, double reward,
                                            rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    const monte_carlo *mc = (monte_carlo *)agent;
    if (mc_receive(mc, reward)) {
        mc_learn(agent, mc_expected(mc, state));
        mc_begin_episode(mc);
    }
    return take(agent, state, rill_td_choose(agent, state));
}

static void mc_exploring_starts_finish(rill_agent *agent, const rill_outcome *outcome,
                                       rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    const monte_carlo *mc = (monte_carlo *)agent;
    mc_receive(mc, outcome->reward);
    mc_learn(agent, outcome->terminated ? 0.0 : mc_expected(mc, state));
}

extern const rill_agent_type rill_agent_mc_exploring_starts;
const rill_agent_type rill_agent_mc_exploring_starts = {
    .id = "mc_exploring_starts",
    .summary = "Monte Carlo control whose episodes begin with any action and go on greedily",
    .source = "Sutton & Barto (2018), section 5.3; Zhao (2025), section 5.3",
    .params = mc_exploring_starts_param_table,
    .params_size = sizeof(mc_params),
    .agent_size = sizeof(monte_carlo),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "greedy",
    .layout = mc_layout,
    .begin = rill_td_begin,
    .start = mc_exploring_starts_start,
    .step = mc_exploring_starts_step,
    .finish = mc_exploring_starts_finish,
};
