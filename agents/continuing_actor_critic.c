/// Actor-critic for the reward per step of continuing tasks.
///
/// Sutton & Barto (2018), section 13.6, box "Actor-Critic with Eligibility Traces (continuing)". Values
/// are differences from the average reward, which is learned beside them:
///     delta <- R - average + v(S',w) - v(S,w)
///     average <- average + beta delta
///     z_w <- lambda_w z_w + grad v(S,w)
///     z_theta <- lambda_theta z_theta + grad ln pi(A|S,theta)
///     w <- w + alpha_w delta z_w
///     theta <- theta + alpha_theta delta z_theta
/// A run that is cut off bootstraps, and the next one begins with traces of 0. The theory knows no
/// termination; where there is one the value after it is 0.
#include "agents/actor_critic.h"

typedef struct continuing_params {
    actor_critic_params base;
    rill_schedule beta;
} continuing_params;

static const rill_param continuing_param_table[] = {
    RILL_ACTOR_THETA,
    RILL_ACTOR_ALPHA_W,
    RILL_TD_INITIAL,
    RILL_RATE(continuing_params, beta, "0.01", 0.0, 1e9, "step size of the average reward"),
    ACTOR_CRITIC_PARAMS,
    RILL_PARAM_END,
};

/// `next` is v(S',w).
static void learn(rill_agent *agent, double reward, double next)
{
    const continuing_params *params = agent->params;
    rill_agent_memory *memory = agent->memory;
    const double beta = rill_schedule_at(&params->beta, memory->update, memory->episode);
    const rill_state state = *((const actor_critic_agent *)agent)->state;
    const double delta = reward - memory->average_reward + next - rill_td_value(agent, state, 0);
    memory->average_reward += beta * delta;
    actor_critic_learn(agent, delta, 1.0, 1.0);
}

/// Traces 0, A ~ pi(. | S, theta)
static rill_action continuing_start(rill_agent *agent, rill_observation observation)
{
    actor_critic_clear(agent);
    return actor_critic_act(agent, rill_agent_perceive(agent, observation));
}

static rill_action continuing_step(rill_agent *agent, double reward, rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, reward, rill_td_value(agent, state, 0));
    return actor_critic_act(agent, state);
}

static void continuing_finish(rill_agent *agent, const rill_outcome *outcome,
                              rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, outcome->reward, outcome->terminated ? 0.0 : rill_td_value(agent, state, 0));
}

extern const rill_agent_type rill_agent_continuing_actor_critic;
const rill_agent_type rill_agent_continuing_actor_critic = {
    .id = "continuing_actor_critic",
    .summary = "actor-critic with eligibility traces, by the average reward: continuing tasks",
    .source = "Sutton & Barto (2018), section 13.6",
    .params = continuing_param_table,
    .params_size = sizeof(continuing_params),
    .agent_size = sizeof(actor_critic_agent),
    .measures = actor_critic_measures,
    .trace = actor_critic_trace,
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .estimates_average_reward = true,
    .is_linear = true,
    .is_actor = true,
    .prepare = actor_critic_prepare,
    .layout = actor_critic_layout,
    .begin = rill_actor_begin,
    .start = continuing_start,
    .step = continuing_step,
    .finish = continuing_finish,
};
