/// n-step Sarsa: on-policy control from n rewards and the estimate of the pair after them.
///
/// Sutton & Barto (2018), section 7.2, box "n-step Sarsa for estimating Q ~ q* or q_pi"; Zhao (2025),
/// section 7.3. n = 1 is Sarsa; an n as long as the episode is constant-alpha Monte Carlo, every
/// visit. On features it is the semi-gradient method of section 10.2.
///
/// Where an episode is cut off, what is less than n steps old bootstraps from the last state and the
/// action that would have been taken in it.
#include "agents/n_step.h"

static const rill_param n_step_sarsa_param_table[] = {N_STEP_PARAMS, RILL_PARAM_END};

/// G <- R_{tau+1} + ... + gamma^{n-1} R_{tau+n} + gamma^n Q(S_{tau+n},A_{tau+n})   (S&B eq. 7.4)
/// Q(S_tau,A_tau) <- Q(S_tau,A_tau) + alpha [G - Q(S_tau,A_tau)]                   (S&B eq. 7.5)
static void learn(rill_agent *agent, int64_t tau, int64_t end)
{
    const double g = n_step_return(agent, tau, end);
    const rill_moment *moment = n_step_at(agent, tau);
    rill_td_update(agent, moment->state, moment->action, g);
}

static rill_action n_step_sarsa_start(rill_agent *agent, rill_observation observation)
{
    rill_history_clear(n_step_history(agent));
    return (rill_action){.index = n_step_behave(agent, observation)->action};
}

static rill_action n_step_sarsa_step(rill_agent *agent, double reward, rill_observation observation)
{
    const int64_t end = n_step_reward(agent, reward);
    const int32_t action = n_step_behave(agent, observation)->action;
    n_step_learn_next(agent, learn, end);
    return (rill_action){.index = action};
}

static void n_step_sarsa_finish(rill_agent *agent, const rill_outcome *outcome,
                                rill_observation observation)
{
    const int64_t end = n_step_reward(agent, outcome->reward);
    if (!outcome->terminated) {
        n_step_behave(agent, observation);
    }
    n_step_learn_rest(agent, learn, end);
}

extern const rill_agent_type rill_agent_n_step_sarsa;
const rill_agent_type rill_agent_n_step_sarsa = {
    .id = "n_step_sarsa",
    .summary = "on-policy control from n rewards and the estimate of the pair after them",
    .source = "Sutton & Barto (2018), sections 7.2 and 10.2; Zhao (2025), section 7.3",
    .params = n_step_sarsa_param_table,
    .params_size = sizeof(n_step_params),
    .agent_size = sizeof(n_step_agent),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .is_linear = true,
    .count_states = n_step_count_states,
    .layout = n_step_layout,
    .begin = rill_td_begin,
    .start = n_step_sarsa_start,
    .step = n_step_sarsa_step,
    .finish = n_step_sarsa_finish,
};
