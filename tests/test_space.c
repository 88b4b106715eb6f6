// Spaces: membership and samples.
#include "tests/test.h"

static bool holds(rill_space space, const float *box)
{
    return rill_space_contains(&space, (rill_observation){.box = box});
}

START_TEST(test_discrete_contains)
{
    const rill_space space = rill_space_discrete(5);
    for (int32_t i = -2; i < 8; i++) {
        bool is_inside = rill_space_contains(&space, (rill_observation){.index = i});
        ck_assert(is_inside == (i >= 0 && i < 5));
    }
    ck_assert(!rill_space_contains(&space, (rill_observation){.index = INT32_MIN}));
    ck_assert(!rill_space_contains(&space, (rill_observation){.index = INT32_MAX}));
}
END_TEST

START_TEST(test_box_contains)
{
    // 0.1 and 4.8 are not float32: their rounded values are what an observation can hold
    static const double low[] = {-4.8, -HUGE_VAL, 0.1}, high[] = {4.8, HUGE_VAL, 0.1};
    const rill_space space = rill_space_box(3, low, high);
    ck_assert(holds(space, (const float[]){0.0f, 0.0f, 0.1f}));
    ck_assert(holds(space, (const float[]){-4.8f, 3e38f, 0.1f}));
    ck_assert(holds(space, (const float[]){4.8f, (float)-INFINITY, 0.1f}));
    ck_assert(!holds(space, (const float[]){nextafterf(4.8f, 9.0f), 0.0f, 0.1f}));
    ck_assert(!holds(space, (const float[]){nextafterf(-4.8f, -9.0f), 0.0f, 0.1f}));
    ck_assert(!holds(space, (const float[]){0.0f, 0.0f, 0.2f}));
    for (int i = 0; i < 3; i++) { // NaN is outside, also where there are no bounds
        float box[] = {0.0f, 0.0f, 0.1f};
        box[i] = (float)NAN;
        ck_assert(!holds(space, box));
    }
}
END_TEST

START_TEST(test_discrete_sample)
{
    // the stream of Generator.integers, uniform (false-alarm rate 1e-6)
    const rill_space space = rill_space_discrete(7);
    rill_rng rng, same;
    rill_rng_seed(&rng, 1);
    rill_rng_seed(&same, 1);
    int64_t counts[7] = {0};
    double probabilities[7];
    for (int i = 0; i < 70000; i++) {
        int32_t value = rill_space_sample(&space, &rng, NULL).index;
        ASSERT_FOR("sample", value == rill_rng_integers(&same, 7));
        counts[value]++;
    }
    for (int i = 0; i < 7; i++) {
        probabilities[i] = 1.0 / 7.0;
    }
    ck_assert_double_gt(test_chi_square(probabilities, counts, 7), 1e-6);
}
END_TEST

/// Cumulative distributions of the four kinds of sides, at the bounds below.
static double cumulated(int side, double x)
{
    switch (side) {
    case 0:
        return (x + 1.0) / 4.0; // uniform on [-1, 3)
    case 1:
        return -expm1(-(x - 2.0)); // 2 + exponential
    case 2:
        return exp(x + 5.0); // -5 - exponential
    default:
        return gsl_cdf_ugaussian_P(x);
    }
}

START_TEST(test_box_sample)
{
    enum { SIDES = 4, CELLS = 20, N = 40000 };
    static const double low[] = {-1.0, 2.0, -HUGE_VAL, -HUGE_VAL};
    static const double high[] = {3.0, HUGE_VAL, -5.0, HUGE_VAL};
    const rill_space space = rill_space_box(SIDES, low, high);
    float box[SIDES];
    int64_t counts[SIDES][CELLS] = {{0}};
    rill_rng rng;
    rill_rng_seed(&rng, 2);
    for (int n = 0; n < N; n++) {
        rill_observation value = rill_space_sample(&space, &rng, box);
        ASSERT_FOR("box", value.box == box && rill_space_contains(&space, value));
        for (int side = 0; side < SIDES; side++) {
            // the distribution's own quantiles are cells of equal probability
            int cell = (int)(cumulated(side, (double)box[side]) * CELLS);
            counts[side][cell < CELLS ? cell : CELLS - 1]++;
        }
    }
    double probabilities[CELLS];
    for (int i = 0; i < CELLS; i++) {
        probabilities[i] = 1.0 / CELLS;
    }
    for (int side = 0; side < SIDES; side++) { // false-alarm rate 1e-6 in all
        ck_assert_double_gt(test_chi_square(probabilities, counts[side], CELLS), 1e-6 / SIDES);
    }
}
END_TEST

TEST_MAIN(test_discrete_contains, test_box_contains, test_discrete_sample, test_box_sample)
