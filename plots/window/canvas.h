/// The canvas of environments (rill/canvas.h) in a part of the window.
#ifndef RILL_PLOTS_WINDOW_CANVAS_H
#define RILL_PLOTS_WINDOW_CANVAS_H

#include "plots/window/paint.h"

/// Shows a part of the world in a rectangle, as large as it fits and in its middle.
typedef struct window_canvas {
    painter *paint;
    area room;        ///< to draw in
    double scale;     ///< pixels a world unit; 0 until `view` was called
    double left, top; ///< world
    double x, y;      ///< pixels of that corner
} window_canvas;

/// The canvas as environments see it; `window` must live as long.
rill_canvas window_canvas_open(window_canvas *window, painter *paint, area room);
/// After the drawing.
void window_canvas_close(const window_canvas *window);

/// Where a point of the world is in the window, and back.
double window_canvas_x(const window_canvas *window, double x);
double window_canvas_y(const window_canvas *window, double y);

#endif
