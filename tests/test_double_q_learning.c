// Double Q-learning against the book's box, bit for bit, and against updates done by hand.
#include "tests/double_reference.h"

/// S&B section 6.7, the box's loop over steps; the agent runs beside it.
static void check(const td_settings *s)
{
    rill_env *agent_env, *env;
    td_envs(s, &agent_env, &env);
    rill_agent *agent = td_agent("double_q_learning", s, env, "epsilon_greedy");
    static double_box box;
    box = double_box_begin(s, env->action_space.size);

    int32_t state = rill_env_reset(env).index;
    rill_action action = rill_agent_start(agent, rill_env_reset(agent_env));
    int n_cut = 0, n_terminated = 0, n_first = 0;
    for (int i = 0; i < 60000; i++) {
        const int32_t a = td_choose(&box.td, state);
        ASSERT_FOR(s->env_id, action.index == a);
        rill_outcome outcome;
        const int32_t next = rill_env_step(env, (rill_action){.index = a}, &outcome).index;
        const int learner = rill_rng_next64(&box.td.rng) < UINT64_C(1) << 63 ? 0 : 1;
        double v_next = 0.0;
        if (!outcome.terminated) {
            const int32_t best =
                reference_epsilon_greedy(box.q[learner][next], box.td.n_actions, 0.0, &box.td.rng);
            v_next = box.q[1 - learner][next][best];
        }
        double_box_update(&box, learner, state, a, outcome.reward + s->gamma * v_next);
        n_first += learner == 0;
        state = next;
        if (outcome.terminated || outcome.truncated) {
            n_terminated += outcome.terminated;
            n_cut += !outcome.terminated;
            box.td.n_episodes++;
            state = rill_env_reset(env).index;
        }
        ASSERT_FOR(s->env_id, td_agent_step(agent, agent_env, &action).index == state);
        if (i % 100 == 0) {
            double_box_assert(agent, &box, env->observation_space.size);
        }
    }
    double_box_assert(agent, &box, env->observation_space.size);
    ASSERT_FOR(s->env_id, n_terminated > 5 && (n_cut > 5) == (s->max_episode_steps > 0));
    ASSERT_FOR(s->env_id, abs(n_first - 30000) < 490); // 4 standard deviations of a fair coin
    rill_agent_destroy(agent);
    rill_env_destroy(agent_env);
    rill_env_destroy(env);
}

START_TEST(test_equals_the_box)
{
    for (int i = 0; i < TD_CASES; i++) {
        check(&td_cases[i]);
    }
}
END_TEST

/// The best action of the table that learns, valued by the other one.
START_TEST(test_updates_by_hand)
{
    static const char *const assignments[] = {"alpha=0.5", "gamma=0.5", NULL};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "double_q_learning", env, assignments, &error), &error);
    const double_tables *tables = (const double_tables *)agent;
    int n_first = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        rill_agent_seed(agent, seed);
        double *q8[2] = {rill_linear_row(&tables->q[0], 8), rill_linear_row(&tables->q[1], 8)};
        q8[0][1] = 8.0; // best of the first, worth -4 to the second
        q8[1][1] = -4.0;
        q8[0][2] = 2.0; // best of the second, worth 2 to the first
        q8[1][2] = 6.0;
        const int32_t a = rill_agent_start(agent, (rill_observation){.index = 7}).index;
        const rill_outcome cut = {3.0, false, true}, end = {5.0, true, true};
        rill_agent_finish(agent, &cut, (rill_observation){.index = 8});
        const double *q7[2] = {rill_linear_row(&tables->q[0], 7),
                               rill_linear_row(&tables->q[1], 7)};
        const bool is_first = q7[0][a] != 0.0;
        n_first += is_first;
        ck_assert(q7[0][a] == (is_first ? 0.5 * (3.0 + 0.5 * -4.0) : 0.0));
        ck_assert(q7[1][a] == (is_first ? 0.0 : 0.5 * (3.0 + 0.5 * 2.0)));
        ck_assert(rill_linear_row(&agent->value, 7)[a] == (q7[0][a] + q7[1][a]) / 2.0);
        ck_assert(agent->memory->td_error == (is_first ? 1.0 : 4.0));
        const int32_t b = rill_agent_start(agent, (rill_observation){.index = 9}).index;
        rill_agent_finish(agent, &end, (rill_observation){.index = 8});
        ck_assert(rill_linear_row(&agent->value, 9)[b] == 0.25 * 5.0);
    }
    ck_assert(n_first > 3 && n_first < 17);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_average_per_table)
{
    double_check_average("double_q_learning");
}
END_TEST

/// How often left is taken from A in the first 100 episodes of S&B Example 6.7 with two actions in
/// B, where nothing is to be had on the left.
static double fraction_left(const char *id)
{
    static const char *const two[] = {"n_actions=2", NULL};
    static const char *const assignments[] = {"alpha=0.1", "policy.epsilon=0.1", NULL};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    int n_left = 0;
    ASSERT_OK(rill_env_create(&env, "max_bias", two, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, id, env, assignments, &error), &error);
    for (uint64_t run = 0; run < 1000; run++) {
        rill_env_seed(env, run);
        rill_agent_seed(agent, run);
        rill_observation observation = rill_env_reset(env);
        rill_action action = rill_agent_start(agent, observation);
        for (int episode = 0; episode < 100;) {
            n_left += observation.index == 0 && action.index == 0;
            const rill_observation before = observation;
            observation = td_agent_step(agent, env, &action);
            episode += !(before.index == 0 && observation.index == 1);
        }
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);
    return n_left / 100000.0;
}

START_TEST(test_is_less_biased_than_q_learning)
{
    const double q = fraction_left("q_learning"), doubled = fraction_left("double_q_learning");
    ck_assert_double_gt(q, 0.22);
    ck_assert_double_lt(doubled, q - 0.06);
}
END_TEST

TEST_MAIN(test_equals_the_box, test_updates_by_hand, test_average_per_table,
          test_is_less_biased_than_q_learning)
