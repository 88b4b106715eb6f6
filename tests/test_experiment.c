// Experiment files: what they may say, what they leave out, and every mistake in them with its
// place.
#include "tests/runs.h"

#include <cjson/cJSON.h>

// Texts of experiments, with ' for ". One part is the subject, the rest is sound.
#define CLIFF "'environment': {'id': 'cliff_walking'}"
#define AGENTS_Q "'agents': [{'id': 'q_learning'}]"
#define STOP "'stop': {'episodes': 5}"
#define SOUND CLIFF ", " AGENTS_Q ", " STOP
#define WITH(more) "{" SOUND ", " more "}"
#define WITH_ENV(environment) "{'environment': " environment ", " AGENTS_Q ", " STOP "}"
#define WITH_WORLD(params) WITH_ENV("{'id': 'gridworld', 'params': {" params "}}")
#define WITH_AGENTS(agents) "{" CLIFF ", 'agents': " agents ", " STOP "}"
#define WITH_AGENT(members) WITH_AGENTS("[{'id': 'q_learning', " members "}]")
#define WITH_PARAMS(params) WITH_AGENT("'params': {" params "}")
#define WITH_STOP(stop) "{" CLIFF ", " AGENTS_Q ", 'stop': " stop "}"
#define WALK "'environment': {'id': 'random_walk', 'params': {'n_states': 3}}"
#define STEPS(metric) "{'metric': '" metric "', 'unit': 'steps'}"
#define ENDLESS(more) \
    "{'environment': {'id': 'bandit'}, " AGENTS_Q ", 'stop': {'steps': 10000}, " more "}"
#define LEARNED(members)                                                              \
    WITH("'expect': [{'check': 'c', 'source': 's', 'agent': 'q_learning', 'metric': " \
         "'return', 'window': [1, 5], 'published': -1, 'tolerance': 0.5, " members "}]")
#define EXACT(members) "{" WALK ", 'expect': [{'check': 'c', 'source': 's', " members "}]}"

static rill_error error;

/// ASSERT that an experiment is refused: status, path, and a part of the message.
static void assert_refused(const char *text, const char *const *overrides, const char *path,
                           const char *part)
{
    rill_experiment *experiment = (rill_experiment *)&error; // must become NULL
    char *json = quoted(text);
    error = (rill_error){0};
    rill_status status = rill_experiment_parse(&experiment, json, overrides, &error);
    ck_assert_msg(status == RILL_INVALID && error.status == RILL_INVALID, "%s: status %d, %s: %s",
                  text, status, error.path, error.message);
    ck_assert_msg(strcmp(error.path, path) == 0, "%s: path \"%s\", not \"%s\" (%s)", text,
                  error.path, path, error.message);
    ck_assert_msg(strstr(error.message, part) != NULL, "%s: \"%s\" does not contain \"%s\"", text,
                  error.message, part);
    ck_assert_ptr_null(strchr(error.message, '\n'));
    ck_assert_ptr_null(experiment);
    free(json);
}

typedef struct refusal {
    const char *json, *path, *part;
} refusal;

static void assert_all_refused(const refusal *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_refused(cases[i].json, NULL, cases[i].path, cases[i].part);
    }
}
#define ASSERT_ALL_REFUSED(cases) assert_all_refused(cases, sizeof cases / sizeof cases[0])

START_TEST(test_not_json)
{
    static const refusal cases[] = {
        {"", "", "not JSON: the text is empty"},
        {"{" SOUND, "", "not JSON: found the end of the text, expected \",\" or \"}\""},
        {"{\n" SOUND ",\n  'runs': 5,\n}", "",
         "not JSON: found }, expected a key in double quotes (take away the comma"},
        {"{" SOUND "} 1", "", "not JSON: found 1, expected the end of the text"},
        {WITH("'runs': 1, 'runs': 2"), "runs", "stands twice"},
        {"[]", "", "found an array, expected an object with \"environment\" and \"agents\""},
        {"7", "", "found a number, expected an object"},
        {"null", "", "found null, expected an object"},
    };
    ASSERT_ALL_REFUSED(cases);
}
END_TEST

START_TEST(test_wrong_members)
{
    static const refusal cases[] = {
        {WITH("'seeed': 3"), "seeed", "unknown key; did you mean \"seed\"?"},
        {WITH("'xyzzyxyzzy': 3"), "xyzzyxyzzy",
         "unknown key; here there can be: $schema, extends,"},
        {WITH("'name': 3"), "name", "found 3, expected a text"},
        {WITH("'source': []"), "source", "found an array, expected a text"},
        {WITH("'note': null"), "note", "found null, expected a text"},
        {WITH("'runs': 'ten'"), "runs", "found \"ten\", expected a number"},
        {WITH("'runs': 0"), "runs", "0 is out of range, allowed is 1 to 1073741824"},
        {WITH("'runs': 2.5"), "runs", "2.5 is not a whole number"},
        {WITH("'runs': 1e300"), "runs", "1e+300 is out of range"},
        {WITH("'seed': -1"), "seed", "-1 is out of range, allowed is 0 to 9007199254740992"},
        {WITH("'seed': 0.5"), "seed", "0.5 is not a whole number"},
        {WITH("'seed': true"), "seed", "found true, expected a number"},
        {WITH("'seed': 9007199254740994"), "seed", "is out of range"},
        {WITH("'summary': 3"), "summary", "found 3, expected an object"},
        {WITH("'summary': {}"), "summary.last", "missing; expected a number"},
        {WITH("'summary': {'last': 0}"), "summary.last", "0 is out of range"},
        {WITH("'summary': {'lats': 3}"), "summary.lats", "did you mean \"last\"?"},
    };
    ASSERT_ALL_REFUSED(cases);
}
END_TEST

START_TEST(test_wrong_environment)
{
    static const refusal cases[] = {
        {"{" AGENTS_Q ", " STOP "}", "environment", "missing; expected an object"},
        {WITH_ENV("'cliff_walking'"), "environment", "found \"cliff_walking\", expected an object"},
        {WITH_ENV("{}"), "environment.id", "missing; expected a text"},
        {WITH_ENV("{'id': 3}"), "environment.id", "found 3, expected a text"},
        {WITH_ENV("{'id': 'clif_walking'}"), "environment.id",
         "unknown environment \"clif_walking\"; did you mean \"cliff_walking\"?"},
        {WITH_ENV("{'id': 'xyzzyxyzzy'}"), "environment.id",
         "unknown environment \"xyzzyxyzzy\"; `rill list envs` shows what there is"},
        {WITH_ENV("{'id': 'cliff_walking', 'parms': {}}"), "environment.parms",
         "did you mean \"params\"?"},
        {WITH_ENV("{'id': 'cliff_walking', 'params': []}"), "environment.params",
         "found an array, expected an object"},
        {WITH_ENV("{'id': 'cliff_walking', 'max_episode_steps': -1}"),
         "environment.max_episode_steps", "-1 is out of range, allowed is 0 to"},
        {WITH_ENV("{'id': 'cliff_walking', 'params': {'is_slipery': true}}"),
         "environment.params.is_slipery", "did you mean \"is_slippery\"?"},
        {WITH_ENV("{'id': 'cliff_walking', 'params': {'is_slippery': 'yes'}}"),
         "environment.params.is_slippery", "found \"yes\", expected true or false (a move goes"},
        {WITH_ENV("{'id': 'cliff_walking', 'params': {'is_slippery': 1}}"),
         "environment.params.is_slippery", "found 1, expected true or false"},
        {WITH_ENV("{'id': 'random_walk', 'params': {'n_states': 0}}"),
         "environment.params.n_states", "0 is out of range, allowed is 1 to 100000000 (states"},
        {WITH_ENV("{'id': 'random_walk', 'params': {'n_states': 2.5}}"),
         "environment.params.n_states", "2.5 is not a whole number"},
        {WITH_ENV("{'id': 'random_walk', 'params': {'reward_left': null}}"),
         "environment.params.reward_left", "found null, expected a number"},
        {WITH_WORLD("'at_goal': 'stop'"), "environment.params.at_goal",
         "\"stop\" is none of: restart, terminate, continue"},
        {WITH_WORLD("'at_goal': 2"), "environment.params.at_goal", "expected a word"},
        {WITH_WORLD("'map': ['...', 3]"), "environment.params.map[1]", "found 3, expected a text"},
        {WITH_WORLD("'map': ['...', '..']"), "environment.params.map",
         "row 2 has 2 cells, row 1 has 3"},
        {WITH_WORLD("'map': []"), "environment.params.map", "the first row is empty"},
        {WITH_WORLD("'map': {}"), "environment.params.map", "found an object, expected a list of"},
        {WITH_WORLD("'wind': [1, 'a']"), "environment.params.wind[1]",
         "found \"a\", expected a number"},
        {WITH_WORLD("'wind': [0, 0, 0.5, 0, 0]"), "environment.params.wind[2]",
         "0.5 is not a whole number"},
        {WITH_WORLD("'wind': [101]"), "environment.params.wind[0]", "101 is out of range"},
        {WITH_WORLD("'wind': 'up'"), "environment.params.wind",
         "found \"up\", expected a list of whole numbers"},
        {WITH_WORLD("'wind': [1, 2]"), "environment.params.wind",
         "has 2 numbers, the map has 5 columns"},
    };
    ASSERT_ALL_REFUSED(cases);
}
END_TEST

START_TEST(test_wrong_agents)
{
    static const refusal cases[] = {
        {"{" CLIFF ", 'agents': {}, " STOP "}", "agents", "found an object, expected an array"},
        {WITH_AGENTS("['sarsa']"), "agents[0]", "found a text, expected an object"},
        {WITH_AGENTS("[{}]"), "agents[0].id", "missing; expected a text"},
        {WITH_AGENTS("[{'id': 'sarsa'}, {'id': 'sarasa'}]"), "agents[1].id",
         "unknown agent \"sarasa\"; did you mean \"sarsa\"?"},
        {WITH_AGENTS("[{'id': 'xyzzyxyzzy'}]"), "agents[0].id", "`rill list agents` shows"},
        {WITH_AGENTS("[{'id': 'sarsa'}, {'id': 'sarsa'}]"), "agents[1].label",
         "\"sarsa\" is the label of two agents"},
        {WITH_AGENTS("[{'id': 'sarsa', 'label': 'x'}, {'id': 'q_learning', 'label': 'x'}]"),
         "agents[1].label", "\"x\" is the label of two agents; give each its own"},
        {WITH_AGENT("'label': 5"), "agents[0].label", "found 5, expected a text"},
        {WITH_AGENT("'polcy': {}"), "agents[0].polcy", "did you mean \"policy\"?"},
        {WITH_AGENT("'params': 3"), "agents[0].params", "found 3, expected an object"},
        {WITH_PARAMS("'alhpa': 1"), "agents[0].params.alhpa", "did you mean \"alpha\"?"},
        {WITH_PARAMS("'alpha': -0.1"), "agents[0].params.alpha",
         "-0.1 is out of range, allowed is 0 to 1000000000 (step size)"},
        {WITH_PARAMS("'alpha': '0.5'"), "agents[0].params.alpha",
         "found \"0.5\", expected a number or schedule: {"},
        {WITH_PARAMS("'alpha': [1]"), "agents[0].params.alpha",
         "found an array, expected a number or schedule"},
        {WITH_PARAMS("'gamma': 1.01"), "agents[0].params.gamma",
         "1.01 is out of range, allowed is 0 to 1"},
        {WITH_PARAMS("'gamma': {'schedule': 'constant', 'from': 1}"), "agents[0].params.gamma",
         "found an object, expected a number"},
        {WITH_PARAMS("'initial_value': 1e999"), "agents[0].params.initial_value",
         "inf is out of range"},
        // policy
        {WITH_AGENT("'policy': 'greedy'"), "agents[0].policy",
         "found \"greedy\", expected an object"},
        {WITH_AGENT("'behaviour': {}"), "agents[0].behaviour.id", "missing; expected a text"},
        {WITH_AGENT("'policy': {'id': 'epsilon_gredy'}"), "agents[0].policy.id",
         "unknown policy \"epsilon_gredy\"; did you mean \"epsilon_greedy\"?"},
        {WITH_AGENT("'policy': {'id': 'greedy', 'epsilon': 1}"), "agents[0].policy.epsilon",
         "unknown key; here there can be: id, params"},
        {WITH_AGENT("'policy': {'id': 'epsilon_greedy', 'params': {'epsilon': 1.5}}"),
         "agents[0].policy.params.epsilon", "1.5 is out of range, allowed is 0 to 1"},
        {WITH_AGENT("'policy': {'id': 'epsilon_greedy', 'params': {'epsilno': 1}}"),
         "agents[0].policy.params.epsilno", "did you mean \"epsilon\"?"},
        {WITH_AGENT("'policy': {'id': 'softmax', 'params': {'temperature': 0}}"),
         "agents[0].policy.params.temperature", "0 is out of range"},
        {WITH_AGENT("'policy': {'id': 'fixed', 'params': {'actions': [0, 1]}}"),
         "agents[0].policy.params.actions", "2 actions for 48 states"},
        {WITH_AGENT("'policy': {'id': 'fixed', 'params': {'actions': [4]}}"),
         "agents[0].policy.params.actions", "action 4 of state 0 does not exist; there are 0 to 3"},
        // features
        {WITH_AGENT("'features': {'id': 'one_hto'}"), "agents[0].features.id",
         "unknown feature map \"one_hto\"; did you mean \"one_hot\"?"},
        {WITH_AGENT("'features': {'id': 'one_hot', 'params': {'n': 3}}"),
         "agents[0].features.params.n", "unknown parameter"},
        {WITH_AGENT("'features': 1"), "agents[0].features", "found 1, expected an object"},
        // an agent that does not fit
        {WITH_AGENTS("[{'id': 'td0', 'policy': {'id': 'epsilon_greedy'}}]"), "agents[0].policy",
         "td0 evaluates a given policy; epsilon_greedy depends on action values"},
        {WITH_AGENTS("[{'id': 'td0', 'policy': {'id': 'softmax'}}]"), "agents[0].policy",
         "use uniform or fixed"},
    };
    ASSERT_ALL_REFUSED(cases);
}
END_TEST

#define WITH_ALPHA(schedule) WITH_PARAMS("'alpha': {" schedule "}")

START_TEST(test_schedules)
{
    static const refusal cases[] = {
        {WITH_ALPHA(""), "agents[0].params.alpha.schedule", "missing; expected a text"},
        {WITH_ALPHA("'schedule': 3"), "agents[0].params.alpha.schedule", "found 3"},
        {WITH_ALPHA("'schedule': 'linaer', 'from': 1"), "agents[0].params.alpha.schedule",
         "unknown schedule \"linaer\"; did you mean \"linear\"?"},
        {WITH_ALPHA("'schedule': 'linear', 'form': 1"), "agents[0].params.alpha.form",
         "unknown key; did you mean \"from\"?"},
        {WITH_ALPHA("'schedule': 'linear', 'to': 1, 'over': 3"), "agents[0].params.alpha.from",
         "missing; expected a number"},
        {WITH_ALPHA("'schedule': 'linear', 'from': 1, 'over': 3"), "agents[0].params.alpha.to",
         "missing; expected a number"},
        {WITH_ALPHA("'schedule': 'linear', 'from': 1, 'to': 0"), "agents[0].params.alpha.over",
         "missing; expected a number"},
        {WITH_ALPHA("'schedule': 'exponential', 'from': 1"), "agents[0].params.alpha.over",
         "missing; expected a number"},
        {WITH_ALPHA("'schedule': 'power', 'from': 1"), "agents[0].params.alpha.power",
         "missing; expected a number"},
        {WITH_ALPHA("'schedule': 'power', 'from': 1, 'power': -1"), "agents[0].params.alpha.power",
         "-1 is out of range"},
        {WITH_ALPHA("'schedule': 'linear', 'from': 'a', 'to': 0, 'over': 3"),
         "agents[0].params.alpha.from", "found \"a\", expected a number"},
        {WITH_ALPHA("'schedule': 'linear', 'from': -1, 'to': 0, 'over': 3"),
         "agents[0].params.alpha", "-1 is out of range, allowed is 0 to 1000000000"},
        {WITH_ALPHA("'schedule': 'linear', 'from': 1, 'to': -2, 'over': 3"),
         "agents[0].params.alpha", "-2 is out of range"},
        {WITH_ALPHA("'schedule': 'linear', 'from': 1, 'to': 0, 'over': 0"),
         "agents[0].params.alpha", "\"over\" is 0, must be greater than 0"},
        {WITH_ALPHA("'schedule': 'linear', 'from': 1, 'to': 0, 'over': -3"),
         "agents[0].params.alpha.over", "-3 is out of range"},
        {WITH_ALPHA("'schedule': 'harmonic', 'from': 1, 'per': 'run'"),
         "agents[0].params.alpha.per", "\"run\" is none of \"step\", \"episode\" and \"visit\""},
        {WITH_ALPHA("'schedule': 'harmonic', 'from': 1, 'per': 3"), "agents[0].params.alpha.per",
         "found 3, expected a text"},
    };
    ASSERT_ALL_REFUSED(cases);

    static const struct {
        const char *json;
        rill_schedule schedule; ///< `to`, `over` and `power` where the kind reads them
    } good[] = {
        {WITH_PARAMS("'alpha': 0.25"), {RILL_SCHEDULE_CONSTANT, RILL_PER_STEP, 0.25, 0, 0, 0}},
        {WITH_ALPHA("'schedule': 'constant', 'from': 0.5"),
         {RILL_SCHEDULE_CONSTANT, RILL_PER_STEP, 0.5, 0, 0, 0}},
        {WITH_ALPHA("'schedule': 'linear', 'from': 1, 'to': 0.1, 'over': 1000, 'per': 'episode'"),
         {RILL_SCHEDULE_LINEAR, RILL_PER_EPISODE, 1.0, 0.1, 1000.0, 0}},
        {WITH_ALPHA("'schedule': 'exponential', 'from': 1, 'over': 10, 'per': 'step'"),
         {RILL_SCHEDULE_EXPONENTIAL, RILL_PER_STEP, 1.0, 0.0, 10.0, 0}},
        {WITH_ALPHA("'schedule': 'harmonic', 'from': 1, 'over': 3"),
         {RILL_SCHEDULE_HARMONIC, RILL_PER_STEP, 1.0, 0, 3.0, 0}},
        {WITH_PARAMS("'alpha': '1/n'"),
         {RILL_SCHEDULE_HARMONIC, RILL_PER_VISIT, 1.0, 1.0, 1.0, 1.0}},
        {WITH_ALPHA("'schedule': 'power', 'from': 1, 'power': 0.75, 'over': 2"),
         {RILL_SCHEDULE_POWER, RILL_PER_STEP, 1.0, 0, 2.0, 0.75}},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        rill_experiment *experiment = experiment_of(good[i].json);
        rill_schedule expected = good[i].schedule;
        rill_schedule alpha = rill_td_params_of(experiment->variants[0].agent)->alpha;
        ck_assert_int_eq(alpha.kind, expected.kind);
        ck_assert_int_eq(alpha.per, expected.per);
        ck_assert(alpha.from == expected.from);
        if (alpha.kind == RILL_SCHEDULE_LINEAR || alpha.kind == RILL_SCHEDULE_EXPONENTIAL) {
            ck_assert(alpha.to == expected.to);
        }
        ck_assert(alpha.kind == RILL_SCHEDULE_CONSTANT || alpha.over == expected.over);
        ck_assert(alpha.kind != RILL_SCHEDULE_POWER || alpha.power == expected.power);
        // and survives being written back
        char *config = strdup(experiment->variants[0].config);
        rill_experiment *again = NULL;
        ASSERT_OK(rill_experiment_parse(&again, experiment->resolved, NULL, &error), &error);
        ck_assert_str_eq(again->variants[0].config, config);
        rill_experiment_destroy(again);
        rill_experiment_destroy(experiment);
        free(config);
    }
}
END_TEST

START_TEST(test_wrong_stop_and_record)
{
    static const refusal cases[] = {
        {"{" CLIFF ", " AGENTS_Q "}", "stop", "missing; expected an object"},
        {WITH_STOP("5"), "stop", "found 5, expected an object"},
        {WITH_STOP("{}"), "stop", "give \"episodes\", \"steps\", or both"},
        {WITH_STOP("{'episode': 5}"), "stop.episode", "did you mean \"episodes\"?"},
        {WITH_STOP("{'episodes': 0}"), "stop.episodes", "0 is out of range, allowed is 1 to"},
        {WITH_STOP("{'steps': -5}"), "stop.steps", "-5 is out of range"},
        {WITH_STOP("{'steps': 1.5}"), "stop.steps", "1.5 is not a whole number"},
        {WITH_STOP("{'episodes': '5'}"), "stop.episodes", "found \"5\", expected a number"},
        {"{'environment': {'id': 'gridworld'}, " AGENTS_Q ", 'stop': {'episodes': 5}}", "stop",
         "no episode of this environment ever ends"},
        {"{" CLIFF ", 'agents': [{'id': 'td0'}], 'record': ['optimal_actions'], " STOP "}",
         "record[0]", "optimal_actions is about control; td0 predicts"},
        {WITH("'record': ['evaluation_return']"), "record[0]",
         "evaluation_return is recorded by \"evaluation\""},
        {WITH("'record': ['return', 'average_reward']"), "record[1]",
         "q_learning does not estimate the average reward"},
        {"{" CLIFF ", 'agents': [{'id': 'td0'}], 'record': ['q_rms_error'], " STOP "}", "record[0]",
         "q_rms_error is about control; td0 predicts"},
        {"{" CLIFF ", 'agents': [{'id': 'cem'}], 'record': ['rms_error'], " STOP "}", "record[0]",
         "rms_error is about estimates, and cem has none but its policy"},
        {"{" CLIFF ", 'agents': [{'id': 'cem'}], 'record': ['td_error'], " STOP "}", "record[0]",
         "td_error is about estimates"},
        {"{'environment': {'id': 'mountain_car_continuous'}, 'agents': [{'id': "
         "'pathwise_reinforce'}], " STOP "}",
         "agents[0].id", "mountain_car_continuous offers none; these do: "},
        {"{" CLIFF ", 'agents': [{'id': 'pathwise_reinforce'}], " STOP "}", "agents[0].id",
         "needs actions that are a box"},
        {"{'environment': {'id': 'bandit'}, " AGENTS_Q ", 'stop': {'steps': 5},"
         " 'record': [" STEPS("reward") ", " STEPS("rms_error") "]}",
         "record[1]", "rms_error needs exact values: bandit is not a finite MDP"},
        {"{'environment': {'id': 'bandit', 'wrappers': [{'id': 'clip_reward'}]}, " AGENTS_Q
         ", 'stop': {'steps': 5}, 'record': [" STEPS("optimal_action") "]}",
         "record[0]", "optimal_action needs exact values: clip_reward(bandit) is not a finite MDP"},
        {"{" WALK ", 'agents': [{'id': 'q_learning'}, {'id': 'r_learning'}], " STOP
         ", 'record': ['rms_error']}",
         "record[0]", "rms_error needs exact values: r_learning has no discount, \"gamma\""},
        {WITH("'record': 'return'"), "record", "found \"return\", expected an array"},
        {WITH("'record': [3]"), "record[0]", "found a number, expected a metric"},
        {WITH("'record': ['length', 'retrun']"), "record[1]",
         "unknown metric \"retrun\"; did you mean \"return\"?"},
        {WITH("'record': ['xyzzyxyzzy']"), "record[0]", "`rill list metrics` shows them"},
        {WITH("'record': [{}]"), "record[0].metric", "missing; expected a text"},
        {WITH("'record': [{'metric': 'retrun'}]"), "record[0]", "did you mean \"return\"?"},
        {WITH("'record': [{'metric': 'td_error', 'evry': 3}]"), "record[0].evry",
         "did you mean \"every\"?"},
        {WITH("'record': [{'metric': 'td_error', 'every': 0}]"), "record[0].every",
         "0 is out of range"},
        {WITH("'record': [{'metric': 'td_error', 'unit': 'step'}]"), "record[0].unit",
         "\"step\" is neither \"episodes\" nor \"steps\""},
        {WITH("'record': [{'metric': 'td_error', 'unit': 3}]"), "record[0].unit", "found 3"},
        {WITH("'record': [{'metric': 'return', 'unit': 'steps'}]"), "record[0].unit",
         "return describes whole episodes"},
        {WITH("'record': [{'metric': 'length', 'unit': 'steps', 'every': 3}]"), "record[0].unit",
         "length describes whole episodes"},
        {WITH("'record': ['return', {'metric': 'return', 'every': 5}]"), "record[1]",
         "\"return\" is recorded twice"},
        {WITH("'evaluation': 5"), "evaluation", "found 5, expected an object"},
        {WITH("'evaluation': {}"), "evaluation.every", "missing; expected a number"},
        {WITH("'evaluation': {'every': 0}"), "evaluation.every", "0 is out of range"},
        {WITH("'evaluation': {'every': 5, 'episodes': 0}"), "evaluation.episodes",
         "0 is out of range"},
        {WITH("'evaluation': {'every': 5, 'max_steps': 0}"), "evaluation.max_steps",
         "0 is out of range"},
        {WITH("'evaluation': {'every': 5, 'episods': 1}"), "evaluation.episods",
         "did you mean \"episodes\"?"},
    };
    ASSERT_ALL_REFUSED(cases);
    // exact values that do not exist: the reward of the goal, collected for ever; an average over time
    // of a policy that settles in one of two places
    assert_refused(
        "{'environment': {'id': 'gridworld'}, 'agents': [{'id': 'q_learning', 'params':"
        " {'gamma': 0.9}}, {'id': 'sarsa', 'params': {'gamma': 1}}], 'stop': {'steps':"
        " 5}, 'record': [" STEPS("reward") ", " STEPS("rms_error") "]}",
        NULL, "record[1]",
        "rms_error needs exact values: no finite solution at discount 1: from state 0 on "
        "reward can be collected for ever; agents[1].params.gamma: use a discount below 1");
    assert_refused("{'environment': {'id': 'gridworld', 'params': {'map': ['S.S'], 'stay': true}},"
                   " 'agents': [{'id': 'td0', 'params': {'gamma': 0.9}, 'policy': {'id': 'fixed',"
                   " 'params': {'actions': [4]}}}], 'stop': {'steps': 5},"
                   " 'record': [" STEPS("rms_error_stationary") "]}",
                   NULL, "record[0]",
                   "rms_error_stationary needs exact values: agents[0]: the policy can settle");
}
END_TEST

#define ENDLESS_MAZE "{'id': 'gridworld', 'params': {'map': ['S.G']}"
#define NOTHING_ENDS "no episode of this environment ever ends"

/// Nothing waits for the end of an episode that never comes.
START_TEST(test_episodes_that_never_end)
{
    static const refusal cases[] = {
        {WITH_ENV("{'id': 'bandit'}"), "stop", NOTHING_ENDS},
        {WITH_ENV(
             "{'id': 'bandit', 'wrappers': [{'id': 'sticky_actions'}, {'id': 'clip_reward'}]}"),
         "stop", NOTHING_ENDS},
        {WITH_ENV(ENDLESS_MAZE ", 'wrappers': [{'id': 'sticky_actions'}]}"), "stop",
         "or the parameter at_goal to \"terminate\""},
        {ENDLESS("'record': ['regret']"), "record[0]",
         "no episode ever ends, so \"regret\" by episodes has no point; write {\"metric\": "
         "\"regret\", \"every\": 100, \"unit\": \"steps\"}"},
        {ENDLESS("'record': [" STEPS("reward") ", {'metric': 'length', 'every': 5}]"), "record[1]",
         "so \"length\" by episodes has no point; write {\"metric\": \"reward\", \"every\": 100,"},
        {ENDLESS("'evaluation': {'every': 5}"), "evaluation", "no episode ever ends"},
    };
    ASSERT_ALL_REFUSED(cases);
    // a time limit ends them, wherever it stands
    static const char *const sound[] = {
        WITH_ENV("{'id': 'bandit', 'max_episode_steps': 9}"),
        WITH_ENV("{'id': 'bandit', 'max_episode_steps': 9, 'wrappers': [{'id': 'clip_reward'}]}"),
        WITH_ENV("{'id': 'bandit', 'wrappers': [{'id': 'time_limit'}, {'id': 'clip_reward'}]}"),
        WITH_ENV(ENDLESS_MAZE ", 'max_episode_steps': 9, 'wrappers': [{'id': 'clip_reward'}]}"),
        WITH_ENV(ENDLESS_MAZE ", 'wrappers': [{'id': 'time_limit'}]}"),
        WITH_ENV("{'id': 'gridworld', 'params': {'at_goal': 'terminate'}}"),
        WITH_ENV("{'id': 'cliff_walking', 'wrappers': [{'id': 'sticky_actions'}]}"),
    };
    for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++) {
        rill_experiment *e = experiment_of(sound[i]);
        ck_assert_msg(e->can_end && strcmp(e->records[0].metric->id, "return") == 0, "%s",
                      sound[i]);
        rill_experiment_destroy(e);
    }
    // what is recorded where the file says nothing
    static const struct {
        const char *json;
        int64_t every;
    } silent[] = {{ENDLESS("'seed': 1"), 100},
                  {"{'environment': {'id': 'gridworld'}, " AGENTS_Q ", 'stop': {'steps': 50}}", 1}};
    for (size_t i = 0; i < 2; i++) {
        rill_experiment *e = experiment_of(silent[i].json);
        ck_assert(!e->can_end && e->n_records == 1 && e->records[0].unit == RILL_STEPS);
        ck_assert_str_eq(e->records[0].metric->id, "reward");
        ck_assert_int_eq(e->records[0].every, silent[i].every);
        rill_experiment_destroy(e);
    }
}
END_TEST

START_TEST(test_wrong_expect)
{
    static const refusal cases[] = {
        {WITH("'expect': {}"), "expect", "found an object, expected an array"},
        {WITH("'expect': [7]"), "expect[0]", "found a number, expected an object"},
        {WITH("'expect': [{}]"), "expect[0].check", "missing; expected a text"},
        {WITH("'expect': [{'check': 'c'}]"), "expect[0].source", "missing; expected a text"},
        {WITH("'expect': [{'check': 'c', 'source': 's'}]"), "expect[0].tolerance",
         "missing; expected a number"},
        {WITH("'expect': [{'check': 'c', 'source': 's', 'tolerance': -1}]"), "expect[0].tolerance",
         "-1 is out of range"},
        {WITH("'expect': [{'check': 'c', 'source': 's', 'tolerance': 1}]"), "expect[0].agent",
         "missing; expected a text"},
        {WITH("'expect': [{'check': 'c', 'source': 's', 'tolerance': 1, 'agent': 'Sarsa'}]"),
         "expect[0].agent", "no agent has the label \"Sarsa\""},
        {WITH("'expect': [{'check': 'c', 'source': 's', 'tolerance': 1, 'agent': 'q_learning'}]"),
         "expect[0].metric", "missing; expected a text"},
        {WITH("'expect': [{'check': 'c', 'source': 's', 'tolerance': 1, 'agent': 'q_learning', "
              "'metric': 'length'}]"),
         "expect[0].metric", "\"length\" is not recorded; add it to \"record\""},
        {WITH("'expect': [{'check': 'c', 'source': 's', 'tolerance': 1, 'agent': 'q_learning', "
              "'metric': 'evaluation_return'}]"),
         "expect[0].metric", "\"evaluation_return\" is not recorded"},
        {WITH("'expect': [{'check': 'c', 'source': 's', 'tolerance': 1, 'agent': 'q_learning', "
              "'metric': 'return'}]"),
         "expect[0].published", "missing; expected a number"},
        {WITH("'expect': [{'check': 'c', 'source': 's', 'tolerance': 1, 'agent': 'q_learning', "
              "'metric': 'return', 'published': 1}]"),
         "expect[0].window", "missing; expected an array"},
        {LEARNED("'publshed': 5"), "expect[0].publshed", "did you mean \"published\"?"},
        {LEARNED("'discount': 1"), "expect[0].discount", "unknown key"},
        {EXACT("'tolerance': 0, 'exact': 'best', 'discount': 1, 'values': []"), "expect[0].exact",
         "expected \"optimal\", \"uniform\", or an array of 5 actions, one per state, each a number "
         "or a row of probabilities"},
        {EXACT("'tolerance': 0, 'exact': [0, 0], 'discount': 1, 'values': []"), "expect[0].exact",
         "an array of 5 actions"},
        {EXACT("'tolerance': 0, 'exact': [0, 0, 2, 0, 0], 'discount': 1, 'values': []"),
         "expect[0].exact", "the action of state 2 must be a whole number from 0 to 1"},
        {EXACT("'tolerance': 0, 'exact': [0, 0.5, 1, 0, 0], 'discount': 1, 'values': []"),
         "expect[0].exact", "the action of state 1"},
        {EXACT("'tolerance': 0, 'exact': [0, 1, 'x', 0, 0], 'discount': 1, 'values': []"),
         "expect[0].exact",
         "the action of state 2 must be a whole number from 0 to 1, or a row of 2"},
        {EXACT("'tolerance': 0, 'exact': [0, 1, 0, [0.5, 0.4], 0], 'discount': 1, 'values': []"),
         "expect[0].exact", "the row of state 3 must be 2 probabilities that sum to 1"},
        {EXACT("'tolerance': 0, 'exact': [[1.5, -0.5], 1, 0, 0, 0], 'discount': 1, 'values': []"),
         "expect[0].exact", "the row of state 0 must be 2"},
        {EXACT("'tolerance': 0, 'exact': [[1], 1, 0, 0, 0], 'discount': 1, 'values': []"),
         "expect[0].exact", "the row of state 0 must be 2"},
        {EXACT("'tolerance': 0, 'exact': [0, 1, 0, 0, [0, 0, 1]], 'discount': 1, 'values': []"),
         "expect[0].exact", "the row of state 4 must be 2"},
        {EXACT("'tolerance': 0, 'exact': [0, 1, 0, 0, [1, null]], 'discount': 1, 'values': []"),
         "expect[0].exact", "the row of state 4 must be 2"},
        {EXACT("'tolerance': 0, 'exact': 'optimal', 'values': []"), "expect[0].discount",
         "missing; expected a number"},
        {EXACT("'tolerance': 0, 'exact': 'optimal', 'discount': 1.5, 'values': []"),
         "expect[0].discount", "1.5 is out of range, allowed is 0 to 1"},
        {EXACT("'tolerance': 0, 'exact': 'optimal', 'discount': 1"), "expect[0].values",
         "missing; expected an array"},
        {EXACT("'tolerance': 0, 'exact': 'optimal', 'discount': 1, 'values': [1, 2]"),
         "expect[0].values", "2 values for 5 states; write null where none is published"},
        {EXACT("'tolerance': 0, 'exact': 'optimal', 'discount': 1, "
               "'values': [null, 1, 'x', 1, null]"),
         "expect[0].values", "found a text for state 2, expected a number or null"},
        {EXACT("'tolerance': 0, 'exact': 'optimal', 'discount': 1, 'window': [1, 2], 'values': []"),
         "expect[0].window", "unknown key"},
    };
    ASSERT_ALL_REFUSED(cases);
    // action values, states, softness; medians; estimates
    static const refusal others[] = {
        {EXACT("'tolerance': 0, 'exact': 'optimal', 'discount': 1, 'epsilon': 1.5, 'values': []"),
         "expect[0].epsilon", "1.5 is out of range, allowed is 0 to 1"},
        {EXACT("'tolerance': 0, 'exact': 'optimal', 'discount': 1, 'states': 3, 'values': []"),
         "expect[0].states", "found 3, expected an array"},
        {EXACT("'tolerance': 0, 'exact': 'optimal', 'discount': 1, 'states': [1, 5], 'values': "
               "[1, 2]"),
         "expect[0].states[1]", "5 is not a state; there are 0 to 4"},
        {EXACT("'tolerance': 0, 'exact': 'optimal', 'discount': 1, 'states': [0.5], 'values': [1]"),
         "expect[0].states[0]", "0.5 is not a state"},
        {EXACT("'tolerance': 0, 'exact': 'optimal', 'discount': 1, 'states': [1, 2], 'values': "
               "[1]"),
         "expect[0].values", "1 values for 2 states"},
        {EXACT("'tolerance': 0, 'exact': 'optimal', 'discount': 1, 'states': [1], 'q_values': "
               "[[1, 2], [3, 4]]"),
         "expect[0].q_values", "2 values for 1 states"},
        {EXACT("'tolerance': 0, 'exact': 'optimal', 'discount': 1, 'states': [1], 'q_values': [1]"),
         "expect[0].q_values", "found a number for state 1, expected a row of 2 numbers"},
        {EXACT("'tolerance': 0, 'exact': 'optimal', 'discount': 1, 'states': [1], 'q_values': "
               "[[1, 2, 3]]"),
         "expect[0].q_values", "another number of them for state 1"},
        {EXACT("'tolerance': 0, 'exact': 'optimal', 'discount': 1, 'states': [1], 'q_values': "
               "[[1, 'x']]"),
         "expect[0].q_values", "found a text for state 1"},
        {LEARNED("'statistic': 'mode'"), "expect[0].statistic",
         "\"mode\" is neither \"mean\" nor \"median\""},
        {LEARNED("'epsilon': 0.1"), "expect[0].epsilon", "unknown key"},
        {WITH("'expect': [{'check': 'c', 'source': 's', 'tolerance': 1, 'estimates': [1]}]"),
         "expect[0].agent", "missing; expected a text"},
        {WITH("'expect': [{'check': 'c', 'source': 's', 'tolerance': 1, 'agent': 'x',"
              " 'estimates': [1]}]"),
         "expect[0].agent", "no agent has the label \"x\""},
        {WITH("'expect': [{'check': 'c', 'source': 's', 'tolerance': 1, 'agent': 'q_learning',"
              " 'estimates': [1, 2]}]"),
         "expect[0].estimates", "2 values for 48 states"},
        {WITH("'expect': [{'check': 'c', 'source': 's', 'tolerance': 1, 'agent': 'q_learning',"
              " 'states': [3], 'estimates': [[1, 2]]}]"),
         "expect[0].estimates", "expected a row of 4 numbers"},
        {WITH("'expect': [{'check': 'c', 'source': 's', 'tolerance': 1, 'agent': 'q_learning',"
              " 'estimates': [1], 'window': [1, 2]}]"),
         "expect[0].window", "unknown key"},
        {"{" CLIFF ", 'agents': [{'id': 'td0'}], " STOP ", 'expect': [{'check': 'c', 'source': 's',"
         " 'tolerance': 1, 'agent': 'td0', 'states': [0], 'estimates': [[1, 2, 3, 4]]}]}",
         "expect[0].estimates", "td0 estimates the values of states"},
    };
    ASSERT_ALL_REFUSED(others);
    // windows, in a place of their own
    static const char *const windows[] = {"[1]",      "[1, 2, 3]", "[0, 5]",    "[5, 4]",
                                          "['1', 2]", "[1, null]", "[1, 1e17]", "[-1, 5]"};
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 WITH("'expect': [{'check': 'c', 'source': 's', 'agent': 'q_learning', 'metric': "
                      "'return', 'window': %s, 'published': -1, 'tolerance': 0.5}]"),
                 windows[i]);
        assert_refused(text, NULL, "expect[0].window", "expected [first, last], counted from 1");
    }
    // beyond the end, or between the points
#define WINDOW(metric, window)                                                                       \
    "{" CLIFF ", " AGENTS_Q                                                                          \
    ", 'stop': {'episodes': 50, 'steps': 900}, 'evaluation': {'every': 20},"                         \
    " 'record': [{'metric': 'return', 'every': 10}, {'metric': 'td_error', 'every': 100, 'unit':"    \
    " 'steps'}], 'expect': [{'check': 'c', 'source': 's', 'agent': 'q_learning', 'metric': '" metric \
    "', 'window': " window ", 'published': -1, 'tolerance': 0.5}]}"
    static const refusal beyond[] = {
        {WINDOW("return", "[41, 51]"), "expect[0].window",
         "51 is beyond the end of a run, stop.episodes 50"},
        {WINDOW("td_error", "[100, 901]"), "expect[0].window",
         "901 is beyond the end of a run, stop.steps 900"},
        {WINDOW("evaluation_return", "[1, 60]"), "expect[0].window", "stop.episodes 50"},
        {WINDOW("return", "[41, 49]"), "expect[0].window",
         "no point lies in it: return is recorded every 10 episodes"},
        {WINDOW("td_error", "[101, 199]"), "expect[0].window", "every 100 steps"},
        {WINDOW("evaluation_length", "[41, 50]"), "expect[0].window", "every 20 episodes"},
    };
    ASSERT_ALL_REFUSED(beyond);
    static const char *const within[] = {WINDOW("return", "[41, 50]"), WINDOW("return", "[40, 40]"),
                                         WINDOW("td_error", "[801, 900]"),
                                         WINDOW("evaluation_return", "[1, 20]")};
    for (size_t i = 0; i < sizeof within / sizeof within[0]; i++) {
        rill_experiment_destroy(experiment_of(within[i]));
    }
    // unless the command line shortens the runs
    char *json = quoted(within[0]);
    rill_experiment *shorter = NULL;
    static const char *const overrides[] = {"stop.episodes=5", NULL};
    ASSERT_OK(rill_experiment_parse(&shorter, json, overrides, &error), &error);
    rill_experiment_destroy(shorter);
    free(json);
}
END_TEST

START_TEST(test_overrides)
{
    static const struct {
        const char *assignments[3];
        const char *path, *part;
    } bad[] = {
        {{"runs"}, "", "cannot read \"runs\", expected path=value"},
        {{"runs=ten"}, "runs", "found \"ten\", expected a number"},
        {{"seed=3", "runs=0"}, "runs", "0 is out of range"},
        {{"rusn=3"}, "rusn", "unknown key; did you mean \"runs\"?"},
        {{"agents[0].params.aplha=1"}, "agents[0].params.aplha", "did you mean \"alpha\"?"},
        {{"agents[1].params.alpha=1"}, "agents[1].params.alpha", "no element [1]: the array has 1"},
        {{"agents.params.alpha=1"}, "agents.params.alpha", "no member \"params.alpha\""},
        {{"environment.id=gridwrold"}, "environment.id", "did you mean \"gridworld\"?"},
        {{"environment={\"id\": \"random_walk\"}", "agents[0].policy.id=gredy"},
         "agents[0].policy.id",
         "did you mean \"greedy\"?"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_refused("{" SOUND "}", bad[i].assignments, bad[i].path, bad[i].part);
    }
    // in order, the last one wins; values are JSON, or texts
    static const char *const good[] = {"runs=7",
                                       "runs=8",
                                       "agents[0].params.alpha=0.25",
                                       "agents[0].label=mine",
                                       "agents[0].policy={\"id\": \"softmax\"}",
                                       "environment.params.is_slippery=true",
                                       "name=\"7\"",
                                       "record=[\"length\"]",
                                       NULL};
    rill_experiment *experiment = NULL;
    char *json = quoted("{" SOUND "}");
    ASSERT_OK(rill_experiment_parse(&experiment, json, good, &error), &error);
    ck_assert_int_eq(experiment->runs, 8);
    ck_assert(rill_td_params_of(experiment->variants[0].agent)->alpha.from == 0.25);
    ck_assert_str_eq(experiment->variants[0].label, "mine");
    ck_assert_str_eq(experiment->variants[0].agent->policy.type->id, "softmax");
    ck_assert_str_eq(experiment->name, "7");
    ck_assert_str_eq(experiment->records[0].metric->id, "length");
    ck_assert(*(const bool *)experiment->env->params);
    rill_experiment_destroy(experiment);
    free(json);
}
END_TEST

/// Everything that can be left out has a value.
START_TEST(test_defaults)
{
    rill_experiment *e = experiment_of("{" SOUND "}");
    ck_assert_str_eq(e->name, "");
    ck_assert_str_eq(e->source, "");
    ck_assert_str_eq(e->note, "");
    ck_assert(e->runs == 1 && e->seed == 0 && e->summary_last == 0);
    ck_assert(e->stop_episodes == 5 && e->stop_steps == 0);
    ck_assert_int_eq(e->evaluation.every, 0);
    ck_assert_uint_eq(e->n_expects, 0);
    ck_assert_uint_eq(e->n_records, 1);
    ck_assert_str_eq(e->records[0].metric->id, "return");
    ck_assert(e->records[0].unit == RILL_EPISODES && e->records[0].every == 1);
    ck_assert_int_eq(e->n_variants, 1);
    ck_assert_str_eq(e->variants[0].label, "q_learning");
    ck_assert_str_eq(e->variants[0].agent->policy.type->id, "epsilon_greedy");
    ck_assert_str_eq(e->variants[0].agent->features.type->id, "one_hot");
    ck_assert_ptr_null(e->variants[0].truth);
    ck_assert_int_eq(e->env->max_episode_steps, 0);
    rill_experiment_destroy(e);
    // an evaluation has its own
    e = experiment_of(WITH("'evaluation': {'every': 3}"));
    ck_assert(e->evaluation.every == 3 && e->evaluation.episodes == 1);
    ck_assert_int_eq(e->evaluation.max_steps, 10000);
    rill_experiment_destroy(e);
    // nothing to learn: only exact values; no agents, in either spelling
    e = experiment_of("{" CLIFF "}");
    ck_assert_int_eq(e->n_variants, 0);
    rill_experiment_destroy(e);
    e = experiment_of("{" CLIFF ", 'agents': []}");
    ck_assert_int_eq(e->n_variants, 0);
    rill_experiment_destroy(e);
    // nothing to record
    e = experiment_of(WITH("'record': []"));
    ck_assert_uint_eq(e->n_records, 0);
    rill_experiment_destroy(e);
    rill_experiment_destroy(NULL);
}
END_TEST

START_TEST(test_all_members)
{
    rill_experiment *e = experiment_of(
        "{'$schema': 'x', 'name': 'n', 'source': 's', 'note': 'o', 'seed': 9007199254740991,"
        " 'environment': {'id': 'random_walk', 'max_episode_steps': 40},"
        " 'agents': [{'id': 'td0', 'label': 'a', 'policy': {'id': 'uniform'},"
        "             'features': {'id': 'one_hot', 'params': {}}}, {'id': 'sarsa'}],"
        " 'stop': {'episodes': 5, 'steps': 1000}, 'runs': 12, 'summary': {'last': 3},"
        " 'record': ['length', {'metric': 'rms_error', 'every': 10, 'unit': 'steps'}],"
        " 'evaluation': {'every': 2, 'episodes': 3, 'max_steps': 4},"
        " 'expect': [{'check': 'c', 'source': 'p', 'agent': 'sarsa', 'metric': 'rms_error',"
        "             'window': [10, 20], 'published': 0.5, 'tolerance': 0.1, 'note': 'x'},"
        "            {'check': 'd', 'source': 'q', 'exact': [0, 0, 1, 1, 1, 1, 1], 'discount': 0.5,"
        "             'values': [null, 1, 2, 3, 4, 5, null], 'tolerance': 0}]}");
    ck_assert_str_eq(e->name, "n");
    ck_assert_str_eq(e->source, "s");
    ck_assert_str_eq(e->note, "o");
    ck_assert_uint_eq(e->seed, 9007199254740991u);
    ck_assert(e->runs == 12 && e->summary_last == 3);
    ck_assert(e->stop_episodes == 5 && e->stop_steps == 1000);
    ck_assert_int_eq(e->env->max_episode_steps, 40);
    ck_assert_int_eq(e->n_variants, 2);
    ck_assert_str_eq(e->variants[0].label, "a");
    ck_assert_str_eq(e->variants[1].label, "sarsa");
    ck_assert_ptr_nonnull(e->variants[0].truth);
    ck_assert_uint_eq(e->n_records, 2);
    ck_assert(e->records[1].unit == RILL_STEPS && e->records[1].every == 10);
    ck_assert(e->evaluation.every == 2 && e->evaluation.episodes == 3 &&
              e->evaluation.max_steps == 4);
    ck_assert_uint_eq(e->n_expects, 2);
    const rill_expect *learned = &e->expects[0], *exact = &e->expects[1];
    ck_assert_int_eq(learned->variant, 1);
    ck_assert_str_eq(learned->check, "c");
    ck_assert_str_eq(learned->source, "p");
    ck_assert_str_eq(learned->metric, "rms_error");
    ck_assert(learned->first == 10 && learned->last == 20);
    ck_assert(learned->published == 0.5 && learned->tolerance == 0.1);
    ck_assert(exact->variant == -1 && exact->n_states == 7 && exact->discount == 0.5);
    ck_assert(isnan(exact->values[0]) && exact->values[1] == 1.0 && exact->values[5] == 5.0);
    static const int actions[] = {0, 0, 1, 1, 1, 1, 1};
    for (int s = 0; s < 7; s++) {
        ck_assert(exact->policy[2 * s + actions[s]] == 1.0);
        ck_assert(exact->policy[2 * s + 1 - actions[s]] == 0.0);
    }
    rill_experiment_destroy(e);
}
END_TEST

START_TEST(test_expectations)
{
    rill_experiment *e = experiment_of(
        "{" WALK ", 'agents': [{'id': 'sarsa'}, {'id': 'td0'}], 'stop': {'steps': 9}, 'expect': ["
        "{'check': 'a', 'source': 's', 'exact': 'optimal', 'discount': 1, 'epsilon': 0.25,"
        " 'states': [3, 1], 'values': [5, 6], 'q_values': [[1, null], null], 'tolerance': 1},"
        "{'check': 'b', 'source': 's', 'exact': 'uniform', 'discount': 1,"
        " 'q_values': [null, [1, 2], [3, 4], [5, 6], null], 'tolerance': 1},"
        "{'check': 'c', 'source': 's', 'agent': 'td0', 'estimates': [null, 1, 2, 3, null],"
        " 'tolerance': 1},"
        "{'check': 'd', 'source': 's', 'agent': 'sarsa', 'states': [2], 'estimates': [[1, 2]],"
        " 'tolerance': 1},"
        "{'check': 'e', 'source': 's', 'agent': 'sarsa', 'metric': 'return', 'window': [1, 2],"
        " 'statistic': 'median', 'published': 1, 'tolerance': 1},"
        "{'check': 'f', 'source': 's', 'exact': [1, [0.25, 0.75], 0, 1, [1, 0]], 'discount': 1,"
        " 'states': [2], 'values': [1], 'tolerance': 1}]}");
    const rill_expect *x = e->expects;
    ck_assert(x[0].kind == RILL_EXPECT_EXACT && x[0].epsilon == 0.25 && x[0].policy == NULL);
    ck_assert(!x[0].is_uniform && x[0].n_states == 5 && x[0].n_actions == 2);
    ck_assert(x[0].values[3] == 5.0 && x[0].values[1] == 6.0 && isnan(x[0].values[2]));
    ck_assert(x[0].q_values[6] == 1.0 && isnan(x[0].q_values[7]) && isnan(x[0].q_values[2]));
    ck_assert(x[1].is_uniform && x[1].values == NULL && x[1].epsilon == 0.0);
    ck_assert(isnan(x[1].q_values[1]) && x[1].q_values[2] == 1.0 && x[1].q_values[7] == 6.0);
    ck_assert(x[2].kind == RILL_EXPECT_ESTIMATES && x[2].variant == 1 && x[2].values[3] == 3.0);
    ck_assert(x[2].q_values == NULL && isnan(x[2].values[4]));
    ck_assert(x[3].variant == 0 && x[3].values == NULL && x[3].q_values[5] == 2.0);
    ck_assert(x[4].kind == RILL_EXPECT_METRIC && x[4].is_median && !x[3].is_median);
    static const double policy[] = {0, 1, 0.25, 0.75, 1, 0, 0, 1, 1, 0};
    ck_assert_mem_eq(x[5].policy, policy, sizeof policy);
    rill_experiment_destroy(e);
}
END_TEST

/// The model is built once, and exact values are solved once for all agents that ask for the same.
START_TEST(test_exact_values_are_shared)
{
    rill_experiment *e = experiment_of(
        "{" WALK ", 'stop': {'steps': 9}, 'record': ['rms_error', 'regret'], 'agents': ["
        "{'id': 'sarsa', 'label': 'a'}, {'id': 'q_learning', 'params': {'alpha': 0.5}},"
        "{'id': 'td0', 'policy': {'id': 'uniform'}},"
        "{'id': 'td0', 'label': 'b', 'policy': {'id': 'fixed', 'params': {'actions': [1]}}},"
        "{'id': 'td0', 'label': 'c'}, {'id': 'sarsa', 'label': 'd', 'params': {'gamma': 0.5}}]}");
    const rill_variant *v = e->variants;
    ck_assert_ptr_nonnull(e->worlds[0]->model);
    ck_assert_uint_eq(e->worlds[0]->n_truths, 4); // optimal, uniform, to the right; optimal for 0.5
    ck_assert_ptr_eq(v[0].truth, v[1].truth);
    ck_assert_ptr_eq(v[2].truth, v[4].truth);
    ck_assert(v[3].truth != v[2].truth && v[5].truth != v[0].truth);
    for (int i = 0; i < 6; i++) {
        ck_assert_ptr_eq(v[i].truth->model, e->worlds[0]->model);
        ck_assert_ptr_eq(v[i].optimum, v[i == 5 ? 5 : 0].truth);
    }
    ck_assert(v[5].truth->gamma == 0.5 && v[0].truth->gamma == 1.0);
    rill_experiment_destroy(e);
    // and not at all where nothing asks
    e = experiment_of("{" SOUND "}");
    ck_assert(e->worlds[0]->n_truths == 0 && e->worlds[0]->model == NULL);
    rill_experiment_destroy(e);
}
END_TEST

/// What determines the runs of the first agent; "" without agents.
static const char *config_of(const rill_experiment *e)
{
    return e->n_variants > 0 ? e->variants[0].config : "";
}

/// An experiment written back says the same, with every default in it, and the configuration of
/// its agent is what determines the runs and nothing else.
START_TEST(test_resolved)
{
    static const char *const texts[] = {
        "{" SOUND "}",
        "{" CLIFF "}",
        WITH("'seed': 9007199254740991, 'runs': 3, 'name': 'n', 'note': 'x'"),
        WITH("'evaluation': {'every': 3}, 'summary': {'last': 2}, "
             "'record': [{'metric': 'td_error', 'unit': 'steps', 'every': 7}, 'length']"),
        WITH_PARAMS("'alpha': 0.30000000000000004, 'initial_value': -0.1"),
        WITH_ENV("{'id': 'CliffWalking-v1', 'max_episode_steps': 7}"),
        WITH_WORLD("'map': ['..A', '#Ga'], 'teleport_rewards': [0.1], 'wind': [0, -1, 2], "
                   "'at_goal': 'terminate'"),
        WITH_STOP("{'steps': 100, 'episodes': 3}"),
        WITH_STOP("{'steps': 9007199254740991}"),
        WITH_AGENTS("[{'id': 'td0', 'policy': {'id': 'fixed', 'params': {'actions': [1]}}}]"),
    };
    enum { N = sizeof texts / sizeof texts[0] };
    char *configs[N];
    for (size_t i = 0; i < N; i++) {
        rill_experiment *e = experiment_of(texts[i]);
        rill_experiment *again = NULL;
        ASSERT_OK(rill_experiment_parse(&again, e->resolved, NULL, &error), &error);
        ck_assert_str_eq(config_of(again), config_of(e));
        ck_assert_str_eq(again->resolved, e->resolved);
        ck_assert_str_eq(again->name, e->name);
        ck_assert_int_eq(again->runs, e->runs);
        ck_assert_int_eq(again->summary_last, e->summary_last);
        ck_assert_uint_eq(again->seed, e->seed);
        ck_assert(again->stop_steps == e->stop_steps && again->stop_episodes == e->stop_episodes);
        configs[i] = strdup(config_of(e));
        rill_experiment_destroy(again);
        rill_experiment_destroy(e);
    }
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < i; j++) {
            ck_assert_str_ne(configs[i], configs[j]);
        }
    }
    // the same runs: names, notes, number of runs, summary, what is published
    static const char *const same[] = {
        WITH("'runs': 3, 'name': 'n', 'source': 's', 'note': 'x', 'summary': {'last': 2}"),
        LEARNED("'note': 'x'"), WITH_PARAMS("'gamma': 1"),
        WITH("'record': [{'metric': 'return', 'every': 1}], 'seed': 0"),
        WITH_ENV("{'id': 'CliffWalking-v1', 'params': {'is_slippery': false}}")};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        rill_experiment *e = experiment_of(same[i]);
        ck_assert_str_eq(config_of(e), configs[0]);
        rill_experiment_destroy(e);
    }
    // other runs, if only in the last bit
    static const char *const other[] = {
        WITH("'seed': 1"),
        WITH_PARAMS("'gamma': 0.9999999999999999"),
        WITH_AGENT("'label': 'x'"),
        WITH_AGENT("'policy': {'id': 'greedy'}"),
        WITH_STOP("{'episodes': 6}"),
        WITH("'record': ['length']"),
        WITH("'evaluation': {'every': 1}"),
        WITH_ENV("{'id': 'cliff_walking', 'params': {'is_slippery': true}}"),
        WITH_ENV("{'id': 'cliff_walking', 'max_episode_steps': 100}"),
    };
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        rill_experiment *e = experiment_of(other[i]);
        ck_assert_str_ne(config_of(e), configs[0]);
        rill_experiment_destroy(e);
    }
    for (size_t i = 0; i < N; i++) {
        free(configs[i]);
    }
}
END_TEST

static const cJSON *member(const cJSON *json, const char *key)
{
    const cJSON *child = cJSON_GetObjectItemCaseSensitive(json, key);
    ck_assert_msg(child != NULL, "no \"%s\"", key);
    return child;
}

START_TEST(test_resolved_has_the_defaults)
{
    rill_experiment *e = experiment_of("{" SOUND "}");
    cJSON *json = cJSON_Parse(e->resolved);
    const cJSON *environment = member(json, "environment");
    ck_assert(cJSON_IsFalse(member(member(environment, "params"), "is_slippery")));
    ck_assert(member(environment, "max_episode_steps")->valuedouble == 0.0);
    const cJSON *agent = cJSON_GetArrayItem(member(json, "agents"), 0);
    ck_assert_str_eq(member(agent, "label")->valuestring, "q_learning");
    ck_assert(member(member(agent, "params"), "alpha")->valuedouble == 0.1);
    ck_assert(member(member(agent, "params"), "gamma")->valuedouble == 1.0);
    ck_assert(member(member(agent, "params"), "initial_value")->valuedouble == 0.0);
    ck_assert_str_eq(member(member(agent, "policy"), "id")->valuestring, "epsilon_greedy");
    ck_assert(member(member(member(agent, "policy"), "params"), "epsilon")->valuedouble == 0.1);
    ck_assert_str_eq(member(member(agent, "features"), "id")->valuestring, "one_hot");
    ck_assert(member(member(json, "stop"), "episodes")->valuedouble == 5.0);
    ck_assert(member(json, "seed")->valuedouble == 0.0);
    ck_assert(member(json, "runs")->valuedouble == 1.0);
    const cJSON *record = cJSON_GetArrayItem(member(json, "record"), 0);
    ck_assert_str_eq(member(record, "metric")->valuestring, "return");
    ck_assert_str_eq(member(record, "unit")->valuestring, "episodes");
    ck_assert(member(record, "every")->valuedouble == 1.0);
    cJSON_Delete(json);
    rill_experiment_destroy(e);
}
END_TEST

START_TEST(test_files)
{
    enter_fresh_directory();
    rill_experiment *e = (rill_experiment *)&error;
    ck_assert_int_eq(rill_experiment_load(&e, "absent.json", NULL, &error), RILL_IO);
    ck_assert_str_eq(error.message, "cannot open: No such file or directory");
    ck_assert_ptr_null(e);
    ck_assert_int_eq(rill_experiment_load(&e, ".", NULL, &error), RILL_IO);
    write_bytes("zero.json", "{}\0", 3);
    ck_assert_int_eq(rill_experiment_load(&e, "zero.json", NULL, &error), RILL_INVALID);
    write_json("good.json", "{" SOUND "}");
    const char *const overrides[] = {"runs=3", NULL};
    ASSERT_OK(rill_experiment_load(&e, "good.json", overrides, &error), &error);
    ck_assert_int_eq(e->runs, 3);
    rill_experiment_destroy(e);
}
END_TEST

TEST_MAIN_WITH_FILES(test_not_json, test_wrong_members, test_wrong_environment, test_wrong_agents,
                     test_schedules, test_wrong_stop_and_record, test_episodes_that_never_end,
                     test_wrong_expect, test_overrides, test_defaults, test_all_members,
                     test_resolved, test_resolved_has_the_defaults, test_files, test_expectations,
                     test_exact_values_are_shared)
