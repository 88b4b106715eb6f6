#include <rill/rng.h>

#include "ziggurat_tables.h"

#include <rill/math.h>

// ---- SeedSequence ----
// NumPy's, after O'Neill, "Developing a seed_seq Alternative" (2015): a hash whose multiplier runs
// on with each word, and a mix of two words. All arithmetic is modulo 2^32.

enum { POOL_SIZE = 4 };

static uint32_t hash_word(uint32_t word, uint32_t *hash_constant, uint32_t multiplier)
{
    word ^= *hash_constant;
    *hash_constant *= multiplier;
    word *= *hash_constant;
    return word ^ word >> 16;
}

static uint32_t hash_entropy(uint32_t word, uint32_t *hash_constant)
{
    return hash_word(word, hash_constant, UINT32_C(0x931E8875));
}

static uint32_t mix_words(uint32_t a, uint32_t b)
{
    uint32_t mixed = UINT32_C(0xCA01F9DD) * a - UINT32_C(0x4973F715) * b;
    return mixed ^ mixed >> 16;
}

void rill_seed_sequence(uint64_t entropy, const uint32_t *spawn_key, size_t n_key, uint32_t *words,
                        size_t n_words)
{
    uint32_t hash_constant = UINT32_C(0x43B0D7E5);

    // entropy, lowest word first, padded with zeros to the size of the pool
    uint32_t pool[POOL_SIZE] = {(uint32_t)entropy, (uint32_t)(entropy >> 32)};
    for (size_t i = 0; i < POOL_SIZE; ++i) {
        pool[i] = hash_entropy(pool[i], &hash_constant);
    }
    // every word of the pool into every other
    for (size_t source = 0; source < POOL_SIZE; ++source) {
        for (size_t i = 0; i < POOL_SIZE; ++i) {
            if (i != source) {
                pool[i] = mix_words(pool[i], hash_entropy(pool[source], &hash_constant));
            }
        }
    }
    for (size_t key = 0; key < n_key; ++key) {
        for (size_t i = 0; i < POOL_SIZE; ++i) {
            pool[i] = mix_words(pool[i], hash_entropy(spawn_key[key], &hash_constant));
        }
    }

    hash_constant = UINT32_C(0x8B51F9DD);
    for (size_t i = 0; i < n_words; ++i) {
        words[i] = hash_word(pool[i % POOL_SIZE], &hash_constant, UINT32_C(0x58F38DED));
    }
}

// ---- streams ----

void rill_rng_seed(rill_rng *rng, uint64_t seed)
{
    rill_rng_spawn(rng, seed, NULL, 0);
}

void rill_rng_spawn(rill_rng *rng, uint64_t seed, const uint32_t *spawn_key, size_t n_key)
{
    // four 64-bit values, each lowest word first: state (upper, lower half), sequence (likewise)
    uint32_t words[8];
    rill_seed_sequence(seed, spawn_key, n_key, words, 8);
    uint64_t values[4];
    for (size_t i = 0; i < 4; ++i) {
        values[i] = (uint64_t)words[2 * i + 1] << 32 | words[2 * i];
    }

    // increment = 2 * sequence + 1; then a step from state 0, plus the initial state, and a step
    *rng = (rill_rng){
        .increment_high = values[2] << 1 | values[3] >> 63,
        .increment_low = values[3] << 1 | 1,
    };
    rill_rng_next64(rng);
    rng->state_low += values[1];
    rng->state_high += values[0] + (rng->state_low < values[1]);
    rill_rng_next64(rng);
}

// ---- standard normal ----

// Beyond r the density decays faster than an exponential of rate r (Marsaglia, "Generating a
// Variable from the Tail of the Normal Distribution", Technometrics 6, 1964): x = -log(U1)/r is
// accepted where -2 log(U2) > x^2, and r + x is the draw. NumPy takes U = 1 - random(), which is
// never 0.
static double normal_tail(rill_rng *rng)
{
    for (;;) {
        double x = -ZIGGURAT_INVERSE_R * rill_log1p(-rill_rng_random(rng));
        double y = -rill_log1p(-rill_rng_random(rng));
        if (y + y > x * x) {
            return ZIGGURAT_R + x;
        }
    }
}

double rill_rng_standard_normal(rill_rng *rng)
{
    for (;;) {
        // from the lowest bit: 8 bits of layer, 1 of sign, 52 of mantissa
        uint64_t bits = rill_rng_next64(rng);
        unsigned i = bits & 0xFF;
        uint64_t mantissa = bits >> 9 & UINT64_C(0xFFFFFFFFFFFFF);
        const ziggurat_layer *layer = &ziggurat_layers[i];
        double x = (double)mantissa * layer->scale;
        x = bits >> 8 & 1 ? -x : x;
        if (mantissa < layer->inside) {
            return x;
        }
        if (i == 0) {
            // the sign comes from a bit of the mantissa here
            double tail = normal_tail(rng);
            return mantissa >> 8 & 1 ? -tail : tail;
        }
        // Layer i spans the densities [f_i, f_(i-1)). An exp() that is one unit in the last place
        // off NumPy's decides otherwise in less than one of 10^15 comparisons.
        double height = (ziggurat_layers[i - 1].density - layer->density) * rill_rng_random(rng);
        if (height + layer->density < rill_exp(-0.5 * x * x)) {
            return x;
        }
    }
}
