// Metrics, against values worked out by hand.
#include "tests/runs.h"

#include <rill/recorder.h>

static rill_error error;

static double measure(const rill_experiment *experiment, int32_t variant, const char *id)
{
    double scratch[8];
    const rill_variant *v = &experiment->variants[variant];
    const rill_metric *metric = rill_metric_find(id, &error);
    ck_assert_ptr_nonnull(metric);
    const rill_metric_view view = {.agent = v->agent,
                                   .truth = v->truth,
                                   .episode_return = -13.5,
                                   .episode_length = 7,
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
        ck_assert(list[n]->summary[0] != '\0' && list[n]->measure != NULL);
        ck_assert(n == 0 || strcmp(list[n - 1]->id, list[n]->id) < 0);
        ck_assert_uint_lt(strlen(list[n]->id), sizeof((rill_series *)NULL)->metric);
    }
    ck_assert_uint_ge(n, 5);
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

TEST_MAIN(test_list, test_of_an_episode, test_rms_error_of_a_prediction, test_rms_error_of_control,
          test_optimal_actions, test_truth)
