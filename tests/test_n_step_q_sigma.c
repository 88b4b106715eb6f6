// n-step Q(sigma) against its sum of errors, and its two ends.
#include "tests/n_step_reference.h"

/// S&B eq. 7.17 as a sum of errors, as tree backup's is:
///     G = Q(S_tau,A_tau) + sum_k delta_k prod_{i=tau+1}^{k} gamma (sigma rho_i + (1 - sigma) pi_i)
/// with delta_k = R_{k+1} + gamma sum_a pi(a|S_{k+1}) Q(S_{k+1},a) - Q(S_k,A_k), and without control
/// variates, as in De Asis et al. (2018), the sampled estimate mixed into the expectation.
static void book(follow_table q, const n_step_record *e, int tau, int end)
{
    const n_step_setting *s = e->setting;
    double sum = 0.0, product = 1.0;
    for (int k = tau; k < end; k++) {
        if (k > tau) {
            product *= s->gamma * (s->sigma * e->rho[k] + (1.0 - s->sigma) * n_step_pi(q, e, k));
        }
        double next = 0.0;
        if (k + 1 < e->length) {
            const double sampled = e->rho[k + 1] * q[e->s[k + 1]][e->a[k + 1]];
            next = n_step_expected(q, e, k + 1);
            next = s->has_control_variates ? next : s->sigma * sampled + (1.0 - s->sigma) * next;
        }
        sum += product * (e->r[k + 1] + s->gamma * next - q[e->s[k]][e->a[k]]);
    }
    q[e->s[tau]][e->a[tau]] += s->alpha * sum;
}

START_TEST(test_equals_the_book)
{
    static const n_step_setting settings[] = {
        {1, 1.0, 0.5, 0.1, -1.0, 0.5, true}, {2, 0.9, 0.3, 0.2, -1.0, 0.25, false},
        {3, 1.0, 0.1, 0.2, 0.5, 0.5, true},  {3, 0.9, 0.1, 0.2, 0.5, 0.75, false},
        {8, 0.8, 0.1, 0.5, 0.4, 1.0, true},  {4, 0.9, 0.1, 0.1, 0.4, 0.0, false},
        {4, 0.9, 0.05, 0.0, 0.6, 0.3, true}, {5, 0.95, 0.1, 0.3, 0.3, 0.9, true}};
    n_step_check("n_step_q_sigma", settings, sizeof settings / sizeof settings[0], book, true);
}
END_TEST

/// sigma = 0 is tree backup, with and without control variates: to within rounding, from random
/// actions. Without a time limit, where Q(sigma) draws one more action.
START_TEST(test_sigma_0_is_tree_backup)
{
    static const char *const tree[] = {
        "n=3", "alpha=0.3", "gamma=0.9", "policy.epsilon=0.2", "behaviour=uniform", NULL};
    static const char *const with[] = {
        "n=3",     "alpha=0.3",         "gamma=0.9", "policy.epsilon=0.2",
        "sigma=0", "behaviour=uniform", NULL};
    static const char *const without[] = {"n=3",
                                          "alpha=0.3",
                                          "gamma=0.9",
                                          "policy.epsilon=0.2",
                                          "sigma=0",
                                          "behaviour=uniform",
                                          "control_variates=false",
                                          NULL};
    const follow_world *world = &follow_worlds[1];
    follow_assert_same(world, "n_step_q_sigma", with, "n_step_tree_backup", tree, 10000, 1e-12);
    follow_assert_same(world, "n_step_q_sigma", without, "n_step_tree_backup", tree, 10000, 1e-12);
}
END_TEST

/// sigma = 1 on-policy: without control variates n-step Sarsa to the bit. With them it is so where
/// the policy leaves no choice, since sum_a pi(a|S) Q(S,a) is then Q(S,A).
START_TEST(test_sigma_1_is_sarsa)
{
    static const char *const sarsa[] = {"n=3", "alpha=0.3", "gamma=0.9", "policy.epsilon=0.2",
                                        NULL};
    static const char *const sigma[] = {
        "n=3",     "alpha=0.3", "gamma=0.9", "policy.epsilon=0.2", "control_variates=false",
        "sigma=1", NULL};
    for (int w = 0; w < FOLLOW_WORLDS; w++) {
        follow_assert_same(&follow_worlds[w], "n_step_q_sigma", sigma, "n_step_sarsa", sarsa, 5000,
                           0.0);
    }
    static const char *const fixed_sarsa[] = {"n=3",          "alpha=0.3",        "gamma=0.9",
                                              "policy=fixed", "policy.actions=1", NULL};
    static const char *const fixed_sigma[] = {
        "n=3", "alpha=0.3", "gamma=0.9", "policy=fixed", "policy.actions=1", "sigma=1", NULL};
    follow_assert_same(&follow_worlds[2], "n_step_q_sigma", fixed_sigma, "n_step_sarsa",
                       fixed_sarsa, 5000, 1e-12);
}
END_TEST

/// n = 1 with control variates is Expected Sarsa, whatever sigma: what is sampled cancels.
START_TEST(test_one_step_is_expected_sarsa)
{
    static const char *const expected[] = {"alpha=0.3", "gamma=0.9", "policy.epsilon=0.2",
                                           "behaviour=uniform", NULL};
    static const char *const sigma[] = {
        "n=1",       "alpha=0.3", "gamma=0.9", "policy.epsilon=0.2", "behaviour=uniform",
        "sigma=0.7", NULL};
    follow_assert_same(&follow_worlds[1], "n_step_q_sigma", sigma, "expected_sarsa", expected,
                       10000, 0.0);
}
END_TEST

/// sigma of the moment in which the action was chosen: 1 for the first one, 0 from the second on.
/// n = 2, alpha = gamma = 1/2, a uniform policy over four actions, no control variates.
START_TEST(test_sigma_is_a_schedule)
{
    static const char *const assignments[] = {
        "n=2", "alpha=0.5", "gamma=0.5", "policy=uniform", "control_variates=false", NULL};
    const rill_schedule falling = {RILL_SCHEDULE_LINEAR, RILL_PER_STEP, 1.0, 0.0, 2.0, 1.0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "n_step_q_sigma", env, assignments, &error), &error);
    const rill_param *sigma = rill_param_find(agent->type->params, "sigma", &error);
    ASSERT_OK(rill_param_set_schedule(sigma, agent->params, &falling, &error), &error);
    double *q0 = rill_linear_row(&agent->value, 0), *q1 = rill_linear_row(&agent->value, 1);
    double *q2 = rill_linear_row(&agent->value, 2);
    for (int i = 0; i < 4; i++) {
        q1[i] = 10.0 * i;  // 15 expected
        q2[i] = (double)i; // 1.5 expected
    }
    const int32_t a = rill_agent_start(agent, (rill_observation){.index = 0}).index;
    const int32_t b = rill_agent_step(agent, 3.0, (rill_observation){.index = 1}).index;
    rill_agent_step(agent, 5.0, (rill_observation){.index = 2});
    // A_1 has sigma 1/2, A_2 has 0
    const double g = 5.0 + 0.5 * 1.5;
    const double v = 0.5 * g + 0.5 * (15.0 + 0.25 * (g - 10.0 * b));
    ASSERT_NEAR(q0[a], 0.5 * (3.0 + 0.5 * v), 1e-14);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_book, test_sigma_0_is_tree_backup, test_sigma_1_is_sarsa,
          test_one_step_is_expected_sarsa, test_sigma_is_a_schedule)
