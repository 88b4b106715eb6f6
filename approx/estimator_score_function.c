/// The score-function estimator, or likelihood ratio, or REINFORCE: with s = grad_eta log p(x; eta),
///
///     grad E[f(x)] = E[(f(x) - b) s(x)]
///
/// for any b that does not depend on x, since E[s] = 0 (Williams (1992); Sutton & Barto (2018), eq. 13.10
/// and 13.11; Mohamed et al. (2020), section 4). It asks nothing of f, not even that it be continuous,
/// and takes one evaluation of f a sample. The variance hangs on the baseline b:
///
///     none, constant    b given
///     running_mean      b = mean of f, which is near the best b where f and s^2 are little correlated
///     optimal           b_i = E[f s_i^2] / E[s_i^2], of each component the b of least variance
///                       (Weaver and Tao (2001); Greensmith, Bartlett and Baxter (2004))
///     leave_one_out     b_j = mean of f over the other samples of the batch (Kool, van Hoof and
///                       Welling (2019)); the estimate is then the sample covariance of f and s
///
/// running_mean and optimal are averages over the samples before the present one, so that b and x are
/// independent and every estimate is unbiased; the first sample ever has b = 0. As successive terms are
/// uncorrelated too, a batch of n has 1/n of the variance of one sample.
#include "approx/estimator_memory.h"

enum { NONE, CONSTANT, RUNNING_MEAN, OPTIMAL, LEAVE_ONE_OUT };
static const char *const baseline_words[] = {"none",    "constant",      "running_mean",
                                             "optimal", "leave_one_out", NULL};

typedef struct score_params {
    int baseline;
    double constant, rate;
} score_params;

static const rill_param score_param_table[] = {
    RILL_CHOICE(score_params, baseline, "running_mean", baseline_words,
                "what is subtracted from f"),
    RILL_REAL(score_params, constant, "0", -1e300, 1e300, "the constant baseline, in units of f"),
    RILL_REAL(score_params, rate, "0", 0, 1,
              "least weight of a new sample in learned baselines; 0: plain averages"),
    RILL_PARAM_END,
};

typedef struct score_memory {
    double *noise, *x; // (n_noise), (size)
    double *score;     // (n_parameters)
    double *sum;       // (n_parameters) of the scores of a batch
    // learned
    double *count;    // (1) samples so far
    double *mean;     // (1) average of f
    double *products; // (n_parameters) averages of f s_i^2
    double *squares;  // (n_parameters) averages of s_i^2
} score_memory;

static score_memory layout(const rill_estimator *estimator, rill_arena *arena)
{
    const rill_distribution *distribution = estimator->distribution;
    const int32_t n = distribution->n_parameters;
    return (score_memory){
        .noise = estimator_take(arena, distribution->n_noise),
        .x = estimator_take(arena, distribution->size),
        .score = estimator_take(arena, n),
        .sum = estimator_take(arena, n),
        .count = estimator_take(arena, 1),
        .mean = estimator_take(arena, 1),
        .products = estimator_take(arena, n),
        .squares = estimator_take(arena, n),
    };
}

static rill_status score_prepare(rill_estimator *estimator, rill_error *error)
{
    const score_params *params = estimator->params;
    const rill_distribution_type *distribution = estimator->distribution->type;
    if (distribution->score == NULL) {
        return rill_error_set(error, RILL_INVALID, "", "%s has no density to differentiate",
                              distribution->id);
    }
    if (params->baseline == LEAVE_ONE_OUT && estimator->n_samples < 2) {
        return rill_error_set(error, RILL_INVALID, "n_samples",
                              "leave_one_out compares samples and needs at least 2 of them");
    }
    estimator->values_per_sample = 1;
    rill_arena arena = {0};
    layout(estimator, &arena);
    return estimator_set_memory(estimator, &arena, error);
}

/// Draws a sample and its score; answers f.
static double draw(const rill_estimator *estimator, const score_memory *memory, const double *eta,
                   rill_rng *rng)
{
    const rill_distribution *distribution = estimator->distribution;
    rill_distribution_sample(distribution, eta, rng, memory->noise, memory->x);
    distribution->type->score(distribution, eta, memory->x, memory->score);
    return estimator->objective.value(estimator->objective.context, memory->x);
}

static double baseline_of(const score_params *params, const score_memory *memory, int32_t i)
{
    switch (params->baseline) {
    case CONSTANT:
        return params->constant;
    case RUNNING_MEAN:
        return *memory->mean;
    case OPTIMAL:
        return memory->squares[i] > 0.0 ? memory->products[i] / memory->squares[i] : 0.0;
    default:
        return 0.0;
    }
}

/// Averages of all samples, or, from the 1/rate-th on, that forget at the rate.
static void learn(const score_params *params, const score_memory *memory, double f, int32_t n)
{
    *memory->count += 1.0;
    const double weight = 1.0 / *memory->count > params->rate ? 1.0 / *memory->count : params->rate;
    *memory->mean += weight * (f - *memory->mean);
    for (int32_t i = 0; params->baseline == OPTIMAL && i < n; i++) {
        const double square = memory->score[i] * memory->score[i];
        memory->products[i] += weight * (f * square - memory->products[i]);
        memory->squares[i] += weight * (square - memory->squares[i]);
    }
}

/// (1/n) sum_j (f_j - b_j) s_j with b_j = sum_{k != j} f_k / (n - 1), which is
/// (1/(n-1)) (sum_j f_j s_j - mean f sum_j s_j). Values are taken from the first one on, so that a large
/// constant in f costs no digits.
static void estimate_leave_one_out(const rill_estimator *estimator, const score_memory *memory,
                                   const double *eta, rill_rng *rng, double *gradient)
{
    const int32_t n = estimator->distribution->n_parameters;
    double first = 0.0, total = 0.0;
    for (int32_t i = 0; i < n; i++) {
        gradient[i] = memory->sum[i] = 0.0;
    }
    for (int32_t j = 0; j < estimator->n_samples; j++) {
        const double f = draw(estimator, memory, eta, rng);
        first = j == 0 ? f : first;
        total += f - first;
        for (int32_t i = 0; i < n; i++) {
            gradient[i] += (f - first) * memory->score[i];
            memory->sum[i] += memory->score[i];
        }
    }
    const double mean = total / estimator->n_samples;
    for (int32_t i = 0; i < n; i++) {
        gradient[i] = (gradient[i] - mean * memory->sum[i]) / (estimator->n_samples - 1);
    }
}

static void score_estimate(const rill_estimator *estimator, void *block, const double *eta,
                           rill_rng *rng, double *gradient)
{
    const score_params *params = estimator->params;
    const int32_t n = estimator->distribution->n_parameters;
    const score_memory memory = layout(estimator, &(rill_arena){.base = block});
    if (params->baseline == LEAVE_ONE_OUT) {
        estimate_leave_one_out(estimator, &memory, eta, rng, gradient);
        return;
    }
    for (int32_t i = 0; i < n; i++) {
        gradient[i] = 0.0;
    }
    for (int32_t j = 0; j < estimator->n_samples; j++) {
        const double f = draw(estimator, &memory, eta, rng);
        for (int32_t i = 0; i < n; i++) {
            gradient[i] += (f - baseline_of(params, &memory, i)) * memory.score[i];
        }
        learn(params, &memory, f, n);
    }
    for (int32_t i = 0; i < n; i++) {
        gradient[i] /= estimator->n_samples;
    }
}

extern const rill_estimator_type rill_estimator_score_function;
const rill_estimator_type rill_estimator_score_function = {
    .id = "score_function",
    .summary = "f times the gradient of the log-density (REINFORCE), with a baseline",
    .source = "Williams (1992); Mohamed et al. (2020), section 4",
    .params = score_param_table,
    .params_size = sizeof(score_params),
    .prepare = score_prepare,
    .estimate = score_estimate,
};
