/// Q-learning: off-policy TD control.
///
/// Sutton & Barto (2018), section 6.5, box "Q-learning (off-policy TD control) for estimating
/// pi ~ pi*"; Zhao (2025), algorithm 7.3. Watkins (1989), Learning from Delayed Rewards.
#include "agents/td_step.h"

static const rill_param q_learning_param_table[] = {RILL_TD_PARAMS, RILL_PARAM_END};

typedef struct q_learning {
    rill_agent base; ///< its `value` is Q, (n_features, n_actions)
    rill_td_last *last;
} q_learning;

static void q_learning_layout(rill_agent *agent, rill_arena *arena)
{
    ((q_learning *)agent)->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
}

/// Choose A from S using the policy derived from Q.
static RILL_ALWAYS_INLINE rill_action choose(rill_agent *agent, td_form form, rill_state state)
{
    const double *values = td_values(agent, form, state); // anew: learning may have changed them
    rill_td_last last = {state, td_choose(agent, form, state, values)};
    *((q_learning *)agent)->last = last;
    return (rill_action){.index = last.action};
}

/// Q(S,A) <- Q(S,A) + alpha [R + gamma max_a Q(S',a) - Q(S,A)]   (S&B eq. 6.8)
static RILL_ALWAYS_INLINE void learn(rill_agent *agent, td_form form, double reward,
                                     double greatest_next)
{
    rill_td_last last = *((q_learning *)agent)->last;
    double gamma = rill_td_params_of(agent)->gamma;
    td_update(agent, form, last.state, last.action, reward + gamma * greatest_next);
}

/// max_a Q(s,a)
static RILL_ALWAYS_INLINE double greatest(const rill_agent *agent, td_form form, rill_state state)
{
    RILL_WITH_CONSTANT(agent->value.n_outputs, rill_max, td_values(agent, form, state))
}

static RILL_ALWAYS_INLINE rill_action start(rill_agent *agent, td_form form,
                                            rill_observation observation)
{
    return choose(agent, form, td_perceive(agent, form, observation));
}

static RILL_ALWAYS_INLINE rill_action step(rill_agent *agent, td_form form, double reward,
                                           rill_observation observation)
{
    rill_state state = td_perceive(agent, form, observation);
    learn(agent, form, reward, greatest(agent, form, state));
    return choose(agent, form, state);
}

static RILL_ALWAYS_INLINE void finish(rill_agent *agent, td_form form, const rill_outcome *outcome,
                                      rill_observation observation)
{
    rill_state state = td_perceive(agent, form, observation);
    learn(agent, form, outcome->reward, outcome->terminated ? 0.0 : greatest(agent, form, state));
}

TD_DEFINE_STEPS(q_learning)
#define TD_NAME q_learning
#define TD_FAMILY td_epsilon_greedy
#include "agents/td_stretch.h"

extern const rill_agent_type rill_agent_q_learning;
const rill_agent_type rill_agent_q_learning = {
    .id = "q_learning",
    .summary = "off-policy TD control: learns the optimal action values from any behaviour",
    .source = "Sutton & Barto (2018), section 6.5; Zhao (2025), section 7.4",
    .params = q_learning_param_table,
    .params_size = sizeof(rill_td_params),
    .agent_size = sizeof(q_learning),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .is_linear = true,
    .learns_greedy = true,
    .layout = q_learning_layout,
    .begin = rill_td_begin,
    .start = q_learning_start,
    .step = q_learning_step,
    .step_on_table = q_learning_step_on_table,
    .stretch = stretch,
    .finish = q_learning_finish,
};
