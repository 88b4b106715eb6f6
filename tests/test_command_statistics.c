// `rill statistics`: scores from a file.
#include "tests/golden.h"
#include "tests/program.h"

static double member(const cJSON *object, const char *a, const char *b)
{
    return golden_member(golden_member(object, a), b)->valuedouble;
}

/// A case of the reference through the program: numbers as they are, ends of intervals to 2 % of the width,
/// which is three times what the reference's repeats vary (test_statistics.c looks closer).
START_TEST(test_equals_rliable)
{
    enter_fresh_directory();
    cJSON *golden = golden_read("rliable.json");
    const cJSON *one = NULL;
    cJSON_ArrayForEach (one, golden_member(golden, "cases")) {
        cJSON *scores = cJSON_CreateObject();
        cJSON_AddItemReferenceToObject(scores, "x", cJSON_GetObjectItem(one, "x"));
        cJSON_AddItemReferenceToObject(scores, "y", cJSON_GetObjectItem(one, "y"));
        char *text = cJSON_Print(scores);
        write_bytes("scores.json", text, strlen(text));
        free(text);
        cJSON_Delete(scores);
        ASSERT_DONE("statistics", "scores.json", "--json", "--gamma", "0.5", "--tau",
                    "0,0.25,0.5,0.75,1,1.5");
        cJSON *ours = cJSON_Parse(ran.out);
        for (int i = 0; i < 2; i++) {
            const cJSON *x = golden_member(ours, i == 0 ? "x" : "y");
            const cJSON *expected = golden_member(one, i == 0 ? "x_metrics" : "y_metrics");
            ASSERT_NEAR(member(x, "mean", "value"), golden_member(expected, "mean")->valuedouble,
                        1e-12);
            ASSERT_NEAR(member(x, "median", "value"),
                        golden_member(expected, "median")->valuedouble, 1e-12);
            ASSERT_NEAR(member(x, "iqm", "value"), golden_member(expected, "iqm")->valuedouble,
                        1e-12);
            ASSERT_NEAR(member(x, "optimality_gap", "value"),
                        golden_member(expected, "optimality_gap_gamma0p5")->valuedouble, 1e-12);
        }
        ASSERT_NEAR(member(ours, "probability_of_improvement_x_over_y", "value"),
                    golden_member(one, "probability_of_improvement_x_over_y")->valuedouble, 1e-12);
        const cJSON *profile = golden_member(golden_member(ours, "x"), "performance_profile");
        const cJSON *expected = golden_member(one, "performance_profile");
        static const char *const lists[] = {"tau", "run_scores", "task_means"};
        for (size_t i = 0; i < 3; i++) {
            const cJSON *a = golden_member(profile, lists[i]);
            const cJSON *b = golden_member(expected, lists[i]);
            ck_assert_int_eq(cJSON_GetArraySize(a), 6);
            for (int j = 0; j < 6; j++) {
                ASSERT_NEAR(cJSON_GetArrayItem(a, j)->valuedouble,
                            cJSON_GetArrayItem(b, j)->valuedouble, 1e-12);
            }
        }
        const cJSON *interval =
            golden_member(golden_member(one, "bootstrap_percentile_95ci"), "mean");
        const double low = golden_member(interval, "lower_mean_over_5_repeats")->valuedouble;
        const double high = golden_member(interval, "upper_mean_over_5_repeats")->valuedouble;
        ASSERT_NEAR(member(golden_member(ours, "x"), "mean", "ci_low"), low, 0.02 * (high - low));
        ASSERT_NEAR(member(golden_member(ours, "x"), "mean", "ci_high"), high, 0.02 * (high - low));
        cJSON_Delete(ours);
    }
    cJSON_Delete(golden);
}
END_TEST

START_TEST(test_table_and_missing_scores)
{
    enter_fresh_directory();
    write_json("scores.json", "{'name': 'two', 'x': [[1, 2], [3, null]], 'y': [[0, 0]]}");
    ASSERT_DONE("statistics", "scores.json");
    ck_assert_ptr_nonnull(strstr(ran.out, "x  2 [1.5, 2.5]"));
    ck_assert_ptr_nonnull(strstr(ran.out, "x is above one of y: 1 [1, 1]"));
    ck_assert_ptr_nonnull(strstr(ran.out, "a task has a single run"));
    write_json("scores.json", "{'x': [[1, 2], [3, 4]]}");
    ASSERT_DONE("statistics", "scores.json");
    ck_assert_ptr_null(strstr(ran.out, "a task has a single run"));
    write_json("scores.json", "{'x': [[null, 2], [null, 3]]}");
    ASSERT_DONE("statistics", "scores.json");
    ck_assert_ptr_nonnull(strstr(ran.out, "x  - "));
    ck_assert_ptr_null(strstr(ran.out, "nan"));
    ASSERT_DONE("statistics", "scores.json", "--json");
    cJSON *json = cJSON_Parse(ran.out);
    ck_assert(cJSON_IsNull(golden_member(golden_member(golden_member(json, "x"), "iqm"), "value")));
    cJSON_Delete(json);
}
END_TEST

START_TEST(test_mistakes)
{
    static const struct {
        const char *text;
        int code;
        const char *part;
    } cases[] = {
        {"{'x': [[1, 2], [3]]}", 2, "scores.json: x[1]: expected 2 scores, as in the first row"},
        {"{'x': [[1, 2], [3, 'a']]}", 2, "x[1][1]: \"a\" is no score; expected a number or null"},
        {"{'x': [1, 2]}", 2, "x: expected rows of scores"},
        {"{'x': []}", 2, "x: expected rows of scores"},
        {"{'x': [[]]}", 2, "x: expected rows of scores"},
        {"{'X': [[1]]}", 2, "X: unknown key; did you mean \"x\"?"},
        {"{'y': [[1]]}", 2, "x"},
        {"[[1, 2]]", 2, "expected an object"},
        {"{'x': [[1]], 'y': [[1, 2]]}", 2, "y: has 2 columns and x 1"},
        {"{'x': [[1]", 2, "scores.json:1:11: not JSON"},
    };
    enter_fresh_directory();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_json("scores.json", cases[i].text);
        RUN("statistics", "scores.json");
        ASSERT_FAILED_WITH(cases[i].code, cases[i].part);
        ck_assert_str_eq(ran.out, "");
    }
    write_json("scores.json", "{'x': [[1, 2]]}");
    RUN("statistics", "scores.json", "--tau", "0,,1");
    ASSERT_FAILED_WITH(2, "--tau: \"0,,1\" is not a list of numbers");
    RUN("statistics", "absent.json");
    ASSERT_FAILED_WITH(4, "absent.json: cannot open");
    RUN("statistics");
    ASSERT_FAILED_WITH(2, "expected one file of scores");
}
END_TEST

TEST_MAIN_WITH_FILES(test_equals_rliable, test_table_and_missing_scores, test_mistakes)
