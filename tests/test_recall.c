// What runs keep of agents on boxes, asked at any observation: against sums of weights over tiles and
// features written out here; `expect` and its verdicts; what cannot be had back.
#include "tests/runs.h"

#include <rill/recall.h>
#include <rill/summary.h>

static rill_error error;

static const char car[] =
    "{'environment': {'id': 'mountain_car'}, 'stop': {'steps': 3000}, 'runs': 3, 'seed': 2,"
    " 'record': [{'metric': 'td_error', 'every': 1000, 'unit': 'steps'}],"
    " 'agents': [{'id': 'sarsa', 'label': 'tiles', 'features': {'id': 'tile_coding', 'params':"
    "              {'tilings': 4, 'tiles': [5, 3], 'low': [-1.2, -0.07], 'high': [0.5, 0.07]}}},"
    "            {'id': 'td0', 'label': 'v', 'features': {'id': 'fourier', 'params':"
    "              {'order': 2}}, 'params': {'alpha': 0.01}}]%s}";

static const float points[][2] = {{-1.2f, 0.07f}, {-0.5f, 0.0f}, {0.5f, -0.01f}, {0.31f, 0.033f}};
enum { POINTS = sizeof points / sizeof points[0], ACTIONS = 3 };

static rill_experiment *car_with(const char *rest)
{
    char text[4096];
    snprintf(text, sizeof text, car, rest);
    return experiment_of(text);
}

/// Q(s,a) of the tiles above, from the weights: tiling t is displaced by t (1, 3) / 4 of a tile, the
/// grids have 6 by 4 places.
static double tile_value(const double *weights, const float *s, int action)
{
    const double x = ((double)s[0] + 1.2) / 1.7 * 5, y = ((double)s[1] + 0.07) / 0.14 * 3;
    double sum = 0.0;
    for (int t = 0; t < 4; t++) {
        const int column = (int)floor(x + t / 4.0 + 1e-6);
        const int row = (int)floor(y + t * 3 % 4 / 4.0 + 1e-6);
        sum += weights[((t * 6 + column) * 4 + row) * ACTIONS + action];
    }
    return sum;
}

/// V(s) of a coupled Fourier basis of order 2 over the bounds of the space.
static double fourier_value(const double *weights, const float *s)
{
    const double x = ((double)s[0] + 1.2) / 1.8, y = ((double)s[1] + 0.07) / 0.14;
    double sum = 0.0;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            sum += weights[3 * i + j] * cos(acos(-1.0) * (i * x + j * y));
        }
    }
    return sum;
}

START_TEST(test_equals_sums_of_weights)
{
    rill_experiment *experiment = car_with("");
    for (int32_t variant = 0; variant < 2; variant++) {
        rill_agent *agent = experiment->variants[variant].agent;
        const int n_values = variant == 0 ? ACTIONS : 1;
        for (int64_t number = 0; number < 2; number++) {
            rill_run run;
            double values[POINTS * ACTIONS];
            ASSERT_OK(rill_experiment_run_one(experiment, variant, number, &run, &error), &error);
            ASSERT_OK(rill_recall_values(agent, &run, points[0], POINTS, values, &error), &error);
            int n_learned = 0;
            for (int i = 0; i < POINTS; i++) {
                for (int a = 0; a < n_values; a++) {
                    const double expected = variant == 0 ? tile_value(run.values, points[i], a)
                                                         : fourier_value(run.values, points[i]);
                    ASSERT_NEAR(values[i * n_values + a], expected, 1e-5);
                    n_learned += fabs(expected) > 0.1;
                }
            }
            ck_assert_int_ge(n_learned, variant == 0 ? 3 : 2); // not all are the zeros of the start
            rill_run_clear(&run);
        }
    }
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_states_are_as_they_were_kept)
{
    rill_experiment *experiment =
        experiment_of("{'environment': {'id': 'random_walk'}, 'agents': [{'id': 'q_learning'}],"
                      " 'stop': {'steps': 500}}");
    rill_run run;
    ASSERT_OK(rill_experiment_run_one(experiment, 0, 0, &run, &error), &error);
    double values[64];
    ck_assert_uint_le(run.n_values, 64);
    ASSERT_OK(rill_recall_values(experiment->variants[0].agent, &run, NULL, 0, values, &error),
              &error);
    ck_assert_mem_eq(values, run.values, run.n_values * sizeof *values);
    run.n_values--;
    ASSERT_REFUSED(rill_recall_values(experiment->variants[0].agent, &run, NULL, 0, values, &error),
                   &error, "", "has kept");
    run.n_values++;
    rill_run_clear(&run);
    rill_experiment_destroy(experiment);
}
END_TEST

/// The mean over the runs of max_a Q(s,a), of Q(s,a) and of V(s); the worst entry decides.
START_TEST(test_verdicts_on_observations)
{
    static const char rest[] =
        ", 'expect': ["
        "{'check': 'max', 'source': 's', 'agent': 'tiles', 'tolerance': 1e-4,"
        " 'observations': [[-0.5, 0], [0.31, 0.033]], 'estimates': [null, 0]},"
        "{'check': 'q', 'source': 's', 'agent': 'tiles', 'tolerance': 1e-4,"
        " 'observations': [[-0.5, 0]], 'estimates': [[0, null, 0]]},"
        "{'check': 'v', 'source': 's', 'agent': 'v', 'tolerance': 1e-4,"
        " 'observations': [[-0.5, 0]], 'estimates': [0]}]";
    rill_experiment *experiment = car_with(rest);
    collection c = collect_all(experiment, 1);
    double max = 0.0, q[ACTIONS] = {0}, v = 0.0;
    for (size_t i = 0; i < c.count; i++) {
        if (c.runs[i].variant == 1) {
            v += fourier_value(c.runs[i].values, points[1]) / 3.0;
            continue;
        }
        double greatest = -HUGE_VAL;
        for (int a = 0; a < ACTIONS; a++) {
            q[a] += tile_value(c.runs[i].values, points[1], a) / 3.0;
            greatest = fmax(greatest, tile_value(c.runs[i].values, points[3], a));
        }
        max += greatest / 3.0;
    }
    rill_verdict verdict;
    rill_expect *e = experiment->expects;
    ck_assert_int_eq(e[0].n_states, 2);
    e[0].values[1] = max;
    e[1].q_values[0] = q[0];
    e[1].q_values[2] = q[2] + 2e-4;
    e[2].values[0] = v;
    ASSERT_OK(rill_expect_judge(experiment, &e[0], c.runs, c.count, &verdict, &error), &error);
    ck_assert(verdict.is_pass && verdict.state == 1 && verdict.ours.n == 3);
    ASSERT_NEAR(verdict.ours.mean, max, 1e-5);
    ASSERT_OK(rill_expect_judge(experiment, &e[1], c.runs, c.count, &verdict, &error), &error);
    ck_assert(!verdict.is_pass && verdict.state == 0 && verdict.action == 2);
    e[1].q_values[2] = q[2];
    ASSERT_OK(rill_expect_judge(experiment, &e[1], c.runs, c.count, &verdict, &error), &error);
    ck_assert(verdict.is_pass);
    ASSERT_OK(rill_expect_judge(experiment, &e[2], c.runs, c.count, &verdict, &error), &error);
    ck_assert(verdict.is_pass);
    e[2].values[0] = v + 2e-4;
    ASSERT_OK(rill_expect_judge(experiment, &e[2], c.runs, c.count, &verdict, &error), &error);
    ck_assert(!verdict.is_pass);
    // runs that diverged, or kept nothing
    c.runs[0].status = RILL_RUN_DIVERGED;
    ASSERT_OK(rill_expect_judge(experiment, &e[0], c.runs, c.count, &verdict, &error), &error);
    ck_assert(!verdict.is_pass && strstr(verdict.reason, "1 of 3 runs diverged") != NULL);
    c.runs[0].status = RILL_RUN_DONE;
    c.runs[0].n_values = 0;
    ASSERT_OK(rill_expect_judge(experiment, &e[0], c.runs, c.count, &verdict, &error), &error);
    ck_assert(!verdict.is_pass && strstr(verdict.reason, "no estimates kept") != NULL);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_refusals)
{
#define CAR \
    "{'environment': {'id': 'mountain_car'}, 'stop': {'steps': 1}, 'agents': [{'id': 'sarsa', "
#define TILES "'features': {'id': 'tile_coding'}}], "
#define EXPECT "'expect': [{'check': 'c', 'source': 's', 'tolerance': 1, 'agent': 'sarsa', "
    static const struct {
        const char *text, *path, *part;
    } cases[] = {
        {CAR TILES EXPECT "'estimates': [1]}]}", "expect[0].observations", "missing"},
        {CAR TILES EXPECT "'states': [0], 'estimates': [1]}]}", "expect[0].states",
         "are 2 numbers each"},
        {CAR TILES EXPECT "'observations': [[0, 0], [0]], 'estimates': [1, 1]}]}",
         "expect[0].observations", "number 2 must be an array of 2 numbers"},
        {CAR TILES EXPECT "'observations': [[0, 0.08]], 'estimates': [1]}]}",
         "expect[0].observations", "number 1 must be"},
        {CAR TILES EXPECT "'observations': [0], 'estimates': [1]}]}", "expect[0].observations",
         "number 1 must be"},
        {CAR TILES EXPECT "'observations': [['a', 0]], 'estimates': [1]}]}",
         "expect[0].observations", "number 1 must be"},
        {CAR TILES EXPECT "'observations': [[0, 0]], 'estimates': [1, 2]}]}", "expect[0].estimates",
         "2 values for 1 states"},
        {CAR TILES EXPECT "'observations': [[0, 0]], 'estimates': [[1, 2]]}]}",
         "expect[0].estimates", "a row of 3 numbers"},
        {CAR "'features': {'id': 'tile_coding', 'params': {'table_size': 512}}}], " EXPECT
             "'observations': [[0, 0]], 'estimates': [1]}]}",
         "expect[0].features", "table_size 0"},
        {"{'environment': {'id': 'random_walk'}, 'stop': {'steps': 1}, 'agents': [{'id': 'sarsa'}]," EXPECT
         "'observations': [[0, 0]], 'estimates': [1]}]}",
         "expect[0].observations", "give \"states\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_experiment *experiment = NULL;
        char *json = quoted(cases[i].text);
        ASSERT_REFUSED(rill_experiment_parse(&experiment, json, NULL, &error), &error,
                       cases[i].path, cases[i].part);
        ck_assert_ptr_null(experiment);
        free(json);
    }
}
END_TEST

TEST_MAIN_WITH_FILES(test_equals_sums_of_weights, test_states_are_as_they_were_kept,
                     test_verdicts_on_observations, test_refusals)
