#include "experiments/program/export_runs.h"
#include "experiments/program/export_values.h"
#include "experiments/program/program.h"

#include <rill/store.h>
#include <stdio.h>
#include <string.h>

/// The formats, as they are written; ends with NULL.
static const char *const format_names[] = {
    [EXPORT_CSV] = "csv", [EXPORT_JSON] = "json", [EXPORT_TENSORBOARD] = "tensorboard", NULL};

/// What the options say; -1 when they make no sense (printed).
static int read_format(const command *self, const char *name, export_format *format)
{
    if (name == NULL) {
        fail_usage(self, "--format: missing; expected csv, json or tensorboard");
        return -1;
    }
    for (size_t i = 0; format_names[i] != NULL; i++) {
        if (strcmp(name, format_names[i]) == 0) {
            *format = (export_format)i;
            return 0;
        }
    }
    const char *nearest = rill_nearest_name(name, format_names);
    fail_usage(self, "--format: unknown format \"%.40s\"; %s%s%s", name,
               nearest == NULL ? "expected csv, json or tensorboard" : "did you mean \"",
               nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
    return -1;
}

static int run(const command *self, int argc, char **argv)
{
    const char *format = NULL;
    bool is_about_values = false;
    values_request request = {NULL, NULL, NULL};
    runs_request series = {EXPORT_CSV, 1, NULL};
    const option options[] = {
        {"--format", OPTION_TEXT, &format, "FORMAT", "csv, json or tensorboard", 0, 0},
        {"--out", OPTION_TEXT, &series.out, "LOGDIR",
         "with tensorboard: the directory to write event files to", 0, 0},
        {"--smooth", OPTION_INTEGER, &series.smooth, "N",
         "each value the mean of the last N up to it (default: 1, as recorded)", 1, 1 << 30},
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
    if (read_format(self, format, &series.format) < 0) {
        return EXIT_USAGE;
    }
    const bool is_tensorboard = series.format == EXPORT_TENSORBOARD;
    if (is_tensorboard != (series.out != NULL)) {
        return fail_usage(self, is_tensorboard
                                    ? "--out: missing; say which directory the event files "
                                      "are to be written to"
                                    : "--out: is for --format tensorboard; csv and json "
                                      "are written to standard output");
    }
    if (is_about_values && (is_tensorboard || series.smooth > 1)) {
        return fail_usage(self,
                          "--values: takes neither --format tensorboard nor --smooth, which are "
                          "about what was recorded");
    }
    if (!is_about_values && (request.agent != NULL || request.grid != NULL || request.at != NULL)) {
        return fail_usage(self, "--agent, --grid and --at are for --values");
    }
    rill_error error = {0};
    rill_store *store = NULL;
    rill_status status = rill_store_open_results(&store, argv[1], &error);
    if (status == RILL_OK && is_about_values) {
        status = export_values(store, &request, series.format == EXPORT_JSON, stdout, &error);
    } else if (status == RILL_OK) {
        status = export_runs(store, &series, stdout, &error);
    }
    int code = status == RILL_OK ? finish_output() : fail(NULL, &error);
    rill_store_close(store);
    return code;
}

const command command_export = {
    .name = "export",
    .arguments = "DIR --format csv|json|tensorboard",
    .summary = "write stored results for other programs",
    .help =
        "Writes every recorded value of a result directory to standard output. csv: one line a\n"
        "value, with label, run, metric, unit, position and value at 17 significant digits; of a\n"
        "sweep also the agent, and a column for each parameter that was set.\n"
        "json: one line a run (JSON lines), with its hash and its series.\n"
        "tensorboard: event files in LOGDIR, a directory for each run: LABEL/run-NUMBER. A tag is a\n"
        "metric, a step its position in episodes or steps.\n"
        "\n"
        "With --values: what the agents had learned at the end, a line for each agent and state or,\n"
        "where observations are a box, for each point of a grid over the bounds of the features:\n"
        "label, observation, number of runs, mean over them of V(s) or of the greatest Q(s,a), its\n"
        "standard error, and the action that is greedy in the mean of Q.\n"
        "\n"
        "  rill export results/example-6.6-cliff-walking --format csv > cliff.csv\n"
        "  rill export results/example-6.6-cliff-walking --format json | head -1\n"
        "  rill export results/example-6.6-cliff-walking --format tensorboard --out logs --smooth 10\n"
        "  rill export results/figure-10.1-episode-104 --format csv --values --grid 41x41\n"
        "  rill export results/figure-10.1-episode-104 --format csv --values --at '*,0'",
    .run = run,
};
