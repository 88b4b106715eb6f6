/// What the tests of linear prediction share: a finite world with features, played from its exact model,
/// whole episodes, dense vectors, and the exact fixed points, solved by GSL.
#ifndef RILL_TESTS_LINEAR_WORLD_H
#define RILL_TESTS_LINEAR_WORLD_H

#include "tests/linear_agents.h"

#include <gsl/gsl_linalg.h>
#include <rill/solve.h>

enum { LINEAR_STATES = 24, LINEAR_FEATURES = 48, LINEAR_ACTIONS = 2, LINEAR_STEPS = 400 };

/// A world of two actions at most, with a policy that is learned about, and one that acts.
typedef struct linear_world {
    rill_model *model;
    double gamma;
    int64_t max_steps; ///< of an episode, which is then cut off; at most LINEAR_STEPS. 0: none
    double policy[LINEAR_STATES * LINEAR_ACTIONS], behaviour[LINEAR_STATES * LINEAR_ACTIONS];
    features_of map;
    int32_t n_states, n_features;
    double x[LINEAR_STATES][LINEAR_FEATURES]; ///< x(s)
    rill_rng rng;
} linear_world;

/// x(s) of all states, as a map that remembers nothing has them.
static inline void linear_set_features(linear_world *w, features_of map)
{
    rill_error error = {0};
    rill_features features;
    w->map = map;
    ASSERT_OK(rill_features_create(&features, rill_features_type_find(map.id, &error),
                                   linear_features_params(map, w->n_states),
                                   rill_space_discrete(w->n_states), &error),
              &error);
    w->n_features = features.size;
    ck_assert_int_le(features.size, LINEAR_FEATURES);
    ck_assert_uint_eq(features.memory_size, 0);
    memset(w->x, 0, sizeof w->x);
    for (int32_t s = 0; s < w->n_states; s++) {
        int32_t indices[LINEAR_FEATURES];
        double values[LINEAR_FEATURES];
        const int32_t n = rill_features_encode(&features, NULL, true,
                                               (rill_observation){.index = s}, indices, values);
        for (int32_t i = 0; i < n; i++) {
            w->x[s][indices[i]] = values[i];
        }
    }
    rill_features_destroy(&features);
}

/// The world of a model, which it owns; both policies are uniform.
static inline linear_world linear_world_of(rill_model *model, double gamma, features_of map)
{
    linear_world w = {.model = model, .gamma = gamma, .n_states = model->n_states};
    ck_assert(model->n_states <= LINEAR_STATES && model->n_actions == LINEAR_ACTIONS);
    for (int i = 0; i < LINEAR_STATES * LINEAR_ACTIONS; i++) {
        w.policy[i] = w.behaviour[i] = 0.5;
    }
    rill_rng_seed(&w.rng, 91);
    linear_set_features(&w, map);
    return w;
}

static inline linear_world linear_walk(const char *assignment, double gamma, features_of map)
{
    const char *const assignments[] = {assignment, "reward_left=-1", NULL};
    rill_error error = {0};
    rill_env *env = NULL;
    rill_model *model = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", assignments, &error), &error);
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    rill_env_destroy(env);
    return linear_world_of(model, gamma, map);
}

/// Transitions and rewards drawn at random, without end.
static inline linear_world linear_random(int32_t n_states, double gamma, features_of map)
{
    rill_error error = {0};
    rill_model *model = NULL;
    rill_rng rng;
    rill_rng_seed(&rng, 17);
    rill_model_builder *builder = rill_model_builder_create();
    ck_assert_int_eq(rill_model_begin(builder, n_states, LINEAR_ACTIONS), RILL_OK);
    rill_model_add_start(builder, 0, 1.0);
    for (int32_t s = 0; s < n_states; s++) {
        for (int32_t a = 0; a < LINEAR_ACTIONS; a++) {
            const double p = 0.2 + 0.6 * rill_rng_random(&rng);
            const int32_t one = (int32_t)rill_rng_integers(&rng, n_states);
            const double reward = rill_rng_standard_normal(&rng);
            rill_model_add(builder, s, a, p, one, reward, false);
            rill_model_add(builder, s, a, 1.0 - p, (s + 1) % n_states, reward - 1.0, false);
        }
    }
    ASSERT_OK(rill_model_build(builder, &model, &error), &error);
    rill_model_builder_destroy(builder);
    return linear_world_of(model, gamma, map);
}

static inline void linear_end(linear_world *w)
{
    rill_model_destroy(w->model);
}

/// A policy as agents take it: one on groups of states can be uniform without further ado.
static inline const double *linear_unless_uniform(const linear_world *w, const double *policy)
{
    for (int32_t i = 0; i < w->n_states * LINEAR_ACTIONS; i++) {
        if (policy[i] != 0.5) {
            return policy;
        }
    }
    return NULL;
}

/// An agent in the world; it has the world's behaviour where it can have one.
static inline rill_agent *linear_agent_in(const linear_world *w, const char *id,
                                          const char *settings)
{
    rill_error error = {0};
    char all[2048];
    const rill_agent_type *type = rill_agent_type_find(id, &error);
    ck_assert_msg(type != NULL, "no agent %s", id);
    snprintf(all, sizeof all, "gamma=%.17g %s", w->gamma, settings);
    const bool is_off_policy =
        type->has_behaviour && memcmp(w->policy, w->behaviour, sizeof w->policy) != 0;
    return linear_agent(type, rill_space_discrete(w->n_states), rill_space_discrete(LINEAR_ACTIONS),
                        w->map, all, linear_unless_uniform(w, w->policy),
                        is_off_policy ? w->behaviour : NULL, w->model);
}

// ---- play ----

static inline int32_t linear_draw_start(linear_world *w)
{
    double u = rill_rng_random(&w->rng);
    int32_t s = 0;
    while (s < w->n_states - 1 && u >= w->model->start[s]) {
        u -= w->model->start[s++];
    }
    return s;
}

static inline const rill_transition *linear_draw(linear_world *w, int32_t state, int32_t action)
{
    size_t count;
    const rill_transition *outcomes = rill_model_outcomes(w->model, state, action, &count);
    double u = rill_rng_random(&w->rng);
    while (count > 1 && u >= outcomes->probability) {
        u -= outcomes->probability;
        outcomes++;
        count--;
    }
    return outcomes;
}

/// One whole episode, which may have been cut off.
typedef struct linear_episode {
    int32_t length; ///< T
    bool terminated;
    int32_t states[LINEAR_STEPS + 1];                  ///< S_0 .. S_T
    int32_t actions[LINEAR_STEPS];                     ///< A_0 .. A_{T-1}
    double rewards[LINEAR_STEPS + 1];                  ///< rewards[t] is R_t, from 1
    double weights[LINEAR_STEPS + 1][LINEAR_FEATURES]; ///< the agent's once R_t was seen
} linear_episode;

/// Plays an episode of at most `max_steps`, which is then cut off.
static inline void linear_play(linear_world *w, rill_agent *agent, linear_episode *e)
{
    const size_t size = (size_t)w->n_features * sizeof(double);
    int32_t state = linear_draw_start(w);
    rill_action action = rill_agent_start(agent, (rill_observation){.index = state});
    e->length = 0;
    e->states[0] = state;
    memcpy(e->weights[0], agent->value.weights, size);
    ck_assert(w->max_steps > 0 && w->max_steps <= LINEAR_STEPS);
    for (bool is_last = false; !is_last;) {
        const rill_transition *t = linear_draw(w, state, action.index);
        e->actions[e->length++] = action.index;
        e->states[e->length] = state = t->next;
        e->rewards[e->length] = t->reward;
        e->terminated = t->terminated;
        is_last = t->terminated || e->length == w->max_steps;
        if (is_last) {
            const rill_outcome outcome = {t->reward, t->terminated, !t->terminated};
            rill_agent_finish(agent, &outcome, (rill_observation){.index = state});
        } else {
            action = rill_agent_step(agent, t->reward, (rill_observation){.index = state});
        }
        memcpy(e->weights[e->length], agent->value.weights, size);
    }
}

/// Plays n steps, as many episodes as they are; `max_steps` 0: they are not cut off.
static inline void linear_play_steps(linear_world *w, rill_agent *agent, int64_t n)
{
    int32_t state = linear_draw_start(w);
    rill_action action = rill_agent_start(agent, (rill_observation){.index = state});
    for (int64_t i = 0; i < n; i++) {
        const rill_transition *t = linear_draw(w, state, action.index);
        state = t->next;
        if (t->terminated) {
            const rill_outcome outcome = {t->reward, true, false};
            rill_agent_finish(agent, &outcome, (rill_observation){.index = state});
            state = linear_draw_start(w);
            action = rill_agent_start(agent, (rill_observation){.index = state});
        } else {
            action = rill_agent_step(agent, t->reward, (rill_observation){.index = state});
        }
    }
}

/// rho_t = pi(A_t|S_t) / b(A_t|S_t)
static inline double linear_ratio(const linear_world *w, const linear_episode *e, int32_t t)
{
    const int32_t i = e->states[t] * LINEAR_ACTIONS + e->actions[t];
    return w->policy[i] / w->behaviour[i];
}

// ---- vectors of features ----

static inline double linear_dot(const linear_world *w, const double *u, const double *v)
{
    double sum = 0.0;
    for (int32_t i = 0; i < w->n_features; i++) {
        sum += u[i] * v[i];
    }
    return sum;
}

/// u <- u + step v
static inline void linear_add(const linear_world *w, double *u, double step, const double *v)
{
    for (int32_t i = 0; i < w->n_features; i++) {
        u[i] += step * v[i];
    }
}

/// w.x(S_t) at a time of the episode: 0 in the state that it terminated in.
static inline double linear_value(const linear_world *w, const linear_episode *e,
                                  const double *weights, int32_t t)
{
    return t == e->length && e->terminated ? 0.0 : linear_dot(w, weights, w->x[e->states[t]]);
}

/// G_{t:t+n}, term by term, up to T where that is sooner (S&B eq. 7.1).
static inline double linear_return(const linear_world *w, const linear_episode *e,
                                   const double *weights, int32_t t, int32_t n)
{
    const int32_t end = t + n < e->length ? t + n : e->length;
    double sum = 0.0, discount = 1.0;
    for (int32_t i = t + 1; i <= end; i++) {
        sum += discount * e->rewards[i];
        discount *= w->gamma;
    }
    return sum + discount * linear_value(w, e, weights, end);
}

/// |u - v| <= tolerance in every place.
static inline void linear_check(const linear_world *w, const char *name, int32_t t,
                                const double *weights, const double *expected, double tolerance)
{
    for (int32_t i = 0; i < w->n_features; i++) {
        const double error = fabs(weights[i] - expected[i]);
        if (!(error <= tolerance * fmax(1.0, fabs(expected[i])))) {
            ck_abort_msg("%s, %s %s: time %d, weight %d: %.17g, not %.17g", name, w->map.id,
                         w->map.settings, t, i, weights[i], expected[i]);
        }
    }
}

// ---- exact solutions ----

typedef struct linear_matrix {
    double at[LINEAR_FEATURES][LINEAR_FEATURES]; ///< of states or of features
} linear_matrix;

/// Solves A y = b by GSL; n unknowns.
static inline void linear_solve(const linear_matrix *a, const double *b, int32_t n, double *y)
{
    linear_matrix copy = *a;
    gsl_matrix_view m =
        gsl_matrix_view_array_with_tda(copy.at[0], (size_t)n, (size_t)n, LINEAR_FEATURES);
    gsl_vector_const_view right = gsl_vector_const_view_array(b, (size_t)n);
    gsl_vector_view left = gsl_vector_view_array(y, (size_t)n);
    gsl_permutation *p = gsl_permutation_alloc((size_t)n);
    int sign;
    gsl_linalg_LU_decomp(&m.matrix, p, &sign);
    gsl_linalg_LU_solve(&m.matrix, p, &right.vector, &left.vector);
    gsl_permutation_free(p);
}

/// Of a policy: P(s,s') of the transitions that do not end, and r(s).
static inline void linear_chain(const linear_world *w, const double *policy, linear_matrix *p,
                                double *r)
{
    memset(p, 0, sizeof *p);
    for (int32_t s = 0; s < w->n_states; s++) {
        r[s] = 0.0;
        for (int32_t a = 0; a < LINEAR_ACTIONS; a++) {
            size_t count;
            const rill_transition *t = rill_model_outcomes(w->model, s, a, &count);
            for (size_t i = 0; i < count; i++) {
                const double probability = policy[s * LINEAR_ACTIONS + a] * t[i].probability;
                r[s] += probability * t[i].reward;
                p->at[s][t[i].next] += t[i].terminated ? 0.0 : probability;
            }
        }
    }
}

/// The fraction of time that a policy spends in each state.
static inline void linear_distribution(const linear_world *w, const double *policy, double *d)
{
    rill_error error = {0};
    ASSERT_OK(rill_solve_on_policy(w->model, policy, d, &error), &error);
}

/// v of the world's policy.
static inline void linear_truth(const linear_world *w, double *v)
{
    rill_error error = {0};
    rill_solution *solution = NULL;
    ASSERT_OK(rill_solve_policy(w->model, w->gamma, w->policy, &solution, &error), &error);
    memcpy(v, solution->v, (size_t)w->n_states * sizeof *v);
    rill_solution_destroy(solution);
}

/// The system of TD(lambda), with weights d on the states:
///     A = X^T D (I - gamma lambda P)^-1 (I - gamma P) X,   b = X^T D (I - gamma lambda P)^-1 r
static inline void linear_td_system(const linear_world *w, const double *d, double lambda,
                                    linear_matrix *a, double *b)
{
    linear_matrix p, traced = {0};
    double r[LINEAR_STATES], column[LINEAR_STATES], solved[LINEAR_STATES];
    linear_chain(w, w->policy, &p, r);
    for (int32_t s = 0; s < w->n_states; s++) {
        for (int32_t k = 0; k < w->n_states; k++) {
            traced.at[s][k] = (s == k ? 1.0 : 0.0) - w->gamma * lambda * p.at[s][k];
        }
    }
    memset(a, 0, sizeof *a);
    for (int32_t j = 0; j <= w->n_features; j++) {
        for (int32_t s = 0; s < w->n_states; s++) {
            column[s] = j == w->n_features ? r[s] : w->x[s][j];
            for (int32_t k = 0; j < w->n_features && k < w->n_states; k++) {
                column[s] -= w->gamma * p.at[s][k] * w->x[k][j];
            }
        }
        linear_solve(&traced, column, w->n_states, solved);
        for (int32_t i = 0; i < w->n_features; i++) {
            double sum = 0.0;
            for (int32_t s = 0; s < w->n_states; s++) {
                sum += w->x[s][i] * d[s] * solved[s];
            }
            if (j == w->n_features) {
                b[i] = sum;
            } else {
                a->at[i][j] = sum;
            }
        }
    }
}

/// The solution of A w = b; where features depend on each other one of them.
static inline void linear_fixed_point(const linear_world *w, const linear_matrix *a,
                                      const double *b, double *weights)
{
    linear_matrix regular = *a;
    for (int32_t i = 0; i < w->n_features; i++) {
        regular.at[i][i] += 1e-11;
    }
    linear_solve(&regular, b, w->n_features, weights);
}

/// The weights that are closest to v: least sum_s d(s) [v(s) - w.x(s)]^2
static inline void linear_projection(const linear_world *w, const double *d, const double *v,
                                     double *weights)
{
    linear_matrix a = {0};
    double b[LINEAR_FEATURES] = {0.0};
    for (int32_t s = 0; s < w->n_states; s++) {
        for (int32_t i = 0; i < w->n_features; i++) {
            b[i] += d[s] * w->x[s][i] * v[s];
            for (int32_t j = 0; j < w->n_features; j++) {
                a.at[i][j] += d[s] * w->x[s][i] * w->x[s][j];
            }
        }
    }
    linear_fixed_point(w, &a, b, weights);
}

/// sqrt(sum_s d(s) [v(s) - w.x(s)]^2)
static inline double linear_error(const linear_world *w, const double *d, const double *v,
                                  const double *weights)
{
    double sum = 0.0;
    for (int32_t s = 0; s < w->n_states; s++) {
        const double error = v[s] - linear_dot(w, weights, w->x[s]);
        sum += d[s] * error * error;
    }
    return sqrt(sum);
}

/// The same distance between two vectors of weights.
static inline double linear_distance(const linear_world *w, const double *d, const double *one,
                                     const double *other)
{
    double v[LINEAR_STATES];
    for (int32_t s = 0; s < w->n_states; s++) {
        v[s] = linear_dot(w, one, w->x[s]);
    }
    return linear_error(w, d, v, other);
}

#endif
