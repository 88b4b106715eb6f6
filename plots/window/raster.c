// A polygon is filled row by row: each edge adds to the pixels of a row the area to its right that it has
// within the row, signed by its direction, as differences along the row. Their running sum is the share of
// each pixel that the polygon covers, exact for edges that are straight.
#include "plots/window/raster.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

bool raster_resize(raster *picture, int width, int height)
{
    uint32_t *pixels = calloc((size_t)width * (size_t)height, sizeof *pixels);
    float *cover = calloc((size_t)width + 2, sizeof *cover);
    if (pixels == NULL || cover == NULL) {
        free(pixels);
        free(cover);
        return false;
    }
    raster_release(picture);
    *picture = (raster){.width = width, .height = height, .pixels = pixels, .cover = cover};
    raster_clip_none(picture);
    return true;
}

void raster_release(raster *picture)
{
    free(picture->pixels);
    free(picture->cover);
    *picture = (raster){0};
}

static int clamp(double value, int low, int high)
{
    return value <= low ? low : value >= high ? high : (int)value;
}

void raster_clip_to(raster *picture, double left, double top, double right, double bottom)
{
    picture->clip.left = clamp(floor(left), 0, picture->width);
    picture->clip.right = clamp(ceil(right), 0, picture->width);
    picture->clip.top = clamp(floor(top), 0, picture->height);
    picture->clip.bottom = clamp(ceil(bottom), 0, picture->height);
}

void raster_clip_none(raster *picture)
{
    picture->clip = (raster_clip){0, 0, picture->width, picture->height};
}

static uint32_t mix_channel(uint32_t below, uint32_t above, uint32_t share)
{
    return (below * (255 - share) + above * share + 127) / 255;
}

void raster_mix(raster *picture, int x, int y, rill_color color, unsigned share)
{
    uint32_t *pixel = &picture->pixels[(ptrdiff_t)y * picture->width + x];
    share = (share * color.alpha + 127) / 255;
    const uint32_t red = mix_channel(*pixel >> 16 & 255, color.red, share);
    const uint32_t green = mix_channel(*pixel >> 8 & 255, color.green, share);
    const uint32_t blue = mix_channel(*pixel & 255, color.blue, share);
    *pixel = 0xff000000U | red << 16 | green << 8 | blue;
}

/// Adds a part of an edge that lies in one row: from x0 to x1, over a height of `dy` of it, which is
/// negative for an edge that goes up. x is counted from the left of the clip, within its width.
static void add_part(float *cover, double x0, double x1, double dy)
{
    const double left = x0 < x1 ? x0 : x1, right = x0 < x1 ? x1 : x0;
    const int first = (int)left;
    const double inside = left - first; // of pixel `first`
    if (right <= first + 1.0) {
        const double middle = 0.5 * (left + right) - first;
        cover[first] += (float)(dy * (1.0 - middle));
        cover[first + 1] += (float)(dy * middle);
        return;
    }
    // the area to the right of the edge in each pixel that it crosses, less that of the pixel before
    const double slope = dy / (right - left);
    double before = 0.0;
    double reached = (1.0 - inside) * slope; // height of the edge at the right side of the pixel
    double area = 0.5 * (1.0 - inside) * reached;
    int i = first;
    for (; i + 1 < right; i++) {
        cover[i] += (float)(area - before);
        before = area;
        area = reached + 0.5 * slope;
        reached += slope;
    }
    const double rest = right - i; // of the last pixel
    const double last = dy - 0.5 * slope * rest * rest;
    // at its left side the edge has a height of dy - slope * rest
    cover[i] += (float)(last - before);
    cover[i + 1] += (float)(dy - last);
}

/// Adds an edge to a row, as far as it passes through it.
static void add_edge(const raster *picture, int row, const double *from, const double *to)
{
    const double direction = from[1] < to[1] ? 1.0 : -1.0;
    const double *high = direction > 0.0 ? from : to, *low = direction > 0.0 ? to : from;
    const double top = fmax(high[1], row), bottom = fmin(low[1], row + 1.0);
    if (!(bottom > top)) {
        return;
    }
    const double slope = (low[0] - high[0]) / (low[1] - high[1]);
    const double width = picture->clip.right - picture->clip.left;
    const double x0 = high[0] + slope * (top - high[1]) - picture->clip.left;
    const double x1 = high[0] + slope * (bottom - high[1]) - picture->clip.left;
    add_part(picture->cover, fmin(fmax(x0, 0.0), width), fmin(fmax(x1, 0.0), width),
             direction * (bottom - top));
}

static uint32_t opaque_of(rill_color color)
{
    return 0xff000000U | (uint32_t)color.red << 16 | (uint32_t)color.green << 8 | color.blue;
}

/// Fills the row as its pixels are covered, and clears the room for the next.
static void fill_row(raster *picture, int row, int left, int right, rill_color color)
{
    float *cover = picture->cover + (left - picture->clip.left);
    uint32_t *pixels = picture->pixels + (ptrdiff_t)row * picture->width;
    const uint32_t opaque = opaque_of(color);
    float sum = 0.0F;
    unsigned level = 0;
    for (int x = left; x < right; x++) {
        if (cover[x - left] != 0.0F) { // mostly not: edges are few
            sum += cover[x - left];
            cover[x - left] = 0.0F;
            level = (unsigned)(fminf(fabsf(sum), 1.0F) * 255.0F + 0.5F);
        }
        if (level == 255 && color.alpha == 255) {
            pixels[x] = opaque;
        } else if (level > 0) {
            raster_mix(picture, x, row, color, level);
        }
    }
    cover[right - left] = cover[right - left + 1] = 0.0F;
}

void raster_polygon(raster *picture, const double *points, int n, rill_color color)
{
    const raster_clip *clip = &picture->clip;
    double left = HUGE_VAL, right = -HUGE_VAL, top = HUGE_VAL, bottom = -HUGE_VAL;
    for (int i = 0; i < n; i++) {
        if (!isfinite(points[2 * i]) || !isfinite(points[2 * i + 1])) {
            return;
        }
        left = fmin(left, points[2 * i]);
        right = fmax(right, points[2 * i]);
        top = fmin(top, points[2 * i + 1]);
        bottom = fmax(bottom, points[2 * i + 1]);
    }
    const int first_x = clamp(floor(left), clip->left, clip->right);
    const int last_x = clamp(ceil(right), clip->left, clip->right);
    const int first_y = clamp(floor(top), clip->top, clip->bottom);
    const int last_y = clamp(ceil(bottom), clip->top, clip->bottom);
    for (int row = first_y; row < last_y && first_x < last_x; row++) {
        for (int i = 0; i < n; i++) {
            add_edge(picture, row, &points[2 * i], &points[i + 1 == n ? 0 : 2 * (i + 1)]);
        }
        fill_row(picture, row, first_x, last_x, color);
    }
}

static void fill_strip(raster *picture, double left, double top, double right, double bottom,
                       rill_color color)
{
    if (right > left && bottom > top) {
        const double points[] = {left, top, right, top, right, bottom, left, bottom};
        raster_polygon(picture, points, 4, color);
    }
}

void raster_rectangle(raster *picture, double left, double top, double right, double bottom,
                      rill_color color)
{
    const raster_clip *clip = &picture->clip;
    const double inner_left = ceil(left), inner_right = floor(right);
    const double inner_top = ceil(top), inner_bottom = floor(bottom);
    // (not for numbers that are none either)
    if (color.alpha < 255 || !(inner_left < inner_right) || !(inner_top < inner_bottom)) {
        fill_strip(picture, left, top, right, bottom, color);
        return;
    }
    const uint32_t opaque = opaque_of(color);
    const int first = clamp(inner_left, clip->left, clip->right);
    const int last = clamp(inner_right, clip->left, clip->right);
    const int last_row = clamp(inner_bottom, clip->top, clip->bottom);
    for (int y = clamp(inner_top, clip->top, clip->bottom); y < last_row; y++) {
        uint32_t *pixels = picture->pixels + (ptrdiff_t)y * picture->width;
        for (int x = first; x < last; x++) {
            pixels[x] = opaque;
        }
    }
    fill_strip(picture, left, top, right, inner_top, color);
    fill_strip(picture, left, inner_bottom, right, bottom, color);
    fill_strip(picture, left, inner_top, inner_left, inner_bottom, color);
    fill_strip(picture, inner_right, inner_top, right, inner_bottom, color);
}
