/// Cart-pole: balancing a pole on a cart.
///
/// Description: a pole stands on a cart that moves along a track without friction; pushes from the
///     left and the right keep it upright. Barto, Sutton & Anderson, "Neuronlike adaptive elements
///     that can solve difficult learning control problems", IEEE Transactions on Systems, Man, and
///     Cybernetics 13(5), 1983; Sutton & Barto (2018), Example 3.4; Gymnasium's CartPole. The
///     dynamics are Florian's, "Correct equations for the dynamics of the cart-pole system" (2007),
///     eqs. 23 and 24 without friction.
/// Action space: 0 pushes the cart to the left with 10 N, 1 to the right.
/// Observation space: box(4)
///     0  position of the cart, m                               -4.8 to 4.8
///     1  its velocity, m/s                                     unbounded
///     2  angle of the pole, rad, 0 upright, positive rightward -0.419 to 0.419 (24 degrees)
///     3  its angular velocity, rad/s                           unbounded
/// Reward: 1 a step, the last one included; with `sutton_barto_reward` 0 a step and -1 for falling.
/// Starting state: each of the four numbers uniform in [`low`, `high`).
/// Episode end: terminates when the cart is more than 2.4 m from the middle or the pole more than
///     12 degrees from upright. The presets have a time limit of 200 (v0) and 500 (v1) steps.
/// Parameters: `kinematics_integrator`: euler moves position and angle with the velocities before
///     the step, semi-implicit with those after it.
/// Versions: v0 and v1 of Gymnasium 1.x; the same stream of random numbers, four a reset.
#include "core/sine.h"

#include <math.h>
#include <rill/env_block.h>
#include <rill/env_define.h>
#include <rill/math.h>

#define GRAVITY 9.8
#define MASS_CART 1.0
#define MASS_POLE 0.1
#define TOTAL_MASS (MASS_POLE + MASS_CART)
#define HALF_LENGTH 0.5
#define MASS_TIMES_LENGTH (MASS_POLE * HALF_LENGTH)
#define FORCE 10.0
#define TIME_STEP 0.02
#define MAX_POSITION 2.4
#define MAX_ANGLE (12.0 * 2.0 * RILL_PI / 360.0)

enum { EULER, SEMI_IMPLICIT };
static const char *const integrators[] = {"euler", "semi-implicit", NULL};

typedef struct cartpole_params {
    bool sutton_barto_reward;
    int kinematics_integrator;
    double low, high;
    // derived
    double reward, last_reward; ///< of a step that goes on, of one that ends the episode
} cartpole_params;

static const rill_param cartpole_param_table[] = {
    RILL_BOOL(cartpole_params, sutton_barto_reward, "false", "0 a step and -1 at the end, not 1"),
    RILL_CHOICE(cartpole_params, kinematics_integrator, "euler", integrators,
                "which velocities move position and angle"),
    RILL_REAL(cartpole_params, low, "-0.05", -1e3, 1e3, "least start value of each state variable"),
    RILL_REAL(cartpole_params, high, "0.05", -1e3, 1e3, "greatest one"),
    RILL_PARAM_END,
};

typedef struct cartpole_state {
    double position, velocity;      ///< m, m/s
    double angle, angular_velocity; ///< rad, rad/s
} cartpole_state;

static rill_status prepare(void *block, rill_error *error)
{
    cartpole_params *params = block;
    params->reward = params->sutton_barto_reward ? 0.0 : 1.0;
    params->last_reward = params->sutton_barto_reward ? -1.0 : 1.0;
    return rill_start_bounds(params->low, params->high, error);
}

static void reset(const cartpole_params *params, cartpole_state *state, rill_rng *rng)
{
    state->position = rill_rng_uniform(rng, params->low, params->high);
    state->velocity = rill_rng_uniform(rng, params->low, params->high);
    state->angle = rill_rng_uniform(rng, params->low, params->high);
    state->angular_velocity = rill_rng_uniform(rng, params->low, params->high);
}

/// A step, given the sine and cosine of the pole's angle.
static inline void move(const cartpole_params *params, cartpole_state *state, int32_t action,
                        double sin_angle, double cos_angle, rill_outcome *outcome)
{
    const double force = action == 1 ? FORCE : -FORCE;
    const double omega = state->angular_velocity;

    // Florian's eqs. 23 and 24; the order of the operations is Gymnasium's
    const double push = (force + MASS_TIMES_LENGTH * (omega * omega) * sin_angle) / TOTAL_MASS;
    const double angular_acceleration =
        (GRAVITY * sin_angle - cos_angle * push) /
        (HALF_LENGTH * (4.0 / 3.0 - MASS_POLE * (cos_angle * cos_angle) / TOTAL_MASS));
    const double acceleration =
        push - MASS_TIMES_LENGTH * angular_acceleration * cos_angle / TOTAL_MASS;

    const double velocity = state->velocity + TIME_STEP * acceleration;
    const double angular_velocity = omega + TIME_STEP * angular_acceleration;
    const bool is_euler = params->kinematics_integrator == EULER;
    state->position += TIME_STEP * (is_euler ? state->velocity : velocity);
    state->angle += TIME_STEP * (is_euler ? omega : angular_velocity);
    state->velocity = velocity;
    state->angular_velocity = angular_velocity;

    outcome->terminated = (state->position < -MAX_POSITION) | (state->position > MAX_POSITION) |
                          (state->angle < -MAX_ANGLE) | (state->angle > MAX_ANGLE);
    outcome->reward = outcome->terminated ? params->last_reward : params->reward;
}

static inline void step(const cartpole_params *params, cartpole_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    (void)rng;
    double sin_angle, cos_angle;
    rill_sincos(state->angle, &sin_angle, &cos_angle);
    move(params, state, action, sin_angle, cos_angle, outcome);
}

static inline void observe(const cartpole_params *params, const cartpole_state *state, float *box)
{
    (void)params;
    box[0] = (float)state->position;
    box[1] = (float)state->velocity;
    box[2] = (float)state->angle;
    box[3] = (float)state->angular_velocity;
}

RILL_INLINE void step_lane(const cartpole_params *params, cartpole_state *state, int32_t action,
                           rill_outcome *outcome)
{
    double sin_angle, cos_angle;
    sincos_near_0(state->angle, &sin_angle, &cos_angle); // an episode ends at 12 degrees
    move(params, state, action, sin_angle, cos_angle, outcome);
}

RILL_DEFINE_BLOCK(cartpole, 4, 4)

static void draw(const void *params, const void *state, const rill_canvas *canvas)
{
    (void)params;
    const cartpole_state *s = state;
    const double x = s->position, axle = 0.3;
    double sin_angle, cos_angle;
    rill_sincos(s->angle, &sin_angle, &cos_angle);
    canvas->view(canvas->context, -3.0, -0.4, 3.0, 1.6);
    canvas->line(canvas->context, -2.9, 0.0, 2.9, 0.0, 0.02, RILL_GREY);
    for (int side = -1; side <= 1; side += 2) { // where an episode ends
        const double edge = side * MAX_POSITION;
        canvas->line(canvas->context, edge, -0.1, edge, 0.1, 0.02, RILL_GREY);
    }
    rill_canvas_rectangle(canvas, x - 0.25, 0.06, x + 0.25, axle, RILL_BLUE);
    canvas->circle(canvas->context, x - 0.14, 0.06, 0.06, RILL_BLACK);
    canvas->circle(canvas->context, x + 0.14, 0.06, 0.06, RILL_BLACK);
    canvas->line(canvas->context, x, axle, x + 2.0 * HALF_LENGTH * sin_angle,
                 axle + 2.0 * HALF_LENGTH * cos_angle, 0.1, RILL_ORANGE);
    canvas->circle(canvas->context, x, axle, 0.04, RILL_BLACK);
}

static rill_space observation_space(const void *params)
{
    (void)params;
    static const double low[] = {-2.0 * MAX_POSITION, (double)-INFINITY, -2.0 * MAX_ANGLE,
                                 (double)-INFINITY};
    static const double high[] = {2.0 * MAX_POSITION, (double)INFINITY, 2.0 * MAX_ANGLE,
                                  (double)INFINITY};
    return rill_space_box(4, low, high);
}

static rill_space action_space(const void *params)
{
    (void)params;
    return rill_space_discrete(2);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    const cartpole_state *s = state;
    values[0] = s->position;
    values[1] = s->velocity;
    values[2] = s->angle;
    values[3] = s->angular_velocity;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    (void)params;
    rill_status status = rill_state_finite(values, 4, error);
    if (status == RILL_OK) {
        *(cartpole_state *)state = (cartpole_state){values[0], values[1], values[2], values[3]};
    }
    return status;
}

static const char *const action_names[] = {"left", "right", NULL};
static const rill_env_preset presets[] = {
    {.id = "CartPole-v0", .max_episode_steps = 200, .reward_threshold = 195.0},
    {.id = "CartPole-v1", .max_episode_steps = 500, .reward_threshold = 475.0},
    {.id = NULL},
};

static const char *const observation_names[] = {"cart position (m)", "cart velocity (m/s)",
                                                "pole angle (rad)", "pole velocity (rad/s)", NULL};

RILL_DEFINE_ENV(cartpole, box, index, .summary = "a pole to balance on a cart",
                .source = "Barto, Sutton & Anderson (1983); Gymnasium CartPole-v1",
                .presets = presets, .action_names = action_names,
                .observation_names = observation_names, .observation_space = observation_space,
                .action_space = action_space, .prepare = prepare, .draw = draw, .n_state_values = 4,
                .step_block = cartpole_step_block, .get_state = get_state, .set_state = set_state);
