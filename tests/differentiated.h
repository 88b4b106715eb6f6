/// What the tests of pathwise gradients share: an episode replayed with its noise and other weights.
#ifndef RILL_TESTS_DIFFERENTIATED_H
#define RILL_TESTS_DIFFERENTIATED_H

#include "tests/linear_agents.h"

enum { REPLAY_STEPS = 64, REPLAY_NOISE = 8, REPLAY_ETA = 16, REPLAY_FEATURES = 256 };

/// An episode: the environment before each step, whole, and the noise of each action.
typedef struct replay {
    rill_env *env;
    rill_agent *agent; ///< its distribution and features are used, nothing else
    int length;
    unsigned char *before[REPLAY_STEPS]; ///< as `rill_env_save`
    double noise[REPLAY_STEPS][REPLAY_NOISE];
    double gamma, entropy;
} replay;

/// eta(o) = theta' x(o), free parameters the weights of feature 0.
static inline void replay_eta(const rill_agent *agent, const double *theta,
                              rill_observation observation, double *eta)
{
    const rill_distribution *distribution = &agent->actor.distribution;
    const rill_features *features = &agent->features;
    int32_t indices[REPLAY_FEATURES];
    double x[REPLAY_FEATURES];
    const int32_t n = distribution->n_parameters;
    ck_assert(features->n_active <= REPLAY_FEATURES && n <= REPLAY_ETA);
    const int32_t n_active = rill_features_encode(features, NULL, true, observation, indices, x);
    for (int32_t j = 0; j < n; j++) {
        eta[j] = j < n - distribution->n_free ? 0.0 : theta[j];
        for (int32_t i = 0; i < n_active && j < n - distribution->n_free; i++) {
            eta[j] += x[i] * theta[indices[i] * n + j];
        }
    }
}

/// sum of gamma^t (R_{t+1} + entropy H(S_t)) over the steps from..to-1, from the state that there was,
/// by other weights: the noise is the same, of the environment too.
static inline double replay_return(const replay *r, const double *theta, int from, int to)
{
    const rill_distribution *distribution = &r->agent->actor.distribution;
    double sum = 0.0, eta[REPLAY_ETA], x[REPLAY_NOISE];
    float action[REPLAY_NOISE];
    rill_env_restore(r->env, r->before[from]);
    for (int t = from; t < to; t++) {
        rill_outcome outcome;
        replay_eta(r->agent, theta, rill_env_observe(r->env), eta);
        distribution->type->sample(distribution, eta, r->noise[t], x);
        for (int32_t k = 0; k < distribution->size; k++) {
            action[k] = (float)x[k];
        }
        rill_env_step(r->env, (rill_action){.box = action}, &outcome);
        const double h =
            r->entropy > 0.0 ? distribution->type->entropy(distribution, eta, NULL) : 0.0;
        sum += pow(r->gamma, t) * (outcome.reward + r->entropy * h);
    }
    return sum;
}

/// The same over windows of `horizon` steps, each from the state that there was at its beginning.
static inline double replay_windows(const replay *r, const double *theta, int horizon)
{
    double sum = 0.0;
    for (int from = 0; from < r->length; from += horizon) {
        const int to = from + horizon < r->length ? from + horizon : r->length;
        sum += replay_return(r, theta, from, to);
    }
    return sum;
}

static inline void replay_release(replay *r)
{
    for (int t = 0; t < r->length; t++) {
        free(r->before[t]);
    }
}

/// The agent's gradient of one episode of `length` steps, as its step of the weights, to `gradient` (size):
/// it has batch 1 and step size 1. Keeps the episode in `r`.
static inline void replay_record(replay *r, int length, double *gradient)
{
    rill_outcome outcome;
    const rill_linear *theta = &r->agent->actor.theta;
    const int32_t size = theta->n_features * theta->n_outputs;
    memcpy(gradient, theta->weights, (size_t)size * sizeof *gradient);
    rill_action action = rill_agent_start(r->agent, rill_env_reset(r->env));
    for (int t = 0; t < length; t++) {
        r->before[t] = malloc(r->env->data_size);
        rill_env_save(r->env, r->before[t]);
        memcpy(r->noise[t], r->agent->actor.noise,
               (size_t)r->agent->actor.distribution.n_noise * sizeof(double));
        r->length = t + 1;
        const rill_observation observation = rill_env_step(r->env, action, &outcome);
        ck_assert(!outcome.terminated);
        if (t + 1 == length) {
            rill_agent_finish(r->agent, &outcome, observation);
        } else {
            action = rill_agent_step(r->agent, outcome.reward, observation);
        }
    }
    for (int32_t i = 0; i < size; i++) {
        gradient[i] = theta->weights[i] - gradient[i];
    }
}

#endif
