/// n-step tree backup: off-policy control without importance sampling: at each state on the way the
/// actions not taken enter by their estimates, the one taken by what followed.
///
/// Sutton & Barto (2018), section 7.5, box "n-step Tree Backup for estimating Q ~ q* or q_pi". Precup,
/// Sutton and Singh (2000). The target policy pi is `policy`, taken at the time of the update; the
/// agent acts by `behaviour`. n = 1 is Expected Sarsa, and Q-learning when pi is greedy.
///
/// Where an episode is cut off, what is less than n steps old bootstraps from the expectation over
/// the actions of the last state.
#include "agents/n_step.h"

static const rill_param n_step_tree_backup_param_table[] = {N_STEP_PARAMS, RILL_PARAM_END};

/// sum_a pi(a|S_k) Q(S_k,a)
static double leaves(const rill_agent *agent, const rill_moment *moment)
{
    return rill_td_expected(agent, moment->state, n_step_target(agent, moment));
}

/// sum_{a != A_k} pi(a|S_k) Q(S_k,a) + pi(A_k|S_k) G
static double leaves_and_branch(const rill_agent *agent, const rill_moment *moment, double g)
{
    const double *target = n_step_target(agent, moment);
    const double *row = rill_td_values(agent, moment->state);
    double sum = 0.0;
    for (int32_t a = 0; a < agent->value.n_outputs; a++) {
        sum += target[a] * (a == moment->action ? g : row[a]);
    }
    return sum;
}

/// With k from the end down through tau + 1:
///     G <- R_{k+1} + gamma sum_a pi(a|S_{k+1}) Q(S_{k+1},a) at the end, R_T if it is terminal
///     G <- R_k + gamma sum_{a != A_k} pi(a|S_k) Q(S_k,a) + gamma pi(A_k|S_k) G   (S&B eq. 7.16)
/// Q(S_tau,A_tau) <- Q(S_tau,A_tau) + alpha [G - Q(S_tau,A_tau)]
static void learn(rill_agent *agent, int64_t tau, int64_t end)
{
    const double gamma = rill_td_params_of(agent)->gamma;
    double v = n_step_has(agent, end) ? leaves(agent, n_step_at(agent, end)) : 0.0;
    double g = n_step_at(agent, end - 1)->reward + gamma * v;
    for (int64_t k = end - 1; k > tau; k--) {
        v = leaves_and_branch(agent, n_step_at(agent, k), g);
        g = n_step_at(agent, k - 1)->reward + gamma * v;
    }
    const rill_moment *moment = n_step_at(agent, tau);
    rill_td_update(agent, moment->state, moment->action, g);
}

static rill_action n_step_tree_backup_start(rill_agent *agent, rill_observation observation)
{
    rill_history_clear(n_step_history(agent));
    return (rill_action){.index = n_step_behave(agent, observation)->action};
}

static rill_action n_step_tree_backup_step(rill_agent *agent, double reward,
                                           rill_observation observation)
{
    const int64_t end = n_step_reward(agent, reward);
    const int32_t action = n_step_behave(agent, observation)->action;
    n_step_learn_next(agent, learn, end);
    return (rill_action){.index = action};
}

static void n_step_tree_backup_finish(rill_agent *agent, const rill_outcome *outcome,
                                      rill_observation observation)
{
    const int64_t end = n_step_reward(agent, outcome->reward);
    if (!outcome->terminated) {
        const rill_state state = rill_agent_perceive(agent, observation);
        rill_history_append(n_step_history(agent), state, 0); // only its leaves are looked at
    }
    n_step_learn_rest(agent, learn, end);
}

extern const rill_agent_type rill_agent_n_step_tree_backup;
const rill_agent_type rill_agent_n_step_tree_backup = {
    .id = "n_step_tree_backup",
    .summary = "off-policy n-step control by expectations, without importance sampling",
    .source = "Sutton & Barto (2018), section 7.5; Precup, Sutton and Singh (2000)",
    .params = n_step_tree_backup_param_table,
    .params_size = sizeof(n_step_params),
    .agent_size = sizeof(n_step_agent),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .has_behaviour = true,
    .is_linear = true,
    .count_states = n_step_count_states,
    .layout = n_step_layout,
    .begin = rill_td_begin,
    .start = n_step_tree_backup_start,
    .step = n_step_tree_backup_step,
    .finish = n_step_tree_backup_finish,
};
