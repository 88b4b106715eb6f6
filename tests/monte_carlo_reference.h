/// What the tests of the Monte Carlo methods share: the books' boxes over recorded episodes, written
/// naively, beside the agent under test.
#ifndef RILL_TESTS_MONTE_CARLO_REFERENCE_H
#define RILL_TESTS_MONTE_CARLO_REFERENCE_H

#include "tests/conformance.h"
#include "tests/reference_policy.h"

typedef struct mc_settings {
    const char *env_id, *env_assignment; ///< of at most 50 states and 4 actions
    int64_t max_episode_steps;
    double gamma, initial_value;
    double alpha; ///< 0 for 1/n
    double epsilon;
    bool is_every_visit;
    int max_steps;
} mc_settings;

static const mc_settings mc_cases[] = {
    {"random_walk", "n_states=7", 300, 1.0, -0.25, 0.0, 0.1, false, 10000},
    {"random_walk", "n_states=7", 12, 0.9, -0.5, 0.3, 0.5, true, 10000},
    {"frozen_lake", "is_slippery=true", 9, 0.95, 0.25, 0.0, 0.3, true, 10000},
    {"frozen_lake", "is_slippery=false", 30, 0.9, 1.25, 0.2, 0.2, false, 10000},
    {"frozen_lake", "is_slippery=true", 20, 1.0, 0.0, 0.0, 0.4, false, 4},
};
enum { MC_CASES = sizeof mc_cases / sizeof mc_cases[0], MC_STATES = 50, MC_ACTIONS = 4 };
enum { MC_LONGEST = 10000 };

/// S_t, A_t, R_{t+1} for t < n, and S_n.
typedef struct mc_episode {
    int32_t s[MC_LONGEST + 1], a[MC_LONGEST];
    double r[MC_LONGEST];
    int n;
} mc_episode;

/// sum_{k=t}^{n-1} gamma^{k-t} R_{k+1} + gamma^{n-t} `last`, from the end.
static inline double mc_return(const mc_episode *e, int t, double gamma, double last)
{
    double g = last;
    for (int k = e->n - 1; k >= t; k--) {
        g = gamma * g + e->r[k];
    }
    return g;
}

/// Whether no k < t has the same state and, with actions, the same action.
static inline bool mc_is_first(const mc_episode *e, int t, bool with_actions)
{
    for (int k = 0; k < t; k++) {
        if (e->s[k] == e->s[t] && (!with_actions || e->a[k] == e->a[t])) {
            return false;
        }
    }
    return true;
}

/// A table, its policy and stream.
typedef struct mc_box {
    mc_settings settings;
    int32_t n_actions;
    double q[MC_STATES][MC_ACTIONS];
    int64_t n[MC_STATES][MC_ACTIONS];
    rill_rng rng;
    mc_episode episode;
} mc_box;

static inline rill_env *mc_env(const mc_settings *s)
{
    rill_env *env = NULL;
    rill_error error = {0};
    const rill_env_type *type = rill_env_type_find(s->env_id, NULL, &error);
    void *params = rill_params_create(type->params, type->params_size);
    ASSERT_OK(rill_params_assign(type->params, params, s->env_assignment, &error), &error);
    ASSERT_OK(rill_env_create_from(&env, type, params, s->max_episode_steps, &error), &error);
    ck_assert_int_le(env->observation_space.size, MC_STATES);
    ck_assert_int_le(env->action_space.size, MC_ACTIONS);
    rill_env_seed(env, 31);
    return env;
}

/// An agent with up to four assignments more.
static inline rill_agent *mc_agent(const char *id, const rill_env *env, const char *a,
                                   const char *b, const char *c, const char *d)
{
    const char *const assignments[] = {a, b, c, d, NULL};
    rill_agent *agent = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_agent_create(&agent, id, env, assignments, &error), &error);
    rill_agent_seed(agent, 32);
    return agent;
}

/// The agent of these settings; `policy` "epsilon_greedy" takes their epsilon.
static inline rill_agent *mc_agent_of(const char *id, const mc_settings *s, const rill_env *env,
                                      const char *policy)
{
    char texts[7][64];
    snprintf(texts[0], sizeof texts[0], "alpha=%s%.17g", s->alpha == 0.0 ? "1/n" : "", s->alpha);
    texts[0][s->alpha == 0.0 ? strlen("alpha=1/n") : strlen(texts[0])] = '\0';
    snprintf(texts[1], sizeof texts[1], "gamma=%.17g", s->gamma);
    snprintf(texts[2], sizeof texts[2], "initial_value=%.17g", s->initial_value);
    snprintf(texts[3], sizeof texts[3], "visits=%s", s->is_every_visit ? "every" : "first");
    snprintf(texts[4], sizeof texts[4], "max_steps=%d", s->max_steps);
    snprintf(texts[5], sizeof texts[5], "policy=%s", policy);
    snprintf(texts[6], sizeof texts[6], "policy.epsilon=%.17g", s->epsilon);
    const bool has_epsilon = strcmp(policy, "epsilon_greedy") == 0;
    const char *const assignments[] = {
        texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], has_epsilon ? texts[6] : NULL,
        NULL};
    rill_agent *agent = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_agent_create(&agent, id, env, assignments, &error), &error);
    rill_agent_seed(agent, 32);
    return agent;
}

static inline mc_box *mc_box_begin(const mc_settings *s, int32_t n_actions)
{
    mc_box *box = calloc(1, sizeof *box);
    box->settings = *s;
    box->n_actions = n_actions;
    rill_rng_seed(&box->rng, 32);
    for (int i = 0; i < MC_STATES; i++) {
        for (int a = 0; a < MC_ACTIONS; a++) {
            box->q[i][a] = s->initial_value;
        }
    }
    return box;
}

/// The on-policy boxes: for each visit that counts, in the order of time, one step towards its
/// return. State values are column 0.
static inline void mc_box_learn(mc_box *box, double last, bool with_actions)
{
    const mc_episode *e = &box->episode;
    for (int t = 0; t < e->n; t++) {
        if (box->settings.is_every_visit || mc_is_first(e, t, with_actions)) {
            const int column = with_actions ? e->a[t] : 0;
            double *q = &box->q[e->s[t]][column];
            const double n = (double)++box->n[e->s[t]][column];
            const double alpha = box->settings.alpha == 0.0 ? 1.0 / n : box->settings.alpha;
            *q += alpha * (mc_return(e, t, box->settings.gamma, last) - *q);
        }
    }
}

/// sum_a pi(a|s) Q(s,a) of the epsilon-greedy policy.
static inline double mc_box_expected(const mc_box *box, int32_t s, double epsilon)
{
    const double *q = box->q[s], best = rill_max(q, box->n_actions);
    double n_best = 0.0, sum = 0.0;
    for (int a = 0; a < box->n_actions; a++) {
        n_best += q[a] == best;
    }
    for (int a = 0; a < box->n_actions; a++) {
        sum += (epsilon / box->n_actions + (q[a] == best ? (1.0 - epsilon) / n_best : 0.0)) * q[a];
    }
    return sum;
}

typedef enum mc_kind { MC_PREDICTS, MC_CONTROLS, MC_EXPLORES_STARTS } mc_kind;

/// Runs agent and box side by side; actions and estimates have the same bits. Answers how many
/// episodes were cut by the time limit.
static inline int mc_check_box(const char *id, mc_kind kind, const mc_settings *s, int n_steps)
{
    rill_env *env = mc_env(s);
    const char *policy = kind == MC_PREDICTS   ? "uniform"
                         : kind == MC_CONTROLS ? "epsilon_greedy"
                                               : "greedy";
    const double epsilon = kind == MC_PREDICTS ? 1.0 : kind == MC_CONTROLS ? s->epsilon : 0.0;
    rill_agent *agent = mc_agent_of(id, s, env, policy);
    mc_box *box = mc_box_begin(s, env->action_space.size);
    mc_episode *e = &box->episode;
    const bool with_actions = kind != MC_PREDICTS;

    bool is_start = true;
    int n_cut = 0, n_terminated = 0, n_pieces = 0;
    rill_outcome outcome = {0.0, false, false};
    rill_observation seen = rill_env_reset(env);
    for (int i = 0; i < n_steps; i++) {
        const int32_t a = (is_start ? rill_agent_start(agent, seen)
                                    : rill_agent_step(agent, outcome.reward, seen))
                              .index;
        const bool explores = is_start && kind == MC_EXPLORES_STARTS;
        e->s[e->n] = seen.index;
        e->a[e->n] = reference_epsilon_greedy(box->q[seen.index], box->n_actions,
                                              explores ? 1.0 : epsilon, &box->rng);
        ASSERT_FOR(s->env_id, a == e->a[e->n]);
        seen = rill_env_step(env, (rill_action){.index = a}, &outcome);
        e->r[e->n++] = outcome.reward;
        is_start = rill_outcome_is_last(&outcome);
        if (is_start || e->n == s->max_steps) {
            const double last = outcome.terminated ? 0.0
                                : with_actions     ? mc_box_expected(box, seen.index, epsilon)
                                                   : box->q[seen.index][0];
            mc_box_learn(box, last, with_actions);
            e->n = 0;
            n_terminated += outcome.terminated;
            n_cut += is_start && !outcome.terminated;
            n_pieces += !is_start;
        }
        if (is_start) {
            rill_agent_finish(agent, &outcome, seen);
            for (int32_t k = 0; k < env->observation_space.size; k++) {
                double values[MC_ACTIONS];
                rill_agent_values(agent, (rill_observation){.index = k}, values);
                const size_t size = (size_t)rill_agent_n_values(agent) * sizeof *values;
                ASSERT_FOR(s->env_id, memcmp(values, box->q[k], size) == 0);
            }
            seen = rill_env_reset(env);
        }
    }
    ASSERT_FOR(s->env_id, n_terminated > 5);
    ASSERT_FOR(s->env_id, (n_pieces > 5) == (s->max_steps < 100));
    free(box);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
    return n_cut;
}

/// Likewise in all cases.
static inline void mc_check_cases(const char *id, mc_kind kind)
{
    int n_cut = 0;
    for (int i = 0; i < MC_CASES; i++) {
        n_cut += mc_check_box(id, kind, &mc_cases[i], 15000);
    }
    ck_assert_int_gt(n_cut, 20);
}

/// An episode of one step of reward 5 from state 0, after which 1 is seen; answers the estimate.
static inline double mc_estimate_after(rill_agent *agent, bool terminated, bool truncated)
{
    const rill_outcome outcome = {5.0, terminated, truncated};
    const int32_t a = rill_agent_start(agent, (rill_observation){.index = 0}).index;
    rill_agent_finish(agent, &outcome, (rill_observation){.index = 1});
    return rill_linear_row(&agent->value, 0)[agent->value.n_outputs == 1 ? 0 : a];
}

#endif
