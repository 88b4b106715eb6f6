/// Given features: x(s) of each discrete state, written out.
///
/// For the examples that choose them by hand: Baird's counterexample (Sutton & Barto, 2018, Example
/// 11.1), the short corridor (Example 13.1), states that look alike.
#include <rill/features.h>

typedef struct given_params {
    int64_t n_features;
    rill_list values;
} given_params;

static const rill_param given_param_table[] = {
    RILL_INTEGER(given_params, n_features, "1", 1, 1 << 20, "number of features"),
    RILL_REALS(given_params, values, "1", -1e300, 1e300,
               "x(s), n_features numbers for each state in turn; one number: for all"),
    RILL_PARAM_END,
};

static rill_status given_prepare(rill_features *features, rill_error *error)
{
    const given_params *p = features->params;
    if (features->space.kind != RILL_SPACE_DISCRETE) {
        return rill_error_set(error, RILL_INVALID, "",
                              "given needs discrete observations, this environment's are a box of "
                              "%d numbers",
                              features->space.size);
    }
    const int64_t n = features->space.size * p->n_features;
    if (p->values.count != 1 && p->values.count != n) {
        return rill_error_set(error, RILL_INVALID, "values",
                              "%d numbers, but %d states of %d features need %.0f", p->values.count,
                              features->space.size, (int)p->n_features, (double)n);
    }
    features->size = features->n_active = (int32_t)p->n_features;
    features->is_binary = false;
    return RILL_OK;
}

static int32_t given_encode(const rill_features *features, void *memory, bool is_frozen,
                            rill_observation observation, int32_t *indices, double *values)
{
    (void)memory;
    (void)is_frozen;
    const given_params *p = features->params;
    const double *x = p->values.values;
    const int32_t n = features->size;
    for (int32_t j = 0; j < n; j++) {
        indices[j] = j;
        values[j] = p->values.count == 1 ? x[0] : x[(ptrdiff_t)observation.index * n + j];
    }
    return n;
}

extern const rill_features_type rill_features_given;
const rill_features_type rill_features_given = {
    .id = "given",
    .summary = "the features of each state written out",
    .source = "Sutton & Barto (2018), Example 11.1",
    .params = given_param_table,
    .params_size = sizeof(given_params),
    .prepare = given_prepare,
    .encode = given_encode,
};
