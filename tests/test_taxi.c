// Taxi against Gymnasium's: recorded episodes, the transition table, exact solutions; rain and a
// fickle passenger by hand.
#include "tests/drawing.h"
#include "tests/golden.h"

enum { SOUTH, NORTH, EAST, WEST, PICK_UP, DROP_OFF, ACTIONS };
enum { R, G, Y, B, IN_TAXI };

static int32_t index_of(int32_t row, int32_t column, int32_t passenger, int32_t destination)
{
    return ((row * 5 + column) * 5 + passenger) * 4 + destination;
}

static void put(rill_env *env, double value)
{
    rill_error error = {0};
    ASSERT_OK(rill_env_set_state(env, &value, &error), &error);
}

static int32_t act(rill_env *env, int32_t action, rill_outcome *outcome)
{
    return rill_env_step(env, (rill_action){.index = action}, outcome).index;
}

START_TEST(golden_episodes)
{
    ck_assert_int_eq(golden_replay("golden/Taxi-v4.json", golden_is_index), 1440);
    ck_assert_int_eq(golden_replay("golden/Taxi-v4_is_rainy-True.json", golden_is_index), 1440);
    ck_assert_int_eq(golden_replay("golden/Taxi-v4_fickle_passenger-True.json", golden_is_index),
                     1440);
}
END_TEST

START_TEST(table_and_exact_solutions)
{
    golden_check_table("golden/P_Taxi-v4_dry.json");
    rill_env *env = golden_create("Taxi-v4", NULL);
    rill_model *model = golden_model(env);
    ck_assert_int_eq(golden_check_solutions("Taxi-v4_dry", model), 6);
    for (int32_t s = 0; s < 500; s++) {
        const int32_t passenger = s / 4 % 5;
        const bool is_start = passenger != IN_TAXI && passenger != s % 4;
        ck_assert(model->start[s] == (is_start ? 1.0 / 300.0 : 0.0));
    }
    rill_model_destroy(model);
    rill_env_destroy(env);
}
END_TEST

START_TEST(presets)
{
    static const char *const ids[] = {"Taxi-v4", "Taxi-v3"};
    for (size_t i = 0; i < 2; i++) {
        const rill_env_preset *preset = NULL;
        ck_assert_ptr_nonnull(rill_env_type_find(ids[i], &preset, NULL));
        ck_assert(preset->max_episode_steps == 200 && preset->reward_threshold == 8.0);
    }
}
END_TEST

/// The mask marks what changes the state; every state can be drawn.
START_TEST(mask_and_pictures)
{
    rill_env *env = golden_create("taxi", NULL);
    for (int32_t s = 0; s < 500; s++) {
        uint8_t legal[ACTIONS];
        put(env, s);
        check_drawing(env);
        env->type->mask(env->params, env->state, legal);
        for (int32_t action = 0; action < ACTIONS; action++) {
            rill_outcome outcome;
            put(env, s);
            ck_assert_int_eq(legal[action], act(env, action, &outcome) != s);
        }
    }
    rill_env_destroy(env);
}
END_TEST

/// Where moves in the rain lead: ahead, to the left and to the right of it.
START_TEST(rain)
{
    static const struct {
        int32_t row, column, action;
        int32_t ends[3][2];
    } cases[] = {
        {2, 2, SOUTH, {{3, 2}, {2, 3}, {2, 1}}}, {2, 2, NORTH, {{1, 2}, {2, 1}, {2, 3}}},
        {2, 2, EAST, {{2, 3}, {1, 2}, {3, 2}}},  {2, 2, WEST, {{2, 1}, {3, 2}, {1, 2}}},
        {0, 2, EAST, {{0, 3}, {0, 2}, {1, 2}}},  // the edge to the left
        {3, 0, NORTH, {{2, 0}, {3, 0}, {3, 0}}}, // the edge and a wall
        {0, 1, EAST, {{0, 1}, {0, 1}, {0, 1}}},  // blocked: no drifting either
        {4, 3, SOUTH, {{4, 3}, {4, 3}, {4, 3}}},
    };
    rill_env *env = golden_create(
        "taxi", (const char *const[]){"is_rainy=true", "rainy_probability=0.5", NULL});
    rill_model *model = golden_model(env);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int32_t s = index_of(cases[i].row, cases[i].column, IN_TAXI, B);
        size_t count = 0;
        const rill_transition *t = rill_model_outcomes(model, s, cases[i].action, &count);
        for (size_t k = 0; k < count; k++) {
            double expected = 0.0;
            for (int way = 0; way < 3; way++) {
                const int32_t *end = cases[i].ends[way];
                if (index_of(end[0], end[1], IN_TAXI, B) == t[k].next) {
                    expected += way == 0 ? 0.5 : 0.25;
                }
            }
            ck_assert(expected > 0.0 && t[k].probability == expected);
            ck_assert(t[k].reward == -1.0 && !t[k].terminated);
        }
    }
    // and it changes nothing but moves
    size_t count = 0;
    const rill_transition *t =
        rill_model_outcomes(model, index_of(4, 3, IN_TAXI, B), DROP_OFF, &count);
    ck_assert(count == 1 && t->probability == 1.0 && t->reward == 20.0 && t->terminated);
    rill_model_destroy(model);
    rill_env_destroy(env);
}
END_TEST

/// A change of mind ahead comes true at the first move with the passenger, once, to each of the
/// other stands as often (chi-square, false alarms 1e-6).
START_TEST(fickle_passenger)
{
    rill_env *env = golden_create("taxi", (const char *const[]){"fickle_passenger=true", NULL});
    rill_outcome outcome;
    int64_t counts[4] = {0};
    for (int k = 0; k < 3000; k++) {
        put(env, 500 + index_of(0, 1, G, R));
        ck_assert_int_eq(act(env, WEST, &outcome), index_of(0, 0, G, R)); // alone
        put(env, 500 + index_of(0, 0, R, Y));
        ck_assert_int_eq(act(env, PICK_UP, &outcome), index_of(0, 0, IN_TAXI, Y));
        ck_assert_int_eq(act(env, WEST, &outcome), index_of(0, 0, IN_TAXI, Y)); // no move
        const int32_t s = act(env, SOUTH, &outcome);
        counts[s % 4]++;
        ck_assert_int_eq(s / 4, index_of(1, 0, IN_TAXI, 0) / 4);
        ck_assert_int_eq(act(env, SOUTH, &outcome), index_of(2, 0, IN_TAXI, s % 4));
    }
    static const double probabilities[] = {1.0 / 3, 1.0 / 3, 0.0, 1.0 / 3};
    ck_assert(test_chi_square(probabilities, counts, 4) > 1e-6);

    // settled at the start, with probability 0.3; the state's number tells it
    static const double settled[] = {0.7, 0.3};
    int64_t n[2] = {0};
    for (int k = 0; k < 3000; k++) {
        double value = 0.0;
        const int32_t seen = rill_env_reset(env).index;
        env->type->get_state(env->params, env->state, &value);
        ck_assert(value == seen || value == seen + 500);
        n[value >= 500.0]++;
    }
    ck_assert(test_chi_square(settled, n, 2) > 1e-6);

    rill_model *model = NULL;
    rill_error error = {0};
    ASSERT_REFUSED(rill_env_model(env, &model, &error), &error, "",
                   "taxi is not a finite MDP with these parameters: whether the fickle passenger");
    rill_env_destroy(env);
}
END_TEST

START_TEST(only_the_fickle_have_a_second_mind)
{
    rill_env *env = golden_create("taxi", NULL);
    const double value = 500.0;
    rill_error error = {0};
    ASSERT_REFUSED(rill_env_set_state(env, &value, &error), &error, "state",
                   "500 is not a state; there are 0 to 499");
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(golden_episodes, table_and_exact_solutions, presets, mask_and_pictures, rain,
          fickle_passenger, only_the_fickle_have_a_second_mind)
