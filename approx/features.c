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
    *features = (rill_features){.type = type,
                                .params = params,
                                .space = space,
                                .n_active = 1,
                                .is_binary = true,
                                .recommended_scale = 1.0,
                                .step_scale = 1.0};
    rill_status status = type->prepare(features, error);
    if (status != RILL_OK) {
        rill_features_destroy(features);
    }
    return status;
}

void rill_features_destroy(rill_features *features)
{
    if (features->type != NULL) {
        if (features->type->release != NULL) {
            features->type->release(features->params);
        }
        rill_params_destroy(features->type->params, features->params);
        *features = (rill_features){0};
    }
}

int32_t rill_features_encode(const rill_features *features, void *memory, bool is_frozen,
                             rill_observation observation, int32_t *indices, double *values)
{
    if (rill_features_are_table(features)) {
        indices[0] = rill_features_active(features, observation);
        values[0] = 1.0;
        return 1;
    }
    const int32_t n =
        features->type->encode(features, memory, is_frozen, observation, indices, values);
    for (int32_t i = 0; features->is_binary && i < n; i++) {
        values[i] = 1.0;
    }
    return n;
}
