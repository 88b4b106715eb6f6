// Deep sea: bsuite's exact returns (shared/reference/bsuite.json), NumPy's mapping, noise.
#include "tests/finite.h"

START_TEST(returns)
{
    static const struct {
        const char *size;
        double uniform;
    } expected[] = {{"size=10", -0.004023437500000001}, {"size=20", -0.0049990463256835965}};
    for (int i = 0; i < 2; i++) {
        rill_model *model = finite_model("deep_sea", (const char *const[]){expected[i].size, NULL});
        ASSERT_NEAR(finite_value(model, 1.0, NULL), 0.99, 1e-12);
        ASSERT_NEAR(finite_policy_value(model, 1.0, 0.5), expected[i].uniform, 1e-15);
        rill_model_destroy(model);
    }
}
END_TEST

/// Right every time finds the treasure with probability (1 - 1/N)^(N - 1), at the full cost.
START_TEST(stochastic_returns)
{
    rill_model *model = finite_model(
        "deep_sea", (const char *const[]){"is_stochastic=true", "randomize_actions=false", NULL});
    ASSERT_NEAR(finite_policy_value(model, 1.0, 1.0), pow(0.9, 9.0) - 0.01, 1e-14);
    rill_model_destroy(model);
}
END_TEST

/// numpy.random.default_rng(7).integers(2, size=(3, 3)) (NumPy 1.24.2)
START_TEST(mapping)
{
    static const int32_t right[9] = {1, 1, 1, 1, 1, 1, 1, 0, 0};
    rill_env *env = golden_create(
        "deep_sea", (const char *const[]){"size=3", "mapping_seed=7", "move_cost=0.03", NULL});
    for (int32_t cell = 0; cell < 9; cell++) {
        const int32_t column = cell % 3;
        const double treasure = column == 2 ? 1.0 : 0.0;
        FINITE_SET(env, cell);
        FINITE_STEP(env, right[cell], cell + 3 + (column < 2), treasure - 0.03 / 3.0, cell >= 6);
        FINITE_SET(env, cell);
        FINITE_STEP(env, 1 - right[cell], cell + 3 - (column > 0), 0.0, cell >= 6);
    }
    rill_env_destroy(env);
}
END_TEST

/// Noise in the corners of the last row, then the failure of right, in the stream's order.
START_TEST(noise)
{
    rill_env *env = golden_create("deep_sea", (const char *const[]){"size=4", "is_stochastic=true",
                                                                    "randomize_actions=false",
                                                                    "move_cost=0", NULL});
    rill_env_seed(env, 3);
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    int n_failures = 0;
    for (int i = 0; i < 100; i++) {
        FINITE_SET(env, 12); // lower left corner
        FINITE_STEP(env, 0, 16, rill_rng_standard_normal(&rng), true);
        FINITE_SET(env, 12);
        double reward = rill_rng_standard_normal(&rng);
        bool is_failure = rill_rng_random(&rng) < 0.25;
        n_failures += is_failure;
        FINITE_STEP(env, 1, is_failure ? 16 : 17, reward, true);
        FINITE_SET(env, 15); // lower right corner
        reward = 1.0 + rill_rng_standard_normal(&rng);
        FINITE_STEP(env, 1, 19, reward, true);
        rill_rng_random(&rng);
        FINITE_SET(env, 13); // between them
        FINITE_STEP(env, 0, 16, 0.0, true);
        is_failure = rill_rng_random(&rng) < 0.25;
        FINITE_SET(env, 0);
        FINITE_STEP(env, 1, is_failure ? 4 : 5, 0.0, false);
    }
    ck_assert(n_failures > 0 && n_failures < 100);
    ck_assert_mem_eq(&env->data->rng, &rng, sizeof rng);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(returns, stochastic_returns, mapping, noise)
