/// A run that is watched: looking changes nothing, and it stops where it is told to.
#include "tests/program.h"

#ifdef RILL_HAS_SDL

#include "plots/window/learner.h"

static const char grid_world[] =
    "{'environment': {'id': 'cliff_walking'},"
    " 'agents': [{'label': 'Q', 'id': 'q_learning', 'params': {'alpha': 0.5, 'gamma': 1}},"
    "            {'label': 'Sarsa', 'id': 'sarsa', 'params': {'alpha': 0.5, 'gamma': 1}}],"
    " 'stop': {'episodes': 40}, 'runs': 3, 'seed': 7,"
    " 'record': [{'metric': 'return', 'every': 1, 'unit': 'episodes'}]}";

/// Experiments of every way that the loop can go: with step metrics, by steps, with lanes, diverging.
static const struct {
    const char *name, *json;
} experiments[] = {
    {"grid", grid_world},
    {"mountain car",
     "{'environment': {'id': 'mountain_car'},"
     " 'agents': [{'id': 'sarsa', 'params': {'alpha': 0.0625, 'gamma': 1},"
     "             'features': {'id': 'tile_coding'}}],"
     " 'stop': {'steps': 3000}, 'runs': 1, 'seed': 3,"
     " 'evaluation': {'every': 1000, 'unit': 'steps', 'episodes': 2, 'max_steps': 300},"
     " 'record': [{'metric': 'td_error', 'every': 100, 'unit': 'steps'}]}"},
    {"bandit", "{'environment': {'id': 'bandit'}, 'agents': [{'id': 'simple_bandit'}],"
               " 'stop': {'steps': 500}, 'runs': 1, 'seed': 3,"
               " 'record': [{'metric': 'reward', 'every': 1, 'unit': 'steps'}]}"},
    {"lanes",
     "{'environment': {'id': 'CartPole-v1'}, 'agents': [{'id': 'a2c', 'params': {'lanes': 3}, 'features': {'id': 'raw', 'params':"
     " {'low': [-1, -1, -1, -1], 'high': [1, 1, 1, 1]}}}],"
     " 'stop': {'steps': 3000}, 'runs': 1, 'seed': 3,"
     " 'record': [{'metric': 'return', 'every': 1, 'unit': 'episodes'}]}"},
    {"diverging",
     "{'environment': {'id': 'baird'}, 'agents': [{'id': 'off_policy_td0', 'params': {'alpha': 5}}],"
     " 'stop': {'steps': 100000}, 'runs': 1, 'seed': 3,"
     " 'record': [{'metric': 'weight[0]', 'every': 50000, 'unit': 'steps'}]}"},
};

static rill_experiment *parse(const char *text)
{
    rill_error error = {0};
    rill_experiment *experiment = NULL;
    char *json = quoted(text);
    ASSERT_OK(rill_experiment_parse(&experiment, json, NULL, &error), &error);
    free(json);
    return experiment;
}

static void stop_until(learner *run, int64_t steps, const char *name)
{
    learner_allow(run, steps, INT64_MAX);
    learner_catch_up(run);
    if (!atomic_load(&run->is_over)) {
        ASSERT_FOR(name, run->seen.steps == steps);
    }
}

START_TEST(looking_changes_no_result)
{
    for (size_t i = 0; i < sizeof experiments / sizeof experiments[0]; i++) {
        const char *name = experiments[i].name;
        rill_error error = {0};
        rill_run alone;
        learner run;
        rill_experiment *experiment = parse(experiments[i].json);
        ASSERT_OK(rill_experiment_run_one(experiment, 0, 0, &alone, &error), &error);
        ASSERT_OK(learner_open(&run, experiment, 0, 0, &error), &error);
        for (int64_t steps = 1; steps < 60; steps += 7) {
            stop_until(&run, steps, name);
            // what is done to the copies is of no consequence
            rill_outcome outcome;
            rill_env_reset(run.env);
            if (run.agent->action_space.kind == RILL_SPACE_DISCRETE) {
                rill_env_step(run.env, (rill_action){.index = 0}, &outcome);
            }
            rill_agent_act_greedily(run.agent, rill_env_observe(run.env));
        }
        learner_allow(&run, INT64_MAX, INT64_MAX);
        while (!atomic_load(&run.is_over)) {
            learner_look(&run);
        }
        learner_look(&run);
        ASSERT_OK(run.status, &run.error);
        ASSERT_FOR(name, run.run.hash == alone.hash && run.run.status == alone.status);
        ASSERT_FOR(name, alone.steps > 60); // so that it was stopped
        ASSERT_FOR(name, run.seen.steps == alone.steps);
        ASSERT_FOR(name, run.seen.n_points == alone.series[0].count);
        ASSERT_FOR(name, memcmp(run.seen.curve, alone.series[0].values,
                                alone.series[0].count * sizeof(double)) == 0);
        learner_close(&run);
        rill_run_clear(&alone);
        rill_experiment_destroy(experiment);
    }
}
END_TEST

START_TEST(a_run_stops_at_the_end_of_an_episode)
{
    rill_error error = {0};
    learner run;
    rill_run alone;
    rill_experiment *experiment = parse(grid_world);
    ASSERT_OK(rill_experiment_run_one(experiment, 1, 2, &alone, &error), &error);
    ASSERT_OK(learner_open(&run, experiment, 1, 2, &error), &error);
    for (int64_t episodes = 1; episodes < 4; episodes++) {
        learner_allow(&run, INT64_MAX, episodes);
        learner_catch_up(&run);
        ck_assert_int_eq(run.seen.episodes, episodes);
        ck_assert_double_eq(run.seen.last_return, alone.series[0].values[episodes - 1]);
        ck_assert_int_eq(rill_env_observe(run.env).index,
                         47); // the goal is seen before the next start
    }
    learner_close(&run); // in the middle
    rill_run_clear(&alone);
    rill_experiment_destroy(experiment);
}
END_TEST

/// The cells of the episode, from its start; the agent stands in the last.
static void assert_way(const learner *run, int64_t n)
{
    const trail *way = &run->seen.way;
    ck_assert_int_eq(way->n, n);
    ck_assert_int_eq(way->cells[0], 36); // where every episode of the cliff begins
    ck_assert_int_eq(way->cells[n - 1], rill_env_observe(run->env).index);
    for (int64_t i = 1; i < n; i++) {
        const int32_t jump = abs(way->cells[i] - way->cells[i - 1]);
        ck_assert_msg(jump <= 1 || jump == 12 || way->cells[i] == 36, "from %d to %d",
                      (int)way->cells[i - 1], (int)way->cells[i]);
    }
}

START_TEST(a_way_begins_at_the_start)
{
    rill_error error = {0};
    learner run;
    rill_experiment *experiment = parse(grid_world);
    ASSERT_OK(learner_open(&run, experiment, 0, 0, &error), &error);
    for (int64_t steps = 1; steps <= 10; steps++) {
        stop_until(&run, steps, "grid");
        assert_way(&run, steps + 1);
    }
    learner_close(&run);
    rill_experiment_destroy(experiment);
}
END_TEST

/// Several environments take turns, and one of them is seen.
START_TEST(of_lanes_the_first_is_seen)
{
    rill_error error = {0};
    learner run;
    rill_experiment *experiment = parse("{'environment': {'id': 'cliff_walking'},"
                                        " 'agents': [{'id': 'a2c', 'params': {'lanes': 3}}],"
                                        " 'stop': {'steps': 3000}, 'runs': 1, 'seed': 3}");
    ASSERT_OK(learner_open(&run, experiment, 0, 0, &error), &error);
    for (int64_t steps = 1; steps <= 30; steps++) {
        stop_until(&run, steps, "lanes");
        const int64_t own = (steps + 2) / 3; // of the first environment
        assert_way(&run, own + 1);
        ck_assert_int_eq(run.seen.episode_length, own);
        ck_assert_double_le(run.seen.episode_return, (double)-own);
    }
    learner_close(&run);
    rill_experiment_destroy(experiment);
}
END_TEST

TEST_MAIN(looking_changes_no_result, a_run_stops_at_the_end_of_an_episode,
          a_way_begins_at_the_start, of_lanes_the_first_is_seen)

#else

int main(void)
{
    return 77; // there is no window
}

#endif
