// Values of linear laws u = -K x on linear-quadratic systems, learned on quadratic features, against
// v(x) = -x'P x - c, with P from the Lyapunov equation, solved by GSL:
//     P = Q + K'R K + gamma (A - B K)'P (A - B K),   c = gamma / (1 - gamma) noise_sd^2 trace P
#include "tests/test.h"

#include <gsl/gsl_linalg.h>
#include <rill/riccati.h>
#include <stdio.h>

enum { MAX = 4 };

typedef struct lqr_case {
    const char *name, *assignments[7];
    double gamma;
    double detour; ///< added to each gain of the optimal law: 0 is the optimal one
    double noise_sd;
} lqr_case;

#define MASS                  \
    {                         \
        "start_range=2", NULL \
    }
#define THREE                                                                        \
    {                                                                                \
        "n=3", "m=2", "A=0.9,0.2,-0.1,0,0.8,0.3,0.1,-0.2,0.7", "B=1,0,0.5,-0.5,0,2", \
            "Q=2,0.5,0,0.5,1,0.25,0,0.25,3", "R=1,0.25,0.25,0.5", NULL               \
    }
// two of its four eigenvalues are outside the unit circle: left to itself it grows
#define UNSTABLE                                                                              \
    {                                                                                         \
        "n=4", "m=2", "A=1.1,0.3,0,0,0,1.05,0.2,0,0,0,0.9,0.1,0.1,0,0,0.5",                   \
            "B=0,0.1,1,0,0,1,0.5,0", "Q=1,0,0,0,0,2,0,0,0,0,1,0,0,0,0,0.5", "R=1,0,0,2", NULL \
    }

static const lqr_case exact_cases[] = {
    {"mass, optimal", MASS, 0.95, 0.0, 0.0},        {"mass, another", MASS, 0.9, 0.3, 0.0},
    {"mass, undiscounted", MASS, 1.0, 0.1, 0.0},    {"three, optimal", THREE, 0.9, 0.0, 0.0},
    {"three, another", THREE, 0.95, 0.05, 0.0},     {"three, undiscounted", THREE, 1.0, 0.02, 0.0},
    {"unstable, optimal", UNSTABLE, 0.9, 0.0, 0.0}, {"unstable, another", UNSTABLE, 0.8, 0.02, 0.0},
};

/// A system under a law, and what its values are.
typedef struct lqr_world {
    rill_env *env;
    int32_t n;
    double P[MAX * MAX], K[MAX * MAX], c;
    bool is_undiscounted; ///< then values are known but for a constant, which the features have
} lqr_world;

/// P by GSL, as n^2 equations: P - gamma F'P F = Q + K'R K with F = A - B K.
static void lyapunov(const rill_lqr *problem, double gamma, const double *K, double *P)
{
    const int32_t n = problem->n, m = problem->m;
    double f[MAX * MAX], system[MAX * MAX * MAX * MAX] = {0.0}, right[MAX * MAX];
    for (int32_t i = 0; i < n; i++) {
        for (int32_t j = 0; j < n; j++) {
            f[i * n + j] = problem->A[i * n + j];
            right[i * n + j] = problem->Q[i * n + j];
            for (int32_t k = 0; k < m; k++) {
                f[i * n + j] -= problem->B[i * m + k] * K[k * n + j];
                for (int32_t l = 0; l < m; l++) {
                    right[i * n + j] += K[k * n + i] * problem->R[k * m + l] * K[l * n + j];
                }
            }
        }
    }
    for (int32_t i = 0; i < n * n; i++) {
        for (int32_t j = 0; j < n * n; j++) { // (F'P F)_ab = sum F_ca P_cd F_db
            system[i * n * n + j] =
                (i == j ? 1.0 : 0.0) - gamma * f[j / n * n + i / n] * f[j % n * n + i % n];
        }
    }
    gsl_matrix_view a = gsl_matrix_view_array(system, (size_t)(n * n), (size_t)(n * n));
    gsl_vector_view b = gsl_vector_view_array(right, (size_t)(n * n));
    gsl_vector_view x = gsl_vector_view_array(P, (size_t)(n * n));
    gsl_permutation *p = gsl_permutation_alloc((size_t)(n * n));
    int sign;
    gsl_linalg_LU_decomp(&a.matrix, p, &sign);
    gsl_linalg_LU_solve(&a.matrix, p, &b.vector, &x.vector);
    gsl_permutation_free(p);
}

/// "name=1,2,3"
static void write_list(char *text, size_t size, const char *name, const double *x, int32_t count)
{
    int length = snprintf(text, size, "%s=", name);
    for (int32_t i = 0; i < count; i++) {
        length += snprintf(text + length, size - (size_t)length, i == 0 ? "%.17g" : ",%.17g", x[i]);
    }
    ck_assert_int_lt(length, (int)size);
}

/// The system of a case, whose only action is the law; episodes are cut off after some steps.
static lqr_world world_of(const lqr_case *c)
{
    rill_error error = {0};
    lqr_world w = {0};
    rill_lqr problem;
    double P[MAX * MAX];
    char noise[64], gains[1024], actions[256];
    const char *assignments[9] = {noise};
    snprintf(noise, sizeof noise, "noise_sd=%.17g", c->noise_sd);
    for (int i = 0; c->assignments[i] != NULL; i++) {
        assignments[i + 1] = c->assignments[i];
    }
    ASSERT_OK(rill_env_create(&w.env, "lqr", assignments, &error), &error);
    ASSERT_OK(rill_lqr_of_env(w.env, &problem, &error), &error);
    ASSERT_OK(rill_riccati_solve(&problem, c->gamma, P, w.K, &error), &error);
    w.n = problem.n;
    w.is_undiscounted = c->gamma == 1.0;
    for (int32_t i = 0; i < problem.m * w.n; i++) {
        w.K[i] += c->detour;
    }
    lyapunov(&problem, c->gamma, w.K, w.P);
    for (int32_t i = 0; i < w.n; i++) {
        w.c += c->noise_sd == 0.0
                   ? 0.0
                   : c->gamma / (1.0 - c->gamma) * c->noise_sd * c->noise_sd * w.P[i * w.n + i];
    }
    for (int32_t i = 0; i < w.n * w.n && c->detour == 0.0; i++) { // two ways to the optimal law's
        ASSERT_NEAR(w.P[i], P[i], 1e-9 * fmax(1.0, fabs(P[i])));
    }
    write_list(actions, sizeof actions, "actions", (const double[MAX]){0.0}, problem.m);
    write_list(gains, sizeof gains, "gains", w.K, problem.m * w.n);
    ASSERT_OK(
        rill_env_wrap(&w.env, "discrete_actions", (const char *[]){actions, gains, NULL}, &error),
        &error);
    ASSERT_OK(rill_env_wrap(&w.env, "time_limit", (const char *[]){"steps=6", NULL}, &error),
              &error);
    return w;
}

static rill_agent *agent_of(const lqr_world *w, const char *id, double gamma, const char *setting,
                            const char *other)
{
    rill_error error = {0};
    rill_agent *agent = NULL;
    char discount[64];
    snprintf(discount, sizeof discount, "gamma=%.17g", gamma);
    const char *const assignments[] = {discount,
                                       "features=polynomial",
                                       "features.form=total_degree",
                                       "features.order=2",
                                       "features.low=-8", // no state gets there
                                       "features.high=8",
                                       "features.from=-4",
                                       "features.to=4",
                                       setting,
                                       other,
                                       NULL};
    ASSERT_OK(rill_agent_create(&agent, id, w->env, assignments, &error), &error);
    return agent;
}

static void play(rill_env *env, rill_agent *agent, int64_t steps)
{
    rill_outcome outcome = {0.0, true, true};
    rill_action action = {.index = 0};
    for (int64_t t = 0; t < steps; t++) {
        if (rill_outcome_is_last(&outcome)) {
            action = rill_agent_start(agent, rill_env_reset(env));
        }
        const rill_observation seen = rill_env_step(env, action, &outcome);
        for (int32_t i = 0; i < env->observation_space.size; i++) {
            ck_assert(fabsf(seen.box[i]) < 8.0f); // features are clipped there
        }
        if (rill_outcome_is_last(&outcome)) {
            rill_agent_finish(agent, &outcome, seen);
        } else {
            action = rill_agent_step(agent, outcome.reward, seen);
        }
    }
}

/// -x'P x - c
static double truth(const lqr_world *w, const float *x)
{
    double sum = w->c;
    for (int32_t i = 0; i < w->n * w->n; i++) {
        sum += (double)x[i / w->n] * w->P[i] * (double)x[i % w->n];
    }
    return -sum;
}

static double value_of(const rill_agent *agent, const float *x)
{
    double value;
    rill_agent_values(agent, (rill_observation){.box = x}, &value);
    return value;
}

static void draw_state(const lqr_world *w, rill_rng *rng, float *x)
{
    for (int32_t i = 0; i < w->n; i++) {
        x[i] = (float)rill_rng_uniform(rng, -2.0, 2.0);
    }
}

/// The greatest error at 50 random states, over the greatest value.
static double worst_error(const lqr_world *w, const rill_agent *agent)
{
    static const float origin[MAX] = {0.0f};
    const double constant = w->is_undiscounted ? value_of(agent, origin) : 0.0;
    double error = 0.0, scale = 1.0;
    rill_rng rng;
    rill_rng_seed(&rng, 8);
    for (int i = 0; i < 50; i++) {
        float x[MAX];
        draw_state(w, &rng, x);
        const double v = truth(w, x), difference = fabs(value_of(agent, x) - constant - v);
        error = !(difference <= error) ? difference : error;
        scale = fmax(scale, fabs(v));
    }
    return error / scale;
}

/// Without noise the least-squares solution is the value function: every sample satisfies Bellman's
/// equation, up to what observations and actions lose as floats.
START_TEST(test_least_squares_is_exact)
{
    static const char *const settings[] = {"lambda=0", "lambda=0.8"};
    for (size_t i = 0; i < sizeof exact_cases / sizeof exact_cases[0]; i++) {
        lqr_world w = world_of(&exact_cases[i]);
        for (int j = 0; j < 2; j++) {
            rill_agent *agent =
                agent_of(&w, "lstd", exact_cases[i].gamma, "epsilon=1e-8", settings[j]);
            rill_env_seed(w.env, 4);
            play(w.env, agent, 6000);
            const double error = worst_error(&w, agent);
            ck_assert_msg(error < 1e-7, "%s, %s: %g", exact_cases[i].name, settings[j], error);
            rill_agent_destroy(agent);
        }
        rill_env_destroy(w.env);
    }
}
END_TEST

/// So does TD find it, with a constant step size: there is no noise to average.
START_TEST(test_td_converges)
{
    static const char *const ids[] = {"td0", "true_online_td_lambda", "td_lambda"};
    for (int i = 0; i < 3; i++) {
        lqr_world w = world_of(&exact_cases[1]);
        rill_agent *agent = agent_of(&w, ids[i], exact_cases[1].gamma, "alpha=0.02", NULL);
        rill_env_seed(w.env, 4);
        play(w.env, agent, 2000);
        const double early = worst_error(&w, agent);
        play(w.env, agent, 60000);
        const double late = worst_error(&w, agent);
        ck_assert_msg(early > 1e-3 && late < 1e-5, "%s: %g, then %g", ids[i], early, late);
        rill_agent_destroy(agent);
        rill_env_destroy(w.env);
    }
}
END_TEST

/// With noise the mean over runs is v, constant included, within four standard errors at 12 states
/// each (one false alarm in 16,000 tests of one, as if normal).
START_TEST(test_noise)
{
    enum { RUNS = 30, STATES = 12 };
    static const lqr_case cases[] = {{"mass", MASS, 0.9, 0.1, 0.3},
                                     {"three", THREE, 0.8, 0.0, 0.2},
                                     {"unstable", UNSTABLE, 0.8, 0.0, 0.1}};
    for (int i = 0; i < 3; i++) {
        lqr_world w = world_of(&cases[i]);
        rill_agent *agent = agent_of(&w, "lstd", cases[i].gamma, "epsilon=1e-6", NULL);
        static double values[RUNS][STATES];
        float states[STATES][MAX] = {{0.0f}}; // the origin, where -c is all, and others
        rill_rng rng;
        rill_rng_seed(&rng, 2);
        for (int k = 1; k < STATES; k++) {
            draw_state(&w, &rng, states[k]);
        }
        for (int run = 0; run < RUNS; run++) {
            rill_env_seed(w.env, (uint64_t)run);
            rill_agent_seed(agent, 0);
            play(w.env, agent, 5000);
            for (int k = 0; k < STATES; k++) {
                values[run][k] = value_of(agent, states[k]);
            }
        }
        for (int k = 0; k < STATES; k++) {
            double mean = 0.0, square = 0.0;
            for (int run = 0; run < RUNS; run++) {
                mean += values[run][k] / RUNS;
            }
            for (int run = 0; run < RUNS; run++) {
                square += (values[run][k] - mean) * (values[run][k] - mean);
            }
            const double error = sqrt(square / (RUNS - 1) / RUNS), v = truth(&w, states[k]);
            ck_assert_msg(error < 0.05 * fmax(1.0, fabs(v)), "%s: %g", cases[i].name, error);
            ck_assert_msg(fabs(mean - v) <= 4.0 * error, "%s, state %d: %g +- %g, not %g",
                          cases[i].name, k, mean, error, v);
        }
        ck_assert(w.c > 0.05);
        rill_agent_destroy(agent);
        rill_env_destroy(w.env);
    }
}
END_TEST

TEST_MAIN(test_least_squares_is_exact, test_td_converges, test_noise)
