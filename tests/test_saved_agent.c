// Agents in files: what is read back acts as the one that learned, and nothing else is taken for one.
#include "experiments/run_bytes.h"
#include "tests/runs.h"

#include <rill/saved_agent.h>
#include <rill/store.h>
#include <sqlite3.h>

static rill_error error;

/// One run, to its end.
static rill_run run_of(const rill_experiment *experiment)
{
    rill_run run;
    ASSERT_OK(rill_experiment_run_one(experiment, 0, 0, &run, &error), &error);
    return run;
}

#define CART \
    "{'id': 'tile_coding', 'params': {'low': [-2.4, -3, -0.21, -3], 'high': [2.4, 3, 0.21, 3]}}"

/// Environments and agents of each kind: tables, tiles, models, actors, wrappers with statistics, lanes.
static const char *const kinds[] = {
    "'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'sarsa'}]",
    "'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'dyna_q'}]",
    "'environment': {'id': 'frozen_lake'}, 'agents': [{'id': 'value_iteration'}]",
    "'environment': {'id': 'mountain_car'}, 'agents': [{'id': 'sarsa_lambda', 'features':"
    " {'id': 'tile_coding'}}]",
    "'environment': {'id': 'cartpole'}, 'agents': [{'id': 'reinforce', 'features': " CART "}]",
    "'environment': {'id': 'pendulum', 'wrappers': [{'id': 'normalise_observation'}]}, 'agents':"
    " [{'id': 'actor_critic', 'features': {'id': 'fourier', 'params':"
    " {'low': [-2, -2, -2], 'high': [2, 2, 2]}}, 'distribution': {'id': 'gaussian'}}]",
    "'environment': {'id': 'cartpole'}, 'agents': [{'id': 'a2c', 'params': {'lanes': 3}, 'features':"
    " " CART "}]",
};
enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

static rill_experiment *experiment_of_kind(int i)
{
    char text[1024];
    snprintf(text, sizeof text,
             "{%s, 'seed': 3, 'stop': {'steps': 600}, 'keep_agents': 'all',"
             " 'record': [{'metric': 'reward', 'unit': 'steps', 'every': 100}],"
             " 'evaluation': {'unit': 'steps', 'every': 600, 'episodes': 2, 'max_steps': 300}}",
             kinds[i]);
    return experiment_of(text);
}

/// The evaluation at the end of the run, by the agent that was read back.
static double evaluate(const rill_saved_agent *saved, uint64_t seed)
{
    const uint32_t spawn_key[] = {(uint32_t)saved->run, 2}; // the stream of the evaluation
    rill_rng_spawn(&saved->env->data->rng, seed, spawn_key, 2);
    double sum = 0.0;
    for (int i = 0; i < 2; i++) {
        rill_outcome outcome = {0.0, false, false};
        rill_observation observation = rill_env_reset(saved->env);
        for (int t = 0; t < 300 && !rill_outcome_is_last(&outcome); t++) {
            observation = rill_env_step(
                saved->env, rill_agent_act_greedily(saved->agent, observation), &outcome);
            sum += outcome.reward;
        }
    }
    return sum / 2.0;
}

/// One kind.
static void assert_acts_as_it_had_learned(int kind)
{
    rill_experiment *experiment = experiment_of_kind(kind);
    rill_run run = run_of(experiment);
    rill_saved_agent saved;
    ck_assert_ptr_nonnull(run.agent);
    ASSERT_OK(rill_saved_agent_read(&saved, run.agent, run.agent_size, &error), &error);
    ck_assert_uint_eq(saved.hash, run.hash);
    ck_assert_int_eq(saved.run, 0);
    ck_assert_int_eq(saved.steps, run.steps);
    ck_assert_int_eq(saved.episodes, run.episodes);
    ck_assert_str_eq(saved.experiment->variants[0].config, experiment->variants[0].config);
    ck_assert_str_eq(run.series[1].metric, "evaluation_return");
    ck_assert(evaluate(&saved, 3) == run.series[1].values[0]);
    // and what is written again is what was read
    void *bytes = NULL;
    size_t size = 0;
    rill_saved_agent_clear(&saved);
    ASSERT_OK(rill_saved_agent_read(&saved, run.agent, run.agent_size, &error), &error);
    if (saved.env == rill_env_unwrapped(saved.env)) { // else the environment has begun anew
        ASSERT_OK(rill_saved_agent_write(saved.agent, saved.env,
                                         saved.experiment->variants[0].config, &run, &bytes, &size,
                                         &error),
                  &error);
        ck_assert_uint_eq(size, run.agent_size);
        ck_assert_mem_eq(bytes, run.agent, size);
    }
    free(bytes);
    rill_saved_agent_clear(&saved);
    rill_run_clear(&run);
    rill_experiment_destroy(experiment);
}

START_TEST(test_acts_as_it_had_learned)
{
    for (int i = 0; i < N_KINDS; i++) {
        assert_acts_as_it_had_learned(i);
    }
}
END_TEST

/// As Python finds it: the array "value" begins right behind the header.
START_TEST(test_values_are_where_the_format_says)
{
    rill_experiment *experiment = experiment_of_kind(0);
    rill_run run = run_of(experiment);
    const unsigned char *bytes = run.agent;
    bytes_reader from = {bytes, run.agent_size, RILL_OK};
    const size_t length = bytes_get_number(&from);
    ck_assert_uint_eq((8 + length) % 8, 0);
    char *header = strndup((const char *)bytes + 8, length);
    ck_assert_ptr_nonnull(strstr(header, "\"value\":{\"dtype\":\"F64\",\"shape\":[48,4],"
                                         "\"data_offsets\":[0,1536]}"));
    ck_assert_uint_eq(run.n_values, 192);
    from = (bytes_reader){bytes + 8 + length, 1536, RILL_OK};
    for (size_t i = 0; i < run.n_values; i++) {
        ck_assert(bytes_get_real(&from) == run.values[i]);
    }
    free(header);
    rill_run_clear(&run);
    rill_experiment_destroy(experiment);
}
END_TEST

/// A file that was cut anywhere, or of which any byte was changed, is refused or read, and harms nobody.
START_TEST(test_damaged)
{
    rill_experiment *experiment = experiment_of_kind(0);
    rill_run run = run_of(experiment);
    rill_saved_agent saved;
    for (size_t size = 0; size < run.agent_size; size += size < 64 ? 1 : 37) {
        unsigned char *cut = malloc(size + 1); // so that reading beyond it is noticed
        memcpy(cut, run.agent, size);
        ck_assert_int_eq(rill_saved_agent_read(&saved, cut, size, NULL), RILL_INVALID);
        rill_saved_agent_clear(&saved);
        free(cut);
    }
    unsigned char *bytes = run.agent;
    bytes_reader from = {bytes, run.agent_size, RILL_OK};
    const size_t data = 8 + bytes_get_number(&from);
    for (size_t i = 0; i < run.agent_size; i += i < 16 ? 1 : 13) {
        bytes[i] ^= 0x11;
        const rill_status status = rill_saved_agent_read(&saved, bytes, run.agent_size, NULL);
        ck_assert(status == RILL_INVALID || (status == RILL_OK && i < data));
        rill_saved_agent_clear(&saved);
        bytes[i] ^= 0x11;
    }
    ASSERT_OK(rill_saved_agent_read(&saved, bytes, run.agent_size, &error), &error);
    rill_saved_agent_clear(&saved);
    rill_run_clear(&run);
    rill_experiment_destroy(experiment);
}
END_TEST

/// Replaces a part of the header by one of the same length, and expects a refusal that says so.
static void assert_refused(const rill_run *run, const char *part, const char *with,
                           const char *where, const char *message)
{
    ck_assert_uint_eq(strlen(part), strlen(with));
    char *bytes = malloc(run->agent_size);
    memcpy(bytes, run->agent, run->agent_size);
    char *at = bytes;
    while (memcmp(at, part, strlen(part)) != 0) {
        at++;
        ck_assert_ptr_ne(at, bytes + run->agent_size - strlen(part));
    }
    memcpy(at, with, strlen(with));
    rill_saved_agent saved;
    error = (rill_error){0};
    ASSERT_REFUSED(rill_saved_agent_read(&saved, bytes, run->agent_size, &error), &error, where,
                   message);
    rill_saved_agent_clear(&saved);
    free(bytes);
}

START_TEST(test_says_why_not)
{
    rill_experiment *experiment = experiment_of_kind(0);
    rill_run run = run_of(experiment);
    assert_refused(&run, "\"rill.format\":\"1\"", "\"rill.format\":\"9\"", "", "of format 9");
    assert_refused(&run, "\"rill.config\"", "\"rill.kanfig\"", "", "not the file of an agent");
    assert_refused(&run, "\\\"sarsa\\\",\\\"params\\\"", "\\\"sarza\\\",\\\"params\\\"",
                   "rill.config.agents[0].id", "did you mean \"sarsa\"");
    assert_refused(&run, "[48,4]", "[49,4]", "value", "found another");
    assert_refused(&run, "[0,1536]", "[9,1536]", "value", "lies outside");
    assert_refused(&run, "[0,1536]", "[-1,153]", "value", "lies outside");
    assert_refused(&run, "\"memory\":{", "\"memori\":{", "memory", "found none");
    // an array that begins elsewhere in the file is not the one that the memory holds
    assert_refused(&run, "[0,1536]", "[8,1544]", "value", "differs from what is in memory");
    // how the run ended
    assert_refused(&run, "\"rill.run\":\"0\"", "\"rill.run\":\"x\"", "rill.run",
                   "found \"x\", expected a whole number");
    assert_refused(&run, "\"rill.run\":", "\"rill.ruN\":", "rill.run", "found none");
    assert_refused(&run, "\"rill.steps\":\"600\"", "\"rill.steps\":\"6 0\"", "rill.steps",
                   "found \"6 0\"");
    assert_refused(&run, "\"rill.steps\":\"600\"", "\"rill.steps\":\"-60\"", "rill.steps",
                   "found \"-60\"");
    assert_refused(&run, "\"rill.episodes\":", "\"rill.episodez\":", "rill.episodes", "found none");
    rill_run_clear(&run);
    rill_experiment_destroy(experiment);
}
END_TEST

static int count_kept(const char *keep)
{
    char text[512];
    snprintf(text, sizeof text,
             "{'environment': {'id': 'cliff_walking'}, 'agents': [{'id': 'sarsa'},"
             " {'id': 'sarsa', 'label': 'tiles', 'features': {'id': 'one_hot'}}],"
             " 'stop': {'episodes': 2}, 'runs': 3%s}",
             keep);
    rill_experiment *experiment = experiment_of(text);
    collection c = collect_all(experiment, 2);
    int n = 0;
    for (size_t i = 0; i < c.count; i++) {
        n += c.runs[i].agent != NULL;
        ck_assert(c.runs[i].agent == NULL || c.runs[i].run == 0 || strstr(keep, "all") != NULL);
    }
    release_runs(&c);
    rill_experiment_destroy(experiment);
    return n;
}

START_TEST(test_which_are_kept)
{
    ck_assert_int_eq(count_kept(""), 2);
    ck_assert_int_eq(count_kept(", 'keep_agents': 'small'"), 2);
    ck_assert_int_eq(count_kept(", 'keep_agents': 'first'"), 2);
    ck_assert_int_eq(count_kept(", 'keep_agents': 'none'"), 0);
    ck_assert_int_eq(count_kept(", 'keep_agents': 'all'"), 6);
    // large ones only when it is asked for: one of 2 MB, and one that has 1.3 MB with the weights of its policy
    static const char large[] = "{'environment': {'id': 'mountain_car'}, 'agents': [{'id': '%s',"
                                " 'features': {'id': 'tile_coding', 'params': {'tilings': %d,"
                                " 'tiles': %d}}}], 'stop': {'steps': 10}%s}";
    for (int i = 0; i < 4; i++) {
        const bool is_actor = i > 1;
        char text[512];
        snprintf(text, sizeof text, large, is_actor ? "actor_critic" : "sarsa", is_actor ? 8 : 16,
                 is_actor ? 50 : 64, i % 2 == 0 ? "" : ", 'keep_agents': 'first'");
        rill_experiment *experiment = experiment_of(text);
        rill_run run = run_of(experiment);
        ck_assert_int_eq(run.agent != NULL, i % 2);
        ck_assert(run.agent == NULL || run.agent_size > 1 << 20);
        rill_run_clear(&run);
        rill_experiment_destroy(experiment);
    }
    rill_experiment *experiment = NULL;
    ASSERT_REFUSED(rill_experiment_parse(&experiment,
                                         "{\"environment\": {\"id\": \"cliff_walking\"},"
                                         " \"agents\": [{\"id\": \"sarsa\"}],"
                                         " \"stop\": {\"episodes\": 2}, \"keep_agents\": \"last\"}",
                                         NULL, &error),
                   &error, "keep_agents", "found \"last\", expected small, none, first or all");
}
END_TEST

/// Through bytes and result files, merged ones too, it stays what it is.
START_TEST(test_stored_and_merged)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of_kind(0);
    rill_run run = run_of(experiment);
    bytes_writer whole = {0};
    rill_run copy;
    run_bytes_put(&whole, &run);
    bytes_reader from = {whole.data, whole.size, RILL_OK};
    run_bytes_get(&from, &copy);
    ck_assert_int_eq(from.status, RILL_OK);
    ck_assert_uint_eq(copy.agent_size, run.agent_size);
    ck_assert_mem_eq(copy.agent, run.agent, run.agent_size);

    rill_store *one = NULL, *two = NULL;
    int64_t n = 0, n_new = 0;
    void *bytes = NULL;
    size_t size = 0;
    ASSERT_OK(rill_store_open(&one, "one", experiment, false, &error), &error);
    ASSERT_OK(rill_store_put(one, &copy, 1, &error), &error);
    ASSERT_OK(rill_store_open(&two, "two", experiment, false, &error), &error);
    ASSERT_OK(rill_store_agent(two, 0, 0, &bytes, &size, &error), &error);
    ck_assert_ptr_null(bytes);
    ASSERT_OK(rill_store_merge(two, one, &n, &n_new, &error), &error);
    ck_assert_int_eq(n_new, 1);
    ASSERT_OK(rill_store_merge(two, one, &n, &n_new, &error), &error);
    ck_assert_int_eq(n_new, 0);
    ASSERT_OK(rill_store_agent(two, 0, 0, &bytes, &size, &error), &error);
    ck_assert_uint_eq(size, run.agent_size);
    ck_assert_mem_eq(bytes, run.agent, size);
    // a run that is there without its agent gets it
    rill_store *three = NULL;
    rill_run bare = copy;
    bare.agent = NULL;
    bare.agent_size = 0;
    free(bytes);
    ASSERT_OK(rill_store_open(&three, "three", experiment, false, &error), &error);
    ASSERT_OK(rill_store_put(three, &bare, 1, &error), &error);
    ASSERT_OK(rill_store_merge(three, one, &n, &n_new, &error), &error);
    ck_assert_int_eq(n_new, 0);
    ASSERT_OK(rill_store_agent(three, 0, 0, &bytes, &size, &error), &error);
    ck_assert_uint_eq(size, run.agent_size);
    rill_store_close(three);
    rill_store_close(one);
    rill_store_close(two);
    free(bytes);
    rill_run_clear(&copy);
    rill_run_clear(&run);
    free(whole.data);
    rill_experiment_destroy(experiment);
}
END_TEST

/// A file of version 2, which had no agents, is read as it is and gets them with the next run.
START_TEST(test_version_2)
{
    enter_fresh_directory();
    rill_experiment *experiment = experiment_of_kind(0);
    rill_run run = run_of(experiment);
    rill_store *store = NULL;
    ASSERT_OK(rill_store_open(&store, "out", experiment, false, &error), &error);
    rill_store_close(store);
    sqlite3 *database = NULL;
    ck_assert_int_eq(sqlite3_open("out/results.sqlite", &database), SQLITE_OK);
    ck_assert_int_eq(
        sqlite3_exec(database, "DROP TABLE agents; PRAGMA user_version = 2", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(database);
    void *bytes = NULL;
    size_t size = 0;
    ASSERT_OK(rill_store_open_results(&store, "out", &error), &error);
    ASSERT_OK(rill_store_agent(store, 0, 0, &bytes, &size, &error), &error);
    ck_assert_ptr_null(bytes);
    rill_store_close(store);
    ASSERT_OK(rill_store_open(&store, "out", experiment, false, &error), &error);
    ASSERT_OK(rill_store_put(store, &run, 1, &error), &error);
    ASSERT_OK(rill_store_agent(store, 0, 0, &bytes, &size, &error), &error);
    ck_assert_mem_eq(bytes, run.agent, run.agent_size);
    free(bytes);
    rill_store_close(store);
    rill_run_clear(&run);
    rill_experiment_destroy(experiment);
}
END_TEST

TEST_MAIN_WITH_FILES(test_acts_as_it_had_learned, test_values_are_where_the_format_says,
                     test_damaged, test_says_why_not, test_which_are_kept, test_stored_and_merged,
                     test_version_2)
