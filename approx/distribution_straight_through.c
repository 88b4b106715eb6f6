/// Straight-through Gumbel-softmax: forward the corner of the Gumbel-max trick, so a sample of the
/// softmax of eta, with its probabilities; backward, as if it were the derivative of the corner, the
/// Jacobian of the relaxed sample softmax((eta + g) / tau) of the same noise.
///
/// Jang, Gu and Poole (2017), section 2.2. The pathwise gradient is biased, at low temperatures too
/// unless f is linear (approx/estimator_pathwise.c).
#include "approx/gumbel_softmax.h"

static void pathwise(const rill_distribution *distribution, const double *eta, const double *noise,
                     const double *x, double *jacobian)
{
    (void)x;
    gumbel_softmax_sample(distribution, eta, noise, jacobian); // its first row for a moment
    gumbel_softmax_jacobian(distribution, jacobian, jacobian);
}

extern const rill_distribution_type rill_distribution_straight_through;
const rill_distribution_type rill_distribution_straight_through = {
    .id = "straight_through",
    .summary = "softmax over discrete actions, differentiated as its relaxation",
    .source = "Jang, Gu and Poole (2017), section 2.2",
    .params = gumbel_softmax_param_table,
    .params_size = sizeof(gumbel_softmax_params),
    .kind = RILL_SPACE_DISCRETE,
    .is_straight_through = true,
    .prepare = gumbel_softmax_prepare,
    .draw = simplex_draw_gumbel,
    .sample = simplex_sample,
    .log_probability = simplex_log_probability,
    .score = simplex_score,
    .entropy = simplex_entropy,
    .divergence = simplex_divergence,
    .pathwise = pathwise,
    .centre = simplex_centre,
};
