/// What the expected forms of the off-policy methods share: dynamic programming with features.
///
/// Sutton & Barto (2018), sections 11.1, 11.7 and 11.8. Where a method of samples moves the weights by
/// what one step taught, its expected form moves them by the mean of that over the states, weighed by
/// a distribution d, and over what the policy does there and what follows, by the exact model. As
/// E_b[rho X | s] = E_pi[X | s], no behaviour but d remains of acting off-policy.
///
/// One step of the environment is one sweep over the states, and one update in time: the agent lives in
/// the world only to show what it has computed. Sweeps in place come to rest a little (in proportion to
/// the step size) off the fixed point, where updates cancel over a whole sweep, not state by state;
/// on a table there is nothing to cancel.
#ifndef RILL_AGENTS_EXPECTED_UPDATES_H
#define RILL_AGENTS_EXPECTED_UPDATES_H

#include <math.h>
#include <rill/agent_define.h>

enum { EXPECTED_SYNCHRONOUS, EXPECTED_IN_PLACE };
static const char *const expected_update_words[] = {"synchronous", "in_place", NULL};

typedef struct expected_params {
    rill_td_params td;
    int update;
    rill_list state_weights; ///< d(s); empty: uniform
} expected_params;

#define EXPECTED_PARAMS                                                                       \
    RILL_TD_PARAMS,                                                                           \
        RILL_CHOICE(expected_params, update, "synchronous", expected_update_words,            \
                    "a sweep updates from the old weights, or state after state, each from "  \
                    "what the one before left"),                                              \
        RILL_REALS(expected_params, state_weights, "", 0.0, 1.0,                              \
                   "weight of each state in an update, 1 in sum; empty: uniform over states " \
                   "that are not terminal")

typedef struct expected_agent {
    rill_agent base;    ///< its `value` is w, (n_features, 1)
    rill_state *states; ///< (n_states) each of the model's, as the agent refers to it
    double *d;          ///< (n_states)
    double *pi;         ///< (n_states, n_actions)
    double *v;          ///< (n_states) v(s) of the weights before the sweep
} expected_agent;

static inline const expected_params *expected_params_of(const rill_agent *agent)
{
    return (const expected_params *)agent->params;
}

static inline bool expected_is_in_place(const rill_agent *agent)
{
    return expected_params_of(agent)->update == EXPECTED_IN_PLACE;
}

/// Features of all states are at hand at a time.
static inline int64_t expected_count_states(const rill_agent *agent)
{
    return agent->model->n_states;
}

static inline void expected_layout(rill_agent *agent, rill_arena *arena)
{
    expected_agent *self = (expected_agent *)agent;
    const size_t n = (size_t)agent->model->n_states;
    self->states = rill_arena_take(arena, n, sizeof *self->states);
    self->d = rill_arena_take(arena, n, sizeof(double));
    self->pi = rill_arena_take(arena, n * (size_t)agent->model->n_actions, sizeof(double));
    self->v = rill_arena_take(arena, n, sizeof(double));
}

static inline rill_status expected_prepare(rill_agent *agent, rill_error *error)
{
    const rill_list *d = &expected_params_of(agent)->state_weights;
    const rill_model *model = agent->model;
    double sum = 0.0;
    if (d->count != 0 && d->count != model->n_states) {
        return rill_error_set(error, RILL_INVALID, "state_weights", "%d numbers for %d states",
                              d->count, model->n_states);
    }
    for (int32_t s = 0; s < d->count; s++) {
        if (d->values[s] > 0.0 && !rill_model_has_actions(model, s)) {
            return rill_error_set(error, RILL_INVALID, "state_weights",
                                  "state %d is terminal: its weight must be 0", s);
        }
        sum += d->values[s];
    }
    if (d->count > 0 && !(fabs(sum - 1.0) <= 1e-9)) {
        return rill_error_set(error, RILL_INVALID, "state_weights",
                              "the weights of the states sum to %.17g, not to 1", sum);
    }
    return RILL_OK;
}

static inline void expected_begin(rill_agent *agent)
{
    expected_agent *self = (expected_agent *)agent;
    const rill_model *model = agent->model;
    const rill_list *given = &expected_params_of(agent)->state_weights;
    int32_t n_live = 0;
    rill_td_begin(agent);
    for (int32_t s = 0; s < model->n_states; s++) {
        n_live += rill_model_has_actions(model, s);
    }
    for (int32_t s = 0; s < model->n_states; s++) {
        self->states[s] = rill_agent_perceive(agent, (rill_observation){.index = s});
        self->d[s] = given->count > 0                   ? given->values[s]
                     : rill_model_has_actions(model, s) ? 1.0 / n_live
                                                        : 0.0;
        rill_policy_probabilities(&agent->policy, rill_agent_policy_state(agent, self->states[s]),
                                  NULL, 0, 0, self->pi + (ptrdiff_t)s * model->n_actions);
    }
}

/// d, for those who measure (`rill_agent_type.state_weights`).
static inline const double *expected_state_weights(const rill_agent *agent)
{
    return ((const expected_agent *)agent)->d;
}

/// v(s); 0 where s is terminal.
static inline double expected_value(const rill_agent *agent, int32_t state)
{
    const expected_agent *self = (const expected_agent *)agent;
    return !rill_model_has_actions(agent->model, state)
               ? 0.0
               : rill_td_value(agent, self->states[state], 0);
}

/// What a sweep starts from: synchronous updates read v(s) from here.
static inline void expected_open_sweep(rill_agent *agent)
{
    expected_agent *self = (expected_agent *)agent;
    agent->memory->td_error = 0.0;
    for (int32_t s = 0; s < agent->model->n_states; s++) {
        self->v[s] = expected_value(agent, s);
    }
}

/// One thing that may follow.
typedef void expected_visitor(rill_agent *agent, double probability, const rill_transition *t,
                              void *context);

/// Visits what may follow a state under the policy, with its probability
/// sum_a pi(a|s) p(s',r|s,a).
static inline void expected_follow(rill_agent *agent, int32_t state, expected_visitor *visit,
                                   void *context)
{
    const rill_model *model = agent->model;
    const double *pi = ((expected_agent *)agent)->pi + (ptrdiff_t)state * model->n_actions;
    for (int32_t a = 0; a < model->n_actions; a++) {
        size_t count = 0;
        const rill_transition *t = rill_model_outcomes(model, state, a, &count);
        for (size_t i = 0; i < count && pi[a] > 0.0; i++) {
            visit(agent, pi[a] * t[i].probability, &t[i], context);
        }
    }
}

static inline void expected_add_target(rill_agent *agent, double probability,
                                       const rill_transition *t, void *context)
{
    const expected_agent *self = (const expected_agent *)agent;
    double *sum = context;
    const double next = t->terminated                 ? 0.0
                        : expected_is_in_place(agent) ? expected_value(agent, t->next)
                                                      : self->v[t->next];
    *sum += probability * (t->reward + expected_params_of(agent)->td.gamma * next);
}

/// delta(s) = E_pi[R + gamma v(S') - v(s) | s], the Bellman error (S&B eq. 11.18), by the weights that
/// the update starts from. Its square, weighed by d(s), is added to td_error.
static inline double expected_td_error(rill_agent *agent, int32_t state)
{
    const expected_agent *self = (const expected_agent *)agent;
    double target = 0.0;
    expected_follow(agent, state, expected_add_target, &target);
    const double td_error =
        target - (expected_is_in_place(agent) ? expected_value(agent, state) : self->v[state]);
    agent->memory->td_error += self->d[state] * (td_error * td_error);
    return td_error;
}

/// td_error becomes sqrt(sum_s d(s) delta(s)^2), the root of the mean square Bellman error
/// (S&B eq. 11.19).
static inline void expected_close_sweep(rill_agent *agent)
{
    agent->memory->td_error = sqrt(agent->memory->td_error);
    agent->memory->update++;
}

static inline rill_action expected_act(rill_agent *agent, rill_observation observation)
{
    const rill_state state = ((expected_agent *)agent)->states[observation.index];
    return (rill_action){.index = rill_td_choose(agent, state)};
}

/// Defines the agent `name` whose sweep is `sweep(agent)`; further members of its type follow.
#define EXPECTED_DEFINE(name, sweep, ...)                                                          \
    static rill_action name##_step(rill_agent *agent, double reward, rill_observation observation) \
    {                                                                                              \
        (void)reward;                                                                              \
        sweep(agent);                                                                              \
        return expected_act(agent, observation);                                                   \
    }                                                                                              \
    static void name##_finish(rill_agent *agent, const rill_outcome *outcome,                      \
                              rill_observation observation)                                        \
    {                                                                                              \
        (void)outcome, (void)observation;                                                          \
        sweep(agent);                                                                              \
    }                                                                                              \
    extern const rill_agent_type rill_agent_##name;                                                \
    const rill_agent_type rill_agent_##name = {.id = #name,                                        \
                                               .estimates = RILL_ESTIMATES_STATE_VALUES,           \
                                               .default_policy = "uniform",                        \
                                               .needs_model = true,                                \
                                               .is_linear = true,                                  \
                                               .count_states = expected_count_states,              \
                                               .state_weights = expected_state_weights,            \
                                               .prepare = expected_prepare,                        \
                                               .start = expected_act,                              \
                                               .step = name##_step,                                \
                                               .finish = name##_finish,                            \
                                               __VA_ARGS__}

#endif
