/// What the parts of the store share: the open database and small steps on it.
#ifndef RILL_EXPERIMENTS_STORE_H
#define RILL_EXPERIMENTS_STORE_H

#include <rill/store.h>
#include <sqlite3.h>

enum {
    STORE_MAX_PATH = 4096,
    STORE_VERSION = 3, ///< of the tables; docs/results.md
};

struct rill_store {
    sqlite3 *database;
    char file[STORE_MAX_PATH];
    bool is_for_reading;
    int64_t version; ///< of the tables as they are in the file; 0: there are none yet
    int64_t seed;
    char *config;
    /// (n_variants) those of the experiment that the store was opened for first, in its order; others that
    /// are stored follow, in theirs.
    rill_store_variant *variants;
    int64_t *ids;  ///< (n_variants) in the database
    char **labels; ///< (n_variants + 1), NULL at the end; the variants'
    int32_t n_variants;
    int32_t n_own; ///< of the experiment that the store was opened for
};

/// Fills the error from the database's last one; answers its status.
rill_status store_error(const rill_store *store, rill_error *error);

/// RILL_IO: the file cannot be written or, with its log, not even be read.
rill_status store_read_only(const rill_store *store, rill_error *error);

/// Runs statements that answer nothing.
rill_status store_execute(const rill_store *store, const char *sql, rill_error *error);

/// A statement, or NULL with the error set.
sqlite3_stmt *store_prepare(const rill_store *store, const char *sql, rill_error *error);

/// Runs a prepared statement that answers nothing, and resets it.
rill_status store_step(const rill_store *store, sqlite3_stmt *statement, rill_error *error);

/// The one number that a query answers.
rill_status store_number(const rill_store *store, const char *sql, int64_t *value,
                         rill_error *error);

/// A text of the current row, "" for NULL; valid until the next step.
const char *store_text(sqlite3_stmt *select, int column);

/// Loads one run of a variant, which is there. Clear `run` (zeros before) also after an error.
rill_status store_load_one(const rill_store *store, int32_t variant, int64_t number, rill_run *run,
                           rill_error *error);

/// The numbers of the stored runs of a variant.
typedef struct store_numbers {
    int64_t n, first, last; ///< how many, the least and the greatest; all 0: none
    bool has_it;            ///< the one that was asked for
} store_numbers;

rill_status store_find_run(const rill_store *store, int32_t variant, int64_t number,
                           store_numbers *numbers, rill_error *error);

/// RILL_IO: the file is damaged; `finding` says how.
rill_status store_damaged(const rill_store *store, const char *finding, rill_error *error);

/// SQLite's own check of every page, and of every index against its table: a wrong byte in the
/// number of a run would give it to another one, and no hash would notice.
rill_status store_check_integrity(const rill_store *store, rill_error *error);

/// Finds the version of the tables: 0 for an empty file. RILL_IO: a file that is not ours, or of a version
/// that this program does not know.
rill_status store_check_version(rill_store *store, rill_error *error);
/// Creates the tables, or brings those of an earlier version, whose head has been read, to the present one.
/// Inside a transaction.
rill_status store_upgrade(rill_store *store, rill_error *error);

/// Reads the experiment and its variants, of any version.
rill_status store_read_head(rill_store *store, rill_error *error);
void store_clear_head(rill_store *store);
/// Brings the variants into the order of an experiment. RILL_INVALID when it is a different one. `is_complete`
/// is false when the file does not say yet all that it is to say about the experiment.
rill_status store_match(rill_store *store, const rill_experiment *experiment, bool *is_complete,
                        rill_error *error);
/// Writes what is missing. Inside a transaction, with the head read and matched.
rill_status store_write_head(rill_store *store, const rill_experiment *experiment,
                             rill_error *error);
/// Adds a variant to the tables, under an id of its own or, with 0, under a new one.
rill_status store_add_variant(const rill_store *store, int64_t id, int32_t position,
                              const rill_store_variant *variant, rill_error *error);

/// The statements that store a run.
typedef struct store_writer {
    const rill_store *store;
    sqlite3_stmt *find_twin, *put_run, *put_series, *put_agent, *remove_checkpoint;
} store_writer;

/// Close also after an error.
rill_status store_writer_open(store_writer *w, const rill_store *store, rill_error *error);
void store_writer_close(const store_writer *w);
/// Stores a run of the variant of this id and label. Inside a transaction. One that is there already must
/// be the same.
rill_status store_writer_put(const store_writer *w, int64_t variant, const char *label,
                             const rill_run *run, bool *is_new, rill_error *error);

#endif
