/// REINFORCE: Monte Carlo policy gradient, with or without a learned baseline.
///
/// Sutton & Barto (2018), sections 13.3 and 13.4, boxes "REINFORCE: Monte-Carlo Policy-Gradient Control
/// (episodic)" and "REINFORCE with Baseline (episodic)"; Williams (1992); Zhao (2025), Algorithm 9.1.
/// At the end of an episode, for each of its steps t, with the return G_t (eq. 13.8, 13.11):
///     delta = G_t - v(S_t,w)       (without a baseline: G_t)
///     w <- w + alpha_w delta grad v(S_t,w)
///     theta <- theta + alpha_theta gamma^t delta grad ln pi(A_t|S_t,theta)
/// With `batch` 0 this is done step after step, as in the boxes. With `batch` k the policy moves once
/// in k episodes, by the mean over these of the sums of its gradients, all of the policy that acted:
///     theta <- theta + alpha_theta g,   g = (1/k) sum_episodes sum_t gamma^t delta_t grad ln pi(A_t|S_t)
/// The values move after each episode, step after step, so that a baseline has not seen the returns that
/// it is taken from: the gradient has no bias.
/// Then the delta may be normalised (to mean 0 and standard deviation 1 over the batch), and g may
/// be replaced by the natural gradient F^-1 g, with F = E[grad ln pi grad ln pi'] + damping I from the
/// same samples (Kakade (2001)).
///
/// The room for an episode is `max_steps`; a longer one is learned from in pieces, each as if a time limit
/// had cut it. An episode that is cut goes on with the value of its last state, by the baseline; without
/// one it counts for what it has brought.
#include "agents/fisher.h"

#include <rill/actor.h>
#include <string.h>

enum { NO_BASELINE, LEARNED };
static const char *const baseline_words[] = {"none", "learned", NULL};

typedef struct reinforce_params {
    rill_actor_params actor;
    int baseline;
    bool discount_gradient;
    int64_t batch;
    bool normalise;
    bool natural;
    double damping;
    double entropy;
    int64_t max_steps;
} reinforce_params;

static const rill_param reinforce_param_table[] = {
    RILL_ACTOR_PARAMS,
    RILL_CHOICE(reinforce_params, baseline, "learned", baseline_words,
                "what returns are compared with: nothing, or learned state values"),
    RILL_BOOL(reinforce_params, discount_gradient, "true",
              "weigh the gradient of step t with gamma^t, as the policy gradient theorem says"),
    RILL_INTEGER(reinforce_params, batch, "0", 0, 1e6,
                 "episodes from one step of the policy to the next; 0: a step for each step taken, "
                 "one after the other"),
    RILL_BOOL(reinforce_params, normalise, "false",
              "bring what weighs the gradients to mean 0 and standard deviation 1 in a batch"),
    RILL_BOOL(reinforce_params, natural, "false", "follow the natural gradient, by batches"),
    RILL_REAL(reinforce_params, damping, "1e-3", 0.0, 1e12,
              "added to the diagonal of the Fisher matrix"),
    RILL_REAL(reinforce_params, entropy, "0", 0.0, 1e9,
              "weight of the policy's entropy, which is maximised too"),
    RILL_INTEGER(reinforce_params, max_steps, "10000", 1, 1e7,
                 "room for an episode; a longer one is learned from in pieces of so many steps"),
    RILL_PARAM_END,
};

/// A step t of the episode.
typedef struct reinforce_step {
    rill_state state;
    double reward; ///< R_{t+1}, then G_t
} reinforce_step;

typedef struct reinforce {
    rill_agent base;       ///< its `value` is w
    reinforce_step *steps; ///< (max_steps)
    double *actions;       ///< (max_steps, distribution.size) x of each action
    int64_t *length;       ///< steps of the episode so far
    double *score;         ///< (n_parameters) grad_eta ln pi, for a moment's use
    // of the batch
    int64_t *n_episodes, *n_samples;
    double *weighted;     ///< sum of gamma^t delta grad ln pi, as theta
    double *plain;        ///< sum of gamma^t grad ln pi
    double *bonus;        ///< sum of grad H
    double *sums;         ///< (2) of delta and its square
    fisher_matrix fisher; ///< sum of grad ln pi grad ln pi'
} reinforce;

static const reinforce_params *params_of(const rill_agent *agent)
{
    return (const reinforce_params *)agent->params;
}

static rill_status reinforce_prepare(rill_agent *agent, rill_error *error)
{
    const reinforce_params *params = params_of(agent);
    if (params->batch == 0 && (params->normalise || params->natural)) {
        return rill_error_set(error, RILL_INVALID, params->natural ? "natural" : "normalise",
                              "is about batches of episodes: set batch to at least 1");
    }
    const bool is_plain = rill_actor_steps_plainly(agent);
    const char *optimiser = agent->actor.optimiser.type->id;
    if (params->batch == 0 && !is_plain) {
        return rill_error_set(error, RILL_INVALID, "batch",
                              "%s%s is for batches of episodes: set it to at least 1", optimiser,
                              strcmp(optimiser, "sgd") == 0 ? " with momentum" : "");
    }
    if (params->natural && !is_plain) {
        return rill_error_set(error, RILL_INVALID, "natural",
                              "a natural gradient is followed as it is: use sgd without momentum");
    }
    if (params->entropy > 0.0 && agent->actor.distribution.type->entropy == NULL) {
        return rill_error_set(error, RILL_INVALID, "entropy",
                              "that of %s has no closed form: leave it 0",
                              agent->actor.distribution.type->id);
    }
    return params->natural ? fisher_check(agent, error) : RILL_OK;
}

/// The states of an episode, and the one after it.
static int64_t reinforce_count_states(const rill_agent *agent)
{
    return params_of(agent)->max_steps + 1;
}

static void reinforce_layout(rill_agent *agent, rill_arena *arena)
{
    reinforce *self = (reinforce *)agent;
    const rill_distribution *distribution = &agent->actor.distribution;
    const reinforce_params *params = params_of(agent);
    const size_t max_steps = (size_t)params->max_steps, size = (size_t)distribution->size;
    const size_t n = params->batch == 0 ? 0 : (size_t)rill_actor_size(agent);
    self->steps = rill_arena_take(arena, max_steps, sizeof *self->steps);
    self->actions = rill_arena_take(arena, max_steps * size, sizeof(double));
    self->length = rill_arena_take(arena, 1, sizeof(int64_t));
    self->score = rill_arena_take(arena, (size_t)distribution->n_parameters, sizeof(double));
    self->n_episodes = rill_arena_take(arena, 1, sizeof(int64_t));
    self->n_samples = rill_arena_take(arena, 1, sizeof(int64_t));
    self->weighted = rill_arena_take(arena, n, sizeof(double));
    self->plain = rill_arena_take(arena, n, sizeof(double));
    self->bonus = rill_arena_take(arena, n, sizeof(double));
    self->sums = rill_arena_take(arena, 2, sizeof(double));
    self->fisher = fisher_take(arena, params->natural ? n : 0);
}

static double value(rill_agent *agent, rill_state state)
{
    return params_of(agent)->baseline == LEARNED ? rill_td_value(agent, state, 0) : 0.0;
}

/// A_t ~ pi(. | S_t, theta)
static rill_action act(rill_agent *agent, rill_state state)
{
    const reinforce *self = (reinforce *)agent;
    const int32_t size = agent->actor.distribution.size;
    const rill_action action = rill_actor_choose(agent, state);
    double *kept = self->actions + (ptrdiff_t)*self->length * size;
    for (int32_t i = 0; i < size; i++) {
        kept[i] = agent->actor.x[i];
    }
    self->steps[(*self->length)++] = (reinforce_step){state, 0.0};
    return action;
}

/// Adds the gradients of a step to those of the batch. `weight` is gamma^t.
static void gather(rill_agent *agent, rill_state state, double weight, double delta)
{
    const reinforce *self = (reinforce *)agent;
    const reinforce_params *params = params_of(agent);
    rill_actor_add(agent, self->weighted, state, self->score, weight * delta);
    rill_actor_add(agent, self->plain, state, self->score, weight);
    self->sums[0] += delta;
    self->sums[1] += delta * delta;
    ++*self->n_samples;
    if (params->natural) {
        fisher_add(&self->fisher, agent, state, self->score);
    }
    if (params->entropy > 0.0) {
        const rill_distribution *distribution = &agent->actor.distribution;
        distribution->type->entropy(distribution, rill_actor_parameters(agent, state), self->score);
        rill_actor_add(agent, self->bonus, state, self->score, weight);
    }
}

/// The step of the policy at the end of a batch.
static void move(rill_agent *agent)
{
    const reinforce *self = (reinforce *)agent;
    const reinforce_params *params = params_of(agent);
    const double k = (double)*self->n_episodes, n = (double)*self->n_samples;
    double mean = 0.0, scale = 1.0;
    if (params->normalise) {
        mean = self->sums[0] / n;
        const double variance = self->sums[1] / n - mean * mean;
        scale = variance > 0.0 ? 1.0 / sqrt(variance) : 0.0;
    }
    for (int64_t i = 0; i < rill_actor_size(agent); i++) {
        const double g = scale * (self->weighted[i] - mean * self->plain[i]);
        self->weighted[i] = (g + params->entropy * self->bonus[i]) / k;
    }
    const double alpha = rill_actor_alpha(agent);
    if (params->natural) {
        fisher_solve(&self->fisher, 1.0 / n, params->damping, self->weighted);
        for (int64_t i = 0; i < rill_actor_size(agent);
             i++) { // whatever the scales of the features
            agent->actor.theta.weights[i] += alpha * self->weighted[i];
        }
    } else {
        rill_actor_ascend(agent, self->weighted, alpha);
    }
    for (int64_t i = 0; i < rill_actor_size(agent); i++) {
        self->weighted[i] = self->plain[i] = self->bonus[i] = 0.0;
    }
    fisher_clear(&self->fisher);
    self->sums[0] = self->sums[1] = 0.0;
    *self->n_episodes = *self->n_samples = 0;
}

/// theta <- theta + alpha_theta gamma^t [delta grad ln pi(A_t|S_t) + entropy grad H(S_t)]
static void move_at_once(rill_agent *agent, rill_state state, double weight, double delta)
{
    const reinforce *self = (reinforce *)agent;
    const rill_distribution *distribution = &agent->actor.distribution;
    const double step = rill_actor_alpha(agent) * weight, entropy = params_of(agent)->entropy;
    const double *eta = entropy > 0.0 ? rill_actor_parameters(agent, state) : NULL;
    rill_actor_step(agent, state, self->score, step * delta);
    if (entropy > 0.0) { // of the policy before the step: eta is still its
        distribution->type->entropy(distribution, eta, self->score);
        rill_actor_step(agent, state, self->score, step * entropy);
    }
}

/// w <- w + alpha_w [G_t - v(S_t,w)] grad v(S_t,w)
static void learn_value(rill_agent *agent, int64_t t)
{
    const reinforce_step *at = &((reinforce *)agent)->steps[t];
    const double delta = at->reward - value(agent, at->state);
    if (params_of(agent)->baseline == LEARNED) {
        rill_td_add(agent, at->state, 0, rill_td_alpha(agent, at->state, 0) * delta);
    }
    agent->memory->td_error = delta;
    agent->memory->update++;
}

/// Learns from the episode. `last` is G_T: 0 where it ended, the value of S_T where it was cut.
static void learn(rill_agent *agent, double last)
{
    const reinforce *self = (reinforce *)agent;
    const reinforce_params *params = params_of(agent);
    const double gamma = params->actor.td.gamma;
    double g = last;
    for (int64_t t = *self->length - 1; t >= 0; t--) {
        g = self->steps[t].reward + gamma * g; // G_t = R_{t+1} + gamma G_{t+1}
        self->steps[t].reward = g;
    }
    const int64_t start = agent->memory->step - *self->length; // when the first action was chosen
    double weight = 1.0;
    for (int64_t t = 0; t < *self->length; t++) {
        const rill_state state = self->steps[t].state;
        const double delta = self->steps[t].reward - value(agent, state);
        rill_actor_score(agent, state, self->actions + t * agent->actor.distribution.size,
                         start + t, self->score);
        if (params->batch == 0) {
            move_at_once(agent, state, weight, delta);
            learn_value(agent, t);
        } else {
            gather(agent, state, weight, delta);
        }
        weight *= params->discount_gradient ? gamma : 1.0;
    }
    for (int64_t t = 0; params->batch > 0 && t < *self->length; t++) {
        learn_value(agent, t);
    }
    *self->length = 0;
    if (params->batch > 0 && ++*self->n_episodes == params->batch) {
        move(agent);
    }
}

static rill_action reinforce_start(rill_agent *agent, rill_observation observation)
{
    return act(agent, rill_agent_perceive(agent, observation));
}

static rill_action reinforce_step_on(rill_agent *agent, double reward, rill_observation observation)
{
    const reinforce *self = (reinforce *)agent;
    const rill_state state = rill_agent_perceive(agent, observation);
    self->steps[*self->length - 1].reward = reward;
    if (*self->length == params_of(agent)->max_steps) {
        learn(agent, value(agent, state));
    }
    return act(agent, state);
}

static void reinforce_finish(rill_agent *agent, const rill_outcome *outcome,
                             rill_observation observation)
{
    const reinforce *self = (reinforce *)agent;
    self->steps[*self->length - 1].reward = outcome->reward;
    learn(agent, outcome->terminated ? 0.0 : value(agent, rill_agent_perceive(agent, observation)));
}

static const rill_agent_measure measures[] = {
    RILL_ACTOR_MEASURES,
    RILL_MEASURE_END,
};

extern const rill_agent_type rill_agent_reinforce;
const rill_agent_type rill_agent_reinforce = {
    .id = "reinforce",
    .summary = "Monte Carlo policy gradient, with or without a learned baseline",
    .source = "Sutton & Barto (2018), sections 13.3, 13.4 and 13.7; Williams (1992)",
    .params = reinforce_param_table,
    .params_size = sizeof(reinforce_params),
    .agent_size = sizeof(reinforce),
    .measures = measures,
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .is_linear = true,
    .is_actor = true,
    .has_optimiser = true,
    .prepare = reinforce_prepare,
    .count_states = reinforce_count_states,
    .layout = reinforce_layout,
    .begin = rill_actor_begin,
    .start = reinforce_start,
    .step = reinforce_step_on,
    .finish = reinforce_finish,
};
