// Cliff walking against Gymnasium's: recorded episodes from a seed, and the transition table.
#include "tests/test.h"

#include <cjson/cJSON.h>
#include <stdio.h>

static cJSON *read_golden(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/golden/%s", RILL_TEST_DATA, name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "cannot read %s", path);
    enum { ROOM = 1 << 20 };
    char *text = malloc(ROOM);
    size_t size = fread(text, 1, ROOM - 1, file);
    text[size] = '\0';
    fclose(file);
    cJSON *json = cJSON_Parse(text);
    free(text);
    ck_assert_msg(json != NULL, "%s is no JSON", path);
    return json;
}

static const cJSON *member(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItem(object, name);
    ck_assert_msg(item != NULL, "no \"%s\"", name);
    return item;
}

static rill_env *create(const char *assignment)
{
    const char *const assignments[] = {assignment, NULL};
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "CliffWalking-v1", assignments, &error), &error);
    ck_assert_int_eq(env->observation_space.size, 48);
    ck_assert_int_eq(env->action_space.size, 4);
    return env;
}

/// Replays every episode of a golden file; answers the number of steps.
static int replay(const char *name, const char *assignment)
{
    cJSON *golden = read_golden(name);
    rill_env *env = create(assignment);
    int n_steps = 0;
    const cJSON *run, *episode;
    cJSON_ArrayForEach (run, member(golden, "runs")) {
        rill_env_seed(env, (uint64_t)member(run, "seed")->valuedouble);
        cJSON_ArrayForEach (episode, member(run, "episodes")) {
            ck_assert_int_eq(rill_env_reset(env).index, member(episode, "obs0")->valueint);
            const cJSON *observation = member(episode, "obs")->child;
            const cJSON *reward = member(episode, "reward")->child;
            const cJSON *terminated = member(episode, "terminated")->child;
            const cJSON *truncated = member(episode, "truncated")->child;
            const cJSON *action;
            cJSON_ArrayForEach (action, member(episode, "actions")) {
                rill_outcome outcome;
                rill_action a = {.index = action->valueint};
                int32_t seen = rill_env_step(env, a, &outcome).index;
                ASSERT_FOR(name, seen == observation->valueint);
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

START_TEST(test_golden_episodes)
{
    ck_assert_int_gt(replay("CliffWalking-v1.json", "is_slippery=false"), 1000);
    ck_assert_int_gt(replay("CliffWalking-v1_is_slippery-True.json", "is_slippery=true"), 1000);
}
END_TEST

START_TEST(test_golden_table)
{
    cJSON *golden = read_golden("P_CliffWalking-v1.json");
    rill_env *env = create("is_slippery=false");
    rill_model *model = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    ck_assert_int_eq(model->n_states, member(golden, "nS")->valueint);
    ck_assert_int_eq(model->n_actions, member(golden, "nA")->valueint);
    int32_t s = 0;
    const cJSON *state, *action;
    cJSON_ArrayForEach (state, member(golden, "P")) {
        int32_t a = 0;
        cJSON_ArrayForEach (action, state) {
            size_t count = 0;
            const rill_transition *t = rill_model_outcomes(model, s, a, &count);
            ck_assert_uint_eq(count, (size_t)cJSON_GetArraySize(action));
            for (int i = 0; i < (int)count; i++) {
                const cJSON *numbers = cJSON_GetArrayItem(action, i);
                ck_assert(t[i].probability == cJSON_GetArrayItem(numbers, 0)->valuedouble);
                ck_assert_int_eq(t[i].next, cJSON_GetArrayItem(numbers, 1)->valueint);
                ck_assert(t[i].reward == cJSON_GetArrayItem(numbers, 2)->valuedouble);
                ck_assert(t[i].terminated == (cJSON_GetArrayItem(numbers, 3)->valueint != 0));
            }
            a++;
        }
        ck_assert_int_eq(a, 4);
        s++;
    }
    ck_assert_int_eq(s, 48);
    for (int32_t i = 0; i < 48; i++) {
        ck_assert(model->start[i] == (i == 36 ? 1.0 : 0.0));
    }
    rill_model_destroy(model);
    rill_env_destroy(env);
    cJSON_Delete(golden);
}
END_TEST

/// Slippery: what action - 1, action and action + 1 lead to without slipping, with 1/3 each.
START_TEST(test_slippery_model)
{
    rill_env *envs[] = {create("is_slippery=false"), create("is_slippery=true")};
    rill_model *models[2] = {NULL, NULL};
    rill_error error = {0};
    for (int i = 0; i < 2; i++) {
        ASSERT_OK(rill_env_model(envs[i], &models[i], &error), &error);
        rill_env_destroy(envs[i]);
    }
    for (int32_t s = 0; s < 48; s++) {
        for (int32_t a = 0; a < 4; a++) {
            size_t count = 0, one = 0;
            const rill_transition *slippery = rill_model_outcomes(models[1], s, a, &count);
            double total = 0.0;
            for (size_t k = 0; k < count; k++) {
                // of the three sure moves, those that lead here; equal ones are one outcome
                double n_equal = 0.0;
                for (int32_t i = 0; i < 3; i++) {
                    const rill_transition *sure =
                        rill_model_outcomes(models[0], s, (a + i + 3) % 4, &one);
                    ck_assert_uint_eq(one, 1);
                    n_equal += slippery[k].next == sure->next &&
                               slippery[k].reward == sure->reward &&
                               slippery[k].terminated == sure->terminated;
                }
                ck_assert_double_ge(n_equal, 1.0);
                ASSERT_NEAR(slippery[k].probability, n_equal / 3.0, 1e-15);
                total += n_equal;
            }
            ck_assert(total == 3.0);
        }
    }
    rill_model_destroy(models[0]);
    rill_model_destroy(models[1]);
}
END_TEST

/// Example 6.6: along the edge in 13 steps; a fall costs 100 and goes on from the start.
START_TEST(test_the_two_ways)
{
    rill_env *env = create("is_slippery=false");
    ck_assert_int_eq(rill_env_reset(env).index, 36);
    rill_outcome outcome;
    rill_observation observation = rill_env_step(env, (rill_action){.index = 1}, &outcome);
    ck_assert(observation.index == 36 && outcome.reward == -100.0 && !outcome.terminated);
    double sum = 0.0;
    for (int i = 0; i < 13; i++) {
        ck_assert(!rill_outcome_is_last(&outcome));
        const int32_t action = i == 0 ? 0 : i < 12 ? 1 : 2;
        observation = rill_env_step(env, (rill_action){.index = action}, &outcome);
        sum += outcome.reward;
    }
    ck_assert(observation.index == 47 && outcome.terminated && !outcome.truncated && sum == -13.0);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_grid)
{
    rill_env *env = create("is_slippery=false");
    rill_grid grid;
    env->type->grid(env->params, &grid);
    ck_assert(grid.rows == 4 && grid.columns == 12);
    for (int32_t s = 0; s < 48; s++) {
        const rill_cell expected = s < 36    ? RILL_CELL_FREE
                                   : s == 36 ? RILL_CELL_START
                                   : s == 47 ? RILL_CELL_GOAL
                                             : RILL_CELL_HAZARD;
        ck_assert_int_eq(grid.cell(env->params, s), expected);
    }
    static const double no_states[] = {-1.0, 48.0, 0.5, 1e300};
    for (int i = 0; i < 4; i++) {
        rill_error error = {0};
        ASSERT_REFUSED(rill_env_set_state(env, &no_states[i], &error), &error, "state",
                       "is not a state; there are 0 to 47");
    }
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_golden_episodes, test_golden_table, test_slippery_model, test_the_two_ways,
          test_grid)
