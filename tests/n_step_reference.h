/// What the tests of n-step control share: an agent is followed, each episode recorded whole, and
/// each update computed anew from the record, forwards.
#ifndef RILL_TESTS_N_STEP_REFERENCE_H
#define RILL_TESTS_N_STEP_REFERENCE_H

#include "tests/follow.h"

typedef struct n_step_setting {
    int n;
    double gamma, alpha;
    double target, behaviour; ///< epsilons of pi and b; b < 0: none given
    double sigma;             ///< Q(sigma) alone
    bool has_control_variates;
} n_step_setting;

enum { N_STEP_LONGEST = 20000 };

/// An episode so far: S_t, A_t with their ratio, R_t.
typedef struct n_step_record {
    const n_step_setting *setting;
    int32_t n_actions;
    int length; ///< pairs; on truncation also the last one, which was not acted on
    int32_t s[N_STEP_LONGEST], a[N_STEP_LONGEST];
    double r[N_STEP_LONGEST], rho[N_STEP_LONGEST];
} n_step_record;

/// The book's update of moment tau, whose last reward is R_end; `q` is changed. Moment `end` is in
/// the record unless it is terminal.
typedef void n_step_book(follow_table q, const n_step_record *e, int tau, int end);

static inline void n_step_append(n_step_record *e, follow_table q, int32_t s, int32_t a)
{
    const double b = e->setting->behaviour < 0.0 ? e->setting->target : e->setting->behaviour;
    ASSERT_FOR("n_step_append", e->length < N_STEP_LONGEST);
    e->s[e->length] = s;
    e->a[e->length] = a;
    e->rho[e->length++] = follow_probability(q[s], e->n_actions, e->setting->target, a) /
                          follow_probability(q[s], e->n_actions, b, a);
}

/// The agent of a setting in a world.
static inline follow n_step_follow(const char *agent_id, const n_step_setting *setting,
                                   const follow_world *world, bool has_sigma)
{
    char n[48], gamma[48], alpha[48], target[48], behaviour[48], sigma[48];
    snprintf(n, sizeof n, "n=%d", setting->n);
    snprintf(gamma, sizeof gamma, "gamma=%.17g", setting->gamma);
    snprintf(alpha, sizeof alpha, "alpha=%.17g", setting->alpha);
    snprintf(target, sizeof target, "policy.epsilon=%.17g", setting->target);
    snprintf(behaviour, sizeof behaviour, "behaviour.epsilon=%.17g", setting->behaviour);
    snprintf(sigma, sizeof sigma, "sigma=%.17g", setting->sigma);
    const char *assignments[12] = {n, gamma, alpha, "initial_value=-0.5", target};
    int i = 5;
    if (setting->behaviour >= 0.0) {
        assignments[i++] = "behaviour=epsilon_greedy";
        assignments[i++] = behaviour;
    }
    if (has_sigma) {
        assignments[i++] = sigma;
        assignments[i++] =
            setting->has_control_variates ? "control_variates=true" : "control_variates=false";
    }
    const double acts_by = setting->behaviour < 0.0 ? setting->target : setting->behaviour;
    return follow_begin(world, agent_id, assignments, acts_by);
}

/// Every update of the agent in a world is the book's. Adds to the numbers of episodes.
static inline void n_step_check_in(const char *agent_id, const n_step_setting *setting,
                                   const follow_world *world, n_step_book *book, bool has_sigma,
                                   int *n_terminated, int *n_truncated)
{
    static n_step_record e;
    follow f = n_step_follow(agent_id, setting, world, has_sigma);
    e = (n_step_record){.setting = setting, .n_actions = f.n_actions};
    for (int i = 0; i < 2000; i++) {
        follow_step(&f);
        if (f.is_first) {
            e.length = 0;
            n_step_append(&e, f.before, f.state, f.action);
        }
        const int end = e.length;
        e.r[end] = f.reward;
        if (!f.terminated) {
            n_step_append(&e, f.before, f.next_state, f.next_action);
        }
        const int last = f.is_next_first ? end - 1 : end - setting->n;
        for (int tau = end - setting->n; tau <= last; tau++) {
            if (tau >= 0) {
                book(f.before, &e, tau, end);
            }
        }
        follow_assert(&f, f.before);
        *n_terminated += f.terminated;
        *n_truncated += f.truncated;
    }
    follow_end(&f);
}

/// Likewise for each setting in each world.
static inline void n_step_check(const char *agent_id, const n_step_setting *settings, size_t n,
                                n_step_book *book, bool has_sigma)
{
    int n_terminated = 0, n_truncated = 0;
    for (int w = 0; w < FOLLOW_WORLDS; w++) {
        for (size_t i = 0; i < n; i++) {
            n_step_check_in(agent_id, &settings[i], &follow_worlds[w], book, has_sigma,
                            &n_terminated, &n_truncated);
        }
    }
    ASSERT_FOR(agent_id, n_terminated > 100 && n_truncated > 100);
}

/// R_{tau+1} + ... + gamma^{end-tau-1} R_end + gamma^{end-tau} Q(S_end,A_end), summed forwards.
static inline double n_step_sum(follow_table q, const n_step_record *e, int tau, int end)
{
    double g = 0.0, discount = 1.0;
    for (int i = tau + 1; i <= end; i++) {
        g += discount * e->r[i];
        discount *= e->setting->gamma;
    }
    return end < e->length ? g + discount * q[e->s[end]][e->a[end]] : g;
}

/// sum_a pi(a|S_k) Q(S_k,a)
static inline double n_step_expected(follow_table q, const n_step_record *e, int k)
{
    return follow_expected(q[e->s[k]], e->n_actions, e->setting->target);
}

/// pi(A_k|S_k)
static inline double n_step_pi(follow_table q, const n_step_record *e, int k)
{
    return follow_probability(q[e->s[k]], e->n_actions, e->setting->target, e->a[k]);
}

#endif
