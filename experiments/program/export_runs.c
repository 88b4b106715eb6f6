#include "experiments/program/export_runs.h"

#include "experiments/json.h"
#include "experiments/program/output_json.h"
#include "experiments/program/settings.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void print_csv_text(const char *text, FILE *stream)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, stream);
        return;
    }
    fputc('"', stream);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"') {
            fputc('"', stream);
        }
        fputc(*c, stream);
    }
    fputc('"', stream);
}

/// The agent and what the sweep set, behind a line of a sweep.
static void print_csv_settings(const settings_columns *columns, int32_t variant,
                               const char *agent_label, FILE *stream)
{
    char text[256];
    if (columns->n > 0) {
        fputc(',', stream);
        print_csv_text(agent_label, stream);
    }
    for (int i = 0; i < columns->n; i++) {
        settings_write(columns, variant, i, 15, text, sizeof text);
        fputc(',', stream);
        print_csv_text(text, stream);
    }
    fputc('\n', stream);
}

static void print_csv(const rill_run *run, const rill_store_variant *variant,
                      const settings_columns *columns, FILE *stream)
{
    for (size_t j = 0; j < run->n_series; j++) {
        const rill_series *series = &run->series[j];
        for (size_t k = 0; k < series->count; k++) {
            print_csv_text(variant->label, stream);
            fprintf(stream, ",%" PRId64 ",%s,%s,%" PRId64 ",%.17g", run->run, series->metric,
                    rill_unit_name(series->unit), ((int64_t)k + 1) * series->every,
                    series->values[k]);
            print_csv_settings(columns, run->variant, variant->agent_label, stream);
        }
    }
}

/// One JSON object a line, one line a run.
static rill_status print_json(const rill_run *run, const rill_store_variant *variant, FILE *stream,
                              rill_error *error)
{
    char hash[17];
    snprintf(hash, sizeof hash, "%016" PRIx64, run->hash);
    cJSON *line = cJSON_CreateObject();
    cJSON_AddStringToObject(line, "label", variant->label);
    cJSON_AddStringToObject(line, "agent", variant->agent_label);
    cJSON_AddItemToObject(line, "settings", cJSON_CreateRaw(variant->settings));
    cJSON_AddNumberToObject(line, "run", (double)run->run);
    cJSON_AddStringToObject(line, "status", rill_run_status_name(run->status));
    cJSON_AddStringToObject(line, "hash", hash);
    cJSON_AddNumberToObject(line, "steps", (double)run->steps);
    cJSON_AddNumberToObject(line, "episodes", (double)run->episodes);
    cJSON_AddNumberToObject(line, "wall_seconds", run->wall_seconds);
    cJSON *all = cJSON_AddArrayToObject(line, "series");
    for (size_t j = 0; j < run->n_series; j++) {
        const rill_series *series = &run->series[j];
        cJSON *object = cJSON_CreateObject();
        cJSON_AddItemToArray(all, object);
        cJSON_AddStringToObject(object, "metric", series->metric);
        cJSON_AddStringToObject(object, "unit", rill_unit_name(series->unit));
        cJSON_AddNumberToObject(object, "every", (double)series->every);
        cJSON_AddItemToObject(object, "values", json_numbers(series->values, series->count));
    }
    return output_json_line(line, stream, error);
}

/// Replaces each series by its trailing means.
static rill_status smooth(rill_run *run, int64_t n, rill_error *error)
{
    for (size_t j = 0; j < run->n_series; j++) {
        rill_series *series = &run->series[j];
        double *smoothed = malloc((series->count + 1) * sizeof *smoothed);
        if (smoothed == NULL) {
            return rill_error_no_memory(error);
        }
        rill_smooth(series->values, series->count, n, smoothed);
        free(series->values);
        series->values = smoothed;
        series->capacity = series->count + 1;
    }
    return RILL_OK;
}

/// Where runs go.
typedef struct target {
    const rill_store_variant *variants;
    const runs_request *request;
    const settings_columns *columns;
    FILE *stream;
} target;

static rill_status export_run(void *context, rill_run *run, rill_error *error)
{
    const target *to = context;
    const runs_request *request = to->request;
    const rill_store_variant *variant = &to->variants[run->variant];
    rill_status status = request->smooth > 1 ? smooth(run, request->smooth, error) : RILL_OK;
    if (status != RILL_OK) {
        return status;
    }
    switch (request->format) {
    case EXPORT_CSV:
        print_csv(run, variant, to->columns, to->stream);
        return RILL_OK;
    case EXPORT_JSON:
        return print_json(run, variant, to->stream, error);
    case EXPORT_TENSORBOARD:
    case EXPORT_SAFETENSORS: // not of runs
        break;
    }
    return export_tensorboard(run, variant->label, variant->config, request->out, error);
}

rill_status export_runs(rill_store *store, const runs_request *request, FILE *stream,
                        rill_error *error)
{
    int32_t n_variants = 0;
    settings_columns columns;
    const rill_store_variant *variants = rill_store_variants(store, &n_variants);
    if (!settings_read(&columns, variants, n_variants)) {
        return rill_error_no_memory(error);
    }
    if (request->format == EXPORT_CSV) {
        fprintf(stream, "label,run,metric,unit,position,value%s", columns.n > 0 ? ",agent" : "");
        for (int i = 0; i < columns.n; i++) {
            fputc(',', stream);
            print_csv_text(columns.names[i], stream);
        }
        fputc('\n', stream);
    }
    target to = {variants, request, &columns, stream};
    rill_status status = rill_store_each(store, export_run, &to, error);
    settings_clear(&columns);
    return status;
}
