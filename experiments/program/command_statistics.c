#include "experiments/json.h"
#include "experiments/program/aggregates.h"
#include "experiments/program/output_json.h"
#include "experiments/program/program.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/// A member with rows of numbers, to a block that the caller frees; null is a run that is missing.
static rill_status read_scores(const cJSON *json, const char *key, bool is_required,
                               rill_score_matrix *matrix, rill_error *error)
{
    const cJSON *rows = NULL;
    rill_status status = json_get_array(json, key, is_required, &rows, error);
    if (status != RILL_OK || rows == NULL) {
        return status;
    }
    const int n_runs = cJSON_GetArraySize(rows);
    const int n_tasks = n_runs == 0 ? 0 : cJSON_GetArraySize(rows->child);
    double *scores = malloc(((size_t)n_runs * (size_t)n_tasks + 1) * sizeof *scores);
    if (scores == NULL) {
        return rill_error_no_memory(error);
    }
    *matrix = (rill_score_matrix){scores, (size_t)n_runs, (size_t)n_tasks};
    char path[64];
    char found[80];
    if (n_runs == 0 || !cJSON_IsArray(rows->child) || n_tasks == 0) {
        return rill_error_set(error, RILL_INVALID, key,
                              "expected rows of scores, a row a run, a column a task: "
                              "[[0.1, 0.5], [0.2, 0.4]]");
    }
    int run = 0;
    for (const cJSON *row = rows->child; row != NULL; row = row->next, run++) {
        snprintf(path, sizeof path, "%s[%d]", key, run);
        if (!cJSON_IsArray(row) || cJSON_GetArraySize(row) != n_tasks) {
            return rill_error_set(
                error, RILL_INVALID, path,
                "expected %d score%s, as in the first row; write null where a run "
                "is missing",
                n_tasks, n_tasks == 1 ? "" : "s");
        }
        int task = 0;
        for (const cJSON *score = row->child; score != NULL; score = score->next, task++) {
            if (!cJSON_IsNumber(score) && !cJSON_IsNull(score)) {
                snprintf(path, sizeof path, "%s[%d][%d]", key, run, task);
                return rill_error_set(error, RILL_INVALID, path,
                                      "%s is no score; expected a number or null",
                                      json_describe(score, found, sizeof found));
            }
            scores[(size_t)run * (size_t)n_tasks + (size_t)task] =
                cJSON_IsNumber(score) ? score->valuedouble : (double)NAN;
        }
    }
    return RILL_OK;
}

/// Thresholds "0,0.5,1", to a block that the caller frees.
static rill_status read_tau(const char *text, double **tau, size_t *n_tau, rill_error *error)
{
    size_t n = 1;
    for (const char *c = text; *c != '\0'; c++) {
        n += *c == ',';
    }
    *tau = malloc(n * sizeof **tau);
    if (*tau == NULL) {
        return rill_error_no_memory(error);
    }
    const char *c = text;
    for (*n_tau = 0; *n_tau < n; (*n_tau)++) {
        char *end = NULL;
        (*tau)[*n_tau] = strtod(c, &end);
        if (end == c || (*end != ',' && *end != '\0')) {
            return rill_error_set(error, RILL_INVALID, "--tau",
                                  "\"%.60s\" is not a list of numbers, as in 0,0.5,1", text);
        }
        c = end + 1;
    }
    return RILL_OK;
}

static rill_status report_json(const scored *methods, size_t n, const rill_estimate *improvement,
                               const aggregate_options *options, rill_error *error)
{
    cJSON *json = cJSON_CreateObject();
    rill_status status = RILL_OK;
    for (size_t i = 0; i < n && status == RILL_OK; i++) {
        cJSON *method = aggregates_json(&methods[i], options, error);
        status = method == NULL ? error->status : RILL_OK;
        cJSON_AddItemToObject(json, methods[i].label, method);
    }
    if (n == 2) {
        cJSON_AddItemToObject(json, "probability_of_improvement_x_over_y",
                              estimate_json(improvement));
    }
    if (status != RILL_OK) {
        cJSON_Delete(json);
        return status;
    }
    return output_json(json, error);
}

static rill_status report(const scored *methods, size_t n, const aggregate_options *options,
                          bool is_json, rill_error *error)
{
    rill_estimate improvement = {0};
    rill_status status = RILL_OK;
    if (n == 2) {
        status =
            rill_bootstrap_statistic(RILL_STATISTIC_IMPROVEMENT, 0.0, &methods[0].scores,
                                     &methods[1].scores, &options->bootstrap, &improvement, error);
    }
    if (status == RILL_OK && is_json) {
        return report_json(methods, n, &improvement, options, error);
    }
    status = status == RILL_OK ? aggregates_print(methods, n, options, error) : status;
    if (status == RILL_OK && n == 2) {
        char text[80];
        format_estimate(&improvement, text, sizeof text);
        printf("probability of improvement, that a run of x is above one of y: %s\n", text);
    }
    return status;
}

static int run(const command *self, int argc, char **argv)
{
    aggregate_options chosen = {.gamma = 1.0, .bootstrap = {.replicates = 50000}};
    int64_t seed = 0;
    const char *tau_text = NULL;
    bool is_json = false;
    const option options[] = {
        {"--gamma", OPTION_REAL, &chosen.gamma, "G",
         "the optimality gap counts what is missing to G (default 1)", -1e300, 1e300},
        {"--tau", OPTION_TEXT, &tau_text, "A,B,...",
         "thresholds of the profile (default: 11 from least to greatest)", 0, 0},
        {"--replicates", OPTION_INTEGER, &chosen.bootstrap.replicates, "N",
         "of the bootstrap (default 50000)", 1, 1 << 24},
        {"--seed", OPTION_INTEGER, &seed, "S", "of the bootstrap (default 0)", 0,
         9007199254740992.0},
        {"--resample-tasks", OPTION_FLAG, &chosen.bootstrap.resamples_tasks, NULL,
         "tasks too, not runs alone", 0, 0},
        {"--json", OPTION_FLAG, &is_json, NULL, "an object, with the numbers of the profile", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    const int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    if (n_arguments != 1) {
        return fail_usage(self, "expected one file of scores; `rill statistics --help` explains");
    }
    const char *file = argv[1];
    static const char *const keys[] = {"name", "x", "y", NULL};
    rill_error error = {0};
    scored methods[2] = {{.label = "x"}, {.label = "y"}};
    double usual_tau[N_DEFAULT_TAU];
    double *tau = NULL;
    char *text = NULL;
    cJSON *json = NULL;
    size_t n = 1;
    rill_status status = json_read_file(file, &text, &error);
    status = status == RILL_OK ? json_parse(text, &json, &error) : status;
    if (status == RILL_OK && !cJSON_IsObject(json)) {
        status = rill_error_set(&error, RILL_INVALID, "", "expected an object, {\"x\": [[...]]}");
    }
    status = status == RILL_OK ? json_check_keys(json, keys, &error) : status;
    for (size_t i = 0; i < 2 && status == RILL_OK; i++) {
        status = read_scores(json, methods[i].label, i == 0, &methods[i].scores, &error);
        n = methods[i].scores.scores != NULL ? i + 1 : n;
    }
    if (status == RILL_OK && n == 2 && methods[0].scores.n_tasks != methods[1].scores.n_tasks) {
        status = rill_error_set(&error, RILL_INVALID, "y",
                                "has %zu columns and x %zu: they are compared task by task",
                                methods[1].scores.n_tasks, methods[0].scores.n_tasks);
    }
    int code = status == RILL_OK ? EXIT_DONE : fail(file, &error);
    if (status == RILL_OK) {
        chosen.bootstrap.seed = (uint64_t)seed;
        chosen.tau = usual_tau;
        chosen.n_tau = N_DEFAULT_TAU;
        default_tau(methods, n, usual_tau);
        if (tau_text != NULL) {
            status = read_tau(tau_text, &tau, &chosen.n_tau, &error);
            chosen.tau = tau;
        }
        status = status == RILL_OK ? report(methods, n, &chosen, is_json, &error) : status;
        code = status == RILL_OK ? finish_output() : fail(NULL, &error);
    }
    for (size_t i = 0; i < 2; i++) {
        free((void *)(uintptr_t)methods[i].scores.scores);
    }
    free(tau);
    free(text);
    cJSON_Delete(json);
    return code;
}

const command command_statistics = {
    .name = "statistics",
    .arguments = "FILE.json",
    .summary = "aggregate statistics of scores from anywhere",
    .help =
        "Reads the scores of one or two methods, {\"x\": [[...], ...], \"y\": [[...], ...]}: a row a\n"
        "run, a column a task, null where a run is missing. Prints mean and median over tasks,\n"
        "interquartile mean, optimality gap, performance profile and the probability of\n"
        "improvement, with intervals of the stratified bootstrap (Agarwal et al. 2021, as\n"
        "rliable). Higher scores are better.\n"
        "\n"
        "  rill statistics scores.json\n"
        "  rill statistics scores.json --gamma 0.5 --tau 0,0.25,0.5,0.75,1 --json",
    .run = run,
};
