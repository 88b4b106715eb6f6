/// What the online methods with eligibility traces have in common.
#ifndef RILL_AGENTS_TD_LAMBDA_H
#define RILL_AGENTS_TD_LAMBDA_H

#include <rill/agent_define.h>
#include <rill/trace.h>

/// The parameters in front, and their table.
typedef struct td_lambda_base {
    rill_td_params td;
    rill_schedule lambda; ///< trace decay
} td_lambda_base;

#define TD_LAMBDA_PARAMS \
    RILL_TD_PARAMS, RILL_RATE(td_lambda_base, lambda, "0.9", 0.0, 1.0, "trace decay")

/// The agent's struct in front.
typedef struct td_lambda_agent {
    rill_agent base;    ///< its `value` is V, (n_features, 1), or Q, (n_features, n_actions)
    rill_trace trace;   ///< of each weight
    rill_td_last *last; ///< S and A
} td_lambda_agent;

static inline void td_lambda_layout(rill_agent *agent, rill_arena *arena)
{
    td_lambda_agent *self = (td_lambda_agent *)agent;
    self->trace = rill_trace_take(arena, agent->value.n_features * agent->value.n_outputs);
    self->last = (rill_td_last *)rill_arena_take(arena, 1, sizeof(rill_td_last));
}

/// For methods that estimate action values.
static inline rill_status td_lambda_check_size(rill_agent *agent, rill_error *error)
{
    if (agent->features.size > INT32_MAX / agent->action_space.size) {
        return rill_error_set(
            error, RILL_INVALID, "",
            "%s counts traces in 32 bits: %d features with %d actions are too many",
            agent->type->id, agent->features.size, agent->action_space.size);
    }
    return RILL_OK;
}

/// Replacing traces are for features of value 1: they would forget how strong a visit was.
static inline rill_status td_lambda_check_trace(const rill_agent *agent, int trace,
                                                rill_error *error)
{
    if (trace == RILL_TRACE_REPLACING && !agent->features.is_binary) {
        return rill_error_set(error, RILL_INVALID, "trace",
                              "replacing traces are for features that are 0 or 1, those of %s are "
                              "not; use accumulating or dutch",
                              agent->features.type->id);
    }
    return RILL_OK;
}

static inline double td_lambda_active_traces(const rill_agent *agent)
{
    return *((const td_lambda_agent *)agent)->trace.n_active;
}

static inline const rill_trace *td_lambda_trace(const rill_agent *agent)
{
    return &((const td_lambda_agent *)agent)->trace;
}

static const rill_agent_measure td_lambda_measures[] = {
    {"active_traces", RILL_ACTIVE_TRACES, NULL, td_lambda_active_traces},
    RILL_MEASURE_END,
};

/// A <- action given by the policy for S
static inline rill_action td_lambda_act(rill_agent *agent, rill_state state)
{
    rill_td_last last = {state, rill_td_choose(agent, state)};
    *((td_lambda_agent *)agent)->last = last;
    return (rill_action){.index = last.action};
}

/// gamma lambda at the present time; steps are counted in updates, as those of alpha.
static inline double td_lambda_decay(const rill_agent *agent)
{
    const td_lambda_base *params = (const td_lambda_base *)agent->params;
    const rill_agent_memory *memory = agent->memory;
    return params->td.gamma * rill_schedule_at(&params->lambda, memory->update, memory->episode);
}

#endif
