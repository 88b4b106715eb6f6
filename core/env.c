#include "core/env.h"
#include "core/memory.h"
#include "core/registry.h"

#include <rill/env.h>
#include <stdatomic.h>
#include <string.h>

const rill_env_type *const *rill_env_type_list(void)
{
    return rill_env_types;
}

const rill_env_type *rill_env_type_find(const char *id, const rill_env_preset **preset,
                                        rill_error *error)
{
    const char *names[RILL_MAX_NAMES + 1] = {NULL};
    size_t n = 0;
    for (size_t i = 0; rill_env_types[i] != NULL; i++) {
        const rill_env_type *type = rill_env_types[i];
        // the type itself, then its presets
        const rill_env_preset *other = NULL;
        const char *name = type->id;
        for (size_t j = 0; name != NULL; j++) {
            if (strcmp(name, id) == 0) {
                if (preset != NULL) {
                    *preset = other;
                }
                return type;
            }
            if (n < RILL_MAX_NAMES) {
                names[n++] = name;
            }
            other = type->presets == NULL ? NULL : &type->presets[j];
            name = other == NULL ? NULL : other->id;
        }
    }
    rill_registry_unknown(error, "environment", "envs", id, names);
    return NULL;
}

/// Points state and box into the data block.
static void lay_out(rill_env *env)
{
    char *bytes = (char *)env->data;
    env->state = bytes + rill_aligned(sizeof(rill_env_data));
    env->box = (float *)(void *)(bytes + rill_aligned(sizeof(rill_env_data)) +
                                 rill_aligned(env->type->state_size));
}

static size_t data_size(const rill_env_type *type, const rill_space *space)
{
    size_t box = space->kind == RILL_SPACE_BOX ? (size_t)space->size * sizeof(float) : 0;
    return rill_aligned(sizeof(rill_env_data)) + rill_aligned(type->state_size) + rill_aligned(box);
}

/// An environment, and how many share its parameters, which do not change once they are prepared: of any threads.
typedef struct owned_env {
    rill_env env;
    atomic_int *n_owners;
} owned_env;

rill_status rill_env_assemble(rill_env **out, const rill_env_type *type, void *params,
                              int64_t max_episode_steps, rill_error *error)
{
    owned_env *owned = rill_memory_take(sizeof *owned);
    rill_env *env = owned == NULL ? NULL : &owned->env;
    *out = NULL;
    if (env != NULL) {
        env->type = type;
        env->params = params;
        env->observation_space = type->observation_space(params);
        env->action_space = type->action_space(params);
        env->max_episode_steps = max_episode_steps;
        env->n_state_values = type->count_state_values == NULL ? type->n_state_values
                                                               : type->count_state_values(params);
        env->data_size = data_size(type, &env->observation_space);
        env->data = rill_memory_take(env->data_size);
    }
    if (env == NULL || env->data == NULL) {
        rill_memory_release(env);
        return rill_error_no_memory(error);
    }
    lay_out(env);
    rill_env_seed(env, 0);
    *out = env;
    return RILL_OK;
}

static void destroy_params(const rill_env_type *type, void *params)
{
    if (type->release != NULL) {
        type->release(params);
    }
    rill_params_destroy(type->params, params);
}

rill_status rill_env_create_from(rill_env **env, const rill_env_type *type, void *params,
                                 int64_t max_episode_steps, rill_error *error)
{
    *env = NULL;
    if (params == NULL) {
        params = rill_params_create(type->params, type->params_size);
    }
    if (params == NULL) {
        return rill_error_no_memory(error);
    }
    rill_status status = RILL_OK;
    if (max_episode_steps < 0) {
        status = rill_error_set(error, RILL_INVALID, "max_episode_steps",
                                "%lld is negative; 0 means no limit", (long long)max_episode_steps);
    } else if (type->prepare != NULL) {
        status = type->prepare(params, error);
    }
    if (status != RILL_OK) {
        rill_params_destroy(type->params, params);
        return status;
    }
    status = rill_env_assemble(env, type, params, max_episode_steps, error);
    if (status == RILL_OK) {
        atomic_int *n_owners = ((owned_env *)*env)->n_owners = rill_memory_take(sizeof *n_owners);
        if (n_owners != NULL) {
            atomic_init(n_owners, 1);
            return RILL_OK;
        }
        rill_memory_release((*env)->data);
        rill_memory_release(*env);
        *env = NULL;
        status = rill_error_no_memory(error);
    }
    destroy_params(type, params);
    return status;
}

rill_status rill_env_create(rill_env **env, const char *id, const char *const *assignments,
                            rill_error *error)
{
    *env = NULL;
    const rill_env_preset *preset = NULL;
    const rill_env_type *type = rill_env_type_find(id, &preset, error);
    if (type == NULL) {
        return RILL_INVALID;
    }
    void *params = rill_params_create(type->params, type->params_size);
    if (params == NULL) {
        return rill_error_no_memory(error);
    }
    const char *const *lists[] = {preset == NULL ? NULL : preset->params, assignments};
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; lists[i] != NULL && lists[i][j] != NULL; j++) {
            rill_status status = rill_params_assign(type->params, params, lists[i][j], error);
            if (status != RILL_OK) {
                rill_params_destroy(type->params, params);
                return status;
            }
        }
    }
    return rill_env_create_from(env, type, params, preset == NULL ? 0 : preset->max_episode_steps,
                                error);
}

rill_status rill_env_clone(rill_env **clone, const rill_env *env, rill_error *error)
{
    *clone = NULL;
    const rill_wrapper *wrapper = rill_env_wrapper(env);
    rill_status status = RILL_OK;
    if (wrapper != NULL) {
        status = rill_wrapper_clone(clone, wrapper, error);
    } else {
        status = rill_env_assemble(clone, env->type, env->params, env->max_episode_steps, error);
        if (status == RILL_OK) {
            atomic_int *n_owners = ((const owned_env *)env)->n_owners;
            atomic_fetch_add(n_owners, 1);
            ((owned_env *)*clone)->n_owners = n_owners;
        }
    }
    if (status == RILL_OK) {
        memcpy((*clone)->data, env->data, env->data_size);
    }
    return status;
}

void rill_env_destroy(rill_env *env)
{
    if (env == NULL) {
        return;
    }
    atomic_int *n_owners = ((owned_env *)env)->n_owners; // NULL: a wrapper's, which are its own
    if (n_owners == NULL || atomic_fetch_sub(n_owners, 1) == 1) {
        destroy_params(env->type, env->params);
        rill_memory_release(n_owners);
    }
    rill_memory_release(env->data);
    rill_memory_release(env);
}

void rill_env_seed(rill_env *env, uint64_t seed)
{
    rill_rng_seed(&env->data->rng, seed);
    if (env->type->restart != NULL) {
        env->type->restart(env->params, env->state);
    }
}

void rill_env_save(const rill_env *env, void *bytes)
{
    memcpy(bytes, env->data, env->data_size);
}

void rill_env_restore(rill_env *env, const void *bytes)
{
    memcpy(env->data, bytes, env->data_size);
}

rill_status rill_env_set_state(rill_env *env, const double *values, rill_error *error)
{
    if (env->type->set_state == NULL) {
        return rill_error_set(error, RILL_INVALID, "state",
                              "%s does not offer to set its state; use a seed", env->type->id);
    }
    rill_status status = env->type->set_state(env->params, env->state, values, error);
    if (status == RILL_OK) {
        env->data->elapsed = 0;
    }
    return status;
}

rill_status rill_env_model(const rill_env *env, rill_model **model, rill_error *error)
{
    *model = NULL;
    if (env->type->model == NULL) {
        return rill_error_set(error, RILL_INVALID, "id",
                              "%s is not a finite MDP: it has no exact model", env->type->id);
    }
    rill_model_builder *builder = rill_model_builder_create();
    if (builder == NULL) {
        return rill_error_no_memory(error);
    }
    rill_status status = env->type->model(env->params, builder);
    if (status == RILL_OK) {
        status = rill_model_build(builder, model, error);
    } else if (status == RILL_NO_MEMORY) {
        rill_error_no_memory(error);
    } else if (rill_model_refusal(builder) != NULL) {
        rill_error_set(error, status, "", "%s is not a finite MDP with these parameters: %s",
                       env->type->id, rill_model_refusal(builder));
    } else {
        rill_error_set(error, status, "", "%s wrote its model out of order or out of range",
                       env->type->id);
    }
    rill_model_builder_destroy(builder);
    return status;
}
