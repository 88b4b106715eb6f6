/// Special functions that densities need, from rill/math.h alone: the same bits everywhere.
#ifndef RILL_CORE_SPECIAL_H
#define RILL_CORE_SPECIAL_H

#include <stdint.h>

/// log Gamma(x) for x > 0: within 1e-14 of it, relative to the larger of 1 and itself.
double rill_log_gamma(double x);
/// psi(x) = d log Gamma(x) / dx for x > 0: within 2e-15, relative to the larger of 1 and itself.
double rill_digamma(double x);
/// psi'(x) for x > 0: within 2e-15 of itself, relatively.
double rill_trigamma(double x);

/// log P(Z > z) of a standard normal Z, within 1e-13 of itself (relatively, or absolutely where it is near
/// 0), and its hazard, phi(z) / P(Z > z) = -d log P / d z, likewise.
double rill_log_normal_tail(double z, double *hazard);

/// log B(a, b) = log Gamma(a) + log Gamma(b) - log Gamma(a + b)
double rill_log_beta(double a, double b);

/// The distribution function of Beta(a, b) at x, with y = 1 - x (given, since near 1 only y tells x
/// apart from it); a, b from 1 to 1e6. Of swapped arguments: what lies above. Within 4e-14 (a + b) + 1e-13
/// of itself, relatively, up to the median.
double rill_beta_cdf(double x, double y, double a, double b);

/// The x below which a share u of Beta(a, b) lies, and y = 1 - x, each to its own precision; 0 < u < 1,
/// a, b from 1 to 1e6. What lies below x (of u > 1/2: above) is that share as exactly as
/// `rill_beta_cdf`.
void rill_beta_quantile(double u, double a, double b, double *x, double *y);

/// How that x moves with a and b while u stays: dx/da = -(dF/da) / p, and likewise for b, at x, with
/// y = 1 - x. 0 at x = 0 and y = 0.
void rill_beta_quantile_slopes(double x, double y, double a, double b, double *by_a, double *by_b);

#endif
