/// What an agent is built from, and whether it fits together.
#include "core/agent_wiring.h"

#include "core/actor.h"
#include "core/memory.h"

#include <rill/agent_define.h>
#include <stdio.h>
#include <string.h>

rill_status agent_part_error(rill_error *error, rill_status status, const char *part)
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
    return rill_error_set(
        error, RILL_INVALID, param->name,
        "only alpha, on tables, can be \"1/n\" or a schedule per visit; use {\"schedule\": "
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
        return rill_error_no_memory(error);
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
        return agent_part_error(error, status, part);
    }
    for (const rill_param *param = type->params; param->name != NULL; param++) {
        if (param->kind == RILL_PARAM_SCHEDULE &&
            schedule_of(param, policy->params)->per == RILL_PER_VISIT) {
            return agent_part_error(error, refuse_visits(param, error), part);
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
        return agent_part_error(error, status, "features");
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
        return rill_error_no_memory(error);
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

/// The parts, one by one, and how they fit.
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
        return rill_error_set(
            error, RILL_INVALID, "optimiser",
            "%s does not move by the gradient of many steps at a time, and takes none", type->id);
    }
    if (config->policy_features != NULL && !type->is_actor) {
        return rill_error_set(error, RILL_INVALID, "policy_features",
                              "%s learns no policy that could have features of its own", type->id);
    }
    if (config->behaviour != NULL && !type->has_behaviour) {
        return rill_error_set(error, RILL_INVALID, "behaviour",
                              "%s has no other policy than the one that it acts by: put it into "
                              "\"%s\"",
                              type->id, type->is_actor ? "distribution" : "policy");
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

rill_status agent_wire(rill_agent *agent, rill_agent_config *config, bool *counts_visits,
                       rill_error *error)
{
    *counts_visits = false;
    rill_status status = wire(agent, config, error);
    if (status != RILL_OK) {
        return status;
    }
    status = check_clocks(agent, counts_visits, error);
    status = status == RILL_OK ? check_initial(agent, error) : status;
    if (status == RILL_OK && agent->type->is_actor) {
        status = actor_check_initial(agent, error);
    }
    return status == RILL_OK ? RILL_OK : rill_error_prefix(error, status, "params");
}
