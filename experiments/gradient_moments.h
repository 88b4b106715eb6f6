/// Exact gradients of the test objectives, and exact variances of their estimators.
#ifndef RILL_EXPERIMENTS_GRADIENT_MOMENTS_H
#define RILL_EXPERIMENTS_GRADIENT_MOMENTS_H

#include "experiments/objectives.h"

/// Moments of f and of one component s of the score. From them every baseline's variance follows.
typedef struct score_moments {
    double f, ff;     ///< E[f], E[f^2]
    double fs;        ///< E[f s], the gradient
    double ss;        ///< E[s^2]
    double fss, ffss; ///< E[f s^2], E[f^2 s^2]
} score_moments;

/// One number of eta of a Gaussian whose dimensions are alike.
typedef enum gaussian_parameter { BY_MU, BY_SIGMA } gaussian_parameter;

/// Whether quadrature tells how f changes under N(mu, sigma^2), and so whether the moments and variances
/// of Gaussians below are right, to 1e-6: f may change on lengths down to sigma / 15.
bool is_resolved(const test_objective *f, double sigma);

/// Under independent N(mu, sigma^2), by quadrature; s is the score by mu or by sigma of one dimension.
score_moments score_moments_gaussian(const test_objective *f, double mu, double sigma,
                                     gaussian_parameter parameter);

/// Under a softmax with preferences `eta` (size), by enumeration; s is the score by eta_i. `values`
/// (size) are f at the corners.
score_moments score_moments_softmax(int32_t size, const double *eta, const double *values,
                                    int32_t i);

/// Variance of (f - b) s for a constant b.
double variance_with_baseline(const score_moments *m, double b);
/// The b of least variance.
double optimal_baseline(const score_moments *m);
/// n times the variance of the leave-one-out estimate of n >= 2 samples.
double variance_leave_one_out(const score_moments *m, int32_t n);

/// Variance of one sample; NAN where the objective has no gradient.
double variance_pathwise(const test_objective *f, double mu, double sigma,
                         gaussian_parameter parameter);
/// Variance of one coupled pair.
double variance_measure_valued(const test_objective *f, double mu, double sigma,
                               gaussian_parameter parameter);

#endif
