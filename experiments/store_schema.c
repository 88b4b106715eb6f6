/// The tables of the result file, and how those of earlier versions become the present ones.
/// docs/results.md describes them for readers.
#include "experiments/store.h"

#include <inttypes.h>
#include <sys/stat.h>

enum { APPLICATION_ID = 0x72696c6c }; // "rill", in the file's header

#define AGENTS_TABLE                                                     \
    "CREATE TABLE agents ("                                              \
    " run INTEGER PRIMARY KEY REFERENCES runs(id), data BLOB NOT NULL);" \
    "PRAGMA user_version = 3;" /* STORE_VERSION */

#define HEAD_TABLES                                                                                       \
    "CREATE TABLE experiments ("                                                                          \
    " id INTEGER PRIMARY KEY, name TEXT NOT NULL, source TEXT NOT NULL,"                                  \
    " config TEXT NOT NULL, created TEXT NOT NULL);"                                                      \
    "CREATE TABLE variants ("                                                                             \
    " id INTEGER PRIMARY KEY, experiment INTEGER NOT NULL REFERENCES experiments(id),"                    \
    " position INTEGER NOT NULL, label TEXT NOT NULL UNIQUE, agent TEXT NOT NULL,"                        \
    " settings TEXT NOT NULL, config TEXT NOT NULL);"                                                     \
    "CREATE TABLE checkpoints ("                                                                          \
    " variant INTEGER NOT NULL REFERENCES variants(id), run INTEGER NOT NULL,"                            \
    " data BLOB NOT NULL, created TEXT NOT NULL, PRIMARY KEY (variant, run)) WITHOUT ROWID;" AGENTS_TABLE \
    "PRAGMA application_id = 1919511660;" /* APPLICATION_ID */

static const char create_tables[] = HEAD_TABLES
    "CREATE TABLE runs ("
    " id INTEGER PRIMARY KEY, variant INTEGER NOT NULL REFERENCES variants(id),"
    " run INTEGER NOT NULL, seed INTEGER NOT NULL, status TEXT NOT NULL, hash TEXT NOT NULL,"
    " steps INTEGER NOT NULL, episodes INTEGER NOT NULL, wall_seconds REAL NOT NULL,"
    " finished TEXT NOT NULL, estimates BLOB, UNIQUE (variant, run));"
    "CREATE TABLE series ("
    " run INTEGER NOT NULL REFERENCES runs(id), position INTEGER NOT NULL,"
    " metric TEXT NOT NULL, unit TEXT NOT NULL, every INTEGER NOT NULL,"
    " count INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (run, position)) WITHOUT ROWID;";

// Version 1 had experiments.identity in place of all that variants has behind label, and no checkpoints;
// runs and series are the same. Ids of variants stay, since runs refer to them.
static const char from_version_1[] =
    "ALTER TABLE experiments RENAME TO experiments_1;"
    "DROP TABLE variants;" HEAD_TABLES
    "INSERT INTO experiments SELECT id, name, source, config, created FROM experiments_1;"
    "DROP TABLE experiments_1;";

// Version 2 had no agents.
static const char from_version_2[] = AGENTS_TABLE;

rill_status store_check_version(rill_store *store, rill_error *error)
{
    int64_t application = 0;
    int64_t n_tables = 0;
    // in one transaction: another process may be creating the tables
    rill_status status = store_execute(store, "SAVEPOINT kind", error);
    if (status == RILL_OK) {
        status = store_number(store, "PRAGMA application_id", &application, error);
    }
    if (status == RILL_OK) {
        status = store_number(store, "PRAGMA user_version", &store->version, error);
    }
    if (status == RILL_OK) {
        status = store_number(store, "SELECT count(*) FROM sqlite_schema", &n_tables, error);
    }
    store_execute(store, "RELEASE kind", NULL);
    if (status != RILL_OK) {
        return status;
    }
    const bool is_empty = application == 0 && store->version == 0 && n_tables == 0;
    struct stat information;
    if (is_empty && stat(store->file, &information) == 0 && information.st_size > 0 &&
        information.st_size < 512) { // SQLite takes less than a page for nothing
        return store_damaged(store, "cut short", error);
    }
    if (!is_empty && application != APPLICATION_ID) {
        return rill_error_set(error, RILL_IO, "",
                              "%s is a database of another program; choose another directory",
                              store->file);
    }
    if (!is_empty && (store->version < 1 || store->version > STORE_VERSION)) {
        return rill_error_set(error, RILL_IO, "",
                              "%s is of version %" PRId64
                              ", this program reads versions 1 to %d; read it with the newer rill "
                              "that made it",
                              store->file, store->version, STORE_VERSION);
    }
    return RILL_OK;
}

rill_status store_upgrade(rill_store *store, rill_error *error)
{
    if (store->version == STORE_VERSION) {
        return RILL_OK;
    }
    const char *const steps[STORE_VERSION] = {create_tables, from_version_1, from_version_2};
    const bool has_new_head = store->version == 1;
    rill_status status = store_execute(store, steps[store->version], error);
    for (int32_t i = 0; status == RILL_OK && has_new_head && i < store->n_variants; i++) {
        status = store_add_variant(store, store->ids[i], i, &store->variants[i], error);
    }
    store->version = status == RILL_OK ? STORE_VERSION : store->version;
    return status;
}
