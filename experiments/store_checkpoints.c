/// Runs under way, as bytes that the runner makes and reads.
#include "experiments/store.h"

#include <stdlib.h>
#include <string.h>

rill_status rill_store_put_checkpoint(rill_store *store, const rill_checkpoint *checkpoint,
                                      rill_error *error)
{
    // another process may have finished the run meanwhile
    sqlite3_stmt *insert =
        store_prepare(store,
                      "INSERT OR REPLACE INTO checkpoints SELECT ?1, ?2, ?3, datetime('now')"
                      " WHERE NOT EXISTS (SELECT 1 FROM runs WHERE variant = ?1 AND run = ?2)",
                      error);
    if (insert == NULL) {
        return RILL_IO;
    }
    sqlite3_bind_int64(insert, 1, store->ids[checkpoint->variant]);
    sqlite3_bind_int64(insert, 2, checkpoint->run);
    const int code =
        sqlite3_bind_blob64(insert, 3, checkpoint->bytes, checkpoint->size, SQLITE_STATIC);
    rill_status status = RILL_OK;
    if (code != SQLITE_TOOBIG) { // a run of a gigabyte goes without
        status = store_step(store, insert, error);
    }
    sqlite3_finalize(insert);
    return status;
}

static rill_status read_checkpoint(sqlite3_stmt *select, int32_t variant,
                                   rill_checkpoint *checkpoint, rill_error *error)
{
    const size_t size = (size_t)sqlite3_column_bytes(select, 1);
    *checkpoint =
        (rill_checkpoint){variant, sqlite3_column_int64(select, 0), malloc(size + 1), size};
    if (checkpoint->bytes == NULL) {
        return rill_error_no_memory(error);
    }
    if (size > 0) {
        memcpy(checkpoint->bytes, sqlite3_column_blob(select, 1), size);
    }
    return RILL_OK;
}

rill_status rill_store_checkpoints(rill_store *store, int64_t runs, rill_checkpoint **out,
                                   size_t *n, rill_error *error)
{
    *out = NULL;
    *n = 0;
    sqlite3_stmt *select = store_prepare(
        store, "SELECT run, data FROM checkpoints WHERE variant = ? AND run < ?", error);
    if (select == NULL) {
        return RILL_IO;
    }
    rill_status status = RILL_OK;
    for (int32_t i = 0; status == RILL_OK && i < store->n_own; i++) {
        int code = SQLITE_ROW;
        sqlite3_bind_int64(select, 1, store->ids[i]);
        sqlite3_bind_int64(select, 2, runs);
        while (status == RILL_OK && (code = sqlite3_step(select)) == SQLITE_ROW) {
            rill_checkpoint *larger = realloc(*out, (*n + 1) * sizeof *larger);
            if (larger == NULL) {
                status = rill_error_no_memory(error);
                break;
            }
            *out = larger;
            status = read_checkpoint(select, i, &larger[*n], error);
            *n += status == RILL_OK;
        }
        if (status == RILL_OK && code != SQLITE_DONE) {
            status = store_error(store, error);
        }
        sqlite3_reset(select);
    }
    sqlite3_finalize(select);
    if (status != RILL_OK) {
        rill_checkpoints_destroy(*out, *n);
        *out = NULL;
        *n = 0;
    }
    return status;
}

void rill_checkpoints_destroy(rill_checkpoint *checkpoints, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(checkpoints[i].bytes);
    }
    free(checkpoints);
}
