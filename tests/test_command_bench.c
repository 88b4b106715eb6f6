// `rill bench`: what it reports, and the comparison with an earlier report.
#include "tests/program.h"

#include <cjson/cJSON.h>

static double number_of(const cJSON *row, const char *key)
{
    const cJSON *number = cJSON_GetObjectItem(row, key);
    ck_assert_msg(cJSON_IsNumber(number), "no number \"%s\"", key);
    return number->valuedouble;
}

START_TEST(test_baseline)
{
    enter_fresh_directory();
    write_json("before.json", "[{'name': 'rng/next64', 'ns_per_step': 1000},"
                              " {'name': 'other', 'ns_per_step': 5}]");
    ASSERT_DONE("bench", "rng", "--json", "--baseline", "before.json");
    cJSON *rows = cJSON_Parse(ran.out);
    ck_assert_int_ge(cJSON_GetArraySize(rows), 2);
    const cJSON *row = cJSON_GetArrayItem(rows, 0);
    ck_assert_str_eq(cJSON_GetObjectItem(row, "name")->valuestring, "rng/next64");
    const double ns = number_of(row, "ns_per_step");
    ck_assert(ns > 0.0 && number_of(row, "spread") >= 0.0);
    ASSERT_NEAR(number_of(row, "steps_per_s") * ns, 1e9, 1e3);
    ASSERT_NEAR(number_of(row, "ratio_to_baseline") * ns, 1000.0, 1e-6);
    // of what the baseline does not have there is none
    ck_assert_ptr_null(cJSON_GetObjectItem(cJSON_GetArrayItem(rows, 1), "ratio_to_baseline"));
    cJSON_Delete(rows);
}
END_TEST

START_TEST(test_mistakes)
{
    enter_fresh_directory();
    write_json("a.json", "{'name': 1}");
    RUN("bench", "rng", "--baseline", "a.json");
    ASSERT_FAILED_WITH(2, "a.json: holds no results");
    RUN("bench", "rng", "--baseline", "nowhere.json");
    ASSERT_FAILED_WITH(4, "nowhere.json");
    RUN("bench", "no_such_benchmark", "--json");
    ASSERT_FAILED_WITH(2, "no benchmark's name contains");
}
END_TEST

TEST_MAIN_WITH_FILES(test_baseline, test_mistakes)
