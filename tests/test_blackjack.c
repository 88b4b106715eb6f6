// Blackjack against Gymnasium's episodes and against exact values that were solved independently.
#include "tests/drawing.h"
#include "tests/golden.h"

enum { STICK, HIT };
enum { NATURAL = 32, STATES = 726 };

/// The documented observation.
static int32_t index_of(int32_t sum, int32_t shown, int32_t usable_ace)
{
    return (sum * 11 + shown) * 2 + usable_ace;
}

static rill_model *create_model(const char *natural, const char *sab)
{
    rill_env *env = golden_create("blackjack", (const char *const[]){natural, sab, NULL});
    rill_model *model = golden_model(env);
    ck_assert_int_eq(model->n_states, STATES);
    rill_env_destroy(env);
    return model;
}

/// Gymnasium's observation (sum, dealer's card, usable ace), by the documented decoding and as the
/// first three numbers of the state.
static bool is_tuple(const rill_env *env, rill_observation seen, const cJSON *recorded)
{
    const int32_t sum = seen.index / 22;
    const int32_t tuple[] = {sum == NATURAL ? 21 : sum, seen.index / 2 % 11, seen.index % 2};
    double state[5];
    env->type->get_state(env->params, env->state, state);
    bool is_same = cJSON_GetArraySize(recorded) == 3 && (sum == NATURAL) == (state[4] == 1.0);
    for (int i = 0; i < 3; i++) {
        const double expected = cJSON_GetArrayItem(recorded, i)->valuedouble;
        is_same = is_same && tuple[i] == expected && state[i] == expected;
    }
    return is_same;
}

START_TEST(golden_episodes)
{
    ck_assert_int_eq(golden_replay("golden/Blackjack-v1_natural-False_sab-True.json", is_tuple),
                     18);
    ck_assert_int_eq(golden_replay("golden/Blackjack-v1_natural-True_sab-False.json", is_tuple),
                     13);
}
END_TEST

// ---- exact values ----

/// Columns of the book's figures: the dealer's card, ace to ten.
static void check_values(const cJSON *rows, const rill_solution *solution, int32_t usable_ace)
{
    const cJSON *row;
    cJSON_ArrayForEach (row, rows) {
        ck_assert_int_eq(cJSON_GetArraySize(row), 10);
        for (int32_t shown = 1; shown <= 10; shown++) {
            ASSERT_NEAR(solution->v[index_of(atoi(row->string), shown, usable_ace)],
                        cJSON_GetArrayItem(row, shown - 1)->valuedouble, 1e-12);
        }
    }
}

static double start_value(const rill_model *model, const rill_solution *solution)
{
    double sum = 0.0;
    for (int32_t s = 0; s < STATES; s++) {
        sum += model->start[s] * solution->v[s];
    }
    return sum;
}

static rill_solution *solve(const rill_model *model)
{
    rill_solution *solution = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_solve_optimal(model, 1.0, &solution, &error), &error);
    return solution;
}

/// Sticking on 20 and 21 (Figure 5.1).
static rill_solution *solve_stick_20(const rill_model *model)
{
    double policy[STATES][2] = {{0.0}};
    for (int32_t s = 0; s < STATES; s++) {
        policy[s][s / 22 >= 20 ? STICK : HIT] = 1.0;
    }
    rill_solution *solution = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_solve_policy(model, 1.0, policy[0], &solution, &error), &error);
    return solution;
}

START_TEST(figure_5_1)
{
    cJSON *json = golden_read("sutton_barto_exact.json");
    const cJSON *entries = golden_member(json, "entries");
    rill_model *model = create_model("natural=false", "sab=false");
    rill_solution *solution = solve_stick_20(model);
    const cJSON *figure = golden_member(entries, "fig5.1_blackjack_policy_stick20_values");
    check_values(golden_member(golden_member(figure, "values"), "usable"), solution, 1);
    // Example 5.4: an ace and a deuce (or three aces) against a deuce
    const cJSON *example = golden_member(entries, "ex5.4_blackjack_state_13_ace_2");
    ASSERT_NEAR(solution->v[index_of(13, 2, 1)], golden_member(example, "exact")->valuedouble,
                1e-12);
    rill_solution_destroy(solution);
    rill_model_destroy(model);
    cJSON_Delete(json);
}
END_TEST

START_TEST(figure_5_2)
{
    cJSON *json = golden_read("sutton_barto_exact.json");
    const cJSON *figure = golden_member(golden_member(json, "entries"), "fig5.2_blackjack_optimal");
    rill_model *model = create_model("natural=false", "sab=false");
    rill_solution *solution = solve(model);
    check_values(golden_member(golden_member(figure, "V"), "usable"), solution, 1);
    static const char *const aces[] = {"no_usable", "usable"};
    for (int32_t ace = 0; ace < 2; ace++) {
        const cJSON *policies = golden_member(golden_member(figure, "policy_1_is_hit"), aces[ace]);
        const cJSON *gaps = golden_member(golden_member(figure, "q_hit_minus_q_stick"), aces[ace]);
        for (int32_t sum = ace == 1 ? 12 : 11; sum <= 21; sum++) {
            char key[16];
            snprintf(key, sizeof key, "%d", sum);
            for (int32_t shown = 1; shown <= 10; shown++) {
                const int32_t s = index_of(sum, shown, ace);
                const cJSON *policy = cJSON_GetArrayItem(golden_member(policies, key), shown - 1);
                const cJSON *gap = cJSON_GetArrayItem(golden_member(gaps, key), shown - 1);
                ck_assert_int_eq(solution->policy[s], policy->valueint);
                ASSERT_NEAR(solution->q[s * 2 + HIT] - solution->q[s * 2 + STICK], gap->valuedouble,
                            1e-12);
            }
        }
    }
    rill_solution_destroy(solution);
    rill_model_destroy(model);
    cJSON_Delete(json);
}
END_TEST

/// The value of the start under the three rules about naturals.
START_TEST(expected_returns)
{
    cJSON *json = golden_read("sutton_barto_exact.json");
    const cJSON *entries = golden_member(json, "entries");
    const cJSON *expected = golden_member(entries, "gym_blackjack_optimal_expected_return");
    const double plain = golden_member(expected, "value_without_natural_rule")->valuedouble;

    rill_env *env = golden_create("Blackjack-v1", NULL);
    rill_model *model = golden_model(env);
    rill_solution *solution = solve(model);
    ASSERT_NEAR(start_value(model, solution), golden_member(expected, "value")->valuedouble, 1e-12);
    rill_solution_destroy(solution);
    solution = solve_stick_20(model);
    ASSERT_NEAR(start_value(model, solution),
                golden_member(expected, "stick20_policy_value")->valuedouble, 1e-12);
    rill_solution_destroy(solution);
    rill_model_destroy(model);
    rill_env_destroy(env);

    model = create_model("natural=false", "sab=false");
    solution = solve(model);
    ASSERT_NEAR(start_value(model, solution), plain, 1e-12);
    rill_solution_destroy(solution);
    rill_model_destroy(model);

    // `natural` adds half a point where the player has an ace and a ten and the dealer no 21
    double dealer_21 = 0.0;
    const cJSON *ends;
    cJSON_ArrayForEach (ends, golden_member(entries, "blackjack_dealer_final_distribution")) {
        const double shown = strcmp(ends->string, "10") == 0 ? 4.0 / 13 : 1.0 / 13;
        dealer_21 += shown * golden_member(ends, "21")->valuedouble;
    }
    const double bonus = 0.5 * (8.0 / 169) * (1.0 - dealer_21);
    model = create_model("natural=true", "sab=false");
    solution = solve(model);
    ASSERT_NEAR(start_value(model, solution), plain + bonus, 1e-12);
    rill_solution_destroy(solution);
    rill_model_destroy(model);
    cJSON_Delete(json);
}
END_TEST

// ---- rules ----

/// Sticking where the dealer draws nothing, by hand.
START_TEST(naturals)
{
    static const struct {
        double state[5]; // sum, dealer's card, usable ace, hidden card, natural
        double plain, natural, sab;
    } cases[] = {
        {{21, 1, 1, 10, 1}, 0.0, 0.0, 0.0},    // both have a natural
        {{21, 1, 1, 10, 0}, 0.0, 0.0, 0.0},    // only the dealer has
        {{21, 10, 1, 8, 1}, 1.0, 1.5, 1.0},    // only the player has
        {{21, 10, 0, 8, 0}, 1.0, 1.0, 1.0},    // 21 of three cards
        {{20, 10, 0, 10, 0}, 0.0, 0.0, 0.0},   // a draw
        {{17, 10, 0, 8, 0}, -1.0, -1.0, -1.0}, // a loss
        {{18, 1, 0, 6, 0}, 1.0, 1.0, 1.0},     // the dealer's ace counts 11, and 17 is enough
    };
    static const char *const rules[3][2] = {{"natural=false", "sab=false"},
                                            {"natural=true", "sab=false"},
                                            {"natural=true", "sab=true"}};
    for (int rule = 0; rule < 3; rule++) {
        rill_env *env =
            golden_create("blackjack", (const char *const[]){rules[rule][0], rules[rule][1], NULL});
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            rill_error error = {0};
            rill_outcome outcome;
            ASSERT_OK(rill_env_set_state(env, cases[i].state, &error), &error);
            const int32_t before = rill_env_observe(env).index;
            ck_assert(before / 22 == (cases[i].state[4] == 1.0 ? NATURAL : cases[i].state[0]));
            ck_assert_int_eq(rill_env_step(env, (rill_action){.index = STICK}, &outcome).index,
                             before);
            const double expected = rule == 0   ? cases[i].plain
                                    : rule == 1 ? cases[i].natural
                                                : cases[i].sab;
            ck_assert(outcome.reward == expected && outcome.terminated && !outcome.truncated);
        }
        // one more card, and it is a sum like others: the ace counts 1 now
        rill_outcome outcome;
        ck_assert_int_eq(rill_env_set_state(env, cases[2].state, NULL), RILL_OK);
        const int32_t after = rill_env_step(env, (rill_action){.index = HIT}, &outcome).index;
        ck_assert(after >= index_of(12, 10, 0) && after <= index_of(21, 10, 0) && after % 2 == 0);
        rill_env_destroy(env);
    }
}
END_TEST

/// Against a 6, with which the dealer can have no natural, one wins for sure, under `sab` only.
START_TEST(a_natural_is_more_than_21)
{
    for (int sab = 0; sab < 2; sab++) {
        rill_model *model = create_model("natural=false", sab == 1 ? "sab=true" : "sab=false");
        rill_solution *solution = solve(model);
        const double natural = solution->q[index_of(NATURAL, 6, 1) * 2 + STICK];
        const double other = solution->q[index_of(21, 6, 1) * 2 + STICK];
        ck_assert(sab == 1 ? natural > 1.0 - 1e-12 && other < 0.91 : natural == other);
        rill_solution_destroy(solution);
        rill_model_destroy(model);
    }
}
END_TEST

START_TEST(states_and_pictures)
{
    static const double wrong[][5] = {{3, 5, 0, 5, 0},  {32, 5, 0, 5, 0},  {11, 5, 1, 5, 0},
                                      {22, 5, 1, 5, 0}, {12, 0, 0, 5, 0},  {12, 11, 0, 5, 0},
                                      {12, 5, 0, 0, 0}, {20, 5, 1, 5, 1},  {21, 5, 0, 5, 1},
                                      {12, 5, 2, 5, 0}, {12.5, 5, 0, 5, 0}};
    rill_env *env = golden_create("blackjack", NULL);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        rill_error error = {0};
        ck_assert_int_eq(rill_env_set_state(env, wrong[i], &error), RILL_INVALID);
        ck_assert_str_eq(error.path, "state");
    }
    // a remark is a shape more; none for 12
    static const double hands[][5] = {
        {12, 1, 0, 5, 0}, {12, 1, 1, 5, 0}, {21, 2, 1, 5, 1}, {22, 10, 0, 5, 0}};
    int n_shapes[4] = {0};
    for (int i = 0; i < 4; i++) {
        rill_error error = {0};
        ASSERT_OK(rill_env_set_state(env, hands[i], &error), &error);
        n_shapes[i] = check_drawing(env).n_shapes;
        ck_assert_int_eq(n_shapes[i], n_shapes[0] + (i > 0));
    }
    rill_env_destroy(env);
}
END_TEST

// ---- start ----

static rill_env *create_with_start(const char *start)
{
    return golden_create("blackjack", (const char *const[]){start, NULL});
}

START_TEST(given_start)
{
    static const struct {
        const char *start;
        double state[5]; // but the hidden card
    } cases[] = {{"start=13,2,1", {13, 2, 1, 0, 0}},
                 {"start=4,10,0", {4, 10, 0, 0, 0}},
                 {"start=21,1,1", {21, 1, 1, 0, 0}},
                 {"start=32,1,1", {21, 1, 1, 0, 1}}};
    double probabilities[11] = {0.0};
    for (int card = 1; card <= 10; card++) {
        probabilities[card] = card == 10 ? 4.0 / 13 : 1.0 / 13;
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_env *env = create_with_start(cases[i].start);
        rill_env_seed(env, i);
        int64_t hidden[11] = {0};
        for (int k = 0; k < 5000; k++) {
            double state[5];
            rill_env_reset(env);
            env->type->get_state(env->params, env->state, state);
            for (int v = 0; v < 5; v++) {
                ASSERT_FOR(cases[i].start, v == 3 || state[v] == cases[i].state[v]);
            }
            hidden[(int)state[3]]++;
        }
        // 1e-6: luck fails once in 250,000 seeds
        ck_assert(test_chi_square(probabilities, hidden, 11) > 1e-6);

        // the model: the same values, from one start
        rill_model *model = golden_model(env);
        rill_model *dealt = create_model("natural=false", "sab=false");
        rill_solution *solution = solve(model), *dealt_solution = solve(dealt);
        const int32_t start = rill_env_observe(env).index;
        for (int32_t s = 0; s < STATES; s++) {
            ck_assert(model->start[s] == (s == start ? 1.0 : 0.0));
            ck_assert(solution->v[s] == dealt_solution->v[s]);
        }
        rill_solution_destroy(solution);
        rill_solution_destroy(dealt_solution);
        rill_model_destroy(model);
        rill_model_destroy(dealt);
        rill_env_destroy(env);
    }
}
END_TEST

START_TEST(starts_that_are_none)
{
    static const char *const wrong[] = {
        "start=13",     "start=13,2",    "start=13,2,1,0", "start=3,2,0",  "start=22,2,0",
        "start=13,0,1", "start=13,11,1", "start=13,2,2",   "start=11,2,1", "start=32,2,0"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        rill_env *env = NULL;
        rill_error error = {0};
        const char *const assignments[] = {wrong[i], NULL};
        ASSERT_REFUSED(rill_env_create(&env, "blackjack", assignments, &error), &error, "start",
                       "no episode starts like that");
    }
}
END_TEST

TEST_MAIN(golden_episodes, figure_5_1, figure_5_2, expected_returns, naturals,
          a_natural_is_more_than_21, states_and_pictures, given_start, starts_that_are_none)
