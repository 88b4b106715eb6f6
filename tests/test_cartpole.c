// Cart-pole against Gymnasium's recorded steps and episodes, and its options by hand.
#include "tests/drawing.h"
#include "tests/golden_control.h"

START_TEST(test_preset)
{
    static const float high[] = {4.8F, (float)INFINITY, 0.41887903F, (float)INFINITY};
    golden_check_preset("CartPole-v0", 200, 195.0, NULL, high);
    golden_check_preset("CartPole-v1", 500, 475.0, NULL, high);
}
END_TEST

START_TEST(test_golden)
{
    ck_assert_int_eq(golden_check_states("golden/states_CartPole-v1.json"), 611);
    ck_assert_int_gt(golden_replay_control("golden/CartPole-v0.json"), 100);
    ck_assert_int_gt(golden_replay_control("golden/CartPole-v1.json"), 100);
    ck_assert_int_gt(golden_replay_control("golden/CartPole-v1_sutton_barto_reward-True.json"),
                     100);
}
END_TEST

/// Upright and at rest a push F accelerates the cart by a = F / M - m l alpha / M and the pole by
/// alpha = -F / M / (l (4/3 - m / M)), with M = 1.1, m = 0.1, l = 0.5. Euler steps move nothing
/// yet, semi-implicit ones move everything.
START_TEST(test_first_step)
{
    static const char *const integrators[] = {"kinematics_integrator=euler",
                                              "kinematics_integrator=semi-implicit"};
    for (int i = 0; i < 2; i++) {
        const char *const assignments[] = {integrators[i], NULL};
        rill_env *env = golden_create("CartPole-v1", assignments);
        for (int action = 0; action < 2; action++) {
            static const double at_rest[4] = {0.0};
            rill_error error = {0};
            ASSERT_OK(rill_env_set_state(env, at_rest, &error), &error);
            rill_outcome outcome;
            rill_env_step(env, (rill_action){.index = action}, &outcome);
            ck_assert(outcome.reward == 1.0 && !outcome.terminated);
            const double push = (action == 0 ? -10.0 : 10.0) / 1.1;
            const double alpha = -push / (0.5 * (4.0 / 3.0 - 0.1 / 1.1));
            const double a = push - 0.05 * alpha / 1.1;
            double seen[4];
            env->type->get_state(env->params, env->state, seen);
            ASSERT_NEAR(seen[1], 0.02 * a, 1e-15);
            ASSERT_NEAR(seen[3], 0.02 * alpha, 1e-15);
            ASSERT_NEAR(seen[0], i * 0.02 * seen[1], 1e-15);
            ASSERT_NEAR(seen[2], i * 0.02 * seen[3], 1e-15);
        }
        rill_env_destroy(env);
    }
}
END_TEST

/// An episode ends strictly beyond 2.4 m and 12 degrees, on either side.
START_TEST(test_bounds)
{
    static const double limits[] = {2.4, 0.20943951023931953};
    rill_env *env = golden_create("cartpole", NULL);
    for (int k = 0; k < 2; k++) {
        for (int side = -1; side <= 1; side += 2) {
            for (int is_beyond = 0; is_beyond < 2; is_beyond++) {
                double state[4] = {0.0}; // no velocity: Euler keeps position and angle
                state[2 * k] = side * (is_beyond ? nextafter(limits[k], 9.0) : limits[k]);
                rill_error error = {0};
                ASSERT_OK(rill_env_set_state(env, state, &error), &error);
                rill_outcome outcome;
                rill_env_step(env, (rill_action){.index = 0}, &outcome);
                ck_assert(outcome.terminated == (is_beyond == 1));
            }
        }
    }
    rill_env_destroy(env);
}
END_TEST

/// The start is four draws of NumPy's uniform(low, high), in order.
START_TEST(test_start)
{
    static const char *const assignments[] = {"low=-0.3", "high=0.1", NULL};
    rill_env *env = golden_create("CartPole-v1", assignments);
    rill_rng rng;
    rill_env_seed(env, 17);
    rill_rng_seed(&rng, 17);
    for (int episode = 0; episode < 3; episode++) {
        double state[4];
        rill_env_reset(env);
        env->type->get_state(env->params, env->state, state);
        for (int i = 0; i < 4; i++) {
            ck_assert(state[i] == rill_rng_uniform(&rng, -0.3, 0.1));
        }
    }
    rill_env_destroy(env);

    static const char *const reversed[] = {"low=0.1", "high=0.05", NULL};
    rill_error error = {0};
    ASSERT_REFUSED(rill_env_create(&env, "CartPole-v1", reversed, &error), &error, "low",
                   "0.1 is above high, 0.05");
}
END_TEST

/// The pole leans to the right where its angle is positive; here it reaches beyond the track.
START_TEST(test_draw)
{
    rill_env *env = golden_create("CartPole-v1", NULL);
    for (int side = -1; side <= 1; side += 2) {
        const double state[] = {side * 2.4, 0.0, side * 0.5, 0.0};
        rill_error error = {0};
        ASSERT_OK(rill_env_set_state(env, state, &error), &error);
        const drawing d = check_drawing(env);
        ASSERT_NEAR(side < 0 ? -d.min_x : d.max_x, 2.4 + sin(0.5) + 0.05, 1e-12);
        ASSERT_NEAR(d.max_y, 0.3 + cos(0.5) + 0.05, 1e-12);
    }
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_preset, test_golden, test_first_step, test_bounds, test_start, test_draw)
