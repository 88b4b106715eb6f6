/// Batch TD(0): the value of a given policy that TD(0) converges to when all experience so far is
/// presented again and again, after every episode.
///
/// Sutton & Barto (2018), section 6.3. The limit does not depend on the step size: here the
/// increments of all transitions from a state s are summed and taken with step size 1 / N(s), state
/// after state, until none moves. It is the certainty-equivalence estimate, the value function of the
/// Markov process that the counts make likeliest.
///
/// The experience is kept as what the increments sum to: counts of transitions and sums of rewards.
/// A transition at which an episode was cut off counts like any other, so it bootstraps from the
/// state that it led to; a state that was never left keeps `initial_value`. Undiscounted, there is no
/// limit where experience goes round at a reward and has no end; `max_sweeps` then stops it.
#include <math.h>
#include <rill/agent_define.h>

enum { BATCH_TD0_MAX_STATES = 2048 }; // their counts take 48 MiB

typedef struct batch_td0_params {
    double gamma, initial_value, tolerance;
    int64_t max_sweeps;
} batch_td0_params;

static const rill_param batch_td0_param_table[] = {
    RILL_REAL(batch_td0_params, gamma, "1", 0.0, 1.0, "discount per step"),
    RILL_REAL(batch_td0_params, initial_value, "0", -1e300, 1e300, "every estimate at the start"),
    RILL_REAL(batch_td0_params, tolerance, "1e-12", 0.0, 1.0,
              "greatest change of the last sweep, where above 1 relative to the estimate"),
    RILL_INTEGER(batch_td0_params, max_sweeps, "10000", 1, 1e9, "most sweeps after an episode"),
    RILL_PARAM_END,
};

typedef struct batch_td0 {
    rill_agent base;       ///< its `value` is V, (n_features, 1)
    int64_t *n_left;       ///< (n_features) N(s)
    double *rewards;       ///< (n_features) sum of the rewards after s
    int32_t *n_successors; ///< (n_features)
    int32_t *successors;   ///< (n_features, n_features) states s' after s, n_successors of each row
    int64_t *counts;       ///< (n_features, n_features) N(s, s') of each of them
    rill_td_last *last;
} batch_td0;

static rill_status batch_td0_prepare(rill_agent *agent, rill_error *error)
{
    if (agent->features.size > BATCH_TD0_MAX_STATES) {
        return rill_error_set(error, RILL_INVALID, "",
                              "batch_td0 counts transitions between all pairs of states: it takes "
                              "at most %d, here are %d",
                              BATCH_TD0_MAX_STATES, agent->features.size);
    }
    return RILL_OK;
}

static void batch_td0_layout(rill_agent *agent, rill_arena *arena)
{
    batch_td0 *self = (batch_td0 *)agent;
    const size_t n = (size_t)agent->features.size;
    self->n_left = rill_arena_take(arena, n, sizeof(int64_t));
    self->rewards = rill_arena_take(arena, n, sizeof(double));
    self->n_successors = rill_arena_take(arena, n, sizeof(int32_t));
    self->successors = rill_arena_take(arena, n * n, sizeof(int32_t));
    self->counts = rill_arena_take(arena, n * n, sizeof(int64_t));
    self->last = rill_arena_take(arena, 1, sizeof(rill_td_last));
}

static void batch_td0_begin(rill_agent *agent)
{
    const batch_td0_params *params = agent->params;
    rill_linear_fill(&agent->value, params->initial_value);
}

/// A <- action given by pi for S, which does not look at the values
static inline rill_action act(rill_agent *agent, rill_state state)
{
    rill_td_last last = {state, rill_td_choose(agent, state)};
    *((batch_td0 *)agent)->last = last;
    return (rill_action){.index = last.action};
}

/// A transition from S to `next`, or to the end when that is -1, joins the batch.
static void remember(rill_agent *agent, double reward, int32_t next)
{
    const batch_td0 *self = (const batch_td0 *)agent;
    const rill_state state = self->last->state;
    const ptrdiff_t row = (ptrdiff_t)state * agent->features.size;
    self->n_left[state]++;
    self->rewards[state] += reward;
    if (next >= 0) {
        int32_t k = 0;
        while (k < self->n_successors[state] && self->successors[row + k] != next) {
            k++;
        }
        if (k == self->n_successors[state]) {
            self->n_successors[state]++;
            self->successors[row + k] = next;
        }
        self->counts[row + k]++;
    }
}

/// For each state s that was left, the batch's increments with step size 1 / N(s):
///     V(s) <- V(s) + 1 / N(s) sum over its transitions of [R + gamma V(S') - V(s)]
/// Answers the greatest change.
static double sweep(rill_agent *agent)
{
    const batch_td0_params *params = agent->params;
    const batch_td0 *self = (const batch_td0 *)agent;
    const int32_t n = agent->features.size;
    double greatest = 0.0;
    for (int32_t s = 0; s < n; s++) {
        if (self->n_left[s] == 0) {
            continue;
        }
        double next = 0.0;
        for (ptrdiff_t k = (ptrdiff_t)s * n; k < (ptrdiff_t)s * n + self->n_successors[s]; k++) {
            next += (double)self->counts[k] * *rill_td_row(agent, self->successors[k]);
        }
        double *value = rill_td_row(agent, s);
        const double target = (self->rewards[s] + params->gamma * next) / (double)self->n_left[s];
        const double change = target - *value;
        *value = target;
        greatest = fmax(greatest, fabs(change) / fmax(1.0, fabs(target)));
        agent->memory->td_error = change;
        agent->memory->update++;
    }
    return greatest;
}

static rill_action batch_td0_start(rill_agent *agent, rill_observation observation)
{
    return act(agent, rill_agent_perceive(agent, observation));
}

static rill_action batch_td0_step(rill_agent *agent, double reward, rill_observation observation)
{
    const rill_state state = rill_agent_perceive(agent, observation);
    remember(agent, reward, state);
    return act(agent, state);
}

static void batch_td0_finish(rill_agent *agent, const rill_outcome *outcome,
                             rill_observation observation)
{
    const batch_td0_params *params = agent->params;
    const rill_state state = rill_agent_perceive(agent, observation);
    remember(agent, outcome->reward, outcome->terminated ? -1 : state);
    for (int64_t i = 0; i < params->max_sweeps && sweep(agent) > params->tolerance; i++) {
    }
}

extern const rill_agent_type rill_agent_batch_td0;
const rill_agent_type rill_agent_batch_td0 = {
    .id = "batch_td0",
    .summary = "batch TD prediction: all experience is presented until TD(0) converges",
    .source = "Sutton & Barto (2018), section 6.3",
    .params = batch_td0_param_table,
    .params_size = sizeof(batch_td0_params),
    .agent_size = sizeof(batch_td0),
    .estimates = RILL_ESTIMATES_STATE_VALUES,
    .default_policy = "uniform",
    .layout = batch_td0_layout,
    .prepare = batch_td0_prepare,
    .begin = batch_td0_begin,
    .start = batch_td0_start,
    .step = batch_td0_step,
    .finish = batch_td0_finish,
};
