/// Off-policy actor-critic: learns a policy while another one acts.
///
/// Zhao (2025), Algorithm 10.3; Degris, White and Sutton (2012), "Off-policy actor-critic", with one
/// step and importance weights in both updates. The behaviour b is `behaviour`, by default uniform, and the
/// target is the policy with parameters theta. After each step:
///     rho = pi(A|S,theta) / b(A|S)
///     delta <- R + gamma v(S',w) - v(S,w)          (v = 0 after termination; a time limit bootstraps)
///     theta <- theta + alpha_theta rho delta grad ln pi(A|S,theta)
///     w <- w + alpha_w rho delta grad v(S,w)
#include <rill/actor.h>
#include <rill/math.h>

static const rill_param off_policy_actor_critic_param_table[] = {RILL_ACTOR_PARAMS, RILL_PARAM_END};

/// S, A and b(A|S)
typedef struct behaved {
    rill_state state;
    int32_t action;
    double probability;
} behaved;

typedef struct off_policy_actor_critic {
    rill_agent base; ///< its `value` is w, (features.size, 1)
    behaved *last;
    double *probabilities; ///< (n_actions) b(. | S), for a moment's use
    double *score;         ///< (n_parameters) grad_eta ln pi, likewise
} off_policy_actor_critic;

static rill_status off_policy_prepare(rill_agent *agent, rill_error *error)
{
    const rill_distribution_type *type = agent->actor.distribution.type;
    if (type->is_relaxed) {
        return rill_error_set(
            error, RILL_INVALID, "",
            "off_policy_actor_critic weighs actions with their probabilities, and "
            "%s has densities: use categorical",
            type->id);
    }
    return RILL_OK;
}

static void off_policy_layout(rill_agent *agent, rill_arena *arena)
{
    off_policy_actor_critic *self = (off_policy_actor_critic *)agent;
    const rill_distribution *distribution = &agent->actor.distribution;
    self->last = rill_arena_take(arena, 1, sizeof *self->last);
    self->probabilities = rill_arena_take(arena, (size_t)distribution->size, sizeof(double));
    self->score = rill_arena_take(arena, (size_t)distribution->n_parameters, sizeof(double));
}

/// A ~ b(. | S), which looks at no values
static rill_action act(rill_agent *agent, rill_state state)
{
    const off_policy_actor_critic *self = (const off_policy_actor_critic *)agent;
    const rill_agent_memory *memory = agent->memory;
    rill_policy_probabilities(&agent->behaviour, rill_agent_policy_state(agent, state), NULL,
                              memory->step, memory->episode, self->probabilities);
    const int32_t action = rill_agent_sample_behaviour(agent, state, self->probabilities);
    *self->last = (behaved){state, action, self->probabilities[action]};
    return (rill_action){.index = action};
}

/// rho, delta and the two steps; `next` is v(S',w).
static void learn(rill_agent *agent, double reward, double next)
{
    const off_policy_actor_critic *self = (const off_policy_actor_critic *)agent;
    const rill_actor *actor = &agent->actor;
    const rill_distribution *distribution = &actor->distribution;
    const behaved last = *self->last;
    for (int32_t a = 0; a < distribution->size; a++) {
        actor->x[a] = a == last.action ? 1.0 : 0.0;
    }
    const double *eta = rill_actor_parameters(agent, last.state);
    const double log_pi = distribution->type->log_probability(distribution, eta, actor->x);
    const double rho = rill_exp(log_pi) / last.probability;
    const double delta =
        reward + rill_td_params_of(agent)->gamma * next - rill_td_value(agent, last.state, 0);
    const double alpha_w = rill_td_alpha(agent, last.state, 0);
    distribution->type->score(distribution, eta, actor->x, self->score);
    rill_actor_step(agent, last.state, self->score, rill_actor_alpha(agent) * rho * delta);
    rill_td_add(agent, last.state, 0, alpha_w * rho * delta);
    agent->memory->td_error = delta;
    agent->memory->update++;
}

static rill_action off_policy_start(rill_agent *agent, rill_observation observation)
{
    return act(agent, rill_agent_perceive(agent, observation));
}

static rill_action off_policy_step(rill_agent *agent, double reward, rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, reward, rill_td_value(agent, state, 0));
    return act(agent, state);
}

static void off_policy_finish(rill_agent *agent, const rill_outcome *outcome,
                              rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, outcome->reward, outcome->terminated ? 0.0 : rill_td_value(agent, state, 0));
}

extern const rill_agent_type rill_agent_off_policy_actor_critic;
const rill_agent_type rill_agent_off_policy_actor_critic = {
    .id = "off_policy_actor_critic",
    .summary = "actor-critic that learns a policy while another one acts",
    .source = "Zhao (2025), Algorithm 10.3; Degris, White and Sutton (2012)",
    .params = off_policy_actor_critic_param_table,
    .params_size = sizeof(rill_actor_params),
    .agent_size = sizeof(off_policy_actor_critic),
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .has_behaviour = true,
    .is_linear = true,
    .is_actor = true,
    .prepare = off_policy_prepare,
    .layout = off_policy_layout,
    .begin = rill_actor_begin,
    .start = off_policy_start,
    .step = off_policy_step,
    .finish = off_policy_finish,
};
