// Tile coding by hand: Sutton's tiles3, index for index.
#include "tests/golden.h"
#include "tests/test.h"

enum { MAX_TILINGS = 64, MAX_COORDINATES = RILL_TILES_MAX_COORDINATES + 1 };

static rill_iht *make_table(int32_t size, int32_t max_coordinates)
{
    rill_iht *iht = malloc(rill_iht_bytes(size, max_coordinates));
    memset(iht, 0x5a, rill_iht_bytes(size, max_coordinates)); // what was there does not matter
    rill_iht_begin(iht, size, max_coordinates);
    return iht;
}

// ---- tiles3's own numbers ----

/// The arguments of one recorded call.
typedef struct call {
    int32_t n_tilings, n_floats, n_ints;
    double floats[8];
    int32_t ints[8], wrap_widths[8];
    bool is_read_only;
    const cJSON *indices;
} call;

static int32_t read_numbers(const cJSON *list, double *numbers)
{
    const cJSON *item;
    int32_t n = 0;
    cJSON_ArrayForEach (item, list) {
        ck_assert_int_lt(n, 8);
        numbers[n++] = cJSON_IsNumber(item) ? item->valuedouble : 0.0; // null: not a circle
    }
    return n;
}

static call read_call(const cJSON *json)
{
    call c = {.n_tilings = golden_member(json, "n")->valueint,
              .is_read_only = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "readonly")),
              .indices = golden_member(json, "indices")};
    double numbers[8];
    c.n_floats = read_numbers(golden_member(json, "floats"), c.floats);
    // plain hashes are recorded without whole numbers
    c.n_ints = read_numbers(cJSON_GetObjectItemCaseSensitive(json, "ints"), numbers);
    for (int32_t i = 0; i < c.n_ints; i++) {
        c.ints[i] = (int32_t)numbers[i];
    }
    const int32_t n = read_numbers(cJSON_GetObjectItemCaseSensitive(json, "wrapwidths"), numbers);
    for (int32_t i = 0; i < n; i++) {
        c.wrap_widths[i] = (int32_t)numbers[i];
    }
    ck_assert_int_eq(cJSON_GetArraySize(c.indices), c.n_tilings);
    return c;
}

static void check_indices(const char *name, const call *c, const int32_t *indices)
{
    const cJSON *expected;
    int32_t i = 0;
    cJSON_ArrayForEach (expected, c->indices) {
        const int32_t index = cJSON_IsNull(expected) ? -1 : expected->valueint;
        ck_assert_msg(indices[i] == index, "%s: tiling %d has %d, tiles3 %d", name, i, indices[i],
                      index);
        i++;
    }
}

/// The recorded coordinates of a call, looked up in the table as it was before it.
static void check_coordinates(const char *name, const call *c, const cJSON *coordinates,
                              rill_iht *before)
{
    const cJSON *tile, *expected = c->indices->child;
    cJSON_ArrayForEach (tile, coordinates) {
        double numbers[8];
        int32_t whole[8];
        const int32_t n = read_numbers(tile, numbers);
        for (int32_t i = 0; i < n; i++) {
            whole[i] = (int32_t)numbers[i];
        }
        const int32_t index = rill_iht_index(before, whole, n, c->is_read_only);
        ASSERT_FOR(name, index == (cJSON_IsNull(expected) ? -1 : expected->valueint));
        expected = expected->next;
    }
    ck_assert_ptr_null(expected);
}

/// Makes a recorded call, and checks it.
static void replay(const char *name, const cJSON *json, rill_iht *iht, bool is_wrapped)
{
    const size_t bytes = rill_iht_bytes(iht->size, iht->max_coordinates);
    rill_iht *before = malloc(bytes);
    memcpy(before, iht, bytes);
    const call c = read_call(json);
    int32_t indices[MAX_TILINGS];
    rill_tiles(iht, c.n_tilings, c.floats, c.n_floats, is_wrapped ? c.wrap_widths : NULL, c.ints,
               c.n_ints, c.is_read_only, indices);
    check_indices(name, &c, indices);
    ASSERT_FOR(name, !c.is_read_only || memcmp(before, iht, bytes) == 0);
    check_coordinates(name, &c, golden_member(json, "coords"), before);
    ASSERT_FOR(name, memcmp(before, iht, sizeof *iht) == 0); // by the same number of tiles
    free(before);
}

START_TEST(test_recorded_calls)
{
    cJSON *golden = golden_read("tiles3.json");
    const cJSON *json, *recorded;
    int n_calls = 0, n_overfull = 0;
    cJSON_ArrayForEach (json, golden_member(golden, "cases")) {
        const char *name = golden_member(json, "name")->valuestring;
        rill_iht *iht = make_table(golden_member(json, "iht_size")->valueint, 8);
        cJSON_ArrayForEach (recorded, golden_member(json, "calls")) {
            replay(name, recorded, iht, false);
            n_calls++;
        }
        ck_assert_int_eq(iht->count, golden_member(json, "count_after")->valueint);
        ck_assert_int_eq(iht->overfull_count, golden_member(json, "overfull_count")->valueint);
        n_overfull += iht->overfull_count > 0;
        free(iht);
    }
    ck_assert_int_eq(n_calls, 77);
    ck_assert_int_eq(n_overfull, 1);
    cJSON_Delete(golden);
}
END_TEST

START_TEST(test_recorded_circles)
{
    cJSON *golden = golden_read("tiles3.json");
    const cJSON *recorded, *calls = golden_member(golden, "tileswrap_shared_iht_4096");
    ck_assert_int_eq(cJSON_GetArraySize(calls), 10);
    rill_iht *iht = make_table(4096, 8);
    cJSON_ArrayForEach (recorded, calls) {
        replay("tileswrap", recorded, iht, true);
    }
    ck_assert_int_eq(iht->count, 78);
    free(iht);
    cJSON_Delete(golden);
}
END_TEST

START_TEST(test_recorded_hashes)
{
    cJSON *golden = golden_read("tiles3.json");
    const cJSON *recorded, *calls = golden_member(golden, "plain_hash_size_512_cpython_3_11");
    ck_assert_int_eq(cJSON_GetArraySize(calls), 3);
    cJSON_ArrayForEach (recorded, calls) {
        const call c = read_call(recorded);
        int32_t indices[MAX_TILINGS];
        rill_tiles_hashed(golden_member(recorded, "size")->valueint, c.n_tilings, c.floats,
                          c.n_floats, NULL, NULL, 0, indices);
        check_indices("hash", &c, indices);
    }
    cJSON_Delete(golden);
}
END_TEST

/// hash(tuple) % size as CPython 3.11.7 answers it.
START_TEST(test_hash_is_that_of_cpython)
{
    static const struct {
        int32_t coordinates[8], n, modulo_7, modulo_512, modulo_2_28;
    } cases[] = {
        {{0}, 1, 6, 344, 208526680},
        {{-1}, 1, 0, 301, 263772461},
        {{-2}, 1, 0, 301, 263772461},
        {{0, -1, -2}, 3, 6, 385, 231334273},
        {{7, INT32_MAX, INT32_MIN}, 3, 4, 69, 221792325},
        {{1, 2, 3, 4, 5, 6, 7, 8}, 8, 4, 185, 185386681},
        {{1023, -(1 << 30), 1 << 30}, 3, 1, 493, 65895405},
        {{-1, -1}, 2, 6, 37, 98842149},
    };
    static const int32_t sizes[] = {1, 7, 512, 1 << 28};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int32_t expected[] = {0, cases[i].modulo_7, cases[i].modulo_512,
                                    cases[i].modulo_2_28};
        for (size_t k = 0; k < 4; k++) {
            // no tilings' number in front: one tiling, whose coordinates start with 0
            if (cases[i].coordinates[0] == 0) {
                int32_t index = -1;
                rill_tiles_hashed(sizes[k], 1, NULL, 0, NULL, cases[i].coordinates + 1,
                                  cases[i].n - 1, &index);
                ck_assert_int_eq(index, expected[k]);
            }
            if (sizes[k] > 512) {
                continue;
            }
            // full of other tiles
            rill_iht *iht = make_table(sizes[k], 9);
            for (int32_t j = 0; j < sizes[k]; j++) {
                const int32_t other[9] = {j};
                ck_assert_int_eq(rill_iht_index(iht, other, 9, false), j);
            }
            const int32_t *coordinates = cases[i].coordinates;
            ck_assert_int_eq(rill_iht_index(iht, coordinates, cases[i].n, true), -1);
            ck_assert_int_eq(rill_iht_index(iht, coordinates, cases[i].n, false), expected[k]);
            ck_assert_int_eq(iht->overfull_count, 1);
            free(iht);
        }
    }
}
END_TEST

// ---- tiles3 again, word for word ----

/// Rounds toward minus infinity, as Python's //.
static int64_t python_divide(int64_t x, int64_t n)
{
    int64_t q = x / n;
    while (q * n > x) {
        q--;
    }
    return q;
}

/// A dictionary as a list.
typedef struct dictionary {
    int64_t tiles[8192][12];
    int32_t lengths[8192], count;
} dictionary;

static int32_t reference_index(dictionary *d, const int64_t *tile, int32_t n)
{
    for (int32_t i = 0; i < d->count; i++) {
        if (d->lengths[i] == n && memcmp(d->tiles[i], tile, (size_t)n * sizeof *tile) == 0) {
            return i;
        }
    }
    ck_assert_int_lt(d->count, 8192);
    memcpy(d->tiles[d->count], tile, (size_t)n * sizeof *tile);
    d->lengths[d->count] = n;
    return d->count++;
}

/// tiles (wrap_widths NULL) and tileswrap.
static void reference_tiles(dictionary *d, const call *c, bool is_wrapped, int32_t *indices)
{
    int64_t q[8];
    for (int32_t i = 0; i < c->n_floats; i++) {
        q[i] = (int64_t)floor(c->floats[i] * c->n_tilings);
    }
    for (int64_t tiling = 0; tiling < c->n_tilings; tiling++) {
        int64_t tile[12], b = tiling;
        int32_t n = 0;
        tile[n++] = tiling;
        for (int32_t i = 0; i < c->n_floats; i++) {
            if (is_wrapped) {
                const int64_t width = c->wrap_widths[i];
                const int64_t k = python_divide(q[i] + b % c->n_tilings, c->n_tilings);
                tile[n++] = width == 0 ? k : k - width * python_divide(k, width);
            } else {
                tile[n++] = python_divide(q[i] + b, c->n_tilings);
            }
            b += 2 * tiling;
        }
        for (int32_t i = 0; i < c->n_ints; i++) {
            tile[n++] = c->ints[i];
        }
        indices[tiling] = reference_index(d, tile, n);
    }
}

START_TEST(test_random_calls)
{
    static const int32_t tilings[] = {1, 2, 5, 8, 16, 33};
    static const double spans[] = {1.0, 10.0, 1e3, 5e8}; // up to 2^30
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    dictionary *d = malloc(sizeof *d);
    d->count = 0;
    rill_iht *iht = make_table(8192, 9);
    for (int trial = 0; trial < 600; trial++) {
        call c = {.n_tilings = tilings[rill_rng_integers(&rng, 6)],
                  .n_floats = (int32_t)rill_rng_integers(&rng, 5),
                  .n_ints = (int32_t)rill_rng_integers(&rng, 4)};
        const double span = spans[trial % 4];
        for (int i = 0; i < 8; i++) {
            c.floats[i] = span * (2.0 * rill_rng_random(&rng) - 1.0);
            c.floats[i] = trial % 8 < 4 ? round(c.floats[i] * 4.0) / 4.0 : c.floats[i];
            c.ints[i] = (int32_t)rill_rng_integers(&rng, 3) - 1;
            c.wrap_widths[i] = (int32_t)rill_rng_integers(&rng, 5);
        }
        const bool is_wrapped = trial % 3 == 0;
        int32_t expected[MAX_TILINGS], indices[MAX_TILINGS];
        reference_tiles(d, &c, is_wrapped, expected);
        rill_tiles(iht, c.n_tilings, c.floats, c.n_floats, is_wrapped ? c.wrap_widths : NULL,
                   c.ints, c.n_ints, false, indices);
        ck_assert_mem_eq(indices, expected, (size_t)c.n_tilings * sizeof *indices);
        ck_assert_int_eq(iht->count, d->count);
    }
    ck_assert_int_gt(iht->count, 2000);
    ck_assert_int_eq(iht->overfull_count, 0);
    free(iht);
    free(d);
}
END_TEST

// ---- the table ----

START_TEST(test_copied_bytes_same_future)
{
    enum { SIZE = 300 };
    const size_t bytes = rill_iht_bytes(SIZE, 4);
    rill_rng rng;
    rill_rng_seed(&rng, 2);
    rill_iht *iht = make_table(SIZE, 4), *copy = malloc(bytes);
    for (int i = 0; i < 200; i++) {
        const double x[] = {9.0 * rill_rng_random(&rng), 9.0 * rill_rng_random(&rng)};
        int32_t indices[8], same[8];
        rill_tiles(iht, 8, x, 2, NULL, NULL, 0, false, indices);
        if (i == 10) {
            ck_assert_int_lt(iht->count, SIZE);
            memcpy(copy, iht, bytes);
        } else if (i > 10) {
            rill_tiles(copy, 8, x, 2, NULL, NULL, 0, false, same);
            ck_assert_mem_eq(indices, same, sizeof same);
            // the tiles behind the count are not written yet
            ck_assert_mem_eq(copy, iht, sizeof *iht);
        }
        for (int t = 0; t < 8; t++) {
            ck_assert(indices[t] >= 0 && indices[t] < SIZE);
        }
    }
    ck_assert_int_eq(iht->count, SIZE);
    ck_assert_int_gt(iht->overfull_count, 0);
    free(iht);
    free(copy);
}
END_TEST

START_TEST(test_table_of_one)
{
    rill_iht *iht = make_table(1, 2);
    const double x[] = {0.5}, far[] = {7.5};
    int32_t indices[4];
    rill_tiles(iht, 4, x, 1, NULL, NULL, 0, true, indices);
    for (int t = 0; t < 4; t++) {
        ck_assert_int_eq(indices[t], -1);
    }
    rill_tiles(iht, 4, x, 1, NULL, NULL, 0, false, indices);
    for (int t = 0; t < 4; t++) {
        ck_assert_int_eq(indices[t], 0);
    }
    ck_assert(iht->count == 1 && iht->overfull_count == 3);
    rill_tiles(iht, 4, far, 1, NULL, NULL, 0, true, indices);
    for (int t = 0; t < 4; t++) {
        ck_assert_int_eq(indices[t], -1);
    }
    rill_tiles(iht, 4, x, 1, NULL, NULL, 0, true, indices); // the first tile is known
    ck_assert(indices[0] == 0 && indices[1] == -1);
    ck_assert(iht->count == 1 && iht->overfull_count == 3);
    free(iht);
}
END_TEST

/// Tiles of other lengths, or of other signs, are other tiles.
START_TEST(test_tiles_told_apart)
{
    static const int32_t tiles[][3] = {{0}, {0, 0}, {0, 0, 0}, {-1}, {-2}, {1, 0}, {0, 1}};
    static const int32_t lengths[] = {1, 2, 3, 1, 1, 2, 2};
    rill_iht *iht = make_table(7, 3);
    for (int round = 0; round < 2; round++) {
        for (int32_t i = 0; i < 7; i++) {
            ck_assert_int_eq(rill_iht_index(iht, tiles[i], lengths[i], round == 1), i);
        }
    }
    ck_assert(iht->count == 7 && iht->overfull_count == 0);
    free(iht);
    // each the start of the one before, so that a table half full confuses what it can
    static const int32_t zeros[MAX_COORDINATES] = {0};
    iht = make_table(MAX_COORDINATES, MAX_COORDINATES);
    for (int32_t n = MAX_COORDINATES; n > 0; n--) {
        ck_assert_int_eq(rill_iht_index(iht, zeros, n, false), MAX_COORDINATES - n);
    }
    free(iht);
}
END_TEST

/// NaN, infinities and huge numbers have tiles too: those at +-2^30.
START_TEST(test_extreme_floats)
{
    const double limit = 1 << 30;
    const double cases[][2] = {
        {(double)NAN, -limit},  {-HUGE_VAL, -limit}, {HUGE_VAL, limit},
        {1e300, limit},         {-1e300, -limit},    {limit * 1.5, limit},
        {-limit - 1.0, -limit}, {5e-324, 0.0},       {-5e-324, -1.0 / (1 << 30)}};
    static const int32_t wrap_widths[] = {0, 7};
    for (int32_t n = 1; n <= 1024; n *= 32) {
        for (int is_wrapped = 0; is_wrapped < 2; is_wrapped++) {
            rill_iht *iht = make_table(1 << 16, 3);
            for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
                const double x[] = {cases[i][0], cases[i][0]}, same[] = {cases[i][1], cases[i][1]};
                const int32_t *widths = is_wrapped ? wrap_widths : NULL;
                int32_t indices[1024], expected[1024];
                rill_tiles(iht, n, x, 2, widths, NULL, 0, false, indices);
                rill_tiles(iht, n, same, 2, widths, NULL, 0, true, expected);
                ck_assert_mem_eq(indices, expected, (size_t)n * sizeof *indices);
            }
            const int32_t tile[] = {0, 1 << 30, is_wrapped ? (1 << 30) % 7 : 1 << 30};
            ck_assert_int_ge(rill_iht_index(iht, tile, 3, true), 0);
            free(iht);
        }
    }
}
END_TEST

START_TEST(test_as_many_coordinates_as_there_may_be)
{
    enum { FLOATS = 60, INTS = RILL_TILES_MAX_COORDINATES - FLOATS };
    double x[FLOATS];
    static const int32_t ints[INTS] = {-3, INT32_MAX};
    for (int i = 0; i < FLOATS; i++) {
        x[i] = i - 20.25;
    }
    rill_iht *iht = make_table(100, MAX_COORDINATES);
    int32_t indices[4];
    rill_tiles(iht, 4, x, FLOATS, NULL, ints, INTS, false, indices);
    ck_assert(indices[0] == 0 && indices[3] == 3 && iht->count == 4);
    // tiling 3 in dimension i: floor(i - 20.25 + 3 (2 i + 1) / 4)
    int32_t tile[MAX_COORDINATES] = {3};
    for (int i = 0; i < FLOATS; i++) {
        tile[1 + i] = (int32_t)floor(i - 20.25 + 3.0 * (2 * i + 1) / 4.0);
    }
    memcpy(tile + 1 + FLOATS, ints, sizeof ints);
    ck_assert_int_eq(rill_iht_index(iht, tile, MAX_COORDINATES, true), 3);
    free(iht);
}
END_TEST

TEST_MAIN(test_recorded_calls, test_recorded_circles, test_recorded_hashes,
          test_hash_is_that_of_cpython, test_random_calls, test_copied_bytes_same_future,
          test_table_of_one, test_tiles_told_apart, test_extreme_floats,
          test_as_many_coordinates_as_there_may_be)
