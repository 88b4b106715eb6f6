#include "tests/bench/fused.h"

enum { LAST = 6, START = 3 };

void fused_td0_random_walk(rill_rng rng, int64_t steps, double alpha, double *v)
{
    int s = START;
    for (int64_t t = 0; t < steps; t++) {
        const uint64_t u = rill_rng_next64(&rng);
        const int a = (int)(((u & 0xffffffffu) * 2) >> 32);
        const int next = a == 0 ? s - 1 : s + 1;
        const int is_end = next == 0 || next == LAST;
        const double reward = next == LAST ? 1.0 : 0.0;
        v[s] += alpha * (reward + (is_end ? 0.0 : v[next]) - v[s]);
        s = is_end ? START : next;
    }
}
