/// Wrappers by their ids, and what they share in `prepare`.
#include "core/memory.h"
#include "core/registry.h"

#include <math.h>

RILL_DEFINE_REGISTRY(wrapper, "wrapper", "wrappers")

rill_status rill_env_wrap(rill_env **env, const char *id, const char *const *assignments,
                          rill_error *error)
{
    const rill_wrapper_type *type = rill_wrapper_type_find(id, error);
    if (type == NULL) {
        return RILL_INVALID;
    }
    void *params = rill_params_create(type->params, type->params_size);
    if (params == NULL) {
        return rill_error_no_memory(error);
    }
    for (size_t i = 0; assignments != NULL && assignments[i] != NULL; i++) {
        rill_status status = rill_params_assign(type->params, params, assignments[i], error);
        if (status != RILL_OK) {
            rill_params_destroy(type->params, params);
            return status;
        }
    }
    return rill_env_wrap_with(env, type, params, error);
}

rill_status rill_wrapper_need_box(const rill_wrapper *wrapper, const rill_space *space,
                                  const char *what, rill_error *error)
{
    if (space->kind == RILL_SPACE_BOX) {
        return RILL_OK;
    }
    return rill_error_set(error, RILL_INVALID, "", "%s needs a box of %s; those of %s are discrete",
                          wrapper->type->id, what, wrapper->inner->type->id);
}

rill_status rill_wrapper_unbound(rill_wrapper *wrapper, rill_space *space, rill_error *error)
{
    const size_t n = (size_t)space->size;
    wrapper->bounds = rill_memory_take(2 * n * sizeof *wrapper->bounds);
    if (wrapper->bounds == NULL) {
        return rill_error_no_memory(error);
    }
    for (size_t i = 0; i < n; i++) {
        wrapper->bounds[i] = (double)-INFINITY;
        wrapper->bounds[n + i] = (double)INFINITY;
    }
    *space = rill_space_box(space->size, wrapper->bounds, wrapper->bounds + n);
    return RILL_OK;
}

rill_status rill_wrapper_expand(rill_wrapper *wrapper, const char *name, int32_t n,
                                const double *values, rill_error *error)
{
    const rill_param *param = rill_param_find(wrapper->type->params, name, error);
    if (param == NULL) {
        return RILL_INVALID;
    }
    const rill_list *list = (const void *)((const char *)wrapper->params + param->offset);
    if (list->count == 0) {
        return rill_param_set_list(param, wrapper->params, values, n, error);
    }
    if (list->count == n) {
        return RILL_OK;
    }
    if (list->count != 1) {
        return rill_error_set(error, RILL_INVALID, name,
                              "%d numbers for %d dimensions; give one for all, or one for each",
                              list->count, n);
    }
    double *repeated = rill_memory_take((size_t)n * sizeof *repeated);
    if (repeated == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, name, "out of memory");
    }
    for (int32_t i = 0; i < n; i++) {
        repeated[i] = list->values[0];
    }
    rill_status status = rill_param_set_list(param, wrapper->params, repeated, n, error);
    rill_memory_release(repeated);
    return status;
}
