/// For authors of agents: what the one-step temporal-difference methods have in common.
#ifndef RILL_AGENT_DEFINE_H
#define RILL_AGENT_DEFINE_H

#include <rill/agent.h>
#include <rill/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The parameters of every TD method, and their table. An agent that needs more has a struct with
/// this one in front, and RILL_TD_PARAMS in front of its own rows.
typedef struct rill_td_params {
    rill_schedule alpha;       ///< step size
    double gamma;              ///< discount per step
    double initial_value;      ///< every estimate at the start
    rill_list initial_weights; ///< weights at the start, in place of those
    double initial_sd;         ///< of normal numbers that are added to each weight at the start
} rill_td_params;

#define RILL_TD_INITIAL                                                                          \
    RILL_REAL(rill_td_params, initial_value, "0", -1e300, 1e300, "every estimate at the start"), \
        RILL_REALS(rill_td_params, initial_weights, "", -1e300, 1e300,                           \
                   "weights at the start: one a feature, or features times actions; empty: "     \
                   "those of initial_value"),                                                    \
        RILL_REAL(rill_td_params, initial_sd, "0", 0.0, 1e300,                                   \
                  "standard deviation of what is added to each weight at the start")
#define RILL_TD_PARAMS                                              \
    RILL_RATE(rill_td_params, alpha, "0.1", 0.0, 1e9, "step size"), \
        RILL_REAL(rill_td_params, gamma, "1", 0.0, 1.0, "discount per step"), RILL_TD_INITIAL

/// What the next reward will be credited to: S and A of the books' boxes.
typedef struct rill_td_last {
    rill_state state;
    int32_t action;
} rill_td_last;

/// The parameters of an agent whose struct starts with `rill_td_params`.
static inline const rill_td_params *rill_td_params_of(const rill_agent *agent)
{
    return (const rill_td_params *)agent->params;
}

/// For `begin`: the weights at the start. Draws a normal number for each when `initial_sd` is not 0.
RILL_API void rill_td_begin(rill_agent *agent);

/// The estimates of a table's row, to read and write; for agents on tables.
static inline double *rill_td_row(const rill_agent *agent, rill_state state)
{
    return rill_linear_row(&agent->value, state);
}

/// v(s) or q(s, .) of a linear function, computed into the state's slot.
RILL_API const double *rill_td_linear_values(const rill_agent *agent, rill_state state);
/// As `rill_td_dot`, where the features are not a table.
RILL_API double rill_td_linear_dot(const rill_agent *agent, const rill_linear *weights,
                                   rill_state state, int32_t output);
/// As `rill_td_add_to`, likewise.
RILL_API void rill_td_linear_add(const rill_agent *agent, const rill_linear *weights,
                                 rill_state state, int32_t output, double step);

/// The estimates of a state, (n_outputs), valid until it is asked again.
static inline const double *rill_td_values(const rill_agent *agent, rill_state state)
{
    return agent->slots.count == 0 ? rill_td_row(agent, state)
                                   : rill_td_linear_values(agent, state);
}

/// w.x(s) for some weights on the agent's features.
static inline double rill_td_dot(const rill_agent *agent, const rill_linear *weights,
                                 rill_state state, int32_t output)
{
    return agent->slots.count == 0 ? rill_linear_row(weights, state)[output]
                                   : rill_td_linear_dot(agent, weights, state, output);
}

/// w <- w + step x(s), each feature's part multiplied with its step scale.
static inline void rill_td_add_to(const rill_agent *agent, const rill_linear *weights,
                                  rill_state state, int32_t output, double step)
{
    if (agent->slots.count == 0) {
        rill_linear_row(weights, state)[output] += step;
    } else {
        rill_td_linear_add(agent, weights, state, output, step);
    }
}

/// As `rill_td_add_to`, without the step scales: w <- w + amount x(s).
RILL_API void rill_td_add_plain(const rill_agent *agent, const rill_linear *weights,
                                rill_state state, int32_t output, double amount);

/// One estimate of a state.
static inline double rill_td_value(const rill_agent *agent, rill_state state, int32_t output)
{
    return rill_td_dot(agent, &agent->value, state, output);
}

/// Moves an estimate: w <- w + step grad v(s), where the gradient is x(s).
static inline void rill_td_add(rill_agent *agent, rill_state state, int32_t output, double step)
{
    rill_td_add_to(agent, &agent->value, state, output, step);
}

/// A visit of a state that is not a table's: as `rill_td_visit`.
RILL_API void rill_td_linear_visit(const rill_agent *agent, const rill_trace *trace,
                                   rill_trace_kind kind, rill_state state, int32_t output,
                                   double alpha);

/// Raises the traces of an estimate's weights, after their decay, by the gradient x(s) with its step
/// scales: what is then added to the weights is (step size) (TD error) z. Accumulating:
/// z <- z + x; replacing: z <- x where x is not 0; dutch: z <- z + (1 - alpha z.x) x.
static inline void rill_td_visit(const rill_agent *agent, const rill_trace *trace,
                                 rill_trace_kind kind, rill_state state, int32_t output,
                                 double alpha)
{
    if (agent->slots.count == 0) {
        rill_trace_visit(trace, kind, state * agent->value.n_outputs + output, alpha);
    } else {
        rill_td_linear_visit(agent, trace, kind, state, output, alpha);
    }
}

/// z.x(s)
RILL_API double rill_td_trace_dot(const rill_agent *agent, const rill_trace *trace,
                                  rill_state state, int32_t output);

/// z <- z + amount x(s), with the step scales of the features.
RILL_API void rill_td_raise(const rill_agent *agent, const rill_trace *trace, rill_state state,
                            int32_t output, double amount);

/// alpha for the next update of one estimate; call once an update.
static inline double rill_td_alpha(rill_agent *agent, rill_state state, int32_t output)
{
    return rill_agent_step_size(agent, &rill_td_params_of(agent)->alpha, state, output);
}

/// Moves one estimate towards a target:
///     w <- w + alpha [target - v(s)] grad v(s), for a table v <- v + alpha [target - v]
static inline void rill_td_update(rill_agent *agent, rill_state state, int32_t output,
                                  double target)
{
    const double td_error = target - rill_td_value(agent, state, output);
    rill_td_add(agent, state, output, rill_td_alpha(agent, state, output) * td_error);
    agent->memory->td_error = td_error;
    agent->memory->update++;
}

/// max_a Q(s,a)
static inline double rill_td_greatest(const rill_agent *agent, rill_state state)
{
    RILL_WITH_CONSTANT(agent->value.n_outputs, rill_max, rill_td_values(agent, state))
}

/// The next action in a state, by the policy derived from the estimates.
static inline int32_t rill_td_choose(rill_agent *agent, rill_state state)
{
    return rill_agent_sample(agent, state, rill_td_values(agent, state));
}

/// Likewise by the behaviour policy.
static inline int32_t rill_td_behave(rill_agent *agent, rill_state state)
{
    return rill_agent_sample_behaviour(agent, state, rill_td_values(agent, state));
}

/// pi(. | s) of the target policy at the present time, to `probabilities` (n_actions).
static inline void rill_td_target(const rill_agent *agent, rill_state state, double *probabilities)
{
    rill_policy_probabilities(&agent->policy, rill_agent_policy_state(agent, state),
                              rill_td_values(agent, state), agent->memory->step,
                              agent->memory->episode, probabilities);
}

/// Likewise b(. | s) of the behaviour policy; for the action drawn next, call it before.
static inline void rill_td_behaviour(const rill_agent *agent, rill_state state,
                                     double *probabilities)
{
    rill_policy_probabilities(rill_agent_behaviour(agent), rill_agent_policy_state(agent, state),
                              rill_td_values(agent, state), agent->memory->step,
                              agent->memory->episode, probabilities);
}

/// sum_a p(a) Q(s,a), for the (n_actions) `probabilities` of a policy.
static inline double rill_td_expected(const rill_agent *agent, rill_state state,
                                      const double *probabilities)
{
    const double *values = rill_td_values(agent, state);
    double sum = 0.0;
    for (int32_t a = 0; a < agent->value.n_outputs; a++) {
        sum += probabilities[a] * values[a];
    }
    return sum;
}

#ifdef __cplusplus
}
#endif
#endif
