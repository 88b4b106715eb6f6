/// Sarsa: on-policy TD control.
///
/// Sutton & Barto (2018), section 6.4, box "Sarsa (on-policy TD control) for estimating Q ~ q*";
/// Zhao (2025), algorithm 7.1. Rummery and Niranjan (1994). On features section 10.1, box "Episodic
/// Semi-gradient Sarsa for Estimating q-hat ~ q*".
#include "agents/td_step.h"

static const rill_param sarsa_param_table[] = {RILL_TD_PARAMS, RILL_PARAM_END};

typedef struct sarsa {
    rill_agent base; ///< its `value` is Q, (n_features, n_actions)
    rill_td_last *last;
} sarsa;

static void sarsa_layout(rill_agent *agent, rill_arena *arena)
{
    ((sarsa *)agent)->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
}

/// Q(S,A) <- Q(S,A) + alpha [R + gamma Q(S',A') - Q(S,A)]   (S&B eq. 6.7)
static RILL_ALWAYS_INLINE void learn(rill_agent *agent, td_form form, double reward, double next)
{
    rill_td_last last = *((sarsa *)agent)->last;
    double gamma = rill_td_params_of(agent)->gamma;
    td_update(agent, form, last.state, last.action, reward + gamma * next);
}

/// Choose A from S using the policy derived from Q.
static RILL_ALWAYS_INLINE rill_action start(rill_agent *agent, td_form form,
                                            rill_observation observation)
{
    rill_state state = td_perceive(agent, form, observation);
    rill_td_last last = {state, td_choose(agent, form, state, td_values(agent, form, state))};
    *((sarsa *)agent)->last = last;
    return (rill_action){.index = last.action};
}

/// Choose A' from S', learn, S <- S', A <- A'.
static RILL_ALWAYS_INLINE rill_action step(rill_agent *agent, td_form form, double reward,
                                           rill_observation observation)
{
    rill_state state = td_perceive(agent, form, observation);
    const double *values = td_values(agent, form, state);
    rill_td_last next = {state, td_choose(agent, form, state, values)};
    learn(agent, form, reward, values[next.action]);
    *((sarsa *)agent)->last = next;
    return (rill_action){.index = next.action};
}

static RILL_ALWAYS_INLINE void finish(rill_agent *agent, td_form form, const rill_outcome *outcome,
                                      rill_observation observation)
{
    double next = 0.0;
    if (!outcome->terminated) {
        // cut off, not ended: A' is the action that the policy would have taken
        rill_state state = td_perceive(agent, form, observation);
        const double *values = td_values(agent, form, state);
        next = values[td_choose(agent, form, state, values)];
    }
    learn(agent, form, outcome->reward, next);
}

TD_DEFINE_STEPS(sarsa)
#define TD_NAME sarsa
#define TD_FAMILY td_epsilon_greedy
#include "agents/td_stretch.h"

extern const rill_agent_type rill_agent_sarsa;
const rill_agent_type rill_agent_sarsa = {
    .id = "sarsa",
    .summary = "on-policy TD control: learns the action values of the policy that it follows",
    .source = "Sutton & Barto (2018), sections 6.4 and 10.1; Zhao (2025), section 7.2",
    .params = sarsa_param_table,
    .params_size = sizeof(rill_td_params),
    .agent_size = sizeof(sarsa),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .is_linear = true,
    .layout = sarsa_layout,
    .begin = rill_td_begin,
    .start = sarsa_start,
    .step = sarsa_step,
    .step_on_table = sarsa_step_on_table,
    .stretch = stretch,
    .finish = sarsa_finish,
};
