// Metrics that look at weights and values as they are, and at the projected Bellman error of them.
#include "experiments/metrics.h"

#include <math.h>

static int64_t count_weights(const rill_agent *agent)
{
    return (int64_t)agent->value.n_features * agent->value.n_outputs;
}

static double weight(const rill_metric_view *view)
{
    return view->agent->value.weights[view->index];
}

/// |w|, without overflow where that has no need of it; actions that do not exist have no weight.
static double weight_norm(const rill_metric_view *view)
{
    const double *w = view->agent->value.weights;
    const int64_t n = count_weights(view->agent);
    double greatest = 0.0, sum = 0.0;
    for (int64_t i = 0; i < n; i++) {
        if (w[i] != RILL_UNAVAILABLE && !(fabs(w[i]) <= greatest)) { // also when it is NaN
            greatest = fabs(w[i]);
        }
    }
    if (greatest == 0.0 || !isfinite(greatest)) {
        return greatest;
    }
    for (int64_t i = 0; i < n; i++) {
        const double share = w[i] == RILL_UNAVAILABLE ? 0.0 : w[i] / greatest;
        sum += share * share;
    }
    return greatest * sqrt(sum);
}

static int64_t count_observations(const rill_agent *agent)
{
    const rill_space *space = &agent->observation_space;
    return space->kind == RILL_SPACE_DISCRETE ? space->size : 0;
}

/// V(s), or max_a Q(s,a).
static double value(const rill_metric_view *view)
{
    const rill_observation observation = {.index = (int32_t)view->index};
    rill_agent_values(view->agent, observation, view->scratch);
    return rill_max(view->scratch, rill_agent_n_values(view->agent));
}

static double projected_bellman_error(const rill_metric_view *view)
{
    double error = (double)NAN;
    if (rill_projection_error(view->projection, view->agent, &error) != RILL_OK &&
        view->is_out_of_memory != NULL) {
        *view->is_out_of_memory = true;
    }
    return error;
}

const rill_metric metric_projected_bellman_error = {
    .id = "projected_bellman_error",
    .better = RILL_BETTER_LOWER,
    .summary = "RMS, over states as they are updated, of the projected Bellman error",
    .needs_projection = true,
    .measure = projected_bellman_error,
};
const rill_metric metric_value = {
    .id = "value",
    .summary = "the agent's own estimate of a state: V(s), or the greatest Q(s,a)",
    .form = "value[s]",
    .count = count_observations,
    .needs_values = true,
    .measure = value,
};
const rill_metric metric_weight = {
    .id = "weight",
    .summary = "a weight, or an entry of the table; the outputs of a feature lie side by side",
    .form = "weight[i]",
    .count = count_weights,
    .needs_values = true,
    .measure = weight,
};
const rill_metric metric_weight_norm = {
    .id = "weight_norm",
    .summary = "Euclidean norm of all weights",
    .needs_values = true,
    .measure = weight_norm,
};
