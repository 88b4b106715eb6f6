/// Elementary functions with the same bits on every machine.
///
/// C libraries differ in the last place of exp and sin, and within one library the processor
/// decides (glibc takes other code where it finds fused multiply-add). These use only the
/// correctly rounded IEEE 754 operations + - * / on doubles, and integers. They set no errno.
#ifndef RILL_MATH_H
#define RILL_MATH_H

#include <rill/status.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RILL_PI 3.14159265358979323846

/// e^x, within 1 unit in the last place. +infinity above log(DBL_MAX) = 709.78...; subnormal below
/// -708.39..., 0 below -745.13...; NaN of NaN.
RILL_API double rill_exp(double x);

/// Natural logarithm of x, within 1 unit in the last place. -infinity at 0 of either sign, NaN
/// below 0 and of NaN, +infinity of +infinity.
RILL_API double rill_log(double x);

/// log(1 + x), within 1 unit in the last place, also where 1 + x would round (1.9 units at the one
/// argument -0x1.2bec400000001p-2). -infinity at -1, NaN below -1 and of NaN, +infinity of
/// +infinity; keeps the sign of 0. The same bits as log1p of glibc 2.36 on x86-64 without fused
/// multiply-add, through which NumPy draws the tail of its normal distribution.
RILL_API double rill_log1p(double x);

/// Hyperbolic tangent of x, within 1 unit in the last place; keeps the sign of 0. NaN of NaN.
RILL_API double rill_tanh(double x);

/// The logistic function 1 / (1 + e^-x), within 2.5 units in the last place. NaN of NaN.
RILL_API double rill_logistic(double x);

/// log(1 + e^x), within 2 units in the last place; its derivative is `rill_logistic`. x itself of
/// a large x, e^x of a very negative one; NaN of NaN.
RILL_API double rill_softplus(double x);

/// Sine of x radians, within 0.52 units in the last place for every finite x: the correctly rounded
/// value for all but one argument in 1000 or so. NaN of NaN and of either infinity; keeps the sign
/// of 0.
RILL_API double rill_sin(double x);

/// Cosine of x radians; as `rill_sin`.
RILL_API double rill_cos(double x);

/// Both at once, the same bits, in less time than two calls take.
RILL_API void rill_sincos(double x, double *sine, double *cosine);

#ifdef __cplusplus
}
#endif
#endif
