#include <rill/agent_define.h>

void rill_td_begin(rill_agent *agent)
{
    const rill_td_params *params = rill_td_params_of(agent);
    const rill_linear *value = &agent->value;
    const ptrdiff_t n_weights = (ptrdiff_t)value->n_features * value->n_outputs;
    const rill_list *initial = &params->initial_weights;
    rill_agent_fill(agent, params->initial_value);
    for (ptrdiff_t i = 0; initial->count > 0 && i < n_weights; i++) {
        value->weights[i] =
            initial->values[initial->count == value->n_features ? i / value->n_outputs : i];
    }
    for (ptrdiff_t i = 0; params->initial_sd > 0.0 && i < n_weights; i++) {
        value->weights[i] += params->initial_sd * rill_rng_standard_normal(&agent->memory->rng);
    }
}

const double *rill_td_linear_values(const rill_agent *agent, rill_state state)
{
    double *values = agent->slots.outputs + (ptrdiff_t)state * agent->value.n_outputs;
    const rill_features_view x = rill_agent_features(agent, &state);
    rill_linear_evaluate(&agent->value, x.n, x.indices, x.values, values);
    return values;
}

double rill_td_linear_dot(const rill_agent *agent, const rill_linear *weights, rill_state state,
                          int32_t output)
{
    const rill_features_view x = rill_agent_features(agent, &state);
    return rill_linear_dot(weights, output, x.n, x.indices, x.values);
}

void rill_td_linear_add(const rill_agent *agent, const rill_linear *weights, rill_state state,
                        int32_t output, double step)
{
    const rill_features_view x = rill_agent_features(agent, &state);
    rill_linear_add(weights, output, x.n, x.indices, x.values, agent->features.step_scales,
                    step * agent->features.step_scale);
}

void rill_td_add_plain(const rill_agent *agent, const rill_linear *weights, rill_state state,
                       int32_t output, double amount)
{
    const rill_features_view x = rill_agent_features(agent, &state);
    rill_linear_add(weights, output, x.n, x.indices, x.values, NULL, amount);
}

/// x_i times the step scales.
static double scaled(const rill_features *features, rill_features_view x, int32_t i)
{
    double value = x.values == NULL ? features->step_scale : x.values[i] * features->step_scale;
    return features->step_scales == NULL ? value : value * features->step_scales[x.indices[i]];
}

void rill_td_linear_visit(const rill_agent *agent, const rill_trace *trace, rill_trace_kind kind,
                          rill_state state, int32_t output, double alpha)
{
    const rill_features_view x = rill_agent_features(agent, &state);
    const double dot =
        kind == RILL_TRACE_DUTCH ? rill_td_trace_dot(agent, trace, state, output) : 0.0;
    for (int32_t i = 0; i < x.n; i++) {
        const int32_t index = x.indices[i] * agent->value.n_outputs + output;
        const double value = scaled(&agent->features, x, i), z = trace->eligibility[index];
        rill_trace_set(trace, index,
                       kind == RILL_TRACE_REPLACING ? value
                       : kind == RILL_TRACE_DUTCH   ? z + (1.0 - alpha * dot) * value
                                                    : z + value);
    }
}

void rill_td_raise(const rill_agent *agent, const rill_trace *trace, rill_state state,
                   int32_t output, double amount)
{
    const rill_features_view x = rill_agent_features(agent, &state);
    for (int32_t i = 0; i < x.n; i++) {
        const int32_t index = x.indices[i] * agent->value.n_outputs + output;
        const double raised = amount * scaled(&agent->features, x, i);
        rill_trace_set(trace, index, trace->eligibility[index] + raised);
    }
}

double rill_td_trace_dot(const rill_agent *agent, const rill_trace *trace, rill_state state,
                         int32_t output)
{
    const rill_linear z = {trace->eligibility, agent->value.n_features, agent->value.n_outputs};
    return rill_td_dot(agent, &z, state, output);
}
