/// Slider, sound and with faults.
///
/// Description: a mass on a rail with a soft spring, in semi-implicit Euler steps of 0.1 s.
/// Action space: box(1), the force in [-1, 1] N; what is beyond counts as the bound.
/// Observation space: box(2): position in [-10, 10] m, velocity in [-10, 10] m/s.
/// Reward: -x^2 - 0.1 u^2, of the state before the step.
/// Starting state: x uniform in [-1, 1], at rest.
/// Episode end: terminates at the ends of the rail.
#include "tests/broken/broken.h"

#include <math.h>
#include <rill/env_define.h>
#include <string.h>

static const char *const faults[] = {
    "none",           "nan_observation",       "infinite_observation", "outside_observation",
    "wrong_jacobian", "wrong_reward_jacobian", "half_jacobian",        "jacobian_past_end",
    "box_past_end",   "set_state_ignores",     "hidden_velocity",      NULL};

typedef struct slider_params {
    int fault;
    double spring;
} slider_params;

static const rill_param slider_param_table[] = {
    RILL_CHOICE(slider_params, fault, "none", faults, "what is wrong"),
    RILL_REAL(slider_params, spring, "0.2", 0, 10, "stiffness of the spring, N/m"),
    RILL_PARAM_END,
};

typedef struct slider_state {
    double x, v; ///< m, m/s
} slider_state;

static const double dt = 0.1, mass = 0.5;
static const double low[] = {-10.0, -10.0}, high[] = {10.0, 10.0};
static const double force_low[] = {-1.0}, force_high[] = {1.0};

static bool has(const slider_params *params, const char *fault)
{
    return strcmp(faults[params->fault], fault) == 0;
}

static void reset(const slider_params *params, slider_state *state, rill_rng *rng)
{
    (void)params;
    state->x = rill_rng_uniform(rng, -1.0, 1.0);
    state->v = 0.0;
}

static void step(const slider_params *params, slider_state *state, rill_rng *rng,
                 const float *action, rill_outcome *outcome)
{
    static double hidden_velocity;
    (void)rng;
    double u = (double)action[0];
    u = u < -1.0 ? -1.0 : u > 1.0 ? 1.0 : u;
    if (has(params, "hidden_velocity")) {
        state->v += 0.01 * hidden_velocity;
        hidden_velocity = state->v;
    }
    outcome->reward = -state->x * state->x - 0.1 * u * u;
    state->v += dt * (u - params->spring * state->x) / mass;
    state->x += dt * state->v;
    outcome->terminated = !(state->x > -10.0 && state->x < 10.0);
    if (outcome->terminated) {
        state->x = state->x > 0.0 ? 10.0 : -10.0;
    }
}

static void observe(const slider_params *params, const slider_state *state, float *box)
{
    const bool is_fast = state->v * state->v > 0.5;
    box[0] = (float)state->x;
    box[1] = (float)state->v;
    if (has(params, "nan_observation") && is_fast) {
        box[1] = NAN;
    } else if (has(params, "infinite_observation") && is_fast) {
        box[1] = INFINITY;
    } else if (has(params, "outside_observation") && is_fast) {
        box[1] = 10.5F;
    } else if (has(params, "box_past_end")) {
        box[2] = 0.0F;
    }
}

/// v' = v + dt (u - k x) / m,   x' = x + dt v'
static void jacobian(const void *block, const void *data, const float *action, rill_jacobian *j)
{
    const slider_params *params = block;
    const slider_state *state = data;
    const double v_by_x = -dt * params->spring / mass, v_by_u = dt / mass;
    const double u = (double)action[0];
    j->next_by_state[0] = 1.0 + dt * v_by_x;
    j->next_by_state[1] = dt;
    j->next_by_state[2] = v_by_x + (has(params, "wrong_jacobian") ? 0.01 : 0.0);
    j->next_by_state[3] = 1.0;
    j->next_by_action[0] = dt * v_by_u;
    j->next_by_action[1] = v_by_u;
    j->reward_by_state[0] = (has(params, "wrong_reward_jacobian") ? 2.0 : -2.0) * state->x;
    j->reward_by_state[1] = 0.0;
    if (!has(params, "half_jacobian")) {
        j->reward_by_action[0] = -0.2 * u;
    }
    if (has(params, "jacobian_past_end")) {
        j->next_by_action[2] = 0.0;
    }
}

static rill_space observation_space(const void *params)
{
    (void)params;
    return rill_space_box(2, low, high);
}

static rill_space action_space(const void *params)
{
    (void)params;
    return rill_space_box(1, force_low, force_high);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    memcpy(values, state, sizeof(slider_state));
}

static rill_status set_state(const void *params, void *data, const double *values,
                             rill_error *error)
{
    slider_state *state = data;
    for (int i = 0; i < 2; i++) {
        if (!(values[i] >= low[i] && values[i] <= high[i])) {
            return rill_error_set(error, RILL_INVALID, "state", "%g is outside", values[i]);
        }
    }
    state->x = values[0];
    if (!has(params, "set_state_ignores")) {
        state->v = values[1];
    }
    return RILL_OK;
}

RILL_DEFINE_ENV(slider, box, box, .summary = "a mass on a rail", .source = "made up",
                .observation_space = observation_space, .action_space = action_space,
                .jacobian = jacobian, .n_state_values = 2, .get_state = get_state,
                .set_state = set_state);

const rill_env_type *broken_slider(const char *fault)
{
    (void)fault;
    return &rill_env_slider;
}
