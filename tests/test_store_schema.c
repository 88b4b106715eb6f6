/// Result files of earlier versions: read as they are, upgraded by the next run, whole or not at all.
#include "tests/runs.h"

#include <rill/store.h>
#include <sqlite3.h>

static rill_error error;

/// Puts a copy of the golden file into out/; answers its experiment, with a number of runs.
static rill_experiment *bring_version_1(int64_t runs)
{
    rill_experiment *experiment = NULL;
    char assignment[32];
    snprintf(assignment, sizeof assignment, "runs=%d", (int)runs);
    const char *const assignments[] = {assignment, NULL};
    ASSERT_OK(rill_experiment_load(&experiment, RILL_TEST_DATA "/results_version_1/experiment.json",
                                   assignments, &error),
              &error);
    size_t size = 0;
    char *bytes = read_whole(RILL_TEST_DATA "/results_version_1/results.sqlite", &size);
    mkdir("out", 0777);
    write_bytes("out/results.sqlite", bytes, size);
    free(bytes);
    return experiment;
}

/// What a query answers, as text.
static const char *ask(const char *sql)
{
    static char text[256];
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    ck_assert_int_eq(sqlite3_open("out/results.sqlite", &database), SQLITE_OK);
    ck_assert_int_eq(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
    snprintf(text, sizeof text, "%s", (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return text;
}

static void assert_holds(rill_store *store, const collection *c, int64_t runs_stored)
{
    rill_run *loaded = NULL;
    size_t n = 0, n_seen = 0;
    ASSERT_OK(rill_store_load(store, &loaded, &n, &error), &error);
    for (size_t i = 0; i < c->count; i++) {
        if (c->runs[i].run < runs_stored) {
            ck_assert_uint_lt(n_seen, n);
            assert_same_run(&c->runs[i], &loaded[n_seen++]);
        }
    }
    ck_assert_uint_eq(n_seen, n);
    rill_runs_destroy(loaded, n);
}

/// The variants say what they would say had they been stored today.
static void assert_variants(const rill_store *store, const rill_experiment *experiment)
{
    int32_t n = 0;
    const rill_store_variant *variants = rill_store_variants(store, &n);
    ck_assert_int_eq(n, experiment->n_variants);
    for (int32_t i = 0; i < n; i++) {
        ck_assert_str_eq(variants[i].label, experiment->variants[i].label);
        ck_assert_str_eq(variants[i].agent_label, experiment->variants[i].agent_label);
        ck_assert_str_eq(variants[i].settings, "{}");
        ck_assert_str_eq(variants[i].config, experiment->variants[i].config);
    }
}

START_TEST(test_version_1_is_read_as_it_is)
{
    enter_fresh_directory();
    rill_experiment *experiment = bring_version_1(2);
    collection c = collect_all(experiment, 2);
    rill_store *store = NULL;
    ASSERT_OK(rill_store_open_results(&store, "out", &error), &error);
    assert_variants(store, experiment);
    assert_holds(store, &c, 2);
    rill_store_close(store);
    ck_assert_str_eq(ask("PRAGMA user_version"), "1");
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_version_1_is_upgraded_and_goes_on)
{
    enter_fresh_directory();
    rill_experiment *experiment = bring_version_1(4);
    collection c = collect_all(experiment, 2);
    rill_store *store = NULL;
    ASSERT_OK(rill_store_open(&store, "out", experiment, false, &error), &error);
    ck_assert_str_eq(ask("PRAGMA user_version"), "3");
    ck_assert_str_eq(ask("PRAGMA integrity_check"), "ok");
    ck_assert_str_eq(ask("SELECT count(*) FROM pragma_foreign_key_check"), "0");
    ck_assert_str_eq(ask("SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema"
                         " WHERE type = 'table' ORDER BY name)"),
                     "agents,checkpoints,experiments,runs,series,variants");
    assert_variants(store, experiment);
    assert_holds(store, &c, 2);
    ASSERT_OK(rill_store_check(store, experiment, 60.0, &error), &error);
    uint8_t is_done[8] = {0};
    int64_t n_done = 0;
    ASSERT_OK(rill_store_done(store, 4, is_done, &n_done, &error), &error);
    ck_assert_int_eq(n_done, 4);
    for (size_t i = 0; i < 8; i++) {
        if (!is_done[i]) {
            ASSERT_OK(rill_store_put(store, &c.runs[i], 1, &error), &error);
        }
    }
    assert_holds(store, &c, 4);
    rill_store_close(store);
    // the tables are those of a new file
    char *upgraded = strdup(ask("SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema"
                                " WHERE sql IS NOT NULL ORDER BY name)"));
    ASSERT_OK(rill_store_open(&store, "out", experiment, true, &error), &error);
    rill_store_close(store);
    ck_assert_str_eq(ask("SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema"
                         " WHERE sql IS NOT NULL ORDER BY name)"),
                     upgraded);
    free(upgraded);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

/// A different experiment is refused before anything is upgraded; and so is one that cannot be read.
START_TEST(test_version_1_of_something_else)
{
    enter_fresh_directory();
    rill_experiment *experiment = bring_version_1(2);
    rill_experiment *other = NULL;
    const char *const seed[] = {"seed=8", NULL};
    rill_store *store = NULL;
    ASSERT_OK(rill_experiment_load(&other, RILL_TEST_DATA "/results_version_1/experiment.json",
                                   seed, &error),
              &error);
    ASSERT_REFUSED(rill_store_open(&store, "out", other, false, &error), &error, "",
                   "different \"Sarsa\" (they differ in seed)");
    ck_assert_str_eq(ask("PRAGMA user_version"), "1");
    sqlite3 *database = NULL;
    ck_assert_int_eq(sqlite3_open("out/results.sqlite", &database), SQLITE_OK);
    ck_assert_int_eq(
        sqlite3_exec(database, "UPDATE experiments SET config = replace(config, 'alpha', 'beta')",
                     NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(database);
    error = (rill_error){0};
    ck_assert_int_eq(rill_store_open(&store, "out", experiment, false, &error), RILL_IO);
    ck_assert_ptr_nonnull(strstr(error.message, "its experiment can no longer be read (agents[0]"));
    ck_assert_str_eq(ask("PRAGMA user_version"), "1");
    rill_experiment_destroy(other);
    rill_experiment_destroy(experiment);
}
END_TEST

/// Killed at any moment of an upgrade: the file is of one version or of the other, with all its runs.
START_TEST(test_killed_while_upgrading)
{
    enter_fresh_directory();
    int n_old = 0, n_new = 0;
    int patience = 16; // milliseconds, beyond the 60 moments of the first nine, for slow disks
    for (int i = 0; i < 60 || (n_new == 0 && patience < 20000); i++) {
        remove_tree("out");
        rill_experiment *experiment = bring_version_1(2);
        pid_t child = fork();
        if (child == 0) {
            rill_store *store = NULL;
            rill_store_open(&store, "out", experiment, false, &error);
            pause();
        }
        if (i < 60) {
            nanosleep(&(struct timespec){0, 150000L * i}, NULL);
        } else {
            sleep_milliseconds(patience);
            patience *= 2;
        }
        kill(child, SIGKILL);
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
        const bool is_new = strcmp(ask("PRAGMA user_version"), "3") == 0;
        n_new += is_new;
        n_old += !is_new;
        ck_assert_str_eq(ask("PRAGMA integrity_check"), "ok");
        rill_store *store = NULL;
        ASSERT_OK(rill_store_open_results(&store, "out", &error), &error);
        assert_variants(store, experiment);
        rill_store_close(store);
        ASSERT_OK(rill_store_open(&store, "out", experiment, false, &error), &error);
        assert_variants(store, experiment);
        ASSERT_OK(rill_store_check(store, experiment, 60.0, &error), &error);
        rill_store_close(store);
        rill_experiment_destroy(experiment);
    }
    ck_assert_int_gt(n_old, 0);
    ck_assert_int_gt(n_new, 0);
}
END_TEST

TEST_MAIN_WITH_FILES(test_version_1_is_read_as_it_is, test_version_1_is_upgraded_and_goes_on,
                     test_version_1_of_something_else, test_killed_while_upgrading)
