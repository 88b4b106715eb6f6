// The feature map state_aggregation: whole numbers shared out evenly, cells of boxes.
#include "tests/feature_maps.h"

/// S&B figure 9.1: 1000 states in 10 groups of 100, the terminal states beside them.
START_TEST(test_a_thousand_states_in_ten_groups)
{
    rill_features map =
        make_map("state_aggregation", rill_space_discrete(1002), "low=1 high=1000 groups=10");
    ck_assert(map.size == 10 && map.n_active == 1 && map.is_binary && map.memory_size == 0);
    ck_assert(map.recommended_scale == 1.0 && map.step_scale == 1.0 && map.step_scales == NULL);
    for (int32_t s = 1; s <= 1000; s++) {
        ck_assert_int_eq(rill_features_active(&map, cell(s)), (s - 1) / 100);
    }
    ck_assert_int_eq(rill_features_active(&map, cell(0)), 0);
    ck_assert_int_eq(rill_features_active(&map, cell(1001)), 9);
    rill_features_destroy(&map);
    map = make_map("state_aggregation", rill_space_discrete(1000), ""); // 10 is the default
    for (int32_t s = 0; s < 1000; s++) {
        ck_assert_int_eq(rill_features_active(&map, cell(s)), s / 100);
    }
    rill_features_destroy(&map);
}
END_TEST

/// Of n states, state i belongs to floor(i groups / n): sizes differ by one at most.
START_TEST(test_uneven_groups)
{
    static const int32_t sevenths[] = {0, 0, 0, 1, 1, 2, 2};
    rill_features map = make_map("state_aggregation", rill_space_discrete(7), "groups=3");
    for (int32_t s = 0; s < 7; s++) {
        ck_assert_int_eq(rill_features_active(&map, cell(s)), sevenths[s]);
    }
    rill_features_destroy(&map);
    for (int32_t n = 1; n <= 60; n++) {
        for (int32_t groups = 1; groups <= 70; groups++) {
            char text[32];
            snprintf(text, sizeof text, "groups=%d", groups);
            map = make_map("state_aggregation", rill_space_discrete(n), text);
            ck_assert_int_eq(map.size, groups);
            for (int32_t s = 0; s < n; s++) {
                ASSERT_FOR(text, rill_features_active(&map, cell(s)) == s * groups / n);
            }
            rill_features_destroy(&map);
        }
    }
}
END_TEST

START_TEST(test_many_states)
{
    // products past 2^31
    const int32_t n = 2000000000, groups = 200000001;
    rill_features map = make_map("state_aggregation", rill_space_discrete(n), "groups=200000001");
    for (int64_t s = 0; s < n; s += 98765432) {
        ck_assert_int_eq(rill_features_active(&map, cell((int32_t)s)), s * groups / n);
    }
    ck_assert_int_eq(rill_features_active(&map, cell(n - 1)), groups - 1);
    rill_features_destroy(&map);
}
END_TEST

/// A grid of 4 rows and 6 columns in 2 x 3 blocks; the last number of the shape runs fastest.
START_TEST(test_grid)
{
    rill_features map =
        make_map("state_aggregation", rill_space_discrete(24), "shape=4,6 groups=2,3");
    ck_assert_int_eq(map.size, 6);
    for (int32_t row = 0; row < 4; row++) {
        for (int32_t column = 0; column < 6; column++) {
            ck_assert_int_eq(rill_features_active(&map, cell(row * 6 + column)),
                             row / 2 * 3 + column / 2);
        }
    }
    rill_features_destroy(&map);
    map = make_map("state_aggregation", rill_space_discrete(24), "shape=2,1,3,4 groups=2,1,3,4");
    for (int32_t s = 0; s < 24; s++) {
        ck_assert_int_eq(rill_features_active(&map, cell(s)), s); // each its own
    }
    rill_features_destroy(&map);
}
END_TEST

START_TEST(test_box)
{
    static const double low[] = {-1.0, 0.0}, high[] = {1.0, 8.0};
    static const struct {
        float x[2];
        int32_t cell;
    } cases[] = {{{-1.0f, 0.0f}, 0},      {{-0.5f, 0.0f}, 4}, {{-0.5000001f, 1.9f}, 0},
                 {{-0.5f, 2.0f}, 5},      {{0.0f, 4.0f}, 10}, {{0.99f, 7.9f}, 15},
                 {{1.0f, 8.0f}, 15},      {{9.0f, 9.0f}, 15}, {{-9.0f, -9.0f}, 0},
                 {{HUGE_VALF, 0.0f}, 12}, {{NAN, NAN}, 0}};
    rill_features map = make_map("state_aggregation", rill_space_box(2, low, high), "groups=4");
    ck_assert_int_eq(map.size, 16);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_int_eq(rill_features_active(&map, box(cases[i].x)), cases[i].cell);
    }
    rill_features_destroy(&map);
    // bounds of one's own: half of the range of the first
    map = make_map("state_aggregation", rill_space_box(2, low, high), "low=0,0 high=1,8 groups=4");
    ck_assert_int_eq(rill_features_active(&map, box((const float[]){-0.5f, 0.0f})), 0);
    ck_assert_int_eq(rill_features_active(&map, box((const float[]){0.25f, 0.0f})), 4);
    rill_features_destroy(&map);
}
END_TEST

/// Edges that are whole numbers belong to the cell above, for every number of cells.
START_TEST(test_edges_on_whole_numbers)
{
    for (int32_t n = 1; n <= 120; n++) {
        const double low[] = {0.0}, high[] = {(double)n};
        char text[64];
        snprintf(text, sizeof text, "groups=%d", n);
        rill_features map = make_map("state_aggregation", rill_space_box(1, low, high), text);
        for (int32_t i = 0; i <= n; i++) {
            const float on[] = {(float)i}, below[] = {nextafterf((float)i, -1.0f)};
            ck_assert_int_eq(rill_features_active(&map, box(on)), i < n ? i : n - 1);
            ck_assert_int_eq(rill_features_active(&map, box(below)), i > 0 ? i - 1 : 0);
        }
        rill_features_destroy(&map);
    }
}
END_TEST

START_TEST(test_too_many_cells)
{
    static const double low[64] = {0.0};
    double high[64];
    for (int i = 0; i < 64; i++) {
        high[i] = 1.0;
    }
    rill_features map = {0};
    rill_error error = {0};
    ASSERT_REFUSED(try_map(&map, "state_aggregation", rill_space_box(9, low, high), "", &error),
                   &error, "groups", "1e+09 cells are too many");
    ASSERT_REFUSED(try_map(&map, "state_aggregation", rill_space_box(64, low, high),
                           "groups=268435456", &error),
                   &error, "groups", "cells are too many"); // more than a double holds
    ASSERT_REFUSED(
        try_map(&map, "state_aggregation", rill_space_box(2, low, high), "groups=2,3,4", &error),
        &error, "groups", "3 numbers for 2 dimensions");
    map = make_map("state_aggregation", rill_space_box(2, low, high), "groups=16384");
    ck_assert_int_eq(rill_features_active(&map, box((const float[]){1.0f, 1.0f})), (1 << 28) - 1);
    rill_features_destroy(&map);
}
END_TEST

TEST_MAIN(test_a_thousand_states_in_ten_groups, test_uneven_groups, test_many_states, test_grid,
          test_box, test_edges_on_whole_numbers, test_too_many_cells)
