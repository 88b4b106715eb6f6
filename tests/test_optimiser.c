// Optimisers: each against its formula in another form, and what all owe over the registry.
#include "tests/conformance.h"

enum { N = 5, STEPS = 40 };

static rill_optimiser optimiser_of(const char *id, const char *const *settings)
{
    rill_error error = {0};
    rill_optimiser optimiser;
    const rill_optimiser_type *type = rill_optimiser_type_find(id, &error);
    ck_assert_ptr_nonnull(type);
    void *params = rill_params_create(type->params, type->params_size);
    for (; settings != NULL && *settings != NULL; settings++) {
        ASSERT_OK(rill_params_assign(type->params, params, *settings, &error), &error);
    }
    ASSERT_OK(rill_optimiser_create(&optimiser, type, params, &error), &error);
    return optimiser;
}

/// Gradient number t of weight i: of either sign and several sizes, some 0.
static double gradient_at(int t, int i)
{
    return i == 4 ? 0.0 : sin(1.7 * t + i) * pow(10.0, i - 2);
}

/// The directions of a row of gradients, as the optimiser makes them, to `directions`.
static void direct(const rill_optimiser *optimiser, double directions[STEPS][N])
{
    double moments[4 * N + 1] = {0.0};
    ck_assert_int_le(optimiser->type->n_moments, 4);
    const int end = optimiser->type->n_moments * N;
    moments[end] = 123.0;
    for (int t = 0; t < STEPS; t++) {
        for (int i = 0; i < N; i++) {
            directions[t][i] = gradient_at(t, i);
        }
        optimiser->type->direct(optimiser, t + 1, N, moments, directions[t]);
        ck_assert_double_eq(moments[end], 123.0); // no more than n_moments each
    }
}

static void assert_direction(const char *id, double ours, double expected)
{
    ck_assert_msg(fabs(ours - expected) <= 1e-12 * (1.0 + fabs(expected)), "%s: %.17g, not %.17g",
                  id, ours, expected);
}

/// sum_k momentum^(t-k) g_k
START_TEST(test_sgd)
{
    static const char *const heavy[] = {"momentum=0.8", NULL};
    double directions[STEPS][N];
    for (int has_momentum = 0; has_momentum < 2; has_momentum++) {
        rill_optimiser optimiser = optimiser_of("sgd", has_momentum ? heavy : NULL);
        direct(&optimiser, directions);
        for (int t = 0; t < STEPS; t++) {
            for (int i = 0; i < N; i++) {
                double sum = 0.0;
                for (int k = has_momentum ? 0 : t; k <= t; k++) {
                    sum += pow(0.8, t - k) * gradient_at(k, i);
                }
                assert_direction("sgd", directions[t][i], sum);
            }
        }
        rill_optimiser_destroy(&optimiser);
    }
}
END_TEST

/// The running means written out as weighted sums over all gradients so far, whose weights sum to 1.
START_TEST(test_adam)
{
    static const char *const settings[] = {"beta1=0.7", "beta2=0.95", "epsilon=1e-3", NULL};
    double directions[STEPS][N];
    rill_optimiser optimiser = optimiser_of("adam", settings);
    direct(&optimiser, directions);
    for (int t = 0; t < STEPS; t++) {
        for (int i = 0; i < N; i++) {
            double m = 0.0, v = 0.0, m_weight = 0.0, v_weight = 0.0;
            for (int k = 0; k <= t; k++) {
                const double g = gradient_at(k, i);
                m += pow(0.7, t - k) * g;
                m_weight += pow(0.7, t - k);
                v += pow(0.95, t - k) * g * g;
                v_weight += pow(0.95, t - k);
            }
            assert_direction("adam", directions[t][i], m / m_weight / (sqrt(v / v_weight) + 1e-3));
        }
    }
    rill_optimiser_destroy(&optimiser);
}
END_TEST

START_TEST(test_rmsprop)
{
    static const char *const settings[] = {"decay=0.9", "epsilon=1e-4", NULL};
    double directions[STEPS][N];
    rill_optimiser optimiser = optimiser_of("rmsprop", settings);
    direct(&optimiser, directions);
    for (int t = 0; t < STEPS; t++) {
        for (int i = 0; i < N; i++) {
            double v = 0.0;
            for (int k = 0; k <= t; k++) {
                v += 0.1 * pow(0.9, t - k) * gradient_at(k, i) * gradient_at(k, i);
            }
            assert_direction("rmsprop", directions[t][i], gradient_at(t, i) / (sqrt(v) + 1e-4));
        }
    }
    rill_optimiser_destroy(&optimiser);
}
END_TEST

/// Over the registry: names, parameters; a gradient of 0 moves nothing; and ascent on -(w - 3)^2 / 2 gets
/// there with a falling step size.
START_TEST(test_all)
{
    const char *ids[64] = {NULL};
    for (size_t i = 0; rill_optimiser_type_list()[i] != NULL; i++) {
        const rill_optimiser_type *type = rill_optimiser_type_list()[i];
        ids[i] = type->id;
        ASSERT_FOR(type->id, type->summary[0] != '\0' && type->source[0] != '\0');
        check_param_table(type->id, type->params, type->params_size);
        rill_optimiser optimiser = optimiser_of(type->id, NULL);
        double moments[4] = {0.0}, gradient = 0.0, w = 0.0;
        type->direct(&optimiser, 1, 1, moments, &gradient);
        ASSERT_FOR(type->id, gradient == 0.0);
        memset(moments, 0, sizeof moments);
        for (int t = 1; t <= 20000; t++) {
            gradient = 3.0 - w;
            type->direct(&optimiser, t, 1, moments, &gradient);
            w += 0.5 / sqrt(t) * gradient;
        }
        ASSERT_FOR(type->id, fabs(w - 3.0) < 0.02);
        rill_optimiser_destroy(&optimiser);
    }
    check_files_are_ids("approx", "optimiser_", ids);
}
END_TEST

/// An actor keeps its moments in its memory: a copy goes on alike.
START_TEST(test_saved_with_the_agent)
{
    static const char *const settings[] = {"batch=2", "alpha_theta=0.05", "optimiser=adam",
                                           "optimiser.beta1=0.5", NULL};
    rill_error error = {0};
    rill_env *env = NULL;
    rill_agent *agent = NULL, *copy = NULL;
    ASSERT_OK(rill_env_create(&env, "random_walk", NULL, &error), &error);
    ASSERT_OK(rill_agent_create(&agent, "reinforce", env, settings, &error), &error);
    for (int half = 0; half < 2; half++) {
        rill_env *other = NULL;
        ASSERT_OK(rill_env_clone(&other, env, &error), &error);
        for (int i = 0; i < 30; i++) {
            rill_agent *const both[] = {agent, copy};
            rill_env *const worlds[] = {env, other};
            for (int k = 0; k <= half; k++) {
                rill_outcome outcome;
                rill_observation observation = rill_env_reset(worlds[k]);
                rill_action action = rill_agent_start(both[k], observation);
                for (;;) {
                    observation = rill_env_step(worlds[k], action, &outcome);
                    if (outcome.terminated) {
                        break;
                    }
                    action = rill_agent_step(both[k], outcome.reward, observation);
                }
                rill_agent_finish(both[k], &outcome, observation);
            }
        }
        rill_env_destroy(other);
        if (half == 0) {
            ASSERT_OK(rill_agent_clone(&copy, agent, &error), &error);
        }
    }
    ck_assert_int_eq(*agent->actor.n_ascents, 30);
    ck_assert_mem_eq(agent->memory, copy->memory, agent->memory_size);
    rill_agent_destroy(agent);
    rill_agent_destroy(copy);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_sgd, test_adam, test_rmsprop, test_all, test_saved_with_the_agent)
