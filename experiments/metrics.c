/// The metrics that a run can record.
#include <math.h>
#include <rill/recorder.h>
#include <stdlib.h>
#include <string.h>

static double episode_return(const rill_metric_view *view)
{
    return view->episode_return;
}

static double episode_length(const rill_metric_view *view)
{
    return (double)view->episode_length;
}

static double td_error(const rill_metric_view *view)
{
    return view->agent->memory->td_error;
}

/// sqrt of the mean over states of (estimate - v)^2; the estimate of a control method is
/// max_a Q(s, a).
static double rms_error(const rill_metric_view *view)
{
    const rill_solution *solution = view->truth->solution;
    const int32_t n_values = rill_agent_n_values(view->agent);
    double sum = 0.0;
    int32_t n = 0;
    for (int32_t s = 0; s < solution->n_states; s++) {
        if (view->truth->is_decision[s]) {
            rill_agent_values(view->agent, (rill_observation){.index = s}, view->scratch);
            double error = rill_max(view->scratch, n_values) - solution->v[s];
            sum += error * error;
            n++;
        }
    }
    return sqrt(sum / n);
}

/// Fraction of states in which the greedy action is optimal (its exact value within 1e-9).
static double optimal_actions(const rill_metric_view *view)
{
    const rill_solution *solution = view->truth->solution;
    int32_t n = 0;
    int32_t n_optimal = 0;
    for (int32_t s = 0; s < solution->n_states; s++) {
        if (view->truth->is_decision[s]) {
            int32_t action =
                rill_agent_act_greedily(view->agent, (rill_observation){.index = s}).index;
            double q = solution->q[(ptrdiff_t)s * solution->n_actions + action];
            n_optimal += q >= solution->v[s] - 1e-9;
            n++;
        }
    }
    return (double)n_optimal / n;
}

static const rill_metric metric_length = {
    .id = "length",
    .summary = "steps of an episode",
    .is_per_episode = true,
    .measure = episode_length,
};
static const rill_metric metric_optimal_actions = {
    .id = "optimal_actions",
    .summary = "fraction of states whose greedy action is optimal",
    .needs_truth = true,
    .needs_control = true,
    .measure = optimal_actions,
};
static const rill_metric metric_return = {
    .id = "return",
    .summary = "undiscounted sum of an episode's rewards",
    .is_per_episode = true,
    .measure = episode_return,
};
static const rill_metric metric_rms_error = {
    .id = "rms_error",
    .summary = "root mean square, over states, of the estimate's distance to the exact value",
    .needs_truth = true,
    .measure = rms_error,
};
static const rill_metric metric_td_error = {
    .id = "td_error",
    .summary = "temporal-difference error of the last update",
    .measure = td_error,
};

static const rill_metric *const metrics[] = {
    &metric_length,    &metric_optimal_actions, &metric_return,
    &metric_rms_error, &metric_td_error,        NULL,
};

const rill_metric *const *rill_metric_list(void)
{
    return metrics;
}

const rill_metric *rill_metric_find(const char *id, rill_error *error)
{
    const char *names[sizeof metrics / sizeof metrics[0]] = {NULL};
    for (size_t i = 0; metrics[i] != NULL; i++) {
        if (strcmp(metrics[i]->id, id) == 0) {
            return metrics[i];
        }
        names[i] = metrics[i]->id;
    }
    const char *nearest = rill_nearest_name(id, names);
    rill_error_set(error, RILL_INVALID, "",
                   nearest == NULL ? "unknown metric \"%.60s\"; `rill list metrics` shows them"
                                   : "unknown metric \"%.60s\"; did you mean \"%s\"?",
                   id, nearest);
    return NULL;
}

static rill_status solve(rill_truth *truth, const rill_model *model, const rill_agent *agent,
                         double gamma, rill_error *error)
{
    if (agent->type->estimates == RILL_ESTIMATES_ACTION_VALUES) {
        return rill_solve_optimal(model, gamma, &truth->solution, error);
    }
    size_t n_pairs = (size_t)model->n_states * (size_t)model->n_actions;
    double *policy = malloc(n_pairs * sizeof *policy);
    if (policy == NULL) {
        return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    }
    for (int32_t s = 0; s < model->n_states; s++) {
        rill_policy_probabilities(&agent->policy, s, NULL, 0, 0,
                                  policy + (ptrdiff_t)s * model->n_actions);
    }
    rill_status status = rill_solve_policy(model, gamma, policy, &truth->solution, error);
    free(policy);
    return status;
}

rill_status rill_truth_create(rill_truth **out, const rill_env *env, const rill_agent *agent,
                              rill_error *error)
{
    *out = NULL;
    if (!rill_features_are_one_hot(&agent->features)) {
        return rill_error_set(
            error, RILL_INVALID, "features",
            "the exact values of states can be compared on one_hot features only");
    }
    const rill_param *gamma = rill_param_find(agent->type->params, "gamma", error);
    if (gamma == NULL) {
        return RILL_INVALID;
    }
    rill_model *model = NULL;
    rill_status status = rill_env_model(env, &model, error);
    if (status != RILL_OK) {
        return status;
    }
    if (model->n_states != agent->features.size) {
        rill_model_destroy(model);
        return rill_error_set(error, RILL_INVALID, "",
                              "the exact values are those of states that %s does not show",
                              env->type->id);
    }
    rill_truth *truth = calloc(1, sizeof *truth);
    if (truth != NULL) {
        truth->is_decision = calloc((size_t)model->n_states, 1);
    }
    if (truth == NULL || truth->is_decision == NULL) {
        status = rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
    } else {
        status = rill_model_decision_states(model, truth->is_decision);
    }
    if (status == RILL_OK) {
        double discount = *(const double *)((const char *)agent->params + gamma->offset);
        status = solve(truth, model, agent, discount, error);
    }
    rill_model_destroy(model);
    if (status != RILL_OK) {
        rill_truth_destroy(truth);
        return status;
    }
    *out = truth;
    return RILL_OK;
}

void rill_truth_destroy(rill_truth *truth)
{
    if (truth != NULL) {
        rill_solution_destroy(truth->solution);
        free(truth->is_decision);
        free(truth);
    }
}
