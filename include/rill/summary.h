/// From runs to numbers with confidence intervals, and against published ones. (lab library)
#ifndef RILL_SUMMARY_H
#define RILL_SUMMARY_H

#include <rill/experiment.h>
#include <rill/recorder.h>
#include <rill/scores.h>
#include <rill/statistics.h>
#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What is said of the scores of a row.
typedef struct rill_summary_options {
    rill_statistic
        statistic;     ///< RILL_STATISTIC_MEAN, RILL_STATISTIC_MEDIAN_SCORE or RILL_STATISTIC_IQM
    bool is_bootstrap; ///< intervals by the bootstrap, also of means; others always have these
    rill_bootstrap bootstrap;
} rill_summary_options;

/// One line of a summary: a metric of a variant.
typedef struct rill_summary_row {
    int32_t variant;
    const char *label;  ///< of the variant: borrowed
    const char *metric; ///< borrowed
    rill_unit unit;
    rill_better better;     ///< which estimates are better
    int64_t first, last;    ///< window, in `unit`; the same for every run, or the widest of them
    rill_estimate estimate; ///< over the runs that did not diverge and have a finite score
    int64_t missing;        ///< runs that did not diverge, without a finite score
    int64_t diverged;       ///< runs that did
    int64_t first_diverged; ///< the earliest step at which one did; 0: none
    int64_t rank;           ///< from 1, among the rows of its metric; 0: not ranked
} rill_summary_row;

/// Summarises scores, a row for each of theirs; labels and metrics are borrowed from the arguments.
/// `options` may be NULL: means, with Student's t intervals. `rows` is allocated; free with `free`.
/// RILL_NO_MEMORY.
RILL_API rill_status rill_summarise(const rill_scores *scores, const char *const *labels,
                                    const rill_summary_options *options, rill_summary_row **rows,
                                    size_t *n_rows, rill_error *error);

/// Ranks rows of one metric and sorts them, the best first: those without diverged runs, of these those
/// that miss fewest scores, of these by the estimate, as the first row's `better` says (neither: higher);
/// equal ones by variant.
RILL_API void rill_summary_rank(rill_summary_row *rows, size_t n_rows);

/// A published number against ours.
typedef struct rill_verdict {
    double published, tolerance;
    rill_estimate ours; ///< exact values: n = 0 and no interval
    /// Of several numbers, the state (or the place in "observations") and the action whose differ most;
    /// -1: not about one.
    int32_t state, action;
    bool is_pass;    ///< |ours - published| <= tolerance, and nothing is missing
    char reason[64]; ///< why it fails, in words; "" when it passes
} rill_verdict;

/// Holds one expectation of an experiment against its runs (all of them; exact values need none).
/// RILL_INVALID (no such series), RILL_FAILED (no finite exact values), RILL_NO_MEMORY.
RILL_API rill_status rill_expect_judge(const rill_experiment *experiment, const rill_expect *expect,
                                       const rill_run *runs, size_t n_runs, rill_verdict *verdict,
                                       rill_error *error);

#ifdef __cplusplus
}
#endif
#endif
