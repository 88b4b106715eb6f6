/// What the double methods have in common: two tables of action values, of which a coin decides
/// which one learns from the other (van Hasselt 2010). The agent's `value` is their mean, which is
/// greatest where their sum, by which the books act, is.
#ifndef RILL_AGENTS_DOUBLE_TABLES_H
#define RILL_AGENTS_DOUBLE_TABLES_H

#include <rill/agent_define.h>
#include <string.h>

/// The agent's struct.
typedef struct double_tables {
    rill_agent base; ///< its `value` is (Q1 + Q2) / 2, (n_features, n_actions)
    rill_td_last *last;
    rill_linear q[2];   ///< Q1 and Q2, (n_features, n_actions)
    int64_t *visits[2]; ///< (n_features, n_actions) updates of their estimates, where alpha is per
                        ///< visit; else NULL
} double_tables;

static inline bool double_tables_count_visits(const rill_agent *agent)
{
    return rill_td_params_of(agent)->alpha.per == RILL_PER_VISIT;
}

static inline void double_tables_layout(rill_agent *agent, rill_arena *arena)
{
    double_tables *self = (double_tables *)agent;
    const rill_linear *value = &agent->value;
    const size_t n = (size_t)value->n_features * (size_t)value->n_outputs;
    self->last = (rill_td_last *)rill_arena_take(arena, 1, sizeof(rill_td_last));
    for (int i = 0; i < 2; i++) {
        self->q[i] = rill_linear_take(arena, value->n_features, value->n_outputs);
        if (double_tables_count_visits(agent)) {
            self->visits[i] = (int64_t *)rill_arena_take(arena, n, sizeof(int64_t));
        }
    }
}

static inline void double_tables_begin(rill_agent *agent)
{
    const double_tables *self = (const double_tables *)agent;
    const size_t n = (size_t)agent->value.n_features * (size_t)agent->value.n_outputs;
    rill_td_begin(agent);
    memcpy(self->q[0].weights, agent->value.weights, n * sizeof(double));
    memcpy(self->q[1].weights, agent->value.weights, n * sizeof(double));
    if (agent->model != NULL) {
        rill_agent_mask(agent, &self->q[0]);
        rill_agent_mask(agent, &self->q[1]);
    }
}

/// Which table learns: 0 or 1, with probability 1/2.
static inline int double_tables_flip(rill_agent *agent)
{
    return (int)(rill_rng_next64(&agent->memory->rng) >> 63);
}

/// alpha for the next update of one estimate of table i; 1/n counts those of this table.
static inline double double_tables_alpha(rill_agent *agent, int i, rill_state state, int32_t action)
{
    const double alpha = rill_td_alpha(agent, state, action);
    if (!double_tables_count_visits(agent)) {
        return alpha;
    }
    int64_t *visits = ((double_tables *)agent)->visits[i];
    const int64_t before = visits[(ptrdiff_t)state * agent->value.n_outputs + action]++;
    return rill_schedule_at(&rill_td_params_of(agent)->alpha, before, agent->memory->episode);
}

/// Q_i(S,A) <- Q_i(S,A) + alpha [target - Q_i(S,A)]
static inline void double_tables_update(rill_agent *agent, int i, double target)
{
    const double_tables *self = (const double_tables *)agent;
    const rill_td_last last = *self->last;
    double *q = rill_linear_row(&self->q[i], last.state) + last.action;
    const double *other = rill_linear_row(&self->q[1 - i], last.state) + last.action;
    const double td_error = target - *q;
    *q += double_tables_alpha(agent, i, last.state, last.action) * td_error;
    rill_td_row(agent, last.state)[last.action] = 0.5 * (*q + *other);
    agent->memory->td_error = td_error;
    agent->memory->update++;
}

#endif
