/// Residual gradient: true stochastic gradient descent of the squared TD error. It converges, but to
/// values that are wrong where states look alike or transitions vary.
///
/// Sutton & Barto (2018), section 11.5, the naive residual-gradient algorithm; Baird (1995).
#include "agents/off_policy.h"

static const rill_param residual_gradient_param_table[] = {RILL_TD_PARAMS, RILL_PARAM_END};

typedef struct residual_gradient {
    rill_agent base; ///< its `value` is w, (n_features, 1)
    off_policy_last *last;
    double *probabilities; ///< (2, n_actions)
} residual_gradient;

static void residual_gradient_layout(rill_agent *agent, rill_arena *arena)
{
    residual_gradient *self = (residual_gradient *)agent;
    self->last = rill_arena_take(arena, 1, sizeof *self->last);
    self->probabilities =
        rill_arena_take(arena, 2 * (size_t)agent->action_space.size, sizeof(double));
}

static inline rill_action choose(rill_agent *agent, rill_state state)
{
    residual_gradient *self = (residual_gradient *)agent;
    return off_policy_choose(agent, state, self->last, self->probabilities);
}

/// w <- w + alpha rho delta [x(S) - gamma x(S')]; `next` is -1 after termination.
static inline void learn(rill_agent *agent, double reward, rill_state next)
{
    const off_policy_last last = *((residual_gradient *)agent)->last;
    const double gamma = rill_td_params_of(agent)->gamma;
    const double bootstrap = next < 0 ? 0.0 : rill_td_value(agent, next, 0);
    const double td_error = reward + gamma * bootstrap - rill_td_value(agent, last.state, 0);
    const double step = rill_td_alpha(agent, last.state, 0) * last.ratio * td_error;
    rill_td_add(agent, last.state, 0, step);
    if (next >= 0) {
        rill_td_add(agent, next, 0, -step * gamma);
    }
    agent->memory->td_error = td_error;
    agent->memory->update++;
}

static rill_action residual_gradient_start(rill_agent *agent, rill_observation observation)
{
    return choose(agent, rill_agent_perceive(agent, observation));
}

static rill_action residual_gradient_step(rill_agent *agent, double reward,
                                          rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, reward, state);
    return choose(agent, state);
}

static void residual_gradient_finish(rill_agent *agent, const rill_outcome *outcome,
                                     rill_observation observation)
{
    learn(agent, outcome->reward,
          outcome->terminated ? -1 : rill_agent_perceive(agent, observation));
}

extern const rill_agent_type rill_agent_residual_gradient;
const rill_agent_type rill_agent_residual_gradient = {
    .id = "residual_gradient",
    .summary = "prediction by descent of the squared temporal-difference error",
    .source = "Sutton & Barto (2018), section 11.5; Baird (1995)",
    .params = residual_gradient_param_table,
    .params_size = sizeof(rill_td_params),
    .agent_size = sizeof(residual_gradient),
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .default_policy = "uniform",
    .has_behaviour = true,
    .is_linear = true,
    .layout = residual_gradient_layout,
    .begin = rill_td_begin,
    .start = residual_gradient_start,
    .step = residual_gradient_step,
    .finish = residual_gradient_finish,
};
