/// For the agents whose steps are shortest: the helpers of rill/agent_define.h with the question whether
/// the estimates are a table answered beforehand, and with linear functions inlined. A step is one body,
/// compiled for both answers:
///
///     static RILL_ALWAYS_INLINE rill_action step(rill_agent *agent, bool is_table, double reward,
///                                                rill_observation observation)
///     TD_DEFINE_STEPS(sarsa, step)
///
/// Asked anew by each helper, it costs Q-learning on a table a tenth of its instructions, and Sarsa on
/// tiles a tenth of its time.
#ifndef RILL_AGENTS_TD_STEP_H
#define RILL_AGENTS_TD_STEP_H

#include <rill/agent_define.h>

/// Defines the steps of a type by such a body: name_step, and name_step_on_table.
#define TD_DEFINE_STEPS(name, body)                                                                \
    static rill_action name##_step(rill_agent *agent, double reward, rill_observation observation) \
    {                                                                                              \
        return body(agent, false, reward, observation);                                            \
    }                                                                                              \
    static rill_action name##_step_on_table(rill_agent *agent, double reward,                      \
                                            rill_observation observation)                          \
    {                                                                                              \
        return body(agent, true, reward, observation);                                             \
    }

/// Calls `body` with the answer as a constant, for what is done once an episode.
#define TD_STEP(agent, body, ...)                                 \
    ((agent)->slots.count == 0 ? body((agent), true, __VA_ARGS__) \
                               : body((agent), false, __VA_ARGS__))

/// As `rill_agent_perceive`.
static RILL_ALWAYS_INLINE rill_state td_perceive(rill_agent *agent, bool is_table,
                                                 rill_observation observation)
{
    return is_table ? rill_features_active(&agent->features, observation)
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
static RILL_ALWAYS_INLINE const double *td_values(const rill_agent *agent, bool is_table,
                                                  rill_state state)
{
    if (is_table) {
        return rill_td_row(agent, state);
    }
    const rill_features_view x = td_features(agent, state);
    double *values = agent->slots.outputs + (ptrdiff_t)state * agent->value.n_outputs;
    rill_linear_evaluate(&agent->value, x.n, x.indices, x.values, values);
    return values;
}

/// As `rill_td_value`.
static RILL_ALWAYS_INLINE double td_value(const rill_agent *agent, bool is_table, rill_state state,
                                          int32_t output)
{
    if (is_table) {
        return rill_td_row(agent, state)[output];
    }
    const rill_features_view x = td_features(agent, state);
    return rill_linear_dot(&agent->value, output, x.n, x.indices, x.values);
}

/// The next action in a state of these values, as `rill_agent_sample`.
static RILL_ALWAYS_INLINE int32_t td_choose(rill_agent *agent, bool is_table, rill_state state,
                                            const double *values)
{
    rill_agent_memory *memory = agent->memory;
    return rill_policy_sample(&agent->policy, is_table ? state : agent->slots.observations[state],
                              values, memory->step++, memory->episode, &memory->rng);
}

/// As `rill_td_update`: w <- w + alpha [target - v(s)] grad v(s)
static RILL_ALWAYS_INLINE void td_update(rill_agent *agent, bool is_table, rill_state state,
                                         int32_t output, double target)
{
    const double td_error = target - td_value(agent, is_table, state, output);
    const double step = rill_td_alpha(agent, state, output) * td_error;
    if (is_table) {
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
