/// What the tests of GTD2 and TDC share.
#ifndef RILL_TESTS_GRADIENT_TD_REFERENCE_H
#define RILL_TESTS_GRADIENT_TD_REFERENCE_H

#include "agents/gradient_td.h"
#include "tests/off_policy_reference.h"

/// The mean of what a step adds to w, in terms of the moments: adds `step` times it to `change`.
typedef void gradient_direction(const linear_world *w, const off_policy_moments *m,
                                const double *weights, const double *u, double step,
                                double *change);

/// On average w moves as `direction` says, and u by beta (b - A w - C u); neither moves at the TD fixed
/// point of the behaviour's distribution with u = 0.
static inline void gradient_check_mean(const char *id, gradient_direction *direction)
{
    static off_policy_moments m;
    for (int i = 0; i < 2 * OFF_POLICY_MAPS; i++) {
        linear_world w = i % 2 == 0 ? off_policy_random(off_policy_maps[i / 2])
                                    : off_policy_walk(off_policy_maps[i / 2]);
        double d[LINEAR_STATES], mean[LINEAR_FEATURES];
        double to_w[LINEAR_FEATURES] = {0.0}, to_u[LINEAR_FEATURES] = {0.0};
        rill_agent *agent = linear_agent_in(&w, id, "alpha=0.5 beta=0.25");
        double *weights = agent->value.weights;
        double *u = ((gradient_td *)agent)->secondary.weights;
        linear_distribution(&w, w.behaviour, d);
        off_policy_expect(&w, d, &m);
        off_policy_draw(weights, w.n_features, 3);
        off_policy_draw(u, w.n_features, 4);
        direction(&w, &m, weights, u, 0.5, to_w);
        ck_assert(linear_dot(&w, to_w, to_w) > 1e-4);
        linear_add(&w, to_u, 0.25, m.b);
        off_policy_multiply(&w, to_u, -0.25, &m.a, false, weights);
        off_policy_multiply(&w, to_u, -0.25, &m.c, false, u);
        off_policy_mean(&w, agent, d, weights, w.n_features, mean);
        linear_check(&w, "mean update", 0, mean, to_w, 1e-13);
        off_policy_mean(&w, agent, d, u, w.n_features, mean);
        linear_check(&w, "mean update of v", 0, mean, to_u, 1e-13);

        const double none[LINEAR_FEATURES] = {0.0};
        linear_fixed_point(&w, &m.a, m.b, weights);
        memset(u, 0, (size_t)w.n_features * sizeof *u);
        off_policy_mean(&w, agent, d, weights, w.n_features, mean);
        linear_check(&w, "at the fixed point", 0, mean, none, 1e-9);
        off_policy_mean(&w, agent, d, u, w.n_features, mean);
        linear_check(&w, "v at the fixed point", 0, mean, none, 1e-9);
        rill_agent_destroy(agent);
        linear_end(&w);
    }
}

/// In a long run the values of every state come close to those of the fixed point: the mean over the last
/// half of it to within a twentieth of where they began.
static inline void gradient_check_long_run(const char *id, const char *settings)
{
    enum { STEPS = 400000, EVERY = 50 };
    static off_policy_moments m;
    linear_world w = off_policy_random(off_policy_maps[0]);
    double d[LINEAR_STATES], fixed[LINEAR_FEATURES], mean[LINEAR_FEATURES] = {0.0};
    const double zeros[LINEAR_FEATURES] = {0.0};
    rill_agent *agent = linear_agent_in(&w, id, settings);
    linear_distribution(&w, w.behaviour, d);
    off_policy_expect(&w, d, &m);
    linear_fixed_point(&w, &m.a, m.b, fixed);
    linear_play_steps(&w, agent, STEPS / 2);
    for (int i = 0; i < STEPS / 2 / EVERY; i++) {
        linear_play_steps(&w, agent, EVERY);
        linear_add(&w, mean, 1.0 / (STEPS / 2 / EVERY), agent->value.weights);
    }
    const double start = linear_distance(&w, d, zeros, fixed);
    ck_assert(start > 0.3);
    ASSERT_NEAR(linear_distance(&w, d, mean, fixed), 0.0, 0.05 * start);
    rill_agent_destroy(agent);
    linear_end(&w);
}

/// On Baird's counterexample (S&B Figure 11.5): at each of 20 runs the projected Bellman error, v.x(S) on
/// average, comes down to a hundredth. That of Pi delta: what is left of it in A w, as b = 0.
static inline void gradient_check_baird(const char *id, const char *settings, int64_t n_steps)
{
    static off_policy_moments m;
    linear_world w = baird_world();
    double d[LINEAR_STATES];
    linear_distribution(&w, w.behaviour, d);
    off_policy_expect(&w, d, &m);
    rill_agent *agent = linear_agent_in(&w, id, settings);
    for (uint64_t run = 0; run < 20; run++) {
        double before[LINEAR_FEATURES] = {0.0}, after[LINEAR_FEATURES] = {0.0};
        rill_agent_seed(agent, run);
        off_policy_multiply(&w, before, 1.0, &m.a, false, agent->value.weights);
        linear_play_steps(&w, agent, n_steps);
        off_policy_multiply(&w, after, 1.0, &m.a, false, agent->value.weights);
        ck_assert(linear_dot(&w, after, after) < 1e-4 * linear_dot(&w, before, before));
    }
    rill_agent_destroy(agent);
    linear_end(&w);
}

#endif
