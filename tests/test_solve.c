// experiments/solve.c against closed forms, published values and an independent dense solution.
#include "tests/test.h"

#include <cjson/cJSON.h>
#include <rill/solve.h>
#include <stdio.h>

// ---------------------------------------------------------------------------------------- helpers

/// Solves a x = b, (n, n) and (n), by Gaussian elimination with partial pivoting; x replaces b.
static void solve_dense(double *a, double *b, int n)
{
    for (int k = 0; k < n; k++) {
        int pivot = k;
        for (int i = k + 1; i < n; i++) {
            pivot = fabs(a[i * n + k]) > fabs(a[pivot * n + k]) ? i : pivot;
        }
        for (int j = 0; j < n; j++) {
            double swapped = a[k * n + j];
            a[k * n + j] = a[pivot * n + j];
            a[pivot * n + j] = swapped;
        }
        double swapped = b[k];
        b[k] = b[pivot];
        b[pivot] = swapped;
        for (int i = k + 1; i < n; i++) {
            double factor = a[i * n + k] / a[k * n + k];
            for (int j = k; j < n; j++) {
                a[i * n + j] -= factor * a[k * n + j];
            }
            b[i] -= factor * b[k];
        }
    }
    for (int k = n - 1; k >= 0; k--) {
        for (int j = k + 1; j < n; j++) {
            b[k] -= a[k * n + j] * b[j];
        }
        b[k] /= a[k * n + k];
    }
}

/// v = r + gamma P v for a policy, (n_states) values that the caller frees.
static double *evaluate_dense(const rill_model *model, double gamma, const double *policy)
{
    int n = model->n_states;
    double *a = calloc((size_t)n * (size_t)n, sizeof *a);
    double *v = calloc((size_t)n, sizeof *v);
    for (int s = 0; s < n; s++) {
        a[s * n + s] = 1.0;
        for (int action = 0; action < model->n_actions; action++) {
            size_t count = 0;
            const rill_transition *t = rill_model_outcomes(model, s, action, &count);
            for (size_t i = 0; i < count; i++) {
                double p = policy[s * model->n_actions + action] * t[i].probability;
                v[s] += p * t[i].reward;
                a[s * n + t[i].next] -= t[i].terminated ? 0.0 : gamma * p;
            }
        }
    }
    solve_dense(a, v, n);
    free(a);
    return v;
}

/// One outcome of a model written by hand.
typedef struct outcome {
    int32_t state, action;
    double probability;
    int32_t next;
    double reward;
    bool terminated;
} outcome;

/// A model that starts in state 0.
static rill_model *build(int32_t n_states, int32_t n_actions, const outcome *outcomes, size_t n)
{
    rill_error error = {0};
    rill_model *model = NULL;
    rill_model_builder *builder = rill_model_builder_create();
    ck_assert_int_eq(rill_model_begin(builder, n_states, n_actions), RILL_OK);
    rill_model_add_start(builder, 0, 1.0);
    for (size_t i = 0; i < n; i++) {
        const outcome *o = &outcomes[i];
        ck_assert_int_eq(rill_model_add(builder, o->state, o->action, o->probability, o->next,
                                        o->reward, o->terminated),
                         RILL_OK);
    }
    ASSERT_OK(rill_model_build(builder, &model, &error), &error);
    rill_model_builder_destroy(builder);
    return model;
}

#define BUILD(n_states, n_actions, outcomes) \
    build(n_states, n_actions, outcomes, sizeof(outcomes) / sizeof((outcomes)[0]))

/// A random model whose last state is terminal and some of whose actions are not available. Every
/// action ends the episode with a probability of at least 1/20.
static rill_model *build_random(int32_t n_states, int32_t n_actions, rill_rng *rng)
{
    enum { MAX_OUTCOMES = 4 };
    size_t n = 0;
    outcome *list = calloc((size_t)(n_states * n_actions * MAX_OUTCOMES), sizeof *list);
    for (int32_t s = 0; s < n_states - 1; s++) {
        for (int32_t a = 0; a < n_actions; a++) {
            if (a > 0 && rill_rng_random(rng) < 0.2) {
                continue;
            }
            double left = 1.0;
            for (int i = 0; i < MAX_OUTCOMES; i++) {
                double p = i == MAX_OUTCOMES - 1 ? left : left * rill_rng_uniform(rng, 0.05, 0.6);
                left -= p;
                bool terminated = i == 0 ? rill_rng_random(rng) < 0.5 : rill_rng_random(rng) < 0.1;
                int32_t next = i == 0 && !terminated ? n_states - 1
                                                     : (int32_t)rill_rng_integers(rng, n_states);
                list[n++] = (outcome){s, a, p, next, rill_rng_uniform(rng, -2.0, 1.0), terminated};
            }
        }
    }
    rill_model *model = build(n_states, n_actions, list, n);
    free(list);
    return model;
}

static void make_random_policy(const rill_model *model, double *policy, rill_rng *rng)
{
    for (int32_t s = 0; s < model->n_states; s++) {
        double *row = policy + s * model->n_actions;
        double sum = 0.0;
        for (int32_t a = 0; a < model->n_actions; a++) {
            row[a] = rill_model_is_available(model, s, a) ? rill_rng_random(rng) : 0.0;
            sum += row[a];
        }
        for (int32_t a = 0; a < model->n_actions && sum > 0.0; a++) {
            row[a] /= sum;
        }
    }
}

static rill_model *create_model(const char *id, const char *const *assignments)
{
    rill_error error = {0};
    rill_env *env = NULL;
    rill_model *model = NULL;
    ASSERT_OK(rill_env_create(&env, id, assignments, &error), &error);
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    rill_env_destroy(env);
    return model;
}

static rill_solution *solve_optimal(const rill_model *model, double gamma)
{
    rill_error error = {0};
    rill_solution *solution = NULL;
    ASSERT_OK(rill_solve_optimal(model, gamma, &solution, &error), &error);
    return solution;
}

static rill_solution *solve_policy(const rill_model *model, double gamma, const double *policy)
{
    rill_error error = {0};
    rill_solution *solution = NULL;
    ASSERT_OK(rill_solve_policy(model, gamma, policy, &solution, &error), &error);
    return solution;
}

static rill_solution *solve_uniform(const rill_model *model, double gamma)
{
    double *policy = calloc((size_t)model->n_states * (size_t)model->n_actions, sizeof *policy);
    rill_uniform_policy(model, policy);
    rill_solution *solution = solve_policy(model, gamma, policy);
    free(policy);
    return solution;
}

/// Asserts that no finite solution was found, and that the message says what to do.
static void assert_failed(rill_status status, const rill_solution *solution,
                          const rill_error *error)
{
    ck_assert_int_eq(status, RILL_FAILED);
    ck_assert_int_eq(error->status, RILL_FAILED);
    ck_assert_ptr_null(solution);
    ck_assert_msg(strstr(error->message, "use a discount below 1") != NULL, "%s", error->message);
}

static void assert_no_optimum(const rill_model *model, double gamma)
{
    rill_error error = {0};
    rill_solution *solution = NULL;
    rill_status status = rill_solve_optimal(model, gamma, &solution, &error);
    assert_failed(status, solution, &error);
}

static void assert_no_values(const rill_model *model, double gamma, const double *policy)
{
    rill_error error = {0};
    rill_solution *solution = NULL;
    rill_status status = rill_solve_policy(model, gamma, policy, &solution, &error);
    assert_failed(status, solution, &error);
}

static void assert_values(const double *v, const double *expected, int32_t n, double tolerance)
{
    for (int32_t s = 0; s < n; s++) {
        double allowed = tolerance * fmax(1.0, fabs(expected[s]));
        ck_assert_msg(fabs(v[s] - expected[s]) <= allowed, "state %d: %.17g, expected %.17g", s,
                      v[s], expected[s]);
    }
}

// ------------------------------------------------------------------- against an independent solution

START_TEST(values_of_a_policy_equal_a_dense_solution)
{
    const double gammas[] = {0.0, 0.5, 0.9, 0.999, 1.0};
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    for (int i = 0; i < 300; i++) {
        double gamma = gammas[i % 5];
        rill_model *model = build_random(1 + i % 30, 1 + i % 4, &rng);
        double *policy = calloc((size_t)(model->n_states * model->n_actions), sizeof *policy);
        make_random_policy(model, policy, &rng);
        double *expected = evaluate_dense(model, gamma, policy);
        rill_solution *solution = solve_policy(model, gamma, policy);
        assert_values(solution->v, expected, model->n_states, 1e-10);

        // q from its definition
        for (int32_t s = 0; s < model->n_states; s++) {
            for (int32_t a = 0; a < model->n_actions; a++) {
                double q = solution->q[s * model->n_actions + a];
                if (rill_model_is_available(model, s, a)) {
                    ASSERT_NEAR(q, rill_model_backup(model, expected, gamma, s, a), 1e-9);
                } else {
                    ck_assert(isnan(q));
                }
            }
        }
        rill_solution_destroy(solution);
        rill_model_destroy(model);
        free(expected);
        free(policy);
    }
}
END_TEST

/// Sets `policy` to deterministic policy number `index`; false when it takes an action that is not
/// available.
static bool make_policy_number(const rill_model *model, int index, double *policy)
{
    memset(policy, 0, (size_t)(model->n_states * model->n_actions) * sizeof *policy);
    for (int32_t s = 0; s < model->n_states - 1; s++) {
        int32_t a = index % model->n_actions;
        index /= model->n_actions;
        policy[s * model->n_actions + a] = 1.0;
        if (!rill_model_is_available(model, s, a)) {
            return false;
        }
    }
    return true;
}

START_TEST(optimal_values_are_the_greatest_of_all_policies)
{
    enum { STATES = 6, ACTIONS = 3, POLICIES = 3 * 3 * 3 * 3 * 3 };
    const double gammas[] = {0.0, 0.6, 0.95, 1.0};
    rill_rng rng;
    rill_rng_seed(&rng, 2);
    for (int i = 0; i < 60; i++) {
        double gamma = gammas[i % 4];
        rill_model *model = build_random(STATES, ACTIONS, &rng);
        double best[STATES] = {-HUGE_VAL, -HUGE_VAL, -HUGE_VAL, -HUGE_VAL, -HUGE_VAL, 0.0};
        double policy[STATES * ACTIONS];
        for (int index = 0; index < POLICIES; index++) {
            if (make_policy_number(model, index, policy)) {
                double *v = evaluate_dense(model, gamma, policy);
                for (int s = 0; s < STATES - 1; s++) {
                    best[s] = fmax(best[s], v[s]);
                }
                free(v);
            }
        }
        rill_solution *solution = solve_optimal(model, gamma);
        assert_values(solution->v, best, STATES, 1e-10);

        // its policy attains them
        memset(policy, 0, sizeof policy);
        for (int s = 0; s < STATES - 1; s++) {
            policy[s * ACTIONS + solution->policy[s]] = 1.0;
        }
        double *attained = evaluate_dense(model, gamma, policy);
        assert_values(attained, best, STATES, 1e-9);
        ck_assert_int_eq(solution->policy[STATES - 1], -1);
        free(attained);
        rill_solution_destroy(solution);
        rill_model_destroy(model);
    }
}
END_TEST

START_TEST(long_jumps_equal_a_dense_solution)
{
    // Sutton & Barto, Example 9.1: a band of 200 in 1000 states
    const char *const assignments[] = {"n_states=1000", "max_jump=100", "reward_left=-1", NULL};
    rill_model *model = create_model("random_walk", assignments);
    double *policy = calloc((size_t)(model->n_states * 2), sizeof *policy);
    rill_uniform_policy(model, policy);
    double *expected = evaluate_dense(model, 1.0, policy);
    rill_solution *solution = solve_policy(model, 1.0, policy);
    assert_values(solution->v, expected, model->n_states, 1e-10);
    rill_solution_destroy(solution);
    rill_model_destroy(model);
    free(expected);
    free(policy);
}
END_TEST

START_TEST(too_many_equations_are_swept)
{
    // random successors of 3000 states: elimination would take 3000^3 multiplications
    enum { STATES = 3000 };
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    rill_model *model = build_random(STATES, 2, &rng);
    rill_solution *optimal = solve_optimal(model, 1.0);
    rill_solution *uniform = solve_uniform(model, 1.0);
    for (int32_t s = 0; s < STATES - 1; s++) {
        const double *q = optimal->q + 2 * s;
        ASSERT_NEAR(optimal->v[s], fmax(q[0], q[1]), 1e-13);
        q = uniform->q + 2 * s;
        double mean = isnan(q[1]) ? q[0] : 0.5 * (q[0] + q[1]);
        ASSERT_NEAR(uniform->v[s], mean, 1e-13);
    }
    rill_solution_destroy(optimal);
    rill_solution_destroy(uniform);
    rill_model_destroy(model);
}
END_TEST

// ------------------------------------------------------------------------------- closed forms, books

START_TEST(random_walk_is_linear)
{
    // Sutton & Barto, Example 6.2: v(s) = s / (n + 1)
    const char *const sizes[] = {"n_states=1", "n_states=5", "n_states=100000"};
    for (size_t i = 0; i < 3; i++) {
        const char *const assignments[] = {sizes[i], NULL};
        rill_model *model = create_model("random_walk", assignments);
        rill_solution *solution = solve_uniform(model, 1.0);
        int32_t n = model->n_states - 2;
        for (int32_t s = 1; s <= n; s++) {
            ASSERT_NEAR(solution->v[s], (double)s / (n + 1), 1e-12);
        }
        ck_assert_double_eq(solution->v[0], 0.0);
        ck_assert_double_eq(solution->v[n + 1], 0.0);
        rill_solution_destroy(solution);
        rill_model_destroy(model);
    }
}
END_TEST

START_TEST(example_4_1)
{
    // Sutton & Barto, Figure 4.1, the last value function
    const char *const assignments[] = {"map=G...,....,....,...G", "stay=false",
                                       "reward_step=-1",          "reward_goal=-1",
                                       "at_goal=terminate",       NULL};
    const double expected[] = {0,   -14, -20, -22, -14, -18, -20, -20,
                               -20, -20, -18, -14, -22, -20, -14, 0};
    rill_model *model = create_model("gridworld", assignments);
    rill_solution *solution = solve_uniform(model, 1.0);
    assert_values(solution->v, expected, 16, 1e-12);
    rill_solution_destroy(solution);
    rill_model_destroy(model);
}
END_TEST

/// The file of exact solutions, parsed; the caller deletes it.
static cJSON *read_exact_solutions(void)
{
    FILE *file = fopen(RILL_TEST_DATA "/toytext_exact_solutions.json", "rb");
    ck_assert_ptr_nonnull(file);
    enum { SIZE = 1 << 20 };
    char *text = calloc(SIZE, 1);
    ck_assert_uint_lt(fread(text, 1, SIZE, file), SIZE);
    fclose(file);
    cJSON *json = cJSON_Parse(text);
    ck_assert_ptr_nonnull(json);
    free(text);
    return json;
}

START_TEST(gymnasium_cliff_walking)
{
    const struct {
        const char *key;
        double gamma;
        bool is_optimal;
    } cases[] = {
        {"optimal_gamma0.9", 0.9, true},
        {"optimal_gamma0.99", 0.99, true},
        {"optimal_gamma1.0", 1.0, true},
        {"uniform_random_policy_gamma0.9", 0.9, false},
        {"uniform_random_policy_gamma0.99", 0.99, false},
    };
    cJSON *json = read_exact_solutions();
    const cJSON *solutions = cJSON_GetObjectItem(json, "solutions");
    const cJSON *cliff = cJSON_GetObjectItem(solutions, "CliffWalking-v1");
    rill_model *model = create_model("CliffWalking-v1", NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const cJSON *expected = cJSON_GetObjectItem(cliff, cases[i].key);
        const cJSON *v = cJSON_GetObjectItem(expected, "V");
        const cJSON *actions = cJSON_GetObjectItem(expected, "greedy_actions_all_ties");
        ck_assert_int_eq(cJSON_GetArraySize(v), model->n_states);
        rill_solution *solution = cases[i].is_optimal ? solve_optimal(model, cases[i].gamma)
                                                      : solve_uniform(model, cases[i].gamma);
        for (int32_t s = 0; s < model->n_states; s++) {
            ASSERT_NEAR(solution->v[s], cJSON_GetArrayItem(v, s)->valuedouble, 1e-10);
            if (cases[i].is_optimal) {
                // of equals the lowest
                const cJSON *best = cJSON_GetArrayItem(cJSON_GetArrayItem(actions, s), 0);
                ck_assert_int_eq(solution->policy[s], best->valueint);
            }
        }
        rill_solution_destroy(solution);
    }
    rill_model_destroy(model);
    cJSON_Delete(json);
}
END_TEST

START_TEST(one_state)
{
    const outcome pays[] = {{0, 0, 1.0, 0, 1.0, false}, {0, 1, 1.0, 0, 2.0, true}};
    rill_model *model = BUILD(1, 2, pays);
    rill_solution *solution = solve_optimal(model, 0.9);
    ASSERT_NEAR(solution->v[0], 10.0, 1e-14);
    ck_assert_double_eq(solution->q[1], 2.0);
    ck_assert_int_eq(solution->policy[0], 0);
    rill_solution_destroy(solution);
    solution = solve_optimal(model, 0.0);
    ck_assert_double_eq(solution->v[0], 2.0);
    ck_assert_int_eq(solution->policy[0], 1);
    rill_solution_destroy(solution);
    rill_model_destroy(model);

    model = build(1, 1, NULL, 0); // terminal from the start
    solution = solve_optimal(model, 1.0);
    ck_assert_double_eq(solution->v[0], 0.0);
    ck_assert(isnan(solution->q[0]));
    ck_assert_int_eq(solution->policy[0], -1);
    rill_solution_destroy(solution);
    rill_model_destroy(model);
}
END_TEST

START_TEST(long_episodes_keep_their_digits)
{
    // 1 - P would lose an exit probability of 1e-15 to rounding; v = -2 / 1e-15 - 1 or so
    const double p = 1e-15;
    const outcome list[] = {
        {0, 0, 1.0, 1, -1.0, false},
        {1, 0, 1.0 - p, 0, -1.0, false},
        {1, 0, p, 2, -1.0, false},
    };
    rill_model *model = BUILD(3, 1, list);
    rill_solution *solution = solve_optimal(model, 1.0);
    ASSERT_NEAR(solution->v[0] * p / -2.0, 1.0, 1e-12);
    ASSERT_NEAR(solution->v[1] * p / -2.0, 1.0, 1e-12);
    rill_solution_destroy(solution);
    rill_model_destroy(model);
}
END_TEST

START_TEST(a_huge_penalty_nearby_costs_no_digits)
{
    const outcome list[] = {
        {0, 0, 1.0, 1, -1e12, false}, {0, 1, 1.0, 1, 0.1, false}, {0, 2, 1.0, 1, 0.1000001, false},
        {1, 0, 1.0, 1, -1e12, true},  {1, 1, 1.0, 1, 0.3, true},
    };
    rill_model *model = BUILD(2, 3, list);
    rill_solution *solution = solve_optimal(model, 1.0);
    ASSERT_NEAR(solution->v[0], 0.4000001, 1e-15);
    ck_assert_int_eq(solution->policy[0], 2);
    rill_solution_destroy(solution);
    rill_model_destroy(model);
}
END_TEST

// --------------------------------------------------------------------------- loops without discount

START_TEST(reward_for_ever_has_no_solution)
{
    const outcome list[] = {
        {0, 0, 1.0, 1, 0.0, false},
        {1, 0, 1.0, 0, 0.5, false},
        {1, 1, 1.0, 2, 5.0, true},
    };
    rill_model *model = BUILD(3, 2, list);
    assert_no_optimum(model, 1.0);
    rill_solution *solution = solve_optimal(model, 0.5);
    ck_assert_double_eq(solution->v[1], 5.0);
    rill_solution_destroy(solution);
    rill_model_destroy(model);

    // Zhao's world goes on at the goal, with reward 1
    model = create_model("gridworld", NULL);
    assert_no_optimum(model, 1.0);
    rill_model_destroy(model);
}
END_TEST

START_TEST(an_episode_that_never_ends_has_no_solution)
{
    // from state 1 there is no way out of a loop that costs
    const outcome list[] = {
        {0, 0, 1.0, 2, 0.0, true},
        {0, 1, 1.0, 1, 0.0, false},
        {1, 0, 1.0, 1, -1.0, false},
    };
    rill_model *model = BUILD(3, 2, list);
    assert_no_optimum(model, 1.0);
    rill_model_destroy(model);
}
END_TEST

START_TEST(a_policy_that_never_ends_has_no_values)
{
    rill_model *model = create_model("cliff_walking", NULL);
    double *policy = calloc((size_t)(model->n_states * model->n_actions), sizeof *policy);
    for (int32_t s = 0; s < model->n_states; s++) {
        policy[s * model->n_actions] = 1.0; // up, for ever
    }
    assert_no_values(model, 1.0, policy);
    rill_solution *solution = solve_policy(model, 0.9, policy);
    ASSERT_NEAR(solution->v[0], -10.0, 1e-13);
    rill_solution_destroy(solution);
    rill_model_destroy(model);
    free(policy);
}
END_TEST

START_TEST(going_round_for_nothing_is_worth_nothing)
{
    // every way ends at a cost; state 0 and 1 can go round instead, state 2 is drawn in
    const outcome list[] = {
        {0, 0, 1.0, 3, -1.0, true}, {0, 1, 1.0, 1, 0.0, false},  {1, 0, 1.0, 0, 0.0, false},
        {1, 1, 1.0, 3, -1.0, true}, {2, 0, 0.5, 0, -4.0, false}, {2, 0, 0.5, 3, 2.0, true},
    };
    rill_model *model = BUILD(4, 2, list);
    rill_solution *solution = solve_optimal(model, 1.0);
    const double expected[] = {0.0, 0.0, -1.0, 0.0};
    assert_values(solution->v, expected, 4, 0.0);
    ck_assert_int_eq(solution->policy[0], 1);
    ck_assert_int_eq(solution->policy[1], 0);
    rill_solution_destroy(solution);

    // the same for a policy that does it
    const double round[] = {0, 1, 1, 0, 1, 0, 0, 0};
    solution = solve_policy(model, 1.0, round);
    assert_values(solution->v, expected, 4, 0.0);
    rill_solution_destroy(solution);
    rill_model_destroy(model);
}
END_TEST

START_TEST(going_round_does_not_put_off_a_reward)
{
    // undiscounted, left and right promise the same nearly everywhere; only right gets there
    rill_model *model = create_model("random_walk", NULL);
    rill_solution *solution = solve_optimal(model, 1.0);
    for (int32_t s = 1; s <= 5; s++) {
        ck_assert_double_eq(solution->v[s], 1.0);
        ck_assert_int_eq(solution->policy[s], 1);
    }
    rill_solution_destroy(solution);
    rill_model_destroy(model);
}
END_TEST

// ---------------------------------------------------------------------------------------- bad input

START_TEST(bad_input_is_refused)
{
    const outcome list[] = {
        {0, 0, 1.0, 1, 1.0, false},
        {1, 0, 1.0, 2, 1.0, false},
        {1, 1, 1.0, 2, 0.0, false},
    };
    rill_model *model = BUILD(3, 2, list);
    rill_solution *solution = NULL;
    rill_error error = {0};
    double uniform[6];
    rill_uniform_policy(model, uniform);
    const double expected[] = {1, 0, 0.5, 0.5, 0, 0};
    assert_values(uniform, expected, 6, 0.0);

    ASSERT_REFUSED(rill_solve_optimal(model, 1.01, &solution, &error), &error, "gamma", "0 to 1");
    ASSERT_REFUSED(rill_solve_optimal(model, nan(""), &solution, &error), &error, "gamma", "nan");
    ASSERT_REFUSED(rill_solve_policy(model, -0.1, uniform, &solution, &error), &error, "gamma",
                   "-0.1");
    const struct {
        double policy[6];
        const char *path, *part;
    } cases[] = {
        {{0.5, 0.5, 1, 0, 0, 0}, "policy[0]", "action 1 is not available"},
        {{1, 0, 0.5, 0.4, 0, 0}, "policy[1]", "sum to 0.9"},
        {{1, 0, 1.5, -0.5, 0, 0}, "policy[1]", "-0.5 is not a probability"},
        {{nan(""), 0, 1, 0, 0, 0}, "policy[0]", "nan is not a probability"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ASSERT_REFUSED(rill_solve_policy(model, 1.0, cases[i].policy, &solution, &error), &error,
                       cases[i].path, cases[i].part);
        ck_assert_ptr_null(solution);
    }

    // rows of terminal states are not read
    const double any[] = {1, 0, 1, 0, 7, nan("")};
    solution = solve_policy(model, 1.0, any);
    ck_assert_double_eq(solution->v[0], 2.0);
    rill_solution_destroy(solution);
    rill_solution_destroy(NULL);
    rill_model_destroy(model);
}
END_TEST

TEST_MAIN(values_of_a_policy_equal_a_dense_solution,
          optimal_values_are_the_greatest_of_all_policies, long_jumps_equal_a_dense_solution,
          too_many_equations_are_swept, random_walk_is_linear, example_4_1, gymnasium_cliff_walking,
          one_state, long_episodes_keep_their_digits, a_huge_penalty_nearby_costs_no_digits,
          reward_for_ever_has_no_solution, an_episode_that_never_ends_has_no_solution,
          a_policy_that_never_ends_has_no_values, going_round_for_nothing_is_worth_nothing,
          going_round_does_not_put_off_a_reward, bad_input_is_refused)
