#include "core/memory.h"
#include "core/registry.h"

#include <rill/distribution.h>

RILL_DEFINE_REGISTRY(distribution, "distribution", "distributions")

rill_status rill_distribution_create(rill_distribution *distribution,
                                     const rill_distribution_type *type, void *params,
                                     rill_space space, rill_error *error)
{
    if (params == NULL) {
        params = rill_params_create(type->params, type->params_size);
        if (params == NULL) {
            return rill_error_no_memory(error);
        }
    }
    *distribution =
        (rill_distribution){.type = type, .params = params, .space = space, .size = space.size};
    rill_status status =
        space.kind == type->kind
            ? type->prepare(distribution, error)
            : rill_error_set(error, RILL_INVALID, "",
                             "%s is a distribution over %s, and the actions are %s: use %s",
                             type->id, type->kind == RILL_SPACE_BOX ? "boxes" : "discrete actions",
                             space.kind == RILL_SPACE_BOX ? "a box" : "discrete",
                             rill_distribution_type_default(space.kind)->id);
    if (status != RILL_OK) {
        rill_distribution_destroy(distribution);
    }
    return status;
}

void rill_distribution_destroy(rill_distribution *distribution)
{
    if (distribution->type != NULL) {
        rill_params_destroy(distribution->type->params, distribution->params);
        *distribution = (rill_distribution){0};
    }
}

const rill_distribution_type *rill_distribution_type_default(rill_space_kind kind)
{
    return rill_distribution_type_find(kind == RILL_SPACE_BOX ? "gaussian" : "categorical", NULL);
}
