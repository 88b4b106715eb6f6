// Differential Sarsa against the book's box, bit for bit, by hand, and against exact gains.
#include "tests/average_reward_reference.h"

/// S&B section 10.3, the box's three assignments, for a table.
static void learn(average_reward_box *box, int32_t state, int32_t action, double reward,
                  int32_t next, int32_t next_action)
{
    const double q_next = next < 0 ? 0.0 : box->td.q[next][next_action];
    const double delta = reward - box->average + q_next - box->td.q[state][action];
    box->average += box->rate * delta;
    box->td.q[state][action] += td_alpha(&box->td) * delta;
}

START_TEST(test_equals_the_box)
{
    for (int i = 0; i < AVERAGE_REWARD_CASES; i++) {
        average_reward_box box = {.rate = 0.03, .learn = learn, .chooses_first = true};
        average_reward_compare("differential_sarsa", &average_reward_cases[i], "beta=0.03", &box);
    }
}
END_TEST

/// Q(7,A) <- 0 + 0.5 delta, average <- 10 + 0.25 delta.
START_TEST(test_updates_by_hand)
{
    static const char *const assignments[] = {"alpha=0.5", "beta=0.25", "policy=fixed",
                                              "policy.actions=0", NULL};
    rill_agent *agent = average_reward_cliff_agent("differential_sarsa", assignments);
    for (int is_cut = 0; is_cut < 2; is_cut++) {
        int32_t a;
        const double q = average_reward_update(agent, 18.0, false, is_cut == 1, &a);
        ck_assert(agent->memory->td_error == 18.0 - 10.0 + 2.0); // A' = 0, not the best
        ck_assert(q == 5.0 && agent->memory->average_reward == 12.5);
        const double ended = average_reward_update(agent, 18.0, true, is_cut == 1, &a);
        ck_assert(agent->memory->td_error == 18.0 - 10.0);
        ck_assert(ended == 4.0 && agent->memory->average_reward == 12.0);
    }
    rill_agent_destroy(agent);
}
END_TEST

START_TEST(test_exact_solution_stays)
{
    check_exact_solution_stays("differential_sarsa", "policy=greedy");
}
END_TEST

/// The oracle itself: the gains of Example 10.2, known from an independent solver.
START_TEST(test_gains_of_access_control)
{
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "access_control", NULL, &error), &error);
    ASSERT_NEAR(exact_gain_of(env, 0.0), 2.7476419505725262, 1e-9);
    ASSERT_NEAR(exact_gain_of(env, 0.1), 2.6468943683104302, 1e-9);
    rill_env_destroy(env);
}
END_TEST

/// On-policy: its average reward is that of the best policy that explores, not that of the best
/// one.
START_TEST(test_learns_the_gain_of_the_soft_policy)
{
    static const char *const assignments[] = {"alpha=0.001", "beta=0.0003", "policy.epsilon=0.3",
                                              NULL};
    rill_error error = {0};
    rill_env *env = small_access_control();
    rill_agent *agent = NULL;
    const double soft = exact_gain_of(env, 0.3), best = exact_gain_of(env, 0.0);
    ck_assert_double_gt(best - soft, 0.2);
    ASSERT_OK(rill_agent_create(&agent, "differential_sarsa", env, assignments, &error), &error);
    ASSERT_NEAR(learned_gain(agent, env, 2000000), soft, 0.004);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

/// Without control: the gain of the uniform policy is that of epsilon = 1.
START_TEST(test_learns_the_gain_of_a_given_policy)
{
    static const char *const assignments[] = {"alpha=0.001", "beta=0.0003", "policy=uniform", NULL};
    rill_error error = {0};
    rill_env *env = small_access_control();
    rill_agent *agent = NULL;
    ASSERT_OK(rill_agent_create(&agent, "differential_sarsa", env, assignments, &error), &error);
    ASSERT_NEAR(learned_gain(agent, env, 2000000), exact_gain_of(env, 1.0), 0.004);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_box, test_updates_by_hand, test_exact_solution_stays,
          test_gains_of_access_control, test_learns_the_gain_of_the_soft_policy,
          test_learns_the_gain_of_a_given_policy)
