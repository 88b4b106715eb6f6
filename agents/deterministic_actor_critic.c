/// Off-policy deterministic actor-critic with compatible features (COPDAC-Q): continuous actions.
///
/// Silver et al. (2014), "Deterministic policy gradient algorithms", section 4.3 and eq. 18 to 20; Zhao
/// (2025), Algorithm 10.4. The policy is mu(s) = theta' x(s), (m) numbers; a Gaussian around it explores,
/// with the standard deviation that the distribution starts with, which does not change. The critic is
/// linear in what theta moves the action by, so that its gradient by the action is the one needed:
///     Q(s,a) = (a - mu(s))' (W' x(s)) + v(s),   grad_a Q = W' x(s)
/// After each step, since Q(S',mu(S')) = v(S'):
///     delta <- R + gamma v(S') - Q(S,A)          (v = 0 after termination; a time limit bootstraps)
///     theta <- theta + alpha_theta x(S) (W' x(S))'
///     W <- W + alpha_advantage delta x(S) (A - mu(S))'
///     w <- w + alpha_w delta grad v(S,w)
/// all from what they were before the step.
#include <rill/actor.h>
#include <string.h>

typedef struct deterministic_params {
    rill_actor_params actor;
    rill_schedule alpha_advantage;
} deterministic_params;

static const rill_param deterministic_param_table[] = {
    RILL_ACTOR_PARAMS,
    RILL_RATE(deterministic_params, alpha_advantage, "0.1", 0.0, 1e9,
              "step size of the advantage of an action over the policy's"),
    RILL_PARAM_END,
};

typedef struct deterministic {
    rill_agent base;   ///< its `value` is w of v(s)
    rill_state *state; ///< S; the action A is the actor's x
    /// W, as theta: (features.size, n_parameters), of which the first m of each row count
    double *advantage;
    double *slope;     ///< (n_parameters) W' x(S), 0 from m on; for a moment's use
    double *deviation; ///< (n_parameters) A - mu(S), likewise
} deterministic;

static rill_status deterministic_prepare(rill_agent *agent, rill_error *error)
{
    const char *id = agent->actor.distribution.type->id;
    if (strcmp(id, "gaussian") == 0) {
        return RILL_OK;
    }
    return rill_error_set(error, RILL_INVALID, "",
                          "deterministic_actor_critic explores by a normal distribution around its "
                          "action: use gaussian, not %s",
                          id);
}

static void deterministic_layout(rill_agent *agent, rill_arena *arena)
{
    deterministic *self = (deterministic *)agent;
    const size_t n_parameters = (size_t)agent->actor.distribution.n_parameters;
    self->state = rill_arena_take(arena, 1, sizeof(rill_state));
    self->advantage = rill_arena_take(arena, (size_t)rill_actor_size(agent), sizeof(double));
    self->slope = rill_arena_take(arena, n_parameters, sizeof(double));
    self->deviation = rill_arena_take(arena, n_parameters, sizeof(double));
}

/// A ~ N(mu(S), sigma^2)
static rill_action act(rill_agent *agent, rill_state state)
{
    *((deterministic *)agent)->state = state;
    return rill_actor_choose(agent, state);
}

/// delta and the three steps; `next` is v(S',w).
static void learn(rill_agent *agent, double reward, double next)
{
    const deterministic *self = (const deterministic *)agent;
    const deterministic_params *params = agent->params;
    rill_agent_memory *memory = agent->memory;
    const rill_state state = *self->state;
    const int32_t m = agent->actor.distribution.size, n = agent->actor.theta.n_outputs;
    const rill_linear w = {self->advantage, agent->actor.theta.n_features, n};
    const rill_features_view x = rill_actor_view(agent, state);
    const double *mu = rill_actor_kept(agent, state);
    rill_linear_evaluate(&w, x.n, x.indices, x.values, self->slope);
    double q = rill_td_value(agent, state, 0);
    for (int32_t i = 0; i < n; i++) {
        self->deviation[i] = i < m ? agent->actor.x[i] - mu[i] : 0.0;
        self->slope[i] = i < m ? self->slope[i] : 0.0;
        q += self->deviation[i] * self->slope[i];
    }
    const double delta = reward + params->actor.td.gamma * next - q;
    const double alpha_w = rill_td_alpha(agent, state, 0);
    const double alpha_advantage =
        rill_schedule_at(&params->alpha_advantage, memory->update, memory->episode);
    rill_actor_step(agent, state, self->slope, rill_actor_alpha(agent));
    rill_actor_add_scaled(agent, self->advantage, state, self->deviation, alpha_advantage * delta);
    rill_td_add(agent, state, 0, alpha_w * delta);
    memory->td_error = delta;
    memory->update++;
}

static rill_action deterministic_start(rill_agent *agent, rill_observation observation)
{
    return act(agent, rill_agent_perceive(agent, observation));
}

static rill_action deterministic_step(rill_agent *agent, double reward,
                                      rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, reward, rill_td_value(agent, state, 0));
    return act(agent, state);
}

static void deterministic_finish(rill_agent *agent, const rill_outcome *outcome,
                                 rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, outcome->reward, outcome->terminated ? 0.0 : rill_td_value(agent, state, 0));
}

static const rill_agent_measure measures[] = {
    RILL_ACTOR_MEASURES,
    RILL_MEASURE_END,
};

extern const rill_agent_type rill_agent_deterministic_actor_critic;
const rill_agent_type rill_agent_deterministic_actor_critic = {
    .id = "deterministic_actor_critic",
    .summary = "deterministic policy gradient with compatible features: box actions",
    .source = "Silver et al. (2014), section 4.3; Zhao (2025), Algorithm 10.4",
    .params = deterministic_param_table,
    .params_size = sizeof(deterministic_params),
    .agent_size = sizeof(deterministic),
    .measures = measures,
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .is_linear = true,
    .is_actor = true,
    .needs_box = true,
    .prepare = deterministic_prepare,
    .layout = deterministic_layout,
    .begin = rill_actor_begin,
    .start = deterministic_start,
    .step = deterministic_step,
    .finish = deterministic_finish,
};
