/// Diagonal Gaussian: x_i = mu_i + sigma_i e_i with e_i standard normal.
///
/// eta is mu (m), then log sigma (m) up to a constant: log sigma_i = log initial_std + eta_{m+i}, kept
/// within bounds, beyond which it does not change (and its derivative is 0). With `std` "free" the
/// second half does not depend on the state. Sutton & Barto (2018), section 13.7 (eq. 13.18 to 13.20);
/// reparameterised: Kingma and Welling (2014).
#include "approx/gaussian.h"

/// log p = sum_i log N(x_i; mu_i, sigma_i^2)
static double log_probability(const rill_distribution *distribution, const double *eta,
                              const double *x)
{
    double sum = 0.0;
    for (int32_t i = 0; i < distribution->size; i++) {
        sum += gaussian_log_density(distribution, eta, i, x[i]);
    }
    return sum;
}

static void score(const rill_distribution *distribution, const double *eta, const double *x,
                  double *gradient)
{
    for (int32_t i = 0; i < distribution->size; i++) {
        gaussian_score_of(distribution, eta, i, x[i], gradient);
    }
}

/// H = sum_i log sigma_i + log(2 pi e) / 2
static double entropy(const rill_distribution *distribution, const double *eta, double *gradient)
{
    const int32_t m = distribution->size;
    double sum = 0.0, slope;
    for (int32_t i = 0; i < m; i++) {
        sum += gaussian_log_std(distribution, eta, i, &slope) + gaussian_half_log_2_pi + 0.5;
        if (gradient != NULL) {
            gradient[i] = 0.0;
            gradient[m + i] = slope;
        }
    }
    return sum;
}

static void pathwise(const rill_distribution *distribution, const double *eta, const double *noise,
                     const double *x, double *jacobian)
{
    (void)x;
    gaussian_jacobian(distribution, eta, noise, jacobian);
}

static void centre(const rill_distribution *distribution, const double *eta, double *x)
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
    .log_probability = log_probability,
    .score = score,
    .entropy = entropy,
    .deviation = gaussian_deviation,
    .divergence = gaussian_divergence,
    .pathwise = pathwise,
    .centre = centre,
};
