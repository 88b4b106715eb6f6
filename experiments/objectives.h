/// Test objectives for gradient estimators: functions of a sample whose expectation and its gradient are
/// known exactly.
#ifndef RILL_EXPERIMENTS_OBJECTIVES_H
#define RILL_EXPERIMENTS_OBJECTIVES_H

#include <rill/estimator.h>
#include <stdbool.h>

typedef struct test_objective test_objective;

/// A family of objectives with one constant k.
typedef struct objective_type {
    const char *id;
    const char *formula;
    rill_space_kind
        kind; ///< of the samples: a box, where f(x) = sum_i g(x_i), or corners of a simplex
    double k; ///< default
    double (*value)(const void *context,
                    const double *x); ///< as in rill_objective; context: test_objective
    void (*gradient)(const void *context, const double *x,
                     double *gradient); ///< NULL: f jumps at k
    // boxes only
    double (*part)(double k, double x);  ///< g
    double (*slope)(double k, double x); ///< g'; NULL as `gradient`
    /// E[g(x)] of x ~ N(mu, sigma^2); d E / d mu and d E / d sigma.
    double (*expectation)(double k, double mu, double sigma, double *by_mu, double *by_sigma);
    /// 1 over the length on which g changes: a bump's standard deviation, a third of a wave. NULL: g is
    /// a polynomial, or a step.
    double (*rate)(double k);
} objective_type;

struct test_objective {
    const objective_type *type;
    double k;
    int32_t size; ///< numbers of x
};

/// All of them, ending with NULL.
const objective_type *const *objective_type_list(void);
/// NULL and an error that names the nearest one.
const objective_type *objective_type_find(const char *id, rill_error *error);

/// What an estimator takes; borrows `self`.
rill_objective objective_of(const test_objective *self);

#endif
