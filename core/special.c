#include "core/special.h"

#include <math.h>
#include <rill/math.h>
#include <stdbool.h>
#include <stddef.h>

// The gamma function and its derivatives: up to SHIFT by their recurrence, beyond by the asymptotic
// series of Stirling (Abramowitz & Stegun (1964), 6.1.41, 6.3.18, 6.4.12), whose first term left
// out is below 1e-16 there.
#define SHIFT 10.0

static const double half_log_2_pi = 0.91893853320467274178; // log(2 pi) / 2

/// log Gamma(x + n) = log Gamma(x) + log(x (x + 1) ... (x + n - 1))
double rill_log_gamma(double x)
{
    double product = 1.0;
    for (; x < SHIFT; x += 1.0) {
        product *= x;
    }
    const double z = 1.0 / (x * x);
    const double series =
        1.0 / 12 -
        z * (1.0 / 360 -
             z * (1.0 / 1260 -
                  z * (1.0 / 1680 - z * (1.0 / 1188 - z * (691.0 / 360360 - z * (1.0 / 156))))));
    return (x - 0.5) * rill_log(x) - x + half_log_2_pi + series / x - rill_log(product);
}

/// psi(x + 1) = psi(x) + 1 / x
double rill_digamma(double x)
{
    double sum = 0.0;
    for (; x < SHIFT; x += 1.0) {
        sum += 1.0 / x;
    }
    const double z = 1.0 / (x * x);
    const double series =
        z * (1.0 / 12 -
             z * (1.0 / 120 -
                  z * (1.0 / 252 -
                       z * (1.0 / 240 -
                            z * (1.0 / 132 -
                                 z * (691.0 / 32760 - z * (1.0 / 12 - z * (3617.0 / 8160))))))));
    return rill_log(x) - 0.5 / x - series - sum;
}

/// psi'(x + 1) = psi'(x) - 1 / x^2
double rill_trigamma(double x)
{
    double sum = 0.0;
    for (; x < SHIFT; x += 1.0) {
        sum += 1.0 / (x * x);
    }
    const double z = 1.0 / (x * x);
    const double series =
        z *
        (1.0 / 6 -
         z * (1.0 / 30 -
              z * (1.0 / 42 -
                   z * (1.0 / 30 - z * (5.0 / 66 - z * (691.0 / 2730 -
                                                        z * (7.0 / 6 - z * (3617.0 / 510))))))));
    return (1.0 + 0.5 / x + series) / x + sum;
}

double rill_log_beta(double a, double b)
{
    return rill_log_gamma(a) + rill_log_gamma(b) - rill_log_gamma(a + b);
}

// The incomplete beta function by its continued fraction K (Press et al. (2007), "Numerical Recipes",
// eq. 6.4.5 and 6.4.6):
//     I_x(a, b) = x^a (1 - x)^b K / (a B(a, b)),  K = 1 / (1 + d_1 / (1 + d_2 / (1 + ...))),
//     d_2m = m (b - m) x / ((a + 2m - 1)(a + 2m)),
//     d_2m+1 = -(a + m)(a + b + m) x / ((a + 2m)(a + 2m + 1)),
// which converges fast up to about the mean, in the order of sqrt(max(a, b)) terms there. By Lentz's
// method K is the product of the factors C_j D_j,
//     C_j = 1 + d_j / C_j-1,  D_j = 1 / (1 + d_j D_j-1),  C_1 = 1, D_1 = 1 / (1 + d_1),
// each of which is differentiated by a and b along with it (as Boik and Robison-Cox (1998),
// "Derivatives of the incomplete beta function", differentiate the convergents).

enum { MAX_TERMS = 100000, BY_A = 0, BY_B = 1 };

/// A number with its derivatives by a and b.
typedef struct dual {
    double value, by[2];
} dual;

/// d_j
static inline dual coefficient(int j, double x, double a, double b)
{
    const double m = j / 2, p = a + 2.0 * m; // (whole: j / 2 rounds down)
    if (j % 2 == 0) {
        const double slope_b = m * x / ((p - 1.0) * p);
        const double value = slope_b * (b - m);
        return (dual){value, {-value * (1.0 / (p - 1.0) + 1.0 / p), slope_b}};
    }
    const double slope_b = -(a + m) * x / (p * (p + 1.0));
    const double value = slope_b * (a + b + m);
    return (dual){
        value,
        {slope_b + value * (1.0 / (a + m) - 1.0 / p - 1.0 / (p + 1.0)), slope_b},
    };
}

/// K; d log K / da and d log K / db to `slopes` unless that is NULL.
static inline double beta_fraction(double x, double a, double b, double *slopes)
{
    const dual first = coefficient(1, x, a, b);
    dual c = {1.0, {0.0, 0.0}}, d = {1.0 / (1.0 + first.value), {0.0, 0.0}};
    double fraction = d.value, log_slopes[2];
    for (int k = 0; k < 2; k++) {
        log_slopes[k] = -d.value * first.by[k];
        d.by[k] = d.value * log_slopes[k];
    }
    bool is_converged = false;
    for (int j = 2; !is_converged && j < MAX_TERMS; j++) {
        const dual e = coefficient(j, x, a, b);
        const double c_value = 1.0 + e.value / c.value;
        const double d_value = 1.0 / (1.0 + e.value * d.value);
        fraction *= c_value * d_value;
        is_converged = fabs(c_value * d_value - 1.0) <= 0x1p-53;
        for (int k = 0; slopes != NULL && k < 2; k++) {
            c.by[k] = (e.by[k] - e.value * c.by[k] / c.value) / c.value;
            d.by[k] = -d_value * d_value * (e.by[k] * d.value + e.value * d.by[k]);
            const double change = c.by[k] / c_value + d.by[k] / d_value;
            log_slopes[k] += change;
            is_converged = is_converged && fabs(change) <= 0x1p-53 * fabs(log_slopes[k]);
        }
        c.value = c_value;
        d.value = d_value;
    }
    if (slopes != NULL) {
        slopes[BY_A] = log_slopes[BY_A];
        slopes[BY_B] = log_slopes[BY_B];
    }
    return fraction;
}

/// Whether the fraction is for x itself, not for the other side.
static inline bool is_lower_side(double x, double a, double b)
{
    return x <= (a + 1.0) / (a + b + 2.0);
}

/// log I_x(a, b) on the lower side, but for -log(a B(a, b)), from log x and log(1 - x).
static inline double log_lower(double log_x, double log_y, double fraction, double a, double b)
{
    return a * log_x + b * log_y + rill_log(fraction);
}

double rill_beta_cdf(double x, double y, double a, double b)
{
    if (x <= 0.0 || y <= 0.0) {
        return x <= 0.0 ? 0.0 : 1.0;
    }
    if (!is_lower_side(x, a, b)) {
        return 1.0 - rill_beta_cdf(y, x, b, a);
    }
    const double log_constant = rill_log(a) + rill_log_beta(a, b);
    const double fraction = beta_fraction(x, a, b, NULL);
    return rill_exp(log_lower(rill_log(x), rill_log(y), fraction, a, b) - log_constant);
}

/// In s = log(x / (1 - x)) log F is concave, its slope p x (1 - x) / F = a / K; so Newton's method for
/// log F(s) = log u comes to the left of the root with its first step, if it was not there before, and
/// then goes up to it. Both x and the start stay where the fraction converges: x below the median, since
/// of u > 1/2 the other side is sought.
void rill_beta_quantile(double u, double a, double b, double *x, double *y)
{
    if (u > 0.5) {
        rill_beta_quantile(1.0 - u, b, a, y, x);
        return;
    }
    enum { MAX_STEPS = 100 };
    const double target = rill_log(u) + rill_log(a) + rill_log_beta(a, b);
    const double mean = rill_log(a / b), edge = rill_log((a + 1.0) / (b + 1.0));
    double s = mean < edge ? mean : edge;
    for (int i = 0; i < MAX_STEPS; i++) {
        const double fraction = beta_fraction(rill_logistic(s), a, b, NULL);
        const double log_x = -rill_softplus(-s), log_y = -rill_softplus(s);
        const double step = (target - log_lower(log_x, log_y, fraction, a, b)) * fraction / a;
        s += step;
        if (fabs(step) <= 0x1p-52 * fabs(s) || (i > 0 && step <= 0.0)) { // only rounding goes down
            break;
        }
    }
    *x = rill_logistic(s);
    *y = rill_logistic(-s);
}

/// With F = x^a y^b K / (a B): d log F / da = log x - 1/a - psi(a) + psi(a + b) + d log K / da,
/// d log F / db = log y - psi(b) + psi(a + b) + d log K / db, and F / p = x y K / a.
void rill_beta_quantile_slopes(double x, double y, double a, double b, double *by_a, double *by_b)
{
    *by_a = *by_b = 0.0;
    if (x <= 0.0 || y <= 0.0) {
        return;
    }
    if (!is_lower_side(x, a, b)) { // y is the quantile of Beta(b, a), and x = 1 - y
        rill_beta_quantile_slopes(y, x, b, a, by_b, by_a);
        *by_a = -*by_a;
        *by_b = -*by_b;
        return;
    }
    double slopes[2];
    const double ratio = x * y * beta_fraction(x, a, b, slopes) / a;
    const double psi = rill_digamma(a + b);
    *by_a = -ratio * (rill_log(x) - 1.0 / a - rill_digamma(a) + psi + slopes[BY_A]);
    *by_b = -ratio * (rill_log(y) - rill_digamma(b) + psi + slopes[BY_B]);
}

/// P(Z > z) / phi(z), Mills' ratio, for z >= 2: 1 / (z + 1 / (z + 2 / (z + 3 / ...))), from the far end.
static double mills_ratio(double z)
{
    enum { TERMS = 100 };
    double ratio = 1.0 / z;
    for (int k = TERMS; k >= 1; k--) {
        ratio = 1.0 / (z + k * ratio);
    }
    return ratio;
}

/// P(0 < Z < z) / phi(z) = z + z^3 / 3 + z^5 / (3 5) + ..., for |z| < 2: odd in z.
static double centre_ratio(double z)
{
    double term = z, sum = z;
    for (int k = 3; k < 80; k += 2) {
        term *= z * z / k;
        sum += term;
    }
    return sum;
}

double rill_log_normal_tail(double z, double *hazard)
{
    const double log_phi = -0.5 * z * z - half_log_2_pi;
    if (z >= 2.0) {
        const double ratio = mills_ratio(z);
        *hazard = 1.0 / ratio;
        return log_phi + rill_log(ratio);
    }
    const double phi = rill_exp(log_phi);
    if (z > -2.0) {
        const double tail = 0.5 - phi * centre_ratio(z);
        *hazard = phi / tail;
        return rill_log(tail);
    }
    const double below = phi == 0.0 ? 0.0 : phi * mills_ratio(-z);
    *hazard = phi / (1.0 - below);
    return rill_log1p(-below);
}
