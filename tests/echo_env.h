/// An environment for tests of wrappers: it shows the action that it took. With `jitter` 0 its steps
/// draw nothing, so that a script of actions is a script of observations, rewards and ends.
///
/// Action space: box of [-4, 4] x [-4, 8]. Observation space: the same.
/// Reward: the first action. Starting state: uniform. Episode end: terminates when the second action
/// is above 5.
#ifndef RILL_TESTS_ECHO_ENV_H
#define RILL_TESTS_ECHO_ENV_H

#include "tests/test.h"

#include <rill/env_define.h>

typedef struct echo_params {
    double jitter;
} echo_params;

static const rill_param echo_param_table[] = {
    RILL_REAL(echo_params, jitter, "0.5", 0, 1, "uniform shift of the observation, inwards"),
    RILL_PARAM_END,
};

typedef struct echo_state {
    double x[2];
} echo_state;

static const double echo_low[] = {-4.0, -4.0}, echo_high[] = {4.0, 8.0};

static void reset(const echo_params *params, echo_state *state, rill_rng *rng)
{
    (void)params;
    for (int i = 0; i < 2; i++) {
        state->x[i] = rill_rng_uniform(rng, echo_low[i], echo_high[i]);
    }
}

static void step(const echo_params *params, echo_state *state, rill_rng *rng, const float *action,
                 rill_outcome *outcome)
{
    for (int i = 0; i < 2; i++) {
        state->x[i] = (double)action[i];
        if (params->jitter > 0.0) {
            state->x[i] *= 1.0 - params->jitter * rill_rng_random(rng);
        }
    }
    outcome->reward = (double)action[0];
    outcome->terminated = action[1] > 5.0f;
}

static void observe(const echo_params *params, const echo_state *state, float *box)
{
    (void)params;
    box[0] = (float)state->x[0];
    box[1] = (float)state->x[1];
}

static rill_space echo_space(const void *params)
{
    (void)params;
    return rill_space_box(2, echo_low, echo_high);
}

static void echo_get_state(const void *params, const void *state, double *values)
{
    (void)params;
    memcpy(values, ((const echo_state *)state)->x, sizeof(echo_state));
}

static rill_status echo_set_state(const void *params, void *state, const double *values,
                                  rill_error *error)
{
    (void)params;
    rill_status status = rill_state_finite(values, 2, error);
    if (status == RILL_OK) {
        memcpy(((echo_state *)state)->x, values, sizeof(echo_state));
    }
    return status;
}

RILL_DEFINE_ENV(echo, box, box, .summary = "shows the action", .source = "tests",
                .observation_space = echo_space, .action_space = echo_space, .n_state_values = 2,
                .get_state = echo_get_state, .set_state = echo_set_state);

/// An echo environment with a time limit of its own (0: none).
static inline rill_env *echo_create(double jitter, int64_t max_episode_steps)
{
    rill_env *env = NULL;
    rill_error error = {0};
    echo_params *params = rill_params_create(echo_param_table, sizeof *params);
    params->jitter = jitter;
    ASSERT_OK(rill_env_create_from(&env, &rill_env_echo, params, max_episode_steps, &error),
              &error);
    return env;
}

/// Wraps `*env`; `assignment` may be NULL.
static inline void wrap(rill_env **env, const char *id, const char *assignment)
{
    rill_error error = {0};
    const char *assignments[] = {assignment, NULL};
    ASSERT_OK(rill_env_wrap(env, id, assignments, &error), &error);
}

/// A step with a box action of two numbers.
static inline rill_observation echo_act(rill_env *env, double a, double b, rill_outcome *outcome)
{
    const float action[] = {(float)a, (float)b};
    return rill_env_step(env, (rill_action){.box = action}, outcome);
}

#endif
