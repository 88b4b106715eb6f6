#include "plots/window/canvas.h"

#include <math.h>
#include <stdlib.h>

double window_canvas_x(const window_canvas *window, double x)
{
    return window->x + (x - window->left) * window->scale;
}

double window_canvas_y(const window_canvas *window, double y)
{
    return window->y + (window->top - y) * window->scale;
}

static void view(void *context, double left, double bottom, double right, double top)
{
    window_canvas *window = context;
    const area *room = &window->room;
    const double width = right - left, height = top - bottom;
    window->scale = fmin((room->right - room->left) / width, (room->bottom - room->top) / height);
    window->left = left;
    window->top = top;
    window->x = 0.5 * (room->left + room->right - width * window->scale);
    window->y = 0.5 * (room->top + room->bottom - height * window->scale);
    raster_clip_to(&window->paint->picture, room->left, room->top, room->right, room->bottom);
}

static void line(void *context, double x0, double y0, double x1, double y1, double width,
                 rill_color color)
{
    const window_canvas *window = context;
    paint_line(window->paint, window_canvas_x(window, x0), window_canvas_y(window, y0),
               window_canvas_x(window, x1), window_canvas_y(window, y1), width * window->scale,
               color);
}

static void polygon(void *context, const double *points, int32_t n, rill_color color)
{
    const window_canvas *window = context;
    double *pixels = malloc((size_t)n * 2 * sizeof *pixels);
    if (pixels == NULL) {
        return; // a shape is missing in one frame
    }
    for (int32_t i = 0; i < n; i++) {
        pixels[2 * i] = window_canvas_x(window, points[2 * i]);
        pixels[2 * i + 1] = window_canvas_y(window, points[2 * i + 1]);
    }
    paint_polygon(window->paint, pixels, n, color);
    free(pixels);
}

static void circle(void *context, double x, double y, double radius, rill_color color)
{
    const window_canvas *window = context;
    paint_circle(window->paint, window_canvas_x(window, x), window_canvas_y(window, y),
                 radius * window->scale, color);
}

static void text(void *context, double x, double y, double height, const char *string,
                 rill_color color)
{
    const window_canvas *window = context;
    paint_text(window->paint, window_canvas_x(window, x), window_canvas_y(window, y),
               height * window->scale, ALIGN_CENTRE, string, color);
}

rill_canvas window_canvas_open(window_canvas *window, painter *paint, area room)
{
    *window = (window_canvas){.paint = paint, .room = room};
    return (rill_canvas){window, view, line, polygon, circle, text};
}

void window_canvas_close(const window_canvas *window)
{
    raster_clip_none(&window->paint->picture);
}
