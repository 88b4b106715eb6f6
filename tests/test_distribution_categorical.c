// The softmax by enumeration: probabilities, sums over actions, frequencies.
#include "tests/distributions.h"
#include "tests/golden.h"

enum { MAX_ACTIONS = 8, N_SAMPLES = 100000 };

/// The corner of an action.
static void corner(int32_t n, int32_t action, double *x)
{
    for (int32_t a = 0; a < n; a++) {
        x[a] = a == action;
    }
}

/// exp(eta_a) / sum_b exp(eta_b) in long double.
static void softmax(int32_t n, const double *eta, double *p)
{
    long double sum = 0.0L, greatest = (long double)eta[0];
    for (int32_t a = 1; a < n; a++) {
        greatest = fmaxl(greatest, (long double)eta[a]);
    }
    for (int32_t a = 0; a < n; a++) {
        sum += expl((long double)eta[a] - greatest);
    }
    for (int32_t a = 0; a < n; a++) {
        p[a] = (double)(expl((long double)eta[a] - greatest) / sum);
    }
}

START_TEST(test_sums_over_actions)
{
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    for (int i = 0; i < 200; i++) {
        const int32_t n = 1 + i % MAX_ACTIONS;
        rill_distribution softmaxes =
            distributions_create("categorical", rill_space_discrete(n), "");
        const rill_distribution_type *type = softmaxes.type;
        double eta[MAX_ACTIONS], other[MAX_ACTIONS], p[MAX_ACTIONS], q[MAX_ACTIONS];
        double entropy = 0.0, divergence = 0.0;
        distributions_eta(eta, n, 2.0, &rng);
        distributions_eta(other, n, 2.0, &rng);
        softmax(n, eta, p);
        softmax(n, other, q);
        for (int32_t a = 0; a < n; a++) {
            double x[MAX_ACTIONS], score[MAX_ACTIONS];
            corner(n, a, x);
            const double log_p = type->log_probability(&softmaxes, eta, x);
            ASSERT_NEAR(exp(log_p), p[a], 1e-15);
            type->score(&softmaxes, eta, x, score);
            for (int32_t b = 0; b < n; b++) {
                ASSERT_NEAR(score[b], (a == b) - p[b], 1e-15);
            }
            entropy -= p[a] * log(p[a]);
            divergence += p[a] * log(p[a] / q[a]);
        }
        ASSERT_NEAR(type->entropy(&softmaxes, eta, NULL), entropy, 1e-14);
        ASSERT_NEAR(type->divergence(&softmaxes, eta, other), divergence, 1e-13);
        rill_distribution_destroy(&softmaxes);
    }
}
END_TEST

/// What is no corner has no probability.
START_TEST(test_support)
{
    static const double eta[] = {0.5, 1.0, -0.5};
    static const double outside[][3] = {
        {0.0, 0.0, 0.0}, {0.5, 0.5, 0.0}, {1.0, 1.0, 0.0}, {0.0, 2.0, 0.0}, {1.0, 0.0, 1e-300}};
    rill_distribution three = distributions_create("categorical", rill_space_discrete(3), "");
    for (int i = 0; i < 5; i++) {
        ck_assert(three.type->log_probability(&three, eta, outside[i]) == -HUGE_VAL);
    }
    double x[3];
    three.type->centre(&three, eta, x);
    ck_assert(x[0] == 0.0 && x[1] == 1.0 && x[2] == 0.0);
    rill_distribution_destroy(&three);
}
END_TEST

/// A constant added to all preferences changes nothing, however great; an action of preference -DBL_MAX
/// (RILL_UNAVAILABLE) is never taken.
START_TEST(test_great_preferences)
{
    static const double shifts[] = {1e6, -1e9, 1e17, -1e300};
    rill_distribution two = distributions_create("categorical", rill_space_discrete(2), "");
    for (int i = 0; i < 4; i++) {
        const double eta[] = {shifts[i], shifts[i]}, x[] = {1.0, 0.0};
        double score[2];
        ASSERT_NEAR(two.type->log_probability(&two, eta, x), -log(2.0), 1e-15);
        ASSERT_NEAR(two.type->entropy(&two, eta, NULL), log(2.0), 1e-15);
        two.type->score(&two, eta, x, score);
        ck_assert(score[0] == 0.5 && score[1] == -0.5);
    }
    const double eta[] = {RILL_UNAVAILABLE, 0.5}, uniform[] = {0.0, 0.0}, x[] = {0.0, 1.0};
    double gradient[2], noise[2], drawn[2];
    ck_assert(two.type->log_probability(&two, eta, x) == 0.0);
    ck_assert(two.type->entropy(&two, eta, gradient) == 0.0);
    ck_assert(gradient[0] == 0.0 && gradient[1] == 0.0);
    ASSERT_NEAR(two.type->divergence(&two, eta, uniform), log(2.0), 1e-15);
    ck_assert(two.type->divergence(&two, eta, eta) == 0.0);
    rill_rng rng;
    rill_rng_seed(&rng, 2);
    for (int i = 0; i < 1000; i++) {
        rill_distribution_sample(&two, eta, &rng, noise, drawn);
        ck_assert(drawn[1] == 1.0);
    }
    rill_distribution_destroy(&two);
}
END_TEST

static double gumbel_cdf(double g, const void *context)
{
    (void)context;
    return exp(-exp(-g));
}

/// The noise has the distribution function exp(-exp(-g)). False alarm: 9.3e-7.
START_TEST(test_noise)
{
    static double noise[N_SAMPLES];
    rill_distribution many = distributions_create("categorical", rill_space_discrete(10), "");
    rill_rng rng;
    rill_rng_seed(&rng, 4);
    for (int i = 0; i < N_SAMPLES; i += 10) {
        many.type->draw(&many, &rng, noise + i);
    }
    ck_assert_double_lt(distributions_ks(noise, N_SAMPLES, gumbel_cdf, NULL), 2.7);
    rill_distribution_destroy(&many);
}
END_TEST

/// Chi-square: false alarm 1e-6 each of the files' four.
START_TEST(test_frequencies)
{
    cJSON *json = golden_read("gradient_estimators.json");
    rill_distribution three = distributions_create("categorical", rill_space_discrete(3), "");
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    const cJSON *entry;
    int n = 0;
    cJSON_ArrayForEach (entry, golden_member(json, "gumbel_softmax")) {
        double eta[3], p[3], noise[3], x[3];
        int64_t counts[3] = {0};
        for (int a = 0; a < 3; a++) {
            eta[a] = cJSON_GetArrayItem(golden_member(entry, "logits"), a)->valuedouble;
            p[a] = cJSON_GetArrayItem(golden_member(entry, "softmax"), a)->valuedouble;
        }
        for (int i = 0; i < N_SAMPLES; i++) {
            rill_distribution_sample(&three, eta, &rng, noise, x);
            counts[x[0] == 1.0 ? 0 : x[1] == 1.0 ? 1 : 2]++;
        }
        ck_assert_double_gt(test_chi_square(p, counts, 3), 1e-6);
        for (int a = 0; a < 3; a++) {
            corner(3, a, x);
            ASSERT_NEAR(exp(three.type->log_probability(&three, eta, x)), p[a], 1e-15);
        }
        n++;
    }
    ck_assert_int_eq(n, 4);
    rill_distribution_destroy(&three);
    cJSON_Delete(json);
}
END_TEST

TEST_MAIN(test_sums_over_actions, test_support, test_great_preferences, test_noise,
          test_frequencies)
