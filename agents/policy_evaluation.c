/// Iterative policy evaluation: the values of a given policy, by expected updates.
///
/// Sutton & Barto (2018), section 4.1: the box "Iterative Policy Evaluation, for estimating V ~ v_pi"
/// is `in_place`, the version with two arrays is eq. 4.5; section 4.5: `random` is asynchronous.
/// Zhao (2025), section 2.7.2. A policy that gives probability to actions that are not available is
/// taken as what it is among those that are.
#include "agents/dynamic_programming.h"

static const rill_param policy_evaluation_param_table[] = {DP_SWEEP_PARAMS, RILL_PARAM_END};

typedef struct policy_evaluation {
    rill_agent base; ///< its `value` is V, (n_states, 1)
    double *pi;      ///< (n_states, n_actions) probabilities, 0 where an action is not available
    double *next;    ///< (n_states) the second array
} policy_evaluation;

static void policy_evaluation_layout(rill_agent *agent, rill_arena *arena)
{
    policy_evaluation *evaluation = (policy_evaluation *)agent;
    const size_t n_states = (size_t)agent->model->n_states;
    evaluation->pi =
        rill_arena_take(arena, n_states * (size_t)agent->model->n_actions, sizeof(double));
    evaluation->next = rill_arena_take(arena, n_states, sizeof(double));
}

static void policy_evaluation_begin(rill_agent *agent)
{
    policy_evaluation *evaluation = (policy_evaluation *)agent;
    dp_begin_v(agent, agent->value.weights);
    for (int32_t s = 0; s < agent->model->n_states; s++) {
        rill_policy_probabilities(&agent->policy, s, NULL, 0, 0,
                                  evaluation->pi + (ptrdiff_t)s * agent->model->n_actions);
    }
}

/// sum_a pi(a|s) sum_{s',r} p(s',r|s,a) [r + gamma V(s')]   (S&B eq. 4.5)
static double expected_update(rill_agent *agent, int32_t state)
{
    const rill_model *model = agent->model;
    const double *pi = ((const policy_evaluation *)agent)->pi + (ptrdiff_t)state * model->n_actions;
    double sum = 0.0;
    for (int32_t a = 0; a < model->n_actions; a++) {
        if (pi[a] > 0.0) {
            sum += pi[a] * rill_model_backup(model, agent->value.weights,
                                             dp_params_of(agent)->gamma, state, a);
        }
    }
    return sum;
}

static void iterate(rill_agent *agent)
{
    dp_sweeps(agent, agent->value.weights, ((policy_evaluation *)agent)->next, expected_update);
}

static rill_action policy_evaluation_step(rill_agent *agent, double reward,
                                          rill_observation observation)
{
    (void)reward;
    iterate(agent);
    return dp_act(agent, observation);
}

static void policy_evaluation_finish(rill_agent *agent, const rill_outcome *outcome,
                                     rill_observation observation)
{
    (void)outcome, (void)observation;
    iterate(agent);
}

extern const rill_agent_type rill_agent_policy_evaluation;
const rill_agent_type rill_agent_policy_evaluation = {
    .id = "policy_evaluation",
    .summary = "dynamic programming: the state values of a given policy; a step is a sweep",
    .source = "Sutton & Barto (2018), section 4.1; Zhao (2025), section 2.7.2",
    .params = policy_evaluation_param_table,
    .params_size = sizeof(dp_sweep_params),
    .agent_size = sizeof(policy_evaluation),
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .default_policy = "uniform",
    .needs_model = true,
    .layout = policy_evaluation_layout,
    .begin = policy_evaluation_begin,
    .start = dp_act,
    .step = policy_evaluation_step,
    .finish = policy_evaluation_finish,
};
