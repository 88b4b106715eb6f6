/// n-step TD: the value of a given policy, from n rewards and the estimate of the state after them.
///
/// Sutton & Barto (2018), section 7.1, box "n-step TD for estimating V ~ v_pi". n = 1 is TD(0); an n
/// as long as the episode is constant-alpha Monte Carlo, every visit. On features it is the semi-gradient
/// method of section 9.4.
///
/// Where an episode is cut off, what is less than n steps old bootstraps from the state that it was
/// cut off in, by its estimate of that moment.
#include "agents/td_history.h"

typedef struct n_step_td_params {
    rill_td_params td;
    int64_t n;
} n_step_td_params;

static const rill_param n_step_td_param_table[] = {
    RILL_TD_PARAMS,
    RILL_INTEGER(n_step_td_params, n, "4", 1, 4096, "rewards before the estimate"),
    RILL_PARAM_END,
};

/// The states of the history and the one after it.
static int64_t n_step_td_count_states(const rill_agent *agent)
{
    return ((const n_step_td_params *)agent->params)->n + 1;
}

static void n_step_td_layout(rill_agent *agent, rill_arena *arena)
{
    const n_step_td_params *params = agent->params;
    ((td_history_agent *)agent)->history = rill_history_take(arena, params->n);
}

/// Updates S_tau, tau = t - n + 1, once R_{t+1} and S_{t+1} are known:
///     G <- R_{tau+1} + gamma R_{tau+2} + ... + gamma^n V(S_{tau+n})   (S&B eq. 7.1)
///     V(S_tau) <- V(S_tau) + alpha [G - V(S_tau)]                     (S&B eq. 7.2)
static rill_action n_step_td_step(rill_agent *agent, double reward, rill_observation observation)
{
    const n_step_td_params *params = agent->params;
    const rill_history *history = td_history(agent);
    const rill_state state = rill_agent_perceive(agent, observation);
    rill_history_last(history)->reward = reward;
    const int64_t tau = *history->length - params->n;
    if (tau >= 0) {
        double g = rill_td_value(agent, state, 0);
        for (int64_t i = *history->length - 1; i >= tau; i--) {
            g = rill_history_at(history, i)->reward + params->td.gamma * g;
        }
        rill_td_update(agent, rill_history_at(history, tau)->state, 0, g);
    }
    return td_history_act(agent, state);
}

/// Updates what is left, up to tau = T - 1: G ends with R_T, and on truncation with V(S_T).
static void n_step_td_finish(rill_agent *agent, const rill_outcome *outcome,
                             rill_observation observation)
{
    const n_step_td_params *params = agent->params;
    const rill_history *history = td_history(agent);
    const rill_state state = rill_agent_perceive(agent, observation);
    rill_history_last(history)->reward = outcome->reward;
    const int64_t end = *history->length;
    const int64_t first = end > params->n ? end - params->n : 0;
    double g = outcome->terminated ? 0.0 : rill_td_value(agent, state, 0);
    for (int64_t tau = end - 1; tau >= first; tau--) {
        rill_moment *moment = rill_history_at(history, tau);
        g = moment->reward + params->td.gamma * g;
        moment->reward = g; // from here on the return that begins with it
    }
    for (int64_t tau = first; tau < end; tau++) {
        const rill_moment *moment = rill_history_at(history, tau);
        rill_td_update(agent, moment->state, 0, moment->reward);
    }
}

extern const rill_agent_type rill_agent_n_step_td;
const rill_agent_type rill_agent_n_step_td = {
    .id = "n_step_td",
    .summary =
        "n-step TD prediction: learns the state values of a given policy from n rewards each",
    .source = "Sutton & Barto (2018), sections 7.1 and 9.4",
    .params = n_step_td_param_table,
    .params_size = sizeof(n_step_td_params),
    .agent_size = sizeof(td_history_agent),
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .default_policy = "uniform",
    .is_linear = true,
    .count_states = n_step_td_count_states,
    .layout = n_step_td_layout,
    .begin = rill_td_begin,
    .start = td_history_start,
    .step = n_step_td_step,
    .finish = n_step_td_finish,
};
