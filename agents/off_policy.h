/// What the off-policy prediction methods share: the ratio of the action that was taken.
#ifndef RILL_AGENTS_OFF_POLICY_H
#define RILL_AGENTS_OFF_POLICY_H

#include <rill/agent_define.h>

/// S_t, and rho_t = pi(A_t|S_t) / b(A_t|S_t) of the action taken in it   (S&B eq. 5.3)
typedef struct off_policy_last {
    rill_state state;
    double ratio;
} off_policy_last;

/// The part that is the same in every agent of the kind, and comes first in its struct.
typedef struct off_policy {
    rill_agent base; ///< its `value` is w, (n_features, 1)
    off_policy_last *last;
    double *probabilities; ///< (2, n_actions)
} off_policy;

static inline void off_policy_layout(rill_agent *agent, rill_arena *arena)
{
    off_policy *self = (off_policy *)agent;
    self->last = rill_arena_take(arena, 1, sizeof *self->last);
    self->probabilities =
        rill_arena_take(arena, 2 * (size_t)agent->action_space.size, sizeof(double));
}

/// Chooses an action by the behaviour policy and finds its ratio.
static inline rill_action off_policy_choose(rill_agent *agent, rill_state state)
{
    const off_policy *self = (const off_policy *)agent;
    double *target = self->probabilities, *behaviour = target + agent->action_space.size;
    rill_td_target(agent, state, target);
    rill_td_behaviour(agent, state, behaviour);
    const int32_t action = rill_td_behave(agent, state);
    self->last->state = state;
    self->last->ratio = target[action] / behaviour[action];
    return (rill_action){.index = action};
}

/// S' of the last step of an episode; -1 after termination.
static inline rill_state off_policy_final(rill_agent *agent, const rill_outcome *outcome,
                                          rill_observation observation)
{
    return outcome->terminated ? -1 : rill_agent_perceive(agent, observation);
}

/// Defines start, step and finish of the agent `name` that learns by `learn(agent, R, S')`, and its
/// type; further members follow.
#define OFF_POLICY_DEFINE(name, learn, ...)                                                        \
    static rill_action name##_start(rill_agent *agent, rill_observation observation)               \
    {                                                                                              \
        return off_policy_choose(agent, rill_agent_perceive(agent, observation));                  \
    }                                                                                              \
    static rill_action name##_step(rill_agent *agent, double reward, rill_observation observation) \
    {                                                                                              \
        rill_state state = rill_agent_perceive(agent, observation);                                \
        learn(agent, reward, state);                                                               \
        return off_policy_choose(agent, state);                                                    \
    }                                                                                              \
    static void name##_finish(rill_agent *agent, const rill_outcome *outcome,                      \
                              rill_observation observation)                                        \
    {                                                                                              \
        learn(agent, outcome->reward, off_policy_final(agent, outcome, observation));              \
    }                                                                                              \
    extern const rill_agent_type rill_agent_##name;                                                \
    const rill_agent_type rill_agent_##name = {.id = #name,                                        \
                                               .estimates = RILL_ESTIMATES_STATE_VALUES,           \
                                               .default_policy = "uniform",                        \
                                               .has_behaviour = true,                              \
                                               .is_linear = true,                                  \
                                               .begin = rill_td_begin,                             \
                                               .start = name##_start,                              \
                                               .step = name##_step,                                \
                                               .finish = name##_finish,                            \
                                               __VA_ARGS__}

#endif
