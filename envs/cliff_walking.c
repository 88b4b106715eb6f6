/// Cliff walking.
///
/// Description: a 4 x 12 grid. The way from the start (lower left) to the goal (lower right) leads
///     along a cliff, the ten cells between them; whoever steps into it falls and is put back to
///     the start. Sutton & Barto (2018), Example 6.6; Gymnasium's CliffWalking-v1.
/// Action space: 0 up, 1 right, 2 down, 3 left. A move off the grid keeps the place.
/// Observation space: row * 12 + column, rows from the top; 36 is the start, 47 the goal.
/// Reward: -1 a step, -100 for a step into the cliff.
/// Starting state: 36.
/// Episode end: terminates on entering the goal. Falling does not end the episode. No time limit.
/// Parameters: `is_slippery`: the move is the intended one, or one of its two neighbours in the
///     order of actions, each with probability 1/3.
/// Versions: v1 of Gymnasium 1.x (`is_slippery` came with it); same stream of random numbers.
#include <rill/env_define.h>

enum { ROWS = 4, COLUMNS = 12, STATES = ROWS * COLUMNS, ACTIONS = 4, START = 36, GOAL = 47 };

typedef struct cliff_walking_params {
    bool is_slippery;
    // derived
    rill_move moves[STATES][ACTIONS];
} cliff_walking_params;

static const rill_param cliff_walking_param_table[] = {
    RILL_BOOL(cliff_walking_params, is_slippery, "false",
              "a move goes astray to either side with probability 1/3 each"),
    RILL_PARAM_END,
};

typedef struct cliff_walking_state {
    int32_t cell;
} cliff_walking_state;

static bool is_cliff(int32_t cell)
{
    return cell > START && cell < GOAL;
}

/// The cell that a move leads to, the cliff included.
static int32_t neighbour(int32_t cell, int32_t action)
{
    static const int32_t rows[ACTIONS] = {-1, 0, 1, 0};
    static const int32_t columns[ACTIONS] = {0, 1, 0, -1};
    int32_t row = cell / COLUMNS + rows[action];
    int32_t column = cell % COLUMNS + columns[action];
    bool is_inside = row >= 0 && row < ROWS && column >= 0 && column < COLUMNS;
    return is_inside ? row * COLUMNS + column : cell;
}

static rill_status prepare(void *block, rill_error *error)
{
    (void)error;
    cliff_walking_params *params = block;
    for (int32_t cell = 0; cell < STATES; cell++) {
        for (int32_t action = 0; action < ACTIONS; action++) {
            int32_t next = neighbour(cell, action);
            params->moves[cell][action] = is_cliff(next) ? (rill_move){-100.0, START, false}
                                                         : (rill_move){-1.0, next, next == GOAL};
        }
    }
    return RILL_OK;
}

static void reset(const cliff_walking_params *params, cliff_walking_state *state, rill_rng *rng)
{
    (void)params;
    rill_rng_random(rng); // Gymnasium draws the start state, though there is only one
    state->cell = START;
}

static inline void step(const cliff_walking_params *params, cliff_walking_state *state,
                        rill_rng *rng, int32_t action, rill_outcome *outcome)
{
    if (params->is_slippery) {
        // cumulated probabilities in Gymnasium's order: action - 1, action, action + 1
        double u = rill_rng_random(rng);
        int32_t turn = u < 1.0 / 3.0 ? ACTIONS - 1 : u < 1.0 / 3.0 + 1.0 / 3.0 ? 0 : 1;
        action = (action + turn) % ACTIONS;
    }
    const rill_move *move = &params->moves[state->cell][action];
    state->cell = move->next;
    outcome->reward = move->reward;
    outcome->terminated = move->terminated;
}

static inline int32_t observe(const cliff_walking_params *params, const cliff_walking_state *state)
{
    (void)params;
    return state->cell;
}

/// Gymnasium's table, which has outcomes for the goal and the cliff too, where no episode acts.
static rill_status model(const void *params, rill_model_builder *builder)
{
    const cliff_walking_params *p = params;
    rill_status status = rill_model_begin(builder, STATES, ACTIONS);
    if (status == RILL_OK) {
        rill_model_add_start(builder, START, 1.0);
    }
    for (int32_t cell = 0; cell < STATES; cell++) {
        for (int32_t action = 0; action < ACTIONS; action++) {
            for (int32_t turn = -1; turn <= 1 && status == RILL_OK; turn++) {
                if (turn == 0 || p->is_slippery) {
                    const rill_move *move = &p->moves[cell][(action + turn + ACTIONS) % ACTIONS];
                    status = rill_model_add(builder, cell, action, p->is_slippery ? 1.0 / 3.0 : 1.0,
                                            move->next, move->reward, move->terminated);
                }
            }
        }
    }
    return status;
}

static const rill_move *moves(const void *params)
{
    const cliff_walking_params *p = params;
    return p->is_slippery ? NULL : p->moves[0];
}

static rill_cell cell_kind(const void *params, int32_t cell)
{
    (void)params;
    return is_cliff(cell)  ? RILL_CELL_HAZARD
           : cell == GOAL  ? RILL_CELL_GOAL
           : cell == START ? RILL_CELL_START
                           : RILL_CELL_FREE;
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
    (void)params;
    return rill_space_discrete(ACTIONS);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    values[0] = ((const cliff_walking_state *)state)->cell;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    (void)params;
    int32_t cell = 0;
    rill_status status = rill_state_index(values[0], STATES, &cell, error);
    if (status == RILL_OK) {
        ((cliff_walking_state *)state)->cell = cell;
    }
    return status;
}

static const char *const action_names[] = {"up", "right", "down", "left", NULL};
static const rill_env_preset presets[] = {
    {.id = "CliffWalking-v1"},
    {.id = "CliffWalkingSlippery-v1", .params = (const char *const[]){"is_slippery=true", NULL}},
    {.id = NULL},
};

RILL_DEFINE_ENV(cliff_walking, index, index,
                .summary = "a grid with a cliff between start and goal",
                .source = "Sutton & Barto (2018), Example 6.6; Gymnasium CliffWalking-v1",
                .presets = presets, .action_names = action_names,
                .observation_space = observation_space, .action_space = action_space,
                .prepare = prepare, .model = model, .moves = moves, .grid = grid,
                .n_state_values = 1, .get_state = get_state, .set_state = set_state);
