/// The Fisher matrix of a policy, from samples, for natural gradients:
///     F = E[grad ln pi grad ln pi'],  the natural gradient is F^-1 grad J   (Kakade (2001))
/// It takes size^2 numbers, for the number of weights of the policy, and solving size^3 / 6 steps.
#ifndef RILL_AGENTS_FISHER_H
#define RILL_AGENTS_FISHER_H

#include <math.h>
#include <rill/actor.h>

enum { FISHER_MAX_SIZE = 4096 };

typedef struct fisher_matrix {
    double *sum;      ///< (n, n) sum of outer products, symmetric
    double *gradient; ///< (n) grad ln pi of one sample; 0 between samples
    ptrdiff_t n;
} fisher_matrix;

/// For `prepare`: refuses a policy with too many weights.
static inline rill_status fisher_check(const rill_agent *agent, rill_error *error)
{
    const int64_t n =
        (int64_t)rill_actor_features(agent)->size * agent->actor.distribution.n_parameters;
    if (n > FISHER_MAX_SIZE) {
        return rill_error_set(
            error, RILL_INVALID, "natural",
            "a natural gradient takes a matrix of %.0f x %.0f numbers; weights of "
            "the policy are %d at most",
            (double)n, (double)n, FISHER_MAX_SIZE);
    }
    return RILL_OK;
}

/// Lays the matrix of n weights out in an arena.
static inline fisher_matrix fisher_take(rill_arena *arena, size_t n)
{
    fisher_matrix fisher = {(double *)rill_arena_take(arena, n * n, sizeof(double)),
                            (double *)rill_arena_take(arena, n, sizeof(double)), (ptrdiff_t)n};
    return fisher;
}

static inline void fisher_clear(const fisher_matrix *fisher)
{
    for (ptrdiff_t i = 0; i < fisher->n * fisher->n; i++) {
        fisher->sum[i] = 0.0;
    }
}

/// F <- F + grad ln pi grad ln pi', for a score grad_eta ln pi (n_parameters) in a state.
static inline void fisher_add(const fisher_matrix *fisher, const rill_agent *agent,
                              rill_state state, const double *score)
{
    rill_actor_add(agent, fisher->gradient, state, score, 1.0);
    for (ptrdiff_t i = 0; i < fisher->n; i++) {
        const double g = fisher->gradient[i];
        for (ptrdiff_t j = 0; g != 0.0 && j <= i; j++) {
            fisher->sum[i * fisher->n + j] += g * fisher->gradient[j];
        }
    }
    rill_actor_add(agent, fisher->gradient, state, score, -1.0);
}

/// b <- (scale F + damping I)^-1 b, by Cholesky's factors, which take the place of F. Directions in which
/// F is singular to rounding (damping 0) are left out.
static inline void fisher_solve(const fisher_matrix *fisher, double scale, double damping,
                                double *b)
{
    const ptrdiff_t n = fisher->n;
    double *l = fisher->sum; // the lower half holds F, then L with F = L L'
    for (ptrdiff_t i = 0; i < n; i++) {
        for (ptrdiff_t j = 0; j <= i; j++) {
            const double f = scale * l[i * n + j] + (i == j ? damping : 0.0);
            double sum = f;
            for (ptrdiff_t k = 0; k < j; k++) {
                sum -= l[i * n + k] * l[j * n + k];
            }
            if (i == j) {
                l[i * n + i] = sum > 1e-14 * f ? sqrt(sum) : 0.0;
            } else {
                l[i * n + j] = l[j * n + j] > 0.0 ? sum / l[j * n + j] : 0.0;
            }
        }
    }
    for (ptrdiff_t i = 0; i < n; i++) {
        for (ptrdiff_t k = 0; k < i; k++) {
            b[i] -= l[i * n + k] * b[k];
        }
        b[i] = l[i * n + i] > 0.0 ? b[i] / l[i * n + i] : 0.0;
    }
    for (ptrdiff_t i = n - 1; i >= 0; i--) {
        for (ptrdiff_t k = i + 1; k < n; k++) {
            b[i] -= l[k * n + i] * b[k];
        }
        b[i] = l[i * n + i] > 0.0 ? b[i] / l[i * n + i] : 0.0;
    }
}

#endif
