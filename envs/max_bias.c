/// Maximization bias.
///
/// Description: from A, right ends the episode and left leads to B, from where each of many actions
///     ends it with a random reward of negative mean. Left is a mistake, but a maximum over estimates
///     of B's values favours it. Sutton & Barto (2018), Example 6.7.
/// Action space: in A 0 left, 1 right; in B 0 to `n_actions` - 1. The mask says which; in A the others
///     change nothing and earn 0.
/// Observation space: 0 is A, 1 is B, 2 is terminal.
/// Reward: normally distributed from B, otherwise 0. The model has its mean.
/// Starting state: A.
/// Episode end: terminates on right from A and on any action from B.
/// Parameters: `n_actions` of B ("many" in the book, which does not say how many);
///     `reward_mean`, `reward_deviation` (standard deviation) of its rewards.
/// Versions: one. A step from B takes one normal random number.
#include <rill/env_define.h>

enum { A, B, TERMINAL, STATES };
enum { LEFT, RIGHT, ACTIONS_OF_A };

typedef struct max_bias_params {
    int64_t n_actions;
    double reward_mean, reward_deviation;
} max_bias_params;

static const rill_param max_bias_param_table[] = {
    RILL_INTEGER(max_bias_params, n_actions, "10", ACTIONS_OF_A, 1e6, "actions in B"),
    RILL_REAL(max_bias_params, reward_mean, "-0.1", -1e300, 1e300, "of the actions in B"),
    RILL_REAL(max_bias_params, reward_deviation, "1", 0, 1e300,
              "standard deviation of the rewards of the actions in B"),
    RILL_PARAM_END,
};

typedef struct max_bias_state {
    int32_t place;
} max_bias_state;

static void reset(const max_bias_params *params, max_bias_state *state, rill_rng *rng)
{
    (void)params, (void)rng;
    state->place = A;
}

static inline void step(const max_bias_params *params, max_bias_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    if (state->place == A && action == LEFT) {
        state->place = B;
        return;
    }
    if (state->place == A && action != RIGHT) {
        return;
    }
    if (state->place == B) {
        outcome->reward =
            params->reward_mean + params->reward_deviation * rill_rng_standard_normal(rng);
    }
    state->place = TERMINAL;
    outcome->terminated = true;
}

static inline int32_t observe(const max_bias_params *params, const max_bias_state *state)
{
    (void)params;
    return state->place;
}

static rill_status model(const void *block, rill_model_builder *builder)
{
    const max_bias_params *params = block;
    rill_status status = rill_model_begin(builder, STATES, (int32_t)params->n_actions);
    if (status == RILL_OK) {
        rill_model_add_start(builder, A, 1.0);
        status = rill_model_add(builder, A, LEFT, 1.0, B, 0.0, false);
    }
    if (status == RILL_OK) {
        status = rill_model_add(builder, A, RIGHT, 1.0, TERMINAL, 0.0, true);
    }
    for (int32_t action = 0; action < params->n_actions && status == RILL_OK; action++) {
        status = rill_model_add(builder, B, action, 1.0, TERMINAL, params->reward_mean, true);
    }
    return status;
}

static void mask(const void *block, const void *state, uint8_t *mask)
{
    const max_bias_params *params = block;
    const int32_t place = ((const max_bias_state *)state)->place;
    const int64_t n = place == A ? ACTIONS_OF_A : place == B ? params->n_actions : 0;
    for (int64_t action = 0; action < params->n_actions; action++) {
        mask[action] = action < n;
    }
}

/// The diagram of Example 6.7: B, A, and the end at either side.
static void draw(const void *block, const void *state, const rill_canvas *canvas)
{
    (void)block;
    void *c = canvas->context;
    const double x[STATES] = {1.0, -1.0, 3.0};
    canvas->view(c, -4.0, -1.5, 4.0, 1.5);
    canvas->line(c, 1.0, 0.0, 3.0, 0.0, 0.04, RILL_GREY);
    canvas->line(c, 1.0, 0.0, -1.0, 0.0, 0.04, RILL_GREY);
    for (int i = -3; i <= 3; i++) { // many actions
        canvas->line(c, -1.0, 0.0, -3.0, 0.3 * i, 0.04, RILL_GREY);
    }
    rill_canvas_rectangle(canvas, -3.2, -1.1, -3.0, 1.1, RILL_GREY);
    rill_canvas_rectangle(canvas, 2.9, -0.1, 3.1, 0.1, RILL_GREY);
    canvas->circle(c, x[A], 0.0, 0.4, RILL_SKY_BLUE);
    canvas->circle(c, x[B], 0.0, 0.4, RILL_SKY_BLUE);
    canvas->circle(c, x[((const max_bias_state *)state)->place], 0.0, 0.3, RILL_ORANGE);
    canvas->text(c, x[A], 0.0, 0.4, "A", RILL_BLACK);
    canvas->text(c, x[B], 0.0, 0.4, "B", RILL_BLACK);
}

static rill_space observation_space(const void *params)
{
    (void)params;
    return rill_space_discrete(STATES);
}

static rill_space action_space(const void *params)
{
    return rill_space_discrete((int32_t)((const max_bias_params *)params)->n_actions);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    values[0] = ((const max_bias_state *)state)->place;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    (void)params;
    return rill_state_index(values[0], STATES, &((max_bias_state *)state)->place, error);
}

RILL_DEFINE_ENV(max_bias, index, index,
                .summary = "two states where a maximum over noisy estimates misleads",
                .source = "Sutton & Barto (2018), Example 6.7",
                .observation_space = observation_space, .action_space = action_space,
                .model = model, .has_expected_rewards = true, .mask = mask, .draw = draw,
                .n_state_values = 1, .get_state = get_state, .set_state = set_state);
