/// One block of memory for all that an agent learns.
///
/// An agent lays its arrays out by one function that runs twice: on an empty arena, which only
/// counts, and on the real one. So sizes are written once, create is one allocation, and save is
/// one memcpy.
#ifndef RILL_ARENA_H
#define RILL_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RILL_ARENA_ALIGNMENT 64 ///< bytes: a cache line, and any vector register

typedef struct rill_arena {
    unsigned char *base; ///< NULL while counting
    size_t used;         ///< bytes given out so far
    bool is_overflown;   ///< a size did not fit size_t
} rill_arena;

/// Room for `count` items of `size` bytes, on a boundary of RILL_ARENA_ALIGNMENT; NULL while
/// counting.
static inline void *rill_arena_take(rill_arena *arena, size_t count, size_t size)
{
    const size_t mask = RILL_ARENA_ALIGNMENT - 1;
    size_t start = (arena->used + mask) & ~mask;
    if (start < arena->used || (size != 0 && count > (SIZE_MAX / 2 - start) / size)) {
        arena->is_overflown = true;
        return NULL;
    }
    arena->used = start + count * size;
    return arena->base == NULL ? NULL : arena->base + start;
}

#ifdef __cplusplus
}
#endif
#endif
