// The result file: what goes in comes out bit for bit, or not at all.
#include "tests/runs.h"

#include <rill/store.h>
#include <sqlite3.h>

static rill_error error;

static const char small[] =
    "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 30}, 'seed': 5,"
    " 'agents': [{'id': 'sarsa'}, {'id': 'q_learning', 'label': 'Q, \\'\\u03b1\\''}],"
    " 'stop': {'episodes': 12}, 'runs': 4, 'name': 'n', 'source': 's',"
    " 'record': ['return', {'metric': 'td_error', 'unit': 'steps', 'every': 10}],"
    " 'evaluation': {'every': 6, 'max_steps': 20}}";

static rill_store *open_store(const rill_experiment *experiment)
{
    rill_store *store = NULL;
    ASSERT_OK(rill_store_open(&store, "out", experiment, false, &error), &error);
    return store;
}

static void put_all(rill_store *store, const collection *c)
{
    for (size_t i = 0; i < c->count; i++) {
        ASSERT_OK(rill_store_put(store, &c->runs[i], 1, &error), &error);
    }
}

/// Makes out/results.sqlite with all runs of an experiment; answers the runs.
static collection fill_store(const rill_experiment *experiment)
{
    collection c = collect_all(experiment, 2);
    rill_store *store = open_store(experiment);
    put_all(store, &c);
    rill_store_close(store);
    return c;
}

/// The stored runs are these, in order of agent and number.
static void assert_holds(rill_store *store, const rill_run *runs, size_t n)
{
    rill_run *loaded = NULL;
    size_t n_loaded = 0;
    ASSERT_OK(rill_store_load(store, &loaded, &n_loaded, &error), &error);
    ck_assert_uint_eq(n_loaded, n);
    for (size_t i = 0; i < n; i++) {
        assert_same_run(&runs[i], &loaded[i]);
        ck_assert(runs[i].wall_seconds == loaded[i].wall_seconds);
    }
    rill_runs_destroy(loaded, n_loaded);
}

START_TEST(test_round_trip)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of(small);
    collection c = collect_all(experiment, 2);
    rill_store *store = open_store(experiment);
    assert_holds(store, NULL, 0);
    // in any order
    static const size_t order[] = {5, 0, 7, 2, 1, 6, 3, 4};
    for (size_t i = 0; i < 8; i++) {
        ASSERT_OK(rill_store_put(store, &c.runs[order[i]], 1, &error), &error);
    }
    assert_holds(store, c.runs, 8);
    rill_store_close(store);
    ASSERT_OK(rill_store_open_results(&store, "out", &error), &error);
    assert_holds(store, c.runs, 8);
    int32_t n = 0;
    const char *const *labels = rill_store_labels(store, &n);
    ck_assert_int_eq(n, 2);
    ck_assert_str_eq(labels[0], "sarsa");
    ck_assert_str_eq(labels[1], "Q, \"\xce\xb1\"");
    ck_assert_ptr_null(labels[2]);
    ck_assert_str_eq(rill_store_config(store), experiment->resolved);
    rill_store_close(store);
    rill_store_close(NULL);
    rill_runs_destroy(NULL, 0);
    ck_assert_int_eq(count_entries("out"), 1); // nothing but the one file is left
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

/// A run that another process has finished meanwhile needs no checkpoint, and none would ever go again.
START_TEST(test_no_checkpoint_of_a_finished_run)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of(small);
    collection c = collect_all(experiment, 2);
    rill_store *store = open_store(experiment);
    char bytes[] = "a run under way";
    ASSERT_OK(rill_store_put(store, &c.runs[5], 1, &error), &error);
    for (int32_t i = 0; i < 2; i++) {
        const rill_checkpoint checkpoint = {i, c.runs[5].run, bytes, sizeof bytes};
        ASSERT_OK(rill_store_put_checkpoint(store, &checkpoint, &error), &error);
    }
    rill_checkpoint *left = NULL;
    size_t n = 0;
    ASSERT_OK(rill_store_checkpoints(store, experiment->runs, &left, &n, &error), &error);
    ck_assert_int_eq(c.runs[5].variant, 1);
    ck_assert_uint_eq(n, 1);
    ck_assert_int_eq(left[0].variant, 0);
    rill_checkpoints_destroy(left, n);
    rill_store_close(store);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_every_bit)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of(small);
    rill_store *store = open_store(experiment);
    static const uint64_t bits[] = {
        0,
        UINT64_C(0x8000000000000000), // -0
        1,                            // the least number above 0
        UINT64_C(0x7fefffffffffffff), // the greatest
        UINT64_C(0x7ff0000000000000),
        UINT64_C(0xfff0000000000000), // infinities
        UINT64_C(0x7ff8000000000000),
        UINT64_C(0xfff8000000000000), // NaNs
        UINT64_C(0x7ff8dead0000beef),
        UINT64_C(0x3fd3333333333334),
        UINT64_C(0x0102030405060708),
    };
    enum { N = sizeof bits / sizeof bits[0] };
    double values[N];
    memcpy(values, bits, sizeof bits);
    rill_series series[] = {
        {.metric = "return", .unit = RILL_EPISODES, .every = 1, .values = values, .count = N},
        {.metric = "length", .unit = RILL_EPISODES, .every = 3}, // empty
        {.metric = "td_error",
         .unit = RILL_STEPS,
         .every = INT64_C(1) << 53,
         .values = values,
         .count = 1},
    };
    rill_run runs[] = {
        {.variant = 0,
         .run = 3,
         .status = RILL_RUN_DIVERGED,
         .steps = INT64_C(1) << 60,
         .episodes = 11,
         .wall_seconds = 0.1,
         .series = series,
         .n_series = 3,
         .values = values,
         .n_values = N},
        {.variant = 1, .run = 0, .steps = 1}, // no series, no estimates
    };
    for (size_t i = 0; i < 2; i++) {
        runs[i].hash = rill_run_hash(&runs[i]);
        ASSERT_OK(rill_store_put(store, &runs[i], 1, &error), &error);
    }
    assert_holds(store, runs, 2);
    rill_store_close(store);
    ASSERT_OK(rill_store_open_results(&store, "out", &error), &error);
    assert_holds(store, runs, 2);
    rill_store_close(store);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_resume)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of(small);
    collection c = collect_all(experiment, 2);
    rill_store *store = open_store(experiment);
    ASSERT_OK(rill_store_put(store, &c.runs[1], 1, &error), &error);
    ASSERT_OK(rill_store_put(store, &c.runs[7], 1, &error), &error);
    rill_store_close(store);
    // with another number of runs, name, summary: these do not change what a run records
    experiment->runs = 6;
    store = open_store(experiment);
    uint8_t is_done[12] = {0};
    int64_t n_done = -1;
    ASSERT_OK(rill_store_done(store, 6, is_done, &n_done, &error), &error);
    ck_assert_int_eq(n_done, 2);
    for (int i = 0; i < 12; i++) {
        ck_assert_int_eq(is_done[i], i == 1 || i == 6 + 3);
    }
    // fewer than are there
    memset(is_done, 0, sizeof is_done);
    ASSERT_OK(rill_store_done(store, 2, is_done, &n_done, &error), &error);
    ck_assert_int_eq(n_done, 1);
    ck_assert(is_done[1] == 1 && is_done[0] + is_done[2] + is_done[3] == 0);
    // and on
    experiment->runs = 4;
    uint8_t rest[8] = {0};
    ASSERT_OK(rill_store_done(store, 4, rest, &n_done, &error), &error);
    collection missing = {0};
    ASSERT_OK(collect(experiment, 2, rest, &missing, &error), &error);
    ck_assert_uint_eq(missing.count, 6);
    put_all(store, &missing);
    rill_store_close(store);
    ASSERT_OK(rill_store_open_results(&store, "out", &error), &error);
    rill_run *loaded = NULL;
    size_t n = 0;
    ASSERT_OK(rill_store_load(store, &loaded, &n, &error), &error);
    ck_assert_uint_eq(n, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_same_run(&loaded[i], &c.runs[i]);
    }
    rill_runs_destroy(loaded, n);
    rill_store_close(store);
    release_runs(&missing);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

static rill_experiment *small_with(const char *assignment)
{
    rill_experiment *experiment = NULL;
    const char *const assignments[] = {assignment, NULL};
    char *json = quoted(small);
    ASSERT_OK(rill_experiment_parse(&experiment, json, assignments, &error), &error);
    free(json);
    return experiment;
}

/// The labels of a store that is opened for reading, "a|b|".
static const char *stored_labels(void)
{
    static char text[200];
    rill_store *store = NULL;
    int32_t n = 0;
    ASSERT_OK(rill_store_open_results(&store, "out", &error), &error);
    const rill_store_variant *variants = rill_store_variants(store, &n);
    text[0] = '\0';
    for (int32_t i = 0; i < n; i++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s|", variants[i].label);
    }
    rill_store_close(store);
    return text;
}

/// Variants may come, in any place, and be left out: runs stay with theirs, and a file's variants are in
/// the order of the last experiment that had them all.
START_TEST(test_variants_come_and_go)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of(small);
    collection c = fill_store(experiment);
    ck_assert_str_eq(stored_labels(), "sarsa|Q, \"α\"|");
    static const char q[] = "{\"id\":\"q_learning\",\"label\":\"Q, \\\"α\\\"\"}";
    char text[200];
    // one of them alone
    snprintf(text, sizeof text, "agents=[%s]", q);
    rill_experiment *part = small_with(text);
    rill_store *store = open_store(part);
    uint8_t is_done[12] = {0};
    int64_t n_done = 0;
    ASSERT_OK(rill_store_done(store, 4, is_done, &n_done, &error), &error);
    ck_assert_int_eq(n_done, 4);
    int32_t n = 0;
    ck_assert_str_eq(rill_store_labels(store, &n)[0], "Q, \"α\"");
    ck_assert_int_eq(n, 2);
    ck_assert_str_eq(rill_store_config(store), experiment->resolved); // which says more
    rill_store_close(store);
    ck_assert_str_eq(stored_labels(), "sarsa|Q, \"α\"|");
    // a new one between them, and the other way round
    snprintf(text, sizeof text, "agents=[%s,{\"id\":\"td0\",\"label\":\"new\"},{\"id\":\"sarsa\"}]",
             q);
    rill_experiment *more = small_with(text);
    collection all = collect_all(more, 2);
    store = open_store(more);
    ASSERT_OK(rill_store_check(store, more, 60.0, &error), &error); // numbers fit labels
    ASSERT_OK(rill_store_done(store, 4, is_done, &n_done, &error), &error);
    ck_assert_int_eq(n_done, 8);
    for (int i = 0; i < 12; i++) {
        ck_assert_int_eq(is_done[i], i / 4 != 1);
    }
    ASSERT_OK(rill_store_put(store, &all.runs[4], 4, &error), &error);
    assert_same_run(&c.runs[7], &(rill_run){.variant = 1,
                                            .run = 3,
                                            .status = all.runs[3].status,
                                            .hash = all.runs[3].hash,
                                            .steps = all.runs[3].steps,
                                            .episodes = all.runs[3].episodes,
                                            .series = all.runs[3].series,
                                            .n_series = all.runs[3].n_series,
                                            .values = all.runs[3].values,
                                            .n_values = all.runs[3].n_values});
    rill_run *loaded = NULL;
    size_t n_loaded = 0;
    ASSERT_OK(rill_store_load(store, &loaded, &n_loaded, &error), &error);
    ck_assert_uint_eq(n_loaded, 12);
    for (size_t i = 0; i < 12; i++) {
        assert_same_run(&all.runs[i], &loaded[i]);
    }
    rill_runs_destroy(loaded, n_loaded);
    rill_store_close(store);
    ck_assert_str_eq(stored_labels(), "Q, \"α\"|new|sarsa|");
    // one of them with another parameter is refused, and so is a new one beside it
    rill_experiment *other = small_with("agents=[{\"id\":\"td0\",\"label\":\"newer\"},"
                                        "{\"id\":\"sarsa\",\"params\":{\"alpha\":0.3}}]");
    ASSERT_REFUSED(rill_store_open(&store, "out", other, false, &error), &error, "",
                   "different \"sarsa\" (they differ in params.alpha)");
    ck_assert_str_eq(stored_labels(), "Q, \"α\"|new|sarsa|");
    release_runs(&all);
    release_runs(&c);
    rill_experiment_destroy(other);
    rill_experiment_destroy(more);
    rill_experiment_destroy(part);
    rill_experiment_destroy(experiment);
}
END_TEST

/// Whether every stored run is one of `c`'s, stopping after `stop`.
typedef struct comparison {
    const collection *c;
    size_t n, stop;
} comparison;

static rill_status compare_next(void *context, rill_run *run, rill_error *refusal)
{
    comparison *all = context;
    assert_same_run(&all->c->runs[all->n++], run);
    return all->n == all->stop ? rill_error_set(refusal, RILL_FAILED, "", "enough") : RILL_OK;
}

START_TEST(test_each)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of(small);
    collection c = fill_store(experiment);
    rill_store *store = open_store(experiment);
    comparison all = {&c, 0, 0};
    ASSERT_OK(rill_store_each(store, compare_next, &all, &error), &error);
    ck_assert_uint_eq(all.n, 8);
    comparison some = {&c, 0, 3};
    ck_assert_int_eq(rill_store_each(store, compare_next, &some, &error), RILL_FAILED);
    ck_assert_str_eq(error.message, "enough");
    ck_assert_uint_eq(some.n, 3);
    assert_holds(store, c.runs, 8); // nothing is left open
    rill_store_close(store);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_a_different_experiment_is_refused)
{
    enter_fresh_directory();
    static const struct {
        const char *assignments[2];
        const char *place;
    } cases[] = {
        {{"seed=6"}, "(they differ in seed)"},
        {{"environment.id=random_walk"}, "(they differ in environment.id)"},
        {{"environment.params.is_slippery=true"},
         "(they differ in environment.params.is_slippery)"},
        {{"environment.max_episode_steps=31"}, "(they differ in environment.max_episode_steps)"},
        {{"agents[0].params.alpha=0.1000000000000001"},
         "different \"sarsa\" (they differ in params.alpha)"},
        {{"agents[0].params.alpha=0.10000000000000002"}, // the last bit
         "different \"sarsa\" (they differ in params.alpha)"},
        {{"agents[1].policy={\"id\":\"greedy\"}"}, "(they differ in policy.id)"},
        {{"agents[1].policy={\"id\":\"epsilon_greedy\",\"params\":{\"epsilon\":0}}"},
         "(they differ in policy.params.epsilon)"},
        {{"agents=[{\"id\":\"sarsa\",\"label\":\"S\"}]"},
         "different experiment (of \"sarsa\", not of \"S\")"},
        {{"stop={\"episodes\":13}"}, "(they differ in stop.episodes)"},
        {{"stop.steps=5"}, "(they differ in stop.steps)"},
        {{"record[1].every=11"}, "(they differ in record[1].every)"},
        {{"record=[\"return\"]"}, "(they differ in record)"},
        {{"evaluation.episodes=2"}, "(they differ in evaluation.episodes)"},
    };
    rill_experiment *experiment = experiment_of(small);
    collection c = fill_store(experiment);
    size_t size = 0, size_after = 0;
    char *before = read_whole("out/results.sqlite", &size);
    char *json = quoted(small);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_experiment *other = NULL;
        rill_store *store = (rill_store *)&error;
        ASSERT_OK(rill_experiment_parse(&other, json, cases[i].assignments, &error), &error);
        ASSERT_REFUSED(rill_store_open(&store, "out", other, false, &error), &error, "",
                       cases[i].place);
        ck_assert_ptr_nonnull(strstr(error.message, "--restart"));
        ck_assert_ptr_null(store);
        rill_experiment_destroy(other);
    }
    char *after = read_whole("out/results.sqlite", &size_after);
    ck_assert(size == size_after && memcmp(before, after, size) == 0);
    free(after);
    free(before);
    // start over: what was there is gone, and the other one's runs are taken
    rill_experiment *other = NULL;
    rill_store *store = NULL;
    const char *const seed[] = {"seed=6", NULL};
    ASSERT_OK(rill_experiment_parse(&other, json, seed, &error), &error);
    ASSERT_OK(rill_store_open(&store, "out", other, true, &error), &error);
    assert_holds(store, NULL, 0);
    collection others = collect_all(other, 2);
    put_all(store, &others);
    assert_holds(store, others.runs, 8);
    rill_store_close(store);
    ck_assert_int_eq(rill_store_open(&store, "out", experiment, false, &error), RILL_INVALID);
    free(json);
    release_runs(&others);
    release_runs(&c);
    rill_experiment_destroy(other);
    rill_experiment_destroy(experiment);
}
END_TEST

/// Starting over from what a killed process left: a write-ahead log that belongs to the old file.
START_TEST(test_restart_after_a_crash)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of(small);
    collection c = collect_all(experiment, 2);
    pid_t child = fork();
    if (child == 0) {
        rill_store *store = NULL;
        rill_status status = rill_store_open(&store, "out", experiment, false, &error);
        for (size_t i = 0; i < 8 && status == RILL_OK; i++) {
            status = rill_store_put(store, &c.runs[i], 1, &error);
        }
        raise(SIGKILL); // never closes it
    }
    int how = 0;
    ck_assert_int_eq(waitpid(child, &how, 0), child);
    ck_assert(exists("out/results.sqlite-wal"));
    rill_store *store = NULL;
    ASSERT_OK(rill_store_open_results(&store, "out", &error), &error);
    assert_holds(store, c.runs, 8); // nothing was lost
    rill_store_close(store);
    child = fork();
    if (child == 0) {
        rill_store_open(&store, "out", experiment, false, &error);
        rill_store_put(store, &c.runs[0], 1, &error);
        raise(SIGKILL);
    }
    ck_assert_int_eq(waitpid(child, &how, 0), child);
    ASSERT_OK(rill_store_open(&store, "out", experiment, true, &error), &error);
    assert_holds(store, NULL, 0);
    ASSERT_OK(rill_store_put(store, &c.runs[2], 1, &error), &error);
    assert_holds(store, &c.runs[2], 1);
    rill_store_close(store);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

/// Opens the file for reading and for writing, and loads it: the first status that is not RILL_OK.
static rill_status try_to_read(const rill_experiment *experiment, bool is_for_writing,
                               rill_run **runs, size_t *n)
{
    rill_store *store = NULL;
    *runs = NULL;
    *n = 0;
    error = (rill_error){0};
    rill_status status = is_for_writing ? rill_store_open(&store, "out", experiment, false, &error)
                                        : rill_store_open_results(&store, "out", &error);
    if (status == RILL_OK && is_for_writing) {
        uint8_t is_done[8] = {0};
        int64_t n_done = 0;
        status = rill_store_done(store, 4, is_done, &n_done, &error);
    }
    status = status == RILL_OK ? rill_store_load(store, runs, n, &error) : status;
    rill_store_close(store);
    return status;
}

/// The file that is there now is refused with one line that contains `part`, and not touched.
static void assert_damaged(const rill_experiment *experiment, const char *what, const char *part)
{
    size_t size = 0, size_after = 0;
    char *before = read_whole("out/results.sqlite", &size);
    for (int i = 0; i < 2; i++) {
        rill_run *runs = NULL;
        size_t n = 0;
        rill_status status = try_to_read(experiment, i == 1, &runs, &n);
        ck_assert_msg(status == RILL_IO && error.status == RILL_IO, "%s: status %d, %s", what,
                      status, error.message);
        ck_assert_ptr_null(runs);
        ck_assert_msg(strstr(error.message, part) != NULL, "\"%s\" does not contain \"%s\"",
                      error.message, part);
        ck_assert_msg(strstr(error.message, "out/results.sqlite") != NULL, "%s", error.message);
        ck_assert_ptr_null(strchr(error.message, '\n'));
        char *after = read_whole("out/results.sqlite", &size_after);
        ck_assert(size == size_after && memcmp(before, after, size) == 0);
        free(after);
    }
    free(before);
}

static void execute(const char *sql)
{
    sqlite3 *database = NULL;
    ck_assert_int_eq(sqlite3_open("out/results.sqlite", &database), SQLITE_OK);
    char *message = NULL;
    int code = sqlite3_exec(database, sql, NULL, NULL, &message);
    ck_assert_msg(code == SQLITE_OK, "%s: %s", sql, message == NULL ? "" : message);
    sqlite3_close(database);
}

START_TEST(test_damaged_files)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of(small);
    collection c = fill_store(experiment);
    size_t size = 0;
    char *good = read_whole("out/results.sqlite", &size);
    ck_assert_uint_gt(size, 20000);
    // cut short
    const size_t cuts[] = {1,    15,   16,   50,       99,          100,     512,
                           4095, 4096, 8192, size / 2, size - 4096, size - 1};
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        write_bytes("out/results.sqlite", good, cuts[i]);
        char what[32];
        snprintf(what, sizeof what, "cut to %zu", cuts[i]);
        assert_damaged(experiment, what, "damaged");
    }
    // no database at all
    static const char text[] = "agent,return\nSarsa,-27.6\n";
    write_bytes("out/results.sqlite", text, sizeof text - 1);
    assert_damaged(experiment, __func__, "damaged (file is not a database)");
    char *noise = malloc(size);
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    for (size_t i = 0; i < size; i++) {
        noise[i] = (char)rill_rng_next64(&rng);
    }
    write_bytes("out/results.sqlite", noise, size);
    assert_damaged(experiment, __func__, "damaged (file is not a database)");
    // whole pages overwritten
    for (size_t page = 0; page < size / 4096; page++) {
        char *bad = malloc(size);
        memcpy(bad, good, size);
        memcpy(bad + 4096 * page, noise, 4096);
        write_bytes("out/results.sqlite", bad, size);
        char what[32];
        snprintf(what, sizeof what, "page %zu", page);
        assert_damaged(experiment, what, "damaged");
        free(bad);
    }
    free(noise);
    // the file as it was is fine
    write_bytes("out/results.sqlite", good, size);
    rill_store *store = NULL;
    ASSERT_OK(rill_store_open_results(&store, "out", &error), &error);
    assert_holds(store, c.runs, 8);
    rill_store_close(store);
    free(good);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_other_databases)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of(small);
    ck_assert_int_eq(mkdir("out", 0777), 0);
    execute("CREATE TABLE runs (a); INSERT INTO runs VALUES (1)");
    assert_damaged(experiment, __func__,
                   "is a database of another program; choose another directory");
    execute("PRAGMA application_id = 252006675");
    assert_damaged(experiment, __func__,
                   "is a database of another program; choose another directory");
    execute("PRAGMA application_id = 1919511660; PRAGMA user_version = 4");
    assert_damaged(experiment, __func__, "is of version 4, this program reads versions 1 to 3");
    execute("PRAGMA user_version = 1");
    assert_damaged(experiment, __func__, "no such table: experiments");
    // of the right program, but with nothing in it
    unlink("out/results.sqlite");
    rill_store *store = open_store(experiment);
    rill_store_close(store);
    execute("DELETE FROM experiments");
    assert_damaged(experiment, __func__, "holds no experiment");
    // an empty file is what a crash at the very beginning leaves: to be read it holds nothing, to
    // be written it is as good as none
    write_bytes("out/results.sqlite", "", 0);
    ck_assert_int_eq(rill_store_open_results(&store, "out", &error), RILL_IO);
    ck_assert_str_eq(error.message, "out/results.sqlite holds no experiment");
    store = open_store(experiment);
    assert_holds(store, NULL, 0);
    rill_store_close(store);
    rill_experiment_destroy(experiment);
}
END_TEST

/// Changes that leave a sound database: the hash of a run, or what binds the tables, finds them.
START_TEST(test_altered_contents)
{
    static const char *const changes[] = {
        "UPDATE series SET data = X'FF' || substr(data, 2) WHERE run = 3 AND position = 0",
        "UPDATE series SET data = zeroblob(length(data)) WHERE run = 8 AND position = 1",
        "UPDATE series SET data = substr(data, 9) WHERE run = 1 AND position = 0",
        "UPDATE series SET data = X'' WHERE run = 1 AND position = 0",
        "UPDATE series SET data = data || zeroblob(8) WHERE run = 5 AND position = 2",
        "UPDATE series SET metric = 'Return' WHERE run = 1 AND position = 0",
        "UPDATE series SET unit = 'steps' WHERE run = 1 AND position = 0",
        "UPDATE series SET every = 2 WHERE run = 1 AND position = 0",
        "UPDATE series SET every = 0 WHERE run = 1 AND position = 0",
        "UPDATE series SET every = -1 WHERE run = 1 AND position = 0",
        "UPDATE series SET position = 9 WHERE run = 1 AND position = 0",
        "DELETE FROM series WHERE run = 4 AND position = 3",
        "DELETE FROM series",
        "UPDATE runs SET hash = '0123456789abcdef' WHERE id = 2",
        "UPDATE runs SET hash = '' WHERE id = 2",
        "UPDATE runs SET status = 'diverged' WHERE id = 2",
        "UPDATE runs SET steps = steps + 1 WHERE id = 2",
        "UPDATE runs SET episodes = 0 WHERE id = 2",
        "UPDATE runs SET variant = 3 WHERE id = 2",
        "UPDATE runs SET variant = 0 WHERE id = 2",
        "UPDATE runs SET variant = 1000000000 WHERE id = 2",
        "UPDATE runs SET run = -1 WHERE id = 2",
        "DELETE FROM variants WHERE id = 2",
    };
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of(small);
    collection c = fill_store(experiment);
    size_t size = 0;
    char *good = read_whole("out/results.sqlite", &size);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        write_bytes("out/results.sqlite", good, size);
        execute(changes[i]);
        assert_damaged(experiment, changes[i], "damaged");
    }
    free(good);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

/// Whatever byte is wrong: an error of one line, or the very runs that were stored.
START_TEST(test_no_wrong_byte_gives_wrong_runs)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of(small);
    collection c = fill_store(experiment);
    size_t size = 0;
    char *bytes = read_whole("out/results.sqlite", &size);
    int n_refused = 0;
    int n_same = 0;
    for (size_t i = 0; i < size; i += 1 + i / 50 % 97) {
        const char kept = bytes[i];
        bytes[i] = (char)(kept ^ (i % 3 == 0 ? 0x01 : i % 3 == 1 ? 0x80 : 0xff));
        write_bytes("out/results.sqlite", bytes, size);
        bytes[i] = kept;
        rill_run *runs = NULL;
        size_t n = 0;
        rill_status status = try_to_read(experiment, i % 2 == 1, &runs, &n);
        if (status == RILL_OK) {
            n_same++;
            ck_assert_uint_eq(n, 8);
            for (size_t j = 0; j < 8; j++) {
                ck_assert_msg(runs[j].variant == c.runs[j].variant && runs[j].run == c.runs[j].run,
                              "byte %zu: run %d/%d is taken for %d/%d", i, c.runs[j].variant,
                              (int)c.runs[j].run, runs[j].variant, (int)runs[j].run);
                ck_assert_msg(runs[j].hash == c.runs[j].hash, "byte %zu", i);
                ck_assert_uint_eq(runs[j].hash, rill_run_hash(&runs[j]));
            }
        } else {
            n_refused++;
            ck_assert_msg(status == RILL_IO || status == RILL_INVALID, "byte %zu: status %d, %s", i,
                          status, error.message);
            ck_assert_msg(strstr(error.message, "results.sqlite") != NULL, "byte %zu: %s", i,
                          error.message);
            ck_assert_ptr_null(strchr(error.message, '\n'));
        }
        rill_runs_destroy(runs, n);
        unlink("out/results.sqlite-wal");
        unlink("out/results.sqlite-shm");
    }
    ck_assert_int_gt(n_refused, 100);
    ck_assert_int_gt(n_same, 100); // most of a page may be free, or of no weight
    free(bytes);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

/// A run is there whole, or not at all.
START_TEST(test_a_put_that_fails_leaves_nothing)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of(small);
    collection c = collect_all(experiment, 2);
    rill_store *store = open_store(experiment);
    ASSERT_OK(rill_store_put(store, &c.runs[0], 1, &error), &error);
    execute("CREATE TRIGGER t BEFORE INSERT ON series WHEN NEW.position = 2"
            " BEGIN SELECT RAISE(ABORT, 'not this one'); END");
    ck_assert_int_eq(rill_store_put(store, &c.runs[1], 1, &error), RILL_IO);
    ck_assert_str_eq(error.message, "out/results.sqlite: not this one");
    assert_holds(store, c.runs, 1);
    execute("DROP TRIGGER t");
    ASSERT_OK(rill_store_put(store, &c.runs[1], 1, &error), &error); // it is usable as before
    assert_holds(store, c.runs, 2);
    rill_store_close(store);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_places_that_cannot_be)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of(small);
    write_bytes("file", "x", 1);
    char deep[6000];
    memset(deep, 'd', sizeof deep);
    deep[sizeof deep - 1] = '\0';
    char long_name[400];
    memset(long_name, 'n', sizeof long_name);
    long_name[sizeof long_name - 1] = '\0';
    ck_assert_int_eq(mkdir("taken", 0777), 0);
    ck_assert_int_eq(mkdir("taken/results.sqlite", 0777), 0);
    const struct {
        const char *directory, *part;
        rill_status status;
    } cases[] = {
        {"file/below", "cannot create the directory file/below: Not a directory", RILL_IO},
        {"file", "cannot open file/results.sqlite: ", RILL_IO},
        {"/proc/rill-test/out", "cannot create the directory /proc/rill-test: ", RILL_IO},
        {"/dev/full/out", "cannot create the directory /dev/full/out: Not a directory", RILL_IO},
        {"taken", "cannot open taken/results.sqlite", RILL_IO},
        {long_name, "File name too long", RILL_IO},
        {"", "\"\" cannot be a directory's name", RILL_INVALID},
        {deep, "cannot be a directory's name", RILL_INVALID},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_store *store = (rill_store *)&error;
        error = (rill_error){0};
        ck_assert_int_eq(rill_store_open(&store, cases[i].directory, experiment, false, &error),
                         cases[i].status);
        ck_assert_msg(strstr(error.message, cases[i].part) != NULL, "%s: %s", cases[i].part,
                      error.message);
        ck_assert_ptr_null(store);
        ck_assert_int_eq(rill_store_open_results(&store, cases[i].directory, &error), RILL_IO);
        ck_assert_ptr_null(store);
    }
    ck_assert_int_eq(count_entries("."), 2);
    rill_store *store = NULL;
    ck_assert_int_eq(rill_store_open_results(&store, "absent", &error), RILL_IO);
    ck_assert_ptr_nonnull(strstr(error.message, "cannot read absent/results.sqlite: No such file"));
    ck_assert(!exists("absent"));
    if (geteuid() != 0) { // permissions do not hold root back
        ck_assert_int_eq(mkdir("closed", 0555), 0);
        ck_assert_int_eq(rill_store_open(&store, "closed/out", experiment, false, &error), RILL_IO);
        ck_assert_ptr_nonnull(strstr(error.message, "Permission denied"));
        ck_assert_int_eq(rill_store_open(&store, "closed", experiment, false, &error), RILL_IO);
        ck_assert_ptr_nonnull(strstr(error.message, "cannot open closed/results.sqlite"));
    }
    // directories are made as deep as they are asked for
    ASSERT_OK(rill_store_open(&store, "a/b//c/", experiment, false, &error), &error);
    rill_store_close(store);
    ck_assert(exists("a/b/c/results.sqlite"));
    rill_experiment_destroy(experiment);
}
END_TEST

/// Puts all runs, from a process of its own; its exit code.
static int write_all(const rill_experiment *experiment, const collection *c, int milliseconds)
{
    rill_store *store = NULL;
    rill_status status = rill_store_open(&store, "out", experiment, false, &error);
    for (size_t i = 0; i < c->count && status == RILL_OK; i++) {
        status = rill_store_put(store, &c->runs[i], 1, &error);
        sleep_milliseconds(milliseconds);
    }
    rill_store_close(store);
    if (status != RILL_OK) {
        fprintf(stderr, "writer: %s\n", error.message);
    }
    return status == RILL_OK ? 0 : 1;
}

START_TEST(test_reading_while_writing)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of(small);
    experiment->runs = 40;
    collection c = collect_all(experiment, 2);
    rill_store_close(open_store(experiment));
    pid_t child = fork();
    if (child == 0) {
        _exit(write_all(experiment, &c, 10));
    }
    size_t n_before = 0;
    int n_different = 0;
    while (n_before < c.count) {
        rill_store *store = NULL;
        rill_run *runs = NULL;
        size_t n = 0;
        ASSERT_OK(rill_store_open_results(&store, "out", &error), &error);
        ASSERT_OK(rill_store_load(store, &runs, &n, &error), &error);
        ck_assert_uint_ge(n, n_before); // what was there stays
        ck_assert_uint_le(n, c.count);
        for (size_t i = 0; i < n; i++) {
            assert_same_run(&runs[i], &c.runs[i]); // the writer goes in this order
        }
        n_different += n != n_before;
        n_before = n;
        rill_runs_destroy(runs, n);
        rill_store_close(store);
        int status = 0;
        if (child > 0 && waitpid(child, &status, WNOHANG) == child) {
            ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the writer failed");
            child = -1;
        }
    }
    ck_assert_int_gt(n_different, 2); // it was read in the middle
    int status = 0;
    if (child > 0) {
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

/// Processes that come upon the same new directory at the same moment: one makes the file, all can
/// use it.
START_TEST(test_opened_together)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of(small);
    for (int repeat = 0; repeat < 25; repeat++) {
        int start[2];
        pid_t children[4];
        remove_tree("out");
        ck_assert_int_eq(pipe(start), 0);
        for (int i = 0; i < 4; i++) {
            children[i] = fork();
            if (children[i] == 0) {
                char byte = 0;
                rill_store *store = NULL;
                close(start[1]);
                if (read(start[0], &byte, 1) != 0) { // until the other end is closed
                    _exit(2);
                }
                rill_status status = rill_store_open(&store, "out", experiment, false, &error);
                if (status != RILL_OK) {
                    fprintf(stderr, "opening: %s\n", error.message);
                }
                rill_store_close(store);
                _exit(status == RILL_OK ? 0 : 1);
            }
        }
        close(start[0]);
        close(start[1]);
        for (int i = 0; i < 4; i++) {
            int status = 0;
            ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
            ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "one could not open it");
        }
    }
    rill_experiment_destroy(experiment);
}
END_TEST

/// Two processes on the same new directory: both finish, and every run is there once.
START_TEST(test_two_writers)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of(small);
    collection c = collect_all(experiment, 2);
    for (int repeat = 0; repeat < 15; repeat++) {
        remove_tree("out");
        pid_t children[3];
        for (int i = 0; i < 3; i++) {
            children[i] = fork();
            if (children[i] == 0) {
                _exit(write_all(experiment, &c, 0));
            }
        }
        for (int i = 0; i < 3; i++) {
            int status = 0;
            ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
            ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a writer failed");
        }
        rill_store *store = open_store(experiment);
        rill_run *runs = NULL;
        size_t n = 0;
        ASSERT_OK(rill_store_load(store, &runs, &n, &error), &error);
        ck_assert_uint_eq(n, 8);
        for (size_t i = 0; i < 8; i++) {
            assert_same_run(&runs[i], &c.runs[i]);
        }
        rill_runs_destroy(runs, n);
        rill_store_close(store);
    }
    // a run that is there already is put again only when it is the same
    rill_store *store = open_store(experiment);
    ASSERT_OK(rill_store_put(store, &c.runs[3], 1, &error), &error);
    c.runs[3].series[0].values[0] += 1.0;
    c.runs[3].hash = rill_run_hash(&c.runs[3]);
    ck_assert_int_eq(rill_store_put(store, &c.runs[3], 1, &error), RILL_IO);
    ck_assert_ptr_nonnull(
        strstr(error.message, "run 3 of \"sarsa\" is there already, with another"));
    c.runs[3].series[0].values[0] -= 1.0;
    c.runs[3].hash = rill_run_hash(&c.runs[3]);
    assert_holds(store, c.runs, 8);
    rill_store_close(store);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

/// What the program no longer makes is noticed before it is mixed with what it makes now.
START_TEST(test_results_of_other_code)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of(small);
    collection c = collect_all(experiment, 2);
    rill_store *store = open_store(experiment);
    ASSERT_OK(rill_store_put(store, &c.runs[0], 1, &error), &error);
    ASSERT_OK(rill_store_check(store, experiment, 60.0, &error), &error);
    // as if the environment of that time had paid a little more
    c.runs[4].series[0].values[0] += 1.0;
    c.runs[4].hash = rill_run_hash(&c.runs[4]);
    ASSERT_OK(rill_store_put(store, &c.runs[4], 1, &error), &error);
    ck_assert_int_eq(rill_store_check(store, experiment, 60.0, &error), RILL_INVALID);
    ck_assert_ptr_nonnull(strstr(error.message, "no longer makes (run 0 of \"Q,"));
    // runs that took longer than allowed are not repeated
    ASSERT_OK(rill_store_check(store, experiment, 0.0, &error), &error);
    rill_store_close(store);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

/// A run that is too long to be repeated is compared as far as it goes.
START_TEST(test_long_results_of_other_code)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of(
        "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'q_learning'}],"
        " 'stop': {'steps': 20000000}, 'record': [{'metric': 'return', 'every': 100}, 'steps_per_second']}");
    collection c = collect_all(experiment, 1);
    const double limit = 0.1 * c.runs[0].wall_seconds;
    for (int is_changed = 0; is_changed < 2; is_changed++) {
        rill_store *store = NULL;
        c.runs[0].series[0].values[3] += is_changed;
        c.runs[0].hash = rill_run_hash(&c.runs[0]);
        ASSERT_OK(rill_store_open(&store, "results", experiment, true, &error), &error);
        ASSERT_OK(rill_store_put(store, c.runs, 1, &error), &error);
        ck_assert_int_eq(rill_store_check(store, experiment, limit, &error),
                         is_changed ? RILL_INVALID : RILL_OK);
        rill_store_close(store);
    }
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

TEST_MAIN_WITH_FILES(test_round_trip, test_no_checkpoint_of_a_finished_run, test_every_bit,
                     test_resume, test_variants_come_and_go, test_each,
                     test_a_different_experiment_is_refused, test_restart_after_a_crash,
                     test_damaged_files, test_other_databases, test_altered_contents,
                     test_no_wrong_byte_gives_wrong_runs, test_a_put_that_fails_leaves_nothing,
                     test_places_that_cannot_be, test_reading_while_writing, test_opened_together,
                     test_two_writers, test_results_of_other_code, test_long_results_of_other_code)
