/// Fourier cosine basis: x_j(s) = cos(pi c_j . s) for s in [0, 1]^dim and whole-number vectors c_j.
///
/// Konidaris, Osentoski and Thomas, "Value Function Approximation in Reinforcement Learning using the
/// Fourier Basis" (2011); Sutton & Barto (2018), section 9.5.2.
#include "approx/exponents.h"
#include "core/memory.h"

#include <math.h>
#include <rill/math.h>

typedef struct fourier_params {
    scaling scaling;
    rill_list order;
    bool is_coupled;
    bool scale_step_size;
    // derived
    exponents frequencies;
    double *step_scales; ///< (size) 1 / |c_j|
} fourier_params;

static const rill_param fourier_param_table[] = {
    SCALING_PARAMS,
    RILL_INTEGERS(fourier_params, order, "3", 0, 1000,
                  "greatest frequency, for all dimensions or for each"),
    {"coupled", RILL_PARAM_BOOL, offsetof(fourier_params, is_coupled), "true", 0, 1, NULL,
     "frequencies of all dimensions together; false: of one dimension at a time"},
    RILL_BOOL(fourier_params, scale_step_size, "true",
              "alpha is divided by the length of a feature's frequency vector"),
    RILL_PARAM_END,
};

static rill_status fourier_prepare(rill_features *features, rill_error *error)
{
    fourier_params *p = features->params;
    rill_status status = scaling_prepare(&p->scaling, features, error);
    if (status == RILL_OK) {
        status = scaling_check_list(&p->scaling, &p->order, "order", error);
    }
    const int32_t dim = p->scaling.dim;
    if (status == RILL_OK) {
        status = exponents_create(&p->frequencies, dim, &p->order,
                                  p->is_coupled ? EXPONENTS_ALL : EXPONENTS_SEPARATE, error);
    }
    if (status != RILL_OK) {
        return status;
    }
    features->size = features->n_active = p->frequencies.count;
    features->is_binary = false;
    p->step_scales = rill_memory_take((size_t)features->size * sizeof *p->step_scales);
    if (p->step_scales == NULL) {
        return rill_error_no_memory(error);
    }
    for (int32_t j = 0; j < features->size; j++) {
        const int32_t *c = p->frequencies.values + (ptrdiff_t)j * dim;
        double square = 0.0;
        for (int32_t i = 0; i < dim; i++) {
            square += (double)c[i] * c[i];
        }
        p->step_scales[j] = square == 0.0 ? 1.0 : 1.0 / sqrt(square);
    }
    features->step_scales = p->scale_step_size ? p->step_scales : NULL;
    return RILL_OK;
}

static void fourier_release(void *params)
{
    fourier_params *p = params;
    scaling_release(&p->scaling);
    exponents_release(&p->frequencies);
    rill_memory_release(p->step_scales);
}

static int32_t fourier_encode(const rill_features *features, void *memory, bool is_frozen,
                              rill_observation observation, int32_t *indices, double *values)
{
    (void)memory;
    (void)is_frozen;
    const fourier_params *p = features->params;
    const int32_t dim = p->scaling.dim;
    double s[MAX_DIMENSIONS];
    scaling_apply(&p->scaling, features, observation, s);
    for (int32_t j = 0; j < features->size; j++) {
        const int32_t *c = p->frequencies.values + (ptrdiff_t)j * dim;
        double product = 0.0;
        for (int32_t i = 0; i < dim; i++) {
            product += c[i] * s[i];
        }
        indices[j] = j;
        values[j] = rill_cos(RILL_PI * product);
    }
    return features->size;
}

/// d x_j / d observation_i = -pi c_ji sin(pi c_j . s) ds_i / d observation_i
static void fourier_derivative(const rill_features *features, rill_observation observation,
                               double *jacobian)
{
    const fourier_params *p = features->params;
    const int32_t dim = p->scaling.dim;
    double s[MAX_DIMENSIONS];
    scaling_apply(&p->scaling, features, observation, s);
    for (int32_t j = 0; j < features->size; j++) {
        const int32_t *c = p->frequencies.values + (ptrdiff_t)j * dim;
        double product = 0.0;
        for (int32_t i = 0; i < dim; i++) {
            product += c[i] * s[i];
        }
        const double slope = -RILL_PI * rill_sin(RILL_PI * product);
        for (int32_t i = 0; i < dim; i++) {
            jacobian[(ptrdiff_t)j * dim + i] =
                slope * c[i] * scaling_slope(&p->scaling, i, (double)observation.box[i]);
        }
    }
}

extern const rill_features_type rill_features_fourier;
const rill_features_type rill_features_fourier = {
    .id = "fourier",
    .summary = "cosines of whole-number frequencies over the scaled state",
    .source = "Konidaris et al. (2011); Sutton & Barto (2018), section 9.5.2",
    .params = fourier_param_table,
    .params_size = sizeof(fourier_params),
    .prepare = fourier_prepare,
    .release = fourier_release,
    .encode = fourier_encode,
    .derivative = fourier_derivative,
};
