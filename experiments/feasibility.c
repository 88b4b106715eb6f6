/// Whether what an experiment asks for can be had: episodes that end, and exact values.
#include "experiments/experiment.h"
#include "experiments/metrics.h"

#include <inttypes.h>
#include <rill/wrapper.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// True when an outcome of some decision ends an episode, or leads to a terminal state.
static bool can_end(const rill_model *model, const uint8_t *is_decision)
{
    for (int32_t s = 0; s < model->n_states; s++) {
        for (int32_t a = 0; is_decision[s] && a < model->n_actions; a++) {
            size_t count = 0;
            const rill_transition *t = rill_model_outcomes(model, s, a, &count);
            for (size_t i = 0; i < count; i++) {
                if (t[i].terminated || !is_decision[t[i].next]) {
                    return true;
                }
            }
        }
    }
    return false;
}

/// Whether a time limit ends episodes: the environment's own, or a wrapper's.
static bool has_time_limit(const rill_env *env)
{
    while (env->max_episode_steps == 0) {
        const rill_wrapper *wrapper = rill_env_wrapper(env);
        if (wrapper == NULL || wrapper->type->ends_episodes) {
            return wrapper != NULL;
        }
        env = wrapper->inner;
    }
    return true;
}

/// Whether episodes of an environment can end. Wrappers without a time limit end none that its model
/// does not; where it has no model, its type says.
static rill_status find_end(const rill_world *world, bool *is_found, rill_error *error)
{
    enum { MAX_STATES = 1 << 20 }; // of larger worlds no model is built just for this
    const rill_env *env = rill_env_unwrapped(world->env);
    *is_found = has_time_limit(world->env) || !env->type->is_continuing;
    if (!*is_found || has_time_limit(world->env) || env->type->model == NULL ||
        env->observation_space.size > MAX_STATES) {
        return RILL_OK;
    }
    rill_model *model = NULL;
    if (world->model != NULL) {
        model = rill_model_share(world->model);
    } else if (rill_env_model(env, &model, NULL) != RILL_OK) {
        return RILL_OK; // not with these parameters
    }
    uint8_t *is_decision = calloc((size_t)model->n_states, 1);
    rill_status status = RILL_OK;
    if (is_decision == NULL || rill_model_decision_states(model, is_decision) != RILL_OK) {
        status = rill_error_no_memory(error);
    } else {
        *is_found = can_end(model, is_decision);
    }
    free(is_decision);
    rill_model_destroy(model);
    return status;
}

rill_status feasibility_check(rill_experiment *experiment, rill_error *error)
{
    experiment->can_end = true;
    for (int32_t i = 0; i < experiment->n_worlds && experiment->n_variants > 0; i++) {
        const rill_world *world = experiment->worlds[i];
        bool is_found = true;
        rill_status status = find_end(world, &is_found, error);
        experiment->can_end = experiment->can_end && is_found;
        if (status == RILL_OK && !is_found && experiment->stop_steps == 0) {
            const rill_param *params = rill_env_unwrapped(world->env)->type->params;
            status =
                rill_error_set(error, RILL_INVALID, "stop",
                               "no episode of this environment ever ends, so no number of episodes "
                               "is reached; stop by \"steps\", or set "
                               "environment.max_episode_steps%s",
                               rill_param_find(params, "at_goal", NULL) == NULL
                                   ? ""
                                   : " or the parameter at_goal to \"terminate\"");
        }
        if (status != RILL_OK) {
            return status;
        }
    }
    return RILL_OK;
}

/// Refuses an index that is beyond what an agent has.
static rill_status check_index(const rill_record *record, const rill_agent *agent,
                               rill_error *error)
{
    const rill_metric *metric = record->metric;
    const int64_t count = metric->count == NULL ? 1 : metric->count(agent);
    char name[48];
    if (record->index < count) {
        return RILL_OK;
    }
    rill_metric_write(metric, record->index, name);
    if (count == 0) {
        return rill_error_set(error, RILL_INVALID, "",
                              "%s is of a discrete observation; this environment's are a box of %d "
                              "numbers",
                              name, agent->observation_space.size);
    }
    return rill_error_set(error, RILL_INVALID, "",
                          "there is no %s for %s: there are %" PRId64 ", 0 to %" PRId64, name,
                          agent->type->id, count, count - 1);
}

/// Whether an agent can have a metric at all.
static rill_status check_metric(const rill_record *record, const rill_env *env,
                                const rill_agent *agent, rill_error *error)
{
    const rill_metric *metric = record->metric;
    const rill_agent_type *type = agent->type;
    const bool has_state_values = type->estimates == RILL_ESTIMATES_STATE_VALUES;
    if (metric->needs_projection && (!has_state_values || type->is_actor)) {
        return rill_error_set(error, RILL_INVALID, "",
                              "%s is about prediction; %s improves its policy: record "
                              "rms_error_current",
                              metric->id, type->id);
    }
    if (metric->needs_action_values && type->is_actor && has_state_values) {
        return rill_error_set(error, RILL_INVALID, "",
                              "%s is about action values, and %s estimates state values: record "
                              "%s",
                              metric->id, type->id, metric->id + strlen("q_"));
    }
    if ((metric->needs_control || metric->needs_action_values) && has_state_values &&
        !type->is_actor) {
        return rill_error_set(error, RILL_INVALID, "",
                              "%s is about control; %s predicts the values of a given policy: "
                              "record rms_error",
                              metric->id, type->id);
    }
    if (metric->needs_values && type->learns_no_values) {
        return rill_error_set(error, RILL_INVALID, "",
                              "%s is about estimates, and %s has none but its policy", metric->id,
                              type->id);
    }
    if (metric->needs_average_reward && !type->estimates_average_reward) {
        return rill_error_set(error, RILL_INVALID, "",
                              "%s does not estimate the average reward; record reward, the mean of "
                              "what it gets",
                              type->id);
    }
    if (metric->needs_optimum && env->type->action_values == NULL &&
        env->action_space.kind != RILL_SPACE_DISCRETE) {
        return rill_error_set(error, RILL_INVALID, "", "%s needs discrete actions", metric->id);
    }
    return metric->is_of_agent ? agent_metric_check(agent, record->index, error)
                               : check_index(record, agent, error);
}

/// The exact values that a metric holds a variant against.
static rill_status prepare_metric(rill_variant *variant, const rill_metric *metric,
                                  rill_error *error)
{
    rill_world *world = variant->world;
    const bool needs_optimum = metric->needs_optimum && world->env->type->action_values == NULL;
    const rill_model *model = NULL;
    rill_truth *truth = NULL;
    if (metric->needs_projection && variant->projection == NULL) {
        return rill_projection_create(&variant->projection, world->env, variant->agent, error);
    }
    if (!metric->needs_truth && !needs_optimum) {
        return RILL_OK;
    }
    rill_status status = world_model(world, &model, error);
    if (status != RILL_OK && error != NULL) {
        error->path[0] = '\0'; // it is about no agent
    }
    if (status == RILL_OK && metric->needs_truth) {
        status = world_truth(world, variant->agent, false, &truth, error);
        variant->truth = truth;
    }
    if (status == RILL_OK && metric->needs_weights) {
        status = rill_truth_weigh(truth, error);
    }
    if (status == RILL_OK && needs_optimum) {
        status = world_truth(world, variant->agent, true, &truth, error);
        variant->optimum = truth;
    }
    return status;
}

/// Says for which metric there are no exact values, and where to mend it: what has no answer is a
/// mistake in the experiment.
static rill_status refuse_metric(const rill_metric *metric, int32_t agent, rill_status status,
                                 rill_error *error)
{
    if (status == RILL_NO_MEMORY || error == NULL) {
        return status == RILL_FAILED ? RILL_INVALID : status;
    }
    const rill_error cause = *error;
    // the solver's advice is about the discount
    const char *advice = status == RILL_FAILED ? strstr(cause.message, "; use a ") : NULL;
    char place[sizeof cause.path + 32] = "";
    if (cause.path[0] != '\0') {
        snprintf(place, sizeof place, "agents[%d].%s: ", (int)agent, cause.path);
    } else if (status == RILL_FAILED && advice == NULL) {
        snprintf(place, sizeof place, "agents[%d]: ", (int)agent);
    }
    const int length = advice == NULL ? (int)strlen(cause.message) : (int)(advice - cause.message);
    rill_error_set(error, RILL_INVALID, "", "%s needs exact values: %s%.*s", metric->id, place,
                   length, cause.message);
    const size_t used = strlen(error->message);
    if (advice != NULL) {
        snprintf(error->message + used, sizeof error->message - used,
                 "; agents[%d].params.gamma: %s", (int)agent, advice + 2);
    }
    return RILL_INVALID;
}

rill_status feasibility_prepare(rill_experiment *experiment, rill_error *error)
{
    for (int32_t i = 0; i < experiment->n_variants; i++) {
        rill_variant *variant = &experiment->variants[i];
        for (size_t j = 0; j < experiment->n_records; j++) {
            const rill_record *record = &experiment->records[j];
            const rill_metric *metric = record->metric;
            rill_status status = check_metric(record, variant->world->env, variant->agent, error);
            if (status == RILL_OK) {
                status = prepare_metric(variant, metric, error);
                status = status == RILL_OK
                             ? RILL_OK
                             : refuse_metric(metric, variant->agent_number, status, error);
            }
            if (status != RILL_OK) {
                char place[32];
                snprintf(place, sizeof place, "record[%zu]", j);
                return rill_error_prefix(error, status, place);
            }
        }
    }
    return RILL_OK;
}
