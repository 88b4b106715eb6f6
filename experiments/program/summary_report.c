#include "experiments/program/summary_report.h"

#include "experiments/json.h"
#include "experiments/program/output_json.h"
#include "experiments/program/ranking.h"
#include "experiments/program/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// What the row of the best says of the second best.
static void add_second(cJSON *object, const rill_summary_row *ranked, size_t n)
{
    const ranking_verdict verdict = ranking_judge(ranked, n);
    cJSON *second = cJSON_AddObjectToObject(object, "second");
    cJSON_AddStringToObject(second, "label", ranked[1].label);
    cJSON_AddItemToObject(second, "difference", json_number(verdict.difference.difference));
    cJSON_AddItemToObject(second, "ci_low", json_number(verdict.difference.ci_low));
    cJSON_AddItemToObject(second, "ci_high", json_number(verdict.difference.ci_high));
    cJSON_AddItemToObject(second, "p", json_number(verdict.difference.p));
    cJSON_AddItemToObject(second, "runs_needed", json_number(verdict.runs_needed));
}

static cJSON *row_json(const rill_summary_row *row, const rill_store_variant *variant)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "label", row->label);
    cJSON_AddStringToObject(object, "metric", row->metric);
    cJSON_AddNumberToObject(object, "n", (double)row->estimate.n);
    cJSON_AddItemToObject(object, "mean", json_number(row->estimate.mean));
    cJSON_AddItemToObject(object, "se", json_number(row->estimate.se));
    cJSON_AddItemToObject(object, "ci_low", json_number(row->estimate.ci_low));
    cJSON_AddItemToObject(object, "ci_high", json_number(row->estimate.ci_high));
    cJSON_AddNumberToObject(object, "diverged", (double)row->diverged);
    if (row->diverged > 0) {
        cJSON_AddNumberToObject(object, "first_diverged", (double)row->first_diverged);
    }
    if (row->missing > 0) {
        cJSON_AddNumberToObject(object, "missing", (double)row->missing);
    }
    cJSON *window = cJSON_AddArrayToObject(object, "window");
    cJSON_AddItemToArray(window, cJSON_CreateNumber((double)row->first));
    cJSON_AddItemToArray(window, cJSON_CreateNumber((double)row->last));
    cJSON_AddStringToObject(object, "unit", rill_unit_name(row->unit));
    cJSON *settings = cJSON_Parse(variant->settings);
    if (settings != NULL && settings->child != NULL) {
        cJSON_AddItemToObject(object, "settings", settings);
    } else {
        cJSON_Delete(settings);
    }
    return object;
}

/// Rows as an array, with the ranks of those that are among the ranked ones.
static rill_status print_json(const rill_summary_row *rows, size_t n_rows,
                              const rill_summary_row *ranked, size_t n_ranked,
                              const rill_store_variant *variants, rill_error *error)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < n_rows; i++) {
        cJSON *object = row_json(&rows[i], &variants[rows[i].variant]);
        cJSON_AddItemToArray(array, object);
        for (size_t j = 0; j < n_ranked; j++) {
            if (ranked[j].rank > 0 && ranked[j].variant == rows[i].variant &&
                ranked[j].metric == rows[i].metric) {
                cJSON_AddNumberToObject(object, "rank", (double)ranked[j].rank);
                if (j == 0 && n_ranked > 1) {
                    add_second(object, ranked, n_ranked);
                }
            }
        }
    }
    return output_json(array, error);
}

/// Prints the configuration of the best variant, with as many runs as it has.
static rill_status print_best(const rill_summary_row *ranked, size_t n,
                              const rill_store_variant *variants, rill_error *error)
{
    if (n > 0 && ranked[0].rank == 0) {
        return rill_error_set(
            error, RILL_INVALID, "--best",
            "whether more or less of %s is better depends; add --higher or --lower, or "
            "choose another --metric",
            ranked[0].metric);
    }
    if (n == 0 || ranked[0].diverged > 0 || ranked[0].estimate.n == 0) {
        return rill_error_set(error, RILL_FAILED, "--best",
                              n > 0 && ranked[0].diverged > 0
                                  ? "no variant wins: of each, some runs diverged"
                                  : "no variant wins: none has a score");
    }
    const int64_t runs = ranked[0].estimate.n + ranked[0].missing;
    cJSON *config = cJSON_Parse(variants[ranked[0].variant].config);
    cJSON_AddItemToObject(config, "runs", json_number((double)runs));
    char *text = config == NULL ? NULL : json_print_lines(config);
    cJSON_Delete(config);
    if (text == NULL) {
        return rill_error_no_memory(error);
    }
    printf("%s\n", text);
    free(text);
    return RILL_OK;
}

static rill_status print_report(const rill_scores *scores, const rill_store_variant *variants,
                                int32_t n_variants, const rill_summary_row *rows, size_t n_rows,
                                const summary_request *request, rill_error *error)
{
    bool is_sweep = false;
    for (size_t i = 0; i < n_rows; i++) {
        is_sweep = is_sweep || strcmp(variants[rows[i].variant].settings, "{}") != 0;
    }
    const bool is_ranking =
        is_sweep || request->choice.metric != NULL || request->is_best || request->top >= 0;
    if (!is_ranking) {
        if (request->is_json) {
            return print_json(rows, n_rows, NULL, 0, variants, error);
        }
        report_summary(rows, n_rows);
        return RILL_OK;
    }
    const char *metric = score_choice_metric(&request->choice, scores, error);
    if (metric == NULL) {
        return error->status;
    }
    rill_summary_row *ranked = NULL;
    size_t n_ranked = 0;
    rill_status status = ranking_create(rows, n_rows, metric, &ranked, &n_ranked, error);
    if (status == RILL_OK && request->is_best) {
        status = print_best(ranked, n_ranked, variants, error);
    } else if (status == RILL_OK && request->is_json) {
        const bool is_chosen = request->choice.metric != NULL;
        status = print_json(is_chosen ? ranked : rows, is_chosen ? n_ranked : n_rows, ranked,
                            n_ranked, variants, error);
    } else if (status == RILL_OK) {
        const rill_score_row *model = rill_scores_find(scores, ranked[0].variant, metric);
        status =
            ranking_print(ranked, n_ranked, model, variants, n_variants, &request->choice.options,
                          request->top < 0 ? DEFAULT_TOP : request->top, error);
    }
    free(ranked);
    return status;
}

rill_status summary_report(rill_store *store, const summary_request *request, rill_error *error)
{
    rill_scores *scores = NULL;
    rill_summary_row *rows = NULL;
    size_t n_rows = 0;
    int32_t n_variants = 0;
    const rill_store_variant *variants = rill_store_variants(store, &n_variants);
    rill_status status = scores_read(store, &request->choice, request->max_runs,
                                     request->max_variants, &scores, error);
    if (status == RILL_OK) {
        status = rill_summarise(scores, rill_store_labels(store, &n_variants),
                                &request->choice.options, &rows, &n_rows, error);
    }
    if (status == RILL_OK) {
        status = print_report(scores, variants, n_variants, rows, n_rows, request, error);
    }
    free(rows);
    rill_scores_destroy(scores);
    return status;
}
