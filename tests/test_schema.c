// `rill schema`: the keys are those of the reader, and a validator and the reader agree about files.
#include "tests/program.h"

#include <cjson/cJSON.h>
#include <rill/experiment.h>

#define CLIFF "'environment': {'id': 'cliff_walking'}"
#define AGENTS "'agents': [{'id': 'q_learning'}]"
#define STOP "'stop': {'episodes': 5}"
#define SOUND CLIFF ", " AGENTS ", " STOP
#define WITH(more) "{" SOUND ", " more "}"
#define WITH_ENV(environment) "{'environment': " environment ", " AGENTS ", " STOP "}"
#define WITH_AGENT(id, members) "{" CLIFF ", 'agents': [{'id': '" id "', " members "}], " STOP "}"
#define WITH_PARAMS(members) WITH_AGENT("q_learning", "'params': {" members "}")
#define WITH_STOP(stop) "{" CLIFF ", " AGENTS ", 'stop': " stop "}"
#define EXPECT(members) WITH("'expect': [{'check': 'c', 'source': 's', " members "}]")
#define LEARNED                                                                     \
    "'agent': 'q_learning', 'metric': 'return', 'window': [1, 5], 'published': 1, " \
    "'tolerance': 1"
#define WALK(members)                                                                                    \
    "{'environment': {'id': 'random_walk', 'params': {'n_states': 1}}, 'agents': [{'id': 'td0'}], " STOP \
    ", 'expect': [{'check': 'c', 'source': 's', 'tolerance': 1, " members "}]}"
#define SWEEP(axis) WITH("'sweep': [" axis "]")

/// The schema that the program writes.
static cJSON *read_schema(void)
{
    ASSERT_DONE("schema", "--out", "schema.json");
    ck_assert_str_eq(ran.out, "");
    char *text = read_whole("schema.json", NULL);
    cJSON *schema = cJSON_Parse(text);
    ck_assert_ptr_nonnull(schema);
    free(text);
    return schema;
}

static const cJSON *get(const cJSON *json, const char *key)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, key);
    ck_assert_msg(member != NULL, "no \"%s\"", key);
    return member;
}

/// What the reader says about a file; RILL_OK is said with an empty message.
static rill_error verdict(const char *text)
{
    rill_error error = {0};
    rill_experiment *experiment = NULL;
    char *json = quoted(text);
    if (rill_experiment_parse(&experiment, json, NULL, &error) == RILL_OK) {
        error = (rill_error){0};
    }
    rill_experiment_destroy(experiment);
    free(json);
    return error;
}

/// Where an unknown key is met the reader lists the known ones: they are the properties of the schema.
START_TEST(test_keys_are_those_of_the_reader)
{
    static const struct {
        const char *definition, *text; ///< with an unknown key
    } places[] = {
#define X "'xyzzyxyzzy': 1"
        {"experiment", WITH(X)},
        {"environment", WITH_ENV("{'id': 'cliff_walking', " X "}")},
        {"wrapper", WITH_ENV("{'id': 'cliff_walking', 'wrappers': [{'id': 'time_limit', " X "}]}")},
        {"agent", WITH_AGENT("q_learning", X)},
        {"policy", WITH_AGENT("q_learning", "'policy': {'id': 'greedy', " X "}")},
        {"policy", WITH_AGENT("mc_off_policy_prediction", "'behaviour': {'id': 'greedy', " X "}")},
        {"features", WITH_AGENT("q_learning", "'features': {'id': 'one_hot', " X "}")},
        {"distribution", WITH_AGENT("reinforce", "'distribution': {'id': 'categorical', " X "}")},
        {"features", WITH_AGENT("reinforce", "'policy_features': {'id': 'one_hot', " X "}")},
        {"optimiser", WITH_AGENT("reinforce", "'optimiser': {'id': 'adam', " X "}")},
        {"schedule", WITH_PARAMS("'alpha': {'schedule': 'harmonic', 'from': 1, " X "}")},
        {"stop", WITH_STOP("{'steps': 3, " X "}")},
        {"record", WITH("'record': [{'metric': 'return', " X "}]")},
        {"evaluation", WITH("'evaluation': {'every': 1, " X "}")},
        {"summary", WITH("'summary': {'last': 1, " X "}")},
        {"figure", WITH("'plot': [{'kind': 'final', " X "}]")},
        {"axis.values", SWEEP("{'path': 'agents[0].params.alpha', 'values': [1], " X "}")},
        {"axis.range",
         SWEEP("{'path': 'agents[0].params.alpha', 'from': 0, 'to': 1, 'count': 2, " X "}")},
        {"axis.zip", SWEEP("{'zip': {'agents[0].params.alpha': [1]}, " X "}")},
        {"axis.random", SWEEP("{'random': {'agents[0].params.alpha': [1]}, 'count': 1, " X "}")},
        {"range",
         SWEEP("{'random': {'agents[0].params.alpha': {'from': 0, 'to': 1, " X "}}, 'count': 1}")},
        {"expectation.metric", EXPECT(LEARNED ", " X)},
        {"expectation.exact", WALK("'exact': 'optimal', 'discount': 1, 'values': [0], " X)},
        {"expectation.estimates", WALK("'agent': 'td0', 'estimates': [0, 0, 0], " X)},
#undef X
    };
    static const char lead[] = "unknown key; here there can be: ";
    enter_fresh_directory();
    cJSON *schema = read_schema();
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const char *name = places[i].definition;
        const cJSON *definition = get(get(schema, "$defs"), name);
        definition = strcmp(name, "record") == 0 ? get(definition, "then") : definition;
        const cJSON *properties = get(definition, "properties");
        ck_assert_msg(cJSON_IsFalse(get(definition, "additionalProperties")), "%s", name);
        rill_error error = verdict(places[i].text);
        ck_assert_msg(strncmp(error.message, lead, strlen(lead)) == 0, "%s: %s: %s", name,
                      error.path, error.message);
        int n = 0;
        for (char *key = strtok(error.message + strlen(lead), ", "); key != NULL;
             key = strtok(NULL, ", "), n++) {
            ck_assert_msg(cJSON_HasObjectItem(properties, key), "%s has no \"%s\"", name, key);
        }
        ck_assert_msg(n == cJSON_GetArraySize(properties), "%s has keys that are not read", name);
    }
    cJSON_Delete(schema);
}
END_TEST

// What is wrong by its form alone: a validator finds it too.
static const char *const wrong_files[] = {
    "[]",
    "{}",
    "{'environment': {}}",
    "{'environment': {'id': 'nowhere'}}",
    "{" CLIFF ", " AGENTS "}",
    WITH("'seeed': 1"),
    WITH("'alpha': 0.1"),
    WITH("'name': 3"),
    WITH("'note': null"),
    WITH("'extends': 3"),
    WITH("'runs': 0"),
    WITH("'runs': 1073741825"),
    WITH("'runs': 2.5"),
    WITH("'runs': '10'"),
    WITH("'seed': -1"),
    WITH("'seed': 9007199254740994"),
    WITH_ENV("{'id': 'CartPole-v7'}"),
    WITH_ENV("{'id': 'cliff_walking', 'is_slippery': true}"),
    WITH_ENV("{'id': 'cliff_walking', 'params': {'is_slipery': true}}"),
    WITH_ENV("{'id': 'cliff_walking', 'params': {'is_slippery': 1}}"),
    WITH_ENV("{'id': 'cliff_walking', 'max_episode_steps': -1}"),
    WITH_ENV("{'id': 'cliff_walking', 'wrappers': {'id': 'time_limit'}}"),
    WITH_ENV("{'id': 'cliff_walking', 'wrappers': [{'id': 'timelimit'}]}"),
    WITH_ENV("{'id': 'cliff_walking', 'wrappers': [{'id': 'time_limit', 'params': {'steps': 0}}]}"),
    WITH_ENV("{'id': 'gridworld', 'params': {'at_goal': 'stop'}}"),
    WITH_ENV("{'id': 'gridworld', 'params': {'map': ['S.G', 3]}}"),
    WITH_ENV("{'id': 'gridworld', 'params': {'wind': [0.5, 0, 0, 0, 0]}}"),
    WITH_ENV("{'id': 'random_walk', 'params': {'n_states': 0}}"),
    WITH_AGENT("sarasa", "'label': 'x'"),
    WITH_AGENT("q_learning", "'alpha': 0.1"),
    WITH_AGENT("q_learning", "'policy': 'greedy'"),
    WITH_AGENT("q_learning", "'policy': {'id': 'epsilon_greedy', 'params': {'epsilon': 2}}"),
    WITH_AGENT("q_learning", "'policy': {'id': 'greedy', 'epsilon': 0.1}"),
    WITH_AGENT("q_learning", "'behaviour': {'id': 'uniform'}"),
    WITH_AGENT("mc_off_policy_prediction", "'behaviour': {}"),
    WITH_AGENT("reinforce", "'distribution': {'params': {}}"),
    WITH_AGENT("q_learning", "'distribution': {'id': 'categorical'}"),
    WITH_AGENT("q_learning", "'policy_features': {'id': 'one_hot'}"),
    WITH_AGENT("q_learning", "'optimiser': {'id': 'adam'}"),
    WITH_AGENT("q_learning", "'features': {'id': 'tiles'}"),
    WITH_AGENT("reinforce", "'policy': {'id': 'softmax'}"),
    WITH_PARAMS("'alhpa': 0.1"),
    WITH_PARAMS("'alpha': -0.1"),
    WITH_PARAMS("'alpha': '0.1'"),
    WITH_PARAMS("'gamma': 1.5"),
    WITH_PARAMS("'gamma': null"),
    WITH_PARAMS("'alpha': {'schedule': 'linaer', 'from': 1}"),
    WITH_PARAMS("'alpha': {'schedule': 'linear', 'from': 1, 'to': 0}"),
    WITH_PARAMS("'alpha': {'from': 1}"),
    WITH_PARAMS("'alpha': {'schedule': 'harmonic', 'from': 1, 'per': 'run'}"),
    WITH_STOP("{}"),
    WITH_STOP("5"),
    WITH_STOP("{'episodes': 0}"),
    WITH_STOP("{'steps': 9007199254740994}"),
    WITH_STOP("{'episode': 5}"),
    WITH("'record': 'return'"),
    WITH("'record': ['retrun']"),
    WITH("'record': ['weight']"),
    WITH("'record': ['evaluation_return']"),
    WITH("'record': [{'metric': 'td_error', 'unit': 'step'}]"),
    WITH("'record': [{'metric': 'td_error', 'every': 0}]"),
    WITH("'record': [{'every': 3}]"),
    WITH("'evaluation': true"),
    WITH("'evaluation': {'episodes': 3}"),
    WITH("'evaluation': {'every': 0}"),
    WITH("'summary': {}"),
    WITH("'summary': {'last': 0}"),
    WITH("'sweep': {}"),
    SWEEP("{}"),
    SWEEP("{'path': 'alpha', 'values': [1]}"),
    SWEEP("{'path': 'agents[0].params.alpha', 'values': []}"),
    SWEEP("{'path': 'agents[0].params.alpha', 'from': 0, 'to': 1}"),
    SWEEP("{'path': 'agents[0].params.alpha', 'from': 0, 'to': 1, 'count': 1}"),
    SWEEP("{'path': 'agents[0].params.alpha', 'from': 1, 'to': 2, 'count': 2, 'scale': 'log2'}"),
    SWEEP("{'zip': {'agents[0].params.alpha': 1}}"),
    SWEEP("{'zip': {}}"),
    SWEEP("{'random': {'agents[0].params.alpha': [1, 2]}}"),
    SWEEP("{'random': {'agents[0].params.alpha': 1}, 'count': 3}"),
    SWEEP("{'random': {'agents[0].params.alpha': {'from': 1}}, 'count': 3}"),
    WITH("'expect': {}"),
    EXPECT("'agent': 'q_learning', 'metric': 'return', 'window': [1, 5], 'published': 1"),
    EXPECT(LEARNED ", 'statistic': 'mode'"),
    WALK("'exact': 'optimal', 'discount': 2, 'values': [0, 0, 0]"),
    WALK("'exact': 'best', 'discount': 1, 'values': [0, 0, 0]"),
    WALK("'exact': 'optimal', 'discount': 1"),
    WALK("'agent': 'td0', 'estimates': ['a', 0, 0]"),
};

static const char *const right_files[] = {
    WITH("'runs': 1"),
    WITH("'runs': 1073741824, 'seed': 9007199254740992, 'name': 'n', 'source': 's', 'note': ''"),
    WITH("'$schema': 'experiment.schema.json'"),
    WITH_ENV(
        "{'id': 'MountainCar-v0', 'params': {}, 'wrappers': [{'id': 'discretise', 'params': {'bins': "
        "[3, 3]}}]}"),
    WITH_ENV("{'id': 'gridworld', 'params': {'map': 'S.G', 'at_goal': 'terminate'}}"),
    WITH_ENV("{'id': 'gridworld', 'params': {'map': ['S.', '.G'], 'at_goal': 'terminate'}}"),
    WITH_PARAMS("'alpha': '1/n'"),
    WITH_PARAMS("'alpha': {'schedule': 'power', 'from': 1, 'power': 0.7, 'per': 'visit'}"),
    WITH_AGENT("reinforce",
               "'distribution': {'id': 'categorical'}, 'policy_features': {'id': "
               "'one_hot'}, 'optimiser': {'id': 'adam', 'params': {}}, 'params': {'batch': 1}"),
    WITH_AGENT("mc_off_policy_prediction",
               "'policy': {'id': 'uniform'}, 'behaviour': {'id': 'uniform'}"),
    WITH_AGENT("q_learning", "'policy': {'params': {'epsilon': 0.2}}, 'features': {}"),
    WITH("'record': ['epsilon', 'alpha', 'steps_per_second']"),
    WITH("'record': ['weight[3]', 'return', {'metric': 'td_error', 'every': 3, 'unit': 'steps'}]"),
    WITH("'evaluation': {'every': 2, 'unit': 'steps'}"),
    WITH("'evaluation': {'every': 2, 'episodes': 1, 'max_steps': 9}, 'summary': {'last': 1}"),
    SWEEP("{'path': 'agents[*].params.alpha', 'values': [1, '1/n', 0.5]}"),
    SWEEP("{'path': 'agents[q_learning].policy.id', 'values': ['greedy', 'softmax']}"),
    SWEEP("{'path': 'agents[0].params.alpha', 'from': 0.1, 'to': 1, 'count': 3, 'scale': 'log'}"),
    SWEEP("{'zip': {'agents[0].params.alpha': [1, 0.5], 'agents[0].params.gamma': [1, 0.9]}}"),
    SWEEP("{'random': {'agents[0].params.alpha': {'from': 0, 'to': 1}, 'agents[0].params.gamma': "
          "[1, 0.9]}, 'count': 3}"),
    EXPECT(LEARNED ", 'statistic': 'median', 'note': 'n'"),
    WALK("'exact': 'optimal', 'discount': 1, 'values': [0, null, 0]"),
    WALK(
        "'exact': [0, 0, [0.5, 0.5]], 'discount': 0.5, 'epsilon': 0, 'states': [1], 'q_values': [[0, 1]]"),
    WALK("'agent': 'td0', 'states': [1], 'estimates': [0]"),
};

// Of files that extend another.
#define EXTENDS(more) "{'extends': 'base.json'" more "}"
static const char *const right_extensions[] = {
    EXTENDS(""),
    EXTENDS(", 'note': null, 'runs': 3"),
    EXTENDS(", 'agents': [{'label': 'q_learning'}]"),
    EXTENDS(", 'agents': [{'label': 'q_learning', 'params': {'alpha': 0.1}}]"),
    EXTENDS(", 'agents': [{'id': 'q_learning', 'params': {'alpha': null}, 'policy': null}]"),
    EXTENDS(", 'environment': {'max_episode_steps': 3}, 'stop': {'episodes': null, 'steps': 9}"),
};
static const char *const wrong_extensions[] = {
    EXTENDS(", 'note': 3"),
    EXTENDS(", 'agents': [{'label': 'q_learning', 'alpha': 0.1}]"),
    EXTENDS(", 'agents': [{'id': 'q_learning', 'params': {'alpha': -1}}]"),
    EXTENDS(", 'agents': [{'id': 'q_learning', 'params': {'alhpa': null}}]"),
    EXTENDS(", 'environment': {'id': 'nowhere'}"),
    EXTENDS(", 'record': [null]"),
};

/// Writes texts as files, whose names go to `names`.
static void write_files(const char *const *texts, size_t n, const char *prefix, char *names)
{
    for (size_t i = 0; i < n; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s-%zu.json", prefix, i);
        write_json(path, texts[i]);
        strcat(strcat(names, " "), path);
    }
}

/// Lets a validator look at files; false when there is none.
static bool validate(const char *expected, const char *files)
{
    static char command[1 << 14], said[1 << 12];
    snprintf(command, sizeof command,
             "${RILL_PYTHON:-python3} %s/tests/validate_schema.py schema.json %s %s 2>&1",
             RILL_SOURCE_DIR, expected, files);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    said[fread(said, 1, sizeof said - 1, pipe)] = '\0';
    const int status = pclose(pipe);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (code == 77 || code == 127) {
        fprintf(stderr, "test_schema: not validated, there is no Python with jsonschema\n");
        return false;
    }
    ck_assert_msg(code == 0, "code %d: %s", code, said);
    return true;
}

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

START_TEST(test_validator_and_reader_agree)
{
    static char right[1 << 12], wrong[1 << 13];
    enter_fresh_directory();
    cJSON_Delete(read_schema());
    write_json("base.json", "{" SOUND ", 'note': 'n'}");
    for (size_t i = 0; i < COUNT(right_files); i++) {
        const rill_error error = verdict(right_files[i]);
        ck_assert_msg(error.status == RILL_OK, "%s: %s: %s", right_files[i], error.path,
                      error.message);
    }
    for (size_t i = 0; i < COUNT(wrong_files); i++) {
        ck_assert_msg(verdict(wrong_files[i]).status == RILL_INVALID, "%s", wrong_files[i]);
    }
    for (size_t i = 0; i < COUNT(right_extensions); i++) {
        const rill_error error = verdict(right_extensions[i]);
        ck_assert_msg(error.status == RILL_OK, "%s: %s: %s", right_extensions[i], error.path,
                      error.message);
    }
    for (size_t i = 0; i < COUNT(wrong_extensions); i++) {
        // one of them removes a parameter that there is not, which the reader lets pass
        const bool is_harmless = strstr(wrong_extensions[i], "null}}") != NULL;
        ck_assert_msg(is_harmless || verdict(wrong_extensions[i]).status == RILL_INVALID, "%s",
                      wrong_extensions[i]);
    }
    write_files(right_files, COUNT(right_files), "right", right);
    write_files(right_extensions, COUNT(right_extensions), "right-extension", right);
    write_files(wrong_files, COUNT(wrong_files), "wrong", wrong);
    write_files(wrong_extensions, COUNT(wrong_extensions), "wrong-extension", wrong);
    if (validate("good", right)) {
        ck_assert(validate("bad", wrong));
    }
}
END_TEST

START_TEST(test_suites_are_valid)
{
    enter_fresh_directory();
    cJSON_Delete(read_schema());
    validate("good", RILL_SOURCE_DIR "/experiments/suites/*/*.json");
}
END_TEST

START_TEST(test_command)
{
    enter_fresh_directory();
    ASSERT_DONE("schema", "--out", "schema.json");
    char *written = read_whole("schema.json", NULL);
    ASSERT_DONE("schema");
    const size_t n = strlen(ran.out); // perhaps cut
    ck_assert(n > 100000 && strncmp(ran.out, written, n) == 0);
    free(written);
    ck_assert_int_eq(RUN("schema", "--out", "absent/schema.json"), 4);
    ASSERT_FAILED_WITH(4, "absent/schema.json: cannot write: No such file");
    ck_assert_int_eq(RUN("schema", "x.json"), 2);
    ASSERT_FAILED_WITH(2, "found \"x.json\"; write to a file with --out");
}
END_TEST

TEST_MAIN_WITH_FILES(test_keys_are_those_of_the_reader, test_validator_and_reader_agree,
                     test_suites_are_valid, test_command)
