#include "experiments/json.h"
#include "experiments/program/program.h"

#include <stdlib.h>
#include <string.h>

/// "name=@file" for a parameter of text rows sets it to the lines of the file; any other assignment
/// is what it always is.
static rill_status assign(const rill_param *table, void *params, const char *assignment,
                          rill_error *error)
{
    const char *equals = strchr(assignment, '=');
    const rill_param *param = table;
    while (equals != NULL && param->name != NULL &&
           (strlen(param->name) != (size_t)(equals - assignment) ||
            strncmp(param->name, assignment, (size_t)(equals - assignment)) != 0)) {
        param++;
    }
    if (equals == NULL || equals[1] != '@' || param->name == NULL ||
        param->kind != RILL_PARAM_ROWS) {
        return rill_params_assign(table, params, assignment, error);
    }
    char *text = NULL;
    rill_status status = json_read_rows(equals + 2, &text, error);
    if (status == RILL_OK) {
        status = rill_param_set_text(param, params, text, error);
    } else {
        rill_error_prefix(error, status, param->name);
    }
    free(text);
    return status;
}

rill_status create_env(rill_env **env, const char *id, const char *const *assignments,
                       rill_error *error)
{
    *env = NULL;
    const rill_env_preset *preset = NULL;
    const rill_env_type *type = rill_env_type_find(id, &preset, error);
    if (type == NULL) {
        return RILL_INVALID;
    }
    void *params = rill_params_create(type->params, type->params_size);
    if (params == NULL) {
        return rill_error_no_memory(error);
    }
    const char *const *lists[] = {preset == NULL ? NULL : preset->params, assignments};
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; lists[i] != NULL && lists[i][j] != NULL; j++) {
            rill_status status = assign(type->params, params, lists[i][j], error);
            if (status != RILL_OK) {
                rill_params_destroy(type->params, params);
                return status;
            }
        }
    }
    return rill_env_create_from(env, type, params, preset == NULL ? 0 : preset->max_episode_steps,
                                error);
}
