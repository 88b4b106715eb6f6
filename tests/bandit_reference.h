/// What the tests of bandit agents share: a contextual bandit, and the agent beside a learner of
/// the test's own in it.
#ifndef RILL_TESTS_BANDIT_REFERENCE_H
#define RILL_TESTS_BANDIT_REFERENCE_H

#include "tests/reference_policy.h"
#include "tests/test.h"

enum { BANDIT_STATES = 3, BANDIT_ACTIONS = 4, BANDIT_MOST_REWARDS = 2000 };

/// All rewards of one action in one state.
typedef struct bandit_rewards {
    double values[BANDIT_MOST_REWARDS];
    int n;
} bandit_rewards;

/// The learner beside: what it saw, its estimates, its stream.
typedef struct bandit_box {
    bandit_rewards rewards[BANDIT_STATES][BANDIT_ACTIONS]; ///< in the order of time
    double q[BANDIT_STATES][BANDIT_ACTIONS];
    double pi[BANDIT_ACTIONS]; ///< for learners that need the last probabilities
    int64_t n_chosen;
    rill_rng rng;
    /// Chooses in a state, and learns from a reward that was added to `rewards` before.
    int32_t (*choose)(struct bandit_box *box, int32_t state);
    void (*learn)(struct bandit_box *box, int32_t state, int32_t action, double reward);
} bandit_box;

static inline double bandit_sum(const bandit_rewards *rewards)
{
    double sum = 0.0;
    for (int i = 0; i < rewards->n; i++) {
        sum += rewards->values[i];
    }
    return sum;
}

/// An agent for more states than are used and BANDIT_ACTIONS actions.
static inline rill_agent *bandit_agent(const char *id, const char *const *assignments)
{
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    ck_assert_int_eq(env->action_space.size, BANDIT_ACTIONS);
    ASSERT_OK(rill_agent_create(&agent, id, env, assignments, &error), &error);
    rill_agent_seed(agent, 31);
    rill_env_destroy(env);
    return agent;
}

static inline rill_observation bandit_observation(int32_t state)
{
    return (rill_observation){.index = state};
}

/// Runs both side by side for 3000 steps: the same actions, and estimates within `tolerance`. About
/// each tenth step ends an episode, by termination or truncation: the state at hand then comes from
/// nowhere, and must not count.
static inline void bandit_compare(rill_agent *agent, bandit_box *box, double tolerance)
{
    rill_rng world;
    rill_rng_seed(&world, 32);
    rill_rng_seed(&box->rng, 31);
    int32_t state = 0, n_ends = 0;
    rill_action action = rill_agent_start(agent, bandit_observation(state));
    for (int i = 0; i < 3000; i++) {
        const int32_t a = box->choose(box, state);
        box->n_chosen++;
        ck_assert_msg(action.index == a, "step %d: %d instead of %d", i, action.index, a);
        const double reward = (state + 1) * 0.3 * a + rill_rng_standard_normal(&world);
        bandit_rewards *rewards = &box->rewards[state][a];
        ck_assert_int_lt(rewards->n, BANDIT_MOST_REWARDS);
        rewards->values[rewards->n++] = reward;
        box->learn(box, state, a, reward);
        const int32_t next = (int32_t)rill_rng_integers(&world, BANDIT_STATES);
        if (rill_rng_integers(&world, 10) == 0) {
            const rill_outcome end = {reward, n_ends % 2 == 0, n_ends % 2 == 1};
            rill_agent_finish(agent, &end, bandit_observation(BANDIT_STATES));
            action = rill_agent_start(agent, bandit_observation(next));
            n_ends++;
        } else {
            action = rill_agent_step(agent, reward, bandit_observation(next));
        }
        for (int32_t b = 0; b < BANDIT_ACTIONS; b++) {
            ASSERT_NEAR(rill_linear_row(&agent->value, state)[b], box->q[state][b], tolerance);
        }
        ck_assert_int_eq(agent->memory->update, i + 1);
        ck_assert_int_eq(agent->memory->step, i + 2);
        state = next;
    }
    ck_assert_int_gt(n_ends, 200);
    ck_assert_int_eq(agent->memory->episode, n_ends);
}

#endif
