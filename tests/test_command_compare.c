// `rill compare`: pairs against the statistics of the same scores, and several directories as tasks.
#include "tests/runs.h"

#include <cjson/cJSON.h>
#include <rill/statistics.h>

/// Two short experiments with the same three agents, of which the second has one run less.
static const char *const cliff =
    "{'environment': {'id': 'cliff_walking'}, 'agents': [{'label': 'S', 'id': 'sarsa'},"
    " {'label': 'Q', 'id': 'q_learning'}, {'label': 'slow', 'id': 'sarsa', 'params': {'alpha': 0.01}}],"
    " 'stop': {'episodes': 50}, 'runs': 6, 'record': ['return', 'length'], 'summary': {'last': 10}}";
static const char *const lake =
    "{'environment': {'id': 'frozen_lake'}, 'agents': [{'label': 'slow', 'id': 'sarsa', 'params':"
    " {'alpha': 0.01}}, {'label': 'Q', 'id': 'q_learning'}, {'label': 'S', 'id': 'sarsa'},"
    " {'label': 'alone', 'id': 'sarsa'}],"
    " 'stop': {'episodes': 200}, 'runs': 5, 'record': ['return', 'length'], 'summary': {'last': 10}}";

static cJSON *printed_json(void)
{
    cJSON *json = cJSON_Parse(ran.out);
    ck_assert_msg(json != NULL, "no JSON: %s", ran.out);
    return json;
}

static const cJSON *member(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    ck_assert_msg(item != NULL, "no \"%s\"", key);
    return item;
}

static double number(const cJSON *object, const char *key)
{
    ck_assert_msg(cJSON_IsNumber(member(object, key)), "\"%s\" is no number", key);
    return member(object, key)->valuedouble;
}

/// The scores of an experiment, made in this process.
static rill_scores *scores_of_text(const char *text, int64_t last)
{
    rill_experiment *experiment = experiment_of(text);
    collection c = collect_all(experiment, 2);
    rill_scores *scores = scores_of(c.runs, c.count, last);
    release_runs(&c);
    rill_experiment_destroy(experiment);
    return scores;
}

static const rill_score_row *row_of(const rill_scores *scores, const char *metric,
                                    const char *const *labels, const char *label)
{
    for (int32_t i = 0; labels[i] != NULL; i++) {
        if (strcmp(labels[i], label) == 0) {
            return rill_scores_find(scores, i, metric);
        }
    }
    ck_abort_msg("no agent \"%s\"", label);
}

static const char *const cliff_labels[] = {"S", "Q", "slow", NULL};
static const char *const lake_labels[] = {"slow", "Q", "S", "alone", NULL};

/// The pairs that were printed, by `test`, against the same statistics of the same scores.
static void check_pairs(const char *metric, const char *test, bool is_lower)
{
    rill_scores *scores = scores_of_text(cliff, 10);
    cJSON *json = printed_json();
    const cJSON *pairs = member(json, "pairs");
    ck_assert_int_eq(cJSON_GetArraySize(pairs), 3);
    ck_assert_str_eq(member(json, "test")->valuestring, test);
    double p[3];
    for (int i = 0; i < 3; i++) {
        const cJSON *pair = cJSON_GetArrayItem(pairs, i);
        const rill_score_row *a =
            row_of(scores, metric, cliff_labels, member(pair, "a")->valuestring);
        const rill_score_row *b =
            row_of(scores, metric, cliff_labels, member(pair, "b")->valuestring);
        const rill_difference d = strcmp(test, "paired") == 0
                                      ? rill_paired_test(a->values, b->values, a->n)
                                      : rill_welch_test(a->values, a->n, b->values, b->n);
        ASSERT_NEAR(number(pair, "difference"), d.difference, 1e-12 * fabs(d.difference));
        ASSERT_NEAR(number(pair, "ci_low"), d.ci_low, 1e-9);
        ASSERT_NEAR(number(pair, "ci_high"), d.ci_high, 1e-9);
        p[i] = strcmp(test, "mann-whitney") == 0
                   ? rill_mann_whitney_test(a->values, a->n, b->values, b->n)
                   : d.p;
        ASSERT_NEAR(number(pair, "p"), p[i], 1e-12);
        const rill_score_matrix x = {a->values, a->n, 1}, y = {b->values, b->n, 1};
        const double better = rill_score_statistic(RILL_STATISTIC_IMPROVEMENT, 0,
                                                   is_lower ? &y : &x, is_lower ? &x : &y);
        ASSERT_NEAR(number(member(pair, "probability_of_improvement"), "value"), better, 1e-12);
        ck_assert(is_lower ? d.difference <= 0.0
                           : d.difference >= 0.0); // the first is ranked higher
    }
    rill_holm_correct(p, 3);
    for (int i = 0; i < 3; i++) {
        const cJSON *pair = cJSON_GetArrayItem(pairs, i);
        ASSERT_NEAR(number(pair, "p_holm"), p[i], 1e-12);
        if (p[i] <= 0.05) {
            ck_assert_str_eq(member(pair, "better")->valuestring, member(pair, "a")->valuestring);
        } else {
            ck_assert(cJSON_IsNull(member(pair, "better")));
        }
    }
    cJSON_Delete(json);
    rill_scores_destroy(scores);
}

START_TEST(test_pairs)
{
    enter_fresh_directory();
    write_json("cliff.json", cliff);
    ASSERT_DONE("run", "cliff.json", "--out", "cliff", "--quiet");
    ASSERT_DONE("compare", "cliff", "--json");
    check_pairs("return", "welch", false);
    ASSERT_DONE("compare", "cliff", "--json", "--test", "paired");
    check_pairs("return", "paired", false);
    ASSERT_DONE("compare", "cliff", "--json", "--test", "mann-whitney");
    check_pairs("return", "mann-whitney", false);
    ASSERT_DONE("compare", "cliff", "--json", "--metric", "length", "--lower");
    check_pairs("length", "welch", true);
    // the same as text
    ASSERT_DONE("compare", "cliff");
    ck_assert_ptr_nonnull(strstr(ran.out, "return (higher is better), mean of episodes 41-50"));
    ck_assert_ptr_nonnull(strstr(ran.out, "P(first better)"));
    ck_assert_ptr_nonnull(strstr(ran.out, "3  slow"));
    ck_assert_ptr_nonnull(strstr(ran.out, "1 is better\n"));
    ck_assert_ptr_nonnull(strstr(ran.out, "corrected for 3 comparisons"));
    ASSERT_DONE("compare", "cliff", "--top", "2");
    ck_assert_ptr_nonnull(strstr(ran.out, "... and 1 more, not compared: --top 3"));
    ck_assert_ptr_nonnull(strstr(ran.out, "corrected for 1 comparison,"));
    ck_assert_ptr_null(strstr(ran.out, "1 - 3"));
    ASSERT_DONE("compare", "cliff", "--iqm");
    ck_assert_ptr_nonnull(strstr(ran.out, "t test on bootstrap errors"));
}
END_TEST

/// What has no p, and what must not be called better.
START_TEST(test_one_run_and_diverged_runs)
{
    enter_fresh_directory();
    write_json("cliff.json", cliff);
    ASSERT_DONE("run", "cliff.json", "--out", "cliff", "--quiet", "--runs", "1");
    ASSERT_DONE("compare", "cliff");
    ck_assert_ptr_nonnull(strstr(ran.out, "needs 2 runs of each"));
    ck_assert_ptr_null(strstr(ran.out, "nan"));
    ck_assert_ptr_null(strstr(ran.out, "is better\n"));
    ASSERT_DONE("run", "cliff.json", "--out", "wild", "--quiet", "--set",
                "agents[0].params.alpha=1e9", "--set", "stop.episodes=300");
    ASSERT_DONE("compare", "wild");
    ck_assert_ptr_nonnull(strstr(ran.out, "3 has runs that diverged"));
    ck_assert_ptr_null(strstr(ran.out, "nan"));
}
END_TEST

/// Several directories: scores are normalised, agents matched, statistics those of the whole.
START_TEST(test_tasks)
{
    enter_fresh_directory();
    write_json("cliff.json", cliff);
    write_json("lake.json", lake);
    ASSERT_DONE("run", "cliff.json", "--out", "cliff", "--quiet");
    ASSERT_DONE("run", "lake.json", "--out", "lake", "--quiet");
    ASSERT_DONE("compare", "lake", "cliff", "--normalise", "0:1,-100:-13");
    ck_assert_ptr_nonnull(strstr(ran.out,
                                 "  lake: mean of episodes 191-200; 0 is 0, 1 is 1\n"
                                 "  cliff: mean of episodes 41-50; -100 is 0, -13 is 1\n"));
    ASSERT_DONE("compare", "lake", "cliff", "--normalise", "0:1,-100:-13", "--gamma", "0.9",
                "--json");
    cJSON *json = printed_json();
    rill_scores *scores[2] = {scores_of_text(lake, 10), scores_of_text(cliff, 10)};
    const char *const *labels[2] = {lake_labels, cliff_labels};
    static const double low[] = {0.0, -100.0}, high[] = {1.0, -13.0};
    const cJSON *methods = member(json, "methods");
    ck_assert_int_eq(cJSON_GetArraySize(methods), 3);
    double matrices[3][6 * 2];
    for (int m = 0; m < 3; m++) {
        const cJSON *method = cJSON_GetArrayItem(methods, m);
        for (size_t t = 0; t < 2; t++) {
            const rill_score_row *row =
                row_of(scores[t], "return", labels[t], member(method, "label")->valuestring);
            for (size_t i = 0; i < 6; i++) {
                matrices[m][2 * i + t] =
                    i < row->n ? (row->values[i] - low[t]) / (high[t] - low[t]) : (double)NAN;
            }
        }
        const rill_score_matrix x = {matrices[m], 6, 2};
        const cJSON *all = member(method, "aggregates");
        const double mean = rill_score_statistic(RILL_STATISTIC_MEAN, 0, &x, NULL);
        ck_assert(number(method, "n") == 11.0);
        ASSERT_NEAR(number(method, "value"), mean, 1e-12);
        ASSERT_NEAR(number(member(all, "mean"), "value"), mean, 1e-12);
        ASSERT_NEAR(number(member(all, "median"), "value"),
                    rill_score_statistic(RILL_STATISTIC_MEDIAN, 0, &x, NULL), 1e-12);
        ASSERT_NEAR(number(member(all, "iqm"), "value"),
                    rill_score_statistic(RILL_STATISTIC_IQM, 0, &x, NULL), 1e-12);
        ASSERT_NEAR(number(member(all, "optimality_gap"), "value"),
                    rill_score_statistic(RILL_STATISTIC_OPTIMALITY_GAP, 0.9, &x, NULL), 1e-12);
    }
    const rill_score_matrix x = {matrices[0], 6, 2}, y = {matrices[1], 6, 2};
    const cJSON *pair = cJSON_GetArrayItem(member(json, "pairs"), 0);
    ASSERT_NEAR(number(member(pair, "probability_of_improvement"), "value"),
                rill_score_statistic(RILL_STATISTIC_IMPROVEMENT, 0, &x, &y), 1e-12);
    cJSON_Delete(json);
    rill_scores_destroy(scores[0]);
    rill_scores_destroy(scores[1]);
    // by the least and greatest of each task, of a metric whose lower values are better: 1 is still best
    ASSERT_DONE("compare", "lake", "cliff", "--metric", "length", "--lower", "--json");
    json = printed_json();
    const cJSON *task = NULL;
    cJSON_ArrayForEach (task, member(json, "tasks")) {
        ck_assert(number(task, "low") > number(task, "high"));
    }
    const cJSON *method = NULL;
    cJSON_ArrayForEach (method, member(json, "methods")) {
        const cJSON *tau =
            member(member(member(method, "aggregates"), "performance_profile"), "tau");
        ASSERT_NEAR(cJSON_GetArrayItem(tau, 0)->valuedouble, 0.0, 1e-12);
        ASSERT_NEAR(cJSON_GetArrayItem(tau, 10)->valuedouble, 1.0, 1e-12);
    }
    cJSON_Delete(json);
    ASSERT_DONE("compare", "lake", "cliff");
    ck_assert_ptr_nonnull(
        strstr(ran.out, "left out, as not in every directory: 1 of the agents of lake"));
    ck_assert_ptr_nonnull(strstr(ran.out, "gap to 1"));
    RUN("compare", "lake", "cliff", "--metric", "length");
    ASSERT_FAILED_WITH(2, "whether more or less of length is better depends");
}
END_TEST

START_TEST(test_mistakes)
{
    enter_fresh_directory();
    write_json("cliff.json", cliff);
    ASSERT_DONE("run", "cliff.json", "--out", "cliff", "--quiet");
    ASSERT_DONE("run", "cliff.json", "--out", "other", "--quiet", "--set", "agents[0].label=A",
                "--set", "agents[1].label=B", "--set", "agents[2].label=C");
    static const struct {
        const char *arguments[6];
        int code;
        const char *part;
    } cases[] = {
        {{NULL}, 2, "expected result directories"},
        {{"absent"}, 4, "absent/results.sqlite"},
        {{"cliff", "--test", "pared"},
         2,
         "\"pared\" is none of welch, paired, mann-whitney; did you mean"},
        {{"cliff", "--test", "paired", "--iqm"}, 2, "--test paired is not of --median or --iqm"},
        {{"cliff", "cliff", "--test", "paired"}, 2, "--test paired is of one directory"},
        {{"cliff", "--normalise", "0:1"}, 2, "--normalise is of several directories"},
        {{"cliff", "--resample-tasks"}, 2, "--resample-tasks is of several directories"},
        {{"cliff", "cliff", "--normalise", "0"}, 2, "--normalise: \"0\" is not LOW:HIGH"},
        {{"cliff", "cliff", "--normalise", "1:1"}, 2, "--normalise: \"1:1\" is not LOW:HIGH"},
        {{"cliff", "cliff", "--normalise", "0:1,"}, 2, "is not LOW:HIGH"},
        {{"cliff", "cliff", "--normalise", "0:1,0:1,0:1"}, 2, "3 ranges for 2 directories"},
        {{"cliff", "other"}, 2, "no agent has runs with return in all directories"},
        {{"cliff", "--metric", "lenght"},
         2,
         "\"lenght\" was not recorded; there is: return, length"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *arguments[9] = {"compare"};
        for (size_t j = 0; cases[i].arguments[j] != NULL; j++) {
            arguments[j + 1] = cases[i].arguments[j];
        }
        run_program(&(start_options){0}, arguments);
        ASSERT_FAILED_WITH(cases[i].code, cases[i].part);
        ck_assert_str_eq(ran.out, "");
    }
}
END_TEST

TEST_MAIN_WITH_FILES(test_pairs, test_one_run_and_diverged_runs, test_tasks, test_mistakes)
