/// Exact gradients of a policy's value on a model, and an agent's mean step held against them.
#ifndef RILL_TESTS_ACTOR_GRADIENT_H
#define RILL_TESTS_ACTOR_GRADIENT_H

#include "tests/actor_reference.h"

#include <rill/solve.h>

/// The softmax policy of a theta on given features of the states of a model, to `policy` (n_states,
/// n_actions).
static inline void actor_policy(const rill_model *model, const double *x, int32_t n_features,
                                const double *theta, double *policy)
{
    for (int32_t s = 0; s < model->n_states; s++) {
        double eta[ACTOR_SIZE];
        for (int32_t a = 0; a < model->n_actions; a++) {
            eta[a] = 0.0;
            for (int32_t i = 0; i < n_features; i++) {
                eta[a] += x[s * n_features + i] * theta[i * model->n_actions + a];
            }
        }
        actor_softmax(model->n_actions, eta, policy + (ptrdiff_t)s * model->n_actions);
    }
}

/// v and q of a policy; q may be NULL.
static inline void actor_values(const rill_model *model, double gamma, const double *policy,
                                double *v, double *q)
{
    rill_error error = {0};
    rill_solution *solution = NULL;
    ASSERT_OK(rill_solve_policy(model, gamma, policy, &solution, &error), &error);
    for (int32_t s = 0; s < model->n_states; s++) {
        v[s] = solution->v[s];
        for (int32_t a = 0; q != NULL && a < model->n_actions; a++) {
            const ptrdiff_t i = (ptrdiff_t)s * model->n_actions + a;
            q[i] = isnan(solution->q[i]) ? 0.0 : solution->q[i];
        }
    }
    rill_solution_destroy(solution);
}

enum { ACTOR_MAX_STATES = 32, ACTOR_MAX_WEIGHTS = 256 };

/// The expected return from the start.
static inline double actor_objective(const rill_model *model, double gamma, const double *x,
                                     int32_t n_features, const double *theta)
{
    double policy[ACTOR_MAX_STATES * ACTOR_SIZE], v[ACTOR_MAX_STATES], sum = 0.0;
    actor_policy(model, x, n_features, theta, policy);
    actor_values(model, gamma, policy, v, NULL);
    for (int32_t s = 0; s < model->n_states; s++) {
        sum += model->start[s] * v[s];
    }
    return sum;
}

/// Its gradient, by central differences of exact values.
static inline void actor_exact_gradient(const rill_model *model, double gamma, const double *x,
                                        int32_t n_features, const double *theta, double *gradient)
{
    double moved[ACTOR_MAX_WEIGHTS];
    const double h = 1e-5;
    const int32_t n = n_features * model->n_actions;
    memcpy(moved, theta, (size_t)n * sizeof *theta);
    for (int32_t k = 0; k < n; k++) {
        moved[k] = theta[k] + h;
        const double up = actor_objective(model, gamma, x, n_features, moved);
        moved[k] = theta[k] - h;
        gradient[k] = (up - actor_objective(model, gamma, x, n_features, moved)) / (2.0 * h);
        moved[k] = theta[k];
    }
}

/// The mean step of an agent's theta from where it is, in an episode, is `scale` times `expected`: within
/// five standard errors in each weight. Blocks of episodes, after each of which theta and w are put back,
/// are the samples; an agent that is right fails with probability 6e-7 a weight. Steps are so small that
/// theta stands still in a block. Answers the number of weights that tell from 0.
static inline int actor_check_gradient(rill_agent *agent, rill_env *env, int n_blocks,
                                       int n_episodes, double scale, const double *expected)
{
    const int32_t n = (int32_t)rill_actor_size(agent);
    double *theta = agent->actor.theta.weights;
    double first[ACTOR_MAX_WEIGHTS], sum[ACTOR_MAX_WEIGHTS] = {0.0},
                                     squares[ACTOR_MAX_WEIGHTS] = {0.0};
    ck_assert_int_le(n, ACTOR_MAX_WEIGHTS);
    memcpy(first, theta, (size_t)n * sizeof *theta);
    for (int b = 0; b < n_blocks; b++) {
        for (int e = 0; e < n_episodes; e++) {
            rill_outcome outcome = {0.0, false, false};
            rill_observation observation = rill_env_reset(env);
            rill_action action = rill_agent_start(agent, observation);
            while (!rill_outcome_is_last(&outcome)) {
                observation = rill_env_step(env, action, &outcome);
                if (rill_outcome_is_last(&outcome)) {
                    rill_agent_finish(agent, &outcome, observation);
                } else {
                    action = rill_agent_step(agent, outcome.reward, observation);
                }
            }
        }
        for (int32_t k = 0; k < n; k++) {
            const double g = (theta[k] - first[k]) / (scale * n_episodes);
            sum[k] += g;
            squares[k] += g * g;
            theta[k] = first[k];
        }
    }
    int n_told = 0;
    for (int32_t k = 0; k < n; k++) {
        const double mean = sum[k] / n_blocks;
        const double se = sqrt((squares[k] / n_blocks - mean * mean) / (n_blocks - 1));
        if (!(fabs(mean - expected[k]) <= 5.0 * se + 1e-6 * fabs(expected[k]) + 1e-9)) {
            ck_abort_msg("%s: weight %d moves by %g, s.e. %g, not by %g", agent->type->id, k, mean,
                         se, expected[k]);
        }
        n_told += fabs(expected[k]) > 5.0 * se;
    }
    return n_told;
}

/// "name=1,2,3"
static inline void actor_list(char *text, size_t size, const char *name, const double *values,
                              int32_t n)
{
    size_t length = (size_t)snprintf(text, size, "%s=", name);
    for (int32_t i = 0; i < n; i++) {
        length +=
            (size_t)snprintf(text + length, size - length, "%s%.17g", i == 0 ? "" : ",", values[i]);
    }
    ck_assert_uint_lt(length, size);
}

#endif
