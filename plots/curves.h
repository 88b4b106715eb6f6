/// Mean learning curves, gathered run by run: memory grows with neither the runs nor their length.
#ifndef RILL_PLOTS_CURVES_H
#define RILL_PLOTS_CURVES_H

#include <rill/recorder.h>
#include <rill/statistics.h>
#include <rill/status.h>

enum { CURVES_MAX_POINTS = 400 }; ///< what a picture can show

/// The curve of a variant, at points that its first run places evenly from end to end.
typedef struct curve {
    int32_t variant;
    rill_unit unit;
    int64_t every;
    size_t length;   ///< points that every run has
    size_t n_points; ///< of the curve that lie within that
    size_t at[CURVES_MAX_POINTS];
    int64_t n[CURVES_MAX_POINTS];                               ///< finite values at each point
    double mean[CURVES_MAX_POINTS], squares[CURVES_MAX_POINTS]; ///< the latter about the mean
    int64_t n_runs, n_diverged;                                 ///< the latter are left out
} curve;

typedef struct curves {
    char metric[48];
    int64_t
        smooth; ///< points of the trailing mean; 0: a hundredth of the first run's. What was used, then
    curve *list; ///< (n), `variant` set by the caller; the rest is 0
    size_t n;
} curves;

/// Takes one more run, if it is of one of the variants and has recorded the metric. RILL_NO_MEMORY.
rill_status curves_add(curves *c, const rill_run *run, rill_error *error);

/// The position of a point, in the unit of the series.
int64_t curve_position(const curve *c, size_t point);

/// The mean over the runs at a point, with Student's t interval.
rill_estimate curve_estimate(const curve *c, size_t point);

#endif
