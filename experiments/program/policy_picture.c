#include "experiments/program/policy_picture.h"

#include <math.h>
#include <stdlib.h>

bool policy_picture_is_possible(const rill_env *env)
{
    return env->type->grid != NULL && env->type->model != NULL;
}

rill_status policy_picture_open(policy_picture *picture, const rill_env *env,
                                const rill_agent *agent, bool shows_policy, rill_error *error)
{
    const size_t n_states = (size_t)env->observation_space.size;
    rill_model *model = NULL;
    *picture = (policy_picture){.env = env, .shows_policy = shows_policy};
    rill_status status = rill_env_model(env, &model, error);
    if (status != RILL_OK) {
        return status;
    }
    picture->is_decision = calloc(n_states, 1);
    picture->row = calloc((size_t)rill_agent_n_values(agent), sizeof *picture->row);
    picture->values = calloc(n_states, sizeof *picture->values);
    picture->policy = calloc(n_states, sizeof *picture->policy);
    picture->path = calloc(n_states + 1, sizeof *picture->path);
    if (picture->is_decision == NULL || picture->row == NULL || picture->values == NULL ||
        picture->policy == NULL || picture->path == NULL) {
        status = rill_error_no_memory(error);
    } else {
        status = rill_model_decision_states(model, picture->is_decision);
    }
    rill_model_destroy(model);
    return status;
}

void policy_picture_close(policy_picture *picture)
{
    free(picture->is_decision);
    free(picture->row);
    free(picture->values);
    free(picture->policy);
    free(picture->path);
}

/// The way of the greedy policy from a start state, until the episode ends or it is too long to come to one.
static rill_status follow(policy_picture *picture, const rill_agent *agent, rill_error *error)
{
    const int32_t n_states = picture->env->observation_space.size;
    rill_env *walk = NULL;
    rill_status status = rill_env_clone(&walk, picture->env, error);
    if (status != RILL_OK) {
        return status;
    }
    rill_outcome outcome = {0.0, false, false};
    rill_observation observation = rill_env_reset(walk);
    int32_t n = 0;
    picture->path[n++] = observation.index;
    while (n < n_states && !rill_outcome_is_last(&outcome)) {
        observation = rill_env_step(walk, rill_agent_act_greedily(agent, observation), &outcome);
        picture->path[n++] = observation.index;
    }
    picture->n_path = outcome.terminated ? n : 0;
    rill_env_destroy(walk);
    return RILL_OK;
}

rill_status policy_picture_look(policy_picture *picture, const rill_agent *agent, rill_error *error)
{
    const int32_t n_states = picture->env->observation_space.size;
    for (int32_t s = 0; s < n_states; s++) {
        const rill_observation observation = {.index = s};
        const bool is_decision = picture->is_decision[s];
        if (picture->shows_policy) {
            picture->policy[s] =
                is_decision ? rill_agent_act_greedily(agent, observation).index : -1;
        } else {
            rill_agent_values(agent, observation, picture->row);
            picture->values[s] =
                is_decision ? rill_max(picture->row, rill_agent_n_values(agent)) : (double)NAN;
        }
    }
    return picture->shows_policy ? follow(picture, agent, error) : RILL_OK;
}

rill_status policy_picture_draw(const policy_picture *picture, const rill_text_view *style,
                                FILE *stream, rill_error *error)
{
    rill_text_view view = *style;
    view.values = picture->shows_policy ? NULL : picture->values;
    view.policy = picture->shows_policy ? picture->policy : NULL;
    view.path = picture->path;
    view.n_path = picture->n_path;
    return rill_text_view_draw(picture->env, &view, stream, error);
}
