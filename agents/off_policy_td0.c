/// Off-policy TD(0): the value of one policy from what another does, each update weighed by the
/// ratio of the two. On tables it is sound; with features that generalise the weights may grow without
/// end, as on Baird's counterexample.
///
/// Sutton & Barto (2018), section 11.1, "semi-gradient off-policy TD(0)".
#include "agents/off_policy.h"

static const rill_param off_policy_td0_param_table[] = {RILL_TD_PARAMS, RILL_PARAM_END};

/// w <- w + alpha rho delta x(S)   (S&B eq. 11.2),   delta = R + gamma v(S') - v(S)   (eq. 11.3)
static inline void learn(rill_agent *agent, double reward, rill_state next)
{
    const off_policy_last last = *((const off_policy *)agent)->last;
    const double gamma = rill_td_params_of(agent)->gamma;
    const double bootstrap = next < 0 ? 0.0 : rill_td_value(agent, next, 0);
    const double td_error = reward + gamma * bootstrap - rill_td_value(agent, last.state, 0);
    rill_td_add(agent, last.state, 0, rill_td_alpha(agent, last.state, 0) * last.ratio * td_error);
    agent->memory->td_error = td_error;
    agent->memory->update++;
}

OFF_POLICY_DEFINE(off_policy_td0, learn,
                  .summary = "off-policy TD(0) by importance sampling; semi-gradient on features",
                  .source = "Sutton & Barto (2018), section 11.1",
                  .params = off_policy_td0_param_table, .params_size = sizeof(rill_td_params),
                  .agent_size = sizeof(off_policy), .layout = off_policy_layout);
