// The runner: runs that depend on nothing but the experiment, their agent and their number; records
// and stops at the exact places; and one run written a second time, from the books.
#include "tests/reference_policy.h"
#include "tests/runs.h"

#include <pthread.h>
#include <rill/summary.h>

static rill_error error;

/// Three agents, every kind of record, evaluation.
static const char mixed[] =
    "{'environment': {'id': 'cliff_walking', 'params': {'is_slippery': true},"
    "                 'max_episode_steps': 50},"
    " 'agents': [{'id': 'sarsa'}, {'id': 'q_learning', 'params': {'alpha': 0.5}},"
    "            {'id': 'td0', 'params': {'gamma': 0.9}}],"
    " 'stop': {'episodes': 20}, 'runs': 5, 'seed': 42,"
    " 'record': ['return', {'metric': 'length', 'every': 3}, {'metric': 'rms_error', 'every': 4},"
    "            {'metric': 'td_error', 'unit': 'steps', 'every': 37}],"
    " 'evaluation': {'every': 5, 'episodes': 2, 'max_steps': 40}}";

static void assert_same_collections(const collection *a, const collection *b)
{
    ck_assert_uint_eq(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_same_run(&a->runs[i], &b->runs[i]);
    }
}

START_TEST(test_threads_change_nothing)
{
    rill_experiment *experiment = experiment_of(mixed);
    collection one = collect_all(experiment, 1);
    static const int32_t threads[] = {2, 7, 64};
    for (size_t i = 0; i < 3; i++) {
        collection many = collect_all(experiment, threads[i]);
        assert_same_collections(&one, &many);
        release_runs(&many);
    }
    // each as if it were alone
    for (size_t i = 0; i < one.count; i++) {
        rill_run run;
        ASSERT_OK(
            rill_experiment_run_one(experiment, (int32_t)(i / 5), (int64_t)(i % 5), &run, &error),
            &error);
        assert_same_run(&one.runs[i], &run);
        rill_run_clear(&run);
    }
    // and all different
    for (size_t i = 0; i < one.count; i++) {
        for (size_t j = 0; j < i; j++) {
            ck_assert_uint_ne(one.runs[i].hash, one.runs[j].hash);
        }
    }
    release_runs(&one);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_seed_and_streams)
{
    static const char twins[] =
        "{'environment': {'id': 'cliff_walking'}, 'stop': {'episodes': 5}, 'runs': 2, 'agents': ["
        "{'id': 'q_learning', 'label': 'a'}, {'id': 'q_learning', 'label': 'b'}], 'seed': 3}";
    rill_experiment *experiment = experiment_of(twins);
    collection a = collect_all(experiment, 2);
    // all agents meet the same luck
    ck_assert_uint_eq(a.runs[0].hash, a.runs[2].hash);
    ck_assert_uint_eq(a.runs[1].hash, a.runs[3].hash);
    ck_assert_uint_ne(a.runs[0].hash, a.runs[1].hash);
    // more runs leave the first ones as they are; another seed does not
    experiment->runs = 3;
    collection b = collect_all(experiment, 2);
    assert_same_run(&a.runs[0], &b.runs[0]);
    assert_same_run(&a.runs[1], &b.runs[1]);
    release_runs(&b);
    experiment->runs = 2;
    experiment->seed = 4;
    b = collect_all(experiment, 2);
    ck_assert_uint_ne(a.runs[0].hash, b.runs[0].hash);
    release_runs(&a);
    release_runs(&b);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_done_runs_are_skipped)
{
    rill_experiment *experiment = experiment_of(mixed);
    collection all = collect_all(experiment, 2);
    // (variant, run) row-major
    const uint8_t is_done[] = {1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0};
    for (int32_t threads = 1; threads < 4; threads += 2) {
        collection rest = {0};
        ASSERT_OK(collect(experiment, threads, is_done, &rest, &error), &error);
        size_t n = 0;
        for (size_t i = 0; i < 15; i++) {
            if (!is_done[i]) {
                ck_assert_uint_lt(n, rest.count);
                assert_same_run(&all.runs[i], &rest.runs[n++]);
            }
        }
        ck_assert_uint_eq(n, rest.count);
        release_runs(&rest);
    }
    uint8_t all_done[15];
    memset(all_done, 1, sizeof all_done);
    collection none = {0};
    ASSERT_OK(collect(experiment, 2, all_done, &none, &error), &error);
    ck_assert_uint_eq(none.count, 0);
    release_runs(&all);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_interrupted_and_resumed)
{
    rill_experiment *experiment = experiment_of(mixed);
    enum { RUNS = 2000 }; // that the calling thread has a word before all are made
    experiment->runs = RUNS;
    collection all = collect_all(experiment, 2);
    for (int32_t threads = 1; threads < 8; threads += 3) {
        uint8_t *is_done = calloc(3 * RUNS, 1);
        collection parts = {0};
        rill_status status = RILL_INTERRUPTED;
        int n_parts = 0;
        while (status == RILL_INTERRUPTED) {
            const size_t before = parts.count;
            parts.stop_after = before + 1000;
            error = (rill_error){0};
            status = collect(experiment, threads, is_done, &parts, &error);
            ck_assert(status == RILL_OK || status == RILL_INTERRUPTED);
            if (status == RILL_INTERRUPTED) {
                ck_assert_int_eq(error.status, RILL_INTERRUPTED);
                ck_assert_str_eq(error.message, "interrupted");
                ck_assert_uint_ge(parts.count, before + 1000);
                ck_assert_uint_lt(parts.count, 3 * RUNS);
            }
            for (size_t i = 0; i < parts.count; i++) {
                is_done[parts.runs[i].variant * RUNS + parts.runs[i].run] = 1;
            }
            n_parts++;
        }
        ck_assert_int_gt(n_parts, 2); // it was interrupted in earnest
        assert_same_collections(&all, &parts);
        release_runs(&parts);
        free(is_done);
    }
    release_runs(&all);
    rill_experiment_destroy(experiment);
}
END_TEST

/// A stop does not wait for the end of a run, or of an evaluation, and what is half-done is not
/// handed on.
START_TEST(test_stop_within_a_run)
{
    static const char *const endless[] = {
        "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'q_learning'}],"
        " 'stop': {'steps': 9007199254740992}, 'record': []}",
        "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'q_learning'}],"
        " 'stop': {'episodes': 1}, 'record': [],"
        " 'evaluation': {'every': 1, 'episodes': 1073741824, 'max_steps': 1000}}",
    };
    for (size_t i = 0; i < sizeof endless / sizeof endless[0]; i++) {
        rill_experiment *experiment = experiment_of(endless[i]);
        collection c = {.stop_after = 0};
        c.runs = calloc(1, sizeof *c.runs);
        c.count = c.stop_after = 1; // stops at once
        ck_assert_int_eq(collect(experiment, 1, NULL, &c, &error), RILL_INTERRUPTED);
        ck_assert_uint_eq(c.count, 1);
        release_runs(&c);
        rill_experiment_destroy(experiment);
    }
}
END_TEST

typedef struct failing {
    pthread_t caller;
    size_t runs;
    bool is_refused; ///< it was the last call
    int64_t steps;
} failing;

static void note_steps(void *context, const rill_progress *progress)
{
    ((failing *)context)->steps = progress->steps;
}

static rill_status refuse_third(void *context, rill_run *runs, size_t n, rill_error *refusal)
{
    failing *f = context;
    ck_assert(pthread_equal(f->caller, pthread_self()));
    ck_assert(!f->is_refused);
    for (size_t i = 0; i < n; i++) {
        rill_run_clear(&runs[i]);
    }
    f->runs += n;
    f->is_refused = f->runs >= 3;
    return f->is_refused ? rill_error_set(refusal, RILL_IO, "", "no more") : RILL_OK;
}

START_TEST(test_an_error_of_the_callback_stops)
{
    rill_experiment *experiment = experiment_of(mixed);
    experiment->runs = 400;
    collection some = collect_all(experiment, 2);
    const int64_t steps_a_run = some.steps / (int64_t)some.count;
    release_runs(&some);
    experiment->runs = 20000; // more than wait to be handed on at a time
    for (int32_t threads = 1; threads < 6; threads += 2) {
        failing f = {.caller = pthread_self()};
        const rill_run_options options = {
            .threads = threads, .on_runs = refuse_third, .on_progress = note_steps, .context = &f};
        ck_assert_int_eq(rill_experiment_run(experiment, &options, &error), RILL_IO);
        ck_assert_str_eq(error.message, "no more");
        ck_assert_int_lt(f.steps,
                         3 * experiment->runs * steps_a_run / 2); // the threads stopped too
        ck_assert(f.is_refused);
    }
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_progress)
{
    rill_experiment *experiment = experiment_of(mixed);
    collection c = collect_all(experiment, 3);
    int64_t steps = 0;
    for (size_t i = 0; i < c.count; i++) {
        steps += c.runs[i].steps;
        ck_assert(c.runs[i].wall_seconds >= 0.0);
    }
    ck_assert_int_eq(c.steps, steps); // the last word is the whole
    ck_assert_int_eq(c.finished, (int64_t)c.count);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

/// Onlookers have learned something in the end, and neither they nor a pace change what is
/// recorded.
START_TEST(test_onlookers)
{
    rill_experiment *experiment = experiment_of(mixed);
    experiment->runs = 1;
    collection plain_runs = collect_all(experiment, 1);
    const int32_t n = experiment->n_variants;
    rill_agent **onlookers = calloc((size_t)n, sizeof *onlookers);
    for (int32_t i = 1; i < n; i++) { // the first is left out
        ASSERT_OK(rill_agent_clone(&onlookers[i], experiment->variants[i].agent, &error), &error);
    }
    for (int paced = 0; paced < 2; paced++) {
        collection c = {0};
        const rill_run_options options = {.threads = 3,
                                          .on_runs = collect_runs,
                                          .on_progress = note_progress,
                                          .context = &c,
                                          .onlookers = onlookers,
                                          .pace = paced * 1e5};
        ASSERT_OK(rill_experiment_run(experiment, &options, &error), &error);
        qsort(c.runs, c.count, sizeof *c.runs, compare_collected);
        ck_assert_uint_eq(c.count, (size_t)n);
        for (int32_t i = 0; i < n; i++) {
            assert_same_run(&c.runs[i], &plain_runs.runs[i]);
            if (onlookers[i] != NULL) {
                ck_assert_int_gt(onlookers[i]->memory->step, 0);
            }
        }
        release_runs(&c);
    }
    for (int32_t i = 0; i < n; i++) {
        rill_agent_destroy(onlookers[i]);
    }
    free(onlookers);
    release_runs(&plain_runs);
    rill_experiment_destroy(experiment);
}
END_TEST

static rill_rng stream(const rill_experiment *experiment, int64_t number, uint32_t role)
{
    const uint32_t key[] = {(uint32_t)number, role};
    rill_rng rng;
    rill_rng_spawn(&rng, experiment->seed, key, 2);
    return rng;
}

/// What happens in a run, step by step and without the runner: TD errors by steps; returns, lengths
/// and, where asked for, evaluations by episodes.
typedef struct plain_run {
    int64_t steps, episodes;
    double td_errors[70000], returns[70000], lengths[70000];
    double evaluation_returns[500], evaluation_lengths[500];
    int64_t n_evaluations;
} plain_run;

static plain_run plain;

static void evaluate_plainly(const rill_experiment *e, const rill_agent *agent, rill_env *env)
{
    double sum = 0.0;
    double length = 0.0;
    for (int64_t i = 0; i < e->evaluation.episodes; i++) {
        rill_observation observation = rill_env_reset(env);
        for (int64_t t = 0; t < e->evaluation.max_steps; t++) {
            rill_outcome outcome;
            observation = rill_env_step(env, rill_agent_act_greedily(agent, observation), &outcome);
            sum += outcome.reward;
            length += 1.0;
            if (outcome.terminated || outcome.truncated) {
                break;
            }
        }
    }
    plain.evaluation_returns[plain.n_evaluations] = sum / (double)e->evaluation.episodes;
    plain.evaluation_lengths[plain.n_evaluations++] = length / (double)e->evaluation.episodes;
}

static void run_plainly(const rill_experiment *e, int32_t variant, int64_t number)
{
    rill_env *env = NULL, *evaluation_env = NULL;
    rill_agent *agent = NULL;
    ASSERT_OK(rill_env_clone(&env, e->env, &error), &error);
    ASSERT_OK(rill_env_clone(&evaluation_env, e->env, &error), &error);
    ASSERT_OK(rill_agent_clone(&agent, e->variants[variant].agent, &error), &error);
    env->data->rng = stream(e, number, 0);
    const rill_rng rng = stream(e, number, 1);
    rill_agent_begin(agent, &rng);
    evaluation_env->data->rng = stream(e, number, 2);
    memset(&plain, 0, sizeof plain);
    rill_action action = rill_agent_start(agent, rill_env_reset(env));
    double episode_return = 0.0;
    int64_t length = 0;
    while ((e->stop_steps == 0 || plain.steps < e->stop_steps) &&
           (e->stop_episodes == 0 || plain.episodes < e->stop_episodes)) {
        rill_outcome outcome;
        rill_observation observation = rill_env_step(env, action, &outcome);
        episode_return += outcome.reward;
        length++;
        bool is_last = outcome.terminated || outcome.truncated;
        if (is_last) {
            rill_agent_finish(agent, &outcome, observation);
        } else {
            action = rill_agent_step(agent, outcome.reward, observation);
        }
        plain.td_errors[plain.steps++] = agent->memory->td_error;
        if (is_last) {
            plain.returns[plain.episodes] = episode_return;
            plain.lengths[plain.episodes++] = (double)length;
            episode_return = 0.0;
            length = 0;
            if (e->evaluation.every > 0 && plain.episodes % e->evaluation.every == 0) {
                evaluate_plainly(e, agent, evaluation_env);
            }
            action = rill_agent_start(agent, rill_env_reset(env));
        }
    }
    rill_env_destroy(env);
    rill_env_destroy(evaluation_env);
    rill_agent_destroy(agent);
}

/// A series holds every `every`th of the values, at the exact places, and no more.
static void assert_thinned(const rill_series *series, const double *values, int64_t n)
{
    ck_assert_uint_eq(series->count, (size_t)(n / series->every));
    for (size_t i = 0; i < series->count; i++) {
        double expected = values[((int64_t)i + 1) * series->every - 1];
        ck_assert_msg(memcmp(&series->values[i], &expected, sizeof expected) == 0,
                      "%s, point %zu: %.17g, expected %.17g", series->metric, i, series->values[i],
                      expected);
    }
}

/// Stops by steps and by episodes, whichever comes first, and records of every interval; also
/// across the runner's own interval of 65,536 steps.
START_TEST(test_exact_places)
{
    static const struct {
        int64_t max_steps; ///< of an episode
        const char *stop;
        int64_t every_steps, every_episodes;
    } cases[] = {
        {50, "'steps': 100", 7, 1},
        {50, "'steps': 1", 1, 1},
        {50, "'steps': 98", 7, 2},
        {10, "'steps': 100", 1, 1},
        {0, "'episodes': 3", 5, 1},
        {10, "'episodes': 10", 10, 3},
        {10, "'episodes': 10", 7, 10},
        {10, "'episodes': 10", 7, 11},
        {10, "'episodes': 10, 'steps': 100", 1, 1},
        {10, "'episodes': 10, 'steps': 99", 1, 1},
        {10, "'episodes': 10, 'steps': 101", 1, 1},
        {100, "'steps': 65536", 65536, 1},
        {100, "'steps': 65537", 32768, 5},
        {100, "'steps': 65535", 65535, 7},
        {100, "'steps': 65535", 70000, 7},
        {100, "'steps': 69999", 30011, 7},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "{'environment': {'id': 'cliff_walking', 'max_episode_steps': %d},"
                 " 'agents': [{'id': 'sarsa'}], 'stop': {%s}, 'seed': %zu, 'record': ["
                 "{'metric': 'td_error', 'unit': 'steps', 'every': %d},"
                 "{'metric': 'return', 'every': %d}, 'length']}",
                 (int)cases[i].max_steps, cases[i].stop, i, (int)cases[i].every_steps,
                 (int)cases[i].every_episodes);
        rill_experiment *experiment = experiment_of(text);
        rill_run run;
        ASSERT_OK(rill_experiment_run_one(experiment, 0, 2, &run, &error), &error);
        run_plainly(experiment, 0, 2);
        ck_assert_int_eq(run.steps, plain.steps);
        ck_assert_int_eq(run.episodes, plain.episodes);
        ck_assert(experiment->stop_steps == 0 || run.steps <= experiment->stop_steps);
        ck_assert(experiment->stop_episodes == 0 || run.episodes <= experiment->stop_episodes);
        ck_assert(run.steps == experiment->stop_steps || run.episodes == experiment->stop_episodes);
        ck_assert_uint_eq(run.n_series, 3);
        assert_thinned(&run.series[0], plain.td_errors, plain.steps);
        assert_thinned(&run.series[1], plain.returns, plain.episodes);
        assert_thinned(&run.series[2], plain.lengths, plain.episodes);
        ck_assert_int_eq(run.status, RILL_RUN_DONE);
        rill_run_clear(&run);
        rill_experiment_destroy(experiment);
    }
}
END_TEST

START_TEST(test_evaluation)
{
    static const char *const cases[] = {"'every': 1", "'every': 7, 'episodes': 3, 'max_steps': 20",
                                        "'every': 40, 'max_steps': 1"};
    for (size_t i = 0; i < 3; i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "{'environment': {'id': 'cliff_walking', 'params': {'is_slippery': true},"
                 " 'max_episode_steps': 200}, 'agents': [{'id': 'q_learning'}],"
                 " 'stop': {'episodes': 40}, 'evaluation': {%s}}",
                 cases[i]);
        rill_experiment *experiment = experiment_of(text);
        rill_run run;
        ASSERT_OK(rill_experiment_run_one(experiment, 0, 1, &run, &error), &error);
        run_plainly(experiment, 0, 1);
        const int64_t every = experiment->evaluation.every;
        ck_assert_uint_eq(run.n_series, 3);
        ck_assert_str_eq(run.series[1].metric, "evaluation_return");
        ck_assert_str_eq(run.series[2].metric, "evaluation_length");
        ck_assert_uint_eq(run.series[1].count, (size_t)(40 / every));
        ck_assert_int_eq(plain.n_evaluations, 40 / every);
        for (size_t j = 1; j < 3; j++) {
            ck_assert(run.series[j].unit == RILL_EPISODES && run.series[j].every == every);
            const double *values = j == 1 ? plain.evaluation_returns : plain.evaluation_lengths;
            ck_assert_mem_eq(run.series[j].values, values, 8 * run.series[j].count);
        }
        // to evaluate does not disturb learning
        experiment->evaluation.every = 0;
        rill_run undisturbed;
        ASSERT_OK(rill_experiment_run_one(experiment, 0, 1, &undisturbed, &error), &error);
        ck_assert_uint_eq(undisturbed.n_series, 1);
        ck_assert_mem_eq(run.series[0].values, undisturbed.series[0].values, 8 * 40);
        rill_run_clear(&undisturbed);
        rill_run_clear(&run);
        rill_experiment_destroy(experiment);
    }
}
END_TEST

START_TEST(test_divergence)
{
    static const char text[] =
        "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 20},"
        " 'agents': [{'id': 'q_learning', 'label': 'wild', 'params': {'alpha': 1e9}},"
        "            {'id': 'q_learning', 'label': 'tame'}],"
        " 'stop': {'episodes': 500}, 'runs': 3,"
        " 'record': ['return', 'length', {'metric': 'td_error', 'every': 1, 'unit': 'steps'}]}";
    rill_experiment *experiment = experiment_of(text);
    collection a = collect_all(experiment, 1);
    collection b = collect_all(experiment, 3);
    assert_same_collections(&a, &b);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(a.runs[i].status, RILL_RUN_DIVERGED);
        ck_assert_int_lt(a.runs[i].episodes, 500);
        const rill_series *errors = &a.runs[i].series[2];
        for (size_t j = 0; j < errors->count; j++) {
            ck_assert(isfinite(errors->values[j]));
        }
        ck_assert_int_eq((int64_t)errors->count,
                         a.runs[i].steps - 1); // the next one is the first that is not
        ck_assert_int_eq(a.runs[3 + i].status, RILL_RUN_DONE);
        ck_assert_int_eq(a.runs[3 + i].episodes, 500);
    }
    release_runs(&b);
    // also where nothing that is recorded shows it
    experiment->n_records = 1;
    experiment->n_variants = 1;
    b = collect_all(experiment, 2);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(b.runs[i].status, RILL_RUN_DIVERGED);
        ck_assert_int_eq(b.runs[i].steps, a.runs[i].steps);
        for (size_t j = 0; j < b.runs[i].series[0].count; j++) {
            ck_assert(isfinite(b.runs[i].series[0].values[j]));
        }
    }
    experiment->n_records = 3;
    experiment->n_variants = 2;
    release_runs(&a);
    release_runs(&b);
    rill_experiment_destroy(experiment);
}
END_TEST

/// S&B's box of Q-learning on the cliff, with nothing of rill but its random numbers.
/// Environments side by side: the runner's runs are those of a loop by hand over lanes with streams of
/// their own, each served with one call in turn.
START_TEST(test_lanes)
{
    enum { LANES = 3, STEPS = 999, RUN = 1 };
    rill_experiment *experiment = experiment_of(
        "{'environment': {'id': 'random_walk', 'max_episode_steps': 30}, 'seed': 5, 'runs': 2,"
        " 'agents': [{'id': 'a2c', 'params': {'lanes': 3, 'n_steps': 4, 'alpha_theta': 0.1}}],"
        " 'stop': {'steps': 999}, 'record': ['length', {'metric': 'total_reward', 'every': 100, "
        "'unit': 'steps'}]}");
    collection c = collect_all(experiment, 2);
    const rill_run *run = &c.runs[RUN];
    rill_agent *agent = NULL;
    rill_env *envs[LANES];
    rill_observation seen[LANES];
    rill_outcome outcomes[LANES] = {{0.0, false, true}, {0.0, false, true}, {0.0, false, true}};
    int64_t lengths[LANES] = {0}, n_episodes = 0;
    double total = 0.0;
    const uint32_t agent_key[] = {RUN, 1};
    rill_rng rng;
    rill_rng_spawn(&rng, 5, agent_key, 2);
    ASSERT_OK(rill_agent_clone(&agent, experiment->variants[0].agent, &error), &error);
    rill_agent_begin(agent, &rng);
    for (uint32_t i = 0; i < LANES; i++) {
        const uint32_t key[] = {RUN, 0, i};
        ASSERT_OK(rill_env_clone(&envs[i], experiment->env, &error), &error);
        rill_rng_spawn(&envs[i]->data->rng, 5, key, i == 0 ? 2 : 3);
    }
    for (int64_t step = 0; step < STEPS; step++) {
        const int32_t i = (int32_t)(step % LANES);
        agent->memory->lane = i;
        rill_action action;
        if (rill_outcome_is_last(&outcomes[i])) {
            action = rill_agent_start(agent, rill_env_reset(envs[i]));
        } else {
            action = rill_agent_step(agent, outcomes[i].reward, seen[i]);
        }
        seen[i] = rill_env_step(envs[i], action, &outcomes[i]);
        lengths[i]++;
        total += outcomes[i].reward;
        if (rill_outcome_is_last(&outcomes[i])) {
            rill_agent_finish(agent, &outcomes[i], seen[i]);
            ck_assert(run->series[0].values[n_episodes++] == (double)lengths[i]);
            lengths[i] = 0;
        }
        if ((step + 1) % 100 == 0) {
            ck_assert(run->series[1].values[step / 100] == total);
        }
    }
    for (int32_t i = 0; i < LANES; i++) { // and what the last steps have led to
        if (!rill_outcome_is_last(&outcomes[i])) {
            agent->memory->lane = i;
            rill_agent_step(agent, outcomes[i].reward, seen[i]);
        }
    }
    ck_assert(run->steps == STEPS && run->episodes == n_episodes && n_episodes > 20);
    ck_assert_mem_eq(run->values + 1, agent->value.weights + 1, 5 * sizeof *run->values);
    for (int32_t i = 0; i < LANES; i++) {
        rill_env_destroy(envs[i]);
    }
    rill_agent_destroy(agent);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_equals_a_run_from_the_book)
{
    enum { EPISODES = 60, LIMIT = 70 };
    rill_experiment *experiment = experiment_of(
        "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 70}, 'seed': 2024,"
        " 'agents': [{'id': 'q_learning', 'params': {'alpha': 0.5, 'gamma': 0.9}}],"
        " 'stop': {'episodes': 60}, 'runs': 4, 'record': ['return', 'length']}");
    collection c = collect_all(experiment, 2);
    int n_cut = 0;
    for (uint32_t number = 0; number < 4; number++) {
        double q[48][4] = {{0.0}};
        const uint32_t key[] = {number, 1}; // the agent's stream; the cliff needs no chance
        rill_rng rng;
        rill_rng_spawn(&rng, 2024, key, 2);
        for (int episode = 0; episode < EPISODES; episode++) {
            int s = 36; // the lower left corner
            double sum = 0.0;
            int length = 0;
            bool is_over = false;
            while (!is_over) {
                const int a = reference_epsilon_greedy(q[s], 4, 0.1, &rng);
                int row = s / 12, column = s % 12;
                row += (a == 2 && row < 3) - (a == 0 && row > 0);
                column += (a == 1 && column < 11) - (a == 3 && column > 0);
                const bool is_fall = row == 3 && column > 0 && column < 11;
                const bool is_goal = row == 3 && column == 11;
                const double r = is_fall ? -100.0 : -1.0;
                const int next = is_fall ? 36 : 12 * row + column;
                double greatest = q[next][0];
                for (int b = 1; b < 4; b++) {
                    greatest = q[next][b] > greatest ? q[next][b] : greatest;
                }
                q[s][a] += 0.5 * (r + 0.9 * (is_goal ? 0.0 : greatest) - q[s][a]);
                sum += r;
                s = next;
                is_over = ++length == LIMIT || is_goal;
                n_cut += is_over && !is_goal;
            }
            ck_assert(c.runs[number].series[0].values[episode] == sum);
            ck_assert(c.runs[number].series[1].values[episode] == (double)length);
        }
        ck_assert_uint_eq(c.runs[number].n_values, 48 * 4);
        ck_assert_mem_eq(c.runs[number].values, q, sizeof q); // bit for bit
    }
    ck_assert(n_cut > 0 && n_cut < 4 * EPISODES); // both ways to end were there
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_estimates_are_kept_when_few)
{
    rill_experiment *experiment =
        experiment_of("{'environment': {'id': 'random_walk', 'params': {'n_states': 4094}},"
                      " 'agents': [{'id': 'q_learning'}], 'stop': {'steps': 5}}");
    rill_run run;
    ASSERT_OK(rill_experiment_run_one(experiment, 0, 0, &run, &error), &error);
    ck_assert(run.n_values == 4096 * 2 && run.values != NULL);
    rill_run_clear(&run);
    ck_assert(run.series == NULL && run.values == NULL);
    rill_experiment_destroy(experiment);
    experiment =
        experiment_of("{'environment': {'id': 'random_walk', 'params': {'n_states': 4095}},"
                      " 'agents': [{'id': 'q_learning'}], 'stop': {'steps': 5}}");
    ASSERT_OK(rill_experiment_run_one(experiment, 0, 0, &run, &error), &error);
    ck_assert(run.n_values == 0 && run.values == NULL);
    rill_run_clear(&run);
    rill_experiment_destroy(experiment);
}
END_TEST

/// As the test of estimates kept: when a published number is about them, all are.
START_TEST(test_estimates_are_kept_when_wanted)
{
    rill_experiment *experiment =
        experiment_of("{'environment': {'id': 'random_walk', 'params': {'n_states': 8191}},"
                      " 'agents': [{'id': 'td0', 'label': 'a'}, {'id': 'q_learning'}],"
                      " 'stop': {'steps': 5}, 'expect': [{'check': 'c', 'source': 's',"
                      " 'agent': 'q_learning', 'states': [7], 'estimates': [0], 'tolerance': 0}]}");
    rill_run run;
    ASSERT_OK(rill_experiment_run_one(experiment, 1, 0, &run, &error), &error);
    ck_assert(run.n_values == 8193 * 2);
    rill_verdict verdict;
    ASSERT_OK(rill_expect_judge(experiment, &experiment->expects[0], &run, 1, &verdict, &error),
              &error);
    ck_assert(verdict.is_pass && verdict.state == 7);
    rill_run_clear(&run);
    ASSERT_OK(rill_experiment_run_one(experiment, 0, 0, &run, &error), &error);
    ck_assert(run.n_values == 0 && run.values == NULL); // of the other agent none is
    rill_run_clear(&run);
    rill_experiment_destroy(experiment);
}
END_TEST

enum { MAX_STEPS = 4000, MAX_ARMS = 10 };

/// What the metrics of steps are made of, step by step and without the runner.
static struct {
    double rewards[MAX_STEPS], regrets[MAX_STEPS], totals[MAX_STEPS];
    bool is_optimal[MAX_STEPS];
    int64_t ends[MAX_STEPS]; ///< (n_episodes) steps taken when an episode ended
    int64_t n_episodes;
} steps_seen;

/// q*(S, .) before a step: of a model, or as the bandit's state.
static void watch_plainly(const rill_experiment *e, int64_t number, int64_t n_steps)
{
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_model *model = NULL;
    rill_solution *solution = NULL;
    ASSERT_OK(rill_env_clone(&env, e->env, &error), &error);
    ASSERT_OK(rill_agent_clone(&agent, e->variants[0].agent, &error), &error);
    const bool is_bandit = strcmp(env->type->id, "bandit") == 0;
    if (!is_bandit) {
        ASSERT_OK(rill_env_model(env, &model, &error), &error);
        ASSERT_OK(rill_solve_optimal(model, 0.9, &solution, &error), &error);
    }
    env->data->rng = stream(e, number, 0);
    const rill_rng rng = stream(e, number, 1);
    rill_agent_begin(agent, &rng);
    memset(&steps_seen, 0, sizeof steps_seen);
    rill_observation observation = rill_env_reset(env);
    rill_action action = rill_agent_start(agent, observation);
    double total = 0.0;
    for (int64_t i = 0; i < n_steps; i++) {
        double q[MAX_ARMS];
        if (is_bandit) {
            env->type->get_state(env->params, env->state, q);
        } else {
            memcpy(q, solution->q + (ptrdiff_t)observation.index * solution->n_actions,
                   (size_t)solution->n_actions * sizeof *q);
        }
        const double best = rill_max(q, env->action_space.size);
        steps_seen.regrets[i] = best - q[action.index];
        steps_seen.is_optimal[i] = best - q[action.index] < 1e-9;
        rill_outcome outcome;
        observation = rill_env_step(env, action, &outcome);
        steps_seen.rewards[i] = outcome.reward;
        steps_seen.totals[i] = total += outcome.reward;
        if (rill_outcome_is_last(&outcome)) {
            rill_agent_finish(agent, &outcome, observation);
            steps_seen.ends[steps_seen.n_episodes++] = i + 1;
            observation = rill_env_reset(env);
            action = rill_agent_start(agent, observation);
        } else {
            action = rill_agent_step(agent, outcome.reward, observation);
        }
    }
    rill_solution_destroy(solution);
    rill_model_destroy(model);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}

static void assert_gathered(const rill_run *run, int64_t every, bool is_by_steps)
{
    const int64_t n = is_by_steps ? run->steps : steps_seen.n_episodes;
    for (size_t i = 0; i < run->n_series; i++) {
        ck_assert_int_eq((int64_t)run->series[i].count, n / every);
    }
    int64_t begin = 0;
    for (int64_t point = 0; point < n / every; point++) {
        const int64_t last = (point + 1) * every;
        const int64_t end = is_by_steps ? last : steps_seen.ends[last - 1];
        double reward = 0.0, regret = 0.0, n_optimal = 0.0, episodes = 0.0;
        for (int64_t k = begin; k < end; k++) {
            reward += steps_seen.rewards[k];
            regret += steps_seen.regrets[k];
            n_optimal += steps_seen.is_optimal[k];
        }
        for (int64_t k = 0; k < steps_seen.n_episodes; k++) {
            episodes += steps_seen.ends[k] <= end;
        }
        const double n_steps = (double)(end - begin);
        const double expected[] = {reward / n_steps, n_optimal / n_steps,        regret,
                                   (double)end,      steps_seen.totals[end - 1], episodes};
        for (size_t i = 0; i < 6; i++) {
            const double value = run->series[i].values[point];
            ck_assert_msg(fabs(value - expected[i]) <= 1e-12 * fmax(1.0, fabs(expected[i])),
                          "%s, point %d: %.17g, not %.17g", run->series[i].metric, (int)point,
                          value, expected[i]);
        }
        begin = end;
    }
}

START_TEST(test_metrics_of_steps)
{
    static const struct {
        const char *environment;
        int64_t every;
        bool is_by_steps;
    } cases[] = {
        {"'id': 'bandit', 'params': {'walk_sd': 0.3}", 1, true},
        {"'id': 'bandit', 'params': {'walk_sd': 0.3}, 'max_episode_steps': 17", 7, true},
        {"'id': 'bandit', 'max_episode_steps': 17", 3, false},
        {"'id': 'cliff_walking', 'params': {'is_slippery': true}, 'max_episode_steps': 60", 1,
         false},
        {"'id': 'cliff_walking', 'params': {'is_slippery': true}, 'max_episode_steps': 60", 13,
         true},
        {"'id': 'gridworld', 'params': {'slip': 0.1}", 100, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static const char *const metrics[] = {"reward",      "optimal_action", "regret",
                                              "total_steps", "total_reward",   "episodes"};
        char text[2048];
        int used = snprintf(text, sizeof text,
                            "{'environment': {%s}, 'agents': [{'id': 'sarsa', 'params':"
                            " {'gamma': 0.9}}], 'stop': {'steps': %d}, 'seed': %zu, 'record': [",
                            cases[i].environment, MAX_STEPS, i);
        for (size_t k = 0; k < 6; k++) {
            used += snprintf(text + used, sizeof text - (size_t)used,
                             "%s{'metric': '%s', 'every': %d, 'unit': '%s'}", k == 0 ? "" : ", ",
                             metrics[k], (int)cases[i].every,
                             cases[i].is_by_steps ? "steps" : "episodes");
        }
        snprintf(text + used, sizeof text - (size_t)used, "]}");
        rill_experiment *experiment = experiment_of(text);
        rill_run run;
        ASSERT_OK(rill_experiment_run_one(experiment, 0, 1, &run, &error), &error);
        watch_plainly(experiment, 1, MAX_STEPS);
        ck_assert(cases[i].is_by_steps || steps_seen.n_episodes > 2 * cases[i].every);
        assert_gathered(&run, cases[i].every, cases[i].is_by_steps);
        // to watch changes nothing
        rill_run unwatched;
        experiment->records[0] =
            (rill_record){rill_metric_find("td_error", NULL), RILL_STEPS, 9, 0};
        experiment->n_records = 1;
        ASSERT_OK(rill_experiment_run_one(experiment, 0, 1, &unwatched, &error), &error);
        ck_assert_mem_eq(run.values, unwatched.values, 8 * run.n_values);
        rill_run_clear(&unwatched);
        rill_run_clear(&run);
        rill_experiment_destroy(experiment);
    }
}
END_TEST

/// Undiscounted, the expectation of an episode's regret is v*(s0) - v_pi(s0).
START_TEST(test_regret_of_a_fixed_policy)
{
    static const struct {
        const char *environment, *policy;
    } cases[] = {
        {"'id': 'random_walk', 'params': {'n_states': 5}", "'id': 'uniform'"},
        {"'id': 'frozen_lake', 'params': {'is_slippery': true}", "'id': 'uniform'"},
        {"'id': 'frozen_lake', 'params': {'is_slippery': true}",
         "'id': 'fixed', 'params': {'actions': [1]}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "{'environment': {%s}, 'agents': [{'id': 'q_learning', 'policy': {%s}},"
                 " {'id': 'td0', 'policy': {%s}}], 'stop': {'episodes': 10000},"
                 " 'record': ['regret', 'start_value']}",
                 cases[i].environment, cases[i].policy, cases[i].policy);
        rill_experiment *e = experiment_of(text);
        // whatever an agent estimates, regret is against the optimum
        ck_assert_ptr_eq(e->variants[0].optimum, e->variants[0].truth);
        ck_assert_ptr_eq(e->variants[1].optimum, e->variants[0].truth);
        ck_assert_ptr_ne(e->variants[1].truth, e->variants[0].truth);
        double expected = 0.0;
        for (int32_t s = 0; s < e->worlds[0]->model->n_states; s++) {
            expected += e->worlds[0]->model->start[s] * (e->variants[0].truth->solution->v[s] -
                                                         e->variants[1].truth->solution->v[s]);
        }
        ck_assert_double_gt(expected, 0.1);
        for (int32_t variant = 0; variant < 2; variant++) {
            rill_run run;
            ASSERT_OK(rill_experiment_run_one(e, variant, 0, &run, &error), &error);
            const rill_estimate mean =
                rill_estimate_mean(run.series[0].values, run.series[0].count);
            ASSERT_NEAR(mean.mean, expected, 4.0 * mean.se);
            rill_run_clear(&run);
        }
        rill_experiment_destroy(e);
    }
}
END_TEST

/// A value that there is not just now is recorded as NaN, and the run goes on.
START_TEST(test_missing_is_not_diverged)
{
    rill_experiment *experiment = experiment_of(
        "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'q_learning', 'params':"
        " {'alpha': 1}}], 'stop': {'episodes': 300}, 'record': ['policy_value']}");
    rill_run run;
    ASSERT_OK(rill_experiment_run_one(experiment, 0, 0, &run, &error), &error);
    ck_assert(run.status == RILL_RUN_DONE && run.episodes == 300);
    ck_assert(isnan(run.series[0].values[0]) && run.series[0].values[299] == -13.0);
    rill_run_clear(&run);
    rill_experiment_destroy(experiment);
}
END_TEST

/// An agent that looks at its environment looks at that of its own run, in every thread.
START_TEST(test_agents_look_at_the_environment_of_their_run)
{
    enum { EPISODES = 12 };
    rill_experiment *experiment = experiment_of(
        "{'environment': {'id': 'lqr', 'max_episode_steps': 15}, 'runs': 6, 'seed': 5,"
        " 'agents': [{'id': 'pathwise_reinforce', 'params': {'alpha_theta': 0.5, 'gamma': 0.9},"
        "  'features': {'id': 'raw', 'params': {'low': -5, 'high': 5}}}],"
        " 'stop': {'episodes': 12}, 'record': ['return']}");
    collection c = collect_all(experiment, 3);
    for (int64_t number = 0; number < 6; number++) {
        rill_env *env = NULL;
        rill_agent *agent = NULL;
        ASSERT_OK(rill_env_clone(&env, experiment->env, &error), &error);
        ASSERT_OK(rill_agent_clone(&agent, experiment->variants[0].agent, &error), &error);
        ASSERT_OK(rill_agent_bind(agent, env, &error), &error);
        const rill_rng rng = stream(experiment, number, 1);
        env->data->rng = stream(experiment, number, 0);
        rill_agent_begin(agent, &rng);
        for (int episode = 0; episode < EPISODES; episode++) {
            double sum = 0.0;
            rill_outcome outcome = {0.0, false, false};
            rill_action action = rill_agent_start(agent, rill_env_reset(env));
            while (!rill_outcome_is_last(&outcome)) {
                const rill_observation observation = rill_env_step(env, action, &outcome);
                sum += outcome.reward;
                if (rill_outcome_is_last(&outcome)) {
                    rill_agent_finish(agent, &outcome, observation);
                } else {
                    action = rill_agent_step(agent, outcome.reward, observation);
                }
            }
            ck_assert(c.runs[number].series[0].values[episode] == sum);
        }
        ck_assert(agent->actor.theta.weights[2] != 0.0);
        rill_agent_destroy(agent);
        rill_env_destroy(env);
    }
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

TEST_MAIN(test_metrics_of_steps, test_regret_of_a_fixed_policy, test_missing_is_not_diverged,
          test_estimates_are_kept_when_wanted, test_threads_change_nothing, test_seed_and_streams,
          test_done_runs_are_skipped, test_interrupted_and_resumed, test_stop_within_a_run,
          test_an_error_of_the_callback_stops, test_progress, test_onlookers, test_exact_places,
          test_evaluation, test_divergence, test_lanes, test_equals_a_run_from_the_book,
          test_estimates_are_kept_when_few, test_agents_look_at_the_environment_of_their_run)
