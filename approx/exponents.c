#include "approx/exponents.h"

#include "core/memory.h"

#include <string.h>

enum { MAX_COUNT = 1 << 20 };

static bool is_member(const int32_t *c, int32_t dim, int32_t greatest_order, exponents_form form)
{
    int32_t sum = 0, n_set = 0;
    for (int32_t i = 0; i < dim; i++) {
        sum += c[i];
        n_set += c[i] != 0;
    }
    return form == EXPONENTS_ALL ||
           (form == EXPONENTS_TOTAL_DEGREE ? sum <= greatest_order : n_set <= 1);
}

/// The next vector; false after the last.
static bool advance(int32_t *c, int32_t dim, const rill_list *order)
{
    for (int32_t i = dim - 1; i >= 0; i--) {
        if (c[i] < (int32_t)scaling_element(order, i)) {
            c[i]++;
            return true;
        }
        c[i] = 0;
    }
    return false;
}

rill_status exponents_create(exponents *self, int32_t dim, const rill_list *order,
                             exponents_form form, rill_error *error)
{
    int32_t greatest_order = 0;
    double n_all = 1.0;
    for (int32_t i = 0; i < dim; i++) {
        const int32_t n = (int32_t)scaling_element(order, i);
        greatest_order = n > greatest_order ? n : greatest_order;
        n_all *= n + 1.0;
    }
    if (n_all > MAX_COUNT) {
        return rill_error_set(error, RILL_INVALID, "order",
                              "%d dimensions of order %d are %.3g terms to choose from, at most %d "
                              "are possible; lower the order",
                              dim, greatest_order, n_all, MAX_COUNT);
    }
    self->values = rill_memory_take((size_t)n_all * (size_t)dim * sizeof *self->values);
    if (self->values == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    int32_t c[MAX_DIMENSIONS] = {0};
    self->count = 0;
    do {
        if (is_member(c, dim, greatest_order, form)) {
            memcpy(self->values + (ptrdiff_t)self->count * dim, c, (size_t)dim * sizeof *c);
            self->count++;
        }
    } while (advance(c, dim, order));
    return RILL_OK;
}

void exponents_release(exponents *self)
{
    rill_memory_release(self->values);
    self->values = NULL;
}
