// Upper confidence bounds against eq. 2.10 written from the counts, and by hand.
#include "tests/bandit_reference.h"

#include <stdio.h>

static double c;

/// S&B eq. 2.10: an action not yet taken is a maximising one.
static int32_t choose(bandit_box *box, int32_t state)
{
    double bounds[BANDIT_ACTIONS];
    int t = 1;
    for (int a = 0; a < BANDIT_ACTIONS; a++) {
        t += box->rewards[state][a].n;
    }
    for (int a = 0; a < BANDIT_ACTIONS; a++) {
        const int n = box->rewards[state][a].n;
        bounds[a] = n == 0 ? 1e300 : box->q[state][a] + c * sqrt(log(t) / n);
    }
    return reference_epsilon_greedy(bounds, BANDIT_ACTIONS, 0.0, &box->rng);
}

static void learn(bandit_box *box, int32_t state, int32_t action, double reward)
{
    (void)reward;
    const bandit_rewards *rewards = &box->rewards[state][action];
    box->q[state][action] = bandit_sum(rewards) / rewards->n;
}

START_TEST(test_equals_the_equation)
{
    static const double degrees[] = {2.0, 0.25};
    for (size_t i = 0; i < 2; i++) {
        char text[32];
        snprintf(text, sizeof text, "c=%g", degrees[i]);
        const char *const assignments[] = {text, NULL};
        rill_agent *agent = bandit_agent("ucb_bandit", assignments);
        static bandit_box box;
        box = (bandit_box){.choose = choose, .learn = learn};
        c = degrees[i];
        bandit_compare(agent, &box, 1e-12);
        rill_agent_destroy(agent);
    }
}
END_TEST

/// Two actions worth 1 and 0 for certain, c = 2:
///     t = 3: 1 + 2 sqrt(ln 3) against 2 sqrt(ln 3)
///     t = 4: 1 + 2 sqrt(ln 4 / 2) = 2.67 against 2 sqrt(ln 4) = 2.35
///     t = 5: 1 + 2 sqrt(ln 5 / 3) = 2.46 against 2 sqrt(ln 5) = 2.54
///     t = 6: 1 + 2 sqrt(ln 6 / 3) = 2.55 against 2 sqrt(ln 6 / 2) = 1.89
START_TEST(test_choices_by_hand)
{
    static const int expected[] = {0, 0, 1, 0};
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    ck_assert_int_eq(env->action_space.size, 2);
    ASSERT_OK(rill_agent_create(&agent, "ucb_bandit", env, NULL, &error), &error);
    const rill_observation here = bandit_observation(2);
    int n_first_is_0 = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        rill_agent_seed(agent, seed);
        const int first = rill_agent_start(agent, here).index;
        const int second = rill_agent_step(agent, first == 0, here).index;
        ck_assert_int_eq(second, 1 - first);
        n_first_is_0 += first == 0;
        int last = second;
        for (int i = 0; i < 4; i++) {
            const int next = rill_agent_step(agent, last == 0, here).index;
            ck_assert_int_eq(next, expected[i]);
            last = next;
        }
        // elsewhere time has not begun: each is tried once more
        const int elsewhere = rill_agent_step(agent, 1.0, bandit_observation(0)).index;
        ck_assert_int_eq(rill_agent_step(agent, 5.0, bandit_observation(0)).index, 1 - elsewhere);
    }
    ck_assert_int_gt(n_first_is_0, 30); // at random: 50 +- 5
    ck_assert_int_lt(n_first_is_0, 70);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_takes_no_policy)
{
    static const char *const ids[] = {"ucb_bandit", "gradient_bandit", "thompson_bandit"};
    static const char *const assignments[] = {"policy=epsilon_greedy", NULL};
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "bandit", NULL, &error), &error);
    for (size_t i = 0; i < 3; i++) {
        rill_agent *agent = NULL;
        ASSERT_REFUSED(rill_agent_create(&agent, ids[i], env, assignments, &error), &error,
                       "policy", "has its own way to act");
    }
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_equation, test_choices_by_hand, test_takes_no_policy)
