/// From the agents of an experiment and its sweep to what is run.
#include "experiments/experiment.h"
#include "experiments/explain.h"
#include "experiments/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_VARIANTS = 100000 };

static rill_status out_of_memory(rill_error *error)
{
    return rill_error_no_memory(error);
}

/// The policy, behaviour or features of an agent: sets the type and its block of parameters. With a
/// `default_id` of NULL nothing is set when the file says nothing.
#define READ_PART(key, family)                                                                    \
    static rill_status read_##key(const cJSON *agent, const char *default_id,                     \
                                  const rill_##family##_type **type, void **params,               \
                                  rill_error *error)                                              \
    {                                                                                             \
        static const char *const keys[] = {"id", "params", NULL};                                 \
        const cJSON *json = NULL;                                                                 \
        const cJSON *object = NULL;                                                               \
        const char *id = default_id;                                                              \
        rill_status status = json_get_object(agent, #key, false, &json, error);                   \
        if (status != RILL_OK || (json == NULL && default_id == NULL)) {                          \
            return status;                                                                        \
        }                                                                                         \
        status = json == NULL ? RILL_OK : json_read_part(json, keys, &id, &object, error);        \
        if (status == RILL_OK) {                                                                  \
            *type = rill_##family##_type_find(id, error);                                         \
            status = *type == NULL ? RILL_INVALID : RILL_OK;                                      \
        }                                                                                         \
        if (status != RILL_OK) {                                                                  \
            return rill_error_prefix(error, status, #key);                                        \
        }                                                                                         \
        status =                                                                                  \
            json_read_params(object, (*type)->params, (*type)->params_size, NULL, params, error); \
        return status == RILL_OK ? RILL_OK : rill_error_prefix(error, status, #key ".params");    \
    }

READ_PART(features, features)
READ_PART(policy, policy)
READ_PART(behaviour, policy)
READ_PART(distribution, distribution)
READ_PART(policy_features, features)
READ_PART(optimiser, optimiser)

/// Creates the agent of a variant whose world is there; places of mistakes are relative to `json`.
static rill_status read_agent(rill_variant *variant, const cJSON *json, rill_error *error)
{
    static const char *const keys[] = {"label",     "id",       "params",       "policy",
                                       "behaviour", "features", "distribution", "policy_features",
                                       "optimiser", NULL};
    const char *id = NULL;
    const cJSON *object = NULL;
    rill_status status = json_read_part(json, keys, &id, &object, error);
    if (status != RILL_OK) {
        return status;
    }
    rill_env *env = variant->world->env;
    rill_agent_config config = {.type = rill_agent_type_find(id, error), .env = env};
    if (config.type == NULL) {
        return RILL_INVALID;
    }
    status = json_read_params(object, config.type->params, config.type->params_size, NULL,
                              &config.params, error);
    if (status != RILL_OK) {
        return rill_error_prefix(error, status, "params");
    }
    status = read_features(json, "one_hot", &config.features, &config.features_params, error);
    if (status == RILL_OK) {
        const char *policy = config.type->is_actor ? NULL : config.type->default_policy;
        status = read_policy(json, policy, &config.policy, &config.policy_params, error);
    }
    if (status == RILL_OK) {
        status = read_behaviour(json, NULL, &config.behaviour, &config.behaviour_params, error);
    }
    if (status == RILL_OK) {
        status =
            read_distribution(json, NULL, &config.distribution, &config.distribution_params, error);
    }
    if (status == RILL_OK) {
        status = read_policy_features(json, NULL, &config.policy_features,
                                      &config.policy_features_params, error);
    }
    if (status == RILL_OK) {
        status = read_optimiser(json, NULL, &config.optimiser, &config.optimiser_params, error);
    }
    if (status == RILL_OK && rill_agent_type_wants_model(config.type, env)) {
        const rill_model *model = NULL;
        status = world_model(variant->world, &model, error);
        config.model = status == RILL_OK ? rill_model_share(variant->world->model) : NULL;
    }
    if (status != RILL_OK) {
        rill_agent_config_release(&config);
        return status;
    }
    return rill_agent_create_from(&variant->agent, &config, env->observation_space,
                                  env->action_space, error);
}

/// What a mistake in an agent is about, "agents[2]" in front.
static rill_status place_agent(rill_error *error, rill_status status, int32_t agent)
{
    char place[32];
    snprintf(place, sizeof place, "agents[%d]", (int)agent);
    return rill_error_prefix(error, status, place);
}

/// Says more of an unknown name: where in the agent of `tree`, as a sweep has set it, it belongs.
static void explain_name(const cJSON *tree, rill_error *error)
{
    if (error != NULL && error->is_of_name) {
        rill_error explained = *error;
        rill_error_prefix(&explained, explained.status, "agents[0]");
        explain_error(tree, &explained);
        memcpy(error->message, explained.message, sizeof error->message);
    }
}

/// One setting of an agent. `tree` is {"environment": ..., "agents": [the agent]}, changed by the sweep.
static rill_status read_variant(rill_experiment *experiment, rill_variant *variant, cJSON *tree,
                                const sweep *s, int64_t point, rill_error *error)
{
    const int32_t number = variant->agent_number;
    cJSON *settings = NULL;
    char *ending = NULL;
    rill_status status = sweep_apply(s, number, point, tree, &settings, &ending, error);
    if (status == RILL_OK) {
        const size_t size = strlen(variant->agent_label) + strlen(ending) + 1;
        variant->label = malloc(size);
        variant->settings = json_print(settings);
        if (variant->label == NULL || variant->settings == NULL) {
            status = out_of_memory(error);
        } else {
            snprintf(variant->label, size, "%s%s", variant->agent_label, ending);
        }
    }
    if (status == RILL_OK) {
        const cJSON *environment = cJSON_GetObjectItemCaseSensitive(tree, "environment");
        const cJSON *agents = cJSON_GetObjectItemCaseSensitive(tree, "agents");
        status = world_read(experiment, environment, &variant->world, error);
        if (status == RILL_OK) {
            status = read_agent(variant, agents->child, error);
            if (status != RILL_OK) {
                if (s->n_axes > 0) {
                    explain_name(tree, error);
                }
                status = place_agent(error, status, number);
            }
        }
        status = status == RILL_OK ? RILL_OK
                                   : sweep_blame(s, number, point, variant->label, error, status);
    }
    cJSON_Delete(settings);
    free(ending);
    return status;
}

/// All settings of an agent.
static rill_status read_settings(rill_experiment *experiment, const cJSON *environment,
                                 const cJSON *agent, const char *label, int32_t number,
                                 const sweep *s, rill_error *error)
{
    const int64_t count = sweep_count(s, number);
    rill_status status = RILL_OK;
    for (int64_t point = 0; point < count && status == RILL_OK; point++) {
        // counted first, so that a half-built variant is freed with the rest
        rill_variant *variant = &experiment->variants[experiment->n_variants++];
        variant->agent_number = number;
        variant->agent_label = strdup(label);
        cJSON *tree = cJSON_CreateObject();
        cJSON_AddItemToObject(tree, "environment", cJSON_Duplicate(environment, true));
        cJSON_AddItemToArray(cJSON_AddArrayToObject(tree, "agents"), cJSON_Duplicate(agent, true));
        status = variant->agent_label == NULL || tree == NULL
                     ? out_of_memory(error)
                     : read_variant(experiment, variant, tree, s, point, error);
        cJSON_Delete(tree);
    }
    return status;
}

static int compare_labels(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/// Refuses variants that could not be told apart.
static rill_status check_labels(const rill_experiment *experiment, rill_error *error)
{
    const size_t n = (size_t)experiment->n_variants;
    const char **sorted = calloc(n + 1, sizeof *sorted);
    if (sorted == NULL) {
        return out_of_memory(error);
    }
    for (size_t i = 0; i < n; i++) {
        sorted[i] = experiment->variants[i].label;
    }
    qsort(sorted, n, sizeof *sorted, compare_labels);
    rill_status status = RILL_OK;
    for (size_t i = 1; i < n && status == RILL_OK; i++) {
        if (strcmp(sorted[i - 1], sorted[i]) == 0) {
            status = rill_error_set(error, RILL_INVALID, "sweep",
                                    "\"%.200s\" is there twice; each value is to be listed once",
                                    sorted[i]);
        }
    }
    free(sorted);
    return status;
}

/// The labels of the agents, (n + 1) with NULL at the end, borrowed from `json`: "label", or else "id".
static rill_status read_labels(const cJSON *json, const char **labels, rill_error *error)
{
    const cJSON *agent = NULL;
    int32_t n = 0;
    cJSON_ArrayForEach (agent, json) {
        rill_status status = RILL_OK;
        if (!cJSON_IsObject(agent)) {
            status = rill_error_set(error, RILL_INVALID, "", "found %s, expected an object",
                                    json_kind(agent));
        }
        status = status == RILL_OK ? json_get_text(agent, "id", true, &labels[n], error) : status;
        status =
            status == RILL_OK ? json_get_text(agent, "label", false, &labels[n], error) : status;
        if (status == RILL_OK && labels[n][0] == '\0') {
            status = rill_error_set(error, RILL_INVALID, "label",
                                    "is empty; give a text, or leave it out: then it is the id");
        }
        for (int32_t i = 0; i < n && status == RILL_OK; i++) {
            if (strcmp(labels[i], labels[n]) == 0) {
                status = rill_error_set(error, RILL_INVALID, "label",
                                        "\"%.60s\" is the label of two agents; give each its own",
                                        labels[i]);
            }
        }
        if (status != RILL_OK) {
            return place_agent(error, status, n);
        }
        n++;
    }
    return RILL_OK;
}

rill_status variants_read(rill_experiment *experiment, const cJSON *root,
                          const char *const *overrides, rill_error *error)
{
    const cJSON *environment = NULL;
    const cJSON *agents = NULL;
    rill_world *world = NULL;
    sweep s = {NULL, 0};
    rill_status status = json_get_object(root, "environment", true, &environment, error);
    status = status == RILL_OK ? json_get_array(root, "agents", false, &agents, error) : status;
    const int32_t n = status == RILL_OK ? cJSON_GetArraySize(agents) : 0;
    if (status == RILL_OK && (n == 0 || !cJSON_HasObjectItem(root, "sweep"))) {
        status = world_read(experiment, environment, &world, error);
    }
    const char **labels = calloc((size_t)n + 1, sizeof *labels);
    status = status == RILL_OK && labels == NULL ? out_of_memory(error) : status;
    status = status == RILL_OK ? read_labels(agents, labels, error) : status;
    if (status == RILL_OK) {
        status = sweep_read(&s, root, labels, n, experiment->seed, error);
        status = status == RILL_OK ? sweep_check_overrides(&s, n, overrides, error) : status;
    }
    int64_t count = 0;
    for (int32_t i = 0; i < n && status == RILL_OK; i++) {
        count += sweep_count(&s, i);
    }
    if (count > MAX_VARIANTS) {
        status =
            rill_error_set(error, RILL_INVALID, "sweep",
                           "makes %s variants, at most %d are possible; sweep over fewer "
                           "values, or draw some of them: {\"random\": {...}, \"count\": 1000}",
                           count >= 1 << 30 ? "more than 1e9" : "too many", MAX_VARIANTS);
    }
    if (status == RILL_OK) {
        experiment->n_agents = n;
        experiment->variants = calloc((size_t)count + 1, sizeof *experiment->variants);
        status = experiment->variants == NULL ? out_of_memory(error) : RILL_OK;
    }
    const cJSON *agent = agents == NULL ? NULL : agents->child;
    for (int32_t i = 0; i < n && status == RILL_OK; i++, agent = agent->next) {
        status = read_settings(experiment, environment, agent, labels[i], i, &s, error);
    }
    status = status == RILL_OK ? check_labels(experiment, error) : status;
    sweep_clear(&s);
    free(labels);
    return status;
}

void variants_destroy(rill_experiment *experiment)
{
    for (int32_t i = 0; i < experiment->n_variants; i++) {
        rill_variant *variant = &experiment->variants[i];
        free(variant->label);
        free(variant->agent_label);
        free(variant->settings);
        free(variant->config);
        rill_agent_destroy(variant->agent);
        rill_projection_destroy(variant->projection);
    }
    free(experiment->variants);
}
