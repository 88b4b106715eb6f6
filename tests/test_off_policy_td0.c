// Off-policy TD(0) against its rule in dense vectors and its mean update, and diverging on Baird's
// counterexample, until a run ends.
#include "tests/off_policy_reference.h"
#include "tests/runs.h"

/// w <- w + alpha rho delta x
static void rule(const off_policy_moment *m, off_policy_memory *memory)
{
    linear_add(m->world, memory->w, 0.07 * m->ratio * m->td_error, m->x);
}

START_TEST(test_rule)
{
    off_policy_follow("off_policy_td0", "alpha=0.07", rule);
}
END_TEST

/// On average alpha (b - A w): 0 at the TD fixed point of the states that the behaviour is in.
START_TEST(test_mean_update)
{
    static off_policy_moments m;
    for (int i = 0; i < 2 * OFF_POLICY_MAPS; i++) {
        linear_world w = i % 2 == 0 ? off_policy_random(off_policy_maps[i / 2])
                                    : off_policy_walk(off_policy_maps[i / 2]);
        double d[LINEAR_STATES], mean[LINEAR_FEATURES], expected[LINEAR_FEATURES] = {0.0};
        rill_agent *agent = linear_agent_in(&w, "off_policy_td0", "alpha=0.5");
        double *weights = agent->value.weights;
        linear_distribution(&w, w.behaviour, d);
        off_policy_expect(&w, d, &m);
        off_policy_draw(weights, w.n_features, 3);
        off_policy_mean(&w, agent, d, weights, w.n_features, mean);
        linear_add(&w, expected, 0.5, m.b);
        off_policy_multiply(&w, expected, -0.5, &m.a, false, weights);
        ck_assert(linear_dot(&w, expected, expected) > 1e-4);
        linear_check(&w, "mean update", 0, mean, expected, 1e-13);
        linear_fixed_point(&w, &m.a, m.b, weights);
        off_policy_mean(&w, agent, d, weights, w.n_features, mean);
        memset(expected, 0, sizeof expected);
        linear_check(&w, "at the fixed point", 0, mean, expected, 1e-9);
        rill_agent_destroy(agent);
        linear_end(&w);
    }
}
END_TEST

/// Without a behaviour it is TD(0), to the bit.
START_TEST(test_on_policy)
{
    linear_world w = off_policy_walk(off_policy_maps[0]);
    memcpy(w.behaviour, w.policy, sizeof w.policy);
    rill_agent *one = linear_agent_in(&w, "off_policy_td0", "alpha=0.1");
    rill_agent *other = linear_agent_in(&w, "td0", "alpha=0.1");
    linear_play_steps(&w, one, 2000);
    rill_rng_seed(&w.rng, 91);
    linear_play_steps(&w, other, 2000);
    ck_assert(memcmp(one->value.weights, other->value.weights,
                     (size_t)w.n_features * sizeof(double)) == 0);
    ck_assert(linear_dot(&w, one->value.weights, one->value.weights) > 1e-3);
    rill_agent_destroy(one);
    rill_agent_destroy(other);
    linear_end(&w);
}
END_TEST

/// S&B Figure 11.2: of 100 runs of 1000 steps every one grows at least tenfold (on average it is
/// a hundredfold).
START_TEST(test_diverges)
{
    linear_world w = baird_world();
    rill_agent *agent = linear_agent_in(&w, "off_policy_td0", "alpha=0.01 " BAIRD_WEIGHTS);
    for (uint64_t run = 0; run < 100; run++) {
        rill_agent_seed(agent, run);
        const double before = baird_error(&w, agent->value.weights);
        linear_play_steps(&w, agent, 1000);
        ck_assert(baird_error(&w, agent->value.weights) > 10.0 * before);
    }
    rill_agent_destroy(agent);
    linear_end(&w);
}
END_TEST

/// With a large step the weights leave the range of numbers; such a run ends there, and says so.
START_TEST(test_overflow_ends_a_run)
{
    rill_experiment *e = experiment_of(
        "{'environment': {'id': 'baird', 'params': {'observation': 'features'}}, 'agents': [{'id': "
        "'off_policy_td0', 'params': {'alpha': 1, 'gamma': 0.99, 'initial_weights': "
        "[1, 1, 1, 1, 1, 1, 10, 1]}, 'policy': {'id': 'fixed', 'params': {'actions': [1]}}, "
        "'behaviour': {'id': 'stochastic', 'params': {'probabilities': [0.857142857142857, "
        "0.142857142857143]}}, 'features': {'id': 'raw', 'params': {'bias': false, 'low': -1, "
        "'high': 1}}}], 'stop': {'steps': 100000}, 'record': [{'metric': 'weight_norm', 'every': "
        "10, 'unit': 'steps'}]}");
    rill_error error = {0};
    rill_run run;
    ASSERT_OK(rill_experiment_run_one(e, 0, 0, &run, &error), &error);
    ck_assert_int_eq(run.status, RILL_RUN_DIVERGED);
    ck_assert(run.steps < 100000 && (int64_t)run.series[0].count == run.steps / 10);
    ck_assert(run.series[0].values[0] < 1e60);
    ck_assert(run.series[0].values[run.series[0].count - 1] > 1e100);
    rill_run_clear(&run);
    rill_experiment_destroy(e);
}
END_TEST

TEST_MAIN(test_rule, test_mean_update, test_on_policy, test_diverges, test_overflow_ends_a_run)
