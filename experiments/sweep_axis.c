/// The values of one axis of a sweep: listed, spaced evenly, tied together or drawn at random.
#include "experiments/sweep.h"

#include <inttypes.h>
#include <math.h>
#include <rill/math.h>
#include <rill/rng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_POINTS = 100000 };

static rill_status out_of_memory(rill_error *error)
{
    return rill_error_no_memory(error);
}

/// A range of numbers.
typedef struct range {
    double from, to;
    bool is_log, is_integer;
} range;

/// The range of an object whose other keys are checked by the caller.
static rill_status read_range(const cJSON *json, range *r, rill_error *error)
{
    const char *scale = "linear";
    *r = (range){.from = 0.0, .to = 0.0};
    rill_status status = json_get_real(json, "from", true, -1e300, 1e300, &r->from, error);
    status =
        status == RILL_OK ? json_get_real(json, "to", true, -1e300, 1e300, &r->to, error) : status;
    status = status == RILL_OK ? json_get_text(json, "scale", false, &scale, error) : status;
    if (status != RILL_OK) {
        return status;
    }
    const cJSON *integer = cJSON_GetObjectItemCaseSensitive(json, "integer");
    if (integer != NULL && !cJSON_IsBool(integer)) {
        return rill_error_set(error, RILL_INVALID, "integer", "found %s, expected true or false",
                              json_kind(integer));
    }
    r->is_integer = cJSON_IsTrue(integer);
    r->is_log = strcmp(scale, "log") == 0;
    if (!r->is_log && strcmp(scale, "linear") != 0) {
        return rill_error_set(error, RILL_INVALID, "scale",
                              "\"%.40s\" is neither \"linear\" nor \"log\"", scale);
    }
    if (!(r->from < r->to)) {
        return rill_error_set(error, RILL_INVALID, "to",
                              "%.15g must be greater than \"from\", %.15g", r->to, r->from);
    }
    if (r->is_integer && (floor(r->from) != r->from || floor(r->to) != r->to ||
                          fabs(r->from) > 1e9 || fabs(r->to) > 1e9)) {
        return rill_error_set(error, RILL_INVALID, "integer",
                              "\"from\" and \"to\" are then whole numbers up to 1e9");
    }
    if (r->is_log && !(r->from > 0.0)) {
        return rill_error_set(error, RILL_INVALID, "from",
                              "%.15g has no logarithm: a log scale begins above 0", r->from);
    }
    return RILL_OK;
}

/// The number at a fraction of a range, to 12 digits, so that 0.1 is 0.1 and a computed value is the same
/// everywhere; whole where the range is of whole numbers.
static double number_at(const range *r, double fraction)
{
    double value = fraction <= 0.0   ? r->from
                   : fraction >= 1.0 ? r->to
                   : r->is_log       ? r->from * rill_exp(fraction * rill_log(r->to / r->from))
                                     : r->from + fraction * (r->to - r->from);
    char digits[40];
    snprintf(digits, sizeof digits, "%.12g", value);
    value = strtod(digits, NULL);
    return r->is_integer ? floor(value + 0.5) : value;
}

static rill_status read_values(const cJSON *json, cJSON **values, rill_error *error)
{
    const cJSON *list = NULL;
    rill_status status = json_get_array(json, "values", true, &list, error);
    if (status == RILL_OK && cJSON_GetArraySize(list) == 0) {
        return rill_error_set(error, RILL_INVALID, "values",
                              "is empty; a sweep needs at least one value");
    }
    *values = status == RILL_OK ? cJSON_Duplicate(list, true) : NULL;
    return status == RILL_OK && *values == NULL ? out_of_memory(error) : status;
}

static rill_status read_spaced(const cJSON *json, cJSON **values, rill_error *error)
{
    range r;
    int64_t count = 0;
    rill_status status = read_range(json, &r, error);
    if (status == RILL_OK) {
        status = json_get_integer(json, "count", true, 2, MAX_POINTS, &count, error);
    }
    if (status != RILL_OK) {
        return status;
    }
    *values = cJSON_CreateArray();
    double last = (double)NAN;
    for (int64_t i = 0; i < count && *values != NULL; i++) {
        const double value = number_at(&r, (double)i / (double)(count - 1));
        if (value != last) { // whole numbers can fall together
            cJSON_AddItemToArray(*values, cJSON_CreateNumber(value));
        }
        last = value;
    }
    return *values == NULL ? out_of_memory(error) : RILL_OK;
}

/// {"path": ..., "values": [...]} or {"path": ..., "from": ..., "to": ..., "count": ...}
static rill_status read_grid(sweep_axis *axis, const cJSON *json, rill_error *error)
{
    static const char *const listed[] = {"path", "values", NULL};
    static const char *const spaced[] = {"path", "from", "to", "count", "scale", "integer", NULL};
    static const char *const all[] = {"path",  "values",  "from", "to",     "count",
                                      "scale", "integer", "zip",  "random", NULL};
    const bool is_listed = cJSON_HasObjectItem(json, "values");
    const char *path = NULL;
    rill_status status = sweep_axis_create(axis, 1, error);
    if (status == RILL_OK && !is_listed && !cJSON_HasObjectItem(json, "from")) {
        status = json_check_keys(json, all, error); // perhaps it is mistyped
        return status != RILL_OK
                   ? status
                   : rill_error_set(error, RILL_INVALID, "",
                                    "an axis is {\"path\", \"values\"}, {\"path\", \"from\", "
                                    "\"to\", \"count\"}, {\"zip\"} or {\"random\", \"count\"}");
    }
    status = status == RILL_OK ? json_check_keys(json, is_listed ? listed : spaced, error) : status;
    status = status == RILL_OK ? json_get_text(json, "path", true, &path, error) : status;
    if (status == RILL_OK) {
        axis->paths[0].text = strdup(path);
        status = axis->paths[0].text == NULL ? out_of_memory(error) : RILL_OK;
    }
    if (status == RILL_OK) {
        status = is_listed ? read_values(json, &axis->values[0], error)
                           : read_spaced(json, &axis->values[0], error);
    }
    return status;
}

/// {"zip": {path: [...], path: [...]}}: lists that go through together.
static rill_status read_zip(sweep_axis *axis, const cJSON *json, rill_error *error)
{
    static const char *const keys[] = {"zip", NULL};
    const cJSON *lists = NULL;
    const cJSON *list = NULL;
    rill_status status = json_check_keys(json, keys, error);
    status = status == RILL_OK ? json_get_object(json, "zip", true, &lists, error) : status;
    if (status == RILL_OK && cJSON_GetArraySize(lists) == 0) {
        return rill_error_set(error, RILL_INVALID, "zip", "is empty; give {path: [values], ...}");
    }
    status = status == RILL_OK ? sweep_axis_create(axis, cJSON_GetArraySize(lists), error) : status;
    int32_t i = 0;
    cJSON_ArrayForEach (list, lists) {
        const int n = cJSON_GetArraySize(list);
        const int first = cJSON_GetArraySize(lists->child);
        if (status != RILL_OK) {
            break;
        }
        if (!cJSON_IsArray(list) || n == 0) {
            rill_error_set(error, RILL_INVALID, list->string, "found %s, expected a list of values",
                           cJSON_IsArray(list) ? "an empty list" : json_kind(list));
            return rill_error_prefix(error, RILL_INVALID, "zip");
        }
        if (n != first) {
            rill_error_set(error, RILL_INVALID, list->string,
                           "has %d value%s, and \"%.60s\" has %d: lists tied together are equally "
                           "long",
                           n, n == 1 ? "" : "s", lists->child->string, first);
            return rill_error_prefix(error, RILL_INVALID, "zip");
        }
        axis->paths[i].text = strdup(list->string);
        axis->values[i] = cJSON_Duplicate(list, true);
        status =
            axis->paths[i].text == NULL || axis->values[i] == NULL ? out_of_memory(error) : RILL_OK;
        i++;
    }
    return status;
}

/// Draws one value for a path of a random axis, from a list or from a range, and tells which of `size` it is;
/// `size` is 0 for a range of real numbers.
static cJSON *draw(const cJSON *json, const range *r, rill_rng *rng, int64_t *pick, int64_t *size)
{
    if (cJSON_IsArray(json)) {
        *size = cJSON_GetArraySize(json);
        *pick = rill_rng_integers(rng, *size);
        return cJSON_Duplicate(cJSON_GetArrayItem(json, (int)*pick), true);
    }
    const bool is_uniform = r->is_integer && !r->is_log;
    *size = r->is_integer ? (int64_t)(r->to - r->from) + 1 : 0;
    const double value = is_uniform ? r->from + (double)rill_rng_integers(rng, *size)
                                    : number_at(r, rill_rng_random(rng));
    *pick = r->is_integer ? (int64_t)(value - r->from) : 0;
    return cJSON_CreateNumber(value);
}

/// Draws the points. One that was there before is drawn again; where there are no more, fewer are made.
static rill_status draw_points(sweep_axis *axis, const cJSON *choices, const range *ranges,
                               int64_t count, rill_rng *rng, rill_error *error)
{
    enum { MAX_TRIES = 1000 };
    // numbers of the points, where they have one
    int64_t *drawn = malloc((size_t)count * sizeof *drawn);
    for (int32_t n = 0, tries = 0; drawn != NULL && n < count && tries < MAX_TRIES;) {
        int32_t p = 0;
        int64_t point = 0;
        bool has_number = true;
        for (const cJSON *choice = choices->child; choice != NULL; choice = choice->next, p++) {
            int64_t pick = 0, size = 0;
            cJSON *value = draw(choice, &ranges[p], rng, &pick, &size);
            if (value == NULL) {
                free(drawn);
                return out_of_memory(error);
            }
            cJSON_AddItemToArray(axis->values[p], value);
            has_number = has_number && size > 0 && point <= (INT64_MAX - pick) / size;
            point = has_number ? point * size + pick : 0;
        }
        bool is_repeated = false;
        for (int32_t i = 0; i < n && has_number && !is_repeated; i++) {
            is_repeated = drawn[i] == point;
        }
        for (p = 0; p < axis->n_paths && is_repeated; p++) {
            cJSON_DeleteItemFromArray(axis->values[p], n);
        }
        tries = is_repeated ? tries + 1 : 0;
        if (!is_repeated) {
            drawn[n++] = point;
        }
    }
    const bool is_short = drawn == NULL;
    free(drawn);
    return is_short ? out_of_memory(error) : RILL_OK;
}

/// {"random": {path: {"from": ..., "to": ...} or [...], ...}, "count": n}
static rill_status read_random(sweep_axis *axis, const cJSON *json, int32_t number, uint64_t seed,
                               rill_error *error)
{
    static const char *const keys[] = {"random", "count", NULL};
    static const char *const range_keys[] = {"from", "to", "scale", "integer", NULL};
    const cJSON *choices = NULL;
    int64_t count = 0;
    rill_status status = json_check_keys(json, keys, error);
    status = status == RILL_OK ? json_get_object(json, "random", true, &choices, error) : status;
    if (status == RILL_OK) {
        status = json_get_integer(json, "count", true, 1, MAX_POINTS, &count, error);
    }
    const int n = status == RILL_OK ? cJSON_GetArraySize(choices) : 0;
    if (status == RILL_OK && n == 0) {
        return rill_error_set(error, RILL_INVALID, "random",
                              "is empty; give {path: {\"from\", \"to\"}, path: [values], ...}");
    }
    status = status == RILL_OK ? sweep_axis_create(axis, n, error) : status;
    range *ranges = calloc((size_t)n + 1, sizeof *ranges);
    status = status == RILL_OK && ranges == NULL ? out_of_memory(error) : status;
    for (int32_t i = 0; i < n && status == RILL_OK; i++) {
        const cJSON *choice = cJSON_GetArrayItem(choices, i);
        if (cJSON_IsObject(choice)) {
            status = json_check_keys(choice, range_keys, error);
            status = status == RILL_OK ? read_range(choice, &ranges[i], error) : status;
        } else if (!cJSON_IsArray(choice) || cJSON_GetArraySize(choice) == 0) {
            status = rill_error_set(error, RILL_INVALID, "",
                                    "found %s, expected a list of values or {\"from\", \"to\"}",
                                    cJSON_IsArray(choice) ? "an empty list" : json_kind(choice));
        }
        if (status != RILL_OK) {
            rill_error_prefix(error, status, choice->string);
            rill_error_prefix(error, status, "random");
            break;
        }
        axis->paths[i].text = strdup(choice->string);
        axis->values[i] = cJSON_CreateArray();
        status =
            axis->paths[i].text == NULL || axis->values[i] == NULL ? out_of_memory(error) : RILL_OK;
    }
    if (status == RILL_OK) {
        // runs have the streams (run, role), and no run has this number
        const uint32_t spawn_key[] = {UINT32_MAX, (uint32_t)number};
        rill_rng rng;
        rill_rng_spawn(&rng, seed, spawn_key, 2);
        status = draw_points(axis, choices, ranges, count, &rng, error);
    }
    free(ranges);
    return status;
}

rill_status sweep_axis_create(sweep_axis *axis, int32_t n_paths, rill_error *error)
{
    axis->paths = calloc((size_t)n_paths, sizeof *axis->paths);
    axis->values = calloc((size_t)n_paths, sizeof *axis->values);
    if (axis->paths == NULL || axis->values == NULL) {
        return out_of_memory(error);
    }
    axis->n_paths = n_paths;
    return RILL_OK;
}

rill_status sweep_axis_read(sweep_axis *axis, const cJSON *json, int32_t number, uint64_t seed,
                            rill_error *error)
{
    axis->key = cJSON_HasObjectItem(json, "zip")      ? "zip"
                : cJSON_HasObjectItem(json, "random") ? "random"
                : cJSON_HasObjectItem(json, "values") ? "values"
                                                      : "from";
    rill_status status = strcmp(axis->key, "zip") == 0 ? read_zip(axis, json, error)
                         : strcmp(axis->key, "random") == 0
                             ? read_random(axis, json, number, seed, error)
                             : read_grid(axis, json, error);
    if (status != RILL_OK) {
        return status;
    }
    axis->n_points = cJSON_GetArraySize(axis->values[0]);
    axis->points = calloc((size_t)axis->n_paths * (size_t)axis->n_points, sizeof *axis->points);
    if (axis->points == NULL) {
        return out_of_memory(error);
    }
    for (int32_t p = 0; p < axis->n_paths; p++) {
        cJSON *value = axis->values[p]->child;
        for (int32_t i = 0; i < axis->n_points; i++, value = value->next) {
            axis->points[(ptrdiff_t)p * axis->n_points + i] = value;
        }
    }
    return RILL_OK;
}
