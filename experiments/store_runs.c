/// Runs in a result database: put and load.
#include "experiments/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// A text of the current row, "" for NULL; valid until the next step.
static const char *column_text(sqlite3_stmt *select, int column)
{
    const unsigned char *text = sqlite3_column_text(select, column);
    return text == NULL ? "" : (const char *)text;
}

/// SQLite's own check of every page, and of every index against its table: a wrong byte in the
/// number of a run would give it to another one, and no hash would notice.
static rill_status check_integrity(const rill_store *store, rill_error *error)
{
    sqlite3_stmt *check = store_prepare(store, "PRAGMA integrity_check(1)", error);
    if (check == NULL) {
        return RILL_IO;
    }
    rill_status status = RILL_OK;
    if (sqlite3_step(check) != SQLITE_ROW) {
        status = store_error(store, error);
    } else if (strcmp(column_text(check, 0), "ok") != 0) {
        // the finding is on its last line, under a title
        const char *finding = column_text(check, 0);
        const char *end = strrchr(finding, '\n');
        status = rill_error_set(error, RILL_IO, "",
                                "%s is damaged (%s); move it away, or start over with "
                                "`rill run --restart`",
                                store->file, end == NULL ? finding : end + 1);
    }
    sqlite3_finalize(check);
    return status;
}

rill_status rill_store_done(rill_store *store, int64_t runs, uint8_t *is_done, int64_t *n_done,
                            rill_error *error)
{
    *n_done = 0;
    rill_status status = check_integrity(store, error); // now, not when hours of work are to be put
    if (status != RILL_OK) {
        return status;
    }
    sqlite3_stmt *select =
        store_prepare(store, "SELECT variant - 1, run FROM runs WHERE run < ?", error);
    if (select == NULL) {
        return RILL_IO;
    }
    sqlite3_bind_int64(select, 1, runs);
    int code = SQLITE_ROW;
    while (status == RILL_OK && (code = sqlite3_step(select)) == SQLITE_ROW) {
        const int64_t variant = sqlite3_column_int64(select, 0);
        const int64_t run = sqlite3_column_int64(select, 1);
        if (variant < 0 || variant >= store->n_variants || run < 0) {
            status = rill_error_set(error, RILL_IO, "",
                                    "%s is damaged: it holds run %" PRId64 " of agent %" PRId64
                                    "; move the file away, or start over with `rill run --restart`",
                                    store->file, run, variant);
            break;
        }
        is_done[variant * runs + run] = 1;
        ++*n_done;
    }
    if (status == RILL_OK && code != SQLITE_DONE) {
        status = store_error(store, error);
    }
    sqlite3_finalize(select);
    return status;
}

rill_status rill_store_check(rill_store *store, const rill_experiment *experiment, double seconds,
                             rill_error *error)
{
    sqlite3_stmt *select = store_prepare(
        store, "SELECT variant - 1, run, hash, min(wall_seconds) FROM runs GROUP BY variant",
        error);
    if (select == NULL) {
        return RILL_IO;
    }
    int code = SQLITE_ROW;
    rill_status status = RILL_OK;
    while (status == RILL_OK && (code = sqlite3_step(select)) == SQLITE_ROW) {
        const int64_t variant = sqlite3_column_int64(select, 0);
        if (variant < 0 || variant >= experiment->n_variants ||
            sqlite3_column_double(select, 3) >= seconds) {
            continue;
        }
        rill_run run;
        status = rill_experiment_run_one(experiment, (int32_t)variant,
                                         sqlite3_column_int64(select, 1), &run, error);
        if (status == RILL_OK && run.hash != strtoull(column_text(select, 2), NULL, 16)) {
            status =
                rill_error_set(error, RILL_INVALID, "",
                               "%s holds results that this program no longer makes (run %" PRId64
                               " of \"%s\" comes out differently: its code has changed since); "
                               "start over with --restart, or choose another --out",
                               store->file, run.run, experiment->variants[variant].label);
        }
        rill_run_clear(&run);
    }
    if (status == RILL_OK && code != SQLITE_DONE) {
        status = store_error(store, error);
    }
    sqlite3_finalize(select);
    return status;
}

/// Doubles as little-endian bytes, whatever the machine's order.
static void encode(const double *values, size_t n, unsigned char *bytes)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = 0;
        memcpy(&bits, &values[i], sizeof bits);
        for (int j = 0; j < 8; j++) {
            bytes[8 * i + (size_t)j] = (unsigned char)(bits >> (8 * j));
        }
    }
}

static void decode(const unsigned char *bytes, size_t n, double *values)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = 0;
        for (int j = 0; j < 8; j++) {
            bits |= (uint64_t)bytes[8 * i + (size_t)j] << (8 * j);
        }
        memcpy(&values[i], &bits, sizeof bits);
    }
}

/// Binds doubles as a blob; NULL is bound for none.
static rill_status bind_values(sqlite3_stmt *statement, int column, const double *values, size_t n)
{
    if (values == NULL) {
        sqlite3_bind_null(statement, column);
        return RILL_OK;
    }
    unsigned char *bytes = malloc(8 * n + 1);
    if (bytes == NULL) {
        return RILL_NO_MEMORY;
    }
    encode(values, n, bytes);
    sqlite3_bind_blob64(statement, column, bytes, 8 * n, free);
    return RILL_OK;
}

static rill_status put_run(const rill_store *store, const rill_run *run, rill_error *error)
{
    sqlite3_stmt *insert = store_prepare(
        store,
        "INSERT INTO runs (variant, run, seed, status, hash, steps, episodes, wall_seconds,"
        " finished, estimates) VALUES (?, ?, ?, ?, ?, ?, ?, ?, datetime('now'), ?)",
        error);
    if (insert == NULL) {
        return RILL_IO;
    }
    char hash[17];
    snprintf(hash, sizeof hash, "%016" PRIx64, run->hash);
    sqlite3_bind_int64(insert, 1, run->variant + 1);
    sqlite3_bind_int64(insert, 2, run->run);
    sqlite3_bind_int64(insert, 3, store->seed);
    sqlite3_bind_text(insert, 4, rill_run_status_name(run->status), -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 5, hash, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int64(insert, 6, run->steps);
    sqlite3_bind_int64(insert, 7, run->episodes);
    sqlite3_bind_double(insert, 8, run->wall_seconds);
    rill_status status = bind_values(insert, 9, run->values, run->n_values);
    status = status == RILL_OK ? store_step(store, insert, error)
                               : rill_error_set(error, status, "", "out of memory");
    sqlite3_finalize(insert);
    return status;
}

static rill_status put_series(const rill_store *store, int64_t run_id, const rill_run *run,
                              rill_error *error)
{
    sqlite3_stmt *insert =
        store_prepare(store, "INSERT INTO series VALUES (?, ?, ?, ?, ?, ?, ?)", error);
    rill_status status = insert == NULL ? RILL_IO : RILL_OK;
    for (size_t i = 0; status == RILL_OK && i < run->n_series; i++) {
        const rill_series *series = &run->series[i];
        static const double none = 0.0; // an empty series is an empty blob, not NULL
        sqlite3_bind_int64(insert, 1, run_id);
        sqlite3_bind_int64(insert, 2, (int64_t)i);
        sqlite3_bind_text(insert, 3, series->metric, -1, SQLITE_STATIC);
        sqlite3_bind_text(insert, 4, rill_unit_name(series->unit), -1, SQLITE_STATIC);
        sqlite3_bind_int64(insert, 5, series->every);
        sqlite3_bind_int64(insert, 6, (int64_t)series->count);
        status = bind_values(insert, 7, series->count == 0 ? &none : series->values, series->count);
        status = status == RILL_OK ? store_step(store, insert, error)
                                   : rill_error_set(error, status, "", "out of memory");
    }
    sqlite3_finalize(insert);
    return status;
}

/// Whether the run is there already, put by another process: then it must be the same.
static rill_status find_twin(const rill_store *store, const rill_run *run, bool *is_there,
                             rill_error *error)
{
    *is_there = false;
    sqlite3_stmt *select =
        store_prepare(store, "SELECT hash FROM runs WHERE variant = ? AND run = ?", error);
    if (select == NULL) {
        return RILL_IO;
    }
    sqlite3_bind_int64(select, 1, run->variant + 1);
    sqlite3_bind_int64(select, 2, run->run);
    rill_status status = RILL_OK;
    int code = sqlite3_step(select);
    if (code == SQLITE_ROW) {
        *is_there = true;
        if (strtoull(column_text(select, 0), NULL, 16) != run->hash) {
            status = rill_error_set(error, RILL_IO, "",
                                    "%s: run %" PRId64 " of \"%s\" is there already, with another "
                                    "result; another version of rill has written it",
                                    store->file, run->run, store->labels[run->variant]);
        }
    } else if (code != SQLITE_DONE) {
        status = store_error(store, error);
    }
    sqlite3_finalize(select);
    return status;
}

/// Runs in one transaction.
static rill_status put_together(const rill_store *store, const rill_run *runs, size_t n,
                                rill_error *error)
{
    rill_status status = store_execute(store, "BEGIN IMMEDIATE", error);
    for (size_t i = 0; status == RILL_OK && i < n; i++) {
        bool is_there = false;
        status = find_twin(store, &runs[i], &is_there, error);
        status = status == RILL_OK && !is_there ? put_run(store, &runs[i], error) : status;
        if (status == RILL_OK && !is_there) {
            status = put_series(store, sqlite3_last_insert_rowid(store->database), &runs[i], error);
        }
    }
    status = status == RILL_OK ? store_execute(store, "COMMIT", error) : status;
    if (status != RILL_OK) {
        store_execute(store, "ROLLBACK", NULL);
    }
    return status;
}

rill_status rill_store_put(rill_store *store, const rill_run *runs, size_t n, rill_error *error)
{
    rill_status status = put_together(store, runs, n, error);
    if (status == RILL_OK || n == 1) {
        return status;
    }
    status = RILL_OK;
    for (size_t i = 0; status == RILL_OK && i < n; i++) {
        status = put_together(store, &runs[i], 1, error);
    }
    return status;
}

static rill_status damaged(const rill_store *store, const rill_run *run, rill_error *error)
{
    return rill_error_set(
        error, RILL_IO, "",
        "%s is damaged: run %" PRId64 " of \"%s\" does not fit its hash; move the "
        "file away, or start over with `rill run --restart`",
        store->file, run->run,
        run->variant >= 0 && run->variant < store->n_variants ? store->labels[run->variant] : "?");
}

static rill_status load_series(const rill_store *store, int64_t run_id, sqlite3_stmt *select,
                               rill_run *run, rill_error *error)
{
    sqlite3_bind_int64(select, 1, run_id);
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(select)) == SQLITE_ROW) {
        rill_series *larger = realloc(run->series, (run->n_series + 1) * sizeof *run->series);
        if (larger == NULL) {
            return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
        }
        run->series = larger;
        rill_series *series = &run->series[run->n_series++];
        *series = (rill_series){.every = sqlite3_column_int64(select, 2)};
        snprintf(series->metric, sizeof series->metric, "%s", column_text(select, 0));
        const char *unit = column_text(select, 1);
        series->unit = strcmp(unit, "steps") == 0 ? RILL_STEPS : RILL_EPISODES;
        const unsigned char *bytes = sqlite3_column_blob(select, 3);
        series->count = series->capacity = (size_t)sqlite3_column_bytes(select, 3) / 8;
        series->values = malloc(8 * series->count + 1);
        if (series->values == NULL) {
            return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
        }
        decode(bytes, series->count, series->values);
        if (series->every < 1) {
            return damaged(store, run, error);
        }
    }
    sqlite3_reset(select);
    return code == SQLITE_DONE ? RILL_OK : store_error(store, error);
}

static rill_status load_run(const rill_store *store, sqlite3_stmt *select,
                            sqlite3_stmt *select_series, rill_run *run, rill_error *error)
{
    *run = (rill_run){.variant = sqlite3_column_int(select, 1) - 1,
                      .run = sqlite3_column_int64(select, 2),
                      .steps = sqlite3_column_int64(select, 5),
                      .episodes = sqlite3_column_int64(select, 6),
                      .wall_seconds = sqlite3_column_double(select, 7)};
    const char *status_name = column_text(select, 3);
    const char *hash = column_text(select, 4);
    run->status = strcmp(status_name, "diverged") == 0 ? RILL_RUN_DIVERGED : RILL_RUN_DONE;
    run->hash = strtoull(hash, NULL, 16);
    if (run->variant < 0 || run->variant >= store->n_variants || run->run < 0) {
        return damaged(store, run, error);
    }
    run->n_values = (size_t)sqlite3_column_bytes(select, 8) / 8;
    if (run->n_values > 0) {
        run->values = malloc(8 * run->n_values);
        if (run->values == NULL) {
            return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
        }
        decode(sqlite3_column_blob(select, 8), run->n_values, run->values);
    }
    rill_status status =
        load_series(store, sqlite3_column_int64(select, 0), select_series, run, error);
    if (status == RILL_OK && rill_run_hash(run) != run->hash) {
        status = damaged(store, run, error);
    }
    return status;
}

rill_status rill_store_load(rill_store *store, rill_run **out, size_t *n_runs, rill_error *error)
{
    int64_t n = 0;
    *out = NULL;
    *n_runs = 0;
    sqlite3_stmt *select = NULL;
    sqlite3_stmt *select_series = NULL;
    rill_run *runs = NULL;
    // one transaction, so that a run stored meanwhile does not slip in between
    rill_status status = store_execute(store, "BEGIN", error);
    status = status == RILL_OK ? check_integrity(store, error) : status;
    status =
        status == RILL_OK ? store_number(store, "SELECT count(*) FROM runs", &n, error) : status;
    if (status == RILL_OK) {
        select =
            store_prepare(store,
                          "SELECT id, variant, run, status, hash, steps, episodes, wall_seconds,"
                          " estimates FROM runs ORDER BY variant, run",
                          error);
        select_series = store_prepare(
            store, "SELECT metric, unit, every, data FROM series WHERE run = ? ORDER BY position",
            error);
        runs = calloc((size_t)n + 1, sizeof *runs);
        status = select == NULL || select_series == NULL ? RILL_IO
                 : runs == NULL ? rill_error_set(error, RILL_NO_MEMORY, "", "out of memory")
                                : RILL_OK;
    }
    size_t loaded = 0;
    while (status == RILL_OK && (int64_t)loaded < n) {
        if (sqlite3_step(select) != SQLITE_ROW) {
            status = store_error(store, error);
            break;
        }
        status = load_run(store, select, select_series, &runs[loaded++], error);
    }
    sqlite3_finalize(select);
    sqlite3_finalize(select_series);
    store_execute(store, "COMMIT", NULL);
    if (status != RILL_OK) {
        rill_runs_destroy(runs, loaded);
        return status;
    }
    *out = runs;
    *n_runs = loaded;
    return RILL_OK;
}

void rill_runs_destroy(rill_run *runs, size_t n_runs)
{
    for (size_t i = 0; i < n_runs; i++) {
        rill_run_clear(&runs[i]);
    }
    free(runs);
}
