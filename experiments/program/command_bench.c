#include "experiments/json.h"
#include "experiments/program/bench.h"
#include "experiments/program/output_json.h"
#include "experiments/program/program.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

static rill_status print_json(const bench_report *report, rill_error *error)
{
    cJSON *rows = cJSON_CreateArray();
    for (size_t i = 0; i < report->count; i++) {
        const bench_result *result = &report->results[i];
        cJSON *row = cJSON_CreateObject();
        cJSON_AddItemToArray(rows, row);
        cJSON_AddStringToObject(row, "name", result->name);
        cJSON_AddNumberToObject(row, "ns_per_step", result->ns_per_step);
        cJSON_AddNumberToObject(row, "steps_per_s", 1e9 / result->ns_per_step);
        cJSON_AddNumberToObject(row, "spread", result->spread);
        const bool has_fused = result->ratio_to_fused > 0.0;
        cJSON_AddItemToObject(row, "ratio_to_fused",
                              has_fused ? cJSON_CreateNumber(result->ratio_to_fused)
                                        : cJSON_CreateNull());
        if (result->ratio_to_baseline > 0.0) {
            cJSON_AddNumberToObject(row, "ratio_to_baseline", result->ratio_to_baseline);
        }
    }
    return output_json(rows, error);
}

/// Reads what `rill bench --json` wrote; the rows belong to the caller.
static rill_status read_baseline(const char *path, bench_baseline **rows, size_t *n,
                                 rill_error *error)
{
    char *text = NULL;
    rill_status status = json_read_file(path, &text, error);
    if (status != RILL_OK) {
        return status;
    }
    cJSON *array = cJSON_Parse(text);
    free(text);
    *n = 0;
    *rows = calloc((size_t)cJSON_GetArraySize(array) + 1, sizeof **rows);
    if (*rows == NULL) {
        status = rill_error_no_memory(error);
    }
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, array) {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(item, "name"));
        const cJSON *ns = cJSON_GetObjectItem(item, "ns_per_step");
        if (status == RILL_OK && name != NULL && cJSON_IsNumber(ns) && ns->valuedouble > 0.0) {
            snprintf((*rows)[*n].name, sizeof(*rows)[*n].name, "%s", name);
            (*rows)[(*n)++].ns_per_step = ns->valuedouble;
        }
    }
    cJSON_Delete(array);
    if (status == RILL_OK && *n == 0) {
        status = rill_error_set(error, RILL_INVALID, "",
                                "holds no results; a baseline is what `rill bench --json` printed");
    }
    return status;
}

static int run(const command *self, int argc, char **argv)
{
    static bench_report all;
    const char *path = NULL;
    bench_baseline *baseline = NULL;
    const option options[] = {
        {"--json", OPTION_FLAG, &all.is_json, NULL, "an array of results", 0, 0},
        {"--baseline", OPTION_TEXT, &path, "FILE",
         "compare with what an earlier --json printed into FILE", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    all.names = argv + 1;
    all.n_names = n_arguments;
    rill_error error = {0};
    if (path != NULL && read_baseline(path, &baseline, &all.n_baseline, &error) != RILL_OK) {
        free(baseline);
        return fail(path, &error);
    }
    all.baseline = baseline;
    if (!all.is_json) {
        printf("%-40s %10s %14s %9s %15s%s\n", "benchmark", "ns/step", "steps/s", "spread",
               "x of fused loop", path == NULL ? "" : " x of baseline");
    }
    bench_rng(&all);
    bench_envs(&all);
    int code = EXIT_DONE;
    if (bench_runners(&all, &error) != RILL_OK) {
        code = fail(NULL, &error);
    } else if (all.count == 0 && !all.has_failed) {
        code = fail_usage(
            self, "no benchmark's name contains \"%.60s\"; `rill bench` runs them all", argv[1]);
    } else if (all.is_json && print_json(&all, &error) != RILL_OK) {
        code = fail(NULL, &error);
    } else {
        code = finish_output();
        code = code == EXIT_DONE && all.has_failed ? EXIT_CHECK_FAILED : code;
    }
    free(baseline);
    return code;
}

const command command_bench = {
    .name = "bench",
    .arguments = "[NAME]...",
    .summary = "measure steps per second",
    .help =
        "Measures environments alone (env/) and in batches (batch/ID/lanes), the random numbers\n"
        "(rng/), and agents through the public runner with recording (run/). Each figure is the\n"
        "median of 9 repeats, in processor time; the spread is the distance of their quartiles. Where there is a\n"
        "hand-fused loop of the same work, it is measured in turns with ours, its result is\n"
        "checked to be equal bit for bit, and the ratio of the speeds is printed. NAME\n"
        "selects the benchmarks whose name contains it.\n"
        "\n"
        "  rill bench\n"
        "  rill bench run/q_learning --json > before.json\n"
        "  rill bench run/q_learning --baseline before.json",
    .run = run,
};
