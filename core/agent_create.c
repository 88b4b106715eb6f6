/// Agents come and go: layout in memory, copies, and assignments as text.
#include "core/actor.h"
#include "core/agent_wiring.h"
#include "core/memory.h"

#include <rill/agent_define.h>
#include <string.h>

void rill_agent_config_release(const rill_agent_config *config)
{
    rill_params_destroy(config->type->params, config->params);
    if (config->features != NULL) {
        rill_params_destroy(config->features->params, config->features_params);
    }
    if (config->policy != NULL) {
        rill_params_destroy(config->policy->params, config->policy_params);
    }
    if (config->behaviour != NULL) {
        rill_params_destroy(config->behaviour->params, config->behaviour_params);
    }
    if (config->distribution != NULL) {
        rill_params_destroy(config->distribution->params, config->distribution_params);
    }
    if (config->policy_features != NULL) {
        rill_params_destroy(config->policy_features->params, config->policy_features_params);
    }
    if (config->optimiser != NULL) {
        rill_params_destroy(config->optimiser->params, config->optimiser_params);
    }
    rill_model_destroy(config->model);
}

rill_slots agent_take_slots(rill_arena *arena, int64_t count, int32_t n_active, size_t n_outputs)
{
    const size_t n = (size_t)count, n_all = n * (size_t)n_active;
    return (rill_slots){
        .count = (int32_t)count,
        .n_active = n_active,
        .next = rill_arena_take(arena, 1, sizeof(int32_t)),
        .n = rill_arena_take(arena, n, sizeof(int32_t)),
        .observations = rill_arena_take(arena, n, sizeof(int32_t)),
        .indices = rill_arena_take(arena, n_all, sizeof(int32_t)),
        .values = rill_arena_take(arena, n_all, sizeof(double)),
        .outputs = rill_arena_take(arena, n * n_outputs, sizeof(double)),
    };
}

/// Slots for the features of `count` states.
static rill_slots take_slots(const rill_agent *agent, rill_arena *arena, int64_t count)
{
    return agent_take_slots(arena, count, agent->features.n_active,
                            (size_t)rill_agent_n_values(agent));
}

/// Runs the layout on an arena whose base is `base`; answers the size of the memory.
static rill_arena lay_out(rill_agent *agent, bool counts_visits, void *base)
{
    const int32_t n_values = rill_agent_n_values(agent);
    rill_arena arena = {.base = base};
    agent->memory = rill_arena_take(&arena, 1, sizeof *agent->memory);
    agent->value = rill_linear_take(&arena, agent->features.size, n_values);
    if (!rill_features_are_table(&agent->features) || agent->type->is_actor) {
        const rill_agent_type *type = agent->type;
        agent->slots =
            take_slots(agent, &arena, type->count_states == NULL ? 2 : type->count_states(agent));
        agent->slots.map = rill_arena_take(&arena, agent->features.memory_size, 1);
    }
    if (agent->type->is_actor) {
        actor_lay_out(agent, &arena);
    }
    if (counts_visits) {
        agent->visits = rill_arena_take(&arena, (size_t)agent->features.size * (size_t)n_values,
                                        sizeof *agent->visits);
    }
    if (agent->type->layout != NULL) {
        agent->type->layout(agent, &arena);
    }
    return arena;
}

static const rill_policy_type *default_policy_of(const rill_agent_type *type)
{
    return rill_policy_type_find(type->default_policy == NULL ? "greedy" : type->default_policy,
                                 NULL);
}

/// What an agent acts by that is given no behaviour: NULL, its policy, but for actors.
static const rill_policy_type *default_behaviour_of(const rill_agent_type *type)
{
    return type->is_actor && type->has_behaviour ? rill_policy_type_find("uniform", NULL) : NULL;
}

/// One slot outside the memory, for questions that change nothing; answers the size of its block.
static size_t lay_out_scratch(rill_agent *agent, void *base)
{
    rill_arena arena = {.base = base};
    agent->scratch = take_slots(agent, &arena, 1); // `next` comes first: it is the block
    agent->scratch.map = agent->slots.map;
    if (agent->type->is_actor) {
        actor_lay_out_scratch(agent, &arena);
    }
    return arena.used;
}

static rill_status make_scratch(rill_agent *agent, rill_error *error)
{
    if (agent->slots.count == 0) {
        return RILL_OK;
    }
    void *block = rill_memory_take(lay_out_scratch(agent, NULL));
    if (block == NULL) {
        return rill_error_no_memory(error);
    }
    lay_out_scratch(agent, block);
    return RILL_OK;
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
    if (config.behaviour == NULL) {
        config.behaviour = default_behaviour_of(type);
    }
    if (config.policy == NULL && !type->is_actor) {
        config.policy = default_policy_of(type);
    }
    const bool has_other_policy =
        config.policy != NULL && (type->is_actor || (type->default_policy == NULL &&
                                                     strcmp(config.policy->id, "greedy") != 0));
    if (has_other_policy) {
        rill_agent_config_release(&config);
        return rill_error_set(error, RILL_INVALID, "policy",
                              type->is_actor ? "%s learns its policy: what kind it is goes into "
                                               "\"distribution\""
                                             : "%s has its own way to act and takes no policy",
                              type->id);
    }
    rill_agent *agent = rill_memory_take(type->agent_size);
    if (agent == NULL || config.params == NULL) {
        rill_agent_config_release(&config);
        rill_memory_release(agent);
        return rill_error_no_memory(error);
    }
    agent->type = type;
    agent->observation_space = observation_space;
    agent->action_space = action_space;
    bool counts_visits = false;
    rill_status status = agent_wire(agent, &config, &counts_visits, error);
    rill_agent_config_release(&config);
    if (status != RILL_OK) {
        rill_agent_destroy(agent);
        return status;
    }
    rill_arena counted = lay_out(agent, counts_visits, NULL);
    void *memory = counted.is_overflown ? NULL : rill_memory_take(counted.used);
    if (memory == NULL) {
        status = rill_error_set(error, RILL_NO_MEMORY, "",
                                "out of memory: %s on %d features and %d actions needs %zu bytes",
                                type->id, agent->features.size, action_space.size, counted.used);
        rill_agent_destroy(agent);
        return status;
    }
    agent->memory_size = lay_out(agent, counts_visits, memory).used;
    const bool is_table = agent->slots.count == 0 && type->step_on_table != NULL;
    agent->step = is_table ? type->step_on_table : type->step;
    status = make_scratch(agent, error);
    if (status != RILL_OK) {
        rill_agent_destroy(agent);
        return status;
    }
    rill_agent_seed(agent, 0);
    *out = agent;
    return RILL_OK;
}

/// A copy of the block of parameters of a part that may not be there.
#define CLONE_PARAMS(type, block) \
    ((type) == NULL ? NULL : rill_params_clone((type)->params, (type)->params_size, block))

rill_status rill_agent_clone(rill_agent **clone, const rill_agent *agent, rill_error *error)
{
    *clone = NULL;
    const rill_features_type *features = agent->features.type;
    const rill_policy_type *policy = agent->policy.type;
    const rill_policy_type *behaviour = agent->behaviour.type;
    const rill_distribution_type *distribution = agent->actor.distribution.type;
    const rill_features_type *policy_features = agent->actor.features.type;
    const rill_optimiser_type *optimiser = agent->actor.optimiser.type;
    rill_agent_config config = {
        .type = agent->type,
        .params = rill_params_clone(agent->type->params, agent->type->params_size, agent->params),
        .features = features,
        .features_params =
            rill_params_clone(features->params, features->params_size, agent->features.params),
        .policy = policy,
        .policy_params = CLONE_PARAMS(policy, agent->policy.params),
        .behaviour = behaviour,
        .behaviour_params = CLONE_PARAMS(behaviour, agent->behaviour.params),
        .distribution = distribution,
        .distribution_params = CLONE_PARAMS(distribution, agent->actor.distribution.params),
        .policy_features = policy_features,
        .policy_features_params = CLONE_PARAMS(policy_features, agent->actor.features.params),
        .optimiser = optimiser,
        .optimiser_params = CLONE_PARAMS(optimiser, agent->actor.optimiser.params),
        .model = agent->model == NULL ? NULL : rill_model_share(agent->model),
        .env = agent->env,
    };
    if (config.params == NULL || config.features_params == NULL ||
        (policy != NULL && config.policy_params == NULL) ||
        (behaviour != NULL && config.behaviour_params == NULL) ||
        (distribution != NULL && config.distribution_params == NULL) ||
        (policy_features != NULL && config.policy_features_params == NULL) ||
        (optimiser != NULL && config.optimiser_params == NULL)) {
        rill_agent_config_release(&config);
        return rill_error_no_memory(error);
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
    rill_policy_destroy(&agent->behaviour);
    actor_release(agent);
    rill_model_destroy(agent->model);
    rill_memory_release(agent->memory);
    rill_memory_release(agent->scratch.next);
    rill_memory_release(agent);
}

/// The part that an assignment is for, with the rest of its text: "policy.epsilon=1" is for
/// `prefix` "policy" and leaves "epsilon=1"; NULL when it is for another part.
static const char *after_prefix(const char *assignment, const char *prefix, char separator)
{
    size_t length = strlen(prefix);
    bool is_match = strncmp(assignment, prefix, length) == 0 && assignment[length] == separator;
    return is_match ? assignment + length + 1 : NULL;
}

/// A part of an agent that assignments can choose and set.
typedef struct part {
    const char *name;
    const rill_param *table;
    size_t size;
    void **params;
} part;

/// The part of a type, its block to be put to `block`.
#define PART(name, type, block) ((part){name, (type)->params, (type)->params_size, &(block)})

/// Reads "features=ID", "policy=ID", "behaviour=ID", "distribution=ID", "policy_features=ID" and
/// "optimiser=ID".
static rill_status read_ids(rill_agent_config *config, const char *const *assignments,
                            rill_error *error)
{
    for (size_t i = 0; assignments[i] != NULL; i++) {
        const char *text = assignments[i];
        const char *id = NULL;
        const char *name = NULL;
        bool is_known = true;
        if ((id = after_prefix(text, "features", '=')) != NULL) {
            name = "features";
            is_known = (config->features = rill_features_type_find(id, error)) != NULL;
        } else if ((id = after_prefix(text, "policy", '=')) != NULL) {
            name = "policy";
            is_known = (config->policy = rill_policy_type_find(id, error)) != NULL;
        } else if ((id = after_prefix(text, "behaviour", '=')) != NULL) {
            name = "behaviour";
            is_known = (config->behaviour = rill_policy_type_find(id, error)) != NULL;
        } else if ((id = after_prefix(text, "distribution", '=')) != NULL) {
            name = "distribution";
            is_known = (config->distribution = rill_distribution_type_find(id, error)) != NULL;
        } else if ((id = after_prefix(text, "policy_features", '=')) != NULL) {
            name = "policy_features";
            is_known = (config->policy_features = rill_features_type_find(id, error)) != NULL;
        } else if ((id = after_prefix(text, "optimiser", '=')) != NULL) {
            name = "optimiser";
            is_known = (config->optimiser = rill_optimiser_type_find(id, error)) != NULL;
        }
        if (!is_known) {
            return rill_error_prefix(error, RILL_INVALID, name);
        }
    }
    return RILL_OK;
}

/// Reads one assignment into the part that it is for; the first part has no prefix.
static rill_status read_assignment(const part *parts, size_t n_parts, const char *text,
                                   rill_error *error)
{
    for (size_t i = 1; i < n_parts; i++) {
        if (after_prefix(text, parts[i].name, '=') != NULL) {
            return RILL_OK; // an id, read before
        }
        const char *rest = after_prefix(text, parts[i].name, '.');
        if (rest != NULL) {
            rill_status status = rill_params_assign(parts[i].table, *parts[i].params, rest, error);
            return status == RILL_OK ? RILL_OK : rill_error_prefix(error, status, parts[i].name);
        }
    }
    return rill_params_assign(parts[0].table, *parts[0].params, text, error);
}

/// Reads all assignments into a config, whose blocks the caller frees on failure. The ids come
/// first, so that "policy.epsilon=1" may stand before "policy=epsilon_greedy".
static rill_status read_assignments(rill_agent_config *config, const char *const *assignments,
                                    rill_error *error)
{
    rill_status status = read_ids(config, assignments, error);
    if (status != RILL_OK) {
        return status;
    }
    part parts[7];
    size_t n_parts = 0;
    parts[n_parts++] = PART("", config->type, config->params);
    parts[n_parts++] = PART("features", config->features, config->features_params);
    if (config->policy != NULL) {
        parts[n_parts++] = PART("policy", config->policy, config->policy_params);
    }
    if (config->behaviour != NULL) {
        parts[n_parts++] = PART("behaviour", config->behaviour, config->behaviour_params);
    }
    if (config->distribution != NULL) {
        parts[n_parts++] = PART("distribution", config->distribution, config->distribution_params);
    }
    if (config->policy_features != NULL) {
        parts[n_parts++] =
            PART("policy_features", config->policy_features, config->policy_features_params);
    }
    if (config->optimiser != NULL) {
        parts[n_parts++] = PART("optimiser", config->optimiser, config->optimiser_params);
    }
    for (size_t i = 0; i < n_parts; i++) {
        *parts[i].params = rill_params_create(parts[i].table, parts[i].size);
        if (*parts[i].params == NULL) {
            return rill_error_no_memory(error);
        }
    }
    for (size_t i = 0; assignments[i] != NULL && status == RILL_OK; i++) {
        status = read_assignment(parts, n_parts, assignments[i], error);
    }
    return status;
}

rill_status rill_agent_create(rill_agent **agent, const char *id, const rill_env *env,
                              const char *const *assignments, rill_error *error)
{
    static const char *const none[] = {NULL};
    *agent = NULL;
    rill_agent_config config = {.type = rill_agent_type_find(id, error), .env = env};
    if (config.type == NULL) {
        return RILL_INVALID;
    }
    config.features = rill_features_type_find("one_hot", NULL);
    if (config.type->is_actor) {
        config.distribution = rill_distribution_type_default(env->action_space.kind);
        config.behaviour = default_behaviour_of(config.type);
        config.optimiser =
            config.type->has_optimiser ? rill_optimiser_type_find("sgd", NULL) : NULL;
    } else {
        config.policy = default_policy_of(config.type);
    }
    rill_status status = read_assignments(&config, assignments == NULL ? none : assignments, error);
    if (status == RILL_OK && rill_agent_type_wants_model(config.type, env)) {
        status = rill_env_model(env, &config.model, error);
    }
    if (status != RILL_OK) {
        rill_agent_config_release(&config);
        return status;
    }
    return rill_agent_create_from(agent, &config, env->observation_space, env->action_space, error);
}
