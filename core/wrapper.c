/// Wrapped environments: an environment type made when wrapping, whose functions put the wrapper's
/// in front of the inner type's. Its state holds that of the wrapper and that of the environment
/// inside, so that copies, batches and further wrappers need to know nothing about it.
#include "core/env.h"
#include "core/memory.h"

#include <stdio.h>
#include <string.h>

/// The parameters of a wrapped environment, and its type.
typedef struct wrapping {
    rill_wrapper wrapper;
    rill_env_type type;
    char id[160]; ///< "time_limit(cliff_walking)"
    // where in the state lie, after the head: the wrapper's state, the inner one, an action and an
    // observation of the inner environment, and the observation
    size_t state, inner_state, action_box, inner_box, box;
} wrapping;

/// The first part of the state.
typedef struct head {
    int64_t inner_elapsed; ///< steps of the inner environment since its reset
    int32_t index;         ///< the observation made last, where it is discrete
    bool is_frozen;
} head;

static const rill_param no_params[] = {RILL_PARAM_END};

static rill_wrapped view(const wrapping *w, void *state, rill_rng *rng)
{
    char *bytes = state;
    head *h = state;
    return (rill_wrapped){
        .wrapper = &w->wrapper,
        .params = w->wrapper.params,
        .state = bytes + w->state,
        .rng = rng,
        .action_box = (float *)(void *)(bytes + w->action_box),
        .is_frozen = h->is_frozen,
        .inner_state = bytes + w->inner_state,
        .inner_box = (float *)(void *)(bytes + w->inner_box),
        .inner_elapsed = &h->inner_elapsed,
    };
}

static const void *inner_state_of(const wrapping *w, const void *state)
{
    return (const char *)state + w->inner_state;
}

// ---- the functions of a wrapped environment's type ----

static rill_space observation_space(const void *params)
{
    return ((const wrapping *)params)->wrapper.observation_space;
}

static rill_space action_space(const void *params)
{
    return ((const wrapping *)params)->wrapper.action_space;
}

static rill_observation observe(const void *params, const void *state, float *box)
{
    const wrapping *w = params;
    const rill_env *inner = w->wrapper.inner;
    if (w->wrapper.type->observe == NULL) {
        return inner->type->observe(inner->params, inner_state_of(w, state), box);
    }
    if (w->wrapper.observation_space.kind == RILL_SPACE_DISCRETE) {
        return (rill_observation){.index = ((const head *)state)->index};
    }
    memcpy(box, (const char *)state + w->box,
           (size_t)w->wrapper.observation_space.size * sizeof *box);
    return (rill_observation){.box = box};
}

/// Makes the wrapper's observation of the inner one and keeps it for `observe`: it may hang on more
/// than the state, and making it may change the state.
static void keep_observation(const wrapping *w, const rill_wrapped *self, void *state,
                             rill_observation inner)
{
    float *box = (float *)(void *)((char *)state + w->box);
    rill_observation observation = w->wrapper.type->observe(self, inner, box);
    if (w->wrapper.observation_space.kind == RILL_SPACE_DISCRETE) {
        ((head *)state)->index = observation.index;
    }
}

static void reset(const void *params, void *state, rill_rng *rng)
{
    const wrapping *w = params;
    const rill_wrapper_type *type = w->wrapper.type;
    const rill_env *inner = w->wrapper.inner;
    rill_wrapped self = view(w, state, rng);
    *self.inner_elapsed = 0;
    inner->type->reset(inner->params, self.inner_state, rng);
    if (type->begin != NULL) {
        type->begin(self.params, self.state);
    }
    if (type->observe != NULL) {
        keep_observation(w, &self, state,
                         inner->type->observe(inner->params, self.inner_state, self.inner_box));
    }
}

/// Frozen statistics stay: nothing that a seed decides changes them.
static void restart(const void *params, void *state)
{
    const wrapping *w = params;
    const rill_env *inner = w->wrapper.inner;
    rill_wrapped self = view(w, state, NULL);
    if (!self.is_frozen) {
        memset(self.state, 0, w->wrapper.state_size);
    }
    if (inner->type->restart != NULL) {
        inner->type->restart(inner->params, self.inner_state);
    }
}

static rill_observation step(const void *params, void *state, rill_rng *rng, rill_action action,
                             float *box, rill_outcome *outcome)
{
    const wrapping *w = params;
    const rill_wrapper_type *type = w->wrapper.type;
    rill_wrapped self = view(w, state, rng);
    if (type->observe == NULL) {
        self.inner_box = box;
    }
    rill_observation observation = type->step == NULL ? rill_wrapped_step(&self, action, outcome)
                                                      : type->step(&self, action, outcome);
    if (type->reward != NULL) {
        outcome->reward = type->reward(self.params, outcome);
    }
    if (type->observe == NULL) {
        return observation;
    }
    keep_observation(w, &self, state, observation);
    return observe(params, state, box);
}

/// Room for lane i's observation where it is a box, else NULL.
static float *lane_box(const rill_lanes *lanes, int32_t i)
{
    const wrapping *w = lanes->params;
    return w->wrapper.observation_space.kind == RILL_SPACE_DISCRETE
               ? NULL
               : (float *)lanes->observations + (ptrdiff_t)i * lanes->observation_size;
}

static void *lane_state(const rill_lanes *lanes, int32_t i)
{
    return (char *)lanes->states + (size_t)i * ((const wrapping *)lanes->params)->type.state_size;
}

static void step_batch(const rill_lanes *lanes)
{
    const wrapping *w = lanes->params;
    for (int32_t i = 0; i < lanes->n; i++) {
        if (lanes->is_idle[i]) {
            continue;
        }
        rill_action action;
        if (w->wrapper.action_space.kind == RILL_SPACE_DISCRETE) {
            action.index = ((const int32_t *)lanes->actions)[i];
        } else {
            action.box = (const float *)lanes->actions + (ptrdiff_t)i * lanes->action_size;
        }
        float *box = lane_box(lanes, i);
        rill_outcome outcome = {0.0, false, false};
        rill_observation observation =
            step(w, lane_state(lanes, i), &lanes->rngs[i], action, box, &outcome);
        if (box == NULL) {
            ((int32_t *)lanes->observations)[i] = observation.index;
        }
        lanes->rewards[i] = outcome.reward;
        lanes->terminated[i] = outcome.terminated;
        lanes->truncated[i] = outcome.truncated;
    }
}

static void release(void *params)
{
    wrapping *w = params;
    const rill_wrapper_type *type = w->wrapper.type;
    if (type->release != NULL) {
        type->release(w->wrapper.params);
    }
    rill_params_destroy(type->params, w->wrapper.params);
    rill_memory_release(w->wrapper.bounds);
    rill_env_destroy(w->wrapper.inner);
}

// ---- what is offered where the inner type offers it ----

/// Writes a model with the wrapper's rewards in place of the original's.
static rill_status copy_model(const wrapping *w, const rill_model *original,
                              rill_model_builder *builder)
{
    rill_status status = rill_model_begin(builder, original->n_states, original->n_actions);
    for (int32_t s = 0; s < original->n_states && status == RILL_OK; s++) {
        rill_model_add_start(builder, s, original->start[s]);
        for (int32_t a = 0; a < original->n_actions; a++) {
            size_t count = 0;
            const rill_transition *t = rill_model_outcomes(original, s, a, &count);
            for (size_t i = 0; i < count && status == RILL_OK; i++) {
                const rill_outcome outcome = {t[i].reward, t[i].terminated, false};
                status = rill_model_add(builder, s, a, t[i].probability, t[i].next,
                                        w->wrapper.type->reward(w->wrapper.params, &outcome),
                                        t[i].terminated);
            }
        }
    }
    return status;
}

static rill_status model(const void *params, rill_model_builder *builder)
{
    const wrapping *w = params;
    const rill_env *inner = w->wrapper.inner;
    if (w->wrapper.type->reward == NULL) {
        return inner->type->model(inner->params, builder);
    }
    if (inner->type->has_expected_rewards) {
        return rill_model_refuse(builder,
                                 "of its rewards only the expectation is known, which does "
                                 "not tell what the wrapper makes of them");
    }
    rill_model *original = NULL;
    rill_model_builder *inside = rill_model_builder_create();
    if (inside == NULL) {
        return RILL_NO_MEMORY;
    }
    rill_status status = inner->type->model(inner->params, inside);
    if (rill_model_refusal(inside) != NULL) {
        status = rill_model_refuse(builder, rill_model_refusal(inside));
    }
    status = status == RILL_OK ? rill_model_build(inside, &original, NULL) : status;
    status = status == RILL_OK ? copy_model(w, original, builder) : status;
    rill_model_destroy(original);
    rill_model_builder_destroy(inside);
    return status;
}

static int32_t model_state(const void *params, const void *state)
{
    const wrapping *w = params;
    const rill_env *inner = w->wrapper.inner;
    return inner->type->model_state(inner->params, inner_state_of(w, state));
}

static rill_cell cell(const void *params, int32_t state)
{
    const rill_env *inner = ((const wrapping *)params)->wrapper.inner;
    rill_grid grid;
    inner->type->grid(inner->params, &grid);
    return grid.cell(inner->params, state);
}

static void grid(const void *params, rill_grid *grid)
{
    const rill_env *inner = ((const wrapping *)params)->wrapper.inner;
    inner->type->grid(inner->params, grid);
    grid->cell = cell;
}

static void mask(const void *params, const void *state, uint8_t *mask)
{
    const wrapping *w = params;
    const rill_env *inner = w->wrapper.inner;
    inner->type->mask(inner->params, inner_state_of(w, state), mask);
}

static void action_values(const void *params, const void *state, double *values)
{
    const wrapping *w = params;
    const rill_env *inner = w->wrapper.inner;
    inner->type->action_values(inner->params, inner_state_of(w, state), values);
}

static void jacobian(const void *params, const void *state, const float *action,
                     rill_jacobian *jacobian)
{
    const wrapping *w = params;
    const rill_env *inner = w->wrapper.inner;
    inner->type->jacobian(inner->params, inner_state_of(w, state), action, jacobian);
}

static void observe_jacobian(const void *params, const void *state, double *by_state)
{
    const wrapping *w = params;
    const rill_env *inner = w->wrapper.inner;
    inner->type->observe_jacobian(inner->params, inner_state_of(w, state), by_state);
}

static void draw(const void *params, const void *state, const rill_canvas *canvas)
{
    const wrapping *w = params;
    const rill_env *inner = w->wrapper.inner;
    inner->type->draw(inner->params, inner_state_of(w, state), canvas);
}

static void get_state(const void *params, const void *state, double *values)
{
    const wrapping *w = params;
    const rill_env *inner = w->wrapper.inner;
    inner->type->get_state(inner->params, inner_state_of(w, state), values);
}

/// An episode begins in the state.
static rill_status set_state(const void *params, void *state, const double *values,
                             rill_error *error)
{
    const wrapping *w = params;
    const rill_env *inner = w->wrapper.inner;
    rill_wrapped self = view(w, state, NULL);
    rill_status status = inner->type->set_state(inner->params, self.inner_state, values, error);
    if (status == RILL_OK) {
        *self.inner_elapsed = 0;
        if (w->wrapper.type->begin != NULL) {
            w->wrapper.type->begin(self.params, self.state);
        }
    }
    return status;
}

// ---- wrapping ----

static size_t box_size(const rill_space *space)
{
    return space->kind == RILL_SPACE_BOX ? rill_aligned((size_t)space->size * sizeof(float)) : 0;
}

static void make_type(wrapping *w)
{
    const rill_wrapper *wrapper = &w->wrapper;
    const rill_wrapper_type *type = wrapper->type;
    const rill_env *inner = wrapper->inner;
    const rill_env_type *of = inner->type;
    w->state = rill_aligned(sizeof(head));
    w->inner_state = w->state + rill_aligned(wrapper->state_size);
    w->action_box = w->inner_state + rill_aligned(of->state_size);
    w->inner_box = w->action_box + box_size(&inner->action_space);
    w->box = w->inner_box + box_size(&inner->observation_space);
    snprintf(w->id, sizeof w->id, "%s(%s)", type->id, of->id);
    w->type = (rill_env_type){
        .id = w->id,
        .summary = of->summary,
        .source = of->source,
        .params = no_params,
        .params_size = sizeof *w,
        .state_size = w->box + box_size(&wrapper->observation_space),
        .action_names = of->action_names,
        .observation_names = type->observe != NULL ? NULL : of->observation_names,
        .is_continuing = of->is_continuing && !type->ends_episodes,
        .observation_space = observation_space,
        .action_space = action_space,
        .reset = reset,
        .step = step,
        .observe = observe,
        .step_batch = step_batch,
        .release = release,
        .restart = restart,
        .grid = of->grid == NULL || type->observe != NULL ? NULL : grid,
        .mask = of->mask == NULL ? NULL : mask,
        .draw = of->draw == NULL ? NULL : draw,
    };
    if (type->keeps_mdp) {
        w->type.model = of->model == NULL ? NULL : model;
        w->type.model_state = of->model_state == NULL ? NULL : model_state;
        w->type.has_expected_rewards = of->has_expected_rewards;
        w->type.action_values =
            of->action_values == NULL || type->reward != NULL ? NULL : action_values;
        w->type.jacobian = of->jacobian == NULL || type->reward != NULL ? NULL : jacobian;
        w->type.observe_jacobian = of->observe_jacobian == NULL ? NULL : observe_jacobian;
    }
    // the inner state says all where the wrapper's says nothing about what follows
    if ((wrapper->state_size == 0 || type->keeps_mdp) && type->observe == NULL &&
        inner->n_state_values > 0) {
        w->type.n_state_values = inner->n_state_values;
        w->type.get_state = get_state;
        w->type.set_state = set_state;
    }
}

rill_status rill_env_wrap_with(rill_env **env, const rill_wrapper_type *type, void *params,
                               rill_error *error)
{
    rill_env *inner = *env;
    wrapping *w = rill_memory_take(sizeof *w);
    if (params == NULL) {
        params = rill_params_create(type->params, type->params_size);
    }
    rill_status status = RILL_OK;
    if (w == NULL || params == NULL) {
        status = rill_error_no_memory(error);
        goto fail;
    }
    w->wrapper = (rill_wrapper){
        .type = type,
        .params = params,
        .inner = inner,
        .observation_space = inner->observation_space,
        .action_space = inner->action_space,
        .state_size = type->state_size,
    };
    if (type->prepare != NULL) {
        status = type->prepare(&w->wrapper, error);
        if (status != RILL_OK) {
            goto fail;
        }
    }
    make_type(w);
    status = rill_env_assemble(env, &w->type, w, 0, error);
    if (status == RILL_OK) {
        return RILL_OK;
    }
    *env = inner;
    if (type->release != NULL) {
        type->release(params);
    }
fail:
    if (w != NULL) {
        rill_memory_release(w->wrapper.bounds);
    }
    rill_memory_release(w);
    rill_params_destroy(type->params, params);
    return status;
}

rill_status rill_wrapper_clone(rill_env **clone, const rill_wrapper *wrapper, rill_error *error)
{
    const rill_wrapper_type *type = wrapper->type;
    rill_env *env = NULL;
    rill_status status = rill_env_clone(&env, wrapper->inner, error);
    if (status == RILL_OK) {
        void *params = rill_params_clone(type->params, type->params_size, wrapper->params);
        status = params == NULL ? rill_error_no_memory(error)
                                : rill_env_wrap_with(&env, type, params, error);
    }
    if (status != RILL_OK) {
        rill_env_destroy(env);
        env = NULL;
    }
    *clone = env;
    return status;
}

// ---- looking inside ----

const rill_wrapper *rill_env_wrapper(const rill_env *env)
{
    return env->type->step == step ? &((const wrapping *)env->params)->wrapper : NULL;
}

const rill_env *rill_env_unwrapped(const rill_env *env)
{
    for (const rill_wrapper *wrapper; (wrapper = rill_env_wrapper(env)) != NULL;) {
        env = wrapper->inner;
    }
    return env;
}

const void *rill_env_wrapper_state(const rill_env *env, const char *id)
{
    const char *state = env->state;
    for (const rill_wrapper *wrapper; (wrapper = rill_env_wrapper(env)) != NULL;) {
        const wrapping *w = env->params;
        if (strcmp(wrapper->type->id, id) == 0) {
            return state + w->state;
        }
        state += w->inner_state;
        env = wrapper->inner;
    }
    return NULL;
}

void rill_env_adopt_statistics(rill_env *env, const rill_env *other)
{
    char *state = env->state;
    const char *source = other->state;
    const rill_env *at = env;
    for (const rill_wrapper *wrapper; (wrapper = rill_env_wrapper(at)) != NULL;) {
        const wrapping *w = at->params;
        if (wrapper->type->has_statistics) {
            memcpy(state + w->state, source + w->state, wrapper->state_size);
            ((head *)(void *)state)->is_frozen = true;
        }
        state += w->inner_state;
        source += w->inner_state;
        at = wrapper->inner;
    }
}
