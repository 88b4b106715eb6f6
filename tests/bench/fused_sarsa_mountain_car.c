#include "tests/bench/fused.h"

#include <rill/math.h>
#include <string.h>

enum { ACTIONS = 3, TILINGS = 8, TILES = 8, WIDTH = TILES + 1, FEATURES = TILINGS * WIDTH * WIDTH };

/// The active tile of each tiling, displaced by (1, 3) eighths of a tile each.
static inline void encode(float position, float velocity, int32_t *indices)
{
    const double x = ((double)position + 1.2) * (TILES * TILINGS) / (0.6 - -1.2);
    const double y = ((double)velocity + 0.07) * (TILES * TILINGS) / (0.07 - -0.07);
    const int32_t u = (int32_t)x, v = (int32_t)y;
    const int32_t base = u / TILINGS * WIDTH + v / TILINGS;
    for (int32_t t = 0; t < TILINGS; t++) {
        indices[t] = t * WIDTH * WIDTH + base + (u % TILINGS >= TILINGS - t ? WIDTH : 0) +
                     (v % TILINGS >= TILINGS - 3 * t % TILINGS);
    }
}

static inline void evaluate(const double *w, const int32_t *indices, double *q)
{
    double q0 = 0.0, q1 = 0.0, q2 = 0.0;
    for (int t = 0; t < TILINGS; t++) {
        const double *row = w + (ptrdiff_t)indices[t] * ACTIONS;
        q0 += row[0];
        q1 += row[1];
        q2 += row[2];
    }
    q[0] = q0;
    q[1] = q1;
    q[2] = q2;
}

/// Epsilon-greedy, ties at random.
static inline int choose(const double *q, double threshold, rill_rng *rng)
{
    const uint64_t u = rill_rng_next64(rng);
    const double best01 = q[0] > q[1] ? q[0] : q[1], best = best01 > q[2] ? best01 : q[2];
    const int is_exploring = (double)(u >> 32) < threshold;
    const uint64_t t0 = (uint64_t)(is_exploring || q[0] == best);
    const uint64_t t1 = (uint64_t)(is_exploring || q[1] == best);
    const uint64_t t2 = (uint64_t)(is_exploring || q[2] == best);
    const uint64_t rank = ((u & 0xffffffffu) * (t0 + t1 + t2)) >> 32;
    int a = 2;
    a = t1 && t0 == rank ? 1 : a;
    return t0 && rank == 0 ? 0 : a;
}

static inline double clip(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

void fused_sarsa_mountain_car(rill_rng env_rng, rill_rng rng, int64_t steps, double alpha,
                              double epsilon, double *w)
{
    const double threshold = epsilon * 4294967296.0;
    int32_t indices[TILINGS], next[TILINGS];
    double q[ACTIONS];
    double position = rill_rng_uniform(&env_rng, -0.6, -0.4), velocity = 0.0;
    encode((float)position, (float)velocity, indices);
    evaluate(w, indices, q);
    int a = choose(q, threshold, &rng);
    for (int64_t step = 0; step < steps; step++) {
        velocity += (a - 1) * 0.001 + rill_cos(3.0 * position) * -0.0025;
        velocity = clip(velocity, -0.07, 0.07);
        position = clip(position + velocity, -1.2, 0.6);
        velocity = position == -1.2 && velocity < 0.0 ? 0.0 : velocity;
        const int is_end = position >= 0.5 && velocity >= 0.0;
        double target = -1.0;
        int b = 0;
        if (!is_end) {
            encode((float)position, (float)velocity, next);
            evaluate(w, next, q);
            b = choose(q, threshold, &rng);
            target += q[b];
        }
        double value = 0.0;
        for (int t = 0; t < TILINGS; t++) {
            value += w[(ptrdiff_t)indices[t] * ACTIONS + a];
        }
        const double change = alpha * (target - value);
        for (int t = 0; t < TILINGS; t++) {
            w[(ptrdiff_t)indices[t] * ACTIONS + a] += change;
        }
        if (is_end) {
            position = rill_rng_uniform(&env_rng, -0.6, -0.4);
            velocity = 0.0;
            encode((float)position, (float)velocity, next);
            evaluate(w, next, q);
            b = choose(q, threshold, &rng);
        }
        a = b;
        memcpy(indices, next, sizeof indices);
    }
}
