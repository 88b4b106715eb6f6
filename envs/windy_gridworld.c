/// Windy gridworld.
///
/// Description: a 7 x 10 grid with a wind upwards through its middle: a move that leaves a cell is
///     shifted up by the strength of the wind in that cell's column, 0 0 0 1 1 1 2 2 1 0 from left
///     to right. Sutton & Barto (2018), Example 6.5; Exercises 6.9 and 6.10 are moves=king or
///     king_stay, and is_stochastic=true with them.
/// Action space: 0 up, 1 right, 2 down, 3 left; with king's moves also 4 up-right, 5 down-right,
///     6 down-left, 7 up-left; with "king_stay" also 8 stay, which the wind still moves.
/// Observation space: row * 10 + column, rows from the top; 30 is the start, 37 the goal.
/// Reward: -1 a step.
/// Starting state: 30.
/// Episode end: terminates on ending a move in the goal. No time limit.
/// Parameters: `is_stochastic`: where there is wind, its strength is 1 less, as stated or 1 more,
///     each with probability 1/3.
/// Versions: one. Move and wind are added, then row and column are kept on the grid. A step takes a
///     random number, 0 to 2, only where the wind is stochastic.
#include <rill/env_define.h>

enum { ROWS = 7, COLUMNS = 10, STATES = ROWS * COLUMNS, MAX_ACTIONS = 9, START = 30, GOAL = 37 };

static const int32_t wind[COLUMNS] = {0, 0, 0, 1, 1, 1, 2, 2, 1, 0};

static const char *const move_words[] = {"four", "king", "king_stay", NULL};
static const int32_t action_counts[] = {4, 8, 9};

typedef struct windy_gridworld_params {
    int moves;
    bool is_stochastic;
    // derived
    uint8_t next[STATES][MAX_ACTIONS][3];   ///< by gust: wind 1 less, as stated, 1 more
    rill_move steady[STATES * MAX_ACTIONS]; ///< (STATES, n_actions) in a wind that does not vary
} windy_gridworld_params;

static const rill_param windy_gridworld_param_table[] = {
    RILL_CHOICE(windy_gridworld_params, moves, "four", move_words,
                "four moves, king's moves, or king's moves and to stay"),
    RILL_BOOL(windy_gridworld_params, is_stochastic, "false",
              "the wind varies by 1, with probability 1/3 each way"),
    RILL_PARAM_END,
};

typedef struct windy_gridworld_state {
    int32_t cell;
} windy_gridworld_state;

static int32_t clamp(int32_t value, int32_t size)
{
    return value < 0 ? 0 : value >= size ? size - 1 : value;
}

static rill_status prepare(void *block, rill_error *error)
{
    static const int32_t down[MAX_ACTIONS] = {-1, 0, 1, 0, -1, 1, 1, -1, 0};
    static const int32_t right[MAX_ACTIONS] = {0, 1, 0, -1, 1, 1, -1, -1, 0};
    (void)error;
    windy_gridworld_params *params = block;
    const int32_t n_actions = action_counts[params->moves];
    for (int32_t cell = 0; cell < STATES; cell++) {
        for (int32_t action = 0; action < MAX_ACTIONS; action++) {
            for (int32_t gust = 0; gust < 3; gust++) {
                const int32_t row = cell / COLUMNS, column = cell % COLUMNS;
                const int32_t strength = wind[column] + gust - 1;
                params->next[cell][action][gust] =
                    (uint8_t)(clamp(row + down[action] - strength, ROWS) * COLUMNS +
                              clamp(column + right[action], COLUMNS));
            }
        }
        for (int32_t action = 0; action < n_actions; action++) {
            const int32_t next = params->next[cell][action][1];
            params->steady[cell * n_actions + action] = (rill_move){-1.0, next, next == GOAL};
        }
    }
    return RILL_OK;
}

static void reset(const windy_gridworld_params *params, windy_gridworld_state *state, rill_rng *rng)
{
    (void)params;
    (void)rng;
    state->cell = START;
}

static inline void step(const windy_gridworld_params *params, windy_gridworld_state *state,
                        rill_rng *rng, int32_t action, rill_outcome *outcome)
{
    int32_t gust = 1;
    if (params->is_stochastic && wind[state->cell % COLUMNS] != 0) {
        gust = (int32_t)rill_rng_integers(rng, 3);
    }
    state->cell = params->next[state->cell][action][gust];
    outcome->reward = -1.0;
    outcome->terminated = state->cell == GOAL;
}

static inline int32_t observe(const windy_gridworld_params *params,
                              const windy_gridworld_state *state)
{
    (void)params;
    return state->cell;
}

static rill_status model(const void *block, rill_model_builder *builder)
{
    const windy_gridworld_params *params = block;
    const int32_t n_actions = action_counts[params->moves];
    rill_status status = rill_model_begin(builder, STATES, n_actions);
    if (status == RILL_OK) {
        rill_model_add_start(builder, START, 1.0);
    }
    for (int32_t cell = 0; cell < STATES; cell++) {
        for (int32_t action = 0; action < n_actions && cell != GOAL; action++) {
            const bool varies = params->is_stochastic && wind[cell % COLUMNS] != 0;
            for (int32_t gust = varies ? 0 : 1; gust < (varies ? 3 : 2) && status == RILL_OK;
                 gust++) {
                const int32_t next = params->next[cell][action][gust];
                status = rill_model_add(builder, cell, action, varies ? 1.0 / 3.0 : 1.0, next, -1.0,
                                        next == GOAL);
            }
        }
    }
    return status;
}

static rill_cell cell_kind(const void *params, int32_t cell)
{
    (void)params;
    return cell == GOAL ? RILL_CELL_GOAL : cell == START ? RILL_CELL_START : RILL_CELL_FREE;
}

static void grid(const void *params, rill_grid *grid)
{
    (void)params;
    *grid = (rill_grid){ROWS, COLUMNS, cell_kind};
}

static rill_space observation_space(const void *params)
{
    (void)params;
    return rill_space_discrete(STATES);
}

static rill_space action_space(const void *params)
{
    return rill_space_discrete(action_counts[((const windy_gridworld_params *)params)->moves]);
}

static const rill_move *moves(const void *params)
{
    const windy_gridworld_params *p = params;
    return p->is_stochastic ? NULL : p->steady;
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    values[0] = ((const windy_gridworld_state *)state)->cell;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    (void)params;
    return rill_state_index(values[0], STATES, &((windy_gridworld_state *)state)->cell, error);
}

static const char *const action_names[] = {"up",         "right",     "down",    "left", "up_right",
                                           "down_right", "down_left", "up_left", "stay", NULL};

RILL_DEFINE_ENV(windy_gridworld, index, index, .summary = "a grid with a wind across the way",
                .source = "Sutton & Barto (2018), Example 6.5, Exercises 6.9 and 6.10",
                .action_names = action_names, .prepare = prepare,
                .observation_space = observation_space, .action_space = action_space,
                .model = model, .moves = moves, .grid = grid, .n_state_values = 1,
                .get_state = get_state, .set_state = set_state);
