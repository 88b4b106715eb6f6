/// Sums over dimensions under a Gaussian, from Mohamed, Rosca, Figurnov and Mnih (2020), section 3 and
/// figures 2 and 3, and functions of an action under a softmax.
#include "experiments/objectives.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <rill/math.h>
#include <string.h>

// ---------------------------------------------------------------------------------- sums of g(x_i)

static double sum_value(const void *context, const double *x)
{
    const test_objective *self = context;
    double sum = 0.0;
    for (int32_t i = 0; i < self->size; i++) {
        sum += self->type->part(self->k, x[i]);
    }
    return sum;
}

static void sum_gradient(const void *context, const double *x, double *gradient)
{
    const test_objective *self = context;
    for (int32_t i = 0; i < self->size; i++) {
        gradient[i] = self->type->slope(self->k, x[i]);
    }
}

static double quadratic(double k, double x)
{
    return (x - k) * (x - k);
}

static double quadratic_slope(double k, double x)
{
    return 2.0 * (x - k);
}

static double quadratic_expectation(double k, double mu, double sigma, double *by_mu,
                                    double *by_sigma)
{
    *by_mu = 2.0 * (mu - k);
    *by_sigma = 2.0 * sigma;
    return (mu - k) * (mu - k) + sigma * sigma;
}

static double cubic(double k, double x)
{
    return (x - k) * (x - k) * (x - k);
}

static double cubic_slope(double k, double x)
{
    return 3.0 * (x - k) * (x - k);
}

static double cubic_expectation(double k, double mu, double sigma, double *by_mu, double *by_sigma)
{
    const double m = mu - k;
    *by_mu = 3.0 * (m * m + sigma * sigma);
    *by_sigma = 6.0 * m * sigma;
    return m * m * m + 3.0 * m * sigma * sigma;
}

static double step(double k, double x)
{
    return x > k ? 1.0 : 0.0;
}

/// P(x > k) = Phi(z), z = (mu - k) / sigma
static double step_expectation(double k, double mu, double sigma, double *by_mu, double *by_sigma)
{
    const double z = (mu - k) / sigma;
    *by_mu = gsl_ran_ugaussian_pdf(z) / sigma;
    *by_sigma = -z * gsl_ran_ugaussian_pdf(z) / sigma;
    return gsl_cdf_ugaussian_P(z);
}

static double bump(double k, double x)
{
    return rill_exp(-k * x * x);
}

static double bump_slope(double k, double x)
{
    return -2.0 * k * x * rill_exp(-k * x * x);
}

/// E = exp(-k mu^2 / v) / sqrt(v), v = 1 + 2 k sigma^2
static double bump_expectation(double k, double mu, double sigma, double *by_mu, double *by_sigma)
{
    const double v = 1.0 + 2.0 * k * sigma * sigma;
    const double mean = rill_exp(-k * mu * mu / v) / sqrt(v);
    *by_mu = -2.0 * k * mu / v * mean;
    *by_sigma = 4.0 * k * sigma * (k * mu * mu / v - 0.5) / v * mean;
    return mean;
}

static double bump_rate(double k)
{
    return sqrt(2.0 * k);
}

static double wave(double k, double x)
{
    return rill_cos(k * x);
}

static double wave_slope(double k, double x)
{
    return -k * rill_sin(k * x);
}

/// E = cos(k mu) exp(-k^2 sigma^2 / 2)
static double wave_expectation(double k, double mu, double sigma, double *by_mu, double *by_sigma)
{
    const double damping = rill_exp(-0.5 * k * k * sigma * sigma);
    *by_mu = -k * rill_sin(k * mu) * damping;
    *by_sigma = -k * k * sigma * rill_cos(k * mu) * damping;
    return rill_cos(k * mu) * damping;
}

static double wave_rate(double k)
{
    return fabs(k) * 3.0 / (2.0 * RILL_PI);
}

// ---------------------------------------------------------------------- functions of an action

/// Arm a of n pays k a / (n - 1); between the corners in proportion.
static double arm(const test_objective *self, int32_t a)
{
    return self->size < 2 ? self->k : self->k * a / (self->size - 1);
}

static double bandit_value(const void *context, const double *x)
{
    const test_objective *self = context;
    double sum = 0.0;
    for (int32_t a = 0; a < self->size; a++) {
        sum += arm(self, a) * x[a];
    }
    return sum;
}

static void bandit_gradient(const void *context, const double *x, double *gradient)
{
    (void)x;
    const test_objective *self = context;
    for (int32_t a = 0; a < self->size; a++) {
        gradient[a] = arm(self, a);
    }
}

/// The target t_a, in proportion to a + 1.
static double target(const test_objective *self, int32_t a)
{
    return 2.0 * (a + 1) / ((double)self->size * (self->size + 1));
}

/// x_a as a prediction that leaves something to the other actions: (1 - k) x_a + k / n.
static double softened(const test_objective *self, double x)
{
    return (1.0 - self->k) * x + self->k / self->size;
}

static double cross_entropy_value(const void *context, const double *x)
{
    const test_objective *self = context;
    double sum = 0.0;
    for (int32_t a = 0; a < self->size; a++) {
        sum -= target(self, a) * rill_log(softened(self, x[a]));
    }
    return sum;
}

static void cross_entropy_gradient(const void *context, const double *x, double *gradient)
{
    const test_objective *self = context;
    for (int32_t a = 0; a < self->size; a++) {
        gradient[a] = -target(self, a) * (1.0 - self->k) / softened(self, x[a]);
    }
}

// ------------------------------------------------------------------------------------------- table

#define SUM_OBJECTIVE(name, text, constant, function, rate_of_k)                                   \
    {                                                                                              \
        .id = (name), .formula = (text), .kind = RILL_SPACE_BOX, .k = (constant),                  \
        .value = sum_value, .gradient = sum_gradient, .part = function, .slope = function##_slope, \
        .expectation = function##_expectation, .rate = rate_of_k                                   \
    }

static const objective_type types[] = {
    SUM_OBJECTIVE("quadratic", "(x - k)^2", 0.0, quadratic, NULL),
    SUM_OBJECTIVE("cubic", "(x - k)^3", 0.0, cubic, NULL),
    SUM_OBJECTIVE("exp", "exp(-k x^2)", 1.0, bump, bump_rate),
    SUM_OBJECTIVE("cos", "cos(k x)", 1.0, wave, wave_rate),
    {.id = "step",
     .formula = "1 where x > k, else 0",
     .kind = RILL_SPACE_BOX,
     .value = sum_value,
     .part = step,
     .expectation = step_expectation},
    {.id = "bandit",
     .formula = "k a / (n - 1) for action a of n",
     .kind = RILL_SPACE_DISCRETE,
     .k = 1.0,
     .value = bandit_value,
     .gradient = bandit_gradient},
    {.id = "cross_entropy",
     .formula = "-sum_a t_a log((1 - k) x_a + k / n), t_a in proportion to a + 1",
     .kind = RILL_SPACE_DISCRETE,
     .k = 0.5,
     .value = cross_entropy_value,
     .gradient = cross_entropy_gradient},
};

enum { N_TYPES = sizeof types / sizeof types[0] };

static const objective_type *const type_list[N_TYPES + 1] = {
    &types[0], &types[1], &types[2], &types[3], &types[4], &types[5], &types[6], NULL,
};

const objective_type *const *objective_type_list(void)
{
    return type_list;
}

const objective_type *objective_type_find(const char *id, rill_error *error)
{
    const char *names[N_TYPES + 1] = {NULL};
    for (size_t i = 0; i < N_TYPES; i++) {
        names[i] = types[i].id;
        if (strcmp(id, names[i]) == 0) {
            return &types[i];
        }
    }
    const char *nearest = rill_nearest_name(id, names);
    rill_error_set(error, RILL_INVALID, "", "unknown objective \"%.60s\"%s%s%s there are %s", id,
                   nearest == NULL ? ";" : "; did you mean \"", nearest == NULL ? "" : nearest,
                   nearest == NULL ? "" : "\"?",
                   "quadratic, cubic, exp, cos, step, bandit and cross_entropy");
    return NULL;
}

rill_objective objective_of(const test_objective *self)
{
    return (rill_objective){
        .value = self->type->value, .gradient = self->type->gradient, .context = self};
}
