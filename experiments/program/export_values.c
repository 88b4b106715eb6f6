#include "experiments/program/export_values.h"

#include "experiments/json.h"
#include "experiments/program/export_runs.h"
#include "experiments/program/output_json.h"

#include <inttypes.h>
#include <math.h>
#include <rill/policy.h>

/// One line of CSV, or one of JSON.
static rill_status print_point(const char *label, const values_surface *s, int64_t p, bool is_json,
                               FILE *stream, rill_error *error)
{
    const values_grid *g = &s->grid;
    const int32_t n_values = s->n_values;
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

static void print_head(const values_grid *g, FILE *stream)
{
    fprintf(stream, "label");
    for (int32_t i = 0; i < g->dim; i++) {
        fprintf(stream, ",observation_%d", i);
    }
    fprintf(stream, "%s,runs,value,se,action\n", g->dim == 0 ? ",observation" : "");
}

rill_status export_values(rill_store *store, const values_request *request, bool is_json,
                          FILE *stream, rill_error *error)
{
    int32_t n_variants = 0;
    values_surface *surfaces = NULL;
    const rill_store_variant *variants = rill_store_variants(store, &n_variants);
    rill_status status = values_read(store, request, &surfaces, &n_variants, error);
    bool is_begun = is_json;
    for (int32_t i = 0; i < n_variants && status == RILL_OK; i++) {
        const values_surface *own = &surfaces[i];
        const int64_t n = own->n_runs > 0 ? own->grid.n_points : 0;
        if (n > 0 && !is_begun) {
            print_head(&own->grid, stream);
            is_begun = true;
        }
        for (int64_t p = 0; p < n && status == RILL_OK; p++) {
            status = print_point(variants[i].label, own, p, is_json, stream, error);
        }
    }
    values_destroy(surfaces, n_variants);
    return status;
}
