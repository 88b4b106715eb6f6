/// Disks that are full or cannot be written: exit code 4 and one clear line; what was finished stays, and with
/// space again the same command goes on. Where this process may not mount, those cases are skipped.
#include "tests/runs.h"

#include <rill/store.h>
#include <sqlite3.h>

static rill_error error;

static const char wide[] =
    "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 50},"
    " 'agents': [{'id': 'q_learning'}], 'stop': {'steps': 20000}, 'runs': 40,"
    " 'record': [{'metric': 'td_error', 'unit': 'steps', 'every': 10}]}"; // 16 kB a run

/// A shell script in a mount namespace of its own, whose mounts are gone afterwards; false where that is not
/// allowed. $rill is the program.
static bool mounts(const char *script)
{
    char *text = malloc(strlen(script) + 400);
    sprintf(text,
            "unshare -m sh -c 'mount -t tmpfs none /mnt' 2>/dev/null || exit 77\n"
            "rill='%s'; export rill\n"
            "exec unshare -m sh -euc '%s'\n",
            RILL_PROGRAM, script);
    const int status = system(text);
    free(text);
    ck_assert(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        printf("skipped: this process may not mount\n");
        return false;
    }
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    return true;
}

static void assert_file(const char *path, const char *expected)
{
    char *text = read_whole(path, NULL);
    ck_assert_str_eq(text, expected);
    free(text);
}

/// A file holds one line, of the program's, with `part` in it.
static void assert_line(const char *path, const char *part)
{
    char *text = read_whole(path, NULL);
    ck_assert_msg(is_one_line(text, part), "%s", text);
    free(text);
}

/// The runs of a directory are among these; answers how many there are.
static size_t count_good(const char *directory, const collection *c)
{
    rill_store *store = NULL;
    rill_run *runs = NULL;
    size_t n = 0;
    ASSERT_OK(rill_store_open_results(&store, directory, &error), &error);
    ASSERT_OK(rill_store_load(store, &runs, &n, &error), &error); // which checks its integrity
    for (size_t i = 0; i < n; i++) {
        assert_same_run(&runs[i], &c->runs[runs[i].run]);
    }
    rill_runs_destroy(runs, n);
    rill_store_close(store);
    return n;
}

START_TEST(test_small_disk)
{
    enter_fresh_directory();
    write_json("wide.json", wide);
    if (!mounts("mkdir small; mount -t tmpfs -o size=400k none small;"
                "code=0; $rill run wide.json --out small/out >out1 2>err1 || code=$?;"
                "echo $code >code1;"
                "code=0; $rill summary small/out >out2 2>err2 || code=$?; echo $code >code2;"
                "cp -r small/out full;"
                "mount -o remount,size=20m small;"
                "code=0; $rill run wide.json --out small/out >out3 2>err3 || code=$?;"
                "echo $code >code3; cp -r small/out whole")) {
        return;
    }
    rill_experiment *experiment = experiment_of(wide);
    collection c = collect_all(experiment, 2);
    assert_file("code1", "4\n");
    assert_line("err1", "small/out/results.sqlite: the disk is full; free some space and run again "
                        "to go on");
    assert_file("code2", "0\n");
    assert_file("err2", "");
    assert_file("code3", "0\n");
    const size_t n = count_good("full", &c);
    ck_assert_uint_gt(n, 2);
    ck_assert_uint_lt(n, 40);
    ck_assert_uint_eq(count_good("whole", &c), 40);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

/// Results on a medium that cannot be written, without even room for SQLite's -shm file, are read; with a log
/// that is not merged as long as they can be.
START_TEST(test_read_only_disk)
{
    enter_fresh_directory();
    write_json("wide.json", wide);
    rill_experiment *experiment = experiment_of(wide);
    collection c = collect_all(experiment, 2);
    rill_store *store = NULL;
    pid_t child = fork();
    if (child == 0) { // leaves its log behind
        rill_status status = rill_store_open(&store, "logged", experiment, false, &error);
        status = status == RILL_OK ? rill_store_put(store, c.runs, 5, &error) : status;
        raise(status == RILL_OK ? SIGKILL : SIGTERM);
    }
    int how = 0;
    ck_assert_int_eq(waitpid(child, &how, 0), child);
    ck_assert_int_eq(WTERMSIG(how), SIGKILL);
    ASSERT_OK(rill_store_open(&store, "a %3f ? # b", experiment, false, &error), &error);
    ASSERT_OK(rill_store_put(store, c.runs, 7, &error), &error);
    rill_store_close(store);
    if (mounts("cp -r logged unshared; rm unshared/results.sqlite-shm;"
               "mkdir -p disk/empty; cp -r a* logged unshared disk; mount --bind disk disk;"
               "mount -o remount,ro,bind disk;"
               "for d in a* logged unshared; do"
               "  $rill export \"disk/$d\" --format json >\"$d.out\" 2>\"$d.err\" || true;"
               "  $rill run wide.json --out \"disk/$d\" >out 2>\"$d.run\" || echo $? >\"$d.code\";"
               "done;"
               "$rill run wide.json --out disk/empty >out 2>empty.run || echo $? >empty.code;"
               "$rill run wide.json --out disk/new >out 2>new.run || echo $? >new.code")) {
        static const char *const directories[] = {"a %3f ? # b", "logged", "unshared"};
        static const int n_runs[] = {7, 5, 0};
        for (int i = 0; i < 3; i++) {
            char path[64];
            snprintf(path, sizeof path, "%s.out", directories[i]);
            char *text = read_whole(path, NULL);
            int n_lines = 0;
            for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++) {
                n_lines++;
            }
            ck_assert_int_eq(n_lines, n_runs[i]);
            free(text);
            snprintf(path, sizeof path, "%s.code", directories[i]);
            assert_file(path, "4\n");
            snprintf(path, sizeof path, "%s.run", directories[i]);
            assert_line(path, "results.sqlite cannot be written: it or its directory is read-only");
        }
        assert_file("logged.err", "");
        assert_line("unshared.err", "cannot be read where it is: the last runs are in its log");
        assert_file("empty.code", "4\n");
        assert_line("empty.run",
                    "results.sqlite cannot be written: it or its directory is read-only");
        assert_file("new.code", "4\n");
        assert_line("new.run", "cannot create the directory disk/new: Read-only file system");
    }
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

/// A checkpoint that finds no space ends the program, and what was finished is there.
START_TEST(test_no_space_for_a_checkpoint)
{
    enter_fresh_directory();
    write_json("large.json",
               "{'environment': {'id': 'mountain_car'}, 'agents': [{'id': 'sarsa', 'features':"
               " {'id': 'tile_coding', 'params': {'tiles': 32}}}], 'stop': {'steps': 3000000},"
               " 'runs': 1, 'record': ['length']}"); // 200 kB of weights
    static const char *const arguments[] = {"run",  "large.json", "--out", "out", "--checkpoint",
                                            "0.01", "--threads",  "1",     NULL};
    run_program(&(start_options){.file_size = 100000}, arguments);
    ASSERT_FAILED_WITH(4, "out/results.sqlite");
    ASSERT_DONE("summary", "out");
    ASSERT_DONE("run", "large.json", "--out", "out");
}
END_TEST

TEST_MAIN_WITH_FILES(test_small_disk, test_read_only_disk, test_no_space_for_a_checkpoint)
