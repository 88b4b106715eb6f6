/// What the tests of prediction methods share: worlds to predict in, the agent under test, whole
/// episodes with what it estimated in them, and a plain table to write the books' algorithms with.
#ifndef RILL_TESTS_PREDICTION_H
#define RILL_TESTS_PREDICTION_H

#include "tests/test.h"

enum { PREDICTION_STATES = 32, PREDICTION_STEPS = 400 };

typedef struct prediction_world {
    const char *name, *env_id, *env_assignment; ///< of at most PREDICTION_STATES states
    int64_t max_episode_steps;                  ///< at most PREDICTION_STEPS
    double gamma, initial_value;
    rill_schedule alpha;
} prediction_world;

/// Ends of both kinds, states that lead to themselves, and step sizes on every clock.
static const prediction_world prediction_worlds[] = {
    {"walk", "random_walk", "n_states=5", PREDICTION_STEPS, 1.0, 0.5, {.from = 0.1}},
    {"long walk",
     "random_walk",
     "n_states=19",
     40,
     0.99,
     0.3,
     {RILL_SCHEDULE_HARMONIC, RILL_PER_EPISODE, 0.8, 0.0, 20.0, 1.0}},
    {"grid",
     "gridworld",
     "at_goal=terminate",
     30,
     0.9,
     -0.7,
     {RILL_SCHEDULE_LINEAR, RILL_PER_STEP, 0.9, 0.1, 1000.0, 1.0}},
    {"averaging",
     "gridworld",
     "at_goal=terminate",
     25,
     0.8,
     0.0,
     {RILL_SCHEDULE_HARMONIC, RILL_PER_VISIT, 1.0, 0.0, 1.0, 1.0}},
};
enum { PREDICTION_WORLDS = sizeof prediction_worlds / sizeof prediction_worlds[0] };

static inline rill_env *prediction_env(const prediction_world *w)
{
    rill_error error = {0};
    rill_env *env = NULL;
    const rill_env_type *type = rill_env_type_find(w->env_id, NULL, &error);
    void *params = rill_params_create(type->params, type->params_size);
    ASSERT_OK(rill_params_assign(type->params, params, w->env_assignment, &error), &error);
    ASSERT_OK(rill_env_create_from(&env, type, params, w->max_episode_steps, &error), &error);
    rill_env_seed(env, 31);
    ck_assert_int_le(env->observation_space.size, PREDICTION_STATES);
    return env;
}

/// An agent for the uniform policy; `assignments` ends with NULL.
static inline rill_agent *prediction_agent(const char *id, const prediction_world *w,
                                           const rill_env *env, const char *const *assignments)
{
    rill_error error = {0};
    rill_agent *agent = NULL;
    const rill_agent_type *type = rill_agent_type_find(id, &error);
    void *params = rill_params_create(type->params, type->params_size);
    const rill_param *alpha = rill_param_find(type->params, "alpha", NULL);
    const rill_param *gamma = rill_param_find(type->params, "gamma", &error);
    const rill_param *initial = rill_param_find(type->params, "initial_value", &error);
    if (alpha != NULL) {
        rill_schedule schedule = w->alpha;
        schedule.over = schedule.over == 0.0 ? 1.0 : schedule.over;
        ASSERT_OK(rill_param_set_schedule(alpha, params, &schedule, &error), &error);
    }
    ASSERT_OK(rill_param_set_number(gamma, params, w->gamma, &error), &error);
    ASSERT_OK(rill_param_set_number(initial, params, w->initial_value, &error), &error);
    for (; *assignments != NULL; assignments++) {
        ASSERT_OK(rill_params_assign(type->params, params, *assignments, &error), &error);
    }
    const rill_agent_config config = {.type = type, .params = params};
    ASSERT_OK(
        rill_agent_create_from(&agent, &config, env->observation_space, env->action_space, &error),
        &error);
    rill_agent_seed(agent, 32);
    return agent;
}

/// One whole episode.
typedef struct prediction_episode {
    int32_t length;                                    ///< T
    int32_t states[PREDICTION_STEPS + 1];              ///< S_0 .. S_T
    double rewards[PREDICTION_STEPS + 1];              ///< rewards[t] is R_t, from 1
    bool terminated;                                   ///< in S_T, otherwise cut off there
    double v[PREDICTION_STEPS + 1][PREDICTION_STATES]; ///< the agent's estimates once R_t was seen
} prediction_episode;

/// Lets the agent go through one episode.
static inline void prediction_play(rill_agent *agent, rill_env *env, prediction_episode *e)
{
    const size_t size = (size_t)env->observation_space.size * sizeof(double);
    rill_outcome outcome = {0};
    rill_observation observation = rill_env_reset(env);
    rill_action action = rill_agent_start(agent, observation);
    e->length = 0;
    e->states[0] = observation.index;
    memcpy(e->v[0], agent->value.weights, size);
    while (!rill_outcome_is_last(&outcome)) {
        observation = rill_env_step(env, action, &outcome);
        ck_assert_int_lt(e->length, PREDICTION_STEPS);
        e->states[++e->length] = observation.index;
        e->rewards[e->length] = outcome.reward;
        if (rill_outcome_is_last(&outcome)) {
            rill_agent_finish(agent, &outcome, observation);
        } else {
            action = rill_agent_step(agent, outcome.reward, observation);
        }
        memcpy(e->v[e->length], agent->value.weights, size);
    }
    e->terminated = outcome.terminated;
}

/// A table with a clock.
typedef struct prediction_table {
    const prediction_world *w;
    int32_t n_states;
    double v[PREDICTION_STATES];
    int64_t n_updated[PREDICTION_STATES], n_updates, n_episodes;
} prediction_table;

static inline prediction_table prediction_table_begin(const prediction_world *w,
                                                      const rill_env *env)
{
    prediction_table table = {.w = w, .n_states = env->observation_space.size};
    for (int i = 0; i < PREDICTION_STATES; i++) {
        table.v[i] = w->initial_value;
    }
    return table;
}

/// alpha for the next update, of `state`.
static inline double prediction_alpha(prediction_table *table, int32_t state)
{
    const rill_schedule *alpha = &table->w->alpha;
    const int64_t n = table->n_updates++, n_here = table->n_updated[state]++;
    switch (alpha->kind) {
    case RILL_SCHEDULE_LINEAR:
        return alpha->from + (alpha->to - alpha->from) * fmin((double)n / alpha->over, 1.0);
    case RILL_SCHEDULE_HARMONIC: {
        const int64_t time = alpha->per == RILL_PER_VISIT ? n_here : table->n_episodes;
        return alpha->from / (1.0 + (double)time / alpha->over);
    }
    default:
        return alpha->from;
    }
}

/// V(S_t) at a time of the episode: 0 in the state that it terminated in.
static inline double prediction_value(const prediction_episode *e, const double *v, int32_t t)
{
    return t == e->length && e->terminated ? 0.0 : v[e->states[t]];
}

/// G_{t:t+n} = R_{t+1} + ... + gamma^{n-1} R_{t+n} + gamma^n V(S_{t+n}), up to T where that is
/// sooner (S&B eq. 7.1), term by term.
static inline double prediction_return(const prediction_table *table, const prediction_episode *e,
                                       const double *v, int32_t t, int32_t n)
{
    const int32_t end = t + n < e->length ? t + n : e->length;
    double sum = 0.0, discount = 1.0;
    for (int32_t i = t + 1; i <= end; i++) {
        sum += discount * e->rewards[i];
        discount *= table->w->gamma;
    }
    return sum + discount * prediction_value(e, v, end);
}

/// How the estimates after each of many episodes compare: plays them in every world, and lets
/// `learn` do to the table what the agent should have done. `param` is handed to it.
static inline void prediction_check(const char *id, const char *const *assignments, int n_episodes,
                                    void (*learn)(prediction_table *table,
                                                  const prediction_episode *e, double param),
                                    double param, double tolerance)
{
    static prediction_episode e;
    int n_terminated = 0, n_cut = 0;
    for (int i = 0; i < PREDICTION_WORLDS; i++) {
        const prediction_world *w = &prediction_worlds[i];
        rill_env *env = prediction_env(w);
        rill_agent *agent = prediction_agent(id, w, env, assignments);
        prediction_table table = prediction_table_begin(w, env);
        for (int k = 0; k < n_episodes; k++) {
            prediction_play(agent, env, &e);
            learn(&table, &e, param);
            table.n_episodes++;
            n_terminated += e.terminated;
            n_cut += !e.terminated;
            for (int32_t s = 0; s < table.n_states; s++) {
                const double error = fabs(table.v[s] - agent->value.weights[s]);
                if (!(error <= tolerance)) {
                    ck_abort_msg("%s, %s: episode %d, state %d: %.17g, not %.17g", id, w->name, k,
                                 s, agent->value.weights[s], table.v[s]);
                }
            }
        }
        rill_agent_destroy(agent);
        rill_env_destroy(env);
    }
    ck_assert_int_gt(n_terminated, n_episodes / 2);
    ck_assert_int_gt(n_cut, n_episodes / 2);
}

/// In one world, two agents have the same estimates, after each step or only after each episode;
/// `tolerance` 0 asks for the same bits.
static inline void prediction_same_in(const prediction_world *w, const char *a_id,
                                      const char *const *a_assignments, const char *b_id,
                                      const char *const *b_assignments, bool is_each_step,
                                      double tolerance)
{
    static prediction_episode a_episode, b_episode;
    rill_env *a_env = prediction_env(w), *b_env = prediction_env(w);
    rill_agent *a = prediction_agent(a_id, w, a_env, a_assignments);
    rill_agent *b = prediction_agent(b_id, w, b_env, b_assignments);
    for (int k = 0; k < 100; k++) {
        prediction_play(a, a_env, &a_episode);
        prediction_play(b, b_env, &b_episode);
        const int32_t length = a_episode.length;
        ASSERT_FOR(w->name, b_episode.length == length);
        for (int32_t t = is_each_step ? 0 : length; t <= length; t++) {
            for (int32_t s = 0; s < a_env->observation_space.size; s++) {
                const double x = a_episode.v[t][s], y = b_episode.v[t][s];
                const bool is_same =
                    tolerance == 0.0 ? memcmp(&x, &y, sizeof x) == 0 : fabs(x - y) <= tolerance;
                if (!is_same) {
                    ck_abort_msg("%s, %s: episode %d, step %d, state %d: %.17g, %s: %.17g", w->name,
                                 a_id, k, t, s, x, b_id, y);
                }
            }
        }
    }
    rill_agent_destroy(a);
    rill_agent_destroy(b);
    rill_env_destroy(a_env);
    rill_env_destroy(b_env);
}

/// Likewise in all worlds.
static inline void prediction_same(const char *a_id, const char *const *a_assignments,
                                   const char *b_id, const char *const *b_assignments,
                                   bool is_each_step, double tolerance)
{
    for (int i = 0; i < PREDICTION_WORLDS; i++) {
        prediction_same_in(&prediction_worlds[i], a_id, a_assignments, b_id, b_assignments,
                           is_each_step, tolerance);
    }
}

/// An agent on the walk 0 .. 6, for updates by hand; `assignments` ends with NULL.
static inline rill_agent *prediction_by_hand(const char *id, const char *const *assignments)
{
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, id, env, assignments, &error), &error);
    rill_env_destroy(env);
    return agent;
}

static const rill_outcome prediction_end = {1.0, true, false}, prediction_cut = {1.0, false, true},
                          prediction_both = {1.0, true, true};

/// An episode given by its states and rewards (length each), which leads to `last`.
static inline void prediction_feed(rill_agent *agent, const int32_t *states, const double *rewards,
                                   int32_t length, bool terminated, int32_t last)
{
    rill_agent_start(agent, (rill_observation){.index = states[0]});
    for (int32_t t = 1; t < length; t++) {
        rill_agent_step(agent, rewards[t - 1], (rill_observation){.index = states[t]});
    }
    const rill_outcome outcome = {rewards[length - 1], terminated, !terminated};
    rill_agent_finish(agent, &outcome, (rill_observation){.index = last});
}

/// S&B Example 6.4, "You are the predictor": eight episodes of the states A and B.
static inline void prediction_feed_example_6_4(rill_agent *agent, int32_t a, int32_t b, int32_t end)
{
    const int32_t states[] = {a, b};
    const double zero[] = {0.0, 0.0}, one[] = {1.0};
    prediction_feed(agent, states, zero, 2, true, end);
    for (int i = 0; i < 6; i++) {
        prediction_feed(agent, &states[1], one, 1, true, end);
    }
    prediction_feed(agent, &states[1], zero, 1, true, end);
}

#endif
