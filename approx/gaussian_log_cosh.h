/// Means of log cosh u and its first two derivatives under a normal distribution, u = mu + sigma e:
///     E[log cosh u],   E[tanh u] = d/d mu of it,   E[1 - tanh(u)^2] = d^2/d mu^2 of it,
/// and sigma^2 times the last is d/d log sigma of the first (Price's theorem). None is elementary. Up to
/// sigma = 6 they are sums of the trapezoidal rule, beyond it a series in 1 / sigma; the error of each
/// relative to the greatest value it takes over mu is about 1e-14 (rounding and omitted terms), of
/// E[log cosh u] relative to 1 + E|u|.
#ifndef RILL_APPROX_GAUSSIAN_LOG_COSH_H
#define RILL_APPROX_GAUSSIAN_LOG_COSH_H

#include <math.h>
#include <rill/math.h>

typedef struct log_cosh_means {
    double log_cosh, tanh, sech_squared;
} log_cosh_means;

/// Density of the standard normal distribution.
static inline double log_cosh_normal_density(double z)
{
    return 0.39894228040143267794 * rill_exp(-0.5 * z * z);
}

/// The trapezoidal rule in e over |e| <= 8.5, beyond which lies a mass of 2e-17, with spacing h.
///
/// Without poles its relative error is 2 exp(-2 pi^2 / h^2), of h = 0.55 1e-28. The poles of tanh nearest
/// to the real line, u = mu +- i pi / 2, add some exp(-pi^2 / (sigma h) + pi^2 / (8 sigma^2)): of
/// h = min(0.55, 0.22 / sigma) at most 1e-16, at sigma = 0.4, where the two bounds of h meet; two
/// derivatives raise that to 2e-14.
static inline log_cosh_means log_cosh_trapezoids(double mu, double sigma)
{
    const double log_2 = 0.69314718055994530942;
    const double h = fmin(0.55, 0.22 / sigma);
    const int n = (int)ceil(8.5 / h);
    log_cosh_means sum = {0.0, 0.0, 0.0};
    for (int k = -n; k <= n; k++) {
        const double e = k * h, u = mu + sigma * e, weight = h * log_cosh_normal_density(e);
        const double q = rill_exp(-2.0 * fabs(u)), reciprocal = 1.0 / (1.0 + q);
        sum.log_cosh += weight * (fabs(u) + rill_log1p(q) - log_2);
        sum.tanh += weight * copysign((1.0 - q) * reciprocal, u);
        sum.sech_squared += weight * 4.0 * q * reciprocal * reciprocal;
    }
    return sum;
}

/// 2 Phi(z) - 1 = 2 phi(z) (z + z^3/3 + z^5/(3 5) + z^7/(3 5 7) + ...), all terms of one sign:
/// Marsaglia (2004), "Evaluating the normal distribution". `density` is phi(z).
static inline double log_cosh_sign_mean(double z, double density)
{
    double term = z, sum = z, before = 0.0;
    for (int n = 3; fabs(sum - before) > 0.0; n += 2) { // also ends at NaN
        before = sum;
        term *= z * z / n;
        sum += term;
    }
    return 2.0 * density * sum;
}

/// The series for great sigma. log cosh u = |u| - log 2 + L(u), L(u) = log(1 + exp(-2 |u|)), z = mu / sigma:
///     E|u| = 2 sigma phi(z) + mu (2 Phi(z) - 1),
/// and L is narrow beside the density, whose expansion at 0 meets the moments of L,
///     integral of L(u) u^{2k} du = (2k)! eta(2k+2) / 4^k,  eta(s) = 1 - 2^-s + 3^-s - ... :
///     E[L] = phi(z) / sigma sum_k eta(2k+2) t_{2k},  t_n = He_n(z) / (2 sigma)^n,
/// with Hermite's polynomials, He_{n+1} = z He_n - n He_{n-1}; derivatives by mu raise n. It is
/// asymptotic: the remainder is about the greatest first omitted term, phi(z) / sigma times
/// 21!! / 12^22 = 2e-14 at sigma = 6 (of the second derivative 23!! / 12^24).
static inline log_cosh_means log_cosh_series(double mu, double sigma)
{
    static const double eta[] = {
        0.822467033424113218236, 0.947032829497245917577, 0.985551091297435104098,
        0.996233001852647899227, 0.999039507598271565639, 0.999757685143858190853,
        0.999939170345979718171, 0.999984764214906106442, 0.999996187869610113480,
        0.999999046611581522116, 0.999999761613230822548,
    };
    const double log_2 = 0.69314718055994530942;
    const double z = mu / sigma;
    if (fabs(z) > 12.0) { // phi(z) < 3e-32
        return (log_cosh_means){fabs(mu) - log_2, copysign(1.0, mu), 0.0};
    }
    const double scale = 0.5 / sigma, density = log_cosh_normal_density(z);
    double even = 1.0, odd = z * scale; // t_{2k}, t_{2k+1}
    double value = 0.0, first = 0.0, second = 0.0;
    for (int k = 0; k < (int)(sizeof eta / sizeof *eta); k++) {
        value += eta[k] * even;
        first += eta[k] * odd;
        even = scale * (z * odd - (2 * k + 1) * scale * even);
        second += eta[k] * even;
        odd = scale * (z * even - (2 * k + 2) * scale * odd);
    }
    const double sign = log_cosh_sign_mean(z, density);
    return (log_cosh_means){
        .log_cosh = 2.0 * sigma * density + mu * sign - log_2 + density / sigma * value,
        .tanh = sign - 2.0 * density / sigma * first,
        .sech_squared = density / sigma * (2.0 + 4.0 * second),
    };
}

static inline log_cosh_means gaussian_log_cosh(double mu, double sigma)
{
    return sigma <= 6.0 ? log_cosh_trapezoids(mu, sigma) : log_cosh_series(mu, sigma);
}

#endif
