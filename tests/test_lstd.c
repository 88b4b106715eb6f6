// Least-squares TD against the system that it solves, solved by GSL, and against the exact fixed point.
#include "tests/linear_world.h"

static const features_of maps[] = {
    {.id = "tile_coding", .settings = "tilings=4 tiles=5"},
    {.id = "fourier", .settings = "order=3"}, // its step scales do not matter
    {.id = "polynomial", .settings = "order=2 from=-1"},
    {.id = "state_aggregation", .settings = "groups=4 low=1 high=19"},
    {.id = "one_hot", .settings = ""},
};
enum { MAPS = sizeof maps / sizeof maps[0] };

static linear_episode e;

/// z <- gamma lambda z + x_t;  A <- A + z (x_t - gamma x_{t+1})^T;  b <- b + R_{t+1} z
static void add_episode(const linear_world *w, double lambda, linear_matrix *a, double *b)
{
    double z[LINEAR_FEATURES] = {0.0};
    for (int32_t t = 0; t < e.length; t++) {
        const double *x = w->x[e.states[t]];
        const double *next = w->x[e.states[t + 1]];
        const bool has_next = t + 1 < e.length || !e.terminated;
        for (int32_t i = 0; i < w->n_features; i++) {
            z[i] = w->gamma * lambda * z[i] + x[i];
            b[i] += e.rewards[t + 1] * z[i];
        }
        for (int32_t i = 0; i < w->n_features; i++) {
            for (int32_t j = 0; j < w->n_features; j++) {
                a->at[i][j] += z[i] * (x[j] - (has_next ? w->gamma * next[j] : 0.0));
            }
        }
    }
}

/// After every episode w = (A + epsilon I)^-1 b, with episodes of both ends.
START_TEST(test_solves_the_system_of_its_data)
{
    static const struct {
        const char *settings;
        double epsilon, lambda;
    } cases[] = {{"epsilon=0.01 lambda=0", 0.01, 0.0},
                 {"epsilon=0.5 lambda=0.5", 0.5, 0.5},
                 {"epsilon=1 lambda=1", 1.0, 1.0}};
    for (int i = 0; i < MAPS * 3; i++) {
        linear_world w = linear_walk("n_states=19", 0.95, maps[i / 3]);
        w.max_steps = 60;
        rill_agent *agent = linear_agent_in(&w, "lstd", cases[i % 3].settings);
        linear_matrix a = {0};
        double b[LINEAR_FEATURES] = {0.0}, weights[LINEAR_FEATURES];
        int n_terminated = 0, n_cut = 0;
        for (int32_t j = 0; j < w.n_features; j++) {
            a.at[j][j] = cases[i % 3].epsilon;
        }
        for (int k = 0; k < 40; k++) {
            linear_play(&w, agent, &e);
            add_episode(&w, cases[i % 3].lambda, &a, b);
            linear_solve(&a, b, w.n_features, weights);
            linear_check(&w, cases[i % 3].settings, k, agent->value.weights, weights, 1e-9);
            n_terminated += e.terminated;
            n_cut += !e.terminated;
        }
        ck_assert(n_terminated > 5 && n_cut > 5);
        rill_agent_destroy(agent);
        linear_end(&w);
    }
}
END_TEST

/// Of many runs, the mean of each state's estimate is that of the exact fixed point, within four
/// standard errors; that of LSTD(lambda) is another one.
START_TEST(test_finds_the_fixed_point)
{
    enum { RUNS = 40, DATA = 20000 };
    static const double lambdas[] = {0.0, 0.7};
    static const char *const settings[] = {"epsilon=1e-3 lambda=0", "epsilon=1e-3 lambda=0.7"};
    static double values[RUNS][LINEAR_STATES];
    for (int i = 0; i < 4; i++) {
        linear_world w =
            linear_walk("n_states=9", 0.9,
                        i < 2 ? (features_of){"fourier", "order=2", NULL, 0}
                              : (features_of){"polynomial", "order=2 from=-1", NULL, 0});
        linear_matrix a;
        double b[LINEAR_FEATURES], d[LINEAR_STATES], weights[LINEAR_FEATURES];
        linear_distribution(&w, w.policy, d);
        linear_td_system(&w, d, lambdas[i % 2], &a, b);
        linear_fixed_point(&w, &a, b, weights);
        rill_agent *agent = linear_agent_in(&w, "lstd", settings[i % 2]);
        for (int run = 0; run < RUNS; run++) {
            rill_agent_seed(agent, (uint64_t)run);
            linear_play_steps(&w, agent, DATA);
            for (int32_t s = 1; s <= 9; s++) {
                values[run][s] = linear_dot(&w, agent->value.weights, w.x[s]);
            }
        }
        for (int32_t s = 1; s <= 9; s++) {
            double mean = 0.0, square = 0.0;
            for (int run = 0; run < RUNS; run++) {
                mean += values[run][s] / RUNS;
            }
            for (int run = 0; run < RUNS; run++) {
                square += (values[run][s] - mean) * (values[run][s] - mean);
            }
            const double standard_error = sqrt(square / (RUNS - 1) / RUNS);
            ck_assert(standard_error < 0.01);
            ASSERT_NEAR(mean, linear_dot(&w, weights, w.x[s]), 4.0 * standard_error);
        }
        rill_agent_destroy(agent);
        linear_end(&w);
    }
}
END_TEST

START_TEST(test_updates_by_hand)
{
    // a table of two states: A starts as I, so that a visit that ends with reward 6 makes 6 / 2
    linear_world w = linear_random(2, 0.5, (features_of){.id = "one_hot", .settings = ""});
    rill_agent *agent = linear_agent_in(&w, "lstd", "epsilon=1 lambda=0");
    const double *v = agent->value.weights;
    const rill_outcome end = {6.0, true, false}, both = {6.0, true, true}, cut = {2.0, false, true};
    rill_agent_start(agent, (rill_observation){.index = 0});
    rill_agent_finish(agent, &end, (rill_observation){.index = 1});
    ASSERT_NEAR(v[0], 3.0, 1e-14);
    ck_assert(v[1] == 0.0 && agent->memory->td_error == 6.0 && agent->memory->update == 1);
    rill_agent_start(agent, (rill_observation){.index = 0});
    rill_agent_finish(agent, &both, (rill_observation){.index = 1});
    ASSERT_NEAR(v[0], 4.0, 1e-14);
    // cut off in 0: 2 v(1) - 0.5 v(0) = 2
    rill_agent_start(agent, (rill_observation){.index = 1});
    rill_agent_finish(agent, &cut, (rill_observation){.index = 0});
    ASSERT_NEAR(v[0], 4.0, 1e-14);
    ASSERT_NEAR(v[1], 2.0, 1e-14);
    ASSERT_NEAR(agent->memory->td_error, 2.0 + 0.5 * 4.0, 1e-13);
    rill_agent_destroy(agent);
    linear_end(&w);
}
END_TEST

START_TEST(test_too_many_features)
{
    rill_error error = {0};
    rill_agent *agent = NULL;
    rill_env *env = NULL;
    const char *const large[] = {"n_states=9000", NULL};
    ASSERT_OK(rill_env_create(&env, "random_walk", large, &error), &error);
    ASSERT_REFUSED(rill_agent_create(&agent, "lstd", env, NULL, &error), &error, "params",
                   "at most 8192 features");
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_solves_the_system_of_its_data, test_finds_the_fixed_point, test_updates_by_hand,
          test_too_many_features)
