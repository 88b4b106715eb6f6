// The racetrack: both tracks solved against an independent solution, moves by hand.
#include "tests/drawing.h"
#include "tests/golden.h"

/// Value iteration in NumPy, written apart from this environment: values of the starts from left to
/// right, and the sum over all states.
START_TEST(solutions_of_the_tracks)
{
    static const struct {
        const char *assignments[3];
        int32_t n_states, first_start, n_starts;
        double sum, starts[23];
    } expected[] = {
        {{"noise=0", NULL},
         32 * 17 * 25,
         31 * 17 + 3,
         6,
         -46436.4,
         {-10.0, -10.0, -10.0, -10.0, -11.0, -11.4}},
        {{NULL},
         32 * 17 * 25,
         31 * 17 + 3,
         6,
         -53003.97567749768,
         {-11.029577701922387, -11.093163316592737, -11.61306826495984, -11.686497000782499,
          -11.939469737170711, -12.805688537618924}},
        {{"track=right", NULL},
         30 * 32 * 25,
         29 * 32,
         23,
         -71963.78641552222,
         {-10.150497003679865, -9.405058853108434, -9.322414058393939, -9.233141493939396,
          -9.150496857574938,  -8.405058675749393, -8.32241403930393,  -8.347077503055395,
          -8.346369115413971,  -8.341265568040962, -8.34170920290667,  -8.350812712654053,
          -8.414659440484753,  -8.486834245768828, -8.526276370664304, -8.572475301522115,
          -8.58716045462947,   -8.677036541302472, -9.238160179736825, -9.311007831219179,
          -9.433712721377063,  -9.634447376511055, -10.006983686481474}},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        rill_env *env = golden_create("racetrack", expected[i].assignments);
        rill_model *model = golden_model(env);
        rill_solution *solution = NULL;
        rill_error error = {0};
        ASSERT_OK(rill_solve_optimal(model, 1.0, &solution, &error), &error);
        ck_assert_int_eq(model->n_states, expected[i].n_states);
        double sum = 0.0;
        for (int32_t s = 0; s < model->n_states; s++) {
            sum += solution->v[s];
        }
        ASSERT_NEAR(sum, expected[i].sum, 1e-8);
        for (int32_t k = 0; k < expected[i].n_starts; k++) {
            const int32_t s = (expected[i].first_start + k) * 25; // at rest
            ASSERT_NEAR(solution->v[s], expected[i].starts[k], 1e-11);
            ASSERT_NEAR(model->start[s], 1.0 / expected[i].n_starts, 1e-15);
        }
        rill_solution_destroy(solution);
        rill_model_destroy(model);
        rill_env_destroy(env);
    }
}
END_TEST

#define MAP "map=..FF,...#,.#..,SS.."

enum { CRASH = -1 };

START_TEST(moves_by_hand)
{
    static const struct {
        const char *map;
        double from[3];          ///< cell, velocities to the right and up
        int32_t to_right, to_up; ///< increments
        int32_t cell, right, up; ///< CRASH: back to the start
        bool terminated;
    } cases[] = {
        {MAP, {12, 0, 0}, 0, 0, 12, 0, 0, false},          // may rest on the starting line
        {MAP, {12, 1, 0}, -1, 0, 12, 0, 0, false},         // and stop there
        {MAP, {12, 0, 0}, 0, -1, 12, 0, 0, false},         // there is no going back
        {MAP, {12, 0, 0}, 1, 1, CRASH, 0, 0, false},       // into the wall
        {MAP, {12, 0, 1}, 0, 1, 4, 0, 2, false},           // two cells up
        {MAP, {12, 1, 2}, 0, 0, CRASH, 0, 0, false},       // half a cell aside is aside: the wall
        {MAP, {12, 1, 3}, 0, 0, 1, 1, 3, false},           // a third is not, two thirds are
        {MAP, {4, 1, 0}, -1, 0, 5, 1, 0, false},           // no stop away from the starting line
        {MAP, {4, 0, 2}, 1, 1, CRASH, 0, 0, false},        // over the upper edge
        {MAP, {4, 1, 0}, 1, 1, 2, 2, 1, true},             // the finish
        {MAP, {14, 1, 0}, 1, 0, CRASH, 0, 0, false},       // over the right edge
        {MAP, {5, 2, 0}, 0, 1, 2, 2, 1, true},             // the finish comes before the edge
        {"map=S......F", {0, 4, 0}, 1, 0, 4, 4, 0, false}, // the highest speed
        {"map=S.F#", {0, 2, 0}, 1, 0, 2, 3, 0, true},      // the finish comes before the wall
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_env *env =
            golden_create("racetrack", (const char *const[]){cases[i].map, "noise=0", NULL});
        rill_error error = {0};
        ASSERT_OK(rill_env_set_state(env, cases[i].from, &error), &error);
        check_drawing(env);
        rill_outcome outcome;
        rill_action action = {.index = 3 * (cases[i].to_right + 1) + cases[i].to_up + 1};
        const int32_t seen = rill_env_step(env, action, &outcome).index;
        if (cases[i].cell == CRASH) {
            ck_assert(seen == 12 * 25 || seen == 13 * 25);
        } else {
            ck_assert_int_eq(seen, (cases[i].cell * 5 + cases[i].right) * 5 + cases[i].up);
        }
        ck_assert(outcome.reward == -1.0 && outcome.terminated == cases[i].terminated);
        check_drawing(env);
        rill_env_destroy(env);
    }
}
END_TEST

START_TEST(refusals)
{
    static const struct {
        const char *map, *part;
    } maps[] = {{"map=..F,..F", "there is no S"},
                {"map=S..", "there is no F"},
                {"map=S.F,..", "row 2 has 2 cells"},
                {"map=S.G", "'G' in row 1, column 3"}};
    rill_env *env = NULL;
    rill_error error = {0};
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        ASSERT_REFUSED(
            rill_env_create(&env, "racetrack", (const char *const[]){maps[i].map, NULL}, &error),
            &error, "map", maps[i].part);
    }
    static const struct {
        double state[3];
        const char *part;
    } states[] = {{{16, 0, 1}, "there are 0 to 15"},
                  {{4, 5, 0}, "there are 0 to 4"},
                  {{4, 0, -1}, "there are 0 to 4"},
                  {{4, 0, 0}, "is on the starting line"}, // at rest away from it
                  {{9, 1, 0}, "a car is on the track"}};  // off the track
    env = golden_create("racetrack", (const char *const[]){MAP, NULL});
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        ASSERT_REFUSED(rill_env_set_state(env, states[i].state, &error), &error, "state",
                       states[i].part);
    }
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(solutions_of_the_tracks, moves_by_hand, refusals)
