// Compiled with -ffp-contract=off: a contracted a * b + c rounds once, and gives other bits.
#include "core/sine.h"

#include <rill/math.h>
#include <rill/rng.h>

// pi/2 in parts of 27, 24 and 53 significant bits; the first two make the double nearest to it.
#define HALF_PI_1 0x1.921fb54p+0
#define HALF_PI_2 0x1.10b46p-30
#define HALF_PI_3 0x1.1a62633145c07p-54
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
    unsigned n = (unsigned)((high + (UINT64_C(1) << 61)) >> 62);
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

// For 0 <= x < 2^26, by Cody & Waite. The addition rounds to a whole number, which ends up in the
// last bits; the two subtractions are exact.
static inline sine_angle reduce_moderate(double x)
{
    const double two_over_pi = 0x1.45f306dc9c883p-1;
    const double shifted = x * two_over_pi + 0x1.8p52;
    const double n = shifted - 0x1.8p52;
    const double high = x - n * HALF_PI_1 - n * HALF_PI_2;
    const double low = n * HALF_PI_3;
    const double r = high - low;
    return (sine_angle){r, high - r - low, (unsigned)sine_bits(shifted) & 3};
}

// For 0 <= x < infinity.
static inline sine_angle reduce(double x)
{
    if (x <= QUARTER_PI) {
        return (sine_angle){x, 0.0, 0};
    }
    const sine_angle angle = reduce_moderate(x);
    // of what is too near to a multiple of pi/2 too little is left
    return x < 0x1p26 && fabs(angle.r) >= 0x1p-20 ? angle : reduce_any(x);
}

// sin(x + quarters pi/2), x >= 0
static inline double sin_shifted(double x, unsigned quarters)
{
    if (!isfinite(x)) {
        return (double)NAN;
    }
    const sine_angle angle = reduce(x);
    const sine_parts parts = sine_look_up(&angle);
    const unsigned n = angle.n + quarters;
    const double value = n & 1 ? cosine_of_parts(&parts) : sine_of_parts(&parts);
    return n & 2 ? -value : value;
}

double rill_sin(double x)
{
    const double value = sin_shifted(fabs(x), 0);
    return signbit(x) ? -value : value;
}

double rill_cos(double x)
{
    return sin_shifted(fabs(x), 1);
}

void rill_sincos(double x, double *sine, double *cosine)
{
    if (!isfinite(x)) {
        *sine = *cosine = (double)NAN;
        return;
    }
    const sine_angle angle = reduce(fabs(x));
    const sine_parts parts = sine_look_up(&angle);
    const double sin_r = sine_of_parts(&parts), cos_r = cosine_of_parts(&parts);
    const double s = angle.n & 1 ? cos_r : sin_r;
    const double c = angle.n & 1 ? sin_r : cos_r;
    *sine = ((angle.n & 2) != 0) != (signbit(x) != 0) ? -s : s;
    *cosine = (angle.n + 1) & 2 ? -c : c;
}
