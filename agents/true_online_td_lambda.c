/// True online TD(lambda): the value of a given policy, as the online lambda-return algorithm has it
/// after each step, from traces.
///
/// Sutton & Barto (2018), section 12.5, box "True online TD(lambda) for estimating w^T x ~ v_pi". van Seijen, Mahmood, Pilarski, Machado and Sutton (2016), True Online
/// Temporal-Difference Learning.
///
/// The traces e are alpha times those of the box, so that alpha may change from step to step
/// (van Seijen and Sutton 2014). V_old begins as V(S_0): where there is no trace before S_0 it cancels,
/// and the box's 0 would only cost digits.
#include "agents/td_lambda.h"

static const rill_param true_online_td_lambda_param_table[] = {TD_LAMBDA_PARAMS, RILL_PARAM_END};

typedef struct true_online_td_lambda {
    td_lambda_agent base;
    double *v_old; ///< V(S) before the last update
} true_online_td_lambda;

static void true_online_td_lambda_layout(rill_agent *agent, rill_arena *arena)
{
    td_lambda_layout(agent, arena);
    ((true_online_td_lambda *)agent)->v_old = rill_arena_take(arena, 1, sizeof(double));
}

/// delta <- R + gamma V(S') - V(S)
/// e <- gamma lambda e;  e <- e + alpha [1 - e.x(S)] x(S)   (S&B eq. 12.11)
/// w <- w + [delta + V(S) - V_old] e - alpha [V(S) - V_old] x(S), with V(S) as before
/// V_old <- V(S'), likewise
static inline void learn(rill_agent *agent, double reward, double next)
{
    const true_online_td_lambda *self = (const true_online_td_lambda *)agent;
    const rill_trace *trace = &self->base.trace;
    const rill_state state = self->base.last->state;
    const double value = rill_td_value(agent, state, 0);
    const double delta = reward + rill_td_params_of(agent)->gamma * next - value;
    const double drift = value - *self->v_old;
    rill_trace_decay(trace, td_lambda_decay(agent));
    const double alpha = rill_td_alpha(agent, state, 0);
    const double dot = rill_td_trace_dot(agent, trace, state, 0);
    rill_td_raise(agent, trace, state, 0, alpha * (1.0 - dot));
    rill_trace_add(trace, agent->value.weights, delta + drift);
    rill_td_add(agent, state, 0, -alpha * drift);
    *self->v_old = next;
    agent->memory->td_error = delta;
    agent->memory->update++;
}

static rill_action true_online_td_lambda_start(rill_agent *agent, rill_observation observation)
{
    const true_online_td_lambda *self = (const true_online_td_lambda *)agent;
    const rill_state state = rill_agent_perceive(agent, observation);
    rill_trace_clear(&self->base.trace);
    *self->v_old = rill_td_value(agent, state, 0);
    return td_lambda_act(agent, state);
}

static rill_action true_online_td_lambda_step(rill_agent *agent, double reward,
                                              rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, reward, rill_td_value(agent, state, 0));
    return td_lambda_act(agent, state);
}

static void true_online_td_lambda_finish(rill_agent *agent, const rill_outcome *outcome,
                                         rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, outcome->reward, outcome->terminated ? 0.0 : rill_td_value(agent, state, 0));
}

extern const rill_agent_type rill_agent_true_online_td_lambda;
const rill_agent_type rill_agent_true_online_td_lambda = {
    .id = "true_online_td_lambda",
    .summary = "true online TD(lambda) prediction: the online lambda-return algorithm, from traces",
    .source = "Sutton & Barto (2018), section 12.5; van Seijen et al. (2016)",
    .params = true_online_td_lambda_param_table,
    .params_size = sizeof(td_lambda_base),
    .agent_size = sizeof(true_online_td_lambda),
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .default_policy = "uniform",
    .is_linear = true,
    .layout = true_online_td_lambda_layout,
    .begin = rill_td_begin,
    .start = true_online_td_lambda_start,
    .step = true_online_td_lambda_step,
    .finish = true_online_td_lambda_finish,
};
