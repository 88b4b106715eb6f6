#include "core/memory.h"
#include "core/registry.h"

#include <rill/policy.h>

RILL_DEFINE_REGISTRY(policy, "policy", "policies")

rill_status rill_policy_create(rill_policy *policy, const rill_policy_type *type, void *params,
                               int32_t n_states, int32_t n_actions, rill_error *error)
{
    if (params == NULL) {
        params = rill_params_create(type->params, type->params_size);
        if (params == NULL) {
            return rill_error_no_memory(error);
        }
    }
    *policy =
        (rill_policy){.type = type, .params = params, .n_states = n_states, .n_actions = n_actions};
    rill_status status = type->prepare == NULL ? RILL_OK : type->prepare(policy, error);
    if (status != RILL_OK) {
        rill_policy_destroy(policy);
    }
    return status;
}

void rill_policy_destroy(rill_policy *policy)
{
    if (policy->type != NULL) {
        rill_params_destroy(policy->type->params, policy->params);
        *policy = (rill_policy){0};
    }
}

bool rill_policy_has(const rill_policy *policy, int32_t state, int32_t action)
{
    const rill_model *model = policy->model;
    return model == NULL || rill_model_is_available(model, state, action) ||
           !rill_model_has_actions(model, state);
}

int32_t rill_policy_one_of_available(const rill_policy *policy, int32_t state, uint64_t share)
{
    uint64_t n_available = 0;
    for (int32_t a = 0; a < policy->n_actions; a++) {
        n_available += rill_policy_has(policy, state, a);
    }
    const uint64_t rank = (share * n_available) >> 32;
    uint64_t seen = 0;
    int32_t chosen = 0;
    for (int32_t a = 0; a < policy->n_actions; a++) {
        seen += rill_policy_has(policy, state, a);
        chosen += seen <= rank;
    }
    return chosen;
}

/// pi(a|s) = epsilon / n + [a is greedy] (1 - epsilon) / (number of greedy actions), with n the number
/// of actions that exist
static void epsilon_greedy_probabilities(const double *values, int32_t n, double epsilon,
                                         double *probabilities)
{
    double best = rill_max(values, n);
    int32_t n_best = 0, n_unavailable = 0;
    for (int32_t a = 0; a < n; a++) {
        n_best += values[a] == best;
        n_unavailable += values[a] == RILL_UNAVAILABLE;
    }
    n_unavailable = n_unavailable == n ? 0 : n_unavailable;
    for (int32_t a = 0; a < n; a++) {
        const bool is_available = n_unavailable == 0 || values[a] != RILL_UNAVAILABLE;
        probabilities[a] = (is_available ? epsilon / (n - n_unavailable) : 0.0) +
                           (values[a] == best ? (1.0 - epsilon) / n_best : 0.0);
    }
}

void rill_greedy_probabilities(const double *values, int32_t n, double *probabilities)
{
    epsilon_greedy_probabilities(values, n, 0.0, probabilities);
}

void rill_policy_probabilities(const rill_policy *policy, int32_t state, const double *values,
                               int64_t step, int64_t episode, double *probabilities)
{
    if (policy->type->probabilities != NULL) {
        policy->type->probabilities(policy, state, values, step, episode, probabilities);
        return;
    }
    double epsilon = rill_schedule_at(&policy->epsilon, step, episode);
    if (policy->type->ignores_values) {
        // the values do not matter, and may not exist
        int32_t n_available = 0;
        for (int32_t a = 0; a < policy->n_actions; a++) {
            n_available += rill_policy_has(policy, state, a);
        }
        for (int32_t a = 0; a < policy->n_actions; a++) {
            probabilities[a] = rill_policy_has(policy, state, a) ? 1.0 / n_available : 0.0;
        }
        return;
    }
    epsilon_greedy_probabilities(values, policy->n_actions, epsilon, probabilities);
}
