/// Shapes and text in pixels, and the colours of values.
#ifndef RILL_PLOTS_WINDOW_PAINT_H
#define RILL_PLOTS_WINDOW_PAINT_H

#include "plots/window/raster.h"

#include <rill/status.h>

/// A rectangle in pixels.
typedef struct area {
    double left, top, right, bottom;
} area;

typedef enum text_align { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT } text_align;

typedef struct typeface typeface;

/// Whoever draws: the picture, and the letters.
typedef struct painter {
    raster picture;
    typeface *face;
} painter;

/// Finds the letters. RILL_FAILED (no font, with what to do), RILL_NO_MEMORY.
rill_status painter_open(painter *paint, rill_error *error);
void painter_close(painter *paint);

void paint_rectangle(painter *paint, area where, rill_color color);
/// The lines around a rectangle, of a width inside it.
void paint_frame(painter *paint, area where, double width, rill_color color);
void paint_line(painter *paint, double x0, double y0, double x1, double y1, double width,
                rill_color color);
void paint_circle(painter *paint, double x, double y, double radius, rill_color color);
void paint_polygon(painter *paint, const double *points, int n, rill_color color);

/// One line of UTF-8, `size` pixels high from the top of tall letters to the bottom of deep ones, its middle
/// at y.
void paint_text(painter *paint, double x, double y, double size, text_align align, const char *text,
                rill_color color);
/// As `paint_text`, cut with "…" where it is longer than `width`.
void paint_text_within(painter *paint, double x, double y, double size, double width,
                       const char *text, rill_color color);
double paint_text_width(painter *paint, double size, const char *text);

/// The colour of a share from 0 to 1, dark to bright, in even steps for every eye (viridis).
rill_color color_of_share(double share);

static inline bool area_contains(area where, double x, double y)
{
    return x >= where.left && x < where.right && y >= where.top && y < where.bottom;
}

#endif
