// The double integrator: the motion of a constant force, the least time to the origin, the
// quadratic optimum, and the derivatives.
#include "tests/drawing.h"
#include "tests/jacobian.h"
#include "tests/test.h"

#include <rill/riccati.h>

static rill_env *create(const char *const *assignments)
{
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "double_integrator", assignments, &error), &error);
    return env;
}

static void set(rill_env *env, double x, double v)
{
    rill_error error = {0};
    const double values[] = {x, v};
    ASSERT_OK(rill_env_set_state(env, values, &error), &error);
}

static rill_outcome push(rill_env *env, float u, double *state)
{
    rill_outcome outcome;
    rill_env_step(env, (rill_action){.box = &u}, &outcome);
    env->type->get_state(env->params, env->state, state);
    return outcome;
}

/// x(t) = x + v t + u t^2 / (2 m), v(t) = v + u t / m, however long the steps are.
START_TEST(test_constant_force)
{
    static const char *const steps[][3] = {
        {"dt=0.1", "mass=2", NULL}, {"dt=0.5", "mass=0.3", NULL}, {"dt=0.01", "mass=7", NULL}};
    static const double dts[] = {0.1, 0.5, 0.01}, masses[] = {2.0, 0.3, 7.0};
    for (int i = 0; i < 3; i++) {
        rill_env *env = create(steps[i]);
        double state[2];
        set(env, -1.0, 3.0);
        for (int k = 1; k <= 100; k++) {
            push(env, -0.75F, state);
            const double t = k * dts[i], acceleration = -0.75 / masses[i];
            ASSERT_NEAR(state[0], -1.0 + 3.0 * t + 0.5 * acceleration * t * t, 1e-10);
            ASSERT_NEAR(state[1], 3.0 + acceleration * t, 1e-11);
        }
        rill_env_destroy(env);
    }
}
END_TEST

START_TEST(test_quadratic_reward)
{
    const char *costs[] = {"cost_position=2", "cost_velocity=3", "cost_force=5", "max_force=2",
                           NULL};
    rill_env *env = create(costs);
    double state[2];
    set(env, 0.5, -2.0);
    rill_outcome outcome = push(env, 1.5F, state);
    ASSERT_NEAR(outcome.reward, -(2.0 * 0.25 + 3.0 * 4.0 + 5.0 * 2.25), 1e-14);
    set(env, 0.0, 0.0);
    outcome = push(env, -7.0F, state); // acts as -2
    ASSERT_NEAR(outcome.reward, -5.0 * 4.0, 1e-14);
    ASSERT_NEAR(state[1], -0.2, 1e-15);
    ck_assert(!outcome.terminated);
    rill_env_destroy(env);
}
END_TEST

/// From rest at d: 2 sqrt(m d / F) = 2 s for m = d = F = 1, ten steps towards and ten against it.
START_TEST(test_minimum_time)
{
    const char *assignments[] = {"reward=minimum_time", NULL};
    rill_env *env = create(assignments);
    double state[2];
    for (int side = -1; side <= 1; side += 2) {
        set(env, side, 0.0);
        for (int k = 1; k <= 20; k++) {
            const float u = (float)(k <= 10 ? -2 * side : side); // 2 acts as 1
            const rill_outcome outcome = push(env, u, state);
            ck_assert(outcome.reward == -1.0 && outcome.terminated == (k == 20));
        }
        ASSERT_NEAR(state[0], 0.0, 1e-14);
        ASSERT_NEAR(state[1], 0.0, 1e-14);
    }
    // slow but far, and near but fast, is not there
    set(env, 0.06, 0.0);
    ck_assert(!push(env, 0.0F, state).terminated);
    set(env, 0.0, 0.06);
    ck_assert(!push(env, 0.0F, state).terminated);
    set(env, 0.04, 0.04);
    ck_assert(push(env, 0.0F, state).terminated);
    rill_env_destroy(env);
}
END_TEST

/// With a force that is never clipped, the best return is -x'P x.
START_TEST(test_quadratic_optimum)
{
    const char *assignments[] = {"max_force=1000", "start_velocity=1", NULL};
    rill_env *env = create(assignments);
    const double A[] = {1.0, 0.1, 0.0, 1.0}, B[] = {0.005, 0.1}, Q[] = {1.0, 0.0, 0.0, 0.1};
    const double R[] = {0.1};
    const rill_lqr problem = {2, 1, A, B, Q, R};
    double P[4], K[2], state[2];
    rill_error error = {0};
    ASSERT_OK(rill_riccati_solve(&problem, 1.0, P, K, &error), &error);
    for (int episode = 0; episode < 10; episode++) {
        rill_env_reset(env);
        env->type->get_state(env->params, env->state, state);
        const double x = state[0], v = state[1];
        const double best = -(P[0] * x * x + 2.0 * P[1] * x * v + P[3] * v * v);
        double sum = 0.0;
        for (int t = 0; t < 500; t++) {
            sum += push(env, (float)-(K[0] * state[0] + K[1] * state[1]), state).reward;
        }
        ASSERT_NEAR(sum / best, 1.0, 1e-9);
    }
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_jacobian)
{
    const char *minimum_time[] = {"reward=minimum_time", "mass=3", "dt=0.3", NULL};
    rill_env *envs[] = {create(NULL), create(minimum_time)};
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    for (int i = 0; i < 300; i++) {
        const double state[] = {rill_rng_uniform(&rng, -5.0, 5.0),
                                rill_rng_uniform(&rng, -5.0, 5.0)};
        // inside, beyond the upper and beyond the lower bound
        const double bound = (double[]){0.0, 2.0, -2.0}[i % 3];
        const float u = (float)(bound + rill_rng_uniform(&rng, -0.9, 0.9));
        check_jacobian(envs[i / 3 % 2], state, &u);
    }
    rill_env_destroy(envs[0]);
    rill_env_destroy(envs[1]);
}
END_TEST

START_TEST(test_start)
{
    const char *assignments[] = {"start_position=3", "start_velocity=2", NULL};
    rill_env *env = create(assignments);
    for (int i = 0; i < 100; i++) {
        rill_rng rng = env->data->rng;
        double state[2];
        rill_env_reset(env);
        env->type->get_state(env->params, env->state, state);
        ck_assert(state[0] == rill_rng_uniform(&rng, -3.0, 3.0));
        ck_assert(state[1] == rill_rng_uniform(&rng, -2.0, 2.0));
    }
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_drawing)
{
    rill_env *env = create(NULL);
    static const double positions[] = {0.0, -0.7, 1e6, -1e6};
    for (int i = 0; i < 4; i++) {
        set(env, positions[i], -positions[i]);
        check_drawing(env);
    }
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_constant_force, test_quadratic_reward, test_minimum_time, test_quadratic_optimum,
          test_jacobian, test_start, test_drawing)
