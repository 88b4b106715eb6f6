// A run as bytes: what goes in comes out bit for bit, and nothing else is taken for a run.
#include "experiments/run_bytes.h"
#include "tests/runs.h"

/// Runs with several series, evaluation, estimates.
static collection some_runs(void)
{
    rill_experiment *experiment = experiment_of(
        "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 30}, 'seed': 5,"
        " 'agents': [{'id': 'sarsa'}, {'id': 'q_learning', 'params': {'alpha': 0.5}}],"
        " 'stop': {'episodes': 12}, 'runs': 2,"
        " 'record': ['return', {'metric': 'td_error', 'unit': 'steps', 'every': 10}],"
        " 'evaluation': {'every': 6, 'max_steps': 20}}");
    collection c = collect_all(experiment, 2);
    rill_experiment_destroy(experiment);
    // what no agent would record: every special number, and a metric of the longest name
    static const double special[] = {0.0,    -0.0, (double)INFINITY, -(double)INFINITY, (double)NAN,
                                     5e-324, 0.1};
    rill_series *series = &c.runs[0].series[0];
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        ck_assert(rill_series_append(series, special[i]));
    }
    memset(series->metric, 'm', sizeof series->metric - 1);
    c.runs[0].series[1].count = 0;
    c.runs[0].status = RILL_RUN_DIVERGED;
    c.runs[0].hash = rill_run_hash(&c.runs[0]);
    c.runs[1].run = INT64_MAX;
    free(c.runs[1].values);
    c.runs[1].values = NULL;
    c.runs[1].n_values = 0;
    return c;
}

START_TEST(test_round_trip)
{
    collection c = some_runs();
    for (size_t i = 0; i < c.count; i++) {
        bytes_writer whole = {0};
        rill_run run;
        run_bytes_put(&whole, &c.runs[i]);
        bytes_reader from = {whole.data, whole.size, RILL_OK};
        run_bytes_get(&from, &run);
        ck_assert_int_eq(from.status, RILL_OK);
        ck_assert_uint_eq(from.left, 0);
        assert_same_run(&c.runs[i], &run);
        ck_assert(c.runs[i].wall_seconds == run.wall_seconds);
        rill_run_clear(&run);
        free(whole.data);
    }
    rill_run empty = {.variant = 3};
    empty.hash = rill_run_hash(&empty);
    bytes_writer whole = {0};
    rill_run run;
    run_bytes_put(&whole, &empty);
    bytes_reader from = {whole.data, whole.size, RILL_OK};
    run_bytes_get(&from, &run);
    ck_assert_int_eq(from.status, RILL_OK);
    ck_assert_uint_eq(from.left, 0);
    assert_same_run(&empty, &run);
    free(whole.data);
    release_runs(&c);
}
END_TEST

/// The first `size` of these bytes hold no run.
static void assert_refused(const unsigned char *start, size_t size)
{
    // a block of just this size, so that a sanitizer sees each byte read beyond it
    unsigned char *copy = malloc(size + (size == 0));
    memcpy(copy, start, size);
    rill_run run;
    bytes_reader from = {copy, size, RILL_OK};
    run_bytes_get(&from, &run);
    ck_assert_int_eq(from.status, RILL_IO);
    ck_assert_ptr_null(run.series);
    ck_assert_ptr_null(run.values);
    free(copy);
}

START_TEST(test_every_shorter_length_is_refused)
{
    collection c = some_runs();
    bytes_writer whole = {0};
    run_bytes_put(&whole, &c.runs[0]);
    for (size_t i = 0; i < whole.size; i++) {
        assert_refused(whole.data, i);
    }
    free(whole.data);
    release_runs(&c);
}
END_TEST

/// One after the other in one block.
START_TEST(test_several_runs)
{
    collection c = some_runs();
    bytes_writer whole = {0};
    for (size_t i = 0; i < c.count; i++) {
        run_bytes_put(&whole, &c.runs[i]);
        bytes_put_text(&whole, "between");
    }
    ck_assert(!whole.is_incomplete);
    bytes_reader from = {whole.data, whole.size, RILL_OK};
    for (size_t i = 0; i < c.count; i++) {
        rill_run run;
        char between[8];
        run_bytes_get(&from, &run);
        assert_same_run(&c.runs[i], &run);
        rill_run_clear(&run);
        bytes_get_text(&from, between, sizeof between);
        ck_assert_str_eq(between, "between");
    }
    ck_assert_int_eq(from.status, RILL_OK);
    ck_assert_uint_eq(from.left, 0);
    free(whole.data);
    release_runs(&c);
}
END_TEST

/// Whatever byte is wrong: refused, unless it belongs to what the hash does not cover (agent, number,
/// wall time, estimates), which MPI's own checks have to keep.
START_TEST(test_a_wrong_byte_never_gives_another_result)
{
    collection c = some_runs();
    int n_refused = 0;
    bytes_writer whole = {0};
    run_bytes_put(&whole, &c.runs[3]);
    const size_t size = whole.size;
    for (size_t i = 0; i < size; i++) {
        for (int bit = 0; bit < 8; bit++) {
            whole.data[i] = (unsigned char)(whole.data[i] ^ (1u << bit));
            rill_run run;
            bytes_reader from = {whole.data, size, RILL_OK};
            run_bytes_get(&from, &run);
            const rill_status status = from.status;
            ck_assert(status == RILL_OK || status == RILL_IO);
            n_refused += status != RILL_OK;
            if (status == RILL_OK) {
                ck_assert_uint_eq(run.hash, c.runs[3].hash);
                ck_assert_uint_eq(rill_run_hash(&run), c.runs[3].hash);
                rill_run_clear(&run);
            }
            whole.data[i] = (unsigned char)(whole.data[i] ^ (1u << bit));
        }
    }
    ck_assert_int_gt(n_refused, 1000);
    free(whole.data);
    release_runs(&c);
}
END_TEST

/// Counts and lengths that promise more than there is.
START_TEST(test_great_lengths_are_refused)
{
    rill_series series = {.metric = "return", .every = 1};
    rill_run run = {.series = &series, .n_series = 1};
    run.hash = rill_run_hash(&run);
    bytes_writer whole = {0};
    run_bytes_put(&whole, &run);
    const size_t size = whole.size;
    for (size_t at = 0; at + 8 <= size; at++) {
        static const uint64_t lengths[] = {INT64_MAX, UINT64_MAX, UINT64_C(1) << 61,
                                           UINT64_C(1) << 32};
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            unsigned char kept[8];
            memcpy(kept, whole.data + at, 8);
            memcpy(whole.data + at, &lengths[i], 8);
            rill_run read;
            bytes_reader from = {whole.data, size, RILL_OK};
            run_bytes_get(&from, &read);
            if (from.status == RILL_OK) {
                ck_assert_uint_eq(read.hash, run.hash);
                rill_run_clear(&read);
            }
            memcpy(whole.data + at, kept, 8);
        }
    }
    free(whole.data);
}
END_TEST

TEST_MAIN(test_round_trip, test_every_shorter_length_is_refused, test_several_runs,
          test_a_wrong_byte_never_gives_another_result, test_great_lengths_are_refused)
