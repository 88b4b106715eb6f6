/// envs/gridworld.c against the books' numbers, hand-computed steps and its own exact model.
#include "tests/test.h"

#include <cjson/cJSON.h>
#include <gsl/gsl_linalg.h>
#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { UP, RIGHT, DOWN, LEFT, STAY };

// ---- helpers ----

/// An environment, or NULL and an error, from assignments with blanks between them.
static rill_env *try_create(const char *assignments, rill_error *error)
{
    size_t size = strlen(assignments) + 1;
    char *copy = malloc(size);
    const char *list[32] = {NULL};
    size_t n = 0;
    memcpy(copy, assignments, size);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) {
        ck_assert_uint_lt(n, 31);
        list[n++] = word;
    }
    rill_env *env = NULL;
    rill_status status = rill_env_create(&env, "gridworld", list, error);
    ck_assert_int_eq(status == RILL_OK, env != NULL);
    free(copy);
    return env;
}

static rill_env *create(const char *assignments)
{
    rill_error error = {0};
    rill_env *env = try_create(assignments, &error);
    ck_assert_msg(env != NULL, "%s: %s: %s", assignments, error.path, error.message);
    return env;
}

static rill_model *create_model(const char *assignments)
{
    rill_env *env = create(assignments);
    rill_error error = {0};
    rill_model *model = NULL;
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    rill_env_destroy(env);
    return model;
}

static void set_cell(rill_env *env, int32_t cell)
{
    double value = cell;
    ck_assert_int_eq(rill_env_set_state(env, &value, NULL), RILL_OK);
}

/// The value of the best epsilon-soft policy, by value iteration from 0. `sweeps` 0: to the end.
static void iterate(const rill_model *model, double gamma, double epsilon, int sweeps, double *v)
{
    size_t size = (size_t)model->n_states * sizeof *v;
    double *old = malloc(size);
    memset(v, 0, size);
    double change = 1.0;
    for (int k = 0; sweeps > 0 ? k < sweeps : change > 1e-13; k++) {
        ck_assert_int_lt(k, 100000);
        memcpy(old, v, size);
        change = 0.0;
        for (int32_t s = 0; s < model->n_states; s++) {
            if (!rill_model_is_available(model, s, 0)) {
                continue;
            }
            double best = -HUGE_VAL, sum = 0.0;
            for (int32_t a = 0; a < model->n_actions; a++) {
                double q = rill_model_backup(model, old, gamma, s, a);
                best = fmax(best, q);
                sum += q;
            }
            v[s] = (1.0 - epsilon) * best + epsilon * sum / model->n_actions;
            change = fmax(change, fabs(v[s] - old[s]));
        }
    }
    free(old);
}

/// The value of a policy (n_states, n_actions): solves (I - gamma P) v = r.
static void evaluate(const rill_model *model, double gamma, const double *policy, double *v)
{
    size_t n = (size_t)model->n_states;
    gsl_matrix *matrix = gsl_matrix_alloc(n, n);
    gsl_vector *reward = gsl_vector_calloc(n), *x = gsl_vector_alloc(n);
    gsl_permutation *permutation = gsl_permutation_alloc(n);
    gsl_matrix_set_identity(matrix);
    for (size_t s = 0; s < n; s++) {
        for (int32_t a = 0; a < model->n_actions; a++) {
            size_t count = 0;
            const rill_transition *t = rill_model_outcomes(model, (int32_t)s, a, &count);
            for (size_t i = 0; i < count; i++) {
                double p = policy[s * (size_t)model->n_actions + (size_t)a] * t[i].probability;
                size_t next = (size_t)t[i].next;
                *gsl_vector_ptr(reward, s) += p * t[i].reward;
                if (!t[i].terminated) {
                    *gsl_matrix_ptr(matrix, s, next) -= gamma * p;
                }
            }
        }
    }
    int sign = 0;
    gsl_linalg_LU_decomp(matrix, permutation, &sign);
    gsl_linalg_LU_solve(matrix, permutation, reward, x);
    for (size_t s = 0; s < n; s++) {
        v[s] = gsl_vector_get(x, s);
    }
    gsl_matrix_free(matrix);
    gsl_vector_free(reward);
    gsl_vector_free(x);
    gsl_permutation_free(permutation);
}

/// The epsilon-greedy policy around one action a state, letters of "URDLS"; blanks are skipped.
static void evaluate_letters(const rill_model *model, double gamma, const char *letters,
                             double epsilon, double *v)
{
    double *policy = malloc((size_t)(model->n_states * model->n_actions) * sizeof *policy);
    for (int32_t s = 0; s < model->n_states; s++) {
        letters += strspn(letters, " ");
        ck_assert_ptr_nonnull(strchr("URDLS", *letters));
        for (int32_t a = 0; a < model->n_actions; a++) {
            policy[s * model->n_actions + a] =
                epsilon / model->n_actions + (*letters == "URDLS"[a] ? 1.0 - epsilon : 0.0);
        }
        letters++;
    }
    ck_assert_int_eq(*letters, '\0');
    evaluate(model, gamma, policy, v);
    free(policy);
}

static void evaluate_uniform(const rill_model *model, double gamma, double *v)
{
    int32_t n = model->n_states * model->n_actions;
    double *policy = malloc((size_t)n * sizeof *policy);
    for (int32_t i = 0; i < n; i++) {
        policy[i] = 1.0 / model->n_actions;
    }
    evaluate(model, gamma, policy, v);
    free(policy);
}

static cJSON *read_json(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", RILL_TEST_DATA, name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "cannot open %s", path);
    size_t capacity = (size_t)1 << 20;
    char *text = calloc(capacity, 1);
    size_t length = fread(text, 1, capacity - 1, file);
    ck_assert(length > 0 && feof(file));
    fclose(file);
    cJSON *json = cJSON_Parse(text);
    ck_assert_msg(json != NULL, "cannot parse %s", path);
    free(text);
    return json;
}

static const cJSON *item(const cJSON *object, const char *name)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, name);
    ck_assert_msg(found != NULL, "no \"%s\" in the reference data", name);
    return found;
}

static double number(const cJSON *object, const char *name)
{
    const cJSON *found = item(object, name);
    ck_assert(cJSON_IsNumber(found));
    return found->valuedouble;
}

/// Holds values from `start` on against a number or nested arrays of them; answers the end.
static int32_t compare(const char *what, const double *values, int32_t start, int32_t n,
                       const cJSON *expected)
{
    if (cJSON_IsArray(expected)) {
        const cJSON *element = NULL;
        cJSON_ArrayForEach (element, expected) {
            start = compare(what, values, start, n, element);
        }
        return start;
    }
    ck_assert(cJSON_IsNumber(expected));
    ck_assert_int_lt(start, n);
    ck_assert_msg(fabs(values[start] - expected->valuedouble) <= 1e-9,
                  "%s, number %d: %.12g, reference %.12g", what, start, values[start],
                  expected->valuedouble);
    return start + 1;
}

static void expect_values(const char *what, const double *values, int32_t n, const cJSON *expected)
{
    ck_assert_int_eq(compare(what, values, 0, n, expected), n);
}

// ---- Zhao's worlds ----

/// All figures of the 5 x 5 world, which is the default.
START_TEST(zhao_5x5_figures)
{
    cJSON *json = read_json("zhao.json");
    int n_policies = 0, n_optimal = 0, n_sweeps = 0, n_uniform = 0;
    const cJSON *figure = NULL;
    cJSON_ArrayForEach (figure, item(json, "figures")) {
        const cJSON *exact = item(figure, "exact"), *params = item(figure, "params");
        const cJSON *policy = cJSON_GetObjectItem(figure, "policy");
        const cJSON *eps = cJSON_GetObjectItem(params, "eps");
        if (cJSON_GetArraySize(exact) != 25) {
            continue;
        }
        char assignments[256];
        snprintf(assignments, sizeof assignments,
                 "reward_boundary=%g reward_forbidden=%g reward_goal=%g reward_step=%g",
                 number(params, "r_boundary"), number(params, "r_forbidden"),
                 number(params, "r_target"), number(params, "r_other"));
        rill_model *model = create_model(assignments);
        double gamma = number(params, "gamma"), epsilon = eps == NULL ? 0.0 : eps->valuedouble;
        double v[25];
        int sweeps = 0;
        const char *name = figure->string, *length = strstr(name, "episode length ");
        if (policy != NULL) {
            evaluate_letters(model, gamma, policy->valuestring, epsilon, v);
            n_policies++;
        } else if (length != NULL && sscanf(length, "episode length %d", &sweeps) == 1) {
            iterate(model, gamma, 0.0, sweeps, v);
            n_sweeps++;
        } else if (strstr(name, "uniform random policy") != NULL) {
            evaluate_uniform(model, gamma, v);
            n_uniform++;
        } else {
            ck_assert_msg(strstr(name, "optimal") != NULL, "what is %s?", name);
            iterate(model, gamma, epsilon, 0, v);
            n_optimal++;
        }
        expect_values(name, v, 25, exact);
        rill_model_destroy(model);
    }
    // as many as the file has: 2.7, 4.4 and 5.6; 3.4 and 5.7; 5.4; 8.6
    ck_assert_int_eq(n_policies, 11);
    ck_assert_int_eq(n_optimal, 6);
    ck_assert_int_eq(n_sweeps, 5);
    ck_assert_int_eq(n_uniform, 1);
    cJSON_Delete(json);
}
END_TEST

START_TEST(zhao_2x2)
{
    cJSON *json = read_json("zhao.json");
    const cJSON *figures = item(json, "figures");
    rill_model *model = create_model("map=.F,.G");
    double v[4], q[4 * 5];

    static const char *const policies[][2] = {{"Figure 2.4|2x2, s2 forbidden, s1 down", "DDRS"},
                                              {"Figure 3.2|2x2, s1 right", "RDRS"}};
    for (size_t i = 0; i < 2; i++) {
        evaluate_letters(model, 0.9, policies[i][1], 0.0, v);
        expect_values(policies[i][0], v, 4, item(item(figures, policies[i][0]), "exact"));
    }
    // Figure 2.5: right or down in s1, each with probability 0.5; then down, right, stay
    const double mixed[4 * 5] = {[0 + RIGHT] = 0.5,
                                 [0 + DOWN] = 0.5,
                                 [5 + DOWN] = 1.0,
                                 [10 + RIGHT] = 1.0,
                                 [15 + STAY] = 1.0};
    evaluate(model, 0.9, mixed, v);
    expect_values("Figure 2.5", v, 4,
                  item(item(figures, "Figure 2.5|2x2, s1 right/down 0.5"), "exact"));

    // Tables 4.1 to 4.3: value iteration, action values included
    const cJSON *table = item(json, "figure4.2_tables4.1_4.3_value_iteration_2x2");
    const cJSON *iterations = item(table, "iterations"), *iteration = NULL;
    ck_assert_int_eq(cJSON_GetArraySize(iterations), 6);
    cJSON_ArrayForEach (iteration, iterations) {
        int k = atoi(iteration->string);
        memset(v, 0, sizeof v);
        if (k > 0) {
            iterate(model, 0.9, 0.0, k, v);
        }
        for (int32_t i = 0; i < 4 * 5; i++) {
            q[i] = rill_model_backup(model, v, 0.9, i / 5, i % 5);
        }
        expect_values("Table 4.3", v, 4, item(iteration, "v"));
        expect_values("Table 4.1", q, 4 * 5, item(iteration, "q"));
    }
    rill_model_destroy(model);

    model = create_model("map=..,.G");
    iterate(model, 0.9, 0.0, 0, v);
    expect_values("Figure 3.5(a)", v, 4,
                  item(item(figures, "Figure 3.5(a)|2x2 no forbidden, optimal"), "exact"));
    rill_model_destroy(model);
    cJSON_Delete(json);
}
END_TEST

START_TEST(zhao_3x3)
{
    cJSON *json = read_json("zhao.json");
    const cJSON *figure = item(json, "figure5.3_mc_basic_3x3");
    rill_model *model = create_model("map=...,..F,F.G");
    double v[9], q[5];
    evaluate_letters(model, 0.9, item(figure, "policy")->valuestring, 0.0, v);
    expect_values("Figure 5.3", v, 9, item(figure, "v"));
    for (int32_t a = 0; a < 5; a++) {
        q[a] = rill_model_backup(model, v, 0.9, 0, a);
    }
    expect_values("Figure 5.3, s1", q, 5, item(figure, "q_s1_a1_to_a5"));
    for (int32_t a = 0; a < 5; a++) {
        q[a] = rill_model_backup(model, v, 0.9, 2, a);
    }
    expect_values("Figure 5.3, s3", q, 5, item(figure, "q_s3_a1_to_a5"));
    rill_model_destroy(model);
    cJSON_Delete(json);
}
END_TEST

START_TEST(zhao_1x2)
{
    cJSON *json = read_json("zhao.json");
    const cJSON *figure = item(json, "figure4.3_tables4.4_4.5_policy_iteration_1x2");
    rill_model *model = create_model("map=.G");
    double v[2];
    evaluate_letters(model, 0.9, "LL", 0.0, v);
    expect_values("Figure 4.3", v, 2, item(figure, "v_pi0"));
    static const int32_t actions[] = {LEFT, STAY, RIGHT};
    for (int32_t s = 0; s < 2; s++) {
        double q[3];
        for (int i = 0; i < 3; i++) {
            q[i] = rill_model_backup(model, v, 0.9, s, actions[i]);
        }
        expect_values("Table 4.4", q, 3, item(item(figure, "q_pi0"), s == 0 ? "s1" : "s2"));
    }
    rill_model_destroy(model);
    cJSON_Delete(json);
}
END_TEST

// ---- Sutton & Barto's ----

#define MINUS_ONE \
    " stay=false at_goal=terminate reward_step=-1 reward_boundary=-1 reward_wall=-1 reward_goal=-1 "

START_TEST(sutton_barto_examples_3_5_and_3_8)
{
    cJSON *json = read_json("sutton_barto_exact.json");
    const cJSON *entries = item(json, "entries");
    rill_model *model =
        create_model("map=.A.B.,.....,...b.,.....,.a... stay=false teleport_rewards=10,5");
    double v[25];
    evaluate_uniform(model, 0.9, v);
    expect_values("Figure 3.2", v, 25,
                  item(item(entries, "ex3.5_gridworld_random_policy_v"), "exact"));
    iterate(model, 0.9, 0.0, 0, v);
    expect_values("Figure 3.5", v, 25, item(item(entries, "ex3.8_gridworld_optimal_v"), "exact"));
    rill_model_destroy(model);
    cJSON_Delete(json);
}
END_TEST

START_TEST(sutton_barto_example_4_1)
{
    cJSON *json = read_json("sutton_barto_exact.json");
    const cJSON *figure = item(item(json, "entries"), "fig4.1_4x4_random_policy");
    rill_model *model = create_model("map=G...,....,....,...G" MINUS_ONE);
    double v[16];
    evaluate_uniform(model, 1.0, v);
    expect_values("Figure 4.1", v, 16, item(figure, "v_pi"));
    rill_model_destroy(model);
    cJSON_Delete(json);
}
END_TEST

#define WINDY_MAP                                                                      \
    "map=..........,..........,..........,S......G..,..........,..........,.........." \
    " wind=0,0,0,1,1,1,2,2,1,0"

START_TEST(sutton_barto_example_6_5)
{
    cJSON *json = read_json("sutton_barto_exact.json");
    const cJSON *example = item(item(json, "entries"), "ex6.5_windy_gridworld");
    rill_model *model = create_model(WINDY_MAP MINUS_ONE);
    double v[70];
    iterate(model, 1.0, 0.0, 0, v);
    ASSERT_NEAR(-v[30], number(example, "min_steps_4_moves"), 1e-9);
    iterate(model, 1.0, 0.1, 0, v);
    ASSERT_NEAR(-v[30], number(example, "best_eps_soft_expected_steps_eps0p1_4_moves"), 1e-9);
    rill_model_destroy(model);

    // the 15 steps of the book's figure, taken one by one
    rill_env *env = create(WINDY_MAP MINUS_ONE);
    static const char path[] = "RRRRRRRRRDDDDLL";
    int32_t cell = rill_env_reset(env).index;
    ck_assert_int_eq(cell, 30);
    for (size_t i = 0; path[i] != '\0'; i++) {
        int32_t action = (int32_t)(strchr("URDL", path[i]) - "URDL");
        rill_outcome outcome;
        cell = rill_env_step(env, (rill_action){.index = action}, &outcome).index;
        ck_assert_double_eq(outcome.reward, -1.0);
        ck_assert_int_eq(outcome.terminated, path[i + 1] == '\0');
    }
    ck_assert_int_eq(cell, 37);
    rill_env_destroy(env);
    cJSON_Delete(json);
}
END_TEST

START_TEST(sutton_barto_example_6_6)
{
    cJSON *json = read_json("sutton_barto_exact.json");
    const cJSON *example = item(item(json, "entries"), "ex6.6_cliff");
    rill_model *model = create_model("map=............,............,............,SFFFFFFFFFFG"
                                     " at_forbidden=restart reward_forbidden=-100" MINUS_ONE);
    double v[48];
    iterate(model, 1.0, 0.0, 0, v);
    ASSERT_NEAR(v[36], number(example, "optimal_path_return"), 1e-9);
    iterate(model, 1.0, 0.1, 0, v);
    ASSERT_NEAR(v[36], number(example, "best_eps_soft_expected_return_eps0p1"), 1e-9);
    rill_model_destroy(model);
    cJSON_Delete(json);
}
END_TEST

START_TEST(sutton_barto_example_8_1)
{
    cJSON *json = read_json("sutton_barto_exact.json");
    const cJSON *maze =
        item(item(item(json, "entries"), "ch8_maze_shortest_paths"), "dyna_maze_6x9");
    rill_model *model =
        create_model("map=.......#G,..#....#.,S.#....#.,..#......,.....#...,........." MINUS_ONE);
    double v[54];
    iterate(model, 1.0, 0.0, 0, v);
    ASSERT_NEAR(-v[18], number(maze, "shortest"), 1e-9);
    iterate(model, 1.0, 0.1, 0, v);
    ASSERT_NEAR(-v[18], number(maze, "best_eps_soft_expected_steps_eps0p1"), 1e-9);
    evaluate_uniform(model, 1.0, v);
    ASSERT_NEAR(-v[18], number(maze, "expected_first_episode_length_uniform_random"), 1e-9);
    rill_model_destroy(model);
    cJSON_Delete(json);
}
END_TEST

// ---- one step, by hand ----

#define EVENTS "reward_step=1 reward_boundary=2 reward_wall=3 reward_forbidden=4 reward_goal=5 "

static const struct {
    const char *assignments;
    int32_t cell, action, next;
    double reward;
    bool terminated;
} steps[] = {
    // the four moves and stay, from the middle of 3 x 3
    {"map=...,.S.,...", 4, UP, 1, 1, false},
    {"map=...,.S.,...", 4, RIGHT, 5, 1, false},
    {"map=...,.S.,...", 4, DOWN, 7, 1, false},
    {"map=...,.S.,...", 4, LEFT, 3, 1, false},
    {"map=...,.S.,...", 4, STAY, 4, 1, false},
    // boundary: each edge, each consequence
    {"map=.S", 0, UP, 0, 2, false},
    {"map=.S", 1, RIGHT, 1, 2, false},
    {"map=.S", 0, DOWN, 0, 2, false},
    {"map=.S", 0, LEFT, 0, 2, false},
    {"map=.S at_boundary=restart", 0, UP, 1, 2, false},
    {"map=.S at_boundary=terminate", 0, UP, 0, 2, true},
    {"map=S..,... at_boundary=wrap", 0, UP, 3, 1, false},
    {"map=S..,... at_boundary=wrap", 2, RIGHT, 0, 1, false},
    {"map=S..,... at_boundary=wrap", 4, DOWN, 1, 1, false},
    {"map=S..,... at_boundary=wrap", 3, LEFT, 5, 1, false},
    {"map=S..,..# at_boundary=wrap", 3, LEFT, 3, 3, false},
    // walls
    {"map=.#S", 0, RIGHT, 0, 3, false},
    {"map=.#S at_wall=restart", 0, RIGHT, 2, 3, false},
    {"map=.#S at_wall=terminate", 0, RIGHT, 0, 3, true},
    // forbidden cells: entered, stayed in, bumped from
    {"map=.FS", 0, RIGHT, 1, 4, false},
    {"map=.FS", 1, STAY, 1, 4, false},
    {"map=.FS", 1, UP, 1, 2, false},
    {"map=.FS", 1, LEFT, 0, 1, false},
    {"map=.FS at_forbidden=stay", 0, RIGHT, 0, 4, false},
    {"map=.FS at_forbidden=restart", 0, RIGHT, 2, 4, false},
    {"map=.FS at_forbidden=terminate", 0, RIGHT, 1, 4, true},
    // goals: likewise
    {"map=.GS", 0, RIGHT, 1, 5, false},
    {"map=.GS", 1, STAY, 1, 5, false},
    {"map=.GS", 1, DOWN, 1, 2, false},
    {"map=.GS", 1, LEFT, 0, 1, false},
    {"map=.GS at_goal=restart", 0, RIGHT, 2, 5, false},
    {"map=.GS at_goal=terminate", 0, RIGHT, 1, 5, true},
    // teleports: any action, no wind; entering one has no effect; two may lead to one cell
    {"map=A.a teleport_rewards=10", 0, UP, 2, 10, false},
    {"map=A.a teleport_rewards=10", 0, RIGHT, 2, 10, false},
    {"map=A.a teleport_rewards=10", 0, STAY, 2, 10, false},
    {"map=A.a teleport_rewards=10", 1, LEFT, 0, 1, false},
    {"map=A.a teleport_rewards=10", 2, LEFT, 1, 1, false},
    {"map=...,Aba,..B teleport_rewards=10,20 wind=1,1,1", 3, UP, 5, 10, false},
    {"map=...,Aba,..B teleport_rewards=10,20 wind=1,1,1", 8, UP, 4, 20, false},
    {"map=A.a,..A teleport_rewards=10", 5, STAY, 2, 10, false},
    {"map=b.B teleport_rewards=7,8", 2, STAY, 0, 8, false},
    // wind: that of the column that is left, added to the move, clipped to the grid
    {"map=...,...,... wind=0,1,2", 6, RIGHT, 7, 1, false},
    {"map=...,...,... wind=0,1,2", 7, RIGHT, 5, 1, false},
    {"map=...,...,... wind=0,1,2", 8, LEFT, 1, 1, false},
    {"map=...,...,... wind=0,1,2", 7, UP, 1, 1, false},
    {"map=...,...,... wind=0,1,2", 7, STAY, 4, 1, false},
    {"map=...,...,... wind=0,1,2", 7, DOWN, 7, 1, false},
    {"map=...,...,... wind=0,1,2", 8, DOWN, 5, 1, false},
    {"map=...,...,... wind=0,1,2", 4, UP, 1, 1, false},
    {"map=...,...,... wind=0,-1,0", 1, LEFT, 3, 1, false},
    {"map=...,...,... wind=0,-1,0", 1, UP, 1, 1, false},
    {"map=...,...,... wind=0,-1,0", 1, DOWN, 7, 1, false},
    {"map=..,.. wind=-1,0 at_boundary=wrap", 2, RIGHT, 1, 1, false},
    // wind alone never bumps, the agent's own move does
    {"map=...,...,... wind=0,1,2", 1, STAY, 1, 1, false},
    {"map=...,...,... wind=0,1,2", 1, UP, 1, 2, false},
    {"map=...,...,... wind=0,1,2", 8, RIGHT, 2, 2, false},
    {"map=...,...,... wind=0,1,2", 2, RIGHT, 2, 2, false},
    {"map=...,...,... wind=0,1,2 at_boundary=terminate", 1, STAY, 1, 1, false},
    {"map=...,...,... wind=0,1,2 at_boundary=terminate", 8, RIGHT, 8, 2, true},
    {"map=...,...,... wind=0,-1,0", 7, STAY, 7, 1, false},
    {"map=...,...,... wind=0,-1,0", 7, DOWN, 7, 2, false},
    // walls stop the wind, and a move into them, after which the wind still blows
    {"map=.#.,...,... wind=2,0,0", 6, RIGHT, 4, 1, false},
    {"map=...,...,.#. wind=2,0,0", 6, RIGHT, 0, 3, false},
    {"map=...,...,.#. wind=2,0,0 at_wall=terminate", 6, RIGHT, 6, 3, true},
    {"map=...,#..,... wind=1,0,0", 6, UP, 6, 3, false},
    {"map=...,#..,... wind=1,0,0", 6, STAY, 6, 1, false},
    // only the end of the way counts
    {"map=.,G,. wind=1 at_goal=terminate", 2, UP, 0, 1, false},
    {"map=.,F,. wind=1 at_forbidden=terminate", 2, UP, 0, 1, false},
    {"map=F,.,. wind=1 at_forbidden=stay", 2, UP, 2, 4, false},
    // a bump's reward comes before that of the cell, whose consequence holds all the same
    {"map=G,. wind=1 at_goal=terminate", 1, RIGHT, 0, 2, true},
    {"map=F,.,S wind=1 at_forbidden=restart", 1, LEFT, 2, 2, false},
    // a slip from certain to both sides: in a row of one cell both are the same bump
    {"map=SG slip=1", 0, RIGHT, 0, 2, false},
    {"map=SG slip=1", 0, STAY, 0, 1, false},
};

START_TEST(one_step)
{
    for (size_t i = 0; i < COUNT(steps); i++) {
        char name[256];
        snprintf(name, sizeof name, "%s, cell %d, action %d", steps[i].assignments, steps[i].cell,
                 steps[i].action);
        char assignments[256];
        snprintf(assignments, sizeof assignments, EVENTS "%s", steps[i].assignments);
        rill_env *env = create(assignments);
        rill_outcome outcome;
        set_cell(env, steps[i].cell);
        ASSERT_FOR(name, rill_env_observe(env).index == steps[i].cell);
        rill_action action = {.index = steps[i].action};
        ASSERT_FOR(name, rill_env_step(env, action, &outcome).index == steps[i].next);
        ASSERT_FOR(name, rill_env_observe(env).index == steps[i].next);
        ASSERT_FOR(name, outcome.reward == steps[i].reward);
        ASSERT_FOR(name, outcome.terminated == steps[i].terminated && !outcome.truncated);
        rill_env_destroy(env);

        rill_model *model = create_model(assignments);
        size_t n = 0;
        const rill_transition *t = rill_model_outcomes(model, steps[i].cell, steps[i].action, &n);
        ASSERT_FOR(name, n == 1 && t->probability == 1.0 && t->next == steps[i].next);
        ASSERT_FOR(name, t->reward == outcome.reward && t->terminated == outcome.terminated);
        rill_model_destroy(model);
    }
}
END_TEST

START_TEST(deterministic_worlds_draw_nothing)
{
    rill_env *env = create(WINDY_MAP " at_goal=restart at_boundary=restart");
    rill_rng before = env->data->rng;
    rill_env_reset(env);
    for (int32_t i = 0; i < 1000; i++) {
        rill_outcome outcome;
        rill_env_step(env, (rill_action){.index = i * i % 5}, &outcome);
    }
    ck_assert_int_eq(memcmp(&before, &env->data->rng, sizeof before), 0);
    rill_env_destroy(env);
}
END_TEST

// ---- the model's chances ----

/// Checks that (cell, action) has exactly the `n` outcomes `expected`.
static void expect_outcomes(const rill_model *model, int32_t cell, int32_t action,
                            const rill_transition *expected, size_t n)
{
    size_t count = 0;
    const rill_transition *t = rill_model_outcomes(model, cell, action, &count);
    ck_assert_uint_eq(count, n);
    for (size_t i = 0; i < n; i++) {
        const rill_transition *e = &expected[i];
        size_t j = 0;
        while (j < n && !(fabs(t[j].probability - e->probability) < 1e-15 && t[j].next == e->next &&
                          t[j].reward == e->reward && t[j].terminated == e->terminated)) {
            j++;
        }
        ck_assert_msg(j < n, "cell %d, action %d: outcome %zu is missing", cell, action, i);
    }
}

/// The last arguments are the outcomes: {probability, reward, next, terminated}.
#define EXPECT_OUTCOMES(model, cell, action, ...)                        \
    do {                                                                 \
        const rill_transition expected[] = {__VA_ARGS__};                \
        expect_outcomes(model, cell, action, expected, COUNT(expected)); \
    } while (0)

START_TEST(slip_goes_to_both_sides)
{
    rill_model *model = create_model(EVENTS "map=S..,...,... slip=0.2");
    EXPECT_OUTCOMES(model, 4, UP, {0.8, 1, 1, 0}, {0.1, 1, 5, 0}, {0.1, 1, 3, 0});
    EXPECT_OUTCOMES(model, 4, LEFT, {0.8, 1, 3, 0}, {0.1, 1, 1, 0}, {0.1, 1, 7, 0});
    EXPECT_OUTCOMES(model, 4, STAY, {1.0, 1, 4, 0});
    // in the corner two bumps are one outcome
    EXPECT_OUTCOMES(model, 0, UP, {0.9, 2, 0, 0}, {0.1, 1, 1, 0});
    EXPECT_OUTCOMES(model, 0, DOWN, {0.8, 1, 3, 0}, {0.1, 1, 1, 0}, {0.1, 2, 0, 0});
    rill_model_destroy(model);
}
END_TEST

START_TEST(restarts_spread_over_the_starts)
{
    // the move from 0 to the start 1 is the same outcome as a restart there
    rill_model *model =
        create_model("map=SS slip=0.4 at_boundary=restart reward_step=-1 reward_boundary=-1");
    EXPECT_OUTCOMES(model, 0, RIGHT, {0.2, -1, 0, 0}, {0.8, -1, 1, 0});
    EXPECT_OUTCOMES(model, 0, UP, {0.4, -1, 0, 0}, {0.6, -1, 1, 0});
    rill_model_destroy(model);

    // restarts for different reasons are different outcomes
    model = create_model(EVENTS "map=S.S,..G slip=0.5 at_boundary=restart at_goal=restart");
    EXPECT_OUTCOMES(model, 4, RIGHT, {0.25, 5, 0, 0}, {0.25, 5, 2, 0}, {0.25, 1, 1, 0},
                    {0.125, 2, 0, 0}, {0.125, 2, 2, 0});
    rill_model_destroy(model);
}
END_TEST

/// Where episodes start ('s'), where they can go on ('s' or 'd'), and where not ('-').
static const struct {
    const char *assignments, *cells;
} worlds[] = {
    {"map=.#G,F.A,a.. teleport_rewards=1", "s-sssssss"},
    {"map=.#G,F.A,a.. teleport_rewards=1 at_goal=terminate", "s--ssssss"},
    {"map=.#G,F.A,a.. teleport_rewards=1 at_goal=restart", "s--ssssss"},
    {"map=.#G,F.A,a.. teleport_rewards=1 at_forbidden=stay", "s-s-sssss"},
    {"map=.#G,F.A,a.. teleport_rewards=1 at_forbidden=restart", "s-s-sssss"},
    {"map=.#G,F.A,a.. teleport_rewards=1 at_forbidden=terminate", "s-s-sssss"},
    {"map=S#G,F.A,a.S teleport_rewards=1", "s-dddddds"},
    {"map=S#G,F.S at_goal=terminate at_forbidden=terminate", "s---ds"},
};

START_TEST(starts_and_terminal_cells)
{
    for (size_t i = 0; i < COUNT(worlds); i++) {
        const char *name = worlds[i].assignments, *cells = worlds[i].cells;
        double n_starts = 0.0;
        for (const char *c = cells; *c != '\0'; c++) {
            n_starts += *c == 's';
        }
        rill_model *model = create_model(name);
        rill_env *env = create(name);
        ASSERT_FOR(name, (size_t)model->n_states == strlen(cells));
        for (int32_t s = 0; s < model->n_states; s++) {
            ASSERT_FOR(name, model->start[s] == (cells[s] == 's' ? 1.0 / n_starts : 0.0));
            for (int32_t a = 0; a < model->n_actions; a++) {
                ASSERT_FOR(name, rill_model_is_available(model, s, a) == (cells[s] != '-'));
            }
            // a cell without outcomes is terminal, also for whoever is put there
            double value = s;
            if (cells[s] == '-' && rill_env_set_state(env, &value, NULL) == RILL_OK) {
                rill_outcome outcome;
                rill_action action = {.index = RIGHT};
                ASSERT_FOR(name, rill_env_step(env, action, &outcome).index == s);
                ASSERT_FOR(name, outcome.terminated && outcome.reward == 0.0);
            }
        }
        rill_env_destroy(env);
        rill_model_destroy(model);
    }
}
END_TEST

// ---- sampling against the model ----

static const char *const chance_worlds[] = {
    "map=S.#F.,..#..,.A..G,aS.F. wind=0,0,1,-1,0 slip=0.3 at_forbidden=restart at_goal=terminate"
    " teleport_rewards=10 reward_wall=-2",
    "map=S.#F.,..#..,....G,.S.FS wind=1,0,0,0,-2 slip=0.6 at_wall=restart at_boundary=restart"
    " at_goal=restart at_forbidden=terminate stay=false",
    "map=.F.,..#,G.. wind=0,1,0 slip=1 at_boundary=wrap at_wall=terminate at_forbidden=stay",
    "map=.F.,..#,G.. slip=0.1 at_boundary=terminate at_forbidden=restart at_goal=restart",
};

/// Samples the starts and every pair of cell and action equally often, so that all outcomes
/// together are one distribution. Its degrees of freedom are overstated: false alarms are rarer than
/// one in 10^6 seeds for each world (and the seed is fixed).
START_TEST(samples_follow_the_model)
{
    enum { SAMPLES = 20000, MAX_OUTCOMES = 1024 };
    for (size_t world = 0; world < COUNT(chance_worlds); world++) {
        const char *name = chance_worlds[world];
        rill_env *env = create(name);
        rill_model *model = create_model(name);
        rill_env_seed(env, world);
        int64_t counts[MAX_OUTCOMES] = {0};
        double probabilities[MAX_OUTCOMES];

        // the starts come first, then the transitions in the model's order
        size_t n_starts = (size_t)model->n_states;
        size_t n_pairs = n_starts * (size_t)model->n_actions;
        size_t n = n_starts + model->first[n_pairs];
        ck_assert_uint_le(n, MAX_OUTCOMES);
        double n_distributions = 1.0;
        for (int k = 0; k < SAMPLES; k++) {
            counts[rill_env_reset(env).index]++;
        }
        for (size_t pair = 0; pair < n_pairs; pair++) {
            size_t begin = model->first[pair], end = model->first[pair + 1];
            n_distributions += end > begin;
            for (int k = 0; end > begin && k < SAMPLES; k++) {
                rill_outcome outcome;
                set_cell(env, (int32_t)pair / model->n_actions);
                rill_action action = {.index = (int32_t)pair % model->n_actions};
                int32_t next = rill_env_step(env, action, &outcome).index;
                size_t i = begin;
                while (i < end && !(model->transitions[i].next == next &&
                                    model->transitions[i].reward == outcome.reward &&
                                    model->transitions[i].terminated == outcome.terminated)) {
                    i++;
                }
                ASSERT_FOR(name, i < end);
                counts[n_starts + i]++;
            }
        }
        for (size_t i = 0; i < n; i++) {
            probabilities[i] =
                (i < n_starts ? model->start[i] : model->transitions[i - n_starts].probability) /
                n_distributions;
        }
        ASSERT_FOR(name, test_chi_square(probabilities, counts, n) > 1e-6);
        rill_model_destroy(model);
        rill_env_destroy(env);
    }
}
END_TEST

// ---- refusals ----

static const struct {
    const char *assignments, *path, *message;
} refusals[] = {
    {"map=", "map", "the first row is empty; draw a map"},
    {"map=,..", "map", "the first row is empty; draw a map"},
    {"map=...,..", "map", "row 2 has 2 cells, row 1 has 3; make them equally long"},
    {"map=...,...,....", "map", "row 3 has 4 cells, row 1 has 3; make them equally long"},
    {"map=...,...,", "map", "row 3 has 0 cells, row 1 has 3; make them equally long"},
    {"map=...,.x.", "map", "'x' in row 2, column 2 is none of . # F G S A-E a-e"},
    {"map=f..", "map", "'f' in row 1, column 1 is none of . # F G S A-E a-e"},
    {"map=..\t", "map", "\\x09 in row 1, column 3 is none of . # F G S A-E a-e"},
    {"map=.\xC2\xB7.", "map", "\\xC2 in row 1, column 2 is none of . # F G S A-E a-e"},
    {"map=##,##", "map", "there is no cell to start in; add an S"},
    {"map=#G at_goal=terminate", "map", "there is no cell to start in; add an S"},
    {"map=FF at_forbidden=restart", "map", "there is no cell to start in; add an S"},
    {"map=A.. teleport_rewards=1", "map",
     "A does not lead to one cell; a teleport takes one or more cells A and exactly one cell a"},
    {"map=.Bb,.c. teleport_rewards=1,2", "map",
     "C does not lead to one cell; a teleport takes one or more cells C and exactly one cell c"},
    {"map=E.e,..e teleport_rewards=1,2,3,4,5", "map",
     "E does not lead to one cell; a teleport takes one or more cells E and exactly one cell e"},
    {"map=A.a", "teleport_rewards", "has 0 numbers, the map wants 1: from A to its last teleport"},
    {"map=Bb. teleport_rewards=1", "teleport_rewards",
     "has 1 numbers, the map wants 2: from A to its last teleport"},
    {"teleport_rewards=1", "teleport_rewards",
     "has 1 numbers, the map wants 0: from A to its last teleport"},
    {"map=..,.. wind=1", "wind",
     "has 1 numbers, the map has 2 columns; give one for each, or none"},
    {"map=..,.. wind=1,0,0", "wind",
     "has 3 numbers, the map has 2 columns; give one for each, or none"},
};

START_TEST(bad_parameters_are_refused)
{
    for (size_t i = 0; i < COUNT(refusals); i++) {
        rill_error error = {0};
        ASSERT_FOR(refusals[i].assignments, try_create(refusals[i].assignments, &error) == NULL);
        ck_assert_int_eq(error.status, RILL_INVALID);
        ck_assert_str_eq(error.path, refusals[i].path);
        ck_assert_str_eq(error.message, refusals[i].message);
    }
}
END_TEST

START_TEST(too_large_a_map_is_refused)
{
    enum { ROWS = 4097, COLUMNS = 4096 };
    char *assignment = malloc(4 + (size_t)ROWS * (COLUMNS + 1));
    memcpy(assignment, "map=", 4);
    for (size_t row = 0; row < ROWS; row++) {
        char *text = assignment + 4 + row * (COLUMNS + 1);
        memset(text, '.', COLUMNS);
        text[COLUMNS] = row + 1 < ROWS ? ',' : '\0';
    }
    rill_error error = {0};
    ck_assert_ptr_null(try_create(assignment, &error));
    ck_assert_str_eq(error.path, "map");
    ck_assert_str_eq(error.message,
                     "4097 rows of 4096 cells are more than the 16777216 cells allowed");
    free(assignment);
}
END_TEST

START_TEST(state_is_the_cell)
{
    rill_env *env = create("map=.#,.G at_goal=terminate");
    rill_error error = {0};
    double value = 1.0;
    ck_assert_int_eq(rill_env_set_state(env, &value, &error), RILL_INVALID);
    ck_assert_str_eq(error.path, "state");
    ck_assert_str_eq(error.message, "1 is a wall (row 1, column 2); choose another cell");
    static const double outside[] = {-1.0, 4.0, 0.5, 1e300};
    for (size_t i = 0; i < COUNT(outside); i++) {
        ck_assert_int_eq(rill_env_set_state(env, &outside[i], NULL), RILL_INVALID);
    }
    // the terminal cell too: a trajectory can be written down and read back
    for (int32_t cell = 0; cell < 4; cell++) {
        if (cell != 1) {
            set_cell(env, cell);
            env->type->get_state(env->params, env->state, &value);
            ck_assert_double_eq(value, cell);
        }
    }
    rill_env_destroy(env);
}
END_TEST

START_TEST(spaces_and_grid)
{
    rill_env *env = create("map=.#F,GSA,a.. teleport_rewards=1 stay=false");
    ck_assert_int_eq(env->observation_space.kind, RILL_SPACE_DISCRETE);
    ck_assert_int_eq(env->observation_space.size, 9);
    ck_assert_int_eq(env->action_space.size, 4);
    rill_grid grid;
    env->type->grid(env->params, &grid);
    ck_assert_int_eq(grid.rows, 3);
    ck_assert_int_eq(grid.columns, 3);
    static const rill_cell cells[] = {RILL_CELL_FREE, RILL_CELL_WALL,  RILL_CELL_HAZARD,
                                      RILL_CELL_GOAL, RILL_CELL_START, RILL_CELL_FREE,
                                      RILL_CELL_FREE, RILL_CELL_FREE,  RILL_CELL_FREE};
    for (int32_t s = 0; s < 9; s++) {
        ck_assert_int_eq(grid.cell(env->params, s), cells[s]);
    }
    rill_env_destroy(env);

    env = create("");
    ck_assert_int_eq(env->observation_space.size, 25);
    ck_assert_int_eq(env->action_space.size, 5);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(zhao_5x5_figures, zhao_2x2, zhao_3x3, zhao_1x2, sutton_barto_examples_3_5_and_3_8,
          sutton_barto_example_4_1, sutton_barto_example_6_5, sutton_barto_example_6_6,
          sutton_barto_example_8_1, one_step, deterministic_worlds_draw_nothing,
          slip_goes_to_both_sides, restarts_spread_over_the_starts, starts_and_terminal_cells,
          samples_follow_the_model, bad_parameters_are_refused, too_large_a_map_is_refused,
          state_is_the_cell, spaces_and_grid)
