/// What the methods of control with eligibility traces have in common: traces of pairs (s, a).
#ifndef RILL_AGENTS_Q_LAMBDA_H
#define RILL_AGENTS_Q_LAMBDA_H

#include "agents/td_lambda.h"

/// The parameters in front, and their table.
typedef struct q_lambda_params {
    td_lambda_base base;
    int trace; ///< rill_trace_kind
    bool clears_other_actions;
} q_lambda_params;

static const char *const q_lambda_traces[] = {"accumulating", "replacing", "dutch", NULL};

#define Q_LAMBDA_PARAMS                                                              \
    TD_LAMBDA_PARAMS,                                                                \
        RILL_CHOICE(q_lambda_params, trace, "accumulating", q_lambda_traces,         \
                    "what a visit does to a trace z: z + 1, 1, or z + 1 - alpha z"), \
        RILL_BOOL(q_lambda_params, clears_other_actions, "false",                    \
                  "with replacing traces: a visit clears those of the state's other actions")

static inline rill_status q_lambda_prepare(rill_agent *agent, rill_error *error)
{
    const q_lambda_params *params = (const q_lambda_params *)agent->params;
    if (params->clears_other_actions && params->trace != RILL_TRACE_REPLACING) {
        return rill_error_set(error, RILL_INVALID, "clears_other_actions",
                              "only replacing traces clear those of other actions");
    }
    const rill_status status = td_lambda_check_size(agent, error);
    return status == RILL_OK ? td_lambda_check_trace(agent, params->trace, error) : status;
}

/// z <- 0 for the features of a state and all its actions but one (Singh and Sutton 1996).
static inline void q_lambda_clear_others(const rill_agent *agent, const rill_trace *trace,
                                         rill_td_last kept)
{
    const rill_features_view x = rill_agent_features(agent, &kept.state);
    const int32_t n_actions = agent->value.n_outputs;
    for (int32_t i = 0; i < x.n; i++) {
        for (int32_t a = 0; a < n_actions; a++) {
            double *z = &trace->eligibility[x.indices[i] * n_actions + a];
            *z = a == kept.action ? *z : 0.0;
        }
    }
}

/// z(S,A) rises, as `trace` says; alpha matters to dutch traces.
static inline void q_lambda_visit(const rill_agent *agent, double alpha)
{
    const q_lambda_params *params = (const q_lambda_params *)agent->params;
    const td_lambda_agent *self = (const td_lambda_agent *)agent;
    const rill_td_last last = *self->last;
    if (params->clears_other_actions) {
        q_lambda_clear_others(agent, &self->trace, last);
    }
    rill_td_visit(agent, &self->trace, (rill_trace_kind)params->trace, last.state, last.action,
                  alpha);
}

/// Q(S,A)
static inline double q_lambda_last(const rill_agent *agent)
{
    const rill_td_last last = *((const td_lambda_agent *)agent)->last;
    return rill_td_value(agent, last.state, last.action);
}

/// Sarsa(lambda)'s and Watkins's update towards `target`, after the decay:
///     delta <- target - Q(S,A)
///     z(S,A) <- z(S,A) + 1, or as `trace` says
///     Q <- Q + alpha delta z
static inline void q_lambda_learn(rill_agent *agent, double target)
{
    const td_lambda_agent *self = (const td_lambda_agent *)agent;
    const double delta = target - q_lambda_last(agent);
    const double alpha = rill_td_alpha(agent, self->last->state, self->last->action);
    q_lambda_visit(agent, alpha);
    rill_trace_add(&self->trace, agent->value.weights, alpha * delta);
    agent->memory->td_error = delta;
    agent->memory->update++;
}

#endif
