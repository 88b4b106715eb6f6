/// `rill plot`: figures of stored results. A figure's kind has a function each, all of one form.
#ifndef RILL_PROGRAM_PLOT_H
#define RILL_PROGRAM_PLOT_H

#include "experiments/figures.h"
#include "experiments/program/score_options.h"
#include "experiments/program/settings.h"
#include "experiments/program/values.h"
#include "plots/gnuplot.h"

enum { PLOT_TEXT_SIZE = 512 };

/// The results of a directory, and how they are scored.
typedef struct plot_results {
    rill_store *store;
    const rill_store_variant *variants; ///< (n_variants)
    int32_t n_variants;
    const char *name; ///< of the experiment, else of the directory
    settings_columns columns;
    score_choice choice;
    values_request values; ///< of the kinds that show what was learned
    rill_scores *scores;
    rill_summary_row *rows; ///< (n_rows) of `scores`
    size_t n_rows;
    char
        curve_metric[48]; ///< the usual one of those that are recorded more than twice; "": none is
} plot_results;

/// The variants as they are ranked by one metric.
typedef struct plot_ranking {
    const char *metric;
    const rill_score_row *model; ///< a row of the scores
    rill_summary_row *rows; ///< (n) the best first or, where better is not known, as in the file
    size_t n;
    bool is_ranked;
} plot_ranking;

/// Ranks by a metric, NULL for the usual one. RILL_INVALID where it was not recorded, RILL_NO_MEMORY. Free
/// `rows`.
rill_status plot_rank(const plot_results *results, const char *metric, plot_ranking *ranking,
                      rill_error *error);

/// Draws a figure to `picture` and the files beside it. RILL_INVALID where the results have no such figure,
/// RILL_IO, RILL_NO_MEMORY.
typedef rill_status plot_function(const plot_results *results, const figure_request *f,
                                  const char *picture, rill_error *error);
plot_function plot_curves, plot_study, plot_final, plot_bars, plot_profile, plot_values,
    plot_surface, plot_policy;

/// Whether a sweep has set a parameter to three numbers or more: what a study is of.
bool plot_has_study(const plot_results *results);

// ---- words ----

/// What a metric's axis is called: "return per episode".
void plot_metric_name(const char *metric, char *text, size_t size);
/// A variant's label, without the agent's where all variants are of one.
const char *plot_label(const plot_results *results, int32_t variant);
/// "best 8 of 40 by ...", for subtitles; "" where all are shown.
void plot_describe_choice(const plot_ranking *ranking, size_t n_shown, const char *what, char *text,
                          size_t size);
/// "mean of 100 runs", "mean of 90 to 100 runs".
void plot_describe_runs(const char *statistic, int64_t least, int64_t most, char *text,
                        size_t size);
/// Appends to a text, with ", " or another separator before what is not the first.
void plot_append(char *text, size_t size, const char *separator, const char *format, ...)
    RILL_PRINTF(4, 5);
/// What of `choice` the scores of the runs are called: "mean", "median", "interquartile mean".
const char *plot_statistic(const score_choice *choice);

#endif
