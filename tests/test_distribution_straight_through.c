// Straight-through Gumbel-softmax: forward the softmax's sample, backward the relaxed one's.
#include "tests/distributions.h"

#include <stdio.h>

/// Forward everything is the categorical's, byte for byte; backward the Jacobian is that of
/// gumbel_softmax with the same noise and temperature.
START_TEST(test_forward_and_backward)
{
    static const double temperatures[] = {0.1, 0.5, 1.0, 4.0};
    rill_rng rng, same;
    rill_rng_seed(&rng, 1);
    for (int i = 0; i < 400; i++) {
        const int32_t n = 1 + i % 4;
        const size_t bytes = (size_t)n * sizeof(double);
        char text[64];
        snprintf(text, sizeof text, "temperature=%g", temperatures[i / 4 % 4]);
        const rill_space space = rill_space_discrete(n);
        rill_distribution through = distributions_create("straight_through", space, text);
        rill_distribution relaxed = distributions_create("gumbel_softmax", space, text);
        rill_distribution softmax = distributions_create("categorical", space, "");
        double eta[4], other[4], noise[4], x[4], y[4], a[16], b[16];
        distributions_eta(eta, n, 1.5, &rng);
        distributions_eta(other, n, 1.5, &rng);
        same = rng;
        rill_distribution_sample(&through, eta, &rng, noise, x);
        rill_distribution_sample(&softmax, eta, &same, noise, y);
        ck_assert(memcmp(x, y, bytes) == 0 && memcmp(&rng, &same, sizeof rng) == 0);
        ck_assert(through.type->log_probability(&through, eta, x) ==
                  softmax.type->log_probability(&softmax, eta, x));
        through.type->score(&through, eta, x, a);
        softmax.type->score(&softmax, eta, x, b);
        ck_assert(memcmp(a, b, bytes) == 0);
        ck_assert(through.type->entropy(&through, eta, a) ==
                  softmax.type->entropy(&softmax, eta, b));
        ck_assert(memcmp(a, b, bytes) == 0);
        ck_assert(through.type->divergence(&through, eta, other) ==
                  softmax.type->divergence(&softmax, eta, other));
        through.type->centre(&through, eta, y);
        softmax.type->centre(&softmax, eta, x);
        ck_assert(memcmp(x, y, bytes) == 0);

        relaxed.type->sample(&relaxed, eta, noise, y);
        relaxed.type->pathwise(&relaxed, eta, noise, y, b);
        through.type->sample(&through, eta, noise, x);
        through.type->pathwise(&through, eta, noise, x, a);
        ck_assert(memcmp(a, b, bytes * (size_t)n) == 0);
        ck_assert_int_eq(rill_argmax(x, n), rill_argmax(y, n)); // the corner next to it
        rill_distribution_destroy(&through);
        rill_distribution_destroy(&relaxed);
        rill_distribution_destroy(&softmax);
    }
    const rill_distribution_type *type = rill_distribution_type_find("straight_through", NULL);
    ck_assert(type->is_straight_through && !type->is_relaxed);
}
END_TEST

/// The Jacobian, and it alone, changes with a temperature that changes with time.
START_TEST(test_temperature_changes_with_time)
{
    const rill_distribution_type *type = rill_distribution_type_find("straight_through", NULL);
    const rill_schedule schedule = {RILL_SCHEDULE_LINEAR, RILL_PER_STEP, 2.0, 0.5, 100.0, 1.0};
    rill_error error = {0};
    void *params = rill_params_create(type->params, type->params_size);
    ASSERT_OK(rill_param_set_schedule(&type->params[0], params, &schedule, &error), &error);
    rill_distribution through;
    ASSERT_OK(rill_distribution_create(&through, type, params, rill_space_discrete(2), &error),
              &error);
    static const double eta[] = {0.3, 0.1}, noise[] = {0.5, 0.2};
    for (int t = 0; t <= 200; t += 50) {
        const double temperature = t < 100 ? 2.0 - 1.5 * t / 100.0 : 0.5;
        const rill_distribution now = rill_distribution_at(&through, t, 0);
        double x[2], jacobian[4];
        type->sample(&now, eta, noise, x);
        ck_assert(x[0] == 1.0 && x[1] == 0.0);
        type->pathwise(&now, eta, noise, x, jacobian);
        const double p = 1.0 / (1.0 + exp(-0.5 / temperature));
        ASSERT_NEAR(jacobian[0], p * (1.0 - p) / temperature, 1e-15);
        ASSERT_NEAR(jacobian[1], -p * (1.0 - p) / temperature, 1e-15);
        ASSERT_NEAR(jacobian[3], p * (1.0 - p) / temperature, 1e-15);
    }
    rill_distribution_destroy(&through);
    ASSERT_REFUSED(distributions_try(&through, "straight_through", rill_space_discrete(3),
                                     "temperature=1/n", &error),
                   &error, "temperature", "counts no visits");
}
END_TEST

TEST_MAIN(test_forward_and_backward, test_temperature_changes_with_time)
