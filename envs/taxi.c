/// Taxi.
///
/// Description: a taxi in a 5 x 5 town fetches a passenger at one of four stands and takes them to
///     another. Dietterich, "Hierarchical Reinforcement Learning with the MAXQ Value Function
///     Decomposition", JAIR 13 (2000); Gymnasium's Taxi-v4. Bars are walls:
///         R .|. . G
///         . .|. . .
///         . . . . .
///         .|. .|. .
///         Y|. .|B .
/// Action space: 0 south, 1 north, 2 east, 3 west, 4 pick up, 5 drop off. A move into a wall keeps
///     the place. `mask` marks the actions that change the state.
/// Observation space: ((row * 5 + column) * 5 + passenger) * 4 + destination, rows from the top;
///     stands are 0 R, 1 G, 2 Y, 3 B; passenger 4 is in the taxi. 500 in all.
/// Reward: 20 for dropping the passenger off at the destination, -10 for picking up or dropping off
///     where that cannot be done, otherwise -1. The passenger may be dropped off at any stand.
/// Starting state: uniform over the 300 states in which the passenger waits at a stand that is not
///     the destination.
/// Episode end: terminates when the passenger is dropped off at the destination. The presets have a
///     time limit of 200 steps.
/// Parameters: `is_rainy`: a move goes where it should with probability `rainy_probability`,
///     otherwise to the left or the right of it, each as likely; one that is blocked ahead stays.
///     `fickle_passenger`: with probability `fickle_probability`, settled at the start of the
///     episode, the passenger chooses another destination, each as likely, when the taxi first
///     moves with them. The observation does not show what was settled: it is no MDP in it, and
///     there is no exact model. The state as a number is the observation, plus 500 while a change
///     of mind is ahead.
/// Versions: v4 of Gymnasium 1.4.0; same stream of random numbers: one uniform number a reset, one
///     more where the passenger is fickle; one a step, also where nothing is left to chance, and
///     one integer for a change of mind. Taxi-v3 is the older name of the same dry world.
#include "core/categorical.h"

#include <rill/env_define.h>

enum { ROWS = 5, COLUMNS = 5, CELLS = ROWS * COLUMNS, STANDS = 4, IN_TAXI = STANDS };
enum { STATES = CELLS * (STANDS + 1) * STANDS, STARTS = CELLS * STANDS * (STANDS - 1) };
enum { SOUTH, NORTH, EAST, WEST, MOVES, PICK_UP = MOVES, DROP_OFF, ACTIONS };
enum { AHEAD, TO_LEFT, TO_RIGHT, WAYS };

static const int32_t stands[STANDS] = {0, 4, 20, 23}; // R, G, Y, B: cells row * 5 + column
static const bool has_wall_east[ROWS][COLUMNS] = {
    {0, 1, 0, 0, 1}, {0, 1, 0, 0, 1}, {0, 0, 0, 0, 1}, {1, 0, 1, 0, 1}, {1, 0, 1, 0, 1},
};

typedef struct taxi_params {
    bool is_rainy, fickle_passenger;
    double rainy_probability, fickle_probability;
    // derived
    int8_t cells[CELLS][MOVES][WAYS];   ///< where a move ends
    double ways[WAYS];                  ///< probabilities
    double way_probabilities[WAYS];     ///< cumulated
    double start_probabilities[STARTS]; ///< cumulated
} taxi_params;

static const rill_param taxi_param_table[] = {
    RILL_BOOL(taxi_params, is_rainy, "false", "moves may go astray to either side"),
    RILL_BOOL(taxi_params, fickle_passenger, "false",
              "the passenger may choose another destination on the way"),
    RILL_REAL(taxi_params, rainy_probability, "0.8", 0, 1,
              "probability that a move in the rain goes where it should"),
    RILL_REAL(taxi_params, fickle_probability, "0.3", 0, 1,
              "probability that a fickle passenger does so in an episode"),
    RILL_PARAM_END,
};

typedef struct taxi_state {
    int32_t index;       ///< the observation
    int32_t will_change; ///< 1: another destination at the next move with the passenger; else 0
} taxi_state;

static inline int32_t cell_of(int32_t index)
{
    return index / ((STANDS + 1) * STANDS);
}

static inline int32_t passenger_of(int32_t index)
{
    return index / STANDS % (STANDS + 1);
}

static inline int32_t destination_of(int32_t index)
{
    return index % STANDS;
}

static inline int32_t index_of(int32_t cell, int32_t passenger, int32_t destination)
{
    return (cell * (STANDS + 1) + passenger) * STANDS + destination;
}

/// Number k of the stands, `excluded` left out.
static inline int32_t other_stand(int32_t k, int32_t excluded)
{
    return k + (k >= excluded);
}

/// The stand at a cell; -1 where there is none.
static inline int32_t stand_at(int32_t cell)
{
    for (int32_t stand = 0; stand < STANDS; stand++) {
        if (stands[stand] == cell) {
            return stand;
        }
    }
    return -1;
}

/// The start state number i of 300.
static int32_t start_index(int32_t i)
{
    const int32_t passenger = i / (STANDS - 1) % STANDS;
    return index_of(i / ((STANDS - 1) * STANDS), passenger,
                    other_stand(i % (STANDS - 1), passenger));
}

static int32_t neighbour(int32_t cell, int32_t direction)
{
    const int32_t row = cell / COLUMNS, column = cell % COLUMNS;
    switch (direction) {
    case SOUTH:
        return row < ROWS - 1 ? cell + COLUMNS : cell;
    case NORTH:
        return row > 0 ? cell - COLUMNS : cell;
    case EAST:
        return has_wall_east[row][column] ? cell : cell + 1;
    default:
        return column == 0 || has_wall_east[row][column - 1] ? cell : cell - 1;
    }
}

static rill_status prepare(void *block, rill_error *error)
{
    static const int32_t left[MOVES] = {EAST, WEST, NORTH, SOUTH};
    static const int32_t right[MOVES] = {WEST, EAST, SOUTH, NORTH};
    (void)error;
    taxi_params *params = block;
    for (int32_t cell = 0; cell < CELLS; cell++) {
        for (int32_t move = 0; move < MOVES; move++) {
            const bool is_blocked = neighbour(cell, move) == cell;
            int8_t *cells = params->cells[cell][move];
            cells[AHEAD] = (int8_t)neighbour(cell, move);
            cells[TO_LEFT] = (int8_t)(is_blocked ? cell : neighbour(cell, left[move]));
            cells[TO_RIGHT] = (int8_t)(is_blocked ? cell : neighbour(cell, right[move]));
        }
    }
    const double ahead = params->is_rainy ? params->rainy_probability : 1.0;
    double sum = 0.0;
    for (int way = 0; way < WAYS; way++) {
        params->ways[way] = way == AHEAD ? ahead : (1.0 - ahead) / 2.0;
        sum += params->ways[way];
        params->way_probabilities[way] = sum;
    }
    rill_cumulate_uniform(params->start_probabilities, STARTS);
    return RILL_OK;
}

static void reset(const taxi_params *params, taxi_state *state, rill_rng *rng)
{
    state->index = start_index(rill_draw_categorical(rng, params->start_probabilities, STARTS));
    state->will_change =
        params->fickle_passenger && rill_rng_random(rng) < params->fickle_probability;
}

/// What an action leads to when a move goes its `way`: the next index.
static inline int32_t act(const taxi_params *params, int32_t index, int32_t action, int32_t way,
                          rill_outcome *outcome)
{
    int32_t cell = cell_of(index), passenger = passenger_of(index);
    const int32_t destination = destination_of(index);
    outcome->reward = -1.0;
    if (action < MOVES) {
        cell = params->cells[cell][action][way];
    } else if (action == PICK_UP && passenger != IN_TAXI && stands[passenger] == cell) {
        passenger = IN_TAXI;
    } else if (action == DROP_OFF && passenger == IN_TAXI && stand_at(cell) >= 0) {
        passenger = stand_at(cell);
        outcome->terminated = passenger == destination;
        outcome->reward = outcome->terminated ? 20.0 : -1.0;
    } else {
        outcome->reward = -10.0;
    }
    return index_of(cell, passenger, destination);
}

static inline void step(const taxi_params *params, taxi_state *state, rill_rng *rng, int32_t action,
                        rill_outcome *outcome)
{
    int32_t way = AHEAD;
    if (params->is_rainy && action < MOVES) {
        way = rill_draw_categorical(rng, params->way_probabilities, WAYS);
    } else {
        rill_rng_random(rng); // Gymnasium draws where there is one outcome, too
    }
    int32_t next = act(params, state->index, action, way, outcome);
    if (state->will_change && passenger_of(state->index) == IN_TAXI &&
        cell_of(next) != cell_of(state->index)) {
        const int32_t k = (int32_t)rill_rng_integers(rng, STANDS - 1);
        next = index_of(cell_of(next), IN_TAXI, other_stand(k, destination_of(next)));
        state->will_change = 0;
    }
    state->index = next;
}

static inline int32_t observe(const taxi_params *params, const taxi_state *state)
{
    (void)params;
    return state->index;
}

/// Gymnasium's table, which has outcomes for the 100 states with the passenger at the destination
/// too, where no episode acts.
static rill_status model(const void *block, rill_model_builder *builder)
{
    const taxi_params *params = block;
    if (params->fickle_passenger && params->fickle_probability > 0.0) {
        return rill_model_refuse(builder, "whether the fickle passenger has another destination in "
                                          "mind is not part of the observation");
    }
    rill_status status = rill_model_begin(builder, STATES, ACTIONS);
    for (int32_t i = 0; i < STARTS && status == RILL_OK; i++) {
        rill_model_add_start(builder, start_index(i), 1.0 / STARTS);
    }
    for (int32_t pair = 0; pair < STATES * ACTIONS; pair++) {
        const int32_t index = pair / ACTIONS, action = pair % ACTIONS;
        const int32_t n_ways = action < MOVES ? WAYS : 1;
        for (int32_t way = AHEAD; way < n_ways && status == RILL_OK; way++) {
            rill_outcome outcome = {0.0, false, false};
            const int32_t next = act(params, index, action, way, &outcome);
            const double probability = n_ways == 1 ? 1.0 : params->ways[way];
            status = rill_model_add(builder, index, action, probability, next, outcome.reward,
                                    outcome.terminated);
        }
    }
    return status;
}

static void mask(const void *block, const void *state, uint8_t *mask)
{
    const taxi_params *params = block;
    const int32_t index = ((const taxi_state *)state)->index;
    const int32_t cell = cell_of(index), passenger = passenger_of(index);
    for (int32_t move = 0; move < MOVES; move++) {
        mask[move] = params->cells[cell][move][AHEAD] != cell;
    }
    mask[PICK_UP] = passenger != IN_TAXI && stands[passenger] == cell;
    mask[DROP_OFF] = passenger == IN_TAXI && stand_at(cell) >= 0;
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

static void get_state(const void *params, const void *block, double *values)
{
    (void)params;
    const taxi_state *state = block;
    values[0] = state->index + (state->will_change ? STATES : 0);
}

static rill_status set_state(const void *block, void *state, const double *values,
                             rill_error *error)
{
    const taxi_params *params = block;
    int32_t number = 0;
    rill_status status =
        rill_state_index(values[0], params->fickle_passenger ? 2 * STATES : STATES, &number, error);
    if (status == RILL_OK) {
        *(taxi_state *)state = (taxi_state){number % STATES, number >= STATES};
    }
    return status;
}

/// Cells of size 1: stands in their colours, the destination as a house, the passenger as a figure.
static void draw(const void *params, const void *state, const rill_canvas *canvas)
{
    const rill_color colors[STANDS] = {RILL_VERMILION, RILL_GREEN, RILL_YELLOW, RILL_BLUE};
    static const char *const names[STANDS] = {"R", "G", "Y", "B"};
    (void)params;
    void *context = canvas->context;
    const int32_t index = ((const taxi_state *)state)->index;
    const int32_t passenger = passenger_of(index), destination = destination_of(index);

    canvas->view(context, -0.1, -0.1, COLUMNS + 0.1, ROWS + 0.1);
    rill_canvas_rectangle(canvas, 0.0, 0.0, COLUMNS, ROWS, RILL_LIGHT_GREY);
    for (int32_t stand = 0; stand < STANDS; stand++) {
        const double x = stands[stand] % COLUMNS, y = ROWS - 1.0 - stands[stand] / COLUMNS;
        rill_canvas_rectangle(canvas, x, y, x + 1.0, y + 1.0, colors[stand]);
        canvas->text(context, x + 0.2, y + 0.75, 0.25, names[stand], RILL_BLACK);
        if (stand == destination) {
            const double house[] = {x + 0.55, y + 0.6, x + 0.55, y + 0.8, x + 0.73,
                                    y + 0.95, x + 0.9, y + 0.8,  x + 0.9, y + 0.6};
            canvas->polygon(context, house, 5, RILL_BLACK);
        }
    }
    for (int32_t i = 0; i <= ROWS; i++) {
        canvas->line(context, 0.0, i, COLUMNS, i, 0.02, RILL_GREY);
        canvas->line(context, i, 0.0, i, ROWS, 0.02, RILL_GREY);
    }
    canvas->line(context, 0.0, 0.0, COLUMNS, 0.0, 0.08, RILL_BLACK);
    canvas->line(context, 0.0, ROWS, COLUMNS, ROWS, 0.08, RILL_BLACK);
    canvas->line(context, 0.0, 0.0, 0.0, ROWS, 0.08, RILL_BLACK);
    for (int32_t cell = 0; cell < CELLS; cell++) {
        if (has_wall_east[cell / COLUMNS][cell % COLUMNS]) {
            const double x = cell % COLUMNS + 1.0, y = ROWS - 1.0 - cell / COLUMNS;
            canvas->line(context, x, y, x, y + 1.0, 0.08, RILL_BLACK);
        }
    }

    const double x = cell_of(index) % COLUMNS, y = ROWS - 1.0 - cell_of(index) / COLUMNS;
    rill_canvas_rectangle(canvas, x + 0.15, y + 0.2, x + 0.85, y + 0.38, RILL_ORANGE);
    rill_canvas_rectangle(canvas, x + 0.3, y + 0.38, x + 0.7, y + 0.55, RILL_ORANGE);
    canvas->circle(context, x + 0.3, y + 0.2, 0.08, RILL_BLACK);
    canvas->circle(context, x + 0.7, y + 0.2, 0.08, RILL_BLACK);

    const int32_t at = passenger == IN_TAXI ? cell_of(index) : stands[passenger];
    const double px = at % COLUMNS + (passenger == IN_TAXI ? 0.5 : 0.2);
    const double py = ROWS - 1.0 - at / COLUMNS + (passenger == IN_TAXI ? 0.35 : 0.45);
    canvas->line(context, px, py, px, py + 0.12, 0.1, RILL_BLACK);
    canvas->circle(context, px, py + 0.22, 0.07, RILL_BLACK);
}

static const char *const action_names[] = {"south",   "north",    "east", "west",
                                           "pick_up", "drop_off", NULL};
static const rill_env_preset presets[] = {
    {.id = "Taxi-v4", .max_episode_steps = 200, .reward_threshold = 8.0},
    {.id = "Taxi-v3", .max_episode_steps = 200, .reward_threshold = 8.0},
    {.id = NULL},
};

RILL_DEFINE_ENV(taxi, index, index, .summary = "a taxi fetches a passenger and drops them off",
                .source = "Dietterich (2000), JAIR 13; Gymnasium Taxi-v4", .presets = presets,
                .action_names = action_names, .prepare = prepare,
                .observation_space = observation_space, .action_space = action_space,
                .model = model, .mask = mask, .draw = draw, .n_state_values = 1,
                .get_state = get_state, .set_state = set_state);
