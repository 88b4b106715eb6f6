/// Two-link reacher.
///
/// Description: an arm of two uniform rods lies on a horizontal table, and torques at the shoulder
///     and the elbow bring its tip to a target. The planar arm of Murray, Li & Sastry, "A
///     Mathematical Introduction to Robotic Manipulation" (1994), section 4.2; the task is that of
///     Gymnasium's Reacher.
///     Equations of motion. q1 is the angle of link 1 from the x axis, q2 that of link 2 from link 1;
///     s = sin(q2), c = cos(q2). A rod of mass m and length l turns about its centre with inertia
///     m l^2 / 12. The centre of link 1 moves at l1/2 q1', that of link 2 at a speed of square
///         l1^2 q1'^2 + (l2/2)^2 (q1' + q2')^2 + l1 l2 c q1' (q1' + q2').
///     So the kinetic energy is E = 1/2 q'M q' with
///         M = [ A + 2 B c   D + B c ]      A = m1 l1^2 / 3 + m2 (l1^2 + l2^2 / 3)
///             [ D + B c     D       ]      B = m2 l1 l2 / 2,    D = m2 l2^2 / 3
///     and Lagrange's equations d/dt dE/dq' - dE/dq = torque - damping q' are
///         M q'' = f,   f1 = torque1 - damping q1' + B s (2 q1' q2' + q2'^2)
///                      f2 = torque2 - damping q2' - B s q1'^2.
///     A step is semi-implicit Euler: q' <- q' + q'' dt, clipped to [-max_speed, max_speed], then
///     q <- q + q' dt.
/// Action space: box(2): the torques as parts of `max_torque`, at the shoulder and at the elbow,
///     positive counter-clockwise; each clipped to [-1, 1].
/// Observation space: box(10)
///     0, 1  cos(q1), cos(q2)              -1 to 1
///     2, 3  sin(q1), sin(q2)              -1 to 1
///     4, 5  target x, y, m                as far as the arm reaches
///     6, 7  q1', q2', rad/s               -max_speed to max_speed
///     8, 9  x and y from target to tip    twice as far
/// Reward: -distance^2 - control_cost (a1^2 + a2^2), of the tip's distance from the target after the
///     step, m, and the clipped actions.
/// Starting state: at rest, q1 and q2 uniform in [-start_range, start_range]; the target uniform over
///     the points that the tip can reach, by its squared distance from the shoulder and its
///     direction. Drawn in this order.
/// Episode end: never. No time limit; Gymnasium's Reacher has 50 steps.
/// Parameters: see the table.
/// Versions: one. Steps draw no random numbers. Angles are not brought back to one turn.
#include <math.h>
#include <rill/env_define.h>
#include <rill/math.h>

typedef struct reacher2_params {
    double length1, length2, mass1, mass2, damping, max_torque, max_speed, dt;
    double control_cost, start_range;
    // derived
    double a, b, d; ///< A, B, D of the header
    double low[10], high[10];
} reacher2_params;

static const rill_param reacher2_param_table[] = {
    RILL_REAL(reacher2_params, length1, "0.5", 1e-3, 1e3, "of the upper arm, m"),
    RILL_REAL(reacher2_params, length2, "0.5", 1e-3, 1e3, "of the forearm, m"),
    RILL_REAL(reacher2_params, mass1, "1", 1e-3, 1e3, "of the upper arm, kg"),
    RILL_REAL(reacher2_params, mass2, "1", 1e-3, 1e3, "of the forearm, kg"),
    RILL_REAL(reacher2_params, damping, "0.1", 0, 1e3, "friction of the joints, N m s/rad"),
    RILL_REAL(reacher2_params, max_torque, "1", 0, 1e6, "torque of action 1, N m"),
    RILL_REAL(reacher2_params, max_speed, "20", 1e-3, 1e3, "of either joint, rad/s"),
    RILL_REAL(reacher2_params, dt, "0.02", 1e-6, 1, "duration of a step, s"),
    RILL_REAL(reacher2_params, control_cost, "0.1", 0, 1e6, "of full torque at one joint"),
    RILL_REAL(reacher2_params, start_range, "0.1", 0, 10, "greatest start angle, rad"),
    RILL_PARAM_END,
};

typedef struct reacher2_state {
    double q[2], q_dot[2];
    double target[2]; ///< x, y
} reacher2_state;

enum { Q1, Q2, Q1_DOT, Q2_DOT, TARGET_X, TARGET_Y, NUMBERS, JOINTS = 2 };

static rill_status prepare(void *block, rill_error *error)
{
    (void)error;
    reacher2_params *p = block;
    const double l1 = p->length1, l2 = p->length2, reach = l1 + l2;
    p->a = p->mass1 * (l1 * l1) / 3.0 + p->mass2 * (l1 * l1 + l2 * l2 / 3.0);
    p->b = p->mass2 * l1 * l2 / 2.0;
    p->d = p->mass2 * (l2 * l2) / 3.0;
    for (int i = 0; i < 10; i++) {
        p->high[i] = i < 4 ? 1.0 : i < 6 ? reach : i < 8 ? p->max_speed : 2.0 * reach;
        p->low[i] = -p->high[i];
    }
    return RILL_OK;
}

static void reset(const reacher2_params *params, reacher2_state *state, rill_rng *rng)
{
    const double reach = params->length1 + params->length2;
    const double gap = params->length1 - params->length2; // the arm folded back
    for (int i = 0; i < JOINTS; i++) {
        state->q[i] = rill_rng_uniform(rng, -params->start_range, params->start_range);
        state->q_dot[i] = 0.0;
    }
    const double distance = sqrt(rill_rng_uniform(rng, gap * gap, reach * reach));
    double sine, cosine;
    rill_sincos(rill_rng_uniform(rng, -RILL_PI, RILL_PI), &sine, &cosine);
    state->target[0] = distance * cosine;
    state->target[1] = distance * sine;
}

static inline double clip(double x, double limit)
{
    return x < -limit ? -limit : x > limit ? limit : x;
}

/// Solves M x = f for the angle q2 with this cosine.
static inline void solve(const reacher2_params *p, double cosine, const double *f, double *x)
{
    const double m11 = p->a + 2.0 * p->b * cosine, m12 = p->d + p->b * cosine, m22 = p->d;
    const double determinant = m11 * m22 - m12 * m12;
    x[0] = (m22 * f[0] - m12 * f[1]) / determinant;
    x[1] = (m11 * f[1] - m12 * f[0]) / determinant;
}

/// q'' under clipped actions.
static inline void accelerate(const reacher2_params *p, const reacher2_state *s, double sine,
                              double cosine, const double *action, double *acceleration)
{
    const double v1 = s->q_dot[0], v2 = s->q_dot[1], bend = p->b * sine;
    const double f[] = {
        p->max_torque * action[0] - p->damping * v1 + bend * (2.0 * v1 * v2 + v2 * v2),
        p->max_torque * action[1] - p->damping * v2 - bend * (v1 * v1),
    };
    solve(p, cosine, f, acceleration);
}

static inline void move(const reacher2_params *p, reacher2_state *s, const double *acceleration)
{
    for (int i = 0; i < JOINTS; i++) {
        s->q_dot[i] = clip(s->q_dot[i] + p->dt * acceleration[i], p->max_speed);
        s->q[i] += p->dt * s->q_dot[i];
    }
}

/// Where the elbow and, after it, the tip are.
static inline void find_arm(const reacher2_params *p, const reacher2_state *s, double *elbow,
                            double *tip)
{
    double sine, cosine;
    rill_sincos(s->q[0], &sine, &cosine);
    elbow[0] = p->length1 * cosine;
    elbow[1] = p->length1 * sine;
    rill_sincos(s->q[0] + s->q[1], &sine, &cosine);
    tip[0] = elbow[0] + p->length2 * cosine;
    tip[1] = elbow[1] + p->length2 * sine;
}

static inline void step(const reacher2_params *params, reacher2_state *state, rill_rng *rng,
                        const float *action, rill_outcome *outcome)
{
    (void)rng;
    const double a[] = {clip((double)action[0], 1.0), clip((double)action[1], 1.0)};
    double sine, cosine, acceleration[JOINTS], elbow[2], tip[2];
    rill_sincos(state->q[1], &sine, &cosine);
    accelerate(params, state, sine, cosine, a, acceleration);
    move(params, state, acceleration);
    find_arm(params, state, elbow, tip);
    const double x = tip[0] - state->target[0], y = tip[1] - state->target[1];
    outcome->reward = -(x * x + y * y) - params->control_cost * (a[0] * a[0] + a[1] * a[1]);
}

static inline void observe(const reacher2_params *params, const reacher2_state *state, float *box)
{
    double elbow[2], tip[2];
    find_arm(params, state, elbow, tip);
    for (int i = 0; i < 2; i++) {
        double sine, cosine;
        rill_sincos(state->q[i], &sine, &cosine);
        box[i] = (float)cosine;
        box[2 + i] = (float)sine;
        box[4 + i] = (float)state->target[i];
        box[6 + i] = (float)state->q_dot[i];
        box[8 + i] = (float)(tip[i] - state->target[i]);
    }
}

/// From M q'' = f: dq''/dz = M^-1 (df/dz - dM/dz q''), and M depends on q2 alone.
static void jacobian(const void *params, const void *state, const float *action, rill_jacobian *out)
{
    const reacher2_params *p = params;
    reacher2_state s = *(const reacher2_state *)state;
    const double a[] = {clip((double)action[0], 1.0), clip((double)action[1], 1.0)};
    double sine, cosine, acceleration[JOINTS];
    rill_sincos(s.q[1], &sine, &cosine);
    accelerate(p, &s, sine, cosine, a, acceleration);
    const double v1 = s.q_dot[0], v2 = s.q_dot[1];
    const double is_free[JOINTS] = {
        fabs(v1 + p->dt * acceleration[0]) <= p->max_speed ? 1.0 : 0.0,
        fabs(v2 + p->dt * acceleration[1]) <= p->max_speed ? 1.0 : 0.0,
    };
    const double bend = p->b * sine, straight = p->b * cosine;
    enum { ACTION1 = NUMBERS, ACTION2, COLUMNS };
    const double force_by[COLUMNS][JOINTS] = {
        [Q2] = {straight * (2.0 * v1 * v2 + v2 * v2) +
                    bend * (2.0 * acceleration[0] + acceleration[1]),
                -straight * (v1 * v1) + bend * acceleration[0]},
        [Q1_DOT] = {2.0 * bend * v2 - p->damping, -2.0 * bend * v1},
        [Q2_DOT] = {2.0 * bend * (v1 + v2), -p->damping},
        [ACTION1] = {a[0] == (double)action[0] ? p->max_torque : 0.0, 0.0},
        [ACTION2] = {0.0, a[1] == (double)action[1] ? p->max_torque : 0.0},
    };

    // the reward by the next state: dtip/dq1 = (-y, x), dtip/dq2 the same about the elbow
    double elbow[2], tip[2];
    move(p, &s, acceleration);
    find_arm(p, &s, elbow, tip);
    const double x = tip[0] - s.target[0], y = tip[1] - s.target[1];
    const double reward_by[NUMBERS] = {
        [Q1] = -2.0 * (y * tip[0] - x * tip[1]),
        [Q2] = -2.0 * (y * (tip[0] - elbow[0]) - x * (tip[1] - elbow[1])),
        [TARGET_X] = 2.0 * x,
        [TARGET_Y] = 2.0 * y,
    };

    for (int j = 0; j < COLUMNS; j++) {
        double by[NUMBERS] = {0.0}, acceleration_by[JOINTS];
        if (j < NUMBERS) {
            by[j] = 1.0;
        }
        solve(p, cosine, force_by[j], acceleration_by);
        for (int i = 0; i < JOINTS; i++) {
            by[Q1_DOT + i] = is_free[i] * (by[Q1_DOT + i] + p->dt * acceleration_by[i]);
            by[Q1 + i] += p->dt * by[Q1_DOT + i];
        }
        double reward = 0.0;
        for (int i = 0; i < NUMBERS; i++) {
            reward += reward_by[i] * by[i];
            if (j < NUMBERS) {
                out->next_by_state[i * NUMBERS + j] = by[i];
            } else {
                out->next_by_action[i * JOINTS + j - NUMBERS] = by[i];
            }
        }
        if (j < NUMBERS) {
            out->reward_by_state[j] = reward;
        } else {
            const int k = j - NUMBERS;
            const double cost_by = 2.0 * p->control_cost * a[k];
            out->reward_by_action[k] = reward - (a[k] == (double)action[k] ? cost_by : 0.0);
        }
    }
}

/// The rows are those of the observation; d tip / d q1 = (-y, x), d tip / d q2 the same about the elbow.
static void observe_jacobian(const void *params, const void *state, double *by_state)
{
    const reacher2_state *s = state;
    double elbow[2], tip[2];
    find_arm(params, s, elbow, tip);
    for (int i = 0; i < 10 * NUMBERS; i++) {
        by_state[i] = 0.0;
    }
    for (int i = 0; i < JOINTS; i++) {
        double sine, cosine;
        rill_sincos(s->q[i], &sine, &cosine);
        by_state[i * NUMBERS + Q1 + i] = -sine;
        by_state[(2 + i) * NUMBERS + Q1 + i] = cosine;
        by_state[(4 + i) * NUMBERS + TARGET_X + i] = 1.0;
        by_state[(6 + i) * NUMBERS + Q1_DOT + i] = 1.0;
        by_state[(8 + i) * NUMBERS + TARGET_X + i] = -1.0;
    }
    by_state[8 * NUMBERS + Q1] = -tip[1];
    by_state[9 * NUMBERS + Q1] = tip[0];
    by_state[8 * NUMBERS + Q2] = elbow[1] - tip[1];
    by_state[9 * NUMBERS + Q2] = tip[0] - elbow[0];
}

static void draw(const void *params, const void *state, const rill_canvas *canvas)
{
    const reacher2_params *p = params;
    const reacher2_state *s = state;
    const double reach = p->length1 + p->length2, edge = 1.1 * reach, width = 0.08 * reach;
    double elbow[2], tip[2];
    find_arm(p, s, elbow, tip);
    canvas->view(canvas->context, -edge, -edge, edge, edge);
    canvas->circle(canvas->context, 0.0, 0.0, reach, RILL_LIGHT_GREY);
    canvas->circle(canvas->context, 0.0, 0.0, fabs(p->length1 - p->length2), RILL_WHITE);
    canvas->circle(canvas->context, s->target[0], s->target[1], 0.06 * reach, RILL_GREEN);
    canvas->line(canvas->context, 0.0, 0.0, elbow[0], elbow[1], width, RILL_BLUE);
    canvas->line(canvas->context, elbow[0], elbow[1], tip[0], tip[1], width, RILL_SKY_BLUE);
    canvas->circle(canvas->context, 0.0, 0.0, 0.4 * width, RILL_BLACK);
    canvas->circle(canvas->context, elbow[0], elbow[1], 0.4 * width, RILL_BLACK);
    canvas->circle(canvas->context, tip[0], tip[1], 0.4 * width, RILL_VERMILION);
}

static rill_space observation_space(const void *params)
{
    const reacher2_params *p = params;
    return rill_space_box(10, p->low, p->high);
}

static rill_space action_space(const void *params)
{
    (void)params;
    static const double low[] = {-1.0, -1.0}, high[] = {1.0, 1.0};
    return rill_space_box(JOINTS, low, high);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    const reacher2_state *s = state;
    for (int i = 0; i < 2; i++) {
        values[Q1 + i] = s->q[i];
        values[Q1_DOT + i] = s->q_dot[i];
        values[TARGET_X + i] = s->target[i];
    }
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    const reacher2_params *p = params;
    reacher2_state *s = state;
    rill_status status = rill_state_finite(values, NUMBERS, error);
    const double reach = p->length1 + p->length2;
    for (int i = 0; i < 2 && status == RILL_OK; i++) {
        if (fabs(values[TARGET_X + i]) > reach) {
            status = rill_error_set(error, RILL_INVALID, "state",
                                    "the target's %s is %.15g; the arm reaches %.15g",
                                    i == 0 ? "x" : "y", values[TARGET_X + i], reach);
        }
    }
    for (int i = 0; i < 2 && status == RILL_OK; i++) {
        s->q[i] = values[Q1 + i];
        s->q_dot[i] = values[Q1_DOT + i];
        s->target[i] = values[TARGET_X + i];
    }
    return status;
}

static const char *const observation_names[] = {"cos of angle 1",
                                                "cos of angle 2",
                                                "sin of angle 1",
                                                "sin of angle 2",
                                                "target x",
                                                "target y",
                                                "angular velocity 1 (rad/s)",
                                                "angular velocity 2 (rad/s)",
                                                "tip to target, x",
                                                "tip to target, y",
                                                NULL};

RILL_DEFINE_ENV(reacher2, box, box, .summary = "an arm of two links, to bring its tip to a target",
                .source = "Murray, Li & Sastry (1994), section 4.2; Gymnasium Reacher",
                .prepare = prepare, .is_continuing = true, .observation_names = observation_names,
                .observation_space = observation_space, .action_space = action_space,
                .jacobian = jacobian, .observe_jacobian = observe_jacobian, .draw = draw,
                .n_state_values = NUMBERS, .get_state = get_state, .set_state = set_state);
