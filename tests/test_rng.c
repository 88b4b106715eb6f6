// Oracle: NumPy 1.24.2, in data/numpy_rng.json and where a comment says so.
#include <rill/rng.h>

#include <cjson/cJSON.h>
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- golden streams ----

static cJSON *golden;

static cJSON *read_json(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        return NULL;
    }
    static char text[1 << 20];
    size_t size = fread(text, 1, sizeof text, file);
    fclose(file);
    return cJSON_ParseWithLength(text, size);
}

// cJSON reads numbers as double, which cannot hold the golden entropy 2^63 - 1.
static uint64_t entropy_of(const cJSON *number)
{
    double value = cJSON_GetNumberValue(number);
    return value < 0x1p63 ? (uint64_t)value : INT64_MAX;
}

static double double_in(const cJSON *string)
{
    return strtod(cJSON_GetStringValue(string), NULL);
}

static int64_t integer_in(const cJSON *number)
{
    return (int64_t)cJSON_GetNumberValue(number);
}

static void check_words(uint64_t entropy, const uint32_t *key, size_t n_key, const cJSON *list)
{
    uint32_t words[64];
    size_t n_words = (size_t)cJSON_GetArraySize(list);
    ck_assert_uint_le(n_words, 64);
    rill_seed_sequence(entropy, key, n_key, words, n_words);
    const uint32_t *word = words;
    const cJSON *item;
    cJSON_ArrayForEach (item, list) {
        ck_assert_int_eq(*word++, integer_in(item));
    }
}

static void check_mixed(rill_rng *rng, const cJSON *list)
{
    const cJSON *call;
    cJSON_ArrayForEach (call, list) {
        const char *function = cJSON_GetStringValue(cJSON_GetArrayItem(call, 0));
        const cJSON *expected = cJSON_GetArrayItem(call, 2);
        if (strcmp(function, "integers") == 0) {
            int64_t n = integer_in(cJSON_GetArrayItem(call, 1));
            ck_assert_int_eq(rill_rng_integers(rng, n), integer_in(expected));
        } else if (strcmp(function, "random") == 0) {
            ck_assert_double_eq(rill_rng_random(rng), double_in(expected));
        } else if (strcmp(function, "normal") == 0) {
            ck_assert_double_eq(rill_rng_standard_normal(rng), double_in(expected));
        } else {
            ck_abort_msg("unknown call %s", function);
        }
    }
}

static void check_million_normals(rill_rng *rng, const cJSON *expected)
{
    double sum = 0.0, min = 0.0, max = 0.0, last = 0.0;
    for (int i = 0; i < 1000000; ++i) {
        last = rill_rng_standard_normal(rng);
        sum += last;
        min = last < min ? last : min;
        max = last > max ? last : max;
    }
    ck_assert_double_eq(sum, double_in(cJSON_GetObjectItem(expected, "sum")));
    ck_assert_double_eq(min, double_in(cJSON_GetObjectItem(expected, "min")));
    ck_assert_double_eq(max, double_in(cJSON_GetObjectItem(expected, "max")));
    ck_assert_double_eq(last, double_in(cJSON_GetObjectItem(expected, "last")));
}

// A list of one kind of draw; its name says which.
static void check_draws(rill_rng *rng, const cJSON *list)
{
    long long n;
    double low, high;
    const cJSON *item;
    cJSON_ArrayForEach (item, list) {
        if (strcmp(list->string, "raw64") == 0) {
            uint64_t expected = strtoull(cJSON_GetStringValue(item), NULL, 10);
            ck_assert_uint_eq(rill_rng_next64(rng), expected);
        } else if (strcmp(list->string, "random") == 0) {
            ck_assert_double_eq(rill_rng_random(rng), double_in(item));
        } else if (strcmp(list->string, "standard_normal") == 0) {
            ck_assert_double_eq(rill_rng_standard_normal(rng), double_in(item));
        } else if (sscanf(list->string, "integers_%lld", &n) == 1) {
            ck_assert_int_eq(rill_rng_integers(rng, n), integer_in(item));
        } else if (sscanf(list->string, "uniform_%lf_%lf", &low, &high) == 2) {
            ck_assert_double_eq(rill_rng_uniform(rng, low, high), double_in(item));
        } else {
            ck_abort_msg("unknown list %s", list->string);
        }
    }
}

START_TEST(streams_are_numpy_s)
{
    const cJSON *golden_case = cJSON_GetArrayItem(golden, _i);
    uint64_t entropy = entropy_of(cJSON_GetObjectItem(golden_case, "entropy"));
    uint32_t key[8];
    size_t n_key = 0;
    const cJSON *list;
    cJSON_ArrayForEach (list, cJSON_GetObjectItem(golden_case, "spawn_key")) {
        key[n_key++] = (uint32_t)integer_in(list);
    }

    int n_lists = 0;
    cJSON_ArrayForEach (list, golden_case) {
        rill_rng rng;
        rill_rng_spawn(&rng, entropy, key, n_key);
        if (strcmp(list->string, "entropy") == 0 || strcmp(list->string, "spawn_key") == 0) {
            continue;
        }
        ck_assert_int_gt(cJSON_GetArraySize(list), 0);
        if (strcmp(list->string, "seq_state") == 0) {
            check_words(entropy, key, n_key, list);
        } else if (strcmp(list->string, "mixed") == 0) {
            check_mixed(&rng, list);
        } else if (strcmp(list->string, "standard_normal_1e6") == 0) {
            check_million_normals(&rng, list);
        } else {
            check_draws(&rng, list);
        }
        ++n_lists;
    }
    ck_assert_int_eq(n_lists, 15);
}
END_TEST

// NumPy 1.24.2: g = default_rng(42); sum(int(g.integers(0, n)) for _ in range(1000)) % 2**64,
// with ranges among which are some that reject a quarter and a half of the bits.
START_TEST(integers_reject_as_numpy_does)
{
    static const struct {
        int64_t n;
        uint64_t sum;
    } expected[] = {
        {INT64_C(3) << 30, UINT64_C(1640989152639)},
        {(INT64_C(1) << 31) + 1, UINT64_C(1087253495828)},
        {UINT32_MAX, UINT64_C(2160394268600)},
        {INT64_C(3) << 61, UINT64_C(9402224199506026145)},
        {(INT64_C(1) << 62) + 1, UINT64_C(14772750379466858294)},
        {INT64_MAX, UINT64_C(10863642947069873997)},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; ++i) {
        rill_rng rng;
        rill_rng_seed(&rng, 42);
        uint64_t sum = 0;
        for (int draw = 0; draw < 1000; ++draw) {
            int64_t integer = rill_rng_integers(&rng, expected[i].n);
            ck_assert_int_ge(integer, 0);
            ck_assert_int_lt(integer, expected[i].n);
            sum += (uint64_t)integer;
        }
        ck_assert_uint_eq(sum, expected[i].sum);
    }
}
END_TEST

// ---- state ----

START_TEST(seed_is_spawn_without_a_key)
{
    rill_rng seeded, spawned;
    rill_rng_seed(&seeded, 123);
    rill_rng_spawn(&spawned, 123, NULL, 0);
    ck_assert_mem_eq(&seeded, &spawned, sizeof seeded);
    const uint32_t key = 0;
    rill_rng_spawn(&spawned, 123, &key, 1);
    ck_assert_mem_ne(&seeded, &spawned, sizeof seeded);
}
END_TEST

START_TEST(copied_state_has_the_same_future)
{
    rill_rng rng;
    rill_rng_seed(&rng, 7);
    for (int i = 0; i < 1001; ++i) { // odd: a buffered half is part of the state
        rill_rng_next32(&rng);
    }
    ck_assert_uint_eq(rng.has_buffered, 1);
    unsigned char saved[sizeof rng];
    memcpy(saved, &rng, sizeof rng);

    double first[300], second[300];
    for (int i = 0; i < 300; i += 3) {
        first[i] = (double)rill_rng_integers(&rng, 1000);
        first[i + 1] = rill_rng_random(&rng);
        first[i + 2] = rill_rng_standard_normal(&rng);
    }
    rill_rng copy;
    memcpy(&copy, saved, sizeof copy);
    for (int i = 0; i < 300; i += 3) {
        second[i] = (double)rill_rng_integers(&copy, 1000);
        second[i + 1] = rill_rng_random(&copy);
        second[i + 2] = rill_rng_standard_normal(&copy);
    }
    ck_assert_mem_eq(first, second, sizeof first);
    ck_assert_mem_eq(&rng, &copy, sizeof rng);
}
END_TEST

START_TEST(next32_hands_out_halves_around_other_draws)
{
    rill_rng rng, whole;
    rill_rng_seed(&rng, 11);
    rill_rng_seed(&whole, 11);
    uint64_t bits = rill_rng_next64(&whole);
    ck_assert_uint_eq(rill_rng_next32(&rng), (uint32_t)bits);
    ck_assert_uint_eq(rill_rng_next64(&rng), rill_rng_next64(&whole));
    ck_assert_uint_eq(rill_rng_next32(&rng), bits >> 32);
    ck_assert_uint_eq(rng.has_buffered, 0);
}
END_TEST

START_TEST(one_integer_draws_nothing)
{
    rill_rng rng, before;
    rill_rng_seed(&rng, 5);
    before = rng;
    ck_assert_int_eq(rill_rng_integers(&rng, 1), 0);
    ck_assert_mem_eq(&rng, &before, sizeof rng);
}
END_TEST

// ---- 128-bit arithmetic ----

START_TEST(multiply_high_without_int128_is_the_same)
{
    const uint64_t edges[] = {0, 1, UINT32_MAX, UINT64_C(1) << 32, UINT64_C(1) << 63, UINT64_MAX};
    enum { N_EDGES = sizeof edges / sizeof edges[0] };
    for (size_t i = 0; i < N_EDGES * N_EDGES; ++i) {
        uint64_t a = edges[i / N_EDGES], b = edges[i % N_EDGES];
        ck_assert_uint_eq(rill_multiply_high_portable(a, b), rill_multiply_high(a, b));
    }
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    for (int i = 0; i < 1000000; ++i) {
        uint64_t a = rill_rng_next64(&rng), b = rill_rng_next64(&rng);
        if (rill_multiply_high_portable(a, b) != rill_multiply_high(a, b)) {
            ck_abort_msg("%#llx * %#llx", (unsigned long long)a, (unsigned long long)b);
        }
    }
    // (2^64 - 1)^2 = 2^128 - 2^65 + 1;  2^63 2^63 = 2^126
    ck_assert_uint_eq(rill_multiply_high_portable(UINT64_MAX, UINT64_MAX), UINT64_MAX - 1);
    ck_assert_uint_eq(rill_multiply_high_portable(edges[4], edges[4]), UINT64_C(1) << 62);
}
END_TEST

int main(void)
{
    cJSON *file = read_json(RILL_TEST_DATA "/numpy_rng.json");
    golden = cJSON_GetObjectItem(file, "cases");
    int n_cases = cJSON_GetArraySize(golden);
    if (n_cases == 0) {
        fprintf(stderr, "cannot read " RILL_TEST_DATA "/numpy_rng.json\n");
        cJSON_Delete(file);
        return EXIT_FAILURE;
    }

    Suite *suite = suite_create("rng");
    TCase *numpy = tcase_create("numpy");
    tcase_add_loop_test(numpy, streams_are_numpy_s, 0, n_cases);
    tcase_add_test(numpy, integers_reject_as_numpy_does);
    suite_add_tcase(suite, numpy);
    TCase *state = tcase_create("state");
    tcase_add_test(state, seed_is_spawn_without_a_key);
    tcase_add_test(state, copied_state_has_the_same_future);
    tcase_add_test(state, next32_hands_out_halves_around_other_draws);
    tcase_add_test(state, one_integer_draws_nothing);
    suite_add_tcase(suite, state);
    TCase *arithmetic = tcase_create("arithmetic");
    tcase_add_test(arithmetic, multiply_high_without_int128_is_the_same);
    suite_add_tcase(suite, arithmetic);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner) + (srunner_ntests_run(runner) == 0);
    srunner_free(runner);
    cJSON_Delete(file);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
