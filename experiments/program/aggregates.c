#include "experiments/program/aggregates.h"

#include "experiments/json.h"
#include "experiments/program/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static const rill_statistic aggregates[] = {
    RILL_STATISTIC_MEAN,
    RILL_STATISTIC_MEDIAN,
    RILL_STATISTIC_IQM,
    RILL_STATISTIC_OPTIMALITY_GAP,
};

enum { N_AGGREGATES = sizeof aggregates / sizeof aggregates[0] };

void default_tau(const scored *methods, size_t n, double tau[N_DEFAULT_TAU])
{
    double least = (double)INFINITY;
    double greatest = -(double)INFINITY;
    for (size_t i = 0; i < n; i++) {
        const rill_score_matrix *x = &methods[i].scores;
        for (size_t j = 0; j < x->n_runs * x->n_tasks; j++) {
            least = fmin(least, x->scores[j]);
            greatest = fmax(greatest, x->scores[j]);
        }
    }
    for (int i = 0; i < N_DEFAULT_TAU; i++) {
        tau[i] = least + (greatest - least) * i / (N_DEFAULT_TAU - 1);
    }
}

void format_estimate(const rill_estimate *e, char *text, size_t size)
{
    if (isnan(e->mean)) {
        snprintf(text, size, "-");
    } else if (isnan(e->ci_low)) {
        snprintf(text, size, "%.4g", e->mean);
    } else {
        snprintf(text, size, "%.4g [%.3g, %.3g]", e->mean, e->ci_low, e->ci_high);
    }
}

/// A fraction as one of eight bars; none for 0.
static const char *bar_of(double fraction)
{
    static const char *const bars[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    return isnan(fraction) ? "?" : bars[(int)ceil(8.0 * fraction)];
}

/// Whether a task has a single score.
static bool has_single(const rill_score_matrix *x)
{
    for (size_t task = 0; task < x->n_tasks; task++) {
        size_t n = 0;
        for (size_t run = 0; run < x->n_runs; run++) {
            n += isnan(x->scores[run * x->n_tasks + task]) ? 0 : 1;
        }
        if (n == 1) {
            return true;
        }
    }
    return false;
}

rill_status aggregates_print(const scored *methods, size_t n, const aggregate_options *options,
                             rill_error *error)
{
    bool is_too_narrow = false;
    table t = {.alignment = "llllll"};
    table_add(&t, "%s", "");
    for (size_t j = 0; j < N_AGGREGATES; j++) {
        if (aggregates[j] == RILL_STATISTIC_OPTIMALITY_GAP) {
            table_add(&t, "gap to %.4g", options->gamma);
        } else {
            table_add(&t, "%s", rill_statistic_name(aggregates[j]));
        }
    }
    table_add(&t, "profile");
    for (size_t i = 0; i < n; i++) {
        is_too_narrow = is_too_narrow || has_single(&methods[i].scores);
        table_add(&t, "%s", methods[i].label);
        for (size_t j = 0; j < N_AGGREGATES; j++) {
            rill_estimate e;
            char text[80];
            const rill_status status =
                rill_bootstrap_statistic(aggregates[j], options->gamma, &methods[i].scores, NULL,
                                         &options->bootstrap, &e, error);
            if (status != RILL_OK) {
                table_clear(&t);
                return status;
            }
            format_estimate(&e, text, sizeof text);
            table_add(&t, "%s", text);
        }
        char bars[512] = "";
        size_t used = 0;
        for (size_t k = 0; k < options->n_tau && used + 4 < sizeof bars; k++) {
            const double above = rill_score_statistic(RILL_STATISTIC_PROFILE, options->tau[k],
                                                      &methods[i].scores, NULL);
            used += (size_t)snprintf(bars + used, sizeof bars - used, "%s", bar_of(above));
        }
        table_add(&t, "%s", bars);
    }
    const rill_status status = table_print(&t, error);
    if (status == RILL_OK && options->n_tau > 0) {
        printf("\nin brackets: 95 %% intervals of the stratified bootstrap, %" PRId64
               " replicates\nprofile: the fraction of scores above %.4g, ..., %.4g\n",
               options->bootstrap.replicates, options->tau[0], options->tau[options->n_tau - 1]);
    }
    if (status == RILL_OK && is_too_narrow) {
        printf(
            "a task has a single run: resampling that shows no spread, and intervals are too narrow\n");
    }
    return status;
}

cJSON *estimate_json(const rill_estimate *estimate)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddItemToObject(json, "value", json_number(estimate->mean));
    cJSON_AddItemToObject(json, "se", json_number(estimate->se));
    cJSON_AddItemToObject(json, "ci_low", json_number(estimate->ci_low));
    cJSON_AddItemToObject(json, "ci_high", json_number(estimate->ci_high));
    return json;
}

cJSON *aggregates_json(const scored *method, const aggregate_options *options, rill_error *error)
{
    const rill_score_matrix *x = &method->scores;
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "label", method->label);
    cJSON_AddNumberToObject(json, "runs", (double)x->n_runs);
    cJSON_AddNumberToObject(json, "tasks", (double)x->n_tasks);
    for (size_t j = 0; j < N_AGGREGATES; j++) {
        rill_estimate e;
        if (rill_bootstrap_statistic(aggregates[j], options->gamma, x, NULL, &options->bootstrap,
                                     &e, error) != RILL_OK) {
            cJSON_Delete(json);
            return NULL;
        }
        cJSON_AddItemToObject(json, rill_statistic_name(aggregates[j]), estimate_json(&e));
    }
    cJSON *profile = cJSON_AddObjectToObject(json, "performance_profile");
    cJSON_AddItemToObject(profile, "tau", json_numbers(options->tau, options->n_tau));
    cJSON *of_runs = cJSON_AddArrayToObject(profile, "run_scores");
    cJSON *of_tasks = cJSON_AddArrayToObject(profile, "task_means");
    for (size_t k = 0; k < options->n_tau; k++) {
        const double tau = options->tau[k];
        cJSON_AddItemToArray(
            of_runs, json_number(rill_score_statistic(RILL_STATISTIC_PROFILE, tau, x, NULL)));
        cJSON_AddItemToArray(
            of_tasks, json_number(rill_score_statistic(RILL_STATISTIC_TASK_PROFILE, tau, x, NULL)));
    }
    return json;
}
