/// Least-squares policy iteration: from time to time the greedy policy is improved until it is its own
/// improvement, each time by the least-squares fixed point (LSTDQ) of the samples seen.
///
/// Lagoudakis and Parr (2003), "Least-Squares Policy Iteration", figures 5 and 8. The features of a
/// pair (s, a) are those of s in a block of their own for each action, as all linear forms here:
///     A = sum x(s,a) [x(s,a) - gamma x(s', pi(s'))]^T + epsilon I,   b = sum r x(s,a),   w = A^-1 b
///
/// A takes (size x actions)^2 numbers, solving it a third of their power 3/2 operations.
#include "core/elimination.h"

#include <math.h>
#include <rill/agent_define.h>

enum { MAX_SIZE = 4096 };

typedef struct lspi_params {
    double gamma;
    double epsilon;
    double tolerance;
    int64_t max_samples, every, max_iterations;
} lspi_params;

static const rill_param lspi_param_table[] = {
    RILL_REAL(lspi_params, gamma, "0.99", 0.0, 1.0, "discount per step"),
    RILL_REAL(lspi_params, epsilon, "0.01", 1e-12, 1e12,
              "A is epsilon times the unit matrix at first"),
    RILL_INTEGER(lspi_params, max_samples, "10000", 1, 1e7, "the last steps, that are kept"),
    RILL_INTEGER(lspi_params, every, "1000", 1, 1e9, "steps from one improvement to the next"),
    RILL_INTEGER(lspi_params, max_iterations, "20", 1, 1e6, "of an improvement at most"),
    RILL_REAL(lspi_params, tolerance, "1e-6", 0.0, 1e300,
              "greatest change of a weight at which an improvement ends"),
    RILL_PARAM_END,
};

/// (s, a, r, s'); `next` is -1 after termination.
typedef struct lspi_sample {
    rill_state state, next;
    int32_t action;
    double reward;
} lspi_sample;

typedef struct lspi {
    rill_agent base;      ///< its `value` is Q, (n_features, n_actions)
    double *a, *b;        ///< (n, n) and (n), n = n_features n_actions
    lspi_sample *samples; ///< (max_samples) a ring
    int64_t *n_samples;   ///< so far; number i is at i modulo max_samples
    rill_td_last *last;
} lspi;

static rill_status lspi_prepare(rill_agent *agent, rill_error *error)
{
    const int64_t size = (int64_t)agent->features.size * agent->action_space.size;
    if (size > MAX_SIZE) {
        return rill_error_set(error, RILL_INVALID, "",
                              "lspi solves a system of %.0f x %.0f numbers; features times actions "
                              "are %d at most",
                              (double)size, (double)size, MAX_SIZE);
    }
    return RILL_OK;
}

/// Both states of each sample that is kept, and the present one.
static int64_t lspi_count_states(const rill_agent *agent)
{
    return 2 * ((const lspi_params *)agent->params)->max_samples + 2;
}

static void lspi_layout(rill_agent *agent, rill_arena *arena)
{
    lspi *self = (lspi *)agent;
    const size_t n = (size_t)agent->features.size * (size_t)agent->action_space.size;
    const size_t max_samples = (size_t)((const lspi_params *)agent->params)->max_samples;
    self->a = rill_arena_take(arena, n * n, sizeof(double));
    self->b = rill_arena_take(arena, n, sizeof(double));
    self->samples = rill_arena_take(arena, max_samples, sizeof *self->samples);
    self->n_samples = rill_arena_take(arena, 1, sizeof *self->n_samples);
    self->last = rill_arena_take(arena, 1, sizeof *self->last);
}

static void lspi_begin(rill_agent *agent)
{
    (void)agent; // the memory is zero
}

/// A <- A + factor x(s,a) x(s',a')^T
static void add_outer(const rill_agent *agent, double *a, rill_state s, int32_t action,
                      rill_state other, int32_t other_action, double factor)
{
    const rill_linear *value = &agent->value;
    const ptrdiff_t n = (ptrdiff_t)value->n_features * value->n_outputs;
    const rill_features_view x = rill_agent_features(agent, &s);
    for (int32_t i = 0; i < x.n; i++) {
        const ptrdiff_t row = (ptrdiff_t)x.indices[i] * value->n_outputs + action;
        const rill_linear part = {a + row * n, value->n_features, value->n_outputs};
        const double xi = x.values == NULL ? 1.0 : x.values[i];
        rill_td_add_plain(agent, &part, other, other_action, factor * xi);
    }
}

/// LSTDQ: the system of the policy that is greedy in the present weights; its solution goes to `b`,
/// where actions that do not exist keep their mark. False when it has none.
static bool evaluate(rill_agent *agent)
{
    const lspi *self = (const lspi *)agent;
    const lspi_params *params = agent->params;
    const rill_linear *value = &agent->value;
    const ptrdiff_t n = (ptrdiff_t)value->n_features * value->n_outputs;
    const rill_linear b = {self->b, value->n_features, value->n_outputs};
    const int64_t end = *self->n_samples, kept = params->max_samples;
    for (ptrdiff_t i = 0; i < n * n; i++) {
        self->a[i] = i % (n + 1) == 0 ? params->epsilon : 0.0;
    }
    rill_linear_fill(&b, 0.0);
    for (int64_t i = end > kept ? end - kept : 0; i < end; i++) {
        const lspi_sample *t = &self->samples[i % kept];
        add_outer(agent, self->a, t->state, t->action, t->state, t->action, 1.0);
        if (t->next >= 0) {
            const int32_t best = rill_argmax(rill_td_values(agent, t->next), value->n_outputs);
            add_outer(agent, self->a, t->state, t->action, t->next, best, -params->gamma);
        }
        rill_td_add_plain(agent, &b, t->state, t->action, t->reward);
    }
    const bool is_solved = rill_eliminate(self->a, n, self->b, 1);
    if (agent->model != NULL) {
        rill_agent_mask(agent, &b);
    }
    return is_solved;
}

/// Evaluates and improves until no weight changes any more. A system without a solution leaves the
/// weights as they are, and an infinite `td_error`.
static void improve(rill_agent *agent)
{
    const lspi *self = (const lspi *)agent;
    const lspi_params *params = agent->params;
    const ptrdiff_t n = (ptrdiff_t)agent->value.n_features * agent->value.n_outputs;
    double change = (double)INFINITY;
    for (int64_t i = 0; i < params->max_iterations && change > params->tolerance; i++) {
        change = (double)INFINITY;
        if (!evaluate(agent)) {
            break;
        }
        change = 0.0;
        for (ptrdiff_t j = 0; j < n; j++) {
            change = fmax(change, fabs(self->b[j] - agent->value.weights[j]));
            agent->value.weights[j] = self->b[j];
        }
        agent->memory->update++;
    }
    agent->memory->td_error = change;
}

static rill_action lspi_start(rill_agent *agent, rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    rill_td_last last = {state, rill_td_choose(agent, state)};
    *((lspi *)agent)->last = last;
    return (rill_action){.index = last.action};
}

/// Keeps a sample, and improves the policy when it is time to.
static void learn(rill_agent *agent, double reward, rill_state next)
{
    const lspi *self = (const lspi *)agent;
    const lspi_params *params = agent->params;
    lspi_sample sample = {self->last->state, next, self->last->action, reward};
    self->samples[(*self->n_samples)++ % params->max_samples] = sample;
    if (*self->n_samples % params->every == 0) {
        improve(agent);
    }
}

static rill_action lspi_step(rill_agent *agent, double reward, rill_observation observation)
{
    rill_state state = rill_agent_perceive(agent, observation);
    learn(agent, reward, state);
    rill_td_last last = {state, rill_td_choose(agent, state)};
    *((lspi *)agent)->last = last;
    return (rill_action){.index = last.action};
}

static void lspi_finish(rill_agent *agent, const rill_outcome *outcome,
                        rill_observation observation)
{
    learn(agent, outcome->reward,
          outcome->terminated ? -1 : rill_agent_perceive(agent, observation));
}

static double samples(const rill_agent *agent)
{
    const int64_t n = *((const lspi *)agent)->n_samples;
    const int64_t kept = ((const lspi_params *)agent->params)->max_samples;
    return (double)(n < kept ? n : kept);
}

static const rill_agent_measure measures[] = {
    {"samples", "steps that it learns from, the last ones", NULL, samples},
    RILL_MEASURE_END,
};

extern const rill_agent_type rill_agent_lspi;
const rill_agent_type rill_agent_lspi = {
    .id = "lspi",
    .summary = "least-squares policy iteration on the samples seen",
    .source = "Lagoudakis and Parr (2003)",
    .params = lspi_param_table,
    .params_size = sizeof(lspi_params),
    .agent_size = sizeof(lspi),
    .measures = measures,
    .estimates = RILL_ESTIMATES_ACTION_VALUES,
    .default_policy = "epsilon_greedy",
    .learns_greedy = true,
    .is_linear = true,
    .prepare = lspi_prepare,
    .count_states = lspi_count_states,
    .layout = lspi_layout,
    .begin = lspi_begin,
    .start = lspi_start,
    .step = lspi_step,
    .finish = lspi_finish,
};
