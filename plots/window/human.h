/// An environment played by a person, with the keyboard.
#ifndef RILL_PLOTS_WINDOW_HUMAN_H
#define RILL_PLOTS_WINDOW_HUMAN_H

#include <rill/env.h>

/// What is to be played, and how.
typedef struct human_request {
    rill_env *env; ///< seeded; the caller's
    double speed;  ///< steps a second; 0: a step for each key, or 20 where the world does not wait
    int32_t width, height;
    bool is_headless;  ///< without a window; each frame stands for 1/60 of a second
    int64_t frames;    ///< to be drawn; 0: until the player quits
    const char *press; ///< names of keys (SDL's), by spaces, pressed one each frame; NULL: none
    const char *screenshot; ///< PNG file for the last frame; NULL: none
} human_request;

/// How it went.
typedef struct human_report {
    int64_t episodes, steps;         ///< finished and taken, over all episodes
    double last_return, best_return; ///< of finished episodes; NaN: there was none
} human_report;

/// Plays until the player or the number of frames ends it. RILL_FAILED (no display, no font), RILL_INVALID (no
/// such key), RILL_IO (the picture cannot be written), RILL_NO_MEMORY.
rill_status human_play(const human_request *request, human_report *report, rill_error *error);

#endif
