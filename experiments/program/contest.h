/// Who is compared with whom on what: the scores of result directories, one of them or, as tasks, several.
#ifndef RILL_PROGRAM_CONTEST_H
#define RILL_PROGRAM_CONTEST_H

#include "experiments/program/comparison.h"
#include "experiments/program/score_options.h"

/// One result directory.
typedef struct contest_task {
    const char *directory; ///< borrowed
    rill_store *store;
    rill_scores *scores;
    double low, high;            ///< scores that are 0 and 1 after normalising; NaN: not given
    const rill_score_row *model; ///< a row of the metric, of `scores`
} contest_task;

typedef struct contest {
    contest_task *tasks; ///< (n_tasks)
    size_t n_tasks;
    const char *metric;         ///< borrowed from the first task
    comparison_method *methods; ///< (n_methods)
    rill_summary_row *ranked; ///< (n_methods), whose `variant` is a method; labels are the store's
    size_t n_methods;
    size_t n_left_out; ///< variants of the first directory that another one does not have
} contest;

/// Opens directories (n) and reads their scores. `ranges` as "LOW:HIGH", one for all or one for each,
/// between commas; NULL: several tasks are normalised by the least and the greatest score of a run.
/// RILL_INVALID, RILL_IO, RILL_NO_MEMORY. Clear also after an error.
rill_status contest_open(contest *c, const char *const *directories, size_t n,
                         const score_choice *choice, const char *ranges, rill_error *error);

/// Finds the methods and ranks them. In one directory they are its variants, with estimates as in
/// `rill summary`; in several those that all have, by label, with normalised scores and the statistic over
/// all (mean, interquartile mean, or median over tasks) with its bootstrap. Errors: as `contest_open`.
rill_status contest_rank(contest *c, const score_choice *choice, const rill_bootstrap *bootstrap,
                         rill_error *error);

void contest_clear(contest *c);

#endif
