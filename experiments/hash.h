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
    // a byte of 0 multiplies by the prime and does no more: those before the first other one do it at once, and
    // whole numbers as doubles have many
    static const uint64_t powers[9] = {
        UINT64_C(0x0000000000000001), UINT64_C(0x00000100000001b3), UINT64_C(0x000366000002e329),
        UINT64_C(0x08a97b0004e7feab), UINT64_C(0x9ffaac085635bc91), UINT64_C(0x0caee32a7d4f6a63),
        UINT64_C(0xdc966432edf1c639), UINT64_C(0xc5527b8a51d3d2db), UINT64_C(0x1efac7090aef4a21),
    };
    int n_zeros = 0;
    while (n_zeros < 8 && (number >> (8 * n_zeros) & 0xff) == 0) {
        n_zeros++;
    }
    hash *= powers[n_zeros];
    for (int i = n_zeros; i < 8; i++) {
        hash = (hash ^ (number >> (8 * i) & 0xff)) * powers[1];
    }
    return hash;
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
