/// Experiment files: from JSON to wired environments and agents. Everything is checked here, before
/// anything runs or is written.
#include "experiments/experiment.h"

#include "experiments/experiment_file.h"

#include <inttypes.h>
#include <rill/wrapper.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_EXACT = 1 << 30 }; // counts that JSON's doubles and every loop can hold

/// {"id": ..., "params": {...}}: the id, and the object or NULL.
static rill_status read_part(const cJSON *json, const char *const *keys, const char **id,
                             const cJSON **params, rill_error *error)
{
    rill_status status = json_check_keys(json, keys, error);
    status = status == RILL_OK ? json_get_text(json, "id", true, id, error) : status;
    return status == RILL_OK ? json_get_object(json, "params", false, params, error) : status;
}

/// {"id": ..., "params": {...}}: wraps the environment.
static rill_status read_wrapper(rill_experiment *experiment, const cJSON *json, rill_error *error)
{
    static const char *const keys[] = {"id", "params", NULL};
    if (!cJSON_IsObject(json)) {
        return rill_error_set(error, RILL_INVALID, "", "found %s, expected an object",
                              json_kind(json));
    }
    const char *id = NULL;
    const cJSON *object = NULL;
    rill_status status = read_part(json, keys, &id, &object, error);
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
        status = rill_env_wrap_with(&experiment->env, type, params, error);
    }
    return status == RILL_OK ? RILL_OK : rill_error_prefix(error, status, "params");
}

/// The wrappers of an environment, the innermost first.
static rill_status read_wrappers(rill_experiment *experiment, const cJSON *environment,
                                 rill_error *error)
{
    const cJSON *json = NULL;
    const cJSON *element = NULL;
    int i = 0;
    rill_status status = json_get_array(environment, "wrappers", false, &json, error);
    cJSON_ArrayForEach (element, json) {
        status = read_wrapper(experiment, element, error);
        if (status != RILL_OK) {
            char place[32];
            snprintf(place, sizeof place, "wrappers[%d]", i);
            return rill_error_prefix(error, status, place);
        }
        i++;
    }
    return status;
}

static rill_status read_environment(rill_experiment *experiment, const cJSON *root,
                                    rill_error *error)
{
    static const char *const keys[] = {"id", "params", "max_episode_steps", "wrappers", NULL};
    const cJSON *json = NULL;
    const cJSON *object = NULL;
    const char *id = NULL;
    rill_status status = json_get_object(root, "environment", true, &json, error);
    if (status != RILL_OK) {
        return status;
    }
    status = read_part(json, keys, &id, &object, error);
    const rill_env_preset *preset = NULL;
    const rill_env_type *type = NULL;
    if (status == RILL_OK) {
        type = rill_env_type_find(id, &preset, error);
        status = type == NULL ? RILL_INVALID : RILL_OK;
    }
    int64_t limit = preset == NULL ? 0 : preset->max_episode_steps;
    if (status == RILL_OK) {
        status = json_get_integer(json, "max_episode_steps", false, 0, MAX_EXACT, &limit, error);
    }
    if (status != RILL_OK) {
        return rill_error_prefix(error, status, "environment");
    }
    void *params = NULL;
    status = json_read_params(object, type->params, type->params_size,
                              preset == NULL ? NULL : preset->params, &params, error);
    if (status == RILL_OK) {
        status = rill_env_create_from(&experiment->env, type, params, limit, error);
    }
    if (status != RILL_OK) {
        return rill_error_prefix(error, status, "environment.params");
    }
    status = read_wrappers(experiment, json, error);
    return status == RILL_OK ? RILL_OK : rill_error_prefix(error, status, "environment");
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
        status = json == NULL ? RILL_OK : read_part(json, keys, &id, &object, error);             \
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

static rill_status read_agent(rill_experiment *experiment, rill_variant *variant, const cJSON *json,
                              rill_error *error)
{
    static const char *const keys[] = {"label",     "id",       "params",       "policy",
                                       "behaviour", "features", "distribution", "policy_features",
                                       "optimiser", NULL};
    if (!cJSON_IsObject(json)) {
        return rill_error_set(error, RILL_INVALID, "", "found %s, expected an object",
                              json_kind(json));
    }
    const char *id = NULL;
    const cJSON *object = NULL;
    rill_status status = read_part(json, keys, &id, &object, error);
    const char *label = id;
    status = status == RILL_OK ? json_get_text(json, "label", false, &label, error) : status;
    if (status != RILL_OK) {
        return status;
    }
    for (const rill_variant *other = experiment->variants; other < variant; other++) {
        if (strcmp(other->label, label) == 0) {
            return rill_error_set(error, RILL_INVALID, "label",
                                  "\"%.60s\" is the label of two agents; give each its own", label);
        }
    }
    rill_agent_config config = {.type = rill_agent_type_find(id, error), .env = experiment->env};
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
    if (status == RILL_OK && rill_agent_type_wants_model(config.type, experiment->env)) {
        const rill_model *model = NULL;
        status = experiment_model(experiment, &model, error);
        config.model = status == RILL_OK ? rill_model_share(experiment->model) : NULL;
    }
    if (status != RILL_OK) {
        rill_agent_config_release(&config);
        return status;
    }
    variant->label = strdup(label);
    if (variant->label == NULL) {
        rill_agent_config_release(&config);
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    return rill_agent_create_from(&variant->agent, &config, experiment->env->observation_space,
                                  experiment->env->action_space, error);
}

static rill_status read_agents(rill_experiment *experiment, const cJSON *root, rill_error *error)
{
    const cJSON *json = NULL;
    rill_status status = json_get_array(root, "agents", false, &json, error);
    if (status != RILL_OK || json == NULL) {
        return status;
    }
    int n = cJSON_GetArraySize(json);
    experiment->variants = calloc((size_t)n + 1, sizeof *experiment->variants);
    if (experiment->variants == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, json) {
        // counted first, so that a half-built agent is freed with the rest
        int32_t i = experiment->n_variants++;
        status = read_agent(experiment, &experiment->variants[i], element, error);
        if (status != RILL_OK) {
            char place[32];
            snprintf(place, sizeof place, "agents[%d]", (int)i);
            return rill_error_prefix(error, status, place);
        }
    }
    return RILL_OK;
}

static rill_status read_stop(rill_experiment *experiment, const cJSON *root, rill_error *error)
{
    static const char *const keys[] = {"episodes", "steps", NULL};
    const cJSON *json = NULL;
    rill_status status = json_get_object(root, "stop", experiment->n_variants > 0, &json, error);
    if (status != RILL_OK || json == NULL) {
        return status;
    }
    status = json_check_keys(json, keys, error);
    if (status == RILL_OK) {
        status = json_get_integer(json, "episodes", false, 1, MAX_EXACT, &experiment->stop_episodes,
                                  error);
    }
    if (status == RILL_OK) {
        status = json_get_integer(json, "steps", false, 1, INT64_C(1) << 53,
                                  &experiment->stop_steps, error);
    }
    if (status == RILL_OK && experiment->stop_episodes == 0 && experiment->stop_steps == 0) {
        status = rill_error_set(error, RILL_INVALID, "",
                                "give \"episodes\", \"steps\", or both (whichever comes first)");
    }
    return status == RILL_OK ? RILL_OK : rill_error_prefix(error, status, "stop");
}

/// "return", or {"metric": "rms_error", "every": 1000, "unit": "steps"}
static rill_status read_record(rill_record *record, const cJSON *json, rill_error *error)
{
    static const char *const keys[] = {"metric", "every", "unit", NULL};
    const char *metric = json->valuestring;
    const char *unit = "episodes";
    rill_status status = RILL_OK;
    *record = (rill_record){.unit = RILL_EPISODES, .every = 1};
    if (cJSON_IsObject(json)) {
        status = json_check_keys(json, keys, error);
        status = status == RILL_OK ? json_get_text(json, "metric", true, &metric, error) : status;
        if (status == RILL_OK) {
            status = json_get_integer(json, "every", false, 1, MAX_EXACT, &record->every, error);
        }
        status = status == RILL_OK ? json_get_text(json, "unit", false, &unit, error) : status;
    } else if (!cJSON_IsString(json)) {
        status = rill_error_set(error, RILL_INVALID, "",
                                "found %s, expected a metric: a text, or an object with \"metric\"",
                                json_kind(json));
    }
    if (status != RILL_OK) {
        return status;
    }
    record->metric = rill_metric_read(metric, &record->index, error);
    if (record->metric == NULL) {
        return RILL_INVALID;
    }
    if (record->metric->is_of_evaluation) {
        return rill_error_set(error, RILL_INVALID, "",
                              "%s is recorded by \"evaluation\", not by \"record\"",
                              record->metric->id);
    }
    record->unit = strcmp(unit, "steps") == 0 ? RILL_STEPS : RILL_EPISODES;
    if (record->unit == RILL_EPISODES && strcmp(unit, "episodes") != 0) {
        return rill_error_set(error, RILL_INVALID, "unit",
                              "\"%.40s\" is neither \"episodes\" nor \"steps\"", unit);
    }
    if (record->unit == RILL_STEPS && record->metric->is_per_episode) {
        return rill_error_set(error, RILL_INVALID, "unit",
                              "%s describes whole episodes; it cannot be recorded every few steps",
                              record->metric->id);
    }
    return RILL_OK;
}

/// "return" of every episode or, where none ever ends, "reward" at a hundred points.
static rill_record default_record(const rill_experiment *experiment)
{
    const int64_t every = experiment->stop_steps / 100;
    return experiment->can_end
               ? (rill_record){rill_metric_find("return", NULL), RILL_EPISODES, 1, 0}
               : (rill_record){rill_metric_find("reward", NULL), RILL_STEPS, every < 1 ? 1 : every,
                               0};
}

/// Refuses to record what happens after episodes where none ever ends.
static rill_status check_record(const rill_experiment *experiment, const rill_record *record,
                                rill_error *error)
{
    if (experiment->can_end || record->unit == RILL_STEPS) {
        return RILL_OK;
    }
    const rill_record other = default_record(experiment);
    char name[48], instead[48];
    rill_metric_write(record->metric, record->index, name);
    rill_metric_write(record->metric->is_per_episode ? other.metric : record->metric, record->index,
                      instead);
    return rill_error_set(
        error, RILL_INVALID, "",
        "no episode ever ends, so \"%s\" by episodes has no point; write {\"metric\": \"%s\", "
        "\"every\": %" PRId64 ", \"unit\": \"steps\"}",
        name, instead, other.every);
}

static rill_status read_records(rill_experiment *experiment, const cJSON *root, rill_error *error)
{
    const cJSON *json = NULL;
    rill_status status = json_get_array(root, "record", false, &json, error);
    if (status != RILL_OK) {
        return status;
    }
    int n = json == NULL ? 1 : cJSON_GetArraySize(json);
    experiment->records = calloc((size_t)n + 1, sizeof *experiment->records);
    if (experiment->records == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    if (json == NULL) {
        experiment->records[experiment->n_records++] = default_record(experiment);
    }
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, json) {
        rill_record *record = &experiment->records[experiment->n_records];
        status = read_record(record, element, error);
        status = status == RILL_OK ? check_record(experiment, record, error) : status;
        for (size_t i = 0; i < experiment->n_records && status == RILL_OK; i++) {
            if (experiment->records[i].metric == record->metric &&
                experiment->records[i].index == record->index) {
                char name[48];
                rill_metric_write(record->metric, record->index, name);
                status = rill_error_set(error, RILL_INVALID, "", "\"%s\" is recorded twice", name);
            }
        }
        if (status != RILL_OK) {
            char place[32];
            snprintf(place, sizeof place, "record[%zu]", experiment->n_records);
            return rill_error_prefix(error, status, place);
        }
        experiment->n_records++;
    }
    return RILL_OK;
}

static rill_status read_evaluation(rill_experiment *experiment, const cJSON *root,
                                   rill_error *error)
{
    static const char *const keys[] = {"every", "episodes", "max_steps", NULL};
    const cJSON *json = NULL;
    rill_evaluation *evaluation = &experiment->evaluation;
    rill_status status = json_get_object(root, "evaluation", false, &json, error);
    if (status != RILL_OK || json == NULL) {
        return status;
    }
    if (!experiment->can_end) {
        return rill_error_set(error, RILL_INVALID, "evaluation",
                              "no episode ever ends, so there is no time for one between episodes; "
                              "set environment.max_episode_steps");
    }
    evaluation->episodes = 1;
    evaluation->max_steps = 10000;
    status = json_check_keys(json, keys, error);
    if (status == RILL_OK) {
        status = json_get_integer(json, "every", true, 1, MAX_EXACT, &evaluation->every, error);
    }
    if (status == RILL_OK) {
        status =
            json_get_integer(json, "episodes", false, 1, MAX_EXACT, &evaluation->episodes, error);
    }
    if (status == RILL_OK) {
        status =
            json_get_integer(json, "max_steps", false, 1, MAX_EXACT, &evaluation->max_steps, error);
    }
    return status == RILL_OK ? RILL_OK : rill_error_prefix(error, status, "evaluation");
}

static rill_status read_text_member(const cJSON *root, const char *key, char **copy,
                                    rill_error *error)
{
    const char *text = "";
    rill_status status = json_get_text(root, key, false, &text, error);
    *copy = strdup(text);
    if (status == RILL_OK && *copy == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    return status;
}

static rill_status read_experiment(rill_experiment *experiment, const cJSON *root,
                                   rill_error *error)
{
    static const char *const keys[] = {"$schema",     "extends",    "name",    "source", "note",
                                       "environment", "agents",     "stop",    "runs",   "seed",
                                       "record",      "evaluation", "summary", "expect", NULL};
    static const char *const summary_keys[] = {"last", NULL};
    experiment->runs = 1;
    if (!cJSON_IsObject(root)) {
        return rill_error_set(error, RILL_INVALID, "",
                              "found %s, expected an object with \"environment\" and \"agents\"",
                              json_kind(root));
    }
    rill_status status = json_check_keys(root, keys, error);
    status = status == RILL_OK ? read_text_member(root, "name", &experiment->name, error) : status;
    if (status == RILL_OK) {
        status = read_text_member(root, "source", &experiment->source, error);
    }
    status = status == RILL_OK ? read_text_member(root, "note", &experiment->note, error) : status;
    status = status == RILL_OK ? read_environment(experiment, root, error) : status;
    status = status == RILL_OK ? read_agents(experiment, root, error) : status;
    status = status == RILL_OK ? read_stop(experiment, root, error) : status;
    status = status == RILL_OK ? feasibility_check(experiment, error) : status;
    status = status == RILL_OK ? read_records(experiment, root, error) : status;
    status = status == RILL_OK ? read_evaluation(experiment, root, error) : status;
    if (status == RILL_OK) {
        status = json_get_integer(root, "runs", false, 1, MAX_EXACT, &experiment->runs, error);
    }
    int64_t seed = 0;
    if (status == RILL_OK) {
        status = json_get_integer(root, "seed", false, 0, INT64_C(1) << 53, &seed, error);
    }
    experiment->seed = (uint64_t)seed;
    const cJSON *summary = NULL;
    if (status == RILL_OK) {
        status = json_get_object(root, "summary", false, &summary, error);
    }
    if (status == RILL_OK && summary != NULL) {
        status = json_check_keys(summary, summary_keys, error);
        if (status == RILL_OK) {
            status = json_get_integer(summary, "last", true, 1, MAX_EXACT,
                                      &experiment->summary_last, error);
        }
        if (status != RILL_OK) {
            return rill_error_prefix(error, status, "summary");
        }
    }
    status = status == RILL_OK ? feasibility_prepare(experiment, error) : status;
    status = status == RILL_OK ? expect_read(experiment, root, error) : status;
    return status == RILL_OK ? resolve_experiment(experiment, error) : status;
}

/// Reads a file or, with a `text`, that in its place.
static rill_status read_file(rill_experiment **out, const char *path, const char *text,
                             const char *const *overrides, rill_error *error)
{
    *out = NULL;
    rill_experiment *experiment = NULL;
    experiment_file file = {0};
    rill_status status = experiment_file_read(&file, path, text, overrides, error);
    if (status == RILL_OK) {
        experiment = calloc(1, sizeof *experiment);
        status = experiment == NULL ? rill_error_set(error, RILL_NO_MEMORY, "", "out of memory")
                                    : read_experiment(experiment, file.root, error);
        const bool is_as_written = overrides == NULL || overrides[0] == NULL;
        if (status == RILL_OK && is_as_written) { // else it may be tried out in shorter runs
            status = expect_check_windows(experiment, error);
        }
        experiment_file_place(&file, status, error);
    }
    experiment_file_clear(&file);
    if (status != RILL_OK) {
        rill_experiment_destroy(experiment);
        return status;
    }
    *out = experiment;
    return RILL_OK;
}

rill_status rill_experiment_parse(rill_experiment **experiment, const char *text,
                                  const char *const *overrides, rill_error *error)
{
    return read_file(experiment, NULL, text, overrides, error);
}

rill_status rill_experiment_load(rill_experiment **experiment, const char *path,
                                 const char *const *overrides, rill_error *error)
{
    return read_file(experiment, path, NULL, overrides, error);
}

void rill_experiment_destroy(rill_experiment *experiment)
{
    if (experiment == NULL) {
        return;
    }
    for (int32_t i = 0; i < experiment->n_variants; i++) {
        free(experiment->variants[i].label);
        rill_agent_destroy(experiment->variants[i].agent);
        rill_projection_destroy(experiment->variants[i].projection);
    }
    for (size_t i = 0; i < experiment->n_expects; i++) {
        expect_clear(&experiment->expects[i]);
    }
    for (size_t i = 0; i < experiment->n_truths; i++) {
        rill_truth_destroy(experiment->truths[i]);
    }
    rill_env_destroy(experiment->env);
    rill_model_destroy(experiment->model);
    free(experiment->truths);
    free(experiment->variants);
    free(experiment->records);
    free(experiment->expects);
    free(experiment->name);
    free(experiment->source);
    free(experiment->note);
    free(experiment->resolved);
    free(experiment->identity);
    free(experiment);
}
