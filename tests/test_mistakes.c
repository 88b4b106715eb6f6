// Wrong experiment files, as people write them: each message names the place and what to do. The place is
// where @ stands in a text; the file is the text without it.
#include "tests/program.h"

#define CLIFF "'environment': {'id': 'cliff_walking'}"
#define AGENTS "'agents': [{'id': 'q_learning'}]"
#define STOP "'stop': {'episodes': 5}"
#define SOUND CLIFF ",\n  " AGENTS ",\n  " STOP
#define WITH(more) "{\n  " SOUND ",\n  " more "\n}\n"
#define WITH_ENV(environment) "{\n  'environment': " environment ",\n  " AGENTS ",\n  " STOP "\n}\n"
#define WITH_AGENTS(agents) "{\n  " CLIFF ",\n  'agents': " agents ",\n  " STOP "\n}\n"
#define WITH_AGENT(members) WITH_AGENTS("[\n    {'id': 'q_learning', " members "}\n  ]")
#define WITH_PARAMS(params) WITH_AGENT("'params': {" params "}")
#define WITH_STOP(stop) "{\n  " CLIFF ",\n  " AGENTS ",\n  'stop': " stop "\n}\n"
#define EXPECT(agent, metric, window)                                                          \
    WITH("'expect': [{'check': 'c', 'source': 's', 'agent': " agent ", 'metric': " metric ", " \
         "'window': " window ", 'published': 1, 'tolerance': 1}]")

typedef struct mistake {
    const char *text, *path, *message; ///< the message's start
} mistake;

/// Splits a marked text into the file and the place of the mark, ":line:column" or "" without one.
static char *take_mark(const char *marked, char *place, size_t size)
{
    char *text = quoted(marked);
    char *mark = strchr(text, '@');
    int line = 1, column = 1;
    place[0] = '\0';
    for (const char *c = text; mark != NULL && c < mark; c++) {
        const bool is_inside = ((unsigned char)*c & 0xc0) == 0x80;
        column = *c == '\n' ? 1 : column + !is_inside;
        line += *c == '\n';
    }
    if (mark != NULL) {
        snprintf(place, size, ":%d:%d", line, column);
        memmove(mark, mark + 1, strlen(mark));
    }
    return text;
}

static void assert_said(const char *said, const char *place, const mistake *m)
{
    char start[1024];
    snprintf(start, sizeof start, "rill: f.json%s: %s%s%s", place, m->path,
             m->path[0] == '\0' ? "" : ": ", m->message);
    ck_assert_msg(strncmp(said, start, strlen(start)) == 0, "%s\nsaid     %sexpected %s", m->text,
                  said, start);
    ck_assert_msg(is_one_line(said, ""), "more than a line: %s", said);
}

/// Runs files that are wrong; each must leave nothing behind.
static void assert_all_said(const mistake *mistakes, size_t n, int code)
{
    enter_fresh_directory();
    for (size_t i = 0; i < n; i++) {
        char place[32];
        char *text = take_mark(mistakes[i].text, place, sizeof place);
        write_bytes("f.json", text, strlen(text));
        const int found = RUN("run", "f.json", "--out", "out", "--quiet");
        ck_assert_msg(found == code, "%s: code %d, %s", mistakes[i].text, found, ran.err);
        assert_said(ran.err, place, &mistakes[i]);
        ck_assert(!exists("out"));
        free(text);
    }
}
#define ASSERT_ALL_SAID(mistakes) \
    assert_all_said(mistakes, sizeof(mistakes) / sizeof(mistakes)[0], 2)

START_TEST(test_syntax)
{
    static const mistake mistakes[] = {
        {"", "", "not JSON: the text is empty"},
        {" \n\n", "", "not JSON: the text is empty"},
        {"\xef\xbb\xbf", "", "not JSON: the text is empty"},
        {"{\n  " SOUND "\n@", "",
         "not JSON: found the end of the text, expected \",\" or \"}\" (the { of line 1, column 1 is "
         "open)"},
        {"{\n  'agents': [{'id': 'sarsa'}\n@", "",
         "not JSON: found the end of the text, expected \",\" or \"]\" (the [ of line 2, column 13 is "
         "open)"},
        {"{\n  " SOUND ",\n@}", "",
         "not JSON: found }, expected a key in double quotes (take away the comma before it)"},
        {WITH_AGENTS("[{'id': 'sarsa'}, @]"), "",
         "not JSON: found ],, expected a value (take away the comma before it)"},
        {WITH("@// many\n'runs': 3"), "",
         "not JSON: found // many, expected a key in double quotes (JSON has no comments;"},
        {WITH("'runs': @/* many */ 3"), "",
         "not JSON: found /* many */ 3, expected a value (JSON has no comments;"},
        {"@# my experiment\n{}", "",
         "not JSON: found # my experiment, expected a value (JSON has no comments;"},
        {WITH("@runs: 3"), "",
         "not JSON: found runs: 3, expected a key in double quotes (keys and texts stand in"},
        {WITH_ENV("{'id': @cliff_walking}"), "",
         "not JSON: found cliff_walking},, expected a value (keys and texts stand in double"},
        {WITH("'name': @\xe2\x80\x9cMine\xe2\x80\x9d"), "",
         "not JSON: found \xe2\x80\x9cMine\xe2\x80\x9d, expected a value (keys and texts stand in straight"},
        {WITH("'runs': 3\n  @'seed': 1"), "",
         "not JSON: found \"seed\": 1, expected \",\" or \"}\" (a comma is missing before it)"},
        {WITH("'runs' @= 3"), "",
         "not JSON: found = 3, expected \":\" (a colon stands between key and value)"},
        {WITH("'runs': 3@; 'seed': 1"), "",
         "not JSON: found ; \"seed\": 1, expected \",\" or \"}\" (a comma separates values)"},
        {WITH_PARAMS("'alpha': @NaN"), "",
         "not JSON: found NaN}}, expected a value (JSON has no NaN)"},
        {WITH_PARAMS("'alpha': -@Infinity"), "",
         "not JSON: found Infinity}}, expected a digit (JSON has no infinity)"},
        {WITH_ENV("{'id': 'cliff_walking', 'params': {'is_slippery': @True}}"), "",
         "not JSON: found True}},, expected a value (write true)"},
        {WITH("'note': @None"), "", "not JSON: found None, expected a value (write null)"},
        {WITH("'seed': @+1"), "",
         "not JSON: found +1, expected a value (numbers have no + in front)"},
        {WITH_PARAMS("'alpha': @.5"), "",
         "not JSON: found .5}}, expected a value (write a 0 before the point)"},
        {WITH_PARAMS("'alpha': 5.@"), "", "not JSON: found }}, expected a digit"},
        {WITH("'seed': 0@1"), "",
         "not JSON: found 1, expected \",\" or \"}\" (numbers do not begin with 0)"},
        {WITH("'seed': 0@x10"), "",
         "not JSON: found x10, expected \",\" or \"}\" (JSON has decimal numbers alone)"},
        {WITH("'seed': 1@_000"), "",
         "not JSON: found _000, expected \",\" or \"}\" (numbers have no _ between their digits)"},
        {WITH("'note': 'two@\nlines'"), "",
         "not JSON: found the end of the line, expected a closing quote"},
        {WITH("'note': '@\\d'"), "", "not JSON: found \\d\", expected one of \\\" \\\\"},
        {WITH("'note': '@\\ud83c'"), "", "not JSON: found \\ud83c\", expected both halves"},
        {WITH("'note': '\xc3\xa9@\xe9'"), "", "not JSON: found \xe9\", expected text in UTF-8"},
        {WITH("'seed': @1111111111111111111111111111111111111111111111111111111111111111"), "",
         "not JSON: found 11111111111111111111, expected a number of at most 63 characters"},
        {WITH("'runs': 3") "@{}", "",
         "not JSON: found {}, expected the end of the text (a file is one object)"},
        {WITH("'runs': 3,\n  @'runs': 4"), "runs",
         "stands twice in one object; keep one of the two"},
        {WITH_PARAMS("'alpha': 1, @'alpha': 2"), "agents[0].params.alpha", "stands twice"},
        {"@[]", "", "found an array, expected an object with \"environment\" and \"agents\""},
        {"\n @'cliff_walking'", "", "found a text, expected an object with \"environment\""},
    };
    ASSERT_ALL_SAID(mistakes);
}
END_TEST

START_TEST(test_depth_and_encoding)
{
    enter_fresh_directory();
    char deep[1000] = "";
    memset(deep, '[', 300);
    write_bytes("f.json", deep, 300);
    ck_assert_int_eq(RUN("run", "f.json"), 2);
    ASSERT_FAILED_WITH(
        2, "f.json:1:201: not JSON: found [[[[[[[[[[[[[[[[[[[[, expected fewer brackets");
    write_bytes("f.json", "\xff\xfe{\0}\0", 6);
    ck_assert_int_eq(RUN("run", "f.json"), 2);
    ASSERT_FAILED_WITH(2, "f.json: this is text in UTF-16; save it as UTF-8");
    write_bytes("f.json", "{\0}", 3);
    ck_assert_int_eq(RUN("run", "f.json"), 2);
    ASSERT_FAILED_WITH(2, "f.json: this is no text: it holds a zero byte");
    ck_assert_int_eq(RUN("run", "."), 4);
    ASSERT_FAILED_WITH(4, "rill: .: cannot read: Is a directory");
    ck_assert_int_eq(RUN("run", "absent.json"), 4);
    ASSERT_FAILED_WITH(4, "rill: absent.json: cannot open: No such file");
    // a byte-order mark is none of the text
    char *sound = quoted("\xef\xbb\xbf{" SOUND "}");
    write_bytes("f.json", sound, strlen(sound));
    ASSERT_DONE("run", "f.json", "--out", "out", "--quiet");
    free(sound);
}
END_TEST

START_TEST(test_misplaced)
{
    static const mistake mistakes[] = {
        {WITH("@'alpha': 0.1"), "alpha",
         "unknown here; it belongs to the agents: agents[i].params.alpha"},
        {WITH("@'policy': {'id': 'greedy'}"), "policy",
         "unknown here; it belongs to an agent: agents[i].policy"},
        {"{\n  " CLIFF ",\n  " AGENTS ",\n  @'episodes': 5\n}", "episodes",
         "unknown here; it belongs to \"stop\": {\"episodes\": ...}"},
        {WITH("@'max_episode_steps': 5"), "max_episode_steps",
         "unknown here; it belongs to the environment: environment.max_episode_steps"},
        {WITH_ENV("{'id': 'cliff_walking', @'is_slippery': true}"), "environment.is_slippery",
         "unknown here; it belongs into \"params\": {\"is_slippery\": ...}"},
        {WITH_ENV("{'id': 'cliff_walking', 'params': {@'max_episode_steps': 5}}"),
         "environment.params.max_episode_steps",
         "unknown here; it belongs to the environment: environment.max_episode_steps"},
        {WITH_ENV("{'id': 'CliffWalking-v1', @'is_slippery': true}"), "environment.is_slippery",
         "unknown here; it belongs into \"params\""},
        {WITH_ENV("{'id': 'MountainCar-v0', 'wrappers': [{'id': 'discretise', @'bins': [3]}]}"),
         "environment.wrappers[0].bins",
         "unknown here; it belongs into \"params\": {\"bins\": ...}"},
        {WITH_AGENT("@'alpha': 0.1"), "agents[0].alpha",
         "unknown here; it belongs into \"params\": {\"alpha\": ...}"},
        {WITH_AGENT("@'epsilon': 0.1"), "agents[0].epsilon",
         "unknown here; it belongs to epsilon_greedy: \"policy\": {\"id\": \"epsilon_greedy\", "
         "\"params\": {\"epsilon\": ...}}"},
        {WITH_PARAMS("'alpha': 1, @'epsilon': 0.1"), "agents[0].params.epsilon",
         "unknown here; it belongs to epsilon_greedy: \"policy\": {"},
        {WITH_PARAMS("@'temperature': 0.1"), "agents[0].params.temperature",
         "unknown here; it belongs to softmax: \"policy\": {\"id\": \"softmax\", \"params\": {"},
        {WITH_PARAMS("@'tilings': 8"), "agents[0].params.tilings",
         "unknown here; it belongs to tile_coding: \"features\": {\"id\": \"tile_coding\","},
        {WITH_PARAMS("@'policy': {'id': 'greedy'}"), "agents[0].params.policy",
         "unknown here; it belongs to an agent: agents[i].policy"},
        {WITH_AGENT("@'runs': 5"), "agents[0].runs",
         "unknown here; it belongs at the top of the file"},
        {WITH_AGENT("'policy': {'id': 'epsilon_greedy', @'epsilon': 0.1}"),
         "agents[0].policy.epsilon",
         "unknown here; it belongs into \"params\": {\"epsilon\": ...}"},
        {WITH_AGENT("'features': {'id': 'tile_coding', @'tiles': 8}"), "agents[0].features.tiles",
         "unknown here; it belongs into \"params\": {\"tiles\": ...}"},
        {WITH_PARAMS("@'learning_rate': 0.1"), "agents[0].params.learning_rate",
         "unknown parameter; here it is called \"alpha\""},
        {WITH_PARAMS("@'discount': 0.9"), "agents[0].params.discount",
         "unknown parameter; here it is called \"gamma\""},
        {WITH_PARAMS("@'n': 3"), "agents[0].params.n",
         "q_learning has no such parameter (n_step_off_policy_sarsa has one); `rill describe "
         "q_learning` shows what there is"},
        {WITH_STOP("{'episodes': 5, @'runs': 3}"), "stop.runs",
         "unknown here; it belongs at the top of the file"},
    };
    ASSERT_ALL_SAID(mistakes);
}
END_TEST

START_TEST(test_unknown)
{
    static const mistake mistakes[] = {
        {WITH("@'sead': 1"), "sead", "unknown key; did you mean \"seed\"?"},
        {WITH("@'Runs': 1"), "Runs", "unknown key; did you mean \"runs\"?"},
        {WITH("@'sweeps': []"), "sweeps", "unknown key; did you mean \"sweep\"?"},
        {"{\n  @'env': {'id': 'cliff_walking'},\n  " AGENTS ",\n  " STOP "\n}", "env",
         "unknown key; did you mean \"environment\"?"},
        {WITH_ENV("{'id': @'clif_walking'}"), "environment.id",
         "unknown environment \"clif_walking\"; did you mean \"cliff_walking\"?"},
        {WITH_ENV("{'id': @'Cliff_Walking'}"), "environment.id",
         "unknown environment \"Cliff_Walking\"; did you mean \"cliff_walking\"?"},
        {WITH_ENV("{'id': @'atari'}"), "environment.id", "unknown environment \"atari\""},
        {WITH_ENV("{'id': 'CartPole-v1', 'wrappers': [{'id': @'normalize_observation'}]}"),
         "environment.wrappers[0].id",
         "unknown wrapper \"normalize_observation\"; did you mean \"normalise_observation\"?"},
        {WITH_AGENTS("[{'id': @'qlearning'}]"), "agents[0].id",
         "unknown agent \"qlearning\"; did you mean \"q_learning\"?"},
        {WITH_AGENTS("[{'id': 'sarsa'},\n    {'id': @'SARSA'}]"), "agents[1].id",
         "unknown agent \"SARSA\"; did you mean \"sarsa\"?"},
        {WITH_AGENTS("[{'id': @'dqn'}]"), "agents[0].id",
         "unknown agent \"dqn\"; `rill list agents` shows what there is"},
        {WITH_AGENT("'policy': {'id': @'eps_greedy'}"), "agents[0].policy.id",
         "unknown policy \"eps_greedy\"; did you mean \"epsilon_greedy\"?"},
        {WITH_AGENT("@'behavior': {'id': 'uniform'}"), "agents[0].behavior",
         "unknown key; did you mean \"behaviour\"?"},
        {WITH_AGENTS("[{'id': 'reinforce', @'optimizer': {'id': 'adam'}}]"), "agents[0].optimizer",
         "unknown key; did you mean \"optimiser\"?"},
        {WITH_PARAMS("@'alhpa': 0.1"), "agents[0].params.alhpa",
         "unknown parameter; did you mean \"alpha\"?"},
        {WITH_PARAMS("'alpha': {'schedule': @'linaer', 'from': 1}"),
         "agents[0].params.alpha.schedule",
         "unknown schedule \"linaer\"; did you mean \"linear\"?"},
        {WITH_STOP("{@'episode': 5}"), "stop.episode", "unknown key; did you mean \"episodes\"?"},
        {WITH("'record': ['length', @'returns']"), "record[1]",
         "unknown metric \"returns\"; did you mean \"return\"?"},
        {WITH("'evaluation': {'every': 2, @'episode': 1}"), "evaluation.episode",
         "unknown key; did you mean \"episodes\"?"},
        {EXPECT("@'Q-learning'", "'return'", "[1, 5]"), "expect[0].agent",
         "no agent has the label \"Q-learning\"; did you mean \"q_learning\"?"},
        {EXPECT("@'the best'", "'return'", "[1, 5]"), "expect[0].agent",
         "no agent has the label \"the best\"; there are: q_learning"},
        {EXPECT("'q_learning'", "@'length'", "[1, 5]"), "expect[0].metric",
         "\"length\" is not recorded; add it to \"record\""},
        {WITH("'sweep': [{'path': 'agents[0].params.alpha', @'value': [1, 2]}]"), "sweep[0].value",
         "unknown key; did you mean \"values\"?"},
    };
    ASSERT_ALL_SAID(mistakes);
}
END_TEST

START_TEST(test_missing_and_of_wrong_kind)
{
    static const mistake mistakes[] = {
        {"@{\n  " AGENTS ",\n  " STOP "\n}", "environment",
         "missing; expected an object, as in \"environment\": {\"id\": \"cliff_walking\"}"},
        {"{\n  " CLIFF ",\n  " STOP "\n}", "agents",
         "there is no agent to run; add one, for instance"},
        {WITH_AGENTS("[]"), "agents", "there is no agent to run; add one, for instance {\"id\":"},
        {"@{\n  " CLIFF ",\n  " AGENTS "\n}", "stop",
         "missing; expected an object, as in \"stop\": {\"episodes\": 500}"},
        {WITH_STOP("@{}"), "stop", "give \"episodes\", \"steps\", or both"},
        {WITH_STOP("@5"), "stop",
         "found 5, expected an object, as in \"stop\": {\"episodes\": 500}"},
        {WITH_ENV("@'cliff_walking'"), "environment",
         "found \"cliff_walking\", expected an object: {\"id\": \"cliff_walking\"}"},
        {WITH_ENV("@{}"), "environment.id",
         "missing; expected a text; `rill list envs` shows what there is"},
        {WITH_ENV("{'id': 'MountainCar-v0', 'wrappers': @{'id': 'discretise'}}"),
         "environment.wrappers",
         "found an object, expected an array, as in \"wrappers\": [{\"id\": \"time_limit\"}]"},
        {WITH_AGENTS("@{'id': 'sarsa'}"), "agents",
         "found an object, expected an array, as in \"agents\": [{\"id\": \"q_learning\"}]"},
        {WITH_AGENTS("[@'sarsa']"), "agents[0]",
         "found a text, expected an object: {\"id\": \"sarsa\"}"},
        {WITH_AGENTS("[@{'label': 'x'}]"), "agents[0].id",
         "missing; expected a text; `rill list agents` shows what there is"},
        {WITH_AGENT("'policy': @'greedy'"), "agents[0].policy",
         "found \"greedy\", expected an object: {\"id\": \"greedy\"}"},
        {WITH_AGENT("'params': @[0.1]"), "agents[0].params", "found an array, expected an object"},
        {WITH("'runs': @'10'"), "runs", "found \"10\", expected a number; take the quotes away"},
        {WITH("'runs': @true"), "runs", "found true, expected a number"},
        {WITH("'name': @3"), "name", "found 3, expected a text"},
        {WITH("'note': @null"), "note", "found null, expected a text"},
        {WITH_PARAMS("'alpha': @'0.1'"), "agents[0].params.alpha",
         "found \"0.1\", expected a number or schedule: {\"schedule\": ...}, for alpha also \"1/n\" "
         "(step size); take the quotes away"},
        {WITH_PARAMS("'gamma': @null"), "agents[0].params.gamma", "found null, expected a number"},
        {WITH_PARAMS("'alpha': @{'type': 'linear', 'from': 1}"), "agents[0].params.alpha.schedule",
         "missing; expected a text"},
        {WITH_PARAMS("'alpha': @{'schedule': 'linear', 'from': 1, 'to': 0}"),
         "agents[0].params.alpha.over", "missing; expected a number"},
        {WITH_ENV("{'id': 'cliff_walking', 'params': {'is_slippery': @1}}"),
         "environment.params.is_slippery", "found 1, expected true or false (a move goes astray"},
        {WITH("'record': @'return'"), "record",
         "found \"return\", expected an array, as in \"record\": [\"return\"]"},
        {WITH("'evaluation': @true"), "evaluation",
         "found true, expected an object, as in \"evaluation\": {\"every\": 10}"},
        {WITH("'evaluation': @{}"), "evaluation.every", "missing; expected a number"},
        {WITH("'summary': @10"), "summary",
         "found 10, expected an object, as in \"summary\": {\"last\":"},
        {WITH("'expect': @{}"), "expect", "found an object, expected an array"},
        {EXPECT("'q_learning'", "'return'", "@5"), "expect[0].window",
         "found 5, expected an array, as in \"window\": [1, 500]"},
        {WITH("'sweep': @{'path': 'agents[0].params.alpha', 'values': [1]}"), "sweep",
         "found an object, expected an array"},
    };
    ASSERT_ALL_SAID(mistakes);
}
END_TEST

START_TEST(test_values)
{
    static const mistake mistakes[] = {
        {WITH("'runs': @0"), "runs", "0 is out of range, allowed is 1 to 1073741824"},
        {WITH("'runs': @2.5"), "runs", "2.5 is not a whole number"},
        {WITH("'runs': @1e999"), "runs", "inf is out of range, allowed is 1 to"},
        {WITH("'seed': @-1"), "seed", "-1 is out of range, allowed is 0 to 9007199254740992"},
        {WITH_STOP("{'episodes': @0}"), "stop.episodes", "0 is out of range, allowed is 1 to"},
        {WITH_PARAMS("\n      'alpha': @-1"), "agents[0].params.alpha",
         "-1 is out of range, allowed is 0 to 1000000000 (step size)"},
        {WITH_PARAMS("'gamma': @1.5"), "agents[0].params.gamma",
         "1.5 is out of range, allowed is 0 to 1 (discount per step)"},
        {WITH_PARAMS("'alpha': {'schedule': 'harmonic', 'from': 1, 'to': @0.5}"),
         "agents[0].params.alpha.to", "0.5 has no effect: a schedule \"harmonic\" takes no \"to\""},
        {WITH_PARAMS("'alpha': {'schedule': 'constant', 'from': 1, 'over': @100}"),
         "agents[0].params.alpha.over",
         "100 has no effect: a schedule \"constant\" takes no \"over\""},
        {WITH_PARAMS(
             "'alpha': {'schedule': 'linear', 'from': 1, 'to': 0, 'over': 9, 'per': @'run'}"),
         "agents[0].params.alpha.per", "\"run\" is none of \"step\", \"episode\" and \"visit\""},
        {WITH_ENV("{'id': 'gridworld', 'params': {'at_goal': @'Terminate'}}"),
         "environment.params.at_goal", "\"Terminate\" is none of: restart, terminate, continue"},
        {WITH_ENV("{'id': 'gridworld', 'params': {'map': @['S..', '..X']}}"),
         "environment.params.map", "'X' in row 2, column 3 is none of . # F G S A-E a-e"},
        {WITH_ENV("{'id': 'gridworld', 'params': {'map': @['S..', '..']}}"),
         "environment.params.map", "row 2 has 2 cells, row 1 has 3; make them equally long"},
        {WITH_ENV("{'id': 'gridworld', 'params': {'map': ['S.G',\n    @3]}}"),
         "environment.params.map[1]", "found 3, expected a text (rows of text:"},
        {WITH_ENV("{'id': 'gridworld', 'params': {'wind': [0, 1, @'2']}}"),
         "environment.params.wind[2]", "found \"2\", expected a number"},
        {WITH_ENV("{'id': 'gridworld', 'params': {'wind': [0, 1, @0.5, 0, 0]}}"),
         "environment.params.wind[2]", "0.5 is not a whole number"},
        {WITH_AGENTS("[{'id': 'sarsa'}, @{'id': 'sarsa'}]"), "agents[1].label",
         "\"sarsa\" is the label of two agents; give each its own"},
        {"{\n  'environment': {'id': 'bandit'},\n  " AGENTS ",\n  'stop': @{'episodes': 5}\n}",
         "stop",
         "no episode of this environment ever ends, so no number of episodes is reached; stop by "
         "\"steps\", or"},
        {WITH("'record': [{'metric': 'td_error', 'unit': @'step'}]"), "record[0].unit",
         "\"step\" is neither \"episodes\" nor \"steps\""},
        {WITH("'record': [{'metric': 'return', 'unit': @'steps'}]"), "record[0].unit",
         "return describes whole episodes; it cannot be recorded every few steps"},
        {WITH("'record': ['return', @'return']"), "record[1]", "\"return\" is recorded twice"},
        {WITH("'record': [@'weight']"), "record[0]",
         "\"weight\": write \"weight[i]\" with a whole number, as in \"weight[0]\""},
        {WITH("'record': [@'weight[1000]']"), "record[0]",
         "there is no weight[1000] for q_learning: there are 192, 0 to 191"},
        {WITH("'record': [@'evaluation_return']"), "record[0]",
         "evaluation_return is recorded by \"evaluation\", not by \"record\""},
        {EXPECT("'q_learning'", "'return'", "@[1, 50]"), "expect[0].window",
         "50 is beyond the end of a run, stop.episodes 5"},
        {EXPECT("'q_learning'", "'return'", "@[5, 1]"), "expect[0].window",
         "expected [first, last], counted from 1, in episodes or steps"},
        {WITH("'sweep': [{'path': 'agents[0].params.alpha', 'values': [0.1, @-1]}]"),
         "sweep[0].values[1]", "agents[0].params.alpha = -1: -1 is out of range"},
        {WITH("'sweep': [{'path': 'agents[0].params.alpha', 'values': [@{'from': 1}]}]"),
         "sweep[0].values[0]",
         "agents[0].params.alpha = {\"from\":1}: schedule: missing; expected a text"},
        {"{\n  " CLIFF ",\n  'agents': [{'id': 'q_learning', @'alpha': 0.1}],\n  " STOP ",\n  "
         "'sweep': [{'path': 'agents[0].params.gamma', 'values': [0.9, 1]}]\n}\n",
         "agents[0].alpha",
         "unknown here; it belongs into \"params\": {\"alpha\": ...} (in \"q_learning, gamma=0.9\")"},
        {"{\n  " CLIFF
         ",\n  'agents': [{'id': 'q_learning', 'params': {@'epsilon': 0.1}}],\n  " STOP
         ",\n  'sweep': [{'path': 'agents[0].params.gamma', 'values': [0.9, 1]}]\n}\n",
         "agents[0].params.epsilon", "unknown here; it belongs to epsilon_greedy: \"policy\": "},
        {WITH("'sweep': [{'path': @'params.alpha', 'values': [0.1]}]"), "sweep[0].path",
         "\"params.alpha\" is no path of a sweep; these begin with"},
        {WITH(
             "'sweep': [{'zip': {'agents[0].params.gamma': [1, 0.9], 'agents[0].params.alpha': @[1]}}]"),
         "sweep[0].zip.agents[0].params.alpha",
         "has 1 value, and \"agents[0].params.gamma\" has 2"},
        {WITH("'$schema': @5"), "$schema", "found 5, expected a text"},
        {WITH("'record': [{'metric': 'return', 'every': @6}]"), "record[0].every",
         "6 is beyond the end of a run, stop.episodes 5, so that nothing would be recorded"},
        {WITH("'evaluation': {'every': @10}"), "evaluation.every",
         "10 is beyond the end of a run, stop.episodes 5"},
        {WITH("'extends': @''"), "extends", "is empty; name the file to extend, or leave it out"},
        {WITH_AGENT("'label': @''"), "agents[0].label", "is empty; give a text, or leave it out"},
    };
    ASSERT_ALL_SAID(mistakes);
}
END_TEST

/// What an agent is given that it does not take, or cannot work with.
START_TEST(test_parts_that_do_not_fit)
{
    static const mistake mistakes[] = {
        {WITH_AGENTS("[{'id': 'td0', 'policy': @{'id': 'softmax'}}]"), "agents[0].policy",
         "td0 evaluates a given policy; softmax depends on action values, which it does not learn: "
         "use uniform or fixed"},
        {WITH_AGENTS("[{'id': 'reinforce', 'policy': @{'id': 'softmax'}}]"), "agents[0].policy",
         "reinforce learns its policy: what kind it is goes into \"distribution\""},
        {WITH_AGENT("'behaviour': @{'id': 'uniform'}"), "agents[0].behaviour",
         "q_learning has no other policy than the one that it acts by: put it into \"policy\""},
        {WITH_AGENT("'distribution': @{'id': 'gaussian'}"), "agents[0].distribution",
         "q_learning learns values and acts by a policy: put it into \"policy\""},
        {WITH_AGENTS("[{'id': 'dyna_q', 'features': @{'id': 'tile_coding'}}]"),
         "agents[0].features",
         "dyna_q learns a table, and tile_coding is none: use one_hot or state_aggregation"},
        {"{\n  'environment': {'id': 'CartPole-v1'},\n  'agents': [@{'id': 'q_learning'}],\n  " STOP
         "\n}",
         "agents[0].features",
         "one_hot needs discrete observations, this environment's are a box of 4 numbers"},
        {"{\n  'environment': {'id': 'Pendulum-v1'},\n  'agents': [{'id': @'q_learning'}],\n  " STOP
         "\n}",
         "agents[0].id", "q_learning needs discrete actions, this environment's are a box of 1"},
        {WITH_AGENT("'policy': {'id': 'fixed', 'params': {'actions': @[0, 1]}}"),
         "agents[0].policy.params.actions", "2 actions for 48 states"},
    };
    ASSERT_ALL_SAID(mistakes);
}
END_TEST

/// Files that a file names.
START_TEST(test_named_files)
{
    static const mistake absent[] = {
        {WITH_ENV("{'id': 'gridworld', 'params': {'map': {'file': @'absent.txt'}}}"),
         "environment.params.map.file", "absent.txt: cannot open: No such file"},
        {"{'extends': @'absent.json'}", "extends", "absent.json: cannot open: No such file"},
        {"{'extends': @'.'}", "extends", ".: cannot read: Is a directory"},
    };
    static const mistake wrong[] = {
        {"{'extends': @3}", "extends", "found 3, expected a text"},
        {"{'extends': @'f.json'}", "extends",
         "goes round: f.json extends f.json; one of them must stand alone"},
    };
    assert_all_said(absent, 3, 4);
    ASSERT_ALL_SAID(wrong);
}
END_TEST

/// What comes from the command line is not looked for in the file.
START_TEST(test_overrides)
{
    static const struct {
        const char *set, *message;
    } cases[] = {
        {"agents[0].params.alpha=-1",
         "rill: f.json: agents[0].params.alpha: -1 is out of range, allowed is 0 to 1000000000 (step "
         "size) (from --set agents[0].params.alpha=-1)"},
        {"agents[0]={\"id\": \"sarasa\"}",
         "rill: f.json: agents[0].id: unknown agent \"sarasa\"; did you mean \"sarsa\"? (from --set "
         "agents[0]={"},
        {"agents[0].alpha=1",
         "rill: f.json: agents[0].alpha: unknown here; it belongs into \"params\": {\"alpha\": ...} "
         "(from --set"},
        {"rusn=3", "rill: f.json: rusn: unknown key; did you mean \"runs\"? (from --set rusn=3)"},
        {"runs", "rill: f.json: cannot read \"runs\", expected path=value (from --set runs)"},
        {"agents[7].id=sarsa",
         "rill: f.json: agents[7].id: no element [7]: the array has 1, from [0] (from --set agents[7].id=sarsa)"},
        {"agents.id=sarsa", "rill: f.json: agents.id: an array has no member \"id\"; say of which "
                            "element: [0].id (from --set agents.id=sarsa)"},
        {"agent[0].id=sarsa", "rill: f.json: agent[0].id: there is no array \"agent\"; here there "
                              "are: environment, agents, stop (from --set agent[0].id=sarsa)"},
        // what is missing beside it is its own mistake
        {"evaluation.episodes=5",
         "rill: f.json: evaluation.every: missing; expected a number (from --set evaluation.episodes=5)"},
        {"extends=g.json",
         "rill: f.json: extends: cannot be set from outside; write it into the file"},
        // what it does not set is in the file
        {"runs=3", "rill: f.json:3:58: agents[0].params.gamma: 7 is out of range"},
    };
    enter_fresh_directory();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const bool is_last = i + 1 == sizeof cases / sizeof cases[0];
        write_json("f.json", is_last ? "{\n  " CLIFF
                                       ",\n  'agents': [{'id': 'q_learning', 'params': "
                                       "{ 'gamma' :  7}}],\n  " STOP "\n}"
                                     : "{" SOUND "}");
        ck_assert_int_eq(RUN("run", "f.json", "--out", "out", "--set", cases[i].set), 2);
        ASSERT_FAILED_WITH(2, cases[i].message);
        ck_assert(!exists("out"));
    }
    // a sweep would undo it
    write_json("f.json", "{" SOUND ", 'sweep': [{'zip': {'agents[*].params.alpha': [0.1, 0.2],"
                         " 'environment.params.is_slippery': [false, true]}}]}");
    static const char *const undone[] = {"agents[0].params.alpha=0.3",
                                         "agents[0].params.alpha.from=1",
                                         "environment.params.is_slippery=true"};
    for (size_t i = 0; i < sizeof undone / sizeof undone[0]; i++) {
        RUN("run", "f.json", "--out", "out", "--set", undone[i]);
        ASSERT_FAILED_WITH(2, ": the sweep sets it (\"");
    }
    ASSERT_DONE("run", "f.json", "--dry-run", "--set", undone[0], "--set", "sweep=[]");
    ASSERT_DONE("run", "f.json", "--dry-run", "--set", "agents[0].params.gamma=0.9");
}
END_TEST

TEST_MAIN_WITH_FILES(test_syntax, test_depth_and_encoding, test_misplaced, test_unknown,
                     test_missing_and_of_wrong_kind, test_values, test_parts_that_do_not_fit,
                     test_named_files, test_overrides)
