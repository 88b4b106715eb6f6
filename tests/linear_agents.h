/// What the tests of agents on features share: agents made from text and from features written out.
#ifndef RILL_TESTS_LINEAR_AGENTS_H
#define RILL_TESTS_LINEAR_AGENTS_H

#include "tests/test.h"

#include <stdio.h>

static inline bool has_param(const rill_agent_type *type, const char *name)
{
    return rill_param_find(type->params, name, NULL) != NULL;
}

/// Assigns "a=1 b=2 ...", words separated by blanks, to those parameters that the table has.
static inline void assign_known(const rill_param *table, void *params, const char *settings)
{
    rill_error error = {0};
    while (*settings != '\0') {
        char text[1024], name[64];
        const size_t length = strcspn(settings, " ");
        ck_assert_uint_lt(length, sizeof text);
        snprintf(text, sizeof text, "%.*s", (int)length, settings);
        snprintf(name, sizeof name, "%.*s", (int)strcspn(text, "="), text);
        settings += length + (settings[length] == ' ');
        if (rill_param_find(table, name, NULL) != NULL) {
            ASSERT_OK(rill_params_assign(table, params, text, &error), &error);
        }
    }
}

/// Features of an agent: a map with its settings, or x(s) of every state (n_states, n_features)
/// written out.
typedef struct features_of {
    const char *id, *settings;
    const double *x;
    int32_t n_features;
} features_of;

static inline void *linear_features_params(features_of map, int32_t n_states)
{
    rill_error error = {0};
    const rill_features_type *type = rill_features_type_find(map.id, &error);
    ck_assert_msg(type != NULL, "no features %s", map.id);
    void *params = rill_params_create(type->params, type->params_size);
    assign_known(type->params, params, map.settings);
    if (map.x != NULL) {
        const rill_param *count = rill_param_find(type->params, "n_features", NULL);
        const rill_param *values = rill_param_find(type->params, "values", NULL);
        ASSERT_OK(rill_param_set_number(count, params, map.n_features, &error), &error);
        ASSERT_OK(rill_param_set_list(values, params, map.x, n_states * map.n_features, &error),
                  &error);
    }
    return params;
}

static inline void *linear_policy_params(const double *probabilities, int32_t count)
{
    rill_error error = {0};
    const rill_policy_type *type = rill_policy_type_find("stochastic", &error);
    void *params = rill_params_create(type->params, type->params_size);
    const rill_param *row = rill_param_find(type->params, "probabilities", NULL);
    ASSERT_OK(rill_param_set_list(row, params, probabilities, count, &error), &error);
    return params;
}

/// An agent with those settings that its type has. `policy` and `behaviour` are (n_states, n_actions)
/// probabilities, for boxes (n_actions); NULL: those of the type. A share of the `model` goes to types
/// that need one.
static inline rill_agent *linear_agent(const rill_agent_type *type, rill_space observations,
                                       rill_space actions, features_of map, const char *settings,
                                       const double *policy, const double *behaviour,
                                       rill_model *model)
{
    rill_error error = {0};
    rill_agent *agent = NULL;
    const int32_t n_states = observations.kind == RILL_SPACE_DISCRETE ? observations.size : 1;
    const rill_policy_type *stochastic = rill_policy_type_find("stochastic", &error);
    rill_agent_config config = {.type = type,
                                .params = rill_params_create(type->params, type->params_size),
                                .features = rill_features_type_find(map.id, &error),
                                .features_params = linear_features_params(map, n_states),
                                .model = type->needs_model ? rill_model_share(model) : NULL};
    assign_known(type->params, config.params, settings);
    if (policy != NULL && !type->is_actor) {
        config.policy = stochastic;
        config.policy_params = linear_policy_params(policy, n_states * actions.size);
    }
    if (behaviour != NULL) {
        config.behaviour = stochastic;
        config.behaviour_params = linear_policy_params(behaviour, n_states * actions.size);
    }
    ASSERT_OK(rill_agent_create_from(&agent, &config, observations, actions, &error), &error);
    rill_agent_seed(agent, 77);
    return agent;
}

/// Probabilities that differ from state to state, all above 0; other ones for another `shift`.
static inline void linear_policy(double *probabilities, int32_t n_states, int32_t n_actions,
                                 int32_t shift)
{
    for (int32_t s = 0; s < n_states; s++) {
        double sum = 0.0, *p = probabilities + s * n_actions;
        for (int32_t a = 0; a < n_actions; a++) {
            p[a] = 1.0 + (s + shift * a) % 3;
            sum += p[a];
        }
        for (int32_t a = 0; a < n_actions; a++) {
            p[a] /= sum;
        }
    }
}

#endif
