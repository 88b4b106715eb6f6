// Sweeps: which settings they make, what these are called, and that a variant is what it would be alone.
#include "tests/runs.h"

#include <cjson/cJSON.h>
#include <gsl/gsl_statistics_double.h>

#define HEAD "{'environment': {'id': 'cliff_walking'}, 'stop': {'episodes': 20}, "
#define TWO \
    "'agents': [{'label': 'Sarsa', 'id': 'sarsa'}, {'label': 'n-step', 'id': 'n_step_sarsa'}], "
#define ONE "'agents': [{'id': 'sarsa'}], "
#define SWEEP(axes) HEAD ONE "'sweep': [" axes "]}"
#define SWEEP_TWO(axes) HEAD TWO "'sweep': [" axes "]}"

static rill_error error;

static double alpha_of(const rill_experiment *e, int32_t variant)
{
    return rill_td_params_of(e->variants[variant].agent)->alpha.from;
}

static void assert_labels(const rill_experiment *e, const char *const *labels, int32_t n)
{
    ck_assert_int_eq(e->n_variants, n);
    for (int32_t i = 0; i < n; i++) {
        ck_assert_str_eq(e->variants[i].label, labels[i]);
    }
}

/// The values of a path in the settings of each variant.
static void settings_of(const rill_experiment *e, const char *path, double *values)
{
    for (int32_t i = 0; i < e->n_variants; i++) {
        cJSON *settings = cJSON_Parse(e->variants[i].settings);
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(settings, path);
        ck_assert_msg(cJSON_IsNumber(value), "%s", e->variants[i].settings);
        values[i] = value->valuedouble;
        cJSON_Delete(settings);
    }
}

/// Axes multiply, the last one fastest; those of other agents do not.
START_TEST(test_grid)
{
    rill_experiment *e =
        experiment_of(SWEEP_TWO("{'path': 'agents[*].params.alpha', 'values': [0.1, 0.25]},"
                                "{'path': 'agents[n-step].params.n', 'values': [2, 4]},"
                                "{'path': 'agents[0].policy.params.epsilon', 'values': [0, 0.5]}"));
    static const char *const labels[] = {
        "Sarsa, alpha=0.1, epsilon=0",  "Sarsa, alpha=0.1, epsilon=0.5",
        "Sarsa, alpha=0.25, epsilon=0", "Sarsa, alpha=0.25, epsilon=0.5",
        "n-step, alpha=0.1, n=2",       "n-step, alpha=0.1, n=4",
        "n-step, alpha=0.25, n=2",      "n-step, alpha=0.25, n=4",
    };
    assert_labels(e, labels, 8);
    static const double alphas[] = {0.1, 0.1, 0.25, 0.25, 0.1, 0.1, 0.25, 0.25};
    for (int32_t i = 0; i < 8; i++) {
        const rill_variant *v = &e->variants[i];
        ck_assert(alpha_of(e, i) == alphas[i]);
        ck_assert_int_eq(v->agent_number, i < 4 ? 0 : 1);
        ck_assert_str_eq(v->agent_label, i < 4 ? "Sarsa" : "n-step");
        ck_assert_ptr_eq(v->world, e->worlds[0]);
    }
    ck_assert_str_eq(e->variants[7].settings,
                     "{\"agents[*].params.alpha\":0.25,\"agents[n-step].params.n\":4}");
    ck_assert_int_eq(e->n_agents, 2);
    ck_assert_int_eq(e->n_worlds, 1);
    rill_experiment_destroy(e);
}
END_TEST

START_TEST(test_spaced)
{
    static const struct {
        const char *axis;
        double values[8];
        int32_t n;
    } cases[] = {
        {"'from': 0, 'to': 1, 'count': 6", {0, 0.2, 0.4, 0.6, 0.8, 1}, 6},
        {"'from': 0.1, 'to': 0.7, 'count': 7", {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7}, 7},
        {"'from': 0.001, 'to': 1, 'count': 4, 'scale': 'log'", {0.001, 0.01, 0.1, 1}, 4},
        {"'from': 0.125, 'to': 1, 'count': 4, 'scale': 'log'", {0.125, 0.25, 0.5, 1}, 4},
        {"'from': 1, 'to': 64, 'count': 7, 'scale': 'log', 'integer': true",
         {1, 2, 4, 8, 16, 32, 64},
         7},
        // 1, 1.5, 2.1, 3.1, 4.6, 6.8, 10: no whole number twice
        {"'from': 1, 'to': 10, 'count': 7, 'scale': 'log', 'integer': true",
         {1, 2, 3, 5, 7, 10},
         6},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 SWEEP_TWO("{'path': 'environment.max_episode_steps', 'values': "
                           "[100]}, {'path': 'agents[1].params.%s', %s}"),
                 i < 4 ? "alpha" : "n", cases[i].axis);
        rill_experiment *e = experiment_of(text);
        ck_assert_msg(e->n_variants == 1 + cases[i].n, "%s: %d", cases[i].axis, (int)e->n_variants);
        for (int32_t j = 0; j < cases[i].n; j++) {
            cJSON *settings = cJSON_Parse(e->variants[1 + j].settings);
            const double value = settings->child->next->valuedouble;
            ck_assert_msg(value == cases[i].values[j], "%s: %.17g", cases[i].axis, value);
            cJSON_Delete(settings);
        }
        rill_experiment_destroy(e);
    }
}
END_TEST

START_TEST(test_zip)
{
    rill_experiment *e = experiment_of(
        SWEEP_TWO("{'zip': {'agents[1].params.n': [1, 2, 4], 'agents[*].params.alpha': [0.4, 0.2, "
                  "0.1]}}"));
    static const char *const labels[] = {
        "Sarsa, alpha=0.4",       "Sarsa, alpha=0.2",       "Sarsa, alpha=0.1",
        "n-step, n=1, alpha=0.4", "n-step, n=2, alpha=0.2", "n-step, n=4, alpha=0.1",
    };
    assert_labels(e, labels, 6);
    ck_assert(alpha_of(e, 4) == 0.2);
    rill_experiment_destroy(e);
}
END_TEST

/// Variants have environments of their own, one for each that is different.
START_TEST(test_environments)
{
    rill_experiment *e = experiment_of(
        "{'environment': {'id': 'random_walk'}, 'stop': {'episodes': 5}, 'record': ['rms_error'], "
        "'agents': [{'id': 'td0', 'params': {'gamma': 1}}], 'sweep': ["
        "{'path': 'environment.params.n_states', 'values': [5, 19]},"
        "{'path': 'agents[0].params.alpha', 'values': [0.1, 0.2, 0.3]}]}");
    ck_assert_int_eq(e->n_variants, 6);
    ck_assert_int_eq(e->n_worlds, 2);
    for (int32_t i = 0; i < 6; i++) {
        const rill_variant *v = &e->variants[i];
        ck_assert_ptr_eq(v->world, e->worlds[i / 3]);
        ck_assert_int_eq(v->agent->observation_space.size, v->world->env->observation_space.size);
        // solved once for all that share a world
        ck_assert_ptr_eq(v->truth, e->worlds[i / 3]->truths[0]);
        ck_assert_ptr_eq(v->truth->model, e->worlds[i / 3]->model);
    }
    ck_assert(e->worlds[0]->env->observation_space.size !=
              e->worlds[1]->env->observation_space.size);
    ck_assert_ptr_eq(e->env, e->worlds[0]->env);
    rill_experiment_destroy(e);
}
END_TEST

/// A run of a variant is the run of an experiment with that variant alone: of its config, and of the file
/// that one would write by hand.
START_TEST(test_alone)
{
    rill_experiment *e = experiment_of(
        "{'environment': {'id': 'cliff_walking'}, 'stop': {'episodes': 20}, 'seed': 7, "
        "'evaluation': {'every': 5}, 'agents': [{'id': 'sarsa'}, {'id': 'q_learning'}], 'sweep': ["
        "{'path': 'environment.params.is_slippery', 'values': [false, true]},"
        "{'path': 'agents[*].params.alpha', 'values': [0.1, {'schedule': 'harmonic', 'from': 0.5}]},"
        "{'path': 'agents[1].policy', 'values': [{'id': 'softmax'}, {'params': {'epsilon': 0.2}}]}]}");
    ck_assert_int_eq(e->n_variants, 4 + 8);
    uint64_t hashes[12];
    for (int32_t i = 0; i < e->n_variants; i++) {
        const rill_variant *v = &e->variants[i];
        rill_experiment *alone = NULL;
        ASSERT_OK(rill_experiment_parse(&alone, v->config, NULL, &error), &error);
        ck_assert_str_eq(alone->variants[0].config, v->config);
        ck_assert_str_eq(alone->variants[0].label, v->label);
        rill_run of_sweep, of_config;
        ASSERT_OK(rill_experiment_run_one(e, i, 2, &of_sweep, &error), &error);
        ASSERT_OK(rill_experiment_run_one(alone, 0, 2, &of_config, &error), &error);
        hashes[i] = of_sweep.hash;
        ck_assert_uint_eq(of_sweep.hash, of_config.hash);
        for (int32_t j = 0; j < i; j++) {
            ck_assert_uint_ne(hashes[i], hashes[j]);
        }
        rill_run_clear(&of_sweep);
        rill_run_clear(&of_config);
        rill_experiment_destroy(alone);
    }
    rill_experiment *by_hand = experiment_of(
        "{'environment': {'id': 'cliff_walking', 'params': {'is_slippery': true}}, "
        "'stop': {'episodes': 20}, 'seed': 7, 'evaluation': {'every': 5}, 'agents': [{'id': "
        "'q_learning', 'params': {'alpha': 0.1}, 'policy': {'id': 'epsilon_greedy', 'params': "
        "{'epsilon': 0.2}}}]}");
    rill_run run;
    ASSERT_OK(rill_experiment_run_one(by_hand, 0, 2, &run, &error), &error);
    ck_assert_uint_eq(run.hash, hashes[4 + 5]);
    rill_run_clear(&run);
    rill_experiment_destroy(by_hand);
    rill_experiment_destroy(e);
}
END_TEST

START_TEST(test_random)
{
    enum { N = 4000 };
    static double values[N], logs[N];
    rill_experiment *e = experiment_of(
        SWEEP("{'random': {'agents[0].params.alpha': {'from': 1e-4, 'to': 1, 'scale': 'log'}}, "
              "'count': 4000}"));
    ck_assert_int_eq(e->n_variants, N);
    settings_of(e, "agents[0].params.alpha", values);
    for (int i = 0; i < N; i++) {
        ck_assert(values[i] >= 1e-4 && values[i] < 1.0);
        ck_assert(alpha_of(e, i) == values[i]);
        logs[i] = log(values[i]) / log(1e-4); // uniform on [0, 1]
    }
    ck_assert(fabs(gsl_stats_mean(logs, 1, N) - 0.5) < 4.0 * sqrt(1.0 / 12.0 / N));
    ck_assert(fabs(gsl_stats_variance(logs, 1, N) - 1.0 / 12.0) < 4.0 * sqrt(1.0 / 180.0 / N));
    rill_experiment_destroy(e);
    // the draws belong to the seed
    static const char text[] = HEAD ONE
        "'seed': %d, 'sweep': [{'random': {'agents[0].params.alpha': {'from': 0, 'to': 1}},"
        " 'count': 3}]}";
    double drawn[3][3];
    static const int seeds[] = {1, 1, 2};
    for (int i = 0; i < 3; i++) {
        char json[512];
        snprintf(json, sizeof json, text, seeds[i]);
        e = experiment_of(json);
        settings_of(e, "agents[0].params.alpha", drawn[i]);
        rill_experiment_destroy(e);
    }
    ck_assert_mem_eq(drawn[0], drawn[1], sizeof drawn[0]);
    ck_assert_mem_ne(drawn[0], drawn[2], sizeof drawn[0]);
}
END_TEST

/// Whole numbers and choices: each combination once, none missing, and no more than there are.
START_TEST(test_random_exhausts)
{
    rill_experiment *e = experiment_of(
        SWEEP_TWO("{'random': {'agents[1].params.n': {'from': 1, 'to': 6, 'integer': true}, "
                  "'agents[1].policy.id': ['greedy', 'softmax']}, 'count': 100}"));
    ck_assert_int_eq(e->n_variants, 1 + 12);
    ck_assert_str_eq(e->variants[0].label, "Sarsa");
    ck_assert_str_eq(e->variants[0].settings, "{}");
    int count[7][2] = {{0}};
    for (int32_t i = 1; i < e->n_variants; i++) {
        cJSON *settings = cJSON_Parse(e->variants[i].settings);
        count[settings->child->valueint][settings->child->next->valuestring[0] == 'g']++;
        cJSON_Delete(settings);
    }
    for (int n = 1; n <= 6; n++) {
        ck_assert(count[n][0] == 1 && count[n][1] == 1);
    }
    rill_experiment_destroy(e);
}
END_TEST

/// Names are as short as tells them apart; so are numbers.
START_TEST(test_names)
{
    rill_experiment *e = experiment_of(
        HEAD
        "'agents': [{'label': 'Q', 'id': 'n_step_off_policy_sarsa', 'behaviour': {'id': 'epsilon_greedy'}}], "
        "'sweep': [{'path': 'agents[0].policy.params.epsilon', 'values': [0.5]},"
        "{'path': 'agents[0].behaviour.params.epsilon', 'values': [0.123456, 0.123457]},"
        "{'path': 'agents[0].params.alpha', 'values': ['1/n', 0.123456789]}]}");
    static const char *const labels[] = {
        "Q, policy.epsilon=0.5, behaviour.epsilon=0.123456, alpha=1/n",
        "Q, policy.epsilon=0.5, behaviour.epsilon=0.123456, alpha=0.1235",
        "Q, policy.epsilon=0.5, behaviour.epsilon=0.123457, alpha=1/n",
        "Q, policy.epsilon=0.5, behaviour.epsilon=0.123457, alpha=0.1235",
    };
    assert_labels(e, labels, 4);
    rill_experiment_destroy(e);
    // long values that begin alike
    e = experiment_of(SWEEP(
        "{'path': 'environment.wrappers', 'values': ["
        "[{'id': 'sticky_actions', 'params': {'probability': 0.1}}, {'id': 'time_limit'}],"
        "[{'id': 'sticky_actions', 'params': {'probability': 0.1}}, {'id': 'clip_reward'}]]}"));
    ck_assert_int_eq(e->n_variants, 2);
    const char *label =
        "sarsa, wrappers=[{\"id\":\"sticky_actions\",\"params\":{\"probability\":0.1~";
    ck_assert_int_eq(strncmp(e->variants[0].label, label, strlen(label)), 0);
    ck_assert_int_eq(strncmp(e->variants[1].label, label, strlen(label)), 0);
    ck_assert_str_ne(e->variants[0].label, e->variants[1].label);
    rill_experiment_destroy(e);
    // numbers that differ in the last bit are different environments
    e = experiment_of(
        "{'environment': {'id': 'mountain_car'}, 'stop': {'episodes': 1}, 'agents': "
        "[{'id': 'sarsa', 'features': {'id': 'tile_coding'}}], 'sweep': [{'path': "
        "'environment.params.goal_velocity', 'values': [0.01, 0.010000000000000002]}]}");
    ck_assert_int_eq(e->n_worlds, 2);
    rill_experiment_destroy(e);
}
END_TEST

#define ALPHA(axis) SWEEP("{'path': 'agents[0].params.alpha', " axis "}")

START_TEST(test_wrong_sweeps)
{
    static const struct {
        const char *json, *path, *part;
    } cases[] = {
        {HEAD ONE "'sweep': {}}", "sweep", "found an object, expected an array"},
        {SWEEP("5"), "sweep[0]", "expected an object"},
        {SWEEP("{}"), "sweep[0]", "an axis is"},
        {SWEEP("{'path': 'agents[0].params.alpha'}"), "sweep[0]", "an axis is"},
        {ALPHA("'values': []"), "sweep[0].values", "at least one value"},
        {ALPHA("'values': 5"), "sweep[0].values", "expected an array"},
        {ALPHA("'values': [1], 'count': 5"), "sweep[0].count", "unknown key"},
        {ALPHA("'from': 1, 'to': 0, 'count': 5"), "sweep[0].to", "greater than \"from\", 1"},
        {ALPHA("'from': 0, 'to': 1, 'count': 1"), "sweep[0].count", "2 to 100000"},
        {ALPHA("'from': 0, 'to': 1"), "sweep[0].count", "missing"},
        {ALPHA("'from': 0, 'to': 1, 'count': 3, 'scale': 'log'"), "sweep[0].from", "no logarithm"},
        {ALPHA("'from': 1, 'to': 2, 'count': 3, 'scale': 'Log'"), "sweep[0].scale", "neither"},
        {ALPHA("'from': 1, 'to': 2.5, 'count': 3, 'integer': true"), "sweep[0].integer", "whole"},
        {ALPHA("'from': 1, 'to': 2, 'count': 3, 'integer': 1"), "sweep[0].integer",
         "true or false"},
        {SWEEP("{'zip': {}}"), "sweep[0].zip", "is empty"},
        {SWEEP("{'zip': {'agents[0].params.alpha': 1}}"), "sweep[0].zip.agents[0].params.alpha",
         "expected a list"},
        {SWEEP("{'zip': {'agents[0].params.alpha': [1], 'agents[0].params.gamma': [1, 0]}}"),
         "sweep[0].zip.agents[0].params.gamma", "has 2 values"},
        {SWEEP("{'random': {'agents[0].params.alpha': [1]}}"), "sweep[0].count", "missing"},
        {SWEEP("{'random': {'agents[0].params.alpha': 1}, 'count': 2}"),
         "sweep[0].random.agents[0].params.alpha", "expected a list of values or"},
        {SWEEP("{'random': {'agents[0].params.alpha': {'from': 0}}, 'count': 2}"),
         "sweep[0].random.agents[0].params.alpha.to", "missing"},
        // paths
        {SWEEP("{'path': 'seed', 'values': [1]}"), "sweep[0].path", "no path of a sweep"},
        {SWEEP("{'path': 'agents[0]', 'values': [1]}"), "sweep[0].path", "no path of a sweep"},
        {SWEEP("{'path': 'agents[1].params.alpha', 'values': [1]}"), "sweep[0].path", "there is 1"},
        {SWEEP_TWO("{'path': 'agents[Sarsas].params.alpha', 'values': [1]}"), "sweep[0].path",
         "agents[Sarsa]"},
        {SWEEP("{'path': 'agents[0].label', 'values': ['a']}"), "sweep[0].path",
         "labels of their own"},
        {ALPHA("'values': [1]}, {'path': 'agents[*].params.alpha', 'values': [2]"), "sweep[1].path",
         "set twice"},
        {ALPHA("'values': [1]}, {'path': 'agents[0].params', 'values': [{'gamma': 1}]"),
         "sweep[1].path", "would replace what \"agents[0].params.alpha\" has set"},
        {SWEEP("{'zip': {'agents[*].policy.params.epsilon': [0.1], 'agents[0].policy': [{}]}}"),
         "sweep[0].zip.agents[0].policy", "would replace what"},
        {SWEEP_TWO("{'path': 'agents[1].params.alpha[0]', 'values': [1]}"), "sweep[0].path",
         "\"agents[1].params.alpha[0]\": there is no array \"alpha\""},
        {SWEEP("{'path': 'environment.wrappers[0].id', 'values': ['time_limit']}"), "sweep[0].path",
         "there is no array \"wrappers\"; here there are: id"},
        // values that the agent or environment refuses
        {ALPHA("'values': [0.5, -1]"), "sweep[0].values[1]", "agents[0].params.alpha = -1: "},
        {ALPHA("'from': -1, 'to': 1, 'count': 3"), "sweep[0]", "agents[0].params.alpha = -1: "},
        {SWEEP("{'zip': {'agents[0].params.alpha': [0, -1]}}"),
         "sweep[0].zip.agents[0].params.alpha[1]", "agents[0].params.alpha = -1: "},
        {SWEEP("{'path': 'environment.parms.is_slippery', 'values': [true]}"), "sweep[0].path",
         "parms: unknown key; did you mean \"params\"?"},
        {SWEEP("{'path': 'agents[*].alpha', 'values': [1]}"), "sweep[0].path",
         "it belongs into \"params\""},
        {SWEEP("{'path': 'agents[0].features.id', 'values': ['one_hot']}, {'path': "
               "'agents[0].features.params.groups', 'values': [5]}"),
         "sweep[1].path", "(in \"sarsa, features=one_hot, groups=5\")"},
        {SWEEP("{'path': 'agents[0].params.alhpa', 'values': [1]}"), "sweep[0].path",
         "did you mean \"alpha\"?"},
        {SWEEP("{'path': 'agents[*].policy.id', 'values': ['greedi']}"), "sweep[0].values[0]",
         "did you mean \"greedy\"?"},
        {SWEEP("{'path': 'environment.params.is_slipery', 'values': [true]}"), "sweep[0].path",
         "did you mean \"is_slippery\"?"},
        {HEAD "'agents': [{'id': 'n_step_sarsa', 'params': {'n': 2}}], 'sweep': [{'path': "
              "'agents[0].id', 'values': ['sarsa']}]}",
         "agents[0].params.n", "(in \"n_step_sarsa, agent=sarsa\")"},
        {ALPHA("'values': [0.5, 0.5]"), "sweep", "\"sarsa, alpha=0.5\" is there twice"},
        {ALPHA("'from': 0, 'to': 1, 'count': 1000}, {'path': 'agents[0].params.gamma', 'from': 0, "
               "'to': 1, 'count': 1000"),
         "sweep", "at most 100000"},
        {HEAD ONE "'runs': 1000000000, 'sweep': [{'path': 'agents[0].params.alpha', 'values': "
                  "[0.1, 0.2, 0.3, 0.4, 0.5]}]}",
         "runs", "1000000000 runs of each of 5 variants are too many"},
        {"{'environment': {'id': 'random_walk'}, 'stop': {'episodes': 5}, 'agents': [{'id': 'td0'}], "
         "'sweep': [{'path': 'environment.params.n_states', 'values': [5, 7]}], 'expect': [{'check': "
         "'c', 'source': 's', 'exact': 'uniform', 'discount': 1, 'values': [0], 'tolerance': 1}]}",
         "expect[0].exact", "of which?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_experiment *e = NULL;
        char *json = quoted(cases[i].json);
        error = (rill_error){0};
        ck_assert_msg(rill_experiment_parse(&e, json, NULL, &error) == RILL_INVALID, "%s", json);
        ck_assert_msg(strcmp(error.path, cases[i].path) == 0, "%s: \"%s\" (%s)", json, error.path,
                      error.message);
        ck_assert_msg(strstr(error.message, cases[i].part) != NULL, "%s: \"%s\"", json,
                      error.message);
        ck_assert_ptr_null(e);
        free(json);
    }
}
END_TEST

TEST_MAIN(test_grid, test_spaced, test_zip, test_environments, test_alone, test_random,
          test_random_exhausts, test_names, test_wrong_sweeps)
