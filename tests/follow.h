/// Follows an agent at work in a small discrete world, one step at a time, for tests that compute
/// each update a second time: from the estimates before the step, what happened in it, and the
/// estimates after it. So rounding does not add up, and no draw need be foretold.
#ifndef RILL_TESTS_FOLLOW_H
#define RILL_TESTS_FOLLOW_H

#include "tests/conformance.h"
#include "tests/reference_policy.h"

enum { FOLLOW_STATES = 50, FOLLOW_ACTIONS = 5 };

typedef double follow_table[FOLLOW_STATES][FOLLOW_ACTIONS];

/// A world with a time limit (0: none).
typedef struct follow_world {
    const char *env_id, *env_assignments[4];
    int64_t max_episode_steps;
} follow_world;

static const follow_world follow_worlds[] = {
    {"cliff_walking", {"is_slippery=true"}, 60},
    {"gridworld", {"map=S..,.F.,..G", "at_goal=terminate", "reward_step=-0.1"}, 0},
    {"random_walk", {"n_states=19"}, 30},
};
enum { FOLLOW_WORLDS = sizeof follow_worlds / sizeof follow_worlds[0] };

typedef struct follow {
    rill_env *env;
    rill_agent *agent;
    int32_t n_states, n_actions;
    double epsilon; ///< of the policy that it acts by
    // the last step
    bool is_first;              ///< of its episode
    int32_t state, action;      ///< S, A
    double reward;              ///< R
    bool terminated, truncated; ///< both false: in mid-episode
    int32_t next_state;         ///< S'
    int32_t next_action;        ///< A'; on truncation what it would have been
    follow_table before, after; ///< the estimates at the time of choosing A', and after learning
    bool is_next_first;
} follow;

static inline void follow_read(const follow *f, follow_table q)
{
    for (int32_t s = 0; s < f->n_states; s++) {
        rill_agent_values(f->agent, (rill_observation){.index = s}, q[s]);
    }
}

/// `assignments` are the agent's; `epsilon` says again what its acting policy was given.
static inline follow follow_begin(const follow_world *world, const char *agent_id,
                                  const char *const *assignments, double epsilon)
{
    rill_error error = {0};
    follow f = {.epsilon = epsilon, .is_next_first = true};
    const rill_env_type *type = rill_env_type_find(world->env_id, NULL, &error);
    void *params = rill_params_create(type->params, type->params_size);
    for (int i = 0; world->env_assignments[i] != NULL; i++) {
        ASSERT_OK(rill_params_assign(type->params, params, world->env_assignments[i], &error),
                  &error);
    }
    ASSERT_OK(rill_env_create_from(&f.env, type, params, world->max_episode_steps, &error), &error);
    ASSERT_OK(rill_agent_create(&f.agent, agent_id, f.env, assignments, &error), &error);
    rill_env_seed(f.env, 31);
    rill_agent_seed(f.agent, 32);
    f.n_states = f.env->observation_space.size;
    f.n_actions = f.env->action_space.size;
    ck_assert_int_le(f.n_states, FOLLOW_STATES);
    ck_assert_int_le(f.n_actions, FOLLOW_ACTIONS);
    return f;
}

static inline void follow_end(follow *f)
{
    rill_agent_destroy(f->agent);
    rill_env_destroy(f->env);
}

/// One step of the loop: start where an episode begins, step or finish.
static inline void follow_step(follow *f)
{
    rill_outcome outcome;
    f->is_first = f->is_next_first;
    if (f->is_first) {
        const rill_observation start = rill_env_reset(f->env);
        f->next_state = start.index;
        f->next_action = rill_agent_start(f->agent, start).index;
    }
    f->state = f->next_state;
    f->action = f->next_action;
    const rill_observation next =
        rill_env_step(f->env, (rill_action){.index = f->action}, &outcome);
    f->reward = outcome.reward;
    f->terminated = outcome.terminated;
    f->truncated = outcome.truncated && !outcome.terminated;
    f->next_state = next.index;
    follow_read(f, f->before);
    f->is_next_first = outcome.terminated || outcome.truncated;
    if (f->is_next_first) {
        rill_rng rng = f->agent->memory->rng;
        f->next_action =
            reference_epsilon_greedy(f->before[next.index], f->n_actions, f->epsilon, &rng);
        rill_agent_finish(f->agent, &outcome, next);
    } else {
        f->next_action = rill_agent_step(f->agent, outcome.reward, next).index;
    }
    follow_read(f, f->after);
}

/// The estimates after the step are those of `q`, to within rounding.
static inline void follow_assert(const follow *f, follow_table q)
{
    for (int32_t s = 0; s < f->n_states; s++) {
        for (int32_t a = 0; a < f->n_actions; a++) {
            const double scale = 1.0 + fabs(q[s][a]);
            if (!(fabs(f->after[s][a] - q[s][a]) <= 1e-12 * scale)) {
                ck_abort_msg("%s in %s: Q(%d,%d) is %.17g, not %.17g", f->agent->type->id,
                             f->env->type->id, s, a, f->after[s][a], q[s][a]);
            }
        }
    }
}

/// The greatest of n values.
static inline double follow_max(const double *values, int32_t n)
{
    double best = values[0];
    for (int32_t a = 1; a < n; a++) {
        best = fmax(best, values[a]);
    }
    return best;
}

/// The probability of an action under epsilon-greedy, of which ties share alike.
static inline double follow_probability(const double *values, int32_t n, double epsilon, int32_t a)
{
    int n_best = 0;
    for (int32_t b = 0; b < n; b++) {
        n_best += values[b] == follow_max(values, n);
    }
    return epsilon / n + (values[a] == follow_max(values, n) ? (1.0 - epsilon) / n_best : 0.0);
}

/// sum_a pi(a|s) Q(s,a) of epsilon-greedy
static inline double follow_expected(const double *values, int32_t n, double epsilon)
{
    double sum = 0.0;
    for (int32_t a = 0; a < n; a++) {
        sum += follow_probability(values, n, epsilon, a) * values[a];
    }
    return sum;
}

/// Two agents in equal worlds take the same actions and learn the same: to the bit where
/// `tolerance` is 0, else to within it.
static inline void follow_assert_same(const follow_world *world, const char *a_id,
                                      const char *const *a_assignments, const char *b_id,
                                      const char *const *b_assignments, int n_steps,
                                      double tolerance)
{
    follow a = follow_begin(world, a_id, a_assignments, 0.0);
    follow b = follow_begin(world, b_id, b_assignments, 0.0);
    int n_ends = 0;
    for (int i = 0; i < n_steps; i++) {
        follow_step(&a);
        follow_step(&b);
        n_ends += a.is_next_first;
        ASSERT_FOR(a_id, a.state == b.state && a.action == b.action);
        for (int32_t s = 0; s < a.n_states; s++) {
            for (int32_t j = 0; j < a.n_actions; j++) {
                const double difference = fabs(a.after[s][j] - b.after[s][j]);
                if (!(difference <= tolerance * (1.0 + fabs(a.after[s][j])))) {
                    ck_abort_msg("%s and %s in %s, step %d: Q(%d,%d) is %.17g and %.17g", a_id,
                                 b_id, world->env_id, i, s, j, a.after[s][j], b.after[s][j]);
                }
            }
        }
    }
    ASSERT_FOR(a_id, n_ends > 5);
    follow_end(&a);
    follow_end(&b);
}

#endif
