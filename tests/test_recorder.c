// Series, their means over windows, and the result hash.
#include "tests/runs.h"

#include <rill/recorder.h>

static rill_series series_of(int64_t every, const double *values, size_t n)
{
    rill_series series = {.metric = "return", .unit = RILL_EPISODES, .every = every};
    for (size_t i = 0; i < n; i++) {
        ck_assert(rill_series_append(&series, values[i]));
    }
    return series;
}

START_TEST(test_append)
{
    rill_series series = {.every = 1};
    for (int i = 0; i < 1000; i++) {
        ck_assert(rill_series_append(&series, i * 0.5));
        ck_assert_uint_eq(series.count, (size_t)i + 1);
        ck_assert_uint_le(series.count, series.capacity);
    }
    for (int i = 0; i < 1000; i++) {
        ck_assert(series.values[i] == i * 0.5);
    }
    free(series.values);
}
END_TEST

START_TEST(test_mean_of_windows)
{
    // points at 1, 2, ..., 6
    rill_series each = series_of(1, (const double[]){1, 2, 4, 8, 16, 32}, 6);
    static const struct {
        int64_t first, last;
        double mean;
    } cases[] = {{1, 1, 1},    {6, 6, 32},   {1, 6, 10.5}, {2, 4, 14.0 / 3.0},
                 {5, 100, 24}, {-3, 2, 1.5}, {0, 1, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_double_eq(rill_series_mean(&each, cases[i].first, cases[i].last), cases[i].mean);
    }
    ck_assert_double_nan(rill_series_mean(&each, 7, 9));
    ck_assert_double_nan(rill_series_mean(&each, 4, 3));
    ck_assert_double_nan(rill_series_mean(&each, -5, 0));
    free(each.values);
    // points at 3, 6, 9
    rill_series third = series_of(3, (const double[]){1, 2, 4}, 3);
    static const struct {
        int64_t first, last;
        double mean;
    } sparse[] = {{3, 3, 1}, {1, 5, 1}, {3, 6, 1.5}, {4, 6, 2}, {4, 9, 3}, {1, 8, 1.5}, {9, 99, 4}};
    for (size_t i = 0; i < sizeof sparse / sizeof sparse[0]; i++) {
        ck_assert_double_eq(rill_series_mean(&third, sparse[i].first, sparse[i].last),
                            sparse[i].mean);
    }
    ck_assert_double_nan(rill_series_mean(&third, 1, 2));
    ck_assert_double_nan(rill_series_mean(&third, 4, 5));
    ck_assert_double_nan(rill_series_mean(&third, 10, 11));
    free(third.values);
    rill_series empty = {.every = 1};
    ck_assert_double_nan(rill_series_mean(&empty, 1, 10));
}
END_TEST

START_TEST(test_names)
{
    ck_assert_str_eq(rill_unit_name(RILL_EPISODES), "episodes");
    ck_assert_str_eq(rill_unit_name(RILL_STEPS), "steps");
    ck_assert_str_eq(rill_run_status_name(RILL_RUN_DONE), "done");
    ck_assert_str_eq(rill_run_status_name(RILL_RUN_DIVERGED), "diverged");
}
END_TEST

/// The bytes that are hashed, one after the other.
typedef struct bytes {
    unsigned char data[100000];
    size_t n;
} bytes;

static bytes buffer;

static void add_text(const char *text)
{
    memcpy(buffer.data + buffer.n, text, strlen(text) + 1); // with its 0
    buffer.n += strlen(text) + 1;
}

static void add_number(uint64_t number)
{
    for (int i = 0; i < 8; i++) {
        buffer.data[buffer.n++] = (unsigned char)(number % 256);
        number /= 256;
    }
}

static void add_real(double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, 8);
    add_number(bits);
}

/// FNV-1a, 64 bits: offset basis and prime in decimal, as published by Fowler, Noll and Vo.
static uint64_t fnv1a(void)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < buffer.n; i++) {
        hash ^= buffer.data[i];
        hash *= UINT64_C(1099511628211);
    }
    return hash;
}

START_TEST(test_hash_of_a_known_run)
{
    // published test vectors of FNV-1a, for the test's own function
    buffer.n = 0;
    ck_assert_uint_eq(fnv1a(), UINT64_C(0xcbf29ce484222325));
    memcpy(buffer.data, "foobar", buffer.n = 6);
    ck_assert_uint_eq(fnv1a(), UINT64_C(0x85944171f73967e8));

    double first[] = {1.5, -0.0, (double)INFINITY, 0.1};
    double second[] = {-13.0};
    rill_series series[] = {
        {.metric = "return", .unit = RILL_EPISODES, .every = 1, .values = first, .count = 4},
        {.metric = "td_error", .unit = RILL_STEPS, .every = 1000, .values = second, .count = 1},
        {.metric = "length", .unit = RILL_EPISODES, .every = 7},
    };
    const rill_run run = {.status = RILL_RUN_DIVERGED,
                          .steps = 1234567890123,
                          .episodes = 4,
                          .series = series,
                          .n_series = 3};
    buffer.n = 0;
    add_text("diverged");
    add_number(UINT64_C(1234567890123));
    add_number(4);
    for (size_t i = 0; i < 3; i++) {
        add_text(series[i].metric);
        add_text(i == 1 ? "steps" : "episodes");
        add_number((uint64_t)series[i].every);
        add_number(series[i].count);
        for (size_t j = 0; j < series[i].count; j++) {
            add_real(series[i].values[j]);
        }
    }
    ck_assert_uint_eq(rill_run_hash(&run), fnv1a());
    // the same bytes through Python 3.11:
    //   import struct; h = 0xcbf29ce484222325
    //   for b in data: h = (h ^ b) * 0x100000001b3 % 2**64
    ck_assert_uint_eq(rill_run_hash(&run), UINT64_C(0xdde6b91d2334e4a9));
}
END_TEST

/// Every part that is hashed changes the hash, nothing else does.
START_TEST(test_hash_sees_all_that_is_recorded)
{
    double values[] = {1.0, 2.0};
    rill_series series[] = {
        {.metric = "return", .unit = RILL_EPISODES, .every = 2, .values = values, .count = 2}};
    const rill_run run = {.steps = 5, .episodes = 4, .series = series, .n_series = 1};
    const rill_series kept = series[0];
    const uint64_t hash = rill_run_hash(&run);
    rill_run other = run;
    other.status = RILL_RUN_DIVERGED;
    ck_assert_uint_ne(rill_run_hash(&other), hash);
    other = run;
    other.steps++;
    ck_assert_uint_ne(rill_run_hash(&other), hash);
    other = run;
    other.episodes++;
    ck_assert_uint_ne(rill_run_hash(&other), hash);
    other = run;
    other.n_series = 0;
    ck_assert_uint_ne(rill_run_hash(&other), hash);
    series[0].metric[0] = 'R';
    ck_assert_uint_ne(rill_run_hash(&run), hash);
    series[0] = kept;
    series[0].unit = RILL_STEPS;
    ck_assert_uint_ne(rill_run_hash(&run), hash);
    series[0] = kept;
    series[0].every = 3;
    ck_assert_uint_ne(rill_run_hash(&run), hash);
    series[0] = kept;
    series[0].count = 1;
    ck_assert_uint_ne(rill_run_hash(&run), hash);
    series[0] = kept;
    for (int bit = 0; bit < 64; bit++) {
        uint64_t bits = 0;
        memcpy(&bits, &values[1], 8);
        bits ^= UINT64_C(1) << bit;
        memcpy(&values[1], &bits, 8);
        ck_assert_uint_ne(rill_run_hash(&run), hash);
        bits ^= UINT64_C(1) << bit;
        memcpy(&values[1], &bits, 8);
    }
    double estimates[] = {3.0};
    other = run;
    other.variant = 3;
    other.run = 9;
    other.wall_seconds = 1.5;
    other.hash = 77;
    other.values = estimates;
    other.n_values = 1;
    ck_assert_uint_eq(rill_run_hash(&other), hash);
}
END_TEST

/// Processors make different NaNs; they hash alike. Zeros of either sign do not.
START_TEST(test_hash_of_nan)
{
    double value[] = {0.0};
    rill_series series[] = {{.metric = "m", .every = 1, .values = value, .count = 1}};
    const rill_run run = {.series = series, .n_series = 1};
    const uint64_t zero = rill_run_hash(&run);
    value[0] = -0.0;
    ck_assert_uint_ne(rill_run_hash(&run), zero);
    static const uint64_t nans[] = {UINT64_C(0x7ff8000000000000), UINT64_C(0xfff8000000000000),
                                    UINT64_C(0x7ff8000000000123)};
    uint64_t hashes[3];
    for (size_t i = 0; i < 3; i++) {
        memcpy(value, &nans[i], 8);
        hashes[i] = rill_run_hash(&run);
    }
    ck_assert(hashes[0] == hashes[1] && hashes[1] == hashes[2] && hashes[0] != zero);
}
END_TEST

START_TEST(test_hash_of_a_learned_run)
{
    rill_experiment *experiment =
        experiment_of("{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'sarsa'}],"
                      " 'stop': {'episodes': 30}, 'record': ['return', 'length', 'td_error']}");
    rill_error error = {0};
    rill_run run;
    ASSERT_OK(rill_experiment_run_one(experiment, 0, 0, &run, &error), &error);
    buffer.n = 0;
    add_text("done");
    add_number((uint64_t)run.steps);
    add_number(30);
    static const char *const names[] = {"return", "length", "td_error"};
    for (size_t i = 0; i < 3; i++) {
        add_text(names[i]);
        add_text("episodes");
        add_number(1);
        add_number(30);
        for (size_t j = 0; j < 30; j++) {
            add_real(run.series[i].values[j]);
        }
    }
    ck_assert_uint_eq(run.hash, fnv1a());
    ck_assert_uint_eq(rill_run_hash(&run), run.hash);
    rill_run_clear(&run);
    rill_experiment_destroy(experiment);
}
END_TEST

/// Against sums made anew for each point; what is no number is left out, and great numbers leave no trace.
START_TEST(test_smooth)
{
    enum { N = 300 };
    double values[N], smoothed[N];
    static const int64_t widths[] = {1, 2, 7, 299, 300, 301, INT64_C(1) << 40};
    rill_rng rng;
    rill_rng_seed(&rng, 6);
    for (int i = 0; i < N; i++) {
        values[i] = rill_rng_standard_normal(&rng);
    }
    values[20] = 1e17;
    values[40] = values[41] = values[42] = (double)NAN;
    values[60] = (double)INFINITY;
    for (size_t k = 0; k < sizeof widths / sizeof widths[0]; k++) {
        rill_smooth(values, N, widths[k], smoothed);
        for (int64_t i = 0; i < N; i++) {
            // small and great apart, so that the sum is exact to its last digits
            double sum = 0.0, great = 0.0;
            int n = 0;
            for (int64_t j = i - widths[k] + 1 < 0 ? 0 : i - widths[k] + 1; j <= i; j++) {
                sum += isfinite(values[j]) && values[j] < 1e16 ? values[j] : 0.0;
                great += isfinite(values[j]) && values[j] >= 1e16 ? values[j] : 0.0;
                n += isfinite(values[j]);
            }
            if (n == 0) {
                ck_assert_double_nan(smoothed[i]);
            } else {
                const double mean = (sum + great) / n;
                ASSERT_NEAR(smoothed[i], mean, 1e-14 * fmax(1.0, fabs(mean)));
            }
        }
    }
    rill_smooth(NULL, 0, 3, NULL);
}
END_TEST

TEST_MAIN(test_append, test_mean_of_windows, test_names, test_hash_of_a_known_run,
          test_hash_sees_all_that_is_recorded, test_hash_of_nan, test_hash_of_a_learned_run,
          test_smooth)
