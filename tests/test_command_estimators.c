// `rill estimators`: what it prints and writes, and what it refuses.
#include "plots/gnuplot.h"
#include "tests/program.h"

#include <cjson/cJSON.h>
#include <rill/distribution.h>

static cJSON *parse(void)
{
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithOpts(ran.out, &end, false);
    ck_assert_msg(json != NULL && strcmp(end, "\n") == 0, "not JSON: %s", ran.out);
    return json;
}

static const char *text(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    ck_assert_msg(cJSON_IsString(item), "%s", key);
    return item->valuestring;
}

static double number(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    ck_assert_msg(cJSON_IsNumber(item), "%s", key);
    return item->valuedouble;
}

static bool has(const char *id)
{
    return rill_distribution_type_find(id, NULL) != NULL;
}

/// Known numbers: of E[x^2] under N(1, 1) the gradient is 2 by both, variances are the closed forms (no
/// baseline 30, E[f] 18, best 14; pathwise 4, by sigma 8 + 4). Means within 5 standard errors and the
/// measured variances within 15 %: none of 40 seeds fails, the worst is off by 13 %.
START_TEST(test_json_of_the_quadratic)
{
    static const struct {
        const char *name;
        double mu, sigma;
    } exact[] = {{"score_function/none", 30.0, 136.0},
                 {"score_function/constant", 18.0, 96.0},
                 {"score_function/running_mean", 18.0, 96.0},
                 {"score_function/optimal", 14.0, 64.0},
                 {"score_function/leave_one_out", 18.0 + 10.0 / 9.0, 96.0 + 16.0 / 9.0},
                 {"pathwise", 4.0, 12.0},
                 {"measure_valued", 1.0929581789, 8.0}};
    ASSERT_DONE("estimators", "--json", "--samples", "200000");
    cJSON *json = parse();
    ck_assert_int_eq(cJSON_GetArraySize(json), 14);
    for (int i = 0; i < 14; i++) {
        const cJSON *row = cJSON_GetArrayItem(json, i);
        const double variance = i % 2 == 0 ? exact[i / 2].mu : exact[i / 2].sigma;
        ck_assert_str_eq(text(row, "estimator"), exact[i / 2].name);
        ck_assert_str_eq(text(row, "parameter"), i % 2 == 0 ? "mu" : "sigma");
        ck_assert_str_eq(text(row, "distribution"), "gaussian");
        ck_assert_str_eq(text(row, "objective"), "quadratic");
        ASSERT_NEAR(number(row, "exact"), 2.0, 1e-12);
        ASSERT_NEAR(number(row, "exact_variance"), variance, 1e-8);
        ASSERT_NEAR(number(row, "variance"), variance, 0.15 * variance);
        ASSERT_NEAR(number(row, "bias"), number(row, "mean") - 2.0, 1e-12);
        ASSERT_NEAR(number(row, "z"), number(row, "bias") / number(row, "standard_error"), 1e-9);
        ASSERT_NEAR(number(row, "standard_error"), sqrt(number(row, "variance") / 200000.0), 1e-9);
        ck_assert(fabs(number(row, "z")) < 5.0);
        ck_assert_double_eq(number(row, "evaluations"), i < 10 ? 1.0 : i < 12 ? 0.0 : 4.0);
        ck_assert_double_eq(number(row, "gradients"), i == 10 || i == 11 ? 1.0 : 0.0);
        ck_assert_double_eq(number(row, "samples"), 200000.0);
    }
    cJSON_Delete(json);
}
END_TEST

/// Variances that quadrature cannot tell are left out, not wrong; gradients are in closed form.
START_TEST(test_too_fine_for_quadrature)
{
    ASSERT_DONE("estimators", "--json", "--objective", "exp", "--sigma", "1000");
    cJSON *json = parse();
    const cJSON *row = NULL;
    cJSON_ArrayForEach (row, json) {
        const double v = 1.0 + 2.0 * 1e6;
        const double exact = strcmp(text(row, "parameter"), "mu") == 0
                                 ? -2.0 * exp(-1.0 / v) / (v * sqrt(v))
                                 : 4e3 * (1.0 / v - 0.5) * exp(-1.0 / v) / (v * sqrt(v));
        ASSERT_NEAR(number(row, "exact"), exact, 1e-12 * fabs(exact));
        ck_assert(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(row, "exact_variance")));
    }
    ck_assert_int_eq(cJSON_GetArraySize(json), 14);
    cJSON_Delete(json);
}
END_TEST

/// Over actions, with the relaxed distributions where they are built in.
START_TEST(test_json_over_actions)
{
    static const char *const objectives[] = {"bandit", "cross_entropy"};
    const int n_relaxed = has("gumbel_softmax") + has("straight_through");
    for (int o = 0; o < 2; o++) {
        ASSERT_DONE("estimators", "--json", "--objective", objectives[o], "--dimension", "4");
        cJSON *json = parse();
        ck_assert_int_eq(cJSON_GetArraySize(json), 4 * (5 + n_relaxed));
        const cJSON *row = NULL;
        int n = 0;
        cJSON_ArrayForEach (row, json) {
            char parameter[16];
            snprintf(parameter, sizeof parameter, "eta[%d]", n % 4);
            ck_assert_str_eq(text(row, "parameter"), parameter);
            const bool is_relaxed = strcmp(text(row, "distribution"), "categorical") != 0;
            ck_assert_int_eq(is_relaxed, n >= 20);
            ck_assert_int_eq(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(row, "exact_variance")),
                             is_relaxed);
            if (!is_relaxed) {
                ck_assert(fabs(number(row, "z")) < 5.0);
                // that of the best baseline can be 0: its first samples are not
                ASSERT_NEAR(number(row, "variance"), number(row, "exact_variance"),
                            0.1 * number(row, "exact_variance") + 1e-4);
            }
            n++;
        }
        cJSON_Delete(json);
    }
}
END_TEST

START_TEST(test_table)
{
    ASSERT_DONE("estimators", "--samples", "2000");
    ck_assert(strstr(ran.out, "quadratic: (x - k)^2, k = 0; x normal, mean 1, ") == ran.out);
    ck_assert(strstr(ran.out, "\npathwise                      mu         2.00000 ") != NULL);
    ck_assert(strstr(ran.out, "left out") == NULL);
    ASSERT_DONE("estimators", "--samples", "2000", "--objective", "step");
    ck_assert(strstr(ran.out, "\nleft out pathwise: pathwise needs the gradient") != NULL);
    ASSERT_DONE("estimators", "--samples", "2000", "--batch", "1");
    ck_assert(strstr(ran.out, "\nleft out score_function/leave_one_out: ") != NULL);
    ASSERT_DONE("estimators", "one_out", "path", "--samples", "2000");
    ck_assert(strstr(ran.out, "score_function/leave_one_out") != NULL);
    ck_assert(strstr(ran.out, "pathwise") != NULL && strstr(ran.out, "optimal") == NULL);
    ASSERT_DONE("estimators", "--samples", "2000", "--objective", "bandit");
    ck_assert_int_eq(strstr(ran.out, "left out pathwise/gumbel_softmax") != NULL,
                     !has("gumbel_softmax"));
    ck_assert_int_eq(strstr(ran.out, "left out pathwise/straight_through") != NULL,
                     !has("straight_through"));
}
END_TEST

/// The same seed prints the same; a subject measures the same, whichever others are asked for.
START_TEST(test_seeds)
{
    ASSERT_DONE("estimators", "pathwise", "--json", "--samples", "1000", "--seed", "7");
    char *first = strdup(ran.out);
    ASSERT_DONE("estimators", "pathwise", "--json", "--samples", "1000", "--seed", "7");
    ck_assert_str_eq(ran.out, first);
    ASSERT_DONE("estimators", "pathwise", "--json", "--samples", "1000", "--seed", "8");
    ck_assert_str_ne(ran.out, first);
    cJSON *alone = cJSON_Parse(first);
    ASSERT_DONE("estimators", "--json", "--samples", "1000", "--seed", "7");
    cJSON *all = parse();
    ck_assert(cJSON_Compare(cJSON_GetArrayItem(all, 10), cJSON_GetArrayItem(alone, 0), true));
    cJSON_Delete(all);
    cJSON_Delete(alone);
    free(first);
}
END_TEST

/// The number in a column of a line of CSV, NAN where it is empty.
static double column(const char *line, int wanted)
{
    for (int i = 0; i < wanted; i++) {
        line = strchr(line, ',');
        ck_assert_ptr_nonnull(line);
        line++;
    }
    return *line == ',' ? (double)NAN : strtod(line, NULL);
}

/// Reads a file of figures; checks every line and answers their number.
static int check_figure(const char *path, const char *varied)
{
    char *file = read_whole(path, NULL);
    char *rest = file;
    char *line = strtok_r(rest, "\n", &rest);
    ck_assert(strncmp(line, varied, strlen(varied)) == 0);
    ck_assert(strstr(line, ",objective,estimator,distribution,parameter,exact,mean,bias,") != NULL);
    int n = 0;
    while ((line = strtok_r(rest, "\n", &rest)) != NULL) {
        const double exact = column(line, 5), mean = column(line, 6), bias = column(line, 7);
        const double error = column(line, 8), variance = column(line, 9);
        const double exact_variance = column(line, 10);
        ASSERT_NEAR(bias, mean - exact, 1e-12);
        ck_assert_double_gt(column(line, 0), 0.0);
        ck_assert_double_eq(column(line, 13), 400.0);
        ASSERT_NEAR(error, sqrt(variance / 400.0), 1e-12 * (1.0 + error));
        if (!isnan(exact_variance)) { // unbiased: 5 standard errors by the exact or the seen one
            ck_assert_double_le(fabs(bias), 5.0 * fmax(sqrt(exact_variance / 400.0), error) + 1e-9);
        }
        n++;
    }
    free(file);
    return n;
}

START_TEST(test_figures)
{
    enter_fresh_directory();
    const bool is_complete = has("gumbel_softmax") || has("straight_through");
    ASSERT_DONE("estimators", "--samples", "400", "--data", "figures");
    ck_assert_int_eq(count_entries("figures"), is_complete ? 3 : 2);
    ck_assert_int_eq(check_figure("figures/variance_sigma.csv", "sigma,"), 11 * 14);
    ck_assert_int_eq(check_figure("figures/variance_dimension.csv", "dimension,"), 6 * 14);
    ck_assert_int_eq(strstr(ran.out, "no temperature.csv") == NULL, is_complete);
    if (is_complete) {
        const int n_relaxed = has("gumbel_softmax") + has("straight_through");
        ck_assert_int_eq(check_figure("figures/temperature.csv", "temperature,"),
                         10 * 3 * (5 + n_relaxed));
    }
    // of one estimator and another kind of objective, with the same names
    ASSERT_DONE("estimators", "optimal", "--objective", "bandit", "--samples", "400", "--data",
                "figures");
    ck_assert_int_eq(check_figure("figures/variance_sigma.csv", "sigma,"), 11 * 2);
}
END_TEST

START_TEST(test_refusals)
{
    enter_fresh_directory();
#define ASSERT_USAGE(part, ...)                                                                  \
    RUN("estimators", __VA_ARGS__);                                                              \
    ck_assert_msg(ran.code == 2 && ran.out[0] == '\0' && is_one_line(ran.err, part), "%d: %s%s", \
                  ran.code, ran.out, ran.err)
    ASSERT_USAGE("did you mean \"pathwise\"", "pathwize");
    ASSERT_USAGE("did you mean \"quadratic\"", "--objective", "quadratik");
    ASSERT_USAGE("less than two batches of 10", "--samples", "19");
    ASSERT_USAGE("--sigma: 0 is out of range", "--sigma", "0");
    ASSERT_USAGE("at least 2 actions", "--objective", "bandit", "--dimension", "1");
    ASSERT_USAGE("--k: 0 is out of range for cross_entropy", "--objective", "cross_entropy", "--k",
                 "0");
    ASSERT_USAGE("--k: -1 is out of range for exp", "--objective", "exp", "--k", "-1");
    ASSERT_USAGE("--batch needs a value", "--batch");

    // nothing to measure
    RUN("estimators", "pathwise", "--objective", "step");
    ck_assert_msg(ran.code == 1 && ran.out[0] == '\0' && is_one_line(ran.err, "has none"), "%s",
                  ran.err);
    RUN("estimators", "measure_valued", "--objective", "bandit", "--json", "--data", "figures");
    ck_assert_msg(ran.code == 1 && ran.out[0] == '\0' && is_one_line(ran.err, "none of these"),
                  "%s", ran.err);
    ck_assert(!exists("figures"));

    // a file where the directory should be
    write_bytes("taken", "x", 1);
    RUN("estimators", "pathwise", "--json", "--samples", "100", "--data", "taken");
    ck_assert_msg(ran.code == 4 && is_one_line(ran.err, "taken"), "%s", ran.err);
    start_options small = {.file_size = 256};
    const char *const arguments[] = {"estimators", "pathwise", "--samples", "100",
                                     "--data",     "figures",  "--json",    NULL};
    small.stdout_path = "/dev/null";
    run_program(&small, arguments);
    ck_assert_msg(ran.code == 4 && is_one_line(ran.err, "variance_sigma.csv"), "%s", ran.err);
    ck_assert_int_eq(count_entries("figures"), 0); // nothing half-written
}
END_TEST

/// The family is listed and described as the others are.
START_TEST(test_list_and_describe)
{
    ASSERT_DONE("list", "estimators", "--json");
    cJSON *json = parse();
    ck_assert_int_eq(cJSON_GetArraySize(json), 3);
    ck_assert_str_eq(cJSON_GetArrayItem(json, 2)->valuestring, "score_function");
    cJSON_Delete(json);
    ASSERT_DONE("describe", "score_function");
    ck_assert(strstr(ran.out, "leave_one_out") != NULL);
    ASSERT_DONE("describe", "measure_valued");
    RUN("describe", "score_functoin");
    ck_assert(is_one_line(ran.err, "did you mean \"score_function\""));
    ASSERT_DONE("estimators", "--help");
    ck_assert(strstr(ran.out, "--temperature T") != NULL);
}
END_TEST

/// A picture's data are the numbers of --data; where there is no gnuplot that is not tested, and said.
START_TEST(test_picture)
{
    enter_fresh_directory();
    RUN("estimators", "--over", "sigma");
    ASSERT_FAILED_WITH(2, "says what -o F.png draws");
    RUN("estimators", "-o", "v.png", "--json");
    ASSERT_FAILED_WITH(2, "-o: draws");
    RUN("estimators", "-o", "v.jpg");
    ASSERT_FAILED_WITH(2, "is no name of a picture");
    rill_error error = {0};
    if (gnuplot_check(&error) != RILL_OK) {
        fprintf(stderr, "test_picture: skipped, %s\n", error.message);
        RUN("estimators", "pathwise", "none", "-o", "v.png", "--samples", "400");
        ASSERT_FAILED_WITH(4, "gnuplot");
        return;
    }
    ASSERT_DONE("estimators", "pathwise", "none", "-o", "v.png", "--samples", "400");
    ck_assert(exists("v.png") && exists("v.gp"));
    ASSERT_DONE("estimators", "pathwise", "none", "--samples", "400", "--data", "figures");
    char *drawn = read_whole("v.dat", NULL), *csv = read_whole("figures/variance_sigma.csv", NULL);
    int n = 0;
    for (char *at = csv; (at = strchr(at, '\n')) != NULL && at[1] != '\0'; at++) {
        double sigma, variance, exact;
        char parameter[16];
        ck_assert_int_eq(sscanf(at + 1, "%lf,%*[^,],%*[^,],%*[^,],%15[^,],%*f,%*f,%*f,%*f,%lf,%lf",
                                &sigma, parameter, &variance, &exact),
                         4);
        if (strcmp(parameter, "mu") == 0) {
            char line[128];
            snprintf(line, sizeof line, "\n%.17g %.10g %.10g\n", sigma, variance, exact);
            ck_assert_msg(strstr(drawn, line) != NULL, "not drawn: %s", line);
            n++;
        }
    }
    ck_assert_int_eq(n, 2 * 11);
    free(drawn);
    free(csv);
    ASSERT_DONE("estimators", "-o", "t.svg", "--objective", "cross_entropy", "--samples", "400");
    RUN("estimators", "measure_valued", "-o", "t.svg", "--over", "temperature", "--samples", "400");
    ASSERT_FAILED_WITH(2, "none of the chosen estimators");
    RUN("estimators", "-o", "t.svg", "--over", "time");
    ASSERT_FAILED_WITH(2, "expected sigma, dimension or temperature");
}
END_TEST

TEST_MAIN_WITH_FILES(test_json_of_the_quadratic, test_too_fine_for_quadrature,
                     test_json_over_actions, test_table, test_seeds, test_figures, test_picture,
                     test_refusals, test_list_and_describe)
