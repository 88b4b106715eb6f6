/// The stratified percentile bootstrap.
#include "experiments/statistics_scores.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <inttypes.h>
#include <math.h>
#include <rill/rng.h>
#include <stdlib.h>
#include <string.h>

/// Scores to draw from, task by task, and what is drawn.
typedef struct resampled {
    size_t n_runs, n_tasks;
    double *pool;   ///< (n_tasks, n_runs) the scores of a task that are there come first
    size_t *n_pool; ///< (n_tasks) number of these
    double *drawn;  ///< (n_runs, n_tasks)
} resampled;

/// `x` may be NULL: then there is nothing to draw from. False without memory.
static bool prepare(resampled *r, const rill_score_matrix *x)
{
    *r = (resampled){0};
    if (x == NULL) {
        return true;
    }
    const size_t size = x->n_runs * x->n_tasks;
    r->n_runs = x->n_runs;
    r->n_tasks = x->n_tasks;
    r->pool = malloc((size + 1) * sizeof *r->pool);
    r->drawn = malloc((size + 1) * sizeof *r->drawn);
    r->n_pool = calloc(x->n_tasks + 1, sizeof *r->n_pool);
    if (r->pool == NULL || r->drawn == NULL || r->n_pool == NULL) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        const size_t task = i % x->n_tasks;
        if (!isnan(x->scores[i])) {
            r->pool[task * x->n_runs + r->n_pool[task]++] = x->scores[i];
        }
    }
    return true;
}

static void release(resampled *r)
{
    free(r->pool);
    free(r->drawn);
    free(r->n_pool);
}

/// Draws for every task of `tasks` (n_tasks) as many runs as it has.
static void draw(resampled *r, const size_t *tasks, rill_rng *rng)
{
    for (size_t run = 0; run < r->n_runs; run++) {
        for (size_t i = 0; i < r->n_tasks; i++) {
            const size_t n = r->n_pool[tasks[i]];
            const double *pool = r->pool + tasks[i] * r->n_runs;
            r->drawn[run * r->n_tasks + i] =
                run < n ? pool[rill_rng_integers(rng, (int64_t)n)] : (double)NAN;
        }
    }
}

rill_bootstrap rill_bootstrap_default(void)
{
    return (rill_bootstrap){.replicates = 2000};
}

rill_status rill_bootstrap_statistic(rill_statistic statistic, double parameter,
                                     const rill_score_matrix *x, const rill_score_matrix *y,
                                     const rill_bootstrap *bootstrap, rill_estimate *estimate,
                                     rill_error *error)
{
    y = score_statistic_is_of_two(statistic) ? y : NULL;
    if (score_statistic_is_of_two(statistic) && (y == NULL || y->n_tasks != x->n_tasks)) {
        return rill_error_set(error, RILL_INVALID, "",
                              "x has %zu tasks, y %zu: they are compared "
                              "task by task",
                              x->n_tasks, y == NULL ? 0 : y->n_tasks);
    }
    if (bootstrap->replicates < 1) {
        return rill_error_set(error, RILL_INVALID, "", "%" PRId64 " replicates; at least 1",
                              bootstrap->replicates);
    }
    const size_t n_replicates = (size_t)bootstrap->replicates;
    const size_t n_tasks = x->n_tasks;
    const size_t size = x->n_runs * n_tasks + (y == NULL ? 0 : y->n_runs * n_tasks);
    resampled from_x, from_y;
    const bool has_x = prepare(&from_x, x);
    const bool has_y = prepare(&from_y, y);
    double *scratch = malloc((size + 1) * sizeof *scratch);
    double *replicates = malloc(n_replicates * sizeof *replicates);
    size_t *tasks = malloc((n_tasks + 1) * sizeof *tasks);
    rill_status status = RILL_OK;
    if (!has_x || !has_y || scratch == NULL || replicates == NULL || tasks == NULL) {
        status = rill_error_no_memory(error);
        goto done;
    }
    *estimate = rill_estimate_mean(NULL, 0);
    estimate->mean = score_statistic(statistic, parameter, x, y, scratch);
    for (size_t task = 0; task < n_tasks; task++) {
        estimate->n += (int64_t)(from_x.n_pool[task] + (y == NULL ? 0 : from_y.n_pool[task]));
        tasks[task] = task;
    }
    if (isnan(estimate->mean)) {
        goto done;
    }
    const rill_score_matrix drawn_x = {from_x.drawn, from_x.n_runs, n_tasks};
    const rill_score_matrix drawn_y = {from_y.drawn, from_y.n_runs, n_tasks};
    rill_rng rng;
    rill_rng_spawn(&rng, bootstrap->seed, (const uint32_t[]){0x626f6f74}, 1); // "boot"
    for (size_t i = 0; i < n_replicates; i++) {
        for (size_t task = 0; bootstrap->resamples_tasks && task < n_tasks; task++) {
            tasks[task] = (size_t)rill_rng_integers(&rng, (int64_t)n_tasks);
        }
        draw(&from_x, tasks, &rng);
        draw(&from_y, tasks, &rng);
        replicates[i] =
            score_statistic(statistic, parameter, &drawn_x, y == NULL ? NULL : &drawn_y, scratch);
    }
    gsl_sort(replicates, 1, n_replicates);
    estimate->se = n_replicates > 1 ? gsl_stats_sd(replicates, 1, n_replicates) : (double)NAN;
    estimate->ci_low = gsl_stats_quantile_from_sorted_data(replicates, 1, n_replicates, 0.025);
    estimate->ci_high = gsl_stats_quantile_from_sorted_data(replicates, 1, n_replicates, 0.975);
done:
    release(&from_x);
    release(&from_y);
    free(scratch);
    free(replicates);
    free(tasks);
    return status;
}
