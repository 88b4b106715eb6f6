// Dyna-Q against the book's box, bit for bit, against updates done by hand and exact values.
#include "tests/learned_model.h"

START_TEST(test_equals_the_box)
{
    for (int i = 0; i < TD_CASES; i++) {
        const td_settings s = planning_case(i);
        seen_check_box("dyna_q", &s, false, 0.0);
    }
}
END_TEST

START_TEST(test_without_planning_it_is_q_learning)
{
    seen_check_q_learning("dyna_q");
}
END_TEST

/// With one pair seen there is no choice; with two, the draw tells which was updated again.
START_TEST(test_planning_by_hand)
{
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    const char *const assignments[] = {"alpha=0.5", "gamma=0.5", "planning_steps=1", NULL};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "dyna_q", env, assignments, &error), &error);
    int n_first = 0;
    for (uint64_t seed = 0; seed < 40; seed++) {
        rill_agent_seed(agent, seed);
        double *q7 = rill_linear_row(&agent->value, 7), *q8 = rill_linear_row(&agent->value, 8);
        q8[0] = q8[1] = 3.0;
        const int32_t a = rill_agent_start(agent, (rill_observation){.index = 7}).index;
        const int32_t b = rill_agent_step(agent, 3.0, (rill_observation){.index = 8}).index;
        // 0 + 0.5 (3 + 0.5 * 3 - 0) = 2.25, and once more: 2.25 + 0.5 (4.5 - 2.25)
        ck_assert(q7[a] == 3.375);
        ck_assert_int_eq(agent->memory->update, 2);
        ck_assert(agent->memory->td_error == 2.25);

        // the episode ends: the model knows that nothing follows (8, b), what is in q9 does not count
        rill_linear_row(&agent->value, 9)[0] = 100.0;
        q8[b] = 1.0;
        const rill_outcome end = {11.0, true, true};
        rill_agent_finish(agent, &end, (rill_observation){.index = 9});
        // 1 + 0.5 (11 - 1) = 6, then (8, b) again: 6 + 0.5 (11 - 6), or (7, a), with its new max 6
        const bool is_first = q8[b] == 6.0;
        ck_assert(is_first || q8[b] == 8.5);
        ck_assert(q7[a] == (is_first ? 3.375 + 0.5 * (3.0 + 0.5 * 6.0 - 3.375) : 3.375));
        n_first += is_first;

        // cut off, not ended: q9 counts, in learning and in planning
        rill_agent_seed(agent, seed);
        rill_linear_row(&agent->value, 9)[0] = 4.0;
        const int32_t c = rill_agent_start(agent, (rill_observation){.index = 7}).index;
        const rill_outcome cut = {3.0, false, true};
        rill_agent_finish(agent, &cut, (rill_observation){.index = 9});
        ck_assert(q7[c] == 3.75); // 2.5 + 0.5 (3 + 0.5 * 4 - 2.5)
    }
    ck_assert(n_first > 10 && n_first < 30);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

/// S is drawn from the states, then A from the actions tried in it: with three actions tried in one
/// state and one in another, the latter's pair is drawn half of the time.
START_TEST(test_draws_states_then_actions)
{
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    const char *const assignments[] = {"alpha=1/n", "policy=uniform", "planning_steps=0", NULL};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "dyna_q", env, assignments, &error), &error);
    int32_t a = rill_agent_start(agent, (rill_observation){.index = 5}).index;
    const int32_t only = a;
    bool is_tried[4] = {false};
    int n_tried = 0;
    for (int i = 0; n_tried < 3; i++) {
        a = rill_agent_step(agent, 0.0, (rill_observation){.index = 6}).index;
        n_tried += !is_tried[a];
        is_tried[a] = true;
        ck_assert_int_lt(i, 1000);
    }
    // the last action is not known yet: learn from it, and plan from now on
    const rill_outcome end = {0.0, true, false};
    rill_param *planning_steps =
        (rill_param *)rill_param_find(agent->type->params, "planning_steps", &error);
    ASSERT_OK(rill_param_set_number(planning_steps, agent->params, 6000.0, &error), &error);
    const int64_t before[5] = {agent->visits[5 * 4 + only], agent->visits[24], agent->visits[25],
                               agent->visits[26], agent->visits[27]};
    rill_agent_finish(agent, &end, (rill_observation){.index = 0});
    ck_assert_int_eq(agent->memory->update, agent->memory->step + 6000);
    // 3000 and 1000 +- 5 standard deviations of 39 and 29
    ck_assert_int_lt(llabs(agent->visits[5 * 4 + only] - before[0] - 3000), 194);
    for (int i = 0; i < 4; i++) {
        const int64_t n = agent->visits[24 + i] - before[1 + i];
        ck_assert(is_tried[i] ? llabs(n - 1000) < 145 : n == 0);
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_learns_exact_values)
{
    seen_check_exact("dyna_q", NULL);
}
END_TEST

TEST_MAIN(test_equals_the_box, test_without_planning_it_is_q_learning, test_planning_by_hand,
          test_draws_states_then_actions, test_learns_exact_values)
