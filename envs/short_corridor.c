/// Short corridor with switched actions.
///
/// Description: three states in a row and the end at the right. In the second the actions are
///     reversed, and all states look alike, so that the best policy goes right with a probability:
///     2 - sqrt(2), about 0.59. Sutton & Barto (2018), Example 13.1.
/// Action space: 0 left, 1 right. In state 0 left keeps the place; in state 1 left leads to 2 and right
///     to 0.
/// Observation space: 0 in every state where `observation` is "alike"; where it is "state", 0 to 3, of
///     which 3 is terminal.
/// Reward: -1 a step, the last one included. The value of state 0, where right is taken with
///     probability p everywhere, is (2 p - 4) / (p (1 - p)).
/// Starting state: 0.
/// Episode end: terminates in 3. No time limit.
/// Parameters: `observation`.
/// Versions: one. No random numbers. The exact model is on the states, whatever is observed.
#include <rill/env_define.h>

enum { LEFT, RIGHT, ACTIONS };
enum { STATES = 4, END = 3, REVERSED = 1 };
enum { ALIKE, STATE };

static const char *const observation_words[] = {"alike", "state", NULL};

typedef struct short_corridor_params {
    int observation;
} short_corridor_params;

static const rill_param short_corridor_param_table[] = {
    RILL_CHOICE(short_corridor_params, observation, "alike", observation_words,
                "what the agent sees: all states alike, or the state"),
    RILL_PARAM_END,
};

typedef struct short_corridor_state {
    int32_t position;
} short_corridor_state;

static inline int32_t move(int32_t position, int32_t action)
{
    const bool is_right = (action == RIGHT) != (position == REVERSED);
    return is_right ? position + 1 : position == 0 ? 0 : position - 1;
}

static void reset(const short_corridor_params *params, short_corridor_state *state, rill_rng *rng)
{
    (void)params, (void)rng;
    state->position = 0;
}

static inline void step(const short_corridor_params *params, short_corridor_state *state,
                        rill_rng *rng, int32_t action, rill_outcome *outcome)
{
    (void)params, (void)rng;
    state->position = state->position == END ? END : move(state->position, action);
    outcome->reward = -1.0;
    outcome->terminated = state->position == END;
}

static inline int32_t observe(const short_corridor_params *params,
                              const short_corridor_state *state)
{
    return params->observation == STATE ? state->position : 0;
}

static int32_t model_state(const void *params, const void *state)
{
    (void)params;
    return ((const short_corridor_state *)state)->position;
}

static rill_status model(const void *params, rill_model_builder *builder)
{
    (void)params;
    rill_status status = rill_model_begin(builder, STATES, ACTIONS);
    if (status == RILL_OK) {
        rill_model_add_start(builder, 0, 1.0);
    }
    for (int32_t i = 0; i < END * ACTIONS && status == RILL_OK; i++) {
        const int32_t next = move(i / ACTIONS, i % ACTIONS);
        status = rill_model_add(builder, i / ACTIONS, i % ACTIONS, 1.0, next, -1.0, next == END);
    }
    return status;
}

static void draw(const void *params, const void *state, const rill_canvas *canvas)
{
    (void)params;
    void *c = canvas->context;
    canvas->view(c, -0.25, -0.25, STATES + 0.25, 1.25);
    for (int32_t i = 0; i < STATES; i++) {
        const rill_color color = i == END        ? RILL_GREEN
                                 : i == REVERSED ? RILL_YELLOW
                                                 : RILL_LIGHT_GREY;
        rill_canvas_rectangle(canvas, i + 0.03, 0.03, i + 0.97, 0.97, color);
    }
    canvas->text(c, REVERSED + 0.5, 0.8, 0.15, "reversed", RILL_BLACK);
    canvas->text(c, END + 0.5, 0.8, 0.15, "G", RILL_BLACK);
    canvas->circle(c, ((const short_corridor_state *)state)->position + 0.5, 0.5, 0.2, RILL_BLUE);
}

static rill_space observation_space(const void *params)
{
    const int observation = ((const short_corridor_params *)params)->observation;
    return rill_space_discrete(observation == STATE ? STATES : 1);
}

static rill_space action_space(const void *params)
{
    (void)params;
    return rill_space_discrete(ACTIONS);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    values[0] = ((const short_corridor_state *)state)->position;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    (void)params;
    return rill_state_index(values[0], STATES, &((short_corridor_state *)state)->position, error);
}

static const char *const action_names[] = {"left", "right", NULL};

RILL_DEFINE_ENV(short_corridor, index, index,
                .summary = "three states that look alike, one with its actions reversed",
                .source = "Sutton & Barto (2018), Example 13.1", .action_names = action_names,
                .observation_space = observation_space, .action_space = action_space,
                .model = model, .model_state = model_state, .draw = draw, .n_state_values = 1,
                .get_state = get_state, .set_state = set_state);
