// TDC against its rule in dense vectors, its mean update, and the fixed point.
#include "tests/gradient_td_reference.h"

/// w <- w + alpha rho [delta x - gamma (u.x) x'],  u <- u + beta rho (delta - u.x) x
static void rule(const off_policy_moment *m, off_policy_memory *memory)
{
    const double predicted = linear_dot(m->world, memory->u, m->x);
    linear_add(m->world, memory->w, 0.1 * m->ratio * m->td_error, m->x);
    linear_add(m->world, memory->w, -0.1 * m->ratio * m->world->gamma * predicted, m->next);
    linear_add(m->world, memory->u, 0.2 * m->ratio * (m->td_error - predicted), m->x);
}

START_TEST(test_rule)
{
    off_policy_follow("tdc", "alpha=0.1 beta=0.2", rule);
}
END_TEST

/// b - A w - gamma E[rho x' x^T] u,   where gamma E[rho x' x^T] = C - A^T
static void direction(const linear_world *w, const off_policy_moments *m, const double *weights,
                      const double *u, double step, double *change)
{
    linear_add(w, change, step, m->b);
    off_policy_multiply(w, change, -step, &m->a, false, weights);
    off_policy_multiply(w, change, -step, &m->c, false, u);
    off_policy_multiply(w, change, step, &m->a, true, u);
}

START_TEST(test_mean_update)
{
    gradient_check_mean("tdc", direction);
}
END_TEST

START_TEST(test_long_run)
{
    gradient_check_long_run("tdc", "alpha=0.01 beta=0.02");
}
END_TEST

START_TEST(test_baird)
{
    gradient_check_baird("tdc", "alpha=0.005 beta=0.05 " BAIRD_WEIGHTS, 5000);
}
END_TEST

TEST_MAIN(test_rule, test_mean_update, test_long_run, test_baird)
