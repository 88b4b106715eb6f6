/// The "expect" part of an experiment file: published numbers, with source, window and tolerance.
#include "experiments/expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void expect_clear(rill_expect *expect)
{
    free(expect->check);
    free(expect->source);
    free(expect->metric);
    free(expect->policy);
    free(expect->observations);
    free(expect->values);
    free(expect->q_values);
}

rill_status expect_copy_text(const cJSON *json, const char *key, char **copy, rill_error *error)
{
    const char *text = NULL;
    rill_status status = json_get_text(json, key, true, &text, error);
    if (status == RILL_OK) {
        *copy = strdup(text);
        if (*copy == NULL) {
            return rill_error_no_memory(error);
        }
    }
    return status;
}

static rill_status refuse_label(const rill_experiment *experiment, const char *label,
                                rill_error *error)
{
    const char **labels = calloc((size_t)experiment->n_variants + 1, sizeof *labels);
    char known[256] = "";
    for (int32_t i = 0; labels != NULL && i < experiment->n_variants; i++) {
        const size_t used = strlen(known);
        labels[i] = experiment->variants[i].label;
        snprintf(known + used, sizeof known - used, "%s%.60s", i == 0 ? "" : ", ", labels[i]);
    }
    const char *nearest = labels == NULL ? NULL : rill_nearest_name(label, labels);
    rill_error_set(error, RILL_INVALID, "agent", "no agent has the label \"%.60s\"; %s%s%s", label,
                   known[0] == '\0'  ? "there are none"
                   : nearest == NULL ? "there are: "
                                     : "did you mean \"",
                   nearest == NULL ? known : nearest, nearest == NULL ? "" : "\"?");
    free(labels);
    return RILL_INVALID;
}

rill_status expect_read_agent(const rill_experiment *experiment, const cJSON *json,
                              rill_expect *expect, rill_error *error)
{
    const char *label = NULL;
    rill_status status = json_get_text(json, "agent", true, &label, error);
    expect->variant = -1;
    for (int32_t i = 0; status == RILL_OK && i < experiment->n_variants; i++) {
        expect->variant = strcmp(experiment->variants[i].label, label) == 0 ? i : expect->variant;
    }
    return status == RILL_OK && expect->variant < 0 ? refuse_label(experiment, label, error)
                                                    : status;
}

typedef rill_status reader(const rill_experiment *experiment, const cJSON *json,
                           rill_expect *expect, rill_error *error);

/// The kinds by what tells them, the first that fits.
static const struct {
    const char *key; ///< NULL: all the rest
    rill_expect_kind kind;
    const char *const *keys;
    reader *read;
} kinds[] = {
    {"exact", RILL_EXPECT_EXACT,
     (const char *const[]){"check", "source", "exact", "discount", "epsilon", "states", "values",
                           "q_values", "tolerance", "note", NULL},
     expect_read_exact},
    {"estimates", RILL_EXPECT_ESTIMATES,
     (const char *const[]){"check", "source", "agent", "states", "observations", "estimates",
                           "tolerance", "note", NULL},
     expect_read_estimates},
    {NULL, RILL_EXPECT_METRIC,
     (const char *const[]){"check", "source", "agent", "metric", "window", "statistic", "published",
                           "tolerance", "note", NULL},
     expect_read_metric},
};

static rill_status read_one(const rill_experiment *experiment, const cJSON *json,
                            rill_expect *expect, rill_error *error)
{
    if (!cJSON_IsObject(json)) {
        return rill_error_set(error, RILL_INVALID, "", "found %s, expected an object",
                              json_kind(json));
    }
    size_t i = 0;
    while (kinds[i].key != NULL && !cJSON_HasObjectItem(json, kinds[i].key)) {
        i++;
    }
    expect->kind = kinds[i].kind;
    expect->n_states = experiment->env->observation_space.size;
    expect->n_actions = experiment->env->action_space.size;
    rill_status status = json_check_keys(json, kinds[i].keys, error);
    status = status == RILL_OK ? expect_copy_text(json, "check", &expect->check, error) : status;
    status = status == RILL_OK ? expect_copy_text(json, "source", &expect->source, error) : status;
    if (status == RILL_OK) {
        status = json_get_real(json, "tolerance", true, 0.0, 1e300, &expect->tolerance, error);
    }
    return status == RILL_OK ? kinds[i].read(experiment, json, expect, error) : status;
}

rill_status expect_read(rill_experiment *experiment, const cJSON *root, rill_error *error)
{
    const cJSON *json = NULL;
    rill_status status = json_get_array(root, "expect", false, &json, error);
    if (status != RILL_OK || json == NULL) {
        return status;
    }
    experiment->expects = calloc((size_t)cJSON_GetArraySize(json) + 1, sizeof(rill_expect));
    if (experiment->expects == NULL) {
        return rill_error_no_memory(error);
    }
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, json) {
        size_t i = experiment->n_expects++; // counted first: a half-read one is freed too
        status = read_one(experiment, element, &experiment->expects[i], error);
        if (status != RILL_OK) {
            char place[32];
            snprintf(place, sizeof place, "expect[%zu]", i);
            return rill_error_prefix(error, status, place);
        }
    }
    return RILL_OK;
}
