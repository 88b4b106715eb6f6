#include "core/memory.h"
#include "core/registry.h"

#include <math.h>
#include <rill/features.h>

RILL_DEFINE_REGISTRY(features, "feature map", "features")

/// Room for one observation and its features.
typedef struct probe {
    int32_t *indices;   ///< (n_active)
    double *values;     ///< (n_active)
    double *low, *high; ///< (dimensions) of a box
    float *box;         ///< (dimensions)
} probe;

/// The bounds of a box: those given in the parameters "low" and "high", else the space's. False where there
/// are none.
static bool find_bounds(const rill_features *features, double *low, double *high)
{
    const char *params = features->params;
    const rill_param *rows[] = {rill_param_find(features->type->params, "low", NULL),
                                rill_param_find(features->type->params, "high", NULL)};
    double *bounds[] = {low, high};
    const double *of_space[] = {features->space.low, features->space.high};
    for (int32_t k = 0; k < 2; k++) {
        const rill_list *list =
            rows[k] == NULL ? NULL : (const rill_list *)(params + rows[k]->offset);
        for (int32_t i = 0; i < features->space.size; i++) {
            const bool is_given = list != NULL && list->count > 0;
            bounds[k][i] = is_given ? list->values[list->count == 1 ? 0 : i] : of_space[k][i];
            if (!isfinite(bounds[k][i])) {
                return false;
            }
        }
    }
    return true;
}

/// x'x of one observation, each feature with its step scale.
static double square_of(const rill_features *features, const probe *p, rill_observation observation)
{
    double sum = 0.0;
    const int32_t n =
        features->type->encode(features, NULL, true, observation, p->indices, p->values);
    for (int32_t i = 0; i < n; i++) {
        const double *scales = features->step_scales;
        sum += (scales == NULL ? 1.0 : scales[p->indices[i]]) * p->values[i] * p->values[i];
    }
    return features->step_scale * sum;
}

/// E[x'x] over all observations or, of many or a box, a sample.
static double mean_square(const rill_features *features, const probe *p)
{
    enum { MOST_NUMBERS = 100000, MOST_SAMPLES = 1000 };
    const bool is_box = features->space.kind == RILL_SPACE_BOX;
    int32_t n = MOST_NUMBERS / features->n_active + 1;
    n = n < MOST_SAMPLES ? n : MOST_SAMPLES;
    const bool is_whole = !is_box && features->space.size <= n;
    n = is_whole ? features->space.size : n;
    if (is_box && !find_bounds(features, p->low, p->high)) {
        return 1.0;
    }
    rill_rng rng;
    rill_rng_seed(&rng, 0);
    double sum = 0.0;
    for (int32_t k = 0; k < n; k++) {
        rill_observation observation = {.box = p->box};
        if (!is_box) {
            observation.index =
                is_whole ? k : (int32_t)rill_rng_integers(&rng, features->space.size);
        }
        for (int32_t i = 0; is_box && i < features->space.size; i++) {
            p->box[i] = (float)rill_rng_uniform(&rng, p->low[i], p->high[i]);
        }
        sum += square_of(features, p, observation);
    }
    return sum / n;
}

/// The recommended scale of features with values of their own.
static rill_status recommend(rill_features *features, rill_error *error)
{
    const bool is_box = features->space.kind == RILL_SPACE_BOX;
    const size_t n = (size_t)features->n_active, n_box = is_box ? (size_t)features->space.size : 0;
    double *block = rill_memory_take((n + 2 * n_box) * sizeof(double) + n * sizeof(int32_t) +
                                     n_box * sizeof(float));
    if (block == NULL) {
        return rill_error_no_memory(error);
    }
    const probe p = {.values = block,
                     .low = block + n,
                     .high = block + n + n_box,
                     .indices = (int32_t *)(void *)(block + n + 2 * n_box),
                     .box = (float *)(void *)((int32_t *)(void *)(block + n + 2 * n_box) + n)};
    const double square = mean_square(features, &p);
    features->recommended_scale = square > 0.0 ? 1.0 / square : 1.0;
    rill_memory_release(block);
    return RILL_OK;
}

rill_status rill_features_create(rill_features *features, const rill_features_type *type,
                                 void *params, rill_space space, rill_error *error)
{
    if (params == NULL) {
        params = rill_params_create(type->params, type->params_size);
        if (params == NULL) {
            return rill_error_no_memory(error);
        }
    }
    *features = (rill_features){.type = type,
                                .params = params,
                                .space = space,
                                .n_active = 1,
                                .is_binary = true,
                                .recommended_scale = 1.0,
                                .step_scale = 1.0};
    rill_status status = type->prepare(features, error);
    if (status == RILL_OK && !features->is_binary) {
        status = recommend(features, error);
    }
    if (status != RILL_OK) {
        rill_features_destroy(features);
    }
    return status;
}

void rill_features_destroy(rill_features *features)
{
    if (features->type != NULL) {
        if (features->type->release != NULL) {
            features->type->release(features->params);
        }
        rill_params_destroy(features->type->params, features->params);
        *features = (rill_features){0};
    }
}

int32_t rill_features_encode(const rill_features *features, void *memory, bool is_frozen,
                             rill_observation observation, int32_t *indices, double *values)
{
    if (rill_features_are_table(features)) {
        indices[0] = rill_features_active(features, observation);
        values[0] = 1.0;
        return 1;
    }
    const int32_t n =
        features->type->encode(features, memory, is_frozen, observation, indices, values);
    for (int32_t i = 0; features->is_binary && i < n; i++) {
        values[i] = 1.0;
    }
    return n;
}
