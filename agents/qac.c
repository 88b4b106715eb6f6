/// Q actor-critic: a policy that moves along the action values which Sarsa learns for it.
///
/// Zhao (2025), Algorithm 10.1 ("the simplest actor-critic algorithm"); Sutton, McAllester, Singh and
/// Mansour (2000), "Policy gradient methods for reinforcement learning with function approximation".
/// After each step, A' being chosen before theta moves:
///     theta <- theta + alpha_theta Q(S,A,w) grad ln pi(A|S,theta)
///     w <- w + alpha_w [R + gamma Q(S',A',w) - Q(S,A,w)] grad Q(S,A,w)
/// An episode that is cut off bootstraps from the action that the policy would have taken.
#include <rill/actor.h>

static const rill_param qac_param_table[] = {RILL_ACTOR_PARAMS, RILL_PARAM_END};

typedef struct qac {
    rill_agent base;    ///< its `value` is w, (features.size, n_actions)
    rill_td_last *last; ///< S and A
    double *x;          ///< (n_actions) A as the distribution sees it
    int64_t *step;      ///< when A was chosen
    double *score;      ///< (n_parameters) grad_eta ln pi, for a moment's use
} qac;

static void qac_layout(rill_agent *agent, rill_arena *arena)
{
    qac *self = (qac *)agent;
    const rill_distribution *distribution = &agent->actor.distribution;
    self->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
    self->x = rill_arena_take(arena, (size_t)distribution->size, sizeof(double));
    self->step = rill_arena_take(arena, 1, sizeof(int64_t));
    self->score = rill_arena_take(arena, (size_t)distribution->n_parameters, sizeof(double));
}

/// Both steps; `next` is Q(S',A',w).
static void learn(rill_agent *agent, double reward, double next)
{
    const qac *self = (const qac *)agent;
    const rill_td_last last = *self->last;
    const double q = rill_td_value(agent, last.state, last.action);
    const double alpha_theta = rill_actor_alpha(agent);
    rill_actor_score(agent, last.state, self->x, *self->step, self->score);
    rill_actor_step(agent, last.state, self->score, alpha_theta * q);
    rill_td_update(agent, last.state, last.action, reward + rill_td_params_of(agent)->gamma * next);
}

/// S <- S', A <- A', the action drawn last.
static void move_on(rill_agent *agent, rill_state state, rill_action action)
{
    const qac *self = (const qac *)agent;
    *self->last = (rill_td_last){state, action.index};
    *self->step = agent->memory->step - 1;
    for (int32_t a = 0; a < agent->actor.distribution.size; a++) {
        self->x[a] = agent->actor.x[a];
    }
}

static rill_action qac_start(rill_agent *agent, rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    const rill_action action = rill_actor_choose(agent, state);
    move_on(agent, state, action);
    return action;
}

/// A' ~ pi(. | S', theta), learn, S <- S', A <- A'.
static rill_action qac_step(rill_agent *agent, double reward, rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    const rill_action action = rill_actor_choose(agent, state);
    learn(agent, reward, rill_td_value(agent, state, action.index));
    move_on(agent, state, action);
    return action;
}

static void qac_finish(rill_agent *agent, const rill_outcome *outcome, rill_observation observation)
{
    double next = 0.0;
    if (!outcome->terminated) {
        const rill_state state = rill_agent_perceive(agent, observation);
        next = rill_td_value(agent, state, rill_actor_choose(agent, state).index);
    }
    learn(agent, outcome->reward, next);
}

static const rill_agent_measure measures[] = {
    RILL_ACTOR_MEASURES,
    RILL_MEASURE_END,
};

extern const rill_agent_type rill_agent_qac;
const rill_agent_type rill_agent_qac = {
    .id = "qac",
    .summary = "actor-critic with action values, learned as by Sarsa",
    .source = "Zhao (2025), Algorithm 10.1; Sutton, McAllester, Singh and Mansour (2000)",
    .params = qac_param_table,
    .params_size = sizeof(rill_actor_params),
    .agent_size = sizeof(qac),
    .measures = measures,
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .is_linear = true,
    .is_actor = true,
    .layout = qac_layout,
    .begin = rill_actor_begin,
    .start = qac_start,
    .step = qac_step,
    .finish = qac_finish,
};
