/// What tests of the window share: the pictures that it saves, and where in them things are.
#ifndef RILL_TESTS_PICTURES_H
#define RILL_TESTS_PICTURES_H

#include "plots/window/paint.h"
#include "tests/program.h"

#include <png.h>

/// An experiment on a grid.
static const char grid_world[] =
    "{'environment': {'id': 'cliff_walking'},"
    " 'agents': [{'label': 'Q', 'id': 'q_learning', 'params': {'alpha': 0.5, 'gamma': 1}},"
    "            {'label': 'Sarsa', 'id': 'sarsa', 'params': {'alpha': 0.5, 'gamma': 1}}],"
    " 'stop': {'episodes': 40}, 'runs': 3, 'seed': 7,"
    " 'record': [{'metric': 'return', 'every': 1, 'unit': 'episodes'}]}";

typedef struct picture {
    int width, height;
    unsigned char *bytes; ///< (height, width, 3)
} picture;

static inline picture read_picture(const char *path)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    ck_assert_msg(png_image_begin_read_from_file(&image, path) != 0, "%s: %s", path, image.message);
    image.format = PNG_FORMAT_RGB;
    picture p = {(int)image.width, (int)image.height, malloc(PNG_IMAGE_SIZE(image))};
    ck_assert_int_ne(png_image_finish_read(&image, NULL, p.bytes, 0, NULL), 0);
    return p;
}

static inline bool is_color(const picture *p, double x, double y, rill_color expected)
{
    const unsigned char *at = p->bytes + 3 * ((ptrdiff_t)(int)y * p->width + (int)x);
    return abs(at[0] - expected.red) + abs(at[1] - expected.green) + abs(at[2] - expected.blue) <
           12;
}

/// Pixels of nearly a colour.
static inline int count_color(const picture *p, rill_color color)
{
    int n = 0;
    for (ptrdiff_t i = 0; i < (ptrdiff_t)p->width * p->height; i++) {
        const unsigned char *at = p->bytes + 3 * i;
        n += abs(at[0] - color.red) + abs(at[1] - color.green) + abs(at[2] - color.blue) < 12;
    }
    return n;
}

/// From the world's units to pixels in the left part of a window of 1280 x 800.
typedef struct place {
    double scale, x, y;
} place;

static inline place place_world(double left, double bottom, double right, double top)
{
    const double room_left = 24.0, room_right = 686.0, room_top = 92.0, room_bottom = 736.0;
    place p;
    p.scale =
        fmin((room_right - room_left) / (right - left), (room_bottom - room_top) / (top - bottom));
    p.x = 0.5 * (room_left + room_right) - 0.5 * (left + right) * p.scale;
    p.y = 0.5 * (room_top + room_bottom) + 0.5 * (bottom + top) * p.scale;
    return p;
}

static inline void assert_world_color(const picture *p, place at, double x, double y,
                                      rill_color expected)
{
    ck_assert_msg(is_color(p, at.x + x * at.scale, at.y - y * at.scale, expected),
                  "at (%.2f, %.2f) of the world", x, y);
}

#endif
