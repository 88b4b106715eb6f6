/// The documented draw rule of epsilon-greedy (rill/policy.h), written a second time from its text:
/// the oracle of the tests.
#ifndef RILL_TESTS_REFERENCE_POLICY_H
#define RILL_TESTS_REFERENCE_POLICY_H

#include <rill/policy.h>
#include <stdint.h>

static inline int32_t reference_epsilon_greedy(const double *values, int32_t n, double epsilon,
                                               rill_rng *rng)
{
    const uint64_t u = rill_rng_next64(rng);
    const uint64_t upper = u >> 32, lower = u % 4294967296u;
    int32_t candidates[64] = {0};
    uint64_t m = 0;
    if ((double)upper < epsilon * 4294967296.0) { // explore: all actions that exist
        for (int32_t a = 0; a < n; a++) {
            if (values[a] != RILL_UNAVAILABLE) {
                candidates[m++] = a;
            }
        }
    } else { // exploit: those that no other beats
        for (int32_t a = 0; a < n; a++) {
            int is_beaten = 0;
            for (int32_t b = 0; b < n; b++) {
                is_beaten |= values[b] > values[a];
            }
            if (!is_beaten) {
                candidates[m++] = a;
            }
        }
    }
    return candidates[(lower * m) >> 32];
}

#endif
