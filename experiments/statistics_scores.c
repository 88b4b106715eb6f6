/// Aggregate statistics over runs and tasks.
#include "experiments/statistics_scores.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

/// What a statistic is of.
typedef struct input {
    const rill_score_matrix *x, *y;
    double parameter;
    double *scratch;
} input;

/// The scores of one task that are there; answers their number.
static size_t take_task(const rill_score_matrix *x, size_t task, double *scores)
{
    size_t n = 0;
    for (size_t run = 0; run < x->n_runs; run++) {
        const double score = x->scores[run * x->n_tasks + task];
        if (!isnan(score)) {
            scores[n++] = score;
        }
    }
    return n;
}

/// All scores that are there; answers their number.
static size_t take_all(const rill_score_matrix *x, double *scores)
{
    size_t n = 0;
    for (size_t i = 0; i < x->n_runs * x->n_tasks; i++) {
        if (!isnan(x->scores[i])) {
            scores[n++] = x->scores[i];
        }
    }
    return n;
}

static double mean_of(const double *values, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
    }
    return sum / (double)n;
}

/// The mean over runs of each task to `means` (n_tasks): sum over count, as NumPy does it, so that a mean
/// that equals a profile's threshold does not round above it.
static void average_tasks(const rill_score_matrix *x, double *means)
{
    for (size_t task = 0; task < x->n_tasks; task++) {
        double sum = 0.0;
        size_t n = 0;
        for (size_t run = 0; run < x->n_runs; run++) {
            const double score = x->scores[run * x->n_tasks + task];
            if (!isnan(score)) {
                sum += score;
                n++;
            }
        }
        means[task] = sum / (double)n;
    }
}

static double mean(const input *in)
{
    average_tasks(in->x, in->scratch);
    return mean_of(in->scratch, in->x->n_tasks);
}

static double median(const input *in)
{
    average_tasks(in->x, in->scratch);
    gsl_sort(in->scratch, 1, in->x->n_tasks);
    return gsl_stats_median_from_sorted_data(in->scratch, 1, in->x->n_tasks);
}

/// The scores between the ranks n/4 and n - n/4 are those between two order statistics, and as many equal to
/// either as have their rank there: found without sorting, as the bootstrap asks for it often.
static double iqm(const input *in)
{
    const size_t n = take_all(in->x, in->scratch);
    const size_t cut = n / 4;
    const double low = gsl_stats_select(in->scratch, 1, n, cut);
    const double high = gsl_stats_select(in->scratch, 1, n, n - 1 - cut);
    size_t up_to_low = 0;
    size_t below_high = 0;
    double between = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double score = in->scratch[i];
        up_to_low += score <= low;
        below_high += score < high;
        between += score > low && score < high ? score : 0.0;
    }
    const double sum =
        between + low * (double)(up_to_low - cut) + high * (double)(n - cut - below_high);
    return low == high ? low : sum / (double)(n - 2 * cut);
}

static double optimality_gap(const input *in)
{
    const size_t n = take_all(in->x, in->scratch);
    for (size_t i = 0; i < n; i++) {
        in->scratch[i] = fmin(in->scratch[i], in->parameter);
    }
    return in->parameter - mean_of(in->scratch, n);
}

static double median_score(const input *in)
{
    return gsl_stats_median(in->scratch, 1, take_all(in->x, in->scratch));
}

/// Fraction of n values greater than a threshold.
static double fraction_above(const double *values, size_t n, double threshold)
{
    size_t above = 0;
    for (size_t i = 0; i < n; i++) {
        above += values[i] > threshold;
    }
    return (double)above / (double)n;
}

static double profile(const input *in)
{
    return fraction_above(in->scratch, take_all(in->x, in->scratch), in->parameter);
}

static double task_profile(const input *in)
{
    average_tasks(in->x, in->scratch);
    return fraction_above(in->scratch, in->x->n_tasks, in->parameter);
}

/// P(X > Y) + P(X = Y) / 2 = U / (n m), of two samples; sorts them.
static double improvement_of(double *x, size_t n, double *y, size_t m)
{
    gsl_sort(x, 1, n);
    gsl_sort(y, 1, m);
    size_t below = 0; // of y, less than x[i]
    size_t up_to = 0; // of y, at most x[i]
    uint64_t twice = 0;
    for (size_t i = 0; i < n; i++) {
        for (; below < m && y[below] < x[i]; below++) {
        }
        for (; up_to < m && y[up_to] <= x[i]; up_to++) {
        }
        twice += below + up_to;
    }
    return (double)twice / 2.0 / ((double)n * (double)m);
}

static double improvement(const input *in)
{
    double sum = 0.0;
    for (size_t task = 0; task < in->x->n_tasks; task++) {
        const size_t n = take_task(in->x, task, in->scratch);
        const size_t m = take_task(in->y, task, in->scratch + n);
        sum += improvement_of(in->scratch, n, in->scratch + n, m);
    }
    return sum / (double)in->x->n_tasks;
}

static const struct {
    const char *name;
    bool is_of_two;
    double (*compute)(const input *in);
} statistics[RILL_N_STATISTICS] = {
    [RILL_STATISTIC_MEAN] = {"mean", false, mean},
    [RILL_STATISTIC_MEDIAN] = {"median", false, median},
    [RILL_STATISTIC_IQM] = {"iqm", false, iqm},
    [RILL_STATISTIC_OPTIMALITY_GAP] = {"optimality_gap", false, optimality_gap},
    [RILL_STATISTIC_MEDIAN_SCORE] = {"median_score", false, median_score},
    [RILL_STATISTIC_PROFILE] = {"profile", false, profile},
    [RILL_STATISTIC_TASK_PROFILE] = {"task_profile", false, task_profile},
    [RILL_STATISTIC_IMPROVEMENT] = {"probability_of_improvement", true, improvement},
};

const char *rill_statistic_name(rill_statistic statistic)
{
    return statistics[statistic].name;
}

bool score_statistic_is_of_two(rill_statistic statistic)
{
    return statistics[statistic].is_of_two;
}

/// Whether there are tasks, and scores of each.
static bool is_complete(const rill_score_matrix *x)
{
    bool is_there = x->n_tasks > 0;
    for (size_t task = 0; is_there && task < x->n_tasks; task++) {
        is_there = false;
        for (size_t run = 0; !is_there && run < x->n_runs; run++) {
            is_there = !isnan(x->scores[run * x->n_tasks + task]);
        }
    }
    return is_there;
}

double score_statistic(rill_statistic statistic, double parameter, const rill_score_matrix *x,
                       const rill_score_matrix *y, double *scratch)
{
    const input in = {x, y, parameter, scratch};
    const bool can_compute =
        is_complete(x) && (!statistics[statistic].is_of_two ||
                           (y != NULL && y->n_tasks == x->n_tasks && is_complete(y)));
    return can_compute ? statistics[statistic].compute(&in) : (double)NAN;
}

double rill_score_statistic(rill_statistic statistic, double parameter, const rill_score_matrix *x,
                            const rill_score_matrix *y)
{
    const size_t size = x->n_runs * x->n_tasks + (y == NULL ? 0 : y->n_runs * y->n_tasks);
    double *scratch = malloc((size + 1) * sizeof *scratch);
    const double value =
        scratch == NULL ? (double)NAN : score_statistic(statistic, parameter, x, y, scratch);
    free(scratch);
    return value;
}
