#include "experiments/program/values.h"

#include <rill/experiment.h>
#include <rill/policy.h>
#include <rill/recall.h>
#include <stdlib.h>
#include <string.h>

/// What `take_run` works with: the variant whose runs are coming.
typedef struct reading {
    const rill_store_variant *variants;
    const values_request *request;
    values_surface *surfaces;    ///< (n_variants)
    rill_experiment *experiment; ///< of variant `current` alone; NULL before the first
    int32_t current;
    double *values; ///< (n_points, n_values) of one run
} reading;

static void end_variant(reading *r)
{
    rill_experiment_destroy(r->experiment);
    free(r->values);
    r->experiment = NULL;
    r->values = NULL;
}

/// Makes the agent of a variant again, from its configuration.
static rill_status begin_variant(reading *r, int32_t variant, rill_error *error)
{
    values_surface *own = &r->surfaces[variant];
    end_variant(r);
    rill_status status =
        rill_experiment_parse(&r->experiment, r->variants[variant].config, NULL, error);
    if (status != RILL_OK) {
        return status;
    }
    const rill_agent *agent = r->experiment->variants[0].agent;
    r->current = variant;
    own->n_values = rill_agent_n_values(agent);
    status = values_grid_create(agent, r->request, &own->grid, error);
    if (status != RILL_OK) {
        return status;
    }
    const size_t n = (size_t)own->grid.n_points, n_all = n * (size_t)own->n_values;
    own->mean = calloc(n + 1, sizeof *own->mean);
    own->squares = calloc(n + 1, sizeof *own->squares);
    own->q = calloc(n_all + 1, sizeof *own->q);
    r->values = malloc((n_all + 1) * sizeof *r->values);
    if (own->mean == NULL || own->squares == NULL || own->q == NULL || r->values == NULL) {
        return rill_error_no_memory(error);
    }
    return RILL_OK;
}

/// Takes one more run into the means (Welford 1962).
static void add_run(values_surface *s, const double *values)
{
    const double n = (double)++s->n_runs;
    for (int64_t p = 0; p < s->grid.n_points; p++) {
        const double *row = values + p * s->n_values;
        const double value = rill_max(row, s->n_values), before = value - s->mean[p];
        s->mean[p] += before / n;
        s->squares[p] += before * (value - s->mean[p]);
        for (int32_t a = 0; a < s->n_values; a++) {
            // as a sum, since the value of an action that does not exist is not finite
            s->q[p * s->n_values + a] += row[a];
        }
    }
}

static bool is_asked(const values_request *request, const char *label)
{
    return request->agent == NULL || strcmp(request->agent, label) == 0;
}

static rill_status take_run(void *context, rill_run *run, rill_error *error)
{
    reading *r = context;
    if (!is_asked(r->request, r->variants[run->variant].label) || run->status != RILL_RUN_DONE) {
        return RILL_OK;
    }
    rill_status status = RILL_OK;
    if (r->experiment == NULL || r->current != run->variant) { // runs come by variant
        status = begin_variant(r, run->variant, error);
    }
    values_surface *own = &r->surfaces[run->variant];
    if (status == RILL_OK) {
        status = rill_recall_values(r->experiment->variants[0].agent, run, own->grid.points,
                                    own->grid.n_points, r->values, error);
    }
    if (status == RILL_OK) {
        add_run(own, r->values);
    }
    return status;
}

void values_destroy(values_surface *surfaces, int32_t n)
{
    for (int32_t i = 0; surfaces != NULL && i < n; i++) {
        free(surfaces[i].grid.points);
        free(surfaces[i].mean);
        free(surfaces[i].squares);
        free(surfaces[i].q);
    }
    free(surfaces);
}

static rill_status check_agent(const char *const *labels, int32_t n, const char *agent,
                               rill_error *error)
{
    for (int32_t i = 0; i < n; i++) {
        if (agent == NULL || strcmp(agent, labels[i]) == 0) {
            return RILL_OK;
        }
    }
    const char *nearest = rill_nearest_name(agent, labels);
    return rill_error_set(error, RILL_INVALID, "--agent",
                          nearest == NULL
                              ? "no agent has the label \"%.60s\""
                              : "no agent has the label \"%.60s\"; did you mean \"%s\"?",
                          agent, nearest);
}

rill_status values_read(rill_store *store, const values_request *request, values_surface **surfaces,
                        int32_t *n, rill_error *error)
{
    const char *const *labels = rill_store_labels(store, n);
    reading r = {.variants = rill_store_variants(store, n), .request = request};
    *surfaces = r.surfaces = calloc((size_t)*n + 1, sizeof *r.surfaces);
    rill_status status = r.surfaces == NULL ? rill_error_no_memory(error)
                                            : check_agent(labels, *n, request->agent, error);
    if (status == RILL_OK) {
        status = rill_store_each(store, take_run, &r, error);
    }
    end_variant(&r);
    bool has_any = false;
    for (int32_t i = 0; i < *n && status == RILL_OK; i++) {
        has_any = has_any || r.surfaces[i].n_runs > 0;
    }
    if (status == RILL_OK && !has_any) {
        status = rill_error_set(error, RILL_INVALID, "",
                                "there is no finished run that did not diverge");
    }
    return status;
}
