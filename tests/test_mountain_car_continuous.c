// The continuous mountain car against Gymnasium's recorded steps and episodes, and by hand.
#include "tests/drawing.h"
#include "tests/golden_control.h"

START_TEST(test_preset)
{
    static const float low[] = {-1.2F, -0.07F}, high[] = {0.6F, 0.07F};
    golden_check_preset("MountainCarContinuous-v0", 999, 90.0, low, high);
}
END_TEST

START_TEST(test_golden)
{
    ck_assert_int_gt(golden_check_states("golden/states_MountainCarContinuous-v0.json"), 1000);
    ck_assert_int_gt(golden_replay_control("golden/MountainCarContinuous-v0.json"), 500);
}
END_TEST

static rill_outcome step_from(rill_env *env, double position, double velocity, float action,
                              double *next)
{
    const double state[] = {position, velocity};
    rill_error error = {0};
    ASSERT_OK(rill_env_set_state(env, state, &error), &error);
    rill_outcome outcome;
    rill_env_step(env, (rill_action){.box = &action}, &outcome);
    env->type->get_state(env->params, env->state, next);
    return outcome;
}

/// A force beyond 1 acts as 1 and costs its own square.
START_TEST(test_force_out_of_bounds)
{
    rill_env *env = golden_create("mountain_car_continuous", NULL);
    double full[2], more[2];
    for (int side = -1; side <= 1; side += 2) {
        ck_assert(step_from(env, -0.5, 0.01, (float)side, full).reward == -0.1);
        ck_assert(step_from(env, -0.5, 0.01, (float)side * 4.0F, more).reward == -1.6);
        ck_assert(full[0] == more[0] && full[1] == more[1]);
    }
    rill_env_destroy(env);
}
END_TEST

/// The goal at 0.45 pays 100 less the force's square; states are float32 numbers; the wall stops.
START_TEST(test_goal_and_wall)
{
    rill_env *env = golden_create("mountain_car_continuous", NULL);
    double next[2];
    rill_outcome outcome = step_from(env, 0.44, 0.02, 0.5F, next);
    ck_assert(outcome.terminated && outcome.reward == 100.0 - 0.025);
    ck_assert(next[0] == (double)(float)next[0] && next[1] == (double)(float)next[1]);
    outcome = step_from(env, 0.42, 0.02, 0.0F, next);
    ck_assert(!outcome.terminated && outcome.reward == 0.0);
    outcome = step_from(env, 0.5, -0.02, 0.0F, next);
    ck_assert(!outcome.terminated && next[0] > 0.45);
    step_from(env, -1.19, -0.06, -1.0F, next);
    ck_assert(next[0] == (double)-1.2F && next[1] == 0.0);
    rill_env_destroy(env);

    static const char *const assignments[] = {"goal_velocity=0.03", NULL};
    env = golden_create("MountainCarContinuous-v0", assignments);
    ck_assert(!step_from(env, 0.44, 0.025, 0.0F, next).terminated);
    ck_assert(step_from(env, 0.44, 0.035, 0.0F, next).terminated);
    rill_env_destroy(env);
}
END_TEST

/// The start is one draw of NumPy's uniform(low, high), a double, at rest.
START_TEST(test_start)
{
    static const char *const assignments[] = {"low=-0.7", "high=-0.5", NULL};
    rill_env *env = golden_create("MountainCarContinuous-v0", assignments);
    rill_rng rng;
    rill_env_seed(env, 123);
    rill_rng_seed(&rng, 123);
    // Gymnasium's documentation shows this one
    ck_assert(float_distance(rill_env_reset(env).box[0], -0.5635296F) <= 1);
    double state[2];
    env->type->get_state(env->params, env->state, state);
    ck_assert(state[0] == rill_rng_uniform(&rng, -0.7, -0.5) && state[1] == 0.0);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_draw)
{
    rill_env *env = golden_create("MountainCarContinuous-v0", NULL);
    rill_env_reset(env);
    check_drawing(env);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_preset, test_golden, test_force_out_of_bounds, test_goal_and_wall, test_start,
          test_draw)
