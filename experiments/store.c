#include "experiments/json.h"
#include "experiments/store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    APPLICATION_ID = 0x72696c6c, // "rill", in the file's header
    SCHEMA_VERSION = 1,
};

static const char schema[] =
    "CREATE TABLE experiments ("
    " id INTEGER PRIMARY KEY, name TEXT NOT NULL, source TEXT NOT NULL,"
    " config TEXT NOT NULL, identity TEXT NOT NULL, created TEXT NOT NULL);"
    "CREATE TABLE variants ("
    " id INTEGER PRIMARY KEY, experiment INTEGER NOT NULL REFERENCES experiments(id),"
    " position INTEGER NOT NULL UNIQUE, label TEXT NOT NULL UNIQUE);"
    "CREATE TABLE runs ("
    " id INTEGER PRIMARY KEY, variant INTEGER NOT NULL REFERENCES variants(id),"
    " run INTEGER NOT NULL, seed INTEGER NOT NULL, status TEXT NOT NULL, hash TEXT NOT NULL,"
    " steps INTEGER NOT NULL, episodes INTEGER NOT NULL, wall_seconds REAL NOT NULL,"
    " finished TEXT NOT NULL, estimates BLOB, UNIQUE (variant, run));"
    "CREATE TABLE series ("
    " run INTEGER NOT NULL REFERENCES runs(id), position INTEGER NOT NULL,"
    " metric TEXT NOT NULL, unit TEXT NOT NULL, every INTEGER NOT NULL,"
    " count INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (run, position)) WITHOUT ROWID;"
    "PRAGMA application_id = 1919511660;" // APPLICATION_ID
    "PRAGMA user_version = 1;";           // SCHEMA_VERSION

rill_status store_error(const rill_store *store, rill_error *error)
{
    int code = sqlite3_errcode(store->database);
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return rill_error_set(error, RILL_IO, "",
                              "%s is damaged (%s); move it away, or start over with "
                              "`rill run --restart`",
                              store->file, sqlite3_errmsg(store->database));
    case SQLITE_FULL:
        return rill_error_set(error, RILL_IO, "",
                              "%s: the disk is full; free some space and run again "
                              "to go on",
                              store->file);
    default:
        return rill_error_set(error, RILL_IO, "", "%s: %s", store->file,
                              sqlite3_errmsg(store->database));
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

/// Creates a directory and those above it.
static rill_status make_directory(const char *directory, rill_error *error)
{
    char path[STORE_MAX_PATH];
    size_t length = strlen(directory);
    if (length == 0 || length >= sizeof path - 32) {
        return rill_error_set(error, RILL_INVALID, "", "\"%.60s\" cannot be a directory's name",
                              directory);
    }
    memcpy(path, directory, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0') {
            continue;
        }
        char separator = path[i];
        path[i] = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST) {
            return rill_error_set(error, RILL_IO, "", "cannot create the directory %s: %s", path,
                                  strerror(errno));
        }
        path[i] = separator;
    }
    return RILL_OK;
}

static rill_status open_file(rill_store **out, const char *directory, int flags, rill_error *error)
{
    rill_store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    *out = store;
    int length = snprintf(store->file, sizeof store->file, "%s/results.sqlite", directory);
    if (length < 0 || (size_t)length >= sizeof store->file) {
        return rill_error_set(error, RILL_IO, "", "the name of the directory is too long");
    }
    if (sqlite3_open_v2(store->file, &store->database, flags, NULL) != SQLITE_OK) {
        return rill_error_set(error, RILL_IO, "", "cannot open %s: %s", store->file,
                              strerror(sqlite3_system_errno(store->database)));
    }
    sqlite3_extended_result_codes(store->database, 1);
    sqlite3_busy_timeout(store->database, 10000);
    return RILL_OK;
}

/// 1 for a rill database of this version, 0 for an empty one; otherwise an error.
static rill_status check_kind(const rill_store *store, bool *is_empty, rill_error *error)
{
    int64_t application = 0;
    int64_t version = 0;
    int64_t n_tables = 0;
    // in one transaction: another process may be creating the tables
    rill_status status = store_execute(store, "SAVEPOINT kind", error);
    if (status == RILL_OK) {
        status = store_number(store, "PRAGMA application_id", &application, error);
    }
    if (status == RILL_OK) {
        status = store_number(store, "PRAGMA user_version", &version, error);
    }
    if (status == RILL_OK) {
        status = store_number(store, "SELECT count(*) FROM sqlite_schema", &n_tables, error);
    }
    store_execute(store, "RELEASE kind", NULL);
    if (status != RILL_OK) {
        return status;
    }
    *is_empty = application == 0 && version == 0 && n_tables == 0;
    struct stat information;
    if (*is_empty && stat(store->file, &information) == 0 && information.st_size > 0 &&
        information.st_size < 512) { // SQLite takes less than a page for nothing
        return rill_error_set(error, RILL_IO, "",
                              "%s is damaged (cut short); move it away, or start over with "
                              "`rill run --restart`",
                              store->file);
    }
    if (!*is_empty && application != APPLICATION_ID) {
        return rill_error_set(error, RILL_IO, "", "%s is a database of another program",
                              store->file);
    }
    if (!*is_empty && version != SCHEMA_VERSION) {
        return rill_error_set(error, RILL_IO, "",
                              "%s is of version %" PRId64 ", this program reads version %d",
                              store->file, version, SCHEMA_VERSION);
    }
    return RILL_OK;
}

static char *column_text(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    return text == NULL ? NULL : strdup((const char *)text);
}

/// Reads the experiment and its variants.
static rill_status read_head(rill_store *store, rill_error *error)
{
    rill_status status = RILL_OK;
    int64_t n = 0;
    sqlite3_stmt *statement =
        store_prepare(store, "SELECT config, identity FROM experiments WHERE id = 1", error);
    if (statement == NULL) {
        return RILL_IO;
    }
    if (sqlite3_step(statement) == SQLITE_ROW) {
        store->config = column_text(statement, 0);
        store->identity = column_text(statement, 1);
    }
    sqlite3_finalize(statement);
    status = store_number(store, "SELECT count(*) FROM variants", &n, error);
    store->labels = calloc((size_t)n + 1, sizeof *store->labels);
    if (status != RILL_OK || store->config == NULL || store->identity == NULL ||
        store->labels == NULL) {
        return status != RILL_OK
                   ? status
                   : rill_error_set(error, RILL_IO, "", "%s is damaged: it holds no experiment",
                                    store->file);
    }
    statement = store_prepare(store, "SELECT label FROM variants ORDER BY position", error);
    if (statement == NULL) {
        return RILL_IO;
    }
    while (status == RILL_OK && store->n_variants < n && sqlite3_step(statement) == SQLITE_ROW) {
        char *label = column_text(statement, 0);
        if (label == NULL) {
            status = rill_error_set(error, RILL_IO, "", "%s is damaged: an agent has no label",
                                    store->file);
            break;
        }
        store->labels[store->n_variants++] = label;
    }
    sqlite3_finalize(statement);
    return status;
}

static rill_status write_head(rill_store *store, const rill_experiment *experiment,
                              rill_error *error)
{
    bool is_empty = true;
    rill_status status = store_execute(store, "BEGIN IMMEDIATE", error);
    status = status == RILL_OK ? check_kind(store, &is_empty, error) : status;
    if (status == RILL_OK && !is_empty) { // another process was faster
        return store_execute(store, "COMMIT", error);
    }
    status = status == RILL_OK ? store_execute(store, schema, error) : status;
    sqlite3_stmt *insert = NULL;
    if (status == RILL_OK) {
        insert = store_prepare(
            store, "INSERT INTO experiments VALUES (1, ?, ?, ?, ?, datetime('now'))", error);
        status = insert == NULL ? RILL_IO : RILL_OK;
    }
    if (status == RILL_OK) {
        sqlite3_bind_text(insert, 1, experiment->name, -1, SQLITE_STATIC);
        sqlite3_bind_text(insert, 2, experiment->source, -1, SQLITE_STATIC);
        sqlite3_bind_text(insert, 3, experiment->resolved, -1, SQLITE_STATIC);
        sqlite3_bind_text(insert, 4, experiment->identity, -1, SQLITE_STATIC);
        status = store_step(store, insert, error);
    }
    sqlite3_finalize(insert);
    insert = NULL;
    if (status == RILL_OK) {
        insert = store_prepare(store, "INSERT INTO variants VALUES (?1 + 1, 1, ?1, ?2)", error);
        status = insert == NULL ? RILL_IO : RILL_OK;
    }
    for (int32_t i = 0; status == RILL_OK && i < experiment->n_variants; i++) {
        sqlite3_bind_int(insert, 1, i);
        sqlite3_bind_text(insert, 2, experiment->variants[i].label, -1, SQLITE_STATIC);
        status = store_step(store, insert, error);
    }
    sqlite3_finalize(insert);
    status = status == RILL_OK ? store_execute(store, "COMMIT", error) : status;
    if (status != RILL_OK) {
        store_execute(store, "ROLLBACK", NULL);
    }
    return status;
}

/// Writes the path of the first place where two trees differ; false when they are equal.
static bool find_difference(const cJSON *a, const cJSON *b, char *path, size_t size)
{
    size_t used = strlen(path);
    if (cJSON_IsObject(a) && cJSON_IsObject(b)) {
        for (const cJSON *x = a->child; x != NULL; x = x->next) {
            snprintf(path + used, size - used, "%s%s", used == 0 ? "" : ".", x->string);
            if (find_difference(x, cJSON_GetObjectItemCaseSensitive(b, x->string), path, size)) {
                return true;
            }
            path[used] = '\0';
        }
        return cJSON_GetArraySize(a) != cJSON_GetArraySize(b);
    }
    if (cJSON_IsArray(a) && cJSON_IsArray(b) && cJSON_GetArraySize(a) == cJSON_GetArraySize(b)) {
        const cJSON *y = b->child;
        int i = 0;
        for (const cJSON *x = a->child; x != NULL; x = x->next, y = y->next) {
            snprintf(path + used, size - used, "[%d]", i++);
            if (find_difference(x, y, path, size)) {
                return true;
            }
            path[used] = '\0';
        }
        return false;
    }
    if (cJSON_IsNumber(a) && cJSON_IsNumber(b)) {
        return a->valuedouble != b->valuedouble; // exactly: cJSON_Compare lets the last bit go
    }
    return !cJSON_Compare(a, b, true);
}

static rill_status check_identity(const rill_store *store, const rill_experiment *experiment,
                                  rill_error *error)
{
    if (strcmp(store->identity, experiment->identity) == 0) {
        return RILL_OK;
    }
    char place[200] = "";
    cJSON *a = cJSON_Parse(experiment->identity);
    cJSON *b = cJSON_Parse(store->identity);
    find_difference(a, b, place, sizeof place);
    cJSON_Delete(a);
    cJSON_Delete(b);
    return rill_error_set(error, RILL_INVALID, "",
                          "%s holds runs of a different experiment (they differ in %s); choose "
                          "another directory with --out, or start over with --restart",
                          store->file, place[0] == '\0' ? "the whole" : place);
}

/// Reads the head of the file, which must be of this experiment.
static rill_status check_head(rill_store *store, const rill_experiment *experiment,
                              rill_error *error)
{
    rill_status status = read_head(store, error);
    status = status == RILL_OK ? check_identity(store, experiment, error) : status;
    if (status == RILL_OK && store->n_variants != experiment->n_variants) {
        status = rill_error_set(error, RILL_IO, "",
                                "%s is damaged: it holds %d agents, the experiment has %d",
                                store->file, (int)store->n_variants, (int)experiment->n_variants);
    }
    return status;
}

/// WAL: readers and the writer do not wait for each other. NORMAL: a crash of the program loses no
/// finished run, a loss of power at most the last ones; neither harms the file.
static rill_status begin_wal(const rill_store *store, rill_error *error)
{
    static const char sql[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL";
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

rill_status rill_store_open(rill_store **out, const char *directory,
                            const rill_experiment *experiment, bool is_restart, rill_error *error)
{
    rill_store *store = NULL;
    bool is_empty = false;
    *out = NULL;
    rill_status status = make_directory(directory, error);
    if (status != RILL_OK) {
        return status;
    }
    if (is_restart) {
        remove_files(directory);
    }
    status = open_file(&store, directory, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);
    status = status == RILL_OK ? check_kind(store, &is_empty, error) : status;
    if (status == RILL_OK && !is_empty) { // before anything is written to it
        status = check_head(store, experiment, error);
    }
    if (status == RILL_OK) {
        status = begin_wal(store, error);
    }
    if (status == RILL_OK && is_empty) {
        status = write_head(store, experiment, error);
        status = status == RILL_OK ? check_head(store, experiment, error) : status;
    }
    if (status != RILL_OK) {
        rill_store_close(store);
        return status;
    }
    store->seed = (int64_t)experiment->seed;
    *out = store;
    return RILL_OK;
}

rill_status rill_store_open_results(rill_store **out, const char *directory, rill_error *error)
{
    rill_store *store = NULL;
    bool is_empty = false;
    char file[STORE_MAX_PATH];
    *out = NULL;
    snprintf(file, sizeof file, "%s/results.sqlite", directory);
    if (access(file, R_OK) != 0) {
        return rill_error_set(error, RILL_IO, "",
                              "cannot read %s: %s (results are made by "
                              "`rill run`)",
                              file, strerror(errno));
    }
    // a read-only WAL database needs its -shm file; opening for writing makes it
    int flags = access(file, W_OK) == 0 ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    rill_status status = open_file(&store, directory, flags, error);
    status = status == RILL_OK ? check_kind(store, &is_empty, error) : status;
    if (status == RILL_OK && is_empty) {
        status = rill_error_set(error, RILL_IO, "", "%s holds no experiment", store->file);
    }
    status = status == RILL_OK ? read_head(store, error) : status;
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
    for (int32_t i = 0; i < store->n_variants; i++) {
        free(store->labels[i]);
    }
    free(store->labels);
    free(store->config);
    free(store->identity);
    sqlite3_close(store->database);
    free(store);
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
