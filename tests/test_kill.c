/// The program killed at random moments, again and again: nothing that was finished is lost or made twice,
/// and what comes out in the end is what comes out undisturbed. RILL_KILLS=200 kills more often than 20 times.
#include "tests/runs.h"

#include <rill/store.h>
#include <sqlite3.h>

static rill_error error;

/// What a query answers, as text of its own; "" where there is no such table yet, or no file.
static char *ask(const char *sql)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    char *text = NULL;
    if (sqlite3_open_v2("out/results.sqlite", &database, SQLITE_OPEN_READWRITE, NULL) ==
        SQLITE_OK) {
        sqlite3_busy_timeout(database, 10000);
        sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    }
    if (statement != NULL && sqlite3_step(statement) == SQLITE_ROW &&
        sqlite3_column_text(statement, 0) != NULL) {
        text = strdup((const char *)sqlite3_column_text(statement, 0));
    }
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return text == NULL ? strdup("") : text;
}

/// Of each run in the order in which they were stored: all that would change if it were stored again.
static const char history[] =
    "SELECT group_concat(id || ' ' || variant || ' ' || run || ' ' || hash || ' ' || finished, ';')"
    " FROM (SELECT * FROM runs ORDER BY id)";

/// The results are whole, and those of undisturbed runs.
static void assert_complete(const collection *all)
{
    assert_results("out", all);
    char *left = ask("SELECT count(*) FROM checkpoints");
    ck_assert_str_eq(left, "0");
    free(left);
}

/// As many steps as take about `seconds` of work here, which with a sanitizer may be a tenth.
static int64_t steps_of(double seconds)
{
    rill_experiment *experiment =
        experiment_of("{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'sarsa'}],"
                      " 'stop': {'steps': 1000000}, 'record': []}");
    rill_run run;
    const clock_t start = clock();
    ASSERT_OK(rill_experiment_run_one(experiment, 0, 0, &run, &error), &error);
    const double taken = (double)(clock() - start) / CLOCKS_PER_SEC;
    rill_run_clear(&run);
    rill_experiment_destroy(experiment);
    return 1 + (int64_t)(seconds * 1e6 / fmax(taken, 1e-3));
}

/// One experiment under fire.
typedef struct target {
    const char *file;
    const char *const *arguments; ///< of the program, besides file and directory
    const char *old_results;      ///< a file to begin with; NULL: none
    double shortest, longest;     ///< seconds until a kill; between them at all scales alike
} target;

static void begin_anew(const target *t)
{
    remove_tree("out");
    if (t->old_results != NULL) {
        size_t size = 0;
        char *bytes = read_whole(t->old_results, &size);
        ck_assert_int_eq(mkdir("out", 0777), 0);
        write_bytes("out/results.sqlite", bytes, size);
        free(bytes);
    }
}

/// `steps` of a run; 0: as the file says.
static void kill_and_kill(const target *t, int64_t steps, uint64_t seed)
{
    const char *asked = getenv("RILL_KILLS");
    const int n_kills = asked == NULL ? 20 : atoi(asked);
    rill_experiment *experiment = NULL;
    char set[64];
    snprintf(set, sizeof set, steps > 0 ? "stop.steps=%lld" : "runs=1500", (long long)steps);
    const char *const overrides[] = {set, NULL};
    const char *arguments[16] = {"run", t->file, "--out", "out", "--quiet", "--set", set};
    for (int i = 0; t->arguments[i] != NULL; i++) {
        arguments[7 + i] = t->arguments[i];
    }
    ASSERT_OK(rill_experiment_load(&experiment, t->file, overrides, &error), &error);
    collection all = collect_all(experiment, 2);
    rill_rng rng;
    rill_rng_seed(&rng, seed);
    int n_killed = 0, n_completed = 0, n_partial = 0;
    begin_anew(t);
    char *before = ask(history);
    while (n_killed < n_kills) {
        const double seconds = t->shortest * pow(t->longest / t->shortest, rill_rng_random(&rng));
        process p = start_program(&(start_options){0}, arguments);
        struct timespec time = {(time_t)seconds, (long)(fmod(seconds, 1.0) * 1e9)};
        nanosleep(&time, NULL);
        kill(p.pid, SIGKILL);
        finish_program(&p, &ran);
        ck_assert_msg(ran.signal == SIGKILL || ran.code == 0, "code %d: %s", ran.code, ran.err);
        ck_assert_str_eq(ran.err, "");
        char *after = ask(history);
        ck_assert_msg(strncmp(after, before, strlen(before)) == 0, "a run was lost or repeated");
        n_partial += strcmp(after, before) != 0 && ran.signal == SIGKILL;
        n_killed += ran.signal == SIGKILL;
        free(before);
        before = after;
        if (ran.code == 0) {
            assert_complete(&all);
            n_completed++;
            begin_anew(t);
            free(before);
            before = ask(history);
        }
    }
    run_program(&(start_options){0}, arguments);
    ck_assert_msg(ran.code == 0 && ran.err[0] == '\0', "code %d: %s", ran.code, ran.err);
    char *after = ask(history);
    ck_assert(strncmp(after, before, strlen(before)) == 0);
    assert_complete(&all);
    if (asked != NULL) {
        printf("%s: %d kills, %d with new runs since the last, completed %d times\n", t->file,
               n_killed, n_partial, n_completed + 1);
    }
    free(after);
    free(before);
    release_runs(&all);
    rill_experiment_destroy(experiment);
}

START_TEST(test_many_short_runs)
{
    static const char *const arguments[] = {NULL};
    enter_fresh_directory();
    write_json("short.json",
               "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'sarsa'},"
               " {'id': 'q_learning'}], 'stop': {'steps': 1}, 'runs': 1000, 'seed': 1,"
               " 'record': ['return', {'metric': 'td_error', 'unit': 'steps', 'every': 500}]}");
    kill_and_kill(&(target){"short.json", arguments, NULL, 0.001, 0.6}, steps_of(0.0005), 1);
}
END_TEST

/// Runs of more than two seconds: shorter ones are repeated at each start, as a check, which is longer than the
/// program lives here.
START_TEST(test_few_long_runs)
{
    static const char *const arguments[] = {"--checkpoint", "0.05", NULL};
    enter_fresh_directory();
    write_json("long.json", "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'sarsa'},"
                            " {'id': 'q_learning'}], 'stop': {'steps': 1}, 'runs': 1,"
                            " 'record': [{'metric': 'td_error', 'unit': 'steps', 'every': 1000}],"
                            " 'evaluation': {'every': 1000, 'episodes': 3, 'max_steps': 100}}");
    kill_and_kill(&(target){"long.json", arguments, NULL, 0.05, 1.0}, steps_of(2.4), 2);
}
END_TEST

/// From a file of version 1, which the first start upgrades.
START_TEST(test_upgrade)
{
    static const char *const arguments[] = {NULL};
    enter_fresh_directory();
    kill_and_kill(&(target){RILL_TEST_DATA "/results_version_1/experiment.json", arguments,
                            RILL_TEST_DATA "/results_version_1/results.sqlite", 0.002, 0.5},
                  0, 3);
}
END_TEST

/// The steps that the program last told of, at its end.
static double told_steps(void)
{
    const char *end = strstr(ran.err, "\"event\":\"end\"");
    ck_assert_msg(end != NULL, "%.500s", ran.err);
    const char *steps = strstr(end, "\"steps\":");
    ck_assert_ptr_nonnull(steps);
    return atof(steps + strlen("\"steps\":"));
}

/// Waits until a program that is under way tells that steps were taken.
static void wait_for_steps(const process *p)
{
    bool is_told = false;
    for (int t = 0; t < 10000 && !is_told; t++) {
        sleep_milliseconds(10);
        char *text = read_whole(p->err_path, NULL);
        for (const char *at = text; (at = strstr(at, "\"steps\":")) != NULL && !is_told; at++) {
            is_told = atof(at + strlen("\"steps\":")) > 0.0;
        }
        free(text);
    }
    ck_assert(is_told);
}

static void wait_for_checkpoint(void)
{
    bool is_there = false;
    for (int t = 0; t < 20000 && !is_there; t++) {
        sleep_milliseconds(1);
        char *n = ask("SELECT count(*) FROM checkpoints");
        is_there = strcmp(n, "1") == 0;
        free(n);
    }
    ck_assert(is_there);
}

/// What a run has done is not done again: not after a kill, once there is a checkpoint, and not after
/// Ctrl-C, which leaves one of a run that has worked for two seconds.
START_TEST(test_work_is_kept)
{
    static const struct {
        int signal;
        const char *seconds; ///< of --checkpoint
        double work;         ///< seconds
    } cases[] = {{SIGKILL, "0.05", 2.0}, {SIGINT, "0.1", 2.0}, {SIGTERM, "3600", 8.0}};
    enter_fresh_directory();
    write_json("long.json",
               "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'sarsa'}],"
               " 'stop': {'steps': 1}, 'runs': 1,"
               " 'record': [{'metric': 'td_error', 'unit': 'steps', 'every': 1000000}]}");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char set[64], steps[32];
        snprintf(steps, sizeof steps, "%lld", (long long)steps_of(cases[i].work));
        snprintf(set, sizeof set, "stop.steps=%s", steps);
        const char *const arguments[] = {
            "run",          "long.json",      "--out",           "out", "--set", set,
            "--checkpoint", cases[i].seconds, "--json-progress", NULL};
        remove_tree("out");
        process p = start_program(&(start_options){0}, arguments);
        if (cases[i].signal == SIGTERM) { // its checkpoint is left at the end
            wait_for_steps(&p);
            sleep_milliseconds(2100);
        } else {
            wait_for_checkpoint();
        }
        kill(p.pid, cases[i].signal);
        finish_program(&p, &ran);
        ck_assert_int_eq(ran.code, cases[i].signal == SIGKILL ? -1 : 3);
        char *n = ask("SELECT count(*) FROM checkpoints");
        ck_assert_str_eq(n, "1");
        free(n);
        RUN("run", "long.json", "--out", "out", "--set", set, "--json-progress");
        ck_assert_int_eq(ran.code, 0);
        ck_assert_ptr_nonnull(strstr(ran.out, "0 of 1 runs are there already, 1 more in part"));
        ck_assert_double_lt(told_steps(), atof(steps));
        n = ask("SELECT steps FROM runs");
        ck_assert_str_eq(n, steps);
        free(n);
    }
}
END_TEST

TEST_MAIN_WITH_FILES(test_work_is_kept, test_many_short_runs, test_few_long_runs, test_upgrade)
