// Monte Carlo with exploring starts against the books' boxes and exact optimal values.
#include "tests/monte_carlo_reference.h"

#include <rill/solve.h>

START_TEST(test_equals_the_box)
{
    mc_check_cases("mc_exploring_starts", MC_EXPLORES_STARTS);
}
END_TEST

/// The first actions are any, the later ones greedy. p < 1e-6 of the chi-square test would be luck.
START_TEST(test_starts_explore)
{
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    rill_agent *agent = mc_agent("mc_exploring_starts", env, NULL, NULL, NULL, NULL);
    for (int i = 0; i < 4; i++) {
        rill_linear_row(&agent->value, 36)[i] = i == 2 ? 1e6 : 0.0;
    }
    int64_t counts[4] = {0};
    for (int i = 0; i < 4000; i++) {
        counts[rill_agent_start(agent, (rill_observation){.index = 36}).index]++;
        ck_assert_int_eq(agent->memory->step, 2 * i + 1);
        ck_assert_int_eq(rill_agent_step(agent, 0.0, (rill_observation){.index = 36}).index, 2);
    }
    const double uniform[] = {0.25, 0.25, 0.25, 0.25};
    ck_assert(test_chi_square(uniform, counts, 4) > 1e-6);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_bootstraps_on_truncation_not_on_termination)
{
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    for (int i = 0; i < 3; i++) {
        rill_agent *agent =
            mc_agent("mc_exploring_starts", env, "gamma=0.5", "initial_value=2", NULL, NULL);
        rill_linear_row(&agent->value, 1)[1] = 8.0;
        ck_assert(mc_estimate_after(agent, i != 0, i != 1) == (i == 0 ? 9.0 : 5.0));
        rill_agent_destroy(agent);
    }
    rill_env_destroy(env);
}
END_TEST

/// In a grid that starts anywhere every action is tried in every cell: the optimal values come out,
/// exactly, since without chance the greedy returns are their own maximum.
START_TEST(test_finds_the_optimum)
{
    rill_error error = {0};
    rill_env *env = NULL;
    const char *const assignments[] = {"at_goal=terminate", "at_forbidden=stay", "reward_step=-1",
                                       NULL};
    ASSERT_OK(rill_env_create(&env, "gridworld", assignments, &error), &error);
    rill_env_seed(env, 5);
    rill_agent *agent =
        mc_agent("mc_exploring_starts", env, "gamma=0.9", "alpha=1", "max_steps=50", NULL);
    rill_observation seen = rill_env_reset(env);
    rill_action action = rill_agent_start(agent, seen);
    for (int i = 0; i < 200000; i++) {
        rill_outcome outcome;
        seen = rill_env_step(env, action, &outcome);
        if (rill_outcome_is_last(&outcome)) {
            rill_agent_finish(agent, &outcome, seen);
            seen = rill_env_reset(env);
            action = rill_agent_start(agent, seen);
        } else {
            action = rill_agent_step(agent, outcome.reward, seen);
        }
    }
    rill_model *model = NULL;
    rill_solution *solution = NULL;
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    ASSERT_OK(rill_solve_optimal(model, 0.9, &solution, &error), &error);
    int n_states = 0;
    for (int s = 0; s < 25; s++) {
        if (rill_model_is_available(model, s, 0) && model->start[s] > 0.0) {
            for (int a = 0; a < 5; a++) {
                ASSERT_NEAR(rill_linear_row(&agent->value, s)[a], solution->q[s * 5 + a], 1e-9);
            }
            n_states++;
        }
    }
    ck_assert_int_eq(n_states, 18);
    rill_solution_destroy(solution);
    rill_model_destroy(model);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_box, test_starts_explore,
          test_bootstraps_on_truncation_not_on_termination, test_finds_the_optimum)
