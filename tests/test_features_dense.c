// The feature maps with values of their own: fourier, polynomial, rbf, raw.
#include "tests/feature_maps.h"

static const double low[] = {-2.0, 10.0, 0.0}, high[] = {2.0, 18.0, 1.0};
static const double pi = 3.14159265358979323846;

/// Exactly this share of the range of dimension 0, 1, 2.
static void place(const double *s, float *x)
{
    for (int i = 0; i < 3; i++) {
        x[i] = (float)(low[i] + (high[i] - low[i]) * s[i]);
    }
}

static void draw_share(rill_rng *rng, double *s)
{
    for (int i = 0; i < 3; i++) {
        s[i] = (double)rill_rng_integers(rng, 1025) / 1024.0;
    }
}

// ---- fourier ----

/// Order 3 in two dimensions: 16 features, cos(pi (c_0 s_0 + c_1 s_1)), c_1 running fastest.
START_TEST(test_fourier)
{
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    rill_features map = make_map("fourier", rill_space_box(2, low, high), "");
    ck_assert_int_eq(map.size, 16);
    ck_assert(map.step_scale == 1.0 && map.memory_size == 0);
    // E[cos(pi c.s)^2] = 1/2 for s uniform and c not 0; a sample of 1000 is within a few percent
    double square = 1.0;
    for (int j = 1; j < 16; j++) {
        square += 0.5 / sqrt((double)((j / 4) * (j / 4) + (j % 4) * (j % 4)));
    }
    ck_assert_double_eq_tol(map.recommended_scale * square, 1.0, 0.06);
    for (int trial = 0; trial < 500; trial++) {
        double s[3], values[16];
        float x[3];
        draw_share(&rng, s);
        place(s, x);
        encode_dense(&map, box(x), values);
        for (int j = 0; j < 16; j++) {
            ASSERT_NEAR(values[j], cos(pi * (j / 4 * s[0] + j % 4 * s[1])), 1e-15);
        }
    }
    // by hand: the constant, and the first of each dimension from 1 at the lower bound to -1
    double values[16];
    encode_dense(&map, box((const float[]){-2.0f, 18.0f}), values);
    ck_assert(values[0] == 1.0 && values[1] == -1.0 && values[4] == 1.0 && values[5] == -1.0);
    encode_dense(&map, box((const float[]){0.0f, 18.0f}), values);
    ASSERT_NEAR(values[4], 0.0, 1e-15);
    rill_features_destroy(&map);
}
END_TEST

/// alpha_j = alpha / |c_j|, and alpha for the constant.
START_TEST(test_fourier_step_scales)
{
    rill_features map = make_map("fourier", rill_space_box(2, low, high), "");
    ck_assert(map.step_scales[0] == 1.0 && map.step_scales[1] == 1.0);
    ck_assert(map.step_scales[3] == 1.0 / 3.0 && map.step_scales[8] == 0.5);
    for (int j = 1; j < 16; j++) {
        ASSERT_NEAR(map.step_scales[j], 1.0 / hypot(j / 4, j % 4), 1e-16);
    }
    rill_features_destroy(&map);
    map = make_map("fourier", rill_space_box(2, low, high), "scale_step_size=false");
    ck_assert_ptr_null(map.step_scales);
    rill_features_destroy(&map);
}
END_TEST

START_TEST(test_fourier_uncoupled)
{
    rill_features map = make_map("fourier", rill_space_box(2, low, high), "coupled=false");
    ck_assert_int_eq(map.size, 1 + 2 * 3);
    static const int c[][2] = {{0, 0}, {0, 1}, {0, 2}, {0, 3}, {1, 0}, {2, 0}, {3, 0}};
    const double s[] = {0.3125, 0.75, 0.0};
    float x[3];
    double values[256];
    place(s, x);
    encode_dense(&map, box(x), values);
    for (int j = 0; j < 7; j++) {
        ASSERT_NEAR(values[j], cos(pi * (c[j][0] * s[0] + c[j][1] * s[1])), 1e-15);
        ASSERT_NEAR(map.step_scales[j], j == 0 ? 1.0 : 1.0 / (c[j][0] + c[j][1]), 1e-16);
    }
    rill_features_destroy(&map);
    // many dimensions are no matter
    double lows[64] = {0.0}, highs[64];
    float at[64];
    for (int i = 0; i < 64; i++) {
        highs[i] = 1.0;
        at[i] = (float)i / 64.0f;
    }
    map = make_map("fourier", rill_space_box(64, lows, highs), "coupled=false");
    ck_assert_int_eq(map.size, 1 + 64 * 3);
    encode_dense(&map, box(at), values);
    ASSERT_NEAR(values[1], cos(pi * 63.0 / 64.0), 1e-15); // the last dimension first
    ASSERT_NEAR(values[192], cos(pi * 3.0 * 0.0), 1e-15); // order 3 of the first
    ASSERT_NEAR(values[192 - 3], cos(pi * 3.0 / 64.0), 1e-15);
    rill_features_destroy(&map);
}
END_TEST

START_TEST(test_fourier_orders_for_each)
{
    rill_features map = make_map("fourier", rill_space_box(3, low, high), "order=2,0,1");
    static const int c[][3] = {{0, 0, 0}, {0, 0, 1}, {1, 0, 0}, {1, 0, 1}, {2, 0, 0}, {2, 0, 1}};
    const double s[] = {0.1875, 0.5, 0.625};
    float x[3];
    double values[6];
    ck_assert_int_eq(map.size, 6);
    place(s, x);
    encode_dense(&map, box(x), values);
    for (int j = 0; j < 6; j++) {
        ASSERT_NEAR(values[j], cos(pi * (c[j][0] * s[0] + c[j][2] * s[2])), 1e-15);
    }
    rill_features_destroy(&map);
    map = make_map("fourier", rill_space_box(3, low, high), "order=0"); // a constant alone
    ck_assert_int_eq(map.size, 1);
    rill_features_destroy(&map);
}
END_TEST

// ---- polynomial ----

/// S&B equation 9.17: (n + 1)^k features, the products of powers up to n.
START_TEST(test_polynomial)
{
    rill_rng rng;
    rill_rng_seed(&rng, 2);
    rill_features map = make_map("polynomial", rill_space_box(3, low, high), "order=4");
    ck_assert_int_eq(map.size, 125);
    for (int trial = 0; trial < 200; trial++) {
        double s[3], values[125];
        float x[3];
        draw_share(&rng, s);
        place(s, x);
        encode_dense(&map, box(x), values);
        for (int j = 0; j < 125; j++) {
            const double expected = pow(s[0], j / 25) * pow(s[1], j / 5 % 5) * pow(s[2], j % 5);
            ASSERT_NEAR(values[j], expected, 4e-16);
        }
    }
    rill_features_destroy(&map);
}
END_TEST

/// Zhao section 8.2.2 on the 5 x 5 world, scaled to [-1, 1]: 3, 6 and 10 features.
START_TEST(test_polynomial_of_total_degree)
{
    static const int sizes[] = {1, 3, 6, 10}; // by order
    for (int order = 0; order <= 3; order++) {
        char text[96];
        snprintf(text, sizeof text, "shape=5,5 from=-1 to=1 form=total_degree order=%d", order);
        rill_features map = make_map("polynomial", rill_space_discrete(25), text);
        ck_assert_int_eq(map.size, sizes[order]);
        for (int s = 0; s < 25; s++) {
            const double row = (s / 5 - 2) / 2.0, column = (s % 5 - 2) / 2.0;
            double values[10];
            encode_dense(&map, cell(s), values);
            // 1 first; then by the row's power
            int j = 0;
            for (int a = 0; a <= order; a++) {
                for (int b = 0; a + b <= order; b++) {
                    ck_assert(values[j] == pow(row, a) * pow(column, b)); // exact
                    j++;
                }
            }
            ck_assert(j == map.size && values[0] == 1.0);
        }
        rill_features_destroy(&map);
    }
    // state 7 is row 1, column 2: -0.5 and 0
    rill_features map = make_map("polynomial", rill_space_discrete(25),
                                 "shape=5,5 from=-1 to=1 form=total_degree order=2");
    static const double expected[] = {1.0, 0.0, 0.0, -0.5, 0.0, 0.25};
    double values[6];
    encode_dense(&map, cell(7), values);
    for (int j = 0; j < 6; j++) {
        ck_assert(values[j] == expected[j]);
    }
    rill_features_destroy(&map);
}
END_TEST

/// (dim + n choose n) features, each power also up to its own order.
START_TEST(test_polynomial_of_many_numbers)
{
    double lows[64] = {0.0}, highs[64];
    for (int i = 0; i < 64; i++) {
        highs[i] = 1.0;
    }
    rill_features map =
        make_map("polynomial", rill_space_box(64, lows, highs), "form=total_degree order=2");
    ck_assert_int_eq(map.size, 66 * 65 / 2);
    rill_features_destroy(&map);
    map = make_map("polynomial", rill_space_box(2, lows, highs), "form=total_degree order=3,1");
    ck_assert_int_eq(map.size, 7); // 1, x, xx, xxx, y, xy, xxy
    rill_features_destroy(&map);
    rill_error error = {0};
    ASSERT_REFUSED(try_map(&map, "polynomial", rill_space_box(64, lows, highs),
                           "form=total_degree order=5", &error),
                   &error, "order", "64 dimensions of order 5 make more than 1048576 features");
}
END_TEST

/// 2^20 features at most: 4^10 are, 4^11 are too many.
START_TEST(test_too_many_terms)
{
    static const char *const ids[] = {"fourier", "polynomial"};
    double lows[64] = {0.0}, highs[64];
    for (int i = 0; i < 64; i++) {
        highs[i] = 1.0;
    }
    for (int i = 0; i < 2; i++) {
        rill_features map = make_map(ids[i], rill_space_box(10, lows, highs), "");
        ck_assert_int_eq(map.size, 1 << 20);
        rill_features_destroy(&map);
        rill_error error = {0};
        for (int32_t dim = 11; dim <= 64; dim += 53) {
            ASSERT_REFUSED(try_map(&map, ids[i], rill_space_box(dim, lows, highs), "", &error),
                           &error, "order", "lower the order");
        }
        ASSERT_REFUSED(try_map(&map, ids[i], rill_space_box(3, lows, highs), "order=3,3", &error),
                       &error, "order", "2 numbers for 3 dimensions");
        ASSERT_REFUSED(try_map(&map, ids[i], rill_space_box(3, lows, highs), "order=", &error),
                       &error, "order", "0 numbers for 3 dimensions");
    }
}
END_TEST

START_TEST(test_polynomial_range)
{
    rill_features map =
        make_map("polynomial", rill_space_box(1, low, high), "order=2 from=-3 to=5");
    double values[3];
    encode_dense(&map, box((const float[]){-2.0f}), values);
    ck_assert(values[0] == 1.0 && values[1] == -3.0 && values[2] == 9.0);
    encode_dense(&map, box((const float[]){-1.0f}), values);
    ck_assert(values[1] == -1.0 && values[2] == 1.0);
    encode_dense(&map, box((const float[]){7.0f}), values); // clipped to its bounds
    ck_assert(values[1] == 5.0 && values[2] == 25.0);
    rill_features_destroy(&map);
    rill_error error = {0};
    ASSERT_REFUSED(try_map(&map, "polynomial", rill_space_box(1, low, high), "from=1 to=1", &error),
                   &error, "to", "1 is not above from, 1");
}
END_TEST

// ---- rbf ----

/// 3 x 5 centres: shares 0, 1/2, 1 of one range and 0, 1/4, ..., 1 of the other; a distance of
/// two centres is sigma.
START_TEST(test_rbf)
{
    rill_features map = make_map("rbf", rill_space_box(2, low, high), "centres=3,5");
    ck_assert_int_eq(map.size, 15);
    double s[3] = {0.0}, values[15];
    float x[3];
    for (int centre = 0; centre < 15; centre++) {
        s[0] = centre / 5 / 2.0;
        s[1] = centre % 5 / 4.0;
        place(s, x);
        encode_dense(&map, box(x), values);
        for (int j = 0; j < 15; j++) {
            const double rows = j / 5 - centre / 5, columns = j % 5 - centre % 5;
            ASSERT_NEAR(values[j], exp(-0.5 * (rows * rows + columns * columns)), 1e-16);
        }
        ck_assert(values[centre] == 1.0);
    }
    rill_features_destroy(&map);
}
END_TEST

/// exp(-|s - c|^2 / (2 sigma^2)), where sigma = width / (centres - 1) of the range.
START_TEST(test_rbf_width)
{
    static const double widths[] = {0.25, 0.5, 2.0};
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    for (int k = 0; k < 3; k++) {
        char text[64];
        snprintf(text, sizeof text, "centres=4 width=%g", widths[k]);
        rill_features map = make_map("rbf", rill_space_box(2, low, high), text);
        for (int trial = 0; trial < 100; trial++) {
            double s[3], values[16];
            float x[3];
            draw_share(&rng, s);
            place(s, x);
            encode_dense(&map, box(x), values);
            for (int j = 0; j < 16; j++) {
                const double sigma = widths[k] / 3.0;
                const double square = pow(s[0] - j / 4 / 3.0, 2.0) + pow(s[1] - j % 4 / 3.0, 2.0);
                ASSERT_NEAR(values[j], exp(-square / (2.0 * sigma * sigma)), 1e-14);
            }
        }
        rill_features_destroy(&map);
    }
}
END_TEST

START_TEST(test_rbf_normalised)
{
    rill_rng rng;
    rill_rng_seed(&rng, 4);
    rill_features map = make_map("rbf", rill_space_box(2, low, high), "centres=3"),
                  normalised =
                      make_map("rbf", rill_space_box(2, low, high), "centres=3 normalised=true");
    for (int trial = 0; trial < 200; trial++) {
        double s[3], values[9], quotients[9], sum = 0.0, sum_of_quotients = 0.0;
        float x[3];
        draw_share(&rng, s);
        place(s, x);
        encode_dense(&map, box(x), values);
        encode_dense(&normalised, box(x), quotients);
        for (int j = 0; j < 9; j++) {
            sum += values[j];
            sum_of_quotients += quotients[j];
        }
        ASSERT_NEAR(sum_of_quotients, 1.0, 1e-15);
        for (int j = 0; j < 9; j++) {
            ASSERT_NEAR(quotients[j], values[j] / sum, 1e-15);
        }
    }
    rill_features_destroy(&map);
    rill_features_destroy(&normalised);
    // bumps that no state between them feels: the nearest has all
    map = make_map("rbf", rill_space_box(1, low, high), "centres=5 width=1e-6 normalised=true");
    double values[5];
    encode_dense(&map, box((const float[]){0.4375f}), values); // 2.4375 of 4
    ck_assert(values[2] == 1.0 && values[1] == 0.0 && values[3] == 0.0);
    encode_dense(&map, box((const float[]){0.5f}), values); // in the middle of two
    ck_assert(values[2] == 0.5 && values[3] == 0.5);
    rill_features_destroy(&map);
}
END_TEST

START_TEST(test_rbf_of_one_centre)
{
    // in the middle, sigma in units of the range
    rill_features map = make_map("rbf", rill_space_box(1, low, high), "centres=1 width=0.5");
    double values[1];
    encode_dense(&map, box((const float[]){0.0f}), values);
    ck_assert(values[0] == 1.0);
    encode_dense(&map, box((const float[]){2.0f}), values);
    ASSERT_NEAR(values[0], exp(-0.5), 1e-16);
    rill_features_destroy(&map);
    rill_error error = {0};
    ASSERT_REFUSED(
        try_map(&map, "rbf", rill_space_box(3, low, high), "centres=1000,1000,2", &error), &error,
        "centres", "2e+06 centres in all are too many, allowed are 1048576");
    ASSERT_REFUSED(try_map(&map, "rbf", rill_space_box(3, low, high), "centres=2,2", &error),
                   &error, "centres", "2 numbers for 3 dimensions");
}
END_TEST

// ---- raw ----

START_TEST(test_raw)
{
    rill_features map = make_map("raw", rill_space_box(2, low, high), ""),
                  plain = make_map("raw", rill_space_box(2, low, high), "bias=false");
    ck_assert(map.size == 3 && plain.size == 2);
    static const float cases[][2] = {{-2.0f, 10.0f}, {2.0f, 18.0f}, {0.0f, 16.0f}, {-9.0f, 99.0f}};
    static const double expected[][2] = {{-1.0, -1.0}, {1.0, 1.0}, {0.0, 0.5}, {-1.0, 1.0}};
    for (int i = 0; i < 4; i++) {
        double values[3], numbers[2];
        encode_dense(&map, box(cases[i]), values);
        encode_dense(&plain, box(cases[i]), numbers);
        ck_assert(values[0] == 1.0 && values[1] == expected[i][0] && values[2] == expected[i][1]);
        ck_assert(numbers[0] == expected[i][0] && numbers[1] == expected[i][1]);
    }
    rill_features_destroy(&map);
    rill_features_destroy(&plain);
}
END_TEST

/// What float32 holds is scaled in double: the bounds of an environment are doubles beside it.
START_TEST(test_raw_of_float32)
{
    static const double narrow_low[] = {-0.07}, narrow_high[] = {0.07};
    rill_features map = make_map("raw", rill_space_box(1, narrow_low, narrow_high), "bias=false");
    double value;
    const float x[] = {0.035f};
    encode_dense(&map, box(x), &value);
    ASSERT_NEAR(value, ((double)0.035f + 0.07) / 0.14 * 2.0 - 1.0, 1e-15);
    ck_assert(fabs(value - 0.5) > 1e-9); // not that of the double 0.035
    rill_features_destroy(&map);
}
END_TEST

START_TEST(test_raw_of_discrete_observations)
{
    rill_features map = make_map("raw", rill_space_discrete(12), "shape=3,4");
    double values[3];
    for (int s = 0; s < 12; s++) {
        encode_dense(&map, cell(s), values);
        ck_assert(values[1] == s / 4 - 1.0); // row
        ASSERT_NEAR(values[2], 2.0 * (s % 4) / 3.0 - 1.0, 1e-15);
    }
    rill_features_destroy(&map);
    map = make_map("raw", rill_space_discrete(5), ""); // one row
    encode_dense(&map, cell(3), values);
    ck_assert(map.size == 2 && values[1] == 0.5);
    rill_features_destroy(&map);
    map = make_map("raw", rill_space_discrete(5), "low=1 high=3"); // bounds of one's own
    encode_dense(&map, cell(2), values);
    ck_assert(values[1] == 0.0);
    encode_dense(&map, cell(4), values);
    ck_assert(values[1] == 1.0);
    rill_features_destroy(&map);
    map = make_map("raw", rill_space_discrete(3), "shape=3,1"); // rows of one column
    encode_dense(&map, cell(2), values);
    ck_assert(values[1] == 1.0 && values[2] == -1.0);
    rill_features_destroy(&map);
}
END_TEST

TEST_MAIN(test_fourier, test_fourier_step_scales, test_fourier_uncoupled,
          test_fourier_orders_for_each, test_polynomial, test_polynomial_of_total_degree,
          test_polynomial_of_many_numbers, test_too_many_terms, test_polynomial_range, test_rbf,
          test_rbf_width, test_rbf_normalised, test_rbf_of_one_centre, test_raw,
          test_raw_of_float32, test_raw_of_discrete_observations)
