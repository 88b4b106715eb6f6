// Metrics that agents have under names of their own: rates against their schedules written once more,
// measures against what they count or against closed forms.
#include "tests/distributions.h"
#include "tests/runs.h"

#include <rill/recorder.h>

static rill_error error;

/// The one run of an experiment's variant.
static rill_run run_of(const rill_experiment *e, int32_t variant)
{
    rill_run run;
    ASSERT_OK(rill_experiment_run_one(e, variant, 0, &run, &error), &error);
    ck_assert_int_eq(run.status, RILL_RUN_DONE);
    return run;
}

/// A metric of a prototype, as it stands.
static double measured(const rill_experiment *e, const rill_agent *agent, size_t record)
{
    const rill_metric_view view = {.agent = agent, .index = e->records[record].index};
    return e->records[record].metric->measure(&view);
}

// ---- rates ----

#define LINEAR(from, to, over, per) \
    "{'schedule': 'linear', 'from': " #from ", 'to': " #to ", 'over': " #over ", 'per': '" per "'}"

static double linear(double from, double to, double over, double t)
{
    return from + (to - from) * fmin(t / over, 1.0);
}

/// By episodes; by updates, of which Sarsa makes one a step; by actions, of which it has chosen one more
/// than it has taken unless an episode has just ended.
START_TEST(test_rates)
{
    rill_experiment *e = experiment_of(
        "{'environment': {'id': 'random_walk', 'params': {'n_states': 5}}, 'agents': [{'id': 'sarsa', "
        "'params': {'alpha': " LINEAR(
            0.5, 0.1, 40,
            "step") "}, 'policy': {'id': 'epsilon_greedy', "
                    "'params': {'epsilon': " LINEAR(
                        1, 0.2, 6,
                        "episode") "}}}, {'id': 'sarsa_lambda', "
                                   "'params': {'lambda': 0.75, 'alpha': 0.25}, 'policy': {'id': 'epsilon_greedy', 'params': "
                                   "{'epsilon': " LINEAR(
                                       1, 0, 30,
                                       "step") "}}}], 'stop': {'episodes': 12}, 'record': "
                                               "['epsilon', {'metric': 'alpha', 'every': 3, 'unit': 'steps'}, 'total_steps']}");
    rill_run run = run_of(e, 0);
    ck_assert_str_eq(run.series[0].metric, "epsilon");
    ck_assert_uint_eq(run.series[0].count, 12);
    for (int i = 0; i < 12; i++) {
        ASSERT_NEAR(run.series[0].values[i], linear(1, 0.2, 6, i + 1), 1e-15);
    }
    ck_assert_uint_gt(run.series[1].count, 10);
    int64_t ends = 0; // of the episodes up to a step
    for (size_t i = 0; i < run.series[1].count; i++) {
        const double steps = 3.0 * (double)(i + 1);
        while (ends < 12 && run.series[2].values[ends] <= steps) {
            ends++;
        }
        ASSERT_NEAR(run.series[1].values[i], linear(0.5, 0.1, 40, steps), 1e-15);
    }
    rill_run_clear(&run);
    run = run_of(e, 1);
    for (int i = 0; i < 12; i++) {
        ASSERT_NEAR(run.series[0].values[i], linear(1, 0, 30, run.series[2].values[i]), 1e-15);
    }
    ck_assert(run.series[1].values[2] == 0.25);
    ck_assert_ptr_nonnull(strstr(e->resolved, "\"epsilon\""));
    rill_run_clear(&run);
    rill_experiment_destroy(e);
}
END_TEST

/// Of two policies that of the behaviour; where that has none the target's. A distribution's temperature.
/// A rate whose time is not that of the others.
START_TEST(test_whose)
{
    static const struct {
        const char *agent, *metric;
        double value;
    } cases[] = {
        {"{'id': 'n_step_off_policy_sarsa', 'policy': {'id': 'epsilon_greedy', 'params': {'epsilon': "
         "0.25}}, 'behaviour': {'id': 'epsilon_greedy', 'params': {'epsilon': 0.75}}}",
         "epsilon", 0.75},
        {"{'id': 'n_step_off_policy_sarsa', 'policy': {'id': 'epsilon_greedy', 'params': {'epsilon': "
         "0.25}}, 'behaviour': {'id': 'uniform'}}",
         "epsilon", 0.25},
        {"{'id': 'sarsa', 'policy': {'id': 'softmax', 'params': {'temperature': 3}}}",
         "temperature", 3},
        {"{'id': 'reinforce', 'distribution': {'id': 'straight_through', 'params': {'temperature': "
         "2}}}",
         "temperature", 2},
        {"{'id': 'n_step_q_sigma', 'params': {'sigma': 0.125}}", "sigma", 0.125},
        {"{'id': 'actor_critic', 'params': {'alpha_theta': 0.5, 'lambda_w': 0.25}}", "lambda_w",
         0.25},
        {"{'id': 'cem', 'params': {'noise': 4, 'initial_theta_sd': 3}}", "noise", 4},
        {"{'id': 'cem', 'params': {'noise': 4, 'initial_theta_sd': 3}}", "search_deviation", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 9}, 'agents': [%s], "
                 "'stop': {'episodes': 2}, 'record': ['%s']}",
                 cases[i].agent, cases[i].metric);
        rill_experiment *e = experiment_of(text);
        rill_run run = run_of(e, 0);
        ck_assert_str_eq(run.series[0].metric, cases[i].metric);
        ck_assert_msg(run.series[0].values[1] == cases[i].value, "%s: %g", cases[i].metric,
                      run.series[0].values[1]);
        rill_run_clear(&run);
        rill_experiment_destroy(e);
    }
    // by actions: one a step, and one at a time limit, for the estimate of what would have followed
    rill_experiment *e = experiment_of(
        "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 9}, 'agents': [{'id': "
        "'n_step_q_sigma', 'params': {'n': 4, 'sigma': " LINEAR(
            1, 0, 100, "step") "}}], 'stop': {'episodes': 3}, 'record': ['sigma', 'total_steps']}");
    rill_run run = run_of(e, 0);
    for (int i = 0; i < 3; i++) {
        ASSERT_NEAR(run.series[0].values[i], linear(1, 0, 100, run.series[1].values[i] + i + 1),
                    1e-15);
    }
    rill_run_clear(&run);
    rill_experiment_destroy(e);
}
END_TEST

#define WALK(agents, metric)                                                                \
    "{'environment': {'id': 'random_walk'}, 'agents': [" agents "], 'stop': {'steps': 8}, " \
    "'record': ['return', '" metric "']}"

START_TEST(test_refused)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {WALK("{'id': 'sarsa'}", "temperature"),
         "sarsa has no temperature; of its own it has alpha, epsilon (`rill describe temperature`"},
        {WALK("{'id': 'uct'}, {'id': 'sarsa'}", "tree_nodes"),
         "sarsa has no tree_nodes; of its own it has alpha, epsilon"},
        {WALK("{'id': 'value_iteration'}", "alpha"), "of its own it has nothing"},
        {WALK("{'id': 'td0'}", "epsilon"), "td0 has no epsilon; of its own it has alpha"},
        {WALK("{'id': 'td0', 'params': {'alpha': '1/n'}}", "alpha"),
         "this td0 has no alpha to record: it counts the visits of each estimate"},
        {WALK("{'id': 'actor_critic'}", "active_traces"), "both lambdas are 0"},
        {WALK("{'id': 'actor_critic'}", "policy_deviation"), "its actions are discrete"},
        {WALK("{'id': 'reinforce', 'distribution': {'id': 'gumbel_softmax'}}", "policy_entropy"),
         "its distribution offers no entropy"},
        {WALK("{'id': 'sarsa'}", "epsilo"), "unknown metric \"epsilo\"; did you mean \"epsilon\"?"},
        {WALK("{'id': 'sarsa'}", "epsilon[0]"), "epsilon takes no index: write \"epsilon\""},
        {WALK("{'id': 'sarsa'}", "gamma"), "unknown metric \"gamma\""}, // is no rate
        {WALK("{'id': 'sarsa'}", "(of the agent)"), "unknown metric"},
        {WALK("{'id': 'sarsa'}", "alpha', 'epsilon', 'alpha"), "\"alpha\" is recorded twice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_experiment *e = NULL;
        char *json = quoted(cases[i].text);
        ASSERT_REFUSED(rill_experiment_parse(&e, json, NULL, &error), &error,
                       strstr(cases[i].message, "twice") == NULL ? "record[1]" : "record[3]",
                       cases[i].message);
        free(json);
    }
}
END_TEST

// ---- measures ----

/// Names are names of nothing else, written as they are read, each shown once.
typedef struct names {
    const char *names[128];
    size_t n;
} names;

static void note_name(void *context, const char *name, const char *summary)
{
    names *all = context;
    int64_t index = -1;
    char text[48];
    for (size_t i = 0; i < all->n; i++) {
        ASSERT_FOR(name, strcmp(all->names[i], name) != 0);
    }
    all->names[all->n++] = name;
    ASSERT_FOR(name, summary[0] != '\0');
    ASSERT_FOR(name, strlen(name) < sizeof text && strpbrk(name, "[] ") == NULL);
    ASSERT_FOR(name, rill_metric_find(name, NULL) == NULL);
    const rill_metric *metric = rill_metric_read(name, &index, &error);
    ASSERT_FOR(name, metric != NULL && metric->is_of_agent);
    rill_metric_write(metric, index, text);
    ck_assert_str_eq(text, name);
}

START_TEST(test_names)
{
    static const char *const some[] = {"alpha",  "epsilon",    "temperature",
                                       "lambda", "tree_nodes", "policy_entropy"};
    names all = {.n = 0};
    rill_agent_metric_visit(note_name, &all);
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
        size_t n = 0;
        for (size_t j = 0; j < all.n; j++) {
            n += strcmp(all.names[j], some[i]) == 0;
        }
        ASSERT_FOR(some[i], n == 1);
    }
    // the same id means the same thing
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        const rill_agent_measure *row = (*type)->measures;
        for (; row != NULL && row->id != NULL; row++) {
            for (const rill_agent_type *const *other = type; *other != NULL; other++) {
                const rill_agent_measure *twin = (*other)->measures;
                for (; twin != NULL && twin->id != NULL; twin++) {
                    ASSERT_FOR(row->id, strcmp(row->id, twin->id) != 0 ||
                                            strcmp(row->summary, twin->summary) == 0);
                }
            }
        }
    }
}
END_TEST

/// Every measure of every agent: after each step it is a number, and to look at it changes nothing.
START_TEST(test_measures_of_all)
{
    int n_checked = 0;
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        rill_env *env = NULL;
        rill_agent *agent = NULL;
        if ((*type)->measures == NULL) {
            continue;
        }
        const char *env_id = (*type)->needs_box ? "pendulum" : "cliff_walking";
        const rill_env_type *env_type = rill_env_type_find(env_id, NULL, &error);
        ASSERT_OK(rill_env_create_from(&env, env_type, NULL, 20, &error), &error);
        const char *const raw[] = {"features=raw", NULL};
        ASSERT_OK(
            rill_agent_create(&agent, (*type)->id, env, (*type)->needs_box ? raw : NULL, &error),
            &error);
        unsigned char *before = malloc(agent->memory_size), *after = malloc(agent->memory_size);
        rill_action action = rill_agent_start(agent, rill_env_reset(env));
        for (int t = 0; t < 100; t++) {
            rill_outcome outcome;
            const rill_observation observation = rill_env_step(env, action, &outcome);
            const bool is_last = rill_outcome_is_last(&outcome);
            if (is_last) {
                rill_agent_finish(agent, &outcome, observation);
            } else {
                action = rill_agent_step(agent, outcome.reward, observation);
            }
            rill_agent_save(agent, before);
            for (const rill_agent_measure *row = (*type)->measures; row->id != NULL; row++) {
                if (row->lacks == NULL || row->lacks(agent) == NULL) {
                    ASSERT_FOR((*type)->id, isfinite(row->measure(agent)));
                    n_checked++;
                }
            }
            rill_agent_save(agent, after);
            ASSERT_FOR((*type)->id, memcmp(before, after, agent->memory_size) == 0);
            if (is_last) {
                action = rill_agent_start(agent, rill_env_reset(env));
            }
        }
        free(before);
        free(after);
        rill_agent_destroy(agent);
        rill_env_destroy(env);
    }
    ck_assert_int_gt(n_checked, 1000);
}
END_TEST

/// Different pairs that were tried, counted apart; what waits is at most what is known.
START_TEST(test_model)
{
    static const char *const ids[] = {"dyna_q", "dyna_q_plus", "prioritized_sweeping"};
    for (int i = 0; i < 3; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': '%s'}], 'stop': "
                 "{'steps': 1}, 'record': [{'metric': 'model_pairs', 'unit': 'steps'}%s]}",
                 ids[i], i == 2 ? ", {'metric': 'queue_length', 'unit': 'steps'}" : "");
        rill_experiment *e = experiment_of(text);
        rill_agent *agent = e->variants[0].agent;
        bool is_tried[48][4] = {{false}};
        double n = 0.0, longest = 0.0;
        rill_agent_seed(agent, 5);
        rill_observation observation = rill_env_reset(e->env);
        rill_action action = rill_agent_start(agent, observation);
        for (int t = 0; t < 400; t++) {
            rill_outcome outcome;
            n += !is_tried[observation.index][action.index];
            is_tried[observation.index][action.index] = true;
            observation = rill_env_step(e->env, action, &outcome);
            if (rill_outcome_is_last(&outcome)) {
                rill_agent_finish(agent, &outcome, observation);
                observation = rill_env_reset(e->env);
                action = rill_agent_start(agent, observation);
            } else {
                action = rill_agent_step(agent, outcome.reward, observation);
            }
            ck_assert(measured(e, agent, 0) == n);
            if (i == 2) {
                const double length = measured(e, agent, 1);
                ck_assert(length <= n);
                longest = fmax(longest, length);
            }
        }
        ck_assert(i < 2 || longest > 0.0);
        rill_experiment_destroy(e);
    }
}
END_TEST

/// On the way to the right, each new state is a trace more; lambda 0.5 keeps them above the cutoff.
START_TEST(test_traces)
{
    rill_experiment *e = experiment_of(
        "{'environment': {'id': 'random_walk', 'params': {'n_states': 19}}, 'agents': [{'id': "
        "'td_lambda', 'params': {'lambda': 0.5}, 'policy': {'id': 'fixed', 'params': {'actions': "
        "[1]}}}, {'id': 'emphatic_td', 'params': {'lambda': 0.5}, 'policy': {'id': 'fixed', "
        "'params': {'actions': [1]}}}], 'stop': {'episodes': 2}, 'record': [{'metric': "
        "'active_traces', 'unit': 'steps'}, 'length']}");
    for (int32_t variant = 0; variant < 2; variant++) {
        rill_run run = run_of(e, variant);
        const int64_t length = (int64_t)run.series[1].values[0];
        ck_assert_int_gt(length, 5);
        for (int64_t i = 0; i + 1 < length; i++) { // the next episode starts with the last step
            ck_assert(run.series[0].values[i] == (double)(i + 1));
        }
        rill_run_clear(&run);
    }
    rill_experiment_destroy(e);
}
END_TEST

/// A search adds a state to the tree with each simulation that does not end in it.
START_TEST(test_tree)
{
    rill_experiment *e = experiment_of(
        "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'uct', 'params': {'simulations': "
        "3}}, {'id': 'uct', 'label': 'more', 'params': {'simulations': 40}}], 'stop': {'steps': 10}, "
        "'record': [{'metric': 'tree_nodes', 'unit': 'steps'}]}");
    rill_run run = run_of(e, 0);
    for (int i = 0; i < 10; i++) {
        ck_assert(run.series[0].values[i] == 4.0); // the root and three
    }
    rill_run_clear(&run);
    run = run_of(e, 1);
    for (int i = 0; i < 10; i++) {
        ck_assert(run.series[0].values[i] > 4.0 && run.series[0].values[i] <= 41.0);
    }
    rill_run_clear(&run);
    rill_experiment_destroy(e);
}
END_TEST

/// The policies of weights 0: of four actions log 4, of a Gaussian log(sigma sqrt(2 pi e)).
START_TEST(test_policy)
{
    static const char *const ids[] = {"reinforce", "actor_critic", "a2c", "qac",
                                      "continuing_actor_critic"};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        char text[512];
        snprintf(
            text, sizeof text,
            "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 9}, 'agents': [{'id': "
            "'%s', 'params': {'alpha_theta': 0}}], 'stop': {'steps': 30}, 'record': "
            "['policy_entropy']}",
            ids[i]);
        rill_experiment *e = experiment_of(text);
        rill_run run = run_of(e, 0);
        ck_assert_uint_gt(run.series[0].count, 1);
        ASSERT_NEAR(run.series[0].values[1], log(4.0), 1e-14);
        rill_run_clear(&run);
        rill_experiment_destroy(e);
    }
    rill_experiment *e = experiment_of(
        "{'environment': {'id': 'pendulum', 'max_episode_steps': 9}, 'agents': [{'id': 'reinforce', "
        "'params': {'alpha_theta': 0}, 'features': {'id': 'raw'}, 'distribution': {'id': 'gaussian', "
        "'params': {'initial_std': 0.5}}}], 'stop': {'episodes': 2}, 'record': ['policy_entropy', "
        "'policy_deviation']}");
    rill_run run = run_of(e, 0);
    ASSERT_NEAR(run.series[0].values[1], log(0.5 * sqrt(2.0 * M_PI * exp(1.0))), 1e-14);
    ASSERT_NEAR(run.series[1].values[1], 0.5, 1e-14);
    rill_run_clear(&run);
    rill_experiment_destroy(e);
}
END_TEST

/// The entropy is that of the state in which it acted, by the weights of then.
START_TEST(test_policy_where_it_acted)
{
    rill_experiment *e = experiment_of(
        "{'environment': {'id': 'random_walk', 'params': {'n_states': 5}}, 'agents': [{'id': "
        "'actor_critic', 'params': {'alpha_theta': 0.5, 'alpha_w': 0.5}}], 'stop': {'steps': 1}, "
        "'record': [{'metric': 'policy_entropy', 'unit': 'steps'}]}");
    rill_agent *agent = e->variants[0].agent;
    rill_agent_seed(agent, 3);
    rill_observation observation = rill_env_reset(e->env);
    rill_action action = rill_agent_start(agent, observation);
    double least = 1.0;
    for (int t = 0; t < 200; t++) {
        double p[2], before = measured(e, agent, 0);
        rill_agent_probabilities(agent, observation, NULL, p);
        const double entropy =
            -(p[0] > 0.0 ? p[0] * log(p[0]) : 0.0) - (p[1] > 0.0 ? p[1] * log(p[1]) : 0.0);
        ASSERT_NEAR(before, entropy, 1e-12);
        least = fmin(least, entropy);
        rill_outcome outcome;
        observation = rill_env_step(e->env, action, &outcome);
        if (rill_outcome_is_last(&outcome)) {
            rill_agent_finish(agent, &outcome, observation);
            ck_assert(measured(e, agent, 0) == before); // the end is no state to act in
            observation = rill_env_reset(e->env);
            action = rill_agent_start(agent, observation);
        } else {
            action = rill_agent_step(agent, outcome.reward, observation);
        }
    }
    ck_assert(least < 0.5);
    rill_experiment_destroy(e);
}
END_TEST

/// Against the spread of samples; before squashing, by what is squashed.
static void check_deviation(const rill_distribution *distribution, const char *name)
{
    enum { SAMPLES = 200000 };
    const bool is_squashed = strstr(name, "squashed") != NULL;
    const rill_distribution_type *type = distribution->type;
    ASSERT_FOR(name, (type->deviation != NULL) == (type->kind == RILL_SPACE_BOX));
    if (type->deviation == NULL) {
        return;
    }
    double eta[MAX_ETA], noise[16], x[16], sum[16] = {0.0}, squares[16] = {0.0};
    rill_rng rng;
    rill_rng_seed(&rng, 8);
    distributions_eta(eta, distribution->n_parameters, 0.7, &rng);
    for (int i = 0; i < SAMPLES; i++) {
        rill_distribution_sample(distribution, eta, &rng, noise, x);
        for (int32_t j = 0; j < distribution->size; j++) {
            const double low = distribution->space.low[j], high = distribution->space.high[j];
            const double u = is_squashed ? atanh(2.0 * (x[j] - low) / (high - low) - 1.0) : x[j];
            sum[j] += u;
            squares[j] += u * u;
        }
    }
    double mean = 0.0;
    for (int32_t j = 0; j < distribution->size; j++) {
        const double m = sum[j] / SAMPLES;
        mean += sqrt(squares[j] / SAMPLES - m * m) / distribution->size;
    }
    const double deviation = type->deviation(distribution, eta);
    ck_assert_msg(fabs(deviation / mean - 1.0) < 0.01, "%s: %g, of samples %g", name, deviation,
                  mean);
}

START_TEST(test_deviation)
{
    distributions_for_each(check_deviation);
}
END_TEST

TEST_MAIN(test_rates, test_whose, test_refused, test_names, test_measures_of_all, test_model,
          test_traces, test_tree, test_policy, test_policy_where_it_acted, test_deviation)
