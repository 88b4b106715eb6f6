#include "experiments/json_places.h"

#include <stdlib.h>
#include <string.h>

static size_t count_values(const cJSON *json)
{
    size_t n = 1;
    for (const cJSON *child = json->child; child != NULL; child = child->next) {
        n += count_values(child);
    }
    return n;
}

/// Notes the values in the order of the text: each before those inside it.
static json_place *note_values(const cJSON *json, json_place *next)
{
    *next++ = (json_place){.json = json};
    for (const cJSON *child = json->child; child != NULL; child = child->next) {
        next = note_values(child, next);
    }
    return next;
}

static const char *end_of_text(const char *quote)
{
    const char *at = quote + 1;
    while (*at != '"') {
        at += *at == '\\' ? 2 : 1;
    }
    return at + 1;
}

/// Finds the places of `n` values in a text that is known to be JSON.
static void find_values(const char *text, json_place *places, size_t n)
{
    static const char between[] = " \t\r\n,:]}";
    const char *at = strncmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text;
    const char *key = NULL;
    for (size_t i = 0; i < n;) {
        at += strspn(at, between);
        const char *start = at;
        at = *at == '"'                 ? end_of_text(at)
             : *at == '{' || *at == '[' ? at + 1
                                        : at + strcspn(at, between);
        if (*start == '"' && at[strspn(at, " \t\r\n")] == ':') {
            key = start;
            continue;
        }
        places[i].key = key;
        places[i++].value = start;
        key = NULL;
    }
}

rill_status json_places_add(json_places *places, const cJSON *json, const char *text,
                            rill_error *error)
{
    const size_t n = count_values(json);
    json_place *items = realloc(places->items, (places->n + n) * sizeof *items);
    if (items == NULL) {
        return rill_error_no_memory(error);
    }
    places->items = items;
    note_values(json, items + places->n);
    find_values(text, items + places->n, n);
    places->n += n;
    return RILL_OK;
}

void json_places_clear(json_places *places)
{
    free(places->items);
    *places = (json_places){0};
}

const json_place *json_places_find(const json_places *places, const cJSON *json)
{
    for (size_t i = places->n; i > 0; i--) {
        if (places->items[i - 1].json == json) {
            return &places->items[i - 1];
        }
    }
    return NULL;
}

/// The element or member that a path goes on to, and the path behind it; NULL when there is none.
static const cJSON *follow_one(const cJSON *json, const char **path)
{
    if (**path == '[') {
        char *end = NULL;
        const long index = strtol(*path + 1, &end, 10);
        const bool is_index = end > *path + 1 && *end == ']' && cJSON_IsArray(json);
        *path = end + 1;
        return is_index ? cJSON_GetArrayItem(json, (int)index) : NULL;
    }
    const char *name = *path + (**path == '.');
    const cJSON *found = NULL;
    size_t longest = 0; // a key may have a point in it
    for (const cJSON *child = cJSON_IsObject(json) ? json->child : NULL; child != NULL;
         child = child->next) {
        const size_t length = strlen(child->string);
        if (strncmp(name, child->string, length) == 0 && strchr(".[", name[length]) != NULL &&
            (found == NULL || length > longest)) {
            found = child;
            longest = length;
        }
    }
    *path = name + longest;
    return found;
}

const cJSON *json_follow(const cJSON *root, const char *path, const char **rest)
{
    const cJSON *last = root;
    *rest = path;
    while (**rest != '\0') {
        const char *behind = *rest;
        const cJSON *next = follow_one(last, &behind);
        if (next == NULL) {
            break;
        }
        last = next;
        *rest = behind;
    }
    return last;
}

void json_find_line(const char *text, const char *at, int *line, int *column)
{
    const char *c = strncmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text;
    *line = *column = 1;
    for (; c < at; c++) {
        const int is_inside = ((unsigned char)*c & 0xc0) == 0x80;
        *column = *c == '\n' ? 1 : *column + 1 - is_inside;
        *line += *c == '\n';
    }
}
