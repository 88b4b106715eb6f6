// The test objectives: gradients against finite differences, expectations against the trapezoidal rule,
// names.
#include "tests/estimators.h"

START_TEST(test_gradients_are_derivatives)
{
    enum { D = 4 };
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    const objective_type *const *type = objective_type_list();
    for (; *type != NULL; type++) {
        const test_objective self = {*type, (*type)->k + 0.3, D};
        const rill_objective f = objective_of(&self);
        ASSERT_FOR((*type)->id, (f.gradient == NULL) == (strcmp((*type)->id, "step") == 0));
        for (int trial = 0; f.gradient != NULL && trial < 20; trial++) {
            double x[D], gradient[D];
            for (int i = 0; i < D; i++) {
                x[i] = rill_rng_uniform(&rng, 0.1, 1.0);
            }
            f.gradient(f.context, x, gradient);
            for (int i = 0; i < D; i++) {
                const double h = 1e-5, kept = x[i];
                x[i] = kept + h;
                const double above = f.value(f.context, x);
                x[i] = kept - h;
                const double below = f.value(f.context, x);
                x[i] = kept;
                ASSERT_FOR((*type)->id, fabs((above - below) / (2.0 * h) - gradient[i]) < 1e-8);
            }
        }
    }
}
END_TEST

typedef struct normal {
    const test_objective *f;
    double mu, sigma;
} normal;

static double value_of(const void *context, double z)
{
    const normal *self = context;
    const double x = self->mu + self->sigma * z;
    return self->f->type->value(self->f, &x);
}

/// E[f] in closed form is that by the trapezoidal rule, and its derivatives those by finite differences.
/// A step has no smooth integrand: P(x > k) comes from GSL.
START_TEST(test_expectations_under_gaussians)
{
    static const double cases[][2] = {{0.7, 0.5}, {-1.2, 1.4}, {0.0, 2.0}, {3.0, 0.3}};
    int n = 0;
    const objective_type *const *type = objective_type_list();
    for (; *type != NULL; type++) {
        for (size_t c = 0; (*type)->kind == RILL_SPACE_BOX && c < sizeof cases / sizeof cases[0];
             c++) {
            const test_objective f = {*type, (*type)->k + 0.2, 1};
            const double mu = cases[c][0], sigma = cases[c][1], h = 1e-4;
            const normal law = {&f, mu, sigma};
            double by_mu, by_sigma, unused[2], around[4];
            const double mean = (*type)->expectation(f.k, mu, sigma, &by_mu, &by_sigma);
            const double expected = (*type)->gradient == NULL ? gsl_cdf_gaussian_Q(f.k - mu, sigma)
                                                              : normal_mean(value_of, &law);
            ASSERT_FOR((*type)->id, fabs(mean - expected) < 1e-12 * (1.0 + fabs(mean)));
            for (int i = 0; i < 4; i++) {
                const double at = (i % 2 == 0 ? 1.0 : -1.0) * h;
                around[i] = (*type)->expectation(
                    f.k, i < 2 ? mu + at : mu, i < 2 ? sigma : sigma + at, &unused[0], &unused[1]);
            }
            const double scale = 1.0 + fabs(by_mu) + fabs(by_sigma);
            ASSERT_FOR((*type)->id,
                       fabs((around[0] - around[1]) / (2.0 * h) - by_mu) < 1e-6 * scale);
            ASSERT_FOR((*type)->id,
                       fabs((around[2] - around[3]) / (2.0 * h) - by_sigma) < 1e-6 * scale);
            n++;
        }
    }
    ck_assert_int_eq(n, 5 * 4);
}
END_TEST

/// At the corners the bandit pays k a / (n - 1), and the cross-entropy is that of the softened corner.
START_TEST(test_functions_of_an_action)
{
    const test_objective bandit = {objective_type_find("bandit", NULL), 2.0, 3};
    const test_objective cross = {objective_type_find("cross_entropy", NULL), 0.3, 3};
    for (int a = 0; a < 3; a++) {
        double x[3] = {0.0, 0.0, 0.0}, entropy = 0.0;
        x[a] = 1.0;
        ASSERT_NEAR(bandit.type->value(&bandit, x), a, 1e-15);
        for (int b = 0; b < 3; b++) {
            entropy -= (b + 1) / 6.0 * log(a == b ? 0.7 + 0.1 : 0.1);
        }
        ASSERT_NEAR(cross.type->value(&cross, x), entropy, 1e-14);
    }
}
END_TEST

START_TEST(test_names)
{
    rill_error error = {0};
    const objective_type *const *type = objective_type_list();
    for (; *type != NULL; type++) {
        ck_assert_ptr_eq(objective_type_find((*type)->id, NULL), *type);
    }
    ck_assert_ptr_null(objective_type_find("quadratik", &error));
    ck_assert(strstr(error.message, "did you mean \"quadratic\"") != NULL);
    for (type = objective_type_list(); *type != NULL; type++) {
        ASSERT_FOR(error.message, strstr(error.message, (*type)->id) != NULL);
    }
}
END_TEST

TEST_MAIN(test_gradients_are_derivatives, test_expectations_under_gaussians,
          test_functions_of_an_action, test_names)
