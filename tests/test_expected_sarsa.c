// Expected Sarsa against its equation, and where it is another method.
#include "tests/follow.h"

#include <rill/solve.h>

/// S&B eq. 6.9, with target and behaviour epsilon-greedy.
static void check(const follow_world *world, double target, double behaviour, int *n_terminated,
                  int *n_truncated)
{
    char pi[48], b[48];
    snprintf(pi, sizeof pi, "policy.epsilon=%.17g", target);
    snprintf(b, sizeof b, "behaviour.epsilon=%.17g", behaviour);
    const bool is_on_policy = behaviour < 0.0;
    const char *const assignments[] = {"alpha=0.3",
                                       "gamma=0.9",
                                       "initial_value=-0.5",
                                       pi,
                                       is_on_policy ? NULL : "behaviour=epsilon_greedy",
                                       is_on_policy ? NULL : b,
                                       NULL};
    follow f =
        follow_begin(world, "expected_sarsa", assignments, is_on_policy ? target : behaviour);
    int n_explored = 0;
    for (int i = 0; i < 3000; i++) {
        follow_step(&f);
        const double *next = f.before[f.next_state];
        const double expected = f.terminated ? 0.0 : follow_expected(next, f.n_actions, target);
        double *q = &f.before[f.state][f.action];
        const double td_error = f.reward + 0.9 * expected - *q;
        n_explored += *q < follow_max(f.before[f.state], f.n_actions);
        *q += 0.3 * td_error;
        follow_assert(&f, f.before);
        *n_terminated += f.terminated;
        *n_truncated += f.truncated;
    }
    // it acts by the behaviour: explores with this probability, and mostly finds a lesser action then
    const double rate = (is_on_policy ? target : behaviour) * (f.n_actions - 1) / f.n_actions;
    ASSERT_NEAR((double)n_explored / 3000.0, rate, 0.06);
    follow_end(&f);
}

START_TEST(test_equals_the_equation)
{
    int n_terminated = 0, n_truncated = 0;
    for (int w = 0; w < FOLLOW_WORLDS; w++) {
        check(&follow_worlds[w], 0.2, -1.0, &n_terminated, &n_truncated);
        check(&follow_worlds[w], 0.1, 0.6, &n_terminated, &n_truncated);
        check(&follow_worlds[w], 0.0, 0.4, &n_terminated, &n_truncated);
        check(&follow_worlds[w], 1.0, 0.2, &n_terminated, &n_truncated);
    }
    ck_assert(n_terminated > 100 && n_truncated > 100);
}
END_TEST

/// A greedy target: to the bit with two actions, of which two that tie have probability 1/2 exactly.
START_TEST(test_greedy_is_q_learning)
{
    static const char *const expected[] = {"alpha=0.3",
                                           "gamma=0.9",
                                           "policy=greedy",
                                           "behaviour=epsilon_greedy",
                                           "behaviour.epsilon=0.2",
                                           NULL};
    static const char *const q[] = {"alpha=0.3", "gamma=0.9", "policy.epsilon=0.2", NULL};
    static const char *const greedy[] = {"alpha=0.3", "gamma=0.9", "policy=greedy", NULL};
    follow_assert_same(&follow_worlds[2], "expected_sarsa", expected, "q_learning", q, 5000, 0.0);
    follow_assert_same(&follow_worlds[2], "expected_sarsa", greedy, "q_learning", greedy, 5000,
                       0.0);
    static const char *const random[] = {"alpha=0.3", "gamma=0.9", "policy=greedy",
                                         "behaviour=uniform", NULL};
    static const char *const q_random[] = {"alpha=0.3", "gamma=0.9", "policy=uniform", NULL};
    for (int w = 0; w < FOLLOW_WORLDS; w++) {
        follow_assert_same(&follow_worlds[w], "expected_sarsa", random, "q_learning", q_random,
                           5000, 1e-12);
    }
}
END_TEST

/// In a deterministic world a step size of 1 iterates the Bellman equation of the target, in the
/// order of the behaviour's visits: it ends in the solution of the linear system.
START_TEST(test_finds_the_values_of_the_target)
{
    static const char *const assignments[] = {
        "alpha=1", "gamma=0.9", "policy=fixed", "policy.actions=1", "behaviour=uniform", NULL};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_model *model = NULL;
    rill_solution *solution = NULL;
    rill_error error = {0};
    double policy[25 * 5] = {0.0};
    ASSERT_OK(rill_env_create(&env, "gridworld", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "expected_sarsa", env, assignments, &error), &error);
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    for (int s = 0; s < 25; s++) {
        policy[5 * s + 1] = 1.0;
    }
    ASSERT_OK(rill_solve_policy(model, 0.9, policy, &solution, &error), &error);
    rill_env_seed(env, 1);
    rill_agent_seed(agent, 2);
    rill_action action = rill_agent_start(agent, rill_env_reset(env));
    for (int i = 0; i < 200000; i++) {
        rill_outcome outcome;
        const rill_observation next = rill_env_step(env, action, &outcome);
        action = rill_agent_step(agent, outcome.reward, next);
    }
    for (int i = 0; i < 25 * 5; i++) {
        ASSERT_NEAR(agent->value.weights[i], solution->q[i], 1e-9);
    }
    rill_solution_destroy(solution);
    rill_model_destroy(model);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_updates_by_hand)
{
    static const char *const assignments[] = {"alpha=0.5", "gamma=0.5", "policy.epsilon=0.5", NULL};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "expected_sarsa", env, assignments, &error), &error);
    double *q7 = rill_linear_row(&agent->value, 7), *q8 = rill_linear_row(&agent->value, 8);
    q8[1] = 8.0; // probability 5/8, expectation 5
    const int32_t a = rill_agent_start(agent, (rill_observation){.index = 7}).index;
    const int32_t b = rill_agent_step(agent, 3.0, (rill_observation){.index = 8}).index;
    ck_assert(q7[a] == 0.5 * (3.0 + 0.5 * 5.0) && agent->memory->td_error == 5.5); // 2.75
    const double before = q8[b];
    const double next = 0.625 * q7[a]; // the others are 0
    const rill_outcome cut = {1.0, false, true}, end = {1.0, true, true};
    rill_agent_finish(agent, &cut, (rill_observation){.index = 7});
    ck_assert(q8[b] == before + 0.5 * (1.0 + 0.5 * next - before));
    const int32_t c = rill_agent_start(agent, (rill_observation){.index = 9}).index;
    rill_agent_finish(agent, &end, (rill_observation){.index = 7});
    ck_assert(rill_linear_row(&agent->value, 9)[c] == 0.5);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_equation, test_greedy_is_q_learning, test_finds_the_values_of_the_target,
          test_updates_by_hand)
