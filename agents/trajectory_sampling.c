/// Trajectory sampling: expected updates of the pairs met on the way, by the agent's policy.
///
/// Sutton & Barto (2018), section 8.6, figure 8.8 ("on-policy"): the distribution of updates is that
/// of the policy, where a sweep would spread them evenly. Barto, Bradtke and Singh (1995), Learning
/// to act using real-time dynamic programming.
///
/// The model says what follows a pair, so that neither the reward nor the way an episode ends teach
/// anything. A pair that is not available, which an environment takes for another, is not updated.
#include "agents/dynamic_programming.h"

static const rill_param trajectory_sampling_param_table[] = {DP_PARAMS, RILL_PARAM_END};

typedef struct trajectory_sampling {
    rill_agent base; ///< its `value` is Q, (n_states, n_actions)
    rill_td_last *last;
} trajectory_sampling;

static void trajectory_sampling_layout(rill_agent *agent, rill_arena *arena)
{
    ((trajectory_sampling *)agent)->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
}

static rill_action choose(rill_agent *agent, rill_observation observation)
{
    rill_td_last last = {observation.index, rill_td_choose(agent, observation.index)};
    *((trajectory_sampling *)agent)->last = last;
    return (rill_action){.index = last.action};
}

/// Q(S,A) <- sum_{s',r} p(s',r|S,A) [r + gamma max_a' Q(s',a')]   (S&B section 8.5)
static void update(rill_agent *agent)
{
    const rill_td_last last = *((trajectory_sampling *)agent)->last;
    const double gamma = dp_params_of(agent)->gamma;
    size_t count = 0;
    const rill_transition *t = rill_model_outcomes(agent->model, last.state, last.action, &count);
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double next = t[i].terminated ? 0.0 : rill_td_greatest(agent, t[i].next);
        sum += t[i].probability * (t[i].reward + gamma * next);
    }
    if (count > 0) {
        agent->memory->td_error = 0.0;
        dp_assign(agent, &rill_td_row(agent, last.state)[last.action], sum);
    }
}

static rill_action trajectory_sampling_step(rill_agent *agent, double reward,
                                            rill_observation observation)
{
    (void)reward;
    update(agent);
    return choose(agent, observation);
}

static void trajectory_sampling_finish(rill_agent *agent, const rill_outcome *outcome,
                                       rill_observation observation)
{
    (void)outcome, (void)observation;
    update(agent);
}

extern const rill_agent_type rill_agent_trajectory_sampling;
const rill_agent_type rill_agent_trajectory_sampling = {
    .id = "trajectory_sampling",
    .summary = "dynamic programming where the policy goes: expected updates along its trajectory",
    .source = "Sutton & Barto (2018), section 8.6",
    .params = trajectory_sampling_param_table,
    .params_size = sizeof(dp_params),
    .agent_size = sizeof(trajectory_sampling),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .learns_greedy = true,
    .needs_model = true,
    .layout = trajectory_sampling_layout,
    .begin = dp_begin_q,
    .start = choose,
    .step = trajectory_sampling_step,
    .finish = trajectory_sampling_finish,
};
