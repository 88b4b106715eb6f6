// Shards by the program, and what it puts together of them: the same as one run of the whole, and
// nothing that does not belong there.
#include "tests/runs.h"

#include <rill/store.h>
#include <sqlite3.h>

static rill_error error;

static const char text[] =
    "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 30}, 'seed': 5,"
    " 'agents': [{'id': 'sarsa'}, {'id': 'q_learning'}, {'id': 'expected_sarsa'}],"
    " 'stop': {'episodes': 12}, 'runs': 5, 'record': ['return', 'length']}";

static void assert_says(const char *part)
{
    ck_assert_msg(strstr(ran.out, part) != NULL, "\"%s\" is not in: %s", part, ran.out);
}

/// Makes my.json, and its runs in results/whole and in the shards of results/my; answers the runs.
static collection run_whole_and_shards(void)
{
    enter_fresh_directory();
    write_json("my.json", text);
    ASSERT_DONE("run", "my.json", "--out", "results/whole");
    ASSERT_DONE("run", "my.json", "--shard", "1/3");
    ASSERT_DONE("run", "my.json", "--shard", "2/3");
    ASSERT_DONE("run", "my.json", "--shard", "3/3");
    collection c = load_results("results/whole");
    ck_assert_uint_eq(c.count, 15);
    return c;
}

START_TEST(test_shards_are_the_whole)
{
    collection whole = run_whole_and_shards();
    assert_says("This was shard 3/3 alone, 5 of 15 runs, kept in results/my/shard-3-of-3.");
    assert_says("`rill merge results/my`");
    RUN("summary", "results/my");
    ASSERT_FAILED_WITH(4, "(`rill merge results/my` puts its shards together)");
    ck_assert_int_eq(count_entries("results/my"), 3);
    for (int i = 1; i <= 3; i++) {
        char directory[40];
        snprintf(directory, sizeof directory, "results/my/shard-%d-of-3", i);
        collection c = load_results(directory);
        ck_assert_uint_eq(c.count, 5);
        release_runs(&c);
    }
    ASSERT_DONE("merge", "results/my");
    ck_assert_str_eq(ran.out, "results/my/shard-1-of-3: 5 runs, 5 new\n"
                              "results/my/shard-2-of-3: 5 runs, 5 new\n"
                              "results/my/shard-3-of-3: 5 runs, 5 new\n"
                              "results/my holds 15 of 15 runs.\n");
    assert_results("results/my", &whole);
    ASSERT_DONE("merge", "results/my"); // again: nothing to do
    assert_says("results/my/shard-3-of-3: 5 runs, 0 new\nresults/my holds 15 of 15 runs.");
    assert_results("results/my", &whole);
    // it is a result directory like any other
    ASSERT_DONE("run", "my.json");
    assert_says("15 of 15 runs are there already");
    ASSERT_DONE("summary", "results/whole");
    char *summary = strdup(ran.out);
    ASSERT_DONE("summary", "results/my");
    ck_assert_str_eq(ran.out, summary);
    free(summary);
    release_runs(&whole);
}
END_TEST

START_TEST(test_a_shard_goes_on)
{
    enter_fresh_directory();
    write_json("my.json", text);
    ASSERT_DONE("run", "my.json", "--shard", "2/4", "--runs", "3", "--out", "here");
    assert_says("shard 2/4 alone, 2 of 9 runs, kept in here/shard-2-of-4");
    ASSERT_DONE("run", "my.json", "--shard", "2/4", "--out", "here");
    assert_says("2 of 4 runs are there already"); // more runs moved none to another shard
    ASSERT_DONE("run", "my.json", "--shard", "20/20", "--out", "here");
    assert_says("shard 20/20 alone, 0 of 15 runs");
    ASSERT_DONE("merge", "here", "--out", "there");
    assert_says("here/shard-2-of-4: 4 runs, 4 new\nhere/shard-20-of-20: 0 runs, 0 new\n"
                "there holds 4 of 15 runs; merge again");
    RUN("run", "my.json", "--shard", "5/4");
    ASSERT_FAILED_WITH(2, "--shard: \"5/4\" is no shard; those of 4 are 1/4 to 4/4");
}
END_TEST

START_TEST(test_adding_to_what_is_there)
{
    collection whole = run_whole_and_shards();
    ASSERT_DONE("merge", "results/my/shard-1-of-3", "--out", "sum");
    assert_says("sum holds 5 of 15 runs; merge again");
    ASSERT_DONE("merge", "results/my/shard-3-of-3", "sum", "--out", "sum");
    assert_says("sum holds 10 of 15 runs");
    ASSERT_DONE("run", "my.json", "--out", "sum"); // or make the rest
    assert_says("10 of 15 runs are there already");
    assert_results("sum", &whole);
    ASSERT_DONE("merge", "results/whole", "results/my", "--out", "other/sum", "--quiet");
    ck_assert_str_eq(ran.out, "");
    assert_results("other/sum", &whole);
    // more runs than the first source was asked for
    ASSERT_DONE("run", "my.json", "--runs", "7", "--out", "more");
    ASSERT_DONE("merge", "sum", "more", "--out", "all");
    assert_says("more: 21 runs, 6 new\nall holds 21 of 21 runs.");
    release_runs(&whole);
}
END_TEST

static void execute(const char *file, const char *sql)
{
    sqlite3 *database = NULL;
    char *message = NULL;
    ck_assert_int_eq(sqlite3_open(file, &database), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(database, sql, NULL, NULL, &message) == SQLITE_OK, "%s", message);
    sqlite3_close(database);
}

START_TEST(test_another_result_is_refused)
{
    collection whole = run_whole_and_shards();
    // a run of shard 1 as other code might have made it
    collection c = load_results("results/my/shard-1-of-3");
    rill_run *run = &c.runs[3];
    run->series[0].values[2] += 1.0;
    run->hash = rill_run_hash(run);
    rill_experiment *experiment = experiment_of(text);
    rill_store *store = NULL;
    ASSERT_OK(rill_store_open(&store, "odd", experiment, false, &error), &error);
    for (size_t i = 0; i < c.count; i++) {
        ASSERT_OK(rill_store_put(store, &c.runs[i], 1, &error), &error);
    }
    rill_store_close(store);
    RUN("merge", "results/my", "odd", "--out", "sum");
    char part[200];
    snprintf(part, sizeof part, "odd: sum/results.sqlite: run %d of \"%s\" is there already",
             (int)run->run, experiment->variants[run->variant].label);
    ASSERT_FAILED_WITH(4, part);
    assert_results("sum", &whole);
    // the other way round, the odd one came first: of shard 1 then nothing is taken, not even what fits
    RUN("merge", "odd", "results/my/shard-2-of-3", "results/my/shard-1-of-3", "--out", "odd sum");
    ASSERT_FAILED_WITH(4, "results/my/shard-1-of-3: odd sum/results.sqlite: run");
    collection sum = load_results("odd sum");
    ck_assert_uint_eq(sum.count, 10);
    release_runs(&sum);
    rill_experiment_destroy(experiment);
    release_runs(&c);
    release_runs(&whole);
}
END_TEST

START_TEST(test_damage_is_refused_whole)
{
    collection whole = run_whole_and_shards();
    execute("results/my/shard-2-of-3/results.sqlite",
            "UPDATE series SET data = zeroblob(length(data)) WHERE run = 5 AND position = 1");
    RUN("merge", "results/my");
    ASSERT_FAILED_WITH(4, "results/my/shard-2-of-3");
    ck_assert_ptr_nonnull(strstr(ran.err, "does not fit its hash"));
    ck_assert_str_eq(ran.out, "results/my/shard-1-of-3: 5 runs, 5 new\n");
    collection sum = load_results("results/my");
    ck_assert_uint_eq(sum.count, 5);
    release_runs(&sum);
    // repaired, it goes on
    remove_tree("results/my/shard-2-of-3");
    ASSERT_DONE("run", "my.json", "--shard", "2/3");
    ASSERT_DONE("merge", "results/my");
    assert_results("results/my", &whole);
    release_runs(&whole);
}
END_TEST

START_TEST(test_other_experiments_are_refused)
{
    collection whole = run_whole_and_shards();
    ASSERT_DONE("run", "my.json", "--seed", "6", "--out", "seed-6");
    RUN("merge", "results/my", "seed-6", "--out", "sum");
    ASSERT_FAILED_WITH(2, "seed-6: sum/results.sqlite holds runs of a different \"sarsa\"");
    ck_assert_ptr_nonnull(strstr(ran.err, "differ in seed"));
    assert_results("sum", &whole);
    ASSERT_DONE("run", "my.json", "--set", "agents[1].params.alpha=0.25", "--out", "alpha");
    RUN("merge", "alpha", "results/my", "--out", "results/whole");
    ASSERT_FAILED_WITH(2, "alpha: results/whole/results.sqlite holds runs of a different");
    ck_assert_ptr_nonnull(strstr(ran.err, "\"q_learning\" (they differ in params.alpha)"));
    assert_results("results/whole", &whole);
    release_runs(&whole);
}
END_TEST

/// Sweeps that overlap: what one has and the other has not is added.
START_TEST(test_variants_are_added)
{
    enter_fresh_directory();
    static const char *const values[] = {"[0.1, 0.2]", "[0.2, 0.4]", "[0.1, 0.2, 0.4]"};
    static const char *const names[] = {"first", "second", "all"};
    for (int i = 0; i < 3; i++) {
        char sweep[400];
        snprintf(sweep, sizeof sweep,
                 "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 30},"
                 " 'agents': [{'id': 'sarsa'}], 'stop': {'episodes': 5}, 'runs': 3,"
                 " 'sweep': [{'path': 'agents[0].params.alpha', 'values': %s}]}",
                 values[i]);
        write_json("sweep.json", sweep);
        ASSERT_DONE("run", "sweep.json", "--out", names[i], "--threads", "1");
        ASSERT_DONE("run", "sweep.json", "--out", "grown", "--threads", "1");
    }
    ASSERT_DONE("merge", "first", "second", "--out", "sum");
    assert_says("second: 6 runs, 3 new\n");
    collection sum = load_results("sum");
    collection all = load_results("all");
    ck_assert_uint_eq(sum.count, 9);
    ck_assert_uint_eq(all.count, 9);
    for (size_t i = 0; i < 9; i++) {
        assert_same_run(&sum.runs[i], &all.runs[i]);
    }
    // one whose experiment has changed on the way holds more variants than that has
    ASSERT_DONE("merge", "grown", "--out", "copy");
    assert_results("copy", &all);
    release_runs(&sum);
    release_runs(&all);
}
END_TEST

/// Puts runs and ends without closing, as a killed program does.
static void put_and_die(const char *directory, const collection *c)
{
    pid_t child = fork();
    if (child == 0) {
        rill_experiment *experiment = experiment_of(text);
        rill_store *store = NULL;
        rill_status status = rill_store_open(&store, directory, experiment, false, &error);
        for (size_t i = 0; i < c->count && status == RILL_OK; i++) {
            status = rill_store_put(store, &c->runs[i], 1, &error);
        }
        _exit(status == RILL_OK ? 0 : 1);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

START_TEST(test_sources_are_only_read)
{
    collection whole = run_whole_and_shards();
    put_and_die("killed", &whole);
    static const char *const files[] = {"killed/results.sqlite", "killed/results.sqlite-wal",
                                        "results/whole/results.sqlite"};
    char *before[3];
    size_t sizes[3];
    for (int i = 0; i < 3; i++) {
        before[i] = read_whole(files[i], &sizes[i]);
    }
    ASSERT_DONE("merge", "killed", "results/whole", "--out", "sum");
    assert_says("killed: 15 runs, 15 new\nresults/whole: 15 runs, 0 new\n");
    for (int i = 0; i < 3; i++) {
        size_t size = 0;
        char *after = read_whole(files[i], &size);
        ASSERT_FOR(files[i], size == sizes[i] && memcmp(before[i], after, size) == 0);
        free(before[i]);
        free(after);
    }
    ck_assert_int_eq(count_entries("results/whole"), 1);
    assert_results("sum", &whole);
    assert_results("killed", &whole);
    release_runs(&whole);
}
END_TEST

START_TEST(test_mistakes)
{
    enter_fresh_directory();
    write_json("my.json", text);
    ASSERT_DONE("run", "my.json", "--runs", "1", "--out", "one");
    ck_assert_int_eq(mkdir("empty", 0777), 0);
    RUN("merge");
    ASSERT_FAILED_WITH(2, "expected result directories");
    RUN("merge", "one", "empty");
    ASSERT_FAILED_WITH(2, "say where the results of 2 directories go: --out DIR");
    RUN("merge", "one");
    ASSERT_FAILED_WITH(4, "one holds no shards (directories shard-I-of-N, made by");
    RUN("merge", "one", "empty", "--out", "sum");
    ASSERT_FAILED_WITH(4, "empty holds no results to merge");
    ck_assert(!exists("sum")); // nothing is begun
    RUN("merge", "absent", "--out", "sum");
    ASSERT_FAILED_WITH(4, "cannot read the directory absent: No such file");
    RUN("merge", "my.json", "--out", "sum");
    ASSERT_FAILED_WITH(4, "cannot read the directory my.json: Not a directory");
    RUN("merge", "one", "--out", "my.json");
    ASSERT_FAILED_WITH(4, "my.json");
    write_bytes("empty/results.sqlite", "no database at all", 18);
    RUN("merge", "one", "empty", "--out", "sum");
    ASSERT_FAILED_WITH(4, "empty/results.sqlite is damaged");
    ck_assert(exists("sum"));
}
END_TEST

TEST_MAIN_WITH_FILES(test_shards_are_the_whole, test_a_shard_goes_on, test_adding_to_what_is_there,
                     test_another_result_is_refused, test_damage_is_refused_whole,
                     test_other_experiments_are_refused, test_variants_are_added,
                     test_sources_are_only_read, test_mistakes)
