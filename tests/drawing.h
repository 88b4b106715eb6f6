/// Pictures of environments: what is drawn lies inside the view, as numbers.
#ifndef RILL_TESTS_DRAWING_H
#define RILL_TESTS_DRAWING_H

#include "tests/test.h"

/// What was drawn: the view, and the rectangle around all shapes.
typedef struct drawing {
    double left, bottom, right, top;
    double min_x, min_y, max_x, max_y;
    int n_views, n_shapes;
} drawing;

static inline void drawing_add(drawing *d, double x, double y, double reach)
{
    ck_assert_msg(d->n_views == 1, "drawn before the view was set");
    ck_assert(isfinite(x) && isfinite(y) && isfinite(reach));
    d->min_x = fmin(d->min_x, x - reach);
    d->max_x = fmax(d->max_x, x + reach);
    d->min_y = fmin(d->min_y, y - reach);
    d->max_y = fmax(d->max_y, y + reach);
    d->n_shapes++;
}

static inline void drawing_view(void *context, double left, double bottom, double right, double top)
{
    drawing *d = context;
    d->n_views++;
    d->left = left;
    d->bottom = bottom;
    d->right = right;
    d->top = top;
}

static inline void drawing_line(void *context, double x0, double y0, double x1, double y1,
                                double width, rill_color color)
{
    ck_assert_uint_gt(color.alpha, 0);
    drawing_add(context, x0, y0, 0.5 * width);
    drawing_add(context, x1, y1, 0.5 * width);
}

static inline void drawing_polygon(void *context, const double *points, int32_t n, rill_color color)
{
    ck_assert_uint_gt(color.alpha, 0);
    ck_assert_int_ge(n, 3);
    for (int32_t i = 0; i < n; i++) {
        drawing_add(context, points[2 * i], points[2 * i + 1], 0.0);
    }
}

static inline void drawing_circle(void *context, double x, double y, double radius,
                                  rill_color color)
{
    ck_assert_uint_gt(color.alpha, 0);
    drawing_add(context, x, y, radius);
}

static inline void drawing_text(void *context, double x, double y, double height, const char *text,
                                rill_color color)
{
    ck_assert_uint_gt(color.alpha, 0);
    ck_assert_str_ne(text, "");
    drawing_add(context, x, y, 0.5 * height);
}

/// Draws the present state; every shape must lie inside the view.
static inline drawing check_drawing(const rill_env *env)
{
    drawing d = {.min_x = (double)INFINITY,
                 .min_y = (double)INFINITY,
                 .max_x = (double)-INFINITY,
                 .max_y = (double)-INFINITY};
    const rill_canvas canvas = {
        &d, drawing_view, drawing_line, drawing_polygon, drawing_circle, drawing_text};
    rill_error error = {0};
    ASSERT_OK(rill_env_draw(env, &canvas, &error), &error);
    ck_assert_int_eq(d.n_views, 1);
    ck_assert_int_gt(d.n_shapes, 1);
    ck_assert(d.left <= d.min_x && d.max_x <= d.right);
    ck_assert(d.bottom <= d.min_y && d.max_y <= d.top);
    return d;
}

#endif
