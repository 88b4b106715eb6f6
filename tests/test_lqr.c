// The linear-quadratic regulator: its step by hand, its derivatives, and its returns against the
// Riccati equation.
#include "tests/drawing.h"
#include "tests/jacobian.h"
#include "tests/test.h"

#include <rill/riccati.h>

static rill_env *create(const char *const *assignments)
{
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "lqr", assignments, &error), &error);
    return env;
}

static const char *const three_by_two[] = {
    "n=3",
    "m=2",
    "A=0.9,0.2,-0.1,0,0.8,0.3,0.1,-0.2,0.7",
    "B=1,0,0.5,-0.5,0,2",
    "Q=2,0.5,0,0.5,1,0.25,0,0.25,3",
    "R=1,0.25,0.25,0.5",
    NULL,
};

START_TEST(test_step_by_hand)
{
    rill_env *env = create(three_by_two);
    const double x[] = {1.0, -2.0, 4.0};
    const float u[] = {0.5F, -1.0F};
    rill_error error = {0};
    rill_outcome outcome;
    ck_assert_int_eq(env->n_state_values, 3);
    ASSERT_OK(rill_env_set_state(env, x, &error), &error);
    const float *seen = rill_env_step(env, (rill_action){.box = u}, &outcome).box;
    double next[3];
    env->type->get_state(env->params, env->state, next);
    // A x = (0.1, -0.4, 3.3), B u = (0.5, 0.75, -2)
    const double expected[] = {0.6, 0.35, 1.3};
    for (int i = 0; i < 3; i++) {
        ASSERT_NEAR(next[i], expected[i], 1e-15);
        ck_assert(seen[i] == (float)next[i]);
    }
    // x'Q x = 2 - 2 + 4 - 4 + 48, u'R u = 0.25 - 0.25 + 0.5
    ASSERT_NEAR(outcome.reward, -48.5, 1e-13);
    ck_assert(!outcome.terminated && !outcome.truncated);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_jacobian)
{
    rill_env *envs[] = {create(NULL), create(three_by_two)};
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    for (int i = 0; i < 200; i++) {
        double x[3];
        float u[2];
        for (int j = 0; j < 3; j++) {
            x[j] = 3.0 * rill_rng_standard_normal(&rng);
            u[j % 2] = (float)rill_rng_standard_normal(&rng);
        }
        check_jacobian(envs[i % 2], x, u);
    }
    rill_env_destroy(envs[0]);
    rill_env_destroy(envs[1]);
}
END_TEST

/// The discounted return of u = -K x from a random start, less the predicted -x'P x, relative.
static double return_error(rill_env *env, double gamma, uint64_t seed)
{
    rill_lqr problem;
    double P[9], K[6], x[3], predicted = 0.0, sum = 0.0, discount = 1.0;
    rill_error error = {0};
    ASSERT_OK(rill_lqr_of_env(env, &problem, &error), &error);
    ASSERT_OK(rill_riccati_solve(&problem, gamma, P, K, &error), &error);
    rill_env_seed(env, seed);
    rill_env_reset(env);
    for (int t = 0; t < 2000; t++, discount *= gamma) {
        float u[2] = {0.0F, 0.0F};
        env->type->get_state(env->params, env->state, x);
        for (int32_t i = 0; i < problem.n * problem.n && t == 0; i++) {
            predicted -= x[i / problem.n] * P[i] * x[i % problem.n];
        }
        for (int32_t k = 0; k < problem.m; k++) {
            double sum_k = 0.0;
            for (int32_t j = 0; j < problem.n; j++) {
                sum_k -= K[k * problem.n + j] * x[j];
            }
            u[k] = (float)sum_k;
        }
        rill_outcome outcome;
        rill_env_step(env, (rill_action){.box = u}, &outcome);
        sum += discount * outcome.reward;
    }
    return fabs(sum - predicted) / fabs(predicted);
}

START_TEST(test_optimal_return)
{
    rill_env *envs[] = {create(NULL), create(three_by_two)};
    for (uint64_t seed = 0; seed < 20; seed++) {
        ck_assert_double_lt(return_error(envs[seed % 2], 1.0, seed), 1e-9);
        ck_assert_double_lt(return_error(envs[seed % 2], 0.9, seed), 1e-9);
    }
    rill_env_destroy(envs[0]);
    rill_env_destroy(envs[1]);
}
END_TEST

/// Start and noise are the documented draws, in the documented order.
START_TEST(test_draws)
{
    const char *assignments[] = {"noise_sd=0.5", "start=10,-20", "start_range=2", "A=0,0,0,0",
                                 NULL};
    rill_env *env = create(assignments);
    const float u[] = {0.0F};
    double low = 0.0, high = 0.0;
    for (int episode = 0; episode < 200; episode++) {
        rill_rng rng = env->data->rng;
        double x[2];
        rill_outcome outcome;
        rill_env_reset(env);
        env->type->get_state(env->params, env->state, x);
        for (int i = 0; i < 2; i++) {
            double offset = x[i] - (i == 0 ? 10.0 : -20.0);
            ASSERT_NEAR(offset, rill_rng_uniform(&rng, -2.0, 2.0), 1e-14);
            low = fmin(low, offset);
            high = fmax(high, offset);
        }
        rill_env_step(env, (rill_action){.box = u}, &outcome);
        env->type->get_state(env->params, env->state, x);
        for (int i = 0; i < 2; i++) {
            ck_assert(x[i] == 0.5 * rill_rng_standard_normal(&rng));
        }
        ck_assert_mem_eq(&rng, &env->data->rng, sizeof rng);
    }
    ck_assert(low < -1.9 && high > 1.9);
    rill_env_destroy(env);

    // a point takes no random number, nor does a step without noise
    const char *point[] = {"start=1,2", "start_range=0", NULL};
    env = create(point);
    const rill_rng before = env->data->rng;
    rill_outcome outcome;
    const float *seen = rill_env_reset(env).box;
    ck_assert(seen[0] == 1.0F && seen[1] == 2.0F);
    rill_env_step(env, (rill_action){.box = u}, &outcome);
    ck_assert_mem_eq(&before, &env->data->rng, sizeof before);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_divergence)
{
    const char *assignments[] = {"A=2,0,0,-2",    "B=0,0",       "start=1,1",
                                 "start_range=0", "max_state=8", NULL};
    rill_env *env = create(assignments);
    const float u[] = {0.0F};
    // upwards, downwards, and with alternating sign
    static const double starts[][2] = {{1.0, 0.0}, {-1.0, 0.0}, {0.0, 1.0}};
    for (int i = 0; i < 3; i++) {
        rill_error error = {0};
        rill_outcome outcome;
        ASSERT_OK(rill_env_set_state(env, starts[i], &error), &error);
        for (int t = 1; t <= 4; t++) {
            rill_env_step(env, (rill_action){.box = u}, &outcome);
            ck_assert(outcome.terminated == (t == 4)); // of magnitude 2, 4, 8, 16
        }
    }
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_refusals)
{
    static const struct {
        const char *assignment, *path, *part;
    } cases[] = {
        {"n=3", "A", "has 4 numbers, n and m want 9: 3 rows of 3"},
        {"m=2", "B", "has 2 numbers, n and m want 4: 2 rows of 2"},
        {"Q=1,2,3,4", "Q", "row 2, column 1 is 3 and row 1, column 2 is 2"},
        {"R=1,2", "R", "has 2 numbers, n and m want 1: 1 row of 1"},
        {"start=1", "start", "has 1 number, n and m want 2"},
        {"A=", "A", "has 0 numbers"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *assignments[] = {cases[i].assignment, NULL};
        rill_env *env = NULL;
        rill_error error = {0};
        ASSERT_REFUSED(rill_env_create(&env, "lqr", assignments, &error), &error, cases[i].path,
                       cases[i].part);
    }
    rill_env *env = create(NULL);
    const double not_finite[] = {0.0, (double)INFINITY};
    rill_error error = {0};
    ASSERT_REFUSED(rill_env_set_state(env, not_finite, &error), &error, "state", "number 2 is inf");
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_drawing)
{
    rill_env *env = create(three_by_two);
    rill_error error = {0};
    const double small[] = {0.5, -1.0, 0.0}, large[] = {1e6, -1e6, 3.0};
    ASSERT_OK(rill_env_set_state(env, small, &error), &error);
    const drawing d = check_drawing(env);
    ASSERT_OK(rill_env_set_state(env, large, &error), &error);
    ck_assert_int_eq(check_drawing(env).n_shapes, d.n_shapes);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_step_by_hand, test_jacobian, test_optimal_return, test_draws, test_divergence,
          test_refusals, test_drawing)
