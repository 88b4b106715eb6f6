// The simple bandit against the book's box, and against the averages of all that it was paid.
#include "tests/bandit_reference.h"

static double epsilon, constant_alpha, initial_value;

static int32_t choose(bandit_box *box, int32_t state)
{
    return reference_epsilon_greedy(box->q[state], BANDIT_ACTIONS, epsilon, &box->rng);
}

/// S&B eq. 2.1: the mean of all rewards of the action.
static void learn_mean(bandit_box *box, int32_t state, int32_t action, double reward)
{
    (void)reward;
    const bandit_rewards *rewards = &box->rewards[state][action];
    box->q[state][action] = bandit_sum(rewards) / rewards->n;
}

/// S&B eq. 2.6: (1 - alpha)^n Q_1 + sum_i alpha (1 - alpha)^(n - i) R_i.
static void learn_recent(bandit_box *box, int32_t state, int32_t action, double reward)
{
    (void)reward;
    const bandit_rewards *rewards = &box->rewards[state][action];
    const int n = rewards->n;
    double q = pow(1.0 - constant_alpha, n) * initial_value;
    for (int i = 1; i <= n; i++) {
        q += constant_alpha * pow(1.0 - constant_alpha, n - i) * rewards->values[i - 1];
    }
    box->q[state][action] = q;
}

START_TEST(test_sample_average)
{
    static const char *const assignments[] = {"policy.epsilon=0.2", NULL};
    rill_agent *agent = bandit_agent("simple_bandit", assignments);
    static bandit_box box = {.choose = choose, .learn = learn_mean};
    epsilon = 0.2;
    bandit_compare(agent, &box, 1e-12);
    rill_agent_destroy(agent);
}
END_TEST

START_TEST(test_constant_step_size_and_optimism)
{
    static const char *const assignments[] = {"alpha=0.1", "initial_value=5", "policy=greedy",
                                              NULL};
    rill_agent *agent = bandit_agent("simple_bandit", assignments);
    static bandit_box box = {.choose = choose, .learn = learn_recent};
    epsilon = 0.0;
    constant_alpha = 0.1;
    initial_value = 5.0;
    for (int s = 0; s < BANDIT_STATES; s++) {
        for (int a = 0; a < BANDIT_ACTIONS; a++) {
            box.q[s][a] = initial_value;
        }
    }
    bandit_compare(agent, &box, 1e-12);
    // disappointed by each action in turn, even the greedy agent has tried all of them
    for (int s = 0; s < BANDIT_STATES; s++) {
        for (int a = 0; a < BANDIT_ACTIONS; a++) {
            ck_assert_int_ge(box.rewards[s][a].n, 3);
        }
    }
    rill_agent_destroy(agent);
}
END_TEST

/// Example: rewards 2, 4, 9 of one action; S&B section 2.4.
START_TEST(test_updates_by_hand)
{
    static const char *const assignments[] = {"policy=fixed", "policy.actions=2", "initial_value=7",
                                              NULL};
    rill_agent *agent = bandit_agent("simple_bandit", assignments);
    const double *q = rill_linear_row(&agent->value, 1);
    rill_agent_start(agent, bandit_observation(1));
    ck_assert(q[2] == 7.0);
    rill_agent_step(agent, 2.0, bandit_observation(1));
    ck_assert(q[2] == 2.0 && agent->memory->td_error == 2.0 - 7.0); // 1/1: Q_1 is forgotten
    rill_agent_step(agent, 4.0, bandit_observation(1));
    ck_assert(q[2] == 3.0 && agent->memory->td_error == 4.0 - 2.0);
    const rill_outcome cut = {9.0, false, true};
    rill_agent_finish(agent, &cut, bandit_observation(1)); // no bootstrapping: R is all there is
    ck_assert(q[2] == 5.0 && agent->memory->td_error == 9.0 - 3.0);
    ck_assert(q[0] == 7.0 && q[1] == 7.0 && q[3] == 7.0);
    rill_agent_destroy(agent);
}
END_TEST

TEST_MAIN(test_sample_average, test_constant_step_size_and_optimism, test_updates_by_hand)
