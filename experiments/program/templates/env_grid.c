/// My env.
///
/// Description: a 3 x 4 grid. The way from the start to the goal passes a hole, and goes round a wall.
/// Action space: 0 up, 1 right, 2 down, 3 left. A move against the wall or off the grid keeps the
///     place.
/// Observation space: row * 4 + column, rows from the top.
/// Reward: 1 for entering the goal, -1 for falling into the hole, `step_reward` for other steps.
/// Starting state: 8, the lower left corner.
/// Episode end: terminates on the goal and in the hole. No time limit.
/// Parameters: `slip`: a move goes astray by a quarter turn, to either side with probability slip / 2.
/// Versions: one. A step draws one uniform number.
#include <rill/env_define.h>

enum { ROWS = 3, COLUMNS = 4, STATES = ROWS * COLUMNS, ACTIONS = 4, START = 8 };

/// . free, # wall, G goal, H hole, S start
static const char map[] = "...G"
                          ".#.H"
                          "S...";

typedef struct my_env_params {
    double slip, step_reward;
} my_env_params;

static const rill_param my_env_param_table[] = {
    RILL_REAL(my_env_params, slip, "0.2", 0, 1, "probability that a move goes astray"),
    RILL_REAL(my_env_params, step_reward, "-0.04", -1e6, 1e6, "for a step that ends nowhere"),
    RILL_PARAM_END,
};

/// Plain data: it is copied as bytes.
typedef struct my_env_state {
    int32_t cell;
} my_env_state;

static void reset(const my_env_params *params, my_env_state *state, rill_rng *rng)
{
    (void)params;
    (void)rng;
    state->cell = START;
}

/// Where a move ends, and what it earns: `step` and `model` agree because both ask here.
static int32_t move(const my_env_params *params, int32_t cell, int32_t direction,
                    rill_outcome *outcome)
{
    static const int32_t rows[ACTIONS] = {-1, 0, 1, 0};
    static const int32_t columns[ACTIONS] = {0, 1, 0, -1};
    const int32_t row = cell / COLUMNS + rows[direction];
    const int32_t column = cell % COLUMNS + columns[direction];
    const bool is_inside = row >= 0 && row < ROWS && column >= 0 && column < COLUMNS;
    int32_t next = is_inside ? row * COLUMNS + column : cell;
    next = map[next] == '#' ? cell : next;
    outcome->terminated = map[next] == 'G' || map[next] == 'H';
    outcome->reward = map[next] == 'G' ? 1.0 : map[next] == 'H' ? -1.0 : params->step_reward;
    return next;
}

/// The three ways that an action may go: as meant, a quarter turn to the left, to the right.
static int32_t turned(int32_t action, int32_t way)
{
    static const int32_t turns[] = {0, ACTIONS - 1, 1};
    return (action + turns[way]) % ACTIONS;
}

static inline void step(const my_env_params *params, my_env_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    const double u = rill_rng_random(rng);
    const int32_t way = u >= params->slip ? 0 : u < 0.5 * params->slip ? 1 : 2;
    state->cell = move(params, state->cell, turned(action, way), outcome);
}

static inline int32_t observe(const my_env_params *params, const my_env_state *state)
{
    (void)params;
    return state->cell;
}

/// Outcomes of states that end an episode are left out: nothing is done there.
static rill_status model(const void *block, rill_model_builder *builder)
{
    const my_env_params *params = block;
    const double probabilities[] = {1.0 - params->slip, 0.5 * params->slip, 0.5 * params->slip};
    rill_status status = rill_model_begin(builder, STATES, ACTIONS);
    if (status == RILL_OK) {
        rill_model_add_start(builder, START, 1.0);
    }
    for (int32_t cell = 0; cell < STATES; cell++) {
        const bool is_decision = map[cell] == '.' || map[cell] == 'S';
        for (int32_t action = 0; action < ACTIONS && is_decision; action++) {
            for (int32_t way = 0; way < 3 && status == RILL_OK; way++) {
                rill_outcome outcome;
                const int32_t next = move(params, cell, turned(action, way), &outcome);
                status = rill_model_add(builder, cell, action, probabilities[way], next,
                                        outcome.reward, outcome.terminated);
            }
        }
    }
    return status;
}

static rill_cell cell_kind(const void *params, int32_t cell)
{
    (void)params;
    switch (map[cell]) {
    case '#':
        return RILL_CELL_WALL;
    case 'H':
        return RILL_CELL_HAZARD;
    case 'G':
        return RILL_CELL_GOAL;
    case 'S':
        return RILL_CELL_START;
    default:
        return RILL_CELL_FREE;
    }
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
    values[0] = ((const my_env_state *)state)->cell;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    (void)params;
    return rill_state_index(values[0], STATES, &((my_env_state *)state)->cell, error);
}

static const char *const action_names[] = {"up", "right", "down", "left", NULL};

RILL_DEFINE_ENV(my_env, index, index, .summary = "a grid with a goal, a hole and a wall",
                .source = "by its author", .action_names = action_names,
                .observation_space = observation_space, .action_space = action_space,
                .model = model, .grid = grid, .n_state_values = 1, .get_state = get_state,
                .set_state = set_state);
