// `rill plot`: the numbers of each figure against what they are of, and that gnuplot makes a picture of them.
// Skipped where there is no gnuplot.
#include "tests/figures.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <rill/statistics.h>

static bool begins_with(const char *path, const char *text)
{
    char *whole = read_whole(path, NULL);
    const bool begins = strncmp(whole, text, strlen(text)) == 0;
    free(whole);
    return begins;
}

static const rill_series *series_of(const rill_run *run, const char *metric)
{
    for (size_t i = 0; i < run->n_series; i++) {
        if (strcmp(run->series[i].metric, metric) == 0) {
            return &run->series[i];
        }
    }
    ck_abort_msg("no series %s", metric);
}

/// The mean over the last `smooth` values up to one.
static double trailing(const rill_series *series, size_t at, size_t smooth)
{
    const size_t first = at + 1 < smooth ? 0 : at + 1 - smooth;
    double sum = 0.0;
    for (size_t i = first; i <= at; i++) {
        sum += series->values[i];
    }
    return sum / (double)(at + 1 - first);
}

static void assert_interval(const double row[MAX_COLUMNS], const rill_estimate *e)
{
    const double tolerance = 1e-8 * fmax(1.0, fabs(e->mean));
    ASSERT_NEAR(row[1], e->mean, tolerance);
    ASSERT_NEAR(row[2], e->ci_low, tolerance);
    ASSERT_NEAR(row[3], e->ci_high, tolerance);
}

// Means and t intervals over the runs of trailing means, at the first and last point and evenly between.
START_TEST(test_curves)
{
    enum { RUNS = 4, POINTS = 400, EPISODES = 1000, SMOOTH = 7 };
    enter_fresh_directory();
    write_json("walk.json", walk);
    ASSERT_DONE("run", "walk.json", "--out", "out", "--quiet");
    ASSERT_DONE("plot", "out", "-o", "figures/f.png", "--smooth", "7");
    ck_assert_str_eq(ran.out, "figures/f.png: curves\n");
    read_data("figures/f.dat");
    ck_assert_uint_eq(data.n_blocks, 2);
    ck_assert_uint_eq(data.n_rows, 2 * POINTS);
    rill_experiment *experiment = experiment_of(walk);
    collection c = collect_all(experiment, 1);
    for (size_t i = 0; i < data.n_rows; i++) {
        const double *row = data.rows[i];
        const size_t at = (size_t)row[0] - 1;
        double values[RUNS];
        for (size_t run = 0; run < RUNS; run++) {
            values[run] =
                trailing(series_of(&c.runs[i / POINTS * RUNS + run], "return"), at, SMOOTH);
        }
        const rill_estimate e = rill_estimate_mean(values, RUNS);
        assert_interval(row, &e);
        ck_assert(row[4] == RUNS);
        const double even = 1.0 + (double)(i % POINTS) * (EPISODES - 1) / (POINTS - 1);
        ASSERT_NEAR(row[0], even, 1.0);
    }
    ck_assert(data.rows[0][0] == 1.0 && data.rows[POINTS - 1][0] == EPISODES);
    release_runs(&c);
    rill_experiment_destroy(experiment);
    assert_png("figures/f.png", 1200, 720);
    ck_assert(has_text("figures/f.gp", "'It`s a walk'"));
    ck_assert(has_text("figures/f.gp", "each point the mean of the last 7"));
}
END_TEST

// The script alone makes the very picture again, whatever ending it has.
START_TEST(test_script_again)
{
    enter_fresh_directory();
    write_json("walk.json", walk);
    ASSERT_DONE("run", "walk.json", "--out", "out", "--quiet", "--runs", "2");
    ASSERT_DONE("plot", "out", "-o", "f.png", "--metric", "length");
    size_t size = 0, size_again = 0;
    char *bytes = read_whole("f.png", &size);
    ck_assert_int_eq(unlink("f.png"), 0);
    ck_assert_int_eq(system("gnuplot f.gp"), 0);
    char *again = read_whole("f.png", &size_again);
    ck_assert(size == size_again && memcmp(bytes, again, size) == 0);
    free(bytes);
    free(again);
    ASSERT_DONE("plot", "out", "-o", "g.svg");
    ck_assert(has_text("g.svg", "<svg") && has_text("g.svg", "return per episode"));
    ASSERT_DONE("plot", "out", "-o", "g.pdf");
    ck_assert(has_text("g.pdf", "%PDF-"));
}
END_TEST

/// Where on the page the n-th text of an SVG file stands that is `text`, from 0: the x of its middle.
static double x_of_text(const char *path, const char *text, int n)
{
    char *whole = read_whole(path, NULL);
    char *at = whole;
    for (int i = 0; i <= n; i++) {
        at = strstr(at + 1, text);
        ck_assert_msg(at != NULL, "%s: not %d times \"%s\"", path, n + 1, text);
    }
    double x = 0.0;
    while (strncmp(at, "translate(", 10) != 0) {
        ck_assert_ptr_ne(--at, whole);
    }
    ck_assert_int_eq(sscanf(at, "translate(%lf", &x), 1);
    free(whole);
    return x;
}

// In SVG as in other pictures: points hide no others, and labels of one part do not run into the next.
START_TEST(test_svg)
{
    enter_fresh_directory();
    write_json("walk.json", walk);
    ASSERT_DONE("run", "walk.json", "--out", "out", "--quiet", "--runs", "2");
    ASSERT_DONE("plot", "out", "-o", "f.svg", "--kind", "final");
    char *text = read_whole("f.svg", NULL);
    int n = 0;
    for (const char *at = text; (at = strstr(at, "<use ")) != NULL; at++, n++) {
        double scale = 0.0; // half of a point's height, of a page 1200 wide
        ck_assert_int_eq(sscanf(strstr(at, "scale("), "scale(%lf", &scale), 1);
        ck_assert_msg(scale > 2.0 && scale < 6.0, "%g", scale);
    }
    ck_assert_int_gt(n, 0);
    free(text);
    write_json("cards.json", "{'environment': {'id': 'blackjack'}, 'stop': {'episodes': 999},"
                             " 'agents': [{'id': 'mc_prediction', 'policy': {'id': 'uniform'}}]}");
    ASSERT_DONE("run", "cards.json", "--out", "cards", "--quiet");
    ASSERT_DONE("plot", "cards", "-o", "c.svg", "--kind", "surface");
    const double sum = x_of_text("c.svg", "player's sum", 0);
    const double dealer = x_of_text("c.svg", "dealer shows", 1);
    ck_assert_msg(dealer - sum > 125.0, "%g and %g", sum,
                  dealer); // each some 115 long, and slanted
}
END_TEST

// A label is text, and never a command: gnuplot would run what is in `backquotes` of double-quoted strings.
START_TEST(test_labels_run_nothing)
{
    enter_fresh_directory();
    write_json(
        "evil.json",
        "{'name': '`touch title`', 'environment': {'id': 'cliff_walking'}, 'stop': {'episodes': 9},"
        " 'agents': [{'label': '`touch one`', 'id': 'sarsa'}, {'label': 'b', 'id': 'sarsa'}]}");
    ASSERT_DONE("run", "evil.json", "--out", "out", "--quiet");
    static const char *const kinds[] = {"curves", "final", "bars", "profile", "values", "policy"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        ASSERT_DONE("plot", "out", "-o", "f.png", "--kind", kinds[i], "--x", "`touch two`", "--y",
                    "`touch three`");
    }
    ck_assert(!exists("title") && !exists("one") && !exists("two") && !exists("three"));

    // bold in SVG is markup of gnuplot's, and a title none
    ASSERT_DONE("plot", "out", "-o", "f.svg", "--title",
                "`touch four` a_b {/:Italic c} 2^3 \\ @ ~");
    ck_assert(!exists("four"));
    ck_assert(has_text("f.svg", "font-weight=\"bold\" >`touch four` a_b {/:Italic c} 2^3 \\ @ ~<"));
}
END_TEST

static const char *const sweep =
    "{'environment': {'id': 'cliff_walking'}, 'stop': {'episodes': 40}, 'runs': 5,"
    " 'agents': [{'label': 'S', 'id': 'sarsa'}, {'label': 'Q', 'id': 'q_learning'}],"
    " 'record': ['return'],"
    " 'sweep': [{'path': 'agents[*].params.alpha', 'values': [0.125, 0.25, 0.5, 1]},"
    "           {'path': 'agents[Q].policy.params.epsilon', 'values': [0.1, 0.4]}]}";

/// The row of `rill summary --json` with a label.
static const cJSON *find_row(const cJSON *rows, const char *label)
{
    const cJSON *row = NULL;
    cJSON_ArrayForEach (row, rows) {
        if (strcmp(cJSON_GetObjectItemCaseSensitive(row, "label")->valuestring, label) == 0) {
            return row;
        }
    }
    ck_abort_msg("no row \"%s\"", label);
}

static double number(const cJSON *row, const char *key)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(row, key));
}

static void assert_row(const double found[MAX_COLUMNS], const cJSON *row)
{
    const rill_estimate e = {0, number(row, "mean"), 0.0, number(row, "ci_low"),
                             number(row, "ci_high")};
    assert_interval(found, &e);
}

// A line for each agent and second setting, with the numbers that the summary prints.
START_TEST(test_study)
{
    static const double alphas[] = {0.125, 0.25, 0.5, 1.0};
    enter_fresh_directory();
    write_json("sweep.json", sweep);
    ASSERT_DONE("run", "sweep.json", "--out", "out", "--quiet");
    ASSERT_DONE("summary", "out", "--json");
    cJSON *rows = cJSON_Parse(ran.out);
    ASSERT_DONE("plot", "out", "-o", "f.png");
    ck_assert_str_eq(ran.out, "f.png: study\n");
    read_data("f.dat");
    ck_assert_uint_eq(data.n_blocks, 3);
    ck_assert_uint_eq(data.n_rows, 12);
    char *text = read_whole("f.dat", NULL);
    size_t block = 0;
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (line[0] != '#' || strncmp(line, "# setting", 9) == 0) {
            continue;
        }
        for (size_t i = 0; i < 4; i++) {
            char label[64];
            const double *found = data.rows[data.begin[block] + i];
            ck_assert(found[0] == alphas[i]);
            if (line[2] == 'S') {
                snprintf(label, sizeof label, "S, alpha=%g", alphas[i]);
            } else { // "# Q, epsilon=0.4"
                snprintf(label, sizeof label, "Q, alpha=%g, %s", alphas[i], line + 5);
            }
            assert_row(found, find_row(rows, label));
        }
        block++;
    }
    free(text);
    cJSON_Delete(rows);
    ck_assert(has_text("f.gp", "set logscale x") && has_text("f.gp", "'1/8' 0.125"));
    assert_png("f.png", 1200, 720);
}
END_TEST

/// Where bad settings would press the others together they are outside the axis, and the figure says how many.
START_TEST(test_study_cut)
{
    enter_fresh_directory();
    write_json("e.json", "{'environment': {'id': 'cliff_walking'}, 'stop': {'episodes': 40},"
                         " 'agents': [{'id': 'sarsa'}], 'record': ['return'],"
                         " 'sweep': [{'path': 'agents[*].policy.params.epsilon',"
                         "            'values': [0.01, 0.03, 0.05, 0.07, 0.09, 1]}]}");
    ASSERT_DONE("run", "e.json", "--out", "out", "--quiet");
    ASSERT_DONE("plot", "out", "-o", "f.png");
    char *script = read_whole("f.gp", NULL), note[64], *end = NULL;
    const char *range = strstr(script, "set yrange [");
    ck_assert_ptr_nonnull(range);
    const double low = strtod(range + strlen("set yrange ["), &end);
    const double high = strtod(end + 1, NULL);
    read_data("f.dat");
    ck_assert_uint_eq(data.n_rows, 6);
    size_t n_outside = 0;
    for (size_t i = 0; i < data.n_rows; i++) {
        n_outside += data.rows[i][1] < low || data.rows[i][1] > high;
    }
    ck_assert(n_outside > 0 && data.rows[5][1] < low);
    snprintf(note, sizeof note, "%zu worse setting%s outside the axis", n_outside,
             n_outside == 1 ? " lies" : "s lie");
    ck_assert_msg(strstr(script, note) != NULL, "%s\n%s", note, script);
    free(script);
}
END_TEST

// The variants sorted by what the summary says of them; of more than can be shown the best.
START_TEST(test_final_and_best)
{
    enter_fresh_directory();
    write_json("sweep.json", sweep);
    ASSERT_DONE("run", "sweep.json", "--out", "out", "--quiet");
    ASSERT_DONE("plot", "out", "-o", "f.png", "--kind", "final");
    read_data("f.dat");
    ck_assert_uint_eq(data.n_rows, 12);
    for (size_t i = 0; i + 1 < 12; i++) {
        ck_assert(data.rows[i][1] >= data.rows[i + 1][1]); // returns: higher is better
        ck_assert(data.rows[i][0] == (double)(12 - i));
    }
    char *bytes = read_whole("f.dat", NULL);
    ASSERT_DONE("plot", "out", "-o", "bars.png", "--kind", "bars");
    ck_assert(has_text("bars.dat", bytes));         // bars are of the same numbers
    ck_assert(has_text("bars.gp", ":0] noextend")); // of returns below 0: the axis ends at 0
    free(bytes);
    ASSERT_DONE("summary", "out", "--top=12", "--json");
    cJSON *rows = cJSON_Parse(ran.out);
    char worst[64] = "", best[64] = "";
    const cJSON *row = NULL;
    cJSON_ArrayForEach (row, rows) {
        char *name = number(row, "rank") == 1.0 ? best : number(row, "rank") == 12.0 ? worst : NULL;
        if (name != NULL) {
            snprintf(name, 64, "%s", cJSON_GetObjectItemCaseSensitive(row, "label")->valuestring);
        }
    }
    cJSON_Delete(rows);
    ASSERT_DONE("plot", "out", "-o", "g.png", "--kind", "curves");
    read_data("g.dat");
    ck_assert_uint_eq(data.n_blocks, 8);
    ck_assert(has_text("g.dat", best) && !has_text("g.dat", worst));
    ck_assert(has_text("g.gp", "the best 8 of 12 variants by return"));
}
END_TEST

// The fraction of runs whose score lies above, counted.
START_TEST(test_profile)
{
    enum { RUNS = 4 };
    enter_fresh_directory();
    write_json("walk.json", walk);
    ASSERT_DONE("run", "walk.json", "--out", "out", "--quiet");
    ASSERT_DONE("plot", "out", "-o", "f.png", "--kind", "profile", "--area");
    read_data("f.dat");
    ck_assert_uint_eq(data.n_blocks, 2);
    rill_experiment *experiment = experiment_of(walk);
    collection c = collect_all(experiment, 1);
    const bool is_sarsa_first = begins_with("f.dat", "# S");
    for (size_t i = 0; i < data.n_rows; i++) {
        const size_t block = i >= data.begin[1];
        const size_t variant = is_sarsa_first ? block : 1 - block;
        int above = 0;
        for (size_t run = 0; run < RUNS; run++) {
            const rill_series *series = series_of(&c.runs[variant * RUNS + run], "return");
            above += rill_curve_area(series->values, series->count) > data.rows[i][0];
        }
        ASSERT_NEAR(data.rows[i][1], (double)above / RUNS, 1e-9);
    }
    ck_assert(data.rows[0][1] == 1.0 && data.rows[data.n_rows - 1][1] == 0.0);
    release_runs(&c);
    rill_experiment_destroy(experiment);
}
END_TEST

START_TEST(test_block_of_the_file)
{
    enter_fresh_directory();
    write_json("walk.json",
               "{'environment': {'id': 'cliff_walking'}, 'stop': {'episodes': 30}, 'runs': 3,"
               " 'agents': [{'label': 'S', 'id': 'sarsa'}, {'label': 'Q', 'id': 'q_learning'}],"
               " 'record': ['return', 'length'],"
               " 'plot': [{'kind': 'curves', 'metric': 'length', 'smooth': 3, 'title': 'A',"
               "           'x': 'B', 'y': 'C'}, {'kind': 'values', 'agent': 'S'}]}");
    ASSERT_DONE("run", "walk.json", "--out", "out", "--quiet");
    ASSERT_DONE("plot", "out", "-o", "f.png");
    ck_assert_str_eq(ran.out, "f-1.png: curves\nf-2.png: values\n");
    ck_assert(has_text("f-1.gp", "set label 'A'") && has_text("f-1.gp", "set xlabel 'B'") &&
              has_text("f-1.gp", "set ylabel 'C'") && has_text("f-1.gp", "the last 3"));
    ck_assert(has_text("f-2.gp", "S: what was learned"));
    // what is asked for goes before what the file says
    ASSERT_DONE("plot", "out", "-o", "g.png", "--kind", "final");
    ck_assert_str_eq(ran.out, "g.png: final\n");
}
END_TEST

START_TEST(test_mistakes)
{
    static const struct {
        const char *plot, *part;
    } cases[] = {
        {"{'kind': 'curves'}", "plot: "},
        {"['curves']", "plot[0]: found"},
        {"[{'kind': 'curve'}]", "plot[0].kind: \"curve\" is no kind of figure"},
        {"[{'kind': 'final'}, {'metrik': 'return'}]", "plot[1].metrik: unknown key; did you mean"},
        {"[{'metric': 'length'}]", "plot[0].metric: \"length\" is not recorded; there is: return"},
        {"[{'agent': 'sarza'}]", "did you mean \"sarsa\"?"},
        {"[{'smooth': 0}]", "plot[0].smooth: "},
        {"[{'title': 3}]", "plot[0].title: "},
    };
    enter_fresh_directory();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "{'environment': {'id': 'cliff_walking'}, 'stop': {'episodes': 3},"
                 " 'agents': [{'id': 'sarsa'}], 'plot': %s}",
                 cases[i].plot);
        write_json("e.json", text);
        RUN("run", "e.json", "--out", "out", "--quiet");
        ASSERT_FAILED_WITH(2, cases[i].part);
    }
    ck_assert(!exists("out"));
    write_json("e.json", "{'environment': {'id': 'cliff_walking'}, 'stop': {'episodes': 30},"
                         " 'agents': [{'id': 'sarsa'}]}");
    ASSERT_DONE("run", "e.json", "--out", "out", "--quiet");
    RUN("plot", "out", "-o", "f.png", "--kind", "study");
    ASSERT_FAILED_WITH(2, "no sweep has set a number");
    RUN("plot", "out", "-o", "f.png", "--metric", "length");
    ASSERT_FAILED_WITH(2, "--metric: \"length\" was not recorded; there is: return");
    write_json("b.json", "{'environment': {'id': 'bandit'}, 'stop': {'steps': 30},"
                         " 'agents': [{'id': 'simple_bandit'}]}");
    ASSERT_DONE("run", "b.json", "--out", "bandit", "--quiet");
    RUN("plot", "bandit", "-o", "f.png", "--kind", "policy");
    ASSERT_FAILED_WITH(2, "there is a single state");
    RUN("plot", "nowhere", "-o", "f.png");
    ASSERT_FAILED_WITH(4, "nowhere");
    ck_assert(!exists("f.gp") && !exists("f.dat") && !exists("f.png"));
}
END_TEST

FIGURES_MAIN(test_curves, test_script_again, test_svg, test_labels_run_nothing, test_study,
             test_study_cut, test_final_and_best, test_profile, test_block_of_the_file,
             test_mistakes)
