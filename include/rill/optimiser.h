/// Optimisers: how the gradient of an objective becomes a step of the weights. All ascend.
#ifndef RILL_OPTIMISER_H
#define RILL_OPTIMISER_H

#include <rill/param.h>
#include <rill/status.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rill_optimiser rill_optimiser;

/// An optimiser's type: constant, one per file approx/optimiser_<id>.c.
typedef struct rill_optimiser_type {
    const char *id;
    const char *summary;
    const char *source;
    const rill_param *params;
    size_t params_size;
    int32_t n_moments; ///< numbers that it remembers of each weight
    /// Step number t, from 1: reads the gradient (n), updates the moments (n_moments, n), which are 0 at
    /// first, and writes the direction (n) that the weights are to move by a step size times, in place of
    /// the gradient.
    void (*direct)(const rill_optimiser *optimiser, int64_t t, int64_t n, double *moments,
                   double *gradient);
} rill_optimiser_type;

/// One optimiser. Constant after create.
struct rill_optimiser {
    const rill_optimiser_type *type;
    void *params;
};

/// `params` (a block of the type's table, or NULL for the defaults) is owned by the optimiser from now
/// on, also when this fails. RILL_NO_MEMORY.
RILL_API rill_status rill_optimiser_create(rill_optimiser *optimiser,
                                           const rill_optimiser_type *type, void *params,
                                           rill_error *error);
RILL_API void rill_optimiser_destroy(rill_optimiser *optimiser);

RILL_API const rill_optimiser_type *rill_optimiser_type_find(const char *id, rill_error *error);
/// All optimisers built in, sorted by id, ending with NULL.
RILL_API const rill_optimiser_type *const *rill_optimiser_type_list(void);

#ifdef __cplusplus
}
#endif
#endif
