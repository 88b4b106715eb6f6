/// Frozen lake.
///
/// Description: a lake of ice with holes in it, to be crossed from the start to the goal. The ice
///     is slippery: the agent may glide off to a side of where it wants to go. Gymnasium's
///     FrozenLake-v1. The map has one row of text per grid row, with a letter for each cell:
///         S  start        F  frozen       H  hole         G  goal
/// Action space: 0 left, 1 down, 2 right, 3 up. A move off the grid keeps the place.
/// Observation space: row * columns + column, rows from the top.
/// Reward: of the cell where the move ends: `reward_schedule` gives it for the goal, for a hole and
///     for ice, the start included; 1, 0, 0 by default.
/// Starting state: uniform over the cells S.
/// Episode end: terminates in a hole and on the goal. The presets have a time limit: 100 steps on
///     the 4 x 4 map, 200 on the 8 x 8 map.
/// Parameters: `is_slippery`: the move is the intended one with probability `success_rate`,
///     otherwise one of its two neighbours in the order of actions, each as likely. `map` is a map
///     of one's own instead of the one called `map_name` (Gymnasium: `desc`).
/// Versions: v1 of Gymnasium 1.4.0; same stream of random numbers: one uniform number a reset and
///     one a step, also where nothing is left to chance.
#include "core/categorical.h"
#include "core/memory.h"
#include "core/text_map.h"

#include <rill/env_define.h>
#include <string.h>

enum { LEFT, DOWN, RIGHT, UP, ACTIONS };
enum { REWARD_GOAL, REWARD_HOLE, REWARD_FROZEN, REWARDS };
enum { TURNS = 3 }; // to the action before, none, to the action after

static const char *const map_names[] = {"4x4", "8x8", NULL};
static const char *const maps[] = {
    "SFFF\n"
    "FHFH\n"
    "FFFH\n"
    "HFFG",
    "SFFFFFFF\n"
    "FFFFFFFF\n"
    "FFFHFFFF\n"
    "FFFFFHFF\n"
    "FFFHFFFF\n"
    "FHHFFFHF\n"
    "FHFFHFHF\n"
    "FFFHFFFG",
};

/// Where a move ends, and what it earns.
typedef struct frozen_lake_move {
    double reward;
    int32_t next;
    bool terminated;
} frozen_lake_move;

typedef struct frozen_lake_params {
    int map_name;
    char *map;
    bool is_slippery;
    double success_rate;
    rill_list reward_schedule;
    // derived
    const char *letters; ///< the map in use
    int32_t rows, columns, n_starts;
    int32_t *starts;                  ///< (n_starts) ascending
    double *start_probabilities;      ///< (n_starts) cumulated
    frozen_lake_move *moves;          ///< (rows * columns, ACTIONS) without slipping
    double turns[TURNS];              ///< probabilities
    double turn_probabilities[TURNS]; ///< cumulated
} frozen_lake_params;

static const rill_param frozen_lake_param_table[] = {
    RILL_CHOICE(frozen_lake_params, map_name, "4x4", map_names, "of a built-in map"),
    RILL_ROWS(frozen_lake_params, map, "",
              "rows of text: S start, F frozen, H hole, G goal; empty: the map of map_name"),
    RILL_BOOL(frozen_lake_params, is_slippery, "true", "moves may go astray to either side"),
    RILL_REAL(frozen_lake_params, success_rate, "0.3333333333333333", 0, 1,
              "probability that a move on slippery ice goes where it should"),
    RILL_REALS(frozen_lake_params, reward_schedule, "1,0,0", -1e300, 1e300,
               "rewards of reaching the goal, a hole, ice"),
    RILL_PARAM_END,
};

typedef struct frozen_lake_state {
    int32_t cell;
} frozen_lake_state;

static char cell_at(const frozen_lake_params *params, int32_t cell)
{
    return rill_text_map_at(params->letters, params->columns, cell);
}

static bool is_terminal(char letter)
{
    return letter == 'H' || letter == 'G';
}

/// The direction of a move that takes a turn.
static inline int32_t turned(int32_t action, int32_t turn)
{
    return (action + turn + ACTIONS - 1) % ACTIONS;
}

static frozen_lake_move find_move(const frozen_lake_params *params, int32_t cell, int32_t action)
{
    if (is_terminal(cell_at(params, cell))) {
        return (frozen_lake_move){0.0, cell, true};
    }
    int32_t row = cell / params->columns + (action == DOWN) - (action == UP);
    int32_t column = cell % params->columns + (action == RIGHT) - (action == LEFT);
    bool is_inside = row >= 0 && row < params->rows && column >= 0 && column < params->columns;
    int32_t next = is_inside ? row * params->columns + column : cell;
    char letter = cell_at(params, next);
    int reward = letter == 'G' ? REWARD_GOAL : letter == 'H' ? REWARD_HOLE : REWARD_FROZEN;
    return (frozen_lake_move){params->reward_schedule.values[reward], next, is_terminal(letter)};
}

static void release(void *block)
{
    frozen_lake_params *params = block;
    rill_memory_release(params->starts);
    rill_memory_release(params->start_probabilities);
    rill_memory_release(params->moves);
}

static rill_status prepare(void *block, rill_error *error)
{
    frozen_lake_params *params = block;
    params->letters = params->map == NULL ? maps[params->map_name] : params->map;
    rill_status status = rill_text_map_measure(params->letters, "SFHG", "S F H G", &params->rows,
                                               &params->columns, error);
    if (status != RILL_OK) {
        return status;
    }
    const int32_t n_cells = params->rows * params->columns;
    params->n_starts = 0;
    for (const char *letter = params->letters; *letter != '\0'; letter++) {
        params->n_starts += *letter == 'S';
    }
    if (params->n_starts == 0) {
        return rill_error_set(error, RILL_INVALID, "map", "there is no cell to start in; add an S");
    }
    if (params->reward_schedule.count != REWARDS) {
        return rill_error_set(error, RILL_INVALID, "reward_schedule",
                              "has %d numbers; give 3: for the goal, a hole, ice",
                              params->reward_schedule.count);
    }
    params->starts = rill_memory_take((size_t)params->n_starts * sizeof *params->starts);
    params->start_probabilities =
        rill_memory_take((size_t)params->n_starts * sizeof *params->start_probabilities);
    params->moves = rill_memory_take((size_t)n_cells * ACTIONS * sizeof *params->moves);
    if (params->starts == NULL || params->start_probabilities == NULL || params->moves == NULL) {
        release(params);
        return rill_error_set(error, RILL_NO_MEMORY, "map", "out of memory");
    }

    int32_t n_starts = 0;
    for (int32_t cell = 0; cell < n_cells; cell++) {
        if (cell_at(params, cell) == 'S') {
            params->starts[n_starts++] = cell;
        }
        for (int32_t action = 0; action < ACTIONS; action++) {
            params->moves[cell * ACTIONS + action] = find_move(params, cell, action);
        }
    }
    rill_cumulate_uniform(params->start_probabilities, n_starts);

    // rounded as in Gymnasium, where 1/3 leaves a little more than 1/3 to each side
    const double success_rate = params->is_slippery ? params->success_rate : 1.0;
    const double turns[TURNS] = {(1.0 - success_rate) / 2.0, success_rate,
                                 (1.0 - success_rate) / 2.0};
    double sum = 0.0;
    for (int32_t turn = 0; turn < TURNS; turn++) {
        sum += turns[turn];
        params->turns[turn] = turns[turn];
        params->turn_probabilities[turn] = sum;
    }
    return RILL_OK;
}

static void reset(const frozen_lake_params *params, frozen_lake_state *state, rill_rng *rng)
{
    int32_t i = rill_draw_categorical(rng, params->start_probabilities, params->n_starts);
    state->cell = params->starts[i];
}

static inline void step(const frozen_lake_params *params, frozen_lake_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    if (params->is_slippery) {
        action = turned(action, rill_draw_categorical(rng, params->turn_probabilities, TURNS));
    } else {
        rill_rng_random(rng); // Gymnasium draws here too
    }
    const frozen_lake_move *move = &params->moves[state->cell * ACTIONS + action];
    state->cell = move->next;
    outcome->reward = move->reward;
    outcome->terminated = move->terminated;
}

static inline int32_t observe(const frozen_lake_params *params, const frozen_lake_state *state)
{
    (void)params;
    return state->cell;
}

/// Gymnasium's table, which has outcomes for holes and goals too, where no episode acts.
static rill_status model(const void *block, rill_model_builder *builder)
{
    const frozen_lake_params *params = block;
    const int32_t n_cells = params->rows * params->columns;
    rill_status status = rill_model_begin(builder, n_cells, ACTIONS);
    for (int32_t i = 0; i < params->n_starts && status == RILL_OK; i++) {
        rill_model_add_start(builder, params->starts[i], 1.0 / params->n_starts);
    }
    for (int32_t pair = 0; pair < n_cells * ACTIONS; pair++) {
        const int32_t cell = pair / ACTIONS, action = pair % ACTIONS;
        const int32_t n_turns = is_terminal(cell_at(params, cell)) ? 1 : TURNS;
        for (int32_t turn = 0; turn < n_turns && status == RILL_OK; turn++) {
            const frozen_lake_move *move = &params->moves[cell * ACTIONS + turned(action, turn)];
            status = rill_model_add(builder, cell, action, n_turns == 1 ? 1.0 : params->turns[turn],
                                    move->next, move->reward, move->terminated);
        }
    }
    return status;
}

static rill_cell cell_kind(const void *params, int32_t cell)
{
    char letter = cell_at(params, cell);
    return letter == 'H'   ? RILL_CELL_HAZARD
           : letter == 'G' ? RILL_CELL_GOAL
           : letter == 'S' ? RILL_CELL_START
                           : RILL_CELL_FREE;
}

static void grid(const void *block, rill_grid *grid)
{
    const frozen_lake_params *params = block;
    *grid = (rill_grid){params->rows, params->columns, cell_kind};
}

static rill_space observation_space(const void *block)
{
    const frozen_lake_params *params = block;
    return rill_space_discrete(params->rows * params->columns);
}

static rill_space action_space(const void *params)
{
    (void)params;
    return rill_space_discrete(ACTIONS);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    values[0] = ((const frozen_lake_state *)state)->cell;
}

static rill_status set_state(const void *block, void *state, const double *values,
                             rill_error *error)
{
    const frozen_lake_params *params = block;
    return rill_state_index(values[0], params->rows * params->columns,
                            &((frozen_lake_state *)state)->cell, error);
}

static const char *const action_names[] = {"left", "down", "right", "up", NULL};
static const rill_env_preset presets[] = {
    {.id = "FrozenLake-v1", .max_episode_steps = 100, .reward_threshold = 0.70},
    {.id = "FrozenLake8x8-v1",
     .params = (const char *const[]){"map_name=8x8", NULL},
     .max_episode_steps = 200,
     .reward_threshold = 0.85},
    {.id = NULL},
};

RILL_DEFINE_ENV(frozen_lake, index, index,
                .summary = "a slippery lake with holes between start and goal",
                .source = "Gymnasium FrozenLake-v1, FrozenLake8x8-v1", .presets = presets,
                .action_names = action_names, .prepare = prepare, .release = release,
                .observation_space = observation_space, .action_space = action_space,
                .model = model, .grid = grid, .n_state_values = 1, .get_state = get_state,
                .set_state = set_state);
