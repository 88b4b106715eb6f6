/// Lanes: n environments of one type stepped together, writing into the caller's arrays.
///
/// Lane i of a batch seeded s is a single environment seeded s + i, bit for bit.
#ifndef RILL_BATCH_H
#define RILL_BATCH_H

#include <rill/env.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What happens to a lane whose episode has ended; the names are Gymnasium's.
typedef enum rill_autoreset {
    RILL_AUTORESET_NEXT_STEP, ///< the next step ignores its action and resets: reward 0, no flags
    RILL_AUTORESET_SAME_STEP, ///< reset at once: `observations` holds the new episode's first
                              ///< observation, `final_observations` the ended one's last
    RILL_AUTORESET_DISABLED,  ///< the caller resets, by `rill_batch_reset_lanes`; until then the
                              ///< lane rests: its arrays keep the last step's values
} rill_autoreset;

typedef struct rill_batch rill_batch;

/// Arrays that a batch writes. The caller owns them; all are required, of n lanes.
typedef struct rill_batch_arrays {
    void *observations;       ///< (n) int32_t, or (n, size) float
    void *final_observations; ///< as `observations`; written for lanes that ended in this step
    double *rewards;          ///< (n)
    uint8_t *terminated;      ///< (n) 0 or 1
    uint8_t *truncated;       ///< (n) 0 or 1
} rill_batch_arrays;

/// A batch of n >= 1 lanes with the parameters and time limit of `env`, which must outlive it.
RILL_API rill_status rill_batch_create(rill_batch **batch, const rill_env *env, int32_t n,
                                       rill_autoreset autoreset, rill_error *error);
RILL_API void rill_batch_destroy(rill_batch *batch);

/// Seeds lane i with seed + i.
RILL_API void rill_batch_seed(rill_batch *batch, uint64_t seed);

/// Resets every lane; writes `observations` and clears rewards and flags.
RILL_API void rill_batch_reset(rill_batch *batch, const rill_batch_arrays *arrays);

/// Resets the lanes whose mask is not 0 and leaves the others and their arrays alone.
RILL_API void rill_batch_reset_lanes(rill_batch *batch, const uint8_t *mask,
                                     const rill_batch_arrays *arrays);

/// Steps every lane. `actions`: (n) int32_t, or (n, size) float.
RILL_API void rill_batch_step(rill_batch *batch, const void *actions,
                              const rill_batch_arrays *arrays);

#ifdef __cplusplus
}
#endif
#endif
