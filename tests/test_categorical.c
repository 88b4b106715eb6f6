// core/categorical.h at the edges, where a number drawn equals a cumulated probability.
#include "core/categorical.h"

#include "tests/test.h"

START_TEST(edges_belong_to_the_outcome_after)
{
    enum { N = 5 };
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    for (int k = 0; k < 1000; k++) {
        rill_rng copy = rng;
        const double u = rill_rng_random(&copy);
        const double above = nextafter(u, 2.0);
        const struct {
            double cumulated[N];
            int32_t expected;
        } cases[] = {
            {{u, 1.0, 1.0, 1.0, 1.0}, 1}, {{above, 1.0, 1.0, 1.0, 1.0}, 0},
            {{0.0, u, u, above, 1.0}, 3}, {{0.0, 0.0, 0.0, 0.0, 1.0}, 4},
            {{u, u, u, u, above}, 4},     {{above, above, above, above, above}, 0},
            {{0.0, u / 2.0, u, u, u}, 0}, // none exceeds it
        };
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            copy = rng;
            ck_assert_int_eq(rill_draw_categorical(&copy, cases[i].cumulated, N),
                             cases[i].expected);
        }
        rng = copy; // which has drawn one number
    }
}
END_TEST

/// numpy.cumsum(numpy.full(n, 1.0 / n))
START_TEST(sums_are_rounded_as_in_numpy)
{
    double ten[10], three_hundred[300];
    rill_cumulate_uniform(ten, 10);
    rill_cumulate_uniform(three_hundred, 300);
    ck_assert(ten[2] == 0.30000000000000004 && ten[9] == 0.9999999999999999);
    ck_assert(three_hundred[149] == 0.5000000000000012 && three_hundred[299] == 0.9999999999999961);
}
END_TEST

TEST_MAIN(edges_belong_to_the_outcome_after, sums_are_rounded_as_in_numpy)
