#include "experiments/program/program.h"
#include "experiments/program/report.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <rill/store.h>
#include <stdlib.h>

/// The window that the experiment itself asks for; 0 when it does not.
static int64_t window_of_config(const char *config)
{
    cJSON *json = cJSON_Parse(config);
    const cJSON *summary = cJSON_GetObjectItemCaseSensitive(json, "summary");
    const cJSON *last = cJSON_GetObjectItemCaseSensitive(summary, "last");
    int64_t window = cJSON_IsNumber(last) ? (int64_t)last->valuedouble : 0;
    cJSON_Delete(json);
    return window;
}

static int run(const command *self, int argc, char **argv)
{
    bool is_json = false;
    int64_t last = 0;
    const option options[] = {
        {"--last", OPTION_INTEGER, &last, "N",
         "average the last N points of each series (default: the file's, or a fifth)", 1, 1 << 30},
        {"--json", OPTION_FLAG, &is_json, NULL, "an array of rows", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    if (n_arguments != 1) {
        return fail_usage(self, "expected one result directory; `rill summary --help` explains");
    }
    rill_error error = {0};
    rill_store *store = NULL;
    rill_run *runs = NULL;
    rill_summary_row *rows = NULL;
    size_t n_runs = 0;
    size_t n_rows = 0;
    rill_status status = rill_store_open_results(&store, argv[1], &error);
    status = status == RILL_OK ? rill_store_load(store, &runs, &n_runs, &error) : status;
    if (status == RILL_OK) {
        int32_t n_variants = 0;
        const char *const *labels = rill_store_labels(store, &n_variants);
        last = last == 0 ? window_of_config(rill_store_config(store)) : last;
        status = rill_summarise(runs, n_runs, labels, n_variants, last, &rows, &n_rows, &error);
    }
    if (status == RILL_OK && is_json) {
        status = report_summary_json(rows, n_rows, &error);
    } else if (status == RILL_OK) {
        report_summary(rows, n_rows);
    }
    int code = status == RILL_OK ? finish_output() : fail(NULL, &error);
    free(rows);
    rill_runs_destroy(runs, n_runs);
    rill_store_close(store);
    return code;
}

const command command_summary = {
    .name = "summary",
    .arguments = "DIR",
    .summary = "print the means of stored results",
    .help = "Prints, for each agent and metric of a result directory, the mean over the end of\n"
            "training and over all runs, with standard error and 95 % confidence interval\n"
            "(Student's t). Runs that diverged are counted, not averaged;\n"
            "the number behind their count is the earliest step at which one did.\n"
            "\n"
            "  rill summary results/example-6.6-cliff-walking\n"
            "  rill summary results/example-6.6-cliff-walking --last 10 --json",
    .run = run,
};
