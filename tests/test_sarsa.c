// Sarsa against the book's box, bit for bit, and against updates done by hand.
#include "tests/td_reference.h"

/// S&B section 6.4, the box's loop over steps; the agent runs beside it. Where an episode is cut
/// off, A' is chosen and learned from, but never taken.
static void check(const td_settings *s)
{
    rill_env *agent_env, *env;
    td_envs(s, &agent_env, &env);
    rill_agent *agent = td_agent("sarsa", s, env, "epsilon_greedy");
    td_box box = td_box_begin(s, env->action_space.size);

    int32_t state = rill_env_reset(env).index;
    int32_t a = td_choose(&box, state);
    rill_action action = rill_agent_start(agent, rill_env_reset(agent_env));
    int n_cut = 0, n_terminated = 0;
    for (int i = 0; i < 20000; i++) {
        ASSERT_FOR(s->env_id, action.index == a);
        rill_outcome outcome;
        int32_t next = rill_env_step(env, (rill_action){.index = a}, &outcome).index;
        int32_t a_next = 0;
        double q_next = 0.0;
        if (!outcome.terminated) {
            a_next = td_choose(&box, next);
            q_next = box.q[next][a_next];
        }
        box.q[state][a] += td_alpha(&box) * (outcome.reward + s->gamma * q_next - box.q[state][a]);
        if (outcome.terminated || outcome.truncated) {
            n_terminated += outcome.terminated;
            n_cut += !outcome.terminated;
            box.n_episodes++;
            next = rill_env_reset(env).index;
            a_next = td_choose(&box, next);
        }
        state = next;
        a = a_next;
        ASSERT_FOR(s->env_id, td_agent_step(agent, agent_env, &action).index == state);
        if (i % 100 == 0) {
            td_assert_same(agent, &box, env->observation_space.size);
        }
    }
    td_assert_same(agent, &box, env->observation_space.size);
    ASSERT_FOR(s->env_id, n_terminated > 5 && (n_cut > 5) == (s->max_episode_steps > 0));
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

START_TEST(test_updates_by_hand)
{
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    // always exploring: A' is any action, mostly not the greedy one
    const char *const assignments[] = {"alpha=0.5", "gamma=0.5", "policy=uniform", NULL};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "sarsa", env, assignments, &error), &error);
    int n_not_greedy = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        rill_agent_seed(agent, seed);
        double *q7 = rill_linear_row(&agent->value, 7), *q8 = rill_linear_row(&agent->value, 8);
        for (int i = 0; i < 4; i++) {
            q8[i] = (double)i;
        }
        const int32_t a = rill_agent_start(agent, (rill_observation){.index = 7}).index;
        const int32_t b = rill_agent_step(agent, 3.0, (rill_observation){.index = 8}).index;
        ck_assert(q7[a] == 0.5 * (3.0 + 0.5 * (double)b));
        n_not_greedy += b != 3;
        const rill_outcome end = {11.0, true, false};
        rill_agent_finish(agent, &end, (rill_observation){.index = 7});
        ck_assert(q8[b] == (double)b + 0.5 * (11.0 - (double)b));
        ck_assert(agent->memory->td_error == 11.0 - (double)b);
    }
    ck_assert_int_gt(n_not_greedy, 5);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_box, test_updates_by_hand)
