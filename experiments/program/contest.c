#include "experiments/program/contest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static rill_status no_memory(rill_error *error)
{
    return rill_error_no_memory(error);
}

/// "LOW:HIGH,LOW:HIGH", one for all tasks or one for each.
static rill_status read_ranges(contest *c, const char *text, rill_error *error)
{
    size_t n = 0;
    const char *at = text;
    bool is_good = true;
    while (is_good) {
        char *end = NULL;
        const double low = strtod(at, &end);
        is_good = end != at && *end == ':';
        at = is_good ? end + 1 : at;
        const double high = is_good ? strtod(at, &end) : low;
        is_good = is_good && end != at && (*end == ',' || *end == '\0') && isfinite(low) &&
                  isfinite(high) && low != high;
        if (is_good && n < c->n_tasks) {
            c->tasks[n].low = low;
            c->tasks[n].high = high;
        }
        n++;
        if (*end == '\0') {
            break;
        }
        at = end + 1;
    }
    if (!is_good) {
        return rill_error_set(
            error, RILL_INVALID, "--normalise",
            "\"%.60s\" is not LOW:HIGH, two different scores that become 0 and 1, as in "
            "-200:-13; several directories may have one each, between commas",
            text);
    }
    if (n != 1 && n != c->n_tasks) {
        return rill_error_set(error, RILL_INVALID, "--normalise",
                              "%zu ranges for %zu directories: give one for all, or one for each",
                              n, c->n_tasks);
    }
    for (size_t i = n; i < c->n_tasks; i++) {
        c->tasks[i].low = c->tasks[0].low;
        c->tasks[i].high = c->tasks[0].high;
    }
    return RILL_OK;
}

rill_status contest_open(contest *c, const char *const *directories, size_t n,
                         const score_choice *choice, const char *ranges, rill_error *error)
{
    *c = (contest){.tasks = calloc(n, sizeof *c->tasks), .n_tasks = n};
    if (c->tasks == NULL) {
        return no_memory(error);
    }
    rill_status status = RILL_OK;
    for (size_t i = 0; i < n && status == RILL_OK; i++) {
        contest_task *task = &c->tasks[i];
        *task = (contest_task){directories[i], .low = (double)NAN, .high = (double)NAN};
        status = rill_store_open_results(&task->store, task->directory, error);
        if (status == RILL_OK) {
            status = scores_read(task->store, choice, INT64_MAX, INT32_MAX, &task->scores, error);
        }
    }
    if (status == RILL_OK && ranges != NULL) {
        status = read_ranges(c, ranges, error);
    }
    if (status == RILL_OK) {
        c->metric = score_choice_metric(choice, c->tasks[0].scores, error);
        status = c->metric == NULL ? error->status : RILL_OK;
    }
    return status;
}

/// The scores of a label in a task; NULL when it has none.
static const rill_score_row *find_scores(const contest *c, size_t task, const char *label)
{
    int32_t n = 0;
    const char *const *labels = rill_store_labels(c->tasks[task].store, &n);
    for (int32_t i = 0; i < n; i++) {
        if (strcmp(labels[i], label) == 0) {
            return rill_scores_find(c->tasks[task].scores, i, c->metric);
        }
    }
    return NULL;
}

/// A method's scores in all tasks, and how many runs of it diverged or have no score. A score that is
/// infinite (a threshold that was never reached) is one in one task, where it is only compared; in several
/// it is missing. False without memory.
static bool gather(const contest *c, const rill_score_row *const *rows, comparison_method *method,
                   rill_summary_row *row)
{
    size_t n_runs = 0;
    for (size_t t = 0; t < c->n_tasks; t++) {
        n_runs = rows[t]->n > n_runs ? rows[t]->n : n_runs;
    }
    double *scores = malloc((n_runs * c->n_tasks + 1) * sizeof *scores);
    if (scores == NULL) {
        return false;
    }
    method->scores = (rill_score_matrix){scores, n_runs, c->n_tasks};
    method->numbers = c->n_tasks == 1 ? rows[0]->runs : NULL;
    method->least_runs = SIZE_MAX;
    for (size_t t = 0; t < c->n_tasks; t++) {
        size_t n_there = 0;
        for (size_t i = 0; i < n_runs; i++) {
            const double value = i < rows[t]->n ? rows[t]->values[i] : (double)NAN;
            const bool is_there = isfinite(value) || (c->n_tasks == 1 && !isnan(value));
            scores[i * c->n_tasks + t] = is_there ? value : (double)NAN;
            n_there += is_there ? 1 : 0;
        }
        method->least_runs = n_there < method->least_runs ? n_there : method->least_runs;
        row->missing += (int64_t)(rows[t]->n - n_there);
        row->diverged += rows[t]->diverged;
    }
    return true;
}

/// The labels that all tasks have, in the order of the first.
static rill_status find_methods(contest *c, rill_error *error)
{
    int32_t n = 0;
    const char *const *labels = rill_store_labels(c->tasks[0].store, &n);
    const rill_score_row **rows = malloc(c->n_tasks * sizeof *rows);
    c->methods = calloc((size_t)n + 1, sizeof *c->methods);
    c->ranked = calloc((size_t)n + 1, sizeof *c->ranked);
    rill_status status =
        rows == NULL || c->methods == NULL || c->ranked == NULL ? no_memory(error) : RILL_OK;
    for (int32_t i = 0; i < n && status == RILL_OK; i++) {
        bool is_everywhere = true;
        for (size_t t = 0; t < c->n_tasks && is_everywhere; t++) {
            rows[t] = find_scores(c, t, labels[i]);
            is_everywhere = rows[t] != NULL;
        }
        if (!is_everywhere) {
            c->n_left_out++;
            continue;
        }
        rill_summary_row *row = &c->ranked[c->n_methods];
        *row = (rill_summary_row){.variant = (int32_t)c->n_methods,
                                  .label = labels[i],
                                  .metric = c->metric,
                                  .unit = rows[0]->unit,
                                  .better = rill_score_row_better(rows[0])};
        status = gather(c, rows, &c->methods[c->n_methods], row) ? RILL_OK : no_memory(error);
        for (size_t t = 0; t < c->n_tasks; t++) {
            c->tasks[t].model = rows[t];
        }
        c->n_methods += status == RILL_OK;
    }
    free(rows);
    if (status == RILL_OK && c->n_methods == 0) {
        status = rill_error_set(error, RILL_INVALID, "",
                                "no agent has runs with %s in all directories; they are matched by "
                                "label, and %s has \"%.60s\"",
                                c->metric, c->tasks[0].directory, n == 0 ? "" : labels[0]);
    }
    return status;
}

/// score <- (score - low) / (high - low), so that 1 is best in every task.
static rill_status normalise(contest *c, rill_error *error)
{
    for (size_t t = 0; t < c->n_tasks; t++) {
        contest_task *task = &c->tasks[t];
        double least = (double)INFINITY;
        double greatest = -(double)INFINITY;
        for (size_t m = 0; m < c->n_methods; m++) {
            const rill_score_matrix *x = &c->methods[m].scores;
            for (size_t i = 0; i < x->n_runs; i++) {
                least = fmin(least, x->scores[i * x->n_tasks + t]);
                greatest = fmax(greatest, x->scores[i * x->n_tasks + t]);
            }
        }
        if (isnan(task->low)) {
            const bool is_lower = c->ranked[0].better == RILL_BETTER_LOWER;
            task->low = is_lower ? greatest : least;
            task->high = is_lower ? least : greatest;
            if (!(least < greatest)) {
                return rill_error_set(
                    error, RILL_INVALID, task->directory,
                    "all runs have the same %s here, which cannot be normalised; give "
                    "the range with --normalise LOW:HIGH",
                    c->metric);
            }
        }
        for (size_t m = 0; m < c->n_methods; m++) {
            const rill_score_matrix *x = &c->methods[m].scores;
            double *scores = (double *)(uintptr_t)x->scores;
            for (size_t i = 0; i < x->n_runs; i++) {
                double *score = &scores[i * x->n_tasks + t];
                *score = (*score - task->low) / (task->high - task->low);
            }
        }
    }
    return RILL_OK;
}

/// Estimates over several tasks.
static rill_status estimate_tasks(contest *c, const score_choice *choice,
                                  const rill_bootstrap *bootstrap, rill_error *error)
{
    const rill_statistic statistic = choice->is_median ? RILL_STATISTIC_MEDIAN
                                     : choice->is_iqm  ? RILL_STATISTIC_IQM
                                                       : RILL_STATISTIC_MEAN;
    rill_status status = normalise(c, error);
    for (size_t m = 0; m < c->n_methods && status == RILL_OK; m++) {
        rill_estimate *e = &c->ranked[m].estimate;
        c->ranked[m].better = RILL_BETTER_HIGHER; // of normalised scores
        status = rill_bootstrap_statistic(statistic, 0.0, &c->methods[m].scores, NULL, bootstrap, e,
                                          error);
        if (c->methods[m].least_runs < 2) {
            e->se = e->ci_low = e->ci_high = (double)NAN;
        }
    }
    return status;
}

/// Estimates in one directory: those of its summary.
static rill_status estimate_variants(contest *c, const score_choice *choice, rill_error *error)
{
    rill_summary_row *rows = NULL;
    size_t n_rows = 0;
    int32_t n = 0;
    rill_status status =
        rill_summarise(c->tasks[0].scores, rill_store_labels(c->tasks[0].store, &n),
                       &choice->options, &rows, &n_rows, error);
    for (size_t i = 0, m = 0; i < n_rows && m < c->n_methods && status == RILL_OK; i++) {
        if (strcmp(rows[i].metric, c->metric) == 0) {
            c->ranked[m].estimate = rows[i].estimate;
            c->ranked[m++].missing = rows[i].missing;
        }
    }
    free(rows);
    return status;
}

rill_status contest_rank(contest *c, const score_choice *choice, const rill_bootstrap *bootstrap,
                         rill_error *error)
{
    rill_status status = find_methods(c, error);
    if (status == RILL_OK && c->n_tasks > 1 && c->ranked[0].better == RILL_BETTER_NEITHER) {
        status =
            rill_error_set(error, RILL_INVALID, "--metric",
                           "whether more or less of %s is better depends: add --higher or --lower, "
                           "so that it can be normalised",
                           c->metric);
    }
    if (status == RILL_OK) {
        status = c->n_tasks == 1 ? estimate_variants(c, choice, error)
                                 : estimate_tasks(c, choice, bootstrap, error);
    }
    if (status == RILL_OK && c->ranked[0].better != RILL_BETTER_NEITHER) {
        rill_summary_rank(c->ranked, c->n_methods);
    }
    return status;
}

void contest_clear(contest *c)
{
    for (size_t m = 0; m < c->n_methods; m++) {
        free((void *)(uintptr_t)c->methods[m].scores.scores);
    }
    for (size_t t = 0; t < c->n_tasks && c->tasks != NULL; t++) {
        rill_scores_destroy(c->tasks[t].scores);
        rill_store_close(c->tasks[t].store);
    }
    free(c->methods);
    free(c->ranked);
    free(c->tasks);
}
