/// Access-control queuing.
///
/// Description: customers of several priorities wait for a number of servers, in a queue that never
///     empties. At each step the one at the head is accepted, takes a free server and pays, or is
///     rejected and sent away; then each busy server, the one just taken too, becomes free with a
///     probability. Sutton & Barto (2018), Example 10.2.
/// Action space: 0 reject, 1 accept. Without a free server to accept is to reject.
/// Observation space: customer * (n_servers + 1) + free servers: which of the priorities the one at
///     the head of the queue has, and the number of free servers.
/// Reward: the priority of a customer accepted, 0 for one rejected.
/// Starting state: all servers free; the customer is as likely to be of any priority.
/// Episode end: never: it is a task for average reward. No time limit.
/// Parameters: see the table. The next customer is as likely to be of any of the `priorities`.
/// Versions: one. A reset draws the customer, an integer; a step draws the number of servers that
///     become free, one uniform number, by inversion of the binomial distribution, then the customer.
#include "core/memory.h"

#include <rill/env_define.h>
#include <stdio.h>

typedef struct access_control_params {
    int64_t n_servers;
    double p_free;
    rill_list priorities;
    // derived
    double *cumulated; ///< (n_servers + 1, n_servers + 1) P(at most k become free | b are busy)
} access_control_params;

static const rill_param access_control_param_table[] = {
    RILL_INTEGER(access_control_params, n_servers, "10", 1, 1000, "number of servers"),
    RILL_REAL(access_control_params, p_free, "0.06", 0, 1,
              "probability that a busy server becomes free, per step"),
    RILL_REALS(access_control_params, priorities, "1,2,4,8", -1e100, 1e100,
               "what customers pay, one number for each kind"),
    RILL_PARAM_END,
};

typedef struct access_control_state {
    int32_t customer; ///< which of the priorities
    int32_t n_free;
} access_control_state;

enum { REJECT, ACCEPT };

static void release(void *block)
{
    rill_memory_release(((access_control_params *)block)->cumulated);
}

/// Row b from row b - 1, as server b stays busy or becomes free:
///     P_b(<= k) = (1 - p) P_{b-1}(<= k) + p P_{b-1}(<= k - 1)
static rill_status prepare(void *block, rill_error *error)
{
    access_control_params *params = block;
    const int32_t n = (int32_t)params->n_servers + 1;
    const double p = params->p_free;
    if (params->priorities.count == 0) {
        return rill_error_set(error, RILL_INVALID, "priorities",
                              "there are none; give at least one number");
    }
    params->cumulated = rill_memory_take((size_t)n * (size_t)n * sizeof *params->cumulated);
    if (params->cumulated == NULL) {
        return rill_error_no_memory(error);
    }
    params->cumulated[0] = 1.0;
    for (int32_t busy = 1; busy < n; busy++) {
        const double *old = params->cumulated + (busy - 1) * n;
        double *row = params->cumulated + busy * n;
        for (int32_t k = 0; k < busy; k++) {
            row[k] = (1.0 - p) * old[k] + (k == 0 ? 0.0 : p * old[k - 1]);
        }
        row[busy] = 1.0;
    }
    return RILL_OK;
}

static inline void reset(const access_control_params *params, access_control_state *state,
                         rill_rng *rng)
{
    state->n_free = (int32_t)params->n_servers;
    state->customer = (int32_t)rill_rng_integers(rng, params->priorities.count);
}

static inline void step(const access_control_params *params, access_control_state *state,
                        rill_rng *rng, int32_t action, rill_outcome *outcome)
{
    const int32_t n_servers = (int32_t)params->n_servers;
    if (action == ACCEPT && state->n_free > 0) {
        outcome->reward = params->priorities.values[state->customer];
        state->n_free--;
    }
    const int32_t busy = n_servers - state->n_free;
    if (busy > 0) {
        const double *cumulated = params->cumulated + busy * (n_servers + 1);
        const double u = rill_rng_random(rng);
        for (int32_t k = 0; u >= cumulated[k]; k++) {
            state->n_free++;
        }
    }
    state->customer = (int32_t)rill_rng_integers(rng, params->priorities.count);
}

static inline int32_t observe(const access_control_params *params,
                              const access_control_state *state)
{
    return state->customer * ((int32_t)params->n_servers + 1) + state->n_free;
}

static rill_space observation_space(const void *block)
{
    const access_control_params *params = block;
    return rill_space_discrete(params->priorities.count * ((int32_t)params->n_servers + 1));
}

static rill_space action_space(const void *params)
{
    (void)params;
    return rill_space_discrete(2);
}

/// Writes what follows a state and action: each number of servers that may become free, each next
/// customer.
static rill_status add_outcomes(const access_control_params *params, rill_model_builder *builder,
                                int32_t state, int32_t action)
{
    const int32_t n = (int32_t)params->n_servers + 1, n_kinds = params->priorities.count;
    const bool is_served = action == ACCEPT && state % n > 0;
    const double reward = is_served ? params->priorities.values[state / n] : 0.0;
    const int32_t n_free = state % n - is_served, busy = n - 1 - n_free;
    const double *cumulated = params->cumulated + busy * n;
    rill_status status = RILL_OK;
    for (int32_t k = 0; k <= busy; k++) {
        const double p = k == 0 ? cumulated[0] : cumulated[k] - cumulated[k - 1];
        for (int32_t next = 0; next < n_kinds && status == RILL_OK; next++) {
            status = rill_model_add(builder, state, action, p / n_kinds, next * n + n_free + k,
                                    reward, false);
        }
    }
    return status;
}

static rill_status model(const void *block, rill_model_builder *builder)
{
    const access_control_params *params = block;
    const int32_t n = (int32_t)params->n_servers + 1, n_kinds = params->priorities.count;
    rill_status status = rill_model_begin(builder, n_kinds * n, 2);
    for (int32_t i = 0; i < n_kinds && status == RILL_OK; i++) {
        rill_model_add_start(builder, i * n + n - 1, 1.0 / n_kinds);
    }
    for (int32_t i = 0; i < 2 * n_kinds * n && status == RILL_OK; i++) {
        status = add_outcomes(params, builder, i / 2, i % 2);
    }
    return status;
}

static rill_cell cell_kind(const void *params, int32_t state)
{
    (void)params;
    (void)state;
    return RILL_CELL_FREE;
}

/// The chart of Figure 10.5: a row for each priority, a column for each number of free servers.
static void grid(const void *block, rill_grid *grid)
{
    const access_control_params *params = block;
    *grid = (rill_grid){params->priorities.count, (int32_t)params->n_servers + 1, cell_kind};
}

/// The servers, busy ones filled, and the customer before them with what it pays.
static void draw(const void *block, const void *data, const rill_canvas *canvas)
{
    const access_control_params *params = block;
    const access_control_state *state = data;
    const int32_t n_servers = (int32_t)params->n_servers;
    const double middle = 0.5 * n_servers;
    canvas->view(canvas->context, -0.5, -2.0, n_servers + 0.5, 1.5);
    for (int32_t i = 0; i < n_servers; i++) {
        const bool is_busy = i < n_servers - state->n_free;
        rill_canvas_rectangle(canvas, i + 0.1, 0.1, i + 0.9, 0.9,
                              is_busy ? RILL_BLUE : RILL_LIGHT_GREY);
    }
    char label[32];
    snprintf(label, sizeof label, "%g", params->priorities.values[state->customer]);
    canvas->circle(canvas->context, middle, -1.0, 0.6, RILL_ORANGE);
    canvas->text(canvas->context, middle, -1.0, 0.5, label, RILL_BLACK);
}

static void get_state(const void *params, const void *data, double *values)
{
    const access_control_state *state = data;
    (void)params;
    values[0] = state->customer;
    values[1] = state->n_free;
}

static rill_status set_state(const void *block, void *data, const double *values, rill_error *error)
{
    const access_control_params *params = block;
    access_control_state state;
    rill_status status =
        rill_state_index(values[0], params->priorities.count, &state.customer, error);
    if (status == RILL_OK) {
        status = rill_state_index(values[1], (int32_t)params->n_servers + 1, &state.n_free, error);
    }
    if (status == RILL_OK) {
        *(access_control_state *)data = state;
    }
    return status;
}

static const char *const action_names[] = {"reject", "accept", NULL};

RILL_DEFINE_ENV(access_control, index, index,
                .summary = "a queue of customers of several priorities before a number of servers",
                .source = "Sutton & Barto (2018), Example 10.2", .action_names = action_names,
                .prepare = prepare, .release = release, .observation_space = observation_space,
                .action_space = action_space, .model = model, .grid = grid, .draw = draw,
                .n_state_values = 2, .get_state = get_state, .set_state = set_state);
