/// The "expect" part of an experiment file: published numbers, with source, window and tolerance.
#include "experiments/experiment.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void expect_clear(rill_expect *expect)
{
    free(expect->check);
    free(expect->source);
    free(expect->metric);
    free(expect->policy);
    free(expect->values);
}

static rill_status copy_text(const cJSON *json, const char *key, char **copy, rill_error *error)
{
    const char *text = NULL;
    rill_status status = json_get_text(json, key, true, &text, error);
    if (status == RILL_OK) {
        *copy = strdup(text);
        if (*copy == NULL) {
            return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
        }
    }
    return status;
}

/// "uniform", or one action per state, as probabilities (n_states, n_actions).
static rill_status read_policy(const rill_experiment *experiment, const cJSON *json,
                               rill_expect *expect, rill_error *error)
{
    const int32_t n_states = experiment->env->observation_space.size;
    const int32_t n_actions = experiment->env->action_space.size;
    bool is_uniform = cJSON_IsString(json) && strcmp(json->valuestring, "uniform") == 0;
    if (cJSON_IsString(json) && strcmp(json->valuestring, "optimal") == 0) {
        return RILL_OK; // no policy stands for the optimal one
    }
    if (!is_uniform && (!cJSON_IsArray(json) || cJSON_GetArraySize(json) != n_states)) {
        return rill_error_set(error, RILL_INVALID, "exact",
                              "expected \"optimal\", \"uniform\", or an array of %d actions, one "
                              "per state",
                              n_states);
    }
    expect->policy = calloc((size_t)n_states * (size_t)n_actions, sizeof *expect->policy);
    if (expect->policy == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    for (int32_t s = 0; s < n_states && is_uniform; s++) {
        for (int32_t a = 0; a < n_actions; a++) {
            expect->policy[(ptrdiff_t)s * n_actions + a] = 1.0 / n_actions;
        }
    }
    int32_t s = 0;
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, json) {
        int32_t action = cJSON_IsNumber(element) ? element->valueint : -1;
        if (action < 0 || action >= n_actions || element->valuedouble != action) {
            return rill_error_set(error, RILL_INVALID, "exact",
                                  "the action of state %d must be a whole number from 0 to %d", s,
                                  n_actions - 1);
        }
        expect->policy[(ptrdiff_t)s++ * n_actions + action] = 1.0;
    }
    return RILL_OK;
}

static rill_status read_exact(const rill_experiment *experiment, const cJSON *json,
                              rill_expect *expect, rill_error *error)
{
    const cJSON *values = NULL;
    expect->variant = -1;
    if (experiment->env->type->model == NULL) {
        return rill_error_set(error, RILL_INVALID, "exact", "%s has no exact model",
                              experiment->env->type->id);
    }
    rill_status status =
        read_policy(experiment, cJSON_GetObjectItemCaseSensitive(json, "exact"), expect, error);
    if (status == RILL_OK) {
        status = json_get_real(json, "discount", true, 0.0, 1.0, &expect->discount, error);
    }
    if (status == RILL_OK) {
        status = json_get_array(json, "values", true, &values, error);
    }
    if (status != RILL_OK) {
        return status;
    }
    expect->n_values = experiment->env->observation_space.size;
    if (cJSON_GetArraySize(values) != expect->n_values) {
        return rill_error_set(error, RILL_INVALID, "values",
                              "%d values for %d states; write null where none is published",
                              cJSON_GetArraySize(values), expect->n_values);
    }
    expect->values = malloc((size_t)expect->n_values * sizeof *expect->values);
    if (expect->values == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    int32_t s = 0;
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, values) {
        if (!cJSON_IsNumber(element) && !cJSON_IsNull(element)) {
            return rill_error_set(error, RILL_INVALID, "values",
                                  "found %s for state %d, expected a number or null",
                                  json_kind(element), s);
        }
        expect->values[s++] = cJSON_IsNull(element) ? (double)NAN : element->valuedouble;
    }
    return RILL_OK;
}

static bool is_recorded(const rill_experiment *experiment, const char *metric)
{
    bool is_evaluation =
        strcmp(metric, "evaluation_return") == 0 || strcmp(metric, "evaluation_length") == 0;
    if (is_evaluation && experiment->evaluation.every > 0) {
        return true;
    }
    for (size_t i = 0; i < experiment->n_records; i++) {
        if (strcmp(experiment->records[i].metric->id, metric) == 0) {
            return true;
        }
    }
    return false;
}

static rill_status read_learned(const rill_experiment *experiment, const cJSON *json,
                                rill_expect *expect, rill_error *error)
{
    const char *label = NULL;
    const cJSON *window = NULL;
    rill_status status = json_get_text(json, "agent", true, &label, error);
    expect->variant = -1;
    for (int32_t i = 0; status == RILL_OK && i < experiment->n_variants; i++) {
        expect->variant = strcmp(experiment->variants[i].label, label) == 0 ? i : expect->variant;
    }
    if (status == RILL_OK && expect->variant < 0) {
        return rill_error_set(error, RILL_INVALID, "agent", "no agent has the label \"%.60s\"",
                              label);
    }
    status = status == RILL_OK ? copy_text(json, "metric", &expect->metric, error) : status;
    if (status == RILL_OK && !is_recorded(experiment, expect->metric)) {
        return rill_error_set(error, RILL_INVALID, "metric",
                              "\"%.60s\" is not recorded; add it to \"record\" (evaluation_return "
                              "and evaluation_length come with \"evaluation\")",
                              expect->metric);
    }
    if (status == RILL_OK) {
        status = json_get_real(json, "published", true, -1e300, 1e300, &expect->published, error);
    }
    status = status == RILL_OK ? json_get_array(json, "window", true, &window, error) : status;
    if (status != RILL_OK) {
        return status;
    }
    const cJSON *first = cJSON_GetArrayItem(window, 0);
    const cJSON *last = cJSON_GetArrayItem(window, 1);
    if (cJSON_GetArraySize(window) != 2 || !cJSON_IsNumber(first) || !cJSON_IsNumber(last) ||
        !(first->valuedouble >= 1.0 && first->valuedouble <= last->valuedouble &&
          last->valuedouble <= 9007199254740992.0) ||
        first->valuedouble != floor(first->valuedouble) ||
        last->valuedouble != floor(last->valuedouble)) {
        return rill_error_set(error, RILL_INVALID, "window",
                              "expected [first, last], counted from 1, in episodes or steps");
    }
    expect->first = (int64_t)first->valuedouble;
    expect->last = (int64_t)last->valuedouble;
    return RILL_OK;
}

static rill_status read_one(const rill_experiment *experiment, const cJSON *json,
                            rill_expect *expect, rill_error *error)
{
    static const char *const learned_keys[] = {
        "check", "source", "agent", "metric", "window", "published", "tolerance", "note", NULL};
    static const char *const exact_keys[] = {"check",  "source",    "exact", "discount",
                                             "values", "tolerance", "note",  NULL};
    if (!cJSON_IsObject(json)) {
        return rill_error_set(error, RILL_INVALID, "", "found %s, expected an object",
                              json_kind(json));
    }
    bool is_exact = cJSON_HasObjectItem(json, "exact");
    rill_status status = json_check_keys(json, is_exact ? exact_keys : learned_keys, error);
    status = status == RILL_OK ? copy_text(json, "check", &expect->check, error) : status;
    status = status == RILL_OK ? copy_text(json, "source", &expect->source, error) : status;
    if (status == RILL_OK) {
        status = json_get_real(json, "tolerance", true, 0.0, 1e300, &expect->tolerance, error);
    }
    if (status != RILL_OK) {
        return status;
    }
    return is_exact ? read_exact(experiment, json, expect, error)
                    : read_learned(experiment, json, expect, error);
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
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
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
