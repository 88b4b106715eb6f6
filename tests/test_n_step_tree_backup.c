// n-step tree backup against its sum of errors, and where it is another method.
#include "tests/n_step_reference.h"

/// The n-step return of S&B eq. 7.16 as a sum of errors (its Exercise 7.11):
///     G = Q(S_tau,A_tau) + sum_k delta_k prod_{i=tau+1}^{k} gamma pi(A_i|S_i),
///     delta_k = R_{k+1} + gamma sum_a pi(a|S_{k+1}) Q(S_{k+1},a) - Q(S_k,A_k)
static void book(follow_table q, const n_step_record *e, int tau, int end)
{
    const double gamma = e->setting->gamma;
    double sum = 0.0, product = 1.0;
    for (int k = tau; k < end; k++) {
        product *= k == tau ? 1.0 : gamma * n_step_pi(q, e, k);
        const double next = k + 1 < e->length ? n_step_expected(q, e, k + 1) : 0.0;
        sum += product * (e->r[k + 1] + gamma * next - q[e->s[k]][e->a[k]]);
    }
    q[e->s[tau]][e->a[tau]] += e->setting->alpha * sum;
}

START_TEST(test_equals_the_book)
{
    static const n_step_setting settings[] = {
        {1, 1.0, 0.5, 0.1, -1.0, 0.0, false}, {2, 0.9, 0.3, 0.2, -1.0, 0.0, false},
        {3, 1.0, 0.2, 0.2, 0.5, 0.0, false},  {8, 0.8, 0.1, 0.5, 0.2, 0.0, false},
        {4, 0.9, 0.3, 0.0, 0.4, 0.0, false},  {5, 0.95, 0.3, 1.0, 0.3, 0.0, false}};
    n_step_check("n_step_tree_backup", settings, sizeof settings / sizeof settings[0], book, false);
}
END_TEST

/// n = 1 with a greedy target is Q-learning, with the policy that it acts by as target Expected
/// Sarsa. With two actions to the bit (ties have probability 1/2, exactly); where three tie, which
/// halves do not add up to, to within rounding and from random actions.
START_TEST(test_one_step)
{
    static const char *const greedy[] = {"n=1",
                                         "alpha=0.3",
                                         "gamma=0.9",
                                         "policy=greedy",
                                         "behaviour=epsilon_greedy",
                                         "behaviour.epsilon=0.2",
                                         NULL};
    static const char *const random[] = {"n=1",           "alpha=0.3",         "gamma=0.9",
                                         "policy=greedy", "behaviour=uniform", NULL};
    static const char *const q[] = {"alpha=0.3", "gamma=0.9", "policy.epsilon=0.2", NULL};
    static const char *const q_random[] = {"alpha=0.3", "gamma=0.9", "policy=uniform", NULL};
    static const char *const soft[] = {"n=1", "alpha=0.3", "gamma=0.9", "policy.epsilon=0.2", NULL};
    static const char *const off[] = {"alpha=0.3", "gamma=0.9", "policy.epsilon=0.2",
                                      "behaviour=uniform", NULL};
    static const char *const off_tree[] = {
        "n=1", "alpha=0.3", "gamma=0.9", "policy.epsilon=0.2", "behaviour=uniform", NULL};
    const follow_world *walk = &follow_worlds[2];
    follow_assert_same(walk, "n_step_tree_backup", greedy, "q_learning", q, 5000, 0.0);
    follow_assert_same(walk, "n_step_tree_backup", soft, "expected_sarsa", q, 5000, 0.0);
    for (int w = 0; w < FOLLOW_WORLDS; w++) {
        follow_assert_same(&follow_worlds[w], "n_step_tree_backup", random, "q_learning", q_random,
                           5000, 1e-12);
        follow_assert_same(&follow_worlds[w], "n_step_tree_backup", off_tree, "expected_sarsa", off,
                           5000, 0.0);
    }
}
END_TEST

/// Two steps with a greedy target by hand, alpha = gamma = 1/2.
START_TEST(test_updates_by_hand)
{
    static const char *const assignments[] = {
        "n=2", "alpha=0.5", "gamma=0.5", "policy=greedy", "behaviour=fixed", "behaviour.actions=1",
        NULL};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "n_step_tree_backup", env, assignments, &error), &error);
    double *q0 = rill_linear_row(&agent->value, 0), *q1 = rill_linear_row(&agent->value, 1);
    double *q2 = rill_linear_row(&agent->value, 2), *q3 = rill_linear_row(&agent->value, 3);
    q1[1] = 4.0; // taken, and greedy: what followed counts
    q2[0] = 6.0; // the greatest in 2, not taken
    q2[1] = 2.0;
    q3[2] = 8.0;
    rill_agent_start(agent, (rill_observation){.index = 0});
    rill_agent_step(agent, 3.0, (rill_observation){.index = 1});
    ck_assert(q0[1] == 0.0); // too early
    rill_agent_step(agent, 5.0, (rill_observation){.index = 2});
    ck_assert(q0[1] == 0.5 * (3.0 + 0.5 * (5.0 + 0.5 * 6.0))); // 3.5
    // 2 is left by action 1, which is not greedy: its branch does not count, and the tree ends there
    rill_agent_step(agent, 100.0, (rill_observation){.index = 3});
    ck_assert(q1[1] == 4.0 + 0.5 * (5.0 + 0.5 * 6.0 - 4.0)); // 6
    const rill_outcome cut = {7.0, false, true};
    rill_agent_finish(agent, &cut, (rill_observation){.index = 1});
    // 2, 1 with A = 1 in 3, not greedy there: 100 + 0.5 * 8
    ck_assert(q2[1] == 2.0 + 0.5 * (100.0 + 0.5 * 8.0 - 2.0));
    // 3, 1 bootstraps from the expectation in 1: 7 + 0.5 * 6
    ck_assert(q3[1] == 0.5 * (7.0 + 0.5 * 6.0));
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_book, test_one_step, test_updates_by_hand)
