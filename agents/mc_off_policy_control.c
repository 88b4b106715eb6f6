/// Off-policy Monte Carlo control, by weighted importance sampling.
///
/// Sutton & Barto (2018), section 5.7, box "Off-policy MC control, for estimating pi ~ pi*".
///
/// `policy` is the soft policy b that it acts by, as with Q-learning; the target policy pi is the
/// greedy one, of equal actions the lowest. So it learns only from the tails of episodes, after the
/// last action that is not greedy.
#include "agents/monte_carlo.h"

static const rill_param mc_off_policy_control_param_table[] = {MC_PARAMS, RILL_PARAM_END};

typedef struct mc_off_policy_control {
    monte_carlo mc;
    double *c; ///< (n_features, n_actions) C(s,a): sum of the weights so far
} mc_off_policy_control;

static void mc_off_policy_control_layout(rill_agent *agent, rill_arena *arena)
{
    const size_t n_features = (size_t)agent->value.n_features;
    const size_t n_actions = (size_t)agent->value.n_outputs;
    mc_layout(agent, arena);
    ((mc_off_policy_control *)agent)->c =
        rill_arena_take(arena, n_features * n_actions, sizeof(double));
}

/// A_t by b, and 1 / b(A_t|S_t).
static inline rill_action act(rill_agent *agent, rill_state state)
{
    const monte_carlo *mc = (monte_carlo *)agent;
    rill_td_target(agent, state, mc->probabilities);
    const int32_t action = rill_td_choose(agent, state);
    rill_history_append(&mc->episode, state, action)->ratio = 1.0 / mc->probabilities[action];
    return (rill_action){.index = action};
}

/// C(S_t,A_t) <- C(S_t,A_t) + W,  Q(S_t,A_t) <- Q(S_t,A_t) + W / C(S_t,A_t) [G - Q(S_t,A_t)]
static inline void update(rill_agent *agent, const rill_moment *moment, double w, double g)
{
    const ptrdiff_t pair = (ptrdiff_t)moment->state * agent->value.n_outputs + moment->action;
    double *c = &((mc_off_policy_control *)agent)->c[pair], *q = &agent->value.weights[pair];
    *c += w;
    agent->memory->td_error = g - *q;
    *q += w / *c * (g - *q);
    agent->memory->update++;
}

/// The box's loop, backwards from the last step; `last` is G_T.
static inline void learn(rill_agent *agent, double last)
{
    const monte_carlo *mc = (monte_carlo *)agent;
    const double gamma = mc_params_of(mc)->td.gamma;
    double g = last, w = 1.0;
    for (int64_t t = *mc->episode.length - 1; t >= 0; t--) {
        const rill_moment *moment = &mc->episode.moments[t];
        g = moment->reward + gamma * g;
        update(agent, moment, w, g);
        const double *row = rill_td_row(agent, moment->state);
        if (moment->action != rill_argmax(row, agent->value.n_outputs)) {
            break; // pi(A_t|S_t) = 0
        }
        w *= moment->ratio;
    }
}

static rill_action mc_off_policy_control_start(rill_agent *agent, rill_observation observation)
{
    mc_begin_episode((monte_carlo *)agent);
    return act(agent, rill_agent_perceive(agent, observation));
}

static rill_action mc_off_policy_control_step(rill_agent *agent, double reward,
                                              rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    const monte_carlo *mc = (monte_carlo *)agent;
    if (mc_receive(mc, reward)) {
        learn(agent, rill_td_greatest(agent, state));
        mc_begin_episode(mc);
    }
    return act(agent, state);
}

static void mc_off_policy_control_finish(rill_agent *agent, const rill_outcome *outcome,
                                         rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    mc_receive((monte_carlo *)agent, outcome->reward);
    learn(agent, outcome->terminated ? 0.0 : rill_td_greatest(agent, state));
}

extern const rill_agent_type rill_agent_mc_off_policy_control;
const rill_agent_type rill_agent_mc_off_policy_control = {
    .id = "mc_off_policy_control",
    .summary = "Monte Carlo control from another policy's episodes, by importance sampling",
    .source = "Sutton & Barto (2018), section 5.7",
    .params = mc_off_policy_control_param_table,
    .params_size = sizeof(mc_params),
    .agent_size = sizeof(mc_off_policy_control),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .learns_greedy = true,
    .layout = mc_off_policy_control_layout,
    .begin = rill_td_begin,
    .start = mc_off_policy_control_start,
    .step = mc_off_policy_control_step,
    .finish = mc_off_policy_control_finish,
};
