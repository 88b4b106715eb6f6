#include "experiments/hash.h"

#include <math.h>
#include <rill/recorder.h>
#include <stdlib.h>
#include <string.h>

const char *rill_unit_name(rill_unit unit)
{
    return unit == RILL_STEPS ? "steps" : "episodes";
}

const char *rill_run_status_name(rill_run_status status)
{
    return status == RILL_RUN_DIVERGED ? "diverged" : "done";
}

bool rill_series_append(rill_series *series, double value)
{
    if (series->count == series->capacity) {
        size_t capacity = series->capacity == 0 ? 64 : 2 * series->capacity;
        double *values = realloc(series->values, capacity * sizeof *values);
        if (values == NULL) {
            return false;
        }
        series->values = values;
        series->capacity = capacity;
    }
    series->values[series->count++] = value;
    return true;
}

double rill_series_mean(const rill_series *series, int64_t first, int64_t last)
{
    // positions are (i + 1) * every: the first i inside, and the first i past the end
    int64_t begin = (first + series->every - 1) / series->every - 1;
    int64_t end = last / series->every;
    begin = begin < 0 ? 0 : begin;
    end = end > (int64_t)series->count ? (int64_t)series->count : end;
    double sum = 0.0;
    for (int64_t i = begin; i < end; i++) {
        sum += series->values[i];
    }
    return end > begin ? sum / (double)(end - begin) : (double)NAN;
}

/// A sum with what its roundings lost (Neumaier, 1974), so that what was added can be taken away again.
typedef struct exact_sum {
    double sum, lost;
} exact_sum;

static void add(exact_sum *s, double value)
{
    const double sum = s->sum + value;
    s->lost += fabs(s->sum) >= fabs(value) ? (s->sum - sum) + value : (value - sum) + s->sum;
    s->sum = sum;
}

void rill_smooth(const double *values, size_t count, int64_t n, double *smoothed)
{
    exact_sum s = {0.0, 0.0};
    size_t n_summed = 0;
    for (size_t i = 0; i < count; i++) {
        if (isfinite(values[i])) {
            add(&s, values[i]);
            n_summed++;
        }
        if (i >= (uint64_t)n && isfinite(values[i - (size_t)n])) {
            add(&s, -values[i - (size_t)n]);
            n_summed--;
        }
        smoothed[i] = n_summed == 0 ? (double)NAN : (s.sum + s.lost) / (double)n_summed;
    }
}

uint64_t rill_run_hash(const rill_run *run)
{
    uint64_t hash = HASH_START;
    hash = hash_text(hash, rill_run_status_name(run->status));
    hash = hash_number(hash, (uint64_t)run->steps);
    hash = hash_number(hash, (uint64_t)run->episodes);
    for (size_t i = 0; i < run->n_series; i++) {
        const rill_series *series = &run->series[i];
        if (rill_metric_is_timed(series->metric)) {
            continue;
        }
        hash = hash_text(hash, series->metric);
        hash = hash_text(hash, rill_unit_name(series->unit));
        hash = hash_number(hash, (uint64_t)series->every);
        hash = hash_number(hash, series->count);
        for (size_t j = 0; j < series->count; j++) {
            hash = hash_real(hash, series->values[j]);
        }
    }
    return hash;
}

void rill_run_clear(rill_run *run)
{
    for (size_t i = 0; i < run->n_series; i++) {
        free(run->series[i].values);
    }
    free(run->series);
    free(run->values);
    free(run->agent);
    *run = (rill_run){0};
}
