/// Variants from best to worst, and whether the best two can be told apart.
#ifndef RILL_PROGRAM_RANKING_H
#define RILL_PROGRAM_RANKING_H

#include <cjson/cJSON.h>
#include <rill/store.h>
#include <rill/summary.h>

enum { DEFAULT_TOP = 20 }; ///< rows that a ranking shows

/// The rows of a metric, ranked where it is known what is better and else as they are, to a block that the
/// caller frees. RILL_NO_MEMORY.
rill_status ranking_create(const rill_summary_row *rows, size_t n_rows, const char *metric,
                           rill_summary_row **ranked, size_t *n_ranked, rill_error *error);

/// Prints a title, the first `top` rows (0: all) with their settings in columns, and what `ranking_judge`
/// says. `model` is a row of the scores; `variants` (n_variants) are the store's. RILL_NO_MEMORY.
rill_status ranking_print(const rill_summary_row *ranked, size_t n, const rill_score_row *model,
                          const rill_store_variant *variants, int32_t n_variants,
                          const rill_summary_options *options, int64_t top, rill_error *error);

/// The best against the second best.
typedef struct ranking_verdict {
    rill_difference difference; ///< of their estimates; NaN where there are no two to compare
    double runs_needed; ///< of each, with which a difference as this is found in 4 of 5 cases
} ranking_verdict;

ranking_verdict ranking_judge(const rill_summary_row *ranked, size_t n);

#endif
