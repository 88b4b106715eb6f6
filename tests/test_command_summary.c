// `rill summary` of sweeps: ranking, what it says of the best two, and the best as an experiment.
#include "tests/runs.h"

#include <cjson/cJSON.h>
#include <rill/statistics.h>

static const char *const sweep =
    "{'environment': {'id': 'cliff_walking'},"
    " 'agents': [{'label': 'S', 'id': 'sarsa'}, {'label': 'Q', 'id': 'q_learning'}],"
    " 'stop': {'episodes': 60}, 'runs': 5, 'record': ['length', 'return'],"
    " 'sweep': [{'path': 'agents[*].params.alpha', 'values': [0.02, 0.1, 0.5]},"
    "           {'path': 'agents[Q].policy.params.epsilon', 'values': [0.05, 0.4]}]}";

enum { N_VARIANTS = 9 };

static void run_sweep(void)
{
    enter_fresh_directory();
    write_json("sweep.json", sweep);
    ASSERT_DONE("run", "sweep.json", "--out", "out", "--quiet");
}

static cJSON *printed_json(void)
{
    cJSON *json = cJSON_Parse(ran.out);
    ck_assert_msg(json != NULL, "no JSON: %s", ran.out);
    return json;
}

static double number(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    ck_assert_msg(cJSON_IsNumber(item), "no number \"%s\"", key);
    return item->valuedouble;
}

static const char *text(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    ck_assert_msg(cJSON_IsString(item), "no text \"%s\"", key);
    return item->valuestring;
}

START_TEST(test_ranked_rows)
{
    run_sweep();
    char *of_run = strdup(ran.out);
    ASSERT_DONE("summary", "out");
    ck_assert_str_eq(of_run, ran.out); // run ends with the same report
    free(of_run);
    ck_assert_ptr_nonnull(strstr(ran.out, "return (higher is better), mean of episodes 49-60"));
    ck_assert_ptr_nonnull(strstr(ran.out, "agent  alpha  epsilon  runs"));
    // all rows, in the order of the file, with their ranks in the metric
    ASSERT_DONE("summary", "out", "--json");
    cJSON *json = printed_json();
    ck_assert_int_eq(cJSON_GetArraySize(json), 2 * N_VARIANTS);
    double mean_of_rank[N_VARIANTS + 1] = {0};
    const cJSON *row = NULL;
    cJSON_ArrayForEach (row, json) {
        const bool is_return = strcmp(text(row, "metric"), "return") == 0;
        ck_assert(cJSON_HasObjectItem(row, "rank") == is_return);
        const cJSON *settings = cJSON_GetObjectItem(row, "settings");
        ck_assert(number(settings, "agents[*].params.alpha") > 0.0);
        if (is_return) {
            mean_of_rank[(int)number(row, "rank")] = number(row, "mean");
        }
    }
    cJSON_Delete(json);
    for (int i = 2; i <= N_VARIANTS; i++) {
        ck_assert(mean_of_rank[i] != 0.0 && mean_of_rank[i] <= mean_of_rank[i - 1]);
    }
    // by another metric, the other way round: the rows of that alone, the best first
    ASSERT_DONE("summary", "out", "--metric", "length", "--lower", "--json");
    json = printed_json();
    ck_assert_int_eq(cJSON_GetArraySize(json), N_VARIANTS);
    for (int i = 1; i < N_VARIANTS; i++) {
        const cJSON *a = cJSON_GetArrayItem(json, i - 1), *b = cJSON_GetArrayItem(json, i);
        ck_assert(number(a, "mean") <= number(b, "mean") && number(b, "rank") == i + 1);
        ck_assert_str_eq(text(b, "metric"), "length");
    }
    cJSON_Delete(json);
}
END_TEST

/// The difference of the best two is Welch's of their rows, and the number of runs follows from it.
START_TEST(test_best_two)
{
    run_sweep();
    ASSERT_DONE("summary", "out", "--metric", "return", "--json");
    cJSON *json = printed_json();
    rill_estimate best[2];
    for (int i = 0; i < 2; i++) {
        const cJSON *row = cJSON_GetArrayItem(json, i);
        best[i] = (rill_estimate){
            .n = (int64_t)number(row, "n"), .mean = number(row, "mean"), .se = number(row, "se")};
    }
    const rill_difference d = rill_estimate_difference(&best[0], &best[1]);
    const cJSON *second = cJSON_GetObjectItem(cJSON_GetArrayItem(json, 0), "second");
    ck_assert_str_eq(text(second, "label"), text(cJSON_GetArrayItem(json, 1), "label"));
    ASSERT_NEAR(number(second, "difference"), d.difference, 1e-12);
    ASSERT_NEAR(number(second, "p"), d.p, 1e-12);
    ASSERT_NEAR(
        number(second, "runs_needed"),
        rill_runs_needed(d.difference, 5 * best[0].se * best[0].se, 5 * best[1].se * best[1].se),
        0.5);
    cJSON_Delete(json);
    ASSERT_DONE("summary", "out", "--top", "2");
    ck_assert_ptr_nonnull(strstr(ran.out, "... and 7 more: --top 9 shows them"));
    ck_assert_ptr_nonnull(strstr(ran.out, d.p > 0.05 ? "cannot be told apart" : "Best: "));
    // many runs tell what few do not
    write_json("two.json",
               "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'sarsa'}],"
               " 'stop': {'episodes': 60}, 'runs': 2,"
               " 'sweep': [{'path': 'agents[0].params.alpha', 'values': [0.02, 0.5]}]}");
    ASSERT_DONE("run", "two.json", "--out", "two", "--quiet", "--runs", "1");
    ck_assert_ptr_nonnull(strstr(ran.out, "One run says nothing of luck"));
    ASSERT_DONE("run", "two.json", "--out", "two", "--quiet", "--runs", "20");
    ck_assert_ptr_nonnull(
        strstr(ran.out, "Best: sarsa, alpha=0.5.\nIt is ahead of the second by "));
    ck_assert_ptr_nonnull(strstr(ran.out, "p < 0.0001, Welch's t test"));
}
END_TEST

START_TEST(test_best_is_an_experiment)
{
    run_sweep();
    ASSERT_DONE("summary", "out", "--best");
    write_bytes("best.json", ran.out, strlen(ran.out));
    ASSERT_DONE("summary", "out", "--metric", "return", "--json");
    cJSON *json = printed_json();
    const double mean = number(cJSON_GetArrayItem(json, 0), "mean");
    cJSON_Delete(json);
    // run by itself, it repeats its runs to the bit
    ASSERT_DONE("run", "best.json", "--json");
    json = printed_json();
    ck_assert_int_eq(cJSON_GetArraySize(json), 2);
    ck_assert_double_eq(number(cJSON_GetArrayItem(json, 1), "mean"), mean);
    cJSON_Delete(json);
}
END_TEST

/// A variant that diverges never wins, however good its other runs are.
START_TEST(test_diverged_variants_come_last)
{
    enter_fresh_directory();
    write_json("wild.json",
               "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'q_learning'}],"
               " 'stop': {'episodes': 300}, 'runs': 2,"
               " 'sweep': [{'path': 'agents[0].params.alpha', 'values': [1e9, 0.5]}]}");
    ASSERT_DONE("run", "wild.json", "--out", "out", "--quiet");
    ck_assert_ptr_nonnull(
        strstr(ran.out, "Best: q_learning, alpha=0.5. Of all others, some runs div"));
    ck_assert_ptr_nonnull(strstr(ran.out, "all runs diverged"));
    write_json("wild.json",
               "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'q_learning'}],"
               " 'stop': {'episodes': 300}, 'runs': 2,"
               " 'sweep': [{'path': 'agents[0].params.alpha', 'values': [1e9, 1e8]}]}");
    ASSERT_DONE("run", "wild.json", "--out", "out", "--quiet", "--restart");
    ck_assert_ptr_nonnull(strstr(ran.out, "No variant is called best"));
    RUN("summary", "out", "--best");
    ASSERT_FAILED_WITH(1, "--best: no variant wins: of each, some runs diverged");
    ck_assert_str_eq(ran.out, "");
}
END_TEST

START_TEST(test_readings_of_the_program)
{
    run_sweep();
    ASSERT_DONE("summary", "out", "--window", "10:20", "--top", "3");
    ck_assert_ptr_nonnull(strstr(ran.out, "mean of episodes 10-20"));
    ASSERT_DONE("summary", "out", "--area");
    ck_assert_ptr_nonnull(strstr(ran.out, "mean of episodes 1-60"));
    ASSERT_DONE("summary", "out", "--threshold", "-60", "--smooth", "5");
    ck_assert_ptr_nonnull(strstr(ran.out, "episodes until the mean of 5 points is at least -60"));
    ASSERT_DONE("summary", "out", "--threshold", "-1");
    ck_assert_ptr_nonnull(strstr(ran.out, "  never\n"));
    ck_assert_ptr_nonnull(strstr(ran.out, "none has a score"));
    RUN("summary", "out", "--threshold", "-1", "--best");
    ASSERT_FAILED_WITH(1, "--best: no variant wins: none has a score");
    ASSERT_DONE("summary", "out", "--iqm");
    ck_assert_ptr_nonnull(strstr(ran.out, "  iqm  "));
    ASSERT_DONE("summary", "out", "--median");
    ck_assert_ptr_nonnull(strstr(ran.out, "  median  "));
    ASSERT_DONE("summary", "out", "--metric", "length");
    ck_assert_ptr_nonnull(strstr(ran.out, "Not ranked"));
}
END_TEST

START_TEST(test_mistakes)
{
    run_sweep();
    static const struct {
        const char *arguments[6];
        const char *part;
    } cases[] = {
        {{"--metric", "retrun"}, "--metric: \"retrun\" was not recorded; there is: length, return"},
        {{"--metric", "length", "--best"},
         "--best: whether more or less of length is better depends"},
        {{"--last", "3", "--area"}, "--last, --window, --area and --threshold: choose one"},
        {{"--area", "--threshold", "0"}, "choose one"},
        {{"--lower", "--higher"}, "--lower and --higher: choose one"},
        {{"--median", "--iqm"}, "--median and --iqm: choose one"},
        {{"--smooth", "3"}, "--smooth is of --threshold"},
        {{"--window", "5"}, "--window: \"5\" is not A:B"},
        {{"--window", "5:4"}, "--window: \"5:4\" is not A:B"},
        {{"--window", "0:4"}, "--window: \"0:4\" is not A:B"},
        {{"--window", "1:4x"}, "--window: \"1:4x\" is not A:B"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *arguments[9] = {"summary", "out"};
        for (size_t j = 0; cases[i].arguments[j] != NULL; j++) {
            arguments[j + 2] = cases[i].arguments[j];
        }
        run_program(&(start_options){0}, arguments);
        ASSERT_FAILED_WITH(2, cases[i].part);
        ck_assert_str_eq(ran.out, "");
    }
}
END_TEST

TEST_MAIN_WITH_FILES(test_ranked_rows, test_best_two, test_best_is_an_experiment,
                     test_diverged_variants_come_last, test_readings_of_the_program, test_mistakes)
