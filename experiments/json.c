#include "experiments/json.h"

#include "experiments/bytes.h"
#include "experiments/hash.h"
#include "experiments/json_places.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

rill_status json_read_file(const char *path, char **text, rill_error *error)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    *text = NULL;
    rill_status status = bytes_read_file(path, &bytes, &size, error);
    if (status == RILL_OK && memchr(bytes, 0, size) != NULL) {
        const bool is_utf16 =
            size >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0);
        status = rill_error_set(error, RILL_INVALID, "",
                                is_utf16 ? "this is text in UTF-16; save it as UTF-8"
                                         : "this is no text: it holds a zero byte");
    }
    if (status != RILL_OK) {
        free(bytes);
        return status;
    }
    *text = (char *)bytes;
    return RILL_OK;
}

/// Refuses an object, anywhere in the tree, with a key that occurs twice; `*twin` is the second.
static rill_status refuse_twins(const cJSON *json, const cJSON **twin, rill_error *error)
{
    int i = 0;
    for (const cJSON *child = json->child; child != NULL; child = child->next, i++) {
        for (const cJSON *other = child->next; cJSON_IsObject(json) && other != NULL;
             other = other->next) {
            if (strcmp(child->string, other->string) == 0) {
                *twin = other;
                return rill_error_set(error, RILL_INVALID, child->string,
                                      "stands twice in one object; keep one of the two");
            }
        }
        rill_status status = refuse_twins(child, twin, error);
        if (status != RILL_OK) {
            char place[32];
            snprintf(place, sizeof place, "[%d]", i);
            return rill_error_prefix(error, status, cJSON_IsObject(json) ? child->string : place);
        }
    }
    return RILL_OK;
}

/// Line and column of a key.
static void place_key(const cJSON *root, const char *text, const cJSON *member, rill_error *error)
{
    json_places places = {0};
    if (error != NULL && json_places_add(&places, root, text, NULL) == RILL_OK) {
        const char *at = json_places_find(&places, member)->key;
        json_find_line(text, at, &error->line, &error->column);
    }
    json_places_clear(&places);
}

rill_status json_parse(const char *text, cJSON **json, rill_error *error)
{
    *json = NULL;
    rill_status status = json_find_mistake(text, error);
    if (status != RILL_OK) {
        return status;
    }
    *json = cJSON_ParseWithOpts(text, NULL, true);
    if (*json == NULL) {
        return rill_error_no_memory(error);
    }
    const cJSON *twin = NULL;
    status = refuse_twins(*json, &twin, error);
    if (status != RILL_OK) {
        place_key(*json, text, twin, error);
        cJSON_Delete(*json);
        *json = NULL;
    }
    return status;
}

const char *json_kind(const cJSON *json)
{
    return cJSON_IsObject(json)   ? "an object"
           : cJSON_IsArray(json)  ? "an array"
           : cJSON_IsString(json) ? "a text"
           : cJSON_IsNumber(json) ? "a number"
           : cJSON_IsTrue(json)   ? "true"
           : cJSON_IsFalse(json)  ? "false"
                                  : "null";
}

const char *json_describe(const cJSON *json, char *text, size_t size)
{
    if (cJSON_IsString(json)) {
        snprintf(text, size, "\"%.60s\"", json->valuestring);
    } else if (cJSON_IsNumber(json)) {
        snprintf(text, size, "%.15g", json->valuedouble);
    } else {
        snprintf(text, size, "%s", json_kind(json));
    }
    return text;
}

bool json_is_quoted_number(const cJSON *json)
{
    const char *text = cJSON_GetStringValue(json);
    return text != NULL && text[0] != '\0' && text[strspn(text, "+-.0123456789eE")] == '\0';
}

cJSON *json_number(double value)
{
    char text[40] = "null";
    for (int digits = 15; digits <= 17 && isfinite(value); digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    return cJSON_CreateRaw(text);
}

cJSON *json_numbers(const double *values, size_t n)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < n; i++) {
        cJSON_AddItemToArray(array, json_number(values[i]));
    }
    return array;
}

/// Puts what `json_number` writes in place of each number of a tree.
static void write_numbers(cJSON *json)
{
    for (cJSON *child = json->child; child != NULL;) {
        cJSON *next = child->next;
        write_numbers(child);
        if (cJSON_IsNumber(child)) {
            cJSON *exact = json_number(child->valuedouble);
            if (json->type == cJSON_Object) {
                cJSON_ReplaceItemInObjectCaseSensitive(json, child->string, exact);
            } else {
                cJSON_ReplaceItemViaPointer(json, child, exact);
            }
        }
        child = next;
    }
}

static char *print_exactly(const cJSON *json, bool is_for_people)
{
    cJSON *copy = cJSON_Duplicate(json, true);
    if (copy != NULL) {
        write_numbers(copy);
    }
    char *text = is_for_people ? cJSON_Print(copy) : cJSON_PrintUnformatted(copy);
    cJSON_Delete(copy);
    return text;
}

char *json_print(const cJSON *json)
{
    return print_exactly(json, false);
}

char *json_print_lines(const cJSON *json)
{
    return print_exactly(json, true);
}

rill_status json_check_keys(const cJSON *object, const char *const *keys, rill_error *error)
{
    if (!cJSON_IsObject(object)) {
        return rill_error_set(error, RILL_INVALID, "", "found %s, expected an object",
                              json_kind(object));
    }
    for (const cJSON *member = object->child; member != NULL; member = member->next) {
        bool is_known = false;
        for (size_t i = 0; keys[i] != NULL; i++) {
            is_known = is_known || strcmp(member->string, keys[i]) == 0;
        }
        if (is_known) {
            continue;
        }
        const char *nearest = rill_nearest_name(member->string, keys);
        if (nearest != NULL) {
            rill_error_set(error, RILL_INVALID, member->string, "unknown key; did you mean \"%s\"?",
                           nearest);
        } else {
            char known[512] = "";
            for (size_t i = 0; keys[i] != NULL; i++) {
                size_t used = strlen(known);
                snprintf(known + used, sizeof known - used, "%s%s", i == 0 ? "" : ", ", keys[i]);
            }
            rill_error_set(error, RILL_INVALID, member->string,
                           "unknown key; here there can be: %s", known);
        }
        if (error != NULL) {
            error->is_of_name = true;
        }
        return RILL_INVALID;
    }
    return RILL_OK;
}

/// The member, when it is there and `is_kind` holds for it; else *member is NULL.
static rill_status get(const cJSON *object, const char *key, bool is_required,
                       cJSON_bool (*is_kind)(const cJSON *), const char *kind, const cJSON **member,
                       rill_error *error)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, key);
    *member = NULL;
    if (found == NULL) {
        return is_required ? rill_error_set(error, RILL_INVALID, key, "missing; expected %s", kind)
                           : RILL_OK;
    }
    if (!is_kind(found)) {
        char text[80];
        return rill_error_set(error, RILL_INVALID, key, "found %s, expected %s%s",
                              json_describe(found, text, sizeof text), kind,
                              is_kind == cJSON_IsNumber && json_is_quoted_number(found)
                                  ? "; take the quotes away"
                                  : "");
    }
    *member = found;
    return RILL_OK;
}

rill_status json_get_text(const cJSON *object, const char *key, bool is_required,
                          const char **value, rill_error *error)
{
    const cJSON *member = NULL;
    rill_status status = get(object, key, is_required, cJSON_IsString, "a text", &member, error);
    if (status == RILL_OK && member != NULL) {
        *value = member->valuestring;
    }
    return status;
}

rill_status json_get_real(const cJSON *object, const char *key, bool is_required, double min,
                          double max, double *value, rill_error *error)
{
    const cJSON *member = NULL;
    rill_status status = get(object, key, is_required, cJSON_IsNumber, "a number", &member, error);
    if (status != RILL_OK || member == NULL) {
        return status;
    }
    if (!(member->valuedouble >= min && member->valuedouble <= max)) {
        return rill_error_set(error, RILL_INVALID, key,
                              "%.15g is out of range, allowed is %.16g to %.16g",
                              member->valuedouble, min, max);
    }
    *value = member->valuedouble;
    return RILL_OK;
}

rill_status json_get_integer(const cJSON *object, const char *key, bool is_required, int64_t min,
                             int64_t max, int64_t *value, rill_error *error)
{
    double number = (double)*value;
    rill_status status =
        json_get_real(object, key, is_required, (double)min, (double)max, &number, error);
    if (status == RILL_OK && floor(number) != number) {
        return rill_error_set(error, RILL_INVALID, key, "%.15g is not a whole number", number);
    }
    *value = (int64_t)number;
    return status;
}

rill_status json_get_object(const cJSON *object, const char *key, bool is_required,
                            const cJSON **value, rill_error *error)
{
    return get(object, key, is_required, cJSON_IsObject, "an object", value, error);
}

rill_status json_get_array(const cJSON *object, const char *key, bool is_required,
                           const cJSON **value, rill_error *error)
{
    return get(object, key, is_required, cJSON_IsArray, "an array", value, error);
}

void json_write_short(const cJSON *json, int digits, char *text, size_t size)
{
    enum { HASH_LENGTH = 9 };
    if (cJSON_IsNumber(json)) {
        snprintf(text, size, "%.*g", digits, json->valuedouble);
        return;
    }
    char *printed = cJSON_IsString(json) ? NULL : cJSON_PrintUnformatted(json);
    const char *whole = cJSON_IsString(json) ? json->valuestring : printed == NULL ? "?" : printed;
    if (strlen(whole) < size) {
        snprintf(text, size, "%s", whole);
    } else {
        size_t kept = size - 1 - HASH_LENGTH;
        while (kept > 0 && ((unsigned char)whole[kept] & 0xc0) == 0x80) {
            kept--; // not within a character
        }
        snprintf(text, size, "%.*s~%08" PRIx32, (int)kept, whole,
                 (uint32_t)hash_text(HASH_START, whole));
    }
    free(printed);
}

/// "id, params": the keys of an object, to be freed; NULL without memory.
static char *list_members(const cJSON *object)
{
    size_t size = 8;
    const cJSON *child = NULL;
    cJSON_ArrayForEach (child, object) {
        size += strlen(child->string) + 2;
    }
    char *list = calloc(1, size);
    cJSON_ArrayForEach (child, object) {
        if (list != NULL) {
            strcat(strcat(list, child == object->child ? "" : ", "), child->string);
        }
    }
    if (list != NULL && object->child == NULL) {
        strcat(list, "none");
    }
    return list;
}

/// The element or member that the path goes on to, created in objects when missing.
static cJSON *descend(cJSON *json, char **path, bool is_last, rill_error *error)
{
    char *start = *path;
    if (*start == '[') {
        char *end = start + 1 + strspn(start + 1, "0123456789");
        if (end == start + 1 || *end != ']' || strchr(".[", end[1]) == NULL) {
            rill_error_set(error, RILL_INVALID, "", "cannot read \"%.60s\", expected [number]",
                           start);
            return NULL;
        }
        if (!cJSON_IsArray(json)) {
            rill_error_set(error, RILL_INVALID, "", "%s has no element \"%.60s\"", json_kind(json),
                           start);
            return NULL;
        }
        const long index = strtol(start + 1, NULL, 10);
        if (index >= cJSON_GetArraySize(json)) {
            rill_error_set(error, RILL_INVALID, "", "no element [%ld]: the array has %d, from [0]",
                           index, cJSON_GetArraySize(json));
            return NULL;
        }
        *path = end[1] == '.' ? end + 2 : end + 1;
        return cJSON_GetArrayItem(json, (int)index);
    }
    size_t length = strcspn(start, ".[");
    if (length == 0) {
        rill_error_set(error, RILL_INVALID, "", "there is no name in front of \"%.60s\"", start);
        return NULL;
    }
    if (!cJSON_IsObject(json)) {
        rill_error_set(error, RILL_INVALID, "", "%s has no member \"%.60s\"%s%s", json_kind(json),
                       start, cJSON_IsArray(json) ? "; say of which element: [0]." : "",
                       cJSON_IsArray(json) ? start : "");
        return NULL;
    }
    char separator = start[length];
    start[length] = '\0';
    cJSON *child = cJSON_GetObjectItemCaseSensitive(json, start);
    if (child == NULL && separator == '[') {
        char *keys = list_members(json);
        rill_error_set(error, RILL_INVALID, "",
                       "there is no array \"%.60s\"; here there are: %.400s", start,
                       keys == NULL ? "?" : keys);
        free(keys);
        return NULL;
    }
    if (child == NULL) {
        child = is_last ? cJSON_AddNullToObject(json, start) : cJSON_AddObjectToObject(json, start);
    }
    start[length] = separator;
    *path = separator == '.' ? start + length + 1 : start + length;
    return child;
}

rill_status json_set(cJSON *root, const char *path, cJSON *value, rill_error *error)
{
    char *copy = strdup(path);
    cJSON *parent = NULL;
    cJSON *target = root;
    char *rest = copy;
    while (copy != NULL && target != NULL && *rest != '\0') {
        parent = target;
        target = descend(target, &rest, strpbrk(rest + 1, ".[") == NULL, error);
    }
    if (copy != NULL && target == NULL) {
        rill_error_prefix(error, RILL_INVALID, path);
    }
    free(copy);
    if (value == NULL || target == NULL || parent == NULL) {
        cJSON_Delete(value);
        return target == NULL ? RILL_INVALID : rill_error_no_memory(error);
    }
    bool is_replaced = cJSON_IsObject(parent)
                           ? cJSON_ReplaceItemInObjectCaseSensitive(parent, target->string, value)
                           : cJSON_ReplaceItemViaPointer(parent, target, value);
    if (!is_replaced) {
        cJSON_Delete(value);
        return rill_error_no_memory(error);
    }
    return RILL_OK;
}

rill_status json_override(cJSON *root, const char *assignment, rill_error *error)
{
    const char *equals = strchr(assignment, '=');
    if (equals == NULL || equals == assignment || equals[-1] == '.') {
        return rill_error_set(error, RILL_INVALID, "", "cannot read \"%.60s\", expected path=value",
                              assignment);
    }
    char *path = strndup(assignment, (size_t)(equals - assignment));
    cJSON *value = NULL;
    if (json_parse(equals + 1, &value, NULL) != RILL_OK) {
        value = cJSON_CreateString(equals + 1);
    }
    rill_status status =
        path == NULL ? rill_error_no_memory(error) : json_set(root, path, value, error);
    if (path == NULL) {
        cJSON_Delete(value);
    }
    free(path);
    return status;
}
