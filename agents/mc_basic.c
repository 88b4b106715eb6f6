/// MC Basic: policy iteration in which the model is replaced by samples.
///
/// Zhao (2025), algorithm 5.1. For every pair (s,a) it samples episodes that start with it and go on
/// by the present policy; the mean of their returns is q(s,a). The simulator is the model, drawn from
/// with the agent's stream.
///
/// A step is an iteration. Episodes are cut after `episode_length` steps, and what would follow
/// counts 0, as in the book: section 5.2 shows what lengths that are too short do.
#include "agents/dynamic_programming.h"

typedef struct mc_basic_params {
    dp_params dp;
    int64_t episodes, episode_length;
    rill_list initial_policy;
} mc_basic_params;

static const rill_param mc_basic_param_table[] = {
    DP_PARAMS,
    RILL_INTEGER(mc_basic_params, episodes, "1", 1, 1e9,
                 "from each pair; one will do where nothing is left to chance"),
    RILL_INTEGER(mc_basic_params, episode_length, "30", 1, 1e9, "steps"),
    DP_INITIAL_POLICY(mc_basic_params),
    RILL_PARAM_END,
};

typedef struct mc_basic {
    rill_agent base; ///< its `value` is Q, (n_states, n_actions)
    int32_t *policy; ///< (n_states)
} mc_basic;

static void mc_basic_layout(rill_agent *agent, rill_arena *arena)
{
    ((mc_basic *)agent)->policy =
        rill_arena_take(arena, (size_t)agent->model->n_states, sizeof(int32_t));
}

static rill_status mc_basic_prepare(rill_agent *agent, rill_error *error)
{
    const mc_basic_params *params = agent->params;
    return dp_check_policy(agent, &params->initial_policy, error);
}

static void mc_basic_begin(rill_agent *agent)
{
    const mc_basic_params *params = agent->params;
    dp_begin_q(agent);
    dp_begin_policy(agent, &params->initial_policy, ((mc_basic *)agent)->policy);
}

/// The return of an episode that starts with (s,a):  G = R_1 + gamma R_2 + gamma^2 R_3 + ...
static double sample_return(rill_agent *agent, int32_t state, int32_t action)
{
    const mc_basic_params *params = agent->params;
    double g = 0.0, discount = 1.0;
    for (int64_t t = 0; t < params->episode_length; t++) {
        const rill_transition *outcome = dp_draw(agent, state, action);
        g += discount * outcome->reward;
        if (outcome->terminated || dp_is_terminal(agent->model, outcome->next)) {
            break;
        }
        discount *= params->dp.gamma;
        state = outcome->next;
        action = ((const mc_basic *)agent)->policy[state];
    }
    return g;
}

static void iterate(rill_agent *agent)
{
    const mc_basic_params *params = agent->params;
    const rill_model *model = agent->model;
    agent->memory->td_error = 0.0;
    for (int32_t s = 0; s < model->n_states; s++) {
        for (int32_t a = 0; a < model->n_actions; a++) {
            if (!rill_model_is_available(model, s, a)) {
                continue;
            }
            double sum = 0.0;
            for (int64_t i = 0; i < params->episodes; i++) {
                sum += sample_return(agent, s, a);
            }
            dp_assign(agent, &rill_td_row(agent, s)[a], sum / (double)params->episodes);
        }
    }
    dp_improve(agent, ((mc_basic *)agent)->policy);
}

static rill_action mc_basic_step(rill_agent *agent, double reward, rill_observation observation)
{
    (void)reward;
    iterate(agent);
    return dp_act(agent, observation);
}

static void mc_basic_finish(rill_agent *agent, const rill_outcome *outcome,
                            rill_observation observation)
{
    (void)outcome, (void)observation;
    iterate(agent);
}

extern const rill_agent_type rill_agent_mc_basic;
const rill_agent_type rill_agent_mc_basic = {
    .id = "mc_basic",
    .summary = "Monte Carlo in place of the model in policy iteration; a step is an iteration",
    .source = "Zhao (2025), section 5.2",
    .params = mc_basic_param_table,
    .params_size = sizeof(mc_basic_params),
    .agent_size = sizeof(mc_basic),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "greedy",
    .learns_greedy = true,
    .needs_model = true,
    .layout = mc_basic_layout,
    .prepare = mc_basic_prepare,
    .begin = mc_basic_begin,
    .start = dp_act,
    .step = mc_basic_step,
    .finish = mc_basic_finish,
};
