/// State aggregation: the space is cut into cells, and all states of a cell share one feature.
///
/// Sutton & Barto (2018), section 9.3. A discrete observation's bounds are its first and last number
/// that count: figure 9.1 has 10 groups from low 1 to high 1000, the terminal states beside them.
#include "approx/scaling.h"

typedef struct state_aggregation_params {
    scaling scaling;
    rill_list groups;
} state_aggregation_params;

static const rill_param state_aggregation_param_table[] = {
    SCALING_PARAMS,
    RILL_INTEGERS(state_aggregation_params, groups, "10", 1, 1 << 28,
                  "cells across the range, for all dimensions or for each"),
    RILL_PARAM_END,
};

static rill_status state_aggregation_prepare(rill_features *features, rill_error *error)
{
    state_aggregation_params *p = features->params;
    rill_status status = scaling_prepare(&p->scaling, features, error);
    if (status == RILL_OK) {
        status = scaling_check_list(&p->scaling, &p->groups, "groups", error);
    }
    double n = 1.0;
    for (int32_t i = 0; i < p->scaling.dim && status == RILL_OK; i++) {
        p->scaling.unit[i] = scaling_element(&p->groups, i);
        // whole numbers are shared out evenly: of n states, number i belongs to floor(i groups / n)
        p->scaling.range[i] += features->space.kind == RILL_SPACE_DISCRETE ? 1.0 : 0.0;
        n *= p->scaling.unit[i];
    }
    if (status == RILL_OK && n > 1 << 28) {
        return rill_error_set(error, RILL_INVALID, "groups", "%.3g cells are too many", n);
    }
    features->size = (int32_t)n;
    return status;
}

static void state_aggregation_release(void *params)
{
    scaling_release(&((state_aggregation_params *)params)->scaling);
}

/// The cell, row-major.
static int32_t state_aggregation_active(const rill_features *features, rill_observation observation)
{
    const state_aggregation_params *p = features->params;
    double x[MAX_DIMENSIONS];
    int32_t cell = 0;
    scaling_apply(&p->scaling, features, observation, x);
    for (int32_t i = 0; i < p->scaling.dim; i++) {
        const int32_t n = (int32_t)p->scaling.unit[i], group = (int32_t)x[i];
        cell = cell * n + (group < n ? group : n - 1);
    }
    return cell;
}

extern const rill_features_type rill_features_state_aggregation;
const rill_features_type rill_features_state_aggregation = {
    .id = "state_aggregation",
    .summary = "one feature per cell of a grid over the states",
    .source = "Sutton & Barto (2018), section 9.3",
    .params = state_aggregation_param_table,
    .params_size = sizeof(state_aggregation_params),
    .prepare = state_aggregation_prepare,
    .release = state_aggregation_release,
    .active = state_aggregation_active,
};
