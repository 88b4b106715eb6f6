/// What the actor-critic methods with a critic of state values have in common: eligibility traces of the
/// policy and of the values, and the step that both take along them (S&B sections 13.5 and 13.6).
#ifndef RILL_AGENTS_ACTOR_CRITIC_H
#define RILL_AGENTS_ACTOR_CRITIC_H

#include <rill/actor.h>
#include <rill/trace.h>

/// An agent that needs more has a struct with this one in front.
typedef struct actor_critic_params {
    rill_actor_params actor;
    rill_schedule lambda_theta, lambda_w; ///< trace decay of the policy and of the values
    double entropy;
} actor_critic_params;

/// Rows of a parameter table, without those of RILL_ACTOR_PARAMS.
#define ACTOR_CRITIC_PARAMS                                                                   \
    RILL_RATE(actor_critic_params, lambda_theta, "0", 0.0, 1.0,                               \
              "trace decay of the policy; with both 0 there are no traces: one step"),        \
        RILL_RATE(actor_critic_params, lambda_w, "0", 0.0, 1.0, "trace decay of the values"), \
        RILL_REAL(actor_critic_params, entropy, "0", 0.0, 1e9,                                \
                  "weight of the policy's entropy, which is maximised too")

/// The agent's struct in front.
typedef struct actor_critic_agent {
    rill_agent base;    ///< its `value` is w
    rill_trace z_theta; ///< of each weight of the policy, with the step scales; size 0: no traces
    rill_trace z_w;     ///< of each weight of the values, likewise
    rill_state *state;  ///< S; the action A is the actor's x
    double *score;      ///< (n_parameters) grad_eta ln pi, for a moment's use
} actor_critic_agent;

static inline const actor_critic_params *actor_critic_params_of(const rill_agent *agent)
{
    return (const actor_critic_params *)agent->params;
}

static inline bool actor_critic_is_zero(const rill_schedule *schedule)
{
    return schedule->kind == RILL_SCHEDULE_CONSTANT && schedule->from == 0.0;
}

/// Whether some lambda is not 0 at all times.
static inline bool actor_critic_has_traces(const rill_agent *agent)
{
    const actor_critic_params *params = actor_critic_params_of(agent);
    return !actor_critic_is_zero(&params->lambda_theta) || !actor_critic_is_zero(&params->lambda_w);
}

/// For `prepare`.
static inline rill_status actor_critic_check_entropy(const rill_agent *agent, double entropy,
                                                     rill_error *error)
{
    if (entropy > 0.0 && agent->actor.distribution.type->entropy == NULL) {
        return rill_error_set(error, RILL_INVALID, "entropy",
                              "that of %s has no closed form: leave it 0",
                              agent->actor.distribution.type->id);
    }
    return RILL_OK;
}

static inline rill_status actor_critic_prepare(rill_agent *agent, rill_error *error)
{
    const int32_t n_features = rill_actor_features(agent)->size;
    const int32_t n_parameters = agent->actor.distribution.n_parameters;
    if (actor_critic_has_traces(agent) && n_features > INT32_MAX / n_parameters) {
        return rill_error_set(error, RILL_INVALID, "lambda_theta",
                              "traces are counted in 32 bits: %d features with %d parameters each "
                              "are too many",
                              n_features, n_parameters);
    }
    return actor_critic_check_entropy(agent, actor_critic_params_of(agent)->entropy, error);
}

static inline void actor_critic_layout(rill_agent *agent, rill_arena *arena)
{
    actor_critic_agent *self = (actor_critic_agent *)agent;
    const bool has_traces = actor_critic_has_traces(agent);
    self->z_theta = rill_trace_take(arena, has_traces ? (int32_t)rill_actor_size(agent) : 0);
    self->z_w = rill_trace_take(arena, has_traces ? agent->value.n_features : 0);
    self->state = (rill_state *)rill_arena_take(arena, 1, sizeof(rill_state));
    self->score = (double *)rill_arena_take(arena, (size_t)agent->actor.distribution.n_parameters,
                                            sizeof(double));
}

static inline const char *actor_critic_lacks_traces(const rill_agent *agent)
{
    return actor_critic_has_traces(agent) ? NULL : "both lambdas are 0, so there are no traces";
}

static inline double actor_critic_active_traces(const rill_agent *agent)
{
    const actor_critic_agent *self = (const actor_critic_agent *)agent;
    return (double)*self->z_theta.n_active + (double)*self->z_w.n_active;
}

/// Those of the values.
static inline const rill_trace *actor_critic_trace(const rill_agent *agent)
{
    return &((const actor_critic_agent *)agent)->z_w;
}

static const rill_agent_measure actor_critic_measures[] = {
    {"active_traces", RILL_ACTIVE_TRACES, actor_critic_lacks_traces, actor_critic_active_traces},
    RILL_ACTOR_MEASURES,
    RILL_MEASURE_END,
};

/// z_w <- 0, z_theta <- 0
static inline void actor_critic_clear(rill_agent *agent)
{
    rill_trace_clear(&((actor_critic_agent *)agent)->z_w);
    rill_trace_clear(&((actor_critic_agent *)agent)->z_theta);
}

/// A ~ pi(. | S, theta)
static inline rill_action actor_critic_act(rill_agent *agent, rill_state state)
{
    *((actor_critic_agent *)agent)->state = state;
    return rill_actor_choose(agent, state);
}

/// Raises one trace of the policy.
static inline void actor_critic_raise(const rill_trace *z, int32_t index, double amount)
{
    rill_trace_set(z, index, z->eligibility[index] + amount);
}

/// z_theta <- z_theta + weight grad ln pi, for grad_eta ln pi in a state, each feature's part multiplied
/// with its step scale (free parameters are those of no feature).
static inline void actor_critic_visit(const rill_agent *agent, const rill_trace *z,
                                      rill_state state, const double *score, double weight)
{
    const rill_features *features = rill_actor_features(agent);
    const rill_features_view x = rill_actor_view(agent, state);
    const int32_t n = agent->actor.theta.n_outputs;
    const int32_t n_of_state = n - agent->actor.distribution.n_free;
    const double scaled = weight * features->step_scale;
    for (int32_t i = 0; i < x.n; i++) {
        double part = x.values == NULL ? scaled : scaled * x.values[i];
        part = features->step_scales == NULL ? part : part * features->step_scales[x.indices[i]];
        for (int32_t j = 0; j < n_of_state; j++) {
            actor_critic_raise(z, x.indices[i] * n + j, part * score[j]);
        }
    }
    for (int32_t j = n_of_state; j < n; j++) {
        actor_critic_raise(z, j, weight * score[j]);
    }
}

/// Both steps along delta. `weight` is I, `discount` what traces decay by beside lambda:
///     z_w <- discount lambda_w z_w + grad v(S,w),  z_theta <- discount lambda_theta z_theta + I grad ln pi(A|S,theta)
///     w <- w + alpha_w delta z_w,  theta <- theta + alpha_theta [delta z_theta + I entropy grad H(S,theta)]
/// The action was chosen by the present theta, so that eta(S) is still what it was then.
static inline void actor_critic_learn(rill_agent *agent, double delta, double weight,
                                      double discount)
{
    const actor_critic_agent *self = (const actor_critic_agent *)agent;
    const actor_critic_params *params = actor_critic_params_of(agent);
    rill_agent_memory *memory = agent->memory;
    const rill_distribution then = // when the action was chosen, the last one
        rill_distribution_at(&agent->actor.distribution, memory->step - 1, memory->episode);
    const rill_state state = *self->state;
    const double *eta = rill_actor_kept(agent, state);
    const double alpha_w = rill_td_alpha(agent, state, 0), alpha_theta = rill_actor_alpha(agent);
    then.type->score(&then, eta, agent->actor.x, self->score);
    if (self->z_w.size == 0) {
        rill_td_add(agent, state, 0, alpha_w * delta);
        rill_actor_step(agent, state, self->score, alpha_theta * weight * delta);
    } else {
        const double lambda_w =
            rill_schedule_at(&params->lambda_w, memory->update, memory->episode);
        const double lambda_theta =
            rill_schedule_at(&params->lambda_theta, memory->update, memory->episode);
        rill_trace_decay(&self->z_w, discount * lambda_w);
        rill_td_visit(agent, &self->z_w, RILL_TRACE_ACCUMULATING, state, 0, 0.0);
        rill_trace_decay(&self->z_theta, discount * lambda_theta);
        actor_critic_visit(agent, &self->z_theta, state, self->score, weight);
        rill_trace_add(&self->z_w, agent->value.weights, alpha_w * delta);
        rill_trace_add(&self->z_theta, agent->actor.theta.weights, alpha_theta * delta);
    }
    if (params->entropy > 0.0) {
        then.type->entropy(&then, eta, self->score);
        rill_actor_step(agent, state, self->score, alpha_theta * weight * params->entropy);
    }
    memory->td_error = delta;
    memory->update++;
}

#endif
