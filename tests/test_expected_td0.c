// Semi-gradient dynamic programming against its sweep in dense vectors, its fixed point, and the exact
// trajectory on Baird's counterexample; and what all expected updates have in common.
#include "tests/expected_reference.h"

/// w <- w + alpha sum_s d(s) delta(s) x(s)
static void rule(const expected_sweep *e, off_policy_memory *memory)
{
    double before[LINEAR_FEATURES];
    memcpy(before, memory->w, sizeof before);
    for (int32_t s = 0; s < e->world->n_states; s++) {
        const double *from = e->is_in_place ? memory->w : before;
        if (e->d[s] > 0.0) {
            linear_add(e->world, memory->w, 0.3 * e->d[s] * expected_delta(e, from, s),
                       e->world->x[s]);
        }
    }
}

START_TEST(test_rule)
{
    expected_follow_rule("expected_td0", "alpha=0.3", rule);
}
END_TEST

/// With the on-policy distribution it converges, to the TD fixed point (S&B eq. 9.12); on a table to
/// the values of the policy with any. In place only the second holds: at the fixed point updates cancel
/// each other over a whole sweep, not state by state.
START_TEST(test_limit)
{
    for (int i = 0; i < 2 * OFF_POLICY_MAPS; i++) {
        linear_world w = i % 2 == 0 ? off_policy_random(off_policy_maps[i / 2])
                                    : off_policy_walk(off_policy_maps[i / 2]);
        linear_matrix a;
        double b[LINEAR_FEATURES], d[LINEAR_STATES];
        linear_distribution(&w, w.policy, d);
        linear_td_system(&w, d, 0.0, &a, b);
        expected_check_limit("expected_td0", "alpha=0.5", &w, d, &a, b, 20000);
        linear_end(&w);
    }
    linear_world w = off_policy_random(off_policy_maps[OFF_POLICY_MAPS - 1]);
    double v[LINEAR_STATES];
    linear_truth(&w, v);
    for (int i = 0; i < 2; i++) {
        rill_agent *agent =
            linear_agent_in(&w, "expected_td0", i == 0 ? "alpha=3" : "alpha=3 update=in_place");
        expected_run(agent, 2000);
        linear_check(&w, "table", 0, agent->value.weights, v, 1e-10);
        rill_agent_destroy(agent);
    }
    linear_end(&w);
}
END_TEST

START_TEST(test_baird)
{
    expected_check_baird("expected_td0", "alpha=0.01", "fig11.2_right_semi_gradient_DP_alpha0.01");
}
END_TEST

/// A step in the world is a sweep, the end of an episode too; it acts by its policy.
START_TEST(test_in_the_world)
{
    linear_world w = off_policy_walk(off_policy_maps[0]);
    rill_agent *one = linear_agent_in(&w, "expected_td0", "alpha=0.3");
    rill_agent *other = linear_agent_in(&w, "expected_td0", "alpha=0.3");
    int n_right = 0;
    double expected = 0.0, variance = 0.0;
    linear_play_steps(&w, one, 500);
    expected_run(other, 500);
    ck_assert_int_eq(one->memory->update, 500);
    ck_assert(memcmp(one->value.weights, other->value.weights,
                     (size_t)w.n_features * sizeof(double)) == 0);
    for (int32_t i = 0; i < 9000; i++) { // outside +-4.5 standard deviations in 7 of 10^6 seeds
        const int32_t s = 1 + i % 7;
        const double p = w.policy[2 * s + 1];
        n_right += rill_agent_start(one, (rill_observation){.index = s}).index == 1;
        expected += p;
        variance += p * (1.0 - p);
    }
    ASSERT_NEAR(n_right, expected, 4.5 * sqrt(variance));
    rill_agent_destroy(one);
    rill_agent_destroy(other);
    linear_end(&w);
}
END_TEST

static void refused(const char *env_id, const char *agent_id, const char *path, const char *message,
                    const char *const *assignments)
{
    rill_error error = {0};
    rill_agent *agent = NULL;
    rill_env *env = golden_create(env_id, NULL);
    ASSERT_REFUSED(rill_agent_create(&agent, agent_id, env, assignments, &error), &error, path,
                   message);
    rill_env_destroy(env);
}

/// The states of the model must be what the agent observes; features may be any, but then all actions
/// must exist. A distribution must be one.
START_TEST(test_refused)
{
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
    refused("baird", "expected_td0", "params.state_weights", "3 numbers for 7 states",
            WORDS("state_weights=0.5,0.25,0.25"));
    refused("baird", "expected_tdc", "params.state_weights", "sum to 1.1",
            WORDS("state_weights=0.5,0.5,0.1,0,0,0,0"));
    refused("random_walk", "expected_emphatic_td", "params.state_weights",
            "state 0 is terminal: its weight must be 0", WORDS("state_weights=0.5,0.5,0,0,0,0,0"));
    refused("gambler", "expected_td0", "features", "some actions do not exist",
            WORDS("features=state_aggregation"));
    refused("random_walk", "value_iteration", "features", "value_iteration learns a table",
            WORDS("features=fourier"));
    refused("random_walk", "value_iteration", "id", "use one_hot features",
            WORDS("features=state_aggregation"));
    rill_error error = {0};
    rill_agent *agent = NULL;
    rill_env *env = golden_create("baird", WORDS("observation=features"));
    ASSERT_REFUSED(rill_agent_create(&agent, "expected_td0", env,
                                     WORDS("features=raw", "features.bias=false"), &error),
                   &error, "id", "must observe them: use an environment that shows its state");
    rill_env_destroy(env);
    // groups of states are fine where all actions exist
    env = golden_create("random_walk", NULL);
    ASSERT_OK(rill_agent_create(&agent, "expected_td0", env,
                                WORDS("features=state_aggregation", "features.groups=3"), &error),
              &error);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_rule, test_limit, test_baird, test_in_the_world, test_refused)
