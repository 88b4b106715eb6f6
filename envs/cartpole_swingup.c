/// Cart-pole swing-up.
///
/// Description: the pole hangs from the cart; pushing the cart to and fro swings it up and balances
///     it. The system is that of Barto, Sutton & Anderson, "Neuronlike adaptive elements that can
///     solve difficult learning control problems", IEEE Transactions on Systems, Man, and Cybernetics
///     13(5), 1983, without friction, with the constants and limits of bsuite's cartpole_swingup
///     (Osband et al., "Behaviour suite for reinforcement learning", 2020) and a force that is
///     continuous. With M the mass of both, m and l the pole's mass and half its length, theta from
///     upright and F the force:
///         T = (F + m l theta'^2 sin(theta)) / M
///         theta'' = (g sin(theta) - T cos(theta)) / (l (4/3 - m cos(theta)^2 / M))
///         x'' = T - m l theta'' cos(theta) / M
/// Action space: box(1), a: the force as a part of `max_force`, positive to the right; clipped to
///     [-1, 1].
/// Observation space: box(5)
///     0  x, position of the cart, m       unbounded
///     1  x', its velocity, m/s            unbounded
///     2  cos(theta), 1 where upright      -1 to 1
///     3  sin(theta), positive rightward   -1 to 1
///     4  theta', angular velocity, rad/s  unbounded
/// Reward: `reward` says which, of the state after the step and the clipped action.
///     smooth   dm_control's cartpole swingup (Tassa et al., "DeepMind Control Suite", 2018), 0 to 1:
///              (1 + cos(theta)) / 2 * (1 + 0.1^((x / 2)^2)) / 2 * (1 + 0.1^((theta' / 5)^2)) / 2
///              * (4 + 1 - a^2) / 5
///     bsuite   -move_cost |a|, and 1 more where cos(theta) > height_threshold,
///              |theta'| < theta_dot_threshold and |x| < x_reward_threshold
/// Starting state: x, x', theta - pi and theta' uniform in [-start_range, start_range], drawn in this
///     order.
/// Episode end: terminates where |x| > x_threshold. No time limit; bsuite's is 10 s, 1000 steps.
/// Parameters: `integrator`: euler (bsuite) moves position and angle by the velocities before the
///     step, semi-implicit by those after it.
/// Versions: one. Steps draw no random numbers. theta is not brought back to one turn.
#include <math.h>
#include <rill/env_define.h>
#include <rill/math.h>

#define LOG_10 2.302585092994046
#define X_MARGIN 2.0         // of the smooth reward, m
#define THETA_DOT_MARGIN 5.0 // rad/s

enum { SMOOTH, BSUITE };
static const char *const reward_words[] = {"smooth", "bsuite", NULL};
enum { EULER, SEMI_IMPLICIT };
static const char *const integrator_words[] = {"euler", "semi-implicit", NULL};

typedef struct cartpole_swingup_params {
    double gravity, mass_cart, mass_pole, half_length, max_force, dt;
    int integrator, reward;
    double height_threshold, theta_dot_threshold, x_reward_threshold, move_cost;
    double x_threshold, start_range;
    // derived
    double mass;         ///< of both
    double mass_length;  ///< of the pole, m l
    double length_share; ///< m l / M
} cartpole_swingup_params;

static const rill_param cartpole_swingup_param_table[] = {
    RILL_REAL(cartpole_swingup_params, gravity, "9.8", 0, 1e3, "m/s^2"),
    RILL_REAL(cartpole_swingup_params, mass_cart, "1", 1e-3, 1e3, "kg"),
    RILL_REAL(cartpole_swingup_params, mass_pole, "0.1", 1e-3, 1e3, "kg"),
    RILL_REAL(cartpole_swingup_params, half_length, "0.5", 1e-3, 1e3, "half the pole's length, m"),
    RILL_REAL(cartpole_swingup_params, max_force, "10", 0, 1e6, "force of action 1, N"),
    RILL_REAL(cartpole_swingup_params, dt, "0.01", 1e-6, 1, "duration of a step, s"),
    RILL_CHOICE(cartpole_swingup_params, integrator, "euler", integrator_words,
                "which velocities move position and angle"),
    RILL_CHOICE(cartpole_swingup_params, reward, "smooth", reward_words, "what is rewarded"),
    RILL_REAL(cartpole_swingup_params, height_threshold, "0.5", -1, 1, "bsuite: least cos(theta)"),
    RILL_REAL(cartpole_swingup_params, theta_dot_threshold, "1", 0, 1e6, "bsuite: rad/s"),
    RILL_REAL(cartpole_swingup_params, x_reward_threshold, "1", 0, 1e6, "bsuite: m"),
    RILL_REAL(cartpole_swingup_params, move_cost, "0.1", 0, 1e6, "bsuite: of full force"),
    RILL_REAL(cartpole_swingup_params, x_threshold, "3", 0, 1e6, "end of the track, m"),
    RILL_REAL(cartpole_swingup_params, start_range, "0.05", 0, 10, "of each number of the start"),
    RILL_PARAM_END,
};

typedef struct cartpole_swingup_state {
    double x, x_dot, theta, theta_dot;
} cartpole_swingup_state;

enum { X, X_DOT, THETA, THETA_DOT, NUMBERS };

static rill_status prepare(void *block, rill_error *error)
{
    (void)error;
    cartpole_swingup_params *params = block;
    params->mass = params->mass_cart + params->mass_pole;
    params->mass_length = params->mass_pole * params->half_length;
    params->length_share = params->mass_length / params->mass;
    return RILL_OK;
}

static void reset(const cartpole_swingup_params *params, cartpole_swingup_state *state,
                  rill_rng *rng)
{
    const double range = params->start_range;
    state->x = rill_rng_uniform(rng, -range, range);
    state->x_dot = rill_rng_uniform(rng, -range, range);
    state->theta = RILL_PI + rill_rng_uniform(rng, -range, range);
    state->theta_dot = rill_rng_uniform(rng, -range, range);
}

static inline double clip(double x, double limit)
{
    return x < -limit ? -limit : x > limit ? limit : x;
}

/// The terms of the accelerations, which the derivatives need too.
typedef struct motion {
    double sine, cosine;
    double push;    ///< T
    double inertia; ///< the denominator of theta''
    double x_acceleration, theta_acceleration;
} motion;

static inline motion accelerate(const cartpole_swingup_params *p, const cartpole_swingup_state *s,
                                double action)
{
    motion m;
    rill_sincos(s->theta, &m.sine, &m.cosine);
    m.push =
        (p->max_force * action + p->mass_length * (s->theta_dot * s->theta_dot) * m.sine) / p->mass;
    m.inertia = p->half_length * (4.0 / 3.0 - p->mass_pole * (m.cosine * m.cosine) / p->mass);
    m.theta_acceleration = (p->gravity * m.sine - m.cosine * m.push) / m.inertia;
    m.x_acceleration = m.push - p->length_share * m.theta_acceleration * m.cosine;
    return m;
}

static inline cartpole_swingup_state moved(const cartpole_swingup_params *p,
                                           const cartpole_swingup_state *s, const motion *m)
{
    cartpole_swingup_state next;
    next.x_dot = s->x_dot + p->dt * m->x_acceleration;
    next.theta_dot = s->theta_dot + p->dt * m->theta_acceleration;
    const cartpole_swingup_state *mover = p->integrator == EULER ? s : &next;
    next.x = s->x + p->dt * mover->x_dot;
    next.theta = s->theta + p->dt * mover->theta_dot;
    return next;
}

/// 0.1^((x / margin)^2): 1 at 0, 0.1 at the margin.
static inline double tolerance(double x, double margin)
{
    return rill_exp(-LOG_10 * (x * x) / (margin * margin));
}

static inline double reward_of(const cartpole_swingup_params *p, const cartpole_swingup_state *s,
                               double action)
{
    const double height = rill_cos(s->theta);
    if (p->reward == SMOOTH) {
        const double centred = 0.5 * (1.0 + tolerance(s->x, X_MARGIN));
        const double slow = 0.5 * (1.0 + tolerance(s->theta_dot, THETA_DOT_MARGIN));
        return 0.5 * (1.0 + height) * centred * slow * (1.0 - 0.2 * (action * action));
    }
    const bool is_up = height > p->height_threshold &&
                       fabs(s->theta_dot) < p->theta_dot_threshold &&
                       fabs(s->x) < p->x_reward_threshold;
    return (is_up ? 1.0 : 0.0) - p->move_cost * fabs(action);
}

static inline void step(const cartpole_swingup_params *params, cartpole_swingup_state *state,
                        rill_rng *rng, const float *action, rill_outcome *outcome)
{
    (void)rng;
    const double a = clip((double)action[0], 1.0);
    const motion m = accelerate(params, state, a);
    *state = moved(params, state, &m);
    outcome->reward = reward_of(params, state, a);
    outcome->terminated = fabs(state->x) > params->x_threshold;
}

static inline void observe(const cartpole_swingup_params *params,
                           const cartpole_swingup_state *state, float *box)
{
    (void)params;
    double sine, cosine;
    rill_sincos(state->theta, &sine, &cosine);
    box[0] = (float)state->x;
    box[1] = (float)state->x_dot;
    box[2] = (float)cosine;
    box[3] = (float)sine;
    box[4] = (float)state->theta_dot;
}

/// The derivatives of the accelerations to the state and, last, to the action.
static void differentiate(const cartpole_swingup_params *p, const cartpole_swingup_state *s,
                          const motion *m, double *x_by, double *theta_by)
{
    const double pole = p->length_share;
    const double push_by[NUMBERS + 1] = {
        [THETA] = pole * (s->theta_dot * s->theta_dot) * m->cosine,
        [THETA_DOT] = 2.0 * pole * s->theta_dot * m->sine,
        [NUMBERS] = p->max_force / p->mass,
    };
    const double inertia_by_theta =
        2.0 * p->half_length * p->mass_pole * m->cosine * m->sine / p->mass;
    for (int j = 0; j <= NUMBERS; j++) {
        const double is_theta = j == THETA ? 1.0 : 0.0;
        theta_by[j] = (is_theta * (p->gravity * m->cosine + m->sine * m->push -
                                   m->theta_acceleration * inertia_by_theta) -
                       m->cosine * push_by[j]) /
                      m->inertia;
        x_by[j] = push_by[j] -
                  pole * (theta_by[j] * m->cosine - is_theta * m->theta_acceleration * m->sine);
    }
}

/// The derivatives of the reward to the state after the step and, last, to the clipped action.
static void differentiate_reward(const cartpole_swingup_params *p, const cartpole_swingup_state *s,
                                 double action, double *by)
{
    if (p->reward == BSUITE) {
        by[X] = by[X_DOT] = by[THETA] = by[THETA_DOT] = 0.0;
        by[NUMBERS] = action > 0.0 ? -p->move_cost : action < 0.0 ? p->move_cost : 0.0;
        return;
    }
    double sine, cosine;
    rill_sincos(s->theta, &sine, &cosine);
    const double near = tolerance(s->x, X_MARGIN);
    const double calm = tolerance(s->theta_dot, THETA_DOT_MARGIN);
    const double upright = 0.5 * (1.0 + cosine), effort = 1.0 - 0.2 * (action * action);
    const double centred = 0.5 * (1.0 + near), slow = 0.5 * (1.0 + calm);
    by[X] = upright * slow * effort * near * -LOG_10 * s->x / (X_MARGIN * X_MARGIN);
    by[X_DOT] = 0.0;
    by[THETA] = -0.5 * sine * centred * slow * effort;
    by[THETA_DOT] = upright * centred * effort * calm * -LOG_10 * s->theta_dot /
                    (THETA_DOT_MARGIN * THETA_DOT_MARGIN);
    by[NUMBERS] = upright * centred * slow * -0.4 * action;
}

static void jacobian(const void *params, const void *state, const float *action, rill_jacobian *out)
{
    const cartpole_swingup_params *p = params;
    const cartpole_swingup_state *s = state;
    const double a = clip((double)action[0], 1.0), is_free = a == (double)action[0] ? 1.0 : 0.0;
    const motion m = accelerate(p, s, a);
    const cartpole_swingup_state next = moved(p, s, &m);
    double x_by[NUMBERS + 1], theta_by[NUMBERS + 1], reward_by[NUMBERS + 1];
    differentiate(p, s, &m, x_by, theta_by);
    differentiate_reward(p, &next, a, reward_by);

    for (int j = 0; j <= NUMBERS; j++) {
        double by[NUMBERS] = {0.0}; // of the next state
        if (j < NUMBERS) {
            by[j] = 1.0;
        }
        const double x_dot_before = by[X_DOT], theta_dot_before = by[THETA_DOT];
        by[X_DOT] += p->dt * x_by[j];
        by[THETA_DOT] += p->dt * theta_by[j];
        by[X] += p->dt * (p->integrator == EULER ? x_dot_before : by[X_DOT]);
        by[THETA] += p->dt * (p->integrator == EULER ? theta_dot_before : by[THETA_DOT]);
        double reward = 0.0;
        for (int i = 0; i < NUMBERS; i++) {
            reward += reward_by[i] * by[i];
            if (j < NUMBERS) {
                out->next_by_state[i * NUMBERS + j] = by[i];
            } else {
                out->next_by_action[i] = is_free * by[i];
            }
        }
        if (j < NUMBERS) {
            out->reward_by_state[j] = reward;
        } else {
            out->reward_by_action[0] = is_free * (reward + reward_by[NUMBERS]);
        }
    }
}

/// d (x, x', cos, sin, theta') / d (x, x', theta, theta')
static void observe_jacobian(const void *params, const void *state, double *by_state)
{
    (void)params;
    const cartpole_swingup_state *s = state;
    double sine, cosine;
    rill_sincos(s->theta, &sine, &cosine);
    for (int i = 0; i < 5 * NUMBERS; i++) {
        by_state[i] = 0.0;
    }
    by_state[0 * NUMBERS + X] = by_state[1 * NUMBERS + X_DOT] = 1.0;
    by_state[2 * NUMBERS + THETA] = -sine;
    by_state[3 * NUMBERS + THETA] = cosine;
    by_state[4 * NUMBERS + THETA_DOT] = 1.0;
}

static void draw(const void *params, const void *state, const rill_canvas *canvas)
{
    const cartpole_swingup_params *p = params;
    const cartpole_swingup_state *s = state;
    const double length = 2.0 * p->half_length, track = p->x_threshold;
    const double width = 0.3 * length, height = 0.2 * length, x = clip(s->x, track);
    double sine, cosine;
    rill_sincos(s->theta, &sine, &cosine);
    const double side = track + 1.2 * length, tall = 1.3 * length;
    canvas->view(canvas->context, -side, -tall, side, tall);
    canvas->line(canvas->context, -track, 0.0, track, 0.0, 0.03 * length, RILL_GREY);
    for (int end = -1; end <= 1; end += 2) {
        canvas->line(canvas->context, end * track, -height, end * track, height, 0.05 * length,
                     RILL_GREY);
    }
    rill_canvas_rectangle(canvas, x - width, -height, x + width, height, RILL_BLACK);
    canvas->line(canvas->context, x, 0.0, x + length * sine, length * cosine, 0.1 * length,
                 RILL_ORANGE);
    canvas->circle(canvas->context, x, 0.0, 0.05 * length, RILL_SKY_BLUE);
}

static rill_space observation_space(const void *params)
{
    (void)params;
    static const double low[] = {(double)-INFINITY, (double)-INFINITY, -1.0, -1.0,
                                 (double)-INFINITY};
    static const double high[] = {(double)INFINITY, (double)INFINITY, 1.0, 1.0, (double)INFINITY};
    return rill_space_box(5, low, high);
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
    const cartpole_swingup_state *s = state;
    values[X] = s->x;
    values[X_DOT] = s->x_dot;
    values[THETA] = s->theta;
    values[THETA_DOT] = s->theta_dot;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    (void)params;
    rill_status status = rill_state_finite(values, NUMBERS, error);
    if (status == RILL_OK) {
        *(cartpole_swingup_state *)state =
            (cartpole_swingup_state){values[X], values[X_DOT], values[THETA], values[THETA_DOT]};
    }
    return status;
}

static const char *const observation_names[] = {"cart position (m)",     "cart velocity (m/s)",
                                                "cos of the angle",      "sin of the angle",
                                                "pole velocity (rad/s)", NULL};

RILL_DEFINE_ENV(cartpole_swingup, box, box, .summary = "a pole on a cart, to swing up and balance",
                .source = "Barto, Sutton & Anderson (1983); bsuite; dm_control", .prepare = prepare,
                .observation_names = observation_names, .observation_space = observation_space,
                .action_space = action_space, .jacobian = jacobian,
                .observe_jacobian = observe_jacobian, .draw = draw, .n_state_values = NUMBERS,
                .get_state = get_state, .set_state = set_state);
