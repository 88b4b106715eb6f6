// Residual gradient against its rule in dense vectors, its mean update, and its own minimum.
#include "tests/off_policy_reference.h"

/// w <- w + alpha rho delta (x - gamma x')
static void rule(const off_policy_moment *m, off_policy_memory *memory)
{
    const double step = 0.07 * m->ratio * m->td_error;
    linear_add(m->world, memory->w, step, m->x);
    linear_add(m->world, memory->w, -step * m->world->gamma, m->next);
}

START_TEST(test_rule)
{
    off_policy_follow("residual_gradient", "alpha=0.07", rule);
}
END_TEST

/// On average alpha (h - G w): 0 where E[rho delta^2] is least, which is not the TD fixed point.
START_TEST(test_mean_update)
{
    static off_policy_moments m;
    for (int i = 0; i < 2 * OFF_POLICY_MAPS; i++) {
        linear_world w = i % 2 == 0 ? off_policy_random(off_policy_maps[i / 2])
                                    : off_policy_walk(off_policy_maps[i / 2]);
        double d[LINEAR_STATES], mean[LINEAR_FEATURES], expected[LINEAR_FEATURES] = {0.0};
        double fixed[LINEAR_FEATURES];
        rill_agent *agent = linear_agent_in(&w, "residual_gradient", "alpha=0.5");
        double *weights = agent->value.weights;
        linear_distribution(&w, w.behaviour, d);
        off_policy_expect(&w, d, &m);
        off_policy_draw(weights, w.n_features, 3);
        off_policy_mean(&w, agent, d, weights, w.n_features, mean);
        linear_add(&w, expected, 0.5, m.h);
        off_policy_multiply(&w, expected, -0.5, &m.g, false, weights);
        ck_assert(linear_dot(&w, expected, expected) > 1e-4);
        linear_check(&w, "mean update", 0, mean, expected, 1e-13);
        linear_fixed_point(&w, &m.g, m.h, weights);
        off_policy_mean(&w, agent, d, weights, w.n_features, mean);
        memset(expected, 0, sizeof expected);
        linear_check(&w, "at the minimum", 0, mean, expected, 1e-9);
        linear_fixed_point(&w, &m.a, m.b, fixed);
        ck_assert(linear_distance(&w, d, fixed, weights) > 0.01);
        rill_agent_destroy(agent);
        linear_end(&w);
    }
}
END_TEST

/// S&B Example 11.2, A-split: from A to B or C, alike, then with 1 or 0 to the end; the true values are
/// 1/2, 1, 0. It stays at 1/2, 3/4, 1/4, where E[delta^2] is least, and leaves the true ones.
START_TEST(test_a_split)
{
    rill_error error = {0};
    rill_model *model = NULL;
    rill_model_builder *builder = rill_model_builder_create();
    ck_assert_int_eq(rill_model_begin(builder, 4, LINEAR_ACTIONS), RILL_OK);
    rill_model_add_start(builder, 0, 1.0);
    for (int32_t a = 0; a < LINEAR_ACTIONS; a++) {
        rill_model_add(builder, 0, a, 0.5, 1, 0.0, false);
        rill_model_add(builder, 0, a, 0.5, 2, 0.0, false);
    }
    for (int32_t a = 0; a < LINEAR_ACTIONS; a++) {
        rill_model_add(builder, 1, a, 1.0, 3, 1.0, true);
    }
    for (int32_t a = 0; a < LINEAR_ACTIONS; a++) {
        rill_model_add(builder, 2, a, 1.0, 3, 0.0, true);
    }
    ASSERT_OK(rill_model_build(builder, &model, &error), &error);
    rill_model_builder_destroy(builder);
    linear_world w = linear_world_of(model, 1.0, (features_of){.id = "one_hot", .settings = ""});
    const double d[] = {0.5, 0.25, 0.25, 0.0}, found[] = {0.5, 0.75, 0.25};
    double mean[LINEAR_FEATURES];
    rill_agent *agent = linear_agent_in(&w, "residual_gradient", "alpha=0.5");
    memcpy(agent->value.weights, found, sizeof found);
    off_policy_mean(&w, agent, d, agent->value.weights, 4, mean);
    for (int32_t s = 0; s < 4; s++) {
        ASSERT_NEAR(mean[s], 0.0, 1e-15);
    }
    const double truth[] = {0.5, 1.0, 0.0};
    memcpy(agent->value.weights, truth, sizeof truth);
    off_policy_mean(&w, agent, d, agent->value.weights, 4, mean);
    ASSERT_NEAR(mean[1], -0.0625, 1e-15); // d(A)/2 alpha (-1) delta, delta = 1/2
    rill_agent_destroy(agent);
    linear_end(&w);
}
END_TEST

/// It converges on Baird's counterexample, where TD(0) diverges (S&B section 11.5): E[rho delta^2] comes
/// down to a hundredth in each of 20 runs.
START_TEST(test_baird)
{
    static off_policy_moments m;
    linear_world w = baird_world();
    double d[LINEAR_STATES];
    linear_distribution(&w, w.behaviour, d);
    off_policy_expect(&w, d, &m);
    rill_agent *agent = linear_agent_in(&w, "residual_gradient", "alpha=0.01 " BAIRD_WEIGHTS);
    for (uint64_t run = 0; run < 20; run++) {
        double before[LINEAR_FEATURES] = {0.0}, after[LINEAR_FEATURES] = {0.0};
        rill_agent_seed(agent, run);
        off_policy_multiply(&w, before, 1.0, &m.g, false, agent->value.weights);
        const double first = linear_dot(&w, before, agent->value.weights);
        linear_play_steps(&w, agent, 20000);
        off_policy_multiply(&w, after, 1.0, &m.g, false, agent->value.weights);
        ck_assert(linear_dot(&w, after, agent->value.weights) < 0.01 * first);
    }
    rill_agent_destroy(agent);
    linear_end(&w);
}
END_TEST

TEST_MAIN(test_rule, test_mean_update, test_a_split, test_baird)
