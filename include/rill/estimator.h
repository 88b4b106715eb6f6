/// Monte Carlo estimates of the gradient of an expectation, grad_eta E[f(x)] with x ~ p(.; eta).
///
/// Three families (Mohamed, Rosca, Figurnov and Mnih (2020), "Monte Carlo gradient estimation in
/// machine learning", JMLR 21(132)), by what is differentiated:
///     score function    the density:  E[f(x) grad_eta log p(x; eta)]
///     pathwise          the sample:   E[(d x / d eta)' grad_x f(x)],  x = g(eta, noise)
///     measure-valued    the measure:  c (E[f(x+)] - E[f(x-)]), d p / d eta = c (p+ - p-)
/// They answer the same question; they differ in what they ask of f and p, in variance, and in
/// evaluations of f. docs/estimators.md compares, `rill estimators` measures.
///
/// Agents do not go through this interface: a policy gradient takes `score` and `pathwise` of its
/// distribution where it needs them. This is where the estimators themselves are studied and tested.
#ifndef RILL_ESTIMATOR_H
#define RILL_ESTIMATOR_H

#include <rill/distribution.h>
#include <rill/param.h>
#include <rill/rng.h>
#include <rill/status.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The function f whose expectation is differentiated.
typedef struct rill_objective {
    /// f(x), of a sample x (size of the distribution).
    double (*value)(const void *context, const double *x);
    /// grad_x f(x), to `gradient` (size). NULL: there is none, or f jumps, and then what there is nearly
    /// everywhere does not know of the jumps.
    void (*gradient)(const void *context, const double *x, double *gradient);
    const void *context; ///< handed to both; may be NULL
} rill_objective;

typedef struct rill_estimator rill_estimator;

/// An estimator's type: constant, one per file approx/estimator_<id>.c.
typedef struct rill_estimator_type {
    const char *id;
    const char *summary;
    const char *source;
    const rill_param *params;
    size_t params_size; ///< of the parameter struct, derived fields included
    /// Checks what the estimator needs of distribution, objective and number of samples, and sets the
    /// sizes and costs. RILL_INVALID says what does not fit.
    rill_status (*prepare)(rill_estimator *estimator, rill_error *error);
    /// As `rill_estimator_estimate`.
    void (*estimate)(const rill_estimator *estimator, void *memory, const double *eta,
                     rill_rng *rng, double *gradient);
} rill_estimator_type;

/// One estimator, fitted to a distribution and an objective. Constant after create.
struct rill_estimator {
    const rill_estimator_type *type;
    void *params;
    const rill_distribution *distribution; ///< not owned
    rill_objective objective;
    int32_t n_samples;            ///< of a batch: what one estimate averages
    int32_t values_per_sample;    ///< evaluations of f that one sample takes
    int32_t gradients_per_sample; ///< evaluations of grad f
    /// Bytes of what the estimator works in and what it learns, a baseline. Plain data that starts as
    /// zeros, belongs to the caller, and is aligned as malloc aligns; a copy goes on as the original does.
    size_t memory_size;
};

/// Fits an estimator to a distribution and an objective, for batches of `n_samples`. `params` (a block
/// of the type's table, or NULL for the defaults) is owned by the estimator from now on, also when this
/// fails. The distribution outlives it.
/// RILL_INVALID (the distribution or the objective lacks what the estimator needs; too few samples),
/// RILL_NO_MEMORY.
RILL_API rill_status rill_estimator_create(rill_estimator *estimator,
                                           const rill_estimator_type *type, void *params,
                                           const rill_distribution *distribution,
                                           const rill_objective *objective, int32_t n_samples,
                                           rill_error *error);
RILL_API void rill_estimator_destroy(rill_estimator *estimator);

RILL_API const rill_estimator_type *rill_estimator_type_find(const char *id, rill_error *error);
/// All estimators built in, sorted by id, ending with NULL.
RILL_API const rill_estimator_type *const *rill_estimator_type_list(void);

/// One estimate of grad_eta E[f(x)], the mean over a batch of fresh samples, to `gradient`
/// (n_parameters). `eta` is (n_parameters), `memory` (memory_size). Allocates nothing.
static inline void rill_estimator_estimate(const rill_estimator *estimator, void *memory,
                                           const double *eta, rill_rng *rng, double *gradient)
{
    estimator->type->estimate(estimator, memory, eta, rng, gradient);
}

#ifdef __cplusplus
}
#endif
#endif
