/// Rows of text that JSON leaves to a file: {"file": "maps/rooms.txt"}.
#include "experiments/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

rill_status json_read_rows(const char *path, char **text, rill_error *error)
{
    rill_status status = json_read_file(path, text, error);
    if (status != RILL_OK) {
        char message[sizeof error->message];
        if (error != NULL) {
            snprintf(message, sizeof message, "%.200s: %.400s", path, error->message);
            rill_error_set(error, status, error->path, "%s", message);
        }
        return status;
    }
    // line ends of either kind; none after the last row
    char *end = *text;
    for (const char *c = *text; *c != '\0'; c++) {
        if (c[0] != '\r' || c[1] != '\n') {
            *end++ = *c;
        }
    }
    *end = '\0';
    if (end > *text && end[-1] == '\n') {
        end[-1] = '\0';
    }
    return RILL_OK;
}

/// The file that a value stands for; NULL when it is none.
static const char *file_of(const cJSON *value)
{
    const cJSON *file = cJSON_GetObjectItemCaseSensitive(value, "file");
    return cJSON_GetArraySize(value) == 1 && cJSON_IsString(file) ? file->valuestring : NULL;
}

/// Makes a value a text. It stays where it is in memory, so that it is known where it was written.
static void become_text(cJSON *value, cJSON *text)
{
    cJSON_Delete(value->child);
    value->child = NULL;
    value->type = cJSON_String;
    value->valuestring = text->valuestring;
    text->valuestring = NULL;
    cJSON_Delete(text);
}

/// A text with what the file holds.
static rill_status read_value(const char *file, const char *directory, cJSON **value,
                              rill_error *error)
{
    const size_t size = strlen(directory) + strlen(file) + 2;
    char *path = malloc(size), *rows = NULL;
    if (path == NULL) {
        return rill_error_no_memory(error);
    }
    const bool is_as_given = file[0] == '/' || directory[0] == '\0';
    snprintf(path, size, "%s%s%s", is_as_given ? "" : directory, is_as_given ? "" : "/", file);
    rill_status status = json_read_rows(path, &rows, error);
    if (status == RILL_OK) {
        *value = cJSON_CreateString(rows);
        status = *value == NULL ? rill_error_no_memory(error) : RILL_OK;
    }
    free(path);
    free(rows);
    return status;
}

/// Among values, which are those of "params" and of "sweep", at any depth, texts take the place of files.
static rill_status insert_files(cJSON *json, bool is_among_values, const char *directory,
                                rill_error *error)
{
    int i = 0;
    for (cJSON *child = json->child; child != NULL; child = child->next, i++) {
        const char *key = child->string;
        const char *file = is_among_values ? file_of(child) : NULL;
        rill_status status = RILL_OK;
        if (file == NULL) {
            const bool is_entry =
                key != NULL && (strcmp(key, "params") == 0 || strcmp(key, "sweep") == 0);
            status = insert_files(child, is_among_values || is_entry, directory, error);
        } else {
            cJSON *value = NULL;
            status = read_value(file, directory, &value, error);
            if (status == RILL_OK) {
                become_text(child, value);
            } else {
                rill_error_prefix(error, status, "file");
            }
        }
        if (status != RILL_OK) {
            char place[32];
            snprintf(place, sizeof place, "[%d]", i);
            return rill_error_prefix(error, status, cJSON_IsArray(json) ? place : key);
        }
    }
    return RILL_OK;
}

rill_status json_insert_files(cJSON *json, const char *directory, rill_error *error)
{
    return insert_files(json, false, directory, error);
}
