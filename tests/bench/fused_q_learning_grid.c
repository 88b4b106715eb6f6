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
        const int a = fused_choose(q + s * ACTIONS, threshold, &rng);
        // step
        row += (a == 2) - (a == 0);
        column += (a == 1) - (a == 3);
        row = row < 0 ? 0 : row >= size ? size - 1 : row;
        column = column < 0 ? 0 : column >= size ? size - 1 : column;
        const int64_t next = (int64_t)row * size + column;
        // update
        const double *after = q + next * ACTIONS;
        const double m01 = after[0] > after[1] ? after[0] : after[1];
        const double m23 = after[2] > after[3] ? after[2] : after[3];
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
