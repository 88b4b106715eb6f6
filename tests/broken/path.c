/// Path, sound and with faults.
///
/// Description: cells 0 to 5 in a row.
/// Action space: 0 back, 1 forward (stays with probability 1/4), 2 jump two cells, from 0 to 2 only;
///     elsewhere it is a step forward.
/// Observation space: the cell.
/// Reward: -1, -2 for a jump, 10 for the last cell.
/// Starting state: 0 or 1, with probability 1/2 each.
/// Episode end: terminates in cell 5.
#include "tests/broken/broken.h"

#include <math.h>
#include <rill/env_define.h>
#include <string.h>

enum { CELLS = 6, GOAL = 5, ACTIONS = 3, LAST_JUMP = 2 };

static const char *const faults[] = {
    "none",
    // steps
    "hidden_counter", "own_stream", "seeds_stream", "shared_cell", "own_address", "forgets_reset",
    "infinite_reward", "outside_observation", "writes_past_state", "changes_params",
    "truncates_itself", "ends_at_7",
    // functions that the macro writes, by hand
    "reward_not_set", "flag_not_set", "stale_observation", "observe_moves", "batch_without_chance",
    "batch_in_idle_lanes", "batch_truncates", "batch_observes_0",
    // what is offered
    "mask_all", "mask_missing", "mask_unwritten", "mask_none", "mask_past_end", "set_state_ignores",
    "set_state_takes_nan", "no_set_state", "few_action_names", "no_doc", "two_rows", "bad_bounds",
    "draws_outside", "draws_nan", "draws_nothing", "draw_moves", "draws_before_view",
    // the model
    "model_probability", "model_next", "model_reward", "model_termination", "model_start",
    "model_sum", "model_size", "model_order", "model_twice", "model_all_off", "model_dead_end",
    "model_mean_reward", NULL};

typedef struct path_params {
    int fault;
    double slip;     ///< probability that forward stays
    int64_t n_cells; ///< of the table with a fault
} path_params;

static const rill_param path_param_table[] = {
    RILL_CHOICE(path_params, fault, "none", faults, "what is wrong"),
    RILL_REAL(path_params, slip, "0.25", 0, 1, "probability that forward stays"),
    RILL_PARAM_END,
};

typedef struct path_state {
    int32_t cell;
    int32_t n_steps;  ///< since the reset
    uintptr_t myself; ///< address of the state at the reset
} path_state;

static int32_t the_shared_cell;

static bool has(const path_params *params, const char *fault)
{
    return strcmp(faults[params->fault], fault) == 0;
}

static void reset(const path_params *params, path_state *state, rill_rng *rng)
{
    if (has(params, "seeds_stream")) {
        rill_rng_seed(rng, 0);
    }
    state->cell = rill_rng_random(rng) < 0.5 ? 0 : 1;
    if (!has(params, "forgets_reset")) {
        state->n_steps = 0;
    }
    state->myself = (uintptr_t)state;
    the_shared_cell = state->cell;
}

static double reward_of(int32_t next, bool is_jump)
{
    return next == GOAL ? 10.0 : is_jump ? -2.0 : -1.0;
}

static void step(const path_params *params, path_state *state, rill_rng *rng, int32_t action,
                 rill_outcome *outcome)
{
    static int32_t counter;
    static rill_rng own = {1, 2, 3, 5, 0, 0};
    const bool is_jump = action == 2 && state->cell <= LAST_JUMP;
    if (has(params, "shared_cell")) {
        state->cell = the_shared_cell;
    }
    if (has(params, "own_stream")) {
        rng = &own;
    }
    int32_t next = state->cell - 1 < 0 ? 0 : state->cell - 1;
    if (is_jump) {
        next = state->cell + 2;
    } else if (action > 0) {
        next = state->cell + (rill_rng_random(rng) < params->slip ? 0 : 1);
    }
    if ((has(params, "hidden_counter") && ++counter % 97 == 0) ||
        (has(params, "own_address") && state->myself != (uintptr_t)state) ||
        (has(params, "forgets_reset") && state->n_steps > 100)) {
        next = 0;
    }
    state->cell = next;
    state->n_steps++;
    the_shared_cell = next;
    outcome->reward = reward_of(next, is_jump);
    outcome->terminated = next == GOAL;
    if (has(params, "infinite_reward") && next == 4) {
        outcome->reward = (double)INFINITY;
    }
    if (has(params, "writes_past_state")) {
        memset(state + 1, 0, 4);
    }
    if (has(params, "changes_params")) {
        ((path_params *)(uintptr_t)params)->slip *= 0.5;
    }
    if (has(params, "truncates_itself") && state->n_steps == 3) {
        outcome->truncated = true;
    }
    if (has(params, "ends_at_7") && state->n_steps == 7) {
        outcome->terminated = true; // a time limit that looks like an end
    }
}

static int32_t observe(const path_params *params, const path_state *state)
{
    return state->cell + (has(params, "outside_observation") && state->cell == GOAL ? 1 : 0);
}

static rill_status model(const void *block, rill_model_builder *builder)
{
    const path_params *p = block;
    rill_status status = rill_model_begin(builder, CELLS + (has(p, "model_size") ? 1 : 0), ACTIONS);
    rill_model_add_start(builder, 0, has(p, "model_start") ? 0.6 : 0.5);
    rill_model_add_start(builder, 1, has(p, "model_start") ? 0.4 : 0.5);
    const int32_t end = has(p, "model_dead_end") ? GOAL - 1 : GOAL;
    for (int32_t s = 0; s < end && status == RILL_OK; s++) {
        const double stay = p->slip + (has(p, "model_probability") && s == 2 ? 0.08 : 0.0) +
                            (has(p, "model_all_off") ? 0.006 : 0.0);
        const double go = 1.0 - stay - (has(p, "model_sum") && s == 3 ? 0.1 : 0.0);
        const bool is_end = s + 1 == GOAL && !has(p, "model_termination");
        const double more = has(p, "model_reward") && s == 3 ? 1.0 : 0.0;
        status = rill_model_add(builder, s, 0, 1.0, s == 0 ? 0 : s - 1,
                                has(p, "model_mean_reward") && s == 1 ? -1.5 : -1.0, false);
        // an outcome, 65 others, and the first again: the builder looks back at 64
        for (int i = 0; i < 67 && has(p, "model_twice") && status == RILL_OK && s == 0; i++) {
            status = rill_model_add(builder, s, 1, 1.0 / 67.0, s, i % 66, false);
        }
        if (status == RILL_OK && has(p, "model_order")) {
            status = rill_model_add(builder, s, 2, 1.0, s, 0.0, false);
        }
        const bool is_written = has(p, "model_twice") && s == 0;
        if (status == RILL_OK && !is_written) {
            status = rill_model_add(builder, s, 1, stay, s, -1.0 + more, false);
        }
        if (status == RILL_OK && !is_written) {
            status = rill_model_add(builder, s, 1, go, has(p, "model_next") && s == 1 ? 3 : s + 1,
                                    reward_of(s + 1, false), is_end);
        }
        if (status == RILL_OK && s <= LAST_JUMP) {
            status =
                rill_model_add(builder, s, 2, 1.0, s + 2, reward_of(s + 2, true), s + 2 == GOAL);
        }
    }
    return status;
}

static void mask(const void *params, const void *state, uint8_t *mask)
{
    const bool is_jump = ((const path_state *)state)->cell <= LAST_JUMP;
    mask[0] = !has(params, "mask_none");
    if (!has(params, "mask_unwritten")) {
        mask[1] = 1;
    }
    mask[2] = is_jump || has(params, "mask_all");
    if (has(params, "mask_past_end")) {
        mask[ACTIONS] = 0;
    }
}

static void draw(const void *params, const void *state, const rill_canvas *canvas)
{
    const double cell = ((const path_state *)state)->cell;
    const double x = has(params, "draws_nan")                     ? (double)NAN
                     : has(params, "draws_outside") && cell > 3.0 ? 2.0 * cell
                                                                  : cell;
    if (has(params, "draws_before_view")) {
        canvas->circle(canvas->context, 0.0, 0.0, 0.5, RILL_BLUE);
    }
    if (has(params, "draw_moves")) {
        ((path_state *)(uintptr_t)state)->n_steps++;
    }
    canvas->view(canvas->context, -0.5, -0.5, CELLS - 0.5, 0.5);
    if (has(params, "draws_nothing")) {
        return;
    }
    rill_canvas_rectangle(canvas, -0.5, -0.5, CELLS - 0.5, 0.5, RILL_WHITE);
    canvas->circle(canvas->context, x, 0.0, 0.3, RILL_BLUE);
}

static rill_space observation_space(const void *params)
{
    (void)params;
    return rill_space_discrete(CELLS);
}

static rill_space action_space(const void *params)
{
    (void)params;
    return rill_space_discrete(ACTIONS);
}

static void get_state(const void *params, const void *state, double *values)
{
    (void)params;
    values[0] = ((const path_state *)state)->cell;
}

static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    int32_t cell = 0;
    if (has(params, "set_state_takes_nan") && !(values[0] == values[0])) {
        return RILL_OK;
    }
    rill_status status = rill_state_index(values[0], CELLS, &cell, error);
    if (status == RILL_OK && !has(params, "set_state_ignores")) {
        *(path_state *)state = (path_state){cell, 0, (uintptr_t)state};
        the_shared_cell = cell;
    }
    return status;
}

static const char *const action_names[] = {"back", "forward", "jump", NULL};

RILL_DEFINE_ENV(path, index, index, .summary = "cells in a row", .source = "made up",
                .action_names = action_names, .observation_space = observation_space,
                .action_space = action_space, .model = model, .mask = mask, .draw = draw,
                .n_state_values = 1, .get_state = get_state, .set_state = set_state);

// ---- functions by hand ----

static rill_observation step_reward_not_set(const void *params, void *state, rill_rng *rng,
                                            rill_action action, float *box, rill_outcome *outcome)
{
    const double before = outcome->reward;
    rill_observation observation = path_step(params, state, rng, action, box, outcome);
    outcome->reward = outcome->reward == -1.0 ? before : outcome->reward;
    return observation;
}

static rill_observation step_flag_not_set(const void *params, void *state, rill_rng *rng,
                                          rill_action action, float *box, rill_outcome *outcome)
{
    const bool before = outcome->truncated;
    rill_observation observation = path_step(params, state, rng, action, box, outcome);
    outcome->truncated = before;
    return observation;
}

static rill_observation step_stale_observation(const void *params, void *state, rill_rng *rng,
                                               rill_action action, float *box,
                                               rill_outcome *outcome)
{
    rill_observation before = path_observe(params, state, box);
    path_step(params, state, rng, action, box, outcome);
    return before;
}

static rill_observation observe_moves(const void *params, const void *state, float *box)
{
    ((path_state *)(uintptr_t)state)->n_steps++;
    return path_observe(params, state, box);
}

static void step_batch_without_chance(const rill_lanes *lanes)
{
    path_params params = *(const path_params *)lanes->params;
    rill_lanes sure = *lanes;
    params.slip = 0.0;
    sure.params = &params;
    path_step_batch(&sure);
}

static void step_batch_in_idle_lanes(const rill_lanes *lanes)
{
    path_step_batch(lanes);
    for (int32_t i = 0; i < lanes->n; i++) {
        lanes->rewards[i] = lanes->is_idle[i] ? 0.0 : lanes->rewards[i];
    }
}

static void step_batch_truncates(const rill_lanes *lanes)
{
    path_step_batch(lanes);
    for (int32_t i = 0; i < lanes->n; i++) {
        lanes->truncated[i] |= lanes->terminated[i];
    }
}

static void step_batch_observes_0(const rill_lanes *lanes)
{
    path_step_batch(lanes);
    for (int32_t i = 0; i < lanes->n; i++) {
        ((int32_t *)lanes->observations)[i] = 0;
    }
}

static const rill_param table_without_doc[] = {
    RILL_CHOICE(path_params, fault, "none", faults, ""),
    RILL_REAL(path_params, slip, "0.25", 0, 1, "probability that forward stays"),
    RILL_PARAM_END,
};
static const rill_param table_with_a_row_twice[] = {
    RILL_CHOICE(path_params, fault, "none", faults, "what is wrong"),
    RILL_REAL(path_params, slip, "0.25", 0, 1, "probability that forward stays"),
    RILL_REAL(path_params, slip, "0.25", 0, 1, "probability that forward stays"),
    RILL_PARAM_END,
};
static const rill_param table_of_bad_bounds[] = {
    RILL_CHOICE(path_params, fault, "none", faults, "what is wrong"),
    RILL_REAL(path_params, slip, "0.25", 0, 1, "probability that forward stays"),
    RILL_INTEGER(path_params, n_cells, "3", 0.5, 9, "of no use"),
    RILL_PARAM_END,
};

const rill_env_type *broken_path(const char *fault)
{
    static const char *const few_names[] = {"back", "forward", NULL};
    static rill_env_type type;
    type = rill_env_path;
    const struct {
        const char *fault;
        rill_observation (*step)(const void *, void *, rill_rng *, rill_action, float *,
                                 rill_outcome *);
        void (*step_batch)(const rill_lanes *);
        const rill_param *params;
    } changes[] = {
        {"reward_not_set", step_reward_not_set, NULL, NULL},
        {"flag_not_set", step_flag_not_set, NULL, NULL},
        {"stale_observation", step_stale_observation, NULL, NULL},
        {"batch_without_chance", NULL, step_batch_without_chance, NULL},
        {"batch_in_idle_lanes", NULL, step_batch_in_idle_lanes, NULL},
        {"batch_truncates", NULL, step_batch_truncates, NULL},
        {"batch_observes_0", NULL, step_batch_observes_0, NULL},
        {"no_doc", NULL, NULL, table_without_doc},
        {"two_rows", NULL, NULL, table_with_a_row_twice},
        {"bad_bounds", NULL, NULL, table_of_bad_bounds},
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        if (strcmp(changes[i].fault, fault) == 0) {
            type.step = changes[i].step == NULL ? type.step : changes[i].step;
            type.step_batch =
                changes[i].step_batch == NULL ? type.step_batch : changes[i].step_batch;
            type.params = changes[i].params == NULL ? type.params : changes[i].params;
        }
    }
    if (strcmp(fault, "observe_moves") == 0) {
        type.observe = observe_moves;
    } else if (strcmp(fault, "mask_missing") == 0) {
        type.mask = NULL;
    } else if (strcmp(fault, "no_set_state") == 0) {
        type.set_state = NULL;
    } else if (strcmp(fault, "few_action_names") == 0) {
        type.action_names = few_names;
    } else if (strcmp(fault, "model_mean_reward") == 0) {
        type.has_expected_rewards = true;
    }
    return &type;
}
