// Progress for other programs: an object a line. docs/results.md describes them.
#include "experiments/program/progress_state.h"
#include "experiments/run_one.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/// NaN is null.
static void add_number(cJSON *object, const char *key, double value)
{
    if (isfinite(value)) {
        cJSON_AddNumberToObject(object, key, value);
    } else {
        cJSON_AddNullToObject(object, key);
    }
}

/// Prints and frees. Without memory nothing is told.
static void print(cJSON *object)
{
    char *text = cJSON_PrintUnformatted(object);
    cJSON_Delete(object);
    if (text != NULL) {
        fprintf(stderr, "%s\n", text);
        fflush(stderr);
        free(text);
    }
}

/// An event, with how far all is.
static cJSON *begin(const progress *p, const char *event)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "event", event);
    add_number(object, "seconds", run_seconds_now() - p->began);
    add_number(object, "runs", (double)(p->n_before + p->n_noted));
    add_number(object, "of", (double)(p->n_before + p->n_missing));
    return object;
}

void progress_json(const progress *p)
{
    cJSON *object = begin(p, "progress");
    add_number(object, "steps", (double)p->steps);
    add_number(object, "steps_per_second", progress_total_rate(p));
    add_number(object, "seconds_left", progress_left(p));
    cJSON *variants = cJSON_AddArrayToObject(object, "running");
    for (int32_t i = 0; i < p->n_variants; i++) {
        const progress_variant *variant = &p->variants[i];
        if (variant->now.running == 0) {
            continue;
        }
        cJSON *row = cJSON_CreateObject();
        cJSON_AddItemToArray(variants, row);
        cJSON_AddStringToObject(row, "label", variant->label);
        add_number(row, "runs", (double)(variant->n_before + variant->n_noted));
        add_number(row, "of", (double)(variant->n_before + variant->n_missing));
        add_number(row, "running", (double)variant->now.running);
        add_number(row, "steps", (double)variant->now.steps);
        add_number(row, "steps_per_second", progress_rate(variant));
        add_number(row, "seconds_left", progress_variant_left(variant));
        cJSON_AddStringToObject(row, "metric", p->metric);
        add_number(row, "value", progress_value(variant));
    }
    print(object);
}

void progress_json_run(const progress *p, const rill_run *run)
{
    char hash[17];
    snprintf(hash, sizeof hash, "%016" PRIx64, run->hash);
    cJSON *object = begin(p, "run");
    cJSON_AddStringToObject(object, "label", p->variants[run->variant].label);
    add_number(object, "run", (double)run->run);
    cJSON_AddStringToObject(object, "status", rill_run_status_name(run->status));
    cJSON_AddStringToObject(object, "hash", hash);
    add_number(object, "steps", (double)run->steps);
    add_number(object, "episodes", (double)run->episodes);
    add_number(object, "wall_seconds", run->wall_seconds);
    print(object);
}

void progress_json_warning(const progress *p, const char *message)
{
    cJSON *object = begin(p, "warning");
    cJSON_AddStringToObject(object, "message", message);
    print(object);
}

void progress_json_end(const progress *p, rill_status status)
{
    cJSON *object = begin(p, "end");
    add_number(object, "steps", (double)p->steps);
    add_number(object, "steps_per_second", progress_total_rate(p));
    cJSON_AddStringToObject(object, "status",
                            status == RILL_OK            ? "done"
                            : status == RILL_INTERRUPTED ? "interrupted"
                                                         : "failed");
    print(object);
}
