/// Off-policy n-step Sarsa: n-step Sarsa about one policy from the actions of another, weighted by
/// how much likelier the first would have taken them.
///
/// Sutton & Barto (2018), section 7.3, box "Off-policy n-step Sarsa for estimating Q ~ q* or q_pi".
/// The target policy pi is `policy`, the behaviour policy b is `behaviour`. Where they depend on the
/// estimates, the ratio of an action is that of the moment in which it was chosen.
///
/// Where an episode is cut off, what is less than n steps old bootstraps from the last state and the
/// action that b would have taken in it.
#include "agents/n_step.h"

static const rill_param n_step_off_policy_sarsa_param_table[] = {N_STEP_PARAMS, RILL_PARAM_END};

/// rho_{tau+1:end}, the product of pi(A_k|S_k) / b(A_k|S_k)   (S&B eq. 7.10); the pair that the
/// estimate is of counts, and there is none when the episode terminated.
static double product_of_ratios(const rill_agent *agent, int64_t tau, int64_t end)
{
    double rho = 1.0;
    for (int64_t k = tau + 1; k <= end && n_step_has(agent, k); k++) {
        rho *= n_step_at(agent, k)->ratio;
    }
    return rho;
}

/// Q(S_tau,A_tau) <- Q(S_tau,A_tau) + alpha rho [G - Q(S_tau,A_tau)]   (S&B eq. 7.11)
static void learn(rill_agent *agent, int64_t tau, int64_t end)
{
    const rill_moment *moment = n_step_at(agent, tau);
    const double rho = product_of_ratios(agent, tau, end);
    const double alpha = rill_td_alpha(agent, moment->state, moment->action);
    const double td_error = n_step_return(agent, tau, end) - n_step_estimate(agent, moment);
    rill_td_add(agent, moment->state, moment->action, alpha * rho * td_error);
    agent->memory->td_error = td_error;
    agent->memory->update++;
}

static rill_action n_step_off_policy_sarsa_start(rill_agent *agent, rill_observation observation)
{
    rill_history_clear(n_step_history(agent));
    return (rill_action){.index = n_step_behave(agent, observation)->action};
}

static rill_action n_step_off_policy_sarsa_step(rill_agent *agent, double reward,
                                                rill_observation observation)
{
    const int64_t end = n_step_reward(agent, reward);
    const int32_t action = n_step_behave(agent, observation)->action;
    n_step_learn_next(agent, learn, end);
    return (rill_action){.index = action};
}

static void n_step_off_policy_sarsa_finish(rill_agent *agent, const rill_outcome *outcome,
                                           rill_observation observation)
{
    const int64_t end = n_step_reward(agent, outcome->reward);
    if (!outcome->terminated) {
        n_step_behave(agent, observation);
    }
    n_step_learn_rest(agent, learn, end);
}

extern const rill_agent_type rill_agent_n_step_off_policy_sarsa;
const rill_agent_type rill_agent_n_step_off_policy_sarsa = {
    .id = "n_step_off_policy_sarsa",
    .summary =
        "n-step Sarsa about one policy from the actions of another, with importance sampling",
    .source = "Sutton & Barto (2018), section 7.3",
    .params = n_step_off_policy_sarsa_param_table,
    .params_size = sizeof(n_step_params),
    .agent_size = sizeof(n_step_agent),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .has_behaviour = true,
    .is_linear = true,
    .count_states = n_step_count_states,
    .layout = n_step_layout,
    .begin = rill_td_begin,
    .start = n_step_off_policy_sarsa_start,
    .step = n_step_off_policy_sarsa_step,
    .finish = n_step_off_policy_sarsa_finish,
};
