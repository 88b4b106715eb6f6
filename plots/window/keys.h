/// Keys that are pressed by a text in place of fingers, without a display too.
#ifndef RILL_PLOTS_WINDOW_KEYS_H
#define RILL_PLOTS_WINDOW_KEYS_H

#include <SDL2/SDL.h>
#include <rill/status.h>

/// Takes the next key off a list of SDL's names by spaces, as "up s question"; SDLK_UNKNOWN at its end.
/// RILL_INVALID: there is no such key.
rill_status keys_next(const char **list, SDL_Keycode *key, rill_error *error);

#endif
