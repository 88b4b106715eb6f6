#include "experiments/estimator_study.h"

#include "experiments/gradient_moments.h"

#include <math.h>
#include <rill/math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const estimator_subject subjects[] = {
    {"score_function/none", "score_function", "none", "gaussian", RILL_SPACE_BOX},
    {"score_function/constant", "score_function", "constant", "gaussian", RILL_SPACE_BOX},
    {"score_function/running_mean", "score_function", "running_mean", "gaussian", RILL_SPACE_BOX},
    {"score_function/optimal", "score_function", "optimal", "gaussian", RILL_SPACE_BOX},
    {"score_function/leave_one_out", "score_function", "leave_one_out", "gaussian", RILL_SPACE_BOX},
    {"pathwise", "pathwise", NULL, "gaussian", RILL_SPACE_BOX},
    {"measure_valued", "measure_valued", NULL, "gaussian", RILL_SPACE_BOX},
    {"score_function/none", "score_function", "none", "categorical", RILL_SPACE_DISCRETE},
    {"score_function/constant", "score_function", "constant", "categorical", RILL_SPACE_DISCRETE},
    {"score_function/running_mean", "score_function", "running_mean", "categorical",
     RILL_SPACE_DISCRETE},
    {"score_function/optimal", "score_function", "optimal", "categorical", RILL_SPACE_DISCRETE},
    {"score_function/leave_one_out", "score_function", "leave_one_out", "categorical",
     RILL_SPACE_DISCRETE},
    {"pathwise/gumbel_softmax", "pathwise", NULL, "gumbel_softmax", RILL_SPACE_DISCRETE},
    {"pathwise/straight_through", "pathwise", NULL, "straight_through", RILL_SPACE_DISCRETE},
    {NULL, NULL, NULL, NULL, RILL_SPACE_BOX},
};

const estimator_subject *estimator_subjects(void)
{
    return subjects;
}

static bool is_box(const estimator_study *study)
{
    return study->objective->kind == RILL_SPACE_BOX;
}

int32_t estimator_study_rows(const estimator_study *study)
{
    return is_box(study) ? 2 : study->dimension;
}

// -------------------------------------------------------------------------------------------- exact

/// The moments of row i. `work` is (2, dimension).
static score_moments moments_of(const estimator_study *study, const test_objective *f,
                                const double *eta, int32_t i, double *work)
{
    if (is_box(study)) {
        return score_moments_gaussian(f, study->mu, study->sigma, i == 0 ? BY_MU : BY_SIGMA);
    }
    const int32_t n = study->dimension;
    double *values = work, *corner = work + n;
    for (int32_t a = 0; a < n; a++) {
        memset(corner, 0, (size_t)n * sizeof *corner);
        corner[a] = 1.0;
        values[a] = f->type->value(f, corner);
    }
    return score_moments_softmax(n, eta, values, i);
}

/// E[f]: of a box in closed form.
static double exact_mean(const estimator_study *study, const test_objective *f, const double *eta,
                         double *work)
{
    if (!is_box(study)) {
        return moments_of(study, f, eta, 0, work).f;
    }
    double by[2];
    return study->dimension *
           study->objective->expectation(study->k, study->mu, study->sigma, &by[0], &by[1]);
}

static double exact_variance(const estimator_study *study, const estimator_subject *subject,
                             const test_objective *f, const score_moments *m, int32_t i)
{
    if (is_box(study) && !is_resolved(f, study->sigma)) {
        return (double)NAN;
    }
    if (subject->baseline == NULL) {
        if (!is_box(study)) {
            return (double)NAN;
        }
        return strcmp(subject->estimator, "pathwise") == 0
                   ? variance_pathwise(f, study->mu, study->sigma, i == 0 ? BY_MU : BY_SIGMA)
                   : variance_measure_valued(f, study->mu, study->sigma, i == 0 ? BY_MU : BY_SIGMA);
    }
    if (strcmp(subject->baseline, "none") == 0) {
        return variance_with_baseline(m, 0.0);
    }
    if (strcmp(subject->baseline, "optimal") == 0) {
        return variance_with_baseline(m, optimal_baseline(m));
    }
    if (strcmp(subject->baseline, "leave_one_out") == 0) {
        return variance_leave_one_out(m, study->batch);
    }
    return variance_with_baseline(m, m->f);
}

// --------------------------------------------------------------------------------------- measuring

/// What a study works with.
typedef struct equipment {
    double *low, *high; // (dimension) no bounds
    double *eta;        // (n_parameters)
    double *gradient;   // (n_parameters)
    double *means;      // (rows) of the estimates
    double *squares;    // (rows) sums of squares about them
    double *work;       // (2, dimension)
    double *block;      // all of the above
    void *memory;       // the estimator's
    rill_distribution distribution;
    rill_estimator estimator;
} equipment;

static rill_status take_arrays(const estimator_study *study, equipment *e, rill_error *error)
{
    const size_t d = (size_t)study->dimension;
    e->block = calloc(12 * d + 4, sizeof *e->block);
    if (e->block == NULL) {
        return rill_error_no_memory(error);
    }
    e->low = e->block;
    e->high = e->low + d;
    e->eta = e->high + d;           // 2 d at most
    e->gradient = e->eta + 2 * d;   // likewise
    e->means = e->gradient + 2 * d; // d + 2 at most
    e->squares = e->means + d + 2;  // likewise
    e->work = e->squares + d + 2;
    for (size_t i = 0; i < d; i++) {
        e->low[i] = (double)-INFINITY;
        e->high[i] = (double)INFINITY;
        e->eta[i] = is_box(study) ? study->mu : -0.5 * (double)i;
        e->eta[d + i] = rill_log(study->sigma); // of a box
    }
    return RILL_OK;
}

/// Parameters of a type's table with some of them set; NULL at the end of the assignments.
static rill_status make_params(const rill_param *table, size_t size, void **params,
                               const char *const *assignments, rill_error *error)
{
    *params = rill_params_create(table, size);
    if (*params == NULL) {
        return rill_error_no_memory(error);
    }
    for (; *assignments != NULL; assignments++) {
        rill_status status = rill_params_assign(table, *params, *assignments, error);
        if (status != RILL_OK) {
            rill_params_destroy(table, *params);
            return status;
        }
    }
    return RILL_OK;
}

static rill_status make_distribution(const estimator_study *study, const char *id, equipment *e,
                                     rill_error *error)
{
    const rill_distribution_type *type = rill_distribution_type_find(id, NULL);
    if (type == NULL) {
        return rill_error_set(error, RILL_INVALID, "", "the distribution %s is not built in", id);
    }
    char temperature[64];
    snprintf(temperature, sizeof temperature, "temperature=%.17g", study->temperature);
    const char *const widest[] = {"min_log_std=-20", "max_log_std=20", NULL};
    const char *const relaxed[] = {temperature, NULL};
    const char *const none[] = {NULL};
    const bool has_temperature = rill_param_find(type->params, "temperature", NULL) != NULL;
    void *params = NULL;
    rill_status status = make_params(type->params, type->params_size, &params,
                                     is_box(study)     ? widest
                                     : has_temperature ? relaxed
                                                       : none,
                                     error);
    if (status != RILL_OK) {
        return status;
    }
    const rill_space space = is_box(study) ? rill_space_box(study->dimension, e->low, e->high)
                                           : rill_space_discrete(study->dimension);
    return rill_distribution_create(&e->distribution, type, params, space, error);
}

static rill_status make_estimator(const estimator_study *study, const estimator_subject *subject,
                                  const test_objective *f, double mean, equipment *e,
                                  rill_error *error)
{
    const rill_estimator_type *type = rill_estimator_type_find(subject->estimator, error);
    if (type == NULL) {
        return RILL_INVALID;
    }
    char baseline[64] = "", constant[64];
    snprintf(constant, sizeof constant, "constant=%.17g", mean);
    if (subject->baseline != NULL) {
        snprintf(baseline, sizeof baseline, "baseline=%s", subject->baseline);
    }
    const char *const assignments[] = {baseline, constant, NULL};
    void *params = NULL;
    rill_status status =
        make_params(type->params, type->params_size, &params,
                    subject->baseline == NULL ? assignments + 2 : assignments, error);
    const rill_objective given = objective_of(f);
    status = status == RILL_OK
                 ? rill_estimator_create(&e->estimator, type, params, &e->distribution, &given,
                                         study->batch, error)
                 : status;
    if (status == RILL_OK) {
        e->memory = calloc(1, e->estimator.memory_size);
        status = e->memory != NULL ? RILL_OK : rill_error_no_memory(error);
    }
    return status;
}

/// Mean and sum of squares over batches, in one pass (Welford (1962)).
static int64_t run_batches(const estimator_study *study, const estimator_subject *subject,
                           equipment *e)
{
    const int64_t n_batches = study->samples / study->batch;
    const int32_t n_rows = estimator_study_rows(study);
    const uint32_t key[] = {(uint32_t)(subject - subjects), study->point};
    rill_rng rng;
    rill_rng_spawn(&rng, study->seed, key, 2);
    for (int64_t b = 0; b < n_batches; b++) {
        rill_estimator_estimate(&e->estimator, e->memory, e->eta, &rng, e->gradient);
        for (int32_t i = 0; i < n_rows; i++) {
            // the first dimension's mu and sigma = exp(eta): d / d sigma = (d / d eta) / sigma
            const double x = is_box(study) && i == 1 ? e->gradient[study->dimension] / study->sigma
                                                     : e->gradient[i];
            const double difference = x - e->means[i];
            e->means[i] += difference / (double)(b + 1);
            e->squares[i] += difference * (x - e->means[i]);
        }
    }
    return n_batches;
}

static void name_parameter(const estimator_study *study, int32_t i, estimator_row *row)
{
    if (is_box(study)) {
        snprintf(row->parameter, sizeof row->parameter, "%s", i == 0 ? "mu" : "sigma");
    } else {
        snprintf(row->parameter, sizeof row->parameter, "eta[%d]", i);
    }
}

rill_status estimator_study_measure(const estimator_study *study, const estimator_subject *subject,
                                    estimator_row *rows, rill_error *error)
{
    const test_objective f = {study->objective, study->k, study->dimension};
    if (subject->kind != study->objective->kind) {
        return rill_error_set(error, RILL_INVALID, "", "%s is an objective of %s",
                              study->objective->id, is_box(study) ? "boxes" : "discrete actions");
    }
    if (study->samples / study->batch < 2) {
        return rill_error_set(error, RILL_INVALID, "samples",
                              "%lld samples are less than two batches of %d",
                              (long long)study->samples, study->batch);
    }
    equipment e = {0};
    rill_status status = take_arrays(study, &e, error);
    status =
        status == RILL_OK ? make_distribution(study, subject->distribution, &e, error) : status;
    if (status == RILL_OK) {
        const double mean = exact_mean(study, &f, e.eta, e.work);
        status = make_estimator(study, subject, &f, mean, &e, error);
    }
    if (status == RILL_OK) {
        const int64_t n = run_batches(study, subject, &e);
        for (int32_t i = 0; i < estimator_study_rows(study); i++) {
            const score_moments m = moments_of(study, &f, e.eta, i, e.work);
            const double variance = e.squares[i] / (double)(n - 1); // of an estimate
            rows[i] = (estimator_row){
                .subject = subject,
                .exact = m.fs,
                .mean = e.means[i],
                .standard_error = sqrt(variance / (double)n),
                .variance = variance * study->batch,
                .exact_variance = exact_variance(study, subject, &f, &m, i),
                .values_per_sample = e.estimator.values_per_sample,
                .gradients_per_sample = e.estimator.gradients_per_sample,
                .samples = n * study->batch,
            };
            if (is_box(study)) { // in closed form
                double by[2];
                study->objective->expectation(study->k, study->mu, study->sigma, &by[0], &by[1]);
                rows[i].exact = by[i];
            }
            name_parameter(study, i, &rows[i]);
        }
    }
    rill_estimator_destroy(&e.estimator);
    rill_distribution_destroy(&e.distribution);
    free(e.memory);
    free(e.block);
    return status;
}
