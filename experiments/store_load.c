/// Reading stored runs.
#include "experiments/bytes.h"
#include "experiments/run_list.h"
#include "experiments/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// The doubles of a blob, which belong to the caller, and their number; NULL for none, or without memory.
static double *column_reals(sqlite3_stmt *select, int column, size_t *n)
{
    const unsigned char *blob = sqlite3_column_blob(select, column);
    bytes_reader from = {blob, (size_t)sqlite3_column_bytes(select, column), RILL_OK};
    *n = from.left / sizeof(double);
    return bytes_get_reals(&from, *n);
}

static rill_status run_damaged(const rill_store *store, const rill_run *run, rill_error *error)
{
    char finding[200];
    snprintf(finding, sizeof finding, "run %" PRId64 " of \"%.100s\" does not fit its hash",
             run->run, store->labels[run->variant]);
    return store_damaged(store, finding, error);
}

static rill_status load_series(const rill_store *store, int64_t run_id, sqlite3_stmt *select,
                               rill_run *run, rill_error *error)
{
    sqlite3_bind_int64(select, 1, run_id);
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(select)) == SQLITE_ROW) {
        rill_series *larger = realloc(run->series, (run->n_series + 1) * sizeof *run->series);
        if (larger == NULL) {
            return rill_error_no_memory(error);
        }
        run->series = larger;
        rill_series *series = &run->series[run->n_series++];
        *series = (rill_series){.every = sqlite3_column_int64(select, 2)};
        snprintf(series->metric, sizeof series->metric, "%s", store_text(select, 0));
        const char *unit = store_text(select, 1);
        series->unit = strcmp(unit, "steps") == 0 ? RILL_STEPS : RILL_EPISODES;
        series->values = column_reals(select, 3, &series->capacity);
        series->count = series->capacity;
        if (series->values == NULL && series->count > 0) {
            series->count = 0;
            return rill_error_no_memory(error);
        }
        if (series->every < 1) {
            return run_damaged(store, run, error);
        }
    }
    sqlite3_reset(select);
    return code == SQLITE_DONE ? RILL_OK : store_error(store, error);
}

/// What `select` is at, a run of a variant.
static rill_status load_run(const rill_store *store, sqlite3_stmt *select,
                            sqlite3_stmt *select_series, int32_t variant, rill_run *run,
                            rill_error *error)
{
    *run = (rill_run){.variant = variant,
                      .run = sqlite3_column_int64(select, 1),
                      .steps = sqlite3_column_int64(select, 4),
                      .episodes = sqlite3_column_int64(select, 5),
                      .wall_seconds = sqlite3_column_double(select, 6),
                      .finished = (double)sqlite3_column_int64(select, 8)};
    run->status =
        strcmp(store_text(select, 2), "diverged") == 0 ? RILL_RUN_DIVERGED : RILL_RUN_DONE;
    run->hash = strtoull(store_text(select, 3), NULL, 16);
    run->values = column_reals(select, 7, &run->n_values);
    if (run->values == NULL && run->n_values > 0) {
        return rill_error_no_memory(error);
    }
    rill_status status =
        load_series(store, sqlite3_column_int64(select, 0), select_series, run, error);
    if (status == RILL_OK && rill_run_hash(run) != run->hash) {
        status = run_damaged(store, run, error);
    }
    return status;
}

#define COLUMNS                                                               \
    "SELECT id, run, status, hash, steps, episodes, wall_seconds, estimates," \
    " strftime('%s', finished) FROM runs WHERE variant = ?"
#define SERIES_COLUMNS \
    "SELECT metric, unit, every, data FROM series WHERE run = ? ORDER BY position"

rill_status store_load_one(const rill_store *store, int32_t variant, int64_t number, rill_run *run,
                           rill_error *error)
{
    sqlite3_stmt *select = store_prepare(store, COLUMNS " AND run = ?", error);
    sqlite3_stmt *select_series = store_prepare(store, SERIES_COLUMNS, error);
    rill_status status = select == NULL || select_series == NULL ? RILL_IO : RILL_OK;
    if (status == RILL_OK) {
        sqlite3_bind_int64(select, 1, store->ids[variant]);
        sqlite3_bind_int64(select, 2, number);
        status = sqlite3_step(select) == SQLITE_ROW
                     ? load_run(store, select, select_series, variant, run, error)
                     : store_error(store, error);
    }
    sqlite3_finalize(select);
    sqlite3_finalize(select_series);
    return status;
}

rill_status store_find_run(const rill_store *store, int32_t variant, int64_t number,
                           store_numbers *numbers, rill_error *error)
{
    *numbers = (store_numbers){0};
    sqlite3_stmt *select = store_prepare(
        store, "SELECT count(*), min(run), max(run), sum(run = ?2) FROM runs WHERE variant = ?1",
        error);
    if (select == NULL) {
        return RILL_IO;
    }
    sqlite3_bind_int64(select, 1, store->ids[variant]);
    sqlite3_bind_int64(select, 2, number);
    rill_status status = RILL_OK;
    if (sqlite3_step(select) == SQLITE_ROW) {
        *numbers = (store_numbers){.n = sqlite3_column_int64(select, 0),
                                   .first = sqlite3_column_int64(select, 1),
                                   .last = sqlite3_column_int64(select, 2),
                                   .has_it = sqlite3_column_int64(select, 3) > 0};
    } else {
        status = store_error(store, error);
    }
    sqlite3_finalize(select);
    return status;
}

rill_status rill_store_agent(const rill_store *store, int32_t variant, int64_t run, void **bytes,
                             size_t *size, rill_error *error)
{
    *bytes = NULL;
    *size = 0;
    if (store->version < 3) { // which kept none
        return RILL_OK;
    }
    sqlite3_stmt *select = store_prepare(store,
                                         "SELECT data FROM agents JOIN runs ON runs.id = agents.run"
                                         " WHERE runs.variant = ? AND runs.run = ?",
                                         error);
    if (select == NULL) {
        return RILL_IO;
    }
    sqlite3_bind_int64(select, 1, store->ids[variant]);
    sqlite3_bind_int64(select, 2, run);
    rill_status status = RILL_OK;
    const int code = sqlite3_step(select);
    if (code == SQLITE_ROW) {
        *size = (size_t)sqlite3_column_bytes(select, 0);
        *bytes = malloc(*size + 1);
        if (*bytes == NULL) {
            status = rill_error_no_memory(error);
        } else if (*size > 0) {
            memcpy(*bytes, sqlite3_column_blob(select, 0), *size);
        }
    } else if (code != SQLITE_DONE) {
        status = store_error(store, error);
    }
    sqlite3_finalize(select);
    return status;
}

/// What is done with a run.
typedef struct visitor {
    rill_status (*on_run)(void *context, rill_run *run, rill_error *error);
    void *context;
} visitor;

static rill_status visit(const rill_store *store, const visitor *v, rill_error *error)
{
    sqlite3_stmt *select = store_prepare(store, COLUMNS " ORDER BY run", error);
    sqlite3_stmt *select_series = store_prepare(store, SERIES_COLUMNS, error);
    rill_status status = select == NULL || select_series == NULL ? RILL_IO : RILL_OK;
    for (int32_t i = 0; status == RILL_OK && i < store->n_variants; i++) {
        int code = SQLITE_ROW;
        sqlite3_bind_int64(select, 1, store->ids[i]);
        while (status == RILL_OK && (code = sqlite3_step(select)) == SQLITE_ROW) {
            rill_run run;
            status = load_run(store, select, select_series, i, &run, error);
            status = status == RILL_OK ? v->on_run(v->context, &run, error) : status;
            rill_run_clear(&run);
        }
        if (status == RILL_OK && code != SQLITE_DONE) {
            status = store_error(store, error);
        }
        sqlite3_reset(select);
    }
    sqlite3_finalize(select);
    sqlite3_finalize(select_series);
    return status;
}

rill_status rill_store_each(rill_store *store,
                            rill_status (*on_run)(void *context, rill_run *run, rill_error *error),
                            void *context, rill_error *error)
{
    const visitor v = {on_run, context};
    // one transaction, so that a run stored meanwhile does not slip in between
    rill_status status = store_execute(store, "BEGIN", error);
    status = status == RILL_OK ? store_check_integrity(store, error) : status;
    status = status == RILL_OK ? visit(store, &v, error) : status;
    store_execute(store, "COMMIT", NULL);
    return status;
}

static rill_status keep_run(void *context, rill_run *run, rill_error *error)
{
    if (!run_list_append(context, run)) {
        return rill_error_no_memory(error);
    }
    *run = (rill_run){0};
    return RILL_OK;
}

rill_status rill_store_load(rill_store *store, rill_run **out, size_t *n_runs, rill_error *error)
{
    run_list list = {0};
    rill_status status = rill_store_each(store, keep_run, &list, error);
    *out = NULL;
    *n_runs = 0;
    if (status != RILL_OK) {
        rill_runs_destroy(list.runs, list.n);
        return status;
    }
    *out = list.runs;
    *n_runs = list.n;
    return RILL_OK;
}

void rill_runs_destroy(rill_run *runs, size_t n_runs)
{
    for (size_t i = 0; i < n_runs; i++) {
        rill_run_clear(&runs[i]);
    }
    free(runs);
}
