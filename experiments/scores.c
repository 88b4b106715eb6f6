#include <math.h>
#include <rill/scores.h>
#include <rill/statistics.h>
#include <stdlib.h>
#include <string.h>

/// A share 1/n of a series, at least one point.
static int64_t share_of(const rill_series *series, int64_t n)
{
    return ((int64_t)series->count + n - 1) / n;
}

/// The positions that a reading is of.
static void span(const rill_reading *reading, const rill_series *series, int64_t *first,
                 int64_t *last)
{
    const int64_t count = (int64_t)series->count;
    *first = series->every;
    *last = count * series->every;
    if (reading->kind == RILL_READ_LAST) {
        int64_t points = reading->last > 0 ? reading->last : share_of(series, 5);
        points = points < count ? points : count;
        *first = (count - points + 1) * series->every;
    } else if (reading->kind == RILL_READ_WINDOW) {
        *first = reading->from;
        *last = reading->to;
    }
}

double rill_reading_score(const rill_reading *reading, const rill_series *series)
{
    int64_t first = 0;
    int64_t last = 0;
    if (reading->kind == RILL_READ_THRESHOLD) {
        const int64_t width = reading->width > 0 ? reading->width : share_of(series, 20);
        const int64_t point =
            rill_curve_reach(series->values, series->count, (size_t)width, reading->threshold,
                             reading->better == RILL_BETTER_LOWER);
        return series->count == 0 ? (double)NAN
               : point < 0        ? (double)INFINITY
                                  : (double)((point + 1) * series->every);
    }
    span(reading, series, &first, &last);
    return rill_series_mean(series, first, last);
}

rill_status rill_scores_create(rill_scores **scores, const rill_reading *reading, rill_error *error)
{
    *scores = calloc(1, sizeof **scores);
    if (*scores == NULL) {
        return rill_error_no_memory(error);
    }
    (*scores)->reading = *reading;
    return RILL_OK;
}

void rill_scores_destroy(rill_scores *scores)
{
    for (size_t i = 0; scores != NULL && i < scores->n_rows; i++) {
        free(scores->rows[i].runs);
        free(scores->rows[i].values);
    }
    if (scores != NULL) {
        free(scores->rows);
    }
    free(scores);
}

static rill_better better_of(const char *metric)
{
    rill_error unknown = {0};
    int64_t index = 0;
    const rill_metric *found = rill_metric_read(metric, &index, &unknown);
    return found == NULL ? RILL_BETTER_NEITHER : found->better;
}

rill_better rill_score_row_better(const rill_score_row *row)
{
    const bool is_time = row->reading.kind == RILL_READ_THRESHOLD;
    return is_time && row->reading.better != RILL_BETTER_NEITHER ? RILL_BETTER_LOWER
                                                                 : row->reading.better;
}

/// The row of a variant's series, made where it is missing; NULL without memory. Runs come by variant, as
/// a rule, so the search from the end is short.
static rill_score_row *row_of(rill_scores *scores, int32_t variant, size_t position,
                              const rill_series *series)
{
    size_t at = scores->n_rows;
    while (at > 0 &&
           (scores->rows[at - 1].variant > variant || (scores->rows[at - 1].variant == variant &&
                                                       scores->rows[at - 1].position > position))) {
        at--;
    }
    if (at > 0 && scores->rows[at - 1].variant == variant &&
        scores->rows[at - 1].position == position) {
        return &scores->rows[at - 1];
    }
    if (scores->n_rows == scores->capacity) {
        const size_t capacity = scores->capacity == 0 ? 16 : 2 * scores->capacity;
        rill_score_row *rows = realloc(scores->rows, capacity * sizeof *rows);
        if (rows == NULL) {
            return NULL;
        }
        scores->rows = rows;
        scores->capacity = capacity;
    }
    rill_score_row *row = &scores->rows[at];
    memmove(row + 1, row, (scores->n_rows - at) * sizeof *row);
    scores->n_rows++;
    *row = (rill_score_row){
        .variant = variant, .position = position, .unit = series->unit, .reading = scores->reading};
    memcpy(row->metric, series->metric, sizeof row->metric);
    if (row->reading.better == RILL_BETTER_NEITHER) {
        row->reading.better = better_of(row->metric);
    }
    return row;
}

/// Puts a score in its place by the number of its run; false without memory.
static bool insert(rill_score_row *row, int64_t run, double value)
{
    if (row->n == row->capacity) {
        const size_t capacity = row->capacity == 0 ? 16 : 2 * row->capacity;
        int64_t *runs = realloc(row->runs, capacity * sizeof *runs);
        row->runs = runs == NULL ? row->runs : runs;
        double *values = realloc(row->values, capacity * sizeof *values);
        row->values = values == NULL ? row->values : values;
        if (runs == NULL || values == NULL) {
            return false;
        }
        row->capacity = capacity;
    }
    size_t at = row->n++;
    for (; at > 0 && row->runs[at - 1] > run; at--) {
        row->runs[at] = row->runs[at - 1];
        row->values[at] = row->values[at - 1];
    }
    row->runs[at] = run;
    row->values[at] = value;
    return true;
}

rill_status rill_scores_add(rill_scores *scores, const rill_run *run, rill_error *error)
{
    for (size_t position = 0; position < run->n_series; position++) {
        const rill_series *series = &run->series[position];
        rill_score_row *row = row_of(scores, run->variant, position, series);
        if (row == NULL) {
            return rill_error_no_memory(error);
        }
        if (run->status == RILL_RUN_DIVERGED) {
            if (row->diverged == 0 || run->steps < row->first_diverged) {
                row->first_diverged = run->steps;
            }
            row->diverged++;
            continue;
        }
        if (series->count > 0) {
            int64_t first = 0;
            int64_t last = 0;
            span(&row->reading, series, &first, &last);
            row->first = row->last == 0 || first < row->first ? first : row->first;
            row->last = last > row->last ? last : row->last;
        }
        if (!insert(row, run->run, rill_reading_score(&row->reading, series))) {
            return rill_error_no_memory(error);
        }
    }
    return RILL_OK;
}

const rill_score_row *rill_scores_find(const rill_scores *scores, int32_t variant,
                                       const char *metric)
{
    size_t first = 0; // row of the variant, or of a later one
    for (size_t end = scores->n_rows; first < end;) {
        const size_t middle = first + (end - first) / 2;
        if (scores->rows[middle].variant < variant) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    for (size_t i = first; i < scores->n_rows && scores->rows[i].variant == variant; i++) {
        if (strcmp(scores->rows[i].metric, metric) == 0) {
            return &scores->rows[i];
        }
    }
    return NULL;
}
