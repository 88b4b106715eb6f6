/// What environments draw on: lines, polygons, circles and text in world units. Back ends (a file, a
/// window, a terminal) fill in the functions; environments know none of them.
#ifndef RILL_CANVAS_H
#define RILL_CANVAS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rill_color {
    uint8_t red, green, blue, alpha; ///< alpha 255: opaque
} rill_color;

/// The colours of pictures; told apart by people with any colour vision (Okabe and Ito's palette).
#define RILL_BLACK ((rill_color){0, 0, 0, 255})
#define RILL_WHITE ((rill_color){255, 255, 255, 255})
#define RILL_GREY ((rill_color){160, 160, 160, 255})
#define RILL_LIGHT_GREY ((rill_color){225, 225, 225, 255})
#define RILL_ORANGE ((rill_color){230, 159, 0, 255})
#define RILL_SKY_BLUE ((rill_color){86, 180, 233, 255})
#define RILL_GREEN ((rill_color){0, 158, 115, 255})
#define RILL_YELLOW ((rill_color){240, 228, 66, 255})
#define RILL_BLUE ((rill_color){0, 114, 178, 255})
#define RILL_VERMILION ((rill_color){213, 94, 0, 255})
#define RILL_PURPLE ((rill_color){204, 121, 167, 255})

/// A canvas. The y axis points up; a shape drawn later covers earlier ones.
typedef struct rill_canvas {
    void *context; ///< the back end's
    /// The part of the world that is shown; called once, before anything else.
    void (*view)(void *context, double left, double bottom, double right, double top);
    /// A line of a width in world units, with round ends.
    void (*line)(void *context, double x0, double y0, double x1, double y1, double width,
                 rill_color color);
    /// A filled polygon of n corners, `points` is (n, 2).
    void (*polygon)(void *context, const double *points, int32_t n, rill_color color);
    /// A filled circle.
    void (*circle)(void *context, double x, double y, double radius, rill_color color);
    /// A line of text, centred at (x, y), of a height in world units.
    void (*text)(void *context, double x, double y, double height, const char *text,
                 rill_color color);
} rill_canvas;

/// A filled rectangle between two corners.
static inline void rill_canvas_rectangle(const rill_canvas *canvas, double left, double bottom,
                                         double right, double top, rill_color color)
{
    const double points[] = {left, bottom, right, bottom, right, top, left, top};
    canvas->polygon(canvas->context, points, 4, color);
}

#ifdef __cplusplus
}
#endif
#endif
