/// What agents are held against: exact values, computed once for all variants of a world that
/// ask for the same.
#include "experiments/experiment.h"

#include <math.h>
#include <rill/solve.h>
#include <stdlib.h>
#include <string.h>

/// What to solve: a model, a discount, and a policy or NULL for the optimal one.
typedef struct question {
    rill_model *model;
    double gamma;
    double *policy; ///< (n_states, n_actions)
} question;

static size_t count_pairs(const rill_model *model)
{
    return (size_t)model->n_states * (size_t)model->n_actions;
}

/// Whether the values that an agent estimates are those of a given policy.
static bool predicts(const rill_agent *agent)
{
    return agent->type->estimates == RILL_ESTIMATES_STATE_VALUES && !agent->type->is_actor;
}

rill_status truth_check_states(const rill_agent *agent, const rill_env *env,
                               const rill_model *model, rill_error *error)
{
    const rill_space *space = &agent->observation_space;
    if (space->kind != RILL_SPACE_DISCRETE || space->size != model->n_states) {
        return rill_error_set(error, RILL_INVALID, "",
                              "the exact values are those of states that %s does not show",
                              env->type->id);
    }
    return RILL_OK;
}

rill_status truth_discount(const rill_agent *agent, double *discount, rill_error *error)
{
    const rill_param *gamma = rill_param_find(agent->type->params, "gamma", NULL);
    if (gamma == NULL) {
        return rill_error_set(error, RILL_INVALID, "",
                              "%s has no discount, \"gamma\", so there are no exact values for it",
                              agent->type->id);
    }
    *discount = *(const double *)((const char *)agent->params + gamma->offset);
    return RILL_OK;
}

/// The question whose answer an agent is held against; allocates the policy.
static rill_status ask(question *q, rill_model *model, const rill_agent *agent, bool is_optimal,
                       rill_error *error)
{
    *q = (question){.model = model};
    rill_status status = truth_discount(agent, &q->gamma, error);
    if (status != RILL_OK) {
        return status;
    }
    if (is_optimal || !predicts(agent)) {
        return RILL_OK;
    }
    q->policy = malloc(count_pairs(model) * sizeof *q->policy);
    if (q->policy == NULL) {
        return rill_error_no_memory(error);
    }
    for (int32_t s = 0; s < model->n_states; s++) {
        rill_agent_probabilities(agent, (rill_observation){.index = s}, NULL,
                                 q->policy + (ptrdiff_t)s * model->n_actions);
    }
    return RILL_OK;
}

/// Solves; takes the policy over, and shares the model.
static rill_status answer(rill_truth **out, const question *q, rill_error *error)
{
    *out = NULL;
    rill_truth *truth = calloc(1, sizeof *truth);
    if (truth == NULL) {
        free(q->policy);
        return rill_error_no_memory(error);
    }
    truth->model = rill_model_share(q->model);
    truth->gamma = q->gamma;
    truth->policy = q->policy;
    truth->is_decision = calloc((size_t)q->model->n_states, 1);
    rill_status status =
        truth->is_decision == NULL ||
                rill_model_decision_states(q->model, truth->is_decision) != RILL_OK
            ? rill_error_no_memory(error)
        : q->policy == NULL
            ? rill_solve_optimal(q->model, q->gamma, &truth->solution, error)
            : rill_solve_policy(q->model, q->gamma, q->policy, &truth->solution, error);
    if (status != RILL_OK) {
        rill_truth_destroy(truth);
        return status;
    }
    *out = truth;
    return RILL_OK;
}

rill_status rill_truth_create(rill_truth **out, const rill_env *env, const rill_agent *agent,
                              rill_error *error)
{
    *out = NULL;
    question q;
    rill_model *model = NULL;
    rill_status status = rill_env_model(env, &model, error);
    status = status == RILL_OK ? truth_check_states(agent, env, model, error) : status;
    status = status == RILL_OK ? ask(&q, model, agent, false, error) : status;
    status = status == RILL_OK ? answer(out, &q, error) : status;
    rill_model_destroy(model);
    return status;
}

rill_status rill_truth_weigh(rill_truth *truth, rill_error *error)
{
    if (truth->on_policy != NULL) {
        return RILL_OK;
    }
    const rill_model *model = truth->model;
    double *greedy = NULL;
    double *weights = malloc((size_t)model->n_states * sizeof *weights);
    if (truth->policy == NULL) {
        greedy = calloc(count_pairs(model), sizeof *greedy);
        for (int32_t s = 0; greedy != NULL && s < model->n_states; s++) {
            if (truth->solution->policy[s] >= 0) {
                greedy[(ptrdiff_t)s * model->n_actions + truth->solution->policy[s]] = 1.0;
            }
        }
    }
    const double *policy = truth->policy == NULL ? greedy : truth->policy;
    rill_status status = weights == NULL || policy == NULL
                             ? rill_error_no_memory(error)
                             : rill_solve_on_policy(model, policy, weights, error);
    free(greedy);
    if (status != RILL_OK) {
        free(weights);
        return status;
    }
    truth->on_policy = weights;
    return RILL_OK;
}

void rill_truth_destroy(rill_truth *truth)
{
    if (truth != NULL) {
        rill_model_destroy(truth->model);
        rill_solution_destroy(truth->solution);
        free(truth->policy);
        free(truth->is_decision);
        free(truth->on_policy);
        free(truth);
    }
}

rill_status world_model(rill_world *world, const rill_model **model, rill_error *error)
{
    rill_status status =
        world->model != NULL ? RILL_OK : rill_env_model(world->env, &world->model, error);
    *model = world->model;
    return status;
}

static bool is_answered(const rill_truth *truth, const question *q)
{
    bool is_same = truth->gamma == q->gamma && (truth->policy == NULL) == (q->policy == NULL);
    return is_same && (q->policy == NULL || memcmp(truth->policy, q->policy,
                                                   count_pairs(q->model) * sizeof *q->policy) == 0);
}

rill_status world_truth(rill_world *world, const rill_agent *agent, bool is_optimal,
                        rill_truth **truth, rill_error *error)
{
    *truth = NULL;
    question q;
    const rill_model *model = NULL;
    rill_status status = world_model(world, &model, error);
    if (status == RILL_OK && !is_optimal) {
        status = truth_check_states(agent, world->env, model, error);
    }
    status = status == RILL_OK ? ask(&q, world->model, agent, is_optimal, error) : status;
    if (status != RILL_OK) {
        return status;
    }
    for (size_t i = 0; i < world->n_truths; i++) {
        if (is_answered(world->truths[i], &q)) {
            *truth = world->truths[i];
            free(q.policy);
            return RILL_OK;
        }
    }
    rill_truth **more = realloc(world->truths, (world->n_truths + 1) * sizeof *world->truths);
    if (more == NULL) {
        free(q.policy);
        return rill_error_no_memory(error);
    }
    world->truths = more;
    status = answer(truth, &q, error);
    if (status == RILL_OK) {
        world->truths[world->n_truths++] = *truth;
    }
    return status;
}
