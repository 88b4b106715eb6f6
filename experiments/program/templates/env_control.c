/// My env.
///
/// Description: a cart on a rail, pushed left and right, is to come to rest in the middle. Its
///     equations are x'' = u / mass, in semi-implicit Euler steps of 0.05 s.
/// Action space: box(1), the force u in [-1, 1] N; a greater one counts as the bound.
/// Observation space: box(2)
///     0  position  m    -2 to 2
///     1  velocity  m/s  unbounded
/// Reward: -(x^2 + 0.1 v^2 + 0.01 u^2), of the state before the step.
/// Starting state: x uniform in [-1, 1], at rest.
/// Episode end: terminates at the ends of the rail, |x| >= 2. No time limit.
/// Parameters: see the table.
/// Versions: one. A reset draws one uniform number, a step none.
#include <math.h>
#include <rill/env_define.h>

static const double dt = 0.05, rail_end = 2.0, max_force = 1.0;

typedef struct my_env_params {
    double mass;
} my_env_params;

static const rill_param my_env_param_table[] = {
    RILL_REAL(my_env_params, mass, "0.5", 1e-3, 1e3, "of the cart, kg"),
    RILL_PARAM_END,
};

/// Plain data: it is copied as bytes.
typedef struct my_env_state {
    double x, v; ///< m, m/s
} my_env_state;

static void reset(const my_env_params *params, my_env_state *state, rill_rng *rng)
{
    (void)params;
    state->x = rill_rng_uniform(rng, -1.0, 1.0);
    state->v = 0.0;
}

static inline double clip(double value, double limit)
{
    return value < -limit ? -limit : value > limit ? limit : value;
}

static inline void step(const my_env_params *params, my_env_state *state, rill_rng *rng,
                        const float *action, rill_outcome *outcome)
{
    (void)rng;
    const double u = clip((double)action[0], max_force);
    const double x = state->x, v = state->v;
    outcome->reward = -(x * x + 0.1 * v * v + 0.01 * u * u);
    state->v = v + dt * u / params->mass;
    state->x = clip(x + dt * state->v, rail_end);
    outcome->terminated = state->x == -rail_end || state->x == rail_end;
}

static inline void observe(const my_env_params *params, const my_env_state *state, float *box)
{
    (void)params;
    box[0] = (float)state->x;
    box[1] = (float)state->v;
}

/// With the velocity v' = v + dt u / mass after the step, x' = x + dt v'. A force that is clipped
/// changes nothing; nor does a step that ends on the end of the rail change x'.
static void jacobian(const void *block, const void *data, const float *action, rill_jacobian *j)
{
    const my_env_params *params = block;
    const my_env_state *state = data;
    const double u = clip((double)action[0], max_force);
    const double u_slope = u == (double)action[0] ? 1.0 : 0.0;
    const double v_by_u = dt * u_slope / params->mass;
    const double next_x = state->x + dt * (state->v + dt * u / params->mass);
    const double x_slope = clip(next_x, rail_end) == next_x ? 1.0 : 0.0;
    j->next_by_state[0] = x_slope;
    j->next_by_state[1] = x_slope * dt;
    j->next_by_state[2] = 0.0;
    j->next_by_state[3] = 1.0;
    j->next_by_action[0] = x_slope * dt * v_by_u;
    j->next_by_action[1] = v_by_u;
    j->reward_by_state[0] = -2.0 * state->x;
    j->reward_by_state[1] = -0.2 * state->v;
    j->reward_by_action[0] = -0.02 * u * u_slope;
}

/// The rail, its middle, and the cart.
static void draw(const void *params, const void *data, const rill_canvas *canvas)
{
    (void)params;
    const double x = ((const my_env_state *)data)->x;
    canvas->view(canvas->context, -2.4, -0.6, 2.4, 0.9);
    canvas->line(canvas->context, -rail_end, 0.0, rail_end, 0.0, 0.04, RILL_GREY);
    canvas->line(canvas->context, 0.0, -0.3, 0.0, 0.0, 0.04, RILL_GREEN);
    rill_canvas_rectangle(canvas, x - 0.25, 0.1, x + 0.25, 0.4, RILL_BLUE);
    canvas->circle(canvas->context, x - 0.15, 0.08, 0.08, RILL_BLACK);
    canvas->circle(canvas->context, x + 0.15, 0.08, 0.08, RILL_BLACK);
}

static rill_space observation_space(const void *params)
{
    static const double low[] = {-2.0, (double)-INFINITY}, high[] = {2.0, (double)INFINITY};
    (void)params;
    return rill_space_box(2, low, high);
}

static rill_space action_space(const void *params)
{
    static const double low[] = {-1.0}, high[] = {1.0};
    (void)params;
    return rill_space_box(1, low, high);
}

static void get_state(const void *params, const void *data, double *values)
{
    (void)params;
    const my_env_state *state = data;
    values[0] = state->x;
    values[1] = state->v;
}

static rill_status set_state(const void *params, void *data, const double *values,
                             rill_error *error)
{
    (void)params;
    if (!(fabs(values[0]) <= rail_end) || !isfinite(values[1])) {
        return rill_error_set(error, RILL_INVALID, "state",
                              "position %.15g, velocity %.15g: the rail ends at %g, and both are "
                              "finite",
                              values[0], values[1], rail_end);
    }
    *(my_env_state *)data = (my_env_state){values[0], values[1]};
    return RILL_OK;
}

RILL_DEFINE_ENV(my_env, box, box, .summary = "a cart on a rail, to be brought to rest",
                .source = "by its author", .observation_space = observation_space,
                .action_space = action_space, .jacobian = jacobian, .draw = draw,
                .n_state_values = 2, .get_state = get_state, .set_state = set_state);
