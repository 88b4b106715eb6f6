/// Gymnasium's golden data: episodes recorded from a seed, transition tables, exact solutions.
#ifndef RILL_TESTS_GOLDEN_H
#define RILL_TESTS_GOLDEN_H

#include "tests/test.h"

#include <cjson/cJSON.h>
#include <rill/solve.h>
#include <stdio.h>

// ---- files ----

/// A file of tests/data, parsed; the caller deletes it.
static inline cJSON *golden_read(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", RILL_TEST_DATA, name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "cannot read %s", path);
    enum { ROOM = 1 << 20 };
    char *text = malloc(ROOM);
    size_t size = fread(text, 1, ROOM - 1, file);
    text[size] = '\0';
    fclose(file);
    cJSON *json = cJSON_Parse(text);
    free(text);
    ck_assert_msg(json != NULL, "%s is no JSON of less than %d bytes", path, ROOM);
    return json;
}

static inline const cJSON *golden_member(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    ck_assert_msg(item != NULL, "no \"%s\"", name);
    return item;
}

/// The environment of a file: its "env" with the keyword arguments that it has under `arguments`.
static inline rill_env *golden_env(const cJSON *golden, const char *arguments)
{
    enum { MAX_ARGUMENTS = 8 };
    char texts[MAX_ARGUMENTS][128];
    const char *assignments[MAX_ARGUMENTS + 1] = {NULL};
    const cJSON *argument;
    int n = 0;
    cJSON_ArrayForEach (argument, golden_member(golden, arguments)) {
        ck_assert_int_lt(n, MAX_ARGUMENTS);
        char *value = cJSON_PrintUnformatted(argument);
        snprintf(texts[n], sizeof texts[n], "%s=%s", argument->string, value);
        free(value);
        assignments[n] = texts[n];
        n++;
    }
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, golden_member(golden, "env")->valuestring, assignments, &error),
              &error);
    return env;
}

/// An environment by id, with assignments (NULL at the end; NULL for none).
static inline rill_env *golden_create(const char *id, const char *const *assignments)
{
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, id, assignments, &error), &error);
    return env;
}

static inline rill_model *golden_model(const rill_env *env)
{
    rill_model *model = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    return model;
}

// ---- episodes ----

/// Whether an observation is the recorded one.
typedef bool golden_is_same(const rill_env *env, rill_observation seen, const cJSON *recorded);

static inline bool golden_is_index(const rill_env *env, rill_observation seen,
                                   const cJSON *recorded)
{
    (void)env;
    return cJSON_IsNumber(recorded) && seen.index == recorded->valuedouble;
}

/// Replays the episodes of a file with discrete actions: "runs" from a seed each, the later
/// episodes of a run by `reset` without one. Observations, rewards and flags are equal. The number
/// of steps.
static inline int golden_replay(const char *name, golden_is_same *is_same)
{
    cJSON *golden = golden_read(name);
    rill_env *env = golden_env(golden, "params");
    int n_steps = 0;
    const cJSON *run, *episode, *action;
    cJSON_ArrayForEach (run, golden_member(golden, "runs")) {
        rill_env_seed(env, (uint64_t)golden_member(run, "seed")->valuedouble);
        cJSON_ArrayForEach (episode, golden_member(run, "episodes")) {
            ASSERT_FOR(name, is_same(env, rill_env_reset(env), golden_member(episode, "obs0")));
            const cJSON *observation = golden_member(episode, "obs")->child;
            const cJSON *reward = golden_member(episode, "reward")->child;
            const cJSON *terminated = golden_member(episode, "terminated")->child;
            const cJSON *truncated = golden_member(episode, "truncated")->child;
            cJSON_ArrayForEach (action, golden_member(episode, "actions")) {
                rill_outcome outcome;
                rill_action a = {.index = action->valueint};
                rill_observation seen = rill_env_step(env, a, &outcome);
                ASSERT_FOR(name, is_same(env, seen, observation));
                ASSERT_FOR(name, outcome.reward == reward->valuedouble);
                ASSERT_FOR(name, outcome.terminated == (cJSON_IsTrue(terminated) != 0));
                ASSERT_FOR(name, outcome.truncated == (cJSON_IsTrue(truncated) != 0));
                observation = observation->next;
                reward = reward->next;
                terminated = terminated->next;
                truncated = truncated->next;
                n_steps++;
            }
            ck_assert(observation == NULL && reward == NULL && terminated == NULL);
        }
    }
    rill_env_destroy(env);
    cJSON_Delete(golden);
    return n_steps;
}

// ---- transition tables ----

/// The probability that a list [[probability, next, reward, terminated], ...] gives to an outcome.
static inline double golden_probability(const cJSON *outcomes, const rill_transition *outcome)
{
    double sum = 0.0;
    const cJSON *numbers;
    cJSON_ArrayForEach (numbers, outcomes) {
        if (cJSON_GetArrayItem(numbers, 1)->valueint == outcome->next &&
            cJSON_GetArrayItem(numbers, 2)->valuedouble == outcome->reward &&
            (cJSON_GetArrayItem(numbers, 3)->valueint != 0) == outcome->terminated) {
            sum += cJSON_GetArrayItem(numbers, 0)->valuedouble;
        }
    }
    return sum;
}

/// The model of a table's environment is the table, of which equal outcomes are one.
static inline void golden_check_table(const char *name)
{
    cJSON *golden = golden_read(name);
    rill_env *env = golden_env(golden, "kwargs");
    rill_model *model = golden_model(env);
    ck_assert_int_eq(model->n_states, golden_member(golden, "nS")->valueint);
    ck_assert_int_eq(model->n_actions, golden_member(golden, "nA")->valueint);
    const cJSON *state, *outcomes;
    int32_t s = 0;
    cJSON_ArrayForEach (state, golden_member(golden, "P")) {
        int32_t a = 0;
        cJSON_ArrayForEach (outcomes, state) {
            size_t count = 0;
            const rill_transition *t = rill_model_outcomes(model, s, a, &count);
            double total = 0.0;
            for (size_t i = 0; i < count; i++) {
                const double expected = golden_probability(outcomes, &t[i]);
                ASSERT_NEAR(t[i].probability, expected, 1e-16);
                total += expected;
            }
            ASSERT_NEAR(total, 1.0, 1e-15); // so the table has no other outcomes
            a++;
        }
        ck_assert_int_eq(a, model->n_actions);
        s++;
    }
    ck_assert_int_eq(s, model->n_states);
    const cJSON *starts = golden_member(golden, "initial_state_distribution");
    for (s = 0; s < model->n_states && cJSON_IsObject(starts); s++) {
        char key[16];
        snprintf(key, sizeof key, "%d", s);
        const cJSON *start = cJSON_GetObjectItem(starts, key);
        ck_assert(model->start[s] == (start == NULL ? 0.0 : start->valuedouble));
    }
    rill_model_destroy(model);
    rill_env_destroy(env);
    cJSON_Delete(golden);
}

// ---- exact solutions ----

/// The values of the optimal and the uniform policy that toytext_exact_solutions.json has of an
/// environment are those of the model, to 1e-8. The number of policies.
static inline int golden_check_solutions(const char *key, const rill_model *model)
{
    cJSON *json = golden_read("toytext_exact_solutions.json");
    const size_t n_pairs = (size_t)model->n_states * (size_t)model->n_actions;
    double *uniform = malloc(n_pairs * sizeof *uniform);
    rill_uniform_policy(model, uniform);
    int n_policies = 0;
    const cJSON *expected;
    cJSON_ArrayForEach (expected, golden_member(golden_member(json, "solutions"), key)) {
        double gamma = 0.0;
        const bool is_optimal = sscanf(expected->string, "optimal_gamma%lf", &gamma) == 1;
        if (!is_optimal &&
            sscanf(expected->string, "uniform_random_policy_gamma%lf", &gamma) != 1) {
            continue; // a number of another kind
        }
        rill_solution *solution = NULL;
        rill_error error = {0};
        ASSERT_OK(is_optimal ? rill_solve_optimal(model, gamma, &solution, &error)
                             : rill_solve_policy(model, gamma, uniform, &solution, &error),
                  &error);
        double start = 0.0, sum = 0.0;
        const cJSON *v = golden_member(expected, "V"); // null where there are many
        for (int32_t s = 0; s < model->n_states; s++) {
            start += model->start[s] * solution->v[s];
            sum += solution->v[s];
            if (cJSON_IsArray(v)) {
                ASSERT_NEAR(solution->v[s], cJSON_GetArrayItem(v, s)->valuedouble, 1e-8);
            }
        }
        ASSERT_NEAR(start, golden_member(expected, "v_start")->valuedouble, 1e-8);
        ASSERT_NEAR(sum, golden_member(expected, "V_sum")->valuedouble, 1e-7);
        rill_solution_destroy(solution);
        n_policies++;
    }
    free(uniform);
    cJSON_Delete(json);
    return n_policies;
}

#endif
