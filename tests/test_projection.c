// The projected Bellman error against a projection by least squares (normal equations, GSL), on features
// that depend on each other too, with the distribution of each kind of agent.
#include "tests/golden.h"
#include "tests/off_policy_reference.h"

#include <rill/recorder.h>

/// sqrt(sum_s d(s) [X y](s)^2) for the y of least sum_s d(s) [delta(s) - [X y](s)]^2
static double plain_error(const linear_world *w, const double *d, const double *weights)
{
    linear_matrix p;
    double r[LINEAR_STATES], delta[LINEAR_STATES], y[LINEAR_FEATURES];
    linear_chain(w, w->policy, &p, r);
    for (int32_t s = 0; s < w->n_states; s++) {
        delta[s] = d[s] > 0.0 ? r[s] - linear_dot(w, weights, w->x[s]) : 0.0;
        for (int32_t k = 0; k < w->n_states && d[s] > 0.0; k++) {
            delta[s] += w->gamma * p.at[s][k] * linear_dot(w, weights, w->x[k]);
        }
    }
    linear_projection(w, d, delta, y);
    const double zeros[LINEAR_FEATURES] = {0.0};
    return linear_distance(w, d, y, zeros);
}

static double measure(const rill_env *env, const rill_agent *agent)
{
    rill_error error = {0};
    rill_projection *projection = NULL;
    double measured = (double)NAN;
    ASSERT_OK(rill_projection_create(&projection, env, agent, &error), &error);
    ASSERT_OK(rill_projection_error(projection, agent, &measured), &error);
    rill_projection_destroy(projection);
    return measured;
}

/// Of 7 states; the second feature is the first but for a few per cent.
static const double nearly[] = {1, 1, 1, 1.03, 1, 0.98, 1, 1.05, 1, 0.97, 1, 1.01, 1, 1};

static const features_of maps[] = {
    {.id = "given", .settings = "", .x = nearly, .n_features = 2},
    {.id = "polynomial", .settings = "order=2 from=-1"},
    {.id = "tile_coding", .settings = "tilings=3 tiles=3"}, // of 12 features 10 are independent
    {.id = "fourier", .settings = "order=3"},
    {.id = "polynomial", .settings = "order=12 from=-1"}, // more features than states
    {.id = "state_aggregation", .settings = "groups=3"},
    {.id = "one_hot", .settings = ""},
};
enum { MAPS = sizeof maps / sizeof maps[0] };

START_TEST(test_is_least_squares)
{
    static const char *const ids[] = {"off_policy_td0", "td0", "expected_tdc", "expected_td0"};
    int n_checked = 0;
    for (int i = 0; i < 4 * MAPS; i++) {
        const features_of map = maps[i / 4];
        const char *id = ids[i % 4];
        const bool is_table = map.id[0] == 's' || map.id[0] == 'o';
        rill_env *env = golden_create("random_walk", (const char *const[]){"reward_left=-1", NULL});
        linear_world w = linear_walk("n_states=5", 0.9, map);
        double d[LINEAR_STATES], old = -1.0;
        char settings[128] = "";
        // a policy knows groups where there are groups
        if (!is_table || map.id[0] == 'o') {
            off_policy_part(&w);
        }
        linear_distribution(&w, i % 4 == 0 ? w.behaviour : w.policy, d);
        if (i % 4 == 2) {
            const double given[] = {0.0, 0.1, 0.4, 0.2, 0.0, 0.3, 0.0};
            memcpy(d, given, sizeof given);
            snprintf(settings, sizeof settings, "state_weights=0,0.1,0.4,0.2,0,0.3,0");
        } else if (i % 4 == 3) {
            for (int32_t s = 0; s < 7; s++) {
                d[s] = s == 0 || s == 6 ? 0.0 : 0.2;
            }
        }
        rill_agent *agent = linear_agent_in(&w, id, settings);
        for (uint64_t k = 0; k < 5; k++) {
            off_policy_draw(agent->value.weights, w.n_features, k);
            const double measured = measure(env, agent);
            const double expected = plain_error(&w, d, agent->value.weights);
            ck_assert(fabs(measured - old) > 1e-6 && measured > 1e-4);
            ck_assert_msg(fabs(measured - expected) < 1e-7 * fmax(1.0, expected),
                          "%s on %s %s: %.17g, not %.17g", id, map.id, map.settings, measured,
                          expected);
            old = measured;
            n_checked++;
        }
        rill_agent_destroy(agent);
        linear_end(&w);
        rill_env_destroy(env);
    }
    ck_assert_int_eq(n_checked, 5 * 4 * MAPS);
}
END_TEST

/// At the TD fixed point of the behaviour's distribution it is 0 (S&B section 11.4), where the Bellman error
/// is not.
START_TEST(test_fixed_point)
{
    rill_env *env = golden_create("random_walk", (const char *const[]){"reward_left=-1", NULL});
    linear_world w = linear_walk("n_states=5", 0.9, maps[1]);
    linear_matrix a;
    double b[LINEAR_FEATURES], d[LINEAR_STATES];
    off_policy_part(&w);
    linear_distribution(&w, w.behaviour, d);
    linear_td_system(&w, d, 0.0, &a, b);
    rill_agent *agent = linear_agent_in(&w, "gtd2", "");
    linear_fixed_point(&w, &a, b, agent->value.weights);
    ASSERT_NEAR(measure(env, agent), 0.0, 1e-9);
    agent->value.weights[0] += 0.1;
    ck_assert(measure(env, agent) > 1e-3);
    rill_agent_destroy(agent);
    linear_end(&w);
    rill_env_destroy(env);
}
END_TEST

static void refused(const char *env_id, const char *const *env_words, const char *agent_id,
                    const char *const *words, const char *path, const char *message)
{
    rill_error error = {0};
    rill_agent *agent = NULL;
    rill_projection *projection = NULL;
    rill_env *env = golden_create(env_id, env_words);
    ASSERT_OK(rill_agent_create(&agent, agent_id, env, words, &error), &error);
    ASSERT_REFUSED(rill_projection_create(&projection, env, agent, &error), &error, path, message);
    ck_assert_ptr_null(projection);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}

START_TEST(test_refused)
{
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
    refused("random_walk", NULL, "td0", WORDS("features=tile_coding", "features.table_size=64"),
            "features", "differ from run to run");
    refused("random_walk", WORDS("n_states=5000"), "td0",
            WORDS("features=fourier", "features.order=1000"), "features",
            "1001 features of 5002 states are too many");
    refused("baird", WORDS("observation=features"), "td0", WORDS("features=raw"), "",
            "states that baird does not show");
    rill_projection_destroy(NULL);
}
END_TEST

TEST_MAIN(test_is_least_squares, test_fixed_point, test_refused)
