#include "experiments/program/ranking.h"

#include "experiments/program/score_options.h"
#include "experiments/program/settings.h"
#include "experiments/program/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

rill_status ranking_create(const rill_summary_row *rows, size_t n_rows, const char *metric,
                           rill_summary_row **ranked, size_t *n_ranked, rill_error *error)
{
    *n_ranked = 0;
    *ranked = malloc((n_rows + 1) * sizeof **ranked);
    if (*ranked == NULL) {
        return rill_error_no_memory(error);
    }
    for (size_t i = 0; i < n_rows; i++) {
        if (strcmp(rows[i].metric, metric) == 0) {
            (*ranked)[(*n_ranked)++] = rows[i];
        }
    }
    if (*n_ranked > 0 && (*ranked)[0].better != RILL_BETTER_NEITHER) {
        rill_summary_rank(*ranked, *n_ranked);
    }
    return RILL_OK;
}

// ---- the table ----

static void add_titles(table *t, const settings_columns *columns, bool has_agents,
                       const rill_summary_options *options, bool has_missing, bool has_diverged,
                       bool is_time)
{
    table_add(t, "%s", "");
    if (has_agents) {
        table_add(t, "agent");
    }
    for (int i = 0; i < columns->n; i++) {
        table_add(t, "%s", columns->names[i]);
    }
    table_add(t, "runs");
    table_add(t, "%s",
              options->statistic == RILL_STATISTIC_MEAN  ? "mean"
              : options->statistic == RILL_STATISTIC_IQM ? "iqm"
                                                         : "median");
    table_add(t, "s.e.");
    table_add(t, "95 %% confidence interval");
    if (has_missing) {
        table_add(t, "%s", is_time ? "never" : "no score");
    }
    if (has_diverged) {
        table_add(t, "diverged");
    }
}

static void add_row(table *t, const rill_summary_row *row, const settings_columns *columns,
                    bool has_agents, const rill_store_variant *variant, bool has_missing,
                    bool has_diverged)
{
    const rill_estimate *e = &row->estimate;
    if (row->rank > 0) {
        table_add(t, "%" PRId64, row->rank);
    } else {
        table_add(t, "%s", "");
    }
    if (has_agents) {
        table_add(t, "%s", columns->n == 0 ? variant->label : variant->agent_label);
    }
    for (int i = 0; i < columns->n; i++) {
        char text[48];
        settings_write(columns, row->variant, i, 6, text, sizeof text);
        table_add(t, "%s", text);
    }
    table_add(t, "%" PRId64, e->n);
    table_add(t, e->n > 0 ? "%.6g" : "-", e->mean);
    table_add(t, e->n > 1 ? "%.4g" : "-", e->se);
    if (e->n > 1) {
        table_add(t, "%.6g to %.6g", e->ci_low, e->ci_high);
    } else {
        table_add(t, "%s",
                  e->n == 1           ? "needs 2 runs"
                  : row->diverged > 0 ? "all runs diverged"
                                      : "no run has a score");
    }
    if (has_missing) {
        table_add(t, "%" PRId64, row->missing);
    }
    if (has_diverged) {
        table_add(t, "%" PRId64, row->diverged);
    }
}

static rill_status print_rows(const rill_summary_row *ranked, size_t n, size_t shown, bool is_time,
                              const rill_store_variant *variants, int32_t n_variants,
                              const rill_summary_options *options, rill_error *error)
{
    bool has_missing = false;
    bool has_diverged = false;
    for (size_t i = 0; i < n; i++) {
        has_missing = has_missing || ranked[i].missing > 0;
        has_diverged = has_diverged || ranked[i].diverged > 0;
    }
    settings_columns columns;
    if (!settings_read(&columns, variants, n_variants)) {
        return rill_error_no_memory(error);
    }
    const bool has_agents = columns.has_agents || columns.n == 0;
    char alignment[SETTINGS_MAX_COLUMNS + 9];
    snprintf(alignment, sizeof alignment, "r%s%.*srrrl%s%s", has_agents ? "l" : "", columns.n,
             "rrrrrrrrrrrr", has_missing ? "r" : "", has_diverged ? "r" : "");
    table t = {.alignment = alignment};
    add_titles(&t, &columns, has_agents, options, has_missing, has_diverged, is_time);
    for (size_t i = 0; i < shown; i++) {
        add_row(&t, &ranked[i], &columns, has_agents, &variants[ranked[i].variant], has_missing,
                has_diverged);
    }
    settings_clear(&columns);
    return table_print(&t, error);
}

// ---- what it means ----

ranking_verdict ranking_judge(const rill_summary_row *ranked, size_t n)
{
    const rill_estimate none = rill_estimate_mean(NULL, 0);
    const bool has_two = n > 1 && ranked[0].rank > 0 && ranked[1].diverged == 0 &&
                         ranked[1].missing == ranked[0].missing;
    const rill_estimate *a = has_two ? &ranked[0].estimate : &none;
    const rill_estimate *b = has_two ? &ranked[1].estimate : &none;
    const rill_difference d = rill_estimate_difference(a, b);
    return (ranking_verdict){d, rill_runs_needed(d.difference, a->se * a->se * (double)a->n,
                                                 b->se * b->se * (double)b->n)};
}

/// How many runs would tell two variants apart.
static void print_needed(double needed, int64_t n)
{
    if (!(needed <= 1e6)) {
        printf(
            "Not even a million runs of each would tell: for all that is known, they are equal.\n");
        return;
    }
    // two digits: the number is an estimate from estimates
    const double unit = pow(10.0, fmax(0.0, floor(log10(needed)) - 1.0));
    const double rounded = ceil(needed / unit) * unit;
    printf(
        "If that is the difference, about %.0f runs of each would tell in 4 of 5 cases, %.0f more "
        "than now.\n",
        rounded, rounded - (double)n);
}

/// The difference of the best two, by which the best is better, and what a test says of it.
static void print_difference(const ranking_verdict *verdict, const rill_summary_options *options)
{
    const rill_difference *d = &verdict->difference;
    const bool is_less = d->difference < 0.0;
    char p[32];
    snprintf(p, sizeof p, d->p < 1e-4 ? "p < 0.0001" : "p = %.2g", d->p);
    printf("%.4g (95 %% interval %.4g to %.4g; %s, %s).\n", fabs(d->difference),
           is_less ? -d->ci_high : d->ci_low, is_less ? -d->ci_low : d->ci_high, p,
           options->is_bootstrap ? "t test on bootstrap errors" : "Welch's t test");
}

/// Says what keeps the best two from being compared; false where nothing does.
static bool print_obstacle(const rill_summary_row *best, const rill_summary_row *second)
{
    if (best->diverged > 0) {
        printf("No variant is called best: of each, some runs diverged.\n");
    } else if (best->estimate.n == 0) {
        printf("No variant is called best: none has a score.\n");
    } else if (second->diverged > 0) {
        printf("Best: %s. Of all others, some runs diverged.\n", best->label);
    } else if (second->missing > best->missing) {
        printf("Best: %s. Of all others, more runs have no score.\n", best->label);
    } else if (best->estimate.n < 2 || second->estimate.n < 2) {
        printf("One run says nothing of luck: whether %s is better than %s takes more.\n",
               best->label, second->label);
    } else {
        return false;
    }
    return true;
}

static void print_verdict(const rill_summary_row *ranked, size_t n,
                          const rill_summary_options *options)
{
    const rill_summary_row *best = &ranked[0];
    const rill_summary_row *second = &ranked[1];
    const ranking_verdict verdict = ranking_judge(ranked, n);
    const rill_difference *d = &verdict.difference;
    if (d->se == 0.0 && d->difference == 0.0) {
        printf("The best two are equal, and do not vary from run to run.\n");
    } else if (d->se == 0.0) {
        printf("Best: %s. Neither it nor the second varies from run to run.\n", best->label);
    } else if (d->p <= 0.05) {
        printf("Best: %s.\nIt is ahead of the second by ", best->label);
        print_difference(&verdict, options);
    } else {
        printf("The best two cannot be told apart: they differ by ");
        print_difference(&verdict, options);
        print_needed(verdict.runs_needed,
                     best->estimate.n < second->estimate.n ? best->estimate.n : second->estimate.n);
    }
}

rill_status ranking_print(const rill_summary_row *ranked, size_t n, const rill_score_row *model,
                          const rill_store_variant *variants, int32_t n_variants,
                          const rill_summary_options *options, int64_t top, rill_error *error)
{
    char what[128];
    const size_t shown = top > 0 && (size_t)top < n ? (size_t)top : n;
    describe_score(model, what, sizeof what);
    printf("%s%s, %s\n\n", model->metric,
           model->reading.better == RILL_BETTER_HIGHER  ? " (higher is better)"
           : model->reading.better == RILL_BETTER_LOWER ? " (lower is better)"
                                                        : "",
           what);
    const rill_status status =
        print_rows(ranked, n, shown, model->reading.kind == RILL_READ_THRESHOLD, variants,
                   n_variants, options, error);
    if (status != RILL_OK) {
        return status;
    }
    if (shown < n) {
        printf("... and %zu more: --top %zu shows them\n", n - shown, n);
    }
    if (n > 1 && ranked[0].rank == 0) {
        printf(
            "\nNot ranked: whether more or less of %s is better depends; say --higher or --lower.\n",
            model->metric);
    }
    if (n > 1 && ranked[0].rank > 0) {
        printf("\n");
        if (!print_obstacle(&ranked[0], &ranked[1])) {
            print_verdict(ranked, n, options);
        }
    }
    return RILL_OK;
}
