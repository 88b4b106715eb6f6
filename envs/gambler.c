/// Gambler's problem.
///
/// Description: a gambler bets on flips of a coin. Heads wins as many dollars as were staked, tails
///     loses them; the game is won at the goal and lost without money. Sutton & Barto (2018),
///     Example 4.3; Exercise 4.9 is p_heads=0.25 and p_heads=0.55.
/// Action space: the stake, 0 to goal / 2 dollars (rounded down). A capital of s allows the stakes 1
///     to min(s, goal - s), as the mask says; any other one counts as the nearest of these. (The
///     book allows a stake of 0 too, which changes no value, but lets a game go on for ever.)
/// Observation space: the capital, 0 to goal dollars; 0 and goal are the terminal states.
/// Reward: 1 for reaching the goal, otherwise 0: undiscounted, a value is a probability of winning.
/// Starting state: uniform over 1 to goal - 1.
/// Episode end: terminates at 0 and at the goal. No time limit.
/// Parameters: see the table.
/// Versions: one. A step draws one uniform number; below `p_heads` is heads.
#include <rill/env_define.h>
#include <stdio.h>

typedef struct gambler_params {
    double p_heads;
    int64_t goal;
} gambler_params;

static const rill_param gambler_param_table[] = {
    RILL_REAL(gambler_params, p_heads, "0.4", 0, 1, "probability of heads"),
    RILL_INTEGER(gambler_params, goal, "100", 2, 1e8, "capital that wins the game, in dollars"),
    RILL_PARAM_END,
};

typedef struct gambler_state {
    int32_t capital;
} gambler_state;

static inline int32_t max_stake(const gambler_params *params, int32_t capital)
{
    const int32_t missing = (int32_t)params->goal - capital;
    return capital < missing ? capital : missing;
}

static void reset(const gambler_params *params, gambler_state *state, rill_rng *rng)
{
    state->capital = 1 + (int32_t)rill_rng_integers(rng, params->goal - 1);
}

static inline void step(const gambler_params *params, gambler_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    const int32_t most = max_stake(params, state->capital);
    const int32_t wanted = action < 1 ? 1 : action;
    const int32_t stake = wanted < most ? wanted : most;
    state->capital += rill_rng_random(rng) < params->p_heads ? stake : -stake;
    outcome->reward = state->capital == params->goal ? 1.0 : 0.0;
    outcome->terminated = state->capital == 0 || state->capital == params->goal;
}

static inline int32_t observe(const gambler_params *params, const gambler_state *state)
{
    (void)params;
    return state->capital;
}

static rill_space observation_space(const void *params)
{
    return rill_space_discrete((int32_t)((const gambler_params *)params)->goal + 1);
}

static rill_space action_space(const void *params)
{
    return rill_space_discrete((int32_t)(((const gambler_params *)params)->goal / 2) + 1);
}

static rill_status model(const void *block, rill_model_builder *builder)
{
    const gambler_params *params = block;
    const int32_t goal = (int32_t)params->goal;
    rill_status status = rill_model_begin(builder, goal + 1, action_space(params).size);
    for (int32_t s = 1; s < goal && status == RILL_OK; s++) {
        rill_model_add_start(builder, s, 1.0 / (goal - 1));
        for (int32_t a = 1; a <= max_stake(params, s) && status == RILL_OK; a++) {
            const bool wins = s + a == goal;
            status = rill_model_add(builder, s, a, params->p_heads, s + a, wins, wins);
            if (status == RILL_OK) {
                status =
                    rill_model_add(builder, s, a, 1.0 - params->p_heads, s - a, 0.0, s - a == 0);
            }
        }
    }
    return status;
}

static void mask(const void *params, const void *state, uint8_t *mask)
{
    const int32_t most = max_stake(params, ((const gambler_state *)state)->capital);
    for (int32_t a = 0; a < action_space(params).size; a++) {
        mask[a] = a >= 1 && a <= most;
    }
}

/// The capital as a bar that fills a frame of the goal's width.
static void draw(const void *block, const void *data, const rill_canvas *canvas)
{
    const gambler_params *params = block;
    const int32_t capital = ((const gambler_state *)data)->capital;
    const double width = 10.0, filled = width * capital / (double)params->goal;
    canvas->view(canvas->context, -0.5, -1.2, width + 0.5, 1.5);
    rill_canvas_rectangle(canvas, 0.0, 0.0, width, 1.0, RILL_LIGHT_GREY);
    rill_canvas_rectangle(canvas, 0.0, 0.0, filled, 1.0,
                          capital == params->goal ? RILL_GREEN : RILL_BLUE);
    for (int32_t quarter = 0; quarter <= 4; quarter++) {
        const double x = 0.25 * width * quarter;
        canvas->line(canvas->context, x, -0.15, x, 1.0, 0.03, RILL_GREY);
    }
    char label[32];
    snprintf(label, sizeof label, "$%d of $%lld", capital, (long long)params->goal);
    canvas->text(canvas->context, 0.5 * width, -0.7, 0.6, label, RILL_BLACK);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    values[0] = ((const gambler_state *)state)->capital;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    return rill_state_index(values[0], observation_space(params).size,
                            &((gambler_state *)state)->capital, error);
}

static const char *const observation_names[] = {"capital (dollars)", NULL};

RILL_DEFINE_ENV(gambler, index, index, .summary = "stakes on flips of a coin until rich or broke",
                .source = "Sutton & Barto (2018), Example 4.3", .model = model, .mask = mask,
                .draw = draw, .observation_names = observation_names,
                .observation_space = observation_space, .action_space = action_space,
                .n_state_values = 1, .get_state = get_state, .set_state = set_state);
