/// The result directory: one SQLite file that holds an experiment and its finished runs.
/// docs/results.md describes the tables. (lab library)
#ifndef RILL_STORE_H
#define RILL_STORE_H

#include <rill/experiment.h>
#include <rill/recorder.h>
#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rill_store rill_store;

/// Opens a directory for the runs of an experiment, creating what is missing. A directory that
/// holds runs of a different experiment is refused (RILL_INVALID, with the first difference),
/// unless `is_restart`: then what was there is removed.
/// RILL_IO (cannot create or write, damaged file), RILL_NO_MEMORY.
RILL_API rill_status rill_store_open(rill_store **store, const char *directory,
                                     const rill_experiment *experiment, bool is_restart,
                                     rill_error *error);

/// Opens a directory to read it. RILL_IO when it holds no results or damaged ones.
RILL_API rill_status rill_store_open_results(rill_store **store, const char *directory,
                                             rill_error *error);

/// NULL is fine.
RILL_API void rill_store_close(rill_store *store);

/// Marks the runs that are stored in `is_done` (n_variants, runs), row-major, and counts them.
RILL_API rill_status rill_store_done(rill_store *store, int64_t runs, uint8_t *is_done,
                                     int64_t *n_done, rill_error *error);

/// Repeats, for each variant, the shortest of its stored runs that took less than `seconds`, and
/// compares hashes: RILL_INVALID when the program no longer makes the stored results (its code has
/// changed since).
RILL_API rill_status rill_store_check(rill_store *store, const rill_experiment *experiment,
                                      double seconds, rill_error *error);

/// Stores runs in one transaction; where that fails (a full disk), one by one as far as they go. A run is
/// stored whole or not at all. One that is there already must be the same.
RILL_API rill_status rill_store_put(rill_store *store, const rill_run *runs, size_t n,
                                    rill_error *error);

/// Loads all stored runs, by variant and number. A run whose hash does not fit its data is damaged:
/// RILL_IO. Free with `rill_runs_destroy`.
RILL_API rill_status rill_store_load(rill_store *store, rill_run **runs, size_t *n_runs,
                                     rill_error *error);
RILL_API void rill_runs_destroy(rill_run *runs, size_t n_runs);

/// The labels of the variants, (n), ending with NULL; they belong to the store.
RILL_API const char *const *rill_store_labels(const rill_store *store, int32_t *n);
/// The experiment as it was run: JSON text with every default written out.
RILL_API const char *rill_store_config(const rill_store *store);

#ifdef __cplusplus
}
#endif
#endif
