/// Catch.
///
/// Description: a ball falls down a board, one row a step, and is to be caught by the paddle in the
///     last row. Osband et al., "Behaviour Suite for Reinforcement Learning" (2020); bsuite's catch.
/// Action space: 0 left, 1 stay, 2 right. The paddle moves, no farther than the edge, then the ball
///     falls.
/// Observation space: (ball row * columns + ball column) * columns + paddle column; rows from the top.
///     It says what bsuite's board of zeros and ones shows.
/// Reward: when the ball reaches the last row, 1 if the paddle is there and -1 if not; otherwise 0.
/// Starting state: the ball in a uniform column of the first row, the paddle in column columns / 2.
/// Episode end: terminates when the ball reaches the last row, after `rows` - 1 steps.
/// Parameters: `rows`, `columns`.
/// Versions: one: bsuite's rules; its stream of random numbers is another. A reset takes one random
///     integer.
#include <rill/env_define.h>

enum { LEFT, STAY, RIGHT, ACTIONS };

typedef struct catch_params {
    int64_t rows, columns;
} catch_params;

static const rill_param catch_param_table[] = {
    RILL_INTEGER(catch_params, rows, "10", 2, 1000, "of the board, the paddle's included"),
    RILL_INTEGER(catch_params, columns, "5", 1, 1000, "of the board"),
    RILL_PARAM_END,
};

typedef struct catch_state {
    int32_t ball_row, ball_column, paddle_column;
} catch_state;

static inline int32_t observe(const catch_params *params, const catch_state *state)
{
    const int32_t columns = (int32_t)params->columns;
    return (state->ball_row * columns + state->ball_column) * columns + state->paddle_column;
}

/// The inverse of `observe`.
static catch_state state_at(const catch_params *params, int32_t index)
{
    const int32_t columns = (int32_t)params->columns;
    return (catch_state){index / columns / columns, index / columns % columns, index % columns};
}

static catch_state start(const catch_params *params, int32_t ball_column)
{
    return (catch_state){0, ball_column, (int32_t)params->columns / 2};
}

static void reset(const catch_params *params, catch_state *state, rill_rng *rng)
{
    *state = start(params, (int32_t)rill_rng_integers(rng, params->columns));
}

static inline void step(const catch_params *params, catch_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    (void)rng;
    const int32_t last_column = (int32_t)params->columns - 1, last_row = (int32_t)params->rows - 1;
    const int32_t column = state->paddle_column + action - STAY;
    state->paddle_column = column < 0 ? 0 : column > last_column ? last_column : column;
    state->ball_row += state->ball_row < last_row;
    outcome->terminated = state->ball_row == last_row;
    if (outcome->terminated) {
        outcome->reward = state->paddle_column == state->ball_column ? 1.0 : -1.0;
    }
}

static rill_space observation_space(const void *block)
{
    const catch_params *params = block;
    return rill_space_discrete((int32_t)(params->rows * params->columns * params->columns));
}

static rill_status model(const void *block, rill_model_builder *builder)
{
    const catch_params *params = block;
    const int32_t n_states = observation_space(params).size;
    rill_status status = rill_model_begin(builder, n_states, ACTIONS);
    for (int32_t i = 0; i < params->columns && status == RILL_OK; i++) {
        const catch_state state = start(params, i);
        rill_model_add_start(builder, observe(params, &state), 1.0 / (double)params->columns);
    }
    for (int32_t s = 0; s < n_states; s++) {
        for (int32_t action = 0; action < ACTIONS && status == RILL_OK; action++) {
            catch_state state = state_at(params, s);
            if (state.ball_row < params->rows - 1) {
                rill_outcome outcome = {0.0, false, false};
                step(params, &state, NULL, action, &outcome);
                status = rill_model_add(builder, s, action, 1.0, observe(params, &state),
                                        outcome.reward, outcome.terminated);
            }
        }
    }
    return status;
}

static void draw(const void *block, const void *state_block, const rill_canvas *canvas)
{
    const catch_params *params = block;
    const catch_state *state = state_block;
    void *c = canvas->context;
    const double rows = (double)params->rows, columns = (double)params->columns;
    canvas->view(c, -0.5, -0.5, columns + 0.5, rows + 0.5);
    rill_canvas_rectangle(canvas, 0.0, 0.0, columns, rows, RILL_LIGHT_GREY);
    rill_canvas_rectangle(canvas, state->paddle_column + 0.05, 0.3, state->paddle_column + 0.95,
                          0.6, RILL_BLUE);
    canvas->circle(c, state->ball_column + 0.5, rows - 0.5 - state->ball_row, 0.3, RILL_ORANGE);
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
    int32_t index = 0;
    rill_status status = rill_state_index(values[0], observation_space(params).size, &index, error);
    if (status == RILL_OK) {
        *(catch_state *)state = state_at(params, index);
    }
    return status;
}

static const char *const action_names[] = {"left", "stay", "right", NULL};

RILL_DEFINE_ENV(catch, index, index, .summary = "a paddle under a falling ball",
                .source = "Osband et al. (2020), bsuite", .action_names = action_names,
                .observation_space = observation_space, .action_space = action_space,
                .model = model, .draw = draw, .n_state_values = 1, .get_state = get_state,
                .set_state = set_state);
