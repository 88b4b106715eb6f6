/// What the tests of the agents that plan on a learned model share: the books' loops with tables that
/// are searched from end to end, exact values, the greedy way.
#ifndef RILL_TESTS_LEARNED_MODEL_H
#define RILL_TESTS_LEARNED_MODEL_H

#include "tests/td_reference.h"

#include <rill/solve.h>

enum { PLANNING_STEPS = 5 }; ///< the agents' default

/// One of td_cases; where there is a time limit, so short a one that planning does not find a way
/// within it each time.
static inline td_settings planning_case(int i)
{
    static const int64_t max_episode_steps[TD_CASES] = {0, 400, 15};
    td_settings s = td_cases[i];
    s.max_episode_steps = max_episode_steps[i];
    return s;
}

/// What was seen.
typedef struct seen_model {
    int32_t order[TD_STATES]; ///< states with an action tried, by the first one
    int32_t n_seen;
    int32_t actions[TD_STATES][TD_ACTIONS]; ///< tried, by the first try
    int32_t n_tried[TD_STATES];
    double reward[TD_STATES][TD_ACTIONS];
    int32_t next[TD_STATES][TD_ACTIONS];
    bool terminated[TD_STATES][TD_ACTIONS];
    int64_t last_time[TD_STATES][TD_ACTIONS]; ///< 0: never
    int64_t time;
} seen_model;

static inline void seen_remember(seen_model *model, int32_t state, int32_t a, int32_t next,
                                 const rill_outcome *outcome)
{
    if (model->last_time[state][a] == 0) {
        if (model->n_tried[state] == 0) {
            model->order[model->n_seen++] = state;
        }
        model->actions[state][model->n_tried[state]++] = a;
    }
    model->last_time[state][a] = ++model->time;
    model->reward[state][a] = outcome->reward;
    model->next[state][a] = next;
    model->terminated[state][a] = outcome->terminated;
}

static inline void seen_update(td_box *box, int32_t state, int32_t a, double reward, int32_t next,
                               bool terminated)
{
    double v = box->q[next][0];
    for (int32_t i = 1; i < box->n_actions; i++) {
        v = fmax(v, box->q[next][i]);
    }
    const double target = reward + box->s->gamma * (terminated ? 0.0 : v);
    box->q[state][a] += td_alpha(box) * (target - box->q[state][a]);
}

/// One step of planning: Dyna-Q's, or Dyna-Q+'s.
static inline void seen_plan(td_box *box, const seen_model *model, bool is_plus, double kappa)
{
    const uint64_t u = rill_rng_next64(&box->rng), high = u >> 32, low = u & 0xffffffffu;
    const int32_t state = model->order[high * (uint64_t)model->n_seen >> 32];
    if (!is_plus) {
        const int32_t a = model->actions[state][low * (uint64_t)model->n_tried[state] >> 32];
        seen_update(box, state, a, model->reward[state][a], model->next[state][a],
                    model->terminated[state][a]);
        return;
    }
    const int32_t a = (int32_t)(low * (uint64_t)box->n_actions >> 32);
    const double bonus = kappa * sqrt((double)(model->time - model->last_time[state][a]));
    if (model->last_time[state][a] == 0) {
        seen_update(box, state, a, bonus, state, false);
    } else {
        seen_update(box, state, a, model->reward[state][a] + bonus, model->next[state][a],
                    model->terminated[state][a]);
    }
}

/// S&B section 8.2, the box's loop over steps; the agent runs beside it.
static inline void seen_check_box(const char *agent_id, const td_settings *s, bool is_plus,
                                  double kappa)
{
    rill_env *agent_env, *env;
    td_envs(s, &agent_env, &env);
    rill_agent *agent = td_agent(agent_id, s, env, "epsilon_greedy");
    td_box box = td_box_begin(s, env->action_space.size);
    seen_model *model = calloc(1, sizeof *model);

    int32_t state = rill_env_reset(env).index;
    rill_action action = rill_agent_start(agent, rill_env_reset(agent_env));
    int n_cut = 0, n_terminated = 0;
    for (int i = 0; i < 10000; i++) {
        const int32_t a = td_choose(&box, state);
        ASSERT_FOR(s->env_id, action.index == a);
        rill_outcome outcome;
        const int32_t next = rill_env_step(env, (rill_action){.index = a}, &outcome).index;
        seen_update(&box, state, a, outcome.reward, next, outcome.terminated);
        seen_remember(model, state, a, next, &outcome);
        for (int k = 0; k < PLANNING_STEPS; k++) {
            seen_plan(&box, model, is_plus, kappa);
        }
        state = next;
        if (outcome.terminated || outcome.truncated) {
            n_terminated += outcome.terminated;
            n_cut += !outcome.terminated;
            box.n_episodes++;
            state = rill_env_reset(env).index;
        }
        ASSERT_FOR(s->env_id, td_agent_step(agent, agent_env, &action).index == state);
        if (i % 100 == 0) {
            td_assert_same(agent, &box, env->observation_space.size);
        }
    }
    td_assert_same(agent, &box, env->observation_space.size);
    ASSERT_FOR(s->env_id, n_terminated > 5 && (n_cut > 5) == (s->max_episode_steps > 0));
    free(model);
    rill_agent_destroy(agent);
    rill_env_destroy(agent_env);
    rill_env_destroy(env);
}

/// Without planning steps: the same actions and the same estimates as Q-learning.
static inline void seen_check_q_learning(const char *agent_id)
{
    for (int i = 0; i < TD_CASES; i++) {
        const td_settings settings = planning_case(i), *s = &settings;
        rill_error error = {0};
        rill_env *env, *other_env;
        td_envs(s, &env, &other_env);
        rill_agent *agent = td_agent(agent_id, s, env, "epsilon_greedy");
        rill_agent *other = td_agent("q_learning", s, env, "epsilon_greedy");
        const rill_param *steps = rill_param_find(agent->type->params, "planning_steps", &error);
        ASSERT_OK(rill_param_set_number(steps, agent->params, 0.0, &error), &error);
        rill_action action = rill_agent_start(agent, rill_env_reset(env));
        rill_action other_action = rill_agent_start(other, rill_env_reset(other_env));
        for (int t = 0; t < 10000; t++) {
            td_agent_step(agent, env, &action);
            td_agent_step(other, other_env, &other_action);
            ASSERT_FOR(s->env_id, action.index == other_action.index);
        }
        const size_t n = (size_t)agent->value.n_features * (size_t)agent->value.n_outputs;
        ck_assert_mem_eq(agent->value.weights, other->value.weights, n * sizeof(double));
        rill_agent_destroy(agent);
        rill_agent_destroy(other);
        rill_env_destroy(env);
        rill_env_destroy(other_env);
    }
}

/// The exact optimal values of an environment.
static inline rill_solution *exact_values(const rill_env *env, double gamma)
{
    rill_error error = {0};
    rill_model *model = NULL;
    rill_solution *solution = NULL;
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    ASSERT_OK(rill_solve_optimal(model, gamma, &solution, &error), &error);
    rill_model_destroy(model);
    return solution;
}

/// In the Dyna maze, where all is tried (the behaviour is uniform), every estimate becomes exact.
static inline void seen_check_exact(const char *agent_id, const char *more)
{
    const char *const assignments[] = {"alpha=1",        "gamma=0.95", "planning_steps=50",
                                       "policy=uniform", more,         NULL};
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    ASSERT_OK(rill_env_create(&env, "dyna_maze", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, agent_id, env, assignments, &error), &error);
    rill_solution *exact = exact_values(env, 0.95);
    rill_action action = rill_agent_start(agent, rill_env_reset(env));
    for (int t = 0; t < 10000; t++) {
        td_agent_step(agent, env, &action);
    }
    int n_compared = 0;
    for (int32_t i = 0; i < exact->n_states * exact->n_actions; i++) {
        if (!isnan(exact->q[i])) {
            ASSERT_NEAR(agent->value.weights[i], exact->q[i], 1e-14);
            n_compared++;
        }
    }
    ck_assert_int_eq(n_compared, 46 * 4); // 54 cells, 7 of them walls and one the goal
    rill_solution_destroy(exact);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}

/// Steps of the greedy way from the start to a goal, in the world as it is now; INT_MAX when there is
/// none. Leaves the environment where it is.
static inline int greedy_steps(const rill_agent *agent, const rill_env *env)
{
    rill_env *copy = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_clone(&copy, env, &error), &error);
    rill_observation observation = rill_env_reset(copy);
    rill_outcome outcome = {0};
    int n = 0;
    for (; n < copy->observation_space.size && !outcome.terminated; n++) {
        observation = rill_env_step(copy, rill_agent_act_greedily(agent, observation), &outcome);
    }
    rill_env_destroy(copy);
    return outcome.terminated ? n : INT_MAX;
}

#endif
