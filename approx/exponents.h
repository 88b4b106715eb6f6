/// The integer vectors c that number the features of Fourier and polynomial bases.
#ifndef RILL_APPROX_EXPONENTS_H
#define RILL_APPROX_EXPONENTS_H

#include "approx/scaling.h"

/// Which vectors c of {0..order_i}^dim there are.
typedef enum exponents_form {
    EXPONENTS_ALL,          ///< all of them
    EXPONENTS_TOTAL_DEGREE, ///< those whose sum is at most the greatest order
    EXPONENTS_SEPARATE,     ///< those with at most one element that is not 0
} exponents_form;

typedef struct exponents {
    int32_t count;
    int32_t *values; ///< (count, dim), the last element running fastest; the first vector is 0
} exponents;

/// Lists the vectors. RILL_INVALID when there are more than 2^20, RILL_NO_MEMORY.
rill_status exponents_create(exponents *self, int32_t dim, const rill_list *order,
                             exponents_form form, rill_error *error);
void exponents_release(exponents *self);

#endif
