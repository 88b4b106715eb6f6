/// A parameter study: scores against a number that a sweep has set, in lines.
#ifndef RILL_PROGRAM_PLOT_STUDY_H
#define RILL_PROGRAM_PLOT_STUDY_H

#include "experiments/program/plot.h"

enum { STUDY_MAX_LINES = 8 }; ///< that a figure shows

/// A variant's place.
typedef struct study_point {
    char line[160]; ///< what it shares with the others of its line
    int column;     ///< of the settings, that x is
    double x;
    const rill_summary_row *row;
} study_point;

typedef struct study {
    study_point *points; ///< (n) by line, then x; lines with better scores first
    size_t n;
    size_t n_lines, n_all_lines; ///< drawn, of how many
    int64_t diverged;            ///< settings that are not drawn
    bool is_log;
    double *ticks; ///< (n_ticks) different x, ascending
    size_t n_ticks;
    bool is_cut; ///< the axis of scores is, to [low, high]
    double low, high;
    int n_outside; ///< points
} study;

/// Finds the axis and the lines of ranked variants. RILL_INVALID where no sweep has set a number or there is no
/// score, RILL_NO_MEMORY. Free with `study_clear`, also after an error.
rill_status study_create(const plot_results *results, const plot_ranking *ranking, study *s,
                         rill_error *error);
void study_clear(study *s);

#endif
