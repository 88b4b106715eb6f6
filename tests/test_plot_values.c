// `rill plot` of what was learned: values on grids, over planes and in rows, and policies. Skipped where there is no
// gnuplot.
#include "tests/figures.h"

#include <math.h>

static size_t count_text(const char *path, const char *text)
{
    char *whole = read_whole(path, NULL);
    size_t n = 0;
    for (const char *at = whole; (at = strstr(at, text)) != NULL; at++) {
        n++;
    }
    free(whole);
    return n;
}

// The map has the values that are exported, of the cells in which there is something to learn; a cliff is
// hatched, the greedy action of the start points up.
START_TEST(test_grid)
{
    enum { CELLS = 48, CLIFF = 10 };
    enter_fresh_directory();
    write_json("walk.json", walk);
    ASSERT_DONE("run", "walk.json", "--out", "out", "--quiet");
    ASSERT_DONE("export", "out", "--format=csv", "--values", "--agent=Q");
    double exported[CELLS];
    char *line = strtok(ran.out, "\n");
    for (int s = 0; s < CELLS; s++) {
        line = strtok(NULL, "\n");
        ck_assert_int_eq(sscanf(line, "Q,%*d,%*d,%lf", &exported[s]), 1);
    }
    ASSERT_DONE("plot", "out", "-o", "f.png", "--kind", "values", "--agent", "Q");
    read_data("f.dat");
    ck_assert_uint_eq(data.begin[1], CELLS - CLIFF - 1); // without cliff and goal
    for (size_t i = 0; i < data.begin[1]; i++) {
        const int s = (int)data.rows[i][1] * 12 + (int)data.rows[i][0];
        ASSERT_NEAR(data.rows[i][2], exported[s], 1e-8);
    }
    bool has_start = false;
    for (size_t i = data.begin[1]; i < data.begin[2]; i++) {
        const double *row = data.rows[i];
        has_start = has_start || (row[0] == 0.0 && row[1] > 2.0 && row[2] == 0.0 && row[3] < 0.0);
    }
    ck_assert(has_start);
    ck_assert_uint_eq(count_text("f.gp", "fillstyle pattern"), CLIFF);
    ck_assert_uint_eq(count_text("f.gp", "set label 'G'"), 1);
    ASSERT_DONE("plot", "out", "-o", "g.png", "--kind", "policy");
    RUN("plot", "out", "-o", "h.png", "--kind", "surface");
    ASSERT_FAILED_WITH(2, "try --kind values");
    RUN("plot", "out", "-o", "h.png", "--kind", "values", "--agent", "R");
    ASSERT_FAILED_WITH(2, "--agent: no agent has the label \"R\"");
    ck_assert(!exists("h.gp") && !exists("h.dat") && !exists("h.png"));
}
END_TEST

// Costs to go are minus the values of a grid over position and velocity.
START_TEST(test_surface)
{
    enum { ACROSS = 9 };
    enter_fresh_directory();
    write_json("car.json",
               "{'environment': {'id': 'mountain_car', 'max_episode_steps': 0}, 'runs': 2,"
               " 'stop': {'episodes': 5}, 'agents': [{'id': 'sarsa', 'params': {'alpha': 0.0625},"
               " 'features': {'id': 'tile_coding', 'params': {'low': [-1.2, -0.07],"
               " 'high': [0.5, 0.07]}}}]}");
    ASSERT_DONE("run", "car.json", "--out", "out", "--quiet");
    ASSERT_DONE("export", "out", "--format=csv", "--values", "--grid=9");
    double exported[ACROSS * ACROSS];
    char *line = strtok(ran.out, "\n");
    for (int i = 0; i < ACROSS * ACROSS; i++) {
        line = strtok(NULL, "\n");
        ck_assert_int_eq(sscanf(line, "sarsa,%*f,%*f,%*d,%lf", &exported[i]), 1);
    }
    ASSERT_DONE("plot", "out", "-o", "f.png", "--kind", "surface", "--grid", "9");
    read_data("f.dat");
    ck_assert_uint_eq(data.n_rows, ACROSS * ACROSS);
    for (size_t i = 0; i < data.n_rows; i++) {
        ASSERT_NEAR(data.rows[i][2], -exported[i], 1e-8 * fmax(1.0, fabs(exported[i])));
    }
    ck_assert(has_text("f.gp", "'cost-to-go'") && has_text("f.gp", "'velocity (per step)'"));
    ASSERT_DONE("plot", "out", "-o", "g.png", "--kind", "values");
    ASSERT_DONE("plot", "out", "-o", "g.png", "--kind", "policy");
    ASSERT_DONE("plot", "out", "-o", "g.png", "--kind", "values", "--at=*,0");
    read_data("g.dat");
    ck_assert_uint_eq(data.n_rows, 2 * 41);
}
END_TEST

/// The gambler's values stand above the stakes, as in the book's figure 4.3: of stakes that are equally good
/// the least, which at 50 is all, and at 51 one dollar.
START_TEST(test_gambler)
{
    enter_fresh_directory();
    write_json("e.json", "{'environment': {'id': 'gambler'}, 'stop': {'steps': 1},"
                         " 'agents': [{'id': 'value_iteration', 'params': {'gamma': 1,"
                         " 'update': 'in_place', 'sweeps': 200}, 'policy': {'id': 'greedy'}}]}");
    ASSERT_DONE("run", "e.json", "--out", "out", "--quiet");
    ASSERT_DONE("plot", "out", "-o", "f.png", "--kind", "values");
    assert_png("f.png", 1200, 1140);
    read_data("f.dat");
    ck_assert_uint_eq(data.n_blocks, 2);
    static const double exact[][3] = {
        {25.0, 0.16, 25.0}, {50.0, 0.4, 50.0}, {51.0, 0.403098437165, 1.0}, {75.0, 0.64, 25.0}};
    for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++) {
        const size_t at = (size_t)exact[i][0] - 1; // capitals from 1 to 99
        ck_assert_double_eq(data.rows[at][0], exact[i][0]);
        ASSERT_NEAR(data.rows[at][1], exact[i][1], 1e-9);
        ck_assert_double_eq(data.rows[data.begin[1] + at][0], exact[i][0]);
        ck_assert_double_eq(data.rows[data.begin[1] + at][1], exact[i][2]);
    }
    ASSERT_DONE("plot", "out", "-o", "p.png", "--kind", "policy");
    read_data("p.dat");
    ck_assert_uint_eq(data.n_blocks, 1);
    ck_assert_double_eq(data.rows[50][1], 1.0);
}
END_TEST

/// Of a bandit a bar for each arm. The longest is of the action that the export calls greedy, and of one run as
/// long as the value there; that is the mean over the runs of each one's greatest, so at most as long of more.
START_TEST(test_arms)
{
    enter_fresh_directory();
    write_json("b.json", "{'environment': {'id': 'bandit'}, 'stop': {'steps': 300},"
                         " 'agents': [{'label': 'a', 'id': 'simple_bandit'}]}");
    static const char *const runs[] = {"runs=1", "runs=3"};
    for (size_t r = 0; r < 2; r++) {
        ASSERT_DONE("run", "b.json", "--set", runs[r], "--out", runs[r], "--quiet");
        ASSERT_DONE("plot", runs[r], "-o", "f.png", "--kind", "values");
        assert_png("f.png", 1200, 720);
        read_data("f.dat");
        ck_assert_uint_eq(data.n_rows, 10);
        size_t best = 0;
        for (size_t i = 0; i < data.n_rows; i++) {
            ck_assert_double_eq(data.rows[i][0], (double)i);
            best = data.rows[i][1] > data.rows[best][1] ? i : best;
        }
        ASSERT_DONE("export", runs[r], "--values", "--format", "csv");
        const char *value = strstr(ran.out, r == 0 ? "\na,0,1," : "\na,0,3,");
        ck_assert_msg(value != NULL, "%s", ran.out);
        const double greatest = strtod(value + strlen("\na,0,1,"), NULL);
        ck_assert_uint_eq(strtoul(strrchr(value, ',') + 1, NULL, 10), best);
        if (r == 0) {
            ASSERT_NEAR(data.rows[best][1], greatest, 1e-9);
        } else {
            ck_assert_double_lt(data.rows[best][1], greatest);
        }
    }
}
END_TEST

FIGURES_MAIN(test_grid, test_surface, test_gambler, test_arms)
