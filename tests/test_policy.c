// Policies: draws against the documented rule, frequencies against probabilities.
#include "tests/conformance.h"
#include "tests/reference_policy.h"

enum { MAX_ACTIONS = 8 };

/// For policies that ignore values: NULL, but the compiler does not know.
static const double *volatile no_values;

/// A policy of `n_actions` in `n_states`, from assignments ending with NULL.
static rill_policy create(const char *id, int32_t n_states, int32_t n_actions,
                          const char *assignment)
{
    rill_error error = {0};
    rill_policy policy;
    const rill_policy_type *type = rill_policy_type_find(id, &error);
    ck_assert_msg(type != NULL, "%s", error.message);
    void *params = rill_params_create(type->params, type->params_size);
    if (assignment != NULL) {
        ASSERT_OK(rill_params_assign(type->params, params, assignment, &error), &error);
    }
    ASSERT_OK(rill_policy_create(&policy, type, params, n_states, n_actions, &error), &error);
    return policy;
}

START_TEST(test_actions_that_do_not_exist)
{
    static const double values[] = {-3.0, RILL_UNAVAILABLE, 2.0, RILL_UNAVAILABLE, 2.0};
    static const char *const epsilons[] = {"epsilon=0", "epsilon=0.5", "epsilon=1"};
    static const double expected[][5] = {{0.0, 0.0, 0.5, 0.0, 0.5},
                                         {1.0 / 6, 0.0, 5.0 / 12, 0.0, 5.0 / 12},
                                         {1.0 / 3, 0.0, 1.0 / 3, 0.0, 1.0 / 3}};
    enum { DRAWS = 60000 };
    rill_rng rng;
    rill_rng_seed(&rng, 5);
    for (int e = 0; e < 3; e++) {
        rill_policy policy = create("epsilon_greedy", 1, 5, epsilons[e]);
        double p[5];
        int counts[5] = {0};
        rill_policy_probabilities(&policy, 0, values, 0, 0, p);
        for (int i = 0; i < DRAWS; i++) {
            counts[rill_policy_sample(&policy, 0, values, 0, 0, &rng)]++;
        }
        for (int a = 0; a < 5; a++) {
            ASSERT_NEAR(p[a], expected[e][a], 1e-15);
            // 5 standard deviations
            ASSERT_NEAR(counts[a], DRAWS * p[a], 5.0 * sqrt(DRAWS * p[a] * (1.0 - p[a])) + 1e-9);
        }
        rill_policy_destroy(&policy);
    }
    rill_policy softmax = create("softmax", 1, 5, NULL);
    double p[5];
    rill_policy_probabilities(&softmax, 0, values, 0, 0, p);
    ck_assert(p[1] == 0.0 && p[3] == 0.0);
    ASSERT_NEAR(p[0] + p[2] + p[4], 1.0, 1e-15);
    rill_policy_destroy(&softmax);
    // where nothing exists, as in a terminal state, anything is drawn
    static const double nothing[] = {RILL_UNAVAILABLE, RILL_UNAVAILABLE};
    rill_policy policy = create("epsilon_greedy", 1, 2, "epsilon=0.5");
    rill_policy_probabilities(&policy, 0, nothing, 0, 0, p);
    ck_assert(p[0] == 0.5 && p[1] == 0.5);
    rill_policy_destroy(&policy);
}
END_TEST

START_TEST(test_registry)
{
    const char *ids[256] = {NULL};
    for (size_t i = 0; rill_policy_type_list()[i] != NULL; i++) {
        const rill_policy_type *type = rill_policy_type_list()[i];
        ids[i] = type->id;
        ck_assert_ptr_eq(rill_policy_type_find(type->id, NULL), type);
        ASSERT_FOR(type->id, type->summary[0] != '\0' && type->source[0] != '\0');
        check_param_table(type->id, type->params, type->params_size);
    }
    check_files_are_ids("approx", "policy_", ids);
    rill_error error = {0};
    ck_assert_ptr_null(rill_policy_type_find("epsilongreedy", &error));
    ck_assert_str_eq(error.message,
                     "unknown policy \"epsilongreedy\"; did you mean \"epsilon_greedy\"?");
}
END_TEST

/// Values with ties of every number.
static void random_values(double *values, int32_t n, rill_rng *rng)
{
    for (int32_t a = 0; a < n; a++) {
        values[a] = (double)rill_rng_integers(rng, 3) - 1.0;
    }
}

START_TEST(test_max_and_argmax)
{
    const double values[] = {-2.0, 3.0, 3.0, 1.0};
    ck_assert(rill_max(values, 4) == 3.0 && rill_max(values, 1) == -2.0);
    ck_assert_int_eq(rill_argmax(values, 4), 1);
    ck_assert_int_eq(rill_argmax(values, 1), 0);
    const double lowest[] = {-HUGE_VAL, -HUGE_VAL};
    ck_assert(rill_max(lowest, 2) == -HUGE_VAL);
    ck_assert_int_eq(rill_argmax(lowest, 2), 0);
}
END_TEST

/// The rule of rill/policy.h, from the raw 64-bit numbers; the stream advances alike.
START_TEST(test_epsilon_greedy_draw_rule)
{
    static const char *const epsilons[] = {"epsilon=0", "epsilon=0.1", "epsilon=0.5", "epsilon=1"};
    rill_rng rng, same, values_rng;
    rill_rng_seed(&rng, 1);
    rill_rng_seed(&same, 1);
    rill_rng_seed(&values_rng, 2);
    for (size_t e = 0; e < 4; e++) {
        for (int32_t n = 1; n <= MAX_ACTIONS; n++) {
            rill_policy policy = create("epsilon_greedy", 1, n, epsilons[e]);
            const double epsilon = strtod(strchr(epsilons[e], '=') + 1, NULL);
            for (int i = 0; i < 2000; i++) {
                double values[MAX_ACTIONS];
                random_values(values, n, &values_rng);
                int32_t action = rill_policy_sample(&policy, 0, values, i, 0, &rng);
                int32_t expected = reference_epsilon_greedy(values, n, epsilon, &same);
                ASSERT_FOR(epsilons[e], action == expected);
                ASSERT_FOR(epsilons[e], memcmp(&rng, &same, sizeof rng) == 0);
            }
            rill_policy_destroy(&policy);
        }
    }
}
END_TEST

/// The number that the first action of a stream takes.
static uint64_t first_number(uint64_t seed)
{
    rill_rng rng;
    rill_rng_seed(&rng, seed);
    return rill_rng_next64(&rng);
}

/// Where the upper half lies at the threshold: explores below it, not on it.
START_TEST(test_epsilon_threshold_is_exclusive)
{
    const double values[] = {0.0, 0.0, 0.0, 1.0};
    int n_told_apart = 0;
    for (uint64_t seed = 0; seed < 50; seed++) {
        const uint64_t u = first_number(seed);
        const double on = (double)(u >> 32) / 4294967296.0; // exact
        const int32_t explored = (int32_t)(((u & 0xffffffffu) * 4) >> 32);
        rill_rng rng;
        rill_rng_seed(&rng, seed);
        ck_assert_int_eq(rill_epsilon_greedy(values, on, &rng, 4), 3);
        rill_rng_seed(&rng, seed);
        double above = on + 1.0 / 4294967296.0;
        ck_assert_int_eq(rill_epsilon_greedy(values, above, &rng, 4), explored);
        n_told_apart += explored != 3;
    }
    ck_assert_int_gt(n_told_apart, 20);
}
END_TEST

/// A diverged agent's values still give an action that exists.
START_TEST(test_nan_gives_an_action)
{
    const double nan_value = (double)NAN;
    const double values[][3] = {
        {nan_value, 0.0, 1.0}, {0.0, nan_value, 1.0}, {nan_value, nan_value, nan_value}};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        for (uint64_t seed = 0; seed < 20; seed++) {
            rill_rng rng;
            rill_rng_seed(&rng, seed);
            const int32_t action = rill_epsilon_greedy(values[i], 0.0, &rng, 3);
            ck_assert_int_ge(action, 0);
            ck_assert_int_lt(action, 3);
        }
    }
}
END_TEST

/// Frequencies over n draws against rill_policy_probabilities; answers the chi-square's p.
static double frequency_test(const rill_policy *policy, int32_t state, const double *values,
                             int64_t step, int64_t episode, uint64_t seed)
{
    double probabilities[MAX_ACTIONS], sum = 0.0;
    int64_t counts[MAX_ACTIONS] = {0};
    rill_policy_probabilities(policy, state, values, step, episode, probabilities);
    for (int32_t a = 0; a < policy->n_actions; a++) {
        ck_assert(probabilities[a] >= 0.0);
        sum += probabilities[a];
    }
    ASSERT_NEAR(sum, 1.0, 1e-14);
    rill_rng rng;
    rill_rng_seed(&rng, seed);
    for (int i = 0; i < 100000; i++) {
        int32_t a = rill_policy_sample(policy, state, values, step, episode, &rng);
        ASSERT_FOR("action", a >= 0 && a < policy->n_actions);
        counts[a]++;
    }
    return test_chi_square(probabilities, counts, (size_t)policy->n_actions);
}

/// Every registered policy, on values with ties, without and with few: 1e-6 is the false-alarm
/// rate of all together.
START_TEST(test_frequencies_are_the_probabilities)
{
    double n_tests = 0.0;
    for (size_t i = 0; rill_policy_type_list()[i] != NULL; i++) {
        n_tests += MAX_ACTIONS;
    }
    for (const rill_policy_type *const *type = rill_policy_type_list(); *type != NULL; type++) {
        rill_rng rng;
        rill_rng_seed(&rng, 3);
        for (int32_t n = 1; n <= MAX_ACTIONS; n++) {
            double values[MAX_ACTIONS];
            random_values(values, n, &rng);
            rill_policy policy = create((*type)->id, 4, n, NULL);
            double p = frequency_test(&policy, 2, values, 0, 0, (uint64_t)n);
            ck_assert_msg(p > 1e-6 / n_tests, "%s, %d actions: p = %g", (*type)->id, n, p);
            rill_policy_destroy(&policy);
        }
    }
}
END_TEST

START_TEST(test_epsilon_greedy_probabilities)
{
    // two of four are greedy: epsilon / 4 + (1 - epsilon) / 2
    const double values[] = {5.0, 1.0, 5.0, -2.0};
    double p[4];
    rill_policy policy = create("epsilon_greedy", 1, 4, "epsilon=0.2");
    rill_policy_probabilities(&policy, 0, values, 0, 0, p);
    ASSERT_NEAR(p[0], 0.45, 1e-15);
    ASSERT_NEAR(p[1], 0.05, 1e-15);
    ck_assert(p[2] == p[0] && p[3] == p[1]);
    ck_assert_double_gt(frequency_test(&policy, 0, values, 0, 0, 4), 1e-6);
    rill_policy_destroy(&policy);
}
END_TEST

START_TEST(test_epsilon_follows_its_schedule)
{
    const rill_policy_type *type = rill_policy_type_find("epsilon_greedy", NULL);
    const double values[MAX_ACTIONS] = {1.0, 0.0, 0.0, 0.0}; // 4 are used
    for (int per_episode = 0; per_episode < 2; per_episode++) {
        // from 1 to 0 over 100
        const rill_schedule linear = {RILL_SCHEDULE_LINEAR,
                                      per_episode ? RILL_PER_EPISODE : RILL_PER_STEP,
                                      1.0,
                                      0.0,
                                      100.0,
                                      1.0};
        rill_error error = {0};
        rill_policy policy;
        void *params = rill_params_create(type->params, type->params_size);
        ASSERT_OK(rill_param_set_schedule(type->params, params, &linear, &error), &error);
        ASSERT_OK(rill_policy_create(&policy, type, params, 1, 4, &error), &error);
        for (int64_t t = 0; t <= 150; t += 50) {
            const int64_t step = per_episode ? 7 : t, episode = per_episode ? t : 7;
            const double epsilon = t >= 100 ? 0.0 : 1.0 - (double)t / 100.0;
            double p[4];
            rill_policy_probabilities(&policy, 0, values, step, episode, p);
            ASSERT_NEAR(p[1], epsilon / 4.0, 1e-15);
            rill_rng rng, same;
            rill_rng_seed(&rng, 5);
            rill_rng_seed(&same, 5);
            for (int i = 0; i < 1000; i++) {
                int32_t a = rill_policy_sample(&policy, 0, values, step, episode, &rng);
                ASSERT_FOR("schedule", a == reference_epsilon_greedy(values, 4, epsilon, &same));
            }
        }
        rill_policy_destroy(&policy);
    }
}
END_TEST

START_TEST(test_greedy_and_uniform_are_its_ends)
{
    rill_rng values_rng, greedy_rng, uniform_rng, same;
    rill_rng_seed(&values_rng, 6);
    rill_rng_seed(&greedy_rng, 7);
    uniform_rng = same = greedy_rng;
    rill_policy greedy = create("greedy", 1, 5, NULL), uniform = create("uniform", 1, 5, NULL);
    ck_assert(uniform.type->ignores_values && !greedy.type->ignores_values);
    for (int i = 0; i < 5000; i++) {
        double values[5];
        random_values(values, 5, &values_rng);
        rill_rng before = same;
        int32_t a = rill_policy_sample(&greedy, 0, values, 0, 0, &greedy_rng);
        ASSERT_FOR("greedy", a == reference_epsilon_greedy(values, 5, 0.0, &same));
        ASSERT_FOR("greedy", values[a] == rill_max(values, 5));
        a = rill_policy_sample(&uniform, 0, no_values, 0, 0, &uniform_rng); // needs no values
        ASSERT_FOR("uniform", a == reference_epsilon_greedy(values, 5, 1.0, &before));
    }
    double p[5];
    rill_policy_probabilities(&uniform, 0, NULL, 0, 0, p);
    for (int a = 0; a < 5; a++) {
        ck_assert(p[a] == 0.2);
    }
    ck_assert_int_eq(rill_policy_likeliest(&uniform, 0), 0);
    rill_policy_destroy(&greedy);
    rill_policy_destroy(&uniform);
}
END_TEST

/// Probabilities against exp in long double; draws against the first cumulated probability above
/// a uniform number.
START_TEST(test_softmax)
{
    static const char *const temperatures[] = {"temperature=1", "temperature=0.1",
                                               "temperature=25"};
    static const double values[] = {1.0, 2.5, -3.0, 2.5, 0.0};
    for (size_t k = 0; k < 3; k++) {
        rill_policy policy = create("softmax", 1, 5, temperatures[k]);
        const long double tau = strtold(strchr(temperatures[k], '=') + 1, NULL);
        long double expected[5], sum = 0.0L;
        for (int a = 0; a < 5; a++) {
            expected[a] = expl((long double)values[a] / tau);
            sum += expected[a];
        }
        double p[5];
        rill_policy_probabilities(&policy, 0, values, 0, 0, p);
        for (int a = 0; a < 5; a++) {
            ck_assert(fabsl((long double)p[a] - expected[a] / sum) <= 1e-14L * expected[a] / sum);
        }
        rill_rng rng, same;
        rill_rng_seed(&rng, 8);
        rill_rng_seed(&same, 8);
        for (int i = 0; i < 5000; i++) {
            const double u = rill_rng_random(&same);
            double cumulated = p[0];
            int32_t first = 0;
            while (first < 4 && u >= cumulated) {
                cumulated += p[++first];
            }
            ASSERT_FOR("softmax", rill_policy_sample(&policy, 0, values, 0, 0, &rng) == first);
        }
        ck_assert_mem_eq(&rng, &same, sizeof rng);
        ck_assert_double_gt(frequency_test(&policy, 0, values, 0, 0, 9), 1e-6 / 3);
        rill_policy_destroy(&policy);
    }
}
END_TEST

START_TEST(test_softmax_of_extreme_values)
{
    static const double values[][3] = {{1e300, 0.0, -1e300}, {-1e300, -1e300, -1e300}};
    static const double expected[][3] = {{1.0, 0.0, 0.0}, {1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0}};
    rill_policy policy = create("softmax", 1, 3, "temperature=1e-9");
    for (int i = 0; i < 2; i++) {
        double p[3];
        rill_policy_probabilities(&policy, 0, values[i], 0, 0, p);
        for (int a = 0; a < 3; a++) {
            ck_assert(p[a] == expected[i][a]);
        }
        ck_assert_double_gt(frequency_test(&policy, 0, values[i], 0, 0, 10), 1e-6 / 2);
    }
    rill_policy_destroy(&policy);
}
END_TEST

START_TEST(test_fixed)
{
    rill_policy policy = create("fixed", 4, 3, "actions=2,0,1,1");
    static const int32_t actions[] = {2, 0, 1, 1};
    rill_rng rng, same;
    rill_rng_seed(&rng, 11);
    rill_rng_seed(&same, 11);
    for (int32_t s = 0; s < 4; s++) {
        ck_assert_int_eq(rill_policy_sample(&policy, s, no_values, 0, 0, &rng), actions[s]);
        rill_rng_next64(&same); // one number per action, as every policy
        ck_assert_mem_eq(&rng, &same, sizeof rng);
        ck_assert_int_eq(rill_policy_likeliest(&policy, s), actions[s]);
        double p[3];
        rill_policy_probabilities(&policy, s, NULL, 0, 0, p);
        for (int32_t a = 0; a < 3; a++) {
            ck_assert(p[a] == (a == actions[s] ? 1.0 : 0.0));
        }
    }
    rill_policy_destroy(&policy);
    // one action stands for all states
    policy = create("fixed", 4, 3, "actions=2");
    for (int32_t s = 0; s < 4; s++) {
        ck_assert_int_eq(rill_policy_sample(&policy, s, no_values, 0, 0, &rng), 2);
    }
    rill_policy_destroy(&policy);
}
END_TEST

/// A soft one draws as epsilon-greedy does where the given action has the greatest value.
START_TEST(test_fixed_and_soft)
{
    static const double values[] = {0.0, 0.0, 1.0, 0.0};
    rill_policy policy = create("fixed", 2, 4, "actions=2");
    const rill_param *epsilon = rill_param_find(policy.type->params, "epsilon", NULL);
    ASSERT_OK(rill_param_set_number(epsilon, policy.params, 0.4, NULL), &(rill_error){0});
    rill_rng rng, same;
    rill_rng_seed(&rng, 12);
    rill_rng_seed(&same, 12);
    for (int i = 0; i < 5000; i++) {
        const int32_t expected = reference_epsilon_greedy(values, 4, 0.4, &same);
        ASSERT_FOR("fixed", rill_policy_sample(&policy, i % 2, no_values, 0, 0, &rng) == expected);
    }
    double p[4];
    rill_policy_probabilities(&policy, 1, NULL, 0, 0, p);
    for (int32_t a = 0; a < 4; a++) {
        ASSERT_NEAR(p[a], a == 2 ? 0.7 : 0.1, 1e-16);
    }
    rill_policy_destroy(&policy);
}
END_TEST

START_TEST(test_fixed_refuses)
{
    static const char *const cases[][2] = {
        {"actions=0,1", "2 actions for 4 states; give one action, or one per state"},
        {"actions=", "0 actions for 4 states"},
        {"actions=0,1,2,3", "action 3 of state 3 does not exist; there are 0 to 2"},
        {"actions=3", "action 3 of state 0 does not exist"},
    };
    const rill_policy_type *type = rill_policy_type_find("fixed", NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_error error = {0};
        rill_policy policy;
        void *params = rill_params_create(type->params, type->params_size);
        ASSERT_OK(rill_params_assign(type->params, params, cases[i][0], &error), &error);
        ASSERT_REFUSED(rill_policy_create(&policy, type, params, 4, 3, &error), &error, "actions",
                       cases[i][1]);
    }
}
END_TEST

TEST_MAIN(test_actions_that_do_not_exist, test_registry, test_max_and_argmax,
          test_epsilon_greedy_draw_rule, test_epsilon_threshold_is_exclusive,
          test_nan_gives_an_action, test_frequencies_are_the_probabilities,
          test_epsilon_greedy_probabilities, test_epsilon_follows_its_schedule,
          test_greedy_and_uniform_are_its_ends, test_softmax, test_softmax_of_extreme_values,
          test_fixed, test_fixed_and_soft, test_fixed_refuses)
