/// Finite environments in tests: a model by id, its values, its stationary distribution, one step.
#ifndef RILL_TESTS_FINITE_H
#define RILL_TESTS_FINITE_H

#include "tests/golden.h"

#include <gsl/gsl_linalg.h>

/// The model of an environment with assignments (NULL at the end; NULL for none).
static inline rill_model *finite_model(const char *id, const char *const *assignments)
{
    rill_env *env = golden_create(id, assignments);
    rill_model *model = golden_model(env);
    rill_env_destroy(env);
    return model;
}

/// The expected return from the start, of a policy, (n_states, n_actions), or the best one (NULL).
static inline double finite_value(const rill_model *model, double gamma, const double *policy)
{
    rill_solution *solution = NULL;
    rill_error error = {0};
    ASSERT_OK(policy == NULL ? rill_solve_optimal(model, gamma, &solution, &error)
                             : rill_solve_policy(model, gamma, policy, &solution, &error),
              &error);
    double value = 0.0;
    for (int32_t s = 0; s < model->n_states; s++) {
        value += model->start[s] * solution->v[s];
    }
    rill_solution_destroy(solution);
    return value;
}

/// The policy that takes action 1 with probability p in all states of a model with two actions, or
/// the uniform one of a model with more (p < 0); the caller frees.
static inline double *finite_policy(const rill_model *model, double p)
{
    double *policy = malloc((size_t)model->n_states * (size_t)model->n_actions * sizeof *policy);
    rill_uniform_policy(model, policy);
    for (int32_t s = 0; s < model->n_states && p >= 0.0; s++) {
        ck_assert_int_eq(model->n_actions, 2);
        policy[2 * s] = 1.0 - p;
        policy[2 * s + 1] = p;
    }
    return policy;
}

/// As `finite_value`, of `finite_policy`.
static inline double finite_policy_value(const rill_model *model, double gamma, double p)
{
    double *policy = finite_policy(model, p);
    const double value = finite_value(model, gamma, policy);
    free(policy);
    return value;
}

/// The stationary distribution of a policy of a model without termination, to `mu` (n_states): of the
/// equations mu = mu P one is replaced by sum mu = 1. Answers the average reward a step.
static inline double finite_stationary(const rill_model *model, const double *policy, double *mu)
{
    const size_t n = (size_t)model->n_states;
    gsl_matrix *a = gsl_matrix_alloc(n, n);
    gsl_vector *b = gsl_vector_calloc(n);
    double *rewards = calloc(n, sizeof *rewards);
    gsl_matrix_set_identity(a);
    for (size_t s = 0; s < n; s++) {
        for (int32_t action = 0; action < model->n_actions; action++) {
            size_t count = 0;
            const rill_transition *t = rill_model_outcomes(model, (int32_t)s, action, &count);
            for (size_t i = 0; i < count; i++) {
                const double p = policy[s * (size_t)model->n_actions + (size_t)action];
                ck_assert(!t[i].terminated);
                *gsl_matrix_ptr(a, (size_t)t[i].next, s) -= p * t[i].probability;
                rewards[s] += p * t[i].probability * t[i].reward;
            }
        }
    }
    for (size_t s = 0; s < n; s++) {
        gsl_matrix_set(a, n - 1, s, 1.0);
    }
    gsl_vector_set(b, n - 1, 1.0);
    gsl_permutation *order = gsl_permutation_alloc(n);
    int sign = 0;
    gsl_linalg_LU_decomp(a, order, &sign);
    gsl_linalg_LU_svx(a, order, b);
    double average = 0.0;
    for (size_t s = 0; s < n; s++) {
        mu[s] = gsl_vector_get(b, s);
        average += mu[s] * rewards[s];
    }
    gsl_permutation_free(order);
    gsl_vector_free(b);
    gsl_matrix_free(a);
    free(rewards);
    return average;
}

/// One step that answers with this observation, reward and flag.
#define FINITE_STEP(env, action, observation, expected, is_end)                                  \
    do {                                                                                         \
        rill_outcome finite_outcome;                                                             \
        const rill_action finite_action = {.index = action};                                     \
        ck_assert_int_eq(rill_env_step(env, finite_action, &finite_outcome).index, observation); \
        ck_assert(finite_outcome.reward == (expected));                                          \
        ck_assert(finite_outcome.terminated == (is_end) && !finite_outcome.truncated);           \
    } while (0)

/// The environment goes to a state of one or more numbers.
#define FINITE_SET(env, ...)                                                             \
    do {                                                                                 \
        rill_error finite_error = {0};                                                   \
        ASSERT_OK(rill_env_set_state(env, (const double[]){__VA_ARGS__}, &finite_error), \
                  &finite_error);                                                        \
    } while (0)

/// Refused with a message that contains `part`: an environment, or a state.
#define FINITE_REFUSED(id, where, part, ...)                                                   \
    do {                                                                                       \
        rill_env *refused = NULL;                                                              \
        rill_error finite_error = {0};                                                         \
        ASSERT_REFUSED(rill_env_create(&refused, id, (const char *const[]){__VA_ARGS__, NULL}, \
                                       &finite_error),                                         \
                       &finite_error, where, part);                                            \
    } while (0)
#define FINITE_STATE_REFUSED(env, part, ...)                                                  \
    do {                                                                                      \
        rill_error finite_error = {0};                                                        \
        ASSERT_REFUSED(rill_env_set_state(env, (const double[]){__VA_ARGS__}, &finite_error), \
                       &finite_error, "state", part);                                         \
    } while (0)

#endif
