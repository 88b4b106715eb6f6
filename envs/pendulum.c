/// Pendulum: swinging up and balancing by a torque too weak to lift.
///
/// Description: a rod of mass m = 1 kg and length l = 1 m turns about one end. With u the torque,
///         omega' = omega + (3 g / (2 l) sin(theta) + 3 / (m l^2) u) dt, cut to [-8, 8]
///         theta' = theta + omega' dt,    dt = 0.05 s
///     Gymnasium's Pendulum-v1, after Doya, "Reinforcement learning in continuous time and space",
///     Neural Computation 12(1), 2000.
/// Action space: box(1), torque u, -2 to 2 N m, counter-clockwise; greater ones act as the bound.
/// Observation space: box(3)
///     0  cos(theta)      -1 to 1; theta = 0 is upright, positive counter-clockwise
///     1  sin(theta)      -1 to 1
///     2  omega, rad/s    -8 to 8
/// Reward: -(theta^2 + 0.1 omega^2 + 0.001 u^2), of the state before the step, theta brought to
///     [-pi, pi), and u as it acts; -16.27 to 0.
/// Starting state: theta uniform in [-`x_init`, `x_init`), omega in [-`y_init`, `y_init`).
/// Episode end: never terminates. Pendulum-v1 has a time limit of 200 steps.
/// Parameters: `g`; the bounds of the start, which Gymnasium calls x_init and y_init.
/// Versions: v1 of Gymnasium 1.x; the same stream of random numbers, two a reset. The state's theta
///     is not brought back to [-pi, pi).
#include <math.h>
#include <rill/env_define.h>
#include <rill/math.h>
#include <string.h>

#define MAX_SPEED 8.0
#define MAX_TORQUE 2.0
#define TIME_STEP 0.05

typedef struct pendulum_params {
    double g, x_init, y_init;
    // derived
    double gravity_gain; ///< 3 g / (2 l)
} pendulum_params;

static const rill_param pendulum_param_table[] = {
    RILL_REAL(pendulum_params, g, "10", -1e3, 1e3, "acceleration of gravity, m/s^2"),
    RILL_REAL(pendulum_params, x_init, "3.141592653589793", 0, 1e3, "greatest start angle, rad"),
    RILL_REAL(pendulum_params, y_init, "1", 0, 1e3, "greatest start velocity, rad/s"),
    RILL_PARAM_END,
};

typedef struct pendulum_state {
    double theta, omega; ///< rad, rad/s
    double torque;       ///< of the last step, for the picture
} pendulum_state;

static rill_status prepare(void *block, rill_error *error)
{
    (void)error;
    pendulum_params *params = block;
    params->gravity_gain = 3.0 * params->g / 2.0;
    return RILL_OK;
}

static void reset(const pendulum_params *params, pendulum_state *state, rill_rng *rng)
{
    state->theta = rill_rng_uniform(rng, -params->x_init, params->x_init);
    state->omega = rill_rng_uniform(rng, -params->y_init, params->y_init);
    state->torque = 0.0;
}

static inline double clip(double x, double limit)
{
    return x < -limit ? -limit : x > limit ? limit : x;
}

/// The angle in [-pi, pi): fmod is exact, so every C library has the same.
static inline double wrapped(double theta)
{
    double turned = theta + RILL_PI;
    if (turned < 0.0 || turned >= 2.0 * RILL_PI) {
        turned = fmod(turned, 2.0 * RILL_PI);
        turned += turned < 0.0 ? 2.0 * RILL_PI : 0.0;
    }
    return turned - RILL_PI;
}

/// The velocity after a step, before it is cut.
static inline double accelerated(const pendulum_params *params, const pendulum_state *state,
                                 double torque)
{
    return state->omega +
           (params->gravity_gain * rill_sin(state->theta) + 3.0 * torque) * TIME_STEP;
}

static inline void step(const pendulum_params *params, pendulum_state *state, rill_rng *rng,
                        const float *action, rill_outcome *outcome)
{
    (void)rng;
    const double torque = clip((double)action[0], MAX_TORQUE);
    const double angle = wrapped(state->theta);
    outcome->reward =
        -(angle * angle + 0.1 * (state->omega * state->omega) + 0.001 * (torque * torque));
    state->omega = clip(accelerated(params, state, torque), MAX_SPEED);
    state->theta += state->omega * TIME_STEP;
    state->torque = torque;
}

static inline void observe(const pendulum_params *params, const pendulum_state *state, float *box)
{
    (void)params;
    double sine, cosine;
    rill_sincos(state->theta, &sine, &cosine);
    box[0] = (float)cosine;
    box[1] = (float)sine;
    box[2] = (float)state->omega;
}

static void jacobian(const void *params, const void *state, const float *action,
                     rill_jacobian *jacobian)
{
    const pendulum_params *p = params;
    const pendulum_state *s = state;
    const double torque = clip((double)action[0], MAX_TORQUE);
    const double torque_by_action = torque == (double)action[0] ? 1.0 : 0.0;
    const double is_free = fabs(accelerated(p, s, torque)) <= MAX_SPEED ? 1.0 : 0.0;

    const double omega_by_theta = is_free * p->gravity_gain * rill_cos(s->theta) * TIME_STEP;
    const double omega_by_omega = is_free;
    const double omega_by_action = is_free * 3.0 * TIME_STEP * torque_by_action;
    jacobian->next_by_state[0] = 1.0 + TIME_STEP * omega_by_theta;
    jacobian->next_by_state[1] = TIME_STEP * omega_by_omega;
    jacobian->next_by_state[2] = omega_by_theta;
    jacobian->next_by_state[3] = omega_by_omega;
    jacobian->next_by_action[0] = TIME_STEP * omega_by_action;
    jacobian->next_by_action[1] = omega_by_action;
    jacobian->reward_by_state[0] = -2.0 * wrapped(s->theta);
    jacobian->reward_by_state[1] = -0.2 * s->omega;
    jacobian->reward_by_action[0] = -0.002 * torque * torque_by_action;
}

/// d (cos, sin, omega) / d (theta, omega)
static void observe_jacobian(const void *params, const void *state, double *by_state)
{
    (void)params;
    const pendulum_state *s = state;
    double sine, cosine;
    rill_sincos(s->theta, &sine, &cosine);
    const double by[] = {-sine, 0.0, cosine, 0.0, 0.0, 1.0};
    memcpy(by_state, by, sizeof by);
}

/// An arrow about the origin from the top, counter-clockwise where the angle is positive.
static void draw_arc(const rill_canvas *canvas, double angle)
{
    enum { SEGMENTS = 24 };
    const double radius = 0.45, head = 0.08;
    double sine = 0.0, cosine = 1.0;
    for (int i = 1; i <= SEGMENTS; i++) {
        const double x = -radius * sine, y = radius * cosine;
        rill_sincos(angle * i / SEGMENTS, &sine, &cosine);
        canvas->line(canvas->context, x, y, -radius * sine, radius * cosine, 0.03, RILL_VERMILION);
    }
    const double side = angle < 0.0 ? -1.0 : 1.0;
    const double inner = radius - head, outer = radius + head, tip = 1.8 * head * side;
    const double arrow[] = {-inner * sine,
                            inner * cosine,
                            -outer * sine,
                            outer * cosine,
                            -radius * sine - tip * cosine,
                            radius * cosine - tip * sine};
    canvas->polygon(canvas->context, arrow, 3, RILL_VERMILION);
}

static void draw(const void *params, const void *state, const rill_canvas *canvas)
{
    (void)params;
    const pendulum_state *s = state;
    double sine, cosine;
    rill_sincos(s->theta, &sine, &cosine);
    canvas->view(canvas->context, -1.3, -1.3, 1.3, 1.3);
    canvas->line(canvas->context, 0.0, 0.0, -sine, cosine, 0.2, RILL_ORANGE);
    canvas->circle(canvas->context, 0.0, 0.0, 0.05, RILL_BLACK);
    if (fabs(s->torque) > 0.01) {
        draw_arc(canvas, s->torque / MAX_TORQUE * 0.75 * RILL_PI);
    }
}

static rill_space observation_space(const void *params)
{
    (void)params;
    static const double low[] = {-1.0, -1.0, -MAX_SPEED}, high[] = {1.0, 1.0, MAX_SPEED};
    return rill_space_box(3, low, high);
}

static rill_space action_space(const void *params)
{
    (void)params;
    static const double low[] = {-MAX_TORQUE}, high[] = {MAX_TORQUE};
    return rill_space_box(1, low, high);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    const pendulum_state *s = state;
    values[0] = s->theta;
    values[1] = s->omega;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    (void)params;
    rill_status status = rill_state_finite(values, 2, error);
    if (status == RILL_OK) {
        *(pendulum_state *)state = (pendulum_state){values[0], values[1], 0.0};
    }
    return status;
}

static const rill_env_preset presets[] = {
    {.id = "Pendulum-v1", .max_episode_steps = 200},
    {.id = NULL},
};

static const char *const observation_names[] = {"cos of the angle", "sin of the angle",
                                                "angular velocity (rad/s)", NULL};

RILL_DEFINE_ENV(pendulum, box, box, .summary = "a pendulum to swing up and balance",
                .source = "Gymnasium Pendulum-v1, after Doya (2000)", .presets = presets,
                .is_continuing = true, .observation_names = observation_names,
                .observation_space = observation_space, .action_space = action_space,
                .prepare = prepare, .jacobian = jacobian, .observe_jacobian = observe_jacobian,
                .draw = draw, .n_state_values = 2, .get_state = get_state, .set_state = set_state);
