/// What the two halves of the store share: the open database and small steps on it.
#ifndef RILL_EXPERIMENTS_STORE_H
#define RILL_EXPERIMENTS_STORE_H

#include <rill/store.h>
#include <sqlite3.h>

enum { STORE_MAX_PATH = 4096 };

struct rill_store {
    sqlite3 *database;
    char file[STORE_MAX_PATH];
    int64_t seed;
    char *config, *identity;
    char **labels; ///< (n_variants + 1), NULL at the end
    int32_t n_variants;
};

/// Fills the error from the database's last one; answers its status.
rill_status store_error(const rill_store *store, rill_error *error);

/// Runs statements that answer nothing.
rill_status store_execute(const rill_store *store, const char *sql, rill_error *error);

/// A statement, or NULL with the error set.
sqlite3_stmt *store_prepare(const rill_store *store, const char *sql, rill_error *error);

/// Runs a prepared statement that answers nothing, and resets it.
rill_status store_step(const rill_store *store, sqlite3_stmt *statement, rill_error *error);

/// The one number that a query answers.
rill_status store_number(const rill_store *store, const char *sql, int64_t *value,
                         rill_error *error);

/// Stores one run, within a transaction of the caller's. One that is there already must be the same.
rill_status store_put_run(const rill_store *store, const rill_run *run, bool *is_new,
                          rill_error *error);

#endif
