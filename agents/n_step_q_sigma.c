/// n-step Q(sigma): from step to step between sampling the next action, as Sarsa does, and the
/// expectation over it, as tree backup does.
///
/// Sutton & Barto (2018), section 7.6, box "Off-policy n-step Q(sigma) for estimating Q ~ q* or q_pi".
/// De Asis, Hernandez-Garcia, Holland and Sutton (2018), Multi-step Reinforcement Learning: A Unifying
/// Algorithm. The target policy pi is `policy`, taken at the time of the update; the agent acts by
/// `behaviour`; the ratio and the sigma of an action are those of the moment in which it was chosen.
///
/// sigma = 0 is tree backup. sigma = 1 is, with the box's control variates, n-step Sarsa by S&B eq.
/// 7.14, per-decision importance sampling included; without them, on-policy, it is n-step Sarsa
/// itself, as in the paper.
///
/// Where an episode is cut off, what is less than n steps old bootstraps from the last state and the
/// action that would have been taken in it.
#include "agents/n_step.h"

typedef struct n_step_q_sigma_params {
    n_step_params n_step;
    rill_schedule sigma;
    bool control_variates;
} n_step_q_sigma_params;

static const rill_param n_step_q_sigma_param_table[] = {
    N_STEP_PARAMS,
    RILL_RATE(n_step_q_sigma_params, sigma, "0.5", 0.0, 1.0,
              "degree of sampling: 0 takes the expectation, 1 the action taken"),
    RILL_BOOL(n_step_q_sigma_params, control_variates, "true",
              "what is sampled is the difference from the estimate, as in the book's box"),
    RILL_PARAM_END,
};

/// Chooses and stores A, sigma and rho.
static rill_action choose(rill_agent *agent, rill_observation observation)
{
    const n_step_q_sigma_params *params = agent->params;
    const rill_agent_memory *memory = agent->memory;
    const double sigma = rill_schedule_at(&params->sigma, memory->step, memory->episode);
    rill_moment *moment = n_step_behave(agent, observation);
    moment->sigma = sigma;
    return (rill_action){.index = moment->action};
}

/// What S_k is worth to the step before, when A_k and what followed are worth G. With the expectation
/// Vbar = sum_a pi(a|S_k) Q(S_k,a) it is
///     Vbar + (sigma rho + (1 - sigma) pi(A_k|S_k)) (G - Q(S_k,A_k))               (S&B eq. 7.17)
/// and without control variates
///     sigma rho G + (1 - sigma) (Vbar + pi(A_k|S_k) (G - Q(S_k,A_k)))
static double backed_up(const rill_agent *agent, const rill_moment *moment, double g)
{
    const double *target = n_step_target(agent, moment);
    const double expected = rill_td_expected(agent, moment->state, target);
    const double sampled = moment->sigma * moment->ratio;
    const double branch = (1.0 - moment->sigma) * target[moment->action];
    const double difference = g - n_step_estimate(agent, moment);
    if (((const n_step_q_sigma_params *)agent->params)->control_variates) {
        return expected + (sampled + branch) * difference;
    }
    return sampled * g + (1.0 - moment->sigma) * expected + branch * difference;
}

/// With G = Q(S_end,A_end) at first, unless the end is terminal, and k from the end through tau + 1:
///     G <- R_k + gamma (what S_k is worth)
/// Q(S_tau,A_tau) <- Q(S_tau,A_tau) + alpha [G - Q(S_tau,A_tau)]
static void learn(rill_agent *agent, int64_t tau, int64_t end)
{
    const double gamma = rill_td_params_of(agent)->gamma;
    double v = 0.0;
    if (n_step_has(agent, end)) {
        const rill_moment *moment = n_step_at(agent, end);
        v = backed_up(agent, moment, n_step_estimate(agent, moment));
    }
    double g = n_step_at(agent, end - 1)->reward + gamma * v;
    for (int64_t k = end - 1; k > tau; k--) {
        v = backed_up(agent, n_step_at(agent, k), g);
        g = n_step_at(agent, k - 1)->reward + gamma * v;
    }
    const rill_moment *moment = n_step_at(agent, tau);
    rill_td_update(agent, moment->state, moment->action, g);
}

static rill_action n_step_q_sigma_start(rill_agent *agent, rill_observation observation)
{
    rill_history_clear(n_step_history(agent));
    return choose(agent, observation);
}

static rill_action n_step_q_sigma_step(rill_agent *agent, double reward,
                                       rill_observation observation)
{
    const int64_t end = n_step_reward(agent, reward);
    const rill_action action = choose(agent, observation);
    n_step_learn_next(agent, learn, end);
    return action;
}

static void n_step_q_sigma_finish(rill_agent *agent, const rill_outcome *outcome,
                                  rill_observation observation)
{
    const int64_t end = n_step_reward(agent, outcome->reward);
    if (!outcome->terminated) {
        choose(agent, observation);
    }
    n_step_learn_rest(agent, learn, end);
}

/// Its time is counted in actions, not in updates as that of other rates.
static double sigma_in_force(const rill_agent *agent)
{
    const rill_agent_memory *memory = agent->memory;
    return rill_schedule_at(&((const n_step_q_sigma_params *)agent->params)->sigma, memory->step,
                            memory->episode);
}

static const rill_agent_measure measures[] = {
    {"sigma", "in force: degree of sampling of the next action", NULL, sigma_in_force},
    RILL_MEASURE_END,
};

extern const rill_agent_type rill_agent_n_step_q_sigma;
const rill_agent_type rill_agent_n_step_q_sigma = {
    .id = "n_step_q_sigma",
    .summary = "n-step control between Sarsa (sigma 1) and tree backup (sigma 0)",
    .source = "Sutton & Barto (2018), section 7.6; De Asis et al. (2018)",
    .params = n_step_q_sigma_param_table,
    .params_size = sizeof(n_step_q_sigma_params),
    .agent_size = sizeof(n_step_agent),
    .measures = measures,
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .has_behaviour = true,
    .is_linear = true,
    .count_states = n_step_count_states,
    .layout = n_step_layout,
    .begin = rill_td_begin,
    .start = n_step_q_sigma_start,
    .step = n_step_q_sigma_step,
    .finish = n_step_q_sigma_finish,
};
