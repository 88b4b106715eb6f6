// What the runs of the variants have come to: their scores as intervals and as bars, and performance profiles.
#include "experiments/program/plot.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ROWS = 20, MAX_PROFILES = 8, N_THRESHOLDS = 101 };

static rill_status refuse_empty(const plot_ranking *ranking, rill_error *error)
{
    return rill_error_set(error, RILL_INVALID, "",
                          "there is nothing to draw: no run has a score in %s", ranking->metric);
}

/// The rows with an estimate, of the first `max`, moved to the front; their number.
static size_t keep_scored(const plot_ranking *ranking, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < ranking->n && n < max; i++) {
        if (!isnan(ranking->rows[i].estimate.mean)) {
            ranking->rows[n++] = ranking->rows[i];
        }
    }
    return n;
}

/// The subtitle, which says `what` besides.
static void describe(const plot_results *results, const plot_ranking *ranking, size_t n,
                     const char *statistic, const char *what, char *text, size_t size)
{
    char part[PLOT_TEXT_SIZE];
    int64_t least = INT64_MAX, most = 0, diverged = 0;
    for (size_t i = 0; i < n; i++) {
        const rill_summary_row *row = &ranking->rows[i];
        least = row->estimate.n < least ? row->estimate.n : least;
        most = row->estimate.n > most ? row->estimate.n : most;
        diverged += row->diverged;
    }
    text[0] = '\0';
    if (!results->columns.has_agents) {
        plot_append(text, size, "", "%s: ", results->variants[0].agent_label);
    }
    plot_describe_runs(statistic, least, most, part, sizeof part);
    plot_append(text, size, "", "%s%s", part, most > 1 ? what : "");
    plot_describe_choice(ranking, n, "variants", part, sizeof part);
    if (part[0] != '\0') {
        plot_append(text, size, "; ", "%s", part);
    }
    if (diverged > 0) {
        plot_append(text, size, "; ", "%" PRId64 " runs that diverged are left out", diverged);
    }
}

/// "return per episode, mean of episodes 401-500"
static void name_score(const plot_ranking *ranking, char *text, size_t size)
{
    char what[128];
    plot_metric_name(ranking->metric, text, size);
    describe_score(ranking->model, what, sizeof what);
    plot_append(text, size, ", ", "%s", what);
}

// ---- a row for each variant ----

/// What draws the rows, the best at the top, at the heights n, ..., 1.
typedef void rows_function(gnuplot *figure, const plot_ranking *ranking, size_t n);

/// The data of the rows, and the axis with their labels.
static void write_rows(gnuplot *figure, const plot_results *results, const plot_ranking *ranking,
                       size_t n)
{
    FILE *script = figure->script;
    gnuplot_block(figure, "the best at the top");
    fprintf(figure->data, "# place estimate ci_low ci_high runs label\n");
    fprintf(script, "set ytics scale 0 noenhanced (");
    for (size_t i = 0; i < n; i++) {
        const rill_summary_row *row = &ranking->rows[i];
        const rill_estimate *e = &row->estimate;
        const bool has_interval = !isnan(e->ci_low);
        fprintf(figure->data, "%zu %.10g %.10g %.10g %" PRId64 " # %s\n", n - i, e->mean,
                has_interval ? e->ci_low : e->mean, has_interval ? e->ci_high : e->mean, e->n,
                row->label);
        fprintf(script, i == 0 ? "" : ", ");
        gnuplot_print_text(script, plot_label(results, row->variant));
        fprintf(script, " %zu", n - i);
    }
    fprintf(script,
            ")\nset yrange [0.4:%zu.6]\nset border 1\nunset grid\nset grid xtics back linetype 1 "
            "dashtype 1 linecolor rgb '#E4E4E4' linewidth 0.6\ndata = ",
            n);
    gnuplot_print_text(script, figure->data_name);
    fprintf(script, "\n");
}

static void draw_intervals(gnuplot *figure, const plot_ranking *ranking, size_t n)
{
    (void)ranking;
    (void)n;
    fprintf(figure->script,
            "set offsets graph 0.03, graph 0.03, 0, 0\n\nplot data using 2:1:3:4 with xerrorbars "
            "linetype 1 linewidth 2 pointsize 1.1 * point notitle\n");
}

/// Bars from 0, for their lengths are what is compared; each value stands behind the end of its whisker.
static void draw_bars(gnuplot *figure, const plot_ranking *ranking, size_t n)
{
    FILE *script = figure->script;
    double low = 0.0, high = 0.0;
    for (size_t i = 0; i < n; i++) {
        const rill_estimate *e = &ranking->rows[i].estimate;
        low = fmin(low, fmin(e->mean, e->ci_low)); // (fmin and fmax take no notice of NaN)
        high = fmax(high, fmax(e->mean, e->ci_high));
    }
    const double room = high > low ? 0.13 * (high - low) : 1.0; // for a value
    fprintf(
        script,
        "set xrange [%.6g:%.6g] noextend\nset bars 0.5\nset style fill solid 0.45 noborder\n"
        "set arrow from 0, graph 0 to 0, graph 1 nohead back linecolor rgb '#555555' linewidth "
        "0.8\n\n"
        "plot data using (0):1:(0):2:($1 - 0.34):($1 + 0.34) with boxxyerror linetype 1 notitle, "
        "\\\n  data using 2:1:3:4 with xerrorbars linetype 1 linewidth 1 pointtype 0 notitle, "
        "\\\n  data using 4:1:($2 < 0 ? '' : sprintf('%%.4g', $2)) with labels left offset 0.6, 0 "
        "font small notitle, "
        "\\\n  data using 3:1:($2 < 0 ? sprintf('%%.4g', $2) : '') with labels right offset "
        "-0.6, 0 font small notitle\n",
        low < 0.0 ? low - room : 0.0, high > 0.0 || low >= 0.0 ? high + room : 0.0);
}

static rill_status plot_rows(const plot_results *results, const figure_request *f,
                             const char *picture, rows_function *draw, rill_error *error)
{
    plot_ranking ranking;
    rill_status status = plot_rank(results, f->metric, &ranking, error);
    if (status != RILL_OK) {
        return status;
    }
    const size_t n = keep_scored(&ranking, MAX_ROWS);
    char x[256], subtitle[PLOT_TEXT_SIZE];
    if (n == 0) {
        status = refuse_empty(&ranking, error);
        goto done;
    }
    name_score(&ranking, x, sizeof x);
    describe(results, &ranking, n, plot_statistic(&results->choice),
             ", with 95 % confidence intervals", subtitle, sizeof subtitle);
    const gnuplot_frame frame = {
        .title = f->title == NULL ? results->name : f->title,
        .subtitle = subtitle,
        .x = f->x == NULL ? x : f->x,
        .y = f->y == NULL ? "" : f->y,
        .height = 0.27 + 0.04 * (double)n,
    };
    gnuplot figure;
    status = gnuplot_open(&figure, picture, &frame, error);
    if (status == RILL_OK) {
        write_rows(&figure, results, &ranking, n);
        draw(&figure, &ranking, n);
        status = gnuplot_finish(&figure, error);
    }
done:
    free(ranking.rows);
    return status;
}

rill_status plot_final(const plot_results *results, const figure_request *f, const char *picture,
                       rill_error *error)
{
    return plot_rows(results, f, picture, draw_intervals, error);
}

rill_status plot_bars(const plot_results *results, const figure_request *f, const char *picture,
                      rill_error *error)
{
    return plot_rows(results, f, picture, draw_bars, error);
}

// ---- profiles ----

/// Least and greatest score of the variants shown.
static void find_range(const plot_results *results, const plot_ranking *ranking, size_t n,
                       double *low, double *high)
{
    *low = HUGE_VAL;
    *high = -HUGE_VAL;
    for (size_t i = 0; i < n; i++) {
        const rill_score_row *row =
            rill_scores_find(results->scores, ranking->rows[i].variant, ranking->metric);
        for (size_t j = 0; j < row->n; j++) {
            if (isfinite(row->values[j])) {
                *low = fmin(*low, row->values[j]);
                *high = fmax(*high, row->values[j]);
            }
        }
    }
    const double margin = *high > *low ? 0.02 * (*high - *low) : 1.0;
    *low -= margin;
    *high += margin;
}

/// One block: the fraction of a variant's runs above each threshold, with its interval.
static rill_status write_profile(gnuplot *figure, const plot_results *results,
                                 const rill_score_row *row, double low, double high,
                                 rill_error *error)
{
    const rill_score_matrix x = {row->values, row->n, 1};
    gnuplot_block(figure, results->variants[row->variant].label);
    fprintf(figure->data, "# threshold fraction ci_low ci_high\n");
    for (int i = 0; i < N_THRESHOLDS; i++) {
        const double threshold = low + (high - low) * i / (N_THRESHOLDS - 1);
        rill_estimate e;
        const rill_status status =
            rill_bootstrap_statistic(RILL_STATISTIC_PROFILE, threshold, &x, NULL,
                                     &results->choice.options.bootstrap, &e, error);
        if (status != RILL_OK) {
            return status;
        }
        fprintf(figure->data, "%.10g %.10g %.10g %.10g\n", threshold, e.mean, e.ci_low, e.ci_high);
    }
    return RILL_OK;
}

static void write_profile_script(gnuplot *figure, const plot_results *results,
                                 const plot_ranking *ranking, size_t n)
{
    const char *labels[MAX_PROFILES];
    FILE *script = figure->script;
    for (size_t i = 0; i < n; i++) {
        labels[i] = plot_label(results, ranking->rows[i].variant);
    }
    gnuplot_legend(figure, labels, n);
    fprintf(script, "set yrange [0:1.02]\nset xrange [*:*] noextend\ndata = ");
    gnuplot_print_text(script, figure->data_name);
    fprintf(script, "\n\nplot");
    for (size_t i = 0; i < n; i++) {
        fprintf(script,
                " \\\n  data index %zu using 1:3:4 with filledcurves linetype %zu fillstyle "
                "transparent solid 0.18 noborder notitle,",
                i, i + 1);
    }
    for (size_t i = 0; i < n; i++) {
        fprintf(script, " \\\n  data index %zu using 1:2 with lines linetype %zu title ", i, i + 1);
        gnuplot_print_text(script, labels[i]);
        fprintf(script, i + 1 < n ? "," : "\n");
    }
}

rill_status plot_profile(const plot_results *results, const figure_request *f, const char *picture,
                         rill_error *error)
{
    plot_ranking ranking;
    rill_status status = plot_rank(results, f->metric, &ranking, error);
    if (status != RILL_OK) {
        return status;
    }
    const size_t n = keep_scored(&ranking, MAX_PROFILES);
    char x[256], subtitle[PLOT_TEXT_SIZE];
    gnuplot figure = {0};
    if (n == 0) {
        status = refuse_empty(&ranking, error);
        goto done;
    }
    name_score(&ranking, x, sizeof x);
    describe(results, &ranking, n, "profile", ", with 95 % bands of the bootstrap at each score",
             subtitle, sizeof subtitle);
    const gnuplot_frame frame = {
        .title = f->title == NULL ? results->name : f->title,
        .subtitle = subtitle,
        .x = f->x == NULL ? x : f->x,
        .y = f->y == NULL ? "fraction of runs with a greater score" : f->y,
    };
    status = gnuplot_open(&figure, picture, &frame, error);
    if (status != RILL_OK) {
        goto done;
    }
    double low, high;
    find_range(results, &ranking, n, &low, &high);
    for (size_t i = 0; i < n && status == RILL_OK; i++) {
        const rill_score_row *row =
            rill_scores_find(results->scores, ranking.rows[i].variant, ranking.metric);
        status = write_profile(&figure, results, row, low, high, error);
    }
    if (status != RILL_OK) {
        gnuplot_abandon(&figure);
        goto done;
    }
    write_profile_script(&figure, results, &ranking, n);
    status = gnuplot_finish(&figure, error);
done:
    free(ranking.rows);
    return status;
}
