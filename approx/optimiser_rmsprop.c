/// RMSProp: steps of about one size, by a running mean of the square of the gradient:
///     v <- decay v + (1 - decay) g^2,   w <- w + alpha g / (sqrt(v) + epsilon)
/// Tieleman and Hinton (2012), lecture 6.5.
#include <math.h>
#include <rill/optimiser.h>

typedef struct rmsprop_params {
    double decay, epsilon;
} rmsprop_params;

static const rill_param rmsprop_param_table[] = {
    RILL_REAL(rmsprop_params, decay, "0.99", 0.0, 0.999999, "decay of the mean of the square"),
    RILL_REAL(rmsprop_params, epsilon, "1e-5", 1e-300, 1e300, "keeps steps finite where it is 0"),
    RILL_PARAM_END,
};

static void rmsprop_direct(const rill_optimiser *optimiser, int64_t t, int64_t n, double *moments,
                           double *gradient)
{
    (void)t;
    const rmsprop_params *params = optimiser->params;
    for (int64_t i = 0; i < n; i++) {
        const double g = gradient[i];
        moments[i] = params->decay * moments[i] + (1.0 - params->decay) * g * g;
        gradient[i] = g / (sqrt(moments[i]) + params->epsilon);
    }
}

extern const rill_optimiser_type rill_optimiser_rmsprop;
const rill_optimiser_type rill_optimiser_rmsprop = {
    .id = "rmsprop",
    .summary = "gradients divided by the root of their running mean square",
    .source = "Tieleman and Hinton (2012), lecture 6.5",
    .params = rmsprop_param_table,
    .params_size = sizeof(rmsprop_params),
    .n_moments = 1,
    .direct = rmsprop_direct,
};
