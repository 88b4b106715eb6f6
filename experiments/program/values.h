/// What agents had learned at the end of their runs: means over the runs, at all states or at the points of a
/// grid. For `rill export --values` and the figures of values.
#ifndef RILL_PROGRAM_VALUES_H
#define RILL_PROGRAM_VALUES_H

#include <rill/agent.h>
#include <rill/store.h>
#include <stdint.h>

enum { VALUES_MAX_DIMENSIONS = 64, VALUES_DEFAULT_ACROSS = 41 };

/// What is asked for.
typedef struct values_request {
    const char *agent; ///< label; NULL: all agents
    const char *grid;  ///< "N" or "NxM...": points across each dimension that is not fixed
    const char *at;    ///< "*,-0.5,...": where each dimension is fixed; NULL: nowhere
} values_request;

/// Where an agent's estimates are looked at: all states, or a grid in the box of its observations.
typedef struct values_grid {
    int32_t dim; ///< 0: observations are discrete
    int64_t across[VALUES_MAX_DIMENSIONS];
    double low[VALUES_MAX_DIMENSIONS];
    double high[VALUES_MAX_DIMENSIONS]; ///< equal to `low` where the dimension is fixed
    int64_t n_points;
    float *points; ///< (n_points, dim), the last dimension fastest; NULL where discrete
} values_grid;

/// What the runs of a variant that did not diverge amount to at each point.
typedef struct values_surface {
    values_grid grid;
    double *mean, *squares; ///< (n_points) of V or max Q: mean, sum of squares about it
    double *q;              ///< (n_points, n_values) sum over the runs
    int32_t n_values;       ///< a point
    int64_t n_runs;         ///< 0: there is nothing else
} values_surface;

/// The grid for an agent. RILL_INVALID names the option that is wrong; RILL_NO_MEMORY.
rill_status values_grid_create(const rill_agent *agent, const values_request *request,
                               values_grid *g, rill_error *error);

/// The surfaces of all variants (n), empty for those not asked for; the store's runs are read one by one.
/// RILL_INVALID names the option that is wrong, or says that there is none; RILL_IO, RILL_NO_MEMORY. Free with
/// `values_destroy`.
rill_status values_read(rill_store *store, const values_request *request, values_surface **surfaces,
                        int32_t *n, rill_error *error);
void values_destroy(values_surface *surfaces, int32_t n);

#endif
