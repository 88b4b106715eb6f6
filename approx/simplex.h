/// What the distributions over discrete actions share: the softmax and Gumbel noise.
#ifndef RILL_APPROX_SIMPLEX_H
#define RILL_APPROX_SIMPLEX_H

#include <math.h>
#include <rill/distribution.h>
#include <rill/math.h>

/// The lowest index of the greatest of eta_a + noise_a; `noise` NULL: 0.
static inline int32_t simplex_argmax(int32_t n, const double *eta, const double *noise)
{
    int32_t best = 0;
    double greatest = (double)-INFINITY;
    for (int32_t a = 0; a < n; a++) {
        const double value = noise == NULL ? eta[a] : eta[a] + noise[a];
        best = value > greatest ? a : best;
        greatest = value > greatest ? value : greatest;
    }
    return best;
}

/// The corner of an action, to `x` (n).
static inline void simplex_corner(int32_t n, int32_t action, double *x)
{
    for (int32_t a = 0; a < n; a++) {
        x[a] = a == action ? 1.0 : 0.0;
    }
}

/// log sum_a exp(eta_a)
static inline double simplex_log_sum(int32_t n, const double *eta)
{
    const double greatest = eta[simplex_argmax(n, eta, NULL)];
    double sum = 0.0;
    for (int32_t a = 0; a < n; a++) {
        sum += rill_exp(eta[a] - greatest);
    }
    return greatest + rill_log(sum);
}

/// exp(eta_a) / sum_b exp(eta_b), to `p` (n), which may be `eta`.
static inline void simplex_softmax(int32_t n, const double *eta, double *p)
{
    const double log_sum = simplex_log_sum(n, eta);
    for (int32_t a = 0; a < n; a++) {
        p[a] = rill_exp(eta[a] - log_sum);
    }
}

/// g_a = -log(-log u_a), u_a uniform in (0, 1): (size) numbers.
static inline void simplex_draw_gumbel(const rill_distribution *distribution, rill_rng *rng,
                                       double *noise)
{
    for (int32_t a = 0; a < distribution->size; a++) {
        // the middle of one of 2^52 intervals: neither 0 nor 1
        const double u = ((double)(rill_rng_next64(rng) >> 12) + 0.5) * 0x1p-52;
        noise[a] = -rill_log(-rill_log(u));
    }
}

#endif
