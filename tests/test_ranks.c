// rill run under MPI: the same results as one process, whatever happens to the ranks.
#include "tests/runs.h"

#include <rill/store.h>
#include <sqlite3.h>

#ifndef RILL_MPIRUN
#define RILL_MPIRUN ""
#endif

enum { SKIPPED = 77 };

static rill_error error;

/// Whether the launcher says that it is this one.
static bool is_launcher(const char *part)
{
    FILE *pipe = popen("'" RILL_MPIRUN "' --version 2>&1", "r");
    char text[400];
    const size_t size = pipe == NULL ? 0 : fread(text, 1, sizeof text - 1, pipe);
    text[size] = '\0';
    if (pipe != NULL) {
        pclose(pipe);
    }
    return strstr(text, part) != NULL;
}

/// What a launcher gets before the program. `mpirun` is the first.
typedef struct launch {
    const char *arguments[8];
} launch;

/// In the environment of all ranks of a job.
static const char job_variable[] = "RILL_TEST_JOB";

/// Starts ranks of the program.
static process start_ranks(const launch *how, const char *const *arguments)
{
    static int n_jobs;
    char job[40];
    snprintf(job, sizeof job, "%d-%d", (int)getpid(), n_jobs++);
    setenv(job_variable, job, 1);
    const char *launcher[16] = {RILL_MPIRUN};
    for (int i = 0; how->arguments[i] != NULL; i++) {
        launcher[i + 1] = how->arguments[i];
    }
    return start_program(&(start_options){.launcher = launcher}, arguments);
}

static int run_ranks(const launch *how, const char *const *arguments)
{
    process p = start_ranks(how, arguments);
    finish_program(&p, &ran);
    return ran.code;
}

#define LAUNCH(...) (&(launch){{__VA_ARGS__}})
#define ARGUMENTS(...) ((const char *const[]){__VA_ARGS__, NULL})

/// Under MPI `count` ranks end well.
#define ASSERT_RANKS(count, ...)                                                    \
    do {                                                                            \
        int ranks_code = run_ranks(LAUNCH("-n", count), ARGUMENTS(__VA_ARGS__));    \
        ck_assert_msg(ranks_code == 0, "code %d, stderr: %s", ranks_code, ran.err); \
    } while (0)

static void assert_says(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "\"%s\" is not in: %s", part, text);
}

/// How often `part` is in a text.
static int count_in(const char *text, const char *part)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++) {
        n++;
    }
    return n;
}

/// Two directories hold the same runs.
static void assert_same_results(const char *a, const char *b)
{
    collection x = load_results(a);
    assert_results(b, &x);
    release_runs(&x);
}

/// Two directories hold the same runs below a number; one may hold more.
static void assert_same_first_runs(const char *a, const char *b, int64_t n_runs)
{
    collection x = load_results(a);
    collection y = load_results(b);
    size_t at = 0;
    for (size_t i = 0; i < x.count; i++) {
        for (; x.runs[i].run < n_runs && at < y.count && y.runs[at].run >= n_runs; at++) {
        }
        if (x.runs[i].run < n_runs) {
            ck_assert_uint_lt(at, y.count);
            assert_same_run(&x.runs[i], &y.runs[at++]);
        }
    }
    release_runs(&x);
    release_runs(&y);
}

/// Runs of very different lengths, every kind of record, and one agent that diverges.
static const char mixed[] =
    "{'environment': {'id': 'cliff_walking', 'params': {'is_slippery': true},"
    "                 'max_episode_steps': 50},"
    " 'agents': [{'id': 'sarsa'}, {'id': 'q_learning', 'params': {'alpha': 0.5}},"
    "            {'id': 'td0', 'params': {'gamma': 0.9}}],"
    " 'stop': {'episodes': 40}, 'runs': 21, 'seed': 42,"
    " 'record': ['return', {'metric': 'length', 'every': 3}, {'metric': 'rms_error', 'every': 4},"
    "            {'metric': 'td_error', 'unit': 'steps', 'every': 37}],"
    " 'evaluation': {'every': 5, 'episodes': 2, 'max_steps': 40}}";

/// A run takes about a tenth of a second: `runs` of them by two agents.
static void write_long(int runs)
{
    char text[400];
    snprintf(text, sizeof text,
             "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'sarsa'},"
             " {'id': 'q_learning'}], 'stop': {'steps': 1500000}, 'runs': %d, 'seed': 3,"
             " 'record': [{'metric': 'return', 'every': 100}]}",
             runs);
    write_json("long.json", text);
}

START_TEST(test_same_bits)
{
    enter_fresh_directory();
    write_json("my.json", mixed);
    ASSERT_DONE("run", "my.json", "--out", "one", "--threads", "1");
    ASSERT_DONE("summary", "one");
    char *summary = strdup(ran.out);
    static const char *const counts[] = {"1", "2", "3", "5"};
    for (int i = 0; i < 4; i++) {
        char out[16];
        snprintf(out, sizeof out, "ranks-%s", counts[i]);
        ASSERT_RANKS(counts[i], "run", "my.json", "--out", out, "--threads",
                     i % 2 == 0 ? "1" : "3");
        if (i > 0) {
            char part[32];
            snprintf(part, sizeof part, "on %s MPI ranks\n", counts[i]);
            assert_says(ran.out, part);
        }
        ck_assert_int_eq(count_in(ran.out, "confidence interval"), 1); // rank 0 alone prints
        ck_assert_str_eq(ran.err, "");
        assert_same_results("one", out);
        ASSERT_DONE("summary", out);
        ck_assert_str_eq(ran.out, summary);
    }
    free(summary);
    // what is there is not made again; more is added
    ASSERT_RANKS("2", "run", "my.json", "--out", "ranks-2");
    assert_says(ran.out, "63 of 63 runs are there already");
    ASSERT_RANKS("2", "run", "my.json", "--out", "ranks-2", "--runs", "25");
    assert_says(ran.out, "63 of 75 runs are there already");
    ASSERT_DONE("run", "my.json", "--out", "one", "--runs", "25");
    assert_same_results("one", "ranks-2");
}
END_TEST

/// The other ranks get the experiment from rank 0, maps and overrides and all: they need no files.
START_TEST(test_other_ranks_need_no_files)
{
    enter_fresh_directory();
    ck_assert_int_eq(mkdir("files", 0777), 0);
    ck_assert_int_eq(mkdir("elsewhere", 0777), 0);
    write_bytes("files/map.txt", "S..\n.#.\n..G\n", 12);
    write_json("files/my.json",
               "{'environment': {'id': 'gridworld', 'params': {'map': {'file': 'map.txt'}}},"
               " 'agents': [{'id': 'q_learning'}], 'stop': {'steps': 300}, 'runs': 30}");
    ASSERT_DONE("run", "files/my.json", "--out", "one", "--set", "agents[0].params.alpha=0.3");
    ck_assert_int_eq(chdir("files"), 0);
    process p = start_program(
        &(start_options){.launcher = (const char *[]){RILL_MPIRUN, "-n", "1", NULL}},
        ARGUMENTS("run", "my.json", "--out", "../two", "--set", "agents[0].params.alpha=0.3", ":",
                  "-n", "2", "-wdir", "../elsewhere", RILL_PROGRAM, "run", "nonsense"));
    finish_program(&p, &ran);
    ck_assert_int_eq(chdir(".."), 0);
    ck_assert_msg(ran.code == 0, "code %d: %s", ran.code, ran.err);
    assert_says(ran.out, "on 3 MPI ranks");
    assert_same_results("one", "two");
    ck_assert_int_eq(count_entries("elsewhere"), 0);
}
END_TEST

/// One message, of rank 0's, and its code.
static void assert_one_message(int code, const char *part)
{
    ck_assert_msg(ran.code == code, "code %d, expected %d: %s", ran.code, code, ran.err);
    ck_assert_msg(count_in(ran.err, "rill:") + count_in(ran.err, "rill run:") == 1, "%s", ran.err);
    assert_says(ran.err, part);
}

START_TEST(test_mistakes_are_told_once)
{
    enter_fresh_directory();
    write_json("bad.json", "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'sarza'}],"
                           " 'stop': {'episodes': 3}}");
    write_json("my.json", mixed);
    run_ranks(LAUNCH("-n", "3"), ARGUMENTS("run", "bad.json"));
    assert_one_message(2, "did you mean \"sarsa\"?");
    run_ranks(LAUNCH("-n", "2"), ARGUMENTS("run"));
    assert_one_message(2, "expected one experiment file");
    run_ranks(LAUNCH("-n", "2"), ARGUMENTS("run", "my.json", "--ruuns", "3"));
    assert_one_message(2, "did you mean --runs?");
    run_ranks(LAUNCH("-n", "3"), ARGUMENTS("run", "my.json", "--out", "/proc/rill-test"));
    assert_one_message(4, "cannot create the directory");
    ASSERT_RANKS("2", "run", "--help");
    ck_assert_int_eq(count_in(ran.out, "usage: rill run"), 1);
}
END_TEST

/// A launcher that is not of the MPI that rill was built with starts copies that do not know each other.
START_TEST(test_another_launcher)
{
    enter_fresh_directory();
    write_json("my.json", mixed);
    const bool is_open = is_launcher("Open");
    const char *const size = is_open ? "PMI_SIZE" : "OMPI_COMM_WORLD_SIZE";
    const char *const rank = is_open ? "PMI_RANK" : "OMPI_COMM_WORLD_RANK";
    ck_assert_int_eq(setenv(size, "4", 1), 0);
    ck_assert_int_eq(setenv(rank, "0", 1), 0);
    RUN("run", "my.json");
    ASSERT_FAILED_WITH(1, "4 processes were started by a launcher that does not belong to the MPI");
    ck_assert_int_eq(setenv(rank, "3", 1), 0);
    RUN("run", "my.json");
    ck_assert_int_eq(ran.code, 1);
    ck_assert_str_eq(ran.err, ""); // one of them has said it
    // shards need no MPI, whoever starts them
    ASSERT_DONE("run", "my.json", "--shard", "4/4");
    ck_assert_int_eq(unsetenv(size), 0);
    ck_assert_int_eq(unsetenv(rank), 0);
}
END_TEST

/// The process of a rank of the job started last; waits for it.
static pid_t find_rank(int rank)
{
    char command[600];
    snprintf(
        command, sizeof command,
        "for p in /proc/[0-9]*; do" // without a process for each that is not it
        " read -r name <$p/comm && test \"$name\" = rill && tr '\\0' '\\n' <$p/environ | grep -qx %s=%s &&"
        " tr '\\0' '\\n' <$p/environ | grep -qxE '(OMPI_COMM_WORLD|PMI)_RANK=%d' &&"
        " echo ${p#/proc/}; done 2>/dev/null",
        job_variable, getenv(job_variable), rank);
    for (int attempt = 0; attempt < 200; attempt++) {
        FILE *pipe = popen(command, "r");
        int pid = 0;
        const bool is_found = fscanf(pipe, "%d", &pid) == 1;
        pclose(pipe);
        if (is_found) {
            return (pid_t)pid;
        }
        sleep_milliseconds(50);
    }
    ck_abort_msg("there is no rank %d", rank);
    return -1;
}

/// Number of runs that are stored so far.
static size_t count_runs(const char *directory)
{
    char file[64];
    snprintf(file, sizeof file, "%s/results.sqlite", directory);
    rill_store *store = NULL;
    if (!exists(file) || rill_store_open_results(&store, directory, &error) != RILL_OK) {
        return 0; // about to be made
    }
    rill_run *runs = NULL;
    size_t n = 0;
    rill_store_load(store, &runs, &n, &error);
    rill_runs_destroy(runs, n);
    rill_store_close(store);
    return n;
}

static void wait_for_runs(const char *directory, size_t n)
{
    for (int i = 0; i < 600 && count_runs(directory) < n; i++) {
        sleep_milliseconds(50);
    }
    ck_assert_uint_ge(count_runs(directory), n);
}

/// Waits until so many runs have a checkpoint.
static void wait_for_checkpoints(const char *file, int n)
{
    int n_found = 0;
    for (int i = 0; i < 600 && n_found < n; i++) {
        sqlite3 *database = NULL;
        sqlite3_stmt *count = NULL;
        sleep_milliseconds(50);
        if (sqlite3_open_v2(file, &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
            sqlite3_prepare_v2(database, "SELECT count(*) FROM checkpoints", -1, &count, NULL) ==
                SQLITE_OK &&
            sqlite3_step(count) == SQLITE_ROW) {
            n_found = sqlite3_column_int(count, 0);
        }
        sqlite3_finalize(count);
        sqlite3_close(database);
    }
    ck_assert_int_ge(n_found, n);
}

START_TEST(test_interrupted_and_resumed)
{
    enter_fresh_directory();
    write_long(500);
    // mpirun hands a signal to all; its own code, and what it lets through of the outputs, is its affair
    process p = start_ranks(LAUNCH("-n", "3"), ARGUMENTS("run", "long.json", "--out", "ranks"));
    wait_for_runs("ranks", 5);
    kill(p.pid, SIGINT);
    finish_program(&p, &ran);
    ck_assert_int_ne(ran.code, 0);
    const size_t n_before = count_runs("ranks");
    ck_assert_uint_lt(n_before, 1000);
    // rank 0 alone ends all of them, with code 3
    p = start_ranks(LAUNCH("-n", "3"), ARGUMENTS("run", "long.json", "--out", "ranks"));
    const pid_t leader = find_rank(0);
    wait_for_runs("ranks", n_before + 5); // it is at work
    kill(leader, SIGTERM);
    finish_program(&p, &ran);
    assert_one_message(3, "interrupted; finished runs are kept in ranks");
    ck_assert_uint_lt(count_runs("ranks"), 1000);
    ASSERT_RANKS("2", "run", "long.json", "--out", "ranks", "--runs", "20");
    assert_says(ran.out, "of 40 runs are there already");
    ASSERT_DONE("run", "long.json", "--out", "one", "--quiet", "--runs", "20");
    assert_same_first_runs("one", "ranks", 20);
}
END_TEST

/// Runs under way travel too: what one rank has begun, another goes on with.
START_TEST(test_runs_under_way_go_on)
{
    enter_fresh_directory();
    write_json("slow.json",
               "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'q_learning'}],"
               " 'stop': {'steps': 40000000}, 'runs': 4, 'seed': 3,"
               " 'record': [{'metric': 'return', 'every': 1000}]}");
    // rank 0 has one thread, so that of two runs one is another's
    process p = start_ranks(LAUNCH("-n", "4"), ARGUMENTS("run", "slow.json", "--out", "ranks",
                                                         "--threads", "1", "--checkpoint", "0.05"));
    const pid_t leader = find_rank(0);
    wait_for_checkpoints("ranks/results.sqlite", 2);
    kill(leader, SIGTERM);
    finish_program(&p, &ran);
    assert_one_message(3, "interrupted");
    ASSERT_RANKS("3", "run", "slow.json", "--out", "ranks", "--threads", "1");
    assert_says(ran.out, " more in part\n");
    ck_assert_int_eq(count_in(ran.err, "does not fit"), 0); // no checkpoint was refused
    ASSERT_DONE("run", "slow.json", "--out", "one", "--quiet");
    assert_same_results("one", "ranks");
}
END_TEST

/// A rank is killed. mpirun then ends the others; what was finished is there, and the next start goes on.
START_TEST(test_a_killed_rank_ends_the_job)
{
    enter_fresh_directory();
    write_long(500);
    for (int rank = 0; rank < 2; rank++) {
        process p = start_ranks(LAUNCH("-n", "3"), ARGUMENTS("run", "long.json", "--out", "ranks"));
        const pid_t victim = find_rank(rank);
        const size_t n_before = count_runs("ranks") + 5;
        wait_for_runs("ranks", n_before);
        kill(victim, SIGKILL);
        finish_program(&p, &ran);
        ck_assert_int_ne(ran.code, 0);
        ck_assert_uint_ge(count_runs("ranks"), n_before);
        ck_assert_uint_lt(count_runs("ranks"), 1000);
    }
    ASSERT_RANKS("3", "run", "long.json", "--out", "ranks", "--runs", "20");
    ASSERT_DONE("run", "long.json", "--out", "one", "--quiet", "--runs", "20");
    assert_same_first_runs("one", "ranks", 20);
}
END_TEST

/// Where the launcher lets the job live, the runs of a rank that was killed are made by others.
START_TEST(test_a_killed_rank_is_replaced)
{
    enter_fresh_directory();
    write_long(25);
    process p = start_ranks(LAUNCH("--enable-recovery", "-n", "3"),
                            ARGUMENTS("run", "long.json", "--out", "ranks", "--patience", "3"));
    const pid_t victim = find_rank(2);
    wait_for_runs("ranks", 10);
    kill(victim, SIGKILL);
    finish_program(&p, &ran);
    ck_assert_msg(ran.code == 0, "code %d: %s", ran.code, ran.err);
    assert_says(ran.err, "rill: rank 2 has been silent for 3 s; its ");
    ASSERT_DONE("run", "long.json", "--out", "one", "--quiet");
    assert_same_results("one", "ranks");
}
END_TEST

/// Waits until a program that is under way has written this to standard error.
static void wait_for_message(const process *p, const char *part)
{
    bool is_there = false;
    for (int i = 0; i < 600 && !is_there; i++) {
        sleep_milliseconds(50);
        char *text = read_whole(p->err_path, NULL);
        is_there = strstr(text, part) != NULL;
        free(text);
    }
    ck_assert_msg(is_there, "\"%s\" was not said", part);
}

/// One that was only slow comes back: what it brings late does no harm, and it works on.
START_TEST(test_a_slow_rank_comes_back)
{
    static const char message[] = "rill: rank 1 has been silent for 2 s; its ";
    enter_fresh_directory();
    write_long(120); // others are at work still when it comes back, by one thread each
    process p = start_ranks(LAUNCH("-n", "3"), ARGUMENTS("run", "long.json", "--out", "ranks",
                                                         "--threads", "1", "--patience", "2"));
    const pid_t slow = find_rank(1);
    wait_for_runs("ranks", 10);
    kill(slow, SIGSTOP);
    wait_for_message(&p, message);
    kill(slow, SIGCONT);
    finish_program(&p, &ran);
    ck_assert_msg(ran.code == 0, "code %d: %s", ran.code, ran.err);
    assert_says(ran.err, message);
    ASSERT_DONE("run", "long.json", "--out", "one", "--quiet");
    assert_same_results("one", "ranks");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {test_same_bits,
                                  test_other_ranks_need_no_files,
                                  test_mistakes_are_told_once,
                                  test_another_launcher,
                                  test_interrupted_and_resumed,
                                  test_runs_under_way_go_on,
                                  test_a_killed_rank_ends_the_job,
                                  test_a_slow_rank_comes_back,
                                  test_a_killed_rank_is_replaced};
    size_t n = sizeof tests / sizeof tests[0];
    if (RILL_MPIRUN[0] == '\0') {
        puts("skipped: rill was built without MPI, or there is no mpirun");
        return SKIPPED;
    }
    // Open MPI: more ranks than processors, as root where that is how tests run, and a job that lives on
    setenv("OMPI_MCA_rmaps_base_oversubscribe", "1", 1);
    setenv("PRTE_MCA_rmaps_default_mapping_policy", ":oversubscribe", 1);
    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1); // MPI's own
    if (!is_launcher("(OpenRTE) 4") && !is_launcher("(Open MPI) 4")) {
        puts(
            "not run: a job that outlives a killed rank needs Open MPI 4's mpirun --enable-recovery");
        n--;
    }
    return run_tests_with_files(__FILE__, tests, n);
}
