// The random walk: values of the uniform policy, solved from its model, against closed forms and
// an independent solution of the 1000-state walk.
#include "tests/test.h"

#include <gsl/gsl_linalg.h>

static rill_model *model_of(const char *const *assignments)
{
    rill_env *env = NULL;
    rill_model *model = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "random_walk", assignments, &error), &error);
    ASSERT_OK(rill_env_model(env, &model, &error), &error);
    rill_env_destroy(env);
    return model;
}

/// v = r + P v (S&B eq. 3.14, gamma = 1) for the uniform policy, by LU; v is (n_states), to free.
static double *uniform_values(const rill_model *model)
{
    const size_t n = (size_t)model->n_states;
    gsl_matrix *a = gsl_matrix_alloc(n, n);
    gsl_vector *b = gsl_vector_calloc(n);
    gsl_matrix_set_identity(a);
    for (size_t s = 0; s < n; s++) {
        for (int32_t action = 0; action < 2; action++) {
            size_t count = 0;
            const rill_transition *t = rill_model_outcomes(model, (int32_t)s, action, &count);
            for (size_t i = 0; i < count; i++) {
                const double p = 0.5 * t[i].probability;
                const size_t next = (size_t)t[i].next;
                *gsl_vector_ptr(b, s) += p * t[i].reward;
                *gsl_matrix_ptr(a, s, next) -= t[i].terminated ? 0.0 : p;
            }
        }
    }
    gsl_permutation *order = gsl_permutation_alloc(n);
    int sign = 0;
    gsl_linalg_LU_decomp(a, order, &sign);
    gsl_linalg_LU_svx(a, order, b);
    double *values = malloc(n * sizeof *values);
    memcpy(values, b->data, n * sizeof *values);
    gsl_permutation_free(order);
    gsl_vector_free(b);
    gsl_matrix_free(a);
    return values;
}

/// Without jumps the values lie on the line between the two rewards:
///     v(s) = left + (right - left) s / (n + 1)
static void check_line(const char *const *assignments, int32_t n, double left, double right)
{
    rill_model *model = model_of(assignments);
    ck_assert_int_eq(model->n_states, n + 2);
    double *v = uniform_values(model);
    for (int32_t s = 1; s <= n; s++) {
        ASSERT_NEAR(v[s], left + (right - left) * (double)s / (double)(n + 1), 1e-12);
    }
    ck_assert(v[0] == 0.0 && v[n + 1] == 0.0); // terminal
    ck_assert(model->start[(n + 1) / 2] == 1.0);
    for (int32_t action = 0; action < 2; action++) {
        ck_assert(!rill_model_is_available(model, 0, action));
        ck_assert(!rill_model_is_available(model, n + 1, action));
    }
    free(v);
    rill_model_destroy(model);
}

START_TEST(test_values_without_jumps)
{
    check_line((const char *const[]){NULL}, 5, 0.0, 1.0); // Example 6.2: 1/6 ... 5/6
    check_line((const char *const[]){"n_states=19", "reward_left=-1", NULL}, 19, -1.0,
               1.0); // Example 7.1: -0.9 ... 0.9
    check_line((const char *const[]){"n_states=1", "reward_right=3", NULL}, 1, 0.0, 3.0);
    check_line((const char *const[]){"n_states=4", "reward_left=7", NULL}, 4, 7.0, 1.0);
}
END_TEST

/// Example 9.1, 1000 states with jumps of up to 100: values that the project's reference data
/// (sutton_barto_exact.json, "ex9.1_1000_state_walk") solved independently, in NumPy.
START_TEST(test_values_of_the_1000_states)
{
    static const struct {
        int32_t state;
        double value;
    } expected[] = {
        {1, -0.9219604605455651},     {50, -0.8503686362281765},   {100, -0.7541769571527501},
        {250, -0.47270174078248167},  {400, -0.18964263235510442}, {500, -0.0009434956833586706},
        {501, 0.0009434956833587833}, {650, 0.2821041499730341},   {750, 0.470813545167453},
        {900, 0.7520131172978725},    {950, 0.8486758160033381},   {1000, 0.921960460545564},
    };
    rill_model *model =
        model_of((const char *const[]){"n_states=1000", "max_jump=100", "reward_left=-1", NULL});
    ck_assert(model->start[500] == 1.0);
    double *v = uniform_values(model);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        ASSERT_NEAR(v[expected[i].state], expected[i].value, 1e-10);
    }
    free(v);
    rill_model_destroy(model);
}
END_TEST

/// Jumps by hand: 3 states, at most 2 far; from 1 to the left both jumps end on 0.
START_TEST(test_jumps)
{
    rill_model *model = model_of((const char *const[]){"n_states=3", "max_jump=2", NULL});
    static const struct {
        int32_t state, action, count;
        rill_transition outcomes[2];
    } expected[] = {
        {1, 0, 1, {{1.0, 0.0, 0, true}}},
        {1, 1, 2, {{0.5, 0.0, 2, false}, {0.5, 0.0, 3, false}}},
        {2, 0, 2, {{0.5, 0.0, 1, false}, {0.5, 0.0, 0, true}}},
        {2, 1, 2, {{0.5, 0.0, 3, false}, {0.5, 1.0, 4, true}}},
        {3, 0, 2, {{0.5, 0.0, 2, false}, {0.5, 0.0, 1, false}}},
        {3, 1, 1, {{1.0, 1.0, 4, true}}},
    };
    for (size_t k = 0; k < sizeof expected / sizeof expected[0]; k++) {
        size_t count = 0;
        const rill_transition *t =
            rill_model_outcomes(model, expected[k].state, expected[k].action, &count);
        ck_assert_uint_eq(count, (size_t)expected[k].count);
        for (size_t i = 0; i < count; i++) {
            const rill_transition *e = &expected[k].outcomes[i];
            ck_assert(t[i].probability == e->probability && t[i].reward == e->reward);
            ck_assert(t[i].next == e->next && t[i].terminated == e->terminated);
        }
    }
    rill_model_destroy(model);
}
END_TEST

START_TEST(test_episode_by_hand)
{
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    for (int32_t action = 0; action < 2; action++) {
        ck_assert_int_eq(rill_env_reset(env).index, 3);
        rill_outcome outcome;
        for (int i = 1; i <= 3; i++) {
            int32_t seen = rill_env_step(env, (rill_action){.index = action}, &outcome).index;
            ck_assert_int_eq(seen, action == 0 ? 3 - i : 3 + i);
            ck_assert(outcome.terminated == (i == 3) && !outcome.truncated);
            ck_assert(outcome.reward == (i == 3 && action == 1 ? 1.0 : 0.0));
        }
    }
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_values_without_jumps, test_values_of_the_1000_states, test_jumps,
          test_episode_by_hand)
