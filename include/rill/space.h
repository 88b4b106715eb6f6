/// Observation and action spaces, and the values that live in them.
#ifndef RILL_SPACE_H
#define RILL_SPACE_H

#include <rill/rng.h>
#include <rill/status.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum rill_space_kind {
    RILL_SPACE_DISCRETE, ///< {0, ..., size - 1}, one int32_t
    RILL_SPACE_BOX,      ///< float[size] within [low, high]
} rill_space_kind;

/// A space. The bounds of a box belong to whoever made the space (an environment keeps those of
/// its own spaces as long as it lives).
typedef struct rill_space {
    rill_space_kind kind;
    int32_t size;       ///< discrete: number of elements; box: number of dimensions
    const double *low;  ///< (size) box: lower bounds, possibly -INFINITY; discrete: NULL
    const double *high; ///< (size) box: upper bounds, possibly +INFINITY; discrete: NULL
} rill_space;

/// An observation, small enough to travel in a register. Which member holds is the space's kind.
typedef union rill_observation {
    int32_t index;    ///< discrete
    const float *box; ///< (size) box: owned by the environment, valid until its next step or reset
} rill_observation;

/// An action; as `rill_observation`. A box belongs to the agent until its next call.
typedef union rill_action {
    int32_t index;
    const float *box;
} rill_action;

static inline rill_space rill_space_discrete(int32_t n)
{
    rill_space space = {RILL_SPACE_DISCRETE, n, 0, 0};
    return space;
}

static inline rill_space rill_space_box(int32_t n, const double *low, const double *high)
{
    rill_space space = {RILL_SPACE_BOX, n, low, high};
    return space;
}

/// True when the observation lies in the space (box: NaN is outside).
RILL_API bool rill_space_contains(const rill_space *space, rill_observation value);

/// A uniform sample. Discrete: the answer's `index`. Box: written to `box` (size floats), to which
/// the answer points; an unbounded side is sampled as Gymnasium does: exponential beyond the finite
/// bound, or standard normal where both are infinite.
RILL_API rill_observation rill_space_sample(const rill_space *space, rill_rng *rng, float *box);

#ifdef __cplusplus
}
#endif
#endif
