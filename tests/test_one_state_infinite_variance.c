// Example 5.5: closed forms (sutton_barto_exact.json, "ex5.5_infinite_variance").
#include "tests/drawing.h"
#include "tests/finite.h"

enum { LEFT, RIGHT };

/// Always left earns 1; equiprobable actions earn it with v = (1 - p) / 2 + p v / 2.
START_TEST(values)
{
    rill_model *model = finite_model("one_state_infinite_variance", NULL);
    ASSERT_NEAR(finite_policy_value(model, 1.0, 0.0), 1.0, 1e-14);
    ASSERT_NEAR(finite_policy_value(model, 1.0, 0.5), 1.0 / 11.0, 1e-15);
    ASSERT_NEAR(finite_policy_value(model, 1.0, 1.0), 0.0, 1e-15);
    rill_model_destroy(model);
    model = finite_model("one_state_infinite_variance",
                         (const char *const[]){"loop_probability=0.4", NULL});
    ASSERT_NEAR(finite_policy_value(model, 1.0, 0.5), 0.3 / 0.8, 1e-15);
    rill_model_destroy(model);
}
END_TEST

START_TEST(steps)
{
    rill_env *env = golden_create("one_state_infinite_variance", NULL);
    rill_env_seed(env, 1);
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    int n_ends = 0;
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(rill_env_reset(env).index, 0);
        const bool is_end = rill_rng_random(&rng) >= 0.9;
        FINITE_STEP(env, LEFT, is_end ? 1 : 0, is_end ? 1.0 : 0.0, is_end);
        n_ends += is_end;
    }
    ck_assert(n_ends > 0 && n_ends < 100);
    rill_env_reset(env);
    FINITE_STEP(env, RIGHT, 1, 0.0, true);
    ck_assert_mem_eq(&env->data->rng, &rng, sizeof rng);
    check_drawing(env);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(values, steps)
