/// Prioritized sweeping: plans where an update changes most, and works backward from there.
///
/// Sutton & Barto (2018), section 8.4, box "Prioritized sweeping for a deterministic environment";
/// Moore and Atkeson (1993), Peng and Williams (1993). All estimates are updated in planning, by the
/// model: what followed a pair last. Planning draws no random numbers.
#include "agents/learned_model.h"
#include "agents/pair_queue.h"

#include <math.h>

typedef struct prioritized_sweeping_params {
    rill_td_params td;
    int64_t planning_steps;
    double theta;
} prioritized_sweeping_params;

static const rill_param prioritized_sweeping_param_table[] = {
    RILL_TD_PARAMS,
    RILL_INTEGER(prioritized_sweeping_params, planning_steps, "5", 1, 1e9,
                 "n, at most so many updates after each step"),
    RILL_REAL(prioritized_sweeping_params, theta, "0.0001", 0.0, 1e300,
              "pairs that would change by more are queued"),
    RILL_PARAM_END,
};

/// For each state the pairs that are predicted to lead to it: doubly linked lists through the pairs,
/// whose numbers count from 1 here; 0 is the end.
typedef struct predecessor_lists {
    int32_t *first;          ///< (n_features)
    int32_t *after, *before; ///< (n_features * n_actions)
} predecessor_lists;

typedef struct prioritized_sweeping {
    rill_agent base; ///< its `value` is Q, (n_features, n_actions)
    rill_td_last *last;
    learned_model model;
    predecessor_lists predecessors;
    pair_queue queue;
} prioritized_sweeping;

static rill_status prioritized_sweeping_prepare(rill_agent *agent, rill_error *error)
{
    const int32_t n = agent->features.size, n_actions = agent->action_space.size;
    if (n > INT32_MAX / n_actions) {
        return rill_error_set(error, RILL_INVALID, "",
                              "%d features with %d actions are more pairs than the %d that can be "
                              "queued",
                              n, n_actions, INT32_MAX);
    }
    return RILL_OK;
}

static void prioritized_sweeping_layout(rill_agent *agent, rill_arena *arena)
{
    prioritized_sweeping *self = (prioritized_sweeping *)agent;
    const int32_t n = agent->features.size, n_pairs = n * agent->action_space.size;
    self->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
    self->model = learned_model_take(arena, agent);
    self->predecessors = (predecessor_lists){
        .first = rill_arena_take(arena, (size_t)n, sizeof(int32_t)),
        .after = rill_arena_take(arena, (size_t)n_pairs, sizeof(int32_t)),
        .before = rill_arena_take(arena, (size_t)n_pairs, sizeof(int32_t)),
    };
    self->queue = pair_queue_take(arena, n_pairs);
}

/// A pair leads to `next` from now on; LEARNED_END: to no state.
static void link_to(const predecessor_lists *lists, int32_t pair, int32_t next)
{
    if (next == LEARNED_END) {
        return;
    }
    const int32_t second = lists->first[next];
    lists->after[pair] = second;
    lists->before[pair] = 0;
    if (second != 0) {
        lists->before[second - 1] = pair + 1;
    }
    lists->first[next] = pair + 1;
}

/// Takes back `link_to`.
static void unlink_from(const predecessor_lists *lists, int32_t pair, int32_t next)
{
    if (next == LEARNED_END) {
        return;
    }
    const int32_t after = lists->after[pair], before = lists->before[pair];
    *(before == 0 ? &lists->first[next] : &lists->after[before - 1]) = after;
    if (after != 0) {
        lists->before[after - 1] = before;
    }
}

/// (d) Model(S,A) <- R,S'
static void remember(const prioritized_sweeping *self, rill_td_last pair, learned_outcome outcome)
{
    const int32_t number = (int32_t)learned_pair(&self->model, pair);
    if (learned_is_tried(&self->model, pair)) {
        unlink_from(&self->predecessors, number, self->model.next[number]);
    }
    learned_remember(&self->model, pair, outcome);
    link_to(&self->predecessors, number, outcome.next);
}

/// P <- |R + gamma max_a Q(S',a) - Q(S,A)|; if P > theta, then insert S,A into PQueue with priority P
static void consider(prioritized_sweeping *self, int32_t number)
{
    const learned_outcome outcome = {self->model.reward[number], self->model.next[number]};
    const double value = self->base.value.weights[number];
    const double priority = fabs(learned_target(&self->base, outcome) - value);
    if (priority > ((const prioritized_sweeping_params *)self->base.params)->theta) {
        pair_queue_insert(&self->queue, number, priority);
    }
}

/// (g) Update the first pair of the queue, and consider those that lead to its state.
static void sweep(prioritized_sweeping *self)
{
    rill_agent *agent = &self->base;
    const int32_t number = pair_queue_pop(&self->queue), n_actions = agent->value.n_outputs;
    const rill_td_last pair = {number / n_actions, number % n_actions};
    const learned_outcome outcome = learned_recall(&self->model, pair);
    // Q(S,A) <- Q(S,A) + alpha [R + gamma max_a Q(S',a) - Q(S,A)]
    rill_td_update(agent, pair.state, pair.action, learned_target(agent, outcome));
    const predecessor_lists *lists = &self->predecessors;
    for (int32_t i = lists->first[pair.state]; i != 0; i = lists->after[i - 1]) {
        consider(self, i - 1);
    }
}

/// (d) remember, (e), (f) consider what happened, (g) plan.
static void learn(rill_agent *agent, learned_outcome outcome)
{
    prioritized_sweeping *self = (prioritized_sweeping *)agent;
    remember(self, *self->last, outcome);
    consider(self, (int32_t)learned_pair(&self->model, *self->last));
    const int64_t n = ((const prioritized_sweeping_params *)agent->params)->planning_steps;
    for (int64_t i = 0; i < n && !pair_queue_is_empty(&self->queue); i++) {
        sweep(self);
    }
}

/// (b) A <- policy(S,Q)
static rill_action choose(rill_agent *agent, rill_state state)
{
    rill_td_last last = {state, rill_td_choose(agent, state)};
    *((prioritized_sweeping *)agent)->last = last;
    return (rill_action){.index = last.action};
}

static rill_action prioritized_sweeping_start(rill_agent *agent, rill_observation observation)
{
    return choose(agent, rill_agent_perceive(agent, observation));
}

static rill_action prioritized_sweeping_step(rill_agent *agent, double reward,
                                             rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, (learned_outcome){reward, state});
    return choose(agent, state);
}

static void prioritized_sweeping_finish(rill_agent *agent, const rill_outcome *outcome,
                                        rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    const int32_t next = outcome->terminated ? LEARNED_END : state;
    learn(agent, (learned_outcome){outcome->reward, next});
}

static double model_pairs(const rill_agent *agent)
{
    return learned_count(&((const prioritized_sweeping *)agent)->model);
}

static double queue_length(const rill_agent *agent)
{
    return *((const prioritized_sweeping *)agent)->queue.length;
}

static const rill_agent_measure measures[] = {
    {"model_pairs", LEARNED_MODEL_PAIRS, NULL, model_pairs},
    {"queue_length", "pairs that wait for their update", NULL, queue_length},
    RILL_MEASURE_END,
};

extern const rill_agent_type rill_agent_prioritized_sweeping;
const rill_agent_type rill_agent_prioritized_sweeping = {
    .id = "prioritized_sweeping",
    .summary = "plans on a learned model of a deterministic world, the most urgent updates first",
    .source = "Sutton & Barto (2018), section 8.4",
    .params = prioritized_sweeping_param_table,
    .params_size = sizeof(prioritized_sweeping_params),
    .agent_size = sizeof(prioritized_sweeping),
    .measures = measures,
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .learns_greedy = true,
    .layout = prioritized_sweeping_layout,
    .prepare = prioritized_sweeping_prepare,
    .begin = rill_td_begin,
    .start = prioritized_sweeping_start,
    .step = prioritized_sweeping_step,
    .finish = prioritized_sweeping_finish,
};
