// The pathwise estimator against a loop over Jacobians, and its variances against reference numbers;
// relaxed distributions over actions, where they are built in.
#include "tests/estimators.h"
#include "tests/golden.h"

static double number(const cJSON *object, const char *name)
{
    const cJSON *item = golden_member(object, name);
    ck_assert_msg(cJSON_IsNumber(item), "%s", name);
    return item->valuedouble;
}

/// The same samples: sum_k slope_k (d x_k / d eta_i), with d x / d eta by central differences of the replayed
/// sample.
START_TEST(test_is_the_chain_rule)
{
    const double mu[] = {0.4, -1.0, 2.0}, sigma[] = {0.7, 1.6, 0.2};
    enum { D = 3, N = 8 };
    sampled s;
    sampled_gaussian(&s, D, mu, sigma);
    const test_objective wave = {objective_type_find("cos", NULL), 1.7, D};
    const rill_objective f = objective_of(&wave);
    running r = running_create(&s, "pathwise", "", f, N, 31);
    rill_rng rng = r.rng;
    double gradient[NUMBERS], expected[NUMBERS] = {0.0};
    running_estimate(&r, gradient);
    for (int j = 0; j < N; j++) {
        double noise[D], x[D];
        rill_distribution_sample(&s.distribution, s.eta, &rng, noise, x);
        for (int i = 0; i < 2 * D; i++) {
            const double h = 1e-5, kept = s.eta[i];
            double above[D], below[D];
            s.eta[i] = kept + h;
            s.distribution.type->sample(&s.distribution, s.eta, noise, above);
            s.eta[i] = kept - h;
            s.distribution.type->sample(&s.distribution, s.eta, noise, below);
            s.eta[i] = kept;
            expected[i] += (f.value(f.context, above) - f.value(f.context, below)) / (2.0 * h) / N;
        }
    }
    for (int i = 0; i < 2 * D; i++) {
        ASSERT_NEAR(gradient[i], expected[i], 1e-8);
    }
    ck_assert_int_eq(r.estimator.gradients_per_sample, 1);
    ck_assert_int_eq(r.estimator.values_per_sample, 0);
    running_destroy(&r);
    rill_distribution_destroy(&s.distribution);
}
END_TEST

/// The derivative of one sample as a function of its noise, less its mean: the power of it.
typedef struct single {
    const test_objective *f;
    double mu, sigma, mean;
    bool is_by_sigma;
    int power;
} single;

static double single_power(const void *context, double z)
{
    const single *self = context;
    const double x = self->mu + self->sigma * z;
    double slope = 0.0, product = 1.0;
    self->f->type->gradient(self->f, &x, &slope);
    for (int i = 0; i < self->power; i++) {
        product *= (self->is_by_sigma ? z * slope : slope) - self->mean;
    }
    return product;
}

/// The variance of single samples against a reference, at 6 standard errors sqrt((m4 - v^2) / N) and the
/// square of the mean's; about 40 checks.
static void check_variance(const char *id, double k, double mu, double sigma, bool is_by_sigma,
                           double reference)
{
    enum { N = 200000 };
    const test_objective f = {objective_type_find(id, NULL), k, 1};
    single one = {&f, mu, sigma, 0.0, is_by_sigma, 1};
    one.mean = normal_mean(single_power, &one);
    one.power = 4;
    const double m4 = normal_mean(single_power, &one);
    sampled s;
    sampled_gaussian(&s, 1, &mu, &sigma);
    running r = running_create(&s, "pathwise", "", objective_of(&f), 1, 37);
    const spread found = running_spread(&r, N);
    const double scale = is_by_sigma ? 1.0 / sigma : 1.0; // d / d sigma = (d / d log sigma) / sigma
    const double variance = found.variance[is_by_sigma] * scale * scale;
    const double spare = fmax(m4 - reference * reference, 0.0);
    ASSERT_NEAR(found.mean[is_by_sigma] * scale, one.mean, 6.0 * sqrt(reference / N) + 1e-12);
    ck_assert_msg(fabs(variance - reference) < 6.0 * sqrt(spare / N) + 36.0 * reference / N,
                  "%s k = %g by %s: %.8g, reference %.8g", id, k, is_by_sigma ? "sigma" : "mu",
                  variance, reference);
    running_destroy(&r);
    rill_distribution_destroy(&s.distribution);
}

START_TEST(test_variance_of_the_test_functions)
{
    cJSON *json = golden_read("gradient_estimators.json");
    const cJSON *entry = NULL;
    int n = 0;
    cJSON_ArrayForEach (entry, golden_member(json, "gaussian_quadratic_theta")) {
        check_variance("quadratic", 0.0, number(entry, "theta"), number(entry, "sigma"), false,
                       number(entry, "pathwise_var"));
        n++;
    }
    cJSON_ArrayForEach (entry, golden_member(json, "gaussian_quadratic_sigma")) {
        check_variance("quadratic", number(entry, "k"), number(entry, "mu"), number(entry, "sigma"),
                       true, number(entry, "pathwise_var"));
        n++;
    }
    cJSON_ArrayForEach (entry, golden_member(json, "mohamed_et_al_test_functions")) {
        const char *formula = golden_member(entry, "f")->valuestring;
        const char *id = formula[0] == '(' ? "quadratic" : formula[0] == 'e' ? "exp" : "cos";
        const double k = number(entry, "k"), mu = number(entry, "mu");
        const double sigma = number(entry, "sigma");
        check_variance(id, k, mu, sigma, false, number(entry, "pathwise_var"));
        check_variance(id, k, mu, sigma, true,
                       number(golden_member(entry, "sigma_grad"), "pathwise_var"));
        n += 2;
    }
    ck_assert_int_eq(n, 37);
    cJSON_Delete(json);
}
END_TEST

/// n samples have 1 / n of the variance: 4 sigma^2 / n of x^2. Its fourth moment is the normal one, so the
/// standard error is v sqrt(2 / N); 4 checks at 5 of them.
START_TEST(test_variance_of_a_batch)
{
    enum { N = 20000 };
    const double mu[] = {0.7}, sigma[] = {1.5};
    const test_objective f = {objective_type_find("quadratic", NULL), 0.0, 1};
    sampled s;
    sampled_gaussian(&s, 1, mu, sigma);
    for (int n = 1; n <= 64; n *= 4) {
        running r = running_create(&s, "pathwise", "", objective_of(&f), n, 41);
        const spread found = running_spread(&r, N);
        const double v = 4.0 * sigma[0] * sigma[0] / n;
        ASSERT_NEAR(found.variance[0], v, 5.0 * v * sqrt(2.0 / N));
        running_destroy(&r);
    }
    rill_distribution_destroy(&s.distribution);
}
END_TEST

/// The least and the greatest standard error of a difference to the exact gradient of the corners.
static double relative_bias(const char *id, const char *temperature, double *standard_error)
{
    const double eta[] = {0.0, -0.5, -1.0}, values[] = {0.0, 0.5, 1.0};
    double p[3], sum = 0.0, mean = 0.0, distance = 0.0, error = 0.0;
    for (int a = 0; a < 3; a++) {
        sum += p[a] = exp(eta[a]);
    }
    for (int a = 0; a < 3; a++) {
        p[a] /= sum;
        mean += p[a] * values[a];
    }
    sampled s;
    sampled_actions(&s, id, temperature, 3, eta);
    const table t = {3, values};
    running r = running_create(&s, "pathwise", "", table_objective(&t), 50, 43);
    const spread found = running_spread(&r, 4000);
    for (int a = 0; a < 3; a++) {
        const double bias = found.mean[a] - p[a] * (values[a] - mean);
        distance += bias * bias;
        error += found.variance[a] / found.n;
    }
    *standard_error = sqrt(error);
    running_destroy(&r);
    rill_distribution_destroy(&s.distribution);
    return sqrt(distance);
}

/// A relaxed action has a gradient of its own, biased at a high temperature; at a low one the bias is less
/// than a tenth of that.
START_TEST(test_relaxed_actions)
{
    static const char *const ids[] = {"gumbel_softmax", "straight_through"};
    for (int i = 0; i < 2; i++) {
        if (rill_distribution_type_find(ids[i], NULL) == NULL) {
            fprintf(stderr, "test_relaxed_actions: skipped, %s is not built in\n", ids[i]);
            continue;
        }
        double of_hot, of_cold;
        const double hot = relative_bias(ids[i], "temperature=3", &of_hot);
        const double cold = relative_bias(ids[i], "temperature=0.1", &of_cold);
        ASSERT_FOR(ids[i], hot > 5.0 * of_hot);
        ASSERT_FOR(ids[i], cold < 0.1 * hot + 5.0 * of_cold);
    }
}
END_TEST

TEST_MAIN(test_is_the_chain_rule, test_variance_of_the_test_functions, test_variance_of_a_batch,
          test_relaxed_actions)
