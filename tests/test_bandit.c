// The bandit: its draws in the order that it documents, and the testbed's best reward.
#include "tests/drawing.h"
#include "tests/golden.h"

enum { N = 10 };

static rill_env *create(const char *const *assignments)
{
    return golden_create("bandit", assignments);
}

START_TEST(draws_in_order)
{
    rill_env *env =
        create((const char *const[]){"mean=4", "sd=2", "reward_sd=0.5", "walk_sd=0.01", NULL});
    rill_rng rng;
    rill_rng_seed(&rng, 7);
    rill_env_seed(env, 7);
    ck_assert_int_eq(env->n_state_values, N);
    double q[N], values[N];
    ck_assert_int_eq(rill_env_reset(env).index, 0);
    for (int a = 0; a < N; a++) {
        q[a] = 4.0 + 2.0 * rill_rng_standard_normal(&rng);
    }
    for (int i = 0; i < 100; i++) {
        env->type->get_state(env->params, env->state, values);
        ck_assert_mem_eq(values, q, sizeof q);
        rill_outcome outcome;
        const int32_t action = i % N;
        ck_assert_int_eq(rill_env_step(env, (rill_action){.index = action}, &outcome).index, 0);
        ck_assert(outcome.reward == q[action] + 0.5 * rill_rng_standard_normal(&rng));
        ck_assert(!outcome.terminated && !outcome.truncated);
        for (int a = 0; a < N; a++) {
            q[a] += 0.01 * rill_rng_standard_normal(&rng);
        }
    }
    ck_assert_mem_eq(&env->data->rng, &rng, sizeof rng);
    rill_env_destroy(env);
}
END_TEST

START_TEST(no_deviation_no_draw)
{
    rill_env *env = create((const char *const[]){"mean=3", "sd=0", "reward_sd=0", NULL});
    const rill_rng before = env->data->rng;
    rill_env_reset(env);
    rill_outcome outcome;
    rill_env_step(env, (rill_action){.index = 9}, &outcome);
    ck_assert(outcome.reward == 3.0);
    ck_assert_mem_eq(&env->data->rng, &before, sizeof before);
    rill_env_destroy(env);
}
END_TEST

/// Section 2.3: a perfect agent's reward is the expected greatest of 10 standard normals. 5 standard
/// errors: a false alarm in 2 million.
START_TEST(best_reward_of_the_testbed)
{
    enum { RUNS = 20000 };
    cJSON *json = golden_read("sutton_barto_exact.json");
    const cJSON *entry = golden_member(golden_member(json, "entries"), "ch2_testbed");
    const double expected = golden_member(entry, "expected_max_of_10_normals")->valuedouble;
    rill_env *env = create(NULL);
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < RUNS; i++) {
        double q[N];
        rill_env_reset(env);
        env->type->get_state(env->params, env->state, q);
        int32_t best = 0;
        for (int32_t a = 1; a < N; a++) {
            best = q[a] > q[best] ? a : best;
        }
        rill_outcome outcome;
        rill_env_step(env, (rill_action){.index = best}, &outcome);
        sum += outcome.reward;
        squares += outcome.reward * outcome.reward;
    }
    const double mean = sum / RUNS;
    ASSERT_NEAR(mean, expected, 5.0 * sqrt((squares / RUNS - mean * mean) / RUNS));
    rill_env_destroy(env);
    cJSON_Delete(json);
}
END_TEST

START_TEST(state_and_picture)
{
    rill_env *env = create((const char *const[]){"n_arms=3", "reward_sd=0", NULL});
    rill_error error = {0};
    rill_outcome outcome;
    ASSERT_OK(rill_env_set_state(env, (const double[]){1.0, -5.0, 100.0}, &error), &error);
    rill_env_step(env, (rill_action){.index = 2}, &outcome);
    ck_assert(outcome.reward == 100.0);
    check_drawing(env);
    ASSERT_REFUSED(rill_env_set_state(env, (const double[]){0.0, HUGE_VAL, 0.0}, &error), &error,
                   "state", "arm 1 is not finite");
    rill_env_step(env, (rill_action){.index = 1}, &outcome);
    ck_assert(outcome.reward == -5.0);
    rill_env_destroy(env);
}
END_TEST

/// The values before a step, also through a wrapper, unless that changes actions or rewards.
START_TEST(action_values)
{
    static const struct {
        const char *id;
        bool keeps;
    } wrappers[] = {{"time_limit", true},
                    {"record_statistics", true},
                    {"sticky_actions", false},
                    {"clip_reward", false},
                    {"action_repeat", false}};
    rill_env *env = create((const char *const[]){"walk_sd=0.5", NULL});
    rill_error error = {0};
    double q[N], values[N];
    rill_env_reset(env);
    for (int i = 0; i < 20; i++) {
        rill_outcome outcome;
        env->type->get_state(env->params, env->state, q);
        env->type->action_values(env->params, env->state, values);
        ck_assert_mem_eq(values, q, sizeof q);
        rill_env_step(env, (rill_action){.index = 0}, &outcome);
    }
    rill_env_destroy(env);
    for (size_t i = 0; i < sizeof wrappers / sizeof wrappers[0]; i++) {
        env = create(NULL);
        ASSERT_OK(rill_env_wrap(&env, wrappers[i].id, NULL, &error), &error);
        ASSERT_FOR(wrappers[i].id, (env->type->action_values != NULL) == wrappers[i].keeps);
        if (wrappers[i].keeps) {
            rill_env_reset(env);
            env->type->get_state(env->params, env->state, q);
            env->type->action_values(env->params, env->state, values);
            ck_assert_mem_eq(values, q, sizeof q);
        }
        rill_env_destroy(env);
    }
}
END_TEST

TEST_MAIN(action_values, draws_in_order, no_deviation_no_draw, best_reward_of_the_testbed,
          state_and_picture)
