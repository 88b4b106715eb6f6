#include "experiments/directory.h"
#include "experiments/program/plot.h"
#include "experiments/program/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// What the options ask for.
typedef struct plot_request {
    const char *directory, *picture;
    const char
        *kind; ///< NULL: those of the experiment's "plot" or, without one, what suits the results
    figure_request figure; ///< what else is said of it
    score_choice choice;
    values_request values;
} plot_request;

static plot_function *const functions[] = {
    [FIGURE_CURVES] = plot_curves,   [FIGURE_STUDY] = plot_study,     [FIGURE_FINAL] = plot_final,
    [FIGURE_BARS] = plot_bars,       [FIGURE_PROFILE] = plot_profile, [FIGURE_VALUES] = plot_values,
    [FIGURE_SURFACE] = plot_surface, [FIGURE_POLICY] = plot_policy,
};

static void close_results(plot_results *results)
{
    settings_clear(&results->columns);
    free(results->rows);
    rill_scores_destroy(results->scores);
    rill_store_close(results->store);
}

/// Finds the metric of curves in the first run, and stops there.
static rill_status find_curve_metric(void *context, rill_run *run, rill_error *error)
{
    static const char *const usual[] = {"evaluation_return", "return", ""};
    plot_results *results = context;
    (void)error;
    for (size_t u = 0; u < 3 && results->curve_metric[0] == '\0'; u++) {
        for (size_t i = run->n_series; i > 0; i--) {
            const rill_series *series = &run->series[i - 1];
            const bool is_meant = usual[u][0] == '\0' || strcmp(usual[u], series->metric) == 0;
            if (is_meant && series->count > 2) { // of those that are not usual, the first
                snprintf(results->curve_metric, sizeof results->curve_metric, "%s", series->metric);
            }
        }
    }
    return RILL_INTERRUPTED;
}

/// Reads the scores of all runs, one run in memory at a time.
static rill_status open_results(plot_results *results, const plot_request *request,
                                rill_error *error)
{
    rill_status status = rill_store_open_results(&results->store, request->directory, error);
    if (status != RILL_OK) {
        return status;
    }
    results->choice = request->choice;
    results->values = request->values;
    results->variants = rill_store_variants(results->store, &results->n_variants);
    if (!settings_read(&results->columns, results->variants, results->n_variants)) {
        return rill_error_no_memory(error);
    }
    rill_error stopped = {0};
    status = rill_store_each(results->store, find_curve_metric, results, &stopped);
    if (status != RILL_OK && status != RILL_INTERRUPTED) {
        *error = stopped;
        return status;
    }
    status = scores_read(results->store, &results->choice, INT64_MAX, INT32_MAX, &results->scores,
                         error);
    if (status == RILL_OK) {
        int32_t n = 0;
        status = rill_summarise(results->scores, rill_store_labels(results->store, &n),
                                &results->choice.options, &results->rows, &results->n_rows, error);
    }
    return status;
}

/// What suits the results, where nobody says.
static figure_kind default_kind(const plot_results *results)
{
    if (plot_has_study(results)) {
        return FIGURE_STUDY;
    }
    return results->curve_metric[0] != '\0' ? FIGURE_CURVES
           : results->n_variants > 1        ? FIGURE_FINAL
                                            : FIGURE_VALUES;
}

/// F.png, or of several figures F-1.png, F-2.png.
static void name_picture(const char *picture, size_t number, size_t n, char *path, size_t size)
{
    if (n == 1) {
        snprintf(path, size, "%s", picture);
    } else {
        const char *point = strrchr(picture, '.');
        snprintf(path, size, "%.*s-%zu%s", (int)(point - picture), picture, number, point);
    }
}

/// The directory that the pictures go to, made where it is not there.
static rill_status make_directory(const char *picture, rill_error *error)
{
    char directory[4096];
    const char *slash = strrchr(picture, '/');
    if (slash == NULL || slash == picture) {
        return RILL_OK;
    }
    snprintf(directory, sizeof directory, "%.*s", (int)(slash - picture), picture);
    return directory_create(directory, error);
}

/// Whether the options say something of one figure, so that those of the experiment are not meant.
static bool is_one(const plot_request *request)
{
    const figure_request *f = &request->figure;
    return request->kind != NULL || request->choice.metric != NULL || f->smooth > 0 ||
           f->title != NULL || f->x != NULL || f->y != NULL || request->values.agent != NULL;
}

static rill_status draw_all(plot_results *results, const plot_request *request,
                            const figure_request *figures, size_t n, rill_error *error)
{
    rill_status status = make_directory(request->picture, error);
    for (size_t i = 0; i < n && status == RILL_OK; i++) {
        char path[4096];
        figure_request f = figures[i];
        f.kind = f.kind == FIGURE_DEFAULT ? default_kind(results) : f.kind;
        results->values.agent = f.agent;
        name_picture(request->picture, i + 1, n, path, sizeof path);
        status = functions[f.kind](results, &f, path, error);
        if (status == RILL_OK) {
            printf("%s: %s\n", path, figure_kind_names[f.kind]);
        } else if (n > 1) {
            char place[32];
            snprintf(place, sizeof place, "plot[%zu]", i);
            status = rill_error_prefix(error, status, place);
        }
    }
    return status;
}

static rill_status plot(const plot_request *request, rill_error *error)
{
    plot_results results = {0};
    figure_request one = request->figure, *listed = NULL;
    size_t n_listed = 0;
    cJSON *config = NULL;
    rill_status status = open_results(&results, request, error);
    if (status == RILL_OK) {
        config = cJSON_Parse(rill_store_config(results.store));
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(config, "name"));
        results.name = name != NULL && name[0] != '\0' ? name : request->directory;
        status = figures_read(config, &listed, &n_listed, error);
    }
    if (status == RILL_OK && (is_one(request) || n_listed == 0)) {
        one.agent = request->values.agent;
        status = draw_all(&results, request, &one, 1, error);
    } else if (status == RILL_OK) {
        status = draw_all(&results, request, listed, n_listed, error);
    }
    free(listed);
    cJSON_Delete(config);
    close_results(&results);
    return status;
}

static int run(const command *self, int argc, char **argv)
{
    plot_request request = {.choice = score_choice_default(), .figure = {.kind = FIGURE_DEFAULT}};
    score_choice *choice = &request.choice;
    figure_request *f = &request.figure;
    const option options[] = {
        {"-o", OPTION_TEXT, &request.picture, "FILE", "the picture: .png, .svg or .pdf", 0, 0},
        {"--kind", OPTION_TEXT, &request.kind, "KIND",
         "curves, study, final, bars, profile, values, surface or policy", 0, 0},
        {"--metric", OPTION_TEXT, &choice->metric, "ID",
         "which (default: evaluation_return, return, or the first recorded)", 0, 0},
        {"--smooth", OPTION_INTEGER, &f->smooth, "N",
         "of curves: means of the last N points (default: a hundredth)", 1, 1 << 30},
        {"--last", OPTION_INTEGER, &choice->last, "N",
         "score of a run: mean of the last N points (default: the file's, or a fifth)", 1, 1 << 30},
        {"--window", OPTION_TEXT, &choice->window, "A:B",
         "score of a run: mean from A to B, in episodes or steps", 0, 0},
        {"--area", OPTION_FLAG, &choice->is_area, NULL, "score of a run: mean of all points", 0, 0},
        {"--lower", OPTION_FLAG, &choice->is_lower, NULL, "lower is better (default: the metric's)",
         0, 0},
        {"--higher", OPTION_FLAG, &choice->is_higher, NULL, "higher is better", 0, 0},
        {"--median", OPTION_FLAG, &choice->is_median, NULL,
         "of the runs' scores, in place of the mean", 0, 0},
        {"--iqm", OPTION_FLAG, &choice->is_iqm, NULL, "interquartile mean of them, likewise", 0, 0},
        {"--agent", OPTION_TEXT, &request.values.agent, "LABEL",
         "of values, surface and policy: whose (default: the best)", 0, 0},
        {"--grid", OPTION_TEXT, &request.values.grid, "N[xM]",
         "of these: points across each dimension (default: 41)", 0, 0},
        {"--at", OPTION_TEXT, &request.values.at, "X,*,...",
         "of these: where dimensions are fixed; * is not", 0, 0},
        {"--title", OPTION_TEXT, &f->title, "TEXT", "in place of the experiment's name", 0, 0},
        {"--x", OPTION_TEXT, &f->x, "TEXT", "name of the axis", 0, 0},
        {"--y", OPTION_TEXT, &f->y, "TEXT", "name of the axis", 0, 0},
        {NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0},
    };
    const int n_arguments = options_read(self, options, argc, argv);
    if (n_arguments < 0) {
        return options_exit_code(n_arguments);
    }
    if (n_arguments != 1) {
        return fail_usage(self, "expected one result directory; `rill plot --help` explains");
    }
    if (request.picture == NULL) {
        return fail_usage(self, "-o: missing; say where the picture goes, as in -o figure.png");
    }
    rill_error error = {0};
    if (gnuplot_check_name(request.picture, &error) != RILL_OK) {
        return fail_usage(self, "-o: %s", error.message);
    }
    if (request.kind != NULL && figure_kind_read(request.kind, &f->kind, &error) != RILL_OK) {
        return fail_usage(self, "--kind: %s", error.message);
    }
    if (score_choice_check(self, choice) != EXIT_DONE) {
        return EXIT_USAGE;
    }
    request.directory = argv[1];
    rill_status status = gnuplot_check(&error);
    status = status == RILL_OK ? plot(&request, &error) : status;
    return status == RILL_OK ? finish_output() : fail(NULL, &error);
}

const command command_plot = {
    .name = "plot",
    .arguments = "DIR -o FILE.png|svg|pdf",
    .summary = "draw figures of stored results",
    .help =
        "Draws a figure of a result directory with gnuplot, and writes its script and data beside\n"
        "it: `gnuplot FILE.gp` in that directory makes the picture again, as you have restyled it.\n"
        "\n"
        "  curves   learning curves: mean over the runs, with 95 % confidence bands\n"
        "  study    score of the runs against a swept number, a line for each agent\n"
        "  final    score of each variant with its 95 % interval, the best at the top\n"
        "  bars     the same as bars from 0, with their values\n"
        "  profile  fraction of the runs whose score is greater, at every score\n"
        "  values   what was learned: a map of a grid world with its policy, or over two numbers\n"
        "  surface  the same in three dimensions; where values are negative, the cost-to-go\n"
        "  policy   the greedy actions\n"
        "\n"
        "Without --kind: the figures of the experiment's \"plot\" (several: FILE-1.png, ...) or, without\n"
        "one, a study where a sweep has set a number, else curves. Of more than 8 variants the best 8\n"
        "are shown.\n"
        "\n"
        "  rill plot results/example-6.6-cliff-walking -o cliff.png\n"
        "  rill plot results/example-6.6-cliff-walking -o policy.svg --kind values --agent Sarsa",
    .run = run,
};
