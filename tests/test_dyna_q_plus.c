// Dyna-Q+ against the book's text, bit for bit, against updates done by hand, and in the maze in which
// a shortcut opens.
#include "tests/learned_model.h"

START_TEST(test_equals_the_text)
{
    for (int i = 0; i < TD_CASES; i++) {
        const td_settings s = planning_case(i);
        seen_check_box("dyna_q_plus", &s, true, 0.001);
    }
}
END_TEST

START_TEST(test_without_planning_it_is_q_learning)
{
    seen_check_q_learning("dyna_q_plus");
}
END_TEST

/// With gamma = 0 and alpha = 1 an estimate is the reward that it was learned from last.
START_TEST(test_bonus_by_hand)
{
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    const char *const assignments[] = {
        "alpha=1",      "gamma=0",          "kappa=2", "planning_steps=100",
        "policy=fixed", "policy.actions=1", NULL};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "dyna_q_plus", env, assignments, &error), &error);
    const double *q7 = rill_linear_row(&agent->value, 7), *q8 = rill_linear_row(&agent->value, 8);
    rill_agent_start(agent, (rill_observation){.index = 7});
    rill_agent_step(agent, 5.0, (rill_observation){.index = 8});
    for (int a = 0; a < 4; a++) { // time 1: the pair was just tried, the others never
        ck_assert(q7[a] == (a == 1 ? 5.0 : 2.0) && q8[a] == 0.0);
    }
    for (int t = 2; t <= 16; t++) {
        rill_agent_step(agent, -1.0, (rill_observation){.index = 8});
    }
    for (int a = 0; a < 4; a++) { // time 16: 15 after the only try of (7, 1)
        ck_assert(q7[a] == (a == 1 ? 5.0 + 2.0 * sqrt(15.0) : 2.0 * 4.0));
        ck_assert(q8[a] == (a == 1 ? -1.0 : 2.0 * 4.0));
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

/// What is not tried leads back to its state; after the end nothing follows; where an episode is cut
/// off, the next state does.
START_TEST(test_what_follows)
{
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    const char *const assignments[] = {"alpha=1",      "gamma=0.5",        "kappa=0",
                                       "policy=fixed", "policy.actions=1", NULL};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "dyna_q_plus", env, assignments, &error), &error);
    const rill_param *steps = rill_param_find(agent->type->params, "planning_steps", &error);
    ASSERT_OK(rill_param_set_number(steps, agent->params, 100.0, &error), &error);
    const double *q7 = rill_linear_row(&agent->value, 7);
    const rill_outcome ends[] = {{4.0, true, false}, {4.0, false, true}, {4.0, true, true}};
    for (int i = 0; i < 3; i++) {
        rill_agent_seed(agent, 1);
        rill_linear_row(&agent->value, 8)[2] = 16.0;
        rill_agent_start(agent, (rill_observation){.index = 7});
        rill_agent_finish(agent, &ends[i], (rill_observation){.index = 8});
        const double v7 = i == 1 ? 4.0 + 0.5 * 16.0 : 4.0;
        for (int a = 0; a < 4; a++) {
            ck_assert(q7[a] == (a == 1 ? v7 : 0.5 * v7));
        }
        ck_assert(rill_linear_row(&agent->value, 8)[1] == 0.0); // was not seen before
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

/// Example 8.3: with the bonus the shortcut of 10 steps is found, without it hardly ever.
START_TEST(test_finds_the_shortcut)
{
    const char *const plus[] = {"alpha=1",     "gamma=0.95",         "planning_steps=50",
                                "kappa=0.001", "policy.epsilon=0.1", NULL};
    const char *const plain[] = {"alpha=1", "gamma=0.95", "planning_steps=50", "policy.epsilon=0.1",
                                 NULL};
    int n_found[2] = {0};
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "shortcut_maze", NULL, &error), &error);
    for (int is_plus = 0; is_plus < 2; is_plus++) {
        rill_agent *agent = NULL;
        ASSERT_OK(rill_agent_create(&agent, is_plus ? "dyna_q_plus" : "dyna_q", env,
                                    is_plus ? plus : plain, &error),
                  &error);
        for (uint64_t seed = 0; seed < 10; seed++) {
            rill_env_seed(env, seed);
            rill_agent_seed(agent, seed);
            rill_action action = rill_agent_start(agent, rill_env_reset(env));
            int shortest = INT_MAX;
            for (int t = 1; t <= 6000; t++) {
                td_agent_step(agent, env, &action);
                if (t == 3000) {
                    ck_assert_int_ge(greedy_steps(agent, env), 16);
                }
                if (t > 3000 && t % 50 == 0) {
                    const int n = greedy_steps(agent, env);
                    shortest = n < shortest ? n : shortest;
                }
            }
            n_found[is_plus] += shortest == 10;
        }
        rill_agent_destroy(agent);
    }
    ck_assert_int_ge(n_found[1], 9);
    ck_assert_int_le(n_found[0], 1);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_text, test_without_planning_it_is_q_learning, test_bonus_by_hand,
          test_what_follows, test_finds_the_shortcut)
