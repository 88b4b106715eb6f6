/// Mountain car.
///
/// Description: an underpowered car in a valley reaches the top of the right hill only by first
///     gaining speed from the left one. Moore, "Efficient memory-based learning for robot control",
///     PhD thesis, University of Cambridge, 1990; Sutton & Barto (2018), Example 10.1; Gymnasium's
///     MountainCar-v0.
///         v' = v + 0.001 (a - 1) - 0.0025 cos(3 x), cut to [-0.07, 0.07]
///         x' = x + v', cut to [-1.2, 0.6]; at -1.2 an inelastic wall
/// Action space: 0 accelerates to the left, 1 not at all, 2 to the right.
/// Observation space: box(2)
///     0  position x              -1.2 to 0.6
///     1  velocity v, per step    -0.07 to 0.07
/// Reward: -1 a step.
/// Starting state: position uniform in [`low`, `high`), at rest.
/// Episode end: terminates at a position of at least 0.5 with a velocity of at least
///     `goal_velocity`. MountainCar-v0 has a time limit of 200 steps, the book's none.
/// Parameters: see the table.
/// Versions: v0 of Gymnasium 1.x; the same stream of random numbers, one a reset. The book's
///     positions end at 0.5, the goal.
#include "envs/mountain.h"

#define GOAL 0.5
#define FORCE 0.001

typedef struct mountain_car_params {
    double goal_velocity, low, high;
} mountain_car_params;

static const rill_param mountain_car_param_table[] = {
    RILL_REAL(mountain_car_params, goal_velocity, "0", -1, 1, "least velocity at the goal"),
    RILL_REAL(mountain_car_params, low, "-0.6", -1e3, 1e3, "least start position"),
    RILL_REAL(mountain_car_params, high, "-0.4", -1e3, 1e3, "greatest start position"),
    RILL_PARAM_END,
};

typedef struct mountain_car_state {
    double position, velocity;
} mountain_car_state;

static rill_status prepare(void *block, rill_error *error)
{
    const mountain_car_params *params = block;
    return rill_start_bounds(params->low, params->high, error);
}

static void reset(const mountain_car_params *params, mountain_car_state *state, rill_rng *rng)
{
    state->position = rill_rng_uniform(rng, params->low, params->high);
    state->velocity = 0.0;
}

static inline void step(const mountain_car_params *params, mountain_car_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    (void)rng;
    double velocity = state->velocity +
                      ((action - 1) * FORCE + rill_cos(3.0 * state->position) * -MOUNTAIN_GRAVITY);
    velocity = mountain_clip(velocity, -MOUNTAIN_MAX_SPEED, MOUNTAIN_MAX_SPEED);
    double position = mountain_clip(state->position + velocity, MOUNTAIN_LEFT, MOUNTAIN_RIGHT);
    if (position == MOUNTAIN_LEFT && velocity < 0.0) {
        velocity = 0.0;
    }
    state->position = position;
    state->velocity = velocity;
    outcome->terminated = position >= GOAL && velocity >= params->goal_velocity;
    outcome->reward = -1.0;
}

static inline void observe(const mountain_car_params *params, const mountain_car_state *state,
                           float *box)
{
    (void)params;
    box[0] = (float)state->position;
    box[1] = (float)state->velocity;
}

static void draw(const void *params, const void *state, const rill_canvas *canvas)
{
    (void)params;
    mountain_draw(canvas, ((const mountain_car_state *)state)->position, GOAL);
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
    return rill_space_discrete(3);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    const mountain_car_state *s = state;
    values[0] = s->position;
    values[1] = s->velocity;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    (void)params;
    rill_status status = rill_state_finite(values, 2, error);
    if (status == RILL_OK) {
        *(mountain_car_state *)state = (mountain_car_state){values[0], values[1]};
    }
    return status;
}

static const char *const action_names[] = {"left", "none", "right", NULL};
static const rill_env_preset presets[] = {
    {.id = "MountainCar-v0", .max_episode_steps = 200, .reward_threshold = -110.0},
    {.id = NULL},
};

static const char *const observation_names[] = {"position", "velocity (per step)", NULL};

RILL_DEFINE_ENV(mountain_car, box, index,
                .summary = "an underpowered car that gains speed on one hill to climb the other",
                .source = "Sutton & Barto (2018), Example 10.1; Gymnasium MountainCar-v0",
                .presets = presets, .action_names = action_names,
                .observation_names = observation_names, .observation_space = observation_space,
                .action_space = action_space, .prepare = prepare, .draw = draw, .n_state_values = 2,
                .get_state = get_state, .set_state = set_state);
