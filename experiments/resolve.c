/// The experiment written back as JSON with every default in it, so that a stored result says how
/// it was made even after a default has changed.
#include "experiments/experiment.h"

#include <rill/wrapper.h>
#include <stdlib.h>

static cJSON *add_part(cJSON *parent, const char *key, const char *id, const rill_param *table,
                       const void *params)
{
    cJSON *part = cJSON_AddObjectToObject(parent, key);
    cJSON_AddStringToObject(part, "id", id);
    cJSON_AddItemToObject(part, "params", json_write_params(table, params));
    return part;
}

/// The wrappers of an environment, the innermost first.
static void write_wrappers(const rill_env *env, cJSON *array)
{
    const rill_wrapper *wrapper = rill_env_wrapper(env);
    if (wrapper != NULL) {
        write_wrappers(wrapper->inner, array);
        cJSON *json = cJSON_CreateObject();
        cJSON_AddItemToArray(array, json);
        cJSON_AddStringToObject(json, "id", wrapper->type->id);
        cJSON_AddItemToObject(json, "params",
                              json_write_params(wrapper->type->params, wrapper->params));
    }
}

static cJSON *write_environment(const rill_env *wrapped)
{
    cJSON *root = cJSON_CreateObject();
    const rill_env *env = rill_env_unwrapped(wrapped);
    cJSON *part = add_part(root, "environment", env->type->id, env->type->params, env->params);
    cJSON_AddItemToObject(part, "max_episode_steps", json_number((double)env->max_episode_steps));
    if (env != wrapped) {
        write_wrappers(wrapped, cJSON_AddArrayToObject(part, "wrappers"));
    }
    return root;
}

static cJSON *write_agent(const rill_variant *variant)
{
    const rill_agent *agent = variant->agent;
    const rill_actor *actor = &agent->actor;
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "label", variant->label);
    cJSON_AddStringToObject(json, "id", agent->type->id);
    cJSON_AddItemToObject(json, "params", json_write_params(agent->type->params, agent->params));
    if (agent->policy.type != NULL) {
        add_part(json, "policy", agent->policy.type->id, agent->policy.type->params,
                 agent->policy.params);
    }
    if (agent->behaviour.type != NULL) {
        add_part(json, "behaviour", agent->behaviour.type->id, agent->behaviour.type->params,
                 agent->behaviour.params);
    }
    add_part(json, "features", agent->features.type->id, agent->features.type->params,
             agent->features.params);
    if (actor->distribution.type != NULL) {
        add_part(json, "distribution", actor->distribution.type->id,
                 actor->distribution.type->params, actor->distribution.params);
    }
    if (actor->features.type != NULL) {
        add_part(json, "policy_features", actor->features.type->id, actor->features.type->params,
                 actor->features.params);
    }
    if (actor->optimiser.type != NULL) {
        add_part(json, "optimiser", actor->optimiser.type->id, actor->optimiser.type->params,
                 actor->optimiser.params);
    }
    return json;
}

/// What is the same for all variants: when to stop, and what is recorded.
static void write_rest(const rill_experiment *experiment, cJSON *root)
{
    const bool has_stop = experiment->stop_episodes > 0 || experiment->stop_steps > 0;
    cJSON *stop = has_stop ? cJSON_AddObjectToObject(root, "stop") : NULL;
    if (experiment->stop_episodes > 0) {
        cJSON_AddItemToObject(stop, "episodes", json_number((double)experiment->stop_episodes));
    }
    if (experiment->stop_steps > 0) {
        cJSON_AddItemToObject(stop, "steps", json_number((double)experiment->stop_steps));
    }
    cJSON_AddItemToObject(root, "seed", json_number((double)experiment->seed));
    cJSON *records = cJSON_AddArrayToObject(root, "record");
    for (size_t i = 0; i < experiment->n_records; i++) {
        const rill_record *record = &experiment->records[i];
        cJSON *json = cJSON_CreateObject();
        char name[48];
        rill_metric_write(record->metric, record->index, name);
        cJSON_AddItemToArray(records, json);
        cJSON_AddStringToObject(json, "metric", name);
        cJSON_AddItemToObject(json, "every", json_number((double)record->every));
        cJSON_AddStringToObject(json, "unit", rill_unit_name(record->unit));
    }
    if (experiment->evaluation.every > 0) {
        cJSON *json = cJSON_AddObjectToObject(root, "evaluation");
        cJSON_AddItemToObject(json, "every", json_number((double)experiment->evaluation.every));
        if (experiment->evaluation.unit == RILL_STEPS) { // else as files had it without a choice
            cJSON_AddStringToObject(json, "unit", rill_unit_name(RILL_STEPS));
        }
        cJSON_AddItemToObject(json, "episodes",
                              json_number((double)experiment->evaluation.episodes));
        cJSON_AddItemToObject(json, "max_steps",
                              json_number((double)experiment->evaluation.max_steps));
    }
}

/// An experiment file of one variant.
static char *write_variant(const rill_experiment *experiment, const rill_variant *variant)
{
    cJSON *root = write_environment(variant->world->env);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(root, "agents"), write_agent(variant));
    write_rest(experiment, root);
    char *text = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    return text;
}

/// What is run, with every default; for a sweep as it was read, since its variants have theirs.
static cJSON *write_experiment(const rill_experiment *experiment, const cJSON *read)
{
    static const char *const as_read[] = {"environment", "agents", "sweep"};
    const bool has_sweep = cJSON_HasObjectItem(read, "sweep");
    cJSON *root = has_sweep ? cJSON_CreateObject() : write_environment(experiment->env);
    for (size_t i = 0; i < 3 && has_sweep; i++) {
        const cJSON *part = cJSON_GetObjectItemCaseSensitive(read, as_read[i]);
        cJSON_AddItemToObject(root, as_read[i], cJSON_Duplicate(part, true));
    }
    cJSON *agents = has_sweep ? NULL : cJSON_AddArrayToObject(root, "agents");
    for (int32_t i = 0; i < experiment->n_variants && !has_sweep; i++) {
        cJSON_AddItemToArray(agents, write_agent(&experiment->variants[i]));
    }
    write_rest(experiment, root);
    return root;
}

rill_status resolve_experiment(rill_experiment *experiment, const cJSON *read, rill_error *error)
{
    bool is_whole = true;
    for (int32_t i = 0; i < experiment->n_variants; i++) {
        rill_variant *variant = &experiment->variants[i];
        variant->config = write_variant(experiment, variant);
        is_whole = is_whole && variant->config != NULL;
    }
    cJSON *root = write_experiment(experiment, read);
    cJSON_AddStringToObject(root, "name", experiment->name);
    cJSON_AddStringToObject(root, "source", experiment->source);
    cJSON_AddItemToObject(root, "runs", json_number((double)experiment->runs));
    if (experiment->summary_last > 0) {
        cJSON *summary = cJSON_AddObjectToObject(root, "summary");
        cJSON_AddItemToObject(summary, "last", json_number((double)experiment->summary_last));
    }
    cJSON_AddStringToObject(root, "keep_agents", keep_agents_names[experiment->keep_agents]);
    const cJSON *plot = cJSON_GetObjectItemCaseSensitive(read, "plot");
    if (plot != NULL) {
        cJSON_AddItemToObject(root, "plot", cJSON_Duplicate(plot, true));
    }
    experiment->resolved = cJSON_Print(root);
    cJSON_Delete(root);
    if (!is_whole || experiment->resolved == NULL) {
        return rill_error_no_memory(error);
    }
    return RILL_OK;
}
