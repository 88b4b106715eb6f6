/// Deep sea.
///
/// Description: a grid of N x N cells that a diver sinks through, one row a step, going left or right.
///     Right costs a little each time, and only who goes right every time finds the treasure in the
///     last corner: under random play one episode in 2^N. Which action means right differs from cell
///     to cell. Osband et al., "Behaviour Suite for Reinforcement Learning" (2020); bsuite's deep_sea.
/// Action space: 0, 1: left or right. Left goes one column to the left, right one to the right, no
///     farther than the edge.
/// Observation space: row * N + column, rows from the top; bsuite's N x N picture has a one there. Row N
///     is the sea floor, where episodes end (in bsuite a picture of zeros).
/// Reward: right costs `move_cost` / N; right in the last row's right corner earns 1.
/// Starting state: row 0, column 0.
/// Episode end: terminates after N steps.
/// Parameters: `size` N, `move_cost`. `randomize_actions`: the action that means right in cell (i, j)
///     is NumPy's default_rng(mapping_seed).integers(2, size=(N, N))[i, j], otherwise 1. `is_stochastic`:
///     right fails, at its cost, with probability 1 / N and keeps the column, and a standard normal
///     number is added to the reward of both actions in both corners of the last row; the model has its
///     mean.
/// Versions: one: bsuite's rules; its generator, of mappings as well, is another. Where it is stochastic
///     a step takes one normal number in the corners, then right one uniform number.
#include "core/memory.h"

#include <rill/env_define.h>

enum { ACTIONS = 2 };

typedef struct deep_sea_params {
    int64_t size;
    bool is_stochastic;
    double move_cost;
    bool randomize_actions;
    int64_t mapping_seed;
    // derived
    uint8_t *right; ///< (size, size) the action that means right
} deep_sea_params;

static const rill_param deep_sea_param_table[] = {
    RILL_INTEGER(deep_sea_params, size, "10", 1, 1000, "rows and columns of the grid, N"),
    RILL_BOOL(deep_sea_params, is_stochastic, "false", "right may fail, and corners pay at random"),
    RILL_REAL(deep_sea_params, move_cost, "0.01", 0, 1e300, "of going right N times"),
    RILL_BOOL(deep_sea_params, randomize_actions, "true", "what an action means hangs on the cell"),
    RILL_INTEGER(deep_sea_params, mapping_seed, "42", 0, 1e15, "of what actions mean"),
    RILL_PARAM_END,
};

typedef struct deep_sea_state {
    int32_t row, column;
} deep_sea_state;

static void release(void *block)
{
    rill_memory_release(((deep_sea_params *)block)->right);
}

static rill_status prepare(void *block, rill_error *error)
{
    deep_sea_params *params = block;
    const size_t n_cells = (size_t)params->size * (size_t)params->size;
    params->right = rill_memory_take(n_cells);
    if (params->right == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "size", "out of memory");
    }
    rill_rng rng;
    rill_rng_seed(&rng, (uint64_t)params->mapping_seed);
    for (size_t i = 0; i < n_cells; i++) {
        params->right[i] = params->randomize_actions ? (uint8_t)rill_rng_integers(&rng, 2) : 1;
    }
    return RILL_OK;
}

static inline bool is_right(const deep_sea_params *params, const deep_sea_state *state,
                            int32_t action)
{
    return action == params->right[state->row * params->size + state->column];
}

/// The reward without noise.
static inline double expected_reward(const deep_sea_params *params, const deep_sea_state *state,
                                     bool is_right)
{
    const double cost = params->move_cost / (double)params->size;
    const bool is_treasure = state->column == params->size - 1;
    return is_right ? (is_treasure ? 1.0 : 0.0) - cost : 0.0;
}

static void reset(const deep_sea_params *params, deep_sea_state *state, rill_rng *rng)
{
    (void)params, (void)rng;
    *state = (deep_sea_state){0, 0};
}

static inline void step(const deep_sea_params *params, deep_sea_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    const int32_t last = (int32_t)params->size - 1;
    if (state->row > last) {
        outcome->terminated = true;
        return;
    }
    bool goes_right = is_right(params, state, action);
    outcome->reward = expected_reward(params, state, goes_right);
    if (params->is_stochastic && state->row == last &&
        (state->column == 0 || state->column == last)) {
        outcome->reward += rill_rng_standard_normal(rng);
    }
    if (!goes_right) {
        state->column -= state->column > 0;
    } else if (!params->is_stochastic || rill_rng_random(rng) >= 1.0 / (double)params->size) {
        state->column += state->column < last;
    }
    state->row++;
    outcome->terminated = state->row > last;
}

static inline int32_t observe(const deep_sea_params *params, const deep_sea_state *state)
{
    return state->row * (int32_t)params->size + state->column;
}

static rill_space observation_space(const void *block)
{
    const deep_sea_params *params = block;
    return rill_space_discrete((int32_t)((params->size + 1) * params->size));
}

static rill_status model(const void *block, rill_model_builder *builder)
{
    const deep_sea_params *params = block;
    const int32_t n = (int32_t)params->size;
    rill_status status = rill_model_begin(builder, (n + 1) * n, ACTIONS);
    if (status == RILL_OK) {
        rill_model_add_start(builder, 0, 1.0);
    }
    for (int32_t i = 0; i < n * n * ACTIONS && status == RILL_OK; i++) {
        const deep_sea_state state = {i / ACTIONS / n, i / ACTIONS % n};
        const int32_t below = observe(params, &state) + n, action = i % ACTIONS;
        const bool goes_right = is_right(params, &state, action), is_end = state.row == n - 1;
        const double reward = expected_reward(params, &state, goes_right);
        const double failure = params->is_stochastic && goes_right ? 1.0 / n : 0.0;
        const int32_t next = !goes_right             ? below - (state.column > 0)
                             : state.column == n - 1 ? below
                                                     : below + 1;
        status = rill_model_add(builder, i / ACTIONS, action, failure, below, reward, is_end);
        if (status == RILL_OK) {
            status =
                rill_model_add(builder, i / ACTIONS, action, 1.0 - failure, next, reward, is_end);
        }
    }
    return status;
}

static rill_cell cell_kind(const void *block, int32_t cell)
{
    const deep_sea_params *params = block;
    return cell == params->size * params->size - 1 ? RILL_CELL_GOAL
           : cell == 0                             ? RILL_CELL_START
                                                   : RILL_CELL_FREE;
}

static void grid(const void *block, rill_grid *grid)
{
    const int32_t n = (int32_t)((const deep_sea_params *)block)->size;
    *grid = (rill_grid){n + 1, n, cell_kind};
}

static rill_space action_space(const void *params)
{
    (void)params;
    return rill_space_discrete(ACTIONS);
}

static void get_state(const void *params, const void *state, double *values)
{
    values[0] = observe(params, state);
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    const int32_t n = (int32_t)((const deep_sea_params *)params)->size;
    int32_t index = 0;
    rill_status status = rill_state_index(values[0], (n + 1) * n, &index, error);
    if (status == RILL_OK) {
        *(deep_sea_state *)state = (deep_sea_state){index / n, index % n};
    }
    return status;
}

RILL_DEFINE_ENV(deep_sea, index, index,
                .summary = "a grid where only going right every time finds the treasure",
                .source = "Osband et al. (2020), bsuite", .prepare = prepare, .release = release,
                .observation_space = observation_space, .action_space = action_space,
                .model = model, .has_expected_rewards = true, .grid = grid, .n_state_values = 1,
                .get_state = get_state, .set_state = set_state);
