#include "experiments/run_bytes.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t magic = 0x6e7572206c6c6972u; // "rill run"

enum { VERSION = 1, NUMBER = 8 }; // size of a number

/// Where the next number goes. Without `to` it only counts.
typedef struct writer {
    unsigned char *to;
    size_t used;
} writer;

static void put_number(writer *w, uint64_t number)
{
    for (size_t i = 0; w->to != NULL && i < NUMBER; i++) {
        w->to[w->used + i] = (unsigned char)(number >> (8 * i));
    }
    w->used += NUMBER;
}

static void put_reals(writer *w, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = 0;
        memcpy(&bits, &values[i], sizeof bits);
        put_number(w, bits);
    }
}

static void put_text(writer *w, const char *text)
{
    const size_t length = strlen(text);
    put_number(w, length);
    if (w->to != NULL) {
        memcpy(w->to + w->used, text, length);
    }
    w->used += length;
}

static void put_run(writer *w, const rill_run *run)
{
    put_number(w, magic);
    put_number(w, VERSION);
    put_number(w, (uint64_t)run->variant);
    put_number(w, (uint64_t)run->run);
    put_number(w, (uint64_t)run->status);
    put_number(w, run->hash);
    put_number(w, (uint64_t)run->steps);
    put_number(w, (uint64_t)run->episodes);
    put_reals(w, &run->wall_seconds, 1);
    put_number(w, run->n_values);
    put_reals(w, run->values, run->n_values);
    put_number(w, run->n_series);
    for (size_t i = 0; i < run->n_series; i++) {
        const rill_series *series = &run->series[i];
        put_text(w, series->metric);
        put_number(w, (uint64_t)series->unit);
        put_number(w, (uint64_t)series->every);
        put_number(w, series->count);
        put_reals(w, series->values, series->count);
    }
}

rill_status run_bytes_write(const rill_run *run, unsigned char **bytes, size_t *size,
                            rill_error *error)
{
    writer w = {NULL, 0};
    put_run(&w, run);
    *size = w.used;
    *bytes = malloc(w.used);
    if (*bytes == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    w = (writer){*bytes, 0};
    put_run(&w, run);
    return RILL_OK;
}

/// What is still to be read. The first thing wrong stays, and everything after it reads as 0.
typedef struct reader {
    const unsigned char *next;
    size_t left;
    rill_status status;
} reader;

static uint64_t get_number(reader *r)
{
    if (r->status != RILL_OK || r->left < NUMBER) {
        r->status = r->status == RILL_OK ? RILL_IO : r->status;
        return 0;
    }
    uint64_t number = 0;
    for (size_t i = 0; i < NUMBER; i++) {
        number |= (uint64_t)r->next[i] << (8 * i);
    }
    r->next += NUMBER;
    r->left -= NUMBER;
    return number;
}

/// A number that may be at most `max`.
static uint64_t get_bounded(reader *r, uint64_t max)
{
    const uint64_t number = get_number(r);
    if (number > max) {
        r->status = RILL_IO;
        return 0;
    }
    return number;
}

/// A count of things that take at least `size` bytes each, so no more than what is left can hold.
static size_t get_count(reader *r, size_t size)
{
    const uint64_t count = get_number(r);
    if (count > r->left / size) {
        r->status = RILL_IO;
        return 0;
    }
    return (size_t)count;
}

/// NULL for none.
static double *get_reals(reader *r, size_t n)
{
    double *values = n == 0 || r->status != RILL_OK ? NULL : malloc(n * sizeof *values);
    if (n > 0 && values == NULL) {
        r->status = r->status == RILL_OK ? RILL_NO_MEMORY : r->status;
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        const uint64_t bits = get_number(r);
        memcpy(&values[i], &bits, sizeof bits);
    }
    return values;
}

static void get_text(reader *r, char *text, size_t size)
{
    const size_t length = get_count(r, 1);
    if (r->status != RILL_OK || length >= size || memchr(r->next, '\0', length) != NULL) {
        r->status = r->status == RILL_OK ? RILL_IO : r->status;
        return;
    }
    memcpy(text, r->next, length);
    text[length] = '\0';
    r->next += length;
    r->left -= length;
}

static void get_series(reader *r, rill_series *series)
{
    get_text(r, series->metric, sizeof series->metric);
    series->unit = (rill_unit)get_bounded(r, RILL_STEPS);
    series->every = (int64_t)get_bounded(r, INT64_MAX);
    series->capacity = get_count(r, NUMBER);
    series->values = get_reals(r, series->capacity);
    series->count = series->values == NULL ? 0 : series->capacity;
    if (series->every < 1) {
        r->status = r->status == RILL_OK ? RILL_IO : r->status;
    }
}

static void get_run(reader *r, rill_run *run)
{
    enum { LEAST_SERIES = 4 * NUMBER };
    if (get_number(r) != magic || get_number(r) != VERSION) {
        r->status = RILL_IO;
    }
    run->variant = (int32_t)get_bounded(r, INT32_MAX);
    run->run = (int64_t)get_bounded(r, INT64_MAX);
    run->status = (rill_run_status)get_bounded(r, RILL_RUN_DIVERGED);
    run->hash = get_number(r);
    run->steps = (int64_t)get_bounded(r, INT64_MAX);
    run->episodes = (int64_t)get_bounded(r, INT64_MAX);
    const uint64_t seconds = get_number(r);
    memcpy(&run->wall_seconds, &seconds, sizeof seconds);
    const size_t n_values = get_count(r, NUMBER);
    run->values = get_reals(r, n_values);
    run->n_values = run->values == NULL ? 0 : n_values;
    const size_t n_series = get_count(r, LEAST_SERIES);
    run->series = n_series == 0 ? NULL : calloc(n_series, sizeof *run->series);
    if (n_series > 0 && run->series == NULL) {
        r->status = RILL_NO_MEMORY;
        return;
    }
    for (size_t i = 0; i < n_series && r->status == RILL_OK; i++) {
        run->n_series = i + 1;
        get_series(r, &run->series[i]);
    }
}

rill_status run_bytes_read(rill_run *run, const unsigned char *bytes, size_t size,
                           rill_error *error)
{
    reader r = {bytes, size, RILL_OK};
    *run = (rill_run){0};
    get_run(&r, run);
    if (r.status == RILL_OK && (r.left > 0 || rill_run_hash(run) != run->hash)) {
        r.status = RILL_IO;
    }
    if (r.status == RILL_OK) {
        return RILL_OK;
    }
    rill_run_clear(run);
    return r.status == RILL_NO_MEMORY
               ? rill_error_set(error, RILL_NO_MEMORY, "", "out of memory")
               : rill_error_set(
                     error, RILL_IO, "",
                     "%zu bytes that should hold a finished run are damaged, or of another "
                     "version of rill",
                     size);
}
