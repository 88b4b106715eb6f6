// The windy gridworld: shortest ways, the book's way step by step, the gridworld of the same map,
// and outcomes of stochastic wind by hand.
#include "tests/golden.h"

enum { RIGHT = 1, DOWN, LEFT, UP_RIGHT, STAY = 8 };

static rill_model *model_of(const char *id, const char *const *assignments)
{
    rill_env *env = golden_create(id, assignments);
    rill_model *model = golden_model(env);
    rill_env_destroy(env);
    return model;
}

START_TEST(shortest_ways)
{
    static const struct {
        const char *key, *moves;
    } cases[] = {{"min_steps_4_moves", "moves=four"},
                 {"min_steps_king_8", "moves=king"},
                 {"min_steps_king_9", "moves=king_stay"}};
    cJSON *json = golden_read("sutton_barto_exact.json");
    const cJSON *entry = golden_member(golden_member(json, "entries"), "ex6.5_windy_gridworld");
    for (size_t i = 0; i < 3; i++) {
        rill_model *model =
            model_of("windy_gridworld", (const char *const[]){cases[i].moves, NULL});
        rill_solution *solution = NULL;
        rill_error error = {0};
        ASSERT_OK(rill_solve_optimal(model, 1.0, &solution, &error), &error);
        ASSERT_NEAR(-solution->v[30], golden_member(entry, cases[i].key)->valuedouble, 1e-12);
        rill_solution_destroy(solution);
        rill_model_destroy(model);
    }
    cJSON_Delete(json);
}
END_TEST

/// Example 6.5: nine times right, four down, two left.
START_TEST(way_of_the_book)
{
    static const int32_t way[] = {31, 32, 33, 24, 15, 6, 7, 8, 9, 19, 29, 39, 49, 48, 37};
    rill_env *env = golden_create("windy_gridworld", NULL);
    ck_assert_int_eq(rill_env_reset(env).index, 30);
    for (int i = 0; i < 15; i++) {
        rill_outcome outcome;
        const int32_t action = i < 9 ? RIGHT : i < 13 ? DOWN : LEFT;
        int32_t seen = rill_env_step(env, (rill_action){.index = action}, &outcome).index;
        ck_assert_int_eq(seen, way[i]);
        ck_assert(outcome.reward == -1.0 && outcome.terminated == (i == 14));
    }
    rill_env_destroy(env);
}
END_TEST

/// Values of the uniform policy, to which every transition adds.
START_TEST(equals_gridworld)
{
    rill_model *models[] = {
        model_of("windy_gridworld", NULL),
        model_of("gridworld",
                 (const char *const[]){"map=..........,..........,..........,S......G..,"
                                       "..........,..........,..........",
                                       "wind=0,0,0,1,1,1,2,2,1,0", "stay=false",
                                       "at_goal=terminate", "reward_step=-1", "reward_boundary=-1",
                                       "reward_goal=-1", NULL}),
    };
    rill_solution *solutions[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++) {
        double policy[70 * 4];
        rill_error error = {0};
        ck_assert(models[i]->n_states == 70 && models[i]->n_actions == 4);
        rill_uniform_policy(models[i], policy);
        ASSERT_OK(rill_solve_policy(models[i], 1.0, policy, &solutions[i], &error), &error);
    }
    for (int32_t s = 0; s < 70; s++) {
        ASSERT_NEAR(solutions[0]->v[s], solutions[1]->v[s], 1e-8);
    }
    for (int i = 0; i < 2; i++) {
        rill_solution_destroy(solutions[i]);
        rill_model_destroy(models[i]);
    }
}
END_TEST

/// Where each third of the probability goes: wind weaker, as stated, stronger.
START_TEST(stochastic_wind)
{
    static const struct {
        int32_t cell, action, next[3];
    } expected[] = {
        {36, RIGHT, {27, 17, 7}},   // wind 2: 1, 2 or 3 up
        {53, STAY, {53, 43, 33}},   // wind 1: 0, 1 or 2 up
        {65, DOWN, {65, 65, 55}},   // the lower edge stops the weakest
        {36, UP_RIGHT, {17, 7, 7}}, // the upper edge stops the strongest
        {4, RIGHT, {5, 5, 5}},      // along the upper edge
        {46, RIGHT, {37, 27, 17}},  // into the goal
    };
    rill_model *model = model_of(
        "windy_gridworld", (const char *const[]){"moves=king_stay", "is_stochastic=true", NULL});
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        size_t count = 0;
        const rill_transition *t =
            rill_model_outcomes(model, expected[i].cell, expected[i].action, &count);
        double total = 0.0;
        for (size_t k = 0; k < count; k++) {
            double thirds = 0.0;
            for (int gust = 0; gust < 3; gust++) {
                thirds += expected[i].next[gust] == t[k].next;
            }
            ASSERT_NEAR(t[k].probability, thirds / 3.0, 1e-15);
            ck_assert(t[k].reward == -1.0 && t[k].terminated == (t[k].next == 37));
            total += thirds;
        }
        ck_assert(total == 3.0);
    }
    rill_model_destroy(model);
}
END_TEST

/// All moves where there is no wind.
START_TEST(moves)
{
    static const int32_t next[] = {21, 32, 41, 30, 22, 42, 40, 20, 31};
    rill_model *model = model_of("windy_gridworld", (const char *const[]){"moves=king_stay", NULL});
    ck_assert_int_eq(model->n_actions, 9);
    for (int32_t action = 0; action < 9; action++) {
        size_t count = 0;
        const rill_transition *t = rill_model_outcomes(model, 31, action, &count);
        ck_assert(count == 1 && t->probability == 1.0);
        ck_assert_int_eq(t->next, next[action]);
    }
    rill_model_destroy(model);
}
END_TEST

/// One draw where there is wind, weaker first; none where there is not.
START_TEST(draws)
{
    static const int32_t next[] = {27, 17, 7};
    rill_env *env =
        golden_create("windy_gridworld", (const char *const[]){"is_stochastic=true", NULL});
    rill_rng rng = env->data->rng;
    for (int i = 0; i < 100; i++) {
        const double cell = i % 2 == 0 ? 36.0 : 30.0;
        rill_error error = {0};
        rill_outcome outcome;
        ASSERT_OK(rill_env_set_state(env, &cell, &error), &error);
        int32_t seen = rill_env_step(env, (rill_action){.index = RIGHT}, &outcome).index;
        ck_assert_int_eq(seen, i % 2 == 0 ? next[rill_rng_integers(&rng, 3)] : 31);
        ck_assert_mem_eq(&env->data->rng, &rng, sizeof rng);
    }
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(shortest_ways, way_of_the_book, equals_gridworld, stochastic_wind, moves, draws)
