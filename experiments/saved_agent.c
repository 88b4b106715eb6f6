#include "experiments/saved_agent.h"

#include "experiments/hash.h"
#include "experiments/json.h"
#include "experiments/safetensors.h"

#include <errno.h>
#include <inttypes.h>
#include <rill/wrapper.h>
#include <stdio.h>
#include <stdlib.h>

/// Of the arrays and their metadata; one that is greater is of a later program.
static const char format[] = "1";

enum { MAX_TENSORS = 4 };

/// The arrays of an agent, `memory` last but for `environment`; answers their number.
static size_t list_tensors(const rill_agent *agent, const rill_env *env, const void *env_bytes,
                           tensor tensors[MAX_TENSORS])
{
    const rill_linear *value = &agent->value;
    const rill_linear *theta = &agent->actor.theta;
    size_t n = 0;
    tensors[n++] =
        (tensor){"value", TENSOR_F64, value->n_features, value->n_outputs, value->weights};
    if (agent->type->is_actor) {
        const double *learned =
            agent->type->learned_theta == NULL ? theta->weights : agent->type->learned_theta(agent);
        tensors[n++] = (tensor){"theta", TENSOR_F64, theta->n_features, theta->n_outputs, learned};
    }
    tensors[n++] = (tensor){"memory", TENSOR_U8, (int64_t)agent->memory_size, 0, agent->memory};
    if (env != rill_env_unwrapped(env)) {
        tensors[n++] = (tensor){"environment", TENSOR_U8, (int64_t)env->data_size, 0, env_bytes};
    }
    return n;
}

size_t saved_agent_size(const rill_agent *agent, const rill_env *env)
{
    tensor tensors[MAX_TENSORS];
    const size_t n = list_tensors(agent, env, NULL, tensors);
    size_t size = 0;
    for (size_t i = 0; i < n; i++) {
        size += tensor_size(&tensors[i]);
    }
    return size;
}

static const char *byte_order(void)
{
    const uint16_t one = 1;
    return *(const unsigned char *)&one == 1 ? "little" : "big";
}

static void add_number(cJSON *metadata, const char *key, int64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, number);
    cJSON_AddStringToObject(metadata, key, text);
}

static void add_hash(cJSON *metadata, const char *key, uint64_t hash)
{
    char text[17];
    snprintf(text, sizeof text, "%016" PRIx64, hash);
    cJSON_AddStringToObject(metadata, key, text);
}

/// Guards against accidents, as a file that was cut or changed.
static uint64_t check_sum(const tensor *tensors, size_t n)
{
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < n; i++) {
        if (tensors[i].type == TENSOR_U8) { // numbers are in `memory` once more
            hash = hash_bytes(hash, tensors[i].data, (size_t)tensors[i].rows);
        }
    }
    return hash;
}

rill_status rill_saved_agent_write(const rill_agent *agent, const rill_env *env, const char *config,
                                   const rill_run *run, void **bytes, size_t *size,
                                   rill_error *error)
{
    *bytes = NULL;
    *size = 0;
    unsigned char *env_bytes = malloc(env->data_size);
    if (env_bytes == NULL) {
        return rill_error_no_memory(error);
    }
    rill_env_save(env, env_bytes);
    tensor tensors[MAX_TENSORS];
    const size_t n = list_tensors(agent, env, env_bytes, tensors);
    cJSON *metadata = cJSON_CreateObject();
    cJSON_AddStringToObject(metadata, "rill.format", format);
    cJSON_AddStringToObject(metadata, "rill.agent", agent->type->id);
    cJSON_AddStringToObject(metadata, "rill.config", config);
    add_number(metadata, "rill.run", run->run);
    add_number(metadata, "rill.steps", run->steps);
    add_number(metadata, "rill.episodes", run->episodes);
    add_hash(metadata, "rill.hash", run->hash);
    add_hash(metadata, "rill.memory", check_sum(tensors, n));
    cJSON_AddStringToObject(metadata, "rill.byte_order", byte_order());
    bytes_writer to = {0};
    safetensors_write(&to, metadata, tensors, n);
    cJSON_Delete(metadata);
    free(env_bytes);
    if (to.is_incomplete) {
        free(to.data);
        return rill_error_no_memory(error);
    }
    *bytes = to.data;
    *size = to.size;
    return RILL_OK;
}

/// A whole number from 0 of the metadata. RILL_INVALID: there is none.
static rill_status read_number(const safetensors *file, const char *key, int64_t *number,
                               rill_error *error)
{
    const char *text = safetensors_text(file, key);
    char *end = NULL;
    errno = 0;
    *number = text == NULL ? 0 : strtoll(text, &end, 10);
    if (text == NULL || text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0) {
        return rill_error_set(
            error, RILL_INVALID, key,
            "found %s%.40s%s, expected a whole number from 0; the file is damaged",
            text == NULL ? "" : "\"", text == NULL ? "none" : text, text == NULL ? "" : "\"");
    }
    return RILL_OK;
}

static uint64_t hash_of(const safetensors *file, const char *key)
{
    const char *text = safetensors_text(file, key);
    return text == NULL ? 0 : strtoull(text, NULL, 16);
}

/// Builds what the metadata says: the experiment, its environment and its agent, which has learned nothing.
static rill_status build(rill_saved_agent *saved, const safetensors *file, rill_error *error)
{
    const char *version = safetensors_text(file, "rill.format");
    const char *config = safetensors_text(file, "rill.config");
    const char *order = safetensors_text(file, "rill.byte_order");
    if (version == NULL || config == NULL || order == NULL) {
        return rill_error_set(error, RILL_INVALID, "",
                              "not the file of an agent: its metadata lacks rill.format, "
                              "rill.config or rill.byte_order");
    }
    if (strcmp(version, format) != 0) {
        return rill_error_set(error, RILL_INVALID, "",
                              "of format %.20s, this program reads format %s; read it with the "
                              "rill that made it",
                              version, format);
    }
    if (strcmp(order, byte_order()) != 0) {
        return rill_error_set(error, RILL_INVALID, "",
                              "made on a %.20s-endian machine, this one is %s-endian", order,
                              byte_order());
    }
    rill_status status = rill_experiment_parse(&saved->experiment, config, NULL, error);
    if (status == RILL_OK && saved->experiment->n_variants != 1) {
        status = rill_error_set(error, RILL_INVALID, "agents", "found %d, expected one",
                                (int)saved->experiment->n_variants);
    }
    if (status != RILL_OK) {
        return rill_error_prefix(error, status, "rill.config");
    }
    const rill_variant *variant = &saved->experiment->variants[0];
    status = rill_env_clone(&saved->env, variant->world->env, error);
    status = status == RILL_OK ? rill_agent_clone(&saved->agent, variant->agent, error) : status;
    return status == RILL_OK ? rill_agent_bind(saved->agent, saved->env, error) : status;
}

/// The environment's wrappers see what they saw when the agent learned.
static rill_status adopt_statistics(rill_saved_agent *saved, const unsigned char *bytes,
                                    rill_error *error)
{
    rill_env *learned_in = NULL;
    const rill_status status = rill_env_clone(&learned_in, saved->env, error);
    if (status == RILL_OK) {
        rill_env_restore(learned_in, bytes);
        rill_env_adopt_statistics(saved->env, learned_in);
    }
    rill_env_destroy(learned_in);
    return status;
}

/// Whether the numbers that a reader of the file sees are those that the memory holds.
static bool agree(const tensor *t, const unsigned char *bytes)
{
    bytes_reader from = {bytes, (size_t)(t->rows * t->columns) * sizeof(double), RILL_OK};
    const double *numbers = t->data;
    for (int64_t i = 0; i < t->rows * t->columns; i++) {
        const double number = bytes_get_real(&from);
        if (memcmp(&number, &numbers[i], sizeof number) != 0) {
            return false;
        }
    }
    return true;
}

static rill_status fill(rill_saved_agent *saved, const safetensors *file, rill_error *error)
{
    tensor tensors[MAX_TENSORS];
    const unsigned char *found[MAX_TENSORS];
    const size_t n = list_tensors(saved->agent, saved->env, NULL, tensors);
    tensor read[MAX_TENSORS];
    for (size_t i = 0; i < n; i++) {
        found[i] = safetensors_find(file, &tensors[i], error);
        if (found[i] == NULL) {
            return RILL_INVALID;
        }
        read[i] = tensors[i];
        read[i].data = found[i];
    }
    if (check_sum(read, n) != hash_of(file, "rill.memory")) {
        return rill_error_set(error, RILL_INVALID, "memory",
                              "does not fit its hash; the file is damaged");
    }
    rill_status status = RILL_OK;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(tensors[i].name, "memory") == 0) {
            rill_agent_load(saved->agent, found[i]);
        } else if (strcmp(tensors[i].name, "environment") == 0) {
            status = adopt_statistics(saved, found[i], error);
        }
    }
    list_tensors(saved->agent, saved->env, NULL, tensors); // now with what was learned
    for (size_t i = 0; i < n && status == RILL_OK; i++) {
        if (tensors[i].type == TENSOR_F64 && !agree(&tensors[i], found[i])) {
            status = rill_error_set(error, RILL_INVALID, tensors[i].name,
                                    "differs from what is in memory; the file is damaged, or of "
                                    "another version of rill");
        }
    }
    return status;
}

rill_status rill_saved_agent_read(rill_saved_agent *saved, const void *bytes, size_t size,
                                  rill_error *error)
{
    safetensors file;
    *saved = (rill_saved_agent){0};
    rill_status status = safetensors_open(&file, bytes, size, error);
    status = status == RILL_OK ? build(saved, &file, error) : status;
    status = status == RILL_OK ? fill(saved, &file, error) : status;
    status = status == RILL_OK ? read_number(&file, "rill.run", &saved->run, error) : status;
    status = status == RILL_OK ? read_number(&file, "rill.steps", &saved->steps, error) : status;
    status =
        status == RILL_OK ? read_number(&file, "rill.episodes", &saved->episodes, error) : status;
    if (status == RILL_OK) {
        saved->hash = hash_of(&file, "rill.hash");
        rill_env_seed(saved->env, 0);
    }
    safetensors_close(&file);
    return status;
}

rill_status rill_saved_agent_load(rill_saved_agent *saved, const char *path, rill_error *error)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    *saved = (rill_saved_agent){0};
    rill_status status = bytes_read_file(path, &bytes, &size, error);
    status = status == RILL_OK ? rill_saved_agent_read(saved, bytes, size, error) : status;
    free(bytes);
    return status;
}

void rill_saved_agent_clear(rill_saved_agent *saved)
{
    rill_agent_destroy(saved->agent);
    rill_env_destroy(saved->env);
    rill_experiment_destroy(saved->experiment);
    *saved = (rill_saved_agent){0};
}
