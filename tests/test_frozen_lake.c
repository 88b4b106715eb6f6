// Frozen lake against Gymnasium's: recorded episodes, transition tables, exact solutions.
#include "tests/golden.h"

static rill_env *create(const char *const *assignments)
{
    return golden_create("frozen_lake", assignments);
}

START_TEST(golden_episodes)
{
    int n = golden_replay("golden/FrozenLake-v1_is_slippery-True.json", golden_is_index) +
            golden_replay("golden/FrozenLake-v1_is_slippery-False.json", golden_is_index) +
            golden_replay("golden/FrozenLake-v1_is_slippery-True_success_rate-0.7.json",
                          golden_is_index) +
            golden_replay("golden/FrozenLake8x8-v1_is_slippery-True.json", golden_is_index);
    ck_assert_int_eq(n, 71 + 107 + 108 + 428);
}
END_TEST

START_TEST(golden_tables)
{
    golden_check_table("golden/P_FrozenLake-v1_4x4_slippery.json");
    golden_check_table("golden/P_FrozenLake-v1_4x4_deterministic.json");
    golden_check_table("golden/P_FrozenLake8x8-v1_slippery.json");
    golden_check_table("golden/P_FrozenLake8x8-v1_deterministic.json");
}
END_TEST

START_TEST(exact_solutions)
{
    static const struct {
        const char *key, *id, *is_slippery;
    } cases[] = {
        {"FrozenLake-v1_4x4_slippery", "FrozenLake-v1", "is_slippery=true"},
        {"FrozenLake-v1_4x4_deterministic", "FrozenLake-v1", "is_slippery=false"},
        {"FrozenLake8x8-v1_slippery", "FrozenLake8x8-v1", "is_slippery=true"},
        {"FrozenLake8x8-v1_deterministic", "FrozenLake8x8-v1", "is_slippery=false"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_env *env =
            golden_create(cases[i].id, (const char *const[]){cases[i].is_slippery, NULL});
        rill_model *model = golden_model(env);
        ck_assert_int_eq(golden_check_solutions(cases[i].key, model), 6);
        rill_model_destroy(model);
        rill_env_destroy(env);
    }
}
END_TEST

START_TEST(presets)
{
    static const struct {
        const char *id;
        int64_t limit;
        double threshold;
        int32_t cells;
    } expected[] = {{"FrozenLake-v1", 100, 0.70, 16}, {"FrozenLake8x8-v1", 200, 0.85, 64}};
    for (size_t i = 0; i < 2; i++) {
        const rill_env_preset *preset = NULL;
        ck_assert_ptr_nonnull(rill_env_type_find(expected[i].id, &preset, NULL));
        ck_assert(preset->reward_threshold == expected[i].threshold);
        rill_env *env = golden_create(expected[i].id, NULL);
        ck_assert_int_eq(env->max_episode_steps, expected[i].limit);
        ck_assert_int_eq(env->observation_space.size, expected[i].cells);
        rill_env_destroy(env);
    }
}
END_TEST

/// One step on a map of one's own, 2 x 3, from every cell: where it ends and what it earns.
START_TEST(own_map)
{
    enum { LEFT, DOWN, RIGHT, UP };
    static const struct {
        int32_t from, action, to;
        double reward;
        bool terminated;
    } steps[] = {
        {0, LEFT, 0, -1.0, false},  {0, RIGHT, 1, -1.0, false}, {0, UP, 0, -1.0, false},
        {0, DOWN, 3, -5.0, true},   {1, DOWN, 4, 10.0, true},   {1, RIGHT, 2, -1.0, false},
        {2, RIGHT, 2, -1.0, false}, {2, DOWN, 5, -1.0, false},  {5, LEFT, 4, 10.0, true},
        {5, DOWN, 5, -1.0, false},  {3, RIGHT, 3, 0.0, true},   {4, UP, 4, 0.0, true},
    };
    rill_env *env = create((const char *const[]){"map=SFS,HGF", "map_name=8x8", "is_slippery=false",
                                                 "reward_schedule=10,-5,-1", NULL});
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        const double from = steps[i].from;
        rill_outcome outcome;
        ck_assert_int_eq(rill_env_set_state(env, &from, NULL), RILL_OK);
        rill_rng rng = env->data->rng;
        rill_observation seen = rill_env_step(env, (rill_action){steps[i].action}, &outcome);
        ck_assert(rill_rng_random(&rng) < 1.0); // drawn, though not for slipping
        ck_assert_mem_eq(&rng, &env->data->rng, sizeof rng);
        ck_assert_int_eq(seen.index, steps[i].to);
        ck_assert(outcome.reward == steps[i].reward);
        ck_assert(outcome.terminated == steps[i].terminated && !outcome.truncated);
    }
    rill_grid grid;
    env->type->grid(env->params, &grid);
    ck_assert(grid.rows == 2 && grid.columns == 3);
    static const rill_cell kinds[] = {RILL_CELL_START,  RILL_CELL_FREE, RILL_CELL_START,
                                      RILL_CELL_HAZARD, RILL_CELL_GOAL, RILL_CELL_FREE};
    for (int32_t cell = 0; cell < 6; cell++) {
        ck_assert_int_eq(grid.cell(env->params, cell), kinds[cell]);
    }
    rill_model *model = golden_model(env);
    ck_assert(model->start[0] == 0.5 && model->start[2] == 0.5);
    rill_model_destroy(model);
    rill_env_destroy(env);
}
END_TEST

/// From cell 4, the middle of 3 x 3: each direction with its probability.
START_TEST(success_rate)
{
    rill_env *env = create((const char *const[]){"map=SFF,FFF,FFG", "success_rate=0.5", NULL});
    rill_model *model = golden_model(env);
    static const int32_t to[4] = {3, 7, 5, 1}; // left, down, right, up
    for (int32_t action = 0; action < 4; action++) {
        size_t count = 0;
        const rill_transition *t = rill_model_outcomes(model, 4, action, &count);
        ck_assert_uint_eq(count, 3);
        for (int32_t i = 0; i < 3; i++) {
            ck_assert_int_eq(t[i].next, to[(action + 3 + i) % 4]);
            ck_assert(t[i].probability == (i == 1 ? 0.5 : 0.25));
        }
    }
    rill_model_destroy(model);
    rill_env_destroy(env);
}
END_TEST

START_TEST(refusals)
{
    static const struct {
        const char *assignment, *path, *message;
    } cases[] = {
        {"map=SFF,FG", "map", "row 2 has 2 cells, row 1 has 3; make them equally long"},
        {"map=SF,Fg", "map", "'g' in row 2, column 2 is none of S F H G"},
        {"map=FF,HG", "map", "there is no cell to start in; add an S"},
        {"reward_schedule=1,0", "reward_schedule", "has 2 numbers; give 3"},
        {"map_name=5x5", "map_name", "4x4"},
        {"success_rate=1.5", "success_rate", "allowed is 0 to 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_env *env = NULL;
        rill_error error = {0};
        const char *const assignments[] = {cases[i].assignment, NULL};
        ASSERT_REFUSED(rill_env_create(&env, "frozen_lake", assignments, &error), &error,
                       cases[i].path, cases[i].message);
    }
    rill_env *env = create(NULL);
    const double value = 16.0;
    rill_error error = {0};
    ASSERT_REFUSED(rill_env_set_state(env, &value, &error), &error, "state",
                   "16 is not a state; there are 0 to 15");
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(golden_episodes, golden_tables, exact_solutions, presets, own_map, success_rate, refusals)
