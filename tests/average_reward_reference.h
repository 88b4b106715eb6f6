/// What the tests of average-reward agents share: cases, exact solutions, and the agent at work.
#ifndef RILL_TESTS_AVERAGE_REWARD_REFERENCE_H
#define RILL_TESTS_AVERAGE_REWARD_REFERENCE_H

#include "tests/td_reference.h"

/// Worlds of which the last has both kinds of end; gamma is not used.
static const td_settings average_reward_cases[] = {
    {"river_swim",
     "n_states=5",
     70,
     1.0,
     0.0,
     {RILL_SCHEDULE_CONSTANT, RILL_PER_STEP, 0.15, 0.0, 1.0, 1.0},
     {RILL_SCHEDULE_CONSTANT, RILL_PER_STEP, 0.3, 0.0, 1.0, 1.0}},
    {"cliff_walking",
     "is_slippery=true",
     60,
     1.0,
     -3.5,
     {RILL_SCHEDULE_CONSTANT, RILL_PER_STEP, 0.15, 0.0, 1.0, 1.0},
     {RILL_SCHEDULE_CONSTANT, RILL_PER_STEP, 0.2, 0.0, 1.0, 1.0}},
    {"random_walk",
     "n_states=19",
     30,
     1.0,
     0.5,
     {RILL_SCHEDULE_CONSTANT, RILL_PER_STEP, 0.15, 0.0, 1.0, 1.0},
     {RILL_SCHEDULE_CONSTANT, RILL_PER_STEP, 0.4, 0.0, 1.0, 1.0}},
};
enum { AVERAGE_REWARD_CASES = sizeof average_reward_cases / sizeof average_reward_cases[0] };

/// The agent of a case, with one more assignment.
static inline rill_agent *average_reward_agent(const char *id, const td_settings *s,
                                               const rill_env *env, const char *assignment)
{
    char alpha[40], initial[40], epsilon[40];
    snprintf(alpha, sizeof alpha, "alpha=%.17g", s->alpha.from);
    snprintf(initial, sizeof initial, "initial_value=%.17g", s->initial_value);
    snprintf(epsilon, sizeof epsilon, "policy.epsilon=%.17g", s->epsilon.from);
    const char *const assignments[] = {alpha, initial, epsilon, assignment, NULL};
    rill_error error = {0};
    rill_agent *agent = NULL;
    ASSERT_OK(rill_agent_create(&agent, id, env, assignments, &error), &error);
    rill_agent_seed(agent, 22);
    return agent;
}

/// One step of a box: learns from what followed an action, answers the next action. `next` is -1
/// after termination.
typedef struct average_reward_box {
    td_box td;
    double rate, average; ///< beta or eta; R-bar or rho
    void (*learn)(struct average_reward_box *box, int32_t state, int32_t action, double reward,
                  int32_t next, int32_t next_action);
    bool chooses_first; ///< as Sarsa: A' before the update, and of a truncated state too
} average_reward_box;

/// Runs agent and box side by side: the same actions, and the same bits in Q and in the average.
static inline void average_reward_compare(const char *id, const td_settings *s,
                                          const char *assignment, average_reward_box *box)
{
    rill_env *agent_env, *env;
    td_envs(s, &agent_env, &env);
    rill_agent *agent = average_reward_agent(id, s, env, assignment);
    box->td = td_box_begin(s, env->action_space.size);
    box->average = 0.0;
    int32_t state = rill_env_reset(env).index;
    int32_t a = td_choose(&box->td, state);
    rill_action action = rill_agent_start(agent, rill_env_reset(agent_env));
    int n_cut = 0, n_terminated = 0;
    for (int i = 0; i < 20000; i++) {
        ASSERT_FOR(s->env_id, action.index == a);
        rill_outcome outcome;
        const int32_t next = rill_env_step(env, (rill_action){.index = a}, &outcome).index;
        const bool is_last = outcome.terminated || outcome.truncated;
        int32_t a_next = -1;
        if (box->chooses_first && !outcome.terminated) {
            a_next = td_choose(&box->td, next);
        }
        box->learn(box, state, a, outcome.reward, outcome.terminated ? -1 : next, a_next);
        n_terminated += outcome.terminated;
        n_cut += is_last && !outcome.terminated;
        state = is_last ? rill_env_reset(env).index : next;
        a = is_last || !box->chooses_first ? td_choose(&box->td, state) : a_next;
        ASSERT_FOR(s->env_id, td_agent_step(agent, agent_env, &action).index == state);
        ASSERT_FOR(s->env_id, agent->memory->average_reward == box->average);
    }
    td_assert_same(agent, &box->td, env->observation_space.size);
    ASSERT_FOR(s->env_id, n_cut > 5);
    ASSERT_FOR(s->env_id, box->average != 0.0);
    ASSERT_FOR(s->env_id, n_terminated > 5 || strcmp(s->env_id, "random_walk") != 0);
    rill_agent_destroy(agent);
    rill_env_destroy(agent_env);
    rill_env_destroy(env);
}

/// The greatest reward per step that a policy can have which takes a random action with probability
/// epsilon, in a model where every state can be reached from every other. Relative value iteration
/// (S&B section 10.3; Puterman 1994, section 8.5), damped so that cycles do no harm:
///     h <- h + (T h - h) / 2,  until  T h - h  is the same number, the gain, in all states.
/// Writes h, less its value in state 0, to `h` (n_states).
static inline double exact_gain(const rill_model *model, double epsilon, double *h)
{
    const int32_t n = model->n_states, n_actions = model->n_actions;
    double *gains = malloc((size_t)n * sizeof *gains);
    double low = 0.0, high = 1.0;
    memset(h, 0, (size_t)n * sizeof *h);
    for (int i = 0; i < 200000 && high - low > 1e-12 * fmax(1.0, fabs(high)); i++) {
        low = HUGE_VAL;
        high = -HUGE_VAL;
        for (int32_t s = 0; s < n; s++) {
            double best = -HUGE_VAL, sum = 0.0;
            for (int32_t a = 0; a < n_actions; a++) {
                const double q = rill_model_backup(model, h, 1.0, s, a);
                best = fmax(best, q);
                sum += q;
            }
            gains[s] = (1.0 - epsilon) * best + epsilon * sum / n_actions - h[s];
            low = fmin(low, gains[s]);
            high = fmax(high, gains[s]);
        }
        const double at_0 = h[0] + 0.5 * gains[0];
        for (int32_t s = 0; s < n; s++) {
            h[s] += 0.5 * gains[s] - at_0;
        }
    }
    free(gains);
    ck_assert_double_lt(high - low, 1e-11 * fmax(1.0, fabs(high)));
    return 0.5 * (low + high);
}

/// exact_gain of an environment with these parameters.
static inline double exact_gain_of(const rill_env *env, double epsilon)
{
    rill_error error = {0};
    rill_model *model = NULL;
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    double *h = malloc((size_t)model->n_states * sizeof *h);
    const double gain = exact_gain(model, epsilon, h);
    free(h);
    rill_model_destroy(model);
    return gain;
}

/// The agent's average reward, averaged over the second half of `n_steps` steps from its seed on.
static inline double learned_gain(rill_agent *agent, rill_env *env, int n_steps)
{
    double sum = 0.0;
    rill_env_seed(env, 41);
    rill_agent_seed(agent, 42);
    rill_action action = rill_agent_start(agent, rill_env_reset(env));
    for (int i = 0; i < n_steps; i++) {
        td_agent_step(agent, env, &action);
        sum += i >= n_steps / 2 ? agent->memory->average_reward : 0.0;
    }
    return sum / (n_steps - n_steps / 2);
}

/// Q = exact values, average reward = exact gain: in a world without chance nothing is left to
/// learn. The world is Example 3.5, going on for ever: from A round to A earns 10 in 5 steps.
static inline void check_exact_solution_stays(const char *id, const char *policy)
{
    static const char *const world[] = {"map=.A.B.,.....,...b.,.....,.a...", "stay=false",
                                        "teleport_rewards=10,5", NULL};
    const char *const assignments[] = {policy, NULL};
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_model *model = NULL;
    double h[25];
    ASSERT_OK(rill_env_create(&env, "gridworld", world, &error), &error);
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, id, env, assignments, &error), &error);
    const double gain = exact_gain(model, 0.0, h);
    ASSERT_NEAR(gain, 2.0, 1e-9);
    agent->memory->average_reward = gain;
    for (int32_t s = 0; s < 25; s++) {
        for (int32_t a = 0; a < 4; a++) {
            rill_linear_row(&agent->value, s)[a] = rill_model_backup(model, h, 1.0, s, a) - gain;
        }
    }
    rill_env_seed(env, 1);
    rill_action action = rill_agent_start(agent, rill_env_reset(env));
    for (int i = 0; i < 2000; i++) {
        td_agent_step(agent, env, &action);
        ASSERT_NEAR(agent->memory->td_error, 0.0, 1e-9);
        ASSERT_NEAR(agent->memory->average_reward, 2.0, 1e-9);
    }
    rill_agent_destroy(agent);
    rill_model_destroy(model);
    rill_env_destroy(env);
}

/// Example 10.2, access control, with fewer servers that become free sooner, so that all states are
/// seen often.
static inline rill_env *small_access_control(void)
{
    static const char *const assignments[] = {"n_servers=3", "p_free=0.2", NULL};
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "access_control", assignments, &error), &error);
    return env;
}

/// One update from Q(7,.) = (0, 0, 0, 0), Q(8,.) = (2, 6, 4, 2) and an average reward of 10;
/// answers the new estimate of (7, A) and writes A', where the agent chose one, or -1.
static inline double average_reward_update(rill_agent *agent, double reward, bool terminated,
                                           bool truncated, int32_t *action)
{
    static const double next[] = {2.0, 6.0, 4.0, 2.0};
    const rill_outcome outcome = {reward, terminated, truncated};
    const rill_observation after = {.index = 8};
    rill_agent_seed(agent, 3);
    memcpy(rill_linear_row(&agent->value, 8), next, sizeof next);
    agent->memory->average_reward = 10.0;
    *action = rill_agent_start(agent, (rill_observation){.index = 7}).index;
    if (terminated || truncated) {
        rill_agent_finish(agent, &outcome, after);
    } else {
        rill_agent_step(agent, reward, after);
    }
    return rill_linear_row(&agent->value, 7)[*action];
}

/// An agent in the cliff world (48 states, 4 actions) with these assignments.
static inline rill_agent *average_reward_cliff_agent(const char *id, const char *const *assignments)
{
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, id, env, assignments, &error), &error);
    rill_env_destroy(env);
    return agent;
}

#endif
