/// Statistics of runs: what a sample says of its mean, whether two samples differ, and the aggregate
/// statistics over runs and tasks of Agarwal et al., "Deep Reinforcement Learning at the Edge of the
/// Statistical Precipice", NeurIPS 2021 (rliable). docs/statistics.md has the formulas. (lab library)
#ifndef RILL_STATISTICS_H
#define RILL_STATISTICS_H

#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---- one sample ----

/// A statistic of a sample, with its uncertainty.
typedef struct rill_estimate {
    int64_t n;     ///< numbers that it is of
    double mean;   ///< or median, or another statistic; NaN when n is 0
    double se;     ///< standard error; NaN when n is below 2
    double ci_low; ///< 95 % confidence interval; NaN when n is below 2
    double ci_high;
} rill_estimate;

/// The mean of n values, with Student's t interval; NaN and infinities among them are left out.
RILL_API rill_estimate rill_estimate_mean(const double *values, size_t n);

/// The median of n values; NaN and infinities among them are left out. The interval lies between two
/// order statistics, and covers the median with at least 95 % whatever the distribution; NaN when n
/// is below 6. `se` is NaN.
RILL_API rill_estimate rill_estimate_median(const double *values, size_t n);

// ---- two samples ----

/// What a test says of mean(x) - mean(y).
typedef struct rill_difference {
    double difference;      ///< NaN where a sample is empty
    double se;              ///< its standard error; NaN where a sample has less than 2 values
    double df;              ///< degrees of freedom of t; NaN where `se` is 0 or NaN
    double ci_low, ci_high; ///< 95 % confidence interval; NaN as `se`
    double p;               ///< two-sided; NaN as `se`
} rill_difference;

/// The difference of two independent estimates by their standard errors, under Student's t with Welch's
/// degrees of freedom. Of means this is Welch's test; of other statistics, with standard errors by the
/// bootstrap, an approximation.
RILL_API rill_difference rill_estimate_difference(const rill_estimate *x, const rill_estimate *y);

/// Welch's t test: samples of different variance and size. NaN and infinities are left out. Where
/// neither sample varies p is 0, or 1 if they agree.
RILL_API rill_difference rill_welch_test(const double *x, size_t n_x, const double *y, size_t n_y);

/// The t test of the differences x[i] - y[i], for pairs that share their luck, as runs of the same
/// number do. A pair with a value that is not finite is left out.
RILL_API rill_difference rill_paired_test(const double *x, const double *y, size_t n);

/// The two-sided p of Mann and Whitney's U (Wilcoxon's rank sum) test, that P(X > Y) is not 1/2: exact
/// for samples below 50 without ties, else by the normal approximation with corrections for ties and
/// continuity (as R's wilcox.test). Values that are NaN are left out. NaN where a sample is empty.
RILL_API double rill_mann_whitney_test(const double *x, size_t n_x, const double *y, size_t n_y);

/// Holm's correction of n p values for being n, in place (Holm 1979): the chance of one false positive
/// among all of them is at most 5 % if those up to 0.05 are called significant. NaN stay, and are
/// no comparisons; without memory, all are NaN.
RILL_API void rill_holm_correct(double *p, size_t n);

/// Runs of each of two variants with which Welch's test at 5 % finds a difference of their means with
/// probability 0.8, given their variances from run to run: the least n with
/// n >= (t(0.975) + t(0.8))^2 (var_x + var_y) / difference^2. At least 2; infinite where the
/// difference is 0 and a variance is not; NaN where an argument is.
RILL_API double rill_runs_needed(double difference, double variance_x, double variance_y);

// ---- runs on tasks ----

/// Scores of runs on tasks. NaN is no score: the run is missing on that task; statistics are of the scores
/// that are there, and NaN where a task has none. (So tasks may differ in their number of runs.)
typedef struct rill_score_matrix {
    const double *scores; ///< (n_runs, n_tasks), row-major; borrowed
    size_t n_runs, n_tasks;
} rill_score_matrix;

/// Statistics of scores. Each equals rliable's.
typedef enum rill_statistic {
    RILL_STATISTIC_MEAN,   ///< over tasks of the mean over runs
    RILL_STATISTIC_MEDIAN, ///< over tasks of the mean over runs
    /// Interquartile mean: of all n scores, without the floor(n/4) least and the floor(n/4) greatest.
    RILL_STATISTIC_IQM,
    RILL_STATISTIC_OPTIMALITY_GAP, ///< parameter - mean(min(score, parameter)), of all scores
    RILL_STATISTIC_MEDIAN_SCORE,   ///< median of all scores
    RILL_STATISTIC_PROFILE,        ///< fraction of all scores greater than the parameter
    RILL_STATISTIC_TASK_PROFILE,   ///< fraction of tasks whose mean over runs is greater than it
    /// Probability of improvement of x over y: mean over tasks of P(X > Y) + P(X = Y) / 2.
    RILL_STATISTIC_IMPROVEMENT,
    RILL_N_STATISTICS,
} rill_statistic;

/// "mean", "median", "iqm", "optimality_gap", "median_score", "profile", "task_profile",
/// "probability_of_improvement".
RILL_API const char *rill_statistic_name(rill_statistic statistic);

/// A statistic of x; of the probability of improvement, of x and y, which have the same tasks; else y
/// is not looked at and may be NULL. `parameter` is the greatest score that counts (of the optimality
/// gap) or the threshold (of profiles). NaN where there are no scores, or no memory.
RILL_API double rill_score_statistic(rill_statistic statistic, double parameter,
                                     const rill_score_matrix *x, const rill_score_matrix *y);

/// How to resample.
typedef struct rill_bootstrap {
    int64_t replicates;   ///< at least 1; 2000 is usual
    uint64_t seed;        ///< of the stream; the same seed and scores give the same bits
    bool resamples_tasks; ///< tasks too, for what they say about others of their kind
} rill_bootstrap;

/// 2000 replicates, seed 0, of runs alone.
RILL_API rill_bootstrap rill_bootstrap_default(void);

/// A statistic with the 95 % interval of the stratified percentile bootstrap: each replicate draws, for
/// every task by itself, as many runs as it has, with replacement; x and y by themselves. The interval
/// lies between the 2.5 % and 97.5 % quantiles of the replicates' statistics (interpolated linearly),
/// `se` is their standard deviation. Where tasks are resampled too, they are the same for x and y.
/// RILL_INVALID (x and y differ in tasks, or less than 1 replicate), RILL_NO_MEMORY.
RILL_API rill_status rill_bootstrap_statistic(rill_statistic statistic, double parameter,
                                              const rill_score_matrix *x,
                                              const rill_score_matrix *y,
                                              const rill_bootstrap *bootstrap,
                                              rill_estimate *estimate, rill_error *error);

// ---- learning curves ----

/// Area under a curve of n points at equal distances, divided by its length: the mean of its points. NaN
/// when there are none, or one of them is.
RILL_API double rill_curve_area(const double *values, size_t n);

/// The first point i (from 0) at which the mean of the last `width` points, i included, reaches a
/// threshold (to 1e-12 of it), from below or, `is_falling`, from above; -1 when none does. Means over what
/// is not finite reach nothing. `width` is at least 1; the first point that can reach is width - 1.
RILL_API int64_t rill_curve_reach(const double *values, size_t n, size_t width, double threshold,
                                  bool is_falling);

#ifdef __cplusplus
}
#endif
#endif
