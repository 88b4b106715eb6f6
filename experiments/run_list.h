/// Runs in a list that grows.
#ifndef RILL_EXPERIMENTS_RUN_LIST_H
#define RILL_EXPERIMENTS_RUN_LIST_H

#include <rill/recorder.h>
#include <stdbool.h>
#include <stddef.h>

/// Begins as {0}. Free `runs` once it is empty.
typedef struct run_list {
    rill_run *runs; ///< (n)
    size_t n, capacity;
    size_t bytes; ///< of their series and estimates
} run_list;

/// Takes a run over; without memory it stays the caller's, and the answer is false.
bool run_list_append(run_list *list, const rill_run *run);
/// Clears the runs, and keeps the room for others.
void run_list_clear(run_list *list);

#endif
