// Differential Q-learning against the paper's equations, bit for bit, by hand, and against the
// exact gain of the best policy.
#include "tests/average_reward_reference.h"

/// Wan, Naik and Sutton (2021): the TD error, the two updates.
static void learn(average_reward_box *box, int32_t state, int32_t action, double reward,
                  int32_t next, int32_t next_action)
{
    (void)next_action;
    double greatest = 0.0;
    if (next >= 0) {
        greatest = box->td.q[next][0];
        for (int a = 1; a < box->td.n_actions; a++) {
            greatest = fmax(greatest, box->td.q[next][a]);
        }
    }
    const double delta = reward - box->average + greatest - box->td.q[state][action];
    const double change = td_alpha(&box->td) * delta;
    box->td.q[state][action] += change;
    box->average += box->rate * change;
}

START_TEST(test_equals_the_equations)
{
    for (int i = 0; i < AVERAGE_REWARD_CASES; i++) {
        average_reward_box box = {.rate = 0.25, .learn = learn};
        average_reward_compare("differential_q_learning", &average_reward_cases[i], "eta=0.25",
                               &box);
    }
}
END_TEST

/// Q(7,A) <- 0 + 0.5 delta, average <- 10 + 0.25 * 0.5 delta.
START_TEST(test_updates_by_hand)
{
    static const char *const assignments[] = {"alpha=0.5", "eta=0.25", NULL};
    rill_agent *agent = average_reward_cliff_agent("differential_q_learning", assignments);
    for (int is_cut = 0; is_cut < 2; is_cut++) {
        int32_t a;
        const double q = average_reward_update(agent, 20.0, false, is_cut == 1, &a);
        ck_assert(agent->memory->td_error == 20.0 - 10.0 + 6.0);
        ck_assert(q == 8.0 && agent->memory->average_reward == 12.0);
        const double ended = average_reward_update(agent, 18.0, true, is_cut == 1, &a);
        ck_assert(agent->memory->td_error == 18.0 - 10.0);
        ck_assert(ended == 4.0 && agent->memory->average_reward == 11.0);
    }
    rill_agent_destroy(agent);
}
END_TEST

START_TEST(test_exact_solution_stays)
{
    check_exact_solution_stays("differential_q_learning", "policy.epsilon=0.3");
}
END_TEST

/// Off-policy: however the agent explores, the average reward is that of the best policy; and it
/// has moved by eta times what all estimates have moved by.
START_TEST(test_learns_the_optimal_gain)
{
    static const char *const policies[] = {"policy.epsilon=0.3", "policy=uniform"};
    rill_error error = {0};
    rill_env *env = small_access_control();
    const double best = exact_gain_of(env, 0.0);
    for (size_t i = 0; i < 2; i++) {
        const char *const assignments[] = {"alpha=0.001", "eta=0.125", policies[i], NULL};
        rill_agent *agent = NULL;
        ASSERT_OK(rill_agent_create(&agent, "differential_q_learning", env, assignments, &error),
                  &error);
        ASSERT_NEAR(learned_gain(agent, env, 2000000), best, 0.01);
        double sum = 0.0;
        for (int32_t j = 0; j < 2 * env->observation_space.size; j++) {
            sum += agent->value.weights[j];
        }
        ASSERT_NEAR(agent->memory->average_reward, 0.125 * sum, 1e-9);
        rill_agent_destroy(agent);
    }
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_equations, test_updates_by_hand, test_exact_solution_stays,
          test_learns_the_optimal_gain)
