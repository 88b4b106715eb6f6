/// Draws of one outcome among n, number for number as Gymnasium's toy-text environments make them.
#ifndef RILL_CORE_CATEGORICAL_H
#define RILL_CORE_CATEGORICAL_H

#include <rill/rng.h>
#include <stdint.h>

/// Fills `cumulated`, (n), for n outcomes of probability 1/n: running sums, rounded as those of
/// NumPy's cumsum.
static inline void rill_cumulate_uniform(double *cumulated, int32_t n)
{
    double sum = 0.0;
    for (int32_t i = 0; i < n; i++) {
        sum += 1.0 / n;
        cumulated[i] = sum;
    }
}

/// Draws one uniform number and answers the first outcome whose cumulated probability, (n), exceeds
/// it; outcome 0 where none does, the last sum being rounded below 1. Quick where the outcomes are
/// about equally likely.
static inline int32_t rill_draw_categorical(rill_rng *rng, const double *cumulated, int32_t n)
{
    const double u = rill_rng_random(rng);
    int32_t i = (int32_t)(u * n);
    while (i > 0 && u < cumulated[i - 1]) {
        i--;
    }
    while (i < n && u >= cumulated[i]) {
        i++;
    }
    return i < n ? i : 0;
}

#endif
