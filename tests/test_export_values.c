// `rill export --values`: its lines against the runs themselves, the grid that they lie on, and one line
// on stderr for every mistake.
#include "tests/runs.h"

#include <cjson/cJSON.h>
#include <rill/recall.h>
#include <rill/summary.h>

static rill_error error;

static const char car[] =
    "{'environment': {'id': 'mountain_car'}, 'stop': {'steps': 3000}, 'runs': 4, 'seed': 2,"
    " 'record': [{'metric': 'td_error', 'every': 1000, 'unit': 'steps'}],"
    " 'agents': [{'id': 'sarsa', 'label': 'S, 1', 'features': {'id': 'tile_coding', 'params':"
    "              {'low': [-1.2, -0.07], 'high': [0.5, 0.07]}}},"
    "            {'id': 'td0', 'label': 'v', 'features': {'id': 'fourier'},"
    "             'params': {'alpha': 0.01}}]}";

/// The estimates of a variant's runs at a point, (4, n_values).
static void look(const rill_experiment *experiment, int32_t variant, const collection *c, double x,
                 double y, double *values)
{
    const float point[] = {(float)x, (float)y};
    rill_agent *agent = experiment->variants[variant].agent;
    for (int i = 0; i < 4; i++) {
        ASSERT_OK(rill_recall_values(agent, &c->runs[4 * variant + i], point, 1,
                                     values + i * rill_agent_n_values(agent), &error),
                  &error);
    }
}

/// Of 4 runs: mean and standard error of the greatest value, and the action greedy in the mean of Q.
static rill_estimate summary_of(const double *values, int n_values, int *action)
{
    double greatest[4], sums[3] = {0};
    for (int i = 0; i < 4; i++) {
        greatest[i] = -HUGE_VAL;
        for (int a = 0; a < n_values; a++) {
            greatest[i] = fmax(greatest[i], values[i * n_values + a]);
            sums[a] += values[i * n_values + a];
        }
    }
    *action = 0;
    for (int a = 1; a < n_values; a++) {
        *action = sums[a] > sums[*action] ? a : *action;
    }
    return rill_estimate_mean(greatest, 4);
}

/// 4 by 3 points for each of two agents. Both ends of the tiles' own bounds are there; those of the
/// other agent's features are the space's, up to 0.6.
START_TEST(test_grid_in_csv)
{
    enter_fresh_directory();
    write_json("car.json", car);
    ASSERT_DONE("run", "car.json", "--out", "out", "--quiet");
    rill_experiment *experiment = experiment_of(car);
    collection c = collect_all(experiment, 2);
    ASSERT_DONE("export", "out", "--format", "csv", "--values", "--grid", "4x3");
    const char *line = strtok(ran.out, "\n");
    ck_assert_str_eq(line, "label,observation_0,observation_1,runs,value,se,action");
    int n_learned = 0;
    for (int i = 0; i < 24; i++) {
        const int variant = i / 12, n_values = variant == 0 ? 3 : 1;
        const double x = -1.2 + (variant == 0 ? 1.7 : 1.8) * (i % 12 / 3) / 3.0;
        const double y = -0.07 + 0.07 * (i % 3);
        double values[12], at[2], value, se;
        int action = -1, n = 0, runs = 0;
        line = strtok(NULL, "\n");
        ck_assert_ptr_nonnull(line);
        const char *label = variant == 0 ? "\"S, 1\"," : "v,";
        ck_assert(strncmp(line, label, strlen(label)) == 0);
        ck_assert_int_eq(sscanf(line + strlen(label), "%lf,%lf,%d,%lf,%lf,%n", &at[0], &at[1],
                                &runs, &value, &se, &n),
                         5);
        ASSERT_NEAR(at[0], x, 1e-6);
        ASSERT_NEAR(at[1], y, 1e-6);
        ck_assert_int_eq(runs, 4);
        look(experiment, variant, &c, at[0], at[1], values);
        const rill_estimate ours = summary_of(values, n_values, &action);
        ASSERT_NEAR(value, ours.mean, 1e-12 * (1.0 + fabs(ours.mean)));
        ASSERT_NEAR(se, ours.se, 1e-9);
        char expected[16] = "";
        if (n_values > 1) {
            snprintf(expected, sizeof expected, "%d", action);
        }
        ck_assert_str_eq(line + strlen(label) + n, expected);
        n_learned += fabs(value) > 0.1;
    }
    ck_assert_ptr_null(strtok(NULL, "\n"));
    ck_assert_int_ge(n_learned, 12);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

/// Fixed dimensions, one agent, JSON; a single point; the middle where there is one point across.
START_TEST(test_slices_in_json)
{
    enter_fresh_directory();
    write_json("car.json", car);
    ASSERT_DONE("run", "car.json", "--out", "out", "--quiet");
    rill_experiment *experiment = experiment_of(car);
    collection c = collect_all(experiment, 2);
    ASSERT_DONE("export", "out", "--format=json", "--values", "--agent=S, 1", "--at=*,0.02",
                "--grid=3");
    const char *text = ran.out;
    for (int i = 0; i < 3; i++) {
        const char *end = NULL;
        cJSON *json = cJSON_ParseWithOpts(text, &end, false);
        ck_assert(json != NULL && *end == '\n');
        text = end + 1;
        const cJSON *at = cJSON_GetObjectItemCaseSensitive(json, "observation");
        const double x = cJSON_GetArrayItem(at, 0)->valuedouble;
        ASSERT_NEAR(x, -1.2 + 0.85 * i, 1e-6);
        ASSERT_NEAR(cJSON_GetArrayItem(at, 1)->valuedouble, 0.02, 1e-8);
        double values[12];
        int action = -1;
        look(experiment, 0, &c, x, 0.02, values);
        const rill_estimate ours = summary_of(values, 3, &action);
        ASSERT_NEAR(cJSON_GetObjectItemCaseSensitive(json, "value")->valuedouble, ours.mean, 1e-9);
        ASSERT_NEAR(cJSON_GetObjectItemCaseSensitive(json, "se")->valuedouble, ours.se, 1e-9);
        ck_assert_int_eq(cJSON_GetObjectItemCaseSensitive(json, "action")->valueint, action);
        ck_assert_int_eq(cJSON_GetObjectItemCaseSensitive(json, "runs")->valueint, 4);
        ck_assert_str_eq(cJSON_GetObjectItemCaseSensitive(json, "label")->valuestring, "S, 1");
        cJSON_Delete(json);
    }
    ck_assert_str_eq(text, "");
    ASSERT_DONE("export", "out", "--format=csv", "--values", "--agent=v", "--at=-0.5,*",
                "--grid=1");
    ck_assert_ptr_nonnull(strstr(ran.out, "\nv,-0.5,0,4,"));
    ASSERT_DONE("export", "out", "--format=csv", "--values", "--agent=v", "--at=-0.5,0.01");
    ck_assert_ptr_nonnull(strstr(ran.out, "\nv,-0.5,0.00999999978,4,"));
    ASSERT_DONE("export", "out", "--format=csv", "--values", "--agent=v");
    int n_lines = 0;
    for (const char *p = ran.out; *p != '\0'; p++) {
        n_lines += *p == '\n';
    }
    ck_assert_int_eq(n_lines, 1 + 41 * 41);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

/// Each state of a discrete environment has a line; with one run there is no standard error.
START_TEST(test_states)
{
    static const char walk[] =
        "{'environment': {'id': 'random_walk'}, 'agents': [{'id': 'q_learning'}],"
        " 'stop': {'steps': 500}, 'record': ['return']}";
    enter_fresh_directory();
    write_json("walk.json", walk);
    ASSERT_DONE("run", "walk.json", "--out", "out", "--quiet");
    rill_experiment *experiment = experiment_of(walk);
    collection c = collect_all(experiment, 1);
    ASSERT_DONE("export", "out", "--format", "csv", "--values");
    const char *line = strtok(ran.out, "\n");
    ck_assert_str_eq(line, "label,observation,runs,value,se,action");
    const double *q = c.runs[0].values;
    for (size_t s = 0; s < c.runs[0].n_values / 2; s++) {
        char expected[128];
        const bool is_right = q[2 * s + 1] > q[2 * s];
        snprintf(expected, sizeof expected, "q_learning,%zu,1,%.17g,,%d", s,
                 is_right ? q[2 * s + 1] : q[2 * s], is_right);
        line = strtok(NULL, "\n");
        ck_assert_ptr_nonnull(line);
        ck_assert_str_eq(line, expected);
    }
    ck_assert_ptr_null(strtok(NULL, "\n"));
    RUN("export", "out", "--format", "csv", "--values", "--grid", "3");
    ASSERT_FAILED_WITH(2, "--grid: observations are numbers from 0 to");
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_mistakes)
{
    enter_fresh_directory();
    write_json("car.json", car);
    ASSERT_DONE("run", "car.json", "--out", "out", "--quiet");
    static const struct {
        const char *option, *part;
    } cases[] = {
        {"--at=-0.5", "--at: expected 2 numbers or *"},
        {"--at=-0.5,0,1", "--at: expected 2 numbers or *"},
        {"--at=-0.5,", "--at: expected 2 numbers or *"},
        {"--at=", "--at: expected 2 numbers or *"},
        {"--at=x,*", "--at: expected 2 numbers or *"},
        {"--at=nan,*", "--at: expected 2 numbers or *"},
        {"--at=* *", "--at: expected 2 numbers or *"},
        {"--grid=0", "--grid: expected the number of points across each of the 2"},
        {"--grid=4x", "--grid: expected the number of points"},
        {"--grid=4x3x2", "--grid: expected the number of points"},
        {"--grid=4,3", "--grid: expected the number of points"},
        {"--grid=2000", "--grid: more than 1048576 points"},
        {"--agent=w", "--agent: no agent has the label \"w\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        RUN("export", "out", "--format=csv", "--values", cases[i].option);
        ASSERT_FAILED_WITH(2, cases[i].part);
        ck_assert_str_eq(ran.out, "");
    }
    RUN("export", "out", "--format=csv", "--grid=3");
    ASSERT_FAILED_WITH(2, "--agent, --grid and --at are for --values");
    // bounds that are infinite, estimates too many, and a table of tiles that is not kept
    write_json("pole.json", "{'environment': {'id': 'cartpole'}, 'stop': {'steps': 5},"
                            " 'agents': [{'id': 'sarsa', 'features': {'id': 'tile_coding',"
                            "  'params': {'low': [-2.4, -3, -0.21, -3], 'high': [2.4, 3, 0.21, 3],"
                            "  'tiles': 4}}}], 'record': ['return']}");
    ASSERT_DONE("run", "pole.json", "--out", "pole", "--quiet");
    RUN("export", "pole", "--format=csv", "--values", "--at=0,0,*,*");
    ASSERT_FAILED_WITH(2, "has kept 0 of its 10000 estimates: too many are kept only where");
    write_json("hash.json",
               "{'environment': {'id': 'mountain_car'}, 'stop': {'steps': 5}, 'record': ['return'],"
               " 'agents': [{'id': 'sarsa', 'features': {'id': 'tile_coding', 'params':"
               " {'table_size': 512}}}]}");
    ASSERT_DONE("run", "hash.json", "--out", "hash", "--quiet");
    RUN("export", "hash", "--format=csv", "--values");
    ASSERT_FAILED_WITH(2, "table_size 0");
    ck_assert_str_eq(ran.out, "");
}
END_TEST

TEST_MAIN_WITH_FILES(test_grid_in_csv, test_slices_in_json, test_states, test_mistakes)
