/// What the methods have in common that compute with the exact model.
///
/// One step of the environment is one iteration: the agent lives in the world only to show what it
/// has computed, and rewards teach it nothing. It acts by its policy in the present estimates.
/// Undiscounted, the values of a policy under which an episode may never end, or that collects reward
/// for ever, grow from sweep to sweep without a limit.
#ifndef RILL_AGENTS_DYNAMIC_PROGRAMMING_H
#define RILL_AGENTS_DYNAMIC_PROGRAMMING_H

#include <math.h>
#include <rill/agent_define.h>

typedef struct dp_params {
    double gamma;         ///< discount per step
    double initial_value; ///< every estimate at the start
} dp_params;

#define DP_PARAMS                                                    \
    RILL_REAL(dp_params, gamma, "1", 0.0, 1.0, "discount per step"), \
        RILL_REAL(dp_params, initial_value, "0", -1e300, 1e300,      \
                  "every estimate at the start; terminal states have 0")

static inline const dp_params *dp_params_of(const rill_agent *agent)
{
    return (const dp_params *)agent->params;
}

// ---- states and pairs ----

static inline bool dp_is_terminal(const rill_model *model, int32_t state)
{
    const size_t *first = &model->first[(ptrdiff_t)state * model->n_actions];
    return first[0] == first[model->n_actions];
}

/// For `begin`: V(s) is `initial_value`, 0 where s is terminal. `v` is (n_states).
static inline void dp_begin_v(const rill_agent *agent, double *v)
{
    for (int32_t s = 0; s < agent->model->n_states; s++) {
        v[s] = dp_is_terminal(agent->model, s) ? 0.0 : dp_params_of(agent)->initial_value;
    }
}

/// For `begin`: likewise Q(s,a).
static inline void dp_begin_q(rill_agent *agent)
{
    const rill_model *model = agent->model;
    for (int32_t s = 0; s < model->n_states; s++) {
        for (int32_t a = 0; a < model->n_actions; a++) {
            rill_td_row(agent, s)[a] = rill_model_is_available(model, s, a)
                                           ? dp_params_of(agent)->initial_value
                                       : dp_is_terminal(model, s) ? 0.0
                                                                  : RILL_UNAVAILABLE;
        }
    }
}

// ---- sweeps ----

enum { DP_TWO_ARRAY, DP_IN_PLACE, DP_RANDOM };
static const char *const dp_update_words[] = {"two_array", "in_place", "random", NULL};

/// The parameters of a method whose step is a number of sweeps.
typedef struct dp_sweep_params {
    dp_params dp;
    int update;
    int64_t sweeps;
} dp_sweep_params;

#define DP_SWEEP_PARAMS                                                                         \
    DP_PARAMS,                                                                                  \
        RILL_CHOICE(dp_sweep_params, update, "in_place", dp_update_words,                       \
                    "a sweep updates all states from the old values, each in turn, or as many " \
                    "drawn at random"),                                                         \
        RILL_INTEGER(dp_sweep_params, sweeps, "1", 1, 1e9, "sweeps a step")

/// Delta <- max(Delta, |change|), kept in td_error.
static inline void dp_note_change(rill_agent *agent, double change)
{
    if (!(fabs(change) <= agent->memory->td_error)) { // also when it is NaN
        agent->memory->td_error = fabs(change);
    }
}

/// Sets an estimate.
static inline void dp_assign(rill_agent *agent, double *estimate, double value)
{
    dp_note_change(agent, value - *estimate);
    agent->memory->update++;
    *estimate = value;
}

/// Answers what V(s) becomes; 0 for a terminal state.
typedef double dp_expected_update(rill_agent *agent, int32_t state);

/// td_error of an iteration of several sweeps: the greatest change of a value since `before`. Both are
/// (n_states).
static inline void dp_compare(rill_agent *agent, const double *v, const double *before)
{
    agent->memory->td_error = 0.0;
    for (int32_t s = 0; s < agent->model->n_states; s++) {
        dp_note_change(agent, v[s] - before[s]);
    }
}

/// One sweep over the states:  V(s) <- update(s).  `next`, the second array, is (n_states).
static inline void dp_sweep(rill_agent *agent, int order, double *v, double *next,
                            dp_expected_update *update)
{
    const int32_t n_states = agent->model->n_states;
    agent->memory->td_error = 0.0;
    for (int32_t i = 0; i < n_states && order == DP_TWO_ARRAY; i++) {
        next[i] = update(agent, i);
    }
    for (int32_t i = 0; i < n_states; i++) {
        const int32_t s =
            order == DP_RANDOM ? (int32_t)rill_rng_integers(&agent->memory->rng, n_states) : i;
        dp_assign(agent, &v[s], order == DP_TWO_ARRAY ? next[s] : update(agent, s));
    }
}

/// The sweeps of a step.
static inline void dp_sweeps(rill_agent *agent, double *v, double *next, dp_expected_update *update)
{
    const dp_sweep_params *params = (const dp_sweep_params *)agent->params;
    for (int64_t i = 0; i < params->sweeps; i++) {
        dp_sweep(agent, params->update, v, next, update);
    }
}

/// Q(s,a) <- sum_{s',r} p(s',r|s,a) [r + gamma V(s')] for all a   (S&B eq. 4.6)
static inline void dp_back_up(rill_agent *agent, const double *v, int32_t state)
{
    const rill_model *model = agent->model;
    for (int32_t a = 0; a < model->n_actions; a++) {
        if (rill_model_is_available(model, state, a)) {
            rill_td_row(agent, state)[a] =
                rill_model_backup(model, v, dp_params_of(agent)->gamma, state, a);
        }
    }
}

/// Acts by the policy in the present estimates.
static inline rill_action dp_act(rill_agent *agent, rill_observation observation)
{
    return (rill_action){.index = rill_td_choose(agent, observation.index)};
}

// ---- a policy that is improved ----

#define DP_INITIAL_POLICY(type)                                                        \
    RILL_INTEGERS(type, initial_policy, "0", 0, 2147483647,                            \
                  "the first policy's action in each state, or one for all; where it " \
                  "is not available, the first one that is")

/// For `prepare`.
static inline rill_status dp_check_policy(const rill_agent *agent, const rill_list *actions,
                                          rill_error *error)
{
    const int32_t n_states = agent->model->n_states, n_actions = agent->model->n_actions;
    if (actions->count != 1 && actions->count != n_states) {
        return rill_error_set(error, RILL_INVALID, "initial_policy",
                              "%d actions for %d states; give one action, or one per state",
                              actions->count, n_states);
    }
    for (int32_t i = 0; i < actions->count; i++) {
        if (actions->values[i] >= n_actions) {
            return rill_error_set(error, RILL_INVALID, "initial_policy",
                                  "action %.0f of state %d does not exist; there are 0 to %d",
                                  actions->values[i], i, n_actions - 1);
        }
    }
    return RILL_OK;
}

/// For `begin`: `policy` is (n_states); what it says of a terminal state counts nowhere.
static inline void dp_begin_policy(const rill_agent *agent, const rill_list *actions,
                                   int32_t *policy)
{
    const rill_model *model = agent->model;
    for (int32_t s = 0; s < model->n_states; s++) {
        policy[s] = (int32_t)actions->values[actions->count == 1 ? 0 : s];
        if (!rill_model_is_available(model, s, policy[s])) {
            policy[s] = 0;
            while (policy[s] < model->n_actions - 1 &&
                   !rill_model_is_available(model, s, policy[s])) {
                policy[s]++;
            }
        }
    }
}

/// pi(s) <- argmax_a Q(s,a); of equals, to within rounding, the present action, so that policies come
/// to an end, and else the lowest.
static inline void dp_improve(const rill_agent *agent, int32_t *policy)
{
    for (int32_t s = 0; s < agent->model->n_states; s++) {
        const double *row = rill_td_row(agent, s);
        const double greatest = rill_td_greatest(agent, s);
        const double least = greatest - 1e-12 * fmax(1.0, fabs(greatest));
        if (row[policy[s]] < least) {
            policy[s] = 0;
            while (row[policy[s]] < least) {
                policy[s]++;
            }
        }
    }
}

// ---- the model as a simulator ----

/// Draws an outcome of an available pair; takes one number.
static inline const rill_transition *dp_draw(rill_agent *agent, int32_t state, int32_t action)
{
    size_t count = 0;
    const rill_transition *t = rill_model_outcomes(agent->model, state, action, &count);
    double u = rill_rng_random(&agent->memory->rng);
    size_t i = 0;
    while (i + 1 < count && u >= t[i].probability) {
        u -= t[i++].probability;
    }
    return &t[i];
}

#endif
