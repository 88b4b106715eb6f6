/// Putting result files together.
#include "experiments/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/// A merge under way.
typedef struct merging {
    const rill_store *from;
    store_writer writer;
    int64_t *ids; ///< (variants of `from`) where they are in the other file
    int64_t n_runs, n_new;
} merging;

/// Whether the file was opened for an experiment with this variant, and so has been compared with it.
static bool is_compared(const rill_store *into, const char *label)
{
    int32_t i = 0;
    while (i < into->n_own && strcmp(into->labels[i], label) != 0) {
        i++;
    }
    return i < into->n_own;
}

/// The id that a variant has in a file; 0 when it is not there.
static rill_status find_variant(const rill_store *into, const rill_store_variant *variant,
                                int64_t *id, rill_error *error)
{
    *id = 0;
    sqlite3_stmt *select =
        store_prepare(into, "SELECT id, config FROM variants WHERE label = ?", error);
    if (select == NULL) {
        return RILL_IO;
    }
    sqlite3_bind_text(select, 1, variant->label, -1, SQLITE_STATIC);
    rill_status status = RILL_OK;
    const int code = sqlite3_step(select);
    if (code == SQLITE_ROW && (strcmp(store_text(select, 1), variant->config) == 0 ||
                               is_compared(into, variant->label))) {
        *id = sqlite3_column_int64(select, 0);
    } else if (code == SQLITE_ROW) {
        status = rill_error_set(error, RILL_INVALID, "",
                                "%s holds runs of a different \"%.60s\"; choose another directory "
                                "with --out",
                                into->file, variant->label);
    } else if (code != SQLITE_DONE) {
        status = store_error(into, error);
    }
    sqlite3_finalize(select);
    return status;
}

/// Finds the variants of `from`, and adds those that are missing.
static rill_status match_variants(merging *m, rill_error *error)
{
    const rill_store *into = m->writer.store;
    int64_t position = 0;
    rill_status status = store_number(into, "SELECT coalesce(max(position), -1) + 1 FROM variants",
                                      &position, error);
    for (int32_t i = 0; status == RILL_OK && i < m->from->n_variants; i++) {
        const rill_store_variant *variant = &m->from->variants[i];
        status = find_variant(into, variant, &m->ids[i], error);
        if (status == RILL_OK && m->ids[i] == 0) {
            status = store_add_variant(into, 0, (int32_t)position++, variant, error);
            m->ids[i] = sqlite3_last_insert_rowid(into->database);
        }
    }
    return status;
}

static rill_status copy_run(void *context, rill_run *run, rill_error *error)
{
    merging *m = context;
    bool is_new = false;
    rill_status status =
        rill_store_agent(m->from, run->variant, run->run, &run->agent, &run->agent_size, error);
    status = status == RILL_OK
                 ? store_writer_put(&m->writer, m->ids[run->variant], m->from->labels[run->variant],
                                    run, &is_new, error)
                 : status;
    m->n_runs++;
    m->n_new += is_new;
    return status;
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
    merging m = {.from = from};
    keep_log(from);
    rill_status status = store_writer_open(&m.writer, into, error);
    m.ids = calloc((size_t)from->n_variants + 1, sizeof *m.ids);
    if (status == RILL_OK && m.ids == NULL) {
        status = rill_error_no_memory(error);
    }
    status = status == RILL_OK ? store_execute(into, "BEGIN IMMEDIATE", error) : status;
    status = status == RILL_OK ? match_variants(&m, error) : status;
    status = status == RILL_OK ? rill_store_each(from, copy_run, &m, error) : status;
    status = status == RILL_OK ? store_execute(into, "COMMIT", error) : status;
    if (status != RILL_OK) {
        store_execute(into, "ROLLBACK", NULL);
    }
    store_writer_close(&m.writer);
    free(m.ids);
    *n_runs = m.n_runs;
    *n_new = m.n_new;
    return status;
}
