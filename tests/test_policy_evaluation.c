// Iterative policy evaluation against the books' tables, sweeps written once more, and the exact
// solution.
#include "tests/planning.h"

#define FIGURE_4_1                                                                   \
    "gridworld map=G...,....,....,...G stay=false at_goal=terminate reward_step=-1 " \
    "reward_boundary=-1 reward_goal=-1"

/// S&B figure 4.1: the sweeps with two arrays. k = 1, 2, 3 by hand, 10 and 100 from an independent
/// NumPy script; the upper half, of which the lower one is the mirror image.
START_TEST(test_figure_4_1)
{
    static const struct {
        int k;
        double v[8];
    } cases[] = {
        {1, {0, -1, -1, -1, -1, -1, -1, -1}},
        {2, {0, -1.75, -2, -2, -1.75, -2, -2, -2}},
        {3, {0, -2.4375, -2.9375, -3, -2.4375, -2.875, -3, -2.9375}},
        {10,
         {0, -6.137969970703125, -8.35235595703125, -8.967315673828125, -6.137969970703125,
          -7.737396240234375, -8.427825927734375, -8.35235595703125}},
        {100,
         {0, -13.942605086107637, -19.914951073042136, -21.904825221041605, -13.942605086107637,
          -17.925076925042664, -19.915519993086342, -19.914951073042136}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        snprintf(text, sizeof text, "policy_evaluation update=two_array sweeps=%d", cases[i].k);
        planning at_once = planning_open(FIGURE_4_1, text);
        planning by_step = planning_open(FIGURE_4_1, "policy_evaluation update=two_array");
        planning_run(&at_once, 1);
        planning_run(&by_step, cases[i].k);
        for (int32_t s = 0; s < 16; s++) {
            const double v = cases[i].v[s < 8 ? s : 15 - s];
            ASSERT_NEAR(*planning_row(&at_once, s), v, 1e-13 * fmax(1.0, fabs(v)));
            ck_assert(*planning_row(&at_once, s) == *planning_row(&by_step, s));
        }
        ck_assert_int_eq(at_once.agent->memory->update, 16 * cases[i].k);
        ck_assert(at_once.agent->memory->td_error == by_step.agent->memory->td_error);
        planning_close(&at_once);
        planning_close(&by_step);
    }
}
END_TEST

/// Sweeps until none changes a value by 1e-4, as that script counts them.
START_TEST(test_sweeps_until_small)
{
    static const struct {
        const char *agent;
        int sweeps;
    } cases[] = {{"policy_evaluation update=two_array", 173},
                 {"policy_evaluation update=in_place", 114}};
    for (int i = 0; i < 2; i++) {
        planning p = planning_open(FIGURE_4_1, cases[i].agent);
        planning_run(&p, cases[i].sweeps - 1);
        ck_assert(p.agent->memory->td_error >= 1e-4);
        planning_run(&p, 1);
        ck_assert(p.agent->memory->td_error < 1e-4);
        planning_close(&p);
    }
}
END_TEST

/// Zhao, figure 4.3: always left, where left of s1 is the boundary.
START_TEST(test_figure_4_3)
{
    static const double v[][2] = {{-1.0, 0.0}, {-1.9, -0.9}, {-2.71, -1.71}};
    planning p = planning_open("gridworld map=.G",
                               "policy_evaluation gamma=0.9 update=two_array policy=fixed "
                               "policy.actions=3");
    for (int k = 0; k < 3; k++) {
        planning_run(&p, 1);
        ASSERT_NEAR(*planning_row(&p, 0), v[k][0], 1e-15);
        ASSERT_NEAR(*planning_row(&p, 1), v[k][1], 1e-15);
        ASSERT_NEAR(p.agent->memory->td_error, k == 0 ? 1.0 : k == 1 ? 0.9 : 0.81, 1e-15);
    }
    planning_run(&p, 400);
    ASSERT_NEAR(*planning_row(&p, 0), -10.0, 1e-13);
    ASSERT_NEAR(*planning_row(&p, 1), -9.0, 1e-13);
    planning_close(&p);
}
END_TEST

enum { TWO_ARRAY, IN_PLACE, RANDOM, MAX_STATES = 256 };
static const char *const updates[] = {"two_array", "in_place", "random"};

/// One sweep for the uniform policy, over available actions, bit for bit.
static double sweep(const planning *p, int update, double gamma, double *v, rill_rng *rng)
{
    double old[MAX_STATES], greatest = 0.0;
    memcpy(old, v, (size_t)p->n_states * sizeof *v);
    for (int32_t i = 0; i < p->n_states; i++) {
        const int32_t s = update == RANDOM ? (int32_t)rill_rng_integers(rng, p->n_states) : i;
        double n = 0.0, sum = 0.0;
        for (int32_t a = 0; a < p->n_actions; a++) {
            n += rill_model_is_available(p->model, s, a);
        }
        for (int32_t a = 0; a < p->n_actions; a++) {
            if (rill_model_is_available(p->model, s, a)) {
                sum += planning_backup(p->model, update == TWO_ARRAY ? old : v, gamma, s, a) / n;
            }
        }
        greatest = fmax(greatest, fabs(sum - v[s]));
        v[s] = sum;
    }
    return greatest;
}

START_TEST(test_sweeps)
{
    for (int update = 0; update < 3; update++) {
        for (size_t w = 0; w < PLANNING_WORLDS; w++) {
            char text[128];
            snprintf(text, sizeof text, "policy_evaluation initial_value=-3.5 update=%s %s",
                     updates[update], planning_worlds[w].gamma);
            planning p = planning_open(planning_worlds[w].world, text);
            ck_assert_int_le(p.n_states, MAX_STATES);
            rill_rng rng;
            rill_rng_seed(&rng, 5);
            rill_rng_next64(&rng); // the first action
            double v[MAX_STATES];
            for (int32_t s = 0; s < p.n_states; s++) {
                v[s] = planning_is_terminal(p.model, s) ? 0.0 : -3.5;
                ck_assert(*planning_row(&p, s) == v[s]);
            }
            for (int k = 0; k < 5; k++) {
                const double greatest = sweep(&p, update, planning_worlds[w].discount, v, &rng);
                rill_rng_next64(&rng); // the action
                planning_run(&p, 1);
                for (int32_t s = 0; s < p.n_states; s++) {
                    ck_assert_msg(fabs(*planning_row(&p, s) - v[s]) <= 1e-13 * fabs(v[s]),
                                  "%s, %s: v(%d)", planning_worlds[w].world, text, s);
                }
                ASSERT_NEAR(p.agent->memory->td_error, greatest, 1e-12);
            }
            planning_close(&p);
        }
    }
}
END_TEST

START_TEST(test_settles_at_the_exact_values)
{
    for (int update = 0; update < 3; update++) {
        for (size_t w = 0; w < PLANNING_WORLDS; w++) {
            char text[128];
            snprintf(text, sizeof text, "policy_evaluation update=%s sweeps=6000 %s",
                     updates[update], planning_worlds[w].gamma);
            planning p = planning_open(planning_worlds[w].world, text);
            double *policy = finite_policy(p.model, -1.0);
            rill_solution *solution = NULL;
            rill_error error = {0};
            ASSERT_OK(
                rill_solve_policy(p.model, planning_worlds[w].discount, policy, &solution, &error),
                &error);
            // under the uniform policy an episode on the cliff takes thousands of steps
            planning_run(&p, planning_worlds[w].discount == 1.0 && p.n_states == 48 ? 40 : 1);
            for (int32_t s = 0; s < p.n_states; s++) {
                const double v = solution->v[s];
                ck_assert_msg(fabs(*planning_row(&p, s) - v) <= 1e-10 * fmax(1.0, fabs(v)),
                              "%s, %s: v(%d) is %.17g, found %.17g", planning_worlds[w].world, text,
                              s, v, *planning_row(&p, s));
            }
            rill_solution_destroy(solution);
            free(policy);
            planning_close(&p);
        }
    }
}
END_TEST

START_TEST(test_finish)
{
    planning_check_finish("gridworld slip=0.3", "policy_evaluation gamma=0.9");
    planning_check_finish("random_walk", "policy_evaluation update=two_array sweeps=3");
}
END_TEST

START_TEST(test_refuses_actions_that_are_not_available)
{
    rill_env *env = golden_create("gambler", NULL);
    rill_agent *agent = NULL;
    rill_error error = {0};
    ASSERT_REFUSED(
        rill_agent_create(&agent, "policy_evaluation", env,
                          (const char *const[]){"policy=fixed", "policy.actions=2", NULL}, &error),
        &error, "policy", "takes action 2 in state 1, where there is no such action");
    ASSERT_OK(rill_agent_create(&agent, "policy_evaluation", env,
                                (const char *const[]){"policy=fixed", "policy.actions=1", NULL},
                                &error),
              &error);
    rill_agent_destroy(agent);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(test_figure_4_1, test_sweeps_until_small, test_figure_4_3, test_sweeps,
          test_settles_at_the_exact_values, test_finish,
          test_refuses_actions_that_are_not_available)
