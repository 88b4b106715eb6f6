/// Thompson sampling: takes each action as often as it is believed to be the best.
///
/// Thompson (1933), On the Likelihood that One Unknown Probability Exceeds Another in View of the
/// Evidence of Two Samples; Russo, Van Roy, Kazerouni, Osband and Wen (2018), A Tutorial on
/// Thompson Sampling, section 4. The mean reward of an action has a Gaussian prior, rewards are
/// Gaussian with a known standard deviation; so the posterior after n rewards is Gaussian with
///     precision  1 / prior_sd^2 + n / reward_sd^2 = (k + n) / reward_sd^2
///     mean       (k prior_mean + sum of rewards) / (k + n)
/// where k = reward_sd^2 / prior_sd^2: the prior is worth k rewards. Each observation has its own
/// beliefs. Choosing draws a standard normal for each action in order, and one number for ties.
#include <math.h>
#include <rill/agent_define.h>

typedef struct thompson_bandit_params {
    double prior_mean, prior_sd, reward_sd;
} thompson_bandit_params;

static const rill_param thompson_bandit_param_table[] = {
    RILL_REAL(thompson_bandit_params, prior_mean, "0", -1e300, 1e300,
              "mean of the prior of an action's mean reward"),
    RILL_REAL(thompson_bandit_params, prior_sd, "1", 1e-9, 1e9, "its standard deviation"),
    RILL_REAL(thompson_bandit_params, reward_sd, "1", 1e-9, 1e9,
              "standard deviation of the rewards of an action"),
    RILL_PARAM_END,
};

typedef struct thompson_bandit {
    rill_agent base; ///< its `value` is the posterior mean, (n_features, n_actions)
    rill_td_last *last;
    int64_t *counts; ///< (n_features, n_actions) rewards seen
    double *samples; ///< (n_actions)
} thompson_bandit;

static void thompson_bandit_layout(rill_agent *agent, rill_arena *arena)
{
    thompson_bandit *self = (thompson_bandit *)agent;
    const size_t n_actions = (size_t)agent->value.n_outputs;
    const size_t n = (size_t)agent->value.n_features * n_actions;
    self->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
    self->counts = rill_arena_take(arena, n, sizeof(int64_t));
    self->samples = rill_arena_take(arena, n_actions, sizeof(double));
}

static void thompson_bandit_begin(rill_agent *agent)
{
    const thompson_bandit_params *params = agent->params;
    rill_linear_fill(&agent->value, params->prior_mean);
}

/// k, what the prior is worth in rewards
static inline double prior_weight(const thompson_bandit_params *params)
{
    const double ratio = params->reward_sd / params->prior_sd;
    return ratio * ratio;
}

/// A <- argmax_a of a sample from the posterior of each a
static rill_action choose(rill_agent *agent, rill_observation observation)
{
    const thompson_bandit *self = (const thompson_bandit *)agent;
    const thompson_bandit_params *params = agent->params;
    const rill_state state = rill_agent_perceive(agent, observation);
    const int32_t n_actions = agent->value.n_outputs;
    const double k = prior_weight(params);
    const double *mean = rill_td_row(agent, state);
    const int64_t *counts = self->counts + (ptrdiff_t)state * n_actions;
    rill_rng *rng = &agent->memory->rng;
    for (int32_t a = 0; a < n_actions; a++) {
        const double sd = params->reward_sd / sqrt(k + (double)counts[a]);
        self->samples[a] = mean[a] + sd * rill_rng_standard_normal(rng);
    }
    rill_td_last last = {state, rill_epsilon_greedy(self->samples, 0.0, rng, n_actions)};
    agent->memory->step++;
    *self->last = last;
    return (rill_action){.index = last.action};
}

/// mean <- mean + (R - mean) / (k + n), where n counts this reward too
static inline void learn(rill_agent *agent, double reward)
{
    const thompson_bandit *self = (const thompson_bandit *)agent;
    const rill_td_last last = *self->last;
    int64_t *count = self->counts + (ptrdiff_t)last.state * agent->value.n_outputs + last.action;
    double *mean = rill_td_row(agent, last.state) + last.action;
    const double error = reward - *mean;
    *mean += error / (prior_weight(agent->params) + (double)++*count);
    agent->memory->td_error = error;
    agent->memory->update++;
}

static rill_action thompson_bandit_start(rill_agent *agent, rill_observation observation)
{
    return choose(agent, observation);
}

static rill_action thompson_bandit_step(rill_agent *agent, double reward,
                                        rill_observation observation)
{
    learn(agent, reward);
    return choose(agent, observation);
}

static void thompson_bandit_finish(rill_agent *agent, const rill_outcome *outcome,
                                   rill_observation observation)
{
    (void)observation;
    learn(agent, outcome->reward);
}

extern const rill_agent_type rill_agent_thompson_bandit;
const rill_agent_type rill_agent_thompson_bandit = {
    .id = "thompson_bandit",
    .summary = "bandit: samples from its beliefs about Gaussian rewards and acts on the sample",
    .source = "Thompson (1933); Russo et al. (2018), section 4",
    .params = thompson_bandit_param_table,
    .params_size = sizeof(thompson_bandit_params),
    .agent_size = sizeof(thompson_bandit),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .layout = thompson_bandit_layout,
    .begin = thompson_bandit_begin,
    .start = thompson_bandit_start,
    .step = thompson_bandit_step,
    .finish = thompson_bandit_finish,
};
