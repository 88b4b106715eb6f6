#include "experiments/figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const figure_kind_names[] = {
    [FIGURE_CURVES] = "curves",   [FIGURE_STUDY] = "study",     [FIGURE_FINAL] = "final",
    [FIGURE_BARS] = "bars",       [FIGURE_PROFILE] = "profile", [FIGURE_VALUES] = "values",
    [FIGURE_SURFACE] = "surface", [FIGURE_POLICY] = "policy",   [FIGURE_DEFAULT] = NULL,
};

/// RILL_INVALID: a name is none of some, with the nearest of them.
static rill_status refuse_name(const char *name, const char *lead, const char *const *names,
                               rill_error *error)
{
    char list[384] = "";
    size_t used = 0;
    const char *nearest = rill_nearest_name(name, names);
    for (size_t i = 0; names[i] != NULL && used < sizeof list; i++) {
        used +=
            (size_t)snprintf(list + used, sizeof list - used, "%s%s", i == 0 ? "" : ", ", names[i]);
    }
    return rill_error_set(error, RILL_INVALID, "", "\"%.60s\" %s: %s%s%s%s", name, lead, list,
                          nearest == NULL ? "" : "; did you mean \"",
                          nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
}

rill_status figure_kind_read(const char *name, figure_kind *kind, rill_error *error)
{
    for (int i = 0; i < FIGURE_DEFAULT; i++) {
        if (strcmp(name, figure_kind_names[i]) == 0) {
            *kind = (figure_kind)i;
            return RILL_OK;
        }
    }
    return refuse_name(name, "is no kind of figure; there are", figure_kind_names, error);
}

static rill_status read_figure(figure_request *f, const cJSON *json, rill_error *error)
{
    static const char *const keys[] = {"kind",  "metric", "smooth", "agent",
                                       "title", "x",      "y",      NULL};
    enum { MAX_SMOOTH = 1 << 30 };
    const char *kind = NULL;
    *f = (figure_request){.kind = FIGURE_DEFAULT};
    if (!cJSON_IsObject(json)) {
        return rill_error_set(error, RILL_INVALID, "",
                              "found %s, expected a figure: {\"kind\": \"curves\"}",
                              json_kind(json));
    }
    rill_status status = json_check_keys(json, keys, error);
    const struct {
        const char *key, **value;
    } texts[] = {{"kind", &kind},      {"metric", &f->metric}, {"agent", &f->agent},
                 {"title", &f->title}, {"x", &f->x},           {"y", &f->y}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && status == RILL_OK; i++) {
        status = json_get_text(json, texts[i].key, false, texts[i].value, error);
    }
    if (status == RILL_OK) {
        status = json_get_integer(json, "smooth", false, 1, MAX_SMOOTH, &f->smooth, error);
    }
    if (status == RILL_OK && kind != NULL && figure_kind_read(kind, &f->kind, error) != RILL_OK) {
        status = rill_error_prefix(error, RILL_INVALID, "kind");
    }
    return status;
}

/// Puts "plot[i]" in front of an error's path.
static rill_status at_figure(size_t i, rill_status status, rill_error *error)
{
    char place[32];
    snprintf(place, sizeof place, "plot[%zu]", i);
    return status == RILL_OK ? RILL_OK : rill_error_prefix(error, status, place);
}

rill_status figures_read(const cJSON *root, figure_request **figures, size_t *n, rill_error *error)
{
    const cJSON *json = NULL;
    *figures = NULL;
    *n = 0;
    rill_status status = json_get_array(root, "plot", false, &json, error);
    if (status != RILL_OK) {
        return status;
    }
    *figures = calloc((size_t)(json == NULL ? 0 : cJSON_GetArraySize(json)) + 1, sizeof **figures);
    if (*figures == NULL) {
        return rill_error_no_memory(error);
    }
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, json) {
        status = at_figure(*n, read_figure(&(*figures)[*n], element, error), error);
        if (status != RILL_OK) {
            free(*figures);
            *figures = NULL;
            return status;
        }
        ++*n;
    }
    return RILL_OK;
}

/// The metrics that an experiment records, to a block that ends with NULL.
static const char **recorded_metrics(const rill_experiment *experiment, char (*names)[48])
{
    const char **list = calloc(experiment->n_records + 3, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < experiment->n_records && list != NULL; i++) {
        rill_metric_write(experiment->records[i].metric, experiment->records[i].index, names[i]);
        list[n++] = names[i];
    }
    if (experiment->evaluation.every > 0 && list != NULL) {
        list[n++] = "evaluation_return";
        list[n++] = "evaluation_length";
    }
    return list;
}

/// The labels of an experiment's variants, likewise.
static const char **labels_of(const rill_experiment *experiment)
{
    const char **list = calloc((size_t)experiment->n_variants + 1, sizeof *list);
    for (int32_t i = 0; i < experiment->n_variants && list != NULL; i++) {
        list[i] = experiment->variants[i].label;
    }
    return list;
}

static rill_status check_name(const char *name, const char *const *names, const char *lead,
                              const char *key, rill_error *error)
{
    for (size_t i = 0; name != NULL && names[i] != NULL; i++) {
        if (strcmp(name, names[i]) == 0) {
            return RILL_OK;
        }
    }
    return name == NULL ? RILL_OK
                        : rill_error_prefix(error, refuse_name(name, lead, names, error), key);
}

rill_status figures_check(const rill_experiment *experiment, const cJSON *root, rill_error *error)
{
    figure_request *figures = NULL;
    size_t n = 0;
    rill_status status = figures_read(root, &figures, &n, error);
    char(*names)[48] = calloc(experiment->n_records + 1, sizeof *names);
    const char **metrics = names == NULL ? NULL : recorded_metrics(experiment, names);
    const char **labels = labels_of(experiment);
    if (status == RILL_OK && (metrics == NULL || labels == NULL)) {
        status = rill_error_no_memory(error);
    }
    for (size_t i = 0; i < n && status == RILL_OK; i++) {
        status =
            check_name(figures[i].metric, metrics, "is not recorded; there is", "metric", error);
        if (status == RILL_OK) {
            status = check_name(figures[i].agent, labels, "is no agent's label; there are", "agent",
                                error);
        }
        status = at_figure(i, status, error);
    }
    free(labels);
    free(metrics);
    free(names);
    free(figures);
    return status;
}
