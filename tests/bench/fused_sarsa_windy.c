#include "tests/bench/fused.h"

enum { ACTIONS = 4, COLUMNS = 10, ROWS = 7, STATES = ROWS * COLUMNS, START = 30, GOAL = 37 };

/// Epsilon-greedy, ties at random.
static inline int choose(const double *row, double threshold, rill_rng *rng)
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

void fused_sarsa_windy(rill_rng rng, int64_t steps, double alpha, double epsilon, double *q)
{
    static const int wind[COLUMNS] = {0, 0, 0, 1, 1, 1, 2, 2, 1, 0};
    static const int rows[ACTIONS] = {-1, 0, 1, 0};
    static const int columns[ACTIONS] = {0, 1, 0, -1};
    int next_state[STATES * ACTIONS];
    for (int s = 0; s < STATES; s++) {
        for (int a = 0; a < ACTIONS; a++) {
            int row = s / COLUMNS + rows[a] - wind[s % COLUMNS];
            int column = s % COLUMNS + columns[a];
            row = row < 0 ? 0 : row >= ROWS ? ROWS - 1 : row;
            column = column < 0 ? 0 : column >= COLUMNS ? COLUMNS - 1 : column;
            next_state[s * ACTIONS + a] = row * COLUMNS + column;
        }
    }
    const double threshold = epsilon * 4294967296.0;
    int s = START;
    int a = choose(q + s * ACTIONS, threshold, &rng);
    for (int64_t t = 0; t < steps; t++) {
        const int pair = s * ACTIONS + a;
        const int next = next_state[pair];
        if (next == GOAL) {
            q[pair] += alpha * (-1.0 - q[pair]);
            s = START;
            a = choose(q + s * ACTIONS, threshold, &rng);
        } else {
            a = choose(q + next * ACTIONS, threshold, &rng);
            q[pair] += alpha * (-1.0 + q[next * ACTIONS + a] - q[pair]);
            s = next;
        }
    }
}
