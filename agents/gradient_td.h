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

#define GRADIENT_TD_PARAMS \
    RILL_TD_PARAMS,        \
        RILL_RATE(gradient_td_params, beta, "0.1", 0.0, 1e9, "step size of the second weights")

typedef struct gradient_td {
    off_policy off;
    rill_linear secondary; ///< v, (n_features, 1)
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
    off_policy_layout(agent, arena);
}

/// delta = R + gamma v(S') - v(S); moves w, then v. `next` is -1 after termination.
static inline void gradient_td_learn(rill_agent *agent, double reward, rill_state next,
                                     void (*move)(rill_agent *, const gradient_td_error *, double))
{
    const gradient_td *self = (const gradient_td *)agent;
    const gradient_td_params *params = agent->params;
    gradient_td_error e = {self->off.last->state, next, self->off.last->ratio,
                           params->td.gamma,      0.0,  0.0};
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
#define GRADIENT_TD_DEFINE(name, what, where, move)                                            \
    static const rill_param name##_param_table[] = {GRADIENT_TD_PARAMS, RILL_PARAM_END};       \
    static inline void name##_learn(rill_agent *agent, double reward, rill_state next)         \
    {                                                                                          \
        gradient_td_learn(agent, reward, next, move);                                          \
    }                                                                                          \
    OFF_POLICY_DEFINE(name, name##_learn, .summary = what, .source = where,                    \
                      .params = name##_param_table, .params_size = sizeof(gradient_td_params), \
                      .agent_size = sizeof(gradient_td), .layout = gradient_td_layout)

#endif
