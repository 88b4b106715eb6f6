// Maximization bias: values by hand, rewards against the stream of normal numbers.
#include "tests/drawing.h"
#include "tests/finite.h"

enum { A, B, TERMINAL };
enum { LEFT, RIGHT };

START_TEST(values)
{
    rill_model *model = finite_model("max_bias", NULL);
    ck_assert_int_eq(model->n_actions, 10);
    rill_solution *solution = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_solve_optimal(model, 1.0, &solution, &error), &error);
    ck_assert_int_eq(solution->policy[A], RIGHT);
    ck_assert(solution->q[A * 10 + RIGHT] == 0.0);
    ASSERT_NEAR(solution->q[A * 10 + LEFT], -0.1, 1e-15);
    ASSERT_NEAR(solution->v[B], -0.1, 1e-15);
    rill_solution_destroy(solution);
    ASSERT_NEAR(finite_policy_value(model, 1.0, -1.0), -0.05, 1e-15);
    rill_model_destroy(model);
}
END_TEST

START_TEST(rewards)
{
    rill_env *env = golden_create(
        "max_bias", (const char *const[]){"reward_mean=3", "reward_deviation=0.5", NULL});
    rill_env_seed(env, 4);
    rill_rng rng;
    rill_rng_seed(&rng, 4);
    for (int32_t action = 0; action < 10; action++) {
        ck_assert_int_eq(rill_env_reset(env).index, A);
        FINITE_STEP(env, LEFT, B, 0.0, false);
        FINITE_STEP(env, action, TERMINAL, 3.0 + 0.5 * rill_rng_standard_normal(&rng), true);
    }
    rill_env_reset(env);
    FINITE_STEP(env, RIGHT, TERMINAL, 0.0, true);
    rill_env_destroy(env);
}
END_TEST

START_TEST(available_actions)
{
    rill_env *env = golden_create("max_bias", (const char *const[]){"n_actions=4", NULL});
    ck_assert_int_eq(env->action_space.size, 4);
    uint8_t mask[4];
    rill_env_reset(env);
    env->type->mask(env->params, env->state, mask);
    ck_assert_mem_eq(mask, ((const uint8_t[]){1, 1, 0, 0}), 4);
    FINITE_STEP(env, 3, A, 0.0, false);
    FINITE_STEP(env, LEFT, B, 0.0, false);
    env->type->mask(env->params, env->state, mask);
    ck_assert_mem_eq(mask, ((const uint8_t[]){1, 1, 1, 1}), 4);
    check_drawing(env);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(values, rewards, available_actions)
