/// Where the values of a JSON tree stand in the text that it was read from; cJSON does not keep it.
#ifndef RILL_EXPERIMENTS_JSON_PLACES_H
#define RILL_EXPERIMENTS_JSON_PLACES_H

#include <cjson/cJSON.h>
#include <rill/status.h>
#include <stddef.h>

/// One value, and its key where it is a member of an object (else NULL): the first characters of each.
typedef struct json_place {
    const cJSON *json;
    const char *key, *value;
} json_place;

/// Of any number of trees; start from zeros.
typedef struct json_places {
    json_place *items;
    size_t n;
} json_places;

/// Adds every value of a tree, which is `text` as it was read. RILL_NO_MEMORY.
rill_status json_places_add(json_places *places, const cJSON *json, const char *text,
                            rill_error *error);
void json_places_clear(json_places *places);

/// The place of a value; NULL when it comes from no text. Of two at one address, the later one is alive.
const json_place *json_places_find(const json_places *places, const cJSON *json);

/// The value that a path ("agents[0].params.alpha") leads to or, where it ends before, the last on the
/// way. `rest` is what is left of the path, "" for the value itself.
const cJSON *json_follow(const cJSON *root, const char *path, const char **rest);

/// Line and column of a character of a text, counted from 1; columns in characters, as editors do.
void json_find_line(const char *text, const char *at, int *line, int *column);

#endif
