// Compiled with -ffp-contract=off: a contracted a * b + c rounds once, and gives other bits.
#include "core/sine.h"

#include <rill/math.h>
#include <rill/rng.h>

#define HALF_PI (HALF_PI_1 + HALF_PI_2)
enum { EXPONENT_BIAS = 1023, MANTISSA_BITS = 52 };

/// The bits of 2/pi = 0.A2F9836E... (hexadecimal), after 64 zeros.
static const uint64_t two_over_pi_bits[20] = {
    UINT64_C(0x0000000000000000), UINT64_C(0xA2F9836E4E441529), UINT64_C(0xFC2757D1F534DDC0),
    UINT64_C(0xDB6295993C439041), UINT64_C(0xFE5163ABDEBBC561), UINT64_C(0xB7246E3A424DD2E0),
    UINT64_C(0x06492EEA09D1921C), UINT64_C(0xFE1DEB1CB129A73E), UINT64_C(0xE88235F52EBB4484),
    UINT64_C(0xE99C7026B45F7E41), UINT64_C(0x3991D639835339F4), UINT64_C(0x9C845F8BBDF9283B),
    UINT64_C(0x1FF897FFDE05980F), UINT64_C(0xEF2F118B5A0A6D1F), UINT64_C(0x6D367ECF27CB09B7),
    UINT64_C(0x4F463F669E5FEA2D), UINT64_C(0x7527BAC7EBE5F17B), UINT64_C(0x3D0739F78A5292EA),
    UINT64_C(0x6BFB5FB11F8D5D08), UINT64_C(0x56033046FC7B6BAB),
};

/// The upper 26 significant bits.
static double upper_bits(double f)
{
    const uint64_t bits = sine_bits(f) & ~UINT64_C(0x7FFFFFF);
    double upper;
    memcpy(&upper, &bits, sizeof upper);
    return upper;
}

// f pi/2 + f_rest pi/2, the product to twice the precision (Dekker, 1971).
static sine_angle times_half_pi(double f, double f_rest)
{
    double upper = upper_bits(f); // 26 significant bits
    double lower = f - upper;
    double r = f * HALF_PI;
    double rest = upper * HALF_PI_1 - r + upper * HALF_PI_2 + lower * HALF_PI_1 + lower * HALF_PI_2;
    return (sine_angle){r, rest + (f * HALF_PI_3 + f_rest * HALF_PI), 0};
}

// For pi/4 <= x < infinity: Payne & Hanek, "Radian Reduction for Trigonometric Functions", ACM
// SIGNUM Newsletter 18(1), 1983. x 2/pi modulo 4 is formed from 192 bits of 2/pi, those whose
// products with x are not all multiples of 4. For no double x is x 2/pi within 2^-62 of a whole
// number, so that the first 128 bits of the fraction hold 66 significant ones.
static sine_angle reduce_any(double x)
{
    // x = m 2^e; the first bit of 2/pi that counts has the weight 2^(1 - e)
    uint64_t m = (sine_bits(x) & UINT64_C(0xFFFFFFFFFFFFF)) | UINT64_C(1) << MANTISSA_BITS;
    int e = (int)(sine_bits(x) >> MANTISSA_BITS) - EXPONENT_BIAS - MANTISSA_BITS;
    int first = e - 2 + 64;
    uint64_t window[3];
    for (int i = 0; i < 3; ++i) {
        const uint64_t *word = &two_over_pi_bits[first / 64 + i];
        window[i] = word[0] << first % 64 | word[1] >> 1 >> (63 - first % 64);
    }
    // m times the window, modulo 2^192
    uint64_t low = m * window[2], carry = rill_multiply_high(m, window[2]);
    uint64_t middle = m * window[1] + carry;
    carry = rill_multiply_high(m, window[1]) + (middle < carry);
    uint64_t high = m * window[0] + carry;

    // two bits of n, to the nearest, and the fraction
    const uint64_t n = ((high + (UINT64_C(1) << 61)) >> 62);
    high = high << 2 | middle >> 62;
    middle = middle << 2 | low >> 62;
    bool is_negative = high >> 63 != 0;
    if (is_negative) {
        high = ~high + (middle == 0);
        middle = 0 - middle;
    }
    double f1 = (double)(high >> 32) * 0x1p-32;
    double f2 = (double)(high & UINT32_MAX) * 0x1p-64;
    double f3 = (double)middle * 0x1p-128;
    double sum = f1 + f2;
    double sum_rest = f1 - sum + f2 + f3;
    double f = sum + sum_rest;
    double sign = is_negative ? -1.0 : 1.0;
    sine_angle angle = times_half_pi(sign * f, sign * (sum - f + sum_rest));
    angle.n = n;
    return angle;
}

// For finite x.
static inline sine_angle reduce(double x)
{
    const double magnitude = fabs(x);
    if (magnitude <= QUARTER_PI) {
        return (sine_angle){magnitude, 0.0, 0};
    }
    const sine_angle angle = sine_reduce(magnitude);
    return sine_is_reduced(magnitude, &angle) ? angle : reduce_any(magnitude);
}

double rill_sin(double x)
{
    if (!isfinite(x)) {
        return (double)NAN;
    }
    const sine_angle angle = reduce(x);
    const sine_parts parts = sine_look_up(&angle);
    const double value = angle.n & 1 ? cosine_of_parts(&parts) : sine_of_parts(&parts);
    return ((angle.n & 2) != 0) != (signbit(x) != 0) ? -value : value;
}

double rill_cos(double x)
{
    if (!isfinite(x)) {
        return (double)NAN;
    }
    const sine_angle angle = reduce(x);
    const sine_parts parts = sine_look_up(&angle);
    const double value = angle.n & 1 ? sine_of_parts(&parts) : cosine_of_parts(&parts);
    return (angle.n + 1) & 2 ? -value : value;
}

void rill_sincos(double x, double *sine, double *cosine)
{
    if (!isfinite(x)) {
        *sine = *cosine = (double)NAN;
        return;
    }
    const sine_angle angle = reduce(x);
    sincos_of_angle(x, &angle, sine, cosine);
}
