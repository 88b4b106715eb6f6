/// Methods in pairs: by how much they differ, how often one is better, and whether that is luck.
#ifndef RILL_PROGRAM_COMPARISON_H
#define RILL_PROGRAM_COMPARISON_H

#include <cjson/cJSON.h>
#include <rill/summary.h>

typedef enum comparison_test {
    TEST_WELCH,  ///< or, of other statistics than means and of several tasks, t on bootstrap errors
    TEST_PAIRED, ///< runs of the same number, of one task
    TEST_MANN_WHITNEY,
} comparison_test;

/// The scores of one method, as `rill_summary_row.variant` of a ranked row refers to it.
typedef struct comparison_method {
    rill_score_matrix scores;
    /// (scores.n_runs) of the runs, ascending; NULL where there are several tasks.
    const int64_t *numbers;
    size_t least_runs; ///< of a task: fewest scores that are there
} comparison_method;

typedef struct comparison_pair {
    size_t a, b;                ///< positions in the ranking, a < b
    rill_difference difference; ///< of a's estimate to b's
    rill_estimate improvement;  ///< probability that a run of a is better than one of b
    double advantage;           ///< what `difference.p` is about: above 0 where a is better
    double p_holm;              ///< of `difference.p`, corrected for all pairs
} comparison_pair;

/// All pairs of the first n rows, to a block that the caller frees. Where lower scores are better,
/// improvement is to a lower one. RILL_NO_MEMORY.
rill_status comparison_create(const rill_summary_row *ranked, size_t n,
                              const comparison_method *methods, comparison_test test,
                              const rill_bootstrap *bootstrap, comparison_pair **pairs,
                              size_t *n_pairs, rill_error *error);

/// A table that calls methods by their place in the ranking, from 1. RILL_NO_MEMORY.
rill_status comparison_print(const comparison_pair *pairs, size_t n_pairs,
                             const rill_summary_row *ranked, rill_error *error);

/// An array of pairs.
cJSON *comparison_json(const comparison_pair *pairs, size_t n_pairs,
                       const rill_summary_row *ranked);

#endif
