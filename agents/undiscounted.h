/// What the methods without a discount, those of bandits and of the average reward, have in common:
/// a step size, the estimates at the start, and the update of one estimate.
#ifndef RILL_AGENTS_UNDISCOUNTED_H
#define RILL_AGENTS_UNDISCOUNTED_H

#include <rill/agent_define.h>

/// An agent that needs more has a struct with this one in front.
typedef struct undiscounted_params {
    rill_schedule alpha;  ///< step size
    double initial_value; ///< every estimate at the start
} undiscounted_params;

#define UNDISCOUNTED_PARAMS(default_alpha)                                       \
    RILL_RATE(undiscounted_params, alpha, default_alpha, 0.0, 1e9, "step size"), \
        RILL_REAL(undiscounted_params, initial_value, "0", -1e300, 1e300,        \
                  "every estimate at the start")

/// For `begin`: every estimate is `initial_value`.
static inline void undiscounted_begin(rill_agent *agent)
{
    const undiscounted_params *params = (const undiscounted_params *)agent->params;
    rill_agent_fill(agent, params->initial_value);
}

/// Moves one estimate towards a target:
///     Q(S,A) <- Q(S,A) + alpha [target - Q(S,A)]
/// Answers by how much; the error in brackets is then the agent's `td_error`.
static inline double undiscounted_update(rill_agent *agent, rill_td_last last, double target)
{
    const undiscounted_params *params = (const undiscounted_params *)agent->params;
    const double error = target - rill_td_value(agent, last.state, last.action);
    const double change =
        rill_agent_step_size(agent, &params->alpha, last.state, last.action) * error;
    rill_td_add(agent, last.state, last.action, change);
    agent->memory->td_error = error;
    agent->memory->update++;
    return change;
}

#endif
