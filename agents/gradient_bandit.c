/// Gradient bandit: learns preferences, by stochastic gradient ascent on the expected reward.
///
/// Sutton & Barto (2018), section 2.8, eq. 2.11 and 2.12. The baseline is the average of all
/// rewards, the present one included, as in the book's empirical results (its footnote; the text's
/// average stops before the present reward, which is the same with step size alpha (1 - 1/t)). Each
/// observation has its own preferences and baseline. An action takes one uniform number, as that of
/// the policy softmax does.
#include <rill/agent_define.h>
#include <rill/math.h>

typedef struct gradient_bandit_params {
    rill_schedule alpha;
    bool baseline;
} gradient_bandit_params;

static const rill_param gradient_bandit_param_table[] = {
    RILL_RATE(gradient_bandit_params, alpha, "0.1", 0.0, 1e9, "step size"),
    RILL_BOOL(gradient_bandit_params, baseline, "true",
              "compare rewards with their average; false: with 0"),
    RILL_PARAM_END,
};

typedef struct gradient_bandit {
    rill_agent base; ///< its `value` is H, the preferences, (n_features, n_actions)
    rill_td_last *last;
    double *pi;         ///< (n_actions) pi_t, by which the last action was drawn
    double *average;    ///< (n_features) average reward
    int64_t *n_rewards; ///< (n_features) of how many
} gradient_bandit;

static void gradient_bandit_layout(rill_agent *agent, rill_arena *arena)
{
    gradient_bandit *self = (gradient_bandit *)agent;
    const size_t n_features = (size_t)agent->value.n_features;
    self->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
    self->pi = rill_arena_take(arena, (size_t)agent->value.n_outputs, sizeof(double));
    self->average = rill_arena_take(arena, n_features, sizeof(double));
    self->n_rewards = rill_arena_take(arena, n_features, sizeof(int64_t));
}

static void gradient_bandit_begin(rill_agent *agent)
{
    rill_linear_fill(&agent->value, 0.0);
}

/// Draws from pi(a) = exp(H(a)) / sum_b exp(H(b)), and writes it   (S&B eq. 2.11)
static int32_t softmax_draw(const double *h, double *pi, int32_t n, rill_rng *rng)
{
    const double best = rill_max(h, n); // exponents are <= 0: nothing overflows
    double sum = 0.0;
    for (int32_t a = 0; a < n; a++) {
        pi[a] = rill_exp(h[a] - best);
        sum += pi[a];
    }
    const double threshold = rill_rng_random(rng) * sum;
    int32_t action = 0;
    for (double cumulated = pi[0]; threshold >= cumulated && action < n - 1;) {
        cumulated += pi[++action];
    }
    for (int32_t a = 0; a < n; a++) {
        pi[a] /= sum;
    }
    return action;
}

static rill_action choose(rill_agent *agent, rill_observation observation)
{
    const gradient_bandit *self = (const gradient_bandit *)agent;
    const rill_state state = rill_agent_perceive(agent, observation);
    rill_td_last last = {state, softmax_draw(rill_td_row(agent, state), self->pi,
                                             agent->value.n_outputs, &agent->memory->rng)};
    agent->memory->step++;
    *self->last = last;
    return (rill_action){.index = last.action};
}

/// H(A) <- H(A) + alpha (R - average) (1 - pi(A)), and
/// H(a) <- H(a) - alpha (R - average) pi(a) for all a != A   (S&B eq. 2.12)
static void learn(rill_agent *agent, double reward)
{
    const gradient_bandit *self = (const gradient_bandit *)agent;
    const gradient_bandit_params *params = agent->params;
    const rill_td_last last = *self->last;
    double *average = &self->average[last.state];
    if (params->baseline) {
        *average += (reward - *average) / (double)++self->n_rewards[last.state];
    }
    const double advantage = reward - *average;
    const double step =
        rill_agent_step_size(agent, &params->alpha, last.state, last.action) * advantage;
    double *h = rill_td_row(agent, last.state);
    for (int32_t a = 0; a < agent->value.n_outputs; a++) {
        h[a] += step * ((a == last.action ? 1.0 : 0.0) - self->pi[a]);
    }
    agent->memory->td_error = advantage;
    agent->memory->update++;
}

static rill_action gradient_bandit_start(rill_agent *agent, rill_observation observation)
{
    return choose(agent, observation);
}

static rill_action gradient_bandit_step(rill_agent *agent, double reward,
                                        rill_observation observation)
{
    learn(agent, reward);
    return choose(agent, observation);
}

static void gradient_bandit_finish(rill_agent *agent, const rill_outcome *outcome,
                                   rill_observation observation)
{
    (void)observation;
    learn(agent, outcome->reward);
}

extern const rill_agent_type rill_agent_gradient_bandit;
const rill_agent_type rill_agent_gradient_bandit = {
    .id = "gradient_bandit",
    .summary = "bandit: learns preferences by gradient ascent; its estimates are preferences",
    .source = "Sutton & Barto (2018), section 2.8",
    .params = gradient_bandit_param_table,
    .params_size = sizeof(gradient_bandit_params),
    .agent_size = sizeof(gradient_bandit),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .layout = gradient_bandit_layout,
    .begin = gradient_bandit_begin,
    .start = gradient_bandit_start,
    .step = gradient_bandit_step,
    .finish = gradient_bandit_finish,
};
