// The gambler's problem: an independent solution, closed forms, stakes by hand.
#include "tests/drawing.h"
#include "tests/golden.h"

enum { GOAL = 100, STAKES = GOAL / 2 + 1 };

static rill_solution *solve(const char *p_heads)
{
    rill_env *env = golden_create("gambler", (const char *const[]){p_heads, NULL});
    rill_model *model = golden_model(env);
    rill_solution *solution = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_solve_optimal(model, 1.0, &solution, &error), &error);
    ck_assert(solution->n_states == GOAL + 1 && solution->n_actions == STAKES);
    rill_model_destroy(model);
    rill_env_destroy(env);
    return solution;
}

/// True when a stake is optimal: as good as the best, within 1e-12.
static bool is_optimal(const rill_solution *solution, int32_t capital, int32_t stake)
{
    return solution->q[capital * STAKES + stake] >= solution->v[capital] - 1e-12;
}

/// Example 4.3: values, and all optimal stakes of the states listed.
START_TEST(solution_of_the_example)
{
    cJSON *json = golden_read("sutton_barto_exact.json");
    const cJSON *entry = golden_member(golden_member(json, "entries"), "ex4.3_gambler_ph0.4");
    rill_solution *solution = solve("p_heads=0.4");
    const cJSON *value, *stakes;
    double sum = 0.0;
    for (int32_t s = 0; s <= GOAL; s++) {
        sum += solution->v[s];
    }
    ASSERT_NEAR(sum, golden_member(entry, "V_sum")->valuedouble, 1e-10);
    cJSON_ArrayForEach (value, golden_member(entry, "V")) {
        ASSERT_NEAR(solution->v[atoi(value->string)], value->valuedouble, 1e-12);
    }
    cJSON_ArrayForEach (stakes, golden_member(entry, "optimal_stakes_all_ties")) {
        const int32_t capital = atoi(stakes->string);
        const cJSON *next = stakes->child;
        for (int32_t stake = 0; stake < STAKES; stake++) {
            const bool is_listed = next != NULL && next->valueint == stake;
            ck_assert(is_optimal(solution, capital, stake) == is_listed);
            next = is_listed ? next->next : next;
        }
        ck_assert_ptr_null(next);
    }
    rill_solution_destroy(solution);
    cJSON_Delete(json);
}
END_TEST

/// Exercise 4.9 and a fair coin. Below 1/2 bold play is optimal: v(25) = p^2, v(50) = p,
/// v(75) = p + (1 - p) p. A fair game cannot be improved on: v(s) = s / 100 by any stakes. Above 1/2
/// one stakes 1: v(s) = (1 - r^s) / (1 - r^100), r = (1 - p) / p, the gambler's ruin.
START_TEST(closed_forms)
{
    rill_solution *solution = solve("p_heads=0.25");
    ASSERT_NEAR(solution->v[25], 0.0625, 1e-14);
    ASSERT_NEAR(solution->v[50], 0.25, 1e-14);
    ASSERT_NEAR(solution->v[75], 0.4375, 1e-14);
    rill_solution_destroy(solution);

    solution = solve("p_heads=0.5");
    for (int32_t s = 1; s < GOAL; s++) {
        ASSERT_NEAR(solution->v[s], s / 100.0, 1e-12);
        ck_assert(is_optimal(solution, s, 1) && is_optimal(solution, s, s < 50 ? s : GOAL - s));
    }
    rill_solution_destroy(solution);

    solution = solve("p_heads=0.55");
    const double ratio = 0.45 / 0.55;
    for (int32_t s = 1; s < GOAL; s++) {
        ASSERT_NEAR(solution->v[s], (1.0 - pow(ratio, s)) / (1.0 - pow(ratio, 100)), 1e-12);
        ck_assert_int_eq(solution->policy[s], 1);
    }
    rill_solution_destroy(solution);
}
END_TEST

/// An action outside the mask counts as the nearest inside.
START_TEST(stakes)
{
    static const struct {
        int32_t capital, action, stake;
    } cases[] = {{30, 7, 7},   {30, 0, 1},   {30, 50, 30}, {90, 10, 10},
                 {90, 11, 10}, {50, 50, 50}, {1, 40, 1}};
    rill_env *certain[] = {
        golden_create("gambler", (const char *const[]){"p_heads=0", NULL}),
        golden_create("gambler", (const char *const[]){"p_heads=1", NULL}),
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const double capital = cases[i].capital;
        for (int32_t heads = 0; heads < 2; heads++) {
            rill_env *env = certain[heads];
            rill_error error = {0};
            rill_outcome outcome;
            ASSERT_OK(rill_env_set_state(env, &capital, &error), &error);
            uint8_t mask[STAKES];
            env->type->mask(env->params, env->state, mask);
            for (int32_t a = 0; a < STAKES; a++) {
                ck_assert_int_eq(mask[a], a >= 1 && a <= capital && a <= GOAL - capital);
            }
            check_drawing(env);
            rill_action action = {.index = cases[i].action};
            int32_t next = rill_env_step(env, action, &outcome).index;
            ck_assert_int_eq(next, cases[i].capital + (heads ? 1 : -1) * cases[i].stake);
            ck_assert(outcome.terminated == (next == 0 || next == GOAL));
            ck_assert(outcome.reward == (next == GOAL ? 1.0 : 0.0));
        }
    }
    rill_env_destroy(certain[0]);
    rill_env_destroy(certain[1]);
}
END_TEST

TEST_MAIN(solution_of_the_example, closed_forms, stakes)
