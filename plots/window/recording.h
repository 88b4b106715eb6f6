/// Recording a window: a film begun by a key or from the start, its badge, and what is said of it.
#ifndef RILL_PLOTS_WINDOW_RECORDING_H
#define RILL_PLOTS_WINDOW_RECORDING_H

#include "plots/window/film.h"
#include "plots/window/paint.h"

typedef struct recording {
    const char *wanted; ///< the file of a film that begins with the next picture; NULL: none
    film *film;         ///< NULL: nothing is recorded
    bool is_required;   ///< the film is one that was wanted: what fails it ends the window
    char message[768];  ///< what became of the last film; "": nothing yet
} recording;

/// Begins a film with a name of its own, or ends the one that there is.
void recording_toggle(recording *self, const raster *picture);
/// Adds the picture, seen for so many seconds; one of another size ends the film. RILL_IO, of a required film.
rill_status recording_add(recording *self, const raster *picture, double seconds,
                          rill_error *error);
/// Draws that there is recording, for those in front of the window: after the picture was added.
void recording_draw_badge(const recording *self, painter *paint, double unit);
/// Ends the film, if there is one. RILL_IO, of a required film.
rill_status recording_end(recording *self, rill_error *error);

#endif
