/// The diagonal Gaussian, which the types over boxes share: u_i = mu_i + sigma_i e_i, e_i standard
/// normal. Of one dimension i of u (m) where a function says so, else of all.
///
/// eta is mu (m), then log sigma (m) up to a constant: log sigma_i = log initial_std + eta_{m+i}, kept
/// within bounds, beyond which it does not change (and its derivative is 0).
#ifndef RILL_APPROX_GAUSSIAN_H
#define RILL_APPROX_GAUSSIAN_H

#include <math.h>
#include <rill/distribution.h>
#include <rill/math.h>

static const double gaussian_half_log_2_pi = 0.91893853320467274178; // log(2 pi) / 2

enum { GAUSSIAN_STD_OF_STATE, GAUSSIAN_STD_FREE };
static const char *const gaussian_std_words[] = {"state", "free", NULL};

typedef struct gaussian_params {
    int std;
    double initial_std;
    double min_log_std, max_log_std;
    double log_initial_std; // derived
} gaussian_params;

static const rill_param gaussian_param_table[] = {
    RILL_CHOICE(gaussian_params, std, "state", gaussian_std_words,
                "whether the standard deviation depends on the state"),
    RILL_REAL(gaussian_params, initial_std, "1", 1e-9, 1e9,
              "standard deviation while the weights are 0"),
    RILL_REAL(gaussian_params, min_log_std, "-5", -20, 20, "least logarithm of it"),
    RILL_REAL(gaussian_params, max_log_std, "2", -20, 20, "greatest logarithm of it"),
    RILL_PARAM_END,
};

static inline rill_status gaussian_prepare(rill_distribution *distribution, rill_error *error)
{
    gaussian_params *params = distribution->params;
    const int32_t m = distribution->size;
    params->log_initial_std = rill_log(params->initial_std);
    distribution->n_parameters = 2 * m;
    distribution->n_noise = m;
    distribution->n_free = params->std == GAUSSIAN_STD_FREE ? m : 0;
    if (!(params->min_log_std < params->max_log_std)) {
        return rill_error_set(error, RILL_INVALID, "min_log_std",
                              "%.15g is not below max_log_std, %.15g", params->min_log_std,
                              params->max_log_std);
    }
    if (!(params->log_initial_std >= params->min_log_std &&
          params->log_initial_std <= params->max_log_std)) {
        return rill_error_set(error, RILL_INVALID, "initial_std",
                              "its logarithm is %.15g, outside min_log_std and max_log_std",
                              params->log_initial_std);
    }
    return RILL_OK;
}

/// log sigma of dimension i; `slope` is its derivative by eta: on a bound too, or what starts there
/// would stay there.
static inline double gaussian_log_std(const rill_distribution *distribution, const double *eta,
                                      int32_t i, double *slope)
{
    const gaussian_params *params = distribution->params;
    const double value = params->log_initial_std + eta[distribution->size + i];
    *slope = value >= params->min_log_std && value <= params->max_log_std ? 1.0 : 0.0;
    return fmin(fmax(value, params->min_log_std), params->max_log_std);
}

static inline double gaussian_deviation(const rill_distribution *distribution, const double *eta)
{
    double sum = 0.0, slope;
    for (int32_t i = 0; i < distribution->size; i++) {
        sum += rill_exp(gaussian_log_std(distribution, eta, i, &slope));
    }
    return sum / distribution->size;
}

static inline void gaussian_draw(const rill_distribution *distribution, rill_rng *rng,
                                 double *noise)
{
    for (int32_t i = 0; i < distribution->size; i++) {
        noise[i] = rill_rng_standard_normal(rng);
    }
}

static inline void gaussian_sample(const rill_distribution *distribution, const double *eta,
                                   const double *noise, double *u)
{
    double slope;
    for (int32_t i = 0; i < distribution->size; i++) {
        u[i] = eta[i] + rill_exp(gaussian_log_std(distribution, eta, i, &slope)) * noise[i];
    }
}

/// Of dimension i: log p(u) = -(u - mu)^2 / (2 sigma^2) - log sigma - log(2 pi) / 2
static inline double gaussian_log_density(const rill_distribution *distribution, const double *eta,
                                          int32_t i, double u)
{
    double slope;
    const double log_sigma = gaussian_log_std(distribution, eta, i, &slope);
    const double z = (u - eta[i]) * rill_exp(-log_sigma);
    return -0.5 * z * z - log_sigma - gaussian_half_log_2_pi;
}

/// Of dimension i: d log p / d mu = (u - mu) / sigma^2,  d log p / d log sigma = (u - mu)^2 / sigma^2 - 1
static inline void gaussian_score_of(const rill_distribution *distribution, const double *eta,
                                     int32_t i, double u, double *gradient)
{
    double slope;
    const double inverse = rill_exp(-gaussian_log_std(distribution, eta, i, &slope));
    const double z = (u - eta[i]) * inverse;
    gradient[i] = z * inverse;
    gradient[distribution->size + i] = slope > 0.0 ? z * z - 1.0 : 0.0;
}

/// KL = sum_i log(sigma_q / sigma_p) + (sigma_p^2 + (mu_p - mu_q)^2) / (2 sigma_q^2) - 1/2
static inline double gaussian_divergence(const rill_distribution *distribution, const double *eta,
                                         const double *other)
{
    double sum = 0.0, slope;
    for (int32_t i = 0; i < distribution->size; i++) {
        const double log_p = gaussian_log_std(distribution, eta, i, &slope);
        const double log_q = gaussian_log_std(distribution, other, i, &slope);
        const double ratio = rill_exp(log_p - log_q);
        const double z = (eta[i] - other[i]) * rill_exp(-log_q);
        sum += log_q - log_p + 0.5 * (ratio * ratio + z * z - 1.0);
    }
    return sum;
}

/// d u_i / d mu_i = 1,  d u_i / d log sigma_i = sigma_i e_i, to `jacobian` (m, 2 m)
static inline void gaussian_jacobian(const rill_distribution *distribution, const double *eta,
                                     const double *noise, double *jacobian)
{
    const int32_t m = distribution->size;
    double slope;
    for (int32_t i = 0; i < m; i++) {
        double *row = jacobian + (ptrdiff_t)i * 2 * m;
        for (int32_t j = 0; j < 2 * m; j++) {
            row[j] = 0.0;
        }
        const double sigma = rill_exp(gaussian_log_std(distribution, eta, i, &slope));
        row[i] = 1.0;
        row[m + i] = slope * sigma * noise[i];
    }
}

#endif
