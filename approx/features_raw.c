/// The state itself: 1, then its numbers, scaled to [-1, 1].
#include "approx/scaling.h"

typedef struct raw_params {
    scaling scaling;
    bool bias;
} raw_params;

static const rill_param raw_param_table[] = {
    SCALING_PARAMS,
    RILL_BOOL(raw_params, bias, "true", "a feature that is always 1, in front"),
    RILL_PARAM_END,
};

static rill_status raw_prepare(rill_features *features, rill_error *error)
{
    raw_params *p = features->params;
    rill_status status = scaling_prepare(&p->scaling, features, error);
    features->size = features->n_active = p->scaling.dim + p->bias;
    features->is_binary = false;
    return status;
}

static void raw_release(void *params)
{
    scaling_release(&((raw_params *)params)->scaling);
}

static int32_t raw_encode(const rill_features *features, void *memory, bool is_frozen,
                          rill_observation observation, int32_t *indices, double *values)
{
    (void)memory;
    (void)is_frozen;
    const raw_params *p = features->params;
    double s[MAX_DIMENSIONS];
    scaling_apply(&p->scaling, features, observation, s);
    values[0] = 1.0;
    for (int32_t i = 0; i < p->scaling.dim; i++) {
        values[i + p->bias] = 2.0 * s[i] - 1.0;
    }
    for (int32_t j = 0; j < features->size; j++) {
        indices[j] = j;
    }
    return features->size;
}

static void raw_derivative(const rill_features *features, rill_observation observation,
                           double *jacobian)
{
    const raw_params *p = features->params;
    const int32_t dim = p->scaling.dim;
    for (int32_t j = 0; j < features->size; j++) {
        for (int32_t i = 0; i < dim; i++) {
            const bool is_own = j == i + p->bias;
            jacobian[(ptrdiff_t)j * dim + i] =
                is_own ? 2.0 * scaling_slope(&p->scaling, i, (double)observation.box[i]) : 0.0;
        }
    }
}

extern const rill_features_type rill_features_raw;
const rill_features_type rill_features_raw = {
    .id = "raw",
    .summary = "the state's numbers, scaled to [-1, 1], and a constant",
    .source = "Sutton & Barto (2018), section 9.5",
    .params = raw_param_table,
    .params_size = sizeof(raw_params),
    .prepare = raw_prepare,
    .release = raw_release,
    .encode = raw_encode,
    .derivative = raw_derivative,
};
