// Four rooms: values that value iteration and a linear solve in NumPy found on a grid written down
// independently; hallways, slips and starts by hand.
#include "tests/finite.h"

enum { UP, RIGHT, DOWN, LEFT };

START_TEST(values)
{
    static const struct {
        int32_t cell;
        double value;
    } expected[] = {
        {14, 0.09310934142823116}, {45, 0.3108187225816043},  {136, 0.36542491210043476},
        {80, 0.09199244124800503}, {154, 0.3912995214057814}, {87, 0.8821135234778321},
        {113, 0.8821387240412224}, {24, 0.2824171334011223},
    };
    rill_model *model = finite_model("four_rooms", NULL);
    rill_solution *solution = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_solve_optimal(model, 0.9, &solution, &error), &error);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        ASSERT_NEAR(solution->v[expected[i].cell], expected[i].value, 1e-13);
    }
    rill_solution_destroy(solution);
    // the expected length of an episode of uniform moves
    for (size_t i = 0; i < model->first[model->n_states * 4]; i++) {
        model->transitions[i].reward = 1.0;
    }
    ASSERT_NEAR(finite_policy_value(model, 1.0, -1.0), 697.6581588589742, 1e-9);
    rill_model_destroy(model);
    // 14 steps without slips
    model = finite_model("four_rooms", (const char *const[]){"slip=0", NULL});
    ASSERT_NEAR(finite_value(model, 0.9, NULL), pow(0.9, 13.0), 1e-14);
    rill_model_destroy(model);
}
END_TEST

START_TEST(rooms)
{
    static const int32_t hallways[] = {45, 80, 100, 136};
    rill_env *env = golden_create("four_rooms", NULL);
    rill_grid grid;
    env->type->grid(env->params, &grid);
    int32_t n_free = 0;
    for (int32_t s = 0; s < 169; s++) {
        n_free += grid.cell(env->params, s) != RILL_CELL_WALL;
    }
    ck_assert_int_eq(n_free, 104);
    for (int i = 0; i < 4; i++) { // walls on two opposite sides, rooms on the others
        const int32_t s = hallways[i];
        const bool is_wide = grid.cell(env->params, s - 1) != RILL_CELL_WALL;
        ck_assert((grid.cell(env->params, s + 1) != RILL_CELL_WALL) == is_wide);
        ck_assert((grid.cell(env->params, s - 13) == RILL_CELL_WALL) == is_wide);
        ck_assert((grid.cell(env->params, s + 13) == RILL_CELL_WALL) == is_wide);
        ck_assert_int_eq(is_wide, i == 0 || i == 3);
    }
    rill_env_destroy(env);
}
END_TEST

START_TEST(steps)
{
    rill_env *env = golden_create("four_rooms", (const char *const[]){"slip=0", NULL});
    ck_assert_int_eq(rill_env_reset(env).index, 14);
    FINITE_STEP(env, UP, 14, 0.0, false);
    FINITE_STEP(env, LEFT, 14, 0.0, false);
    FINITE_STEP(env, RIGHT, 15, 0.0, false);
    FINITE_STEP(env, DOWN, 28, 0.0, false);
    FINITE_SET(env, 87);
    FINITE_STEP(env, DOWN, 100, 1.0, true);
    FINITE_STATE_REFUSED(env, "82 is a wall", 82);
    rill_env_destroy(env);

    // each of the other directions once in nine
    rill_model *model = finite_model("four_rooms", NULL);
    size_t count = 0;
    const rill_transition *t = rill_model_outcomes(model, 28, UP, &count);
    static const int32_t next[4] = {15, 29, 41, 27};
    ck_assert_uint_eq(count, 4);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(t[i].next, next[i]);
        ASSERT_NEAR(t[i].probability, i == 0 ? 2.0 / 3.0 : 1.0 / 9.0, 1e-15);
    }
    rill_model_destroy(model);
}
END_TEST

START_TEST(starts_and_goals)
{
    rill_model *model =
        finite_model("four_rooms", (const char *const[]){"start=-1", "goal=154", NULL});
    int n_starts = 0;
    for (int32_t s = 0; s < 169; s++) {
        n_starts += model->start[s] == 1.0 / 103.0;
    }
    ck_assert_int_eq(n_starts, 103);
    ck_assert(model->start[154] == 0.0 && !rill_model_is_available(model, 154, UP));
    rill_model_destroy(model);
    FINITE_REFUSED("four_rooms", "goal", "0 is a wall", "goal=0");
    FINITE_REFUSED("four_rooms", "start", "19 is a wall", "start=19");
    FINITE_REFUSED("four_rooms", "start", "100 is the goal", "start=100");
}
END_TEST

TEST_MAIN(values, rooms, steps, starts_and_goals)
