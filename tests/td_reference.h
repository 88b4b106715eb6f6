/// What the tests of tabular TD control share: settings, the agent under test, and a table and
/// policy of their own to write the books' boxes with.
#ifndef RILL_TESTS_TD_REFERENCE_H
#define RILL_TESTS_TD_REFERENCE_H

#include "tests/conformance.h"
#include "tests/reference_policy.h"

typedef struct td_settings {
    const char *env_id, *env_assignment; ///< of at most 50 states and 4 actions
    int64_t max_episode_steps;
    double gamma, initial_value;
    rill_schedule alpha;   ///< constant, or harmonic in episodes
    rill_schedule epsilon; ///< constant, or linear in steps
} td_settings;

static const td_settings td_cases[] = {
    {"cliff_walking",
     "is_slippery=false",
     0,
     1.0,
     0.0,
     {RILL_SCHEDULE_CONSTANT, RILL_PER_STEP, 0.5, 0.0, 1.0, 1.0},
     {RILL_SCHEDULE_CONSTANT, RILL_PER_STEP, 0.1, 0.0, 1.0, 1.0}},
    {"cliff_walking",
     "is_slippery=true",
     60,
     0.9,
     -3.7,
     {RILL_SCHEDULE_CONSTANT, RILL_PER_STEP, 0.15, 0.0, 1.0, 1.0},
     {RILL_SCHEDULE_LINEAR, RILL_PER_STEP, 1.0, 0.05, 7000.0, 1.0}},
    {"random_walk",
     "n_states=19",
     30,
     0.99,
     0.5,
     {RILL_SCHEDULE_HARMONIC, RILL_PER_EPISODE, 0.8, 0.0, 20.0, 1.0},
     {RILL_SCHEDULE_CONSTANT, RILL_PER_STEP, 0.3, 0.0, 1.0, 1.0}},
};
enum { TD_CASES = sizeof td_cases / sizeof td_cases[0], TD_STATES = 50, TD_ACTIONS = 4 };

/// Two equal environments, one for the agent and one for the box.
static inline void td_envs(const td_settings *s, rill_env **a, rill_env **b)
{
    rill_error error = {0};
    const rill_env_type *type = rill_env_type_find(s->env_id, NULL, &error);
    void *params = rill_params_create(type->params, type->params_size);
    ASSERT_OK(rill_params_assign(type->params, params, s->env_assignment, &error), &error);
    ASSERT_OK(rill_env_create_from(a, type, params, s->max_episode_steps, &error), &error);
    rill_env_seed(*a, 21);
    ASSERT_OK(rill_env_clone(b, *a, &error), &error);
    ck_assert_int_le((*a)->observation_space.size, TD_STATES);
    ck_assert_int_le((*a)->action_space.size, TD_ACTIONS);
}

static inline rill_agent *td_agent(const char *id, const td_settings *s, const rill_env *env,
                                   const char *policy_id)
{
    rill_error error = {0};
    rill_agent *agent = NULL;
    const rill_agent_type *type = rill_agent_type_find(id, &error);
    const rill_policy_type *policy = rill_policy_type_find(policy_id, &error);
    void *params = rill_params_create(type->params, type->params_size);
    void *policy_params = rill_params_create(policy->params, policy->params_size);
    const rill_param *alpha = rill_param_find(type->params, "alpha", &error);
    const rill_param *gamma = rill_param_find(type->params, "gamma", &error);
    const rill_param *initial = rill_param_find(type->params, "initial_value", &error);
    ASSERT_OK(rill_param_set_schedule(alpha, params, &s->alpha, &error), &error);
    ASSERT_OK(rill_param_set_number(gamma, params, s->gamma, &error), &error);
    ASSERT_OK(rill_param_set_number(initial, params, s->initial_value, &error), &error);
    const rill_param *epsilon = rill_param_find(policy->params, "epsilon", NULL);
    if (epsilon != NULL) {
        ASSERT_OK(rill_param_set_schedule(epsilon, policy_params, &s->epsilon, &error), &error);
    }
    const rill_agent_config config = {
        .type = type, .params = params, .policy = policy, .policy_params = policy_params};
    ASSERT_OK(
        rill_agent_create_from(&agent, &config, env->observation_space, env->action_space, &error),
        &error);
    rill_agent_seed(agent, 22);
    return agent;
}

/// The box's own learner: a table, a stream, and the time.
typedef struct td_box {
    const td_settings *s;
    int32_t n_actions;
    double q[TD_STATES][TD_ACTIONS];
    rill_rng rng;
    int64_t n_chosen, n_episodes;
} td_box;

static inline td_box td_box_begin(const td_settings *s, int32_t n_actions)
{
    td_box box = {.s = s, .n_actions = n_actions};
    rill_rng_seed(&box.rng, 22);
    for (int i = 0; i < TD_STATES; i++) {
        for (int a = 0; a < TD_ACTIONS; a++) {
            box.q[i][a] = s->initial_value;
        }
    }
    return box;
}

static inline double td_alpha(const td_box *box)
{
    const rill_schedule *alpha = &box->s->alpha;
    return alpha->kind == RILL_SCHEDULE_CONSTANT
               ? alpha->from
               : alpha->from / (1.0 + (double)box->n_episodes / alpha->over);
}

/// Epsilon-greedy from the table; its epsilon is that of the actions chosen before.
static inline int32_t td_choose(td_box *box, int32_t state)
{
    const rill_schedule *e = &box->s->epsilon;
    double epsilon = e->from;
    if (e->kind == RILL_SCHEDULE_LINEAR) {
        const double t = (double)box->n_chosen / e->over;
        epsilon = t >= 1.0 ? e->to : e->from + (e->to - e->from) * t;
    }
    box->n_chosen++;
    return reference_epsilon_greedy(box->q[state], box->n_actions, epsilon, &box->rng);
}

/// The agent's part of DESIGN section 5's loop, one step: answers the observation, and the next
/// action through `action`.
static inline rill_observation td_agent_step(rill_agent *agent, rill_env *env, rill_action *action)
{
    rill_outcome outcome;
    rill_observation observation = rill_env_step(env, *action, &outcome);
    if (rill_outcome_is_last(&outcome)) {
        rill_agent_finish(agent, &outcome, observation);
        observation = rill_env_reset(env);
        *action = rill_agent_start(agent, observation);
    } else {
        *action = rill_agent_step(agent, outcome.reward, observation);
    }
    return observation;
}

/// Every estimate has the same bits.
static inline void td_assert_same(const rill_agent *agent, const td_box *box, int32_t n_states)
{
    double values[TD_ACTIONS];
    for (int32_t i = 0; i < n_states; i++) {
        rill_agent_values(agent, (rill_observation){.index = i}, values);
        const size_t size = (size_t)rill_agent_n_values(agent) * sizeof *values;
        ASSERT_FOR(box->s->env_id, memcmp(values, box->q[i], size) == 0);
    }
}

#endif
