/// Linear value functions: one weight per feature and output, v(s) = w . x(s).
#ifndef RILL_LINEAR_H
#define RILL_LINEAR_H

#include <rill/arena.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Weights of a linear function with several outputs (the actions of Q, or 1 for V). For a one-hot
/// feature map this is a table. Feature-major: the outputs of a feature lie side by side, so that
/// choosing an action touches one cache line.
typedef struct rill_linear {
    double *weights; ///< (n_features, n_outputs), in the agent's memory
    int32_t n_features, n_outputs;
} rill_linear;

/// Lays the weights out in an arena.
static inline rill_linear rill_linear_take(rill_arena *arena, int32_t n_features, int32_t n_outputs)
{
    size_t n = (size_t)n_features * (size_t)n_outputs;
    rill_linear linear = {(double *)rill_arena_take(arena, n, sizeof(double)), n_features,
                          n_outputs};
    return linear;
}

/// The outputs of one feature, (n_outputs): a row of the table.
static inline double *rill_linear_row(const rill_linear *linear, int32_t feature)
{
    return linear->weights + (ptrdiff_t)feature * linear->n_outputs;
}

/// The sum of the rows of n features, for a number of outputs, at most 4, that
/// the compiler knows.
static inline void rill_linear_sum_rows(const double *weights, int32_t n, const int32_t *indices,
                                        double *outputs, int32_t n_outputs)
{
    double sums[4] = {0.0};
    for (int32_t i = 0; i < n; i++) {
        const double *row = weights + (ptrdiff_t)indices[i] * n_outputs;
        for (int32_t o = 0; o < n_outputs; o++) {
            sums[o] += row[o];
        }
    }
    for (int32_t o = 0; o < n_outputs; o++) {
        outputs[o] = sums[o];
    }
}

/// The outputs of n active features, w_o . x for each o, to `outputs` (n_outputs). `values` NULL: 1.
static inline void rill_linear_evaluate(const rill_linear *linear, int32_t n,
                                        const int32_t *indices, const double *values,
                                        double *outputs)
{
    switch (values == NULL ? linear->n_outputs : 0) {
    case 1:
        rill_linear_sum_rows(linear->weights, n, indices, outputs, 1);
        return;
    case 2:
        rill_linear_sum_rows(linear->weights, n, indices, outputs, 2);
        return;
    case 3:
        rill_linear_sum_rows(linear->weights, n, indices, outputs, 3);
        return;
    case 4:
        rill_linear_sum_rows(linear->weights, n, indices, outputs, 4);
        return;
    default:
        break;
    }
    for (int32_t o = 0; o < linear->n_outputs; o++) {
        outputs[o] = 0.0;
    }
    for (int32_t i = 0; i < n; i++) {
        const double *row = rill_linear_row(linear, indices[i]);
        const double x = values == NULL ? 1.0 : values[i];
        for (int32_t o = 0; o < linear->n_outputs; o++) {
            outputs[o] += x * row[o];
        }
    }
}

/// One of them.
static inline double rill_linear_dot(const rill_linear *linear, int32_t output, int32_t n,
                                     const int32_t *indices, const double *values)
{
    const double *weights = linear->weights + output;
    const ptrdiff_t n_outputs = linear->n_outputs;
    double sum = 0.0;
    if (values == NULL) {
        for (int32_t i = 0; i < n; i++) {
            sum += weights[indices[i] * n_outputs];
        }
        return sum;
    }
    for (int32_t i = 0; i < n; i++) {
        sum += values[i] * weights[indices[i] * n_outputs];
    }
    return sum;
}

/// w_o <- w_o + step x, each feature's part multiplied with its scale; `scales` NULL: 1.
static inline void rill_linear_add(const rill_linear *linear, int32_t output, int32_t n,
                                   const int32_t *indices, const double *values,
                                   const double *scales, double step)
{
    double *weights = linear->weights + output;
    const ptrdiff_t n_outputs = linear->n_outputs;
    if (values == NULL && scales == NULL) {
        for (int32_t i = 0; i < n; i++) {
            weights[indices[i] * n_outputs] += step;
        }
        return;
    }
    for (int32_t i = 0; i < n; i++) {
        double part = values == NULL ? step : step * values[i];
        part = scales == NULL ? part : part * scales[indices[i]];
        weights[indices[i] * n_outputs] += part;
    }
}

/// Sets every weight.
static inline void rill_linear_fill(const rill_linear *linear, double value)
{
    size_t n = (size_t)linear->n_features * (size_t)linear->n_outputs;
    for (size_t i = 0; i < n; i++) {
        linear->weights[i] = value;
    }
}

#ifdef __cplusplus
}
#endif
#endif
