// Policy iteration against the books' tables and against exact evaluation of every policy on the way.
#include "tests/planning.h"

/// Zhao, figure 4.3 and tables 4.4 and 4.5, from always left.
START_TEST(test_figure_4_3)
{
    // up, right, down, left, stay
    static const double q[2][5] = {{-10, -7.1, -10, -10, -9}, {-9.1, -9.1, -9.1, -9, -7.1}};
    planning p = planning_open("gridworld map=.G",
                               "policy_iteration gamma=0.9 initial_policy=3 theta=1e-14");
    planning_run(&p, 1);
    for (int32_t s = 0; s < 2; s++) {
        for (int32_t a = 0; a < 5; a++) {
            ASSERT_NEAR(planning_row(&p, s)[a], q[s][a], 1e-12);
        }
    }
    // pi_1 is right, stay
    ck_assert_int_eq(rill_agent_act_greedily(p.agent, (rill_observation){.index = 0}).index, 1);
    ck_assert_int_eq(rill_agent_act_greedily(p.agent, (rill_observation){.index = 1}).index, 4);
    planning_run(&p, 1);
    ASSERT_NEAR(planning_greatest(&p, 0), 10.0, 1e-12);
    ASSERT_NEAR(p.agent->memory->td_error, 20.0, 1e-12); // v_pi0(s1) = -10
    planning_run(&p, 1);
    ASSERT_NEAR(p.agent->memory->td_error, 0.0, 1e-12);
    planning_close(&p);
}
END_TEST

enum { MAX_PAIRS = 8192 };

/// Improves a deterministic policy by its exact q; a tie keeps the action. False when it is stable.
static bool improve(const planning *p, const rill_solution *solution, double *policy)
{
    bool is_changed = false;
    for (int32_t s = 0; s < p->n_states; s++) {
        const double *q = solution->q + s * p->n_actions;
        double *pi = policy + s * p->n_actions;
        int32_t now = 0, best = 0;
        for (int32_t a = 0; a < p->n_actions; a++) {
            now = pi[a] == 1.0 ? a : now;
            best = isnan(q[best]) || q[a] > q[best] + 1e-9 ? a : best;
        }
        if (q[best] > q[now] + 1e-9) {
            pi[now] = 0.0;
            pi[best] = 1.0;
            is_changed = true;
        }
    }
    return is_changed;
}

/// Each step is the exact q of the policy, and the next policy the improved one. Answers the
/// improvements until the policy is stable; `policy` is then the last one.
static int check_policies(planning *p, double gamma, const int32_t *first, double *policy,
                          const char *name)
{
    ck_assert_int_le(p->n_states * p->n_actions, MAX_PAIRS);
    memset(policy, 0, (size_t)(p->n_states * p->n_actions) * sizeof *policy);
    for (int32_t s = 0; s < p->n_states; s++) {
        policy[s * p->n_actions + first[s]] = 1.0;
    }
    rill_error error = {0};
    for (int n = 0;; n++) {
        rill_solution *solution = NULL;
        ASSERT_OK(rill_solve_policy(p->model, gamma, policy, &solution, &error), &error);
        planning_run(p, 1);
        planning_assert_q(p, solution, 1e-10, name);
        const bool is_changed = improve(p, solution, policy);
        rill_solution_destroy(solution);
        if (!is_changed) {
            return n;
        }
    }
}

static void assert_optimal(const planning *p, double gamma, const char *name)
{
    rill_solution *solution = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_solve_optimal(p->model, gamma, &solution, &error), &error);
    planning_assert_q(p, solution, 1e-10, name);
    rill_solution_destroy(solution);
}

START_TEST(test_every_policy_is_evaluated_exactly)
{
    static const char *const worlds[] = {
        "gridworld reward_forbidden=-10",   "gridworld slip=0.3", "cliff_walking is_slippery=true",
        "car_rental max_cars=6 max_move=3", "gambler goal=20",    "frozen_lake"};
    double policy[MAX_PAIRS];
    for (size_t w = 0; w < sizeof worlds / sizeof worlds[0]; w++) {
        planning p =
            planning_open(worlds[w], "policy_iteration gamma=0.9 theta=1e-13 initial_policy=1");
        int32_t first[MAX_PAIRS];
        for (int32_t s = 0; s < p.n_states; s++) {
            first[s] = planning_first_action(p.model, s, 1);
        }
        ck_assert_int_ge(check_policies(&p, 0.9, first, policy, worlds[w]), 1);
        assert_optimal(&p, 0.9, worlds[w]);
        planning_close(&p);
    }
}
END_TEST

/// Zhao, figure 4.4, from always stay; and the end of it, from the printed pi_9. There (5,1) is left to
/// stay or to move to (4,1), which is worth 0 too; the book moves, and has pi_10 optimal, this keeps the
/// action, and is one policy later.
START_TEST(test_figure_4_4)
{
    static const char pi9[] = "RRRDDUURDDUSDRDSRSLDSRULL", letters[] = "URDLS";
    static const double v9[] = {3.486784401,
                                3.87420489,
                                4.3046721,
                                4.782969,
                                5.31441,
                                3.1381059609,
                                3.486784401,
                                4.782969,
                                5.31441,
                                5.9049,
                                2.82429536481,
                                0,
                                10,
                                5.9049,
                                6.561,
                                0,
                                10,
                                10,
                                10,
                                7.29,
                                0,
                                9,
                                10,
                                9,
                                8.1};
    double policy[MAX_PAIRS];
    int32_t first[25];
    for (int32_t s = 0; s < 25; s++) {
        first[s] = 4;
    }
    planning p = planning_open("gridworld reward_forbidden=-10",
                               "policy_iteration gamma=0.9 theta=1e-13 initial_policy=4");
    ck_assert_int_ge(check_policies(&p, 0.9, first, policy, "from stay"), 8);
    assert_optimal(&p, 0.9, "from stay");
    planning_close(&p);

    char text[256] = "policy_iteration gamma=0.9 theta=1e-13 initial_policy=";
    for (int32_t s = 0; s < 25; s++) {
        first[s] = (int32_t)(strchr(letters, pi9[s]) - letters);
        snprintf(text + strlen(text), 8, s == 0 ? "%d" : ",%d", first[s]);
    }
    p = planning_open("gridworld reward_forbidden=-10", text);
    planning_run(&p, 1);
    for (int32_t s = 0; s < 25; s++) {
        ASSERT_NEAR(planning_row(&p, s)[first[s]], v9[s], 1e-11);
    }
    rill_solution *solution = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_solve_optimal(p.model, 0.9, &solution, &error), &error);
    planning_run(&p, 1);
    for (int32_t s = 0; s < 25; s++) {
        ASSERT_NEAR(planning_greatest(&p, s), solution->v[s], 1e-11);
    }
    planning_run(&p, 1);
    assert_optimal(&p, 0.9, "from pi_9");
    rill_solution_destroy(solution);
    planning_close(&p);
}
END_TEST

/// S&B figure 4.2: four improvements, from moving no car; an independent NumPy script's policy, cars
/// moved from the first place to the second, with values at some states.
START_TEST(test_car_rental)
{
    static const int8_t moved[21][21] = {
        {0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -2, -2, -2, -3, -3, -3, -3, -3, -4, -4, -4},
        {0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -2, -2, -2, -2, -2, -3, -3, -3, -3},
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -2, -2, -2, -2, -2},
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -2},
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1},
        {1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {2, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {3, 2, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {3, 3, 2, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {4, 3, 3, 2, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {4, 4, 3, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {5, 4, 4, 3, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {5, 5, 4, 3, 2, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {5, 5, 4, 3, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {5, 5, 4, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {5, 5, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {5, 5, 5, 4, 3, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {5, 5, 5, 4, 3, 2, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {5, 5, 5, 4, 3, 3, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {5, 5, 5, 4, 4, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0},
        {5, 5, 5, 5, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2, 2, 1, 1, 1, 0, 0, 0},
    };
    static const struct {
        int32_t first, second;
        double v;
    } values[] = {{0, 0, 421.41406339651115},
                  {10, 10, 574.9483239852459},
                  {20, 0, 554.9477060361411},
                  {0, 20, 567.7685087963148},
                  {20, 20, 636.9896068043672}};
    planning p = planning_open("car_rental", "policy_iteration gamma=0.9 initial_policy=5");
    double policy[MAX_PAIRS];
    int32_t first[441];
    for (int32_t s = 0; s < 441; s++) {
        first[s] = 5;
    }
    ck_assert_int_eq(check_policies(&p, 0.9, first, policy, "car_rental"), 4);
    for (int32_t s = 0; s < 441; s++) {
        const int32_t action =
            rill_agent_act_greedily(p.agent, (rill_observation){.index = s}).index;
        ck_assert_int_eq(action - 5, moved[s / 21][s % 21]);
        ck_assert(policy[s * 11 + action] == 1.0);
    }
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        ASSERT_NEAR(planning_greatest(&p, values[i].first * 21 + values[i].second), values[i].v,
                    1e-6);
    }
    planning_close(&p);
}
END_TEST

/// Undiscounted, upwards for ever has no values; yet episodes come to an end, and then the values are
/// right.
START_TEST(test_first_policy_never_ends)
{
    planning p = planning_open("cliff_walking", "policy_iteration gamma=1 sweeps=500");
    planning_run(&p, 1);
    ck_assert(planning_greatest(&p, 0) < -400.0);
    planning_run(&p, 40);
    ck_assert(planning_greatest(&p, 36) == -13.0);
    ck_assert(p.agent->memory->td_error == 0.0);
    planning_close(&p);
}
END_TEST

START_TEST(test_evaluation_ends_at_theta)
{
    // changes of 0.9^k: the first below 0.5 is the eighth, 0.9^7
    planning p = planning_open("gridworld map=G", "policy_iteration gamma=0.9 theta=0.5 "
                                                  "initial_policy=4");
    planning_run(&p, 1);
    ck_assert_int_eq(p.agent->memory->update, 8);
    ASSERT_NEAR(p.agent->memory->td_error, 10.0 * (1.0 - pow(0.9, 8)), 1e-13);
    planning_close(&p);
    p = planning_open("gridworld map=G",
                      "policy_iteration gamma=0.9 theta=0.5 initial_policy=4 sweeps=3");
    planning_run(&p, 1);
    ck_assert_int_eq(p.agent->memory->update, 3);
    planning_close(&p);
}
END_TEST

START_TEST(test_initial_policy)
{
    rill_env *env = golden_create("gridworld", NULL);
    for (int i = 0; i < 3; i++) {
        static const char *const ids[] = {"policy_iteration", "truncated_policy_iteration",
                                          "mc_basic"};
        rill_agent *agent = NULL;
        rill_error error = {0};
        const char *const two[] = {"initial_policy=1,2", NULL}, *const six[] = {"initial_policy=5",
                                                                                NULL};
        ASSERT_REFUSED(rill_agent_create(&agent, ids[i], env, two, &error), &error,
                       "params.initial_policy", "2 actions for 25 states");
        ASSERT_REFUSED(rill_agent_create(&agent, ids[i], env, six, &error), &error,
                       "params.initial_policy", "action 5 of state 0 does not exist");
    }
    rill_env_destroy(env);
}
END_TEST

START_TEST(test_finish)
{
    planning_check_finish("gridworld slip=0.3", "policy_iteration gamma=0.9");
}
END_TEST

TEST_MAIN(test_figure_4_3, test_every_policy_is_evaluated_exactly, test_figure_4_4, test_car_rental,
          test_first_policy_never_ends, test_evaluation_ends_at_theta, test_initial_policy,
          test_finish)
