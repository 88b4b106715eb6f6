#include "experiments/program/values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_POINTS = 1 << 20 }; // of a grid

/// A bound of the features, `name` "low" or "high": that of the parameter where it is given, else that
/// of the space.
static double bound_of(const rill_agent *agent, const char *name, int32_t i)
{
    const rill_space *space = &agent->observation_space;
    const rill_param *param = rill_param_find(agent->features.type->params, name, NULL);
    if (param != NULL && param->kind == RILL_PARAM_REALS) {
        const char *params = agent->features.params;
        const rill_list *list = (const rill_list *)(params + param->offset);
        if (list->count > 0) {
            return list->values[list->count == 1 ? 0 : i];
        }
    }
    return strcmp(name, "low") == 0 ? space->low[i] : space->high[i];
}

/// Reads "--at": fixes dimensions, and counts those that are not.
static rill_status read_at(const char *text, values_grid *g, int32_t *n_free, rill_error *error)
{
    int32_t i = 0;
    *n_free = text == NULL ? g->dim : 0;
    bool is_over = text == NULL;
    while (!is_over && i < g->dim) {
        char *end = NULL;
        const double value = strtod(text, &end);
        if (text[0] == '*') {
            ++*n_free;
            end = (char *)(uintptr_t)text + 1;
        } else if (end == text || !isfinite(value)) {
            break;
        } else {
            g->low[i] = g->high[i] = value;
            g->across[i] = 1;
        }
        i++;
        is_over = *end == '\0';
        if (*end != ',' && !is_over) {
            break;
        }
        text = end + 1;
    }
    if (!is_over || (i > 0 && i < g->dim)) {
        return rill_error_set(error, RILL_INVALID, "--at",
                              "expected %d numbers or * between commas, one a dimension of the "
                              "observation",
                              g->dim);
    }
    return RILL_OK;
}

/// Reads "--grid" for the dimensions that are not fixed.
static rill_status read_grid(const char *text, int32_t n_free, values_grid *g, rill_error *error)
{
    int64_t sizes[VALUES_MAX_DIMENSIONS] = {VALUES_DEFAULT_ACROSS};
    int32_t n = text == NULL ? 1 : 0;
    bool is_sound = true;
    while (text != NULL && is_sound && n < VALUES_MAX_DIMENSIONS) {
        char *end = NULL;
        const long long size = strtoll(text, &end, 10);
        is_sound = end != text && size >= 1 && size <= MAX_POINTS && (*end == 'x' || *end == '\0');
        sizes[n++] = size;
        text = *end == 'x' ? end + 1 : NULL;
    }
    if (!is_sound || text != NULL || (n != 1 && n != n_free)) {
        return rill_error_set(error, RILL_INVALID, "--grid",
                              "expected the number of points across each of the %d dimensions that "
                              "are not fixed, as 41 or 41x21",
                              n_free);
    }
    int32_t next = 0;
    for (int32_t i = 0; i < g->dim; i++) {
        if (g->across[i] == 0) {
            g->across[i] = sizes[n == 1 ? 0 : next++];
        }
    }
    return RILL_OK;
}

/// The points, the last dimension running fastest; both ends of a range are among them.
static rill_status place_points(values_grid *g, rill_error *error)
{
    g->n_points = 1;
    for (int32_t i = 0; i < g->dim; i++) {
        if (!(isfinite(g->low[i]) && isfinite(g->high[i]))) {
            return rill_error_set(error, RILL_INVALID, "--at",
                                  "dimension %d of the observation has no bounds; fix it", i);
        }
        g->n_points = g->n_points > MAX_POINTS ? g->n_points : g->n_points * g->across[i];
    }
    if (g->n_points > MAX_POINTS) {
        return rill_error_set(error, RILL_INVALID, "--grid",
                              "more than %d points; fix dimensions with --at", MAX_POINTS);
    }
    g->points = malloc(((size_t)g->n_points * (size_t)g->dim + 1) * sizeof *g->points);
    if (g->points == NULL) {
        return rill_error_no_memory(error);
    }
    for (int64_t p = 0; p < g->n_points; p++) {
        int64_t rest = p;
        for (int32_t i = g->dim - 1; i >= 0; i--) {
            const int64_t n = g->across[i], k = rest % n;
            const double share = n == 1 ? 0.5 : (double)k / (double)(n - 1);
            const double x =
                k == n - 1 && n > 1 ? g->high[i] : g->low[i] + share * (g->high[i] - g->low[i]);
            g->points[p * g->dim + i] = (float)x;
            rest /= n;
        }
    }
    return RILL_OK;
}

rill_status values_grid_create(const rill_agent *agent, const values_request *request,
                               values_grid *g, rill_error *error)
{
    const rill_space *space = &agent->observation_space;
    *g = (values_grid){.n_points = space->size};
    if (space->kind == RILL_SPACE_DISCRETE) {
        if (request->grid != NULL || request->at != NULL) {
            return rill_error_set(error, RILL_INVALID, request->grid != NULL ? "--grid" : "--at",
                                  "observations are numbers from 0 to %d, each of which has a line",
                                  space->size - 1);
        }
        return RILL_OK;
    }
    if (space->size > VALUES_MAX_DIMENSIONS) {
        return rill_error_set(error, RILL_INVALID, "--values",
                              "observations of %d numbers are more than %d", space->size,
                              VALUES_MAX_DIMENSIONS);
    }
    g->dim = space->size;
    for (int32_t i = 0; i < g->dim; i++) {
        g->low[i] = bound_of(agent, "low", i);
        g->high[i] = bound_of(agent, "high", i);
    }
    int32_t n_free = 0;
    rill_status status = read_at(request->at, g, &n_free, error);
    status = status == RILL_OK ? read_grid(request->grid, n_free, g, error) : status;
    return status == RILL_OK ? place_points(g, error) : status;
}
