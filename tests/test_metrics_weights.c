// Metrics with an index: how they are written, read, recorded and expected; and what they measure.
#include "tests/runs.h"

#include <rill/recorder.h>

static rill_error error;

START_TEST(test_written_and_read)
{
    static const struct {
        const char *text, *id;
        int64_t index;
    } cases[] = {{"weight[0]", "weight", 0},
                 {"weight[6]", "weight", 6},
                 {"value[2147483647]", "value", 2147483647},
                 {"weight_norm", "weight_norm", 0},
                 {"return", "return", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[48];
        int64_t index = -1;
        const rill_metric *metric = rill_metric_read(cases[i].text, &index, &error);
        ck_assert_ptr_nonnull(metric);
        ck_assert_str_eq(metric->id, cases[i].id);
        ck_assert_int_eq(index, cases[i].index);
        rill_metric_write(metric, index, text);
        ck_assert_str_eq(text, cases[i].text);
    }
    // an index is written in one way
    static const char *const wrong[] = {"weight",      "weight[]",   "weight[",
                                        "weight[x]",   "weight[-1]", "weight[01]",
                                        "weight[1]x",  "weight[1]]", "weight[ 1]",
                                        "weight[1.0]", "weight[i]",  "weight[12345678901]"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int64_t index;
        char message[128];
        snprintf(message, sizeof message,
                 "\"%s\": write \"weight[i]\" with a whole number, as in \"weight[0]\"", wrong[i]);
        ck_assert_ptr_null(rill_metric_read(wrong[i], &index, &error));
        ck_assert_int_eq(error.status, RILL_INVALID);
        ck_assert_str_eq(error.message, message);
    }
    int64_t index;
    ck_assert_ptr_null(rill_metric_read("return[3]", &index, &error));
    ck_assert_str_eq(error.message, "return takes no index: write \"return\"");
    ck_assert_ptr_null(rill_metric_read("weights[3]", &index, &error));
    ck_assert_str_eq(error.message, "unknown metric \"weights\"; did you mean \"weight\"?");
    ck_assert_ptr_eq(rill_metric_find("weight[i]", NULL), rill_metric_find("weight", NULL));
}
END_TEST

#define WALK "{'environment': {'id': 'random_walk', 'params': {'n_states': 3}}, 'agents': "
#define STOP ", 'stop': {'steps': 8}, 'record': "

static void check_refused(const char *text, const char *path, const char *message)
{
    rill_experiment *experiment = NULL;
    char *json = quoted(text);
    ASSERT_REFUSED(rill_experiment_parse(&experiment, json, NULL, &error), &error, path, message);
    free(json);
}

START_TEST(test_refused)
{
    check_refused(WALK "[{'id': 'sarsa'}]" STOP "['weight[10]']}", "record[0]",
                  "there is no weight[10] for sarsa: there are 10, 0 to 9");
    check_refused(WALK "[{'id': 'td0'}, {'id': 'sarsa'}]" STOP "['weight[4]', 'value[5]']}",
                  "record[1]", "there is no value[5] for td0: there are 5, 0 to 4");
    check_refused(WALK "[{'id': 'sarsa'}]" STOP "['weight[1]', 'weight[2]', 'weight[1]']}",
                  "record[2]", "\"weight[1]\" is recorded twice");
    check_refused(
        "{'environment': {'id': 'mountain_car'}, 'agents': [{'id': 'sarsa', 'features': "
        "{'id': 'tile_coding'}}]" STOP "['value[0]']}",
        "record[0]",
        "value[0] is of a discrete observation; this environment's are a box of 2 numbers");
    check_refused(WALK "[{'id': 'sarsa'}]" STOP "['projected_bellman_error']}", "record[0]",
                  "projected_bellman_error is about prediction; sarsa improves its policy");
    check_refused(
        "{'environment': {'id': 'baird'}, 'agents': [{'id': 'td0'}], 'stop': {'steps': 8},"
        " 'record': ['weight[1]']}",
        "record[0]", "write {\"metric\": \"weight[1]\", \"every\": 1, ");
    check_refused(WALK
                  "[{'id': 'td0'}]" STOP "['weight[1]'], 'expect': [{'check': 'c', 'source': "
                  "'s', 'agent': 'td0', 'metric': 'weight[2]', 'window': [1, 1], 'published': 0, "
                  "'tolerance': 1}]}",
                  "expect[0].metric", "\"weight[2]\" is not recorded");
    check_refused("{'environment': {'id': 'mountain_car'}, 'agents': [{'id': 'td0', 'features': "
                  "{'id': 'tile_coding'}}]" STOP "['projected_bellman_error']}",
                  "record[0]", "projected_bellman_error needs exact values: ");
}
END_TEST

/// Series are named as they are written, and hold what the agent's weights are.
START_TEST(test_recorded)
{
    rill_experiment *e = experiment_of(
        WALK
        "[{'id': 'sarsa', 'params': {'alpha': 0.3, 'gamma': 0.9}}], 'stop': {'episodes': 50}, "
        "'seed': 4, 'record': ['weight[5]', 'value[2]', 'weight_norm', 'weight[4]'], 'expect': "
        "[{'check': 'c', 'source': 's', 'agent': 'sarsa', 'metric': 'weight[5]', 'window': [50, "
        "50], 'published': 0, 'tolerance': 1}, {'check': 'c', 'source': 's', 'agent': 'sarsa', "
        "'estimates': [0, 0, 0, 0, 0], 'tolerance': 1}]}");
    rill_run run;
    ASSERT_OK(rill_experiment_run_one(e, 0, 0, &run, &error), &error);
    ck_assert_uint_eq(run.n_values, 10);
    ck_assert_str_eq(run.series[0].metric, "weight[5]");
    ck_assert_str_eq(run.series[1].metric, "value[2]");
    ck_assert_str_eq(run.series[2].metric, "weight_norm");
    ck_assert_str_eq(run.series[3].metric, "weight[4]");
    ck_assert(run.values[4] != run.values[5] && run.values[5] != 0.0);
    ck_assert(run.series[0].values[49] == run.values[5]); // Q(2, right)
    ck_assert(run.series[3].values[49] == run.values[4]);
    ck_assert(run.series[1].values[49] == fmax(run.values[4], run.values[5]));
    double square = 0.0;
    for (int i = 0; i < 10; i++) {
        square += run.values[i] * run.values[i];
    }
    ASSERT_NEAR(run.series[2].values[49], sqrt(square), 1e-14);
    ck_assert_ptr_nonnull(strstr(e->variants[0].config, "\"metric\":\"weight[5]\""));
    rill_run_clear(&run);
    rill_experiment_destroy(e);
}
END_TEST

/// Lengths near the largest number, and of what is none; actions that do not exist do not count.
START_TEST(test_norm)
{
    rill_experiment *e = experiment_of(WALK "[{'id': 'td0'}], 'stop': {'steps': 1}}");
    const rill_agent *agent = e->variants[0].agent;
    const rill_metric_view view = {.agent = agent};
    const rill_metric *norm = rill_metric_find("weight_norm", NULL);
    double *w = agent->value.weights;
    ck_assert(norm->measure(&view) == 0.0);
    w[1] = 3e200, w[3] = -4e200;
    ASSERT_NEAR(norm->measure(&view) / 1e200, 5.0, 1e-15);
    w[2] = RILL_UNAVAILABLE;
    ASSERT_NEAR(norm->measure(&view) / 1e200, 5.0, 1e-15);
    w[2] = (double)NAN;
    ck_assert(isnan(norm->measure(&view)));
    w[2] = -(double)INFINITY;
    ck_assert(isinf(norm->measure(&view)));
    rill_experiment_destroy(e);
}
END_TEST

TEST_MAIN(test_written_and_read, test_refused, test_recorded, test_norm)
