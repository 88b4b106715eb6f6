/// The window of the system, by SDL, that a picture is shown in; and pictures in files.
#ifndef RILL_PLOTS_WINDOW_SCREEN_H
#define RILL_PLOTS_WINDOW_SCREEN_H

#include "plots/window/raster.h"

#include <SDL2/SDL.h>
#include <rill/status.h>

/// Windows are not made smaller; in them all parts can still be read.
enum { SCREEN_LEAST_WIDTH = 640, SCREEN_LEAST_HEIGHT = 480 };

typedef struct screen {
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture; ///< of the picture's size
} screen;

/// Opens a window of a size in points; headless, one that nobody sees. To be closed also after an error.
/// RILL_FAILED (no display).
rill_status screen_open(screen *self, int width, int height, bool is_headless, rill_error *error);
void screen_close(const screen *self);
/// Gives the picture the size of the window, in pixels; `is_new` tells that it was another one before.
rill_status screen_fit(screen *self, raster *picture, bool *is_new, rill_error *error);
void screen_show(const screen *self, const raster *picture);

/// Writes a PNG file. RILL_IO, RILL_NO_MEMORY.
rill_status screen_save(const raster *picture, const char *path, rill_error *error);

#endif
