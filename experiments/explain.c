#include "experiments/explain.h"

#include "experiments/json_places.h"

#include <rill/agent.h>
#include <rill/distribution.h>
#include <rill/features.h>
#include <rill/optimiser.h>
#include <rill/policy.h>
#include <rill/wrapper.h>
#include <stdio.h>
#include <string.h>

/// The parameters of a type.
#define DEFINE_PARAMS(family)                                                   \
    static const rill_param *family##_params(const char *id)                    \
    {                                                                           \
        const rill_##family##_type *type = rill_##family##_type_find(id, NULL); \
        return type == NULL ? NULL : type->params;                              \
    }
/// The id of the first type with a parameter.
#define DEFINE_WITH(family)                                                             \
    static const char *family##_with(const char *name)                                  \
    {                                                                                   \
        const rill_##family##_type *const *type = rill_##family##_type_list();          \
        while (*type != NULL && rill_param_find((*type)->params, name, NULL) == NULL) { \
            type++;                                                                     \
        }                                                                               \
        return *type == NULL ? NULL : (*type)->id;                                      \
    }

DEFINE_PARAMS(agent)
DEFINE_PARAMS(policy)
DEFINE_PARAMS(features)
DEFINE_PARAMS(distribution)
DEFINE_PARAMS(optimiser)
DEFINE_PARAMS(wrapper)
DEFINE_WITH(agent)
DEFINE_WITH(policy)
DEFINE_WITH(features)
DEFINE_WITH(distribution)
DEFINE_WITH(optimiser)

static const rill_param *env_params(const char *id)
{
    const rill_env_preset *preset = NULL;
    const rill_env_type *type = rill_env_type_find(id, &preset, NULL);
    return type == NULL ? NULL : type->params;
}

/// Names that other toolkits give.
static const struct {
    const char *other, *own;
} names[] = {
    {"learning_rate", "alpha"},   {"lr", "alpha"},
    {"step_size", "alpha"},       {"discount", "gamma"},
    {"discount_factor", "gamma"}, {"trace_decay", "lambda"},
    {"eps", "epsilon"},           {"exploration_rate", "epsilon"},
    {"tau", "temperature"},
};

/// Values by the key that they stand under, in their shape.
static const struct {
    const char *key, *value;
} examples[] = {
    {"environment", "{\"id\": \"cliff_walking\"}"},
    {"agents", "[{\"id\": \"q_learning\"}]"},
    {"policy", "{\"id\": \"epsilon_greedy\"}"},
    {"behaviour", "{\"id\": \"uniform\"}"},
    {"features", "{\"id\": \"tile_coding\"}"},
    {"policy_features", "{\"id\": \"tile_coding\"}"},
    {"distribution", "{\"id\": \"gaussian\"}"},
    {"optimiser", "{\"id\": \"adam\"}"},
    {"wrappers", "[{\"id\": \"time_limit\"}]"},
    {"stop", "{\"episodes\": 500}"},
    {"record", "[\"return\"]"},
    {"evaluation", "{\"every\": 10}"},
    {"summary", "{\"last\": 100}"},
    {"plot", "[{\"kind\": \"curves\"}]"},
    {"window", "[1, 500]"},
};

/// What has an id and parameters, by the key that it stands under.
static const struct {
    const char *key;
    const char *list; ///< what `rill list` calls them
    const rill_param *(*params)(const char *id);
    const char *(*with)(const char *name); ///< of the parts of an agent; NULL for others
} parts[] = {
    {"policy", "policies", policy_params, policy_with},
    {"features", "features", features_params, features_with},
    {"distribution", "distributions", distribution_params, distribution_with},
    {"optimiser", "optimisers", optimiser_params, optimiser_with},
    {"behaviour", "policies", policy_params, NULL},
    {"policy_features", "features", features_params, NULL},
    {"agents", "agents", agent_params, NULL},
    {"environment", "envs", env_params, NULL},
    {"wrappers", "wrappers", wrapper_params, NULL},
};

enum { N_PARTS = sizeof parts / sizeof parts[0] };

/// Where the keys of a file stand.
static const struct {
    const char *key, *place;
} homes[] = {
    {"label", "to an agent: agents[i].label"},
    {"policy", "to an agent: agents[i].policy"},
    {"behaviour", "to an agent: agents[i].behaviour"},
    {"features", "to an agent: agents[i].features"},
    {"distribution", "to an agent: agents[i].distribution"},
    {"policy_features", "to an agent: agents[i].policy_features"},
    {"optimiser", "to an agent: agents[i].optimiser"},
    {"max_episode_steps", "to the environment: environment.max_episode_steps"},
    {"wrappers", "to the environment: environment.wrappers"},
    {"episodes", "to \"stop\": {\"episodes\": ...}"},
    {"steps", "to \"stop\": {\"steps\": ...}"},
    {"metric", "to an element of \"record\": {\"metric\": ..., \"every\": ..., \"unit\": ...}"},
    {"environment", "at the top of the file"},
    {"agents", "at the top of the file"},
    {"stop", "at the top of the file"},
    {"runs", "at the top of the file"},
    {"seed", "at the top of the file"},
    {"record", "at the top of the file"},
    {"evaluation", "at the top of the file"},
    {"summary", "at the top of the file"},
    {"plot", "at the top of the file"},
    {"expect", "at the top of the file"},
    {"keep_agents", "at the top of the file"},
    {"sweep", "at the top of the file"},
    {"extends", "at the top of the file"},
};

/// An object on the way to a key.
typedef struct holder {
    char path[sizeof((rill_error *)0)->path];
    const cJSON *json;
    char key[64]; ///< that it stands under, without an index; "" for the whole file
} holder;

/// The object around what a path leads to; that of the whole file has none around it.
static holder around(const cJSON *root, const char *path)
{
    holder p = {.json = root};
    const char *rest = NULL;
    snprintf(p.path, sizeof p.path, "%s", path);
    char *end = strrchr(p.path, '.');
    p.path[end == NULL ? 0 : end - p.path] = '\0';
    p.json = json_follow(root, p.path, &rest);
    const char *name = strrchr(p.path, '.');
    name = name == NULL ? p.path : name + 1;
    snprintf(p.key, sizeof p.key, "%.*s", (int)strcspn(name, "["), name);
    return p;
}

static const char *id_of(const cJSON *part)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(part, "id"));
}

/// The part that a key is of; N_PARTS for other keys.
static size_t find_part(const char *key)
{
    size_t i = 0;
    while (i < N_PARTS && strcmp(parts[i].key, key) != 0) {
        i++;
    }
    return i;
}

/// The parameters of the thing in an object; NULL when it is none.
static const rill_param *params_of(const holder *part)
{
    const char *id = id_of(part->json);
    const size_t i = find_part(part->key);
    return id == NULL || i == N_PARTS ? NULL : parts[i].params(id);
}

static bool has(const rill_param *params, const char *name)
{
    return params != NULL && rill_param_find(params, name, NULL) != NULL;
}

/// Whether some agent of the file has a parameter.
static bool any_agent_has(const cJSON *root, const char *name)
{
    const cJSON *agents = cJSON_GetObjectItemCaseSensitive(root, "agents");
    const cJSON *agent = NULL;
    cJSON_ArrayForEach (agent, agents) {
        const char *id = id_of(agent);
        if (id != NULL && has(agent_params(id), name)) {
            return true;
        }
    }
    return false;
}

static void explain(rill_error *error, const char *place)
{
    snprintf(error->message, sizeof error->message, "unknown here; it belongs %s", place);
}

/// A parameter of one of an agent's parts, written beside or among the agent's own.
static bool explain_part(const cJSON *agent, const char *name, rill_error *error)
{
    for (size_t i = 0; i < N_PARTS && parts[i].with != NULL; i++) {
        const char *id = id_of(cJSON_GetObjectItemCaseSensitive(agent, parts[i].key));
        id = id != NULL && has(parts[i].params(id), name) ? id : parts[i].with(name);
        if (id != NULL) {
            snprintf(error->message, sizeof error->message,
                     "unknown here; it belongs to %s: \"%s\": {\"id\": \"%s\", \"params\": "
                     "{\"%.40s\": ...}}",
                     id, parts[i].key, id, name);
            return true;
        }
    }
    return false;
}

/// A parameter's name that is unknown to the thing whose it is to be.
static bool explain_name(const holder *part, const char *name, rill_error *error)
{
    const rill_param *params = params_of(part);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i].other, name) == 0 && has(params, names[i].own)) {
            snprintf(error->message, sizeof error->message,
                     "unknown parameter; here it is called \"%s\"", names[i].own);
            return true;
        }
    }
    const char *other = strcmp(part->key, "agents") == 0 ? agent_with(name) : NULL;
    if (params == NULL || other == NULL) {
        return false;
    }
    snprintf(error->message, sizeof error->message,
             "%s has no such parameter (%s has one); `rill describe %s` shows what there is",
             id_of(part->json), other, id_of(part->json));
    return true;
}

static void explain_key(const cJSON *root, rill_error *error)
{
    const char *point = strrchr(error->path, '.');
    char name[64], text[160];
    snprintf(name, sizeof name, "%.63s", point == NULL ? error->path : point + 1);
    const holder parent = around(root, error->path);
    const bool is_in_params = strcmp(parent.key, "params") == 0;
    const holder part = is_in_params ? around(root, parent.path) : parent;
    const bool is_param = has(params_of(&part), name);
    if (is_param && is_in_params) {
        return; // right as written: a sweep has put something else around it
    }
    if (is_param) {
        snprintf(text, sizeof text, "into \"params\": {\"%s\": ...}", name);
        explain(error, text);
        return;
    }
    for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++) {
        if (strcmp(homes[i].key, name) == 0) {
            explain(error, homes[i].place);
            return;
        }
    }
    if (strcmp(part.key, "agents") == 0 && explain_part(part.json, name, error)) {
        return;
    }
    if (is_in_params && explain_name(&part, name, error)) {
        return;
    }
    if (part.path[0] == '\0' && any_agent_has(root, name)) {
        snprintf(text, sizeof text, "to the agents: agents[i].params.%s", name);
        explain(error, text);
    }
}

/// Shows a value in place of one that is missing or of another kind.
static void explain_value(const cJSON *root, rill_error *error)
{
    const char *point = strrchr(error->path, '.'), *rest = NULL;
    const char *name = point == NULL ? error->path : point + 1;
    const cJSON *json = json_follow(root, error->path, &rest);
    const bool is_missing = strncmp(error->message, "missing", 7) == 0;
    const size_t used = strlen(error->message);
    char *end = error->message + used;
    const size_t room = sizeof error->message - used;
    char key[64];
    snprintf(key, sizeof key, "%.*s", (int)strcspn(name, "["), name);
    const size_t around_it = find_part(around(root, error->path).key), part = find_part(key);
    if (is_missing && strcmp(name, "id") == 0 && around_it < N_PARTS) {
        snprintf(end, room, "; `rill list %s` shows what there is", parts[around_it].list);
        return;
    }
    const bool is_list = strcmp(key, "agents") == 0 || strcmp(key, "wrappers") == 0;
    const bool is_element = strchr(name, '[') != NULL;
    if (cJSON_IsString(json) && part < N_PARTS && is_element == is_list && *rest == '\0') {
        snprintf(end, room, ": {\"id\": \"%.60s\"}", json->valuestring);
        return;
    }
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        const bool is_alike =
            examples[i].value[0] == '{' ? cJSON_IsObject(json) : cJSON_IsArray(json);
        if (strcmp(examples[i].key, name) == 0 && (is_missing || (*rest == '\0' && !is_alike))) {
            snprintf(end, room, ", as in \"%s\": %s", name, examples[i].value);
        }
    }
}

void explain_error(const cJSON *root, rill_error *error)
{
    if (error->is_of_name) {
        char ending[256]; // which variant of a sweep it is in
        const char *in = strstr(error->message, " (in \"");
        snprintf(ending, sizeof ending, "%s", in == NULL ? "" : in);
        explain_key(root, error);
        if (in != NULL && strstr(error->message, ending) == NULL) {
            const size_t used = strlen(error->message);
            snprintf(error->message + used, sizeof error->message - used, "%s", ending);
        }
    } else if (error->status == RILL_INVALID) {
        explain_value(root, error);
    }
}
