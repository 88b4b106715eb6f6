// The acrobot against Gymnasium's recorded steps and episodes, and against the physics: energy.
#include "tests/drawing.h"
#include "tests/golden_control.h"

#include <rill/math.h>

START_TEST(test_preset)
{
    static const float high[] = {1.0F, 1.0F, 1.0F, 1.0F, 12.566371F, 28.274334F};
    golden_check_preset("Acrobot-v1", 500, -100.0, NULL, high);
}
END_TEST

START_TEST(test_golden)
{
    ck_assert_int_eq(golden_check_states("golden/states_Acrobot-v1.json"), 649);
    ck_assert_int_gt(golden_replay_control("golden/Acrobot-v1.json"), 500);
}
END_TEST

static void step_from(rill_env *env, const double *state, int32_t action, rill_outcome *outcome,
                      double *next)
{
    rill_error error = {0};
    ASSERT_OK(rill_env_set_state(env, state, &error), &error);
    rill_env_step(env, (rill_action){.index = action}, outcome);
    env->type->get_state(env->params, env->state, next);
}

/// Kinetic plus potential energy of two links of mass 1, length 1, centre of mass at 0.5 and moment
/// of inertia 1 about it.
static double energy(const double *s)
{
    const double total = s[2] + s[3], g = 9.8;
    const double kinetic = 0.5 * (1.0 + 0.25) * s[2] * s[2] + 0.5 * total * total +
                           0.5 * (s[2] * s[2] + 0.25 * total * total + s[2] * total * cos(s[1]));
    return kinetic - 0.5 * g * cos(s[0]) - g * (cos(s[0]) + 0.5 * cos(s[0] + s[1]));
}

/// Without a torque the book's equations keep the energy; those of the NIPS paper do not. The error
/// of the method falls with the fifth power of the step.
START_TEST(test_energy)
{
    static const char *const equations[] = {"book_or_nips=book", "book_or_nips=nips"};
    const double start[] = {1.0, -0.7, 1.5, -2.0};
    double change[2][2];
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            const char *const assignments[] = {equations[i], j == 0 ? "dt=0.02" : "dt=0.01", NULL};
            rill_env *env = golden_create("acrobot", assignments);
            rill_outcome outcome;
            double next[4];
            step_from(env, start, 1, &outcome, next);
            change[i][j] = fabs(energy(next) - energy(start));
            rill_env_destroy(env);
        }
    }
    ck_assert_double_lt(change[0][0], 1e-6);
    ASSERT_NEAR(change[0][0] / change[0][1], 32.0, 3.0);
    ck_assert_double_gt(change[1][1], 1e-3);
}
END_TEST

/// The work of the torque between the links is the torque times the angle that the joint turns.
START_TEST(test_work)
{
    static const char *const assignments[] = {"dt=0.001", NULL};
    rill_env *env = golden_create("acrobot", assignments);
    const double start[] = {0.3, 0.4, 0.5, 2.0};
    for (int action = 0; action < 3; action++) {
        rill_outcome outcome;
        double next[4];
        step_from(env, start, action, &outcome, next);
        ASSERT_NEAR(energy(next) - energy(start), (action - 1) * (next[1] - start[1]), 1e-9);
    }
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_bounds)
{
    rill_env *env = golden_create("acrobot", NULL);
    rill_outcome outcome;
    double next[4];
    // fast links pass pi on either side: angles come back by a turn, velocities are cut
    for (int side = -1; side <= 1; side += 2) {
        const double fast[] = {side * 1.0, side * -1.5, side * 12.5, side * 28.0};
        step_from(env, fast, 1, &outcome, next);
        ck_assert(fabs(next[0]) <= RILL_PI && fabs(next[1]) <= RILL_PI);
        ck_assert(next[2] == side * 4.0 * RILL_PI && next[3] == side * -9.0 * RILL_PI);
    }
    // both links up, at rest: beyond the line; the lower one folded back: not
    static const double up[] = {3.1, 0.0, 0.0, 0.0}, folded[] = {3.1, 3.1, 0.0, 0.0};
    step_from(env, up, 1, &outcome, next);
    ck_assert(outcome.terminated && outcome.reward == 0.0);
    step_from(env, folded, 1, &outcome, next);
    ck_assert(!outcome.terminated && outcome.reward == -1.0);
    // no state, however far off, hangs a step
    static const double far_off[] = {1e300, -1e300, 1e200, 1e10};
    step_from(env, far_off, 1, &outcome, next);
    ck_assert(outcome.reward == -1.0);
    rill_env_destroy(env);
}
END_TEST

/// The start is four draws of NumPy's uniform(low, high) as float32.
START_TEST(test_start)
{
    static const char *const assignments[] = {"low=-0.2", "high=0.2", NULL};
    rill_env *env = golden_create("Acrobot-v1", assignments);
    rill_rng rng;
    rill_env_seed(env, 123);
    rill_rng_seed(&rng, 123);
    // Gymnasium's documentation shows this one
    static const float documented[] = {0.997341F,    0.07287608F,  0.9841162F,
                                       -0.17752565F, -0.11185605F, -0.12625128F};
    rill_observation seen = rill_env_reset(env);
    for (int i = 0; i < 6; i++) {
        ck_assert(float_distance(seen.box[i], documented[i]) <= 1);
    }
    double state[4];
    env->type->get_state(env->params, env->state, state);
    for (int i = 0; i < 4; i++) {
        ck_assert(state[i] == (double)(float)rill_rng_uniform(&rng, -0.2, 0.2));
    }
    rill_env_destroy(env);
}
END_TEST

/// Noise is one draw of uniform(-max, max) a step, added to the torque; without it nothing is
/// drawn.
START_TEST(test_torque_noise)
{
    static const char *const assignments[] = {"dt=0.01", "torque_noise_max=1", NULL};
    static const char *const without[] = {"dt=0.01", NULL};
    rill_env *noisy = golden_create("acrobot", assignments);
    rill_env *sure = golden_create("acrobot", without);
    const double start[] = {0.1, 0.2, 0.3, 0.4};
    rill_rng rng;
    rill_env_seed(noisy, 5);
    rill_rng_seed(&rng, 5);
    rill_outcome outcome;
    double low[4], high[4], next[4];
    step_from(sure, start, 0, &outcome, low);
    step_from(sure, start, 2, &outcome, high);
    for (int i = 0; i < 20; i++) {
        const double noise = rill_rng_uniform(&rng, -1.0, 1.0);
        step_from(noisy, start, 1, &outcome, next);
        // the response of so short a step to the torque is linear
        ASSERT_NEAR((next[3] - low[3]) / (high[3] - low[3]), 0.5 + 0.5 * noise, 1e-5);
    }
    ck_assert_mem_eq(&noisy->data->rng, &rng, sizeof rng);
    rill_rng_seed(&rng, 0);
    ck_assert_mem_eq(&sure->data->rng, &rng, sizeof rng);
    rill_env_destroy(noisy);
    rill_env_destroy(sure);
}
END_TEST

START_TEST(test_draw)
{
    rill_env *env = golden_create("Acrobot-v1", NULL);
    static const double states[][4] = {{0.0}, {RILL_PI, 0.0, 0.0, 0.0}, {1.5, 1.5, 0.0, 0.0}};
    for (int i = 0; i < 3; i++) {
        rill_error error = {0};
        ASSERT_OK(rill_env_set_state(env, states[i], &error), &error);
        const drawing d = check_drawing(env);
        ck_assert(i != 1 || d.max_y > 1.9);
    }
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_preset, test_golden, test_energy, test_work, test_bounds, test_start,
          test_torque_noise, test_draw)
