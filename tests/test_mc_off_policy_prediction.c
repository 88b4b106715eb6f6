// Off-policy Monte Carlo prediction against the books' sums, exact values, and episodes by hand.
#include "tests/monte_carlo_reference.h"

/// For each state the sums that eq. 5.5 and 5.6 of S&B divide.
typedef struct sums {
    double n, w, wg;
} sums;

/// Target: right in all states; behaviour: uniform. The ratio of t steps is 2^t or 0.
static void check_sums(const mc_settings *s, bool is_weighted)
{
    rill_env *env = mc_env(s);
    char texts[4][64];
    snprintf(texts[0], sizeof texts[0], "gamma=%.17g", s->gamma);
    snprintf(texts[1], sizeof texts[1], "initial_value=%.17g", s->initial_value);
    snprintf(texts[2], sizeof texts[2], "visits=%s", s->is_every_visit ? "every" : "first");
    snprintf(texts[3], sizeof texts[3], "max_steps=%d", s->max_steps);
    const char *const assignments[] = {texts[0],
                                       texts[1],
                                       texts[2],
                                       texts[3],
                                       "policy=fixed",
                                       "policy.actions=1",
                                       "behaviour=uniform",
                                       is_weighted ? "weighting=weighted" : "weighting=ordinary",
                                       NULL};
    rill_agent *agent = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_agent_create(&agent, "mc_off_policy_prediction", env, assignments, &error),
              &error);
    rill_agent_seed(agent, 32);
    sums totals[MC_STATES] = {{0.0, 0.0, 0.0}};
    static mc_episode e;
    e.n = 0;
    int n_positive = 0, n_actions[MC_ACTIONS] = {0};
    rill_outcome outcome = {0.0, false, false};
    rill_observation seen = rill_env_reset(env);
    for (int i = 0; i < 20000; i++) {
        const bool is_start = e.n == 0 && (i == 0 || rill_outcome_is_last(&outcome));
        const rill_action a =
            is_start ? rill_agent_start(agent, seen) : rill_agent_step(agent, outcome.reward, seen);
        e.s[e.n] = seen.index;
        e.a[e.n] = a.index;
        n_actions[a.index]++;
        double before[MC_STATES];
        memcpy(before, agent->value.weights, (size_t)agent->value.n_features * sizeof *before);
        seen = rill_env_step(env, a, &outcome);
        e.r[e.n++] = outcome.reward;
        if (rill_outcome_is_last(&outcome)) {
            rill_agent_finish(agent, &outcome, seen);
        }
        if (rill_outcome_is_last(&outcome) || e.n == s->max_steps) {
            const double last = outcome.terminated ? 0.0 : before[seen.index];
            for (int t = 0; t < e.n; t++) {
                if (!s->is_every_visit && !mc_is_first(&e, t, false)) {
                    continue;
                }
                double w = 1.0;
                for (int k = t; k < e.n; k++) {
                    w *= e.a[k] == 1 ? env->action_space.size : 0.0;
                }
                sums *total = &totals[e.s[t]];
                total->n += 1.0;
                total->w += w;
                total->wg += w == 0.0 ? 0.0 : w * mc_return(&e, t, s->gamma, last);
                n_positive += w > 0.0;
            }
            e.n = 0;
        }
        if (!rill_outcome_is_last(&outcome)) {
            continue; // a piece is learned from at the next step
        }
        seen = rill_env_reset(env);
        for (int k = 0; k < agent->value.n_features; k++) {
            const double divisor = is_weighted ? totals[k].w : totals[k].n;
            const double v = divisor > 0.0 ? totals[k].wg / divisor : s->initial_value;
            ASSERT_NEAR(agent->value.weights[k], v, 1e-12 * fmax(1.0, fabs(v)));
        }
    }
    ASSERT_FOR(s->env_id, n_positive > 100 && n_actions[0] > 1000 && n_actions[1] > 1000);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}

START_TEST(test_equals_the_sums)
{
    for (int i = 0; i < MC_CASES; i++) {
        check_sums(&mc_cases[i], true);
        check_sums(&mc_cases[i], false);
    }
}
END_TEST

/// Acting by the target, its own ratio is 1, and both forms are plain means.
START_TEST(test_on_policy_equals_mc_prediction)
{
    static const char *const weightings[] = {"weighting=weighted", "weighting=ordinary"};
    for (int i = 0; i < 2; i++) {
        rill_env *env = mc_env(&mc_cases[0]);
        rill_agent *off =
            mc_agent("mc_off_policy_prediction", env, weightings[i], "policy=uniform", NULL, NULL);
        rill_agent *on = mc_agent("mc_prediction", env, NULL, NULL, NULL, NULL);
        rill_outcome outcome = {0.0, true, false};
        rill_observation seen = {.index = 0};
        for (int k = 0; k < 3000; k++) {
            const bool is_start = rill_outcome_is_last(&outcome);
            seen = is_start ? rill_env_reset(env) : seen;
            const rill_action a =
                is_start ? rill_agent_start(off, seen) : rill_agent_step(off, outcome.reward, seen);
            const rill_action b =
                is_start ? rill_agent_start(on, seen) : rill_agent_step(on, outcome.reward, seen);
            ck_assert_int_eq(a.index, b.index);
            seen = rill_env_step(env, a, &outcome);
            if (rill_outcome_is_last(&outcome)) {
                rill_agent_finish(off, &outcome, seen);
                rill_agent_finish(on, &outcome, seen);
                for (int s = 0; s < on->value.n_features; s++) {
                    ASSERT_NEAR(off->value.weights[s], on->value.weights[s], 1e-13);
                }
            }
        }
        rill_agent_destroy(off);
        rill_agent_destroy(on);
        rill_env_destroy(env);
    }
}
END_TEST

/// A step that the target takes too has ratio 2: weighted importance sampling is worth its return
/// after one episode, ordinary twice that; a step that it does not take tells only ordinary, of 0.
START_TEST(test_first_episodes_by_hand)
{
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    for (int is_ordinary = 0; is_ordinary < 2; is_ordinary++) {
        const char *const assignments[] = {"gamma=0.5",
                                           "initial_value=4",
                                           "policy=fixed",
                                           "policy.actions=1",
                                           "behaviour=uniform",
                                           is_ordinary ? "weighting=ordinary" : "gamma=0.5",
                                           NULL};
        rill_agent *agent = NULL;
        ASSERT_OK(rill_agent_create(&agent, "mc_off_policy_prediction", env, assignments, &error),
                  &error);
        int n_taken = 0;
        for (uint64_t seed = 0; seed < 40; seed++) {
            for (int i = 0; i < 3; i++) {
                rill_agent_seed(agent, seed);
                rill_env_seed(env, seed);
                const rill_outcome end = {6.0, i > 0, i != 1};
                const int32_t a = rill_agent_start(agent, (rill_observation){.index = 3}).index;
                rill_agent_finish(agent, &end, (rill_observation){.index = 2});
                const double g = i == 0 ? 8.0 : 6.0; // cut: 6 + 0.5 * 4
                const double expected = a == 1        ? (is_ordinary ? 2.0 * g : g)
                                        : is_ordinary ? 0.0
                                                      : 4.0;
                ck_assert(agent->value.weights[3] == expected);
                ck_assert_int_eq(agent->memory->update, a == 1 || is_ordinary);
                ck_assert_int_eq(agent->memory->step, 1);
                n_taken += a == 1;
            }
        }
        ck_assert(n_taken > 30 && n_taken < 90);
        rill_agent_destroy(agent);
    }
    rill_env_destroy(env);
}
END_TEST

enum { BLACKJACK_STATES = 726, BLACKJACK_START = (13 * 11 + 2) * 2 + 1 };

/// S&B, Example 5.4: the mean of the estimates after one episode each.
static double mean_first_estimate(const char *weighting, int n, double *standard_error)
{
    rill_error error = {0};
    rill_env *env = NULL;
    static char actions[BLACKJACK_STATES * 2 + 20];
    int length = snprintf(actions, sizeof actions, "policy.actions=");
    for (int s = 0; s < BLACKJACK_STATES; s++) {
        length += snprintf(actions + length, sizeof actions - (size_t)length, "%s%d",
                           s > 0 ? "," : "", s / 22 < 20);
    }
    const char *const start[] = {"start=13,2,1", NULL};
    const char *const assignments[] = {weighting,           "policy=fixed", actions,
                                       "behaviour=uniform", "max_steps=40", NULL};
    rill_agent *agent = NULL;
    ASSERT_OK(rill_env_create(&env, "blackjack", start, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "mc_off_policy_prediction", env, assignments, &error),
              &error);
    rill_env_seed(env, 1);
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < n; i++) {
        rill_agent_seed(agent, (uint64_t)i);
        rill_observation seen = rill_env_reset(env);
        ck_assert_int_eq(seen.index, BLACKJACK_START);
        rill_action action = rill_agent_start(agent, seen);
        rill_outcome outcome;
        for (;;) {
            seen = rill_env_step(env, action, &outcome);
            if (rill_outcome_is_last(&outcome)) {
                break;
            }
            action = rill_agent_step(agent, outcome.reward, seen);
        }
        rill_agent_finish(agent, &outcome, seen);
        const double estimate = agent->value.weights[BLACKJACK_START];
        sum += estimate;
        squares += estimate * estimate;
    }
    rill_agent_destroy(agent);
    rill_env_destroy(env);
    *standard_error = sqrt((squares / n - sum * sum / n / n) / n);
    return sum / n;
}

/// Ordinary importance sampling is unbiased, weighted is not: most first estimates stay at the
/// initial 0. 4.5 standard errors: luck fails once in 1e5 seeds.
START_TEST(test_bias)
{
    const double exact = -0.2772041918250023; // reference data, S&B Example 5.4
    double se = 0.0;
    double mean = mean_first_estimate("weighting=ordinary", 200000, &se);
    ck_assert(se < 0.02);
    ASSERT_NEAR(mean, exact, 4.5 * se);
    mean = mean_first_estimate("weighting=weighted", 20000, &se);
    ck_assert(mean > exact + 20.0 * se);
}
END_TEST

TEST_MAIN(test_equals_the_sums, test_on_policy_equals_mc_prediction, test_first_episodes_by_hand,
          test_bias)
