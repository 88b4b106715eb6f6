#include "experiments/program/describe_features.h"

#include <stdio.h>

rill_status fit_features(rill_features *features, const rill_features_type *type,
                         const rill_env *env, const char *const *assignments, rill_error *error)
{
    *features = (rill_features){0};
    void *params = rill_params_create(type->params, type->params_size);
    if (params == NULL) {
        return rill_error_no_memory(error);
    }
    for (size_t i = 0; assignments != NULL && assignments[i] != NULL; i++) {
        const rill_status status = rill_params_assign(type->params, params, assignments[i], error);
        if (status != RILL_OK) {
            rill_params_destroy(type->params, params);
            return status;
        }
    }
    return rill_features_create(features, type, params, env->observation_space, error);
}

/// The least and the greatest of what updates multiply alpha with.
static void find_scales(const rill_features *features, double *least, double *greatest)
{
    const double *scales = features->step_scales;
    *least = *greatest = scales == NULL ? 1.0 : scales[0];
    for (int32_t i = 1; scales != NULL && i < features->size; i++) {
        *least = scales[i] < *least ? scales[i] : *least;
        *greatest = scales[i] > *greatest ? scales[i] : *greatest;
    }
    *least *= features->step_scale;
    *greatest *= features->step_scale;
}

void print_fit(const rill_features *features, const char *env_id)
{
    double least = 1.0, greatest = 1.0;
    find_scales(features, &least, &greatest);
    printf("%-15s %s\n", "fitted to", env_id);
    printf("%-15s %d feature%s\n", "size", features->size, features->size == 1 ? "" : "s");
    printf("%-15s %d at a time, %s\n", "active", features->n_active,
           features->is_binary ? "of value 1" : "with values of their own");
    printf("%-15s recommended scale %.6g; ", "step size", features->recommended_scale);
    if (least < greatest) {
        printf("alpha is multiplied with %.6g to %.6g, by feature\n", least, greatest);
    } else if (least == 1.0) {
        printf("alpha is taken as it is\n");
    } else {
        printf("alpha is multiplied with %.6g\n", least);
    }
}

void add_fit(cJSON *object, const rill_features *features, const char *env_id)
{
    double least = 1.0, greatest = 1.0;
    find_scales(features, &least, &greatest);
    cJSON *fit = cJSON_AddObjectToObject(object, "fit");
    cJSON_AddStringToObject(fit, "env", env_id);
    cJSON_AddNumberToObject(fit, "size", features->size);
    cJSON_AddNumberToObject(fit, "n_active", features->n_active);
    cJSON_AddBoolToObject(fit, "is_binary", features->is_binary);
    cJSON_AddNumberToObject(fit, "recommended_scale", features->recommended_scale);
    cJSON_AddNumberToObject(fit, "least_step_scale", least);
    cJSON_AddNumberToObject(fit, "greatest_step_scale", greatest);
}
