#include "core/memory.h"
#include "core/registry.h"

#include <rill/agent.h>
#include <string.h>

RILL_DEFINE_REGISTRY(agent, "agent", "agents")

void rill_agent_config_release(const rill_agent_config *config)
{
    rill_params_destroy(config->type->params, config->params);
    if (config->features != NULL) {
        rill_params_destroy(config->features->params, config->features_params);
    }
    if (config->policy != NULL) {
        rill_params_destroy(config->policy->params, config->policy_params);
    }
}

/// Places an error of a part: "policy", or "policy.params.epsilon" when it is about a parameter.
static rill_status part_error(rill_error *error, rill_status status, const char *part)
{
    if (error != NULL && error->path[0] != '\0') {
        rill_error_prefix(error, status, "params");
    }
    return rill_error_prefix(error, status, part);
}

/// Builds the wiring; what is built so far is in `agent` and the caller destroys it on failure.
static rill_status wire(rill_agent *agent, const rill_agent_config *config, rill_error *error)
{
    const rill_agent_type *type = config->type;
    if (agent->action_space.kind != RILL_SPACE_DISCRETE) {
        rill_params_destroy(config->features->params, config->features_params);
        rill_params_destroy(config->policy->params, config->policy_params);
        return rill_error_set(error, RILL_INVALID, "id",
                              "%s needs discrete actions, this environment's are a box of %d "
                              "numbers",
                              type->id, agent->action_space.size);
    }
    rill_status status =
        rill_features_create(&agent->features, config->features, config->features_params,
                             agent->observation_space, error);
    if (status != RILL_OK) {
        rill_params_destroy(config->policy->params, config->policy_params);
        return part_error(error, status, "features");
    }
    status = rill_policy_create(&agent->policy, config->policy, config->policy_params,
                                agent->features.size, agent->action_space.size, error);
    if (status != RILL_OK) {
        return part_error(error, status, "policy");
    }
    if (type->estimates == RILL_ESTIMATES_STATE_VALUES && !config->policy->ignores_values) {
        return rill_error_set(error, RILL_INVALID, "policy",
                              "%s evaluates a given policy; %s depends on action values, which it "
                              "does not learn: use uniform or fixed",
                              type->id, config->policy->id);
    }
    if (type->prepare != NULL) {
        status = type->prepare(agent, error);
        if (status != RILL_OK) {
            return rill_error_prefix(error, status, "params");
        }
    }
    return RILL_OK;
}

/// Runs the layout on an arena whose base is `base`; answers the size of the memory.
static rill_arena lay_out(rill_agent *agent, void *base)
{
    rill_arena arena = {.base = base};
    agent->memory = rill_arena_take(&arena, 1, sizeof *agent->memory);
    agent->value = rill_linear_take(&arena, agent->features.size, rill_agent_n_values(agent));
    agent->type->layout(agent, &arena);
    return arena;
}

rill_status rill_agent_create_from(rill_agent **out, const rill_agent_config *given,
                                   rill_space observation_space, rill_space action_space,
                                   rill_error *error)
{
    *out = NULL;
    rill_agent_config config = *given;
    const rill_agent_type *type = config.type;
    if (config.params == NULL) {
        config.params = rill_params_create(type->params, type->params_size);
    }
    if (config.features == NULL) {
        config.features = rill_features_type_find("one_hot", NULL);
    }
    if (config.policy == NULL) {
        config.policy = rill_policy_type_find(type->default_policy, NULL);
    }
    rill_agent *agent = rill_memory_take(type->agent_size);
    if (agent == NULL || config.params == NULL) {
        rill_agent_config_release(&config);
        rill_memory_release(agent);
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    agent->type = type;
    agent->params = config.params;
    agent->observation_space = observation_space;
    agent->action_space = action_space;
    rill_status status = wire(agent, &config, error);
    if (status != RILL_OK) {
        rill_agent_destroy(agent);
        return status;
    }
    rill_arena counted = lay_out(agent, NULL);
    void *memory = counted.is_overflown ? NULL : rill_memory_take(counted.used);
    if (memory == NULL) {
        rill_agent_destroy(agent);
        return rill_error_set(error, RILL_NO_MEMORY, "",
                              "out of memory: %s on %d features and %d "
                              "actions needs %zu bytes",
                              type->id, agent->features.size, action_space.size, counted.used);
    }
    agent->memory_size = lay_out(agent, memory).used;
    rill_agent_seed(agent, 0);
    *out = agent;
    return RILL_OK;
}

rill_status rill_agent_clone(rill_agent **clone, const rill_agent *agent, rill_error *error)
{
    *clone = NULL;
    const rill_features_type *features = agent->features.type;
    const rill_policy_type *policy = agent->policy.type;
    rill_agent_config config = {
        .type = agent->type,
        .params = rill_params_clone(agent->type->params, agent->type->params_size, agent->params),
        .features = features,
        .features_params =
            rill_params_clone(features->params, features->params_size, agent->features.params),
        .policy = policy,
        .policy_params =
            rill_params_clone(policy->params, policy->params_size, agent->policy.params),
    };
    if (config.params == NULL || config.features_params == NULL || config.policy_params == NULL) {
        rill_agent_config_release(&config);
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    rill_status status = rill_agent_create_from(clone, &config, agent->observation_space,
                                                agent->action_space, error);
    if (status == RILL_OK) {
        memcpy((*clone)->memory, agent->memory, agent->memory_size);
    }
    return status;
}

void rill_agent_destroy(rill_agent *agent)
{
    if (agent == NULL) {
        return;
    }
    rill_params_destroy(agent->type->params, agent->params);
    rill_features_destroy(&agent->features);
    rill_policy_destroy(&agent->policy);
    rill_memory_release(agent->memory);
    rill_memory_release(agent);
}

void rill_agent_begin(rill_agent *agent, const rill_rng *rng)
{
    memset(agent->memory, 0, agent->memory_size);
    agent->memory->rng = *rng;
    agent->type->begin(agent);
}

void rill_agent_seed(rill_agent *agent, uint64_t seed)
{
    rill_rng rng;
    rill_rng_seed(&rng, seed);
    rill_agent_begin(agent, &rng);
}

void rill_agent_save(const rill_agent *agent, void *bytes)
{
    memcpy(bytes, agent->memory, agent->memory_size);
}

void rill_agent_load(rill_agent *agent, const void *bytes)
{
    memcpy(agent->memory, bytes, agent->memory_size);
}

int32_t rill_agent_n_values(const rill_agent *agent)
{
    return agent->type->estimates == RILL_ESTIMATES_STATE_VALUES ? 1 : agent->action_space.size;
}

void rill_agent_values(const rill_agent *agent, rill_observation observation, double *values)
{
    if (agent->type->values != NULL) {
        agent->type->values(agent, observation, values);
        return;
    }
    int32_t feature = rill_features_active(&agent->features, observation);
    memcpy(values, rill_linear_row(&agent->value, feature),
           (size_t)agent->value.n_outputs * sizeof *values);
}

rill_action rill_agent_act_greedily(const rill_agent *agent, rill_observation observation)
{
    if (agent->type->act_greedily != NULL) {
        return agent->type->act_greedily(agent, observation);
    }
    int32_t feature = rill_features_active(&agent->features, observation);
    if (agent->type->estimates == RILL_ESTIMATES_STATE_VALUES) {
        return (rill_action){.index = rill_policy_likeliest(&agent->policy, feature)};
    }
    const double *row = rill_linear_row(&agent->value, feature);
    return (rill_action){.index = rill_argmax(row, agent->value.n_outputs)};
}

/// The part that an assignment is for, with the rest of its text: "policy.epsilon=1" is for
/// `prefix` "policy" and leaves "epsilon=1"; NULL when it is for another part.
static const char *after_prefix(const char *assignment, const char *prefix, char separator)
{
    size_t length = strlen(prefix);
    bool is_match = strncmp(assignment, prefix, length) == 0 && assignment[length] == separator;
    return is_match ? assignment + length + 1 : NULL;
}

/// Reads all assignments into a config, whose blocks the caller frees on failure. The ids come
/// first, so that "policy.epsilon=1" may stand before "policy=epsilon_greedy".
static rill_status read_assignments(rill_agent_config *config, const char *const *assignments,
                                    rill_error *error)
{
    for (size_t i = 0; assignments[i] != NULL; i++) {
        const char *id = NULL;
        if ((id = after_prefix(assignments[i], "features", '=')) != NULL) {
            config->features = rill_features_type_find(id, error);
        } else if ((id = after_prefix(assignments[i], "policy", '=')) != NULL) {
            config->policy = rill_policy_type_find(id, error);
        }
        if (config->features == NULL || config->policy == NULL) {
            return rill_error_prefix(error, RILL_INVALID,
                                     config->policy == NULL ? "policy" : "features");
        }
    }
    config->params = rill_params_create(config->type->params, config->type->params_size);
    config->features_params =
        rill_params_create(config->features->params, config->features->params_size);
    config->policy_params = rill_params_create(config->policy->params, config->policy->params_size);
    if (config->params == NULL || config->features_params == NULL ||
        config->policy_params == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    rill_status status = RILL_OK;
    for (size_t i = 0; assignments[i] != NULL && status == RILL_OK; i++) {
        const char *rest = NULL;
        if (after_prefix(assignments[i], "features", '=') != NULL ||
            after_prefix(assignments[i], "policy", '=') != NULL) {
            continue;
        }
        if ((rest = after_prefix(assignments[i], "features", '.')) != NULL) {
            status =
                rill_params_assign(config->features->params, config->features_params, rest, error);
            status = status == RILL_OK ? status : rill_error_prefix(error, status, "features");
        } else if ((rest = after_prefix(assignments[i], "policy", '.')) != NULL) {
            status = rill_params_assign(config->policy->params, config->policy_params, rest, error);
            status = status == RILL_OK ? status : rill_error_prefix(error, status, "policy");
        } else {
            status =
                rill_params_assign(config->type->params, config->params, assignments[i], error);
        }
    }
    return status;
}

rill_status rill_agent_create(rill_agent **agent, const char *id, const rill_env *env,
                              const char *const *assignments, rill_error *error)
{
    static const char *const none[] = {NULL};
    *agent = NULL;
    rill_agent_config config = {.type = rill_agent_type_find(id, error)};
    if (config.type == NULL) {
        return RILL_INVALID;
    }
    config.features = rill_features_type_find("one_hot", NULL);
    config.policy = rill_policy_type_find(config.type->default_policy, NULL);
    rill_status status = read_assignments(&config, assignments == NULL ? none : assignments, error);
    if (status != RILL_OK) {
        rill_agent_config_release(&config);
        return status;
    }
    return rill_agent_create_from(agent, &config, env->observation_space, env->action_space, error);
}
