// Off-policy Monte Carlo control against the book's box, bit for bit, and episodes by hand.
#include "tests/monte_carlo_reference.h"

/// The box's loop, with its own tables.
static int box_learn(mc_box *box, double (*c)[MC_ACTIONS], const double *b, double last)
{
    const mc_episode *e = &box->episode;
    double g = last, w = 1.0;
    for (int t = e->n - 1; t >= 0; t--) {
        double *q = box->q[e->s[t]];
        const int a = e->a[t];
        g = box->settings.gamma * g + e->r[t];
        c[e->s[t]][a] += w;
        q[a] += w / c[e->s[t]][a] * (g - q[a]);
        int greedy = 0;
        for (int k = 0; k < box->n_actions; k++) {
            greedy = q[k] > q[greedy] ? k : greedy;
        }
        if (a != greedy) {
            return t;
        }
        w = w * (1.0 / b[t]);
    }
    return -1;
}

/// b(a|s) of the epsilon-greedy behaviour.
static double probability(const mc_box *box, int s, int a)
{
    const double *q = box->q[s], best = rill_max(q, box->n_actions);
    int n_best = 0;
    for (int k = 0; k < box->n_actions; k++) {
        n_best += q[k] == best;
    }
    return box->settings.epsilon / box->n_actions +
           (q[a] == best ? (1.0 - box->settings.epsilon) / n_best : 0.0);
}

/// Adds to `n_stopped` and `n_whole` the episodes that were learned from in part and as a whole.
static void check(const mc_settings *s, int *n_stopped, int *n_whole)
{
    rill_env *env = mc_env(s);
    char texts[4][64];
    snprintf(texts[0], sizeof texts[0], "gamma=%.17g", s->gamma);
    snprintf(texts[1], sizeof texts[1], "initial_value=%.17g", s->initial_value);
    snprintf(texts[2], sizeof texts[2], "max_steps=%d", s->max_steps);
    snprintf(texts[3], sizeof texts[3], "policy.epsilon=%.17g", s->epsilon);
    rill_agent *agent =
        mc_agent("mc_off_policy_control", env, texts[0], texts[1], texts[2], texts[3]);
    mc_box *box = mc_box_begin(s, env->action_space.size);
    ck_assert_int_ge(box->n_actions, 2);
    mc_episode *e = &box->episode;
    static double c[MC_STATES][MC_ACTIONS], b[MC_LONGEST];
    memset(c, 0, sizeof c);
    bool is_start = true;
    rill_outcome outcome = {0.0, false, false};
    rill_observation seen = rill_env_reset(env);
    for (int i = 0; i < 20000; i++) {
        const int32_t a = (is_start ? rill_agent_start(agent, seen)
                                    : rill_agent_step(agent, outcome.reward, seen))
                              .index;
        e->s[e->n] = seen.index;
        e->a[e->n] =
            reference_epsilon_greedy(box->q[seen.index], box->n_actions, s->epsilon, &box->rng);
        ASSERT_FOR(s->env_id, a == e->a[e->n]);
        b[e->n] = probability(box, seen.index, a);
        seen = rill_env_step(env, (rill_action){.index = a}, &outcome);
        e->r[e->n++] = outcome.reward;
        is_start = rill_outcome_is_last(&outcome);
        if (is_start || e->n == s->max_steps) {
            const double last =
                outcome.terminated ? 0.0 : rill_max(box->q[seen.index], box->n_actions);
            const int stopped_at = box_learn(box, c, b, last);
            *n_stopped += stopped_at > 0;
            *n_whole += stopped_at < 0;
            e->n = 0;
        }
        if (is_start) {
            rill_agent_finish(agent, &outcome, seen);
            for (int32_t k = 0; k < env->observation_space.size; k++) {
                ASSERT_FOR(s->env_id, memcmp(rill_linear_row(&agent->value, k), box->q[k],
                                             (size_t)box->n_actions * sizeof(double)) == 0);
            }
            seen = rill_env_reset(env);
        }
    }
    free(box);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}

START_TEST(test_equals_the_box)
{
    int n_stopped = 0, n_whole = 0;
    for (int i = 0; i < MC_CASES; i++) {
        check(&mc_cases[i], &n_stopped, &n_whole);
    }
    ck_assert(n_stopped > 500 && n_whole > 500);
}
END_TEST

/// Learning goes backwards up to the last action that is not greedy, that one included.
START_TEST(test_stops_at_the_first_action_that_is_not_greedy)
{
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    rill_agent *agent =
        mc_agent("mc_off_policy_control", env, "policy=uniform", "gamma=1", NULL, NULL);
    int n_learned[4] = {0};
    for (uint64_t seed = 0; seed < 60; seed++) {
        // states 1, 2, 3, where action 1 is worth 100, and a last reward of 200 or 0
        rill_agent_seed(agent, seed);
        for (int s = 1; s <= 3; s++) {
            rill_linear_row(&agent->value, s)[1] = 100.0;
        }
        int a[4] = {0};
        a[1] = rill_agent_start(agent, (rill_observation){.index = 1}).index;
        a[2] = rill_agent_step(agent, 0.0, (rill_observation){.index = 2}).index;
        a[3] = rill_agent_step(agent, 0.0, (rill_observation){.index = 3}).index;
        const rill_outcome end = {99.0, true, false};
        rill_agent_finish(agent, &end, (rill_observation){.index = 4});
        int n = 1; // the last step always counts
        while (n < 3 && a[4 - n] == 1) {
            n++;
        }
        ck_assert_int_eq(agent->memory->update, n);
        for (int s = 1; s <= 3; s++) {
            // a first update is the whole way to the return, whatever its weight
            const bool is_learned = s > 3 - n;
            const double *q = rill_linear_row(&agent->value, s);
            ck_assert(q[a[s]] == (is_learned ? 99.0 : a[s] == 1 ? 100.0 : 0.0));
            ck_assert(q[1 - a[s]] == (a[s] == 1 ? 0.0 : 100.0));
        }
        n_learned[n]++;
    }
    ck_assert(n_learned[1] > 10 && n_learned[2] > 5 && n_learned[3] > 5);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

/// Two episodes of one state pair: weights 1 and 2 (one more greedy step of probability 1/2 after).
START_TEST(test_weights_by_hand)
{
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    rill_agent *agent =
        mc_agent("mc_off_policy_control", env, "policy=uniform", "gamma=0.5", NULL, NULL);
    int n_checked = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        rill_agent_seed(agent, seed);
        const double *q = rill_linear_row(&agent->value, 2);
        const rill_outcome first = {4.0, true, false}, second = {10.0, true, false};
        const int a = rill_agent_start(agent, (rill_observation){.index = 2}).index;
        rill_agent_finish(agent, &first, (rill_observation){.index = 3});
        ck_assert(q[a] == 4.0); // C = 1
        const int again = rill_agent_start(agent, (rill_observation){.index = 2}).index;
        const int greedy = rill_agent_step(agent, 2.0, (rill_observation){.index = 4}).index;
        rill_agent_finish(agent, &second, (rill_observation){.index = 5});
        if (again == a) {
            // G = 2 + 10/2 = 7 with W = 2, C = 3; the step after is greedy, since 10 beats 0
            ck_assert(rill_linear_row(&agent->value, 4)[greedy] == 10.0);
            ASSERT_NEAR(q[a], (1.0 * 4.0 + 2.0 * 7.0) / 3.0, 1e-14);
            n_checked++;
        }
    }
    ck_assert_int_gt(n_checked, 50);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_bootstraps_on_truncation_not_on_termination)
{
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    for (int i = 0; i < 3; i++) {
        rill_agent *agent =
            mc_agent("mc_off_policy_control", env, "gamma=0.5", "initial_value=2", NULL, NULL);
        rill_linear_row(&agent->value, 1)[1] = 8.0;
        ck_assert(mc_estimate_after(agent, i != 0, i != 1) == (i == 0 ? 9.0 : 5.0));
        rill_agent_destroy(agent);
    }
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_equals_the_box, test_stops_at_the_first_action_that_is_not_greedy,
          test_weights_by_hand, test_bootstraps_on_truncation_not_on_termination)
