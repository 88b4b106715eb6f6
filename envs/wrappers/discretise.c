/// Discretise: a box observation becomes the index of the cell that it lies in. Dimension i is cut
/// into bins[i] bins of equal width between low[i] and high[i]; what lies beyond counts to the
/// outermost bin. Cells are numbered with the last dimension running fastest:
///
///     index = (...(bin_0 bins[1] + bin_1) bins[2] + ...) bins[n-1] + bin_{n-1}
///
/// The cell is not a state of the environment: what follows on it is no Markov process, and there is
/// no exact model.
#include <math.h>
#include <rill/wrapper.h>

typedef struct discretise_params {
    rill_list bins, low, high;
} discretise_params;

static const rill_param discretise_param_table[] = {
    RILL_INTEGERS(discretise_params, bins, "10", 1, 1e6,
                  "bins of a dimension: one number for all, or each its own"),
    RILL_REALS(discretise_params, low, "", -1e300, 1e300,
               "where the first bin begins, likewise; empty: the bounds of the observations"),
    RILL_REALS(discretise_params, high, "", -1e300, 1e300,
               "where the last bin ends, likewise; empty: the bounds of the observations"),
    RILL_PARAM_END,
};

/// Expands `name`, a bound; RILL_INVALID where it would take over an infinite one.
static rill_status expand_bound(rill_wrapper *wrapper, const char *name, const rill_list *list,
                                const double *bounds, rill_error *error)
{
    const int32_t n = wrapper->inner->observation_space.size;
    for (int32_t i = 0; i < n && list->count == 0; i++) {
        if (!isfinite(bounds[i])) {
            return rill_error_set(error, RILL_INVALID, name,
                                  "dimension %d of the observations of %s is unbounded; give `low` "
                                  "and `high`",
                                  i, wrapper->inner->type->id);
        }
    }
    return rill_wrapper_expand(wrapper, name, n, bounds, error);
}

static rill_status prepare(rill_wrapper *wrapper, rill_error *error)
{
    const discretise_params *params = wrapper->params;
    const rill_space box = wrapper->observation_space;
    rill_status status = rill_wrapper_need_box(wrapper, &box, "observations", error);
    if (status == RILL_OK) {
        status = rill_wrapper_expand(wrapper, "bins", box.size, NULL, error);
    }
    if (status == RILL_OK) {
        status = expand_bound(wrapper, "low", &params->low, box.low, error);
    }
    if (status == RILL_OK) {
        status = expand_bound(wrapper, "high", &params->high, box.high, error);
    }
    double n_cells = 1.0;
    for (int32_t i = 0; i < box.size && status == RILL_OK; i++) {
        if (!(params->low.values[i] < params->high.values[i])) {
            status = rill_error_set(error, RILL_INVALID, "low",
                                    "%.15g is not below %.15g, the end of dimension %d",
                                    params->low.values[i], params->high.values[i], i);
        }
        n_cells *= params->bins.values[i];
    }
    if (status == RILL_OK && n_cells > (double)INT32_MAX) {
        status = rill_error_set(error, RILL_INVALID, "bins",
                                "%.0f cells in all; there may be %d at most", n_cells, INT32_MAX);
    }
    if (status == RILL_OK) {
        wrapper->observation_space = rill_space_discrete((int32_t)n_cells);
    }
    return status;
}

static rill_observation observe(const rill_wrapped *self, rill_observation inner, float *box)
{
    (void)box;
    const discretise_params *params = self->params;
    int32_t index = 0;
    for (int32_t i = 0; i < params->bins.count; i++) {
        const double low = params->low.values[i], high = params->high.values[i];
        const int32_t bins = (int32_t)params->bins.values[i];
        const double position = ((double)inner.box[i] - low) / (high - low) * bins;
        const int32_t bin = !(position > 0.0) ? 0 : position >= bins ? bins - 1 : (int32_t)position;
        index = index * bins + bin;
    }
    return (rill_observation){.index = index};
}

extern const rill_wrapper_type rill_wrapper_discretise;
const rill_wrapper_type rill_wrapper_discretise = {
    .id = "discretise",
    .summary = "cuts box observations into cells of equal size",
    .source = "Gymnasium DiscretizeObservation",
    .params = discretise_param_table,
    .params_size = sizeof(discretise_params),
    .prepare = prepare,
    .observe = observe,
};
