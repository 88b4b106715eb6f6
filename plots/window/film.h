/// Films of what is drawn: an animated file made by ffmpeg or, without it, numbered pictures.
#ifndef RILL_PLOTS_WINDOW_FILM_H
#define RILL_PLOTS_WINDOW_FILM_H

#include "plots/window/raster.h"

#include <rill/status.h>
#include <stddef.h>

/// A film that is being recorded: 60 pictures a second.
typedef struct film film;

/// Whether a name says a format that there is: .mp4, .webm or .gif; otherwise RILL_INVALID.
rill_status film_check_name(const char *path, rill_error *error);

/// Begins a film of pictures of a size. Without ffmpeg its pictures go to a new directory, called as the file
/// without its ending. RILL_INVALID (the name), RILL_IO, RILL_NO_MEMORY; `self` is NULL then.
rill_status film_open(film **self, const char *path, int width, int height, rill_error *error);
/// As `film_open`, called watch-1.mp4, watch-2.mp4, ...: the first that is not there.
rill_status film_open_next(film **self, int width, int height, rill_error *error);
/// Whether pictures of a size fit.
bool film_fits(const film *self, int width, int height);

/// Adds a picture that is seen for so many seconds of the film. RILL_IO: the film is broken, with the reason of
/// ffmpeg; it is to be abandoned.
rill_status film_add(film *self, const raster *picture, double seconds, rill_error *error);

/// Ends the film and frees it. `message` (size) says what was saved, and where. RILL_IO.
rill_status film_close(film *self, char *message, size_t size, rill_error *error);
/// Frees a film that is broken; NULL is fine.
void film_abandon(film *self);

#endif
