/// Blocks of parameters from and to JSON objects, by their tables.
#include "experiments/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Refuses numbers that a schedule of this kind does not look at, unless they are what stands there when
/// one is written back (`write_schedule`).
static rill_status refuse_unused(const cJSON *json, const rill_schedule *schedule,
                                 rill_error *error)
{
    const rill_schedule_kind kind = schedule->kind;
    const struct {
        const char *key;
        bool is_used, is_neutral;
    } numbers[] = {
        {"to", kind == RILL_SCHEDULE_LINEAR || kind == RILL_SCHEDULE_EXPONENTIAL,
         schedule->to == 0.0 || schedule->to == schedule->from},
        {"over", kind != RILL_SCHEDULE_CONSTANT, schedule->over == 1.0},
        {"power", kind == RILL_SCHEDULE_POWER, schedule->power == 1.0},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const char *key = numbers[i].key;
        const cJSON *number = cJSON_GetObjectItemCaseSensitive(json, key);
        if (!numbers[i].is_used && !numbers[i].is_neutral && number != NULL) {
            return rill_error_set(error, RILL_INVALID, key,
                                  "%.15g has no effect: a schedule \"%s\" takes no \"%s\"",
                                  number->valuedouble, rill_schedule_kind_name(kind), key);
        }
    }
    return RILL_OK;
}

/// {"schedule": "linear", "from": 1, "to": 0.1, "over": 1000, "per": "episode"}
static rill_status read_schedule(const cJSON *json, rill_schedule *schedule, rill_error *error)
{
    static const char *const keys[] = {"schedule", "from", "to", "over", "power", "per", NULL};
    static const char *const kinds[] = {"constant", "linear", "exponential",
                                        "harmonic", "power",  NULL};
    const char *kind = "";
    const char *per = "step";
    *schedule = rill_schedule_constant(0.0);
    rill_status status = json_get_text(json, "schedule", true, &kind, error);
    status = status == RILL_OK ? json_check_keys(json, keys, error) : status;
    if (status != RILL_OK) {
        return status;
    }
    int number = rill_schedule_kind_from_name(kind);
    if (number < 0) {
        const char *nearest = rill_nearest_name(kind, kinds);
        return rill_error_set(error, RILL_INVALID, "schedule",
                              "unknown schedule \"%.40s\"; did you mean \"%s\"? There are: "
                              "constant, linear, exponential, harmonic, power",
                              kind, nearest == NULL ? "linear" : nearest);
    }
    schedule->kind = (rill_schedule_kind)number;
    const bool has_to = schedule->kind == RILL_SCHEDULE_LINEAR;
    const bool has_over = schedule->kind != RILL_SCHEDULE_CONSTANT &&
                          schedule->kind != RILL_SCHEDULE_HARMONIC &&
                          schedule->kind != RILL_SCHEDULE_POWER;
    status = json_get_real(json, "from", true, -1e300, 1e300, &schedule->from, error);
    if (status == RILL_OK) {
        status = json_get_real(json, "to", has_to, -1e300, 1e300, &schedule->to, error);
    }
    if (status == RILL_OK) {
        status = json_get_real(json, "over", has_over, 0.0, 1e300, &schedule->over, error);
    }
    if (status == RILL_OK) {
        status = json_get_real(json, "power", schedule->kind == RILL_SCHEDULE_POWER, 0.0, 1e300,
                               &schedule->power, error);
    }
    if (status == RILL_OK) {
        status = json_get_text(json, "per", false, &per, error);
    }
    int clock = rill_clock_from_name(per);
    if (status == RILL_OK && clock < 0) {
        return rill_error_set(error, RILL_INVALID, "per",
                              "\"%.40s\" is none of \"step\", \"episode\" and \"visit\"", per);
    }
    schedule->per = clock < 0 ? RILL_PER_STEP : (rill_clock)clock;
    return status == RILL_OK ? refuse_unused(json, schedule, error) : status;
}

/// Refuses an element of a list that is not `expected`.
static rill_status refuse_element(const rill_param *param, int i, const char *expected,
                                  const cJSON *element, rill_error *error)
{
    char found[80], place[80];
    snprintf(place, sizeof place, "%.60s[%d]", param->name, i);
    return rill_error_set(error, RILL_INVALID, place, "found %s, expected %s (%s)%s",
                          json_describe(element, found, sizeof found), expected, param->doc,
                          json_is_quoted_number(element) ? "; take the quotes away" : "");
}

/// Rows as an array of texts, or one text with line ends.
static rill_status read_rows(const rill_param *param, void *params, const cJSON *json,
                             rill_error *error)
{
    size_t size = 1;
    int i = 0;
    const cJSON *row = NULL;
    cJSON_ArrayForEach (row, json) {
        if (!cJSON_IsString(row)) {
            return refuse_element(param, i, "a text", row, error);
        }
        i++;
        size += strlen(row->valuestring) + 1;
    }
    char *rows = malloc(size);
    if (rows == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, param->name, "out of memory");
    }
    char *end = rows;
    cJSON_ArrayForEach (row, json) {
        size_t length = strlen(row->valuestring);
        memcpy(end, row->valuestring, length);
        end += length;
        *end++ = '\n';
    }
    end -= end > rows; // no line end after the last row
    *end = '\0';
    rill_status status = rill_param_set_text(param, params, rows, error);
    free(rows);
    return status;
}

static rill_status read_list(const rill_param *param, void *params, const cJSON *json,
                             rill_error *error)
{
    int count = cJSON_GetArraySize(json);
    double *values = malloc(((size_t)count + 1) * sizeof *values);
    if (values == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, param->name, "out of memory");
    }
    rill_status status = RILL_OK;
    int i = 0;
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, json) {
        if (!cJSON_IsNumber(element)) {
            status = refuse_element(param, i, "a number", element, error);
            break;
        }
        values[i++] = element->valuedouble;
    }
    if (status == RILL_OK) {
        status = rill_param_set_list(param, params, values, count, error);
        for (i = 0; status == RILL_INVALID && error != NULL && i < count; i++) { // which one?
            if (rill_param_set_list(param, params, values + i, 1, error) != RILL_OK) {
                snprintf(error->path, sizeof error->path, "%s[%d]", param->name, i);
                break;
            }
        }
    }
    free(values);
    return status;
}

static rill_status read_param(const rill_param *param, void *params, const cJSON *json,
                              rill_error *error)
{
    bool is_list = param->kind == RILL_PARAM_INTEGERS || param->kind == RILL_PARAM_REALS;
    if (cJSON_IsBool(json) && param->kind == RILL_PARAM_BOOL) {
        return rill_param_set_number(param, params, cJSON_IsTrue(json), error);
    }
    if (cJSON_IsNumber(json) && param->kind != RILL_PARAM_BOOL) {
        // to a list, a number is the list of that one
        return rill_param_set_number(param, params, json->valuedouble, error);
    }
    if (cJSON_IsString(json) &&
        (param->kind == RILL_PARAM_CHOICE || param->kind == RILL_PARAM_ROWS)) {
        return rill_param_set_text(param, params, json->valuestring, error);
    }
    if (param->kind == RILL_PARAM_SCHEDULE && cJSON_IsString(json) &&
        strcmp(json->valuestring, "1/n") == 0) {
        return rill_param_parse(param, params, json->valuestring, error);
    }
    if (cJSON_IsArray(json) && param->kind == RILL_PARAM_ROWS) {
        return read_rows(param, params, json, error);
    }
    if (cJSON_IsArray(json) && is_list) {
        return read_list(param, params, json, error);
    }
    if (cJSON_IsObject(json) && param->kind == RILL_PARAM_SCHEDULE) {
        rill_schedule schedule;
        rill_status status = read_schedule(json, &schedule, error);
        if (status != RILL_OK) {
            return rill_error_prefix(error, status, param->name);
        }
        return rill_param_set_schedule(param, params, &schedule, error);
    }
    char found[80];
    const bool is_number = param->kind == RILL_PARAM_INTEGER || param->kind == RILL_PARAM_REAL ||
                           param->kind == RILL_PARAM_SCHEDULE;
    return rill_error_set(
        error, RILL_INVALID, param->name, "found %s, expected %s%s%s (%s)%s",
        json_describe(json, found, sizeof found), param->kind == RILL_PARAM_BOOL ? "" : "a ",
        rill_param_kind_name(param->kind),
        param->kind == RILL_PARAM_SCHEDULE ? ": {\"schedule\": ...}, for alpha also \"1/n\"" : "",
        param->doc, is_number && json_is_quoted_number(json) ? "; take the quotes away" : "");
}

rill_status json_read_params(const cJSON *object, const rill_param *table, size_t size,
                             const char *const *assignments, void **params, rill_error *error)
{
    *params = rill_params_create(table, size);
    if (*params == NULL) {
        return rill_error_no_memory(error);
    }
    rill_status status = RILL_OK;
    for (size_t i = 0; assignments != NULL && assignments[i] != NULL && status == RILL_OK; i++) {
        status = rill_params_assign(table, *params, assignments[i], error);
    }
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, object) {
        if (status == RILL_OK) {
            const rill_param *param = rill_param_find(table, member->string, error);
            status = param == NULL ? RILL_INVALID : read_param(param, *params, member, error);
        }
    }
    if (status != RILL_OK) {
        rill_params_destroy(table, *params);
        *params = NULL;
    }
    return status;
}

static cJSON *write_schedule(const rill_schedule *schedule)
{
    if (schedule->kind == RILL_SCHEDULE_CONSTANT) {
        return json_number(schedule->from);
    }
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "schedule", rill_schedule_kind_name(schedule->kind));
    cJSON_AddItemToObject(json, "from", json_number(schedule->from));
    cJSON_AddItemToObject(json, "to", json_number(schedule->to));
    cJSON_AddItemToObject(json, "over", json_number(schedule->over));
    cJSON_AddItemToObject(json, "power", json_number(schedule->power));
    cJSON_AddStringToObject(json, "per", rill_clock_name(schedule->per));
    return json;
}

static cJSON *write_rows(const char *rows)
{
    cJSON *json = cJSON_CreateArray();
    while (rows != NULL && *rows != '\0') {
        size_t length = strcspn(rows, "\n");
        char *row = strndup(rows, length);
        cJSON_AddItemToArray(json, cJSON_CreateString(row == NULL ? "" : row));
        free(row);
        rows += length + (rows[length] == '\n');
    }
    return json;
}

static cJSON *write_param(const rill_param *param, const void *field)
{
    switch (param->kind) {
    case RILL_PARAM_BOOL:
        return cJSON_CreateBool(*(const bool *)field);
    case RILL_PARAM_INTEGER:
        return json_number((double)*(const int64_t *)field);
    case RILL_PARAM_REAL:
        return json_number(*(const double *)field);
    case RILL_PARAM_CHOICE:
        return cJSON_CreateString(param->choices[*(const int *)field]);
    case RILL_PARAM_SCHEDULE:
        return write_schedule(field);
    case RILL_PARAM_ROWS:
        return write_rows(*(char *const *)field);
    case RILL_PARAM_INTEGERS:
    case RILL_PARAM_REALS: {
        const rill_list *list = field;
        return json_numbers(list->values, (size_t)list->count);
    }
    }
    return NULL;
}

cJSON *json_write_params(const rill_param *table, const void *params)
{
    cJSON *object = cJSON_CreateObject();
    for (size_t i = 0; object != NULL && table[i].name != NULL; i++) {
        cJSON *value = write_param(&table[i], (const char *)params + table[i].offset);
        if (value == NULL || !cJSON_AddItemToObject(object, table[i].name, value)) {
            cJSON_Delete(object);
            return NULL;
        }
    }
    return object;
}

rill_status json_read_part(const cJSON *json, const char *const *keys, const char **id,
                           const cJSON **params, rill_error *error)
{
    rill_status status = json_check_keys(json, keys, error);
    status = status == RILL_OK ? json_get_text(json, "id", *id == NULL, id, error) : status;
    return status == RILL_OK ? json_get_object(json, "params", false, params, error) : status;
}
