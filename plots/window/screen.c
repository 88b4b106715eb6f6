#include "plots/window/screen.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

static rill_status sdl_error(rill_error *error, const char *what)
{
    return rill_error_set(error, RILL_FAILED, "",
                          "%s: %s; --headless --screenshot F.png draws without a display", what,
                          SDL_GetError());
}

rill_status screen_open(screen *self, int width, int height, bool is_headless, rill_error *error)
{
    if (is_headless) {
        SDL_SetHint(SDL_HINT_VIDEODRIVER, "dummy");
        SDL_SetHint(SDL_HINT_RENDER_DRIVER, "software");
    }
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); // Ctrl-C ends the program
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        return sdl_error(error, "cannot open a window");
    }
    // without a display SDL goes on where nobody sees it: only whoever asks for that driver by name is to have it
    const char *driver = SDL_GetCurrentVideoDriver();
    const bool is_seen = strcmp(driver, "offscreen") != 0 && strcmp(driver, "dummy") != 0;
    if (!is_headless && !is_seen && getenv("SDL_VIDEODRIVER") == NULL) {
        SDL_SetError("there is no display");
        return sdl_error(error, "cannot open a window");
    }
    self->window = SDL_CreateWindow("rill watch", SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED,
                                    width, height, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    const Uint32 flags = is_headless ? SDL_RENDERER_SOFTWARE : SDL_RENDERER_PRESENTVSYNC;
    self->renderer = self->window == NULL ? NULL : SDL_CreateRenderer(self->window, -1, flags);
    if (self->renderer == NULL) {
        return sdl_error(error, "cannot open a window");
    }
    SDL_SetWindowMinimumSize(self->window, SCREEN_LEAST_WIDTH, SCREEN_LEAST_HEIGHT);
    return RILL_OK;
}

void screen_close(const screen *self)
{
    if (self->texture != NULL) {
        SDL_DestroyTexture(self->texture);
    }
    if (self->renderer != NULL) {
        SDL_DestroyRenderer(self->renderer);
    }
    if (self->window != NULL) {
        SDL_DestroyWindow(self->window);
    }
    SDL_Quit();
}

rill_status screen_fit(screen *self, raster *picture, bool *is_new, rill_error *error)
{
    int width = 0, height = 0;
    SDL_GetRendererOutputSize(self->renderer, &width, &height);
    *is_new = self->texture == NULL || width != picture->width || height != picture->height;
    if (!*is_new) {
        return RILL_OK;
    }
    if (self->texture != NULL) {
        SDL_DestroyTexture(self->texture);
    }
    self->texture = SDL_CreateTexture(self->renderer, SDL_PIXELFORMAT_ARGB8888,
                                      SDL_TEXTUREACCESS_STREAMING, width, height);
    if (self->texture == NULL) {
        return sdl_error(error, "cannot draw in the window");
    }
    return raster_resize(picture, width, height) ? RILL_OK : rill_error_no_memory(error);
}

void screen_show(const screen *self, const raster *picture)
{
    SDL_UpdateTexture(self->texture, NULL, picture->pixels, picture->width * 4);
    SDL_RenderCopy(self->renderer, self->texture, NULL, NULL);
    SDL_RenderPresent(self->renderer);
}

rill_status screen_save(const raster *picture, const char *path, rill_error *error)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)picture->width,
                       .height = (png_uint_32)picture->height,
                       .format = PNG_FORMAT_RGB};
    const size_t n = (size_t)picture->width * (size_t)picture->height;
    unsigned char *bytes = malloc(3 * n);
    if (bytes == NULL) {
        return rill_error_no_memory(error);
    }
    for (size_t i = 0; i < n; i++) {
        bytes[3 * i] = (unsigned char)(picture->pixels[i] >> 16);
        bytes[3 * i + 1] = (unsigned char)(picture->pixels[i] >> 8);
        bytes[3 * i + 2] = (unsigned char)picture->pixels[i];
    }
    const int is_written = png_image_write_to_file(&image, path, 0, bytes, 0, NULL);
    free(bytes);
    return is_written ? RILL_OK
                      : rill_error_set(error, RILL_IO, "", "cannot write the picture %.200s: %s",
                                       path, image.message);
}
