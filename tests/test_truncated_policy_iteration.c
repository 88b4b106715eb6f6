// Truncated policy iteration against the box written once more, value iteration and policy iteration.
#include "tests/planning.h"

enum { MAX_STATES = 256 };

/// Zhao, algorithm 4.3, with exact ties kept.
START_TEST(test_equals_the_box)
{
    for (int sweeps = 1; sweeps <= 4; sweeps += 3) {
        for (size_t w = 0; w < PLANNING_WORLDS; w++) {
            const double gamma = planning_worlds[w].discount;
            char text[128];
            snprintf(text, sizeof text,
                     "truncated_policy_iteration initial_value=1.5 sweeps=%d initial_policy=1 %s",
                     sweeps, planning_worlds[w].gamma);
            planning p = planning_open(planning_worlds[w].world, text);
            ck_assert_int_le(p.n_states, MAX_STATES);
            double v[MAX_STATES], next[MAX_STATES];
            int32_t pi[MAX_STATES];
            for (int32_t s = 0; s < p.n_states; s++) {
                pi[s] = planning_first_action(p.model, s, 1);
                v[s] = planning_greatest(&p, s);
            }
            for (int k = 0; k < 12; k++) {
                double before[MAX_STATES], greatest = 0.0;
                memcpy(before, v, sizeof v);
                for (int j = 0; j < sweeps; j++) {
                    for (int32_t s = 0; s < p.n_states; s++) {
                        const double backup = planning_backup(p.model, v, gamma, s, pi[s]);
                        next[s] = isnan(backup) ? 0.0 : backup;
                    }
                    memcpy(v, next, sizeof v);
                }
                planning_run(&p, 1);
                for (int32_t s = 0; s < p.n_states; s++) {
                    greatest = fmax(greatest, fabs(v[s] - before[s]));
                    const double best = planning_best(p.model, v, gamma, s);
                    const double least = best - 1e-12 * fmax(1.0, fabs(best));
                    const double now = planning_backup(p.model, v, gamma, s, pi[s]);
                    for (int32_t a = p.n_actions - 1; a >= 0; a--) {
                        const double q = planning_backup(p.model, v, gamma, s, a);
                        ASSERT_FOR(text, isnan(q) || planning_row(&p, s)[a] == q);
                        pi[s] = now < least && q >= least ? a : pi[s];
                    }
                }
                ASSERT_FOR(text, p.agent->memory->td_error == greatest);
            }
            planning_close(&p);
        }
    }
}
END_TEST

/// One sweep is value iteration from v_1. Upwards in a row of cells bumps everywhere, so that v_1 is
/// -1 + gamma v_0 in each.
START_TEST(test_one_sweep_is_value_iteration)
{
    planning truncated =
        planning_open("gridworld map=..F..G. slip=0",
                      "truncated_policy_iteration sweeps=1 gamma=0.75 initial_value=4");
    planning values = planning_open("gridworld map=..F..G. slip=0",
                                    "value_iteration update=two_array gamma=0.75 initial_value=2");
    planning_run(&truncated, 1);
    for (int k = 0; k < 40; k++) {
        // Q from v_{k+1} here, from v_k there
        planning_run(&values, 1);
        ck_assert_mem_eq(truncated.agent->value.weights, values.agent->value.weights,
                         7 * 5 * sizeof(double));
        planning_run(&truncated, 1);
    }
    planning_close(&truncated);
    planning_close(&values);
}
END_TEST

START_TEST(test_many_sweeps_are_policy_iteration)
{
    static const char *const worlds[] = {"gridworld reward_forbidden=-10 slip=0.1",
                                         "car_rental max_cars=5 max_move=2"};
    for (int i = 0; i < 2; i++) {
        planning truncated = planning_open(
            worlds[i], "truncated_policy_iteration sweeps=400 gamma=0.9 initial_policy=4");
        planning whole =
            planning_open(worlds[i], "policy_iteration gamma=0.9 initial_policy=4 theta=1e-13");
        for (int k = 0; k < 12; k++) {
            planning_run(&truncated, 1);
            planning_run(&whole, 1);
            for (int32_t s = 0; s < whole.n_states; s++) {
                for (int32_t a = 0; a < whole.n_actions; a++) {
                    const double q = planning_row(&whole, s)[a];
                    ck_assert(q == planning_row(&truncated, s)[a] ||
                              fabs(q - planning_row(&truncated, s)[a]) < 1e-10);
                }
            }
        }
        planning_close(&truncated);
        planning_close(&whole);
    }
}
END_TEST

START_TEST(test_settles_at_the_exact_values)
{
    for (size_t w = 0; w < PLANNING_WORLDS; w++) {
        char text[128];
        snprintf(text, sizeof text, "truncated_policy_iteration sweeps=3 %s",
                 planning_worlds[w].gamma);
        planning p = planning_open(planning_worlds[w].world, text);
        rill_solution *solution = NULL;
        rill_error error = {0};
        ASSERT_OK(rill_solve_optimal(p.model, planning_worlds[w].discount, &solution, &error),
                  &error);
        planning_run(&p, planning_worlds[w].sweeps);
        planning_assert_q(&p, solution, 1e-10, planning_worlds[w].world);
        rill_solution_destroy(solution);
        planning_close(&p);
    }
}
END_TEST

START_TEST(test_finish)
{
    planning_check_finish("gridworld slip=0.3", "truncated_policy_iteration gamma=0.9");
}
END_TEST

TEST_MAIN(test_equals_the_box, test_one_sweep_is_value_iteration,
          test_many_sweeps_are_policy_iteration, test_settles_at_the_exact_values, test_finish)
