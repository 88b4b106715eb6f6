/// The offline lambda-return algorithm: the value of a given policy, from the lambda-returns of whole
/// episodes.
///
/// Sutton & Barto (2018), section 12.1. Its lambda-returns are of the values before the episode's
/// updates; these are made at its end, in the order of time. lambda = 1 is constant-alpha Monte
/// Carlo, every visit.
///
/// Where an episode is cut off, the lambda-returns end with the estimate of the state that it was cut
/// off in. An episode longer than `max_steps` is learned from in pieces, each as if cut off there.
#include "agents/td_history.h"

typedef struct offline_lambda_return_params {
    rill_td_params td;
    rill_schedule lambda;
    int64_t max_steps;
} offline_lambda_return_params;

static const rill_param offline_lambda_return_param_table[] = {
    RILL_TD_PARAMS,
    RILL_RATE(offline_lambda_return_params, lambda, "0.9", 0.0, 1.0,
              "weight of longer returns, as it is when the episode ends"),
    TD_HISTORY_MAX_STEPS(offline_lambda_return_params),
    RILL_PARAM_END,
};

/// The states of the history and the one after it.
static int64_t offline_lambda_return_count_states(const rill_agent *agent)
{
    return ((const offline_lambda_return_params *)agent->params)->max_steps + 1;
}

static void offline_lambda_return_layout(rill_agent *agent, rill_arena *arena)
{
    const offline_lambda_return_params *params = agent->params;
    ((td_history_agent *)agent)->history = rill_history_take(arena, params->max_steps);
}

/// G_t <- R_{t+1} + gamma [(1 - lambda) V(S_{t+1}) + lambda G_{t+1}]   (S&B eq. 12.3, exercise 12.1)
/// V(S_t) <- V(S_t) + alpha [G_t - V(S_t)]                            (S&B eq. 12.4)
/// G_T = V(S_T) = `last`
static void learn(rill_agent *agent, double last)
{
    const offline_lambda_return_params *params = agent->params;
    const rill_history *history = td_history(agent);
    const rill_agent_memory *memory = agent->memory;
    const double lambda = rill_schedule_at(&params->lambda, memory->update, memory->episode);
    double g = last, next = last;
    for (int64_t t = *history->length - 1; t >= 0; t--) {
        rill_moment *moment = rill_history_at(history, t);
        g = moment->reward + params->td.gamma * ((1.0 - lambda) * next + lambda * g);
        moment->reward = g; // from here on the lambda-return that begins with it
        next = rill_td_value(agent, moment->state, 0);
    }
    for (int64_t t = 0; t < *history->length; t++) {
        const rill_moment *moment = rill_history_at(history, t);
        rill_td_update(agent, moment->state, 0, moment->reward);
    }
}

static rill_action offline_lambda_return_step(rill_agent *agent, double reward,
                                              rill_observation observation)
{
    return td_history_step(agent, reward, observation, learn);
}

static void offline_lambda_return_finish(rill_agent *agent, const rill_outcome *outcome,
                                         rill_observation observation)
{
    td_history_finish(agent, outcome, observation, learn);
}

extern const rill_agent_type rill_agent_offline_lambda_return;
const rill_agent_type rill_agent_offline_lambda_return = {
    .id = "offline_lambda_return",
    .summary = "offline lambda-return prediction: learns state values at the end of each episode",
    .source = "Sutton & Barto (2018), section 12.1",
    .params = offline_lambda_return_param_table,
    .params_size = sizeof(offline_lambda_return_params),
    .agent_size = sizeof(td_history_agent),
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .default_policy = "uniform",
    .is_linear = true,
    .count_states = offline_lambda_return_count_states,
    .layout = offline_lambda_return_layout,
    .begin = rill_td_begin,
    .start = td_history_start,
    .step = offline_lambda_return_step,
    .finish = offline_lambda_return_finish,
};
