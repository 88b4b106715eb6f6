#include "approx/scaling.h"

#include "core/memory.h"

#include <float.h>
#include <math.h>

double scaling_element(const rill_list *list, int32_t i)
{
    return list->values[list->count == 1 ? 0 : i];
}

rill_status scaling_check_list(const scaling *self, const rill_list *list, const char *name,
                               rill_error *error)
{
    if (list->count == 1 || list->count == self->dim) {
        return RILL_OK;
    }
    return rill_error_set(error, RILL_INVALID, name,
                          "%d numbers for %d dimensions; give one for all, or one for each",
                          list->count, self->dim);
}

/// Splits a discrete observation into the cell of a grid.
static rill_status prepare_grid(scaling *self, const rill_features *features, rill_error *error)
{
    self->dim = 1;
    self->sizes[0] = features->space.size;
    if (self->shape.count > MAX_DIMENSIONS) {
        return rill_error_set(error, RILL_INVALID, "shape",
                              "%d dimensions, at most %d are possible", self->shape.count,
                              MAX_DIMENSIONS);
    }
    if (self->shape.count > 0) {
        double n_cells = 1.0;
        self->dim = self->shape.count;
        for (int32_t i = 0; i < self->dim; i++) {
            self->sizes[i] = (int32_t)self->shape.values[i];
            n_cells *= self->sizes[i];
        }
        if (n_cells != features->space.size) {
            return rill_error_set(error, RILL_INVALID, "shape",
                                  "a grid of %.0f cells, but there are %d observations", n_cells,
                                  features->space.size);
        }
    }
    return RILL_OK;
}

/// The bounds of dimension i: the given ones, else those of the space.
static rill_status find_bounds(const scaling *self, const rill_features *features, int32_t i,
                               double *low, double *high, rill_error *error)
{
    const rill_space *space = &features->space;
    const bool is_box = space->kind == RILL_SPACE_BOX;
    *low = is_box ? space->low[i] : 0.0;
    *high = is_box ? space->high[i] : self->sizes[i] - 1.0;
    if (!is_box && self->sizes[i] == 1) {
        *high = 1.0;
    }
    *low = self->low.count > 0 ? scaling_element(&self->low, i) : *low;
    *high = self->high.count > 0 ? scaling_element(&self->high, i) : *high;
    if (!isfinite(*low) || !isfinite(*high) || fabs(*low) > 1e30 || fabs(*high) > 1e30) {
        return rill_error_set(error, RILL_INVALID,
                              isfinite(*low) && fabs(*low) <= 1e30 ? "high" : "low",
                              "observation %d has no finite bounds (%g to %g); give \"low\" and "
                              "\"high\", one number a dimension, for the range to be scaled",
                              i, *low, *high);
    }
    if (!(*high - *low >= DBL_MIN)) {
        return rill_error_set(error, RILL_INVALID, "high",
                              "observation %d: the upper bound %g is not above the lower one %g", i,
                              *high, *low);
    }
    return RILL_OK;
}

rill_status scaling_prepare(scaling *self, const rill_features *features, rill_error *error)
{
    rill_status status = RILL_OK;
    if (features->space.kind == RILL_SPACE_DISCRETE) {
        status = prepare_grid(self, features, error);
    } else {
        self->dim = features->space.size;
        if (self->shape.count > 0) {
            status = rill_error_set(error, RILL_INVALID, "shape",
                                    "is for discrete observations; these are a box of %d numbers",
                                    self->dim);
        } else if (self->dim > MAX_DIMENSIONS) {
            status = rill_error_set(error, RILL_INVALID, "",
                                    "%s serves up to %d dimensions, the observations have %d",
                                    features->type->id, MAX_DIMENSIONS, self->dim);
        }
    }
    if (status == RILL_OK && self->low.count > 0) {
        status = scaling_check_list(self, &self->low, "low", error);
    }
    if (status == RILL_OK && self->high.count > 0) {
        status = scaling_check_list(self, &self->high, "high", error);
    }
    if (status != RILL_OK) {
        return status;
    }
    self->from = rill_memory_take(3 * (size_t)self->dim * sizeof *self->from);
    if (self->from == NULL) {
        return rill_error_no_memory(error);
    }
    self->range = self->from + self->dim;
    self->unit = self->range + self->dim;
    for (int32_t i = 0; i < self->dim && status == RILL_OK; i++) {
        double low = 0.0, high = 1.0;
        status = find_bounds(self, features, i, &low, &high, error);
        self->from[i] = low;
        self->range[i] = high - low;
        self->unit[i] = 1.0;
    }
    return status;
}

void scaling_release(scaling *self)
{
    rill_memory_release(self->from);
    self->from = NULL;
}
