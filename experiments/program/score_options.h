/// What `rill summary` and `rill compare` have in common: which metric, what of its series is a run's score,
/// and what is said of the scores.
#ifndef RILL_PROGRAM_SCORE_OPTIONS_H
#define RILL_PROGRAM_SCORE_OPTIONS_H

#include "experiments/program/program.h"

#include <rill/scores.h>
#include <rill/store.h>
#include <rill/summary.h>

typedef struct score_choice {
    // as given
    const char *metric, *window;
    int64_t last, smooth;
    double threshold; ///< NaN: not given
    bool is_area, is_lower, is_higher, is_median, is_iqm, is_bootstrap;
    // what follows from it
    rill_reading reading;
    rill_summary_options options;
} score_choice;

/// Nothing chosen. The first step; then come `options_read` with SCORE_OPTIONS and `score_choice_check`.
score_choice score_choice_default(void);

#define SCORE_OPTIONS(choice)                                                                 \
    {"--metric",                                                                              \
     OPTION_TEXT,                                                                             \
     &(choice)->metric,                                                                       \
     "ID",                                                                                    \
     "by which (default: evaluation_return, return, or the first recorded)",                  \
     0,                                                                                       \
     0},                                                                                      \
        {"--lower",                                                                           \
         OPTION_FLAG,                                                                         \
         &(choice)->is_lower,                                                                 \
         NULL,                                                                                \
         "lower is better (default: the metric's)",                                           \
         0,                                                                                   \
         0},                                                                                  \
        {"--higher", OPTION_FLAG, &(choice)->is_higher, NULL, "higher is better", 0, 0},      \
        {"--last",                                                                            \
         OPTION_INTEGER,                                                                      \
         &(choice)->last,                                                                     \
         "N",                                                                                 \
         "score: mean of the last N points (default: the file's, or a fifth)",                \
         1,                                                                                   \
         1 << 30},                                                                            \
        {"--window",                                                                          \
         OPTION_TEXT,                                                                         \
         &(choice)->window,                                                                   \
         "A:B",                                                                               \
         "score: mean from A to B, in episodes or steps",                                     \
         0,                                                                                   \
         0},                                                                                  \
        {"--area", OPTION_FLAG, &(choice)->is_area, NULL, "score: mean of all points", 0, 0}, \
        {"--threshold",                                                                       \
         OPTION_REAL,                                                                         \
         &(choice)->threshold,                                                                \
         "X",                                                                                 \
         "score: episodes or steps until the metric reaches X",                               \
         -1e300,                                                                              \
         1e300},                                                                              \
        {"--smooth",                                                                          \
         OPTION_INTEGER,                                                                      \
         &(choice)->smooth,                                                                   \
         "N",                                                                                 \
         "with --threshold: by the mean of N points (default: a twentieth)",                  \
         1,                                                                                   \
         1 << 30},                                                                            \
        {"--median",                                                                          \
         OPTION_FLAG,                                                                         \
         &(choice)->is_median,                                                                \
         NULL,                                                                                \
         "of the runs, in place of the mean",                                                 \
         0,                                                                                   \
         0},                                                                                  \
        {"--iqm",                                                                             \
         OPTION_FLAG,                                                                         \
         &(choice)->is_iqm,                                                                   \
         NULL,                                                                                \
         "interquartile mean of the runs, likewise",                                          \
         0,                                                                                   \
         0},                                                                                  \
    {                                                                                         \
        "--bootstrap", OPTION_FLAG, &(choice)->is_bootstrap, NULL,                            \
            "intervals by the bootstrap (always so with --median, --iqm)", 0, 0               \
    }

/// Makes `reading` and `options` of what was given. EXIT_DONE, or EXIT_USAGE after a message.
int score_choice_check(const command *self, score_choice *choice);

/// The scores of the runs of a store whose number is below `max_runs`, of variants likewise.
/// RILL_IO, RILL_NO_MEMORY.
rill_status scores_read(rill_store *store, const score_choice *choice, int64_t max_runs,
                        int32_t max_variants, rill_scores **scores, rill_error *error);

/// The metric that is meant: the one chosen, or the default. NULL: RILL_INVALID says what there is.
const char *score_choice_metric(const score_choice *choice, const rill_scores *scores,
                                rill_error *error);

/// What a row's scores are, in words: "mean of episodes 401-500".
void describe_score(const rill_score_row *row, char *text, size_t size);

/// "episodes 401-500", or "episode 500"; answers its length.
int format_window(rill_unit unit, int64_t first, int64_t last, char *text, size_t size);

#endif
