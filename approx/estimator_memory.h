/// What the estimators' files share: the size of their memory.
#ifndef RILL_APPROX_ESTIMATOR_MEMORY_H
#define RILL_APPROX_ESTIMATOR_MEMORY_H

#include <rill/arena.h>
#include <rill/estimator.h>

/// Sets `memory_size` to what a layout took of a counting arena.
static inline rill_status estimator_set_memory(rill_estimator *estimator, const rill_arena *counted,
                                               rill_error *error)
{
    estimator->memory_size = counted->used;
    return counted->is_overflown ? rill_error_no_memory(error) : RILL_OK;
}

static inline double *estimator_take(rill_arena *arena, int32_t count)
{
    return rill_arena_take(arena, (size_t)count, sizeof(double));
}

#endif
