/// Allocation inside librill: one place, so that it can be counted and made to fail in tests.
#ifndef RILL_CORE_MEMORY_H
#define RILL_CORE_MEMORY_H

#include <stddef.h>

/// Zeroed memory on a boundary of 64 bytes; NULL when there is none.
void *rill_memory_take(size_t size);
/// NULL is fine.
void rill_memory_release(void *memory);
/// A copy of `size` bytes; NULL when there is no memory.
void *rill_memory_copy(const void *source, size_t size);

#endif
