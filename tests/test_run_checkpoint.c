/// Checkpoints: a run that goes on from one, in another runner, ends with the very bits of a run that was
/// never stopped; for every agent and every environment of the registries.
#include "experiments/run_one.h"
#include "tests/runs.h"

#include <rill/store.h>
#include <rill/wrapper.h>

#include <pthread.h>

static rill_error error;

// ---- a run and its checkpoints ----

enum { MAX_CHECKPOINTS = 64 };

typedef struct keeping {
    rill_checkpoint all[MAX_CHECKPOINTS];
    size_t n;
    int misfits;
    const char *why; ///< of the last misfit
} keeping;

static void keep_checkpoint(void *context, rill_checkpoint *checkpoint)
{
    keeping *k = context;
    if (k->n == MAX_CHECKPOINTS) {
        free(checkpoint->bytes);
    } else {
        k->all[k->n++] = *checkpoint;
    }
}

static void note_misfit(void *context, const char *why)
{
    keeping *k = context;
    k->misfits++;
    k->why = why;
}

static void release(keeping *k)
{
    rill_checkpoint *all = malloc(sizeof k->all);
    memcpy(all, k->all, sizeof k->all);
    rill_checkpoints_destroy(all, k->n);
    k->n = 0;
}

/// A run that leaves a checkpoint whenever it looks up.
static rill_run run_and_keep(const rill_experiment *experiment, int64_t number, keeping *k)
{
    const run_conditions conditions = {.checkpoint_seconds = 1e-12,
                                       .on_checkpoint = keep_checkpoint,
                                       .on_misfit = note_misfit,
                                       .context = k};
    rill_run run;
    ASSERT_OK(run_one(experiment, 0, number, &conditions, &run, &error), &error);
    return run;
}

/// The same run, gone on with from a checkpoint.
static rill_run go_on(const rill_experiment *experiment, int64_t number,
                      const rill_checkpoint *checkpoint, keeping *k)
{
    const run_conditions conditions = {
        .checkpoint = checkpoint, .on_misfit = note_misfit, .context = k};
    rill_run run;
    ASSERT_OK(run_one(experiment, 0, number, &conditions, &run, &error), &error);
    return run;
}

/// From each of its checkpoints the run comes out as it does without any.
static void check_experiment(const char *text)
{
    rill_experiment *experiment = experiment_of(text);
    rill_run plain;
    ASSERT_OK(rill_experiment_run_one(experiment, 0, 1, &plain, &error), &error);
    keeping k = {.n = 0};
    rill_run kept = run_and_keep(experiment, 1, &k);
    assert_same_run(&plain, &kept);
    ck_assert_msg(k.n >= 2 || plain.status == RILL_RUN_DIVERGED, "%zu checkpoints: %s", k.n, text);
    for (size_t i = 0; i < k.n; i += 1 + k.n / 5) {
        atomic_llong steps = 0;
        keeping none = {.n = 0};
        const run_conditions conditions = {.checkpoint = &k.all[i],
                                           .steps_taken = &steps,
                                           .on_misfit = note_misfit,
                                           .context = &none};
        rill_run resumed;
        ASSERT_OK(run_one(experiment, 0, 1, &conditions, &resumed, &error), &error);
        ck_assert_msg(none.misfits == 0, "%s: %s", none.why, text);
        ck_assert_msg(resumed.hash == plain.hash, "checkpoint %zu of %s", i, text);
        assert_same_run(&plain, &resumed);
        // it did go on, and not begin anew
        ck_assert_msg(i == 0 || plain.status == RILL_RUN_DIVERGED ||
                          atomic_load(&steps) < plain.steps,
                      "%s", text);
        rill_run_clear(&resumed);
    }
    release(&k);
    rill_run_clear(&kept);
    rill_run_clear(&plain);
    rill_experiment_destroy(experiment);
}

// ---- over the registries ----

static bool can_be_read(const char *text)
{
    rill_experiment *experiment = NULL;
    char *json = quoted(text);
    const rill_status status = rill_experiment_parse(&experiment, json, NULL, NULL);
    free(json);
    rill_experiment_destroy(experiment);
    return status == RILL_OK;
}

/// With every kind of thing that has a place in a checkpoint: series by episodes and by steps, tallies,
/// evaluations. The second form is not watched.
static const char *const rests[] = {
    "'stop': {'steps': 900}, 'runs': 2, 'seed': 3, 'record': ['return', {'metric': 'td_error',"
    " 'every': 7, 'unit': 'steps'}, {'metric': 'reward', 'every': 11, 'unit': 'steps'}],"
    " 'evaluation': {'every': 3, 'episodes': 2, 'max_steps': 20}",
    "'stop': {'steps': 900}, 'runs': 2, 'seed': 4, 'record': ['return', 'length'],"
    " 'evaluation': {'every': 200, 'unit': 'steps', 'max_steps': 20}",
};

static const char *const raw = "'features': {'id': 'raw', 'params': {'low': -9, 'high': 9}}";
static const char *const tiles = "'features': {'id': 'tile_coding', 'params': {'tiles': 4}}";

/// Worlds and features for agents of all kinds: the first few that an agent takes are its own.
static const struct {
    const char *environment;
    const char *const *features;
} worlds[] = {
    {"{'id': 'cliff_walking', 'max_episode_steps': 40}", NULL},
    {"{'id': 'random_walk', 'max_episode_steps': 40}", NULL},
    {"{'id': 'bandit', 'max_episode_steps': 25}", NULL},
    {"{'id': 'mountain_car', 'max_episode_steps': 45}", &tiles},
    {"{'id': 'pendulum', 'max_episode_steps': 30}", &raw},
    {"{'id': 'double_integrator', 'max_episode_steps': 20}", &raw},
    {"{'id': 'cartpole', 'max_episode_steps': 30, 'wrappers': [{'id': 'sticky_actions'},"
     " {'id': 'observation_noise'}, {'id': 'normalise_observation'}, {'id': 'normalise_reward'},"
     " {'id': 'record_statistics'}]}",
     &raw},
    {"{'id': 'access_control'}", NULL},
};

START_TEST(test_every_agent)
{
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        int n = 0;
        for (size_t i = 0; i < 2 * sizeof worlds / sizeof worlds[0]; i++) {
            char text[2048];
            const char *const *features = worlds[i / 2].features;
            snprintf(text, sizeof text, "{'environment': %s, 'agents': [{'id': '%s'%s%s}], %s}",
                     worlds[i / 2].environment, (*type)->id, features == NULL ? "" : ", ",
                     features == NULL ? "" : *features, rests[i % 2]);
            if (can_be_read(text)) {
                check_experiment(text);
                n++;
            }
        }
        ck_assert_msg(n > 0, "%s takes none of the worlds of this test", (*type)->id);
    }
}
END_TEST

/// Agents for environments of all kinds.
static const char *const players[] = {
    "{'id': 'q_learning'}",
    "{'id': 'sarsa', 'features': {'id': 'tile_coding', 'params': {'tiles': 2}}}",
    "{'id': 'sarsa', 'features': {'id': 'raw', 'params': {'low': -9, 'high': 9}}}",
    "{'id': 'actor_critic', 'features': {'id': 'raw', 'params': {'low': -9, 'high': 9}}}",
    "{'id': 'continuing_actor_critic', 'features': {'id': 'raw', 'params': {'low': -9, 'high': 9}}}",
    "{'id': 'off_policy_td0', 'features': {'id': 'raw', 'params': {'low': -9, 'high': 9}}}",
};

START_TEST(test_every_environment)
{
    for (const rill_env_type *const *type = rill_env_type_list(); *type != NULL; type++) {
        int n = 0;
        for (size_t i = 0; i < 2 * sizeof players / sizeof players[0]; i++) {
            char text[2048];
            snprintf(text, sizeof text,
                     "{'environment': {'id': '%s', 'max_episode_steps': 37}, 'agents': [%s], %s}",
                     (*type)->id, players[i / 2], rests[i % 2]);
            if (can_be_read(text)) {
                check_experiment(text);
                n++;
            }
        }
        ck_assert_msg(n > 0, "%s takes none of the agents of this test", (*type)->id);
    }
}
END_TEST

START_TEST(test_every_wrapper)
{
    static const char *const inner[] = {"mountain_car", "pendulum", "cliff_walking"};
    static const char *const agents[] = {
        "{'id': 'sarsa', 'features': {'id': 'raw', 'params': {'low': -9, 'high': 9}}}",
        "{'id': 'actor_critic', 'features': {'id': 'raw', 'params': {'low': -9, 'high': 9}}}",
        "{'id': 'q_learning'}",
    };
    for (const rill_wrapper_type *const *type = rill_wrapper_type_list(); *type != NULL; type++) {
        int n = 0;
        for (size_t i = 0; i < 9; i++) {
            char text[2048];
            snprintf(text, sizeof text,
                     "{'environment': {'id': '%s', 'max_episode_steps': 37,"
                     " 'wrappers': [{'id': '%s'}]}, 'agents': [%s], %s}",
                     inner[i / 3], (*type)->id, agents[i % 3], rests[i % 2]);
            if (can_be_read(text)) {
                check_experiment(text);
                n++;
            }
        }
        ck_assert_msg(n > 0 || strcmp((*type)->id, "time_limit") == 0 ||
                          strcmp((*type)->id, "discretise") == 0,
                      "%s: needs a case", (*type)->id);
    }
}
END_TEST

START_TEST(test_lanes_divergence_and_metrics)
{
    static const char *const texts[] = {
        // more lanes than have begun at the first look, and ends within their turns
        "{'environment': {'id': 'cartpole', 'max_episode_steps': 12}, 'agents': [{'id': 'a2c',"
        " 'params': {'lanes': 150, 'n_steps': 3}, 'features': {'id': 'raw', 'params': {'low': -9,"
        " 'high': 9}}}], 'stop': {'steps': 4000}, 'runs': 2, 'record': ['return'],"
        " 'evaluation': {'every': 50, 'episodes': 2, 'max_steps': 20}}",
        "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 50}, 'agents': [{'id': 'a2c',"
        " 'params': {'lanes': 7, 'n_steps': 4}}], 'stop': {'episodes': 90}, 'runs': 2,"
        " 'record': ['length', {'metric': 'reward', 'every': 5, 'unit': 'steps'}]}",
        // diverges: the repeated run, which is watched, is gone on with too
        "{'environment': {'id': 'baird'}, 'agents': [{'id': 'off_policy_td0', 'params':"
        " {'alpha': 0.5}, 'features': {'id': 'given', 'params': {}}}], 'stop': {'steps': 60000},"
        " 'runs': 2, 'record': [{'metric': 'weight_norm', 'every': 500, 'unit': 'steps'}]}",
        // totals, exact values
        "{'environment': {'id': 'bandit'}, 'agents': [{'id': 'ucb_bandit'}], 'stop':"
        " {'steps': 5000}, 'runs': 2, 'record': [{'metric': 'regret', 'every': 100,"
        " 'unit': 'steps'}, {'metric': 'optimal_action', 'every': 10, 'unit': 'steps'}]}",
        ("{'environment': {'id': 'random_walk'}, 'agents': [{'id': 'td_lambda'}],"
         " 'stop': {'episodes': 300}, 'runs': 2, 'record': ['rms_error', 'value[2]']}"),
    };
    int n = 0;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (can_be_read(texts[i])) {
            check_experiment(texts[i]);
            n++;
        }
    }
    ck_assert_int_eq(n, (int)(sizeof texts / sizeof texts[0]));
}
END_TEST

// ---- stopped anywhere ----

typedef struct alarm_clock {
    atomic_bool *stop;
    long nanoseconds;
} alarm_clock;

static void *ring(void *context)
{
    const alarm_clock *a = context;
    struct timespec time = {0, a->nanoseconds};
    nanosleep(&time, NULL);
    atomic_store(a->stop, true);
    return NULL;
}

/// Stopped and gone on with again and again, in the midst of evaluations too, which take most of the time.
START_TEST(test_stopped_at_random)
{
    static const char *const texts[] = {
        // by episodes and steps that fall together now and then
        "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 10}, 'agents':"
        " [{'id': 'sarsa'}], 'stop': {'steps': 3000}, 'runs': 1, 'record': ['return',"
        " {'metric': 'td_error', 'every': 5, 'unit': 'steps'}], 'evaluation':"
        " {'every': 1, 'episodes': 2000, 'max_steps': 20}}",
        "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 10}, 'agents':"
        " [{'id': 'sarsa'}], 'stop': {'episodes': 300}, 'runs': 1, 'record': ['return',"
        " {'metric': 'td_error', 'every': 5, 'unit': 'steps'}], 'evaluation':"
        " {'every': 10, 'unit': 'steps', 'episodes': 2000, 'max_steps': 20}}",
        "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 8}, 'agents':"
        " [{'id': 'a2c', 'params': {'lanes': 3}}], 'stop': {'episodes': 300}, 'runs': 1,"
        " 'record': ['return', {'metric': 'td_error', 'every': 5, 'unit': 'steps'}],"
        " 'evaluation': {'every': 1, 'episodes': 2000, 'max_steps': 20}}",
        "{'environment': {'id': 'pendulum', 'max_episode_steps': 10}, 'agents':"
        " [{'id': 'actor_critic', 'features': {'id': 'raw', 'params': {'low': -9, 'high': 9}}}],"
        " 'stop': {'episodes': 300}, 'runs': 1, 'record': ['return'], 'evaluation':"
        " {'every': 2, 'episodes': 300, 'max_steps': 20}}",
    };
    int n_all_stops = 0; // of a loaded machine, which comes late to each, few in some texts
    rill_rng rng;
    rill_rng_seed(&rng, 5);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        rill_experiment *experiment = experiment_of(texts[i]);
        rill_run plain, run;
        ASSERT_OK(rill_experiment_run_one(experiment, 0, 0, &plain, &error), &error);
        rill_checkpoint last = {0};
        int n_stops = 0;
        rill_status status = RILL_INTERRUPTED;
        while (status == RILL_INTERRUPTED) {
            keeping k = {.n = 0};
            atomic_bool stop = false;
            pthread_t thread;
            // long enough to come to the first look, at last
            alarm_clock a = {&stop, 1000000 + (long)(rill_rng_next64(&rng) % 20000000) +
                                        500000L * (n_stops > 30 ? n_stops : 0)};
            const run_conditions conditions = {.stop = &stop,
                                               .checkpoint_seconds = 1e-12,
                                               .checkpoint = last.bytes == NULL ? NULL : &last,
                                               .on_checkpoint = keep_checkpoint,
                                               .on_misfit = note_misfit,
                                               .context = &k};
            ck_assert_int_eq(pthread_create(&thread, NULL, ring, &a), 0);
            status = run_one(experiment, 0, 0, &conditions, &run, &error);
            pthread_join(thread, NULL);
            ck_assert_msg(k.misfits == 0, "%s", k.why);
            if (k.n > 0) { // the latest
                k.n--;
                free(last.bytes);
                last = k.all[k.n];
            }
            release(&k);
            if (status == RILL_INTERRUPTED) {
                rill_run_clear(&run);
                n_stops++;
            }
        }
        ck_assert_int_eq(status, RILL_OK);
        n_all_stops += n_stops;
        assert_same_run(&plain, &run);
        free(last.bytes);
        rill_run_clear(&run);
        rill_run_clear(&plain);
        rill_experiment_destroy(experiment);
    }
    ck_assert_int_gt(n_all_stops, 3);
}
END_TEST

// ---- what does not fit ----

static const char sarsa[] =
    "{'environment': {'id': 'cliff_walking', 'max_episode_steps': 40}, 'agents': [{'id': 'sarsa'}],"
    " 'stop': {'steps': 2000}, 'runs': 3, 'record': ['return']}";

/// A checkpoint that does not fit is named, and the run comes out as if there were none.
static void assert_misfit(const rill_experiment *experiment, int64_t number,
                          const rill_checkpoint *checkpoint, const char *why)
{
    keeping k = {.n = 0};
    rill_run plain, run;
    ASSERT_OK(rill_experiment_run_one(experiment, 0, number, &plain, &error), &error);
    run = go_on(experiment, number, checkpoint, &k);
    ck_assert_int_eq(k.misfits, 1);
    ck_assert_str_eq(k.why, why);
    assert_same_run(&plain, &run);
    rill_run_clear(&run);
    rill_run_clear(&plain);
}

START_TEST(test_what_does_not_fit)
{
    rill_experiment *experiment = experiment_of(sarsa);
    keeping k = {.n = 0};
    rill_run run = run_and_keep(experiment, 0, &k);
    const rill_checkpoint good = k.all[k.n - 1];
    // cut short, or with a wrong byte
    for (size_t size = 0; size < good.size; size += 1 + size / 10) {
        rill_checkpoint cut = good;
        cut.bytes = malloc(size + 1);
        memcpy(cut.bytes, good.bytes, size);
        cut.size = size;
        assert_misfit(experiment, 0, &cut, "it is damaged");
        free(cut.bytes);
    }
    for (size_t i = 0; i < good.size; i += 1 + i / 20) {
        unsigned char *byte = (unsigned char *)good.bytes + i;
        *byte ^= 0x10;
        keeping noted = {.n = 0};
        rill_run other = go_on(experiment, 0, &good, &noted);
        ck_assert_msg(noted.misfits == 1, "byte %zu", i);
        ck_assert_uint_eq(other.hash, run.hash);
        rill_run_clear(&other);
        *byte ^= 0x10;
    }
    // another run, another configuration
    assert_misfit(experiment, 1, &good, "it is of another configuration");
    rill_experiment *other = experiment_of(sarsa);
    other->variants[0].config[strlen(other->variants[0].config) - 2]++;
    assert_misfit(other, 0, &good, "it is of another configuration");
    rill_experiment_destroy(other);
    // a program that does something else by the same configuration
    other = experiment_of("{'environment': {'id': 'cliff_walking', 'max_episode_steps': 40},"
                          " 'agents': [{'id': 'sarsa', 'params': {'alpha': 0.3}}],"
                          " 'stop': {'steps': 2000}, 'runs': 3, 'record': ['return']}");
    free(other->variants[0].config);
    other->variants[0].config = strdup(experiment->variants[0].config);
    assert_misfit(other, 0, &good, "the code of the program has changed since");
    rill_experiment_destroy(other);
    // and the one that fits
    keeping none = {.n = 0};
    rill_run again = go_on(experiment, 0, &good, &none);
    ck_assert_int_eq(none.misfits, 0);
    assert_same_run(&run, &again);
    rill_run_clear(&again);
    rill_run_clear(&run);
    release(&k);
    rill_experiment_destroy(experiment);
}
END_TEST

TEST_MAIN(test_every_agent, test_every_environment, test_every_wrapper,
          test_lanes_divergence_and_metrics, test_stopped_at_random, test_what_does_not_fit)
