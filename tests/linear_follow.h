/// Follows an agent of linear action values at work, one step at a time, as tests/follow.h does with
/// tables: each update is computed a second time, from dense features and weights.
#ifndef RILL_TESTS_LINEAR_FOLLOW_H
#define RILL_TESTS_LINEAR_FOLLOW_H

#include "tests/reference_policy.h"
#include "tests/test.h"

#include <stdio.h>

enum { LINEAR_FEATURES = 512, LINEAR_ACTIONS = 3, LINEAR_WEIGHTS = 1536 };

/// A world with a time limit, and features for it.
typedef struct linear_world {
    const char *env_id, *env_assignments[4], *features[6];
    int64_t max_episode_steps;
    bool is_binary;
} linear_world;

/// Ends of both kinds; features that are binary, hashed, and with values and step sizes of their own.
static const linear_world linear_worlds[] = {
    {"mountain_car",
     {"low=0.25", "high=0.45"},
     {"features=tile_coding", "features.tilings=4", "features.tiles=6",
      "features.scale_step_size=true"},
     40,
     true},
    {"mountain_car",
     {"low=0.25", "high=0.45"},
     {"features=tile_coding", "features.tilings=8", "features.table_size=500",
      "features.scale_step_size=true"},
     40,
     true},
    {"random_walk",
     {"n_states=9"},
     {"features=fourier", "features.order=4", "features.scale_step_size=true"},
     20,
     false},
};
enum { LINEAR_WORLDS = sizeof linear_worlds / sizeof linear_worlds[0] };

/// What is the same in a whole run.
typedef struct linear_setting {
    double gamma, alpha, epsilon;
} linear_setting;

typedef struct linear_follow {
    rill_env *env;
    rill_agent *agent;
    linear_setting setting;
    int32_t n_features, n_actions, n_weights;
    double scale[LINEAR_FEATURES]; ///< step scale of each feature
    // the last step
    bool is_first;                                      ///< of its episode
    double x[LINEAR_FEATURES], next_x[LINEAR_FEATURES]; ///< x(S), x(S')
    int32_t action, next_action;                        ///< A, A'; on truncation what it would be
    double reward;                                      ///< R
    bool terminated, truncated;
    double w[LINEAR_WEIGHTS]; ///< the weights before learning
    bool is_next_first;
    rill_observation next;
} linear_follow;

/// x(s), densely.
static inline void linear_features(const linear_follow *f, rill_observation observation, double *x)
{
    int32_t indices[LINEAR_FEATURES];
    double values[LINEAR_FEATURES];
    const rill_features *map = &f->agent->features;
    const int32_t n =
        rill_features_encode(map, f->agent->slots.map, true, observation, indices, values);
    for (int32_t i = 0; i < f->n_features; i++) {
        x[i] = 0.0;
    }
    for (int32_t i = 0; i < n; i++) {
        x[indices[i]] += values[i];
    }
}

/// `assignments` are the agent's own, beside those of the setting and the features.
static inline linear_follow linear_begin(const linear_world *world, const char *agent_id,
                                         const linear_setting *setting,
                                         const char *const *assignments)
{
    rill_error error = {0};
    linear_follow f = {.setting = *setting, .is_next_first = true};
    const rill_env_type *type = rill_env_type_find(world->env_id, NULL, &error);
    void *params = rill_params_create(type->params, type->params_size);
    for (int i = 0; world->env_assignments[i] != NULL; i++) {
        ASSERT_OK(rill_params_assign(type->params, params, world->env_assignments[i], &error),
                  &error);
    }
    ASSERT_OK(rill_env_create_from(&f.env, type, params, world->max_episode_steps, &error), &error);
    char gamma[48], alpha[48], epsilon[48];
    snprintf(gamma, sizeof gamma, "gamma=%.17g", setting->gamma);
    snprintf(alpha, sizeof alpha, "alpha=%.17g", setting->alpha);
    snprintf(epsilon, sizeof epsilon, "policy.epsilon=%.17g", setting->epsilon);
    const char *all[20] = {gamma, alpha, epsilon};
    int n = 3;
    for (int i = 0; world->features[i] != NULL; i++) {
        all[n++] = world->features[i];
    }
    for (int i = 0; assignments[i] != NULL; i++) {
        all[n++] = assignments[i];
    }
    ASSERT_OK(rill_agent_create(&f.agent, agent_id, f.env, all, &error), &error);
    rill_env_seed(f.env, 41);
    rill_agent_seed(f.agent, 42);
    f.n_features = f.agent->features.size;
    f.n_actions = f.env->action_space.size;
    f.n_weights = f.n_features * f.n_actions;
    ASSERT_FOR(agent_id, f.n_features <= LINEAR_FEATURES && f.n_weights <= LINEAR_WEIGHTS);
    for (int32_t i = 0; i < f.n_features; i++) {
        const double *scales = f.agent->features.step_scales;
        f.scale[i] = f.agent->features.step_scale * (scales == NULL ? 1.0 : scales[i]);
    }
    return f;
}

static inline void linear_end(linear_follow *f)
{
    rill_agent_destroy(f->agent);
    rill_env_destroy(f->env);
}

/// One step of the loop: start where an episode begins, step or finish.
static inline void linear_step(linear_follow *f)
{
    rill_outcome outcome;
    double values[LINEAR_ACTIONS];
    f->is_first = f->is_next_first;
    if (f->is_first) {
        f->next = rill_env_reset(f->env);
        f->next_action = rill_agent_start(f->agent, f->next).index;
        linear_features(f, f->next, f->next_x);
    }
    memcpy(f->x, f->next_x, sizeof f->x);
    memcpy(f->w, f->agent->value.weights, (size_t)f->n_weights * sizeof f->w[0]);
    f->action = f->next_action;
    f->next = rill_env_step(f->env, (rill_action){.index = f->action}, &outcome);
    f->reward = outcome.reward;
    f->terminated = outcome.terminated;
    f->truncated = outcome.truncated && !outcome.terminated;
    f->is_next_first = outcome.terminated || outcome.truncated;
    if (f->is_next_first) {
        rill_rng rng = f->agent->memory->rng;
        rill_agent_values(f->agent, f->next, values);
        f->next_action = reference_epsilon_greedy(values, f->n_actions, f->setting.epsilon, &rng);
        rill_agent_finish(f->agent, &outcome, f->next);
    } else {
        f->next_action = rill_agent_step(f->agent, outcome.reward, f->next).index;
    }
    linear_features(f, f->next, f->next_x); // tiles that were new to the map are known now
}

/// q(s,a) = w_a . x(s)
static inline double linear_value(const linear_follow *f, const double *w, const double *x,
                                  int32_t action)
{
    double sum = 0.0;
    for (int32_t i = 0; i < f->n_features; i++) {
        sum += x[i] * w[i * f->n_actions + action];
    }
    return sum;
}

/// max_a q(s,a)
static inline double linear_max(const linear_follow *f, const double *w, const double *x)
{
    double best = linear_value(f, w, x, 0);
    for (int32_t a = 1; a < f->n_actions; a++) {
        best = fmax(best, linear_value(f, w, x, a));
    }
    return best;
}

/// w_a <- w_a + step x, each part times its step scale.
static inline void linear_add(const linear_follow *f, double *w, const double *x, int32_t action,
                              double step)
{
    for (int32_t i = 0; i < f->n_features; i++) {
        w[i * f->n_actions + action] += step * f->scale[i] * x[i];
    }
}

/// The agent's weights are `w`, to within rounding.
static inline void linear_assert(const linear_follow *f, const double *w)
{
    for (int32_t i = 0; i < f->n_weights; i++) {
        const double ours = f->agent->value.weights[i];
        if (!(fabs(ours - w[i]) <= 1e-12 * (1.0 + fabs(w[i])))) {
            ck_abort_msg("%s in %s: weight %d is %.17g, not %.17g", f->agent->type->id,
                         f->env->type->id, i, ours, w[i]);
        }
    }
}

#endif
