/// Whether the program still makes the results that are stored.
#include "experiments/run_one.h"
#include "experiments/store.h"

#include <inttypes.h>
#include <string.h>

/// Whether what a run has recorded so far is how a stored one begins.
static bool is_beginning(const rill_run *part, const rill_run *whole)
{
    bool is_same = part->n_series == whole->n_series;
    for (size_t i = 0; i < part->n_series && is_same; i++) {
        const rill_series *a = &part->series[i], *b = &whole->series[i];
        const size_t n = a->count < b->count ? a->count : b->count;
        is_same = strcmp(a->metric, b->metric) == 0;
        for (size_t j = 0; j < n && is_same && !rill_metric_is_timed(a->metric); j++) {
            const bool are_missing = a->values[j] != a->values[j] && b->values[j] != b->values[j];
            is_same = are_missing || a->values[j] == b->values[j];
        }
    }
    return is_same;
}

/// Repeats a stored run, for so many seconds at most.
static rill_status check_run(rill_store *store, const rill_experiment *experiment,
                             const rill_run *stored, double seconds, rill_error *error)
{
    rill_run run;
    const run_conditions conditions = {.seconds = seconds};
    rill_status status =
        run_one(experiment, stored->variant, stored->run, &conditions, &run, error);
    const bool is_same = status == RILL_OK ? run.hash == stored->hash : is_beginning(&run, stored);
    status = status == RILL_INTERRUPTED ? RILL_OK : status;
    if (status == RILL_OK && !is_same) {
        status =
            rill_error_set(error, RILL_INVALID, "",
                           "%s holds results that this program no longer makes (run %" PRId64
                           " of \"%s\" comes out differently: its code has changed since); start "
                           "over with --restart, or choose another --out",
                           store->file, stored->run, experiment->variants[stored->variant].label);
    }
    rill_run_clear(&run);
    return status;
}

/// The position of a variant of the experiment by its id; -1: it is of another one.
static int32_t find_own(const rill_store *store, int64_t id)
{
    for (int32_t i = 0; i < store->n_own; i++) {
        if (store->ids[i] == id) {
            return i;
        }
    }
    return -1;
}

rill_status rill_store_check(rill_store *store, const rill_experiment *experiment, double seconds,
                             rill_error *error)
{
    const double end = run_seconds_now() + seconds;
    sqlite3_stmt *select = store_prepare(
        store, "SELECT variant, run, min(wall_seconds) FROM runs GROUP BY variant ORDER BY 3",
        error);
    if (select == NULL) {
        return RILL_IO;
    }
    int code = SQLITE_ROW;
    rill_status status = RILL_OK;
    double left = seconds;
    while (status == RILL_OK && left > 0.0 && (code = sqlite3_step(select)) == SQLITE_ROW) {
        const int32_t variant = find_own(store, sqlite3_column_int64(select, 0));
        rill_run stored = {0};
        if (variant < 0) {
            continue;
        }
        status = store_load_one(store, variant, sqlite3_column_int64(select, 1), &stored, error);
        status = status == RILL_OK ? check_run(store, experiment, &stored, left, error) : status;
        rill_run_clear(&stored);
        left = end - run_seconds_now();
    }
    if (status == RILL_OK && code != SQLITE_DONE && code != SQLITE_ROW) {
        status = store_error(store, error);
    }
    sqlite3_finalize(select);
    return status;
}
