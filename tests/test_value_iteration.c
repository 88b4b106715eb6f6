// Value iteration against the books' tables, sweeps written once more, and the exact solution.
#include "tests/planning.h"

enum { TWO_ARRAY, IN_PLACE, RANDOM, MAX_STATES = 256 };
static const char *const updates[] = {"two_array", "in_place", "random"};

/// Zhao, figure 4.2 and tables 4.1 to 4.3: s2 is forbidden, s4 the target.
START_TEST(test_figure_4_2)
{
    static const double q0[4][5] = {
        {-1, -1, 0, -1, 0}, {-1, -1, 1, 0, -1}, {0, 1, -1, -1, 0}, {-1, -1, -1, 0, 1}};
    static const double q1[4][5] = {{-1, -0.1, 0.9, -1, 0},
                                    {-0.1, -0.1, 1.9, 0, -0.1},
                                    {0, 1.9, -0.1, -0.1, 0.9},
                                    {-0.1, -0.1, -0.1, 0.9, 1.9}};
    static const double v[][4] = {
        {0, 1, 1, 1}, {0.9, 1.9, 1.9, 1.9}, {1.71, 2.71, 2.71, 2.71}, {2.439, 3.439, 3.439, 3.439}};
    planning p = planning_open("gridworld map=.F,.G", "value_iteration gamma=0.9 update=two_array");
    for (int k = 0; k < 4; k++) {
        planning_run(&p, 1);
        for (int32_t s = 0; s < 4; s++) {
            ASSERT_NEAR(planning_greatest(&p, s), v[k][s], 1e-14);
            for (int32_t a = 0; a < 5 && k < 2; a++) {
                ASSERT_NEAR(planning_row(&p, s)[a], (k == 0 ? q0 : q1)[s][a], 1e-14);
            }
        }
        ASSERT_NEAR(p.agent->memory->td_error, pow(0.9, k), 1e-14);
    }
    ck_assert_int_eq(rill_agent_act_greedily(p.agent, (rill_observation){.index = 0}).index, 2);
    ck_assert_int_eq(rill_agent_act_greedily(p.agent, (rill_observation){.index = 3}).index, 4);
    planning_run(&p, 400);
    ASSERT_NEAR(planning_greatest(&p, 0), 9.0, 1e-13);
    planning_close(&p);
}
END_TEST

START_TEST(test_sweeps)
{
    for (int update = 0; update < 3; update++) {
        for (size_t w = 0; w < PLANNING_WORLDS; w++) {
            const double gamma = planning_worlds[w].discount;
            char text[128];
            snprintf(text, sizeof text, "value_iteration initial_value=2.5 sweeps=2 update=%s %s",
                     updates[update], planning_worlds[w].gamma);
            planning p = planning_open(planning_worlds[w].world, text);
            ck_assert_int_le(p.n_states, MAX_STATES);
            rill_rng rng;
            rill_rng_seed(&rng, 5);
            rill_rng_next64(&rng); // the first action
            double v[MAX_STATES], old[MAX_STATES];
            for (int32_t s = 0; s < p.n_states; s++) {
                v[s] = planning_greatest(&p, s);
                ASSERT_FOR(text, v[s] == (planning_is_terminal(p.model, s) ? 0.0 : 2.5));
            }
            for (int k = 0; k < 10; k++) {
                double greatest = 0.0;
                memcpy(old, v, (size_t)p.n_states * sizeof *v);
                for (int32_t i = 0; i < p.n_states; i++) {
                    const int32_t s =
                        update == RANDOM ? (int32_t)rill_rng_integers(&rng, p.n_states) : i;
                    const double best =
                        planning_best(p.model, update == TWO_ARRAY ? old : v, gamma, s);
                    greatest = fmax(greatest, fabs(best - v[s]));
                    v[s] = best;
                }
                if (k % 2 == 1) {
                    rill_rng_next64(&rng); // the action
                    planning_run(&p, 1);
                    for (int32_t s = 0; s < p.n_states; s++) {
                        ASSERT_FOR(text, planning_greatest(&p, s) == v[s]);
                    }
                    ASSERT_FOR(text, p.agent->memory->td_error == greatest);
                    ASSERT_FOR(text, p.agent->memory->update == (k + 1) * p.n_states);
                }
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
            snprintf(text, sizeof text, "value_iteration update=%s %s", updates[update],
                     planning_worlds[w].gamma);
            planning p = planning_open(planning_worlds[w].world, text);
            rill_solution *solution = NULL;
            rill_error error = {0};
            ASSERT_OK(rill_solve_optimal(p.model, planning_worlds[w].discount, &solution, &error),
                      &error);
            // draws leave a state out for some time
            planning_run(&p, planning_worlds[w].sweeps * (update == RANDOM ? 4 : 1));
            planning_assert_q(&p, solution, 1e-10, text);
            rill_solution_destroy(solution);
            planning_close(&p);
        }
    }
}
END_TEST

/// S&B figure 4.3; numbers of an independent NumPy script.
START_TEST(test_gambler)
{
    static const struct {
        int32_t capital;
        double v;
        int32_t stakes[4]; ///< all that are optimal, 0 at the end
    } cases[] = {
        {1, 0.002065624776544184, {1}},          {12, 0.05765919417371182, {12}},
        {13, 0.06523937486592653, {12, 13}},     {25, 0.16, {25}},
        {37, 0.24648879126056775, {12, 13, 37}}, {50, 0.4, {50}},
        {51, 0.40309843716481647, {1, 49}},      {62, 0.48648879126056777, {12, 38}},
        {63, 0.4978590622988899, {12, 13, 37}},  {75, 0.64, {25}},
        {88, 0.7867885934483348, {12}},          {99, 0.9643329672271289, {1}},
    };
    planning p = planning_open("gambler", "value_iteration sweeps=200");
    planning_run(&p, 1);
    double sum = 0.0;
    for (int32_t s = 0; s <= 100; s++) {
        sum += planning_greatest(&p, s);
    }
    ASSERT_NEAR(sum, 39.50729590716588, 1e-10);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int32_t s = cases[i].capital;
        const double *row = planning_row(&p, s);
        ASSERT_NEAR(planning_greatest(&p, s), cases[i].v, 1e-12);
        int n = 0;
        for (int32_t stake = 0; stake <= 50; stake++) {
            if (row[stake] > cases[i].v - 1e-9) {
                ck_assert_int_lt(n, 4);
                ck_assert_int_eq(stake, cases[i].stakes[n++]);
            }
        }
        ck_assert(n == 4 || cases[i].stakes[n] == 0);
    }
    planning_close(&p);
}
END_TEST

START_TEST(test_finish)
{
    planning_check_finish("gridworld slip=0.3", "value_iteration gamma=0.9");
    planning_check_finish("random_walk", "value_iteration update=two_array sweeps=3");
}
END_TEST

TEST_MAIN(test_figure_4_2, test_sweeps, test_settles_at_the_exact_values, test_gambler, test_finish)
