#include "tests/bench/fused.h"

enum { ACTIONS = 4, STATES = 48, START = 36, GOAL = 47 };

void fused_q_learning_cliff(rill_rng rng, int64_t steps, double alpha, double epsilon, double *q)
{
    static const int rows[ACTIONS] = {-1, 0, 1, 0};
    static const int columns[ACTIONS] = {0, 1, 0, -1};
    int next_state[STATES * ACTIONS];
    double reward[STATES * ACTIONS];
    for (int s = 0; s < STATES; s++) {
        for (int a = 0; a < ACTIONS; a++) {
            int row = s / 12 + rows[a];
            int column = s % 12 + columns[a];
            row = row < 0 ? 0 : row > 3 ? 3 : row;
            column = column < 0 ? 0 : column > 11 ? 11 : column;
            int next = row * 12 + column;
            int is_cliff = next > START && next < GOAL;
            next_state[s * ACTIONS + a] = is_cliff ? START : next;
            reward[s * ACTIONS + a] = is_cliff ? -100.0 : -1.0;
        }
    }
    const double threshold = epsilon * 4294967296.0;
    int s = START;
    for (int64_t t = 0; t < steps; t++) {
        // epsilon-greedy, ties at random
        const double *row = q + s * ACTIONS;
        uint64_t u = rill_rng_next64(&rng);
        double m01 = row[0] > row[1] ? row[0] : row[1];
        double m23 = row[2] > row[3] ? row[2] : row[3];
        double best = m01 > m23 ? m01 : m23;
        int is_exploring = (double)(u >> 32) < threshold;
        uint64_t t0 = (uint64_t)(is_exploring || row[0] == best);
        uint64_t t1 = (uint64_t)(is_exploring || row[1] == best);
        uint64_t t2 = (uint64_t)(is_exploring || row[2] == best);
        uint64_t t3 = (uint64_t)(is_exploring || row[3] == best);
        uint64_t rank = ((u & 0xffffffffu) * (t0 + t1 + t2 + t3)) >> 32;
        int a = 3;
        a = t2 && t0 + t1 == rank ? 2 : a;
        a = t1 && t0 == rank ? 1 : a;
        a = t0 && rank == 0 ? 0 : a;
        // step and update
        int pair = s * ACTIONS + a;
        int next = next_state[pair];
        const double *after = q + next * ACTIONS;
        m01 = after[0] > after[1] ? after[0] : after[1];
        m23 = after[2] > after[3] ? after[2] : after[3];
        double greatest = m01 > m23 ? m01 : m23;
        double target = reward[pair] + (next == GOAL ? 0.0 : greatest);
        q[pair] += alpha * (target - q[pair]);
        s = next == GOAL ? START : next;
    }
}
