/// Mountain car with a continuous force.
///
/// Description: the valley of `mountain_car`, with an engine whose force is chosen freely and costs
///     its square. Moore (1990); Lillicrap et al., "Continuous control with deep reinforcement
///     learning" (2016); Gymnasium's MountainCarContinuous-v0.
///         v' = v + 0.0015 a - 0.0025 cos(3 x), cut to [-0.07, 0.07]
///         x' = x + v', cut to [-1.2, 0.6]; at -1.2 an inelastic wall
/// Action space: box(1), force, -1 to 1; greater ones act as the bound.
/// Observation space: box(2)
///     0  position x              -1.2 to 0.6
///     1  velocity v, per step    -0.07 to 0.07
/// Reward: -0.1 a^2 a step, of the action as given, beyond its bounds too; 100 more on termination.
/// Starting state: position uniform in [`low`, `high`), at rest.
/// Episode end: terminates at a position of at least 0.45 with a velocity of at least
///     `goal_velocity`. MountainCarContinuous-v0 has a time limit of 999 steps.
/// Parameters: see the table.
/// Versions: v0 of Gymnasium 1.x under NumPy 1 (NumPy 2 computes in float32 in part); the same
///     stream of random numbers, one a reset. As there, a step leaves its state as float32 numbers;
///     the start position is a double.
#include "envs/mountain.h"

#define GOAL 0.45
#define POWER 0.0015

typedef struct mountain_car_continuous_params {
    double goal_velocity, low, high;
} mountain_car_continuous_params;

static const rill_param mountain_car_continuous_param_table[] = {
    RILL_REAL(mountain_car_continuous_params, goal_velocity, "0", -1, 1,
              "least velocity at the goal"),
    RILL_REAL(mountain_car_continuous_params, low, "-0.6", -1e3, 1e3, "least start position"),
    RILL_REAL(mountain_car_continuous_params, high, "-0.4", -1e3, 1e3, "greatest start position"),
    RILL_PARAM_END,
};

typedef struct mountain_car_continuous_state {
    double position, velocity;
} mountain_car_continuous_state;

static rill_status prepare(void *block, rill_error *error)
{
    const mountain_car_continuous_params *params = block;
    return rill_start_bounds(params->low, params->high, error);
}

static void reset(const mountain_car_continuous_params *params,
                  mountain_car_continuous_state *state, rill_rng *rng)
{
    state->position = rill_rng_uniform(rng, params->low, params->high);
    state->velocity = 0.0;
}

static inline void step(const mountain_car_continuous_params *params,
                        mountain_car_continuous_state *state, rill_rng *rng, const float *action,
                        rill_outcome *outcome)
{
    (void)rng;
    const double a = (double)action[0];
    const double force = mountain_clip(a, -1.0, 1.0);
    double velocity =
        state->velocity + (force * POWER - MOUNTAIN_GRAVITY * rill_cos(3.0 * state->position));
    velocity = mountain_clip(velocity, -MOUNTAIN_MAX_SPEED, MOUNTAIN_MAX_SPEED);
    double position = mountain_clip(state->position + velocity, MOUNTAIN_LEFT, MOUNTAIN_RIGHT);
    if (position == MOUNTAIN_LEFT && velocity < 0.0) {
        velocity = 0.0;
    }
    outcome->terminated = position >= GOAL && velocity >= params->goal_velocity;
    outcome->reward = (outcome->terminated ? 100.0 : 0.0) - a * a * 0.1;
    state->position = (double)(float)position;
    state->velocity = (double)(float)velocity;
}

static inline void observe(const mountain_car_continuous_params *params,
                           const mountain_car_continuous_state *state, float *box)
{
    (void)params;
    box[0] = (float)state->position;
    box[1] = (float)state->velocity;
}

static void draw(const void *params, const void *state, const rill_canvas *canvas)
{
    (void)params;
    mountain_draw(canvas, ((const mountain_car_continuous_state *)state)->position, GOAL);
}

static rill_space observation_space(const void *params)
{
    (void)params;
    static const double low[] = {MOUNTAIN_LEFT, -MOUNTAIN_MAX_SPEED};
    static const double high[] = {MOUNTAIN_RIGHT, MOUNTAIN_MAX_SPEED};
    return rill_space_box(2, low, high);
}

static rill_space action_space(const void *params)
{
    (void)params;
    static const double low[] = {-1.0}, high[] = {1.0};
    return rill_space_box(1, low, high);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    const mountain_car_continuous_state *s = state;
    values[0] = s->position;
    values[1] = s->velocity;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    (void)params;
    rill_status status = rill_state_finite(values, 2, error);
    if (status == RILL_OK) {
        *(mountain_car_continuous_state *)state =
            (mountain_car_continuous_state){values[0], values[1]};
    }
    return status;
}

static const rill_env_preset presets[] = {
    {.id = "MountainCarContinuous-v0", .max_episode_steps = 999, .reward_threshold = 90.0},
    {.id = NULL},
};

static const char *const observation_names[] = {"position", "velocity (per step)", NULL};

RILL_DEFINE_ENV(mountain_car_continuous, box, box,
                .summary = "the mountain car with a force that costs its square",
                .source = "Moore (1990); Gymnasium MountainCarContinuous-v0", .presets = presets,
                .observation_names = observation_names, .observation_space = observation_space,
                .action_space = action_space, .prepare = prepare, .draw = draw, .n_state_values = 2,
                .get_state = get_state, .set_state = set_state);
