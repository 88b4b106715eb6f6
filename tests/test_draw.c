/// Drawing by the layout of a grid, and the SVG canvas.
#include "tests/test.h"

#include <rill/svg.h>
#include <stdio.h>

/// What a canvas was asked to draw.
typedef struct record {
    int n_polygons, n_lines, n_texts;
    double circle_x, circle_y, right, top;
} record;

static void view(void *context, double left, double bottom, double right, double top)
{
    (void)left, (void)bottom;
    ((record *)context)->right = right;
    ((record *)context)->top = top;
}

static void line(void *context, double x0, double y0, double x1, double y1, double width,
                 rill_color color)
{
    (void)x0, (void)y0, (void)x1, (void)y1, (void)width, (void)color;
    ((record *)context)->n_lines++;
}

static void polygon(void *context, const double *points, int32_t n, rill_color color)
{
    (void)points, (void)n, (void)color;
    ((record *)context)->n_polygons++;
}

static void circle(void *context, double x, double y, double radius, rill_color color)
{
    (void)radius, (void)color;
    ((record *)context)->circle_x = x;
    ((record *)context)->circle_y = y;
}

static void text(void *context, double x, double y, double height, const char *string,
                 rill_color color)
{
    (void)x, (void)y, (void)height, (void)string, (void)color;
    ((record *)context)->n_texts++;
}

START_TEST(a_grid_is_drawn_with_its_agent)
{
    record seen = {0};
    const rill_canvas canvas = {&seen, view, line, polygon, circle, text};
    rill_env *env = NULL;
    rill_outcome outcome;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    rill_env_reset(env);
    rill_env_step(env, (rill_action){.index = 0}, &outcome);
    rill_env_step(env, (rill_action){.index = 1}, &outcome);
    ASSERT_OK(rill_env_draw(env, &canvas, &error), &error);
    ck_assert_int_eq(seen.n_polygons, 48);
    ck_assert_int_eq(seen.n_lines, 5 + 13);
    ck_assert_int_eq(seen.n_texts, 2);
    // row 2 from the top, column 1
    ck_assert_double_eq_tol(seen.circle_x, 1.5, 1e-12);
    ck_assert_double_eq_tol(seen.circle_y, 1.5, 1e-12);
    ck_assert_double_ge(seen.right, 12.0);
    ck_assert_double_ge(seen.top, 4.0);
    rill_env_destroy(env);
}
END_TEST

START_TEST(svg_is_a_whole_document)
{
    char *picture = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&picture, &size);
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    rill_env_reset(env);
    ASSERT_OK(rill_svg_draw(env, 600, stream, &error), &error);
    fclose(stream);
    ck_assert_int_eq(strncmp(picture, "<svg xmlns=", 11), 0);
    ck_assert_str_eq(picture + size - 7, "</svg>\n");
    ck_assert_ptr_nonnull(strstr(picture, "width=\"600\""));
    // the agent in the middle of seven cells: 3.6 of 7.2 world units
    ck_assert_ptr_nonnull(strstr(picture, "<circle cx=\"300\""));
    free(picture);
    rill_env_destroy(env);
}
END_TEST

START_TEST(what_cannot_be_drawn_says_so)
{
    rill_env_type type = rill_env_type_list()[0][0];
    rill_env *env = NULL;
    rill_error error = {0};
    const rill_canvas canvas = {0};
    type.grid = NULL;
    type.draw = NULL;
    ASSERT_OK(rill_env_create_from(&env, &type, NULL, 0, &error), &error);
    ck_assert_int_eq(rill_env_draw(env, &canvas, &error), RILL_INVALID);
    ck_assert_ptr_nonnull(strstr(error.message, "does not offer to be drawn"));
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(a_grid_is_drawn_with_its_agent, svg_is_a_whole_document, what_cannot_be_drawn_says_so)
