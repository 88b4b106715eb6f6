/// Residual gradient: true stochastic gradient descent of the squared TD error. It converges, but to
/// values that are wrong where states look alike or transitions vary.
///
/// Sutton & Barto (2018), section 11.5, the naive residual-gradient algorithm; Baird (1995).
#include "agents/off_policy.h"

static const rill_param residual_gradient_param_table[] = {RILL_TD_PARAMS, RILL_PARAM_END};

/// w <- w + alpha rho delta [x(S) - gamma x(S')]
static inline void learn(rill_agent *agent, double reward, rill_state next)
{
    const off_policy_last last = *((const off_policy *)agent)->last;
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

OFF_POLICY_DEFINE(residual_gradient, learn,
                  .summary = "prediction by descent of the squared temporal-difference error",
                  .source = "Sutton & Barto (2018), section 11.5; Baird (1995)",
                  .params = residual_gradient_param_table, .params_size = sizeof(rill_td_params),
                  .agent_size = sizeof(off_policy), .layout = off_policy_layout);
