/// The body of the gradient-TD methods (S&B section 11.7), which differ in how they move w:
///     v <- v + beta rho [delta - v.x(S)] x(S)
/// Both vectors move from what they were before the step.
#ifndef RILL_AGENTS_GRADIENT_TD_H
#define RILL_AGENTS_GRADIENT_TD_H

#include "agents/off_policy.h"

typedef struct gradient_td_params {
    rill_td_params td;
    rill_schedule beta; ///< step size of v
} gradient_td_params;

typedef struct gradient_td {
    rill_agent base;       ///< its `value` is w, (n_features, 1)
    rill_linear secondary; ///< v, (n_features, 1)
    off_policy_last *last;
    double *probabilities; ///< (2, n_actions)
} gradient_td;

/// What one step taught.
typedef struct gradient_td_error {
    rill_state state; ///< S
    rill_state next;  ///< S'; -1 after termination
    double ratio, gamma, td_error;
    double predicted; ///< v.x(S)
} gradient_td_error;

static inline void gradient_td_layout(rill_agent *agent, rill_arena *arena)
{
    gradient_td *self = (gradient_td *)agent;
    self->secondary = rill_linear_take(arena, agent->features.size, 1);
    self->last = rill_arena_take(arena, 1, sizeof *self->last);
    self->probabilities =
        rill_arena_take(arena, 2 * (size_t)agent->action_space.size, sizeof(double));
}

static inline rill_action gradient_td_choose(rill_agent *agent, rill_state state)
{
    gradient_td *self = (gradient_td *)agent;
    return off_policy_choose(agent, state, self->last, self->probabilities);
}

/// delta = R + gamma v(S') - v(S); moves w, then v. `next` is -1 after termination.
static inline void gradient_td_learn(rill_agent *agent, double reward, rill_state next,
                                     void (*move)(rill_agent *, const gradient_td_error *, double))
{
    const gradient_td *self = (const gradient_td *)agent;
    const gradient_td_params *params = agent->params;
    gradient_td_error e = {self->last->state, next, self->last->ratio, params->td.gamma, 0.0, 0.0};
    const double bootstrap = next < 0 ? 0.0 : rill_td_value(agent, next, 0);
    e.td_error = reward + e.gamma * bootstrap - rill_td_value(agent, e.state, 0);
    e.predicted = rill_td_dot(agent, &self->secondary, e.state, 0);
    const double beta =
        rill_schedule_at(&params->beta, agent->memory->update, agent->memory->episode);
    move(agent, &e, rill_td_alpha(agent, e.state, 0));
    rill_td_add_to(agent, &self->secondary, e.state, 0,
                   beta * e.ratio * (e.td_error - e.predicted));
    agent->memory->td_error = e.td_error;
    agent->memory->update++;
}

/// Defines the agent `name` that moves w by `move`.
#define GRADIENT_TD_DEFINE(name, what, where, move)                                                \
    static const rill_param name##_param_table[] = {                                               \
        RILL_TD_PARAMS,                                                                            \
        RILL_RATE(gradient_td_params, beta, "0.1", 0.0, 1e9, "step size of the second weights"),   \
        RILL_PARAM_END};                                                                           \
    static rill_action name##_start(rill_agent *agent, rill_observation observation)               \
    {                                                                                              \
        return gradient_td_choose(agent, rill_agent_perceive(agent, observation));                 \
    }                                                                                              \
    static rill_action name##_step(rill_agent *agent, double reward, rill_observation observation) \
    {                                                                                              \
        rill_state state = rill_agent_perceive(agent, observation);                                \
        gradient_td_learn(agent, reward, state, move);                                             \
        return gradient_td_choose(agent, state);                                                   \
    }                                                                                              \
    static void name##_finish(rill_agent *agent, const rill_outcome *outcome,                      \
                              rill_observation observation)                                        \
    {                                                                                              \
        rill_state state = outcome->terminated ? -1 : rill_agent_perceive(agent, observation);     \
        gradient_td_learn(agent, outcome->reward, state, move);                                    \
    }                                                                                              \
    extern const rill_agent_type rill_agent_##name;                                                \
    const rill_agent_type rill_agent_##name = {                                                    \
        .id = #name,                                                                               \
        .summary = what,                                                                           \
        .source = where,                                                                           \
        .params = name##_param_table,                                                              \
        .params_size = sizeof(gradient_td_params),                                                 \
        .agent_size = sizeof(gradient_td),                                                         \
        .estimates = RILL_ESTIMATES_STATE_VALUES,                                                  \
        .default_policy = "uniform",                                                               \
        .has_behaviour = true,                                                                     \
        .is_linear = true,                                                                         \
        .layout = gradient_td_layout,                                                              \
        .begin = rill_td_begin,                                                                    \
        .start = name##_start,                                                                     \
        .step = name##_step,                                                                       \
        .finish = name##_finish,                                                                   \
    };

#endif
