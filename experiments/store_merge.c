/// Putting result databases together.
#include "experiments/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/// Where the variants of one store are in another: (n), found by their labels.
static rill_status find_variants(const rill_store *into, const rill_store *from, int32_t **out,
                                 rill_error *error)
{
    int32_t *positions = calloc((size_t)from->n_variants + 1, sizeof *positions);
    *out = positions;
    if (positions == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    for (int32_t i = 0; i < from->n_variants; i++) {
        while (positions[i] < into->n_variants &&
               strcmp(into->labels[positions[i]], from->labels[i]) != 0) {
            positions[i]++;
        }
        if (positions[i] == into->n_variants) {
            return rill_error_set(error, RILL_INVALID, "", "%s has an agent \"%s\", %s has none",
                                  from->file, from->labels[i], into->file);
        }
    }
    return RILL_OK;
}

/// SQLite would put away the log that a killed program left when the file is closed.
static void keep_log(const rill_store *store)
{
    char path[STORE_MAX_PATH + 8];
    struct stat log;
    snprintf(path, sizeof path, "%s-wal", store->file);
    if (stat(path, &log) == 0 && log.st_size > 0) {
        sqlite3_db_config(store->database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    }
}

rill_status rill_store_merge(rill_store *into, rill_store *from, int64_t *n_runs, int64_t *n_new,
                             rill_error *error)
{
    int32_t *positions = NULL;
    rill_run *runs = NULL;
    size_t n = 0;
    *n_runs = 0;
    *n_new = 0;
    keep_log(from);
    rill_status status = find_variants(into, from, &positions, error);
    status = status == RILL_OK ? rill_store_load(from, &runs, &n, error) : status;
    status = status == RILL_OK ? store_execute(into, "BEGIN IMMEDIATE", error) : status;
    for (size_t i = 0; status == RILL_OK && i < n; i++) {
        bool is_new = false;
        runs[i].variant = positions[runs[i].variant];
        status = store_put_run(into, &runs[i], &is_new, error);
        *n_new += is_new;
    }
    status = status == RILL_OK ? store_execute(into, "COMMIT", error) : status;
    if (status != RILL_OK) {
        store_execute(into, "ROLLBACK", NULL);
    }
    *n_runs = (int64_t)n;
    rill_runs_destroy(runs, n);
    free(positions);
    return status;
}
