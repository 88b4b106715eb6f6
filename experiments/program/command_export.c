#include "experiments/json.h"
#include "experiments/program/export_values.h"
#include "experiments/program/program.h"

#include <inttypes.h>
#include <rill/store.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void print_csv_text(const char *text, FILE *stream)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, stream);
        return;
    }
    fputc('"', stream);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"') {
            fputc('"', stream);
        }
        fputc(*c, stream);
    }
    fputc('"', stream);
}

static void export_csv(const rill_run *runs, size_t n_runs, const char *const *labels, FILE *stream)
{
    fprintf(stream, "label,run,metric,unit,position,value\n");
    for (size_t i = 0; i < n_runs; i++) {
        for (size_t j = 0; j < runs[i].n_series; j++) {
            const rill_series *series = &runs[i].series[j];
            for (size_t k = 0; k < series->count; k++) {
                print_csv_text(labels[runs[i].variant], stream);
                fprintf(stream, ",%" PRId64 ",%s,%s,%" PRId64 ",%.17g\n", runs[i].run,
                        series->metric, rill_unit_name(series->unit),
                        ((int64_t)k + 1) * series->every, series->values[k]);
            }
        }
    }
}

/// One JSON object a line, one line a run.
static bool export_json(const rill_run *runs, size_t n_runs, const char *const *labels,
                        FILE *stream)
{
    for (size_t i = 0; i < n_runs; i++) {
        const rill_run *run = &runs[i];
        char hash[17];
        snprintf(hash, sizeof hash, "%016" PRIx64, run->hash);
        cJSON *line = cJSON_CreateObject();
        cJSON_AddStringToObject(line, "label", labels[run->variant]);
        cJSON_AddNumberToObject(line, "run", (double)run->run);
        cJSON_AddStringToObject(line, "status", rill_run_status_name(run->status));
        cJSON_AddStringToObject(line, "hash", hash);
        cJSON_AddNumberToObject(line, "steps", (double)run->steps);
        cJSON_AddNumberToObject(line, "episodes", (double)run->episodes);
        cJSON_AddNumberToObject(line, "wall_seconds", run->wall_seconds);
        cJSON *all = cJSON_AddArrayToObject(line, "series");
        for (size_t j = 0; j < run->n_series; j++) {
            const rill_series *series = &run->series[j];
            cJSON *object = cJSON_CreateObject();
            cJSON_AddItemToArray(all, object);
            cJSON_AddStringToObject(object, "metric", series->metric);
            cJSON_AddStringToObject(object, "unit", rill_unit_name(series->unit));
            cJSON_AddNumberToObject(object, "every", (double)series->every);
            cJSON_AddItemToObject(object, "values", json_numbers(series->values, series->count));
        }
        char *text = cJSON_PrintUnformatted(line);
        cJSON_Delete(line);
        if (text == NULL) {
            return false;
        }
        fprintf(stream, "%s\n", text);
        free(text);
    }
    return true;
}

static int run(const command *self, int argc, char **argv)
{
    const char *format = NULL;
    bool is_about_values = false;
    values_request request = {NULL, NULL, NULL, false};
    const option options[] = {
        {"--format", OPTION_TEXT, &format, "FORMAT", "csv or json", 0, 0},
        {"--values", OPTION_FLAG, &is_about_values, NULL,
         "what was learned in place of what was recorded", 0, 0},
        {"--agent", OPTION_TEXT, &request.agent, "LABEL", "with --values: of this agent alone", 0,
         0},
        {"--grid", OPTION_TEXT, &request.grid, "N[xM...]",
         "with --values: points across each dimension (default: 41)", 0, 0},
        {"--at", OPTION_TEXT, &request.at, "X,*,...",
         "with --values: where dimensions are fixed; * is not", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    if (n_arguments != 1) {
        return fail_usage(self, "expected one result directory; `rill export --help` explains");
    }
    if (format == NULL || (strcmp(format, "csv") != 0 && strcmp(format, "json") != 0)) {
        return fail_usage(self, "--format: %s%.40s%s; expected csv or json",
                          format == NULL ? "missing" : "unknown format \"",
                          format == NULL ? "" : format, format == NULL ? "" : "\"");
    }
    request.is_json = strcmp(format, "json") == 0;
    if (!is_about_values && (request.agent != NULL || request.grid != NULL || request.at != NULL)) {
        return fail_usage(self, "--agent, --grid and --at are for --values");
    }
    rill_error error = {0};
    rill_store *store = NULL;
    rill_run *runs = NULL;
    size_t n_runs = 0;
    rill_status status = rill_store_open_results(&store, argv[1], &error);
    status = status == RILL_OK ? rill_store_load(store, &runs, &n_runs, &error) : status;
    if (status == RILL_OK && is_about_values) {
        status = export_values(store, runs, n_runs, &request, stdout, &error);
    } else if (status == RILL_OK) {
        int32_t n_variants = 0;
        const char *const *labels = rill_store_labels(store, &n_variants);
        if (strcmp(format, "csv") == 0) {
            export_csv(runs, n_runs, labels, stdout);
        } else if (!export_json(runs, n_runs, labels, stdout)) {
            status = rill_error_set(&error, RILL_NO_MEMORY, "", "out of memory");
        }
    }
    int code = status == RILL_OK ? finish_output() : fail(NULL, &error);
    rill_runs_destroy(runs, n_runs);
    rill_store_close(store);
    return code;
}

const command command_export = {
    .name = "export",
    .arguments = "DIR --format csv|json",
    .summary = "write stored results for other programs",
    .help =
        "Writes every recorded value of a result directory to standard output. csv: one line a\n"
        "value, with label, run, metric, unit, position and value at 17 significant digits.\n"
        "json: one line a run (JSON lines), with its hash and its series.\n"
        "\n"
        "With --values: what the agents had learned at the end, a line for each agent and state or,\n"
        "where observations are a box, for each point of a grid over the bounds of the features:\n"
        "label, observation, number of runs, mean over them of V(s) or of the greatest Q(s,a), its\n"
        "standard error, and the action that is greedy in the mean of Q.\n"
        "\n"
        "  rill export results/example-6.6-cliff-walking --format csv > cliff.csv\n"
        "  rill export results/example-6.6-cliff-walking --format json | head -1\n"
        "  rill export results/figure-10.1-episode-104 --format csv --values --grid 41x41\n"
        "  rill export results/figure-10.1-episode-104 --format csv --values --at '*,0'",
    .run = run,
};
