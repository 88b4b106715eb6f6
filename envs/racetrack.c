/// Racetrack.
///
/// Description: a car drives around a right turn, as fast as it can without leaving the track. Its
///     velocity is a number of cells to the right and up per step, each 0 to 4, not both 0 but on
///     the starting line. Sutton & Barto (2018), Exercise 5.12.
/// Action space: 3 * (right + 1) + (up + 1), the increments -1, 0 or 1 of the two velocities; 4
///     keeps both.
/// Observation space: (cell * 5 + velocity to the right) * 5 + velocity up, where a cell is
///     row * columns + column, rows from the top; most are never seen.
/// Transitions:
///     1. With probability `noise` the increments are both 0.
///     2. They are added, and each velocity is kept within 0 to 4. Where that would stop the car
///        away from the starting line, it keeps its velocities.
///     3. The car goes straight from cell to new cell, in as many equal parts as its greater
///        velocity, each of them ending in the nearest cell (of two, the one further on). The first
///        of these that is not on the track counts: at the finish the episode ends; elsewhere the
///        car is put back on a random cell of the starting line, at rest.
/// Reward: -1 a step.
/// Starting state: uniform over the cells S, at rest.
/// Episode end: terminates at the finish, in the cell F that the path meets first. No time limit.
/// Parameters: `track` is one of Figure 5.5's; a `map` takes its place: rows of text of . track,
///     # outside, S start and F finish.
/// Versions: one. A step draws one uniform number where there is noise, then, for a car put back,
///     the cell, an integer.
#include "core/memory.h"
#include "core/text_map.h"

#include <rill/env_define.h>
#include <string.h>

enum { SPEEDS = 5, VELOCITIES = SPEEDS * SPEEDS, ACTIONS = 9 };

// Figure 5.5, left and right
static const char *const tracks[] = {
    "###.............F\n"
    "##..............F\n"
    "##..............F\n"
    "#...............F\n"
    "................F\n"
    "................F\n"
    "..........#######\n"
    ".........########\n"
    ".........########\n"
    ".........########\n"
    ".........########\n"
    ".........########\n"
    ".........########\n"
    ".........########\n"
    "#........########\n"
    "#........########\n"
    "#........########\n"
    "#........########\n"
    "#........########\n"
    "#........########\n"
    "#........########\n"
    "#........########\n"
    "##.......########\n"
    "##.......########\n"
    "##.......########\n"
    "##.......########\n"
    "##.......########\n"
    "##.......########\n"
    "##.......########\n"
    "###......########\n"
    "###......########\n"
    "###SSSSSS########",
    "################...............F\n"
    "#############..................F\n"
    "############...................F\n"
    "###########....................F\n"
    "###########....................F\n"
    "###########....................F\n"
    "###########....................F\n"
    "############...................F\n"
    "#############..................F\n"
    "##############................##\n"
    "##############.............#####\n"
    "##############............######\n"
    "##############..........########\n"
    "##############.........#########\n"
    "#############..........#########\n"
    "############...........#########\n"
    "###########............#########\n"
    "##########.............#########\n"
    "#########..............#########\n"
    "########...............#########\n"
    "#######................#########\n"
    "######.................#########\n"
    "#####..................#########\n"
    "####...................#########\n"
    "###....................#########\n"
    "##.....................#########\n"
    "#......................#########\n"
    ".......................#########\n"
    ".......................#########\n"
    "SSSSSSSSSSSSSSSSSSSSSSS#########",
};
static const char *const track_words[] = {"left", "right", NULL};

typedef struct racetrack_params {
    int track;
    char *map;
    double noise;
    // derived
    const char *layout; ///< the map, or the track's
    int32_t rows, columns, n_starts;
    int32_t *starts; ///< (n_starts) cells, ascending
} racetrack_params;

static const rill_param racetrack_param_table[] = {
    RILL_CHOICE(racetrack_params, track, "left", track_words, "of Figure 5.5"),
    RILL_ROWS(racetrack_params, map, "",
              "rows of text: . track, # outside, S start, F finish; takes the track's place"),
    RILL_REAL(racetrack_params, noise, "0.1", 0, 1, "probability that the increments are both 0"),
    RILL_PARAM_END,
};

typedef struct racetrack_state {
    int32_t cell, right, up; ///< velocities in cells per step
} racetrack_state;

static inline char letter_at(const racetrack_params *params, int32_t cell)
{
    return rill_text_map_at(params->layout, params->columns, cell);
}

static void release(void *block)
{
    rill_memory_release(((racetrack_params *)block)->starts);
}

static rill_status prepare(void *block, rill_error *error)
{
    racetrack_params *params = block;
    params->layout = params->map == NULL ? tracks[params->track] : params->map;
    rill_status status = rill_text_map_measure(params->layout, ".#SF", ". # S F", &params->rows,
                                               &params->columns, error);
    if (status != RILL_OK) {
        return status;
    }
    const int32_t n_cells = params->rows * params->columns;
    for (const char *needed = "SF"; *needed != '\0'; needed++) {
        if (strchr(params->layout, *needed) == NULL) {
            return rill_error_set(error, RILL_INVALID, "map", "there is no %c; add one", *needed);
        }
    }
    params->starts = rill_memory_take((size_t)n_cells * sizeof *params->starts);
    if (params->starts == NULL) {
        return rill_error_no_memory(error);
    }
    params->n_starts = 0;
    for (int32_t cell = 0; cell < n_cells; cell++) {
        if (letter_at(params, cell) == 'S') {
            params->starts[params->n_starts++] = cell;
        }
    }
    return RILL_OK;
}

static inline void reset(const racetrack_params *params, racetrack_state *state, rill_rng *rng)
{
    const int32_t start = params->starts[rill_rng_integers(rng, params->n_starts)];
    *state = (racetrack_state){start, 0, 0};
}

static inline int32_t keep_speed(int32_t speed)
{
    return speed < 0 ? 0 : speed >= SPEEDS ? SPEEDS - 1 : speed;
}

/// The nearest cell of part i of n on the way to a distance, halves upwards.
static inline int32_t part_of(int32_t distance, int32_t i, int32_t n)
{
    return (2 * i * distance + n) / (2 * n);
}

/// Rules 2 and 3 up to where the path ends: 'F', '#' for a car that has left the track, or else '.'
/// or 'S'.
static inline char drive(const racetrack_params *params, racetrack_state *state, int32_t action)
{
    const int32_t right = keep_speed(state->right + action / 3 - 1);
    const int32_t up = keep_speed(state->up + action % 3 - 1);
    if (right > 0 || up > 0 || letter_at(params, state->cell) == 'S') {
        state->right = right;
        state->up = up;
    }
    const int32_t row = state->cell / params->columns, column = state->cell % params->columns;
    const int32_t parts = state->right > state->up ? state->right : state->up;
    char letter = letter_at(params, state->cell);
    for (int32_t i = 1; i <= parts; i++) {
        const int32_t next_row = row - part_of(state->up, i, parts);
        const int32_t next_column = column + part_of(state->right, i, parts);
        if (next_row < 0 || next_column >= params->columns) {
            return '#';
        }
        state->cell = next_row * params->columns + next_column;
        letter = letter_at(params, state->cell);
        if (letter == '#' || letter == 'F') {
            break;
        }
    }
    return letter;
}

enum { KEEP = 4 };

static inline void step(const racetrack_params *params, racetrack_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    if (params->noise > 0.0 && rill_rng_random(rng) < params->noise) {
        action = KEEP;
    }
    const char end = drive(params, state, action);
    outcome->reward = -1.0;
    outcome->terminated = end == 'F';
    if (end == '#') {
        reset(params, state, rng);
    }
}

static inline int32_t observe(const racetrack_params *params, const racetrack_state *state)
{
    (void)params;
    return (state->cell * SPEEDS + state->right) * SPEEDS + state->up;
}

static racetrack_state state_of(int32_t index)
{
    return (racetrack_state){index / VELOCITIES, index / SPEEDS % SPEEDS, index % SPEEDS};
}

/// True for a cell and velocities that the car can have.
static bool is_state(const racetrack_params *params, const racetrack_state *state)
{
    const char letter = letter_at(params, state->cell);
    return letter == 'S' || (letter != '#' && (state->right > 0 || state->up > 0));
}

static rill_space observation_space(const void *block)
{
    const racetrack_params *params = block;
    return rill_space_discrete(params->rows * params->columns * VELOCITIES);
}

static rill_space action_space(const void *params)
{
    (void)params;
    return rill_space_discrete(ACTIONS);
}

/// Writes what an action without noise leads to; a car put back is one outcome per start.
static rill_status add_drive(const racetrack_params *params, rill_model_builder *builder,
                             int32_t index, int32_t action, int32_t increments, double probability)
{
    racetrack_state next = state_of(index);
    const char end = drive(params, &next, increments);
    if (end != '#') {
        return rill_model_add(builder, index, action, probability, observe(params, &next), -1.0,
                              end == 'F');
    }
    rill_status status = RILL_OK;
    for (int32_t i = 0; i < params->n_starts && status == RILL_OK; i++) {
        status = rill_model_add(builder, index, action, probability / params->n_starts,
                                params->starts[i] * VELOCITIES, -1.0, false);
    }
    return status;
}

static rill_status model(const void *block, rill_model_builder *builder)
{
    const racetrack_params *params = block;
    const int32_t n_states = observation_space(params).size;
    rill_status status = rill_model_begin(builder, n_states, ACTIONS);
    for (int32_t i = 0; i < params->n_starts && status == RILL_OK; i++) {
        rill_model_add_start(builder, params->starts[i] * VELOCITIES, 1.0 / params->n_starts);
    }
    for (int32_t s = 0; s < n_states && status == RILL_OK; s++) {
        const racetrack_state state = state_of(s);
        if (!is_state(params, &state) || letter_at(params, state.cell) == 'F') {
            continue;
        }
        for (int32_t a = 0; a < ACTIONS && status == RILL_OK; a++) {
            status = add_drive(params, builder, s, a, a, 1.0 - params->noise);
            if (status == RILL_OK) {
                status = add_drive(params, builder, s, a, KEEP, params->noise);
            }
        }
    }
    return status;
}

/// The track from above, and the car with a line that points where it goes.
static void draw(const void *block, const void *data, const rill_canvas *canvas)
{
    const racetrack_params *params = block;
    const racetrack_state *state = data;
    canvas->view(canvas->context, -0.5, -0.5, params->columns + 1.0, params->rows + 1.0);
    for (int32_t cell = 0; cell < params->rows * params->columns; cell++) {
        const char letter = letter_at(params, cell);
        if (letter != '#') {
            const double left = cell % params->columns;
            const double bottom = params->rows - 1 - cell / params->columns;
            rill_canvas_rectangle(canvas, left + 0.03, bottom + 0.03, left + 0.97, bottom + 0.97,
                                  letter == 'S'   ? RILL_ORANGE
                                  : letter == 'F' ? RILL_GREEN
                                                  : RILL_LIGHT_GREY);
        }
    }
    const double x = state->cell % params->columns + 0.5;
    const double y = params->rows - 0.5 - state->cell / params->columns;
    canvas->line(canvas->context, x, y, x + 0.35 * state->right, y + 0.35 * state->up, 0.2,
                 RILL_VERMILION);
    canvas->circle(canvas->context, x, y, 0.4, RILL_BLUE);
}

static void get_state(const void *params, const void *data, double *values)
{
    const racetrack_state *state = data;
    (void)params;
    values[0] = state->cell;
    values[1] = state->right;
    values[2] = state->up;
}

static rill_status set_state(const void *block, void *data, const double *values, rill_error *error)
{
    const racetrack_params *params = block;
    racetrack_state state;
    rill_status status =
        rill_state_index(values[0], params->rows * params->columns, &state.cell, error);
    if (status == RILL_OK) {
        status = rill_state_index(values[1], SPEEDS, &state.right, error);
    }
    if (status == RILL_OK) {
        status = rill_state_index(values[2], SPEEDS, &state.up, error);
    }
    if (status == RILL_OK && !is_state(params, &state)) {
        status = rill_error_set(error, RILL_INVALID, "state",
                                "cell %d at velocities %d, %d: a car is on the track and moves, or "
                                "is on the starting line",
                                state.cell, state.right, state.up);
    }
    if (status == RILL_OK) {
        *(racetrack_state *)data = state;
    }
    return status;
}

RILL_DEFINE_ENV(racetrack, index, index, .summary = "a car around a right turn, on a grid",
                .source = "Sutton & Barto (2018), Exercise 5.12", .prepare = prepare,
                .release = release, .observation_space = observation_space,
                .action_space = action_space, .model = model, .draw = draw, .n_state_values = 3,
                .get_state = get_state, .set_state = set_state);
