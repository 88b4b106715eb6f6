// `rill rerun`: what is stored comes out again, and what is not is noticed.
#include "tests/runs.h"

#include <cjson/cJSON.h>
#include <sqlite3.h>

static const char *const sweep =
    "{'environment': {'id': 'cliff_walking'}, 'agents': [{'label': 'S', 'id': 'sarsa'},"
    " {'label': 'Q', 'id': 'q_learning'}], 'sweep': [{'path': 'agents[0].params.alpha', 'values':"
    " [0.1, 0.5]}, {'path': 'environment.params.is_slippery', 'values': [false, true]}],"
    " 'stop': {'steps': 2000}, 'runs': 3, 'seed': 5,"
    " 'record': [{'metric': 'reward', 'unit': 'steps', 'every': 100},"
    " {'metric': 'steps_per_second', 'unit': 'steps', 'every': 500}]}";

static void execute(const char *sql)
{
    sqlite3 *database = NULL;
    ck_assert_int_eq(sqlite3_open("kept/results.sqlite", &database), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sql,
                  sqlite3_errmsg(database));
    sqlite3_close(database);
}

START_TEST(test_same)
{
    enter_fresh_directory();
    write_json("s.json", sweep);
    ASSERT_DONE("run", "s.json", "--out", "kept", "--quiet");
    ASSERT_DONE("rerun", "kept");
    ck_assert_str_eq(ran.out, "18 runs repeated, bit for bit as stored\n");
    ASSERT_DONE("rerun", "kept", "--threads", "3", "--agent", "S");
    ck_assert_str_eq(ran.out, "12 runs repeated, bit for bit as stored\n");
    ASSERT_DONE("rerun", "kept", "--agent", "Q, is_slippery=true", "--run", "2");
    ck_assert_str_eq(ran.out, "1 run repeated, bit for bit as stored\n");
    ASSERT_DONE("rerun", "kept", "--run", "1", "--json");
    cJSON *json = cJSON_Parse(ran.out);
    ck_assert_int_eq(cJSON_GetArraySize(json), 6);
    const cJSON *row = NULL;
    cJSON_ArrayForEach (row, json) {
        ck_assert_int_eq(cJSON_GetObjectItem(row, "run")->valueint, 1);
        ck_assert(cJSON_IsTrue(cJSON_GetObjectItem(row, "pass")));
        ck_assert_str_eq(cJSON_GetObjectItem(row, "stored")->valuestring,
                         cJSON_GetObjectItem(row, "repeated")->valuestring);
    }
    cJSON_Delete(json);
}
END_TEST

/// Runs of another configuration than the stored one: here of the next seed.
START_TEST(test_different)
{
    enter_fresh_directory();
    write_json("s.json", sweep);
    ASSERT_DONE("run", "s.json", "--out", "kept", "--quiet");
    execute("UPDATE variants SET config = replace(config, '\"seed\":5', '\"seed\":6')"
            " WHERE label = 'S, alpha=0.5, is_slippery=false'");
    ck_assert_int_eq(RUN("rerun", "kept"), 1);
    ck_assert_ptr_nonnull(strstr(ran.out, "run 0 of \"S, alpha=0.5, is_slippery=false\": "));
    ck_assert_ptr_nonnull(strstr(ran.out, "3 of 18 runs come out differently"));
    ASSERT_DONE("rerun", "kept", "--agent", "Q");
}
END_TEST

START_TEST(test_mistakes)
{
    enter_fresh_directory();
    write_json("s.json", sweep);
    ASSERT_DONE("run", "s.json", "--out", "kept", "--quiet");
    RUN("rerun", "kept", "--agent", "Q, is_slippery=tru");
    ASSERT_FAILED_WITH(2, "did you mean Q, is_slippery=true");
    RUN("rerun", "kept", "--run", "3");
    ASSERT_FAILED_WITH(2, "no such run is stored in kept");
    RUN("rerun", "nowhere");
    ASSERT_FAILED_WITH(4, "nowhere/results.sqlite");
    RUN("rerun");
    ASSERT_FAILED_WITH(2, "expected one result directory");
}
END_TEST

/// A plan writes nothing, counts what is there, and its configurations are experiments.
START_TEST(test_dry_run)
{
    enter_fresh_directory();
    write_json("s.json", sweep);
    ASSERT_DONE("run", "s.json", "--out", "kept", "--dry-run");
    ck_assert(!exists("kept"));
    ck_assert_ptr_nonnull(strstr(ran.out, "2 agents in 6 variants"));
    ck_assert_ptr_nonnull(strstr(ran.out, "\n18 runs to do; about "));
    ASSERT_DONE("run", "s.json", "--out", "kept", "--quiet", "--runs", "2");
    ASSERT_DONE("run", "s.json", "--out", "kept", "--dry-run", "--json", "--threads", "2");
    cJSON *json = cJSON_Parse(ran.out);
    ck_assert_ptr_nonnull(json);
    const cJSON *variants = cJSON_GetObjectItem(json, "variants"), *variant = NULL;
    ck_assert_int_eq(cJSON_GetArraySize(variants), 6);
    ck_assert_double_gt(cJSON_GetObjectItem(json, "estimated_seconds")->valuedouble, 0.0);
    cJSON_ArrayForEach (variant, variants) {
        ck_assert_int_eq(cJSON_GetObjectItem(variant, "runs")->valueint, 3);
        ck_assert_int_eq(cJSON_GetObjectItem(variant, "stored")->valueint, 2);
        char *text = cJSON_PrintUnformatted(cJSON_GetObjectItem(variant, "config"));
        rill_experiment *experiment = NULL;
        rill_error error = {0};
        ASSERT_OK(rill_experiment_parse(&experiment, text, NULL, &error), &error);
        ck_assert_str_eq(experiment->variants[0].label,
                         cJSON_GetObjectItem(variant, "label")->valuestring);
        rill_experiment_destroy(experiment);
        free(text);
    }
    cJSON_Delete(json);
    ASSERT_DONE(
        "run", "s.json", "--out", "kept", "--dry-run", "--set",
        "sweep=[{\"path\": \"environment.id\", \"values\": [\"cliff_walking\", \"taxi\"]}]");
    ck_assert_ptr_nonnull(strstr(ran.out, "several environments, "));
    // with --restart none of them counts
    ASSERT_DONE("run", "s.json", "--out", "kept", "--dry-run", "--restart");
    ck_assert_ptr_nonnull(strstr(ran.out, "\n18 runs to do; about "));
    ASSERT_DONE("rerun", "kept");
    RUN("run", "s.json", "--out", "kept", "--dry-run", "--seed", "6");
    ASSERT_FAILED_WITH(2, "holds a different \"S, alpha=0.1, is_slippery=false\"");
}
END_TEST

TEST_MAIN_WITH_FILES(test_same, test_different, test_mistakes, test_dry_run)
