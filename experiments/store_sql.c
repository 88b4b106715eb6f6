/// Small steps on the database of a store, and what its errors mean to a user.
#include "experiments/store.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

rill_status store_damaged(const rill_store *store, const char *finding, rill_error *error)
{
    return rill_error_set(error, RILL_IO, "",
                          "%s is damaged (%s); move it away, or start over with "
                          "`rill run --restart`",
                          store->file, finding);
}

/// Whether the file, or the directory that its log must be in, cannot be written.
static bool is_read_only(const rill_store *store)
{
    char directory[STORE_MAX_PATH];
    snprintf(directory, sizeof directory, "%s", store->file);
    *strrchr(directory, '/') = '\0';
    return access(store->file, W_OK) != 0 || access(directory, W_OK) != 0;
}

rill_status store_read_only(const rill_store *store, rill_error *error)
{
    if (store->is_for_reading) {
        return rill_error_set(
            error, RILL_IO, "",
            "%s cannot be read where it is: the last runs are in its log, %s-wal, "
            "and it or its directory is read-only; copy the directory to where it "
            "can be written",
            store->file, store->file);
    }
    return rill_error_set(error, RILL_IO, "",
                          "%s cannot be written: it or its directory is read-only; choose another "
                          "directory with --out",
                          store->file);
}

rill_status store_error(const rill_store *store, rill_error *error)
{
    const int code = sqlite3_extended_errcode(store->database);
    const int cause = sqlite3_system_errno(store->database);
    const char *message = sqlite3_errmsg(store->database);
    const bool cannot_open = (code & 0xff) == SQLITE_CANTOPEN;
    switch (cannot_open && is_read_only(store) ? SQLITE_READONLY : code & 0xff) {
    case SQLITE_NOMEM:
        return rill_error_no_memory(error);
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return store_damaged(store, message, error);
    case SQLITE_FULL:
        return rill_error_set(error, RILL_IO, "",
                              "%s: the disk is full; free some space and run again to go on",
                              store->file);
    case SQLITE_READONLY:
        return store_read_only(store, error);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return rill_error_set(error, RILL_IO, "", "%s: %s%s%s", store->file, message,
                              cause == 0 ? "" : ": ", cause == 0 ? "" : strerror(cause));
    default:
        return rill_error_set(error, RILL_IO, "", "%s: %s", store->file, message);
    }
}

rill_status store_execute(const rill_store *store, const char *sql, rill_error *error)
{
    return sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK
               ? RILL_OK
               : store_error(store, error);
}

sqlite3_stmt *store_prepare(const rill_store *store, const char *sql, rill_error *error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL) != SQLITE_OK) {
        store_error(store, error);
    }
    return statement;
}

rill_status store_step(const rill_store *store, sqlite3_stmt *statement, rill_error *error)
{
    rill_status status =
        sqlite3_step(statement) == SQLITE_DONE ? RILL_OK : store_error(store, error);
    sqlite3_reset(statement);
    return status;
}

rill_status store_number(const rill_store *store, const char *sql, int64_t *value,
                         rill_error *error)
{
    sqlite3_stmt *statement = store_prepare(store, sql, error);
    if (statement == NULL) {
        return RILL_IO;
    }
    rill_status status = RILL_OK;
    if (sqlite3_step(statement) == SQLITE_ROW) {
        *value = sqlite3_column_int64(statement, 0);
    } else {
        status = store_error(store, error);
    }
    sqlite3_finalize(statement);
    return status;
}

const char *store_text(sqlite3_stmt *select, int column)
{
    const unsigned char *text = sqlite3_column_text(select, column);
    return text == NULL ? "" : (const char *)text;
}

rill_status store_check_integrity(const rill_store *store, rill_error *error)
{
    sqlite3_stmt *check = store_prepare(store, "PRAGMA integrity_check(1)", error);
    if (check == NULL) {
        return RILL_IO;
    }
    rill_status status = RILL_OK;
    if (sqlite3_step(check) != SQLITE_ROW) {
        status = store_error(store, error);
    } else if (strcmp(store_text(check, 0), "ok") != 0) {
        // the finding is on its last line, under a title
        const char *finding = store_text(check, 0);
        const char *end = strrchr(finding, '\n');
        status = store_damaged(store, end == NULL ? finding : end + 1, error);
    }
    sqlite3_finalize(check);
    return status;
}
