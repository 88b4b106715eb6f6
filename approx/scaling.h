/// What feature maps of continuous states share: the observation as `dim` numbers x_i, scaled from
/// its bounds to [0, 1], or to [0, unit_i].
#ifndef RILL_APPROX_SCALING_H
#define RILL_APPROX_SCALING_H

#include <rill/features.h>

enum { MAX_DIMENSIONS = 64 };

/// The parameters, in front of those of the map, with fields derived by `scaling_prepare`.
typedef struct scaling {
    rill_list low, high; ///< bounds in place of the space's; empty: those of the space
    rill_list shape;     ///< a discrete observation is a cell of a grid of this shape
    // derived
    int32_t dim;
    double *from, *range, *unit;   ///< (dim) x_i = (observation_i - from_i) unit_i / range_i
    int32_t sizes[MAX_DIMENSIONS]; ///< discrete: the grid's, the last one running fastest
} scaling;

// clang-format off
/// Rows of the table of a map whose parameter struct starts with `scaling`.
#define SCALING_PARAMS                                                                             \
    RILL_REALS(scaling, low, "", -1e30, 1e30,                                                    \
               "lower bounds of the observation; empty: those of the space"),                      \
    RILL_REALS(scaling, high, "", -1e30, 1e30, "upper bounds, likewise"),                        \
    RILL_INTEGERS(scaling, shape, "", 1, 1 << 30,                                                  \
                  "of a discrete observation: rows, columns, ...; empty: one row")
// clang-format on

/// Fits the scaling to the space: sets `dim`, and units of 1, which the map may change. RILL_INVALID
/// where a bound is missing (or wrong), or the shape does not hold the space; RILL_NO_MEMORY.
rill_status scaling_prepare(scaling *self, const rill_features *features, rill_error *error);
void scaling_release(scaling *self);

/// The product first: whole numbers then give whole numbers where the division comes out even, and
/// the edges of cells lie where they are meant to.
static inline double scale(const scaling *self, int32_t i, double value)
{
    const double distance = value - self->from[i], range = self->range[i], unit = self->unit[i];
    if (!(distance > 0.0)) {
        return 0.0;
    }
    return distance < range ? distance * unit / range : unit;
}

/// The observation's numbers in [0, unit_i], clipped to their bounds, to `x` (dim); NaN becomes 0.
/// The upper bound is unit_i exactly, and where numbers are whole so are quotients that come out even.
static inline void scaling_apply(const scaling *self, const rill_features *features,
                                 rill_observation observation, double *x)
{
    if (features->space.kind == RILL_SPACE_BOX) {
        for (int32_t i = 0; i < self->dim; i++) {
            x[i] = scale(self, i, (double)observation.box[i]);
        }
        return;
    }
    int32_t rest = observation.index;
    for (int32_t i = self->dim - 1; i >= 0; i--) {
        x[i] = scale(self, i, rest % self->sizes[i]);
        rest /= self->sizes[i];
    }
}

/// d x_i / d observation_i of a box: 0 where it is clipped.
static inline double scaling_slope(const scaling *self, int32_t i, double value)
{
    const double distance = value - self->from[i];
    return distance > 0.0 && distance < self->range[i] ? self->unit[i] / self->range[i] : 0.0;
}

/// For a list parameter `name` with one number for all dimensions or one for each: number i.
double scaling_element(const rill_list *list, int32_t i);
/// RILL_INVALID unless the list has 1 or `dim` numbers.
rill_status scaling_check_list(const scaling *self, const rill_list *list, const char *name,
                               rill_error *error);

#endif
