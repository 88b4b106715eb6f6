#include "experiments/program/export_values.h"

#include "experiments/json.h"
#include "experiments/program/export_runs.h"
#include "experiments/program/output_json.h"
#include "experiments/program/program.h"

#include <inttypes.h>
#include <math.h>
#include <rill/recall.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_DIMENSIONS = 64,
    DEFAULT_ACROSS = 41,
    MAX_POINTS = 1 << 20 // of a grid
};

/// Where an agent's estimates are looked at: all states, or a grid in the box of its observations.
typedef struct grid {
    int32_t dim; ///< 0: observations are discrete
    int64_t across[MAX_DIMENSIONS];
    double low[MAX_DIMENSIONS], high[MAX_DIMENSIONS]; ///< equal where the dimension is fixed
    int64_t n_points;
    float *points; ///< (n_points, dim); NULL where discrete
} grid;

/// What the runs of an agent amount to at each point.
typedef struct surface {
    double *mean, *squares; ///< (n_points) of V or max Q: mean, sum of squares about it
    double *q;              ///< (n_points, n_values) sum over the runs
    int64_t n_runs;
} surface;

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
static rill_status read_at(const char *text, grid *g, int32_t *n_free, rill_error *error)
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
static rill_status read_grid(const char *text, int32_t n_free, grid *g, rill_error *error)
{
    int64_t sizes[MAX_DIMENSIONS] = {DEFAULT_ACROSS};
    int32_t n = text == NULL ? 1 : 0;
    bool is_sound = true;
    while (text != NULL && is_sound && n < MAX_DIMENSIONS) {
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
static rill_status place_points(grid *g, rill_error *error)
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
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
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

static rill_status make_grid(const rill_agent *agent, const values_request *request, grid *g,
                             rill_error *error)
{
    const rill_space *space = &agent->observation_space;
    *g = (grid){.n_points = space->size};
    if (space->kind == RILL_SPACE_DISCRETE) {
        if (request->grid != NULL || request->at != NULL) {
            return rill_error_set(error, RILL_INVALID, request->grid != NULL ? "--grid" : "--at",
                                  "observations are numbers from 0 to %d, each of which has a line",
                                  space->size - 1);
        }
        return RILL_OK;
    }
    if (space->size > MAX_DIMENSIONS) {
        return rill_error_set(error, RILL_INVALID, "--values",
                              "observations of %d numbers are more than %d", space->size,
                              MAX_DIMENSIONS);
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

/// Takes one more run into the means (Welford 1962); `values` is (n_points, n_values).
static void add_run(surface *s, const double *values, int64_t n_points, int32_t n_values)
{
    const double n = (double)++s->n_runs;
    for (int64_t p = 0; p < n_points; p++) {
        const double *row = values + p * n_values;
        const double value = rill_max(row, n_values), before = value - s->mean[p];
        s->mean[p] += before / n;
        s->squares[p] += before * (value - s->mean[p]);
        for (int32_t a = 0; a < n_values; a++) {
            // as a sum, since the value of an action that does not exist is not finite
            s->q[p * n_values + a] += row[a];
        }
    }
}

static void release_surface(surface *s)
{
    free(s->mean);
    free(s->squares);
    free(s->q);
}

/// The means over the runs of an agent that did not diverge.
static rill_status make_surface(rill_agent *agent, int32_t variant, const rill_run *runs,
                                size_t n_runs, const grid *g, surface *s, rill_error *error)
{
    const int32_t n_values = rill_agent_n_values(agent);
    const size_t n = (size_t)g->n_points, n_all = n * (size_t)n_values;
    double *values = malloc((n_all + 1) * sizeof *values);
    *s = (surface){calloc(n + 1, sizeof(double)), calloc(n + 1, sizeof(double)),
                   calloc(n_all + 1, sizeof(double)), 0};
    rill_status status = RILL_OK;
    if (values == NULL || s->mean == NULL || s->squares == NULL || s->q == NULL) {
        status = rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    for (size_t i = 0; i < n_runs && status == RILL_OK; i++) {
        if (runs[i].variant == variant && runs[i].status == RILL_RUN_DONE) {
            status = rill_recall_values(agent, &runs[i], g->points, g->n_points, values, error);
            if (status == RILL_OK) {
                add_run(s, values, g->n_points, n_values);
            }
        }
    }
    free(values);
    return status;
}

/// One line of CSV, or one of JSON.
static rill_status print_point(const char *label, const grid *g, int64_t p, const surface *s,
                               int32_t n_values, bool is_json, FILE *stream, rill_error *error)
{
    const double n = (double)s->n_runs;
    const double se = sqrt(s->squares[p] / (n - 1.0) / n); // of one run not a number
    const int32_t action = rill_argmax(s->q + p * n_values, n_values);
    if (!is_json) {
        print_csv_text(label, stream);
        for (int32_t i = 0; i < g->dim; i++) {
            fprintf(stream, ",%.9g", (double)g->points[p * g->dim + i]);
        }
        if (g->dim == 0) {
            fprintf(stream, ",%" PRId64, p);
        }
        fprintf(stream, ",%" PRId64 ",%.17g,", s->n_runs, s->mean[p]);
        if (isfinite(se)) {
            fprintf(stream, "%.17g", se);
        }
        fprintf(stream, n_values > 1 ? ",%d\n" : ",\n", action);
        return RILL_OK;
    }
    cJSON *line = cJSON_CreateObject();
    cJSON_AddStringToObject(line, "label", label);
    cJSON *observation = g->dim == 0 ? cJSON_CreateNumber((double)p) : cJSON_CreateArray();
    for (int32_t i = 0; i < g->dim; i++) {
        cJSON_AddItemToArray(observation, json_number((double)g->points[p * g->dim + i]));
    }
    cJSON_AddItemToObject(line, "observation", observation);
    cJSON_AddNumberToObject(line, "runs", n);
    cJSON_AddItemToObject(line, "value", json_number(s->mean[p]));
    cJSON_AddItemToObject(line, "se", json_number(se));
    cJSON_AddItemToObject(line, "action",
                          n_values > 1 ? cJSON_CreateNumber(action) : cJSON_CreateNull());
    return output_json_line(line, stream, error);
}

static void print_head(const grid *g, FILE *stream)
{
    fprintf(stream, "label");
    for (int32_t i = 0; i < g->dim; i++) {
        fprintf(stream, ",observation_%d", i);
    }
    fprintf(stream, "%s,runs,value,se,action\n", g->dim == 0 ? ",observation" : "");
}

/// The variants asked for, all made before any is printed.
typedef struct part {
    grid grid;
    surface surface;
    int32_t n_values; ///< a point
} part;

/// Of one variant, whose agent is made again from its configuration.
static rill_status make_part(const char *config, int32_t variant, const rill_run *runs,
                             size_t n_runs, const values_request *request, part *out,
                             rill_error *error)
{
    rill_experiment *experiment = NULL;
    rill_status status = rill_experiment_parse(&experiment, config, NULL, error);
    if (status != RILL_OK) {
        return status;
    }
    rill_agent *agent = experiment->variants[0].agent;
    out->n_values = rill_agent_n_values(agent);
    status = make_grid(agent, request, &out->grid, error);
    if (status == RILL_OK) {
        status = make_surface(agent, variant, runs, n_runs, &out->grid, &out->surface, error);
    }
    rill_experiment_destroy(experiment);
    return status;
}

static rill_status make_parts(const rill_store_variant *variants, int32_t n, const rill_run *runs,
                              size_t n_runs, const values_request *request, part *parts,
                              rill_error *error)
{
    rill_status status = RILL_OK;
    int32_t n_asked = 0, n_filled = 0;
    for (int32_t i = 0; i < n && status == RILL_OK; i++) {
        if (request->agent != NULL && strcmp(request->agent, variants[i].label) != 0) {
            continue;
        }
        status = make_part(variants[i].config, i, runs, n_runs, request, &parts[i], error);
        n_asked++;
        n_filled += parts[i].surface.n_runs > 0;
    }
    if (status == RILL_OK && n_asked == 0) {
        return rill_error_set(error, RILL_INVALID, "--agent", "no agent has the label \"%.60s\"",
                              request->agent);
    }
    if (status == RILL_OK && n_filled == 0) {
        return rill_error_set(error, RILL_INVALID, "--values",
                              "there is no finished run that did not diverge");
    }
    return status;
}

rill_status export_values(const rill_store *store, const rill_run *runs, size_t n_runs,
                          const values_request *request, FILE *stream, rill_error *error)
{
    int32_t n_variants = 0;
    const rill_store_variant *variants = rill_store_variants(store, &n_variants);
    part *parts = calloc((size_t)n_variants + 1, sizeof *parts);
    rill_status status =
        parts == NULL ? rill_error_set(error, RILL_NO_MEMORY, "", "out of memory")
                      : make_parts(variants, n_variants, runs, n_runs, request, parts, error);
    bool is_begun = request->is_json;
    for (int32_t i = 0; i < n_variants && status == RILL_OK; i++) {
        const part *own = &parts[i];
        const int64_t n = own->surface.n_runs > 0 ? own->grid.n_points : 0;
        if (n > 0 && !is_begun) {
            print_head(&own->grid, stream);
            is_begun = true;
        }
        for (int64_t p = 0; p < n && status == RILL_OK; p++) {
            status = print_point(variants[i].label, &own->grid, p, &own->surface, own->n_values,
                                 request->is_json, stream, error);
        }
    }
    for (int32_t i = 0; parts != NULL && i < n_variants; i++) {
        free(parts[i].grid.points);
        release_surface(&parts[i].surface);
    }
    free(parts);
    return status;
}
