// Compiled with -ffp-contract=off: a contracted a * b + c rounds once, and gives other bits.
#include <rill/math.h>
#include <rill/rng.h>

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

// log(2) in two parts. The first has 32 significant bits, so that its product with an exponent is
// exact.
#define LN2_HIGH 0x1.62e42feep-1
#define LN2_LOW 0x1.a39ef35793c76p-33

enum { EXPONENT_BIAS = 1023, MANTISSA_BITS = 52 };

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

// 2^k, -1022 <= k <= 1023.
static double power_of_two(int k)
{
    return double_of((uint64_t)(k + EXPONENT_BIAS) << MANTISSA_BITS);
}

// e^x as 2^k (sum + rest), rest less than half a unit in the last place of sum.
typedef struct exp_parts {
    double sum, rest;
    int k;
} exp_parts;

// e^x = 2^k e^r with x = k log(2) + r, |r| <= log(2)/2, and e^r - 1 - r as its Taylor series up to
// r^13/13!, which leaves out less than 2^-57. The two roundings that would matter, of r and of
// 1 + r, are carried along. For |x| <= 746.
static inline exp_parts exp_split(double x)
{
    const double inverse_ln2 = 0x1.71547652b82fep+0;
    int k = (int)(x * inverse_ln2 + (x < 0.0 ? -0.5 : 0.5));
    double high = x - k * LN2_HIGH;
    double low = k * LN2_LOW;
    double r = high - low;
    double r_rest = high - r - low;

    // in pairs and pairs of pairs (Estrin), whose chain of dependent operations is shorter than
    // Horner's
    double r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
    double p0 = 1.0 / 2 + r * (1.0 / 6) + r2 * (1.0 / 24 + r * (1.0 / 120));
    double p4 = 1.0 / 720 + r * (1.0 / 5040) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
    double p8 =
        1.0 / 3628800 + r * (1.0 / 39916800) + r2 * (1.0 / 479001600 + r * (1.0 / 6227020800.0));
    double series = r2 * (p0 + r4 * p4 + r8 * p8);

    double sum = 1.0 + r;
    double sum_rest = r - (sum - 1.0) + (r_rest + series);
    double mantissa = sum + sum_rest;
    return (exp_parts){mantissa, sum - mantissa + sum_rest, k};
}

double rill_exp(double x)
{
    if (isnan(x)) {
        return x;
    }
    if (x > 710.0) {
        return (double)INFINITY;
    }
    if (x < -746.0) {
        return 0.0;
    }
    const exp_parts e = exp_split(x);
    // in two steps, as 2^k may lie outside the normal numbers
    return e.sum * power_of_two(e.k / 2) * power_of_two(e.k - e.k / 2);
}

// Near 0, with z = x^2 and the Taylor series of sinh and cosh,
//     tanh(x) = x - (x cosh(x) - sinh(x)) / cosh(x) = x - x z S(z) / cosh(x),
//     S(z) = sum_{k >= 1} 2k / (2k+1)! z^(k-1),
// where what is subtracted is below 1/10 of x, and so are its roundings. Beyond that
//     tanh(x) = 1 - 2 / (e^(2x) + 1)
// with the low parts of e^(2x), of the sum and of the difference carried along.
double rill_tanh(double x)
{
    const double magnitude = fabs(x);
    if (magnitude < 0x1p-28 || isnan(x)) { // x^3/3 is below half a unit in the last place
        return x;
    }
    if (magnitude > 22.0) {
        return copysign(1.0, x);
    }
    if (magnitude < 0.55) {
        const double z = x * x;
        const double s =
            1.0 / 3 +
            z * (1.0 / 30 +
                 z * (1.0 / 840 +
                      z * (1.0 / 45360 +
                           z * (1.0 / 3991680 +
                                z * (1.0 / 518918400 +
                                     z * (1.0 / 93405312000.0 + z * (1.0 / 22230464256000.0)))))));
        const double c =
            1.0 +
            z * (1.0 / 2 +
                 z * (1.0 / 24 +
                      z * (1.0 / 720 + z * (1.0 / 40320 + z * (1.0 / 3628800 +
                                                               z * (1.0 / 479001600 +
                                                                    z * (1.0 / 87178291200.0)))))));
        return x - x * (z * s / c);
    }
    const exp_parts e = exp_split(2.0 * magnitude);
    const double scale = power_of_two(e.k);
    const double high = e.sum * scale, low = e.rest * scale;
    const double sum = high + 1.0, sum_rest = high - sum + 1.0 + low;
    const double quotient = 2.0 / sum, quotient_rest = -quotient * sum_rest / sum;
    const double value = 1.0 - quotient, value_rest = 1.0 - value - quotient;
    return copysign(value + (value_rest - quotient_rest), x);
}

double rill_logistic(double x)
{
    const double e = rill_exp(-fabs(x));
    return x < 0.0 ? e / (1.0 + e) : 1.0 / (1.0 + e);
}

double rill_softplus(double x)
{
    return (x > 0.0 ? x : 0.0) + rill_log1p(rill_exp(-fabs(x)));
}

// The logarithms follow FreeBSD's (Sun's) fdlibm: with s = f / (2 + f),
//     log(1 + f) = 2 atanh(s) = f - (f^2/2 - s (f^2/2 + R)),   R(s^2) = 2 s^2/3 + 2 s^4/5 + ...,
// where R is fdlibm's minimax polynomial on |s| < 0.1716 (coefficients Lp1 to Lp7 of s_log1p.c).
// The order of the operations is that of glibc 2.36; it decides the last bit.

// s (f^2/2 + R)
static double log_correction(double f)
{
    const double c1 = 0x1.5555555555593p-1, c2 = 0x1.999999997fa04p-2;
    const double c3 = 0x1.2492494229359p-2, c4 = 0x1.c71c51d8e78afp-3;
    const double c5 = 0x1.7466496cb03dep-3, c6 = 0x1.39a09d078c69fp-3;
    const double c7 = 0x1.2f112df3e5244p-3;
    double s = f / (2.0 + f);
    double z = s * s, z2 = z * z, z4 = z2 * z2, z6 = z4 * z2;
    double series = z * c1 + z2 * (c2 + z * c3) + z4 * (c4 + z * c5) + z6 * (c6 + z * c7);
    return s * (0.5 * f * f + series);
}

// log(2^k (1 + f)) + rest, for 1 + f in [sqrt(1/2), sqrt(2)). glibc drops `rest` where k is 0.
static double log_scaled(int k, double f, double rest)
{
    double square_half = 0.5 * f * f;
    double correction;
    if (f >= -0x1.8p-20 && f < 0x1p-20) {
        square_half *= 1.0 - 2.0 / 3.0 * f;
        correction = 0.0;
    } else {
        correction = log_correction(f);
    }
    if (k == 0) {
        return f - (square_half - correction);
    }
    return k * LN2_HIGH - (square_half - (correction + (k * LN2_LOW + rest)) - f);
}

// Splits normal x > 0 into 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), the bounds to 20 bits.
static double split(double x, int *k)
{
    const double sqrt_2 = 0x1.6a09ep+0;
    uint64_t bits = bits_of(x);
    *k = (int)(bits >> MANTISSA_BITS) - EXPONENT_BIAS;
    double mantissa = double_of((bits & UINT64_C(0xFFFFFFFFFFFFF)) | bits_of(1.0));
    if (mantissa >= sqrt_2) {
        mantissa *= 0.5;
        *k += 1;
    }
    return mantissa - 1.0;
}

double rill_log(double x)
{
    if (x <= 0.0) {
        return x < 0.0 ? (double)NAN : -(double)INFINITY;
    }
    if (!isfinite(x)) {
        return x;
    }
    int subnormal_shift = 0;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        subnormal_shift = 54;
    }
    int k;
    double f = split(x, &k);
    return log_scaled(k - subnormal_shift, f, 0.0);
}

double rill_log1p(double x)
{
    if (x <= -1.0) {
        return x < -1.0 ? (double)NAN : -(double)INFINITY;
    }
    if (!isfinite(x)) {
        return x;
    }
    if (x > -0x1.2bec4p-2 && x < 0x1.a827ap-2) { // 1 + x in (sqrt(1/2), sqrt(2))
        if (fabs(x) < 0x1p-29) {
            return x - x * x * 0.5;
        }
        return x - (0.5 * x * x - log_correction(x));
    }
    // log(1 + x) = log(sum) + (what 1 + x lost to rounding) / sum
    double sum = x, lost = 0.0;
    if (x < 0x1p53) {
        sum = 1.0 + x;
        lost = sum >= 2.0 ? 1.0 - (sum - x) : x - (sum - 1.0);
    }
    int k;
    double f = split(sum, &k);
    return log_scaled(k, f, lost / sum);
}
