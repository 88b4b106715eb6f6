// Double Sarsa against the paper's loop, bit for bit, and against updates done by hand.
#include "tests/double_reference.h"

/// Ganger, Duryea and Hu (2016), the loop over steps; the agent runs beside it. Where an episode is
/// cut off, A' is chosen and learned from, but never taken.
static void check(const td_settings *s)
{
    rill_env *agent_env, *env;
    td_envs(s, &agent_env, &env);
    rill_agent *agent = td_agent("double_sarsa", s, env, "epsilon_greedy");
    static double_box box;
    box = double_box_begin(s, env->action_space.size);

    int32_t state = rill_env_reset(env).index;
    int32_t a = td_choose(&box.td, state);
    rill_action action = rill_agent_start(agent, rill_env_reset(agent_env));
    int n_cut = 0, n_terminated = 0;
    for (int i = 0; i < 20000; i++) {
        ASSERT_FOR(s->env_id, action.index == a);
        rill_outcome outcome;
        int32_t next = rill_env_step(env, (rill_action){.index = a}, &outcome).index;
        int32_t a_next = outcome.terminated ? 0 : td_choose(&box.td, next);
        const int learner = rill_rng_next64(&box.td.rng) < UINT64_C(1) << 63 ? 0 : 1;
        const double q_next = outcome.terminated ? 0.0 : box.q[1 - learner][next][a_next];
        double_box_update(&box, learner, state, a, outcome.reward + s->gamma * q_next);
        if (outcome.terminated || outcome.truncated) {
            n_terminated += outcome.terminated;
            n_cut += !outcome.terminated;
            box.td.n_episodes++;
            next = rill_env_reset(env).index;
            a_next = td_choose(&box.td, next);
        }
        state = next;
        a = a_next;
        ASSERT_FOR(s->env_id, td_agent_step(agent, agent_env, &action).index == state);
        if (i % 100 == 0) {
            double_box_assert(agent, &box, env->observation_space.size);
        }
    }
    double_box_assert(agent, &box, env->observation_space.size);
    ASSERT_FOR(s->env_id, n_terminated > 5 && (n_cut > 5) == (s->max_episode_steps > 0));
    rill_agent_destroy(agent);
    rill_env_destroy(agent_env);
    rill_env_destroy(env);
}

START_TEST(test_equals_the_loop)
{
    for (int i = 0; i < TD_CASES; i++) {
        check(&td_cases[i]);
    }
}
END_TEST

/// The next action, also one that explores, valued by the other table.
START_TEST(test_updates_by_hand)
{
    static const char *const assignments[] = {"alpha=0.5", "gamma=0.5", "policy=uniform", NULL};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "double_sarsa", env, assignments, &error), &error);
    const double_tables *tables = (const double_tables *)agent;
    int n_first = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        rill_agent_seed(agent, seed);
        for (int i = 0; i < 4; i++) {
            rill_linear_row(&tables->q[0], 8)[i] = (double)i;
            rill_linear_row(&tables->q[1], 8)[i] = 10.0 * i;
        }
        const int32_t a = rill_agent_start(agent, (rill_observation){.index = 7}).index;
        const int32_t b = rill_agent_step(agent, 3.0, (rill_observation){.index = 8}).index;
        const double *q7[2] = {rill_linear_row(&tables->q[0], 7),
                               rill_linear_row(&tables->q[1], 7)};
        const bool is_first = q7[0][a] != 0.0;
        n_first += is_first;
        ck_assert(q7[0][a] == (is_first ? 0.5 * (3.0 + 0.5 * 10.0 * b) : 0.0));
        ck_assert(q7[1][a] == (is_first ? 0.0 : 0.5 * (3.0 + 0.5 * b)));
        ck_assert(rill_linear_row(&agent->value, 7)[a] == (q7[0][a] + q7[1][a]) / 2.0);
        const int32_t c = rill_agent_start(agent, (rill_observation){.index = 9}).index;
        const rill_outcome end = {5.0, true, true};
        rill_agent_finish(agent, &end, (rill_observation){.index = 8});
        ck_assert(rill_linear_row(&agent->value, 9)[c] == 0.25 * 5.0);
    }
    ck_assert(n_first > 3 && n_first < 17);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_average_per_table)
{
    double_check_average("double_sarsa");
}
END_TEST

TEST_MAIN(test_equals_the_loop, test_updates_by_hand, test_average_per_table)
