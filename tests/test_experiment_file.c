// Files that extend one another: what they say together, and where a mistake in them is.
#include "tests/program.h"

#include <rill/agent_define.h>
#include <rill/experiment.h>

static rill_error error;

static rill_experiment *load(const char *path)
{
    rill_experiment *experiment = NULL;
    ASSERT_OK(rill_experiment_load(&experiment, path, NULL, &error), &error);
    return experiment;
}

static double alpha_of(const rill_experiment *experiment, int32_t variant)
{
    return rill_td_params_of(experiment->variants[variant].agent)->alpha.from;
}

static void write_base(void)
{
    ck_assert_int_eq(mkdir("base", 0777), 0);
    ck_assert_int_eq(mkdir("base/maps", 0777), 0);
    write_bytes("base/maps/map.txt", "S..\n..G\n", 8);
    write_json("base/base.json",
               "{\n"
               "  'name': 'base', 'note': 'n', 'runs': 3,\n"
               "  'environment': {'id': 'gridworld', 'params': {\n"
               "    'map': {'file': 'maps/map.txt'}, 'at_goal': 'terminate'}},\n"
               "  'agents': [{'label': 'A', 'id': 'sarsa', 'params': {'alpha': 0.5}},\n"
               "             {'label': 'B', 'id': 'q_learning', 'params': {'alpha': 0.25}}],\n"
               "  'stop': {'episodes': 7}\n"
               "}\n");
}

START_TEST(test_a_chain_of_files)
{
    enter_fresh_directory();
    write_base();
    ck_assert_int_eq(mkdir("more", 0777), 0);
    write_json("more/middle.json", "{'extends': '../base/base.json', 'name': 'middle', 'runs': 5,"
                                   " 'agents': [{'label': 'B'}, {'label': 'A'}]}");
    write_json("top.json",
               "{'extends': 'more/middle.json', 'runs': null, 'note': 't',"
               " 'agents': [{'label': 'A', 'params': {'alpha': 0.125}}, {'label': 'B'}]}");
    rill_experiment *e = load("top.json");
    ck_assert_str_eq(e->name, "middle");
    ck_assert_str_eq(e->note, "t");
    ck_assert_int_eq(e->runs, 1); // removed, so it is the default
    ck_assert_int_eq(e->stop_episodes, 7);
    ck_assert_int_eq(e->n_variants, 2);
    ck_assert_str_eq(e->variants[0].label, "A");
    ck_assert(alpha_of(e, 0) == 0.125 && alpha_of(e, 1) == 0.25);
    ck_assert_int_eq(e->env->observation_space.size, 6); // the map beside the base
    ck_assert_ptr_null(strstr(e->resolved, "extends"));
    rill_experiment_destroy(e);

    // from elsewhere, and by an absolute path
    char directory[PATH_SIZE], text[PATH_SIZE + 64];
    ck_assert_ptr_nonnull(getcwd(directory, sizeof directory));
    snprintf(text, sizeof text, "{\"extends\": \"%s/base/base.json\"}", directory);
    write_bytes("more/absolute.json", text, strlen(text));
    ck_assert_int_eq(chdir("more"), 0);
    e = load("../top.json");
    ck_assert_int_eq(e->n_variants, 2);
    rill_experiment_destroy(e);
    e = load("absolute.json");
    ck_assert_int_eq(e->runs, 3);
    rill_experiment_destroy(e);
}
END_TEST

/// A mistake is placed in the file where the value stands.
START_TEST(test_places_in_bases)
{
    static const struct {
        const char *top;
        const char *file, *path; ///< of the mistake
        int line, column;
    } cases[] = {
        {"{'extends': 'base/base.json', 'runs': 0}", "top.json", "runs", 1, 39},
        {"{'extends': 'base/base.json',\n 'agents': [{'label': 'A', 'params': {'alpha': -1}}]}",
         "top.json", "agents[0].params.alpha", 2, 48},
        // agents[0] of the file is agents[1] of the base
        {"{'extends': 'base/base.json', 'agents': [{'label': 'B', 'behaviour': {'id': 'uniform'}}]}",
         "top.json", "agents[0].behaviour", 1, 70},
        {"{'extends': 'base/base.json', 'environment': {'id': 'bandit'}}", "base/base.json", "stop",
         7, 11},
        {"{'extends': 'base/base.json', 'stop': null}", "top.json", "stop", 1, 1},
        {"{'extends': 'base/base.json', 'environment': {'params': {'wind': [1, 2, 3, 4]}}}",
         "top.json", "environment.params.wind", 1, 66},
        {"{'extends': 'base/base.json', 'environment': {'params': {'at_goal': 'continue'}}}",
         "base/base.json", "stop", 7, 11},
        {"{'extends': 'base/wrong.json'}", "base/wrong.json", "", 2, 10},
        {"{'extends': 'base/twin.json'}", "base/twin.json", "seed", 1, 13},
        {"{'extends': 'base/map.json'}", "base/map.json", "environment.params.map.file", 1, 66},
        {"{'extends': 'base/array.json', 'runs': 3}", "base/array.json", "", 1, 2},
        {"{'extends': 'base/key.json'}", "base/key.json", "agents[0].params.alhpa", 2, 41},
    };
    enter_fresh_directory();
    write_base();
    write_json("base/wrong.json", "{\n  'runs' 3\n}");
    write_json("base/array.json", " [{'runs': 3}]");
    write_json("base/twin.json", "{'seed': 3, 'seed': 4}");
    write_json("base/map.json",
               "{'environment': {'id': 'gridworld', 'params': {'map': {  'file': 'absent.txt'}}}}");
    write_json("base/key.json", "{'environment': {'id': 'cliff_walking'}, 'stop': {'steps': 1},\n"
                                " 'agents': [{'id': 'sarsa', 'params': { 'alhpa': 3}}]}");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_experiment *experiment = NULL;
        write_json("top.json", cases[i].top);
        error = (rill_error){0};
        ck_assert_int_lt(rill_experiment_load(&experiment, "top.json", NULL, &error), 0);
        ck_assert_msg(strcmp(error.file, cases[i].file) == 0 && error.line == cases[i].line &&
                          error.column == cases[i].column && strcmp(error.path, cases[i].path) == 0,
                      "%s: %s:%d:%d: %s: %s", cases[i].top, error.file, error.line, error.column,
                      error.path, error.message);
        // without an error to fill it is refused too
        ck_assert_int_lt(rill_experiment_load(&experiment, "top.json", NULL, NULL), 0);
    }
}
END_TEST

START_TEST(test_chains_that_go_round_or_are_long)
{
    rill_experiment *e = NULL;
    char path[32], text[64];
    enter_fresh_directory();
    ck_assert_int_eq(mkdir("a", 0777), 0);
    write_json("one.json", "{'extends': 'a/two.json'}");
    write_json("a/two.json", "{'extends': '../three.json'}");
    write_json("three.json", "{'extends': 'a/../one.json'}"); // by another name
    ASSERT_REFUSED(rill_experiment_load(&e, "one.json", NULL, &error), &error, "extends",
                   "goes round: one.json extends a/two.json extends a/../three.json extends "
                   "a/../a/../one.json; one of them must stand alone");
    ck_assert_str_eq(error.file, "a/../three.json");
    // 16 files are a chain, 17 are too many
    for (int i = 1; i <= 17; i++) {
        snprintf(path, sizeof path, "%d.json", i);
        snprintf(text, sizeof text, "{'extends': '%d.json'}", i - 1);
        write_json(path, text);
    }
    write_json("0.json", "{'environment': {'id': 'cliff_walking'}}");
    e = load("15.json");
    rill_experiment_destroy(e);
    ASSERT_REFUSED(rill_experiment_load(&e, "16.json", NULL, &error), &error, "extends",
                   "16.json extends a chain of more than 16 files");
    ck_assert_str_eq(error.file, "1.json");
}
END_TEST

/// Overrides come after all files, and change nothing of what a mistake elsewhere is placed by.
START_TEST(test_overrides)
{
    enter_fresh_directory();
    write_base();
    write_json("top.json", "{'extends': 'base/base.json'}");
    rill_experiment *e = NULL;
    const char *const good[] = {"agents[1].params.alpha=1", "stop.episodes=2", NULL};
    ASSERT_OK(rill_experiment_load(&e, "top.json", good, &error), &error);
    ck_assert(alpha_of(e, 1) == 1.0 && e->stop_episodes == 2);
    rill_experiment_destroy(e);
    // files are then relative to the file that is run
    const char *const map[] = {"environment.params.map={\"file\": \"base/maps/map.txt\"}", NULL};
    ASSERT_OK(rill_experiment_load(&e, "top.json", map, &error), &error);
    rill_experiment_destroy(e);
    const char *const both[] = {"agents[0].policy={\"id\": \"greedy\"}", "agents[0].params={}",
                                "agents[1].params.alpha=7e10", NULL};
    ASSERT_REFUSED(rill_experiment_load(&e, "top.json", both, &error), &error,
                   "agents[1].params.alpha", "(from --set agents[1].params.alpha=7e10)");
    ck_assert_int_eq(error.line, 0);
    const char *const other[] = {"agents[0].policy={\"id\": \"greedy\"}", "agents=[]", "runs=2",
                                 NULL};
    write_json("top.json", "{'extends': 'base/base.json', 'stop': {'steps': -3}}");
    ASSERT_REFUSED(rill_experiment_load(&e, "top.json", other, &error), &error, "stop.steps", "-3");
    ck_assert_ptr_null(strstr(error.message, "--set"));
    ck_assert_int_eq(error.column, 49);
}
END_TEST

TEST_MAIN_WITH_FILES(test_a_chain_of_files, test_places_in_bases,
                     test_chains_that_go_round_or_are_long, test_overrides)
