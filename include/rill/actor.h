/// For authors of agents: policies with learned parameters, for types that are `is_actor`.
///
/// pi(a | s, theta) is a distribution (rill/distribution.h) with the parameters eta(s) = theta' x(s), so
/// that for what depends on theta through eta alone
///     d f / d theta_ij = x_i(s) d f / d eta_j
/// and gradients are handed around by eta, (n_parameters) numbers, as long as the state is known.
#ifndef RILL_ACTOR_H
#define RILL_ACTOR_H

#include <rill/agent_define.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The parameters of every actor with a value function, and their table. An agent that needs more has
/// a struct with this one in front.
typedef struct rill_actor_params {
    rill_td_params td;         ///< its alpha is that of the values: alpha_w
    rill_schedule alpha_theta; ///< step size of the policy
    rill_list initial_theta;   ///< weights of the policy at the start
} rill_actor_params;

#define RILL_ACTOR_THETA                                                                          \
    RILL_RATE(rill_actor_params, alpha_theta, "0.01", 0.0, 1e9, "step size of the policy"),       \
        RILL_REALS(rill_actor_params, initial_theta, "", -1e300, 1e300,                           \
                   "weights of the policy at the start: one a parameter of the distribution, or " \
                   "features times parameters; empty: 0")
#define RILL_ACTOR_ALPHA_W                                                                      \
    RILL_PARAM_ROW_NAMED("alpha_w", RILL_PARAM_SCHEDULE, offsetof(rill_actor_params, td.alpha), \
                         "0.1", 0.0, 1e9, NULL, "step size of the values")
#define RILL_ACTOR_GAMMA RILL_REAL(rill_td_params, gamma, "1", 0.0, 1.0, "discount per step")
/// Rows of a parameter table: policy, values, discount, and where values start.
#define RILL_ACTOR_PARAMS RILL_ACTOR_THETA, RILL_ACTOR_ALPHA_W, RILL_ACTOR_GAMMA, RILL_TD_INITIAL

static inline const rill_actor_params *rill_actor_params_of(const rill_agent *agent)
{
    return (const rill_actor_params *)agent->params;
}

/// The distribution at the present time.
static inline rill_distribution rill_actor_distribution(const rill_agent *agent)
{
    return rill_distribution_at(&agent->actor.distribution, agent->memory->step,
                                agent->memory->episode);
}

/// The feature map of the policy.
static inline const rill_features *rill_actor_features(const rill_agent *agent)
{
    return agent->actor.features.type == NULL ? &agent->features : &agent->actor.features;
}

/// The features x(s) of the policy in a state.
static inline rill_features_view rill_actor_view(const rill_agent *agent, rill_state state)
{
    const rill_slots *slots = &agent->actor.slots;
    const ptrdiff_t first = (ptrdiff_t)state * slots->n_active;
    const bool is_binary = rill_actor_features(agent)->is_binary;
    rill_features_view view = {slots->n[state], slots->indices + first,
                               is_binary ? NULL : slots->values + first};
    return view;
}

/// Number of weights of the policy.
static inline int64_t rill_actor_size(const rill_agent *agent)
{
    return (int64_t)agent->actor.theta.n_features * agent->actor.theta.n_outputs;
}

/// For `begin`: values as `rill_td_begin`, theta as given.
RILL_API void rill_actor_begin(rill_agent *agent);

/// eta(s) = theta' x(s), (n_parameters), valid until the state is asked again. Actions that do not exist
/// have RILL_UNAVAILABLE.
RILL_API const double *rill_actor_parameters(const rill_agent *agent, rill_state state);

/// eta(s) as it was when the state was asked last.
static inline const double *rill_actor_kept(const rill_agent *agent, rill_state state)
{
    return agent->actor.slots.outputs + (ptrdiff_t)state * agent->actor.theta.n_outputs;
}

/// A ~ pi(. | s, theta), with its noise and x kept in the actor; counts the step.
RILL_API rill_action rill_actor_choose(rill_agent *agent, rill_state state);

/// The action to take without exploring, by theta, in place of a draw; counts the step.
RILL_API rill_action rill_actor_choose_centre(rill_agent *agent, rill_state state);

/// The action that x (distribution.size) stands for; a box is written to the actor's.
RILL_API rill_action rill_actor_action(const rill_agent *agent, const double *x);

/// grad_eta log pi(x | s, theta), to `gradient` (n_parameters), of x that was drawn in this episode,
/// when memory.step was `step`: a temperature is that of then.
static inline void rill_actor_score(const rill_agent *agent, rill_state state, const double *x,
                                    int64_t step, double *gradient)
{
    const rill_distribution then =
        rill_distribution_at(&agent->actor.distribution, step, agent->memory->episode);
    then.type->score(&then, rill_actor_parameters(agent, state), x, gradient);
}

/// Whether the policy moves by the gradient itself, so that each sample can move it by its part: the
/// optimiser is `sgd` without momentum.
RILL_API bool rill_actor_steps_plainly(const rill_agent *agent);

/// block <- block + step d f / d theta, for a gradient d f / d eta (n_parameters) in a state. `block` is
/// theta or has its shape.
RILL_API void rill_actor_add(const rill_agent *agent, double *block, rill_state state,
                             const double *gradient, double step);

/// As `rill_actor_add`, each feature's part multiplied with its step scale.
RILL_API void rill_actor_add_scaled(const rill_agent *agent, double *block, rill_state state,
                                    const double *gradient, double step);

/// As `rill_actor_add_scaled` to theta.
RILL_API void rill_actor_step(const rill_agent *agent, rill_state state, const double *gradient,
                              double step);

/// theta <- theta + step d, each feature's part multiplied with its step scale, where d is the direction
/// that the optimiser makes of a gradient d J / d theta, and which takes its place.
RILL_API void rill_actor_ascend(const rill_agent *agent, double *gradient, double step);

/// The entropy of the policy in the state in which the agent acted last, by the weights of then; and why
/// there is none, or NULL.
RILL_API double rill_actor_entropy(const rill_agent *agent);
RILL_API const char *rill_actor_lacks_entropy(const rill_agent *agent);
/// Likewise its standard deviation, for boxes.
RILL_API double rill_actor_deviation(const rill_agent *agent);
RILL_API const char *rill_actor_lacks_deviation(const rill_agent *agent);

// clang-format off
/// Rows of a table of measures, for types that act by `rill_actor_choose`.
#define RILL_ACTOR_MEASURES                                                                    \
    {"policy_entropy", "entropy of the policy where it acted last, in nats",                   \
     rill_actor_lacks_entropy, rill_actor_entropy},                                            \
    {"policy_deviation", "standard deviation of the policy where it acted last, mean over "    \
                         "dimensions; of squashed_gaussian before squashing",                  \
     rill_actor_lacks_deviation, rill_actor_deviation}
// clang-format on

/// alpha_theta at the present time.
static inline double rill_actor_alpha(const rill_agent *agent)
{
    return rill_schedule_at(&rill_actor_params_of(agent)->alpha_theta, agent->memory->update,
                            agent->memory->episode);
}

#ifdef __cplusplus
}
#endif
#endif
