/// Grid world: a rectangular grid given as text.
///
/// Description: the map has one row of text per grid row, with a character for each cell:
///         .  free         F  forbidden    S    start
///         #  wall         G  goal         A-E  teleports to a-e, which are free cells
///     The defaults are the 5 x 5 world of Zhao, "Mathematical Foundations of Reinforcement
///     Learning". Sutton & Barto (2018), Examples 3.5, 4.1, 6.5, 6.6 and 8.1 are other maps.
/// Action space: 0 up, 1 right, 2 down, 3 left and, where `stay` is true, 4 stay.
/// Observation space: row * columns + column, rows from the top, walls included.
/// Transitions:
///     1. From a teleport every action leads to its destination, and nothing below applies.
///     2. With probability `slip` one of the two perpendicular moves, each as likely, replaces the
///        move. "stay" never slips.
///     3. The `wind` of the column that is left is added to the move: down against a wind of 1 is
///        no displacement. The way is taken cell by cell, sideways first.
///     4. A wall or the edge of the grid stops the way; after a stop sideways the wind still blows.
///        Where the agent's own move is stopped it is a bump, and `at_wall` or `at_boundary` says
///        what follows; wind alone never bumps. "wrap" joins opposite edges, also for wind.
///     5. Of goals and forbidden cells only the one where the way ends counts, entered or not left,
///        bumped or not: `at_goal`, `at_forbidden`. "stay" at a forbidden cell undoes the step.
///     "restart" means that the episode goes on from a start, "terminate" that it ends.
/// Reward: exactly one, the first that applies: the teleport's; `reward_boundary` or `reward_wall`
///     for a bump; `reward_goal` or `reward_forbidden` where the way ends; `reward_step`.
/// Starting state: uniform over the cells S. Where there is none, over all in which the agent can
///     act: not walls, nor goals and forbidden cells unless set to "continue" and "enter".
/// Episode end: terminates where a parameter says so. No time limit.
/// Parameters: see the table.
/// Versions: one. A step takes a random number only for slip and to choose from several starts.
#include "core/memory.h"
#include "core/text_map.h"

#include <rill/env_define.h>
#include <string.h>

enum { UP, RIGHT, DOWN, LEFT, STAY };

/// What follows an event: positions in the words of the four choices.
enum { RESTART, TERMINATE, GO_ON, WRAP = 3, TURN_BACK = 3 };
static const char *const boundary_words[] = {"restart", "terminate", "stay", "wrap", NULL};
static const char *const wall_words[] = {"restart", "terminate", "stay", NULL};
static const char *const forbidden_words[] = {"restart", "terminate", "enter", "stay", NULL};
static const char *const goal_words[] = {"restart", "terminate", "continue", NULL};

enum { ANY_START = -1 }; ///< of a move's next state: one drawn at random

typedef struct gridworld_params {
    char *map;
    bool stay;
    double reward_step, reward_boundary, reward_wall, reward_forbidden, reward_goal;
    rill_list teleport_rewards;
    int at_boundary, at_wall, at_forbidden, at_goal;
    double slip;
    rill_list wind;
    // derived
    int32_t rows, columns, n_actions, n_starts;
    bool is_certain;  ///< no step draws random numbers
    int32_t *starts;  ///< (n_starts) ascending
    rill_move *moves; ///< (rows * columns, n_actions)
} gridworld_params;

static const rill_param gridworld_param_table[] = {
    RILL_ROWS(gridworld_params, map, ".....,.FF..,..F..,.FGF.,.F...",
              "rows of text: . free, # wall, F forbidden, G goal, S start, A-E teleport to a-e"),
    RILL_BOOL(gridworld_params, stay, "true", "a fifth action, to stay"),
    RILL_REAL(gridworld_params, reward_step, "0", -1e300, 1e300, "of a step without an event"),
    RILL_REAL(gridworld_params, reward_boundary, "-1", -1e300, 1e300, "of moving off the grid"),
    RILL_REAL(gridworld_params, reward_wall, "-1", -1e300, 1e300, "of moving against a wall"),
    RILL_REAL(gridworld_params, reward_forbidden, "-1", -1e300, 1e300,
              "of entering a forbidden cell or staying in it"),
    RILL_REAL(gridworld_params, reward_goal, "1", -1e300, 1e300,
              "of entering a goal or staying in it"),
    RILL_REALS(gridworld_params, teleport_rewards, "", -1e300, 1e300,
               "of the teleports, in the order A, B, ..."),
    RILL_CHOICE(gridworld_params, at_boundary, "stay", boundary_words, "when moving off the grid"),
    RILL_CHOICE(gridworld_params, at_wall, "stay", wall_words, "when moving against a wall"),
    RILL_CHOICE(gridworld_params, at_forbidden, "enter", forbidden_words, "at a forbidden cell"),
    RILL_CHOICE(gridworld_params, at_goal, "continue", goal_words, "at a goal"),
    RILL_REAL(gridworld_params, slip, "0", 0, 1, "probability that a move goes to either side"),
    RILL_INTEGERS(gridworld_params, wind, "", -100, 100,
                  "shift upwards in cells, one number a column; negative is downwards"),
    RILL_PARAM_END,
};

typedef struct gridworld_state {
    int32_t cell;
} gridworld_state;

static inline char cell_at(const gridworld_params *params, int32_t cell)
{
    return rill_text_map_at(params->map, params->columns, cell);
}

/// The cell of the first `character` in the map, which has one.
static int32_t find_cell(const gridworld_params *params, char character)
{
    int32_t offset = (int32_t)(strchr(params->map, character) - params->map);
    return offset - offset / (params->columns + 1);
}

/// True where an episode can go on.
static bool is_decision_cell(const gridworld_params *params, int32_t cell)
{
    char kind = cell_at(params, cell);
    return kind == '#'   ? false
           : kind == 'G' ? params->at_goal == GO_ON
           : kind == 'F' ? params->at_forbidden == GO_ON
                         : true;
}

/// Checks the teleports, and the lists whose lengths depend on the map.
static rill_status check_lists(const gridworld_params *params, rill_error *error)
{
    int32_t n_rewards = 0;
    for (char source = 'A'; source <= 'E'; source++) {
        char destination = (char)(source - 'A' + 'a');
        const char *from = strchr(params->map, source);
        const char *to = strchr(params->map, destination);
        if ((from != NULL) != (to != NULL) || (to != NULL && strchr(to + 1, destination) != NULL)) {
            return rill_error_set(
                error, RILL_INVALID, "map",
                "%c does not lead to one cell; a teleport takes one or more cells "
                "%c and exactly one cell %c",
                source, source, destination);
        }
        n_rewards = from != NULL ? source - 'A' + 1 : n_rewards;
    }
    if (params->teleport_rewards.count != n_rewards) {
        return rill_error_set(error, RILL_INVALID, "teleport_rewards",
                              "has %d numbers, the map wants %d: from A to its last teleport",
                              params->teleport_rewards.count, n_rewards);
    }
    if (params->wind.count != 0 && params->wind.count != params->columns) {
        return rill_error_set(error, RILL_INVALID, "wind",
                              "has %d numbers, the map has %d columns; give one for each, or none",
                              params->wind.count, params->columns);
    }
    return RILL_OK;
}

static rill_status find_starts(gridworld_params *params, rill_error *error)
{
    bool is_marked = strchr(params->map, 'S') != NULL;
    params->n_starts = 0;
    for (int32_t cell = 0; cell < params->rows * params->columns; cell++) {
        if (is_marked ? cell_at(params, cell) == 'S' : is_decision_cell(params, cell)) {
            params->starts[params->n_starts++] = cell;
        }
    }
    if (params->n_starts == 0) {
        return rill_error_set(error, RILL_INVALID, "map", "there is no cell to start in; add an S");
    }
    return RILL_OK;
}

/// Goes one cell in a direction and answers 0, or answers what is in the way: '#', or '|' for the
/// edge of the grid.
static char advance(const gridworld_params *params, int32_t *cell, int32_t direction)
{
    int32_t rows = params->rows, columns = params->columns;
    int32_t row = *cell / columns + (direction == DOWN) - (direction == UP);
    int32_t column = *cell % columns + (direction == RIGHT) - (direction == LEFT);
    if (params->at_boundary == WRAP) {
        row = (row + rows) % rows;
        column = (column + columns) % columns;
    }
    if (row < 0 || row >= rows || column < 0 || column >= columns) {
        return '|';
    }
    if (cell_at(params, row * columns + column) == '#') {
        return '#';
    }
    *cell = row * columns + column;
    return 0;
}

/// Goes the way of rules 3 and 4. Answers the obstacle of a bump, or 0.
static char go(const gridworld_params *params, int32_t *cell, int32_t direction)
{
    int32_t rise = (direction == UP) - (direction == DOWN);
    if (params->wind.count > 0) {
        rise += (int32_t)params->wind.values[*cell % params->columns];
    }
    char bump = 0;
    if (direction == RIGHT || direction == LEFT) {
        bump = advance(params, cell, direction);
    }
    int32_t vertical = rise > 0 ? UP : DOWN;
    for (int32_t i = 0; i < (rise > 0 ? rise : -rise); i++) {
        char obstacle = advance(params, cell, vertical);
        if (obstacle != 0) {
            return i == 0 && direction == vertical ? obstacle : bump;
        }
    }
    return bump;
}

/// What a direction leads to: all rules but slip.
static rill_move find_move(const gridworld_params *params, int32_t from, int32_t direction)
{
    char departure = cell_at(params, from);
    if (!is_decision_cell(params, from)) {
        return (rill_move){0.0, from, true};
    }
    if (departure >= 'A' && departure <= 'E') {
        return (rill_move){params->teleport_rewards.values[departure - 'A'],
                           find_cell(params, (char)(departure - 'A' + 'a')), false};
    }

    int32_t to = from;
    char bump = go(params, &to, direction);
    char arrival = cell_at(params, to);
    double reward = bump == '|'      ? params->reward_boundary
                    : bump == '#'    ? params->reward_wall
                    : arrival == 'G' ? params->reward_goal
                    : arrival == 'F' ? params->reward_forbidden
                                     : params->reward_step;

    int then = bump == '|' ? params->at_boundary : bump == '#' ? params->at_wall : GO_ON;
    if (then != GO_ON) {
        to = from; // before the wind
    } else if (arrival == 'G') {
        then = params->at_goal;
    } else if (arrival == 'F') {
        then = params->at_forbidden;
    }
    int32_t next = then == RESTART ? ANY_START : then == TURN_BACK ? from : to;
    return (rill_move){reward, next, then == TERMINATE};
}

static void release(void *block)
{
    gridworld_params *params = block;
    rill_memory_release(params->starts);
    rill_memory_release(params->moves);
}

static rill_status prepare(void *block, rill_error *error)
{
    gridworld_params *params = block;
    rill_status status = rill_text_map_measure(params->map, ".#FGSABCDEabcde", ". # F G S A-E a-e",
                                               &params->rows, &params->columns, error);
    if (status == RILL_OK) {
        status = check_lists(params, error);
    }
    if (status != RILL_OK) {
        return status;
    }
    params->n_actions = params->stay ? 5 : 4;
    int32_t n_cells = params->rows * params->columns, n_moves = n_cells * params->n_actions;
    params->starts = rill_memory_take((size_t)n_cells * sizeof *params->starts);
    params->moves = rill_memory_take((size_t)n_moves * sizeof *params->moves);
    if (params->starts == NULL || params->moves == NULL) {
        status = rill_error_set(error, RILL_NO_MEMORY, "map", "out of memory");
    } else {
        status = find_starts(params, error);
    }
    if (status != RILL_OK) {
        release(params);
        return status;
    }
    params->is_certain = params->slip == 0.0;
    for (int32_t i = 0; i < n_moves; i++) {
        params->moves[i] = find_move(params, i / params->n_actions, i % params->n_actions);
        params->is_certain = params->is_certain && params->moves[i].next != ANY_START;
    }
    return RILL_OK;
}

static inline void reset(const gridworld_params *params, gridworld_state *state, rill_rng *rng)
{
    state->cell = params->starts[rill_rng_integers(rng, params->n_starts)];
}

static inline void step(const gridworld_params *params, gridworld_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    if (params->slip > 0.0 && action != STAY) {
        double u = rill_rng_random(rng);
        int32_t turn = u < 0.5 * params->slip ? 1 : u < params->slip ? 3 : 0;
        action = (action + turn) % 4;
    }
    const rill_move *move = &params->moves[state->cell * params->n_actions + action];
    outcome->reward = move->reward;
    outcome->terminated = move->terminated;
    state->cell = move->next;
    if (move->next == ANY_START) {
        reset(params, state, rng);
    }
}

static inline int32_t observe(const gridworld_params *params, const gridworld_state *state)
{
    (void)params;
    return state->cell;
}

/// Writes what one direction leads to; a restart is one outcome per start.
static rill_status add_move(const gridworld_params *params, rill_model_builder *builder,
                            int32_t cell, int32_t action, int32_t direction, double probability)
{
    const rill_move move = params->moves[cell * params->n_actions + direction];
    if (move.next != ANY_START) {
        return rill_model_add(builder, cell, action, probability, move.next, move.reward,
                              move.terminated);
    }
    rill_status status = RILL_OK;
    for (int32_t i = 0; i < params->n_starts && status == RILL_OK; i++) {
        status = rill_model_add(builder, cell, action, probability / params->n_starts,
                                params->starts[i], move.reward, false);
    }
    return status;
}

/// Writes the outcomes of an action: its own direction and, when it may slip, the two beside it.
static rill_status add_outcomes(const gridworld_params *params, rill_model_builder *builder,
                                int32_t cell, int32_t action)
{
    const double slip = action == STAY ? 0.0 : params->slip;
    rill_status status = add_move(params, builder, cell, action, action, 1.0 - slip);
    for (int32_t turn = 1; turn <= 3 && slip > 0.0 && status == RILL_OK; turn += 2) {
        status = add_move(params, builder, cell, action, (action + turn) % 4, 0.5 * slip);
    }
    return status;
}

static rill_status model(const void *block, rill_model_builder *builder)
{
    const gridworld_params *params = block;
    int32_t n_cells = params->rows * params->columns;
    rill_status status = rill_model_begin(builder, n_cells, params->n_actions);
    for (int32_t i = 0; i < params->n_starts && status == RILL_OK; i++) {
        rill_model_add_start(builder, params->starts[i], 1.0 / params->n_starts);
    }
    for (int32_t i = 0; i < n_cells * params->n_actions && status == RILL_OK; i++) {
        if (is_decision_cell(params, i / params->n_actions)) {
            status = add_outcomes(params, builder, i / params->n_actions, i % params->n_actions);
        }
    }
    return status;
}

static rill_cell cell_kind(const void *params, int32_t cell)
{
    char kind = cell_at(params, cell);
    return kind == '#'   ? RILL_CELL_WALL
           : kind == 'F' ? RILL_CELL_HAZARD
           : kind == 'G' ? RILL_CELL_GOAL
           : kind == 'S' ? RILL_CELL_START
                         : RILL_CELL_FREE;
}

static void grid(const void *block, rill_grid *grid)
{
    const gridworld_params *params = block;
    *grid = (rill_grid){params->rows, params->columns, cell_kind};
}

static rill_space observation_space(const void *block)
{
    const gridworld_params *params = block;
    return rill_space_discrete(params->rows * params->columns);
}

static rill_space action_space(const void *block)
{
    return rill_space_discrete(((const gridworld_params *)block)->n_actions);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    values[0] = ((const gridworld_state *)state)->cell;
}

static rill_status set_state(const void *block, void *state, const double *values,
                             rill_error *error)
{
    const gridworld_params *params = block;
    int32_t cell = 0;
    rill_status status = rill_state_index(values[0], params->rows * params->columns, &cell, error);
    if (status == RILL_OK && cell_at(params, cell) == '#') {
        status = rill_error_set(error, RILL_INVALID, "state",
                                "%d is a wall (row %d, column %d); choose another cell", cell,
                                cell / params->columns + 1, cell % params->columns + 1);
    }
    if (status == RILL_OK) {
        ((gridworld_state *)state)->cell = cell;
    }
    return status;
}

static const rill_move *moves(const void *params)
{
    const gridworld_params *p = params;
    return p->is_certain ? p->moves : NULL;
}

static const char *const action_names[] = {"up", "right", "down", "left", "stay", NULL};

RILL_DEFINE_ENV(
    gridworld, index, index,
    .summary = "a grid drawn as text: walls, forbidden cells, goals, teleports, wind",
    .source = "Zhao (2025), the grid worlds; Sutton & Barto (2018), Examples 3.5 to 8.1",
    .action_names = action_names, .prepare = prepare, .release = release,
    .observation_space = observation_space, .action_space = action_space, .model = model,
    .moves = moves, .grid = grid, .n_state_values = 1, .get_state = get_state,
    .set_state = set_state);
