#include "plots/window/recording.h"

#include <stdio.h>
#include <string.h>

/// An error of a film that a key began is only told.
static rill_status tell(recording *self, rill_status status, const rill_error *error)
{
    if (status != RILL_OK) {
        snprintf(self->message, sizeof self->message, "%s", error->message);
    }
    return self->is_required ? status : RILL_OK;
}

rill_status recording_end(recording *self, rill_error *error)
{
    if (self->film == NULL) {
        return RILL_OK;
    }
    const rill_status status = film_close(self->film, self->message, sizeof self->message, error);
    self->film = NULL;
    const rill_status told = tell(self, status, error);
    self->is_required = false; // the next one is a key's
    return told;
}

void recording_toggle(recording *self, const raster *picture)
{
    rill_error error = {0};
    if (self->film != NULL) {
        self->is_required = false;
        recording_end(self, &error);
        return;
    }
    const rill_status status = film_open_next(&self->film, picture->width, picture->height, &error);
    snprintf(self->message, sizeof self->message, "recording; f ends the film");
    tell(self, status, &error);
}

rill_status recording_add(recording *self, const raster *picture, double seconds, rill_error *error)
{
    if (self->wanted != NULL) {
        const char *path = self->wanted;
        self->wanted = NULL;
        self->is_required = true;
        const rill_status status =
            film_open(&self->film, path, picture->width, picture->height, error);
        if (status != RILL_OK) {
            return status;
        }
    }
    if (self->film == NULL) {
        return RILL_OK;
    }
    if (!film_fits(self->film, picture->width, picture->height)) {
        const rill_status status = recording_end(self, error);
        const size_t used = strlen(self->message);
        snprintf(self->message + used, sizeof self->message - used,
                 "; it ends where the window got another size");
        return status;
    }
    rill_status status = film_add(self->film, picture, seconds, error);
    if (status != RILL_OK) {
        status = tell(self, status, error);
        film_abandon(self->film);
        self->film = NULL;
    }
    return status;
}

void recording_draw_badge(const recording *self, painter *paint, double unit)
{
    if (self->film == NULL) {
        return;
    }
    static const rill_color red = {200, 30, 30, 255}, white = {255, 255, 255, 255};
    static const char text[] = "recording";
    const double size = 14.0 * unit, y = 22.0 * unit, right = paint->picture.width - 14.0 * unit;
    const double width = paint_text_width(paint, size, text);
    paint_rectangle(
        paint, (area){right - width - 44.0 * unit, y - 13.0 * unit, right, y + 13.0 * unit}, red);
    paint_circle(paint, right - width - 26.0 * unit, y, 6.0 * unit, white);
    paint_text(paint, right - 12.0 * unit, y, size, ALIGN_RIGHT, text, white);
}
