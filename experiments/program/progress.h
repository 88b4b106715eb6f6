/// How long commands tell how far they are, on standard error.
#ifndef RILL_PROGRAM_PROGRESS_H
#define RILL_PROGRAM_PROGRESS_H

#include "experiments/program/live_maps.h"

#include <rill/experiment.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum progress_form {
    PROGRESS_NONE,
    PROGRESS_LINES,    ///< a line every ten seconds: for logs
    PROGRESS_TERMINAL, ///< a line for each variant, drawn anew several times a second
    PROGRESS_JSON, ///< an object a line, every second and for each finished run (docs/results.md)
} progress_form;

/// What is right for standard error as it is: lines where it is no terminal, or one that cannot move its cursor.
progress_form progress_choose(void);

typedef struct progress progress;

/// Begins to tell about an experiment, some of whose runs (`is_done`, as in rill_run_options; may be NULL) were
/// made before (1) or are not to be counted (2). NULL where nothing is to be told, or without memory: the functions below take it.
progress *progress_begin(const rill_experiment *experiment, const uint8_t *is_done,
                         progress_form form);
/// Draws maps too (on a terminal), which must be there until the end; NULL: none.
void progress_add_maps(progress *p, live_maps *maps);
/// Notes finished runs, before they go elsewhere.
void progress_note(progress *p, const rill_run *runs, size_t n);
/// Tells how far it is, if it is time.
void progress_show(progress *p, const rill_progress *now);
/// Tells about something that went otherwise than hoped for; also with no progress to tell (NULL).
void progress_warn(progress *p, const char *message);
/// Clears what is on the terminal; `status` is what became of the experiment.
void progress_end(progress *p, rill_status status);

#endif
