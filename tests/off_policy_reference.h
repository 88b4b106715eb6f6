/// What the tests of off-policy prediction share: worlds with two policies, an agent followed step by step
/// by its rule in dense vectors, and the exact mean of its updates, from the model.
#ifndef RILL_TESTS_OFF_POLICY_REFERENCE_H
#define RILL_TESTS_OFF_POLICY_REFERENCE_H

#include "tests/linear_world.h"

static const features_of off_policy_maps[] = {
    {.id = "polynomial", .settings = "order=2 from=-1"},
    {.id = "tile_coding", .settings = "tilings=3 tiles=3"},
    {.id = "fourier", .settings = "order=2 scale_step_size=false"},
    {.id = "one_hot", .settings = ""},
};
enum { OFF_POLICY_MAPS = sizeof off_policy_maps / sizeof off_policy_maps[0] };

/// Policies that differ, from state to state and from each other; ratios are 1/2 to 2.
static inline void off_policy_part(linear_world *w)
{
    linear_policy(w->policy, w->n_states, LINEAR_ACTIONS, 1);
    linear_policy(w->behaviour, w->n_states, LINEAR_ACTIONS, 2);
}

/// Without an end.
static inline linear_world off_policy_random(features_of map)
{
    linear_world w = linear_random(6, 0.8, map);
    off_policy_part(&w);
    return w;
}

/// With ends.
static inline linear_world off_policy_walk(features_of map)
{
    linear_world w = linear_walk("n_states=7", 0.9, map);
    off_policy_part(&w);
    return w;
}

// ---- step by step ----

/// What a method keeps, in dense vectors.
typedef struct off_policy_memory {
    double w[LINEAR_FEATURES], u[LINEAR_FEATURES], z[LINEAR_FEATURES];
    double followon;
} off_policy_memory;

/// One step of a method, in dense vectors.
typedef struct off_policy_moment {
    const linear_world *world;
    const double *x, *next; ///< x(S), x(S'); the second zeros after termination
    double reward, ratio, td_error;
    bool is_first; ///< of its episode
} off_policy_moment;

typedef void off_policy_rule(const off_policy_moment *m, off_policy_memory *memory);

/// After every step of 50 episodes, ended and cut off ones, the agent's weights are those of the rule.
static inline void off_policy_follow(const char *id, const char *settings, off_policy_rule *rule)
{
    static linear_episode e;
    static const double zeros[LINEAR_FEATURES] = {0.0};
    for (int i = 0; i < 2 * OFF_POLICY_MAPS; i++) {
        const features_of map = off_policy_maps[i / 2];
        linear_world w = i % 2 == 0 ? off_policy_random(map) : off_policy_walk(map);
        off_policy_memory memory = {.w = {0.0}};
        int n_terminated = 0, n_cut = 0;
        rill_agent *agent = linear_agent_in(&w, id, settings);
        ck_assert_ptr_nonnull(agent->behaviour.type);
        w.max_steps = 15;
        for (int k = 0; k < 50; k++) {
            linear_play(&w, agent, &e);
            for (int32_t t = 0; t < e.length; t++) {
                const bool is_end = e.terminated && t + 1 == e.length;
                const double *x = w.x[e.states[t]], *next = is_end ? zeros : w.x[e.states[t + 1]];
                const double td_error = e.rewards[t + 1] +
                                        w.gamma * linear_dot(&w, memory.w, next) -
                                        linear_dot(&w, memory.w, x);
                const off_policy_moment m = {
                    &w, x, next, e.rewards[t + 1], linear_ratio(&w, &e, t), td_error, t == 0};
                rule(&m, &memory);
                linear_check(&w, id, t, e.weights[t + 1], memory.w, 1e-11);
            }
            n_terminated += e.terminated;
            n_cut += !e.terminated;
        }
        ck_assert(n_cut >= 5 && (n_terminated >= 5 || i % 2 == 0));
        ck_assert(linear_dot(&w, memory.w, memory.w) > 1e-3);
        rill_agent_destroy(agent);
        linear_end(&w);
    }
}

// ---- mean updates ----

/// Of what a step adds to `n` numbers of the agent, the exact mean over states by d, actions of the
/// behaviour and outcomes of the model, from the agent as it is, whose memory beside those is of no
/// consequence. Seeds are tried until the action is the one wanted.
static inline void off_policy_mean(const linear_world *w, rill_agent *agent, const double *d,
                                   const double *numbers, int32_t n, double *mean)
{
    unsigned char *before = malloc(agent->memory_size), *started = malloc(agent->memory_size);
    double old[2 * LINEAR_FEATURES];
    uint64_t seed = 0;
    rill_agent_save(agent, before);
    memcpy(old, numbers, (size_t)n * sizeof *old);
    memset(mean, 0, (size_t)n * sizeof *mean);
    for (int32_t pair = 0; pair < w->n_states * LINEAR_ACTIONS; pair++) {
        const int32_t s = pair / LINEAR_ACTIONS;
        size_t count;
        const rill_transition *t = rill_model_outcomes(w->model, s, pair % LINEAR_ACTIONS, &count);
        for (int32_t action = -1; count > 0 && action != pair % LINEAR_ACTIONS; seed++) {
            rill_agent_load(agent, before);
            rill_rng_seed(&agent->memory->rng, seed);
            action = rill_agent_start(agent, (rill_observation){.index = s}).index;
        }
        rill_agent_save(agent, started);
        for (size_t i = 0; i < count; i++) {
            const rill_outcome outcome = {t[i].reward, t[i].terminated, !t[i].terminated};
            rill_agent_load(agent, started);
            rill_agent_finish(agent, &outcome, (rill_observation){.index = t[i].next});
            for (int32_t j = 0; j < n; j++) {
                mean[j] += d[s] * w->behaviour[pair] * t[i].probability * (numbers[j] - old[j]);
            }
        }
    }
    rill_agent_load(agent, before);
    free(before);
    free(started);
}

/// What the mean updates are made of, with x' = 0 after termination, by d, the behaviour and its ratios:
///     A = E[rho x (x - gamma x')^T],  C = E[rho x x^T],  G = E[rho (x - gamma x') (x - gamma x')^T]
///     b = E[rho R x],  h = E[rho R (x - gamma x')]
typedef struct off_policy_moments {
    linear_matrix a, c, g;
    double b[LINEAR_FEATURES], h[LINEAR_FEATURES];
} off_policy_moments;

static inline void off_policy_expect(const linear_world *w, const double *d, off_policy_moments *m)
{
    memset(m, 0, sizeof *m);
    for (int32_t pair = 0; pair < w->n_states * LINEAR_ACTIONS; pair++) {
        const double *x = w->x[pair / LINEAR_ACTIONS];
        size_t count;
        const rill_transition *t =
            rill_model_outcomes(w->model, pair / LINEAR_ACTIONS, pair % LINEAR_ACTIONS, &count);
        for (size_t k = 0; k < count; k++) {
            const double p = d[pair / LINEAR_ACTIONS] * w->policy[pair] * t[k].probability;
            double change[LINEAR_FEATURES];
            for (int32_t i = 0; i < w->n_features; i++) {
                change[i] = x[i] - (t[k].terminated ? 0.0 : w->gamma * w->x[t[k].next][i]);
            }
            for (int32_t i = 0; i < w->n_features; i++) {
                m->b[i] += p * t[k].reward * x[i];
                m->h[i] += p * t[k].reward * change[i];
                for (int32_t j = 0; j < w->n_features; j++) {
                    m->a.at[i][j] += p * x[i] * change[j];
                    m->c.at[i][j] += p * x[i] * x[j];
                    m->g.at[i][j] += p * change[i] * change[j];
                }
            }
        }
    }
}

/// y <- y + step M x, or M^T x
static inline void off_policy_multiply(const linear_world *w, double *y, double step,
                                       const linear_matrix *m, bool is_transposed, const double *x)
{
    for (int32_t i = 0; i < w->n_features; i++) {
        for (int32_t j = 0; j < w->n_features; j++) {
            y[i] += step * (is_transposed ? m->at[j][i] : m->at[i][j]) * x[j];
        }
    }
}

/// Numbers from -1 to 1.
static inline void off_policy_draw(double *numbers, int32_t n, uint64_t seed)
{
    rill_rng rng;
    rill_rng_seed(&rng, seed);
    for (int32_t i = 0; i < n; i++) {
        numbers[i] = 2.0 * rill_rng_random(&rng) - 1.0;
    }
}

// ---- Baird's counterexample ----

static const double baird_x[] = {2, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 2,
                                 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0,
                                 0, 1, 0, 0, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2};
#define BAIRD_WEIGHTS "initial_weights=1,1,1,1,1,1,10,1"

/// The world of S&B Figure 11.1.
static inline linear_world baird_world(void)
{
    rill_error error = {0};
    rill_env *env = NULL;
    rill_model *model = NULL;
    ASSERT_OK(rill_env_create(&env, "baird", NULL, &error), &error);
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    rill_env_destroy(env);
    linear_world w = linear_world_of(model, 0.99, (features_of){"given", "", baird_x, 8});
    for (int32_t s = 0; s < 7; s++) {
        w.policy[2 * s] = 0.0, w.policy[2 * s + 1] = 1.0;
        w.behaviour[2 * s] = 6.0 / 7.0, w.behaviour[2 * s + 1] = 1.0 / 7.0;
    }
    return w;
}

/// sqrt of the mean square of v over the states, all weights alike; the true values are 0.
static inline double baird_error(const linear_world *w, const double *weights)
{
    static const double uniform[] = {1. / 7, 1. / 7, 1. / 7, 1. / 7, 1. / 7, 1. / 7, 1. / 7};
    static const double zeros[7] = {0.0};
    return linear_error(w, uniform, zeros, weights);
}

#endif
