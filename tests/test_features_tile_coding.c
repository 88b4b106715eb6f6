// The feature map tile_coding: its partitions against a naive tile coder, its table against tiles3.
#include "tests/feature_maps.h"

enum { MAX_DIM = 4, MAX_TILINGS = 50, PARTS = 4096 };

/// A tile coder in whole numbers: the state is k_i parts of 1 / PARTS of its range.
typedef struct naive_coder {
    int32_t dim, n_tilings;
    int32_t tiles[MAX_DIM];
    bool is_wrapped[MAX_DIM];
} naive_coder;

/// Tiling t has the state displaced by t (2 i + 1) / n_tilings of a tile in dimension i.
static void naive_tile(const naive_coder *self, const int32_t *k, int32_t tiling, int64_t *tile)
{
    for (int32_t i = 0; i < self->dim; i++) {
        const int64_t n = self->n_tilings;
        tile[i] = (k[i] * self->tiles[i] * n + tiling * (2 * i + 1) * PARTS) / (PARTS * n);
        tile[i] = self->is_wrapped[i] ? tile[i] % self->tiles[i] : tile[i];
    }
}

static const double lows[] = {-1.0, 0.0, -8.0, 2.0}, highs[] = {3.0, 0.25, 8.0, 4.0};

/// Bounds, tiles and circles as parameters of the map.
static rill_features make_coder(const naive_coder *self, const char *more)
{
    char text[256];
    int length =
        snprintf(text, sizeof text, "tilings=%d tiles=%d", self->n_tilings, self->tiles[0]);
    for (int32_t i = 1; i < self->dim; i++) {
        length += snprintf(text + length, sizeof text - (size_t)length, ",%d", self->tiles[i]);
    }
    for (int32_t i = 0; i < self->dim; i++) {
        length += snprintf(text + length, sizeof text - (size_t)length, "%s%d",
                           i == 0 ? " wrap=" : ",", self->is_wrapped[i]);
    }
    snprintf(text + length, sizeof text - (size_t)length, "%s%s", more[0] == '\0' ? "" : " ", more);
    return make_map("tile_coding", rill_space_box(self->dim, lows, highs), text);
}

/// A random state: often on the edge of a tile or of the space.
static void draw_state(const naive_coder *self, rill_rng *rng, int32_t *k, float *x)
{
    for (int32_t i = 0; i < self->dim; i++) {
        k[i] = (int32_t)rill_rng_integers(rng, PARTS + 1);
        switch (rill_rng_integers(rng, 5)) {
        case 0:
            k[i] = (k[i] & 1) * PARTS;
            break;
        case 1:
            k[i] = k[i] / 256 * 256;
            break;
        default:
            break;
        }
        x[i] = (float)(lows[i] + (highs[i] - lows[i]) * k[i] / PARTS); // exact
    }
}

/// Two states share tile t if and only if they do for the naive coder. Answers how many do.
static int check_partition(const naive_coder *self, rill_rng *rng)
{
    enum { STATES = 150 };
    static int32_t k[STATES][MAX_DIM], indices[STATES][MAX_TILINGS];
    static int64_t tiles[STATES][MAX_TILINGS][MAX_DIM];
    rill_features map = make_coder(self, "");
    double n_features = self->n_tilings;
    for (int32_t i = 0; i < self->dim; i++) {
        n_features *= self->tiles[i] + !self->is_wrapped[i];
    }
    ck_assert(map.size == n_features && map.n_active == self->n_tilings && map.is_binary);
    ck_assert_uint_eq(map.memory_size, 0);
    memset(tiles, 0, sizeof tiles);
    int n_shared = 0;
    for (int s = 0; s < STATES; s++) {
        float x[MAX_DIM];
        draw_state(self, rng, k[s], x);
        ck_assert_int_eq(map.type->encode(&map, NULL, false, box(x), indices[s], NULL),
                         self->n_tilings);
        for (int32_t t = 0; t < self->n_tilings; t++) {
            // tiling by tiling: one after the other in the index too
            const int32_t size = map.size / self->n_tilings;
            ASSERT_FOR("tiling", indices[s][t] / size == t && indices[s][t] >= 0);
            naive_tile(self, k[s], t, tiles[s][t]);
            for (int r = 0; r < s; r++) {
                const bool is_shared = memcmp(tiles[s][t], tiles[r][t], sizeof tiles[r][t]) == 0;
                ASSERT_FOR("partition", (indices[s][t] == indices[r][t]) == is_shared);
                n_shared += is_shared;
            }
        }
    }
    rill_features_destroy(&map);
    return n_shared;
}

START_TEST(test_partitions)
{
    static const int32_t tilings[] = {1, 2, 5, 8, 16};
    static const int32_t tiles[][MAX_DIM] = {{8, 8, 8, 8}, {5, 3, 2, 4}, {1, 2, 1, 7}};
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    int n_shared = 0;
    for (int32_t dim = 1; dim <= MAX_DIM; dim++) {
        for (int i = 0; i < 5 * 3 * 3; i++) {
            naive_coder coder = {.dim = dim, .n_tilings = tilings[i % 5]};
            memcpy(coder.tiles, tiles[i / 5 % 3], sizeof coder.tiles);
            for (int32_t d = 0; d < dim; d++) { // none, all, some
                coder.is_wrapped[d] = i / 15 == 1 || (i / 15 == 2 && d % 2 == 1);
            }
            n_shared += check_partition(&coder, &rng);
        }
    }
    ck_assert_int_gt(n_shared, 100000);
}
END_TEST

/// Every tile is used, and those on the edges where they belong.
START_TEST(test_one_dimension_by_hand)
{
    static const double low[] = {0.0}, high[] = {4.0};
    rill_features map = make_map("tile_coding", rill_space_box(1, low, high), "tilings=2 tiles=4");
    // tiling 0: [0, 1) [1, 2) [2, 3) [3, 4) {4}; tiling 1: [0, 0.5) [0.5, 1.5) ... [3.5, 4]
    static const double cases[][3] = {{-1.0, 0, 5}, {0.0, 0, 5},  {0.49, 0, 5}, {0.5, 0, 6},
                                      {0.99, 0, 6}, {1.0, 1, 6},  {1.5, 1, 7},  {3.0, 3, 8},
                                      {3.49, 3, 8}, {3.5, 3, 9},  {3.99, 3, 9}, {4.0, 4, 9},
                                      {5.0, 4, 9},  {1e30, 4, 9}, {-1e30, 0, 5}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const float x[] = {(float)cases[i][0]};
        int32_t indices[2];
        double values[2] = {0.0, 0.0};
        ck_assert_int_eq(rill_features_encode(&map, NULL, false, box(x), indices, values), 2);
        ck_assert(indices[0] == cases[i][1] && indices[1] == cases[i][2]);
        ck_assert(values[0] == 1.0 && values[1] == 1.0);
    }
    rill_features_destroy(&map);
    // a circle: its ends meet
    map = make_map("tile_coding", rill_space_box(1, low, high), "tilings=2 tiles=4 wrap=1");
    static const double circle[][3] = {{0.0, 0, 4}, {0.5, 0, 5}, {3.5, 3, 4}, {4.0, 0, 4}};
    ck_assert_int_eq(map.size, 8);
    for (size_t i = 0; i < sizeof circle / sizeof circle[0]; i++) {
        const float x[] = {(float)circle[i][0]};
        int32_t indices[2];
        map.type->encode(&map, NULL, false, box(x), indices, NULL);
        ck_assert(indices[0] == circle[i][1] && indices[1] == circle[i][2]);
    }
    rill_features_destroy(&map);
}
END_TEST

/// S&B figure 9.10: 50 tilings with tiles of 200 states, displaced by 4 states each; no state is
/// moved across an edge by rounding.
START_TEST(test_a_thousand_states)
{
    const char *tables[] = {"low=1 high=1001 tiles=5 tilings=50",
                            "low=1 high=1001 tiles=5 tilings=50 table_size=400"};
    for (int k = 0; k < 2; k++) {
        rill_features map = make_map("tile_coding", rill_space_discrete(1002), tables[k]);
        void *memory = calloc(1, map.memory_size + 1);
        int32_t before[50], indices[50];
        for (int32_t s = 1; s <= 1000; s++) {
            ck_assert_int_eq(map.type->encode(&map, memory, false, cell(s), indices, NULL), 50);
            for (int32_t t = 0; t < 50 && s > 1; t++) {
                // another tile than the state before where (s - 1) + 4 t is a multiple of 200
                ck_assert_int_eq(indices[t] != before[t], (s - 1 + 4 * t) % 200 == 0);
            }
            memcpy(before, indices, sizeof before);
        }
        free(memory);
        rill_features_destroy(&map);
    }
}
END_TEST

/// The edges of a grid lie on the whole numbers for every number of tiles.
START_TEST(test_edges_on_whole_numbers)
{
    for (int32_t n = 1; n <= 120; n++) {
        const double low[] = {-3.0}, high[] = {n - 3.0};
        char text[64];
        snprintf(text, sizeof text, "tilings=1 tiles=%d", n);
        rill_features map = make_map("tile_coding", rill_space_box(1, low, high), text);
        for (int32_t i = 0; i <= n; i++) {
            const float x[] = {(float)i - 3.0f};
            int32_t index = -1;
            map.type->encode(&map, NULL, false, box(x), &index, NULL);
            ck_assert_int_eq(index, i);
        }
        rill_features_destroy(&map);
    }
}
END_TEST

// ---- with a table ----

/// rill_tiles on the same state.
static void table_tiles(const naive_coder *self, rill_iht *iht, const int32_t *k, bool is_read_only,
                        int32_t *indices)
{
    double floats[MAX_DIM];
    int32_t wrap_widths[MAX_DIM];
    bool has_circle = false;
    for (int32_t i = 0; i < self->dim; i++) {
        floats[i] = (double)k[i] * self->tiles[i] / PARTS; // exact
        wrap_widths[i] = self->is_wrapped[i] ? self->tiles[i] : 0;
        has_circle = has_circle || self->is_wrapped[i];
    }
    rill_tiles(iht, self->n_tilings, floats, self->dim, has_circle ? wrap_widths : NULL, NULL, 0,
               is_read_only, indices);
}

/// Whatever is encoded frozen on the way leaves no trace, and answers what is known.
static void check_table(const naive_coder *self, int32_t table_size, rill_rng *rng)
{
    char text[64];
    snprintf(text, sizeof text, "table_size=%d", table_size);
    rill_features map = make_coder(self, text);
    ck_assert(map.size == table_size && map.n_active == self->n_tilings && map.is_binary);
    ck_assert_uint_eq(map.memory_size, rill_iht_bytes(table_size, self->dim + 1));
    unsigned char *memory = calloc(1, map.memory_size), *before = malloc(map.memory_size);
    rill_iht *iht = calloc(1, map.memory_size);
    rill_iht_begin(iht, table_size, self->dim + 1);
    int n_left_out = 0, n_full = 0;
    for (int s = 0; s < 400; s++) {
        int32_t k[MAX_DIM], frozen[MAX_TILINGS], known[MAX_TILINGS];
        int32_t expected[MAX_TILINGS], indices[MAX_TILINGS];
        float x[MAX_DIM];
        draw_state(self, rng, k, x);
        const bool was_full = iht->count == table_size;
        memcpy(before, memory, map.memory_size);
        const int32_t n = map.type->encode(&map, memory, true, box(x), frozen, NULL);
        ck_assert_mem_eq(before, memory, map.memory_size);
        table_tiles(self, iht, k, true, known);
        table_tiles(self, iht, k, false, expected);
        ck_assert_int_eq(map.type->encode(&map, memory, false, box(x), indices, NULL),
                         self->n_tilings);
        ck_assert_mem_eq(indices, expected, (size_t)self->n_tilings * sizeof *indices);
        // frozen: without those that were new then, or all of a full table
        int32_t n_known = 0;
        for (int32_t t = 0; t < self->n_tilings; t++) {
            if (was_full || known[t] >= 0) {
                ASSERT_FOR("frozen", n_known < n && frozen[n_known] == expected[t]);
                n_known++;
            }
        }
        ck_assert_int_eq(n, n_known);
        n_left_out += self->n_tilings - n;
        n_full += was_full;
    }
    ck_assert_mem_eq(memory, iht, sizeof *iht);
    ck_assert_int_gt(n_left_out, 0);
    ck_assert_int_eq(n_full > 100, table_size < 100);
    free(memory);
    free(before);
    free(iht);
    rill_features_destroy(&map);
}

START_TEST(test_table_is_that_of_tiles3)
{
    static const int32_t sizes[] = {64, 10000};
    rill_rng rng;
    rill_rng_seed(&rng, 2);
    for (int i = 0; i < 2 * 3 * 2; i++) {
        const naive_coder coder = {.dim = i % 2 == 0 ? 2 : 4,
                                   .n_tilings = i % 3 == 0 ? 5 : 8,
                                   .tiles = {8, 7, 3, 2},
                                   .is_wrapped = {false, i >= 6, false, i >= 6}};
        check_table(&coder, sizes[i / 2 % 2], &rng);
    }
}
END_TEST

/// The call that fills the table, by hand: four tilings, room for six tiles.
START_TEST(test_filling_the_table)
{
    static const double low[] = {0.0}, high[] = {10.0};
    rill_features map =
        make_map("tile_coding", rill_space_box(1, low, high), "tilings=4 tiles=10 table_size=6");
    rill_iht *iht = calloc(1, map.memory_size);
    const float first[] = {0.0f}, second[] = {5.0f};
    int32_t indices[4], again[4];
    // nothing is known at first
    ck_assert_int_eq(map.type->encode(&map, iht, true, box(first), indices, NULL), 0);
    ck_assert_int_eq(iht->size, 0);
    ck_assert_int_eq(map.type->encode(&map, iht, false, box(first), indices, NULL), 4);
    ck_assert_int_eq(map.type->encode(&map, iht, true, box(second), indices, NULL), 0);
    ck_assert_int_eq(map.type->encode(&map, iht, false, box(second), indices, NULL), 4);
    ck_assert(indices[0] == 4 && indices[1] == 5 && iht->count == 6 && iht->overfull_count == 2);
    for (int t = 2; t < 4; t++) {
        const int32_t tile[] = {t, 5};
        ck_assert_int_eq(rill_iht_index(iht, tile, 2, true), -1);
        ck_assert(indices[t] >= 0 && indices[t] < 6);
    }
    // full: frozen as learning, but that it does not count
    ck_assert_int_eq(map.type->encode(&map, iht, true, box(second), again, NULL), 4);
    ck_assert_mem_eq(indices, again, sizeof again);
    ck_assert_int_eq(iht->overfull_count, 2);
    free(iht);
    rill_features_destroy(&map);
}
END_TEST

// ---- wiring ----

START_TEST(test_scales)
{
    static const double low[] = {0.0}, high[] = {1.0};
    rill_features map = make_map("tile_coding", rill_space_box(1, low, high), "tilings=16");
    ck_assert(map.recommended_scale == 1.0 / 16.0 && map.step_scale == 1.0);
    ck_assert_ptr_null(map.step_scales);
    rill_features_destroy(&map);
    map = make_map("tile_coding", rill_space_box(1, low, high), "tilings=5 scale_step_size=true");
    ck_assert(map.recommended_scale == 0.2 && map.step_scale == 0.2);
    rill_features_destroy(&map);
}
END_TEST

START_TEST(test_too_many_tiles)
{
    static const double low[64] = {0.0};
    double high[64];
    for (int i = 0; i < 64; i++) {
        high[i] = 1.0;
    }
    rill_features map = {0};
    rill_error error = {0};
    ASSERT_REFUSED(try_map(&map, "tile_coding", rill_space_box(10, low, high), "", &error), &error,
                   "table_size", "too many for an index each; give the size of a table");
    // 2^28 exactly are not too many, one more is
    map = make_map("tile_coding", rill_space_box(2, low, high), "tilings=256 tiles=1024 wrap=1");
    ck_assert_int_eq(map.size, 1 << 28);
    const float x[] = {0.9999999f, 1.0f};
    int32_t indices[256];
    map.type->encode(&map, NULL, false, box(x), indices, NULL);
    ck_assert_int_eq(indices[255], 255 * (1 << 20)); // both have come around
    rill_features_destroy(&map);
    ASSERT_REFUSED(try_map(&map, "tile_coding", rill_space_box(2, low, high),
                           "tilings=256 tiles=1024,1025 wrap=1", &error),
                   &error, "table_size", "tiles are too many");
    // a table takes what has no index each, up to 62 dimensions
    map = make_map("tile_coding", rill_space_box(62, low, high), "table_size=100");
    float zeros[62] = {0.0f};
    rill_iht *iht = calloc(1, map.memory_size);
    ck_assert_int_eq(map.type->encode(&map, iht, false, box(zeros), indices, NULL), 8);
    ck_assert_int_eq(indices[7], 7);
    free(iht);
    rill_features_destroy(&map);
    ASSERT_REFUSED(
        try_map(&map, "tile_coding", rill_space_box(63, low, high), "table_size=100", &error),
        &error, "", "at most 62 dimensions can be tiled");
    // the greatest numbers that its parameters take
    map = make_map("tile_coding", rill_space_box(1, low, high),
                   "tilings=1024 tiles=1048576 table_size=5000");
    iht = calloc(1, map.memory_size);
    int32_t many[1024];
    const float ends[] = {0.0f, 1.0f};
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(map.type->encode(&map, iht, false, box(ends + i), many, NULL), 1024);
        ck_assert(many[0] == 1024 * i && many[1023] == 1024 * i + 1023);
    }
    const int32_t last[] = {0, 1 << 20};
    ck_assert_int_eq(rill_iht_index(iht, last, 2, true), 1024);
    free(iht);
    rill_features_destroy(&map);
}
END_TEST

START_TEST(test_lists_of_the_wrong_length)
{
    static const char *const cases[][3] = {
        {"tiles=8,8", "tiles", "2 numbers for 3 dimensions"},
        {"tiles=", "tiles", "0 numbers for 3 dimensions"},
        {"wrap=1,0,1,0", "wrap", "4 numbers for 3 dimensions; give one for all, or one for each"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_features map = {0};
        rill_error error = {0};
        ASSERT_REFUSED(
            try_map(&map, "tile_coding", rill_space_box(3, lows, highs), cases[i][0], &error),
            &error, cases[i][1], cases[i][2]);
    }
}
END_TEST

TEST_MAIN(test_partitions, test_one_dimension_by_hand, test_a_thousand_states,
          test_edges_on_whole_numbers, test_table_is_that_of_tiles3, test_filling_the_table,
          test_scales, test_too_many_tiles, test_lists_of_the_wrong_length)
