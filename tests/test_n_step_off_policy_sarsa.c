// Off-policy n-step Sarsa against the book's sum and product, and where it is another method.
#include "tests/n_step_reference.h"

#include <rill/solve.h>

/// S&B eq. 7.11: Q <- Q + alpha rho_{tau+1:tau+n} [G - Q], the ratio up to the pair of the estimate.
static void book(follow_table q, const n_step_record *e, int tau, int end)
{
    double *value = &q[e->s[tau]][e->a[tau]];
    double rho = 1.0;
    for (int i = tau + 1; i <= (end < e->length - 1 ? end : e->length - 1); i++) {
        rho *= e->rho[i];
    }
    *value += e->setting->alpha * rho * (n_step_sum(q, e, tau, end) - *value);
}

START_TEST(test_equals_the_book)
{
    static const n_step_setting settings[] = {
        {1, 1.0, 0.1, 0.1, 0.4, 0.0, false},  {2, 0.9, 0.1, 0.2, 0.5, 0.0, false},
        {3, 1.0, 0.1, 0.3, 0.6, 0.0, false},  {8, 0.8, 0.05, 0.4, 0.5, 0.0, false},
        {2, 0.9, 0.02, 0.0, 0.8, 0.0, false}, {4, 0.9, 0.1, 0.2, -1.0, 0.0, false}};
    n_step_check("n_step_off_policy_sarsa", settings, sizeof settings / sizeof settings[0], book,
                 false);
}
END_TEST

START_TEST(test_on_policy_is_n_step_sarsa)
{
    static const char *const a[] = {"n=3", "alpha=0.3", "gamma=0.9", "policy.epsilon=0.2", NULL};
    // b given, and the same: every ratio is 1
    static const char *const b[] = {"n=3",
                                    "alpha=0.3",
                                    "gamma=0.9",
                                    "policy.epsilon=0.2",
                                    "behaviour=epsilon_greedy",
                                    "behaviour.epsilon=0.2",
                                    NULL};
    for (int w = 0; w < FOLLOW_WORLDS; w++) {
        follow_assert_same(&follow_worlds[w], "n_step_off_policy_sarsa", a, "n_step_sarsa", a, 5000,
                           0.0);
        follow_assert_same(&follow_worlds[w], "n_step_off_policy_sarsa", b, "n_step_sarsa", a, 5000,
                           0.0);
    }
}
END_TEST

/// From random actions it learns the values of another policy: those that the linear system has.
/// Without the ratios, or with one too few, it would learn those of another one.
START_TEST(test_finds_the_values_of_the_target)
{
    static const char *const assignments[] = {
        "n=2", "alpha=0.002", "gamma=0.8", "policy=fixed", "policy.actions=1", "behaviour=uniform",
        NULL};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_model *model = NULL;
    rill_solution *solution = NULL;
    rill_error error = {0};
    double policy[7 * 2];
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "n_step_off_policy_sarsa", env, assignments, &error),
              &error);
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    for (int s = 0; s < 7; s++) {
        policy[2 * s] = 0.0;
        policy[2 * s + 1] = 1.0;
    }
    ASSERT_OK(rill_solve_policy(model, 0.8, policy, &solution, &error), &error);
    rill_env_seed(env, 1);
    rill_agent_seed(agent, 2);
    rill_action action = rill_agent_start(agent, rill_env_reset(env));
    for (int i = 0; i < 400000; i++) {
        rill_outcome outcome;
        const rill_observation next = rill_env_step(env, action, &outcome);
        if (rill_outcome_is_last(&outcome)) {
            rill_agent_finish(agent, &outcome, next);
            action = rill_agent_start(agent, rill_env_reset(env));
        } else {
            action = rill_agent_step(agent, outcome.reward, next);
        }
    }
    for (int32_t s = 1; s <= 5; s++) {
        for (int a = 0; a < 2; a++) {
            ASSERT_NEAR(rill_linear_row(&agent->value, s)[a], solution->q[2 * s + a], 0.02);
        }
    }
    rill_solution_destroy(solution);
    rill_model_destroy(model);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_book, test_on_policy_is_n_step_sarsa, test_finds_the_values_of_the_target)
