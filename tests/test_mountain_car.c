// Mountain car against Gymnasium's recorded steps and episodes, and its bounds by hand.
#include "tests/drawing.h"
#include "tests/golden_control.h"

START_TEST(test_preset)
{
    static const float low[] = {-1.2F, -0.07F}, high[] = {0.6F, 0.07F};
    golden_check_preset("MountainCar-v0", 200, -110.0, low, high);
}
END_TEST

START_TEST(test_golden)
{
    ck_assert_int_gt(golden_check_states("golden/states_MountainCar-v0.json"), 1000);
    ck_assert_int_gt(golden_replay_control("golden/MountainCar-v0.json"), 500);
}
END_TEST

static rill_outcome step_from(rill_env *env, double position, double velocity, int32_t action,
                              double *next)
{
    const double state[] = {position, velocity};
    rill_error error = {0};
    ASSERT_OK(rill_env_set_state(env, state, &error), &error);
    rill_outcome outcome;
    rill_env_step(env, (rill_action){.index = action}, &outcome);
    env->type->get_state(env->params, env->state, next);
    ck_assert(outcome.reward == -1.0 && !outcome.truncated);
    return outcome;
}

START_TEST(test_bounds)
{
    rill_env *env = golden_create("mountain_car", NULL);
    double next[2];
    // the wall stops, the right edge does not; both velocities are cut
    ck_assert(!step_from(env, -1.19, -0.07, 0, next).terminated);
    ck_assert(next[0] == -1.2 && next[1] == 0.0);
    ck_assert(step_from(env, 0.59, 0.07, 2, next).terminated);
    ck_assert(next[0] == 0.6 && next[1] == 0.07);
    ck_assert(!step_from(env, -0.5, -0.08, 1, next).terminated);
    ck_assert(next[1] == -0.07);
    // the goal is at 0.5, and rolling back over it does not count
    ck_assert(step_from(env, 0.49, 0.02, 1, next).terminated);
    ck_assert(!step_from(env, 0.44, 0.05, 1, next).terminated);
    ck_assert(!step_from(env, 0.56, -0.02, 1, next).terminated);
    ck_assert_double_gt(next[0], 0.5);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_goal_velocity)
{
    static const char *const assignments[] = {"goal_velocity=0.04", NULL};
    rill_env *env = golden_create("MountainCar-v0", assignments);
    double next[2];
    ck_assert(!step_from(env, 0.49, 0.035, 2, next).terminated);
    ck_assert(step_from(env, 0.49, 0.045, 2, next).terminated);
    rill_env_destroy(env);
}
END_TEST

/// The start is one draw of NumPy's uniform(low, high), at rest.
START_TEST(test_start)
{
    static const char *const assignments[] = {"low=-0.7", "high=0.5", NULL};
    rill_env *env = golden_create("MountainCar-v0", assignments);
    rill_rng rng;
    rill_env_seed(env, 123);
    rill_rng_seed(&rng, 123);
    // Gymnasium's documentation shows this one
    ck_assert(float_distance(rill_env_reset(env).box[0], 0.11882224F) <= 1);
    rill_rng_random(&rng);
    rill_env_reset(env);
    double state[2];
    env->type->get_state(env->params, env->state, state);
    ck_assert(state[0] == rill_rng_uniform(&rng, -0.7, 0.5) && state[1] == 0.0);
    rill_env_destroy(env);

    static const char *const reversed[] = {"low=0.1", NULL};
    rill_error error = {0};
    ASSERT_REFUSED(rill_env_create(&env, "MountainCar-v0", reversed, &error), &error, "low",
                   "0.1 is above high, -0.4");
}
END_TEST

START_TEST(test_draw)
{
    rill_env *env = golden_create("MountainCar-v0", NULL);
    for (int i = 0; i <= 18; i++) {
        const double state[] = {-1.2 + 0.1 * i, 0.0};
        rill_error error = {0};
        ASSERT_OK(rill_env_set_state(env, state, &error), &error);
        check_drawing(env);
    }
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_preset, test_golden, test_bounds, test_goal_velocity, test_start, test_draw)
