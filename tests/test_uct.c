// UCT against exact values over the depth of the search, in worlds small enough to know all.
#include "tests/planning.h"

enum { MAX_STATES = 64 };

/// Searches from every state with available actions.
static void search_all(planning *p)
{
    for (int32_t s = 0; s < p->n_states; s++) {
        rill_agent_start(p->agent, (rill_observation){.index = s});
    }
}

/// The greatest error of a greatest estimate, against the optimal values over `depth` steps.
static double greatest_error(const char *world, double gamma, int depth, const char *agent)
{
    planning p = planning_open(world, agent);
    double v[MAX_STATES], greatest = 0.0;
    ck_assert_int_le(p.n_states, MAX_STATES);
    planning_horizon(p.model, gamma, depth, v);
    search_all(&p);
    for (int32_t s = 0; s < p.n_states; s++) {
        greatest = fmax(greatest, fabs(planning_greatest(&p, s) - v[s]));
    }
    planning_close(&p);
    return greatest;
}

/// A search of depth 1 samples rewards: certain ones are exact, each action is tried.
START_TEST(test_depth_one)
{
    planning p = planning_open("gridworld", "uct gamma=0.9 depth=1 simulations=5");
    const double zero[25] = {0.0};
    search_all(&p);
    for (int32_t s = 0; s < 25; s++) {
        for (int32_t a = 0; a < 5; a++) {
            ck_assert(planning_row(&p, s)[a] == planning_backup(p.model, zero, 0.9, s, a));
        }
    }
    planning_close(&p);
    // too few to try them all: the others keep their estimates
    p = planning_open("gridworld reward_step=-3 reward_goal=-3 reward_boundary=-3 "
                      "reward_forbidden=-3",
                      "uct depth=1 simulations=2 initial_value=7");
    rill_agent_start(p.agent, (rill_observation){.index = 12});
    int n_tried = 0;
    for (int32_t a = 0; a < 5; a++) {
        ck_assert(planning_row(&p, 12)[a] == -3.0 || planning_row(&p, 12)[a] == 7.0);
        n_tried += planning_row(&p, 12)[a] == -3.0;
        ck_assert(planning_row(&p, 11)[a] == 7.0); // and other states keep theirs
    }
    ck_assert_int_eq(n_tried, 2);
    planning_close(&p);
}
END_TEST

/// Two steps by hand: with one simulation the return is r_1 + gamma r_2, where both are known.
START_TEST(test_one_simulation)
{
    planning p = planning_open("gridworld map=.... reward_boundary=1 reward_step=1",
                               "uct gamma=0.5 depth=3 simulations=1 initial_value=-9");
    search_all(&p);
    for (int32_t s = 0; s < 4; s++) {
        ck_assert(planning_greatest(&p, s) == 1.75); // 1 + 0.5 + 0.25
    }
    ck_assert_int_eq(p.agent->memory->update, 5); // one an action chosen, and one at the opening
    planning_close(&p);
    // an episode that ends has no more rewards: in cliff_walking every step costs 1, down to the goal
    p = planning_open("cliff_walking", "uct depth=2 simulations=400");
    rill_agent_start(p.agent, (rill_observation){.index = 35});
    ck_assert(planning_row(&p, 35)[2] == -1.0);
    ck_assert(planning_row(&p, 35)[0] <= -2.0);
    planning_close(&p);
}
END_TEST

/// The estimates go to the optimal values over the depth of the search as simulations grow.
START_TEST(test_converges)
{
    static const struct {
        const char *world, *agent;
        double gamma;
        int depth;
        double tolerance; ///< after 40000 simulations
    } cases[] = {
        {"gridworld map=.F,.G", "uct gamma=0.9 depth=3 c=4", 0.9, 3, 0.03},
        {"gridworld map=.F,.G slip=0.3", "uct gamma=0.9 depth=3 c=4", 0.9, 3, 0.1},
        {"gambler goal=8", "uct depth=4 c=0.5", 1.0, 4, 0.02},
    };
    static const int simulations[] = {30, 400, 5000, 40000};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double before = HUGE_VAL, error = HUGE_VAL;
        for (int k = 0; k < 4; k++) {
            char text[128];
            snprintf(text, sizeof text, "%s simulations=%d", cases[i].agent, simulations[k]);
            error = greatest_error(cases[i].world, cases[i].gamma, cases[i].depth, text);
            ck_assert_msg(error < before, "%s: %g after %d, %g before", cases[i].world, error,
                          simulations[k], before);
            before = error;
        }
        ck_assert_msg(error < cases[i].tolerance, "%s: %g", cases[i].world, error);
    }
}
END_TEST

/// In each state it finds an action that is optimal.
START_TEST(test_finds_the_optimal_action)
{
    static const struct {
        const char *world, *agent;
        double gamma;
    } cases[] = {
        {"gridworld map=..F,.F.,..G at_goal=terminate reward_forbidden=-2 reward_step=-0.1",
         "uct gamma=0.9 depth=12 simulations=4000 c=4", 0.9},
        {"random_walk n_states=5", "uct gamma=0.9 depth=20 simulations=4000", 0.9},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        planning p = planning_open(cases[i].world, cases[i].agent);
        rill_solution *solution = NULL;
        rill_error error = {0};
        ASSERT_OK(rill_solve_optimal(p.model, cases[i].gamma, &solution, &error), &error);
        uint8_t is_decision[MAX_STATES];
        ck_assert_int_eq(rill_model_decision_states(p.model, is_decision), RILL_OK);
        search_all(&p);
        for (int32_t s = 0; s < p.n_states; s++) {
            const rill_observation observation = {.index = s};
            const int32_t a = rill_agent_act_greedily(p.agent, observation).index;
            ck_assert_msg(!is_decision[s] ||
                              solution->q[s * p.n_actions + a] > solution->v[s] - 1e-9,
                          "%s: action %d in state %d", cases[i].world, a, s);
        }
        rill_solution_destroy(solution);
        planning_close(&p);
    }
}
END_TEST

/// The exact value of the greedy policy, mean over all starts and some seeds, rises with the
/// simulations.
START_TEST(test_more_simulations_act_better)
{
    static const int simulations[] = {5, 100, 1500};
    double before = -HUGE_VAL;
    for (int k = 0; k < 3; k++) {
        char text[128];
        snprintf(text, sizeof text, "uct gamma=0.9 depth=10 c=6 simulations=%d", simulations[k]);
        planning p = planning_open("gridworld", text);
        double value = 0.0;
        for (uint64_t seed = 0; seed < 3; seed++) {
            double policy[125] = {0.0};
            rill_agent_seed(p.agent, seed);
            search_all(&p);
            for (int32_t s = 0; s < 25; s++) {
                const rill_observation observation = {.index = s};
                policy[s * 5 + rill_agent_act_greedily(p.agent, observation).index] = 1.0;
            }
            value += finite_value(p.model, 0.9, policy) / 3.0;
        }
        ck_assert_msg(value > before + 0.5, "%g after %d simulations, %g before", value,
                      simulations[k], before);
        before = value;
        planning_close(&p);
    }
}
END_TEST

/// Pairs that are not available are never simulated, terminal states not searched from.
START_TEST(test_actions_that_are_not_available)
{
    planning p = planning_open("gambler goal=12", "uct simulations=50");
    search_all(&p);
    for (int32_t s = 0; s <= 12; s++) {
        const int32_t most = s < 12 - s ? s : 12 - s;
        for (int32_t a = 0; a <= 6; a++) {
            const double q = planning_row(&p, s)[a];
            ck_assert(most == 0 ? q == 0.0 : a >= 1 && a <= most ? q >= 0.0 : q == -DBL_MAX);
        }
    }
    planning_close(&p);
}
END_TEST

/// The end of an episode teaches nothing, truncated or terminated.
START_TEST(test_finish_changes_nothing)
{
    planning p = planning_open("gridworld", "uct gamma=0.9");
    double before[125];
    memcpy(before, p.agent->value.weights, sizeof before);
    const rill_outcome ends[] = {{5.0, true, false}, {5.0, false, true}};
    for (int i = 0; i < 2; i++) {
        rill_agent_finish(p.agent, &ends[i], (rill_observation){.index = 3});
        ck_assert_mem_eq(before, p.agent->value.weights, sizeof before);
    }
    planning_close(&p);
}
END_TEST

TEST_MAIN(test_depth_one, test_one_simulation, test_converges, test_finds_the_optimal_action,
          test_more_simulations_act_better, test_actions_that_are_not_available,
          test_finish_changes_nothing)
