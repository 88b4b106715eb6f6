/// A picture in memory, and anti-aliased filling of polygons: what everything in the window is made of.
/// The same pixels come out on any machine, with a window or without.
#ifndef RILL_PLOTS_WINDOW_RASTER_H
#define RILL_PLOTS_WINDOW_RASTER_H

#include <rill/canvas.h>
#include <stdbool.h>
#include <stdint.h>

/// A rectangle of whole pixels: left <= x < right, top <= y < bottom.
typedef struct raster_clip {
    int left, top, right, bottom;
} raster_clip;

/// Pixel (x, y) covers the square from (x, y) to (x + 1, y + 1); y points down.
typedef struct raster {
    int width, height;
    uint32_t *pixels; ///< (height, width) 0xAARRGGBB, all opaque
    float *cover;     ///< (width + 2) room for one row
    raster_clip clip; ///< nothing is drawn outside
} raster;

/// Makes the picture of a size, or of another one; its pixels are undefined then. False without memory, and
/// the picture is as before.
bool raster_resize(raster *picture, int width, int height);
void raster_release(raster *picture);

/// Draws to a part from now on, or to all.
void raster_clip_to(raster *picture, double left, double top, double right, double bottom);
void raster_clip_none(raster *picture);

/// Fills a polygon without holes of n corners, `points` is (n, 2) in pixels. It may be concave.
void raster_polygon(raster *picture, const double *points, int n, rill_color color);

/// Fills a rectangle, with edges within pixels too: as the polygon, and faster where it is large.
void raster_rectangle(raster *picture, double left, double top, double right, double bottom,
                      rill_color color);

/// Mixes a colour into one pixel, `share` from 0 to 255; the pixel must lie in the clip.
void raster_mix(raster *picture, int x, int y, rill_color color, unsigned share);

#endif
