/// Whether what an experiment asks for can be had: episodes that end, and exact values.
#include "experiments/experiment.h"

#include <stdio.h>
#include <stdlib.h>

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

/// Refuses to wait for the end of episodes that cannot end.
rill_status feasibility_check(const rill_experiment *experiment, rill_error *error)
{
    enum { MAX_STATES = 1 << 20 }; // of larger worlds no model is built just for this
    const rill_env *env = experiment->env;
    rill_model *model = NULL;
    if (experiment->n_variants == 0 || experiment->stop_steps > 0 || env->max_episode_steps > 0 ||
        env->type->model == NULL || env->observation_space.size > MAX_STATES ||
        rill_env_model(env, &model, NULL) != RILL_OK) {
        return RILL_OK;
    }
    rill_status status = RILL_OK;
    uint8_t *is_decision = calloc((size_t)model->n_states, 1);
    if (is_decision == NULL || rill_model_decision_states(model, is_decision) != RILL_OK) {
        status = rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    } else if (!can_end(model, is_decision)) {
        status = rill_error_set(error, RILL_INVALID, "stop",
                                "no episode of this environment ever ends, so no number of "
                                "episodes is reached; stop by \"steps\", or set "
                                "environment.max_episode_steps%s",
                                rill_param_find(env->type->params, "at_goal", NULL) == NULL
                                    ? ""
                                    : " or the parameter at_goal to \"terminate\"");
    }
    free(is_decision);
    rill_model_destroy(model);
    return status;
}

/// Whether an agent can have a metric at all.
static rill_status check_metric(const rill_metric *metric, const rill_env *env,
                                const rill_agent_type *type, rill_error *error)
{
    if (metric->needs_control && type->estimates == RILL_ESTIMATES_STATE_VALUES) {
        return rill_error_set(error, RILL_INVALID, "record",
                              "%s is about control; %s predicts the values of a given policy: "
                              "record rms_error",
                              metric->id, type->id);
    }
    if (metric->needs_average_reward && !type->estimates_average_reward) {
        return rill_error_set(error, RILL_INVALID, "record",
                              "%s does not estimate the average reward; record reward, the mean of "
                              "what it gets",
                              type->id);
    }
    if (metric->needs_optimum && env->type->action_values == NULL &&
        env->action_space.kind != RILL_SPACE_DISCRETE) {
        return rill_error_set(error, RILL_INVALID, "record", "%s needs discrete actions",
                              metric->id);
    }
    return RILL_OK;
}

/// The exact values that the metrics of a variant are held against.
static rill_status prepare_variant(rill_experiment *experiment, rill_variant *variant,
                                   rill_error *error)
{
    rill_status status = RILL_OK;
    for (size_t i = 0; i < experiment->n_records && status == RILL_OK; i++) {
        const rill_metric *metric = experiment->records[i].metric;
        rill_truth *truth = NULL;
        if (metric->needs_truth) {
            status = experiment_truth(experiment, variant->agent, false, &truth, error);
            variant->truth = truth;
        }
        if (status == RILL_OK && metric->needs_weights) {
            status = rill_truth_weigh(truth, error);
        }
        if (metric->needs_optimum && experiment->env->type->action_values == NULL) {
            status = experiment_truth(experiment, variant->agent, true, &truth, error);
            variant->optimum = truth;
        }
    }
    return status;
}

rill_status feasibility_prepare(rill_experiment *experiment, rill_error *error)
{
    for (int32_t i = 0; i < experiment->n_variants; i++) {
        rill_variant *variant = &experiment->variants[i];
        for (size_t j = 0; j < experiment->n_records; j++) {
            rill_status status = check_metric(experiment->records[j].metric, experiment->env,
                                              variant->agent->type, error);
            if (status != RILL_OK) {
                return status;
            }
        }
        rill_status status = prepare_variant(experiment, variant, error);
        if (status != RILL_OK) {
            char place[48];
            snprintf(place, sizeof place, "record: exact values for agents[%d]", (int)i);
            return rill_error_prefix(error, status, place);
        }
    }
    return RILL_OK;
}
