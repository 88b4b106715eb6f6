/// The progress bar of long commands.
#ifndef RILL_PROGRAM_PROGRESS_H
#define RILL_PROGRAM_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct progress {
    bool is_shown;          ///< stderr is a terminal, and the user did not ask for quiet
    int64_t n_done, n_runs; ///< runs that were there before, and in all
    double start;           ///< seconds
} progress;

/// A bar for `n_runs` runs of which `n_done` were there before.
progress progress_begin(int64_t n_done, int64_t n_runs, bool is_quiet);
/// Shows the steps taken and runs finished since the beginning.
void progress_show(const progress *bar, int64_t steps, int64_t n_finished);
/// Removes the bar.
void progress_end(const progress *bar);

/// Seconds of a clock that only goes forward.
double seconds_now(void);

#endif
