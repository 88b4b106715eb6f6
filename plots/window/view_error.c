/// The TD errors of the last frames: above and below a line at zero.
#include "plots/window/view.h"

#include <math.h>
#include <stdio.h>

void view_note_error(view *self)
{
    if (self->learner->seen.steps == self->errors_step) {
        return;
    }
    self->errors_step = self->learner->seen.steps;
    self->errors[self->n_errors % VIEW_ERRORS] = self->learner->agent->memory->td_error;
    self->n_errors++;
}

void view_draw_errors(view *self)
{
    const area room = view_draw_sheet(self, self->error_area, "TD errors");
    const double u = self->unit, size = 11.0 * u;
    const int32_t n = self->n_errors < VIEW_ERRORS ? self->n_errors : VIEW_ERRORS;
    double reach = 0.0;
    for (int32_t i = 0; i < n; i++) {
        reach = isfinite(self->errors[i]) ? fmax(reach, fabs(self->errors[i])) : reach;
    }
    char text[32], label[40];
    view_format(reach, text, sizeof text);
    snprintf(label, sizeof label, "+%s", text);
    const double label_width = paint_text_width(&self->paint, size, label) + 6.0 * u;
    const area plot = {room.left, room.top, room.right - label_width, room.bottom};
    const double zero = floor(0.5 * (plot.top + plot.bottom));
    const double scale = reach > 0.0 ? 0.5 * (plot.bottom - plot.top) / reach : 0.0;
    const double width = (plot.right - plot.left) / VIEW_ERRORS;
    for (int32_t i = 0; i < n; i++) { // the oldest at the left
        const double error = self->errors[(self->n_errors - n + i) % VIEW_ERRORS];
        if (isfinite(error)) {
            const double y = zero - error * scale, left = plot.left + i * width;
            paint_rectangle(&self->paint, (area){left, fmin(y, zero), left + width, fmax(y, zero)},
                            error < 0.0 ? RILL_VERMILION : RILL_BLUE);
        }
    }
    paint_rectangle(&self->paint, (area){plot.left, zero, plot.right, zero + fmax(1.0, floor(u))},
                    SOFT_INK);
    paint_text(&self->paint, room.right, zero, size, ALIGN_RIGHT, "0", SOFT_INK);
    if (reach > 0.0) {
        paint_text(&self->paint, room.right, plot.top + 0.5 * size, size, ALIGN_RIGHT, label,
                   SOFT_INK);
        snprintf(label, sizeof label, "−%s", text);
        paint_text(&self->paint, room.right, plot.bottom - 0.5 * size, size, ALIGN_RIGHT, label,
                   SOFT_INK);
    }
}
