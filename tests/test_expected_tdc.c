// Expected TDC against its sweep in dense vectors, its fixed point, and the exact trajectory on Baird's
// counterexample.
#include "tests/expected_reference.h"

/// w <- w + alpha sum_s d(s) [delta(s) x(s) - gamma (u.x(s)) sum_s' P(s,s') x(s')]
/// u <- u + beta sum_s d(s) [delta(s) - u.x(s)] x(s)
static void rule(const expected_sweep *e, off_policy_memory *memory)
{
    const linear_world *w = e->world;
    const off_policy_memory before = *memory;
    for (int32_t s = 0; s < w->n_states; s++) {
        const off_policy_memory *from = e->is_in_place ? memory : &before;
        const double *x = w->x[s];
        if (e->d[s] > 0.0) {
            const double delta = expected_delta(e, from->w, s), ux = linear_dot(w, from->u, x);
            linear_add(w, memory->w, 0.3 * e->d[s] * delta, x);
            for (int32_t k = 0; k < w->n_states; k++) {
                linear_add(w, memory->w, -0.3 * e->d[s] * w->gamma * ux * e->p->at[s][k], w->x[k]);
            }
            linear_add(w, memory->u, 0.2 * e->d[s] * (delta - ux), x);
        }
    }
}

START_TEST(test_rule)
{
    expected_follow_rule("expected_tdc", "alpha=0.3 beta=0.2", rule);
}
END_TEST

/// With the behaviour's distribution it converges to the TD fixed point of that.
START_TEST(test_limit)
{
    for (int i = 0; i < 2 * OFF_POLICY_MAPS; i++) {
        linear_world w = i % 2 == 0 ? off_policy_random(off_policy_maps[i / 2])
                                    : off_policy_walk(off_policy_maps[i / 2]);
        linear_matrix a;
        double b[LINEAR_FEATURES], d[LINEAR_STATES];
        linear_distribution(&w, w.behaviour, d);
        linear_td_system(&w, d, 0.0, &a, b);
        expected_check_limit("expected_tdc", "alpha=0.2 beta=0.5", &w, d, &a, b, 100000);
        linear_end(&w);
    }
}
END_TEST

START_TEST(test_baird)
{
    expected_check_baird("expected_tdc", "alpha=0.005 beta=0.05 update=in_place",
                         "fig11.5_right_expected_TDC_alpha0.005_beta0.05_async_as_in_repo");
}
END_TEST

TEST_MAIN(test_rule, test_limit, test_baird)
