/// What the distributions over discrete actions share: the softmax p(a) = exp(eta_a) / sum_b exp(eta_b)
/// over the n corners of the simplex, and Gumbel noise.
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

/// log sum_a exp(eta_a) in two parts: of great eta the sum of both would lose the second.
typedef struct simplex_log_sum {
    double greatest; ///< max_a eta_a
    double rest;     ///< log sum_a exp(eta_a - greatest)
} simplex_log_sum;

static inline simplex_log_sum simplex_log_sum_of(int32_t n, const double *eta)
{
    const double greatest = eta[simplex_argmax(n, eta, NULL)];
    double sum = 0.0;
    for (int32_t a = 0; a < n; a++) {
        sum += rill_exp(eta[a] - greatest);
    }
    return (simplex_log_sum){greatest, rill_log(sum)};
}

/// log p(a) = eta_a - log sum_b exp(eta_b)
static inline double simplex_log_p(double eta_a, simplex_log_sum log_sum)
{
    return eta_a - log_sum.greatest - log_sum.rest;
}

/// Whether x lies in the simplex, up to the rounding of single-precision numbers.
static inline bool simplex_contains(int32_t n, const double *x)
{
    double sum = 0.0;
    bool is_inside = true;
    for (int32_t a = 0; a < n; a++) {
        is_inside = is_inside && x[a] >= 0.0;
        sum += x[a];
    }
    return is_inside && fabs(sum - 1.0) <= 1e-6;
}

/// g_a = -log(-log u_a), u_a uniform in (0, 1): (size) numbers.
static inline void simplex_draw_gumbel(const rill_distribution *distribution, rill_rng *rng,
                                       double *noise)
{
    for (int32_t a = 0; a < distribution->size; a++) {
        noise[a] = -rill_log(-rill_log(rill_rng_random_open(rng)));
    }
}

/// The corner of the greatest eta_a + g_a: the Gumbel-max trick.
static inline void simplex_sample(const rill_distribution *distribution, const double *eta,
                                  const double *noise, double *x)
{
    simplex_corner(distribution->size, simplex_argmax(distribution->size, eta, noise), x);
}

/// log p(a) of the corner of action a; of another x there is none.
static inline double simplex_log_probability(const rill_distribution *distribution,
                                             const double *eta, const double *x)
{
    const int32_t n = distribution->size, action = simplex_argmax(n, x, NULL);
    for (int32_t a = 0; a < n; a++) {
        if (x[a] != (a == action ? 1.0 : 0.0)) {
            return (double)-INFINITY;
        }
    }
    return simplex_log_p(eta[action], simplex_log_sum_of(n, eta));
}

/// d log p(a) / d eta_b = [a = b] - p(b)
static inline void simplex_score(const rill_distribution *distribution, const double *eta,
                                 const double *x, double *gradient)
{
    const int32_t n = distribution->size;
    const simplex_log_sum log_sum = simplex_log_sum_of(n, eta);
    for (int32_t a = 0; a < n; a++) {
        gradient[a] = x[a] - rill_exp(simplex_log_p(eta[a], log_sum));
    }
}

/// H = -sum_a p(a) log p(a),  d H / d eta_a = -p(a) (log p(a) + H)
static inline double simplex_entropy(const rill_distribution *distribution, const double *eta,
                                     double *gradient)
{
    const int32_t n = distribution->size;
    const simplex_log_sum log_sum = simplex_log_sum_of(n, eta);
    double entropy = 0.0;
    for (int32_t a = 0; a < n; a++) {
        const double log_p = simplex_log_p(eta[a], log_sum);
        entropy -= rill_exp(log_p) * log_p;
    }
    for (int32_t a = 0; gradient != NULL && a < n; a++) {
        const double log_p = simplex_log_p(eta[a], log_sum);
        gradient[a] = -rill_exp(log_p) * (log_p + entropy);
    }
    return entropy;
}

/// KL = sum_a p(a) (log p(a) - log q(a))
static inline double simplex_divergence(const rill_distribution *distribution, const double *eta,
                                        const double *other)
{
    const int32_t n = distribution->size;
    const simplex_log_sum sum_p = simplex_log_sum_of(n, eta), sum_q = simplex_log_sum_of(n, other);
    double sum = 0.0;
    for (int32_t a = 0; a < n; a++) {
        const double log_p = simplex_log_p(eta[a], sum_p);
        sum += rill_exp(log_p) * (log_p - simplex_log_p(other[a], sum_q));
    }
    return sum;
}

/// The likeliest corner.
static inline void simplex_centre(const rill_distribution *distribution, const double *eta,
                                  double *x)
{
    simplex_corner(distribution->size, simplex_argmax(distribution->size, eta, NULL), x);
}

#endif
