/// ffmpeg, which is given pictures and writes an animated file.
#ifndef RILL_PLOTS_WINDOW_FILM_ENCODER_H
#define RILL_PLOTS_WINDOW_FILM_ENCODER_H

#include "plots/window/raster.h"

#include <rill/status.h>

enum { FILM_RATE = 60 }; ///< pictures a second

typedef struct film_encoder film_encoder;

/// How ffmpeg is to encode for a file's ending (".mp4"), ending with NULL; NULL: not at all.
const char *const *film_encoder_arguments(const char *ending);
/// The same for people, each with a blank before it, as a shell takes them.
const char *film_encoder_text(const char *ending);

/// Starts ffmpeg. `is_missing`: there is none, which is no error, and `self` is NULL. RILL_IO, RILL_NO_MEMORY.
rill_status film_encoder_open(film_encoder **self, const char *path, const char *ending, int width,
                              int height, bool *is_missing, rill_error *error);
/// RILL_IO, with what ffmpeg says: it has ended.
rill_status film_encoder_write(film_encoder *self, const raster *picture, rill_error *error);
/// Waits until the file is written; frees. RILL_IO, with what ffmpeg says.
rill_status film_encoder_close(film_encoder *self, rill_error *error);

#endif
