#include "experiments/program/schema_params.h"

#include "experiments/json.h"

#include <math.h>
#include <string.h>

static cJSON *typed(const char *type)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON_AddStringToObject(schema, "type", type);
    return schema;
}

static cJSON *reference(const char *path)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON_AddStringToObject(schema, "$ref", path);
    return schema;
}

/// A number in the range of a row.
static cJSON *number(const rill_param *param, const char *type)
{
    cJSON *schema = typed(type);
    if (isfinite(param->min)) {
        cJSON_AddItemToObject(schema, "minimum", json_number(param->min));
    }
    if (isfinite(param->max)) {
        cJSON_AddItemToObject(schema, "maximum", json_number(param->max));
    }
    return schema;
}

static cJSON *list_of(cJSON *items)
{
    cJSON *schema = typed("array");
    cJSON_AddItemToObject(schema, "items", items);
    return schema;
}

/// Any of some schemas; the last may be NULL.
static cJSON *any_of(cJSON *a, cJSON *b, cJSON *c)
{
    cJSON *schema = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(schema, "anyOf");
    cJSON_AddItemToArray(list, a);
    cJSON_AddItemToArray(list, b);
    if (c != NULL) {
        cJSON_AddItemToArray(list, c);
    }
    return schema;
}

/// What the reader takes for a parameter of a kind (json_params.c).
static cJSON *schema_of_kind(const rill_param *param)
{
    cJSON *schema = NULL;
    switch (param->kind) {
    case RILL_PARAM_BOOL:
        return typed("boolean");
    case RILL_PARAM_INTEGER:
        return number(param, "integer");
    case RILL_PARAM_REAL:
        return number(param, "number");
    case RILL_PARAM_CHOICE:
        schema = cJSON_CreateObject();
        cJSON_AddItemToObject(schema, "enum", cJSON_CreateArray());
        for (size_t i = 0; param->choices[i] != NULL; i++) {
            cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(schema, "enum"),
                                 cJSON_CreateString(param->choices[i]));
        }
        return schema;
    case RILL_PARAM_SCHEDULE:
        if (strcmp(param->name, "alpha") == 0) { // the average of its targets
            schema = cJSON_CreateObject();
            cJSON_AddStringToObject(schema, "const", "1/n");
        }
        return any_of(number(param, "number"), reference("#/$defs/schedule"), schema);
    case RILL_PARAM_ROWS:
        return any_of(list_of(typed("string")), typed("string"), reference("#/$defs/file"));
    case RILL_PARAM_INTEGERS:
        return any_of(list_of(number(param, "integer")), number(param, "integer"), NULL);
    case RILL_PARAM_REALS:
        return any_of(list_of(number(param, "number")), number(param, "number"), NULL);
    }
    return NULL;
}

/// An object with the value of every parameter that is not given.
static cJSON *defaults_of(const rill_param *table, size_t size, const char *const *assignments)
{
    void *params = rill_params_create(table, size);
    for (size_t i = 0; params != NULL && assignments != NULL && assignments[i] != NULL; i++) {
        rill_params_assign(table, params, assignments[i], NULL); // a preset's, known to be right
    }
    cJSON *defaults = params == NULL ? NULL : json_write_params(table, params);
    rill_params_destroy(table, params);
    return defaults;
}

cJSON *schema_of_params(const rill_param *table, size_t size, const char *const *assignments)
{
    cJSON *defaults = defaults_of(table, size, assignments);
    cJSON *schema = defaults == NULL ? NULL : typed("object");
    cJSON *properties = cJSON_AddObjectToObject(schema, "properties");
    for (size_t i = 0; schema != NULL && table[i].name != NULL; i++) {
        cJSON *property = schema_of_kind(&table[i]);
        cJSON_AddStringToObject(property, "description", table[i].doc);
        cJSON_AddItemToObject(property, "default",
                              cJSON_DetachItemFromObjectCaseSensitive(defaults, table[i].name));
        cJSON_AddItemToObject(properties, table[i].name, property);
    }
    cJSON_AddFalseToObject(schema, "additionalProperties");
    cJSON_Delete(defaults);
    return schema;
}
