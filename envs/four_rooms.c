/// Four rooms.
///
/// Description: a grid of four rooms that four hallways, one cell wide, join in a ring. Sutton, Precup &
///     Singh, "Between MDPs and semi-MDPs: A framework for temporal abstraction in reinforcement
///     learning", Artificial Intelligence 112 (1999), Figure 2.
/// Action space: 0 up, 1 right, 2 down, 3 left. A move against a wall keeps the place.
/// Observation space: row * 13 + column, rows from the top; the outer walls count, so that 14 is the
///     upper left corner. The hallways are 45 (north), 80 (west), 100 (east) and 136 (south).
/// Transitions: with probability `slip` the move is one of the other three, each as likely.
/// Reward: 1 for entering the goal, otherwise 0.
/// Starting state: `start`.
/// Episode end: terminates on the goal. No time limit.
/// Parameters: `goal`, `start`: cells; start -1 is uniform over all cells but the goal. The goal in the
///     east hallway and the start in the upper left corner are of the many in use; the paper moves its
///     goal about. `slip` is the paper's 1/3.
/// Versions: one. A step takes one uniform random number where `slip` is above 0.
#include <rill/env_define.h>

enum { UP, RIGHT, DOWN, LEFT, ACTIONS };
enum { ROWS = 13, COLUMNS = 13, CELLS = ROWS * COLUMNS, ANY_START = -1 };

static const char map[CELLS + 1] = "#############"
                                   "#.....#.....#"
                                   "#.....#.....#"
                                   "#...........#"
                                   "#.....#.....#"
                                   "#.....#.....#"
                                   "##.####.....#"
                                   "#.....###.###"
                                   "#.....#.....#"
                                   "#.....#.....#"
                                   "#...........#"
                                   "#.....#.....#"
                                   "#############";

typedef struct four_rooms_params {
    int64_t goal, start;
    double slip;
    // derived
    int32_t n_starts;
    uint8_t starts[CELLS];         ///< (n_starts) ascending
    uint8_t next[CELLS * ACTIONS]; ///< where a move from a cell ends, without slipping
} four_rooms_params;

static const rill_param four_rooms_param_table[] = {
    RILL_INTEGER(four_rooms_params, goal, "100", 0, CELLS - 1, "cell that ends the episode"),
    RILL_INTEGER(four_rooms_params, start, "14", ANY_START, CELLS - 1,
                 "cell to start in; -1: any but the goal"),
    RILL_REAL(four_rooms_params, slip, "0.3333333333333333", 0, 1,
              "probability that a move goes in one of the other three directions"),
    RILL_PARAM_END,
};

typedef struct four_rooms_state {
    int32_t cell;
} four_rooms_state;

static rill_status check_cell(const char *name, int64_t cell, rill_error *error)
{
    if (map[cell] != '#') {
        return RILL_OK;
    }
    return rill_error_set(error, RILL_INVALID, name,
                          "%lld is a wall (row %lld, column %lld, from 0); choose another cell",
                          (long long)cell, (long long)cell / COLUMNS, (long long)cell % COLUMNS);
}

static rill_status prepare(void *block, rill_error *error)
{
    static const int32_t offsets[ACTIONS] = {-COLUMNS, 1, COLUMNS, -1};
    four_rooms_params *params = block;
    rill_status status = check_cell("goal", params->goal, error);
    if (status == RILL_OK && params->start != ANY_START) {
        status = check_cell("start", params->start, error);
    }
    if (status == RILL_OK && params->start == params->goal) {
        status = rill_error_set(error, RILL_INVALID, "start", "%lld is the goal as well",
                                (long long)params->start);
    }
    if (status != RILL_OK) {
        return status;
    }
    for (int32_t cell = 0; cell < CELLS; cell++) {
        if (params->start == ANY_START ? map[cell] != '#' && cell != params->goal
                                       : cell == params->start) {
            params->starts[params->n_starts++] = (uint8_t)cell;
        }
        for (int32_t action = 0; action < ACTIONS && map[cell] != '#'; action++) {
            const int32_t next = cell + offsets[action];
            params->next[cell * ACTIONS + action] = (uint8_t)(map[next] == '#' ? cell : next);
        }
    }
    return RILL_OK;
}

static void reset(const four_rooms_params *params, four_rooms_state *state, rill_rng *rng)
{
    state->cell = params->starts[rill_rng_integers(rng, params->n_starts)];
}

static inline void step(const four_rooms_params *params, four_rooms_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    if (params->slip > 0.0) {
        // the directions after the intended one share `slip`
        const double u = rill_rng_random(rng);
        const int32_t turn = u >= params->slip                ? 0
                             : u < params->slip / 3.0         ? 1
                             : u < params->slip * (2.0 / 3.0) ? 2
                                                              : 3;
        action = (action + turn) % ACTIONS;
    }
    state->cell = params->next[state->cell * ACTIONS + action];
    outcome->terminated = state->cell == params->goal;
    outcome->reward = outcome->terminated ? 1.0 : 0.0;
}

static inline int32_t observe(const four_rooms_params *params, const four_rooms_state *state)
{
    (void)params;
    return state->cell;
}

static rill_status model(const void *block, rill_model_builder *builder)
{
    const four_rooms_params *params = block;
    rill_status status = rill_model_begin(builder, CELLS, ACTIONS);
    for (int32_t i = 0; i < params->n_starts && status == RILL_OK; i++) {
        rill_model_add_start(builder, params->starts[i], 1.0 / params->n_starts);
    }
    for (int32_t i = 0; i < CELLS * ACTIONS; i++) {
        const int32_t cell = i / ACTIONS, action = i % ACTIONS;
        const bool is_decision = map[cell] != '#' && cell != params->goal;
        for (int32_t turn = 0; turn < ACTIONS && is_decision && status == RILL_OK; turn++) {
            const int32_t next = params->next[cell * ACTIONS + (action + turn) % ACTIONS];
            const bool is_goal = next == params->goal;
            status = rill_model_add(builder, cell, action,
                                    turn == 0 ? 1.0 - params->slip : params->slip / 3.0, next,
                                    is_goal ? 1.0 : 0.0, is_goal);
        }
    }
    return status;
}

static rill_cell cell_kind(const void *block, int32_t cell)
{
    const four_rooms_params *params = block;
    return map[cell] == '#'        ? RILL_CELL_WALL
           : cell == params->goal  ? RILL_CELL_GOAL
           : cell == params->start ? RILL_CELL_START
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
    return rill_space_discrete(CELLS);
}

static rill_space action_space(const void *params)
{
    (void)params;
    return rill_space_discrete(ACTIONS);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    values[0] = ((const four_rooms_state *)state)->cell;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    (void)params;
    int32_t cell = 0;
    rill_status status = rill_state_index(values[0], CELLS, &cell, error);
    if (status == RILL_OK) {
        status = check_cell("state", cell, error);
    }
    if (status == RILL_OK) {
        ((four_rooms_state *)state)->cell = cell;
    }
    return status;
}

static const char *const action_names[] = {"up", "right", "down", "left", NULL};

RILL_DEFINE_ENV(four_rooms, index, index, .summary = "four rooms joined by hallways",
                .source = "Sutton, Precup & Singh (1999), Figure 2", .action_names = action_names,
                .prepare = prepare, .observation_space = observation_space,
                .action_space = action_space, .model = model, .grid = grid, .n_state_values = 1,
                .get_state = get_state, .set_state = set_state);
