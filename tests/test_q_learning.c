// Q-learning against the book's box, bit for bit, and against updates done by hand.
#include "tests/td_reference.h"

static double max_of(const double *q, int32_t n)
{
    double best = -HUGE_VAL;
    for (int32_t a = 0; a < n; a++) {
        best = q[a] > best ? q[a] : best;
    }
    return best;
}

/// S&B section 6.5, the box's loop over steps; the agent runs beside it. An episode that is cut
/// off learns from its last step as from any other, and starts anew.
static void check(const td_settings *s)
{
    rill_env *agent_env, *env;
    td_envs(s, &agent_env, &env);
    rill_agent *agent = td_agent("q_learning", s, env, "epsilon_greedy");
    td_box box = td_box_begin(s, env->action_space.size);

    int32_t state = rill_env_reset(env).index;
    rill_action action = rill_agent_start(agent, rill_env_reset(agent_env));
    int n_cut = 0, n_terminated = 0;
    for (int i = 0; i < 20000; i++) {
        const int32_t a = td_choose(&box, state);
        ASSERT_FOR(s->env_id, action.index == a);
        rill_outcome outcome;
        const int32_t next = rill_env_step(env, (rill_action){.index = a}, &outcome).index;
        const double v_next = outcome.terminated ? 0.0 : max_of(box.q[next], box.n_actions);
        box.q[state][a] += td_alpha(&box) * (outcome.reward + s->gamma * v_next - box.q[state][a]);
        state = next;
        if (outcome.terminated || outcome.truncated) {
            n_terminated += outcome.terminated;
            n_cut += !outcome.terminated;
            box.n_episodes++;
            state = rill_env_reset(env).index;
        }
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
    const char *const assignments[] = {"alpha=0.5", "gamma=0.5", NULL};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "q_learning", env, assignments, &error), &error);
    double *q7 = rill_linear_row(&agent->value, 7), *q8 = rill_linear_row(&agent->value, 8);
    const int32_t a = rill_agent_start(agent, (rill_observation){.index = 7}).index;
    q7[a] = 4.0;
    q8[0] = -6.0;
    q8[1] = 2.0; // the greatest
    q8[2] = 1.0;
    // 4 + 0.5 (3 + 0.5 * 2 - 4) = 4
    const int32_t b = rill_agent_step(agent, 3.0, (rill_observation){.index = 8}).index;
    ck_assert(q7[a] == 4.0 && agent->memory->td_error == 0.0);
    // 4 + 0.5 (11 + 0.5 * 2 - 4) = 8, had it happened from 7 again; here from 8
    const double before = q8[b];
    const rill_outcome cut = {11.0, false, true};
    rill_agent_finish(agent, &cut, (rill_observation){.index = 7});
    const double best = q7[a] > 0.0 ? q7[a] : 0.0;
    ck_assert(agent->memory->td_error == 11.0 + 0.5 * best - before);
    ck_assert(q8[b] == before + 0.5 * (11.0 + 0.5 * best - before));
    ck_assert_int_eq(agent->memory->episode, 1);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

/// The first action is that of time 0: with epsilon 0 then and 1 from the next on, it is greedy
/// and the second is any.
START_TEST(test_time_of_the_first_action)
{
    td_settings s = td_cases[0];
    s.epsilon = (rill_schedule){RILL_SCHEDULE_LINEAR, RILL_PER_STEP, 0.0, 1.0, 1.0, 1.0};
    rill_env *env, *other;
    td_envs(&s, &env, &other);
    rill_agent *agent = td_agent("q_learning", &s, env, "epsilon_greedy");
    int n_not_greedy = 0;
    for (uint64_t seed = 0; seed < 40; seed++) {
        rill_agent_seed(agent, seed);
        rill_linear_row(&agent->value, 7)[2] = rill_linear_row(&agent->value, 8)[2] = 1.0;
        ck_assert_int_eq(rill_agent_start(agent, (rill_observation){.index = 7}).index, 2);
        n_not_greedy += rill_agent_step(agent, 0.0, (rill_observation){.index = 8}).index != 2;
    }
    ck_assert_int_gt(n_not_greedy, 15);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
    rill_env_destroy(other);
}
END_TEST

/// Example 6.6: Q-learning finds the optimal path of 13 steps, right along the edge.
START_TEST(test_learns_the_cliff)
{
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    const char *const assignments[] = {"alpha=0.5", "policy.epsilon=0.1", NULL};
    ASSERT_OK(rill_env_create(&env, "CliffWalking-v1", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "q_learning", env, assignments, &error), &error);
    rill_action action = rill_agent_start(agent, rill_env_reset(env));
    while (agent->memory->episode < 500) {
        td_agent_step(agent, env, &action);
    }
    rill_observation observation = rill_env_reset(env);
    rill_outcome outcome = {0};
    double sum = 0.0;
    for (int i = 0; i < 100 && !outcome.terminated; i++) {
        observation = rill_env_step(env, rill_agent_act_greedily(agent, observation), &outcome);
        sum += outcome.reward;
    }
    ck_assert(outcome.terminated && sum == -13.0);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_box, test_updates_by_hand, test_time_of_the_first_action,
          test_learns_the_cliff)
