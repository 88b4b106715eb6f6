/// Adam: steps of about one size, by running means of the gradient and its square, freed of what their
/// start from 0 puts in:
///     m <- beta1 m + (1 - beta1) g,      v <- beta2 v + (1 - beta2) g^2
///     w <- w + alpha m^ / (sqrt(v^) + epsilon),   m^ = m / (1 - beta1^t),  v^ = v / (1 - beta2^t)
/// Kingma and Ba (2015), Algorithm 1.
#include <math.h>
#include <rill/math.h>
#include <rill/optimiser.h>

typedef struct adam_params {
    double beta1, beta2, epsilon;
} adam_params;

static const rill_param adam_param_table[] = {
    RILL_REAL(adam_params, beta1, "0.9", 0.0, 0.999999, "decay of the mean of the gradient"),
    RILL_REAL(adam_params, beta2, "0.999", 0.0, 0.999999, "decay of the mean of its square"),
    RILL_REAL(adam_params, epsilon, "1e-8", 1e-300, 1e300, "keeps steps finite where it is 0"),
    RILL_PARAM_END,
};

/// beta^t
static double power(double beta, int64_t t)
{
    return beta > 0.0 ? rill_exp((double)t * rill_log(beta)) : 0.0;
}

static void adam_direct(const rill_optimiser *optimiser, int64_t t, int64_t n, double *moments,
                        double *gradient)
{
    const adam_params *params = optimiser->params;
    const double beta1 = params->beta1, beta2 = params->beta2;
    const double unbias1 = 1.0 - power(beta1, t), unbias2 = 1.0 - power(beta2, t);
    double *m = moments, *v = moments + n;
    for (int64_t i = 0; i < n; i++) {
        const double g = gradient[i];
        m[i] = beta1 * m[i] + (1.0 - beta1) * g;
        v[i] = beta2 * v[i] + (1.0 - beta2) * g * g;
        gradient[i] = m[i] / unbias1 / (sqrt(v[i] / unbias2) + params->epsilon);
    }
}

extern const rill_optimiser_type rill_optimiser_adam;
const rill_optimiser_type rill_optimiser_adam = {
    .id = "adam",
    .summary = "gradients divided by the root of their running mean square, with momentum",
    .source = "Kingma and Ba (2015), Algorithm 1",
    .params = adam_param_table,
    .params_size = sizeof(adam_params),
    .n_moments = 2,
    .direct = adam_direct,
};
