#include <inttypes.h>
#include <math.h>
#include <rill/recall.h>
#include <rill/summary.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/// The statistic of the finite scores of a row.
static rill_status estimate_row(const rill_score_row *scores, const rill_summary_options *options,
                                rill_estimate *estimate, rill_error *error)
{
    if (options == NULL || (options->statistic == RILL_STATISTIC_MEAN && !options->is_bootstrap)) {
        *estimate = rill_estimate_mean(scores->values, scores->n);
        return RILL_OK;
    }
    double *finite = malloc((scores->n + 1) * sizeof *finite);
    if (finite == NULL) {
        return rill_error_no_memory(error);
    }
    for (size_t i = 0; i < scores->n; i++) {
        finite[i] = isfinite(scores->values[i]) ? scores->values[i] : (double)NAN;
    }
    const rill_score_matrix matrix = {finite, scores->n, 1};
    rill_status status = rill_bootstrap_statistic(options->statistic, 0.0, &matrix, NULL,
                                                  &options->bootstrap, estimate, error);
    if (status == RILL_OK && estimate->n < 2) {
        // resampling one run shows no spread, which is not to say that there is none
        estimate->se = estimate->ci_low = estimate->ci_high = (double)NAN;
    }
    free(finite);
    return status;
}

rill_status rill_summarise(const rill_scores *scores, const char *const *labels,
                           const rill_summary_options *options, rill_summary_row **rows,
                           size_t *n_rows, rill_error *error)
{
    *n_rows = 0;
    *rows = calloc(scores->n_rows + 1, sizeof **rows);
    if (*rows == NULL) {
        return rill_error_no_memory(error);
    }
    for (size_t i = 0; i < scores->n_rows; i++) {
        const rill_score_row *from = &scores->rows[i];
        rill_summary_row *row = &(*rows)[i];
        *row = (rill_summary_row){.variant = from->variant,
                                  .label = labels[from->variant],
                                  .metric = from->metric,
                                  .unit = from->unit,
                                  .better = rill_score_row_better(from),
                                  .first = from->first,
                                  .last = from->last,
                                  .diverged = from->diverged,
                                  .first_diverged = from->first_diverged};
        const rill_status status = estimate_row(from, options, &row->estimate, error);
        if (status != RILL_OK) {
            free(*rows);
            *rows = NULL;
            return status;
        }
        row->missing = (int64_t)from->n - row->estimate.n;
    }
    *n_rows = scores->n_rows;
    return RILL_OK;
}

static int compare_rows(const void *a, const void *b)
{
    const rill_summary_row *x = a;
    const rill_summary_row *y = b;
    if ((x->diverged > 0) != (y->diverged > 0)) {
        return x->diverged > 0 ? 1 : -1;
    }
    if (x->missing != y->missing) {
        return x->missing < y->missing ? -1 : 1;
    }
    const double sign = x->better == RILL_BETTER_LOWER ? -1.0 : 1.0;
    const double of_x = sign * x->estimate.mean;
    const double of_y = sign * y->estimate.mean;
    if (isnan(of_x) != isnan(of_y)) {
        return isnan(of_x) ? 1 : -1;
    }
    if (of_x > of_y || of_x < of_y) {
        return of_x > of_y ? -1 : 1;
    }
    return (x->variant > y->variant) - (x->variant < y->variant);
}

void rill_summary_rank(rill_summary_row *rows, size_t n_rows)
{
    if (n_rows > 0) {
        qsort(rows, n_rows, sizeof *rows, compare_rows);
    }
    for (size_t i = 0; i < n_rows; i++) {
        rows[i].rank = (int64_t)i + 1;
    }
}

/// Of the runs that a verdict is about, those that cannot be judged.
typedef struct shortfall {
    int64_t n;          ///< runs in all
    int64_t diverged;   ///< runs
    int64_t ended;      ///< runs, before the window
    int64_t missing;    ///< points that are no number
    const char *absent; ///< what there is none of; NULL: all is there
} shortfall;

/// Passes or fails; the first thing that is wrong is the reason.
static void conclude(rill_verdict *verdict, const shortfall *lack, double distance)
{
    const size_t size = sizeof verdict->reason;
    verdict->is_pass = false;
    if (lack->diverged > 0) {
        snprintf(verdict->reason, size, "%" PRId64 " of %" PRId64 " runs diverged", lack->diverged,
                 lack->n);
    } else if (lack->absent != NULL) {
        snprintf(verdict->reason, size, "no %s", lack->absent);
    } else if (lack->ended > 0) {
        snprintf(verdict->reason, size, "%" PRId64 " of %" PRId64 " runs ended before the window",
                 lack->ended, lack->n);
    } else if (lack->missing > 0) {
        snprintf(verdict->reason, size, "missing at %" PRId64 " point%s", lack->missing,
                 lack->missing == 1 ? "" : "s");
    } else if (!(distance <= verdict->tolerance)) {
        snprintf(verdict->reason, size, "outside the tolerance");
    } else {
        verdict->is_pass = true;
    }
}

/// Holds published values, (n, n_columns) with NaN where there is none, against ours: notes the one
/// farthest off. `worst` is the greatest distance so far. Ours that is no number is farthest of all.
static void find_worst(const double *published, const double *ours, int32_t n, int32_t n_columns,
                       double *worst, rill_verdict *verdict)
{
    for (int32_t s = 0; s < n; s++) {
        for (int32_t a = 0; a < n_columns; a++) {
            const ptrdiff_t i = (ptrdiff_t)s * n_columns + a;
            double distance = fabs(ours[i] - published[i]);
            distance = isnan(distance) ? (double)INFINITY : distance;
            if (!isnan(published[i]) && distance > *worst) {
                *worst = distance;
                verdict->published = published[i];
                verdict->ours.mean = ours[i];
                verdict->state = s;
                verdict->action = n_columns > 1 ? a : -1;
            }
        }
    }
}

/// The exact values that an expectation is about.
static rill_status solve_exact(const rill_model *model, const rill_expect *expect,
                               rill_solution **solution, rill_error *error)
{
    double *uniform = NULL;
    if (expect->is_uniform) {
        uniform = malloc((size_t)model->n_states * (size_t)model->n_actions * sizeof *uniform);
        if (uniform == NULL) {
            return rill_error_no_memory(error);
        }
        rill_uniform_policy(model, uniform);
    }
    rill_status status =
        rill_solve_soft(model, expect->discount, expect->epsilon,
                        expect->is_uniform ? uniform : expect->policy, solution, error);
    free(uniform);
    return status;
}

/// The state whose exact value is farthest from the published one.
static rill_status judge_exact(const rill_experiment *experiment, const rill_expect *expect,
                               rill_verdict *verdict, rill_error *error)
{
    const rill_world *world = experiment->worlds[0];
    rill_model *model = world->model == NULL ? NULL : rill_model_share(world->model);
    rill_solution *solution = NULL;
    rill_status status = model == NULL ? rill_env_model(world->env, &model, error) : RILL_OK;
    if (status == RILL_OK && model->n_states != expect->n_states) {
        status = rill_error_set(error, RILL_INVALID, "exact",
                                "the exact values are those of states that %s does not show",
                                experiment->env->type->id);
    }
    status = status == RILL_OK ? solve_exact(model, expect, &solution, error) : status;
    if (status == RILL_OK) {
        double worst = -1.0;
        if (expect->values != NULL) {
            find_worst(expect->values, solution->v, model->n_states, 1, &worst, verdict);
        }
        if (expect->q_values != NULL) {
            find_worst(expect->q_values, solution->q, model->n_states, model->n_actions, &worst,
                       verdict);
        }
        verdict->ours.ci_low = verdict->ours.ci_high = verdict->ours.mean;
        const shortfall lack = {.absent = worst < 0.0 ? "published number" : NULL};
        conclude(verdict, &lack, worst);
    }
    rill_solution_destroy(solution);
    rill_model_destroy(model);
    return status;
}

/// What a run's estimates are of one entry: a number, or the greatest of a state's.
static double estimate_of(const rill_run *run, int32_t n_states, int32_t state, int32_t action)
{
    const int32_t n_outputs = (int32_t)(run->n_values / (size_t)n_states);
    const double *row = run->values + (ptrdiff_t)state * n_outputs;
    return action < 0 ? rill_max(row, n_outputs) : row[action];
}

/// The entry whose estimate, mean over the runs, is farthest from the published one.
static rill_status judge_estimates(const rill_expect *expect, const rill_run *runs, size_t n_runs,
                                   rill_verdict *verdict, rill_error *error)
{
    const int32_t n_states = expect->n_states;
    const int32_t n_columns = expect->q_values == NULL ? 1 : expect->n_actions;
    const double *published = expect->q_values == NULL ? expect->values : expect->q_values;
    const rill_run **order = sorted(runs, n_runs);
    double *numbers = calloc(n_runs + 1, sizeof *numbers);
    if (order == NULL || numbers == NULL) {
        free(order);
        free(numbers);
        return rill_error_no_memory(error);
    }
    verdict->ours = rill_estimate_mean(NULL, 0);
    verdict->published = verdict->ours.mean;
    double worst = -1.0;
    size_t n = 0;
    shortfall lack = {.absent = NULL};
    bool is_kept = true;
    for (size_t i = 0; i < n_runs; i++) {
        if (order[i]->variant == expect->variant) {
            lack.diverged += order[i]->status == RILL_RUN_DIVERGED;
            is_kept = is_kept && order[i]->n_values > 0;
            order[n++] = order[i];
        }
    }
    lack.n = (int64_t)n;
    const bool is_complete = n > 0 && is_kept && lack.diverged == 0;
    for (int32_t i = 0; is_complete && i < n_states * n_columns; i++) {
        if (isnan(published[i])) {
            continue;
        }
        const int32_t state = i / n_columns;
        const int32_t action = expect->q_values == NULL ? -1 : i % n_columns;
        for (size_t j = 0; j < n; j++) {
            numbers[j] = estimate_of(order[j], n_states, state, action);
        }
        const rill_estimate ours = rill_estimate_mean(numbers, n);
        double distance = fabs(ours.mean - published[i]);
        distance = isnan(distance) ? (double)INFINITY : distance;
        if (distance > worst) {
            worst = distance;
            verdict->published = published[i];
            verdict->ours = ours;
            verdict->state = state;
            verdict->action = action;
        }
    }
    lack.absent = n == 0                       ? "run of this agent"
                  : !is_kept                   ? "estimates kept"
                  : is_complete && worst < 0.0 ? "published number"
                                               : NULL;
    conclude(verdict, &lack, worst);
    free(order);
    free(numbers);
    return RILL_OK;
}

/// As `judge_estimates`, at the observations of a box: each run's estimates there take the place of
/// those of states.
static rill_status judge_observations(const rill_experiment *experiment, const rill_expect *expect,
                                      const rill_run *runs, size_t n_runs, rill_verdict *verdict,
                                      rill_error *error)
{
    rill_agent *agent = NULL;
    rill_status status =
        rill_agent_clone(&agent, experiment->variants[expect->variant].agent, error);
    if (status != RILL_OK) {
        return status;
    }
    const size_t n_values = (size_t)expect->n_states * (size_t)rill_agent_n_values(agent);
    rill_run *recalled = calloc(n_runs + 1, sizeof *recalled);
    double *values = calloc(n_runs * n_values + 1, sizeof *values);
    if (recalled == NULL || values == NULL) {
        status = rill_error_no_memory(error);
    }
    for (size_t i = 0; i < n_runs && status == RILL_OK; i++) {
        recalled[i] =
            (rill_run){.variant = runs[i].variant, .run = runs[i].run, .status = runs[i].status};
        if (runs[i].variant == expect->variant && runs[i].n_values > 0) {
            recalled[i].values = values + i * n_values;
            recalled[i].n_values = n_values;
            status = rill_recall_values(agent, &runs[i], expect->observations, expect->n_states,
                                        recalled[i].values, error);
        }
    }
    if (status == RILL_OK) {
        status = judge_estimates(expect, recalled, n_runs, verdict, error);
    }
    free(recalled);
    free(values);
    rill_agent_destroy(agent);
    return status;
}

/// Points of a series in a window that are no number.
static int64_t count_missing(const rill_series *series, int64_t first, int64_t last)
{
    int64_t n = 0;
    for (size_t i = 0; i < series->count; i++) {
        const int64_t position = ((int64_t)i + 1) * series->every;
        n += position >= first && position <= last && !isfinite(series->values[i]);
    }
    return n;
}

static rill_status judge_metric(const rill_expect *expect, const rill_run *runs, size_t n_runs,
                                rill_verdict *verdict, rill_error *error)
{
    const rill_run **order = sorted(runs, n_runs);
    double *means = calloc(n_runs + 1, sizeof *means);
    if (order == NULL || means == NULL) {
        free(order);
        free(means);
        return rill_error_no_memory(error);
    }
    size_t n = 0;
    bool is_finite = true;
    shortfall lack = {.absent = "such series"};
    for (size_t i = 0; i < n_runs; i++) {
        for (size_t j = 0; order[i]->variant == expect->variant && j < order[i]->n_series; j++) {
            const rill_series *series = &order[i]->series[j];
            if (strcmp(series->metric, expect->metric) == 0) {
                const int64_t end = expect->last / series->every;
                means[n] = rill_series_mean(series, expect->first, expect->last);
                is_finite = is_finite && isfinite(means[n]);
                lack.absent =
                    end == (expect->first - 1) / series->every ? "point in the window" : NULL;
                lack.diverged += order[i]->status == RILL_RUN_DIVERGED;
                lack.ended += (int64_t)series->count < end;
                lack.missing += count_missing(series, expect->first, expect->last);
                n++;
            }
        }
    }
    verdict->published = expect->published;
    verdict->ours =
        expect->is_median ? rill_estimate_median(means, n) : rill_estimate_mean(means, n);
    lack.n = (int64_t)n;
    const double distance = fabs(verdict->ours.mean - expect->published);
    conclude(verdict, &lack, is_finite ? distance : (double)INFINITY);
    free(order);
    free(means);
    return RILL_OK;
}

rill_status rill_expect_judge(const rill_experiment *experiment, const rill_expect *expect,
                              const rill_run *runs, size_t n_runs, rill_verdict *verdict,
                              rill_error *error)
{
    *verdict = (rill_verdict){.tolerance = expect->tolerance, .state = -1, .action = -1};
    switch (expect->kind) {
    case RILL_EXPECT_METRIC:
        break;
    case RILL_EXPECT_EXACT:
        return judge_exact(experiment, expect, verdict, error);
    case RILL_EXPECT_ESTIMATES:
        if (expect->observations != NULL) {
            return judge_observations(experiment, expect, runs, n_runs, verdict, error);
        }
        return judge_estimates(expect, runs, n_runs, verdict, error);
    }
    return judge_metric(expect, runs, n_runs, verdict, error);
}
