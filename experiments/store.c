/// Opening and closing the result file.
#include "experiments/directory.h"
#include "experiments/shard.h"
#include "experiments/store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static rill_status create_store(rill_store **out, const char *directory, rill_error *error)
{
    rill_store *store = calloc(1, sizeof *store);
    *out = store;
    if (store == NULL) {
        return rill_error_no_memory(error);
    }
    int length = snprintf(store->file, sizeof store->file, "%s/results.sqlite", directory);
    return length < 0 || (size_t)length >= sizeof store->file
               ? rill_error_set(error, RILL_IO, "", "the name of the directory is too long")
               : RILL_OK;
}

/// `name` is the file, or a URI of it.
static rill_status open_database(rill_store *store, const char *name, int flags, rill_error *error)
{
    if (sqlite3_open_v2(name, &store->database, flags, NULL) != SQLITE_OK) {
        return rill_error_set(error, RILL_IO, "", "cannot open %s: %s", store->file,
                              strerror(sqlite3_system_errno(store->database)));
    }
    sqlite3_extended_result_codes(store->database, 1);
    sqlite3_busy_timeout(store->database, 10000);
    return RILL_OK;
}

/// WAL: readers and the writer do not wait for each other. FULL: what is committed is on the disk, also when
/// the power fails.
static rill_status begin_wal(const rill_store *store, rill_error *error)
{
    static const char sql[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL";
    // two processes at a new file: SQLite gives up at once here, whatever the timeout
    for (int i = 0; i < 1000; i++) {
        if ((sqlite3_exec(store->database, sql, NULL, NULL, NULL) & 0xff) != SQLITE_BUSY) {
            break;
        }
        sqlite3_sleep(10);
    }
    return sqlite3_errcode(store->database) == SQLITE_OK ? RILL_OK : store_error(store, error);
}

static void remove_files(const char *directory)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        char path[STORE_MAX_PATH + 32];
        snprintf(path, sizeof path, "%s/results.sqlite%s", directory, endings[i]);
        unlink(path);
    }
}

/// Reads the head of the file, which must be of this experiment.
static rill_status read_own_head(rill_store *store, const rill_experiment *experiment,
                                 bool *is_complete, rill_error *error)
{
    *is_complete = false;
    rill_status status = store_check_version(store, error);
    if (status != RILL_OK || store->version == 0) {
        return status;
    }
    status = store_read_head(store, error);
    return status == RILL_OK ? store_match(store, experiment, is_complete, error) : status;
}

/// Creates, upgrades or completes the tables, in one transaction: another process may be about to.
static rill_status complete_head(rill_store *store, const rill_experiment *experiment,
                                 rill_error *error)
{
    bool is_complete = false;
    rill_status status = store_execute(store, "BEGIN IMMEDIATE", error);
    status = status == RILL_OK ? read_own_head(store, experiment, &is_complete, error) : status;
    status = status == RILL_OK ? store_upgrade(store, error) : status;
    status =
        status == RILL_OK && !is_complete ? store_write_head(store, experiment, error) : status;
    status = status == RILL_OK ? store_execute(store, "COMMIT", error) : status;
    if (status != RILL_OK) {
        store_execute(store, "ROLLBACK", NULL);
        return status;
    }
    return read_own_head(store, experiment, &is_complete, error);
}

rill_status rill_store_open(rill_store **out, const char *directory,
                            const rill_experiment *experiment, bool is_restart, rill_error *error)
{
    rill_store *store = NULL;
    bool is_complete = false;
    *out = NULL;
    rill_status status = directory_create(directory, error);
    if (status != RILL_OK) {
        return status;
    }
    if (is_restart) {
        remove_files(directory);
    }
    status = create_store(&store, directory, error);
    if (status == RILL_OK) {
        status =
            open_database(store, store->file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);
    }
    if (status == RILL_IO && access(directory, W_OK) != 0 && (errno == EACCES || errno == EROFS)) {
        status = store_read_only(store, error); // of a file that is not there SQLite only says so
    }
    if (status == RILL_OK && sqlite3_db_readonly(store->database, "main") == 1) {
        status = store_read_only(store, error); // now, not when hours of work are to be put
    }
    // before anything is written
    status = status == RILL_OK ? read_own_head(store, experiment, &is_complete, error) : status;
    status = status == RILL_OK ? begin_wal(store, error) : status;
    if (status == RILL_OK && (!is_complete || store->version < STORE_VERSION)) {
        status = complete_head(store, experiment, error);
    }
    if (status != RILL_OK) {
        rill_store_close(store);
        return status;
    }
    store->seed = (int64_t)experiment->seed;
    *out = store;
    return RILL_OK;
}

/// Opens a file in a place where nothing can be written.
static rill_status open_read_only(rill_store *store, rill_error *error)
{
    struct stat information;
    char name[STORE_MAX_PATH + 8];
    snprintf(name, sizeof name, "%s-wal", store->file);
    if (stat(name, &information) == 0 && information.st_size > 0) {
        // some runs are in the log alone; SQLite reads it through the -shm file that its writer made
        return open_database(store, store->file, SQLITE_OPEN_READONLY, error);
    }
    // SQLite wants a -shm file all the same, unless it is told that nobody writes
    char uri[3 * STORE_MAX_PATH + 32] = "file:";
    size_t length = strlen(uri);
    for (const char *c = store->file; *c != '\0'; c++) {
        const bool is_plain = *c != '%' && *c != '?' && *c != '#';
        length += (size_t)snprintf(uri + length, sizeof uri - length, is_plain ? "%c" : "%%%02X",
                                   (unsigned char)*c);
    }
    snprintf(uri + length, sizeof uri - length, "?immutable=1");
    return open_database(store, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, error);
}

/// Whether a directory has shards in it.
static bool has_shards(const char *directory)
{
    bool is_found = false;
    rill_shard shard;
    const struct dirent *entry = NULL;
    DIR *stream = opendir(directory);
    while (stream != NULL && !is_found && (entry = readdir(stream)) != NULL) {
        is_found = rill_shard_of_name(&shard, entry->d_name);
    }
    if (stream != NULL) {
        closedir(stream);
    }
    return is_found;
}

rill_status rill_store_open_results(rill_store **out, const char *directory, rill_error *error)
{
    rill_store *store = NULL;
    *out = NULL;
    rill_status status = create_store(&store, directory, error);
    if (status == RILL_OK && access(store->file, R_OK) != 0) {
        const int reason = errno;
        char advice[STORE_MAX_PATH + 64] = "results are made by `rill run`";
        if (has_shards(directory)) {
            snprintf(advice, sizeof advice, "`rill merge %s` puts its shards together", directory);
        }
        status = rill_error_set(error, RILL_IO, "", "cannot read %s: %s (%.300s)", store->file,
                                strerror(reason), advice);
    }
    if (status == RILL_OK) {
        store->is_for_reading = true;
        // to read a WAL database its -shm file is needed; opening for writing makes it
        const bool is_writable = access(store->file, W_OK) == 0 && access(directory, W_OK) == 0;
        status = is_writable ? open_database(store, store->file, SQLITE_OPEN_READWRITE, error)
                             : open_read_only(store, error);
    }
    status = status == RILL_OK ? store_check_version(store, error) : status;
    if (status == RILL_OK && store->version == 0) {
        status = rill_error_set(error, RILL_IO, "", "%s holds no experiment", store->file);
    }
    status = status == RILL_OK ? store_read_head(store, error) : status;
    if (status != RILL_OK) {
        rill_store_close(store);
        return status;
    }
    *out = store;
    return RILL_OK;
}

void rill_store_close(rill_store *store)
{
    if (store == NULL) {
        return;
    }
    store_clear_head(store);
    sqlite3_close(store->database);
    free(store);
}

const rill_store_variant *rill_store_variants(const rill_store *store, int32_t *n)
{
    *n = store->n_variants;
    return store->variants;
}

const char *const *rill_store_labels(const rill_store *store, int32_t *n)
{
    *n = store->n_variants;
    return (const char *const *)store->labels;
}

const char *rill_store_config(const rill_store *store)
{
    return store->config;
}
