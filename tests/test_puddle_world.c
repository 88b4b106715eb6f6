// Puddle world: depths and penalties by hand, both goals, and the draws of start and noise.
#include "tests/drawing.h"
#include "tests/test.h"

enum { UP, DOWN, RIGHT, LEFT };

static rill_env *create(const char *const *assignments)
{
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "puddle_world", assignments, &error), &error);
    return env;
}

static rill_outcome go(rill_env *env, double x, double y, int32_t action, double *state)
{
    rill_error error = {0};
    rill_outcome outcome;
    const double values[] = {x, y};
    ASSERT_OK(rill_env_set_state(env, values, &error), &error);
    rill_env_step(env, (rill_action){.index = action}, &outcome);
    env->type->get_state(env->params, env->state, state);
    return outcome;
}

static const char *const quiet[] = {"noise_sd=0", NULL};

START_TEST(test_rewards)
{
    static const struct {
        double x, y;
        int32_t action;
        double next_x, next_y, reward;
    } cases[] = {
        {0.2, 0.2, UP, 0.2, 0.25, -1.0},        {0.2, 0.2, DOWN, 0.2, 0.15, -1.0},
        {0.2, 0.2, RIGHT, 0.25, 0.2, -1.0},     {0.2, 0.2, LEFT, 0.15, 0.2, -1.0},
        {0.2, 0.70, UP, 0.2, 0.75, -41.0},      // on the line of the first puddle
        {0.2, 0.77, DOWN, 0.2, 0.72, -29.0},    // 0.03 from it
        {0.2, 0.91, DOWN, 0.2, 0.86, -1.0},     // 0.11 from it
        {0.0, 0.75, RIGHT, 0.05, 0.75, -21.0},  // beyond its end by 0.05
        {0.04, 0.72, DOWN, 0.04, 0.67, -1.0},   // diagonally by 0.1
        {0.07, 0.76, DOWN, 0.07, 0.71, -21.0},  // diagonally by 0.05
        {0.40, 0.75, RIGHT, 0.45, 0.75, -81.0}, // where both lines cross
        {0.46, 0.55, RIGHT, 0.51, 0.55, -17.0}, // 0.06 from the second alone
        {0.45, 0.90, DOWN, 0.45, 0.85, -21.0},  // beyond its end by 0.05, 0.1 from the first
        {0.45, 0.28, UP, 0.45, 0.33, -13.0},    // before its beginning by 0.07
        {0.02, 0.01, DOWN, 0.02, 0.0, -1.0},    // the edges of the square
        {0.02, 0.01, LEFT, 0.0, 0.01, -1.0},    {0.98, 0.5, RIGHT, 1.0, 0.5, -1.0},
        {0.5, 0.98, UP, 0.5, 1.0, -1.0},
    };
    rill_env *env = create(quiet);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double state[2];
        const rill_outcome outcome = go(env, cases[i].x, cases[i].y, cases[i].action, state);
        ASSERT_NEAR(state[0], cases[i].next_x, 1e-15);
        ASSERT_NEAR(state[1], cases[i].next_y, 1e-15);
        ASSERT_NEAR(outcome.reward, cases[i].reward, 1e-11);
        ck_assert(!outcome.terminated);
    }
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_goals)
{
    const char *square[] = {"noise_sd=0", "goal=square", NULL};
    rill_env *envs[] = {create(quiet), create(square)};
    static const struct {
        double x, y; ///< after a move up
        bool is_in[2];
    } cases[] = {
        {0.96, 0.96, {true, true}},    {0.905, 0.998, {true, false}}, {0.998, 0.905, {true, false}},
        {0.94, 0.955, {false, false}}, {0.94, 0.965, {true, false}},  {0.5, 1.0, {false, false}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int k = 0; k < 2; k++) {
            double state[2];
            const rill_outcome outcome = go(envs[k], cases[i].x, cases[i].y - 0.05, UP, state);
            ck_assert(outcome.terminated == cases[i].is_in[k]);
            ck_assert(outcome.reward == -1.0 && !outcome.truncated);
        }
    }
    rill_env_destroy(envs[0]);
    rill_env_destroy(envs[1]);
}
END_TEST

/// The documented draws: starts again until outside the goal, noise of x and then of y.
START_TEST(test_draws)
{
    rill_env *env = create(NULL);
    int n_rejected = 0;
    for (int episode = 0; episode < 2000; episode++) {
        rill_rng rng = env->data->rng;
        double x = 0.0, y = 0.0, state[2];
        rill_env_reset(env);
        for (n_rejected--; x + y == 0.0 || x + y >= 1.9; n_rejected++) {
            x = rill_rng_random(&rng);
            y = rill_rng_random(&rng);
        }
        env->type->get_state(env->params, env->state, state);
        ck_assert(state[0] == x && state[1] == y);
        rill_outcome outcome;
        rill_env_step(env, (rill_action){.index = RIGHT}, &outcome);
        env->type->get_state(env->params, env->state, state);
        ASSERT_NEAR(state[0],
                    fmax(0.0, fmin(1.0, x + 0.05 + 0.01 * rill_rng_standard_normal(&rng))), 1e-15);
        ASSERT_NEAR(state[1], fmax(0.0, fmin(1.0, y + 0.01 * rill_rng_standard_normal(&rng))),
                    1e-15);
        ck_assert_mem_eq(&rng, &env->data->rng, sizeof rng);
    }
    ck_assert_int_gt(n_rejected, 0); // 10 expected
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_refusals_and_drawing)
{
    const char *square[] = {"goal=square", NULL};
    rill_env *envs[] = {create(NULL), create(square)};
    const double outside[] = {0.5, 1.01};
    rill_error error = {0};
    ASSERT_REFUSED(rill_env_set_state(envs[0], outside, &error), &error, "state", "y is 1.01");
    rill_env_reset(envs[0]);
    rill_env_reset(envs[1]);
    check_drawing(envs[0]);
    check_drawing(envs[1]);
    rill_env_destroy(envs[0]);
    rill_env_destroy(envs[1]);
}
END_TEST

TEST_MAIN(test_rewards, test_goals, test_draws, test_refusals_and_drawing)
