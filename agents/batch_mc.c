/// Batch Monte Carlo: the value of a given policy that constant-alpha Monte Carlo converges to when
/// all experience so far is presented again and again, after every episode.
///
/// Sutton & Barto (2018), section 6.3. The limit is the average of the returns that followed each
/// visit to a state (every visit, as in the book's example), which is what is kept; a state that was
/// never left keeps `initial_value`.
///
/// Where an episode is cut off, its returns end with the estimate of the state that it was cut off in,
/// as it was then. An episode longer than `max_steps` is learned from in pieces, each as if cut off
/// there.
#include "agents/td_history.h"

typedef struct batch_mc_params {
    double gamma, initial_value;
    int64_t max_steps;
} batch_mc_params;

static const rill_param batch_mc_param_table[] = {
    RILL_REAL(batch_mc_params, gamma, "1", 0.0, 1.0, "discount per step"),
    RILL_REAL(batch_mc_params, initial_value, "0", -1e300, 1e300, "every estimate at the start"),
    TD_HISTORY_MAX_STEPS(batch_mc_params),
    RILL_PARAM_END,
};

typedef struct batch_mc {
    td_history_agent base;
    int64_t *n_left; ///< (n_features) N(s)
    double *returns; ///< (n_features) sum of the returns after s
} batch_mc;

static void batch_mc_layout(rill_agent *agent, rill_arena *arena)
{
    const batch_mc_params *params = agent->params;
    batch_mc *self = (batch_mc *)agent;
    const size_t n = (size_t)agent->features.size;
    self->n_left = rill_arena_take(arena, n, sizeof(int64_t));
    self->returns = rill_arena_take(arena, n, sizeof(double));
    self->base.history = rill_history_take(arena, params->max_steps);
}

static void batch_mc_begin(rill_agent *agent)
{
    const batch_mc_params *params = agent->params;
    rill_linear_fill(&agent->value, params->initial_value);
}

/// G_t <- R_{t+1} + gamma G_{t+1}, with G_T = `last`
/// V(s) <- sum of all G_t with S_t = s, over N(s)
static void learn(rill_agent *agent, double last)
{
    const batch_mc_params *params = agent->params;
    const batch_mc *self = (const batch_mc *)agent;
    const rill_history *history = td_history(agent);
    double g = last;
    for (int64_t t = *history->length - 1; t >= 0; t--) {
        const rill_moment *moment = rill_history_at(history, t);
        g = moment->reward + params->gamma * g;
        double *value = rill_td_row(agent, moment->state);
        agent->memory->td_error = g - *value;
        self->n_left[moment->state]++;
        self->returns[moment->state] += g;
        *value = self->returns[moment->state] / (double)self->n_left[moment->state];
        agent->memory->update++;
    }
}

static rill_action batch_mc_step(rill_agent *agent, double reward, rill_observation observation)
{
    return td_history_step(agent, reward, observation, learn);
}

static void batch_mc_finish(rill_agent *agent, const rill_outcome *outcome,
                            rill_observation observation)
{
    td_history_finish(agent, outcome, observation, learn);
}

extern const rill_agent_type rill_agent_batch_mc;
const rill_agent_type rill_agent_batch_mc = {
    .id = "batch_mc",
    .summary = "batch Monte Carlo prediction: averages all returns of each state",
    .source = "Sutton & Barto (2018), section 6.3",
    .params = batch_mc_param_table,
    .params_size = sizeof(batch_mc_params),
    .agent_size = sizeof(batch_mc),
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .default_policy = "uniform",
    .layout = batch_mc_layout,
    .begin = batch_mc_begin,
    .start = td_history_start,
    .step = batch_mc_step,
    .finish = batch_mc_finish,
};
