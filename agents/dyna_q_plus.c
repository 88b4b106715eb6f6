/// Dyna-Q+: Dyna-Q that in planning rewards what was not tried for long.
///
/// Sutton & Barto (2018), section 8.3 and its footnote; Sutton (1990). A planning step learns from the
/// reward r + kappa sqrt(tau), with tau the time steps since the pair was last tried. Actions never
/// tried in a state seen before are planned with too: the model is then that they lead back to the
/// state with reward 0, and tau counts from the beginning. Each planning step draws one random number:
/// its upper 32 bits choose the state, the lower ones the action.
#include "agents/learned_model.h"

#include <math.h>

typedef struct dyna_q_plus_params {
    rill_td_params td;
    int64_t planning_steps;
    double kappa;
} dyna_q_plus_params;

static const rill_param dyna_q_plus_param_table[] = {
    RILL_TD_PARAMS,
    RILL_INTEGER(dyna_q_plus_params, planning_steps, "5", 0, 1e9,
                 "n, updates from the model after each step"),
    RILL_REAL(dyna_q_plus_params, kappa, "0.001", 0.0, 1e9,
              "bonus reward of a pair not tried for one step"),
    RILL_PARAM_END,
};

typedef struct dyna_q_plus {
    rill_agent base; ///< its `value` is Q, (n_features, n_actions)
    rill_td_last *last;
    learned_model model;
} dyna_q_plus;

static void dyna_q_plus_layout(rill_agent *agent, rill_arena *arena)
{
    dyna_q_plus *self = (dyna_q_plus *)agent;
    self->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
    self->model = learned_model_take(arena, agent);
}

static rill_action choose(rill_agent *agent, rill_state state)
{
    rill_td_last last = {state, rill_td_choose(agent, state)};
    *((dyna_q_plus *)agent)->last = last;
    return (rill_action){.index = last.action};
}

/// Q(S,A) <- Q(S,A) + alpha [R + gamma max_a Q(S',a) - Q(S,A)]
static inline void learn(rill_agent *agent, rill_td_last pair, learned_outcome outcome)
{
    rill_td_update(agent, pair.state, pair.action, learned_target(agent, outcome));
}

/// S <- a random state seen before, A <- any action.
static inline rill_td_last draw(const learned_model *model, rill_rng *rng)
{
    const uint64_t u = rill_rng_next64(rng);
    return (rill_td_last){model->features[learned_one_of(*model->n_seen, u >> 32)],
                          learned_one_of(model->n_actions, u & 0xffffffffu)};
}

/// R + kappa sqrt(tau), S'
static inline learned_outcome imagine(const learned_model *model, rill_td_last pair, double kappa)
{
    learned_outcome outcome = {0.0, pair.state};
    if (learned_is_tried(model, pair)) {
        outcome = learned_recall(model, pair);
    }
    const int64_t tau = *model->time - model->tried[learned_pair(model, pair)];
    outcome.reward += kappa * sqrt((double)tau);
    return outcome;
}

/// Learn from what happened, remember it, plan.
static void learn_and_plan(rill_agent *agent, learned_outcome outcome)
{
    const dyna_q_plus *self = (const dyna_q_plus *)agent;
    const dyna_q_plus_params *params = agent->params;
    learn(agent, *self->last, outcome);
    learned_remember(&self->model, *self->last, outcome);
    for (int64_t i = 0; i < params->planning_steps; i++) {
        const rill_td_last pair = draw(&self->model, &agent->memory->rng);
        if (rill_agent_is_available(agent, pair.state, pair.action)) {
            learn(agent, pair, imagine(&self->model, pair, params->kappa));
        }
    }
}

static rill_action dyna_q_plus_start(rill_agent *agent, rill_observation observation)
{
    return choose(agent, rill_agent_perceive(agent, observation));
}

static rill_action dyna_q_plus_step(rill_agent *agent, double reward, rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    learn_and_plan(agent, (learned_outcome){reward, state});
    return choose(agent, state);
}

static void dyna_q_plus_finish(rill_agent *agent, const rill_outcome *outcome,
                               rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    const int32_t next = outcome->terminated ? LEARNED_END : state;
    learn_and_plan(agent, (learned_outcome){outcome->reward, next});
}

static double model_pairs(const rill_agent *agent)
{
    return learned_count(&((const dyna_q_plus *)agent)->model);
}

static const rill_agent_measure measures[] = {
    {"model_pairs", LEARNED_MODEL_PAIRS, NULL, model_pairs},
    RILL_MEASURE_END,
};

extern const rill_agent_type rill_agent_dyna_q_plus;
const rill_agent_type rill_agent_dyna_q_plus = {
    .id = "dyna_q_plus",
    .summary = "Dyna-Q with a bonus in planning for what was not tried for long",
    .source = "Sutton & Barto (2018), section 8.3",
    .params = dyna_q_plus_param_table,
    .params_size = sizeof(dyna_q_plus_params),
    .agent_size = sizeof(dyna_q_plus),
    .measures = measures,
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .learns_greedy = true,
    .layout = dyna_q_plus_layout,
    .begin = rill_td_begin,
    .start = dyna_q_plus_start,
    .step = dyna_q_plus_step,
    .finish = dyna_q_plus_finish,
};
