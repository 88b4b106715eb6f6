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

/// The next vector of the form; false after the last. (With a vector, every form has all that are
/// smaller in some elements: where adding 1 leads out of it, adding more does not lead back.)
static bool advance(int32_t *c, int32_t dim, const rill_list *order, int32_t greatest_order,
                    exponents_form form)
{
    for (int32_t i = dim - 1; i >= 0; i--) {
        c[i]++;
        if (c[i] <= (int32_t)scaling_element(order, i) && is_member(c, dim, greatest_order, form)) {
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
    for (int32_t i = 0; i < dim; i++) {
        const int32_t n = (int32_t)scaling_element(order, i);
        greatest_order = n > greatest_order ? n : greatest_order;
    }
    // count them: the vector after the last is 0 again
    int32_t c[MAX_DIMENSIONS] = {0};
    self->count = 1;
    while (advance(c, dim, order, greatest_order, form)) {
        self->count++;
        if (self->count > MAX_COUNT) {
            return rill_error_set(error, RILL_INVALID, "order",
                                  "%d dimensions of order %d make more than %d features; lower the "
                                  "order",
                                  dim, greatest_order, MAX_COUNT);
        }
    }
    self->values = rill_memory_take((size_t)self->count * (size_t)dim * sizeof *self->values);
    if (self->values == NULL) {
        return rill_error_no_memory(error);
    }
    for (int32_t j = 0; j < self->count; j++) {
        memcpy(self->values + (ptrdiff_t)j * dim, c, (size_t)dim * sizeof *c);
        advance(c, dim, order, greatest_order, form);
    }
    return RILL_OK;
}

void exponents_release(exponents *self)
{
    rill_memory_release(self->values);
    self->values = NULL;
}
