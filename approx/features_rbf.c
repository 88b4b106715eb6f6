/// Radial basis functions: bumps on a grid of centres, x_j(s) = exp(-|s - c_j|^2 / (2 sigma^2)).
///
/// Sutton & Barto (2018), section 9.5.5.
#include "approx/scaling.h"

#include <math.h>
#include <rill/math.h>

typedef struct rbf_params {
    scaling scaling;
    rill_list centres;
    double width;
    bool is_normalised;
    // derived
    int32_t n_centres[MAX_DIMENSIONS];
} rbf_params;

static const rill_param rbf_param_table[] = {
    SCALING_PARAMS,
    RILL_INTEGERS(rbf_params, centres, "5", 1, 1 << 20,
                  "across the range, the ends included; for all dimensions or for each"),
    RILL_REAL(rbf_params, width, "1", 1e-6, 1e6, "sigma, in units of the distance of two centres"),
    {"normalised", RILL_PARAM_BOOL, offsetof(rbf_params, is_normalised), "false", 0, 1, NULL,
     "the values of a state are divided by their sum"},
    RILL_PARAM_END,
};

static rill_status rbf_prepare(rill_features *features, rill_error *error)
{
    rbf_params *p = features->params;
    rill_status status = scaling_prepare(&p->scaling, features, error);
    if (status == RILL_OK) {
        status = scaling_check_list(&p->scaling, &p->centres, "centres", error);
    }
    double n = 1.0;
    for (int32_t i = 0; i < p->scaling.dim && status == RILL_OK; i++) {
        p->n_centres[i] = (int32_t)scaling_element(&p->centres, i);
        n *= p->n_centres[i];
    }
    if (status == RILL_OK && n > 1 << 20) {
        return rill_error_set(error, RILL_INVALID, "centres",
                              "%.3g centres in all are too many, allowed are 1048576", n);
    }
    features->size = features->n_active = (int32_t)n;
    features->is_binary = false;
    return status;
}

static void rbf_release(void *params)
{
    scaling_release(&((rbf_params *)params)->scaling);
}

/// (s_i - c) / sigma for centre number k of dimension i; one centre is in the middle.
static double distance(const rbf_params *p, int32_t i, int32_t k, double s, double *sigma)
{
    const int32_t n = p->n_centres[i];
    const double centre = n == 1 ? 0.5 : (double)k / (n - 1);
    *sigma = p->width * (n == 1 ? 1.0 : 1.0 / (n - 1));
    return (s - centre) / *sigma;
}

/// The values of all features at s (dim).
static void evaluate(const rbf_params *p, int32_t size, const double *s, double *values)
{
    double greatest = -HUGE_VAL, sum = 0.0, sigma;
    for (int32_t j = 0; j < size; j++) {
        double exponent = 0.0;
        int32_t rest = j;
        for (int32_t i = p->scaling.dim - 1; i >= 0; i--) {
            const double z = distance(p, i, rest % p->n_centres[i], s[i], &sigma);
            exponent += -0.5 * z * z;
            rest /= p->n_centres[i];
        }
        values[j] = exponent;
        greatest = exponent > greatest ? exponent : greatest;
    }
    // the quotients are the same without the greatest, and one of them is not 0
    const double common = p->is_normalised ? greatest : 0.0;
    for (int32_t j = 0; j < size; j++) {
        values[j] = rill_exp(values[j] - common);
        sum += values[j];
    }
    for (int32_t j = 0; p->is_normalised && j < size; j++) {
        values[j] /= sum;
    }
}

static int32_t rbf_encode(const rill_features *features, void *memory, bool is_frozen,
                          rill_observation observation, int32_t *indices, double *values)
{
    (void)memory;
    (void)is_frozen;
    const rbf_params *p = features->params;
    double s[MAX_DIMENSIONS];
    scaling_apply(&p->scaling, features, observation, s);
    evaluate(p, features->size, s, values);
    for (int32_t j = 0; j < features->size; j++) {
        indices[j] = j;
    }
    return features->size;
}

/// d ln x_j / d s_i = -(s_i - c_ji) / sigma_i^2; normalised less its mean, sum_k x_k d ln x_k / d s_i
static void rbf_derivative(const rill_features *features, rill_observation observation,
                           double *jacobian)
{
    const rbf_params *p = features->params;
    const int32_t dim = p->scaling.dim, size = features->size;
    double s[MAX_DIMENSIONS], sigma;
    scaling_apply(&p->scaling, features, observation, s);
    // the values, in the last places: row j is written after value j is read
    double *values = jacobian + (ptrdiff_t)size * (dim - 1);
    double means[MAX_DIMENSIONS] = {0.0};
    evaluate(p, size, s, values);
    for (int32_t pass = p->is_normalised ? 0 : 1; pass < 2; pass++) {
        for (int32_t j = 0; j < size; j++) {
            const double x = values[j];
            int32_t rest = j;
            for (int32_t i = dim - 1; i >= 0; i--) {
                const double z = distance(p, i, rest % p->n_centres[i], s[i], &sigma);
                rest /= p->n_centres[i];
                if (pass == 0) {
                    means[i] -= x * z / sigma;
                } else {
                    jacobian[(ptrdiff_t)j * dim + i] =
                        x * (-z / sigma - means[i]) *
                        scaling_slope(&p->scaling, i, (double)observation.box[i]);
                }
            }
        }
    }
}

extern const rill_features_type rill_features_rbf;
const rill_features_type rill_features_rbf = {
    .id = "rbf",
    .summary = "radial basis functions on a grid of centres",
    .source = "Sutton & Barto (2018), section 9.5.5",
    .params = rbf_param_table,
    .params_size = sizeof(rbf_params),
    .prepare = rbf_prepare,
    .release = rbf_release,
    .encode = rbf_encode,
    .derivative = rbf_derivative,
};
