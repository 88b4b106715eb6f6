/// The environments of an experiment: one, or in a sweep several.
#include "experiments/experiment.h"

#include <rill/wrapper.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_EPISODE_STEPS = 1 << 30 };

/// {"id": ..., "params": {...}}: wraps the environment.
static rill_status read_wrapper(rill_env **env, const cJSON *json, rill_error *error)
{
    static const char *const keys[] = {"id", "params", NULL};
    const char *id = NULL;
    const cJSON *object = NULL;
    rill_status status = json_read_part(json, keys, &id, &object, error);
    if (status != RILL_OK) {
        return status;
    }
    const rill_wrapper_type *type = rill_wrapper_type_find(id, error);
    if (type == NULL) {
        return RILL_INVALID;
    }
    void *params = NULL;
    status = json_read_params(object, type->params, type->params_size, NULL, &params, error);
    if (status == RILL_OK) {
        status = rill_env_wrap_with(env, type, params, error);
    }
    return status == RILL_OK ? RILL_OK : rill_error_prefix(error, status, "params");
}

/// The wrappers of an environment, the innermost first.
static rill_status read_wrappers(rill_env **env, const cJSON *environment, rill_error *error)
{
    const cJSON *json = NULL;
    const cJSON *element = NULL;
    int i = 0;
    rill_status status = json_get_array(environment, "wrappers", false, &json, error);
    cJSON_ArrayForEach (element, json) {
        status = read_wrapper(env, element, error);
        if (status != RILL_OK) {
            char place[32];
            snprintf(place, sizeof place, "wrappers[%d]", i);
            return rill_error_prefix(error, status, place);
        }
        i++;
    }
    return status;
}

/// Creates the environment of an object; places of mistakes are relative to it.
static rill_status read_environment(rill_env **env, const cJSON *json, rill_error *error)
{
    static const char *const keys[] = {"id", "params", "max_episode_steps", "wrappers", NULL};
    const cJSON *object = NULL;
    const char *id = NULL;
    rill_status status = json_read_part(json, keys, &id, &object, error);
    const rill_env_preset *preset = NULL;
    const rill_env_type *type = NULL;
    if (status == RILL_OK) {
        type = rill_env_type_find(id, &preset, error);
        status = type == NULL ? RILL_INVALID : RILL_OK;
    }
    int64_t limit = preset == NULL ? 0 : preset->max_episode_steps;
    if (status == RILL_OK) {
        status =
            json_get_integer(json, "max_episode_steps", false, 0, MAX_EPISODE_STEPS, &limit, error);
    }
    if (status != RILL_OK) {
        return status;
    }
    void *params = NULL;
    status = json_read_params(object, type->params, type->params_size,
                              preset == NULL ? NULL : preset->params, &params, error);
    if (status == RILL_OK) {
        status = rill_env_create_from(env, type, params, limit, error);
    }
    return status == RILL_OK ? read_wrappers(env, json, error)
                             : rill_error_prefix(error, status, "params");
}

rill_status world_read(rill_experiment *experiment, const cJSON *environment, rill_world **out,
                       rill_error *error)
{
    char *text = json_print(environment);
    if (text == NULL) {
        return rill_error_no_memory(error);
    }
    for (int32_t i = experiment->n_worlds - 1; i >= 0; i--) { // it is most often the last one
        if (strcmp(experiment->worlds[i]->text, text) == 0) {
            free(text);
            *out = experiment->worlds[i];
            return RILL_OK;
        }
    }
    rill_world **more =
        realloc(experiment->worlds, ((size_t)experiment->n_worlds + 1) * sizeof *more);
    rill_world *world = calloc(1, sizeof *world);
    experiment->worlds = more == NULL ? experiment->worlds : more;
    if (more == NULL || world == NULL) {
        free(text);
        free(world);
        return rill_error_no_memory(error);
    }
    world->text = text;
    more[experiment->n_worlds++] = world;
    *out = world;
    rill_status status = read_environment(&world->env, environment, error);
    experiment->env = more[0]->env;
    return status == RILL_OK ? RILL_OK : rill_error_prefix(error, status, "environment");
}

void world_destroy(rill_world *world)
{
    for (size_t i = 0; i < world->n_truths; i++) {
        rill_truth_destroy(world->truths[i]);
    }
    rill_env_destroy(world->env);
    rill_model_destroy(world->model);
    free(world->truths);
    free(world->text);
    free(world);
}
