#include "core/memory.h"

#include <locale.h>
#include <math.h>
#include <rill/param.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// strtod for a text with a decimal point, whatever the host program's locale writes for one.
static double parse_real(const char *text, char **end)
{
    char local[64];
    const char *point = strchr(text, '.');
    const char *local_point = localeconv()->decimal_point;
    size_t length = strcspn(text, ",");
    if (point == NULL || strcmp(local_point, ".") == 0 || point >= text + length ||
        length + strlen(local_point) >= sizeof local) {
        return strtod(text, end);
    }
    size_t before = (size_t)(point - text);
    memcpy(local, text, before);
    strcpy(local + before, local_point);
    strncat(local, point + 1, length - before - 1);
    char *local_end = NULL;
    double value = strtod(local, &local_end);
    size_t used = (size_t)(local_end - local);
    *end = (char *)text + (used > before ? used - strlen(local_point) + 1 : used);
    return value;
}

static void *field(const rill_param *param, void *params)
{
    return (char *)params + param->offset;
}

const char *rill_param_kind_name(rill_param_kind kind)
{
    switch (kind) {
    case RILL_PARAM_BOOL:
        return "true or false";
    case RILL_PARAM_INTEGER:
        return "whole number";
    case RILL_PARAM_REAL:
        return "number";
    case RILL_PARAM_CHOICE:
        return "word";
    case RILL_PARAM_SCHEDULE:
        return "number or schedule";
    case RILL_PARAM_ROWS:
        return "list of text rows";
    case RILL_PARAM_INTEGERS:
        return "list of whole numbers";
    case RILL_PARAM_REALS:
        return "list of numbers";
    }
    return "";
}

static rill_status wrong_kind(const rill_param *param, const char *found, rill_error *error)
{
    const char *article = param->kind == RILL_PARAM_BOOL ? "" : "a ";
    return rill_error_set(error, RILL_INVALID, param->name, "found %s, expected %s%s (%s)", found,
                          article, rill_param_kind_name(param->kind), param->doc);
}

/// "0 to 1", "at least 0", "any": the range as a person says it.
static void describe_range(const rill_param *param, char *text, size_t size)
{
    if (isinf(param->min) && isinf(param->max)) {
        snprintf(text, size, "any finite number");
    } else if (isinf(param->max)) {
        snprintf(text, size, "at least %.15g", param->min);
    } else if (isinf(param->min)) {
        snprintf(text, size, "at most %.15g", param->max);
    } else {
        snprintf(text, size, "%.15g to %.15g", param->min, param->max);
    }
}

static rill_status check_range(const rill_param *param, double value, rill_error *error)
{
    if (isfinite(value) && value >= param->min && value <= param->max) {
        return RILL_OK;
    }
    char range[96];
    describe_range(param, range, sizeof range);
    return rill_error_set(error, RILL_INVALID, param->name,
                          "%.15g is out of range, allowed is %s (%s)", value, range, param->doc);
}

static rill_status check_whole(const rill_param *param, double value, rill_error *error)
{
    // 2^53: beyond it a double no longer tells whole numbers apart
    if (floor(value) == value && fabs(value) <= 9007199254740992.0) {
        return RILL_OK;
    }
    return rill_error_set(error, RILL_INVALID, param->name, "%.15g is not a whole number (%s)",
                          value, param->doc);
}

rill_status rill_param_set_number(const rill_param *param, void *params, double value,
                                  rill_error *error)
{
    rill_status status = RILL_OK;
    switch (param->kind) {
    case RILL_PARAM_BOOL:
        if (value != 0.0 && value != 1.0) {
            char found[32];
            snprintf(found, sizeof found, "%.15g", value);
            return wrong_kind(param, found, error);
        }
        *(bool *)field(param, params) = value != 0.0;
        return RILL_OK;
    case RILL_PARAM_INTEGER:
        status = check_range(param, value, error);
        status = status == RILL_OK ? check_whole(param, value, error) : status;
        if (status == RILL_OK) {
            *(int64_t *)field(param, params) = (int64_t)value;
        }
        return status;
    case RILL_PARAM_REAL:
        status = check_range(param, value, error);
        if (status == RILL_OK) {
            *(double *)field(param, params) = value;
        }
        return status;
    case RILL_PARAM_SCHEDULE: {
        rill_schedule schedule = rill_schedule_constant(value);
        return rill_param_set_schedule(param, params, &schedule, error);
    }
    case RILL_PARAM_INTEGERS:
    case RILL_PARAM_REALS:
        return rill_param_set_list(param, params, &value, 1, error);
    case RILL_PARAM_CHOICE:
    case RILL_PARAM_ROWS:
        break;
    }
    return wrong_kind(param, "a number", error);
}

rill_status rill_param_set_schedule(const rill_param *param, void *params,
                                    const rill_schedule *schedule, rill_error *error)
{
    if (param->kind != RILL_PARAM_SCHEDULE) {
        return wrong_kind(param, "a schedule", error);
    }
    rill_status status = check_range(param, schedule->from, error);
    if (status == RILL_OK &&
        (schedule->kind == RILL_SCHEDULE_LINEAR || schedule->kind == RILL_SCHEDULE_EXPONENTIAL)) {
        status = check_range(param, schedule->to, error);
    }
    if (status != RILL_OK) {
        return status;
    }
    if (!(schedule->over > 0.0 && isfinite(schedule->over))) {
        return rill_error_set(error, RILL_INVALID, param->name,
                              "\"over\" is %.15g, must be greater than 0", schedule->over);
    }
    if (!(schedule->power >= 0.0 && isfinite(schedule->power))) {
        return rill_error_set(error, RILL_INVALID, param->name,
                              "\"power\" is %.15g, must be 0 or more", schedule->power);
    }
    *(rill_schedule *)field(param, params) = *schedule;
    return RILL_OK;
}

rill_status rill_param_set_text(const rill_param *param, void *params, const char *text,
                                rill_error *error)
{
    if (param->kind == RILL_PARAM_CHOICE) {
        for (int i = 0; param->choices[i] != NULL; i++) {
            if (strcmp(text, param->choices[i]) == 0) {
                *(int *)field(param, params) = i;
                return RILL_OK;
            }
        }
        char allowed[256] = "";
        for (int i = 0; param->choices[i] != NULL; i++) {
            size_t used = strlen(allowed);
            snprintf(allowed + used, sizeof allowed - used, "%s%s", i == 0 ? "" : ", ",
                     param->choices[i]);
        }
        return rill_error_set(error, RILL_INVALID, param->name, "\"%.60s\" is none of: %s (%s)",
                              text, allowed, param->doc);
    }
    if (param->kind == RILL_PARAM_ROWS) {
        char *copy = NULL;
        if (text[0] != '\0') {
            copy = rill_memory_copy(text, strlen(text) + 1);
            if (copy == NULL) {
                return rill_error_set(error, RILL_NO_MEMORY, param->name, "out of memory");
            }
        }
        char **rows = field(param, params);
        rill_memory_release(*rows);
        *rows = copy;
        return RILL_OK;
    }
    return wrong_kind(param, "text", error);
}

rill_status rill_param_set_list(const rill_param *param, void *params, const double *values,
                                int32_t count, rill_error *error)
{
    if (param->kind != RILL_PARAM_INTEGERS && param->kind != RILL_PARAM_REALS) {
        return wrong_kind(param, "a list of numbers", error);
    }
    for (int32_t i = 0; i < count; i++) {
        rill_status status = check_range(param, values[i], error);
        if (status == RILL_OK && param->kind == RILL_PARAM_INTEGERS) {
            status = check_whole(param, values[i], error);
        }
        if (status != RILL_OK) {
            return status;
        }
    }
    double *copy = NULL;
    if (count > 0) {
        copy = rill_memory_copy(values, (size_t)count * sizeof *values);
        if (copy == NULL) {
            return rill_error_set(error, RILL_NO_MEMORY, param->name, "out of memory");
        }
    }
    rill_list *list = field(param, params);
    rill_memory_release(list->values);
    list->values = copy;
    list->count = count;
    return RILL_OK;
}

/// Parses a list "1,2,3"; the empty text is the empty list.
static rill_status parse_list(const rill_param *param, void *params, const char *text,
                              rill_error *error)
{
    size_t room = 1;
    for (const char *c = text; *c != '\0'; c++) {
        room += *c == ',';
    }
    double *values = rill_memory_take(room * sizeof *values);
    if (values == NULL || room > INT32_MAX) {
        rill_memory_release(values);
        return rill_error_set(error, RILL_NO_MEMORY, param->name, "out of memory");
    }
    int32_t count = 0;
    rill_status status = RILL_OK;
    bool is_more = text[0] != '\0';
    for (const char *c = text; is_more && status == RILL_OK;) {
        char *end = NULL;
        values[count++] = parse_real(c, &end);
        if (end == c || (*end != ',' && *end != '\0')) {
            status =
                rill_error_set(error, RILL_INVALID, param->name,
                               "cannot read \"%.60s\" as a list of numbers (%s)", text, param->doc);
        }
        is_more = *end == ','; // a number must follow
        c = end + 1;
    }
    if (status == RILL_OK) {
        status = rill_param_set_list(param, params, values, count, error);
    }
    rill_memory_release(values);
    return status;
}

rill_status rill_param_parse(const rill_param *param, void *params, const char *text,
                             rill_error *error)
{
    switch (param->kind) {
    case RILL_PARAM_BOOL:
        if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
            *(bool *)field(param, params) = text[0] == 't';
            return RILL_OK;
        }
        return rill_error_set(error, RILL_INVALID, param->name,
                              "\"%.60s\" is neither true nor false (%s)", text, param->doc);
    case RILL_PARAM_CHOICE:
        return rill_param_set_text(param, params, text, error);
    case RILL_PARAM_ROWS: {
        char *rows = rill_memory_copy(text, strlen(text) + 1);
        if (rows == NULL) {
            return rill_error_set(error, RILL_NO_MEMORY, param->name, "out of memory");
        }
        for (char *c = rows; *c != '\0'; c++) {
            *c = *c == ',' ? '\n' : *c;
        }
        rill_status status = rill_param_set_text(param, params, rows, error);
        rill_memory_release(rows);
        return status;
    }
    case RILL_PARAM_INTEGERS:
    case RILL_PARAM_REALS:
        return parse_list(param, params, text, error);
    case RILL_PARAM_INTEGER:
    case RILL_PARAM_REAL:
    case RILL_PARAM_SCHEDULE:
        break;
    }
    if (param->kind == RILL_PARAM_SCHEDULE && strcmp(text, "1/n") == 0) {
        rill_schedule average = rill_schedule_average();
        return rill_param_set_schedule(param, params, &average, error);
    }
    char *end = NULL;
    double value = parse_real(text, &end);
    if (end == text || *end != '\0') {
        return rill_error_set(error, RILL_INVALID, param->name,
                              "cannot read \"%.60s\" as a number (%s)", text, param->doc);
    }
    return rill_param_set_number(param, params, value, error);
}

rill_status rill_params_assign(const rill_param *table, void *params, const char *assignment,
                               rill_error *error)
{
    const char *equals = strchr(assignment, '=');
    char name[64];
    size_t length = equals == NULL ? 0 : (size_t)(equals - assignment);
    if (length == 0 || length >= sizeof name) {
        return rill_error_set(error, RILL_INVALID, "", "cannot read \"%.60s\", expected name=value",
                              assignment);
    }
    memcpy(name, assignment, length);
    name[length] = '\0';
    const rill_param *param = rill_param_find(table, name, error);
    return param == NULL ? RILL_INVALID : rill_param_parse(param, params, equals + 1, error);
}

const rill_param *rill_param_find(const rill_param *table, const char *name, rill_error *error)
{
    enum { MAX_PARAMS = 64 };
    const char *names[MAX_PARAMS + 1] = {NULL};
    for (size_t i = 0; table[i].name != NULL; i++) {
        if (strcmp(table[i].name, name) == 0) {
            return &table[i];
        }
        if (i < MAX_PARAMS) {
            names[i] = table[i].name;
        }
    }
    const char *nearest = rill_nearest_name(name, names);
    if (names[0] == NULL) {
        rill_error_set(error, RILL_INVALID, name, "unknown parameter; there are none here");
    } else if (nearest != NULL) {
        rill_error_set(error, RILL_INVALID, name, "unknown parameter; did you mean \"%s\"?",
                       nearest);
    } else {
        char allowed[512] = "";
        for (size_t i = 0; names[i] != NULL; i++) {
            size_t used = strlen(allowed);
            snprintf(allowed + used, sizeof allowed - used, "%s%s", i == 0 ? "" : ", ", names[i]);
        }
        rill_error_set(error, RILL_INVALID, name, "unknown parameter; there are: %s", allowed);
    }
    if (error != NULL) {
        error->is_of_name = true;
    }
    return NULL;
}

void *rill_params_create(const rill_param *table, size_t size)
{
    void *params = rill_memory_take(size);
    for (size_t i = 0; params != NULL && table[i].name != NULL; i++) {
        if (rill_param_parse(&table[i], params, table[i].default_text, NULL) != RILL_OK) {
            rill_params_destroy(table, params);
            params = NULL;
        }
    }
    return params;
}

void rill_params_destroy(const rill_param *table, void *params)
{
    if (params == NULL) {
        return;
    }
    for (size_t i = 0; table[i].name != NULL; i++) {
        if (table[i].kind == RILL_PARAM_ROWS) {
            rill_memory_release(*(char **)field(&table[i], params));
        } else if (table[i].kind == RILL_PARAM_INTEGERS || table[i].kind == RILL_PARAM_REALS) {
            rill_memory_release(((rill_list *)field(&table[i], params))->values);
        }
    }
    rill_memory_release(params);
}

/// Bytes of a plain field; 0 for lists and rows, which are copied by their setters.
static size_t plain_size(rill_param_kind kind)
{
    switch (kind) {
    case RILL_PARAM_BOOL:
        return sizeof(bool);
    case RILL_PARAM_INTEGER:
        return sizeof(int64_t);
    case RILL_PARAM_REAL:
        return sizeof(double);
    case RILL_PARAM_CHOICE:
        return sizeof(int);
    case RILL_PARAM_SCHEDULE:
        return sizeof(rill_schedule);
    case RILL_PARAM_ROWS:
    case RILL_PARAM_INTEGERS:
    case RILL_PARAM_REALS:
        break;
    }
    return 0;
}

void *rill_params_clone(const rill_param *table, size_t size, const void *params)
{
    char *clone = rill_memory_take(size);
    rill_status status = clone == NULL ? RILL_NO_MEMORY : RILL_OK;
    for (size_t i = 0; status == RILL_OK && table[i].name != NULL; i++) {
        const void *source = (const char *)params + table[i].offset;
        if (table[i].kind == RILL_PARAM_ROWS) {
            const char *rows = *(char *const *)source;
            status = rill_param_set_text(&table[i], clone, rows == NULL ? "" : rows, NULL);
        } else if (table[i].kind == RILL_PARAM_INTEGERS || table[i].kind == RILL_PARAM_REALS) {
            const rill_list *list = source;
            status = rill_param_set_list(&table[i], clone, list->values, list->count, NULL);
        } else {
            memcpy(clone + table[i].offset, source, plain_size(table[i].kind));
        }
    }
    if (status != RILL_OK) {
        rill_params_destroy(table, clone);
        return NULL;
    }
    return clone;
}
