#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <rill/summary.h>
#include <stdlib.h>
#include <string.h>

rill_estimate rill_estimate_mean(const double *values, size_t n)
{
    const double nan_value = (double)NAN;
    rill_estimate estimate = {0, nan_value, nan_value, nan_value, nan_value};
    double *finite = malloc((n + 1) * sizeof *finite);
    if (finite == NULL) {
        return estimate;
    }
    size_t n_finite = 0;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(values[i])) {
            finite[n_finite++] = values[i];
        }
    }
    estimate.n = (int64_t)n_finite;
    if (n_finite > 0) {
        estimate.mean = gsl_stats_mean(finite, 1, n_finite);
    }
    if (n_finite > 1) {
        double sd = gsl_stats_sd_m(finite, 1, n_finite, estimate.mean);
        estimate.se = sd / sqrt((double)n_finite);
        double t = gsl_cdf_tdist_Pinv(0.975, (double)n_finite - 1.0);
        estimate.ci_low = estimate.mean - t * estimate.se;
        estimate.ci_high = estimate.mean + t * estimate.se;
    }
    free(finite);
    return estimate;
}

/// Orders runs by variant, then number: sums must not depend on which thread was first.
static int compare_runs(const void *a, const void *b)
{
    const rill_run *x = *(const rill_run *const *)a;
    const rill_run *y = *(const rill_run *const *)b;
    if (x->variant != y->variant) {
        return x->variant < y->variant ? -1 : 1;
    }
    return x->run < y->run ? -1 : x->run > y->run;
}

/// Pointers to the runs in order; NULL without memory.
static const rill_run **sorted(const rill_run *runs, size_t n_runs)
{
    const rill_run **order = malloc((n_runs + 1) * sizeof *order);
    for (size_t i = 0; order != NULL && i < n_runs; i++) {
        order[i] = &runs[i];
    }
    if (order != NULL) {
        qsort(order, n_runs, sizeof *order, compare_runs);
    }
    return order;
}

/// Number of points at the end of a series that count.
static int64_t window_of(const rill_series *series, int64_t last)
{
    int64_t count = (int64_t)series->count;
    int64_t window = last > 0 ? last : (count + 4) / 5;
    return window < count ? window : count;
}

/// One row: series number `position` of a variant, over its runs (`order`, n of them).
static rill_summary_row summarise_series(const rill_run *const *order, size_t n, size_t position,
                                         int64_t last, double *means)
{
    const rill_series *model = &order[0]->series[position];
    rill_summary_row row = {.metric = model->metric, .unit = model->unit, .first = INT64_MAX};
    size_t n_means = 0;
    for (size_t i = 0; i < n; i++) {
        const rill_series *series = &order[i]->series[position];
        if (order[i]->status == RILL_RUN_DIVERGED) {
            row.diverged++;
            continue;
        }
        int64_t end = (int64_t)series->count * series->every;
        int64_t begin = end - (window_of(series, last) - 1) * series->every;
        if (series->count > 0) {
            row.first = begin < row.first ? begin : row.first;
            row.last = end > row.last ? end : row.last;
        }
        means[n_means++] = rill_series_mean(series, begin, end);
    }
    row.first = row.first == INT64_MAX ? 0 : row.first;
    row.estimate = rill_estimate_mean(means, n_means);
    return row;
}

rill_status rill_summarise(const rill_run *runs, size_t n_runs, const char *const *labels,
                           int32_t n_variants, int64_t last, rill_summary_row **rows,
                           size_t *n_rows, rill_error *error)
{
    *n_rows = 0;
    size_t n_series = 0;
    for (size_t i = 0; i < n_runs; i++) {
        n_series = runs[i].n_series > n_series ? runs[i].n_series : n_series;
    }
    const rill_run **order = sorted(runs, n_runs);
    double *means = calloc(n_runs + 1, sizeof *means);
    *rows = calloc((size_t)n_variants * n_series + 1, sizeof **rows);
    if (order == NULL || means == NULL || *rows == NULL) {
        free(order);
        free(means);
        free(*rows);
        *rows = NULL;
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    size_t begin = 0;
    while (begin < n_runs) {
        size_t end = begin;
        while (end < n_runs && order[end]->variant == order[begin]->variant) {
            end++;
        }
        for (size_t position = 0; position < order[begin]->n_series; position++) {
            rill_summary_row *row = &(*rows)[(*n_rows)++];
            *row = summarise_series(order + begin, end - begin, position, last, means);
            row->label = labels[order[begin]->variant];
        }
        begin = end;
    }
    free(order);
    free(means);
    return RILL_OK;
}

/// The state whose exact value is farthest from the published one.
static rill_status judge_exact(const rill_experiment *experiment, const rill_expect *expect,
                               rill_verdict *verdict, rill_error *error)
{
    rill_model *model = NULL;
    rill_solution *solution = NULL;
    rill_status status = rill_env_model(experiment->env, &model, error);
    if (status == RILL_OK && model->n_states != expect->n_values) {
        status = rill_error_set(error, RILL_INVALID, "exact",
                                "the exact values are those of states that %s does not show",
                                experiment->env->type->id);
    }
    if (status == RILL_OK) {
        status = expect->policy == NULL
                     ? rill_solve_optimal(model, expect->discount, &solution, error)
                     : rill_solve_policy(model, expect->discount, expect->policy, &solution, error);
    }
    if (status == RILL_OK) {
        double worst = -1.0;
        for (int32_t s = 0; s < expect->n_values; s++) {
            double distance = fabs(solution->v[s] - expect->values[s]);
            if (distance > worst) {
                worst = distance;
                verdict->published = expect->values[s];
                verdict->ours.mean = solution->v[s];
            }
        }
        verdict->ours.ci_low = verdict->ours.ci_high = verdict->ours.mean;
        verdict->is_pass = worst >= 0.0 && worst <= expect->tolerance;
    }
    rill_solution_destroy(solution);
    rill_model_destroy(model);
    return status;
}

static rill_status judge_learned(const rill_expect *expect, const rill_run *runs, size_t n_runs,
                                 rill_verdict *verdict, rill_error *error)
{
    const rill_run **order = sorted(runs, n_runs);
    double *means = calloc(n_runs + 1, sizeof *means);
    if (order == NULL || means == NULL) {
        free(order);
        free(means);
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    size_t n = 0;
    bool is_complete = true; // a run that diverged, or ended before the window, fails the check
    for (size_t i = 0; i < n_runs; i++) {
        for (size_t j = 0; order[i]->variant == expect->variant && j < order[i]->n_series; j++) {
            const rill_series *series = &order[i]->series[j];
            if (strcmp(series->metric, expect->metric) == 0) {
                means[n] = rill_series_mean(series, expect->first, expect->last);
                is_complete = is_complete && isfinite(means[n]) &&
                              order[i]->status == RILL_RUN_DONE &&
                              (int64_t)series->count >= expect->last / series->every;
                n++;
            }
        }
    }
    verdict->published = expect->published;
    verdict->ours = rill_estimate_mean(means, n);
    verdict->is_pass =
        n > 0 && is_complete && fabs(verdict->ours.mean - expect->published) <= expect->tolerance;
    free(order);
    free(means);
    return RILL_OK;
}

rill_status rill_expect_judge(const rill_experiment *experiment, const rill_expect *expect,
                              const rill_run *runs, size_t n_runs, rill_verdict *verdict,
                              rill_error *error)
{
    *verdict = (rill_verdict){.tolerance = expect->tolerance};
    return expect->variant < 0 ? judge_exact(experiment, expect, verdict, error)
                               : judge_learned(expect, runs, n_runs, verdict, error);
}
