// The discrete algebraic Riccati equation, by doubling.
//
// Value iteration P <- Q + A'P (I + G P)^-1 A with G = B R^-1 B' takes one step of the horizon at a
// time, and thousands where the closed loop is slow. Two horizons of the same length k make one of
// 2k: with A_k, G_k and P_k = the cost over k steps that value iteration reaches from 0,
//     A_2k = A_k (I + G_k P_k)^-1 A_k,
//     G_2k = G_k + A_k (I + G_k P_k)^-1 G_k A_k',
//     P_2k = P_k + A_k' P_k (I + G_k P_k)^-1 A_k,
// from A_1 = A, G_1 = B R^-1 B', P_1 = Q. Anderson, "Second-order convergent algorithms for the
// steady-state Riccati equation", International Journal of Control 28(2), 1978; Chu, Fan and Lin,
// "A structure-preserving doubling algorithm for continuous-time algebraic Riccati equations",
// Linear Algebra and its Applications 396, 2005, section 2. A discount enters by sqrt(gamma) A and
// sqrt(gamma) B in place of A and B.
//
// Why not GSL's LU: see solve_linear.c. The matrices are small, the bits are the same everywhere.
#include "core/elimination.h"

#include <math.h>
#include <rill/riccati.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// 2^60 steps; marginal systems settle at about the square root of the precision long before.
enum { MAX_DOUBLINGS = 60 };

/// Value iterations at the end, each of which pulls the rounding errors of doubling closer.
enum { POLISHES = 4 };

/// P has settled when no element changes by more than this part of the greatest one.
static const double settled = 1e-15;

/// out (rows, columns) = op(X) op(Y), where op(X) is (rows, inner), and transposes X where asked to.
static void multiply(const double *x, bool is_x_transposed, const double *y, bool is_y_transposed,
                     int32_t rows, int32_t inner, int32_t columns, double *out)
{
    for (int32_t i = 0; i < rows; i++) {
        for (int32_t j = 0; j < columns; j++) {
            double sum = 0.0;
            for (int32_t k = 0; k < inner; k++) {
                sum += x[is_x_transposed ? k * rows + i : i * inner + k] *
                       y[is_y_transposed ? j * inner + k : k * columns + j];
            }
            out[i * columns + j] = sum;
        }
    }
}

/// True when M + shift I is positive definite: Cholesky's pivots, with M (n, n) copied to `scratch`.
static bool is_positive(const double *m, int32_t n, double shift, double *scratch)
{
    memcpy(scratch, m, (size_t)n * (size_t)n * sizeof *scratch);
    for (int32_t k = 0; k < n; k++) {
        scratch[k * n + k] += shift;
    }
    for (int32_t k = 0; k < n; k++) {
        if (!(scratch[k * n + k] > 0.0)) {
            return false;
        }
        for (int32_t i = k + 1; i < n; i++) {
            double factor = scratch[i * n + k] / scratch[k * n + k];
            for (int32_t j = k + 1; j < n; j++) {
                scratch[i * n + j] -= factor * scratch[k * n + j];
            }
        }
    }
    return true;
}

/// The greatest magnitude; NaN where there is one.
static double greatest(const double *x, int32_t count)
{
    double answer = 0.0;
    for (int32_t i = 0; i < count && !isnan(answer); i++) {
        answer = fabs(x[i]) <= answer ? answer : fabs(x[i]);
    }
    return answer;
}

static bool is_symmetric(const double *x, int32_t n)
{
    for (int32_t i = 0; i < n * n; i++) {
        if (!(x[i] == x[i % n * n + i / n])) { // NaN too
            return false;
        }
    }
    return true;
}

static rill_status check(const rill_lqr *problem, double gamma, double *scratch, rill_error *error)
{
    if (!(gamma >= 0.0 && gamma <= 1.0)) {
        return rill_error_set(error, RILL_INVALID, "gamma", "%.15g is no discount, which is 0 to 1",
                              gamma);
    }
    const struct {
        const char *name;
        const double *matrix;
        int32_t size;
        double shift; ///< what rounding may have taken from a zero eigenvalue
        const char *property;
    } costs[] = {
        {"Q", problem->Q, problem->n, 1e-12, "positive semidefinite"},
        {"R", problem->R, problem->m, 0.0, "positive definite"},
    };
    for (int i = 0; i < 2; i++) {
        const int32_t count = costs[i].size * costs[i].size;
        double shift = costs[i].shift * (greatest(costs[i].matrix, count) + 1e-300);
        if (!is_symmetric(costs[i].matrix, costs[i].size) ||
            !is_positive(costs[i].matrix, costs[i].size, shift, scratch)) {
            return rill_error_set(error, RILL_INVALID, costs[i].name,
                                  "the matrix is not symmetric and %s", costs[i].property);
        }
    }
    return RILL_OK;
}

/// What a solution works on, in one block.
typedef struct workspace {
    const rill_lqr *problem;
    double *a, *b;          ///< (n, n), (n, m) A and B times sqrt(gamma)
    double *power, *g, *p;  ///< (n, n) A_k, G_k, P_k
    double *wa, *wg;        ///< (n, n) (I + G_k P_k)^-1 times A_k and G_k; scratch later
    double *k;              ///< (m, n) gain
    double *square, *other; ///< (size, size) scratch, size = max(n, m)
} workspace;

static void *workspace_create(workspace *w, const rill_lqr *problem)
{
    const size_t n = (size_t)problem->n, m = (size_t)problem->m;
    const size_t size = n > m ? n : m;
    double *block = calloc(6 * n * n + 2 * n * m + 2 * size * size, sizeof *block);
    double **const arrays[] = {&w->a,  &w->power, &w->g, &w->p,      &w->wa,
                               &w->wg, &w->b,     &w->k, &w->square, &w->other};
    const size_t sizes[] = {n * n, n * n, n * n, n * n, n * n, n * n, n * m, n * m, size * size};
    w->problem = problem;
    *arrays[0] = block;
    for (size_t i = 1; i < sizeof arrays / sizeof arrays[0] && block != NULL; i++) {
        *arrays[i] = *arrays[i - 1] + sizes[i - 1];
    }
    return block;
}

/// A_1, G_1 and P_1.
static void begin(const workspace *w, double gamma)
{
    const int32_t n = w->problem->n, m = w->problem->m;
    const double root = sqrt(gamma);
    for (int32_t i = 0; i < n * n; i++) {
        w->a[i] = w->power[i] = root * w->problem->A[i];
        w->p[i] = w->problem->Q[i];
    }
    for (int32_t i = 0; i < n * m; i++) {
        w->b[i] = root * w->problem->B[i];
        w->k[i % m * n + i / m] = w->b[i];
    }
    memcpy(w->square, w->problem->R, (size_t)m * (size_t)m * sizeof(double));
    rill_eliminate(w->square, m, w->k, n); // R is positive definite
    multiply(w->b, false, w->k, false, n, m, n, w->g);
}

/// One doubling; true when P has settled. Infinities and NaN never settle.
static bool double_horizon(const workspace *w)
{
    const int32_t n = w->problem->n;
    const size_t bytes = (size_t)n * (size_t)n * sizeof(double);
    multiply(w->g, false, w->p, false, n, n, n, w->square);
    for (int32_t i = 0; i < n; i++) {
        w->square[i * n + i] += 1.0;
    }
    memcpy(w->other, w->square, bytes);
    memcpy(w->wa, w->power, bytes);
    memcpy(w->wg, w->g, bytes);
    if (!rill_eliminate(w->square, n, w->wa, n) || !rill_eliminate(w->other, n, w->wg, n)) {
        return false;
    }

    multiply(w->power, true, w->p, false, n, n, n, w->square);
    multiply(w->square, false, w->wa, false, n, n, n, w->other);
    for (int32_t i = 0; i < n * n; i++) {
        w->p[i] += w->other[i];
    }
    const double change = greatest(w->other, n * n);
    multiply(w->power, false, w->wg, false, n, n, n, w->square);
    multiply(w->square, false, w->power, true, n, n, n, w->other);
    for (int32_t i = 0; i < n * n; i++) {
        w->g[i] += w->other[i];
    }
    multiply(w->power, false, w->wa, false, n, n, n, w->square);
    memcpy(w->power, w->square, bytes);
    const double top = greatest(w->p, n * n);
    return isfinite(top) && change <= settled * top;
}

/// K = (R + B'P B)^-1 B'P A
static void find_gain(const workspace *w)
{
    const int32_t n = w->problem->n, m = w->problem->m;
    multiply(w->b, true, w->p, false, m, n, n, w->other);
    multiply(w->other, false, w->a, false, m, n, n, w->k);
    multiply(w->other, false, w->b, false, m, n, m, w->square);
    for (int32_t i = 0; i < m * m; i++) {
        w->square[i] += w->problem->R[i];
    }
    rill_eliminate(w->square, m, w->k, n); // the sum is positive definite as R is
}

/// A value iteration, P <- Q + K'R K + (A - B K)'P (A - B K), in which no term is subtracted.
static void iterate(const workspace *w)
{
    const int32_t n = w->problem->n, m = w->problem->m;
    find_gain(w);
    multiply(w->b, false, w->k, false, n, m, n, w->power);
    for (int32_t i = 0; i < n * n; i++) {
        w->power[i] = w->a[i] - w->power[i];
    }
    multiply(w->power, true, w->p, false, n, n, n, w->wa);
    multiply(w->wa, false, w->power, false, n, n, n, w->p);
    multiply(w->k, true, w->problem->R, false, n, m, m, w->other);
    multiply(w->other, false, w->k, false, n, m, n, w->wa);
    for (int32_t i = 0; i < n * n; i++) {
        w->p[i] += w->problem->Q[i] + w->wa[i];
    }
    for (int32_t i = 0; i < n; i++) { // rounding leaves it a little askew
        for (int32_t j = 0; j < i; j++) {
            w->p[i * n + j] = w->p[j * n + i] = 0.5 * (w->p[i * n + j] + w->p[j * n + i]);
        }
    }
}

rill_status rill_riccati_solve(const rill_lqr *problem, double gamma, double *P, double *K,
                               rill_error *error)
{
    if (problem->n < 1 || problem->m < 1) {
        return rill_error_set(error, RILL_INVALID, "",
                              "%d states and %d actions; both are at least 1", problem->n,
                              problem->m);
    }
    workspace w;
    void *block = workspace_create(&w, problem);
    if (block == NULL) {
        return rill_error_no_memory(error);
    }
    rill_status status = check(problem, gamma, w.square, error);
    if (status == RILL_OK) {
        begin(&w, gamma);
        bool is_settled = false;
        for (int i = 0; i < MAX_DOUBLINGS && !is_settled; i++) {
            is_settled = double_horizon(&w);
        }
        if (!is_settled) {
            status = rill_error_set(error, RILL_FAILED, "",
                                    "no policy has a finite cost from every state: the cost over "
                                    "2^%d steps still grows",
                                    MAX_DOUBLINGS);
        }
    }
    if (status == RILL_OK) {
        for (int i = 0; i < POLISHES; i++) {
            iterate(&w);
        }
        find_gain(&w);
        memcpy(P, w.p, (size_t)problem->n * (size_t)problem->n * sizeof *P);
        memcpy(K, w.k, (size_t)problem->m * (size_t)problem->n * sizeof *K);
    }
    free(block);
    return status;
}

rill_status rill_lqr_of_env(const rill_env *env, rill_lqr *problem, rill_error *error)
{
    const struct {
        const char *name;
        const double **matrix;
    } matrices[] = {{"A", &problem->A}, {"B", &problem->B}, {"Q", &problem->Q}, {"R", &problem->R}};
    if (strcmp(env->type->id, "lqr") != 0) {
        return rill_error_set(error, RILL_INVALID, "id", "%s is not linear-quadratic; lqr is",
                              env->type->id);
    }
    for (size_t i = 0; i < 4; i++) {
        const rill_param *param = rill_param_find(env->type->params, matrices[i].name, error);
        const char *field = (const char *)env->params + param->offset;
        *matrices[i].matrix = ((const rill_list *)(const void *)field)->values;
    }
    problem->n = env->observation_space.size;
    problem->m = env->action_space.size;
    return RILL_OK;
}
