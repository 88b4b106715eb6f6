/// Sine and cosine by a table, without a branch: what `rill_sincos` does for all but rare arguments,
/// in a form that compilers turn into vector instructions. The bits are those of `rill_sincos`.
///
/// Compiled with -ffp-contract=off: a contracted a * b + c rounds once, and gives other bits.
#ifndef RILL_SINE_H
#define RILL_SINE_H

#include "core/sine_table.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

// pi/2 in parts of 27, 24 and 53 significant bits; the first two make the double nearest to it.
#define HALF_PI_1 0x1.921fb54p+0
#define HALF_PI_2 0x1.10b46p-30
#define HALF_PI_3 0x1.1a62633145c07p-54

/// The angle n pi/2 + r + rest, |r| <= pi/4 (and a little), |rest| <= ulp(r).
typedef struct sine_angle {
    double r, rest;
    uint64_t n; ///< modulo 4
} sine_angle;

static inline uint64_t sine_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/// For 0 <= x < 2^26, by Cody & Waite. The addition rounds to a whole number, which ends up in the
/// last bits; the two subtractions are exact.
static inline sine_angle sine_reduce(double x)
{
    const double two_over_pi = 0x1.45f306dc9c883p-1;
    const double shifted = x * two_over_pi + 0x1.8p52;
    const double n = shifted - 0x1.8p52;
    const double high = x - n * HALF_PI_1 - n * HALF_PI_2;
    const double low = n * HALF_PI_3;
    const double r = high - low;
    return (sine_angle){r, high - r - low, sine_bits(shifted) & 3};
}

/// The angle r + rest as sign (t + d), t in steps of 1/64, |d| <= 1/128.
typedef struct sine_parts {
    const sine_row *t;
    double sign;
    double d, d_rest;
    double sin_d_minus_d, cos_d_minus_1;
} sine_parts;

static inline sine_parts sine_look_up(const sine_angle *angle)
{
    const double sign = copysign(1.0, angle->r);
    const double magnitude = fabs(angle->r);
    const double shifted = magnitude * 64.0 + 0x1.8p52;
    const double d = magnitude - (shifted - 0x1.8p52) * (1.0 / 64.0); // exact
    const double d_rest = sign * angle->rest;
    const double z = (d + d_rest) * (d + d_rest);
    // Taylor series, which leave out less than 2^-81 and 2^-71
    return (sine_parts){
        .t = &sine_table[sine_bits(shifted) & 63],
        .sign = sign,
        .d = d,
        .d_rest = d_rest,
        .sin_d_minus_d = d * z * (-1.0 / 6 + z * (1.0 / 120 - z * (1.0 / 5040))),
        .cos_d_minus_1 = z * (-1.0 / 2 + z * (1.0 / 24 - z * (1.0 / 720))),
    };
}

/// sin(t + d) = sin(t) + d + [(cos(t) - 1) d + cos(t) (sin(d) - d) + sin(t) (cos(d) - 1)], where the
/// bracket, which alone carries more than one rounding, is below 1/100 of the sum.
static inline double sine_of_parts(const sine_parts *a)
{
    const sine_row *t = a->t;
    const double sum = t->sin + a->d;
    const double sum_rest = t->sin - sum + a->d;
    const double cos_t_minus_1 = t->cos - 1.0 + t->cos_rest;
    const double bracket = cos_t_minus_1 * (a->d + a->d_rest) +
                           (t->cos * a->sin_d_minus_d + t->sin * a->cos_d_minus_1);
    return a->sign * (sum + (sum_rest + (a->d_rest + t->sin_rest) + bracket));
}

/// cos(t + d) = cos(t) + [cos(t) (cos(d) - 1) - sin(t) sin(d)]
static inline double cosine_of_parts(const sine_parts *a)
{
    const sine_row *t = a->t;
    const double sin_d = a->d + (a->d_rest + a->sin_d_minus_d);
    return t->cos + (t->cos_rest + (t->cos * a->cos_d_minus_1 - t->sin * sin_d));
}

/// `odd` where n is odd, else `even`; negative where `sign` has its highest bit set. In integers, as a
/// choice between doubles would be turned into a branch around what makes them.
static inline double sine_choose(uint64_t n, double odd, double even, uint64_t sign)
{
    const uint64_t mask = 0 - (n & 1);
    const uint64_t bits = ((sine_bits(odd) & mask) | (sine_bits(even) & ~mask)) ^
                          (sign & UINT64_C(0x8000000000000000));
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/// Sine and cosine of x, given the angle that its magnitude is.
static inline void sincos_of_angle(double x, const sine_angle *angle, double *sine, double *cosine)
{
    const sine_parts parts = sine_look_up(angle);
    const double sin_r = sine_of_parts(&parts), cos_r = cosine_of_parts(&parts);
    *sine = sine_choose(angle->n, cos_r, sin_r, (angle->n << 62) ^ sine_bits(x));
    *cosine = sine_choose(angle->n, sin_r, cos_r, (angle->n + 1) << 62);
}

#define QUARTER_PI 0x1.921fb54442d18p-1

/// Whether `sine_reduce` does for a magnitude: neither is it 2^26 or more, nor is it so near to a
/// multiple of pi/2 that too little is left of it.
static inline bool sine_is_reduced(double magnitude, const sine_angle *angle)
{
    return magnitude <= QUARTER_PI || (magnitude < 0x1p26 && fabs(angle->r) >= 0x1p-20);
}

/// As `rill_sincos`; both NaN where the argument needs more care than this takes.
static inline void sincos_or_nan(double x, double *sine, double *cosine)
{
    const double magnitude = fabs(x);
    const sine_angle angle = sine_reduce(magnitude);
    double s, c;
    sincos_of_angle(x, &angle, &s, &c);
    // (a product: a choice would be turned into a branch around the table)
    const double doubt = sine_is_reduced(magnitude, &angle) ? 1.0 : (double)NAN;
    *sine = s * doubt;
    *cosine = c * doubt;
}

/// As `sincos_or_nan`, for less; NaN beyond pi/4.
static inline void sincos_near_0(double x, double *sine, double *cosine)
{
    const sine_angle angle = {x, 0.0, 0};
    const sine_parts parts = sine_look_up(&angle);
    const double doubt = fabs(x) <= QUARTER_PI ? 1.0 : (double)NAN;
    *sine = sine_of_parts(&parts) * doubt;
    *cosine = cosine_of_parts(&parts) * doubt;
}

#endif
