// My agent: updates by hand, and what it learns in a small world.
#include "tests/test.h"

static rill_agent *create(const rill_env *env, const char *const *assignments)
{
    rill_agent *agent = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_agent_create(&agent, "my_agent", env, assignments, &error), &error);
    return agent;
}

static rill_env *create_env(const char *id)
{
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, id, NULL, &error), &error);
    return env;
}

START_TEST(test_updates_by_hand)
{
    rill_env *env = create_env("cliff_walking");
    const char *const assignments[] = {"alpha=0.5", "gamma=0.5", "policy=uniform", NULL};
    rill_agent *agent = create(env, assignments);
    double *q7 = rill_linear_row(&agent->value, 7), *q8 = rill_linear_row(&agent->value, 8);
    for (int32_t i = 0; i < 4; i++) {
        q8[i] = i;
    }
    const int32_t a = rill_agent_start(agent, (rill_observation){.index = 7}).index;
    const int32_t b = rill_agent_step(agent, 3.0, (rill_observation){.index = 8}).index;
    ck_assert(q7[a] == 0.5 * (3.0 + 0.5 * b));
    // nothing follows a terminal state, whatever its estimates
    const double before = q8[b];
    rill_agent_finish(agent, &(rill_outcome){11.0, true, false}, (rill_observation){.index = 7});
    ck_assert(q8[b] == before + 0.5 * (11.0 - before));
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

/// An episode that is cut off bootstraps from its last observation.
START_TEST(test_truncation)
{
    rill_env *env = create_env("cliff_walking");
    const char *const assignments[] = {"alpha=1", "gamma=0.5", "policy=uniform", NULL};
    rill_agent *agent = create(env, assignments);
    double *q7 = rill_linear_row(&agent->value, 7), *q8 = rill_linear_row(&agent->value, 8);
    for (int32_t i = 0; i < 4; i++) {
        q8[i] = 6.0;
    }
    const int32_t a = rill_agent_start(agent, (rill_observation){.index = 7}).index;
    rill_agent_finish(agent, &(rill_outcome){1.0, false, true}, (rill_observation){.index = 8});
    ck_assert(q7[a] == 1.0 + 0.5 * 6.0);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

/// In the random walk of 5 states the way to the reward is to the right.
START_TEST(test_learns)
{
    rill_env *env = create_env("random_walk");
    const char *const assignments[] = {"alpha=0.1", "policy.epsilon=0.3", NULL};
    rill_agent *agent = create(env, assignments);
    for (int episode = 0; episode < 2000; episode++) {
        rill_action action = rill_agent_start(agent, rill_env_reset(env));
        for (bool is_over = false; !is_over;) {
            rill_outcome outcome;
            const rill_observation observation = rill_env_step(env, action, &outcome);
            is_over = rill_outcome_is_last(&outcome);
            if (is_over) {
                rill_agent_finish(agent, &outcome, observation);
            } else {
                action = rill_agent_step(agent, outcome.reward, observation);
            }
        }
    }
    for (int32_t state = 2; state <= 5; state++) {
        const double *q = rill_linear_row(&agent->value, state);
        ck_assert_msg(q[1] > q[0], "state %d: right %g, left %g", state, q[1], q[0]);
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_updates_by_hand, test_truncation, test_learns)
