/// Random numbers: the streams of NumPy's `default_rng`, bit for bit (semantics of NumPy 1.24).
///
/// The generator is PCG64 (XSL-RR 128/64), O'Neill, "PCG: A Family of Simple Fast
/// Space-Efficient Statistically Good Algorithms for Random Number Generation", HMC-CS-2014-0905.
/// Seeds go through NumPy's SeedSequence, so any stream can be re-created in Python:
/// `numpy.random.default_rng(numpy.random.SeedSequence(seed, spawn_key=(run, role)))`.
#ifndef RILL_RNG_H
#define RILL_RNG_H

#include <rill/status.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The state of one stream. Plain data: a copy of the bytes continues as the original does.
/// Not for sharing between threads; give each its own stream with rill_rng_spawn().
typedef struct rill_rng {
    uint64_t state_high;     ///< 128-bit state, upper half
    uint64_t state_low;      ///< 128-bit state, lower half
    uint64_t increment_high; ///< 128-bit increment (it selects the sequence), upper half
    uint64_t increment_low;  ///< 128-bit increment, lower half; odd
    uint32_t buffered;       ///< the half of a draw that rill_rng_next32() has yet to hand out
    uint32_t has_buffered;   ///< 1 where `buffered` is waiting, else 0
} rill_rng;

/// SeedSequence(entropy, spawn_key=spawn_key).generate_state(n_words, uint32).
/// `spawn_key` holds `n_key` words (NULL where `n_key` is 0); `words` receives `n_words`.
RILL_API void rill_seed_sequence(uint64_t entropy, const uint32_t *spawn_key, size_t n_key,
                                 uint32_t *words, size_t n_words);

/// Starts `rng` as default_rng(seed).
RILL_API void rill_rng_seed(rill_rng *rng, uint64_t seed);

/// Starts `rng` as default_rng(SeedSequence(seed, spawn_key=spawn_key)). Streams whose seed or key
/// differ are independent; `spawn_key` holds `n_key` words (NULL where `n_key` is 0).
RILL_API void rill_rng_spawn(rill_rng *rng, uint64_t seed, const uint32_t *spawn_key, size_t n_key);

/// A draw from the standard normal distribution: Generator.standard_normal(), by the ziggurat of
/// Marsaglia and Tsang (2000). NumPy's own draws beyond 3.654 hang on the C library's log1p: on a
/// processor with fused multiply-add, glibc can make one draw in 10^8 differ in its last bit.
RILL_API double rill_rng_standard_normal(rill_rng *rng);

/// Upper 64 bits of the 128-bit product a * b, from 32-bit halves.
static inline uint64_t rill_multiply_high_portable(uint64_t a, uint64_t b)
{
    uint64_t a_low = a & UINT32_MAX, a_high = a >> 32;
    uint64_t b_low = b & UINT32_MAX, b_high = b >> 32;
    uint64_t middle = a_high * b_low + (a_low * b_low >> 32);
    uint64_t other = a_low * b_high + (middle & UINT32_MAX);
    return a_high * b_high + (middle >> 32) + (other >> 32);
}

/// Upper 64 bits of the 128-bit product a * b.
static inline uint64_t rill_multiply_high(uint64_t a, uint64_t b)
{
#if defined(__SIZEOF_INT128__)
    __extension__ typedef unsigned __int128 uint128;
    return (uint64_t)((uint128)a * b >> 64);
#else
    return rill_multiply_high_portable(a, b);
#endif
}

/// 64 uniform random bits.
static inline uint64_t rill_rng_next64(rill_rng *rng)
{
    // state <- state * multiplier + increment (mod 2^128)
    const uint64_t multiplier_high = UINT64_C(0x2360ED051FC65DA4);
    const uint64_t multiplier_low = UINT64_C(0x4385DF649FCCF645);
    uint64_t low = rng->state_low * multiplier_low + rng->increment_low;
    uint64_t carry = low < rng->increment_low;
    uint64_t high = rill_multiply_high(rng->state_low, multiplier_low) +
                    rng->state_high * multiplier_low + rng->state_low * multiplier_high +
                    rng->increment_high + carry;
    rng->state_high = high;
    rng->state_low = low;

    // XSL-RR: fold the halves with xor, rotate right by the top six bits
    uint64_t folded = high ^ low;
    unsigned rotation = (unsigned)(high >> 58);
    return folded >> rotation | folded << (-rotation & 63U);
}

/// 32 uniform random bits: each 64-bit draw serves two calls, lower half first. The other draws
/// leave the waiting half where it is, as in NumPy.
static inline uint32_t rill_rng_next32(rill_rng *rng)
{
    if (rng->has_buffered) {
        rng->has_buffered = 0;
        return rng->buffered;
    }
    uint64_t bits = rill_rng_next64(rng);
    rng->buffered = (uint32_t)(bits >> 32);
    rng->has_buffered = 1;
    return (uint32_t)bits;
}

/// A draw from the uniform distribution over the multiples of 2^-53 in [0, 1): Generator.random().
static inline double rill_rng_random(rill_rng *rng)
{
    return (double)(rill_rng_next64(rng) >> 11) * 0x1p-53;
}

/// A draw from the middles of 2^52 equal intervals of (0, 1): neither 0 nor 1, nor is 1 less it rounded;
/// for what is taken the logarithm or a quantile of.
static inline double rill_rng_random_open(rill_rng *rng)
{
    return ((double)(rill_rng_next64(rng) >> 12) + 0.5) * 0x1p-52;
}

/// A draw from the uniform distribution on [low, high): Generator.uniform(low, high). Rounding can
/// return `high` itself. Both bounds and their difference are finite. A caller that lets the
/// compiler contract a * b + c (GCC outside -std=c17 does) gets other last bits than NumPy's.
static inline double rill_rng_uniform(rill_rng *rng, double low, double high)
{
    return low + (high - low) * rill_rng_random(rng);
}

/// A draw from the uniform distribution over {0, ..., n-1}: Generator.integers(0, n) with its
/// default int64. `n` >= 1; n = 1 draws nothing, n <= 2^32 draws by rill_rng_next32().
/// Lemire, "Fast Random Integer Generation in an Interval", ACM TOMACS 29(1), 2019, algorithm 5:
/// the upper half of the product bits * n, rejected where the lower half is below 2^w mod n for
/// bits of width w.
static inline int64_t rill_rng_integers(rill_rng *rng, int64_t n)
{
    const uint64_t range = (uint64_t)n;
    const uint64_t two_32 = UINT64_C(1) << 32;
    if (range == 1) {
        return 0;
    }
    if (range <= two_32) {
        uint64_t product = rill_rng_next32(rng) * range;
        if ((uint32_t)product < range) {
            const uint64_t threshold = (two_32 - range) % range;
            while ((uint32_t)product < threshold) {
                product = rill_rng_next32(rng) * range;
            }
        }
        return (int64_t)(product >> 32);
    }
    uint64_t bits = rill_rng_next64(rng);
    if (bits * range < range) {
        const uint64_t threshold = (0 - range) % range;
        while (bits * range < threshold) {
            bits = rill_rng_next64(rng);
        }
    }
    return (int64_t)rill_multiply_high(bits, range);
}

#ifdef __cplusplus
}
#endif
#endif
