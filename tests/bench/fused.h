/// Hand-fused loops: the yardstick of `rill bench`. Same arithmetic and same random numbers as the
/// library, no abstraction; their results must be equal bit for bit.
#ifndef RILL_TESTS_BENCH_FUSED_H
#define RILL_TESTS_BENCH_FUSED_H

#include <rill/agent_define.h>
#include <rill/rng.h>
#include <stdint.h>

/// Tabular Q-learning on the cliff, gamma = 1, for a number of steps. `q` (48, 4) starts at 0.
void fused_q_learning_cliff(rill_rng rng, int64_t steps, double alpha, double epsilon, double *q);

/// Sarsa on 8 tilings of 8x8 on the mountain car, gamma = 1. `w` (648, 3) starts at 0.
void fused_sarsa_mountain_car(rill_rng env_rng, rill_rng rng, int64_t steps, double alpha,
                              double epsilon, double *w);

/// Q-learning written for tables alone: what the body that serves features too is held against.
extern const rill_agent_type bench_table_q_learning;

#endif
