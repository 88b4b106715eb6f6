// MC Basic against the book's figures, sweeps of value iteration, and the exact values of a policy.
#include "tests/planning.h"

#define FIGURE_5_3 "gridworld map=...,..F,F.G"

/// Zhao, figure 5.3: U D R / R D D / R R S, of whose s1 and s3 the text computes all action values.
START_TEST(test_figure_5_3)
{
    static const double q1[] = {-10, 7.29, 7.29, -10, -9}, q3[] = {-10, -10, 8, 7.29, -9};
    planning p = planning_open(FIGURE_5_3, "mc_basic gamma=0.9 episode_length=500 "
                                           "initial_policy=0,2,1,1,2,2,1,1,4");
    planning_run(&p, 1);
    for (int32_t a = 0; a < 5; a++) {
        ASSERT_NEAR(planning_row(&p, 0)[a], q1[a], 1e-12);
        ASSERT_NEAR(planning_row(&p, 2)[a], q3[a], 1e-12);
    }
    // "the improved policy for s1 is optimal": right or down
    planning_run(&p, 1);
    ASSERT_NEAR(planning_row(&p, 0)[0], -1.0 + 0.9 * 7.29, 1e-12);
    planning_close(&p);
}
END_TEST

/// Zhao, figure 5.4: with episodes of length L the values are those of a horizon of L steps.
START_TEST(test_figure_5_4)
{
    static const int lengths[] = {1, 2, 4, 15, 30, 100};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char text[128];
        double v[25];
        snprintf(text, sizeof text, "mc_basic gamma=0.9 episode_length=%d initial_policy=4",
                 lengths[i]);
        planning p = planning_open("gridworld reward_forbidden=-10", text);
        planning_horizon(p.model, 0.9, lengths[i], v);
        planning_run(&p, 30);
        for (int32_t s = 0; s < 25; s++) {
            ASSERT_NEAR(planning_greatest(&p, s), v[s], 1e-12);
        }
        ck_assert(p.agent->memory->td_error == 0.0);
        planning_close(&p);
    }
}
END_TEST

/// Means of returns against exact values, in units of their standard error.
static void check_means(const char *world, const char *agent, int32_t action, double gamma)
{
    enum { REPEATS = 40 };
    planning p = planning_open(world, agent);
    const size_t n = (size_t)p.n_states * (size_t)p.n_actions;
    double *policy = calloc(n, sizeof *policy), *sum = calloc(n, sizeof *sum);
    double *squares = calloc(n, sizeof *squares);
    rill_solution *solution = NULL;
    rill_error error = {0};
    for (int32_t s = 0; s < p.n_states; s++) {
        policy[s * p.n_actions + action] = 1.0;
    }
    ASSERT_OK(rill_solve_policy(p.model, gamma, policy, &solution, &error), &error);
    for (int k = 0; k < REPEATS; k++) {
        rill_agent_seed(p.agent, (uint64_t)k);
        planning_run(&p, 1);
        for (size_t i = 0; i < n; i++) {
            const double q = p.agent->value.weights[i];
            sum[i] += q;
            squares[i] += q * q;
        }
    }
    double chi_square = 0.0;
    int n_random = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(solution->q[i])) {
            continue;
        }
        const double mean = sum[i] / REPEATS;
        const double variance = (squares[i] / REPEATS - mean * mean) / (REPEATS - 1);
        if (variance > 1e-18) {
            chi_square += (mean - solution->q[i]) * (mean - solution->q[i]) / variance;
            n_random++;
            ASSERT_FOR(world, fabs(mean - solution->q[i]) < 6.0 * sqrt(variance));
        } else {
            ASSERT_FOR(world, fabs(mean - solution->q[i]) < 1e-9);
        }
    }
    ck_assert_int_gt(n_random, 10);
    // a t value of 39 degrees of freedom has a variance of 39/37
    ASSERT_NEAR(chi_square / n_random, 39.0 / 37.0, 0.5);
    rill_solution_destroy(solution);
    free(policy);
    free(sum);
    free(squares);
    planning_close(&p);
}

START_TEST(test_means_of_returns)
{
    check_means("gridworld slip=0.4",
                "mc_basic gamma=0.8 episodes=25 episode_length=120 "
                "initial_policy=1",
                1, 0.8);
    check_means("frozen_lake", "mc_basic gamma=1 episodes=25 episode_length=5000 initial_policy=2",
                2, 1.0);
}
END_TEST

/// The outcomes that an agent draws are as likely as the model says: returns of one step, of which
/// there are three, from the last state of frozen_lake but one.
START_TEST(test_mean_of_many_episodes)
{
    planning p = planning_open("frozen_lake", "mc_basic episodes=100000 episode_length=1");
    rill_agent_seed(p.agent, 1);
    planning_run(&p, 1);
    // down, right and up from beside the goal: one direction of three enters it
    for (int32_t a = 1; a <= 3; a++) {
        ASSERT_NEAR(planning_row(&p, 14)[a], 1.0 / 3.0, 4.5 * sqrt(2.0 / 9.0 / 100000.0));
    }
    ck_assert(planning_row(&p, 14)[0] == 0.0); // left: slips up or down
    planning_close(&p);
}
END_TEST

/// Ends of episodes in the model: no return goes past one.
START_TEST(test_episodes_end)
{
    planning p = planning_open("cliff_walking", "mc_basic episode_length=200 initial_policy=1");
    planning_run(&p, 30);
    for (int32_t s = 36; s < 37; s++) {
        ck_assert(planning_greatest(&p, s) == -13.0);
    }
    ck_assert(planning_greatest(&p, 35) == -1.0);
    ck_assert(planning_greatest(&p, 0) == -14.0);
    planning_close(&p);
    p = planning_open("gambler goal=8 p_heads=1", "mc_basic initial_policy=1");
    planning_run(&p, 3);
    for (int32_t s = 1; s < 8; s++) {
        ck_assert(planning_greatest(&p, s) == 1.0 && planning_row(&p, s)[0] == -DBL_MAX);
    }
    ck_assert(planning_greatest(&p, 8) == 0.0);
    planning_close(&p);
}
END_TEST

START_TEST(test_finish)
{
    planning_check_finish("gridworld", "mc_basic gamma=0.9");
}
END_TEST

TEST_MAIN(test_figure_5_3, test_figure_5_4, test_means_of_returns, test_mean_of_many_episodes,
          test_episodes_end, test_finish)
