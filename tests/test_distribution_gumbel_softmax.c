// Gumbel-softmax against its density's published form, quadrature, and what is known of its samples.
#include "tests/distributions.h"
#include "tests/golden.h"

#include <float.h>
#include <stdio.h>

enum { N_SAMPLES = 100000 };

static rill_distribution create(int32_t n, const char *assignments)
{
    return distributions_create("gumbel_softmax", rill_space_discrete(n), assignments);
}

/// With a constant temperature.
static rill_distribution create_at(int32_t n, double temperature)
{
    char text[64];
    snprintf(text, sizeof text, "temperature=%.17g", temperature);
    return create(n, text);
}

static double logistic(double s)
{
    return 1.0 / (1.0 + exp(-s));
}

static double density(const rill_distribution *distribution, const double *eta, const double *x)
{
    return exp(distribution->type->log_probability(distribution, eta, x));
}

// ---- the density ----

/// Numbers of an independent derivation from Maddison et al., eq. 10, and its case of two.
START_TEST(test_reference_densities)
{
    cJSON *json = golden_read("gradient_estimators.json");
    const cJSON *entry, *at;
    int n = 0;
    cJSON_ArrayForEach (entry, golden_member(json, "concrete_density_maddison_eq10")) {
        rill_distribution three = create_at(3, golden_member(entry, "lam")->valuedouble);
        double eta[3], x[3];
        for (int a = 0; a < 3; a++) {
            eta[a] = log(cJSON_GetArrayItem(golden_member(entry, "alpha"), a)->valuedouble);
            x[a] = cJSON_GetArrayItem(golden_member(entry, "y"), a)->valuedouble;
        }
        const double p = golden_member(entry, "p")->valuedouble;
        ASSERT_NEAR(density(&three, eta, x), p, 1e-14 * p);
        rill_distribution_destroy(&three);
        n++;
    }
    cJSON_ArrayForEach (entry, golden_member(json, "binary_concrete")) {
        rill_distribution two = create_at(2, golden_member(entry, "lam")->valuedouble);
        const double eta[] = {log(golden_member(entry, "alpha")->valuedouble), 0.0};
        cJSON_ArrayForEach (at, golden_member(entry, "density_at")) {
            const double x[] = {strtod(at->string, NULL), 1.0 - strtod(at->string, NULL)};
            ASSERT_NEAR(density(&two, eta, x), at->valuedouble, 1e-14 * at->valuedouble);
            n++;
        }
        rill_distribution_destroy(&two);
    }
    ck_assert_int_eq(n, 2 + 3 * 5);
    cJSON_Delete(json);
}
END_TEST

/// The integrals run over logits, in which the density has no singular ends.
typedef struct integrand {
    const rill_distribution *distribution;
    const double *eta;
    double x1;    ///< of three
    bool is_mean; ///< of x_1
} integrand;

static double along_two(double s, void *context)
{
    const integrand *f = context;
    const double x[] = {logistic(s), logistic(-s)};
    return density(f->distribution, f->eta, x) * x[0] * x[1] * (f->is_mean ? x[0] : 1.0);
}

static double along_second_of_three(double t, void *context)
{
    const integrand *f = context;
    const double rest = 1.0 - f->x1, share = logistic(t);
    const double x[] = {f->x1, rest * share, rest * logistic(-t)};
    return density(f->distribution, f->eta, x) * rest * share * logistic(-t);
}

static double along_first_of_three(double s, void *context)
{
    integrand f = *(integrand *)context;
    f.x1 = logistic(s);
    const double slope = f.x1 * logistic(-s);
    return slope * distributions_integral(along_second_of_three, &f, -60.0, 60.0);
}

START_TEST(test_density_integrates_to_one)
{
    static const double temperatures[] = {0.4, 2.0 / 3.0, 1.0, 2.5};
    rill_rng rng;
    rill_rng_seed(&rng, 1);
    for (int i = 0; i < 4; i++) {
        double eta[3];
        distributions_eta(eta, 3, 1.0, &rng);
        rill_distribution two = create_at(2, temperatures[i]);
        integrand f = {&two, eta, 0.0, false};
        const double far = 60.0 / temperatures[i];
        ASSERT_NEAR(distributions_integral(along_two, &f, -far, far), 1.0, 1e-8);
        rill_distribution_destroy(&two);
        // further out 1 - x_1 has few digits; of the mass about exp(-30 tau) lies there
        rill_distribution three = create_at(3, fmax(temperatures[i], 2.0 / 3.0));
        f.distribution = &three;
        ASSERT_NEAR(distributions_integral(along_first_of_three, &f, -30.0, 30.0), 1.0, 1e-6);
        rill_distribution_destroy(&three);
    }
}
END_TEST

/// The mean of two by quadrature is the reference's.
START_TEST(test_reference_means)
{
    cJSON *json = golden_read("gradient_estimators.json");
    const cJSON *entry;
    int n = 0;
    cJSON_ArrayForEach (entry, golden_member(json, "binary_concrete")) {
        rill_distribution two = create_at(2, golden_member(entry, "lam")->valuedouble);
        const double eta[] = {log(golden_member(entry, "alpha")->valuedouble), 0.0};
        integrand f = {&two, eta, 0.0, true};
        ASSERT_NEAR(distributions_integral(along_two, &f, -80.0, 80.0),
                    golden_member(entry, "E_Y")->valuedouble, 1e-9);
        rill_distribution_destroy(&two);
        n++;
    }
    ck_assert_int_eq(n, 3);
    cJSON_Delete(json);
}
END_TEST

// ---- samples ----

typedef struct logit_law {
    double temperature, difference;
} logit_law;

/// Of two: logit x_1 = (eta_1 - eta_2 + L) / tau, L logistic.
static double first_of_two_cdf(double x, const void *context)
{
    const logit_law *law = context;
    return logistic(law->temperature * log(x / (1.0 - x)) - law->difference);
}

/// False alarm: 9.3e-7 each of three.
START_TEST(test_samples_of_two)
{
    static const logit_law laws[] = {{1.0, 0.8}, {0.6, -0.5}, {3.0, 0.0}};
    static double samples[N_SAMPLES];
    rill_rng rng;
    rill_rng_seed(&rng, 2);
    for (int i = 0; i < 3; i++) {
        rill_distribution two = create_at(2, laws[i].temperature);
        const double eta[] = {laws[i].difference + 5.0, 5.0};
        for (int k = 0; k < N_SAMPLES; k++) {
            double noise[2], x[2];
            rill_distribution_sample(&two, eta, &rng, noise, x);
            samples[k] = x[0];
        }
        ck_assert_double_lt(distributions_ks(samples, N_SAMPLES, first_of_two_cdf, &laws[i]), 2.7);
        rill_distribution_destroy(&two);
    }
}
END_TEST

/// Of three: the greatest number is that of a softmax sample (chi-square, false alarm 1e-6 each of four),
/// and means are within five standard errors, theirs and ours together, of the reference's (24 at
/// 5.7e-7).
START_TEST(test_samples_of_three)
{
    cJSON *json = golden_read("gradient_estimators.json");
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    const cJSON *entry;
    int n = 0;
    cJSON_ArrayForEach (entry, golden_member(json, "gumbel_softmax")) {
        rill_distribution three = create_at(3, golden_member(entry, "tau")->valuedouble);
        double eta[3], p[3], sum[3] = {0.0}, squares[3] = {0.0}, sum_of_greatest = 0.0;
        int64_t counts[3] = {0};
        for (int a = 0; a < 3; a++) {
            eta[a] = cJSON_GetArrayItem(golden_member(entry, "logits"), a)->valuedouble;
            p[a] = cJSON_GetArrayItem(golden_member(entry, "softmax"), a)->valuedouble;
        }
        for (int i = 0; i < N_SAMPLES; i++) {
            double noise[3], x[3];
            rill_distribution_sample(&three, eta, &rng, noise, x);
            const int32_t best = rill_argmax(x, 3);
            counts[best]++;
            sum_of_greatest += x[best];
            for (int a = 0; a < 3; a++) {
                sum[a] += x[a];
                squares[a] += x[a] * x[a];
            }
        }
        ck_assert_double_gt(test_chi_square(p, counts, 3), 1e-6);
        for (int a = 0; a < 3; a++) {
            const double mean = sum[a] / N_SAMPLES;
            const double se = sqrt((squares[a] / N_SAMPLES - mean * mean) / N_SAMPLES);
            const double se_there =
                cJSON_GetArrayItem(golden_member(entry, "E_y_se"), a)->valuedouble;
            ASSERT_NEAR(mean, cJSON_GetArrayItem(golden_member(entry, "E_y"), a)->valuedouble,
                        5.0 * hypot(se, se_there));
        }
        // the greatest lies in [1/3, 1], so its deviation is below 1/3
        ASSERT_NEAR(sum_of_greatest / N_SAMPLES, golden_member(entry, "E_max_y")->valuedouble,
                    5.0 / 3.0 * sqrt(1.0 / N_SAMPLES + 1.0 / 1e6));
        rill_distribution_destroy(&three);
        n++;
    }
    ck_assert_int_eq(n, 4);
    cJSON_Delete(json);
}
END_TEST

static void log_probability_of(const rill_distribution *distribution, const double *eta,
                               const void *context, double *values)
{
    values[0] = distribution->type->log_probability(distribution, eta, context);
}

static void sample_of(const rill_distribution *distribution, const double *eta, const void *context,
                      double *values)
{
    distribution->type->sample(distribution, eta, context, values);
}

/// Derivatives at temperatures other than the default; at the low one x has steep slopes, so the
/// differences are good to fewer digits.
START_TEST(test_derivatives_at_temperatures)
{
    static const double temperatures[] = {0.2, 0.5, 5.0, 100.0};
    static const double tolerances[] = {1e-5, 1e-6, 1e-7, 1e-7};
    rill_rng rng;
    rill_rng_seed(&rng, 4);
    for (int i = 0; i < 400; i++) {
        rill_distribution four = create_at(4, temperatures[i % 4]);
        double eta[4], noise[4], x[4], ours[16], expected[16];
        distributions_eta(eta, 4, 1.0, &rng);
        rill_distribution_sample(&four, eta, &rng, noise, x);
        four.type->score(&four, eta, x, ours);
        distributions_difference(&four, log_probability_of, eta, x, 1, expected);
        distributions_compare("score", ours, expected, 4, 1.0, 1e-8);
        four.type->pathwise(&four, eta, noise, x, ours);
        distributions_difference(&four, sample_of, eta, noise, 4, expected);
        distributions_compare("pathwise", ours, expected, 16, 1.0, tolerances[i % 4]);
        rill_distribution_destroy(&four);
    }
}
END_TEST

// ---- temperature ----

/// The temperature is read at the distribution's time; below the least it stays there.
START_TEST(test_temperature_changes_with_time)
{
    const rill_distribution_type *type = rill_distribution_type_find("gumbel_softmax", NULL);
    rill_schedule schedule = {RILL_SCHEDULE_EXPONENTIAL, RILL_PER_EPISODE, 2.0, 0.01, 10.0, 1.0};
    rill_error error = {0};
    static const double eta[] = {0.3, -0.4, 0.1}, noise[] = {0.5, 1.5, -0.2};
    for (int k = 0; k < 2; k++) {
        schedule.per = k == 0 ? RILL_PER_EPISODE : RILL_PER_STEP;
        void *params = rill_params_create(type->params, type->params_size);
        ASSERT_OK(rill_param_set_schedule(&type->params[0], params, &schedule, &error), &error);
        rill_distribution changing;
        ASSERT_OK(rill_distribution_create(&changing, type, params, rill_space_discrete(3), &error),
                  &error);
        for (int t = 0; t < 30; t += 5) {
            rill_distribution same = create_at(3, 0.01 + 1.99 * rill_exp(-t / 10.0));
            const rill_distribution now =
                rill_distribution_at(&changing, k == 0 ? 77 : t, k == 0 ? t : 77);
            double x[3], expected[3], a[9], b[9];
            type->sample(&now, eta, noise, x);
            type->sample(&same, eta, noise, expected);
            type->pathwise(&now, eta, noise, x, a);
            type->pathwise(&same, eta, noise, expected, b);
            for (int i = 0; i < 9; i++) {
                ASSERT_NEAR(x[i % 3], expected[i % 3], 1e-14);
                ASSERT_NEAR(a[i], b[i], 1e-13);
            }
            ASSERT_NEAR(type->log_probability(&now, eta, x), type->log_probability(&same, eta, x),
                        1e-12);
            type->score(&now, eta, x, a);
            type->score(&same, eta, x, b);
            ASSERT_NEAR(a[0], b[0], 1e-12);
            if (t == 0) { // before, it is what create made
                type->sample(&changing, eta, noise, x);
                ASSERT_NEAR(x[0], expected[0], 1e-14);
            }
            rill_distribution_destroy(&same);
        }
        rill_distribution_destroy(&changing);
    }
    // a power schedule falls to 0; the least temperature is 1e-3
    const rill_schedule power = {RILL_SCHEDULE_HARMONIC, RILL_PER_STEP, 1.0, 0.0, 1.0, 1.0};
    void *params = rill_params_create(type->params, type->params_size);
    ASSERT_OK(rill_param_set_schedule(&type->params[0], params, &power, &error), &error);
    rill_distribution falling;
    ASSERT_OK(rill_distribution_create(&falling, type, params, rill_space_discrete(3), &error),
              &error);
    const rill_distribution late = rill_distribution_at(&falling, INT64_MAX, 0);
    const double near[] = {0.0, 0.001, -1.0}, none[] = {0.0, 0.0, 0.0};
    double x[3];
    type->sample(&late, near, none, x);
    ASSERT_NEAR(x[1] / x[0], exp(1.0), 1e-12);
    rill_distribution_destroy(&falling);
}
END_TEST

START_TEST(test_what_is_refused)
{
    rill_distribution three;
    rill_error error = {0};
    ASSERT_REFUSED(distributions_try(&three, "gumbel_softmax", rill_space_discrete(3),
                                     "temperature=1/n", &error),
                   &error, "temperature", "counts no visits");
}
END_TEST

/// Outside the simplex p is 0; single-precision sums are inside. At the edge numbers count as DBL_MIN.
START_TEST(test_support)
{
    static const double eta[] = {0.5, 1.0, -0.5};
    static const double outside[][3] = {
        {0.5, 0.5, 0.5}, {1.5, -0.5, 0.0}, {0.3, 0.3, 0.3}, {1.0, 0.0, 2e-6}, {0.0, 0.0, 0.0}};
    rill_distribution three = create(3, "");
    for (int i = 0; i < 5; i++) {
        ck_assert(three.type->log_probability(&three, eta, outside[i]) == -HUGE_VAL);
    }
    const double not_a_number[] = {(double)NAN, 0.5, 0.5};
    ck_assert(three.type->log_probability(&three, eta, not_a_number) == -HUGE_VAL);
    const double single[] = {(double)0.1F, (double)0.3F, (double)0.6F};
    ck_assert(isfinite(three.type->log_probability(&three, eta, single)));
    const double edge[] = {0.0, 0.25, 0.75}, inside[] = {DBL_MIN, 0.25, 0.75};
    double a[3], b[3];
    ck_assert(three.type->log_probability(&three, eta, edge) ==
              three.type->log_probability(&three, eta, inside));
    three.type->score(&three, eta, edge, a);
    three.type->score(&three, eta, inside, b);
    ck_assert(a[0] == b[0] && a[1] == b[1] && a[2] == b[2]);
    three.type->centre(&three, eta, a);
    ck_assert(a[0] == 0.0 && a[1] == 1.0 && a[2] == 0.0);
    ck_assert(three.type->is_relaxed && three.type->entropy == NULL);
    rill_distribution_destroy(&three);
}
END_TEST

TEST_MAIN(test_reference_densities, test_density_integrates_to_one, test_reference_means,
          test_samples_of_two, test_samples_of_three, test_derivatives_at_temperatures,
          test_temperature_changes_with_time, test_what_is_refused, test_support)
