#include "experiments/run_bytes.h"

#include <stdlib.h>

static const uint64_t magic = 0x6e7572206c6c6972u; // "rill run"

enum { VERSION = 2, NUMBER = 8, LEAST_SERIES = 4 * NUMBER };

void run_bytes_put(bytes_writer *to, const rill_run *run)
{
    bytes_put_number(to, magic);
    bytes_put_number(to, VERSION);
    bytes_put_number(to, (uint64_t)run->variant);
    bytes_put_number(to, (uint64_t)run->run);
    bytes_put_number(to, (uint64_t)run->status);
    bytes_put_number(to, run->hash);
    bytes_put_number(to, (uint64_t)run->steps);
    bytes_put_number(to, (uint64_t)run->episodes);
    bytes_put_real(to, run->wall_seconds);
    bytes_put_number(to, run->n_values);
    bytes_put_reals(to, run->values, run->n_values);
    bytes_put_block(to, run->agent, run->agent_size);
    bytes_put_number(to, run->n_series);
    for (size_t i = 0; i < run->n_series; i++) {
        const rill_series *series = &run->series[i];
        bytes_put_text(to, series->metric);
        bytes_put_number(to, (uint64_t)series->unit);
        bytes_put_number(to, (uint64_t)series->every);
        bytes_put_number(to, series->count);
        bytes_put_reals(to, series->values, series->count);
    }
}

static void get_series(bytes_reader *from, rill_series *series)
{
    bytes_get_text(from, series->metric, sizeof series->metric);
    series->unit = (rill_unit)bytes_get_bounded(from, RILL_STEPS);
    series->every = (int64_t)bytes_get_bounded(from, INT64_MAX);
    series->capacity = bytes_get_count(from, NUMBER);
    series->values = bytes_get_reals(from, series->capacity);
    series->count = series->values == NULL ? 0 : series->capacity;
    if (series->every < 1) {
        bytes_refuse(from);
    }
}

static void get_run(bytes_reader *from, rill_run *run)
{
    if (bytes_get_number(from) != magic || bytes_get_number(from) != VERSION) {
        bytes_refuse(from);
    }
    run->variant = (int32_t)bytes_get_bounded(from, INT32_MAX);
    run->run = (int64_t)bytes_get_bounded(from, INT64_MAX);
    run->status = (rill_run_status)bytes_get_bounded(from, RILL_RUN_DIVERGED);
    run->hash = bytes_get_number(from);
    run->steps = (int64_t)bytes_get_bounded(from, INT64_MAX);
    run->episodes = (int64_t)bytes_get_bounded(from, INT64_MAX);
    run->wall_seconds = bytes_get_real(from);
    const size_t n_values = bytes_get_count(from, NUMBER);
    run->values = bytes_get_reals(from, n_values);
    run->n_values = run->values == NULL ? 0 : n_values;
    run->agent = bytes_get_block(from, &run->agent_size);
    const size_t n_series = bytes_get_count(from, LEAST_SERIES);
    run->series = n_series == 0 ? NULL : calloc(n_series, sizeof *run->series);
    if (n_series > 0 && run->series == NULL) {
        from->status = RILL_NO_MEMORY;
        return;
    }
    for (size_t i = 0; i < n_series && from->status == RILL_OK; i++) {
        run->n_series = i + 1;
        get_series(from, &run->series[i]);
    }
    if (from->status == RILL_OK && rill_run_hash(run) != run->hash) {
        bytes_refuse(from);
    }
}

void run_bytes_get(bytes_reader *from, rill_run *run)
{
    *run = (rill_run){0};
    get_run(from, run);
    if (from->status != RILL_OK) {
        rill_run_clear(run);
    }
}
