/// Analytic derivatives of a step against central finite differences of the step itself.
#ifndef RILL_TESTS_JACOBIAN_H
#define RILL_TESTS_JACOBIAN_H

#include "tests/test.h"

enum { MAX_STATE = 64, MAX_ACTION = 64 };

/// The numbers of a state and an action, and what a step from there leads to: next state, reward.
typedef struct step_function {
    rill_env *env;
    double state[MAX_STATE];
    float action[MAX_ACTION];
    double next[MAX_STATE + 1];
} step_function;

static inline void evaluate(step_function *f)
{
    rill_error error = {0};
    rill_outcome outcome;
    ASSERT_OK(rill_env_set_state(f->env, f->state, &error), &error);
    rill_env_step(f->env, (rill_action){.box = f->action}, &outcome);
    f->env->type->get_state(f->env->params, f->env->state, f->next);
    f->next[f->env->n_state_values] = outcome.reward;
}

/// d next / d (state j, or action j - n), by a step to either side.
static inline void difference(step_function f, int32_t j, double *column)
{
    const int32_t n = f.env->n_state_values;
    step_function high = f, low = f;
    double step = 0.0;
    if (j < n) {
        const double h = 4e-6 * fmax(1.0, fabs(f.state[j]));
        high.state[j] += h;
        low.state[j] -= h;
        step = high.state[j] - low.state[j];
    } else { // an action moves from float to float
        const float h = 0x1p-11F * fmaxf(1.0F, fabsf(f.action[j - n]));
        high.action[j - n] += h;
        low.action[j - n] -= h;
        step = (double)high.action[j - n] - (double)low.action[j - n];
    }
    evaluate(&high);
    evaluate(&low);
    for (int32_t i = 0; i <= n; i++) {
        column[i] = (high.next[i] - low.next[i]) / step;
    }
}

/// The environment's Jacobian at a state and an action is that of its step, to 1e-6 relative to the
/// element, and 1e-9 where that is less than 1e-3.
static inline void check_jacobian(rill_env *env, const double *state, const float *action)
{
    const int32_t n = env->n_state_values, m = env->action_space.size;
    ck_assert(n <= MAX_STATE && m <= MAX_ACTION);
    step_function f = {.env = env};
    memcpy(f.state, state, (size_t)n * sizeof *state);
    memcpy(f.action, action, (size_t)m * sizeof *action);

    static double next_by_state[MAX_STATE * MAX_STATE], next_by_action[MAX_STATE * MAX_ACTION];
    static double reward_by_state[MAX_STATE], reward_by_action[MAX_ACTION];
    rill_jacobian jacobian = {next_by_state, next_by_action, reward_by_state, reward_by_action};
    for (int32_t i = 0; i < n * n; i++) {
        next_by_state[i] = (double)NAN; // each element must be written
    }
    for (int32_t i = 0; i < n * m; i++) {
        next_by_action[i] = (double)NAN;
    }
    for (int32_t i = 0; i < n; i++) {
        reward_by_state[i] = (double)NAN;
    }
    for (int32_t i = 0; i < m; i++) {
        reward_by_action[i] = (double)NAN;
    }
    rill_error error = {0};
    ASSERT_OK(rill_env_set_state(env, state, &error), &error);
    env->type->jacobian(env->params, env->state, action, &jacobian);

    for (int32_t j = 0; j < n + m; j++) {
        double column[MAX_STATE + 1];
        difference(f, j, column);
        for (int32_t i = 0; i <= n; i++) {
            const double analytic =
                i < n   ? (j < n ? next_by_state[i * n + j] : next_by_action[i * m + j - n])
                : j < n ? reward_by_state[j]
                        : reward_by_action[j - n];
            ck_assert_msg(fabs(analytic - column[i]) <= fmax(1e-9, 1e-6 * fabs(analytic)),
                          "%s: d %s[%d] / d %s[%d] is %.12g, by differences %.12g", env->type->id,
                          i < n ? "next" : "reward", i < n ? i : 0, j < n ? "state" : "action",
                          j < n ? j : j - n, analytic, column[i]);
        }
    }
}

#endif
