/// Softmax over n discrete actions: p(a) = exp(eta_a) / sum_b exp(eta_b), eta the preferences h(s, .).
///
/// Sutton & Barto (2018), eq. 13.2 and 13.3. A sample is that of the Gumbel-max trick: the corner of the
/// greatest eta_a + g_a, with g_a = -log(-log u_a) Gumbel noise (Gumbel (1954); Maddison, Tarlow and
/// Minka (2014)); it can be replayed, but is not differentiable.
#include "approx/simplex.h"

static const rill_param categorical_param_table[] = {RILL_PARAM_END};

static rill_status categorical_prepare(rill_distribution *distribution, rill_error *error)
{
    (void)error;
    distribution->n_parameters = distribution->n_noise = distribution->size;
    return RILL_OK;
}

extern const rill_distribution_type rill_distribution_categorical;
const rill_distribution_type rill_distribution_categorical = {
    .id = "categorical",
    .summary = "softmax over discrete actions, sampled by the Gumbel-max trick",
    .source = "Sutton & Barto (2018), eq. 13.2; Gumbel (1954)",
    .params = categorical_param_table,
    .kind = RILL_SPACE_DISCRETE,
    .prepare = categorical_prepare,
    .draw = simplex_draw_gumbel,
    .sample = simplex_sample,
    .log_probability = simplex_log_probability,
    .score = simplex_score,
    .entropy = simplex_entropy,
    .divergence = simplex_divergence,
    .centre = simplex_centre,
};
