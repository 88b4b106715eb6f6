// Every distribution of the registry: what rill/distribution.h promises, derivatives against
// differences, extremes, memory. A new file is tested when it appears.
#include "tests/allocations.h"
#include "tests/conformance.h"
#include "tests/distributions.h"

enum { N_ETAS = 60 };

START_TEST(test_registry)
{
    const char *ids[256] = {NULL};
    for (size_t i = 0; rill_distribution_type_list()[i] != NULL; i++) {
        const rill_distribution_type *type = rill_distribution_type_list()[i];
        ids[i] = type->id;
        ck_assert_ptr_eq(rill_distribution_type_find(type->id, NULL), type);
        ASSERT_FOR(type->id, type->summary[0] != '\0' && type->source[0] != '\0');
        check_param_table(type->id, type->params, type->params_size);
        ASSERT_FOR(type->id, type->prepare != NULL && type->draw != NULL && type->sample != NULL &&
                                 type->centre != NULL);
        ASSERT_FOR(type->id, (type->log_probability == NULL) == (type->score == NULL));
        ASSERT_FOR(type->id, type->score != NULL || type->pathwise != NULL);
        ASSERT_FOR(type->id, !type->is_relaxed || type->kind == RILL_SPACE_DISCRETE);
        ASSERT_FOR(type->id, !type->is_straight_through || type->pathwise != NULL);
    }
    check_files_are_ids("approx", "distribution_", ids);
    rill_error error = {0};
    ck_assert_ptr_null(rill_distribution_type_find("gausian", &error));
    ck_assert_str_eq(error.message, "unknown distribution \"gausian\"; did you mean \"gaussian\"?");
    ck_assert_str_eq(rill_distribution_type_default(RILL_SPACE_BOX)->id, "gaussian");
    ck_assert_str_eq(rill_distribution_type_default(RILL_SPACE_DISCRETE)->id, "categorical");
}
END_TEST

START_TEST(test_another_kind_of_actions_is_refused)
{
    const rill_distribution_type *const *type = rill_distribution_type_list();
    for (; *type != NULL; type++) {
        const bool is_box = (*type)->kind == RILL_SPACE_BOX;
        const rill_space other =
            distributions_space(is_box ? RILL_SPACE_DISCRETE : RILL_SPACE_BOX, 2);
        rill_distribution distribution;
        rill_error error = {0};
        ASSERT_REFUSED(rill_distribution_create(&distribution, *type, NULL, other, &error), &error,
                       "", is_box ? "use categorical" : "use gaussian");
        ASSERT_FOR((*type)->id, strstr(error.message, (*type)->id) != NULL);
    }
}
END_TEST

// ---- samples ----

/// x lies where the type says.
static void check_support(const rill_distribution *distribution, const double *x, const char *name)
{
    double sum = 0.0;
    int n_ones = 0;
    for (int32_t i = 0; i < distribution->size; i++) {
        ASSERT_FOR(name, isfinite(x[i]));
        sum += x[i];
        n_ones += x[i] == 1.0;
    }
    if (distribution->type->kind == RILL_SPACE_BOX) {
        return; // that p(x) > 0 says it
    }
    ASSERT_FOR(name, fabs(sum - 1.0) <= 1e-14 * distribution->size);
    for (int32_t i = 0; i < distribution->size; i++) {
        ASSERT_FOR(name, x[i] >= 0.0 && x[i] <= 1.0);
        ASSERT_FOR(name, distribution->type->is_relaxed || x[i] == 0.0 || x[i] == 1.0);
    }
    ASSERT_FOR(name, distribution->type->is_relaxed || n_ones == 1);
}

/// The same noise gives the same bytes, whatever was sampled between; what is drawn is the stream's
/// alone; nothing is written beyond the sizes.
static void check_replay(const rill_distribution *distribution, const char *name)
{
    rill_rng rng, same;
    rill_rng_seed(&rng, 1);
    for (int i = 0; i < N_ETAS; i++) {
        double eta[MAX_ETA], noise[2][MAX_ETA + 1], x[3][MAX_ETA + 1];
        distributions_eta(eta, distribution->n_parameters, 2.0, &rng);
        same = rng;
        const size_t size = (size_t)distribution->size, n_noise = (size_t)distribution->n_noise;
        for (int k = 0; k < 3; k++) {
            x[k][size] = noise[k / 2][n_noise] = 12345.0;
        }
        rill_distribution_sample(distribution, eta, &rng, noise[0], x[0]);
        distribution->type->draw(distribution, &same, noise[1]);
        ASSERT_FOR(name, memcmp(&rng, &same, sizeof rng) == 0);
        ASSERT_FOR(name, memcmp(noise[0], noise[1], n_noise * sizeof(double)) == 0);
        distribution->type->sample(distribution, eta, noise[1], x[1]);
        const rill_distribution later = rill_distribution_at(distribution, 1000, 10);
        ck_assert(later.step == 1000 && later.episode == 10 && distribution->step == 0);
        later.type->sample(&later, eta, noise[0], x[2]); // the defaults do not change with time
        for (int k = 0; k < 3; k++) {
            ASSERT_FOR(name, memcmp(x[0], x[k], size * sizeof(double)) == 0);
            ASSERT_FOR(name, x[k][size] == 12345.0 && noise[k / 2][n_noise] == 12345.0);
        }
        check_support(distribution, x[0], name);
        distribution->type->centre(distribution, eta, x[1]);
        for (size_t k = 0; k < size; k++) {
            ASSERT_FOR(name, isfinite(x[1][k]));
        }
        ASSERT_FOR(name, x[1][size] == 12345.0);
        if (distribution->type->log_probability != NULL) {
            ASSERT_FOR(name,
                       isfinite(distribution->type->log_probability(distribution, eta, x[0])));
            ASSERT_FOR(name,
                       isfinite(distribution->type->log_probability(distribution, eta, x[1])));
        }
    }
}

START_TEST(test_replay)
{
    distributions_for_each(check_replay);
}
END_TEST

// ---- derivatives ----

static void log_probability_of(const rill_distribution *distribution, const double *eta,
                               const void *context, double *values)
{
    values[0] = distribution->type->log_probability(distribution, eta, context);
}

static void entropy_of(const rill_distribution *distribution, const double *eta,
                       const void *context, double *values)
{
    (void)context;
    values[0] = distribution->type->entropy(distribution, eta, NULL);
}

static void sample_of(const rill_distribution *distribution, const double *eta, const void *context,
                      double *values)
{
    distribution->type->sample(distribution, eta, context, values);
}

/// The distribution whose sample `pathwise` differentiates: of a straight-through type the relaxed one
/// with the same parameters.
static rill_distribution differentiable(const rill_distribution *distribution)
{
    rill_distribution relaxed = *distribution;
    if (distribution->type->is_straight_through) {
        relaxed.type = rill_distribution_type_find("gumbel_softmax", NULL);
        ck_assert_uint_eq(relaxed.type->params_size, distribution->type->params_size);
        ck_assert_str_eq(relaxed.type->params[0].name, distribution->type->params[0].name);
    }
    return relaxed;
}

/// Score, gradient of the entropy and Jacobian of the sample, each to 1e-7.
static void check_derivatives(const rill_distribution *distribution, const char *name)
{
    const rill_distribution_type *type = distribution->type;
    const int32_t n = distribution->n_parameters, size = distribution->size;
    rill_rng rng;
    rill_rng_seed(&rng, 2);
    for (int i = 0; i < N_ETAS; i++) {
        double eta[MAX_ETA], noise[MAX_ETA], x[MAX_ETA];
        double ours[MAX_ETA * MAX_ETA], expected[MAX_ETA * MAX_ETA];
        distributions_eta(eta, n, i % 3 == 0 ? 0.1 : 0.8, &rng);
        rill_distribution_sample(distribution, eta, &rng, noise, x);
        for (int32_t k = 0; k < n * size; k++) {
            ours[k] = (double)NAN; // each element must be written
        }
        if (type->score != NULL) {
            type->score(distribution, eta, x, ours);
            distributions_difference(distribution, log_probability_of, eta, x, 1, expected);
            distributions_compare(name, ours, expected, n, 1.0, 1e-7);
        }
        if (type->entropy != NULL) {
            const double entropy = type->entropy(distribution, eta, ours);
            ASSERT_FOR(name, entropy == type->entropy(distribution, eta, NULL));
            distributions_difference(distribution, entropy_of, eta, NULL, 1, expected);
            distributions_compare(name, ours, expected, n, 1.0, 1e-7);
        }
        if (type->pathwise != NULL) {
            const rill_distribution smooth = differentiable(distribution);
            // relative to the size of the action, which may be small or far from 0
            double scale = 0.0;
            for (int32_t k = 0; k < size * n; k++) {
                ours[k] = (double)NAN;
            }
            type->pathwise(distribution, eta, noise, x, ours);
            distributions_difference(&smooth, sample_of, eta, noise, size, expected);
            for (int32_t k = 0; k < size; k++) {
                scale = fmax(scale, fabs(x[k]));
            }
            distributions_compare(name, ours, expected, size * n, scale, 1e-7);
        }
    }
}

START_TEST(test_derivatives)
{
    distributions_for_each(check_derivatives);
}
END_TEST

// ---- dimensions ----

/// The dimensions of a box are independent: log p, entropy and divergence are the sums of those of
/// one-dimensional distributions, and samples are theirs.
static void check_dimensions(const rill_distribution *all, const char *name)
{
    const rill_distribution_type *type = all->type;
    if (type->kind != RILL_SPACE_BOX || all->size == 1) {
        return;
    }
    const int32_t m = all->size, k = all->n_parameters / m, k_noise = all->n_noise / m;
    rill_rng rng;
    rill_rng_seed(&rng, 5);
    double eta[MAX_ETA], other[MAX_ETA], noise[MAX_ETA], x[MAX_ETA];
    distributions_eta(eta, all->n_parameters, 1.0, &rng);
    distributions_eta(other, all->n_parameters, 1.0, &rng);
    rill_distribution_sample(all, eta, &rng, noise, x);
    double log_p = 0.0, entropy = 0.0, divergence = 0.0;
    for (int32_t i = 0; i < m; i++) {
        rill_distribution one = distributions_create(
            type->id, rill_space_box(1, distributions_low + i, distributions_high + i), "");
        double eta_i[MAX_ETA], other_i[MAX_ETA], noise_i[MAX_ETA], x_i;
        for (int32_t j = 0; j < k; j++) {
            eta_i[j] = eta[j * m + i];
            other_i[j] = other[j * m + i];
        }
        for (int32_t j = 0; j < k_noise; j++) {
            noise_i[j] = noise[j * m + i];
        }
        type->sample(&one, eta_i, noise_i, &x_i);
        ASSERT_FOR(name, x_i == x[i]);
        log_p += type->log_probability(&one, eta_i, &x_i);
        entropy += type->entropy == NULL ? 0.0 : type->entropy(&one, eta_i, NULL);
        divergence += type->divergence == NULL ? 0.0 : type->divergence(&one, eta_i, other_i);
        rill_distribution_destroy(&one);
    }
    ASSERT_NEAR(type->log_probability(all, eta, x), log_p, 1e-12);
    if (type->entropy != NULL) {
        ASSERT_NEAR(type->entropy(all, eta, NULL), entropy, 1e-12);
    }
    if (type->divergence != NULL) {
        ASSERT_NEAR(type->divergence(all, eta, other), divergence, 1e-12 * divergence);
    }
}

START_TEST(test_dimensions_are_independent)
{
    distributions_for_each(check_dimensions);
}
END_TEST

// ---- extremes ----

static void assert_no_nan(const double *values, int32_t n, bool is_finite, const char *name)
{
    for (int32_t i = 0; i < n; i++) {
        ASSERT_FOR(name, !isnan(values[i]) && (!is_finite || isfinite(values[i])));
    }
}

/// No number is NaN for any eta up to 1e300, and none infinite up to 1e6, at samples, at edges of the
/// support and of least and greatest noise.
static void check_extremes(const rill_distribution *distribution, const char *name)
{
    static const double sizes[] = {0.0, 1.0, 40.0, 700.0, 1e6, 1e300};
    const rill_distribution_type *type = distribution->type;
    const int32_t n = distribution->n_parameters, size = distribution->size;
    rill_rng rng;
    rill_rng_seed(&rng, 6);
    for (int i = 0; i < 600; i++) {
        double eta[MAX_ETA], other[MAX_ETA], noise[MAX_ETA], x[MAX_ETA];
        double gradient[MAX_ETA * MAX_ETA];
        const double scale = sizes[i % 6];
        const bool is_finite = scale <= 1e6;
        for (int32_t j = 0; j < n; j++) {
            eta[j] = scale * (double)(rill_rng_integers(&rng, 3) - 1);
            other[j] = scale * (double)(rill_rng_integers(&rng, 3) - 1);
        }
        rill_distribution_sample(distribution, eta, &rng, noise, x);
        assert_no_nan(x, size, true, name);
        for (int where = 0; where < 3; where++) {
            for (int32_t j = 0; j < size && where > 0; j++) { // an edge
                x[j] = type->kind == RILL_SPACE_DISCRETE ? j == (where == 1 ? 0 : size - 1)
                       : where == 1                      ? distribution->space.low[j]
                                                         : distribution->space.high[j];
            }
            if (type->log_probability != NULL) {
                const double log_p = type->log_probability(distribution, eta, x);
                assert_no_nan(&log_p, 1, is_finite, name);
                type->score(distribution, eta, x, gradient);
                assert_no_nan(gradient, n, is_finite, name);
            }
        }
        if (type->pathwise != NULL) {
            type->sample(distribution, eta, noise, x);
            type->pathwise(distribution, eta, noise, x, gradient);
            assert_no_nan(gradient, size * n, is_finite, name);
        }
        if (type->entropy != NULL) {
            const double entropy = type->entropy(distribution, eta, gradient);
            assert_no_nan(&entropy, 1, is_finite, name);
            assert_no_nan(gradient, n, is_finite, name);
        }
        if (type->divergence != NULL) {
            const double divergence = type->divergence(distribution, eta, other);
            assert_no_nan(&divergence, 1, is_finite, name);
            ASSERT_FOR(name, divergence >= -1e-7);
        }
        type->centre(distribution, eta, x);
        assert_no_nan(x, size, true, name);
    }
}

START_TEST(test_extremes)
{
    distributions_for_each(check_extremes);
}
END_TEST

// ---- memory ----

/// After create nothing allocates; destroy frees all.
static void check_memory(const rill_distribution *distribution, const char *name)
{
    const rill_distribution_type *type = distribution->type;
    const long live = allocations_live;
    rill_distribution again;
    rill_error error = {0};
    ASSERT_OK(rill_distribution_create(&again, type, NULL, distribution->space, &error), &error);
    const long made = allocations_made;
    rill_rng rng;
    rill_rng_seed(&rng, 7);
    double eta[MAX_ETA], noise[MAX_ETA], x[MAX_ETA], gradient[MAX_ETA * MAX_ETA];
    distributions_eta(eta, again.n_parameters, 1.0, &rng);
    rill_distribution_sample(&again, eta, &rng, noise, x);
    if (type->log_probability != NULL) {
        type->log_probability(&again, eta, x);
        type->score(&again, eta, x, gradient);
    }
    if (type->entropy != NULL) {
        type->entropy(&again, eta, gradient);
    }
    if (type->divergence != NULL) {
        type->divergence(&again, eta, eta);
    }
    if (type->pathwise != NULL) {
        type->pathwise(&again, eta, noise, x, gradient);
    }
    type->centre(&again, eta, x);
    ASSERT_FOR(name, allocations_made == made);
    rill_distribution_destroy(&again);
    ASSERT_FOR(name, allocations_live == live);
    rill_distribution_destroy(&again); // nothing happens
    // without memory
    allocations_until_failure = 1;
    const rill_status status =
        rill_distribution_create(&again, type, NULL, distribution->space, &error);
    allocations_until_failure = 0;
    ASSERT_FOR(name, status == RILL_NO_MEMORY && allocations_live == live);
}

START_TEST(test_memory)
{
    if (are_allocations_counted("test_memory")) {
        distributions_for_each(check_memory);
    }
}
END_TEST

TEST_MAIN(test_registry, test_another_kind_of_actions_is_refused, test_replay, test_derivatives,
          test_dimensions_are_independent, test_extremes, test_memory)
