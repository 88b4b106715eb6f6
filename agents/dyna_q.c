/// Dyna-Q: Q-learning from what happens, and from what the model remembers.
///
/// Sutton & Barto (2018), section 8.2, box "Tabular Dyna-Q"; Sutton (1990), Integrated architectures
/// for learning, planning, and reacting based on approximating dynamic programming. The model is of a
/// deterministic world: what followed a pair last. Each planning step draws one random number.
#include "agents/learned_model.h"

typedef struct dyna_q_params {
    rill_td_params td;
    int64_t planning_steps;
} dyna_q_params;

static const rill_param dyna_q_param_table[] = {
    RILL_TD_PARAMS,
    RILL_INTEGER(dyna_q_params, planning_steps, "5", 0, 1e9,
                 "n, updates from the model after each step"),
    RILL_PARAM_END,
};

typedef struct dyna_q {
    rill_agent base; ///< its `value` is Q, (n_features, n_actions)
    rill_td_last *last;
    learned_model model;
} dyna_q;

static void dyna_q_layout(rill_agent *agent, rill_arena *arena)
{
    dyna_q *self = (dyna_q *)agent;
    self->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
    self->model = learned_model_take(arena, agent);
}

/// (b) A <- epsilon-greedy(S,Q)
static rill_action choose(rill_agent *agent, rill_state state)
{
    rill_td_last last = {state, rill_td_choose(agent, state)};
    *((dyna_q *)agent)->last = last;
    return (rill_action){.index = last.action};
}

/// Q(S,A) <- Q(S,A) + alpha [R + gamma max_a Q(S',a) - Q(S,A)]
static inline void learn(rill_agent *agent, rill_td_last pair, learned_outcome outcome)
{
    rill_td_update(agent, pair.state, pair.action, learned_target(agent, outcome));
}

/// (d) learn from what happened, (e) remember it, (f) plan.
static void learn_and_plan(rill_agent *agent, learned_outcome outcome)
{
    const dyna_q *self = (const dyna_q *)agent;
    learn(agent, *self->last, outcome);
    learned_remember(&self->model, *self->last, outcome);
    const int64_t n = ((const dyna_q_params *)agent->params)->planning_steps;
    for (int64_t i = 0; i < n; i++) {
        const rill_td_last pair = learned_draw(&self->model, &agent->memory->rng);
        learn(agent, pair, learned_recall(&self->model, pair));
    }
}

static rill_action dyna_q_start(rill_agent *agent, rill_observation observation)
{
    return choose(agent, rill_agent_perceive(agent, observation));
}

static rill_action dyna_q_step(rill_agent *agent, double reward, rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    learn_and_plan(agent, (learned_outcome){reward, state});
    return choose(agent, state);
}

static void dyna_q_finish(rill_agent *agent, const rill_outcome *outcome,
                          rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    const int32_t next = outcome->terminated ? LEARNED_END : state;
    learn_and_plan(agent, (learned_outcome){outcome->reward, next});
}

static double model_pairs(const rill_agent *agent)
{
    return learned_count(&((const dyna_q *)agent)->model);
}

static const rill_agent_measure measures[] = {
    {"model_pairs", LEARNED_MODEL_PAIRS, NULL, model_pairs},
    RILL_MEASURE_END,
};

extern const rill_agent_type rill_agent_dyna_q;
const rill_agent_type rill_agent_dyna_q = {
    .id = "dyna_q",
    .summary = "Q-learning that also plans on a learned model of a deterministic world",
    .source = "Sutton & Barto (2018), section 8.2",
    .params = dyna_q_param_table,
    .params_size = sizeof(dyna_q_params),
    .agent_size = sizeof(dyna_q),
    .measures = measures,
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .learns_greedy = true,
    .layout = dyna_q_layout,
    .begin = rill_td_begin,
    .start = dyna_q_start,
    .step = dyna_q_step,
    .finish = dyna_q_finish,
};
