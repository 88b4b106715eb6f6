/// Emphatic TD(lambda): off-policy prediction whose updates are weighed by how much the target policy
/// would visit the state.
///
/// Sutton & Barto (2018), sections 11.8 and 12.11; Sutton, Mahmood and White (2016). The interest is 1
/// in every state. With lambda = 0 it is the one-step method of section 11.8:
///     F_t = rho_{t-1} gamma F_{t-1} + 1
///     M_t = lambda + (1 - lambda) F_t
///     z_t = rho_t (gamma lambda z_{t-1} + M_t x_t)
///     w_{t+1} = w_t + alpha delta_t z_t
#include "agents/off_policy.h"

typedef struct emphatic_td_params {
    rill_td_params td;
    rill_schedule lambda;
} emphatic_td_params;

static const rill_param emphatic_td_param_table[] = {
    RILL_TD_PARAMS,
    RILL_RATE(emphatic_td_params, lambda, "0", 0.0, 1.0, "trace decay"),
    RILL_PARAM_END,
};

typedef struct emphatic_td {
    off_policy off;
    rill_trace trace;
    double *followon; ///< F of the last state
} emphatic_td;

static void emphatic_td_layout(rill_agent *agent, rill_arena *arena)
{
    emphatic_td *self = (emphatic_td *)agent;
    self->trace = rill_trace_take(arena, agent->features.size);
    self->followon = rill_arena_take(arena, 1, sizeof *self->followon);
    off_policy_layout(agent, arena);
}

/// `next` is S'; -1 after termination.
static inline void learn(rill_agent *agent, double reward, rill_state next)
{
    emphatic_td *self = (emphatic_td *)agent;
    const emphatic_td_params *params = agent->params;
    const off_policy_last last = *self->off.last;
    const double gamma = params->td.gamma;
    const double lambda =
        rill_schedule_at(&params->lambda, agent->memory->update, agent->memory->episode);
    const double bootstrap = next < 0 ? 0.0 : rill_td_value(agent, next, 0);
    const double td_error = reward + gamma * bootstrap - rill_td_value(agent, last.state, 0);
    const double emphasis = lambda + (1.0 - lambda) * *self->followon;
    // z <- rho (gamma lambda z + M x)
    rill_trace_decay(&self->trace, gamma * lambda);
    rill_td_raise(agent, &self->trace, last.state, 0, emphasis);
    rill_trace_decay(&self->trace, last.ratio);
    rill_trace_add(&self->trace, agent->value.weights,
                   rill_td_alpha(agent, last.state, 0) * td_error);
    *self->followon = last.ratio * gamma * *self->followon + 1.0;
    agent->memory->td_error = td_error;
    agent->memory->update++;
}

static rill_action emphatic_td_start(rill_agent *agent, rill_observation observation)
{
    emphatic_td *self = (emphatic_td *)agent;
    rill_trace_clear(&self->trace);
    *self->followon = 1.0;
    return off_policy_choose(agent, rill_agent_perceive(agent, observation));
}

static rill_action emphatic_td_step(rill_agent *agent, double reward, rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, reward, state);
    return off_policy_choose(agent, state);
}

static void emphatic_td_finish(rill_agent *agent, const rill_outcome *outcome,
                               rill_observation observation)
{
    learn(agent, outcome->reward, off_policy_final(agent, outcome, observation));
}

static double active_traces(const rill_agent *agent)
{
    return *((const emphatic_td *)agent)->trace.n_active;
}

static const rill_trace *trace(const rill_agent *agent)
{
    return &((const emphatic_td *)agent)->trace;
}

static const rill_agent_measure measures[] = {
    {"active_traces", RILL_ACTIVE_TRACES, NULL, active_traces},
    RILL_MEASURE_END,
};

extern const rill_agent_type rill_agent_emphatic_td;
const rill_agent_type rill_agent_emphatic_td = {
    .id = "emphatic_td",
    .summary = "off-policy prediction with updates weighed by emphasis",
    .source = "Sutton & Barto (2018), sections 11.8 and 12.11; Sutton et al. (2016)",
    .params = emphatic_td_param_table,
    .params_size = sizeof(emphatic_td_params),
    .agent_size = sizeof(emphatic_td),
    .measures = measures,
    .trace = trace,
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .default_policy = "uniform",
    .has_behaviour = true,
    .is_linear = true,
    .layout = emphatic_td_layout,
    .begin = rill_td_begin,
    .start = emphatic_td_start,
    .step = emphatic_td_step,
    .finish = emphatic_td_finish,
};
