#include "core/memory.h"

#include <rill/arena.h>
#include <stdlib.h>
#include <string.h>

void *rill_memory_take(size_t size)
{
    // C17 wants the size to be a multiple of the alignment
    size_t rounded = (size + RILL_ARENA_ALIGNMENT - 1) & ~(size_t)(RILL_ARENA_ALIGNMENT - 1);
    if (rounded < size) {
        return NULL;
    }
    rounded = rounded == 0 ? RILL_ARENA_ALIGNMENT : rounded;
    void *memory = aligned_alloc(RILL_ARENA_ALIGNMENT, rounded);
    if (memory != NULL) {
        memset(memory, 0, rounded);
    }
    return memory;
}

void rill_memory_release(void *memory)
{
    free(memory);
}

void *rill_memory_copy(const void *source, size_t size)
{
    void *copy = rill_memory_take(size);
    if (copy != NULL && size > 0) {
        memcpy(copy, source, size);
    }
    return copy;
}
