// The two-link reacher: its step against energy and angular momentum from first principles, which
// two determine two accelerations; its reward and its derivatives.
#include "tests/drawing.h"
#include "tests/jacobian.h"
#include "tests/test.h"

enum { Q1, Q2, Q1_DOT, Q2_DOT, TARGET_X, TARGET_Y };

#define LENGTHS "length1=0.7", "length2=0.4", "mass1=1.5", "mass2=0.8"
static const double lengths[] = {0.7, 0.4}, masses[] = {1.5, 0.8};

static rill_env *create(const char *const *assignments)
{
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "reacher2", assignments, &error), &error);
    return env;
}

static rill_outcome turn(rill_env *env, const double *from, const float *action, double *state)
{
    rill_error error = {0};
    rill_outcome outcome;
    if (from != NULL) {
        ASSERT_OK(rill_env_set_state(env, from, &error), &error);
    }
    rill_env_step(env, (rill_action){.box = action}, &outcome);
    env->type->get_state(env->params, env->state, state);
    return outcome;
}

/// Kinetic energy and angular momentum about the shoulder, as integrals over both rods: Gauss's two
/// points are exact for these quadratic integrands.
static void measure(const double *s, double *energy, double *momentum)
{
    *energy = *momentum = 0.0;
    double joint_x = 0.0, joint_y = 0.0, joint_vx = 0.0, joint_vy = 0.0;
    double angle = 0.0, omega = 0.0;
    for (int link = 0; link < 2; link++) {
        angle += s[Q1 + link];
        omega += s[Q1_DOT + link];
        for (int point = 0; point <= 2; point++) { // two points, then the end
            const double share = point == 2 ? 1.0 : 0.5 + (point - 0.5) / sqrt(3.0);
            const double along = share * lengths[link];
            const double x = joint_x + along * cos(angle), y = joint_y + along * sin(angle);
            const double vx = joint_vx - along * omega * sin(angle);
            const double vy = joint_vy + along * omega * cos(angle);
            if (point == 2) {
                joint_x = x, joint_y = y, joint_vx = vx, joint_vy = vy;
            } else {
                *energy += 0.25 * masses[link] * (vx * vx + vy * vy);
                *momentum += 0.5 * masses[link] * (x * vy - y * vx);
            }
        }
    }
}

static void random_state(rill_rng *rng, double *state)
{
    for (int i = 0; i < 2; i++) {
        state[Q1 + i] = rill_rng_uniform(rng, -4.0, 4.0);
        state[Q1_DOT + i] = rill_rng_uniform(rng, -5.0, 5.0);
        state[TARGET_X + i] = rill_rng_uniform(rng, -0.9, 0.9);
    }
}

/// Inside (-1, 1), or beyond either bound.
static float random_torque(rill_rng *rng, int i)
{
    return (float)((double[]){0.0, 2.0, 0.0, -2.0}[i % 4] + rill_rng_uniform(rng, -0.95, 0.95));
}

/// The power of torque and friction is the growth of energy; what acts at the shoulder is the growth
/// of momentum.
START_TEST(test_equations_of_motion)
{
    const double dt = 1e-6;
    const char *assignments[] = {LENGTHS, "dt=1e-6", "damping=0.3", "max_torque=2", NULL};
    rill_env *env = create(assignments);
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    for (int i = 0; i < 1000; i++) {
        double state[6], next[6], energy[2], momentum[2], force[2];
        float action[2];
        random_state(&rng, state);
        for (int k = 0; k < 2; k++) {
            action[k] = random_torque(&rng, i + k);
            force[k] = 2.0 * fmax(-1.0, fmin(1.0, (double)action[k])) - 0.3 * state[Q1_DOT + k];
        }
        turn(env, state, action, next);
        measure(state, &energy[0], &momentum[0]);
        measure(next, &energy[1], &momentum[1]);
        const double power = force[0] * state[Q1_DOT] + force[1] * state[Q2_DOT];
        ASSERT_NEAR((energy[1] - energy[0]) / dt, power, 1e-2);
        ASSERT_NEAR((momentum[1] - momentum[0]) / dt, force[0], 1e-3);
        for (int k = 0; k < 2; k++) { // semi-implicit
            ASSERT_NEAR(next[Q1 + k], state[Q1 + k] + dt * next[Q1_DOT + k], 1e-15);
            ck_assert(next[TARGET_X + k] == state[TARGET_X + k]);
        }
    }
    rill_env_destroy(env);
}
END_TEST

/// The greatest changes of energy and momentum in 1 s without torque or friction, relative.
static void drift(const char *dt, int steps, double *of_energy, double *of_momentum)
{
    const char *assignments[] = {LENGTHS, "damping=0", dt, NULL};
    rill_env *env = create(assignments);
    const float rest[] = {0.0F, 0.0F};
    const double start[] = {0.3, 1.2, 2.0, -3.0, 0.0, 0.0};
    double state[6], energy[2], momentum[2];
    measure(start, &energy[0], &momentum[0]);
    *of_energy = *of_momentum = 0.0;
    for (int t = 0; t < steps; t++) {
        turn(env, t == 0 ? start : NULL, rest, state);
        measure(state, &energy[1], &momentum[1]);
        *of_energy = fmax(*of_energy, fabs(energy[1] / energy[0] - 1.0));
        *of_momentum = fmax(*of_momentum, fabs(momentum[1] - momentum[0]));
    }
    rill_env_destroy(env);
}

/// Semi-implicit Euler is of first order: half the step, half the error.
START_TEST(test_conservation)
{
    double energy[2], momentum[2];
    drift("dt=0.001", 1000, &energy[0], &momentum[0]);
    drift("dt=0.0005", 2000, &energy[1], &momentum[1]);
    ck_assert(energy[0] < 0.01 && momentum[0] < 0.01);
    ck_assert(energy[0] / energy[1] > 1.9 && energy[0] / energy[1] < 2.1);
    ck_assert(momentum[0] / momentum[1] > 1.9 && momentum[0] / momentum[1] < 2.1);
}
END_TEST

START_TEST(test_reward_and_observation)
{
    const char *assignments[] = {LENGTHS, "control_cost=0.5", "max_torque=0", NULL};
    rill_env *env = create(assignments);
    // upper arm up, forearm to the right: the tip is at (0.4, 0.7)
    const double state[] = {0.5 * RILL_PI, -0.5 * RILL_PI, 0.0, 0.0, 0.1, 0.3};
    const float action[] = {0.5F, -3.0F}; // the second acts as -1
    double next[6];
    rill_outcome outcome = turn(env, state, action, next);
    ASSERT_NEAR(outcome.reward, -(0.09 + 0.16) - 0.5 * (0.25 + 1.0), 1e-15);
    ck_assert(!outcome.terminated && !outcome.truncated);
    const float *seen = rill_env_observe(env).box;
    const double expected[] = {0.0, 0.0, 1.0, -1.0, 0.1, 0.3, 0.0, 0.0, 0.3, 0.4};
    for (int i = 0; i < 10; i++) {
        ASSERT_NEAR(seen[i], expected[i], 1e-7);
    }
    const double far_off[] = {0.0, 0.0, 0.0, 0.0, 0.0, -1.2};
    rill_error error = {0};
    ASSERT_REFUSED(rill_env_set_state(env, far_off, &error), &error, "state",
                   "the target's y is -1.2; the arm reaches 1.1");
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_jacobian)
{
    const char *other[] = {LENGTHS, "dt=0.05", "damping=0.3", "max_torque=2", "max_speed=3", NULL};
    rill_env *envs[] = {create(NULL), create(other)};
    rill_rng rng;
    rill_rng_seed(&rng, 2);
    int n_clipped = 0;
    for (int i = 0; i < 400; i++) {
        double state[6];
        random_state(&rng, state);
        const float action[] = {random_torque(&rng, i), random_torque(&rng, i / 4)};
        check_jacobian(envs[i / 16 % 2], state, action);
        double next[6];
        turn(envs[1], state, action, next);
        for (int k = 0; k < 2; k++) {
            ck_assert(fabs(next[Q1_DOT + k]) <= 3.0);
            n_clipped += fabs(next[Q1_DOT + k]) == 3.0;
        }
    }
    ck_assert(n_clipped > 100 && n_clipped < 700); // of 800
    rill_env_destroy(envs[0]);
    rill_env_destroy(envs[1]);
}
END_TEST

START_TEST(test_start)
{
    const char *assignments[] = {LENGTHS, "start_range=0.5", NULL};
    rill_env *env = create(assignments);
    for (int i = 0; i < 100; i++) {
        rill_rng rng = env->data->rng;
        double state[6];
        rill_env_reset(env);
        env->type->get_state(env->params, env->state, state);
        ck_assert(state[Q1] == rill_rng_uniform(&rng, -0.5, 0.5));
        ck_assert(state[Q2] == rill_rng_uniform(&rng, -0.5, 0.5));
        ck_assert(state[Q1_DOT] == 0.0 && state[Q2_DOT] == 0.0);
        const double distance = sqrt(rill_rng_uniform(&rng, 0.3 * 0.3, 1.1 * 1.1));
        const double direction = rill_rng_uniform(&rng, -RILL_PI, RILL_PI);
        ASSERT_NEAR(state[TARGET_X], distance * cos(direction), 1e-14);
        ASSERT_NEAR(state[TARGET_Y], distance * sin(direction), 1e-14);
    }
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_drawing)
{
    const char *assignments[] = {LENGTHS, NULL};
    rill_env *env = create(assignments);
    for (int i = 0; i < 50; i++) {
        const float action[] = {1.0F, -1.0F};
        double state[6];
        rill_env_reset(env);
        turn(env, NULL, action, state);
        check_drawing(env);
    }
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equations_of_motion, test_conservation, test_reward_and_observation, test_jacobian,
          test_start, test_drawing)
