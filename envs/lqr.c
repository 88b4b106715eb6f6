/// Linear-quadratic regulator.
///
/// Description: a linear system of n states and m actions with a quadratic cost,
///         x' = A x + B u + noise_sd z,    z standard normal,    cost = x'Q x + u'R u.
///     The optimal policy is linear in the state and follows from a Riccati equation
///     (<rill/riccati.h>), so that what an agent learns can be held against the exact answer.
///     Bertsekas, "Dynamic Programming and Optimal Control" I (4th ed., 2017), section 3.1; Recht,
///     "A Tour of Reinforcement Learning: The View from Continuous Control" (2019), section 2.
///     The default is a mass of 1 kg on a spring of 1 N/m with a damper of 1 N s/m, pushed by a
///     force, in Euler steps of 0.1 s; it is stable by itself.
/// Action space: box(m), u, unbounded.
/// Observation space: box(n), x, unbounded.
/// Reward: -(x'Q x + u'R u), of the state before the step.
/// Starting state: uniform in the box of half-width `start_range` around `start`, drawn in the order
///     of the states; without a random number where `start_range` is 0.
/// Episode end: terminates when a state leaves [-max_state, max_state]. No time limit.
/// Parameters: see the table. n and m are at most 32. Matrices are row-major. Q and R are symmetric,
///     x'Q x is never negative and u'R u positive; the last two are not checked here.
/// Versions: one. A step draws n normal numbers where `noise_sd` is not 0, in the order of the
///     states, and none where it is.
#include <math.h>
#include <rill/env_define.h>

enum { MAX_SIZE = 32 };

typedef struct lqr_params {
    int64_t n, m;
    rill_list A, B, Q, R;
    double noise_sd;
    rill_list start;
    double start_range, max_state;
    // derived: bounds of the two spaces
    double low[MAX_SIZE], high[MAX_SIZE];
} lqr_params;

static const rill_param lqr_param_table[] = {
    RILL_INTEGER(lqr_params, n, "2", 1, MAX_SIZE, "number of states"),
    RILL_INTEGER(lqr_params, m, "1", 1, MAX_SIZE, "number of actions"),
    RILL_REALS(lqr_params, A, "1,0.1,-0.1,0.9", -1e9, 1e9, "state to next state, n rows of n"),
    RILL_REALS(lqr_params, B, "0,0.1", -1e9, 1e9, "action to next state, n rows of m"),
    RILL_REALS(lqr_params, Q, "1,0,0,0.1", -1e9, 1e9, "cost of the state, n rows of n"),
    RILL_REALS(lqr_params, R, "0.1", -1e9, 1e9, "cost of the action, m rows of m"),
    RILL_REAL(lqr_params, noise_sd, "0", 0, 1e9, "standard deviation of the noise on each state"),
    RILL_REALS(lqr_params, start, "", -1e9, 1e9, "centre of the start states; empty is the origin"),
    RILL_REAL(lqr_params, start_range, "1", 0, 1e9, "half-width of the box of start states"),
    RILL_REAL(lqr_params, max_state, "1e30", 0, 1e30, "greatest magnitude that goes on"),
    RILL_PARAM_END,
};

typedef struct lqr_state {
    double x[MAX_SIZE]; ///< the first n are in use
} lqr_state;

static rill_status check_count(const rill_list *list, const char *name, int64_t rows,
                               int64_t columns, rill_error *error)
{
    if (list->count == rows * columns) {
        return RILL_OK;
    }
    return rill_error_set(error, RILL_INVALID, name,
                          "has %d number%s, n and m want %lld: %lld row%s of %lld", list->count,
                          list->count == 1 ? "" : "s", (long long)(rows * columns), (long long)rows,
                          rows == 1 ? "" : "s", (long long)columns);
}

static rill_status check_symmetric(const rill_list *list, const char *name, int64_t n,
                                   rill_error *error)
{
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < i; j++) {
            double lower = list->values[i * n + j], upper = list->values[j * n + i];
            if (lower != upper) {
                return rill_error_set(error, RILL_INVALID, name,
                                      "row %lld, column %lld is %.15g and row %lld, column %lld is "
                                      "%.15g; the matrix must be symmetric",
                                      (long long)i + 1, (long long)j + 1, lower, (long long)j + 1,
                                      (long long)i + 1, upper);
            }
        }
    }
    return RILL_OK;
}

static rill_status prepare(void *block, rill_error *error)
{
    lqr_params *params = block;
    const int64_t n = params->n, m = params->m;
    const struct {
        const char *name;
        const rill_list *list;
        int64_t rows, columns;
    } matrices[] = {
        {"A", &params->A, n, n}, {"B", &params->B, n, m},         {"Q", &params->Q, n, n},
        {"R", &params->R, m, m}, {"start", &params->start, n, 1},
    };
    rill_status status = RILL_OK;
    for (size_t i = 0; i < sizeof matrices / sizeof matrices[0] && status == RILL_OK; i++) {
        if (matrices[i].list != &params->start || params->start.count != 0) {
            status = check_count(matrices[i].list, matrices[i].name, matrices[i].rows,
                                 matrices[i].columns, error);
        }
    }
    if (status == RILL_OK) {
        status = check_symmetric(&params->Q, "Q", n, error);
    }
    if (status == RILL_OK) {
        status = check_symmetric(&params->R, "R", m, error);
    }
    for (int32_t i = 0; i < MAX_SIZE; i++) {
        params->low[i] = (double)-INFINITY;
        params->high[i] = (double)INFINITY;
    }
    return status;
}

static void reset(const lqr_params *params, lqr_state *state, rill_rng *rng)
{
    for (int32_t i = 0; i < params->n; i++) {
        state->x[i] = params->start.count == 0 ? 0.0 : params->start.values[i];
        if (params->start_range > 0.0) {
            state->x[i] += rill_rng_uniform(rng, -params->start_range, params->start_range);
        }
    }
}

/// z'M z
static double quadratic_form(const double *matrix, const double *z, int64_t n)
{
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++) {
        double row = 0.0;
        for (int64_t j = 0; j < n; j++) {
            row += matrix[i * n + j] * z[j];
        }
        sum += z[i] * row;
    }
    return sum;
}

static inline void step(const lqr_params *params, lqr_state *state, rill_rng *rng,
                        const float *action, rill_outcome *outcome)
{
    const int64_t n = params->n, m = params->m;
    const double *a = params->A.values, *b = params->B.values;
    double u[MAX_SIZE], next[MAX_SIZE];
    for (int64_t k = 0; k < m; k++) {
        u[k] = (double)action[k];
    }
    outcome->reward =
        -(quadratic_form(params->Q.values, state->x, n) + quadratic_form(params->R.values, u, m));
    for (int64_t i = 0; i < n; i++) {
        next[i] = 0.0;
        for (int64_t j = 0; j < n; j++) {
            next[i] += a[i * n + j] * state->x[j];
        }
        for (int64_t k = 0; k < m; k++) {
            next[i] += b[i * m + k] * u[k];
        }
        if (params->noise_sd > 0.0) {
            next[i] += params->noise_sd * rill_rng_standard_normal(rng);
        }
    }
    for (int64_t i = 0; i < n; i++) {
        state->x[i] = next[i];
        outcome->terminated |= next[i] > params->max_state || next[i] < -params->max_state;
    }
}

static inline void observe(const lqr_params *params, const lqr_state *state, float *box)
{
    for (int32_t i = 0; i < params->n; i++) {
        box[i] = (float)state->x[i];
    }
}

/// dx'/dx = A, dx'/du = B, dr/dx = -2 Q x, dr/du = -2 R u.
static void jacobian(const void *block, const void *block_state, const float *action,
                     rill_jacobian *out)
{
    const lqr_params *params = block;
    const lqr_state *state = block_state;
    const int64_t n = params->n, m = params->m;
    for (int64_t i = 0; i < n; i++) {
        out->reward_by_state[i] = 0.0;
        for (int64_t j = 0; j < n; j++) {
            out->next_by_state[i * n + j] = params->A.values[i * n + j];
            out->reward_by_state[i] -= 2.0 * params->Q.values[i * n + j] * state->x[j];
        }
        for (int64_t k = 0; k < m; k++) {
            out->next_by_action[i * m + k] = params->B.values[i * m + k];
        }
    }
    for (int64_t i = 0; i < m; i++) {
        out->reward_by_action[i] = 0.0;
        for (int64_t k = 0; k < m; k++) {
            out->reward_by_action[i] -= 2.0 * params->R.values[i * m + k] * (double)action[k];
        }
    }
}

/// The states as bars, cut off at 2 times the range of the start box.
static void draw(const void *block, const void *block_state, const rill_canvas *canvas)
{
    const lqr_params *params = block;
    const lqr_state *state = block_state;
    const double n = (double)params->n, height = 0.35 * (n + 1.0);
    double full = params->start_range;
    for (int32_t i = 0; i < params->start.count; i++) {
        full = fmax(full, params->start_range + fabs(params->start.values[i]));
    }
    full = full > 0.0 ? 2.0 * full : 1.0;
    canvas->view(canvas->context, 0.0, -1.1 * height, n + 1.0, 1.1 * height);
    for (int32_t i = 0; i < params->n; i++) {
        const double x = i + 1.0, share = fmin(fmax(state->x[i] / full, -1.0), 1.0);
        rill_canvas_rectangle(canvas, x - 0.3, -height, x + 0.3, height, RILL_LIGHT_GREY);
        rill_canvas_rectangle(canvas, x - 0.3, fmin(share, 0.0) * height, x + 0.3,
                              fmax(share, 0.0) * height, share < 0.0 ? RILL_ORANGE : RILL_BLUE);
    }
    canvas->line(canvas->context, 0.4, 0.0, n + 0.6, 0.0, 0.03, RILL_BLACK);
}

static rill_space observation_space(const void *block)
{
    const lqr_params *params = block;
    return rill_space_box((int32_t)params->n, params->low, params->high);
}

static rill_space action_space(const void *block)
{
    const lqr_params *params = block;
    return rill_space_box((int32_t)params->m, params->low, params->high);
}

static int32_t count_state_values(const void *block)
{
    return (int32_t)((const lqr_params *)block)->n;
}

static void get_state(const void *block, const void *state, double *values)
{
    const lqr_params *params = block;
    for (int32_t i = 0; i < params->n; i++) {
        values[i] = ((const lqr_state *)state)->x[i];
    }
}

static rill_status set_state(const void *block, void *state, const double *values,
                             rill_error *error)
{
    const lqr_params *params = block;
    rill_status status = rill_state_finite(values, (int32_t)params->n, error);
    for (int32_t i = 0; i < params->n && status == RILL_OK; i++) {
        ((lqr_state *)state)->x[i] = values[i];
    }
    return status;
}

RILL_DEFINE_ENV(lqr, box, box, .summary = "linear-quadratic regulator of any size up to 32",
                .source = "Bertsekas (2017), section 3.1; Recht (2019), section 2",
                .prepare = prepare, .observation_space = observation_space,
                .action_space = action_space, .jacobian = jacobian, .draw = draw,
                .n_state_values = MAX_SIZE, .count_state_values = count_state_values,
                .get_state = get_state, .set_state = set_state);
