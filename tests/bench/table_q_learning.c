#include "tests/bench/fused.h"

// Q-learning as it would be if there were tables alone: no slots, no features but the observation's index.
// `rill bench` holds agents/q_learning.c, whose body serves features too, against it.

typedef struct table_q_learning {
    rill_agent base;
    rill_td_last *last;
} table_q_learning;

static const rill_param table_q_learning_param_table[] = {RILL_TD_PARAMS, RILL_PARAM_END};

static void layout(rill_agent *agent, rill_arena *arena)
{
    ((table_q_learning *)agent)->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
}

static RILL_ALWAYS_INLINE rill_action choose(rill_agent *agent, int32_t state)
{
    rill_agent_memory *memory = agent->memory;
    const double *values = rill_linear_row(&agent->value, state);
    rill_td_last last = {state, rill_policy_sample(&agent->policy, state, values, memory->step++,
                                                   memory->episode, &memory->rng)};
    *((table_q_learning *)agent)->last = last;
    return (rill_action){.index = last.action};
}

static RILL_ALWAYS_INLINE void learn(rill_agent *agent, double reward, double greatest)
{
    const rill_td_last last = *((table_q_learning *)agent)->last;
    double *value = &rill_linear_row(&agent->value, last.state)[last.action];
    const double td_error = reward + rill_td_params_of(agent)->gamma * greatest - *value;
    *value += rill_td_alpha(agent, last.state, last.action) * td_error;
    agent->memory->td_error = td_error;
    agent->memory->update++;
}

static RILL_ALWAYS_INLINE double greatest(const rill_agent *agent, int32_t state)
{
    RILL_WITH_CONSTANT(agent->value.n_outputs, rill_max, rill_linear_row(&agent->value, state))
}

static rill_action start(rill_agent *agent, rill_observation observation)
{
    return choose(agent, rill_features_active(&agent->features, observation));
}

static rill_action step(rill_agent *agent, double reward, rill_observation observation)
{
    const int32_t state = rill_features_active(&agent->features, observation);
    learn(agent, reward, greatest(agent, state));
    return choose(agent, state);
}

static void finish(rill_agent *agent, const rill_outcome *outcome, rill_observation observation)
{
    const int32_t state = rill_features_active(&agent->features, observation);
    learn(agent, outcome->reward, outcome->terminated ? 0.0 : greatest(agent, state));
}

const rill_agent_type bench_table_q_learning = {
    .id = "table_q_learning",
    .summary = "Q-learning on tables alone",
    .source = "agents/q_learning.c",
    .params = table_q_learning_param_table,
    .params_size = sizeof(rill_td_params),
    .agent_size = sizeof(table_q_learning),
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .learns_greedy = true,
    .layout = layout,
    .begin = rill_td_begin,
    .start = start,
    .step = step,
    .finish = finish,
};
