/// Expected emphatic TD: one-step emphatic TD(0) by expected updates. A step is a sweep over the states
/// of the exact model. It is stable whatever the weights of the states.
///
/// Sutton & Barto (2018), section 11.8, the method of Figure 11.6. The interest is 1 in every state. The
/// emphasis of a state is what sampling gives on average at time t: with f_t(s) = d(s) E[F_t | S_t = s]
/// for d that stays as it is under the behaviour,
///     f_0(s) = d(s),   f_{t+1}(s') = d(s') + gamma sum_s f_t(s) sum_a pi(a|s) p(s'|s,a)
/// as F_{t+1} = 1 + gamma rho_t F_t, F_0 = 1.
#include "agents/expected_updates.h"

#include <string.h>

static const rill_param expected_emphatic_td_param_table[] = {EXPECTED_PARAMS, RILL_PARAM_END};

typedef struct expected_emphatic_td {
    expected_agent expected;
    double *emphasis; ///< (n_states) f
    double *next;     ///< (n_states) f of the next time
} expected_emphatic_td;

static void expected_emphatic_td_layout(rill_agent *agent, rill_arena *arena)
{
    expected_emphatic_td *self = (expected_emphatic_td *)agent;
    const size_t n = (size_t)agent->model->n_states;
    self->emphasis = rill_arena_take(arena, n, sizeof(double));
    self->next = rill_arena_take(arena, n, sizeof(double));
    expected_layout(agent, arena);
}

static void expected_emphatic_td_begin(rill_agent *agent)
{
    expected_begin(agent);
    memcpy(((expected_emphatic_td *)agent)->emphasis, expected_state_weights(agent),
           (size_t)agent->model->n_states * sizeof(double));
}

/// f_{t+1}(s') <- f_{t+1}(s') + `emphasis` p
static void pass_on(rill_agent *agent, double probability, const rill_transition *t, void *context)
{
    if (!t->terminated && rill_model_has_actions(agent->model, t->next)) {
        ((expected_emphatic_td *)agent)->next[t->next] += *(const double *)context * probability;
    }
}

/// f_t becomes f_{t+1}.
static void follow_on(rill_agent *agent)
{
    const expected_emphatic_td *self = (const expected_emphatic_td *)agent;
    const size_t n = (size_t)agent->model->n_states;
    memcpy(self->next, self->expected.d, n * sizeof(double));
    for (int32_t s = 0; s < agent->model->n_states; s++) {
        double emphasis = rill_td_params_of(agent)->gamma * self->emphasis[s];
        expected_follow(agent, s, pass_on, &emphasis);
    }
    memcpy(self->emphasis, self->next, n * sizeof(double));
}

/// w <- w + alpha sum_s f_t(s) E_pi[R + gamma v(S') - v(s) | s] x(s)
static void sweep(rill_agent *agent)
{
    const expected_emphatic_td *self = (const expected_emphatic_td *)agent;
    const rill_agent_memory *memory = agent->memory;
    const double alpha =
        rill_schedule_at(&rill_td_params_of(agent)->alpha, memory->update, memory->episode);
    expected_open_sweep(agent);
    for (int32_t s = 0; s < agent->model->n_states; s++) {
        if (self->emphasis[s] > 0.0) {
            rill_td_add(agent, self->expected.states[s], 0,
                        alpha * self->emphasis[s] * expected_td_error(agent, s));
        }
    }
    expected_close_sweep(agent);
    follow_on(agent);
}

EXPECTED_DEFINE(expected_emphatic_td, sweep,
                .summary = "one-step emphatic TD by expected updates; a step is a sweep",
                .source = "Sutton & Barto (2018), section 11.8",
                .params = expected_emphatic_td_param_table, .params_size = sizeof(expected_params),
                .agent_size = sizeof(expected_emphatic_td), .layout = expected_emphatic_td_layout,
                .begin = expected_emphatic_td_begin);
