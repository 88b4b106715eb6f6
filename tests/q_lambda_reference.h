/// What the tests of control with traces share: an agent is followed, and each update computed anew
/// from dense traces, one number for each pair.
#ifndef RILL_TESTS_Q_LAMBDA_REFERENCE_H
#define RILL_TESTS_Q_LAMBDA_REFERENCE_H

#include "tests/follow.h"

typedef struct q_lambda_setting {
    double gamma, alpha, lambda, epsilon;
    const char *trace;
    bool clears;
} q_lambda_setting;

static const q_lambda_setting q_lambda_settings[] = {
    {1.0, 0.2, 0.9, 0.1, "accumulating", false}, {0.9, 0.3, 0.5, 0.3, "accumulating", false},
    {0.95, 0.3, 1.0, 0.2, "replacing", false},   {0.9, 0.3, 0.8, 0.4, "replacing", true},
    {0.9, 0.4, 0.9, 0.2, "dutch", false},        {0.9, 0.4, 0.0, 0.2, "accumulating", false}};

/// What a method does in a step, to Q and z; z holds what the last step left.
typedef void q_lambda_book(follow_table q, follow_table z, const follow *f,
                           const q_lambda_setting *s);

static inline void q_lambda_scale(follow_table z, double factor)
{
    for (int s = 0; s < FOLLOW_STATES; s++) {
        for (int a = 0; a < FOLLOW_ACTIONS; a++) {
            z[s][a] *= factor;
        }
    }
}

/// The trace of the pair visited rises.
static inline void q_lambda_raise(follow_table z, const follow *f, const q_lambda_setting *s)
{
    double *trace = &z[f->state][f->action];
    for (int32_t a = 0; a < f->n_actions && s->clears; a++) {
        z[f->state][a] *= a == f->action ? 1.0 : 0.0;
    }
    *trace = s->trace[0] == 'a'   ? *trace + 1.0
             : s->trace[0] == 'r' ? 1.0
                                  : (1.0 - s->alpha) * *trace + 1.0;
}

/// Q <- Q + step z
static inline void q_lambda_add(follow_table q, follow_table z, double step)
{
    for (int s = 0; s < FOLLOW_STATES; s++) {
        for (int a = 0; a < FOLLOW_ACTIONS; a++) {
            q[s][a] += step * z[s][a];
        }
    }
}

/// Every update of the agent is the book's.
static inline void q_lambda_check(const char *agent_id, q_lambda_book *book)
{
    int n_terminated = 0, n_truncated = 0;
    for (int w = 0; w < FOLLOW_WORLDS; w++) {
        for (size_t j = 0; j < sizeof q_lambda_settings / sizeof q_lambda_settings[0]; j++) {
            const q_lambda_setting *s = &q_lambda_settings[j];
            char gamma[48], alpha[48], lambda[48], epsilon[48], trace[48];
            snprintf(gamma, sizeof gamma, "gamma=%.17g", s->gamma);
            snprintf(alpha, sizeof alpha, "alpha=%.17g", s->alpha);
            snprintf(lambda, sizeof lambda, "lambda=%.17g", s->lambda);
            snprintf(epsilon, sizeof epsilon, "policy.epsilon=%.17g", s->epsilon);
            snprintf(trace, sizeof trace, "trace=%s", s->trace);
            const char *const assignments[] = {gamma,
                                               alpha,
                                               lambda,
                                               epsilon,
                                               trace,
                                               "initial_value=-0.5",
                                               s->clears ? "clears_other_actions=true" : NULL,
                                               NULL};
            follow f = follow_begin(&follow_worlds[w], agent_id, assignments, s->epsilon);
            follow_table z = {{0.0}};
            for (int i = 0; i < 2000; i++) {
                follow_step(&f);
                q_lambda_scale(z, f.is_first ? 0.0 : 1.0);
                book(f.before, z, &f, s);
                follow_assert(&f, f.before);
                n_terminated += f.terminated;
                n_truncated += f.truncated;
            }
            follow_end(&f);
        }
    }
    ASSERT_FOR(agent_id, n_terminated > 100 && n_truncated > 100);
}

/// What the methods with traces refuse.
static inline void q_lambda_check_refusals(const char *agent_id)
{
    static const struct {
        const char *assignments[4], *path, *message;
    } cases[] = {
        {{"clears_other_actions=true"}, "params.clears_other_actions", "only replacing traces"},
        {{"lambda=1.5"}, "lambda", "out of range"},
        {{"trace=replacin"}, "trace", "replacing"},
    };
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "cliff_walking", NULL, &error), &error);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ASSERT_REFUSED(rill_agent_create(&agent, agent_id, env, cases[i].assignments, &error),
                       &error, cases[i].path, cases[i].message);
    }
    const rill_space many = rill_space_discrete(INT32_MAX / 2), three = rill_space_discrete(3);
    const rill_agent_config config = {.type = rill_agent_type_find(agent_id, NULL)};
    ASSERT_REFUSED(rill_agent_create_from(&agent, &config, many, three, &error), &error, "params",
                   "too many");
    rill_env_destroy(env);
}

/// An episode that visits no pair twice, of which the forward view is known: S_t is state t, and
/// every action is 1 but that of state 3.
enum { WALK_LENGTH = 6 };
static const int32_t walk_actions[WALK_LENGTH] = {1, 1, 1, 0, 1, 1};
static const double walk_rewards[WALK_LENGTH] = {2.0, -1.0, 4.0, 0.5, -3.0, 8.0}; // R_1, ...

/// The agent's estimates after that episode, from estimates Q(s,0) = s / 2, Q(s,1) = 1 / (s + 1) of two
/// actions; alpha = 0.5, gamma = 0.9, lambda = 0.8.
static inline void q_lambda_walk(const char *agent_id, bool is_terminated, double q[][2])
{
    static const char *const assignments[] = {"alpha=0.5",
                                              "gamma=0.9",
                                              "lambda=0.8",
                                              "policy=fixed",
                                              "policy.actions=1,1,1,0,1,1,1,1,1,1,1,1",
                                              NULL};
    static const char *const states[] = {"n_states=10", NULL};
    rill_env *env = NULL;
    rill_agent *agent = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "random_walk", states, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, agent_id, env, assignments, &error), &error);
    for (int32_t s = 0; s <= WALK_LENGTH; s++) {
        rill_linear_row(&agent->value, s)[0] = q[s][0] = 0.5 * s;
        rill_linear_row(&agent->value, s)[1] = q[s][1] = 1.0 / (s + 1);
    }
    rill_action action = rill_agent_start(agent, (rill_observation){.index = 0});
    for (int32_t t = 0; t < WALK_LENGTH; t++) {
        ck_assert_int_eq(action.index, walk_actions[t]);
        const rill_observation next = {.index = t + 1};
        const rill_outcome last = {walk_rewards[t], is_terminated, !is_terminated};
        if (t + 1 < WALK_LENGTH) {
            action = rill_agent_step(agent, walk_rewards[t], next);
        } else {
            rill_agent_finish(agent, &last, next);
        }
    }
    for (int32_t s = 0; s <= WALK_LENGTH; s++) {
        double values[2];
        rill_agent_values(agent, (rill_observation){.index = s}, values);
        q[s][0] = values[0] - q[s][0]; // what was learned
        q[s][1] = values[1] - q[s][1];
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}

/// What is learned about S_t, A_t is alpha times the error of the lambda-return (S&B eq. 12.3): of the
/// n-step returns that end in `estimates` of S_{t+n} (0 when terminal), up to t + n = `horizon`.
static inline void q_lambda_check_walk(const char *agent_id, const double *estimates,
                                       const double *own, const int *horizons, bool is_terminated)
{
    double learned[WALK_LENGTH + 1][2];
    q_lambda_walk(agent_id, is_terminated, learned);
    for (int t = 0; t < WALK_LENGTH; t++) {
        double g_lambda = 0.0, weight = 1.0, rewards = 0.0, discount = 1.0;
        for (int h = t + 1; h <= horizons[t]; h++) {
            rewards += discount * walk_rewards[h - 1];
            discount *= 0.9;
            const double estimate = h == WALK_LENGTH && is_terminated ? 0.0 : estimates[h];
            const double g = rewards + discount * estimate;
            g_lambda += h == horizons[t] ? weight * g : (1.0 - 0.8) * weight * g;
            weight *= 0.8;
        }
        ASSERT_NEAR(learned[t][walk_actions[t]], 0.5 * (g_lambda - own[t]), 1e-13);
        ck_assert(learned[t][1 - walk_actions[t]] == 0.0);
    }
}

#endif
