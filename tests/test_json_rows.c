// Rows of text from files: in experiment files and after --param.
#include "experiments/json.h"
#include "tests/program.h"

#include <rill/experiment.h>

START_TEST(test_read_rows)
{
    static const struct {
        const char *file, *rows;
    } cases[] = {
        {"S.G", "S.G"},
        {"S.G\n", "S.G"},
        {"S.\n.G\n", "S.\n.G"},
        {"S.\r\n.G\r\n", "S.\n.G"},
        {"S,G\n\n", "S,G\n"},
        {"", ""},
        {"\n", ""},
        {"a\rb", "a\rb"},
    };
    enter_fresh_directory();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_error error = {0};
        char *rows = NULL;
        write_bytes("map.txt", cases[i].file, strlen(cases[i].file));
        ASSERT_OK(json_read_rows("map.txt", &rows, &error), &error);
        ck_assert_str_eq(rows, cases[i].rows);
        free(rows);
    }
    rill_error error = {0};
    char *rows = NULL;
    ck_assert_int_eq(json_read_rows("absent.txt", &rows, &error), RILL_IO);
    ck_assert(strstr(error.message, "absent.txt: cannot open: ") == error.message);
    write_bytes("zero.txt", "a\0b", 3);
    ck_assert_int_eq(json_read_rows("zero.txt", &rows, NULL), RILL_INVALID);
    ck_assert_ptr_null(rows);
}
END_TEST

/// Inserts files of the directory maps; `expected` has ' for ".
static void check_insertion(const char *text, const char *expected)
{
    rill_error error = {0};
    cJSON *json = NULL;
    char *given = quoted(text), *wanted = quoted(expected);
    ASSERT_OK(json_parse(given, &json, &error), &error);
    ASSERT_OK(json_insert_files(json, "maps", &error), &error);
    char *written = cJSON_PrintUnformatted(json);
    ck_assert_str_eq(written, wanted);
    cJSON_free(written);
    cJSON_Delete(json);
    free(given);
    free(wanted);
}

START_TEST(test_insert_files)
{
    enter_fresh_directory();
    ck_assert_int_eq(mkdir("maps", 0777), 0);
    write_bytes("maps/a.txt", "S.\n.G\n", 6);
    write_bytes("maps/b.txt", "SG", 2);
    check_insertion("{'params':{'x':1,'map':{'file':'a.txt'},'other':{'file':'b.txt'},'y':2}}",
                    "{'params':{'x':1,'map':'S.\\n.G','other':'SG','y':2}}");
    check_insertion("{'a':[{'b':{'params':{'map':{'file':'../maps/b.txt'}}}}]}",
                    "{'a':[{'b':{'params':{'map':'SG'}}}]}");
    // what only looks like it stays as it is
    check_insertion("{'params':{'m':{'file':'a.txt','more':1},'n':{'file':3},'o':{}}}",
                    "{'params':{'m':{'file':'a.txt','more':1},'n':{'file':3},'o':{}}}");
    check_insertion("{'other':{'map':{'file':'absent.txt'}},'params':[]}",
                    "{'other':{'map':{'file':'absent.txt'}},'params':[]}");
}
END_TEST

static const char experiment_text[] =
    "{'name': 'n', 'environment': {'id': 'gridworld', 'params': {'map': {'file': 'map.txt'}}},"
    " 'agents': [{'id': 'sarsa'}], 'stop': {'steps': 1}}";

/// Beside the experiment's file, wherever the process works.
START_TEST(test_relative_to_the_experiment)
{
    enter_fresh_directory();
    ck_assert_int_eq(mkdir("there", 0777), 0);
    write_bytes("there/map.txt", "S..G\n", 5);
    write_json("there/x.json", experiment_text);
    rill_error error = {0};
    rill_experiment *experiment = NULL;
    char *working = getcwd(NULL, 0), path[PATH_SIZE + 64];
    snprintf(path, sizeof path, "%s/there/x.json", working);
    free(working);
    const char *const names[] = {"there/x.json", "./there/x.json", path};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ASSERT_OK(rill_experiment_load(&experiment, names[i], NULL, &error), &error);
        ck_assert_int_eq(experiment->env->observation_space.size, 4);
        // what was read is written out: the file may change later
        ck_assert(strstr(experiment->resolved, "S..G") != NULL);
        rill_experiment_destroy(experiment);
    }
    ck_assert_int_eq(chdir("there"), 0);
    ASSERT_OK(rill_experiment_load(&experiment, "x.json", NULL, &error), &error);
    rill_experiment_destroy(experiment);
    // an absolute path, and --set
    snprintf(path, sizeof path, "environment.params.map={\"file\": \"%s/map.txt\"}", test_root);
    char target[PATH_SIZE + 16];
    snprintf(target, sizeof target, "%s/map.txt", test_root);
    write_bytes(target, "S.G\n", 4);
    ASSERT_OK(
        rill_experiment_load(&experiment, "x.json", (const char *const[]){path, NULL}, &error),
        &error);
    ck_assert_int_eq(experiment->env->observation_space.size, 3);
    rill_experiment_destroy(experiment);

    unlink("map.txt");
    ck_assert_int_eq(rill_experiment_load(&experiment, "x.json", NULL, &error), RILL_IO);
    ck_assert_str_eq(error.path, "environment.params.map.file");
    ck_assert(strstr(error.message, "map.txt: cannot open") != NULL);
    RUN("run", "x.json");
    ASSERT_FAILED_WITH(4, "x.json:1:77: environment.params.map.file: map.txt: cannot open");
}
END_TEST

START_TEST(test_command_line)
{
    enter_fresh_directory();
    write_bytes("map.txt", "S..\n..G\n", 8);
    ASSERT_DONE("rollout", "gridworld", "--param", "map=@map.txt", "--actions", "1,1,2", "--json");
    ck_assert(strstr(ran.out, "{\"obs\": 5, \"reward\": ") != NULL);
    ASSERT_DONE("solve", "gridworld", "--param", "map=@map.txt", "--discount", "0.9", "--json");
    ASSERT_DONE("check-env", "gridworld", "--param", "map=@map.txt");
    ASSERT_DONE("rollout", "gridworld", "--param", "map=S.G", "--actions", "1"); // as ever
    RUN("rollout", "gridworld", "--param", "map=@absent.txt", "--actions", "1");
    ASSERT_FAILED_WITH(4, "map: absent.txt: cannot open");
    RUN("rollout", "gridworld", "--param", "map", "--actions", "1");
    ASSERT_FAILED_WITH(2, "expected name=value");
    RUN("rollout", "gridworld", "--param", "mapp=@map.txt", "--actions", "1");
    ASSERT_FAILED_WITH(2, "did you mean \"map\"?");
    RUN("rollout", "cliff_walking", "--param", "is_slippery=@map.txt", "--actions", "1");
    ASSERT_FAILED_WITH(2, "\"@map.txt\" is neither true nor false");
}
END_TEST

TEST_MAIN_WITH_FILES(test_read_rows, test_insert_files, test_relative_to_the_experiment,
                     test_command_line)
