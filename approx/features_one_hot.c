/// One feature per observation of a discrete space: a linear function on it is a table
/// (S&B section 9.3).
#include <rill/features.h>

typedef struct one_hot_params {
    char unused;
} one_hot_params;

static const rill_param one_hot_param_table[] = {RILL_PARAM_END};

static rill_status one_hot_prepare(rill_features *features, rill_error *error)
{
    if (features->space.kind != RILL_SPACE_DISCRETE) {
        return rill_error_set(error, RILL_INVALID, "",
                              "one_hot needs discrete observations, this environment's are a box "
                              "of %d numbers: use features of boxes, as tile_coding",
                              features->space.size);
    }
    features->size = features->space.size;
    return RILL_OK;
}

extern const rill_features_type rill_features_one_hot;
const rill_features_type rill_features_one_hot = {
    .id = "one_hot",
    .summary = "one feature per discrete observation: a table",
    .source = "Sutton & Barto (2018), section 9.3",
    .params = one_hot_param_table,
    .params_size = sizeof(one_hot_params),
    .prepare = one_hot_prepare,
};
