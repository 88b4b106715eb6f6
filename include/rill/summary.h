/// From runs to numbers with confidence intervals, and against published ones. (lab library)
#ifndef RILL_SUMMARY_H
#define RILL_SUMMARY_H

#include <rill/experiment.h>
#include <rill/recorder.h>
#include <rill/statistics.h>
#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// One line of a summary: a metric of a variant over a window at the end of its series.
typedef struct rill_summary_row {
    const char *label;  ///< of the variant: borrowed
    const char *metric; ///< borrowed
    rill_unit unit;
    int64_t first, last;    ///< window, in `unit`; the same for every run, or the widest of them
    rill_estimate estimate; ///< over the runs that did not diverge
    int64_t diverged;       ///< runs that did
    int64_t first_diverged; ///< the earliest step at which one did; 0: none
} rill_summary_row;

/// Summarises runs, given in any order: per variant and series, the mean over each run's last
/// `last` points (0: the last fifth) and over the runs. `rows` is allocated; free with `free`.
/// RILL_NO_MEMORY.
RILL_API rill_status rill_summarise(const rill_run *runs, size_t n_runs, const char *const *labels,
                                    int32_t n_variants, int64_t last, rill_summary_row **rows,
                                    size_t *n_rows, rill_error *error);

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
