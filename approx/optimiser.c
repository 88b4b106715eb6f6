#include "core/memory.h"
#include "core/registry.h"

#include <rill/optimiser.h>

RILL_DEFINE_REGISTRY(optimiser, "optimiser", "optimisers")

rill_status rill_optimiser_create(rill_optimiser *optimiser, const rill_optimiser_type *type,
                                  void *params, rill_error *error)
{
    if (params == NULL) {
        params = rill_params_create(type->params, type->params_size);
        if (params == NULL) {
            return rill_error_no_memory(error);
        }
    }
    *optimiser = (rill_optimiser){.type = type, .params = params};
    return RILL_OK;
}

void rill_optimiser_destroy(rill_optimiser *optimiser)
{
    if (optimiser->type != NULL) {
        rill_params_destroy(optimiser->type->params, optimiser->params);
        *optimiser = (rill_optimiser){0};
    }
}
