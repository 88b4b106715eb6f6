// What every actor owes beside its algorithm: temperatures of the time of an action, probabilities of
// relaxed distributions, and divergence that is noticed.
#include "approx/gumbel_softmax.h"
#include "tests/conformance.h"

#include <rill/actor.h>

static rill_env *random_walk(void)
{
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    return env;
}

static rill_agent *actor_of(const char *id, const rill_env *env, const char *const *settings)
{
    rill_error error = {0};
    rill_agent *agent = NULL;
    ASSERT_OK(rill_agent_create(&agent, id, env, settings, &error), &error);
    return agent;
}

/// The first step from one state has weight 1, the value of 1 or R - v = 2 - 1, so that theta moves by
/// alpha_theta grad log pi: by the temperature at the step when the action was drawn, not at any other.
START_TEST(test_score_is_of_the_time_of_the_action)
{
    static const char *const ids[] = {"a2c", "actor_critic", "qac", "reinforce"};
    static const char *const settings[] = {"alpha_theta=0.5",        "alpha_w=0",
                                           "initial_value=1",        "distribution=gumbel_softmax",
                                           "initial_theta=0.3,-0.2", NULL};
    enum { STATE = 3, STEP = 40 };
    rill_env *env = random_walk();
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        rill_agent *agent = actor_of(ids[i], env, settings);
        if (strcmp(ids[i], "a2c") == 0) { // n_steps = 1
            rill_agent_destroy(agent);
            const char *with_steps[8] = {"n_steps=1"};
            memcpy(with_steps + 1, settings, sizeof settings);
            agent = actor_of(ids[i], env, with_steps);
        }
        gumbel_softmax_params *params = agent->actor.distribution.params;
        params->temperature = (rill_schedule){.kind = RILL_SCHEDULE_LINEAR,
                                              .per = RILL_PER_STEP,
                                              .from = 2.0,
                                              .to = 0.5,
                                              .over = 50.0};
        rill_agent_seed(agent, 7);
        agent->memory->step = STEP;
        rill_agent_start(agent, (rill_observation){.index = STATE});
        double x[2], score[2], before[2];
        memcpy(x, agent->actor.x, sizeof x);
        double *row = agent->actor.theta.weights + (ptrdiff_t)STATE * 2;
        memcpy(before, row, sizeof before);
        const rill_distribution then = rill_distribution_at(&agent->actor.distribution, STEP, 0);
        then.type->score(&then, before, x, score);
        const rill_outcome outcome = {.reward = 2.0, .terminated = true};
        rill_agent_finish(agent, &outcome, (rill_observation){.index = STATE});
        for (int j = 0; j < 2; j++) {
            ASSERT_FOR(ids[i], fabs(row[j] - before[j] - 0.5 * score[j]) < 1e-13);
        }
        rill_agent_destroy(agent);
    }
    rill_env_destroy(env);
}
END_TEST

/// Greatest coordinates of Gumbel-softmax are drawn as by `categorical`.
START_TEST(test_probabilities_of_relaxed_distributions)
{
    static const double logits[] = {1.2, -0.7};
    rill_env *env = random_walk();
    rill_agent *agent = actor_of("actor_critic", env,
                                 (const char *const[]){"distribution=gumbel_softmax",
                                                       "distribution.temperature=0.3",
                                                       "initial_theta=1.2,-0.7", NULL});
    double p[2];
    rill_agent_probabilities(agent, (rill_observation){.index = 2}, NULL, p);
    const double expected = 1.0 / (1.0 + exp(logits[1] - logits[0]));
    ck_assert_double_eq_tol(p[0], expected, 1e-14);
    ck_assert_double_eq_tol(p[1], 1.0 - expected, 1e-14);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

/// Weights of a policy that are no numbers show at the next action, whatever the values are; what is
/// observed beyond all numbers does not count.
START_TEST(test_divergence_of_the_policy_is_noticed)
{
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "lqr", NULL, &error), &error);
    rill_agent *agent =
        actor_of("cem", env,
                 (const char *const[]){"features=polynomial", "features.low=-5", "features.high=5",
                                       "deterministic=false", NULL});
    const float infinite[] = {INFINITY, 0.0f}, zero[] = {0.0f, 0.0f};
    rill_agent_start(agent, (rill_observation){.box = infinite});
    ck_assert_double_eq(agent->memory->td_error, 0.0);
    agent->actor.theta.weights[0] = (double)INFINITY;
    rill_agent_step(agent, 1.0, (rill_observation){.box = zero});
    ck_assert_double_nan(agent->memory->td_error);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_score_is_of_the_time_of_the_action, test_probabilities_of_relaxed_distributions,
          test_divergence_of_the_policy_is_noticed)
