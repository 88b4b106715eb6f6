// Trajectory sampling against the update written once more, along the trajectory, and the exact
// solution.
#include "tests/planning.h"

#include "tests/reference_policy.h"

enum { MAX_STATES = 64, MAX_ACTIONS = 12 };

/// Q(S,A) <- sum p [r + gamma max_a' Q(s',a')] for the pairs met, bit for bit; nothing else changes.
static void check(const char *world, const char *agent, double gamma, double epsilon)
{
    planning p = planning_open(world, agent);
    const rill_env_type *type = p.env->type;
    rill_error error = {0};
    rill_env *env = NULL;
    ck_assert(p.n_states <= MAX_STATES && p.n_actions <= MAX_ACTIONS);
    ASSERT_OK(rill_env_clone(&env, p.env, &error), &error);
    rill_env_seed(env, 3);
    rill_agent_seed(p.agent, 3);
    rill_rng rng;
    rill_rng_seed(&rng, 3);
    double q[MAX_STATES][MAX_ACTIONS], v[MAX_STATES];
    for (int32_t s = 0; s < p.n_states; s++) {
        memcpy(q[s], planning_row(&p, s), (size_t)p.n_actions * sizeof(double));
    }
    int32_t s = rill_env_reset(env).index;
    int32_t a = rill_agent_start(p.agent, (rill_observation){.index = s}).index;
    for (int i = 0; i < 5000; i++) {
        ASSERT_FOR(type->id, a == reference_epsilon_greedy(q[s], p.n_actions, epsilon, &rng));
        for (int32_t k = 0; k < p.n_states; k++) {
            v[k] = rill_max(q[k], p.n_actions);
        }
        const double target = planning_backup(p.model, v, gamma, s, a);
        if (!isnan(target)) {
            ck_assert(isfinite(target));
            v[0] = fabs(target - q[s][a]);
            q[s][a] = target;
        }
        rill_outcome outcome;
        const rill_observation next = rill_env_step(env, (rill_action){.index = a}, &outcome);
        // the agent is told of another reward, and of either end
        if (rill_outcome_is_last(&outcome) || i % 50 == 49) {
            const rill_outcome end = {99.0, i % 2 == 0, i % 2 == 1};
            rill_agent_finish(p.agent, &end, next);
            s = rill_env_reset(env).index;
            a = rill_agent_start(p.agent, (rill_observation){.index = s}).index;
        } else {
            s = next.index;
            a = rill_agent_step(p.agent, 99.0, next).index;
        }
        if (!isnan(target)) {
            ck_assert(p.agent->memory->td_error == v[0]);
        }
        for (int32_t k = 0; k < p.n_states && i % 20 == 0; k++) {
            ASSERT_FOR(type->id, memcmp(q[k], planning_row(&p, k),
                                        (size_t)p.n_actions * sizeof(double)) == 0);
        }
    }
    rill_env_destroy(env);
    planning_close(&p);
}

START_TEST(test_equals_the_update)
{
    check("gridworld slip=0.3", "trajectory_sampling gamma=0.9 initial_value=3", 0.9, 0.1);
    check("cliff_walking is_slippery=true", "trajectory_sampling gamma=1 policy.epsilon=0.3", 1.0,
          0.3);
    // a stake that cannot be made is none: its estimate does not move
    check("gambler goal=20", "trajectory_sampling policy.epsilon=0.5", 1.0, 0.5);
}
END_TEST

/// With initial values above the optimal ones, or with every pair met, it ends at the optimal values.
START_TEST(test_settles_at_the_exact_values)
{
    static const char *const worlds[] = {"gridworld slip=0.2", "cliff_walking is_slippery=true"};
    for (int w = 0; w < 2; w++) {
        planning p = planning_open(worlds[w], "trajectory_sampling gamma=0.8 policy=uniform");
        rill_solution *solution = NULL;
        rill_error error = {0};
        ASSERT_OK(rill_solve_optimal(p.model, 0.8, &solution, &error), &error);
        // all states, where the walk itself would hardly go
        for (int sweep = 0; sweep < 3000; sweep++) {
            for (int32_t s = 0; s < p.n_states; s++) {
                rill_agent_start(p.agent, (rill_observation){.index = s});
                const rill_outcome end = {0.0, true, false};
                rill_agent_finish(p.agent, &end, (rill_observation){.index = s});
            }
        }
        planning_assert_q(&p, solution, 1e-10, worlds[w]);
        rill_solution_destroy(solution);
        planning_close(&p);
    }
}
END_TEST

TEST_MAIN(test_equals_the_update, test_settles_at_the_exact_values)
