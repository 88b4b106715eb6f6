/// Dense linear systems, for the agents and the Riccati equation: what they solve is small or solved
/// seldom, and the bits are the same everywhere.
#ifndef RILL_CORE_ELIMINATION_H
#define RILL_CORE_ELIMINATION_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

static inline void rill_swap_rows(double *m, ptrdiff_t columns, ptrdiff_t i, ptrdiff_t k)
{
    for (ptrdiff_t j = 0; j < columns && i != k; j++) {
        const double swapped = m[k * columns + j];
        m[k * columns + j] = m[i * columns + j];
        m[i * columns + j] = swapped;
    }
}

/// Solves M X = Y for X (n, columns), in place of Y, by elimination with row pivoting; M (n, n) is lost.
/// False when M is singular or not finite; Y is lost then too.
static inline bool rill_eliminate(double *m, ptrdiff_t n, double *y, ptrdiff_t columns)
{
    for (ptrdiff_t k = 0; k < n; k++) {
        ptrdiff_t pivot = k;
        for (ptrdiff_t i = k + 1; i < n; i++) {
            pivot = fabs(m[i * n + k]) > fabs(m[pivot * n + k]) ? i : pivot;
        }
        if (!(fabs(m[pivot * n + k]) > 0.0 && isfinite(m[pivot * n + k]))) {
            return false;
        }
        rill_swap_rows(m, n, pivot, k);
        rill_swap_rows(y, columns, pivot, k);
        for (ptrdiff_t i = k + 1; i < n; i++) {
            const double factor = m[i * n + k] / m[k * n + k];
            for (ptrdiff_t j = k + 1; factor != 0.0 && j < n; j++) { // features are mostly sparse
                m[i * n + j] -= factor * m[k * n + j];
            }
            for (ptrdiff_t j = 0; j < columns; j++) {
                y[i * columns + j] -= factor * y[k * columns + j];
            }
        }
    }
    for (ptrdiff_t k = n - 1; k >= 0; k--) {
        for (ptrdiff_t j = 0; j < columns; j++) {
            double sum = y[k * columns + j];
            for (ptrdiff_t i = k + 1; i < n; i++) {
                sum -= m[k * n + i] * y[i * columns + j];
            }
            y[k * columns + j] = sum / m[k * n + k];
        }
    }
    return true;
}

#endif
