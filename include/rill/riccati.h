/// The exact solution of the linear-quadratic regulator: ground truth for `lqr` and for whatever has
/// linear dynamics and a quadratic cost. (lab library)
#ifndef RILL_RICCATI_H
#define RILL_RICCATI_H

#include <rill/env.h>
#include <rill/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Dynamics x' = A x + B u and cost x'Q x + u'R u of each step. Matrices are row-major and the
/// caller's; Q and R are symmetric, Q positive semidefinite and R positive definite.
typedef struct rill_lqr {
    int32_t n, m;    ///< states, actions; at least 1
    const double *A; ///< (n, n)
    const double *B; ///< (n, m)
    const double *Q; ///< (n, n)
    const double *R; ///< (m, m)
} rill_lqr;

/// The problem of an environment of type `lqr`, which the matrices belong to.
/// RILL_INVALID where it is another one.
RILL_API rill_status rill_lqr_of_env(const rill_env *env, rill_lqr *problem, rill_error *error);

/// Solves the discrete algebraic Riccati equation for a discount gamma in [0, 1],
///     P = Q + gamma A'P A - gamma^2 A'P B (R + gamma B'P B)^-1 B'P A.
/// The optimal policy is u = -K x with K = gamma (R + gamma B'P B)^-1 B'P A, written to `K` (m, n);
/// the cost that it has from x on is x'P x, with P written to `P` (n, n). Noise of covariance W on
/// every next state changes neither, and adds gamma / (1 - gamma) trace(P W) to the discounted cost,
/// or trace(P W) to the undiscounted cost of every step. `P` and `K` are left alone after an error.
/// Errors: RILL_INVALID (a size, discount or matrix that is not as above), RILL_FAILED (no policy has
/// a finite cost from every state), RILL_NO_MEMORY.
RILL_API rill_status rill_riccati_solve(const rill_lqr *problem, double gamma, double *P, double *K,
                                        rill_error *error);

#ifdef __cplusplus
}
#endif
#endif
