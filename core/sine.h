/// Sine and cosine by a table, without a branch, so that compilers turn loops over them into vector instructions.
/// The bits are those of `rill_sincos`, which reduces its argument and does the same.
///
/// Compiled with -ffp-contract=off: a contracted a * b + c rounds once, and gives other bits.
#ifndef RILL_SINE_H
#define RILL_SINE_H

#include "core/sine_table.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/// The angle n pi/2 + r + rest, |r| <= pi/4 (and a little), |rest| <= ulp(r).
typedef struct sine_angle {
    double r, rest;
    unsigned n; ///< modulo 4
} sine_angle;

static inline uint64_t sine_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
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

#define QUARTER_PI 0x1.921fb54442d18p-1

/// As `rill_sincos`; both NaN beyond pi/4. (By a product: a choice would be turned into a branch around the table.)
static inline void sincos_near_0(double x, double *sine, double *cosine)
{
    const sine_angle angle = {x, 0.0, 0};
    const sine_parts parts = sine_look_up(&angle);
    const double doubt = fabs(x) <= QUARTER_PI ? 1.0 : (double)NAN;
    *sine = sine_of_parts(&parts) * doubt;
    *cosine = cosine_of_parts(&parts) * doubt;
}

#endif
