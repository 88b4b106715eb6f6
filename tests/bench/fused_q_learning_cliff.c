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
        const int a = fused_choose(q + s * ACTIONS, threshold, &rng);
        // step and update
        int pair = s * ACTIONS + a;
        int next = next_state[pair];
        const double *after = q + next * ACTIONS;
        const double m01 = after[0] > after[1] ? after[0] : after[1];
        const double m23 = after[2] > after[3] ? after[2] : after[3];
        double greatest = m01 > m23 ? m01 : m23;
        double target = reward[pair] + (next == GOAL ? 0.0 : greatest);
        q[pair] += alpha * (target - q[pair]);
        s = next == GOAL ? START : next;
    }
}
