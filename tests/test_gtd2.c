// GTD2 against its rule in dense vectors, its mean update, and the fixed point.
#include "tests/gradient_td_reference.h"

/// w <- w + alpha rho (x - gamma x') (u.x),  u <- u + beta rho (delta - u.x) x
static void rule(const off_policy_moment *m, off_policy_memory *memory)
{
    const double predicted = linear_dot(m->world, memory->u, m->x);
    linear_add(m->world, memory->w, 0.1 * m->ratio * predicted, m->x);
    linear_add(m->world, memory->w, -0.1 * m->ratio * m->world->gamma * predicted, m->next);
    linear_add(m->world, memory->u, 0.2 * m->ratio * (m->td_error - predicted), m->x);
}

START_TEST(test_rule)
{
    off_policy_follow("gtd2", "alpha=0.1 beta=0.2", rule);
}
END_TEST

/// A^T u
static void direction(const linear_world *w, const off_policy_moments *m, const double *weights,
                      const double *u, double step, double *change)
{
    (void)weights;
    off_policy_multiply(w, change, step, &m->a, true, u);
}

START_TEST(test_mean_update)
{
    gradient_check_mean("gtd2", direction);
}
END_TEST

START_TEST(test_long_run)
{
    gradient_check_long_run("gtd2", "alpha=0.01 beta=0.02");
}
END_TEST

START_TEST(test_baird)
{
    gradient_check_baird("gtd2", "alpha=0.005 beta=0.05 " BAIRD_WEIGHTS, 20000);
}
END_TEST

TEST_MAIN(test_rule, test_mean_update, test_long_run, test_baird)
