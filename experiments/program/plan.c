#include "experiments/program/plan.h"

#include "experiments/json.h"
#include "experiments/program/output_json.h"
#include "experiments/program/report.h"
#include "experiments/program/text_width.h"

#include <inttypes.h>
#include <rill/store.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_TRIALS = 16, ///< variants that are tried; others are taken to be like those of their agent
    MAX_ROWS = 40,   ///< of the table
};

static const double trial_seconds = 2.0; // in all

typedef struct plan_row {
    int64_t done;
    double seconds; ///< about, a run
    bool is_tried, is_measured;
} plan_row;

static int compare_labels(const void *a, const void *b)
{
    const rill_store_variant *x = *(const rill_store_variant *const *)a;
    const rill_store_variant *y = *(const rill_store_variant *const *)b;
    return strcmp(x->label, y->label);
}

/// Counts the runs that a store holds of each variant of an experiment; a variant with another configuration
/// is refused.
static rill_status count_stored(const rill_experiment *experiment, const rill_store *store,
                                plan_row *rows, rill_error *error)
{
    int32_t n = 0;
    const rill_store_variant *stored = rill_store_variants(store, &n);
    const rill_store_variant **sorted = calloc((size_t)n + 1, sizeof *sorted);
    rill_status status = sorted == NULL ? rill_error_no_memory(error) : RILL_OK;
    for (int32_t i = 0; i < n && status == RILL_OK; i++) {
        sorted[i] = &stored[i];
    }
    if (status == RILL_OK) {
        qsort(sorted, (size_t)n, sizeof *sorted, compare_labels);
    }
    for (int32_t i = 0; i < experiment->n_variants && status == RILL_OK; i++) {
        const rill_variant *variant = &experiment->variants[i];
        const rill_store_variant key = {.label = variant->label}, *wanted = &key;
        const rill_store_variant *const *found =
            bsearch(&wanted, sorted, (size_t)n, sizeof *sorted, compare_labels);
        if (found != NULL && strcmp((*found)->config, variant->config) == 0) {
            status = rill_store_count(store, (int32_t)(*found - stored), experiment->runs,
                                      &rows[i].done, error);
        } else if (found != NULL) {
            status =
                rill_error_set(error, RILL_INVALID, "",
                               "the directory holds a different \"%.200s\"; choose another with "
                               "--out, or start over with --restart",
                               variant->label);
        }
    }
    free(sorted);
    return status;
}

/// Counts the runs of each variant that a directory holds; none where it does not exist.
static rill_status count_done(const rill_experiment *experiment, const char *directory,
                              plan_row *rows, rill_error *error)
{
    char file[4096];
    snprintf(file, sizeof file, "%s/results.sqlite", directory);
    FILE *stream = fopen(file, "rb");
    if (stream == NULL) {
        return RILL_OK;
    }
    fclose(stream);
    rill_store *store = NULL;
    rill_status status = rill_store_open_results(&store, directory, error);
    status = status == RILL_OK ? count_stored(experiment, store, rows, error) : status;
    rill_store_close(store);
    return status;
}

/// Tries variants, evenly spread, and takes those that are not tried to be like the others of their agent.
static rill_status estimate(const rill_experiment *experiment, plan_row *rows, rill_error *error)
{
    const int32_t n = experiment->n_variants;
    const int32_t n_trials = n < MAX_TRIALS ? n : MAX_TRIALS;
    double *sums = calloc((size_t)experiment->n_agents + 1, sizeof *sums);
    int32_t *counts = calloc((size_t)experiment->n_agents + 1, sizeof *counts);
    rill_status status = sums == NULL || counts == NULL ? rill_error_no_memory(error) : RILL_OK;
    double sum = 0.0;
    for (int32_t i = 0; i < n_trials && status == RILL_OK; i++) {
        const int32_t variant = (int32_t)((int64_t)i * n / n_trials);
        plan_row *row = &rows[variant];
        row->is_tried = true;
        status = rill_experiment_estimate(experiment, variant, trial_seconds / n_trials,
                                          &row->seconds, &row->is_measured, error);
        sums[experiment->variants[variant].agent_number] += row->seconds;
        counts[experiment->variants[variant].agent_number]++;
        sum += row->seconds;
    }
    for (int32_t i = 0; i < n && status == RILL_OK; i++) {
        const int32_t agent = experiment->variants[i].agent_number;
        if (!rows[i].is_tried) {
            rows[i].seconds = counts[agent] > 0 ? sums[agent] / counts[agent] : sum / n_trials;
        }
    }
    free(sums);
    free(counts);
    return status;
}

/// "3.2 ms", "12 s", "3 min", "5.2 h", "9 days"
static const char *write_seconds(double seconds, char *text, size_t size)
{
    static const struct {
        double below, unit;
        const char *name;
    } units[] = {{1.0, 1e-3, "ms"},
                 {120.0, 1.0, "s"},
                 {7200.0, 60.0, "min"},
                 {172800.0, 3600.0, "h"},
                 {1e300, 86400.0, "days"}};
    size_t i = 0;
    while (i < 4 && seconds >= units[i].below) {
        i++;
    }
    snprintf(text, size, "%.2g %s", seconds / units[i].unit, units[i].name);
    if (seconds / units[i].unit >= 99.5) {
        snprintf(text, size, "%.0f %s", seconds / units[i].unit, units[i].name);
    }
    return text;
}

static void print_rows(const rill_experiment *experiment, const plan_row *rows,
                       const char *directory, int32_t threads, double left)
{
    int width = 7;
    int64_t n_done = 0;
    const int64_t n_runs = experiment->n_variants * experiment->runs;
    const int32_t n_shown = experiment->n_variants <= MAX_ROWS ? experiment->n_variants : MAX_ROWS;
    char text[64], count[32];
    for (int32_t i = 0; i < experiment->n_variants; i++) {
        const int length = i < n_shown ? text_width(experiment->variants[i].label) : 0;
        width = length > width ? length : width;
        n_done += rows[i].done;
    }
    print_padded("variant", width);
    printf("  %8s  %8s  %s\n", "runs", "stored", "time a run");
    for (int32_t i = 0; i < n_shown; i++) {
        print_padded(experiment->variants[i].label, width);
        printf("  %8" PRId64 "  %8" PRId64 "  %s%s\n", experiment->runs, rows[i].done,
               rows[i].is_measured ? "" : "about ",
               write_seconds(rows[i].seconds, text, sizeof text));
    }
    if (n_shown < experiment->n_variants) {
        printf("... and %d more: --json lists all\n", (int)(experiment->n_variants - n_shown));
    }
    format_count(n_runs - n_done, count, sizeof count);
    printf("\n%s runs to do", count);
    if (n_done > 0) {
        format_count(n_done, count, sizeof count);
        printf(", %s are in %s already", count, directory);
    }
    printf("; about %s on %d thread%s\n", write_seconds(left, text, sizeof text), (int)threads,
           threads == 1 ? "" : "s");
}

static rill_status print_json(const rill_experiment *experiment, const plan_row *rows,
                              const char *directory, int32_t threads, double left,
                              rill_error *error)
{
    cJSON *root = cJSON_CreateObject();
    if (directory != NULL) {
        cJSON_AddStringToObject(root, "directory", directory);
    }
    cJSON_AddNumberToObject(root, "threads", threads);
    cJSON_AddNumberToObject(root, "estimated_seconds", left);
    cJSON *variants = cJSON_AddArrayToObject(root, "variants");
    for (int32_t i = 0; i < experiment->n_variants; i++) {
        const rill_variant *variant = &experiment->variants[i];
        cJSON *json = cJSON_CreateObject();
        cJSON_AddItemToArray(variants, json);
        cJSON_AddStringToObject(json, "label", variant->label);
        cJSON_AddStringToObject(json, "agent", variant->agent_label);
        cJSON_AddItemToObject(json, "settings", cJSON_CreateRaw(variant->settings));
        cJSON_AddNumberToObject(json, "runs", (double)experiment->runs);
        cJSON_AddNumberToObject(json, "stored", (double)rows[i].done);
        cJSON_AddNumberToObject(json, "seconds_per_run", rows[i].seconds);
        cJSON_AddItemToObject(json, "config", cJSON_CreateRaw(variant->config));
    }
    return output_json_line(root, stdout, error);
}

rill_status plan_print(const rill_experiment *experiment, const char *directory, int32_t threads,
                       bool is_json, rill_error *error)
{
    plan_row *rows = calloc((size_t)experiment->n_variants + 1, sizeof *rows);
    if (rows == NULL) {
        return rill_error_no_memory(error);
    }
    rill_status status =
        directory == NULL ? RILL_OK : count_done(experiment, directory, rows, error);
    status = status == RILL_OK ? estimate(experiment, rows, error) : status;
    double work = 0.0, longest = 0.0;
    for (int32_t i = 0; i < experiment->n_variants; i++) {
        const int64_t left = experiment->runs - rows[i].done;
        work += rows[i].seconds * (double)left;
        longest = left > 0 && rows[i].seconds > longest ? rows[i].seconds : longest;
    }
    const double shared = work / threads; // and no run is divided
    const double seconds = shared > longest ? shared : longest;
    if (status == RILL_OK && is_json) {
        status = print_json(experiment, rows, directory, threads, seconds, error);
    } else if (status == RILL_OK) {
        print_rows(experiment, rows, directory, threads, seconds);
    }
    free(rows);
    return status;
}
