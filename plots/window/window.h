/// The window of `rill watch`: a run, seen while it goes on.
#ifndef RILL_PLOTS_WINDOW_WINDOW_H
#define RILL_PLOTS_WINDOW_WINDOW_H

#include <rill/experiment.h>
#include <rill/saved_agent.h>

/// What is to be watched, and how.
typedef struct window_request {
    const rill_experiment *experiment;
    int32_t variant;
    int64_t run;
    /// In place of a run of the experiment, one that is over: its agent, which acts greedily, and what was
    /// recorded in it, or nothing. NULL: none.
    const rill_saved_agent *saved;
    const rill_run *saved_run;
    double speed; ///< steps a second; INFINITY: as fast as it can
    int32_t width, height;
    bool is_headless; ///< draws without a window; each frame stands for 1/60 of a second
    int64_t
        frames; ///< to be drawn; 0: until the user quits, without a window until the run is over
    const char *press;      ///< keys (`keys_next`), pressed one each frame; NULL: none
    const char *screenshot; ///< PNG file for the last frame; NULL: none
    const char *record;     ///< film of all frames (`film_check_name`); NULL: none
} window_request;

/// How the last run that was shown stood at the end.
typedef struct window_report {
    int32_t variant;
    int64_t run;
    bool is_over; ///< then `hash` is that of its results
    bool is_diverged;
    uint64_t hash;
    int64_t steps, episodes;
    // of the greedy policy, where it was shown last; of a stored agent all that there was
    int64_t greedy_steps, greedy_episodes; ///< taken and ended
    int64_t n_cut;                         ///< episodes that were cut
    double greedy_return;                  ///< of the last that ended; NaN: none has
    char film[768];                        ///< what was recorded last, and where it is; "": nothing
} window_report;

/// Shows a run until the user or the number of frames ends it. RILL_FAILED (no display, no font), RILL_IO
/// (the picture cannot be written), RILL_NO_MEMORY, and what a run may end with.
rill_status window_watch(const window_request *request, window_report *report, rill_error *error);

#endif
