/// Stochastic gradient steps, with momentum (heavy ball) where it is not 0:
///     m <- momentum m + g,  w <- w + alpha m
/// Polyak (1964); Sutskever, Martens, Dahl and Hinton (2013).
#include <rill/optimiser.h>

typedef struct sgd_params {
    double momentum;
} sgd_params;

static const rill_param sgd_param_table[] = {
    RILL_REAL(sgd_params, momentum, "0", 0.0, 0.999999, "share of the last direction that is kept"),
    RILL_PARAM_END,
};

static void sgd_direct(const rill_optimiser *optimiser, int64_t t, int64_t n, double *moments,
                       double *gradient)
{
    (void)t;
    const double momentum = ((const sgd_params *)optimiser->params)->momentum;
    for (int64_t i = 0; momentum > 0.0 && i < n; i++) {
        gradient[i] = moments[i] = momentum * moments[i] + gradient[i];
    }
}

extern const rill_optimiser_type rill_optimiser_sgd;
const rill_optimiser_type rill_optimiser_sgd = {
    .id = "sgd",
    .summary = "the gradient itself, or with momentum",
    .source = "Robbins and Monro (1951); Polyak (1964)",
    .params = sgd_param_table,
    .params_size = sizeof(sgd_params),
    .n_moments = 1,
    .direct = sgd_direct,
};
