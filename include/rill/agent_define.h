/// For authors of agents: what the one-step temporal-difference methods have in common.
#ifndef RILL_AGENT_DEFINE_H
#define RILL_AGENT_DEFINE_H

#include <rill/agent.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The parameters of every TD method, and their table. An agent that needs more has a struct with
/// this one in front, and RILL_TD_PARAMS in front of its own rows.
typedef struct rill_td_params {
    rill_schedule alpha;  ///< step size
    double gamma;         ///< discount per step
    double initial_value; ///< every estimate at the start
} rill_td_params;

#define RILL_TD_PARAMS                                                        \
    RILL_RATE(rill_td_params, alpha, "0.1", 0.0, 1e9, "step size"),           \
        RILL_REAL(rill_td_params, gamma, "1", 0.0, 1.0, "discount per step"), \
        RILL_REAL(rill_td_params, initial_value, "0", -1e300, 1e300,          \
                  "every estimate at the start")

/// What the next reward will be credited to: S and A of the books' boxes.
typedef struct rill_td_last {
    int32_t feature, action;
} rill_td_last;

/// The parameters of an agent whose struct starts with `rill_td_params`.
static inline const rill_td_params *rill_td_params_of(const rill_agent *agent)
{
    return (const rill_td_params *)agent->params;
}

/// For `begin`: every estimate is `initial_value`.
static inline void rill_td_begin(rill_agent *agent)
{
    rill_linear_fill(&agent->value, rill_td_params_of(agent)->initial_value);
}

/// The estimates of an active feature: a row of the table.
static inline double *rill_td_row(const rill_agent *agent, int32_t feature)
{
    return rill_linear_row(&agent->value, feature);
}

/// alpha for the next update of one estimate; call once an update.
static inline double rill_td_alpha(rill_agent *agent, int32_t feature, int32_t output)
{
    return rill_agent_step_size(agent, &rill_td_params_of(agent)->alpha, feature, output);
}

/// Moves one estimate towards a target:
///     v <- v + alpha [target - v]
static inline void rill_td_update(rill_agent *agent, int32_t feature, int32_t output, double target)
{
    double *value = rill_td_row(agent, feature) + output;
    double td_error = target - *value;
    *value += rill_td_alpha(agent, feature, output) * td_error;
    agent->memory->td_error = td_error;
    agent->memory->update++;
}

/// max_a Q(s,a)
static inline double rill_td_greatest(const rill_agent *agent, int32_t feature)
{
    RILL_WITH_CONSTANT(agent->value.n_outputs, rill_max, rill_td_row(agent, feature))
}

/// The next action in the state of a feature, by the policy derived from the estimates.
static inline int32_t rill_td_choose(rill_agent *agent, int32_t feature)
{
    return rill_agent_sample(agent, feature, rill_td_row(agent, feature));
}

/// Likewise by the behaviour policy.
static inline int32_t rill_td_behave(rill_agent *agent, int32_t feature)
{
    return rill_agent_sample_behaviour(agent, feature, rill_td_row(agent, feature));
}

/// pi(. | s) of the target policy at the present time, to `probabilities` (n_actions).
static inline void rill_td_target(const rill_agent *agent, int32_t feature, double *probabilities)
{
    rill_policy_probabilities(&agent->policy, feature, rill_td_row(agent, feature),
                              agent->memory->step, agent->memory->episode, probabilities);
}

/// Likewise b(. | s) of the behaviour policy; for the action drawn next, call it before.
static inline void rill_td_behaviour(const rill_agent *agent, int32_t feature,
                                     double *probabilities)
{
    rill_policy_probabilities(rill_agent_behaviour(agent), feature, rill_td_row(agent, feature),
                              agent->memory->step, agent->memory->episode, probabilities);
}

/// sum_a p(a) Q(s,a), for the (n_actions) `probabilities` of a policy.
static inline double rill_td_expected(const rill_agent *agent, int32_t feature,
                                      const double *probabilities)
{
    const double *row = rill_td_row(agent, feature);
    double sum = 0.0;
    for (int32_t a = 0; a < agent->value.n_outputs; a++) {
        sum += probabilities[a] * row[a];
    }
    return sum;
}

#ifdef __cplusplus
}
#endif
#endif
