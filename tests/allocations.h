/// Counts every allocation of a program, and makes chosen ones fail: replaces malloc and its family
/// by wrappers of glibc's own. For one source file of a test program.
///
/// Sanitizers replace malloc themselves, and other C libraries have no such names: there
/// ALLOCATIONS_ARE_COUNTED is 0, and a test says that it was skipped.
#ifndef RILL_TESTS_ALLOCATIONS_H
#define RILL_TESTS_ALLOCATIONS_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define ALLOCATIONS_ARE_COUNTED 0
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define ALLOCATIONS_ARE_COUNTED 0
#endif
#ifndef ALLOCATIONS_ARE_COUNTED
#define ALLOCATIONS_ARE_COUNTED 1
#endif

static volatile long allocations_made;          ///< calls so far
static volatile long allocations_live;          ///< made and not freed
static volatile long allocations_until_failure; ///< the n-th from now fails; 0: none does

#if ALLOCATIONS_ARE_COUNTED

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

static int is_allocation_to_fail(void)
{
    allocations_made++;
    if (allocations_until_failure > 0 && --allocations_until_failure == 0) {
        errno = ENOMEM;
        return 1;
    }
    return 0;
}

static void *counted(void *memory)
{
    allocations_live += memory != NULL;
    return memory;
}

#define EXPORTED __attribute__((visibility("default")))

EXPORTED void *malloc(size_t size)
{
    return is_allocation_to_fail() ? NULL : counted(__libc_malloc(size));
}

EXPORTED void *calloc(size_t n, size_t size)
{
    return is_allocation_to_fail() ? NULL : counted(__libc_calloc(n, size));
}

EXPORTED void *realloc(void *memory, size_t size)
{
    if (is_allocation_to_fail()) {
        return NULL;
    }
    allocations_live += memory == NULL;
    return __libc_realloc(memory, size);
}

EXPORTED void *aligned_alloc(size_t alignment, size_t size)
{
    return is_allocation_to_fail() ? NULL : counted(__libc_memalign(alignment, size));
}

EXPORTED int posix_memalign(void **memory, size_t alignment, size_t size)
{
    if (is_allocation_to_fail()) {
        return ENOMEM;
    }
    *memory = counted(__libc_memalign(alignment, size));
    return *memory == NULL ? ENOMEM : 0;
}

EXPORTED void free(void *memory)
{
    allocations_live -= memory != NULL;
    __libc_free(memory);
}

#endif

/// True where allocations are counted; otherwise says what is skipped.
static int are_allocations_counted(const char *test)
{
    if (!ALLOCATIONS_ARE_COUNTED) {
        fprintf(stderr, "%s: skipped, the allocator belongs to a sanitizer or is not glibc's\n",
                test);
        return 0;
    }
    // the counter counts
    long before = allocations_made;
    void *volatile memory = malloc(1);
    free(memory);
    return allocations_made == before + 1 ? 1 : (abort(), 0);
}

#endif
