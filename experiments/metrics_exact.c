// Metrics that hold an agent against exact values: of the policy it is given or the best one, and of
// the policy that it has at the moment.
#include "experiments/metrics.h"

#include <math.h>
#include <rill/solve.h>
#include <stdlib.h>

static ptrdiff_t pair(const rill_model *model, int32_t state, int32_t action)
{
    return (ptrdiff_t)state * model->n_actions + action;
}

/// Estimates of a state, to the view's scratch.
static const double *estimates_of(const rill_metric_view *view, int32_t state)
{
    rill_agent_values(view->agent, (rill_observation){.index = state}, view->scratch);
    return view->scratch;
}

/// V(s), or max_a Q(s,a).
static double estimate_of(const rill_metric_view *view, int32_t state)
{
    return rill_max(estimates_of(view, state), rill_agent_n_values(view->agent));
}

// ------------------------------------------------------------------- the policy that an agent has now

/// The values of the agent's present policy, and where it spends its time.
typedef struct present {
    double *policy;  ///< (n_states, n_actions)
    double *v;       ///< (n_states)
    double *weights; ///< (n_states); NULL: not asked for
} present;

static void release(present *now)
{
    free(now->policy);
    free(now->v);
    free(now->weights);
}

static double *take(const rill_metric_view *view, size_t n)
{
    double *numbers = calloc(n, sizeof *numbers);
    if (numbers == NULL && view->is_out_of_memory != NULL) {
        *view->is_out_of_memory = true;
    }
    return numbers;
}

/// Room for a policy and its values.
static bool open_present(present *now, const rill_metric_view *view, bool is_weighted)
{
    const rill_model *model = view->truth->model;
    const size_t n = (size_t)model->n_states;
    *now = (present){0};
    now->policy = take(view, n * (size_t)model->n_actions);
    now->v = take(view, n);
    now->weights = is_weighted ? take(view, n) : NULL;
    return now->policy != NULL && now->v != NULL && (now->weights != NULL || !is_weighted);
}

/// pi(a|s) of the policy that is learned about, from the present estimates at the present time.
static void fill_policy(const rill_metric_view *view, double *policy)
{
    const rill_agent *agent = view->agent;
    const rill_model *model = view->truth->model;
    for (int32_t s = 0; s < model->n_states; s++) {
        const double *estimates = estimates_of(view, s);
        if (agent->type->learns_greedy) {
            rill_greedy_probabilities(estimates, model->n_actions, policy + pair(model, s, 0));
        } else {
            rill_agent_probabilities(agent, (rill_observation){.index = s}, estimates,
                                     policy + pair(model, s, 0));
        }
    }
}

/// The values in every state or, weighted, in those that count: false where there are none.
static bool solve_present(const present *now, const rill_truth *truth)
{
    if (now->weights != NULL) {
        return rill_solve_reached(truth->model, truth->gamma, now->policy, now->v, NULL) ==
                   RILL_OK &&
               rill_solve_on_policy(truth->model, now->policy, now->weights, NULL) == RILL_OK;
    }
    rill_solution *solution = NULL;
    bool is_solved =
        rill_solve_policy(truth->model, truth->gamma, now->policy, &solution, NULL) == RILL_OK;
    for (int32_t s = 0; s < truth->model->n_states && is_solved; s++) {
        now->v[s] = solution->v[s];
    }
    rill_solution_destroy(solution);
    return is_solved;
}

// ------------------------------------------------------------------------------------------ errors

/// What estimates are compared with.
typedef struct exact {
    const rill_truth *truth;
    const double *v;       ///< (n_states)
    const double *policy;  ///< (n_states, n_actions); NULL: the greedy actions of the truth
    const double *weights; ///< (n_states); NULL: all alike
    bool is_current;
} exact;

static double probability_of(const exact *e, int32_t state, int32_t action)
{
    return e->policy == NULL ? (e->truth->solution->policy[state] == action ? 1.0 : 0.0)
                             : e->policy[pair(e->truth->model, state, action)];
}

/// The weighted squared errors of a state's estimates, and their weights.
typedef struct error_sum {
    double squares, weights;
} error_sum;

static void add_error(error_sum *sum, double weight, double error)
{
    sum->squares += weight * (error * error);
    sum->weights += weight;
}

/// V(s), max_a Q(s,a) or, of the present policy, sum_a pi(a|s) Q(s,a), against v(s).
static void add_state(const rill_metric_view *view, const exact *e, int32_t state, double weight,
                      error_sum *sum)
{
    const double *values = estimates_of(view, state);
    double estimate = rill_max(values, rill_agent_n_values(view->agent));
    if (e->is_current && rill_agent_n_values(view->agent) > 1) {
        estimate = 0.0;
        for (int32_t a = 0; a < e->truth->model->n_actions; a++) {
            estimate += probability_of(e, state, a) * values[a];
        }
    }
    add_error(sum, weight, estimate - e->v[state]);
}

/// Q(s,a) against q(s,a); a state's weight is that of its actions by the policy.
static void add_pairs(const rill_metric_view *view, const exact *e, int32_t state, double weight,
                      error_sum *sum)
{
    const rill_truth *truth = e->truth;
    const double *values = estimates_of(view, state);
    for (int32_t a = 0; a < truth->model->n_actions; a++) {
        double share = e->weights == NULL ? 1.0 : probability_of(e, state, a);
        if (share > 0.0 && rill_model_is_available(truth->model, state, a)) {
            double q = e->is_current ? rill_model_backup(truth->model, e->v, truth->gamma, state, a)
                                     : truth->solution->q[pair(truth->model, state, a)];
            add_error(sum, weight * share, values[a] - q);
        }
    }
}

typedef void add_errors(const rill_metric_view *view, const exact *e, int32_t state, double weight,
                        error_sum *sum);

static double root_mean_square(const rill_metric_view *view, const exact *e, add_errors *add)
{
    error_sum sum = {0.0, 0.0};
    for (int32_t s = 0; s < e->truth->model->n_states; s++) {
        double weight = e->weights == NULL ? 1.0 : e->weights[s];
        if (e->truth->is_decision[s] && weight > 0.0) {
            add(view, e, s, weight, &sum);
        }
    }
    return sqrt(sum.squares / sum.weights);
}

static double error_of_truth(const rill_metric_view *view, bool is_weighted, add_errors *add)
{
    const rill_truth *truth = view->truth;
    const exact e = {truth, truth->solution->v, truth->policy,
                     is_weighted ? truth->on_policy : NULL, false};
    return root_mean_square(view, &e, add);
}

static double error_of_present(const rill_metric_view *view, bool is_weighted, add_errors *add)
{
    present now;
    double error = (double)NAN;
    if (open_present(&now, view, is_weighted)) {
        fill_policy(view, now.policy);
        if (solve_present(&now, view->truth)) {
            const exact e = {view->truth, now.v, now.policy, now.weights, true};
            error = root_mean_square(view, &e, add);
        }
    }
    release(&now);
    return error;
}

/// A metric of the family: against what, over what, and what else it says of itself.
#define ERROR_METRIC(name, error_of, is_weighted, add, text, ...)   \
    static double measure_##name(const rill_metric_view *view)      \
    {                                                               \
        return error_of(view, is_weighted, add);                    \
    }                                                               \
    const rill_metric metric_##name = {.id = #name,                 \
                                       .summary = text,             \
                                       .better = RILL_BETTER_LOWER, \
                                       .needs_truth = true,         \
                                       .needs_values = true,        \
                                       .measure = measure_##name,   \
                                       __VA_ARGS__}

ERROR_METRIC(rms_error, error_of_truth, false, add_state,
             "RMS, over states, of the estimate's distance to the exact value",
             .needs_weights = false);
ERROR_METRIC(rms_error_stationary, error_of_truth, true, add_state,
             "the same, states weighted by the on-policy distribution", .needs_weights = true);
ERROR_METRIC(q_rms_error, error_of_truth, false, add_pairs,
             "RMS, over states and actions, of the estimate's distance to the exact value",
             .needs_action_values = true);
ERROR_METRIC(q_rms_error_stationary, error_of_truth, true, add_pairs,
             "the same, pairs weighted by the on-policy distribution", .needs_action_values = true,
             .needs_weights = true);
ERROR_METRIC(rms_error_current, error_of_present, false, add_state,
             "as rms_error, against the values of the agent's present policy",
             .needs_control = true, .may_be_missing = true);
ERROR_METRIC(rms_error_current_stationary, error_of_present, true, add_state,
             "as rms_error_stationary, against the values of the agent's present policy",
             .needs_control = true, .may_be_missing = true);
ERROR_METRIC(q_rms_error_current, error_of_present, false, add_pairs,
             "as q_rms_error, against the values of the agent's present policy",
             .needs_action_values = true, .may_be_missing = true);
ERROR_METRIC(q_rms_error_current_stationary, error_of_present, true, add_pairs,
             "as q_rms_error_stationary, against the values of the agent's present policy",
             .needs_action_values = true, .may_be_missing = true);

// ------------------------------------------------------------------------- start and greedy policy

/// sum_s p(s) v(s), p the distribution of the start.
static double expect_start(const rill_model *model, const double *v)
{
    double sum = 0.0;
    for (int32_t s = 0; s < model->n_states; s++) {
        sum += model->start[s] > 0.0 ? model->start[s] * v[s] : 0.0;
    }
    return sum;
}

static double start_value(const rill_metric_view *view)
{
    const rill_truth *truth = view->truth;
    double sum = 0.0;
    for (int32_t s = 0; s < truth->model->n_states; s++) {
        if (truth->is_decision[s] && truth->model->start[s] > 0.0) {
            sum += truth->model->start[s] * estimate_of(view, s);
        }
    }
    return sum;
}

static double start_squared_error(const rill_metric_view *view)
{
    double error = start_value(view) - expect_start(view->truth->model, view->truth->solution->v);
    return error * error;
}

/// The exact value of the greedy policy from the start.
static double policy_value(const rill_metric_view *view)
{
    const rill_truth *truth = view->truth;
    present now;
    double value = (double)NAN;
    if (open_present(&now, view, false)) {
        for (int32_t s = 0; s < truth->model->n_states; s++) {
            const rill_observation observation = {.index = s};
            const int32_t action = rill_agent_act_greedily(view->agent, observation).index;
            now.policy[pair(truth->model, s, action)] = 1.0;
        }
        if (rill_solve_reached(truth->model, truth->gamma, now.policy, now.v, NULL) == RILL_OK) {
            value = expect_start(truth->model, now.v);
        }
    }
    release(&now);
    return value;
}

/// The exact value of the present policy from the start, with all that it explores.
static double policy_value_current(const rill_metric_view *view)
{
    const rill_truth *truth = view->truth;
    present now;
    double value = (double)NAN;
    if (open_present(&now, view, false)) {
        fill_policy(view, now.policy);
        if (rill_solve_reached(truth->model, truth->gamma, now.policy, now.v, NULL) == RILL_OK) {
            value = expect_start(truth->model, now.v);
        }
    }
    release(&now);
    return value;
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

const rill_metric metric_optimal_actions = {
    .id = "optimal_actions",
    .better = RILL_BETTER_HIGHER,
    .summary = "fraction of states whose greedy action is optimal; of steps taken: optimal_action",
    .needs_truth = true,
    .needs_control = true,
    .measure = optimal_actions,
};
const rill_metric metric_policy_value = {
    .id = "policy_value",
    .better = RILL_BETTER_HIGHER,
    .summary = "exact value of the start under the agent's present greedy policy",
    .needs_truth = true,
    .needs_control = true,
    .may_be_missing = true,
    .measure = policy_value,
};
const rill_metric metric_policy_value_current = {
    .id = "policy_value_current",
    .better = RILL_BETTER_HIGHER,
    .summary = "exact value of the start under the agent's present policy, as it explores",
    .needs_truth = true,
    .needs_control = true,
    .may_be_missing = true,
    .measure = policy_value_current,
};
const rill_metric metric_start_squared_error = {
    .id = "start_squared_error",
    .better = RILL_BETTER_LOWER,
    .summary = "squared distance of start_value to the exact value of the start",
    .needs_truth = true,
    .needs_values = true,
    .measure = start_squared_error,
};
const rill_metric metric_start_value = {
    .id = "start_value",
    .summary = "the agent's own estimate of the value of the start",
    .needs_truth = true,
    .needs_values = true,
    .measure = start_value,
};
