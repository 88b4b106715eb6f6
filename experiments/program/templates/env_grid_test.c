// My env: steps by hand, a value from the exact solution, and the checks of `rill check-env`.
#include "tests/test.h"

#include <rill/check.h>
#include <rill/solve.h>

enum { UP, RIGHT, DOWN, LEFT };

static rill_env *create(const char *assignment)
{
    rill_env *env = NULL;
    rill_error error = {0};
    const char *assignments[] = {assignment, NULL};
    ASSERT_OK(rill_env_create(&env, "my_env", assignments, &error), &error);
    return env;
}

/// Along the edge to the goal, against the wall, and into the hole, when nothing goes astray.
START_TEST(test_steps_by_hand)
{
    static const struct {
        int32_t from, action, next;
        double reward;
        bool terminated;
    } steps[] = {
        {8, UP, 4, -0.04, false},    {4, UP, 0, -0.04, false},     {0, UP, 0, -0.04, false},
        {0, RIGHT, 1, -0.04, false}, {2, RIGHT, 3, 1.0, true},     {4, RIGHT, 4, -0.04, false},
        {6, RIGHT, 7, -1.0, true},   {11, DOWN, 11, -0.04, false}, {8, LEFT, 8, -0.04, false},
    };
    rill_env *env = create("slip=0");
    ck_assert_int_eq(rill_env_reset(env).index, 8);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        const double state = steps[i].from;
        rill_error error = {0};
        rill_outcome outcome;
        ASSERT_OK(rill_env_set_state(env, &state, &error), &error);
        const rill_action action = {.index = steps[i].action};
        ck_assert_int_eq(rill_env_step(env, action, &outcome).index, steps[i].next);
        ck_assert(outcome.reward == steps[i].reward);
        ck_assert_int_eq(outcome.terminated, steps[i].terminated);
    }
    rill_env_destroy(env);
}
END_TEST

/// Without slipping the best way takes five steps: 4 (-0.04) + 1.
START_TEST(test_optimal_value)
{
    rill_env *env = create("slip=0");
    rill_error error = {0};
    rill_model *model = NULL;
    rill_solution *solution = NULL;
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    ASSERT_OK(rill_solve_optimal(model, 1.0, &solution, &error), &error);
    ASSERT_NEAR(solution->v[8], 0.84, 1e-12);
    rill_solution_destroy(solution);
    rill_model_destroy(model);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_checks_pass)
{
    const char *const assignments[] = {"slip=0.2", "slip=0", "slip=1"};
    for (size_t i = 0; i < sizeof assignments / sizeof assignments[0]; i++) {
        rill_env *env = create(assignments[i]);
        rill_error error = {0};
        ASSERT_OK(rill_env_check(env, NULL, NULL, NULL, &error), &error);
        rill_env_destroy(env);
    }
}
END_TEST

TEST_MAIN(test_steps_by_hand, test_optimal_value, test_checks_pass)
