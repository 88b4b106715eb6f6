// Where a policy goes: its values where it does, the time that it spends in each state, and soft
// policies. Against closed forms, other solvers, and the walk itself.
#include "tests/finite.h"

static rill_error error;

typedef struct outcome {
    int32_t state, action;
    double probability;
    int32_t next;
    double reward;
    bool terminated;
} outcome;

/// A model from outcomes, in order; it starts in state 0.
static rill_model *model_of(int32_t n_states, int32_t n_actions, const outcome *outcomes, size_t n)
{
    rill_model *model = NULL;
    rill_model_builder *builder = rill_model_builder_create();
    ck_assert_int_eq(rill_model_begin(builder, n_states, n_actions), RILL_OK);
    rill_model_add_start(builder, 0, 1.0);
    for (size_t i = 0; i < n; i++) {
        const outcome *o = &outcomes[i];
        ck_assert_int_eq(rill_model_add(builder, o->state, o->action, o->probability, o->next,
                                        o->reward, o->terminated),
                         RILL_OK);
    }
    ASSERT_OK(rill_model_build(builder, &model, &error), &error);
    rill_model_builder_destroy(builder);
    return model;
}
#define MODEL_OF(n_states, n_actions, ...)                        \
    model_of(n_states, n_actions, (const outcome[]){__VA_ARGS__}, \
             sizeof((const outcome[]){__VA_ARGS__}) / sizeof(outcome))

/// A policy that is all there is in a model with one action.
static const double ones[] = {1, 1, 1, 1, 1, 1};

static void assert_distribution(const rill_model *model, const double *policy,
                                const double *expected, double tolerance)
{
    double *mu = malloc((size_t)model->n_states * sizeof *mu);
    ASSERT_OK(rill_solve_on_policy(model, policy, mu, &error), &error);
    for (int32_t s = 0; s < model->n_states; s++) {
        ck_assert_msg(fabs(mu[s] - expected[s]) <= tolerance, "state %d: %.17g, not %.17g", s,
                      mu[s], expected[s]);
    }
    free(mu);
}

/// A walk to both sides of n states from c, ending beyond: the visits to i are
/// 2 min(i, c) (n + 1 - max(i, c)) / (n + 1).
START_TEST(visits_of_a_random_walk)
{
    static const int32_t sizes[] = {1, 3, 5, 19, 999};
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        const int32_t n = sizes[k], c = (n + 1) / 2;
        char size[32];
        snprintf(size, sizeof size, "n_states=%d", n);
        rill_model *model = finite_model("random_walk", (const char *const[]){size, NULL});
        double *policy = finite_policy(model, 0.5);
        double *expected = calloc((size_t)model->n_states, sizeof *expected);
        double sum = 0.0;
        for (int32_t i = 1; i <= n; i++) {
            const int32_t low = i < c ? i : c, high = i < c ? c : i;
            expected[i] = 2.0 * low * (n + 1 - high) / (n + 1.0);
            sum += expected[i];
        }
        for (int32_t i = 1; i <= n; i++) {
            expected[i] /= sum;
        }
        assert_distribution(model, policy, expected, 1e-14);
        free(expected);
        free(policy);
        rill_model_destroy(model);
    }
}
END_TEST

START_TEST(chains_of_two_states)
{
    static const double chances[][2] = {{0.3, 0.2}, {1e-6, 0.5}, {1.0, 1.0}, {1.0, 0.25}};
    for (size_t i = 0; i < sizeof chances / sizeof chances[0]; i++) {
        const double p = chances[i][0], q = chances[i][1]; // of leaving state 0, state 1
        rill_model *model = MODEL_OF(2, 1, {0, 0, p, 1, 0, false}, {0, 0, 1 - p, 0, 0, false},
                                     {1, 0, q, 0, 0, false}, {1, 0, 1 - q, 1, 0, false});
        assert_distribution(model, ones, (const double[]){q / (p + q), p / (p + q)}, 1e-15);
        rill_model_destroy(model);
    }
}
END_TEST

START_TEST(ways_that_end_and_ways_that_do_not)
{
    // transient 0, then 1, 2, 3 in turn (a period of 3); 4 is never reached
    rill_model *model =
        MODEL_OF(5, 1, {0, 0, 1, 1, 0, false}, {1, 0, 1, 2, 0, false}, {2, 0, 1, 3, 0, false},
                 {3, 0, 1, 1, 0, false}, {4, 0, 1, 4, 0, false});
    assert_distribution(model, ones, (const double[]){0, 1.0 / 3, 1.0 / 3, 1.0 / 3, 0}, 1e-15);
    rill_model_destroy(model);
    // from 0 half the episodes end, the others stay in 1 and 2 for ever: in the end all do
    model = MODEL_OF(3, 1, {0, 0, 0.5, 0, 0, true}, {0, 0, 0.5, 1, 0, false},
                     {1, 0, 0.5, 1, 0, false}, {1, 0, 0.5, 2, 0, false}, {2, 0, 1, 1, 0, false});
    assert_distribution(model, ones, (const double[]){0, 2.0 / 3, 1.0 / 3}, 1e-15);
    rill_model_destroy(model);
    // an episode that can end only by way of 1, or get into 2 for ever
    model = MODEL_OF(3, 1, {0, 0, 0.5, 1, 0, false}, {0, 0, 0.5, 2, 0, false},
                     {1, 0, 1, 1, 0, true}, {2, 0, 1, 2, 0, false});
    assert_distribution(model, ones, (const double[]){0, 0, 1}, 1e-15);
    rill_model_destroy(model);
    // ends by reaching a state without actions, too
    model = MODEL_OF(3, 1, {0, 0, 0.75, 0, 0, false}, {0, 0, 0.25, 1, 0, false},
                     {1, 0, 1, 2, 0, false});
    assert_distribution(model, ones, (const double[]){0.8, 0.2, 0}, 1e-15);
    rill_model_destroy(model);
    // two places to settle: which is left to chance
    model = MODEL_OF(3, 1, {0, 0, 0.5, 1, 0, false}, {0, 0, 0.5, 2, 0, false},
                     {1, 0, 1, 1, 0, false}, {2, 0, 1, 2, 0, false});
    double mu[3];
    ck_assert_int_eq(rill_solve_on_policy(model, ones, mu, &error), RILL_FAILED);
    ck_assert_ptr_nonnull(strstr(error.message, "no one on-policy distribution"));
    rill_model_destroy(model);
}
END_TEST

/// The fraction of time in each state of a walk that starts anew when it ends, by going along it: the
/// distribution over states step by step, averaged over the second half of n steps.
static void walk_along(const rill_model *model, const double *policy, int n, double *mean)
{
    const size_t n_states = (size_t)model->n_states;
    double *now = malloc(n_states * sizeof *now), *next = malloc(n_states * sizeof *next);
    memcpy(now, model->start, n_states * sizeof *now);
    memset(mean, 0, n_states * sizeof *mean);
    for (int step = 0; step < n; step++) {
        double ended = 0.0;
        memset(next, 0, n_states * sizeof *next);
        for (size_t s = 0; s < n_states; s++) {
            mean[s] += step >= n / 2 ? now[s] / (n - n / 2) : 0.0;
            for (int32_t a = 0; a < model->n_actions; a++) {
                size_t count = 0;
                const rill_transition *t = rill_model_outcomes(model, (int32_t)s, a, &count);
                for (size_t i = 0; i < count; i++) {
                    const double p = now[s] * policy[s * (size_t)model->n_actions + (size_t)a] *
                                     t[i].probability;
                    const bool is_end =
                        t[i].terminated || (!rill_model_is_available(model, t[i].next, 0) &&
                                            !rill_model_is_available(model, t[i].next, 1));
                    ended += is_end ? p : 0.0;
                    next[t[i].next] += is_end ? 0.0 : p;
                }
            }
        }
        for (size_t s = 0; s < n_states; s++) {
            now[s] = next[s] + ended * model->start[s];
        }
    }
    free(now);
    free(next);
}

START_TEST(is_where_the_walk_is)
{
    static const struct {
        const char *id, *assignment;
    } worlds[] = {{"frozen_lake", "is_slippery=true"},
                  {"cliff_walking", "is_slippery=true"},
                  {"river_swim", NULL},
                  {"gridworld", "slip=0.1"},
                  {"taxi", NULL}};
    for (size_t i = 0; i < sizeof worlds / sizeof worlds[0]; i++) {
        const char *const assignments[] = {worlds[i].assignment, NULL};
        rill_model *model = finite_model(worlds[i].id, assignments);
        double *policy = finite_policy(model, -1.0);
        double *mean = malloc((size_t)model->n_states * sizeof *mean);
        double *mu = malloc((size_t)model->n_states * sizeof *mu);
        walk_along(model, policy, 40000, mean);
        ASSERT_OK(rill_solve_on_policy(model, policy, mu, &error), &error);
        double sum = 0.0;
        for (int32_t s = 0; s < model->n_states; s++) {
            ck_assert_msg(fabs(mu[s] - mean[s]) < 1e-4, "%s, state %d: %g, not %g", worlds[i].id, s,
                          mu[s], mean[s]);
            sum += mu[s];
        }
        ASSERT_NEAR(sum, 1.0, 1e-12);
        if (strcmp(worlds[i].id, "river_swim") == 0) { // by another solver, to the last digits
            finite_stationary(model, policy, mean);
            for (int32_t s = 0; s < model->n_states; s++) {
                ASSERT_NEAR(mu[s], mean[s], 1e-13);
            }
        }
        free(mean);
        free(mu);
        free(policy);
        rill_model_destroy(model);
    }
}
END_TEST

/// 0 goes to 1, which ends; 2 goes round for ever at -1 a step, but is not reached.
START_TEST(values_where_a_policy_goes)
{
    rill_model *model =
        MODEL_OF(3, 2, {0, 0, 1, 1, -1, false}, {0, 1, 1, 2, -1, false}, {1, 0, 1, 1, -2, true},
                 {1, 1, 1, 2, -1, false}, {2, 0, 1, 2, -1, false}, {2, 1, 1, 2, -1, false});
    double v[3] = {9, 9, 9};
    const double direct[] = {1, 0, 1, 0, 1, 0}, astray[] = {0.5, 0.5, 1, 0, 1, 0};
    rill_solution *solution = NULL;
    ck_assert_int_eq(rill_solve_policy(model, 1.0, direct, &solution, &error), RILL_FAILED);
    ASSERT_OK(rill_solve_reached(model, 1.0, direct, v, &error), &error);
    ck_assert(v[0] == -3.0 && v[1] == -2.0 && v[2] == 0.0);
    ASSERT_OK(rill_solve_reached(model, 0.5, direct, v, &error), &error);
    ck_assert(v[0] == -2.0);
    ck_assert_int_eq(rill_solve_reached(model, 1.0, astray, v, &error), RILL_FAILED);
    ASSERT_OK(rill_solve_reached(model, 0.5, astray, v, &error), &error);
    ASSERT_NEAR(v[0], -1.0 + 0.5 * (0.5 * -2.0 + 0.5 * -2.0), 1e-15);
    ASSERT_NEAR(v[2], -2.0, 1e-15);
    // what it would do where it does not go may be anything
    const double odd[] = {1, 0, 1, 0, 7, 0}, bad[] = {0.5, 0.4, 1, 0, 1, 0};
    ASSERT_OK(rill_solve_reached(model, 1.0, odd, v, &error), &error);
    ASSERT_REFUSED(rill_solve_reached(model, 1.0, bad, v, &error), &error, "policy[0]",
                   "probabilities sum to 0.9");
    ASSERT_REFUSED(rill_solve_on_policy(model, bad, v, &error), &error, "policy[0]", "sum to 0.9");
    rill_model_destroy(model);
}
END_TEST

/// Published to four decimals: the best epsilon-soft policies, epsilon 0.1.
START_TEST(best_soft_policies)
{
    static const struct {
        const char *id;
        double value;
    } cases[] = {{"windy_gridworld", -17.0483}, {"cliff_walking", -20.7077}, {"maze", -15.8125}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_env *env = golden_create(cases[i].id, NULL);
        if (i == 2) { // steps to the goal in place of the reward there
            const char *const counting[] = {"scale=0", "step=-1", NULL};
            ASSERT_OK(rill_env_wrap(&env, "reward_from_flags", counting, &error), &error);
        }
        rill_model *model = golden_model(env);
        rill_solution *soft = NULL, *again = NULL;
        ASSERT_OK(rill_solve_soft(model, 1.0, 0.1, NULL, &soft, &error), &error);
        double value = 0.0;
        for (int32_t s = 0; s < model->n_states; s++) {
            value += model->start[s] * soft->v[s];
        }
        ASSERT_NEAR(value, cases[i].value, 5e-5);
        // its values are those of the epsilon-greedy policy of its action values
        double *policy = calloc((size_t)model->n_states * (size_t)model->n_actions, sizeof *policy);
        for (int32_t s = 0; s < model->n_states; s++) {
            for (int32_t a = 0; a < model->n_actions; a++) {
                policy[s * model->n_actions + a] =
                    0.1 / model->n_actions + (a == soft->policy[s] ? 0.9 : 0.0);
            }
        }
        ASSERT_OK(rill_solve_policy(model, 1.0, policy, &again, &error), &error);
        for (int32_t s = 0; s < model->n_states; s++) {
            ASSERT_NEAR(again->v[s], soft->v[s], 1e-9);
            for (int32_t a = 0; a < model->n_actions && soft->policy[s] >= 0; a++) {
                const int32_t k = s * model->n_actions + a;
                ASSERT_NEAR(again->q[k], soft->q[k], 1e-9);
            }
        }
        free(policy);
        rill_solution_destroy(again);
        rill_solution_destroy(soft);
        rill_model_destroy(model);
        rill_env_destroy(env);
    }
}
END_TEST

/// Of all deterministic policies of small random worlds, made soft, none is better in any state.
START_TEST(no_soft_policy_is_better)
{
    enum { STATES = 3, ACTIONS = 3, POLICIES = 27 };
    rill_rng rng;
    rill_rng_seed(&rng, 11);
    for (int world = 0; world < 20; world++) {
        outcome outcomes[STATES * ACTIONS * STATES];
        size_t n = 0;
        for (int32_t s = 0; s < STATES; s++) {
            for (int32_t a = 0; a < ACTIONS; a++) {
                if (s == 1 && a == 2) {
                    continue; // not available
                }
                const double p = rill_rng_random(&rng), q = (1.0 - p) * rill_rng_random(&rng);
                const double chances[] = {p, q, 1.0 - p - q};
                for (int32_t next = 0; next < STATES; next++) {
                    outcomes[n++] = (outcome){
                        s, a, chances[next], next, rill_rng_standard_normal(&rng), next == 2};
                }
            }
        }
        rill_model *model = model_of(STATES, ACTIONS, outcomes, n);
        rill_solution *best = NULL;
        ASSERT_OK(rill_solve_soft(model, 0.9, 0.3, NULL, &best, &error), &error);
        double greatest[STATES] = {-1e9, -1e9, -1e9};
        for (int number = 0; number < POLICIES; number++) {
            const int32_t actions[STATES] = {number % 3, number / 3 % 3, number / 9};
            double hard[STATES * ACTIONS] = {0.0}, soft[STATES * ACTIONS] = {0.0};
            if (actions[1] == 2) {
                continue;
            }
            for (int32_t s = 0; s < STATES; s++) {
                const int32_t n_available = s == 1 ? 2 : 3;
                hard[s * ACTIONS + actions[s]] = 1.0;
                for (int32_t a = 0; a < n_available; a++) {
                    soft[s * ACTIONS + a] = 0.3 / n_available + (a == actions[s] ? 0.7 : 0.0);
                }
            }
            rill_solution *x = NULL, *y = NULL;
            ASSERT_OK(rill_solve_soft(model, 0.9, 0.3, hard, &x, &error), &error);
            ASSERT_OK(rill_solve_policy(model, 0.9, soft, &y, &error), &error);
            for (int32_t s = 0; s < STATES; s++) {
                ASSERT_NEAR(x->v[s], y->v[s], 1e-12);
                for (int32_t a = 0; a < ACTIONS; a++) {
                    const double q = x->q[s * ACTIONS + a], other = y->q[s * ACTIONS + a];
                    ck_assert(isnan(q) ? isnan(other) : fabs(q - other) < 1e-12);
                }
                greatest[s] = fmax(greatest[s], y->v[s]);
            }
            rill_solution_destroy(x);
            rill_solution_destroy(y);
        }
        for (int32_t s = 0; s < STATES; s++) {
            ASSERT_NEAR(best->v[s], greatest[s], 1e-12);
        }
        rill_solution_destroy(best);
        rill_model_destroy(model);
    }
}
END_TEST

TEST_MAIN(visits_of_a_random_walk, chains_of_two_states, ways_that_end_and_ways_that_do_not,
          is_where_the_walk_is, values_where_a_policy_goes, best_soft_policies,
          no_soft_policy_is_better)
