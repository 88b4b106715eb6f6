#include "experiments/program/comparison.h"

#include "experiments/json.h"
#include "experiments/program/aggregates.h"
#include "experiments/program/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/// The paired test of the runs that both methods have.
static rill_status test_paired(const comparison_method *a, const comparison_method *b,
                               rill_difference *difference, rill_error *error)
{
    double *x = malloc((a->scores.n_runs + 1) * sizeof *x);
    double *y = malloc((a->scores.n_runs + 1) * sizeof *y);
    rill_status status = RILL_OK;
    if (x == NULL || y == NULL) {
        status = rill_error_no_memory(error);
    }
    size_t n = 0;
    for (size_t i = 0, j = 0; status == RILL_OK && i < a->scores.n_runs; i++) {
        while (j < b->scores.n_runs && b->numbers[j] < a->numbers[i]) {
            j++;
        }
        if (j < b->scores.n_runs && b->numbers[j] == a->numbers[i]) {
            x[n] = a->scores.scores[i];
            y[n++] = b->scores.scores[j];
        }
    }
    if (status == RILL_OK) {
        *difference = rill_paired_test(x, y, n);
    }
    free(x);
    free(y);
    return status;
}

static rill_status compare(const rill_summary_row *row_a, const rill_summary_row *row_b,
                           const comparison_method *methods, comparison_test test,
                           const rill_bootstrap *bootstrap, comparison_pair *pair,
                           rill_error *error)
{
    const comparison_method *a = &methods[row_a->variant];
    const comparison_method *b = &methods[row_b->variant];
    const bool is_lower = row_a->better == RILL_BETTER_LOWER;
    rill_status status = rill_bootstrap_statistic(
        RILL_STATISTIC_IMPROVEMENT, 0.0, is_lower ? &b->scores : &a->scores,
        is_lower ? &a->scores : &b->scores, bootstrap, &pair->improvement, error);
    if (a->least_runs < 2 || b->least_runs < 2) {
        // resampling one run shows no spread, which is not to say that there is none
        pair->improvement.ci_low = pair->improvement.ci_high = (double)NAN;
    }
    pair->difference = rill_estimate_difference(&row_a->estimate, &row_b->estimate);
    if (status == RILL_OK && test == TEST_PAIRED) {
        status = test_paired(a, b, &pair->difference, error);
    } else if (test == TEST_MANN_WHITNEY) {
        pair->difference.p = rill_mann_whitney_test(a->scores.scores, a->scores.n_runs,
                                                    b->scores.scores, b->scores.n_runs);
    }
    pair->advantage = test == TEST_MANN_WHITNEY ? pair->improvement.mean - 0.5
                      : is_lower                ? -pair->difference.difference
                                                : pair->difference.difference;
    return status;
}

rill_status comparison_create(const rill_summary_row *ranked, size_t n,
                              const comparison_method *methods, comparison_test test,
                              const rill_bootstrap *bootstrap, comparison_pair **pairs,
                              size_t *n_pairs, rill_error *error)
{
    *n_pairs = n < 2 ? 0 : n * (n - 1) / 2;
    *pairs = calloc(*n_pairs + 1, sizeof **pairs);
    double *p = calloc(*n_pairs + 1, sizeof *p);
    rill_status status = RILL_OK;
    if (*pairs == NULL || p == NULL) {
        status = rill_error_no_memory(error);
    }
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n && status == RILL_OK; j++, k++) {
            comparison_pair *pair = &(*pairs)[k];
            pair->a = i;
            pair->b = j;
            status = compare(&ranked[i], &ranked[j], methods, test, bootstrap, pair, error);
            p[k] = pair->difference.p;
        }
    }
    if (status == RILL_OK) {
        rill_holm_correct(p, *n_pairs);
        for (size_t i = 0; i < *n_pairs; i++) {
            (*pairs)[i].p_holm = p[i];
        }
    }
    free(p);
    return status;
}

/// Which of a pair is better beyond luck: its row, or NULL.
static const rill_summary_row *winner(const comparison_pair *pair, const rill_summary_row *ranked)
{
    const rill_summary_row *a = &ranked[pair->a];
    const rill_summary_row *b = &ranked[pair->b];
    if (a->diverged > 0 || b->diverged > 0 || !(pair->p_holm <= 0.05)) {
        return NULL;
    }
    return pair->advantage > 0.0 ? a : b;
}

static void add_verdict(table *t, const comparison_pair *pair, const rill_summary_row *ranked)
{
    const rill_summary_row *a = &ranked[pair->a];
    const rill_summary_row *b = &ranked[pair->b];
    const rill_summary_row *best = winner(pair, ranked);
    if (a->diverged > 0 || b->diverged > 0) {
        table_add(t, "%zu has runs that diverged", (b->diverged > 0 ? pair->b : pair->a) + 1);
    } else if (isnan(pair->p_holm)) {
        table_add(t, "needs 2 runs of each");
    } else if (best == NULL) {
        table_add(t, "cannot be told apart");
    } else {
        table_add(t, "%zu is %s", (best == a ? pair->a : pair->b) + 1,
                  a->better == RILL_BETTER_NEITHER ? "higher" : "better");
    }
}

static void add_p(table *t, double p)
{
    if (isnan(p)) {
        table_add(t, "-");
    } else if (p < 1e-4) {
        table_add(t, "< 0.0001");
    } else {
        table_add(t, "%.2g", p);
    }
}

rill_status comparison_print(const comparison_pair *pairs, size_t n_pairs,
                             const rill_summary_row *ranked, rill_error *error)
{
    table t = {.alignment = "rrllrrl"};
    table_add(&t, "pair");
    table_add(&t, "difference");
    table_add(&t, "95 %% interval");
    table_add(&t, ranked[0].better == RILL_BETTER_NEITHER ? "P(first higher)" : "P(first better)");
    table_add(&t, "p");
    table_add(&t, "p (Holm)");
    table_add(&t, "%s", "");
    for (size_t i = 0; i < n_pairs; i++) {
        const comparison_pair *pair = &pairs[i];
        const rill_difference *d = &pair->difference;
        char improvement[80];
        format_estimate(&pair->improvement, improvement, sizeof improvement);
        table_add(&t, "%zu - %zu", pair->a + 1, pair->b + 1);
        if (isnan(d->difference)) {
            table_add(&t, "-");
        } else {
            table_add(&t, "%.5g", d->difference);
        }
        if (isnan(d->ci_low)) {
            table_add(&t, "-");
        } else {
            table_add(&t, "%.4g to %.4g", d->ci_low, d->ci_high);
        }
        table_add(&t, "%s", improvement);
        add_p(&t, d->p);
        add_p(&t, pair->p_holm);
        add_verdict(&t, pair, ranked);
    }
    return table_print(&t, error);
}

cJSON *comparison_json(const comparison_pair *pairs, size_t n_pairs, const rill_summary_row *ranked)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < n_pairs; i++) {
        const comparison_pair *pair = &pairs[i];
        const rill_summary_row *best = winner(pair, ranked);
        cJSON *object = cJSON_CreateObject();
        cJSON_AddItemToArray(array, object);
        cJSON_AddStringToObject(object, "a", ranked[pair->a].label);
        cJSON_AddStringToObject(object, "b", ranked[pair->b].label);
        cJSON_AddItemToObject(object, "difference", json_number(pair->difference.difference));
        cJSON_AddItemToObject(object, "ci_low", json_number(pair->difference.ci_low));
        cJSON_AddItemToObject(object, "ci_high", json_number(pair->difference.ci_high));
        cJSON_AddItemToObject(object, "probability_of_improvement",
                              estimate_json(&pair->improvement));
        cJSON_AddItemToObject(object, "p", json_number(pair->difference.p));
        cJSON_AddItemToObject(object, "p_holm", json_number(pair->p_holm));
        if (best != NULL) {
            cJSON_AddStringToObject(object, "better", best->label);
        } else {
            cJSON_AddNullToObject(object, "better");
        }
    }
    return array;
}
