// Wrappers in experiment files: read in order, written back, run, and refused by their place.
#include "tests/runs.h"

#include <rill/solve.h>
#include <rill/wrapper.h>

#define EXPERIMENT(environment, more)                                               \
    "{'environment': " environment ", 'agents': [{'id': 'q_learning'}], 'runs': 2," \
    " 'stop': {'episodes': 60}, 'record': ['return', 'length']" more "}"

/// Runs both and compares every recorded bit.
static void assert_same_results(const char *a, const char *b)
{
    rill_experiment *const experiments[] = {experiment_of(a), experiment_of(b)};
    collection runs[2];
    for (int i = 0; i < 2; i++) {
        runs[i] = collect_all(experiments[i], 1);
    }
    for (size_t i = 0; i < runs[0].count; i++) {
        assert_same_run(&runs[0].runs[i], &runs[1].runs[i]);
    }
    for (int i = 0; i < 2; i++) {
        release_runs(&runs[i]);
        rill_experiment_destroy(experiments[i]);
    }
}

/// The first is the innermost; presets keep their limit inside.
START_TEST(wrappers_are_read_in_order)
{
    rill_experiment *e = experiment_of(
        EXPERIMENT("{'id': 'MountainCar-v0', 'wrappers': ["
                   "{'id': 'discretise', 'params': {'bins': [5, 4]}}, {'id': 'sticky_actions'},"
                   "{'id': 'time_limit', 'params': {'steps': 50}}]}",
                   ""));
    ck_assert_str_eq(e->env->type->id, "time_limit(sticky_actions(discretise(mountain_car)))");
    ck_assert_int_eq(e->env->observation_space.size, 20);
    ck_assert_int_eq(rill_env_unwrapped(e->env)->max_episode_steps, 200);
    collection runs = collect_all(e, 2);
    for (size_t i = 0; i < runs.count; i++) {
        ck_assert_int_eq(runs.runs[i].steps, 60 * 50); // nobody reaches the hill so fast
    }
    release_runs(&runs);
    rill_experiment_destroy(e);
}
END_TEST

START_TEST(idle_wrappers_change_no_bit)
{
    assert_same_results(
        EXPERIMENT("{'id': 'cliff_walking', 'max_episode_steps': 70}", ""),
        EXPERIMENT("{'id': 'cliff_walking', 'max_episode_steps': 70, 'wrappers': ["
                   "{'id': 'record_statistics'}, {'id': 'action_repeat', 'params': {'repeats': 1}},"
                   "{'id': 'reward_from_flags'}]}",
                   ""));
    assert_same_results( // and a limit is a limit
        EXPERIMENT("{'id': 'cliff_walking', 'max_episode_steps': 70}", ""),
        EXPERIMENT("{'id': 'cliff_walking', 'wrappers': ["
                   "{'id': 'time_limit', 'params': {'steps': 70}}]}",
                   ""));
}
END_TEST

/// The experiment written back says all of every wrapper and makes the same experiment; one without
/// wrappers says nothing of them, so that results of before go on.
START_TEST(wrappers_are_written_back)
{
    rill_experiment *e =
        experiment_of(EXPERIMENT("{'id': 'mountain_car', 'wrappers': [{'id': 'discretise'},"
                                 "{'id': 'clip_reward', 'params': {'high': 0}}]}",
                                 ""));
    char *wrappers =
        quoted("'wrappers':[{'id':'discretise','params':{'bins':[10,10],'low':[-1.2,-0.07],"
               "'high':[0.6,0.07]}},{'id':'clip_reward','params':{'low':-1,'high':0}}]");
    ck_assert_msg(strstr(e->variants[0].config, wrappers) != NULL, "%s", e->variants[0].config);
    rill_error error = {0};
    rill_experiment *again = NULL;
    ASSERT_OK(rill_experiment_parse(&again, e->resolved, NULL, &error), &error);
    ck_assert_str_eq(again->variants[0].config, e->variants[0].config);
    rill_experiment_destroy(again);
    rill_experiment_destroy(e);
    free(wrappers);

    const char *const none[] = {"", ", 'wrappers': []"};
    for (int i = 0; i < 2; i++) {
        char text[512];
        snprintf(text, sizeof text, EXPERIMENT("{'id': 'cliff_walking'%s}", ""), none[i]);
        e = experiment_of(text);
        ck_assert_ptr_null(strstr(e->variants[0].config, "wrappers"));
        rill_experiment_destroy(e);
    }
}
END_TEST

START_TEST(mistakes_are_named_by_their_place)
{
    static const struct {
        const char *wrappers, *path, *message;
    } mistakes[] = {
        {"3", "environment.wrappers", "found 3, expected an array"},
        {"['time_limit']", "environment.wrappers[0]", "found a text, expected an object"},
        {"[{'params': {}}]", "environment.wrappers[0].id", "missing"},
        {"[{'id': 'time_limit'}, {'id': 'clip_rewards'}]", "environment.wrappers[1].id",
         "unknown wrapper \"clip_rewards\"; did you mean \"clip_reward\"?"},
        {"[{'id': 'time_limit', 'parms': {}}]", "environment.wrappers[0].parms", "\"params\""},
        {"[{'id': 'time_limit', 'params': {'steps': 0}}]", "environment.wrappers[0].params.steps",
         "0 is out of range"},
        {"[{'id': 'time_limit'}, {'id': 'discretise'}]", "environment.wrappers[1].params",
         "discretise needs a box of observations; those of time_limit(cliff_walking) are discrete"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        char text[512];
        snprintf(text, sizeof text, EXPERIMENT("{'id': 'cliff_walking', 'wrappers': %s}", ""),
                 mistakes[i].wrappers);
        char *json = quoted(text);
        rill_experiment *e = NULL;
        rill_error error = {0};
        ASSERT_REFUSED(rill_experiment_parse(&e, json, NULL, &error), &error, mistakes[i].path,
                       mistakes[i].message);
        free(json);
    }
}
END_TEST

/// Exact values are those of the wrapped environment: with 1 for the end alone and discount 0.5 the
/// cliff's start, 13 steps away, is worth 0.5^12. Where there is no model, it says so.
START_TEST(truth_is_that_of_the_wrapped)
{
    rill_error error = {0};
    rill_experiment *e =
        experiment_of(EXPERIMENT("{'id': 'cliff_walking', 'wrappers': [{'id': 'reward_from_flags',"
                                 "'params': {'scale': 0, 'terminated': 1}}]}",
                                 ""));
    rill_model *model = NULL;
    rill_solution *solution = NULL;
    ASSERT_OK(rill_env_model(e->env, &model, &error), &error);
    ASSERT_OK(rill_solve_optimal(model, 0.5, &solution, &error), &error);
    ASSERT_NEAR(solution->v[36], 0x1p-12, 1e-15);
    rill_solution_destroy(solution);
    rill_model_destroy(model);
    rill_experiment_destroy(e);

    char *json =
        quoted("{'environment': {'id': 'random_walk', 'wrappers': [{'id': 'sticky_actions'}"
               "]}, 'agents': [{'id': 'td0'}], 'stop': {'episodes': 1}, "
               "'record': ['rms_error']}");
    ASSERT_REFUSED(rill_experiment_parse(&e, json, NULL, &error), &error, "record[0]",
                   "rms_error needs exact values: sticky_actions(random_walk) is not a finite MDP");
    free(json);
}
END_TEST

/// Evaluation sees rewards by the statistics of learning: all are -1 here, and so is each mean
/// greedy reward that of the last step learned on. Without that its own statistics would know one
/// episode of 5 steps.
START_TEST(evaluation_takes_statistics_over)
{
    rill_experiment *e = experiment_of(
        EXPERIMENT("{'id': 'random_walk', 'wrappers': [{'id': 'reward_from_flags', 'params': "
                   "{'scale': 0, 'step': -1}}, {'id': 'normalise_reward'}]}",
                   ", 'evaluation': {'every': 60, 'max_steps': 5}"));
    collection runs = collect_all(e, 1);
    const rill_run *run = &runs.runs[0];
    ck_assert_uint_eq(run->n_series, 4);
    const double learned = run->series[0].values[59] / run->series[1].values[59];
    const double evaluated = run->series[2].values[0] / run->series[3].values[0];
    ASSERT_NEAR(evaluated, learned, 0.05 * fabs(learned));
    release_runs(&runs);
    rill_experiment_destroy(e);
}
END_TEST

TEST_MAIN(wrappers_are_read_in_order, idle_wrappers_change_no_bit, wrappers_are_written_back,
          mistakes_are_named_by_their_place, truth_is_that_of_the_wrapped,
          evaluation_takes_statistics_over)
