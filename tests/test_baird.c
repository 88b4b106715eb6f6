// Baird's counterexample: its features and dynamics make semi-gradient DP diverge along the weights
// that were computed independently (sutton_barto_exact.json, "baird").
#include "tests/drawing.h"
#include "tests/finite.h"

enum { DASHED, SOLID };
enum { STATES = 7, FEATURES = 8 };

static void observe_features(double features[STATES][FEATURES])
{
    rill_env *env = golden_create("baird", (const char *const[]){"observation=features", NULL});
    ck_assert_int_eq(env->observation_space.kind, RILL_SPACE_BOX);
    ck_assert_int_eq(env->observation_space.size, FEATURES);
    for (int32_t s = 0; s < STATES; s++) {
        FINITE_SET(env, s);
        rill_observation seen = rill_env_observe(env);
        ck_assert(rill_space_contains(&env->observation_space, seen));
        for (int i = 0; i < FEATURES; i++) {
            features[s][i] = (double)seen.box[i];
        }
    }
    rill_env_destroy(env);
}

/// w + alpha / |S| sum over s of (E[R + gamma v(S') | solid] - v(s)) x(s)     (S&B eq. 11.9)
static void sweep(const rill_model *model, double features[STATES][FEATURES], double *w)
{
    double v[STATES] = {0.0};
    for (int32_t s = 0; s < STATES; s++) {
        for (int i = 0; i < FEATURES; i++) {
            v[s] += w[i] * features[s][i];
        }
    }
    for (int32_t s = 0; s < STATES; s++) {
        const double td_error = rill_model_backup(model, v, 0.99, s, SOLID) - v[s];
        for (int i = 0; i < FEATURES; i++) {
            w[i] += 0.01 / STATES * td_error * features[s][i];
        }
    }
}

START_TEST(semi_gradient_dp_diverges)
{
    double features[STATES][FEATURES];
    observe_features(features);
    rill_model *model = finite_model("baird", (const char *const[]){"observation=features", NULL});
    cJSON *json = golden_read("sutton_barto_exact.json");
    const cJSON *baird = golden_member(golden_member(json, "entries"), "baird");
    const cJSON *weights = golden_member(golden_member(baird, "deterministic_trajectories"),
                                         "fig11.2_right_semi_gradient_DP_alpha0.01");
    double w[FEATURES] = {1, 1, 1, 1, 1, 1, 10, 1};
    int n_sweeps = 0;
    const cJSON *point;
    cJSON_ArrayForEach (point, weights) {
        for (; n_sweeps < atoi(point->string); n_sweeps++) {
            sweep(model, features, w);
        }
        for (int i = 0; i < FEATURES; i++) {
            const double expected = cJSON_GetArrayItem(golden_member(point, "w"), i)->valuedouble;
            ASSERT_NEAR(w[i], expected, 1e-11 * fabs(expected));
        }
    }
    ck_assert_int_eq(n_sweeps, 1000);
    cJSON_Delete(json);
    rill_model_destroy(model);
}
END_TEST

/// The behaviour policy, dashed six times in seven, is uniform over all states, as is the start.
START_TEST(behaviour_policy)
{
    rill_model *model = finite_model("baird", NULL);
    double *policy = finite_policy(model, 1.0 / 7.0), mu[STATES];
    ck_assert(finite_stationary(model, policy, mu) == 0.0);
    for (int32_t s = 0; s < STATES; s++) {
        ASSERT_NEAR(mu[s], 1.0 / 7.0, 1e-14);
        ASSERT_NEAR(model->start[s], 1.0 / 7.0, 1e-16);
    }
    free(policy);
    rill_model_destroy(model);
}
END_TEST

START_TEST(steps)
{
    rill_env *env = golden_create("baird", NULL);
    rill_env_seed(env, 5);
    rill_rng rng;
    rill_rng_seed(&rng, 5);
    for (int i = 0; i < 50; i++) {
        ck_assert_int_eq(rill_env_reset(env).index, rill_rng_integers(&rng, 7));
        FINITE_STEP(env, DASHED, (int32_t)rill_rng_integers(&rng, 6), 0.0, false);
        FINITE_STEP(env, SOLID, 6, 0.0, false);
    }
    check_drawing(env);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(semi_gradient_dp_diverges, behaviour_policy, steps)
