/// What the true online methods have in common (S&B sections 12.5 and 12.7): traces and a correction
/// by which they do after each step what the online lambda-return algorithm does.
///
/// The traces e are alpha times those of the boxes, so that alpha may change from step to step
/// (van Seijen and Sutton 2014). The old value begins as that of S_0: where there is no trace before
/// S_0 it cancels, and the boxes' 0 would only cost digits.
#ifndef RILL_AGENTS_TRUE_ONLINE_H
#define RILL_AGENTS_TRUE_ONLINE_H

#include "agents/td_lambda.h"

/// The agent's struct.
typedef struct true_online_agent {
    td_lambda_agent base;
    double *old; ///< V(S) or Q(S,A) before the last update
} true_online_agent;

static inline void true_online_layout(rill_agent *agent, rill_arena *arena)
{
    td_lambda_layout(agent, arena);
    ((true_online_agent *)agent)->old = (double *)rill_arena_take(arena, 1, sizeof(double));
}

/// An episode begins, in an estimate of `value`.
static inline void true_online_start(rill_agent *agent, double value)
{
    const true_online_agent *self = (const true_online_agent *)agent;
    rill_trace_clear(&self->base.trace);
    *self->old = value;
}

/// Learns about `output` of S, whose estimate is v = w.x, from the estimate v' of what follows:
///     delta <- R + gamma v' - v
///     e <- gamma lambda e;  e <- e + alpha [1 - e.x] x   (S&B eq. 12.11)
///     w <- w + [delta + v - v_old] e - alpha [v - v_old] x
///     v_old <- v'
static inline void true_online_learn(rill_agent *agent, int32_t output, double reward, double next)
{
    const true_online_agent *self = (const true_online_agent *)agent;
    const rill_trace *trace = &self->base.trace;
    const rill_state state = self->base.last->state;
    const double value = rill_td_value(agent, state, output);
    const double delta = reward + rill_td_params_of(agent)->gamma * next - value;
    const double drift = value - *self->old;
    rill_trace_decay(trace, td_lambda_decay(agent));
    const double alpha = rill_td_alpha(agent, state, output);
    const double dot = rill_td_trace_dot(agent, trace, state, output);
    rill_td_raise(agent, trace, state, output, alpha * (1.0 - dot));
    rill_trace_add(trace, agent->value.weights, delta + drift);
    rill_td_add(agent, state, output, -alpha * drift);
    *self->old = next;
    agent->memory->td_error = delta;
    agent->memory->update++;
}

#endif
