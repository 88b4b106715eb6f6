/// Actor-critic: a policy that moves along the TD errors of the values of its states.
///
/// Sutton & Barto (2018), section 13.5, boxes "One-step Actor-Critic (episodic)" (both lambdas 0, the
/// default) and "Actor-Critic with Eligibility Traces (episodic)"; Zhao (2025), Algorithm 10.2, which has
/// no I: `discount_gradient` false. After each step, with I = gamma^t:
///     delta <- R + gamma v(S',w) - v(S,w)          (v = 0 after termination; a time limit bootstraps)
///     z_w <- gamma lambda_w z_w + grad v(S,w)
///     z_theta <- gamma lambda_theta z_theta + I grad ln pi(A|S,theta)
///     w <- w + alpha_w delta z_w
///     theta <- theta + alpha_theta delta z_theta
/// With `entropy` theta also moves along I entropy grad H(pi(.|S,theta)).
#include "agents/actor_critic.h"

typedef struct episodic_params {
    actor_critic_params base;
    bool discount_gradient;
} episodic_params;

static const rill_param actor_critic_param_table[] = {
    RILL_ACTOR_PARAMS,
    ACTOR_CRITIC_PARAMS,
    RILL_BOOL(episodic_params, discount_gradient, "true",
              "weigh the gradient of step t with gamma^t, as the policy gradient theorem says"),
    RILL_PARAM_END,
};

typedef struct episodic {
    actor_critic_agent base;
    double *weight; ///< I
} episodic;

static void episodic_layout(rill_agent *agent, rill_arena *arena)
{
    actor_critic_layout(agent, arena);
    ((episodic *)agent)->weight = rill_arena_take(arena, 1, sizeof(double));
}

/// delta and the two steps, then I <- gamma I. `next` is v(S',w).
static void learn(rill_agent *agent, double reward, double next)
{
    const episodic *self = (const episodic *)agent;
    const episodic_params *params = agent->params;
    const double gamma = params->base.actor.td.gamma;
    const double delta = reward + gamma * next - rill_td_value(agent, *self->base.state, 0);
    actor_critic_learn(agent, delta, *self->weight, gamma);
    *self->weight *= params->discount_gradient ? gamma : 1.0;
}

/// I <- 1, traces 0, A ~ pi(. | S, theta)
static rill_action episodic_start(rill_agent *agent, rill_observation observation)
{
    *((episodic *)agent)->weight = 1.0;
    actor_critic_clear(agent);
    return actor_critic_act(agent, rill_agent_perceive(agent, observation));
}

static rill_action episodic_step(rill_agent *agent, double reward, rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, reward, rill_td_value(agent, state, 0));
    return actor_critic_act(agent, state);
}

static void episodic_finish(rill_agent *agent, const rill_outcome *outcome,
                            rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, outcome->reward, outcome->terminated ? 0.0 : rill_td_value(agent, state, 0));
}

extern const rill_agent_type rill_agent_actor_critic;
const rill_agent_type rill_agent_actor_critic = {
    .id = "actor_critic",
    .summary = "actor-critic, by one step or with eligibility traces: episodic tasks",
    .source = "Sutton & Barto (2018), section 13.5; Zhao (2025), Algorithm 10.2",
    .params = actor_critic_param_table,
    .params_size = sizeof(episodic_params),
    .agent_size = sizeof(episodic),
    .measures = actor_critic_measures,
    .trace = actor_critic_trace,
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .is_linear = true,
    .is_actor = true,
    .prepare = actor_critic_prepare,
    .layout = episodic_layout,
    .begin = rill_actor_begin,
    .start = episodic_start,
    .step = episodic_step,
    .finish = episodic_finish,
};
