/// Diagonal Gaussian: x_i = mu_i + sigma_i e_i with e_i standard normal.
///
/// eta is mu (m), then log sigma (m) up to a constant: log sigma_i = log initial_std + eta_{m+i}, kept
/// within bounds, beyond which it does not change (and its derivative is 0). With `std` "free" the
/// second half does not depend on the state. Sutton & Barto (2018), section 13.7 (eq. 13.18 to 13.20);
/// reparameterised: Kingma and Welling (2014).
#include <math.h>
#include <rill/distribution.h>
#include <rill/math.h>

static const double half_log_2_pi = 0.91893853320467274178; // log(2 pi) / 2

enum { OF_STATE, FREE };
static const char *const std_words[] = {"state", "free", NULL};

typedef struct gaussian_params {
    int std;
    double initial_std;
    double min_log_std, max_log_std;
    double log_initial_std; // derived
} gaussian_params;

static const rill_param gaussian_param_table[] = {
    RILL_CHOICE(gaussian_params, std, "state", std_words,
                "whether the standard deviation depends on the state"),
    RILL_REAL(gaussian_params, initial_std, "1", 1e-9, 1e9,
              "standard deviation while the weights are 0"),
    RILL_REAL(gaussian_params, min_log_std, "-5", -20, 20, "least logarithm of it"),
    RILL_REAL(gaussian_params, max_log_std, "2", -20, 20, "greatest logarithm of it"),
    RILL_PARAM_END,
};

static rill_status gaussian_prepare(rill_distribution *distribution, rill_error *error)
{
    gaussian_params *params = distribution->params;
    const int32_t m = distribution->size;
    params->log_initial_std = rill_log(params->initial_std);
    distribution->n_parameters = 2 * m;
    distribution->n_noise = m;
    distribution->n_free = params->std == FREE ? m : 0;
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

/// log sigma of dimension i; `slope` is its derivative by eta.
static double log_std(const rill_distribution *distribution, const double *eta, int32_t i,
                      double *slope)
{
    const gaussian_params *params = distribution->params;
    const double value = params->log_initial_std + eta[distribution->size + i];
    *slope = value > params->min_log_std && value < params->max_log_std ? 1.0 : 0.0;
    return fmin(fmax(value, params->min_log_std), params->max_log_std);
}

static void gaussian_draw(const rill_distribution *distribution, rill_rng *rng, double *noise)
{
    for (int32_t i = 0; i < distribution->size; i++) {
        noise[i] = rill_rng_standard_normal(rng);
    }
}

static void gaussian_sample(const rill_distribution *distribution, const double *eta,
                            const double *noise, double *x)
{
    double slope;
    for (int32_t i = 0; i < distribution->size; i++) {
        x[i] = eta[i] + rill_exp(log_std(distribution, eta, i, &slope)) * noise[i];
    }
}

/// log p = sum_i -(x_i - mu_i)^2 / (2 sigma_i^2) - log sigma_i - log(2 pi) / 2
static double gaussian_log_probability(const rill_distribution *distribution, const double *eta,
                                       const double *x)
{
    double sum = 0.0, slope;
    for (int32_t i = 0; i < distribution->size; i++) {
        const double log_sigma = log_std(distribution, eta, i, &slope);
        const double z = (x[i] - eta[i]) * rill_exp(-log_sigma);
        sum += -0.5 * z * z - log_sigma - half_log_2_pi;
    }
    return sum;
}

/// d log p / d mu = (x - mu) / sigma^2,  d log p / d log sigma = (x - mu)^2 / sigma^2 - 1
static void gaussian_score(const rill_distribution *distribution, const double *eta,
                           const double *x, double *gradient)
{
    const int32_t m = distribution->size;
    double slope;
    for (int32_t i = 0; i < m; i++) {
        const double inverse = rill_exp(-log_std(distribution, eta, i, &slope));
        const double z = (x[i] - eta[i]) * inverse;
        gradient[i] = z * inverse;
        gradient[m + i] = slope * (z * z - 1.0);
    }
}

/// H = sum_i log sigma_i + log(2 pi e) / 2
static double gaussian_entropy(const rill_distribution *distribution, const double *eta,
                               double *gradient)
{
    const int32_t m = distribution->size;
    double sum = 0.0, slope;
    for (int32_t i = 0; i < m; i++) {
        sum += log_std(distribution, eta, i, &slope) + half_log_2_pi + 0.5;
        if (gradient != NULL) {
            gradient[i] = 0.0;
            gradient[m + i] = slope;
        }
    }
    return sum;
}

/// KL = sum_i log(sigma_q / sigma_p) + (sigma_p^2 + (mu_p - mu_q)^2) / (2 sigma_q^2) - 1/2
static double gaussian_divergence(const rill_distribution *distribution, const double *eta,
                                  const double *other)
{
    double sum = 0.0, slope;
    for (int32_t i = 0; i < distribution->size; i++) {
        const double log_p = log_std(distribution, eta, i, &slope);
        const double log_q = log_std(distribution, other, i, &slope);
        const double ratio = rill_exp(log_p - log_q);
        const double z = (eta[i] - other[i]) * rill_exp(-log_q);
        sum += log_q - log_p + 0.5 * (ratio * ratio + z * z - 1.0);
    }
    return sum;
}

/// d x_i / d mu_i = 1,  d x_i / d log sigma_i = sigma_i e_i
static void gaussian_pathwise(const rill_distribution *distribution, const double *eta,
                              const double *noise, const double *x, double *jacobian)
{
    (void)x;
    const int32_t m = distribution->size;
    double slope;
    for (int32_t i = 0; i < m; i++) {
        double *row = jacobian + (ptrdiff_t)i * 2 * m;
        for (int32_t j = 0; j < 2 * m; j++) {
            row[j] = 0.0;
        }
        row[i] = 1.0;
        const double sigma = rill_exp(log_std(distribution, eta, i, &slope));
        row[m + i] = slope * sigma * noise[i];
    }
}

static void gaussian_centre(const rill_distribution *distribution, const double *eta, double *x)
{
    for (int32_t i = 0; i < distribution->size; i++) {
        x[i] = eta[i];
    }
}

extern const rill_distribution_type rill_distribution_gaussian;
const rill_distribution_type rill_distribution_gaussian = {
    .id = "gaussian",
    .summary = "independent normal numbers, of any mean and standard deviation",
    .source = "Sutton & Barto (2018), section 13.7; Kingma and Welling (2014)",
    .params = gaussian_param_table,
    .params_size = sizeof(gaussian_params),
    .kind = RILL_SPACE_BOX,
    .prepare = gaussian_prepare,
    .draw = gaussian_draw,
    .sample = gaussian_sample,
    .log_probability = gaussian_log_probability,
    .score = gaussian_score,
    .entropy = gaussian_entropy,
    .divergence = gaussian_divergence,
    .pathwise = gaussian_pathwise,
    .centre = gaussian_centre,
};
