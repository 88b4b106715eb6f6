/// The inverse of a sum of outer products, A = epsilon I + sum z d^T, kept by the Sherman-Morrison
/// formula (S&B eq. 9.22): what the least-squares methods rest on.
#ifndef RILL_AGENTS_LEAST_SQUARES_H
#define RILL_AGENTS_LEAST_SQUARES_H

#include <rill/arena.h>
#include <stddef.h>

typedef struct least_squares {
    double *inverse; ///< (n, n) A^-1
    double *b;       ///< (n)
    double *z, *d;   ///< (n) what is added next
    double *row;     ///< (n) d^T A^-1
    double *column;  ///< (n) A^-1 z
    ptrdiff_t n;
} least_squares;

static inline least_squares least_squares_take(rill_arena *arena, size_t n)
{
    return (least_squares){
        .inverse = (double *)rill_arena_take(arena, n * n, sizeof(double)),
        .b = (double *)rill_arena_take(arena, n, sizeof(double)),
        .z = (double *)rill_arena_take(arena, n, sizeof(double)),
        .d = (double *)rill_arena_take(arena, n, sizeof(double)),
        .row = (double *)rill_arena_take(arena, n, sizeof(double)),
        .column = (double *)rill_arena_take(arena, n, sizeof(double)),
        .n = (ptrdiff_t)n,
    };
}

/// A = epsilon I, b = 0
static inline void least_squares_begin(const least_squares *self, double epsilon)
{
    for (ptrdiff_t i = 0; i < self->n; i++) {
        for (ptrdiff_t j = 0; j < self->n; j++) {
            self->inverse[i * self->n + j] = i == j ? 1.0 / epsilon : 0.0;
        }
        self->b[i] = 0.0;
    }
}

/// A <- A + z d^T, so A^-1 <- A^-1 - (A^-1 z)(d^T A^-1) / (1 + d^T A^-1 z);  b <- b + reward z
static inline void least_squares_add(const least_squares *self, double reward)
{
    const ptrdiff_t n = self->n;
    double denominator = 1.0;
    for (ptrdiff_t j = 0; j < n; j++) {
        self->row[j] = 0.0;
    }
    for (ptrdiff_t i = 0; i < n; i++) {
        const double *a = self->inverse + i * n;
        const double d = self->d[i];
        self->column[i] = 0.0;
        for (ptrdiff_t j = 0; j < n; j++) {
            self->column[i] += a[j] * self->z[j];
        }
        for (ptrdiff_t j = 0; d != 0.0 && j < n; j++) {
            self->row[j] += d * a[j];
        }
        denominator += d * self->column[i];
        self->b[i] += reward * self->z[i];
    }
    for (ptrdiff_t i = 0; i < n; i++) {
        const double factor = self->column[i] / denominator;
        for (ptrdiff_t j = 0; factor != 0.0 && j < n; j++) {
            self->inverse[i * n + j] -= factor * self->row[j];
        }
    }
}

/// w = A^-1 b, element i
static inline double least_squares_solution(const least_squares *self, ptrdiff_t i)
{
    double w = 0.0;
    for (ptrdiff_t j = 0; j < self->n; j++) {
        w += self->inverse[i * self->n + j] * self->b[j];
    }
    return w;
}

#endif
