// Cart-pole swing-up: its step against the equations of motion solved another way, the conservation
// of energy, both rewards, and the derivatives.
#include "tests/drawing.h"
#include "tests/jacobian.h"
#include "tests/test.h"

enum { X, X_DOT, THETA, THETA_DOT };

static rill_env *create(const char *const *assignments)
{
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "cartpole_swingup", assignments, &error), &error);
    return env;
}

static void set(rill_env *env, const double *state)
{
    rill_error error = {0};
    ASSERT_OK(rill_env_set_state(env, state, &error), &error);
}

static rill_outcome push(rill_env *env, float action, double *state)
{
    rill_outcome outcome;
    rill_env_step(env, (rill_action){.box = &action}, &outcome);
    env->type->get_state(env->params, env->state, state);
    return outcome;
}

/// Lagrange's equations for a cart of 1 kg and a rod of 0.1 kg, 1 m long, under 9.8 m/s^2:
///     1.1 x'' + 0.05 cos(theta) theta'' = F + 0.05 theta'^2 sin(theta)
///     0.05 cos(theta) x'' + 0.1/3 theta'' = 0.05 9.8 sin(theta)
static void expect_step(const double *s, double force, double dt, bool is_semi_implicit,
                        double *next)
{
    const double c = cos(s[THETA]), f = force + 0.05 * s[THETA_DOT] * s[THETA_DOT] * sin(s[THETA]);
    const double g = 0.05 * 9.8 * sin(s[THETA]), det = 1.1 * 0.1 / 3.0 - 0.05 * c * 0.05 * c;
    next[X_DOT] = s[X_DOT] + dt * (0.1 / 3.0 * f - 0.05 * c * g) / det;
    next[THETA_DOT] = s[THETA_DOT] + dt * (1.1 * g - 0.05 * c * f) / det;
    next[X] = s[X] + dt * (is_semi_implicit ? next : s)[X_DOT];
    next[THETA] = s[THETA] + dt * (is_semi_implicit ? next : s)[THETA_DOT];
}

static double smooth_reward(const double *s, double a)
{
    const double centred = 0.5 + 0.5 * pow(0.1, s[X] / 2.0 * (s[X] / 2.0));
    const double slow = 0.5 + 0.5 * pow(0.1, s[THETA_DOT] / 5.0 * (s[THETA_DOT] / 5.0));
    return (1.0 + cos(s[THETA])) / 2.0 * centred * slow * (4.0 + (1.0 - a * a)) / 5.0;
}

static double bsuite_reward(const double *s, double a)
{
    const bool is_up = cos(s[THETA]) > 0.5 && fabs(s[THETA_DOT]) < 1.0 && fabs(s[X]) < 1.0;
    return (is_up ? 1.0 : 0.0) - 0.1 * fabs(a);
}

static void random_state(rill_rng *rng, double *state)
{
    state[X] = rill_rng_uniform(rng, -3.2, 3.2);
    state[X_DOT] = rill_rng_uniform(rng, -5.0, 5.0);
    state[THETA] = rill_rng_uniform(rng, -7.0, 7.0);
    state[THETA_DOT] = rill_rng_uniform(rng, -8.0, 8.0);
}

/// Every other action lies inside (-1, 1), the rest beyond either end; none is near a kink.
static float random_push(rill_rng *rng, int i)
{
    const double sign = i % 4 < 2 ? 1.0 : -1.0;
    return (float)(sign * (i % 2 == 0 ? rill_rng_uniform(rng, 0.01, 0.99)
                                      : rill_rng_uniform(rng, 1.01, 3.0)));
}

START_TEST(test_equations_of_motion)
{
    const char *other[] = {"integrator=semi-implicit", "reward=bsuite", "dt=0.02", NULL};
    rill_env *envs[] = {create(NULL), create(other)};
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    int n_upright = 0;
    for (int i = 0; i < 4000; i++) {
        const int k = i / 4 % 2;
        double state[4], next[4], expected[4];
        random_state(&rng, state);
        if (i % 10 == 0) { // near the top and slow, where bsuite rewards
            state[THETA] *= 0.1;
            state[THETA_DOT] *= 0.1;
        }
        const float action = random_push(&rng, i);
        const double a = fmax(-1.0, fmin(1.0, (double)action));
        set(envs[k], state);
        const rill_outcome outcome = push(envs[k], action, next);
        expect_step(state, 10.0 * a, k == 0 ? 0.01 : 0.02, k == 1, expected);
        for (int j = 0; j < 4; j++) {
            ASSERT_NEAR(next[j], expected[j], 1e-13);
        }
        const double reward = k == 0 ? smooth_reward(expected, a) : bsuite_reward(expected, a);
        ASSERT_NEAR(outcome.reward, reward, 1e-13);
        ck_assert(outcome.terminated == (fabs(expected[X]) > 3.0) && !outcome.truncated);
        n_upright += k == 1 && reward > 0.0;
    }
    ck_assert_int_gt(n_upright, 20);
    rill_env_destroy(envs[0]);
    rill_env_destroy(envs[1]);
}
END_TEST

/// Kinetic and potential energy.
static double energy(const double *s)
{
    return 0.5 * 1.1 * s[X_DOT] * s[X_DOT] + 0.05 * cos(s[THETA]) * s[X_DOT] * s[THETA_DOT] +
           0.05 / 3.0 * s[THETA_DOT] * s[THETA_DOT] + 0.05 * 9.8 * cos(s[THETA]);
}

/// The greatest change of energy in 1 s without a force.
static double energy_drift(const char *integrator, const char *dt, int steps)
{
    const char *assignments[] = {integrator, dt, "x_threshold=100", NULL};
    rill_env *env = create(assignments);
    double state[] = {0.0, 0.5, 1.0, 2.0}, drift = 0.0;
    const double before = energy(state);
    set(env, state);
    for (int t = 0; t < steps; t++) {
        push(env, 0.0F, state);
        drift = fmax(drift, fabs(energy(state) - before));
    }
    rill_env_destroy(env);
    return drift;
}

/// Both integrators are of first order: half the step, half the error.
START_TEST(test_energy)
{
    static const char *const integrators[] = {"integrator=euler", "integrator=semi-implicit"};
    for (int i = 0; i < 2; i++) {
        const double coarse = energy_drift(integrators[i], "dt=0.001", 1000);
        const double fine = energy_drift(integrators[i], "dt=0.0005", 2000);
        ck_assert_double_lt(coarse, 0.01);
        ck_assert(coarse / fine > 1.9 && coarse / fine < 2.1);
    }
}
END_TEST

START_TEST(test_jacobian)
{
    const char *variants[][3] = {{"integrator=euler", "reward=smooth", NULL},
                                 {"integrator=semi-implicit", "reward=smooth", NULL},
                                 {"integrator=euler", "reward=bsuite", NULL},
                                 {"integrator=semi-implicit", "reward=bsuite", NULL}};
    for (int k = 0; k < 4; k++) {
        rill_env *env = create(variants[k]);
        rill_rng rng;
        rill_rng_seed(&rng, 2);
        for (int i = 0; i < 200; i++) {
            double state[4];
            random_state(&rng, state);
            const float action = random_push(&rng, i);
            check_jacobian(env, state, &action);
        }
        rill_env_destroy(env);
    }
}
END_TEST

START_TEST(test_start_and_observation)
{
    const char *assignments[] = {"start_range=0.2", NULL};
    rill_env *env = create(assignments);
    for (int i = 0; i < 50; i++) {
        rill_rng rng = env->data->rng;
        double state[4];
        const float *seen = rill_env_reset(env).box;
        env->type->get_state(env->params, env->state, state);
        for (int j = 0; j < 4; j++) {
            const double drawn = rill_rng_uniform(&rng, -0.2, 0.2);
            ASSERT_NEAR(state[j], drawn + (j == THETA ? RILL_PI : 0.0), 1e-15);
        }
        ck_assert(seen[0] == (float)state[X] && seen[1] == (float)state[X_DOT]);
        ck_assert(seen[4] == (float)state[THETA_DOT]);
        ASSERT_NEAR(seen[2], cos(state[THETA]), 1e-7);
        ASSERT_NEAR(seen[3], sin(state[THETA]), 1e-7);
    }
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_drawing)
{
    rill_env *env = create(NULL);
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    for (int i = 0; i < 100; i++) {
        double state[4];
        random_state(&rng, state);
        state[X] *= 1.2; // past it, the cart stays at the end of the track
        set(env, state);
        check_drawing(env);
    }
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equations_of_motion, test_energy, test_jacobian, test_start_and_observation,
          test_drawing)
