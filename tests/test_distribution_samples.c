// Every distribution of the registry: samples against densities, scores, entropies and divergences. A new
// file is tested when it appears.
#include "tests/distributions.h"

enum { N_ETAS = 60, N_SAMPLES = 40000 };

typedef struct moments {
    double sum, squares;
} moments;

static void add(moments *m, double value)
{
    m->sum += value;
    m->squares += value * value;
}

/// The mean differs from `expected` by less than five standard errors: two-sided, a true hypothesis
/// fails with probability 5.7e-7. (Some 200 are tested, of seeds that stay.)
static void check_mean(const moments *m, double expected, const char *name, const char *what)
{
    const double mean = m->sum / N_SAMPLES;
    const double variance = fmax(m->squares / N_SAMPLES - mean * mean, 0.0);
    const double bound = 5.0 * sqrt(variance / N_SAMPLES) + 1e-10;
    ck_assert_msg(fabs(mean - expected) <= bound, "%s: %s is %.6g, not %.6g within %.2g", name,
                  what, mean, expected, bound);
}

/// An objective that is not odd nor even in anything: f(x) = sum_i (i + 1) cos(t_i + 1), with t_i of x_i
/// from 0 to 1 on the bounds of a box.
static double objective(const rill_distribution *distribution, const double *x, double *gradient)
{
    double sum = 0.0;
    for (int32_t i = 0; i < distribution->size; i++) {
        double shift = 0.0, width = 1.0;
        if (distribution->type->kind == RILL_SPACE_BOX) {
            shift = distribution->space.low[i];
            width = distribution->space.high[i] - shift;
        }
        const double t = (x[i] - shift) / width + 1.0;
        sum += (i + 1) * cos(t);
        gradient[i] = -(i + 1) * sin(t) / width;
    }
    return sum;
}

/// E[score] = 0, H = E[-log p], and the two forms of grad E[f] agree; so the sampler, the density and the
/// derivatives belong together.
static void check_samples(const rill_distribution *distribution, const char *name)
{
    const rill_distribution_type *type = distribution->type;
    const int32_t n = distribution->n_parameters;
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    double eta[MAX_ETA];
    distributions_eta(eta, n, 0.7, &rng);
    moments scores[MAX_ETA] = {{0}}, gaps[MAX_ETA] = {{0}}, surprise = {0};
    for (int i = 0; i < N_SAMPLES; i++) {
        double noise[MAX_ETA], x[MAX_ETA], score[MAX_ETA], slope[MAX_ETA];
        double jacobian[MAX_ETA * MAX_ETA];
        rill_distribution_sample(distribution, eta, &rng, noise, x);
        if (type->score == NULL) {
            continue;
        }
        type->score(distribution, eta, x, score);
        add(&surprise, -type->log_probability(distribution, eta, x));
        if (type->pathwise != NULL) {
            type->pathwise(distribution, eta, noise, x, jacobian);
        }
        const double value = objective(distribution, x, slope);
        for (int32_t j = 0; j < n; j++) {
            add(&scores[j], score[j]);
            if (type->pathwise != NULL) {
                double pathwise = 0.0;
                for (int32_t k = 0; k < distribution->size; k++) {
                    pathwise += jacobian[k * n + j] * slope[k];
                }
                add(&gaps[j], pathwise - value * score[j]);
            }
        }
    }
    for (int32_t j = 0; j < n && type->score != NULL; j++) {
        check_mean(&scores[j], 0.0, name, "the mean score");
        if (type->pathwise != NULL && !type->is_straight_through) {
            check_mean(&gaps[j], 0.0, name, "pathwise less score-function gradient");
        }
    }
    if (type->entropy != NULL && type->score != NULL) {
        check_mean(&surprise, type->entropy(distribution, eta, NULL), name, "the mean of -log p");
    }
}

START_TEST(test_samples_scores_and_paths_agree)
{
    distributions_for_each(check_samples);
}
END_TEST

// ---- divergence ----

/// KL(p || q), by eta of q; the context is that of p.
static void divergence_of(const rill_distribution *distribution, const double *eta,
                          const void *context, double *values)
{
    values[0] = distribution->type->divergence(distribution, context, eta);
}

/// KL is 0 of a distribution and itself and above 0 otherwise, and its gradient by q is
/// -E_p[score of q] (five standard errors).
static void check_divergence(const rill_distribution *distribution, const char *name)
{
    const rill_distribution_type *type = distribution->type;
    const int32_t n = distribution->n_parameters;
    if (type->divergence == NULL) {
        return;
    }
    rill_rng rng;
    rill_rng_seed(&rng, 4);
    double p[MAX_ETA], q[MAX_ETA], slope[MAX_ETA];
    for (int i = 0; i < N_ETAS; i++) {
        distributions_eta(p, n, 0.7, &rng);
        distributions_eta(q, n, 0.7, &rng);
        ASSERT_FOR(name, fabs(type->divergence(distribution, p, p)) <= 1e-14);
        ASSERT_FOR(name, n == 1 || type->divergence(distribution, p, q) > 0.0);
    }
    moments scores[MAX_ETA] = {{0}};
    for (int i = 0; i < N_SAMPLES; i++) {
        double noise[MAX_ETA], x[MAX_ETA], score[MAX_ETA];
        rill_distribution_sample(distribution, p, &rng, noise, x);
        type->score(distribution, q, x, score);
        for (int32_t j = 0; j < n; j++) {
            add(&scores[j], score[j]);
        }
    }
    distributions_difference(distribution, divergence_of, q, p, 1, slope);
    for (int32_t j = 0; j < n; j++) {
        check_mean(&scores[j], -slope[j], name, "the mean score of another distribution");
    }
}

START_TEST(test_divergence)
{
    distributions_for_each(check_divergence);
}
END_TEST

TEST_MAIN(test_samples_scores_and_paths_agree, test_divergence)
