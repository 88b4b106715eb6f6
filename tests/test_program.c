// The program's run, summary, export and verify, as scripts use them: what they print, their exit
// codes, one line on stderr for every mistake, and results that survive whatever happens.

#include "tests/runs.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <rill/store.h>
#include <rill/summary.h>
#include <sqlite3.h>
#include <stdlib.h>

static rill_error error;

static const char small[] =
    "{'name': 'A small one', 'source': 'nowhere',"
    " 'environment': {'id': 'cliff_walking', 'max_episode_steps': 200}, 'seed': 5,"
    " 'agents': [{'id': 'sarsa', 'label': 'S, 1'},"
    "            {'id': 'q_learning', 'params': {'alpha': 0.5}}],"
    " 'stop': {'episodes': 20}, 'runs': 6, 'summary': {'last': 3},"
    " 'record': ['return', {'metric': 'td_error', 'every': 4}]}";

static const cJSON *member(const cJSON *json, const char *key)
{
    const cJSON *child = cJSON_GetObjectItemCaseSensitive(json, key);
    ck_assert_msg(child != NULL, "no \"%s\"", key);
    return child;
}

/// What the last RUN printed, as JSON.
static cJSON *printed_json(void)
{
    ck_assert(!ran.is_cut);
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithOpts(ran.out, &end, false);
    ck_assert_msg(json != NULL, "not JSON: %s", ran.out);
    ck_assert_str_eq(end, "\n");
    return json;
}

/// Every result line of a directory, "label run hash", sorted as the program prints them.
static char *hashes_of(const char *directory)
{
    ASSERT_DONE("export", directory, "--format", "json");
    ck_assert(!ran.is_cut);
    char *text = calloc(1, sizeof ran.out);
    for (char *line = strtok(ran.out, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        cJSON *json = cJSON_Parse(line);
        ck_assert_msg(json != NULL, "not JSON: %s", line);
        const size_t used = strlen(text);
        snprintf(text + used, sizeof ran.out - used, "%s %d %s\n",
                 member(json, "label")->valuestring, member(json, "run")->valueint,
                 member(json, "hash")->valuestring);
        cJSON_Delete(json);
    }
    return text;
}

/// The same, from runs made in this process.
static char *hashes_of_runs(const rill_experiment *experiment, const collection *c)
{
    char *text = calloc(1, sizeof ran.out);
    for (size_t i = 0; i < c->count; i++) {
        const size_t used = strlen(text);
        snprintf(text + used, sizeof ran.out - used, "%s %d %016llx\n",
                 experiment->variants[c->runs[i].variant].label, (int)c->runs[i].run,
                 (unsigned long long)c->runs[i].hash);
    }
    return text;
}

/// Number of runs stored in a directory; 0 while there is no database, or it is busy.
static int count_stored(const char *directory)
{
    char path[PATH_SIZE];
    sqlite3 *database = NULL;
    sqlite3_stmt *select = NULL;
    int n = 0;
    snprintf(path, sizeof path, "%s/results.sqlite", directory);
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(database, "SELECT count(*) FROM runs", -1, &select, NULL) == SQLITE_OK &&
        sqlite3_step(select) == SQLITE_ROW) {
        n = sqlite3_column_int(select, 0);
    }
    sqlite3_finalize(select);
    sqlite3_close(database);
    return n;
}

START_TEST(test_run)
{
    enter_fresh_directory();
    write_json("small.json", small);
    ASSERT_DONE("run", "small.json", "--out", "out", "--threads", "2"); // nothing on stderr: a pipe
    static const char *const parts[] = {
        "A small one\n", "nowhere\n", "6 runs of 20 episodes",    "S, 1",           "q_learning",
        "return",        "td_error",  "95 % confidence interval", "\nKept in out: "};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        ck_assert_msg(strstr(ran.out, parts[i]) != NULL, "\"%s\" is not in %s", parts[i], ran.out);
    }
    ck_assert_ptr_null(strchr(ran.out, '\r'));
    ck_assert_ptr_null(strchr(ran.out, '\033'));
    ck_assert_int_eq(count_entries("out"), 1);
    ck_assert_int_eq(count_stored("out"), 12);
    // again: nothing is left to do
    ASSERT_DONE("run", "small.json", "--out", "out");
    ck_assert_ptr_nonnull(strstr(ran.out, "12 of 12 runs are there already"));
    // more runs
    ASSERT_DONE("run", "small.json", "--out=out", "--runs", "8");
    ck_assert_ptr_nonnull(strstr(ran.out, "12 of 16 runs are there already"));
    ck_assert_int_eq(count_stored("out"), 16);
    // fewer: the others stay where they are, and out of the table
    ASSERT_DONE("run", "small.json", "--out=out", "--runs", "3", "--json");
    cJSON *rows = printed_json();
    ck_assert(member(cJSON_GetArrayItem(rows, 3), "n")->valuedouble == 3.0);
    cJSON_Delete(rows);
    ck_assert_int_eq(count_stored("out"), 16);
    // without --out
    ASSERT_DONE("run", "small.json", "--runs=1", "--quiet");
    ck_assert_int_eq(count_stored("results/small"), 2);
    ck_assert_int_eq(strncmp(ran.out, "agent ", 6), 0); // the table alone
    ck_assert_ptr_null(strstr(ran.out, "Kept in"));
}
END_TEST

START_TEST(test_threads_and_overrides)
{
    enter_fresh_directory();
    write_json("small.json", small);
    rill_experiment *experiment = experiment_of(small);
    collection c = collect_all(experiment, 1);
    char *expected = hashes_of_runs(experiment, &c);
    ck_assert_ptr_nonnull(strstr(expected, "\nq_learning 5 "));
    static const char *const threads[] = {"1", "2", "7"};
    for (size_t i = 0; i < 3; i++) {
        char out[16];
        snprintf(out, sizeof out, "out-%s", threads[i]);
        ASSERT_DONE("run", "small.json", "--out", out, "--threads", threads[i]);
        char *hashes = hashes_of(out);
        ck_assert_str_eq(hashes, expected);
        free(hashes);
    }
    // what changes the experiment changes the runs
    static const char *const changes[] = {"--seed=6", "--set=seed=7",
                                          "--set=environment.params.is_slippery=true"};
    char *others[3];
    for (size_t i = 0; i < 3; i++) {
        char out[16];
        snprintf(out, sizeof out, "other-%zu", i);
        ASSERT_DONE("run", "small.json", "--out", out, changes[i]);
        others[i] = hashes_of(out);
        ck_assert_str_ne(others[i], expected);
        for (size_t j = 0; j < i; j++) {
            ck_assert_str_ne(others[i], others[j]);
        }
    }
    for (size_t i = 0; i < 3; i++) {
        free(others[i]);
    }
    free(expected);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_summary)
{
    enter_fresh_directory();
    write_json("small.json", small);
    ASSERT_DONE("run", "small.json", "--out", "out", "--json");
    char *of_run = strdup(ran.out);
    ASSERT_DONE("summary", "out", "--json");
    ck_assert_str_eq(of_run, ran.out); // the same rows
    free(of_run);
    static const char *const keys[] = {"label", "metric", "n",       "mean",
                                       "se",    "ci_low", "ci_high", "diverged"};
    rill_experiment *experiment = experiment_of(small);
    collection c = collect_all(experiment, 2);
    const char *const labels[] = {"S, 1", "q_learning", NULL};
    for (int64_t last = 3; last < 5; last++) { // the file's window, and one that is asked for
        if (last == 4) {
            ASSERT_DONE("summary", "out", "--json", "--last", "4");
        }
        rill_summary_row *rows = NULL;
        size_t n_rows = 0;
        rill_scores *scores = scores_of(c.runs, c.count, last);
        ASSERT_OK(rill_summarise(scores, labels, NULL, &rows, &n_rows, &error), &error);
        cJSON *json = printed_json();
        ck_assert_int_eq(cJSON_GetArraySize(json), (int)n_rows);
        ck_assert_uint_eq(n_rows, 4);
        for (size_t i = 0; i < n_rows; i++) {
            const cJSON *row = cJSON_GetArrayItem(json, (int)i);
            for (size_t j = 0; j < sizeof keys / sizeof keys[0]; j++) {
                member(row, keys[j]);
            }
            ck_assert_str_eq(member(row, "label")->valuestring, rows[i].label);
            ck_assert_str_eq(member(row, "metric")->valuestring, rows[i].metric);
            ck_assert(member(row, "n")->valuedouble == 6.0);
            ck_assert(member(row, "diverged")->valuedouble == 0.0);
            const rill_estimate *e = &rows[i].estimate;
            ASSERT_NEAR(member(row, "mean")->valuedouble, e->mean, 1e-12 * fabs(e->mean));
            ASSERT_NEAR(member(row, "se")->valuedouble, e->se, 1e-12 * e->se);
            ASSERT_NEAR(member(row, "ci_low")->valuedouble, e->ci_low, 1e-12 * fabs(e->ci_low));
            ASSERT_NEAR(member(row, "ci_high")->valuedouble, e->ci_high, 1e-12 * fabs(e->ci_high));
        }
        cJSON_Delete(json);
        free(rows);
        rill_scores_destroy(scores);
    }
    ASSERT_DONE("summary", "out");
    ck_assert_ptr_nonnull(strstr(ran.out, "episodes 18-20"));
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_diverged_runs_are_counted)
{
    enter_fresh_directory();
    write_json("small.json", small);
    ASSERT_DONE("run", "small.json", "--out", "out", "--quiet", "--set",
                "agents[0].params.alpha=1e9", "--set", "stop.episodes=300");
    ck_assert_ptr_nonnull(strstr(ran.out, "diverged"));
    ASSERT_DONE("summary", "out", "--json");
    cJSON *json = printed_json();
    const cJSON *wild = cJSON_GetArrayItem(json, 0), *tame = cJSON_GetArrayItem(json, 2);
    ck_assert(member(wild, "diverged")->valuedouble == 6.0);
    ck_assert(member(wild, "first_diverged")->valuedouble > 0.0);
    ck_assert_ptr_null(cJSON_GetObjectItem(tame, "first_diverged"));
    ck_assert(member(wild, "n")->valuedouble == 0.0);
    ck_assert(cJSON_IsNull(member(wild, "mean")) && cJSON_IsNull(member(wild, "ci_high")));
    ck_assert(member(tame, "diverged")->valuedouble == 0.0);
    ck_assert(member(tame, "n")->valuedouble == 6.0);
    cJSON_Delete(json);
}
END_TEST

START_TEST(test_export)
{
    enter_fresh_directory();
    write_json("small.json", small);
    ASSERT_DONE("run", "small.json", "--out", "out", "--quiet");
    rill_experiment *experiment = experiment_of(small);
    collection c = collect_all(experiment, 2);

    ASSERT_DONE("export", "out", "--format", "csv");
    ck_assert(!ran.is_cut);
    const char *line = strtok(ran.out, "\n");
    ck_assert_str_eq(line, "label,run,metric,unit,position,value");
    for (size_t i = 0; i < c.count; i++) {
        for (size_t j = 0; j < c.runs[i].n_series; j++) {
            const rill_series *series = &c.runs[i].series[j];
            for (size_t k = 0; k < series->count; k++) {
                char start[128];
                snprintf(start, sizeof start, "%s,%d,%s,episodes,%d,",
                         i < 6 ? "\"S, 1\"" : "q_learning", (int)(i % 6), series->metric,
                         (int)((int64_t)k + 1) * (int)series->every);
                line = strtok(NULL, "\n");
                ck_assert_ptr_nonnull(line);
                ck_assert_msg(strncmp(line, start, strlen(start)) == 0, "%s, expected %s", line,
                              start);
                ck_assert(strtod(line + strlen(start), NULL) == series->values[k]);
            }
        }
    }
    ck_assert_ptr_null(strtok(NULL, "\n"));

    ASSERT_DONE("export", "out", "--format", "json");
    ck_assert(!ran.is_cut);
    const char *text = ran.out;
    for (size_t i = 0; i < c.count; i++) {
        const rill_run *run = &c.runs[i];
        const char *end = NULL;
        cJSON *json = cJSON_ParseWithOpts(text, &end, false);
        ck_assert(json != NULL && *end == '\n');
        text = end + 1;
        char hash[17];
        snprintf(hash, sizeof hash, "%016llx", (unsigned long long)run->hash);
        ck_assert_str_eq(member(json, "hash")->valuestring, hash);
        ck_assert_str_eq(member(json, "label")->valuestring, i < 6 ? "S, 1" : "q_learning");
        ck_assert_int_eq(member(json, "run")->valueint, (int)(i % 6));
        ck_assert_str_eq(member(json, "status")->valuestring, "done");
        ck_assert(member(json, "steps")->valuedouble == (double)run->steps);
        ck_assert(member(json, "episodes")->valuedouble == 20.0);
        ck_assert(member(json, "wall_seconds")->valuedouble >= 0.0);
        const cJSON *all = member(json, "series");
        ck_assert_int_eq(cJSON_GetArraySize(all), (int)run->n_series);
        for (size_t j = 0; j < run->n_series; j++) {
            const cJSON *series = cJSON_GetArrayItem(all, (int)j);
            ck_assert_str_eq(member(series, "metric")->valuestring, run->series[j].metric);
            ck_assert_str_eq(member(series, "unit")->valuestring, "episodes");
            ck_assert(member(series, "every")->valuedouble == (double)run->series[j].every);
            size_t k = 0;
            const cJSON *value = NULL;
            cJSON_ArrayForEach (value, member(series, "values")) {
                ck_assert(value->valuedouble == run->series[j].values[k++]); // the same bits
            }
            ck_assert_uint_eq(k, run->series[j].count);
        }
        cJSON_Delete(json);
    }
    ck_assert_str_eq(text, "");
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

/// A label may hold quotes and line ends: CSV quotes them, and no other line breaks.
START_TEST(test_labels_of_every_kind)
{
    enter_fresh_directory();
    static const char text[] =
        "{\"environment\": {\"id\": \"random_walk\"}, \"stop\": {\"steps\": 1},"
        " \"record\": [{\"metric\": \"rms_error\", \"unit\": \"steps\"}],"
        " \"agents\": [{\"id\": \"sarsa\", \"label\": \"a\\\"b\\nc\"}]}";
    write_bytes("odd.json", text, sizeof text - 1);
    ASSERT_DONE("run", "odd.json", "--out", "out", "--json");
    cJSON *rows = printed_json();
    ck_assert_str_eq(member(cJSON_GetArrayItem(rows, 0), "label")->valuestring, "a\"b\nc");
    cJSON_Delete(rows);
    ASSERT_DONE("export", "out", "--format", "csv");
    ck_assert_ptr_nonnull(strstr(ran.out, "\n\"a\"\"b\nc\",0,rms_error,steps,1,"));
}
END_TEST

/// Stopped by Ctrl-C, killed, terminated, and each time gone on with the same command: in the end
/// Columns stand below each other also where a character takes two columns, or several bytes.
START_TEST(test_wide_labels)
{
    enter_fresh_directory();
    write_json("wide.json",
               "{'environment': {'id': 'cliff_walking'}, 'agents': [{'label': '策略迭代', 'id':"
               " 'sarsa'}, {'label': 'Größe α', 'id': 'sarsa'}], 'stop': {'episodes': 5}}");
    ASSERT_DONE("run", "wide.json", "--quiet");
    ck_assert_ptr_nonnull(strstr(ran.out, "agent     metric  over"));
    ck_assert_ptr_nonnull(strstr(ran.out, "策略迭代  return  episode 5"));
    ck_assert_ptr_nonnull(strstr(ran.out, "Größe α   return  episode 5"));
}
END_TEST

/// the results are those of a run that was left alone.
START_TEST(test_interrupted_killed_and_resumed)
{
    static const char text[] =
        "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'sarsa'}, {'id': 'q_learning'}],"
        " 'stop': {'steps': 400000}, 'runs': 30,"
        " 'record': ['length', {'metric': 'td_error', 'unit': 'steps', 'every': 1000}]}";
    static const char *const arguments[] = {"run",       "long.json", "--out", "out",
                                            "--threads", "1",         NULL};
    static const int signals[] = {SIGINT, SIGKILL, SIGTERM};
    enter_fresh_directory();
    write_json("long.json", text);
    int n_stored = 0;
    for (size_t i = 0; i < 3; i++) {
        process p = start_program(&(start_options){0}, arguments);
        // three more runs, then the signal
        for (int t = 0; t < 60000 && count_stored("out") < n_stored + 3; t++) {
            ck_assert_msg(waitpid(p.pid, NULL, WNOHANG) == 0, "ended before the signal");
            sleep_milliseconds(1);
        }
        kill(p.pid, signals[i]);
        finish_program(&p, &ran);
        if (signals[i] == SIGKILL) {
            ck_assert_int_eq(ran.signal, SIGKILL);
        } else {
            ASSERT_FAILED_WITH(3, "interrupted; finished runs are kept in out");
            ck_assert_int_eq(count_entries("out"), 1); // the file was closed
        }
        // the results so far can be read
        const int n_before = n_stored;
        n_stored = count_stored("out");
        ck_assert_int_ge(n_stored, n_before + 3);
        ck_assert_int_lt(n_stored, 60);
        ASSERT_DONE("summary", "out", "--json");
        cJSON *rows = printed_json();
        double n = 0.0;
        for (int j = 0; j < cJSON_GetArraySize(rows); j += 2) {
            n += member(cJSON_GetArrayItem(rows, j), "n")->valuedouble;
        }
        ck_assert(n == (double)n_stored);
        cJSON_Delete(rows);
    }
    char already[64];
    snprintf(already, sizeof already, "%d of 60 runs are there already", n_stored);
    ASSERT_DONE("run", "long.json", "--out", "out");
    ck_assert_ptr_nonnull(strstr(ran.out, already));

    rill_experiment *experiment = experiment_of(text);
    collection c = collect_all(experiment, 2);
    char *expected = hashes_of_runs(experiment, &c);
    rill_store *store = NULL;
    rill_run *runs = NULL;
    size_t n = 0;
    ASSERT_OK(rill_store_open_results(&store, "out", &error), &error);
    ASSERT_OK(rill_store_load(store, &runs, &n, &error), &error);
    collection stored = {.runs = runs, .count = n};
    char *hashes = hashes_of_runs(experiment, &stored);
    ck_assert_str_eq(hashes, expected);
    rill_runs_destroy(runs, n);
    rill_store_close(store);
    free(hashes);
    free(expected);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

/// Mistakes on the command line and in files: code 2, one line, and nothing is made.
START_TEST(test_bad_usage)
{
    static const struct {
        const char *arguments[8];
        const char *part;
    } cases[] = {
        {{"rnu", "good.json"}, "rill: unknown command \"rnu\"; did you mean \"run\"?"},
        {{"--runs", "3"}, "rill: unknown command \"--runs\""},
        {{"run"}, "rill run: expected one experiment file"},
        {{"run", "good.json", "good.json"}, "rill run: expected one experiment file"},
        {{"run", "good.json", "--rusn", "3"}, "unknown option --rusn; did you mean --runs?"},
        {{"run", "good.json", "--xyzzyxyzzy"}, "unknown option --xyzzyxyzzy; `rill run --help`"},
        {{"run", "good.json", "--two\nlines"}, "unknown option --two?lines"},
        {{"run", "good.json", "-r"}, "unknown option -r"},
        {{"run", "good.json", "--runs"}, "--runs needs a value: --runs N"},
        {{"run", "good.json", "--runs", "ten"}, "--runs: \"ten\" is not a whole number"},
        {{"run", "good.json", "--runs", "1.5"}, "--runs: \"1.5\" is not a whole number"},
        {{"run", "good.json", "--runs", ""}, "--runs: \"\" is not a whole number"},
        {{"run", "good.json", "--runs", "nan"}, "--runs: \"nan\" is not a whole number"},
        {{"run", "good.json", "--runs", "0"}, "--runs: 0 is out of range, allowed is 1 to"},
        {{"run", "good.json", "--runs=-1"}, "--runs: -1 is out of range"},
        {{"run", "good.json", "--runs=inf"}, "--runs: inf is out of range"},
        {{"run", "good.json", "--threads", "0"},
         "--threads: 0 is out of range, allowed is 1 to 1024"},
        {{"run", "good.json", "--threads", "1025"}, "--threads: 1025 is out of range"},
        {{"run", "good.json", "--seed", "-1"}, "--seed: -1 is out of range"},
        {{"run", "good.json", "--seed", "1e300"}, "--seed: 1e+300 is out of range"},
        {{"run", "good.json", "--quiet=yes"}, "--quiet takes no value"},
        {{"run", "good.json", "--set"}, "--set needs a value: --set PATH=VALUE"},
        {{"run", "good.json", "--set", "runs"},
         "good.json: cannot read \"runs\", expected path=value"},
        {{"run", "good.json", "--set", "rusn=3"},
         "good.json: rusn: unknown key; did you mean \"runs\"?"},
        {{"run", "good.json", "--set", "agents[7].id=sarsa"},
         "good.json: agents[7].id: no element [7]: the array has 2"},
        {{"run", "good.json", "--set", "agents[0].params.alpha=-1"},
         "good.json: agents[0].params.alpha: -1 is out of range"},
        {{"run", "good.json", "--set", "two\nlines=3"}, "good.json: two?lines: unknown key"},
        {{"run", "good.json", "--set", "agents=[]"}, "good.json: agents: there is no agent to run"},
        {{"run", "good.json", "--out", ""}, "\"\" cannot be a directory's name"},
        {{"run", "broken.json"}, "rill: broken.json:2:10: not JSON: found 3, expected"},
        {{"run", "wrong.json"},
         "rill: wrong.json:1:82: agents[0].id: unknown agent \"sarasa\"; did you"},
        {{"summary"}, "rill summary: expected one result directory"},
        {{"summary", "a", "b"}, "rill summary: expected one result directory"},
        {{"summary", "out", "--last", "0"}, "--last: 0 is out of range"},
        {{"export"}, "rill export: expected one result directory"},
        {{"export", "out"}, "rill export: --format: missing; expected csv, json, tensorboard or"},
        {{"export", "out", "--format", "cvs"}, "--format: unknown format \"cvs\"; "},
        {{"export", "out", "--fromat", "csv"}, "unknown option --fromat; did you mean --format?"},
        {{"verify"}, "rill verify: expected files or directories"},
        {{"verify", "good.json"}, "good.json: expect: there is no published number to verify"},
        {{"verify", "wrong.json"}, "wrong.json:1:82: agents[0].id: unknown agent"},
        {{"verify", "empty"}, "no experiment file (*.json) in empty"},
        {{"verify", "good.json", "--threads", "x"}, "--threads: \"x\" is not a whole number"},
    };
    enter_fresh_directory();
    write_json("good.json", small);
    write_json("broken.json", "{\n  'runs' 3\n}");
    write_json("wrong.json", "{'environment': {'id': 'cliff_walking'}, 'stop': {'steps': 5},"
                             " 'agents': [{'id': 'sarasa'}]}");
    ck_assert_int_eq(mkdir("empty", 0777), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        run_program(&(start_options){0}, cases[i].arguments);
        ASSERT_FAILED_WITH(2, cases[i].part);
        ck_assert_str_eq(ran.out, "");
        ck_assert_int_eq(count_entries("."), 4);
        ck_assert_int_eq(count_entries("empty"), 0);
    }
}
END_TEST

START_TEST(test_help)
{
    enter_fresh_directory();
    static const char *const commands[] = {"run", "summary", "export", "verify"};
    for (size_t i = 0; i < 4; i++) {
        char usage[64];
        snprintf(usage, sizeof usage, "usage: rill %s", commands[i]);
        ASSERT_DONE(commands[i], "--help");
        ck_assert_ptr_nonnull(strstr(ran.out, usage));
        ck_assert_ptr_nonnull(strstr(ran.out, "options:"));
        ASSERT_DONE("--help");
        ck_assert_ptr_nonnull(strstr(ran.out, commands[i]));
    }
    ck_assert_int_eq(count_entries("."), 0);
}
END_TEST

START_TEST(test_places_that_cannot_be_read_or_written)
{
    enter_fresh_directory();
    write_json("small.json", small);
    static const struct {
        const char *arguments[6];
        const char *part;
    } cases[] = {
        {{"run", "absent.json"}, "rill: absent.json: cannot open: No such file or directory"},
        {{"run", "."}, "rill: .: cannot read: Is a directory"},
        {{"run", "small.json", "--out", "small.json/out"},
         "cannot create the directory small.json/out: Not a directory"},
        {{"run", "small.json", "--out", "small.json"}, "cannot open small.json/results.sqlite"},
        {{"run", "small.json", "--out", "/proc/rill-test/out"},
         "cannot create the directory /proc"},
        {{"run", "small.json", "--out", "/dev/full/out"}, "cannot create the directory /dev/full"},
        {{"summary", "absent"}, "cannot read absent/results.sqlite: No such file or directory"},
        {{"export", "absent", "--format", "csv"}, "cannot read absent/results.sqlite"},
        {{"verify", "absent.json"}, "cannot read absent.json: No such file or directory"},
        {{"verify", "small.json", "absent"}, "cannot read absent: No such file or directory"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        run_program(&(start_options){0}, cases[i].arguments);
        ASSERT_FAILED_WITH(4, cases[i].part);
        ck_assert_str_eq(ran.out, "");
        ck_assert_int_eq(count_entries("."), 1);
    }
    if (geteuid() != 0) { // permissions do not hold root back
        ck_assert_int_eq(mkdir("closed", 0555), 0);
        RUN("run", "small.json", "--out", "closed/out");
        ASSERT_FAILED_WITH(4, "closed/out: Permission denied");
        write_json("secret.json", small);
        ck_assert_int_eq(chmod("secret.json", 0), 0);
        RUN("run", "secret.json", "--out", "out");
        ASSERT_FAILED_WITH(4, "cannot open: Permission denied");
        ck_assert(!exists("out"));
    }
}
END_TEST

/// Standard output that takes nothing.
START_TEST(test_full_output)
{
    enter_fresh_directory();
    write_json("small.json", small);
    ASSERT_DONE("run", "small.json", "--out", "out", "--quiet");
    static const char *const cases[][6] = {
        {"run", "small.json", "--out", "out"},
        {"run", "small.json", "--out", "out", "--quiet"},
        {"run", "small.json", "--out", "out", "--json"},
        {"run", "small.json", "--out", "new"},
        {"summary", "out"},
        {"summary", "out", "--json"},
        {"export", "out", "--format", "csv"},
        {"export", "out", "--format", "json"},
        {"verify", RILL_SOURCE_DIR "/experiments/suites/sutton-barto/figure-4.1-gridworld.json"},
        {"verify", "--json",
         RILL_SOURCE_DIR "/experiments/suites/sutton-barto/figure-4.1-gridworld.json"},
        {"list"},
        {"list", "--json"},
        {"run", "--help"},
        {"--help"},
        {"--version"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        run_program(&(start_options){.stdout_path = "/dev/full"}, cases[i]);
        ASSERT_FAILED_WITH(4, "cannot write the output: No space left on device");
    }
    ck_assert_int_eq(count_stored("new"), 12); // the results are safe all the same
}
END_TEST

/// A disk that fills up while results are written (here: a limit on the size of files): code 4,
/// what was finished is kept, and with space again the same command completes it.
START_TEST(test_full_disk)
{
    static const char text[] =
        "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 50},"
        " 'agents': [{'id': 'q_learning'}], 'stop': {'steps': 20000}, 'runs': 40,"
        " 'record': [{'metric': 'td_error', 'unit': 'steps', 'every': 10}]}"; // 16 kB a run
    enter_fresh_directory();
    write_json("wide.json", text);
    rill_experiment *experiment = experiment_of(text);
    collection c = collect_all(experiment, 2);
    char *expected = hashes_of_runs(experiment, &c);
    // from too little for anything to enough for many runs; each goes on where the last one ended
    static const rlim_t sizes[] = {2000, 20000, 60000, 150000, 300000};
    static const char *const arguments[] = {"run", "wide.json", "--out", "out", NULL};
    int n_stored = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        run_program(&(start_options){.file_size = sizes[i]}, arguments);
        ASSERT_FAILED_WITH(4, "out/results.sqlite");
        const int n = count_stored("out");
        ck_assert_int_ge(n, n_stored);
        ck_assert_int_lt(n, 40);
        n_stored = n;
        if (n > 0) {
            ASSERT_DONE("summary", "out");
        }
    }
    ck_assert_int_gt(n_stored, 3);
    ASSERT_DONE("run", "wide.json", "--out", "out");
    rill_store *store = NULL;
    collection stored = {0};
    ASSERT_OK(rill_store_open_results(&store, "out", &error), &error);
    ASSERT_OK(rill_store_load(store, &stored.runs, &stored.count, &error), &error);
    char *hashes = hashes_of_runs(experiment, &stored);
    ck_assert_str_eq(hashes, expected);
    rill_runs_destroy(stored.runs, stored.count);
    rill_store_close(store);
    free(hashes);
    free(expected);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_damaged_results)
{
    enter_fresh_directory();
    write_json("small.json", small);
    ASSERT_DONE("run", "small.json", "--out", "out", "--quiet");
    size_t size = 0;
    char *good = read_whole("out/results.sqlite", &size);
    static const char *const readers[][6] = {{"run", "small.json", "--out", "out", "--quiet"},
                                             {"run", "small.json", "--out", "out", "--runs=9"},
                                             {"summary", "out"},
                                             {"export", "out", "--format", "csv"},
                                             {"export", "out", "--format", "json"}};
    for (int damage = 0; damage < 4; damage++) {
        char *bad = malloc(size);
        memcpy(bad, good, size);
        size_t bad_size = size;
        if (damage == 0) {
            bad_size = size / 2;
        } else if (damage == 1) {
            memset(bad, 'x', 64);
        } else if (damage == 2) {
            memset(bad + 4096, 0, 4096);
        } else { // a byte of a series
            write_bytes("out/results.sqlite", good, size);
            sqlite3 *database = NULL;
            sqlite3_open("out/results.sqlite", &database);
            ck_assert_int_eq(sqlite3_exec(database,
                                          "UPDATE series SET data = X'77' || substr(data, 2)"
                                          " WHERE run = 4",
                                          NULL, NULL, NULL),
                             SQLITE_OK);
            sqlite3_close(database);
            free(bad);
            bad = read_whole("out/results.sqlite", &bad_size);
        }
        for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
            if (damage == 3 && i == 1) {
                continue; // would go on with a sound database before it looks at old runs
            }
            write_bytes("out/results.sqlite", bad, bad_size);
            run_program(&(start_options){0}, readers[i]);
            ASSERT_FAILED_WITH(4, "out/results.sqlite is damaged");
            ck_assert_int_eq(count_entries("out"), 1);
            size_t size_after = 0;
            char *after = read_whole("out/results.sqlite", &size_after);
            ck_assert(size_after == bad_size && memcmp(after, bad, bad_size) == 0);
            free(after);
        }
        free(bad);
    }
    // as the message says
    ASSERT_DONE("run", "small.json", "--out", "out", "--quiet", "--restart");
    ck_assert_int_eq(count_stored("out"), 12);
    free(good);
}
END_TEST

START_TEST(test_results_of_another_experiment)
{
    enter_fresh_directory();
    write_json("small.json", small);
    ASSERT_DONE("run", "small.json", "--out", "out", "--quiet");
    RUN("run", "small.json", "--out", "out", "--set", "agents[1].params.alpha=0.25");
    ASSERT_FAILED_WITH(2, "(they differ in params.alpha)");
    ck_assert_ptr_nonnull(strstr(ran.err, "--restart"));
    ck_assert_int_eq(count_stored("out"), 12);
    ASSERT_DONE("run", "small.json", "--out", "out", "--runs=1", "--set",
                "agents[1].params.alpha=0.25", "--restart");
    ck_assert_int_eq(count_stored("out"), 2);
}
END_TEST

/// An experiment that publishes a number, so far from ours.
static void write_expectation(const char *path, double published, double tolerance)
{
    char text[2048];
    snprintf(text, sizeof text,
             "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 200}, 'seed': 5,"
             " 'agents': [{'id': 'sarsa', 'label': 'S, 1'}, {'id': 'q_learning'}],"
             " 'stop': {'episodes': 20}, 'runs': 6, 'expect': [{'check': 'the return',"
             " 'source': 'a book', 'agent': 'S, 1', 'metric': 'return', 'window': [11, 20],"
             " 'published': %.17g, 'tolerance': %.17g}]}",
             published, tolerance);
    write_json(path, text);
}

START_TEST(test_verify)
{
    enter_fresh_directory();
    write_expectation("one.json", 0.0, 1e300);
    rill_experiment *experiment = NULL;
    ASSERT_OK(rill_experiment_load(&experiment, "one.json", NULL, &error), &error);
    collection c = collect_all(experiment, 2);
    rill_verdict ours;
    ASSERT_OK(
        rill_expect_judge(experiment, &experiment->expects[0], c.runs, c.count, &ours, &error),
        &error);
    const double mean = ours.ours.mean;
    ck_assert(mean < -20.0 && mean > -20000.0);
    release_runs(&c);
    rill_experiment_destroy(experiment);

    write_expectation("one.json", mean, 0.0);
    ASSERT_DONE("verify", "one.json", "--threads", "2");
    ck_assert_ptr_nonnull(strstr(ran.out, "pass  the return"));
    ck_assert_ptr_nonnull(strstr(ran.out, "\n1 check in 1 file, 0 failed"));
    ASSERT_DONE("verify", "--json", "one.json");
    cJSON *json = printed_json();
    ck_assert_int_eq(cJSON_GetArraySize(json), 1);
    const cJSON *row = cJSON_GetArrayItem(json, 0);
    ck_assert_str_eq(member(row, "suite")->valuestring, "one.json");
    ck_assert_str_eq(member(row, "check")->valuestring, "the return");
    ck_assert_str_eq(member(row, "source")->valuestring, "a book");
    ASSERT_NEAR(member(row, "published")->valuedouble, mean, 1e-12 * -mean);
    ASSERT_NEAR(member(row, "ours")->valuedouble, mean, 1e-12 * -mean);
    ck_assert(member(row, "tolerance")->valuedouble == 0.0);
    ASSERT_NEAR(member(row, "ci_low")->valuedouble, ours.ours.ci_low, 1e-9);
    ASSERT_NEAR(member(row, "ci_high")->valuedouble, ours.ours.ci_high, 1e-9);
    ck_assert(cJSON_IsTrue(member(row, "pass")));
    ck_assert(cJSON_IsNull(member(row, "reason")));
    cJSON_Delete(json);

    // a wrong number, if only just
    write_expectation("wrong.json", mean + 1.0, 0.999);
    ck_assert_int_eq(RUN("verify", "wrong.json"), 1);
    ck_assert_str_eq(ran.err, "");
    ck_assert_ptr_nonnull(strstr(ran.out, "FAIL  the return"));
    ck_assert_ptr_nonnull(strstr(ran.out, "\n1 check in 1 file, 1 failed"));
    ck_assert_int_eq(RUN("verify", "wrong.json", "--json"), 1);
    json = printed_json();
    row = cJSON_GetArrayItem(json, 0);
    ck_assert(cJSON_IsFalse(member(row, "pass")));
    ck_assert_str_eq(member(row, "reason")->valuestring, "outside the tolerance");
    cJSON_Delete(json);

    // one wrong among others, in a directory and below it, in the order of their names
    ck_assert_int_eq(mkdir("suites", 0777), 0);
    ck_assert_int_eq(mkdir("suites/b", 0777), 0);
    write_expectation("suites/c.json", mean, 0.0);
    write_expectation("suites/a.json", mean, 0.0);
    write_expectation("suites/b/z.json", mean, 0.0);
    write_bytes("suites/notes.txt", "no experiment", 13);
    ASSERT_DONE("verify", "suites", "--json");
    json = printed_json();
    ck_assert_int_eq(cJSON_GetArraySize(json), 3);
    static const char *const suites[] = {"suites/a.json", "suites/b/z.json", "suites/c.json"};
    for (int i = 0; i < 3; i++) {
        ck_assert_str_eq(member(cJSON_GetArrayItem(json, i), "suite")->valuestring, suites[i]);
    }
    cJSON_Delete(json);
    write_expectation("suites/b/z.json", mean - 1.0, 0.5);
    ck_assert_int_eq(RUN("verify", "suites", "one.json"), 1);
    ck_assert_ptr_nonnull(strstr(ran.out, "\n4 checks in 4 files, 1 failed"));
    // an exact value that is wrong
    write_json("exact.json", "{'environment': {'id': 'random_walk', 'params': {'n_states': 3}},"
                             " 'expect': [{'check': 'c', 'source': 's', 'exact': 'uniform',"
                             " 'discount': 1, 'values': [0, 0.25, 0.5, 0.76, 0],"
                             " 'tolerance': 0.005}]}");
    ck_assert_int_eq(RUN("verify", "exact.json"), 1);
    ck_assert_ptr_nonnull(strstr(ran.out, "FAIL  c "));
    ck_assert_ptr_nonnull(strstr(ran.out, "exact  outside the tolerance, state 3\n"));
    // nothing was stored
    ck_assert_int_eq(count_entries("."), 4);
}
END_TEST

#define TEN "ten letter"
#define CHECK(name)                                                                               \
    "{'check': '" name "', 'source': 's', 'exact': 'uniform', 'discount': 1,  'tolerance': 1e-9," \
    " 'values': [0, 0.25, 0.5, 0.75, 0]}"

/// The column of a byte in what was printed: counts the starts of UTF-8 sequences.
static int column_of(const char *place)
{
    const char *begin = place;
    while (begin > ran.out && begin[-1] != '\n') {
        begin--;
    }
    int column = 0;
    for (; begin < place; begin++) {
        column += ((unsigned char)*begin & 0xc0) != 0x80;
    }
    return column;
}

/// The table of a file is as wide as its names; one too long has a line of its own. What fails says why.
START_TEST(test_verify_table)
{
    enter_fresh_directory();
    write_json("names.json", "{'environment': {'id': 'random_walk', 'params': {'n_states': 3}}, "
                             "'expect': [" CHECK("v\xcf\x80") ", " CHECK(
                                 TEN TEN TEN "s") ", " CHECK(TEN TEN TEN TEN TEN TEN TEN) "]}");
    ASSERT_DONE("verify", "names.json");
    const int width = 8 + 31;
    const char *title = strstr(ran.out, "  published ");
    ck_assert_int_eq(column_of(title) + 2 + 9, width + 12); // numbers end where their title does
    const char *row = title;
    for (int i = 0; i < 3; i++) {
        row = strstr(row + 1, "1e-09");
        ck_assert_ptr_nonnull(row);
        ck_assert_int_eq(column_of(row), width + 12 + 10 - 5);
    }
    ck_assert_ptr_nonnull(strstr(ran.out, "\n  pass  " TEN TEN TEN TEN TEN TEN TEN "\n        "));

    // runs that go wrong: too short, diverged, without a value
    write_json("short.json",
               "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 200}, 'runs': 3,"
               " 'agents': [{'id': 'sarsa'}], 'stop': {'episodes': 50, 'steps': 1000}, 'expect': ["
               "{'check': 'c', 'source': 's', 'agent': 'sarsa', 'metric': 'return', 'window':"
               " [50, 50], 'published': 0, 'tolerance': 1e300}]}");
    ck_assert_int_eq(RUN("verify", "short.json"), 1);
    ck_assert_ptr_nonnull(strstr(ran.out, "  3 of 3 runs ended before the window\n"));
    write_json("missing.json",
               "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'q_learning'}],"
               " 'stop': {'episodes': 2}, 'record': ['policy_value'], 'expect': [{'check': 'c',"
               " 'source': 's', 'agent': 'q_learning', 'metric': 'policy_value', 'window': [1, 2],"
               " 'published': 0, 'tolerance': 1e300}]}");
    ck_assert_int_eq(RUN("verify", "missing.json", "--json"), 1);
    cJSON *json = printed_json();
    ck_assert_str_eq(member(cJSON_GetArrayItem(json, 0), "reason")->valuestring,
                     "missing at 2 points");
    cJSON_Delete(json);

    // exact values that cannot be: a mistake in the file
    write_json("endless.json", "{'environment': {'id': 'gridworld'}, 'agents': [{'id': 'sarsa',"
                               " 'params': {'gamma': 1}}], 'stop': {'steps': 5}, 'record':"
                               " [{'metric': 'rms_error', 'unit': 'steps'}]}");
    RUN("run", "endless.json", "--out", "out");
    ASSERT_FAILED_WITH(2, "record[0]: rms_error needs exact values: ");
    ck_assert_ptr_nonnull(strstr(ran.err, "; agents[0].params.gamma: use a discount below 1\n"));
}
END_TEST

/// A suite that rill comes with passes, and fails where a number in it is changed.
START_TEST(test_suite)
{
    enter_fresh_directory();
    ASSERT_DONE("verify",
                RILL_SOURCE_DIR "/experiments/suites/sutton-barto/example-6.6-cliff-walking.json");
    ck_assert_ptr_nonnull(strstr(ran.out, " pass  "));
    ck_assert_ptr_null(strstr(ran.out, "FAIL"));
    ck_assert_ptr_nonnull(strstr(ran.out, ", 0 failed\n"));
    char *text = read_whole(
        RILL_SOURCE_DIR "/experiments/suites/sutton-barto/example-6.6-cliff-walking.json", NULL);
    char *number = strstr(text, "-49.8139");
    ck_assert_ptr_nonnull(number);
    number[1] = '5';
    write_bytes("cliff.json", text, strlen(text));
    free(text);
    ck_assert_int_eq(RUN("verify", "cliff.json"), 1);
    ck_assert_ptr_nonnull(strstr(ran.out, "FAIL  Q-learning: mean return of episodes 401-500"));
    ck_assert_ptr_nonnull(strstr(ran.out, " checks in 1 file, 1 failed"));
    ck_assert_int_eq(count_entries("."), 1);
}
END_TEST

TEST_MAIN_WITH_FILES(test_run, test_threads_and_overrides, test_summary,
                     test_diverged_runs_are_counted, test_export, test_labels_of_every_kind,
                     test_wide_labels, test_interrupted_killed_and_resumed, test_bad_usage,
                     test_help, test_places_that_cannot_be_read_or_written, test_full_output,
                     test_full_disk, test_damaged_results, test_results_of_another_experiment,
                     test_verify, test_verify_table, test_suite)
