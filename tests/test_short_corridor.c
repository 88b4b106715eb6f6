// Example 13.1: the closed form of its values (sutton_barto_exact.json, "ex13.1_short_corridor"), and
// what is seen.
#include "tests/drawing.h"
#include "tests/finite.h"

#include <rill/recorder.h>

enum { LEFT, RIGHT };

START_TEST(values)
{
    rill_model *model = finite_model("short_corridor", NULL);
    for (int i = 1; i < 20; i++) {
        const double p = 0.05 * i;
        ASSERT_NEAR(finite_policy_value(model, 1.0, p), (2.0 * p - 4.0) / (p * (1.0 - p)), 1e-10);
    }
    ASSERT_NEAR(finite_policy_value(model, 1.0, 0.05), -82.10526315789474, 1e-10);
    ASSERT_NEAR(finite_policy_value(model, 1.0, 0.95), -44.21052631578944, 1e-10);
    const double best = finite_policy_value(model, 1.0, 2.0 - sqrt(2.0));
    ASSERT_NEAR(best, -(6.0 + 4.0 * sqrt(2.0)), 1e-12);
    // who sees the state needs three steps
    ASSERT_NEAR(finite_value(model, 1.0, NULL), -3.0, 1e-12);
    rill_model_destroy(model);
}
END_TEST

/// Every move, with either observation.
START_TEST(moves)
{
    static const struct {
        int32_t from, action, to;
    } expected[] = {{0, LEFT, 0},  {0, RIGHT, 1}, {1, LEFT, 2},
                    {1, RIGHT, 0}, {2, LEFT, 1},  {2, RIGHT, 3}};
    rill_env *alike = golden_create("short_corridor", NULL);
    rill_env *seen =
        golden_create("short_corridor", (const char *const[]){"observation=state", NULL});
    ck_assert_int_eq(alike->observation_space.size, 1);
    ck_assert_int_eq(seen->observation_space.size, 4);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const bool is_end = expected[i].to == 3;
        FINITE_SET(alike, expected[i].from);
        FINITE_STEP(alike, expected[i].action, 0, -1.0, is_end);
        FINITE_SET(seen, expected[i].from);
        FINITE_STEP(seen, expected[i].action, expected[i].to, -1.0, is_end);
    }
    ck_assert_int_eq(rill_env_reset(seen).index, 0);
    check_drawing(alike);
    rill_env_destroy(alike);
    rill_env_destroy(seen);
}
END_TEST

/// Learned values are held against exact ones only where the agent sees the model's states.
START_TEST(exact_values)
{
    static const char *const observations[] = {"observation=alike", "observation=state"};
    for (int i = 0; i < 2; i++) {
        rill_env *env =
            golden_create("short_corridor", (const char *const[]){observations[i], NULL});
        rill_agent *agent = NULL;
        rill_truth *truth = NULL;
        rill_error error = {0};
        ASSERT_OK(rill_agent_create(&agent, "q_learning", env, NULL, &error), &error);
        if (i == 0) {
            ASSERT_REFUSED(rill_truth_create(&truth, env, agent, &error), &error, "",
                           "states that short_corridor does not show");
        } else {
            ASSERT_OK(rill_truth_create(&truth, env, agent, &error), &error);
        }
        rill_truth_destroy(truth);
        rill_agent_destroy(agent);
        rill_env_destroy(env);
    }
}
END_TEST

TEST_MAIN(values, moves, exact_values)
