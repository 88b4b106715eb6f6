/// What the methods for state values have in common that look back at what they went through.
#ifndef RILL_AGENTS_TD_HISTORY_H
#define RILL_AGENTS_TD_HISTORY_H

#include <rill/agent_define.h>
#include <rill/history.h>

/// The agent's struct in front.
typedef struct td_history_agent {
    rill_agent base; ///< its `value` is V, (n_features, 1)
    rill_history history;
} td_history_agent;

static inline const rill_history *td_history(const rill_agent *agent)
{
    return &((const td_history_agent *)agent)->history;
}

/// The row of the parameter that bounds what is kept, for methods that learn from whole episodes.
#define TD_HISTORY_MAX_STEPS(type)                                       \
    RILL_INTEGER(type, max_steps, "10000", 1, 1e7,                       \
                 "room for an episode; a longer one is learned from in " \
                 "pieces of so many steps, as if each were truncated")

/// A <- action given by pi for S, which does not look at the values
static inline rill_action td_history_act(rill_agent *agent, rill_state state)
{
    const int32_t action = rill_td_choose(agent, state);
    rill_history_append(td_history(agent), state, action);
    return (rill_action){.index = action};
}

static inline rill_action td_history_start(rill_agent *agent, rill_observation observation)
{
    rill_history_clear(td_history(agent));
    return td_history_act(agent, rill_agent_perceive(agent, observation));
}

/// `step` of a method that learns from whole episodes by `learn`; `last` is V(S_T), or 0 at the end of
/// an episode. Where there is no room for another step it learns from what there is.
static inline rill_action td_history_step(rill_agent *agent, double reward,
                                          rill_observation observation,
                                          void (*learn)(rill_agent *agent, double last))
{
    const rill_history *history = td_history(agent);
    const rill_state state = rill_agent_perceive(agent, observation);
    rill_history_last(history)->reward = reward;
    if (*history->length == history->capacity) {
        learn(agent, rill_td_value(agent, state, 0));
        rill_history_clear(history);
    }
    return td_history_act(agent, state);
}

/// Likewise `finish`.
static inline void td_history_finish(rill_agent *agent, const rill_outcome *outcome,
                                     rill_observation observation,
                                     void (*learn)(rill_agent *agent, double last))
{
    const rill_state state = rill_agent_perceive(agent, observation);
    rill_history_last(td_history(agent))->reward = outcome->reward;
    learn(agent, outcome->terminated ? 0.0 : rill_td_value(agent, state, 0));
}

#endif
