/// What the tests of distributions share: making one, derivatives by differences, quadrature,
/// Kolmogorov-Smirnov.
#ifndef RILL_TESTS_DISTRIBUTIONS_H
#define RILL_TESTS_DISTRIBUTIONS_H

#include "tests/test.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <stdio.h>

enum { MAX_ETA = 16 };

// ---- making one ----

static const double distributions_low[] = {-1.0, 0.0, -2.5, 100.0};
static const double distributions_high[] = {1.0, 1e-3, 4.0, 101.0};

/// A space of a kind: up to four dimensions with bounds of several sizes, or actions.
static inline rill_space distributions_space(rill_space_kind kind, int32_t size)
{
    return kind == RILL_SPACE_BOX ? rill_space_box(size, distributions_low, distributions_high)
                                  : rill_space_discrete(size);
}

/// By id, with assignments "name=value" separated by spaces ("": none); the caller destroys.
static inline rill_status distributions_try(rill_distribution *distribution, const char *id,
                                            rill_space space, const char *assignments,
                                            rill_error *error)
{
    const rill_distribution_type *type = rill_distribution_type_find(id, error);
    ck_assert_msg(type != NULL, "%s", error->message);
    void *params = rill_params_create(type->params, type->params_size);
    char text[256];
    strcpy(text, assignments);
    for (char *one = strtok(text, " "); one != NULL; one = strtok(NULL, " ")) {
        ASSERT_OK(rill_params_assign(type->params, params, one, error), error);
    }
    return rill_distribution_create(distribution, type, params, space, error);
}

static inline rill_distribution distributions_create(const char *id, rill_space space,
                                                     const char *assignments)
{
    rill_distribution distribution;
    rill_error error = {0};
    ASSERT_OK(distributions_try(&distribution, id, space, assignments, &error), &error);
    ck_assert(distribution.n_parameters <= MAX_ETA);
    return distribution;
}

/// Normal numbers of this standard deviation.
static inline void distributions_eta(double *eta, int32_t n, double scale, rill_rng *rng)
{
    for (int32_t i = 0; i < n; i++) {
        eta[i] = scale * rill_rng_standard_normal(rng);
    }
}

/// What a check is called with, for each type in several sizes.
typedef void distributions_check(const rill_distribution *distribution, const char *name);

static inline void distributions_for_each(distributions_check *run)
{
    static const int32_t box_sizes[] = {1, 3}, discrete_sizes[] = {1, 2, 5};
    const rill_distribution_type *const *type = rill_distribution_type_list();
    int n_checked = 0;
    for (; *type != NULL; type++) {
        const bool is_box = (*type)->kind == RILL_SPACE_BOX;
        for (int i = 0; i < (is_box ? 2 : 3); i++) {
            const int32_t size = is_box ? box_sizes[i] : discrete_sizes[i];
            rill_distribution distribution =
                distributions_create((*type)->id, distributions_space((*type)->kind, size), "");
            char name[96];
            snprintf(name, sizeof name, "%s of %d", (*type)->id, size);
            run(&distribution, name);
            rill_distribution_destroy(&distribution);
            n_checked++;
        }
    }
    ck_assert_int_gt(n_checked, 0);
}

// ---- derivatives ----

/// A function of eta (n_parameters) that answers `n` numbers, to `values`.
typedef void distributions_function(const rill_distribution *distribution, const double *eta,
                                    const void *context, double *values);

/// d function / d eta, to `jacobian` (n, n_parameters), by central differences of two steps
/// (Richardson: the error is of the fourth order).
static inline void distributions_difference(const rill_distribution *distribution,
                                            distributions_function *function, const double *eta,
                                            const void *context, int32_t n, double *jacobian)
{
    const int32_t n_eta = distribution->n_parameters;
    const double steps[] = {2e-3, 1e-3};
    double moved[MAX_ETA], values[4][MAX_ETA];
    ck_assert(n <= MAX_ETA);
    for (int32_t j = 0; j < n_eta; j++) {
        double widths[2];
        for (int k = 0; k < 2; k++) {
            memcpy(moved, eta, (size_t)n_eta * sizeof *eta);
            moved[j] = eta[j] + steps[k];
            function(distribution, moved, context, values[2 * k]);
            widths[k] = moved[j];
            moved[j] = eta[j] - steps[k];
            function(distribution, moved, context, values[2 * k + 1]);
            widths[k] -= moved[j];
        }
        for (int32_t i = 0; i < n; i++) {
            const double wide = (values[0][i] - values[1][i]) / widths[0];
            const double narrow = (values[2][i] - values[3][i]) / widths[1];
            jacobian[i * n_eta + j] = (4.0 * narrow - wide) / 3.0;
        }
    }
}

/// Each element is that of differences, to `tolerance` of the larger of `scale` and itself, and
/// finite: it must have been written.
static inline void distributions_compare(const char *name, const double *ours,
                                         const double *expected, int32_t n, double scale,
                                         double tolerance)
{
    for (int32_t i = 0; i < n; i++) {
        const double bound = tolerance * fmax(scale, fabs(expected[i]));
        ck_assert_msg(fabs(ours[i] - expected[i]) <= bound,
                      "%s: element %d is %.12g, by differences %.12g", name, i, ours[i],
                      expected[i]);
    }
}

// ---- quadrature ----

typedef double distributions_integrand(double t, void *context);

/// The integral over [low, high] (either may be infinite) to about 1e-10.
static inline double distributions_integral(distributions_integrand *f, void *context, double low,
                                            double high)
{
    gsl_set_error_handler_off(); // where rounding stops it, the result is as good as it gets
    gsl_integration_workspace *space = gsl_integration_workspace_alloc(500);
    gsl_function function = {f, context};
    double value = 0.0, error = 0.0;
    if (isinf(low) && isinf(high)) {
        gsl_integration_qagi(&function, 1e-12, 1e-10, 500, space, &value, &error);
    } else {
        gsl_integration_qags(&function, low, high, 1e-12, 1e-10, 500, space, &value, &error);
    }
    gsl_integration_workspace_free(space);
    ck_assert_msg(error <= 1e-8 * fmax(1.0, fabs(value)), "quadrature: %.3g +- %.3g", value, error);
    return value;
}

/// What the mean by p is taken of: 1, -log p(x), log p(x) - log q(x), x.
enum {
    DISTRIBUTIONS_ONE,
    DISTRIBUTIONS_SURPRISE,
    DISTRIBUTIONS_DIVERGENCE,
    DISTRIBUTIONS_VALUE,
};

typedef struct distributions_mean {
    const rill_distribution *distribution; ///< of one dimension
    const double *p, *q;                   ///< eta of each; q for the divergence
    int of;
} distributions_mean;

/// The integrand of such a mean at x.
static inline double distributions_mean_at(double x, void *context)
{
    const distributions_mean *f = context;
    const rill_distribution_type *type = f->distribution->type;
    const double log_p = type->log_probability(f->distribution, f->p, &x);
    if (log_p == -HUGE_VAL) {
        return 0.0;
    }
    switch (f->of) {
    case DISTRIBUTIONS_SURPRISE:
        return -exp(log_p) * log_p;
    case DISTRIBUTIONS_DIVERGENCE:
        return exp(log_p) * (log_p - type->log_probability(f->distribution, f->q, &x));
    case DISTRIBUTIONS_VALUE:
        return exp(log_p) * x;
    default:
        return exp(log_p);
    }
}

// ---- samples ----

static inline int distributions_ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/// Kolmogorov-Smirnov: sqrt(n) times the greatest distance between the distribution of n samples, which
/// are sorted, and `cdf`. A true hypothesis exceeds 2.7 with probability 2 exp(-2 2.7^2) = 9.3e-7.
static inline double distributions_ks(double *samples, int n,
                                      double (*cdf)(double x, const void *context),
                                      const void *context)
{
    qsort(samples, (size_t)n, sizeof *samples, distributions_ascending);
    double distance = 0.0;
    for (int i = 0; i < n; i++) {
        const double p = cdf(samples[i], context);
        distance = fmax(distance, fmax(p - i / (double)n, (i + 1) / (double)n - p));
    }
    return sqrt(n) * distance;
}

#endif
