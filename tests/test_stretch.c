// Stretches: an agent's own loop makes the same bits as step after step, and tables of moves are what `step` does.
#include "experiments/run_one.h"
#include "tests/runs.h"

static rill_error error;

static void ignore(void *context, const run_moment *moment)
{
    (void)moment;
    ++*(int64_t *)context;
}

/// Runs once in stretches and once looked at after each step.
static void check_same(const char *environment, const char *agent, const char *rest)
{
    char json[1024];
    snprintf(json, sizeof json,
             "{\"environment\": %s, \"agents\": [%s], \"runs\": 2, \"seed\": 5, %s}", environment,
             agent, rest);
    rill_experiment *experiment = NULL;
    ASSERT_OK(rill_experiment_parse(&experiment, json, NULL, &error), &error);
    ck_assert(experiment->variants[0].agent->type->stretch != NULL);
    for (int64_t number = 0; number < 2; number++) {
        rill_run stretched, stepped;
        int64_t n_seen = 0;
        const run_conditions conditions = {.on_step = ignore, .context = &n_seen};
        ASSERT_OK(rill_experiment_run_one(experiment, 0, number, &stretched, &error), &error);
        ASSERT_OK(run_one(experiment, 0, number, &conditions, &stepped, &error), &error);
        ck_assert_int_eq(n_seen, stepped.steps);
        assert_same_run(&stretched, &stepped);
        rill_run_clear(&stretched);
        rill_run_clear(&stepped);
    }
    rill_experiment_destroy(experiment);
}

START_TEST(test_same_bits)
{
    static const char *const environments[] = {
        "{\"id\": \"cliff_walking\"}",
        "{\"id\": \"cliff_walking\", \"max_episode_steps\": 7}",
        "{\"id\": \"cliff_walking\", \"params\": {\"is_slippery\": true}, \"max_episode_steps\": 9}",
        "{\"id\": \"windy_gridworld\", \"params\": {\"moves\": \"king_stay\"}}",
        "{\"id\": \"windy_gridworld\", \"params\": {\"is_stochastic\": true}}",
        "{\"id\": \"gridworld\", \"max_episode_steps\": 30}",
        "{\"id\": \"random_walk\"}",
        "{\"id\": \"random_walk\", \"params\": {\"n_states\": 1}}",
        "{\"id\": \"random_walk\", \"params\": {\"n_states\": 50, \"max_jump\": 3}}",
    };
    static const char *const agents[] = {
        "{\"id\": \"q_learning\", \"params\": {\"alpha\": 0.4, \"gamma\": 0.9}}",
        "{\"id\": \"sarsa\", \"policy\": {\"id\": \"epsilon_greedy\", \"params\": {\"epsilon\": 0.3}}}",
        "{\"id\": \"sarsa\", \"policy\": {\"id\": \"greedy\"}, \"params\": {\"initial_value\": 3}}",
        "{\"id\": \"q_learning\", \"policy\": {\"id\": \"epsilon_greedy\", \"params\": {\"epsilon\": 1}}}",
        "{\"id\": \"td0\", \"params\": {\"gamma\": 0.95}}",
        // no plain ones: step after step in both cases
        "{\"id\": \"q_learning\", \"params\": {\"alpha\": \"1/n\"}}",
        "{\"id\": \"sarsa\", \"policy\": {\"id\": \"softmax\"}}",
    };
    static const char *const rests[] = {
        "\"stop\": {\"steps\": 20011}, \"record\": [\"return\", \"length\"]",
        "\"stop\": {\"episodes\": 700, \"steps\": 30000}, \"record\": [\"return\", {\"metric\": "
        "\"weight_norm\", \"every\": 3}]",
        "\"stop\": {\"steps\": 9000}, \"record\": [{\"metric\": \"weight_norm\", \"every\": 100, "
        "\"unit\": \"steps\"}]",
    };
    for (size_t i = 0; i < sizeof environments / sizeof *environments; i++) {
        for (size_t j = 0; j < sizeof agents / sizeof *agents; j++) {
            for (size_t k = 0; k < sizeof rests / sizeof *rests; k++) {
                check_same(environments[i], agents[j], rests[k]);
            }
        }
    }
}
END_TEST

/// Which agents the loop is for, and where it stops.
START_TEST(test_who_stretches)
{
    static const struct {
        const char *id;
        const char *const assignments[3];
        bool is_plain;
    } cases[] = {
        {"q_learning", {NULL}, true},
        {"sarsa", {"policy=greedy", NULL}, true},
        {"td0", {NULL}, true},
        {"sarsa", {"alpha=1/n", NULL}, false},
        {"q_learning", {"policy=softmax", NULL}, false},
        {"td0", {"policy=fixed", NULL}, false},
        {"q_learning", {"features=state_aggregation", NULL}, false},
    };
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rill_agent *agent = NULL;
        ASSERT_OK(rill_agent_create(&agent, cases[i].id, env, cases[i].assignments, &error),
                  &error);
        double returns[3];
        int64_t lengths[3];
        rill_stretch part = {.env = env,
                             .observation = rill_env_reset(env),
                             .n_steps = 1000000,
                             .returns = returns,
                             .lengths = lengths,
                             .max_episodes = 3};
        part.action = rill_agent_start(agent, part.observation);
        ck_assert(agent->type->stretch(agent, &part) == cases[i].is_plain);
        if (cases[i].is_plain) {
            ck_assert_int_eq(part.n_episodes, 3);
            ck_assert_int_eq(part.n_steps, lengths[0] + lengths[1] + lengths[2]);
            ck_assert_int_eq(agent->memory->update, part.n_steps);
            ck_assert_int_eq(agent->memory->episode, 3);
        }
        rill_agent_destroy(agent);
    }
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_evaluation_between_stretches)
{
    check_same(
        "{\"id\": \"cliff_walking\"}", "{\"id\": \"q_learning\"}",
        "\"stop\": {\"episodes\": 100}, \"record\": [\"return\"], \"evaluation\": {\"every\": 7, "
        "\"episodes\": 2, \"max_steps\": 50}");
}
END_TEST

/// An estimate that is no number may keep an episode from its end; the run ends all the same.
START_TEST(test_divergence)
{
    rill_experiment *experiment = NULL;
    rill_run run;
    ASSERT_OK(rill_experiment_parse(
                  &experiment,
                  "{\"environment\": {\"id\": \"cliff_walking\"}, \"agents\": [{\"id\": \"sarsa\", "
                  "\"params\": {\"alpha\": 1e9}}], \"stop\": {\"episodes\": 300}}",
                  NULL, &error),
              &error);
    ASSERT_OK(rill_experiment_run_one(experiment, 0, 0, &run, &error), &error);
    ck_assert_int_eq(run.status, RILL_RUN_DIVERGED);
    rill_run_clear(&run);
    rill_experiment_destroy(experiment);
}
END_TEST

/// In every state where an episode can be, a move is what a step does.
START_TEST(test_moves)
{
    const rill_env_type *const *types = rill_env_type_list();
    int n_types = 0;
    for (int t = 0; types[t] != NULL; t++) {
        rill_env *env = NULL;
        ASSERT_OK(rill_env_create_from(&env, types[t], NULL, 0, &error), &error);
        const rill_move *moves = types[t]->moves == NULL ? NULL : types[t]->moves(env->params);
        rill_rng rng;
        rill_rng_seed(&rng, 3);
        n_types += moves != NULL;
        int32_t state = moves == NULL ? 0 : rill_env_reset(env).index;
        for (int i = 0; i < 5000 && moves != NULL; i++) {
            const int32_t action = (int32_t)rill_rng_integers(&rng, env->action_space.size);
            const rill_move *move = &moves[state * env->action_space.size + action];
            const rill_rng before = env->data->rng;
            rill_outcome outcome;
            ck_assert_int_eq(*(const int32_t *)env->state, state);
            state = rill_env_step(env, (rill_action){.index = action}, &outcome).index;
            ck_assert_int_eq(state, move->next);
            ck_assert_double_eq(outcome.reward, move->reward);
            ck_assert_int_eq(outcome.terminated, move->terminated);
            ck_assert_int_eq(memcmp(&before, &env->data->rng, sizeof before), 0);
            state = rill_outcome_is_last(&outcome) ? rill_env_reset(env).index : state;
        }
        rill_env_destroy(env);
    }
    ck_assert_int_ge(n_types, 4);
}
END_TEST

TEST_MAIN(test_same_bits, test_who_stretches, test_evaluation_between_stretches, test_divergence,
          test_moves)
