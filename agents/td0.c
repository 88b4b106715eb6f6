/// TD(0): the value of a given policy.
///
/// Sutton & Barto (2018), section 6.1, box "Tabular TD(0) for estimating v_pi"; Zhao (2025),
/// section 7.1. On features section 9.3, box "Semi-gradient TD(0) for estimating v-hat ~ v_pi".
#include "agents/td_step.h"

static const rill_param td0_param_table[] = {RILL_TD_PARAMS, RILL_PARAM_END};

typedef struct td0 {
    rill_agent base; ///< its `value` is V, (n_features, 1)
    rill_td_last *last;
} td0;

static void td0_layout(rill_agent *agent, rill_arena *arena)
{
    ((td0 *)agent)->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
}

/// A <- action given by pi for S, which does not look at the values
static RILL_ALWAYS_INLINE rill_action act(rill_agent *agent, td_form form, rill_state state)
{
    const double *ignored = agent->value.weights;
    rill_td_last last = {state, td_choose(agent, form, state, ignored)};
    *((td0 *)agent)->last = last;
    return (rill_action){.index = last.action};
}

/// V(S) <- V(S) + alpha [R + gamma V(S') - V(S)]   (S&B eq. 6.2)
static RILL_ALWAYS_INLINE void learn(rill_agent *agent, td_form form, double reward, double next)
{
    double gamma = rill_td_params_of(agent)->gamma;
    td_update(agent, form, ((td0 *)agent)->last->state, 0, reward + gamma * next);
}

static RILL_ALWAYS_INLINE rill_action start(rill_agent *agent, td_form form,
                                            rill_observation observation)
{
    return act(agent, form, td_perceive(agent, form, observation));
}

static RILL_ALWAYS_INLINE rill_action step(rill_agent *agent, td_form form, double reward,
                                           rill_observation observation)
{
    rill_state state = td_perceive(agent, form, observation);
    learn(agent, form, reward, td_value(agent, form, state, 0));
    return act(agent, form, state);
}

static RILL_ALWAYS_INLINE void finish(rill_agent *agent, td_form form, const rill_outcome *outcome,
                                      rill_observation observation)
{
    rill_state state = td_perceive(agent, form, observation);
    learn(agent, form, outcome->reward,
          outcome->terminated ? 0.0 : td_value(agent, form, state, 0));
}

TD_DEFINE_STEPS(td0)
#define TD_NAME td0
#define TD_FAMILY td_uniform
#include "agents/td_stretch.h"

extern const rill_agent_type rill_agent_td0;
const rill_agent_type rill_agent_td0 = {
    .id = "td0",
    .summary = "temporal-difference prediction: learns the state values of a given policy",
    .source = "Sutton & Barto (2018), sections 6.1 and 9.3; Zhao (2025), section 7.1",
    .params = td0_param_table,
    .params_size = sizeof(rill_td_params),
    .agent_size = sizeof(td0),
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .default_policy = "uniform",
    .is_linear = true,
    .layout = td0_layout,
    .begin = rill_td_begin,
    .start = td0_start,
    .step = td0_step,
    .step_on_table = td0_step_on_table,
    .stretch = stretch,
    .finish = td0_finish,
};
