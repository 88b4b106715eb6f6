/// Acrobot: two links that swing up by a torque at the joint between them.
///
/// Description: the upper link hangs from a fixed joint without a motor, the lower one from the
///     upper one's end, where a motor acts. DeJong & Spong, "Swinging up the acrobot: an example of
///     intelligent control", American Control Conference, 1994; Sutton, "Generalization in
///     reinforcement learning: Successful examples using sparse coarse coding", NIPS 8, 1996;
///     Sutton & Barto, first edition (1998), Section 11.3; Gymnasium's Acrobot-v1. Each link has a
///     mass of 1 kg, a length of 1 m, its centre of mass in the middle and a moment of inertia of
///     1 kg m^2 about it. A step is one of the classical Runge-Kutta method, the torque constant.
/// Action space: torque at the joint, N m: 0 is -1, 1 is 0, 2 is 1.
/// Observation space: box(6)
///     0, 1  cos and sin of theta1, the upper link from hanging      -1 to 1
///     2, 3  cos and sin of theta2, the lower link from the upper    -1 to 1
///     4     velocity of theta1, rad/s                               -4 pi to 4 pi
///     5     velocity of theta2, rad/s                               -9 pi to 9 pi
/// Reward: -1 a step, 0 for the last one.
/// Starting state: each of the two angles and velocities uniform in [`low`, `high`), as float32.
/// Episode end: terminates with the tip more than one link above the fixed joint,
///     -cos(theta1) - cos(theta1 + theta2) > 1. Acrobot-v1 has a time limit of 500 steps.
/// Parameters: `book_or_nips`: the equations of the book, or those printed in the NIPS paper, which
///     lack a term; `torque_noise_max`: a step adds a uniform torque of at most this.
/// Versions: v1 of Gymnasium 1.x; the same stream of random numbers, four a reset and, where
///     `torque_noise_max` is above 0, one a step. Of a start state Gymnasium computes cos and sin in
///     float32, which can differ in the last place. Sutton's own steps are Euler's, of 0.05 s.
#include <math.h>
#include <rill/env_define.h>
#include <rill/math.h>
#include <string.h>

#define GRAVITY 9.8
#define MASS 1.0
#define LENGTH 1.0
#define CENTRE 0.5  // of mass, from the joint
#define INERTIA 1.0 // of each link
#define MAX_VELOCITY_1 (4.0 * RILL_PI)
#define MAX_VELOCITY_2 (9.0 * RILL_PI)

enum { BOOK, NIPS };
static const char *const equations[] = {"book", "nips", NULL};

typedef struct acrobot_params {
    int book_or_nips;
    double dt, torque_noise_max, low, high;
} acrobot_params;

static const rill_param acrobot_param_table[] = {
    RILL_CHOICE(acrobot_params, book_or_nips, "book", equations, "whose equations of motion"),
    RILL_REAL(acrobot_params, dt, "0.2", 1e-6, 1, "duration of a step, s"),
    RILL_REAL(acrobot_params, torque_noise_max, "0", 0, 1e3,
              "bound of the noise on the torque, N m"),
    RILL_REAL(acrobot_params, low, "-0.1", -1e3, 1e3, "least start value of each state variable"),
    RILL_REAL(acrobot_params, high, "0.1", -1e3, 1e3, "greatest one"),
    RILL_PARAM_END,
};

/// theta1, theta2 (rad), then their velocities (rad/s).
typedef struct acrobot_state {
    double s[4];
} acrobot_state;

static rill_status prepare(void *block, rill_error *error)
{
    const acrobot_params *params = block;
    return rill_start_bounds(params->low, params->high, error);
}

static void reset(const acrobot_params *params, acrobot_state *state, rill_rng *rng)
{
    for (int i = 0; i < 4; i++) {
        state->s[i] = (double)(float)rill_rng_uniform(rng, params->low, params->high);
    }
}

/// ds/dt of the state s under a torque. The names are the book's, the order of the operations
/// Gymnasium's.
static inline void derivative(const acrobot_params *params, const double *s, double torque,
                              double *rate)
{
    const double theta1 = s[0], theta2 = s[1], velocity1 = s[2], velocity2 = s[3];
    double sin2, cos2;
    rill_sincos(theta2, &sin2, &cos2);
    const double d1 = MASS * CENTRE * CENTRE +
                      MASS * (LENGTH * LENGTH + CENTRE * CENTRE + 2.0 * LENGTH * CENTRE * cos2) +
                      INERTIA + INERTIA;
    const double d2 = MASS * (CENTRE * CENTRE + LENGTH * CENTRE * cos2) + INERTIA;
    const double phi2 = MASS * CENTRE * GRAVITY * rill_cos(theta1 + theta2 - RILL_PI / 2.0);
    const double phi1 =
        -MASS * LENGTH * CENTRE * (velocity2 * velocity2) * sin2 -
        2.0 * MASS * LENGTH * CENTRE * velocity2 * velocity1 * sin2 +
        (MASS * CENTRE + MASS * LENGTH) * GRAVITY * rill_cos(theta1 - RILL_PI / 2.0) + phi2;
    double force = torque + d2 / d1 * phi1;
    if (params->book_or_nips == BOOK) {
        force -= MASS * LENGTH * CENTRE * (velocity1 * velocity1) * sin2;
    }
    const double acceleration2 = (force - phi2) / (MASS * CENTRE * CENTRE + INERTIA - d2 * d2 / d1);
    rate[0] = velocity1;
    rate[1] = velocity2;
    rate[2] = -(d2 * acceleration2 + phi1) / d1;
    rate[3] = acceleration2;
}

/// y = s + h k
static inline void advance(double *y, const double *s, double h, const double *k)
{
    for (int i = 0; i < 4; i++) {
        y[i] = s[i] + h * k[i];
    }
}

/// An angle in [-pi, pi], turn by turn, as each rounds in Gymnasium; fast ones by the remainder.
static inline double wrapped(double angle)
{
    if (!(fabs(angle) < 1e3)) {
        angle = fmod(angle, 2.0 * RILL_PI);
    }
    while (angle > RILL_PI) {
        angle -= 2.0 * RILL_PI;
    }
    while (angle < -RILL_PI) {
        angle += 2.0 * RILL_PI;
    }
    return angle;
}

static inline double clip(double x, double limit)
{
    return x < -limit ? -limit : x > limit ? limit : x;
}

static inline void step(const acrobot_params *params, acrobot_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    double torque = action - 1;
    if (params->torque_noise_max > 0.0) {
        torque += rill_rng_uniform(rng, -params->torque_noise_max, params->torque_noise_max);
    }
    const double dt = params->dt;
    double *s = state->s;
    double k1[4], k2[4], k3[4], k4[4], y[4];
    derivative(params, s, torque, k1);
    advance(y, s, dt / 2.0, k1);
    derivative(params, y, torque, k2);
    advance(y, s, dt / 2.0, k2);
    derivative(params, y, torque, k3);
    advance(y, s, dt, k3);
    derivative(params, y, torque, k4);
    for (int i = 0; i < 4; i++) {
        s[i] += dt / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
    }
    s[0] = wrapped(s[0]);
    s[1] = wrapped(s[1]);
    s[2] = clip(s[2], MAX_VELOCITY_1);
    s[3] = clip(s[3], MAX_VELOCITY_2);
    outcome->terminated = -rill_cos(s[0]) - rill_cos(s[1] + s[0]) > 1.0;
    outcome->reward = outcome->terminated ? 0.0 : -1.0;
}

static inline void observe(const acrobot_params *params, const acrobot_state *state, float *box)
{
    (void)params;
    for (int i = 0; i < 2; i++) {
        double sine, cosine;
        rill_sincos(state->s[i], &sine, &cosine);
        box[2 * i] = (float)cosine;
        box[2 * i + 1] = (float)sine;
        box[4 + i] = (float)state->s[2 + i];
    }
}

static void draw(const void *params, const void *state, const rill_canvas *canvas)
{
    (void)params;
    const double *s = ((const acrobot_state *)state)->s;
    double sin1, cos1, sin12, cos12;
    rill_sincos(s[0], &sin1, &cos1);
    rill_sincos(s[0] + s[1], &sin12, &cos12);
    const double x = LENGTH * sin1, y = -LENGTH * cos1;
    canvas->view(canvas->context, -2.3, -2.3, 2.3, 2.3);
    canvas->line(canvas->context, -2.2, LENGTH, 2.2, LENGTH, 0.02, RILL_GREEN);
    canvas->line(canvas->context, 0.0, 0.0, x, y, 0.18, RILL_BLUE);
    canvas->line(canvas->context, x, y, x + LENGTH * sin12, y - LENGTH * cos12, 0.18,
                 RILL_SKY_BLUE);
    canvas->circle(canvas->context, 0.0, 0.0, 0.06, RILL_BLACK);
    canvas->circle(canvas->context, x, y, 0.06, RILL_ORANGE);
}

static rill_space observation_space(const void *params)
{
    (void)params;
    static const double low[] = {-1.0, -1.0, -1.0, -1.0, -MAX_VELOCITY_1, -MAX_VELOCITY_2};
    static const double high[] = {1.0, 1.0, 1.0, 1.0, MAX_VELOCITY_1, MAX_VELOCITY_2};
    return rill_space_box(6, low, high);
}

static rill_space action_space(const void *params)
{
    (void)params;
    return rill_space_discrete(3);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    memcpy(values, state, sizeof(acrobot_state));
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    (void)params;
    rill_status status = rill_state_finite(values, 4, error);
    if (status == RILL_OK) {
        memcpy(state, values, sizeof(acrobot_state));
    }
    return status;
}

static const char *const action_names[] = {"negative", "none", "positive", NULL};
static const rill_env_preset presets[] = {
    {.id = "Acrobot-v1", .max_episode_steps = 500, .reward_threshold = -100.0},
    {.id = NULL},
};

static const char *const observation_names[] = {"cos of angle 1",
                                                "sin of angle 1",
                                                "cos of angle 2",
                                                "sin of angle 2",
                                                "angular velocity 1 (rad/s)",
                                                "angular velocity 2 (rad/s)",
                                                NULL};

RILL_DEFINE_ENV(acrobot, box, index, .summary = "two links to swing up by the joint between them",
                .source = "Sutton (1996); Gymnasium Acrobot-v1", .presets = presets,
                .action_names = action_names, .observation_names = observation_names,
                .observation_space = observation_space, .action_space = action_space,
                .prepare = prepare, .draw = draw, .n_state_values = 4, .get_state = get_state,
                .set_state = set_state);
