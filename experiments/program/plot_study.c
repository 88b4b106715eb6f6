// Parameter studies: the score against a numeric setting, a line for each agent and for each setting of the
// others.
#include "experiments/program/plot_study.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TICKS = 12 };

static int compare_numbers(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/// The names of the settings on the axis: one, or those of all agents.
static void name_axis(const plot_results *results, const study *s, char *text, size_t size)
{
    bool is_named[SETTINGS_MAX_COLUMNS] = {false};
    text[0] = '\0';
    for (size_t i = 0; i < s->n; i++) {
        const int column = s->points[i].column;
        if (!is_named[column]) {
            is_named[column] = true;
            plot_append(text, size, ", ", "%s", results->columns.names[column]);
        }
    }
    if (s->is_log) {
        plot_append(text, size, " ", "(log scale)");
    }
}

/// A number as a book writes it: 1/128 for what is a power of two.
static void print_tick(FILE *script, double x)
{
    int exponent = 0;
    if (x > 0.0 && x < 1.0 && frexp(x, &exponent) == 0.5 && exponent > -20) {
        fprintf(script, "'1/%d' %.17g", 1 << (1 - exponent), x);
    } else {
        fprintf(script, "'%.4g' %.17g", x, x);
    }
}

static void write_ticks(FILE *script, const study *s)
{
    if (s->is_log) {
        fprintf(script, "set logscale x\nset xrange [%.6g:%.6g] noextend\n", s->ticks[0] / 1.25,
                s->ticks[s->n_ticks - 1] * 1.25);
    } else {
        const double margin = 0.04 * (s->ticks[s->n_ticks - 1] - s->ticks[0]);
        fprintf(script, "set xrange [%.6g:%.6g] noextend\n", s->ticks[0] - margin,
                s->ticks[s->n_ticks - 1] + margin);
    }
    if (s->is_log && s->n_ticks <= MAX_TICKS) {
        fprintf(script, "set xtics (");
        for (size_t i = 0; i < s->n_ticks; i++) {
            fprintf(script, i == 0 ? "" : ", ");
            print_tick(script, s->ticks[i]);
        }
        fprintf(script, ")\n");
    }
}

/// Cuts the axis of the scores where the worse quarter would press all others together.
static void find_cut(study *s, const plot_ranking *ranking)
{
    double *scores = malloc((s->n + 1) * sizeof *scores);
    if (scores != NULL && ranking->is_ranked && s->n > 0) {
        const bool is_lower = ranking->rows[0].better == RILL_BETTER_LOWER;
        for (size_t i = 0; i < s->n; i++) {
            const double mean = s->points[i].row->estimate.mean;
            scores[i] = is_lower ? mean : -mean;
        }
        qsort(scores, s->n, sizeof *scores, compare_numbers);
        const double best = scores[0], worst = scores[s->n - 1], most = scores[3 * (s->n - 1) / 4];
        const double margin = 0.1 * (most - best), low = best - margin, high = most + margin;
        s->is_cut = most > best && worst - best > 4.0 * (most - best);
        s->low = is_lower ? low : -high;
        s->high = is_lower ? high : -low;
        for (size_t i = 0; i < s->n; i++) {
            const double mean = s->points[i].row->estimate.mean;
            s->n_outside += s->is_cut && (mean < s->low || mean > s->high);
        }
    }
    free(scores);
}

static void describe(const plot_results *results, const study *s, const plot_ranking *ranking,
                     char *text, size_t size)
{
    char part[PLOT_TEXT_SIZE];
    int64_t least = INT64_MAX, most = 0;
    for (size_t i = 0; i < s->n; i++) {
        const int64_t n = s->points[i].row->estimate.n;
        least = n < least ? n : least;
        most = n > most ? n : most;
    }
    text[0] = '\0';
    if (!results->columns.has_agents) {
        plot_append(text, size, "", "%s: ", results->variants[0].agent_label);
    }
    describe_score(ranking->model, part, sizeof part);
    plot_append(text, size, "", "%s; ", part);
    plot_describe_runs(plot_statistic(&results->choice), least, most, part, sizeof part);
    plot_append(text, size, "", "%s%s", part, most > 1 ? ", with 95 % confidence intervals" : "");
    if (s->n_lines < s->n_all_lines) {
        plot_append(text, size, "; ", "the %s %zu of %zu lines",
                    ranking->is_ranked ? "best" : "first", s->n_lines, s->n_all_lines);
    }
    if (s->n_outside > 0) {
        plot_append(text, size, "; ", "%d worse setting%s outside the axis", s->n_outside,
                    s->n_outside == 1 ? " lies" : "s lie");
    }
    if (s->diverged > 0) {
        plot_append(text, size, "; ",
                    "not drawn: %" PRId64 " settings of which runs diverged or have "
                    "no score",
                    s->diverged);
    }
}

static void write_figure(gnuplot *figure, const study *s, const char *x)
{
    const char *labels[STUDY_MAX_LINES];
    size_t line = 0;
    for (size_t i = 0; i < s->n; i++) {
        const study_point *own = &s->points[i];
        if (i == 0 || strcmp(own->line, s->points[i - 1].line) != 0) {
            labels[line++] = own->line;
            gnuplot_block(figure, own->line[0] == '\0' ? x : own->line);
            fprintf(figure->data, "# setting mean ci_low ci_high runs\n");
        }
        const rill_estimate *e = &own->row->estimate;
        const bool has_interval = !isnan(e->ci_low);
        fprintf(figure->data, "%.17g %.10g %.10g %.10g %" PRId64 "\n", own->x, e->mean,
                has_interval ? e->ci_low : e->mean, has_interval ? e->ci_high : e->mean, e->n);
    }
    gnuplot_legend(figure, labels, line);
    FILE *script = figure->script;
    fprintf(script, "set bars 0.6\n");
    fprintf(script, "data = ");
    gnuplot_print_text(script, figure->data_name);
    fprintf(script, "\n\nplot");
    for (size_t i = 0; i < line; i++) {
        fprintf(script,
                " \\\n  data index %zu using 1:2:3:4 with yerrorbars linetype %zu "
                "dashtype 1 pointsize 0.2 * point linewidth 0.8 notitle,"
                " \\\n  data index %zu using 1:2 with linespoints linetype %zu "
                "pointsize 0.9 * point title ",
                i, i + 1, i, i + 1);
        gnuplot_print_text(script, labels[i]);
        fprintf(script, i + 1 < line ? "," : "\n");
    }
}

rill_status plot_study(const plot_results *results, const figure_request *f, const char *picture,
                       rill_error *error)
{
    plot_ranking ranking;
    rill_status status = plot_rank(results, f->metric, &ranking, error);
    if (status != RILL_OK) {
        return status;
    }
    study s;
    char x[128], y[128], subtitle[PLOT_TEXT_SIZE];
    status = study_create(results, &ranking, &s, error);
    if (status != RILL_OK) {
        goto done;
    }
    name_axis(results, &s, x, sizeof x);
    plot_metric_name(ranking.metric, y, sizeof y);
    find_cut(&s, &ranking);
    describe(results, &s, &ranking, subtitle, sizeof subtitle);
    const gnuplot_frame frame = {
        .title = f->title == NULL ? results->name : f->title,
        .subtitle = subtitle,
        .x = f->x == NULL ? x : f->x,
        .y = f->y == NULL ? y : f->y,
    };
    gnuplot figure;
    status = gnuplot_open(&figure, picture, &frame, error);
    if (status == RILL_OK) {
        write_ticks(figure.script, &s);
        if (s.is_cut) {
            fprintf(figure.script,
                    "set yrange [%.6g:%.6g]\n"
                    "# (worse settings lie outside: `set yrange [*:*]` shows them)\n",
                    s.low, s.high);
        }
        write_figure(&figure, &s, x);
        status = gnuplot_finish(&figure, error);
    }
done:
    study_clear(&s);
    free(ranking.rows);
    return status;
}
