/// Upper-confidence-bound bandit: tries what is good or what is uncertain.
///
/// Sutton & Barto (2018), section 2.7, eq. 2.10. Auer, Cesa-Bianchi and Fischer (2002), Finite-time
/// Analysis of the Multiarmed Bandit Problem. Each observation has its own estimates, counts and
/// time t; t is 1 when the first action is chosen.
#include "agents/undiscounted.h"

#include <math.h>
#include <rill/math.h>

typedef struct ucb_bandit_params {
    undiscounted_params estimate;
    double c;
} ucb_bandit_params;

static const rill_param ucb_bandit_param_table[] = {
    UNDISCOUNTED_PARAMS("1/n"),
    RILL_REAL(ucb_bandit_params, c, "2", 0.0, 1e9, "degree of exploration"),
    RILL_PARAM_END,
};

typedef struct ucb_bandit {
    rill_agent base; ///< its `value` is Q, (n_features, n_actions)
    rill_td_last *last;
    int64_t *counts; ///< (n_features, n_actions) N: how often each action has been chosen
    double *bounds;  ///< (n_actions)
} ucb_bandit;

static void ucb_bandit_layout(rill_agent *agent, rill_arena *arena)
{
    ucb_bandit *self = (ucb_bandit *)agent;
    const size_t n_actions = (size_t)agent->value.n_outputs;
    const size_t n = (size_t)agent->value.n_features * n_actions;
    self->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
    self->counts = rill_arena_take(arena, n, sizeof(int64_t));
    self->bounds = rill_arena_take(arena, n_actions, sizeof(double));
}

/// A_t = argmax_a [Q_t(a) + c sqrt(ln t / N_t(a))]   (S&B eq. 2.10)
/// An action with N_t(a) = 0 is a maximising one.
static rill_action choose(rill_agent *agent, rill_observation observation)
{
    const ucb_bandit *self = (const ucb_bandit *)agent;
    const double c = ((const ucb_bandit_params *)agent->params)->c;
    const rill_state state = rill_agent_perceive(agent, observation);
    const int32_t n_actions = agent->value.n_outputs;
    const double *q = rill_td_row(agent, state);
    int64_t *counts = self->counts + (ptrdiff_t)state * n_actions;
    int64_t t = 1;
    for (int32_t a = 0; a < n_actions; a++) {
        t += counts[a];
    }
    const double log_t = rill_log((double)t);
    for (int32_t a = 0; a < n_actions; a++) {
        self->bounds[a] = q[a] == RILL_UNAVAILABLE ? RILL_UNAVAILABLE
                          : counts[a] == 0         ? HUGE_VAL
                                                   : q[a] + c * sqrt(log_t / (double)counts[a]);
    }
    rill_td_last last = {state,
                         rill_epsilon_greedy(self->bounds, 0.0, &agent->memory->rng, n_actions)};
    counts[last.action]++;
    agent->memory->step++;
    *self->last = last;
    return (rill_action){.index = last.action};
}

/// Q(A) <- Q(A) + alpha [R - Q(A)]   (S&B eq. 2.3, 2.5)
static inline void learn(rill_agent *agent, double reward)
{
    undiscounted_update(agent, *((ucb_bandit *)agent)->last, reward);
}

static rill_action ucb_bandit_start(rill_agent *agent, rill_observation observation)
{
    return choose(agent, observation);
}

static rill_action ucb_bandit_step(rill_agent *agent, double reward, rill_observation observation)
{
    learn(agent, reward);
    return choose(agent, observation);
}

static void ucb_bandit_finish(rill_agent *agent, const rill_outcome *outcome,
                              rill_observation observation)
{
    (void)observation;
    learn(agent, outcome->reward);
}

extern const rill_agent_type rill_agent_ucb_bandit;
const rill_agent_type rill_agent_ucb_bandit = {
    .id = "ucb_bandit",
    .summary = "bandit: chooses by upper confidence bounds",
    .source = "Sutton & Barto (2018), section 2.7; Auer, Cesa-Bianchi and Fischer (2002)",
    .params = ucb_bandit_param_table,
    .params_size = sizeof(ucb_bandit_params),
    .agent_size = sizeof(ucb_bandit),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .layout = ucb_bandit_layout,
    .begin = undiscounted_begin,
    .start = ucb_bandit_start,
    .step = ucb_bandit_step,
    .finish = ucb_bandit_finish,
};
