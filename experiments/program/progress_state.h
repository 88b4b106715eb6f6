/// What is known about an experiment under way, for those who tell about it.
#ifndef RILL_PROGRAM_PROGRESS_STATE_H
#define RILL_PROGRAM_PROGRESS_STATE_H

#include "experiments/program/live_maps.h"
#include "experiments/program/progress.h"

enum { PROGRESS_POINTS = 16 }; ///< of a learning curve

/// A learning curve, of the first metric, from the beginning of a run to its end.
typedef struct progress_curve {
    double sums[PROGRESS_POINTS];
    int64_t counts[PROGRESS_POINTS]; ///< how many values were added to each
} progress_curve;

typedef struct progress_variant {
    const char *label;
    int64_t n_before, n_missing; ///< runs that were there, and that are to be made
    int64_t n_noted;             ///< finished runs
    double steps, seconds;       ///< of these, in all
    progress_curve finished;     ///< of these
    progress_curve running;      ///< of a run under way, as it was looked at
    double fraction;             ///< how far that run was when it was looked at last
    double began, ended;         ///< when its first run did, when the last; NaN: not yet
    rill_variant_progress now;
} progress_variant;

/// What a display remembers between two pictures.
typedef struct progress_screen {
    int *widths; ///< (n_lines) columns of each line that is there
    int n_lines;
} progress_screen;

struct progress {
    progress_form form;
    char metric[48]; ///< whose values are told; "" where nothing is recorded
    progress_variant *variants;
    int32_t n_variants;
    int64_t n_before, n_missing; ///< sums over the variants
    int64_t n_noted, running, steps;
    double began, looked, told; ///< the last two: when last
    progress_screen screen;
    live_maps *maps; ///< not owned; NULL: none are drawn
};

/// Runs of a variant that are done, those under way in part.
double progress_done(const progress_variant *variant);
/// Steps per second: of all, and of a variant since it began, NaN where it has not.
double progress_total_rate(const progress *p);
double progress_rate(const progress_variant *variant);
/// Seconds until a variant, and all, will be done, if they go on as they did; NaN: it is too early to tell.
double progress_variant_left(const progress_variant *variant);
double progress_left(const progress *p);
/// The last value of the metric: of a run under way, else the mean of those finished; NaN: none.
double progress_value(const progress_variant *variant);
/// The curve to show, (PROGRESS_POINTS), NaN where nothing is known: the mean of finished runs, of the run under
/// way where there is none.
void progress_curve_of(const progress_variant *variant, double *values);

/// "1.23 M", "850": a number in a few characters.
void format_short(double value, char text[16]);
/// "0:42", "12:00", "3:00:00".
void format_duration(double seconds, char text[24]);

/// Prints the state as an object; a finished run; and the end.
void progress_json(const progress *p);
void progress_json_run(const progress *p, const rill_run *run);
void progress_json_warning(const progress *p, const char *message);
void progress_json_end(const progress *p, rill_status status);

/// Draws the state in place of the last picture; and takes that away.
void progress_draw(progress *p);
void progress_wipe(progress *p);

#endif
