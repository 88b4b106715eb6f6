/// Expectations about values: exact ones, and what agents have learned at the end.
#include "experiments/expect.h"

#include <math.h>
#include <rill/recall.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// What is done in a state: an action, or a row with the probability of each.
static rill_status read_choice(const cJSON *json, int32_t state, int32_t n_actions, double *row,
                               rill_error *error)
{
    if (!cJSON_IsArray(json)) {
        int32_t action = cJSON_IsNumber(json) ? json->valueint : -1;
        if (action < 0 || action >= n_actions || json->valuedouble != action) {
            return rill_error_set(error, RILL_INVALID, "exact",
                                  "the action of state %d must be a whole number from 0 to %d, or "
                                  "a row of %d probabilities",
                                  state, n_actions - 1, n_actions);
        }
        row[action] = 1.0;
        return RILL_OK;
    }
    int32_t n = 0;
    double sum = 0.0;
    bool is_sound = cJSON_GetArraySize(json) == n_actions;
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, json) {
        is_sound = is_sound && cJSON_IsNumber(element) && element->valuedouble >= 0.0;
        if (is_sound) {
            row[n++] = element->valuedouble;
            sum += element->valuedouble;
        }
    }
    return is_sound && fabs(sum - 1.0) <= 1e-9
               ? RILL_OK
               : rill_error_set(error, RILL_INVALID, "exact",
                                "the row of state %d must be %d probabilities that sum to 1", state,
                                n_actions);
}

/// "optimal", "uniform", or what is done in each state, as probabilities (n_states, n_actions).
static rill_status read_policy(const cJSON *json, rill_expect *expect, rill_error *error)
{
    const int32_t n_states = expect->n_states;
    const int32_t n_actions = expect->n_actions;
    if (cJSON_IsString(json) && strcmp(json->valuestring, "optimal") == 0) {
        return RILL_OK; // no policy stands for the optimal one
    }
    expect->is_uniform = cJSON_IsString(json) && strcmp(json->valuestring, "uniform") == 0;
    if (expect->is_uniform) {
        return RILL_OK;
    }
    if (!cJSON_IsArray(json) || cJSON_GetArraySize(json) != n_states) {
        return rill_error_set(error, RILL_INVALID, "exact",
                              "expected \"optimal\", \"uniform\", or an array of %d actions, one "
                              "per state, each a number or a row of probabilities",
                              n_states);
    }
    expect->policy = calloc((size_t)n_states * (size_t)n_actions, sizeof *expect->policy);
    if (expect->policy == NULL) {
        return rill_error_no_memory(error);
    }
    rill_status status = RILL_OK;
    int32_t s = 0;
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, json) {
        if (status == RILL_OK) {
            double *row = expect->policy + (ptrdiff_t)s * n_actions;
            status = read_choice(element, s, n_actions, row, error);
            s++;
        }
    }
    return status;
}

/// A table of n numbers, none of them published yet.
static rill_status create_table(double **table, size_t n, rill_error *error)
{
    *table = malloc(n * sizeof **table);
    if (*table == NULL) {
        return rill_error_no_memory(error);
    }
    for (size_t i = 0; i < n; i++) {
        (*table)[i] = (double)NAN;
    }
    return RILL_OK;
}

/// The states that a list is about: "states", or all. `states` is allocated.
static rill_status read_states(const cJSON *json, int32_t n_states, int32_t **states, int32_t *n,
                               rill_error *error)
{
    const cJSON *array = NULL;
    rill_status status = json_get_array(json, "states", false, &array, error);
    if (status != RILL_OK) {
        return status;
    }
    *n = array == NULL ? n_states : cJSON_GetArraySize(array);
    *states = malloc(((size_t)*n + 1) * sizeof **states);
    if (*states == NULL) {
        return rill_error_no_memory(error);
    }
    for (int32_t i = 0; array == NULL && i < n_states; i++) {
        (*states)[i] = i;
    }
    int32_t i = 0;
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, array) {
        int32_t state = cJSON_IsNumber(element) ? element->valueint : -1;
        if (state < 0 || state >= n_states || element->valuedouble != state) {
            char place[32], found[41];
            snprintf(place, sizeof place, "states[%d]", (int)i);
            json_write_short(element, 15, found, sizeof found);
            return rill_error_set(error, RILL_INVALID, place,
                                  "%s is not a state; there are 0 to %d", found, n_states - 1);
        }
        (*states)[i++] = state;
    }
    return RILL_OK;
}

/// One published number, or null where there is none.
static rill_status read_number(const cJSON *json, const char *key, int32_t state, double *number,
                               rill_error *error)
{
    if (!cJSON_IsNumber(json) && !cJSON_IsNull(json)) {
        return rill_error_set(error, RILL_INVALID, key,
                              "found %s for state %d, expected a number or null", json_kind(json),
                              state);
    }
    *number = cJSON_IsNull(json) ? (double)NAN : json->valuedouble;
    return RILL_OK;
}

/// The numbers of one state: one to the values, or a row of them to the action values.
static rill_status read_numbers(const cJSON *json, const char *key, bool is_row, int32_t state,
                                rill_expect *expect, rill_error *error)
{
    if (!is_row) {
        return read_number(json, key, state, &expect->values[state], error);
    }
    if (cJSON_IsNull(json)) {
        return RILL_OK;
    }
    if (!cJSON_IsArray(json) || cJSON_GetArraySize(json) != expect->n_actions) {
        return rill_error_set(error, RILL_INVALID, key,
                              "found %s for state %d, expected a row of %d numbers, one an action, "
                              "or null",
                              cJSON_IsArray(json) ? "another number of them" : json_kind(json),
                              state, expect->n_actions);
    }
    double *row = expect->q_values + (ptrdiff_t)state * expect->n_actions;
    rill_status status = RILL_OK;
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, json) {
        status = status == RILL_OK ? read_number(element, key, state, row++, error) : status;
    }
    return status;
}

/// A list with an element a state, of numbers or, with `is_row`, rows.
static rill_status read_list(const cJSON *json, const char *key, const cJSON *list, bool is_row,
                             rill_expect *expect, rill_error *error)
{
    const size_t n_numbers =
        (size_t)expect->n_states * (is_row ? (size_t)expect->n_actions : (size_t)1);
    int32_t *states = NULL;
    int32_t n = 0;
    rill_status status = read_states(json, expect->n_states, &states, &n, error);
    if (status == RILL_OK && cJSON_GetArraySize(list) != n) {
        status = rill_error_set(error, RILL_INVALID, key,
                                "%d values for %d states; write null where none is published",
                                cJSON_GetArraySize(list), n);
    }
    if (status == RILL_OK) {
        status = create_table(is_row ? &expect->q_values : &expect->values, n_numbers, error);
    }
    int32_t i = 0;
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, list) {
        if (status == RILL_OK) {
            status = read_numbers(element, key, is_row, states[i++], expect, error);
        }
    }
    free(states);
    return status;
}

rill_status expect_read_exact(const rill_experiment *experiment, const cJSON *json,
                              rill_expect *expect, rill_error *error)
{
    const cJSON *values = NULL;
    const cJSON *q_values = NULL;
    expect->variant = -1;
    if (experiment->n_worlds > 1) {
        return rill_error_set(error, RILL_INVALID, "exact",
                              "the sweep changes the environment: exact values of which?");
    }
    if (experiment->env->type->model == NULL) {
        return rill_error_set(error, RILL_INVALID, "exact", "%s has no exact model",
                              experiment->env->type->id);
    }
    rill_status status =
        read_policy(cJSON_GetObjectItemCaseSensitive(json, "exact"), expect, error);
    if (status == RILL_OK) {
        status = json_get_real(json, "discount", true, 0.0, 1.0, &expect->discount, error);
    }
    if (status == RILL_OK) {
        status = json_get_real(json, "epsilon", false, 0.0, 1.0, &expect->epsilon, error);
    }
    status = status == RILL_OK ? json_get_array(json, "q_values", false, &q_values, error) : status;
    if (status == RILL_OK) {
        status = json_get_array(json, "values", q_values == NULL, &values, error);
    }
    if (status == RILL_OK && values != NULL) {
        status = read_list(json, "values", values, false, expect, error);
    }
    if (status == RILL_OK && q_values != NULL) {
        status = read_list(json, "q_values", q_values, true, expect, error);
    }
    return status;
}

/// One observation of a box.
static rill_status read_observation(const cJSON *json, int32_t number, const rill_space *space,
                                    float *observation, rill_error *error)
{
    bool is_sound = cJSON_IsArray(json) && cJSON_GetArraySize(json) == space->size;
    const cJSON *element = NULL;
    int32_t i = 0;
    cJSON_ArrayForEach (element, json) {
        is_sound = is_sound && cJSON_IsNumber(element) && isfinite(element->valuedouble);
        if (is_sound) {
            observation[i++] = (float)element->valuedouble;
        }
    }
    return is_sound && rill_space_contains(space, (rill_observation){.box = observation})
               ? RILL_OK
               : rill_error_set(error, RILL_INVALID, "observations",
                                "number %d must be an array of %d numbers in the space of the "
                                "observations",
                                number + 1, space->size);
}

/// The observations that estimates are about, where they are a box; they take the place of states.
static rill_status read_observations(const cJSON *json, const rill_agent *agent,
                                     rill_expect *expect, rill_error *error)
{
    const rill_space *space = &agent->observation_space;
    const cJSON *list = NULL;
    if (cJSON_HasObjectItem(json, "states")) {
        return rill_error_set(error, RILL_INVALID, "states",
                              "the observations of this environment are %d numbers each: give "
                              "\"observations\", a list of arrays",
                              space->size);
    }
    rill_status status = json_get_array(json, "observations", true, &list, error);
    status = status == RILL_OK ? rill_recall_check(agent, error) : status;
    if (status != RILL_OK) {
        return status;
    }
    expect->n_states = cJSON_GetArraySize(list);
    expect->observations =
        calloc((size_t)expect->n_states * (size_t)space->size + 1, sizeof *expect->observations);
    if (expect->observations == NULL) {
        return rill_error_no_memory(error);
    }
    int32_t i = 0;
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, list) {
        if (status == RILL_OK) {
            float *observation = expect->observations + (ptrdiff_t)i * space->size;
            status = read_observation(element, i++, space, observation, error);
        }
    }
    return status;
}

rill_status expect_read_estimates(const rill_experiment *experiment, const cJSON *json,
                                  rill_expect *expect, rill_error *error)
{
    const cJSON *list = NULL;
    rill_status status = expect_read_agent(experiment, json, expect, error);
    status = status == RILL_OK ? json_get_array(json, "estimates", true, &list, error) : status;
    if (status != RILL_OK) {
        return status;
    }
    const rill_agent *agent = experiment->variants[expect->variant].agent;
    expect->n_states = agent->observation_space.size;
    expect->n_actions = agent->action_space.size;
    if (agent->observation_space.kind != RILL_SPACE_DISCRETE) {
        status = read_observations(json, agent, expect, error);
    } else if (cJSON_HasObjectItem(json, "observations")) {
        status = rill_error_set(error, RILL_INVALID, "observations",
                                "the observations of this environment are numbers from 0 to %d: "
                                "give \"states\"",
                                agent->observation_space.size - 1);
    }
    if (status != RILL_OK) {
        return status;
    }
    const bool is_row = cJSON_IsArray(cJSON_GetArrayItem(list, 0));
    if (is_row && rill_agent_n_values(agent) == 1) {
        return rill_error_set(error, RILL_INVALID, "estimates",
                              "%s estimates the values of states; expected one number a state",
                              agent->type->id);
    }
    return read_list(json, "estimates", list, is_row, expect, error);
}
