// TD(0) against the book's box, bit for bit, and against updates done by hand.
#include "tests/td_reference.h"

/// S&B section 6.1, the box's loop over steps, for the uniform policy (epsilon = 1) or the fixed
/// one of action 1; the agent runs beside it. The values are column 0 of the table.
static void check(const td_settings *s, const char *policy)
{
    const bool is_uniform = strcmp(policy, "uniform") == 0;
    rill_env *agent_env, *env;
    td_envs(s, &agent_env, &env);
    rill_agent *agent = NULL;
    if (is_uniform) {
        agent = td_agent("td0", s, env, policy);
    } else {
        rill_error error = {0};
        const char *const assignments[] = {"policy=fixed", "policy.actions=1", "alpha=0.5", NULL};
        ck_assert(s->alpha.from == 0.5 && s->gamma == 1.0 && s->initial_value == 0.0);
        ASSERT_OK(rill_agent_create(&agent, "td0", env, assignments, &error), &error);
        rill_agent_seed(agent, 22);
    }
    td_box box = td_box_begin(s, env->action_space.size);

    int32_t state = rill_env_reset(env).index;
    rill_action action = rill_agent_start(agent, rill_env_reset(agent_env));
    for (int i = 0; i < 20000; i++) {
        int32_t a = reference_epsilon_greedy(box.q[0], box.n_actions, 1.0, &box.rng);
        a = is_uniform ? a : 1;
        ASSERT_FOR(s->env_id, action.index == a);
        rill_outcome outcome;
        const int32_t next = rill_env_step(env, (rill_action){.index = a}, &outcome).index;
        const double v_next = outcome.terminated ? 0.0 : box.q[next][0];
        box.q[state][0] += td_alpha(&box) * (outcome.reward + s->gamma * v_next - box.q[state][0]);
        state = next;
        if (outcome.terminated || outcome.truncated) {
            box.n_episodes++;
            state = rill_env_reset(env).index;
        }
        ASSERT_FOR(s->env_id, td_agent_step(agent, agent_env, &action).index == state);
        if (i % 100 == 0) {
            td_assert_same(agent, &box, env->observation_space.size);
        }
    }
    td_assert_same(agent, &box, env->observation_space.size);
    rill_agent_destroy(agent);
    rill_env_destroy(agent_env);
    rill_env_destroy(env);
}

START_TEST(test_equals_the_box)
{
    for (int i = 0; i < TD_CASES; i++) {
        check(&td_cases[i], "uniform");
    }
    check(&td_cases[0], "fixed");
}
END_TEST

START_TEST(test_updates_by_hand)
{
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    const char *const assignments[] = {"alpha=0.5", "gamma=0.5", "initial_value=2", NULL};
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "td0", env, assignments, &error), &error);
    const double *v = rill_linear_row(&agent->value, 0);
    rill_agent_start(agent, (rill_observation){.index = 3});
    rill_agent_step(agent, 5.0, (rill_observation){.index = 4});
    ck_assert(v[3] == 2.0 + 0.5 * (5.0 + 0.5 * 2.0 - 2.0)); // 4
    rill_agent_step(agent, 0.0, (rill_observation){.index = 3});
    ck_assert(v[4] == 2.0 && agent->memory->td_error == 0.0); // 2 + 0.5 (0.5 * 4 - 2)
    const rill_outcome cut = {1.0, false, true}, both = {1.0, true, true};
    rill_agent_finish(agent, &cut, (rill_observation){.index = 4});
    ck_assert(v[3] == 4.0 + 0.5 * (1.0 + 0.5 * 2.0 - 4.0)); // 3
    rill_agent_start(agent, (rill_observation){.index = 3});
    rill_agent_finish(agent, &both, (rill_observation){.index = 4});
    ck_assert(v[3] == 3.0 + 0.5 * (1.0 - 3.0));
    ck_assert(v[0] == 2.0 && v[1] == 2.0 && v[5] == 2.0);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

/// A policy that depends on values that are not learned is no policy to evaluate.
START_TEST(test_refuses_policies_of_values)
{
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    for (size_t i = 0; rill_policy_type_list()[i] != NULL; i++) {
        const rill_policy_type *type = rill_policy_type_list()[i];
        rill_agent *agent = NULL;
        char text[64];
        snprintf(text, sizeof text, "policy=%s", type->id);
        const char *const assignments[] = {text, NULL};
        if (type->ignores_values) {
            ASSERT_OK(rill_agent_create(&agent, "td0", env, assignments, &error), &error);
        } else {
            ASSERT_REFUSED(rill_agent_create(&agent, "td0", env, assignments, &error), &error,
                           "policy", "use uniform or fixed");
        }
        rill_agent_destroy(agent);
    }
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_box, test_updates_by_hand, test_refuses_policies_of_values)
