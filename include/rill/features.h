/// Feature maps: from an observation s to the features x(s) of a linear function.
///
/// Three families, by what is not zero in x(s): one feature of value 1 (tables, aggregation), k
/// features of value 1 (tile coding), or n_active features with values of their own (Fourier,
/// polynomials, radial basis functions).
#ifndef RILL_FEATURES_H
#define RILL_FEATURES_H

#include <rill/param.h>
#include <rill/space.h>
#include <rill/status.h>
#include <stdbool.h>
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
    size_t params_size; ///< of the parameter struct, derived fields included
    /// Checks parameters against the space, computes derived fields and sets `size` and what else of
    /// the map is not its default; RILL_INVALID says what does not fit. After an error `release` is
    /// called too.
    rill_status (*prepare)(rill_features *features, rill_error *error);
    void (*release)(void *params); ///< frees what `prepare` allocated; NULL: nothing

    // One of the two, or neither.
    /// The one active feature. Neither: the observation's own index.
    int32_t (*active)(const rill_features *features, rill_observation observation);
    /// Writes the indices of the active features, (n_active) of them at most, and their values unless
    /// the map is binary; answers their number. `memory` is the map's own (`memory_size`); where it
    /// is frozen it is read only, and features that it does not know yet are left out.
    int32_t (*encode)(const rill_features *features, void *memory, bool is_frozen,
                      rill_observation observation, int32_t *indices, double *values);
    /// d x_i / d observation_j, to `jacobian` (n_active, space.size), row-major, the features in the order
    /// of `encode`; of box observations. 0 where a number is clipped to its bounds. NULL: x is piecewise
    /// constant.
    void (*derivative)(const rill_features *features, rill_observation observation,
                       double *jacobian);
} rill_features_type;

/// One feature map, fitted to a space. Constant after create.
struct rill_features {
    const rill_features_type *type;
    void *params;
    rill_space space;   ///< of the observations
    int32_t size;       ///< number of features
    int32_t n_active;   ///< at most so many are not 0 at a time; default 1
    bool is_binary;     ///< values are 1 where they are not 0; default true
    size_t memory_size; ///< bytes that the map remembers, in the agent's memory; default 0
    /// What a step size is recommended to be multiplied with, so that 1 means learning a state at once:
    /// 1 / E[x'x] (S&B eq. 9.19), which is 1 / n_active for binary features. For others the mean is
    /// over observations uniform in the bounds (given ones, else the space's), with x'x as an update moves
    /// an estimate: each feature by its step scale. 1 where nothing is bounded.
    double recommended_scale;
    double step_scale; ///< updates multiply the step size with it; default 1
    /// (size) what they further multiply it with, for each feature; NULL: 1.
    const double *step_scales;
};

/// Fits a map to a space. `params` (a block of the type's table, or NULL for the defaults) is owned
/// by the map from now on, also when this fails.
RILL_API rill_status rill_features_create(rill_features *features, const rill_features_type *type,
                                          void *params, rill_space space, rill_error *error);
RILL_API void rill_features_destroy(rill_features *features);

RILL_API const rill_features_type *rill_features_type_find(const char *id, rill_error *error);
/// All feature maps built in, sorted by id, ending with NULL.
RILL_API const rill_features_type *const *rill_features_type_list(void);

/// True where exactly one feature, of value 1, is active: a linear function is a table.
static inline bool rill_features_are_table(const rill_features *features)
{
    return features->type->encode == NULL;
}

/// True where the table has one row an observation.
static inline bool rill_features_are_one_hot(const rill_features *features)
{
    return features->type->encode == NULL && features->type->active == NULL;
}

/// The one active feature of an observation, in [0, size). For tables only.
static inline int32_t rill_features_active(const rill_features *features,
                                           rill_observation observation)
{
    if (features->type->active == NULL) {
        return observation.index;
    }
    return features->type->active(features, observation);
}

/// The active features of an observation, for any family: as `encode`. `values` are written also
/// where they are all 1.
RILL_API int32_t rill_features_encode(const rill_features *features, void *memory, bool is_frozen,
                                      rill_observation observation, int32_t *indices,
                                      double *values);

#ifdef __cplusplus
}
#endif
#endif
