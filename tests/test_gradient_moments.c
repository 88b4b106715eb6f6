// Exact variances against reference numbers, closed forms, sums over a grid of two dimensions, and
// enumerations of whole batches.
#include "experiments/gradient_moments.h"

#include "tests/estimators.h"
#include "tests/golden.h"

static double number(const cJSON *object, const char *name)
{
    const cJSON *item = golden_member(object, name);
    ck_assert_msg(cJSON_IsNumber(item), "%s", name);
    return item->valuedouble;
}

static void check_near(double value, double expected, const char *what)
{
    ck_assert_msg(fabs(value - expected) < 1e-9 * (1.0 + fabs(expected)), "%s: %.15g, %.15g", what,
                  value, expected);
}

START_TEST(test_reference_numbers)
{
    cJSON *json = golden_read("gradient_estimators.json");
    const cJSON *entry = NULL;
    int n = 0;
    cJSON_ArrayForEach (entry, golden_member(json, "gaussian_quadratic_theta")) {
        const test_objective f = {objective_type_find("quadratic", NULL), 0.0, 1};
        const double mu = number(entry, "theta"), sigma = number(entry, "sigma");
        const score_moments m = score_moments_gaussian(&f, mu, sigma, BY_MU);
        check_near(m.fs, number(entry, "true_grad"), "gradient");
        check_near(variance_with_baseline(&m, 0.0), number(entry, "score_function_var"), "none");
        check_near(m.f, number(entry, "mean_baseline"), "mean");
        check_near(variance_with_baseline(&m, m.f),
                   number(entry, "score_function_mean_baseline_var"), "with the mean");
        check_near(optimal_baseline(&m), number(entry, "optimal_constant_baseline"), "optimal");
        check_near(variance_with_baseline(&m, optimal_baseline(&m)),
                   number(entry, "score_function_optimal_baseline_var"), "with the optimal one");
        check_near(variance_pathwise(&f, mu, sigma, BY_MU), number(entry, "pathwise_var"), "path");
        n++;
    }
    cJSON_ArrayForEach (entry, golden_member(json, "gaussian_quadratic_sigma")) {
        const test_objective f = {objective_type_find("quadratic", NULL), number(entry, "k"), 1};
        const double mu = number(entry, "mu"), sigma = number(entry, "sigma");
        const score_moments m = score_moments_gaussian(&f, mu, sigma, BY_SIGMA);
        check_near(m.fs, number(entry, "true_grad"), "gradient");
        check_near(variance_with_baseline(&m, 0.0), number(entry, "score_function_var"), "none");
        check_near(variance_pathwise(&f, mu, sigma, BY_SIGMA), number(entry, "pathwise_var"),
                   "path");
        n++;
    }
    cJSON_ArrayForEach (entry, golden_member(json, "mohamed_et_al_test_functions")) {
        const char *formula = golden_member(entry, "f")->valuestring;
        const char *id = formula[0] == '(' ? "quadratic" : formula[0] == 'e' ? "exp" : "cos";
        const test_objective f = {objective_type_find(id, NULL), number(entry, "k"), 1};
        const double mu = number(entry, "mu"), sigma = number(entry, "sigma");
        score_moments m = score_moments_gaussian(&f, mu, sigma, BY_MU);
        check_near(m.fs, number(entry, "true_grad_mu"), id);
        check_near(variance_with_baseline(&m, 0.0), number(entry, "score_function_var"), id);
        check_near(variance_pathwise(&f, mu, sigma, BY_MU), number(entry, "pathwise_var"), id);
        const cJSON *by_sigma = golden_member(entry, "sigma_grad");
        m = score_moments_gaussian(&f, mu, sigma, BY_SIGMA);
        check_near(m.fs, number(by_sigma, "true"), id);
        check_near(variance_with_baseline(&m, 0.0), number(by_sigma, "score_function_var"), id);
        check_near(variance_pathwise(&f, mu, sigma, BY_SIGMA), number(by_sigma, "pathwise_var"),
                   id);
        n++;
    }
    ck_assert_int_eq(n, 4 + 3 + 15);
    cJSON_Delete(json);
}
END_TEST

/// Mean and gradient by quadrature are the closed forms, also in several dimensions, and where f jumps.
START_TEST(test_quadrature_finds_the_closed_forms)
{
    static const double cases[][2] = {{0.7, 0.5}, {-1.2, 1.4}, {0.0, 2.0}, {3.0, 0.3}};
    const objective_type *const *type = objective_type_list();
    for (; *type != NULL; type++) {
        for (int c = 0; (*type)->kind == RILL_SPACE_BOX && c < 4; c++) {
            for (int32_t d = 1; d <= 3; d += 2) {
                const test_objective f = {*type, (*type)->k + 0.4, d};
                double by_mu, by_sigma;
                const double mu = cases[c][0], sigma = cases[c][1];
                const double mean = (*type)->expectation(f.k, mu, sigma, &by_mu, &by_sigma);
                const score_moments m = score_moments_gaussian(&f, mu, sigma, BY_MU);
                check_near(m.f, d * mean, (*type)->id);
                check_near(m.fs, by_mu, (*type)->id);
                check_near(m.ss, 1.0 / (sigma * sigma), (*type)->id);
                check_near(score_moments_gaussian(&f, mu, sigma, BY_SIGMA).fs, by_sigma,
                           (*type)->id);
                check_near(score_moments_gaussian(&f, mu, sigma, BY_SIGMA).ss,
                           2.0 / (sigma * sigma), (*type)->id);
            }
        }
    }
}
END_TEST

/// All six moments in two dimensions, by the trapezoidal rule on a grid of both noises.
START_TEST(test_two_dimensions)
{
    const double mu = 0.4, sigma = 0.8, step = 0.1;
    const objective_type *const *type = objective_type_list();
    for (; *type != NULL; type++) {
        if ((*type)->kind != RILL_SPACE_BOX || (*type)->gradient == NULL) {
            continue; // the rule is for smooth functions
        }
        const test_objective f = {*type, (*type)->k + 0.4, 2};
        for (int p = 0; p < 2; p++) {
            score_moments e = {0};
            for (int i = -110; i <= 110; i++) {
                for (int j = -110; j <= 110; j++) {
                    const double z = i * step, other = j * step;
                    const double x[] = {mu + sigma * z, mu + sigma * other};
                    const double weight =
                        step * step * exp(-0.5 * (z * z + other * other)) / (2.0 * RILL_PI);
                    const double s = p == 0 ? z / sigma : (z * z - 1.0) / sigma;
                    const double value = (*type)->value(&f, x);
                    e.f += weight * value;
                    e.ff += weight * value * value;
                    e.fs += weight * value * s;
                    e.ss += weight * s * s;
                    e.fss += weight * value * s * s;
                    e.ffss += weight * value * value * s * s;
                }
            }
            const score_moments m =
                score_moments_gaussian(&f, mu, sigma, p == 0 ? BY_MU : BY_SIGMA);
            check_near(m.f, e.f, (*type)->id);
            check_near(m.ff, e.ff, (*type)->id);
            check_near(m.fs, e.fs, (*type)->id);
            check_near(m.ss, e.ss, (*type)->id);
            check_near(m.fss, e.fss, (*type)->id);
            check_near(m.ffss, e.ffss, (*type)->id);
        }
    }
}
END_TEST

/// Where f is just resolved, E[f^2 s^2] by mu is its closed form: of exp(-k x^2), with v = 1 + 4 k sigma^2
/// and z about m = -4 k sigma mu / v under the product of both bells, exp(-2 k mu^2 / v) / sqrt(v)
/// (1 / v + m^2) / sigma^2; of cos(k x), whose square is (1 + cos(2 k x)) / 2, with b = 2 k sigma
/// (1 + (1 - b^2) exp(-b^2 / 2) cos(2 k mu)) / (2 sigma^2). Of f that is finer the quadrature says so.
START_TEST(test_resolution)
{
    for (int i = 0; i < 20; i++) {
        const double mu = 0.1 + 0.03 * i, sigma = 0.5 + 0.3 * i, finest = 15.0 / sigma;
        const test_objective bump = {objective_type_find("exp", NULL), 0.5 * finest * finest, 1};
        const double k = bump.k, v = 1.0 + 4.0 * k * sigma * sigma, m = -4.0 * k * sigma * mu / v;
        double exact = exp(-2.0 * k * mu * mu / v) / sqrt(v) * (1.0 / v + m * m) / (sigma * sigma);
        double ours = score_moments_gaussian(&bump, mu, sigma, BY_MU).ffss;
        ck_assert(is_resolved(&bump, 0.999 * sigma) && !is_resolved(&bump, 1.001 * sigma));
        ck_assert_msg(fabs(ours - exact) < 1e-6 * exact, "exp: %.9g, %.9g", ours, exact);

        const test_objective wave = {objective_type_find("cos", NULL),
                                     -2.0 / 3.0 * RILL_PI * finest, 1};
        const double b = 2.0 * wave.k * sigma;
        exact = (1.0 + (1.0 - b * b) * exp(-0.5 * b * b) * cos(2.0 * wave.k * mu)) /
                (2.0 * sigma * sigma);
        ours = score_moments_gaussian(&wave, mu, sigma, BY_MU).ffss;
        ck_assert(is_resolved(&wave, 0.999 * sigma) && !is_resolved(&wave, 1.001 * sigma));
        ck_assert_msg(fabs(ours - exact) < 1e-6 * exact, "cos: %.9g, %.9g", ours, exact);
    }
    const test_objective cubic = {objective_type_find("cubic", NULL), 3.0, 1};
    ck_assert(is_resolved(&cubic, 1e6));
}
END_TEST

/// A step: f = f^2 = [z > a], E[f s^2] = a phi(a) + Q(a) over sigma^2.
START_TEST(test_moments_of_a_step)
{
    const double mu = 0.6, sigma = 1.7, a = -mu / sigma;
    const test_objective f = {objective_type_find("step", NULL), 0.0, 1};
    const score_moments m = score_moments_gaussian(&f, mu, sigma, BY_MU);
    const double phi = exp(-0.5 * a * a) / sqrt(2.0 * RILL_PI);
    check_near(m.ff, gsl_cdf_ugaussian_Q(a), "E[f^2]");
    check_near(m.fss, (a * phi + gsl_cdf_ugaussian_Q(a)) / (sigma * sigma), "E[f s^2]");
    check_near(m.ffss, m.fss, "E[f^2 s^2]");
    ck_assert(isnan(variance_pathwise(&f, mu, sigma, BY_MU)));
}
END_TEST

/// Closed forms: of (x - k)^2 with m = mu - k, and of a step (test_estimator_measure_valued.c derives them).
START_TEST(test_measure_valued)
{
    for (int i = 0; i < 6; i++) {
        const double mu = 0.3 + 0.5 * i, sigma = 0.4 + 0.3 * i, k = 0.7, m = mu - k;
        const test_objective quadratic = {objective_type_find("quadratic", NULL), k, 1 + i};
        check_near(variance_measure_valued(&quadratic, mu, sigma, BY_MU),
                   8.0 / RILL_PI * m * m * (2.0 - RILL_PI / 2.0), "quadratic by mu");
        check_near(variance_measure_valued(&quadratic, mu, sigma, BY_SIGMA),
                   4.0 * m * m + 4.0 * sigma * sigma, "quadratic by sigma");
        const test_objective step = {objective_type_find("step", NULL), k, 1 + i};
        const double a = fabs(m) / sigma, q = exp(-0.5 * a * a);
        const double c = 1.0 / (sigma * sqrt(2.0 * RILL_PI)), p = a * q / sqrt(2.0 * RILL_PI);
        check_near(variance_measure_valued(&step, mu, sigma, BY_MU), c * c * q * (1.0 - q),
                   "step by mu");
        check_near(variance_measure_valued(&step, mu, sigma, BY_SIGMA),
                   p * (1.0 - p) / (sigma * sigma), "step by sigma");
    }
}
END_TEST

/// The softmax bandit of the reference, and the leave-one-out estimate of every batch of 2, 3 or 4
/// actions that there is.
START_TEST(test_softmax)
{
    cJSON *json = golden_read("gradient_estimators.json");
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, golden_member(json, "softmax_bandit")) {
        double eta[4], values[4], p[4];
        const cJSON *probabilities = golden_member(entry, "pi");
        const int n = cJSON_GetArraySize(probabilities);
        ck_assert_int_le(n, 4);
        for (int a = 0; a < n; a++) {
            eta[a] = cJSON_GetArrayItem(golden_member(entry, "theta"), a)->valuedouble;
            values[a] = cJSON_GetArrayItem(golden_member(entry, "reward"), a)->valuedouble;
            p[a] = cJSON_GetArrayItem(probabilities, a)->valuedouble;
        }
        for (int i = 0; i < n; i++) {
            const score_moments m = score_moments_softmax(n, eta, values, i);
            const cJSON *none = golden_member(entry, "var_no_baseline");
            const cJSON *value = golden_member(entry, "var_value_baseline");
            check_near(m.f, number(entry, "J"), "J");
            check_near(m.fs, cJSON_GetArrayItem(golden_member(entry, "grad"), i)->valuedouble,
                       "grad");
            check_near(variance_with_baseline(&m, 0.0), cJSON_GetArrayItem(none, i)->valuedouble,
                       "no baseline");
            check_near(variance_with_baseline(&m, m.f), cJSON_GetArrayItem(value, i)->valuedouble,
                       "the value as baseline");
            for (int size = 2, batches = n * n; size <= 4; size++, batches *= n) {
                double mean = 0.0, square = 0.0;
                for (int batch = 0; batch < batches; batch++) {
                    double probability = 1.0, estimate = 0.0, sum = 0.0;
                    for (int j = 0, rest = batch; j < size; j++, rest /= n) {
                        probability *= p[rest % n];
                        sum += values[rest % n];
                    }
                    for (int j = 0, rest = batch; j < size; j++, rest /= n) {
                        const double f = values[rest % n], s = (rest % n == i ? 1.0 : 0.0) - p[i];
                        estimate += (f - (sum - f) / (size - 1)) * s / size;
                    }
                    mean += probability * estimate;
                    square += probability * estimate * estimate;
                }
                check_near(mean, m.fs, "leave one out");
                check_near(variance_leave_one_out(&m, size), size * (square - mean * mean),
                           "variance of leave one out");
            }
        }
    }
    cJSON_Delete(json);
}
END_TEST

TEST_MAIN(test_reference_numbers, test_quadrature_finds_the_closed_forms, test_two_dimensions,
          test_resolution, test_moments_of_a_step, test_measure_valued, test_softmax)
