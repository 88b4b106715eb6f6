// The pendulum against Gymnasium's recorded steps and episodes; its reward, bounds and derivatives.
#include "tests/drawing.h"
#include "tests/golden_control.h"
#include "tests/jacobian.h"

#include <rill/math.h>

START_TEST(test_preset)
{
    static const float high[] = {1.0F, 1.0F, 8.0F};
    golden_check_preset("Pendulum-v1", 200, 0.0, NULL, high);
}
END_TEST

START_TEST(test_golden)
{
    ck_assert_int_eq(golden_check_states("golden/states_Pendulum-v1.json"), 1000);
    ck_assert_int_gt(golden_replay_control("golden/Pendulum-v1.json"), 500);
    ck_assert_int_gt(golden_replay_control("golden/Pendulum-v1_g-9.81.json"), 500);
}
END_TEST

static rill_outcome step_from(rill_env *env, double theta, double omega, float action, double *next)
{
    const double state[] = {theta, omega};
    rill_error error = {0};
    ASSERT_OK(rill_env_set_state(env, state, &error), &error);
    rill_outcome outcome;
    rill_env_step(env, (rill_action){.box = &action}, &outcome);
    env->type->get_state(env->params, env->state, next);
    ck_assert(!outcome.terminated && !outcome.truncated);
    return outcome;
}

START_TEST(test_by_hand)
{
    rill_env *env = golden_create("pendulum", NULL);
    double next[2];
    // hanging: gravity has no lever, a torque beyond 2 acts as 2
    ASSERT_NEAR(step_from(env, RILL_PI, 1.0, 5.0F, next).reward, -(RILL_PI * RILL_PI + 0.1 + 0.004),
                1e-14);
    ASSERT_NEAR(next[1], 1.0 + 3.0 * 2.0 * 0.05, 1e-14);
    ASSERT_NEAR(next[0], RILL_PI + 0.05 * next[1], 1e-14);
    // level: 3 g / 2 = 15
    ASSERT_NEAR(step_from(env, RILL_PI / 2.0, 0.0, 0.0F, next).reward, -RILL_PI * RILL_PI / 4.0,
                1e-14);
    ASSERT_NEAR(next[1], 0.75, 1e-14);
    // the velocity is cut
    step_from(env, RILL_PI / 2.0, 7.9, 2.0F, next);
    ck_assert(next[1] == 8.0);
    step_from(env, -RILL_PI / 2.0, -7.9, -2.0F, next);
    ck_assert(next[1] == -8.0);
    rill_env_destroy(env);
}
END_TEST

/// The reward counts the angle from upright within half a turn to either side.
START_TEST(test_turns)
{
    rill_env *env = golden_create("pendulum", NULL);
    double next[2];
    for (int turns = -50; turns <= 50; turns++) {
        for (int i = -3; i <= 3; i++) {
            const double angle = i;
            const double reward =
                step_from(env, angle + turns * 2.0 * RILL_PI, 0.0, 0.0F, next).reward;
            ASSERT_NEAR(reward, -angle * angle, 1e-12);
        }
    }
    rill_env_destroy(env);
}
END_TEST

/// theta and omega, in order, are draws of NumPy's uniform between their bounds.
START_TEST(test_start)
{
    static const char *const assignments[] = {"x_init=1.5707963267948966", "y_init=0.5", NULL};
    rill_env *env = golden_create("Pendulum-v1", assignments);
    rill_rng rng;
    rill_env_seed(env, 123);
    rill_rng_seed(&rng, 123);
    // Gymnasium's documentation shows this one
    static const float documented[] = {0.8403459F, 0.54205054F, -0.44617897F};
    rill_observation seen = rill_env_reset(env);
    for (int i = 0; i < 3; i++) {
        ck_assert(float_distance(seen.box[i], documented[i]) <= 1);
    }
    double state[2];
    env->type->get_state(env->params, env->state, state);
    ck_assert(state[0] == rill_rng_uniform(&rng, -1.5707963267948966, 1.5707963267948966));
    ck_assert(state[1] == rill_rng_uniform(&rng, -0.5, 0.5));
    rill_env_destroy(env);
}
END_TEST

/// Inside, and on either side of the two bounds.
START_TEST(test_jacobian)
{
    static const char *const assignments[] = {"g=9.81", NULL};
    rill_env *env = golden_create("Pendulum-v1", assignments);
    static const double states[][2] = {{0.1, 0.2},  {2.0, -3.0},   {-2.5, 5.0}, {40.0, 0.0},
                                       {1.5, 7.95}, {-1.5, -7.95}, {3.0, 0.5}};
    static const float actions[] = {-3.0F, -1.9F, -0.4F, 0.3F, 1.2F, 5.0F};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        for (size_t j = 0; j < sizeof actions / sizeof actions[0]; j++) {
            check_jacobian(env, states[i], &actions[j]);
        }
    }
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_draw)
{
    rill_env *env = golden_create("Pendulum-v1", NULL);
    double next[2];
    for (int i = 0; i < 12; i++) {
        step_from(env, 0.5 * i, 0.0, (float)(i % 5) - 2.0F, next);
        check_drawing(env);
    }
    step_from(env, 1.0, 0.0, 0.0F, next);
    const int without_arrow = check_drawing(env).n_shapes;
    step_from(env, 1.0, 0.0, 1.0F, next);
    ck_assert_int_gt(check_drawing(env).n_shapes, without_arrow);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_preset, test_golden, test_by_hand, test_turns, test_start, test_jacobian, test_draw)
