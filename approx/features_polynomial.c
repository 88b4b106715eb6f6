/// Polynomials: products of powers of the state's numbers, scaled to [from, to].
///
/// Sutton & Barto (2018), section 9.5.1: all powers up to the order in each dimension, (n+1)^dim of
/// them (eq. 9.17); Zhao (2025), section 8.2.2: all of a total degree up to the order: 3, 6 and 10
/// features of two numbers for orders 1, 2 and 3.
#include "approx/exponents.h"
#include "core/memory.h"

static const char *const forms[] = {"per_dimension", "total_degree", NULL};

typedef struct polynomial_params {
    scaling scaling;
    rill_list order;
    int form;
    double from, to;
    // derived
    exponents powers;
} polynomial_params;

static const rill_param polynomial_param_table[] = {
    SCALING_PARAMS,
    RILL_INTEGERS(polynomial_params, order, "3", 0, 100,
                  "greatest power, for all dimensions or for each"),
    RILL_CHOICE(polynomial_params, form, "per_dimension", forms,
                "the order bounds each power, or their sum"),
    RILL_REAL(polynomial_params, from, "0", -1e6, 1e6, "what the lower bound is scaled to"),
    RILL_REAL(polynomial_params, to, "1", -1e6, 1e6, "what the upper bound is scaled to"),
    RILL_PARAM_END,
};

static rill_status polynomial_prepare(rill_features *features, rill_error *error)
{
    polynomial_params *p = features->params;
    rill_status status = scaling_prepare(&p->scaling, features, error);
    if (status == RILL_OK) {
        status = scaling_check_list(&p->scaling, &p->order, "order", error);
    }
    if (status == RILL_OK && !(p->from < p->to)) {
        status =
            rill_error_set(error, RILL_INVALID, "to", "%g is not above from, %g", p->to, p->from);
    }
    if (status == RILL_OK) {
        status = exponents_create(&p->powers, p->scaling.dim, &p->order,
                                  p->form == 0 ? EXPONENTS_ALL : EXPONENTS_TOTAL_DEGREE, error);
    }
    features->size = features->n_active = p->powers.count;
    features->is_binary = false;
    return status;
}

static void polynomial_release(void *params)
{
    polynomial_params *p = params;
    scaling_release(&p->scaling);
    exponents_release(&p->powers);
}

/// The state's numbers, in [from, to].
static void apply(const polynomial_params *p, const rill_features *features,
                  rill_observation observation, double *s)
{
    scaling_apply(&p->scaling, features, observation, s);
    for (int32_t i = 0; i < p->scaling.dim; i++) {
        s[i] = p->from + (p->to - p->from) * s[i];
    }
}

/// product * base^power
static double times_power(double product, double base, int32_t power)
{
    for (; power > 0; power--) {
        product *= base;
    }
    return product;
}

static int32_t polynomial_encode(const rill_features *features, void *memory, bool is_frozen,
                                 rill_observation observation, int32_t *indices, double *values)
{
    (void)memory;
    (void)is_frozen;
    const polynomial_params *p = features->params;
    const int32_t dim = p->scaling.dim;
    double s[MAX_DIMENSIONS];
    apply(p, features, observation, s);
    for (int32_t j = 0; j < features->size; j++) {
        const int32_t *c = p->powers.values + (ptrdiff_t)j * dim;
        double product = 1.0;
        for (int32_t i = 0; i < dim; i++) {
            product = times_power(product, s[i], c[i]);
        }
        indices[j] = j;
        values[j] = product;
    }
    return features->size;
}

/// d x_j / d s_i = c_i s_i^(c_i - 1) times the other factors
static void polynomial_derivative(const rill_features *features, rill_observation observation,
                                  double *jacobian)
{
    const polynomial_params *p = features->params;
    const int32_t dim = p->scaling.dim;
    double s[MAX_DIMENSIONS];
    apply(p, features, observation, s);
    for (int32_t j = 0; j < features->size; j++) {
        const int32_t *c = p->powers.values + (ptrdiff_t)j * dim;
        for (int32_t i = 0; i < dim; i++) {
            double product = c[i] * (p->to - p->from) *
                             scaling_slope(&p->scaling, i, (double)observation.box[i]);
            for (int32_t k = 0; k < dim; k++) {
                product = times_power(product, s[k], k == i ? c[k] - 1 : c[k]);
            }
            jacobian[(ptrdiff_t)j * dim + i] = product;
        }
    }
}

extern const rill_features_type rill_features_polynomial;
const rill_features_type rill_features_polynomial = {
    .id = "polynomial",
    .summary = "products of powers of the scaled state",
    .source = "Sutton & Barto (2018), section 9.5.1; Zhao (2025), section 8.2.2",
    .params = polynomial_param_table,
    .params_size = sizeof(polynomial_params),
    .prepare = polynomial_prepare,
    .release = polynomial_release,
    .encode = polynomial_encode,
    .derivative = polynomial_derivative,
};
