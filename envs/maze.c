/// Maze.
///
/// Description: a maze drawn as text, from the start to the goal. Sutton & Barto (2018): the Dyna maze
///     of Example 8.1 (Figure 8.2; the default), and the blocking and shortcut mazes of Examples 8.2
///     and 8.3 (Figures 8.4, 8.5), whose walls change while the agent learns. The letters are
///         .  free         #  wall         S  start, one cell          G  goal
/// Action space: 0 up, 1 right, 2 down, 3 left. A move against a wall or off the grid keeps the place.
/// Observation space: row * columns + column, rows from the top, walls included.
/// Reward: 1 for entering a goal, otherwise 0.
/// Starting state: the S; at a `resolution` above 1, the upper left cell of its block.
/// Episode end: terminates on a goal. No time limit.
/// Parameters: the first `change_at` steps since creation or seeding are taken in `map`, the later
///     ones in `map_after`, if there is one: the same map but for its walls. The count is part of the
///     state and goes on over resets. Who stands where a wall appears walks out of it. `resolution` r
///     makes each letter a block of r x r cells, as in Example 8.4: 1, 2, 4 and 8 give mazes of 47,
///     188, 752 and 3008 states.
/// Versions: one. No random numbers. The exact model and the picture are those of `map`; with the
///     second map as `map` they are those after the change.
#include "core/memory.h"
#include "core/text_map.h"

#include <rill/env_define.h>
#include <string.h>

enum { UP, RIGHT, DOWN, LEFT, ACTIONS };

/// Where a move ends.
typedef struct maze_move {
    int32_t next;
    bool is_goal;
} maze_move;

typedef struct maze_params {
    char *map, *map_after;
    int64_t change_at, resolution;
    // derived
    int32_t rows, columns, start; ///< in cells
    maze_move *moves;             ///< (2, rows * columns, ACTIONS) before and after the change
} maze_params;

static const rill_param maze_param_table[] = {
    RILL_ROWS(maze_params, map, ".......#G,..#....#.,S.#....#.,..#......,.....#...,.........",
              "rows of text: . free, # wall, S start, G goal"),
    RILL_ROWS(maze_params, map_after, "", "the map that replaces it; empty: none does"),
    RILL_INTEGER(maze_params, change_at, "1000", 0, 1e15, "steps in all that are taken in `map`"),
    RILL_INTEGER(maze_params, resolution, "1", 1, 4096, "rows and columns of cells a letter"),
    RILL_PARAM_END,
};

typedef struct maze_state {
    int64_t n_steps; ///< since creation or seeding
    int32_t cell;
} maze_state;

/// The letter of a map at a cell.
static char letter_at(const maze_params *params, const char *map, int32_t cell)
{
    const int32_t r = (int32_t)params->resolution, width = params->columns / r;
    const int32_t row = cell / params->columns / r, column = cell % params->columns / r;
    return rill_text_map_at(map, width, row * width + column);
}

static maze_move find_move(const maze_params *params, const char *map, int32_t cell, int32_t action)
{
    const int32_t row = cell / params->columns + (action == DOWN) - (action == UP);
    const int32_t column = cell % params->columns + (action == RIGHT) - (action == LEFT);
    int32_t next = row * params->columns + column;
    if (row < 0 || row >= params->rows || column < 0 || column >= params->columns ||
        letter_at(params, map, next) == '#') {
        next = cell;
    }
    return (maze_move){next, letter_at(params, map, next) == 'G'};
}

static bool may_change(char letter)
{
    return letter == '.' || letter == '#';
}

/// Checks the letters that must be there, and that the second map differs in walls only.
static rill_status check_maps(const maze_params *params, int32_t columns, rill_error *error)
{
    const char *map = params->map, *after = params->map_after;
    const char *start = strchr(map, 'S');
    if (start == NULL || strchr(start + 1, 'S') != NULL || strchr(map, 'G') == NULL) {
        return rill_error_set(error, RILL_INVALID, "map",
                              "a maze has one cell S to start in, and a goal G");
    }
    size_t i = 0;
    while (after != NULL && map[i] != '\0' &&
           (map[i] == after[i] || (may_change(map[i]) && may_change(after[i])))) {
        i++;
    }
    if (after != NULL && map[i] != after[i]) {
        const size_t width = (size_t)columns + 1; // with its line break
        return rill_error_set(
            error, RILL_INVALID, "map_after",
            "differs from `map` in row %zu, column %zu by more than . and #; size, "
            "start and goals stay",
            i / width + 1, i % width + 1);
    }
    return RILL_OK;
}

static void release(void *block)
{
    rill_memory_release(((maze_params *)block)->moves);
}

static rill_status prepare(void *block, rill_error *error)
{
    maze_params *params = block;
    const int32_t r = (int32_t)params->resolution;
    int32_t rows = 0, columns = 0;
    rill_status status =
        rill_text_map_measure(params->map, ".#SG", ". # S G", &rows, &columns, error);
    if (status == RILL_OK) {
        status = check_maps(params, columns, error);
    }
    if (status != RILL_OK) {
        return status;
    }
    if (rows * columns > RILL_MAX_MAP_CELLS / (r * r)) {
        return rill_error_set(error, RILL_INVALID, "resolution",
                              "%d x %d letters at %d make more than the %d cells allowed", rows,
                              columns, r, RILL_MAX_MAP_CELLS);
    }
    params->rows = rows * r;
    params->columns = columns * r;
    const int32_t n_cells = params->rows * params->columns;
    params->moves = rill_memory_take(2 * ACTIONS * (size_t)n_cells * sizeof *params->moves);
    if (params->moves == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "map", "out of memory");
    }
    while (letter_at(params, params->map, params->start) != 'S') {
        params->start++;
    }
    const char *after = params->map_after == NULL ? params->map : params->map_after;
    for (int32_t i = 0; i < n_cells * ACTIONS; i++) {
        params->moves[i] = find_move(params, params->map, i / ACTIONS, i % ACTIONS);
        params->moves[n_cells * ACTIONS + i] = find_move(params, after, i / ACTIONS, i % ACTIONS);
    }
    return RILL_OK;
}

static void restart(const void *params, void *state)
{
    (void)params;
    ((maze_state *)state)->n_steps = 0;
}

static void reset(const maze_params *params, maze_state *state, rill_rng *rng)
{
    (void)rng;
    state->cell = params->start;
}

static inline void step(const maze_params *params, maze_state *state, rill_rng *rng, int32_t action,
                        rill_outcome *outcome)
{
    (void)rng;
    const bool is_changed = state->n_steps >= params->change_at;
    const int32_t cell = state->cell + (is_changed ? params->rows * params->columns : 0);
    const maze_move *move = &params->moves[cell * ACTIONS + action];
    state->n_steps++;
    state->cell = move->next;
    outcome->reward = move->is_goal ? 1.0 : 0.0;
    outcome->terminated = move->is_goal;
}

static inline int32_t observe(const maze_params *params, const maze_state *state)
{
    (void)params;
    return state->cell;
}

static rill_status model(const void *block, rill_model_builder *builder)
{
    const maze_params *params = block;
    const int32_t n_cells = params->rows * params->columns;
    rill_status status = rill_model_begin(builder, n_cells, ACTIONS);
    if (status == RILL_OK) {
        rill_model_add_start(builder, params->start, 1.0);
    }
    for (int32_t i = 0; i < n_cells * ACTIONS && status == RILL_OK; i++) {
        const char letter = letter_at(params, params->map, i / ACTIONS);
        if (letter != '#' && letter != 'G') {
            const maze_move *move = &params->moves[i];
            status = rill_model_add(builder, i / ACTIONS, i % ACTIONS, 1.0, move->next,
                                    move->is_goal ? 1.0 : 0.0, move->is_goal);
        }
    }
    return status;
}

static rill_cell cell_kind(const void *block, int32_t cell)
{
    const maze_params *params = block;
    const char letter = letter_at(params, params->map, cell);
    return letter == '#'           ? RILL_CELL_WALL
           : letter == 'G'         ? RILL_CELL_GOAL
           : cell == params->start ? RILL_CELL_START
                                   : RILL_CELL_FREE;
}

static void grid(const void *block, rill_grid *grid)
{
    const maze_params *params = block;
    *grid = (rill_grid){params->rows, params->columns, cell_kind};
}

static rill_space observation_space(const void *block)
{
    const maze_params *params = block;
    return rill_space_discrete(params->rows * params->columns);
}

static rill_space action_space(const void *params)
{
    (void)params;
    return rill_space_discrete(ACTIONS);
}

static void get_state(const void *params, const void *block, double *values)
{
    (void)params;
    const maze_state *state = block;
    values[0] = state->cell;
    values[1] = (double)state->n_steps;
}

static rill_status set_state(const void *block, void *state, const double *values,
                             rill_error *error)
{
    const maze_params *params = block;
    int32_t cell = 0;
    rill_status status = rill_state_index(values[0], params->rows * params->columns, &cell, error);
    if (status != RILL_OK) {
        return status;
    }
    const double n_steps = values[1];
    if (!(n_steps >= 0.0 && n_steps <= 0x1p53 && n_steps == (double)(int64_t)n_steps)) {
        return rill_error_set(error, RILL_INVALID, "state",
                              "%.15g is not a number of steps since seeding", n_steps);
    }
    if (letter_at(params, params->map, cell) == '#' &&
        (params->map_after == NULL || letter_at(params, params->map_after, cell) == '#')) {
        return rill_error_set(error, RILL_INVALID, "state", "%d is a wall; choose another cell",
                              cell);
    }
    *(maze_state *)state = (maze_state){(int64_t)n_steps, cell};
    return RILL_OK;
}

static const char *const action_names[] = {"up", "right", "down", "left", NULL};
static const rill_env_preset presets[] = {
    {.id = "dyna_maze"},
    {.id = "blocking_maze",
     .params =
         (const char *const[]){
             "map=........G,.........,.........,########.,.........,...S.....",
             "map_after=........G,.........,.........,.########,.........,...S.....",
             "change_at=1000", NULL}},
    {.id = "shortcut_maze",
     .params =
         (const char *const[]){
             "map=........G,.........,.........,.########,.........,...S.....",
             "map_after=........G,.........,.........,.#######.,.........,...S.....",
             "change_at=3000", NULL}},
    {.id = NULL},
};

RILL_DEFINE_ENV(maze, index, index,
                .summary = "a maze drawn as text, whose walls may change after a time",
                .source = "Sutton & Barto (2018), Examples 8.1 to 8.4", .presets = presets,
                .action_names = action_names, .prepare = prepare, .release = release,
                .restart = restart, .observation_space = observation_space,
                .action_space = action_space, .model = model, .grid = grid, .n_state_values = 2,
                .get_state = get_state, .set_state = set_state);
