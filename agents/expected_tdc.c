/// Expected TDC: gradient-corrected TD(0) by expected updates. A step is a sweep over the states of the
/// exact model. It converges to the TD fixed point where `expected_td0` diverges.
///
/// Sutton & Barto (2018), section 11.7, the method of Figure 11.5 right.
#include "agents/expected_updates.h"

typedef struct expected_tdc_params {
    expected_params expected;
    rill_schedule beta;
} expected_tdc_params;

static const rill_param expected_tdc_param_table[] = {
    EXPECTED_PARAMS,
    RILL_RATE(expected_tdc_params, beta, "0.1", 0.0, 1e9, "step size of the second weights"),
    RILL_PARAM_END,
};

typedef struct expected_tdc {
    expected_agent expected;
    rill_linear secondary; ///< u, (n_features, 1), the book's v
    double *predicted;     ///< (n_states) u.x(s) of the weights before the sweep
} expected_tdc;

static void expected_tdc_layout(rill_agent *agent, rill_arena *arena)
{
    expected_tdc *self = (expected_tdc *)agent;
    self->secondary = rill_linear_take(arena, agent->features.size, 1);
    self->predicted = rill_arena_take(arena, (size_t)agent->model->n_states, sizeof(double));
    expected_layout(agent, arena);
}

/// w <- w - `step` p x(S'), where there is an S'.
static void correct(rill_agent *agent, double probability, const rill_transition *t, void *context)
{
    const expected_agent *self = (const expected_agent *)agent;
    const double step = *(const double *)context;
    if (!t->terminated && rill_model_has_actions(agent->model, t->next)) {
        rill_td_add(agent, self->states[t->next], 0, -step * probability);
    }
}

/// w <- w + alpha sum_s d(s) {delta(s) x(s) - gamma (u.x(s)) E_pi[x(S') | s]}
/// u <- u + beta sum_s d(s) [delta(s) - u.x(s)] x(s)
static void sweep(rill_agent *agent)
{
    const expected_tdc *self = (const expected_tdc *)agent;
    const expected_agent *expected = &self->expected;
    const expected_tdc_params *params = agent->params;
    const rill_agent_memory *memory = agent->memory;
    const double gamma = params->expected.td.gamma;
    const double alpha =
        rill_schedule_at(&params->expected.td.alpha, memory->update, memory->episode);
    const double beta = rill_schedule_at(&params->beta, memory->update, memory->episode);
    expected_open_sweep(agent);
    for (int32_t s = 0; s < agent->model->n_states; s++) {
        self->predicted[s] = rill_td_dot(agent, &self->secondary, expected->states[s], 0);
    }
    for (int32_t s = 0; s < agent->model->n_states; s++) {
        const double d = expected->d[s];
        const rill_state state = expected->states[s];
        if (!(d > 0.0)) {
            continue;
        }
        const double td_error = expected_td_error(agent, s);
        const double predicted = expected_is_in_place(agent)
                                     ? rill_td_dot(agent, &self->secondary, state, 0)
                                     : self->predicted[s];
        double correction = alpha * d * gamma * predicted;
        rill_td_add(agent, state, 0, alpha * d * td_error);
        expected_follow(agent, s, correct, &correction);
        rill_td_add_to(agent, &self->secondary, state, 0, beta * d * (td_error - predicted));
    }
    expected_close_sweep(agent);
}

EXPECTED_DEFINE(expected_tdc, sweep,
                .summary = "gradient-corrected TD(0) by expected updates; a step is a sweep",
                .source = "Sutton & Barto (2018), section 11.7", .params = expected_tdc_param_table,
                .params_size = sizeof(expected_tdc_params), .agent_size = sizeof(expected_tdc),
                .layout = expected_tdc_layout, .begin = expected_begin);
