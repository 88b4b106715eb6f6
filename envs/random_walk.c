/// Random walk.
///
/// Description: states 1 to n in a row, a terminal state at either end. Under the uniform policy
///     it is the Markov reward process of Sutton & Barto (2018): Example 6.2 for n = 5,
///     Example 7.1 for n = 19 with a reward of -1 on the left, and Example 9.1 for n = 1000 with
///     jumps of up to 100.
/// Action space: 0 left, 1 right.
/// Observation space: 0 to n + 1; 0 and n + 1 are the terminal states.
/// Reward: `reward_left` and `reward_right` for entering a terminal state, otherwise 0.
/// Starting state: the middle, (n + 1) / 2.
/// Episode end: terminates in 0 and n + 1.
/// Parameters: `n_states` without the terminal ones; `max_jump`: a move goes 1 to `max_jump`
///     states far, each with the same probability; jumps past an end land on it.
/// Versions: one. A jump takes a random number only when `max_jump` is above 1.
#include "core/memory.h"

#include <rill/env_define.h>

typedef struct random_walk_params {
    int64_t n_states, max_jump;
    double reward_left, reward_right;
    // derived
    rill_move
        *moves; ///< (n_states + 2, 2) of walks that are not too long, without jumps; else NULL
} random_walk_params;

enum { MAX_TABLE = 4096 }; ///< states of a walk whose moves are in a table

static const rill_param random_walk_param_table[] = {
    RILL_INTEGER(random_walk_params, n_states, "5", 1, 1e8, "states between the terminal ones"),
    RILL_INTEGER(random_walk_params, max_jump, "1", 1, 1e8, "longest move, in states"),
    RILL_REAL(random_walk_params, reward_left, "0", -1e300, 1e300, "for ending on the left"),
    RILL_REAL(random_walk_params, reward_right, "1", -1e300, 1e300, "for ending on the right"),
    RILL_PARAM_END,
};

typedef struct random_walk_state {
    int32_t position;
} random_walk_state;

static void reset(const random_walk_params *params, random_walk_state *state, rill_rng *rng)
{
    (void)rng;
    state->position = (int32_t)((params->n_states + 1) / 2);
}

/// Where a move of `distance` states ends, and what it earns.
static inline int32_t move(const random_walk_params *params, int32_t position, int32_t action,
                           int32_t distance, rill_outcome *outcome)
{
    const int32_t right_end = (int32_t)params->n_states + 1;
    int32_t next = action == 0 ? position - distance : position + distance;
    next = next < 0 ? 0 : next > right_end ? right_end : next;
    outcome->terminated = next == 0 || next == right_end;
    outcome->reward = next == 0           ? params->reward_left
                      : next == right_end ? params->reward_right
                                          : 0.0;
    return next;
}

static rill_status prepare(void *block, rill_error *error)
{
    random_walk_params *params = block;
    const int32_t n = (int32_t)params->n_states;
    if (params->max_jump > 1 || n > MAX_TABLE) {
        return RILL_OK;
    }
    params->moves = rill_memory_take(2 * (size_t)(n + 2) * sizeof *params->moves);
    if (params->moves == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "n_states", "out of memory");
    }
    for (int32_t i = 0; i < 2 * (n + 2); i++) {
        rill_outcome outcome;
        const int32_t next = move(params, i / 2, i % 2, 1, &outcome);
        params->moves[i] = (rill_move){outcome.reward, next, outcome.terminated};
    }
    return RILL_OK;
}

static void release(void *block)
{
    rill_memory_release(((random_walk_params *)block)->moves);
}

static const rill_move *moves(const void *params)
{
    return ((const random_walk_params *)params)->moves;
}

static inline void step(const random_walk_params *params, random_walk_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    int32_t distance = 1;
    if (params->max_jump > 1) {
        distance += (int32_t)rill_rng_integers(rng, params->max_jump);
    }
    state->position = move(params, state->position, action, distance, outcome);
}

static inline int32_t observe(const random_walk_params *params, const random_walk_state *state)
{
    (void)params;
    return state->position;
}

static rill_status model(const void *params, rill_model_builder *builder)
{
    const random_walk_params *p = params;
    const int32_t n = (int32_t)p->n_states;
    rill_status status = rill_model_begin(builder, n + 2, 2);
    if (status == RILL_OK) {
        rill_model_add_start(builder, (n + 1) / 2, 1.0);
    }
    for (int32_t s = 1; s <= n; s++) {
        for (int32_t action = 0; action < 2; action++) {
            const int32_t to_end = action == 0 ? s : n + 1 - s;
            // jumps that stay inside one by one, then all those that reach the end together
            for (int32_t d = 1; d <= p->max_jump && d <= to_end && status == RILL_OK; d++) {
                rill_outcome outcome;
                int32_t next = move(p, s, action, d, &outcome);
                double jumps = d < to_end ? 1.0 : (double)(p->max_jump - to_end + 1);
                status = rill_model_add(builder, s, action, jumps / (double)p->max_jump, next,
                                        outcome.reward, outcome.terminated);
            }
        }
    }
    return status;
}

static rill_cell cell_kind(const void *params, int32_t state)
{
    const random_walk_params *p = params;
    return state == 0 || state == p->n_states + 1      ? RILL_CELL_GOAL
           : state == (int32_t)((p->n_states + 1) / 2) ? RILL_CELL_START
                                                       : RILL_CELL_FREE;
}

static void grid(const void *params, rill_grid *grid)
{
    *grid = (rill_grid){1, (int32_t)((const random_walk_params *)params)->n_states + 2, cell_kind};
}

static rill_space observation_space(const void *params)
{
    return rill_space_discrete((int32_t)((const random_walk_params *)params)->n_states + 2);
}

static rill_space action_space(const void *params)
{
    (void)params;
    return rill_space_discrete(2);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    values[0] = ((const random_walk_state *)state)->position;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    int32_t position = 0;
    rill_status status =
        rill_state_index(values[0], observation_space(params).size, &position, error);
    if (status == RILL_OK) {
        ((random_walk_state *)state)->position = position;
    }
    return status;
}

static const char *const action_names[] = {"left", "right", NULL};

RILL_DEFINE_ENV(random_walk, index, index,
                .summary = "states in a row with a terminal state at either end",
                .source = "Sutton & Barto (2018), Examples 6.2, 7.1 and 9.1",
                .action_names = action_names, .prepare = prepare, .release = release,
                .moves = moves, .observation_space = observation_space,
                .action_space = action_space, .model = model, .grid = grid, .n_state_values = 1,
                .get_state = get_state, .set_state = set_state);
