/// Batch TD(0): the value of a given policy that TD(0) converges to when all experience so far is
/// presented again and again, after every episode.
///
/// Sutton & Barto (2018), section 6.3. The limit does not depend on the step size: it is where the
/// increments of the whole batch sum to zero, the certainty-equivalence estimate, which is the value
/// function of the Markov process that the counts make likeliest. Here its equations
///     N(s) V(s) = sum over the transitions from s of [R + gamma V(S')]
/// are solved at once. Nothing is subtracted on the way (Grassmann, Taksar and Heyman 1985), so that
/// long chains keep their digits.
///
/// A transition at which an episode was cut off counts like any other, so it bootstraps from the
/// state that it led to; a state that was never left keeps `initial_value`. Undiscounted, states from
/// which experience has no way out have no limit, and keep their estimates.
#include <rill/agent_define.h>

enum { BATCH_TD0_MAX_STATES = 2048 }; // their counts and probabilities take 64 MiB

typedef struct batch_td0_params {
    double gamma, initial_value;
} batch_td0_params;

static const rill_param batch_td0_param_table[] = {
    RILL_REAL(batch_td0_params, gamma, "1", 0.0, 1.0, "discount per step"),
    RILL_REAL(batch_td0_params, initial_value, "0", -1e300, 1e300, "every estimate at the start"),
    RILL_PARAM_END,
};

typedef struct batch_td0 {
    rill_agent base;       ///< its `value` is V, (n_features, 1)
    int64_t *n_left;       ///< (n_features) N(s)
    double *rewards;       ///< (n_features) sum of the rewards after s
    int64_t *counts;       ///< (n_features, n_features) N(s, s')
    double *probabilities; ///< (n_features, n_features) room for gamma N(s, s') / N(s)
    double *exits;         ///< (n_features) room for the probability to leave for a known value
    double *targets;       ///< (n_features) room for the expected reward, known values included
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
    self->counts = rill_arena_take(arena, n * n, sizeof(int64_t));
    self->probabilities = rill_arena_take(arena, n * n, sizeof(double));
    self->exits = rill_arena_take(arena, n, sizeof(double));
    self->targets = rill_arena_take(arena, n, sizeof(double));
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
    self->n_left[state]++;
    self->rewards[state] += reward;
    if (next >= 0) {
        self->counts[(ptrdiff_t)state * agent->features.size + next]++;
    }
}

/// Sets up V(s) = target(s) + sum over s' of p(s, s') V(s') for the states that were left. Discounting
/// and the end of an episode are ways out, to the value 0; so are states that were never left.
static void set_up(const rill_agent *agent)
{
    const batch_td0 *self = (const batch_td0 *)agent;
    const double gamma = ((const batch_td0_params *)agent->params)->gamma;
    const int32_t n = agent->features.size;
    for (int32_t s = 0; s < n; s++) {
        double *p = self->probabilities + (ptrdiff_t)s * n;
        const int64_t *counts = self->counts + (ptrdiff_t)s * n;
        const double n_left = (double)self->n_left[s];
        int64_t n_ended = self->n_left[s];
        for (int32_t next = 0; next < n && n_left > 0.0; next++) {
            p[next] = gamma * (double)counts[next] / n_left;
            n_ended -= counts[next];
        }
        if (n_left > 0.0) {
            self->targets[s] = self->rewards[s] / n_left;
            self->exits[s] = 1.0 - gamma + gamma * (double)n_ended / n_left;
        }
    }
}

/// From now on V(s) is known: the others leave for it.
static void settle(const rill_agent *agent, int32_t state)
{
    const batch_td0 *self = (const batch_td0 *)agent;
    const int32_t n = agent->features.size;
    for (int32_t s = 0; s < n; s++) {
        double *p = &self->probabilities[(ptrdiff_t)s * n + state];
        self->targets[s] += *p * *rill_td_row(agent, state);
        self->exits[s] += *p;
        *p = 0.0;
    }
}

/// Takes state k out of the equations of the states before it. False when there is no way out of k.
static bool eliminate(const rill_agent *agent, int32_t k)
{
    const batch_td0 *self = (const batch_td0 *)agent;
    const int32_t n = agent->features.size;
    double *row = self->probabilities + (ptrdiff_t)k * n;
    double out = self->exits[k]; // 1 - p(k, k), without a difference
    for (int32_t s = 0; s < k; s++) {
        out += row[s];
    }
    if (!(out > 0.0)) {
        return false;
    }
    for (int32_t s = 0; s < k; s++) {
        row[s] /= out;
    }
    self->targets[k] /= out;
    self->exits[k] /= out;
    for (int32_t s = 0; s < k; s++) {
        double *p = self->probabilities + (ptrdiff_t)s * n;
        const double through = p[k];
        for (int32_t next = 0; next < k && through > 0.0; next++) {
            p[next] += through * row[next];
        }
        self->targets[s] += through * self->targets[k];
        self->exits[s] += through * self->exits[k];
    }
    return true;
}

/// Solves for V.
static void solve(rill_agent *agent)
{
    const batch_td0 *self = (const batch_td0 *)agent;
    const int32_t n = agent->features.size;
    set_up(agent);
    for (int32_t s = 0; s < n; s++) {
        if (self->n_left[s] == 0) {
            settle(agent, s);
        }
    }
    for (int32_t s = n - 1; s >= 0; s--) {
        if (self->n_left[s] > 0 && !eliminate(agent, s)) {
            settle(agent, s);
            self->targets[s] = *rill_td_row(agent, s);
        }
    }
    for (int32_t s = 0; s < n; s++) {
        if (self->n_left[s] > 0) {
            const double *p = self->probabilities + (ptrdiff_t)s * n;
            double value = self->targets[s];
            for (int32_t next = 0; next < s; next++) {
                value += p[next] * *rill_td_row(agent, next);
            }
            agent->memory->td_error = value - *rill_td_row(agent, s);
            *rill_td_row(agent, s) = value;
            agent->memory->update++;
        }
    }
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
    const rill_state state = rill_agent_perceive(agent, observation);
    remember(agent, outcome->reward, outcome->terminated ? -1 : state);
    solve(agent);
}

extern const rill_agent_type rill_agent_batch_td0;
const rill_agent_type rill_agent_batch_td0 = {
    .id = "batch_td0",
    .summary = "batch TD prediction: where TD(0) converges to on all experience so far",
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
