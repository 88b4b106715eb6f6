/// Feature maps: from an observation to the features of a linear function.
#ifndef RILL_FEATURES_H
#define RILL_FEATURES_H

#include <rill/param.h>
#include <rill/space.h>
#include <rill/status.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rill_features rill_features;

/// A feature map's type: constant, one per file approx/features_<id>.c.
typedef struct rill_features_type {
    const char *id;
    const char *summary;
    const char *source;
    const rill_param *params;
    size_t params_size;
    /// Checks parameters against the space and sets `size`; RILL_INVALID says what does not fit.
    rill_status (*prepare)(rill_features *features, rill_error *error);
    /// The active feature. NULL: the observation's own index.
    int32_t (*active)(const rill_features *features, rill_observation observation);
} rill_features_type;

/// One feature map, fitted to a space. Constant after create.
struct rill_features {
    const rill_features_type *type;
    void *params;
    rill_space space; ///< of the observations
    int32_t size;     ///< number of features
};

/// Fits a map to a space. `params` (a block of the type's table, or NULL for the defaults) is owned
/// by the map from now on, also when this fails.
RILL_API rill_status rill_features_create(rill_features *features, const rill_features_type *type,
                                          void *params, rill_space space, rill_error *error);
RILL_API void rill_features_destroy(rill_features *features);

RILL_API const rill_features_type *rill_features_type_find(const char *id, rill_error *error);
/// All feature maps built in, sorted by id, ending with NULL.
RILL_API const rill_features_type *const *rill_features_type_list(void);

/// The one active feature of an observation, in [0, size).
static inline int32_t rill_features_active(const rill_features *features,
                                           rill_observation observation)
{
    if (features->type->active == NULL) {
        return observation.index;
    }
    return features->type->active(features, observation);
}

#ifdef __cplusplus
}
#endif
#endif
