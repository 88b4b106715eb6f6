#include "experiments/experiment_file.h"

#include "experiments/experiment_merge.h"
#include "experiments/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static rill_status no_memory(rill_error *error)
{
    return rill_error_no_memory(error);
}

/// `name`, seen from a directory.
static char *join(const char *directory, const char *name)
{
    const bool is_as_given = name[0] == '/' || directory[0] == '\0';
    const size_t size = strlen(directory) + strlen(name) + 2;
    char *path = malloc(size);
    if (path != NULL) {
        snprintf(path, size, "%s%s%s", is_as_given ? "" : directory, is_as_given ? "" : "/", name);
    }
    return path;
}

/// The file of a text that holds `at`.
static const experiment_text *text_of(const experiment_file *file, const char *at)
{
    const experiment_text *text = file->texts;
    while (at < text->text || at > text->text + strlen(text->text)) {
        text++;
    }
    return text;
}

/// Writes into an error where its path leads in a tree that was read from the texts.
static void place(const experiment_file *file, const cJSON *tree, rill_error *error)
{
    const char *rest = NULL;
    const cJSON *json = json_follow(tree, error->path, &rest);
    const json_place *found = json_places_find(&file->places, json);
    if (found != NULL) {
        const bool is_key = error->is_of_name && *rest == '\0' && found->key != NULL;
        const experiment_text *text = text_of(file, found->value);
        snprintf(error->file, sizeof error->file, "%s", text->name);
        json_find_line(text->text, is_key ? found->key : found->value, &error->line,
                       &error->column);
    }
}

/// Opens and parses the next text of the chain; the tree is `*json`. Takes `name` over.
static rill_status read_text(experiment_file *file, char *name, const char *given, cJSON **json,
                             rill_error *error)
{
    experiment_text *text = &file->texts[file->n_texts++];
    const char *slash = name == NULL ? NULL : strrchr(name, '/');
    text->name = name;
    text->directory =
        name == NULL ? NULL
                     : strndup(name, slash == NULL ? 0 : (size_t)(slash - name) + (slash == name));
    if (text->directory == NULL) {
        return no_memory(error);
    }
    rill_status status = RILL_OK;
    if (given != NULL) {
        text->text = strdup(given);
        status = text->text == NULL ? no_memory(error) : RILL_OK;
    } else {
        status = json_read_file(name, &text->text, error);
    }
    if (status != RILL_OK) {
        return status;
    }
    status = json_parse(text->text, json, error);
    if (status != RILL_OK && error != NULL) {
        snprintf(error->file, sizeof error->file, "%s", name);
    }
    return status == RILL_OK ? json_places_add(&file->places, *json, text->text, error) : status;
}

/// Refuses a file that is in the chain already, and a chain that is too long; says how it goes.
static rill_status check_chain(const experiment_file *file, const char *name, rill_error *error)
{
    bool is_loop = false;
    struct stat next, other;
    for (int i = 0; i < file->n_texts && stat(name, &next) == 0; i++) {
        is_loop = is_loop || (stat(file->texts[i].name, &other) == 0 &&
                              next.st_dev == other.st_dev && next.st_ino == other.st_ino);
    }
    if (!is_loop && file->n_texts < EXPERIMENT_MAX_CHAIN) {
        return RILL_OK;
    }
    if (!is_loop) {
        return rill_error_set(error, RILL_INVALID, "extends",
                              "%s extends a chain of more than %d files; make it shorter",
                              file->texts[0].name, EXPERIMENT_MAX_CHAIN);
    }
    char chain[512] = "";
    for (int i = 0; i < file->n_texts; i++) {
        const size_t used = strlen(chain);
        snprintf(chain + used, sizeof chain - used, "%s extends ", file->texts[i].name);
    }
    return rill_error_set(error, RILL_INVALID, "extends",
                          "goes round: %s%s; one of them must stand alone", chain, name);
}

/// Takes "extends" out of a tree; `*name` is the file, NULL where there is none.
static rill_status take_base(const experiment_file *file, cJSON *json, char **name,
                             rill_error *error)
{
    const char *base = NULL;
    *name = NULL;
    if (!cJSON_IsObject(json)) { // which the reader refuses in the file itself
        return file->n_texts == 1
                   ? RILL_OK
                   : rill_error_set(error, RILL_INVALID, "",
                                    "found %s, expected an object to extend", json_kind(json));
    }
    rill_status status = json_get_text(json, "extends", false, &base, error);
    if (status != RILL_OK || base == NULL) {
        return status;
    }
    if (base[0] == '\0') {
        return rill_error_set(error, RILL_INVALID, "extends",
                              "is empty; name the file to extend, or leave it out");
    }
    *name = join(file->texts[file->n_texts - 1].directory, base);
    return *name == NULL ? no_memory(error) : check_chain(file, *name, error);
}

/// A base that cannot be read is an error of the file that names it.
static void blame_extends(const experiment_file *file, const cJSON *tree, rill_error *error)
{
    char message[sizeof error->message];
    snprintf(message, sizeof message, "%.200s: %.500s", file->texts[file->n_texts - 1].name,
             error->message);
    rill_error_set(error, error->status, "extends", "%s", message);
    place(file, tree, error);
}

/// Reads the chain of files, each to a tree. Its end is the file that extends none.
static rill_status read_chain(experiment_file *file, const char *path, const char *given,
                              cJSON **trees, rill_error *error)
{
    char *name = strdup(path == NULL ? "" : path);
    for (int i = 0; i == 0 || name != NULL; i++) {
        rill_status status = read_text(file, name, i == 0 ? given : NULL, &trees[i], error);
        if (status != RILL_OK && status != RILL_NO_MEMORY && i > 0 && error->line == 0) {
            blame_extends(file, trees[i - 1], error);
        }
        if (status != RILL_OK) {
            return status;
        }
        status = take_base(file, trees[i], &name, error);
        if (status == RILL_OK) {
            status = json_insert_files(trees[i], file->texts[i].directory, error);
        }
        if (status != RILL_OK) {
            free(name);
            place(file, trees[i], error);
            return status;
        }
    }
    return RILL_OK;
}

/// Says that an error comes from an override.
static rill_status blame_override(const experiment_file *file, const char *override,
                                  rill_status status, rill_error *error)
{
    const size_t used = strlen(error->message);
    snprintf(error->file, sizeof error->file, "%s", file->texts[0].name);
    snprintf(error->message + used, sizeof error->message - used, " (from --set %.100s)", override);
    return status;
}

/// The last override that sets the value at a path, or one around it; NULL when there is none.
static const char *find_override(const experiment_file *file, const char *path)
{
    const char *found = NULL;
    for (size_t i = 0; file->overrides != NULL && file->overrides[i] != NULL; i++) {
        const size_t length = strcspn(file->overrides[i], "=");
        if (strncmp(path, file->overrides[i], length) == 0 && length > 0 &&
            strchr(".[", path[length]) != NULL) {
            found = file->overrides[i];
        }
    }
    return found;
}

/// The last override that goes into the object around a path, where the file has no such object: what the
/// object lacks is not the file's mistake. NULL when there is none.
static const char *find_maker(const experiment_file *file, const char *path)
{
    const char *found = NULL, *rest = NULL;
    char parent[sizeof((rill_error *)0)->path];
    snprintf(parent, sizeof parent, "%s", path);
    char *end = strrchr(parent, '.');
    parent[end == NULL ? 0 : end - parent] = '\0';
    json_follow(file->written, parent, &rest);
    const size_t length = *rest == '\0' ? 0 : strlen(parent);
    for (size_t i = 0; length > 0 && file->overrides != NULL && file->overrides[i] != NULL; i++) {
        if (strncmp(file->overrides[i], parent, length) == 0 && file->overrides[i][length] == '.') {
            found = file->overrides[i];
        }
    }
    return found;
}

rill_status experiment_file_place(const experiment_file *file, rill_status status,
                                  rill_error *error)
{
    if (status == RILL_OK || status == RILL_NO_MEMORY || error == NULL) {
        return status;
    }
    explain_error(file->root, error);
    const char *override = find_override(file, error->path);
    override = override == NULL ? find_maker(file, error->path) : override;
    if (override != NULL) {
        return blame_override(file, override, status, error);
    }
    place(file, file->written, error);
    return status;
}

/// `root`: a copy of what is written, with the overrides.
static rill_status override(experiment_file *file, rill_error *error)
{
    file->root = cJSON_Duplicate(file->written, true);
    if (file->root == NULL) {
        return no_memory(error);
    }
    for (size_t i = 0; file->overrides != NULL && file->overrides[i] != NULL; i++) {
        rill_status status = json_override(file->root, file->overrides[i], error);
        if (status != RILL_OK) {
            return blame_override(file, file->overrides[i], status, error);
        }
    }
    rill_status status = RILL_OK;
    if (cJSON_GetObjectItemCaseSensitive(file->root, "extends") != NULL) {
        status = rill_error_set(error, RILL_INVALID, "extends",
                                "cannot be set from outside; write it into the file");
    } else {
        status = json_insert_files(file->root, file->texts[0].directory, error);
    }
    return experiment_file_place(file, status, error);
}

rill_status experiment_file_read(experiment_file *file, const char *path, const char *text,
                                 const char *const *overrides, rill_error *error)
{
    rill_error unasked = {0}; // errors are placed, so there must be one
    error = error == NULL ? &unasked : error;
    cJSON *trees[EXPERIMENT_MAX_CHAIN] = {NULL};
    file->overrides = overrides;
    rill_status status = read_chain(file, path, text, trees, error);
    for (int i = file->n_texts - 1; i >= 0 && status == RILL_OK; i--) {
        cJSON_DeleteItemFromObjectCaseSensitive(trees[i], "extends");
        if (i + 1 < file->n_texts) {
            experiment_extend(trees[i], trees[i + 1]);
        }
    }
    for (int i = 1; i < file->n_texts; i++) {
        cJSON_Delete(trees[i]);
    }
    file->written = trees[0];
    if (status == RILL_OK) {
        status = override(file, error);
    }
    return status;
}

void experiment_file_clear(experiment_file *file)
{
    cJSON_Delete(file->written);
    cJSON_Delete(file->root);
    json_places_clear(&file->places);
    for (int i = 0; i < file->n_texts; i++) {
        free(file->texts[i].name);
        free(file->texts[i].directory);
        free(file->texts[i].text);
    }
    *file = (experiment_file){0};
}
