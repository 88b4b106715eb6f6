#include "tests/bench/fused.h"

enum { ACTIONS = 4 };

void fused_q_learning_grid(rill_rng rng, int64_t steps, int32_t size, double alpha, double epsilon,
                           double *q)
{
    const double threshold = epsilon * 4294967296.0;
    const int64_t goal = (int64_t)size * size - 1;
    int32_t row = 0, column = 0;
    int64_t s = 0;
    for (int64_t t = 0; t < steps; t++) {
        const double *values = q + s * ACTIONS;
        const uint64_t u = rill_rng_next64(&rng);
        double m01 = values[0] > values[1] ? values[0] : values[1];
        double m23 = values[2] > values[3] ? values[2] : values[3];
        const double best = m01 > m23 ? m01 : m23;
        const int is_exploring = (double)(u >> 32) < threshold;
        const uint64_t t0 = (uint64_t)(is_exploring || values[0] == best);
        const uint64_t t1 = (uint64_t)(is_exploring || values[1] == best);
        const uint64_t t2 = (uint64_t)(is_exploring || values[2] == best);
        const uint64_t t3 = (uint64_t)(is_exploring || values[3] == best);
        const uint64_t rank = ((u & 0xffffffffu) * (t0 + t1 + t2 + t3)) >> 32;
        int a = 3;
        a = t2 && t0 + t1 == rank ? 2 : a;
        a = t1 && t0 == rank ? 1 : a;
        a = t0 && rank == 0 ? 0 : a;
        // step
        row += (a == 2) - (a == 0);
        column += (a == 1) - (a == 3);
        row = row < 0 ? 0 : row >= size ? size - 1 : row;
        column = column < 0 ? 0 : column >= size ? size - 1 : column;
        const int64_t next = (int64_t)row * size + column;
        // update
        const double *after = q + next * ACTIONS;
        m01 = after[0] > after[1] ? after[0] : after[1];
        m23 = after[2] > after[3] ? after[2] : after[3];
        const double greatest = m01 > m23 ? m01 : m23;
        const double target = -1.0 + (next == goal ? 0.0 : greatest);
        q[s * ACTIONS + a] += alpha * (target - q[s * ACTIONS + a]);
        s = next;
        if (next == goal) {
            row = column = 0;
            s = 0;
        }
    }
}
