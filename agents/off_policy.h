/// What the one-step off-policy prediction methods share: the ratio of the action that was taken.
#ifndef RILL_AGENTS_OFF_POLICY_H
#define RILL_AGENTS_OFF_POLICY_H

#include <rill/agent_define.h>

/// S_t, and rho_t = pi(A_t|S_t) / b(A_t|S_t) of the action taken in it   (S&B eq. 5.3)
typedef struct off_policy_last {
    rill_state state;
    double ratio;
} off_policy_last;

/// Chooses an action by the behaviour policy and finds its ratio. `probabilities` is (2, n_actions).
static inline rill_action off_policy_choose(rill_agent *agent, rill_state state,
                                            off_policy_last *last, double *probabilities)
{
    double *target = probabilities, *behaviour = probabilities + agent->action_space.size;
    rill_td_target(agent, state, target);
    rill_td_behaviour(agent, state, behaviour);
    const int32_t action = rill_td_behave(agent, state);
    last->state = state;
    last->ratio = target[action] / behaviour[action];
    return (rill_action){.index = action};
}

#endif
