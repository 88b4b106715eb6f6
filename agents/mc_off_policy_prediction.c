/// Off-policy Monte Carlo prediction: the value of one policy from episodes of another.
///
/// Sutton & Barto (2018), section 5.5, eq. 5.5 (ordinary importance sampling) and 5.6 (weighted),
/// incremental as in section 5.6, box "Off-policy MC prediction (policy evaluation)"; for state
/// values, so that the ratio that goes with V(S_t) includes A_t.
///
/// `policy` is the target pi, `behaviour` is b, which must be able to take any action of pi.
#include "agents/monte_carlo.h"

enum { WEIGHTED, ORDINARY };
static const char *const weighting_words[] = {"weighted", "ordinary", NULL};

typedef struct mc_off_policy_prediction_params {
    mc_params mc;
    int weighting;
} mc_off_policy_prediction_params;

static const rill_param mc_off_policy_prediction_param_table[] = {
    MC_PARAMS, MC_VISITS,
    RILL_CHOICE(mc_off_policy_prediction_params, weighting, "weighted", weighting_words,
                "importance sampling: weighted, of less variance, or ordinary, without bias"),
    RILL_PARAM_END};

typedef struct mc_off_policy_prediction {
    monte_carlo mc;
    double *b; ///< (n_actions) for a moment's use
    double *c; ///< (n_features) C(s): sum of the weights so far; ordinary: number of returns
} mc_off_policy_prediction;

static void mc_off_policy_prediction_layout(rill_agent *agent, rill_arena *arena)
{
    mc_off_policy_prediction *self = (mc_off_policy_prediction *)agent;
    mc_layout(agent, arena);
    self->b = rill_arena_take(arena, (size_t)agent->action_space.size, sizeof(double));
    self->c = rill_arena_take(arena, (size_t)agent->value.n_features, sizeof(double));
}

/// A_t by b, and its ratio pi(A_t|S_t) / b(A_t|S_t).
static inline rill_action act(rill_agent *agent, rill_state state)
{
    const mc_off_policy_prediction *self = (mc_off_policy_prediction *)agent;
    const double *pi = self->mc.probabilities, *b = self->b;
    rill_td_target(agent, state, self->mc.probabilities);
    rill_td_behaviour(agent, state, self->b);
    const int32_t action = rill_td_behave(agent, state);
    rill_history_append(&self->mc.episode, state, action)->ratio = pi[action] / b[action];
    return (rill_action){.index = action};
}

/// Puts the products of the ratios to the end in their place:
///     W_t = W_{t+1} pi(A_t|S_t) / b(A_t|S_t)   (S&B eq. 5.3)
static inline void weigh(const rill_history *episode)
{
    double w = 1.0;
    for (int64_t t = *episode->length - 1; t >= 0; t--) {
        rill_moment *moment = &episode->moments[t];
        w *= moment->ratio;
        moment->ratio = w;
    }
}

/// Where a visit counts (S&B eq. 5.8 for 5.6, and likewise for 5.5):
///     weighted:  C <- C + W_t,  V(S_t) <- V(S_t) + W_t / C [G_t - V(S_t)]
///     ordinary:  C <- C + 1,    V(S_t) <- V(S_t) + 1 / C [W_t G_t - V(S_t)]
static inline void update(rill_agent *agent, const rill_moment *moment)
{
    const mc_off_policy_prediction *self = (mc_off_policy_prediction *)agent;
    const mc_off_policy_prediction_params *params = agent->params;
    double *c = &self->c[moment->state], *v = rill_td_row(agent, moment->state);
    const double w = moment->ratio, g = moment->reward;
    if (params->weighting == WEIGHTED) {
        if (w == 0.0) {
            return;
        }
        *c += w;
        agent->memory->td_error = g - *v;
        *v += w / *c * (g - *v);
    } else {
        *c += 1.0;
        agent->memory->td_error = w * g - *v;
        *v += (w * g - *v) / *c;
    }
    agent->memory->update++;
}

static void learn(rill_agent *agent, double last)
{
    const monte_carlo *mc = (monte_carlo *)agent;
    mc_returns(mc, last);
    weigh(&mc->episode);
    for (int64_t t = 0; t < *mc->episode.length; t++) {
        if (mc_counts(mc, &mc->episode.moments[t])) {
            update(agent, &mc->episode.moments[t]);
        }
    }
}

static rill_action mc_off_policy_prediction_start(rill_agent *agent, rill_observation observation)
{
    mc_begin_episode((monte_carlo *)agent);
    return act(agent, rill_agent_perceive(agent, observation));
}

static rill_action mc_off_policy_prediction_step(rill_agent *agent, double reward,
                                                 rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    const monte_carlo *mc = (monte_carlo *)agent;
    if (mc_receive(mc, reward)) {
        learn(agent, *rill_td_row(agent, state));
        mc_begin_episode(mc);
    }
    return act(agent, state);
}

static void mc_off_policy_prediction_finish(rill_agent *agent, const rill_outcome *outcome,
                                            rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    mc_receive((monte_carlo *)agent, outcome->reward);
    learn(agent, outcome->terminated ? 0.0 : *rill_td_row(agent, state));
}

extern const rill_agent_type rill_agent_mc_off_policy_prediction;
const rill_agent_type rill_agent_mc_off_policy_prediction = {
    .id = "mc_off_policy_prediction",
    .summary = "Monte Carlo prediction from another policy's episodes, by importance sampling",
    .source = "Sutton & Barto (2018), sections 5.5 and 5.6",
    .params = mc_off_policy_prediction_param_table,
    .params_size = sizeof(mc_off_policy_prediction_params),
    .agent_size = sizeof(mc_off_policy_prediction),
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .default_policy = "uniform",
    .has_behaviour = true,
    .layout = mc_off_policy_prediction_layout,
    .begin = rill_td_begin,
    .start = mc_off_policy_prediction_start,
    .step = mc_off_policy_prediction_step,
    .finish = mc_off_policy_prediction_finish,
};
