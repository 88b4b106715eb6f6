/// Least-squares TD(lambda): the TD fixed point of all that was seen so far, without a step size.
///
/// Sutton & Barto (2018), section 9.8, box "LSTD for estimating v-hat ~ w^T x ~ v_pi (O(d^2)
/// version)"; Bradtke and Barto (1996); with traces, Boyan (2002). With
///     A = sum_t z_t (x_t - gamma x_{t+1})^T + epsilon I,   b = sum_t R_{t+1} z_t
/// it keeps the inverse of A by the Sherman-Morrison formula (eq. 9.22), and w = A^-1 b.
///
/// The inverse takes size^2 numbers, and a step size^2 operations.
#include "agents/least_squares.h"

#include <rill/agent_define.h>

enum { MAX_SIZE = 8192 };

typedef struct lstd_params {
    double gamma;
    double epsilon;
    double lambda;
} lstd_params;

static const rill_param lstd_param_table[] = {
    RILL_REAL(lstd_params, gamma, "1", 0.0, 1.0, "discount per step"),
    RILL_REAL(lstd_params, epsilon, "0.01", 1e-12, 1e12,
              "A is epsilon times the unit matrix at first"),
    RILL_REAL(lstd_params, lambda, "0", 0.0, 1.0, "trace decay"),
    RILL_PARAM_END,
};

typedef struct lstd {
    rill_agent base;   ///< its `value` is w, (n_features, 1)
    least_squares fit; ///< of n_features numbers; its z is the trace
    rill_state *last;
} lstd;

static rill_status lstd_prepare(rill_agent *agent, rill_error *error)
{
    if (agent->features.size > MAX_SIZE) {
        return rill_error_set(error, RILL_INVALID, "",
                              "lstd keeps the inverse of a matrix of %d x %d numbers; at most %d "
                              "features are possible",
                              agent->features.size, agent->features.size, MAX_SIZE);
    }
    return RILL_OK;
}

static void lstd_layout(rill_agent *agent, rill_arena *arena)
{
    lstd *self = (lstd *)agent;
    self->fit = least_squares_take(arena, (size_t)agent->features.size);
    self->last = rill_arena_take(arena, 1, sizeof(rill_state));
}

static void lstd_begin(rill_agent *agent)
{
    least_squares_begin(&((lstd *)agent)->fit, ((const lstd_params *)agent->params)->epsilon);
}

/// Learns from S, R, S'; `next` is -1 after termination.
///     z <- gamma lambda z + x(S);  A <- A + z [x(S) - gamma x(S')]^T;  b <- b + R z;  w <- A^-1 b
static void learn(rill_agent *agent, double reward, rill_state next)
{
    const lstd *self = (const lstd *)agent;
    const lstd_params *params = agent->params;
    const least_squares *fit = &self->fit;
    const rill_linear z = {fit->z, agent->features.size, 1}, d = {fit->d, agent->features.size, 1};
    const double bootstrap = next < 0 ? 0.0 : params->gamma * rill_td_value(agent, next, 0);
    agent->memory->td_error = reward + bootstrap - rill_td_value(agent, *self->last, 0);
    for (ptrdiff_t i = 0; i < fit->n; i++) {
        fit->z[i] *= params->gamma * params->lambda;
        fit->d[i] = 0.0;
    }
    rill_td_add_plain(agent, &z, *self->last, 0, 1.0);
    rill_td_add_plain(agent, &d, *self->last, 0, 1.0);
    if (next >= 0) {
        rill_td_add_plain(agent, &d, next, 0, -params->gamma);
    }
    least_squares_add(fit, reward);
    for (ptrdiff_t i = 0; i < fit->n; i++) {
        agent->value.weights[i] = least_squares_solution(fit, i);
    }
    agent->memory->update++;
}

static inline rill_action act(rill_agent *agent, rill_state state)
{
    *((lstd *)agent)->last = state;
    return (rill_action){.index = rill_td_choose(agent, state)};
}

static rill_action lstd_start(rill_agent *agent, rill_observation observation)
{
    const least_squares *fit = &((lstd *)agent)->fit;
    for (ptrdiff_t i = 0; i < fit->n; i++) {
        fit->z[i] = 0.0;
    }
    return act(agent, rill_agent_perceive(agent, observation));
}

static rill_action lstd_step(rill_agent *agent, double reward, rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, reward, state);
    return act(agent, state);
}

static void lstd_finish(rill_agent *agent, const rill_outcome *outcome,
                        rill_observation observation)
{
    learn(agent, outcome->reward,
          outcome->terminated ? -1 : rill_agent_perceive(agent, observation));
}

extern const rill_agent_type rill_agent_lstd;
const rill_agent_type rill_agent_lstd = {
    .id = "lstd",
    .summary = "least-squares TD prediction: the TD fixed point of all data so far",
    .source = "Sutton & Barto (2018), section 9.8; Bradtke and Barto (1996); Boyan (2002)",
    .params = lstd_param_table,
    .params_size = sizeof(lstd_params),
    .agent_size = sizeof(lstd),
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .default_policy = "uniform",
    .is_linear = true,
    .prepare = lstd_prepare,
    .layout = lstd_layout,
    .begin = lstd_begin,
    .start = lstd_start,
    .step = lstd_step,
    .finish = lstd_finish,
};
