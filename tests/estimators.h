/// What the tests of gradient estimators share: distributions at a given eta, estimators on them, and the
/// mean and variance of many estimates.
#ifndef RILL_TESTS_ESTIMATORS_H
#define RILL_TESTS_ESTIMATORS_H

#include "experiments/objectives.h"
#include "tests/test.h"

#include <stdio.h>

enum { NUMBERS = 16 }; ///< greatest number of parameters

/// A distribution and its parameters.
typedef struct sampled {
    rill_distribution distribution;
    double low[NUMBERS], high[NUMBERS];
    double eta[NUMBERS];
} sampled;

/// N(mu_i, sigma_i^2), independent.
static inline void sampled_gaussian(sampled *s, int32_t d, const double *mu, const double *sigma)
{
    rill_error error = {0};
    const rill_distribution_type *type = rill_distribution_type_find("gaussian", &error);
    for (int32_t i = 0; i < d; i++) {
        s->low[i] = (double)-INFINITY;
        s->high[i] = (double)INFINITY;
        s->eta[i] = mu[i];
        s->eta[d + i] = rill_log(sigma[i]);
    }
    ASSERT_OK(rill_distribution_create(&s->distribution, type, NULL,
                                       rill_space_box(d, s->low, s->high), &error),
              &error);
}

/// Softmax, or what else there is over n actions, with preferences eta; `setting` may be NULL.
static inline void sampled_actions(sampled *s, const char *id, const char *setting, int32_t n,
                                   const double *eta)
{
    rill_error error = {0};
    const rill_distribution_type *type = rill_distribution_type_find(id, &error);
    ck_assert_msg(type != NULL, "%s", error.message);
    memcpy(s->eta, eta, (size_t)n * sizeof *eta);
    void *params = rill_params_create(type->params, type->params_size);
    if (setting != NULL) {
        ASSERT_OK(rill_params_assign(type->params, params, setting, &error), &error);
    }
    ASSERT_OK(
        rill_distribution_create(&s->distribution, type, params, rill_space_discrete(n), &error),
        &error);
}

/// f(e_a) = values[a], and between the corners in proportion.
typedef struct table {
    int32_t n;
    const double *values;
} table;

static inline double table_value(const void *context, const double *x)
{
    const table *t = context;
    double sum = 0.0;
    for (int32_t a = 0; a < t->n; a++) {
        sum += t->values[a] * x[a];
    }
    return sum;
}

static inline void table_gradient(const void *context, const double *x, double *gradient)
{
    (void)x;
    const table *t = context;
    memcpy(gradient, t->values, (size_t)t->n * sizeof *gradient);
}

static inline rill_objective table_objective(const table *t)
{
    return (rill_objective){table_value, table_gradient, t};
}

/// An estimator with its memory and its stream.
typedef struct running {
    rill_estimator estimator;
    void *memory;
    const double *eta;
    rill_rng rng;
} running;

/// A block of the table with settings "name=value name=value".
static inline void *estimator_params(const rill_estimator_type *type, const char *settings)
{
    rill_error error = {0};
    void *params = rill_params_create(type->params, type->params_size);
    char *copy = strdup(settings);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) {
        ASSERT_OK(rill_params_assign(type->params, params, word, &error), &error);
    }
    free(copy);
    return params;
}

static inline running running_create(const sampled *s, const char *id, const char *settings,
                                     rill_objective objective, int32_t n_samples, uint64_t seed)
{
    rill_error error = {0};
    running r = {.eta = s->eta};
    const rill_estimator_type *type = rill_estimator_type_find(id, &error);
    ck_assert_msg(type != NULL, "%s", error.message);
    ASSERT_OK(rill_estimator_create(&r.estimator, type, estimator_params(type, settings),
                                    &s->distribution, &objective, n_samples, &error),
              &error);
    r.memory = calloc(1, r.estimator.memory_size);
    rill_rng_seed(&r.rng, seed);
    return r;
}

static inline void running_estimate(running *r, double *gradient)
{
    rill_estimator_estimate(&r->estimator, r->memory, r->eta, &r->rng, gradient);
}

static inline void running_destroy(running *r)
{
    rill_estimator_destroy(&r->estimator);
    free(r->memory);
}

/// Of the estimates: their mean and variance, by component.
typedef struct spread {
    double mean[NUMBERS], variance[NUMBERS];
    double n;
} spread;

static inline spread running_spread(running *r, int n)
{
    spread s = {.n = n};
    const int32_t size = r->estimator.distribution->n_parameters;
    for (int k = 0; k < n; k++) {
        double gradient[NUMBERS];
        running_estimate(r, gradient);
        for (int32_t i = 0; i < size; i++) {
            const double difference = gradient[i] - s.mean[i];
            s.mean[i] += difference / (k + 1);
            s.variance[i] += difference * (gradient[i] - s.mean[i]);
        }
    }
    for (int32_t i = 0; i < size; i++) {
        s.variance[i] /= n - 1;
    }
    return s;
}

/// E[function(z)] for z standard normal, by the trapezoidal rule, which converges faster than any power
/// of its step for smooth functions.
static inline double normal_mean(double (*function)(const void *context, double z),
                                 const void *context)
{
    const double step = 0.02, reach = 12.0;
    double sum = 0.0;
    for (double z = -reach; z <= reach; z += step) {
        sum += step * exp(-0.5 * z * z) / sqrt(2.0 * RILL_PI) * function(context, z);
    }
    return sum;
}

#endif
