// Greedy evaluation by episodes and by steps: when it takes place, what it finds, and that learning does
// not notice it.
#include "tests/runs.h"

#include <cjson/cJSON.h>

static rill_error error;

static rill_run run_of(const char *text)
{
    rill_experiment *e = experiment_of(text);
    rill_run run;
    ASSERT_OK(rill_experiment_run_one(e, 0, 0, &run, &error), &error);
    rill_experiment_destroy(e);
    return run;
}

#define CLIFF(agent, rest)                                                                        \
    "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 60}, 'agents': [" agent "], "   \
    "'seed': 3, 'record': ['return', {'metric': 'td_error', 'unit': 'steps', 'every': 7}], " rest \
    "}"

/// Learning is the same with it as without it, in the middle of episodes too; for an agent of each kind: a
/// table, features, an actor, one with lanes, one that plans.
START_TEST(test_learning_does_not_notice)
{
    static const char *const pairs[][2] = {
#define PAIR(agent)                                                                         \
    {CLIFF(agent, "'stop': {'steps': 2000}"),                                               \
     CLIFF(agent, "'stop': {'steps': 2000}, 'evaluation': {'every': 100, 'unit': 'steps', " \
                  "'episodes': 2, 'max_steps': 30}")}
        PAIR("{'id': 'q_learning'}"),
        PAIR("{'id': 'sarsa_lambda'}"),
        PAIR("{'id': 'double_q_learning'}"),
        PAIR("{'id': 'n_step_q_sigma'}"),
        PAIR("{'id': 'prioritized_sweeping'}"),
        PAIR("{'id': 'uct', 'params': {'simulations': 5}}"),
        PAIR("{'id': 'reinforce', 'params': {'alpha_theta': 0.001}}"),
        PAIR("{'id': 'a2c', 'params': {'lanes': 3, 'alpha_theta': 0.001}}"),
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        rill_run plain = run_of(pairs[i][0]), evaluated = run_of(pairs[i][1]);
        ck_assert_int_eq(plain.steps, evaluated.steps);
        ck_assert_uint_eq(plain.n_series, 2);
        ck_assert_uint_eq(evaluated.n_series, 4);
        for (int j = 0; j < 2; j++) {
            const rill_series *a = &plain.series[j], *b = &evaluated.series[j];
            ck_assert(a->count == b->count && memcmp(a->values, b->values, 8 * a->count) == 0);
        }
        for (int j = 2; j < 4; j++) {
            ck_assert_int_eq(evaluated.series[j].unit, RILL_STEPS);
            ck_assert_int_eq(evaluated.series[j].every, 100);
            ck_assert_uint_eq(evaluated.series[j].count, 20);
        }
        ck_assert_str_eq(evaluated.series[2].metric, "evaluation_return");
        ck_assert_str_eq(evaluated.series[3].metric, "evaluation_length");
        rill_run_clear(&plain);
        rill_run_clear(&evaluated);
    }
}
END_TEST

/// Where the world is not random, an evaluation finds what a run that ends there has learned: the greedy
/// episode is walked by the estimates kept.
START_TEST(test_finds_the_greedy_policy)
{
    rill_run run = run_of(CLIFF("{'id': 'q_learning', 'params': {'alpha': 0.5}}",
                                "'stop': {'steps': 6000}, 'evaluation': {'every': 500, 'unit': "
                                "'steps', 'max_steps': 100}"));
    ck_assert_uint_eq(run.series[2].count, 12);
    for (int64_t k = 0; k < 12; k++) {
        char text[1024];
        snprintf(text, sizeof text,
                 CLIFF("{'id': 'q_learning', 'params': {'alpha': 0.5}}", "'stop': {'steps': %d}"),
                 (int)(500 * (k + 1)));
        rill_run shorter = run_of(text);
        rill_env *env = NULL;
        ASSERT_OK(rill_env_create_from(&env, rill_env_type_find("cliff_walking", NULL, &error),
                                       NULL, 60, &error),
                  &error);
        rill_observation s = rill_env_reset(env);
        rill_outcome outcome = {0.0, false, false};
        double sum = 0.0, length = 0.0;
        while (!rill_outcome_is_last(&outcome)) {
            const rill_action action = {.index = rill_argmax(shorter.values + 4 * s.index, 4)};
            s = rill_env_step(env, action, &outcome);
            sum += outcome.reward;
            length += 1.0;
        }
        ck_assert(run.series[2].values[k] == sum);
        ck_assert(run.series[3].values[k] == length);
        rill_env_destroy(env);
        rill_run_clear(&shorter);
    }
    ck_assert(run.series[2].values[11] == -13.0);
    rill_run_clear(&run);
}
END_TEST

/// Where no episode ends, evaluation is by steps, and each of its episodes is cut.
START_TEST(test_endless)
{
    rill_run run = run_of("{'environment': {'id': 'baird'}, 'agents': [{'id': 'td0', 'params': "
                          "{'gamma': 0.9}}], 'stop': {'steps': 50}, 'evaluation': {'every': 20, "
                          "'unit': 'steps', 'episodes': 3, 'max_steps': 8}}");
    ck_assert_uint_eq(run.n_series, 3);
    ck_assert_uint_eq(run.series[2].count, 2);
    ck_assert(run.series[2].values[0] == 8.0 && run.series[2].values[1] == 8.0);
    rill_run_clear(&run);
    rill_experiment *e = NULL;
    char *json = quoted("{'environment': {'id': 'baird'}, 'agents': [{'id': 'td0', 'params': "
                        "{'gamma': 0.9}}], 'stop': {'steps': 50}, 'evaluation': {'every': 20}}");
    ASSERT_REFUSED(rill_experiment_parse(&e, json, NULL, &error), &error, "evaluation",
                   "add \"unit\": \"steps\"");
    free(json);
}
END_TEST

/// The unit is part of what an experiment is; an expectation's window is in it.
START_TEST(test_resolved)
{
#define EVALUATED(evaluation, window)                                                             \
    CLIFF("{'id': 'sarsa'}", "'stop': {'steps': 200}, 'evaluation': " evaluation ", 'expect': [{" \
                             "'check': 'c', 'source': 's', 'agent': 'sarsa', 'metric': "          \
                             "'evaluation_return', 'window': " window ", 'published': 0, "        \
                             "'tolerance': 1}]")
    rill_experiment *e = experiment_of(EVALUATED("{'every': 50, 'unit': 'steps'}", "[100, 200]"));
    ck_assert_int_eq(e->evaluation.unit, RILL_STEPS);
    cJSON *json = cJSON_Parse(e->resolved);
    const cJSON *evaluation = cJSON_GetObjectItemCaseSensitive(json, "evaluation");
    ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(evaluation, "unit")),
                     "steps");
    cJSON_Delete(json);
    rill_experiment_destroy(e);
    static const struct {
        const char *text, *path, *message;
    } cases[] = {
        {EVALUATED("{'every': 50, 'unit': 'steps'}", "[100, 250]"), "expect[0].window",
         "stop.steps 200"},
        {EVALUATED("{'every': 50, 'unit': 'step'}", "[100, 200]"), "evaluation.unit",
         "\"step\" is neither \"episodes\" nor \"steps\""},
        {EVALUATED("{'every': 50, 'unit': 3}", "[100, 200]"), "evaluation.unit",
         "found 3, expected a text"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_experiment *refused = NULL;
        char *text = quoted(cases[i].text);
        ASSERT_REFUSED(rill_experiment_parse(&refused, text, NULL, &error), &error, cases[i].path,
                       cases[i].message);
        free(text);
    }
}
END_TEST

TEST_MAIN(test_learning_does_not_notice, test_finds_the_greedy_policy, test_endless, test_resolved)
