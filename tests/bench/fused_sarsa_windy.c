#include "tests/bench/fused.h"

enum { ACTIONS = 4, COLUMNS = 10, ROWS = 7, STATES = ROWS * COLUMNS, START = 30, GOAL = 37 };

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
    int a = fused_choose(q + s * ACTIONS, threshold, &rng);
    for (int64_t t = 0; t < steps; t++) {
        const int pair = s * ACTIONS + a;
        const int next = next_state[pair];
        if (next == GOAL) {
            q[pair] += alpha * (-1.0 - q[pair]);
            s = START;
            a = fused_choose(q + s * ACTIONS, threshold, &rng);
        } else {
            a = fused_choose(q + next * ACTIONS, threshold, &rng);
            q[pair] += alpha * (-1.0 + q[next * ACTIONS + a] - q[pair]);
            s = next;
        }
    }
}
