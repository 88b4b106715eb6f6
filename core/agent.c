#include "core/actor.h"
#include "core/memory.h"
#include "core/registry.h"

#include <rill/agent_define.h>
#include <stdio.h>
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

rill_status actor_part_error(rill_error *error, rill_status status, const char *part)
{
    if (error != NULL && error->path[0] != '\0') {
        rill_error_prefix(error, status, "params");
    }
    return rill_error_prefix(error, status, part);
}

static const rill_schedule *schedule_of(const rill_param *param, const void *params)
{
    return (const rill_schedule *)((const char *)params + param->offset);
}

/// A policy knows the states of a table, else discrete observations; boxes are one state to it.
static int32_t count_policy_states(const rill_agent *agent)
{
    if (rill_features_are_table(&agent->features) && !agent->type->is_actor) {
        return agent->features.size;
    }
    return agent->observation_space.kind == RILL_SPACE_DISCRETE ? agent->observation_space.size : 1;
}

static rill_status refuse_visits(const rill_param *param, rill_error *error)
{
    return rill_error_set(error, RILL_INVALID, param->name,
                          "only alpha can be \"1/n\", or a schedule per visit; use {\"schedule\": "
                          "\"harmonic\", \"from\": 1, \"per\": \"episode\"}, or \"step\"");
}

/// Refuses a behaviour that never takes an action which the policy to be evaluated takes: nothing can
/// be learned about it (S&B section 5.5, coverage). Neither looks at values. An actor's policy may come to
/// take every action that there is.
static rill_status check_coverage(const rill_agent *agent, rill_error *error)
{
    const int32_t n = agent->action_space.size;
    double *target = rill_memory_take(2 * (size_t)n * sizeof *target);
    if (target == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    double *behaviour = target + n;
    rill_status status = RILL_OK;
    for (int32_t s = 0; s < agent->behaviour.n_states && status == RILL_OK; s++) {
        if (agent->type->is_actor) {
            for (int32_t a = 0; a < n; a++) {
                target[a] = rill_policy_has(&agent->behaviour, s, a) ? 1.0 : 0.0;
            }
        } else {
            rill_policy_probabilities(&agent->policy, s, NULL, 0, 0, target);
        }
        rill_policy_probabilities(&agent->behaviour, s, NULL, 0, 0, behaviour);
        for (int32_t a = 0; a < n && status == RILL_OK; a++) {
            if (target[a] > 0.0 && !(behaviour[a] > 0.0)) {
                status =
                    rill_error_set(error, RILL_INVALID, "behaviour",
                                   "never takes action %d in state %d, which the policy takes: "
                                   "nothing would be learned about it",
                                   a, s);
            }
        }
    }
    rill_memory_release(target);
    return status;
}

/// Moves a policy's parameters from the config into the policy. `part` is "policy" or "behaviour".
static rill_status wire_policy(const rill_agent *agent, const char *part, rill_policy *policy,
                               const rill_policy_type *type, void **params, rill_error *error)
{
    void *taken = *params;
    *params = NULL;
    rill_status status = rill_policy_create(policy, type, taken, count_policy_states(agent),
                                            agent->action_space.size, error);
    if (status != RILL_OK) {
        return actor_part_error(error, status, part);
    }
    for (const rill_param *param = type->params; param->name != NULL; param++) {
        if (param->kind == RILL_PARAM_SCHEDULE &&
            schedule_of(param, policy->params)->per == RILL_PER_VISIT) {
            return actor_part_error(error, refuse_visits(param, error), part);
        }
    }
    if (agent->type->is_actor && !type->ignores_values) {
        return rill_error_set(error, RILL_INVALID, part,
                              "%s depends on action values, which %s does not act by: use uniform, "
                              "fixed or stochastic",
                              type->id, agent->type->id);
    }
    if (agent->type->estimates == RILL_ESTIMATES_STATE_VALUES && !type->ignores_values) {
        return rill_error_set(error, RILL_INVALID, part,
                              "%s evaluates a given policy; %s depends on action values, which it "
                              "does not learn: use uniform or fixed",
                              agent->type->id, type->id);
    }
    return RILL_OK;
}

/// Takes the features that the agent can learn on.
static rill_status wire_features(rill_agent *agent, rill_agent_config *config, rill_error *error)
{
    void *params = config->features_params;
    config->features_params = NULL;
    rill_status status = rill_features_create(&agent->features, config->features, params,
                                              agent->observation_space, error);
    if (status != RILL_OK) {
        return actor_part_error(error, status, "features");
    }
    if (!agent->type->is_linear && !rill_features_are_table(&agent->features)) {
        return rill_error_set(error, RILL_INVALID, "features",
                              "%s learns a table, and %s is none: use one_hot or state_aggregation",
                              agent->type->id, agent->features.type->id);
    }
    return RILL_OK;
}

/// Finds out whether estimates are to count their visits; refuses other rates per visit.
static rill_status check_clocks(const rill_agent *agent, bool *counts_visits, rill_error *error)
{
    *counts_visits = false;
    for (const rill_param *param = agent->type->params; param->name != NULL; param++) {
        if (param->kind == RILL_PARAM_SCHEDULE &&
            schedule_of(param, agent->params)->per == RILL_PER_VISIT) {
            if (strcmp(param->name, "alpha") != 0) {
                return refuse_visits(param, error);
            }
            if (!rill_features_are_table(&agent->features) || agent->type->is_actor) {
                return rill_error_set(error, RILL_INVALID, param->name,
                                      "1/n and schedules per visit are for tables, whose visits "
                                      "can be counted; with %s features give a number",
                                      agent->features.type->id);
            }
            *counts_visits = true;
        }
    }
    return RILL_OK;
}

/// True when some action does not exist in a state that has others.
static bool lacks_actions(const rill_model *model)
{
    for (int32_t s = 0; s < model->n_states; s++) {
        for (int32_t a = 0; a < model->n_actions && rill_model_has_actions(model, s); a++) {
            if (!rill_model_is_available(model, s, a)) {
                return true;
            }
        }
    }
    return false;
}

bool rill_agent_type_wants_model(const rill_agent_type *type, const rill_env *env)
{
    return type->needs_model || (env->type->mask != NULL && env->type->model != NULL);
}

void rill_agent_mask(const rill_agent *agent, const rill_linear *table)
{
    const rill_model *model = agent->model;
    for (int32_t s = 0; s < model->n_states; s++) {
        double *row = rill_linear_row(table, s);
        for (int32_t a = 0; a < model->n_actions && rill_model_has_actions(model, s); a++) {
            row[a] = rill_model_is_available(model, s, a) ? row[a] : RILL_UNAVAILABLE;
        }
    }
}

/// Refuses weights at the start that do not fit the features.
static rill_status check_initial(const rill_agent *agent, rill_error *error)
{
    const rill_features *features = &agent->features;
    const char *params = agent->params;
    const rill_param *row = rill_param_find(agent->type->params, "initial_value", NULL);
    if (row != NULL && *(const double *)(params + row->offset) != 0.0 && !features->is_binary) {
        return rill_error_set(
            error, RILL_INVALID, row->name,
            "the features of %s have values of their own, so that no weights give "
            "every estimate this value; use initial_weights",
            features->type->id);
    }
    row = rill_param_find(agent->type->params, "initial_weights", NULL);
    const int32_t count = row == NULL ? 0 : ((const rill_list *)(params + row->offset))->count;
    const int64_t n = features->size, n_all = n * rill_agent_n_values(agent);
    if (count != 0 && count != n && count != n_all) {
        return rill_error_set(error, RILL_INVALID, row->name,
                              "%d numbers; give one for each of the %.0f features, or for each of "
                              "the %.0f weights, a feature's side by side",
                              count, (double)n, (double)n_all);
    }
    return RILL_OK;
}

void rill_agent_fill(const rill_agent *agent, double estimate)
{
    rill_linear_fill(&agent->value, estimate / agent->features.n_active);
}

void rill_td_begin(rill_agent *agent)
{
    const rill_td_params *params = rill_td_params_of(agent);
    const rill_linear *value = &agent->value;
    const ptrdiff_t n_weights = (ptrdiff_t)value->n_features * value->n_outputs;
    const rill_list *initial = &params->initial_weights;
    rill_agent_fill(agent, params->initial_value);
    for (ptrdiff_t i = 0; initial->count > 0 && i < n_weights; i++) {
        value->weights[i] =
            initial->values[initial->count == value->n_features ? i / value->n_outputs : i];
    }
    for (ptrdiff_t i = 0; params->initial_sd > 0.0 && i < n_weights; i++) {
        value->weights[i] += params->initial_sd * rill_rng_standard_normal(&agent->memory->rng);
    }
}

/// Refuses a policy that ignores values and takes an action that does not exist. `part` is "policy" or
/// "behaviour".
static rill_status check_actions(const rill_agent *agent, const char *part,
                                 const rill_policy *policy, rill_error *error)
{
    if (!policy->type->ignores_values) {
        return RILL_OK;
    }
    const int32_t n = agent->action_space.size;
    double *probabilities = rill_memory_take((size_t)n * sizeof *probabilities);
    if (probabilities == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    rill_status status = RILL_OK;
    for (int32_t s = 0; s < policy->n_states && status == RILL_OK; s++) {
        rill_policy_probabilities(policy, s, NULL, 0, 0, probabilities);
        for (int32_t a = 0; a < n && status == RILL_OK; a++) {
            if (probabilities[a] > 0.0 && !rill_policy_has(policy, s, a)) {
                status = rill_error_set(
                    error, RILL_INVALID, part,
                    "takes action %d in state %d, where there is no such action", a, s);
            }
        }
    }
    rill_memory_release(probabilities);
    return status;
}

/// Whether the states that the policies know are the observations, not groups of them.
static bool tells_states_apart(const rill_agent *agent)
{
    return rill_features_are_one_hot(&agent->features) ||
           !rill_features_are_table(&agent->features);
}

/// Takes the model over, for a type that plans on one or must not choose actions that do not exist.
static rill_status wire_model(rill_agent *agent, rill_agent_config *config, rill_error *error)
{
    const rill_space *space = &agent->observation_space;
    const bool is_observed = config->model != NULL && space->kind == RILL_SPACE_DISCRETE &&
                             config->model->n_states == space->size &&
                             config->model->n_actions == agent->action_space.size;
    const bool is_table = rill_features_are_one_hot(&agent->features);
    if (!agent->type->needs_model) {
        if (is_observed && is_table && lacks_actions(config->model)) {
            agent->model = config->model;
            config->model = NULL;
        }
        return RILL_OK;
    }
    if (config->model == NULL) {
        return rill_error_set(error, RILL_INVALID, "id",
                              "%s plans on the exact model of the environment, and none was given",
                              agent->type->id);
    }
    if (!is_observed || (!is_table && !agent->type->is_linear)) {
        return rill_error_set(error, RILL_INVALID, "id",
                              "%s plans on the states of the exact model, so it must observe them: "
                              "use %san environment that shows its state",
                              agent->type->id,
                              agent->type->is_linear ? "" : "one_hot features, and ");
    }
    if (!tells_states_apart(agent) && lacks_actions(config->model)) {
        return rill_error_set(error, RILL_INVALID, "features",
                              "some actions do not exist in some states, which %s does not tell "
                              "apart for the policy",
                              agent->features.type->id);
    }
    agent->model = config->model;
    config->model = NULL;
    return RILL_OK;
}

static bool are_alike(const rill_space *a, const rill_space *b)
{
    return a->kind == b->kind && a->size == b->size;
}

/// The environments that offer Jacobians, with commas between.
static void name_differentiable(char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (const rill_env_type *const *type = rill_env_type_list(); *type != NULL; type++) {
        if ((*type)->jacobian != NULL && length < size) {
            length += (size_t)snprintf(text + length, size - length, "%s%s",
                                       length == 0 ? "" : ", ", (*type)->id);
        }
    }
}

rill_status rill_agent_bind(rill_agent *agent, const rill_env *env, rill_error *error)
{
    const rill_agent_type *type = agent->type;
    if (!type->needs_env) {
        return RILL_OK;
    }
    if (env == NULL || env->type->jacobian == NULL || env->n_state_values == 0) {
        char names[256];
        name_differentiable(names, sizeof names);
        return rill_error_set(error, RILL_INVALID, "id",
                              "%s goes back through the Jacobians of the environment's steps, and "
                              "%s offers none; these do: %s",
                              type->id, env == NULL ? "no environment" : env->type->id, names);
    }
    const rill_env *bound = agent->env;
    if (bound != NULL && (env->n_state_values != bound->n_state_values ||
                          env->type->state_size != bound->type->state_size)) {
        return rill_error_set(error, RILL_INVALID, "",
                              "%s was made for %s, whose states %s does not have", type->id,
                              bound->type->id, env->type->id);
    }
    if (!are_alike(&env->observation_space, &agent->observation_space) ||
        !are_alike(&env->action_space, &agent->action_space)) {
        return rill_error_set(error, RILL_INVALID, "",
                              "%s was made for other observations or actions than those of %s",
                              type->id, env->type->id);
    }
    agent->env = env;
    return RILL_OK;
}

/// Builds the wiring out of the config, and takes out of it what the agent then owns. What is built
/// so far is in `agent`, what is left in `config`; on failure the caller frees both.
static rill_status wire(rill_agent *agent, rill_agent_config *config, rill_error *error)
{
    const rill_agent_type *type = config->type;
    agent->params = config->params;
    config->params = NULL;
    // action values and policies that are given are about discrete actions, also those of actors
    const bool needs_discrete =
        !type->is_actor || type->has_behaviour || type->estimates == RILL_ESTIMATES_ACTION_VALUES;
    if (agent->action_space.kind != RILL_SPACE_DISCRETE && needs_discrete) {
        return rill_error_set(error, RILL_INVALID, "id",
                              "%s needs discrete actions, this environment's are a box of %d "
                              "numbers: use an agent that learns a policy, as reinforce",
                              type->id, agent->action_space.size);
    }
    if (agent->action_space.kind != RILL_SPACE_BOX && type->needs_box) {
        return rill_error_set(error, RILL_INVALID, "id",
                              "%s needs actions that are a box, this environment's are %d discrete "
                              "ones: use another agent, as actor_critic",
                              type->id, agent->action_space.size);
    }
    if (config->distribution != NULL && !type->is_actor) {
        return rill_error_set(error, RILL_INVALID, "distribution",
                              "%s learns values and acts by a policy: put it into \"policy\"",
                              type->id);
    }
    if (config->optimiser != NULL && !type->has_optimiser) {
        return rill_error_set(error, RILL_INVALID, "optimiser",
                              "%s learns from each step by itself and takes none", type->id);
    }
    if (config->policy_features != NULL && !type->is_actor) {
        return rill_error_set(error, RILL_INVALID, "policy_features",
                              "%s learns no policy that could have features of its own", type->id);
    }
    if (config->behaviour != NULL && !type->has_behaviour) {
        return rill_error_set(error, RILL_INVALID, "behaviour",
                              "%s has no other policy than the one that it acts by: put it into "
                              "\"policy\"",
                              type->id);
    }
    rill_status status = rill_agent_bind(agent, config->env, error);
    status = status == RILL_OK ? wire_features(agent, config, error) : status;
    if (status == RILL_OK && type->is_actor) {
        status = actor_wire(agent, config, error);
    } else if (status == RILL_OK) {
        status = wire_policy(agent, "policy", &agent->policy, config->policy,
                             &config->policy_params, error);
    }
    if (status == RILL_OK && config->behaviour != NULL) {
        status = wire_policy(agent, "behaviour", &agent->behaviour, config->behaviour,
                             &config->behaviour_params, error);
    }
    status = status == RILL_OK ? wire_model(agent, config, error) : status;
    // a policy on groups of states asks for no action's existence: there all exist
    const bool knows_states = agent->model != NULL && tells_states_apart(agent);
    agent->policy.model = agent->behaviour.model = knows_states ? agent->model : NULL;
    if (status == RILL_OK && knows_states && !type->is_actor) {
        status = check_actions(agent, "policy", &agent->policy, error);
    }
    if (status == RILL_OK && knows_states && config->behaviour != NULL) {
        status = check_actions(agent, "behaviour", &agent->behaviour, error);
    }
    if (status == RILL_OK && config->behaviour != NULL && config->behaviour->ignores_values &&
        (type->is_actor || config->policy->ignores_values)) {
        status = check_coverage(agent, error);
    }
    if (status != RILL_OK) {
        return status;
    }
    if (type->prepare != NULL) {
        status = type->prepare(agent, error);
        if (status != RILL_OK) {
            return rill_error_prefix(error, status, "params");
        }
    }
    return RILL_OK;
}

rill_slots actor_take_slots(rill_arena *arena, int64_t count, int32_t n_active, size_t n_outputs)
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
    return actor_take_slots(arena, count, agent->features.n_active,
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
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
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
    if (type->is_actor && config.policy != NULL) {
        rill_agent_config_release(&config);
        return rill_error_set(error, RILL_INVALID, "policy",
                              "%s learns its policy: what kind it is goes into \"distribution\"",
                              type->id);
    }
    if (config.behaviour == NULL) {
        config.behaviour = default_behaviour_of(type);
    }
    if (config.policy == NULL && !type->is_actor) {
        config.policy = default_policy_of(type);
    } else if (!type->is_actor && type->default_policy == NULL &&
               strcmp(config.policy->id, "greedy") != 0) {
        rill_agent_config_release(&config);
        return rill_error_set(error, RILL_INVALID, "policy",
                              "%s has its own way to act and takes no policy", type->id);
    }
    rill_agent *agent = rill_memory_take(type->agent_size);
    if (agent == NULL || config.params == NULL) {
        rill_agent_config_release(&config);
        rill_memory_release(agent);
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    agent->type = type;
    agent->observation_space = observation_space;
    agent->action_space = action_space;
    bool counts_visits = false;
    rill_status status = wire(agent, &config, error);
    if (status == RILL_OK) {
        status = check_clocks(agent, &counts_visits, error);
        status = status == RILL_OK ? check_initial(agent, error) : status;
        status = status == RILL_OK && type->is_actor ? actor_check_initial(agent, error) : status;
        status = status == RILL_OK ? status : rill_error_prefix(error, status, "params");
    }
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
    rill_policy_destroy(&agent->behaviour);
    actor_release(agent);
    rill_model_destroy(agent->model);
    rill_memory_release(agent->memory);
    rill_memory_release(agent->scratch.next);
    rill_memory_release(agent);
}

void rill_agent_begin(rill_agent *agent, const rill_rng *rng)
{
    memset(agent->memory, 0, agent->memory_size);
    agent->memory->rng = *rng;
    agent->type->begin(agent);
    if (agent->model != NULL && !agent->type->needs_model && !agent->type->is_actor &&
        agent->type->estimates == RILL_ESTIMATES_ACTION_VALUES) {
        rill_agent_mask(agent, &agent->value);
    }
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

/// The features of an observation in a map, into a slot.
static void fill(const rill_features *features, const rill_slots *slots, int32_t slot,
                 bool is_frozen, rill_observation observation)
{
    const ptrdiff_t first = (ptrdiff_t)slot * slots->n_active;
    const bool is_discrete = features->space.kind == RILL_SPACE_DISCRETE;
    slots->observations[slot] = is_discrete ? observation.index : 0;
    if (rill_features_are_table(features)) {
        slots->n[slot] = 1;
        slots->indices[first] = rill_features_active(features, observation);
        return;
    }
    slots->n[slot] = features->type->encode(features, slots->map, is_frozen, observation,
                                            slots->indices + first, slots->values + first);
}

/// An observation, into the slot beside the memory, for questions that change nothing.
static void look(const rill_agent *agent, rill_observation observation)
{
    fill(&agent->features, &agent->scratch, 0, true, observation);
    if (agent->actor.features.type != NULL) {
        fill(&agent->actor.features, &agent->actor_scratch.slots, 0, true, observation);
    }
}

/// The number of an observation in the policy, as `rill_agent_policy_state`.
static int32_t policy_state_of(const rill_agent *agent, rill_observation observation)
{
    if (rill_features_are_table(&agent->features)) {
        return rill_features_active(&agent->features, observation);
    }
    return agent->observation_space.kind == RILL_SPACE_DISCRETE ? observation.index : 0;
}

void rill_agent_probabilities(const rill_agent *agent, rill_observation observation,
                              const double *values, double *probabilities)
{
    if (agent->type->is_actor) {
        look(agent, observation);
        actor_probabilities(agent, probabilities);
        return;
    }
    rill_policy_probabilities(&agent->policy, policy_state_of(agent, observation), values,
                              agent->memory->step, agent->memory->episode, probabilities);
}

int32_t rill_agent_count_lanes(const rill_agent *agent)
{
    return agent->type->count_lanes == NULL ? 1 : agent->type->count_lanes(agent);
}

int32_t rill_agent_n_values(const rill_agent *agent)
{
    return agent->type->estimates == RILL_ESTIMATES_STATE_VALUES ? 1 : agent->action_space.size;
}

/// The estimates of a slot, to `values`.
static void evaluate(const rill_agent *agent, const rill_slots *slots, int32_t slot, double *values)
{
    const ptrdiff_t first = (ptrdiff_t)slot * slots->n_active;
    rill_linear_evaluate(&agent->value, slots->n[slot], slots->indices + first,
                         agent->features.is_binary ? NULL : slots->values + first, values);
}

rill_state rill_agent_fill_slot(rill_agent *agent, rill_observation observation)
{
    const rill_slots *slots = &agent->slots;
    const int32_t slot = *slots->next;
    *slots->next = slot + 1 == slots->count ? 0 : slot + 1;
    fill(&agent->features, slots, slot, false, observation);
    if (agent->actor.features.type != NULL) {
        fill(&agent->actor.features, &agent->actor.slots, slot, false, observation);
    }
    return slot;
}

const double *rill_td_linear_values(const rill_agent *agent, rill_state state)
{
    double *values = agent->slots.outputs + (ptrdiff_t)state * agent->value.n_outputs;
    evaluate(agent, &agent->slots, state, values);
    return values;
}

double rill_td_linear_dot(const rill_agent *agent, const rill_linear *weights, rill_state state,
                          int32_t output)
{
    const rill_features_view x = rill_agent_features(agent, &state);
    return rill_linear_dot(weights, output, x.n, x.indices, x.values);
}

void rill_td_linear_add(const rill_agent *agent, const rill_linear *weights, rill_state state,
                        int32_t output, double step)
{
    const rill_features_view x = rill_agent_features(agent, &state);
    rill_linear_add(weights, output, x.n, x.indices, x.values, agent->features.step_scales,
                    step * agent->features.step_scale);
}

void rill_td_add_plain(const rill_agent *agent, const rill_linear *weights, rill_state state,
                       int32_t output, double amount)
{
    const rill_features_view x = rill_agent_features(agent, &state);
    rill_linear_add(weights, output, x.n, x.indices, x.values, NULL, amount);
}

/// x_i times the step scales.
static double scaled(const rill_features *features, rill_features_view x, int32_t i)
{
    double value = x.values == NULL ? features->step_scale : x.values[i] * features->step_scale;
    return features->step_scales == NULL ? value : value * features->step_scales[x.indices[i]];
}

void rill_td_linear_visit(const rill_agent *agent, const rill_trace *trace, rill_trace_kind kind,
                          rill_state state, int32_t output, double alpha)
{
    const rill_features_view x = rill_agent_features(agent, &state);
    const double dot =
        kind == RILL_TRACE_DUTCH ? rill_td_trace_dot(agent, trace, state, output) : 0.0;
    for (int32_t i = 0; i < x.n; i++) {
        const int32_t index = x.indices[i] * agent->value.n_outputs + output;
        const double value = scaled(&agent->features, x, i), z = trace->eligibility[index];
        rill_trace_set(trace, index,
                       kind == RILL_TRACE_REPLACING ? value
                       : kind == RILL_TRACE_DUTCH   ? z + (1.0 - alpha * dot) * value
                                                    : z + value);
    }
}

void rill_td_raise(const rill_agent *agent, const rill_trace *trace, rill_state state,
                   int32_t output, double amount)
{
    const rill_features_view x = rill_agent_features(agent, &state);
    for (int32_t i = 0; i < x.n; i++) {
        const int32_t index = x.indices[i] * agent->value.n_outputs + output;
        const double raised = amount * scaled(&agent->features, x, i);
        rill_trace_set(trace, index, trace->eligibility[index] + raised);
    }
}

double rill_td_trace_dot(const rill_agent *agent, const rill_trace *trace, rill_state state,
                         int32_t output)
{
    const rill_linear z = {trace->eligibility, agent->value.n_features, agent->value.n_outputs};
    return rill_td_dot(agent, &z, state, output);
}

void rill_agent_values(const rill_agent *agent, rill_observation observation, double *values)
{
    if (agent->type->values != NULL) {
        agent->type->values(agent, observation, values);
        return;
    }
    if (agent->slots.count > 0) {
        look(agent, observation);
        evaluate(agent, &agent->scratch, 0, values);
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
    if (agent->type->is_actor) {
        look(agent, observation);
        return actor_centre(agent);
    }
    if (agent->slots.count > 0) {
        look(agent, observation);
        if (agent->type->estimates == RILL_ESTIMATES_STATE_VALUES) {
            const int32_t state = agent->scratch.observations[0];
            return (rill_action){.index = rill_policy_likeliest(&agent->policy, state)};
        }
        evaluate(agent, &agent->scratch, 0, agent->scratch.outputs);
        return (rill_action){.index = rill_argmax(agent->scratch.outputs, agent->value.n_outputs)};
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
            return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
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
