/// Pathwise REINFORCE: the policy gradient by differentiating the return itself, through the environment.
///
/// With the noise e_t of each action kept, A_t = g(eta(S_t,theta), e_t) is a function of theta, and so is
/// the episode's discounted return G = sum_t gamma^t R_{t+1}, by S_{t+1} = f(S_t,A_t), R_{t+1} = r(S_t,A_t).
/// Its derivative is an unbiased estimate of grad J = grad E[G] (Kingma and Welling (2014); Heess et al.
/// (2015), "Learning continuous control policies by stochastic value gradients", SVG(infinity); Mohamed,
/// Rosca, Figurnov and Mnih (2020)). It is computed from the last step to the first, as back-propagation
/// through time (Werbos (1990)), with p_t the derivative of what follows S_t, p_T = 0:
///     g_t = dr/da + gamma p_{t+1}' df/da
///     q_t = (dA_t/d eta)' g_t + entropy dH/d eta
///     grad theta <- grad theta + gamma^t x(S_t) q_t'
///     p_t = dr/ds + gamma p_{t+1}' df/ds + (d eta/ds)' q_t,
///     d eta/ds = theta' (dx/do) (do/ds),  o the observation
/// The policy moves once in `batch` episodes, by what the optimiser makes of the mean of their gradients, `sgd`
/// nothing else:
///     theta <- theta + alpha_theta (grad theta) / batch
/// `reinforce` with a batch estimates the same gradient without derivatives of the environment.
///
/// With a `horizon` h the chain is cut after h, 2h, ... steps (p is 0 there): less memory and variance,
/// and a bias, since actions are not credited with what follows beyond the cut. It is cut after
/// `max_steps` in any case. What the estimate does not see is that other actions would have ended the
/// episode at another time, or have clipped what was not clipped.
#include <math.h>
#include <rill/actor.h>
#include <string.h>

typedef struct pathwise_params {
    rill_actor_params actor;
    int64_t horizon;
    int64_t batch;
    double entropy;
    double max_norm;
    int64_t max_steps;
} pathwise_params;

static const rill_param pathwise_param_table[] = {
    RILL_ACTOR_THETA,
    RILL_ACTOR_GAMMA,
    RILL_INTEGER(pathwise_params, horizon, "0", 0, 1e7,
                 "steps through which derivatives go back; 0: the whole episode"),
    RILL_INTEGER(pathwise_params, batch, "1", 1, 1e6,
                 "episodes from one step of the policy to the next"),
    RILL_REAL(pathwise_params, entropy, "0", 0.0, 1e9,
              "weight of the policy's entropy, which is maximised too"),
    RILL_REAL(pathwise_params, max_norm, "0", 0.0, 1e300,
              "a longer gradient is cut to this length; 0: none is"),
    RILL_INTEGER(pathwise_params, max_steps, "1000", 1, 1e7,
                 "room for an episode; in a longer one derivatives go back through so many steps"),
    RILL_PARAM_END,
};

/// A step t of the window through which derivatives go back.
typedef struct pathwise_step {
    rill_state state;
    double weight; ///< gamma^t
} pathwise_step;

typedef struct pathwise {
    rill_agent base;
    pathwise_step *steps;  ///< (capacity)
    double *noise;         ///< (capacity, n_noise) of each action
    double *actions;       ///< (capacity, m) x of each
    unsigned char *states; ///< (capacity, stride) the environment's state struct, S_t
    int64_t *length;       ///< steps in the window so far
    double *weight;        ///< gamma^t of the next step of the episode
    int64_t *n_episodes;   ///< of the batch
    double *gradient;      ///< grad theta, the sum over the batch
    // of one moment of the way back; n state values, m actions, o numbers of an observation
    double *p;             ///< (n) p_t
    double *next_p;        ///< (n) p_{t+1}
    double *g;             ///< (m)
    double *q;             ///< (n_parameters)
    double *bonus;         ///< (n_parameters) dH/d eta
    double *by_eta;        ///< (m, n_parameters) dA/d eta
    double *by_observed;   ///< (n_active, o) dx/do
    double *pulled;        ///< (o) (d eta/do)' q
    double *seen_by_state; ///< (o, n) do/ds
    float *seen;           ///< (o) o
    rill_jacobian jacobian;
} pathwise;

static const pathwise_params *params_of(const rill_agent *agent)
{
    return (const pathwise_params *)agent->params;
}

static int64_t capacity(const rill_agent *agent)
{
    const pathwise_params *params = params_of(agent);
    return params->horizon > 0 && params->horizon < params->max_steps ? params->horizon
                                                                      : params->max_steps;
}

/// Bytes from one state of the environment to the next, so that each lies where anything may.
static size_t stride(const rill_agent *agent)
{
    return (agent->env->type->state_size + 15) & ~(size_t)15;
}

static rill_status pathwise_prepare(rill_agent *agent, rill_error *error)
{
    if (params_of(agent)->entropy > 0.0 && agent->actor.distribution.type->entropy == NULL) {
        return rill_error_set(error, RILL_INVALID, "entropy",
                              "that of %s has no closed form: leave it 0",
                              agent->actor.distribution.type->id);
    }
    return RILL_OK;
}

static double *take(rill_arena *arena, size_t count)
{
    return rill_arena_take(arena, count, sizeof(double));
}

static void pathwise_layout(rill_agent *agent, rill_arena *arena)
{
    pathwise *self = (pathwise *)agent;
    const rill_distribution *distribution = &agent->actor.distribution;
    const size_t n_kept = (size_t)capacity(agent), m = (size_t)distribution->size;
    const size_t n = (size_t)agent->env->n_state_values, o = (size_t)agent->observation_space.size;
    const size_t n_parameters = (size_t)distribution->n_parameters;
    self->steps = rill_arena_take(arena, n_kept, sizeof *self->steps);
    self->noise = take(arena, n_kept * (size_t)distribution->n_noise);
    self->actions = take(arena, n_kept * m);
    self->states = rill_arena_take(arena, n_kept, stride(agent));
    self->length = rill_arena_take(arena, 1, sizeof *self->length);
    self->weight = take(arena, 1);
    self->n_episodes = rill_arena_take(arena, 1, sizeof *self->n_episodes);
    self->gradient = take(arena, (size_t)rill_actor_size(agent));
    self->p = take(arena, n);
    self->next_p = take(arena, n);
    self->g = take(arena, m);
    self->q = take(arena, n_parameters);
    self->bonus = take(arena, n_parameters);
    self->by_eta = take(arena, m * n_parameters);
    self->by_observed = take(arena, (size_t)rill_actor_features(agent)->n_active * o);
    self->pulled = take(arena, o);
    self->seen_by_state = take(arena, o * n);
    self->seen = rill_arena_take(arena, o, sizeof(float));
    self->jacobian =
        (rill_jacobian){take(arena, n * n), take(arena, n * m), take(arena, n), take(arena, m)};
}

static void pathwise_begin(rill_agent *agent)
{
    const pathwise *self = (pathwise *)agent;
    rill_actor_begin(agent);
    *self->weight = 1.0;
}

/// p <- p + (d eta/ds)' q at step t. Parameters that do not depend on the state have no part in it.
static void pull_back(rill_agent *agent, int64_t t)
{
    const pathwise *self = (pathwise *)agent;
    const rill_env *env = agent->env;
    const void *state = self->states + (size_t)t * stride(agent);
    const rill_features *features = rill_actor_features(agent);
    const rill_features_view x = rill_actor_view(agent, self->steps[t].state);
    const int32_t n = env->n_state_values, o = agent->observation_space.size;
    const int32_t n_bound =
        agent->actor.distribution.n_parameters - agent->actor.distribution.n_free;
    features->type->derivative(features, env->type->observe(env->params, state, self->seen),
                               self->by_observed);
    for (int32_t l = 0; l < o; l++) {
        self->pulled[l] = 0.0;
    }
    for (int32_t i = 0; i < x.n; i++) {
        const double *row = rill_linear_row(&agent->actor.theta, x.indices[i]);
        double by_x = 0.0;
        for (int32_t j = 0; j < n_bound; j++) {
            by_x += row[j] * self->q[j];
        }
        for (int32_t l = 0; l < o; l++) {
            self->pulled[l] += by_x * self->by_observed[(ptrdiff_t)i * o + l];
        }
    }
    if (env->type->observe_jacobian == NULL) { // the observation is the state
        for (int32_t j = 0; j < n; j++) {
            self->p[j] += self->pulled[j];
        }
        return;
    }
    env->type->observe_jacobian(env->params, state, self->seen_by_state);
    for (int32_t l = 0; l < o; l++) {
        for (int32_t j = 0; j < n; j++) {
            self->p[j] += self->pulled[l] * self->seen_by_state[(ptrdiff_t)l * n + j];
        }
    }
}

/// q_t, from p_{t+1} and the Jacobians of the step.
static void differentiate(rill_agent *agent, int64_t t)
{
    const pathwise *self = (pathwise *)agent;
    const pathwise_params *params = params_of(agent);
    // as it was when the action was drawn
    const rill_distribution then =
        rill_distribution_at(&agent->actor.distribution, agent->memory->step - *self->length + t,
                             agent->memory->episode);
    const int32_t n = agent->env->n_state_values, m = then.size;
    const int32_t n_parameters = then.n_parameters;
    const double gamma = params->actor.td.gamma;
    // g_t = dr/da + gamma p_{t+1}' df/da
    for (int32_t k = 0; k < m; k++) {
        double sum = 0.0;
        for (int32_t i = 0; i < n; i++) {
            sum += self->next_p[i] * self->jacobian.next_by_action[(ptrdiff_t)i * m + k];
        }
        self->g[k] = self->jacobian.reward_by_action[k] + gamma * sum;
    }
    // q_t = (dA_t/d eta)' g_t + entropy dH/d eta
    const double *eta = rill_actor_parameters(agent, self->steps[t].state);
    then.type->pathwise(&then, eta, self->noise + t * then.n_noise, self->actions + t * m,
                        self->by_eta);
    if (params->entropy > 0.0) {
        then.type->entropy(&then, eta, self->bonus);
    }
    for (int32_t j = 0; j < n_parameters; j++) {
        self->q[j] = params->entropy * self->bonus[j];
        for (int32_t k = 0; k < m; k++) {
            self->q[j] += self->g[k] * self->by_eta[(ptrdiff_t)k * n_parameters + j];
        }
    }
}

/// Goes back through the window, from p = 0, adds to the gradient, and empties the window.
static void go_back(rill_agent *agent)
{
    const pathwise *self = (pathwise *)agent;
    const rill_env *env = agent->env;
    const double gamma = params_of(agent)->actor.td.gamma;
    const int32_t n = env->n_state_values, m = agent->actor.distribution.size;
    for (int32_t j = 0; j < n; j++) {
        self->next_p[j] = 0.0;
    }
    for (int64_t t = *self->length - 1; t >= 0; t--) {
        const pathwise_step *step = &self->steps[t];
        const rill_action action = rill_actor_action(agent, self->actions + t * m);
        rill_jacobian jacobian = self->jacobian;
        env->type->jacobian(env->params, self->states + (size_t)t * stride(agent), action.box,
                            &jacobian);
        differentiate(agent, t);
        rill_actor_add(agent, self->gradient, step->state, self->q, step->weight);
        // p_t = dr/ds + gamma p_{t+1}' df/ds + (d eta/ds)' q_t
        for (int32_t j = 0; j < n; j++) {
            double sum = 0.0;
            for (int32_t i = 0; i < n; i++) {
                sum += self->next_p[i] * self->jacobian.next_by_state[(ptrdiff_t)i * n + j];
            }
            self->p[j] = self->jacobian.reward_by_state[j] + gamma * sum;
        }
        pull_back(agent, t);
        memcpy(self->next_p, self->p, (size_t)n * sizeof *self->p);
    }
    *self->length = 0;
}

/// theta <- theta + alpha_theta (grad theta) / batch, cut to `max_norm`.
static void move(rill_agent *agent)
{
    const pathwise *self = (pathwise *)agent;
    const pathwise_params *params = params_of(agent);
    const int64_t n = rill_actor_size(agent);
    double square = 0.0;
    for (int64_t i = 0; i < n; i++) {
        self->gradient[i] /= (double)params->batch;
        square += self->gradient[i] * self->gradient[i];
    }
    const double norm = sqrt(square);
    const bool is_long = params->max_norm > 0.0 && norm > params->max_norm;
    for (int64_t i = 0; i < n && is_long; i++) {
        self->gradient[i] *= params->max_norm / norm;
    }
    rill_actor_ascend(agent, self->gradient, rill_actor_alpha(agent));
    for (int64_t i = 0; i < n; i++) {
        self->gradient[i] = 0.0;
    }
    *self->n_episodes = 0;
    agent->memory->update++;
}

/// A_t = g(eta(S_t), e_t), with all that it takes to come back to it.
static rill_action act(rill_agent *agent, rill_observation observation)
{
    const pathwise *self = (pathwise *)agent;
    const rill_distribution *distribution = &agent->actor.distribution;
    if (*self->length == capacity(agent)) {
        go_back(agent);
    }
    const int64_t t = (*self->length)++;
    self->steps[t] = (pathwise_step){rill_agent_perceive(agent, observation), *self->weight};
    *self->weight *= params_of(agent)->actor.td.gamma;
    memcpy(self->states + (size_t)t * stride(agent), agent->env->state,
           agent->env->type->state_size);
    const rill_action action = rill_actor_choose(agent, self->steps[t].state);
    memcpy(self->noise + t * distribution->n_noise, agent->actor.noise,
           (size_t)distribution->n_noise * sizeof(double));
    memcpy(self->actions + t * distribution->size, agent->actor.x,
           (size_t)distribution->size * sizeof(double));
    return action;
}

static rill_action pathwise_step_on(rill_agent *agent, double reward, rill_observation observation)
{
    (void)reward; // only its derivative counts
    return act(agent, observation);
}

static void pathwise_finish(rill_agent *agent, const rill_outcome *outcome,
                            rill_observation observation)
{
    (void)outcome;
    (void)observation;
    const pathwise *self = (pathwise *)agent;
    go_back(agent);
    *self->weight = 1.0;
    if (++*self->n_episodes == params_of(agent)->batch) {
        move(agent);
    }
}

static const rill_agent_measure measures[] = {
    RILL_ACTOR_MEASURES,
    RILL_MEASURE_END,
};

extern const rill_agent_type rill_agent_pathwise_reinforce;
const rill_agent_type rill_agent_pathwise_reinforce = {
    .id = "pathwise_reinforce",
    .summary = "policy gradient by differentiating episodes through the environment",
    .source = "Heess et al. (2015), SVG(infinity); Mohamed et al. (2020); Werbos (1990)",
    .params = pathwise_param_table,
    .params_size = sizeof(pathwise_params),
    .agent_size = sizeof(pathwise),
    .measures = measures,
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .needs_env = true,
    .needs_box = true,
    .is_linear = true,
    .is_actor = true,
    .has_optimiser = true,
    .learns_no_values = true,
    .count_states = capacity,
    .prepare = pathwise_prepare,
    .layout = pathwise_layout,
    .begin = pathwise_begin,
    .start = act,
    .step = pathwise_step_on,
    .finish = pathwise_finish,
};
