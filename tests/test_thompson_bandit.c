// Thompson sampling against the posterior written from all rewards, and against the exact
// probability of each choice.
#include "tests/bandit_reference.h"

static double prior_mean, prior_sd, reward_sd;

/// The conjugate posterior of a Gaussian mean: precisions add, means weigh by precision.
static void posterior(const bandit_rewards *rewards, double *mean, double *sd)
{
    const double prior_precision = 1.0 / (prior_sd * prior_sd);
    const double reward_precision = 1.0 / (reward_sd * reward_sd);
    const double precision = prior_precision + rewards->n * reward_precision;
    *mean = (prior_precision * prior_mean + reward_precision * bandit_sum(rewards)) / precision;
    *sd = sqrt(1.0 / precision);
}

static int32_t choose(bandit_box *box, int32_t state)
{
    double samples[BANDIT_ACTIONS];
    for (int a = 0; a < BANDIT_ACTIONS; a++) {
        double mean, sd;
        posterior(&box->rewards[state][a], &mean, &sd);
        samples[a] = mean + sd * rill_rng_standard_normal(&box->rng);
    }
    return reference_epsilon_greedy(samples, BANDIT_ACTIONS, 0.0, &box->rng);
}

static void learn(bandit_box *box, int32_t state, int32_t action, double reward)
{
    (void)reward;
    double sd;
    posterior(&box->rewards[state][action], &box->q[state][action], &sd);
}

START_TEST(test_equals_the_posterior)
{
    static const char *const assignments[] = {"prior_mean=0.7", "prior_sd=2", "reward_sd=0.5",
                                              NULL};
    rill_agent *agent = bandit_agent("thompson_bandit", assignments);
    static bandit_box box = {.choose = choose, .learn = learn};
    prior_mean = 0.7;
    prior_sd = 2.0;
    reward_sd = 0.5;
    for (int s = 0; s < BANDIT_STATES; s++) {
        for (int a = 0; a < BANDIT_ACTIONS; a++) {
            box.q[s][a] = prior_mean;
        }
    }
    bandit_compare(agent, &box, 1e-10);
    rill_agent_destroy(agent);
}
END_TEST

/// Of two actions the first is taken with probability Phi((m0 - m1) / sqrt(v0 + v1)).
START_TEST(test_probability_of_a_choice)
{
    static const char *const assignments[] = {"prior_mean=1", "prior_sd=2", "reward_sd=3", NULL};
    prior_mean = 1.0;
    prior_sd = 2.0;
    reward_sd = 3.0;
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "thompson_bandit", env, assignments, &error), &error);
    rill_agent_seed(agent, 5);
    static bandit_rewards rewards[2];
    const rill_observation here = bandit_observation(0);
    int action = rill_agent_start(agent, here).index;
    for (int i = 0; i < 7; i++) {
        const double reward = action == 0 ? 1.0 + 0.5 * i : 2.0 - 0.5 * i;
        rewards[action].values[rewards[action].n++] = reward;
        action = rill_agent_step(agent, reward, here).index;
    }
    ck_assert_int_gt(rewards[0].n, 0);
    ck_assert_int_gt(rewards[1].n, 0);
    ck_assert_int_ne(rewards[0].n, rewards[1].n);
    double mean[2], sd[2];
    posterior(&rewards[0], &mean[0], &sd[0]);
    posterior(&rewards[1], &mean[1], &sd[1]);
    const double first =
        gsl_cdf_ugaussian_P((mean[0] - mean[1]) / sqrt(sd[0] * sd[0] + sd[1] * sd[1]));
    const double probabilities[] = {first, 1.0 - first};
    ck_assert(first > 0.05 && first < 0.95);
    int64_t counts[2] = {0, 0};
    for (int i = 0; i < 200000; i++) {
        counts[rill_agent_start(agent, here).index]++;
    }
    ck_assert(test_chi_square(probabilities, counts, 2) > 1e-6);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

/// A firm prior does not learn, a vague one takes the first reward for the mean.
START_TEST(test_limits)
{
    static const char *const firm[] = {"prior_mean=3", "prior_sd=1e-9", NULL};
    static const char *const vague[] = {"prior_mean=3", "prior_sd=1e9", NULL};
    rill_agent *agent = bandit_agent("thompson_bandit", firm);
    const int a = rill_agent_start(agent, bandit_observation(0)).index;
    const rill_outcome end = {10.0, true, false};
    rill_agent_finish(agent, &end, bandit_observation(1));
    ASSERT_NEAR(rill_linear_row(&agent->value, 0)[a], 3.0, 1e-15);
    ck_assert(agent->memory->td_error == 7.0);
    rill_agent_destroy(agent);
    agent = bandit_agent("thompson_bandit", vague);
    const int b = rill_agent_start(agent, bandit_observation(0)).index;
    rill_agent_finish(agent, &end, bandit_observation(1));
    ASSERT_NEAR(rill_linear_row(&agent->value, 0)[b], 10.0, 1e-15);
    rill_agent_destroy(agent);
}
END_TEST

TEST_MAIN(test_equals_the_posterior, test_probability_of_a_choice, test_limits)
