// R-learning against the first edition's box, bit for bit, by hand, and against the exact gain of
// the best policy.
#include "tests/average_reward_reference.h"

static double greatest(const average_reward_box *box, int32_t state)
{
    if (state < 0) {
        return 0.0;
    }
    double best = box->td.q[state][0];
    for (int a = 1; a < box->td.n_actions; a++) {
        best = fmax(best, box->td.q[state][a]);
    }
    return best;
}

/// S&B, 1st edition, Figure 6.16: the last four lines of the loop.
static void learn(average_reward_box *box, int32_t state, int32_t action, double reward,
                  int32_t next, int32_t next_action)
{
    (void)next_action;
    double *q = &box->td.q[state][action];
    *q += td_alpha(&box->td) * (reward - box->average + greatest(box, next) - *q);
    if (*q == greatest(box, state)) {
        box->average +=
            box->rate * (reward - box->average + greatest(box, next) - greatest(box, state));
    }
}

START_TEST(test_equals_the_box)
{
    for (int i = 0; i < AVERAGE_REWARD_CASES; i++) {
        average_reward_box box = {.rate = 0.03, .learn = learn};
        average_reward_compare("r_learning", &average_reward_cases[i], "beta=0.03", &box);
    }
}
END_TEST

/// Q(7,A) <- 0 + 0.5 delta; where it is then the greatest, rho <- 10 + 0.25 (delta - Q(7,A)).
START_TEST(test_updates_by_hand)
{
    static const char *const assignments[] = {"alpha=0.5", "beta=0.25", NULL};
    rill_agent *agent = average_reward_cliff_agent("r_learning", assignments);
    for (int is_cut = 0; is_cut < 2; is_cut++) {
        int32_t a;
        const double q = average_reward_update(agent, 20.0, false, is_cut == 1, &a);
        ck_assert(q == 8.0 && agent->memory->td_error == 16.0);
        ck_assert(agent->memory->average_reward == 10.0 + 0.25 * (16.0 - 8.0));
        const double ended = average_reward_update(agent, 18.0, true, is_cut == 1, &a);
        ck_assert(ended == 4.0 && agent->memory->td_error == 8.0);
        ck_assert(agent->memory->average_reward == 10.0 + 0.25 * (8.0 - 4.0));
        // worse than another action of the state: says nothing about the greedy policy
        const double worse = average_reward_update(agent, 2.0, false, is_cut == 1, &a);
        ck_assert(worse == -1.0 && agent->memory->average_reward == 10.0);
    }
    rill_agent_destroy(agent);
}
END_TEST

START_TEST(test_exact_solution_stays)
{
    check_exact_solution_stays("r_learning", "policy.epsilon=0.3");
}
END_TEST

START_TEST(test_learns_the_optimal_gain)
{
    static const char *const assignments[] = {"alpha=0.001", "beta=0.0003", "policy.epsilon=0.3",
                                              NULL};
    rill_error error = {0};
    rill_env *env = small_access_control();
    rill_agent *agent = NULL;
    ASSERT_OK(rill_agent_create(&agent, "r_learning", env, assignments, &error), &error);
    ASSERT_NEAR(learned_gain(agent, env, 2000000), exact_gain_of(env, 0.0), 0.01);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_box, test_updates_by_hand, test_exact_solution_stays,
          test_learns_the_optimal_gain)
