/// The TD errors of the last frames: above and below a line at zero.
#include "plots/window/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void view_note_error(view *self)
{
    if (self->learner->seen.steps == self->errors_step) {
        return;
    }
    self->errors_step = self->learner->seen.steps;
    self->errors[self->n_errors % VIEW_ERRORS] = self->learner->agent->memory->td_error;
    self->n_errors++;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/// The size that the plot reaches to: the greatest or, where it would press all others flat, that of the 95th
/// percentile and a half more.
static double reach_of(const view *self, int32_t n)
{
    double sizes[VIEW_ERRORS];
    int32_t n_finite = 0;
    for (int32_t i = 0; i < n; i++) {
        if (isfinite(self->errors[i])) {
            sizes[n_finite++] = fabs(self->errors[i]);
        }
    }
    if (n_finite == 0) {
        return 0.0;
    }
    qsort(sizes, (size_t)n_finite, sizeof *sizes, by_size);
    const double most = sizes[n_finite - 1];
    const double usual = 1.5 * sizes[(int32_t)(0.95 * (n_finite - 1))];
    return usual > 0.0 && most > 3.0 * usual ? usual : most;
}

void view_draw_errors(view *self)
{
    const area room = view_draw_sheet(self, self->error_area, "TD errors");
    const double u = self->unit, size = 11.0 * u;
    const int32_t n = self->n_errors < VIEW_ERRORS ? self->n_errors : VIEW_ERRORS;
    const double reach = reach_of(self, n);
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
            const double share = fmin(fmax(error * scale, plot.top - zero), plot.bottom - zero);
            const double y = zero - share, left = plot.left + i * width;
            paint_rectangle(&self->paint, (area){left, fmin(y, zero), left + width, fmax(y, zero)},
                            error < 0.0 ? RILL_VERMILION : RILL_BLUE);
            if (fabs(error) > reach) { // beyond the plot
                paint_rectangle(&self->paint,
                                error < 0.0
                                    ? (area){left, plot.bottom - 2.0 * u, left + width, plot.bottom}
                                    : (area){left, plot.top, left + width, plot.top + 2.0 * u},
                                INK);
            }
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
