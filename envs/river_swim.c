/// River swim.
///
/// Description: a chain of states against a current to the left. Swimming left always succeeds and
///     earns little at the left bank; swimming right often fails and earns much at the right bank, to
///     which an agent gets only by exploring against the current. Strehl & Littman, "An analysis of
///     model-based Interval Estimation for Markov Decision Processes", Journal of Computer and System
///     Sciences 74 (2008); their numbers. (Others in use scale the rewards to 0.0005 and 1, start on
///     the left, or let right succeed more often, as Osband et al. (2013) do.)
/// Action space: 0 left, 1 right.
/// Observation space: 0, the left bank, to `n_states` - 1.
/// Transitions: left goes one state to the left, or stays at the left bank. Right leads, with
///     probabilities
///                               one to the left   stays   one to the right
///         at the left bank             -           0.7           0.3
///         between the banks           0.1          0.6           0.3
///         at the right bank           0.7          0.3            -
/// Reward: 5 for left at the left bank, 10000 for right at the right bank where it stays there,
///     otherwise 0.
/// Starting state: 1 or 2, each as likely.
/// Episode end: never.
/// Parameters: `n_states`; `reward_left`, `reward_right`.
/// Versions: one. A reset takes one random integer, right one uniform number.
#include <rill/env_define.h>

enum { LEFT, RIGHT, ACTIONS };

typedef struct river_swim_params {
    int64_t n_states;
    double reward_left, reward_right;
} river_swim_params;

static const rill_param river_swim_param_table[] = {
    RILL_INTEGER(river_swim_params, n_states, "6", 3, 1e8, "states, banks included"),
    RILL_REAL(river_swim_params, reward_left, "5", -1e300, 1e300, "of left at the left bank"),
    RILL_REAL(river_swim_params, reward_right, "10000", -1e300, 1e300,
              "of right at the right bank, if it succeeds"),
    RILL_PARAM_END,
};

typedef struct river_swim_state {
    int32_t position;
} river_swim_state;

/// What right leads to, as probabilities.
typedef struct river_swim_current {
    double back, stay, ahead;
} river_swim_current;

static inline river_swim_current current_at(const river_swim_params *params, int32_t position)
{
    return position == 0                      ? (river_swim_current){0.0, 0.7, 0.3}
           : position == params->n_states - 1 ? (river_swim_current){0.7, 0.3, 0.0}
                                              : (river_swim_current){0.1, 0.6, 0.3};
}

static void reset(const river_swim_params *params, river_swim_state *state, rill_rng *rng)
{
    (void)params;
    state->position = 1 + (int32_t)rill_rng_integers(rng, 2);
}

static inline void step(const river_swim_params *params, river_swim_state *state, rill_rng *rng,
                        int32_t action, rill_outcome *outcome)
{
    const int32_t from = state->position;
    if (action == LEFT) {
        state->position = from == 0 ? 0 : from - 1;
        outcome->reward = from == 0 ? params->reward_left : 0.0;
        return;
    }
    const river_swim_current current = current_at(params, from);
    const double u = rill_rng_random(rng);
    if (u < current.back) {
        state->position--;
    } else if (u < current.back + current.ahead) {
        state->position++;
    } else if (from == params->n_states - 1) {
        outcome->reward = params->reward_right;
    }
}

static inline int32_t observe(const river_swim_params *params, const river_swim_state *state)
{
    (void)params;
    return state->position;
}

static rill_status model(const void *block, rill_model_builder *builder)
{
    const river_swim_params *params = block;
    const int32_t n = (int32_t)params->n_states;
    rill_status status = rill_model_begin(builder, n, ACTIONS);
    if (status == RILL_OK) {
        rill_model_add_start(builder, 1, 0.5);
        rill_model_add_start(builder, 2, 0.5);
    }
    for (int32_t s = 0; s < n && status == RILL_OK; s++) {
        const river_swim_current current = current_at(params, s);
        const int32_t left = s == 0 ? 0 : s - 1, right = s == n - 1 ? s : s + 1;
        const double reward_left = s == 0 ? params->reward_left : 0.0;
        const double reward_right = s == n - 1 ? params->reward_right : 0.0;
        status = rill_model_add(builder, s, LEFT, 1.0, left, reward_left, false);
        if (status == RILL_OK) {
            status = rill_model_add(builder, s, RIGHT, current.back, left, 0.0, false);
        }
        if (status == RILL_OK) {
            status = rill_model_add(builder, s, RIGHT, current.stay, s, reward_right, false);
        }
        if (status == RILL_OK) {
            status = rill_model_add(builder, s, RIGHT, current.ahead, right, 0.0, false);
        }
    }
    return status;
}

static rill_cell cell_kind(const void *block, int32_t state)
{
    const river_swim_params *params = block;
    return state == params->n_states - 1 ? RILL_CELL_GOAL
           : state == 1 || state == 2    ? RILL_CELL_START
                                         : RILL_CELL_FREE;
}

static void grid(const void *params, rill_grid *grid)
{
    *grid = (rill_grid){1, (int32_t)((const river_swim_params *)params)->n_states, cell_kind};
}

static rill_space observation_space(const void *params)
{
    return rill_space_discrete((int32_t)((const river_swim_params *)params)->n_states);
}

static rill_space action_space(const void *params)
{
    (void)params;
    return rill_space_discrete(ACTIONS);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    values[0] = ((const river_swim_state *)state)->position;
}

static rill_status set_state(const void *block, void *state, const double *values,
                             rill_error *error)
{
    const river_swim_params *params = block;
    return rill_state_index(values[0], (int32_t)params->n_states,
                            &((river_swim_state *)state)->position, error);
}

static const char *const action_names[] = {"left", "right", NULL};

RILL_DEFINE_ENV(river_swim, index, index,
                .summary = "a chain against a current, with the large reward upstream",
                .source = "Strehl & Littman (2008)", .action_names = action_names,
                .observation_space = observation_space, .action_space = action_space,
                .model = model, .grid = grid, .n_state_values = 1, .get_state = get_state,
                .set_state = set_state);
