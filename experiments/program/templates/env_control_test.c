// My env: a step by hand, the end of the rail, and the checks of `rill check-env`.
#include "tests/test.h"

#include <rill/check.h>

static rill_env *create(const char *assignment)
{
    rill_env *env = NULL;
    rill_error error = {0};
    const char *assignments[] = {assignment, NULL};
    ASSERT_OK(rill_env_create(&env, "my_env", assignments, &error), &error);
    return env;
}

/// One step with a force from a state; the state after it goes to `values`.
static rill_outcome step_from(rill_env *env, double x, double v, float force, double *values)
{
    const double state[] = {x, v};
    rill_error error = {0};
    rill_outcome outcome;
    ASSERT_OK(rill_env_set_state(env, state, &error), &error);
    rill_env_step(env, (rill_action){.box = &force}, &outcome);
    env->type->get_state(env->params, env->state, values);
    return outcome;
}

/// Mass 2 kg: v' = 0.4 + 0.05 * 0.5 / 2, x' = 1 + 0.05 v'.
START_TEST(test_step_by_hand)
{
    rill_env *env = create("mass=2");
    double next[2];
    const rill_outcome outcome = step_from(env, 1.0, 0.4, 0.5F, next);
    ASSERT_NEAR(next[1], 0.4125, 1e-15);
    ASSERT_NEAR(next[0], 1.020625, 1e-15);
    ASSERT_NEAR(outcome.reward, -(1.0 + 0.1 * 0.16 + 0.01 * 0.25), 1e-15);
    ck_assert(!outcome.terminated && !outcome.truncated);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_bounds)
{
    rill_env *env = create("mass=0.5");
    double next[2], bounded[2];
    ck_assert(step_from(env, -1.99, -1.0, 0.0F, next).terminated);
    ck_assert(next[0] == -2.0);
    // a force beyond the bound counts as the bound
    step_from(env, 0.0, 0.0, 5.0F, next);
    step_from(env, 0.0, 0.0, 1.0F, bounded);
    ck_assert(next[0] == bounded[0] && next[1] == bounded[1]);
    rill_error error = {0};
    ASSERT_REFUSED(rill_env_set_state(env, (const double[]){2.5, 0.0}, &error), &error, "state",
                   "position 2.5");
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_start)
{
    rill_env *env = create("mass=0.5");
    double low = 1.0, high = -1.0;
    for (int i = 0; i < 1000; i++) {
        const float *box = rill_env_reset(env).box;
        low = fmin(low, (double)box[0]);
        high = fmax(high, (double)box[0]);
        ck_assert(box[1] == 0.0F);
    }
    // a draw misses either of these ends 1000 times with probability 2 * 0.975^1000 < 1e-10
    ck_assert(low >= -1.0 && low < -0.95 && high <= 1.0 && high > 0.95);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_checks_pass)
{
    const char *const assignments[] = {"mass=0.5", "mass=0.01", "mass=100"};
    for (size_t i = 0; i < sizeof assignments / sizeof assignments[0]; i++) {
        rill_env *env = create(assignments[i]);
        rill_error error = {0};
        ASSERT_OK(rill_env_check(env, NULL, NULL, NULL, &error), &error);
        rill_env_destroy(env);
    }
}
END_TEST

TEST_MAIN(test_step_by_hand, test_bounds, test_start, test_checks_pass)
