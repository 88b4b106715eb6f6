/// Checks of a type as it stands: its description, its parameter table, and that its functions write
/// where they may.
#include "experiments/check_env.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// ---- description ----

static bool is_empty(const char *text)
{
    return text == NULL || text[0] == '\0';
}

static void describe_space(check *c, const char *name, const rill_space *space)
{
    if (space->size < 1) {
        check_fail(c, "%s.size is %d; a space has at least one element or dimension", name,
                   space->size);
        return;
    }
    if (space->kind == RILL_SPACE_DISCRETE) {
        return;
    }
    if (space->low == NULL || space->high == NULL) {
        check_fail(c,
                   "%s is a box without bounds; point `low` and `high` at arrays in the "
                   "parameter struct or at constants",
                   name);
        return;
    }
    for (int32_t i = 0; i < space->size; i++) {
        if (!(space->low[i] <= space->high[i])) {
            check_fail(c, "%s: dimension %d goes from %.9g to %.9g; low is at most high", name, i,
                       space->low[i], space->high[i]);
        }
    }
}

static void describe_grid(check *c)
{
    const rill_env *env = c->env;
    rill_grid grid = {0};
    env->type->grid(env->params, &grid);
    if (env->observation_space.kind != RILL_SPACE_DISCRETE ||
        (int64_t)grid.rows * grid.columns != env->observation_space.size) {
        check_fail(c,
                   "the grid has %d x %d cells and the observation space %s%d; the cells are the "
                   "observations, or leave `grid` out",
                   grid.rows, grid.columns,
                   env->observation_space.kind == RILL_SPACE_DISCRETE ? "" : "is a box of ",
                   env->observation_space.size);
        return;
    }
    for (int32_t s = 0; s < env->observation_space.size; s++) {
        const rill_cell cell = grid.cell(env->params, s);
        if ((int)cell < RILL_CELL_FREE || cell > RILL_CELL_START) {
            check_fail(c, "cell %d is of kind %d; answer one of rill_cell", s, (int)cell);
            return;
        }
    }
}

rill_status check_description(check *c)
{
    const rill_env_type *type = c->env->type;
    const struct {
        const char *name;
        bool is_there;
    } required[] = {
        {"id", !is_empty(type->id)},
        {"summary", !is_empty(type->summary)},
        {"source", !is_empty(type->source)},
        {"params (a table, may be RILL_PARAM_END alone)", type->params != NULL},
        {"step_batch", type->step_batch != NULL},
    };
    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++) {
        if (!required[i].is_there) {
            check_fail(c, "%s is missing; set it in the type's definition", required[i].name);
            return RILL_OK;
        }
    }
    describe_space(c, "observation_space", &c->env->observation_space);
    describe_space(c, "action_space", &c->env->action_space);
    if ((type->n_state_values > 0) != (type->get_state != NULL) ||
        (type->n_state_values > 0) != (type->set_state != NULL)) {
        check_fail(c,
                   "n_state_values is %d, get_state is %s and set_state is %s; offer all three or "
                   "none",
                   type->n_state_values, type->get_state == NULL ? "missing" : "there",
                   type->set_state == NULL ? "missing" : "there");
    }
    if (c->env->n_state_values > type->n_state_values || c->env->n_state_values < 0) {
        check_fail(c, "a state has %d numbers here and n_state_values says %d at most",
                   c->env->n_state_values, type->n_state_values);
    }
    int32_t n_names = 0;
    while (type->action_names != NULL && type->action_names[n_names] != NULL) {
        n_names++;
    }
    if (type->action_names != NULL && n_names < c->env->action_space.size) {
        check_fail(c, "%d action names for %d actions; name all or none", n_names,
                   c->env->action_space.size);
    }
    if (type->grid != NULL && !check_has_failed(c)) {
        describe_grid(c);
    }
    return RILL_OK;
}

// ---- parameters ----

/// A number is refused with a message that shows it, and changes nothing.
static void refuse_number(check *c, const rill_param *param, void *params, void *before,
                          double value)
{
    const size_t size = c->env->type->params_size;
    char shown[64];
    snprintf(shown, sizeof shown, "%.15g", value);
    memcpy(before, params, size);
    rill_error error = {0};
    if (rill_param_set_number(param, params, value, &error) == RILL_OK) {
        check_fail(c, "%s takes %s; correct its bounds, %.15g to %.15g", param->name, shown,
                   param->min, param->max);
    } else if (strstr(error.message, shown) == NULL || memcmp(before, params, size) != 0) {
        check_fail(c, "%s=%s is refused without saying so: \"%.80s\"", param->name, shown,
                   error.message);
    }
}

/// Finite bounds are taken, and what lies just outside is refused.
static void check_bounds(check *c, const rill_param *param, void *params, void *before)
{
    const bool is_whole = param->kind == RILL_PARAM_INTEGER || param->kind == RILL_PARAM_INTEGERS;
    const double bounds[] = {param->min, param->max};
    if (!(param->min <= param->max)) {
        check_fail(c, "%s: the bounds are %.15g to %.15g; low is at most high", param->name,
                   param->min, param->max);
        return;
    }
    for (int i = 0; i < 2; i++) {
        const double outward = i == 0 ? -HUGE_VAL : HUGE_VAL;
        rill_error error = {0};
        if (isfinite(bounds[i])) {
            if (rill_param_set_number(param, params, bounds[i], &error) != RILL_OK) {
                check_fail(c, "%s: its own bound %.15g is refused: %.200s", param->name, bounds[i],
                           error.message);
            }
            refuse_number(c, param, params, before,
                          is_whole ? bounds[i] + (i == 0 ? -1.0 : 1.0)
                                   : nextafter(bounds[i], outward));
        }
        refuse_number(c, param, params, before, outward);
    }
    refuse_number(c, param, params, before, (double)NAN);
}

static void check_param(check *c, const rill_param *param, void *params, void *before)
{
    rill_error error = {0};
    switch (param->kind) {
    case RILL_PARAM_INTEGER:
    case RILL_PARAM_REAL:
    case RILL_PARAM_SCHEDULE:
    case RILL_PARAM_INTEGERS:
    case RILL_PARAM_REALS:
        check_bounds(c, param, params, before);
        break;
    case RILL_PARAM_BOOL:
        refuse_number(c, param, params, before, 2.0);
        break;
    case RILL_PARAM_CHOICE:
        for (int i = 0; param->choices != NULL && param->choices[i] != NULL; i++) {
            if (rill_param_set_text(param, params, param->choices[i], &error) != RILL_OK) {
                check_fail(c, "%s refuses its own word \"%s\"", param->name, param->choices[i]);
            }
        }
        break;
    case RILL_PARAM_ROWS:
        break;
    }
}

rill_status check_parameters(check *c)
{
    const rill_env_type *type = c->env->type;
    for (const rill_param *param = type->params; param->name != NULL; param++) {
        if (is_empty(param->doc)) {
            check_fail(c, "%s has no doc; write one line, with the unit", param->name);
        }
        if (param->offset >= type->params_size) {
            check_fail(c, "%s lies outside the parameter struct; give its own struct and field",
                       param->name);
            return RILL_OK;
        }
        for (const rill_param *other = type->params; other != param; other++) {
            if (strcmp(other->name, param->name) == 0) {
                check_fail(c, "two parameters are called %s", param->name);
            }
        }
        if (param->kind == RILL_PARAM_CHOICE && param->choices == NULL) {
            check_fail(c, "%s has no choices; list its words, NULL at the end", param->name);
            return RILL_OK;
        }
    }
    void *before = check_take(c, type->params_size + 1);
    void *params = rill_params_create(type->params, type->params_size);
    if (before == NULL) {
        rill_params_destroy(type->params, params);
        return RILL_NO_MEMORY;
    }
    if (params == NULL) {
        check_fail(c, "a default of the table cannot be read or is out of its bounds; correct it");
        return RILL_OK;
    }
    for (const rill_param *param = type->params; param->name != NULL; param++) {
        check_param(c, param, params, before);
    }
    rill_params_destroy(type->params, params);
    return RILL_OK;
}

// ---- memory ----

/// Blocks that functions of the type are handed, with guards around them.
typedef struct fenced {
    const char *name; ///< for messages
    void *bytes;
    size_t size;
    void *copy; ///< of the bytes, where they must stay as they are
} fenced;

enum { STATE, BOX, RNG, ACTION, VALUES, MASK, N_FENCED };

static bool take_fenced(check *c, fenced *blocks)
{
    const rill_env *env = c->env;
    const size_t n_mask =
        env->action_space.kind == RILL_SPACE_DISCRETE ? (size_t)env->action_space.size : 0;
    blocks[STATE] = (fenced){"state", NULL, env->type->state_size, NULL};
    blocks[BOX] = (fenced){"observation", NULL, check_value_size(&env->observation_space), NULL};
    blocks[RNG] = (fenced){"stream", NULL, sizeof(rill_rng), NULL};
    blocks[ACTION] = (fenced){"action", NULL, check_value_size(&env->action_space), NULL};
    blocks[VALUES] = (fenced){"values", NULL, (size_t)env->n_state_values * sizeof(double), NULL};
    blocks[MASK] = (fenced){"mask", NULL, n_mask, NULL};
    for (int i = 0; i < N_FENCED; i++) {
        blocks[i].bytes = check_take_guarded(c, blocks[i].size);
        blocks[i].copy = check_take(c, blocks[i].size);
        if (blocks[i].bytes == NULL || blocks[i].copy == NULL) {
            return false;
        }
    }
    return true;
}

/// Notes what must be the same after the next call.
static void remember(fenced *block)
{
    memcpy(block->copy, block->bytes, block->size);
}

static void expect_unchanged(check *c, const fenced *block, const char *function, int32_t step)
{
    if (memcmp(block->copy, block->bytes, block->size) != 0) {
        check_fail(c, "%s changed the %s (step %d from seed %llu); it may only read it", function,
                   block->name, step, (unsigned long long)c->options.seed);
    }
}

static void expect_guards(check *c, const fenced *blocks, const char *function, int32_t step)
{
    for (int i = 0; i < N_FENCED; i++) {
        const int side = check_guards(blocks[i].bytes, blocks[i].size);
        if (side != 0) {
            check_fail(c,
                       "%s wrote %s the %s of %zu bytes (step %d from seed %llu); check its "
                       "indices and the sizes in the type",
                       function, side > 0 ? "behind" : "in front of", blocks[i].name,
                       blocks[i].size, step, (unsigned long long)c->options.seed);
        }
    }
}

/// The functions that only read, at the present state.
static void call_readers(check *c, fenced *blocks, int32_t step)
{
    const rill_env *env = c->env;
    const rill_env_type *type = env->type;
    remember(&blocks[STATE]);
    type->observe(env->params, blocks[STATE].bytes, blocks[BOX].bytes);
    expect_guards(c, blocks, "observe", step);
    expect_unchanged(c, &blocks[STATE], "observe", step);
    if (type->get_state != NULL) {
        type->get_state(env->params, blocks[STATE].bytes, blocks[VALUES].bytes);
        expect_guards(c, blocks, "get_state", step);
        expect_unchanged(c, &blocks[STATE], "get_state", step);
    }
    if (type->mask != NULL) {
        type->mask(env->params, blocks[STATE].bytes, blocks[MASK].bytes);
        expect_guards(c, blocks, "mask", step);
        expect_unchanged(c, &blocks[STATE], "mask", step);
    }
}

rill_status check_memory(check *c)
{
    const rill_env *env = c->env;
    const rill_env_type *type = env->type;
    const bool is_box = env->action_space.kind == RILL_SPACE_BOX;
    fenced blocks[N_FENCED];
    void *params = check_take(c, type->params_size);
    if (params == NULL || !take_fenced(c, blocks)) {
        return RILL_NO_MEMORY;
    }
    rill_rng actions;
    rill_rng_seed(&actions, c->options.seed);
    rill_rng_seed(blocks[RNG].bytes, c->options.seed);
    memcpy(params, env->params, type->params_size);
    if (type->restart != NULL) {
        type->restart(env->params, blocks[STATE].bytes);
        expect_guards(c, blocks, "restart", 0);
    }
    bool is_to_reset = true;
    for (int32_t i = 0; i < c->options.steps && !check_has_failed(c); i++) {
        rill_outcome outcome = {0};
        if (is_to_reset) {
            type->reset(env->params, blocks[STATE].bytes, blocks[RNG].bytes);
            expect_guards(c, blocks, "reset", i);
        } else {
            rill_observation sample =
                rill_space_sample(&env->action_space, &actions, blocks[ACTION].bytes);
            remember(&blocks[ACTION]);
            type->step(env->params, blocks[STATE].bytes, blocks[RNG].bytes,
                       is_box ? (rill_action){.box = blocks[ACTION].bytes}
                              : (rill_action){.index = sample.index},
                       blocks[BOX].bytes, &outcome);
            expect_guards(c, blocks, "step", i);
            expect_unchanged(c, &blocks[ACTION], "step", i);
        }
        call_readers(c, blocks, i);
        is_to_reset = rill_outcome_is_last(&outcome);
        if (memcmp(params, env->params, type->params_size) != 0) {
            check_fail(c,
                       "the parameters changed in step %d from seed %llu; only `prepare` may "
                       "write them: environments share them",
                       i, (unsigned long long)c->options.seed);
        }
    }
    return RILL_OK;
}
