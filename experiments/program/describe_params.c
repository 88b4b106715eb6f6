#include "experiments/program/describe_params.h"

#include "experiments/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// The values that a parameter may take: "0 to 1", "at least 0", "a | b"; "" when any.
static void describe_allowed(const rill_param *param, char *text, size_t size)
{
    const double unbounded = 1e300; // as large as tables have it
    text[0] = '\0';
    if (param->kind == RILL_PARAM_CHOICE) {
        size_t used = 0;
        for (size_t i = 0; param->choices[i] != NULL && used < size; i++) {
            used += (size_t)snprintf(text + used, size - used, "%s%s", i == 0 ? "" : " | ",
                                     param->choices[i]);
        }
    } else if (param->kind == RILL_PARAM_BOOL || param->kind == RILL_PARAM_ROWS) {
        return; // the kind says it
    } else if (param->min > -unbounded && param->max < unbounded) {
        snprintf(text, size, "%.15g to %.15g", param->min, param->max);
    } else if (param->min > -unbounded) {
        snprintf(text, size, "at least %.15g", param->min);
    } else if (param->max < unbounded) {
        snprintf(text, size, "at most %.15g", param->max);
    }
}

static int longest(int width, const char *text)
{
    int length = (int)strlen(text);
    return length > width ? length : width;
}

void print_params(const rill_param *table)
{
    if (table == NULL || table[0].name == NULL) {
        printf("\nno parameters\n");
        return;
    }
    char allowed[256];
    int widths[4] = {4, 4, 7, 7}; // of the headings
    for (const rill_param *param = table; param->name != NULL; param++) {
        describe_allowed(param, allowed, sizeof allowed);
        widths[0] = longest(widths[0], param->name);
        widths[1] = longest(widths[1], rill_param_kind_name(param->kind));
        widths[2] = longest(widths[2], param->default_text);
        widths[3] = longest(widths[3], allowed);
    }
    printf("\nparameters:\n  %-*s  %-*s  %-*s  %-*s  meaning\n", widths[0], "name", widths[1],
           "kind", widths[2], "default", widths[3], "allowed");
    for (const rill_param *param = table; param->name != NULL; param++) {
        describe_allowed(param, allowed, sizeof allowed);
        printf("  %-*s  %-*s  %-*s  %-*s  %s\n", widths[0], param->name, widths[1],
               rill_param_kind_name(param->kind), widths[2], param->default_text, widths[3],
               allowed, param->doc);
    }
}

/// The kinds, as `--json` names them.
static const char *const kind_ids[] = {
    [RILL_PARAM_BOOL] = "bool",         [RILL_PARAM_INTEGER] = "integer",
    [RILL_PARAM_REAL] = "real",         [RILL_PARAM_CHOICE] = "choice",
    [RILL_PARAM_SCHEDULE] = "schedule", [RILL_PARAM_ROWS] = "rows",
    [RILL_PARAM_INTEGERS] = "integers", [RILL_PARAM_REALS] = "reals",
};

void add_texts(cJSON *object, const char *key, const char *const *texts)
{
    cJSON *array = cJSON_AddArrayToObject(object, key);
    for (size_t i = 0; texts != NULL && texts[i] != NULL; i++) {
        cJSON_AddItemToArray(array, cJSON_CreateString(texts[i]));
    }
}

void add_params(cJSON *object, const rill_param *table, const void *params)
{
    cJSON *array = cJSON_AddArrayToObject(object, "params");
    cJSON *values = json_write_params(table, params);
    for (const rill_param *param = table; param->name != NULL; param++) {
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "name", param->name);
        cJSON_AddStringToObject(row, "kind", kind_ids[param->kind]);
        cJSON_AddItemToObject(row, "default",
                              cJSON_DetachItemFromObjectCaseSensitive(values, param->name));
        if (param->kind == RILL_PARAM_CHOICE) {
            add_texts(row, "choices", param->choices);
        } else if (param->kind != RILL_PARAM_BOOL && param->kind != RILL_PARAM_ROWS) {
            cJSON_AddNumberToObject(row, "min", param->min);
            cJSON_AddNumberToObject(row, "max", param->max);
        }
        cJSON_AddStringToObject(row, "doc", param->doc);
        cJSON_AddItemToArray(array, row);
    }
    cJSON_Delete(values);
}
