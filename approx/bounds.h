/// What the distributions over a box with finite bounds share.
#ifndef RILL_APPROX_BOUNDS_H
#define RILL_APPROX_BOUNDS_H

#include <math.h>
#include <rill/distribution.h>

/// RILL_INVALID unless each dimension has finite bounds with room between them.
static inline rill_status bounds_check(const rill_distribution *distribution, rill_error *error)
{
    for (int32_t i = 0; i < distribution->size; i++) {
        const double low = distribution->space.low[i], high = distribution->space.high[i];
        if (!(isfinite(low) && isfinite(high) && isfinite(high - low) && low < high)) {
            return rill_error_set(error, RILL_INVALID, "",
                                  "%s needs actions with finite bounds, and those of dimension %d "
                                  "are %.9g and %.9g: use gaussian",
                                  distribution->type->id, i, low, high);
        }
    }
    return RILL_OK;
}

static inline double bounds_width(const rill_distribution *distribution, int32_t i)
{
    return distribution->space.high[i] - distribution->space.low[i];
}

/// Whether x (size) lies within the bounds, or on them.
static inline bool bounds_contain(const rill_distribution *distribution, const double *x)
{
    bool is_inside = true;
    for (int32_t i = 0; i < distribution->size; i++) {
        is_inside =
            is_inside && x[i] >= distribution->space.low[i] && x[i] <= distribution->space.high[i];
    }
    return is_inside;
}

#endif
