/// TD(lambda): the value of a given policy, with eligibility traces.
///
/// Sutton & Barto (2018), section 12.2, box "Semi-gradient TD(lambda) for estimating v-hat ~ v_pi";
/// other traces than the box's accumulating one: section 12.5 and the
/// bibliographical remarks. Sutton (1988), Learning to Predict by the Methods of Temporal Differences;
/// Singh and Sutton (1996).
///
/// alpha is that of the state just left, also for the states before it.
#include "agents/td_lambda.h"

typedef struct td_lambda_params {
    td_lambda_base base;
    int trace; ///< rill_trace_kind
} td_lambda_params;

static const char *const trace_kinds[] = {"accumulating", "replacing", "dutch", NULL};

static const rill_param td_lambda_param_table[] = {
    TD_LAMBDA_PARAMS,
    RILL_CHOICE(td_lambda_params, trace, "accumulating", trace_kinds,
                "what a visit does to a trace z: z + 1, 1, or z + 1 - alpha z"),
    RILL_PARAM_END,
};

static rill_status td_lambda_prepare(rill_agent *agent, rill_error *error)
{
    const td_lambda_params *params = agent->params;
    return td_lambda_check_trace(agent, params->trace, error);
}

/// z <- gamma lambda z, raised by 1 (or as `trace` says) in S
/// delta <- R + gamma V(S') - V(S)   (S&B eq. 12.6)
/// V <- V + alpha delta z            (S&B eq. 12.7)
static inline void learn(rill_agent *agent, double reward, double next)
{
    const td_lambda_params *params = agent->params;
    const td_lambda_agent *self = (const td_lambda_agent *)agent;
    const rill_state state = self->last->state;
    const double delta = reward + params->base.td.gamma * next - rill_td_value(agent, state, 0);
    rill_trace_decay(&self->trace, td_lambda_decay(agent));
    const double alpha = rill_td_alpha(agent, state, 0);
    rill_td_visit(agent, &self->trace, (rill_trace_kind)params->trace, state, 0, alpha);
    rill_trace_add(&self->trace, agent->value.weights, alpha * delta);
    agent->memory->td_error = delta;
    agent->memory->update++;
}

static rill_action td_lambda_start(rill_agent *agent, rill_observation observation)
{
    rill_trace_clear(&((td_lambda_agent *)agent)->trace);
    return td_lambda_act(agent, rill_agent_perceive(agent, observation));
}

static rill_action td_lambda_step(rill_agent *agent, double reward, rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, reward, rill_td_value(agent, state, 0));
    return td_lambda_act(agent, state);
}

static void td_lambda_finish(rill_agent *agent, const rill_outcome *outcome,
                             rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, outcome->reward, outcome->terminated ? 0.0 : rill_td_value(agent, state, 0));
}

extern const rill_agent_type rill_agent_td_lambda;
const rill_agent_type rill_agent_td_lambda = {
    .id = "td_lambda",
    .summary = "TD(lambda) prediction: learns the state values of a given policy with traces",
    .source = "Sutton & Barto (2018), section 12.2",
    .params = td_lambda_param_table,
    .params_size = sizeof(td_lambda_params),
    .agent_size = sizeof(td_lambda_agent),
    .measures = td_lambda_measures,
    .trace = td_lambda_trace,
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .default_policy = "uniform",
    .is_linear = true,
    .layout = td_lambda_layout,
    .prepare = td_lambda_prepare,
    .begin = rill_td_begin,
    .start = td_lambda_start,
    .step = td_lambda_step,
    .finish = td_lambda_finish,
};
