/// Filling polygons, and the colours of values.
#include "tests/test.h"

#ifdef RILL_HAS_SDL

#include "plots/window/paint.h"

/// How much of a picture, drawn white on black, is covered, in pixels.
static double covered(const raster *picture)
{
    double sum = 0.0;
    for (int i = 0; i < picture->width * picture->height; i++) {
        sum += (picture->pixels[i] & 255) / 255.0;
    }
    return sum;
}

static void wipe(raster *picture)
{
    for (int i = 0; i < picture->width * picture->height; i++) {
        picture->pixels[i] = 0xff000000U;
    }
}

/// Twice the signed area of a polygon of n corners (the shoelace formula).
static double twice_area(const double *points, int n)
{
    double sum = 0.0;
    for (int i = 0; i < n; i++) {
        const double *a = &points[2 * i], *b = &points[2 * ((i + 1) % n)];
        sum += a[0] * b[1] - b[0] * a[1];
    }
    return sum;
}

START_TEST(polygons_cover_their_area)
{
    raster picture = {0};
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    ck_assert(raster_resize(&picture, 100, 80));
    for (int i = 0; i < 200; i++) {
        double points[8];
        const int n = 3;
        for (int k = 0; k < 2 * n; k++) {
            points[k] = (k % 2 == 0 ? 100.0 : 80.0) * rill_rng_random(&rng);
        }
        wipe(&picture);
        raster_polygon(&picture, points, n, RILL_WHITE);
        // each of some 400 pixels on the edges is rounded to a 255th, either way
        ASSERT_NEAR(covered(&picture), 0.5 * fabs(twice_area(points, n)), 0.2);
    }
    // a concave one, an arrow head
    const double arrow[] = {10.0, 10.0, 90.0, 40.0, 10.0, 70.0, 30.0, 40.0};
    wipe(&picture);
    raster_polygon(&picture, arrow, 4, RILL_WHITE);
    ASSERT_NEAR(covered(&picture), 0.5 * fabs(twice_area(arrow, 4)), 0.2);
    ck_assert_uint_eq(picture.pixels[40 * 100 + 15], 0xff000000U); // in the notch
    ck_assert_uint_eq(picture.pixels[40 * 100 + 50], 0xffffffffU);
    raster_release(&picture);
}
END_TEST

START_TEST(polygons_are_cut_at_the_clip)
{
    raster picture = {0};
    ck_assert(raster_resize(&picture, 60, 50));
    const double large[] = {-1e6, -1e6, 1e6, -1e6, 1e6, 1e6, -1e6, 1e6};
    wipe(&picture);
    raster_clip_to(&picture, 10.0, 5.0, 30.0, 20.0);
    raster_polygon(&picture, large, 4, RILL_WHITE);
    ck_assert_double_eq(covered(&picture), 20.0 * 15.0);
    ck_assert_uint_eq(picture.pixels[5 * 60 + 10], 0xffffffffU);
    ck_assert_uint_eq(picture.pixels[20 * 60 + 10], 0xff000000U);
    // half transparent, twice
    raster_clip_none(&picture);
    wipe(&picture);
    const double square[] = {0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0};
    raster_polygon(&picture, square, 4, (rill_color){255, 255, 255, 128});
    raster_polygon(&picture, square, 4, (rill_color){255, 255, 255, 128});
    ASSERT_NEAR(picture.pixels[0] & 255, 255.0 * (1.0 - 0.498 * 0.498), 1.0);
    // what has no place is not drawn
    const double nowhere[] = {0.0, 0.0, nan(""), 0.0, 9.0, 9.0};
    wipe(&picture);
    raster_polygon(&picture, nowhere, 3, RILL_WHITE);
    ck_assert_double_eq(covered(&picture), 0.0);
    raster_release(&picture);
}
END_TEST

/// A rectangle is the polygon of its corners, wherever its edges and the clip are; a level of 255 for rounding.
START_TEST(rectangles_are_polygons)
{
    static const rill_color colors[] = {{255, 255, 255, 255}, {255, 255, 255, 100}};
    raster fast = {0}, slow = {0};
    rill_rng rng;
    rill_rng_seed(&rng, 2);
    ck_assert(raster_resize(&fast, 40, 30) && raster_resize(&slow, 40, 30));
    for (int k = 0; k < 2000; k++) {
        double at[4];
        for (int i = 0; i < 4; i++) {
            at[i] = 60.0 * rill_rng_random(&rng) - 10.0;
            at[i] = k % 3 == 0 ? floor(at[i]) : at[i];
        }
        const double points[] = {at[0], at[1], at[2], at[1], at[2], at[3], at[0], at[3]};
        wipe(&fast);
        wipe(&slow);
        if (k % 5 == 0) {
            raster_clip_to(&fast, 5.0, 3.0, 31.0, 22.0);
            raster_clip_to(&slow, 5.0, 3.0, 31.0, 22.0);
        }
        if (at[0] < at[2] && at[1] < at[3]) {
            raster_rectangle(&fast, at[0], at[1], at[2], at[3], colors[k % 2]);
            raster_polygon(&slow, points, 4, colors[k % 2]);
        }
        int most = 0;
        for (int i = 0; i < 40 * 30; i++) {
            const int apart = (int)(fast.pixels[i] & 255) - (int)(slow.pixels[i] & 255);
            most = abs(apart) > most ? abs(apart) : most;
        }
        ck_assert_msg(most <= 1, "rectangle %d: %d levels apart", k, most);
        raster_clip_none(&fast);
        raster_clip_none(&slow);
    }
    raster_rectangle(&fast, (double)NAN, 0.0, 1.0, 1.0, colors[0]); // nothing happens
    raster_release(&fast);
    raster_release(&slow);
}
END_TEST

START_TEST(the_colours_of_values_grow_brighter)
{
    double last = -1.0;
    for (int i = 0; i <= 100; i++) {
        const rill_color color = color_of_share(i / 100.0);
        const double bright = 0.2126 * color.red + 0.7152 * color.green + 0.0722 * color.blue;
        ck_assert_double_gt(bright, last);
        last = bright;
    }
}
END_TEST

TEST_MAIN(polygons_cover_their_area, polygons_are_cut_at_the_clip, rectangles_are_polygons,
          the_colours_of_values_grow_brighter)

#else

int main(void)
{
    return 77; // there is no window
}

#endif
