#include "experiments/program/export_runs.h"
#include "experiments/program/export_values.h"
#include "experiments/program/program.h"
#include "experiments/program/saved.h"

#include <rill/store.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// The formats, as they are written; ends with NULL.
static const char *const format_names[] = {[EXPORT_CSV] = "csv",
                                           [EXPORT_JSON] = "json",
                                           [EXPORT_TENSORBOARD] = "tensorboard",
                                           [EXPORT_SAFETENSORS] = "safetensors",
                                           NULL};

/// What the options say; -1 when they make no sense (printed).
static int read_format(const command *self, const char *name, export_format *format)
{
    if (name == NULL) {
        fail_usage(self, "--format: missing; expected csv, json, tensorboard or safetensors");
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
               nearest == NULL ? "expected csv, json, tensorboard or safetensors"
                               : "did you mean \"",
               nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
    return -1;
}

/// Whether bytes are an agent's file.
static rill_status check_agent(const void *bytes, size_t size, rill_error *error)
{
    rill_saved_agent saved;
    const rill_status status = rill_saved_agent_read(&saved, bytes, size, error);
    rill_saved_agent_clear(&saved);
    return status;
}

/// Writes the file of a stored agent; answers an exit code.
static int export_agent(const saved_choice *choice, const char *path)
{
    rill_error error = {0};
    rill_run record;
    void *bytes = NULL;
    size_t size = 0;
    int code = EXIT_DONE;
    rill_status status = saved_find(choice, &bytes, &size, &record, &error);
    if (status == RILL_OK && saved_is_file(choice)) {
        status = check_agent(bytes, size, &error);
    }
    if (status != RILL_OK) {
        code = fail(choice->path, &error);
    } else {
        FILE *file = fopen(path, "wb");
        const bool is_written = file != NULL && fwrite(bytes, 1, size, file) == size;
        if ((file != NULL && fclose(file) != 0) || !is_written) {
            rill_error_set(&error, RILL_IO, "", "cannot write: %s", strerror(errno));
            code = fail(path, &error);
        }
    }
    rill_run_clear(&record);
    free(bytes);
    return code;
}

static int run(const command *self, int argc, char **argv)
{
    const char *format = NULL;
    bool is_about_values = false;
    values_request request = {NULL, NULL, NULL};
    saved_choice saved = {NULL, NULL, SAVED_FIRST_RUN};
    runs_request series = {EXPORT_CSV, 1, NULL};
    const option options[] = {
        {"--format", OPTION_TEXT, &format, "FORMAT", "csv, json, tensorboard or safetensors", 0, 0},
        {"--out", OPTION_TEXT, &series.out, "PATH",
         "with tensorboard: the directory of the event files; with safetensors: the file", 0, 0},
        {"--run", OPTION_INTEGER, &saved.run, "N", "with safetensors: of run N (0)", 0, 1 << 30},
        {"--smooth", OPTION_INTEGER, &series.smooth, "N",
         "each value the mean of the last N up to it (default: 1, as recorded)", 1, 1 << 30},
        {"--values", OPTION_FLAG, &is_about_values, NULL,
         "what was learned in place of what was recorded", 0, 0},
        {"--agent", OPTION_TEXT, &request.agent, "LABEL",
         "with --values or safetensors: of this agent alone", 0, 0},
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
    const bool is_agent = series.format == EXPORT_SAFETENSORS;
    if ((is_tensorboard || is_agent) != (series.out != NULL)) {
        return fail_usage(
            self, is_tensorboard ? "--out: missing; say which directory the event files "
                                   "are to be written to"
                  : is_agent     ? "--out: missing; say which file the agent is to be written to"
                                 : "--out: is for --format tensorboard or safetensors; csv and "
                                   "json are written to standard output");
    }
    if (is_agent &&
        (is_about_values || series.smooth > 1 || request.grid != NULL || request.at != NULL)) {
        return fail_usage(self, "--format safetensors: writes one agent as it was stored; takes "
                                "none of --values, --grid, --at and --smooth");
    }
    if (is_agent) {
        saved.path = argv[1];
        saved.label = request.agent;
        return export_agent(&saved, series.out);
    }
    if (saved.run != SAVED_FIRST_RUN) {
        return fail_usage(self, "--run: is for --format safetensors");
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
    .arguments = "DIR --format csv|json|tensorboard|safetensors",
    .summary = "write stored results for other programs",
    .help =
        "Writes every recorded value of a result directory to standard output. csv: one line a\n"
        "value, with label, run, metric, unit, position and value at 17 significant digits; of a\n"
        "sweep also the agent, and a column for each parameter that was set.\n"
        "json: one line a run (JSON lines), with its hash and its series.\n"
        "tensorboard: event files in LOGDIR, a directory for each run: LABEL/run-NUMBER. A tag is a\n"
        "metric, a step its position in episodes or steps.\n"
        "safetensors: one agent as it was at the end of its run, for Python and `rill watch --play`:\n"
        "arrays value and, of a learned policy, theta; the experiment and the run's hash with them.\n"
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
        "  rill export results/example-6.6-cliff-walking --format safetensors --agent Sarsa \\\n"
        "      --out sarsa.safetensors\n"
        "  rill export results/figure-10.1-episode-104 --format csv --values --at '*,0'",
    .run = run,
};
