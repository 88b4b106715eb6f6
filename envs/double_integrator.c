/// Double integrator.
///
/// Description: a mass on a frictionless line, pushed by a bounded force towards the origin: the
///     plainest system of second order, m x'' = u. The force is constant over a step, so that the
///     discretisation is exact:
///         x' = x + v dt + u dt^2 / (2 m),    v' = v + u dt / m.
///     Rao and Bernstein, "Naive control of the double integrator", IEEE Control Systems Magazine
///     21(5), 2001.
/// Action space: box(1), the force u in N, clipped to [-max_force, max_force].
/// Observation space: box(2), unbounded.
///         0  position x in m
///         1  velocity v in m/s
/// Reward: `reward` says which; u is the clipped force.
///         quadratic     -(cost_position x^2 + cost_velocity v^2 + cost_force u^2), of the state
///                       before the step: <rill/riccati.h> has the optimum where no force is clipped
///         minimum_time  -1 a step; from rest at distance d the least time to the origin is
///                       2 sqrt(m d / max_force), by full force towards it and then, from half-way,
///                       against it
/// Starting state: x and v uniform in [-start_position, start_position] and [-start_velocity,
///     start_velocity], drawn in this order.
/// Episode end: with `minimum_time` terminates within `goal_position` and `goal_velocity` of rest at
///     the origin; `quadratic` goes on for ever. No time limit.
/// Parameters: see the table.
/// Versions: one. Steps draw no random numbers.
#include <math.h>
#include <rill/env_define.h>

enum { QUADRATIC, MINIMUM_TIME };
static const char *const reward_words[] = {"quadratic", "minimum_time", NULL};

typedef struct double_integrator_params {
    double mass, max_force, dt;
    int reward;
    double cost_position, cost_velocity, cost_force;
    double start_position, start_velocity;
    double goal_position, goal_velocity;
    // derived
    double dv, dx;    ///< what 1 N changes in a step: dt / m, dt^2 / (2 m)
    double low, high; ///< of the action space
} double_integrator_params;

static const rill_param double_integrator_param_table[] = {
    RILL_REAL(double_integrator_params, mass, "1", 1e-3, 1e3, "kg"),
    RILL_REAL(double_integrator_params, max_force, "1", 0, 1e6, "greatest force, N"),
    RILL_REAL(double_integrator_params, dt, "0.1", 1e-6, 10, "duration of a step, s"),
    RILL_CHOICE(double_integrator_params, reward, "quadratic", reward_words, "what is rewarded"),
    RILL_REAL(double_integrator_params, cost_position, "1", 0, 1e6, "per m^2 and step"),
    RILL_REAL(double_integrator_params, cost_velocity, "0.1", 0, 1e6, "per (m/s)^2 and step"),
    RILL_REAL(double_integrator_params, cost_force, "0.1", 0, 1e6, "per N^2 and step"),
    RILL_REAL(double_integrator_params, start_position, "1", 0, 1e6, "farthest start, m"),
    RILL_REAL(double_integrator_params, start_velocity, "0", 0, 1e6, "fastest start, m/s"),
    RILL_REAL(double_integrator_params, goal_position, "0.05", 0, 1e6, "minimum_time: distance, m"),
    RILL_REAL(double_integrator_params, goal_velocity, "0.05", 0, 1e6, "minimum_time: speed, m/s"),
    RILL_PARAM_END,
};

typedef struct double_integrator_state {
    double x, v;
} double_integrator_state;

static rill_status prepare(void *block, rill_error *error)
{
    (void)error;
    double_integrator_params *params = block;
    params->dv = params->dt / params->mass;
    params->dx = 0.5 * params->dt * params->dv;
    params->low = -params->max_force;
    params->high = params->max_force;
    return RILL_OK;
}

static void reset(const double_integrator_params *params, double_integrator_state *state,
                  rill_rng *rng)
{
    state->x = rill_rng_uniform(rng, -params->start_position, params->start_position);
    state->v = rill_rng_uniform(rng, -params->start_velocity, params->start_velocity);
}

static inline double clip(double x, double limit)
{
    return x < -limit ? -limit : x > limit ? limit : x;
}

static inline void step(const double_integrator_params *params, double_integrator_state *state,
                        rill_rng *rng, const float *action, rill_outcome *outcome)
{
    (void)rng;
    const double u = clip((double)action[0], params->max_force);
    const double x = state->x, v = state->v;
    state->x = x + v * params->dt + u * params->dx;
    state->v = v + u * params->dv;
    if (params->reward == QUADRATIC) {
        outcome->reward = -(params->cost_position * (x * x) + params->cost_velocity * (v * v) +
                            params->cost_force * (u * u));
    } else {
        outcome->reward = -1.0;
        outcome->terminated =
            fabs(state->x) <= params->goal_position && fabs(state->v) <= params->goal_velocity;
    }
}

static inline void observe(const double_integrator_params *params,
                           const double_integrator_state *state, float *box)
{
    (void)params;
    box[0] = (float)state->x;
    box[1] = (float)state->v;
}

static void jacobian(const void *params, const void *state, const float *action, rill_jacobian *out)
{
    const double_integrator_params *p = params;
    const double_integrator_state *s = state;
    const double u = clip((double)action[0], p->max_force);
    const double u_by_action = u == (double)action[0] ? 1.0 : 0.0;
    const double is_quadratic = p->reward == QUADRATIC ? 1.0 : 0.0;
    out->next_by_state[0] = 1.0;
    out->next_by_state[1] = p->dt;
    out->next_by_state[2] = 0.0;
    out->next_by_state[3] = 1.0;
    out->next_by_action[0] = p->dx * u_by_action;
    out->next_by_action[1] = p->dv * u_by_action;
    out->reward_by_state[0] = -2.0 * p->cost_position * s->x * is_quadratic;
    out->reward_by_state[1] = -2.0 * p->cost_velocity * s->v * is_quadratic;
    out->reward_by_action[0] = -2.0 * p->cost_force * u * u_by_action * is_quadratic;
}

/// A block on a line with the origin marked, and its velocity as a bar below; both stop at the edge
/// of the picture, which is at 2 times the farthest start.
static void draw(const void *params, const void *state, const rill_canvas *canvas)
{
    const double_integrator_params *p = params;
    const double_integrator_state *s = state;
    const double edge = p->start_position > 0.0 ? 2.0 * p->start_position : 1.0;
    const double size = 0.1 * edge, x = clip(s->x, edge), tip = clip(x + s->v * 0.5, edge);
    canvas->view(canvas->context, -1.2 * edge, -0.4 * edge, 1.2 * edge, 0.4 * edge);
    canvas->line(canvas->context, -1.1 * edge, 0.0, 1.1 * edge, 0.0, 0.01 * edge, RILL_GREY);
    canvas->line(canvas->context, 0.0, -0.08 * edge, 0.0, 2.5 * size, 0.015 * edge, RILL_GREEN);
    rill_canvas_rectangle(canvas, x - size, 0.0, x + size, 1.5 * size, RILL_BLUE);
    canvas->line(canvas->context, x, -0.15 * edge, tip, -0.15 * edge, 0.03 * edge, RILL_ORANGE);
}

static rill_space observation_space(const void *params)
{
    (void)params;
    static const double low[] = {(double)-INFINITY, (double)-INFINITY};
    static const double high[] = {(double)INFINITY, (double)INFINITY};
    return rill_space_box(2, low, high);
}

static rill_space action_space(const void *params)
{
    const double_integrator_params *p = params;
    return rill_space_box(1, &p->low, &p->high);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    const double_integrator_state *s = state;
    values[0] = s->x;
    values[1] = s->v;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    (void)params;
    rill_status status = rill_state_finite(values, 2, error);
    if (status == RILL_OK) {
        *(double_integrator_state *)state = (double_integrator_state){values[0], values[1]};
    }
    return status;
}

static const char *const observation_names[] = {"position", "velocity", NULL};

RILL_DEFINE_ENV(double_integrator, box, box, .summary = "a mass on a line, pushed to the origin",
                .source = "Rao & Bernstein (2001)", .prepare = prepare,
                .observation_names = observation_names, .observation_space = observation_space,
                .action_space = action_space, .jacobian = jacobian, .draw = draw,
                .n_state_values = 2, .get_state = get_state, .set_state = set_state);
