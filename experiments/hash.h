/// 64-bit FNV-1a, over bytes and over numbers as little-endian bytes.
#ifndef RILL_EXPERIMENTS_HASH_H
#define RILL_EXPERIMENTS_HASH_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static inline uint64_t hash_number(uint64_t hash, uint64_t number)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(number >> (8 * i));
    }
    return hash_bytes(hash, bytes, sizeof bytes);
}

/// With the 0 at its end.
static inline uint64_t hash_text(uint64_t hash, const char *text)
{
    return hash_bytes(hash, text, strlen(text) + 1);
}

static inline uint64_t hash_real(uint64_t hash, double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    // one NaN for all: which one an operation makes differs between processors
    return hash_number(hash, isnan(value) ? UINT64_C(0x7ff8000000000000) : bits);
}

#endif
