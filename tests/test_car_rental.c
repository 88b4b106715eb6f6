// Jack's car rental: independent solutions, nights and days by hand, steps against the model.
#include "tests/drawing.h"
#include "tests/golden.h"

enum { N = 21, MAX_MOVE = 5, ACTIONS = 2 * MAX_MOVE + 1 };

static rill_solution *solve(const char *const *assignments)
{
    rill_env *env = golden_create("car_rental", assignments);
    rill_model *model = golden_model(env);
    rill_solution *solution = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_solve_optimal(model, 0.9, &solution, &error), &error);
    ck_assert(solution->n_states == N * N && solution->n_actions == ACTIONS);
    rill_model_destroy(model);
    rill_env_destroy(env);
    return solution;
}

static double mean_value(const rill_solution *solution)
{
    double sum = 0.0;
    for (int32_t s = 0; s < N * N; s++) {
        sum += solution->v[s];
    }
    return sum / (N * N);
}

/// Example 4.2: values and the optimal policy of Figure 4.2.
START_TEST(solution_of_the_example)
{
    cJSON *json = golden_read("sutton_barto_exact.json");
    const cJSON *entry = golden_member(golden_member(json, "entries"), "ex4.2_jack_book_poisson");
    static const struct {
        const char *key;
        int32_t state;
    } values[] = {{"V_0_0", 0},
                  {"V_20_20", 20 * N + 20},
                  {"V_10_10", 10 * N + 10},
                  {"V_20_0", 20 * N},
                  {"V_0_20", 20}};
    rill_solution *solution = solve(NULL);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        ASSERT_NEAR(solution->v[values[i].state], golden_member(entry, values[i].key)->valuedouble,
                    1e-9);
    }
    ASSERT_NEAR(mean_value(solution), golden_member(entry, "V_mean")->valuedouble, 1e-9);
    const cJSON *row, *moved;
    int32_t s = 0;
    cJSON_ArrayForEach (
        row, golden_member(entry, "policy_rows_first_location_0_to_20_cols_second_location")) {
        cJSON_ArrayForEach (moved, row) {
            ck_assert_int_eq(solution->policy[s] - MAX_MOVE, moved->valueint);
            s++;
        }
    }
    ck_assert_int_eq(s, N * N);
    rill_solution_destroy(solution);
    cJSON_Delete(json);
}
END_TEST

/// Value iteration in NumPy, written apart from this environment, with Poisson terms up to 59.
START_TEST(solutions_of_variants)
{
    static const struct {
        const char *assignments[3];
        double v_0_0, v_20_20, mean;
    } expected[] = {
        {{"constant_returns=true", NULL}, 430.5197069468437, 644.4334566154107, 572.0305904652462},
        // Exercise 4.7
        {{"free_cars=1", "parking_cost=4", NULL},
         429.9463049642875,
         603.5367009161774,
         562.3567522608805},
    };
    for (size_t i = 0; i < 2; i++) {
        rill_solution *solution = solve(expected[i].assignments);
        ASSERT_NEAR(solution->v[0], expected[i].v_0_0, 1e-9);
        ASSERT_NEAR(solution->v[N * N - 1], expected[i].v_20_20, 1e-9);
        ASSERT_NEAR(mean_value(solution), expected[i].mean, 1e-9);
        rill_solution_destroy(solution);
    }
}
END_TEST

/// Nights without customers: what is moved, what it costs.
START_TEST(nights)
{
    static const struct {
        double cars[2];
        int32_t moved, first, second;
        double cost, cost_of_exercise; ///< that of Exercise 4.7
        bool is_available;
    } cases[] = {
        {{8, 3}, 0, 8, 3, 0, 0, true},
        {{8, 3}, 3, 5, 6, 6, 4, true},
        {{8, 3}, -2, 10, 1, 4, 4, true},
        {{8, 3}, -4, 11, 0, 6, 10, false}, // only 3 to move; 11 cars need more room
        {{1, 0}, 5, 0, 1, 2, 0, false},
        {{20, 20}, 0, 20, 20, 0, 8, true},
        {{13, 18}, 5, 8, 20, 10, 12, true}, // 3 cars are gone
        {{11, 10}, 1, 10, 11, 2, 4, true},
    };
    enum { BOOK, EXERCISE };
    rill_env *envs[] = {
        golden_create("car_rental",
                      (const char *const[]){"requests_first=0", "requests_second=0",
                                            "returns_first=0", "returns_second=0", NULL}),
        golden_create("car_rental", (const char *const[]){"requests_first=0", "requests_second=0",
                                                          "returns_first=0", "returns_second=0",
                                                          "free_cars=1", "parking_cost=4", NULL}),
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int k = BOOK; k <= EXERCISE; k++) {
            const int32_t action = cases[i].moved + MAX_MOVE;
            rill_error error = {0};
            rill_outcome outcome;
            uint8_t mask[ACTIONS];
            ASSERT_OK(rill_env_set_state(envs[k], cases[i].cars, &error), &error);
            check_drawing(envs[k]);
            envs[k]->type->mask(envs[k]->params, envs[k]->state, mask);
            ck_assert_int_eq(mask[action], cases[i].is_available);
            int32_t next = rill_env_step(envs[k], (rill_action){.index = action}, &outcome).index;
            ck_assert_int_eq(next, cases[i].first * N + cases[i].second);
            ck_assert(outcome.reward == -(k == BOOK ? cases[i].cost : cases[i].cost_of_exercise));
            ck_assert(!outcome.terminated);
        }
    }
    rill_env_destroy(envs[BOOK]);
    rill_env_destroy(envs[EXERCISE]);
}
END_TEST

/// One car at the first place, no cars ever at the second: p and r(s, a, s') by hand.
START_TEST(days)
{
    rill_env *env = golden_create("car_rental", (const char *const[]){"max_cars=1", "max_move=0",
                                                                      "requests_second=0",
                                                                      "returns_second=0", NULL});
    rill_model *model = golden_model(env);
    const double busy = 1.0 - exp(-3.0), quiet = exp(-3.0); // as many requests as returns
    size_t count = 0;
    const rill_transition *t = rill_model_outcomes(model, 2, 0, &count); // 1 car, 0 cars
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(t[0].next, 0); // rented out, none came back
    ASSERT_NEAR(t[0].probability, busy * quiet, 1e-15);
    ASSERT_NEAR(t[0].reward, 10.0, 1e-14);
    ck_assert_int_eq(t[1].next, 2); // not asked for, or rented out and one came back
    ASSERT_NEAR(t[1].probability, quiet + busy * busy, 1e-15);
    ASSERT_NEAR(t[1].reward, 10.0 * busy * busy / (quiet + busy * busy), 1e-14);
    rill_model_destroy(model);
    rill_env_destroy(env);
}
END_TEST

/// Steps from one state: evenings by chi-square (false alarm 1e-6), rewards by their mean (5.5
/// standard errors, 4e-8); requests are drawn first.
START_TEST(steps_agree_with_the_model)
{
    enum { RUNS = 50000, STATE = 8 * N + 3, ACTION = MAX_MOVE + 2 };
    rill_env *env = golden_create("car_rental", NULL);
    rill_model *model = golden_model(env);
    double p[N * N] = {0.0}, r[N * N] = {0.0}, excess = 0.0, squares = 0.0;
    int64_t counts[N * N] = {0};
    size_t count = 0;
    const rill_transition *t = rill_model_outcomes(model, STATE, ACTION, &count);
    for (size_t i = 0; i < count; i++) {
        p[t[i].next] = t[i].probability;
        r[t[i].next] = t[i].reward;
    }
    for (int i = 0; i < RUNS; i++) {
        rill_error error = {0};
        rill_outcome outcome;
        rill_rng rng = env->data->rng;
        ASSERT_OK(rill_env_set_state(env, (const double[]){8.0, 3.0}, &error), &error);
        int32_t next = rill_env_step(env, (rill_action){.index = ACTION}, &outcome).index;
        counts[next]++;
        excess += outcome.reward - r[next];
        squares += (outcome.reward - r[next]) * (outcome.reward - r[next]);
        // all 6 and 5 cars are rented out where both requests are at least that
        const double first = rill_rng_random(&rng), second = rill_rng_random(&rng);
        const bool is_all =
            first >= gsl_cdf_poisson_P(5, 3.0) && second >= gsl_cdf_poisson_P(4, 4.0);
        ck_assert(is_all == (outcome.reward == 10.0 * 11 - 2.0 * 2));
    }
    ck_assert_double_gt(test_chi_square(p, counts, N * N), 1e-6);
    ck_assert_double_le(fabs(excess), 5.5 * sqrt(squares));
    rill_model_destroy(model);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(solution_of_the_example, solutions_of_variants, nights, days, steps_agree_with_the_model)
