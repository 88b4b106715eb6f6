// Cliff walking against Gymnasium's: recorded episodes from a seed, and the transition table.
#include "tests/golden.h"

static rill_env *create(const char *assignment)
{
    rill_env *env = golden_create("CliffWalking-v1", (const char *const[]){assignment, NULL});
    ck_assert_int_eq(env->observation_space.size, 48);
    ck_assert_int_eq(env->action_space.size, 4);
    return env;
}

START_TEST(test_golden_episodes)
{
    ck_assert_int_gt(golden_replay("golden/CliffWalking-v1.json", golden_is_index), 1000);
    ck_assert_int_gt(golden_replay("golden/CliffWalking-v1_is_slippery-True.json", golden_is_index),
                     1000);
}
END_TEST

START_TEST(test_golden_table)
{
    golden_check_table("golden/P_CliffWalking-v1.json");
}
END_TEST

/// Slippery: what action - 1, action and action + 1 lead to without slipping, with 1/3 each.
START_TEST(test_slippery_model)
{
    rill_env *envs[] = {create("is_slippery=false"),
                        golden_create("CliffWalkingSlippery-v1", NULL)};
    rill_model *models[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++) {
        models[i] = golden_model(envs[i]);
        rill_env_destroy(envs[i]);
    }
    for (int32_t s = 0; s < 48; s++) {
        for (int32_t a = 0; a < 4; a++) {
            size_t count = 0, one = 0;
            const rill_transition *slippery = rill_model_outcomes(models[1], s, a, &count);
            double total = 0.0;
            for (size_t k = 0; k < count; k++) {
                // of the three sure moves, those that lead here; equal ones are one outcome
                double n_equal = 0.0;
                for (int32_t i = 0; i < 3; i++) {
                    const rill_transition *sure =
                        rill_model_outcomes(models[0], s, (a + i + 3) % 4, &one);
                    ck_assert_uint_eq(one, 1);
                    n_equal += slippery[k].next == sure->next &&
                               slippery[k].reward == sure->reward &&
                               slippery[k].terminated == sure->terminated;
                }
                ck_assert_double_ge(n_equal, 1.0);
                ASSERT_NEAR(slippery[k].probability, n_equal / 3.0, 1e-15);
                total += n_equal;
            }
            ck_assert(total == 3.0);
        }
    }
    rill_model_destroy(models[0]);
    rill_model_destroy(models[1]);
}
END_TEST

/// Example 6.6: along the edge in 13 steps; a fall costs 100 and goes on from the start.
START_TEST(test_the_two_ways)
{
    rill_env *env = create("is_slippery=false");
    ck_assert_int_eq(rill_env_reset(env).index, 36);
    rill_outcome outcome;
    rill_observation observation = rill_env_step(env, (rill_action){.index = 1}, &outcome);
    ck_assert(observation.index == 36 && outcome.reward == -100.0 && !outcome.terminated);
    double sum = 0.0;
    for (int i = 0; i < 13; i++) {
        ck_assert(!rill_outcome_is_last(&outcome));
        const int32_t action = i == 0 ? 0 : i < 12 ? 1 : 2;
        observation = rill_env_step(env, (rill_action){.index = action}, &outcome);
        sum += outcome.reward;
    }
    ck_assert(observation.index == 47 && outcome.terminated && !outcome.truncated && sum == -13.0);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_grid)
{
    rill_env *env = create("is_slippery=false");
    rill_grid grid;
    env->type->grid(env->params, &grid);
    ck_assert(grid.rows == 4 && grid.columns == 12);
    for (int32_t s = 0; s < 48; s++) {
        const rill_cell expected = s < 36    ? RILL_CELL_FREE
                                   : s == 36 ? RILL_CELL_START
                                   : s == 47 ? RILL_CELL_GOAL
                                             : RILL_CELL_HAZARD;
        ck_assert_int_eq(grid.cell(env->params, s), expected);
    }
    static const double no_states[] = {-1.0, 48.0, 0.5, 1e300};
    for (int i = 0; i < 4; i++) {
        rill_error error = {0};
        ASSERT_REFUSED(rill_env_set_state(env, &no_states[i], &error), &error, "state",
                       "is not a state; there are 0 to 47");
    }
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_golden_episodes, test_golden_table, test_slippery_model, test_the_two_ways,
          test_grid)
