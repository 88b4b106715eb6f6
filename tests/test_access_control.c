// Access-control queuing: gains by relative value iteration against an independent solution, the
// binomial distribution, acceptance by hand.
#include "tests/drawing.h"
#include "tests/golden.h"

#include <gsl/gsl_randist.h>

enum { SERVERS = 10, N = SERVERS + 1, STATES = 4 * N };

/// Solves the average-reward optimality equation v(s) + gain = (1 - epsilon) max_a q(s, a) +
/// epsilon mean_a q(s, a) by relative value iteration; v(0) = 0.
static double solve_gain(const rill_model *model, double epsilon, double *v)
{
    double old[STATES], gain = 0.0, change = 1.0;
    memset(v, 0, sizeof old);
    for (int sweep = 0; change > 1e-13; sweep++) {
        ck_assert_int_lt(sweep, 10000);
        memcpy(old, v, sizeof old);
        for (int32_t s = 0; s < STATES; s++) {
            const double reject = rill_model_backup(model, old, 1.0, s, 0);
            const double accept = rill_model_backup(model, old, 1.0, s, 1);
            v[s] = (1.0 - epsilon) * fmax(reject, accept) + 0.5 * epsilon * (reject + accept);
        }
        gain = v[0];
        change = 0.0;
        for (int32_t s = 0; s < STATES; s++) {
            v[s] -= gain;
            change = fmax(change, fabs(v[s] - old[s]));
        }
    }
    return gain;
}

/// Example 10.2.
START_TEST(gains_and_policy)
{
    cJSON *json = golden_read("sutton_barto_exact.json");
    const cJSON *entry = golden_member(golden_member(json, "entries"), "ex10.2_access_control");
    rill_env *env = golden_create("access_control", NULL);
    rill_model *model = golden_model(env);
    ck_assert(model->n_states == STATES && model->n_actions == 2);
    double v[STATES];
    ASSERT_NEAR(solve_gain(model, 0.1, v),
                golden_member(entry, "best_eps_soft_average_reward_eps0p1")->valuedouble, 1e-10);
    ASSERT_NEAR(solve_gain(model, 0.0, v),
                golden_member(entry, "optimal_average_reward")->valuedouble, 1e-10);
    static const char *const priorities[] = {"1", "2", "4", "8"};
    const cJSON *values = golden_member(entry, "differential_values_of_best_action");
    const cJSON *policy = golden_member(entry, "optimal_policy_accept");
    const double lowest = golden_member(values, "1")->child->valuedouble;
    for (int32_t s = 0; s < STATES; s++) {
        const char *priority = priorities[s / N];
        const double expected =
            cJSON_GetArrayItem(golden_member(values, priority), s % N)->valuedouble;
        ASSERT_NEAR(v[s], expected - lowest, 1e-9);
        const bool accepts =
            rill_model_backup(model, v, 1.0, s, 1) > rill_model_backup(model, v, 1.0, s, 0) + 1e-9;
        ck_assert_int_eq(accepts,
                         cJSON_GetArrayItem(golden_member(policy, priority), s % N)->valueint);
    }
    rill_model_destroy(model);
    rill_env_destroy(env);
    cJSON_Delete(json);
}
END_TEST

/// The number of servers that become free is binomial; the customer who comes is any of the four.
START_TEST(servers_become_free)
{
    rill_env *env = golden_create("access_control", (const char *const[]){"p_free=0.3", NULL});
    rill_model *model = golden_model(env);
    for (int32_t s = 0; s < STATES; s++) {
        for (int32_t action = 0; action < 2; action++) {
            const bool is_served = action == 1 && s % N > 0;
            const int32_t n_free = s % N - is_served;
            size_t count = 0;
            const rill_transition *t = rill_model_outcomes(model, s, action, &count);
            ck_assert_uint_eq(count, (size_t)(4 * (SERVERS - n_free + 1)));
            for (size_t i = 0; i < count; i++) {
                const int32_t freed = t[i].next % N - n_free;
                ck_assert_int_ge(freed, 0);
                ASSERT_NEAR(
                    t[i].probability,
                    0.25 * gsl_ran_binomial_pdf((unsigned)freed, 0.3, (unsigned)(SERVERS - n_free)),
                    1e-15);
                ck_assert(t[i].reward == (is_served ? 1 << s / N : 0) && !t[i].terminated);
            }
        }
    }
    rill_model_destroy(model);
    rill_env_destroy(env);
}
END_TEST

/// A step draws the number of servers that become free, by inversion, then the customer.
START_TEST(draws)
{
    rill_env *env = golden_create("access_control", NULL);
    rill_rng rng = env->data->rng;
    for (int i = 0; i < 10000; i++) {
        rill_error error = {0};
        rill_outcome outcome;
        ASSERT_OK(rill_env_set_state(env, (const double[]){0.0, 2.0}, &error), &error);
        int32_t next = rill_env_step(env, (rill_action){.index = 0}, &outcome).index;
        const double u = rill_rng_random(&rng);
        unsigned freed = 0;
        while (u >= gsl_cdf_binomial_P(freed, 0.06, SERVERS - 2)) {
            freed++;
        }
        ck_assert_int_eq(next % N, 2 + (int32_t)freed);
        ck_assert_int_eq(next / N, (int32_t)rill_rng_integers(&rng, 4));
    }
    rill_env_destroy(env);
}
END_TEST

START_TEST(steps_by_hand)
{
    // servers that stay busy: customers 8 and 2 (of the state set) are accepted, then nobody
    rill_env *env =
        golden_create("access_control", (const char *const[]){"p_free=0", "n_servers=2", NULL});
    rill_error error = {0};
    rill_outcome outcome;
    const rill_action reject = {.index = 0}, accept = {.index = 1};
    ASSERT_OK(rill_env_set_state(env, (const double[]){3.0, 2.0}, &error), &error);
    ck_assert_int_eq(rill_env_observe(env).index, 3 * 3 + 2);
    check_drawing(env);
    ck_assert_int_eq(rill_env_step(env, accept, &outcome).index % 3, 1);
    ck_assert(outcome.reward == 8.0);
    ck_assert_int_eq(rill_env_step(env, reject, &outcome).index % 3, 1);
    ck_assert(outcome.reward == 0.0);
    ASSERT_OK(rill_env_set_state(env, (const double[]){1.0, 1.0}, &error), &error);
    ck_assert_int_eq(rill_env_step(env, accept, &outcome).index % 3, 0);
    ck_assert(outcome.reward == 2.0);
    ck_assert_int_eq(rill_env_step(env, accept, &outcome).index % 3, 0);
    ck_assert(outcome.reward == 0.0 && !outcome.terminated);
    check_drawing(env);

    ASSERT_REFUSED(rill_env_set_state(env, (const double[]){4.0, 0.0}, &error), &error, "state",
                   "there are 0 to 3");
    ASSERT_REFUSED(rill_env_set_state(env, (const double[]){0.0, 3.0}, &error), &error, "state",
                   "there are 0 to 2");
    rill_env_destroy(env);
    ASSERT_REFUSED(
        rill_env_create(&env, "access_control", (const char *const[]){"priorities=", NULL}, &error),
        &error, "priorities", "there are none");
}
END_TEST

TEST_MAIN(gains_and_policy, servers_become_free, draws, steps_by_hand)
