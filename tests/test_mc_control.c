// On-policy Monte Carlo control against the book's box and episodes by hand.
#include "tests/monte_carlo_reference.h"

START_TEST(test_equals_the_box)
{
    mc_check_cases("mc_control", MC_CONTROLS);
    const mc_settings cliff = {
        "cliff_walking", "is_slippery=false", 200, 0.9, 0.0, 0.0, 0.2, false, 10000};
    mc_check_box("mc_control", MC_CONTROLS, &cliff, 30000);
}
END_TEST

/// Only pairs are visits: one state, actions as they come, rewards 1, 2, ..., 10 in one episode.
START_TEST(test_visits_are_of_pairs)
{
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "one_state_infinite_variance", NULL, &error), &error);
    for (int is_every = 0; is_every < 2; is_every++) {
        rill_agent *agent = mc_agent("mc_control", env, "policy=uniform", "gamma=0",
                                     is_every ? "visits=every" : "visits=first", NULL);
        double sums[2] = {0.0, 0.0}, first[2] = {0.0, 0.0};
        int n[2] = {0, 0};
        int a = rill_agent_start(agent, (rill_observation){.index = 0}).index;
        for (int t = 1; t <= 10; t++) {
            const rill_outcome end = {t, true, false};
            first[a] = n[a] == 0 ? t : first[a];
            sums[a] += t;
            n[a]++;
            if (t < 10) {
                a = rill_agent_step(agent, t, (rill_observation){.index = 0}).index;
            } else {
                rill_agent_finish(agent, &end, (rill_observation){.index = 1});
            }
        }
        ck_assert(n[0] > 1 && n[1] > 1);
        for (int i = 0; i < 2; i++) {
            ASSERT_NEAR(agent->value.weights[i], is_every ? sums[i] / n[i] : first[i], 1e-14);
        }
        rill_agent_destroy(agent);
    }
    rill_env_destroy(env);
}
END_TEST

/// A cut episode is worth the expected value of the policy's next action, an ended one nothing.
START_TEST(test_bootstraps_on_truncation_not_on_termination)
{
    static const char *const policies[] = {"policy=uniform", "policy=greedy"};
    static const double next[] = {5.0, 8.0}; // of estimates 2 and 8
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    for (int i = 0; i < 6; i++) {
        rill_agent *agent =
            mc_agent("mc_control", env, "gamma=0.5", "initial_value=2", policies[i / 3], NULL);
        rill_linear_row(&agent->value, 1)[1] = 8.0;
        const double expected = i % 3 == 0 ? 5.0 + 0.5 * next[i / 3] : 5.0;
        ck_assert(mc_estimate_after(agent, i % 3 != 0, i % 3 != 1) == expected);
        rill_agent_destroy(agent);
    }
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_box, test_visits_are_of_pairs,
          test_bootstraps_on_truncation_not_on_termination)
