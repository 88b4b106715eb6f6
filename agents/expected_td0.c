/// Expected TD(0): semi-gradient dynamic programming. A step is a sweep over the states of the exact
/// model. Where the weights of the states are not those of the policy it may diverge, and on Baird's
/// counterexample does: this is not the noise of sampling.
///
/// Sutton & Barto (2018), sections 11.1 and 11.2.
#include "agents/expected_updates.h"

static const rill_param expected_td0_param_table[] = {EXPECTED_PARAMS, RILL_PARAM_END};

/// w <- w + alpha sum_s d(s) E_pi[R + gamma v(S') - v(s) | s] x(s)   (S&B eq. 11.9, d uniform)
static void sweep(rill_agent *agent)
{
    const expected_agent *self = (const expected_agent *)agent;
    const rill_agent_memory *memory = agent->memory;
    const double alpha =
        rill_schedule_at(&rill_td_params_of(agent)->alpha, memory->update, memory->episode);
    expected_open_sweep(agent);
    for (int32_t s = 0; s < agent->model->n_states; s++) {
        if (self->d[s] > 0.0) {
            rill_td_add(agent, self->states[s], 0,
                        alpha * self->d[s] * expected_td_error(agent, s));
        }
    }
    expected_close_sweep(agent);
}

EXPECTED_DEFINE(
    expected_td0, sweep,
    .summary = "semi-gradient dynamic programming on the exact model; a step is a sweep",
    .source = "Sutton & Barto (2018), section 11.2", .params = expected_td0_param_table,
    .params_size = sizeof(expected_params), .agent_size = sizeof(expected_agent),
    .layout = expected_layout, .begin = expected_begin);
