#include "plots/curves.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static curve *find_curve(curves *c, int32_t variant)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->list[i].variant == variant) {
            return &c->list[i];
        }
    }
    return NULL;
}

static const rill_series *find_series(const rill_run *run, const char *metric)
{
    for (size_t i = 0; i < run->n_series; i++) {
        if (strcmp(run->series[i].metric, metric) == 0) {
            return &run->series[i];
        }
    }
    return NULL;
}

/// Places the points, the first and the last of a series among them.
static void place_points(curve *own, const rill_series *series)
{
    const size_t count = series->count;
    own->unit = series->unit;
    own->every = series->every;
    own->length = count;
    own->n_points = count < CURVES_MAX_POINTS ? count : CURVES_MAX_POINTS;
    for (size_t i = 0; i < own->n_points; i++) {
        own->at[i] = own->n_points < 2 ? 0 : i * (count - 1) / (own->n_points - 1);
    }
}

/// Runs may differ in length: where the first one ends, the mean would be of others.
static void shorten(curve *own, size_t count)
{
    own->length = count < own->length ? count : own->length;
    while (own->n_points > 0 && own->at[own->n_points - 1] >= own->length) {
        own->n_points--;
    }
}

rill_status curves_add(curves *c, const rill_run *run, rill_error *error)
{
    curve *own = find_curve(c, run->variant);
    const rill_series *series = own == NULL ? NULL : find_series(run, c->metric);
    if (series == NULL || series->count == 0) {
        return RILL_OK;
    }
    if (run->status == RILL_RUN_DIVERGED) {
        own->n_diverged++;
        return RILL_OK;
    }
    if (c->smooth == 0) {
        c->smooth = series->count < 200 ? 1 : (int64_t)(series->count / 100);
    }
    if (own->n_runs == 0) {
        place_points(own, series);
    }
    shorten(own, series->count);
    double *smoothed = malloc(series->count * sizeof *smoothed);
    if (smoothed == NULL) {
        return rill_error_no_memory(error);
    }
    rill_smooth(series->values, series->count, c->smooth, smoothed);
    own->n_runs++;
    for (size_t i = 0; i < own->n_points; i++) {
        const double value = smoothed[own->at[i]];
        if (isfinite(value)) { // Welford 1962
            const double before = value - own->mean[i];
            own->mean[i] += before / (double)++own->n[i];
            own->squares[i] += before * (value - own->mean[i]);
        }
    }
    free(smoothed);
    return RILL_OK;
}

int64_t curve_position(const curve *c, size_t point)
{
    return (int64_t)(c->at[point] + 1) * c->every;
}

rill_estimate curve_estimate(const curve *c, size_t point)
{
    const double none = (double)NAN;
    const double n = (double)c->n[point];
    rill_estimate e = {c->n[point], c->n[point] > 0 ? c->mean[point] : none, none, none, none};
    if (e.n > 1) {
        const double t = gsl_cdf_tdist_Pinv(0.975, n - 1.0);
        e.se = sqrt(c->squares[point] / (n - 1.0) / n);
        e.ci_low = e.mean - t * e.se;
        e.ci_high = e.mean + t * e.se;
    }
    return e;
}
