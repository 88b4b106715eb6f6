/// For the agents whose steps are shortest: the helpers of rill/agent_define.h with what is known of the
/// agent answered beforehand, and with linear functions inlined. What an agent does is written once, in three
/// bodies:
///
///     static RILL_ALWAYS_INLINE rill_action start(rill_agent *agent, td_form form,
///                                                 rill_observation observation)
///     static RILL_ALWAYS_INLINE rill_action step(rill_agent *agent, td_form form, double reward,
///                                                rill_observation observation)
///     static RILL_ALWAYS_INLINE void finish(rill_agent *agent, td_form form,
///                                           const rill_outcome *outcome,
///                                           rill_observation observation)
///     TD_DEFINE_STEPS(sarsa)
///
/// They are compiled for each form. Asked anew by each helper, whether the estimates are a table costs Q-learning
/// a tenth of its instructions, and Sarsa on tiles a tenth of its time; agents/td_stretch.h makes a loop of the
/// bodies for plain agents.
#ifndef RILL_AGENTS_TD_STEP_H
#define RILL_AGENTS_TD_STEP_H

#include <rill/agent_define.h>

/// What is known when a body is compiled.
typedef enum td_form {
    TD_FEATURES, ///< nothing
    TD_TABLE,    ///< the estimates are a table
    /// They are one of observations, and nothing but them and random numbers changes from step to step: the
    /// rates are constant, actions are the same everywhere, and the policy is epsilon-greedy or uniform.
    TD_PLAIN,
} td_form;

/// Defines the functions of a type by its bodies.
#define TD_DEFINE_STEPS(name)                                                                      \
    static rill_action name##_start(rill_agent *agent, rill_observation observation)               \
    {                                                                                              \
        return agent->slots.count == 0 ? start(agent, TD_TABLE, observation)                       \
                                       : start(agent, TD_FEATURES, observation);                   \
    }                                                                                              \
    static rill_action name##_step(rill_agent *agent, double reward, rill_observation observation) \
    {                                                                                              \
        return step(agent, TD_FEATURES, reward, observation);                                      \
    }                                                                                              \
    static rill_action name##_step_on_table(rill_agent *agent, double reward,                      \
                                            rill_observation observation)                          \
    {                                                                                              \
        return step(agent, TD_TABLE, reward, observation);                                         \
    }                                                                                              \
    static void name##_finish(rill_agent *agent, const rill_outcome *outcome,                      \
                              rill_observation observation)                                        \
    {                                                                                              \
        if (agent->slots.count == 0) {                                                             \
            finish(agent, TD_TABLE, outcome, observation);                                         \
        } else {                                                                                   \
            finish(agent, TD_FEATURES, outcome, observation);                                      \
        }                                                                                          \
    }

/// As `rill_agent_perceive`.
static RILL_ALWAYS_INLINE rill_state td_perceive(rill_agent *agent, td_form form,
                                                 rill_observation observation)
{
    return form == TD_PLAIN   ? observation.index
           : form == TD_TABLE ? rill_features_active(&agent->features, observation)
                              : rill_agent_fill_slot(agent, observation);
}

/// The active features of a state that is not a table's.
static RILL_ALWAYS_INLINE rill_features_view td_features(const rill_agent *agent, rill_state state)
{
    const rill_slots *slots = &agent->slots;
    const ptrdiff_t first = (ptrdiff_t)state * slots->n_active;
    return (rill_features_view){slots->n[state], slots->indices + first,
                                agent->features.is_binary ? NULL : slots->values + first};
}

/// As `rill_td_values`.
static RILL_ALWAYS_INLINE const double *td_values(const rill_agent *agent, td_form form,
                                                  rill_state state)
{
    if (form != TD_FEATURES) {
        return rill_td_row(agent, state);
    }
    const rill_features_view x = td_features(agent, state);
    double *values = agent->slots.outputs + (ptrdiff_t)state * agent->value.n_outputs;
    rill_linear_evaluate(&agent->value, x.n, x.indices, x.values, values);
    return values;
}

/// As `rill_td_value`.
static RILL_ALWAYS_INLINE double td_value(const rill_agent *agent, td_form form, rill_state state,
                                          int32_t output)
{
    if (form != TD_FEATURES) {
        return rill_td_row(agent, state)[output];
    }
    const rill_features_view x = td_features(agent, state);
    return rill_linear_dot(&agent->value, output, x.n, x.indices, x.values);
}

/// The next action in a state of these values, as `rill_agent_sample`.
static RILL_ALWAYS_INLINE int32_t td_choose(rill_agent *agent, td_form form, rill_state state,
                                            const double *values)
{
    rill_agent_memory *memory = agent->memory;
    if (form == TD_PLAIN) {
        memory->step++;
        return rill_policy_sample_plainly(&agent->policy, values, agent->policy.epsilon.from,
                                          &memory->rng);
    }
    return rill_policy_sample(&agent->policy,
                              form != TD_FEATURES ? state : agent->slots.observations[state],
                              values, memory->step++, memory->episode, &memory->rng);
}

/// As `rill_td_update`: w <- w + alpha [target - v(s)] grad v(s)
static RILL_ALWAYS_INLINE void td_update(rill_agent *agent, td_form form, rill_state state,
                                         int32_t output, double target)
{
    const double td_error = target - td_value(agent, form, state, output);
    const double alpha = form == TD_PLAIN ? rill_td_params_of(agent)->alpha.from
                                          : rill_td_alpha(agent, state, output);
    const double step = alpha * td_error;
    if (form != TD_FEATURES) {
        rill_td_row(agent, state)[output] += step;
    } else {
        const rill_features_view x = td_features(agent, state);
        rill_linear_add(&agent->value, output, x.n, x.indices, x.values,
                        agent->features.step_scales, step * agent->features.step_scale);
    }
    agent->memory->td_error = td_error;
    agent->memory->update++;
}

#endif
