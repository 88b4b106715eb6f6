/// Hand-fused loops: the yardstick of `rill bench`. Same arithmetic and same random numbers as the
/// library, no abstraction; their results must be equal bit for bit.
#ifndef RILL_TESTS_BENCH_FUSED_H
#define RILL_TESTS_BENCH_FUSED_H

#include <rill/rng.h>
#include <stdint.h>

/// Epsilon-greedy over four values, ties at random; `threshold` is epsilon 2^32.
static inline int fused_choose(const double *row, double threshold, rill_rng *rng)
{
    const uint64_t u = rill_rng_next64(rng);
    const double m01 = row[0] > row[1] ? row[0] : row[1];
    const double m23 = row[2] > row[3] ? row[2] : row[3];
    const double best = m01 > m23 ? m01 : m23;
    const int is_exploring = (double)(u >> 32) < threshold;
    const uint64_t t0 = (uint64_t)(is_exploring || row[0] == best);
    const uint64_t t1 = (uint64_t)(is_exploring || row[1] == best);
    const uint64_t t2 = (uint64_t)(is_exploring || row[2] == best);
    const uint64_t t3 = (uint64_t)(is_exploring || row[3] == best);
    const uint64_t rank = ((u & 0xffffffffu) * (t0 + t1 + t2 + t3)) >> 32;
    int a = 3;
    a = t2 && t0 + t1 == rank ? 2 : a;
    a = t1 && t0 == rank ? 1 : a;
    return t0 && rank == 0 ? 0 : a;
}

/// Tabular Q-learning on the cliff, gamma = 1, for a number of steps. `q` (48, 4) starts at 0.
void fused_q_learning_cliff(rill_rng rng, int64_t steps, double alpha, double epsilon, double *q);

/// Sarsa on the windy gridworld, gamma = 1. `q` (70, 4) starts at 0.
void fused_sarsa_windy(rill_rng rng, int64_t steps, double alpha, double epsilon, double *q);

/// TD(0) on the random walk of 5 states, gamma = 1. `v` (7) starts at 0.
void fused_td0_random_walk(rill_rng rng, int64_t steps, double alpha, double *v);

/// Q-learning on an empty grid of `size` x `size` cells with a reward of -1 a step, from the upper left corner to the
/// lower right one, gamma = 1. `q` (size * size, 4) starts at 0.
void fused_q_learning_grid(rill_rng rng, int64_t steps, int32_t size, double alpha, double epsilon,
                           double *q);

/// Sarsa on 8 tilings of 8x8 on the mountain car, gamma = 1. `w` (648, 3) starts at 0.
void fused_sarsa_mountain_car(rill_rng env_rng, rill_rng rng, int64_t steps, double alpha,
                              double epsilon, double *w);

#endif
