/// One state, infinite variance.
///
/// Description: in the only state, right ends the episode, and left comes back or ends it with a
///     reward. The returns of the policy that always goes left, estimated by ordinary importance
///     sampling from equiprobable actions, have mean 1 and infinite variance. Sutton & Barto (2018),
///     Example 5.5.
/// Action space: 0 left, 1 right.
/// Observation space: 0, and 1 for the terminal state.
/// Reward: 1 for ending by left, otherwise 0.
/// Starting state: 0.
/// Episode end: right terminates; left does with probability 1 - `loop_probability`.
/// Parameters: `loop_probability`, of left: with p the variance is finite if 2 p < 1.
/// Versions: one. Left takes one uniform random number.
#include <rill/env_define.h>

enum { LEFT, RIGHT, ACTIONS };
enum { NONTERMINAL, TERMINAL, STATES };

typedef struct one_state_infinite_variance_params {
    double loop_probability;
} one_state_infinite_variance_params;

static const rill_param one_state_infinite_variance_param_table[] = {
    RILL_REAL(one_state_infinite_variance_params, loop_probability, "0.9", 0, 1,
              "probability that left leads back to the state"),
    RILL_PARAM_END,
};

typedef struct one_state_infinite_variance_state {
    int32_t index;
} one_state_infinite_variance_state;

static void reset(const one_state_infinite_variance_params *params,
                  one_state_infinite_variance_state *state, rill_rng *rng)
{
    (void)params, (void)rng;
    state->index = NONTERMINAL;
}

static inline void step(const one_state_infinite_variance_params *params,
                        one_state_infinite_variance_state *state, rill_rng *rng, int32_t action,
                        rill_outcome *outcome)
{
    if (action == LEFT) {
        if (rill_rng_random(rng) < params->loop_probability) {
            return;
        }
        outcome->reward = 1.0;
    }
    state->index = TERMINAL;
    outcome->terminated = true;
}

static inline int32_t observe(const one_state_infinite_variance_params *params,
                              const one_state_infinite_variance_state *state)
{
    (void)params;
    return state->index;
}

static rill_status model(const void *block, rill_model_builder *builder)
{
    const double p = ((const one_state_infinite_variance_params *)block)->loop_probability;
    rill_status status = rill_model_begin(builder, STATES, ACTIONS);
    if (status == RILL_OK) {
        rill_model_add_start(builder, NONTERMINAL, 1.0);
        status = rill_model_add(builder, NONTERMINAL, LEFT, p, NONTERMINAL, 0.0, false);
    }
    if (status == RILL_OK) {
        status = rill_model_add(builder, NONTERMINAL, LEFT, 1.0 - p, TERMINAL, 1.0, true);
    }
    if (status == RILL_OK) {
        status = rill_model_add(builder, NONTERMINAL, RIGHT, 1.0, TERMINAL, 0.0, true);
    }
    return status;
}

static void draw(const void *params, const void *state, const rill_canvas *canvas)
{
    (void)params;
    void *c = canvas->context;
    const double x[STATES] = {0.0, 1.5};
    canvas->view(c, -1.5, -1.0, 2.0, 1.0);
    // left's way back, as a loop
    canvas->circle(c, -0.5, 0.0, 0.5, RILL_GREY);
    canvas->circle(c, -0.5, 0.0, 0.46, RILL_WHITE);
    canvas->line(c, 0.0, 0.0, 1.5, 0.0, 0.04, RILL_GREY);
    canvas->text(c, -1.15, 0.0, 0.15, "left", RILL_BLACK);
    canvas->text(c, 0.85, 0.15, 0.15, "right", RILL_BLACK);
    canvas->circle(c, x[NONTERMINAL], 0.0, 0.3, RILL_SKY_BLUE);
    rill_canvas_rectangle(canvas, x[TERMINAL] - 0.15, -0.15, x[TERMINAL] + 0.15, 0.15, RILL_GREY);
    const int32_t index = ((const one_state_infinite_variance_state *)state)->index;
    canvas->circle(c, x[index], 0.0, 0.12, RILL_ORANGE);
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
    values[0] = ((const one_state_infinite_variance_state *)state)->index;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    (void)params;
    return rill_state_index(values[0], STATES, &((one_state_infinite_variance_state *)state)->index,
                            error);
}

static const char *const action_names[] = {"left", "right", NULL};

RILL_DEFINE_ENV(one_state_infinite_variance, index, index,
                .summary = "one state where importance sampling has infinite variance",
                .source = "Sutton & Barto (2018), Example 5.5", .action_names = action_names,
                .observation_space = observation_space, .action_space = action_space,
                .model = model, .draw = draw, .n_state_values = 1, .get_state = get_state,
                .set_state = set_state);
