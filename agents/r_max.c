/// R-max: acts by the best plan for a world that is as good as it can be where it is not known.
///
/// Brafman and Tennenholtz (2002), R-max - A general polynomial time algorithm for near-optimal
/// reinforcement learning; here discounted, as in Strehl, Li and Littman (2009), Reinforcement learning
/// in finite MDPs: PAC analysis. A pair of state and action is known after m tries, and later ones
/// teach nothing. With R^ and T^ the mean reward and the frequencies of what followed,
///     Q(s,a) = R^(s,a) + gamma sum_s' T^(s'|s,a) max_a' Q(s',a')    where (s,a) is known
///     Q(s,a) = r_max / (1 - gamma)                                  elsewhere
/// is solved by value iteration whenever a pair becomes known. The end of an episode is a state of
/// value 0. Planning draws no random numbers.
#include <math.h>
#include <rill/agent_define.h>

typedef struct r_max_params {
    double gamma;
    int64_t known_after;
    double r_max, tolerance;
} r_max_params;

static const rill_param r_max_param_table[] = {
    RILL_REAL(r_max_params, gamma, "0.95", 0.0, 1.0, "discount per step, below 1"),
    RILL_INTEGER(r_max_params, known_after, "10", 1, 1e9, "m, tries after which a pair is known"),
    RILL_REAL(r_max_params, r_max, "1", -1e300, 1e300, "greatest reward there may be"),
    RILL_REAL(r_max_params, tolerance, "1e-9", 0.0, 1e300,
              "planning ends when no estimate moves by more"),
    RILL_PARAM_END,
};

enum { THE_END = -1, MAX_SUCCESSORS = 1 << 27 };

/// What followed a pair, and how often.
typedef struct successor {
    rill_state state; ///< or THE_END
    int32_t count;
} successor;

typedef struct r_max {
    rill_agent base; ///< its `value` is Q, (n_features, n_actions)
    rill_td_last *last;
    int32_t *n_tries;      ///< (n_features, n_actions) up to m
    double *rewards;       ///< (n_features, n_actions) their sum over the tries
    int32_t *n_successors; ///< (n_features, n_actions)
    successor *successors; ///< (n_features, n_actions, capacity)
    ptrdiff_t capacity;    ///< different successors that a pair may have
} r_max;

static rill_status r_max_prepare(rill_agent *agent, rill_error *error)
{
    r_max *self = (r_max *)agent;
    const r_max_params *params = agent->params;
    if (params->gamma == 1.0) {
        return rill_error_set(error, RILL_INVALID, "gamma",
                              "must be below 1: what is not known is worth r_max / (1 - gamma)");
    }
    const int64_t n = agent->features.size, n_pairs = n * agent->action_space.size;
    self->capacity = (ptrdiff_t)(params->known_after <= n ? params->known_after : n + 1);
    if (n_pairs > MAX_SUCCESSORS / self->capacity) {
        return rill_error_set(
            error, RILL_INVALID, "known_after",
            "%lld pairs of state and action with up to %lld successors each would "
            "need %.3g GiB, allowed is 1: fewer features, or a lower known_after",
            (long long)n_pairs, (long long)self->capacity,
            (double)n_pairs * (double)self->capacity * sizeof(successor) / 0x1p30);
    }
    return RILL_OK;
}

static void r_max_layout(rill_agent *agent, rill_arena *arena)
{
    r_max *self = (r_max *)agent;
    const size_t n_pairs = (size_t)agent->features.size * (size_t)agent->action_space.size;
    self->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
    self->n_tries = rill_arena_take(arena, n_pairs, sizeof(int32_t));
    self->rewards = rill_arena_take(arena, n_pairs, sizeof(double));
    self->n_successors = rill_arena_take(arena, n_pairs, sizeof(int32_t));
    self->successors = rill_arena_take(arena, n_pairs * (size_t)self->capacity, sizeof(successor));
}

/// Q(s,a) <- r_max / (1 - gamma)
static void r_max_begin(rill_agent *agent)
{
    const r_max_params *params = agent->params;
    rill_linear_fill(&agent->value, params->r_max / (1.0 - params->gamma));
}

/// R^(s,a) + gamma sum_s' T^(s'|s,a) max_a' Q(s',a')
static double backup(const r_max *self, ptrdiff_t pair)
{
    const r_max_params *params = self->base.params;
    const successor *successors = &self->successors[pair * self->capacity];
    double sum = 0.0;
    for (int32_t i = 0; i < self->n_successors[pair]; i++) {
        if (successors[i].state != THE_END) {
            sum += successors[i].count * rill_td_greatest(&self->base, successors[i].state);
        }
    }
    return (self->rewards[pair] + params->gamma * sum) / self->n_tries[pair];
}

/// Value iteration, in place. The backup is a contraction: once changes no longer shrink, only
/// rounding is left.
static void plan(r_max *self)
{
    rill_agent *agent = &self->base;
    const r_max_params *params = agent->params;
    const ptrdiff_t n_pairs = (ptrdiff_t)agent->value.n_features * agent->value.n_outputs;
    double change = HUGE_VAL, before;
    do {
        before = change;
        change = 0.0;
        for (ptrdiff_t pair = 0; pair < n_pairs; pair++) {
            if (self->n_tries[pair] == params->known_after) {
                const double target = backup(self, pair);
                const double difference = target - agent->value.weights[pair];
                agent->value.weights[pair] = target;
                change = fmax(change, fabs(difference));
                agent->memory->update++;
            }
        }
    } while (change > params->tolerance && change < before);
}

/// Counts what followed the last pair, unless it is known already; then plans, if now it is.
static void learn(rill_agent *agent, double reward, int32_t next)
{
    r_max *self = (r_max *)agent;
    const int64_t m = ((const r_max_params *)agent->params)->known_after;
    const ptrdiff_t pair =
        (ptrdiff_t)self->last->state * agent->value.n_outputs + self->last->action;
    if (self->n_tries[pair] == m) {
        return;
    }
    successor *successors = &self->successors[pair * self->capacity];
    int32_t i = 0;
    while (i < self->n_successors[pair] && successors[i].state != next) {
        i++;
    }
    self->n_successors[pair] += i == self->n_successors[pair];
    successors[i].state = next;
    successors[i].count++;
    self->rewards[pair] += reward;
    if (++self->n_tries[pair] == m) {
        agent->memory->td_error = backup(self, pair) - agent->value.weights[pair];
        plan(self);
    }
}

/// A <- argmax_a Q(S,a)
static rill_action choose(rill_agent *agent, rill_state state)
{
    rill_td_last last = {state, rill_td_choose(agent, state)};
    *((r_max *)agent)->last = last;
    return (rill_action){.index = last.action};
}

static rill_action r_max_start(rill_agent *agent, rill_observation observation)
{
    return choose(agent, rill_agent_perceive(agent, observation));
}

static rill_action r_max_step(rill_agent *agent, double reward, rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, reward, state);
    return choose(agent, state);
}

static void r_max_finish(rill_agent *agent, const rill_outcome *outcome,
                         rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, outcome->reward, outcome->terminated ? THE_END : state);
}

static double model_pairs(const rill_agent *agent)
{
    const int64_t m = ((const r_max_params *)agent->params)->known_after;
    double count = 0.0;
    for (ptrdiff_t i = 0; i < (ptrdiff_t)agent->value.n_features * agent->value.n_outputs; i++) {
        count += ((const r_max *)agent)->n_tries[i] == m;
    }
    return count;
}

static const rill_agent_measure measures[] = {
    {"model_pairs", "pairs of state and action that its model knows", NULL, model_pairs},
    RILL_MEASURE_END,
};

extern const rill_agent_type rill_agent_r_max;
const rill_agent_type rill_agent_r_max = {
    .id = "r_max",
    .summary = "explores by planning on a model that is optimistic where it is not known",
    .source = "Brafman & Tennenholtz (2002); Strehl, Li & Littman (2009)",
    .params = r_max_param_table,
    .params_size = sizeof(r_max_params),
    .agent_size = sizeof(r_max),
    .measures = measures,
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "greedy",
    .learns_greedy = true,
    .layout = r_max_layout,
    .prepare = r_max_prepare,
    .begin = r_max_begin,
    .start = r_max_start,
    .step = r_max_step,
    .finish = r_max_finish,
};
