// n-step Sarsa against the book's sum, and where it is another method.
#include "tests/n_step_reference.h"

/// S&B section 7.2: Q <- Q + alpha [G - Q], G by eq. 7.4.
static void book(follow_table q, const n_step_record *e, int tau, int end)
{
    double *value = &q[e->s[tau]][e->a[tau]];
    *value += e->setting->alpha * (n_step_sum(q, e, tau, end) - *value);
}

START_TEST(test_equals_the_book)
{
    static const n_step_setting settings[] = {
        {1, 1.0, 0.5, 0.1, -1.0, 0.0, false},   {2, 0.9, 0.3, 0.2, -1.0, 0.0, false},
        {3, 1.0, 0.2, 0.3, -1.0, 0.0, false},   {8, 0.8, 0.1, 0.1, -1.0, 0.0, false},
        {25, 0.99, 0.1, 0.5, -1.0, 0.0, false}, {4096, 0.9, 0.1, 0.3, -1.0, 0.0, false}};
    n_step_check("n_step_sarsa", settings, sizeof settings / sizeof settings[0], book, false);
}
END_TEST

START_TEST(test_one_step_is_sarsa)
{
    static const char *const a[] = {"n=1", "alpha=0.3", "gamma=0.9", "policy.epsilon=0.2", NULL};
    static const char *const b[] = {"alpha=0.3", "gamma=0.9", "policy.epsilon=0.2", NULL};
    for (int w = 0; w < FOLLOW_WORLDS; w++) {
        follow_assert_same(&follow_worlds[w], "n_step_sarsa", a, "sarsa", b, 5000, 0.0);
    }
}
END_TEST

/// An n longer than the episode: each visit moves towards the return that followed it, and nothing
/// is learned before the end.
START_TEST(test_long_steps_are_monte_carlo)
{
    static const char *const assignments[] = {"n=4096", "alpha=0.25", "gamma=0.5",
                                              "policy.epsilon=0.3", NULL};
    static const follow_world world = {"random_walk", {"n_states=5"}, 0};
    follow f = follow_begin(&world, "n_step_sarsa", assignments, 0.3);
    static int32_t s[4096], a[4096];
    static double r[4096];
    int length = 0, n_ends = 0;
    for (int i = 0; i < 3000; i++) {
        follow_step(&f);
        length = f.is_first ? 0 : length;
        s[length] = f.state;
        a[length] = f.action;
        r[length++] = f.reward;
        if (f.is_next_first) {
            n_ends++;
            for (int t = 0; t < length; t++) {
                double g = 0.0;
                for (int k = length - 1; k >= t; k--) {
                    g = r[k] + 0.5 * g;
                }
                f.before[s[t]][a[t]] += 0.25 * (g - f.before[s[t]][a[t]]);
            }
        }
        ASSERT_FOR("n = 4096", memcmp(f.before, f.after, sizeof f.after) == 0);
    }
    ck_assert_int_gt(n_ends, 50);
    follow_end(&f);
}
END_TEST

/// S&B figure 7.4: in a corridor that ends in a reward, one episode strengthens the last n pairs.
START_TEST(test_one_episode_strengthens_n_pairs)
{
    static const char *const assignments[] = {"n=3",          "alpha=0.5",        "gamma=0.5",
                                              "policy=fixed", "policy.actions=1", NULL};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "n_step_sarsa", env, assignments, &error), &error);
    rill_agent_start(agent, (rill_observation){.index = 0});
    for (int32_t s = 1; s < 5; s++) {
        rill_agent_step(agent, 0.0, (rill_observation){.index = s});
    }
    const rill_outcome end = {8.0, true, false};
    rill_agent_finish(agent, &end, (rill_observation){.index = 5});
    for (int32_t s = 0; s < 5; s++) {
        const double expected[] = {0.0, 0.0, 1.0, 2.0, 4.0}; // alpha gamma^k 8
        ck_assert(rill_linear_row(&agent->value, s)[1] == expected[s]);
    }
    // cut off instead: the last ones bootstrap from the pair that would have been next
    rill_agent_seed(agent, 1);
    rill_linear_row(&agent->value, 2)[1] = 16.0;
    rill_agent_start(agent, (rill_observation){.index = 0});
    rill_agent_step(agent, 0.0, (rill_observation){.index = 1});
    const rill_outcome cut = {8.0, false, true};
    rill_agent_finish(agent, &cut, (rill_observation){.index = 2});
    ck_assert(rill_linear_row(&agent->value, 0)[1] == 0.5 * (0.5 * (8.0 + 0.5 * 16.0)));
    ck_assert(rill_linear_row(&agent->value, 1)[1] == 0.5 * (8.0 + 0.5 * 16.0));
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_book, test_one_step_is_sarsa, test_long_steps_are_monte_carlo,
          test_one_episode_strengthens_n_pairs)
