// The Riccati equation: closed forms for one state, scipy's solutions, the residual of random
// systems, and what has no solution.
#include "tests/test.h"

#include <cjson/cJSON.h>
#include <rill/riccati.h>
#include <stdio.h>

enum { SIZE = 32 };

static double largest(const double *x, int32_t count)
{
    double answer = 0.0;
    for (int32_t i = 0; i < count; i++) {
        answer = fmax(answer, fabs(x[i]));
    }
    return answer;
}

/// P and K satisfy, each to 1e-12 of its greatest terms,
///     (R + gamma B'P B) K = gamma B'P A   and   P = Q + gamma A'P (A - B K).
static void check_residual(const char *name, const rill_lqr *s, double gamma, const double *P,
                           const double *K)
{
    static double closed[SIZE * SIZE], p_a[SIZE * SIZE], p_closed[SIZE * SIZE], p_b[SIZE * SIZE];
    const int32_t n = s->n, m = s->m;
    for (int32_t i = 0; i < n; i++) {
        for (int32_t j = 0; j < n; j++) {
            ASSERT_FOR(name, P[i * n + j] == P[j * n + i]);
            closed[i * n + j] = s->A[i * n + j];
            for (int32_t k = 0; k < m; k++) {
                closed[i * n + j] -= s->B[i * m + k] * K[k * n + j];
            }
        }
    }
    for (int32_t i = 0; i < n; i++) {
        for (int32_t j = 0; j < n; j++) {
            p_a[i * n + j] = p_closed[i * n + j] = 0.0;
            for (int32_t k = 0; k < n; k++) {
                p_a[i * n + j] += P[i * n + k] * s->A[k * n + j];
                p_closed[i * n + j] += P[i * n + k] * closed[k * n + j];
            }
        }
        for (int32_t j = 0; j < m; j++) {
            p_b[i * m + j] = 0.0;
            for (int32_t k = 0; k < n; k++) {
                p_b[i * m + j] += P[i * n + k] * s->B[k * m + j];
            }
        }
    }
    const double scale = largest(P, n * n);
    for (int32_t i = 0; i < n; i++) {
        for (int32_t j = 0; j < n; j++) {
            double residual = P[i * n + j] - s->Q[i * n + j];
            for (int32_t k = 0; k < n; k++) {
                residual -= gamma * s->A[k * n + i] * p_closed[k * n + j];
            }
            ck_assert_msg(fabs(residual) <= 1e-12 * scale, "%s: P(%d, %d): %g of %g", name, i, j,
                          residual, scale);
        }
    }
    for (int32_t i = 0; i < m; i++) {
        for (int32_t j = 0; j < n; j++) {
            double residual = 0.0, terms = 0.0;
            for (int32_t k = 0; k < m; k++) {
                double factor = s->R[i * m + k];
                for (int32_t l = 0; l < n; l++) {
                    factor += gamma * s->B[l * m + i] * p_b[l * m + k];
                }
                residual += factor * K[k * n + j];
                terms += fabs(factor * K[k * n + j]);
            }
            for (int32_t l = 0; l < n; l++) {
                residual -= gamma * s->B[l * m + i] * p_a[l * n + j];
                terms += fabs(s->B[l * m + i] * p_a[l * n + j]);
            }
            ck_assert_msg(fabs(residual) <= 1e-12 * terms, "%s: K(%d, %d): %g of %g", name, i, j,
                          residual, terms);
        }
    }
}

/// gamma b^2 p^2 + (r (1 - gamma a^2) - gamma b^2 q) p - q r = 0, the root that is not negative.
START_TEST(test_one_state)
{
    static const double values[] = {0.1, 0.5, 0.9, 1.0, 1.5, 3.0};
    for (int i = 0; i < 6 * 6 * 6 * 6 * 6; i++) {
        const double a = values[i % 6], b = values[i / 6 % 6], q = values[i / 36 % 6];
        const double r = values[i / 216 % 6], gamma = fmin(values[i / 1296], 1.0);
        const rill_lqr problem = {1, 1, &a, &b, &q, &r};
        double P = 0.0, K = 0.0;
        rill_error error = {0};
        ASSERT_OK(rill_riccati_solve(&problem, gamma, &P, &K, &error), &error);
        const double gb2 = gamma * b * b, linear = r * (1.0 - gamma * a * a) - gb2 * q;
        const double root = sqrt(linear * linear + 4.0 * gb2 * q * r);
        const double p =
            linear < 0.0 ? (root - linear) / (2.0 * gb2) : 2.0 * q * r / (root + linear);
        ASSERT_NEAR(P / p, 1.0, 1e-13);
        ASSERT_NEAR(K / (gamma * a * b * p / (r + gb2 * p)), 1.0, 1e-13);
    }

    // a = b = q = r = 1, undiscounted: the golden ratio and its inverse
    const double one = 1.0;
    const rill_lqr unit = {1, 1, &one, &one, &one, &one};
    double P = 0.0, K = 0.0;
    rill_error error = {0};
    ASSERT_OK(rill_riccati_solve(&unit, 1.0, &P, &K, &error), &error);
    ASSERT_NEAR(P, 1.6180339887498949, 1e-15);
    ASSERT_NEAR(K, 0.6180339887498949, 1e-15);
    ASSERT_OK(rill_riccati_solve(&unit, 0.0, &P, &K, &error), &error);
    ck_assert(P == 1.0 && K == 0.0);
}
END_TEST

static const double *numbers(const cJSON *object, const char *name, double *values)
{
    const cJSON *array = cJSON_GetObjectItemCaseSensitive(object, name);
    ck_assert_int_le(cJSON_GetArraySize(array), SIZE * SIZE);
    int i = 0;
    const cJSON *item;
    cJSON_ArrayForEach (item, array) {
        values[i++] = item->valuedouble;
    }
    return values;
}

START_TEST(test_scipy)
{
    static char text[1 << 16];
    FILE *file = fopen(RILL_TEST_DATA "/riccati.json", "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_gt(fread(text, 1, sizeof text - 1, file), 0);
    fclose(file);
    cJSON *data = cJSON_Parse(text);
    int n_cases = 0;
    const cJSON *item;
    cJSON_ArrayForEach (item, cJSON_GetObjectItem(data, "cases")) {
        static double A[SIZE * SIZE], B[SIZE * SIZE], Q[SIZE * SIZE], R[SIZE * SIZE];
        static double P[SIZE * SIZE], K[SIZE * SIZE], scipy[SIZE * SIZE];
        const char *name = cJSON_GetObjectItem(item, "name")->valuestring;
        const double gamma = cJSON_GetObjectItem(item, "gamma")->valuedouble;
        const rill_lqr problem = {cJSON_GetObjectItem(item, "n")->valueint,
                                  cJSON_GetObjectItem(item, "m")->valueint,
                                  numbers(item, "A", A),
                                  numbers(item, "B", B),
                                  numbers(item, "Q", Q),
                                  numbers(item, "R", R)};
        rill_error error = {0};
        ASSERT_OK(rill_riccati_solve(&problem, gamma, P, K, &error), &error);
        numbers(item, "P", scipy);
        const double p_scale = largest(scipy, problem.n * problem.n);
        for (int32_t i = 0; i < problem.n * problem.n; i++) {
            ASSERT_FOR(name, fabs(P[i] - scipy[i]) <= 1e-12 * p_scale);
        }
        numbers(item, "K", scipy);
        const double k_scale = largest(scipy, problem.m * problem.n);
        for (int32_t i = 0; i < problem.m * problem.n; i++) {
            ASSERT_FOR(name, fabs(K[i] - scipy[i]) <= 1e-12 * k_scale);
        }
        check_residual(name, &problem, gamma, P, K);
        n_cases++;
    }
    ck_assert_int_eq(n_cases, 7);
    cJSON_Delete(data);
}
END_TEST

/// Random systems of up to 32 states, most of them unstable, some with more actions than states.
START_TEST(test_residual)
{
    static double A[SIZE * SIZE], B[SIZE * SIZE], C[SIZE * SIZE], Q[SIZE * SIZE], R[SIZE * SIZE];
    static double P[SIZE * SIZE], K[SIZE * SIZE];
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    for (int trial = 0; trial < 40; trial++) {
        const int32_t n = 1 + (int32_t)rill_rng_integers(&rng, SIZE);
        const int32_t m = 1 + (int32_t)rill_rng_integers(&rng, trial % 2 == 0 ? 4 : SIZE);
        for (int32_t i = 0; i < n * n; i++) {
            A[i] = rill_rng_standard_normal(&rng) * 1.1 / sqrt(n);
            C[i] = rill_rng_standard_normal(&rng);
        }
        for (int32_t i = 0; i < n * m; i++) {
            B[i] = rill_rng_standard_normal(&rng);
        }
        for (int32_t i = 0; i < n * n; i++) { // C'C of rank n / 2 + 1
            Q[i] = 0.0;
            for (int32_t k = 0; k <= n / 2; k++) {
                Q[i] += C[k * n + i / n] * C[k * n + i % n];
            }
        }
        for (int32_t i = 0; i < m * m; i++) {
            R[i] = i / m == i % m ? 1.0 + rill_rng_random(&rng) : 0.1 / m;
        }
        const double gamma = trial % 3 == 0 ? 1.0 : 0.95;
        const rill_lqr problem = {n, m, A, B, Q, R};
        rill_error error = {0};
        ASSERT_OK(rill_riccati_solve(&problem, gamma, P, K, &error), &error);
        char name[32];
        snprintf(name, sizeof name, "trial %d", trial);
        check_residual(name, &problem, gamma, P, K);
    }
}
END_TEST

START_TEST(test_no_solution)
{
    // the second state doubles, costs, and cannot be reached; a discount of 0.2 makes it finite
    const double A[] = {0.5, 0.0, 0.0, 2.0}, B[] = {1.0, 0.0}, Q[] = {1.0, 0.0, 0.0, 1.0};
    const double R[] = {1.0}, indefinite[] = {1.0, 2.0, 2.0, 1.0}, askew[] = {1.0, 0.1, 0.0, 1.0};
    const double zero[] = {0.0}, nan_matrix[] = {(double)NAN, 0.0, 0.0, 1.0};
    double P[4] = {7.0, 7.0, 7.0, 7.0}, K[2] = {7.0, 7.0};
    rill_error error = {0};
    rill_lqr problem = {2, 1, A, B, Q, R};
    ck_assert_int_eq(rill_riccati_solve(&problem, 1.0, P, K, &error), RILL_FAILED);
    ck_assert_ptr_nonnull(strstr(error.message, "no policy has a finite cost"));
    ck_assert_int_eq(rill_riccati_solve(&problem, 0.25, P, K, &error), RILL_FAILED);
    ck_assert(P[0] == 7.0 && K[0] == 7.0);
    const double two = 2.0, nothing = 0.0, one = 1.0;
    const rill_lqr adrift = {1, 1, &two, &nothing, &one, &one};
    ck_assert_int_eq(rill_riccati_solve(&adrift, 1.0, P, K, &error), RILL_FAILED);
    ASSERT_OK(rill_riccati_solve(&problem, 0.2, P, K, &error), &error);
    ASSERT_NEAR(P[3], 1.0 / (1.0 - 0.2 * 4.0), 1e-13);

    ASSERT_REFUSED(rill_riccati_solve(&problem, 1.1, P, K, &error), &error, "gamma", "1.1");
    ASSERT_REFUSED(rill_riccati_solve(&problem, (double)NAN, P, K, &error), &error, "gamma", "nan");
    problem.R = zero;
    ASSERT_REFUSED(rill_riccati_solve(&problem, 0.2, P, K, &error), &error, "R",
                   "symmetric and positive definite");
    problem.R = R;
    const double *bad[] = {indefinite, askew, nan_matrix};
    for (int i = 0; i < 3; i++) {
        problem.Q = bad[i];
        ASSERT_REFUSED(rill_riccati_solve(&problem, 0.2, P, K, &error), &error, "Q",
                       "symmetric and positive semidefinite");
    }
    problem.n = 0;
    ASSERT_REFUSED(rill_riccati_solve(&problem, 0.2, P, K, &error), &error, "", "0 states");
}
END_TEST

START_TEST(test_of_env)
{
    const char *assignments[] = {"m=2", "B=1,2,3,4", "R=1,0,0,5", NULL};
    rill_env *env = NULL;
    rill_lqr problem;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "lqr", assignments, &error), &error);
    ASSERT_OK(rill_lqr_of_env(env, &problem, &error), &error);
    ck_assert(problem.n == 2 && problem.m == 2);
    ck_assert(problem.A[1] == 0.1 && problem.B[3] == 4.0 && problem.Q[3] == 0.1);
    ck_assert(problem.R[3] == 5.0);
    rill_env_destroy(env);
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    ASSERT_REFUSED(rill_lqr_of_env(env, &problem, &error), &error, "id", "random_walk");
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_one_state, test_scipy, test_residual, test_no_solution, test_of_env)
