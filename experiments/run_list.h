/// Finished runs, in the order in which they came.
#ifndef RILL_EXPERIMENTS_RUN_LIST_H
#define RILL_EXPERIMENTS_RUN_LIST_H

#include <rill/recorder.h>

/// Begins as {0}; `runs` belongs to the caller (`free`).
typedef struct run_list {
    rill_run *runs; ///< (n)
    size_t n, capacity;
    size_t bytes; ///< of their series and estimates
} run_list;

/// Appends a run, which is the list's from then on; false without memory.
bool run_list_append(run_list *list, const rill_run *run);
/// Frees what the runs own, and empties the list.
void run_list_clear(run_list *list);

#endif
