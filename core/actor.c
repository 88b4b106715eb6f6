#include "core/actor.h"

#include "core/agent_wiring.h"

#include <math.h>
#include <rill/actor.h>
#include <rill/math.h>
#include <string.h>

/// For a type that differentiates through its policy: actions by their parameters, and these by the
/// observation.
static rill_status check_differentiable(const rill_agent *agent, rill_error *error)
{
    const rill_distribution_type *type = agent->actor.distribution.type;
    const rill_features_type *features = rill_actor_features(agent)->type;
    if (type->pathwise == NULL) {
        return rill_error_set(error, RILL_INVALID, "distribution",
                              "%s has samples that are not differentiable: use %s", type->id,
                              rill_distribution_type_default(agent->action_space.kind)->id);
    }
    if (features->derivative == NULL) {
        return rill_error_set(error, RILL_INVALID,
                              agent->actor.features.type == NULL ? "features" : "policy_features",
                              "%s is piecewise constant, and %s goes through the derivative of the "
                              "policy by the state: use raw, polynomial, fourier or rbf",
                              features->id, agent->type->id);
    }
    return RILL_OK;
}

rill_status actor_wire(rill_agent *agent, rill_agent_config *config, rill_error *error)
{
    rill_actor *actor = &agent->actor;
    void *params = config->distribution_params, *features_params = config->policy_features_params;
    const rill_distribution_type *type = config->distribution;
    config->distribution_params = config->policy_features_params = NULL;
    rill_status status = rill_distribution_create(
        &actor->distribution,
        type == NULL ? rill_distribution_type_default(agent->action_space.kind) : type, params,
        agent->action_space, error);
    if (status != RILL_OK) {
        if (features_params != NULL) {
            rill_params_destroy(config->policy_features->params, features_params);
        }
        return agent_part_error(error, status, "distribution");
    }
    if (config->policy_features != NULL) {
        status = rill_features_create(&actor->features, config->policy_features, features_params,
                                      agent->observation_space, error);
        if (status != RILL_OK) {
            return agent_part_error(error, status, "policy_features");
        }
    }
    if (agent->type->has_optimiser) {
        const rill_optimiser_type *optimiser = config->optimiser;
        void *optimiser_params = config->optimiser_params;
        config->optimiser_params = NULL;
        optimiser = optimiser == NULL ? rill_optimiser_type_find("sgd", NULL) : optimiser;
        status = rill_optimiser_create(&actor->optimiser, optimiser, optimiser_params, error);
        if (status != RILL_OK) {
            return agent_part_error(error, status, "optimiser");
        }
    }
    if (actor->distribution.type->score == NULL) {
        return rill_error_set(error, RILL_INVALID, "distribution",
                              "%s has no probabilities to learn by: use %s",
                              actor->distribution.type->id,
                              rill_distribution_type_default(agent->action_space.kind)->id);
    }
    return agent->type->needs_env ? check_differentiable(agent, error) : RILL_OK;
}

void actor_release(rill_agent *agent)
{
    rill_distribution_destroy(&agent->actor.distribution);
    rill_features_destroy(&agent->actor.features);
    rill_optimiser_destroy(&agent->actor.optimiser);
}

rill_status actor_check_initial(const rill_agent *agent, rill_error *error)
{
    const rill_param *row = rill_param_find(agent->type->params, "initial_theta", NULL);
    const int64_t n = agent->actor.distribution.n_parameters;
    const int64_t n_all = n * rill_actor_features(agent)->size;
    if (row == NULL) {
        return RILL_OK;
    }
    const rill_list *list = (const rill_list *)((const char *)agent->params + row->offset);
    if (list->count != 0 && list->count != n && list->count != n_all) {
        return rill_error_set(error, RILL_INVALID, row->name,
                              "%d numbers; give one for each of the %.0f parameters of %s, or for "
                              "each of the %.0f weights, a feature's side by side",
                              list->count, (double)n, agent->actor.distribution.type->id,
                              (double)n_all);
    }
    return RILL_OK;
}

/// Arrays of the actor that are of one moment: in the memory, and in the room beside it.
static void take_moment(rill_actor *actor, rill_arena *arena)
{
    const rill_distribution *distribution = &actor->distribution;
    actor->noise = rill_arena_take(arena, (size_t)distribution->n_noise, sizeof(double));
    actor->x = rill_arena_take(arena, (size_t)distribution->size, sizeof(double));
    actor->box = rill_arena_take(arena, (size_t)distribution->size, sizeof(float));
}

/// Slots of `shared`, or own ones where the policy has features of its own, with room for eta.
static rill_slots take_actor_slots(const rill_agent *agent, const rill_slots *shared,
                                   rill_arena *arena)
{
    const rill_actor *actor = &agent->actor;
    const size_t n_parameters = (size_t)actor->distribution.n_parameters;
    if (actor->features.type != NULL) {
        return agent_take_slots(arena, shared->count, actor->features.n_active, n_parameters);
    }
    rill_slots slots = *shared;
    slots.outputs = rill_arena_take(arena, (size_t)shared->count * n_parameters, sizeof(double));
    return slots;
}

void actor_lay_out(rill_agent *agent, rill_arena *arena)
{
    rill_actor *actor = &agent->actor;
    actor->theta =
        rill_linear_take(arena, rill_actor_features(agent)->size, actor->distribution.n_parameters);
    if (actor->optimiser.type != NULL) {
        actor->moments = rill_arena_take(
            arena, (size_t)rill_actor_size(agent) * (size_t)actor->optimiser.type->n_moments,
            sizeof(double));
        actor->n_ascents = rill_arena_take(arena, 1, sizeof(int64_t));
    }
    actor->chosen = rill_arena_take(arena, 1, sizeof(rill_state));
    actor->slots = take_actor_slots(agent, &agent->slots, arena);
    if (actor->features.type != NULL) {
        actor->slots.map = rill_arena_take(arena, actor->features.memory_size, 1);
    }
    take_moment(actor, arena);
}

void actor_lay_out_scratch(rill_agent *agent, rill_arena *arena)
{
    rill_actor *scratch = &agent->actor_scratch;
    scratch->distribution = agent->actor.distribution;
    scratch->slots = take_actor_slots(agent, &agent->scratch, arena);
    scratch->slots.map = agent->actor.slots.map;
    take_moment(scratch, arena);
}

void rill_actor_begin(rill_agent *agent)
{
    const rill_list *initial = &rill_actor_params_of(agent)->initial_theta;
    const rill_linear *theta = &agent->actor.theta;
    rill_td_begin(agent);
    for (int64_t i = 0; initial->count > 0 && i < rill_actor_size(agent); i++) {
        theta->weights[i] =
            initial->values[initial->count == theta->n_outputs ? i % theta->n_outputs : i];
    }
}

/// eta of a slot by weights of the shape of theta, to its `outputs`.
static const double *evaluate(const rill_agent *agent, const double *weights,
                              const rill_slots *slots, int32_t slot)
{
    rill_linear with = agent->actor.theta;
    const rill_linear *theta = &with;
    with.weights = (double *)weights; // they are only read
    const rill_features *features = rill_actor_features(agent);
    const ptrdiff_t first = (ptrdiff_t)slot * slots->n_active;
    double *eta = slots->outputs + (ptrdiff_t)slot * theta->n_outputs;
    rill_linear_evaluate(theta, slots->n[slot], slots->indices + first,
                         features->is_binary ? NULL : slots->values + first, eta);
    for (int32_t j = theta->n_outputs - agent->actor.distribution.n_free; j < theta->n_outputs;
         j++) {
        eta[j] = theta->weights[j];
    }
    const int32_t state = slots->observations[slot];
    for (int32_t a = 0; agent->model != NULL && a < theta->n_outputs; a++) {
        eta[a] = rill_model_is_available(agent->model, state, a) ||
                         !rill_model_has_actions(agent->model, state)
                     ? eta[a]
                     : RILL_UNAVAILABLE;
    }
    return eta;
}

const double *rill_actor_parameters(const rill_agent *agent, rill_state state)
{
    return evaluate(agent, agent->actor.theta.weights, &agent->actor.slots, state);
}

const double *actor_scratch_parameters(const rill_agent *agent)
{
    const double *weights = agent->type->learned_theta == NULL ? agent->actor.theta.weights
                                                               : agent->type->learned_theta(agent);
    return evaluate(agent, weights, &agent->actor_scratch.slots, 0);
}

/// The action that x stands for: the greatest coordinate of a point of the simplex, or a box.
static rill_action action_of(const rill_actor *actor, const double *x)
{
    const int32_t n = actor->distribution.size;
    if (actor->distribution.space.kind == RILL_SPACE_DISCRETE) {
        return (rill_action){.index = rill_argmax(x, n)};
    }
    for (int32_t i = 0; i < n; i++) {
        actor->box[i] = (float)x[i];
    }
    return (rill_action){.box = actor->box};
}

rill_action rill_actor_action(const rill_agent *agent, const double *x)
{
    return action_of(&agent->actor, x);
}

/// A policy whose weights are no longer finite has diverged, though its values may not have: the TD error
/// says so to whoever looks at it. (Parameters alone may be no numbers by what is observed.)
static void notice_divergence(rill_agent *agent, const double *eta)
{
    const rill_linear *theta = &agent->actor.theta;
    bool is_suspect = false;
    for (int32_t j = 0; j < theta->n_outputs; j++) {
        is_suspect = is_suspect || !isfinite(eta[j]);
    }
    for (int64_t i = 0; is_suspect && i < rill_actor_size(agent); i++) {
        agent->memory->td_error =
            isfinite(theta->weights[i]) ? agent->memory->td_error : (double)NAN;
    }
}

rill_action rill_actor_choose(rill_agent *agent, rill_state state)
{
    const rill_actor *actor = &agent->actor;
    const rill_distribution now = rill_actor_distribution(agent);
    const double *eta = rill_actor_parameters(agent, state);
    rill_distribution_sample(&now, eta, &agent->memory->rng, actor->noise, actor->x);
    notice_divergence(agent, eta);
    *actor->chosen = state;
    agent->memory->step++;
    return action_of(actor, actor->x);
}

rill_action rill_actor_choose_centre(rill_agent *agent, rill_state state)
{
    const rill_actor *actor = &agent->actor;
    const rill_distribution now = rill_actor_distribution(agent);
    const double *eta = rill_actor_parameters(agent, state);
    now.type->centre(&now, eta, actor->x);
    notice_divergence(agent, eta);
    *actor->chosen = state;
    agent->memory->step++;
    return action_of(actor, actor->x);
}

rill_action actor_centre(const rill_agent *agent)
{
    const rill_actor *scratch = &agent->actor_scratch;
    const rill_distribution now = rill_actor_distribution(agent);
    now.type->centre(&now, actor_scratch_parameters(agent), scratch->x);
    return action_of(scratch, scratch->x);
}

const char *rill_actor_lacks_entropy(const rill_agent *agent)
{
    return agent->actor.distribution.type->entropy == NULL ? "its distribution offers no entropy"
                                                           : NULL;
}

double rill_actor_entropy(const rill_agent *agent)
{
    const rill_distribution now = rill_actor_distribution(agent);
    return now.type->entropy(&now, rill_actor_kept(agent, *agent->actor.chosen), NULL);
}

const char *rill_actor_lacks_deviation(const rill_agent *agent)
{
    return agent->actor.distribution.type->deviation == NULL ? "its actions are discrete" : NULL;
}

double rill_actor_deviation(const rill_agent *agent)
{
    const rill_distribution *distribution = &agent->actor.distribution;
    return distribution->type->deviation(distribution,
                                         rill_actor_kept(agent, *agent->actor.chosen));
}

/// The probabilities with which each coordinate of a relaxed sample is the greatest: by the Gumbel-max trick
/// those of softmax(eta), whatever the temperature.
static void softmax(const double *eta, int32_t n, double *probabilities)
{
    const double greatest = eta[rill_argmax(eta, n)];
    double sum = 0.0;
    for (int32_t a = 0; a < n; a++) {
        probabilities[a] = rill_exp(eta[a] - greatest);
        sum += probabilities[a];
    }
    for (int32_t a = 0; a < n; a++) {
        probabilities[a] /= sum;
    }
}

void actor_probabilities(const rill_agent *agent, double *probabilities)
{
    const rill_actor *scratch = &agent->actor_scratch;
    const rill_distribution now = rill_actor_distribution(agent);
    const double *eta = actor_scratch_parameters(agent);
    if (now.type->is_relaxed) {
        softmax(eta, now.size, probabilities);
        return;
    }
    for (int32_t a = 0; a < now.size; a++) {
        scratch->x[a] = 0.0;
    }
    for (int32_t a = 0; a < now.size; a++) {
        scratch->x[a] = 1.0;
        probabilities[a] = rill_exp(now.type->log_probability(&now, eta, scratch->x));
        scratch->x[a] = 0.0;
    }
}

/// block <- block + step d f / d theta, with the step scales of `scaled`, a feature map; NULL: without. Free
/// parameters are those of no feature and have no scale.
static void add(const rill_agent *agent, double *block, rill_state state, const double *gradient,
                double step, const rill_features *scaled)
{
    const rill_features_view x = rill_actor_view(agent, state);
    const int32_t n = agent->actor.theta.n_outputs, n_free = agent->actor.distribution.n_free;
    const double *scales = scaled == NULL ? NULL : scaled->step_scales;
    const double scaled_step = scaled == NULL ? step : step * scaled->step_scale;
    for (int32_t i = 0; i < x.n; i++) {
        double *row = block + (ptrdiff_t)x.indices[i] * n;
        double part = x.values == NULL ? scaled_step : scaled_step * x.values[i];
        part = scales == NULL ? part : part * scales[x.indices[i]];
        for (int32_t j = 0; j < n - n_free; j++) {
            row[j] += part * gradient[j];
        }
    }
    for (int32_t j = n - n_free; j < n; j++) {
        block[j] += step * gradient[j];
    }
}

void rill_actor_add(const rill_agent *agent, double *block, rill_state state,
                    const double *gradient, double step)
{
    add(agent, block, state, gradient, step, NULL);
}

void rill_actor_add_scaled(const rill_agent *agent, double *block, rill_state state,
                           const double *gradient, double step)
{
    add(agent, block, state, gradient, step, rill_actor_features(agent));
}

void rill_actor_step(const rill_agent *agent, rill_state state, const double *gradient, double step)
{
    rill_actor_add_scaled(agent, agent->actor.theta.weights, state, gradient, step);
}

bool rill_actor_steps_plainly(const rill_agent *agent)
{
    const rill_optimiser *optimiser = &agent->actor.optimiser;
    const rill_param *row = rill_param_find(optimiser->type->params, "momentum", NULL);
    return strcmp(optimiser->type->id, "sgd") == 0 && row != NULL &&
           *(const double *)((const char *)optimiser->params + row->offset) == 0.0;
}

void rill_actor_ascend(const rill_agent *agent, double *gradient, double step)
{
    const rill_optimiser *optimiser = &agent->actor.optimiser;
    optimiser->type->direct(optimiser, ++*agent->actor.n_ascents, rill_actor_size(agent),
                            agent->actor.moments, gradient);
    const rill_features *features = rill_actor_features(agent);
    const rill_linear *theta = &agent->actor.theta;
    const int32_t n = theta->n_outputs, n_scaled = n - agent->actor.distribution.n_free;
    for (int32_t i = 0; i < theta->n_features; i++) {
        const double scale =
            features->step_scale * (features->step_scales == NULL ? 1.0 : features->step_scales[i]);
        for (int32_t j = 0; j < n; j++) {
            const ptrdiff_t k = (ptrdiff_t)i * n + j;
            theta->weights[k] += step * (j < n_scaled ? scale : 1.0) * gradient[k];
        }
    }
}
