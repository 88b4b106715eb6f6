// Metrics, against values worked out by hand.
#include "tests/runs.h"

#include <rill/recorder.h>

static rill_error error;

static const rill_tally tally = {-6.0, 8};

static double measure(const rill_experiment *experiment, int32_t variant, const char *id)
{
    double scratch[8];
    const rill_variant *v = &experiment->variants[variant];
    const rill_metric *metric = rill_metric_find(id, &error);
    ck_assert_ptr_nonnull(metric);
    const rill_metric_view view = {.agent = v->agent,
                                   .truth = v->truth,
                                   .projection = v->projection,
                                   .tally = &tally,
                                   .episode_return = -13.5,
                                   .episode_length = 7,
                                   .steps = 700,
                                   .episodes = 12,
                                   .scratch = scratch};
    return metric->measure(&view);
}

/// Sets the estimates of a state.
static void set(const rill_experiment *experiment, int32_t variant, int32_t state,
                const double *values)
{
    const rill_linear *table = &experiment->variants[variant].agent->value;
    memcpy(rill_linear_row(table, state), values, (size_t)table->n_outputs * sizeof *values);
}

START_TEST(test_list)
{
    const rill_metric *const *list = rill_metric_list();
    size_t n = 0;
    for (; list[n] != NULL; n++) {
        ck_assert_ptr_eq(rill_metric_find(list[n]->id, NULL), list[n]);
        ck_assert(list[n]->summary[0] != '\0');
        ck_assert((list[n]->measure == NULL) == list[n]->is_of_evaluation);
        ck_assert(n == 0 || strcmp(list[n - 1]->id, list[n]->id) < 0);
        ck_assert_uint_lt(strlen(list[n]->id), sizeof((rill_series *)NULL)->metric);
    }
    ck_assert_uint_ge(n, 29);
    ck_assert_ptr_null(rill_metric_find("rms_eror", &error));
    ck_assert_int_eq(error.status, RILL_INVALID);
    ck_assert_str_eq(error.message, "unknown metric \"rms_eror\"; did you mean \"rms_error\"?");
    ck_assert_ptr_null(rill_metric_find("xyzzyxyzzy", &error));
    ck_assert_str_eq(error.message,
                     "unknown metric \"xyzzyxyzzy\"; `rill list metrics` shows them");
    ck_assert_ptr_null(rill_metric_find("", NULL));
}
END_TEST

START_TEST(test_of_an_episode)
{
    rill_experiment *e = experiment_of("{'environment': {'id': 'random_walk'}, 'agents': ["
                                       "{'id': 'sarsa'}], 'stop': {'steps': 1}}");
    ck_assert(measure(e, 0, "return") == -13.5);
    ck_assert(measure(e, 0, "length") == 7.0);
    e->variants[0].agent->memory->td_error = 0.625;
    ck_assert(measure(e, 0, "td_error") == 0.625);
    e->variants[0].agent->memory->average_reward = -0.375;
    ck_assert(measure(e, 0, "average_reward") == -0.375);
    e->variants[0].agent->memory->update = 41;
    ck_assert(measure(e, 0, "updates") == 41.0);
    ck_assert(measure(e, 0, "total_steps") == 700.0);
    ck_assert(measure(e, 0, "episodes") == 12.0);
    rill_experiment_destroy(e);
}
END_TEST

/// States 1, 2, 3 of a walk; under the uniform policy v = 1/4, 2/4, 3/4 (S&B Example 6.2).
START_TEST(test_rms_error_of_a_prediction)
{
    rill_experiment *e = experiment_of(
        "{'environment': {'id': 'random_walk', 'params': {'n_states': 3}}, 'agents': ["
        "{'id': 'td0'}, {'id': 'td0', 'label': 'b', 'params': {'gamma': 0.5}, 'policy': {'id': "
        "'fixed', 'params': {'actions': [1]}}}],"
        " 'stop': {'steps': 1}, 'record': ['rms_error']}");
    const double far[] = {1e6}, quarter[] = {0.25}, half[] = {0.5}, three[] = {0.75};
    ASSERT_NEAR(measure(e, 0, "rms_error"), sqrt((0.0625 + 0.25 + 0.5625) / 3.0), 1e-15);
    // terminal states do not count
    set(e, 0, 0, far);
    set(e, 0, 4, far);
    ASSERT_NEAR(measure(e, 0, "rms_error"), sqrt((0.0625 + 0.25 + 0.5625) / 3.0), 1e-15);
    set(e, 0, 1, quarter);
    set(e, 0, 3, half);
    ASSERT_NEAR(measure(e, 0, "rms_error"), sqrt((0.25 + 0.0625) / 3.0), 1e-15);
    set(e, 0, 2, half);
    set(e, 0, 3, three);
    ASSERT_NEAR(measure(e, 0, "rms_error"), 0.0, 1e-12);
    // the values of the agent's own policy and discount: always right, gamma 1/2
    ASSERT_NEAR(measure(e, 1, "rms_error"), sqrt((0.0625 + 0.25 + 1.0) / 3.0), 1e-12);
    rill_experiment_destroy(e);
}
END_TEST

/// On the cliff, undiscounted, v*(s) is minus the number of steps to the goal around the cliff; the
/// states that count are the 36 above and the start.
START_TEST(test_rms_error_of_control)
{
    rill_experiment *e =
        experiment_of("{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'q_learning'}],"
                      " 'stop': {'steps': 1}, 'record': ['rms_error', 'optimal_actions']}");
    double sum = 13.0 * 13.0;
    for (int row = 0; row < 3; row++) {
        for (int column = 0; column < 12; column++) {
            const double v = (11 - column) + (3 - row);
            sum += v * v;
        }
    }
    ASSERT_NEAR(measure(e, 0, "rms_error"), sqrt(sum / 37.0), 1e-9);
    // the estimate of a state is its greatest action value
    const double start[] = {-20.0, -13.0, -14.0, -99.0};
    set(e, 0, 36, start);
    ASSERT_NEAR(measure(e, 0, "rms_error"), sqrt((sum - 169.0) / 37.0), 1e-9);
    rill_experiment_destroy(e);
}
END_TEST

START_TEST(test_optimal_actions)
{
    rill_experiment *e = experiment_of(
        "{'environment': {'id': 'random_walk', 'params': {'n_states': 3}}, 'agents': ["
        "{'id': 'sarsa', 'params': {'gamma': 0.5}}, {'id': 'q_learning'}],"
        " 'stop': {'steps': 1}, 'record': ['optimal_actions']}");
    const double right[] = {0.0, 1.0}, left[] = {1.0, 0.0}, equal[] = {1.0, 1.0};
    // all equal: the lowest action, left; with a discount only right is optimal
    ck_assert(measure(e, 0, "optimal_actions") == 0.0);
    set(e, 0, 1, right);
    ASSERT_NEAR(measure(e, 0, "optimal_actions"), 1.0 / 3.0, 1e-15);
    set(e, 0, 3, right);
    ASSERT_NEAR(measure(e, 0, "optimal_actions"), 2.0 / 3.0, 1e-15);
    set(e, 0, 0, left); // terminal: does not count
    set(e, 0, 4, left);
    ASSERT_NEAR(measure(e, 0, "optimal_actions"), 2.0 / 3.0, 1e-15);
    set(e, 0, 2, right);
    ck_assert(measure(e, 0, "optimal_actions") == 1.0);
    set(e, 0, 2, equal);
    ASSERT_NEAR(measure(e, 0, "optimal_actions"), 2.0 / 3.0, 1e-15);
    // without one, to turn round costs nothing but at the left end: two of three are right
    ASSERT_NEAR(measure(e, 1, "optimal_actions"), 2.0 / 3.0, 1e-15);
    set(e, 1, 1, right);
    ck_assert(measure(e, 1, "optimal_actions") == 1.0);
    rill_experiment_destroy(e);
}
END_TEST

/// What is gathered of a step, and what is made of the sum over 8 steps.
START_TEST(test_of_steps)
{
    static const struct {
        const char *id;
        double of_step, measured;
        bool is_total;
    } cases[] = {{"reward", 2.5, -0.75, false},
                 {"total_reward", 2.5, -6.0, true},
                 {"regret", 0.75, -6.0, false},
                 {"optimal_action", 0.0, -0.75, false}};
    rill_experiment *e = experiment_of("{'environment': {'id': 'random_walk'}, 'agents': ["
                                       "{'id': 'sarsa'}], 'stop': {'steps': 1}}");
    rill_step_view step = {.reward = 2.5, .best = 4.0, .chosen = 3.25};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const rill_metric *metric = rill_metric_find(cases[i].id, NULL);
        ck_assert(metric->of_step(&step) == cases[i].of_step);
        ck_assert(measure(e, 0, cases[i].id) == cases[i].measured);
        ck_assert(metric->is_total == cases[i].is_total);
    }
    const rill_metric *optimal = rill_metric_find("optimal_action", NULL);
    step.chosen = 4.0 - 1e-10;
    ck_assert(optimal->of_step(&step) == 1.0);
    step.chosen = 4.0 - 1e-8;
    ck_assert(optimal->of_step(&step) == 0.0);
    step.chosen = (double)NAN; // an action that the model does not have
    ck_assert(optimal->of_step(&step) == 0.0);
    ck_assert(isnan(rill_metric_find("regret", NULL)->of_step(&step)));
    rill_experiment_destroy(e);
}
END_TEST

/// The walk from 2 of 3 is in 1, 2, 3 for 1/4, 1/2, 1/4 of the time.
START_TEST(test_weighted_errors)
{
    rill_experiment *e = experiment_of(
        "{'environment': {'id': 'random_walk', 'params': {'n_states': 3}}, 'agents': ["
        "{'id': 'td0'}, {'id': 'td0', 'label': 'b', 'params': {'gamma': 0.5}, 'policy': {'id': "
        "'fixed', 'params': {'actions': [1]}}}, {'id': 'td0', 'label': 'c'}],"
        " 'stop': {'steps': 1}, 'record': ['rms_error_stationary', 'rms_error', 'start_value',"
        " 'start_squared_error']}");
    const double one[] = {1.0}, half[] = {0.5};
    ASSERT_NEAR(measure(e, 0, "rms_error_stationary"),
                sqrt(0.25 * 0.0625 + 0.5 * 0.25 + 0.25 * 0.5625), 1e-14);
    set(e, 0, 1, one);
    ASSERT_NEAR(measure(e, 0, "rms_error_stationary"),
                sqrt(0.25 * 0.5625 + 0.5 * 0.25 + 0.25 * 0.5625), 1e-14);
    // always right: half the time in 2, half in 3, worth 1/2 and 1
    ASSERT_NEAR(measure(e, 1, "rms_error_stationary"), sqrt(0.5 * 0.25 + 0.5 * 1.0), 1e-14);
    set(e, 1, 1, one);
    ASSERT_NEAR(measure(e, 1, "rms_error_stationary"), sqrt(0.5 * 0.25 + 0.5 * 1.0), 1e-14);
    // the start is 2, worth 1/2
    ck_assert(measure(e, 0, "start_value") == 0.0);
    ASSERT_NEAR(measure(e, 0, "start_squared_error"), 0.25, 1e-14);
    set(e, 0, 2, one);
    ck_assert(measure(e, 0, "start_value") == 1.0);
    ASSERT_NEAR(measure(e, 0, "start_squared_error"), 0.25, 1e-14);
    set(e, 0, 2, half);
    ASSERT_NEAR(measure(e, 0, "start_squared_error"), 0.0, 1e-14);
    // variants that ask for the same share the answer
    ck_assert_ptr_eq(e->variants[0].truth, e->variants[2].truth);
    ck_assert_ptr_ne(e->variants[0].truth, e->variants[1].truth);
    ck_assert_uint_eq(e->worlds[0]->n_truths, 2);
    ck_assert_ptr_eq(e->variants[0].truth->model, e->worlds[0]->model);
    ck_assert_ptr_eq(e->variants[1].truth->model, e->worlds[0]->model);
    rill_experiment_destroy(e);
}
END_TEST

/// A member of the family of errors, written down once more: estimates against the optimal values or
/// those of the present epsilon-greedy policy, states alike or by the on-policy distribution.
static double plain_error(const rill_experiment *e, double gamma, double epsilon, bool is_q,
                          bool is_current, bool is_weighted)
{
    rill_model *model = NULL;
    rill_solution *solution = NULL;
    rill_agent *agent = e->variants[0].agent;
    ASSERT_OK(rill_env_model(e->env, &model, &error), &error);
    const int32_t n = model->n_states, n_actions = model->n_actions;
    double *policy = calloc((size_t)(n * n_actions), sizeof *policy);
    double *mu = calloc((size_t)n, sizeof *mu);
    uint8_t *counts = calloc((size_t)n, 1);
    ck_assert_int_eq(rill_model_decision_states(model, counts), RILL_OK);
    ASSERT_OK(rill_solve_optimal(model, gamma, &solution, &error), &error);
    for (int32_t s = 0; s < n; s++) {
        const double *q = rill_linear_row(&agent->value, s);
        int n_best = 0;
        for (int32_t a = 0; a < n_actions; a++) {
            n_best += q[a] == rill_max(q, n_actions);
        }
        for (int32_t a = 0; a < n_actions; a++) {
            double greedy = q[a] == rill_max(q, n_actions) ? 1.0 / n_best : 0.0;
            policy[s * n_actions + a] = is_current ? epsilon / n_actions + (1.0 - epsilon) * greedy
                                                   : (a == solution->policy[s] ? 1.0 : 0.0);
        }
    }
    ASSERT_OK(rill_solve_on_policy(model, policy, mu, &error), &error);
    if (is_current) {
        rill_solution_destroy(solution);
        ASSERT_OK(rill_solve_policy(model, gamma, policy, &solution, &error), &error);
    }
    double sum = 0.0, weights = 0.0;
    for (int32_t s = 0; s < n; s++) {
        const double *q = rill_linear_row(&agent->value, s);
        double estimate = is_current ? 0.0 : rill_max(q, n_actions);
        for (int32_t a = 0; a < n_actions && counts[s]; a++) {
            const int32_t k = s * n_actions + a;
            const double weight = is_weighted ? mu[s] * policy[k] : 1.0;
            estimate += is_current ? policy[k] * q[a] : 0.0;
            sum += is_q ? weight * pow(q[a] - solution->q[k], 2.0) : 0.0;
            weights += is_q ? weight : 0.0;
        }
        const double weight = is_weighted ? mu[s] : counts[s];
        sum += is_q ? 0.0 : weight * pow(estimate - solution->v[s], 2.0);
        weights += is_q ? 0.0 : weight;
    }
    rill_solution_destroy(solution);
    rill_model_destroy(model);
    free(policy);
    free(mu);
    free(counts);
    return sqrt(sum / weights);
}

START_TEST(test_error_family)
{
    rill_experiment *e = experiment_of(
        "{'environment': {'id': 'cliff_walking', 'params': {'is_slippery': true}}, 'agents': ["
        "{'id': 'sarsa', 'params': {'gamma': 0.9}, 'policy': {'id': 'epsilon_greedy', 'params': "
        "{'epsilon': {'schedule': 'linear', 'from': 1, 'to': 0, 'over': 100}}}}],"
        " 'stop': {'steps': 1}, 'record': ['rms_error', 'rms_error_stationary', 'q_rms_error',"
        " 'q_rms_error_stationary', 'rms_error_current', 'rms_error_current_stationary',"
        " 'q_rms_error_current', 'q_rms_error_current_stationary']}");
    rill_agent *agent = e->variants[0].agent;
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    for (int round = 0; round < 3; round++) {
        agent->memory->step = 20 * (round + 1); // epsilon 0.8, 0.6, 0.4
        for (int i = 0; i < 48 * 4; i++) {
            agent->value.weights[i] = round == 0 ? 0.0 : -10.0 * rill_rng_random(&rng);
        }
        for (int kind = 0; kind < 8; kind++) {
            const bool is_q = kind & 1, is_current = kind & 2, is_weighted = kind & 4;
            char id[64];
            snprintf(id, sizeof id, "%srms_error%s%s", is_q ? "q_" : "",
                     is_current ? "_current" : "", is_weighted ? "_stationary" : "");
            const double expected =
                plain_error(e, 0.9, 0.8 - 0.2 * round, is_q, is_current, is_weighted);
            const double measured = measure(e, 0, id);
            ck_assert_msg(fabs(measured - expected) < 1e-11 * expected, "%s: %.17g, not %.17g", id,
                          measured, expected);
        }
    }
    rill_experiment_destroy(e);
}
END_TEST

/// Of a policy that does not end there is no value, but there is where it does not go.
START_TEST(test_policy_value)
{
    rill_experiment *e =
        experiment_of("{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'sarsa'},"
                      " {'id': 'q_learning', 'label': 'b', 'params': {'gamma': 0.5}}],"
                      " 'stop': {'steps': 1}, 'record': ['policy_value', 'rms_error_current']}");
    const double up[] = {1, 0, 0, 0}, right[] = {0, 1, 0, 0}, down[] = {0, 0, 1, 0};
    // at first it goes up, and on against the wall
    ck_assert(isnan(measure(e, 0, "policy_value")));
    ASSERT_NEAR(measure(e, 1, "policy_value"), -2.0, 1e-12);
    for (int32_t v = 0; v < 2; v++) {
        set(e, v, 36, up);
        for (int32_t cell = 24; cell < 35; cell++) {
            set(e, v, cell, right);
        }
        set(e, v, 35, down);
    }
    ASSERT_NEAR(measure(e, 0, "policy_value"), -13.0, 1e-12);
    ASSERT_NEAR(measure(e, 1, "policy_value"), -2.0 * (1.0 - pow(0.5, 13.0)), 1e-12);
    set(e, 0, 36, right); // into the cliff, for ever
    ck_assert(isnan(measure(e, 0, "policy_value")));
    // undiscounted the present policy, epsilon-greedy, ends in any case
    ck_assert(isfinite(measure(e, 0, "rms_error_current")));
    // Q-learning learns about the greedy policy, not about the one by which it acts
    const double *v = e->variants[1].truth->solution->v;
    for (int32_t cell = 0; cell < 48; cell++) {
        const double *q = e->variants[1].truth->solution->q + 4 * cell;
        const double exact[] = {q[0], q[1], q[2], q[3]};
        set(e, 1, cell, exact);
    }
    ck_assert(v[36] < 0.0);
    ASSERT_NEAR(measure(e, 1, "rms_error_current"), 0.0, 1e-12);
    rill_experiment_destroy(e);
}
END_TEST

START_TEST(test_truth)
{
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_truth *truth = NULL;
    // reward for ever, undiscounted: no finite value
    ASSERT_OK(rill_env_create(&env, "gridworld", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "q_learning", env, NULL, &error), &error);
    ck_assert_int_eq(rill_truth_create(&truth, env, agent, &error), RILL_FAILED);
    ck_assert_ptr_null(truth);
    rill_agent_destroy(agent);
    const char *const discounted[] = {"gamma=0.9", NULL};
    ASSERT_OK(rill_agent_create(&agent, "q_learning", env, discounted, &error), &error);
    ASSERT_OK(rill_truth_create(&truth, env, agent, &error), &error);
    // Zhao's world: the goal (row 4, column 3) pays 1 a step for ever: 1 / (1 - 0.9)
    ASSERT_NEAR(truth->solution->v[17], 10.0, 1e-9);
    ck_assert_int_eq(truth->is_decision[17], 1);
    rill_truth_destroy(truth);
    rill_truth_destroy(NULL);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

/// What the clock says is recorded, and is no part of the result hash; all else is.
START_TEST(test_steps_per_second)
{
    rill_experiment *e = experiment_of(
        "{'environment': {'id': 'random_walk'}, 'agents': [{'id': 'td0'}], 'stop': {'episodes': 40}, "
        "'record': ['return', {'metric': 'steps_per_second', 'every': 10, 'unit': 'steps'}]}");
    rill_experiment *without = experiment_of(
        "{'environment': {'id': 'random_walk'}, 'agents': [{'id': 'td0'}], 'stop': {'episodes': 40}, "
        "'record': ['return']}");
    rill_run run, again, plain;
    ASSERT_OK(rill_experiment_run_one(e, 0, 0, &run, &error), &error);
    ASSERT_OK(rill_experiment_run_one(e, 0, 0, &again, &error), &error);
    ASSERT_OK(rill_experiment_run_one(without, 0, 0, &plain, &error), &error);
    ck_assert_uint_eq(run.hash, again.hash);
    ck_assert_uint_eq(run.hash, plain.hash);
    ck_assert_uint_eq(run.series[1].count, (size_t)(run.steps / 10));
    // the time that the points stand for adds up to no more than that of the run
    double seconds = 0.0;
    for (size_t i = 0; i < run.series[1].count; i++) {
        const double rate = run.series[1].values[i];
        ck_assert(rate > 0.0 || isnan(rate)); // NaN: the clock has not moved
        seconds += isnan(rate) ? 0.0 : 10.0 / rate;
    }
    ck_assert(seconds > 0.0 && seconds <= run.wall_seconds);
    run.series[1].values[0] += 1.0;
    ck_assert_uint_eq(rill_run_hash(&run), plain.hash);
    run.series[0].values[0] += 1.0;
    ck_assert_uint_ne(rill_run_hash(&run), plain.hash);
    rill_run_clear(&run);
    rill_run_clear(&again);
    rill_run_clear(&plain);
    rill_experiment_destroy(e);
    rill_experiment_destroy(without);
}
END_TEST

/// Every metric that Sarsa can have, by episodes and by steps: a point whenever it is due.
static void check_units(void *context, const char *name, const char *summary)
{
    (void)summary;
    static const char *const names[] = {"episodes", "steps"};
    for (int unit = 0; unit < 2; unit++) {
        char text[512];
        snprintf(
            text, sizeof text,
            "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'sarsa', 'params': "
            "{'gamma': 0.9}}], 'stop': {'episodes': 11}, 'record': [{'metric': '%s', 'every': 3, "
            "'unit': '%s'}]}",
            name, names[unit]);
        rill_experiment *e = NULL;
        rill_run run;
        char *json = quoted(text);
        const rill_status status = rill_experiment_parse(&e, json, NULL, &error);
        free(json);
        if (status != RILL_OK) { // another agent's, or of whole episodes
            ck_assert_str_eq(error.path,
                             unit == 1 && strstr(error.message, "describes whole") != NULL
                                 ? "record[0].unit"
                                 : "record[0]");
            continue;
        }
        ASSERT_OK(rill_experiment_run_one(e, 0, 0, &run, &error), &error);
        ASSERT_FOR(name, run.status == RILL_RUN_DONE);
        ASSERT_FOR(name, run.series[0].count == (size_t)(unit == 0 ? 3 : run.steps / 3));
        ++*(int *)context;
        rill_run_clear(&run);
        rill_experiment_destroy(e);
    }
}

START_TEST(test_units)
{
    int n = 0;
    for (const rill_metric *const *metric = rill_metric_list(); *metric != NULL; metric++) {
        char name[48];
        rill_metric_write(*metric, 0, name);
        check_units(&n, name, "");
    }
    ck_assert_int_ge(n, 44);
    rill_agent_metric_visit(check_units, &n);
    ck_assert_int_ge(n, 48); // alpha and epsilon too
}
END_TEST

TEST_MAIN(test_list, test_of_an_episode, test_rms_error_of_a_prediction, test_rms_error_of_control,
          test_optimal_actions, test_of_steps, test_weighted_errors, test_error_family,
          test_policy_value, test_truth, test_steps_per_second, test_units)
