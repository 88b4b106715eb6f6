// The score-function estimator against loops written from its definition, and its variances against
// reference numbers.
#include "tests/estimators.h"
#include "tests/golden.h"

enum { BATCH = 9, BATCHES = 6, SAMPLES = BATCH * BATCHES };

// ------------------------------------------------------------------------------- the same by loops

/// All samples of a few batches, as the estimator draws them.
typedef struct record {
    double f[SAMPLES], score[SAMPLES][NUMBERS];
} record;

static void draw_record(const sampled *s, rill_objective f, uint64_t seed, record *r)
{
    rill_rng rng;
    rill_rng_seed(&rng, seed);
    for (int j = 0; j < SAMPLES; j++) {
        double noise[NUMBERS], x[NUMBERS];
        rill_distribution_sample(&s->distribution, s->eta, &rng, noise, x);
        r->f[j] = f.value(f.context, x);
        s->distribution.type->score(&s->distribution, s->eta, x, r->score[j]);
    }
}

/// A weighted mean over the samples before j of f w or w, w = 1 or score_i^2. With a rate the weights are
/// those of an exponential average that starts as a plain one.
static double mean_before(const record *r, int j, int i, double rate, bool is_of_f,
                          bool is_of_squares)
{
    double sum = 0.0;
    for (int k = 0; k < j; k++) {
        double weight = fmax(1.0 / (k + 1), rate);
        for (int later = k + 1; later < j; later++) {
            weight *= 1.0 - fmax(1.0 / (later + 1), rate);
        }
        const double square = is_of_squares ? r->score[k][i] * r->score[k][i] : 1.0;
        sum += weight * square * (is_of_f ? r->f[k] : 1.0);
    }
    return sum;
}

/// The baseline of sample j for component i.
static double baseline(const record *r, const char *kind, double rate, int j, int i)
{
    if (strcmp(kind, "leave_one_out") == 0) {
        const int first = j / BATCH * BATCH;
        double sum = 0.0;
        for (int k = first; k < first + BATCH; k++) {
            sum += k == j ? 0.0 : r->f[k];
        }
        return sum / (BATCH - 1);
    }
    if (strcmp(kind, "running_mean") == 0) {
        return mean_before(r, j, i, rate, true, false);
    }
    if (strcmp(kind, "optimal") == 0) {
        const double squares = mean_before(r, j, i, rate, false, true);
        return squares > 0.0 ? mean_before(r, j, i, rate, true, true) / squares : 0.0;
    }
    return strcmp(kind, "constant") == 0 ? 2.5 : 0.0;
}

static void check_against_loops(const sampled *s, rill_objective f)
{
    static const struct {
        const char *kind, *settings;
        double rate;
    } cases[] = {{"none", "baseline=none", 0.0},
                 {"constant", "baseline=constant constant=2.5", 0.0},
                 {"running_mean", "baseline=running_mean", 0.0},
                 {"running_mean", "baseline=running_mean rate=0.3", 0.3},
                 {"optimal", "baseline=optimal", 0.0},
                 {"optimal", "baseline=optimal rate=0.1", 0.1},
                 {"leave_one_out", "baseline=leave_one_out", 0.0}};
    record r;
    draw_record(s, f, 11, &r);
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        running run = running_create(s, "score_function", cases[c].settings, f, BATCH, 11);
        for (int b = 0; b < BATCHES; b++) {
            double gradient[NUMBERS];
            running_estimate(&run, gradient);
            for (int i = 0; i < s->distribution.n_parameters; i++) {
                double sum = 0.0;
                for (int j = b * BATCH; j < (b + 1) * BATCH; j++) {
                    sum +=
                        (r.f[j] - baseline(&r, cases[c].kind, cases[c].rate, j, i)) * r.score[j][i];
                }
                ck_assert_msg(fabs(gradient[i] - sum / BATCH) < 1e-11,
                              "%s: batch %d, %d: %.15g, %.15g", cases[c].settings, b, i,
                              gradient[i], sum / BATCH);
            }
        }
        running_destroy(&run);
    }
}

START_TEST(test_baselines_as_defined)
{
    const double mu[] = {0.4, -1.0}, sigma[] = {0.7, 1.6}, eta[] = {0.2, -0.5, 0.9};
    const double values[] = {3.0, -1.0, 0.5};
    sampled gaussian, softmax;
    sampled_gaussian(&gaussian, 2, mu, sigma);
    sampled_actions(&softmax, "categorical", NULL, 3, eta);
    const test_objective cubic = {objective_type_find("cubic", NULL), 0.2, 2};
    const table t = {3, values};
    check_against_loops(&gaussian, objective_of(&cubic));
    check_against_loops(&softmax, table_objective(&t));
    rill_distribution_destroy(&gaussian.distribution);
    rill_distribution_destroy(&softmax.distribution);
}
END_TEST

/// A constant in f of 2^40 costs leave_one_out no more digits than it costs f itself.
START_TEST(test_leave_one_out_ignores_constants)
{
    const double eta[] = {0.2, -0.5, 0.9}, small[] = {1.0, 2.0, 4.0};
    const double large[] = {1.0 + 0x1p40, 2.0 + 0x1p40, 4.0 + 0x1p40};
    sampled s;
    sampled_actions(&s, "categorical", NULL, 3, eta);
    const table a = {3, small}, b = {3, large};
    running x =
        running_create(&s, "score_function", "baseline=leave_one_out", table_objective(&a), 50, 4);
    running y =
        running_create(&s, "score_function", "baseline=leave_one_out", table_objective(&b), 50, 4);
    double of_x[3], of_y[3];
    running_estimate(&x, of_x);
    running_estimate(&y, of_y);
    for (int i = 0; i < 3; i++) {
        ASSERT_NEAR(of_y[i], of_x[i], 1e-14);
    }
    running_destroy(&x);
    running_destroy(&y);
    rill_distribution_destroy(&s.distribution);
}
END_TEST

// ------------------------------------------------------------------------------ variances, Gaussian

/// (f(x) - b) s of one sample as a function of its noise z, less its mean: the power of it.
typedef struct single {
    const test_objective *f;
    double mu, sigma, b, mean;
    bool is_by_sigma;
    int power;
} single;

static double single_power(const void *context, double z)
{
    const single *self = context;
    const double x = self->mu + self->sigma * z;
    const double score = self->is_by_sigma ? (z * z - 1.0) / self->sigma : z / self->sigma;
    const double value = (self->f->type->value(self->f, &x) - self->b) * score - self->mean;
    double product = 1.0;
    for (int i = 0; i < self->power; i++) {
        product *= value;
    }
    return product;
}

/// Holds the variance of many estimates of n samples, times n, against a reference. The standard error
/// of a variance of N values is sqrt((m4 - v^2 (N - 3) / (N - 1)) / N); of a mean of n samples
/// m4 = (m4(1) + 3 (n - 1) v(1)^2) / n^3. The check is at 6 standard errors, since squares of heavy-tailed
/// values are not quite normal: an event of 1e-8 if they were, for about 50 checks.
static void check_variance(const test_objective *f, double mu, double sigma, bool is_by_sigma,
                           double b, const char *settings, double reference, double allowance)
{
    enum { N = 20000, SIZE = 32 };
    single one = {f, mu, sigma, b, 0.0, is_by_sigma, 1};
    one.mean = normal_mean(single_power, &one);
    one.power = 2;
    const double v1 = normal_mean(single_power, &one);
    one.power = 4;
    const double m4 =
        (normal_mean(single_power, &one) + 3.0 * (SIZE - 1) * v1 * v1) / SIZE / SIZE / SIZE;
    const double v = v1 / SIZE;
    ASSERT_NEAR(v1, reference, 1e-7 * reference); // the reference by another quadrature

    sampled s;
    sampled_gaussian(&s, 1, &mu, &sigma);
    running r = running_create(&s, "score_function", settings, objective_of(f), SIZE, 17);
    const spread found = running_spread(&r, N);
    const double scale = is_by_sigma ? 1.0 / sigma : 1.0; // d / d sigma = (d / d log sigma) / sigma
    const double variance = found.variance[is_by_sigma] * scale * scale;
    const double standard_error = sqrt((m4 - v * v) / N);
    ck_assert_msg(fabs(variance - v) < 6.0 * standard_error + allowance * v,
                  "%s k = %g by %s %s: %.8g, reference %.8g, s.e. %.3g", f->type->id, f->k,
                  is_by_sigma ? "sigma" : "mu", settings, variance * SIZE, reference,
                  standard_error * SIZE);
    running_destroy(&r);
    rill_distribution_destroy(&s.distribution);
}

static double number(const cJSON *object, const char *name)
{
    const cJSON *item = golden_member(object, name);
    ck_assert_msg(cJSON_IsNumber(item), "%s", name);
    return item->valuedouble;
}

static const char *with_constant(double b)
{
    static char text[64];
    snprintf(text, sizeof text, "baseline=constant constant=%.17g", b);
    return text;
}

/// E[x^2]: closed forms with no baseline, with E[f], and with the best constant. The learned baselines
/// come within 1 % of the latter two, which is allowed beside the 6 standard errors.
START_TEST(test_variance_of_the_quadratic)
{
    cJSON *json = golden_read("gradient_estimators.json");
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, golden_member(json, "gaussian_quadratic_theta")) {
        const double mu = number(entry, "theta"), sigma = number(entry, "sigma");
        const double best = number(entry, "optimal_constant_baseline");
        const double mean = number(entry, "mean_baseline");
        const double with_best = number(entry, "score_function_optimal_baseline_var");
        const double with_mean = number(entry, "score_function_mean_baseline_var");
        const test_objective f = {objective_type_find("quadratic", NULL), 0.0, 1};
        check_variance(&f, mu, sigma, false, 0.0, "baseline=none",
                       number(entry, "score_function_var"), 0.0);
        check_variance(&f, mu, sigma, false, best, with_constant(best), with_best, 0.0);
        check_variance(&f, mu, sigma, false, mean, with_constant(mean), with_mean, 0.0);
        check_variance(&f, mu, sigma, false, best, "baseline=optimal", with_best, 0.01);
        check_variance(&f, mu, sigma, false, mean, "baseline=running_mean", with_mean, 0.01);
    }
    cJSON_ArrayForEach (entry, golden_member(json, "gaussian_quadratic_sigma")) {
        const test_objective f = {objective_type_find("quadratic", NULL), number(entry, "k"), 1};
        check_variance(&f, number(entry, "mu"), number(entry, "sigma"), true, 0.0, "baseline=none",
                       number(entry, "score_function_var"), 0.0);
    }
    cJSON_Delete(json);
}
END_TEST

/// The id of ours, for the formula of the reference.
static const char *id_of(const char *formula)
{
    return formula[0] == '(' ? "quadratic" : formula[0] == 'e' ? "exp" : "cos";
}

START_TEST(test_variance_of_the_test_functions)
{
    cJSON *json = golden_read("gradient_estimators.json");
    const cJSON *entry = NULL;
    int n = 0;
    cJSON_ArrayForEach (entry, golden_member(json, "mohamed_et_al_test_functions")) {
        const char *id = id_of(golden_member(entry, "f")->valuestring);
        const test_objective f = {objective_type_find(id, NULL), number(entry, "k"), 1};
        const double mu = number(entry, "mu"), sigma = number(entry, "sigma");
        check_variance(&f, mu, sigma, false, 0.0, "baseline=none",
                       number(entry, "score_function_var"), 0.0);
        check_variance(&f, mu, sigma, true, 0.0, "baseline=none",
                       number(golden_member(entry, "sigma_grad"), "score_function_var"), 0.0);
        n++;
    }
    ck_assert_int_eq(n, 15);
    cJSON_Delete(json);
}
END_TEST

// ------------------------------------------------------------------------------- variances, softmax

/// Holds mean and variance of single samples against references, at 6 standard errors: 30 checks of each.
/// That of the variance comes from the fourth central moment, and from the mean's error, squared, which
/// alone is left where all values are as far from the mean.
static void check_softmax(int32_t n, const double *eta, const double *values, const char *settings,
                          double b, const double *gradient, const double *variance)
{
    enum { N = 40000 };
    sampled s;
    sampled_actions(&s, "categorical", NULL, n, eta);
    const table t = {n, values};
    running r = running_create(&s, "score_function", settings, table_objective(&t), 1, 23);
    const spread found = running_spread(&r, N);
    double sum = 0.0;
    for (int32_t a = 0; a < n; a++) {
        sum += exp(eta[a]);
    }
    for (int32_t i = 0; i < n; i++) {
        double fourth = 0.0;
        for (int32_t a = 0; a < n; a++) {
            const double score = (a == i ? 1.0 : 0.0) - exp(eta[i]) / sum;
            fourth += exp(eta[a]) / sum * pow((values[a] - b) * score - gradient[i], 4.0);
        }
        const double spare = fmax(fourth - variance[i] * variance[i], 0.0);
        ASSERT_NEAR(found.mean[i], gradient[i], 6.0 * sqrt(variance[i] / N) + 1e-12);
        ASSERT_NEAR(found.variance[i], variance[i],
                    6.0 * sqrt(spare / N) + 36.0 * variance[i] / N + 1e-12);
    }
    running_destroy(&r);
    rill_distribution_destroy(&s.distribution);
}

static int32_t numbers_of(const cJSON *array, double *values)
{
    int32_t n = 0;
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, array) {
        ck_assert_int_lt(n, NUMBERS);
        values[n++] = item->valuedouble;
    }
    return n;
}

START_TEST(test_variance_of_the_softmax_bandit)
{
    cJSON *json = golden_read("gradient_estimators.json");
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, golden_member(json, "softmax_bandit")) {
        double eta[NUMBERS], values[NUMBERS], gradient[NUMBERS], variance[NUMBERS];
        const int32_t n = numbers_of(golden_member(entry, "theta"), eta);
        numbers_of(golden_member(entry, "reward"), values);
        numbers_of(golden_member(entry, "grad"), gradient);
        numbers_of(golden_member(entry, "var_no_baseline"), variance);
        check_softmax(n, eta, values, "baseline=none", 0.0, gradient, variance);
        numbers_of(golden_member(entry, "var_value_baseline"), variance);
        const double mean = number(entry, "J");
        check_softmax(n, eta, values, with_constant(mean), mean, gradient, variance);
    }
    cJSON_Delete(json);
}
END_TEST

/// Two actions are a Bernoulli variable with the logit eta_1 - eta_0. The best baseline leaves no
/// variance at all.
START_TEST(test_variance_of_a_bernoulli)
{
    cJSON *json = golden_read("gradient_estimators.json");
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, golden_member(json, "bernoulli")) {
        const double p = number(entry, "p"), slope = number(entry, "grad_logit");
        const double values[] = {number(entry, "f0"), number(entry, "f1")};
        const double eta[] = {0.0, log(p / (1.0 - p))}, gradient[] = {-slope, slope};
        const double v = number(entry, "score_var_logit"), variance[] = {v, v}, none[] = {0.0, 0.0};
        const double best = number(entry, "optimal_baseline_logit");
        check_softmax(2, eta, values, "baseline=none", 0.0, gradient, variance);
        check_softmax(2, eta, values, with_constant(best), best, gradient, none);
    }
    cJSON_Delete(json);
}
END_TEST

TEST_MAIN(test_baselines_as_defined, test_leave_one_out_ignores_constants,
          test_variance_of_the_quadratic, test_variance_of_the_test_functions,
          test_variance_of_the_softmax_bandit, test_variance_of_a_bernoulli)
