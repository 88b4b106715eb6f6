// Sparse traces against dense ones: every number equal, and nothing but the active ones listed.
#include "tests/test.h"

#include <rill/rng.h>
#include <rill/trace.h>
#include <rill/rill.h>

enum { SIZE = 17 };

static double eligibility[SIZE];
static int32_t active[SIZE], n_active;
static uint8_t is_active[SIZE];
static const rill_trace trace = {eligibility, active, is_active, &n_active, SIZE};

static void assert_lists_what_is_not_zero(void)
{
    bool is_listed[SIZE] = {false};
    for (int32_t i = 0; i < n_active; i++) {
        ck_assert(active[i] >= 0 && active[i] < SIZE && !is_listed[active[i]]);
        is_listed[active[i]] = true;
    }
    for (int32_t i = 0; i < SIZE; i++) {
        ck_assert_int_eq(is_listed[i], is_active[i]);
        ck_assert(is_listed[i] || eligibility[i] == 0.0);
    }
}

/// S&B eq. 12.5, sections 12.5 and 12.7: the dense forms, with the decay and the visit in one.
static void dense_step(double *z, rill_trace_kind kind, int32_t visited, double factor,
                       double alpha)
{
    for (int32_t i = 0; i < SIZE; i++) {
        const double x = i == visited ? 1.0 : 0.0;
        switch (kind) {
        case RILL_TRACE_ACCUMULATING:
            z[i] = factor * z[i] + x;
            break;
        case RILL_TRACE_REPLACING:
            z[i] = i == visited ? 1.0 : factor * z[i];
            break;
        case RILL_TRACE_DUTCH:
            z[i] = factor * z[i] + (1.0 - alpha * factor * z[i]) * x;
            break;
        }
    }
}

START_TEST(test_equals_dense_traces)
{
    static const double factors[] = {0.0, 0.5, 0.95, 1.0};
    rill_rng rng;
    rill_rng_seed(&rng, 12);
    for (int kind = RILL_TRACE_ACCUMULATING; kind <= RILL_TRACE_DUTCH; kind++) {
        for (size_t f = 0; f < 4; f++) {
            double dense[SIZE] = {0.0}, weights[SIZE] = {0.0}, expected[SIZE] = {0.0};
            rill_trace_clear(&trace);
            for (int t = 0; t < 500; t++) {
                const int32_t visited = (int32_t)(rill_rng_next64(&rng) % SIZE);
                rill_trace_decay(&trace, factors[f]);
                rill_trace_visit(&trace, (rill_trace_kind)kind, visited, 0.3);
                dense_step(dense, (rill_trace_kind)kind, visited, factors[f], 0.3);
                assert_lists_what_is_not_zero();
                const double step = rill_rng_random(&rng) - 0.5;
                rill_trace_add(&trace, weights, step);
                for (int32_t i = 0; i < SIZE; i++) {
                    ASSERT_NEAR(eligibility[i], dense[i], 1e-12 * (1.0 + dense[i]));
                    expected[i] += step * dense[i];
                    ASSERT_NEAR(weights[i], expected[i], 1e-9);
                }
            }
        }
    }
    rill_trace_clear(&trace);
    ck_assert_int_eq(n_active, 0);
    assert_lists_what_is_not_zero();
}
END_TEST

START_TEST(test_faint_traces_leave_the_list)
{
    rill_trace_clear(&trace);
    rill_trace_visit(&trace, RILL_TRACE_ACCUMULATING, 3, 0.0);
    rill_trace_visit(&trace, RILL_TRACE_ACCUMULATING, 5, 0.0);
    rill_trace_set(&trace, 3, 1e-9);
    rill_trace_decay(&trace, 1e-6);
    ck_assert_int_eq(n_active, 2);
    rill_trace_decay(&trace, 0.05);
    ck_assert_int_eq(n_active, 1);
    ck_assert(active[0] == 5 && eligibility[3] == 0.0);
    ASSERT_NEAR(eligibility[5], 5e-8, 1e-20);
}
END_TEST

START_TEST(the_traces_of_a_state_are_read)
{
    const char *const settings[] = {"lambda=0.9", "gamma=0.5", NULL};
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL, *without = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "td_lambda", env, settings, &error), &error);
    ASSERT_OK(rill_agent_create(&without, "td0", env, NULL, &error), &error);
    rill_agent_start(agent, (rill_observation){.index = 3});
    rill_agent_step(agent, 1.0, (rill_observation){.index = 4});
    rill_agent_step(agent, 1.0, (rill_observation){.index = 5});
    static const double expected[] = {0.9 * 0.5, 1.0, 0.0}; // z(3) decayed once, z(4), z(5)
    double read = -1.0;
    for (int32_t i = 0; i < 3; i++) {
        ck_assert(rill_agent_traces(agent, (rill_observation){.index = 3 + i}, &read));
        ck_assert_double_eq(read, expected[i]);
    }
    read = -1.0;
    ck_assert(!rill_agent_traces(without, (rill_observation){.index = 3}, &read));
    ck_assert_double_eq(read, -1.0);
    rill_agent_destroy(agent);
    rill_agent_destroy(without);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(the_traces_of_a_state_are_read, test_equals_dense_traces,
          test_faint_traces_leave_the_list)
