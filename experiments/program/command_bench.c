#include "experiments/program/bench.h"
#include "experiments/program/output_json.h"
#include "experiments/program/program.h"

#include <cjson/cJSON.h>
#include <stdio.h>

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
    }
    return output_json(rows, error);
}

static int run(const command *self, int argc, char **argv)
{
    static bench_report all;
    const option options[] = {
        {"--json", OPTION_FLAG, &all.is_json, NULL, "an array of results", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    all.names = argv + 1;
    all.n_names = n_arguments;
    if (!all.is_json) {
        printf("%-40s %10s %14s %9s %15s\n", "benchmark", "ns/step", "steps/s", "spread",
               "x of fused loop");
    }
    rill_error error = {0};
    bench_rng(&all);
    bench_envs(&all);
    rill_status status = bench_runners(&all, &error);
    if (status != RILL_OK) {
        return fail(NULL, &error);
    }
    if (all.count == 0 && !all.has_failed) {
        return fail_usage(
            self, "no benchmark's name contains \"%.60s\"; `rill bench` runs them all", argv[1]);
    }
    if (all.is_json && print_json(&all, &error) != RILL_OK) {
        return fail(NULL, &error);
    }
    int code = finish_output();
    return code == EXIT_DONE && all.has_failed ? EXIT_CHECK_FAILED : code;
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
        "  rill bench run/q_learning --json",
    .run = run,
};
