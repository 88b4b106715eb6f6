/// What the tests of direct policy search share: agents on small systems, and what their candidates do.
#ifndef RILL_TESTS_DIRECT_SEARCH_H
#define RILL_TESTS_DIRECT_SEARCH_H

#include "tests/linear_agents.h"

#include <rill/riccati.h>

static inline rill_env *search_env(const char *settings, int64_t max_episode_steps)
{
    rill_error error = {0};
    rill_env *env = NULL;
    const rill_env_type *type = rill_env_type_find("lqr", NULL, &error);
    void *params = rill_params_create(type->params, type->params_size);
    assign_known(type->params, params, settings);
    ASSERT_OK(rill_env_create_from(&env, type, params, max_episode_steps, &error), &error);
    return env;
}

/// Acts by a Gaussian whose mean is theta' o / 4, without a bias.
static inline rill_agent *search_agent(const char *id, const rill_env *env, const char *settings)
{
    rill_error error = {0};
    rill_agent *agent = NULL;
    const rill_agent_type *type = rill_agent_type_find(id, &error);
    const rill_features_type *raw = rill_features_type_find("raw", &error);
    const rill_distribution_type *gaussian = rill_distribution_type_find("gaussian", &error);
    rill_agent_config config = {
        .type = type,
        .params = rill_params_create(type->params, type->params_size),
        .features = raw,
        .features_params = rill_params_create(raw->params, raw->params_size),
        .distribution = gaussian,
        .distribution_params = rill_params_create(gaussian->params, gaussian->params_size),
    };
    assign_known(type->params, config.params, settings);
    assign_known(raw->params, config.features_params, "bias=false low=-4 high=4");
    assign_known(gaussian->params, config.distribution_params, "initial_std=0.2");
    ASSERT_OK(
        rill_agent_create_from(&agent, &config, env->observation_space, env->action_space, &error),
        &error);
    return agent;
}

/// An episode but for its end: the discounted return up to it, its outcome and last observation.
static inline double search_play(rill_env *env, rill_agent *agent, double gamma,
                                 rill_outcome *outcome, rill_observation *observation)
{
    double sum = 0.0, weight = 1.0;
    *observation = rill_env_reset(env);
    rill_action action = rill_agent_start(agent, *observation);
    for (;;) {
        *observation = rill_env_step(env, action, outcome);
        sum += weight * outcome->reward;
        weight *= gamma;
        if (rill_outcome_is_last(outcome)) {
            return sum;
        }
        action = rill_agent_step(agent, outcome->reward, *observation);
    }
}

/// The relative error of the gain that a greedy action has at o = 1; for systems of one state.
static inline double search_gain_error(const rill_env *env, const rill_agent *agent, double gamma)
{
    rill_error error = {0};
    rill_lqr problem;
    double P[1], K[1];
    const float one[] = {1.0f};
    ASSERT_OK(rill_lqr_of_env(env, &problem, &error), &error);
    ck_assert(problem.n == 1 && problem.m == 1);
    ASSERT_OK(rill_riccati_solve(&problem, gamma, P, K, &error), &error);
    const rill_action action = rill_agent_act_greedily(agent, (rill_observation){.box = one});
    return fabs(-(double)action.box[0] / K[0] - 1.0);
}

#endif
