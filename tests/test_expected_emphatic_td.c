// Expected emphatic TD against its sweep in dense vectors, its fixed point, and the recursion of one number
// that it is on Baird's counterexample.
#include "tests/expected_reference.h"

/// w <- w + alpha sum_s f_t(s) delta(s) x(s),  f_0 = d,  f_{t+1} = d + gamma P^T f_t, kept in `z`
static void rule(const expected_sweep *e, off_policy_memory *memory)
{
    const linear_world *w = e->world;
    double before[LINEAR_FEATURES], next[LINEAR_STATES];
    memcpy(before, memory->w, sizeof before);
    if (memory->followon == 0.0) {
        memcpy(memory->z, e->d, (size_t)w->n_states * sizeof *memory->z);
        memory->followon = 1.0;
    }
    for (int32_t s = 0; s < w->n_states; s++) {
        const double *from = e->is_in_place ? memory->w : before;
        if (memory->z[s] > 0.0) {
            linear_add(w, memory->w, 0.1 * memory->z[s] * expected_delta(e, from, s), w->x[s]);
        }
        next[s] = e->d[s];
        for (int32_t k = 0; k < w->n_states; k++) {
            next[s] += w->gamma * memory->z[k] * e->p->at[k][s];
        }
    }
    memcpy(memory->z, next, (size_t)w->n_states * sizeof *next);
}

START_TEST(test_rule)
{
    expected_follow_rule("expected_emphatic_td", "alpha=0.1", rule);
}
END_TEST

/// With any distribution it converges, to the fixed point with the weights f = (I - gamma P^T)^-1 d.
START_TEST(test_limit)
{
    for (int i = 0; i < 2 * OFF_POLICY_MAPS; i++) {
        linear_world w = i % 2 == 0 ? off_policy_random(off_policy_maps[i / 2])
                                    : off_policy_walk(off_policy_maps[i / 2]);
        linear_matrix a, p, system = {0};
        double b[LINEAR_FEATURES], d[LINEAR_STATES], f[LINEAR_STATES], r[LINEAR_STATES];
        linear_distribution(&w, w.behaviour, d);
        linear_chain(&w, w.policy, &p, r);
        for (int32_t s = 0; s < w.n_states; s++) {
            for (int32_t k = 0; k < w.n_states; k++) {
                system.at[s][k] = (s == k ? 1.0 : 0.0) - w.gamma * p.at[k][s];
            }
        }
        linear_solve(&system, d, w.n_states, f);
        linear_td_system(&w, f, 0.0, &a, b);
        expected_check_limit("expected_emphatic_td", "alpha=0.1", &w, d, &a, b, 20000);
        linear_end(&w);
    }
}
END_TEST

/// S&B Figure 11.6. There the ratio is 7 where the state was reached by the solid action, which leads to the
/// lower state, else 0: a state's mean emphasis is 1 + gamma rho(s) F, and F is the mean of those before,
/// 0 at first.
START_TEST(test_baird)
{
    linear_world w = baird_world();
    rill_agent *agent = linear_agent_in(&w, "expected_emphatic_td", "alpha=0.03 " BAIRD_WEIGHTS);
    double weights[8] = {1, 1, 1, 1, 1, 1, 10, 1}, followon = 0.0;
    for (int32_t t = 0; t < 1000; t++) {
        double change[8] = {0.0}, mean = 0.0;
        for (int32_t s = 0; s < 7; s++) {
            const double f = 1.0 + 0.99 * (s == 6 ? 7.0 : 0.0) * followon;
            const double delta =
                0.99 * linear_dot(&w, weights, w.x[6]) - linear_dot(&w, weights, w.x[s]);
            linear_add(&w, change, 0.03 / 7.0 * f * delta, w.x[s]);
            mean += f / 7.0;
        }
        linear_add(&w, weights, 1.0, change);
        followon = mean;
        expected_run(agent, 1);
        linear_check(&w, "Figure 11.6", t, agent->value.weights, weights, 1e-11);
    }
    ck_assert(baird_error(&w, agent->value.weights) < 1e-9); // the true values
    rill_agent_destroy(agent);
    linear_end(&w);
}
END_TEST

TEST_MAIN(test_rule, test_limit, test_baird)
