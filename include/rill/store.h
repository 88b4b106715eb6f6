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

/// One variant of the stored experiment: one of its agents, with one setting of what is swept.
typedef struct rill_store_variant {
    char *label;       ///< unique
    char *agent_label; ///< of its agent in the file
    char *settings;    ///< what the sweep set, as a JSON object; "{}" without a sweep
    char *config;      ///< an experiment file of this variant alone, every default written out
} rill_store_variant;

/// Opens a directory for the runs of an experiment, creating what is missing. Variants that are there
/// already must have the same configuration, and others are added; but a directory that holds none of them,
/// or one with a different configuration, is refused (RILL_INVALID, with the first difference), unless
/// `is_restart`: then what was there is removed. Tables of an earlier version are brought to the present one.
/// RILL_IO (cannot create or write, damaged file), RILL_NO_MEMORY.
RILL_API rill_status rill_store_open(rill_store **store, const char *directory,
                                     const rill_experiment *experiment, bool is_restart,
                                     rill_error *error);

/// Opens a directory to read it. RILL_IO when it holds no results or damaged ones.
RILL_API rill_status rill_store_open_results(rill_store **store, const char *directory,
                                             rill_error *error);

/// NULL is fine.
RILL_API void rill_store_close(rill_store *store);

/// For a store opened for an experiment: marks its runs that are stored in `is_done` (n_variants, runs),
/// row-major, and counts them.
RILL_API rill_status rill_store_done(rill_store *store, int64_t runs, uint8_t *is_done,
                                     int64_t *n_done, rill_error *error);

/// Counts the stored runs below number `runs` of a variant (its position in `rill_store_variants`).
RILL_API rill_status rill_store_count(const rill_store *store, int32_t variant, int64_t runs,
                                      int64_t *count, rill_error *error);

/// For a store opened for an experiment: repeats stored runs for `seconds` in all, one of each variant as far
/// as that goes, the shortest first. Hashes are compared or, of a run that is not over by then, what it has
/// recorded. RILL_INVALID when the program no longer makes the stored results (its code has changed since).
RILL_API rill_status rill_store_check(rill_store *store, const rill_experiment *experiment,
                                      double seconds, rill_error *error);

/// Stores runs in one transaction; where that fails (a full disk), one by one as far as they go. A run is
/// stored whole or not at all. One that is there already must be the same.
RILL_API rill_status rill_store_put(rill_store *store, const rill_run *runs, size_t n,
                                    rill_error *error);

/// Copies the runs of `from` that `into` does not have, whole or not at all, and counts all and the new ones.
/// `from` is only read, one run in memory at a time; every run's hash is checked. Variants are told by their
/// labels, and added where `into` lacks them. RILL_INVALID (one of another configuration), RILL_IO (damaged;
/// a run that both have with different results), RILL_NO_MEMORY.
RILL_API rill_status rill_store_merge(rill_store *into, rill_store *from, int64_t *n_runs,
                                      int64_t *n_new, rill_error *error);
/// Stores a checkpoint of a run under way, in place of an earlier one of the same run. Storing the run
/// removes it.
RILL_API rill_status rill_store_put_checkpoint(rill_store *store, const rill_checkpoint *checkpoint,
                                               rill_error *error);
/// For a store opened for an experiment: the checkpoints of its runs below number `runs`. Free with
/// `rill_checkpoints_destroy`.
RILL_API rill_status rill_store_checkpoints(rill_store *store, int64_t runs,
                                            rill_checkpoint **checkpoints, size_t *n,
                                            rill_error *error);
RILL_API void rill_checkpoints_destroy(rill_checkpoint *checkpoints, size_t n);

/// The agent as it was at the end of a stored run of a variant (its position in `rill_store_variants`), (size)
/// bytes of `malloc` for `rill_saved_agent_read`; NULL where it was not kept. RILL_IO, RILL_NO_MEMORY.
RILL_API rill_status rill_store_agent(const rill_store *store, int32_t variant, int64_t run,
                                      void **bytes, size_t *size, rill_error *error);

/// Calls `on_run` with every stored run, by variant and number, one in memory at a time: it is gone after the
/// call, unless the callee keeps it by copying it and setting the original to zero. Agents are not loaded
/// (`rill_store_agent`). `run->variant` is the
/// position in `rill_store_variants`. All runs are those of one moment, whatever is stored meanwhile. Stops at
/// the first error of `on_run`. A run whose hash does not fit its data is damaged: RILL_IO.
RILL_API rill_status rill_store_each(rill_store *store,
                                     rill_status (*on_run)(void *context, rill_run *run,
                                                           rill_error *error),
                                     void *context, rill_error *error);

/// The runs of `rill_store_each`, all in memory. Free with `rill_runs_destroy`.
RILL_API rill_status rill_store_load(rill_store *store, rill_run **runs, size_t *n_runs,
                                     rill_error *error);
RILL_API void rill_runs_destroy(rill_run *runs, size_t n_runs);

/// The variants, (n); they belong to the store. Of a store opened for an experiment, its variants come first,
/// in its order; others that are stored follow.
RILL_API const rill_store_variant *rill_store_variants(const rill_store *store, int32_t *n);
/// Their labels, (n), ending with NULL; they belong to the store.
RILL_API const char *const *rill_store_labels(const rill_store *store, int32_t *n);
/// The experiment as it was run last with all of its variants: JSON text with every default written out.
RILL_API const char *rill_store_config(const rill_store *store);

#ifdef __cplusplus
}
#endif
#endif
