// River swim: the published probabilities and rewards, average rewards in closed form and solved
// independently in NumPy.
#include "tests/finite.h"

enum { LEFT, RIGHT };

static double average_reward(const rill_model *model, double p)
{
    double *policy = finite_policy(model, p);
    double *mu = calloc((size_t)model->n_states, sizeof *mu);
    const double average = finite_stationary(model, policy, mu);
    free(policy);
    free(mu);
    return average;
}

/// Always right: mu is in proportion to 1, 3, 9, 27, 81, 81 * 3 / 7 (detailed balance).
START_TEST(average_rewards)
{
    rill_model *model = finite_model("river_swim", NULL);
    ASSERT_NEAR(average_reward(model, 1.0), 10000.0 * 0.3 * 243.0 / 1090.0, 1e-9);
    ASSERT_NEAR(average_reward(model, 0.5), 2.8855494794716416, 1e-12);
    ASSERT_NEAR(average_reward(model, 0.0), 5.0, 1e-12);
    rill_model_destroy(model);
    // four states: in proportion to 1, 3, 9, 9 * 3 / 7
    model = finite_model("river_swim", (const char *const[]){"n_states=4", "reward_right=1", NULL});
    ASSERT_NEAR(average_reward(model, 1.0), 0.3 * 27.0 / 118.0, 1e-12);
    rill_model_destroy(model);
}
END_TEST

/// Strehl & Littman (2008), the figure of RiverSwim: {from, to, probability, reward} of right.
START_TEST(published_numbers)
{
    static const double right[][4] = {
        {0, 0, 0.7, 0}, {0, 1, 0.3, 0}, {1, 0, 0.1, 0}, {1, 1, 0.6, 0}, {1, 2, 0.3, 0},
        {4, 3, 0.1, 0}, {4, 4, 0.6, 0}, {4, 5, 0.3, 0}, {5, 4, 0.7, 0}, {5, 5, 0.3, 10000},
    };
    rill_model *model = finite_model("river_swim", NULL);
    ck_assert_int_eq(model->n_states, 6);
    double sums[6] = {0.0};
    for (size_t k = 0; k < sizeof right / sizeof right[0]; k++) {
        const int32_t from = (int32_t)right[k][0];
        size_t count = 0;
        const rill_transition *t = rill_model_outcomes(model, from, RIGHT, &count);
        for (size_t i = 0; i < count; i++) {
            if (t[i].next == (int32_t)right[k][1]) {
                ck_assert(t[i].probability == right[k][2] && t[i].reward == right[k][3]);
                sums[from] += t[i].probability;
            }
        }
    }
    for (int32_t s = 0; s < 6; s++) {
        if (s < 2 || s > 3) {
            ASSERT_NEAR(sums[s], 1.0, 1e-15); // so there are no others
        }
        size_t count = 0;
        const rill_transition *t = rill_model_outcomes(model, s, LEFT, &count);
        ck_assert_uint_eq(count, 1);
        ck_assert(t->next == (s == 0 ? 0 : s - 1) && t->reward == (s == 0 ? 5.0 : 0.0));
        ck_assert(model->start[s] == (s == 1 || s == 2 ? 0.5 : 0.0));
    }
    rill_model_destroy(model);
}
END_TEST

TEST_MAIN(average_rewards, published_numbers)
