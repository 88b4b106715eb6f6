#include "core/memory.h"
#include "core/registry.h"

#include <rill/features.h>

RILL_DEFINE_REGISTRY(features, "feature map", "features")

rill_status rill_features_create(rill_features *features, const rill_features_type *type,
                                 void *params, rill_space space, rill_error *error)
{
    if (params == NULL) {
        params = rill_params_create(type->params, type->params_size);
        if (params == NULL) {
            return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
        }
    }
    *features = (rill_features){.type = type, .params = params, .space = space};
    rill_status status = type->prepare(features, error);
    if (status != RILL_OK) {
        rill_features_destroy(features);
    }
    return status;
}

void rill_features_destroy(rill_features *features)
{
    if (features->type != NULL) {
        rill_params_destroy(features->type->params, features->params);
        *features = (rill_features){0};
    }
}
