/// Scores: one number a run, read off a recorded series. Summaries, rankings and comparisons are all of
/// scores; a table of them is small however long the runs are. (lab library)
#ifndef RILL_SCORES_H
#define RILL_SCORES_H

#include <rill/recorder.h>
#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum rill_reading_kind {
    RILL_READ_LAST,      ///< mean of the points at the end
    RILL_READ_WINDOW,    ///< mean of the points between two positions
    RILL_READ_AREA,      ///< mean of all points: area under the curve, divided by its length
    RILL_READ_THRESHOLD, ///< position at which a moving mean first reaches a value
} rill_reading_kind;

/// What of a series is a run's score. All zero: the mean of the last fifth.
typedef struct rill_reading {
    rill_reading_kind kind;
    int64_t last;     ///< of RILL_READ_LAST: points; 0: a fifth, rounded up. 1: the last
    int64_t from, to; ///< of RILL_READ_WINDOW: positions, both inclusive, in the series' unit
    double threshold;
    /// Of RILL_READ_THRESHOLD: points of the moving mean; 0: a twentieth, rounded up.
    int64_t width;
    /// Which values of the metric are better: a threshold is reached from below where higher ones are, or
    /// neither, else from above. RILL_BETTER_NEITHER: in a table of scores, what the metric says of itself.
    rill_better better;
} rill_reading;

/// The score of a series. NaN where it has no such points or one of them is no number; infinite where a
/// threshold is never reached. A position is in episodes or steps, the series' unit.
RILL_API double rill_reading_score(const rill_reading *reading, const rill_series *series);

/// The scores of one variant in one metric.
typedef struct rill_score_row {
    int32_t variant;
    size_t position; ///< of the series in a run
    char metric[48];
    rill_unit unit;
    rill_reading reading;   ///< the table's, with the metric's `better`
    int64_t first, last;    ///< positions read: the same for every run, or the widest of them
    int64_t *runs;          ///< (n) numbers of the runs that did not diverge, ascending
    double *values;         ///< (n) their scores
    size_t n, capacity;     ///< capacity: of the two arrays
    int64_t diverged;       ///< runs that did: they have no score
    int64_t first_diverged; ///< the earliest step at which one did; 0: none
} rill_score_row;

typedef struct rill_scores {
    rill_reading reading;
    rill_score_row *rows; ///< (n_rows) by variant, then position
    size_t n_rows, capacity;
} rill_scores;

/// An empty table. RILL_NO_MEMORY.
RILL_API rill_status rill_scores_create(rill_scores **scores, const rill_reading *reading,
                                        rill_error *error);
/// NULL is fine.
RILL_API void rill_scores_destroy(rill_scores *scores);

/// Which scores of a row are better: few steps to a threshold, else what is better in the metric.
/// RILL_BETTER_NEITHER where that is not known.
RILL_API rill_better rill_score_row_better(const rill_score_row *row);

/// Reads a run, which is not needed afterwards. Runs may come in any order: the table does not depend on
/// it. RILL_NO_MEMORY.
RILL_API rill_status rill_scores_add(rill_scores *scores, const rill_run *run, rill_error *error);

/// The row of a variant and a metric; NULL when there is none.
RILL_API const rill_score_row *rill_scores_find(const rill_scores *scores, int32_t variant,
                                                const char *metric);

#ifdef __cplusplus
}
#endif
#endif
