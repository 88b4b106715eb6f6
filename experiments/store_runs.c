/// Storing runs, and what is stored already.
#include "experiments/bytes.h"
#include "experiments/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

rill_status rill_store_done(rill_store *store, int64_t runs, uint8_t *is_done, int64_t *n_done,
                            rill_error *error)
{
    *n_done = 0;
    // now, not when hours of work are to be put
    rill_status status = store_check_integrity(store, error);
    if (status != RILL_OK) {
        return status;
    }
    sqlite3_stmt *select =
        store_prepare(store, "SELECT run FROM runs WHERE variant = ? AND run < ?", error);
    if (select == NULL) {
        return RILL_IO;
    }
    for (int32_t i = 0; status == RILL_OK && i < store->n_own; i++) {
        sqlite3_bind_int64(select, 1, store->ids[i]);
        sqlite3_bind_int64(select, 2, runs);
        int code = SQLITE_ROW;
        while ((code = sqlite3_step(select)) == SQLITE_ROW) {
            is_done[i * runs + sqlite3_column_int64(select, 0)] = 1;
            ++*n_done;
        }
        status = code == SQLITE_DONE ? RILL_OK : store_error(store, error);
        sqlite3_reset(select);
    }
    sqlite3_finalize(select);
    return status;
}

rill_status rill_store_count(const rill_store *store, int32_t variant, int64_t runs, int64_t *count,
                             rill_error *error)
{
    sqlite3_stmt *select =
        store_prepare(store, "SELECT count(*) FROM runs WHERE variant = ? AND run < ?", error);
    if (select == NULL) {
        return RILL_IO;
    }
    sqlite3_bind_int64(select, 1, store->ids[variant]);
    sqlite3_bind_int64(select, 2, runs);
    const bool is_answered = sqlite3_step(select) == SQLITE_ROW;
    *count = sqlite3_column_int64(select, 0);
    rill_status status = is_answered ? RILL_OK : store_error(store, error);
    sqlite3_finalize(select);
    return status;
}

rill_status store_writer_open(store_writer *w, const rill_store *store, rill_error *error)
{
    *w = (store_writer){.store = store};
    const struct {
        sqlite3_stmt **statement;
        const char *sql;
    } table[] = {
        {&w->find_twin, "SELECT hash FROM runs WHERE variant = ? AND run = ?"},
        {&w->put_run,
         "INSERT INTO runs (variant, run, seed, status, hash, steps, episodes, wall_seconds,"
         " finished, estimates) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
         " coalesce(datetime(?10, 'unixepoch'), datetime('now')), ?9)"},
        {&w->remove_checkpoint, "DELETE FROM checkpoints WHERE variant = ? AND run = ?"},
        {&w->put_agent,
         "INSERT OR IGNORE INTO agents SELECT id, ?3 FROM runs WHERE variant = ?1 AND run = ?2"},
        {&w->put_series, "INSERT INTO series VALUES (?, ?, ?, ?, ?, ?, ?)"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        *table[i].statement = store_prepare(store, table[i].sql, error);
        if (*table[i].statement == NULL) {
            return RILL_IO;
        }
    }
    return RILL_OK;
}

void store_writer_close(const store_writer *w)
{
    sqlite3_finalize(w->find_twin);
    sqlite3_finalize(w->put_run);
    sqlite3_finalize(w->put_series);
    sqlite3_finalize(w->put_agent);
    sqlite3_finalize(w->remove_checkpoint);
}

/// Binds doubles as a blob, little-endian whatever the machine's order; NULL is bound for NULL.
static rill_status bind_values(sqlite3_stmt *statement, int column, const double *values, size_t n)
{
    bytes_writer blob = {0};
    bytes_put_reals(&blob, values, n);
    if (blob.is_incomplete) {
        return RILL_NO_MEMORY;
    }
    if (values != NULL && n == 0) {
        sqlite3_bind_zeroblob(statement, column, 0);
    } else {
        sqlite3_bind_blob64(statement, column, blob.data, blob.size, free);
    }
    return RILL_OK;
}

static rill_status put_run(const store_writer *w, int64_t variant, const rill_run *run,
                           rill_error *error)
{
    char hash[17];
    snprintf(hash, sizeof hash, "%016" PRIx64, run->hash);
    sqlite3_stmt *insert = w->put_run;
    sqlite3_bind_int64(insert, 1, variant);
    sqlite3_bind_int64(insert, 2, run->run);
    sqlite3_bind_int64(insert, 3, w->store->seed);
    sqlite3_bind_text(insert, 4, rill_run_status_name(run->status), -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 5, hash, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int64(insert, 6, run->steps);
    sqlite3_bind_int64(insert, 7, run->episodes);
    sqlite3_bind_double(insert, 8, run->wall_seconds);
    if (run->finished > 0.0) { // it comes from another store
        sqlite3_bind_double(insert, 10, run->finished);
    } else {
        sqlite3_bind_null(insert, 10);
    }
    rill_status status = bind_values(insert, 9, run->values, run->n_values);
    return status == RILL_OK ? store_step(w->store, insert, error) : rill_error_no_memory(error);
}

static rill_status put_series(const store_writer *w, int64_t run_id, const rill_run *run,
                              rill_error *error)
{
    sqlite3_stmt *insert = w->put_series;
    rill_status status = RILL_OK;
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
        status =
            status == RILL_OK ? store_step(w->store, insert, error) : rill_error_no_memory(error);
    }
    return status;
}

/// The agent of a run that is there, unless the run has one already.
static rill_status put_agent(const store_writer *w, int64_t variant, const rill_run *run,
                             rill_error *error)
{
    if (run->agent == NULL) {
        return RILL_OK;
    }
    sqlite3_bind_int64(w->put_agent, 1, variant);
    sqlite3_bind_int64(w->put_agent, 2, run->run);
    sqlite3_bind_blob64(w->put_agent, 3, run->agent, run->agent_size, SQLITE_STATIC);
    return store_step(w->store, w->put_agent, error);
}

/// Whether the run is there already, put by another process: then it must be the same.
static rill_status find_twin(const store_writer *w, int64_t variant, const char *label,
                             const rill_run *run, bool *is_there, rill_error *error)
{
    sqlite3_stmt *select = w->find_twin;
    sqlite3_bind_int64(select, 1, variant);
    sqlite3_bind_int64(select, 2, run->run);
    rill_status status = RILL_OK;
    const int code = sqlite3_step(select);
    *is_there = code == SQLITE_ROW;
    if (*is_there && strtoull(store_text(select, 0), NULL, 16) != run->hash) {
        status = rill_error_set(error, RILL_IO, "",
                                "%s: run %" PRId64 " of \"%s\" is there already, with another "
                                "result; another version of rill has written it",
                                w->store->file, run->run, label);
    } else if (code != SQLITE_ROW && code != SQLITE_DONE) {
        status = store_error(w->store, error);
    }
    sqlite3_reset(select);
    return status;
}

rill_status store_writer_put(const store_writer *w, int64_t variant, const char *label,
                             const rill_run *run, bool *is_new, rill_error *error)
{
    bool is_there = false;
    rill_status status = find_twin(w, variant, label, run, &is_there, error);
    if (status == RILL_OK && !is_there) {
        status = put_run(w, variant, run, error);
        const int64_t id = sqlite3_last_insert_rowid(w->store->database);
        status = status == RILL_OK ? put_series(w, id, run, error) : status;
    }
    status = status == RILL_OK ? put_agent(w, variant, run, error) : status;
    if (status == RILL_OK) {
        sqlite3_bind_int64(w->remove_checkpoint, 1, variant);
        sqlite3_bind_int64(w->remove_checkpoint, 2, run->run);
        status = store_step(w->store, w->remove_checkpoint, error);
    }
    *is_new = status == RILL_OK && !is_there;
    return status;
}

/// Runs in one transaction.
static rill_status put_together(const store_writer *w, const rill_run *runs, size_t n,
                                rill_error *error)
{
    rill_status status = store_execute(w->store, "BEGIN IMMEDIATE", error);
    for (size_t i = 0; status == RILL_OK && i < n; i++) {
        bool is_new = false;
        const int32_t variant = runs[i].variant;
        status = store_writer_put(w, w->store->ids[variant], w->store->labels[variant], &runs[i],
                                  &is_new, error);
    }
    status = status == RILL_OK ? store_execute(w->store, "COMMIT", error) : status;
    if (status != RILL_OK) {
        store_execute(w->store, "ROLLBACK", NULL);
    }
    return status;
}

rill_status rill_store_put(rill_store *store, const rill_run *runs, size_t n, rill_error *error)
{
    store_writer w;
    rill_status status = store_writer_open(&w, store, error);
    if (status == RILL_OK) {
        status = put_together(&w, runs, n, error);
        for (size_t i = 0; status != RILL_OK && n > 1 && i < n; i++) {
            if (put_together(&w, &runs[i], 1, error) != RILL_OK) {
                break;
            }
            status = i + 1 == n ? RILL_OK : status;
        }
    }
    store_writer_close(&w);
    return status;
}
