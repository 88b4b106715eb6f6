/// What the n-step methods of control have in common (S&B chapter 7): they learn about S_tau, A_tau
/// when n more rewards are known, and about the rest of an episode at its end.
#ifndef RILL_AGENTS_N_STEP_H
#define RILL_AGENTS_N_STEP_H

#include <rill/agent_define.h>
#include <rill/history.h>

/// The parameters in front, and their table.
typedef struct n_step_params {
    rill_td_params td;
    int64_t n;
} n_step_params;

#define N_STEP_PARAMS \
    RILL_TD_PARAMS, RILL_INTEGER(n_step_params, n, "4", 1, 4096, "rewards before the estimate")

/// The agent's struct.
typedef struct n_step_agent {
    rill_agent base;            ///< its `value` is Q, (n_features, n_actions)
    rill_history history;       ///< n + 1 moments: tau to tau + n
    double *target, *behaviour; ///< (n_actions) room for pi(. | s) and b(. | s)
} n_step_agent;

/// Learns about moment `tau` from R_{tau+1} to R_end. The estimate after them is that of moment
/// `end`; there is none such when the episode terminated.
typedef void n_step_learn(rill_agent *agent, int64_t tau, int64_t end);

static inline void n_step_layout(rill_agent *agent, rill_arena *arena)
{
    n_step_agent *self = (n_step_agent *)agent;
    const size_t n_actions = (size_t)agent->value.n_outputs;
    self->history = rill_history_take(arena, ((const n_step_params *)agent->params)->n + 1);
    self->target = (double *)rill_arena_take(arena, n_actions, sizeof(double));
    self->behaviour = (double *)rill_arena_take(arena, n_actions, sizeof(double));
}

/// The states of the history and the one after it.
static inline int64_t n_step_count_states(const rill_agent *agent)
{
    return ((const n_step_params *)agent->params)->n + 2;
}

static inline const rill_history *n_step_history(const rill_agent *agent)
{
    return &((const n_step_agent *)agent)->history;
}

static inline rill_moment *n_step_at(const rill_agent *agent, int64_t t)
{
    return rill_history_at(n_step_history(agent), t);
}

/// Whether there is a moment to bootstrap from.
static inline bool n_step_has(const rill_agent *agent, int64_t t)
{
    return t < *n_step_history(agent)->length;
}

/// Q(S_t, A_t)
static inline double n_step_estimate(const rill_agent *agent, const rill_moment *moment)
{
    return rill_td_value(agent, moment->state, moment->action);
}

/// pi(. | S_t), by the present estimates.
static inline const double *n_step_target(const rill_agent *agent, const rill_moment *moment)
{
    double *target = ((const n_step_agent *)agent)->target;
    rill_td_target(agent, moment->state, target);
    return target;
}

/// Chooses an action by the behaviour policy, and appends the moment with the ratio
/// pi(A|S) / b(A|S) of the policies by which it was chosen.
static inline rill_moment *n_step_behave(rill_agent *agent, rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    if (agent->behaviour.type == NULL) {
        rill_moment *moment =
            rill_history_append(n_step_history(agent), state, rill_td_behave(agent, state));
        moment->ratio = 1.0;
        return moment;
    }
    const n_step_agent *self = (const n_step_agent *)agent;
    rill_td_target(agent, state, self->target);
    rill_td_behaviour(agent, state, self->behaviour);
    const int32_t action = rill_td_behave(agent, state);
    rill_moment *moment = rill_history_append(&self->history, state, action);
    moment->ratio = self->target[action] / self->behaviour[action];
    return moment;
}

/// R_{t+1} is known; answers t + 1.
static inline int64_t n_step_reward(rill_agent *agent, double reward)
{
    const rill_history *history = n_step_history(agent);
    rill_history_last(history)->reward = reward;
    return *history->length;
}

/// In mid-episode, with moment t + 1 appended: learns about tau = t + 1 - n.
static inline void n_step_learn_next(rill_agent *agent, n_step_learn *learn, int64_t end)
{
    const int64_t tau = end - ((const n_step_params *)agent->params)->n;
    if (tau >= 0) {
        learn(agent, tau, end);
    }
}

/// At the end, T: learns about tau = T - n to T - 1.
static inline void n_step_learn_rest(rill_agent *agent, n_step_learn *learn, int64_t end)
{
    const int64_t first = end - ((const n_step_params *)agent->params)->n;
    for (int64_t tau = first > 0 ? first : 0; tau < end; tau++) {
        learn(agent, tau, end);
    }
}

/// R_{tau+1} + gamma R_{tau+2} + ... + gamma^n Q(S_{tau+n}, A_{tau+n})   (S&B eq. 7.4)
static inline double n_step_return(const rill_agent *agent, int64_t tau, int64_t end)
{
    const double gamma = rill_td_params_of(agent)->gamma;
    double g = n_step_has(agent, end) ? n_step_estimate(agent, n_step_at(agent, end)) : 0.0;
    for (int64_t k = end - 1; k >= tau; k--) {
        g = n_step_at(agent, k)->reward + gamma * g;
    }
    return g;
}

#endif
